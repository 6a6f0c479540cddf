/* The rows of a run are summed by the run's own numbers of scopes first; only those sums, which are
 * few, are given the texts by which two runs are held against each other. */
#include "replay/dry.h"

#include "base/table.h"
#include "budget/rows.h"
#include "data/json.h"

#include <stdlib.h>

enum { BLOCK = 2048 };

/* A block of rows as far as sums ask for them: single numbers of a tape are dear. */
struct rows {
  uint64_t first; /* UINT64_MAX: none is read */
  lw_usec at[BLOCK];
  int64_t kind[BLOCK];
  uint32_t amount[BLOCK];
};

/* One budget and scope of one run. */
struct sum {
  uint32_t budget;
  lw_usec newest; /* start of the newest window in which it ran dry */
  struct lw_dry_sum of;
};

struct finding {
  struct lw_dry *dry;
  const struct lw_tape *tape;
  const struct lw_directory *people;
  const struct lw_report_options *told;
  struct lw_json_reader *reader;
  struct lw_table items; /* by budget and whose */
  struct rows *rows;
  int64_t *amounts; /* by code; NOT_READ until one is asked for */
  size_t items_capacity;
  /* Of the run at hand. */
  struct lw_dry_run side;
  uint32_t *numbers;    /* by budget and scope: place in sums, + 1 */
  size_t *first_number; /* by budget */
  struct sum *sums;
  uint32_t n_sums;
  uint32_t sums_capacity;
  struct lw_period_cache periods;
};

lw_str lw_dry_side_word(enum lw_dry_side side)
{
  return side == LW_DRY_AFTER    ? LW_STR("after")
         : side == LW_DRY_BEFORE ? LW_STR("before")
                                 : LW_STR("both");
}

lw_str lw_dry_scope_word(enum lw_scope scope)
{
  switch (scope) {
  case LW_SCOPE_AGENT: return LW_STR("agent");
  case LW_SCOPE_TEAM: return LW_STR("team");
  case LW_SCOPE_CUSTOMER: return LW_STR("customer");
  case LW_SCOPE_CASE: return LW_STR("case");
  case LW_SCOPE_ORGANIZATION: break;
  }
  return LW_STR("organization");
}

/* --- sums by number --- */

static bool is_told(const struct finding *finding, lw_usec at)
{
  const struct lw_report_options *told = finding->told;
  return told == NULL || !told->has_window || (at >= told->since && at < told->until);
}

#define NOT_READ (INT64_MIN + 1)

static bool prepare_amounts(struct finding *finding)
{
  size_t count = (size_t)lw_tape_texts(finding->tape, LW_TAPE_AMOUNT) + 1;
  finding->amounts = malloc(count * sizeof *finding->amounts);
  for (size_t i = 0; finding->amounts != NULL && i < count; i++) {
    finding->amounts[i] = NOT_READ;
  }
  return finding->amounts != NULL;
}

/* The row's place in its block, which is read: rows come in order. */
static uint32_t place_of(struct finding *finding, uint64_t row)
{
  struct rows *rows = finding->rows;
  uint64_t first = row / BLOCK * BLOCK;
  if (rows->first != first) {
    uint64_t left = lw_tape_rows(finding->tape) - first;
    uint32_t count = left < BLOCK ? (uint32_t)left : BLOCK;
    lw_tape_read_numbers(finding->tape, LW_TAPE_AT, first, count, rows->at);
    lw_tape_read_numbers(finding->tape, LW_TAPE_KIND, first, count, rows->kind);
    lw_tape_read_codes(finding->tape, LW_TAPE_AMOUNT, first, count, rows->amount);
    rows->first = first;
  }
  return (uint32_t)(row - first);
}

/* What was asked for; many ask for the same. */
static int64_t asked_minor(struct finding *finding, uint64_t row)
{
  int64_t *amount = &finding->amounts[finding->rows->amount[place_of(finding, row)]];
  if (*amount == NOT_READ) {
    *amount = lw_tape_amount(finding->tape, row);
  }
  return *amount;
}

