/* Rows of some weeks as lots, in an array by row: what later became of a request is found by its
 * number. What was given is put in order by sort and amount once, so that each sort's middle is
 * looked up, not computed. */
#include "listen/huddle_past.h"

#include "base/table.h"
#include "data/json.h"
#include "policy/decide.h"
#include "policy/who.h"
#include "track/table.h"

#include <stdlib.h>

enum { BLOCK = 4096, SORT_WORDS = 5, CASE_WORDS = 3, NOT_LOOKED_AT = 0, INSIDE = 1, OUTSIDE = 2 };

struct sort_counts {
  int64_t requests;
  int64_t given;
  uint32_t first; /* among `order` */
};

struct lw_huddle_past {
  struct lw_huddle_past_of of;
  uint64_t first; /* the row of lot 0 */
  uint32_t count;
  struct lw_huddle_lot *lots;
  uint8_t *people;            /* by a person's code */
  uint32_t *last_of_case;     /* by a case's code: its last lot + 1, or 0 */
  uint32_t *last_of_customer; /* likewise */
  struct lw_track_table sorts;
  struct sort_counts *by_sort;
  uint32_t *order; /* lots of which something was given, by sort and amount */
  uint32_t n_order;
  struct lw_json_reader *json;
  struct lw_arena scratch;
};

/* --- whose --- */

static bool is_inside(struct lw_huddle_past *past, uint32_t code)
{
  const struct lw_value *person = NULL;
  struct lw_error err;
  if (past->people[code] == NOT_LOOKED_AT) {
    lw_arena_reset(&past->scratch);
    lw_str text = lw_tape_text(past->of.tape, LW_TAPE_PERSON, code);
    bool read = lw_json_read(past->json, &past->scratch, text, NULL, &person, &err) == LW_OK;
    const struct lw_value *team = read ? lw_value_get(person, LW_STR("team")) : NULL;
    bool inside =
        team != NULL && team->kind == LW_VALUE_STRING && lw_team_within(team->text, past->of.team);
    past->people[code] = inside ? INSIDE : OUTSIDE;
  }
  return past->people[code] == INSIDE;
}

/* --- rows --- */

static void hang(struct lw_huddle_past *past, uint32_t number)
{
  struct lw_huddle_lot *lot = &past->lots[number];
  lot->before_of_case = past->last_of_case[lot->of_case];
  lot->before_of_customer = past->last_of_customer[lot->customer];
  past->last_of_case[lot->of_case] = number + 1;
  past->last_of_customer[lot->customer] = number + 1;
}

/* Rows first .. first + count - 1, all of one chunk. False: memory is out. */
static bool take_block(struct lw_huddle_past *past, struct lw_track_strata *strata, uint64_t first,
                       uint32_t count)
{
  const struct lw_tape *tape = past->of.tape;
  struct lw_track_stratum sorts[BLOCK];
  if (!lw_track_strata_read(strata, first, count, sorts)) {
    return false;
  }
  for (uint32_t i = 0; i < count; i++) {
    uint64_t row = first + i;
    struct lw_huddle_lot *lot = &past->lots[row - past->first];
    lot->at = lw_tape_number(tape, LW_TAPE_AT, row);
    if (lw_tape_number(tape, LW_TAPE_KIND, row) != LW_TAPE_REQUEST ||
        lot->at >= past->of.week.end || lw_tape_is_own(tape, row)) {
      continue;
    }
    const uint32_t key[SORT_WORDS] = {sorts[i].reason, sorts[i].action, sorts[i].segment,
                                      sorts[i].channel, sorts[i].band};
    const struct lw_track_cell *sort = lw_track_table_add(&past->sorts, key);
    if (sort == NULL) {
      return false;
    }
    int64_t minor = lw_tape_number(tape, LW_TAPE_MINOR, row);
    lot->request = true;
    lot->stratum = (uint32_t)(sort - past->sorts.cells);
    lot->person = lw_tape_code_at(tape, LW_TAPE_PERSON, row);
    lot->reason = sorts[i].reason;
    lot->of_case = lw_tape_code_at(tape, LW_TAPE_CASE, row);
    lot->customer = lw_tape_code_at(tape, LW_TAPE_CUSTOMER, row);
    lot->given = lw_tape_number(tape, LW_TAPE_VERDICT, row) == LW_GRANTED;
    lot->minor = lot->given && minor > 0 ? minor : 0;
    lot->inside = is_inside(past, lot->person);
    hang(past, (uint32_t)(row - past->first));
  }
  return true;
}

