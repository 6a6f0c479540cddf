/* Root causes as JSON (api/openapi.yaml: Cause), for the server and the command. */
#ifndef LW_HTTP_CAUSE_LIST_H
#define LW_HTTP_CAUSE_LIST_H

#include "desk/cause.h"
#include "track/overview.h"

struct lw_cause_listing {
  const struct lw_track_overview *overview;
  const struct lw_snapshot *snapshot;
  const struct lw_cause *causes; /* what is kept */
  uint32_t n_causes;
  const struct lw_caller *caller; /* who may change what; NULL: nobody asks */
  lw_str name;                    /* one cause; {NULL, 0}: all */
};

/* Appends them with commas between: most money first, behind them those that somebody sees to and
 * nothing was decided for. How many; tape: the overview's. */
uint32_t lw_cause_list_print(const struct lw_cause_listing *listing, const struct lw_tape *tape,
                             struct lw_buf *out);

#endif
