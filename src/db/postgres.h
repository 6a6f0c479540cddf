/* The PostgreSQL driver's own structs, shared by its files: postgres.c (transactions, the turn of
 * the writer), postgres_flush.c (commits that are on disk later), postgres_wire.c
 * (connections, results, faults), postgres_stmt.c (statements), postgres_peers.c (others). */
#ifndef LW_DB_POSTGRES_H
#define LW_DB_POSTGRES_H

#include "base/clock.h"
#include "db/driver.h"
#include "db/kept.h"

#include <libpq-fe.h>
#include <pthread.h>

/* lw_pg.committed: no turn follows it. */
#define LW_PG_NOBODY INT64_C(-2)

struct lw_pg {
  struct lw_db base;
  PGconn *conn; /* NULL: lost; the next transaction, or statement outside of one, makes another */
  char *url;
  char *name;     /* for messages: host, port and database; never a password */
  int busy_msec;  /* for another server's transaction */
  int wait_msec;  /* for an answer; longer than busy_msec */
  unsigned made;  /* connections so far: each knows only what was prepared in it */
  uint64_t named; /* statements so far */
  uint64_t round; /* round trips so far */
  bool is_begun;
  bool is_lost;             /* the transaction begun can't be committed any more */
  bool was_warned;          /* by the server, since this was last set to false */
  unsigned sent;            /* commands since the last mark */
  struct lw_pg_stmt *asked; /* those whose rows are still to come, as they were sent */
  struct lw_pg_stmt **asked_end;
  /* The first fault of a command that was sent along, told by the next one that waits. */
  enum lw_code sent_code;
  struct lw_error sent_error;
  int64_t turn;      /* the transaction in hand's, or the last one's; 0: none */
  int64_t committed; /* the last turn that this connection committed, or was told of */
  int64_t token;     /* tells the turn in hand from another of the same number */
  struct lw_kept kept;
  unsigned led;     /* the connection (its number in `made`) that leads; 0: none */
  unsigned listens; /* the one that listens */
  /* postgres_flush.c; lock guards what stands behind it. */
  bool flush_later;
  bool tells;            /* the transaction in hand is told: it commits when the disk has it */
  struct lw_db *flusher; /* flush's own connection, made when it is needed */
  pthread_mutex_t lock;
  int64_t last_turn; /* the last that this connection committed; 0: none */
  int64_t last_token;
  int64_t safe_turn; /* the last that is known to be on disk, as were all before it */
  bool is_parted;    /* the connection broke while that was not known of the last one */
};

/* --- postgres.c --- */

/* Whether the transaction of that turn is there, and if so on disk with all before it; takes a turn
 * of its own for that, on a new connection if need be. Outside of transactions. */
LW_NODISCARD enum lw_code lw_pg_look_for(struct lw_pg *db, int64_t turn, int64_t token,
                                         bool *ret_there, struct lw_error *err);

/* --- postgres_flush.c --- */

/* The turn in hand is committed; is_safe: and on disk. */
void lw_pg_note_commit(struct lw_pg *db, bool is_safe);
/* The connection ends: what is not known to be on disk may be lost with it. */
void lw_pg_note_parting(struct lw_pg *db);
/* Before anything is built on it: whether what was committed on a connection that broke is there.
 * LW_IO also when it is lost. */
LW_NODISCARD enum lw_code lw_pg_settle(struct lw_pg *db, struct lw_error *err);
LW_NODISCARD enum lw_code lw_pg_flush(struct lw_db *db, struct lw_error *err);
LW_NODISCARD enum lw_code lw_pg_secure(struct lw_db *db, bool *ret_there, struct lw_error *err);

/* --- postgres_wire.c --- */

