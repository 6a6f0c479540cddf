/* Private to track: what the tape says of cases and customers in both periods of brought.h: a
 * case's cause and whether a remedy came of it, what a customer was given. Which cases and which
 * customers (those of whom there is an outcome) is told first: rows about others are passed over,
 * which are nearly all. */
#ifndef LW_TRACK_BROUGHT_ROWS_H
#define LW_TRACK_BROUGHT_ROWS_H

#include "track/brought.h"

struct lw_brought_rows;

struct lw_brought_kept {
  int64_t customers; /* with an outcome */
  int64_t kept;
  int64_t minor; /* that all of them were given */
};

/* input and arena are borrowed until destroy. Rows before `from` are not looked at. LW_NO_MEMORY.
 */
LW_NODISCARD enum lw_code lw_brought_rows_create(const struct lw_brought_input *input, lw_usec from,
                                                 struct lw_arena *arena,
                                                 struct lw_brought_rows **ret_rows,
                                                 struct lw_error *err);
void lw_brought_rows_destroy(struct lw_brought_rows *rows); /* NULL is allowed */
/* The latest counts: to be told in order of time, before the rows are read. False: memory is out.
 */
LW_NODISCARD bool lw_brought_rows_outcome(struct lw_brought_rows *rows, lw_str customer,
                                          enum lw_brought_period period, bool lost);
/* That something will be asked of the case: its number for that; 0: the tape has no such case. */
uint32_t lw_brought_rows_want(struct lw_brought_rows *rows, lw_str case_id);
/* One pass. Without a tape nothing is read. LW_NO_MEMORY, LW_OVERFLOW, LW_INVALID: a person of the
 * tape can't be read. */
LW_NODISCARD enum lw_code lw_brought_rows_read(struct lw_brought_rows *rows, struct lw_error *err);
/* Of a case that was wanted: the reason last decided on, as the tape's code, 0: none is known; and
 * whether a remedy came of it. */
uint32_t lw_brought_rows_cause(const struct lw_brought_rows *rows, uint32_t wanted);
bool lw_brought_rows_given(const struct lw_brought_rows *rows, uint32_t wanted);
/* One of those whom lw_brought_rows_kept counts. */
struct lw_brought_customer {
  lw_str id;
  int64_t minor;
  bool lost;
};
/* *at: 0 at first. False: that was the last one. */
LW_NODISCARD bool lw_brought_rows_customer(const struct lw_brought_rows *rows,
                                           enum lw_brought_period period, uint32_t *at,
                                           struct lw_brought_customer *ret_customer);
/* With a team asked for, only customers with whom it had to do. */
void lw_brought_rows_kept(const struct lw_brought_rows *rows, enum lw_brought_period period,
                          struct lw_brought_kept *ret_kept);

#endif
