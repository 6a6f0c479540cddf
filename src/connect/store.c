/* Tables of connect. A waiting delivery has a due time, a finished one a time until which it is
 * kept; each has an index over those rows alone, so that the log's length costs nobody. `since` of
 * an endpoint, and the one place of the follower, make each entry a delivery once.
 *
 * Secrets stand here in the clear: whoever signs needs them. docs/decisions/webhook-secrets.md. */
#include "connect/store.h"

#include "data/json.h"
#include "data/member.h"

#include <stdio.h>

static const char tables[] =
    "CREATE TABLE endpoint ("
    " id TEXT NOT NULL PRIMARY KEY,"
    " url TEXT NOT NULL,"
    " name TEXT NOT NULL,"
    " kinds TEXT NOT NULL,"
    " texts BIGINT NOT NULL,"
    " active BIGINT NOT NULL,"
    " secret TEXT NOT NULL,"
    " old_secret TEXT NOT NULL,"
    " old_until BIGINT NOT NULL,"
    " since BIGINT NOT NULL,"
    " made_at BIGINT NOT NULL,"
    " made_by TEXT NOT NULL,"
    " failing_since BIGINT NOT NULL,"
    " why TEXT NOT NULL,"
    " waiting BIGINT NOT NULL,"
    " removed BIGINT NOT NULL);"
    "CREATE TABLE delivery ("
    " id TEXT NOT NULL PRIMARY KEY,"
    " lane TEXT NOT NULL,"
    " endpoint TEXT NOT NULL,"
    " person TEXT NOT NULL,"
    " about TEXT NOT NULL,"
    " seq BIGINT NOT NULL,"
    " kind TEXT NOT NULL,"
    " at BIGINT NOT NULL,"
    " made_at BIGINT NOT NULL,"
    " state BIGINT NOT NULL,"
    " attempts BIGINT NOT NULL,"
    " due_at BIGINT,"
    " last_at BIGINT,"
    " last_status BIGINT NOT NULL,"
    " last_error TEXT NOT NULL,"
    " keep_until BIGINT);"
    "CREATE INDEX delivery_due ON delivery (lane, due_at) WHERE due_at IS NOT NULL;"
    "CREATE INDEX delivery_log ON delivery (endpoint, id);"
    "CREATE INDEX delivery_old ON delivery (keep_until) WHERE keep_until IS NOT NULL;"
    /* One mail a person, approval and kind. */
    "CREATE UNIQUE INDEX delivery_once ON delivery (person, about, kind) WHERE lane = 'mail';"
    "CREATE TABLE follower ("
    " name TEXT NOT NULL PRIMARY KEY,"
    " seq BIGINT NOT NULL);";

const struct lw_migration lw_connect_migrations[] = {
    {"connect 1: endpoints, deliveries, the place in the journal", tables},
};
const size_t lw_connect_migrations_count =
    sizeof(lw_connect_migrations) / sizeof(lw_connect_migrations[0]);

enum { PRUNE_ROWS = 500, PAGE = 50, PAGE_MAX = 500 };

lw_str lw_delivery_state_name(enum lw_delivery_state state)
{
  switch (state) {
  case LW_DELIVERY_WAITING: return LW_STR("waiting");
  case LW_DELIVERY_DELIVERED: return LW_STR("delivered");
  case LW_DELIVERY_FAILED: return LW_STR("failed");
  }
  return LW_STR("");
}

/* --- endpoints --- */

#define ENDPOINT_COLUMNS                                                                           \
  "id, url, name, kinds, texts, active, secret, old_secret, old_until, since, made_at, made_by, "  \
  "failing_since, why, waiting"

