/* Expected of a mix of cases, by hand, and at the ends. */
#include "measure/mix.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "near.h"

static const struct lw_funnel_spread none = {0};

static struct lw_mix_cell cell(int64_t n, int64_t sum)
{
  return (struct lw_mix_cell){.n = n, .sum = sum};
}

static struct lw_mix_cell amounts(int64_t n, int64_t a, int64_t b)
{
  struct lw_mix_cell all = {0};
  for (int64_t i = 0; i < n; i++) {
    assert_true(lw_mix_add(&all, i % 2 == 0 ? a : b));
  }
  return all;
}

/* One sort of case: the others' 6 of 30, with half a case of either kind more. */
static void others_say_what_is_expected(void **state)
{
  static const uint32_t groups[] = {0};
  const struct lw_mix_row rows[] = {{0, 0, cell(10, 4)}, {1, 0, cell(30, 6)}};
  const struct lw_mix_input input = {LW_FUNNEL_SHARE, 3, 1, 1, rows, 2, groups};
  struct lw_funnel_unit units[3];
  struct lw_mix_whole whole;
  struct lw_error err;
  (void)state;
  assert_int_equal(lw_mix_expect(&input, units, &whole, &err), LW_OK);
  double share = 6.5 / 31;
  assert_int_equal(units[0].n, 10);
  assert_int_equal(units[0].given, 4);
  assert_close(units[0].expected, 10 * share, 1e-12);
  assert_close(units[0].variance, 10 * share * (1 - share) * (1 + 10.0 / 30), 1e-12);
  assert_close(units[1].expected, 30 * 4.5 / 11, 1e-12);
  assert_int_equal(units[2].n, 0);
  assert_false(lw_funnel_place(LW_FUNNEL_SHARE, &units[2], &none).known);
  assert_close(whole.mean, 0.25, 1e-12);
  assert_close(whole.strata_cases, DBL_MAX, 0.0);
}

/* Two sorts, a half and a tenth: who has only the first is expected to give in a half of cases. */
static void an_own_mix_is_allowed_for(void **state)
{
  static const uint32_t groups[] = {0, 0};
  const struct lw_mix_row rows[] = {
      {0, 0, cell(1000, 500)}, {0, 1, cell(1000, 100)}, {1, 0, cell(1000, 500)},
      {1, 1, cell(1000, 100)}, {2, 0, cell(100, 50)},   {3, 1, cell(100, 10)},
      {4, 1, cell(100, 50)},
  };
  const struct lw_mix_input input = {LW_FUNNEL_SHARE, 5, 2, 1, rows, 7, groups};
  struct lw_funnel_unit units[5];
  struct lw_mix_whole whole;
  struct lw_error err;
  (void)state;
  assert_int_equal(lw_mix_expect(&input, units, &whole, &err), LW_OK);
  assert_true(whole.strata_cases < 10.0);
  assert_close(units[2].expected, 50.0, 0.3);
  assert_close(units[3].expected, 10.0, 2.5);
  assert_int_equal(lw_funnel_place(LW_FUNNEL_SHARE, &units[2], &none).outside[LW_BAND_20], 0);
  assert_int_equal(lw_funnel_place(LW_FUNNEL_SHARE, &units[3], &none).outside[LW_BAND_20], 0);
  assert_int_equal(lw_funnel_place(LW_FUNNEL_SHARE, &units[4], &none).outside[LW_BAND_500], 1);
}

/* A sort of which the others had few cases leans on the coarser sort, one that they had many of on
 * itself. Buehlmann and Straub by hand: strata of 100, 100 and 4 cases. */
static void few_cases_lean_on_the_coarser_sort(void **state)
{
  static const uint32_t groups[] = {0, 0, 0};
  const struct lw_mix_row rows[] = {{0, 0, cell(1, 0)},
                                    {0, 2, cell(1, 0)},
                                    {1, 0, cell(99, 20)},
                                    {1, 1, cell(100, 60)},
                                    {1, 2, cell(3, 3)}};
  const struct lw_mix_input input = {LW_FUNNEL_SHARE, 2, 3, 1, rows, 5, groups};
  struct lw_funnel_unit units[2];
  struct lw_mix_whole whole;
  struct lw_error err;
  (void)state;
  assert_int_equal(lw_mix_expect(&input, units, &whole, &err), LW_OK);
  double mean = 83.0 / 204;
  double within = (20 * 80 / 100.0 + 60 * 40 / 100.0 + 3 * 1 / 4.0) / (99 + 99 + 3);
  double squares = 100 * pow(0.2 - mean, 2) + 100 * pow(0.6 - mean, 2) + 4 * pow(0.75 - mean, 2);
  double size = 204 - (100.0 * 100 + 100 * 100 + 4 * 4) / 204;
  double cases = within * size / (squares - 2 * within);
  double coarse = 83.5 / 203; /* the group is the whole: not drawn to itself but equal to it */
  assert_close(whole.strata_cases, cases, 1e-9);
  double first = (20 + cases * coarse) / (99 + cases);
  double third = (3 + cases * coarse) / (3 + cases);
  assert_close(units[0].expected, first + third, 1e-9);
}

