/* Arrays by the tape's codes of cases and customers, filled in one pass over the rows. Of each run
 * of rows the codes are read first and looked up in two sets of bits, which fit the processor's
 * near memory where the arrays don't; the rest is read where something was found. What later became
 * of a decision changes what was counted of it: how it stands is kept by its row. */
#include "track/brought_rows.h"

#include "base/table.h"
#include "data/json.h"
#include "policy/decide.h"
#include "policy/who.h"
#include "track/table.h"

#include <stdlib.h>

enum { BLOCK = 4096, UNKNOWN = 0, INSIDE = 1, OUTSIDE = 2, ROW_WORDS = 2, GIVEN = 1 };

struct customer {
  lw_str id;
  int64_t minor;
  uint32_t code; /* of the tape; 0: it has none */
  bool lost;
  bool met; /* by somebody of the team */
};

/* Rows that are looked at together. */
struct block {
  int64_t kinds[BLOCK];
  int64_t ats[BLOCK];
  int64_t verdicts[BLOCK];
  int64_t minors[BLOCK];
  uint32_t reasons[BLOCK];
  uint32_t cases[BLOCK];
  uint32_t customers[BLOCK];
  uint32_t persons[BLOCK];
};

/* Some of a dictionary's texts. */
struct chosen {
  uint64_t *bits; /* by code */
  bool any;
};

struct lw_brought_rows {
  struct block block;
  const struct lw_brought_input *input;
  struct lw_arena *arena;
  lw_usec from;
  struct customer *customers[LW_BROUGHT_PERIODS];
  uint32_t n_customers[LW_BROUGHT_PERIODS];
  size_t capacity[LW_BROUGHT_PERIODS];
  struct lw_table index[LW_BROUGHT_PERIODS];
  struct chosen cases_wanted;
  struct chosen customers_wanted;
  uint32_t *place[LW_BROUGHT_PERIODS]; /* by a customer's code: number + 1 */
  uint32_t *causes;                    /* by a case's code */
  int32_t *given;                      /* likewise: decisions that stand */
  uint8_t *people;                     /* by a person's code: INSIDE, OUTSIDE, not looked at */
  struct lw_track_table stands;        /* by row: minor, and given */
  struct lw_json_reader *json;
  struct lw_arena scratch;
  bool fits;
};

/* --- what is wanted --- */

static bool make_chosen(const struct lw_tape *tape, uint32_t column, struct chosen *chosen)
{
  chosen->bits = calloc(lw_tape_texts(tape, column) / 64 + 1, sizeof *chosen->bits);
  return chosen->bits != NULL;
}

/* No text (0) is never chosen. */
static void choose(struct chosen *chosen, uint32_t code)
{
  if (code != 0) {
    chosen->bits[code / 64] |= UINT64_C(1) << code % 64;
    chosen->any = true;
  }
}

static bool is_chosen(const struct chosen *chosen, uint32_t code)
{
  return (chosen->bits[code / 64] >> code % 64 & 1) != 0;
}

static bool is_wanted(const struct lw_brought_rows *rows, uint32_t found, uint32_t whose)
{
  return is_chosen(&rows->cases_wanted, found) || is_chosen(&rows->customers_wanted, whose);
}

/* --- customers --- */

bool lw_brought_rows_outcome(struct lw_brought_rows *rows, lw_str customer,
                             enum lw_brought_period period, bool lost)
{
  bool is_new = false;
  const uint32_t *known = lw_table_find(&rows->index[period], customer);
  if (known != NULL) {
    rows->customers[period][*known].lost = lost;
    return true;
  }
  lw_str copy = lw_str_copy(rows->arena, customer);
  uint32_t *place = copy.ptr != NULL ? lw_table_add(&rows->index[period], copy, &is_new) : NULL;
  uint32_t count = rows->n_customers[period];
  struct customer *grown =
      lw_arena_grow(rows->arena, rows->customers[period], count, &rows->capacity[period],
                    (size_t)count + 1, sizeof *grown, _Alignof(struct customer));
  if (place == NULL || grown == NULL) {
    return false;
  }
  *place = count;
  const struct lw_tape *tape = rows->input->tape;
  grown[count] =
      (struct customer){.id = copy,
                        .lost = lost,
                        .code = tape != NULL ? lw_tape_code(tape, LW_TAPE_CUSTOMER, customer) : 0};
  rows->customers[period] = grown;
  rows->n_customers[period]++;
  return true;
}

