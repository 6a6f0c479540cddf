/* Three passes over the tape: whose team is which (people's texts, once each); when the version
 * began, who got it and until when that stayed so; then every request, answer and reversal into its
 * team's day. What later became of a request counts on the request's day. */
#include "tweak/effect.h"

#include "base/money.h"
#include "data/json.h"
#include "policy/decide.h"

#include <stdlib.h>

enum { BLOCK = 2048, NO_TEAM = -1 };

#define USEC_PER_DAY (LW_USEC_PER_SECOND * LW_SECONDS_PER_DAY)

/* --- teams --- */

struct teams {
  struct lw_arena *keep; /* their names */
  lw_str *names;
  uint32_t count;
  int32_t *of_person; /* by code of PERSON */
};

static void teams_finish(struct teams *teams)
{
  free(teams->names);
  free(teams->of_person);
  *teams = (struct teams){.count = 0};
}

static int32_t find_team(struct teams *teams, lw_str name)
{
  for (uint32_t t = 0; t < teams->count; t++) {
    if (lw_str_equal(teams->names[t], name)) {
      return (int32_t)t;
    }
  }
  lw_str *names = realloc(teams->names, ((size_t)teams->count + 1) * sizeof *names);
  if (names == NULL) {
    return NO_TEAM;
  }
  teams->names = names;
  names[teams->count] = lw_str_copy(teams->keep, name);
  return names[teams->count].ptr != NULL ? (int32_t)teams->count++ : NO_TEAM;
}

static enum lw_code read_teams(struct teams *teams, const struct lw_tape *tape,
                               struct lw_error *err)
{
  struct lw_arena scratch;
  struct lw_json_reader *reader = lw_json_reader_create(NULL);
  uint32_t count = lw_tape_texts(tape, LW_TAPE_PERSON) + 1;
  enum lw_code rc = LW_OK;
  lw_arena_init(&scratch, NULL, 0);
  teams->of_person = calloc(count, sizeof *teams->of_person);
  if (reader == NULL || teams->of_person == NULL) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  for (uint32_t code = 0; rc == LW_OK && code < count; code++) {
    const struct lw_value *person = NULL;
    lw_arena_reset(&scratch);
    if (code != 0) {
      rc = lw_json_read(reader, &scratch, lw_tape_text(tape, LW_TAPE_PERSON, code), NULL, &person,
                        err);
    }
    const struct lw_value *team =
        rc == LW_OK && person != NULL ? lw_value_get(person, LW_STR("team")) : NULL;
    bool has_team = team != NULL && team->kind == LW_VALUE_STRING && team->text.len != 0;
    if (rc == LW_OK) {
      teams->of_person[code] = has_team ? find_team(teams, team->text) : NO_TEAM;
      if (has_team && teams->of_person[code] == NO_TEAM) {
        rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
      }
    }
  }
  lw_json_reader_destroy(reader);
  lw_arena_finish(&scratch);
  return rc;
}

static int32_t team_of(const struct teams *teams, const struct lw_tape *tape, uint64_t row)
{
  return teams->of_person[lw_tape_code_at(tape, LW_TAPE_PERSON, row)];
}

/* --- rows --- */

/* For a customer. */
static bool is_request(const struct lw_tape *tape, uint64_t row)
{
  return lw_tape_number(tape, LW_TAPE_KIND, row) == LW_TAPE_REQUEST && !lw_tape_is_own(tape, row);
}

static lw_usec last_moment(const struct lw_tape *tape)
{
  lw_usec last = INT64_MIN;
  uint64_t rows = lw_tape_rows(tape);
  for (uint64_t row = rows; row > 0 && row + BLOCK > rows; row--) {
    lw_usec at = lw_tape_number(tape, LW_TAPE_AT, row - 1);
    last = at > last ? at : last;
  }
  return last;
}

