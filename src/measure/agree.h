/* How far two people agree who judged the same things: Cohen's kappa. Pure; owns nothing; any
 * thread.
 *
 * Kappa is 1 where they always agree, 0 where they agree as often as chance would have it, below 0
 * where less. Weighted (linear, for answers that have an order) it takes near answers for a part of
 * an agreement: too much against right is half of too much against too little. */
#ifndef LW_MEASURE_AGREE_H
#define LW_MEASURE_AGREE_H

#include <stdbool.h>
#include <stdint.h>

enum { LW_AGREE_ANSWERS_MAX = 16 };

enum lw_agree_weight {
  LW_AGREE_SAME,  /* only the same answer counts (Cohen 1960) */
  LW_AGREE_LINEAR /* 1 - distance / (answers - 1) (Cohen 1968) */
};

struct lw_agree {
  bool known;      /* false: nothing judged, or both gave one and the same answer always */
  int64_t n;       /* things judged by both */
  double observed; /* share of agreement, weighted; 0 .. 1 */
  double expected; /* as much would agree by chance */
  double kappa;
  double error;      /* standard error for the interval (Fleiss, Cohen and Everitt 1969) */
  double error_null; /* if there were no agreement but by chance: for a test */
  double low;        /* the interval, within -1 .. 1 */
  double high;
};

/* `counts` is answers * answers, row the first one's answer, column the second one's; borrowed. 2
 * <= answers <= LW_AGREE_ANSWERS_MAX, counts >= 0 and 0 < chance < 1 are asserted. Large-sample
 * errors: below some 3 answers^2 things judged the interval is only a hint. Nothing fails; what is
 * not known is 0 with the widest bounds, never NaN. */
struct lw_agree lw_agree_kappa(const int64_t *counts, uint32_t answers, enum lw_agree_weight weight,
                               double chance);

#endif
