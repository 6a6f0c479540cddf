/* Places and limits by hand, limits and places against each other, and who is named among many. */
#include "measure/discover.h"
#include "measure/funnel.h"
#include "measure/special.h"
#include "measure/tail.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "near.h"

static const struct lw_funnel_spread none = {0};

/* Ten throws of a fair coin, none heads: 1 / 1024 whole, half of it is 1 / 2048. */
static void a_place_is_an_exact_tail(void **state)
{
  (void)state;
  struct lw_funnel_unit unit = lw_funnel_share(10, 0, 0.5);
  struct lw_funnel_place place = lw_funnel_place(LW_FUNNEL_SHARE, &unit, &none);
  assert_true(place.known);
  assert_close(place.p, 2.0 / 2048, 1e-12);
  assert_int_equal(place.outside[LW_BAND_20], LW_FUNNEL_BELOW);
  assert_int_equal(place.outside[LW_BAND_500], LW_FUNNEL_BELOW);
  assert_close(place.shrunk, 0.5, 1e-12);
  unit = lw_funnel_share(10, 10, 0.5);
  assert_close(lw_funnel_place(LW_FUNNEL_SHARE, &unit, &none).p, 2.0 / 2048, 1e-12);
  assert_int_equal(lw_funnel_place(LW_FUNNEL_SHARE, &unit, &none).outside[1], LW_FUNNEL_ABOVE);
  /* None where two are expected: exp(-2), half of it, two sides. */
  unit = lw_funnel_count(4, 0, 0.5);
  assert_close(lw_funnel_place(LW_FUNNEL_COUNT, &unit, &none).p, exp(-2.0), 1e-12);
  /* 16 cases of 100 +- 40: 120 a case is two standard errors above. */
  unit = lw_funnel_mean(16, 16 * 120, &(struct lw_funnel_whole){100.0, 1600.0, 0.0, 0.0});
  place = lw_funnel_place(LW_FUNNEL_MEAN, &unit, &none);
  assert_close(place.z, 2.0, 1e-12);
  assert_close(place.p, 0.0455003, 1e-7);
  assert_int_equal(place.outside[LW_BAND_20], LW_FUNNEL_ABOVE);
  assert_int_equal(place.outside[LW_BAND_500], LW_FUNNEL_INSIDE);
  /* The same where the variance is known from four cases only: t of three degrees of freedom. */
  unit = lw_funnel_mean(16, 16 * 120, &(struct lw_funnel_whole){100.0, 1600.0, 0.0, 3.0});
  assert_close(lw_funnel_place(LW_FUNNEL_MEAN, &unit, &none).p, 0.139326, 1e-6);
}

/* Every count of many sizes and targets: outside just when beyond the limit, mirrored alike. */
static void limits_and_places_agree(void **state)
{
  static const double targets[] = {0.001, 0.03, 0.3, 0.5, 0.77, 0.995};
  static const struct lw_funnel_spread spreads[] = {{0}, {.units = 40, .tau = 0.2}};
  (void)state;
  for (size_t i = 0; i < 6 * 2; i++) {
    for (int64_t n = 1; n < 400; n = n * 2 + 1) {
      for (int64_t given = 0; given <= n; given++) {
        struct lw_funnel_unit unit = lw_funnel_share(n, given, targets[i % 6]);
        struct lw_funnel_unit turned = lw_funnel_share(n, n - given, 1.0 - targets[i % 6]);
        struct lw_funnel_place place = lw_funnel_place(LW_FUNNEL_SHARE, &unit, &spreads[i / 6]);
        struct lw_funnel_place back = lw_funnel_place(LW_FUNNEL_SHARE, &turned, &spreads[i / 6]);
        struct lw_funnel_limits limits = lw_funnel_limits(LW_FUNNEL_SHARE, &unit, &spreads[i / 6]);
        assert_close(place.z, -back.z, fabs(place.z) < 8.0 ? 1e-9 : 1.0);
        for (int band = 0; band < LW_BANDS; band++) {
          int side = place.value < limits.low[band] - 1e-9    ? LW_FUNNEL_BELOW
                     : place.value > limits.high[band] + 1e-9 ? LW_FUNNEL_ABOVE
                                                              : LW_FUNNEL_INSIDE;
          assert_int_equal(place.outside[band], side);
          assert_int_equal(place.outside[band], -back.outside[band]);
        }
      }
    }
  }
}

