/* Counts. An agent's cases differ, so that the count of those with a remedy is a sum of unlike yes
 * and no: not quite binomial, and it varies a little less. Two moments fix one of Panjer's family,
 * whose tails are incomplete beta and gamma functions, for any size, whole or not. Turned down: the
 * sum's own distribution by convolution (as many steps as cases squared), and the normal alone (at
 * one in a thousand on a side it calls five times too often above where five are expected).
 *
 * Sums of amounts are skew. A lognormal that is shifted to fit mean, variance and skew has closed
 * forms both ways, and reaches further below than a shifted gamma, which would end within what is
 * usual. Where a few huge amounts make the skew, it would end there too: below the mean it is bent
 * no more than the lognormal that ends at 0 (simulated: without that, very uneven amounts called
 * out sixteen in a thousand below instead of one). */
#include "measure/tail.h"

#include "base/check.h"
#include "measure/special.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

static const double least_share = 1e-300;

/* Both shares, as only the smaller one has all its digits. */
struct shares {
  double below;
  double above;
};

static double z_of(struct shares shares)
{
  bool low = shares.below < shares.above;
  double share = low ? shares.below : shares.above;
  double z = share > least_share ? lw_special_normal_quantile(share) : -LW_TAIL_Z_MAX;
  return low ? z : -z;
}

static double held(double z)
{
  return fmin(fmax(z, -LW_TAIL_Z_MAX), LW_TAIL_Z_MAX);
}

/* --- counts --- */

/* Of what is counted from its nearer end. Below: at most k; above: more than k. */
static struct shares at_most(const struct lw_tail_count *tail, double k)
{
  static const double as_poisson = 1e-8; /* nearer to it, the others would only lose digits */
  double mean = tail->mean;
  double off = tail->variance / mean - 1.0;
  if (k < 0.0) {
    return (struct shares){0.0, 1.0};
  }
  if (fabs(off) < as_poisson) {
    return (struct shares){lw_special_gamma_above(k + 1.0, mean),
                           lw_special_gamma_below(k + 1.0, mean)};
  }
  if (off > 0.0) {
    double size = mean / off;
    double x = 1.0 / (1.0 + off);
    return (struct shares){lw_special_beta_below(size, k + 1.0, x),
                           lw_special_beta_above(size, k + 1.0, x)};
  }
  double size = mean / -off;
  if (k >= size) {
    return (struct shares){1.0, 0.0};
  }
  return (struct shares){lw_special_beta_above(k + 1.0, size - k, -off),
                         lw_special_beta_below(k + 1.0, size - k, -off)};
}

static struct shares middle(const struct lw_tail_count *tail, double k)
{
  struct shares less = at_most(tail, k - 1.0);
  struct shares with = at_most(tail, k);
  return (struct shares){(less.below + with.below) / 2, (less.above + with.above) / 2};
}

static bool is_from_the_end(const struct lw_tail_count *tail)
{
  return tail->most > 0.0 && tail->mean > tail->most / 2;
}

static struct lw_tail_count from_the_end(const struct lw_tail_count *tail)
{
  return (struct lw_tail_count){.mean = tail->most - tail->mean, .variance = tail->variance};
}

double lw_tail_count_z(const struct lw_tail_count *tail, double count)
{
  LW_ASSERT(tail->mean > 0.0 && tail->variance > 0.0);
  if (is_from_the_end(tail)) {
    struct lw_tail_count turned = from_the_end(tail);
    return turned.mean > 0.0 ? -z_of(middle(&turned, tail->most - count)) : 0.0;
  }
  return z_of(middle(tail, count));
}

/* Whether the number k is further down than z. */
static bool is_below(const struct lw_tail_count *tail, double k, double z, double share)
{
  struct shares shares = middle(tail, k);
  return z < 0.0 ? shares.below < share : shares.above > share;
}

/* The first whole number that is not further down than z, beginning where the first three moments
 * point to (Cornish and Fisher 1938). */
