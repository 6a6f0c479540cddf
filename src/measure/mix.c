/* Two levels of credibility. Of one level, with m_c a child's mean over N_c cases and s^2 the
 * variance within: the variance between children is what the scatter of their means is more than
 * s^2 makes it, and a child is drawn as if k = s^2 / between cases more were known of it (Buehlmann
 * and Straub 1970, the same as the method of moments of DerSimonian and Laird 1986).
 *
 * Leaving the unit out of its own expectation makes given and expected independent, so that their
 * variances add: chance in what it gave, chance in what the others gave. The latter is kept level
 * by level, as strata of a group lean on the same group. With one stratum this is the same test as
 * comparing with the whole, itself included, by a variance that allows for that.
 *
 * The variance of an amount within a stratum is the whole's with the unit in it: else nobody who
 * alone differs could be told from all others, who are alike. It is drawn to the coarser sort's, by
 * a weight that is set, as scatters of a few amounts say next to nothing. */
#include "measure/mix.h"

#include "measure/interval.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* Cases that the coarser sort's variance counts for. */
static const double variance_cases = 20.0;
static const double least_cases = 1.0; /* nothing is known so well that it is not drawn at all */

/* --- cells --- */

bool lw_mix_join(struct lw_mix_cell *cell, const struct lw_mix_cell *more)
{
  struct lw_mix_cell sum;
  if (__builtin_add_overflow(cell->n, more->n, &sum.n) ||
      __builtin_add_overflow(cell->sum, more->sum, &sum.sum) ||
      __builtin_add_overflow(cell->squares, more->squares, &sum.squares) ||
      __builtin_add_overflow(cell->cubes, more->cubes, &sum.cubes)) {
    return false;
  }
  *cell = sum;
  return true;
}

bool lw_mix_leave(struct lw_mix_cell *cell, const struct lw_mix_cell *fewer)
{
  struct lw_mix_cell rest;
  if (__builtin_sub_overflow(cell->n, fewer->n, &rest.n) ||
      __builtin_sub_overflow(cell->sum, fewer->sum, &rest.sum) ||
      __builtin_sub_overflow(cell->squares, fewer->squares, &rest.squares) ||
      __builtin_sub_overflow(cell->cubes, fewer->cubes, &rest.cubes)) {
    return false;
  }
  *cell = rest;
  return true;
}

bool lw_mix_add(struct lw_mix_cell *cell, int64_t value)
{
  struct lw_mix_cell one = {.n = 1, .sum = value, .squares = (lw_int128)value * value};
  return !__builtin_mul_overflow(one.squares, (lw_int128)value, &one.cubes) &&
         lw_mix_join(cell, &one);
}

/* --- levels --- */

struct sort {
  struct lw_mix_cell all;
  double variance; /* of a case; of means only */
  double own_n;    /* the unit's in hand */
  double own_sum;
  double estimate; /* from the others */
  double leans;    /* the unit's cases that rest on this sort's estimate */
};

struct mix {
  const struct lw_mix_input *input;
  struct sort *strata;
  struct sort *groups;
  struct sort whole;
  double strata_cases;
  double groups_cases;
  double skew;
  double freedom;
};

static struct sort *group_of(const struct mix *mix, uint32_t stratum)
{
  return &mix->groups[mix->input->groups[stratum]];
}

static bool is_mean(enum lw_funnel_kind kind)
{
  return kind == LW_FUNNEL_MEAN || kind == LW_FUNNEL_PART;
}

/* Of values about their own mean. */
static double scatter_of(enum lw_funnel_kind kind, const struct lw_mix_cell *cell)
{
  if (cell->n == 0) {
    return 0.0;
  }
  switch (kind) {
  case LW_FUNNEL_SHARE: return lw_interval_scatter(cell->n, cell->sum, cell->sum);
  case LW_FUNNEL_COUNT: return (double)cell->sum;
  case LW_FUNNEL_MEAN:
  case LW_FUNNEL_PART: return lw_interval_scatter(cell->n, cell->sum, cell->squares);
  }
  return 0.0;
}

static double freedom_of(enum lw_funnel_kind kind, const struct lw_mix_cell *cell)
{
  return cell->n == 0 ? 0.0 : kind == LW_FUNNEL_COUNT ? (double)cell->n : (double)cell->n - 1.0;
}

/* What is summed over children to find how much they differ. */
struct between {
  double scatter;
  double freedom;
  double squares; /* N_c (m_c - m)^2 */
  double children;
  double size; /* N - sum N_c^2 / N, over parents */
};

