/* Approvals as rows: one of `approval`, one of `asked` for everybody asked, one of `approval_story`
 * for each journal entry about it. */
#include "desk/approval_store.h"

#include "base/check.h"
#include "desk/approval_life.h"

static const char insert_sql[] =
    "INSERT INTO approval (" LW_APPROVAL_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
    "$10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, "
    "$28, "
    "$29, $30, $31, $32, $33, $34, $35)";
static const char update_sql[] =
    "UPDATE approval SET state = $2, level = $3, due_at = $4, ends_at = $5, nudges = $6, nudged_at "
    "= $7, closed_at = $8, answered_by = $9, answered_for = $10, answer_action = $11, answer_minor "
    "= $12, answer_note = $13, granted = $14, flagged = $15, why = $16, holds = $17, hold_usec = "
    "$18 WHERE id = $1 "
    "AND state = 0";
static const char add_asked_sql[] =
    "INSERT INTO asked (approval, place, person, deputy_of, level, at) VALUES ($1, $2, $3, $4, $5, "
    "$6)";
static const char add_story_sql[] = "INSERT INTO approval_story (approval, seq) VALUES ($1, $2)";
static const char get_sql[] = "SELECT " LW_APPROVAL_COLUMNS " FROM approval WHERE id = $1";
static const char of_decision_sql[] =
    "SELECT " LW_APPROVAL_COLUMNS " FROM approval WHERE decision = $1 ORDER BY id DESC LIMIT 1";
static const char asked_sql[] =
    "SELECT person, deputy_of, level, at FROM asked WHERE approval = $1 ORDER BY place";
static const char due_sql[] =
    "SELECT id FROM approval WHERE state = 0 AND due_at <= $1 ORDER BY due_at, id LIMIT $2";
static const char add_seen_sql[] = "INSERT INTO approval_seen (approval, person, at) VALUES ($1, "
                                   "$2, $3) ON CONFLICT (approval, person) DO NOTHING";
static const char seen_sql[] =
    "SELECT person, at FROM approval_seen WHERE approval = $1 ORDER BY at, person LIMIT $2";
static const char next_sql[] = "SELECT min(due_at), count(*) FROM approval WHERE state = 0";

