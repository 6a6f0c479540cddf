/* Counted by two numbers a row that are small: the person's code and the pair of action and reason.
 * What is asked for in the end (team, tier, action, reason) are sums over those. */
#include "replay/report.h"

#include "data/json.h"

#include <stdlib.h>

enum { BLOCK = 2048 };

enum { VERDICTS = 4 }; /* of a request: granted, ask, refused, unreadable */

/* What one cell (a person, or an action with a reason) has counted: by the pair of verdicts, before
 * * VERDICTS + after, so that a row is two additions. */
struct cell {
  uint64_t rows[VERDICTS * VERDICTS];
  int64_t minor[VERDICTS * VERDICTS];
  uint64_t answered[2]; /* before, after */
  int64_t cost_answered[2];
};

struct counting {
  struct lw_report *report;
  const struct lw_tape *tape;
  const struct lw_run *before;
  const struct lw_run *after;
  const struct lw_report_options *options;
  struct cell *persons; /* by code */
  struct cell *causes;  /* by action * n_reasons + reason */
  uint32_t n_reasons;
  int64_t *amounts; /* by code */
  uint32_t person[BLOCK];
  uint32_t action[BLOCK];
  uint32_t reason[BLOCK];
  uint32_t amount[BLOCK];
  int64_t kind[BLOCK];
  int64_t verdict[BLOCK];
  int64_t minor[BLOCK];
  lw_usec at[BLOCK]; /* read where there is a window */
};

int lw_replayed_rank(uint8_t verdict)
{
  return verdict == LW_REPLAYED_GRANTED || verdict == LW_REPLAYED_ANSWERED ? 2
         : verdict == LW_REPLAYED_ASK                                      ? 1
                                                                           : 0;
}

lw_str lw_replayed_word(uint8_t verdict)
{
  switch ((enum lw_replayed)verdict) {
  case LW_REPLAYED_GRANTED: return LW_STR("granted");
  case LW_REPLAYED_ASK: return LW_STR("ask");
  case LW_REPLAYED_REFUSED: return LW_STR("refused");
  case LW_REPLAYED_FAULTY: return LW_STR("unreadable");
  case LW_REPLAYED_ANSWERED: return LW_STR("answered");
  case LW_REPLAYED_UNANSWERED: return LW_STR("unanswered");
  case LW_REPLAYED_NOTHING: break;
  }
  return LW_STR("");
}

/* --- one row --- */

static uint8_t was(int64_t verdict)
{
  return verdict == LW_GRANTED ? LW_REPLAYED_GRANTED
         : verdict == LW_ASK   ? LW_REPLAYED_ASK
                               : LW_REPLAYED_REFUSED;
}

static void keep_flip(struct counting *counting, uint64_t row, uint8_t before, uint8_t after)
{
  struct lw_report *report = counting->report;
  const struct lw_report_options *options = counting->options;
  int rise = lw_replayed_rank(after) - lw_replayed_rank(before);
  if ((options->gets == LW_GETS_MORE && rise <= 0) ||
      (options->gets == LW_GETS_LESS && rise >= 0)) {
    return;
  }
  report->n_flips_all++;
  if (report->n_flips < report->flips_most && row >= options->flips_from) {
    report->flips[report->n_flips++] = (struct lw_flip){row, before, after};
  } else if (row >= options->flips_from) {
    report->has_more_flips = true;
  }
}

static void count_request(struct counting *counting, uint64_t row, uint32_t i)
{
  struct lw_report *report = counting->report;
  struct cell *person = &counting->persons[counting->person[i]];
  struct cell *cause =
      &counting->causes[(size_t)counting->action[i] * counting->n_reasons + counting->reason[i]];
  uint8_t before =
      counting->before != NULL ? counting->before->verdicts[row] : was(counting->verdict[i]);
  uint8_t after = counting->after->verdicts[row];
  uint32_t pair = (before & (VERDICTS - 1U)) * VERDICTS + (after & (VERDICTS - 1U));
  int64_t minor = counting->amounts[counting->amount[i]];
  person->rows[pair]++;
  person->minor[pair] += minor;
  cause->rows[pair]++;
  cause->minor[pair] += minor;
  if (before != after) {
    keep_flip(counting, row, before, after);
  }
  report->first_row = report->first_row == UINT64_MAX ? row : report->first_row;
  report->last_row = row;
}

