/* Cells of the scope are summed up by day or week; those that have a value become the chart's, and
 * the days on which a version began become places among them. */
#include "track/charts.h"

#include <math.h>

enum { DAYS_A_WEEK = 7 };

static const double usec_per_second = 1e6;

static const char *const names[] = {"amount",  "each",      "given",  "asked",
                                    "at_once", "decisions", "waiting"};

const char *lw_track_figure_name(enum lw_track_figure of)
{
  return names[of];
}

bool lw_track_figure_read(lw_str name, enum lw_track_figure *ret_of)
{
  for (int i = 0; i < LW_FIGURES; i++) {
    if (lw_str_equal(name, lw_str_c(names[i]))) {
      *ret_of = (enum lw_track_figure)i;
      return true;
    }
  }
  return false;
}

static bool divide(double part, int64_t whole, double *ret_value)
{
  if (whole != 0) {
    *ret_value = part / (double)whole;
  }
  return whole != 0;
}

bool lw_track_figure_value(enum lw_track_figure of, const struct lw_track_cell *cell,
                           double *ret_value)
{
  switch (of) {
  case LW_FIGURE_AMOUNT: return divide((double)cell->minor, 1, ret_value);
  case LW_FIGURE_EACH: return divide((double)cell->minor, cell->decisions, ret_value);
  case LW_FIGURE_GIVEN: return divide((double)cell->given, cell->decisions, ret_value);
  case LW_FIGURE_ASKED: return divide((double)cell->asked, cell->decisions, ret_value);
  case LW_FIGURE_AT_ONCE: return divide((double)cell->at_once, cell->decisions, ret_value);
  case LW_FIGURE_DECISIONS: return divide((double)cell->decisions, 1, ret_value);
  case LW_FIGURE_WAITING:
    return divide((double)cell->waited_usec / usec_per_second, cell->answered, ret_value);
  case LW_FIGURES: break;
  }
  return false;
}

/* --- the cells --- */

struct summing {
  const struct lw_track_charting *charting;
  const bool *teams;
  uint32_t reason; /* code; UINT32_MAX: any */
  uint32_t n_periods;
  struct lw_track_cell *cells;
};

/* UINT32_MAX: there is no such agent in the scope. */
static uint32_t find_agent(const struct summing *summing)
{
  const struct lw_track_agent *agents = NULL;
  const struct lw_track_charting *charting = summing->charting;
  uint32_t count = lw_track_sums_agents(charting->sums, &agents);
  for (uint32_t i = 0; i < count; i++) {
    if (lw_str_equal(agents[i].id, charting->scope.agent)) {
      return i;
    }
  }
  return UINT32_MAX;
}