static bool read_endpoint(const struct lw_stmt *stmt, struct lw_arena *arena,
                          struct lw_endpoint_row *row)
{
  row->id = lw_str_copy(arena, lw_stmt_get_text(stmt, 0));
  row->url = lw_str_copy(arena, lw_stmt_get_text(stmt, 1));
  row->name = lw_str_copy(arena, lw_stmt_get_text(stmt, 2));
  row->kinds = lw_str_copy(arena, lw_stmt_get_text(stmt, 3));
  row->texts = lw_stmt_get_int(stmt, 4) != 0;
  row->active = lw_stmt_get_int(stmt, 5) != 0;
  row->secret = lw_str_copy(arena, lw_stmt_get_text(stmt, 6));
  row->old_secret = lw_str_copy(arena, lw_stmt_get_text(stmt, 7));
  row->old_until = lw_stmt_get_int(stmt, 8);
  row->since = (uint64_t)lw_stmt_get_int(stmt, 9);
  row->made_at = lw_stmt_get_int(stmt, 10);
  row->made_by = lw_str_copy(arena, lw_stmt_get_text(stmt, 11));
  row->failing_since = lw_stmt_get_int(stmt, 12);
  row->why = lw_str_copy(arena, lw_stmt_get_text(stmt, 13));
  row->waiting = lw_stmt_get_int(stmt, 14);
  return !arena->failed;
}

enum lw_code lw_endpoint_rows(struct lw_db *db, struct lw_arena *arena,
                              const struct lw_endpoint_row **ret_rows, uint32_t *ret_count,
                              struct lw_error *err)
{
  static const char sql[] =
      "SELECT " ENDPOINT_COLUMNS " FROM endpoint WHERE removed = 0 ORDER BY id DESC LIMIT 1000";
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  struct lw_endpoint_row *rows = NULL;
  size_t capacity = 0;
  uint32_t count = 0;
  bool is_row = false;
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    rows = lw_arena_grow(arena, rows, count, &capacity, (size_t)count + 1, sizeof(*rows),
                         _Alignof(struct lw_endpoint_row));
    if (rows == NULL || !read_endpoint(stmt, arena, &rows[count])) {
      rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
      break;
    }
    count++;
  }
  lw_stmt_reset(stmt);
  if (rc == LW_OK) {
    *ret_rows = rows;
    *ret_count = count;
  }
  return rc;
}

enum lw_code lw_endpoint_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                             struct lw_endpoint_row *ret_row, struct lw_error *err)
{
  static const char sql[] =
      "SELECT " ENDPOINT_COLUMNS " FROM endpoint WHERE id = $1 AND removed = 0";
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_find(db, sql, id, &row, err);
  if (rc == LW_NOT_FOUND) {
    return lw_fail(err, rc, "there is no webhook %.*s", LW_FMT(lw_str_slice(id, 0, 64)));
  }
  if (rc == LW_OK) {
    bool read = read_endpoint(row, arena, ret_row);
    lw_stmt_reset(row);
    rc = read ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  return rc;
}

enum lw_code lw_endpoint_write(struct lw_db *db, const struct lw_endpoint_row *row,
                               struct lw_error *err)
{
  static const char sql[] =
      "INSERT INTO endpoint (" ENDPOINT_COLUMNS ", removed)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0)"
      " ON CONFLICT (id) DO UPDATE SET url = excluded.url, name = excluded.name,"
      " kinds = excluded.kinds, texts = excluded.texts, active = excluded.active,"
      " secret = excluded.secret, old_secret = excluded.old_secret,"
      " old_until = excluded.old_until, since = excluded.since,"
      " failing_since = excluded.failing_since, why = excluded.why";
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, row->id);
  lw_stmt_text(stmt, 2, row->url);
  lw_stmt_text(stmt, 3, row->name);
  lw_stmt_text(stmt, 4, row->kinds);
  lw_stmt_int(stmt, 5, row->texts);
  lw_stmt_int(stmt, 6, row->active);
  lw_stmt_text(stmt, 7, row->secret);
  lw_stmt_text(stmt, 8, row->old_secret);
  lw_stmt_int(stmt, 9, row->old_until);
  lw_stmt_int(stmt, 10, (int64_t)row->since);
  lw_stmt_int(stmt, 11, row->made_at);
  lw_stmt_text(stmt, 12, row->made_by);
  lw_stmt_int(stmt, 13, row->failing_since);
  lw_stmt_text(stmt, 14, row->why);
  lw_stmt_int(stmt, 15, row->waiting);
  return lw_stmt_run(stmt, err);
}

