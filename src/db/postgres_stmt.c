/* Statements of the PostgreSQL driver.
 *
 * A text of the program is kept by its address (kept.h) and prepared once in each connection, along
 * with its first use: that costs no round trip of its own. Parameters are declared as what is bound
 * then (BIGINT, TEXT, BYTEA; null: left to the server). Numbers go as digits, so that a place which
 * the server takes for another type of number fits, too; texts and blobs go as they stand, by
 * reference. Rows come in binary, all of one answer at once: they stay while other statements run.
 */
#include "db/postgres.h"

#include "base/bytes.h"
#include "base/check.h"
#include "base/num.h"

#include <stdio.h>
#include <stdlib.h>

/* Of pg_type, which no header of the client has. */
enum {
  OID_BOOL = 16,
  OID_BYTEA = 17,
  OID_INT8 = 20,
  OID_INT2 = 21,
  OID_INT4 = 23,
  OID_TEXT = 25,
  OID_NUMERIC = 1700
};
enum { PARAMETERS_MAX = 64, NAME_BYTES = 24, DIGITS_BYTES = 24 };

struct value {
  Oid type; /* 0: null, or nothing bound */
  const char *ptr;
  int len;
  int format; /* 1: as it stands */
  char digits[DIGITS_BYTES];
};

struct lw_pg_stmt {
  struct lw_stmt base;
  struct lw_pg *db;
  const char *sql;
  char *own_sql; /* of a text made at run time; else NULL */
  char name[NAME_BYTES];
  unsigned prepared; /* in which connection (lw_pg.made); 0: in none */
  uint64_t round;    /* the round trip (lw_pg.round) that prepared it */
  bool is_kept;
  bool is_bad; /* a bind that the statement can't take */
  struct lw_pg_stmt *next_asked;
  unsigned place; /* asked: of its command since the last mark; else 0 */
  PGresult *result;
  int row;
  int64_t changes;
  int count; /* of parameters */
  struct value values[];
};

static struct lw_pg_stmt *own(struct lw_stmt *stmt)
{
  return (struct lw_pg_stmt *)stmt;
}

static const struct lw_pg_stmt *own_const(const struct lw_stmt *stmt)
{
  return (const struct lw_pg_stmt *)stmt;
}

/* The greatest n of "$n" outside of quotes; -1: more than there may be. */
static int count_parameters(lw_str sql)
{
  int greatest = 0;
  bool quoted = false;
  for (size_t i = 0; i < sql.len; i++) {
    quoted = quoted != (sql.ptr[i] == '\'');
    int number = 0;
    for (size_t j = i + 1; !quoted && sql.ptr[i] == '$' && j < sql.len && sql.ptr[j] >= '0' &&
                           sql.ptr[j] <= '9' && number <= PARAMETERS_MAX;
         j++) {
      number = number * 10 + (sql.ptr[j] - '0');
    }
    greatest = number > greatest ? number : greatest;
  }
  return greatest <= PARAMETERS_MAX ? greatest : -1;
}

static void give_name(struct lw_pg_stmt *stmt)
{
  (void)snprintf(stmt->name, sizeof stmt->name, "s%llu", (unsigned long long)++stmt->db->named);
}

static enum lw_code make(struct lw_pg *db, lw_str sql, struct lw_pg_stmt **ret_stmt,
                         struct lw_error *err)
{
  int count = count_parameters(sql);
  if (count < 0) {
    return lw_fail(err, LW_INTERNAL, "more than %d parameters: %.*s", PARAMETERS_MAX, LW_FMT(sql));
  }
  struct lw_pg_stmt *stmt = calloc(1, sizeof *stmt + (size_t)count * sizeof stmt->values[0]);
  if (stmt == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "no memory for a statement");
  }
  stmt->base.driver = db->base.driver;
  stmt->db = db;
  stmt->count = count;
  give_name(stmt);
  *ret_stmt = stmt;
  return LW_OK;
}

void lw_pg_stmts_forget(struct lw_pg *db)
{
  for (size_t i = 0; i < db->kept.slots_count; i++) {
    struct lw_pg_stmt *stmt = own(db->kept.slots[i].stmt);
    if (stmt != NULL && stmt->prepared == db->made && stmt->round == db->round) {
      stmt->prepared = 0;
      give_name(stmt);
    }
  }
}

