/* The sums' cells are of an agent, a team and a stratum: here teams are left aside, and the rows
 * are put in the order in which measure wants them, by counting: first by stratum, then by agent.
 */
#include "track/given.h"

#include "base/money.h"
#include "measure/discover.h"

#include <math.h>
#include <stdlib.h>

enum { GROUP_WORDS = 2 };

#define SCRATCH_BYTES_MAX ((size_t)1 << 30) /* some 100 bytes for each agent's strata */

const char *lw_track_measure_name(enum lw_track_measure measure)
{
  static const char *const names[LW_TRACK_MEASURES] = {"amount", "given", "asked", "resolve",
                                                       "rating"};
  return names[measure];
}

enum lw_funnel_kind lw_track_measure_kind(enum lw_track_measure measure)
{
  bool is_share = measure == LW_TRACK_GIVEN || measure == LW_TRACK_ASKED;
  return is_share ? LW_FUNNEL_SHARE : measure == LW_TRACK_RATING ? LW_FUNNEL_PART : LW_FUNNEL_MEAN;
}

void lw_track_value_print(enum lw_track_measure measure, double value, uint16_t currency,
                          struct lw_buf *out)
{
  static const double million = 1e6;
  switch (measure) {
  case LW_TRACK_AMOUNT:
    lw_buf_add_char(out, '"');
    lw_money_print((lw_money){llround(value), currency}, out);
    lw_buf_add_char(out, '"');
    break;
  case LW_TRACK_GIVEN:
  case LW_TRACK_ASKED: lw_buf_printf(out, "\"%.4f\"", value); break;
  case LW_TRACK_RESOLVE: lw_buf_printf(out, "%.1f", value); break;
  case LW_TRACK_RATING: lw_buf_printf(out, "\"%.4f\"", value / million); break;
  case LW_TRACK_MEASURES: break;
  }
}

/* What the measures share. */
struct parts {
  const struct lw_track_sums *sums;
  const struct lw_track_table *cells;
  const uint32_t *by_cell; /* its stratum */
  uint32_t *order;         /* cells by agent, then by stratum */
  uint32_t *groups;        /* by stratum: its reason and action */
  uint32_t n_strata;
  uint32_t n_groups;
};

static struct lw_mix_cell mix_cell(enum lw_track_measure measure, const struct parts *parts,
                                   uint32_t at)
{
  const struct lw_track_cell *cell = &parts->cells->cells[at];
  switch (measure) {
  case LW_TRACK_AMOUNT:
    return (struct lw_mix_cell){cell->decisions, cell->minor, cell->minor_squares,
                                cell->minor_cubes};
  case LW_TRACK_GIVEN: return (struct lw_mix_cell){.n = cell->decisions, .sum = cell->given};
  case LW_TRACK_ASKED: return (struct lw_mix_cell){.n = cell->decisions, .sum = cell->asked};
  case LW_TRACK_RESOLVE: return lw_track_sums_end_of(parts->sums, at)->resolved;
  case LW_TRACK_RATING: return lw_track_sums_end_of(parts->sums, at)->rated;
  case LW_TRACK_MEASURES: break;
  }
  return (struct lw_mix_cell){0};
}

/* Cells' numbers, put in the order of keys[number], which are below `bound`; those of the same key
 * as they stand. False: memory is out. */
static bool order_by(const uint32_t *numbers, uint32_t count, const uint32_t *keys, size_t stride,
                     uint32_t bound, uint32_t *ret_numbers)
{
  uint32_t *places = calloc((size_t)bound + 1, sizeof *places);
  if (places == NULL) {
    return false;
  }
  for (uint32_t i = 0; i < count; i++) {
    places[keys[i * stride] + 1]++;
  }
  for (uint32_t i = 0; i < bound; i++) {
    places[i + 1] += places[i];
  }
  for (uint32_t i = 0; i < count; i++) {
    uint32_t number = numbers != NULL ? numbers[i] : i;
    ret_numbers[places[keys[number * stride]]++] = number;
  }
  free(places);
  return true;
}

