/* Student's t against printed tables (Abramowitz and Stegun, table 26.10, and closed forms). */
#include "measure/student.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void quantiles_are_those_of_the_tables(void **state)
{
  static const struct {
    uint32_t freedom;
    double tail;
    double t;
  } rows[] = {
      {1, 0.05, 12.706}, {1, 0.01, 63.657},  {2, 0.05, 4.303},     {2, 0.01, 9.925},
      {3, 0.05, 3.182},  {4, 0.05, 2.776},   {4, 0.01, 4.604},     {5, 0.02, 3.365},
      {7, 0.05, 2.365},  {10, 0.05, 2.228},  {10, 0.01, 3.169},    {30, 0.05, 2.042},
      {60, 0.01, 2.660}, {120, 0.05, 1.980}, {10000, 0.05, 1.960},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    double t = lw_student_quantile(rows[i].freedom, rows[i].tail);
    assert_true(fabs(t - rows[i].t) < 0.00101);
    assert_true(fabs(lw_student_tail(rows[i].freedom, t) - rows[i].tail) < 1e-9);
  }
}

/* One degree of freedom is Cauchy's distribution, two have a root alone. */
static void tails_have_closed_forms(void **state)
{
  (void)state;
  for (double t = 0.0; t < 50.0; t += 0.7) {
    double cauchy = 1.0 - 2.0 / 3.14159265358979323846 * atan(t);
    double two = 1.0 - t / sqrt(2.0 + t * t);
    assert_true(fabs(lw_student_tail(1, t) - cauchy) < 1e-12);
    assert_true(fabs(lw_student_tail(2, t) - two) < 1e-12);
  }
}

/* With many degrees of freedom it is the normal's: 1.96 + 0.8416. With two, (Z + off) / S > t is
 * S < (Z + off) / t, and S squared is exponential with mean 1. */
static void reach_is_the_noncentral_t(void **state)
{
  (void)state;
  double many = lw_student_reach(20000, lw_student_quantile(20000, 0.05), 0.8);
  assert_true(fabs(many - 2.8016) < 0.002);
  double off = lw_student_reach(2, 4.303, 0.8);
  double chance = 0.0;
  const double step = 0.001;
  for (double z = -8.0; z < 8.0; z += step) {
    double x = off + z;
    double below = x > 0.0 ? 1.0 - exp(-x * x / (4.303 * 4.303)) : 0.0;
    chance += step * below * exp(-z * z / 2) / sqrt(2 * 3.14159265358979323846);
  }
  assert_true(fabs(chance - 0.8) < 1e-4);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(quantiles_are_those_of_the_tables),
      cmocka_unit_test(tails_have_closed_forms),
      cmocka_unit_test(reach_is_the_noncentral_t),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
