/* PostgreSQL: commits that are on disk later.
 *
 * Whoever holds the turn to write keeps all others waiting. So a batch of decisions is committed
 * without waiting for the disk (synchronous_commit off for that transaction): the lock goes at once
 * and the next server decides on what it sees. Behind the turn, on a connection of its own, a
 * transaction that writes next to nothing is committed in the ordinary way. Its commit stands in
 * the log behind the batch's, so that it is answered when the disk, and the synchronous standby
 * where there is one, have both; flushes of several servers go together. Nothing is told to anybody
 * before.
 *
 * A crash takes from the end of the log: a batch that is lost is lost with all that was built on
 * it, and none of it was acknowledged. Whoever flushes could speak to another machine by then, or
 * to the same one after its restart. So the flush also looks for the turn and token of the last
 * commit (writer_done): only if the very transaction is there, what follows it says something.
 *
 * What one connection has committed without a flush is one piece of history: its end is there or
 * nobody knows how much. As that connection breaks it is "parted": nothing more is committed before
 * it is known that the last one is there (then all are, and they are made safe) or that it is not
 * (then all of them failed, and memory is read anew).
 *
 * A transaction that is told to others (lw_pg_tell: people, policy, settings) waits for the disk as
 * ever, so that of these nobody sees anything that could be lost. */
#include "db/postgres.h"

static const char flush_sql[] =
    "SELECT EXISTS (SELECT 1 FROM writer_done WHERE turn = $1 AND token = $2),"
    " pg_logical_emit_message(true, 'leeway', '')";

void lw_pg_note_commit(struct lw_pg *db, bool is_safe)
{
  (void)pthread_mutex_lock(&db->lock);
  db->last_turn = db->turn;
  db->last_token = db->token;
  if (is_safe) {
    db->safe_turn = db->turn;
    db->is_parted = false;
  }
  (void)pthread_mutex_unlock(&db->lock);
}

void lw_pg_note_parting(struct lw_pg *db)
{
  (void)pthread_mutex_lock(&db->lock);
  db->is_parted = db->is_parted || db->safe_turn != db->last_turn;
  (void)pthread_mutex_unlock(&db->lock);
}

/* The last commit, and whether there is a doubt about it. */
struct last {
  int64_t turn;
  int64_t token;
  bool is_safe;
  bool is_parted;
};

static struct last last_of(struct lw_pg *db)
{
  (void)pthread_mutex_lock(&db->lock);
  struct last last = {db->last_turn, db->last_token, db->safe_turn == db->last_turn, db->is_parted};
  (void)pthread_mutex_unlock(&db->lock);
  return last;
}

/* Known to be on disk up to there. If that is all, the end of its connection does no harm. */
static void note_safe(struct lw_pg *db, int64_t turn)
{
  (void)pthread_mutex_lock(&db->lock);
  db->safe_turn = turn;
  db->is_parted = db->is_parted && turn != db->last_turn;
  (void)pthread_mutex_unlock(&db->lock);
}

static enum lw_code fail_parted(const struct lw_pg *db, struct lw_error *err)
{
  enum lw_code rc =
      lw_fail(err, LW_IO, "%s broke before what was committed was on its disk", db->name);
  lw_error_hint(err, "send the same request with the same key: it is recorded once");
  return rc;
}

/* Nothing is there any more, or all is and is safe. */
static enum lw_code look(struct lw_pg *db, bool *ret_there, struct lw_error *err)
{
  struct last last = last_of(db);
  *ret_there = true;
  if (last.is_safe) {
    return LW_OK;
  }
  enum lw_code rc = lw_pg_look_for(db, last.turn, last.token, ret_there, err);
  if (rc == LW_OK && *ret_there) {
    note_safe(db, last.turn);
  }
  return rc;
}

enum lw_code lw_pg_settle(struct lw_pg *db, struct lw_error *err)
{
  bool there = true;
  enum lw_code rc = last_of(db).is_parted ? look(db, &there, err) : LW_OK;
  return rc == LW_OK && !there ? fail_parted(db, err) : rc;
}

enum lw_code lw_pg_secure(struct lw_db *base, bool *ret_there, struct lw_error *err)
{
  struct lw_pg *db = (struct lw_pg *)base;
  enum lw_code rc = look(db, ret_there, err);
  if (rc == LW_OK && !*ret_there) {
    note_safe(db, last_of(db).turn); /* nobody waits for it any more */
  }
  db->committed = rc == LW_OK ? LW_PG_NOBODY : db->committed;
  return rc;
}

/* *ret_there: the transaction of that turn, and now on disk. */
static enum lw_code ask(struct lw_pg *flusher, const struct last *last, bool *ret_there,
                        struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_pg_statement(&flusher->base, flush_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  flusher->was_warned = false;
  lw_pg_bind_int(stmt, 1, last->turn);
  lw_pg_bind_int(stmt, 2, last->token);
  rc = lw_pg_step(stmt, &is_row, err);
  *ret_there = rc == LW_OK && is_row && lw_pg_get_int(stmt, 0) != 0;
  lw_pg_reset(stmt);
  return rc == LW_OK && flusher->was_warned ? lw_pg_fail_lost(flusher, "flush", err) : rc;
}

static enum lw_code open_flusher(struct lw_pg *db, struct lw_error *err)
{
  const struct lw_db_options options = {
      .url = db->url, .mode = LW_DB_WRITE, .busy_msec = (uint32_t)db->busy_msec};
  return db->flusher != NULL ? LW_OK : lw_db_open_postgres(&options, &db->flusher, err);
}

/* A connection that rested may be broken without our knowing: asked once more. */
static enum lw_code ask_twice(struct lw_pg *db, const struct last *last, bool *ret_there,
                              struct lw_error *err)
{
  enum lw_code rc = open_flusher(db, err);
  if (rc != LW_OK) {
    return rc;
  }
  struct lw_pg *flusher = (struct lw_pg *)db->flusher;
  bool rested = flusher->conn != NULL;
  lw_usec began = lw_clock_monotonic();
  rc = ask(flusher, last, ret_there, err);
  bool soon = lw_clock_monotonic() - began < LW_USEC_PER_SECOND;
  return rc == LW_IO && rested && flusher->conn == NULL && soon ? ask(flusher, last, ret_there, err)
                                                                : rc;
}

enum lw_code lw_pg_flush(struct lw_db *base, struct lw_error *err)
{
  struct lw_pg *db = (struct lw_pg *)base;
  struct last last = last_of(db);
  bool there = false;
  if (last.is_safe) {
    return LW_OK;
  }
  enum lw_code rc = last.is_parted ? fail_parted(db, err) : ask_twice(db, &last, &there, err);
  if (rc == LW_OK && !there) {
    rc = fail_parted(db, err);
  }
  if (rc == LW_OK) {
    note_safe(db, last.turn);
  }
  return rc;
}