static void destroy(struct lw_stmt *base)
{
  struct lw_pg_stmt *stmt = own(base);
  PQclear(stmt->result);
  free(stmt->own_sql);
  free(stmt);
}

void lw_pg_stmts_finish(struct lw_pg *db)
{
  lw_kept_finish(&db->kept, destroy);
}

void lw_pg_stmt_destroy(struct lw_stmt *stmt)
{
  LW_ASSERT(!own(stmt)->is_kept);
  destroy(stmt);
}

/* Whose rows nobody wants any more. */
static void take_off(struct lw_pg *db, const struct lw_pg_stmt *stmt)
{
  struct lw_pg_stmt **at = &db->asked;
  while (*at != NULL && *at != stmt) {
    at = &(*at)->next_asked;
  }
  if (*at != NULL) {
    *at = stmt->next_asked;
    db->asked_end = stmt->next_asked == NULL ? at : db->asked_end;
  }
}

void lw_pg_reset(struct lw_stmt *base)
{
  struct lw_pg_stmt *stmt = own(base);
  if (stmt->place != 0) {
    take_off(stmt->db, stmt);
    stmt->place = 0;
  }
  PQclear(stmt->result);
  stmt->result = NULL;
  stmt->is_bad = false;
}

static void clear_values(struct lw_pg_stmt *stmt)
{
  for (int i = 0; i < stmt->count; i++) {
    stmt->values[i].type = 0;
    stmt->values[i].ptr = NULL;
  }
}

static enum lw_code keep(struct lw_pg *db, const char *sql, struct lw_pg_stmt **ret_stmt,
                         struct lw_error *err)
{
  if (!lw_kept_reserve(&db->kept)) {
    return lw_fail(err, LW_NO_MEMORY, "no memory for a statement");
  }
  enum lw_code rc = make(db, lw_str_c(sql), ret_stmt, err);
  if (rc == LW_OK) {
    (*ret_stmt)->sql = sql;
    (*ret_stmt)->is_kept = true;
    lw_kept_add(&db->kept, sql, &(*ret_stmt)->base);
  }
  return rc;
}

enum lw_code lw_pg_statement(struct lw_db *base, const char *sql, struct lw_stmt **ret_stmt,
                             struct lw_error *err)
{
  struct lw_pg *db = (struct lw_pg *)base;
  struct lw_pg_stmt *stmt = (struct lw_pg_stmt *)lw_kept_find(&db->kept, sql);
  if (stmt == NULL) {
    enum lw_code rc = keep(db, sql, &stmt, err);
    if (rc != LW_OK) {
      return rc;
    }
  }
  lw_pg_reset(&stmt->base);
  clear_values(stmt);
  *ret_stmt = &stmt->base;
  return LW_OK;
}

