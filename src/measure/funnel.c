/* A unit's z comes from the exact tail of its count or sum (tail.h), not from the normal: so small
 * units are neither called out too often above nor too seldom below. How much units differ anyhow
 * then shortens all z: z / sqrt(1 + tau^2 / s^2), with s the standard error by chance alone of the
 * logarithm g of given against expected (of the odds, if it is a share). The limits are the same
 * rule read backwards.
 *
 * s is taken where the unit lies: s^2 there is (g^2 + s^2) / (z^2 + 1), so that a large unit's z is
 * its g / tau. And g counts from the middle unit, which lies tau^2 / 2 below the mean of all that
 * is expected. With one s for all of the scale, and from the mean, the simulation called out seven
 * in a thousand above and none below, where tau was 0.3: who gives e^x times as much is further off
 * on the scale of amounts than who gives e^x times less.
 *
 * tau solves: the z so divided vary as z should (Paule and Mandel 1982, the method of moments run
 * to its end). The outer tenths are drawn in to the tenth's edge, as Spiegelhalter has it; what
 * that takes of a normal's variance is put back (a constant, below), else tau would be too small
 * and more than 1 in 500 called out. His one-step formula was turned down: with units of unlike
 * size the outer tenths are all large units, whose whole excess it would cut off. */
#include "measure/funnel.h"

#include "base/check.h"
#include "measure/special.h"
#include "measure/tail.h"

#include <math.h>
#include <stdlib.h>

/* --- units --- */

struct lw_funnel_unit lw_funnel_share(int64_t n, int64_t given, double target)
{
  double size = (double)n;
  LW_ASSERT(n >= 0 && given >= 0 && given <= n);
  return (struct lw_funnel_unit){.n = n,
                                 .given = given,
                                 .expected = size * target,
                                 .variance = size * target * (1.0 - target)};
}

struct lw_funnel_unit lw_funnel_count(int64_t n, int64_t given, double target)
{
  double expected = (double)n * target;
  LW_ASSERT(n >= 0 && given >= 0);
  return (struct lw_funnel_unit){
      .n = n, .given = given, .expected = expected, .variance = expected};
}

struct lw_funnel_unit lw_funnel_mean(int64_t n, int64_t given, const struct lw_funnel_whole *whole)
{
  double size = (double)n;
  LW_ASSERT(n >= 0);
  return (struct lw_funnel_unit){.n = n,
                                 .given = given,
                                 .expected = size * whole->mean,
                                 .variance = size * whole->variance,
                                 .skew = n > 0 ? whole->skew / sqrt(size) : 0.0,
                                 .freedom = whole->freedom};
}

struct lw_funnel_unit lw_funnel_scaled(const struct lw_funnel_unit *unit, int64_t n)
{
  LW_ASSERT(n >= 1);
  double times = unit->n > 0 ? (double)n / (double)unit->n : 0.0;
  return (struct lw_funnel_unit){.n = n,
                                 .expected = unit->expected * times,
                                 .variance = unit->variance * times,
                                 .skew = times > 0.0 ? unit->skew / sqrt(times) : 0.0,
                                 .freedom = unit->freedom};
}

const char *lw_funnel_band_words(enum lw_funnel_band band)
{
  return band == LW_BAND_20 ? "1 in 20" : "1 in 500";
}

double lw_funnel_band_chance(enum lw_funnel_band band)
{
  return band == LW_BAND_20 ? 0.05 : 0.002;
}

/* By chance a sum of numbers, not a count of happenings. */
static bool is_sum(enum lw_funnel_kind kind)
{
  return kind == LW_FUNNEL_MEAN || kind == LW_FUNNEL_PART;
}

/* What `given` can be at most; 0: anything. */
static double most_of(enum lw_funnel_kind kind, const struct lw_funnel_unit *unit)
{
  switch (kind) {
  case LW_FUNNEL_SHARE: return (double)unit->n;
  case LW_FUNNEL_PART: return (double)unit->n * (double)LW_FUNNEL_PART_WHOLE;
  case LW_FUNNEL_COUNT:
  case LW_FUNNEL_MEAN: break;
  }
  return 0.0;
}

static bool is_known(enum lw_funnel_kind kind, const struct lw_funnel_unit *unit)
{
  bool varies = unit->n > 0 && unit->variance > 0.0 && isfinite(unit->variance) &&
                isfinite(unit->expected) && isfinite(unit->skew);
  if (kind == LW_FUNNEL_MEAN) {
    return varies;
  }
  return varies && unit->expected > 0.0 &&
         (kind == LW_FUNNEL_COUNT || unit->expected < most_of(kind, unit));
}