/* A million each, spread by a hundredth of the odds' logarithm beside sqrt(4 / n) by chance: there
 * 0.008 off is four standard errors, tau^2 / s^2 is 25, so that z is divided by the root of 26. */
static void spread_widens_the_band(void **state)
{
  static const struct lw_funnel_spread spread = {.tau = 0.01};
  static const struct lw_funnel_spread wide = {.tau = 0.3};
  (void)state;
  struct lw_funnel_unit unit = lw_funnel_share(1000000, 502000, 0.5);
  struct lw_funnel_place place = lw_funnel_place(LW_FUNNEL_SHARE, &unit, &spread);
  assert_close(place.z_alone, 4.0, 0.01);
  assert_close(place.z, place.z_alone / sqrt(26.0), 1e-4);
  assert_close(place.shrunk, 0.5 + 0.002 * 25 / 26, 1e-6);
  assert_int_equal(place.outside[LW_BAND_20], LW_FUNNEL_INSIDE);
  /* So many cases that chance is nothing: e^0.6 times as many is two tau above the mean, and the
   * middle is tau / 2 of tau below it. */
  unit = lw_funnel_count(1000000, 1822119, 1.0);
  assert_close(lw_funnel_place(LW_FUNNEL_COUNT, &unit, &wide).z, 2.15, 0.005);
  unit = lw_funnel_count(1000000, 548812, 1.0);
  assert_close(lw_funnel_place(LW_FUNNEL_COUNT, &unit, &wide).z, -1.85, 0.005);
  struct lw_funnel_limits limits = lw_funnel_limits(LW_FUNNEL_COUNT, &unit, &wide);
  assert_close(limits.high[LW_BAND_20], exp(0.3 * 1.959964 - 0.045), 0.003);
  assert_close(limits.low[LW_BAND_500], exp(-0.3 * 3.090232 - 0.045), 0.003);
  unit = lw_funnel_mean(1000, 0, &(struct lw_funnel_whole){1000.0, 10000.0, 0.1, 0.0});
  limits = lw_funnel_limits(LW_FUNNEL_MEAN, &unit, &wide);
  unit.given = (int64_t)lround(1000 * limits.low[LW_BAND_500]);
  assert_close(lw_funnel_place(LW_FUNNEL_MEAN, &unit, &wide).z, -3.090232, 1e-4);
}

/* A z for each of a thousand units that are as a normal's quantiles say, times `times`. */
static double spread_of(double times, double shift_of_some)
{
  enum { UNITS = 1000, CASES = 100 };
  static struct lw_funnel_unit units[UNITS];
  struct lw_funnel_spread spread;
  struct lw_error err;
  for (int i = 0; i < UNITS; i++) {
    double z = times * lw_special_normal_quantile((i + 0.5) / UNITS);
    z += i >= UNITS - 30 ? shift_of_some : 0.0;
    units[i] = lw_funnel_mean(CASES, 0, &(struct lw_funnel_whole){1e6, 1e10, 0.0, 0.0});
    units[i].given = (int64_t)lround(1e8 + 1e6 * z);
  }
  assert_int_equal(lw_funnel_spread(LW_FUNNEL_MEAN, units, UNITS, &spread, &err), LW_OK);
  assert_int_equal(spread.units, UNITS);
  return spread.tau;
}

/* By chance alone a mean differs by one in a hundred. Twice as wide is sqrt(3) times that more. */
static void spread_is_found_again(void **state)
{
  (void)state;
  assert_true(spread_of(1.0, 0.0) < 0.001);
  assert_close(spread_of(2.0, 0.0), 0.01 * sqrt(3.0), 0.0002);
  /* Thirty far out do not widen the band much. */
  assert_close(spread_of(2.0, 20.0), 0.01 * sqrt(3.0), 0.0002);
  assert_true(spread_of(0.0, 0.0) < 0.001);
}