/* SQLite and PostgreSQL tell an empty text from none: a text of length 0 may have no pointer. */
static enum lw_code add_asked(struct lw_db *db, const struct lw_approval *approval, uint32_t from,
                              struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, add_asked_sql, &stmt, err);
  for (uint32_t i = from; rc == LW_OK && i < approval->n_asked; i++) {
    const struct lw_asked *asked = &approval->asked[i];
    lw_stmt_text_or_empty(stmt, 1, approval->id);
    lw_stmt_int(stmt, 2, i);
    lw_stmt_text_or_empty(stmt, 3, asked->person);
    lw_stmt_text_or_empty(stmt, 4, asked->deputy_of);
    lw_stmt_int(stmt, 5, asked->level);
    lw_stmt_int(stmt, 6, asked->at);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

static void bind_asked_for(struct lw_stmt *stmt, const struct lw_approval *approval)
{
  const lw_str texts[8] = {approval->id,     approval->decision, approval->agent,
                           approval->team,   approval->case_id,  approval->customer,
                           approval->action, approval->reason};
  for (int i = 0; i < 8; i++) {
    lw_stmt_text_or_empty(stmt, i + 1, texts[i]);
  }
  lw_stmt_int_or_null(stmt, 9, approval->has_amount, approval->amount_minor);
  lw_stmt_text_or_empty(stmt, 10, approval->currency);
  lw_stmt_text_or_empty(stmt, 11, approval->route);
  lw_stmt_text_or_empty(stmt, 12, approval->binding);
  lw_stmt_int_or_null(stmt, 13, approval->grants_fallback, approval->fallback_minor);
  lw_stmt_int(stmt, 14, approval->levels);
  lw_stmt_int(stmt, 15, approval->requested_at);
  lw_stmt_int(stmt, 16, approval->opened_at);
  lw_stmt_text_or_empty(stmt, 17, approval->note);
  lw_stmt_text_or_empty(stmt, 18, approval->evidence);
}

/* The columns that change, from parameter `first` on, in the order of both statements. */
static void bind_standing(struct lw_stmt *stmt, int first, const struct lw_approval *approval)
{
  lw_stmt_int(stmt, first, approval->state);
  lw_stmt_int(stmt, first + 1, approval->level);
  lw_stmt_int(stmt, first + 2, approval->due_at);
  lw_stmt_int(stmt, first + 3, approval->ends_at);
  lw_stmt_int(stmt, first + 4, approval->nudges);
  lw_stmt_int(stmt, first + 5, approval->nudged_at);
  lw_stmt_int(stmt, first + 6, approval->closed_at);
  lw_stmt_text_or_empty(stmt, first + 7, approval->answered_by);
  lw_stmt_text_or_empty(stmt, first + 8, approval->answered_for);
  lw_stmt_text_or_empty(stmt, first + 9, approval->answer_action);
  lw_stmt_int_or_null(stmt, first + 10, approval->answer_has_amount, approval->answer_minor);
  lw_stmt_text_or_empty(stmt, first + 11, approval->answer_note);
  lw_stmt_text_or_empty(stmt, first + 12, approval->granted);
  lw_stmt_int(stmt, first + 13, approval->flagged);
  lw_stmt_text_or_empty(stmt, first + 14, approval->why);
  lw_stmt_int(stmt, first + 15, approval->holds);
  lw_stmt_int(stmt, first + 16, approval->hold_usec);
}

enum lw_code lw_approval_insert(struct lw_db *db, const struct lw_approval *approval,
                                struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, insert_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  bind_asked_for(stmt, approval);
  bind_standing(stmt, 19, approval);
  rc = lw_stmt_run(stmt, err);
  return rc == LW_OK ? add_asked(db, approval, 0, err) : rc;
}

enum lw_code lw_approval_update(struct lw_db *db, const struct lw_approval *approval,
                                uint32_t known, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  LW_ASSERT(lw_approval_unsound(approval) == NULL);
  enum lw_code rc = lw_db_statement(db, update_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text_or_empty(stmt, 1, approval->id);
  bind_standing(stmt, 2, approval);
  rc = lw_stmt_run(stmt, err);
  if (rc == LW_OK) {
    LW_ASSERT(lw_stmt_changes(stmt) == 1); /* it was read open in this very transaction */
    rc = add_asked(db, approval, known, err);
  }
  return rc;
}

enum lw_code lw_approval_add_story(struct lw_db *db, lw_str id, uint64_t seq, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, add_story_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text_or_empty(stmt, 1, id);
    lw_stmt_int(stmt, 2, (int64_t)seq);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

/* --- reading --- */

void lw_approval_take(const struct lw_stmt *row, struct lw_arena *arena,
                      struct lw_approval *ret_approval)
{
  *ret_approval = (struct lw_approval){
      .id = lw_stmt_copy_text(row, 0, arena),
      .decision = lw_stmt_copy_text(row, 1, arena),
      .agent = lw_stmt_copy_text(row, 2, arena),
      .team = lw_stmt_copy_text(row, 3, arena),
      .case_id = lw_stmt_copy_text(row, 4, arena),
      .customer = lw_stmt_copy_text(row, 5, arena),
      .action = lw_stmt_copy_text(row, 6, arena),
      .reason = lw_stmt_copy_text(row, 7, arena),
      .has_amount = !lw_stmt_is_null(row, 8),
      .amount_minor = lw_stmt_get_int(row, 8),
      .currency = lw_stmt_copy_text(row, 9, arena),
      .route = lw_stmt_copy_text(row, 10, arena),
      .binding = lw_stmt_copy_text(row, 11, arena),
      .grants_fallback = !lw_stmt_is_null(row, 12),
      .fallback_minor = lw_stmt_get_int(row, 12),
      .levels = (uint32_t)lw_stmt_get_int(row, 13),
      .requested_at = lw_stmt_get_int(row, 14),
      .opened_at = lw_stmt_get_int(row, 15),
      .note = lw_stmt_copy_text(row, 16, arena),
      .evidence = lw_stmt_copy_text(row, 17, arena),
      .state = (enum lw_approval_state)lw_stmt_get_int(row, 18),
      .level = (uint32_t)lw_stmt_get_int(row, 19),
      .due_at = lw_stmt_get_int(row, 20),
      .ends_at = lw_stmt_get_int(row, 21),
      .nudges = (uint32_t)lw_stmt_get_int(row, 22),
      .nudged_at = lw_stmt_get_int(row, 23),
      .closed_at = lw_stmt_get_int(row, 24),
      .answered_by = lw_stmt_copy_text(row, 25, arena),
      .answered_for = lw_stmt_copy_text(row, 26, arena),
      .answer_action = lw_stmt_copy_text(row, 27, arena),
      .answer_has_amount = !lw_stmt_is_null(row, 28),
      .answer_minor = lw_stmt_get_int(row, 28),
      .answer_note = lw_stmt_copy_text(row, 29, arena),
      .granted = lw_stmt_copy_text(row, 30, arena),
      .flagged = lw_stmt_get_int(row, 31) != 0,
      .why = lw_stmt_copy_text(row, 32, arena),
      .holds = (uint32_t)lw_stmt_get_int(row, 33),
      .hold_usec = lw_stmt_get_int(row, 34),
  };
}

enum lw_code lw_approval_take_asked(struct lw_db *db, struct lw_arena *arena,
                                    struct lw_approval *approval, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  struct lw_asked *items = NULL;
  size_t capacity = 0;
  size_t count = 0;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(db, asked_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text_or_empty(stmt, 1, approval->id);
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    items = lw_arena_grow(arena, items, count, &capacity, count + 1, sizeof *items,
                          _Alignof(struct lw_asked));
    if (items == NULL) {
      lw_stmt_reset(stmt);
      return lw_fail(err, LW_NO_MEMORY, "out of memory while reading an approval");
    }
    items[count++] = (struct lw_asked){.person = lw_stmt_copy_text(stmt, 0, arena),
                                       .deputy_of = lw_stmt_copy_text(stmt, 1, arena),
                                       .level = (uint32_t)lw_stmt_get_int(stmt, 2),
                                       .at = lw_stmt_get_int(stmt, 3)};
  }
  approval->asked = items;
  approval->n_asked = (uint32_t)count;
  return rc;
}

static enum lw_code one(struct lw_db *db, const char *sql, lw_str key, struct lw_arena *arena,
                        bool *ret_found, struct lw_approval *ret_approval, struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_find(db, sql, key, &row, err);
  *ret_found = rc == LW_OK;
  if (rc != LW_OK) {
    return rc == LW_NOT_FOUND ? LW_OK : rc;
  }
  lw_approval_take(row, arena, ret_approval);
  lw_stmt_reset(row);
  rc = lw_approval_take_asked(db, arena, ret_approval, err);
  return rc == LW_OK && arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
}

enum lw_code lw_approval_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                             struct lw_approval *ret_approval, struct lw_error *err)
{
  bool found = false;
  enum lw_code rc = one(db, get_sql, id, arena, &found, ret_approval, err);
  if (rc == LW_OK && !found) {
    rc = lw_fail(err, LW_NOT_FOUND, "there is no approval %.*s", LW_FMT(id));
  }
  return rc;
}

enum lw_code lw_approval_of_decision(struct lw_db *db, lw_str decision, struct lw_arena *arena,
                                     bool *ret_found, struct lw_approval *ret_approval,
                                     struct lw_error *err)
{
  return one(db, of_decision_sql, decision, arena, ret_found, ret_approval, err);
}

enum lw_code lw_approval_stand_of(struct lw_db *db, lw_str decision, struct lw_arena *arena,
                                  struct lw_approval_stand *ret_stand, struct lw_error *err)
{
  struct lw_approval approval;
  bool found = false;
  enum lw_code rc = lw_approval_of_decision(db, decision, arena, &found, &approval, err);
  *ret_stand = (struct lw_approval_stand){.open = false};
  if (rc == LW_OK && found) {
    ret_stand->open = approval.state == LW_APPROVAL_OPEN;
    ret_stand->granted = approval.granted;
  }
  return rc;
}

/* --- who has seen it --- */

enum { SEEN_MAX = 200 }; /* shown; as many as are ever asked, and their deputies */

enum lw_code lw_approval_add_seen(struct lw_db *db, lw_str id, lw_str person, lw_usec at,
                                  bool *ret_is_new, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, add_seen_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text_or_empty(stmt, 1, id);
    lw_stmt_text_or_empty(stmt, 2, person);
    lw_stmt_int(stmt, 3, at);
    rc = lw_stmt_run(stmt, err);
    *ret_is_new = rc == LW_OK && lw_stmt_changes(stmt) == 1;
  }
  return rc;
}

enum lw_code lw_approval_list_seen(struct lw_db *db, lw_str id, struct lw_arena *arena,
                                   const struct lw_seen **ret_seen, uint32_t *ret_count,
                                   struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  uint32_t count = 0;
  struct lw_seen *seen = NULL;
  size_t capacity = 0;
  enum lw_code rc = lw_db_statement(db, seen_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text_or_empty(stmt, 1, id);
  lw_stmt_int(stmt, 2, SEEN_MAX);
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    seen = lw_arena_grow(arena, seen, count, &capacity, count + 1, sizeof *seen,
                         _Alignof(struct lw_seen));
    if (seen == NULL) {
      rc = lw_fail(err, LW_NO_MEMORY, "out of memory while reading an approval");
      break;
    }
    seen[count++] = (struct lw_seen){lw_stmt_copy_text(stmt, 0, arena), lw_stmt_get_int(stmt, 1)};
  }
  lw_stmt_reset(stmt);
  *ret_seen = seen;
  *ret_count = count;
  return rc;
}

/* --- what is due --- */

enum lw_code lw_approval_find_due(struct lw_db *db, lw_usec now, uint32_t most,
                                  struct lw_arena *arena, lw_str **ret_ids, uint32_t *ret_count,
                                  struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  uint32_t count = 0;
  lw_str *ids = LW_NEW_ARRAY(arena, lw_str, most);
  if (ids == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory while looking for what is due");
  }
  enum lw_code rc = lw_db_statement(db, due_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, now);
  lw_stmt_int(stmt, 2, most);
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row && count < most) {
    ids[count++] = lw_stmt_copy_text(stmt, 0, arena);
  }
  lw_stmt_reset(stmt);
  *ret_ids = ids;
  *ret_count = count;
  return rc;
}

enum lw_code lw_approval_next_due(struct lw_db *db, lw_usec *ret_next, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(db, next_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = lw_stmt_step(stmt, &is_row, err);
  *ret_next =
      rc == LW_OK && is_row && !lw_stmt_is_null(stmt, 0) ? lw_stmt_get_int(stmt, 0) : INT64_MAX;
  lw_stmt_reset(stmt);
  return rc;
}
