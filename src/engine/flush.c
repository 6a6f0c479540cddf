/* From the commit to the answer: waiting for the disk.
 *
 * A commit writes the log without waiting (db/db.h, flush_later). The flusher thread then has the
 * disk take all that was committed until then, and answers. Meanwhile the writer decides and
 * commits the next batches, so that neither waits for the other: they go together with the next
 * flush, and gather a little first (engine.c, GATHER_FROM). When nobody else waits the writer
 * flushes by itself, which saves a single request the way to another thread and back. But not right
 * behind a larger batch: under load more is about to come, which would wait for the writer then.
 *
 * Order: one list, one flusher, so that nothing is told before what it was decided on. A flush that
 * fails leaves it open what is on disk (Linux may drop what it could not write and say so once). So
 * from there on everything is answered with LW_IO, until the writer has put all that was committed
 * on disk a second time (lw_db_secure). What was answered so may turn out to be in the record, as
 * after a power cut: sent again with its key it counts once. A database that is somewhere else
 * may have lost all of it instead, as it stopped or another took its place (lw_db_secure tells):
 * then memory is read anew. */
#include "engine/inside.h"

#include "base/clock.h"
#include "base/log.h"

enum { FEW = 4 }; /* changes that the writer flushes by itself */

static enum lw_code flush(struct lw_engine *engine, struct lw_error *err)
{
  lw_usec began = lw_clock_monotonic();
  enum lw_code rc = LW_OK;
  if (atomic_load(&engine->unsure)) {
    rc = lw_fail(err, LW_IO, "the disk did not confirm what was written before this");
  } else {
    rc = lw_db_flush(engine->db, err);
  }
  atomic_fetch_add(&engine->commit_usec_sum, (uint64_t)(lw_clock_monotonic() - began));
  if (rc == LW_OK) {
    return LW_OK;
  }
  lw_error_hint(err, "send it again with the same key: it counts once");
  if (!atomic_exchange(&engine->unsure, true)) {
    lw_log(LW_LOG_ERROR, "engine", "the disk did not confirm a batch", "why", err->text, NULL);
  }
  return rc;
}

/* Writer and flusher may both have something to tell: what they hear never goes back. */
static void tell_listeners(struct lw_engine *engine)
{
  (void)pthread_mutex_lock(&engine->listeners_lock);
  uint64_t seq = atomic_load(&engine->seq);
  for (size_t i = 0; i < engine->n_listeners; i++) {
    engine->listeners[i].told(engine->listeners[i].user, seq);
  }
  (void)pthread_mutex_unlock(&engine->listeners_lock);
}

static void answer_all(struct lw_engine *engine, const struct lw_flight *flight, enum lw_code rc,
                       const struct lw_error *err)
{
  atomic_fetch_add(&engine->failed, rc != LW_OK ? flight->count : 0);
  struct lw_change *next = NULL;
  for (struct lw_change *change = flight->first; change != NULL; change = next) {
    next = change->next;
    if (rc != LW_OK) {
      lw_batch_fail(change, err);
    }
    lw_batch_answer(engine, change);
  }
  if (flight->news) {
    tell_listeners(engine);
  }
}

static void add(struct lw_flight *flight, struct lw_change **changes, size_t count, uint64_t seq)
{
  for (size_t i = 0; i < count; i++) {
    changes[i]->next = NULL;
    *(flight->last != NULL ? &flight->last->next : &flight->first) = changes[i];
    flight->last = changes[i];
  }
  flight->count += (unsigned)count;
  flight->seq = seq;
}

/* What was flushed may be told from here on; queue_lock is held, by which it never goes back. */
static void reach(struct lw_engine *engine, struct lw_flight *flight, enum lw_code rc)
{
  flight->news = rc == LW_OK && flight->seq > atomic_load(&engine->seq);
  if (flight->news) {
    atomic_store(&engine->seq, flight->seq);
  }
}