uint64_t lw_effect_last_version(const struct lw_tape *tape)
{
  for (uint64_t row = lw_tape_rows(tape); row > 0; row--) {
    int64_t version = is_request(tape, row - 1) ? lw_tape_number(tape, LW_TAPE_POLICY, row - 1) : 0;
    if (version > 0) {
      return (uint64_t)version;
    }
  }
  return 0;
}

/* --- a team's days --- */

struct filling {
  const struct lw_tape *tape;
  const struct lw_past_ratings *ratings; /* or NULL */
  const struct teams *teams;
  const int32_t *place; /* by team: its row of cells, or NO_TEAM */
  lw_usec origin;
  uint32_t n_days;
  bool of_cause; /* only that of one reason; of a code, which may be none */
  uint32_t cause;
  struct lw_measure_cell *cells;
  int64_t *stands;     /* by row: what was given and not taken back */
  unsigned char *seen; /* by code of CASE */
  uint32_t *causes;    /* by code of CASE: the reason of its first request; of one cause alone */
  bool fits;
};

/* The cell of a team's moment; NULL: not among those that are counted. */
static struct lw_measure_cell *cell_at(const struct filling *filling, int32_t team, lw_usec at)
{
  int32_t place = team != NO_TEAM ? filling->place[team] : NO_TEAM;
  lw_usec since = at - filling->origin;
  if (place == NO_TEAM || since < 0 || since / USEC_PER_DAY >= filling->n_days) {
    return NULL;
  }
  return &filling->cells[(size_t)place * filling->n_days + (size_t)(since / USEC_PER_DAY)];
}

/* Of a request. */
static struct lw_measure_cell *cell_of(const struct filling *filling, uint64_t row)
{
  return cell_at(filling, team_of(filling->teams, filling->tape, row),
                 lw_tape_number(filling->tape, LW_TAPE_AT, row));
}

static void add(struct filling *filling, int64_t *sum, int64_t more)
{
  filling->fits = filling->fits && !__builtin_add_overflow(*sum, more, sum);
}

static int64_t minor_of(const struct filling *filling, uint64_t row)
{
  int64_t minor = lw_tape_number(filling->tape, LW_TAPE_MINOR, row);
  return minor != LW_TAPE_NONE ? minor : 0;
}

/* Whether a request is one of those that are measured. */
static bool is_measured(const struct filling *filling, uint64_t request)
{
  return !filling->of_cause ||
         lw_tape_code_at(filling->tape, LW_TAPE_REASON, request) == filling->cause;
}

static void count_request(struct filling *filling, uint64_t row, struct lw_measure_cell *cell)
{
  const struct lw_tape *tape = filling->tape;
  uint32_t of_case = lw_tape_code_at(tape, LW_TAPE_CASE, row);
  if (of_case == 0 || !filling->seen[of_case]) {
    filling->seen[of_case] = 1;
    cell->cases++;
  }
  cell->requests++;
  if (!is_measured(filling, row)) {
    cell->at_once++; /* here: not for that cause */
    return;
  }
  if (lw_tape_number(tape, LW_TAPE_VERDICT, row) == LW_GRANTED) {
    cell->at_once += !filling->of_cause;
    cell->authorities++;
    filling->stands[row] = minor_of(filling, row);
    add(filling, &cell->cost_minor, filling->stands[row]);
  }
}

static void count_answer(struct filling *filling, uint64_t row, struct lw_measure_cell *cell)
{
  int64_t waited = lw_tape_number(filling->tape, LW_TAPE_WAITED, row);
  cell->authorities++;
  add(filling, &cell->waited_usec, waited > 0 ? waited : 0);
  filling->stands[row] = minor_of(filling, row);
  add(filling, &cell->cost_minor, filling->stands[row]);
}

/* given: the row that stands for so much; left: how much of it stays. */
static void count_change(struct filling *filling, uint64_t given, int64_t left,
                         struct lw_measure_cell *cell)
{
  add(filling, &cell->cost_minor, left - filling->stands[given]);
  filling->stands[given] = left;
}