static int64_t minor_of(struct finding *finding, uint64_t row)
{
  bool answered = finding->rows->kind[place_of(finding, row)] == LW_TAPE_ANSWERED;
  int64_t minor =
      answered ? lw_tape_number(finding->tape, LW_TAPE_MINOR, row) : asked_minor(finding, row);
  return minor != LW_TAPE_NONE ? minor : 0;
}

/* A place for each scope that the run has met, by number: they are dense. False when memory is out.
 */
static bool prepare_numbers(struct finding *finding)
{
  const struct lw_run *run = finding->side.run;
  uint32_t n_budgets = finding->side.policy->n_budgets;
  size_t all = 0;
  finding->first_number = calloc((size_t)n_budgets + 1, sizeof *finding->first_number);
  for (size_t i = 0; finding->first_number != NULL && i < run->n_dry; i++) {
    size_t *count = &finding->first_number[run->dry[i].budget];
    *count = run->dry[i].scope >= *count ? (size_t)run->dry[i].scope + 1 : *count;
  }
  for (uint32_t b = 0; finding->first_number != NULL && b < n_budgets; b++) {
    size_t count = finding->first_number[b];
    finding->first_number[b] = all;
    all += count;
  }
  finding->numbers = calloc(all + 1, sizeof *finding->numbers);
  return finding->first_number != NULL && finding->numbers != NULL;
}

/* NULL: memory is out. */
static struct sum *sum_of(struct finding *finding, const struct lw_run_dry *met)
{
  uint32_t *number = &finding->numbers[finding->first_number[met->budget] + met->scope];
  if (*number != 0) {
    return &finding->sums[*number - 1];
  }
  if (finding->n_sums == finding->sums_capacity) {
    uint32_t capacity = finding->sums_capacity * 2 + 64;
    struct sum *sums = realloc(finding->sums, capacity * sizeof *sums);
    if (sums == NULL) {
      return NULL;
    }
    finding->sums = sums;
    finding->sums_capacity = capacity;
  }
  finding->sums[finding->n_sums] = (struct sum){.budget = met->budget, .newest = INT64_MIN};
  *number = ++finding->n_sums;
  return &finding->sums[finding->n_sums - 1];
}

/* Windows are counted as they come: one that a clock goes back to is not counted again. */
static void add_to_sum(struct finding *finding, struct sum *sum, uint64_t row, lw_usec at)
{
  const struct lw_policy *policy = finding->side.policy;
  const struct lw_window *window = &policy->budgets[sum->budget].window;
  bool calendar = window->kind != LW_WINDOW_ROLLING && window->kind != LW_WINDOW_FOR_GOOD;
  lw_usec start =
      calendar ? lw_draw_key_cached(&finding->periods, window, policy->zone, at) : INT64_MIN;
  if (sum->of.requests == 0) {
    sum->of.first_row = row;
    sum->of.windows = 1;
    sum->newest = start;
  }
  if (start > sum->newest) {
    sum->of.windows++;
    sum->newest = start;
  }
  sum->of.requests++;
  sum->of.minor += minor_of(finding, row);
  sum->of.last_row = row;
}

static bool sum_up(struct finding *finding, uint64_t *ret_requests)
{
  const struct lw_run *run = finding->side.run;
  uint64_t last_row = UINT64_MAX;
  for (size_t i = 0; i < run->n_dry; i++) {
    const struct lw_run_dry *met = &run->dry[i];
    lw_usec at = finding->rows->at[place_of(finding, met->row)];
    if (!is_told(finding, at)) {
      continue;
    }
    struct sum *sum = sum_of(finding, met);
    if (sum == NULL) {
      return false;
    }
    add_to_sum(finding, sum, met->row, at);
    *ret_requests += met->row != last_row;
    last_row = met->row;
  }
  return true;
}

/* --- whose --- */