/* The group of each stratum. False: memory is out. */
static bool find_groups(const struct lw_track_table *strata, struct parts *parts)
{
  struct lw_track_table groups;
  bool found = true;
  lw_track_table_init(&groups, GROUP_WORDS);
  for (uint32_t i = 0; found && i < strata->count; i++) {
    const struct lw_track_cell *group = lw_track_table_add(&groups, lw_track_table_key(strata, i));
    found = group != NULL;
    parts->groups[i] = found ? (uint32_t)(group - groups.cells) : 0;
  }
  parts->n_strata = strata->count;
  parts->n_groups = groups.count;
  lw_track_table_finish(&groups);
  return found;
}

/* False: memory is out. */
static bool make_parts(const struct lw_track_sums *sums, uint32_t n_agents,
                       struct lw_arena *scratch, struct parts *parts)
{
  const struct lw_track_table *cells = lw_track_sums_table(sums, LW_TRACK_BY_STRATUM);
  const struct lw_track_table *strata = lw_track_sums_strata(sums, &parts->by_cell);
  size_t room = (size_t)cells->count + 1;
  uint32_t *by_stratum = LW_NEW_ARRAY(scratch, uint32_t, room);
  parts->sums = sums;
  parts->cells = cells;
  parts->order = LW_NEW_ARRAY(scratch, uint32_t, room);
  parts->groups = LW_NEW_ARRAY(scratch, uint32_t, (size_t)strata->count + 1);
  return by_stratum != NULL && parts->order != NULL && parts->groups != NULL &&
         order_by(NULL, cells->count, parts->by_cell, 1, strata->count, by_stratum) &&
         order_by(by_stratum, cells->count, cells->keys + LW_TRACK_AGENT, cells->words, n_agents,
                  parts->order) &&
         find_groups(strata, parts);
}

/* A row an agent and stratum: cells of whoever was in two teams come together. Cells lie anywhere
 * in memory: rows of all decisions are made once, and shares, which are of the same ones, of these.
 */
struct rows {
  struct lw_mix_row *items;
  size_t count;
  int64_t *given; /* by row of decisions */
  int64_t *asked;
};

static bool add_row(const struct parts *parts, enum lw_track_measure measure, uint32_t at,
                    struct rows *rows)
{
  const struct lw_mix_cell cell = mix_cell(measure, parts, at);
  if (cell.n == 0) {
    return true;
  }
  uint32_t unit = lw_track_table_key(parts->cells, at)[LW_TRACK_AGENT];
  struct lw_mix_row *last = rows->count != 0 ? &rows->items[rows->count - 1] : NULL;
  if (last != NULL && last->unit == unit && last->stratum == parts->by_cell[at]) {
    return lw_mix_join(&last->cell, &cell);
  }
  rows->given[rows->count] = rows->asked[rows->count] = 0;
  rows->items[rows->count++] = (struct lw_mix_row){unit, parts->by_cell[at], cell};
  return true;
}

static enum lw_code gather(const struct parts *parts, enum lw_track_measure measure,
                           struct rows *rows, struct lw_error *err)
{
  enum { AHEAD = 8 };
  const struct lw_track_table *cells = parts->cells;
  rows->count = 0;
  for (uint32_t i = 0; i < cells->count; i++) {
    uint32_t at = parts->order[i];
    if (measure == LW_TRACK_AMOUNT && i + AHEAD < cells->count) {
      const char *ahead = (const char *)&cells->cells[parts->order[i + AHEAD]];
      __builtin_prefetch(ahead);
      __builtin_prefetch(ahead + 64);
      __builtin_prefetch(lw_track_table_key(cells, parts->order[i + AHEAD]));
    }
    if (!add_row(parts, measure, at, rows)) {
      return lw_fail(err, LW_OVERFLOW, "the sums are too large to be counted");
    }
    if (rows->count != 0 && measure == LW_TRACK_AMOUNT) { /* parts of the row's decisions */
      rows->given[rows->count - 1] += cells->cells[at].given;
      rows->asked[rows->count - 1] += cells->cells[at].asked;
    }
  }
  return LW_OK;
}

static void put_shares(const int64_t *sums, struct rows *rows)
{
  for (size_t i = 0; i < rows->count; i++) {
    rows->items[i].cell = (struct lw_mix_cell){.n = rows->items[i].cell.n, .sum = sums[i]};
  }
}

/* Those of one measure; the measures are asked for in their order, as shares are made of the rows
 * that are there. */
