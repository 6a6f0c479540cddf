/* One pass over the cells by stratum, one over those by day. */
#include "track/overview.h"

#include "policy/who.h"

#include <stdlib.h>

const bool *lw_track_scope_teams(const struct lw_track_sums *sums,
                                 const struct lw_track_scope *scope, struct lw_arena *arena)
{
  const lw_str *teams = NULL;
  uint32_t count = lw_track_sums_teams(sums, &teams);
  bool *inside = LW_NEW_ARRAY(arena, bool, (size_t)count + 1);
  for (uint32_t i = 0; inside != NULL && i < count; i++) {
    inside[i] = (scope->team.len == 0 || lw_team_within(teams[i], scope->team)) &&
                (scope->within.len == 0 || lw_team_within(teams[i], scope->within));
  }
  return inside;
}

/* Parts found by what they are of, which is a small number. */
struct parts {
  struct lw_track_part *items;
  uint32_t *places; /* by `of`: number + 1 */
  uint32_t count;
};

static bool parts_make(struct parts *parts, size_t most, struct lw_arena *arena)
{
  *parts = (struct parts){.items = LW_NEW_ARRAY(arena, struct lw_track_part, most + 1),
                          .places = LW_NEW_ARRAY(arena, uint32_t, most + 1)};
  return parts->items != NULL && parts->places != NULL;
}

static bool parts_add(struct parts *parts, uint32_t of, const struct lw_track_cell *cell)
{
  if (parts->places[of] == 0) {
    parts->items[parts->count].of = of;
    parts->places[of] = ++parts->count;
  }
  return lw_track_cell_add(&parts->items[parts->places[of] - 1].cell, cell);
}

static int by_decisions(const void *a, const void *b)
{
  const struct lw_track_part *left = a;
  const struct lw_track_part *right = b;
  if (left->cell.decisions != right->cell.decisions) {
    return left->cell.decisions > right->cell.decisions ? -1 : 1;
  }
  return left->of < right->of ? -1 : left->of > right->of;
}

static int by_money(const void *a, const void *b)
{
  const struct lw_track_part *left = a;
  const struct lw_track_part *right = b;
  if (left->cell.minor != right->cell.minor) {
    return left->cell.minor > right->cell.minor ? -1 : 1;
  }
  return by_decisions(a, b);
}

static uint32_t find_agent(const struct lw_track_sums *sums, lw_str id)
{
  const struct lw_track_agent *agents = NULL;
  uint32_t count = lw_track_sums_agents(sums, &agents);
  uint32_t i = 0;
  while (i < count && !lw_str_equal(agents[i].id, id)) {
    i++;
  }
  return i;
}

static bool add_strata(const struct lw_track_table *table, const bool *teams, uint32_t agent,
                       struct parts *agents, struct parts *causes,
                       struct lw_track_overview *overview)
{
  bool fits = true;
  for (uint32_t i = 0; fits && i < table->count; i++) {
    const uint32_t *key = lw_track_table_key(table, i);
    if (!teams[key[LW_TRACK_TEAM]] || (agent != UINT32_MAX && key[LW_TRACK_AGENT] != agent)) {
      continue;
    }
    fits = lw_track_cell_add(&overview->whole, &table->cells[i]) &&
           parts_add(agents, key[LW_TRACK_AGENT], &table->cells[i]) &&
           parts_add(causes, key[LW_TRACK_REASON], &table->cells[i]);
  }
  return fits;
}

static bool add_days(const struct lw_track_table *table, const bool *teams,
                     struct lw_track_overview *overview)
{
  bool fits = true;
  for (uint32_t i = 0; fits && i < table->count; i++) {
    const uint32_t *key = lw_track_table_key(table, i);
    fits = !teams[key[LW_TRACK_DAY_TEAM]] ||
           lw_track_cell_add(&overview->days[key[LW_TRACK_DAY]], &table->cells[i]);
  }
  return fits;
}

enum lw_code lw_track_overview_make(const struct lw_track_sums *sums,
                                    const struct lw_track_scope *scope, struct lw_arena *arena,
                                    struct lw_track_overview *ret_overview, struct lw_error *err)
{
  const struct lw_track_agent *known = NULL;
  struct lw_track_overview overview = {.n_days = lw_track_sums_days(sums)};
  struct parts agents;
  struct parts causes;
  uint32_t n_agents = lw_track_sums_agents(sums, &known);
  uint32_t agent = scope->agent.len != 0 ? find_agent(sums, scope->agent) : UINT32_MAX;
  const bool *teams = lw_track_scope_teams(sums, scope, arena);
  overview.days = LW_NEW_ARRAY(arena, struct lw_track_cell, overview.n_days);
  if (teams == NULL || overview.days == NULL || !parts_make(&agents, n_agents, arena) ||
      !parts_make(&causes, lw_track_sums_reasons(sums), arena)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  if (!add_strata(lw_track_sums_table(sums, LW_TRACK_BY_STRATUM), teams, agent, &agents, &causes,
                  &overview) ||
      (agent == UINT32_MAX &&
       !add_days(lw_track_sums_table(sums, LW_TRACK_BY_DAY), teams, &overview))) {
    return lw_fail(err, LW_OVERFLOW, "the sums are too large to be counted");
  }
  qsort(agents.items, agents.count, sizeof *agents.items, by_decisions);
  qsort(causes.items, causes.count, sizeof *causes.items, by_money);
  overview.agents = agents.items;
  overview.n_agents = agents.count;
  overview.causes = causes.items;
  overview.n_causes = causes.count;
  *ret_overview = overview;
  return LW_OK;
}
