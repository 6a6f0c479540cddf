/* Somebody of whom only a level's words are known: offline, without people, a route counts as
 * staffed by whom its words name (SPEC section 3). Pure. */
#ifndef LW_POLICY_ASSUMED_H
#define LW_POLICY_ASSUMED_H

#include "policy/actor.h"
#include "policy/model.h"

/* How many different people the words stand for: each tier, team, person and kind that they name in
 * turn, up to a bound. */
uint64_t lw_assumed_count(const struct lw_who *who);
/* The choice-th of them; own_team is the requester's, for `team: same`. Texts are borrowed from the
 * policy and own_team. */
void lw_assumed_choose(const struct lw_policy *policy, const struct lw_who *who, lw_str own_team,
                       uint64_t choice, struct lw_actor *ret_actor);

#endif