static bool is_within(const struct lw_report_options *options, lw_usec at)
{
  return at >= options->since && at < options->until;
}

static bool is_told(const struct counting *counting, uint64_t row)
{
  return !counting->options->has_window ||
         is_within(counting->options, lw_tape_number(counting->tape, LW_TAPE_AT, row));
}

/* The request that an event is about. */
static bool request_of(const struct counting *counting, uint64_t row, uint64_t *ret_row)
{
  return lw_tape_find_seq(counting->tape, row, lw_tape_number(counting->tape, LW_TAPE_OF, row),
                          ret_row);
}

/* An answer counts where the request does. */
static void add_answer(struct counting *counting, uint64_t row, bool then, bool now, int64_t minor)
{
  const struct lw_tape *tape = counting->tape;
  uint32_t person = lw_tape_code_at(tape, LW_TAPE_PERSON, row);
  uint32_t action = lw_tape_code_at(tape, LW_TAPE_ACTION, row);
  uint32_t reason = lw_tape_code_at(tape, LW_TAPE_REASON, row);
  struct cell *cells[] = {&counting->persons[person],
                          &counting->causes[(size_t)action * counting->n_reasons + reason]};
  for (size_t c = 0; c < sizeof cells / sizeof cells[0]; c++) {
    cells[c]->answered[0] += then;
    cells[c]->cost_answered[0] += then ? minor : 0;
    cells[c]->answered[1] += now;
    cells[c]->cost_answered[1] += now ? minor : 0;
  }
}

static void count_answer(struct counting *counting, uint64_t row, uint32_t i)
{
  struct lw_report *report = counting->report;
  uint64_t asked = 0;
  int64_t waited = lw_tape_number(counting->tape, LW_TAPE_WAITED, row);
  int64_t minor = counting->minor[i] != LW_TAPE_NONE ? counting->minor[i] : 0;
  bool known = request_of(counting, row, &asked);
  if (!is_told(counting, known ? asked : row)) {
    return;
  }
  uint8_t before =
      counting->before != NULL ? counting->before->verdicts[row] : LW_REPLAYED_ANSWERED;
  if (counting->kind[i] == LW_TAPE_ANSWERED) {
    add_answer(counting, known ? asked : row, before == LW_REPLAYED_ANSWERED,
               counting->after->verdicts[row] == LW_REPLAYED_ANSWERED, minor);
  }
  if (known && counting->after->verdicts[asked] == LW_REPLAYED_GRANTED &&
      (counting->before == NULL || counting->before->verdicts[asked] == LW_REPLAYED_ASK)) {
    report->avoided++;
    report->avoided_waiting += waited > 0 ? waited : 0;
  }
}

static void count_block(struct counting *counting, uint64_t first, uint32_t rows)
{
  const struct lw_tape *tape = counting->tape;
  lw_tape_read_codes(tape, LW_TAPE_PERSON, first, rows, counting->person);
  lw_tape_read_codes(tape, LW_TAPE_ACTION, first, rows, counting->action);
  lw_tape_read_codes(tape, LW_TAPE_REASON, first, rows, counting->reason);
  lw_tape_read_codes(tape, LW_TAPE_AMOUNT, first, rows, counting->amount);
  lw_tape_read_numbers(tape, LW_TAPE_KIND, first, rows, counting->kind);
  lw_tape_read_numbers(tape, LW_TAPE_VERDICT, first, rows, counting->verdict);
  lw_tape_read_numbers(tape, LW_TAPE_MINOR, first, rows, counting->minor);
  bool has_window = counting->options->has_window;
  if (has_window) {
    lw_tape_read_numbers(tape, LW_TAPE_AT, first, rows, counting->at);
  }
  for (uint32_t i = 0; i < rows; i++) {
    if (counting->kind[i] == LW_TAPE_REQUEST) {
      if (!has_window || is_within(counting->options, counting->at[i])) {
        count_request(counting, first + i, i);
      }
    } else if (counting->kind[i] == LW_TAPE_ANSWERED || counting->kind[i] == LW_TAPE_CLOSED) {
      count_answer(counting, first + i, i);
    }
  }
}

