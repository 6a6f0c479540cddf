/* One thread adds rows, by the step, while nobody holds the tape; who wants it waits for what is
 * missing. The thread does not hear of commits, which would cost each of them something: it looks
 * how far the journal is when it is asked, and twice a second so that there is little to do then.
 */
#include "tweak/live_past.h"

#include "base/bounds.h"
#include "base/clock.h"
#include "base/log.h"
#include "tweak/tape_file.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
  STEP_FIRST = 65536, /* entries in one go, while nobody can hold it yet */
  STEP = 4096,        /* afterwards: about a hundredth of a second */
  LOOK_MSEC = 500,
  BEHIND_HOLDERS_MSEC = 300, /* what is asked to wait while somebody else holds it */
  NICE = 10,
  MEMORY_SHARE = 4
};
#define KEEP_USEC (3600 * LW_USEC_PER_SECOND)

struct lw_live_past {
  struct lw_engine *engine;
  size_t bytes_max;
  lw_usec keep_usec;
  void (*ready)(void *user, const struct lw_live_past_view *view); /* or NULL */
  void *user;
  lw_usec again_usec;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t wanted; /* somebody asks, or closing */
  pthread_cond_t moved;  /* more was read, it was let go, or a holder has left */
  /* All that follows: lock; the tape itself belongs to the thread while `adding`. */
  struct lw_tape *tape; /* NULL: not there */
  uint64_t serial;      /* of the tape */
  uint64_t seq;
  uint64_t rows;
  uint64_t saved_chunks; /* in the file, as far as this thread has seen to it */
  size_t bytes;
  unsigned holders;
  unsigned waiters;
  bool adding;
  bool whole; /* it had all there was, once */
  bool closing;
  lw_usec asked_at; /* monotonic; 0: never, or let go since */
  lw_usec told_at;  /* monotonic: when `ready` was called last */
  enum lw_code rc;  /* why the last step failed */
  struct lw_error error;
};

/* --- the thread --- */

static lw_str live_currency(struct lw_live_past *past)
{
  const struct lw_snapshot *snapshot = lw_engine_snapshot(past->engine);
  lw_str currency =
      snapshot->policy != NULL ? lw_currency_code(snapshot->policy->currency) : LW_STR("");
  lw_snapshot_unref(snapshot);
  return currency; /* of the program's own table */
}

/* The currency may change until something was decided: an empty tape is made anew for it. */
static struct lw_tape *tape_for_more(struct lw_live_past *past, struct lw_tape *tape)
{
  lw_str currency = live_currency(past);
  if (tape != NULL && (lw_tape_rows(tape) != 0 || lw_str_equal(lw_tape_currency(tape), currency))) {
    return tape;
  }
  lw_tape_destroy(tape);
  return lw_tape_create(currency);
}

/* The rows that a file beside the database has, or an empty tape. */
static struct lw_tape *first_tape(struct lw_live_past *past, struct lw_db *db, uint64_t *seq)
{
  struct lw_tape *tape = NULL;
  struct lw_error err;
  const char *url = lw_engine_beside(past->engine);
  lw_str currency = live_currency(past);
  *seq = 0;
  if (currency.len == 0 || !lw_tape_file_possible(url) ||
      lw_tape_file_load(url, db, currency, &tape, seq, &err) != LW_OK) {
    *seq = 0;
    tape = NULL;
  }
  return tape;
}

static enum lw_code add_more(struct lw_live_past *past, struct lw_tape **tape, uint64_t most,
                             uint64_t *seq, struct lw_error *err)
{
  const struct lw_journal_tape_options options = {.most = most};
  struct lw_db *db = NULL;
  enum lw_code rc = lw_engine_reader(past->engine, &db, err);
  if (rc != LW_OK) {
    return rc;
  }
  *tape = tape_for_more(past, *tape != NULL ? *tape : first_tape(past, db, seq));
  rc = *tape != NULL ? lw_journal_tape_follow(db, *tape, seq, &options, err)
                     : lw_fail(err, LW_NO_MEMORY, "out of memory for the past");
  lw_engine_reader_done(past->engine, db);
  if (rc == LW_OK && lw_tape_bytes(*tape) > past->bytes_max) {
    rc = lw_fail(err, LW_LIMIT,
                 "the past takes more than %zu MiB of memory, which this server allows for it",
                 past->bytes_max >> 20);
    lw_error_hint(err, "replay it by the command line: leeway replay");
  }
  return rc;
}

static void let_go(struct lw_live_past *past)
{
  struct lw_tape *tape = past->tape;
  past->tape = NULL;
  past->serial++;
  past->seq = past->rows = past->saved_chunks = 0;
  past->bytes = 0;
  past->whole = false;
  lw_tape_destroy(tape);
  (void)malloc_trim(0); /* what most of it was made of is small */
}