/* A connection that stands; makes one if there is none. LW_IO with the cause and the mend. */
LW_NODISCARD enum lw_code lw_pg_connect(struct lw_pg *db, struct lw_error *err);
/* Lets the connection go, as it is no longer known what state it is in. */
void lw_pg_drop(struct lw_pg *db);
/* Drops the connection if the server has ended it while it rested; asks nobody. */
void lw_pg_drop_ended(struct lw_pg *db);
/* Waits for all that was sent. *ret_last (may be NULL): the result of the last command, the
 * caller's to PQclear; NULL when anything failed. The first fault is told. */
LW_NODISCARD enum lw_code lw_pg_receive(struct lw_pg *db, PGresult **ret_last,
                                        struct lw_error *err);
/* The connection is broken or silent: drops it and tells so (LW_IO). doing: "use", "commit to". */
enum lw_code lw_pg_fail_lost(struct lw_pg *db, const char *doing, struct lw_error *err);
/* Several commands without parameters, one after the other; outside of the pipeline. */
LW_NODISCARD enum lw_code lw_pg_exec(struct lw_pg *db, const char *sql, struct lw_error *err);

/* Waits for bytes from the server, msec at most; false: the connection broke. */
LW_NODISCARD bool lw_pg_wait(struct lw_pg *db, uint32_t msec);

/* --- postgres_peers.c --- */

LW_NODISCARD enum lw_code lw_pg_lead(struct lw_db *db, const char *matter, bool *ret_leads,
                                     struct lw_error *err);
LW_NODISCARD enum lw_code lw_pg_tell(struct lw_db *db, struct lw_error *err);
LW_NODISCARD enum lw_code lw_pg_hear(struct lw_db *db, uint32_t msec, bool *ret_heard,
                                     struct lw_error *err);

/* --- postgres_stmt.c --- */

LW_NODISCARD enum lw_code lw_pg_statement(struct lw_db *db, const char *sql,
                                          struct lw_stmt **ret_stmt, struct lw_error *err);
LW_NODISCARD enum lw_code lw_pg_prepare(struct lw_db *db, lw_str sql, struct lw_stmt **ret_stmt,
                                        struct lw_error *err);
void lw_pg_stmts_finish(struct lw_pg *db);
/* After a fault: what was prepared in this round trip may not be there, and gets another name. */
void lw_pg_stmts_forget(struct lw_pg *db);
void lw_pg_stmt_destroy(struct lw_stmt *stmt);
void lw_pg_bind_int(struct lw_stmt *stmt, int index, int64_t value);
void lw_pg_bind_text(struct lw_stmt *stmt, int index, lw_str value);
void lw_pg_bind_blob(struct lw_stmt *stmt, int index, lw_str bytes);
void lw_pg_bind_null(struct lw_stmt *stmt, int index);
LW_NODISCARD enum lw_code lw_pg_step(struct lw_stmt *stmt, bool *ret_row, struct lw_error *err);
/* Sends the statement along with what waits next: its fault shows there, or at the commit. */
LW_NODISCARD enum lw_code lw_pg_send(struct lw_stmt *stmt, struct lw_error *err);
/* The same, and its rows are kept until it is stepped through. */
LW_NODISCARD enum lw_code lw_pg_ask(struct lw_stmt *stmt, struct lw_error *err);
/* The result of the place-th command since the last mark: true when it belongs to a statement that
 * was asked, which then owns it. */
bool lw_pg_give(struct lw_pg *db, unsigned place, PGresult *result);
/* Nothing more comes: who was asked and has no rows yet is asked anew when it is stepped. */
void lw_pg_forget_asked(struct lw_pg *db);
void lw_pg_reset(struct lw_stmt *stmt);
int64_t lw_pg_changes(const struct lw_stmt *stmt);
int64_t lw_pg_get_int(const struct lw_stmt *stmt, int column);
lw_str lw_pg_get_text(const struct lw_stmt *stmt, int column);
lw_str lw_pg_get_blob(const struct lw_stmt *stmt, int column);
bool lw_pg_is_null(const struct lw_stmt *stmt, int column);

#endif
