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

#include <stdlib.h>

enum lw_code lw_db_open(const struct lw_db_options *options, struct lw_db **ret_db,
                        struct lw_error *err)
{
  lw_str url = lw_str_c(options->url);
  if (url.len == 0) {
    return lw_fail(err, LW_USAGE, "the database has no name");
  }
  if (lw_str_starts(url, LW_STR("postgres://")) || lw_str_starts(url, LW_STR("postgresql://"))) {
    /* The URL may hold a password: it is not repeated. */
    enum lw_code rc = lw_fail(err, LW_USAGE, "this version keeps its record in SQLite only");
    lw_error_hint(err, "give a file path, such as --db leeway.db");
    return rc;
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

enum lw_code lw_db_changed(struct lw_db *db, bool *ret_changed, struct lw_error *err)
{
  return db->driver->changed(db, ret_changed, err);
}

enum lw_code lw_db_begin(struct lw_db *db, struct lw_error *err)
{
  return db->driver->begin(db, err);
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

enum lw_code lw_db_secure(struct lw_db *db, struct lw_error *err)
{
  return db->driver->secure(db, err);
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

enum lw_code lw_db_get_int(struct lw_db *db, const char *sql, int64_t *ret_value,
                           struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  bool is_row = false;
  rc = lw_stmt_step(stmt, &is_row, err);
  if (rc == LW_OK) {
    *ret_value = is_row ? lw_stmt_get_int(stmt, 0) : 0;
  }
  lw_stmt_reset(stmt);
  return rc;
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

static enum lw_code has_step(struct lw_db *db, lw_str name, bool *ret_has, struct lw_error *err)
{
  struct lw_stmt *find = NULL;
  enum lw_code rc = lw_db_statement(db, find_sql, &find, err);
  if (rc == LW_OK) {
    lw_stmt_text(find, 1, name);
    rc = lw_stmt_step(find, ret_has, err);
    lw_stmt_reset(find);
  }
  return rc;
}

static enum lw_code record_step(struct lw_db *db, lw_str name, struct lw_error *err)
{
  struct lw_stmt *insert = NULL;
  enum lw_code rc = lw_db_statement(db, insert_sql, &insert, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(insert, 1, name);
  lw_stmt_text(insert, 2, LW_STR(LW_VERSION));
  return lw_stmt_run(insert, err);
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
  rc = has_step(db, name, &has, err);
  if (rc != LW_OK || has) { /* another program was first */
    goto out;
  }
  rc = lw_db_exec(db, step->sql, err);
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

static enum lw_code find_done(struct lw_db *db, const struct lw_migration *steps, size_t count,
                              struct done *done, struct lw_error *err)
{
  bool has_table = false;
  enum lw_code rc = db->driver->has_table(db, "migration", &has_table, err);
  if (rc != LW_OK || has_table) {
    return rc != LW_OK ? rc : read_done(db, steps, count, done, err);
  }
  return db->mode == LW_DB_READ ? LW_OK : lw_db_exec(db, create_sql, err);
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
    bool has_this = false;
    rc = has_step(db, lw_str_c(steps[i].name), &has_this, err);
    done += has_this;
  }
  return rc == LW_OK && done < count ? refuse_older(done, count, err) : rc;
}