/* As Track counts it: given is what stands. */
static void take_later(struct lw_huddle_past *past, uint64_t row, enum lw_tape_kind kind)
{
  const struct lw_tape *tape = past->of.tape;
  uint64_t request = 0;
  if (kind == LW_TAPE_REQUEST || kind == LW_TAPE_CLOSED ||
      !lw_tape_find_request(tape, row, &request) || request < past->first ||
      request - past->first >= past->count) {
    return;
  }
  struct lw_huddle_lot *lot = &past->lots[request - past->first];
  int64_t minor = lw_tape_number(tape, LW_TAPE_MINOR, row);
  if (kind == LW_TAPE_UNDONE) {
    lot->given = false;
    lot->minor = 0;
  } else if (kind == LW_TAPE_ANSWERED || minor != LW_TAPE_NONE) {
    lot->given = true;
    lot->minor = minor > 0 ? minor : 0;
  }
}

static void take_all_later(struct lw_huddle_past *past)
{
  const struct lw_tape *tape = past->of.tape;
  uint64_t end = lw_tape_rows(tape);
  int64_t kinds[BLOCK];
  for (uint64_t row = past->first; row < end;) {
    uint64_t upto = (row / BLOCK + 1) * BLOCK; /* blocks lie within chunks */
    uint32_t count = (uint32_t)((upto < end ? upto : end) - row);
    lw_tape_read_numbers(tape, LW_TAPE_KIND, row, count, kinds);
    for (uint32_t i = 0; i < count; i++) {
      take_later(past, row + i, (enum lw_tape_kind)kinds[i]);
    }
    row += count;
  }
}

static bool take_requests(struct lw_huddle_past *past, struct lw_track_strata *strata)
{
  bool room = true;
  for (uint64_t row = past->first; room && row < past->first + past->count;) {
    uint64_t upto = (row / BLOCK + 1) * BLOCK;
    uint64_t end = past->first + past->count;
    uint32_t count = (uint32_t)((upto < end ? upto : end) - row);
    room = take_block(past, strata, row, count);
    row += count;
  }
  return room;
}

/* --- cases of the same sort --- */

struct amount {
  uint32_t sort;
  uint32_t lot;
  int64_t minor;
};

static int by_sort_and_amount(const void *a, const void *b)
{
  const struct amount *one = a;
  const struct amount *other = b;
  int order = (one->sort > other->sort) - (one->sort < other->sort);
  order = order != 0 ? order : (one->minor > other->minor) - (one->minor < other->minor);
  return order != 0 ? order : (one->lot > other->lot) - (one->lot < other->lot);
}

static bool put_in_order(struct lw_huddle_past *past)
{
  struct amount *amounts = calloc((size_t)past->count + 1, sizeof *amounts);
  past->by_sort = calloc((size_t)past->sorts.count + 1, sizeof *past->by_sort);
  past->order = calloc((size_t)past->count + 1, sizeof *past->order);
  bool room = amounts != NULL && past->by_sort != NULL && past->order != NULL;
  for (uint32_t i = 0; room && i < past->count; i++) {
    const struct lw_huddle_lot *lot = &past->lots[i];
    if (lot->request) {
      past->by_sort[lot->stratum].requests++;
      past->by_sort[lot->stratum].given += lot->given;
    }
    if (lot->request && lot->given) {
      amounts[past->n_order++] = (struct amount){lot->stratum, i, lot->minor};
    }
  }
  if (room) {
    qsort(amounts, past->n_order, sizeof *amounts, by_sort_and_amount);
  }
  for (uint32_t i = 0; room && i < past->n_order; i++) {
    past->order[i] = amounts[i].lot;
    past->lots[amounts[i].lot].place = i;
    if (i == 0 || amounts[i].sort != amounts[i - 1].sort) {
      past->by_sort[amounts[i].sort].first = i;
    }
  }
  free(amounts);
  return room;
}

