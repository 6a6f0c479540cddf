/* From the JSON alone, so that a table has the figures that the page has, digit for digit. */
#include "cli/track_words.h"

#include <stdio.h>

static lw_str day_at(const struct lw_value *map, const char *key)
{
  return lw_str_slice(lw_value_written(map, lw_str_c(key)), 0, sizeof "2026-03-02T00:00" - 1);
}

/* "single above, ewma above" */
static void add_sides(const struct lw_value *outside, struct lw_buf *out)
{
  for (uint32_t i = 0; outside != NULL && i < outside->count; i++) {
    bool above = !lw_str_equal(outside->items[i].text, LW_STR("-1"));
    lw_buf_printf(out, "%s%.*s %s", i == 0 ? "" : ", ", LW_FMT(outside->entries[i].key),
                  above ? "above" : "below");
  }
}

static void add_chart(const struct lw_value *chart, struct lw_buf *out)
{
  const struct lw_value *phases = lw_value_get(chart, LW_STR("phases"));
  const struct lw_value *points = lw_value_get(chart, LW_STR("points"));
  for (uint32_t i = 0; i < phases->count; i++) {
    const struct lw_value *phase = &phases->items[i];
    lw_buf_printf(out, "From %.*s, version %.*s of the policy: usual %.*s, within %.*s and %.*s\n",
                  LW_FMT(day_at(phase, "at")),
                  LW_FMT(lw_value_written(phase, LW_STR("policy_version"))),
                  LW_FMT(lw_value_written(phase, LW_STR("usual"))),
                  LW_FMT(lw_value_written(phase, LW_STR("low"))),
                  LW_FMT(lw_value_written(phase, LW_STR("high"))));
  }
  lw_buf_printf(out, "%-16.*s  %9s  %13.*s  %13s  %s\n",
                LW_FMT(lw_value_written(chart, LW_STR("by"))), "decisions",
                LW_FMT(lw_value_written(chart, LW_STR("of"))), "average", "outside");
  for (uint32_t i = 0; i < points->count; i++) {
    const struct lw_value *point = &points->items[i];
    const struct lw_value *cause = lw_value_get(point, LW_STR("cause"));
    lw_buf_printf(out, "%.*s  %9.*s  %13.*s  %13.*s  ", LW_FMT(day_at(point, "at")),
                  LW_FMT(lw_value_written(point, LW_STR("decisions"))),
                  LW_FMT(lw_value_written(point, LW_STR("value"))),
                  LW_FMT(lw_value_written(point, LW_STR("ewma"))));
    add_sides(lw_value_get(point, LW_STR("outside")), out);
    if (cause != NULL) {
      lw_buf_printf(out, " (%.*s)", LW_FMT(lw_value_written(cause, LW_STR("text"))));
    }
    lw_buf_add_char(out, '\n');
  }
}

static void add_causes(const struct lw_value *list, struct lw_buf *out)
{
  const struct lw_value *items = lw_value_get(list, LW_STR("items"));
  lw_buf_printf(out, "%-24s  %9s  %7s  %13s  %7s  %7s  %7s  %-16s  %s\n", "cause", "decisions",
                "cases", "amount", "share", "so far", "rating", "owner", "fix");
  for (uint32_t i = 0; i < items->count; i++) {
    const struct lw_value *item = &items->items[i];
    lw_str name = lw_value_written(item, LW_STR("cause"));
    lw_str shown = name.len != 0 ? name : LW_STR("(none given)");
    lw_buf_printf(out, "%-24.*s  %9.*s  %7.*s  %13.*s  %7.*s  %7.*s  %7.*s  %-16.*s  %.*s\n",
                  LW_FMT(shown), LW_FMT(lw_value_written(item, LW_STR("decisions"))),
                  LW_FMT(lw_value_written(item, LW_STR("cases"))),
                  LW_FMT(lw_value_written(item, LW_STR("amount"))),
                  LW_FMT(lw_value_written(item, LW_STR("share"))),
                  LW_FMT(lw_value_written(item, LW_STR("share_so_far"))),
                  LW_FMT(lw_value_written(item, LW_STR("rating"))),
                  LW_FMT(lw_value_written(item, LW_STR("owner"))),
                  LW_FMT(lw_value_written(lw_value_get(item, LW_STR("fix")), LW_STR("text"))));
  }
}

