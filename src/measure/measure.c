/* Days are folded into one number before and one after for each team, so that how days of a team
 * hang together does not matter (Bertrand, Duflo and Mullainathan 2004), and what is left is a
 * comparison of two small groups of teams: Student's t over teams (Donald and Lang 2007). One team
 * alone may be a group (Conley and Taber 2011); a group of smaller teams is taken to vary more
 * (after Ferman and Pinto 2019).
 *
 * Looks are few and share the chance of an error between them (Boole's inequality, as Pocock 1977
 * shares it, equal parts for the first looks). That needs no word on how looks hang together.
 * Turned down: a boundary that may be crossed on any day (Howard, Ramdas, McAuliffe and Sekhon
 * 2021; Waudby-Smith and others 2024): with few teams, whatever their number of days, its variance
 * is not known well enough.
 *
 * Without teams that kept the old version there is only before and after. The interval then is the
 * wider one of two: how far teams differ, and how far weeks of the whole company do. */
#include "measure/measure.h"

#include "measure/student.h"

#include <math.h>
#include <stdlib.h>

enum { DAYS_A_WEEK = 7, TEAMS_MIN = 4, TEAMS_ALONE_MIN = 3, WEEKS_MIN = 3, LOOKS_EQUAL = 4 };

/* --- what a measure is --- */

double lw_measure_over(enum lw_measure_id id, const struct lw_measure_cell *cell)
{
  switch (id) {
  case LW_MEASURE_COST: return (double)cell->cost_minor;
  case LW_MEASURE_SHARE: return (double)cell->at_once;
  case LW_MEASURE_WAIT: return (double)cell->waited_usec;
  case LW_MEASURE_RATING: return (double)cell->rating_sum;
  case LW_MEASURES: break;
  }
  return 0.0;
}

int64_t lw_measure_units(enum lw_measure_id id, const struct lw_measure_cell *cell)
{
  switch (id) {
  case LW_MEASURE_COST: return cell->cases;
  case LW_MEASURE_SHARE: return cell->requests;
  case LW_MEASURE_WAIT: return cell->authorities;
  case LW_MEASURE_RATING: return cell->ratings;
  case LW_MEASURES: break;
  }
  return 0;
}

double lw_measure_ratio(enum lw_measure_id id, const struct lw_measure_cell *cell)
{
  return lw_measure_over(id, cell) / (double)lw_measure_units(id, cell);
}

static bool less_is_better(enum lw_measure_id id)
{
  return id == LW_MEASURE_COST || id == LW_MEASURE_WAIT;
}

const char *lw_measure_name(enum lw_measure_id id)
{
  static const char *const names[LW_MEASURES] = {"cost_per_case", "granted_at_once",
                                                 "time_to_authority", "rating"};
  return names[id];
}

const char *lw_measure_verdict_words(enum lw_measure_verdict verdict)
{
  switch (verdict) {
  case LW_MEASURED_TOO_EARLY: return "too early to say";
  case LW_MEASURED_TOO_FEW_TEAMS: return "too few teams";
  case LW_MEASURED_WORKED: return "it worked";
  case LW_MEASURED_COST_ONLY: return "cost without effect";
  case LW_MEASURED_WORSE: return "it made it worse";
  case LW_MEASURED_MIXED: return "better in one thing, worse in another";
  }
  return "";
}

const char *lw_measure_verdict_name(enum lw_measure_verdict verdict)
{
  static const char *const names[] = {"too_early", "too_few_teams", "worked",
                                      "cost_only", "worse",         "mixed"};
  return names[verdict];
}

/* --- looks --- */

uint32_t lw_measure_look(uint32_t days, uint32_t *ret_number)
{
  uint32_t look = 0;
  uint32_t number = 0;
  for (uint32_t next = DAYS_A_WEEK; next <= days && next >= look; next *= 2) {
    number = look == 0 ? 0 : number + 1;
    look = next;
  }
  *ret_number = number;
  return look;
}

/* A fifth of the whole for each of the first four; then a half of a fifth, a quarter of a fifth ...
 */
double lw_measure_look_chance(uint32_t number, uint32_t measures)
{
  double part = LW_MEASURE_CHANCE_PERCENT / 100.0 / (LOOKS_EQUAL + 1);
  for (uint32_t i = LOOKS_EQUAL; i <= number; i++) {
    part /= 2;
  }
  return part / (measures != 0 ? measures : 1);
}