void lw_huddle_past_alike(const struct lw_huddle_past *past, uint32_t lot,
                          struct lw_huddle_alike *ret_alike)
{
  const struct lw_huddle_lot *own = &past->lots[lot];
  const struct sort_counts *sort = &past->by_sort[own->stratum];
  int64_t others = sort->given - (own->given ? 1 : 0);
  uint32_t at[2] = {(uint32_t)(others / 2), (uint32_t)(others * 9 / 10)};
  int64_t found[2] = {0, 0};
  for (int k = 0; k < 2 && others > 0; k++) {
    uint32_t place = sort->first + at[k];
    place += own->given && own->place <= place; /* one's own stands before it: one further */
    found[k] = past->lots[past->order[place]].minor;
  }
  *ret_alike = (struct lw_huddle_alike){.count = sort->requests - 1,
                                        .given = others,
                                        .median_minor = found[0],
                                        .high_minor = found[1]};
}

/* --- life --- */

static enum lw_code read_all(struct lw_huddle_past *past, struct lw_error *err)
{
  struct lw_track_facts facts;
  lw_track_facts_find(past->of.tape, &facts);
  struct lw_track_strata *strata = lw_track_strata_create(past->of.tape, &facts);
  past->lots = calloc((size_t)past->count + 1, sizeof *past->lots);
  past->people = calloc((size_t)lw_tape_texts(past->of.tape, LW_TAPE_PERSON) + 1, 1);
  past->last_of_case =
      calloc((size_t)lw_tape_texts(past->of.tape, LW_TAPE_CASE) + 1, sizeof *past->last_of_case);
  past->last_of_customer = calloc((size_t)lw_tape_texts(past->of.tape, LW_TAPE_CUSTOMER) + 1,
                                  sizeof *past->last_of_customer);
  bool room = strata != NULL && past->lots != NULL && past->people != NULL && past->json != NULL &&
              past->last_of_case != NULL && past->last_of_customer != NULL &&
              take_requests(past, strata);
  if (room) {
    take_all_later(past);
    room = put_in_order(past);
  }
  lw_track_strata_destroy(strata);
  return room ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory for the week's decisions");
}

enum lw_code lw_huddle_past_create(const struct lw_huddle_past_of *of,
                                   struct lw_huddle_past **ret_past, struct lw_error *err)
{
  struct lw_huddle_past *past = calloc(1, sizeof *past);
  *ret_past = past;
  if (past == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for the week's decisions");
  }
  past->of = *of;
  lw_arena_init(&past->scratch, NULL, 0);
  lw_track_table_init(&past->sorts, SORT_WORDS);
  past->json = lw_json_reader_create(NULL);
  if (of->tape == NULL) {
    return LW_OK;
  }
  past->first =
      lw_tape_find_at(of->tape, of->week.start - LW_HUDDLE_WEEKS_ALIKE * LW_HUDDLE_WEEK_USEC);
  uint64_t end = lw_tape_find_at(of->tape, of->week.end + 2 * lw_tape_backstep(of->tape) + 1);
  if (end - past->first >= UINT32_MAX) {
    return lw_fail(err, LW_LIMIT, "the week has too many decisions for a huddle");
  }
  past->count = (uint32_t)(end - past->first);
  return read_all(past, err);
}

void lw_huddle_past_destroy(struct lw_huddle_past *past)
{
  if (past == NULL) {
    return;
  }
  free(past->lots);
  free(past->people);
  free(past->last_of_case);
  free(past->last_of_customer);
  free(past->by_sort);
  free(past->order);
  lw_track_table_finish(&past->sorts);
  lw_json_reader_destroy(past->json);
  lw_arena_finish(&past->scratch);
  free(past);
}

/* --- looking --- */

uint32_t lw_huddle_past_count(const struct lw_huddle_past *past)
{
  return past->count;
}

const struct lw_huddle_lot *lw_huddle_past_lot(const struct lw_huddle_past *past, uint32_t lot)
{
  return &past->lots[lot];
}

uint64_t lw_huddle_past_seq(const struct lw_huddle_past *past, uint32_t lot)
{
  return (uint64_t)lw_tape_number(past->of.tape, LW_TAPE_SEQ, past->first + lot);
}

bool lw_huddle_past_is_of_week(const struct lw_huddle_past *past, uint32_t lot)
{
  const struct lw_huddle_lot *of = &past->lots[lot];
  return of->request && of->inside && of->at >= past->of.week.start && of->at < past->of.week.end;
}

