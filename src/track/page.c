/* Money is printed from exact sums; means and shares are rounded here and nowhere before. */
#include "track/page.h"

#include "base/money.h"
#include "data/json.h"
#include "data/member.h"
#include "measure/chart.h"
#include "measure/discover.h"
#include "track/given.h"

#include <math.h>

#define USEC_PER_DAY (LW_USEC_PER_SECOND * LW_SECONDS_PER_DAY)

static const double usec_per_second = 1e6;

static void add_time(struct lw_buf *out, const char *key, lw_usec at)
{
  lw_buf_printf(out, "\"%s\":\"", key);
  lw_rfc3339_print(at / LW_USEC_PER_SECOND, 0, out);
  lw_buf_add_char(out, '"');
}

/* Also where no currency is known yet: the contract has these amounts always. */
static void add_money(struct lw_buf *out, const char *key, int64_t minor, uint16_t currency)
{
  lw_buf_printf(out, ",\"%s\":\"", key);
  lw_money_print((lw_money){minor, currency}, out);
  lw_buf_add_char(out, '"');
}

static void add_share(struct lw_buf *out, const char *key, int64_t part, int64_t whole)
{
  if (whole != 0) {
    lw_buf_printf(out, ",\"%s\":\"%.4f\"", key, (double)part / (double)whole);
  }
}

/* The members that all parts have, without braces. */
static void add_cell(const struct lw_track_cell *cell, uint16_t currency, struct lw_buf *out)
{
  lw_buf_printf(out,
                "\"decisions\":%lld,\"given\":%lld,\"at_once\":%lld,\"asked\":%lld,"
                "\"answered\":%lld",
                (long long)cell->decisions, (long long)cell->given, (long long)cell->at_once,
                (long long)cell->asked, (long long)cell->answered);
  add_money(out, "amount", cell->minor, currency);
  if (cell->decisions != 0) {
    add_money(out, "each", llround((double)cell->minor / (double)cell->decisions), currency);
  }
  add_share(out, "given_share", cell->given, cell->decisions);
  add_share(out, "at_once_share", cell->at_once, cell->decisions);
  add_share(out, "asked_share", cell->asked, cell->decisions);
  if (cell->answered != 0) {
    lw_buf_printf(out, ",\"waited_seconds\":%.1f",
                  (double)cell->waited_usec / (double)cell->answered / usec_per_second);
  }
}

/* What became of cases. */
static void add_end(const struct lw_track_end *end, struct lw_buf *out)
{
  lw_buf_printf(out, ",\"resolved\":%lld", (long long)end->resolved.n);
  if (end->resolved.n != 0) {
    LW_BUF_LIT(out, ",\"resolve_seconds\":");
    lw_track_value_print(LW_TRACK_RESOLVE, (double)end->resolved.sum / (double)end->resolved.n, 0,
                         out);
  }
  lw_buf_printf(out, ",\"ratings\":%lld", (long long)end->rated.n);
  if (end->rated.n != 0) {
    LW_BUF_LIT(out, ",\"rating\":");
    lw_track_value_print(LW_TRACK_RATING, (double)end->rated.sum / (double)end->rated.n, 0, out);
  }
}

/* --- beside what was to be expected --- */

static void add_value(struct lw_buf *out, const char *key, enum lw_track_measure measure,
                      double value, uint16_t currency)
{
  lw_buf_printf(out, ",\"%s\":", key);
  lw_track_value_print(measure, value, currency, out);
}

static void add_place(enum lw_track_measure measure, const struct lw_track_given *given,
                      uint32_t agent, uint16_t currency, struct lw_buf *out)
{
  const struct lw_funnel_place *place = &given->places[agent];
  if (!place->known) {
    return;
  }
  lw_buf_printf(out,
                ",\"%s_compared\":{\"z\":%.3f,\"p\":%.6g,\"q\":%.6g,\"outside_20\":%d,"
                "\"outside_500\":%d,\"named\":%s",
                lw_track_measure_name(measure), place->z, place->p, given->q[agent],
                place->outside[LW_BAND_20], place->outside[LW_BAND_500],
                given->q[agent] <= LW_DISCOVER_SHARE ? "true" : "false");
  add_value(out, "expected", measure, place->target, currency);
  add_value(out, "difference", measure, place->value - place->target, currency);
  add_value(out, "likely", measure, place->shrunk - place->target, currency);
  lw_buf_add_char(out, '}');
}