/* --- sums --- */

static bool add(int64_t *sum, int64_t more)
{
  return !__builtin_add_overflow(*sum, more, sum);
}

static bool add_cell(struct lw_measure_cell *sum, const struct lw_measure_cell *cell)
{
  return add(&sum->cases, cell->cases) && add(&sum->cost_minor, cell->cost_minor) &&
         add(&sum->requests, cell->requests) && add(&sum->at_once, cell->at_once) &&
         add(&sum->authorities, cell->authorities) && add(&sum->waited_usec, cell->waited_usec) &&
         add(&sum->ratings, cell->ratings) && add(&sum->rating_sum, cell->rating_sum);
}

bool lw_measure_sum(const struct lw_measure_input *input, uint32_t team, uint32_t first,
                    uint32_t count, struct lw_measure_cell *sum)
{
  const struct lw_measure_cell *cells = input->cells + (size_t)team * input->n_days;
  bool added = true;
  for (uint32_t day = first; added && day < first + count; day++) {
    added = add_cell(sum, &cells[day]);
  }
  return added;
}

double lw_measure_size_factor(double inverse_side, uint32_t n_side, double inverse_all,
                              uint32_t n_all)
{
  double factor = inverse_side / n_side / (inverse_all / n_all);
  return factor > 1.0 ? factor : 1.0;
}

/* --- the comparison --- */

/* A team in the two spans. */
struct team {
  bool is_new;
  struct lw_measure_cell before;
  struct lw_measure_cell after;
};

struct comparison {
  const struct lw_measure_input *input;
  struct lw_measured *measured;
  struct team *teams;
  double chance; /* of an error, of one measure at this look */
};

/* Means over the teams of a side, and how they scatter. */
struct side {
  uint32_t count;
  double before;
  double after;
  double squares;  /* of each team's difference from the side's mean difference */
  double inverses; /* sum of 1 / units */
};

static bool counts(enum lw_measure_id id, const struct team *team)
{
  return lw_measure_units(id, &team->before) >= LW_MEASURE_UNITS_MIN &&
         lw_measure_units(id, &team->after) >= LW_MEASURE_UNITS_MIN;
}

static struct side side_of(const struct comparison *comparison, enum lw_measure_id id, bool is_new)
{
  struct side side = {0};
  for (uint32_t t = 0; t < comparison->input->n_teams; t++) {
    const struct team *team = &comparison->teams[t];
    if (team->is_new == is_new && counts(id, team)) {
      side.count++;
      side.before += lw_measure_ratio(id, &team->before);
      side.after += lw_measure_ratio(id, &team->after);
      side.inverses += 1.0 / (double)lw_measure_units(id, &team->before) +
                       1.0 / (double)lw_measure_units(id, &team->after);
    }
  }
  if (side.count == 0) {
    return side;
  }
  side.before /= side.count;
  side.after /= side.count;
  for (uint32_t t = 0; t < comparison->input->n_teams; t++) {
    const struct team *team = &comparison->teams[t];
    if (team->is_new == is_new && counts(id, team)) {
      double off = lw_measure_ratio(id, &team->after) - lw_measure_ratio(id, &team->before) -
                   (side.after - side.before);
      side.squares += off * off;
    }
  }
  return side;
}

static void conclude(struct lw_measure_effect *effect, enum lw_measure_id id, double half_width)
{
  effect->low = effect->change - half_width;
  effect->high = effect->change + half_width;
  bool rose = effect->low > 0.0;
  bool fell = effect->high < 0.0;
  effect->says = !rose && !fell               ? LW_SAYS_NOTHING
                 : rose == less_is_better(id) ? LW_SAYS_WORSE
                                              : LW_SAYS_BETTER;
}

/* Difference in differences, clustered by team: the spread within both sides together. */
static void against_teams(const struct comparison *comparison, enum lw_measure_id id,
                          const struct side *news, const struct side *kept,
                          struct lw_measure_effect *effect)
{
  uint32_t teams = news->count + kept->count;
  effect->change = (news->after - news->before) - (kept->after - kept->before);
  if (news->count == 0 || kept->count == 0 || teams < TEAMS_MIN) {
    effect->says = LW_SAYS_TOO_FEW;
    return;
  }
  double inverses = news->inverses + kept->inverses;
  double spread =
      lw_measure_size_factor(news->inverses, news->count, inverses, teams) / news->count +
      lw_measure_size_factor(kept->inverses, kept->count, inverses, teams) / kept->count;
  double variance = (news->squares + kept->squares) / (teams - 2) * spread;
  conclude(effect, id, lw_student_quantile(teams - 2, comparison->chance) * sqrt(variance));
}

