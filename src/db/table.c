/* Tables as a whole. What tables and columns there are is asked of the database itself, so that no
 * list of them has to be kept in step with migrations. A column's type is the one that it was
 * declared with, by which PostgreSQL and SQLite agree on three: numbers, texts, bytes.
 *
 * From PostgreSQL rows come through a cursor, some at a time: an answer is held in memory as a
 * whole. To PostgreSQL they go without waiting, some at a time as well, as what was sent and not
 * answered is held in memory, too. */
#include "db/table.h"

#include "base/bytes.h"
#include "base/table.h"

#include <stdio.h>
#include <string.h>

enum { ROWS_AT_ONCE = 100, NUMBER_BYTES = 8 };

static const char sqlite_tables[] =
    "SELECT m.name, p.name, CASE p.type WHEN 'BLOB' THEN 2 WHEN 'TEXT' THEN 1 ELSE 0 END"
    " FROM sqlite_master m JOIN pragma_table_info(m.name) p"
    " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name <> 'migration'"
    " AND m.name NOT IN (SELECT l.name FROM pragma_table_list l WHERE l.type IN ('virtual', "
    "'shadow'))"
    " ORDER BY m.rowid, p.cid";
/* 17 and 25: bytea and text (pg_type); a domain counts as what it is made of. */
static const char postgres_tables[] =
    "SELECT c.relname::text, a.attname::text, CASE coalesce(nullif(t.typbasetype, 0), "
    "t.oid)::bigint"
    " WHEN 17 THEN 2 WHEN 25 THEN 1 ELSE 0 END FROM pg_class c"
    " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
    " JOIN pg_type t ON t.oid = a.atttypid"
    " WHERE c.relnamespace = current_schema()::text::regnamespace AND c.relkind IN ('r', 'p') AND "
    "NOT c.relispartition"
    " AND c.relname NOT IN ('migration', 'writer_turn', 'writer_done')"
    " AND NOT EXISTS (SELECT 1 FROM pg_attribute w WHERE w.attrelid = c.oid AND w.atttypid = "
    "'tsvector'::regtype) ORDER BY c.oid, a.attnum";
static const char wait_sql[] = "SELECT 1";

/* --- texts of statements --- */

static void add_columns(const struct lw_db_table *table, struct lw_buf *out)
{
  for (int i = 0; i < table->n_columns; i++) {
    lw_buf_printf(out, "%s\"%.*s\"", i != 0 ? ", " : "", LW_FMT(table->columns[i]));
  }
}

static void add_select(const struct lw_db_table *table, struct lw_buf *out)
{
  LW_BUF_LIT(out, "SELECT ");
  add_columns(table, out);
  lw_buf_printf(out, " FROM \"%.*s\"", LW_FMT(table->name));
}

static void add_insert(const struct lw_db_table *table, struct lw_buf *out)
{
  lw_buf_printf(out, "INSERT INTO \"%.*s\" (", LW_FMT(table->name));
  add_columns(table, out);
  LW_BUF_LIT(out, ") VALUES (");
  for (int i = 0; i < table->n_columns; i++) {
    lw_buf_printf(out, "%s$%d", i != 0 ? ", " : "", i + 1);
  }
  LW_BUF_LIT(out, ")");
}

/* The text lives as long as the arena, so that the driver may keep its statement by it. */
static enum lw_code make_insert(struct lw_arena *arena, struct lw_db_table *table,
                                struct lw_error *err)
{
  struct lw_buf sql = {0};
  add_insert(table, &sql);
  lw_buf_add_char(&sql, '\0');
  table->insert = sql.failed ? NULL : lw_str_copy(arena, lw_buf_str(&sql)).ptr;
  lw_buf_finish(&sql);
  return table->insert != NULL ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory for tables");
}

/* --- which there are --- */

static enum lw_code add_column(const struct lw_stmt *row, struct lw_arena *arena,
                               struct lw_db_table *table, struct lw_error *err)
{
  if (table->n_columns == LW_DB_COLUMNS_MAX) {
    return lw_fail(err, LW_LIMIT, "table %.*s has more columns than %d", LW_FMT(table->name),
                   LW_DB_COLUMNS_MAX);
  }
  lw_str name = lw_str_copy(arena, lw_stmt_get_text(row, 1));
  table->columns[table->n_columns] = name;
  table->types[table->n_columns++] = (enum lw_db_type)lw_stmt_get_int(row, 2);
  return name.ptr != NULL ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory for tables");
}

