/* Who is asked, and who sees what came of it. */
#include "listen/pulse_who.h"

#include "policy/who.h"

lw_str lw_pulse_path(const struct lw_staff *staff, lw_str team)
{
  const struct lw_team *found = team.len != 0 ? lw_staff_find_team(staff, team) : NULL;
  return found != NULL ? found->path : LW_STR("");
}

bool lw_pulse_within(lw_str path, lw_str root)
{
  return root.len == 0 || lw_team_within(path, root);
}

bool lw_pulse_asks(const struct lw_staff *staff, lw_str team, const struct lw_person *person)
{
  const struct lw_team *found = team.len != 0 ? lw_staff_find_team(staff, team) : NULL;
  bool in = team.len == 0 || (found != NULL && lw_team_within(person->actor.team, found->path));
  return in && person->active && person->actor.kind == LW_ACTOR_HUMAN;
}

int64_t lw_pulse_asked(const struct lw_staff *staff, lw_str team)
{
  int64_t count = 0;
  for (uint32_t i = 0; i < staff->n_persons; i++) {
    count += lw_pulse_asks(staff, team, &staff->persons[i]);
  }
  return count;
}

const struct lw_person *lw_pulse_person(const struct lw_staff *staff,
                                        const struct lw_caller *caller)
{
  bool somebody = caller != NULL && !caller->is_token && caller->person != NULL;
  return somebody ? lw_staff_find(staff, caller->person->actor.id) : NULL;
}

/* Leads a team when they are a lead of it, or of one above. */
static bool leads(const struct lw_caller *caller, lw_str path)
{
  const struct lw_person *person = caller->person;
  return person != NULL && !caller->is_token && (person->roles & LW_ROLE_LEAD) != 0 &&
         person->actor.team.len != 0 && path.len != 0 && lw_team_within(path, person->actor.team);
}

bool lw_pulse_may_open(const struct lw_staff *staff, const struct lw_caller *caller, lw_str team)
{
  if (caller == NULL) {
    return true;
  }
  enum lw_view view = lw_access_view(caller, LW_ACCESS_SEE_TO_CAUSES);
  return view == LW_VIEW_ALL || (view == LW_VIEW_TEAM && leads(caller, lw_pulse_path(staff, team)));
}

bool lw_pulse_sees_all(const struct lw_caller *caller)
{
  return caller == NULL || lw_access_view(caller, LW_ACCESS_LISTEN) == LW_VIEW_ALL;
}

bool lw_pulse_sees_team(const struct lw_caller *caller, lw_str path)
{
  return lw_pulse_sees_all(caller) ||
         (lw_access_view(caller, LW_ACCESS_LISTEN) == LW_VIEW_TEAM && leads(caller, path));
}

bool lw_pulse_sees_round(const struct lw_staff *staff, const struct lw_caller *caller,
                         const struct lw_pulse_round *round)
{
  const struct lw_person *person = lw_pulse_person(staff, caller);
  return lw_pulse_sees_team(caller, lw_pulse_path(staff, round->team)) ||
         (person != NULL && lw_pulse_asks(staff, round->team, person));
}
