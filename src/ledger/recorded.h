/* One draw as an entry's body tells it. Inside the ledger folder only. */
#ifndef LW_LEDGER_RECORDED_H
#define LW_LEDGER_RECORDED_H

#include "budget/rows.h"
#include "data/value.h"

struct lw_recorded_draw {
  lw_str budget; /* its name */
  lw_str scope;
  struct lw_window window;
  lw_usec key; /* lw_draw_key */
  lw_usec at;  /* the moment of the draw */
  int64_t amount_minor;
  int64_t times;
};

/* False when it is none. Texts are the tree's. */
LW_NODISCARD bool lw_recorded_draw_read(const struct lw_value *item,
                                        struct lw_recorded_draw *ret_draw);

#endif
