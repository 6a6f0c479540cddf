/* Groups are counted among those who are here now: whom a figure would let others single out. */
#include "engine/council.h"

#include "people/person.h"
#include "policy/who.h"

#include <assert.h>

enum lw_code lw_works_council(struct lw_db *db, bool *ret_on, struct lw_error *err)
{
  struct lw_arena arena;
  lw_str value = {0};
  lw_arena_init(&arena, NULL, 0);
  enum lw_code rc = lw_setting_get(db, LW_STR("console.works_council"), &arena, &value, err);
  *ret_on = rc == LW_OK && lw_str_equal(value, LW_STR("on"));
  lw_arena_finish(&arena);
  return rc;
}

bool lw_individual_shown(const struct lw_caller *caller, const struct lw_staff *staff,
                         lw_str person, bool works_council)
{
  if (caller == NULL || !works_council || person.len == 0) {
    return true;
  }
  if (caller->person == NULL) {
    return false;
  }
  const struct lw_person *self = lw_staff_find(staff, caller->person->actor.id);
  const struct lw_person *other = lw_staff_find(staff, person);
  return lw_str_equal(caller->person->actor.id, person) ||
         (!caller->is_token && self != NULL && other != NULL && lw_staff_leads(staff, self, other));
}

bool lw_council_shows_person(const struct lw_council *council, lw_str person)
{
  return lw_individual_shown(council->caller, council->staff, person, council->on);
}

bool lw_council_shows_those(const struct lw_council *council,
                            bool (*is_in)(const void *user, const struct lw_person *person),
                            const void *user)
{
  uint32_t people = 0;
  bool some = false;
  bool each = true;
  if (!council->on || council->caller == NULL) {
    return true;
  }
  for (uint32_t i = 0; i < council->staff->directory.count && people < LW_GROUP_MIN; i++) {
    const struct lw_person *person = &council->staff->persons[i];
    if (is_in(user, person)) {
      some = true;
      people += person->actor.kind == LW_ACTOR_HUMAN;
      each = each && lw_council_shows_person(council, person->actor.id);
    }
  }
  return people >= LW_GROUP_MIN || (some && each);
}

static bool is_within(const void *user, const struct lw_person *person)
{
  const lw_str *team = user;
  return team->len == 0 || lw_team_within(person->actor.team, *team);
}

bool lw_council_shows_within(const struct lw_council *council, lw_str team)
{
  return lw_council_shows_those(council, is_within, &team);
}

struct teams {
  const lw_str *paths;
  uint32_t count;
};

static bool is_of_teams(const void *user, const struct lw_person *person)
{
  const struct teams *teams = user;
  for (uint32_t i = 0; i < teams->count; i++) {
    if (lw_str_equal(person->actor.team, teams->paths[i])) {
      return true;
    }
  }
  return false;
}

static bool is_below_teams(const void *user, const struct lw_person *person)
{
  const struct teams *teams = user;
  for (uint32_t i = 0; i < teams->count; i++) {
    if (lw_team_within(person->actor.team, teams->paths[i])) {
      return true;
    }
  }
  return false;
}

bool lw_council_shows_below(const struct lw_council *council, const lw_str *teams, uint32_t count)
{
  const struct teams all = {teams, count};
  return lw_council_shows_those(council, is_below_teams, &all);
}

bool lw_council_shows_teams(const struct lw_council *council, const lw_str *teams, uint32_t count)
{
  const struct teams all = {teams, count};
  return lw_council_shows_those(council, is_of_teams, &all);
}

static bool is_of_tier(const void *user, const struct lw_person *person)
{
  const lw_str *tier = user;
  return lw_str_equal(person->actor.tier, *tier);
}

bool lw_council_shows_tier(const struct lw_council *council, lw_str tier)
{
  return lw_council_shows_those(council, is_of_tier, &tier);
}

bool lw_council_shows_each(const struct lw_council *council, lw_str team)
{
  bool each = true;
  for (uint32_t i = 0; council->on && each && i < council->staff->directory.count; i++) {
    const struct lw_person *person = &council->staff->persons[i];
    each = !is_within(&team, person) || lw_council_shows_person(council, person->actor.id);
  }
  return each;
}

enum lw_code lw_council_withhold(struct lw_error *err)
{
  static_assert(LW_GROUP_MIN == 5, "as LW_COUNCIL_WORDS says");
  (void)lw_fail(err, LW_FORBIDDEN, "%s", LW_COUNCIL_WORDS);
  lw_error_hint(err, "under the works council, figures of fewer are for themselves and whoever "
                     "leads them");
  return LW_FORBIDDEN;
}