/* The company's figure of each week, before and after: how far weeks scatter about their span's
 * mean. False when a week has none. */
static bool weeks_variance(const struct comparison *comparison, enum lw_measure_id id,
                           double *ret_variance, uint32_t *ret_freedom)
{
  const struct lw_measured *measured = comparison->measured;
  uint32_t spans[2] = {measured->days_before / DAYS_A_WEEK, measured->days_used / DAYS_A_WEEK};
  uint32_t first = measured->start_day - measured->days_before;
  double squares = 0.0;
  for (int s = 0; s < 2; s++) {
    double mean = 0.0;
    for (uint32_t week = 0; week < spans[s]; week++, first += DAYS_A_WEEK) {
      struct lw_measure_cell cell = {0};
      bool summed = true;
      for (uint32_t t = 0; summed && t < comparison->input->n_teams; t++) {
        summed = lw_measure_sum(comparison->input, t, first, DAYS_A_WEEK, &cell);
      }
      if (!summed || lw_measure_units(id, &cell) < LW_MEASURE_UNITS_MIN) {
        return false;
      }
      /* About the mean so far (Welford 1962), so that large figures lose no digits. */
      double figure = lw_measure_ratio(id, &cell);
      double off = figure - mean;
      mean += off / (week + 1);
      squares += off * (figure - mean);
    }
  }
  *ret_freedom = spans[0] + spans[1] - 2;
  *ret_variance = squares / *ret_freedom * (1.0 / spans[0] + 1.0 / spans[1]);
  return true;
}

static void against_before(const struct comparison *comparison, enum lw_measure_id id,
                           const struct side *news, struct lw_measure_effect *effect)
{
  double by_weeks = 0.0;
  uint32_t freedom = 0;
  effect->change = news->after - news->before;
  if (news->count < TEAMS_ALONE_MIN) {
    effect->says = LW_SAYS_TOO_FEW;
    return;
  }
  if (comparison->measured->days_before < WEEKS_MIN * DAYS_A_WEEK ||
      !weeks_variance(comparison, id, &by_weeks, &freedom)) {
    effect->says = LW_SAYS_NO_DATA;
    return;
  }
  double by_teams = news->squares / (news->count - 1) / news->count;
  double half_teams = lw_student_quantile(news->count - 1, comparison->chance) * sqrt(by_teams);
  double half_weeks = lw_student_quantile(freedom, comparison->chance) * sqrt(by_weeks);
  conclude(effect, id, half_teams > half_weeks ? half_teams : half_weeks);
}

static void measure_one(const struct comparison *comparison, enum lw_measure_id id)
{
  struct lw_measure_effect *effect = &comparison->measured->effects[id];
  struct side news = side_of(comparison, id, true);
  struct side kept = side_of(comparison, id, false);
  effect->teams_new = news.count;
  effect->teams_kept = kept.count;
  effect->new_before = news.before;
  effect->new_after = news.after;
  effect->kept_before = kept.before;
  effect->kept_after = kept.after;
  if (news.count == 0 && kept.count == 0) {
    return;
  }
  if (comparison->measured->has_kept) {
    against_teams(comparison, id, &news, &kept, effect);
  } else {
    against_before(comparison, id, &news, effect);
  }
}

/* --- the verdict --- */

static enum lw_measure_verdict verdict_of(const struct lw_measure_effect *effects)
{
  enum lw_measure_says cost = effects[LW_MEASURE_COST].says;
  bool better = false;
  bool worse = false;
  bool told = cost >= LW_SAYS_NOTHING;
  bool too_few = cost == LW_SAYS_TOO_FEW;
  for (int id = LW_MEASURE_SHARE; id < LW_MEASURES; id++) {
    better |= effects[id].says == LW_SAYS_BETTER;
    worse |= effects[id].says == LW_SAYS_WORSE;
    told |= effects[id].says >= LW_SAYS_NOTHING;
    too_few |= effects[id].says == LW_SAYS_TOO_FEW;
  }
  if (!told) {
    return too_few ? LW_MEASURED_TOO_FEW_TEAMS : LW_MEASURED_TOO_EARLY;
  }
  if (worse) {
    return better || cost == LW_SAYS_BETTER ? LW_MEASURED_MIXED : LW_MEASURED_WORSE;
  }
  if (better || cost == LW_SAYS_BETTER) {
    return LW_MEASURED_WORKED;
  }
  return cost == LW_SAYS_WORSE ? LW_MEASURED_COST_ONLY : LW_MEASURED_TOO_EARLY;
}