static void count_row(struct filling *filling, uint64_t row)
{
  const struct lw_tape *tape = filling->tape;
  int64_t kind = lw_tape_number(tape, LW_TAPE_KIND, row);
  uint64_t given = row;
  uint64_t request = row;
  if (kind != LW_TAPE_REQUEST) {
    if (!lw_tape_find_seq(tape, row, lw_tape_number(tape, LW_TAPE_OF, row), &given)) {
      return;
    }
    request = given;
    if (lw_tape_number(tape, LW_TAPE_KIND, given) == LW_TAPE_ANSWERED &&
        !lw_tape_find_seq(tape, given, lw_tape_number(tape, LW_TAPE_OF, given), &request)) {
      return;
    }
  }
  struct lw_measure_cell *cell = cell_of(filling, request);
  if (cell == NULL || lw_tape_is_own(tape, request) ||
      (kind != LW_TAPE_REQUEST && !is_measured(filling, request))) {
    return;
  }
  switch ((enum lw_tape_kind)kind) {
  case LW_TAPE_REQUEST: count_request(filling, row, cell); break;
  case LW_TAPE_ANSWERED: count_answer(filling, row, cell); break;
  case LW_TAPE_CONFIRMED:
    if (lw_tape_number(tape, LW_TAPE_MINOR, row) != LW_TAPE_NONE) {
      count_change(filling, given, minor_of(filling, row), cell);
    }
    break;
  case LW_TAPE_UNDONE: count_change(filling, given, 0, cell); break;
  case LW_TAPE_CLOSED: break;
  }
}

/* --- ratings --- */

static int32_t known_team(const struct teams *teams, lw_str name)
{
  int32_t found = NO_TEAM;
  for (uint32_t t = 0; found == NO_TEAM && t < teams->count; t++) {
    found = lw_str_equal(teams->names[t], name) ? (int32_t)t : NO_TEAM;
  }
  return found;
}

/* What each case was first about. False: memory is out. */
static bool find_causes(struct filling *filling)
{
  const struct lw_tape *tape = filling->tape;
  uint64_t rows = lw_tape_rows(tape);
  filling->causes = calloc((size_t)lw_tape_texts(tape, LW_TAPE_CASE) + 1, sizeof *filling->causes);
  for (uint64_t row = 0; filling->causes != NULL && row < rows; row++) {
    uint32_t of_case = is_request(tape, row) ? lw_tape_code_at(tape, LW_TAPE_CASE, row) : 0;
    if (of_case != 0 && filling->causes[of_case] == 0) {
      filling->causes[of_case] = lw_tape_code_at(tape, LW_TAPE_REASON, row);
    }
  }
  return filling->causes != NULL;
}

static bool is_of_cause(const struct filling *filling, lw_str case_id)
{
  uint32_t code = filling->of_cause ? lw_tape_code(filling->tape, LW_TAPE_CASE, case_id) : 0;
  return !filling->of_cause ||
         (code != 0 && filling->causes[code] != 0 && filling->causes[code] == filling->cause);
}