/* How much a unit's total moves for one step of the logarithm (of its odds, if it is a share). Of
 * unlike cases the odds move less in all than of alike ones: as much as they vary. */
static double step_of(enum lw_funnel_kind kind, const struct lw_funnel_unit *unit)
{
  double most = most_of(kind, unit);
  if (most > 0.0) {
    double alike = unit->expected * (1.0 - unit->expected / most);
    return kind == LW_FUNNEL_SHARE ? fmin(alike, unit->variance) : alike;
  }
  return fabs(unit->expected);
}

/* Given against expected as a logarithm; half a case more keeps it finite. */
static double log_of(enum lw_funnel_kind kind, const struct lw_funnel_unit *unit, double given)
{
  double expected = unit->expected;
  double most = most_of(kind, unit);
  double half = kind == LW_FUNNEL_PART ? 0.5 * (double)LW_FUNNEL_PART_WHOLE : 0.5;
  switch (kind) {
  case LW_FUNNEL_SHARE:
  case LW_FUNNEL_PART: {
    double odds = log((given + half) / (most - given + half)) -
                  log((expected + half) / (most - expected + half));
    return odds * expected * (1.0 - expected / most) / step_of(kind, unit);
  }
  case LW_FUNNEL_COUNT: return log((given + 0.5) / (expected + 0.5));
  case LW_FUNNEL_MEAN:
    return given > 0.0 && expected > 0.0 ? log(given / expected)
                                         : (given - expected) / fabs(expected);
  }
  return 0.0;
}

/* How far below the mean the middle unit's logarithm is, for tau = 1: expected is a mean over
 * units, of which those that give more weigh more. */
static double lean_of(enum lw_funnel_kind kind, const struct lw_funnel_unit *unit)
{
  double most = most_of(kind, unit);
  return most > 0.0 ? 0.5 - unit->expected / most : 0.5;
}

/* 1 / s^2: how much more than by chance units vary for tau = 1, there where this one lies. */
static double excess(enum lw_funnel_kind kind, const struct lw_funnel_unit *unit, double given,
                     double z)
{
  double step = step_of(kind, unit);
  if (!(step > 0.0)) {
    return 0.0; /* a mean that is expected to be 0 has no logarithm */
  }
  double g = log_of(kind, unit, given);
  double more = (z * z + 1.0) / (g * g + unit->variance / (step * step));
  return isfinite(more) ? more : 0.0;
}

static struct lw_tail_count count_of(enum lw_funnel_kind kind, const struct lw_funnel_unit *unit)
{
  return (struct lw_tail_count){
      .mean = unit->expected, .variance = unit->variance, .most = most_of(kind, unit)};
}

static struct lw_tail_sum sum_of(const struct lw_funnel_unit *unit)
{
  return (struct lw_tail_sum){.mean = unit->expected,
                              .variance = unit->variance,
                              .skew = unit->skew,
                              .freedom = unit->freedom};
}

/* By chance alone. */
static double z_at(enum lw_funnel_kind kind, const struct lw_funnel_unit *unit, double given)
{
  if (is_sum(kind)) {
    struct lw_tail_sum sum = sum_of(unit);
    return lw_tail_sum_z(&sum, given);
  }
  struct lw_tail_count count = count_of(kind, unit);
  return lw_tail_count_z(&count, given);
}

/* z with so much difference between units allowed for. */
static double allow(double z, double excess, double lean, double tau_squared)
{
  return (z + tau_squared * lean * sqrt(excess)) / sqrt(1.0 + tau_squared * excess);
}

/* tau is itself an estimate: Student's t, with as many degrees of freedom as the part of the
 * variance that tau makes leaves it (Satterthwaite 1946). Without it 40 units of which many differ
 * called out 3.5 in a thousand instead of 2. */
static double doubted(double z, double excess, const struct lw_funnel_spread *spread)
{
  double part = spread->tau * spread->tau * excess;
  part /= 1.0 + part;
  if (spread->units < 2 || !(part > 0.0)) {
    return z;
  }
  double freedom = (double)(spread->units - 1) / (part * part);
  double share = lw_special_t_below(fmin(freedom, 1e9), -fabs(z));
  return copysign(share > 1e-300 ? -lw_special_normal_quantile(share) : LW_TAIL_Z_MAX, z);
}

/* --- how much units differ --- */

struct seen {
  double z;
  double excess;
  double lean;
  double allowed;
};

/* The one that would stand at `place` if they were in order; what is less is put before it, what is
 * greater behind. */