static void add_child(struct between *sums, enum lw_funnel_kind kind,
                      const struct lw_mix_cell *child, const struct lw_mix_cell *parent)
{
  if (child->n == 0) {
    return;
  }
  double n = (double)child->n;
  double off = (double)child->sum / n - (double)parent->sum / (double)parent->n;
  double part = n / (double)parent->n;
  sums->scatter += scatter_of(kind, child);
  sums->freedom += freedom_of(kind, child);
  sums->squares += n * off * off;
  sums->children += 1.0 - part; /* its sum over a parent's children is their number less 1 */
  sums->size += n * (1.0 - part);
}

static double cases_of(const struct between *sums, double parents, double children)
{
  double within = sums->freedom > 0.0 ? sums->scatter / sums->freedom : 0.0;
  double between = sums->squares - (children - parents) * within;
  if (!(between > 0.0) || !(sums->size > 0.0)) {
    return DBL_MAX;
  }
  double cases = within * sums->size / between;
  return fmin(fmax(cases, least_cases), DBL_MAX);
}

static void draw(struct mix *mix)
{
  const struct lw_mix_input *input = mix->input;
  struct between strata = {0};
  struct between groups = {0};
  double n_strata = 0.0;
  double n_groups = 0.0;
  for (uint32_t s = 0; s < input->n_strata; s++) {
    add_child(&strata, input->kind, &mix->strata[s].all, &group_of(mix, s)->all);
    n_strata += mix->strata[s].all.n > 0;
  }
  for (uint32_t g = 0; g < input->n_groups; g++) {
    add_child(&groups, input->kind, &mix->groups[g].all, &mix->whole.all);
    n_groups += mix->groups[g].all.n > 0;
  }
  mix->strata_cases = cases_of(&strata, n_groups, n_strata);
  mix->groups_cases = cases_of(&groups, 1.0, n_groups);
  mix->freedom = strata.freedom;
  mix->whole.variance = strata.freedom > 0.0 ? strata.scatter / strata.freedom : 0.0;
}

/* --- variance and skew of an amount --- */

static double drawn_variance(double scatter, double freedom, double coarser)
{
  return (scatter + variance_cases * coarser) / (freedom + variance_cases);
}

static void find_variances(struct mix *mix)
{
  const struct lw_mix_input *input = mix->input;
  for (uint32_t s = 0; s < input->n_strata; s++) { /* sums first, in the groups' fields */
    struct sort *group = group_of(mix, s);
    group->variance += scatter_of(input->kind, &mix->strata[s].all);
    group->leans += freedom_of(input->kind, &mix->strata[s].all);
  }
  for (uint32_t g = 0; g < input->n_groups; g++) {
    struct sort *group = &mix->groups[g];
    group->variance = drawn_variance(group->variance, group->leans, mix->whole.variance);
    group->leans = 0.0;
  }
  for (uint32_t s = 0; s < input->n_strata; s++) {
    const struct lw_mix_cell *all = &mix->strata[s].all;
    mix->strata[s].variance = drawn_variance(
        scatter_of(input->kind, all), freedom_of(input->kind, all), group_of(mix, s)->variance);
  }
}

/* Sum of (value - mean)^3, about a whole number near the mean first, as squares are. */
static bool third_of(const struct lw_mix_cell *cell, double *ret_third)
{
  lw_int128 near = cell->sum / cell->n;
  lw_int128 rest = cell->sum % cell->n;
  lw_int128 about = 0;
  lw_int128 step = 0;
  /* cubes - 3 near squares + 3 near^2 sum - n near^3, the last two as near^2 (3 rest + 2 n near) */
  if (__builtin_mul_overflow(3 * near, cell->squares, &step) ||
      __builtin_sub_overflow(cell->cubes, step, &about) ||
      __builtin_mul_overflow(near * near, 3 * rest + 2 * (lw_int128)cell->n * near, &step) ||
      __builtin_add_overflow(about, step, &about)) {
    return false;
  }
  double n = (double)cell->n;
  double off = (double)rest / n;
  double scatter = lw_interval_scatter(cell->n, cell->sum, cell->squares);
  *ret_third = (double)about - 3 * off * scatter - n * off * off * off;
  return true;
}

static bool find_skew(struct mix *mix)
{
  double third = 0.0;
  double cubes =
      0.0; /* what it is measured by: each stratum's own sigma, as large amounts vary more */
  for (uint32_t s = 0; s < mix->input->n_strata; s++) {
    double more = 0.0;
    if (mix->strata[s].all.n > 0) {
      if (!third_of(&mix->strata[s].all, &more)) {
        return false;
      }
      third += more;
      cubes +=
          (double)mix->strata[s].all.n * mix->strata[s].variance * sqrt(mix->strata[s].variance);
    }
  }
  mix->skew = cubes > 0.0 ? third / cubes : 0.0;
  return true;
}

/* --- a unit --- */

