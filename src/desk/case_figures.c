/* The figures of a case, and how they run along with it in its row.
 *
 * A step needs to know whether an owner is a new one: of a single step the story in the database is
 * asked, of a whole story a table in memory. */
#include "desk/case_figures.h"

#include "base/table.h"
#include "desk/case_store.h"
#include "data/member.h"
#include "desk/repeat.h"

#define USEC_PER_MINUTE (INT64_C(60) * LW_USEC_PER_SECOND)

/* --- one step --- */

static bool is_kind(const struct lw_case_link *link, const char *kind)
{
  return lw_str_equal(link->kind, lw_str_c(kind));
}

static lw_usec longer(lw_usec a, lw_usec b)
{
  return a > b ? a : b;
}

static void add_span(struct lw_case_figures *figures, lw_usec until)
{
  lw_usec span = longer(until - figures->moved_at, 0);
  if (figures->updates != 0 && !lw_case_state_done(figures->state)) {
    figures->silence_usec = longer(figures->silence_usec, span);
    figures->unowned_usec += figures->owner.len == 0 ? span : 0;
  }
}

static void take_state(struct lw_case_figures *figures, enum lw_case_state state, lw_usec at)
{
  bool was_done = figures->updates != 0 && lw_case_state_done(figures->state);
  figures->reopenings += was_done && !lw_case_state_done(state);
  if (lw_case_state_done(state) && !figures->has_first_resolved) {
    figures->has_first_resolved = true;
    figures->first_resolved_at = at;
  }
  figures->state = state;
}

static void take_owner(struct lw_case_figures *figures, const struct lw_case_link *link,
                       bool is_new)
{
  figures->owner = link->owner;
  if (link->owner.len != 0) {
    figures->owner_changes +=
        figures->last_owner.len != 0 && !lw_str_equal(figures->last_owner, link->owner);
    figures->owners += is_new;
    figures->last_owner = link->owner;
    if (!figures->has_first_owner) {
      figures->has_first_owner = true;
      figures->first_owner_at = link->at;
    }
  }
  if (link->department.len != 0) {
    figures->department_changes += figures->last_department.len != 0 &&
                                   !lw_str_equal(figures->last_department, link->department);
    figures->last_department = link->department;
  }
}

void lw_case_figures_add(struct lw_case_figures *figures, const struct lw_case_link *link,
                         bool is_new_owner)
{
  if (is_kind(link, "nudged")) {
    figures->asked_at = figures->asked_at != 0 ? figures->asked_at : link->at;
    return;
  }
  add_span(figures, link->at);
  take_state(figures, link->has_state ? link->state : figures->state, link->at);
  if (!is_kind(link, "changed")) { /* opened, handed, recorded: whose it became stands there */
    take_owner(figures, link, is_new_owner);
  }
  if (figures->asked_at != 0) {
    figures->nudges_answered++;
    figures->nudge_wait_usec += longer(link->at - figures->asked_at, 0);
    figures->asked_at = 0;
  }
  figures->updates++;
  figures->moved_at = link->at;
  figures->moved_place = link->place;
}

struct lw_case_figures lw_case_figures_at(const struct lw_case_figures *figures, lw_usec now)
{
  struct lw_case_figures then = *figures;
  add_span(&then, now);
  return then;
}

void lw_case_figures_print(const struct lw_case_figures *figures, lw_usec now,
                           const struct lw_repeat *repeat, struct lw_buf *out)
{
  struct lw_case_figures then = lw_case_figures_at(figures, now);
  lw_buf_add_char(out, '{');
  lw_member_int(out, "updates", then.updates);
  lw_member_int(out, "owners", then.owners);
  lw_member_int(out, "owner_changes", then.owner_changes);
  lw_member_int(out, "department_changes", then.department_changes);
  lw_member_int(out, "reopenings", then.reopenings);
  lw_member_int(out, "minutes_without_owner", then.unowned_usec / USEC_PER_MINUTE);
  lw_member_int(out, "longest_silence_minutes", then.silence_usec / USEC_PER_MINUTE);
  if (then.has_first_owner) {
    lw_member_time(out, "first_owner", then.first_owner_at);
  }
  if (then.has_first_resolved) {
    lw_member_time(out, "first_resolved", then.first_resolved_at);
  }
  lw_member_int(out, "nudges_answered", then.nudges_answered);
  if (then.nudges_answered != 0) {
    lw_member_int(out, "nudge_answer_seconds",
                  then.nudge_wait_usec / then.nudges_answered / LW_USEC_PER_SECOND);
  }
  if (repeat != NULL) {
    lw_repeat_print(repeat, out);
  }
  lw_buf_add_char(out, '}');
}

/* --- in the database --- */

