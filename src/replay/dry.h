/* Budgets that have run dry in a replay: which, whose, when first, and what met them empty, beside
 * another replay of the same past.
 *
 * What counts as dry stands in run.h (struct lw_run_dry): a request that its budgets would have
 * covered when full, and that nothing else covered. A request too large for the whole budget meets
 * a limit, not an empty budget. Amounts are minor units. */
#ifndef LW_REPLAY_DRY_H
#define LW_REPLAY_DRY_H

#include "replay/report.h"

enum { LW_DRY_PARTS_MAX = 5 }; /* things that a budget may be per */

/* What one side has met. */
struct lw_dry_sum {
  uint64_t requests; /* 0: it never ran dry there */
  int64_t minor;     /* what they asked for, all together */
  uint64_t first_row;
  uint64_t last_row;
  uint32_t windows; /* calendar windows in which it ran dry: days, months ...; 1 of other kinds */
};

enum lw_dry_side { LW_DRY_AFTER, LW_DRY_BOTH, LW_DRY_BEFORE, LW_DRY_SIDES };

struct lw_dry_item {
  const struct lw_budget *budget; /* borrowed: of the policy after, or before where only that has
                                     run dry */
  lw_str of[LW_DRY_PARTS_MAX];    /* whose, one a part of budget->per; empty for the organization */
  enum lw_dry_side side;
  struct lw_dry_sum before;
  struct lw_dry_sum after;
};

struct lw_dry {
  struct lw_arena keep;
  struct lw_dry_item *items; /* newly dry first, then both, then no longer; most requests first */
  size_t count;
  size_t counts[LW_DRY_SIDES];
  bool compared;            /* false: what was decided then does not say which budgets were empty */
  uint64_t requests_before; /* rows that met any empty budget, each once */
  uint64_t requests_after;
  uint64_t beyond; /* rows that were not kept any more: the sums are of the others */
};

/* A run and the policy that it was under. */
struct lw_dry_run {
  const struct lw_policy *policy;
  const struct lw_run *run; /* NULL: none */
};

/* told says of which time; NULL: all of it. people as for the runs. Everything is borrowed for as
 * long as the answer. LW_NO_MEMORY; finish is safe after a failure. */
LW_NODISCARD enum lw_code lw_dry_find(struct lw_dry *dry, const struct lw_tape *tape,
                                      const struct lw_directory *people,
                                      const struct lw_dry_run *before,
                                      const struct lw_dry_run *after,
                                      const struct lw_report_options *told, struct lw_error *err);
void lw_dry_finish(struct lw_dry *dry);

lw_str lw_dry_side_word(enum lw_dry_side side); /* "after" "both" "before" */
lw_str lw_dry_scope_word(enum lw_scope scope); /* "agent" "team" "customer" "case" "organization" */

#endif
