/* Invented companies in which it is known who differs: how often the funnels call somebody out, how
 * soon they see somebody who truly differs, and how long charts stay quiet
 * (docs/explanation/track-statistics.md has the tables).
 *
 *   track_sim null|power|runs [--runs N] [--seed N] [--figure N]
 *
 * 500 agents, a few cases each or thousands (lognormal), 12 causes with 5 sorts of case each, of
 * which each agent sees a mix of their own. Shares are drawn case by case, hand-overs are Poisson,
 * amounts and times to resolve lognormal, ratings one of five (a normal, cut in four places). One
 * figure is looked at with --figure (1: the first). Figures go the way that the pages go:
 * lw_mix_expect, lw_funnel_spread, lw_funnel_place, lw_discover. Nothing is asserted; tables come
 * out as Markdown. */
#include "base/num.h"
#include "base/rand.h"
#include "measure/chart.h"
#include "measure/discover.h"
#include "measure/funnel.h"
#include "measure/mix.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AGENTS_MAX = 500, GROUPS = 12, SORTS = 5, STRATA = GROUPS * SORTS };

struct world {
  const char *words;
  uint32_t agents;
  double cases; /* the middle agent's */
  double sizes; /* sigma of the logarithm of the number of cases */
  double tau;   /* how much agents differ anyhow: sigma of log odds, of log amounts */
  double jump;  /* of amounts: sigma of the logarithm of one */
};

enum figure { SHARE, HANDOVERS, AMOUNT, RESOLVE, RATING, FIGURES };

struct company {
  struct lw_rand_seeded rand;
  const struct world *world;
  enum figure figure;
  double base[STRATA];
  uint32_t groups[STRATA];
  struct lw_mix_row rows[AGENTS_MAX * STRATA];
  size_t n_rows;
  struct lw_funnel_unit units[AGENTS_MAX];
  struct lw_funnel_spread spread;
  double p[AGENTS_MAX];
  double q[AGENTS_MAX];
};

/* --- chance --- */

static double uniform(struct lw_rand_seeded *rand)
{
  return ((double)(lw_rand_seeded_next(rand) >> 11) + 0.5) / 9007199254740992.0;
}

/* Box and Muller 1958. */
static double normal(struct lw_rand_seeded *rand)
{
  return sqrt(-2.0 * log(uniform(rand))) * cos(6.283185307179586 * uniform(rand));
}

static int64_t poisson(struct lw_rand_seeded *rand, double mean)
{
  int64_t count = 0;
  for (double left = exp(-mean), product = uniform(rand); product > left; count++) {
    product *= uniform(rand);
  }
  return count;
}

/* --- a company --- */

static enum lw_funnel_kind kind_of(enum figure figure)
{
  static const enum lw_funnel_kind kinds[FIGURES] = {
      LW_FUNNEL_SHARE, LW_FUNNEL_COUNT, LW_FUNNEL_MEAN, LW_FUNNEL_MEAN, LW_FUNNEL_PART};
  return kinds[figure];
}

/* Log odds, logarithms of a count, of an amount (cents), of a time (seconds: five hours in the
 * middle); of a rating where its normal lies. */
static double base_of(enum figure figure, double sort)
{
  static const double offset[FIGURES] = {-1.0, -1.5, 7.5, 9.8, 0.9};
  static const double times[FIGURES] = {1.0, 1.0, 0.6, 0.6, 0.3};
  return offset[figure] + times[figure] * sort;
}

/* One of five, in millionths of the way from the first to the last. */
static int64_t rating(double where)
{
  static const double cuts[] = {-1.2, -0.4, 0.3, 1.0};
  int64_t share = 0;
  for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
    share += where > cuts[i] ? 250000 : 0;
  }
  return share;
}

static void invent_sorts(struct company *company)
{
  for (uint32_t g = 0; g < GROUPS; g++) {
    double group = 0.9 * normal(&company->rand);
    for (uint32_t s = 0; s < SORTS; s++) {
      double sort = group + 0.5 * normal(&company->rand);
      company->groups[g * SORTS + s] = g;
      company->base[g * SORTS + s] = base_of(company->figure, sort);
    }
  }
}

/* `own`: the agent's own way, in log odds or as a logarithm; `times`: a factor on what they give;
 * of ratings its logarithm to base 4 is added. */
