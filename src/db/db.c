/* The database: which driver a URL means, and what is the same for all drivers: migrations and
 * questions of one number. The rest goes straight to the driver (driver.h).
 *
 * Migrations. The table `migration` holds a row a step done. A step and its row are one
 * transaction, begun for writing before it is looked whether the step is due, so that two programs
 * that start at once do it once. Steps are known by their names, so that each folder's list can
 * grow by itself. A row that this program's list does not have means that the file is a newer
 * program's: nothing is touched then. */
#include "db/driver.h"

#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

bool lw_db_is_elsewhere(const char *url)
{
  lw_str text = lw_str_c(url);
  return lw_str_starts(text, LW_STR("postgres://")) || lw_str_starts(text, LW_STR("postgresql://"));
}

/* A password stands between the first colon and the last "@" before the path, or behind the "?". */
void lw_db_show_url(const char *url, char *ret_text, size_t size_bytes)
{
  lw_str text = lw_str_c(url);
  if (!lw_db_is_elsewhere(url)) {
    (void)snprintf(ret_text, size_bytes, "%s", url);
    return;
  }
  text = lw_str_slice(text, lw_str_find(text, LW_STR("://"), 0) + 3, SIZE_MAX);
  size_t at = SIZE_MAX;
  for (size_t i = 0; i < text.len && text.ptr[i] != '?'; i++) {
    at = text.ptr[i] == '@' ? i : at;
  }
  lw_str user = at != SIZE_MAX ? lw_str_slice(text, 0, at) : LW_STR("");
  lw_str rest = at != SIZE_MAX ? lw_str_slice(text, at, SIZE_MAX) : text;
  user = lw_str_slice(user, 0, lw_str_find(user, LW_STR(":"), 0));
  rest = lw_str_slice(rest, 0, lw_str_find(rest, LW_STR("?"), 0));
  (void)snprintf(ret_text, size_bytes, "postgres://%.*s%.*s", LW_FMT(user), LW_FMT(rest));
}

enum lw_code lw_db_open(const struct lw_db_options *options, struct lw_db **ret_db,
                        struct lw_error *err)
{
  lw_str url = lw_str_c(options->url);
  if (url.len == 0) {
    return lw_fail(err, LW_USAGE, "the database has no name");
  }
  if (lw_db_is_elsewhere(options->url)) {
    return lw_db_open_postgres(options, ret_db, err);
  }
  return lw_db_open_sqlite(options, ret_db, err);
}

void lw_db_close(struct lw_db *db)
{
  if (db != NULL) {
    db->driver->close(db);
  }
}

enum lw_db_kind lw_db_kind(const struct lw_db *db)
{
  return db->driver->kind;
}

enum lw_db_mode lw_db_mode(const struct lw_db *db)
{
  return db->mode;
}

enum lw_code lw_db_changed(struct lw_db *db, enum lw_db_news *ret_news, struct lw_error *err)
{
  return db->driver->changed(db, ret_news, err);
}

enum lw_code lw_db_begin(struct lw_db *db, struct lw_error *err)
{
  return db->driver->begin(db, err);
}

enum lw_code lw_db_begin_asking(struct lw_db *db,
                                enum lw_code (*ask)(void *user, struct lw_error *err), void *user,
                                struct lw_error *err)
{
  if (db->driver->begin_asking != NULL) {
    return db->driver->begin_asking(db, ask, user, err);
  }
  enum lw_code rc = lw_db_begin(db, err);
  if (rc == LW_OK && ask(user, err) != LW_OK) {
    lw_db_rollback(db);
    return err->code;
  }
  return rc;
}

enum lw_code lw_db_commit(struct lw_db *db, struct lw_error *err)
{
  return db->driver->commit(db, err);
}

void lw_db_rollback(struct lw_db *db)
{
  db->driver->rollback(db);
}

enum lw_code lw_db_flush(struct lw_db *db, struct lw_error *err)
{
  return db->driver->flush(db, err);
}

enum lw_code lw_db_secure(struct lw_db *db, bool *ret_there, struct lw_error *err)
{
  return db->driver->secure(db, ret_there, err);
}

enum lw_code lw_db_statement(struct lw_db *db, const char *sql, struct lw_stmt **ret_stmt,
                             struct lw_error *err)
{
  return db->driver->statement(db, sql, ret_stmt, err);
}

enum lw_code lw_db_prepare(struct lw_db *db, lw_str sql, struct lw_stmt **ret_stmt,
                           struct lw_error *err)
{
  return db->driver->prepare(db, sql, ret_stmt, err);
}

