/* Cases as rows of table `cases`. */
#include "desk/case_store.h"

#include "base/check.h"

static const char insert_sql[] =
    "INSERT INTO cases (" LW_CASE_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
    "$12, $13, $14, $15, $16, $17, $18)";
static const char update_sql[] =
    "UPDATE cases SET customer = $2, owner = $3, department = $4, channel = $5, subject = $6, "
    "state "
    "= $7, opened_at = $8, closed_at = $9, last_update_at = $10, promise_at = $11, reopened = $12, "
    "escalated = $13, facts = $14, nudges = $15, nudged_at = $16, changed_at = $17, version = $18 "
    "WHERE id = $1";
static const char get_sql[] = "SELECT " LW_CASE_COLUMNS " FROM cases WHERE id = $1";

static const char add_story_sql[] =
    "INSERT INTO case_story (case_id, seq, at, kind, actor, owner, before, department, note) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
static const char story_sql[] = "SELECT at, kind, actor, owner, before, department, note FROM "
                                "case_story WHERE case_id = $1 ORDER BY seq DESC LIMIT $2";

static void bind_text(struct lw_stmt *stmt, int index, lw_str text)
{
  lw_stmt_text(stmt, index, text.len != 0 ? text : LW_STR(""));
}

static void bind_time(struct lw_stmt *stmt, int index, bool has, lw_usec at)
{
  if (has) {
    lw_stmt_int(stmt, index, at);
  } else {
    lw_stmt_null(stmt, index);
  }
}

static void bind(struct lw_stmt *stmt, const struct lw_case *found)
{
  bind_text(stmt, 1, found->id);
  bind_text(stmt, 2, found->customer);
  bind_text(stmt, 3, found->owner);
  bind_text(stmt, 4, found->department);
  bind_text(stmt, 5, found->channel);
  bind_text(stmt, 6, found->subject);
  lw_stmt_int(stmt, 7, found->state);
  lw_stmt_int(stmt, 8, found->opened_at);
  bind_time(stmt, 9, found->state == LW_CASE_CLOSED, found->closed_at);
  bind_time(stmt, 10, found->has_last_update, found->last_update_at);
  bind_time(stmt, 11, found->has_promise, found->promise_at);
  lw_stmt_int(stmt, 12, found->reopened);
  lw_stmt_int(stmt, 13, found->escalated);
  bind_text(stmt, 14, found->facts);
  lw_stmt_int(stmt, 15, found->nudges);
  bind_time(stmt, 16, found->nudges != 0, found->nudged_at);
  lw_stmt_int(stmt, 17, found->changed_at);
  lw_stmt_int(stmt, 18, (int64_t)found->version);
}

enum lw_code lw_case_insert(struct lw_db *db, const struct lw_case *found, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, insert_sql, &stmt, err);
  if (rc == LW_OK) {
    bind(stmt, found);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

enum lw_code lw_case_update(struct lw_db *db, const struct lw_case *found, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, update_sql, &stmt, err);
  if (rc == LW_OK) {
    bind(stmt, found);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

static lw_str copy(const struct lw_stmt *row, int column, struct lw_arena *arena)
{
  lw_str text = lw_stmt_get_text(row, column);
  return text.len != 0 ? lw_str_copy(arena, text) : LW_STR("");
}

void lw_case_take(const struct lw_stmt *row, struct lw_arena *arena, struct lw_case *ret_case)
{
  *ret_case = (struct lw_case){
      .id = copy(row, 0, arena),
      .customer = copy(row, 1, arena),
      .owner = copy(row, 2, arena),
      .department = copy(row, 3, arena),
      .channel = copy(row, 4, arena),
      .subject = copy(row, 5, arena),
      .state = (enum lw_case_state)lw_stmt_get_int(row, 6),
      .opened_at = lw_stmt_get_int(row, 7),
      .closed_at = lw_stmt_get_int(row, 8),
      .has_last_update = !lw_stmt_is_null(row, 9),
      .last_update_at = lw_stmt_get_int(row, 9),
      .has_promise = !lw_stmt_is_null(row, 10),
      .promise_at = lw_stmt_get_int(row, 10),
      .reopened = lw_stmt_get_int(row, 11) != 0,
      .escalated = lw_stmt_get_int(row, 12) != 0,
      .facts = copy(row, 13, arena),
      .nudges = (uint32_t)lw_stmt_get_int(row, 14),
      .nudged_at = lw_stmt_get_int(row, 15),
      .changed_at = lw_stmt_get_int(row, 16),
      .version = (uint64_t)lw_stmt_get_int(row, 17),
  };
}

enum lw_code lw_case_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                         struct lw_case *ret_case, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(db, get_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  bind_text(stmt, 1, id);
  rc = lw_stmt_step(stmt, &is_row, err);
  if (rc == LW_OK && is_row) {
    lw_case_take(stmt, arena, ret_case);
  }
  lw_stmt_reset(stmt);
  if (rc == LW_OK && !is_row) {
    return lw_fail(err, LW_NOT_FOUND, "there is no case \"%.*s\"", LW_FMT(id));
  }
  return rc == LW_OK && arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
}

enum lw_code lw_case_count_open(struct lw_db *db, lw_str owner, uint64_t *ret_count,
                                struct lw_error *err)
{
  static const char sql[] = "SELECT count(*) FROM cases WHERE owner = $1 AND state = 0";
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  bind_text(stmt, 1, owner);
  rc = lw_stmt_step(stmt, &is_row, err);
  if (rc == LW_OK) {
    *ret_count = is_row ? (uint64_t)lw_stmt_get_int(stmt, 0) : 0;
  }
  lw_stmt_reset(stmt);
  return rc;
}

/* --- the story --- */

static enum lw_code add_story(const struct lw_batch *batch, const struct lw_change *change,
                              lw_str id, const struct lw_case_link *link, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(batch->db, add_story_sql, &stmt, err);
  if (rc == LW_OK) {
    bind_text(stmt, 1, id);
    lw_stmt_int(stmt, 2, (int64_t)change->seq);
    lw_stmt_int(stmt, 3, batch->now);
    bind_text(stmt, 4, link->kind);
    bind_text(stmt, 5, change->actor);
    bind_text(stmt, 6, link->owner);
    bind_text(stmt, 7, link->before);
    bind_text(stmt, 8, link->department);
    bind_text(stmt, 9, link->note);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

enum lw_code lw_case_tell(struct lw_batch *batch, struct lw_change *change, enum lw_event event,
                          lw_str id, const struct lw_case_link *link, struct lw_buf *body,
                          struct lw_error *err)
{
  enum lw_code rc = body->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a journal entry")
                                 : lw_batch_append(batch, change, event, lw_buf_str(body), err);
  lw_buf_finish(body);
  return rc == LW_OK ? add_story(batch, change, id, link, err) : rc;
}

static void take_link(const struct lw_stmt *row, struct lw_arena *arena, struct lw_case_link *link)
{
  *link = (struct lw_case_link){.at = lw_stmt_get_int(row, 0),
                                .kind = copy(row, 1, arena),
                                .by = copy(row, 2, arena),
                                .owner = copy(row, 3, arena),
                                .before = copy(row, 4, arena),
                                .department = copy(row, 5, arena),
                                .note = copy(row, 6, arena)};
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
  bind_text(stmt, 1, id);
  lw_stmt_int(stmt, 2, most);
  while (count < most && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    count++;
    take_link(stmt, arena, &links[most - count]); /* the newest comes first, and stands last */
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
