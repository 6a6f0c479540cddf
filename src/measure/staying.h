/* Staying: how many are still there after so long, where many still are (Kaplan and Meier 1958),
 * with Greenwood's variance (1926) and an interval that stays within 0 .. 1 (the log-log one,
 * Kalbfleisch and Prentice 1980). And whether groups differ in it (log-rank, Mantel 1966). It says
 * that they differ, never why.
 *
 * Pure: time in any whole unit (days); memory is the caller's but for a copy that is sorted and
 * given back; any thread. NaN never comes out. */
#ifndef LW_MEASURE_STAYING_H
#define LW_MEASURE_STAYING_H

#include "base/attr.h"
#include "base/result.h"
#include "measure/interval.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LW_STAYING_GROUPS_MAX = 16 };

struct lw_stay {
  uint32_t days;  /* from the start until they left, or until today */
  uint32_t group; /* of lw_staying_differ only, below LW_STAYING_GROUPS_MAX */
  bool left;      /* false: still there, as far as is known */
};

/* From `days` on, until the next step, such a share is there. */
struct lw_stay_step {
  uint32_t days;
  uint32_t at_risk; /* there just before */
  uint32_t left;    /* on that day, >= 1 */
  double share;
  double error; /* Greenwood's standard error of share; 0 once nobody is left */
};

struct lw_staying {
  uint32_t people;
  uint32_t left;
  uint32_t longest; /* days that anybody was seen for: nothing is known beyond */
  size_t n_steps;
};

/* ret_steps: room for `count` (days on which somebody left, at most so many). LW_LIMIT: more than
 * UINT32_MAX people; LW_NO_MEMORY. */
LW_NODISCARD enum lw_code lw_staying(const struct lw_stay *stays, size_t count,
                                     struct lw_stay_step *ret_steps, struct lw_staying *ret_staying,
                                     struct lw_error *err);

/* The share still there after so many days, `chance` as in interval.h. Not known beyond the longest
 * stay, unless nobody is left. Before anybody left, and where nobody is left, no variance is known:
 * the bounds are Clopper and Pearson's of all that were seen, or of those that were last there. */
struct lw_interval lw_staying_after(const struct lw_staying *staying,
                                    const struct lw_stay_step *steps, uint32_t days, double chance);
/* The first day on which half or fewer are there; false: not reached. */
bool lw_staying_median(const struct lw_staying *staying, const struct lw_stay_step *steps,
                       uint32_t *ret_days);

struct lw_stay_differ {
  bool known;         /* two groups or more, and somebody left while two could have */
  double chi_squared; /* log-rank */
  uint32_t freedom;
  double p;
  uint32_t left[LW_STAYING_GROUPS_MAX];
  double expected[LW_STAYING_GROUPS_MAX]; /* to leave, were all groups alike */
};
/* LW_INVALID: a group past the last; LW_LIMIT, LW_NO_MEMORY as above. */
LW_NODISCARD enum lw_code lw_staying_differ(const struct lw_stay *stays, size_t count,
                                            struct lw_stay_differ *ret_differ,
                                            struct lw_error *err);

#endif