/* With the lock, which is open meanwhile. */
static void tell_ready(struct lw_live_past *past)
{
  const struct lw_live_past_view view = {past->tape, past->seq, past->serial};
  if (past->ready != NULL) {
    past->adding = true;
    (void)pthread_mutex_unlock(&past->lock);
    past->ready(past->user, &view);
    (void)pthread_mutex_lock(&past->lock);
    past->adding = false;
    past->told_at = lw_clock_monotonic();
  }
}

/* With the lock, which is open while it reads. */
static void step(struct lw_live_past *past)
{
  struct lw_tape *tape = past->tape;
  struct lw_error err = {0};
  uint64_t seq = past->seq;
  uint64_t most = past->whole ? STEP : STEP_FIRST;
  past->adding = true;
  (void)pthread_mutex_unlock(&past->lock);
  enum lw_code rc = add_more(past, &tape, most, &seq, &err);
  uint64_t last = lw_engine_seq(past->engine);
  (void)pthread_mutex_lock(&past->lock);
  past->adding = false;
  past->serial += tape != past->tape || past->rows == 0; /* an empty one may be another */
  past->tape = tape;
  past->seq = seq;
  past->rows = tape != NULL ? lw_tape_rows(tape) : 0;
  past->bytes = tape != NULL ? lw_tape_bytes(tape) : 0;
  if (!past->whole && rc == LW_OK && seq >= last) {
    tell_ready(past);
    past->whole = true;
  }
  past->rc = rc;
  if (rc != LW_OK) {
    past->error = err;
    past->asked_at = 0; /* tried again when it is asked for again */
    lw_log(LW_LOG_WARNING, "past", "the past can't be read", "why", err.text, NULL);
  }
  if (rc == LW_LIMIT || rc == LW_NO_MEMORY) {
    let_go(past);
  }
  (void)pthread_cond_broadcast(&past->moved);
}

/* Full chunks go to the file beside the database, so that the next start has them at once. That it
 * can't be written is no failure: the next one reads the journal. With the lock, which is open
 * meanwhile: others may hold the tape, which nobody else adds to. */
static void save(struct lw_live_past *past)
{
  const struct lw_tape *tape = past->tape;
  const char *url = lw_engine_beside(past->engine);
  struct lw_error err;
  struct lw_db *db = NULL;
  past->saved_chunks = past->rows / LW_TAPE_CHUNK_ROWS;
  (void)pthread_mutex_unlock(&past->lock);
  if (lw_tape_file_possible(url) && lw_engine_reader(past->engine, &db, &err) == LW_OK) {
    if (lw_tape_file_save(url, db, tape, &err) != LW_OK) {
      lw_log(LW_LOG_WARNING, "past", "the tape's file can't be kept", "why", err.text, NULL);
    }
    lw_engine_reader_done(past->engine, db);
  }
  (void)pthread_mutex_lock(&past->lock);
}

/* Days turn over, and what was made ahead is of yesterday. With the lock, open meanwhile. */
static void tell_again(struct lw_live_past *past)
{
  bool is_due = past->again_usec != 0 && lw_clock_monotonic() - past->told_at >= past->again_usec;
  if (is_due && past->holders == 0 && past->whole) {
    tell_ready(past);
    (void)pthread_cond_broadcast(&past->moved);
  }
}

static void rest(struct lw_live_past *past, int64_t msec)
{
  struct timespec until = lw_clock_after(msec * 1000);
  (void)pthread_cond_timedwait(&past->wanted, &past->lock, &until);
}

