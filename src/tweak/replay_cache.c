/* One list of both kinds, the one used last first; it is short, so that looking through it is
 * quick. Two who ask for the same run at once may both make it: the second is kept beside the
 * first.
 *
 * Runs beside another one are made one at a time: what that one has ready belongs to who makes them
 * (`beside_lock`, taken before `lock`). */
#include "tweak/replay_cache.h"

#include "replay/delta.h"

#include <pthread.h>
#include <stdlib.h>

enum { ANSWER_SHARE = 16, HELD_MAX = 256 };

struct kept {
  struct kept *next;
  lw_hash key;
  bool is_run;
  unsigned users;
  size_t bytes;
  struct lw_run run;
  struct lw_buf answer;
};

/* The run that others are made beside. It outlives the call that it was made for, and so has a
 * policy of its own and holds the people. */
struct stand {
  bool there;
  lw_hash key;
  const struct lw_tape *tape;
  uint64_t tape_serial;
  struct lw_policy *policy;
  const struct lw_snapshot *snapshot;
  const struct lw_run *run;
  struct lw_delta *delta; /* NULL: it can't be */
};

struct lw_replay_cache {
  pthread_mutex_t beside_lock;
  struct stand stand; /* beside_lock */
  pthread_mutex_t lock;
  size_t stand_bytes; /* of what stand has ready */
  uint64_t by_difference;
  struct lw_hasher *hasher;
  struct kept *first;
  size_t bytes;
  size_t bytes_max;
  unsigned count;
};

static void finish(struct kept *kept)
{
  if (kept != NULL) {
    lw_run_finish(&kept->run);
    lw_buf_finish(&kept->answer);
    free(kept);
  }
}

struct lw_replay_cache *lw_replay_cache_create(size_t bytes_max)
{
  struct lw_replay_cache *cache = calloc(1, sizeof *cache);
  if (cache == NULL) {
    return NULL;
  }
  cache->bytes_max = bytes_max;
  cache->hasher = lw_hasher_create();
  if (cache->hasher == NULL) {
    free(cache);
    return NULL;
  }
  (void)pthread_mutex_init(&cache->lock, NULL);
  (void)pthread_mutex_init(&cache->beside_lock, NULL);
  return cache;
}

static void let_stand_go(struct lw_replay_cache *cache)
{
  struct stand *stand = &cache->stand;
  lw_delta_destroy(stand->delta);
  lw_policy_destroy(stand->policy);
  lw_snapshot_unref(stand->snapshot);
  lw_replay_cache_give(cache, stand->run);
  *stand = (struct stand){.there = false};
}

void lw_replay_cache_destroy(struct lw_replay_cache *cache)
{
  if (cache == NULL) {
    return;
  }
  let_stand_go(cache);
  while (cache->first != NULL) {
    struct kept *next = cache->first->next;
    finish(cache->first);
    cache->first = next;
  }
  lw_hasher_destroy(cache->hasher);
  (void)pthread_mutex_destroy(&cache->lock);
  (void)pthread_mutex_destroy(&cache->beside_lock);
  free(cache);
}

/* --- with the lock --- */

/* Moves it to the front; NULL: there is none. */
static struct kept *find(struct lw_replay_cache *cache, const lw_hash *key, bool is_run)
{
  struct kept **place = &cache->first;
  while (*place != NULL && ((*place)->is_run != is_run || !lw_hash_equal(&(*place)->key, key))) {
    place = &(*place)->next;
  }
  struct kept *kept = *place;
  if (kept != NULL) {
    *place = kept->next;
    kept->next = cache->first;
    cache->first = kept;
  }
  return kept;
}

/* The one used longest ago that nobody uses now goes; false: there is none. */
static bool drop_last(struct lw_replay_cache *cache)
{
  struct kept **last = NULL;
  for (struct kept **place = &cache->first; *place != NULL; place = &(*place)->next) {
    last = (*place)->users == 0 ? place : last;
  }
  if (last == NULL) {
    return false;
  }
  struct kept *kept = *last;
  *last = kept->next;
  cache->bytes -= kept->bytes;
  cache->count--;
  finish(kept);
  return true;
}

