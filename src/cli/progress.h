/* A line on the terminal that says how far something is; nothing when stderr is no terminal. */
#ifndef LW_CLI_PROGRESS_H
#define LW_CLI_PROGRESS_H

#include "base/clock.h"

struct lw_progress {
  const char *doing; /* "verifying" */
  const char *unit;  /* "entries" */
  bool is_shown;     /* a line stands there, to be wiped */
  bool is_off;
  lw_usec shown;
};

/* quiet: never shown. */
void lw_progress_start(struct lw_progress *progress, const char *doing, const char *unit,
                       bool quiet);
/* As lw_verify_options and lw_db_backup call it; at most five times a second. */
void lw_progress_show(void *progress, uint64_t done, uint64_t total);
/* Takes the line away. */
void lw_progress_end(struct lw_progress *progress);

#endif