static double first_not_below(const struct lw_tail_count *tail, double z, double share)
{
  double guess = tail->mean + z * sqrt(tail->variance) +
                 (2.0 * tail->variance / tail->mean - 1.0) * (z * z - 1.0) / 6;
  double low = floor(guess) - 1.0;
  double step = 1.0;
  while (low >= 0.0 && !is_below(tail, low, z, share)) {
    low -= step;
    step *= 2.0;
  }
  low = fmax(low, -1.0);
  double high = low + 1.0;
  step = 1.0;
  while (is_below(tail, high, z, share)) {
    low = high;
    high += step;
    step *= 2.0;
  }
  while (high - low > 1.0) {
    double between = floor((low + high) / 2);
    if (between <= low || between >= high) {
      break; /* larger than a double counts one by one */
    }
    if (is_below(tail, between, z, share)) {
      low = between;
    } else {
      high = between;
    }
  }
  return high;
}

static double count_at(const struct lw_tail_count *tail, double z)
{
  double share = lw_special_normal_below(-fabs(z));
  double high = first_not_below(tail, z, share);
  if (high <= 0.0) {
    return 0.0;
  }
  struct shares under = middle(tail, high - 1.0);
  struct shares over = middle(tail, high);
  double from = z < 0.0 ? under.below : under.above;
  double to = z < 0.0 ? over.below : over.above;
  double part = fabs(to - from) > 0.0 ? (share - from) / (to - from) : 1.0;
  return high - 1.0 + fmin(fmax(part, 0.0), 1.0);
}

double lw_tail_count_at(const struct lw_tail_count *tail, double z)
{
  LW_ASSERT(tail->mean > 0.0 && tail->variance > 0.0);
  z = held(z);
  if (is_from_the_end(tail)) {
    struct lw_tail_count turned = from_the_end(tail);
    return turned.mean > 0.0 ? fmax(tail->most - count_at(&turned, -z), 0.0) : tail->most;
  }
  double at = count_at(tail, z);
  return tail->most > 0.0 ? fmin(at, tail->most) : at;
}

/* --- sums --- */

/* With skew the standardised sum is (exp(w Z - w^2 / 2) - 1) / k for a normal Z, where exp(w^2) = 1
 * + k^2 and the skew is k^3 + 3 k. */
struct bent {
  double k;
  double w;
};

static const double least_skew = 1e-9;

static struct bent bend(double skew)
{
  double k = 2.0 * sinh(asinh(fabs(skew) / 2) / 3);
  return (struct bent){.k = k, .w = sqrt(log1p(k * k))};
}

static double straighten(double skew, double y)
{
  double side = skew < 0.0 ? -1.0 : 1.0;
  if (fabs(skew) < least_skew) {
    return y;
  }
  struct bent bent = bend(skew);
  double grown = bent.k * side * y;
  if (grown <= -1.0) {
    return -side * LW_TAIL_Z_MAX;
  }
  return side * (log1p(grown) / bent.w + bent.w / 2);
}

static double bend_back(double skew, double z)
{
  double side = skew < 0.0 ? -1.0 : 1.0;
  if (fabs(skew) < least_skew) {
    return z;
  }
  struct bent bent = bend(skew);
  return side * expm1(bent.w * (side * z - bent.w / 2)) / bent.k;
}

/* Below the mean: no more than a lognormal has that ends at 0. */
static double skew_below(const struct lw_tail_sum *tail)
{
  if (!(tail->mean > 0.0)) {
    return tail->skew;
  }
  double k = sqrt(tail->variance) / tail->mean;
  return fmin(tail->skew, k * k * k + 3.0 * k);
}

double lw_tail_sum_z(const struct lw_tail_sum *tail, double sum)
{
  LW_ASSERT(tail->variance > 0.0);
  double skew = sum < tail->mean ? skew_below(tail) : tail->skew;
  double z = straighten(skew, (sum - tail->mean) / sqrt(tail->variance));
  if (tail->freedom > 0.0) {
    double share = lw_special_t_below(tail->freedom, -fabs(z));
    z = copysign(z_of((struct shares){1.0 - share, share}), z);
  }
  return held(z);
}

double lw_tail_sum_at(const struct lw_tail_sum *tail, double z)
{
  LW_ASSERT(tail->variance > 0.0);
  z = held(z);
  if (tail->freedom > 0.0 && fabs(z) > 0.0) {
    double share = lw_special_normal_below(-fabs(z));
    z = copysign(lw_special_t_quantile(tail->freedom, share), z);
  }
  double y = bend_back(tail->skew, z);
  if (y < 0.0) { /* between the two zeros of both bends it stands still */
    y = fmin(bend_back(skew_below(tail), z), 0.0);
  }
  double at = tail->mean + sqrt(tail->variance) * y;
  return fmin(fmax(at, -DBL_MAX), DBL_MAX);
}
