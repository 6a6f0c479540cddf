/* Intervals of a share, a rate and a mean. Pure: sums in, bounds out; owns nothing; any thread.
 *
 * `chance` is the interval's chance of missing the truth, both sides together, half on each: 0.05
 * for 95 of 100; 0 < chance < 1 is asserted. Nothing here fails or gives NaN: of nothing (0 of 0)
 * `known` is false, the value is 0 and the bounds are as wide as they can be. */
#ifndef LW_MEASURE_INTERVAL_H
#define LW_MEASURE_INTERVAL_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

struct lw_interval {
  bool known;
  double value;
  double low;
  double high;
};

/* Wilson 1927: of a share of yes among n, 0 <= yes <= n. Right on average; the one to show. */
struct lw_interval lw_interval_wilson(int64_t yes, int64_t n, double chance);
/* Clopper and Pearson 1934: never misses more often than it says, mostly less; where a promise
 * hangs on it. */
struct lw_interval lw_interval_exact(int64_t yes, int64_t n, double chance);
/* Garwood 1936, exact: happenings for each of `exposure` (cases, days), in the unit of 1 /
 * exposure. `count` >= 0; of exposure <= 0 nothing is known. */
struct lw_interval lw_interval_rate(int64_t count, double exposure, double chance);
/* Student 1908: the mean of n values with such sums, in the values' unit; minor units stay minor
 * units. Sums are exact, whatever the mean. Of one value the mean is known but not how sure it is:
 * the bounds are -+DBL_MAX. */
struct lw_interval lw_interval_mean(int64_t n, int64_t sum, lw_int128 squares, double chance);

/* Exact sums of n values and of their squares. */
struct lw_interval_sums {
  int64_t n;
  int64_t sum;
  lw_int128 squares;
};
/* Welch 1947: how much more the mean of the first is than that of the second, whatever each
 * scatters. Not known when either has fewer than two values. */
struct lw_interval lw_interval_between(const struct lw_interval_sums *one,
                                       const struct lw_interval_sums *other, double chance);

/* --- for its neighbours --- */

/* Sum of (value - mean)^2, without the loss of digits that squares - sum^2 / n has. n >= 1. */
double lw_interval_scatter(int64_t n, int64_t sum, lw_int128 squares);

#endif
