/* What was said of an agent's decisions, counted: for the agent's own page, and for proposals. */
#include "desk/review.h"

static const char tally_sql[] =
    "SELECT a.amount, COUNT(*) FROM review r JOIN review_answer a ON a.review = r.id WHERE "
    "r.agent = $1 AND a.at >= $2 AND a.place = (SELECT MAX(b.place) FROM review_answer b WHERE "
    "b.review = r.id AND b.place <> 1) GROUP BY a.amount";

enum lw_code lw_review_tally_get(struct lw_db *db, lw_str agent, lw_usec since,
                                 struct lw_review_tally *ret_tally, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  *ret_tally = (struct lw_review_tally){.sent = 0};
  enum lw_code rc = lw_db_statement(db, tally_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, agent);
  lw_stmt_int(stmt, 2, since);
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    lw_str amount = lw_stmt_get_text(stmt, 0);
    int64_t count = lw_stmt_get_int(stmt, 1);
    int64_t *place = lw_str_equal(amount, LW_STR("right"))      ? &ret_tally->right
                     : lw_str_equal(amount, LW_STR("too_much")) ? &ret_tally->too_much
                                                                : &ret_tally->too_little;
    *place += count;
    ret_tally->sent += count;
  }
  lw_stmt_reset(stmt);
  return rc;
}