/* The lots of a case, or of a customer, hang on their last one. */
static bool find_matter(const struct lw_huddle_past *past, bool by_case, lw_str of,
                        struct lw_huddle_matter *ret_matter)
{
  uint32_t column = by_case ? LW_TAPE_CASE : LW_TAPE_CUSTOMER;
  uint32_t code = past->count != 0 ? lw_tape_code(past->of.tape, column, of) : 0;
  uint32_t last = code == 0 ? 0 : by_case ? past->last_of_case[code] : past->last_of_customer[code];
  *ret_matter = (struct lw_huddle_matter){.lot = last != 0 ? last - 1 : 0};
  for (uint32_t at = last; at != 0;) {
    const struct lw_huddle_lot *lot = &past->lots[at - 1];
    ret_matter->given = ret_matter->given || lot->given;
    ret_matter->inside = ret_matter->inside || lot->inside;
    at = by_case ? lot->before_of_case : lot->before_of_customer;
  }
  return last != 0;
}

bool lw_huddle_past_case(const struct lw_huddle_past *past, lw_str case_id,
                         struct lw_huddle_matter *ret_matter)
{
  return find_matter(past, true, case_id, ret_matter);
}

bool lw_huddle_past_customer(const struct lw_huddle_past *past, lw_str customer,
                             struct lw_huddle_matter *ret_matter)
{
  return find_matter(past, false, customer, ret_matter);
}

/* --- causes --- */

/* The cause of a reason's code, made when it is new; by_code: numbers + 1. */
static struct lw_huddle_cause *cause_of(const struct lw_huddle_past *past, struct lw_arena *arena,
                                        uint32_t reason, uint32_t *by_code,
                                        struct lw_huddle_cause *causes, uint32_t *count)
{
  if (by_code[reason] == 0) {
    lw_str name = lw_tape_text(past->of.tape, LW_TAPE_REASON, reason);
    causes[*count] = (struct lw_huddle_cause){.name = lw_str_copy(arena, name)};
    by_code[reason] = ++*count;
  }
  return &causes[by_code[reason] - 1];
}

static bool count_lot(const struct lw_huddle_past *past, uint32_t i, struct lw_track_table *seen,
                      struct lw_huddle_figures *to)
{
  const struct lw_huddle_lot *lot = &past->lots[i];
  const uint32_t key[CASE_WORDS] = {lot->at >= past->of.week.start, lot->reason, lot->of_case};
  struct lw_track_cell *cell = lot->of_case != 0 ? lw_track_table_add(seen, key) : NULL;
  to->cases += lot->of_case == 0 || (cell != NULL && cell->decisions == 0);
  to->given += lot->given;
  if (cell != NULL) {
    cell->decisions++;
  }
  return (cell != NULL || lot->of_case == 0) &&
         !__builtin_add_overflow(to->minor, lot->minor, &to->minor);
}

enum lw_code lw_huddle_past_causes(const struct lw_huddle_past *past, struct lw_arena *arena,
                                   struct lw_huddle_cause **ret_causes, uint32_t *ret_count,
                                   struct lw_error *err)
{
  uint32_t texts = past->count != 0 ? lw_tape_texts(past->of.tape, LW_TAPE_REASON) : 0;
  struct lw_huddle_cause *causes = LW_NEW_ARRAY(arena, struct lw_huddle_cause, texts + 2U);
  uint32_t *by_code = LW_NEW_ARRAY(arena, uint32_t, texts + 1U);
  struct lw_track_table seen;
  bool fits = causes != NULL && by_code != NULL;
  *ret_causes = causes;
  *ret_count = 0;
  lw_track_table_init(&seen, CASE_WORDS);
  for (uint32_t i = 0; fits && i < past->count; i++) {
    const struct lw_huddle_lot *lot = &past->lots[i];
    if (!lot->request || !lot->inside || lot->at < past->of.before.start) {
      continue;
    }
    struct lw_huddle_cause *cause = cause_of(past, arena, lot->reason, by_code, causes, ret_count);
    fits = count_lot(past, i, &seen, lot->at >= past->of.week.start ? &cause->now : &cause->before);
  }
  lw_track_table_finish(&seen);
  return fits ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory, or sums too large to count");
}