enum lw_code lw_pg_prepare(struct lw_db *base, lw_str sql, struct lw_stmt **ret_stmt,
                           struct lw_error *err)
{
  struct lw_pg_stmt *stmt = NULL;
  enum lw_code rc = make((struct lw_pg *)base, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  stmt->own_sql = strndup(sql.ptr, sql.len);
  stmt->sql = stmt->own_sql;
  stmt->name[0] = '\0'; /* the unnamed one: used once as a rule */
  if (stmt->sql == NULL) {
    destroy(&stmt->base);
    return lw_fail(err, LW_NO_MEMORY, "no memory for a statement");
  }
  *ret_stmt = &stmt->base;
  return LW_OK;
}

/* --- binding --- */

static void bind(struct lw_stmt *base, int index, Oid type, lw_str bytes, int format)
{
  struct lw_pg_stmt *stmt = own(base);
  if (index < 1 || index > stmt->count || bytes.len > INT32_MAX) {
    stmt->is_bad = true;
    return;
  }
  struct value *value = &stmt->values[index - 1];
  value->type = type;
  value->ptr = bytes.len != 0 ? bytes.ptr : ""; /* empty is not null */
  value->len = (int)bytes.len;
  value->format = format;
}

void lw_pg_bind_int(struct lw_stmt *stmt, int index, int64_t number)
{
  bind(stmt, index, OID_INT8, LW_STR("0"), 0);
  if (!own(stmt)->is_bad) {
    struct value *value = &own(stmt)->values[index - 1];
    value->len = snprintf(value->digits, sizeof value->digits, "%lld", (long long)number);
    value->ptr = value->digits;
  }
}

void lw_pg_bind_text(struct lw_stmt *stmt, int index, lw_str text)
{
  bind(stmt, index, OID_TEXT, text, 1); /* in binary: its length is told, it need not end in 0 */
}

void lw_pg_bind_blob(struct lw_stmt *stmt, int index, lw_str bytes)
{
  bind(stmt, index, OID_BYTEA, bytes, 1);
}

void lw_pg_bind_null(struct lw_stmt *stmt, int index)
{
  if (index < 1 || index > own(stmt)->count) {
    own(stmt)->is_bad = true;
    return;
  }
  own(stmt)->values[index - 1].type = 0;
  own(stmt)->values[index - 1].ptr = NULL;
}

/* --- running --- */

static bool send_prepare(struct lw_pg_stmt *stmt)
{
  Oid types[PARAMETERS_MAX];
  for (int i = 0; i < stmt->count; i++) {
    types[i] = stmt->values[i].type;
  }
  return PQsendPrepare(stmt->db->conn, stmt->name, stmt->sql, stmt->count, types) == 1;
}

static bool send_query(struct lw_pg_stmt *stmt)
{
  const char *values[PARAMETERS_MAX];
  int lengths[PARAMETERS_MAX];
  int formats[PARAMETERS_MAX];
  for (int i = 0; i < stmt->count; i++) {
    values[i] = stmt->values[i].ptr;
    lengths[i] = stmt->values[i].len;
    formats[i] = stmt->values[i].format;
  }
  return PQsendQueryPrepared(stmt->db->conn, stmt->name, stmt->count, values, lengths, formats,
                             1) == 1;
}

enum lw_code lw_pg_send(struct lw_stmt *base, struct lw_error *err)
{
  struct lw_pg_stmt *stmt = own(base);
  struct lw_pg *db = stmt->db;
  if (db->is_begun && (db->is_lost || db->conn == NULL)) {
    return lw_fail(err, LW_IO, "%s: the transaction is lost; nothing of it was recorded", db->name);
  }
  if (stmt->is_bad) {
    stmt->is_bad = false;
    return lw_fail(err, LW_INTERNAL, "a parameter that the statement lacks: %s", stmt->sql);
  }
  if (!db->is_begun && db->base.mode == LW_DB_READ) {
    lw_pg_drop_ended(db); /* a writer settles first what it has committed: begin in postgres.c */
  }
  enum lw_code rc = db->is_begun ? LW_OK : lw_pg_connect(db, err);
  if (rc != LW_OK) {
    return rc;
  }
  bool has_name = stmt->name[0] != '\0';
  bool is_new = !has_name || stmt->prepared != db->made;
  if ((is_new && !send_prepare(stmt)) || !send_query(stmt)) {
    return lw_pg_fail_lost(db, "use", err);
  }
  db->sent += is_new ? 2 : 1;
  stmt->round = is_new ? db->round : stmt->round;
  stmt->prepared = db->made;
  return LW_OK;
}

enum lw_code lw_pg_ask(struct lw_stmt *base, struct lw_error *err)
{
  struct lw_pg_stmt *stmt = own(base);
  struct lw_pg *db = stmt->db;
  enum lw_code rc = lw_pg_send(base, err);
  if (rc == LW_OK) {
    stmt->place = db->sent;
    stmt->next_asked = NULL;
    *(db->asked != NULL ? db->asked_end : &db->asked) = stmt;
    db->asked_end = &stmt->next_asked;
  }
  return rc;
}

bool lw_pg_give(struct lw_pg *db, unsigned place, PGresult *result)
{
  struct lw_pg_stmt *stmt = db->asked;
  if (stmt == NULL || stmt->place != place) {
    return false;
  }
  db->asked = stmt->next_asked;
  stmt->place = 0;
  stmt->result = result;
  stmt->row = -1;
  return true;
}

void lw_pg_forget_asked(struct lw_pg *db)
{
  for (; db->asked != NULL; db->asked = db->asked->next_asked) {
    db->asked->place = 0;
  }
}

static int64_t count_changes(PGresult *result)
{
  int64_t count = 0;
  bool is_query = strncmp(PQcmdStatus(result), "SELECT", 6) == 0;
  return !is_query && lw_int_read(lw_str_c(PQcmdTuples(result)), &count) ? count : 0;
}

static enum lw_code run(struct lw_pg_stmt *stmt, struct lw_error *err)
{
  if (stmt->place != 0) {
    enum lw_code waited = lw_pg_receive(stmt->db, NULL, err);
    if (waited != LW_OK || stmt->result != NULL) {
      return waited;
    }
  }
  enum lw_code rc = lw_pg_send(&stmt->base, err);
  if (rc == LW_OK) {
    rc = lw_pg_receive(stmt->db, &stmt->result, err);
  }
  if (rc != LW_OK) {
    return rc;
  }
  stmt->row = -1;
  stmt->changes = count_changes(stmt->result);
  return LW_OK;
}

enum lw_code lw_pg_step(struct lw_stmt *base, bool *ret_row, struct lw_error *err)
{
  struct lw_pg_stmt *stmt = own(base);
  enum lw_code rc = stmt->result != NULL ? LW_OK : run(stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  stmt->row++;
  *ret_row = stmt->row < PQntuples(stmt->result);
  if (!*ret_row) {
    lw_pg_reset(base);
  }
  return LW_OK;
}

int64_t lw_pg_changes(const struct lw_stmt *stmt)
{
  return own_const(stmt)->changes;
}

/* --- reading --- */

/* Sums of BIGINT come as NUMERIC: groups of four decimal digits, the first worth
 * 10000^weight (src/backend/utils/adt/numeric.c, numeric_send). Fractions and what is too large for
 * 64 bits do not come here. */
static int64_t read_numeric(const char *bytes)
{
  int groups = (int16_t)lw_get_be16(bytes);
  int weight = (int16_t)lw_get_be16(bytes + 2);
  bool negative = lw_get_be16(bytes + 4) == 0x4000;
  uint64_t sum = 0;
  for (int i = 0; i <= weight; i++) {
    sum = sum * 10000 + (i < groups ? lw_get_be16(bytes + 8 + (ptrdiff_t)2 * i) : 0);
  }
  return negative ? (int64_t)(0 - sum) : (int64_t)sum;
}

int64_t lw_pg_get_int(const struct lw_stmt *base, int column)
{
  const struct lw_pg_stmt *stmt = own_const(base);
  if (lw_pg_is_null(base, column)) {
    return 0;
  }
  const char *value = PQgetvalue(stmt->result, stmt->row, column);
  int64_t number = 0;
  switch (PQftype(stmt->result, column)) {
  case OID_INT8: return (int64_t)lw_get_be64(value);
  case OID_INT4: return (int32_t)lw_get_be32(value);
  case OID_INT2: return (int16_t)lw_get_be16(value);
  case OID_BOOL: return value[0] != 0;
  case OID_NUMERIC: return read_numeric(value);
  default: return lw_int_read(lw_str_c(value), &number) ? number : 0;
  }
}

static lw_str get_bytes(const struct lw_stmt *base, int column)
{
  const struct lw_pg_stmt *stmt = own_const(base);
  if (lw_pg_is_null(base, column)) {
    return LW_STR("");
  }
  return lw_str_from(PQgetvalue(stmt->result, stmt->row, column),
                     (size_t)PQgetlength(stmt->result, stmt->row, column));
}

lw_str lw_pg_get_text(const struct lw_stmt *stmt, int column)
{
  return get_bytes(stmt, column);
}

lw_str lw_pg_get_blob(const struct lw_stmt *stmt, int column)
{
  return get_bytes(stmt, column);
}

bool lw_pg_is_null(const struct lw_stmt *base, int column)
{
  const struct lw_pg_stmt *stmt = own_const(base);
  return stmt->result == NULL || stmt->row < 0 || stmt->row >= PQntuples(stmt->result) ||
         PQgetisnull(stmt->result, stmt->row, column) != 0;
}
