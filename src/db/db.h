/* The database, whichever stands behind: SQLite here, PostgreSQL by the same interface. SQL texts
 * carry $1, $2 ... parameters and stay in the part of the language that both speak; where they
 * differ (locking), lw_db_kind tells. Texts and blobs that a row gives are borrowed until the next
 * step or reset.
 *
 * A connection belongs to one thread at a time. Statements are prepared once and kept by their text
 * (which must be static). Codes: LW_IO (disk full, read-only, corrupt, gone: the transaction is
 * lost and lw_db_rollback is due), LW_BUSY (someone else writes; may be tried again), LW_CONFLICT
 * (a unique value is taken). */
#ifndef LW_DB_DB_H
#define LW_DB_DB_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/result.h"

struct lw_db;
struct lw_stmt;

enum lw_db_kind { LW_DB_SQLITE, LW_DB_POSTGRES };

enum lw_db_mode {
  LW_DB_WRITE, /* made if absent; WAL, synchronous FULL, foreign keys on, no automatic checkpoint */
  LW_DB_READ,  /* reads beside a writer */
  LW_DB_DERIVED /* like WRITE, for what can be rebuilt: synchronous OFF, automatic checkpoints */
};

/* Replaces the operating system below SQLite (tests of faults); NULL in production. */
struct lw_db_options {
  const char *url; /* a path, "file:..." or "postgres://..." */
  enum lw_db_mode mode;
  const char *vfs;       /* name of a registered SQLite VFS, or NULL */
  uint32_t busy_msec;    /* how long to wait for another writer; 0: 5,000 */
  uint32_t cache_kbytes; /* page cache; 0: 8 MiB */
  /* WRITE: a commit is whole, but on disk only after lw_db_flush; on PostgreSQL one that is told
   * (lw_db_tell) is on disk at once. */
  bool flush_later;
  /* READ of a file, for whoever goes through much of it: pages are used where the system has them,
   * not copied. A disk's error then ends the process, as SQLite says of mmap_size; where that may
   * not be (a server), leave it. */
  bool mapped;
};

LW_NODISCARD enum lw_code lw_db_open(const struct lw_db_options *options, struct lw_db **ret_db,
                                     struct lw_error *err);
/* Whether a URL means a database that is no file of this machine. */
bool lw_db_is_elsewhere(const char *url);
enum { LW_DB_SHOWN_BYTES = 512 };
/* The URL for messages, without passwords: of one that is elsewhere, user, hosts and database. Cut
 * to size_bytes, and ended by a null byte. */
void lw_db_show_url(const char *url, char *ret_text, size_t size_bytes);
void lw_db_close(struct lw_db *db); /* rolls back what was begun; NULL is allowed */
enum lw_db_kind lw_db_kind(const struct lw_db *db);
enum lw_db_mode lw_db_mode(const struct lw_db *db);
/* What others (another connection or process) have committed since this was last asked. */
enum lw_db_news {
  LW_DB_NONE,
  LW_DB_MORE, /* only on top of what this connection knew: it may be followed */
  LW_DB_OTHER /* whatever is kept in memory must be read anew; some of it may not have stayed */
};
/* LW_DB_WRITE connections, inside a transaction. It may say so once too often (after a checkpoint
 * has cut the log), never too seldom. */
LW_NODISCARD enum lw_code lw_db_changed(struct lw_db *db, enum lw_db_news *ret_news,
                                        struct lw_error *err);

/* begin: for writing at once (BEGIN IMMEDIATE) on a write connection, a read snapshot on others. */
LW_NODISCARD enum lw_code lw_db_begin(struct lw_db *db, struct lw_error *err);
/* The same; `ask` (lw_stmt_ask) says what is wanted to be known first, and where the database is
 * somewhere else the answers come along with the leave to write: they are of that moment. It is
 * called again when a connection that had rested is made anew. */
LW_NODISCARD enum lw_code lw_db_begin_asking(struct lw_db *db,
                                             enum lw_code (*ask)(void *user, struct lw_error *err),
                                             void *user, struct lw_error *err);
/* LW_OK: on disk (or, with flush_later, sure to be whole). Anything else: rolled back, as if
 * nothing had been; only if the machine stops before the next commit may it turn out to be there,
 * whole (docs/decisions/sqlite.md). */
LW_NODISCARD enum lw_code lw_db_commit(struct lw_db *db, struct lw_error *err);
void lw_db_rollback(struct lw_db *db); /* nothing begun: does nothing */

/* With flush_later: waits until everything that this connection has committed before the call is on
 * disk. From any thread beside the connection's own, one at a time; does nothing on other
 * connections. After a failure nobody knows what is on disk (the system may have forgotten what it
 * could not write, and say so only once): nothing committed since the last good flush may be told
 * to anybody until lw_db_secure has succeeded. */
