/* Rows of budgets fetched by one question before a batch asks for them: drawn_ahead.c. One
 * thread's. */
#ifndef LW_LEDGER_DRAWN_AHEAD_H
#define LW_LEDGER_DRAWN_AHEAD_H

#include "base/table.h"
#include "budget/rows.h"
#include "db/db.h"

struct lw_waiting;

struct lw_ahead_row {
  size_t first; /* of entries */
  size_t count;
};

struct lw_drawn_ahead {
  struct lw_arena arena;
  struct lw_table index; /* a row's key -> its number */
  struct lw_buf key;
  struct lw_buf text;
  struct lw_ahead_row *rows;
  int64_t *budgets; /* as long as rows, like the two that follow */
  int64_t *kinds;
  lw_str *scopes;
  size_t n_rows;
  size_t rows_capacity;
  struct lw_waiting *entries;
  size_t n_entries;
  size_t entries_capacity;
  bool is_fetched;
};

void lw_drawn_ahead_init(struct lw_drawn_ahead *ahead);
void lw_drawn_ahead_finish(struct lw_drawn_ahead *ahead); /* a zeroed one is allowed */
/* Forgets all wishes and all that was fetched. */
void lw_drawn_ahead_start(struct lw_drawn_ahead *ahead);
/* The scope is copied. False when memory is out: the row is then fetched when it is asked for. */
bool lw_drawn_ahead_wish(struct lw_drawn_ahead *ahead, struct lw_row_key row,
                         const struct lw_window *window);
/* All that was wished for, as it is in db now. */
LW_NODISCARD enum lw_code lw_drawn_ahead_fetch(struct lw_drawn_ahead *ahead, struct lw_db *db,
                                               struct lw_error *err);
/* Whether that row was fetched; its entries, rising, borrowed until the next start. */
bool lw_drawn_ahead_find(struct lw_drawn_ahead *ahead, struct lw_row_key row,
                         enum lw_window_kind kind, const struct lw_waiting **ret_entries,
                         size_t *ret_count);

#endif
