/* What was said of agents' decisions, counted: for the agent's own page, and for proposals. */
#include "desk/review.h"

/* The last word on each review: an appeal's, else the first reviewer's. $1 empty: everybody's. */
static const char tally_sql[] =
    "SELECT r.agent, a.amount, COUNT(*) FROM review r JOIN review_answer a ON a.review = r.id "
    "WHERE ($1 = '' OR r.agent = $1) AND a.at >= $2 AND a.place = (SELECT MAX(b.place) FROM "
    "review_answer b WHERE b.review = r.id AND b.place <> 1) GROUP BY r.agent, a.amount";

static void add(struct lw_review_tally *tally, lw_str amount, int64_t count)
{
  int64_t *place = lw_str_equal(amount, LW_STR("right"))      ? &tally->right
                   : lw_str_equal(amount, LW_STR("too_much")) ? &tally->too_much
                                                              : &tally->too_little;
  *place += count;
  tally->sent += count;
}

enum lw_code lw_review_tally_each(struct lw_db *db, lw_str agent, lw_usec since,
                                  void (*visit)(void *user, lw_str agent,
                                                const struct lw_review_tally *part),
                                  void *user, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(db, tally_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text_or_empty(stmt, 1, agent);
  lw_stmt_int(stmt, 2, since);
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    struct lw_review_tally part = {.sent = 0};
    add(&part, lw_stmt_get_text(stmt, 1), lw_stmt_get_int(stmt, 2));
    visit(user, lw_stmt_get_text(stmt, 0), &part);
  }
  lw_stmt_reset(stmt);
  return rc;
}

void lw_review_tally_add(struct lw_review_tally *tally, const struct lw_review_tally *part)
{
  tally->sent += part->sent;
  tally->too_little += part->too_little;
  tally->right += part->right;
  tally->too_much += part->too_much;
}

static void sum(void *user, lw_str agent, const struct lw_review_tally *part)
{
  (void)agent;
  lw_review_tally_add(user, part);
}

enum lw_code lw_review_tally_get(struct lw_db *db, lw_str agent, lw_usec since,
                                 struct lw_review_tally *ret_tally, struct lw_error *err)
{
  *ret_tally = (struct lw_review_tally){.sent = 0};
  return agent.len != 0 ? lw_review_tally_each(db, agent, since, sum, ret_tally, err) : LW_OK;
}