static int64_t one_case(struct company *company, double base, double own, double times)
{
  static const double uneven = 0.3; /* times vary more than amounts do */
  struct lw_rand_seeded *rand = &company->rand;
  double jump = company->world->jump;
  switch (company->figure) {
  case SHARE: {
    double share = times / (1.0 + exp(-base - own));
    return uniform(rand) < share;
  }
  case HANDOVERS: return poisson(rand, times * exp(base + own));
  case AMOUNT: return (int64_t)lround(times * exp(base + own + jump * normal(rand)));
  case RESOLVE: return (int64_t)lround(times * exp(base + own + (jump + uneven) * normal(rand)));
  case RATING: return rating(base + own + log(times) / log(4.0) + normal(rand));
  case FIGURES: break;
  }
  return 0;
}

/* An agent's cases: some sorts often, others never. */
static void invent_agent(struct company *company, uint32_t agent, double n, double times)
{
  double weights[STRATA];
  double sum = 0.0;
  double own = company->world->tau * normal(&company->rand);
  for (int s = 0; s < STRATA; s++) {
    weights[s] = exp(1.5 * normal(&company->rand));
    sum += weights[s];
  }
  for (uint32_t s = 0; s < STRATA; s++) {
    int64_t cases = poisson(&company->rand, fmin(n * weights[s] / sum, 600.0));
    struct lw_mix_row row = {.unit = agent, .stratum = s};
    for (int64_t i = 0; i < cases; i++) {
      if (!lw_mix_add(&row.cell, one_case(company, company->base[s], own, times))) {
        abort();
      }
    }
    if (cases > 0) {
      company->rows[company->n_rows++] = row;
    }
  }
}

/* The first agent has `n` cases (0: as the others) and gives `times` as much. */
static void invent(struct company *company, double n, double times)
{
  const struct world *world = company->world;
  invent_sorts(company);
  company->n_rows = 0;
  for (uint32_t agent = 0; agent < world->agents; agent++) {
    double cases = world->cases * exp(world->sizes * normal(&company->rand));
    bool first = agent == 0 && n > 0.0;
    invent_agent(company, agent, first ? n : fmin(cases, 6000.0), first ? times : 1.0);
  }
}

static void place(struct company *company, struct lw_funnel_place *places)
{
  const struct world *world = company->world;
  struct lw_error err;
  enum lw_funnel_kind kind = kind_of(company->figure);
  const struct lw_mix_input input = {.kind = kind,
                                     .n_units = world->agents,
                                     .n_strata = STRATA,
                                     .n_groups = GROUPS,
                                     .rows = company->rows,
                                     .n_rows = company->n_rows,
                                     .groups = company->groups};
  if (lw_mix_expect(&input, company->units, NULL, &err) != LW_OK ||
      lw_funnel_spread(kind, company->units, world->agents, &company->spread, &err) != LW_OK) {
    abort();
  }
  for (uint32_t i = 0; i < world->agents; i++) {
    places[i] = lw_funnel_place(kind, &company->units[i], &company->spread);
    company->p[i] = places[i].known ? places[i].p : -1.0;
  }
  if (lw_discover(company->p, world->agents, company->q, &err) != LW_OK) {
    abort();
  }
}

static const char *const figures[FIGURES] = {"share with a remedy", "hand-overs a case",
                                             "mean amount", "time to resolve", "rating"};

/* --- nobody differs --- */

struct tally {
  double looks;
  double outside[LW_BANDS][2]; /* below, above */
  double named;
  double runs_named;
  double tau;
};

static void count(const struct company *company, const struct lw_funnel_place *places,
                  struct tally *tally)
{
  double named = 0.0;
  for (uint32_t i = 0; i < company->world->agents; i++) {
    for (int band = 0; places[i].known && band < LW_BANDS; band++) {
      tally->outside[band][0] += places[i].outside[band] == LW_FUNNEL_BELOW;
      tally->outside[band][1] += places[i].outside[band] == LW_FUNNEL_ABOVE;
    }
    tally->looks += places[i].known;
    named += company->q[i] <= LW_DISCOVER_SHARE;
  }
  tally->named += named;
  tally->runs_named += named > 0.0;
  tally->tau += company->spread.tau;
}

static void show_null(const struct world *world, enum figure figure, const struct tally *tally,
                      double runs)
{
  double looks = tally->looks;
  printf("| %s | %s |", world->words, figures[figure]);
  for (int band = 0; band < LW_BANDS; band++) {
    printf(" %.2f | %.2f |", 1000 * tally->outside[band][0] / looks,
           1000 * tally->outside[band][1] / looks);
  }
  double both = (tally->outside[1][0] + tally->outside[1][1]) / looks;
  printf(" %.2f +- %.2f | %.1f%% | %.3f |\n", 1000 * both,
         1000 * 1.96 * sqrt(0.002 * 0.998 / looks), 100 * tally->runs_named / runs,
         tally->tau / runs);
  fflush(stdout);
}