/* As the run saw the person: somebody of whom a row has only the id is who the people say. */
static void person_parts(struct finding *finding, uint64_t row, lw_str *ret_agent, lw_str *ret_team)
{
  const struct lw_directory *people = finding->people;
  const struct lw_value *person = NULL;
  struct lw_error err;
  uint32_t code = lw_tape_code_at(finding->tape, LW_TAPE_PERSON, row);
  lw_str text = lw_tape_text(finding->tape, LW_TAPE_PERSON, code);
  *ret_agent = *ret_team = LW_STR("");
  if (text.len == 0 ||
      lw_json_read(finding->reader, &finding->dry->keep, text, NULL, &person, &err) != LW_OK) {
    return;
  }
  const struct lw_value *id = lw_value_get(person, LW_STR("id"));
  const struct lw_value *team = lw_value_get(person, LW_STR("team"));
  uint32_t found = id != NULL && person->count == 1 && people != NULL
                       ? people->find(people, id->text)
                       : UINT32_MAX;
  *ret_agent = id != NULL ? id->text : LW_STR("");
  *ret_team = found != UINT32_MAX ? people->actors[found].team
              : team != NULL      ? team->text
                                  : LW_STR("");
}

static void find_parts(struct finding *finding, const struct lw_budget *budget, uint64_t row,
                       lw_str *ret_parts)
{
  const struct lw_tape *tape = finding->tape;
  lw_str agent = LW_STR("");
  lw_str team = LW_STR("");
  bool of_person = false;
  for (uint32_t i = 0; i < budget->n_per; i++) {
    of_person |= budget->per[i] == LW_SCOPE_AGENT || budget->per[i] == LW_SCOPE_TEAM;
  }
  if (of_person) {
    person_parts(finding, row, &agent, &team);
  }
  for (uint32_t i = 0; i < budget->n_per; i++) {
    switch (budget->per[i]) {
    case LW_SCOPE_AGENT: ret_parts[i] = agent; break;
    case LW_SCOPE_TEAM: ret_parts[i] = team; break;
    case LW_SCOPE_CUSTOMER:
      ret_parts[i] =
          lw_tape_text(tape, LW_TAPE_CUSTOMER, lw_tape_code_at(tape, LW_TAPE_CUSTOMER, row));
      break;
    case LW_SCOPE_CASE:
      ret_parts[i] = lw_tape_text(tape, LW_TAPE_CASE, lw_tape_code_at(tape, LW_TAPE_CASE, row));
      break;
    case LW_SCOPE_ORGANIZATION: ret_parts[i] = LW_STR(""); break;
    }
  }
}

/* A budget that is per something else now is another one. */
static lw_str key_of(struct finding *finding, const struct lw_budget *budget, const lw_str *parts)
{
  struct lw_buf text = {0};
  lw_buf_add(&text, budget->name);
  for (uint32_t i = 0; i < budget->n_per; i++) {
    lw_buf_add_char(&text, '\x1f');
    lw_buf_add_char(&text, (char)('a' + (int)budget->per[i]));
    lw_buf_add(&text, parts[i]);
  }
  lw_str key = text.failed ? (lw_str){0} : lw_str_copy(&finding->dry->keep, lw_buf_str(&text));
  lw_buf_finish(&text);
  return key;
}

/* NULL: memory is out. */
static struct lw_dry_item *item_of(struct finding *finding, const struct sum *sum)
{
  const struct lw_budget *budget = &finding->side.policy->budgets[sum->budget];
  struct lw_dry *dry = finding->dry;
  struct lw_dry_item item = {.budget = budget};
  bool is_new = false;
  find_parts(finding, budget, sum->of.first_row, item.of);
  lw_str key = key_of(finding, budget, item.of);
  if (dry->count == finding->items_capacity) {
    size_t capacity = finding->items_capacity * 2 + 64;
    struct lw_dry_item *items = realloc(dry->items, capacity * sizeof *items);
    if (items == NULL) {
      return NULL;
    }
    dry->items = items;
    finding->items_capacity = capacity;
  }
  uint32_t *place = key.ptr != NULL ? lw_table_add(&finding->items, key, &is_new) : NULL;
  if (place == NULL) {
    return NULL;
  }
  if (is_new) {
    *place = (uint32_t)dry->count;
    dry->items[dry->count++] = item;
  }
  return &dry->items[*place];
}

