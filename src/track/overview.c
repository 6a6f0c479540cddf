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

static struct lw_track_part *part_of(struct parts *parts, uint32_t of)
{
  if (parts->places[of] == 0) {
    parts->items[parts->count].of = of;
    parts->places[of] = ++parts->count;
  }
  return &parts->items[parts->places[of] - 1];
}

static bool end_add(struct lw_track_end *to, const struct lw_track_end *from)
{
  return lw_mix_join(&to->resolved, &from->resolved) && lw_mix_join(&to->rated, &from->rated);
}

static bool parts_add(struct parts *parts, uint32_t of, const struct lw_track_cell *cell,
                      const struct lw_track_end *end)
{
  struct lw_track_part *part = part_of(parts, of);
  return lw_track_cell_add(&part->cell, cell) && (end == NULL || end_add(&part->end, end));
}

static bool says_nothing(const struct lw_track_part *part)
{
  return part->cell.decisions == 0 && part->end.resolved.n == 0 && part->end.rated.n == 0;
}

/* Cases that were taken back leave empty parts; of cases of which no request is known no cause is
 * known either. */
static void leave_out(struct parts *parts, bool are_causes)
{
  uint32_t count = 0;
  for (uint32_t i = 0; i < parts->count; i++) {
    const struct lw_track_part *part = &parts->items[i];
    bool unknown = are_causes && part->of == 0 && part->cell.decisions == 0;
    if (!unknown && !says_nothing(part)) {
      parts->items[count++] = *part;
    }
  }
  parts->count = count;
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

struct filling {
  const struct lw_track_sums *sums;
  const bool *teams; /* that are in the scope */
  uint32_t agent;    /* alone; UINT32_MAX: all */
  struct parts agents;
  struct parts causes;
};

static bool add_strata(struct filling *filling, struct lw_track_overview *overview)
{
  const struct lw_track_table *table = lw_track_sums_table(filling->sums, LW_TRACK_BY_STRATUM);
  bool has_ends = lw_track_sums_has_ends(filling->sums);
  bool fits = true;
  for (uint32_t i = 0; fits && i < table->count; i++) {
    const uint32_t *key = lw_track_table_key(table, i);
    const struct lw_track_cell *cell = &table->cells[i];
    const struct lw_track_end *end = has_ends ? lw_track_sums_end_of(filling->sums, i) : NULL;
    if (!filling->teams[key[LW_TRACK_TEAM]] ||
        (filling->agent != UINT32_MAX && key[LW_TRACK_AGENT] != filling->agent)) {
      continue;
    }
    fits = lw_track_cell_add(&overview->whole, cell) &&
           (end == NULL || end_add(&overview->whole_end, end)) &&
           parts_add(&filling->agents, key[LW_TRACK_AGENT], cell, end) &&
           parts_add(&filling->causes, key[LW_TRACK_REASON], cell, end);
  }
  return fits;
}

static void add_cases(struct filling *filling)
{
  const struct lw_track_table *table = lw_track_sums_cases(filling->sums);
  for (uint32_t i = 0; i < table->count; i++) {
    const uint32_t *key = lw_track_table_key(table, i);
    if (filling->teams[key[0]]) {
      part_of(&filling->causes, key[1])->cases += table->cells[i].decisions;
    }
  }
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
  struct filling filling = {.sums = sums};
  uint32_t n_agents = lw_track_sums_agents(sums, &known);
  filling.agent = scope->agent.len != 0 ? find_agent(sums, scope->agent) : UINT32_MAX;
  filling.teams = lw_track_scope_teams(sums, scope, arena);
  overview.days = LW_NEW_ARRAY(arena, struct lw_track_cell, overview.n_days);
  if (filling.teams == NULL || overview.days == NULL ||
      !parts_make(&filling.agents, n_agents, arena) ||
      !parts_make(&filling.causes, lw_track_sums_reasons(sums), arena)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  if (!add_strata(&filling, &overview) ||
      (filling.agent == UINT32_MAX &&
       !add_days(lw_track_sums_table(sums, LW_TRACK_BY_DAY), filling.teams, &overview))) {
    return lw_fail(err, LW_OVERFLOW, "the sums are too large to be counted");
  }
  if (filling.agent == UINT32_MAX) {
    add_cases(&filling);
  }
  leave_out(&filling.agents, false);
  leave_out(&filling.causes, true);
  qsort(filling.agents.items, filling.agents.count, sizeof *filling.agents.items, by_decisions);
  qsort(filling.causes.items, filling.causes.count, sizeof *filling.causes.items, by_money);
  overview.agents = filling.agents.items;
  overview.n_agents = filling.agents.count;
  overview.causes = filling.causes.items;
  overview.n_causes = filling.causes.count;
  *ret_overview = overview;
  return LW_OK;
}
