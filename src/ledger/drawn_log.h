/* What is on its way to table `drawn`: drawn_log.c. Inside the ledger folder only. */
#ifndef LW_LEDGER_DRAWN_LOG_H
#define LW_LEDGER_DRAWN_LOG_H

#include "ledger/drawn.h"

/* An entry of a row. */
struct lw_waiting {
  lw_usec moment;
  int64_t amount;
  int64_t times;
  lw_usec last;
};

/* What is on its way to that row, in rising order of moment, each once, in the source's scratch.
 * Fails into source->error. */
LW_NODISCARD enum lw_code lw_drawn_waiting(struct lw_drawn_source *source, struct lw_row_key row,
                                           enum lw_window_kind kind,
                                           struct lw_waiting **ret_entries, size_t *ret_count);
/* Begins the read transaction of a source of another thread and notes what it sees. */
LW_NODISCARD enum lw_code lw_drawn_pin(struct lw_drawn_source *source, struct lw_error *err);

#endif