/* Of the others' cases of a sort, drawn to what is coarser; ret_rest: the part that is the coarser
 * one's. */
static double estimate_of(const struct sort *sort, double cases, double coarser, double *ret_rest)
{
  double n = (double)sort->all.n - sort->own_n;
  double rest = cases >= DBL_MAX ? 1.0 : cases / (n + cases);
  double own = n > 0.0 ? ((double)sort->all.sum - sort->own_sum) / n : coarser;
  *ret_rest = rest;
  return own + rest * (coarser - own);
}

/* The variance of that estimate as far as the sort itself goes, in parts of a case's variance. */
static double doubt_of(const struct sort *sort, double cases)
{
  return cases >= DBL_MAX ? 0.0 : 1.0 / ((double)sort->all.n - sort->own_n + cases);
}

static double variance_at(enum lw_funnel_kind kind, const struct sort *sort, double estimate)
{
  switch (kind) {
  case LW_FUNNEL_SHARE: return estimate * (1.0 - estimate);
  case LW_FUNNEL_COUNT: return estimate;
  case LW_FUNNEL_MEAN:
  case LW_FUNNEL_PART: return sort->variance;
  }
  return 0.0;
}

/* Half a case with it is added to the others', and to shares half a case without: what nobody else
 * ever gave is seldom, not impossible (Krichevsky and Trofimov 1981). */
static double estimate_whole(enum lw_funnel_kind kind, const struct sort *whole)
{
  double n = (double)whole->all.n - whole->own_n;
  double sum = (double)whole->all.sum - whole->own_sum;
  switch (kind) {
  case LW_FUNNEL_SHARE: return (sum + 0.5) / (n + 1.0);
  case LW_FUNNEL_COUNT: return (sum + 0.5) / n;
  case LW_FUNNEL_MEAN:
  case LW_FUNNEL_PART: return sum / n;
  }
  return 0.0;
}

struct span {
  const struct lw_mix_row *rows; /* of one unit */
  size_t count;
};

static void enter(struct mix *mix, struct span span, struct lw_funnel_unit *unit)
{
  mix->whole.own_n = mix->whole.own_sum = mix->whole.leans = 0.0;
  for (size_t i = 0; i < span.count; i++) {
    struct sort *group = group_of(mix, span.rows[i].stratum);
    group->own_n = group->own_sum = group->estimate = group->leans = 0.0;
  }
  for (size_t i = 0; i < span.count; i++) {
    const struct lw_mix_cell *cell = &span.rows[i].cell;
    struct sort *stratum = &mix->strata[span.rows[i].stratum];
    struct sort *group = group_of(mix, span.rows[i].stratum);
    stratum->own_n = (double)cell->n;
    stratum->own_sum = (double)cell->sum;
    group->own_n += (double)cell->n;
    group->own_sum += (double)cell->sum;
    unit->n += cell->n; /* parts of sums that fit */
    unit->given += cell->sum;
  }
  mix->whole.own_n = (double)unit->n;
  mix->whole.own_sum = (double)unit->given;
}

/* Adds a stratum: what is expected, by how much it varies, and what leans on the group. */
static void expect_row(struct mix *mix, const struct lw_mix_row *row, struct lw_funnel_unit *unit,
                       double *third)
{
  enum lw_funnel_kind kind = mix->input->kind;
  struct sort *stratum = &mix->strata[row->stratum];
  struct sort *group = group_of(mix, row->stratum);
  double n = (double)row->cell.n;
  double rest = 0.0;
  double ignored = 0.0;
  group->estimate = estimate_of(group, mix->groups_cases, mix->whole.estimate, &ignored);
  double mean = estimate_of(stratum, mix->strata_cases, group->estimate, &rest);
  double variance = variance_at(kind, stratum, mean);
  unit->expected += n * mean;
  unit->variance += n * variance * (1.0 + n * doubt_of(stratum, mix->strata_cases));
  group->leans += n * rest;
  *third += n * mix->skew * variance * sqrt(variance);
}

/* What leans on a group varies together; each group once. */
static void expect_group(struct mix *mix, struct sort *group, struct lw_funnel_unit *unit)
{
  double rest = 0.0;
  double leans = group->leans;
  (void)estimate_of(group, mix->groups_cases, mix->whole.estimate, &rest);
  unit->variance += leans * leans * doubt_of(group, mix->groups_cases) *
                    variance_at(mix->input->kind, group, group->estimate);
  mix->whole.leans += leans * rest;
  group->leans = 0.0;
}

