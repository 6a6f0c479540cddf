/* Private to deciding: the people of a directory as one policy sees them, so that looking for
 * somebody on a route's level walks the teams that the level names and not everybody.
 *
 * Belongs to one decider and its thread; made when it is first needed. Owns its two lists; policy
 * and directory are borrowed and do not change meanwhile. */
#ifndef LW_POLICY_STAFFING_H
#define LW_POLICY_STAFFING_H

#include "policy/actor.h"
#include "policy/model.h"

struct lw_staffing {
  const struct lw_directory *people; /* NULL: not made yet */
  const struct lw_allocator *allocator;
  uint32_t *tiers;   /* one a person: lw_actor_tier */
  uint32_t *by_team; /* people's numbers in order of their teams: those of a team and below it stand
                        next to each other */
};

/* False when memory is out. */
LW_NODISCARD bool lw_staffing_init(struct lw_staffing *staffing, const struct lw_policy *policy,
                                   const struct lw_directory *people,
                                   const struct lw_allocator *allocator);
/* Safe on a zeroed one. */
void lw_staffing_finish(struct lw_staffing *staffing);

/* Where in by_team those begin who are in that team or below it; they go on for as long as
 * lw_team_within says so. */
uint32_t lw_staffing_begin(const struct lw_staffing *staffing, lw_str team);

#endif
