/* SQLite: connections, transactions and errors.
 *
 * A connection is one thread's (NOMUTEX). For writing: WAL, so that readers never wait for the
 * writer nor it for them; synchronous FULL, so that a commit is a flush of the log, unless whoever
 * opened it flushes by themselves (flush_later: sqlite_log.c); no automatic checkpoint, because it
 * would stand in the way of an answer: a thread of its own does it (lw_db_checkpoint). What can be
 * rebuilt (DERIVED) is not flushed and checkpoints itself. Files are mapped into memory only for
 * whoever says so (`mapped`): a fault of the disk is a signal then instead of an error.
 *
 * A commit that fails is rolled back at once. What it had written to the log is then unreachable
 * and is written over by the next transaction; only if the machine stops before that may recovery
 * find it whole and keep it (docs/decisions/sqlite.md). Never half, and nobody was told that it was
 * done.
 *
 * After a fault of the disk inside a transaction SQLite may have rolled back by itself. Statements
 * are refused then until lw_db_rollback, so that none becomes a transaction of its own. */
#include "db/sqlite.h"

#include "base/check.h"
#include "db/sqlite_map.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUSY_MSEC = 5000, CACHE_KBYTES = 8192, URL_BYTES_MAX = 8192 };

static const char begin_write_sql[] = "BEGIN IMMEDIATE";
static const char begin_read_sql[] = "BEGIN";
static const char commit_sql[] = "COMMIT";
static const char rollback_sql[] = "ROLLBACK";
static const char data_version_sql[] = "PRAGMA data_version";
static const char has_table_sql[] =
    "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1";

static struct lw_sqlite *own(struct lw_db *db)
{
  return (struct lw_sqlite *)db;
}

/* --- errors ------------------------------------------------------------------------------------
 */

enum lw_code lw_sqlite_fail_errno(int error, const char *doing, const char *path,
                                  struct lw_error *err)
{
  char reason[128];
  const char *text = strerror_r(error, reason, sizeof reason);
  enum lw_code rc = lw_fail(err, LW_IO, "cannot %s %s: %s", doing, path, text);
  if (error == ENOSPC || error == EDQUOT) {
    lw_error_hint(err, "free space on that disk");
  }
  return rc;
}

static enum lw_code code_of(int rc)
{
  switch (rc & 0xff) {
  case SQLITE_FULL:
  case SQLITE_IOERR:
  case SQLITE_READONLY:
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
  case SQLITE_CANTOPEN:
  case SQLITE_PERM:
  case SQLITE_AUTH:
  case SQLITE_NOLFS: return LW_IO;
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
  case SQLITE_PROTOCOL:
  case SQLITE_INTERRUPT: return LW_BUSY;
  case SQLITE_NOMEM: return LW_NO_MEMORY;
  case SQLITE_TOOBIG: return LW_LIMIT;
  case SQLITE_CONSTRAINT: break;
  default: return LW_INTERNAL;
  }
  bool is_taken = rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
                  rc == SQLITE_CONSTRAINT_ROWID;
  return is_taken ? LW_CONFLICT : LW_INTERNAL;
}

static void add_mend(int rc, const char *name, struct lw_error *err)
{
  switch (rc & 0xff) {
  case SQLITE_FULL:
    lw_error_hint(err, "free space on the disk of %s; nothing was recorded", name);
    break;
  case SQLITE_IOERR:
    lw_error_hint(
        err, "look after the disk of %s (the system's log says more); nothing was recorded", name);
    break;
  case SQLITE_READONLY:
  case SQLITE_PERM:
  case SQLITE_AUTH:
    lw_error_hint(err, "make %s and its folder writable for this user; nothing was recorded", name);
    break;
  case SQLITE_CORRUPT:
    lw_error_hint(err, "`leeway verify --db %s` tells what is damaged; restore a backup", name);
    break;
  case SQLITE_NOTADB: lw_error_hint(err, "give another file, or restore a backup"); break;
  case SQLITE_CANTOPEN:
    lw_error_hint(err, "see that the folder of %s exists and that this user may use it", name);
    break;
  case SQLITE_BUSY:
  case SQLITE_LOCKED: lw_error_hint(err, "another program is writing; try again"); break;
  default: break;
  }
}

static const char *reason_of(int rc)
{
  switch (rc & 0xff) {
  case SQLITE_FULL: return "the disk is full";
  case SQLITE_READONLY: return "it is read-only";
  case SQLITE_NOTADB: return "it is no database";
  case SQLITE_CANTOPEN: return "it can't be opened";
  case SQLITE_BUSY: return "another program has it locked";
  case SQLITE_NOMEM: return "out of memory";
  default: return NULL;
  }
}

