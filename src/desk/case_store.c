/* Cases as rows of table `cases`. */
#include "desk/case_store.h"

#include "base/check.h"

static const char insert_sql[] =
    "INSERT INTO cases (id, customer, owner, department, channel, subject, state, opened_at, "
    "closed_at, last_update_at, promise_at, reopened, escalated, facts, nudges, nudged_at, "
    "changed_at, version, waiting_for) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
    "$13, $14, $15, $16, $17, $18, $19)";
static const char update_sql[] =
    "UPDATE cases SET customer = $2, owner = $3, department = $4, channel = $5, subject = $6, "
    "state "
    "= $7, opened_at = $8, closed_at = $9, last_update_at = $10, promise_at = $11, reopened = $12, "
    "escalated = $13, facts = $14, nudges = $15, nudged_at = $16, changed_at = $17, version = "
    "$18, waiting_for = $19 WHERE id = $1";
static const char get_sql[] = "SELECT " LW_CASE_COLUMNS " FROM cases WHERE id = $1";

static const char add_story_sql[] = "INSERT INTO case_story (case_id, seq, at, kind, actor, owner, "
                                    "before, department, note, place, "
                                    "state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
static const char story_sql[] = "SELECT " LW_CASE_STORY_COLUMNS " FROM case_story WHERE case_id = "
                                "$1 ORDER BY at DESC, place DESC, seq DESC LIMIT $2";

static void bind(struct lw_stmt *stmt, const struct lw_case *found)
{
  lw_stmt_text_or_empty(stmt, 1, found->id);
  lw_stmt_text_or_empty(stmt, 2, found->customer);
  lw_stmt_text_or_empty(stmt, 3, found->owner);
  lw_stmt_text_or_empty(stmt, 4, found->department);
  lw_stmt_text_or_empty(stmt, 5, found->channel);
  lw_stmt_text_or_empty(stmt, 6, found->subject);
  lw_stmt_int(stmt, 7, found->state);
  lw_stmt_int(stmt, 8, found->opened_at);
  lw_stmt_int_or_null(stmt, 9, found->state == LW_CASE_CLOSED, found->closed_at);
  lw_stmt_int_or_null(stmt, 10, found->has_last_update, found->last_update_at);
  lw_stmt_int_or_null(stmt, 11, found->has_promise, found->promise_at);
  lw_stmt_int(stmt, 12, found->reopened);
  lw_stmt_int(stmt, 13, found->escalated);
  lw_stmt_text_or_empty(stmt, 14, found->facts);
  lw_stmt_int(stmt, 15, found->nudges);
  lw_stmt_int_or_null(stmt, 16, found->nudges != 0, found->nudged_at);
  lw_stmt_int(stmt, 17, found->changed_at);
  lw_stmt_int(stmt, 18, (int64_t)found->version);
  lw_stmt_text_or_empty(stmt, 19, found->waiting_for);
}

