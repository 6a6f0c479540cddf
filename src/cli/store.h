/* Opening the database with the tables of every folder, in the one order that all commands and the
 * server share: whoever opens it first makes the whole. */
#ifndef LW_CLI_STORE_H
#define LW_CLI_STORE_H

#include "desk/intake.h"
#include "engine/engine.h"

/* What --db means when it is not given. */
#define LW_STORE_URL "leeway.db"

/* lw_engine_open with the migrations of the folders above the engine. */
LW_NODISCARD enum lw_code lw_store_open(const struct lw_engine_options *options,
                                        struct lw_engine **ret_engine, struct lw_error *err);
/* lw_engine_migrate with the same. */
LW_NODISCARD enum lw_code lw_store_migrate(struct lw_db *db, struct lw_error *err);
/* For commands: an engine without a thread over that database, or NULL after saying why. With
 * `make` false a database that is not there is an error instead of made. */
struct lw_engine *lw_store_need(const char *url, bool make);

/* A change of the command's own, and what became of it. */
struct lw_store_change {
  enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);
  void *user;
  lw_str actor;
  struct lw_buf *answer; /* or NULL: gets the answer in place of what it has */
  int status;            /* afterwards: of the answer */
};
/* Waits for it. What apply says; `status` and `answer` are set either way. */
LW_NODISCARD enum lw_code lw_store_run(struct lw_engine *engine, struct lw_store_change *run,
                                       struct lw_error *err);

/* Writes what an intake has read, in steps that are each a transaction of their own, so that a
 * running server waits for none of them long; the terminal says how far it is, unless quiet. What
 * came of it is in the intake: nothing was written unless it is `applied`. */
LW_NODISCARD enum lw_code lw_store_import(struct lw_engine *engine, struct lw_intake *intake,
                                          bool quiet, struct lw_error *err);

/* What a command on a database works with: a store, memory, and what goes out. */
struct lw_desk {
  struct lw_engine *engine;
  struct lw_arena arena;
  struct lw_buf out;
};
/* As lw_store_need; false after saying why. close is to be called all the same. */
LW_NODISCARD bool lw_desk_open(struct lw_desk *desk, const char *url, bool make);
/* Writes what goes out; the exit status: `status`, or failed when it can't be written. */
int lw_desk_close(struct lw_desk *desk, int status);
/* Has `change` run (apply and user are set), by the actor `cli`, and puts out its answer (json) or
 * `words`; the exit status, of a failure after saying what it was. */
int lw_desk_run(struct lw_desk *desk, struct lw_change *change, bool json, const char *words);
/* Says what went wrong; the exit status that it has. */
int lw_desk_fail(const struct lw_error *err);
/* "2026-03-01T10:00:00Z" */
void lw_desk_add_moment(struct lw_buf *out, lw_usec at);

#endif
