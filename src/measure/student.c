/* The closed forms for whole degrees of freedom: Abramowitz and Stegun, Handbook of Mathematical
 * Functions, 26.7.3 and 26.7.4. With t = sqrt(freedom) tan(angle), the share of the distribution
 * within -t .. t is a finite sum of powers of cos(angle).
 *
 * With an effect the statistic is (Z + off) / S, Z normal and S the root of a chi-square over its
 * degrees of freedom (the noncentral t, Johnson and Welch 1940): the chance that it passes t is the
 * mean over S of the chance that Z + off > t S, summed here by Simpson's rule. */
#include "measure/student.h"

#include "base/check.h"

#include <math.h>
#include <stdbool.h>

static const double quarter_turn = 1.57079632679489661923;

/* The share beyond the angle, on both sides. */
static double tail_at(uint32_t freedom, double angle)
{
  double cosine = cos(angle);
  double sine = sin(angle);
  bool odd = freedom % 2 == 1;
  double term = odd ? cosine : 1.0;
  double sum = freedom > 1 ? term : 0.0;
  for (uint32_t k = odd ? 3 : 2; k + 1 < freedom; k += 2) {
    term *= cosine * cosine * (double)(k - 1) / (double)k;
    sum += term;
  }
  double within = odd ? (angle + sine * sum) / quarter_turn : sine * sum;
  return within < 1.0 ? 1.0 - within : 0.0;
}

double lw_student_tail(uint32_t freedom, double t)
{
  LW_ASSERT(freedom >= 1);
  return tail_at(freedom, atan2(t, sqrt((double)freedom)));
}

double lw_student_quantile(uint32_t freedom, double tail)
{
  enum { HALVINGS = 60 };
  double low = 0.0;
  double high = quarter_turn;
  LW_ASSERT(freedom >= 1);
  for (int i = 0; i < HALVINGS; i++) {
    double middle = (low + high) / 2;
    if (tail_at(freedom, middle) > tail) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return sqrt((double)freedom) * tan(low);
}

/* How likely the normal statistic is to be below x. */
static double normal_below(double x)
{
  return 0.5 * erfc(-x * sqrt(0.5));
}

static double chance_to_pass(uint32_t freedom, double t, double off)
{
  enum { STEPS = 200 };
  double n = (double)freedom;
  double peak = sqrt((n - 1) / n);
  double spread = 8 / sqrt(2 * n);
  double low = peak > spread ? peak - spread : 0.0;
  double step = (peak + spread - low) / STEPS;
  double sum = 0.0;
  double weights = 0.0;
  for (int i = 0; i <= STEPS; i++) {
    double s = low + i * step;
    double simpson = i == 0 || i == STEPS ? 1 : i % 2 == 1 ? 4 : 2;
    /* The density of S, but for a factor: s^(n - 1) exp(-n s^2 / 2), as it is to its peak. */
    double log_density =
        freedom == 1 ? -s * s / 2
                     : (n - 1) * log(s > 0.0 ? s / peak : 1e-300) - n * (s * s - peak * peak) / 2;
    double weight = simpson * exp(log_density);
    sum += weight * normal_below(off - t * s);
    weights += weight;
  }
  return sum / weights;
}

double lw_student_reach(uint32_t freedom, double t, double chance)
{
  enum { HALVINGS = 60 };
  double low = 0.0;
  double high = 4 * t + 8;
  LW_ASSERT(freedom >= 1);
  for (int i = 0; i < HALVINGS; i++) {
    double middle = (low + high) / 2;
    if (chance_to_pass(freedom, t, middle) < chance) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return high;
}
