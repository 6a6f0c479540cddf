/* Control charts: a figure week after week, and when it left its usual course. Single values and
 * their moving ranges (Shewhart 1931), a weighted average that remembers (EWMA, Roberts 1959), and
 * sums of what is too much and too little (CUSUM, Page 1954). Formulas as in Montgomery,
 * Introduction to Statistical Quality Control, 7th edition, chapters 6 and 9.
 *
 * Limits begin anew at each phase: whenever a policy was published, what was usual before says
 * nothing. Pure: values in, points out, in the values' unit; all memory is the caller's; any
 * thread. Where too little is known for limits (fewer than two values, or all alike) the phase's
 * `known` is false, its points carry values alone and are never outside. Values must be finite
 * (asserted). */
#ifndef LW_MEASURE_CHART_H
#define LW_MEASURE_CHART_H

#include "base/attr.h"
#include "base/result.h"

#include <stdbool.h>
#include <stdint.h>

enum lw_chart_kind {
  LW_CHART_SINGLE, /* the value itself, 3 sigma */
  LW_CHART_RANGE,  /* how far it jumped, above only */
  LW_CHART_EWMA,
  LW_CHART_CUSUM,
  LW_CHARTS
};

struct lw_chart_options {
  double lambda;     /* EWMA: weight of the newest, 0 < lambda <= 1 */
  double ewma_edge;  /* EWMA: limits, in sigma of the average */
  double cusum_free; /* CUSUM: k, what is let pass each time, in sigma */
  double cusum_edge; /* CUSUM: h, in sigma */
  uint32_t baseline; /* values of a phase that its center and sigma come from; 0: all of them */
  double center;     /* of all phases, if sigma > 0; else each phase's mean ... */
  double sigma;      /* ... and its mean moving range / 1.128; >= 0 */
};
/* lambda 0.2 with 2.962, k 0.5 with h 5: a false alarm in some 500 and 465 values. */
struct lw_chart_options lw_chart_usual(void);

struct lw_chart_phase {
  uint32_t first;
  uint32_t count;
  bool known; /* limits are */
  double center;
  double sigma;
  double low; /* of single values */
  double high;
  double range; /* mean moving range; its upper limit */
  double range_high;
};

struct lw_chart_point {
  double value;
  double range; /* to the value before, of the same phase; 0 for its first */
  double ewma;
  double ewma_low;
  double ewma_high;
  double up; /* CUSUMs, both >= 0, in sigma */
  double down;
  int side[LW_CHARTS];     /* outside: -1 below, 1 above; 0 inside */
  uint32_t run[LW_CHARTS]; /* how many in a row are outside on that side, this one the last */
};

/* `starts`: where phases begin, ascending, each within 1 .. n - 1 (the first begins at 0 by
 * itself); n_starts may be 0. ret_points: n; ret_phases: n_starts + 1. n >= 1. LW_INVALID: starts
 * or options that can not be. */
struct lw_chart_input {
  const double *values; /* borrowed */
  uint32_t n;
  const uint32_t *starts; /* borrowed */
  uint32_t n_starts;
};
LW_NODISCARD enum lw_code lw_chart(const struct lw_chart_input *input,
                                   const struct lw_chart_options *options,
                                   struct lw_chart_point *ret_points,
                                   struct lw_chart_phase *ret_phases, struct lw_error *err);

/* --- how long until a chart speaks --- */

/* Average number of values until the first one outside, for normal values `shift` sigma off their
 * center, from a fresh start; Markov chains of 201 states (Brook and Evans 1972; Lucas and Saccucci
 * 1990, limits as they are in the long run). Both sides. LW_INVALID: parameters out of range (0 <
 * lambda <= 1, edge > 0, k >= 0) or a run too long for a double; LW_NO_MEMORY. */
double lw_chart_single_run(double edge, double shift);
LW_NODISCARD enum lw_code lw_chart_ewma_run(double lambda, double edge, double shift,
                                            double *ret_run, struct lw_error *err);
LW_NODISCARD enum lw_code lw_chart_cusum_run(double k, double h, double shift, double *ret_run,
                                             struct lw_error *err);

#endif
