/* Rows: what has been drawn from budgets, in memory. One row a budget and scope ("rep-month of
 * ana"). The same code serves server, `decide`, replay and libleeway: they differ only in where
 * rows come from and go to.
 *
 * A struct lw_rows owns its rows, belongs to one thread at a time (asking too: it remembers the
 * period that it last computed), and does not know what budgets mean: the caller gives window, zone
 * and limit. Amounts are minor units; all arithmetic is checked.
 *
 * A row belongs to one kind of window: a budget whose kind of window changes starts anew. A rolling
 * row keeps the draws of two windows behind its newest and forgets the rest: a clock that jumps
 * back by up to a window still finds all that counts; further back everything that was ever drawn
 * counts, so that no order of requests opens room. Calendar rows forget nothing. */
#ifndef LW_BUDGET_ROWS_H
#define LW_BUDGET_ROWS_H

#include "base/result.h"
#include "budget/window.h"

struct lw_rows;

/* Which row: the budget's number (its index in the policy, or what the engine numbers it:
 * lw_policy_number_budget) and the scope's values joined by '\x1f' ("ana",
 * "ana\x1fk3", "" for the organization). */
struct lw_row_key {
  uint32_t budget;
  lw_str scope;
};

struct lw_used {
  int64_t amount_minor; /* drawn within the window */
  int64_t times;
  bool ever;    /* anything drawn at all, in whatever window */
  lw_usec last; /* the latest moment of a draw, whatever the order they came in; valid if ever */
};

/* One draw of a decision. The scope text is borrowed. */
struct lw_draw {
  struct lw_row_key key;
  struct lw_window window;
  int64_t amount_minor; /* 0 or more */
  int64_t times;        /* 1 for an ordinary draw */
};

/* Where rows come from that are not in memory: asked once a row, before it is first looked at or
 * drawn from. `load` gives what is kept of it by lw_rows_put (nothing: the row is empty) and
 * returns false when it can't tell; then lw_rows_failed says so, and no answer that was made since
 * counts. */
struct lw_rows_source {
  bool (*load)(void *user, struct lw_rows *rows, struct lw_row_key key,
               const struct lw_window *window);
  void *user;
};

/* NULL when memory is out. allocator NULL: the default. */
struct lw_rows *lw_rows_create(const struct lw_allocator *allocator);
void lw_rows_destroy(struct lw_rows *rows);
void lw_rows_clear(struct lw_rows *rows);
/* The same, but what was forgotten is a set of its own that the caller destroys, on any thread: for
 * hundreds of thousands of rows that takes its time. NULL: memory is out, and nothing was done. */
struct lw_rows *lw_rows_take_out(struct lw_rows *rows);
/* Forgets that row, so that it is asked for again; nothing to forget is no fault. Between calls
 * that draw. */
void lw_rows_forget(struct lw_rows *rows, struct lw_row_key key, enum lw_window_kind kind);
/* What others drew (or, below 0, were given back) from that entry of a row, `last` the latest
 * moment of a draw of theirs (INT64_MIN: none): added, if the row is in memory. A rolling row is
 * forgotten instead, and so is one that would hold less than nothing or more than can be counted.
 * Between calls that draw. */
void lw_rows_take_over(struct lw_rows *rows, struct lw_row_key key, enum lw_window_kind kind,
                       lw_usec entry_key, int64_t amount_minor, int64_t times, lw_usec last);
/* Whether it is in memory. */
bool lw_rows_have(const struct lw_rows *rows, struct lw_row_key key, enum lw_window_kind kind);
size_t lw_rows_count(const struct lw_rows *rows);
/* About what the rows take: to clear them when they have grown past a bound. */
size_t lw_rows_bytes(const struct lw_rows *rows);

/* source NULL (the default): a row that is not in memory is empty. Borrowed, kept by clear. */
void lw_rows_set_source(struct lw_rows *rows, const struct lw_rows_source *source);
/* Whether a row could not be loaded, or memory was out, since the last clear. */
bool lw_rows_failed(const struct lw_rows *rows);
/* What is kept of a row, entry by entry (entry_key: lw_draw_key), rising or, for ROLLING rows of
 * which only the newest is kept, the newest first: what is older than two windows behind it is then
 * forgotten at once. For lw_rows_source, which puts no other row than the one asked for. last: the
 * latest moment of a draw from that entry. False when memory is out, or when it can't be: less than
 * nothing, or more than can be counted. */
LW_NODISCARD bool lw_rows_put(struct lw_rows *rows, struct lw_row_key key,
                              const struct lw_window *window, lw_usec entry_key,
                              int64_t amount_minor, int64_t times, lw_usec last);
/* Under which key a draw at that moment is kept: the start of its period; INT64_MIN for good; for
 * ROLLING the moment itself. Pure. */
lw_usec lw_draw_key(const struct lw_window *window, const struct lw_tz *zone, lw_usec at);
/* The same, for whoever asks often. */
lw_usec lw_draw_key_cached(struct lw_period_cache *cache, const struct lw_window *window,
                           const struct lw_tz *zone, lw_usec at);

/* What the row says at that moment: nothing (zeroes) for a row that is not there. For ROLLING all
 * draws later than at - over count, also those after `at` (a clock that jumped back must not open
 * room). A row that its source can't give has used all there is: no room opens. */
void lw_rows_used(struct lw_rows *rows, struct lw_row_key key, const struct lw_window *window,
                  const struct lw_tz *zone, lw_usec at, struct lw_used *ret_used);

/* For ROLLING windows: the first moment, `at` or later, from which no more than amount_most and
 * times_most are drawn within the window, provided that nothing is drawn until then. INT64_MAX when
 * that can't be said: one of them is negative, or the row has forgotten what counted at `at`. O(log
 * n). */
lw_usec lw_rows_frees_at(struct lw_rows *rows, struct lw_row_key key,
                         const struct lw_window *window, lw_usec at, int64_t amount_most,
                         int64_t times_most);

/* Draws from all or from none: LW_INVALID (negative, or a rolling window of nothing), LW_OVERFLOW
 * or LW_NO_MEMORY leave every row as it was, and so does LW_IO (the source failed). Does not look
 * at limits: decide has done that on these very rows. A moment out of order goes to its own place;
 * a rolling draw that is already older than two windows counts only for questions that are as old.
 */
LW_NODISCARD enum lw_code lw_rows_draw(struct lw_rows *rows, const struct lw_draw *draws,
                                       size_t count, const struct lw_tz *zone, lw_usec at,
                                       struct lw_error *err);
/* Gives back what was drawn at `drawn_at`, in the window that it was drawn from; all or none.
 * LW_NOT_FOUND when a row has less than that; what a rolling row has already forgotten is given
 * back by doing nothing. `last` stays. */
LW_NODISCARD enum lw_code lw_rows_give_back(struct lw_rows *rows, const struct lw_draw *draws,
                                            size_t count, const struct lw_tz *zone,
                                            lw_usec drawn_at, struct lw_error *err);

/* Calls visit for each row and period that holds something, in no particular order (totals for
 * tests, verify, reports). period_start is INT64_MIN for good, and for ROLLING the moment of the
 * draw. The scope is borrowed. */
void lw_rows_each(const struct lw_rows *rows,
                  void (*visit)(void *user, struct lw_row_key key, lw_usec period_start,
                                int64_t amount_minor, int64_t times),
                  void *user);

/* min(limit - used, ...) never below 0; limit < 0 means none and gives INT64_MAX. */
int64_t lw_left(int64_t limit, int64_t used);

#endif