/* --- the page --- */

/* What was given beside what was expected, as the agents' own members call it. */
struct measure {
  lw_str name; /* of the funnel */
  const char *value;
  const char *column; /* its heading */
};

static struct measure measure_of(lw_str name)
{
  static const struct measure measures[] = {{LW_STR_INIT("amount"), "each", "each"},
                                            {LW_STR_INIT("given"), "given_share", "given_share"},
                                            {LW_STR_INIT("asked"), "asked_share", "asked_share"},
                                            {LW_STR_INIT("resolve"), "resolve_seconds", "seconds"},
                                            {LW_STR_INIT("rating"), "rating", "rating"}};
  for (size_t i = 0; i < sizeof measures / sizeof measures[0]; i++) {
    if (lw_str_equal(measures[i].name, name)) {
      return measures[i];
    }
  }
  return (struct measure){name, "", ""};
}

static const struct lw_value *compared(const struct lw_value *agent, lw_str measure)
{
  char key[64];
  (void)snprintf(key, sizeof key, "%.*s_compared", LW_FMT(measure));
  return lw_value_get(agent, lw_str_c(key));
}

static void add_whole(const struct lw_value *page, struct lw_buf *out)
{
  const struct lw_value *whole = lw_value_get(page, LW_STR("whole"));
  lw_buf_printf(out, "%.*s days from %.*s", LW_FMT(lw_value_written(page, LW_STR("days"))),
                LW_FMT(day_at(page, "since")));
  static const char *const scopes[] = {"team", "agent", "currency"};
  for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
    if (lw_value_get(page, lw_str_c(scopes[i])) != NULL) {
      lw_buf_printf(out, ", %s %.*s", scopes[i],
                    LW_FMT(lw_value_written(page, lw_str_c(scopes[i]))));
    }
  }
  lw_buf_printf(out, "\n%.*s decisions: %.*s of them given, %.*s at once, %.*s asked; ",
                LW_FMT(lw_value_written(whole, LW_STR("decisions"))),
                LW_FMT(lw_value_written(whole, LW_STR("given_share"))),
                LW_FMT(lw_value_written(whole, LW_STR("at_once_share"))),
                LW_FMT(lw_value_written(whole, LW_STR("asked_share"))));
  lw_buf_printf(out, "%.*s in all, %.*s each\n", LW_FMT(lw_value_written(whole, LW_STR("amount"))),
                LW_FMT(lw_value_written(whole, LW_STR("each"))));
  lw_buf_printf(out, "%.*s cases resolved, in %.*s seconds each; %.*s ratings, %.*s of the scale\n",
                LW_FMT(lw_value_written(whole, LW_STR("resolved"))),
                LW_FMT(lw_value_written(whole, LW_STR("resolve_seconds"))),
                LW_FMT(lw_value_written(whole, LW_STR("ratings"))),
                LW_FMT(lw_value_written(whole, LW_STR("rating"))));
}

