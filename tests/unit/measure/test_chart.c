/* Charts and run lengths against Montgomery's book and the papers' tables. */
#include "measure/chart.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "near.h"

enum { POINTS_MAX = 40 };

static struct lw_chart_point points[POINTS_MAX];
static struct lw_chart_phase phases[4];

static void chart(const double *values, uint32_t n, const struct lw_chart_options *options)
{
  struct lw_error err;
  const struct lw_chart_input input = {.values = values, .n = n};
  assert_int_equal(lw_chart(&input, options, points, phases, &err), LW_OK);
}

/* Montgomery, Introduction to Statistical Quality Control, table 6.6: costs of mortgage loans. */
static void single_values_are_montgomerys(void **state)
{
  static const double costs[] = {310, 288, 297, 298, 307, 303, 294, 297, 308, 306,
                                 294, 299, 297, 299, 314, 295, 293, 306, 301, 304};
  const struct lw_chart_options options = lw_chart_usual();
  (void)state;
  chart(costs, 20, &options);
  assert_true(phases[0].known);
  assert_close(phases[0].center, 300.5, 1e-9);
  assert_close(phases[0].range, 7.79, 0.005);
  assert_close(phases[0].high, 321.22, 0.02);
  assert_close(phases[0].low, 279.78, 0.02);
  assert_close(phases[0].range_high, 25.45, 0.02);
  for (int i = 0; i < 20; i++) {
    assert_int_equal(points[i].side[LW_CHART_SINGLE], 0);
  }
}

/* The same book, tables 9.1, 9.2 (mean 10, sigma 1, k 0.5, h 5) and 9.10 (lambda 0.1, L 2.7): the
 * last ten values have mean 11; both charts speak at the 29th. */
static void sums_and_averages_are_montgomerys(void **state)
{
  static const double values[] = {9.45,  7.99,  9.29,  11.66, 12.16, 10.18, 8.04,  11.46,
                                  9.20,  10.34, 9.03,  11.47, 10.51, 9.40,  10.08, 9.37,
                                  10.62, 10.31, 8.52,  10.84, 10.90, 9.33,  12.29, 11.50,
                                  10.60, 11.08, 10.38, 11.62, 11.31, 10.52};
  static const double up[] = {1.79, 2.79, 2.89, 3.47, 3.35, 4.47, 5.28, 5.30};
  const struct lw_chart_options options = {.lambda = 0.1,
                                           .ewma_edge = 2.7,
                                           .cusum_free = 0.5,
                                           .cusum_edge = 5.0,
                                           .center = 10.0,
                                           .sigma = 1.0};
  (void)state;
  chart(values, 30, &options);
  for (int i = 0; i < 8; i++) {
    assert_close(points[22 + i].up, up[i], 1e-9);
  }
  assert_close(points[1].down, 1.56, 1e-9);
  assert_close(points[0].ewma, 9.945, 1e-9);
  assert_close(points[1].ewma, 9.7495, 1e-9);
  assert_close(points[0].ewma_high, 10.27, 1e-9);
  assert_close(points[29].ewma_high, 10.62, 0.005);
  for (int i = 0; i < 30; i++) {
    assert_int_equal(points[i].side[LW_CHART_CUSUM], i >= 28);
    assert_int_equal(points[i].side[LW_CHART_EWMA], i >= 28);
    assert_int_equal(points[i].side[LW_CHART_SINGLE], 0);
  }
  assert_int_equal(points[29].run[LW_CHART_CUSUM], 2);
  assert_int_equal(points[29].run[LW_CHART_EWMA], 2);
}

/* Twenty around 10, then twenty around 20: one phase is full of alarms, two are quiet. */
static void limits_begin_anew(void **state)
{
  static const uint32_t starts[] = {20};
  double values[40];
  struct lw_error err;
  const struct lw_chart_options options = lw_chart_usual();
  (void)state;
  for (int i = 0; i < 40; i++) {
    values[i] = (i < 20 ? 10.0 : 20.0) + (i % 2 == 0 ? 0.5 : -0.5) + (i % 3 == 0 ? 0.3 : 0.0);
  }
  struct lw_chart_input input = {values, 40, starts, 1};
  assert_int_equal(lw_chart(&input, &options, points, phases, &err), LW_OK);
  int outside = 0;
  for (int i = 0; i < 40; i++) {
    for (int kind = 0; kind < LW_CHARTS; kind++) {
      outside += points[i].side[kind] != 0;
    }
  }
  assert_int_equal(outside, 0);
  assert_int_equal(phases[1].first, 20);
  assert_close(points[20].range, 0.0, 0.0);
  input.n_starts = 0;
  assert_int_equal(lw_chart(&input, &options, points, phases, &err), LW_OK);
  assert_int_equal(points[5].side[LW_CHART_EWMA], -1);
  assert_int_equal(points[39].side[LW_CHART_CUSUM], 1);
  /* With the first twenty as the usual, the first one after is out. */
  struct lw_chart_options watched = options;
  watched.baseline = 20;
  assert_int_equal(lw_chart(&input, &watched, points, phases, &err), LW_OK);
  assert_int_equal(points[19].side[LW_CHART_SINGLE], 0);
  assert_int_equal(points[20].side[LW_CHART_SINGLE], 1);
  assert_int_equal(points[20].side[LW_CHART_RANGE], 1);
  assert_int_equal(points[39].run[LW_CHART_SINGLE], 20);
}

