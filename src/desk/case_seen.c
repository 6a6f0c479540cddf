/* Who sees a case. Of one that somebody has, that is asked about its owner. One that nobody has (it
 * has no owner, or one who has left) would be seen by nobody but administrators and never move:
 * those of its department see it, whoever leads the department, and whoever leads somebody who had
 * it, asked for something in it, or decided in it. What can't be read is not seen. */
#include "desk/case_store.h"

#include "policy/who.h"

const struct lw_person *lw_case_holder(const struct lw_staff *staff, const struct lw_case *found)
{
  const struct lw_person *owner = found->owner.len != 0 ? lw_staff_find(staff, found->owner) : NULL;
  return owner != NULL && owner->active ? owner : NULL;
}

const struct lw_team *lw_case_team(const struct lw_staff *staff, lw_str department)
{
  size_t from = department.len;
  while (from != 0 && department.ptr[from - 1] != '/') {
    from--;
  }
  const struct lw_team *team = lw_staff_find_team(staff, lw_str_slice(department, from, SIZE_MAX));
  return team != NULL && (from == 0 || lw_str_equal(team->path, department)) ? team : NULL;
}

/* Whether a department is that person's team, or below the team that they lead. */
static bool is_of(const struct lw_staff *staff, lw_str department, const struct lw_person *person)
{
  const struct lw_team *team = lw_case_team(staff, department);
  bool leads = (person->roles & (uint32_t)LW_ROLE_LEAD) != 0 && person->actor.team.len != 0;
  return team != NULL && (lw_str_equal(team->id, person->team) ||
                          (leads && lw_team_within(team->path, person->actor.team)));
}

static const char people_sql[] = "SELECT agent FROM approval WHERE case_id = $1"
                                 " UNION SELECT owner FROM case_story WHERE case_id = $1"
                                 " UNION SELECT before FROM case_story WHERE case_id = $1";

/* Whether one of those who had the case, or asked in it, is led by the caller. */
static bool leads_one(const struct lw_desk_reader *reader, lw_str id)
{
  struct lw_stmt *stmt = NULL;
  struct lw_error err;
  bool is_row = false;
  bool leads = false;
  if (lw_db_statement(reader->db, people_sql, &stmt, &err) != LW_OK) {
    return false;
  }
  lw_stmt_text(stmt, 1, id);
  while (!leads && lw_stmt_step(stmt, &is_row, &err) == LW_OK && is_row) {
    leads = lw_access_covers(reader->caller, LW_ACCESS_SEE_DECISIONS, reader->snapshot->staff,
                             lw_stmt_get_text(stmt, 0));
  }
  lw_stmt_reset(stmt);
  return leads;
}

bool lw_case_loose_seen(const struct lw_desk_reader *reader, const struct lw_case *found)
{
  const struct lw_caller *caller = reader->caller;
  const struct lw_staff *staff = reader->snapshot->staff;
  enum lw_view view =
      caller != NULL ? lw_access_view(caller, LW_ACCESS_SEE_DECISIONS) : LW_VIEW_NONE;
  if (view == LW_VIEW_NONE || caller->person == NULL || caller->is_token ||
      lw_case_holder(staff, found) != NULL) {
    return false;
  }
  return is_of(staff, found->department, caller->person) ||
         (view == LW_VIEW_TEAM &&
          (leads_one(reader, found->id) ||
           (reader->decided != NULL && reader->decided(reader->decided_user, found->id))));
}

bool lw_case_visible(const struct lw_desk_reader *reader, const struct lw_case *found)
{
  const struct lw_caller *caller = reader->caller;
  const struct lw_staff *staff = reader->snapshot->staff;
  return caller == NULL || lw_access_covers(caller, LW_ACCESS_SEE_DECISIONS, staff, found->owner) ||
         lw_access_covers(caller, LW_ACCESS_CHANGE_CASES, staff, LW_STR("")) ||
         lw_case_loose_seen(reader, found);
}
