/* Two tables, one row a point and one a cause; what was said before is in the journal alone. A
 * text's reference stands in the row, and is read when somebody looks. */
#include "desk/cause.h"

#include "desk/entry.h"
#include "data/member.h"
#include "desk/review_store.h"
#include "engine/publish.h"
#include "ledger/text.h"
#include "policy/who.h"

#include <stdalign.h>
#include <stddef.h>
#include <string.h>

#define NOTE_KEY "of_figure = $1 AND by_span = $2 AND team = $3 AND agent = $4 AND cause = $5"

static const char notes_sql[] =
    "SELECT at, body, who, noted_at FROM cause_note WHERE " NOTE_KEY " ORDER BY at";
static const char drop_note_sql[] = "DELETE FROM cause_note WHERE " NOTE_KEY " AND at = $6";
static const char put_note_sql[] =
    "INSERT INTO cause_note (of_figure, by_span, team, agent, cause, at, body, who, noted_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
static const char get_sql[] = "SELECT name, owner, fix, fix_at, fix_policy, who, changed_at, "
                              "version FROM cause WHERE name = $1";
static const char all_sql[] = "SELECT name, owner, fix, fix_at, fix_policy, who, changed_at, "
                              "version FROM cause ORDER BY name";
static const char put_sql[] =
    "INSERT INTO cause (name, owner, fix, fix_at, fix_policy, who, changed_at, version) VALUES "
    "($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (name) DO UPDATE SET owner = $2, fix = $3, "
    "fix_at = $4, fix_policy = $5, who = $6, changed_at = $7, version = $8";

static enum lw_code checked(const struct lw_arena *arena, enum lw_code rc, struct lw_error *err)
{
  return rc == LW_OK && arena->failed
             ? lw_fail(err, LW_NO_MEMORY, "out of memory while reading causes")
             : rc;
}

/* Room for one more of `size_bytes` in an array of the arena, doubled when it is full. */
static void *grow(struct lw_arena *arena, void *items, uint32_t count, size_t size_bytes)
{
  if ((count & (count - 1)) != 0) {
    return items;
  }
  size_t bytes = (count != 0 ? (size_t)count * 2 : 1) * size_bytes;
  void *grown = lw_arena_alloc(arena, bytes, alignof(max_align_t));
  if (grown != NULL && count != 0) {
    memcpy(grown, items, count * size_bytes);
  }
  return grown;
}

/* --- points of charts --- */

static void bind_place(struct lw_stmt *stmt, const struct lw_cause_place *place)
{
  const lw_str texts[] = {place->of, place->by, place->team, place->agent, place->cause};
  for (int i = 0; i < 5; i++) {
    lw_stmt_text_or_empty(stmt, 1 + i, texts[i]);
  }
}

/* Texts are read when all rows are: a connection has one statement under way. */
static enum lw_code read_texts(struct lw_db *db, struct lw_arena *arena,
                               struct lw_cause_note *notes, uint32_t count, struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    rc = lw_text_read(db, notes[i].text, arena, &notes[i].text, err);
  }
  return rc;
}

enum lw_code lw_cause_notes(struct lw_db *db, const struct lw_cause_place *place,
                            struct lw_arena *arena, struct lw_cause_note **ret_notes,
                            uint32_t *ret_count, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  struct lw_cause_note *notes = NULL;
  uint32_t count = 0;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(db, notes_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  bind_place(stmt, place);
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    notes = grow(arena, notes, count, sizeof *notes);
    if (notes == NULL) {
      break;
    }
    notes[count++] = (struct lw_cause_note){.at = lw_stmt_get_int(stmt, 0),
                                            .text = lw_stmt_copy_text(stmt, 1, arena),
                                            .who = lw_stmt_copy_text(stmt, 2, arena),
                                            .noted_at = lw_stmt_get_int(stmt, 3)};
  }
  lw_stmt_reset(stmt);
  rc = checked(arena, rc, err);
  *ret_notes = notes;
  *ret_count = count;
  return rc == LW_OK ? read_texts(db, arena, notes, count, err) : rc;
}

