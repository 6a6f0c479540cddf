/* Sums that table `drawn` does not have yet, findable by entry and by row. Inside the ledger folder
 * only.
 *
 * Keys are bytes in the order of the table: budget (4, big endian), kind of window (1), scope, a
 * zero, moment (8, big endian, sign turned over): a comparison of bytes is the table's own order.
 * Whoever holds the generation says which threads may look. */
#ifndef LW_LEDGER_GENERATION_H
#define LW_LEDGER_GENERATION_H

#include "budget/rows.h"
#include "ledger/sums.h"

enum { LW_DRAWN_TAIL_BYTES = 9 }; /* the zero and the moment */

struct lw_generation_mark;

struct lw_generation {
  struct lw_sums sums;
  struct lw_sums_place *rows; /* by a key without its tail: the newest of its entries; as many
                                 places as the sums have */
  uint32_t *next;             /* one a sum: 1 + an older entry of the same row; 0: none */
  uint64_t *folded;           /* one a sum: the fold that wrote it; 0: not yet */
  uint32_t *order;            /* once sorted: the sums in the order of the table */
  size_t capacity;
  struct lw_generation_mark *marks; /* of the sums that are in sorted runs */
  size_t n_marks;
};

void lw_generation_init(struct lw_generation *generation);
void lw_generation_finish(struct lw_generation *generation);
void lw_generation_clear(struct lw_generation *generation); /* keeps its memory */
/* Adds to the sum of that key. False when memory is out, or numbers are (nothing was added then).
 */
LW_NODISCARD bool lw_generation_add(struct lw_generation *generation, const struct lw_sum *sum);
/* 1 + the newest entry of a row (a key without its tail, and its lw_table_hash); 0: none. */
uint32_t lw_generation_newest(const struct lw_generation *generation, lw_str head, uint64_t hash);
/* Fills `order`. False when memory is out. */
LW_NODISCARD bool lw_generation_sort(struct lw_generation *generation);

/* The key of a draw, appended. */
void lw_drawn_key_add(struct lw_row_key row, enum lw_window_kind kind, lw_usec moment,
                      struct lw_buf *out);
/* The key's parts; scope borrowed. False when it is none. */
LW_NODISCARD bool lw_drawn_key_read(lw_str key, struct lw_row_key *ret_row,
                                    enum lw_window_kind *ret_kind, lw_usec *ret_moment);

#endif
