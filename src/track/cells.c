/* Each agent's cells hang on a chain, newest first; when an agent's turn comes they are noted by
 * stratum, so that a decision's cell is one look away. An agent who is in two teams has two cells
 * of a stratum: the one noted is asked for its team, and the other found by its key. */
#include "track/cells.h"

#include <stdlib.h>
#include <string.h>

enum {
  PARTS_AT = 2,
  WORDS = PARTS_AT + LW_TRACK_STRATUM_PARTS,
  WORTH_NOTING = 4,
  NEAR_MAX = 1 << 18
};

void lw_track_cells_init(struct lw_track_cells *cells)
{
  *cells = (struct lw_track_cells){.capacity = 0};
  lw_track_table_init(&cells->table, WORDS);
  lw_track_table_init(&cells->strata, LW_TRACK_STRATUM_PARTS);
}

void lw_track_cells_finish(struct lw_track_cells *cells)
{
  lw_track_table_finish(&cells->table);
  lw_track_table_finish(&cells->strata);
  free(cells->stratum);
  free(cells->before);
  free(cells->last);
  free(cells->count);
  free(cells->seen);
  free(cells->near);
}

/* Zeros behind what was there. */
static bool grow(void *place, size_t size_bytes, size_t from, size_t to)
{
  void *items = NULL;
  memcpy(&items, place, sizeof items);
  void *grown = realloc(items, to * size_bytes);
  if (grown == NULL) {
    return false;
  }
  memset((char *)grown + from * size_bytes, 0, (to - from) * size_bytes);
  memcpy(place, &grown, sizeof grown);
  return true;
}

static size_t more_than(size_t need)
{
  return need + need / 2 + 64;
}

static bool room_for_cell(struct lw_track_cells *cells, uint32_t agent)
{
  size_t need = (size_t)cells->table.count + 1;
  if (need > cells->capacity) {
    size_t more = more_than(need);
    if (!grow(&cells->stratum, sizeof *cells->stratum, cells->capacity, more) ||
        !grow(&cells->before, sizeof *cells->before, cells->capacity, more)) {
      return false;
    }
    cells->capacity = more;
  }
  if (agent >= cells->agents_capacity) {
    size_t more = more_than(agent);
    if (!grow(&cells->last, sizeof *cells->last, cells->agents_capacity, more) ||
        !grow(&cells->count, sizeof *cells->count, cells->agents_capacity, more)) {
      return false;
    }
    cells->agents_capacity = more;
  }
  return true;
}

void lw_track_cells_many(struct lw_track_cells *cells, const uint32_t *sizes, uint64_t asked_for)
{
  uint64_t all = 1;
  lw_track_cells_many_done(cells);
  for (uint32_t i = 0; i < LW_TRACK_STRATUM_PARTS && all <= NEAR_MAX; i++) {
    cells->sizes[i] = sizes[i];
    all *= sizes[i];
  }
  if (all <= NEAR_MAX && all / WORTH_NOTING <= asked_for) {
    cells->near = calloc(all, sizeof *cells->near); /* NULL: it goes without, too */
  }
}

void lw_track_cells_many_done(struct lw_track_cells *cells)
{
  free(cells->near);
  cells->near = NULL;
}

static uint32_t find_stratum(struct lw_track_cells *cells, const uint32_t *parts)
{
  const struct lw_track_cell *found = lw_track_table_add(&cells->strata, parts);
  return found != NULL ? (uint32_t)(found - cells->strata.cells) : UINT32_MAX;
}

uint32_t lw_track_cells_stratum(struct lw_track_cells *cells, const uint32_t *parts)
{
  uint32_t place = 0;
  bool is_near = cells->near != NULL;
  for (uint32_t i = 0; is_near && i < LW_TRACK_STRATUM_PARTS; i++) {
    is_near = parts[i] < cells->sizes[i];
    place = place * cells->sizes[i] + parts[i];
  }
  if (!is_near) {
    return find_stratum(cells, parts);
  }
  if (cells->near[place] == 0) {
    cells->near[place] = find_stratum(cells, parts) + 1; /* memory was out: 0 again */
  }
  return cells->near[place] - 1;
}

uint32_t lw_track_cells_add(struct lw_track_cells *cells, uint32_t agent, uint32_t team,
                            uint32_t stratum)
{
  uint32_t key[WORDS] = {agent, team};
  memcpy(key + PARTS_AT, lw_track_table_key(&cells->strata, stratum), sizeof key - PARTS_AT * 4);
  uint32_t count = cells->table.count;
  const struct lw_track_cell *found =
      room_for_cell(cells, agent) ? lw_track_table_add(&cells->table, key) : NULL;
  if (found == NULL) {
    return UINT32_MAX;
  }
  uint32_t cell = (uint32_t)(found - cells->table.cells);
  if (cell == count) {
    cells->stratum[cell] = stratum;
    cells->before[cell] = cells->last[agent];
    cells->last[agent] = cell + 1;
    cells->count[agent]++;
  }
  return cell;
}

bool lw_track_cells_turn(struct lw_track_cells *cells, uint32_t agent, uint32_t lots)
{
  size_t need = (size_t)cells->strata.count + 1;
  if (need > cells->seen_capacity) {
    size_t more = more_than(need);
    if (!grow(&cells->seen, sizeof *cells->seen, cells->seen_capacity, more)) {
      return false;
    }
    cells->seen_capacity = more;
  }
  if (agent >= cells->agents_capacity || cells->count[agent] / WORTH_NOTING > lots) {
    return true; /* nothing yet, or more to note than to find */
  }
  for (uint32_t at = cells->last[agent]; at != 0; at = cells->before[at - 1]) {
    cells->seen[cells->stratum[at - 1]] = (struct lw_track_seen){agent + 1, at - 1};
  }
  return true;
}

uint32_t lw_track_cells_see(struct lw_track_cells *cells, const struct lw_track_lot *lot)
{
  uint32_t cell = lw_track_cells_add(cells, lot->agent, lot->team, lot->stratum);
  if (cell != UINT32_MAX) {
    cells->seen[lot->stratum] = (struct lw_track_seen){lot->agent + 1, cell};
  }
  return cell;
}

size_t lw_track_cells_bytes(const struct lw_track_cells *cells)
{
  return lw_track_table_bytes(&cells->table) + lw_track_table_bytes(&cells->strata) +
         cells->capacity * (sizeof *cells->stratum + sizeof *cells->before) +
         cells->agents_capacity * (sizeof *cells->last + sizeof *cells->count) +
         cells->seen_capacity * sizeof *cells->seen;
}

void lw_track_lots_order(const struct lw_track_lot *lots, uint32_t count, uint32_t n_agents,
                         uint32_t *ret_order, uint32_t *ret_ends)
{
  memset(ret_ends, 0, ((size_t)n_agents + 1) * sizeof *ret_ends);
  for (uint32_t i = 0; i < count; i++) {
    ret_ends[lots[i].agent + 1]++;
  }
  for (uint32_t i = 0; i < n_agents; i++) {
    ret_ends[i + 1] += ret_ends[i];
  }
  for (uint32_t i = 0; i < count; i++) { /* from where each begins it moves to where it ends */
    ret_order[ret_ends[lots[i].agent]++] = i;
  }
}