enum lw_code lw_db_exec(struct lw_db *db, const char *sql, struct lw_error *err)
{
  return db->driver->exec(db, sql, err);
}

enum lw_code lw_db_backup(struct lw_db *db, const char *path,
                          void (*progress)(void *user, uint64_t done, uint64_t total), void *user,
                          struct lw_error *err)
{
  struct lw_db_copy copy = {.path = path, .progress = progress, .user = user};
  return db->driver->backup(db, &copy, err);
}

enum lw_code lw_db_checkpoint(struct lw_db *db, bool truncate, uint64_t *ret_log_pages,
                              struct lw_error *err)
{
  return db->driver->checkpoint(db, truncate, ret_log_pages, err);
}

enum lw_code lw_db_lead(struct lw_db *db, const char *matter, bool *ret_leads, struct lw_error *err)
{
  *ret_leads = db->driver->lead == NULL;
  return db->driver->lead != NULL ? db->driver->lead(db, matter, ret_leads, err) : LW_OK;
}

enum lw_code lw_db_tell(struct lw_db *db, struct lw_error *err)
{
  return db->driver->tell != NULL ? db->driver->tell(db, err) : LW_OK;
}

enum lw_code lw_db_hear(struct lw_db *db, uint32_t msec, bool *ret_heard, struct lw_error *err)
{
  *ret_heard = false;
  return db->driver->hear != NULL ? db->driver->hear(db, msec, ret_heard, err) : LW_OK;
}

void lw_stmt_destroy(struct lw_stmt *stmt)
{
  if (stmt != NULL) {
    stmt->driver->stmt_destroy(stmt);
  }
}

void lw_stmt_int(struct lw_stmt *stmt, int index, int64_t value)
{
  stmt->driver->bind_int(stmt, index, value);
}

void lw_stmt_text(struct lw_stmt *stmt, int index, lw_str value)
{
  stmt->driver->bind_text(stmt, index, value);
}

void lw_stmt_blob(struct lw_stmt *stmt, int index, lw_str bytes)
{
  stmt->driver->bind_blob(stmt, index, bytes);
}

void lw_stmt_null(struct lw_stmt *stmt, int index)
{
  stmt->driver->bind_null(stmt, index);
}

void lw_stmt_int_or_null(struct lw_stmt *stmt, int index, bool has, int64_t value)
{
  if (has) {
    lw_stmt_int(stmt, index, value);
  } else {
    lw_stmt_null(stmt, index);
  }
}

void lw_stmt_text_or_null(struct lw_stmt *stmt, int index, lw_str value)
{
  if (value.len == 0) {
    lw_stmt_null(stmt, index);
  } else {
    lw_stmt_text(stmt, index, value);
  }
}

enum lw_code lw_stmt_step(struct lw_stmt *stmt, bool *ret_row, struct lw_error *err)
{
  return stmt->driver->step(stmt, ret_row, err);
}

enum lw_code lw_stmt_run(struct lw_stmt *stmt, struct lw_error *err)
{
  bool is_row = true;
  enum lw_code rc = LW_OK;
  while (rc == LW_OK && is_row) {
    rc = lw_stmt_step(stmt, &is_row, err);
  }
  return rc;
}

enum lw_code lw_stmt_send(struct lw_stmt *stmt, struct lw_error *err)
{
  return stmt->driver->send != NULL ? stmt->driver->send(stmt, err) : lw_stmt_run(stmt, err);
}

enum lw_code lw_stmt_ask(struct lw_stmt *stmt, struct lw_error *err)
{
  return stmt->driver->ask != NULL ? stmt->driver->ask(stmt, err) : LW_OK;
}

void lw_stmt_reset(struct lw_stmt *stmt)
{
  stmt->driver->reset(stmt);
}

int64_t lw_stmt_changes(const struct lw_stmt *stmt)
{
  return stmt->driver->changes(stmt);
}

int64_t lw_stmt_get_int(const struct lw_stmt *stmt, int column)
{
  return stmt->driver->get_int(stmt, column);
}

lw_str lw_stmt_get_text(const struct lw_stmt *stmt, int column)
{
  return stmt->driver->get_text(stmt, column);
}

lw_str lw_stmt_get_blob(const struct lw_stmt *stmt, int column)
{
  return stmt->driver->get_blob(stmt, column);
}

bool lw_stmt_is_null(const struct lw_stmt *stmt, int column)
{
  return stmt->driver->is_null(stmt, column);
}

enum lw_code lw_db_overwrite(struct lw_db *db, struct lw_error *err)
{
  return lw_db_kind(db) == LW_DB_SQLITE ? lw_db_exec(db, "PRAGMA secure_delete = ON", err) : LW_OK;
}