static void shrink(struct lw_replay_cache *cache)
{
  while ((cache->bytes > cache->bytes_max || cache->count > HELD_MAX) && drop_last(cache)) {
  }
}

static void put(struct lw_replay_cache *cache, struct kept *kept)
{
  kept->next = cache->first;
  cache->first = kept;
  cache->bytes += kept->bytes;
  cache->count++;
  shrink(cache);
}

/* --- runs --- */

static lw_hash key_of(struct lw_replay_cache *cache, const struct lw_replayed_as *as)
{
  uint64_t numbers[] = {lw_tape_rows(as->tape), as->people != NULL, as->people_serial};
  lw_str currency = lw_tape_currency(as->tape);
  lw_hasher_start(cache->hasher);
  lw_hasher_add(cache->hasher, lw_str_from((const char *)numbers, sizeof numbers));
  lw_hasher_add(cache->hasher, lw_str_from(currency.ptr, currency.len));
  lw_hasher_add(cache->hasher, as->source);
  return lw_hasher_end(cache->hasher);
}

/* --- beside another --- */

static struct lw_policy *load(lw_str source)
{
  struct lw_arena arena;
  struct lw_diags diags;
  lw_arena_init(&arena, NULL, 0);
  lw_diags_init(&diags, &arena);
  struct lw_policy *policy = lw_policy_load(source, NULL, NULL, &diags);
  lw_arena_finish(&arena);
  return policy;
}

/* With beside_lock. That it can't be made ready is no failure: runs are made as a whole. */
static enum lw_code make_stand(struct lw_replay_cache *cache, const struct lw_replayed_as *as,
                               const lw_hash *key, const struct lw_run_options *options,
                               struct lw_error *err)
{
  struct stand *stand = &cache->stand;
  struct lw_replayed_as alone = *as;
  struct lw_error ignored;
  alone.beside = NULL;
  let_stand_go(cache);
  enum lw_code rc = lw_replay_cache_run(cache, &alone, options, &stand->run, err);
  if (rc != LW_OK) {
    return rc;
  }
  stand->there = true;
  stand->key = *key;
  stand->tape = as->tape;
  stand->tape_serial = as->tape_serial;
  stand->snapshot = as->snapshot != NULL ? lw_snapshot_ref(as->snapshot) : NULL;
  stand->policy = load(as->source);
  stand->delta = stand->policy != NULL
                     ? lw_delta_create(stand->policy, as->tape, as->people, stand->run, &ignored)
                     : NULL;
  return LW_OK;
}

/* With beside_lock. */
static enum lw_code run_beside(struct lw_replay_cache *cache, const struct lw_replayed_as *as,
                               const struct lw_run_options *options, struct lw_run *ret_run,
                               bool *ret_made, struct lw_error *err)
{
  struct stand *stand = &cache->stand;
  enum lw_code rc = LW_OK;
  (void)pthread_mutex_lock(&cache->lock);
  const lw_hash key = key_of(cache, as->beside);
  (void)pthread_mutex_unlock(&cache->lock);
  if (!stand->there || !lw_hash_equal(&stand->key, &key) || stand->tape != as->tape ||
      stand->tape_serial != as->tape_serial) {
    rc = make_stand(cache, as->beside, &key, options, err);
  }
  if (rc == LW_OK && stand->delta != NULL) {
    rc = lw_delta_run(stand->delta, as->policy, options, ret_run, ret_made, err);
  }
  (void)pthread_mutex_lock(&cache->lock);
  cache->by_difference += *ret_made;
  cache->stand_bytes = stand->delta != NULL ? lw_delta_bytes(stand->delta) : 0;
  (void)pthread_mutex_unlock(&cache->lock);
  return rc;
}

