/* A ring of parts, each with the bytes that its rows borrow from. The reader fills the one behind
 * the last that is full; the caller has the one that it was given last, and gives it back by asking
 * for the next. Nothing is behind the part that the journal's end or a failure stands in. Where no
 * thread can be had the caller reads.
 *
 * Making rows is on the reader's side, as the bytes have just passed through that processor's
 * memory; what is left for the caller, the dictionaries, takes as long. */
#include "tweak/journal_feed.h"

#include "base/check.h"

#include <pthread.h>
#include <stdlib.h>

enum { PARTS = 4, ENTRIES_WORTH_A_THREAD = 20000 };

struct place {
  struct lw_journal_run run;
  struct lw_journal_part part;
  enum lw_code rc;
  struct lw_error err;
};

struct lw_journal_feed {
  struct lw_db *db;
  struct lw_entry_rows *reader;
  uint64_t after; /* the reader's */
  uint64_t end;
  bool has_thread;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t moved;
  bool stopping;
  uint64_t filled; /* parts that were read so far */
  uint64_t taken;  /* parts that the caller is done with */
  bool lent;       /* the caller has one that it is not done with */
  struct place places[PARTS];
};

/* The rows of a run, from behind `after` to the end. */
static enum lw_code read_rows(struct lw_journal_feed *feed, struct place *place)
{
  struct lw_entry_view entry;
  bool found = true;
  enum lw_code rc = LW_OK;
  while (rc == LW_OK && feed->after < feed->end) {
    rc = lw_journal_run_next(&place->run, &entry, &found, &place->err);
    if (rc != LW_OK || !found) {
      break;
    }
    if (entry.seq <= feed->after) {
      continue; /* a row of the database begins before what was asked for */
    }
    rc = lw_entry_rows_add(feed->reader, &entry, NULL, &place->part.batch, &place->err);
    feed->after = rc == LW_OK ? entry.seq : feed->after;
  }
  return rc;
}

/* False: nothing follows it. */
static bool fill(struct lw_journal_feed *feed, struct place *place)
{
  struct lw_journal_part *part = &place->part;
  lw_entry_batch_reset(&part->batch);
  place->run.n_rows = 0;
  place->rc = feed->after < feed->end
                  ? lw_journal_run_read(feed->db, feed->after, &place->run, &place->err)
                  : LW_OK;
  place->rc = place->rc == LW_OK ? read_rows(feed, place) : place->rc;
  part->more = place->rc == LW_OK && place->run.n_rows != 0 && feed->after < feed->end;
  part->last = feed->after;
  return part->more;
}

static void *read_main(void *user)
{
  struct lw_journal_feed *feed = user;
  bool more = true;
  (void)pthread_setname_np(pthread_self(), "lw-feed");
  (void)pthread_mutex_lock(&feed->lock);
  while (more && !feed->stopping) {
    if (feed->filled - feed->taken == PARTS) {
      (void)pthread_cond_wait(&feed->moved, &feed->lock);
      continue;
    }
    struct place *place = &feed->places[feed->filled % PARTS];
    (void)pthread_mutex_unlock(&feed->lock);
    more = fill(feed, place);
    (void)pthread_mutex_lock(&feed->lock);
    feed->filled++;
    (void)pthread_cond_signal(&feed->moved);
  }
  (void)pthread_mutex_unlock(&feed->lock);
  return NULL;
}

enum lw_code lw_journal_feed_start(struct lw_db *db, uint64_t after, uint64_t most,
                                   struct lw_entry_rows *reader, struct lw_journal_feed **ret_feed,
                                   struct lw_error *err)
{
  uint64_t last = 0;
  enum lw_code rc = lw_journal_last(db, &last, err);
  struct lw_journal_feed *feed = rc == LW_OK ? calloc(1, sizeof *feed) : NULL;
  if (feed == NULL) {
    return rc == LW_OK ? lw_fail(err, LW_NO_MEMORY, "out of memory for the journal") : rc;
  }
  for (size_t i = 0; i < PARTS; i++) {
    lw_entry_batch_init(&feed->places[i].part.batch);
  }
  feed->db = db;
  feed->reader = reader;
  feed->after = after;
  feed->end = most == 0 || most > UINT64_MAX - after ? UINT64_MAX : after + most;
  uint64_t end = last < feed->end ? last : feed->end;
  (void)pthread_mutex_init(&feed->lock, NULL);
  (void)pthread_cond_init(&feed->moved, NULL);
  feed->has_thread = end > after && end - after >= ENTRIES_WORTH_A_THREAD &&
                     pthread_create(&feed->thread, NULL, read_main, feed) == 0;
  *ret_feed = feed;
  return LW_OK;
}

enum lw_code lw_journal_feed_next(struct lw_journal_feed *feed,
                                  const struct lw_journal_part **ret_part, struct lw_error *err)
{
  struct place *place = &feed->places[0];
  if (feed->has_thread) {
    (void)pthread_mutex_lock(&feed->lock);
    feed->taken += feed->lent;
    (void)pthread_cond_signal(&feed->moved);
    while (feed->filled == feed->taken) {
      (void)pthread_cond_wait(&feed->moved, &feed->lock);
    }
    place = &feed->places[feed->taken % PARTS];
    feed->lent = true;
    (void)pthread_mutex_unlock(&feed->lock);
  } else {
    (void)fill(feed, place);
  }
  *ret_part = &place->part;
  if (place->rc != LW_OK && err != NULL) {
    *err = place->err;
  }
  return place->rc;
}

void lw_journal_feed_stop(struct lw_journal_feed *feed)
{
  if (feed == NULL) {
    return;
  }
  if (feed->has_thread) {
    (void)pthread_mutex_lock(&feed->lock);
    feed->stopping = true;
    (void)pthread_cond_signal(&feed->moved);
    (void)pthread_mutex_unlock(&feed->lock);
    (void)pthread_join(feed->thread, NULL);
  }
  for (size_t i = 0; i < PARTS; i++) {
    lw_journal_run_finish(&feed->places[i].run);
    lw_entry_batch_finish(&feed->places[i].part.batch);
  }
  (void)pthread_cond_destroy(&feed->moved);
  (void)pthread_mutex_destroy(&feed->lock);
  free(feed);
}