static enum lw_code make_rows(const struct parts *parts, enum lw_track_measure measure,
                              struct rows *rows, struct lw_error *err)
{
  switch (measure) {
  case LW_TRACK_GIVEN: put_shares(rows->given, rows); return LW_OK;
  case LW_TRACK_ASKED: put_shares(rows->asked, rows); return LW_OK;
  case LW_TRACK_RESOLVE:
  case LW_TRACK_RATING:
    rows->count = 0;
    return lw_track_sums_has_ends(parts->sums) ? gather(parts, measure, rows, err) : LW_OK;
  case LW_TRACK_AMOUNT:
  case LW_TRACK_MEASURES: break;
  }
  return gather(parts, measure, rows, err);
}

static enum lw_code place_all(enum lw_funnel_kind kind, struct lw_track_given *given,
                              struct lw_error *err)
{
  enum lw_code rc = lw_funnel_spread(kind, given->units, given->n_agents, &given->spread, err);
  for (uint32_t i = 0; rc == LW_OK && i < given->n_agents; i++) {
    given->places[i] = lw_funnel_place(kind, &given->units[i], &given->spread);
    given->q[i] = given->places[i].known ? given->places[i].p : 2.0; /* no look at all */
  }
  return rc == LW_OK ? lw_discover(given->q, given->n_agents, given->q, err) : rc;
}

static enum lw_code measure_one(const struct parts *parts, enum lw_track_measure measure,
                                struct rows *rows, struct lw_track_given *given,
                                struct lw_error *err)
{
  enum lw_code rc = make_rows(parts, measure, rows, err);
  const struct lw_mix_input input = {.kind = lw_track_measure_kind(measure),
                                     .n_units = given->n_agents,
                                     .n_strata = parts->n_strata,
                                     .n_groups = parts->n_groups,
                                     .rows = rows->items,
                                     .n_rows = rows->count,
                                     .groups = parts->groups};
  rc = rc == LW_OK ? lw_mix_expect(&input, given->units, &given->whole, err) : rc;
  return rc == LW_OK ? place_all(input.kind, given, err) : rc;
}

/* Room for each measure's figures. */
static bool make_room(struct lw_track_given *given, uint32_t n_agents, struct lw_arena *arena)
{
  *given = (struct lw_track_given){
      .n_agents = n_agents,
      .units = LW_NEW_ARRAY(arena, struct lw_funnel_unit, (size_t)n_agents + 1),
      .places = LW_NEW_ARRAY(arena, struct lw_funnel_place, (size_t)n_agents + 1),
      .q = LW_NEW_ARRAY(arena, double, (size_t)n_agents + 1)};
  return given->units != NULL && given->places != NULL && given->q != NULL;
}

static enum lw_code measure_all(const struct parts *parts, struct lw_arena *scratch,
                                struct lw_track_given *given, struct lw_error *err)
{
  size_t room = (size_t)parts->cells->count + 1;
  struct rows rows = {.items = LW_NEW_ARRAY(scratch, struct lw_mix_row, room),
                      .given = LW_NEW_ARRAY(scratch, int64_t, room),
                      .asked = LW_NEW_ARRAY(scratch, int64_t, room)};
  bool made = rows.items != NULL && rows.given != NULL && rows.asked != NULL;
  enum lw_code rc = made ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory");
  for (uint32_t m = 0; rc == LW_OK && m < LW_TRACK_MEASURES; m++) {
    rc = measure_one(parts, (enum lw_track_measure)m, &rows, &given[m], err);
  }
  return rc;
}

enum lw_code lw_track_given_make(const struct lw_track_sums *sums, struct lw_arena *arena,
                                 struct lw_track_given ret_given[LW_TRACK_MEASURES],
                                 struct lw_error *err)
{
  const struct lw_track_agent *agents = NULL;
  struct lw_arena scratch;
  struct parts parts = {.cells = NULL};
  uint32_t n_agents = lw_track_sums_agents(sums, &agents);
  lw_arena_init(&scratch, NULL, SCRATCH_BYTES_MAX);
  bool room = true;
  for (uint32_t m = 0; m < LW_TRACK_MEASURES; m++) {
    room = make_room(&ret_given[m], n_agents, arena) && room;
  }
  enum lw_code rc = room && make_parts(sums, n_agents, &scratch, &parts)
                        ? LW_OK
                        : lw_fail(err, LW_NO_MEMORY, "out of memory");
  rc = rc == LW_OK ? measure_all(&parts, &scratch, ret_given, err) : rc;
  lw_arena_finish(&scratch);
  return rc;
}