static void expect_unit(struct mix *mix, struct span span, struct lw_funnel_unit *unit)
{
  double third = 0.0;
  enter(mix, span, unit);
  double others = (double)mix->whole.all.n - mix->whole.own_n;
  if (unit->n == 0 || others < 1.0) {
    return;
  }
  mix->whole.estimate = estimate_whole(mix->input->kind, &mix->whole);
  for (size_t i = 0; i < span.count; i++) {
    expect_row(mix, &span.rows[i], unit, &third);
  }
  for (size_t i = 0; i < span.count; i++) {
    expect_group(mix, group_of(mix, span.rows[i].stratum), unit);
  }
  unit->variance += mix->whole.leans * mix->whole.leans / others *
                    variance_at(mix->input->kind, &mix->whole, mix->whole.estimate);
  if (is_mean(mix->input->kind) && unit->variance > 0.0) {
    unit->skew = third / (unit->variance * sqrt(unit->variance));
    unit->freedom = mix->freedom;
  }
}

/* --- all of it --- */

static bool can_be(const struct lw_mix_input *input, size_t at)
{
  const struct lw_mix_row *row = &input->rows[at];
  if (row->unit >= input->n_units || row->stratum >= input->n_strata || row->cell.n < 0 ||
      input->groups[row->stratum] >= input->n_groups) {
    return false;
  }
  if ((input->kind == LW_FUNNEL_SHARE && row->cell.sum > row->cell.n) ||
      (!is_mean(input->kind) && row->cell.sum < 0)) {
    return false;
  }
  const struct lw_mix_row *before = at > 0 ? row - 1 : NULL;
  return before == NULL || before->unit < row->unit ||
         (before->unit == row->unit && before->stratum < row->stratum);
}

static enum lw_code too_large(struct lw_error *err)
{
  return lw_fail(err, LW_OVERFLOW, "the sums are too large to be counted");
}

/* Rows by stratum; groups and the whole then of these, which are far fewer. */
static enum lw_code add_all(struct mix *mix, struct lw_error *err)
{
  const struct lw_mix_input *input = mix->input;
  for (size_t i = 0; i < input->n_rows; i++) {
    const struct lw_mix_row *row = &input->rows[i];
    if (!can_be(input, i)) {
      return lw_fail(err, LW_INVALID, "row %zu is out of order, or has numbers that can not be", i);
    }
    if (!lw_mix_join(&mix->strata[row->stratum].all, &row->cell)) {
      return too_large(err);
    }
  }
  for (uint32_t s = 0; s < input->n_strata; s++) {
    const struct lw_mix_cell *all = &mix->strata[s].all;
    if (all->n != 0 &&
        (!lw_mix_join(&group_of(mix, s)->all, all) || !lw_mix_join(&mix->whole.all, all))) {
      return too_large(err);
    }
  }
  return LW_OK;
}

static enum lw_code sum_up(struct mix *mix, struct lw_error *err)
{
  enum lw_code rc = add_all(mix, err);
  if (rc != LW_OK) {
    return rc;
  }
  draw(mix);
  if (is_mean(mix->input->kind)) {
    find_variances(mix);
    if (!find_skew(mix)) {
      return too_large(err);
    }
  }
  return LW_OK;
}

static void expect_all(struct mix *mix, struct lw_funnel_unit *units)
{
  const struct lw_mix_input *input = mix->input;
  for (uint32_t i = 0; i < input->n_units; i++) {
    units[i] = (struct lw_funnel_unit){.n = 0};
  }
  for (size_t from = 0, to = 0; from < input->n_rows; from = to) {
    uint32_t unit = input->rows[from].unit;
    while (to < input->n_rows && input->rows[to].unit == unit) {
      to++;
    }
    expect_unit(mix, (struct span){&input->rows[from], to - from}, &units[unit]);
  }
}

enum lw_code lw_mix_expect(const struct lw_mix_input *input, struct lw_funnel_unit *ret_units,
                           struct lw_mix_whole *ret_whole, struct lw_error *err)
{
  struct mix mix = {.input = input};
  mix.strata = calloc((size_t)input->n_strata + 1, sizeof *mix.strata);
  mix.groups = calloc((size_t)input->n_groups + 1, sizeof *mix.groups);
  enum lw_code rc = mix.strata != NULL && mix.groups != NULL
                        ? sum_up(&mix, err)
                        : lw_fail(err, LW_NO_MEMORY, "out of memory");
  if (rc == LW_OK) {
    expect_all(&mix, ret_units);
  }
  if (rc == LW_OK && ret_whole != NULL) {
    int64_t n = mix.whole.all.n;
    *ret_whole = (struct lw_mix_whole){.n = n,
                                       .mean = n > 0 ? (double)mix.whole.all.sum / (double)n : 0.0,
                                       .strata_cases = mix.strata_cases,
                                       .groups_cases = mix.groups_cases,
                                       .variance = mix.whole.variance,
                                       .skew = mix.skew};
  }
  free(mix.strata);
  free(mix.groups);
  return rc;
}