void lw_flush_hand_over(struct lw_engine *engine, struct lw_change **changes, size_t count,
                        uint64_t seq)
{
  struct lw_flight flight = {.first = NULL};
  struct lw_error err = {.code = LW_OK};
  atomic_store(&engine->committed_seq, seq);
  (void)pthread_mutex_lock(&engine->queue_lock);
  bool few = count <= FEW && engine->few;
  bool alone = !engine->flusher_started || (!engine->flushing && engine->first == NULL && few);
  engine->few = count <= FEW;
  add(alone ? &flight : &engine->flight, changes, count, seq);
  if (!alone) {
    engine->flushing = true;
  }
  (void)pthread_mutex_unlock(&engine->queue_lock);
  if (!alone) { /* without the lock, which whoever is woken takes first */
    (void)pthread_cond_signal(&engine->flush_more);
  } else {
    enum lw_code rc = flush(engine, &err);
    (void)pthread_mutex_lock(&engine->queue_lock);
    reach(engine, &flight, rc);
    (void)pthread_mutex_unlock(&engine->queue_lock);
    answer_all(engine, &flight, rc, &err);
    if (engine->threaded) {
      atomic_fetch_sub(&engine->waiting, (unsigned)count);
    }
  }
}

/* False: closing, and nothing is left. */
static bool take_flight(struct lw_engine *engine, struct lw_flight *ret_flight)
{
  (void)pthread_mutex_lock(&engine->queue_lock);
  while (engine->flight.first == NULL && !engine->flush_closing) {
    (void)pthread_cond_wait(&engine->flush_more, &engine->queue_lock);
  }
  *ret_flight = engine->flight;
  engine->flight = (struct lw_flight){.first = NULL};
  (void)pthread_mutex_unlock(&engine->queue_lock);
  return ret_flight->first != NULL;
}

/* The disk is free: the writer need not gather any longer. */
static void let_go_on(struct lw_engine *engine, struct lw_flight *flight, enum lw_code rc)
{
  (void)pthread_mutex_lock(&engine->queue_lock);
  reach(engine, flight, rc);
  engine->flushing = engine->flight.first != NULL;
  (void)pthread_mutex_unlock(&engine->queue_lock);
  (void)pthread_cond_signal(&engine->queue_more);
}

static void *flusher_main(void *user)
{
  struct lw_engine *engine = user;
  struct lw_flight flight;
  (void)pthread_setname_np(pthread_self(), "lw-flusher");
  while (take_flight(engine, &flight)) {
    struct lw_error err = {.code = LW_OK};
    enum lw_code rc = flush(engine, &err);
    let_go_on(engine, &flight, rc);
    answer_all(engine, &flight, rc, &err);
    atomic_fetch_sub(&engine->waiting, flight.count);
  }
  return NULL;
}

enum lw_code lw_flush_ready(struct lw_engine *engine, struct lw_error *err)
{
  if (!atomic_load(&engine->unsure)) {
    return LW_OK;
  }
  (void)pthread_mutex_lock(&engine->queue_lock);
  while (engine->flushing) {
    (void)pthread_cond_wait(&engine->queue_more, &engine->queue_lock);
  }
  (void)pthread_mutex_unlock(&engine->queue_lock);
  bool there = true;
  enum lw_code rc = lw_db_secure(engine->db, &there, err);
  if (rc != LW_OK) {
    return rc;
  }
  atomic_store(&engine->unsure, false);
  if (there) {
    atomic_store(&engine->seq, atomic_load(&engine->committed_seq));
    tell_listeners(engine);
    lw_log(LW_LOG_INFO, "engine", "everything that was committed is on disk again", NULL);
  } else {
    engine->stale = true;
    lw_log(LW_LOG_WARNING, "engine", "the database has lost what nobody was told yet", NULL);
  }
  return LW_OK;
}

bool lw_flush_start(struct lw_engine *engine)
{
  engine->flusher_started = pthread_create(&engine->flusher, NULL, flusher_main, engine) == 0;
  return engine->flusher_started;
}

void lw_flush_stop(struct lw_engine *engine)
{
  if (!engine->flusher_started) {
    return;
  }
  (void)pthread_mutex_lock(&engine->queue_lock);
  engine->flush_closing = true;
  (void)pthread_cond_signal(&engine->flush_more);
  (void)pthread_mutex_unlock(&engine->queue_lock);
  (void)pthread_join(engine->flusher, NULL);
}