static const char keep_sql[] =
    "UPDATE cases SET updates = $2, owners = $3, owner_changes = $4, department_changes = $5, "
    "reopenings = $6, nudges_answered = $7, first_owner_at = $8, first_resolved_at = $9, unowned = "
    "$10, silence = $11, nudge_wait = $12, moved_at = $13, moved_place = $14, asked_at = $15, "
    "last_owner = $16, last_department = $17 WHERE id = $1";
static const char had_sql[] = "SELECT 1 FROM case_story WHERE case_id = $1 AND owner = $2 LIMIT 1";

enum lw_code lw_case_keep_figures(struct lw_db *db, lw_str id,
                                  const struct lw_case_figures *figures, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, keep_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text_or_empty(stmt, 1, id);
  lw_stmt_int(stmt, 2, figures->updates);
  lw_stmt_int(stmt, 3, figures->owners);
  lw_stmt_int(stmt, 4, figures->owner_changes);
  lw_stmt_int(stmt, 5, figures->department_changes);
  lw_stmt_int(stmt, 6, figures->reopenings);
  lw_stmt_int(stmt, 7, figures->nudges_answered);
  lw_stmt_int_or_null(stmt, 8, figures->has_first_owner, figures->first_owner_at);
  lw_stmt_int_or_null(stmt, 9, figures->has_first_resolved, figures->first_resolved_at);
  lw_stmt_int(stmt, 10, figures->unowned_usec);
  lw_stmt_int(stmt, 11, figures->silence_usec);
  lw_stmt_int(stmt, 12, figures->nudge_wait_usec);
  lw_stmt_int(stmt, 13, figures->moved_at);
  lw_stmt_int(stmt, 14, figures->moved_place);
  lw_stmt_int_or_null(stmt, 15, figures->asked_at != 0, figures->asked_at);
  lw_stmt_text_or_empty(stmt, 16, figures->last_owner);
  lw_stmt_text_or_empty(stmt, 17, figures->last_department);
  return lw_stmt_run(stmt, err);
}

/* Whether nobody of that name stands in the story yet. */
static enum lw_code ask_owner(struct lw_db *db, lw_str id, lw_str owner, bool *ret_is_new,
                              struct lw_error *err)
{
  const lw_str texts[] = {id, owner};
  bool had = false;
  enum lw_code rc = owner.len != 0 ? lw_db_has(db, had_sql, texts, 2, &had, err) : LW_OK;
  *ret_is_new = owner.len != 0 && !had;
  return rc;
}

bool lw_case_figures_follow(const struct lw_case_figures *figures, lw_usec at, int64_t place)
{
  return figures->updates != 0 &&
         (at > figures->moved_at || (at == figures->moved_at && place >= figures->moved_place));
}

static enum lw_code add_row(const struct lw_stmt *row, struct lw_arena *arena,
                            struct lw_table *owners, struct lw_case_figures *figures,
                            struct lw_error *err)
{
  struct lw_case_link link;
  bool is_new = false;
  lw_case_take_link(row, arena, &link);
  if (arena->failed || (link.owner.len != 0 && lw_table_add(owners, link.owner, &is_new) == NULL)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory while reading a case");
  }
  lw_case_figures_add(figures, &link, is_new);
  return LW_OK;
}

enum lw_code lw_case_figures_fold(struct lw_db *db, lw_str id, struct lw_arena *arena,
                                  struct lw_case_figures *ret_figures, struct lw_error *err)
{
  static const char sql[] =
      "SELECT " LW_CASE_STORY_COLUMNS " FROM case_story WHERE case_id = $1 ORDER BY at, place, seq";
  struct lw_table owners;
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  struct lw_case_figures figures = {.state = LW_CASE_OPEN};
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_table_init(&owners, arena);
  lw_stmt_text_or_empty(stmt, 1, id);
  while (rc == LW_OK && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    rc = add_row(stmt, arena, &owners, &figures, err);
  }
  lw_stmt_reset(stmt);
  *ret_figures = figures;
  return rc;
}

enum lw_code lw_case_figures_anew(struct lw_db *db, lw_str id, struct lw_arena *arena,
                                  struct lw_case_figures *figures, struct lw_error *err)
{
  enum lw_code rc = lw_case_figures_fold(db, id, arena, figures, err);
  return rc == LW_OK ? lw_case_keep_figures(db, id, figures, err) : rc;
}

enum lw_code lw_case_figures_step(struct lw_db *db, lw_str id, const struct lw_case_link *link,
                                  struct lw_case_figures *figures, struct lw_error *err)
{
  bool is_new = false;
  enum lw_code rc = ask_owner(db, id, link->owner, &is_new, err);
  if (rc == LW_OK) {
    lw_case_figures_add(figures, link, is_new);
    rc = lw_case_keep_figures(db, id, figures, err);
  }
  return rc;
}