enum lw_code lw_endpoint_remove(struct lw_db *db, lw_str id, struct lw_error *err)
{
  return lw_db_run(db,
                   "UPDATE endpoint SET removed = 1, active = 0, secret = '', old_secret = '' "
                   "WHERE id = $1",
                   &id, 1, err);
}

enum lw_code lw_endpoint_switch_off(struct lw_db *db, lw_str id, lw_str why, struct lw_error *err)
{
  const lw_str texts[] = {id, why};
  return lw_db_run(db, "UPDATE endpoint SET active = 0, why = $2 WHERE id = $1", texts, 2, err);
}

enum lw_code lw_endpoint_count(struct lw_db *db, lw_str id, int64_t more, bool *ret_there,
                               struct lw_error *err)
{
  static const char up[] = "UPDATE endpoint SET waiting = waiting + $2"
                           " WHERE id = $1 AND active = 1 AND removed = 0";
  static const char down[] = "UPDATE endpoint SET waiting = waiting + $2 WHERE id = $1";
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, more > 0 ? up : down, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, id);
  lw_stmt_int(stmt, 2, more);
  rc = lw_stmt_run(stmt, err);
  if (rc == LW_OK && ret_there != NULL) {
    *ret_there = lw_stmt_changes(stmt) != 0;
  }
  return rc;
}

enum lw_code lw_endpoint_note(struct lw_db *db, lw_str id, bool arrived, lw_usec now,
                              struct lw_error *err)
{
  static const char fails[] =
      "UPDATE endpoint SET failing_since = $2 WHERE id = $1 AND failing_since = 0";
  static const char works[] =
      "UPDATE endpoint SET failing_since = 0 WHERE id = $1 AND failing_since <> 0";
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, arrived ? works : fails, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, id);
  if (!arrived) {
    lw_stmt_int(stmt, 2, now);
  }
  return lw_stmt_run(stmt, err);
}

/* --- deliveries --- */

enum lw_code lw_delivery_insert(struct lw_db *db, const struct lw_delivery_row *row, lw_usec now,
                                struct lw_error *err)
{
  static const char sql[] =
      "INSERT INTO delivery (id, lane, endpoint, person, about, seq, kind, at, made_at, state,"
      " attempts, due_at, last_status, last_error)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, $9, 0, '') ON CONFLICT DO NOTHING";
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, row->id);
  lw_stmt_text(stmt, 2, row->lane);
  lw_stmt_text(stmt, 3, row->endpoint);
  lw_stmt_text(stmt, 4, row->person);
  lw_stmt_text(stmt, 5, row->about);
  lw_stmt_int(stmt, 6, (int64_t)row->seq);
  lw_stmt_text(stmt, 7, row->kind);
  lw_stmt_int(stmt, 8, row->at);
  lw_stmt_int(stmt, 9, now);
  return lw_stmt_run(stmt, err);
}

#define DELIVERY_COLUMNS "id, lane, endpoint, person, about, seq, kind, at, due_at"

static bool read_delivery(const struct lw_stmt *stmt, struct lw_arena *arena,
                          struct lw_delivery_row *row)
{
  row->id = lw_str_copy(arena, lw_stmt_get_text(stmt, 0));
  row->lane = lw_str_copy(arena, lw_stmt_get_text(stmt, 1));
  row->endpoint = lw_str_copy(arena, lw_stmt_get_text(stmt, 2));
  row->person = lw_str_copy(arena, lw_stmt_get_text(stmt, 3));
  row->about = lw_str_copy(arena, lw_stmt_get_text(stmt, 4));
  row->seq = (uint64_t)lw_stmt_get_int(stmt, 5);
  row->kind = lw_str_copy(arena, lw_stmt_get_text(stmt, 6));
  row->at = lw_stmt_get_int(stmt, 7);
  row->due_at = lw_stmt_get_int(stmt, 8);
  return !arena->failed;
}

