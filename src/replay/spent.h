/* What budgets have drawn during a replay: the same sums as budget/rows.h, for scopes that are
 * numbers. A budget's rows stand in one array by the number of their scope, so that drawing is an
 * addition in place, without hashing, and rows of scopes that come one after the other (cases) are
 * read in order.
 *
 * One thread's. Amounts are minor units. Differences from budget/rows.h: none that a tape can show.
 * Where times go back further than the arrays can tell (the tape says how far: lw_tape_backstep), a
 * budget is kept in rows after all. */
#ifndef LW_REPLAY_SPENT_H
#define LW_REPLAY_SPENT_H

#include "budget/rows.h"

struct lw_spent;

/* windows[n_budgets]; zone is borrowed. backstep: the farthest that any moment lies behind one
 * before it. NULL when memory is out. */
struct lw_spent *lw_spent_create(const struct lw_window *windows, uint32_t n_budgets,
                                 const struct lw_tz *zone, lw_usec backstep);
void lw_spent_destroy(struct lw_spent *spent);
/* Nothing is drawn any more; memory is kept. */
void lw_spent_clear(struct lw_spent *spent);
/* Makes room for scopes 0 .. count - 1 of a budget. False when memory is out. */
LW_NODISCARD bool lw_spent_reserve(struct lw_spent *spent, uint32_t budget, uint32_t count);

/* As lw_rows_used says it. The scope was reserved. */
void lw_spent_used(struct lw_spent *spent, uint32_t budget, uint32_t scope, lw_usec at,
                   struct lw_used *ret_used);
/* What one decision takes from several budgets at once. All borrowed. */
struct lw_spent_parts {
  const uint32_t *budgets;
  const uint32_t *scopes; /* one a budget; LW_SPENT_NOBODY: nothing was ever drawn there */
  uint32_t count;
  lw_usec at;
  int64_t minor;
};

#define LW_SPENT_NOBODY UINT32_MAX

/* Whether what is left of each covers it, once more. limits and limit_times: by budget, -1: none.
 * has_amount false: only the times are asked for. */
bool lw_spent_covers(struct lw_spent *spent, const struct lw_spent_parts *parts,
                     const int64_t *limits, const int64_t *limit_times, bool has_amount);
/* Draws from each, but not from nobody's. False as below. */
LW_NODISCARD bool lw_spent_draw_parts(struct lw_spent *spent, const struct lw_spent_parts *parts);

/* One draw of `minor` and once. False when memory is out or a sum can't be counted any more. */
LW_NODISCARD bool lw_spent_draw(struct lw_spent *spent, uint32_t budget, uint32_t scope, lw_usec at,
                                int64_t minor);
/* Gives back of what was drawn at that moment: an amount, and `times` (0 or 1). */
void lw_spent_give_back(struct lw_spent *spent, uint32_t budget, uint32_t scope, lw_usec drawn_at,
                        int64_t minor, int64_t times);
/* False: some budget is kept in rows after all. */
bool lw_spent_is_by_number(const struct lw_spent *spent);
/* Whether two that were drawn from by rows up to one at `at` say the same of a scope to every row
 * that may still come; false where that is not worth finding out. last: when it was drawn from last
 * matters. */
bool lw_spent_same(struct lw_spent *a, struct lw_spent *b, uint32_t budget, uint32_t scope,
                   lw_usec at, bool last);

#endif
