/* Kappa against printed examples and by hand. */
#include "measure/agree.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "near.h"

/* Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions, 3rd edition, table 18.1:
 * 100 diagnoses by two raters; kappa 0.68, its error 0.087 (worked out there from the rounded
 * kappa), without agreement 0.076. */
static void kappa_is_fleisss(void **state)
{
  static const int64_t counts[] = {75, 1, 4, 5, 4, 1, 0, 0, 10};
  (void)state;
  struct lw_agree agree = lw_agree_kappa(counts, 3, LW_AGREE_SAME, 0.05);
  assert_true(agree.known);
  assert_int_equal(agree.n, 100);
  assert_close(agree.observed, 0.89, 1e-12);
  assert_close(agree.expected, 0.66, 1e-12);
  assert_close(agree.kappa, 0.23 / 0.34, 1e-12);
  assert_close(agree.error, 0.087, 0.001);
  assert_close(agree.error_null, 0.076, 0.0006);
  assert_close(agree.low, 0.51, 0.006);
  assert_close(agree.high, 0.85, 0.006);
}

/* Two answers: weights make no difference, and it can be worked out by hand: 20 and 15 alike of 50;
 * 0.7 observed, 0.5 expected. */
static void two_answers_by_hand(void **state)
{
  static const int64_t counts[] = {20, 5, 10, 15};
  (void)state;
  struct lw_agree same = lw_agree_kappa(counts, 2, LW_AGREE_SAME, 0.05);
  struct lw_agree linear = lw_agree_kappa(counts, 2, LW_AGREE_LINEAR, 0.05);
  assert_close(same.kappa, 0.4, 1e-12);
  assert_close(linear.kappa, same.kappa, 1e-12);
  assert_close(linear.error, same.error, 1e-12);
}

/* One step off counts half: observed (10 + 10 + 10 + 3 / 2) / 33 ... */
static void a_near_answer_is_half_an_agreement(void **state)
{
  static const int64_t near[] = {10, 3, 0, 0, 10, 0, 0, 0, 10};
  static const int64_t far[] = {10, 0, 3, 0, 10, 0, 0, 0, 10};
  (void)state;
  struct lw_agree a = lw_agree_kappa(near, 3, LW_AGREE_LINEAR, 0.05);
  struct lw_agree b = lw_agree_kappa(far, 3, LW_AGREE_LINEAR, 0.05);
  assert_close(a.observed, 31.5 / 33, 1e-12);
  assert_close(b.observed, 30.0 / 33, 1e-12);
  assert_true(a.kappa > b.kappa);
}

static void ends_are_held(void **state)
{
  static const int64_t none[] = {0, 0, 0, 0};
  static const int64_t always_one[] = {9, 0, 0, 0};
  static const int64_t all_alike[] = {9, 0, 0, 7};
  static const int64_t never[] = {0, 8, 8, 0};
  static const int64_t single[] = {0, 1, 0, 0};
  static const int64_t huge[] = {1000000000, 1, 1, 1000000000};
  (void)state;
  assert_false(lw_agree_kappa(none, 2, LW_AGREE_SAME, 0.05).known);
  assert_false(lw_agree_kappa(always_one, 2, LW_AGREE_SAME, 0.05).known);
  struct lw_agree agree = lw_agree_kappa(all_alike, 2, LW_AGREE_LINEAR, 0.05);
  assert_close(agree.kappa, 1.0, 1e-12);
  assert_close(agree.low, 1.0, 1e-9);
  agree = lw_agree_kappa(never, 2, LW_AGREE_SAME, 0.05);
  assert_close(agree.kappa, -1.0, 1e-12);
  assert_close(agree.low, -1.0, 1e-12);
  agree = lw_agree_kappa(single, 2, LW_AGREE_SAME, 0.05);
  assert_true(agree.known && isfinite(agree.error) && agree.low >= -1.0 && agree.high <= 1.0);
  agree = lw_agree_kappa(huge, 2, LW_AGREE_SAME, 0.05);
  assert_true(agree.kappa > 0.999999 && agree.kappa < 1.0 && agree.error > 0.0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(kappa_is_fleisss),
      cmocka_unit_test(two_answers_by_hand),
      cmocka_unit_test(a_near_answer_is_half_an_agreement),
      cmocka_unit_test(ends_are_held),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