/* --- sums --- */

static void count(struct lw_tally *tally, uint32_t verdict, uint64_t rows, int64_t minor)
{
  tally->requests += rows;
  tally->granted += verdict == LW_REPLAYED_GRANTED ? rows : 0;
  tally->asked += verdict == LW_REPLAYED_ASK ? rows : 0;
  tally->refused += verdict == LW_REPLAYED_REFUSED ? rows : 0;
  tally->faulty += verdict == LW_REPLAYED_FAULTY ? rows : 0;
  tally->cost += verdict == LW_REPLAYED_GRANTED ? minor : 0;
}

static void add_cell(struct lw_report_group *group, const struct cell *cell)
{
  for (uint32_t pair = 0; pair < VERDICTS * VERDICTS; pair++) {
    uint32_t before = pair / VERDICTS;
    uint32_t after = pair % VERDICTS;
    int rise = lw_replayed_rank((uint8_t)after) - lw_replayed_rank((uint8_t)before);
    count(&group->before, before, cell->rows[pair], cell->minor[pair]);
    count(&group->after, after, cell->rows[pair], cell->minor[pair]);
    group->more += rise > 0 ? cell->rows[pair] : 0;
    group->less += rise < 0 ? cell->rows[pair] : 0;
  }
  group->before.answered += cell->answered[0];
  group->after.answered += cell->answered[1];
  group->before.cost_answered += cell->cost_answered[0];
  group->after.cost_answered += cell->cost_answered[1];
}

static bool is_empty(const struct cell *cell)
{
  uint64_t rows = cell->answered[0] + cell->answered[1];
  for (uint32_t pair = 0; pair < VERDICTS * VERDICTS; pair++) {
    rows += cell->rows[pair];
  }
  return rows == 0;
}

/* The whole is what all persons have. */
static void add_to_whole(struct lw_report *report, const struct cell *cell)
{
  enum { NEWLY_ASKED = LW_REPLAYED_GRANTED * VERDICTS + LW_REPLAYED_ASK };
  struct lw_report_group whole = {
      .before = report->before, .after = report->after, .more = report->more, .less = report->less};
  add_cell(&whole, cell);
  report->before = whole.before;
  report->after = whole.after;
  report->more = whole.more;
  report->less = whole.less;
  report->newly_asked += cell->rows[NEWLY_ASKED];
  report->newly_asked_cost += cell->minor[NEWLY_ASKED];
}

static bool add_to_group(struct lw_report *report, enum lw_report_by by, lw_str name,
                         const struct cell *cell)
{
  if (is_empty(cell)) {
    return true;
  }
  uint32_t at = 0;
  while (at < report->n_groups[by] && !lw_str_equal(report->groups[by][at].name, name)) {
    at++;
  }
  if (at == report->n_groups[by]) {
    struct lw_report_group *groups = realloc(report->groups[by], ((size_t)at + 1) * sizeof *groups);
    if (groups == NULL) {
      return false;
    }
    report->groups[by] = groups;
    groups[at] = (struct lw_report_group){.name = name};
    report->n_groups[by]++;
  }
  add_cell(&report->groups[by][at], cell);
  return true;
}

static bool sum_persons(struct counting *counting, struct lw_json_reader *reader)
{
  struct lw_report *report = counting->report;
  uint32_t count = lw_tape_texts(counting->tape, LW_TAPE_PERSON) + 1;
  bool summed = true;
  for (uint32_t code = 0; summed && code < count; code++) {
    const struct cell *cell = &counting->persons[code];
    const struct lw_value *person = NULL;
    struct lw_error err;
    lw_str text = lw_tape_text(counting->tape, LW_TAPE_PERSON, code);
    if (code != 0 && lw_json_read(reader, &report->keep, text, NULL, &person, &err) != LW_OK) {
      return false;
    }
    const struct lw_value *team = person != NULL ? lw_value_get(person, LW_STR("team")) : NULL;
    const struct lw_value *tier = person != NULL ? lw_value_get(person, LW_STR("tier")) : NULL;
    summed = add_to_group(report, LW_BY_TEAM, team != NULL ? team->text : LW_STR(""), cell) &&
             add_to_group(report, LW_BY_TIER, tier != NULL ? tier->text : LW_STR(""), cell);
    add_to_whole(report, cell);
  }
  return summed;
}