static enum lw_code fill_ratings(struct filling *filling, struct lw_error *err)
{
  const struct lw_past_ratings *ratings = filling->ratings;
  size_t count = ratings != NULL ? ratings->count : 0;
  int32_t team = NO_TEAM;
  if (count != 0 && filling->of_cause && !find_causes(filling)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  for (size_t i = 0; i < count; i++) {
    const struct lw_past_rating *rating = &ratings->items[i];
    bool again = i != 0 && lw_str_equal(rating->team, ratings->items[i - 1].team);
    team = again ? team : known_team(filling->teams, rating->team);
    struct lw_measure_cell *cell = cell_at(filling, team, rating->at);
    if (cell != NULL && is_of_cause(filling, rating->case_id)) {
      cell->ratings++;
      add(filling, &cell->rating_sum, rating->share_ppm);
    }
  }
  free(filling->causes);
  filling->causes = NULL;
  return LW_OK;
}

static enum lw_code fill(struct filling *filling, struct lw_error *err)
{
  uint64_t rows = lw_tape_rows(filling->tape);
  filling->fits = true;
  filling->stands = calloc(rows + 1, sizeof *filling->stands);
  filling->seen = calloc((size_t)lw_tape_texts(filling->tape, LW_TAPE_CASE) + 1, 1);
  enum lw_code rc = filling->stands != NULL && filling->seen != NULL && filling->cells != NULL
                        ? LW_OK
                        : lw_fail(err, LW_NO_MEMORY, "out of memory");
  for (uint64_t row = 0; rc == LW_OK && row < rows; row++) {
    count_row(filling, row);
  }
  rc = rc == LW_OK ? fill_ratings(filling, err) : rc;
  free(filling->stands);
  free(filling->seen);
  return rc == LW_OK && !filling->fits
             ? lw_fail(err, LW_OVERFLOW, "the sums are too large to be counted")
             : rc;
}

/* --- who got it, and until when --- */

struct standing {
  bool seen;
  int64_t version; /* with which the team went on when it began */
};

struct spans {
  struct standing *standings; /* by team */
  uint64_t first_row;
  lw_usec first; /* of the record */
};

static bool find_start(struct lw_effect *effect, const struct lw_tape *tape,
                       const struct teams *teams, struct spans *spans)
{
  uint64_t rows = lw_tape_rows(tape);
  uint64_t row = 0;
  bool any = false;
  for (; row < rows; row++) {
    if (!is_request(tape, row) || team_of(teams, tape, row) == NO_TEAM) {
      continue;
    }
    int64_t version = lw_tape_number(tape, LW_TAPE_POLICY, row);
    lw_usec at = lw_tape_number(tape, LW_TAPE_AT, row);
    spans->first = !any ? at : spans->first;
    any = true;
    if (version > 0 && (uint64_t)version == effect->version) {
      break;
    }
    effect->kept_version = version > 0 ? (uint64_t)version : effect->kept_version;
  }
  effect->has_begun = row < rows;
  if (effect->has_begun) {
    effect->start = lw_tape_number(tape, LW_TAPE_AT, row);
    spans->first_row = row;
  }
  return effect->has_begun;
}

/* The same of a moment: everybody has what began then. */
static bool find_moment(struct lw_effect *effect, const struct lw_tape *tape,
                        const struct teams *teams, struct spans *spans)
{
  uint64_t rows = lw_tape_rows(tape);
  bool any = false;
  for (uint64_t row = 0; row < rows && !effect->has_begun; row++) {
    if (is_request(tape, row) && team_of(teams, tape, row) != NO_TEAM) {
      lw_usec at = lw_tape_number(tape, LW_TAPE_AT, row);
      spans->first = !any ? at : spans->first;
      any = true;
      effect->has_begun = at >= effect->start;
      spans->first_row = row;
    }
  }
  return effect->has_begun;
}

static void find_end_of_moment(struct lw_effect *effect, const struct lw_tape *tape,
                               const struct teams *teams, struct spans *spans)
{
  uint64_t rows = lw_tape_rows(tape);
  effect->until = last_moment(tape);
  for (uint64_t row = spans->first_row; row < rows; row++) {
    int32_t team = is_request(tape, row) ? team_of(teams, tape, row) : NO_TEAM;
    if (team != NO_TEAM) {
      spans->standings[team] = (struct standing){.seen = true};
      effect->decided_new++;
    }
  }
}

static void find_end(struct lw_effect *effect, const struct lw_tape *tape,
                     const struct teams *teams, struct spans *spans)
{
  uint64_t rows = lw_tape_rows(tape);
  effect->until = last_moment(tape);
  for (uint64_t row = spans->first_row; row < rows; row++) {
    int32_t team = is_request(tape, row) ? team_of(teams, tape, row) : NO_TEAM;
    int64_t version = team != NO_TEAM ? lw_tape_number(tape, LW_TAPE_POLICY, row) : LW_TAPE_NONE;
    if (version == LW_TAPE_NONE) {
      continue;
    }
    struct standing *standing = &spans->standings[team];
    if (!standing->seen) {
      *standing = (struct standing){.seen = true, .version = version};
    } else if (standing->version != version) {
      effect->until = lw_tape_number(tape, LW_TAPE_AT, row);
      effect->has_ended = true;
      return;
    }
    bool is_new = (uint64_t)version == effect->version;
    effect->decided_new += is_new;
    effect->decided_kept += !is_new;
  }
}

/* Teams that asked for something since, in the order of their names. */
static bool keep_teams(struct lw_effect *effect, const struct teams *teams,
                       const struct spans *spans, uint32_t days_before, int32_t *place)
{
  effect->teams = LW_NEW_ARRAY(&effect->keep, lw_str, teams->count + 1);
  effect->from = LW_NEW_ARRAY(&effect->keep, uint32_t, teams->count + 1);
  if (effect->teams == NULL || effect->from == NULL) {
    return false;
  }
  for (uint32_t t = 0; t < teams->count; t++) {
    place[t] = NO_TEAM;
    uint32_t at = effect->n_teams;
    if (!spans->standings[t].seen) {
      continue;
    }
    for (; at > 0 && lw_str_compare(effect->teams[at - 1], teams->names[t]) > 0; at--) {
      effect->teams[at] = effect->teams[at - 1];
      effect->from[at] = effect->from[at - 1];
    }
    for (uint32_t other = 0; other < t; other++) {
      place[other] += place[other] >= (int32_t)at;
    }
    bool is_new = (uint64_t)spans->standings[t].version == effect->version; /* 0: everybody */
    effect->teams[at] = teams->names[t];
    effect->from[at] = is_new ? days_before : LW_MEASURE_KEPT;
    effect->kept_version = is_new ? effect->kept_version : (uint64_t)spans->standings[t].version;
    place[t] = (int32_t)at;
    effect->n_teams++;
  }
  return true;
}

static uint32_t whole_days(lw_usec from, lw_usec to, uint32_t most)
{
  int64_t days = to > from ? (to - from) / USEC_PER_DAY : 0;
  return days < most ? (uint32_t)days : most;
}

/* --- the whole --- */

/* What the next look would show, as far as the days before tell. */
static enum lw_code look_ahead(struct lw_effect *effect, uint32_t days_before, struct lw_error *err)
{
  bool *gets = calloc(effect->n_teams + 1, sizeof *gets);
  struct lw_measure_cell *past = calloc((size_t)effect->n_teams * days_before + 1, sizeof *past);
  enum lw_code rc =
      gets != NULL && past != NULL ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory");
  for (uint32_t t = 0; rc == LW_OK && t < effect->n_teams; t++) {
    gets[t] = effect->from[t] != LW_MEASURE_KEPT;
    for (uint32_t day = 0; day < days_before; day++) {
      past[(size_t)t * days_before + day] = effect->cells[(size_t)t * effect->n_days + day];
    }
  }
  if (rc == LW_OK) {
    const struct lw_measure_input input = {
        .cells = past, .n_teams = effect->n_teams, .n_days = days_before};
    const struct lw_measure_trial trial = {.gets = gets, .days = effect->measured.next_look_days};
    rc = lw_measure_power(&input, &trial, &effect->next, err);
  }
  free(gets);
  free(past);
  return rc;
}

static enum lw_code measure(struct lw_effect *effect, const struct lw_effect_past *past,
                            const struct teams *teams, const struct spans *spans, int32_t *place,
                            struct lw_error *err)
{
  uint32_t before = whole_days(spans->first, effect->start, LW_MEASURE_BEFORE_DAYS_MAX);
  effect->n_days = before + whole_days(effect->start, effect->until, LW_EFFECT_DAYS_MAX);
  if (!keep_teams(effect, teams, spans, before, place)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  effect->cells = calloc((size_t)effect->n_teams * effect->n_days + 1, sizeof *effect->cells);
  struct filling filling = {.tape = past->tape,
                            .ratings = past->ratings,
                            .teams = teams,
                            .place = place,
                            .origin = effect->start - before * USEC_PER_DAY,
                            .n_days = effect->n_days,
                            .of_cause = effect->cause.len != 0,
                            .cells = effect->cells};
  filling.cause = filling.of_cause ? lw_tape_code(past->tape, LW_TAPE_REASON, effect->cause) : 0;
  enum lw_code rc = fill(&filling, err);
  const struct lw_measure_input input = {.cells = effect->cells,
                                         .from = effect->from,
                                         .n_teams = effect->n_teams,
                                         .n_days = effect->n_days};
  rc = rc == LW_OK ? lw_measure_effect(&input, &effect->measured, err) : rc;
  return rc == LW_OK ? look_ahead(effect, before, err) : rc;
}

/* Of version, or of effect->start when there is none. */
static enum lw_code measure_since(struct lw_effect *effect, const struct lw_effect_past *past,
                                  struct lw_error *err)
{
  const struct lw_tape *tape = past->tape;
  struct teams teams = {.keep = &effect->keep};
  struct spans spans = {.first_row = 0};
  int32_t *place = NULL;
  bool moment = effect->version == 0;
  enum lw_code rc = read_teams(&teams, tape, err);
  if (rc == LW_OK && (moment ? find_moment : find_start)(effect, tape, &teams, &spans)) {
    spans.standings = calloc(teams.count + 1, sizeof *spans.standings);
    place = calloc(teams.count + 1, sizeof *place);
    if (spans.standings == NULL || place == NULL) {
      rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
    } else {
      (moment ? find_end_of_moment : find_end)(effect, tape, &teams, &spans);
      rc = measure(effect, past, &teams, &spans, place, err);
    }
  }
  free(spans.standings);
  free(place);
  teams_finish(&teams);
  return rc;
}

static void begin(struct lw_effect *effect, const struct lw_tape *tape, uint64_t version)
{
  *effect =
      (struct lw_effect){.version = version, .currency = lw_currency_find(lw_tape_currency(tape))};
  lw_arena_init(&effect->keep, NULL, 0);
}

enum lw_code lw_effect_measure(struct lw_effect *effect, const struct lw_effect_past *past,
                               uint64_t version, struct lw_error *err)
{
  begin(effect, past->tape, version);
  return measure_since(effect, past, err);
}

enum lw_code lw_effect_measure_cause(struct lw_effect *effect, const struct lw_effect_past *past,
                                     lw_str cause, uint64_t version, lw_usec at,
                                     struct lw_error *err)
{
  begin(effect, past->tape, version);
  effect->cause = cause;
  effect->start = at;
  return measure_since(effect, past, err);
}

void lw_effect_finish(struct lw_effect *effect)
{
  free(effect->cells);
  lw_arena_finish(&effect->keep);
  *effect = (struct lw_effect){.version = 0};
}

/* --- a plan --- */

/* "care" is itself and "care/north", not "careful". */
static bool is_within(lw_str team, lw_str name)
{
  return team.len >= name.len && lw_str_equal(lw_str_from(team.ptr, name.len), name) &&
         (team.len == name.len || team.ptr[name.len] == '/');
}

static bool choose(const struct lw_effect_plan *plan, const struct teams *teams, bool *gets,
                   lw_str *ret_unknown)
{
  for (uint32_t n = 0; n < plan->n_teams; n++) {
    bool found = false;
    for (uint32_t t = 0; t < teams->count; t++) {
      bool within = is_within(teams->names[t], plan->teams[n]);
      gets[t] = gets[t] || within;
      found = found || within;
    }
    if (!found && !plan->any) {
      *ret_unknown = plan->teams[n];
      return false;
    }
  }
  return true;
}

static int64_t requests_of(const struct filling *filling, uint32_t team)
{
  int64_t requests = 0;
  for (uint32_t day = 0; day < filling->n_days; day++) {
    requests += filling->cells[(size_t)team * filling->n_days + day].requests;
  }
  return requests;
}

/* The share of the teams that a draw gives on average: of the busy ones as of the quiet ones. Never
 * none and never all, as a draw. */
static void spread_share(const struct filling *filling, uint32_t n_teams, uint32_t share_ppm,
                         bool *gets)
{
  uint64_t wanted = ((uint64_t)n_teams * share_ppm + 500000) / 1000000;
  uint32_t chosen = wanted < 1 ? 1 : wanted >= n_teams ? n_teams - 1 : (uint32_t)wanted;
  for (uint32_t t = 0; n_teams > 1 && t < n_teams; t++) {
    int64_t own = requests_of(filling, t);
    uint32_t rank = 0;
    for (uint32_t other = 0; other < n_teams; other++) {
      int64_t requests = requests_of(filling, other);
      rank += requests > own || (requests == own && other < t);
    }
    gets[t] = (uint64_t)(rank + 1) * chosen / n_teams != (uint64_t)rank * chosen / n_teams;
  }
}

static lw_usec first_moment(const struct lw_tape *tape)
{
  return lw_tape_rows(tape) != 0 ? lw_tape_number(tape, LW_TAPE_AT, 0) : 0;
}

static enum lw_code foresee(const struct filling *filling, const struct lw_effect_plan *plan,
                            bool *gets, struct lw_measure_power *ret_power, struct lw_error *err)
{
  uint32_t n_teams = filling->teams->count;
  const struct lw_measure_input input = {
      .cells = filling->cells, .n_teams = n_teams, .n_days = filling->n_days};
  const struct lw_measure_trial trial = {.gets = gets, .days = plan->days};
  if (plan->n_teams == 0) {
    spread_share(filling, n_teams, plan->share_ppm, gets);
  }
  return lw_measure_power(&input, &trial, ret_power, err);
}

enum lw_code lw_effect_power(const struct lw_effect_past *past, const struct lw_effect_plan *plan,
                             struct lw_measure_power *ret_power, struct lw_error *err)
{
  const struct lw_tape *tape = past->tape;
  struct lw_arena keep;
  lw_arena_init(&keep, NULL, 0);
  struct teams teams = {.keep = &keep};
  lw_usec last = last_moment(tape);
  struct filling filling = {.tape = tape,
                            .ratings = past->ratings,
                            .teams = &teams,
                            .n_days =
                                whole_days(first_moment(tape), last, LW_EFFECT_PLAN_DAYS_MAX)};
  lw_str unknown = {0};
  enum lw_code rc = read_teams(&teams, tape, err);
  int32_t *place = calloc(teams.count + 1, sizeof *place);
  bool *gets = calloc(teams.count + 1, sizeof *gets);
  filling.cells = calloc((size_t)teams.count * filling.n_days + 1, sizeof *filling.cells);
  if (rc == LW_OK && (place == NULL || gets == NULL)) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  if (rc == LW_OK && !choose(plan, &teams, gets, &unknown)) {
    rc = lw_fail(err, LW_NOT_FOUND, "no team of the record is called \"%.*s\"", LW_FMT(unknown));
  }
  for (uint32_t t = 0; rc == LW_OK && t < teams.count; t++) {
    place[t] = (int32_t)t;
  }
  filling.place = place;
  filling.origin = last - filling.n_days * USEC_PER_DAY;
  rc = rc == LW_OK ? fill(&filling, err) : rc;
  rc = rc == LW_OK ? foresee(&filling, plan, gets, ret_power, err) : rc;
  free(place);
  free(gets);
  free(filling.cells);
  teams_finish(&teams);
  lw_arena_finish(&keep);
  return rc;
}