/* The limits of so many decisions of the usual sort, about what is expected of them. */
static void add_curve(enum lw_track_measure measure, const struct lw_track_given *given,
                      uint16_t currency, struct lw_buf *out)
{
  static const int64_t points[] = {5,   10,  20,   35,   50,   75,   100,  150,   200,  300,
                                   500, 750, 1000, 1500, 2000, 3000, 5000, 10000, 20000};
  enum lw_funnel_kind kind = lw_track_measure_kind(measure);
  const struct lw_funnel_unit whole = {.n = given->whole.n,
                                       .expected = given->whole.mean * (double)given->whole.n,
                                       .variance = given->whole.variance * (double)given->whole.n,
                                       .skew = given->whole.skew / sqrt((double)given->whole.n)};
  LW_BUF_LIT(out, ",\"curve\":[");
  for (size_t i = 0; given->whole.n > 0 && i < sizeof points / sizeof points[0]; i++) {
    const struct lw_funnel_unit unit = lw_funnel_scaled(&whole, points[i]);
    const struct lw_funnel_limits limits = lw_funnel_limits(kind, &unit, &given->spread);
    lw_buf_printf(out, "%s{\"decisions\":%lld", i == 0 ? "" : ",", (long long)points[i]);
    add_value(out, "low_20", measure, limits.low[LW_BAND_20] - given->whole.mean, currency);
    add_value(out, "high_20", measure, limits.high[LW_BAND_20] - given->whole.mean, currency);
    add_value(out, "low_500", measure, limits.low[LW_BAND_500] - given->whole.mean, currency);
    add_value(out, "high_500", measure, limits.high[LW_BAND_500] - given->whole.mean, currency);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

static void add_funnels(const struct lw_track_given *given, uint16_t currency, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"funnels\":{");
  for (uint32_t m = 0; m < LW_TRACK_MEASURES; m++) {
    lw_buf_printf(out, "%s\"%s\":{\"agents\":%u,\"times_chance\":%.3f", m == 0 ? "" : ",",
                  lw_track_measure_name((enum lw_track_measure)m), given[m].spread.units,
                  given[m].spread.phi);
    add_curve((enum lw_track_measure)m, &given[m], currency, out);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, '}');
}

static uint16_t currency_of(const struct lw_track_page *page)
{
  return lw_currency_find(lw_tape_currency(lw_track_sums_tape(page->sums)));
}

static void add_agents(const struct lw_track_page *page, const struct lw_track_overview *overview,
                       const struct lw_track_given *given, struct lw_buf *out)
{
  const struct lw_track_agent *agents = NULL;
  (void)lw_track_sums_agents(page->sums, &agents);
  LW_BUF_LIT(out, ",\"agents\":[");
  for (uint32_t i = 0; page->individuals && i < overview->n_agents; i++) {
    const struct lw_track_part *part = &overview->agents[i];
    const struct lw_track_agent *agent = &agents[part->of];
    const struct lw_person *person = lw_staff_find(page->staff, agent->id);
    lw_buf_add_c(out, i == 0 ? "{\"id\":" : ",{\"id\":");
    lw_json_add_string(out, agent->id);
    lw_member_text(out, "name", person != NULL ? person->actor.name : LW_STR(""));
    lw_member_text(out, "team", agent->team);
    lw_buf_add_c(out, agent->is_ai ? ",\"kind\":\"ai\"," : ",\"kind\":\"human\",");
    add_cell(&part->cell, currency_of(page), out);
    add_end(&part->end, out);
    for (uint32_t m = 0; m < LW_TRACK_MEASURES; m++) {
      add_place((enum lw_track_measure)m, &given[m], part->of, currency_of(page), out);
    }
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

/* Most money first, each with the share of the whole that it and those above it make. */
static void add_causes(const struct lw_track_page *page, const struct lw_track_overview *overview,
                       struct lw_buf *out)
{
  int64_t so_far = 0;
  LW_BUF_LIT(out, ",\"causes\":[");
  for (uint32_t i = 0; i < overview->n_causes; i++) {
    const struct lw_track_part *part = &overview->causes[i];
    lw_str name = lw_tape_text(lw_track_sums_tape(page->sums), LW_TAPE_REASON, part->of);
    const struct lw_reason *reason = lw_policy_reason(page->policy, name);
    so_far += part->cell.minor;
    lw_buf_add_c(out, i == 0 ? "{\"reason\":" : ",{\"reason\":");
    lw_json_add_string(out, name);
    lw_member_text(out, "label", reason != NULL ? reason->label : LW_STR(""));
    lw_member_text(out, "owner", reason != NULL ? reason->owner : LW_STR(""));
    lw_buf_add_char(out, ',');
    add_cell(&part->cell, currency_of(page), out);
    add_end(&part->end, out);
    add_share(out, "share", part->cell.minor, overview->whole.minor);
    add_share(out, "share_so_far", so_far, overview->whole.minor);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

static void add_days(const struct lw_track_page *page, const struct lw_track_overview *overview,
                     struct lw_buf *out)
{
  lw_usec since = lw_track_sums_since(page->sums);
  LW_BUF_LIT(out, ",\"by_day\":[");
  for (uint32_t i = 0; page->scope.agent.len == 0 && i < overview->n_days; i++) {
    lw_buf_add_c(out, i == 0 ? "{" : ",{");
    add_time(out, "day", since + i * USEC_PER_DAY);
    lw_buf_add_char(out, ',');
    add_cell(&overview->days[i], currency_of(page), out);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

/* --- over time --- */

/* Where another version of the policy first decided, days within 1 .. n_days - 1, each once. */
static uint32_t find_starts(const struct lw_track_sums *sums, uint32_t n_days, uint32_t *starts)
{
  const struct lw_track_version *versions = NULL;
  uint32_t count = 0;
  uint32_t n_versions = lw_track_sums_versions(sums, &versions);
  for (uint32_t i = 0; i < n_versions; i++) {
    uint32_t day = versions[i].day;
    if (day > (count != 0 ? starts[count - 1] : 0) && day < n_days) {
      starts[count++] = day;
    }
  }
  return count;
}

static void add_phases(const struct lw_chart_phase *phases, uint32_t count, uint16_t currency,
                       struct lw_buf *out)
{
  LW_BUF_LIT(out, "\"phases\":[");
  for (uint32_t i = 0; i < count; i++) {
    lw_buf_printf(out, "%s{\"first\":%u,\"days\":%u", i == 0 ? "" : ",", phases[i].first,
                  phases[i].count);
    if (phases[i].known) {
      add_money(out, "usual", llround(phases[i].center), currency);
      add_money(out, "low", llround(fmax(phases[i].low, 0.0)), currency);
      add_money(out, "high", llround(phases[i].high), currency);
    }
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

/* What was given a day, and the days that left the usual course; today is not over and left out. */
static enum lw_code add_chart(const struct lw_track_page *page,
                              const struct lw_track_overview *overview, struct lw_arena *arena,
                              struct lw_buf *out, struct lw_error *err)
{
  uint32_t n = overview->n_days - 1;
  struct lw_chart_options options = lw_chart_usual();
  double *values = LW_NEW_ARRAY(arena, double, (size_t)n + 1);
  uint32_t *starts = LW_NEW_ARRAY(arena, uint32_t, (size_t)n + 1);
  struct lw_chart_point *points = LW_NEW_ARRAY(arena, struct lw_chart_point, (size_t)n + 1);
  struct lw_chart_phase *phases = LW_NEW_ARRAY(arena, struct lw_chart_phase, (size_t)n + 1);
  if (values == NULL || starts == NULL || points == NULL || phases == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  if (n == 0 || page->scope.agent.len != 0) {
    return LW_OK;
  }
  for (uint32_t i = 0; i < n; i++) {
    values[i] = (double)overview->days[i].minor;
  }
  const struct lw_chart_input input = {values, n, starts, find_starts(page->sums, n, starts)};
  enum lw_code rc = lw_chart(&input, &options, points, phases, err);
  if (rc != LW_OK) {
    return rc;
  }
  LW_BUF_LIT(out, ",\"chart\":{");
  add_phases(phases, input.n_starts + 1, currency_of(page), out);
  LW_BUF_LIT(out, ",\"outside\":[");
  bool any = false;
  for (uint32_t i = 0; i < n; i++) {
    if (points[i].side[LW_CHART_SINGLE] != 0) {
      lw_buf_printf(out, "%s{\"day\":%u,\"side\":%d}", any ? "," : "", i,
                    points[i].side[LW_CHART_SINGLE]);
      any = true;
    }
  }
  LW_BUF_LIT(out, "]}");
  return LW_OK;
}

enum lw_code lw_track_page_print(const struct lw_track_page *page, struct lw_arena *arena,
                                 struct lw_buf *out, struct lw_error *err)
{
  struct lw_track_overview overview;
  struct lw_track_given given[LW_TRACK_MEASURES];
  lw_usec since = lw_track_sums_since(page->sums);
  enum lw_code rc = lw_track_overview_make(page->sums, &page->scope, arena, &overview, err);
  rc = rc == LW_OK ? lw_track_given_make(page->sums, arena, given, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  if (!page->individuals && overview.n_agents < LW_TRACK_GROUP_MIN) {
    return lw_fail(err, LW_FORBIDDEN, "figures are shown for groups of %d people and more",
                   LW_TRACK_GROUP_MIN);
  }
  lw_buf_add_char(out, '{');
  add_time(out, "since", since);
  lw_buf_printf(out, ",\"days\":%u", lw_track_sums_days(page->sums));
  lw_member_text(out, "team", page->scope.team);
  lw_member_text(out, "agent", page->scope.agent);
  lw_member_text(out, "currency", lw_tape_currency(lw_track_sums_tape(page->sums)));
  LW_BUF_LIT(out, ",\"whole\":{");
  add_cell(&overview.whole, currency_of(page), out);
  add_end(&overview.whole_end, out);
  lw_buf_add_char(out, '}');
  add_funnels(given, currency_of(page), out);
  add_agents(page, &overview, given, out);
  add_causes(page, &overview, out);
  add_days(page, &overview, out);
  rc = add_chart(page, &overview, arena, out, err);
  lw_buf_add_char(out, '}');
  return rc == LW_OK && out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for an answer")
                                    : rc;
}

void lw_track_cell_print(const struct lw_track_cell *cell, uint16_t currency, struct lw_buf *out)
{
  add_cell(cell, currency, out);
}

void lw_track_end_print(const struct lw_track_end *end, struct lw_buf *out)
{
  add_end(end, out);
}
