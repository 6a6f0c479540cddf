/* One row a proposal that somebody said something of; its id says what it is about, so whoever says
 * it again replaces the word. Texts are kept as texts about the person, so that erasing them takes
 * the words, too. */
#include "engine/room.h"

#include "data/json.h"
#include "engine/lowers.h"
#include "engine/staff_inside.h"

static const char list_sql[] =
    "SELECT id, person, forward_by, forward_at, forward_note, later_by, later_at, later_note, "
    "later_asks FROM room_word ORDER BY forward_at + later_at DESC, id LIMIT 4096";
static const char forward_sql[] =
    "INSERT INTO room_word (id, person, forward_by, forward_at, forward_note, later_by, later_at, "
    "later_note, later_asks) VALUES ($1, $2, $3, $4, $5, '', 0, '', 0) ON CONFLICT (id) DO UPDATE "
    "SET forward_by = $3, forward_at = $4, forward_note = $5, later_by = '', later_at = 0, "
    "later_note = '', later_asks = 0";
static const char later_sql[] =
    "INSERT INTO room_word (id, person, forward_by, forward_at, forward_note, later_by, later_at, "
    "later_note, later_asks) VALUES ($1, $2, '', 0, '', $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE "
    "SET forward_by = '', forward_at = 0, forward_note = '', later_by = $3, later_at = $4, "
    "later_note = $5, later_asks = $6";
static const char forget_sql[] = "DELETE FROM room_word WHERE id = $1";
static const char open_sql[] = "SELECT count(*) FROM lowering WHERE person = $1 AND state < 2";
static const char lowered_sql[] =
    "SELECT person, max(CASE WHEN state < 2 THEN 1 ELSE 0 END), max(CASE WHEN state = 2 AND "
    "confirmed_at <> 0 THEN ended_at ELSE 0 END) FROM lowering GROUP BY person ORDER BY person";
_Static_assert(LW_ROOM_WORDS_MAX == 4096, "what list_sql gives");

enum { GIVEN = LW_PERSON_TIER | LW_PERSON_LIMITS };

/* --- reading --- */

enum lw_code lw_room_words_list(struct lw_db *db, struct lw_arena *arena,
                                struct lw_room_word **ret_items, uint32_t *ret_count,
                                struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  uint32_t count = 0;
  struct lw_room_word *items = LW_NEW_ARRAY(arena, struct lw_room_word, LW_ROOM_WORDS_MAX);
  enum lw_code rc = items != NULL ? lw_db_statement(db, list_sql, &stmt, err)
                                  : lw_fail(err, LW_NO_MEMORY, "out of memory");
  if (rc != LW_OK) {
    return rc;
  }
  while (count < LW_ROOM_WORDS_MAX && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    items[count++] = (struct lw_room_word){.id = lw_stmt_copy_text(stmt, 0, arena),
                                           .person = lw_stmt_copy_text(stmt, 1, arena),
                                           .forward_by = lw_stmt_copy_text(stmt, 2, arena),
                                           .forward_at = lw_stmt_get_int(stmt, 3),
                                           .forward_note = lw_stmt_copy_text(stmt, 4, arena),
                                           .later_by = lw_stmt_copy_text(stmt, 5, arena),
                                           .later_at = lw_stmt_get_int(stmt, 6),
                                           .later_note = lw_stmt_copy_text(stmt, 7, arena),
                                           .later_asks = (uint64_t)lw_stmt_get_int(stmt, 8)};
  }
  lw_stmt_reset(stmt);
  *ret_items = items;
  *ret_count = count;
  return rc == LW_OK && arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
}

enum lw_code lw_room_lowered_each(struct lw_db *db,
                                  void (*visit)(void *user, lw_str person, bool is_open,
                                                lw_usec ended_at),
                                  void *user, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(db, lowered_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    visit(user, lw_stmt_get_text(stmt, 0), lw_stmt_get_int(stmt, 1) != 0, lw_stmt_get_int(stmt, 2));
  }
  lw_stmt_reset(stmt);
  return rc;
}

