/* What is on its way to `drawn` is in an order and a form of one database: it comes to its places
 * when it moves, so that the other one begins with nothing on its way. */
#include "ledger/move.h"

#include "ledger/drawn.h"
#include "ledger/journal.h"

static const char sql_add[] =
    "INSERT INTO drawn (budget, kind, scope, key, amount, times, last)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (budget, kind, scope, key) DO UPDATE SET"
    " amount = drawn.amount + excluded.amount, times = drawn.times + excluded.times,"
    " last = CASE WHEN excluded.last > drawn.last THEN excluded.last ELSE drawn.last END";
static const char sql_state[] =
    "UPDATE drawn_state SET fold = 0, dead = $1, upto = $2, folded = $3 WHERE id = 1";

struct moving {
  struct lw_db *to;
  enum lw_code rc;
  struct lw_error *err;
};

bool lw_move_is_own(lw_str table)
{
  return lw_str_equal(table, LW_STR("drawn_log")) || lw_str_equal(table, LW_STR("drawn_state"));
}

static bool add(void *user, struct lw_row_key row, enum lw_window_kind kind, lw_usec moment,
                int64_t amount_minor, int64_t times, lw_usec last)
{
  struct moving *moving = user;
  struct lw_stmt *stmt = NULL;
  moving->rc = lw_db_statement(moving->to, sql_add, &stmt, moving->err);
  if (moving->rc != LW_OK) {
    return false;
  }
  lw_stmt_int(stmt, 1, row.budget);
  lw_stmt_int(stmt, 2, kind);
  lw_stmt_text(stmt, 3, row.scope);
  lw_stmt_int(stmt, 4, moment);
  lw_stmt_int(stmt, 5, amount_minor);
  lw_stmt_int(stmt, 6, times);
  lw_stmt_int(stmt, 7, last);
  moving->rc = lw_stmt_run(stmt, moving->err);
  return moving->rc == LW_OK;
}

static enum lw_code set_state(struct lw_db *to, uint64_t last, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(to, sql_state, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_int(stmt, 1, (int64_t)last);
    lw_stmt_int(stmt, 2, (int64_t)last);
    lw_stmt_blob(stmt, 3, LW_STR(""));
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

enum lw_code lw_move_drawn(struct lw_db *from, struct lw_db *to, struct lw_error *err)
{
  struct moving moving = {.to = to, .rc = LW_OK, .err = err};
  uint64_t last = 0;
  struct lw_drawn *drawn = lw_drawn_create(0);
  enum lw_code rc = drawn != NULL ? lw_drawn_load(drawn, from, err)
                                  : lw_fail(err, LW_NO_MEMORY, "out of memory for budgets");
  if (rc == LW_OK) {
    lw_drawn_each_waiting(drawn, add, &moving);
    rc = moving.rc;
  }
  lw_drawn_destroy(drawn);
  rc = rc == LW_OK ? lw_journal_last(from, &last, err) : rc;
  return rc == LW_OK ? set_state(to, last, err) : rc;
}
