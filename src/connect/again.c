/* What was sent, looked at once more, and sent once more: one delivery, or all of an endpoint that
 * did not arrive. A body is not kept: it is made of the journal's entry, as the sender makes it, so
 * texts that were erased since are gone from it too. */
#include "connect/store.h"

#include "connect/payload.h"
#include "data/json.h"

/* --- looking --- */

static enum lw_code write_body(struct lw_db *db, const struct lw_delivery_row *row, bool texts,
                               const struct lw_delivery_look *look, struct lw_buf *body,
                               struct lw_error *err)
{
  struct lw_entry_view entry;
  const struct lw_payload_options options = {db, look->reader, look->arena, texts, look->words};
  if (row->seq == 0) {
    lw_payload_write_test(row->endpoint, row->at, body);
    return LW_OK;
  }
  enum lw_code rc = lw_journal_read(db, row->seq, look->arena, &entry, err);
  return rc == LW_OK ? lw_payload_write(&options, &entry, body, err) : rc;
}

static void add_body(struct lw_buf *out, const struct lw_buf *body)
{
  if (!out->failed) {
    out->len--; /* the delivery's last brace */
    LW_BUF_LIT(out, ",\"payload\":");
    lw_json_add_string(out, lw_buf_str(body));
    LW_BUF_LIT(out, "}");
  }
  out->failed |= body->failed;
}

enum lw_code lw_delivery_look(struct lw_db *db, const struct lw_delivery_look *look,
                              struct lw_buf *out, struct lw_error *err)
{
  struct lw_delivery_row row = {.seq = 0};
  struct lw_endpoint_row endpoint;
  struct lw_buf body = {0};
  enum lw_delivery_state state = LW_DELIVERY_WAITING;
  int attempts = 0;
  enum lw_code rc = lw_delivery_get(db, look->id, look->arena, &row, &state, &attempts, err);
  if (rc == LW_NOT_FOUND || (rc == LW_OK && !lw_str_equal(row.endpoint, look->endpoint))) {
    return lw_fail(err, LW_NOT_FOUND, "this webhook has no such delivery");
  }
  rc = rc == LW_OK ? lw_endpoint_get(db, look->endpoint, look->arena, &endpoint, err) : rc;
  rc = rc == LW_OK ? write_body(db, &row, endpoint.texts, look, &body, err) : rc;
  rc = rc == LW_OK ? lw_delivery_print(db, look->id, out, err) : rc;
  if (rc == LW_OK) {
    add_body(out, &body);
  }
  lw_buf_finish(&body);
  return rc;
}

/* --- one more time --- */

static enum lw_code reopen(struct lw_db *db, const struct lw_delivery_row *row, lw_usec now,
                           struct lw_error *err)
{
  static const char sql[] = "UPDATE delivery SET state = 0, attempts = 0, due_at = $2,"
                            " keep_until = NULL WHERE id = $1";
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, row->id);
  lw_stmt_int(stmt, 2, now);
  rc = lw_stmt_run(stmt, err);
  if (rc == LW_OK && lw_str_equal(row->lane, row->endpoint)) {
    rc = lw_endpoint_count(db, row->endpoint, 1, NULL, err);
  }
  return rc;
}

enum lw_code lw_delivery_resend_apply(struct lw_batch *batch, struct lw_change *change,
                                      struct lw_error *err)
{
  const lw_str *id = change->user;
  struct lw_delivery_row row;
  enum lw_delivery_state state = LW_DELIVERY_WAITING;
  int attempts = 0;
  enum lw_code rc = lw_delivery_get(batch->db, *id, change->arena, &row, &state, &attempts, err);
  if (rc == LW_OK && state != LW_DELIVERY_FAILED) {
    rc = lw_fail(err, LW_CONFLICT, "the delivery %s",
                 state == LW_DELIVERY_WAITING ? "is on its way already" : "has arrived");
  }
  if (rc == LW_OK) {
    rc = reopen(batch->db, &row, batch->now, err);
  }
  if (rc == LW_OK) {
    rc = lw_delivery_print(batch->db, row.id, &change->answer, err);
    lw_change_status(change, 200);
  }
  return rc;
}

/* --- all of an endpoint --- */

/* Runs a statement over the endpoint, now and the most that one call does. */
static enum lw_code run_bounded(struct lw_batch *batch, const char *sql, lw_str endpoint,
                                int64_t *ret_count, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(batch->db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, endpoint);
  lw_stmt_int(stmt, 2, batch->now);
  lw_stmt_int(stmt, 3, LW_RESENT_AT_ONCE_MAX);
  rc = lw_stmt_run(stmt, err);
  if (rc == LW_OK) {
    *ret_count = lw_stmt_changes(stmt);
  }
  return rc;
}

enum lw_code lw_deliveries_resend_apply(struct lw_batch *batch, struct lw_change *change,
                                        struct lw_error *err)
{
  static const char reopen_sql[] =
      "UPDATE delivery SET state = 0, attempts = 0, due_at = $2, keep_until = NULL WHERE id IN"
      " (SELECT id FROM delivery WHERE endpoint = $1 AND lane = $1 AND state = 2"
      " ORDER BY id LIMIT $3)";
  static const char hurry_sql[] = "UPDATE delivery SET due_at = $2 WHERE id IN (SELECT id FROM"
                                  " delivery WHERE lane = $1 AND due_at > $2 LIMIT $3)";
  const lw_str *id = change->user;
  struct lw_endpoint_row endpoint;
  int64_t reopened = 0;
  int64_t hurried = 0;
  enum lw_code rc = lw_endpoint_get(batch->db, *id, change->arena, &endpoint, err);
  if (rc == LW_OK && !endpoint.active) {
    (void)lw_fail(err, LW_CONFLICT, "the webhook is switched off");
    lw_error_hint(err, "switch it on; what waits goes on by itself");
    return LW_CONFLICT;
  }
  rc = rc == LW_OK ? run_bounded(batch, hurry_sql, *id, &hurried, err) : rc;
  rc = rc == LW_OK ? run_bounded(batch, reopen_sql, *id, &reopened, err) : rc;
  rc = rc == LW_OK ? lw_endpoint_count(batch->db, *id, reopened, NULL, err) : rc;
  if (rc == LW_OK) {
    lw_buf_printf(&change->answer, "{\"again\":%lld}", (long long)(reopened + hurried));
    lw_change_status(change, 200);
  }
  return rc;
}
