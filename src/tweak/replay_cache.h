/* What was replayed last, so that whoever moves a slider, turns a page or looks again does not wait
 * for the same once more: runs by policy, past and people, and whole answers by what was asked.
 * Both bounded; what was not used for longest goes first. Any thread. */
#ifndef LW_TWEAK_REPLAY_CACHE_H
#define LW_TWEAK_REPLAY_CACHE_H

#include "base/hash.h"
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
  const struct lw_directory *people; /* or NULL */
  uint64_t people_serial;            /* another one when they have changed */
};
/* The run, made now or before; *ret_run is borrowed until it is given back. Fails as lw_run_all. */
LW_NODISCARD enum lw_code lw_replay_cache_run(struct lw_replay_cache *cache,
                                              const struct lw_replayed_as *as,
                                              const struct lw_run_options *options,
                                              const struct lw_run **ret_run, struct lw_error *err);
void lw_replay_cache_give(struct lw_replay_cache *cache, const struct lw_run *run); /* or NULL */

/* Appends the answer that was kept under this key; false: there is none. */
LW_NODISCARD bool lw_replay_cache_find(struct lw_replay_cache *cache, const lw_hash *key,
                                       struct lw_buf *out);
/* Keeps an answer, if it is no larger than a fraction of all. */
void lw_replay_cache_keep(struct lw_replay_cache *cache, const lw_hash *key, lw_str answer);

size_t lw_replay_cache_bytes(struct lw_replay_cache *cache);

#endif