static enum lw_code put(struct lw_db *db, const char *sql, const struct lw_case *found,
                        struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc == LW_OK) {
    bind(stmt, found);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

enum lw_code lw_case_insert(struct lw_db *db, const struct lw_case *found, struct lw_error *err)
{
  return put(db, insert_sql, found, err);
}

enum lw_code lw_case_update(struct lw_db *db, const struct lw_case *found, struct lw_error *err)
{
  return put(db, update_sql, found, err);
}

/* Behind the case's own columns. */
static void take_figures(const struct lw_stmt *row, struct lw_arena *arena, struct lw_case *found)
{
  found->figures = (struct lw_case_figures){
      .updates = (uint32_t)lw_stmt_get_int(row, 19),
      .owners = (uint32_t)lw_stmt_get_int(row, 20),
      .owner_changes = (uint32_t)lw_stmt_get_int(row, 21),
      .department_changes = (uint32_t)lw_stmt_get_int(row, 22),
      .reopenings = (uint32_t)lw_stmt_get_int(row, 23),
      .nudges_answered = (uint32_t)lw_stmt_get_int(row, 24),
      .has_first_owner = !lw_stmt_is_null(row, 25),
      .first_owner_at = lw_stmt_get_int(row, 25),
      .has_first_resolved = !lw_stmt_is_null(row, 26),
      .first_resolved_at = lw_stmt_get_int(row, 26),
      .unowned_usec = lw_stmt_get_int(row, 27),
      .silence_usec = lw_stmt_get_int(row, 28),
      .nudge_wait_usec = lw_stmt_get_int(row, 29),
      .moved_at = lw_stmt_get_int(row, 30),
      .moved_place = lw_stmt_get_int(row, 31),
      .asked_at = lw_stmt_get_int(row, 32),
      .last_owner = lw_stmt_copy_text(row, 33, arena),
      .last_department = lw_stmt_copy_text(row, 34, arena),
      .state = found->state,
      .owner = found->owner,
  };
}

void lw_case_take(const struct lw_stmt *row, struct lw_arena *arena, struct lw_case *ret_case)
{
  *ret_case = (struct lw_case){
      .id = lw_stmt_copy_text(row, 0, arena),
      .customer = lw_stmt_copy_text(row, 1, arena),
      .owner = lw_stmt_copy_text(row, 2, arena),
      .department = lw_stmt_copy_text(row, 3, arena),
      .channel = lw_stmt_copy_text(row, 4, arena),
      .subject = lw_stmt_copy_text(row, 5, arena),
      .state = (enum lw_case_state)lw_stmt_get_int(row, 6),
      .opened_at = lw_stmt_get_int(row, 7),
      .closed_at = lw_stmt_get_int(row, 8),
      .has_last_update = !lw_stmt_is_null(row, 9),
      .last_update_at = lw_stmt_get_int(row, 9),
      .has_promise = !lw_stmt_is_null(row, 10),
      .promise_at = lw_stmt_get_int(row, 10),
      .reopened = lw_stmt_get_int(row, 11) != 0,
      .escalated = lw_stmt_get_int(row, 12) != 0,
      .facts = lw_stmt_copy_text(row, 13, arena),
      .nudges = (uint32_t)lw_stmt_get_int(row, 14),
      .nudged_at = lw_stmt_get_int(row, 15),
      .changed_at = lw_stmt_get_int(row, 16),
      .version = (uint64_t)lw_stmt_get_int(row, 17),
      .waiting_for = lw_stmt_copy_text(row, 18, arena),
  };
  take_figures(row, arena, ret_case);
}

enum lw_code lw_case_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                         struct lw_case *ret_case, struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_find(db, get_sql, id, &row, err);
  if (rc != LW_OK) {
    return rc == LW_NOT_FOUND ? lw_fail(err, rc, "there is no case \"%.*s\"", LW_FMT(id)) : rc;
  }
  lw_case_take(row, arena, ret_case);
  lw_stmt_reset(row);
  return arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : LW_OK;
}

enum lw_code lw_case_count_open(struct lw_db *db, lw_str owner, uint64_t *ret_count,
                                struct lw_error *err)
{
  static const char sql[] = "SELECT count(*) FROM cases WHERE owner = $1 AND " LW_CASE_UNDER_WAY;
  int64_t count = 0;
  enum lw_code rc = lw_db_number(db, sql, &owner, 1, &count, err);
  *ret_count = (uint64_t)count;
  return rc;
}

enum lw_code lw_case_each(struct lw_db *db, lw_usec now,
                          bool (*visit)(void *user, const struct lw_case *found, lw_usec now),
                          void *user, struct lw_error *err)
{
  static const char sql[] = "SELECT " LW_CASE_COLUMNS " FROM cases ORDER BY opened_at, id";
  struct lw_arena arena;
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  bool goes_on = true;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_arena_init(&arena, NULL, 0);
  while (goes_on && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    struct lw_case found;
    lw_case_take(stmt, &arena, &found);
    if (arena.failed) {
      rc = lw_fail(err, LW_NO_MEMORY, "out of memory while reading cases");
      break;
    }
    goes_on = visit(user, &found, now);
    lw_arena_reset(&arena);
  }
  lw_stmt_reset(stmt);
  lw_arena_finish(&arena);
  return rc;
}

/* --- the story --- */

