/* Two questions of one shape: id, case, agent, agent if there is none, team, channel, when it was,
 * value. Teams are held against each row, as their paths are known to the staff and not to the
 * store; a page looks at a bounded number of rows, and `next` goes on. */
#include "track/ended.h"

#include "data/json.h"
#include "data/member.h"
#include "people/person.h"
#include "policy/who.h"
#include "track/given.h"

enum { LOOKS_MAX = 20000, TEXTS_MAX = 2 };

enum { ID, CASE, AGENT, ELSE_AGENT, TEAM, CHANNEL, AT, VALUE };

/* The seconds that a case took are in microseconds here; a rating's value in millionths. */
static const struct shape {
  const char *name;
  const char *rows; /* $1: the window's first moment */
  const char *at;   /* when one is, by its id $1 */
  const char *agent;
  const char *moment; /* the columns that rows are in order by */
  const char *id;
} shapes[] = {
    [LW_TRACK_RESOLVED_CASES] =
        {"resolved",
         "SELECT id, id, owner, last_owner, '', channel, first_resolved_at,"
         " first_resolved_at - opened_at FROM cases WHERE first_resolved_at >= $1",
         "SELECT first_resolved_at FROM cases WHERE id = $1 AND first_resolved_at IS NOT NULL",
         "CASE WHEN owner = '' THEN last_owner ELSE owner END", "first_resolved_at", "id"},
    [LW_TRACK_RATED_CASES] =
        {"rated",
         "SELECT r.id, r.case_id, r.agent, '', r.team, c.channel, r.at, r.share FROM rating r"
         " LEFT JOIN cases c ON c.id = r.case_id WHERE r.at >= $1",
         "SELECT at FROM rating WHERE id = $1", "r.agent", "r.at", "r.id"},
};

bool lw_track_ended_read(lw_str name, enum lw_track_ended *ret_of)
{
  for (uint32_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    if (lw_str_equal(name, lw_str_c(shapes[i].name))) {
      *ret_of = (enum lw_track_ended)i;
      return true;
    }
  }
  return false;
}

static enum lw_code find_after(const struct lw_track_store *store, const struct shape *shape,
                               lw_str after, lw_usec *ret_at, struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_find(store->db, shape->at, after, &row, err);
  *ret_at = rc == LW_OK ? lw_stmt_get_int(row, 0) : 0;
  if (rc == LW_OK) {
    lw_stmt_reset(row);
  }
  return rc == LW_NOT_FOUND ? lw_fail(err, LW_INVALID, "after: no list ends there") : rc;
}

static enum lw_code ask(const struct lw_track_store *store,
                        const struct lw_track_ended_query *query, struct lw_stmt **ret_stmt,
                        struct lw_error *err)
{
  const struct shape *shape = &shapes[query->of];
  lw_str agent = query->scope.agent;
  lw_usec at = 0;
  struct lw_buf sql = {0};
  int place = 1;
  enum lw_code rc =
      query->after.len != 0 ? find_after(store, shape, query->after, &at, err) : LW_OK;
  if (rc != LW_OK) {
    return rc;
  }
  lw_buf_add_c(&sql, shape->rows);
  if (agent.len != 0) {
    place++;
    lw_buf_printf(&sql, " AND %s = $%d", shape->agent, place);
  }
  if (query->after.len != 0) {
    place++;
    lw_buf_printf(&sql, " AND %s <= %lld AND (%s < %lld OR %s < $%d)", shape->moment, (long long)at,
                  shape->moment, (long long)at, shape->id, place);
  }
  lw_buf_printf(&sql, " ORDER BY %s DESC, %s DESC LIMIT %d", shape->moment, shape->id, LOOKS_MAX);
  rc = sql.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a list")
                  : lw_db_prepare(store->db, lw_buf_str(&sql), ret_stmt, err);
  lw_buf_finish(&sql);
  if (rc == LW_OK) {
    lw_stmt_int(*ret_stmt, 1, query->since);
    place = 1;
    if (agent.len != 0) {
      lw_stmt_text(*ret_stmt, ++place, agent);
    }
    if (query->after.len != 0) {
      lw_stmt_text(*ret_stmt, ++place, query->after);
    }
  }
  return rc;
}

