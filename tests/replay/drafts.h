/* Drafts beside a run that stands: decided by what differs and as a whole, which must be the same.
 */
#ifndef LW_TESTS_REPLAY_DRAFTS_H
#define LW_TESTS_REPLAY_DRAFTS_H

#include "replay/delta.h"

struct drafts_count {
  uint64_t tried;
  uint64_t made;         /* by what differs */
  uint64_t again;        /* rows that were decided again for them */
  uint64_t flips;        /* rows that came out otherwise */
  uint64_t differ;       /* from the whole run: 0 */
  int64_t by_difference; /* microseconds, of those that were made so */
  int64_t whole;
};

/* A draft's text; false: it is no policy. Adds to *count. The delta is of the run `base`. */
bool drafts_try(struct lw_delta *delta, const struct lw_run *base, lw_str source,
                const struct lw_tape *tape, const struct lw_directory *people,
                struct drafts_count *count);

#endif
