/* A ring of runs. The reader fills the one behind the last that is full; the caller has the one
 * that it was given last, and gives it back by asking for the next. What ends the reading (the
 * journal's end, a failure) stands in the ring's last place, as a run of its own without rows, so
 * that what comes before a damaged entry is seen first. Where no thread can be had the caller
 * reads. */
#include "tweak/journal_feed.h"

#include "base/check.h"

#include <pthread.h>
#include <stdlib.h>

enum { RUNS = 4, ENTRIES_WORTH_A_THREAD = 20000 };

struct place {
  struct lw_journal_run run;
  enum lw_code rc;
  struct lw_error err;
};

struct lw_journal_feed {
  struct lw_db *db;
  uint64_t after; /* the reader's */
  uint64_t enough;
  bool has_thread;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t moved;
  bool stopping;
  uint64_t filled; /* runs that were read so far */
  uint64_t taken;  /* runs that the caller is done with */
  bool lent;       /* the caller has one that it is not done with */
  struct place places[RUNS];
};

/* False: nothing follows it. */
static bool fill(struct lw_journal_feed *feed, struct place *place)
{
  place->run.n_rows = 0;
  place->rc = feed->after < feed->enough
                  ? lw_journal_run_read(feed->db, feed->after, &place->run, &place->err)
                  : LW_OK;
  bool more = place->run.n_rows != 0;
  feed->after = more ? lw_journal_run_last(&place->run) : feed->after;
  return more;
}

static void *read_main(void *user)
{
  struct lw_journal_feed *feed = user;
  bool more = true;
  (void)pthread_setname_np(pthread_self(), "lw-feed");
  (void)pthread_mutex_lock(&feed->lock);
  while (more && !feed->stopping) {
    if (feed->filled - feed->taken == RUNS) {
      (void)pthread_cond_wait(&feed->moved, &feed->lock);
      continue;
    }
    struct place *place = &feed->places[feed->filled % RUNS];
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
                                   struct lw_journal_feed **ret_feed, struct lw_error *err)
{
  uint64_t last = 0;
  enum lw_code rc = lw_journal_last(db, &last, err);
  struct lw_journal_feed *feed = rc == LW_OK ? calloc(1, sizeof *feed) : NULL;
  if (feed == NULL) {
    return rc == LW_OK ? lw_fail(err, LW_NO_MEMORY, "out of memory for the journal") : rc;
  }
  feed->db = db;
  feed->after = after;
  feed->enough = most == 0 || most > UINT64_MAX - after ? UINT64_MAX : after + most;
  uint64_t end = last < feed->enough ? last : feed->enough;
  (void)pthread_mutex_init(&feed->lock, NULL);
  (void)pthread_cond_init(&feed->moved, NULL);
  feed->has_thread = end > after && end - after >= ENTRIES_WORTH_A_THREAD &&
                     pthread_create(&feed->thread, NULL, read_main, feed) == 0;
  *ret_feed = feed;
  return LW_OK;
}

enum lw_code lw_journal_feed_next(struct lw_journal_feed *feed, struct lw_journal_run **ret_run,
                                  struct lw_error *err)
{
  struct place *place = &feed->places[0];
  if (feed->has_thread) {
    (void)pthread_mutex_lock(&feed->lock);
    feed->taken += feed->lent;
    (void)pthread_cond_signal(&feed->moved);
    while (feed->filled == feed->taken) {
      (void)pthread_cond_wait(&feed->moved, &feed->lock);
    }
    place = &feed->places[feed->taken % RUNS];
    feed->lent = place->run.n_rows != 0; /* the last stays: asked again it says the same */
    (void)pthread_mutex_unlock(&feed->lock);
  } else {
    (void)fill(feed, place);
  }
  *ret_run = place->run.n_rows != 0 ? &place->run : NULL;
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
  for (size_t i = 0; i < RUNS; i++) {
    lw_journal_run_finish(&feed->places[i].run);
  }
  (void)pthread_cond_destroy(&feed->moved);
  (void)pthread_mutex_destroy(&feed->lock);
  free(feed);
}
