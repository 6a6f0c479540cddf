/* Everything walks once over the stays sorted by days. Whoever was last seen on a day on which
 * others left counts as there on that day (Kaplan and Meier's own convention, and R's).
 *
 * Log-rank: on each day somebody left, a group's leavers are compared with its part of those there;
 * differences and their hypergeometric covariances are summed, and the differences are weighed by
 * the inverse of that, the last group left out, as they sum to 0. */
#include "measure/staying.h"

#include "measure/special.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_days(const void *a, const void *b)
{
  const struct lw_stay *x = a;
  const struct lw_stay *y = b;
  return (x->days > y->days) - (x->days < y->days);
}

static enum lw_code sort(const struct lw_stay *stays, size_t count, struct lw_stay **ret_sorted,
                         struct lw_error *err)
{
  if (count > UINT32_MAX) {
    return lw_fail(err, LW_LIMIT, "more people than can be counted");
  }
  struct lw_stay *sorted = calloc(count + 1, sizeof *sorted);
  if (sorted == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  if (count > 0) {
    memcpy(sorted, stays, count * sizeof *sorted);
  }
  qsort(sorted, count, sizeof *sorted, by_days);
  *ret_sorted = sorted;
  return LW_OK;
}

/* Those of the same day. */
static size_t end_of_day(const struct lw_stay *sorted, size_t count, size_t from)
{
  size_t end = from;
  while (end < count && sorted[end].days == sorted[from].days) {
    end++;
  }
  return end;
}

static uint32_t leavers(const struct lw_stay *sorted, size_t from, size_t end)
{
  uint32_t left = 0;
  for (size_t i = from; i < end; i++) {
    left += sorted[i].left;
  }
  return left;
}

enum lw_code lw_staying(const struct lw_stay *stays, size_t count, struct lw_stay_step *ret_steps,
                        struct lw_staying *ret_staying, struct lw_error *err)
{
  struct lw_staying staying = {.people = (uint32_t)count};
  struct lw_stay *sorted = NULL;
  enum lw_code rc = sort(stays, count, &sorted, err);
  if (rc != LW_OK) {
    return rc;
  }
  double share = 1.0;
  double sum = 0.0; /* Greenwood's */
  for (size_t from = 0, end = 0; from < count; from = end) {
    end = end_of_day(sorted, count, from);
    uint32_t at_risk = (uint32_t)(count - from);
    uint32_t left = leavers(sorted, from, end);
    staying.longest = sorted[from].days;
    if (left == 0) {
      continue;
    }
    share *= 1.0 - (double)left / at_risk;
    sum += at_risk > left ? (double)left / at_risk / (at_risk - left) : 0.0;
    staying.left += left;
    ret_steps[staying.n_steps++] =
        (struct lw_stay_step){.days = sorted[from].days,
                              .at_risk = at_risk,
                              .left = left,
                              .share = at_risk > left ? share : 0.0,
                              .error = at_risk > left ? share * sqrt(sum) : 0.0};
  }
  free(sorted);
  *ret_staying = staying;
  return LW_OK;
}

struct lw_interval lw_staying_after(const struct lw_staying *staying,
                                    const struct lw_stay_step *steps, uint32_t days, double chance)
{
  const struct lw_stay_step *last = NULL;
  for (size_t i = 0; i < staying->n_steps && steps[i].days <= days; i++) {
    last = &steps[i];
  }
  bool nobody = last != NULL && last->left == last->at_risk;
  if (staying->people == 0 || (days > staying->longest && !nobody)) {
    return (struct lw_interval){.known = false, .value = 0.0, .low = 0.0, .high = 1.0};
  }
  if (last == NULL) {
    return lw_interval_exact(staying->people, staying->people, chance);
  }
  if (nobody) {
    return lw_interval_exact(0, last->at_risk, chance);
  }
  double reach = -lw_special_normal_quantile(chance / 2) * last->error / last->share;
  double times = exp(reach / -log(last->share));
  return (struct lw_interval){.known = true,
                              .value = last->share,
                              .low = pow(last->share, times),
                              .high = pow(last->share, 1.0 / times)};
}

bool lw_staying_median(const struct lw_staying *staying, const struct lw_stay_step *steps,
                       uint32_t *ret_days)
{
  static const double half =
      0.5 + 1e-12; /* a product of fractions that is a half but for rounding */
  for (size_t i = 0; i < staying->n_steps; i++) {
    if (steps[i].share <= half) {
      *ret_days = steps[i].days;
      return true;
    }
  }
  return false;
}

/* --- log-rank --- */

enum { GROUPS = LW_STAYING_GROUPS_MAX };

struct rank {
  uint32_t there[GROUPS];
  double covariance[GROUPS][GROUPS];
};

static void add_day(struct rank *rank, struct lw_stay_differ *differ, double at_risk, double left)
{
  double spread =
      at_risk > 1.0 ? left * (at_risk - left) / (at_risk * at_risk * (at_risk - 1.0)) : 0.0;
  for (int i = 0; i < GROUPS; i++) {
    differ->expected[i] += left * rank->there[i] / at_risk;
    for (int k = 0; k < GROUPS; k++) {
      double part = i == k ? rank->there[i] * (at_risk - rank->there[i])
                           : -(double)rank->there[i] * rank->there[k];
      rank->covariance[i][k] += spread * part;
    }
  }
}

static void walk(const struct lw_stay *sorted, size_t count, struct rank *rank,
                 struct lw_stay_differ *differ)
{
  for (size_t i = 0; i < count; i++) {
    rank->there[sorted[i].group]++;
  }
  for (size_t from = 0, end = 0; from < count; from = end) {
    end = end_of_day(sorted, count, from);
    uint32_t left = leavers(sorted, from, end);
    if (left > 0) {
      add_day(rank, differ, (double)(count - from), left);
    }
    for (size_t i = from; i < end; i++) {
      differ->left[sorted[i].group] += sorted[i].left;
      rank->there[sorted[i].group]--;
    }
  }
}

/* The differences weighed by the inverse of their covariances, group by group (Gauss); groups in
 * which nothing could be seen, and the last one, add nothing. */
static void weigh(struct rank *rank, struct lw_stay_differ *differ)
{
  static const double nothing = 1e-9;
  double off[GROUPS];
  double size[GROUPS];
  for (int i = 0; i < GROUPS; i++) {
    off[i] = differ->left[i] - differ->expected[i];
    size[i] = rank->covariance[i][i];
  }
  for (int i = 0; i < GROUPS; i++) {
    double pivot = rank->covariance[i][i];
    if (!(pivot > nothing * size[i])) {
      continue;
    }
    differ->freedom++;
    differ->chi_squared += off[i] * off[i] / pivot;
    for (int k = i + 1; k < GROUPS; k++) {
      double times = rank->covariance[k][i] / pivot;
      off[k] -= times * off[i];
      for (int j = i + 1; j < GROUPS; j++) {
        rank->covariance[k][j] -= times * rank->covariance[i][j];
      }
    }
  }
}

enum lw_code lw_staying_differ(const struct lw_stay *stays, size_t count,
                               struct lw_stay_differ *ret_differ, struct lw_error *err)
{
  struct lw_stay_differ differ = {.p = 1.0};
  struct rank rank = {{0}, {{0.0}}};
  struct lw_stay *sorted = NULL;
  for (size_t i = 0; i < count; i++) {
    if (stays[i].group >= GROUPS) {
      return lw_fail(err, LW_INVALID, "no group %u", stays[i].group);
    }
  }
  enum lw_code rc = sort(stays, count, &sorted, err);
  if (rc != LW_OK) {
    return rc;
  }
  walk(sorted, count, &rank, &differ);
  free(sorted);
  weigh(&rank, &differ);
  differ.known = differ.freedom > 0;
  if (differ.known) {
    differ.p = lw_special_gamma_above(differ.freedom / 2.0, differ.chi_squared / 2);
  }
  *ret_differ = differ;
  return LW_OK;
}
