/* Prints figures of src/measure for figures.R to work out again: a line each, name, arguments
 * separated by commas, value; tabs between. The arguments say everything, so that R needs no data
 * of its own. */
#include "base/rand.h"
#include "measure/agree.h"
#include "measure/chart.h"
#include "measure/discover.h"
#include "measure/funnel.h"
#include "measure/interval.h"
#include "measure/special.h"
#include "measure/staying.h"
#include "measure/student.h"
#include "measure/tail.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ARGS_MAX = 256 };

struct line {
  double args[ARGS_MAX];
  int count;
};

static void put(struct line *line, double arg)
{
  if (line->count == ARGS_MAX) {
    abort();
  }
  line->args[line->count++] = arg;
}

static void say(const char *name, const struct line *line, double value)
{
  printf("%s\t", name);
  for (int i = 0; i < line->count; i++) {
    printf("%s%.17g", i > 0 ? "," : "", line->args[i]);
  }
  printf("\t%.17g\n", value);
}

static void say_both(const char *low, const char *high, const struct line *line,
                     struct lw_interval interval)
{
  say(low, line, interval.low);
  say(high, line, interval.high);
}

static void intervals(void)
{
  static const int64_t shares[][2] = {{0, 1},    {1, 1},      {0, 20},           {1, 29},
                                      {15, 148}, {999, 1000}, {300000, 1000000}, {5, 1000000000}};
  static const double chances[] = {0.05, 0.002};
  static const int64_t values[] = {1200, 500, 0, 99900, 2500, 2500, 777};
  for (size_t i = 0; i < 8 * 2; i++) {
    const int64_t *share = shares[i % 8];
    double chance = chances[i / 8];
    struct line line = {{(double)share[0], (double)share[1], chance}, 3};
    say_both("wilson_low", "wilson_high", &line, lw_interval_wilson(share[0], share[1], chance));
    say_both("exact_low", "exact_high", &line, lw_interval_exact(share[0], share[1], chance));
    say_both("rate_low", "rate_high", &line, lw_interval_rate(share[0], (double)share[1], chance));
  }
  struct line line = {{0.05}, 1};
  int64_t sum = 0;
  lw_int128 squares = 0;
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
    put(&line, (double)values[i]);
    sum += values[i];
    squares += (lw_int128)values[i] * values[i];
  }
  say_both("mean_low", "mean_high", &line, lw_interval_mean(7, sum, squares, 0.05));
}

static void students(void)
{
  static const double points[] = {0.1, 1.0, 2.5, 6.0};
  static const uint32_t freedoms[] = {1, 2, 7, 30, 1000, 1000000};
  for (size_t i = 0; i < 6 * 4; i++) {
    uint32_t freedom = freedoms[i / 4];
    double t = points[i % 4];
    struct line line = {{(double)freedom, t}, 2};
    say("t_tail", &line, lw_student_tail(freedom, t));
    struct line back = {{(double)freedom, 0.002 * t}, 2};
    say("t_quantile", &back, lw_student_quantile(freedom, 0.002 * t));
  }
  struct line reach = {{7, 2.5, 0.8}, 3};
  say("t_reach", &reach, lw_student_reach(7, 2.5, 0.8));
}