enum lw_code lw_db_tables(struct lw_db *db, struct lw_arena *arena, struct lw_db_table **ret_tables,
                          size_t *ret_count, struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  struct lw_db_table *tables = NULL;
  size_t capacity = 0;
  size_t count = 0;
  bool is_row = false;
  const char *sql = lw_db_kind(db) == LW_DB_POSTGRES ? postgres_tables : sqlite_tables;
  enum lw_code rc = lw_db_statement(db, sql, &row, err);
  if (rc != LW_OK) {
    return rc;
  }
  while ((rc = lw_stmt_step(row, &is_row, err)) == LW_OK && is_row) {
    if (count == 0 || !lw_str_equal(tables[count - 1].name, lw_stmt_get_text(row, 0))) {
      tables = lw_arena_grow(arena, tables, count, &capacity, count + 1, sizeof *tables,
                             _Alignof(struct lw_db_table));
      if (tables == NULL) {
        rc = lw_fail(err, LW_NO_MEMORY, "out of memory for tables");
        break;
      }
      tables[count++] = (struct lw_db_table){.name = lw_str_copy(arena, lw_stmt_get_text(row, 0))};
    }
    rc = add_column(row, arena, &tables[count - 1], err);
    if (rc != LW_OK) {
      break;
    }
  }
  lw_stmt_reset(row);
  for (size_t i = 0; rc == LW_OK && i < count; i++) {
    rc = make_insert(arena, &tables[i], err);
  }
  *ret_tables = tables;
  *ret_count = count;
  return rc;
}

enum lw_code lw_db_table_rows(struct lw_db *db, const struct lw_db_table *table, int64_t *ret_rows,
                              struct lw_error *err)
{
  struct lw_buf sql = {0};
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  lw_buf_printf(&sql, "SELECT count(*) FROM \"%.*s\"", LW_FMT(table->name));
  enum lw_code rc = lw_db_prepare(db, lw_buf_str(&sql), &stmt, err);
  rc = rc == LW_OK ? lw_stmt_step(stmt, &is_row, err) : rc;
  *ret_rows = rc == LW_OK && is_row ? lw_stmt_get_int(stmt, 0) : 0;
  lw_stmt_destroy(stmt);
  lw_buf_finish(&sql);
  return rc;
}

/* --- rows --- */

/* The statement that gives the rows; *ret_again: it is to be run until it gives none. */
static enum lw_code start_reading(struct lw_db *db, const struct lw_db_table *table,
                                  struct lw_stmt **ret_rows, bool *ret_again, struct lw_error *err)
{
  struct lw_buf sql = {0};
  enum lw_code rc = LW_OK;
  *ret_again = lw_db_kind(db) == LW_DB_POSTGRES;
  if (*ret_again) {
    LW_BUF_LIT(&sql, "DECLARE moving NO SCROLL CURSOR FOR ");
    add_select(table, &sql);
    lw_buf_add_char(&sql, '\0');
    rc = sql.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : lw_db_exec(db, sql.ptr, err);
    lw_buf_reset(&sql);
    lw_buf_printf(&sql, "FETCH %d FROM moving", ROWS_AT_ONCE);
  } else {
    add_select(table, &sql);
  }
  rc = rc == LW_OK && sql.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
  rc = rc == LW_OK ? lw_db_prepare(db, lw_buf_str(&sql), ret_rows, err) : rc;
  lw_buf_finish(&sql);
  return rc;
}

static void add_number(uint64_t number, struct lw_buf *out)
{
  char *place = lw_buf_reserve(out, NUMBER_BYTES);
  if (place != NULL) {
    lw_put_le64(place, number);
    out->len += NUMBER_BYTES;
  }
}

/* A value, told apart from all others whatever stands beside it. */
static void add_value(const struct lw_stmt *row, int column, enum lw_db_type type,
                      struct lw_buf *out)
{
  bool is_null = lw_stmt_is_null(row, column);
  lw_buf_add_char(out, is_null ? 'n' : (char)('0' + (int)type));
  if (is_null) {
    return;
  }
  if (type == LW_DB_INT) {
    add_number((uint64_t)lw_stmt_get_int(row, column), out);
    return;
  }
  lw_str bytes = type == LW_DB_TEXT ? lw_stmt_get_text(row, column) : lw_stmt_get_blob(row, column);
  add_number(bytes.len, out);
  lw_buf_add(out, bytes);
}

