/* For tests that look at table `drawn` by SQL: on this connection, from here on, `drawn` is what
 * the table has and what is on its way to it (a temporary table of that name stands before it). */
#ifndef LW_TESTS_UNIT_LEDGER_ALL_DRAWN_H
#define LW_TESTS_UNIT_LEDGER_ALL_DRAWN_H

#include "ledger/drawn.h"

#include <stdlib.h>

static inline bool all_drawn_add(void *user, struct lw_row_key row, enum lw_window_kind kind,
                                 lw_usec moment, int64_t amount_minor, int64_t times, lw_usec last)
{
  static const char sql[] =
      "INSERT INTO temp.drawn AS d VALUES ($1, $2, $3, $4, $5, $6, $7)"
      " ON CONFLICT (budget, kind, scope, key) DO UPDATE SET"
      " amount = d.amount + excluded.amount, times = d.times + excluded.times,"
      " last = CASE WHEN d.last > excluded.last THEN d.last ELSE excluded.last END";
  struct lw_error err;
  struct lw_stmt *stmt = NULL;
  if (lw_db_statement(user, sql, &stmt, &err) != LW_OK) {
    abort();
  }
  lw_stmt_int(stmt, 1, row.budget);
  lw_stmt_int(stmt, 2, kind);
  lw_stmt_text(stmt, 3, row.scope);
  lw_stmt_int(stmt, 4, moment);
  lw_stmt_int(stmt, 5, amount_minor);
  lw_stmt_int(stmt, 6, times);
  lw_stmt_int(stmt, 7, last);
  return lw_stmt_run(stmt, &err) == LW_OK;
}

static inline void all_drawn(struct lw_db *db)
{
  struct lw_error err;
  if (lw_db_kind(db) == LW_DB_POSTGRES) {
    return; /* the table has everything */
  }
  struct lw_drawn *drawn = lw_drawn_create(0);
  if (lw_drawn_load(drawn, db, &err) != LW_OK ||
      lw_db_exec(db,
                 "DROP TABLE IF EXISTS temp.drawn; CREATE TEMP TABLE drawn (budget, kind, scope, "
                 "key, amount, times, last, PRIMARY KEY (budget, kind, scope, key)); "
                 "INSERT INTO temp.drawn SELECT * FROM main.drawn",
                 &err) != LW_OK) {
    abort();
  }
  lw_drawn_each_waiting(drawn, all_drawn_add, db);
  lw_drawn_destroy(drawn);
}

/* The table as it is again. */
static inline void all_drawn_done(struct lw_db *db)
{
  struct lw_error err;
  if (lw_db_kind(db) == LW_DB_SQLITE && lw_db_exec(db, "DROP TABLE temp.drawn", &err) != LW_OK) {
    abort();
  }
}

#endif
