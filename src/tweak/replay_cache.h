/* What was replayed last, so that whoever moves a slider, turns a page or looks again does not wait
 * for the same once more: runs by policy, past and people, and whole answers by what was asked.
 * Both bounded; what was not used for longest goes first. Of the run that others were made beside
 * last, what that takes (replay/delta.h) is kept, too. Any thread. */
#ifndef LW_TWEAK_REPLAY_CACHE_H
#define LW_TWEAK_REPLAY_CACHE_H

#include "base/hash.h"
#include "engine/snapshot.h"
#include "replay/run.h"

struct lw_replay_cache;

/* bytes_max: of runs that nobody uses, and of answers. NULL when memory is out. */
struct lw_replay_cache *lw_replay_cache_create(size_t bytes_max);
/* When nobody uses a run any more. NULL is allowed. */
void lw_replay_cache_destroy(struct lw_replay_cache *cache);

struct lw_replayed_as {
  const struct lw_policy *policy;
  lw_str source; /* of the policy: the same text is the same policy */
  const struct lw_tape *tape;
  uint64_t tape_serial;               /* another tape has another, as lw_live_past_view says it */
  const struct lw_directory *people;  /* or NULL */
  uint64_t people_serial;             /* another one when they have changed */
  const struct lw_snapshot *snapshot; /* that people are of; NULL: they outlive the cache */
  /* The same past under a policy that this one may differ little from, whose run stands or is
   * wanted anyway: what differs is decided beside it (replay/delta.h), the rest is taken over.
   * NULL: the run is made as a whole. */
  const struct lw_replayed_as *beside;
};
/* The run, made now or before; *ret_run is borrowed until it is given back. Fails as lw_run_all. */
LW_NODISCARD enum lw_code lw_replay_cache_run(struct lw_replay_cache *cache,
                                              const struct lw_replayed_as *as,
                                              const struct lw_run_options *options,
                                              const struct lw_run **ret_run, struct lw_error *err);
/* A run that nobody asks for again: it is the caller's, and only what it stands beside is kept. */
LW_NODISCARD enum lw_code lw_replay_cache_run_once(struct lw_replay_cache *cache,
                                                   const struct lw_replayed_as *as,
                                                   const struct lw_run_options *options,
                                                   struct lw_run *ret_run, struct lw_error *err);
void lw_replay_cache_give(struct lw_replay_cache *cache, const struct lw_run *run); /* or NULL */

/* Appends the answer that was kept under this key; false: there is none. */
LW_NODISCARD bool lw_replay_cache_find(struct lw_replay_cache *cache, const lw_hash *key,
                                       struct lw_buf *out);
/* Keeps an answer, if it is no larger than a fraction of all. */
void lw_replay_cache_keep(struct lw_replay_cache *cache, const lw_hash *key, lw_str answer);

size_t lw_replay_cache_bytes(struct lw_replay_cache *cache);
/* How many runs were made by what differs, for reports. */
uint64_t lw_replay_cache_by_difference(struct lw_replay_cache *cache);

#endif
