/* How sure a difference of costs is: what it might as well have been, had the weeks fallen
 * otherwise.
 *
 * The percentile bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter
 * 13): the weeks of the past are drawn anew, with repetition, and the difference is summed again;
 * nine in ten of the sums lie between `low` and `high`. Whole weeks, because days of a week and
 * requests of a day resemble each other; days where there are fewer than eight weeks. It knows
 * nothing of weeks unlike all that were seen. Amounts are minor units; the draws come of a fixed
 * seed: the same past gives the same range. */
#ifndef LW_REPLAY_SPREAD_H
#define LW_REPLAY_SPREAD_H

#include "replay/report.h"

enum { LW_SPREAD_PERIODS_LEAST = 8 };

struct lw_spread {
  bool known;       /* false: fewer than LW_SPREAD_PERIODS_LEAST days, or too much to be counted */
  uint32_t periods; /* weeks or days */
  bool weeks;
  int64_t change; /* the difference itself */
  int64_t low;
  int64_t high;
};

/* Of differences by period. LW_NO_MEMORY. */
LW_NODISCARD enum lw_code lw_spread_of(const int64_t *changes, uint32_t count,
                                       struct lw_spread *ret_spread, struct lw_error *err);
/* Of what is granted at once: after less before (NULL: as it was decided then), of requests of the
 * time that told says (NULL: of all). LW_NO_MEMORY. */
LW_NODISCARD enum lw_code lw_spread_costs(const struct lw_tape *tape, const struct lw_run *before,
                                          const struct lw_run *after,
                                          const struct lw_report_options *told,
                                          struct lw_spread *ret_spread, struct lw_error *err);

#endif