/* --- rights --- */

/* Their leads, and whoever keeps people; nobody speaks for themselves. */
static enum lw_code check_speaks(const struct lw_batch *batch, const struct lw_room_act *act,
                                 struct lw_error *err)
{
  const struct lw_person *self = act->caller->is_token ? NULL : act->caller->person;
  bool own = self != NULL && lw_str_equal(self->actor.id, act->person);
  if (self != NULL && !own &&
      lw_access_covers(act->caller, LW_ACCESS_ROOM, batch->snapshot->staff, act->person)) {
    return LW_OK;
  }
  (void)lw_fail(err, LW_FORBIDDEN, "this is for a lead of theirs, or for whoever keeps people");
  lw_error_hint(err, own ? "nobody puts themselves forward: ask your lead"
                         : "ask somebody who leads them");
  return LW_FORBIDDEN;
}

/* --- a word --- */

static enum lw_code keep_note(struct lw_batch *batch, const struct lw_room_act *act,
                              lw_str *ret_reference, struct lw_error *err)
{
  struct lw_buf text = {0};
  *ret_reference = LW_STR("");
  if (act->note.len == 0) {
    return LW_OK;
  }
  enum lw_code rc = lw_text_keep(&batch->texts, batch->now, "room", act->person, LW_STR(""),
                                 act->note, &text, err);
  *ret_reference = lw_str_copy(batch->scratch, lw_buf_str(&text));
  rc = rc == LW_OK && (text.failed || batch->scratch->failed)
           ? lw_fail(err, LW_NO_MEMORY, "out of memory")
           : rc;
  lw_buf_finish(&text);
  return rc;
}