bool lw_brought_rows_customer(const struct lw_brought_rows *rows, enum lw_brought_period period,
                              uint32_t *at, struct lw_brought_customer *ret_customer)
{
  const struct lw_track_scope *scope = &rows->input->scope;
  bool any = scope->team.len == 0 && scope->within.len == 0;
  while (*at < rows->n_customers[period]) {
    const struct customer *customer = &rows->customers[period][(*at)++];
    if (any || customer->met) {
      *ret_customer = (struct lw_brought_customer){customer->id, customer->minor, customer->lost};
      return true;
    }
  }
  return false;
}

void lw_brought_rows_kept(const struct lw_brought_rows *rows, enum lw_brought_period period,
                          struct lw_brought_kept *ret_kept)
{
  struct lw_brought_customer customer;
  *ret_kept = (struct lw_brought_kept){0};
  for (uint32_t at = 0; lw_brought_rows_customer(rows, period, &at, &customer);) {
    ret_kept->customers++;
    ret_kept->kept += !customer.lost;
    ret_kept->minor += customer.minor;
  }
}

/* --- cases --- */

uint32_t lw_brought_rows_want(struct lw_brought_rows *rows, lw_str case_id)
{
  const struct lw_tape *tape = rows->input->tape;
  uint32_t code = tape != NULL ? lw_tape_code(tape, LW_TAPE_CASE, case_id) : 0;
  if (tape != NULL) {
    choose(&rows->cases_wanted, code);
  }
  return code;
}

uint32_t lw_brought_rows_cause(const struct lw_brought_rows *rows, uint32_t wanted)
{
  return wanted != 0 ? rows->causes[wanted] : 0;
}

bool lw_brought_rows_given(const struct lw_brought_rows *rows, uint32_t wanted)
{
  return wanted != 0 && rows->given[wanted] > 0;
}

/* --- rows --- */

/* Whether a decision of that person is one of the team asked for. */
static bool is_inside(struct lw_brought_rows *rows, uint32_t code)
{
  const struct lw_track_scope *scope = &rows->input->scope;
  const struct lw_value *person = NULL;
  struct lw_error err;
  if (rows->people[code] == UNKNOWN) {
    lw_arena_reset(&rows->scratch);
    bool read = lw_json_read(rows->json, &rows->scratch,
                             lw_tape_text(rows->input->tape, LW_TAPE_PERSON, code), NULL, &person,
                             &err) == LW_OK;
    lw_str team = read ? lw_value_text(person, LW_STR("team")) : LW_STR("");
    bool inside = (scope->team.len == 0 || lw_team_within(team, scope->team)) &&
                  (scope->within.len == 0 || lw_team_within(team, scope->within));
    rows->people[code] = inside ? INSIDE : OUTSIDE;
  }
  return rows->people[code] == INSIDE;
}

struct about {
  lw_usec at;
  uint32_t found; /* codes: the case, whose it is, who decided */
  uint32_t whose;
  uint32_t person;
};

/* A decision stands otherwise by so much. */
static void move(struct lw_brought_rows *rows, const struct about *about, int64_t minor,
                 int32_t given)
{
  bool before = about->at < rows->input->since;
  enum lw_brought_period period = before ? LW_BROUGHT_BEFORE : LW_BROUGHT_NOW;
  rows->given[about->found] += given;
  uint32_t place =
      about->whose != 0 && about->at >= rows->from ? rows->place[period][about->whose] : 0;
  if (place != 0 && is_inside(rows, about->person)) {
    struct customer *customer = &rows->customers[period][place - 1];
    customer->met = true;
    rows->fits = rows->fits && !__builtin_add_overflow(customer->minor, minor, &customer->minor);
  }
}

static int64_t granted(const struct lw_tape *tape, uint64_t row)
{
  int64_t minor = lw_tape_number(tape, LW_TAPE_MINOR, row);
  return minor > 0 ? minor : 0;
}

