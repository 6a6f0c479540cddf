/* PostgreSQL: connections, what comes back, and faults.
 *
 * Every connection is in pipeline mode: commands are sent one behind the other, and whoever needs
 * an answer sends the mark (sync) and reads up to it. So a transaction of many statements costs as
 * many round trips as it has questions, not as it has statements.
 *
 * Nothing waits without an end: libpq is used without blocking, and when nothing of an answer comes
 * for wait_msec the connection is dropped. The server is told to do the same with us
 * (set_up_sql): a transaction whose program is gone, cut off or stopped must not keep the turn of
 * the writer.
 *
 * Faults are told by SQLSTATE (PostgreSQL 15, appendix A). */
#include "db/postgres.h"

#include "base/check.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

enum {
  SQL_BYTES_MAX = 1024,
  READER_IDLE_MSEC = 600000,
  TURN_IDLE_MSEC =
      2000, /* beyond what others wait: whoever has the turn asks nothing for so long */
  READS_MAX = 8
};

#define STATE(text) (strncmp(state, text, sizeof text - 1) == 0)

/* --- faults --- */

static enum lw_code code_of(const char *state)
{
  if (STATE("23505")) {
    return LW_CONFLICT;
  }
  /* serialization, deadlock, lock not available, cancelled */
  if (STATE("40") || STATE("55P03") || STATE("57014")) {
    return LW_BUSY;
  }
  /* connection, read-only, no access, no resources, stopped by an operator, failure of the system
   */
  if (STATE("08") || STATE("25006") || STATE("25P0") || STATE("28") || STATE("3D") || STATE("53") ||
      STATE("57") || STATE("58") || STATE("XX") || STATE("42501")) {
    return LW_IO;
  }
  return STATE("54") || STATE("22001") ? LW_LIMIT : LW_INTERNAL;
}

static void add_mend(const char *state, const char *name, struct lw_error *err)
{
  if (STATE("53100")) {
    lw_error_hint(err, "free space on the disk of %s; nothing was recorded", name);
  } else if (STATE("53300")) {
    lw_error_hint(err, "raise max_connections of %s, or start fewer servers", name);
  } else if (STATE("28")) {
    lw_error_hint(err, "see that the user and password for %s are right (PGPASSFILE holds it best)",
                  name);
  } else if (STATE("3D")) {
    lw_error_hint(err, "make the database first: createdb");
  } else if (STATE("42501")) {
    lw_error_hint(err, "grant this user what docs/how-to/postgresql.md lists");
  } else if (STATE("25006")) {
    lw_error_hint(err, "name the primary, or all hosts in one URL: it is found by itself");
  } else if (code_of(state) == LW_BUSY) {
    lw_error_hint(err, "another server is writing; try again");
  }
}

static enum lw_code fail_result(struct lw_pg *db, const PGresult *result, struct lw_error *err)
{
  const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  state = state != NULL ? state : "08000";
  text = text != NULL ? text : "the connection broke";
  enum lw_code code = code_of(state);
  (void)lw_fail(err, code, "cannot use %s: %s (PostgreSQL %s)", db->name, text, state);
  add_mend(state, db->name, err);
  db->is_lost = db->is_lost || (db->is_begun && code == LW_IO);
  return code;
}

/* What libpq says without a result; its line breaks are of no use here. */
static enum lw_code fail_connection(struct lw_pg *db, const PGconn *conn, struct lw_error *err)
{
  lw_str text = lw_str_trim(lw_str_c(PQerrorMessage(conn)));
  size_t line = lw_str_find(text, LW_STR("\n"), 0);
  text = lw_str_slice(text, 0, line);
  enum lw_code rc = lw_fail(err, LW_IO, "cannot reach %s: %.*s", db->name, LW_FMT(text));
  lw_error_hint(err, "see that PostgreSQL runs there and lets this user in");
  return rc;
}

enum lw_code lw_pg_fail_lost(struct lw_pg *db, const char *doing, struct lw_error *err)
{
  bool silent = db->conn != NULL && PQstatus(db->conn) == CONNECTION_OK;
  (void)lw_fail(err, LW_IO, "cannot %s %s: %s", doing, db->name,
                silent ? "it does not answer" : "the connection broke");
  lw_error_hint(err, "it is tried again by itself; nothing of this was acknowledged");
  db->is_lost = db->is_begun;
  lw_pg_drop(db);
  return LW_IO;
}

/* --- results --- */

