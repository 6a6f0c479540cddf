/* One row a suggestion, as its id says what it is about: whoever puts it aside again moves its
 * moment. */
#include "engine/suggestion.h"

#include "data/json.h"
#include "engine/inside.h"

static const char sql_list[] =
    "SELECT id, reason, asks, who, at FROM policy_dismissal ORDER BY at DESC, id LIMIT 256";
static const char sql_put[] =
    "INSERT INTO policy_dismissal (id, reason, asks, who, at) VALUES ($1, $2, $3, $4, $5) ON "
    "CONFLICT (id) DO UPDATE SET reason = excluded.reason, asks = excluded.asks, who = "
    "excluded.who, at = excluded.at";
_Static_assert(LW_DISMISSALS_MAX == 256, "what sql_list gives");

enum lw_code lw_dismissal_list(struct lw_db *db, struct lw_arena *arena,
                               struct lw_dismissal **ret_items, uint32_t *ret_count,
                               struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  uint32_t count = 0;
  struct lw_dismissal *items = LW_NEW_ARRAY(arena, struct lw_dismissal, LW_DISMISSALS_MAX);
  if (items == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  enum lw_code rc = lw_db_statement(db, sql_list, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  while (count < LW_DISMISSALS_MAX && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    items[count++] = (struct lw_dismissal){.id = lw_str_copy(arena, lw_stmt_get_text(stmt, 0)),
                                           .reason = lw_str_copy(arena, lw_stmt_get_text(stmt, 1)),
                                           .asks = (uint64_t)lw_stmt_get_int(stmt, 2),
                                           .who = lw_str_copy(arena, lw_stmt_get_text(stmt, 3)),
                                           .at = lw_stmt_get_int(stmt, 4)};
  }
  lw_stmt_reset(stmt);
  *ret_items = items;
  *ret_count = count;
  return rc == LW_OK && arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
}

static enum lw_code append(struct lw_batch *batch, struct lw_change *change,
                           const struct lw_dismissal *dismissal, struct lw_error *err)
{
  struct lw_buf body = {0};
  LW_BUF_LIT(&body, "{\"suggestion\":");
  lw_json_add_string(&body, dismissal->id);
  LW_BUF_LIT(&body, ",\"asks\":");
  lw_buf_add_uint(&body, dismissal->asks);
  lw_buf_add_char(&body, '}');
  return lw_batch_append_body(batch, change, LW_EVENT_POLICY_SUGGESTION_DISMISSED, &body, err);
}

enum lw_code lw_dismissal_apply(struct lw_batch *batch, struct lw_change *change,
                                struct lw_error *err)
{
  const struct lw_dismissal *dismissal = change->user;
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(batch->db, sql_put, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, dismissal->id);
  lw_stmt_text(stmt, 2, dismissal->reason.ptr != NULL ? dismissal->reason : LW_STR(""));
  lw_stmt_int(stmt, 3, (int64_t)dismissal->asks);
  lw_stmt_text(stmt, 4, change->actor);
  lw_stmt_int(stmt, 5, batch->now);
  rc = lw_stmt_run(stmt, err);
  if (rc == LW_OK) {
    rc = append(batch, change, dismissal, err);
  }
  change->status = 200;
  return rc;
}