enum lw_code lw_case_add_story(struct lw_db *db, uint64_t seq, lw_str id,
                               const struct lw_case_link *link, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, add_story_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text_or_empty(stmt, 1, id);
    lw_stmt_int(stmt, 2, (int64_t)seq);
    lw_stmt_int(stmt, 3, link->at);
    lw_stmt_text_or_empty(stmt, 4, link->kind);
    lw_stmt_text_or_empty(stmt, 5, link->by);
    lw_stmt_text_or_empty(stmt, 6, link->owner);
    lw_stmt_text_or_empty(stmt, 7, link->before);
    lw_stmt_text_or_empty(stmt, 8, link->department);
    lw_stmt_text_or_empty(stmt, 9, link->note);
    lw_stmt_int(stmt, 10, link->place);
    lw_stmt_int(stmt, 11, link->has_state ? (int64_t)link->state : -1);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

enum lw_code lw_case_tell(struct lw_batch *batch, struct lw_change *change, enum lw_event event,
                          struct lw_case *found, const struct lw_case_link *link,
                          struct lw_buf *body, struct lw_error *err)
{
  struct lw_case_figures *figures = &found->figures;
  struct lw_case_link told = *link;
  enum lw_code rc = lw_batch_append_body(batch, change, event, body, err);
  told.at = batch->now;
  told.by = change->actor;
  told.place = batch->now == figures->moved_at ? figures->moved_place : 0;
  told.has_state = event != LW_EVENT_CASE_NUDGED;
  told.state = found->state;
  bool follows =
      event == LW_EVENT_CASE_OPENED || lw_case_figures_follow(figures, batch->now, told.place);
  if (rc == LW_OK && follows) {
    rc = lw_case_figures_step(batch->db, found->id, &told, figures, err);
  }
  rc = rc == LW_OK ? lw_case_add_story(batch->db, change->seq, found->id, &told, err) : rc;
  return rc == LW_OK && !follows
             ? lw_case_figures_anew(batch->db, found->id, batch->scratch, figures, err)
             : rc;
}

void lw_case_take_link(const struct lw_stmt *row, struct lw_arena *arena,
                       struct lw_case_link *ret_link)
{
  int64_t state = lw_stmt_get_int(row, 8);
  *ret_link = (struct lw_case_link){
      .at = lw_stmt_get_int(row, 0),
      .kind = lw_stmt_copy_text(row, 1, arena),
      .by = lw_stmt_copy_text(row, 2, arena),
      .owner = lw_stmt_copy_text(row, 3, arena),
      .before = lw_stmt_copy_text(row, 4, arena),
      .department = lw_stmt_copy_text(row, 5, arena),
      .note = lw_stmt_copy_text(row, 6, arena),
      .place = lw_stmt_get_int(row, 7),
      .has_state = state >= 0 && state < LW_CASE_STATES,
      .state = state >= 0 && state < LW_CASE_STATES ? (enum lw_case_state)state : LW_CASE_OPEN,
  };
}

enum lw_code lw_case_story(struct lw_db *db, lw_str id, uint32_t most, struct lw_arena *arena,
                           struct lw_case_link **ret_links, uint32_t *ret_count,
                           struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  uint32_t count = 0;
  struct lw_case_link *links = LW_NEW_ARRAY(arena, struct lw_case_link, most);
  if (links == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory while reading a case");
  }
  enum lw_code rc = lw_db_statement(db, story_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text_or_empty(stmt, 1, id);
  lw_stmt_int(stmt, 2, most);
  while (count < most && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    count++;
    lw_case_take_link(stmt, arena,
                      &links[most - count]); /* the newest comes first, and stands last */
  }
  lw_stmt_reset(stmt);
  *ret_links = links + (most - count);
  *ret_count = count;
  return rc == LW_OK && arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
}

lw_usec lw_case_moved(const struct lw_case *found)
{
  return found->has_last_update && found->last_update_at > found->changed_at ? found->last_update_at
                                                                             : found->changed_at;
}

lw_usec lw_case_over_since(const struct lw_case *found)
{
  return found->has_promise ? found->promise_at : lw_case_moved(found) + LW_CASE_STILL_USEC;
}
