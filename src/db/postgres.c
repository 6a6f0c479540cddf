/* PostgreSQL: opening, transactions, and whose turn it is to write.
 *
 * The turn. Many servers write to one record, whose entries are one chain: so one of them writes at
 * a time. Beginning a transaction for writing takes the next number of the one row of
 * `writer_turn`, whose lock lasts until the commit is on disk; whoever comes next waits there and
 * then sees all that was committed before. The number tells also whether anybody else has written
 * since this connection did (lw_db_changed).
 *
 * Whoever waits second waits for two locks, one after the other: for the place behind the first
 * (the row's), then for the end of the transaction that has it; lock_timeout begins anew with each.
 * So a server's writer has all of its waiting limited by statement_timeout (set_up in
 * postgres_wire.c), which the turn, once taken, lets out to what a large batch may take.
 *
 * A commit whose answer is lost. The connection broke, or the primary died: the transaction may be
 * there or not. Each one leaves its number and a random token in `writer_done`; whoever holds the
 * turn again on a new connection finds it there, or knows that it will never be. What it finds may
 * stand on that machine alone: a primary that waits for its standby shows a transaction as soon as
 * the wait is broken off. So the one that looks commits, too, and believes what it saw only when
 * that is told: the standby has then all that was before. For the same reason a commit that is
 * answered with a warning counts as one whose answer is lost. (The server's own
 * pg_xact_status is not asked: behind a fail-over a transaction that was lost may have its number
 * given to another.) Rows of long ago are removed now and then.
 *
 * In the same session an error of one statement ends the transaction, which it does not in SQLite:
 * whoever goes on after LW_CONFLICT has set a savepoint. */
#include "db/postgres.h"

#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

enum {
  BUSY_MSEC = 5000,
  WAIT_MSEC = 3000, /* beyond what waiting for others may take */
  AGAIN_MSEC = 100,
  TURNS_KEPT = 100000,
  CLEAN_EVERY = 10000,
  NAME_BYTES = 512
};

static const char begin_write_sql[] = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
static const char begin_read_sql[] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
static const char commit_sql[] = "COMMIT";
static const char later_sql[] = "SET LOCAL synchronous_commit = off";
static const char rollback_sql[] = "ROLLBACK";
static const char now_sql[] = "SELECT 1";
static const char turn_sql[] =
    "WITH mine AS (UPDATE writer_turn SET turn = turn + 1 WHERE id = 1 RETURNING turn)"
    " INSERT INTO writer_done (turn, token) SELECT turn, $1 FROM mine"
    " RETURNING turn, set_config('statement_timeout', $2, true)";
static const char done_sql[] = "SELECT 1 FROM writer_done WHERE turn = $1 AND token = $2";
static const char clean_sql[] = "DELETE FROM writer_done WHERE turn < $1";
static const char has_table_sql[] = "SELECT to_regclass($1) IS NOT NULL";
/* Two programs may come here at once: the lock lets one of them make the tables. */
static const char tables_sql[] =
    "BEGIN; SELECT pg_advisory_xact_lock(7815114);"
    "DO $$ BEGIN CREATE DOMAIN blob AS bytea; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
    "CREATE TABLE IF NOT EXISTS writer_turn (id BIGINT PRIMARY KEY, turn BIGINT NOT NULL)"
    " WITH (fillfactor = 10);"
    "CREATE TABLE IF NOT EXISTS writer_done (turn BIGINT PRIMARY KEY, token BIGINT NOT NULL);"
    "INSERT INTO writer_turn (id, turn) VALUES (1, 0) ON CONFLICT (id) DO NOTHING; COMMIT";

static struct lw_pg *own(struct lw_db *db)
{
  return (struct lw_pg *)db;
}

/* --- transactions --- */

static enum lw_code run(struct lw_pg *db, const char *sql, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_pg_statement(&db->base, sql, &stmt, err);
  rc = rc == LW_OK ? lw_pg_step(stmt, &is_row, err) : rc;
  if (stmt != NULL) {
    lw_pg_reset(stmt);
  }
  return rc;
}

static void rollback(struct lw_db *base)
{
  struct lw_pg *db = own(base);
  if (!db->is_begun) {
    return;
  }
  db->is_begun = false;
  db->is_lost = false;
  db->tells = false;
  db->sent_code = LW_OK;
  if (db->conn != NULL && run(db, rollback_sql, NULL) != LW_OK) {
    lw_pg_drop(db);
  }
}

/* What is asked along with the turn, or a snapshot to read. */
struct along {
  enum lw_code (*ask)(void *user, struct lw_error *err); /* NULL: nothing */
  void *user;
};

static enum lw_code ask_along(const struct along *along, struct lw_error *err)
{
  return along->ask != NULL ? along->ask(along->user, err) : LW_OK;
}