enum lw_code lw_stmt_row(struct lw_stmt *stmt, struct lw_error *err)
{
  bool is_row = false;
  enum lw_code rc = lw_stmt_step(stmt, &is_row, err);
  rc = rc == LW_OK && !is_row ? LW_NOT_FOUND : rc;
  if (rc != LW_OK) {
    lw_stmt_reset(stmt);
  }
  return rc;
}

enum lw_code lw_stmt_number(struct lw_stmt *stmt, int64_t *ret_value, struct lw_error *err)
{
  enum lw_code rc = lw_stmt_row(stmt, err);
  if (rc == LW_OK) {
    *ret_value = lw_stmt_get_int(stmt, 0);
    lw_stmt_reset(stmt);
  } else if (rc == LW_NOT_FOUND) {
    *ret_value = 0;
    rc = LW_OK;
  }
  return rc;
}

enum lw_code lw_db_get_int(struct lw_db *db, const char *sql, int64_t *ret_value,
                           struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  return rc == LW_OK ? lw_stmt_number(stmt, ret_value, err) : rc;
}

static enum lw_code bound(struct lw_db *db, const char *sql, const lw_str *texts, size_t count,
                          struct lw_stmt **ret_stmt, struct lw_error *err)
{
  enum lw_code rc = lw_db_statement(db, sql, ret_stmt, err);
  for (size_t i = 0; rc == LW_OK && i < count; i++) {
    lw_stmt_text_or_empty(*ret_stmt, (int)i + 1, texts[i]);
  }
  return rc;
}

enum lw_code lw_db_row(struct lw_db *db, const char *sql, const lw_str *texts, size_t count,
                       struct lw_stmt **ret_row, struct lw_error *err)
{
  enum lw_code rc = bound(db, sql, texts, count, ret_row, err);
  return rc == LW_OK ? lw_stmt_row(*ret_row, err) : rc;
}

enum lw_code lw_db_find(struct lw_db *db, const char *sql, lw_str key, struct lw_stmt **ret_row,
                        struct lw_error *err)
{
  return lw_db_row(db, sql, &key, 1, ret_row, err);
}

enum lw_code lw_db_has(struct lw_db *db, const char *sql, const lw_str *texts, size_t count,
                       bool *ret_has, struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_row(db, sql, texts, count, &row, err);
  *ret_has = rc == LW_OK;
  if (rc == LW_OK) {
    lw_stmt_reset(row);
  }
  return rc == LW_NOT_FOUND ? LW_OK : rc;
}

enum lw_code lw_db_number(struct lw_db *db, const char *sql, const lw_str *texts, size_t count,
                          int64_t *ret_value, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = bound(db, sql, texts, count, &stmt, err);
  return rc == LW_OK ? lw_stmt_number(stmt, ret_value, err) : rc;
}

enum lw_code lw_db_run(struct lw_db *db, const char *sql, const lw_str *texts, size_t count,
                       struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = bound(db, sql, texts, count, &stmt, err);
  return rc == LW_OK ? lw_stmt_run(stmt, err) : rc;
}

enum { STEPS_MAX = 256 };

static const char create_sql[] =
    "CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, step INTEGER NOT NULL, "
    "version TEXT NOT NULL)";
static const char list_sql[] = "SELECT name, version FROM migration ORDER BY step";
static const char find_sql[] = "SELECT 1 FROM migration WHERE name = $1";
static const char insert_sql[] = "INSERT INTO migration (name, step, version) SELECT $1, "
                                 "coalesce(max(step), 0) + 1, $2 FROM migration";

/* Which of the program's steps the database has had. */
struct done {
  bool of[STEPS_MAX];
  size_t count;
};

static enum lw_code refuse_stranger(const struct lw_stmt *row, struct lw_error *err)
{
  lw_str name = lw_stmt_get_text(row, 0);
  lw_str version = lw_stmt_get_text(row, 1);
  enum lw_code rc = lw_fail(err, LW_INVALID,
                            "the database was changed by Leeway %.*s (step %.*s), which this "
                            "program, %s, does not know",
                            LW_FMT(version), LW_FMT(name), LW_VERSION);
  lw_error_hint(err, "use Leeway %.*s or newer, or restore a backup from before it was brought up",
                LW_FMT(version));
  return rc;
}

static size_t find_step(const struct lw_migration *steps, size_t count, lw_str name)
{
  size_t at = 0;
  while (at < count && !lw_str_equal(lw_str_c(steps[at].name), name)) {
    at++;
  }
  return at;
}