/* Until a result can be had without waiting; false: broken, or silent for too long. */
static bool await(struct lw_pg *db)
{
  lw_usec patience = (lw_usec)db->wait_msec * 1000;
  lw_usec until = lw_clock_monotonic() + patience;
  for (;;) {
    int left = PQflush(db->conn);
    if (left < 0 || PQisBusy(db->conn) == 0) {
      return left >= 0;
    }
    lw_usec wait = until - lw_clock_monotonic();
    if (wait <= 0) {
      return false;
    }
    struct pollfd socket = {.fd = PQsocket(db->conn),
                            .events = (short)(POLLIN | (left > 0 ? POLLOUT : 0))};
    int ready = poll(&socket, 1, (int)(wait / 1000) + 1);
    if (ready < 0 && errno != EINTR) {
      return false;
    }
    if (ready > 0 && (socket.revents & ~POLLOUT) != 0) {
      if (PQconsumeInput(db->conn) == 0) {
        return false;
      }
      until = lw_clock_monotonic() + patience;
    }
  }
}

static void note(struct lw_pg *db, const PGresult *result)
{
  struct lw_error error;
  enum lw_code code = fail_result(db, result, &error);
  if (db->sent_code == LW_OK) {
    db->sent_code = code;
    db->sent_error = error;
  }
}

/* The place-th result of those up to the mark: for whoever asked; else the last that is good is
 * kept. True at the mark. */
static bool take(struct lw_pg *db, unsigned place, PGresult *result, PGresult **last)
{
  ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
    if (!lw_pg_give(db, place, result)) {
      PQclear(*last);
      *last = result;
    }
    return false;
  }
  if (status != PGRES_PIPELINE_SYNC && status != PGRES_PIPELINE_ABORTED) {
    note(db, result);
  }
  PQclear(result);
  return status == PGRES_PIPELINE_SYNC;
}

/* Reads up to the mark. A null stands between the results of two commands; two of them in a row
 * without a mark mean that the connection has ended. */
static bool read_to_mark(struct lw_pg *db, PGresult **last)
{
  bool marked = false;
  unsigned nulls = 0;
  unsigned place = 0;
  while (!marked) {
    if (!await(db)) {
      return false;
    }
    PGresult *result = PQgetResult(db->conn);
    nulls = result == NULL ? nulls + 1 : 0;
    if (nulls > 1 || (result == NULL && PQstatus(db->conn) != CONNECTION_OK)) {
      return false;
    }
    marked = result != NULL && take(db, ++place, result, last);
  }
  return true;
}

enum lw_code lw_pg_receive(struct lw_pg *db, PGresult **ret_last, struct lw_error *err)
{
  PGresult *last = NULL;
  if (PQpipelineSync(db->conn) != 1 || !read_to_mark(db, &last) ||
      PQstatus(db->conn) != CONNECTION_OK) {
    PQclear(last);
    db->sent_code = LW_OK;
    return lw_pg_fail_lost(db, "use", err);
  }
  enum lw_code rc = db->sent_code;
  db->sent_code = LW_OK;
  db->sent = 0;
  lw_pg_forget_asked(db);
  if (rc != LW_OK) {
    lw_pg_stmts_forget(db);
    if (err != NULL) {
      *err = db->sent_error;
    }
  }
  db->round++;
  if (rc == LW_OK && ret_last != NULL) {
    *ret_last = last;
  } else {
    PQclear(last);
  }
  return rc;
}

static bool read_all(struct lw_pg *db)
{
  PGresult *result = NULL;
  for (;;) {
    if (!await(db)) {
      return false;
    }
    result = PQgetResult(db->conn);
    if (result == NULL) {
      return PQstatus(db->conn) == CONNECTION_OK;
    }
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
      note(db, result);
    }
    PQclear(result);
  }
}

enum lw_code lw_pg_exec(struct lw_pg *db, const char *sql, struct lw_error *err)
{
  if (PQexitPipelineMode(db->conn) != 1 || PQsendQuery(db->conn, sql) != 1 || !read_all(db) ||
      PQenterPipelineMode(db->conn) != 1) {
    db->sent_code = LW_OK;
    return lw_pg_fail_lost(db, "use", err);
  }
  enum lw_code rc = db->sent_code;
  db->sent_code = LW_OK;
  if (rc != LW_OK && err != NULL) {
    *err = db->sent_error;
  }
  return rc;
}

bool lw_pg_wait(struct lw_pg *db, uint32_t msec)
{
  struct pollfd socket = {.fd = PQsocket(db->conn), .events = POLLIN};
  int ready = poll(&socket, 1, (int)msec);
  return ready == 0 || (ready < 0 && errno == EINTR) ||
         (ready > 0 && PQconsumeInput(db->conn) == 1);
}

/* --- connections --- */

