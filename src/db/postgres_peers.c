/* PostgreSQL: servers that know of each other.
 *
 * Who leads holds an advisory lock of its session. PostgreSQL lets it go when the session ends,
 * which it notices at once when a program dies, and by keepalive when the network does; the one who
 * led asks for a sign of life before each piece of work, and leads no more without it.
 *
 * Who is to be heard sends NOTIFY with the commit. The channel is one for all schemas of a
 * database: whoever hears looks, so that hearing once too often costs a question. A connection that
 * broke has missed what was told meanwhile; so that the first wait on a new one always hears. */
#include "db/postgres.h"

static const char try_sql[] =
    "SELECT pg_try_advisory_lock(hashtext(current_schema()::text), hashtext($1))";
static const char alive_sql[] = "SELECT 1";
static const char tell_sql[] = "SELECT pg_notify('leeway', '')";
static const char listen_sql[] = "LISTEN leeway";

static enum lw_code ask(struct lw_pg *db, const char *sql, const char *matter, bool *ret_yes,
                        struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_pg_statement(&db->base, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  if (matter != NULL) {
    lw_pg_bind_text(stmt, 1, lw_str_c(matter));
  }
  rc = lw_pg_step(stmt, &is_row, err);
  *ret_yes = rc == LW_OK && is_row && lw_pg_get_int(stmt, 0) != 0;
  lw_pg_reset(stmt);
  return rc;
}

enum lw_code lw_pg_lead(struct lw_db *base, const char *matter, bool *ret_leads,
                        struct lw_error *err)
{
  struct lw_pg *db = (struct lw_pg *)base;
  *ret_leads = false;
  enum lw_code rc = lw_pg_connect(db, err);
  if (rc != LW_OK) {
    return rc;
  }
  if (db->led == db->made) {
    rc = ask(db, alive_sql, NULL, ret_leads, err);
    *ret_leads = *ret_leads && db->led == db->made; /* another connection has no lock */
    return rc;
  }
  rc = ask(db, try_sql, matter, ret_leads, err);
  db->led = *ret_leads ? db->made : 0;
  return rc;
}

enum lw_code lw_pg_tell(struct lw_db *base, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_pg_statement(base, tell_sql, &stmt, err);
  ((struct lw_pg *)base)->tells = true;
  return rc == LW_OK ? lw_pg_send(stmt, err) : rc;
}

/* Takes what has come: all of it is one. */
static bool take_notes(struct lw_pg *db)
{
  bool any = false;
  PGnotify *note = PQnotifies(db->conn);
  while (note != NULL) {
    any = true;
    PQfreemem(note);
    note = PQnotifies(db->conn);
  }
  return any;
}

enum lw_code lw_pg_hear(struct lw_db *base, uint32_t msec, bool *ret_heard, struct lw_error *err)
{
  struct lw_pg *db = (struct lw_pg *)base;
  *ret_heard = false;
  enum lw_code rc = lw_pg_connect(db, err);
  if (rc != LW_OK) {
    return rc;
  }
  if (db->listens != db->made) {
    rc = lw_pg_exec(db, listen_sql, err);
    db->listens = rc == LW_OK ? db->made : 0;
    *ret_heard = rc == LW_OK;
    return rc;
  }
  *ret_heard = take_notes(db);
  if (*ret_heard) {
    return LW_OK;
  }
  if (!lw_pg_wait(db, msec)) {
    return lw_pg_fail_lost(db, "listen to", err);
  }
  *ret_heard = take_notes(db);
  return LW_OK;
}