void lw_cause_note_print(const struct lw_cause_note *note, struct lw_buf *out)
{
  lw_buf_add_char(out, '{');
  lw_member_text(out, "text", note->text);
  lw_member_text(out, "by", note->who);
  lw_member_time(out, "at", note->noted_at);
  lw_buf_add_char(out, '}');
}

/* A chart of one person: they, and whoever leads them; a team's: whoever sees to all, and its lead.
 */
static bool may_note(const struct lw_batch *batch, const struct lw_cause_noting *noting,
                     bool works_council)
{
  const struct lw_caller *caller = noting->caller;
  const struct lw_cause_place *place = &noting->place;
  if (place->agent.len != 0) {
    return lw_review_covers(caller, LW_ACCESS_SEE_TO_CAUSES, batch->snapshot->staff, place->agent,
                            works_council);
  }
  enum lw_view view = lw_access_view(caller, LW_ACCESS_SEE_TO_CAUSES);
  return view == LW_VIEW_ALL ||
         (view == LW_VIEW_TEAM && place->team.len != 0 && caller->person->actor.team.len != 0 &&
          lw_team_within(place->team, caller->person->actor.team));
}

static enum lw_code write_note(struct lw_db *db, const struct lw_cause_noting *noting,
                               const struct lw_cause_note *note, bool *ret_new,
                               struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, drop_note_sql, &stmt, err);
  if (rc == LW_OK) {
    bind_place(stmt, &noting->place);
    lw_stmt_int(stmt, 6, noting->at);
    rc = lw_stmt_run(stmt, err);
    *ret_new = rc == LW_OK && lw_stmt_changes(stmt) == 0;
  }
  rc = rc == LW_OK ? lw_db_statement(db, put_note_sql, &stmt, err) : rc;
  if (rc == LW_OK) {
    bind_place(stmt, &noting->place);
    lw_stmt_int(stmt, 6, noting->at);
    lw_stmt_text_or_empty(stmt, 7, note->text);
    lw_stmt_text_or_empty(stmt, 8, note->who);
    lw_stmt_int(stmt, 9, note->noted_at);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

static enum lw_code append_note(struct lw_batch *batch, struct lw_change *change,
                                const struct lw_cause_noting *noting,
                                const struct lw_cause_note *note, struct lw_error *err)
{
  struct lw_buf body = {0};
  lw_buf_add_char(&body, '{');
  lw_member_text(&body, "of", noting->place.of);
  lw_member_text(&body, "span", noting->place.by);
  lw_member_text(&body, "team", noting->place.team);
  lw_member_text(&body, "agent", noting->place.agent);
  lw_member_text(&body, "cause", noting->place.cause);
  lw_member_time(&body, "point", noting->at);
  lw_member_text(&body, "by", note->who);
  lw_member_raw(&body, "text", note->text);
  return lw_desk_append(batch, change, LW_EVENT_CAUSE_NAMED, &body, err);
}

enum lw_code lw_cause_note_put(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err)
{
  const struct lw_cause_noting *noting = change->user;
  struct lw_cause_note note = {.at = noting->at, .noted_at = batch->now};
  bool works_council = false;
  bool is_new = false;
  enum lw_code rc = lw_works_council(batch->db, &works_council, err);
  if (rc == LW_OK && (noting->caller->person == NULL || noting->caller->is_token ||
                      !may_note(batch, noting, works_council))) {
    return lw_fail(err, LW_FORBIDDEN, "what lies behind that chart is not yours to say");
  }
  note.who = rc == LW_OK ? noting->caller->person->actor.id : LW_STR("");
  lw_str about = noting->place.agent.len != 0 ? noting->place.agent : note.who;
  rc = rc == LW_OK
           ? lw_desk_keep_text(batch, "cause", about, LW_STR(""), noting->text, &note.text, err)
           : rc;
  rc = rc == LW_OK ? write_note(batch->db, noting, &note, &is_new, err) : rc;
  rc = rc == LW_OK ? append_note(batch, change, noting, &note, err) : rc;
  if (rc == LW_OK) {
    note.text = noting->text;
    lw_cause_note_print(&note, &change->answer);
    lw_change_status(change, is_new ? 201 : 200);
  }
  return rc;
}

/* --- root causes --- */

static void take(const struct lw_stmt *row, struct lw_arena *arena, struct lw_cause *ret_cause)
{
  *ret_cause = (struct lw_cause){.name = lw_stmt_copy_text(row, 0, arena),
                                 .owner = lw_stmt_copy_text(row, 1, arena),
                                 .fix = lw_stmt_copy_text(row, 2, arena),
                                 .fix_at = lw_stmt_get_int(row, 3),
                                 .fix_policy = (uint64_t)lw_stmt_get_int(row, 4),
                                 .who = lw_stmt_copy_text(row, 5, arena),
                                 .changed_at = lw_stmt_get_int(row, 6),
                                 .version = (uint64_t)lw_stmt_get_int(row, 7)};
}

enum lw_code lw_cause_get(struct lw_db *db, lw_str name, struct lw_arena *arena,
                          struct lw_cause *ret_cause, struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  *ret_cause = (struct lw_cause){.name = name};
  enum lw_code rc = lw_db_find(db, get_sql, name, &row, err);
  if (rc == LW_OK) {
    take(row, arena, ret_cause);
    lw_stmt_reset(row);
  }
  rc = checked(arena, rc == LW_NOT_FOUND ? LW_OK : rc, err);
  return rc == LW_OK ? lw_text_read(db, ret_cause->fix, arena, &ret_cause->fix, err) : rc;
}

enum lw_code lw_cause_all(struct lw_db *db, struct lw_arena *arena, struct lw_cause **ret_causes,
                          uint32_t *ret_count, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  struct lw_cause *causes = NULL;
  uint32_t count = 0;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(db, all_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    causes = grow(arena, causes, count, sizeof *causes);
    if (causes == NULL) {
      break;
    }
    take(stmt, arena, &causes[count++]);
  }
  lw_stmt_reset(stmt);
  rc = checked(arena, rc, err);
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    rc = lw_text_read(db, causes[i].fix, arena, &causes[i].fix, err);
  }
  *ret_causes = causes;
  *ret_count = count;
  return rc;
}