void lw_pg_drop(struct lw_pg *db)
{
  if (db->conn != NULL) {
    lw_pg_note_parting(db);
    db->committed = LW_PG_NOBODY;
  }
  PQfinish(db->conn);
  db->conn = NULL;
  db->sent = 0;
  lw_pg_forget_asked(db);
}

/* The end shows as bytes that nobody asked for: what was said of it, then nothing more. Others, as
 * what is told by NOTIFY, are kept. */
void lw_pg_drop_ended(struct lw_pg *db)
{
  bool stands = db->conn != NULL && PQstatus(db->conn) == CONNECTION_OK;
  for (int i = 0; stands && i < READS_MAX; i++) {
    struct pollfd socket = {.fd = PQsocket(db->conn), .events = POLLIN};
    if (poll(&socket, 1, 0) <= 0) {
      return;
    }
    stands = PQconsumeInput(db->conn) == 1 && PQstatus(db->conn) == CONNECTION_OK;
  }
  if (!stands) {
    lw_pg_drop(db);
  }
}

/* Warnings come beside results: at a commit, that the standby has not got it. */
static void hear(void *user, const PGresult *notice)
{
  struct lw_pg *db = user;
  (void)notice; /* client_min_messages lets nothing less through */
  db->was_warned = true;
}

/* What the server is to do with this session. A weaker synchronous_commit than "on" of the server's
 * own settings is not taken over: what is told must be on disk, and on the standby where there is a
 * synchronous one. A server's writer waits for its turn no longer than busy_msec, whoever else
 * waits (take_turn in postgres.c), and keeps it no longer than five seconds without a word: it was
 * stopped, or cut off. The journal's rows are large enough to be compressed: lz4, where
 * the server was built with it, takes a tenth of the time of its own method. */
static enum lw_code set_up(struct lw_pg *db, struct lw_error *err)
{
  char sql[SQL_BYTES_MAX];
  bool reads = db->base.mode == LW_DB_READ; /* all of the record, perhaps, and thinks meanwhile */
  int statement_msec = db->flush_later ? db->busy_msec : db->wait_msec;
  int idle_msec = db->busy_msec + (db->flush_later ? TURN_IDLE_MSEC : db->wait_msec);
  (void)snprintf(
      sql, sizeof sql,
      "SET client_min_messages = warning; SET lock_timeout = %d; SET statement_timeout = %d;"
      "SET idle_in_transaction_session_timeout = %d;"
      "SET client_connection_check_interval = 2000; SET tcp_user_timeout = %d;"
      "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2;"
      "SET tcp_keepalives_count = 3; SET default_transaction_read_only = %s;"
      "SELECT set_config('default_toast_compression', 'lz4', false) FROM pg_settings"
      " WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals);"
      "SELECT set_config('synchronous_commit', 'on', false)"
      " WHERE current_setting('synchronous_commit') IN ('off', 'local')",
      db->busy_msec, reads ? 0 : statement_msec, reads ? READER_IDLE_MSEC : idle_msec,
      db->wait_msec, reads ? "on" : "off");
  return lw_pg_exec(db, sql, err);
}

/* Those before "dbname" may be set otherwise in the URL; those behind it may not. */
static PGconn *make(const struct lw_pg *db)
{
  const char *keywords[] = {"connect_timeout",      "application_name",
                            "target_session_attrs", "tcp_user_timeout",
                            "keepalives_idle",      "keepalives_interval",
                            "keepalives_count",     "dbname",
                            "client_encoding",      NULL};
  const char *values[] = {"3", "leeway", "read-write", "8000", "5",
                          "2", "3",      db->url,      "UTF8", NULL};
  return PQconnectdbParams(keywords, values, 1);
}

enum lw_code lw_pg_connect(struct lw_pg *db, struct lw_error *err)
{
  if (db->conn != NULL && PQstatus(db->conn) == CONNECTION_OK) {
    return LW_OK;
  }
  lw_pg_drop(db);
  PGconn *conn = make(db);
  if (conn == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "no memory for a connection");
  }
  if (PQstatus(conn) != CONNECTION_OK || PQsetnonblocking(conn, 1) != 0 ||
      PQenterPipelineMode(conn) != 1) {
    enum lw_code rc = fail_connection(db, conn, err);
    PQfinish(conn);
    return rc;
  }
  (void)PQsetNoticeReceiver(conn, hear, db);
  db->conn = conn;
  db->made++;
  db->sent_code = LW_OK;
  enum lw_code rc = set_up(db, err);
  if (rc != LW_OK) {
    lw_pg_drop(db);
  }
  return rc;
}
