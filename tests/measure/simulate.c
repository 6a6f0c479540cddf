/* Invented companies without any effect, looked at every day for sixty days: how often something is
 * claimed (docs/explanation/measured-effect.md has the table). Then with an effect of the size that
 * lw_measure_power gives: how often it shows.
 *
 *   simulate [--runs N] [--seed N]      2000 runs a row by themselves; a row is one kind of company
 *
 * The last line is `N passed, N failed`: a row fails when more is claimed than is stated, or less
 * shows than is promised, beyond what so many runs may be off by. */
#include "base/num.h"
#include "base/rand.h"
#include "measure/measure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HISTORY_DAYS = 56, LOOK_DAYS = 60, DAYS = HISTORY_DAYS + LOOK_DAYS, TEAMS_MAX = 64 };

struct company {
  const char *words;
  uint32_t teams;
  uint32_t news; /* teams with the new version; all: compared with before alone */
  double sizes;  /* how unlike teams are in size: sigma of its logarithm */
  double hangs;  /* of a team's day on its day before: autocorrelation */
  double daily;  /* how far a team's days differ, share of its figures */
  double shift;  /* how far each team moves by itself when the version changes */
  double drift;  /* how far the whole company moves, day after day */
  bool stated;   /* what is stated must hold for it */
};

static const struct company companies[] = {
    {"4 teams, 2 new", 4, 2, 0.0, 0.0, 0.0, 0.0, 0.0, true},
    {"4 teams, 1 new, drift", 4, 1, 0.0, 0.3, 0.10, 0.0, 0.01, true},
    {"6 teams, 3 new, days hang together", 6, 3, 0.0, 0.8, 0.20, 0.0, 0.01, true},
    {"6 teams, 2 new, teams shift", 6, 2, 0.0, 0.3, 0.10, 0.15, 0.01, true},
    {"8 teams, 1 new, sizes differ", 8, 1, 0.8, 0.3, 0.10, 0.05, 0.01, true},
    {"8 teams, 4 new, all of it", 8, 4, 0.8, 0.8, 0.20, 0.15, 0.01, true},
    {"12 teams, 6 new", 12, 6, 0.0, 0.3, 0.10, 0.05, 0.01, true},
    {"20 teams, 3 new, all of it", 20, 3, 0.8, 0.8, 0.20, 0.15, 0.01, true},
    {"40 teams, 20 new, all of it", 40, 20, 0.8, 0.8, 0.20, 0.15, 0.01, true},
    {"8 teams, all new, no drift", 8, 8, 0.0, 0.3, 0.10, 0.05, 0.0, true},
    {"8 teams, all new, drift", 8, 8, 0.0, 0.3, 0.10, 0.05, 0.01, false},
};

static double uniform(struct lw_rand_seeded *rand)
{
  return ((double)(lw_rand_seeded_next(rand) >> 11) + 0.5) / 9007199254740992.0;
}

/* Box and Muller 1958. */
static double normal(struct lw_rand_seeded *rand)
{
  return sqrt(-2.0 * log(uniform(rand))) * cos(6.283185307179586 * uniform(rand));
}

/* The sum of so many waits or amounts, each exponential with mean 1 (Marsaglia and Tsang 2000). */
static double sum_of(struct lw_rand_seeded *rand, double count)
{
  if (count < 1.0) {
    return 0.0;
  }
  double d = count - 1.0 / 3.0;
  double c = 1.0 / sqrt(9.0 * d);
  for (;;) {
    double x = normal(rand);
    double v = 1.0 + c * x;
    v = v * v * v;
    if (v > 0.0 && log(uniform(rand)) < 0.5 * x * x + d - d * v + d * log(v)) {
      return d * v;
    }
  }
}

static double within(double low, double x, double high)
{
  return x < low ? low : x > high ? high : x;
}

/* A third of the cases is rated, from one to five, in millionths of the scale: the middle three
 * fifths of a team's days lie between 3.6 and 4.2. */
static struct lw_measure_cell rated(struct lw_rand_seeded *rand, double cases, double moved)
{
  struct lw_measure_cell cell = {.ratings = (int64_t)floor(cases / 3.0)};
  for (int64_t i = 0; i < cell.ratings; i++) {
    double stars = round(within(1.0, 4.2 - moved + 1.1 * normal(rand), 5.0));
    cell.rating_sum += (int64_t)(250000.0 * (stars - 1.0));
  }
  return cell;
}