static double value_at(double *values, size_t count, size_t place)
{
  size_t from = 0;
  size_t to = count;
  while (to - from > 1) {
    double middle = values[from + (to - from) / 2];
    size_t less = from;
    size_t more = to;
    for (size_t at = from; at < more;) {
      double value = values[at];
      if (value < middle) {
        values[at++] = values[less];
        values[less++] = value;
      } else if (value > middle) {
        values[at] = values[--more];
        values[more] = value;
      } else {
        at++;
      }
    }
    if (place >= less && place < more) {
      return middle;
    }
    from = place < less ? from : more;
    to = place < less ? less : to;
  }
  return values[place];
}

/* What is left of a standard normal's variance when a share of it at each end is drawn in. */
static double variance_drawn_in(double share)
{
  static const double turn = 6.28318530717958647692;
  if (!(share > 0.0)) {
    return 1.0;
  }
  double edge = -lw_special_normal_quantile(share);
  double density = exp(-edge * edge / 2) / sqrt(turn);
  return (1.0 - 2 * share) - 2 * edge * density + 2 * share * edge * edge;
}

/* How many times as much as by chance they vary, if tau^2 were that. values: room for so many. */
static double variation(struct seen *seen, size_t count, double *values, double tau_squared)
{
  enum { DRAWN_IN_ONE_OF = 10 };
  size_t cut = count / DRAWN_IN_ONE_OF;
  double sum = 0.0;
  for (size_t i = 0; i < count; i++) {
    seen[i].allowed = allow(seen[i].z, seen[i].excess, seen[i].lean, tau_squared);
    values[i] = seen[i].allowed;
  }
  double low = value_at(values, count, cut);
  double high = value_at(values + cut, count - cut, count - 1 - 2 * cut);
  for (size_t i = 0; i < count; i++) {
    double z = fmin(fmax(seen[i].allowed, low), high);
    sum += z * z;
  }
  return sum / (double)count / variance_drawn_in((double)cut / (double)count);
}

static bool counts(enum lw_funnel_kind kind, const struct lw_funnel_unit *unit)
{
  static const double least = 1.0;
  if (!is_known(kind, unit)) {
    return false;
  }
  return is_sum(kind) || (unit->expected >= least &&
                          (kind == LW_FUNNEL_COUNT || (double)unit->n - unit->expected >= least));
}