static void add_fix(const struct lw_cause *cause, struct lw_buf *out)
{
  lw_member_key(out, "fix");
  lw_buf_add_char(out, '{');
  lw_member_text(out, "text", cause->fix);
  if (cause->fix_at != 0) {
    lw_member_time(out, "from", cause->fix_at);
  }
  if (cause->fix_policy != 0) {
    lw_member_int(out, "policy_version", (int64_t)cause->fix_policy);
  }
  lw_buf_add_char(out, '}');
}

void lw_cause_print(const struct lw_cause *cause, const struct lw_snapshot *snapshot,
                    struct lw_buf *out)
{
  const struct lw_reason *reason = lw_policy_reason(snapshot->policy, cause->name);
  lw_member_key(out, "cause");
  lw_json_add_string(out, cause->name);
  if (reason != NULL) {
    lw_member_text(out, "label", reason->label);
    lw_member_text(out, "department", reason->owner);
  }
  lw_member_text(out, "owner", cause->owner);
  lw_member_text(out, "owner_name", lw_desk_name(snapshot->staff, cause->owner));
  if (cause->fix.len != 0 || cause->fix_at != 0 || cause->fix_policy != 0) {
    add_fix(cause, out);
  }
  if (cause->version != 0) {
    lw_member_text(out, "changed_by", cause->who);
    lw_member_time(out, "changed_at", cause->changed_at);
  }
  lw_member_int(out, "version", (int64_t)cause->version);
}

bool lw_cause_may_change(const struct lw_caller *caller, const struct lw_cause *cause)
{
  return caller->person != NULL && !caller->is_token &&
         (lw_access_view(caller, LW_ACCESS_SEE_TO_CAUSES) == LW_VIEW_ALL ||
          (cause->owner.len != 0 && lw_str_equal(cause->owner, caller->person->actor.id)));
}

