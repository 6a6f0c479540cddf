/* Statements of the SQLite driver.
 *
 * A text of the program is kept by its address (kept.h). It is compiled as PERSISTENT, that is
 * outside of the connection's small memory for passing statements. What is made at run time
 * (filters) is compiled each time and belongs to whoever asked.
 *
 * Values are bound by reference (SQLITE_STATIC): db.h lets them be borrowed until the statement
 * ends, and a journal segment is not copied once more. */
#include "db/sqlite.h"

#include "base/check.h"
#include "base/num.h"

#include <stdlib.h>

enum { PLACES_MAX = 32766 };

static struct lw_sqlite_stmt *own(struct lw_stmt *stmt)
{
  return (struct lw_sqlite_stmt *)stmt;
}

static const struct lw_sqlite_stmt *own_const(const struct lw_stmt *stmt)
{
  return (const struct lw_sqlite_stmt *)stmt;
}

/* The number in "$12", or 0. */
static int parameter_number(const char *name)
{
  int64_t number = 0;
  if (name == NULL || name[0] != '$' || !lw_int_read(lw_str_c(name + 1), &number) || number < 1 ||
      number > PLACES_MAX) {
    return 0;
  }
  return (int)number;
}

/* The greatest number of a parameter, or -1 when one is not a number. */
static int greatest_parameter(sqlite3_stmt *handle)
{
  int greatest = 0;
  for (int i = 1; i <= sqlite3_bind_parameter_count(handle); i++) {
    int number = parameter_number(sqlite3_bind_parameter_name(handle, i));
    if (number == 0) {
      return -1;
    }
    greatest = number > greatest ? number : greatest;
  }
  return greatest;
}

static struct lw_sqlite_stmt *wrap(struct lw_sqlite *db, sqlite3_stmt *handle, int greatest)
{
  size_t count = (size_t)greatest + 1;
  struct lw_sqlite_stmt *stmt = calloc(1, sizeof *stmt + count * sizeof stmt->places[0]);
  if (stmt == NULL) {
    return NULL;
  }
  stmt->base.driver = db->base.driver;
  stmt->db = db;
  stmt->handle = handle;
  stmt->places_count = greatest + 1;
  for (int i = 1; i <= sqlite3_bind_parameter_count(handle); i++) {
    stmt->places[parameter_number(sqlite3_bind_parameter_name(handle, i))] = i;
  }
  return stmt;
}

static bool is_blank(const char *from, const char *end)
{
  return lw_str_trim(lw_str_from(from, (size_t)(end - from))).len == 0;
}

static enum lw_code compile(struct lw_sqlite *db, lw_str sql, unsigned flags,
                            struct lw_sqlite_stmt **ret_stmt, struct lw_error *err)
{
  sqlite3_stmt *handle = NULL;
  const char *tail = NULL;
  if (sql.len > INT32_MAX) {
    return lw_fail(err, LW_LIMIT, "a statement of %zu bytes", sql.len);
  }
  int rc = sqlite3_prepare_v3(db->handle, sql.ptr, (int)sql.len, flags, &handle, &tail);
  if (rc != SQLITE_OK) {
    return lw_sqlite_fail(db, rc, "prepare a statement for", err);
  }
  int greatest = greatest_parameter(handle);
  if (handle == NULL || greatest < 0 || !is_blank(tail, sql.ptr + sql.len)) {
    sqlite3_finalize(handle);
    return lw_fail(err, LW_INTERNAL, "not one statement with parameters $1, $2 ...: %.*s",
                   LW_FMT(sql));
  }
  struct lw_sqlite_stmt *stmt = wrap(db, handle, greatest);
  if (stmt == NULL) {
    sqlite3_finalize(handle);
    return lw_fail(err, LW_NO_MEMORY, "no memory for a statement");
  }
  *ret_stmt = stmt;
  return LW_OK;
}