LW_NODISCARD enum lw_code lw_db_flush(struct lw_db *db, struct lw_error *err);
/* After a failed flush: puts all that was committed on disk a second time, elsewhere (out of the
 * log into the database), and waits for it. On the connection's own thread, outside of
 * transactions. LW_BUSY when readers are in the way; may be tried again. *ret_there false with
 * LW_OK: the database has lost what was not flushed (it stopped, or another took its place); what
 * is kept in memory is to be read anew, as lw_db_changed will say. */
LW_NODISCARD enum lw_code lw_db_secure(struct lw_db *db, bool *ret_there, struct lw_error *err);

/* The prepared statement of that static text, reset and with its parameters cleared. */
LW_NODISCARD enum lw_code lw_db_statement(struct lw_db *db, const char *sql,
                                          struct lw_stmt **ret_stmt, struct lw_error *err);
/* A text made at run time (filters): compiled, and freed by lw_stmt_destroy. */
LW_NODISCARD enum lw_code lw_db_prepare(struct lw_db *db, lw_str sql, struct lw_stmt **ret_stmt,
                                        struct lw_error *err);
void lw_stmt_destroy(struct lw_stmt *stmt);

/* Parameters count from 1. Texts and blobs are borrowed until the statement is stepped to its end
 * or reset. A failed bind (index, memory) shows at the next step. */
void lw_stmt_int(struct lw_stmt *stmt, int index, int64_t value);
void lw_stmt_text(struct lw_stmt *stmt, int index, lw_str value);
void lw_stmt_blob(struct lw_stmt *stmt, int index, lw_str bytes);
void lw_stmt_null(struct lw_stmt *stmt, int index);
/* Text, or null when it is empty. */
void lw_stmt_text_or_null(struct lw_stmt *stmt, int index, lw_str value);
/* The number, or null when there is none. */
void lw_stmt_int_or_null(struct lw_stmt *stmt, int index, bool has, int64_t value);
/* An empty text is bound as one, also where its pointer is NULL. */
void lw_stmt_text_or_empty(struct lw_stmt *stmt, int index, lw_str value);

/* *ret_row false: there are no more rows (and the statement is reset). */
LW_NODISCARD enum lw_code lw_stmt_step(struct lw_stmt *stmt, bool *ret_row, struct lw_error *err);
/* For statements without rows: runs to the end. */
LW_NODISCARD enum lw_code lw_stmt_run(struct lw_stmt *stmt, struct lw_error *err);
/* The same, without waiting where the database is somewhere else: what is bound is taken now, and a
 * fault may show at the next statement that waits, or at the commit. Within a transaction. */
LW_NODISCARD enum lw_code lw_stmt_send(struct lw_stmt *stmt, struct lw_error *err);
/* For statements with rows: the question is sent with whatever waits next, without waiting where
 * the database is somewhere else; its rows are had by lw_stmt_step, whose first call waits for them
 * if they are not there yet, and tells a fault. What is bound is taken now. Within a transaction.
 */
LW_NODISCARD enum lw_code lw_stmt_ask(struct lw_stmt *stmt, struct lw_error *err);
void lw_stmt_reset(struct lw_stmt *stmt);
/* Rows changed by the last run. */
int64_t lw_stmt_changes(const struct lw_stmt *stmt);

/* The first row of a statement whose parameters are bound, for questions that have one row or none:
 * LW_OK leaves it on the row, to be read and then reset by the caller. LW_NOT_FOUND without words
 * when there is no row (what is missing, the caller knows better); then, and after a failure, it is
 * reset. */
LW_NODISCARD enum lw_code lw_stmt_row(struct lw_stmt *stmt, struct lw_error *err);
/* One row of one number of a statement whose parameters are bound, 0 when there is no row; reset.
 */
LW_NODISCARD enum lw_code lw_stmt_number(struct lw_stmt *stmt, int64_t *ret_value,
                                         struct lw_error *err);

/* Columns count from 0. Null reads as 0 or as an empty text. */
int64_t lw_stmt_get_int(const struct lw_stmt *stmt, int column);
lw_str lw_stmt_get_text(const struct lw_stmt *stmt, int column);
/* A copy in arena, "" where there is none; the arena has failed when memory ran out. */
lw_str lw_stmt_copy_text(const struct lw_stmt *stmt, int column, struct lw_arena *arena);
lw_str lw_stmt_get_blob(const struct lw_stmt *stmt, int column);
bool lw_stmt_is_null(const struct lw_stmt *stmt, int column);