static enum lw_code write_cause(struct lw_db *db, const struct lw_cause *cause,
                                struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, put_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text_or_empty(stmt, 1, cause->name);
    lw_stmt_text_or_empty(stmt, 2, cause->owner);
    lw_stmt_text_or_empty(stmt, 3, cause->fix);
    lw_stmt_int(stmt, 4, cause->fix_at);
    lw_stmt_int(stmt, 5, (int64_t)cause->fix_policy);
    lw_stmt_text_or_empty(stmt, 6, cause->who);
    lw_stmt_int(stmt, 7, cause->changed_at);
    lw_stmt_int(stmt, 8, (int64_t)cause->version);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

static enum lw_code append_cause(struct lw_batch *batch, struct lw_change *change,
                                 const struct lw_cause *cause, struct lw_error *err)
{
  struct lw_buf body = {0};
  lw_buf_add_char(&body, '{');
  lw_member_text(&body, "cause", cause->name);
  lw_member_text(&body, "owner", cause->owner);
  if (cause->fix_at != 0) {
    lw_member_time(&body, "from", cause->fix_at);
  }
  if (cause->fix_policy != 0) {
    lw_member_int(&body, "policy_version", (int64_t)cause->fix_policy);
  }
  lw_member_text(&body, "by", cause->who);
  if (cause->fix.len != 0) {
    lw_member_raw(&body, "fix", cause->fix);
  }
  return lw_desk_append(batch, change, LW_EVENT_CAUSE_CHANGED, &body, err);
}

/* What the new one names must be there. */
static enum lw_code check_names(struct lw_batch *batch, const struct lw_cause *cause,
                                struct lw_error *err)
{
  struct lw_publish_version version;
  const struct lw_person *owner =
      cause->owner.len != 0 ? lw_staff_find(batch->snapshot->staff, cause->owner) : NULL;
  if (cause->owner.len != 0 && (owner == NULL || !owner->active)) {
    return lw_fail(err, LW_INVALID, "there is nobody of the id \"%.*s\" who could own it",
                   LW_FMT(cause->owner));
  }
  if (cause->fix_policy == 0) {
    return LW_OK;
  }
  enum lw_code rc = lw_publish_get(batch->db, cause->fix_policy, batch->scratch, &version, err);
  return rc == LW_NOT_FOUND ? lw_fail(err, LW_INVALID, "there is no version %llu of the policy",
                                      (unsigned long long)cause->fix_policy)
                            : rc;
}

enum lw_code lw_cause_put(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_cause_change *wanted = change->user;
  struct lw_cause cause = wanted->cause;
  struct lw_cause before;
  enum lw_code rc = lw_cause_get(batch->db, cause.name, batch->scratch, &before, err);
  if (rc == LW_OK && !lw_cause_may_change(wanted->caller, &before)) {
    (void)lw_fail(err, LW_FORBIDDEN, "this cause is not yours to see to");
    lw_error_hint(err, "its owner may, and whoever sees to causes everywhere");
    return LW_FORBIDDEN;
  }
  if (rc == LW_OK && wanted->has_tag && wanted->tag != before.version) {
    return lw_fail(err, LW_STALE, "somebody else has changed this cause meanwhile");
  }
  rc = rc == LW_OK ? check_names(batch, &cause, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  cause.who = wanted->caller->person->actor.id;
  cause.changed_at = batch->now;
  cause.version = before.version + 1;
  rc = lw_desk_keep_text(batch, "cause", cause.who, LW_STR(""), wanted->cause.fix, &cause.fix, err);
  rc = rc == LW_OK ? write_cause(batch->db, &cause, err) : rc;
  rc = rc == LW_OK ? append_cause(batch, change, &cause, err) : rc;
  if (rc == LW_OK) {
    cause.fix = wanted->cause.fix;
    lw_buf_add_char(&change->answer, '{');
    lw_cause_print(&cause, batch->snapshot, &change->answer);
    lw_buf_add_char(&change->answer, '}');
    lw_change_status(change, 200);
  }
  return rc;
}