enum lw_code lw_sqlite_fail(struct lw_sqlite *db, int rc, const char *doing, struct lw_error *err)
{
  int extended = db->handle != NULL ? sqlite3_extended_errcode(db->handle) : rc;
  if ((extended & 0xff) != (rc & 0xff)) {
    extended = rc;
  }
  enum lw_code code = code_of(extended);
  if (db->is_begun && (code == LW_IO || code == LW_NO_MEMORY)) {
    db->is_lost = true;
  }
  const char *reason = reason_of(extended);
  int error = db->handle != NULL ? sqlite3_system_errno(db->handle) : 0;
  if (reason != NULL) {
    (void)lw_fail(err, code, "cannot %s %s: %s", doing, db->name, reason);
  } else if (error != 0 && (extended & 0xff) == SQLITE_IOERR) {
    char text[128];
    (void)lw_fail(err, code, "cannot %s %s: %s (SQLite %d)", doing, db->name,
                  strerror_r(error, text, sizeof text), extended);
  } else {
    (void)lw_fail(err, code, "cannot %s %s: %s (SQLite %d)", doing, db->name,
                  db->handle != NULL ? sqlite3_errmsg(db->handle) : sqlite3_errstr(extended),
                  extended);
  }
  add_mend(extended, db->name, err);
  return code;
}

/* --- transactions ------------------------------------------------------------------------------
 */

enum lw_code lw_sqlite_run(struct lw_sqlite *db, const char *sql, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_sqlite_statement(&db->base, sql, &stmt, err);
  bool is_row = false;
  return rc != LW_OK ? rc : lw_sqlite_step(stmt, &is_row, err);
}

static enum lw_code read_data_version(struct lw_sqlite *db, int64_t *ret_version,
                                      struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_sqlite_statement(&db->base, data_version_sql, &stmt, err);
  bool is_row = false;
  if (rc == LW_OK) {
    rc = lw_sqlite_step(stmt, &is_row, err);
  }
  if (rc != LW_OK) {
    return rc;
  }
  LW_ASSERT(is_row);
  *ret_version = lw_sqlite_get_int(stmt, 0);
  lw_sqlite_reset(stmt);
  return LW_OK;
}

static enum lw_code changed(struct lw_db *base, enum lw_db_news *ret_news, struct lw_error *err)
{
  struct lw_sqlite *db = own(base);
  int64_t version = 0;
  enum lw_code rc = read_data_version(db, &version, err);
  if (rc == LW_OK) {
    *ret_news = version != db->data_version ? LW_DB_OTHER : LW_DB_NONE;
    db->data_version = version;
  }
  return rc;
}

static void rollback(struct lw_db *base)
{
  struct lw_sqlite *db = own(base);
  if (!db->is_begun) {
    return;
  }
  lw_sqlite_stmts_reset(db);
  lw_sqlite_log_forget(db->log);
  db->is_begun = false; /* from here on statements run, lost or not */
  db->is_lost = false;
  if (sqlite3_get_autocommit(db->handle) == 0) {
    /* Fails only where SQLite has rolled back by itself. */
    enum lw_code rc = lw_sqlite_run(db, rollback_sql, NULL);
    LW_ASSERT(rc == LW_OK || sqlite3_get_autocommit(db->handle) != 0);
  }
}

static enum lw_code begin(struct lw_db *base, struct lw_error *err)
{
  struct lw_sqlite *db = own(base);
  if (db->is_begun) {
    return lw_fail(err, LW_INTERNAL, "%s: a transaction within a transaction", db->name);
  }
  bool is_reading = base->mode == LW_DB_READ;
  lw_sqlite_log_forget(db->log); /* of a statement by itself that failed */
  enum lw_code rc = lw_sqlite_run(db, is_reading ? begin_read_sql : begin_write_sql, err);
  if (rc != LW_OK) {
    return rc;
  }
  db->is_begun = true;
  if (is_reading) { /* SQLite takes the snapshot at the first read: that is now */
    int64_t version = 0;
    rc = read_data_version(db, &version, err);
    if (rc != LW_OK) {
      rollback(base);
    }
  }
  return rc;
}

static enum lw_code commit(struct lw_db *base, struct lw_error *err)
{
  struct lw_sqlite *db = own(base);
  if (!db->is_begun) {
    return lw_fail(err, LW_INTERNAL, "%s: a commit without a transaction", db->name);
  }
  lw_sqlite_stmts_reset(db);
  enum lw_code rc = lw_sqlite_run(db, commit_sql, err);
  if (rc != LW_OK) {
    rollback(base);
    return rc;
  }
  db->is_begun = false;
  return LW_OK;
}

