/* A replay beside one that stands. Where a draft differs from the other's policy by limits and
 * conditions alone, most rows come out as they did: only those that read what was changed, or a
 * budget that has been drawn from otherwise since, are decided again. The outcome is the same as
 * that of lw_run_all, row for row, empty budgets too.
 *
 * One thread's at a time. */
#ifndef LW_REPLAY_DELTA_H
#define LW_REPLAY_DELTA_H

#include "replay/run.h"

struct lw_delta;

/* Makes ready what drafts beside this run need: an index of rows by what budgets are per. Policy,
 * tape, people and the run (lw_run_all's of just these) are borrowed until it is destroyed. NULL:
 * *err says why: LW_NO_MEMORY, LW_LIMIT for more than can be told apart so (2^30 rows, 64 budgets).
 */
struct lw_delta *lw_delta_create(const struct lw_policy *policy, const struct lw_tape *tape,
                                 const struct lw_directory *people, const struct lw_run *base,
                                 struct lw_error *err);
void lw_delta_destroy(struct lw_delta *delta); /* NULL is allowed */
size_t lw_delta_bytes(const struct lw_delta *delta);

/* The run under another policy. *ret_made false (with LW_OK): it differs by more than limits and
 * conditions, or by so much that the whole is quicker: lw_run_all is to do it. ret_run->slow_rows:
 * how many were decided again. LW_NO_MEMORY, LW_LIMIT, LW_BUSY: as lw_run_all. */
LW_NODISCARD enum lw_code lw_delta_run(struct lw_delta *delta, const struct lw_policy *policy,
                                       const struct lw_run_options *options, struct lw_run *ret_run,
                                       bool *ret_made, struct lw_error *err);

#endif