/* A day of a team whose figures are moved by so much: dearer, fewer at once, longer, rated worse.
 */
static struct lw_measure_cell day_of(struct lw_rand_seeded *rand, double size, double moved,
                                     double effect)
{
  double requests = floor(within(0.0, size + sqrt(size) * normal(rand), 1e9));
  double share = within(0.02, 0.6 - 0.25 * moved + effect, 0.98);
  double at_once = round(within(
      0.0, requests * share + sqrt(requests * share * (1 - share)) * normal(rand), requests));
  double asked = requests - at_once;
  double cost = 1800.0 * exp(moved) * sum_of(rand, requests);
  double waited = 95e6 * exp(moved) * sum_of(rand, asked);
  const struct lw_measure_cell said = rated(rand, requests, moved);
  return (struct lw_measure_cell){.ratings = said.ratings,
                                  .rating_sum = said.rating_sum,
                                  .cases = (int64_t)requests,
                                  .cost_minor = (int64_t)cost,
                                  .requests = (int64_t)requests,
                                  .at_once = (int64_t)at_once,
                                  .authorities = (int64_t)requests,
                                  .waited_usec = (int64_t)waited};
}

struct run {
  struct lw_measure_cell cells[TEAMS_MAX * DAYS];
  struct lw_measure_cell seen[TEAMS_MAX * DAYS];
  uint32_t from[TEAMS_MAX];
  bool gets[TEAMS_MAX];
};

static void invent(struct run *run, const struct company *company, struct lw_rand_seeded *rand,
                   double effect)
{
  double common[DAYS];
  double moved = 0.0;
  for (uint32_t day = 0; day < DAYS; day++) {
    moved += company->drift * normal(rand);
    common[day] = moved + (day % 7 >= 5 ? 0.1 : 0.0);
  }
  for (uint32_t t = 0; t < company->teams; t++) {
    bool is_new = t < company->news;
    double size = 40.0 * exp(company->sizes * normal(rand));
    double level = 0.2 * normal(rand);
    double shift = company->shift * normal(rand);
    double own = company->daily * normal(rand);
    run->from[t] = is_new ? HISTORY_DAYS : LW_MEASURE_KEPT;
    run->gets[t] = is_new;
    for (uint32_t day = 0; day < DAYS; day++) {
      bool after = day >= HISTORY_DAYS;
      double all = common[day] + level + own + (after ? shift : 0.0);
      run->cells[t * DAYS + day] = day_of(rand, size, all, after && is_new ? effect : 0.0);
      own = company->hangs * own +
            sqrt(1 - company->hangs * company->hangs) * company->daily * normal(rand);
    }
  }
}

/* As it stands after so many days. */
static struct lw_measure_input seen_after(struct run *run, const struct company *company,
                                          uint32_t days)
{
  for (uint32_t t = 0; t < company->teams; t++) {
    memcpy(run->seen + (size_t)t * days, run->cells + (size_t)t * DAYS, days * sizeof *run->seen);
  }
  return (struct lw_measure_input){
      .cells = run->seen, .from = run->from, .n_teams = company->teams, .n_days = days};
}

/* Every day's look: whether one of them claims something. */
static bool claims(struct run *run, const struct company *company)
{
  for (uint32_t day = 1; day <= LOOK_DAYS; day++) {
    struct lw_measured measured;
    struct lw_error err;
    struct lw_measure_input input = seen_after(run, company, HISTORY_DAYS + day);
    if (lw_measure_effect(&input, &measured, &err) != LW_OK) {
      (void)fprintf(stderr, "simulate: %s\n", err.text);
      exit(3);
    }
    if (measured.verdict != LW_MEASURED_TOO_EARLY &&
        measured.verdict != LW_MEASURED_TOO_FEW_TEAMS) {
      return true;
    }
  }
  return false;
}

