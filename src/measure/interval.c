/* Each interval in its closed form: Wilson's is the root of a quadratic, the two exact ones are
 * quantiles of the beta and the gamma distribution (Clopper and Pearson 1934; Garwood 1936), a
 * mean's is Student's, of two means' difference Welch's.
 *
 * Sums of amounts are whole numbers; how far they scatter is worked out about a whole number near
 * the mean, in 128 bits, so that small differences between large amounts are not lost. */
#include "measure/interval.h"

#include "base/check.h"
#include "measure/special.h"

#include <float.h>
#include <math.h>

static struct lw_interval nothing(double low, double high)
{
  return (struct lw_interval){.known = false, .value = 0.0, .low = low, .high = high};
}

struct lw_interval lw_interval_wilson(int64_t yes, int64_t n, double chance)
{
  LW_ASSERT(chance > 0.0 && chance < 1.0);
  LW_ASSERT(yes >= 0 && yes <= n);
  if (n == 0) {
    return nothing(0.0, 1.0);
  }
  double z = -lw_special_normal_quantile(chance / 2);
  double size = (double)n;
  double share = (double)yes / size;
  double middle = share + z * z / (2 * size);
  double reach = z * sqrt(share * (1.0 - share) / size + z * z / (4 * size * size));
  double scale = 1.0 + z * z / size;
  return (struct lw_interval){.known = true,
                              .value = share,
                              .low = yes == 0 ? 0.0 : (middle - reach) / scale,
                              .high = yes == n ? 1.0 : (middle + reach) / scale};
}

struct lw_interval lw_interval_exact(int64_t yes, int64_t n, double chance)
{
  LW_ASSERT(chance > 0.0 && chance < 1.0);
  LW_ASSERT(yes >= 0 && yes <= n);
  if (n == 0) {
    return nothing(0.0, 1.0);
  }
  double good = (double)yes;
  double bad = (double)(n - yes);
  double low = yes == 0 ? 0.0 : lw_special_beta_quantile(good, bad + 1.0, chance / 2);
  double high = yes == n ? 1.0 : 1.0 - lw_special_beta_quantile(bad, good + 1.0, chance / 2);
  return (struct lw_interval){.known = true, .value = good / (double)n, .low = low, .high = high};
}

struct lw_interval lw_interval_rate(int64_t count, double exposure, double chance)
{
  LW_ASSERT(chance > 0.0 && chance < 1.0);
  LW_ASSERT(count >= 0);
  if (!(exposure > 0.0)) {
    return nothing(0.0, DBL_MAX);
  }
  double happened = (double)count;
  double low = count == 0 ? 0.0 : lw_special_gamma_quantile(happened, chance / 2);
  double high = lw_special_gamma_quantile(happened + 1.0, 1.0 - chance / 2);
  return (struct lw_interval){
      .known = true, .value = happened / exposure, .low = low / exposure, .high = high / exposure};
}

double lw_interval_scatter(int64_t n, int64_t sum, lw_int128 squares)
{
  LW_ASSERT(n >= 1);
  int64_t near = sum / n;
  int64_t rest = sum % n;
  /* Squares about `near`: squares - 2 near sum + near^2 n. */
  lw_int128 about = squares - (lw_int128)near * near * n - (lw_int128)2 * near * rest;
  double scatter = (double)about - (double)rest * ((double)rest / (double)n);
  return scatter > 0.0 ? scatter : 0.0;
}

struct lw_interval lw_interval_mean(int64_t n, int64_t sum, lw_int128 squares, double chance)
{
  LW_ASSERT(chance > 0.0 && chance < 1.0);
  LW_ASSERT(n >= 0);
  if (n == 0) {
    return nothing(-DBL_MAX, DBL_MAX);
  }
  double size = (double)n;
  double mean = (double)sum / size;
  if (n == 1) {
    return (struct lw_interval){.known = true, .value = mean, .low = -DBL_MAX, .high = DBL_MAX};
  }
  double error = sqrt(lw_interval_scatter(n, sum, squares) / (size - 1.0) / size);
  double reach = -lw_special_t_quantile(size - 1.0, chance / 2) * error;
  return (struct lw_interval){
      .known = true, .value = mean, .low = mean - reach, .high = mean + reach};
}

/* The square of the error of a mean. */
static double error_of(const struct lw_interval_sums *sums)
{
  double size = (double)sums->n;
  return lw_interval_scatter(sums->n, sums->sum, sums->squares) / (size - 1.0) / size;
}

struct lw_interval lw_interval_between(const struct lw_interval_sums *one,
                                       const struct lw_interval_sums *other, double chance)
{
  LW_ASSERT(chance > 0.0 && chance < 1.0);
  LW_ASSERT(one->n >= 0 && other->n >= 0);
  if (one->n < 2 || other->n < 2) {
    return nothing(-DBL_MAX, DBL_MAX);
  }
  double first = error_of(one);
  double second = error_of(other);
  double both = first + second;
  double value = (double)one->sum / (double)one->n - (double)other->sum / (double)other->n;
  double parts = first * first / (double)(one->n - 1) + second * second / (double)(other->n - 1);
  double freedom = parts > 0.0 ? both * both / parts : (double)(one->n + other->n - 2);
  double reach = -lw_special_t_quantile(freedom, chance / 2) * sqrt(both);
  return (struct lw_interval){
      .known = true, .value = value, .low = value - reach, .high = value + reach};
}
