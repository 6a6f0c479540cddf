/* Funnels: what each unit (an agent, a team, a cause) gave, beside what was to be expected of its
 * cases, within limits that are as wide as chance makes them for so many cases. Outside of the band
 * is a reason to look, not a verdict. Both ends are treated alike.
 *
 * Limits stand for chances of 1 in 20 and 1 in 500, both ends together, under the rule that nothing
 * but chance and how much people differ anyhow is at work. How much they differ is estimated from
 * all of them together (additive random effects, Spiegelhalter 2005, doi 10.1002/sim.1970), outer
 * tenths drawn in, so that who is far out does not widen the band for everybody.
 *
 * Pure: sums in, figures out; units and places are the caller's; any thread. Totals of money are
 * minor units, exact, in one currency; doubles only say what is shown rounded. What can not be
 * placed (no cases, nothing that varies) has `known` false and 0 everywhere: NaN never comes out.
 *
 * docs/explanation/track-statistics.md says all this to who reads the page. */
#ifndef LW_MEASURE_FUNNEL_H
#define LW_MEASURE_FUNNEL_H

#include "base/attr.h"
#include "base/result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lw_funnel_kind {
  LW_FUNNEL_SHARE, /* cases with something, of all cases: binomial */
  LW_FUNNEL_COUNT, /* happenings: Poisson */
  LW_FUNNEL_MEAN,  /* an amount, a time each case: normal, with the skew of a sum */
  LW_FUNNEL_PART /* a mean of parts of a whole each case, such as ratings on a scale, in millionths:
                    as a mean by chance; how units differ is on the scale of odds, as of shares */
};
enum { LW_FUNNEL_PART_WHOLE = 1000000 };

/* What is known of a unit. lw_mix_expect (mix.h) fills it for unlike cases, the functions below for
 * cases that are all alike. */
struct lw_funnel_unit {
  int64_t n;       /* cases */
  int64_t given;   /* in all: cases with it, happenings, or the sum of amounts (minor units) */
  double expected; /* in all, in the unit of given */
  double variance; /* of given about expected, by chance alone */
  double skew;     /* of given; of means and parts only */
  double freedom;  /* degrees of freedom behind the variance, 0: it is known; of them only */
};

/* All cases alike. A share's target is within 0 .. 1; a count's is for each case; a mean's comes
 * with the whole's variance and skew of one case and the degrees of freedom behind that variance.
 */
struct lw_funnel_unit lw_funnel_share(int64_t n, int64_t given, double target);
struct lw_funnel_unit lw_funnel_count(int64_t n, int64_t given, double target);
struct lw_funnel_whole {
  double mean; /* in the unit of given */
  double variance;
  double skew;
  double freedom;
};
struct lw_funnel_unit lw_funnel_mean(int64_t n, int64_t given, const struct lw_funnel_whole *whole);

/* How much units differ beyond chance: sigma of the logarithm of a count or mean against what was
 * expected of it, of the logarithm of the odds of a share or part. {0}: not at all. */
struct lw_funnel_spread {
  uint32_t units; /* that it was estimated from; 0: tau is known */
  double phi;     /* how many times as much as by chance alone their z vary */
  double tau;     /* >= 0 */
};

enum { LW_FUNNEL_SPREAD_UNITS_MIN = 10 /* of fewer it stays 0 */ };

/* Units of which less than one is expected (of shares: or less than one without) are left out:
 * whole numbers that small do not vary as a z does. LW_NO_MEMORY. */
LW_NODISCARD enum lw_code lw_funnel_spread(enum lw_funnel_kind kind,
                                           const struct lw_funnel_unit *units, size_t n_units,
                                           struct lw_funnel_spread *ret_spread,
                                           struct lw_error *err);

enum lw_funnel_band { LW_BAND_20, LW_BAND_500, LW_BANDS };
enum lw_funnel_side { LW_FUNNEL_BELOW = -1, LW_FUNNEL_INSIDE = 0, LW_FUNNEL_ABOVE = 1 };

/* By case, in the unit of given: a share within 0 .. 1, an amount in minor units. */
struct lw_funnel_limits {
  double low[LW_BANDS];
  double high[LW_BANDS];
};

struct lw_funnel_place {
  bool known;
  double value;   /* given / n */
  double target;  /* expected / n */
  double shrunk;  /* the best guess at the unit's own value: drawn towards the target, the more so
                   * the fewer its cases; the target itself where units do not differ */
  double z_alone; /* how far out by chance alone */
  double z;       /* with how much units differ anyhow allowed for */
  double p;       /* chance of as far out on either side; 0 < p <= 1 */
  enum lw_funnel_side outside[LW_BANDS];
};

/* A unit's place; `spread` as estimated, or {0}. Never fails. */
struct lw_funnel_place lw_funnel_place(enum lw_funnel_kind kind, const struct lw_funnel_unit *unit,
                                       const struct lw_funnel_spread *spread);
/* The limits around a unit's own target, for its number of cases; `given` is not read. A value is
 * outside just when it is beyond them. Of an unknown unit all are 0. */
struct lw_funnel_limits lw_funnel_limits(enum lw_funnel_kind kind,
                                         const struct lw_funnel_unit *unit,
                                         const struct lw_funnel_spread *spread);
/* As many cases as `n` of the same sort as the unit's: for the curve of limits, a point for each of
 * some n. n >= 1; `given` is 0. */
struct lw_funnel_unit lw_funnel_scaled(const struct lw_funnel_unit *unit, int64_t n);

const char *lw_funnel_band_words(enum lw_funnel_band band); /* "1 in 20" */
double lw_funnel_band_chance(enum lw_funnel_band band);     /* 0.05, 0.002 */

#endif
