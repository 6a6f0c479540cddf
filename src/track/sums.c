/* One pass over the rows of the window, in runs of a chunk; decisions are set aside and counted a
 * million at a time, in order of their agents, as the cells of all agents together are too many for
 * any near memory (cells.h). A row that is about an earlier one (an answer, a confirmation, a
 * reversal) is taken in behind them; it finds that one's cell by reading its stratum again, and
 * what stood there in a small table of those that have changed: most never do. */
#include "track/sums.h"

#include "base/check.h"
#include "base/table.h"
#include "data/json.h"
#include "policy/decide.h"
#include "track/cells.h"

#include <stdlib.h>
#include <string.h>

enum { RUN = 4096, LOTS = 1 << 20, AHEAD = 16, DAYS_SEEN_MAX = 1 << 16, CASES_WORDS = 2 };
#define NOBODY UINT32_MAX

#define USEC_PER_DAY (LW_USEC_PER_SECOND * LW_SECONDS_PER_DAY)

struct person { /* by code of the tape; 0 is nobody */
  uint32_t agent;
  uint32_t team;
};

struct stand { /* what became of a row; row 0 with `used` false: free */
  uint64_t row;
  int64_t minor;
  bool given;
  bool used;
};

struct day_seen { /* the cell of a team and reason that was counted in last, and its day + 1 */
  uint32_t day;
  uint32_t cell;
};

struct lw_track_sums {
  struct lw_arena keep; /* names */
  const struct lw_tape *tape;
  struct lw_track_strata *strata;
  struct lw_json_reader *json;
  struct lw_arena scratch;
  lw_usec since;
  uint32_t n_days;
  bool begun;
  uint64_t first_row; /* of the window */
  uint64_t rows;      /* that were taken in */
  struct person *persons;
  uint32_t n_persons;
  struct lw_table agent_index;
  struct lw_track_agent *agents;
  uint32_t n_agents;
  size_t agents_capacity;
  struct lw_table team_index;
  lw_str *teams;
  uint32_t n_teams;
  size_t teams_capacity;
  struct lw_track_cells cells;
  struct lw_track_table by_day;
  struct lw_track_table by_week;
  struct lw_track_version *versions;
  uint32_t n_versions;
  size_t versions_capacity;
  bool has_unversioned; /* something was decided by nobody knows which */
  struct stand *stands;
  uint32_t n_stands;
  uint32_t stands_capacity;
  uint32_t *end_of; /* by cell: number + 1 among ends, or 0; cells past its room have none */
  size_t end_of_capacity;
  struct lw_track_end *ends;
  uint32_t n_ends;
  size_t ends_capacity;
  struct lw_track_table cases;
  bool fits;
  bool no_memory;
  struct lw_track_stratum run[RUN];
  uint32_t run_person[RUN];
  int64_t run_kind[RUN], run_at[RUN], run_verdict[RUN], run_minor[RUN], run_policy[RUN],
      run_marks[RUN];
  /* Set aside; NULL between two calls of follow. */
  struct lw_track_lot *lots;
  uint32_t n_lots;
  uint32_t lots_room;
  uint64_t *later; /* rows about earlier ones, as many as there is room for lots */
  uint32_t n_later;
  struct day_seen *days_seen; /* by team, then reason; NULL: too many of them */
  uint32_t n_reasons;
};

/* --- arrays that grow --- */

static void *grow(struct lw_track_sums *sums, void *items, size_t *capacity, size_t need,
                  size_t size_bytes)
{
  if (need <= *capacity) {
    return items;
  }
  size_t more = need + need / 2 + 16;
  void *grown = realloc(items, more * size_bytes);
  if (grown == NULL) {
    sums->no_memory = true;
    return NULL;
  }
  memset((char *)grown + *capacity * size_bytes, 0, (more - *capacity) * size_bytes);
  *capacity = more;
  return grown;
}

/* --- people --- */

static uint32_t find_agent(struct lw_track_sums *sums, lw_str id)
{
  bool is_new = false;
  const uint32_t *found = lw_table_find(&sums->agent_index, id);
  if (found != NULL) {
    return *found;
  }
  void *grown = grow(sums, sums->agents, &sums->agents_capacity, (size_t)sums->n_agents + 1,
                     sizeof *sums->agents);
  lw_str name = lw_str_copy(&sums->keep, id);
  uint32_t *place =
      grown != NULL && name.ptr != NULL ? lw_table_add(&sums->agent_index, name, &is_new) : NULL;
  sums->agents = grown != NULL ? grown : sums->agents;
  if (place == NULL) {
    sums->no_memory = true;
    return NOBODY;
  }
  *place = sums->n_agents;
  sums->agents[sums->n_agents] = (struct lw_track_agent){.id = name};
  return sums->n_agents++;
}