static bool sum_causes(struct counting *counting)
{
  struct lw_report *report = counting->report;
  uint32_t actions = lw_tape_texts(counting->tape, LW_TAPE_ACTION) + 1;
  bool summed = true;
  for (uint32_t a = 0; a < actions; a++) {
    for (uint32_t r = 0; summed && r < counting->n_reasons; r++) {
      const struct cell *cell = &counting->causes[(size_t)a * counting->n_reasons + r];
      summed =
          add_to_group(report, LW_BY_ACTION, lw_tape_text(counting->tape, LW_TAPE_ACTION, a),
                       cell) &&
          add_to_group(report, LW_BY_REASON, lw_tape_text(counting->tape, LW_TAPE_REASON, r), cell);
    }
  }
  return summed;
}

/* --- the whole --- */

static bool prepare(struct counting *counting)
{
  const struct lw_tape *tape = counting->tape;
  size_t persons = (size_t)lw_tape_texts(tape, LW_TAPE_PERSON) + 1;
  size_t actions = (size_t)lw_tape_texts(tape, LW_TAPE_ACTION) + 1;
  uint32_t amounts = lw_tape_texts(tape, LW_TAPE_AMOUNT) + 1;
  uint16_t currency = lw_currency_find(lw_tape_currency(tape));
  counting->n_reasons = lw_tape_texts(tape, LW_TAPE_REASON) + 1;
  counting->persons = calloc(persons, sizeof *counting->persons);
  counting->causes = calloc(actions * counting->n_reasons, sizeof *counting->causes);
  counting->amounts = calloc(amounts, sizeof *counting->amounts);
  for (uint32_t code = 1; counting->amounts != NULL && code < amounts; code++) {
    struct lw_money money = {0};
    bool read =
        lw_money_read(lw_tape_text(tape, LW_TAPE_AMOUNT, code), currency, &money) == LW_MONEY_OK;
    counting->amounts[code] = read ? money.minor : 0;
  }
  return counting->persons != NULL && counting->causes != NULL && counting->amounts != NULL;
}

enum lw_code lw_report_make(struct lw_report *report, const struct lw_tape *tape,
                            const struct lw_run *before, const struct lw_run *after,
                            size_t flips_most, struct lw_error *err)
{
  const struct lw_report_options options = {.flips_most = flips_most};
  return lw_report_make_part(report, tape, before, after, &options, err);
}

enum lw_code lw_report_make_part(struct lw_report *report, const struct lw_tape *tape,
                                 const struct lw_run *before, const struct lw_run *after,
                                 const struct lw_report_options *options, struct lw_error *err)
{
  struct counting *counting = calloc(1, sizeof *counting);
  struct lw_json_reader *reader = lw_json_reader_create(NULL);
  *report =
      (struct lw_report){.tape = tape, .flips_most = options->flips_most, .first_row = UINT64_MAX};
  lw_arena_init(&report->keep, NULL, SIZE_MAX);
  report->flips = calloc(options->flips_most + 1, sizeof *report->flips);
  bool made = counting != NULL && reader != NULL && report->flips != NULL;
  if (made) {
    *counting = (struct counting){
        .report = report, .tape = tape, .before = before, .after = after, .options = options};
    made = prepare(counting);
  }
  uint64_t rows = made ? after->n_rows : 0;
  for (uint64_t first = 0; first < rows; first += BLOCK) {
    count_block(counting, first, rows - first < BLOCK ? (uint32_t)(rows - first) : BLOCK);
  }
  made = made && sum_persons(counting, reader) && sum_causes(counting);
  if (counting != NULL) {
    free(counting->persons);
    free(counting->causes);
    free(counting->amounts);
    free(counting);
  }
  lw_json_reader_destroy(reader);
  return made ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory for the report");
}

void lw_report_finish(struct lw_report *report)
{
  for (int by = 0; by < LW_BY_COUNT; by++) {
    free(report->groups[by]);
  }
  free(report->flips);
  lw_arena_finish(&report->keep);
  *report = (struct lw_report){.tape = NULL};
}
