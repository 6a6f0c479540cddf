/* Who stays: of people with a day on which they began, the share still there after one and after
 * three years (measure/staying.h), all together and by tier. The tier stands for how much room they
 * have, as it is now or was last: who stays is promoted, so that a difference is partly made by
 * staying itself. It is no proof that room makes people stay. AI agents are left out. */
#ifndef LW_TRACK_REMAIN_H
#define LW_TRACK_REMAIN_H

#include "measure/staying.h"
#include "people/staff.h"
#include "policy/model.h"
#include "track/overview.h"

enum { LW_REMAIN_GROUP_MIN = 5, LW_REMAIN_GROUPS_MAX = LW_STAYING_GROUPS_MAX, LW_REMAIN_YEARS = 2 };
extern const uint32_t lw_remain_years[LW_REMAIN_YEARS]; /* 1, 3 */

struct lw_remain_group {
  lw_str tier; /* empty of all together */
  uint32_t people;
  uint32_t left;
  struct lw_interval after[LW_REMAIN_YEARS];
};

struct lw_remain {
  struct lw_remain_group whole;
  struct lw_remain_group groups[LW_REMAIN_GROUPS_MAX];
  uint32_t n_groups;
  uint32_t hidden; /* people in groups too small to be shown */
  struct lw_stay_differ differ;
};

/* individuals false: groups of fewer than LW_REMAIN_GROUP_MIN people are not shown, nor the whole
 * when it is one. policy: the order of tiers; or NULL. LW_NO_MEMORY, LW_LIMIT. */
LW_NODISCARD enum lw_code lw_remain_make(const struct lw_staff *staff,
                                         const struct lw_policy *policy,
                                         const struct lw_track_scope *scope, lw_usec now,
                                         bool individuals, struct lw_arena *arena,
                                         struct lw_remain *ret_remain, struct lw_error *err);

#endif