enum lw_code lw_delivery_due(struct lw_db *db, lw_str lane, uint32_t most, struct lw_arena *arena,
                             struct lw_delivery_row *place, uint32_t *ret_count,
                             struct lw_error *err)
{
  static const char sql[] = "SELECT " DELIVERY_COLUMNS " FROM delivery"
                            " WHERE lane = $1 AND due_at IS NOT NULL ORDER BY due_at LIMIT $2";
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, lane);
  lw_stmt_int(stmt, 2, most);
  uint32_t count = 0;
  bool is_row = false;
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row && count < most) {
    if (!read_delivery(stmt, arena, &place[count++])) {
      rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
      break;
    }
  }
  lw_stmt_reset(stmt);
  if (rc == LW_OK) {
    *ret_count = count;
  }
  return rc;
}

enum lw_code lw_delivery_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                             struct lw_delivery_row *ret_row, enum lw_delivery_state *ret_state,
                             int *ret_attempts, struct lw_error *err)
{
  static const char sql[] =
      "SELECT " DELIVERY_COLUMNS ", state, attempts FROM delivery WHERE id = $1";
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_find(db, sql, id, &row, err);
  if (rc == LW_NOT_FOUND) {
    return lw_fail(err, rc, "there is no delivery %.*s", LW_FMT(lw_str_slice(id, 0, 64)));
  }
  if (rc == LW_OK) {
    bool read = read_delivery(row, arena, ret_row);
    *ret_state = (enum lw_delivery_state)lw_stmt_get_int(row, 9);
    *ret_attempts = (int)lw_stmt_get_int(row, 10);
    lw_stmt_reset(row);
    rc = read ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  return rc;
}

enum lw_code lw_delivery_record(struct lw_db *db, lw_str id, const struct lw_delivery_end *end,
                                lw_usec now, struct lw_error *err)
{
  static const char sql[] =
      "UPDATE delivery SET state = $2, attempts = attempts + 1, due_at = $3, last_at = $4,"
      " last_status = $5, last_error = $6, keep_until = $7 WHERE id = $1";
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, id);
  lw_stmt_int(stmt, 2, (int64_t)end->state);
  if (end->state == LW_DELIVERY_WAITING) {
    lw_stmt_int(stmt, 3, end->due_at);
    lw_stmt_null(stmt, 7);
  } else {
    bool good = end->state == LW_DELIVERY_DELIVERED;
    lw_stmt_null(stmt, 3);
    lw_stmt_int(stmt, 7, now + (good ? LW_DELIVERED_KEPT_USEC : LW_FAILED_KEPT_USEC));
  }
  lw_stmt_int(stmt, 4, now);
  lw_stmt_int(stmt, 5, end->status);
  lw_stmt_text(stmt, 6, lw_str_c(end->error));
  return lw_stmt_run(stmt, err);
}

enum lw_code lw_delivery_prune(struct lw_db *db, lw_usec now, int64_t *ret_count,
                               struct lw_error *err)
{
  static const char old[] = "DELETE FROM delivery WHERE id IN (SELECT id FROM delivery"
                            " WHERE keep_until IS NOT NULL AND keep_until < $1 LIMIT $2)";
  static const char orphans[] =
      "DELETE FROM delivery WHERE id IN (SELECT delivery.id FROM delivery JOIN endpoint"
      " ON delivery.endpoint = endpoint.id WHERE endpoint.removed = 1 LIMIT $1)";
  static const char empty[] =
      "DELETE FROM endpoint WHERE removed = 1"
      " AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.endpoint = endpoint.id)";
  struct lw_stmt *stmt = NULL;
  int64_t count = 0;
  enum lw_code rc = lw_db_statement(db, old, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_int(stmt, 1, now);
    lw_stmt_int(stmt, 2, PRUNE_ROWS);
    rc = lw_stmt_run(stmt, err);
  }
  if (rc == LW_OK) {
    count += lw_stmt_changes(stmt);
    rc = lw_db_statement(db, orphans, &stmt, err);
  }
  if (rc == LW_OK) {
    lw_stmt_int(stmt, 1, PRUNE_ROWS);
    rc = lw_stmt_run(stmt, err);
  }
  if (rc == LW_OK) {
    count += lw_stmt_changes(stmt);
    rc = lw_db_statement(db, empty, &stmt, err);
  }
  if (rc == LW_OK) {
    rc = lw_stmt_run(stmt, err);
  }
  if (rc == LW_OK) {
    *ret_count = count;
  }
  return rc;
}