/* --- both sides --- */

static bool find_side(struct finding *finding, const struct lw_dry_run *side, bool is_before)
{
  struct lw_dry *dry = finding->dry;
  finding->side = *side;
  finding->n_sums = 0;
  finding->periods = (struct lw_period_cache){0};
  dry->beyond += side->run->dry_beyond;
  bool found = prepare_numbers(finding) &&
               sum_up(finding, is_before ? &dry->requests_before : &dry->requests_after);
  for (uint32_t i = 0; found && i < finding->n_sums; i++) {
    struct lw_dry_item *item = item_of(finding, &finding->sums[i]);
    found = item != NULL;
    if (found) {
      *(is_before ? &item->before : &item->after) = finding->sums[i].of;
    }
  }
  free(finding->numbers);
  free(finding->first_number);
  return found;
}

static const struct lw_dry_sum *main_sum(const struct lw_dry_item *item)
{
  return item->side == LW_DRY_BEFORE ? &item->before : &item->after;
}

static int by_weight(const void *a, const void *b)
{
  const struct lw_dry_item *one = a;
  const struct lw_dry_item *two = b;
  const struct lw_dry_sum *of_one = main_sum(one);
  const struct lw_dry_sum *of_two = main_sum(two);
  if (one->side != two->side) {
    return (int)one->side - (int)two->side;
  }
  if (of_one->requests != of_two->requests) {
    return of_one->requests > of_two->requests ? -1 : 1;
  }
  if (of_one->first_row != of_two->first_row) {
    return of_one->first_row < of_two->first_row ? -1 : 1;
  }
  return lw_str_compare(one->budget->name, two->budget->name);
}

static void settle(struct lw_dry *dry)
{
  for (size_t i = 0; i < dry->count; i++) {
    struct lw_dry_item *item = &dry->items[i];
    item->side = item->before.requests == 0  ? LW_DRY_AFTER
                 : item->after.requests == 0 ? LW_DRY_BEFORE
                                             : LW_DRY_BOTH;
    dry->counts[item->side]++;
  }
  if (dry->count != 0) {
    qsort(dry->items, dry->count, sizeof *dry->items, by_weight);
  }
}

enum lw_code lw_dry_find(struct lw_dry *dry, const struct lw_tape *tape,
                         const struct lw_directory *people, const struct lw_dry_run *before,
                         const struct lw_dry_run *after, const struct lw_report_options *told,
                         struct lw_error *err)
{
  struct finding finding = {.dry = dry, .tape = tape, .people = people, .told = told};
  *dry = (struct lw_dry){.compared = before->run != NULL};
  lw_arena_init(&dry->keep, NULL, SIZE_MAX);
  lw_table_init(&finding.items, &dry->keep);
  finding.reader = lw_json_reader_create(NULL);
  finding.rows = malloc(sizeof *finding.rows);
  if (finding.rows != NULL) {
    finding.rows->first = UINT64_MAX;
  }
  bool found = finding.reader != NULL && finding.rows != NULL && prepare_amounts(&finding) &&
               find_side(&finding, after, false) &&
               (!dry->compared || find_side(&finding, before, true));
  settle(dry);
  free(finding.sums);
  free(finding.rows);
  free(finding.amounts);
  lw_json_reader_destroy(finding.reader);
  return found ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory for the report");
}

void lw_dry_finish(struct lw_dry *dry)
{
  free(dry->items);
  lw_arena_finish(&dry->keep);
  *dry = (struct lw_dry){.count = 0};
}