static void *follow_main(void *user)
{
  struct lw_live_past *past = user;
  (void)pthread_setname_np(pthread_self(), "lw-past");
  (void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
  (void)pthread_mutex_lock(&past->lock);
  while (!past->closing) {
    bool is_asked = past->asked_at != 0 && past->rc != LW_LIMIT;
    if (!is_asked) {
      (void)pthread_cond_wait(&past->wanted, &past->lock);
    } else if (past->holders != 0 || (past->whole && past->seq >= lw_engine_seq(past->engine))) {
      bool is_idle = lw_clock_monotonic() - past->asked_at > past->keep_usec;
      if (is_idle && past->holders == 0 && past->waiters == 0) {
        past->asked_at = 0;
        let_go(past);
      } else {
        tell_again(past);
        rest(past, LOOK_MSEC);
      }
    } else {
      step(past);
      if (past->whole && past->rows / LW_TAPE_CHUNK_ROWS > past->saved_chunks) {
        save(past);
      }
    }
  }
  (void)pthread_mutex_unlock(&past->lock);
  return NULL;
}

/* --- holding --- */

static enum lw_code refuse(const struct lw_live_past *past, struct lw_error *err)
{
  if (past->rc != LW_OK) {
    *err = past->error;
    return past->rc;
  }
  return lw_fail(err, LW_BUSY,
                 "the past is being read: %llu of %llu entries; try again in a second",
                 (unsigned long long)past->seq, (unsigned long long)lw_engine_seq(past->engine));
}

/* Waits, with the lock, until the entries are there, reading fails, or it has waited enough. */
static void wait_for(struct lw_live_past *past, uint64_t seq, uint32_t wait_msec)
{
  lw_usec start = lw_clock_monotonic();
  while (!past->closing && past->rc == LW_OK && (past->adding || !past->whole || past->seq < seq)) {
    bool others = past->whole && past->holders != 0;
    lw_usec most = (others ? BEHIND_HOLDERS_MSEC : (lw_usec)wait_msec) * 1000;
    lw_usec left = start + most - lw_clock_monotonic();
    if (left <= 0 && !(past->whole && past->adding)) { /* a step is soon done */
      break;
    }
    struct timespec until = lw_clock_after(left > 1000 ? left : 1000);
    (void)pthread_cond_timedwait(&past->moved, &past->lock, &until);
  }
}

enum lw_code lw_live_past_hold(struct lw_live_past *past, uint64_t seq, uint32_t wait_msec,
                               struct lw_live_past_view *ret_view, struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  (void)pthread_mutex_lock(&past->lock);
  past->asked_at = lw_clock_monotonic();
  past->rc = past->rc == LW_LIMIT ? LW_LIMIT : LW_OK; /* it does not become smaller */
  (void)pthread_cond_signal(&past->wanted);
  past->waiters++;
  wait_for(past, seq, wait_msec);
  past->waiters--;
  if (past->rc == LW_OK && past->whole && !past->adding && !past->closing) {
    past->holders++;
    *ret_view = (struct lw_live_past_view){past->tape, past->seq, past->serial};
  } else {
    rc = refuse(past, err);
  }
  (void)pthread_mutex_unlock(&past->lock);
  return rc;
}

void lw_live_past_release(struct lw_live_past *past)
{
  (void)pthread_mutex_lock(&past->lock);
  past->holders--;
  past->asked_at = lw_clock_monotonic();
  (void)pthread_cond_signal(&past->wanted);
  (void)pthread_cond_broadcast(&past->moved);
  (void)pthread_mutex_unlock(&past->lock);
}

void lw_live_past_get_figures(struct lw_live_past *past, struct lw_live_past_figures *ret_figures)
{
  (void)pthread_mutex_lock(&past->lock);
  *ret_figures = (struct lw_live_past_figures){past->rows, past->seq, past->bytes};
  (void)pthread_mutex_unlock(&past->lock);
}

/* --- making --- */

static size_t share_of_memory(void)
{
  long pages = sysconf(_SC_PHYS_PAGES);
  long page = sysconf(_SC_PAGESIZE);
  return pages > 0 && page > 0 ? (size_t)pages / MEMORY_SHARE * (size_t)page : SIZE_MAX;
}

static void finish(struct lw_live_past *past)
{
  lw_tape_destroy(past->tape);
  (void)pthread_cond_destroy(&past->moved);
  (void)pthread_cond_destroy(&past->wanted);
  (void)pthread_mutex_destroy(&past->lock);
  free(past);
}

struct lw_live_past *lw_live_past_create(const struct lw_live_past_options *options)
{
  struct lw_live_past *past = calloc(1, sizeof *past);
  pthread_condattr_t monotonic;
  if (past == NULL) {
    return NULL;
  }
  past->engine = options->engine;
  past->ready = options->ready;
  past->user = options->user;
  past->again_usec = options->again_usec;
  past->asked_at =
      lw_tape_file_is_there(lw_engine_beside(options->engine)) ? lw_clock_monotonic() : 0;
  past->bytes_max = options->bytes_max != 0 ? options->bytes_max : share_of_memory();
  past->keep_usec = options->keep_usec != 0 ? options->keep_usec : KEEP_USEC;
  (void)pthread_condattr_init(&monotonic);
  (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  (void)pthread_mutex_init(&past->lock, NULL);
  (void)pthread_cond_init(&past->wanted, &monotonic);
  (void)pthread_cond_init(&past->moved, &monotonic);
  (void)pthread_condattr_destroy(&monotonic);
  if (pthread_create(&past->thread, NULL, follow_main, past) != 0) {
    finish(past);
    return NULL;
  }
  return past;
}

void lw_live_past_destroy(struct lw_live_past *past)
{
  if (past == NULL) {
    return;
  }
  (void)pthread_mutex_lock(&past->lock);
  past->closing = true;
  (void)pthread_cond_broadcast(&past->wanted);
  (void)pthread_cond_broadcast(&past->moved);
  (void)pthread_mutex_unlock(&past->lock);
  (void)pthread_join(past->thread, NULL);
  finish(past);
}
