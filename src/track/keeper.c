/* A short list, the one used last first. Sums borrow the tape that they were made from: with
 * another tape all of them go. A window moves on by whole days, so that once a day each is made
 * anew in the place of the old one. */
#include "track/keeper.h"

#include <pthread.h>
#include <stdlib.h>

enum { KEPT_MAX = 6 };
/* Past it those go that were used longest ago; the window that is asked for stays in any case. Of
 * ten million decisions a window takes some 100 MB, and the page offers four. */
#define BYTES_MAX ((size_t)512 << 20)

struct kept {
  struct lw_track_sums *sums;
  struct lw_track_ends *ends;
  lw_usec since;
  uint32_t n_days;
};

struct lw_track_keeper {
  pthread_mutex_t lock; /* held from hold to release */
  uint64_t serial;      /* of the tape that they are of */
  struct kept kept[KEPT_MAX];
  uint32_t count;
};

struct lw_track_keeper *lw_track_keeper_create(void)
{
  struct lw_track_keeper *keeper = calloc(1, sizeof *keeper);
  if (keeper != NULL) {
    (void)pthread_mutex_init(&keeper->lock, NULL);
  }
  return keeper;
}

static void drop_from(struct lw_track_keeper *keeper, uint32_t first)
{
  for (uint32_t i = first; i < keeper->count; i++) {
    lw_track_ends_destroy(keeper->kept[i].ends);
    lw_track_sums_destroy(keeper->kept[i].sums);
  }
  keeper->count = first < keeper->count ? first : keeper->count;
}

void lw_track_keeper_destroy(struct lw_track_keeper *keeper)
{
  if (keeper != NULL) {
    drop_from(keeper, 0);
    (void)pthread_mutex_destroy(&keeper->lock);
    free(keeper);
  }
}

static void to_front(struct lw_track_keeper *keeper, uint32_t place)
{
  struct kept first = keeper->kept[place];
  for (; place > 0; place--) {
    keeper->kept[place] = keeper->kept[place - 1];
  }
  keeper->kept[0] = first;
}

static void drop_one(struct lw_track_keeper *keeper, uint32_t place)
{
  struct kept gone = keeper->kept[place];
  for (; place + 1 < keeper->count; place++) {
    keeper->kept[place] = keeper->kept[place + 1];
  }
  keeper->kept[place] = gone;
  drop_from(keeper, place);
}

/* What the window was on an earlier day: nobody asks for that again. */
static void drop_earlier(struct lw_track_keeper *keeper, const struct lw_track_window *window)
{
  for (uint32_t i = keeper->count; i-- > 0;) {
    if (keeper->kept[i].n_days == window->n_days && keeper->kept[i].since < window->since) {
      drop_one(keeper, i);
    }
  }
}

/* The window's place becomes the first; false: it is not there and can't be made. */
static bool find_or_make(struct lw_track_keeper *keeper, const struct lw_track_window *window)
{
  struct lw_track_facts facts;
  for (uint32_t i = 0; i < keeper->count; i++) {
    if (keeper->kept[i].since == window->since && keeper->kept[i].n_days == window->n_days) {
      to_front(keeper, i);
      return true;
    }
  }
  drop_earlier(keeper, window);
  drop_from(keeper, KEPT_MAX - 1);
  lw_track_facts_find(window->tape, &facts);
  struct lw_track_sums *sums =
      lw_track_sums_create(window->tape, &facts, window->since, window->n_days);
  struct lw_track_ends *ends = sums != NULL ? lw_track_ends_create(sums) : NULL;
  if (ends == NULL) {
    lw_track_sums_destroy(sums);
    return false;
  }
  keeper->kept[keeper->count] = (struct kept){sums, ends, window->since, window->n_days};
  to_front(keeper, keeper->count++);
  return true;
}

static size_t bytes_of(const struct lw_track_keeper *keeper)
{
  size_t bytes = 0;
  for (uint32_t i = 0; i < keeper->count; i++) {
    bytes += lw_track_sums_bytes(keeper->kept[i].sums) + lw_track_ends_bytes(keeper->kept[i].ends);
  }
  return bytes;
}

static enum lw_code follow(const struct kept *kept, const struct lw_track_window *window,
                           struct lw_error *err)
{
  enum lw_code rc = lw_track_sums_follow(kept->sums, err);
  return rc == LW_OK && window->store.db != NULL
             ? lw_track_ends_follow(kept->ends, &window->store, err)
             : rc;
}

enum lw_code lw_track_keeper_hold(struct lw_track_keeper *keeper,
                                  const struct lw_track_window *window,
                                  const struct lw_track_sums **ret_sums, struct lw_error *err)
{
  (void)pthread_mutex_lock(&keeper->lock);
  if (keeper->serial != window->serial) {
    drop_from(keeper, 0);
    keeper->serial = window->serial;
  }
  enum lw_code rc = find_or_make(keeper, window) ? follow(&keeper->kept[0], window, err)
                                                 : lw_fail(err, LW_NO_MEMORY, "out of memory");
  while (keeper->count > 1 && bytes_of(keeper) > BYTES_MAX) {
    drop_from(keeper, keeper->count - 1);
  }
  if (rc == LW_OK) {
    *ret_sums = keeper->kept[0].sums;
    return LW_OK;
  }
  drop_from(keeper, 0); /* a failure may have left sums half counted */
  (void)pthread_mutex_unlock(&keeper->lock);
  return rc;
}

void lw_track_keeper_release(struct lw_track_keeper *keeper)
{
  (void)pthread_mutex_unlock(&keeper->lock);
}

size_t lw_track_keeper_bytes(struct lw_track_keeper *keeper)
{
  (void)pthread_mutex_lock(&keeper->lock);
  size_t bytes = bytes_of(keeper);
  (void)pthread_mutex_unlock(&keeper->lock);
  return bytes;
}