static enum lw_code read_done(struct lw_db *db, const struct lw_migration *steps, size_t count,
                              struct done *done, struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_statement(db, list_sql, &row, err);
  if (rc != LW_OK) {
    return rc;
  }
  bool is_row = false;
  while ((rc = lw_stmt_step(row, &is_row, err)) == LW_OK && is_row) {
    size_t at = find_step(steps, count, lw_stmt_get_text(row, 0));
    if (at == count) {
      rc = refuse_stranger(row, err);
      break;
    }
    done->of[at] = true;
    done->count++;
  }
  lw_stmt_reset(row);
  return rc;
}

static enum lw_code record_step(struct lw_db *db, lw_str name, struct lw_error *err)
{
  const lw_str texts[] = {name, LW_STR(LW_VERSION)};
  return lw_db_run(db, insert_sql, texts, 2, err);
}

static enum lw_code run_step(struct lw_db *db, const struct lw_migration *step,
                             struct lw_error *err)
{
  lw_str name = lw_str_c(step->name);
  bool has = false;
  enum lw_code rc = lw_db_begin(db, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = lw_db_has(db, find_sql, &name, 1, &has, err);
  if (rc != LW_OK || has) { /* another program was first */
    goto out;
  }
  bool is_other = db->driver->kind == LW_DB_POSTGRES && step->sql_postgres != NULL;
  rc = lw_db_exec(db, is_other ? step->sql_postgres : step->sql, err);
  if (rc != LW_OK) {
    goto out;
  }
  rc = record_step(db, name, err);
  if (rc != LW_OK) {
    goto out;
  }
  rc = lw_db_commit(db, err);
out:
  lw_db_rollback(db);
  return rc;
}

static enum lw_code refuse_older(size_t done, size_t count, struct lw_error *err)
{
  enum lw_code rc = lw_fail(err, LW_INVALID,
                            "the database has %zu of the %zu steps of this program", done, count);
  lw_error_hint(err, "start `leeway serve` on it once: that brings it up to date");
  return rc;
}

/* In its turn: programs that start at once do not make it in each other's way. */
static enum lw_code make_list(struct lw_db *db, struct lw_error *err)
{
  enum lw_code rc = lw_db_begin(db, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = lw_db_exec(db, create_sql, err);
  rc = rc == LW_OK ? lw_db_commit(db, err) : rc;
  lw_db_rollback(db);
  return rc;
}

static enum lw_code find_done(struct lw_db *db, const struct lw_migration *steps, size_t count,
                              struct done *done, struct lw_error *err)
{
  bool has_table = false;
  enum lw_code rc = db->driver->has_table(db, "migration", &has_table, err);
  if (rc != LW_OK || has_table) {
    return rc != LW_OK ? rc : read_done(db, steps, count, done, err);
  }
  return db->mode == LW_DB_READ ? LW_OK : make_list(db, err);
}

enum lw_code lw_db_migrate(struct lw_db *db, const struct lw_migration *steps, size_t count,
                           struct lw_error *err)
{
  struct done done = {0};
  LW_ASSERT(count <= STEPS_MAX);
  enum lw_code rc = find_done(db, steps, count, &done, err);
  if (rc == LW_OK && db->mode == LW_DB_READ && done.count < count) {
    return refuse_older(done.count, count, err);
  }
  for (size_t i = 0; rc == LW_OK && i < count; i++) {
    rc = done.of[i] ? LW_OK : run_step(db, &steps[i], err);
  }
  return rc;
}

enum lw_code lw_db_require(struct lw_db *db, const struct lw_migration *steps, size_t count,
                           struct lw_error *err)
{
  bool has = false;
  size_t done = 0;
  enum lw_code rc = db->driver->has_table(db, "migration", &has, err);
  for (size_t i = 0; rc == LW_OK && has && i < count; i++) {
    lw_str name = lw_str_c(steps[i].name);
    bool has_this = false;
    rc = lw_db_has(db, find_sql, &name, 1, &has_this, err);
    done += has_this;
  }
  return rc == LW_OK && done < count ? refuse_older(done, count, err) : rc;
}

void lw_stmt_text_or_empty(struct lw_stmt *stmt, int index, lw_str value)
{
  lw_stmt_text(stmt, index, value.len != 0 ? value : LW_STR(""));
}

lw_str lw_stmt_copy_text(const struct lw_stmt *stmt, int column, struct lw_arena *arena)
{
  lw_str text = lw_stmt_get_text(stmt, column);
  return text.len != 0 ? lw_str_copy(arena, text) : LW_STR("");
}