/* Several statements without parameters, for migrations. */
LW_NODISCARD enum lw_code lw_db_exec(struct lw_db *db, const char *sql, struct lw_error *err);
/* One row of one number; 0 when there is no row. The text is static (it is kept). */
LW_NODISCARD enum lw_code lw_db_get_int(struct lw_db *db, const char *sql, int64_t *ret_value,
                                        struct lw_error *err);

/* For static texts of SQL whose parameters are `count` texts, $1 first; an empty text is bound as
 * one.
 *
 * The one row, as lw_stmt_row: with LW_OK *ret_row stands on it and is reset by the caller once it
 * is read; else nothing is to be reset. */
LW_NODISCARD enum lw_code lw_db_row(struct lw_db *db, const char *sql, const lw_str *texts,
                                    size_t count, struct lw_stmt **ret_row, struct lw_error *err);
/* The same for a row that goes by one text. */
LW_NODISCARD enum lw_code lw_db_find(struct lw_db *db, const char *sql, lw_str key,
                                     struct lw_stmt **ret_row, struct lw_error *err);
/* Whether there is such a row. */
LW_NODISCARD enum lw_code lw_db_has(struct lw_db *db, const char *sql, const lw_str *texts,
                                    size_t count, bool *ret_has, struct lw_error *err);
/* One number, 0 when there is no row; *ret_value stays as it is after a failure. */
LW_NODISCARD enum lw_code lw_db_number(struct lw_db *db, const char *sql, const lw_str *texts,
                                       size_t count, int64_t *ret_value, struct lw_error *err);
/* Runs a statement without rows to its end. */
LW_NODISCARD enum lw_code lw_db_run(struct lw_db *db, const char *sql, const lw_str *texts,
                                    size_t count, struct lw_error *err);

/* Several servers on one database. A SQLite file has one: it leads in everything and hears of
 * nobody.
 *
 * Whether this connection leads: of all that ask in one matter, at most one does, until its
 * connection ends. To be asked again before each piece of work; a connection asks in one matter
 * only, with a static name. LW_IO: nobody knows, so it does not. */
LW_NODISCARD enum lw_code lw_db_lead(struct lw_db *db, const char *matter, bool *ret_leads,
                                     struct lw_error *err);
/* In a transaction: whoever waits in lw_db_hear hears of it once it is committed. */
LW_NODISCARD enum lw_code lw_db_tell(struct lw_db *db, struct lw_error *err);
/* Waits until somebody has told, msec at most. The first call, and the first after a failure
 * (LW_IO), says that something was heard: nobody listened before. */
LW_NODISCARD enum lw_code lw_db_hear(struct lw_db *db, uint32_t msec, bool *ret_heard,
                                     struct lw_error *err);

/* From here on what this connection removes or changes is overwritten in the file, too, so that it
 * can't be read there any more; on PostgreSQL that is for its own cleaning (VACUUM) to do. What the
 * log has of it stays there until it is moved (lw_db_checkpoint). */
LW_NODISCARD enum lw_code lw_db_overwrite(struct lw_db *db, struct lw_error *err);

/* Migrations: known by their names, each run once, those not yet run in the order of the table,
 * each in a transaction of its own; a database from a newer program is refused, with the mend in
 * the hint. */
struct lw_migration {
  const char *name;
  const char *sql;
  const char *sql_postgres; /* NULL: the same; BLOB means BYTEA there */
};
LW_NODISCARD enum lw_code lw_db_migrate(struct lw_db *db, const struct lw_migration *steps,
                                        size_t count, struct lw_error *err);
/* For readers that change nothing: LW_INVALID, with the mend in the hint, unless all of these have
 * run; others may have, too. */
LW_NODISCARD enum lw_code lw_db_require(struct lw_db *db, const struct lw_migration *steps,
                                        size_t count, struct lw_error *err);

/* Copies the database while it is used, into a new file; progress may be NULL. The copy is one
 * consistent state and is flushed before this returns. An existing file is refused. */
LW_NODISCARD enum lw_code lw_db_backup(struct lw_db *db, const char *path,
                                       void (*progress)(void *user, uint64_t done, uint64_t total),
                                       void *user, struct lw_error *err);
/* Moves what the log (WAL) holds into the database as far as readers allow, without holding up the
 * writer; on a connection of its own. truncate: also cuts the log to nothing, if nobody is in the
 * way at that moment; asked now and then, or the log of a busy writer grows for ever.
 * *ret_log_pages: how long the log still is, what has been moved included. */
LW_NODISCARD enum lw_code lw_db_checkpoint(struct lw_db *db, bool truncate, uint64_t *ret_log_pages,
                                           struct lw_error *err);

#endif