static void what_can_not_be_placed_is_not(void **state)
{
  static const struct lw_funnel_whole still = {100.0, 0.0, 0.0, 0.0};
  static const struct lw_funnel_whole mad = {(double)NAN, 1.0, 0.0, 0.0};
  struct lw_funnel_spread spread;
  struct lw_error err;
  (void)state;
  const struct {
    enum lw_funnel_kind kind;
    struct lw_funnel_unit unit;
  } rows[] = {
      {LW_FUNNEL_SHARE, lw_funnel_share(0, 0, 0.5)},  {LW_FUNNEL_SHARE, lw_funnel_share(9, 9, 1.0)},
      {LW_FUNNEL_SHARE, lw_funnel_share(9, 0, 0.0)},  {LW_FUNNEL_COUNT, lw_funnel_count(9, 3, 0.0)},
      {LW_FUNNEL_MEAN, lw_funnel_mean(9, 9, &still)}, {LW_FUNNEL_MEAN, lw_funnel_mean(9, 9, &mad)},
      {LW_FUNNEL_COUNT, lw_funnel_count(0, 0, 1.0)},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct lw_funnel_place place = lw_funnel_place(rows[i].kind, &rows[i].unit, &none);
    struct lw_funnel_limits limits = lw_funnel_limits(rows[i].kind, &rows[i].unit, &none);
    assert_false(place.known);
    assert_close(place.z, 0.0, 0.0);
    assert_close(limits.high[1], 0.0, 0.0);
    assert_int_equal(lw_funnel_spread(rows[i].kind, &rows[i].unit, 1, &spread, &err), LW_OK);
    assert_int_equal(spread.units, 0);
    assert_close(spread.tau, 0.0, 0.0);
  }
  assert_int_equal(lw_funnel_spread(LW_FUNNEL_SHARE, NULL, 0, &spread, &err), LW_OK);
}

/* 1e9 cases, shares of one in a million and all but, far beyond what can be: nothing but numbers.
 */
static void huge_and_extreme_are_numbers(void **state)
{
  static const int64_t sizes[] = {1, 1000, INT64_C(1000000000), INT64_C(1000000000000)};
  static const double targets[] = {1e-9, 1e-6, 0.5, 1.0 - 1e-6};
  static const double taus[] = {0.0, 0.1, 5.0};
  (void)state;
#ifdef LW_SLOW_ASSERTIONS /* each size, target and spread, but not with each other */
  enum { EACH = 5 };
#else
  enum { EACH = 1 };
#endif
  for (int i = 0; i < 4 * 4 * 3; i += EACH) {
    int64_t n = sizes[i % 4];
    const int64_t counts[] = {0, n / 2, n};
    struct lw_funnel_spread spread = {.tau = taus[i / 16]};
    for (int k = 0; k < 3; k++) {
      struct lw_funnel_unit units[] = {lw_funnel_share(n, counts[k], targets[i / 4 % 4]),
                                       lw_funnel_count(n, counts[k], targets[i / 4 % 4])};
      for (int kind = 0; kind < 2; kind++) {
        enum lw_funnel_kind of = kind == 0 ? LW_FUNNEL_SHARE : LW_FUNNEL_COUNT;
        struct lw_funnel_place place = lw_funnel_place(of, &units[kind], &spread);
        struct lw_funnel_limits limits = lw_funnel_limits(of, &units[kind], &spread);
        assert_true(place.known && isfinite(place.z) && place.p > 0.0 && place.p <= 1.0);
        assert_true(isfinite(place.shrunk) && fabs(place.z) <= LW_TAIL_Z_MAX);
        for (int band = 0; band < LW_BANDS; band++) {
          assert_true(limits.low[band] >= 0.0 && limits.low[band] <= limits.high[band]);
          assert_true(of == LW_FUNNEL_COUNT || limits.high[band] <= 1.0);
          assert_true(isfinite(limits.high[band]));
        }
      }
    }
  }
}

/* z and back: the limit at a z has that z. */
static void sums_bend_both_ways(void **state)
{
  static const double skews[] = {-2.0, -0.1, 0.0, 1e-12, 0.3, 4.0};
  static const double freedoms[] = {0.0, 5.0, 40.0, 1e6};
  (void)state;
  for (int i = 0; i < 6 * 4; i++) {
    struct lw_tail_sum tail = {5.0, 9.0, skews[i % 6], freedoms[i / 6]};
    for (double z = -3.0; z <= 3.0; z += 0.5) {
      assert_close(lw_tail_sum_z(&tail, lw_tail_sum_at(&tail, z)), z, 1e-6);
    }
    assert_true(isfinite(lw_tail_sum_z(&tail, -1e300)) && isfinite(lw_tail_sum_z(&tail, 1e300)));
    assert_true(isfinite(lw_tail_sum_at(&tail, 1e9)) && isfinite(lw_tail_sum_at(&tail, -1e9)));
  }
  /* exp(Z) itself: mean exp(1/2), variance (e - 1) e, skew (e + 2) sqrt(e - 1). */
  double e = exp(1.0);
  struct lw_tail_sum lognormal = {exp(0.5), (e - 1) * e, (e + 2) * sqrt(e - 1), 0.0};
  assert_close(lw_tail_sum_z(&lognormal, exp(2.5)), 2.5, 1e-9);
  assert_close(lw_tail_sum_z(&lognormal, exp(-2.0)), -2.0, 1e-6);
}

