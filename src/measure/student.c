/* By the library's distributions (special.h). With an effect the statistic follows the noncentral t
 * (Johnson and Welch 1940); the effect that passes with a wanted chance is found by halving, as
 * that chance only grows with it. */
#include "measure/student.h"

#include "base/check.h"
#include "measure/special.h"

#include <math.h>

double lw_student_tail(uint32_t freedom, double t)
{
  LW_ASSERT(freedom >= 1);
  return fmin(2.0 * lw_special_t_below(freedom, -t), 1.0);
}

double lw_student_quantile(uint32_t freedom, double tail)
{
  LW_ASSERT(freedom >= 1);
  return -lw_special_t_quantile(freedom, tail / 2);
}

double lw_student_reach(uint32_t freedom, double t, double chance)
{
  enum { HALVINGS = 60 };
  double low = 0.0;
  double high = 4 * t + 8;
  LW_ASSERT(freedom >= 1);
  for (int i = 0; i < HALVINGS; i++) {
    double middle = (low + high) / 2;
    if (lw_special_t_off_above(freedom, middle, t) < chance) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return high;
}
