/* Intervals against printed tables, and at the ends of what can be asked. */
#include "measure/interval.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "near.h"

/* Newcombe 1998, Statistics in Medicine 17, 857-872, table I: methods 3 and 5. */
static void shares_are_newcombes(void **state)
{
  static const struct {
    int64_t yes;
    int64_t n;
    double wilson[2];
    double exact[2];
  } rows[] = {{81, 263, {0.2553, 0.3662}, {0.2527, 0.3676}},
              {15, 148, {0.0624, 0.1605}, {0.0578, 0.1617}},
              {0, 20, {0.0, 0.1611}, {0.0, 0.1684}},
              {1, 29, {0.0061, 0.1718}, {0.0009, 0.1776}}};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct lw_interval wilson = lw_interval_wilson(rows[i].yes, rows[i].n, 0.05);
    struct lw_interval exact = lw_interval_exact(rows[i].yes, rows[i].n, 0.05);
    assert_true(wilson.known && exact.known);
    assert_close(wilson.low, rows[i].wilson[0], 0.00005);
    assert_close(wilson.high, rows[i].wilson[1], 0.00005);
    assert_close(exact.low, rows[i].exact[0], 0.00005);
    assert_close(exact.high, rows[i].exact[1], 0.00005);
  }
}

/* Garwood 1936, Biometrika 28, 437-442: bounds of a Poisson mean. */
static void rates_are_garwoods(void **state)
{
  static const struct {
    int64_t count;
    double low;
    double high;
  } rows[] = {{0, 0.0, 3.689}, {1, 0.0253, 5.572}, {10, 4.795, 18.390}};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct lw_interval rate = lw_interval_rate(rows[i].count, 2.0, 0.05);
    assert_close(rate.value, (double)rows[i].count / 2, 1e-12);
    assert_close(2 * rate.low, rows[i].low, 0.0006);
    assert_close(2 * rate.high, rows[i].high, 0.0006);
  }
}

/* 2, 4, 6: mean 4, variance 4, t of two degrees of freedom 4.303. */
static void means_are_students(void **state)
{
  (void)state;
  struct lw_interval mean = lw_interval_mean(3, 12, 4 + 16 + 36, 0.05);
  assert_close(mean.value, 4.0, 1e-12);
  assert_close(mean.high - 4.0, 4.30265 * sqrt(4.0 / 3), 1e-4);
  assert_close(4.0 - mean.low, mean.high - 4.0, 1e-12);
  /* All equal: no width, also where squares of doubles would have left rounding. */
  int64_t large = INT64_C(999999999999);
  mean = lw_interval_mean(7, 7 * large, (lw_int128)7 * large * large, 0.05);
  assert_close(mean.low, (double)large, 0.0);
  assert_close(mean.high, (double)large, 0.0);
  /* Amounts that differ by one in a million million. */
  lw_int128 squares = (lw_int128)large * large + (lw_int128)(large + 1) * (large + 1);
  assert_close(lw_interval_scatter(2, 2 * large + 1, squares), 0.5, 1e-12);
  assert_close(lw_interval_scatter(2, -2 * large - 1, squares), 0.5, 1e-12);
}

static void differences_are_welchs(void **state)
{
  (void)state;
  /* 27.5 21 19 23.6 17 17.9 against 27.1 22 20.8 23.4 23.4 23.5 25.8 22, in tenths: R's t.test */
  const struct lw_interval_sums one = {6, 1260, 75625 + 44100 + 36100 + 55696 + 28900 + 32041};
  const struct lw_interval_sums other = {
      8, 1880, 73441 + 48400 + 43264 + 54756 + 54756 + 55225 + 66564 + 48400};
  struct lw_interval between = lw_interval_between(&one, &other, 0.05);
  assert_true(between.known);
  assert_close(between.value, 1260.0 / 6 - 1880.0 / 8, 1e-9);
  assert_close((between.low + between.high) / 2, between.value, 1e-9);
  struct lw_interval back = lw_interval_between(&other, &one, 0.05);
  assert_close(back.low, -between.high, 1e-9);
  assert_close(between.high - between.value, 41.96094, 1e-5);
  /* All alike on both sides: no width. */
  const struct lw_interval_sums same = {5, 25, 125};
  assert_close(lw_interval_between(&same, &same, 0.05).high, 0.0, 0.0);
  const struct lw_interval_sums few = {1, 5, 25};
  assert_false(lw_interval_between(&one, &few, 0.05).known);
}

static void ends_are_held(void **state)
{
  (void)state;
  struct lw_interval none = lw_interval_wilson(0, 0, 0.05);
  assert_false(none.known);
  assert_close(none.high - none.low, 1.0, 0.0);
  assert_false(lw_interval_exact(0, 0, 0.05).known);
  assert_false(lw_interval_rate(0, 0.0, 0.05).known);
  assert_false(lw_interval_rate(3, (double)NAN, 0.05).known);
  assert_false(lw_interval_mean(0, 0, 0, 0.05).known);
  struct lw_interval one = lw_interval_mean(1, 5, 25, 0.05);
  assert_true(one.known);
  assert_close(one.value, 5.0, 0.0);
  assert_close(one.high, DBL_MAX, 0.0);
  assert_close(lw_interval_exact(1, 1, 0.05).low, 0.025, 1e-9);
  assert_close(lw_interval_exact(1, 1, 0.05).high, 1.0, 0.0);
}

static void huge_and_extreme_stay_within(void **state)
{
  static const int64_t sizes[] = {1, 2, 1000, INT64_C(1000000000), INT64_C(1000000000000)};
  static const double chances[] = {0.5, 0.05, 0.002, 1e-9};
  (void)state;
  for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
    int64_t n = sizes[s];
    const int64_t counts[] = {0, 1, n / 2, n - 1, n};
    for (size_t i = 0; i < 5 * 4; i++) {
      int64_t yes = counts[i % 5];
      double chance = chances[i / 5];
      struct lw_interval found[] = {lw_interval_wilson(yes, n, chance),
                                    lw_interval_exact(yes, n, chance),
                                    lw_interval_rate(yes, (double)n, chance)};
      for (int k = 0; k < 3; k++) {
        assert_true(found[k].low >= 0.0 && found[k].low <= found[k].value);
        assert_true(found[k].value <= found[k].high && found[k].high <= (k < 2 ? 1.0 : 100.0));
      }
    }
  }
  /* So many, that it is the normal's: 1.96 sqrt(pq / n). */
  struct lw_interval half = lw_interval_exact(500000000, 1000000000, 0.05);
  assert_close((half.high - half.low) / 2, 1.959964 * 0.5 / sqrt(1e9), 1e-9);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shares_are_newcombes),         cmocka_unit_test(rates_are_garwoods),
      cmocka_unit_test(means_are_students),           cmocka_unit_test(ends_are_held),
      cmocka_unit_test(huge_and_extreme_stay_within), cmocka_unit_test(differences_are_welchs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
