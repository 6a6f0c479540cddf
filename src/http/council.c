#include "http/council.h"

#include "http/api.h"

bool lw_api_council(struct lw_call *call, struct lw_council *ret_council)
{
  struct lw_error err = {0};
  struct lw_db *db = lw_call_reader(call);
  *ret_council = (struct lw_council){.caller = &call->caller, .staff = call->snapshot->staff};
  return db != NULL && lw_api_is_well(call, lw_works_council(db, &ret_council->on, &err), &err);
}

static bool refuse(struct lw_call *call)
{
  struct lw_error err = {0};
  (void)lw_council_withhold(&err);
  lw_call_problem(call, &err);
  return false;
}

bool lw_api_shows_picked(struct lw_call *call, lw_str team, lw_str person)
{
  struct lw_council council;
  if (team.len == 0 && person.len == 0) {
    return true;
  }
  if (!lw_api_council(call, &council)) {
    return false;
  }
  bool shown = person.len != 0 ? lw_council_shows_person(&council, person)
                               : lw_council_shows_within(&council, team);
  return shown || refuse(call);
}

bool lw_api_shows_group(struct lw_call *call, lw_str team)
{
  struct lw_council council;
  return lw_api_council(call, &council) &&
         (lw_council_shows_within(&council, team) || refuse(call));
}

/* Whether the teams that have the version (is_new), or those that do not, are people enough; a side
 * without a team has no figures. */
static bool shows_side(const struct lw_council *council, const struct lw_effect *effect,
                       bool is_new, lw_str *teams)
{
  uint32_t count = 0;
  for (uint32_t t = 0; t < effect->n_teams; t++) {
    if ((effect->from[t] != LW_MEASURE_KEPT) == is_new) {
      teams[count++] = effect->teams[t];
    }
  }
  return count == 0 || lw_council_shows_teams(council, teams, count);
}

enum lw_code lw_council_check_effect(const struct lw_council *council,
                                     const struct lw_effect *effect, struct lw_arena *arena,
                                     struct lw_error *err)
{
  if (!council->on || !effect->has_begun) {
    return LW_OK;
  }
  lw_str *teams = LW_NEW_ARRAY(arena, lw_str, (size_t)effect->n_teams + 1);
  if (teams == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  return shows_side(council, effect, true, teams) && shows_side(council, effect, false, teams)
             ? LW_OK
             : lw_council_withhold(err);
}