static uint32_t find_team(struct lw_track_sums *sums, lw_str path)
{
  bool is_new = false;
  const uint32_t *found = lw_table_find(&sums->team_index, path);
  if (found != NULL) {
    return *found;
  }
  void *grown = grow(sums, sums->teams, &sums->teams_capacity, (size_t)sums->n_teams + 1,
                     sizeof *sums->teams);
  sums->teams = grown != NULL ? grown : sums->teams;
  lw_str name = lw_str_copy(&sums->keep, path);
  uint32_t *place =
      grown != NULL && name.ptr != NULL ? lw_table_add(&sums->team_index, name, &is_new) : NULL;
  if (place == NULL) {
    sums->no_memory = true;
    return NOBODY;
  }
  *place = sums->n_teams;
  sums->teams[sums->n_teams] = name;
  return sums->n_teams++;
}

static enum lw_code read_person(struct lw_track_sums *sums, uint32_t code, struct lw_error *err)
{
  const struct lw_value *person = NULL;
  lw_arena_reset(&sums->scratch);
  enum lw_code rc =
      lw_json_read(sums->json, &sums->scratch, lw_tape_text(sums->tape, LW_TAPE_PERSON, code), NULL,
                   &person, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_str id = lw_value_text(person, LW_STR("id"));
  struct person *place = &sums->persons[code];
  *place = (struct person){NOBODY, NOBODY};
  if (id.len != 0) {
    place->agent = find_agent(sums, id);
    place->team = find_team(sums, lw_value_text(person, LW_STR("team")));
    if (place->agent != NOBODY) {
      sums->agents[place->agent].is_ai =
          lw_str_equal(lw_value_text(person, LW_STR("kind")), LW_STR("ai"));
    }
  }
  return LW_OK;
}

/* Whoever came to the tape since. */
static enum lw_code read_people(struct lw_track_sums *sums, struct lw_error *err)
{
  uint32_t count = lw_tape_texts(sums->tape, LW_TAPE_PERSON) + 1;
  if (count <= sums->n_persons) {
    return LW_OK;
  }
  struct person *persons = realloc(sums->persons, count * sizeof *persons);
  enum lw_code rc = persons != NULL ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory");
  sums->persons = persons != NULL ? persons : sums->persons;
  if (rc == LW_OK && sums->n_persons == 0) {
    sums->persons[sums->n_persons++] = (struct person){NOBODY, NOBODY};
  }
  for (; rc == LW_OK && sums->n_persons < count; sums->n_persons++) {
    rc = read_person(sums, sums->n_persons, err);
  }
  return rc;
}

/* --- cells --- */

static uint32_t day_of(const struct lw_track_sums *sums, lw_usec at)
{
  int64_t day = (at - sums->since) / USEC_PER_DAY;
  return day < 0 ? 0 : day >= sums->n_days ? sums->n_days - 1 : (uint32_t)day;
}

/* The cells that a decision counts in, one of each table. */
struct counted {
  struct lw_track_cell *cells[LW_TRACK_TABLES];
};

static struct lw_track_cell *day_cell(struct lw_track_sums *sums, uint32_t day, uint32_t team,
                                      uint32_t reason)
{
  const uint32_t key[LW_TRACK_DAY_WORDS] = {day, team, reason};
  return lw_track_table_add(&sums->by_day, key);
}

/* The same for rows in order of their days, who mostly ask for the one that they asked for last. */
static struct lw_track_cell *day_cell_again(struct lw_track_sums *sums, uint32_t day, uint32_t team,
                                            uint32_t reason)
{
  if (sums->days_seen == NULL) {
    return day_cell(sums, day, team, reason);
  }
  struct day_seen *seen = &sums->days_seen[team * sums->n_reasons + reason];
  if (seen->day != day + 1) {
    const struct lw_track_cell *cell = day_cell(sums, day, team, reason);
    if (cell == NULL) {
      return NULL;
    }
    *seen = (struct day_seen){day + 1, (uint32_t)(cell - sums->by_day.cells)};
  }
  return &sums->by_day.cells[seen->cell];
}

static struct lw_track_cell *week_cell(struct lw_track_sums *sums, uint32_t day, uint32_t agent)
{
  const uint32_t key[LW_TRACK_WEEK_WORDS] = {day / 7, agent};
  return lw_track_table_add(&sums->by_week, key);
}

static uint32_t stratum_number(struct lw_track_sums *sums, const struct lw_track_stratum *stratum)
{
  const uint32_t parts[LW_TRACK_STRATUM_PARTS] = {
      stratum->reason, stratum->action, stratum->segment, stratum->channel, stratum->band};
  uint32_t number = lw_track_cells_stratum(&sums->cells, parts);
  sums->no_memory = sums->no_memory || number == UINT32_MAX;
  return number;
}

static bool counts(const struct person *person)
{
  return person->agent != NOBODY && person->team != NOBODY;
}

/* False: it is nobody's, or memory is out. */
static bool find_cells(struct lw_track_sums *sums, uint32_t person_code, lw_usec at,
                       const struct lw_track_stratum *stratum, struct counted *counted)
{
  const struct person *person = &sums->persons[person_code];
  uint32_t number = counts(person) ? stratum_number(sums, stratum) : UINT32_MAX;
  if (number == UINT32_MAX) {
    return false;
  }
  uint32_t cell = lw_track_cells_add(&sums->cells, person->agent, person->team, number);
  uint32_t day = day_of(sums, at);
  counted->cells[LW_TRACK_BY_STRATUM] = cell != UINT32_MAX ? &sums->cells.table.cells[cell] : NULL;
  counted->cells[LW_TRACK_BY_DAY] = day_cell(sums, day, person->team, stratum->reason);
  counted->cells[LW_TRACK_BY_WEEK] = week_cell(sums, day, person->agent);
  for (size_t i = 0; i < LW_TRACK_TABLES; i++) {
    sums->no_memory = sums->no_memory || counted->cells[i] == NULL;
  }
  return !sums->no_memory;
}

static void add(struct lw_track_sums *sums, int64_t *sum, int64_t more)
{
  sums->fits = sums->fits && !__builtin_add_overflow(*sum, more, sum);
}

/* Amounts past this are not summed up: the cubes of 2^31 such would not fit. */
#define MINOR_MAX (INT64_C(1) << 31)

static void change(struct lw_track_sums *sums, struct lw_track_cell *cell, bool was_given,
                   int64_t was, bool is_given, int64_t is)
{
  cell->given += (int64_t)is_given - (int64_t)was_given;
  sums->fits = sums->fits && is <= MINOR_MAX;
  if (sums->fits) {
    add(sums, &cell->minor, is - was);
    cell->minor_squares += (lw_int128)is * is - (lw_int128)was * was;
    cell->minor_cubes += (lw_int128)is * is * is - (lw_int128)was * was * was;
  }
}

/* --- what later became of a row --- */

static uint32_t stand_slot(uint64_t row, uint32_t capacity)
{
  return (uint32_t)(row * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (capacity - 1);
}

static bool grow_stands(struct lw_track_sums *sums)
{
  uint32_t capacity = sums->stands_capacity != 0 ? sums->stands_capacity * 2 : 1024;
  struct stand *stands = calloc(capacity, sizeof *stands);
  if (stands == NULL) {
    sums->no_memory = true;
    return false;
  }
  for (uint32_t i = 0; i < sums->stands_capacity; i++) {
    uint32_t at = stand_slot(sums->stands[i].row, capacity);
    while (sums->stands[i].used && stands[at].used) {
      at = (at + 1) & (capacity - 1);
    }
    if (sums->stands[i].used) {
      stands[at] = sums->stands[i];
    }
  }
  free(sums->stands);
  sums->stands = stands;
  sums->stands_capacity = capacity;
  return true;
}

/* As it stands; at first as it was decided. */
static struct stand *stand_of(struct lw_track_sums *sums, uint64_t row)
{
  if (sums->n_stands >= sums->stands_capacity / 2 && !grow_stands(sums)) {
    return NULL;
  }
  uint32_t mask = sums->stands_capacity - 1;
  uint32_t at = stand_slot(row, sums->stands_capacity);
  for (; sums->stands[at].used; at = (at + 1) & mask) {
    if (sums->stands[at].row == row) {
      return &sums->stands[at];
    }
  }
  bool given = lw_tape_number(sums->tape, LW_TAPE_VERDICT, row) == LW_GRANTED;
  int64_t minor = lw_tape_number(sums->tape, LW_TAPE_MINOR, row);
  sums->stands[at] = (struct stand){
      .row = row, .minor = given && minor > 0 ? minor : 0, .given = given, .used = true};
  sums->n_stands++;
  return &sums->stands[at];
}

static void change_all(struct lw_track_sums *sums, const struct counted *counted,
                       struct stand *stand, bool given, int64_t minor)
{
  for (size_t i = 0; i < LW_TRACK_TABLES; i++) {
    change(sums, counted->cells[i], stand->given, stand->minor, given, minor);
  }
  stand->given = given;
  stand->minor = minor;
}

static void take_later(struct lw_track_sums *sums, uint64_t row, enum lw_tape_kind kind,
                       int64_t minor)
{
  struct lw_track_stratum stratum;
  uint64_t request = 0;
  if (kind == LW_TAPE_CLOSED || !lw_tape_find_request(sums->tape, row, &request) ||
      request < sums->first_row || lw_tape_number(sums->tape, LW_TAPE_AT, request) < sums->since ||
      lw_tape_is_own(sums->tape, request)) {
    return;
  }
  if (!lw_track_strata_read(sums->strata, request, 1, &stratum)) {
    sums->no_memory = true;
    return;
  }
  struct counted counted;
  bool counts = find_cells(sums, lw_tape_code_at(sums->tape, LW_TAPE_PERSON, request),
                           lw_tape_number(sums->tape, LW_TAPE_AT, request), &stratum, &counted);
  struct stand *stand = counts ? stand_of(sums, request) : NULL;
  if (stand == NULL) {
    return;
  }
  if (kind == LW_TAPE_UNDONE) {
    change_all(sums, &counted, stand, false, 0);
  } else if (kind == LW_TAPE_ANSWERED || minor != LW_TAPE_NONE) {
    change_all(sums, &counted, stand, true, minor > 0 ? minor : 0);
  }
  if (kind == LW_TAPE_ANSWERED) {
    int64_t waited = lw_tape_number(sums->tape, LW_TAPE_WAITED, row);
    for (size_t i = 0; i < LW_TRACK_TABLES; i++) {
      counted.cells[i]->answered++;
      add(sums, &counted.cells[i]->waited_usec, waited > 0 ? waited : 0);
    }
  }
}

/* --- rows --- */

/* Versions are few and most rows have the last one's: the search is short. The first of the window
 * holds from its beginning on, unless something was decided before: quiet days are no change. */
static void note_version(struct lw_track_sums *sums, int64_t version, lw_usec at)
{
  bool is_first = sums->n_versions == 0 && !sums->has_unversioned;
  if (version <= 0) {
    sums->has_unversioned = true;
    return;
  }
  for (uint32_t i = sums->n_versions; i-- > 0;) {
    if (sums->versions[i].version == version) {
      return;
    }
  }
  void *grown = grow(sums, sums->versions, &sums->versions_capacity, (size_t)sums->n_versions + 1,
                     sizeof *sums->versions);
  if (grown != NULL) {
    sums->versions = grown;
    sums->versions[sums->n_versions++] =
        (struct lw_track_version){version, is_first ? 0 : day_of(sums, at)};
  }
}

static void count_lot(struct lw_track_sums *sums, struct lw_track_cell *cell,
                      const struct lw_track_lot *lot)
{
  if (cell == NULL) {
    sums->no_memory = true;
    return;
  }
  cell->decisions++;
  cell->at_once += lot->given;
  cell->asked += lot->asked;
  change(sums, cell, false, 0, lot->given, lot->minor);
}

/* Counted by day at once, as days come in order; set aside for the rest. */
static void take_request(struct lw_track_sums *sums, uint32_t i)
{
  const struct person *person = &sums->persons[sums->run_person[i]];
  uint32_t number = counts(person) ? stratum_number(sums, &sums->run[i]) : UINT32_MAX;
  if (number == UINT32_MAX) {
    return;
  }
  bool given = sums->run_verdict[i] == LW_GRANTED;
  struct lw_track_lot *lot = &sums->lots[sums->n_lots++];
  *lot = (struct lw_track_lot){.agent = person->agent,
                               .team = person->team,
                               .stratum = number,
                               .day = day_of(sums, sums->run_at[i]),
                               .minor = given && sums->run_minor[i] > 0 ? sums->run_minor[i] : 0,
                               .given = given,
                               .asked = sums->run_verdict[i] == LW_ASK};
  count_lot(sums, day_cell_again(sums, lot->day, lot->team, sums->run[i].reason), lot);
  note_version(sums, sums->run_policy[i], sums->run_at[i]);
  sums->agents[person->agent].team = sums->teams[person->team];
}

static void read_run(struct lw_track_sums *sums, uint64_t first, uint32_t count)
{
  const struct lw_tape *tape = sums->tape;
  lw_tape_read_codes(tape, LW_TAPE_PERSON, first, count, sums->run_person);
  lw_tape_read_numbers(tape, LW_TAPE_KIND, first, count, sums->run_kind);
  lw_tape_read_numbers(tape, LW_TAPE_AT, first, count, sums->run_at);
  lw_tape_read_numbers(tape, LW_TAPE_VERDICT, first, count, sums->run_verdict);
  lw_tape_read_numbers(tape, LW_TAPE_MINOR, first, count, sums->run_minor);
  lw_tape_read_numbers(tape, LW_TAPE_POLICY, first, count, sums->run_policy);
  lw_tape_read_numbers(tape, LW_TAPE_MARKS, first, count, sums->run_marks);
}

static void take_run(struct lw_track_sums *sums, uint64_t first, uint32_t count)
{
  read_run(sums, first, count);
  if (!lw_track_strata_read(sums->strata, first, count, sums->run)) {
    sums->no_memory = true;
    return;
  }
  for (uint32_t i = 0; i < count && !sums->no_memory; i++) {
    if (sums->run_kind[i] != LW_TAPE_REQUEST) {
      sums->later[sums->n_later++] = first + i;
    } else if (sums->run_at[i] >= sums->since && !lw_tape_has(sums->run_marks[i], LW_TAPE_OWN)) {
      take_request(sums, i);
    }
  }
}

/* --- what was set aside --- */

/* One agent's, `count` places of lots; those of some more stand behind them. */
static bool count_agent(struct lw_track_sums *sums, uint32_t agent, const uint32_t *order,
                        uint32_t count)
{
  const struct lw_track_lot *lots = sums->lots;
  struct lw_track_cell *of_week = NULL;
  uint32_t week = UINT32_MAX;
  if (!lw_track_cells_turn(&sums->cells, agent, count)) {
    return false;
  }
  for (uint32_t i = 0; i < count && !sums->no_memory; i++) {
    const struct lw_track_lot *lot = &lots[order[i]];
    __builtin_prefetch(&lots[order[i + AHEAD]]);
    lw_track_cells_fetch(&sums->cells, &lots[order[i + AHEAD / 2]]);
    uint32_t cell = lw_track_cells_find(&sums->cells, lot);
    if (lot->day / 7 != week) {
      week = lot->day / 7;
      of_week = week_cell(sums, lot->day, agent);
    }
    count_lot(sums, cell != UINT32_MAX ? &sums->cells.table.cells[cell] : NULL, lot);
    count_lot(sums, of_week, lot);
  }
  return !sums->no_memory;
}

static bool count_lots(struct lw_track_sums *sums)
{
  uint32_t *order = calloc((size_t)sums->n_lots + AHEAD, sizeof *order);
  uint32_t *ends = calloc((size_t)sums->n_agents + 1, sizeof *ends);
  bool counted = order != NULL && ends != NULL;
  if (counted && sums->n_lots != 0) {
    lw_track_lots_order(sums->lots, sums->n_lots, sums->n_agents, order, ends);
    for (uint32_t agent = 0, from = 0; counted && agent < sums->n_agents; agent++) {
      counted = from == ends[agent] || count_agent(sums, agent, order + from, ends[agent] - from);
      from = ends[agent];
    }
  }
  free(order);
  free(ends);
  return counted;
}

static void take_aside(struct lw_track_sums *sums)
{
  if (!count_lots(sums)) {
    sums->no_memory = true;
  }
  for (uint32_t i = 0; i < sums->n_later && !sums->no_memory; i++) {
    uint64_t row = sums->later[i];
    take_later(sums, row, (enum lw_tape_kind)lw_tape_number(sums->tape, LW_TAPE_KIND, row),
               lw_tape_number(sums->tape, LW_TAPE_MINOR, row));
  }
  sums->n_lots = sums->n_later = 0;
}

/* What is found again without its key, while `rows` are taken in: nobody new comes meanwhile. */
static void make_near(struct lw_track_sums *sums, uint64_t rows)
{
  uint32_t sizes[LW_TRACK_STRATUM_PARTS];
  lw_track_strata_sizes(sums->strata, sizes);
  lw_track_cells_many(&sums->cells, sizes, rows);
  sums->n_reasons = sizes[0];
  uint64_t days = (uint64_t)sums->n_teams * sums->n_reasons;
  if (days <= DAYS_SEEN_MAX && days / 4 <= rows) {
    sums->days_seen = calloc(days + 1, sizeof *sums->days_seen); /* NULL: it goes without, too */
  }
}

static bool make_room(struct lw_track_sums *sums, uint64_t rows)
{
  sums->lots_room = rows < LOTS ? (uint32_t)rows : LOTS;
  sums->lots = malloc(sums->lots_room * sizeof *sums->lots);
  sums->later = malloc(sums->lots_room * sizeof *sums->later);
  make_near(sums, rows);
  return sums->lots != NULL && sums->later != NULL;
}

static void free_room(struct lw_track_sums *sums)
{
  free(sums->lots);
  free(sums->later);
  free(sums->days_seen);
  sums->lots = NULL;
  sums->later = NULL;
  sums->days_seen = NULL;
  lw_track_cells_many_done(&sums->cells);
}

/* Rows that lie in one chunk, and no more than there is room for. */
static uint32_t next_run(const struct lw_track_sums *sums, uint64_t left)
{
  uint64_t chunk = LW_TAPE_CHUNK_ROWS - sums->rows % LW_TAPE_CHUNK_ROWS;
  uint64_t count = left < chunk ? left : chunk;
  return (uint32_t)(count < RUN ? count : RUN);
}

enum lw_code lw_track_sums_follow(struct lw_track_sums *sums, struct lw_error *err)
{
  uint64_t rows = lw_tape_rows(sums->tape);
  if (!sums->begun) {
    sums->first_row = lw_tape_find_at(sums->tape, sums->since);
    sums->rows = sums->first_row;
    sums->begun = true;
  }
  enum lw_code rc = read_people(sums, err);
  if (rc != LW_OK || sums->rows == rows) {
    return rc;
  }
  sums->no_memory = !make_room(sums, rows - sums->rows);
  while (!sums->no_memory && sums->fits && sums->rows < rows) {
    uint32_t count = next_run(sums, rows - sums->rows);
    take_run(sums, sums->rows, count);
    sums->rows += count;
    uint32_t held = sums->n_lots > sums->n_later ? sums->n_lots : sums->n_later;
    if (sums->rows == rows || held + RUN > sums->lots_room) {
      take_aside(sums);
    }
  }
  free_room(sums);
  return sums->no_memory ? lw_fail(err, LW_NO_MEMORY, "out of memory")
         : !sums->fits   ? lw_fail(err, LW_OVERFLOW, "the sums are too large to be counted")
                         : LW_OK;
}

/* --- looking over --- */

static bool same_whole(const struct lw_track_cell *a, const struct lw_track_cell *b)
{
  return a->decisions == b->decisions && a->given == b->given && a->at_once == b->at_once &&
         a->asked == b->asked && a->answered == b->answered && a->minor == b->minor &&
         a->minor_squares == b->minor_squares && a->minor_cubes == b->minor_cubes &&
         a->waited_usec == b->waited_usec;
}

enum lw_code lw_track_sums_check(const struct lw_track_sums *sums, struct lw_error *err)
{
  struct lw_track_cell wholes[LW_TRACK_TABLES] = {{.decisions = 0}};
  for (int id = 0; id < LW_TRACK_TABLES; id++) {
    const struct lw_track_table *table = lw_track_sums_table(sums, (enum lw_track_table_id)id);
    for (uint32_t i = 0; i < table->count; i++) {
      if (!lw_track_cell_add(&wholes[id], &table->cells[i])) {
        return lw_fail(err, LW_OVERFLOW, "the sums are too large to be counted");
      }
    }
    if (!same_whole(&wholes[id], &wholes[LW_TRACK_BY_STRATUM])) {
      return lw_fail(err, LW_INVALID,
                     "the sums do not agree: %lld decisions by sort of case, %lld by another way",
                     (long long)wholes[LW_TRACK_BY_STRATUM].decisions,
                     (long long)wholes[id].decisions);
    }
  }
  return LW_OK;
}

/* --- from without --- */

struct lw_track_sums *lw_track_sums_create(const struct lw_tape *tape,
                                           const struct lw_track_facts *facts, lw_usec since,
                                           uint32_t n_days)
{
  LW_ASSERT(n_days != 0);
  struct lw_track_sums *sums = calloc(1, sizeof *sums);
  if (sums == NULL) {
    return NULL;
  }
  lw_arena_init(&sums->keep, NULL, 0);
  lw_arena_init(&sums->scratch, NULL, 0);
  lw_table_init(&sums->agent_index, &sums->keep);
  lw_table_init(&sums->team_index, &sums->keep);
  sums->tape = tape;
  sums->since = since;
  sums->n_days = n_days;
  sums->fits = true;
  lw_track_cells_init(&sums->cells);
  lw_track_table_init(&sums->by_day, LW_TRACK_DAY_WORDS);
  lw_track_table_init(&sums->by_week, LW_TRACK_WEEK_WORDS);
  lw_track_table_init(&sums->cases, CASES_WORDS);
  sums->strata = lw_track_strata_create(tape, facts);
  sums->json = lw_json_reader_create(NULL);
  if (sums->strata == NULL || sums->json == NULL) {
    lw_track_sums_destroy(sums);
    return NULL;
  }
  return sums;
}

void lw_track_sums_destroy(struct lw_track_sums *sums)
{
  if (sums == NULL) {
    return;
  }
  lw_track_cells_finish(&sums->cells);
  lw_track_table_finish(&sums->by_day);
  lw_track_table_finish(&sums->by_week);
  lw_track_table_finish(&sums->cases);
  free(sums->end_of);
  free(sums->ends);
  lw_track_strata_destroy(sums->strata);
  lw_json_reader_destroy(sums->json);
  free(sums->persons);
  free(sums->agents);
  free(sums->versions);
  free(sums->teams);
  free(sums->stands);
  lw_arena_finish(&sums->keep);
  lw_arena_finish(&sums->scratch);
  free(sums);
}

lw_usec lw_track_sums_since(const struct lw_track_sums *sums)
{
  return sums->since;
}

uint32_t lw_track_sums_days(const struct lw_track_sums *sums)
{
  return sums->n_days;
}

uint32_t lw_track_sums_agents(const struct lw_track_sums *sums,
                              const struct lw_track_agent **ret_agents)
{
  *ret_agents = sums->agents;
  return sums->n_agents;
}

uint32_t lw_track_sums_teams(const struct lw_track_sums *sums, const lw_str **ret_teams)
{
  *ret_teams = sums->teams;
  return sums->n_teams;
}

uint32_t lw_track_sums_versions(const struct lw_track_sums *sums,
                                const struct lw_track_version **ret_versions)
{
  *ret_versions = sums->versions;
  return sums->n_versions;
}

uint32_t lw_track_sums_reasons(const struct lw_track_sums *sums)
{
  return lw_tape_texts(sums->tape, LW_TAPE_REASON);
}

const struct lw_tape *lw_track_sums_tape(const struct lw_track_sums *sums)
{
  return sums->tape;
}

const struct lw_track_table *lw_track_sums_table(const struct lw_track_sums *sums,
                                                 enum lw_track_table_id id)
{
  switch (id) {
  case LW_TRACK_BY_DAY: return &sums->by_day;
  case LW_TRACK_BY_WEEK: return &sums->by_week;
  case LW_TRACK_BY_STRATUM:
  case LW_TRACK_TABLES: break;
  }
  return &sums->cells.table;
}

const struct lw_track_table *lw_track_sums_strata(const struct lw_track_sums *sums,
                                                  const uint32_t **ret_by_cell)
{
  *ret_by_cell = sums->cells.stratum;
  return &sums->cells.strata;
}

size_t lw_track_sums_bytes(const struct lw_track_sums *sums)
{
  size_t bytes =
      sizeof *sums + sums->keep.used_bytes + sums->n_persons * sizeof *sums->persons +
      sums->agents_capacity * sizeof *sums->agents + sums->teams_capacity * sizeof *sums->teams +
      sums->stands_capacity * sizeof *sums->stands + sums->end_of_capacity * sizeof *sums->end_of +
      sums->ends_capacity * sizeof *sums->ends + lw_track_table_bytes(&sums->cases);
  return bytes + lw_track_cells_bytes(&sums->cells) + lw_track_table_bytes(&sums->by_day) +
         lw_track_table_bytes(&sums->by_week);
}

/* --- what became of cases --- */

const struct lw_track_end *lw_track_sums_end_of(const struct lw_track_sums *sums, uint32_t cell)
{
  static const struct lw_track_end none = {.resolved = {.n = 0}};
  uint32_t number = cell < sums->end_of_capacity ? sums->end_of[cell] : 0;
  return number != 0 ? &sums->ends[number - 1] : &none;
}

bool lw_track_sums_has_ends(const struct lw_track_sums *sums)
{
  return sums->n_ends != 0;
}

const struct lw_track_table *lw_track_sums_cases(const struct lw_track_sums *sums)
{
  return &sums->cases;
}

uint64_t lw_track_sums_first_row(const struct lw_track_sums *sums)
{
  return sums->first_row;
}

uint64_t lw_track_sums_rows(const struct lw_track_sums *sums)
{
  return sums->rows;
}

bool lw_track_sums_add_case(struct lw_track_sums *sums, uint64_t row)
{
  const struct person *person = &sums->persons[lw_tape_code_at(sums->tape, LW_TAPE_PERSON, row)];
  const uint32_t key[CASES_WORDS] = {person->team,
                                     lw_tape_code_at(sums->tape, LW_TAPE_REASON, row)};
  struct lw_track_cell *cell = counts(person) ? lw_track_table_add(&sums->cases, key) : NULL;
  if (cell != NULL) {
    cell->decisions++;
  }
  return cell != NULL || !counts(person);
}

uint32_t lw_track_sums_case_cell(struct lw_track_sums *sums, const struct lw_track_case *of)
{
  struct lw_track_stratum stratum = {.channel =
                                         lw_tape_code(sums->tape, LW_TAPE_CHANNEL, of->channel)};
  bool is_new = lw_table_find(&sums->agent_index, of->agent) == NULL;
  uint32_t agent = find_agent(sums, of->agent);
  if (agent == NOBODY ||
      (of->request != 0 && !lw_track_strata_read(sums->strata, of->request - 1, 1, &stratum))) {
    return UINT32_MAX;
  }
  uint32_t team = find_team(sums, of->team.len != 0 ? of->team : sums->agents[agent].team);
  uint32_t number = team != NOBODY ? stratum_number(sums, &stratum) : UINT32_MAX;
  if (number == UINT32_MAX) {
    return UINT32_MAX;
  }
  if (is_new) { /* who decided nothing in the window */
    sums->agents[agent].team = sums->teams[team];
    sums->agents[agent].is_ai = of->person != NULL && of->person->actor.kind == LW_ACTOR_AI;
  }
  return lw_track_cells_add(&sums->cells, agent, team, number);
}

struct lw_track_end *lw_track_sums_end(struct lw_track_sums *sums, uint32_t cell)
{
  uint32_t *end_of =
      grow(sums, sums->end_of, &sums->end_of_capacity, (size_t)cell + 1, sizeof *sums->end_of);
  sums->end_of = end_of != NULL ? end_of : sums->end_of;
  struct lw_track_end *ends =
      grow(sums, sums->ends, &sums->ends_capacity, (size_t)sums->n_ends + 1, sizeof *sums->ends);
  sums->ends = ends != NULL ? ends : sums->ends;
  if (end_of == NULL || ends == NULL) {
    return NULL;
  }
  if (end_of[cell] == 0) {
    ends[sums->n_ends] = (struct lw_track_end){.resolved = {.n = 0}};
    end_of[cell] = ++sums->n_ends;
  }
  return &ends[end_of[cell] - 1];
}

void lw_track_sums_no_ends(struct lw_track_sums *sums)
{
  if (sums->end_of != NULL) {
    memset(sums->end_of, 0, sums->end_of_capacity * sizeof *sums->end_of);
  }
  sums->n_ends = 0;
}
