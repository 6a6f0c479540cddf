/* The SQLite driver's own structs, shared by its files: sqlite.c (connections, transactions,
 * errors), sqlite_stmt.c (statements), sqlite_copy.c (backup, checkpoint). How the log is written
 * is sqlite_log.c's, how a long file is read sqlite_map.c's. */
#ifndef LW_DB_SQLITE_H
#define LW_DB_SQLITE_H

#include "db/driver.h"
#include "db/kept.h"
#include "db/sqlite_log.h"

#include <sqlite3.h>

struct lw_sqlite {
  struct lw_db base;
  sqlite3 *handle;
  char *name; /* for messages: the path, without what a URL adds */
  char *vfs;  /* or NULL */
  int64_t data_version;
  int busy_msec;
  int moved_pages; /* of the log, when the database was last flushed by a checkpoint */
  bool flush_later;
  bool mapped;
  struct lw_sqlite_log *writes; /* flush_later */
  sqlite3_file *log; /* flush_later: the WAL, as the connection has it open; NULL: in memory */
  bool is_begun;
  bool is_lost;      /* the transaction begun can't be committed any more */
  size_t open_count; /* statements that stand at a row */
  struct lw_kept kept;
};

/* One compiled statement. $n may stand anywhere in the text, SQLite counts by appearance: places[n]
 * is SQLite's index of $n, 0 for none. */
struct lw_sqlite_stmt {
  struct lw_stmt base;
  struct lw_sqlite *db;
  sqlite3_stmt *handle;
  int64_t changes;
  int bind_rc; /* the first bind that failed */
  bool is_kept;
  bool is_open; /* stands at a row */
  int places_count;
  int places[];
};

/* Fills *err from the connection's last fault: what was being done, to which file, why, and the
 * mend. Remembers when the transaction is lost by it. Returns the code. */
enum lw_code lw_sqlite_fail(struct lw_sqlite *db, int rc, const char *doing, struct lw_error *err);
/* Runs kept text without rows or parameters (BEGIN, COMMIT). */
enum lw_code lw_sqlite_run(struct lw_sqlite *db, const char *sql, struct lw_error *err);
/* For faults found by the system, not by SQLite: LW_IO with errno's text. */
enum lw_code lw_sqlite_fail_errno(int error, const char *doing, const char *path,
                                  struct lw_error *err);

enum lw_code lw_sqlite_statement(struct lw_db *db, const char *sql, struct lw_stmt **ret_stmt,
                                 struct lw_error *err);
enum lw_code lw_sqlite_prepare(struct lw_db *db, lw_str sql, struct lw_stmt **ret_stmt,
                               struct lw_error *err);
void lw_sqlite_stmts_reset(struct lw_sqlite *db);
void lw_sqlite_stmts_finish(struct lw_sqlite *db);
void lw_sqlite_stmt_destroy(struct lw_stmt *stmt);
void lw_sqlite_bind_int(struct lw_stmt *stmt, int index, int64_t value);
void lw_sqlite_bind_text(struct lw_stmt *stmt, int index, lw_str value);
void lw_sqlite_bind_blob(struct lw_stmt *stmt, int index, lw_str bytes);
void lw_sqlite_bind_null(struct lw_stmt *stmt, int index);
enum lw_code lw_sqlite_step(struct lw_stmt *stmt, bool *ret_row, struct lw_error *err);
void lw_sqlite_reset(struct lw_stmt *stmt);
int64_t lw_sqlite_changes(const struct lw_stmt *stmt);
int64_t lw_sqlite_get_int(const struct lw_stmt *stmt, int column);
lw_str lw_sqlite_get_text(const struct lw_stmt *stmt, int column);
lw_str lw_sqlite_get_blob(const struct lw_stmt *stmt, int column);
bool lw_sqlite_is_null(const struct lw_stmt *stmt, int column);

enum lw_code lw_sqlite_backup(struct lw_db *db, const struct lw_db_copy *copy,
                              struct lw_error *err);
enum lw_code lw_sqlite_flush(struct lw_db *db, struct lw_error *err);
enum lw_code lw_sqlite_secure(struct lw_db *db, bool *ret_there, struct lw_error *err);
enum lw_code lw_sqlite_checkpoint(struct lw_db *db, bool truncate, uint64_t *ret_log_pages,
                                  struct lw_error *err);

#endif