static enum lw_code take_later(struct lw_brought_rows *rows, uint64_t first, uint64_t row,
                               enum lw_tape_kind kind, struct lw_error *err)
{
  const struct lw_tape *tape = rows->input->tape;
  uint64_t request = 0;
  if (kind == LW_TAPE_CLOSED || !lw_tape_find_request(tape, row, &request) || request < first) {
    return LW_OK;
  }
  const struct about about = {lw_tape_number(tape, LW_TAPE_AT, request),
                              lw_tape_code_at(tape, LW_TAPE_CASE, request),
                              lw_tape_code_at(tape, LW_TAPE_CUSTOMER, request),
                              lw_tape_code_at(tape, LW_TAPE_PERSON, request)};
  if (!is_wanted(rows, about.found, about.whose)) {
    return LW_OK;
  }
  const uint32_t key[ROW_WORDS] = {(uint32_t)(request >> 32), (uint32_t)request};
  struct lw_track_cell *stand = lw_track_table_add(&rows->stands, key);
  if (stand == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  if (stand->decisions == 0) { /* as it was decided */
    bool at_once = lw_tape_number(tape, LW_TAPE_VERDICT, request) == LW_GRANTED;
    stand->decisions = 1;
    stand->given = at_once;
    stand->minor = at_once ? granted(tape, request) : 0;
  }
  bool known = kind == LW_TAPE_ANSWERED || lw_tape_number(tape, LW_TAPE_MINOR, row) != LW_TAPE_NONE;
  int64_t given = kind == LW_TAPE_UNDONE ? 0 : known ? GIVEN : stand->given;
  int64_t minor = kind == LW_TAPE_UNDONE ? 0 : known ? granted(tape, row) : stand->minor;
  move(rows, &about, minor - stand->minor, (int32_t)(given - stand->given));
  stand->given = given;
  stand->minor = minor;
  return LW_OK;
}

static void take_request(struct lw_brought_rows *rows, uint32_t i)
{
  const struct block *block = &rows->block;
  bool given = block->verdicts[i] == LW_GRANTED;
  uint32_t found = block->cases[i];
  const struct about about = {block->ats[i], found, block->customers[i], block->persons[i]};
  rows->causes[found] = block->reasons[i] != 0 ? block->reasons[i] : rows->causes[found];
  move(rows, &about, given && block->minors[i] > 0 ? block->minors[i] : 0, given);
}

/* What tells whether a row matters: how many of the block do, their places in *ret_places. */
static uint32_t look_for(struct lw_brought_rows *rows, uint64_t row, uint32_t count,
                         uint32_t *ret_places)
{
  const struct lw_tape *tape = rows->input->tape;
  struct block *block = &rows->block;
  uint32_t found = 0;
  lw_tape_read_numbers(tape, LW_TAPE_KIND, row, count, block->kinds);
  lw_tape_read_codes(tape, LW_TAPE_CASE, row, count, block->cases);
  lw_tape_read_codes(tape, LW_TAPE_CUSTOMER, row, count, block->customers);
  for (uint32_t i = 0; i < count; i++) {
    bool matters =
        block->kinds[i] != LW_TAPE_REQUEST || is_wanted(rows, block->cases[i], block->customers[i]);
    ret_places[found] = i;
    found += matters;
  }
  return found;
}

static void read_rest(struct lw_brought_rows *rows, uint64_t row, uint32_t count)
{
  const struct lw_tape *tape = rows->input->tape;
  struct block *block = &rows->block;
  lw_tape_read_numbers(tape, LW_TAPE_AT, row, count, block->ats);
  lw_tape_read_numbers(tape, LW_TAPE_VERDICT, row, count, block->verdicts);
  lw_tape_read_numbers(tape, LW_TAPE_MINOR, row, count, block->minors);
  lw_tape_read_codes(tape, LW_TAPE_REASON, row, count, block->reasons);
  lw_tape_read_codes(tape, LW_TAPE_PERSON, row, count, block->persons);
}

static enum lw_code take_block(struct lw_brought_rows *rows, uint64_t first, uint64_t row,
                               uint32_t count, struct lw_error *err)
{
  uint32_t places[BLOCK];
  enum lw_code rc = LW_OK;
  uint32_t found = look_for(rows, row, count, places);
  if (found != 0) {
    read_rest(rows, row, count);
  }
  for (uint32_t k = 0; rc == LW_OK && k < found; k++) {
    uint32_t i = places[k];
    enum lw_tape_kind kind = (enum lw_tape_kind)rows->block.kinds[i];
    if (kind == LW_TAPE_REQUEST) {
      take_request(rows, i);
    } else {
      rc = take_later(rows, first, row + i, kind, err);
    }
  }
  return rc;
}

static bool make_room(struct lw_brought_rows *rows)
{
  const struct lw_tape *tape = rows->input->tape;
  size_t cases = (size_t)lw_tape_texts(tape, LW_TAPE_CASE) + 1;
  size_t customers = (size_t)lw_tape_texts(tape, LW_TAPE_CUSTOMER) + 1;
  rows->causes = calloc(cases, sizeof *rows->causes);
  rows->given = calloc(cases, sizeof *rows->given);
  rows->people = calloc((size_t)lw_tape_texts(tape, LW_TAPE_PERSON) + 1, 1);
  bool room = rows->causes != NULL && rows->given != NULL && rows->people != NULL;
  for (int p = 0; p < LW_BROUGHT_PERIODS; p++) {
    rows->place[p] = calloc(customers, sizeof *rows->place[p]);
    room = room && rows->place[p] != NULL;
    for (uint32_t i = 0; room && i < rows->n_customers[p]; i++) {
      rows->place[p][rows->customers[p][i].code] = i + 1;
      choose(&rows->customers_wanted, rows->customers[p][i].code);
    }
  }
  return room;
}

enum lw_code lw_brought_rows_read(struct lw_brought_rows *rows, struct lw_error *err)
{
  const struct lw_tape *tape = rows->input->tape;
  if (tape == NULL) {
    return LW_OK;
  }
  if (!make_room(rows)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  if (!rows->cases_wanted.any && !rows->customers_wanted.any) {
    return LW_OK;
  }
  uint64_t first = lw_tape_find_at(tape, rows->from);
  uint64_t end = lw_tape_rows(tape);
  enum lw_code rc = LW_OK;
  for (uint64_t row = first; rc == LW_OK && row < end;) {
    uint64_t upto = (row / BLOCK + 1) * BLOCK; /* blocks lie within chunks */
    uint32_t count = (uint32_t)((upto < end ? upto : end) - row);
    rc = take_block(rows, first, row, count, err);
    row += count;
  }
  return rc == LW_OK && !rows->fits
             ? lw_fail(err, LW_OVERFLOW, "the sums are too large to be counted")
             : rc;
}

enum lw_code lw_brought_rows_create(const struct lw_brought_input *input, lw_usec from,
                                    struct lw_arena *arena, struct lw_brought_rows **ret_rows,
                                    struct lw_error *err)
{
  struct lw_brought_rows *rows = calloc(1, sizeof *rows);
  *ret_rows = rows;
  if (rows == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  rows->input = input;
  rows->arena = arena;
  rows->from = from;
  rows->fits = true;
  lw_arena_init(&rows->scratch, NULL, 0);
  lw_track_table_init(&rows->stands, ROW_WORDS);
  for (int p = 0; p < LW_BROUGHT_PERIODS; p++) {
    lw_table_init(&rows->index[p], arena);
  }
  rows->json = lw_json_reader_create(NULL);
  bool room =
      input->tape == NULL || (make_chosen(input->tape, LW_TAPE_CASE, &rows->cases_wanted) &&
                              make_chosen(input->tape, LW_TAPE_CUSTOMER, &rows->customers_wanted));
  return room && rows->json != NULL ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory");
}

void lw_brought_rows_destroy(struct lw_brought_rows *rows)
{
  if (rows == NULL) {
    return;
  }
  for (int p = 0; p < LW_BROUGHT_PERIODS; p++) {
    free(rows->place[p]);
  }
  free(rows->cases_wanted.bits);
  free(rows->customers_wanted.bits);
  free(rows->causes);
  free(rows->given);
  free(rows->people);
  lw_track_table_finish(&rows->stands);
  lw_json_reader_destroy(rows->json);
  lw_arena_finish(&rows->scratch);
  free(rows);
}
