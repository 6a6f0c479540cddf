/* Sigma comes from the moving range of two, whose mean is 2 / sqrt(pi) = 1.128 sigma: unlike the
 * standard deviation of all values it does not grow when the level moves, which is what the chart
 * is to show. CUSUMs are not set back after an alarm: the page shows how long it lasts, and a new
 * phase begins where somebody says that one did. */
#include "measure/chart.h"

#include "base/check.h"

#include <math.h>
#include <string.h>

static const double range_of_sigma = 1.12837916709551257390; /* d2 of two: 2 / sqrt(pi) */
static const double edge_of_range = 3.26653209630617437300;  /* D4: 1 + 3 sqrt(pi / 2 - 1) */
static const double edge_of_single = 3.0;

struct lw_chart_options lw_chart_usual(void)
{
  return (struct lw_chart_options){
      .lambda = 0.2, .ewma_edge = 2.962, .cusum_free = 0.5, .cusum_edge = 5.0};
}

static void find_phase(const double *values, const struct lw_chart_options *options,
                       struct lw_chart_phase *phase)
{
  uint32_t n =
      options->baseline > 0 && options->baseline < phase->count ? options->baseline : phase->count;
  double mean = 0.0;
  for (uint32_t i = 0; i < n; i++) {
    mean += (values[i] - mean) / (i + 1); /* never larger than the values */
  }
  for (uint32_t i = 1; i < n; i++) {
    phase->range += fabs(values[i] - values[i - 1]) / (n - 1);
  }
  bool given = options->sigma > 0.0;
  phase->center = given ? options->center : mean;
  phase->sigma = given ? options->sigma : phase->range / range_of_sigma;
  phase->range = given ? options->sigma * range_of_sigma : phase->range;
  phase->range_high = phase->range * edge_of_range;
  phase->low = phase->center - edge_of_single * phase->sigma;
  phase->high = phase->center + edge_of_single * phase->sigma;
  /* What rounding leaves of values that are all alike is no sigma. */
  static const double nothing = 1e-12;
  phase->known = phase->sigma > nothing * fabs(phase->center) && isfinite(phase->high) &&
                 isfinite(phase->low) && isfinite(phase->range_high);
}

static int side_of(double value, double low, double high)
{
  return value < low ? -1 : value > high ? 1 : 0;
}

static void count_runs(struct lw_chart_point *point, const struct lw_chart_point *before)
{
  for (int kind = 0; kind < LW_CHARTS; kind++) {
    if (point->side[kind] != 0) {
      bool goes_on = before != NULL && before->side[kind] == point->side[kind];
      point->run[kind] = goes_on ? before->run[kind] + 1 : 1;
    }
  }
}

static void place(const struct lw_chart_options *options, const struct lw_chart_phase *phase,
                  uint32_t at, struct lw_chart_point *point)
{
  const struct lw_chart_point *before = at > 0 ? point - 1 : NULL;
  double lambda = options->lambda;
  double off = (point->value - phase->center) / phase->sigma;
  double forgotten = pow(1.0 - lambda, 2.0 * (at + 1.0));
  double reach =
      options->ewma_edge * phase->sigma * sqrt(lambda / (2.0 - lambda) * (1.0 - forgotten));
  point->ewma =
      lambda * point->value + (1.0 - lambda) * (before != NULL ? before->ewma : phase->center);
  point->ewma_low = phase->center - reach;
  point->ewma_high = phase->center + reach;
  point->up = fmax((before != NULL ? before->up : 0.0) + off - options->cusum_free, 0.0);
  point->down = fmax((before != NULL ? before->down : 0.0) - off - options->cusum_free, 0.0);
  point->side[LW_CHART_SINGLE] = side_of(point->value, phase->low, phase->high);
  point->side[LW_CHART_RANGE] = point->range > phase->range_high;
  point->side[LW_CHART_EWMA] = side_of(point->ewma, point->ewma_low, point->ewma_high);
  point->side[LW_CHART_CUSUM] =
      side_of(point->up - point->down, -options->cusum_edge, options->cusum_edge);
  if (point->up > options->cusum_edge || point->down > options->cusum_edge) {
    point->side[LW_CHART_CUSUM] = point->up >= point->down ? 1 : -1;
  }
  count_runs(point, before);
}

static void draw_phase(const double *values, const struct lw_chart_options *options,
                       struct lw_chart_phase *phase, struct lw_chart_point *points)
{
  find_phase(values, options, phase);
  for (uint32_t i = 0; i < phase->count; i++) {
    LW_ASSERT(isfinite(values[i]));
    points[i] = (struct lw_chart_point){.value = values[i],
                                        .range = i > 0 ? fabs(values[i] - values[i - 1]) : 0.0};
    if (phase->known) {
      place(options, phase, i, &points[i]);
    }
  }
}

static bool can_be(const struct lw_chart_input *input, const struct lw_chart_options *options)
{
  bool fits = input->n >= 1 && options->lambda > 0.0 && options->lambda <= 1.0 &&
              options->ewma_edge > 0.0 && options->cusum_edge > 0.0 && options->cusum_free >= 0.0 &&
              options->sigma >= 0.0 && isfinite(options->sigma) && isfinite(options->center);
  uint32_t before = 0;
  for (uint32_t i = 0; fits && i < input->n_starts; i++) {
    fits = input->starts[i] > before && input->starts[i] < input->n;
    before = input->starts[i];
  }
  return fits;
}

enum lw_code lw_chart(const struct lw_chart_input *input, const struct lw_chart_options *options,
                      struct lw_chart_point *ret_points, struct lw_chart_phase *ret_phases,
                      struct lw_error *err)
{
  if (!can_be(input, options)) {
    return lw_fail(err, LW_INVALID, "the chart's phases or options can not be");
  }
  for (uint32_t i = 0; i <= input->n_starts; i++) {
    uint32_t first = i > 0 ? input->starts[i - 1] : 0;
    uint32_t end = i < input->n_starts ? input->starts[i] : input->n;
    ret_phases[i] = (struct lw_chart_phase){.first = first, .count = end - first};
    draw_phase(input->values + first, options, &ret_phases[i], ret_points + first);
  }
  return LW_OK;
}