/* --- the place in the journal --- */

enum lw_code lw_follower_get(struct lw_db *db, bool *ret_found, uint64_t *ret_seq,
                             struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  enum lw_code rc =
      lw_db_find(db, "SELECT seq FROM follower WHERE name = $1", LW_STR("connect"), &row, err);
  *ret_found = rc == LW_OK;
  *ret_seq = rc == LW_OK ? (uint64_t)lw_stmt_get_int(row, 0) : 0;
  if (rc == LW_OK) {
    lw_stmt_reset(row);
  }
  return rc == LW_NOT_FOUND ? LW_OK : rc;
}

enum lw_code lw_follower_set(struct lw_db *db, uint64_t seq, struct lw_error *err)
{
  static const char sql[] = "INSERT INTO follower (name, seq) VALUES ('connect', $1)"
                            " ON CONFLICT (name) DO UPDATE SET seq = excluded.seq";
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, (int64_t)seq);
  return lw_stmt_run(stmt, err);
}

/* --- the log --- */

#define LOG_COLUMNS                                                                                \
  "id, kind, seq, at, state, attempts, due_at, last_status, last_error, person, last_at"

static void print_row(const struct lw_stmt *stmt, struct lw_buf *out)
{
  enum lw_delivery_state state = (enum lw_delivery_state)lw_stmt_get_int(stmt, 4);
  LW_BUF_LIT(out, "{\"id\":");
  lw_json_add_string(out, lw_stmt_get_text(stmt, 0));
  LW_BUF_LIT(out, ",\"kind\":");
  lw_json_add_string(out, lw_stmt_get_text(stmt, 1));
  if (lw_stmt_get_int(stmt, 2) != 0) {
    lw_buf_printf(out, ",\"seq\":%lld", (long long)lw_stmt_get_int(stmt, 2));
  }
  lw_member_time(out, "at", lw_stmt_get_int(stmt, 3));
  LW_BUF_LIT(out, ",\"state\":");
  lw_json_add_string(out, lw_delivery_state_name(state));
  lw_buf_printf(out, ",\"attempts\":%lld", (long long)lw_stmt_get_int(stmt, 5));
  if (state == LW_DELIVERY_WAITING) {
    lw_member_time(out, "next", lw_stmt_get_int(stmt, 6));
  }
  if (lw_stmt_get_int(stmt, 7) != 0) {
    lw_buf_printf(out, ",\"status\":%lld", (long long)lw_stmt_get_int(stmt, 7));
  }
  if (lw_stmt_get_text(stmt, 8).len != 0) {
    LW_BUF_LIT(out, ",\"error\":");
    lw_json_add_string(out, lw_stmt_get_text(stmt, 8));
  }
  if (lw_stmt_get_text(stmt, 9).len != 0) {
    LW_BUF_LIT(out, ",\"person\":");
    lw_json_add_string(out, lw_stmt_get_text(stmt, 9));
  }
  LW_BUF_LIT(out, "}");
}