static enum lw_code keep(struct lw_sqlite *db, const char *sql, struct lw_sqlite_stmt **ret_stmt,
                         struct lw_error *err)
{
  if (!lw_kept_reserve(&db->kept)) {
    return lw_fail(err, LW_NO_MEMORY, "no memory for a statement");
  }
  struct lw_sqlite_stmt *stmt = NULL;
  enum lw_code rc = compile(db, lw_str_c(sql), SQLITE_PREPARE_PERSISTENT, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  stmt->is_kept = true;
  lw_kept_add(&db->kept, sql, &stmt->base);
  *ret_stmt = stmt;
  return LW_OK;
}

enum lw_code lw_sqlite_statement(struct lw_db *base, const char *sql, struct lw_stmt **ret_stmt,
                                 struct lw_error *err)
{
  struct lw_sqlite *db = (struct lw_sqlite *)base;
  struct lw_sqlite_stmt *stmt = (struct lw_sqlite_stmt *)lw_kept_find(&db->kept, sql);
  if (stmt == NULL) {
    enum lw_code rc = keep(db, sql, &stmt, err);
    if (rc != LW_OK) {
      return rc;
    }
  } else {
    /* A text that is not static: the same address, another statement. */
    LW_ASSERT_SLOW(strcmp(sqlite3_sql(stmt->handle), sql) == 0);
    lw_sqlite_reset(&stmt->base);
    sqlite3_clear_bindings(stmt->handle);
  }
  *ret_stmt = &stmt->base;
  return LW_OK;
}

enum lw_code lw_sqlite_prepare(struct lw_db *db, lw_str sql, struct lw_stmt **ret_stmt,
                               struct lw_error *err)
{
  struct lw_sqlite_stmt *stmt = NULL;
  enum lw_code rc = compile((struct lw_sqlite *)db, sql, 0, &stmt, err);
  if (rc == LW_OK) {
    *ret_stmt = &stmt->base;
  }
  return rc;
}

static void note_open(struct lw_sqlite_stmt *stmt, bool is_open)
{
  stmt->db->open_count += is_open;
  stmt->db->open_count -= stmt->is_open;
  stmt->is_open = is_open;
}

static void destroy(struct lw_sqlite_stmt *stmt)
{
  note_open(stmt, false);
  sqlite3_finalize(stmt->handle);
  free(stmt);
}

void lw_sqlite_stmt_destroy(struct lw_stmt *stmt)
{
  LW_ASSERT(!own(stmt)->is_kept);
  destroy(own(stmt));
}

/* No statement may hold a snapshot open past its transaction. Hardly one ever does: none is looked
 * at then. */
void lw_sqlite_stmts_reset(struct lw_sqlite *db)
{
  if (db->open_count == 0) {
    return;
  }
  for (sqlite3_stmt *handle = sqlite3_next_stmt(db->handle, NULL); handle != NULL;
       handle = sqlite3_next_stmt(db->handle, handle)) {
    if (sqlite3_stmt_busy(handle)) {
      sqlite3_reset(handle);
    }
  }
}

static void destroy_kept(struct lw_stmt *stmt)
{
  destroy(own(stmt));
}

void lw_sqlite_stmts_finish(struct lw_sqlite *db)
{
  lw_kept_finish(&db->kept, destroy_kept);
}

/* SQLite's index of $index; 0, which no bind accepts, when there is none. */
static int place_of(const struct lw_sqlite_stmt *stmt, int index)
{
  return index > 0 && index < stmt->places_count ? stmt->places[index] : 0;
}

static void note_bind(struct lw_sqlite_stmt *stmt, int rc)
{
  if (LW_UNLIKELY(rc != SQLITE_OK) && stmt->bind_rc == SQLITE_OK) {
    stmt->bind_rc = rc;
  }
}

void lw_sqlite_bind_int(struct lw_stmt *stmt, int index, int64_t value)
{
  note_bind(own(stmt), sqlite3_bind_int64(own(stmt)->handle, place_of(own(stmt), index), value));
}

/* Empty is not null: a pointer always stands for it. */
void lw_sqlite_bind_text(struct lw_stmt *stmt, int index, lw_str value)
{
  const char *ptr = value.len != 0 ? value.ptr : "";
  note_bind(own(stmt), sqlite3_bind_text64(own(stmt)->handle, place_of(own(stmt), index), ptr,
                                           value.len, SQLITE_STATIC, SQLITE_UTF8));
}

void lw_sqlite_bind_blob(struct lw_stmt *stmt, int index, lw_str bytes)
{
  const char *ptr = bytes.len != 0 ? bytes.ptr : "";
  note_bind(own(stmt), sqlite3_bind_blob64(own(stmt)->handle, place_of(own(stmt), index), ptr,
                                           bytes.len, SQLITE_STATIC));
}

void lw_sqlite_bind_null(struct lw_stmt *stmt, int index)
{
  note_bind(own(stmt), sqlite3_bind_null(own(stmt)->handle, place_of(own(stmt), index)));
}

static LW_COLD enum lw_code fail_bind(struct lw_sqlite_stmt *stmt, struct lw_error *err)
{
  int rc = stmt->bind_rc;
  stmt->bind_rc = SQLITE_OK;
  const char *sql = sqlite3_sql(stmt->handle);
  switch (rc) {
  case SQLITE_NOMEM: return lw_fail(err, LW_NO_MEMORY, "no memory for a value of a statement");
  case SQLITE_TOOBIG:
    return lw_fail(err, LW_LIMIT, "a value is larger than the database takes (%d bytes)",
                   sqlite3_limit(stmt->db->handle, SQLITE_LIMIT_LENGTH, -1));
  default: return lw_fail(err, LW_INTERNAL, "a parameter that the statement lacks: %s", sql);
  }
}

/* After SQLite has rolled back by itself, a statement would be a transaction of its own: half of
 * what was meant would be recorded. */
static LW_COLD enum lw_code fail_lost(struct lw_sqlite *db, struct lw_error *err)
{
  db->is_lost = true;
  return lw_fail(err, LW_IO, "%s: the transaction is lost; nothing of it was recorded", db->name);
}

enum lw_code lw_sqlite_step(struct lw_stmt *base, bool *ret_row, struct lw_error *err)
{
  struct lw_sqlite_stmt *stmt = own(base);
  struct lw_sqlite *db = stmt->db;
  if (LW_UNLIKELY(db->is_begun && (db->is_lost || sqlite3_get_autocommit(db->handle) != 0))) {
    return fail_lost(db, err);
  }
  if (LW_UNLIKELY(stmt->bind_rc != SQLITE_OK)) {
    return fail_bind(stmt, err);
  }
  int rc = sqlite3_step(stmt->handle);
  note_open(stmt, rc == SQLITE_ROW);
  if (rc == SQLITE_ROW) {
    *ret_row = true;
    return LW_OK;
  }
  if (LW_UNLIKELY(rc != SQLITE_DONE)) {
    enum lw_code code = lw_sqlite_fail(db, rc, "use", err);
    sqlite3_reset(stmt->handle);
    return code;
  }
  stmt->changes = sqlite3_stmt_readonly(stmt->handle) ? 0 : sqlite3_changes64(db->handle);
  sqlite3_reset(stmt->handle);
  *ret_row = false;
  return LW_OK;
}

void lw_sqlite_reset(struct lw_stmt *stmt)
{
  own(stmt)->bind_rc = SQLITE_OK;
  note_open(own(stmt), false);
  sqlite3_reset(own(stmt)->handle); /* repeats the fault of the last step, which was told then */
}

int64_t lw_sqlite_changes(const struct lw_stmt *stmt)
{
  return own_const(stmt)->changes;
}

int64_t lw_sqlite_get_int(const struct lw_stmt *stmt, int column)
{
  return sqlite3_column_int64(own_const(stmt)->handle, column);
}

lw_str lw_sqlite_get_text(const struct lw_stmt *stmt, int column)
{
  sqlite3_stmt *handle = own_const(stmt)->handle;
  const unsigned char *text = sqlite3_column_text(handle, column); /* before its length is asked */
  return lw_str_from((const char *)text, (size_t)sqlite3_column_bytes(handle, column));
}

lw_str lw_sqlite_get_blob(const struct lw_stmt *stmt, int column)
{
  sqlite3_stmt *handle = own_const(stmt)->handle;
  const void *bytes = sqlite3_column_blob(handle, column);
  return lw_str_from(bytes, (size_t)sqlite3_column_bytes(handle, column));
}

bool lw_sqlite_is_null(const struct lw_stmt *stmt, int column)
{
  return sqlite3_column_type(own_const(stmt)->handle, column) == SQLITE_NULL;
}
