/* How far up a limit may go is tried at a few cuts only, multiples of what it is: whoever tries
 * many finds one that luck made. A cut counts when all asks up to it are steady, and the uppermost
 * third of them is no worse: a hundred small ones must not carry ten large ones that were refused.
 */
#include "tweak/consent.h"
#include "base/num.h"

#include <math.h>
#include <stdlib.h>

enum { HUNDRED = 100, TEN = 10 };

static const unsigned cuts[] = {110, 120, 130, 150, 175, 200, 250, 300, 400, 500}; /* of 100 */
enum { CUTS = sizeof cuts / sizeof cuts[0], TOP = 3, TOP_MIN = 5 };
_Static_assert(LW_CONSENT_TIMES_MAX == 5, "the last cut");

double lw_consent_least(uint64_t some, uint64_t all)
{
  static const double z = 1.959963984540054; /* LW_CONSENT_CONFIDENCE, both sides */
  if (all == 0) {
    return 0.0;
  }
  double n = (double)all;
  double share = (double)some / n;
  double middle = share + z * z / (2.0 * n);
  double half = z * sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n));
  return fmax((middle - half) / (1.0 + z * z / n), 0.0);
}

bool lw_consent_is_steady(uint64_t some, uint64_t all)
{
  return all >= LW_CONSENT_ASKS_MIN &&
         lw_consent_least(some, all) * HUNDRED >= (double)LW_CONSENT_SHARE;
}

/* --- sums --- */

static uint64_t count_distinct(const int64_t *sorted, size_t count)
{
  uint64_t distinct = count != 0;
  for (size_t i = 1; i < count; i++) {
    distinct += sorted[i] != sorted[i - 1];
  }
  return distinct;
}

static void add(struct lw_consent *sum, const struct lw_consent_ask *ask)
{
  sum->first = sum->asks == 0 || ask->at < sum->first ? ask->at : sum->first;
  sum->last = sum->asks == 0 || ask->at > sum->last ? ask->at : sum->last;
  sum->asks++;
  sum->yes += ask->answer != LW_SAID_NO;
  sum->unchanged += ask->answer == LW_SAID_YES;
  sum->no += ask->answer == LW_SAID_NO;
  if (ask->answer == LW_SAID_YES && ask->minor > sum->greatest) {
    sum->greatest = ask->minor;
  }
}

bool lw_consent_sum(const struct lw_consent_ask *asks, size_t count, struct lw_consent *ret_consent)
{
  struct lw_consent sum = {.greatest = -1};
  int64_t *numbers = calloc(count + 1, sizeof *numbers);
  if (numbers == NULL) {
    return false;
  }
  for (size_t i = 0; i < count; i++) {
    add(&sum, &asks[i]);
    numbers[i] = asks[i].waited > 0 ? asks[i].waited : 0;
  }
  qsort(numbers, count, sizeof *numbers, lw_int_order);
  sum.middle = count != 0 ? numbers[count / 2] : 0;
  for (size_t i = 0; i < count; i++) {
    numbers[i] = asks[i].who;
  }
  qsort(numbers, count, sizeof *numbers, lw_int_order);
  sum.who = count_distinct(numbers, count);
  free(numbers);
  *ret_consent = sum;
  return true;
}

/* --- a limit --- */

/* Two figures that people would say: 47, 130, 1200. */
static int64_t step_of(int64_t minor)
{
  int64_t step = 1;
  while (minor / step >= HUNDRED) {
    step *= TEN;
  }
  return step;
}

static int64_t round_down(int64_t minor)
{
  int64_t step = step_of(minor);
  return minor / step * step;
}

static int64_t round_up(int64_t minor)
{
  int64_t step = step_of(minor);
  int64_t over = minor % step;
  return over == 0 || minor > INT64_MAX - step ? minor : minor - over + step;
}

static int by_amount(const void *a, const void *b)
{
  const struct lw_consent_ask *x = a;
  const struct lw_consent_ask *y = b;
  int order = (x->minor > y->minor) - (x->minor < y->minor);
  return order != 0 ? order : (x->row > y->row) - (x->row < y->row);
}

/* Of asks in order of their amounts: those up to the cut bear it out. */
static bool bears(const struct lw_consent_ask *asks, size_t count, int64_t cut)
{
  size_t below = 0;
  uint64_t unchanged = 0;
  uint64_t top_unchanged = 0;
  while (below < count && asks[below].minor <= cut) {
    unchanged += asks[below++].answer == LW_SAID_YES;
  }
  size_t top = below / TOP > TOP_MIN ? below / TOP : TOP_MIN;
  if (!lw_consent_is_steady(unchanged, below)) {
    return false;
  }
  for (size_t i = below - top; i < below; i++) {
    top_unchanged += asks[i].answer == LW_SAID_YES;
  }
  return top_unchanged * HUNDRED >= top * LW_CONSENT_SHARE;
}

/* The amount up to which LW_CONSENT_COVER of 100 of the accepted ones lie, of those up to `cut`. */
static int64_t covering(const struct lw_consent_ask *asks, size_t count, int64_t cut)
{
  uint64_t accepted = 0;
  uint64_t seen = 0;
  for (size_t i = 0; i < count && asks[i].minor <= cut; i++) {
    accepted += asks[i].answer == LW_SAID_YES;
  }
  for (size_t i = 0; i < count && asks[i].minor <= cut; i++) {
    seen += asks[i].answer == LW_SAID_YES;
    if (seen * HUNDRED >= accepted * LW_CONSENT_COVER) {
      return asks[i].minor;
    }
  }
  return cut;
}

static int64_t limit_of(const struct lw_consent_ask *asks, size_t count, int64_t limit)
{
  int64_t greatest = -1;
  int64_t best = -1;
  for (size_t i = 0; i < count; i++) {
    greatest = asks[i].answer == LW_SAID_YES ? asks[i].minor : greatest;
  }
  for (size_t c = 0; c < CUTS && limit <= INT64_MAX / HUNDRED / TEN; c++) {
    int64_t cut = round_down(limit * cuts[c] / HUNDRED);
    cut = cut < greatest ? cut : greatest;
    best = cut > limit && bears(asks, count, cut) ? cut : best;
  }
  if (best < 0) {
    return best;
  }
  int64_t enough = round_up(covering(asks, count, best));
  return enough > limit && enough < best && bears(asks, count, enough) ? enough : best;
}

bool lw_consent_limit(const struct lw_consent_ask *asks, size_t count, int64_t limit,
                      int64_t *ret_limit)
{
  struct lw_consent_ask *sorted = calloc(count + 1, sizeof *sorted);
  size_t kept = 0;
  if (sorted == NULL) {
    return false;
  }
  for (size_t i = 0; i < count; i++) {
    if (asks[i].minor > limit) {
      sorted[kept++] = asks[i];
    }
  }
  qsort(sorted, kept, sizeof *sorted, by_amount);
  *ret_limit = limit > 0 ? limit_of(sorted, kept, limit) : -1;
  free(sorted);
  return true;
}