static void tails(void)
{
  static const double binomial[][3] = {{10, 0.5, 0},    {10, 0.5, 3},         {150, 0.3, 20},
                                       {150, 0.3, 70},  {2000, 0.97, 1990},   {2000, 0.97, 1910},
                                       {1e6, 1e-5, 25}, {1e9, 0.5, 499950000}};
  static const double other[][4] = {{5, 5, 0, 14},    {0.3, 0.3, 0, 3}, {1e6, 1e6, 0, 1003000},
                                    {5, 9, 0, 16},    {40, 55, 0, 15},  {40, 30, 0, 60},
                                    {40, 25.5, 0, 20}};
  static const double sums[][5] = {{5, 9, 0, 0, 11},   {5, 1, 0.3, 0, 8},   {5, 1, 0.3, 0, 3},
                                   {5, 4, 3, 0, 2},    {5, 4, -0.5, 0, 11}, {5, 4, -0.5, 0, 1},
                                   {5, 1, 0.3, 12, 8}, {-3, 2, 0.4, 9, -5}};
  static const double zs[] = {-3.090232, -1.959964, 0.5, 1.959964, 3.090232};
  for (size_t i = 0; i < 8; i++) {
    double n = binomial[i][0];
    double p = binomial[i][1];
    struct lw_tail_count tail = {.mean = n * p, .variance = n * p * (1 - p), .most = n};
    struct line line = {{n, p, binomial[i][2]}, 3};
    say("binomial_z", &line, lw_tail_count_z(&tail, binomial[i][2]));
    for (size_t k = 0; k < 5 && n < 1e8; k++) {
      struct line at = {{n, p, zs[k]}, 3};
      say("binomial_at", &at, lw_tail_count_at(&tail, zs[k]));
    }
  }
  for (size_t i = 0; i < 7; i++) {
    struct lw_tail_count tail = {.mean = other[i][0], .variance = other[i][1]};
    struct line line = {{other[i][0], other[i][1], other[i][3]}, 3};
    say("count_z", &line, lw_tail_count_z(&tail, other[i][3]));
    for (size_t k = 0; k < 5 && i < 2; k++) {
      struct line at = {{other[i][0], zs[k]}, 2};
      say("poisson_at", &at, lw_tail_count_at(&tail, zs[k]));
    }
  }
  for (size_t i = 0; i < 8; i++) {
    struct lw_tail_sum tail = {sums[i][0], sums[i][1], sums[i][2], sums[i][3]};
    struct line line = {{sums[i][0], sums[i][1], sums[i][2], sums[i][3], sums[i][4]}, 5};
    say("sum_z", &line, lw_tail_sum_z(&tail, sums[i][4]));
  }
}

/* Made values, whole steps of 1/64 so that they print in full. */
static double made(struct lw_rand_seeded *rand)
{
  return (double)(lw_rand_seeded_below(rand, 640) + lw_rand_seeded_below(rand, 640)) / 64.0;
}

static void charts(struct lw_rand_seeded *rand)
{
  enum { N = 40 };
  double values[N];
  struct lw_chart_point points[N];
  struct lw_chart_phase phase;
  struct lw_error err;
  struct lw_chart_options options = lw_chart_usual();
  for (int i = 0; i < N; i++) {
    values[i] = made(rand);
  }
  options.lambda = 0.15;
  options.ewma_edge = 2.8;
  const struct lw_chart_input input = {.values = values, .n = N};
  if (lw_chart(&input, &options, points, &phase, &err) != LW_OK) {
    abort();
  }
  for (int at = 0; at < N; at += 13) {
    struct line line = {{0.15, 2.8, 0.5, at + 1}, 4};
    for (int i = 0; i < N; i++) {
      put(&line, values[i]);
    }
    say("single_low", &line, phase.low);
    say("single_high", &line, phase.high);
    say("range_high", &line, phase.range_high);
    say("ewma", &line, points[at].ewma);
    say("ewma_low", &line, points[at].ewma_low);
    say("ewma_high", &line, points[at].ewma_high);
    say("cusum_up", &line, points[at].up);
    say("cusum_down", &line, points[at].down);
  }
  for (double shift = 0.0; shift <= 2.0; shift += 0.5) {
    double run = 0.0;
    struct line cusum = {{0.5, 5.0, shift}, 3};
    struct line ewma = {{0.2, 2.962, shift}, 3};
    if (lw_chart_cusum_run(0.5, 5.0, shift, &run, &err) == LW_OK) {
      say("cusum_run", &cusum, run);
    }
    if (lw_chart_ewma_run(0.2, 2.962, shift, &run, &err) == LW_OK) {
      say("ewma_run", &ewma, run);
    }
  }
}

static void kappas(struct lw_rand_seeded *rand)
{
  for (uint32_t answers = 2; answers <= 5; answers++) {
    for (int weight = LW_AGREE_SAME; weight <= LW_AGREE_LINEAR; weight++) {
      int64_t counts[25];
      struct line line = {{answers, weight, 0.05}, 3};
      for (uint32_t i = 0; i < answers * answers; i++) {
        bool same = i / answers == i % answers;
        counts[i] = (int64_t)lw_rand_seeded_below(rand, same ? 60 : 15);
        put(&line, (double)counts[i]);
      }
      struct lw_agree agree = lw_agree_kappa(counts, answers, (enum lw_agree_weight)weight, 0.05);
      say("kappa", &line, agree.kappa);
      say("kappa_error", &line, agree.error);
      say("kappa_error_null", &line, agree.error_null);
      say("kappa_low", &line, agree.low);
      say("kappa_high", &line, agree.high);
    }
  }
}