static const struct world worlds[] = {
    {"500 agents, no difference", 500, 150, 0.9, 0.0, 0.7},
    {"500 agents, tau 0.1", 500, 150, 0.9, 0.1, 0.7},
    {"500 agents, tau 0.3", 500, 150, 0.9, 0.3, 0.7},
    {"500 agents, few cases each (20), no difference", 500, 20, 0.9, 0.0, 0.7},
    {"500 agents, few cases each (20), tau 0.3", 500, 20, 0.9, 0.3, 0.7},
    {"40 agents, no difference", 40, 150, 0.9, 0.0, 0.7},
    {"40 agents, tau 0.3", 40, 150, 0.9, 0.3, 0.7},
    {"500 agents, amounts very uneven", 500, 150, 0.9, 0.0, 1.2},
};

struct plan {
  int64_t runs;
  int64_t seed;
  int64_t figure; /* 0: all */
};

static bool is_wanted(const struct plan *plan, int figure)
{
  return plan->figure == 0 || plan->figure == figure + 1;
}

static void simulate_null(struct company *company, const struct plan *plan)
{
  static struct lw_funnel_place places[AGENTS_MAX];
  printf("| company | figure | below 1 in 20 (25) | above (25) | below 1 in 500 (1) | above (1) | "
         "both (2) | runs in which anybody is named | tau found |\n");
  printf("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
  for (size_t w = 0; w < sizeof worlds / sizeof worlds[0]; w++) {
    for (int figure = 0; figure < FIGURES; figure++) {
      struct tally tally = {0};
      int64_t times = !is_wanted(plan, figure) ? 0
                      : worlds[w].agents < 100 ? 5 * plan->runs
                                               : plan->runs;
      company->world = &worlds[w];
      company->figure = (enum figure)figure;
      lw_rand_seeded_init(&company->rand, (uint64_t)plan->seed + w * 10 + (uint64_t)figure);
      for (int64_t run = 0; run < times; run++) {
        invent(company, 0.0, 1.0);
        place(company, places);
        count(company, places, &tally);
      }
      if (times > 0) {
        show_null(&worlds[w], company->figure, &tally, (double)times);
      }
    }
  }
}

/* --- one who truly differs --- */

static void show_power(struct company *company, double times, int64_t runs)
{
  static const double sizes[] = {10, 20, 40, 80, 160, 320, 640, 1280};
  static struct lw_funnel_place places[AGENTS_MAX];
  static const char *const how[2][2] = {{"half", "double"}, {"worse", "better"}};
  printf("| %s | %s | %s |", company->world->words, figures[company->figure],
         how[company->figure == RATING][times > 1.0]);
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    double flagged = 0.0;
    double named = 0.0;
    for (int64_t run = 0; run < runs; run++) {
      invent(company, sizes[i], times);
      place(company, places);
      flagged += places[0].outside[LW_BAND_500] == (times < 1.0 ? -1 : 1);
      named += company->q[0] <= LW_DISCOVER_SHARE;
    }
    printf(" %.0f%% (%.0f%%) |", 100 * flagged / (double)runs, 100 * named / (double)runs);
    fflush(stdout);
  }
  printf("\n");
}

