/* What a team, or all of them, did in a window: the whole, each agent, each cause (most money
 * first), each day. From the sums alone; in an arena of its own. */
#ifndef LW_TRACK_OVERVIEW_H
#define LW_TRACK_OVERVIEW_H

#include "track/sums.h"

/* Whose decisions count. */
struct lw_track_scope {
  lw_str team;   /* a path, with its sub-teams; empty: any */
  lw_str within; /* a second one that they must lie in as well: what the reader may see; or empty */
  lw_str agent;  /* one person; empty: any */
};
/* The teams of the sums that lie in the scope: an array of `bool` in the arena, by number; NULL
 * when memory is out. */
const bool *lw_track_scope_teams(const struct lw_track_sums *sums,
                                 const struct lw_track_scope *scope, struct lw_arena *arena);

struct lw_track_part {
  uint32_t of; /* an agent's number, or a reason's code (0: without one) */
  struct lw_track_cell cell;
  struct lw_track_end end;
  int64_t cases; /* of a cause: of which it was the first; where the sums have counted cases */
};

struct lw_track_overview {
  struct lw_track_cell whole;
  struct lw_track_end whole_end;
  struct lw_track_part *agents; /* most decisions first; behind them who has cases alone */
  uint32_t n_agents;
  struct lw_track_part *causes; /* most money first */
  uint32_t n_causes;
  struct lw_track_cell *days; /* of one agent: empty, days are kept by team */
  uint32_t n_days;
};

/* LW_NO_MEMORY, LW_OVERFLOW. */
LW_NODISCARD enum lw_code lw_track_overview_make(const struct lw_track_sums *sums,
                                                 const struct lw_track_scope *scope,
                                                 struct lw_arena *arena,
                                                 struct lw_track_overview *ret_overview,
                                                 struct lw_error *err);

#endif