static double solve(struct seen *seen, size_t count, double *values, double wanted)
{
  enum { DOUBLINGS_MAX = 60, HALVINGS = 48 };
  double high = 1e-6;
  for (int i = 0; i < DOUBLINGS_MAX && variation(seen, count, values, high) > wanted; i++) {
    high *= 2.0;
  }
  double low = high > 1e-6 ? high / 2 : 0.0;
  for (int i = 0; i < HALVINGS; i++) {
    double middle = (low + high) / 2;
    if (variation(seen, count, values, middle) > wanted) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return sqrt(high);
}

enum lw_code lw_funnel_spread(enum lw_funnel_kind kind, const struct lw_funnel_unit *units,
                              size_t n_units, struct lw_funnel_spread *ret_spread,
                              struct lw_error *err)
{
  struct lw_funnel_spread spread = {.phi = 0.0};
  struct seen *seen = calloc(n_units > 0 ? n_units : 1, sizeof *seen);
  double *values = calloc(n_units > 0 ? n_units : 1, sizeof *values);
  size_t count = 0;
  if (seen == NULL || values == NULL) {
    free(seen);
    free(values);
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  for (size_t i = 0; i < n_units; i++) {
    if (counts(kind, &units[i])) {
      double given = (double)units[i].given;
      seen[count].z = z_at(kind, &units[i], given);
      seen[count].excess = excess(kind, &units[i], given, seen[count].z);
      seen[count].lean = lean_of(kind, &units[i]);
      count++;
    }
  }
  spread.units = (uint32_t)count;
  if (count > 0) {
    spread.phi = variation(seen, count, values, 0.0);
  }
  double wanted = count > 0 ? (double)(count - 1) / (double)count : 0.0;
  if (count >= LW_FUNNEL_SPREAD_UNITS_MIN && spread.phi > wanted) {
    spread.tau = solve(seen, count, values, wanted);
  }
  free(seen);
  free(values);
  *ret_spread = spread;
  return LW_OK;
}

/* --- places and limits --- */

/* Towards the target on the scale on which units differ. */
static double shrink(double most, const struct lw_funnel_place *place, double excess)
{
  double kept = excess / (1.0 + excess);
  double shrunk = place->target + kept * (place->value - place->target);
  return most > 0.0 ? fmin(fmax(shrunk, 0.0), most) : shrunk;
}

struct lw_funnel_place lw_funnel_place(enum lw_funnel_kind kind, const struct lw_funnel_unit *unit,
                                       const struct lw_funnel_spread *spread)
{
  static const double least_chance = 1e-300;
  struct lw_funnel_place place = {0};
  if (!is_known(kind, unit)) {
    return place;
  }
  double tau_squared = spread->tau * spread->tau;
  place.known = true;
  place.value = (double)unit->given / (double)unit->n;
  place.target = unit->expected / (double)unit->n;
  place.z_alone = z_at(kind, unit, (double)unit->given);
  double more = excess(kind, unit, (double)unit->given, place.z_alone);
  place.shrunk = shrink(most_of(kind, unit) / (double)unit->n, &place, tau_squared * more);
  place.z = doubted(allow(place.z_alone, more, lean_of(kind, unit), tau_squared), more, spread);
  place.p = fmax(fmin(2.0 * lw_special_normal_below(-fabs(place.z)), 1.0), least_chance);
  for (int band = 0; band < LW_BANDS; band++) {
    double edge = -lw_special_normal_quantile(lw_funnel_band_chance((enum lw_funnel_band)band) / 2);
    place.outside[band] = place.z < -edge  ? LW_FUNNEL_BELOW
                          : place.z > edge ? LW_FUNNEL_ABOVE
                                           : LW_FUNNEL_INSIDE;
  }
  return place;
}

static double allowed(enum lw_funnel_kind kind, const struct lw_funnel_unit *unit,
                      const struct lw_funnel_spread *spread, double given)
{
  double z = z_at(kind, unit, given);
  double more = excess(kind, unit, given, z);
  return doubted(allow(z, more, lean_of(kind, unit), spread->tau * spread->tau), more, spread);
}

/* Where z is passed: from what is expected outwards by doubling, then by halving; among whole
 * numbers down to one. Straight lines between two whole numbers. */
static double search(enum lw_funnel_kind kind, const struct lw_funnel_unit *unit,
                     const struct lw_funnel_spread *spread, double z, double end)
{
  enum { STEPS_MAX = 200 };
  bool whole = !is_sum(kind);
  double side = z < 0.0 ? -1.0 : 1.0;
  double near =
      whole ? (side < 0.0 ? ceil(unit->expected) : floor(unit->expected)) : unit->expected;
  double step = whole ? ceil(sqrt(unit->variance)) : sqrt(unit->variance);
  double least = whole ? 1.0 : 1e-9 * fabs(unit->expected);
  double far = near + side * step;
  int steps = 0;
  for (; steps < STEPS_MAX && side * far < side * end &&
         side * allowed(kind, unit, spread, far) <= side * z;
       steps++) {
    near = far;
    step *= 2.0;
    far += side * step;
  }
  far = side * fmin(side * far, side * end);
  if (side * allowed(kind, unit, spread, far) <= side * z) {
    return end;
  }
  for (; steps < STEPS_MAX && fabs(far - near) > least; steps++) {
    double between = whole ? floor((near + far) / 2) : (near + far) / 2;
    bool inside = side * allowed(kind, unit, spread, between) <= side * z;
    near = inside ? between : near;
    far = inside ? far : between;
  }
  double from = allowed(kind, unit, spread, near);
  double to = allowed(kind, unit, spread, far);
  double part = fabs(to - from) > 0.0 ? (z - from) / (to - from) : 0.0;
  return near + fmin(fmax(part, 0.0), 1.0) * (far - near);
}

/* Without tau the tail says it. */
static double limit_at(enum lw_funnel_kind kind, const struct lw_funnel_unit *unit,
                       const struct lw_funnel_spread *spread, double z)
{
  static const double far_out = 1e300;
  struct lw_tail_count count = count_of(kind, unit);
  struct lw_tail_sum sum = sum_of(unit);
  double least = kind == LW_FUNNEL_MEAN ? -far_out : 0.0;
  double most = most_of(kind, unit);
  most = most > 0.0 ? most : far_out;
  if (spread->tau > 0.0) {
    return search(kind, unit, spread, z, z < 0.0 ? least : most);
  }
  return is_sum(kind) ? fmin(fmax(lw_tail_sum_at(&sum, z), least), most)
                      : lw_tail_count_at(&count, z);
}

struct lw_funnel_limits lw_funnel_limits(enum lw_funnel_kind kind,
                                         const struct lw_funnel_unit *unit,
                                         const struct lw_funnel_spread *spread)
{
  struct lw_funnel_limits limits = {{0}, {0}};
  if (!is_known(kind, unit)) {
    return limits;
  }
  for (int band = 0; band < LW_BANDS; band++) {
    double edge = -lw_special_normal_quantile(lw_funnel_band_chance((enum lw_funnel_band)band) / 2);
    limits.low[band] = limit_at(kind, unit, spread, -edge) / (double)unit->n;
    limits.high[band] = limit_at(kind, unit, spread, edge) / (double)unit->n;
  }
  return limits;
}