static void simulate_power(struct company *company, const struct plan *plan)
{
  static const enum figure looked_at[] = {SHARE, AMOUNT, RESOLVE, RATING};
  static const struct world of_power[] = {
      {"100 agents, no other differs", 100, 150, 0.9, 0.0, 0.7},
      {"100 agents, tau 0.2", 100, 150, 0.9, 0.2, 0.7},
  };
  printf("| company | figure | gives | 10 cases | 20 | 40 | 80 | 160 | 320 | 640 | 1280 |\n");
  printf("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
  for (size_t w = 0; w < sizeof of_power / sizeof of_power[0]; w++) {
    company->world = &of_power[w];
    for (size_t i = 0; i < sizeof looked_at / sizeof looked_at[0]; i++) {
      company->figure = looked_at[i];
      lw_rand_seeded_init(&company->rand, (uint64_t)plan->seed + w * 10 + i);
      if (is_wanted(plan, (int)looked_at[i])) {
        show_power(company, 0.5, plan->runs);
        show_power(company, 2.0, plan->runs);
      }
    }
  }
}

/* --- charts --- */

enum { CHART_POINTS = 4000 };

/* Values until the first one that a kind of chart has outside; CHART_POINTS if none has. */
static double run_of(const double *values, enum lw_chart_kind kind)
{
  static struct lw_chart_point points[CHART_POINTS];
  struct lw_chart_options options = lw_chart_usual();
  struct lw_chart_phase phase;
  struct lw_error err;
  const struct lw_chart_input input = {.values = values, .n = CHART_POINTS};
  options.sigma = 1.0;
  if (lw_chart(&input, &options, points, &phase, &err) != LW_OK) {
    abort();
  }
  for (int i = 0; i < CHART_POINTS; i++) {
    if (points[i].side[kind] != 0) {
      return i + 1;
    }
  }
  return CHART_POINTS;
}

/* A week of an agent as z: `cases` of which three in ten get something, moved by `shift` sigma. */
static double week(struct lw_rand_seeded *rand, int64_t cases, double shift)
{
  double share = 0.3 + shift * sqrt(0.3 * 0.7 / (double)cases);
  int64_t given = 0;
  for (int64_t i = 0; i < cases; i++) {
    given += uniform(rand) < share;
  }
  struct lw_funnel_unit unit = lw_funnel_share(cases, given, 0.3);
  return lw_funnel_place(LW_FUNNEL_SHARE, &unit, &(struct lw_funnel_spread){0}).z;
}

static double designed(enum lw_chart_kind kind, double shift)
{
  const struct lw_chart_options usual = lw_chart_usual();
  struct lw_error err;
  double run = 0.0;
  if (kind == LW_CHART_SINGLE) {
    return lw_chart_single_run(3.0, shift);
  }
  enum lw_code rc = kind == LW_CHART_EWMA
                        ? lw_chart_ewma_run(usual.lambda, usual.ewma_edge, shift, &run, &err)
                        : lw_chart_cusum_run(usual.cusum_free, usual.cusum_edge, shift, &run, &err);
  return rc == LW_OK ? run : 0.0;
}

static void show_runs(struct lw_rand_seeded *rand, double shift, int64_t runs, int64_t cases)
{
  static const enum lw_chart_kind charts[] = {LW_CHART_SINGLE, LW_CHART_EWMA, LW_CHART_CUSUM};
  static double values[CHART_POINTS];
  double sums[3] = {0};
  double squares[3] = {0};
  for (int64_t run = 0; run < runs; run++) {
    for (int i = 0; i < CHART_POINTS; i++) {
      values[i] = cases > 0 ? week(rand, cases, shift) : shift + normal(rand);
    }
    for (int c = 0; c < 3; c++) {
      double length = run_of(values, charts[c]);
      sums[c] += length;
      squares[c] += length * length;
    }
  }
  printf("| %s | %.2f |", cases > 0 ? "shares of 40 cases a week" : "normal values", shift);
  for (int c = 0; c < 3; c++) {
    double mean = sums[c] / (double)runs;
    double error = sqrt((squares[c] / (double)runs - mean * mean) / (double)runs);
    printf(" %.1f +- %.1f (%.1f) |", mean, 1.96 * error, designed(charts[c], shift));
  }
  printf("\n");
  fflush(stdout);
}

static void simulate_runs(struct lw_rand_seeded *rand, int64_t runs)
{
  static const double shifts[] = {0.0, 0.5, 1.0, 2.0};
  printf("| values | shift in sigma | single, 3 sigma | EWMA 0.2, 2.962 | CUSUM 0.5, 5 |\n");
  printf("| --- | --- | --- | --- | --- |\n");
  for (int64_t cases = 0; cases <= 40; cases += 40) {
    for (size_t i = 0; i < sizeof shifts / sizeof shifts[0]; i++) {
      show_runs(rand, shifts[i], runs, cases);
    }
  }
}

int main(int argc, char **argv)
{
  struct plan plan = {.runs = 200, .seed = 1};
  bool good = argc >= 2 && argc % 2 == 0;
  for (int i = 2; good && i + 1 < argc; i += 2) {
    int64_t *place = strcmp(argv[i], "--runs") == 0     ? &plan.runs
                     : strcmp(argv[i], "--seed") == 0   ? &plan.seed
                     : strcmp(argv[i], "--figure") == 0 ? &plan.figure
                                                        : NULL;
    good = place != NULL && lw_int_read(lw_str_c(argv[i + 1]), place) && *place > 0;
  }
  struct company *company = calloc(1, sizeof *company);
  if (company == NULL) {
    return 3;
  }
  lw_rand_seeded_init(&company->rand, (uint64_t)plan.seed);
  if (good && strcmp(argv[1], "null") == 0) {
    simulate_null(company, &plan);
  } else if (good && strcmp(argv[1], "power") == 0) {
    simulate_power(company, &plan);
  } else if (good && strcmp(argv[1], "runs") == 0) {
    simulate_runs(&company->rand, plan.runs);
  } else {
    fprintf(stderr, "usage: track_sim null|power|runs [--runs N] [--seed N] [--figure N]\n");
    good = false;
  }
  free(company);
  return good ? 0 : 2;
}