static enum lw_code exec(struct lw_db *base, const char *sql, struct lw_error *err)
{
  struct lw_sqlite *db = own(base);
  while (*(sql += strspn(sql, " \t\r\n;")) != '\0') {
    if (db->is_begun && (db->is_lost || sqlite3_get_autocommit(db->handle) != 0)) {
      db->is_lost = true;
      return lw_fail(err, LW_IO, "%s: the transaction is lost", db->name);
    }
    sqlite3_stmt *handle = NULL;
    int rc = sqlite3_prepare_v3(db->handle, sql, -1, 0, &handle, &sql);
    while (rc == SQLITE_OK && handle != NULL && (rc = sqlite3_step(handle)) == SQLITE_ROW) {
      rc = SQLITE_OK;
    }
    if (rc != SQLITE_OK && rc != SQLITE_DONE) {
      enum lw_code code = lw_sqlite_fail(db, rc, "change", err);
      sqlite3_finalize(handle);
      return code;
    }
    sqlite3_finalize(handle);
  }
  return LW_OK;
}

static enum lw_code has_table(struct lw_db *db, const char *name, bool *ret_has,
                              struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_sqlite_statement(db, has_table_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_sqlite_bind_text(stmt, 1, lw_str_c(name));
  bool is_row = false;
  rc = lw_sqlite_step(stmt, &is_row, err);
  lw_sqlite_reset(stmt);
  if (rc == LW_OK) {
    *ret_has = is_row;
  }
  return rc;
}

/* --- opening and closing -----------------------------------------------------------------------
 */

static void close_db(struct lw_db *base)
{
  struct lw_sqlite *db = own(base);
  if (db->handle != NULL) {
    rollback(base);
  }
  lw_sqlite_stmts_finish(db);
  int rc = sqlite3_close(db->handle);
  /* A statement of lw_db_prepare that was not destroyed. */
  LW_ASSERT(rc == SQLITE_OK);
  lw_sqlite_log_destroy(db->writes);
  free(db->name);
  free(db->vfs);
  free(db);
}

static const struct lw_db_driver driver = {
    .kind = LW_DB_SQLITE,
    .close = close_db,
    .changed = changed,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .flush = lw_sqlite_flush,
    .secure = lw_sqlite_secure,
    .statement = lw_sqlite_statement,
    .prepare = lw_sqlite_prepare,
    .exec = exec,
    .has_table = has_table,
    .backup = lw_sqlite_backup,
    .checkpoint = lw_sqlite_checkpoint,
    .stmt_destroy = lw_sqlite_stmt_destroy,
    .bind_int = lw_sqlite_bind_int,
    .bind_text = lw_sqlite_bind_text,
    .bind_blob = lw_sqlite_bind_blob,
    .bind_null = lw_sqlite_bind_null,
    .step = lw_sqlite_step,
    .reset = lw_sqlite_reset,
    .changes = lw_sqlite_changes,
    .get_int = lw_sqlite_get_int,
    .get_text = lw_sqlite_get_text,
    .get_blob = lw_sqlite_get_blob,
    .is_null = lw_sqlite_is_null,
};

static bool is_uri(const char *url)
{
  return lw_str_starts(lw_str_c(url), LW_STR("file:"));
}

/* A new database is its owner's alone from its first instant; the log and the index beside it take
 * over its mode. Only a file made here is opened here: closing another descriptor of a database
 * would drop the locks that this process holds on it. Faults are left to SQLite, which tells them.
 */
static void make_private(const char *url)
{
  if (is_uri(url) || strcmp(url, ":memory:") == 0) {
    return;
  }
  int file = open(url, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (file >= 0) {
    (void)close(file);
  }
}

/* The same for "file:...", whose path SQLite alone takes apart: empty still, so nothing was read.
 */
static void make_private_uri(const struct lw_sqlite *db, const char *url)
{
  const char *path = is_uri(url) ? sqlite3_db_filename(db->handle, "main") : NULL;
  struct stat status;
  if (path != NULL && path[0] != '\0' && stat(path, &status) == 0 && status.st_size == 0) {
    (void)chmod(path, S_IRUSR | S_IWUSR);
  }
}

/* SQLite counts its memory under one lock for all connections; nobody here asks for the count. Too
 * late when something else has begun to use the library: then it goes on counting, and nothing else
 * changes. */
static void set_up_library(void)
{
  (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static enum lw_code open_handle(struct lw_sqlite *db, const char *url, int flags,
                                struct lw_error *err)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT; /* the library's own state is the process's */
  (void)pthread_once(&once, set_up_library);
  if (db->flush_later && db->writes == NULL) { /* without it each commit waits for the disk */
    db->writes = lw_sqlite_log_create(db->vfs);
  }
  const char *vfs = db->writes != NULL              ? lw_sqlite_log_name(db->writes)
                    : db->mapped && db->vfs == NULL ? lw_sqlite_map_name()
                                                    : db->vfs;
  int rc = sqlite3_open_v2(url, &db->handle, flags | SQLITE_OPEN_NOMUTEX, vfs);
  if (rc != SQLITE_OK) {
    return lw_sqlite_fail(db, rc, "open", err);
  }
  (void)sqlite3_extended_result_codes(db->handle, 1);
  (void)sqlite3_busy_timeout(db->handle, db->busy_msec);
  (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
  (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
  return LW_OK;
}

/* More than this SQLite was built to map by itself, which only sqlite_map.c goes beyond. */
#define MAPPED_BYTES (1LL << 40)

static enum lw_code set_up(struct lw_sqlite *db, const struct lw_db_options *options,
                           struct lw_error *err)
{
  char sql[256];
  unsigned cache = options->cache_kbytes != 0 ? options->cache_kbytes : CACHE_KBYTES;
  (void)snprintf(sql, sizeof sql,
                 "PRAGMA mmap_size = %lld; PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON; "
                 "PRAGMA cache_size = -%u",
                 options->mapped ? MAPPED_BYTES : 0LL, cache);
  return exec(&db->base, sql, err);
}

/* WAL is kept in the file: asking for it again costs nothing. In memory there is no log. */
static enum lw_code ask_wal(struct lw_sqlite *db, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_sqlite_prepare(&db->base, LW_STR("PRAGMA journal_mode = WAL"), &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  bool is_row = false;
  rc = lw_sqlite_step(stmt, &is_row, err);
  if (rc == LW_OK) {
    LW_ASSERT(is_row);
    lw_str mode = lw_sqlite_get_text(stmt, 0);
    if (!lw_str_equal(mode, LW_STR("wal")) && !lw_str_equal(mode, LW_STR("memory"))) {
      rc = lw_fail(err, LW_IO, "%s: the file system can't share memory between programs", db->name);
      lw_error_hint(err, "put the database on a local disk, not on a network file system");
    }
  }
  lw_sqlite_stmt_destroy(stmt);
  return rc;
}

/* Commits only write to the log (sqlite_log.c), and lw_db_flush waits for the disk: SQLite itself
 * flushes the log before a checkpoint and when it starts anew, so that the file is sound whenever
 * the machine stops; what is lost is a tail of commits, which nobody was told. */
static enum lw_code open_log(struct lw_sqlite *db, struct lw_error *err)
{
  int64_t version = 0;
  enum lw_code rc = read_data_version(db, &version, err); /* the first touch opens the log */
  if (rc != LW_OK) {
    return rc;
  }
  sqlite3_file *log = NULL;
  int code = sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (code != SQLITE_OK) {
    return lw_sqlite_fail(db, code, "find the log of", err);
  }
  db->log = log != NULL && log->pMethods != NULL ? log : NULL;
  return lw_sqlite_flush(&db->base, err); /* a new file's name in its folder as well, once */
}

static enum lw_code set_up_writer(struct lw_sqlite *db, struct lw_error *err)
{
  if (sqlite3_db_readonly(db->handle, "main") == 1) {
    return lw_sqlite_fail(db, SQLITE_READONLY, "write to", err);
  }
  enum lw_code rc = ask_wal(db, err);
  if (rc != LW_OK) {
    return rc;
  }
  /* The log is cut back to 128 MiB when it starts anew, which is more than it takes as a rule: a
   * file that keeps its length is flushed sooner. */
  const char *sql = "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; "
                    "PRAGMA journal_size_limit = 134217728; PRAGMA temp_store = MEMORY";
  if (db->base.mode == LW_DB_DERIVED) {
    sql = "PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 1000; "
          "PRAGMA journal_size_limit = 67108864";
  }
  enum lw_code set = exec(&db->base, sql, err);
  return set == LW_OK && db->flush_later ? open_log(db, err) : set;
}

/* True when there is no log beside the file, or an empty one. */
static bool is_without_log(const char *path)
{
  char log[URL_BYTES_MAX];
  struct stat status;
  int length = snprintf(log, sizeof log, "%s-wal", path);
  return length > 0 && (size_t)length < sizeof log &&
         (stat(log, &status) != 0 || status.st_size == 0);
}

/* "file:" and the path with what a URI gives a meaning to in hexadecimal; false when too long. */
static bool immutable_uri(const char *path, char *uri, size_t size)
{
  static const char digits[] = "0123456789abcdef";
  struct lw_buf buf = {0};
  LW_BUF_LIT(&buf, "file:");
  for (; *path != '\0'; path++) {
    unsigned char c = (unsigned char)*path;
    if (c == '%' || c == '?' || c == '#') {
      lw_buf_add_char(&buf, '%');
      lw_buf_add_char(&buf, digits[c >> 4]);
      lw_buf_add_char(&buf, digits[c & 15]);
    } else {
      lw_buf_add_char(&buf, *path);
    }
  }
  lw_buf_add(&buf, lw_str_from("?immutable=1", sizeof "?immutable=1")); /* with its end */
  bool is_made = !buf.failed && buf.len <= size;
  if (is_made) {
    memcpy(uri, buf.ptr, buf.len);
  }
  lw_buf_finish(&buf);
  return is_made;
}

/* A copy of a WAL database on a read-only disk can't be opened the usual way, as its shared index
 * can't be made. Without a log there is nothing that the index would say, so it is read as a file
 * that nobody changes. */
static enum lw_code reopen_immutable(struct lw_sqlite *db, const struct lw_db_options *options,
                                     struct lw_error *err)
{
  char uri[URL_BYTES_MAX];
  if (!immutable_uri(options->url, uri, sizeof uri)) {
    return lw_fail(err, LW_USAGE, "the path of the database is too long");
  }
  lw_sqlite_stmts_finish(db);
  (void)sqlite3_close(db->handle);
  db->handle = NULL;
  enum lw_code rc = open_handle(db, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
  if (rc == LW_OK) {
    rc = set_up(db, options, err);
  }
  return rc == LW_OK ? read_data_version(db, &db->data_version, err) : rc;
}

static enum lw_code open_reader(struct lw_sqlite *db, const struct lw_db_options *options,
                                struct lw_error *err)
{
  int flags = SQLITE_OPEN_READONLY | (is_uri(options->url) ? SQLITE_OPEN_URI : 0);
  enum lw_code rc = open_handle(db, options->url, flags, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = set_up(db, options, err);
  if (rc == LW_OK) {
    rc = read_data_version(db, &db->data_version, err); /* the first touch of the file */
  }
  int fault = rc == LW_IO ? sqlite3_errcode(db->handle) & 0xff : SQLITE_OK;
  bool is_stuck = fault == SQLITE_CANTOPEN || fault == SQLITE_READONLY;
  if (is_stuck && !is_uri(options->url) && is_without_log(options->url)) {
    return reopen_immutable(db, options, err);
  }
  return rc;
}

static enum lw_code open_writer(struct lw_sqlite *db, const struct lw_db_options *options,
                                struct lw_error *err)
{
  make_private(options->url);
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  flags |= is_uri(options->url) ? SQLITE_OPEN_URI : 0;
  enum lw_code rc = open_handle(db, options->url, flags, err);
  if (rc != LW_OK) {
    return rc;
  }
  make_private_uri(db, options->url);
  rc = set_up(db, options, err);
  if (rc == LW_OK) {
    rc = set_up_writer(db, err);
  }
  return rc == LW_OK ? read_data_version(db, &db->data_version, err) : rc;
}

static struct lw_sqlite *create(const struct lw_db_options *options)
{
  struct lw_sqlite *db = calloc(1, sizeof *db);
  if (db == NULL) {
    return NULL;
  }
  db->base = (struct lw_db){.driver = &driver, .mode = options->mode};
  uint32_t busy_msec = options->busy_msec != 0 ? options->busy_msec : BUSY_MSEC;
  db->flush_later = options->flush_later && options->mode == LW_DB_WRITE;
  db->mapped = options->mapped && options->mode == LW_DB_READ;
  db->busy_msec = busy_msec < INT32_MAX ? (int)busy_msec : INT32_MAX;
  db->name = strdup(options->url);
  db->vfs = options->vfs != NULL ? strdup(options->vfs) : NULL;
  if (db->name == NULL || (options->vfs != NULL && db->vfs == NULL)) {
    close_db(&db->base);
    return NULL;
  }
  return db;
}

enum lw_code lw_db_open_sqlite(const struct lw_db_options *options, struct lw_db **ret_db,
                               struct lw_error *err)
{
  struct lw_sqlite *db = create(options);
  if (db == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "no memory to open %s", options->url);
  }
  enum lw_code rc =
      options->mode == LW_DB_READ ? open_reader(db, options, err) : open_writer(db, options, err);
  if (rc != LW_OK) {
    close_db(&db->base);
    return rc;
  }
  *ret_db = &db->base;
  return LW_OK;
}