/* All give 1000, one gives 2000: nothing varies but that one. */
static void who_alone_differs_is_seen(void **state)
{
  static const uint32_t groups[] = {0};
  struct lw_mix_row rows[50];
  struct lw_funnel_unit units[50];
  struct lw_error err;
  (void)state;
  for (uint32_t i = 0; i < 50; i++) {
    rows[i] = (struct lw_mix_row){i, 0, i == 7 ? amounts(20, 2000, 2000) : amounts(20, 1000, 1000)};
  }
  const struct lw_mix_input input = {LW_FUNNEL_MEAN, 50, 1, 1, rows, 50, groups};
  assert_int_equal(lw_mix_expect(&input, units, NULL, &err), LW_OK);
  assert_close(units[7].expected, 20000.0, 1e-6);
  assert_int_equal(lw_funnel_place(LW_FUNNEL_MEAN, &units[7], &none).outside[LW_BAND_500], 1);
  assert_int_equal(lw_funnel_place(LW_FUNNEL_MEAN, &units[8], &none).outside[LW_BAND_20], 0);
}

/* 0 and 3 in turns, 100 each: mean 1.5, variance 2.25 (over n - 1: 2.2613), no skew; 0, 0, 3: skew
 * is 2^-1/2. */
static void variance_and_skew_are_the_wholes(void **state)
{
  static const uint32_t groups[] = {0};
  const struct lw_mix_row rows[] = {{0, 0, amounts(200, 0, 3)}, {1, 0, amounts(200, 0, 3)}};
  const struct lw_mix_input input = {LW_FUNNEL_MEAN, 2, 1, 1, rows, 2, groups};
  struct lw_funnel_unit units[2];
  struct lw_mix_whole whole;
  struct lw_error err;
  (void)state;
  assert_int_equal(lw_mix_expect(&input, units, &whole, &err), LW_OK);
  assert_close(whole.variance, 400 * 2.25 / 399, 1e-12);
  assert_close(whole.skew, 0.0, 1e-9);
  assert_close(units[0].freedom, 399.0, 0.0);
  assert_close(units[0].variance, 200 * whole.variance * 2, 1e-9);
  struct lw_mix_row skew[] = {{0, 0, {0}}, {1, 0, {0}}};
  for (int i = 0; i < 300; i++) {
    /* A large constant more changes nothing, and takes no digits. */
    assert_true(lw_mix_add(&skew[0].cell, 1000000000 + (i % 3 == 0 ? 3 : 0)));
    assert_true(lw_mix_add(&skew[1].cell, 1000000000 + (i % 3 == 0 ? 3 : 0)));
  }
  const struct lw_mix_input bent = {LW_FUNNEL_MEAN, 2, 1, 1, skew, 2, groups};
  assert_int_equal(lw_mix_expect(&bent, units, &whole, &err), LW_OK);
  assert_close(whole.skew, sqrt(0.5), 0.01);
  assert_close(units[0].skew, whole.skew / sqrt(300.0) / pow(2.0, 1.5), 1e-6);
}

static void ends_are_held(void **state)
{
  static const uint32_t groups[] = {0, 0};
  const struct lw_mix_row alone[] = {{0, 0, cell(10, 4)}};
  const struct lw_mix_row never[] = {{0, 0, cell(1000, 0)}, {1, 0, cell(20, 20)}};
  const struct lw_mix_row turned[] = {{1, 0, cell(1, 0)}, {0, 0, cell(1, 0)}};
  const struct lw_mix_row twice[] = {{0, 0, cell(1, 0)}, {0, 0, cell(1, 0)}};
  const struct lw_mix_row more[] = {{0, 0, cell(1, 2)}, {1, 0, cell(1, 0)}};
  const struct lw_mix_row huge[] = {{0, 0, cell(INT64_MAX, 1)}, {1, 0, cell(INT64_MAX, 1)}};
  struct lw_mix_input input = {LW_FUNNEL_SHARE, 2, 2, 1, alone, 1, groups};
  struct lw_funnel_unit units[2];
  struct lw_error err;
  (void)state;
  assert_int_equal(lw_mix_expect(&input, units, NULL, &err), LW_OK);
  assert_false(lw_funnel_place(LW_FUNNEL_SHARE, &units[0], &none).known);
  input.rows = never;
  input.n_rows = 2;
  assert_int_equal(lw_mix_expect(&input, units, NULL, &err), LW_OK);
  assert_int_equal(lw_funnel_place(LW_FUNNEL_SHARE, &units[1], &none).outside[LW_BAND_500], 1);
  const struct lw_mix_row *const wrong[] = {turned, twice, more};
  for (int i = 0; i < 3; i++) {
    input.rows = wrong[i];
    assert_int_equal(lw_mix_expect(&input, units, NULL, &err), LW_INVALID);
  }
  input.rows = huge;
  assert_int_equal(lw_mix_expect(&input, units, NULL, &err), LW_OVERFLOW);
  input.n_rows = 0;
  assert_int_equal(lw_mix_expect(&input, units, NULL, &err), LW_OK);
  struct lw_mix_cell full = cell(INT64_MAX, 0);
  assert_false(lw_mix_add(&full, 1));
  assert_int_equal(full.n, INT64_MAX);
  struct lw_mix_cell some = amounts(3, 5, -7);
  assert_false(lw_mix_add(&some, INT64_MIN));
  assert_true(lw_mix_leave(&some, &some));
  assert_true(some.n == 0 && some.sum == 0 && some.squares == 0 && some.cubes == 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(others_say_what_is_expected),
      cmocka_unit_test(an_own_mix_is_allowed_for),
      cmocka_unit_test(few_cases_lean_on_the_coarser_sort),
      cmocka_unit_test(who_alone_differs_is_seen),
      cmocka_unit_test(variance_and_skew_are_the_wholes),
      cmocka_unit_test(ends_are_held),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