static void too_little_has_no_limits(void **state)
{
  static const double alike[] = {0.1, 0.1, 0.1, 0.1, 0.1};
  static const double jump[] = {0.1, 0.1, 0.1, 0.1, 9.0};
  static const double huge[] = {1e308, -1e308, 1e308, -1e308};
  static const uint32_t wrong[] = {3, 3};
  struct lw_chart_options options = lw_chart_usual();
  struct lw_error err;
  (void)state;
  chart(alike, 1, &options);
  assert_false(phases[0].known);
  assert_close(points[0].value, 0.1, 0.0);
  chart(alike, 5, &options);
  assert_false(phases[0].known);
  chart(huge, 4, &options);
  assert_false(phases[0].known);
  options.baseline = 4;
  chart(jump, 5, &options);
  assert_false(phases[0].known);
  assert_int_equal(points[4].side[LW_CHART_SINGLE], 0);
  struct lw_chart_input input = {alike, 5, wrong, 2};
  assert_int_equal(lw_chart(&input, &options, points, phases, &err), LW_INVALID);
  options.lambda = 0.0;
  input.n_starts = 0;
  assert_int_equal(lw_chart(&input, &options, points, phases, &err), LW_INVALID);
}

/* The same book, table 9.3 (after Lucas and Crosier 1982): CUSUM, k 0.5. */
static void cusum_runs_are_the_tables(void **state)
{
  static const struct {
    double shift;
    double four;
    double five;
    double off;
  } rows[] = {{0.0, 168, 465, 0.6},     {0.25, 74.2, 139, 0.6},   {0.5, 26.6, 38.0, 0.06},
              {0.75, 13.3, 17.0, 0.06}, {1.0, 8.38, 10.4, 0.06},  {1.5, 4.75, 5.75, 0.006},
              {2.0, 3.34, 4.01, 0.006}, {2.5, 2.62, 3.11, 0.006}, {3.0, 2.19, 2.57, 0.006},
              {4.0, 1.71, 2.01, 0.006}};
  struct lw_error err;
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    double four = 0.0;
    double five = 0.0;
    assert_int_equal(lw_chart_cusum_run(0.5, 4.0, rows[i].shift, &four, &err), LW_OK);
    assert_int_equal(lw_chart_cusum_run(0.5, 5.0, -rows[i].shift, &five, &err), LW_OK);
    assert_close(four, rows[i].four, rows[i].off);
    assert_close(five, rows[i].five, rows[i].off);
  }
}

/* Lucas and Saccucci 1990, Technometrics 32, 1-12 (Montgomery, table 9.11). */
static void ewma_runs_are_the_tables(void **state)
{
  static const struct {
    double lambda;
    double edge;
    double runs[5]; /* shift 0, 0.5, 1, 2, 3 */
  } rows[] = {{0.40, 3.054, {500, 71.2, 14.3, 3.5, 2.0}},
              {0.25, 2.998, {500, 48.2, 11.1, 3.6, 2.3}},
              {0.20, 2.962, {500, 41.8, 10.5, 3.7, 2.4}},
              {0.10, 2.814, {500, 31.3, 10.3, 4.4, 2.9}},
              {0.05, 2.615, {500, 28.8, 11.4, 5.2, 3.5}}};
  static const double shifts[] = {0.0, 0.5, 1.0, 2.0, 3.0};
  struct lw_error err;
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    for (int k = 0; k < 5; k++) {
      double run = 0.0;
      assert_int_equal(lw_chart_ewma_run(rows[i].lambda, rows[i].edge, shifts[k], &run, &err),
                       LW_OK);
      assert_close(run, rows[i].runs[k], k == 0 ? 1.5 : k == 1 ? 0.1 : 0.06);
    }
  }
}

static void other_runs(void **state)
{
  double run = 0.0;
  double single = lw_chart_single_run(3.0, 1.0);
  struct lw_error err;
  (void)state;
  assert_close(lw_chart_single_run(3.0, 0.0), 370.4, 0.05);
  assert_close(single, 43.89, 0.01);
  /* Without memory an average is the value. */
  assert_int_equal(lw_chart_ewma_run(1.0, 3.0, 1.0, &run, &err), LW_OK);
  assert_close(run, single, 1e-6);
  assert_int_equal(lw_chart_cusum_run(0.5, 5.0, 30.0, &run, &err), LW_OK);
  assert_close(run, 1.0, 1e-9);
  assert_int_equal(lw_chart_cusum_run(5.0, 40.0, 0.0, &run, &err), LW_INVALID);
  assert_int_equal(lw_chart_ewma_run(0.0, 3.0, 0.0, &run, &err), LW_INVALID);
  assert_int_equal(lw_chart_ewma_run(0.1, (double)NAN, 0.0, &run, &err), LW_INVALID);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(single_values_are_montgomerys),
      cmocka_unit_test(sums_and_averages_are_montgomerys),
      cmocka_unit_test(limits_begin_anew),
      cmocka_unit_test(too_little_has_no_limits),
      cmocka_unit_test(cusum_runs_are_the_tables),
      cmocka_unit_test(ewma_runs_are_the_tables),
      cmocka_unit_test(other_runs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