static enum lw_code state_of(lw_str name, int64_t *ret_state, struct lw_error *err)
{
  *ret_state = -1;
  for (int i = LW_DELIVERY_WAITING; i <= (int)LW_DELIVERY_FAILED; i++) {
    if (lw_str_equal(name, lw_delivery_state_name((enum lw_delivery_state)i))) {
      *ret_state = i;
    }
  }
  if (name.len != 0 && *ret_state < 0) {
    return lw_fail(err, LW_INVALID, "a delivery is waiting, delivered or failed");
  }
  return LW_OK;
}

static enum lw_code check_endpoint(struct lw_db *db, lw_str id, struct lw_error *err)
{
  if (id.len == 0 || lw_str_equal(id, LW_LANE_MAIL)) {
    return LW_OK;
  }
  struct lw_arena arena;
  struct lw_endpoint_row row;
  lw_arena_init(&arena, NULL, 0);
  enum lw_code rc = lw_endpoint_get(db, id, &arena, &row, err);
  lw_arena_finish(&arena);
  return rc;
}

/* Prints up to limit rows; one more than that says that there is a next page. */
static enum lw_code print_rows(struct lw_stmt *stmt, uint32_t limit, struct lw_buf *out,
                               struct lw_error *err)
{
  char last[LW_ID_TEXT_BYTES_MAX];
  size_t last_len = 0;
  uint32_t count = 0;
  bool is_row = false;
  enum lw_code rc;
  LW_BUF_LIT(out, "{\"items\":[");
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row && count < limit) {
    lw_str id = lw_stmt_get_text(stmt, 0);
    lw_buf_add_c(out, count == 0 ? "" : ",");
    print_row(stmt, out);
    last_len = id.len < sizeof(last) ? id.len : sizeof(last);
    memcpy(last, id.ptr, last_len);
    count++;
  }
  LW_BUF_LIT(out, "]");
  if (rc == LW_OK && is_row) {
    LW_BUF_LIT(out, ",\"next\":");
    lw_json_add_string(out, lw_str_from(last, last_len));
  }
  LW_BUF_LIT(out, "}");
  lw_stmt_reset(stmt);
  return rc == LW_OK && out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
}

enum lw_code lw_deliveries_print(struct lw_db *db, const struct lw_delivery_filter *filter,
                                 struct lw_buf *out, struct lw_error *err)
{
  static const char all[] = "SELECT " LOG_COLUMNS " FROM delivery WHERE ($1 = '' OR endpoint = $1)"
                            " AND ($2 = '' OR id < $2) AND ($3 < 0 OR state = $3)"
                            " ORDER BY id DESC LIMIT $4";
  static const char of_one[] = "SELECT " LOG_COLUMNS " FROM delivery WHERE endpoint = $1"
                               " AND ($2 = '' OR id < $2) AND ($3 < 0 OR state = $3)"
                               " ORDER BY id DESC LIMIT $4";
  uint32_t limit = filter->limit == 0 ? PAGE : filter->limit;
  limit = limit < PAGE_MAX ? limit : PAGE_MAX;
  int64_t state = -1;
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = state_of(filter->state, &state, err);
  if (rc == LW_OK) {
    rc = check_endpoint(db, filter->endpoint, err);
  }
  if (rc == LW_OK) {
    rc = lw_db_statement(db, filter->endpoint.len != 0 ? of_one : all, &stmt, err);
  }
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, filter->endpoint.len != 0 ? filter->endpoint : LW_STR(""));
  lw_stmt_text(stmt, 2, filter->after.len != 0 ? filter->after : LW_STR(""));
  lw_stmt_int(stmt, 3, state);
  lw_stmt_int(stmt, 4, (int64_t)limit + 1);
  return print_rows(stmt, limit, out, err);
}

enum lw_code lw_delivery_print(struct lw_db *db, lw_str id, struct lw_buf *out,
                               struct lw_error *err)
{
  static const char sql[] = "SELECT " LOG_COLUMNS " FROM delivery WHERE id = $1";
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_find(db, sql, id, &row, err);
  if (rc == LW_OK) {
    print_row(row, out);
    lw_stmt_reset(row);
  }
  return rc == LW_NOT_FOUND ? LW_OK : rc;
}
