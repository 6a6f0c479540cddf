/* The cells of agents by stratum, for counting many decisions at once: put in order by agent first,
 * so that one agent's cells, which fit the processor's near memory, are touched together, and found
 * by the stratum's number rather than by their key.
 *
 * Inside the track folder only. One thread. */
#ifndef LW_TRACK_CELLS_H
#define LW_TRACK_CELLS_H

#include "track/table.h"

/* A stratum of table keys: what follows the agent and the team. */
enum { LW_TRACK_STRATUM_PARTS = 5 };

/* A decision to be counted. */
struct lw_track_lot {
  uint32_t agent;
  uint32_t team;
  uint32_t stratum; /* its number */
  uint32_t day;
  int64_t minor;
  bool given;
  bool asked;
};

struct lw_track_seen {
  uint32_t agent; /* + 1 */
  uint32_t cell;
};

struct lw_track_cells {
  struct lw_track_table table;  /* keys: agent, team, parts of the stratum */
  struct lw_track_table strata; /* keys: those parts; its numbers are the strata's */
  uint32_t *stratum;            /* by cell */
  uint32_t *before;             /* by cell: the same agent's cell before it + 1, or 0 */
  size_t capacity;
  uint32_t *last; /* by agent: its last cell + 1, or 0 */
  uint32_t *count;
  size_t agents_capacity;
  struct lw_track_seen *seen; /* by stratum: of the agent whose turn it is */
  size_t seen_capacity;
  uint32_t sizes[LW_TRACK_STRATUM_PARTS]; /* of `near`, part by part */
  uint32_t *near; /* strata's numbers + 1 by all their parts in turn; NULL: there is none */
};

void lw_track_cells_init(struct lw_track_cells *cells);
void lw_track_cells_finish(struct lw_track_cells *cells);
/* Before many strata are asked for, of which part i is below sizes[i]: where that makes few enough
 * of them, they are found without their keys until lw_track_cells_many_done. */
void lw_track_cells_many(struct lw_track_cells *cells, const uint32_t *sizes, uint64_t asked_for);
void lw_track_cells_many_done(struct lw_track_cells *cells);
/* The number of a stratum, made when it is new; UINT32_MAX when memory is out. */
LW_NODISCARD uint32_t lw_track_cells_stratum(struct lw_track_cells *cells, const uint32_t *parts);
/* The number of a cell, made when it is new; UINT32_MAX when memory is out. */
LW_NODISCARD uint32_t lw_track_cells_add(struct lw_track_cells *cells, uint32_t agent,
                                         uint32_t team, uint32_t stratum);
/* An agent's turn begins, with so many decisions: lw_track_cells_find is for them alone until the
 * next one's. False: memory is out. */
LW_NODISCARD bool lw_track_cells_turn(struct lw_track_cells *cells, uint32_t agent, uint32_t lots);
/* As lw_track_cells_add, for whoever's turn it is. */
LW_NODISCARD static inline uint32_t lw_track_cells_find(struct lw_track_cells *cells,
                                                        const struct lw_track_lot *lot);
LW_NODISCARD uint32_t lw_track_cells_see(struct lw_track_cells *cells,
                                         const struct lw_track_lot *lot);
/* For a decision that will be counted soon, in this turn. */
static inline void lw_track_cells_fetch(const struct lw_track_cells *cells,
                                        const struct lw_track_lot *lot);
size_t lw_track_cells_bytes(const struct lw_track_cells *cells);

/* The places of lots in the order of their agents, each agent's as they stand, into ret_order; and
 * where those of each agent end in it (n_agents + 1 of them, the last unused). */
void lw_track_lots_order(const struct lw_track_lot *lots, uint32_t count, uint32_t n_agents,
                         uint32_t *ret_order, uint32_t *ret_ends);

static inline uint32_t lw_track_cells_find(struct lw_track_cells *cells,
                                           const struct lw_track_lot *lot)
{
  struct lw_track_seen seen = cells->seen[lot->stratum];
  bool is_it =
      seen.agent == lot->agent + 1 && lw_track_table_key(&cells->table, seen.cell)[1] == lot->team;
  return is_it ? seen.cell : lw_track_cells_see(cells, lot);
}

static inline void lw_track_cells_fetch(const struct lw_track_cells *cells,
                                        const struct lw_track_lot *lot)
{
  struct lw_track_seen seen = cells->seen[lot->stratum];
  if (seen.agent == lot->agent + 1) {
    const char *cell = (const char *)&cells->table.cells[seen.cell];
    __builtin_prefetch(lw_track_table_key(&cells->table, seen.cell));
    __builtin_prefetch(cell, 1);
    __builtin_prefetch(cell + 64, 1);
  }
}

#endif