/* Whoever has cells in the scope: an agent of another team now may have some of before. */
static enum lw_code count_agents(const struct summing *summing, struct lw_arena *arena,
                                 uint32_t agent, uint32_t *ret_count, struct lw_error *err)
{
  const struct lw_track_agent *agents = NULL;
  const struct lw_track_sums *sums = summing->charting->sums;
  const struct lw_track_table *table = lw_track_sums_table(sums, LW_TRACK_BY_STRATUM);
  uint32_t n_agents = lw_track_sums_agents(sums, &agents);
  bool *seen = LW_NEW_ARRAY(arena, bool, (size_t)n_agents + 1);
  if (seen == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  *ret_count = 0;
  for (uint32_t i = 0; i < table->count; i++) {
    const uint32_t *key = lw_track_table_key(table, i);
    uint32_t of = key[LW_TRACK_AGENT];
    if (summing->teams[key[LW_TRACK_TEAM]] && !seen[of] && (agent == UINT32_MAX || agent == of) &&
        (summing->reason == UINT32_MAX || summing->reason == key[LW_TRACK_REASON])) {
      seen[of] = true;
      *ret_count += 1;
    }
  }
  return LW_OK;
}

static bool sum_days(const struct summing *summing)
{
  const struct lw_track_charting *charting = summing->charting;
  const struct lw_track_table *table = lw_track_sums_table(charting->sums, LW_TRACK_BY_DAY);
  bool fits = true;
  for (uint32_t i = 0; fits && i < table->count; i++) {
    const uint32_t *key = lw_track_table_key(table, i);
    uint32_t period = charting->weekly ? key[LW_TRACK_DAY] / DAYS_A_WEEK : key[LW_TRACK_DAY];
    fits = period >= summing->n_periods || !summing->teams[key[LW_TRACK_DAY_TEAM]] ||
           (summing->reason != UINT32_MAX && summing->reason != key[LW_TRACK_DAY_REASON]) ||
           lw_track_cell_add(&summing->cells[period], &table->cells[i]);
  }
  return fits;
}

static bool sum_weeks(const struct summing *summing, uint32_t agent)
{
  const struct lw_track_table *table =
      lw_track_sums_table(summing->charting->sums, LW_TRACK_BY_WEEK);
  bool fits = true;
  for (uint32_t i = 0; fits && i < table->count; i++) {
    const uint32_t *key = lw_track_table_key(table, i);
    fits = key[LW_TRACK_WEEK] >= summing->n_periods || key[LW_TRACK_WEEK_AGENT] != agent ||
           lw_track_cell_add(&summing->cells[key[LW_TRACK_WEEK]], &table->cells[i]);
  }
  return fits;
}

static enum lw_code sum(struct summing *summing, struct lw_arena *arena, uint32_t *ret_agents,
                        struct lw_error *err)
{
  const struct lw_track_charting *charting = summing->charting;
  bool one = charting->scope.agent.len != 0;
  uint32_t agent = one ? find_agent(summing) : UINT32_MAX;
  *ret_agents = 0;
  if (one && agent == UINT32_MAX) {
    return LW_OK;
  }
  enum lw_code rc = count_agents(summing, arena, agent, ret_agents, err);
  if (rc != LW_OK || *ret_agents == 0) {
    return rc;
  }
  return (one ? sum_weeks(summing, agent) : sum_days(summing))
             ? LW_OK
             : lw_fail(err, LW_OVERFLOW, "the sums are too large to be counted");
}

/* --- the chart --- */

static uint32_t code_of(const struct lw_track_charting *charting)
{
  if (!charting->has_cause) {
    return UINT32_MAX;
  }
  uint32_t code = charting->cause.len != 0 ? lw_tape_code(lw_track_sums_tape(charting->sums),
                                                          LW_TAPE_REASON, charting->cause)
                                           : 0;
  return code == 0 && charting->cause.len != 0 ? UINT32_MAX - 1 : code; /* one that no cell has */
}

/* Where another version began, as places among the points; *versions by phase. */
static uint32_t find_starts(const struct lw_track_charting *charting, struct lw_track_chart *chart,
                            uint32_t *starts)
{
  const struct lw_track_version *versions = NULL;
  uint32_t n_versions = lw_track_sums_versions(charting->sums, &versions);
  uint32_t count = 0;
  uint32_t at = 0;
  for (uint32_t i = 0; i < n_versions; i++) {
    uint32_t day = versions[i].day;
    uint32_t period = charting->weekly ? (day + DAYS_A_WEEK - 1) / DAYS_A_WEEK : day;
    while (at < chart->n_points && chart->places[at] < period) {
      at++;
    }
    if (at >= chart->n_points) {
      break;
    }
    if (at > (count != 0 ? starts[count - 1] : 0)) {
      starts[count++] = at;
    }
    chart->versions[count] = versions[i].version;
  }
  return count;
}

static enum lw_code draw(const struct lw_track_charting *charting, const double *values,
                         struct lw_arena *arena, struct lw_track_chart *chart, struct lw_error *err)
{
  const struct lw_chart_options options = lw_chart_usual();
  size_t n = chart->n_points;
  uint32_t *starts = LW_NEW_ARRAY(arena, uint32_t, n + 1);
  chart->points = LW_NEW_ARRAY(arena, struct lw_chart_point, n);
  chart->phases = LW_NEW_ARRAY(arena, struct lw_chart_phase, n + 1);
  chart->versions = LW_NEW_ARRAY(arena, int64_t, n + 1);
  if (starts == NULL || chart->points == NULL || chart->phases == NULL || chart->versions == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  const struct lw_chart_input input = {.values = values,
                                       .n = chart->n_points,
                                       .starts = starts,
                                       .n_starts = find_starts(charting, chart, starts)};
  chart->n_phases = input.n_starts + 1;
  return lw_chart(&input, &options, chart->points, chart->phases, err);
}

enum lw_code lw_track_chart_make(const struct lw_track_charting *charting, struct lw_arena *arena,
                                 struct lw_track_chart *ret_chart, struct lw_error *err)
{
  struct lw_track_chart chart = {.n_agents = 0};
  struct summing summing = {.charting = charting,
                            .reason = code_of(charting),
                            .n_periods = charting->weekly ? charting->n_days / DAYS_A_WEEK
                                                          : charting->n_days,
                            .teams = lw_track_scope_teams(charting->sums, &charting->scope, arena)};
  size_t room = (size_t)summing.n_periods + 1;
  double *values = LW_NEW_ARRAY(arena, double, room);
  chart.places = LW_NEW_ARRAY(arena, uint32_t, room);
  chart.cells = summing.cells = LW_NEW_ARRAY(arena, struct lw_track_cell, room);
  if (summing.teams == NULL || values == NULL || chart.places == NULL || chart.cells == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  if (charting->scope.agent.len != 0 && (charting->has_cause || !charting->weekly)) {
    return lw_fail(err, LW_INVALID, "one agent's chart is by week and of all causes");
  }
  enum lw_code rc = sum(&summing, arena, &chart.n_agents, err);
  for (uint32_t i = 0; chart.n_agents != 0 && i < summing.n_periods; i++) {
    if (lw_track_figure_value(charting->of, &chart.cells[i], &values[chart.n_points])) {
      chart.places[chart.n_points++] = i;
    }
  }
  if (rc == LW_OK && chart.n_points != 0) {
    rc = draw(charting, values, arena, &chart, err);
  }
  *ret_chart = chart;
  return rc;
}

lw_usec lw_track_chart_at(const struct lw_track_charting *charting,
                          const struct lw_track_chart *chart, uint32_t point)
{
  uint32_t days = chart->places[point] * (charting->weekly ? DAYS_A_WEEK : 1);
  return lw_track_sums_since(charting->sums) + days * LW_USEC_PER_SECOND * LW_SECONDS_PER_DAY;
}

const char *lw_track_chart_kind_name(enum lw_chart_kind kind)
{
  static const char *const kinds[] = {"single", "range", "ewma", "cusum"};
  return kinds[kind];
}

bool lw_track_chart_is_outside(const struct lw_chart_point *point)
{
  for (int kind = 0; kind < LW_CHARTS; kind++) {
    if (point->side[kind] != 0) {
      return true;
    }
  }
  return false;
}

bool lw_track_chart_leaves(const struct lw_chart_point *point)
{
  for (int kind = 0; kind < LW_CHARTS; kind++) {
    if (point->side[kind] != 0 && point->run[kind] == 1) {
      return true;
    }
  }
  return false;
}

const struct lw_track_note *lw_track_chart_note(const struct lw_track_note *notes, uint32_t count,
                                                lw_usec at)
{
  for (uint32_t i = 0; i < count; i++) {
    if (notes[i].at == at) {
      return &notes[i];
    }
  }
  return NULL;
}