static void staying(struct lw_rand_seeded *rand)
{
  enum { PEOPLE = 60 };
  struct lw_stay stays[PEOPLE];
  struct lw_stay_step steps[PEOPLE];
  struct lw_staying found;
  struct lw_stay_differ differ;
  struct lw_error err;
  struct line all = {{0}, 0};
  for (int i = 0; i < PEOPLE; i++) {
    stays[i] = (struct lw_stay){.days = (uint32_t)lw_rand_seeded_below(rand, 400) + 1,
                                .group = (uint32_t)lw_rand_seeded_below(rand, 3),
                                .left = lw_rand_seeded_below(rand, 3) > 0};
    put(&all, stays[i].days);
    put(&all, stays[i].left);
    put(&all, stays[i].group);
  }
  if (lw_staying(stays, PEOPLE, steps, &found, &err) != LW_OK ||
      lw_staying_differ(stays, PEOPLE, &differ, &err) != LW_OK) {
    abort();
  }
  say("logrank", &all, differ.chi_squared);
  say("logrank_p", &all, differ.p);
  for (uint32_t day = 60; day < 360; day += 55) {
    struct line line = all;
    struct lw_interval after = lw_staying_after(&found, steps, day, 0.05);
    put(&line, day);
    say("staying", &line, after.value);
    say("staying_low", &line, after.low);
    say("staying_high", &line, after.high);
  }
}

static void many(struct lw_rand_seeded *rand)
{
  enum { N = 50 };
  double p[N];
  double q[N];
  struct lw_funnel_unit units[N];
  struct lw_funnel_spread spread;
  struct lw_error err;
  struct line line = {{0}, 0};
  struct line zs = {{0}, 0};
  for (int i = 0; i < N; i++) {
    p[i] = pow((double)lw_rand_seeded_below(rand, 1000) / 1000.0, 3.0);
    put(&line, p[i]);
    units[i] = lw_funnel_mean(64, 0, &(struct lw_funnel_whole){1e6, 6.4e9, 0.0, 0.0});
    units[i].given = 64000000 + (int64_t)(1e6 * (made(rand) - 10.0));
    put(&zs, ((double)units[i].given - 64e6) / 640e3);
  }
  if (lw_discover(p, N, q, &err) != LW_OK ||
      lw_funnel_spread(LW_FUNNEL_MEAN, units, N, &spread, &err) != LW_OK) {
    abort();
  }
  say("phi", &zs, spread.phi);
  for (int i = 0; i < N; i += 7) {
    struct line one = line;
    put(&one, i + 1);
    say("q", &one, q[i]);
  }
}

/* Ratings of n cases: limits, and how far out one is that lies a tenth above. */
static void parts(void)
{
  static const struct {
    double n, mean, variance, skew, freedom, tau, units;
  } rows[] = {{40, 7e5, 4e10, -0.6, 0, 0, 0},      {40, 7e5, 4e10, -0.6, 0, 0.2, 0},
              {12, 8.5e5, 3e10, -1.2, 0, 0.3, 40}, {200, 5e5, 6e10, 0, 60, 0.15, 25},
              {5, 9.5e5, 1e10, -2, 30, 0, 0},      {1, 6e5, 9e10, 0.3, 0, 0.5, 12}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const struct lw_funnel_whole whole = {rows[i].mean, rows[i].variance, rows[i].skew,
                                          rows[i].freedom};
    const struct lw_funnel_spread spread = {.units = (uint32_t)rows[i].units, .tau = rows[i].tau};
    struct lw_funnel_unit unit = lw_funnel_mean((int64_t)rows[i].n, 0, &whole);
    struct lw_funnel_limits limits = lw_funnel_limits(LW_FUNNEL_PART, &unit, &spread);
    struct line line = {{rows[i].n, rows[i].mean, rows[i].variance, rows[i].skew, rows[i].freedom,
                         rows[i].tau, rows[i].units},
                        7};
    for (int band = 0; band < LW_BANDS; band++) {
      struct line one = line;
      put(&one, lw_funnel_band_chance((enum lw_funnel_band)band));
      say("part_low", &one, limits.low[band]);
      say("part_high", &one, limits.high[band]);
    }
    unit.given = (int64_t)(rows[i].n * fmin(rows[i].mean * 1.1, 1e6));
    put(&line, (double)unit.given);
    say("part_z", &line, lw_funnel_place(LW_FUNNEL_PART, &unit, &spread).z);
  }
}

int main(void)
{
  struct lw_rand_seeded rand;
  lw_rand_seeded_init(&rand, 7);
  intervals();
  students();
  tails();
  charts(&rand);
  kappas(&rand);
  staying(&rand);
  many(&rand);
  parts();
  return 0;
}
