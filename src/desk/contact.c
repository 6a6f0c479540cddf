/* Contacts, and how long somebody usually takes. The usual time is the middle of the last answers,
 * so that one night's approval does not make a quick lead look slow. */
#include "desk/contact.h"

#include "base/num.h"
#include "data/member.h"
#include "people/person.h"

#include <stdlib.h>

enum { ANSWERS_LOOKED_AT = 50 };

/* Counted from when they were asked; whoever stood in, from when it was opened. */
static const char usual_sql[] =
    "SELECT closed_at - coalesce((SELECT at FROM asked WHERE approval = approval.id AND person = "
    "answered_by), opened_at) FROM approval WHERE answered_by = $1 AND state IN (1, 2) "
    "ORDER BY closed_at DESC LIMIT $2";

bool lw_usual_ms(struct lw_db *db, lw_str person, uint32_t *ret_ms)
{
  struct lw_stmt *stmt = NULL;
  struct lw_error err;
  int64_t waits[ANSWERS_LOOKED_AT];
  uint32_t count = 0;
  bool is_row = false;
  if (lw_db_statement(db, usual_sql, &stmt, &err) != LW_OK) {
    return false;
  }
  lw_stmt_text(stmt, 1, person);
  lw_stmt_int(stmt, 2, ANSWERS_LOOKED_AT);
  while (count < ANSWERS_LOOKED_AT && lw_stmt_step(stmt, &is_row, &err) == LW_OK && is_row) {
    waits[count++] = lw_stmt_get_int(stmt, 0);
  }
  lw_stmt_reset(stmt);
  if (count == 0) {
    return false;
  }
  qsort(waits, count, sizeof waits[0], lw_int_order);
  int64_t ms = waits[count / 2] / 1000;
  *ret_ms = ms < 0 ? 0 : ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
  return true;
}

static bool is_online(const struct lw_desk_reader *reader, const struct lw_person *person)
{
  return reader->online != NULL && reader->online(reader->online_user, person->actor.id);
}

static void add_reach(const struct lw_desk_reader *reader, const struct lw_person *person,
                      struct lw_buf *out)
{
  lw_str name = person->actor.name.len != 0 ? person->actor.name : person->actor.id;
  lw_member_text(out, "person", person->actor.id);
  lw_member_text(out, "name", name);
  lw_member_text(out, "kind", lw_person_kind_name(person->actor.kind));
  lw_member_text(out, "email", person->actor.email);
  lw_member_text(out, "phone", person->actor.phone);
  lw_member_text(out, "state",
                 lw_person_is_here(person, reader->now) ? LW_STR("here") : LW_STR("away"));
  lw_member_bool(out, "online", is_online(reader, person));
}

void lw_contact_print_who(const struct lw_desk_reader *reader, const struct lw_person *person,
                          struct lw_buf *out)
{
  uint32_t usual = 0;
  lw_buf_add_char(out, '{');
  add_reach(reader, person, out);
  if (reader->db != NULL && lw_usual_ms(reader->db, person->actor.id, &usual)) {
    lw_member_int(out, "usual_ms", usual);
  }
  lw_buf_add_char(out, '}');
}

/* {"person","name"} of somebody who is still here. */
static void add_other(const struct lw_desk_reader *reader, const char *key, lw_str id,
                      struct lw_buf *out)
{
  const struct lw_person *other = id.len != 0 ? lw_staff_find(reader->snapshot->staff, id) : NULL;
  if (other != NULL && other->active) {
    lw_member_key(out, key);
    lw_buf_add_char(out, '{');
    lw_member_text(out, "person", other->actor.id);
    lw_member_text(out, "name", other->actor.name);
    lw_buf_add_char(out, '}');
  }
}

void lw_contact_print(const struct lw_desk_reader *reader, const struct lw_person *person,
                      struct lw_buf *out)
{
  const struct lw_team *team = lw_staff_find_team(reader->snapshot->staff, person->team);
  bool here = lw_person_is_here(person, reader->now);
  lw_buf_add_char(out, '{');
  add_reach(reader, person, out);
  if (!here && person->away_until != INT64_MAX) {
    lw_member_time(out, "until", person->away_until);
  }
  lw_member_bool(out, "active", person->active);
  lw_member_text(out, "team", person->team);
  lw_member_text(out, "team_name", team != NULL ? team->name : LW_STR(""));
  add_other(reader, "deputy", here ? LW_STR("") : person->deputy, out);
  add_other(reader, "manager", person->actor.manager, out);
  lw_buf_add_char(out, '}');
}