static void add_agent(const struct lw_value *agent, const struct lw_value *funnels,
                      struct lw_buf *out)
{
  lw_buf_printf(out, "%-20.*s  %-20.*s  %9.*s  %13.*s",
                LW_FMT(lw_value_written(agent, LW_STR("id"))),
                LW_FMT(lw_value_written(agent, LW_STR("team"))),
                LW_FMT(lw_value_written(agent, LW_STR("decisions"))),
                LW_FMT(lw_value_written(agent, LW_STR("amount"))));
  for (uint32_t i = 0; i < funnels->count; i++) {
    const struct measure measure = measure_of(funnels->entries[i].key);
    const struct lw_value *beside = compared(agent, measure.name);
    const struct lw_value *named = lw_value_get(beside, LW_STR("named"));
    lw_buf_printf(out, "  %9.*s  %9.*s  %9.*s%s",
                  LW_FMT(lw_value_written(agent, lw_str_c(measure.value))),
                  LW_FMT(lw_value_written(beside, LW_STR("expected"))),
                  LW_FMT(lw_value_written(beside, LW_STR("likely"))),
                  named != NULL && named->kind == LW_VALUE_BOOL && named->boolean ? "*" : " ");
  }
  lw_buf_add_char(out, '\n');
}

static void add_agents(const struct lw_value *page, const struct lw_value *funnels,
                       struct lw_buf *out)
{
  const struct lw_value *agents = lw_value_get(page, LW_STR("agents"));
  lw_buf_printf(out, "\n%-20s  %-20s  %9s  %13s", "agent", "team", "decisions", "amount");
  for (uint32_t i = 0; i < funnels->count; i++) {
    const struct measure measure = measure_of(funnels->entries[i].key);
    lw_str column = measure.column[0] != '\0' ? lw_str_c(measure.column) : measure.name;
    lw_buf_printf(out, "  %9.*s  %9s  %9s ", LW_FMT(column), "expected", "likely");
  }
  lw_buf_add_char(out, '\n');
  for (uint32_t i = 0; i < agents->count; i++) {
    add_agent(&agents->items[i], funnels, out);
  }
  LW_BUF_LIT(out, "likely: how far from what was expected, chance set aside as far as can be told. "
                  "*: further than\nchance takes anybody, as often as was looked.\n");
}

/* How far from what is expected chance takes 19 of 20, and 499 of 500, by how many decisions. */
static void add_limits(lw_str name, const struct lw_value *funnel, struct lw_buf *out)
{
  const struct lw_value *curve = lw_value_get(funnel, LW_STR("curve"));
  lw_buf_printf(out,
                "\n%.*s: %.*s agents, who differ %.*s times as much as chance alone makes them\n"
                "%9s  %13s  %13s  %13s  %13s\n",
                LW_FMT(name), LW_FMT(lw_value_written(funnel, LW_STR("agents"))),
                LW_FMT(lw_value_written(funnel, LW_STR("times_chance"))), "decisions",
                "1 in 500 low", "1 in 20 low", "1 in 20 high", "1 in 500 high");
  for (uint32_t i = 0; curve != NULL && i < curve->count; i++) {
    const struct lw_value *point = &curve->items[i];
    lw_buf_printf(out, "%9.*s  %13.*s  %13.*s  %13.*s  %13.*s\n",
                  LW_FMT(lw_value_written(point, LW_STR("decisions"))),
                  LW_FMT(lw_value_written(point, LW_STR("low_500"))),
                  LW_FMT(lw_value_written(point, LW_STR("low_20"))),
                  LW_FMT(lw_value_written(point, LW_STR("high_20"))),
                  LW_FMT(lw_value_written(point, LW_STR("high_500"))));
  }
}

static void add_page(const struct lw_value *page, struct lw_buf *out)
{
  const struct lw_value *funnels = lw_value_get(page, LW_STR("funnels"));
  add_whole(page, out);
  add_agents(page, funnels, out);
  for (uint32_t i = 0; i < funnels->count; i++) {
    add_limits(funnels->entries[i].key, &funnels->items[i], out);
  }
}

void lw_track_words(enum lw_track_words_of what, const struct lw_value *value, struct lw_buf *out)
{
  switch (what) {
  case LW_TRACK_WORDS_OF_PAGE: add_page(value, out); break;
  case LW_TRACK_WORDS_OF_CHARTS: add_chart(value, out); break;
  case LW_TRACK_WORDS_OF_CAUSES: add_causes(value, out); break;
  }
}