/* --- the whole --- */

/* When it began, and until when the teams stayed as they were. */
static bool find_spans(const struct lw_measure_input *input, struct lw_measured *measured,
                       uint32_t *ret_look)
{
  uint32_t start = LW_MEASURE_KEPT;
  uint32_t end = input->n_days;
  for (uint32_t t = 0; t < input->n_teams; t++) {
    start = input->from[t] < start ? input->from[t] : start;
  }
  if (start > input->n_days) {
    return false;
  }
  for (uint32_t t = 0; t < input->n_teams; t++) {
    measured->has_kept |= input->from[t] > start;
    end = input->from[t] > start && input->from[t] < end ? input->from[t] : end;
  }
  uint32_t before =
      start < LW_MEASURE_BEFORE_DAYS_MAX ? start : (uint32_t)LW_MEASURE_BEFORE_DAYS_MAX;
  measured->start_day = start;
  measured->days_since = end - start;
  measured->days_before = before / DAYS_A_WEEK * DAYS_A_WEEK;
  measured->days_used = lw_measure_look(measured->days_since, ret_look);
  measured->next_look_days = measured->days_used == 0 ? DAYS_A_WEEK : measured->days_used * 2;
  return true;
}

static bool sum_teams(struct comparison *comparison)
{
  const struct lw_measure_input *input = comparison->input;
  struct lw_measured *measured = comparison->measured;
  bool summed = true;
  for (uint32_t t = 0; summed && t < input->n_teams; t++) {
    struct team *team = &comparison->teams[t];
    team->is_new = input->from[t] == measured->start_day;
    summed = lw_measure_sum(input, t, measured->start_day - measured->days_before,
                            measured->days_before, &team->before) &&
             lw_measure_sum(input, t, measured->start_day, measured->days_used, &team->after) &&
             add_cell(&measured->sums[team->is_new ? LW_SIDE_NEW_BEFORE : LW_SIDE_KEPT_BEFORE],
                      &team->before) &&
             add_cell(&measured->sums[team->is_new ? LW_SIDE_NEW : LW_SIDE_KEPT], &team->after);
  }
  return summed;
}

/* How many measures there is anything of: they share the chance of an error. */
static uint32_t count_measures(const struct comparison *comparison)
{
  uint32_t measures = 0;
  for (int id = 0; id < LW_MEASURES; id++) {
    int64_t units = 0;
    for (int side = 0; side < LW_SIDES; side++) {
      units += lw_measure_units((enum lw_measure_id)id, &comparison->measured->sums[side]);
    }
    measures += units > 0;
  }
  return measures;
}

enum lw_code lw_measure_effect(const struct lw_measure_input *input,
                               struct lw_measured *ret_measured, struct lw_error *err)
{
  struct lw_measured measured = {.verdict = LW_MEASURED_TOO_EARLY};
  struct comparison comparison = {.input = input, .measured = &measured};
  uint32_t look = 0;
  if (!find_spans(input, &measured, &look)) {
    return lw_fail(err, LW_INVALID, "no team has the new version");
  }
  if (measured.days_used == 0 || measured.days_before == 0) {
    *ret_measured = measured;
    return LW_OK;
  }
  comparison.teams = calloc(input->n_teams, sizeof *comparison.teams);
  if (comparison.teams == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  bool summed = sum_teams(&comparison);
  if (summed) {
    comparison.chance = lw_measure_look_chance(look, count_measures(&comparison));
    for (int id = 0; id < LW_MEASURES; id++) {
      measure_one(&comparison, (enum lw_measure_id)id);
    }
    measured.verdict = verdict_of(measured.effects);
    *ret_measured = measured;
  }
  free(comparison.teams);
  return summed ? LW_OK : lw_fail(err, LW_OVERFLOW, "the sums are too large to be counted");
}