/* Benjamini and Hochberg 1995, Journal of the Royal Statistical Society B 57, 289-300, section 3.2:
 * of these fifteen four are named. */
static void four_of_fifteen_are_named(void **state)
{
  static const double p[] = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                             0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
  double q[15];
  struct lw_error err;
  int named = 0;
  (void)state;
  assert_int_equal(lw_discover(p, 15, q, &err), LW_OK);
  for (int i = 0; i < 15; i++) {
    named += q[i] <= LW_DISCOVER_SHARE;
    assert_true(i == 0 || q[i] >= q[i - 1]);
  }
  assert_int_equal(named, 4);
  assert_close(q[0], 0.0015, 1e-12);
  assert_close(q[3], 0.0095 * 15 / 4, 1e-12);
  /* Who could not be looked at is no look. */
  double mixed[] = {0.04, -1.0, (double)NAN, 0.02};
  assert_int_equal(lw_discover(mixed, 4, mixed, &err), LW_OK);
  assert_close(mixed[0], 0.04, 1e-12);
  assert_close(mixed[1], 1.0, 0.0);
  assert_close(mixed[2], 1.0, 0.0);
  assert_close(mixed[3], 0.04, 1e-12);
  assert_int_equal(lw_discover(NULL, 0, NULL, &err), LW_OK);
}

/* 25 ratings of 0.5 +- 0.25 of the scale: 0.6 is two standard errors above. Where agents differ by
 * tau 0.3 of log odds: g = log(15.5 / 10.5), s^2 = 0.2^2, so that 1 / s^2 there is 5 / (g^2 +
 * 0.04).
 */
static void ratings_are_placed_on_the_scale_of_odds(void **state)
{
  (void)state;
  const struct lw_funnel_whole whole = {0.5e6, 6.25e10, 0.0, 0.0};
  const struct lw_funnel_spread wide = {0, 1.0, 0.3};
  struct lw_funnel_unit unit = lw_funnel_mean(25, 15000000, &whole);
  assert_close(lw_funnel_place(LW_FUNNEL_PART, &unit, &none).z, 2.0, 1e-12);
  assert_close(lw_funnel_place(LW_FUNNEL_PART, &unit, &wide).z, 1.093103, 1e-5);
  unit.given = 10000000; /* both ends alike in the middle of the scale */
  assert_close(lw_funnel_place(LW_FUNNEL_PART, &unit, &wide).z, -1.093103, 1e-5);
  struct lw_funnel_limits limits = lw_funnel_limits(LW_FUNNEL_PART, &unit, &wide);
  unit.given = llround(limits.high[LW_BAND_500] * 25.0);
  assert_close(lw_funnel_place(LW_FUNNEL_PART, &unit, &wide).z, 3.090232, 1e-4);
  /* Nobody is rated past the end of the scale. */
  const struct lw_funnel_whole high = {0.95e6, 4e10, 0.0, 0.0};
  unit = lw_funnel_mean(4, 4000000, &high);
  for (int i = 0; i < 2; i++) {
    limits = lw_funnel_limits(LW_FUNNEL_PART, &unit, i == 0 ? &none : &wide);
    assert_true(limits.high[LW_BAND_500] <= 1e6 && limits.low[LW_BAND_500] >= 0.0);
  }
  assert_true(lw_funnel_place(LW_FUNNEL_PART, &unit, &wide).shrunk <= 1e6);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_place_is_an_exact_tail),
      cmocka_unit_test(limits_and_places_agree),
      cmocka_unit_test(ratings_are_placed_on_the_scale_of_odds),
      cmocka_unit_test(spread_widens_the_band),
      cmocka_unit_test(spread_is_found_again),
      cmocka_unit_test(what_can_not_be_placed_is_not),
      cmocka_unit_test(huge_and_extreme_are_numbers),
      cmocka_unit_test(sums_bend_both_ways),
      cmocka_unit_test(four_of_fifteen_are_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