enum lw_code lw_replay_cache_run_once(struct lw_replay_cache *cache,
                                      const struct lw_replayed_as *as,
                                      const struct lw_run_options *options, struct lw_run *ret_run,
                                      struct lw_error *err)
{
  bool made = false;
  enum lw_code rc = LW_OK;
  *ret_run = (struct lw_run){.n_rows = 0};
  if (as->beside != NULL && lw_tape_rows(as->tape) != 0) {
    (void)pthread_mutex_lock(&cache->beside_lock);
    rc = run_beside(cache, as, options, ret_run, &made, err);
    (void)pthread_mutex_unlock(&cache->beside_lock);
  }
  return made || rc != LW_OK ? rc
                             : lw_run_all(as->policy, as->tape, as->people, options, ret_run, err);
}

uint64_t lw_replay_cache_by_difference(struct lw_replay_cache *cache)
{
  (void)pthread_mutex_lock(&cache->lock);
  uint64_t count = cache->by_difference;
  (void)pthread_mutex_unlock(&cache->lock);
  return count;
}

enum lw_code lw_replay_cache_run(struct lw_replay_cache *cache, const struct lw_replayed_as *as,
                                 const struct lw_run_options *options,
                                 const struct lw_run **ret_run, struct lw_error *err)
{
  (void)pthread_mutex_lock(&cache->lock);
  const lw_hash key = key_of(cache, as);
  struct kept *kept = find(cache, &key, true);
  if (kept != NULL) {
    kept->users++;
    *ret_run = &kept->run;
  }
  (void)pthread_mutex_unlock(&cache->lock);
  if (kept != NULL) {
    return LW_OK;
  }
  kept = calloc(1, sizeof *kept);
  enum lw_code rc = kept != NULL ? lw_replay_cache_run_once(cache, as, options, &kept->run, err)
                                 : lw_fail(err, LW_NO_MEMORY, "out of memory for replaying");
  if (rc != LW_OK) {
    free(kept);
    return rc;
  }
  kept->key = key;
  kept->is_run = true;
  kept->users = 1;
  kept->bytes = sizeof *kept +
                kept->run.n_rows * (sizeof *kept->run.verdicts + sizeof *kept->run.grants) +
                kept->run.dry_capacity * sizeof *kept->run.dry;
  *ret_run = &kept->run;
  (void)pthread_mutex_lock(&cache->lock);
  put(cache, kept);
  (void)pthread_mutex_unlock(&cache->lock);
  return LW_OK;
}

void lw_replay_cache_give(struct lw_replay_cache *cache, const struct lw_run *run)
{
  if (run == NULL) {
    return;
  }
  (void)pthread_mutex_lock(&cache->lock);
  for (struct kept *kept = cache->first; kept != NULL; kept = kept->next) {
    kept->users -= &kept->run == run;
  }
  shrink(cache);
  (void)pthread_mutex_unlock(&cache->lock);
}

/* --- answers --- */

bool lw_replay_cache_find(struct lw_replay_cache *cache, const lw_hash *key, struct lw_buf *out)
{
  (void)pthread_mutex_lock(&cache->lock);
  const struct kept *kept = find(cache, key, false);
  if (kept != NULL) {
    lw_buf_add(out, lw_buf_str(&kept->answer));
  }
  (void)pthread_mutex_unlock(&cache->lock);
  return kept != NULL;
}

void lw_replay_cache_keep(struct lw_replay_cache *cache, const lw_hash *key, lw_str answer)
{
  struct kept *kept =
      answer.len <= cache->bytes_max / ANSWER_SHARE ? calloc(1, sizeof *kept) : NULL;
  if (kept == NULL) {
    return;
  }
  kept->key = *key;
  lw_buf_add(&kept->answer, answer);
  kept->bytes = sizeof *kept + answer.len;
  if (kept->answer.failed) {
    finish(kept);
    return;
  }
  (void)pthread_mutex_lock(&cache->lock);
  put(cache, kept);
  (void)pthread_mutex_unlock(&cache->lock);
}

size_t lw_replay_cache_bytes(struct lw_replay_cache *cache)
{
  (void)pthread_mutex_lock(&cache->lock);
  size_t bytes = cache->bytes + cache->stand_bytes;
  (void)pthread_mutex_unlock(&cache->lock);
  return bytes;
}