/* The turn to write, with all that was committed before it in sight. */
static enum lw_code take_turn(struct lw_pg *db, const struct along *along, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  int64_t token = 0;
  char wait[16]; /* milliseconds */
  if (getrandom(&token, sizeof token, 0) != (ssize_t)sizeof token) {
    return lw_fail(err, LW_IO, "the system gives no random numbers");
  }
  enum lw_code rc = lw_pg_statement(&db->base, turn_sql, &stmt, err);
  if (rc == LW_OK) {
    (void)snprintf(wait, sizeof wait, "%d", db->wait_msec);
    lw_pg_bind_int(stmt, 1, token);
    lw_pg_bind_text(stmt, 2, lw_str_c(wait));
    rc = lw_pg_ask(stmt, err);
  }
  rc = rc == LW_OK ? ask_along(along, err) : rc;
  rc = rc == LW_OK ? lw_pg_step(stmt, &is_row, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  if (!is_row) {
    return lw_fail(err, LW_IO, "%s: table writer_turn is empty", db->name);
  }
  db->turn = lw_pg_get_int(stmt, 0);
  db->token = token;
  lw_pg_reset(stmt);
  return LW_OK;
}

/* Removes what nobody asks about any more, along with the rest of the transaction. */
static enum lw_code clean(struct lw_pg *db, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  if (db->turn % CLEAN_EVERY != 0) {
    return LW_OK;
  }
  enum lw_code rc = lw_pg_statement(&db->base, clean_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_pg_bind_int(stmt, 1, db->turn - TURNS_KEPT);
    rc = lw_pg_send(stmt, err);
  }
  return rc;
}

static enum lw_code send(struct lw_pg *db, const char *sql, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_pg_statement(&db->base, sql, &stmt, err);
  return rc == LW_OK ? lw_pg_send(stmt, err) : rc;
}

/* For reading, the snapshot is taken by the first question: that is now. */
static enum lw_code start(struct lw_pg *db, const struct along *along, struct lw_error *err)
{
  bool is_reading = db->base.mode == LW_DB_READ;
  enum lw_code rc = send(db, is_reading ? begin_read_sql : begin_write_sql, err);
  if (rc != LW_OK) {
    return rc;
  }
  db->is_begun = true;
  rc = is_reading ? run(db, now_sql, err) : take_turn(db, along, err);
  if (rc == LW_OK) {
    rc = is_reading ? ask_along(along, err) : clean(db, err);
  }
  if (rc != LW_OK) {
    rollback(&db->base);
  }
  return rc;
}

/* A connection that has rested may be broken without our knowing: nothing is lost by trying once
 * more. One that was silent for long is no such case, and somebody waits. */
static enum lw_code begin_asking(struct lw_db *base,
                                 enum lw_code (*ask)(void *user, struct lw_error *err), void *user,
                                 struct lw_error *err)
{
  struct lw_pg *db = own(base);
  const struct along along = {ask, user};
  if (db->is_begun) {
    return lw_fail(err, LW_INTERNAL, "%s: a transaction within a transaction", db->name);
  }
  lw_pg_drop_ended(db);
  bool rested = db->conn != NULL;
  lw_usec began = lw_clock_monotonic();
  enum lw_code rc = lw_pg_settle(db, err);
  rc = rc == LW_OK ? start(db, &along, err) : rc;
  bool soon = lw_clock_monotonic() - began < LW_USEC_PER_SECOND;
  if (rc == LW_IO && rested && db->conn == NULL && soon) {
    rc = lw_pg_settle(db, err);
    rc = rc == LW_OK ? start(db, &along, err) : rc;
  }
  return rc;
}

static enum lw_code begin(struct lw_db *base, struct lw_error *err)
{
  return begin_asking(base, NULL, NULL, err);
}

/* What a connection knows is there as long as it stands: no machine that loses the end of its log
 * keeps its connections. */
static enum lw_code changed(struct lw_db *base, enum lw_db_news *ret_news, struct lw_error *err)
{
  struct lw_pg *db = own(base);
  if (!db->is_begun) {
    return lw_fail(err, LW_INTERNAL, "%s: asked outside of a transaction", db->name);
  }
  *ret_news = db->committed == LW_PG_NOBODY   ? LW_DB_OTHER
              : db->turn != db->committed + 1 ? LW_DB_MORE
                                              : LW_DB_NONE;
  db->committed = db->turn - 1; /* told: what comes after is news again */
  return LW_OK;
}

static void rest(void)
{
  struct timespec pause = {.tv_nsec = (long)AGAIN_MSEC * 1000000};
  (void)nanosleep(&pause, NULL);
}

/* Sends COMMIT and waits. *ret_told false with LW_OK: it is there, but perhaps on that machine
 * alone. Afterwards nothing is begun, but for a fault. */
static enum lw_code end(struct lw_pg *db, bool *ret_told, struct lw_error *err)
{
  PGresult *result = NULL;
  db->was_warned = false;
  enum lw_code rc = send(db, commit_sql, err);
  rc = rc == LW_OK ? lw_pg_receive(db, &result, err) : rc;
  bool undone = rc == LW_OK && strcmp(PQcmdStatus(result), "COMMIT") != 0;
  PQclear(result);
  if (undone) {
    return lw_fail(err, LW_IO, "%s has undone the transaction", db->name);
  }
  db->is_begun = db->is_begun && rc != LW_OK;
  *ret_told = !db->was_warned;
  return rc;
}

enum lw_code lw_pg_look_for(struct lw_pg *db, int64_t turn, int64_t token, bool *ret_there,
                            struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = start(db, &(struct along){NULL, NULL}, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = lw_pg_statement(&db->base, done_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_pg_bind_int(stmt, 1, turn);
    lw_pg_bind_int(stmt, 2, token);
    rc = lw_pg_step(stmt, ret_there, err);
    lw_pg_reset(stmt);
  }
  bool told = false;
  rc = rc == LW_OK ? end(db, &told, err) : rc;
  rollback(&db->base);
  return rc == LW_OK && !told ? lw_pg_fail_lost(db, "commit to", err) : rc;
}

/* The answer to a commit was lost: asks until it is known, or for as long as an answer may take. */
static enum lw_code find_out(struct lw_pg *db, struct lw_error *err)
{
  int64_t turn = db->turn;
  int64_t token = db->token;
  bool there = false;
  lw_usec until = lw_clock_monotonic() + (lw_usec)db->wait_msec * 1000;
  enum lw_code rc = lw_pg_look_for(db, turn, token, &there, err);
  while (rc != LW_OK && lw_clock_monotonic() < until) {
    rest();
    rc = lw_pg_look_for(db, turn, token, &there, err);
  }
  if (rc != LW_OK) {
    (void)lw_fail(err, LW_IO, "%s broke as it committed, and has not come back", db->name);
    lw_error_hint(err, "send the same request with the same key: it is recorded once");
    return LW_IO;
  }
  if (!there) {
    return lw_fail(err, LW_IO, "%s broke as it committed; nothing was recorded", db->name);
  }
  db->committed = db->turn == turn + 1 ? db->turn : turn; /* looking took a turn itself */
  db->turn = turn;
  db->token = token;
  lw_pg_note_commit(db, true);
  return LW_OK;
}

static enum lw_code commit(struct lw_db *base, struct lw_error *err)
{
  struct lw_pg *db = own(base);
  bool told = false;
  if (!db->is_begun) {
    return lw_fail(err, LW_INTERNAL, "%s: a commit without a transaction", db->name);
  }
  if (db->is_lost || db->conn == NULL) {
    rollback(base);
    return lw_fail(err, LW_IO, "%s: the transaction is lost; nothing of it was recorded", db->name);
  }
  bool later = db->flush_later && !db->tells;
  enum lw_code rc = later ? send(db, later_sql, err) : LW_OK;
  rc = rc == LW_OK ? end(db, &told, err) : rc;
  if (rc == LW_OK && told) {
    db->tells = false;
    db->committed = db->turn;
    lw_pg_note_commit(db, !later);
    return LW_OK;
  }
  bool unknown = db->conn == NULL || rc == LW_OK; /* broken, or there but not told */
  if (unknown) {
    lw_pg_drop(db);
  }
  rollback(base);
  return unknown && base->mode == LW_DB_WRITE ? find_out(db, err) : rc;
}

static enum lw_code checkpoint(struct lw_db *db, bool truncate, uint64_t *ret_log_pages,
                               struct lw_error *err)
{
  (void)db;
  (void)truncate;
  (void)err;
  *ret_log_pages = 0;
  return LW_OK;
}

static enum lw_code backup(struct lw_db *db, const struct lw_db_copy *copy, struct lw_error *err)
{
  (void)copy;
  enum lw_code rc =
      lw_fail(err, LW_USAGE, "%s is backed up by PostgreSQL's own tools", own(db)->name);
  lw_error_hint(err, "pg_basebackup, or pg_dump; `leeway migrate` copies it into a file");
  return rc;
}

static enum lw_code exec(struct lw_db *base, const char *sql, struct lw_error *err)
{
  struct lw_pg *db = own(base);
  if (db->is_begun && (db->is_lost || db->conn == NULL)) {
    return lw_fail(err, LW_IO, "%s: the transaction is lost", db->name);
  }
  enum lw_code rc = db->is_begun ? lw_pg_receive(db, NULL, err) : lw_pg_connect(db, err);
  return rc == LW_OK ? lw_pg_exec(db, sql, err) : rc;
}

static enum lw_code has_table(struct lw_db *base, const char *name, bool *ret_has,
                              struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_pg_statement(base, has_table_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_pg_bind_text(stmt, 1, lw_str_c(name));
  rc = lw_pg_step(stmt, &is_row, err);
  if (rc == LW_OK) {
    *ret_has = is_row && lw_pg_get_int(stmt, 0) != 0;
  }
  lw_pg_reset(stmt);
  return rc;
}

/* --- opening and closing --- */

static void close_db(struct lw_db *base)
{
  struct lw_pg *db = own(base);
  rollback(base);
  lw_pg_stmts_finish(db);
  lw_pg_drop(db);
  lw_db_close(db->flusher);
  (void)pthread_mutex_destroy(&db->lock);
  free(db->url);
  free(db->name);
  free(db);
}

static const struct lw_db_driver driver = {
    .kind = LW_DB_POSTGRES,
    .close = close_db,
    .changed = changed,
    .begin = begin,
    .begin_asking = begin_asking,
    .commit = commit,
    .rollback = rollback,
    .flush = lw_pg_flush,
    .secure = lw_pg_secure,
    .statement = lw_pg_statement,
    .prepare = lw_pg_prepare,
    .exec = exec,
    .has_table = has_table,
    .backup = backup,
    .lead = lw_pg_lead,
    .tell = lw_pg_tell,
    .hear = lw_pg_hear,
    .checkpoint = checkpoint,
    .stmt_destroy = lw_pg_stmt_destroy,
    .bind_int = lw_pg_bind_int,
    .bind_text = lw_pg_bind_text,
    .bind_blob = lw_pg_bind_blob,
    .bind_null = lw_pg_bind_null,
    .step = lw_pg_step,
    .send = lw_pg_send,
    .ask = lw_pg_ask,
    .reset = lw_pg_reset,
    .changes = lw_pg_changes,
    .get_int = lw_pg_get_int,
    .get_text = lw_pg_get_text,
    .get_blob = lw_pg_get_blob,
    .is_null = lw_pg_is_null,
};

static const char *value_of(const PQconninfoOption *options, const char *keyword,
                            const char *otherwise)
{
  for (; options->keyword != NULL; options++) {
    if (strcmp(options->keyword, keyword) == 0 && options->val != NULL) {
      return options->val;
    }
  }
  return otherwise;
}

/* "the PostgreSQL database leeway at host:5432"; the URL may hold a password. */
static enum lw_code name_it(struct lw_pg *db, struct lw_error *err)
{
  char *fault = NULL;
  char name[NAME_BYTES];
  PQconninfoOption *options = PQconninfoParse(db->url, &fault);
  if (options == NULL) { /* what libpq says may quote the URL */
    PQfreemem(fault);
    enum lw_code rc = lw_fail(err, LW_USAGE, "the database's URL can't be read");
    lw_error_hint(err, "postgres://USER@HOST:PORT/DATABASE, with the password in PGPASSFILE");
    return rc;
  }
  (void)snprintf(name, sizeof name, "the PostgreSQL database %s at %s:%s",
                 value_of(options, "dbname", "of this user"),
                 value_of(options, "host", "this host"), value_of(options, "port", "5432"));
  PQconninfoFree(options);
  db->name = strdup(name);
  return db->name != NULL ? LW_OK : lw_fail(err, LW_NO_MEMORY, "no memory for a connection");
}

static enum lw_code make_tables(struct lw_pg *db, struct lw_error *err)
{
  bool has = false;
  enum lw_code rc = has_table(&db->base, "writer_done", &has, err);
  return rc == LW_OK && !has && db->base.mode != LW_DB_READ ? lw_pg_exec(db, tables_sql, err) : rc;
}

enum lw_code lw_db_open_postgres(const struct lw_db_options *options, struct lw_db **ret_db,
                                 struct lw_error *err)
{
  struct lw_pg *db = calloc(1, sizeof *db);
  if (db == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "no memory for a connection");
  }
  db->base.driver = &driver;
  db->base.mode = options->mode;
  db->busy_msec = options->busy_msec != 0 ? (int)options->busy_msec : BUSY_MSEC;
  db->wait_msec = db->busy_msec + WAIT_MSEC;
  db->committed = LW_PG_NOBODY;
  db->flush_later = options->flush_later && options->mode == LW_DB_WRITE;
  (void)pthread_mutex_init(&db->lock, NULL);
  db->url = strdup(options->url);
  enum lw_code rc =
      db->url != NULL ? name_it(db, err) : lw_fail(err, LW_NO_MEMORY, "no memory for a connection");
  rc = rc == LW_OK ? lw_pg_connect(db, err) : rc;
  rc = rc == LW_OK ? make_tables(db, err) : rc;
  if (rc != LW_OK) {
    close_db(&db->base);
    return rc;
  }
  *ret_db = &db->base;
  return LW_OK;
}