/* --- rows --- */

struct row {
  lw_str id;
  lw_str agent;
  lw_str team;
};

static void take(const struct lw_stmt *stmt, const struct lw_staff *staff, struct row *ret_row)
{
  lw_str agent = lw_stmt_get_text(stmt, AGENT);
  agent = agent.len != 0 ? agent : lw_stmt_get_text(stmt, ELSE_AGENT);
  const struct lw_person *person = lw_staff_find(staff, agent);
  lw_str team = lw_stmt_get_text(stmt, TEAM);
  team = team.len == 0 && person != NULL ? person->actor.team : team;
  *ret_row = (struct row){lw_stmt_get_text(stmt, ID), agent, team};
}

static bool counts(const struct row *row, const struct lw_track_scope *scope)
{
  return row->agent.len != 0 && (scope->agent.len == 0 || lw_str_equal(row->agent, scope->agent)) &&
         (scope->team.len == 0 || lw_team_within(row->team, scope->team)) &&
         (scope->within.len == 0 || lw_team_within(row->team, scope->within));
}

static void print(const struct lw_track_ended_query *query, const struct lw_staff *staff,
                  const struct lw_stmt *stmt, const struct row *row, struct lw_buf *out)
{
  bool resolved = query->of == LW_TRACK_RESOLVED_CASES;
  int64_t value = lw_stmt_get_int(stmt, VALUE);
  LW_BUF_LIT(out, "{\"id\":");
  lw_json_add_string(out, row->id);
  lw_member_text(out, "case", lw_stmt_get_text(stmt, CASE));
  LW_BUF_LIT(out, ",\"at\":");
  lw_member_print_time(out, lw_stmt_get_int(stmt, AT));
  if (query->individuals) {
    const struct lw_person *person = lw_staff_find(staff, row->agent);
    lw_member_text(out, "agent", row->agent);
    lw_member_text(out, "agent_name", person != NULL ? person->actor.name : LW_STR(""));
  }
  lw_member_text(out, "channel",
                 lw_stmt_is_null(stmt, CHANNEL) ? LW_STR("") : lw_stmt_get_text(stmt, CHANNEL));
  lw_buf_add_c(out, resolved ? ",\"resolve_seconds\":" : ",\"rating\":");
  value = resolved && value < 0 ? 0 : value; /* resolved before it was opened, as it was told */
  lw_track_value_print(resolved ? LW_TRACK_RESOLVE : LW_TRACK_RATING,
                       (double)(resolved ? value / LW_USEC_PER_SECOND : value), 0, out);
  lw_buf_add_char(out, '}');
}

enum lw_code lw_track_ended_print(const struct lw_track_store *store,
                                  const struct lw_track_ended_query *query, struct lw_buf *out,
                                  struct lw_error *err)
{
  struct lw_buf last = {0};
  struct lw_stmt *stmt = NULL;
  uint32_t printed = 0;
  uint32_t looks = 0;
  bool more = false;
  bool is_row = false;
  enum lw_code rc = ask(store, query, &stmt, err);
  LW_BUF_LIT(out, "{\"items\":[");
  while (rc == LW_OK && !more && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    struct row row;
    take(stmt, store->staff, &row);
    bool in = counts(&row, &query->scope);
    bool full = in && printed == query->limit;
    more = full || ++looks == LOOKS_MAX;
    if (in && !full) {
      lw_buf_add_c(out, printed++ == 0 ? "" : ",");
      print(query, store->staff, stmt, &row, out);
    }
    if (!full) {
      lw_buf_reset(&last);
      lw_buf_add(&last, row.id);
    }
  }
  lw_buf_add_char(out, ']');
  lw_member_text(out, "next", more ? lw_buf_str(&last) : LW_STR(""));
  lw_buf_add_char(out, '}');
  bool failed = out->failed || last.failed;
  lw_stmt_destroy(stmt);
  lw_buf_finish(&last);
  return rc == LW_OK && failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a list") : rc;
}
