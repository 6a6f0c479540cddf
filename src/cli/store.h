/* Opening the database with the tables of every folder, in the one order that all commands and the
 * server share: whoever opens it first makes the whole. */
#ifndef LW_CLI_STORE_H
#define LW_CLI_STORE_H

#include "engine/engine.h"

/* What --db means when it is not given. */
#define LW_STORE_URL "leeway.db"

/* lw_engine_open with the migrations of the folders above the engine. */
LW_NODISCARD enum lw_code lw_store_open(const struct lw_engine_options *options,
                                        struct lw_engine **ret_engine, struct lw_error *err);
/* For commands: an engine without a thread over that database, or NULL after saying why. With
 * `make` false a database that is not there is an error instead of made. */
struct lw_engine *lw_store_need(const char *url, bool make);

#endif