static void bind_value(const struct lw_stmt *row, int column, enum lw_db_type type,
                       struct lw_stmt *insert)
{
  if (lw_stmt_is_null(row, column)) {
    lw_stmt_null(insert, column + 1);
  } else if (type == LW_DB_INT) {
    lw_stmt_int(insert, column + 1, lw_stmt_get_int(row, column));
  } else if (type == LW_DB_TEXT) {
    lw_stmt_text(insert, column + 1, lw_stmt_get_text(row, column));
  } else {
    lw_stmt_blob(insert, column + 1, lw_stmt_get_blob(row, column));
  }
}

struct copying {
  struct lw_db *to;
  const struct lw_db_table *table;
  struct lw_buf row;
  struct lw_db_sum sum;
  void (*step)(void *user);
  void *user;
};

static enum lw_code take_row(struct copying *copying, const struct lw_stmt *row,
                             struct lw_error *err)
{
  const struct lw_db_table *table = copying->table;
  struct lw_stmt *insert = NULL;
  lw_buf_reset(&copying->row);
  for (int i = 0; i < table->n_columns; i++) {
    add_value(row, i, table->types[i], &copying->row);
  }
  if (copying->row.failed) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  copying->sum.digest += lw_table_hash(lw_buf_str(&copying->row));
  copying->sum.rows++;
  if (copying->step != NULL) {
    copying->step(copying->user);
  }
  if (copying->to == NULL) {
    return LW_OK;
  }
  enum lw_code rc = lw_db_statement(copying->to, table->insert, &insert, err);
  for (int i = 0; rc == LW_OK && i < table->n_columns; i++) {
    bind_value(row, i, table->types[i], insert);
  }
  rc = rc == LW_OK ? lw_stmt_send(insert, err) : rc;
  int64_t one = 0;
  bool waits = rc == LW_OK && copying->sum.rows % ROWS_AT_ONCE == 0;
  return waits ? lw_db_get_int(copying->to, wait_sql, &one, err) : rc;
}

static enum lw_code take_rows(struct copying *copying, struct lw_stmt *rows, bool again,
                              struct lw_error *err)
{
  bool is_row = false;
  uint64_t before = 0;
  enum lw_code rc = LW_OK;
  do {
    before = copying->sum.rows;
    while ((rc = lw_stmt_step(rows, &is_row, err)) == LW_OK && is_row) {
      rc = take_row(copying, rows, err);
      if (rc != LW_OK) {
        return rc;
      }
    }
  } while (rc == LW_OK && again && copying->sum.rows != before);
  return rc;
}

/* What migrations put there. */
static enum lw_code empty(struct lw_db *to, const struct lw_db_table *table, struct lw_error *err)
{
  struct lw_buf sql = {0};
  lw_buf_printf(&sql, "DELETE FROM \"%.*s\"", LW_FMT(table->name));
  lw_buf_add_char(&sql, '\0');
  enum lw_code rc =
      sql.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : lw_db_exec(to, sql.ptr, err);
  lw_buf_finish(&sql);
  return rc;
}

static enum lw_code end_reading(struct lw_db *from, struct lw_db *to, bool again,
                                struct lw_error *err)
{
  int64_t one = 0;
  enum lw_code rc = again ? lw_db_exec(from, "CLOSE moving", err) : LW_OK;
  return rc == LW_OK && to != NULL ? lw_db_get_int(to, wait_sql, &one, err) : rc;
}

enum lw_code lw_db_table_copy(struct lw_db *from, struct lw_db *to, const struct lw_db_table *table,
                              void (*step)(void *user), void *user, struct lw_db_sum *ret_sum,
                              struct lw_error *err)
{
  struct copying copying = {.to = to, .table = table, .step = step, .user = user};
  struct lw_stmt *rows = NULL;
  bool again = false;
  enum lw_code rc = to != NULL ? empty(to, table, err) : LW_OK;
  rc = rc == LW_OK ? start_reading(from, table, &rows, &again, err) : rc;
  rc = rc == LW_OK ? take_rows(&copying, rows, again, err) : rc;
  lw_stmt_destroy(rows);
  rc = rc == LW_OK ? end_reading(from, to, again, err) : rc;
  if (rc != LW_OK && err != NULL) {
    char text[sizeof err->text];
    (void)snprintf(text, sizeof text, "table %.*s: %.*s", LW_FMT(table->name),
                   (int)(sizeof text / 2), err->text);
    memcpy(err->text, text, sizeof text);
  }
  lw_buf_finish(&copying.row);
  *ret_sum = copying.sum;
  return rc;
}