static enum lw_code write_word(struct lw_batch *batch, const struct lw_room_act *act,
                               const char *sql, lw_str note, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(batch->db, sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text_or_empty(stmt, 1, act->id);
    lw_stmt_text_or_empty(stmt, 2, act->person);
    lw_stmt_text_or_empty(stmt, 3, act->caller->person->actor.id);
    lw_stmt_int(stmt, 4, batch->now);
    lw_stmt_text_or_empty(stmt, 5, note);
    if (sql == later_sql) {
      lw_stmt_int(stmt, 6, (int64_t)act->asks);
    }
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

static void add_head(const struct lw_room_act *act, struct lw_buf *body)
{
  LW_BUF_LIT(body, "{\"proposal\":");
  lw_json_add_string(body, act->id);
  LW_BUF_LIT(body, ",\"person\":");
  lw_json_add_string(body, act->person);
}

static enum lw_code append(struct lw_batch *batch, struct lw_change *change, enum lw_event event,
                           lw_str note, struct lw_error *err)
{
  const struct lw_room_act *act = change->user;
  struct lw_buf body = {0};
  add_head(act, &body);
  lw_buf_printf(&body, ",\"asks\":%llu", (unsigned long long)act->asks);
  if (note.len != 0) {
    LW_BUF_LIT(&body, ",\"note\":");
    lw_buf_add(&body, note);
  }
  if (event == LW_EVENT_ROOM_ACCEPTED) {
    LW_BUF_LIT(&body, ",\"shown\":");
    lw_buf_add(&body, act->shown);
  }
  lw_buf_add_char(&body, '}');
  return lw_batch_append_body(batch, change, event, &body, err);
}

static enum lw_code say(struct lw_batch *batch, struct lw_change *change, const char *sql,
                        enum lw_event event, struct lw_error *err)
{
  const struct lw_room_act *act = change->user;
  lw_str note = LW_STR("");
  enum lw_code rc = check_speaks(batch, act, err);
  rc = rc == LW_OK ? keep_note(batch, act, &note, err) : rc;
  rc = rc == LW_OK ? write_word(batch, act, sql, note, err) : rc;
  rc = rc == LW_OK ? append(batch, change, event, note, err) : rc;
  lw_change_status(change, 200);
  return rc;
}

enum lw_code lw_room_forward_apply(struct lw_batch *batch, struct lw_change *change,
                                   struct lw_error *err)
{
  return say(batch, change, forward_sql, LW_EVENT_ROOM_FORWARDED, err);
}

enum lw_code lw_room_later_apply(struct lw_batch *batch, struct lw_change *change,
                                 struct lw_error *err)
{
  return say(batch, change, later_sql, LW_EVENT_ROOM_PUT_ASIDE, err);
}

/* --- accepting --- */

static enum lw_code check_not_lowered(struct lw_batch *batch, lw_str person, struct lw_error *err)
{
  int64_t open = 0;
  enum lw_code rc = lw_db_number(batch->db, open_sql, &person, 1, &open, err);
  if (rc == LW_OK && open != 0) {
    rc = lw_fail(err, LW_CONFLICT, "a lowering of \"%.*s\" is asked for, or in force",
                 LW_FMT(person));
    lw_error_hint(err, "it comes back to the list when that is over; see GET /v1/lowerings");
  }
  return rc;
}

/* It gives something, and takes nothing: no exception is known here. */
static enum lw_code check_gives(const struct lw_batch *batch, const struct lw_room_act *act,
                                struct lw_error *err)
{
  const struct lw_policy *policy = batch->snapshot->policy;
  const struct lw_person *before = lw_staff_find(batch->snapshot->staff, act->person);
  struct lw_buf taken = {0};
  struct lw_buf given = {0};
  if ((act->change.edit.fields & ~(uint32_t)GIVEN) != 0) {
    return lw_fail(err, LW_INVALID, "a proposal gives a tier or own limits alone");
  }
  if (before == NULL || !before->active || policy == NULL) {
    return lw_fail(err, LW_NOT_FOUND, "there is nobody of this id who is here");
  }
  struct lw_person after = lw_person_merged(batch->snapshot->staff, before, &act->change.edit);
  bool takes = lw_lowers_compare(policy, before, &after, batch->now, &taken);
  bool gives = lw_lowers_compare(policy, &after, before, batch->now, &given);
  enum lw_code rc =
      takes || !gives ? lw_fail(err, LW_CONFLICT, "this gives \"%.*s\" nothing more than they have",
                                LW_FMT(act->person))
                      : LW_OK;
  if (rc != LW_OK) {
    lw_error_hint(err, "ask for the list again: they or the policy have changed");
  }
  lw_buf_finish(&taken);
  lw_buf_finish(&given);
  return rc;
}

static enum lw_code forget(struct lw_batch *batch, lw_str id, struct lw_error *err)
{
  return lw_db_run(batch->db, forget_sql, &id, 1, err);
}

/* The same change as PATCH /v1/people makes, with all that it checks. */
static enum lw_code give(struct lw_batch *batch, struct lw_change *change, struct lw_room_act *act,
                         struct lw_error *err)
{
  change->user = &act->change;
  enum lw_code rc = lw_person_change_apply(batch, change, err);
  change->user = act;
  return rc;
}

enum lw_code lw_room_accept_apply(struct lw_batch *batch, struct lw_change *change,
                                  struct lw_error *err)
{
  struct lw_room_act *act = change->user;
  const struct lw_person *self = act->caller->person;
  enum lw_code rc = LW_OK;
  if (self != NULL && lw_str_equal(self->actor.id, act->person)) {
    rc = lw_fail(err, LW_FORBIDDEN, "nobody gives themselves more room");
    lw_error_hint(err, "ask somebody else who keeps people");
  }
  act->change.caller = act->caller;
  rc = rc == LW_OK ? check_not_lowered(batch, act->person, err) : rc;
  rc = rc == LW_OK ? check_gives(batch, act, err) : rc;
  rc = rc == LW_OK ? give(batch, change, act, err) : rc;
  rc = rc == LW_OK ? forget(batch, act->id, err) : rc;
  return rc == LW_OK ? append(batch, change, LW_EVENT_ROOM_ACCEPTED, LW_STR(""), err) : rc;
}