static bool without_effect(struct run *run, const struct company *company, uint64_t runs,
                           uint64_t seed)
{
  struct lw_rand_seeded rand;
  uint64_t claimed = 0;
  double stated = LW_MEASURE_CHANCE_PERCENT / 100.0;
  lw_rand_seeded_init(&rand, seed);
  for (uint64_t i = 0; i < runs; i++) {
    invent(run, company, &rand, 0.0);
    claimed += claims(run, company);
  }
  double share = (double)claimed / (double)runs;
  double off = 3 * sqrt(stated * (1 - stated) / (double)runs);
  bool held = !company->stated || share <= stated + off;
  (void)printf("| %-36s | %6.1f %% | %s |\n", company->words, 100 * share,
               company->stated ? held ? "holds" : "FAILS" : "not promised");
  return held;
}

static const struct company trials[] = {
    {"6 teams, 3 new", 6, 3, 0.0, 0.3, 0.10, 0.0, 0.01, true},
    {"12 teams, 6 new", 12, 6, 0.0, 0.3, 0.10, 0.0, 0.01, true},
    {"40 teams, 20 new, sizes differ", 40, 20, 0.8, 0.3, 0.10, 0.0, 0.01, true},
};

/* An effect on the share at once of the size that was promised to show. */
static bool with_effect(struct run *run, const struct company *company, uint32_t days,
                        uint64_t runs, uint64_t seed)
{
  struct lw_rand_seeded rand;
  uint64_t shown = 0;
  double least = 0.0;
  lw_rand_seeded_init(&rand, seed);
  for (uint64_t i = 0; i < runs; i++) {
    const struct lw_measure_trial trial = {.gets = run->gets, .days = days};
    struct lw_measure_power power;
    struct lw_measured measured;
    struct lw_error err;
    struct lw_rand_seeded again = rand;
    invent(run, company, &rand, 0.0);
    struct lw_measure_input input = seen_after(run, company, HISTORY_DAYS);
    bool done = lw_measure_power(&input, &trial, &power, &err) == LW_OK;
    invent(run, company, &again, done ? power.least[LW_MEASURE_SHARE] : 0.0);
    input = seen_after(run, company, HISTORY_DAYS + days);
    done = done && lw_measure_effect(&input, &measured, &err) == LW_OK;
    shown += done && measured.effects[LW_MEASURE_SHARE].says == LW_SAYS_BETTER;
    least += done ? power.least[LW_MEASURE_SHARE] / (double)runs : 0.0;
  }
  double share = (double)shown / (double)runs;
  /* The promise itself rests on a spread that was estimated: about three of four then. */
  bool held = share >= 0.66 - 3 * sqrt(0.66 * 0.34 / (double)runs);
  (void)printf("| %-36s | %2u | %5.1f | %5.1f %% | %s |\n", company->words, days, 100 * least,
               100 * share, held ? "holds" : "FAILS");
  return held;
}

static uint64_t number_of(int argc, char **argv, const char *option, uint64_t usual)
{
  for (int i = 1; i + 1 < argc; i++) {
    if (strcmp(argv[i], option) == 0 && !lw_uint_read(lw_str_c(argv[i + 1]), &usual)) {
      (void)fprintf(stderr, "simulate: %s wants a number\n", option);
      exit(2);
    }
  }
  return usual;
}

int main(int argc, char **argv)
{
  uint64_t runs = number_of(argc, argv, "--runs", 2000);
  uint64_t seed = number_of(argc, argv, "--seed", 1);
  static struct run run;
  int counts[2] = {0};
  (void)printf("| no effect, looked at on each of 60 days | claimed | at most %d %% |\n"
               "| --- | --- | --- |\n",
               LW_MEASURE_CHANCE_PERCENT);
  for (size_t i = 0; i < sizeof companies / sizeof companies[0]; i++) {
    counts[!without_effect(&run, &companies[i], runs, seed + i)]++;
  }
  (void)printf(
      "\n| as much effect as is promised to show | days | points | shown | about three of four "
      "|\n| --- | --- | --- | --- | --- |\n");
  for (size_t i = 0; i < sizeof trials / sizeof trials[0]; i++) {
    for (uint32_t days = 14; days <= 56; days *= 2) {
      counts[!with_effect(&run, &trials[i], days, runs, seed + i)]++;
    }
  }
  (void)printf("\n%d passed, %d failed\n", counts[0], counts[1]);
  return counts[1] != 0;
}
