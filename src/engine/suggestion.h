/* Suggestions that somebody put aside (tweak/suggest.h finds them): they stay away until as many
 * new answers speak for them as then did. Table policy_dismissal; entries
 * policy.suggestion_dismissed. */
#ifndef LW_ENGINE_SUGGESTION_H
#define LW_ENGINE_SUGGESTION_H

#include "engine/engine.h"

enum { LW_DISMISSALS_MAX = 256, LW_DISMISSAL_REASON_BYTES_MAX = 1000 };

struct lw_dismissal {
  lw_str id;     /* of the suggestion */
  lw_str reason; /* or empty; stands in no entry */
  uint64_t asks; /* that it had */
  lw_str who;
  lw_usec at;
};

/* The newest LW_DISMISSALS_MAX, newest first, in the arena. */
LW_NODISCARD enum lw_code lw_dismissal_list(struct lw_db *db, struct lw_arena *arena,
                                            struct lw_dismissal **ret_items, uint32_t *ret_count,
                                            struct lw_error *err);
/* change->user is a struct lw_dismissal with id, reason and asks. 200 and nothing. The same again
 * counts from now on. */
enum lw_code lw_dismissal_apply(struct lw_batch *batch, struct lw_change *change,
                                struct lw_error *err);

#endif
