/* One pass over the tape gathers the window's requests; each look then sorts them its own way. */
#include "track/question.h"

#include "data/json.h"
#include "policy/decide.h"
#include "track/question_rows.h"

#include <stdlib.h>

enum { RUN = 4096, AMOUNT_MAX_SHIFT = 40 };
#define NOBODY UINT32_MAX

lw_str lw_question_kind_name(enum lw_question_kind kind)
{
  static const lw_str names[LW_QUESTION_KINDS] = {LW_STR_INIT("split"), LW_STR_INIT("together"),
                                                  LW_STR_INIT("lapse"), LW_STR_INIT("everywhere")};
  return (unsigned)kind < LW_QUESTION_KINDS ? names[kind] : LW_STR("");
}

/* --- what is found --- */

struct lw_question_found *lw_question_add(struct question_field *field, enum lw_question_kind kind)
{
  void *grown =
      lw_arena_grow(field->arena, field->found, field->n_found, &field->found_capacity,
                    field->n_found + 1, sizeof *field->found, _Alignof(struct lw_question_found));
  int64_t *seqs = LW_NEW_ARRAY(field->arena, int64_t, LW_QUESTION_DECISIONS_MAX);
  if (grown == NULL || seqs == NULL) {
    return NULL;
  }
  field->found = grown;
  struct lw_question_found *found = &field->found[field->n_found++];
  *found = (struct lw_question_found){.kind = kind, .expected = -1.0, .q = 1.0, .seqs = seqs};
  return found;
}

bool lw_question_note(struct question_field *field, struct lw_question_found *found, int64_t seq)
{
  (void)field;
  if (found->n_seqs == LW_QUESTION_DECISIONS_MAX) {
    return false;
  }
  found->seqs[found->n_seqs++] = seq;
  return true;
}

lw_str lw_question_customer(const struct question_field *field, uint32_t code)
{
  return lw_tape_text(field->input->tape, LW_TAPE_CUSTOMER, code);
}

lw_str lw_question_month(struct question_field *field, lw_usec at)
{
  static const struct lw_window month = {.kind = LW_WINDOW_MONTH};
  const struct lw_policy *policy = field->input->policy;
  struct lw_period period;
  lw_window_period(&month, policy != NULL ? policy->zone : NULL, at, &period);
  return lw_str_format(field->arena, "%lld", (long long)(period.start / LW_USEC_PER_SECOND));
}

/* --- people --- */

static uint32_t find_agent(struct question_field *field, lw_str id)
{
  bool is_new = false;
  const uint32_t *known = lw_table_find(&field->agent_index, id);
  if (known != NULL) {
    return *known;
  }
  void *grown = lw_arena_grow(field->arena, field->agents, field->n_agents, &field->agents_capacity,
                              field->n_agents + 1, sizeof *field->agents, _Alignof(lw_str));
  lw_str name = lw_str_copy(field->arena, id);
  uint32_t *place =
      grown != NULL && name.ptr != NULL ? lw_table_add(&field->agent_index, name, &is_new) : NULL;
  if (place == NULL) {
    return NOBODY;
  }
  field->agents = grown;
  *place = (uint32_t)field->n_agents;
  field->agents[field->n_agents] = name;
  return (uint32_t)field->n_agents++;
}

static uint32_t find_team(struct question_field *field, lw_str path)
{
  bool is_new = false;
  lw_str name = lw_str_copy(&field->scratch, path.len != 0 ? path : LW_STR("-"));
  uint32_t *place = name.ptr != NULL ? lw_table_add(&field->team_index, name, &is_new) : NULL;
  if (place != NULL && is_new) {
    *place = field->n_teams++;
  }
  return place != NULL ? *place : NOBODY;
}

static enum lw_code read_people(struct question_field *field, struct lw_error *err)
{
  const struct lw_tape *tape = field->input->tape;
  struct lw_json_reader *json = lw_json_reader_create(NULL);
  struct lw_arena room;
  lw_arena_init(&room, NULL, 0);
  field->n_persons = lw_tape_texts(tape, LW_TAPE_PERSON) + 1;
  field->persons = LW_NEW_ARRAY(&field->scratch, struct question_person, field->n_persons);
  enum lw_code rc =
      json != NULL && field->persons != NULL ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory");
  for (uint32_t i = 0; rc == LW_OK && i < field->n_persons; i++) {
    const struct lw_value *person = NULL;
    field->persons[i] = (struct question_person){NOBODY, NOBODY};
    lw_arena_reset(&room);
    rc = i == 0
             ? LW_OK
             : lw_json_read(json, &room, lw_tape_text(tape, LW_TAPE_PERSON, i), NULL, &person, err);
    lw_str id = person != NULL ? lw_value_text(person, LW_STR("id")) : LW_STR("");
    if (rc == LW_OK && id.len != 0) {
      field->persons[i] = (struct question_person){
          find_agent(field, id), find_team(field, lw_value_text(person, LW_STR("team")))};
    }
  }
  lw_json_reader_destroy(json);
  lw_arena_finish(&room);
  return rc;
}

/* --- rows --- */

struct run {
  int64_t kinds[RUN], ats[RUN], marks[RUN];
  uint64_t first;
  uint32_t count;
};

static bool in_window(const struct lw_question_input *input, const struct run *run, uint32_t i)
{
  return run->kinds[i] == LW_TAPE_REQUEST && run->ats[i] >= input->since &&
         run->ats[i] < input->until && !lw_tape_has(run->marks[i], LW_TAPE_OWN);
}

static void read_run(const struct lw_tape *tape, uint64_t first, struct run *run)
{
  uint64_t rows = lw_tape_rows(tape);
  run->first = first;
  run->count = rows - first < RUN ? (uint32_t)(rows - first) : RUN;
  lw_tape_read_numbers(tape, LW_TAPE_KIND, first, run->count, run->kinds);
  lw_tape_read_numbers(tape, LW_TAPE_AT, first, run->count, run->ats);
  lw_tape_read_numbers(tape, LW_TAPE_MARKS, first, run->count, run->marks);
}

static size_t count_rows(const struct lw_question_input *input, struct run *run)
{
  size_t count = 0;
  for (uint64_t first = 0; first < lw_tape_rows(input->tape); first += RUN) {
    read_run(input->tape, first, run);
    for (uint32_t i = 0; i < run->count; i++) {
      count += in_window(input, run, i);
    }
  }
  return count;
}

static void take_row(struct question_field *field, uint64_t row, lw_usec at)
{
  const struct lw_tape *tape = field->input->tape;
  const struct question_person *person =
      &field->persons[lw_tape_code_at(tape, LW_TAPE_PERSON, row)];
  bool granted = lw_tape_number(tape, LW_TAPE_VERDICT, row) == LW_GRANTED;
  int64_t minor = lw_tape_number(tape, LW_TAPE_MINOR, row);
  bool counts = minor > 0 && minor < INT64_C(1) << AMOUNT_MAX_SHIFT;
  if (person->agent == NOBODY || person->team == NOBODY) {
    return;
  }
  field->rows[field->n_rows++] =
      (struct question_row){.seq = lw_tape_number(tape, LW_TAPE_SEQ, row),
                            .at = at,
                            .minor = granted && counts ? minor : 0,
                            .agent = person->agent,
                            .team = person->team,
                            .customer = lw_tape_code_at(tape, LW_TAPE_CUSTOMER, row),
                            .case_id = lw_tape_code_at(tape, LW_TAPE_CASE, row),
                            .action = lw_tape_code_at(tape, LW_TAPE_ACTION, row),
                            .grant = lw_tape_code_at(tape, LW_TAPE_GRANT, row),
                            .at_once = granted};
}

static struct question_row *find_row(struct question_field *field, int64_t seq)
{
  size_t from = 0;
  size_t to = field->n_rows;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    if (field->rows[middle].seq < seq) {
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  return from < field->n_rows && field->rows[from].seq == seq ? &field->rows[from] : NULL;
}

/* What was taken back was not given. */
static void take_later(struct question_field *field, const struct run *run, uint32_t i)
{
  int64_t of = lw_tape_number(field->input->tape, LW_TAPE_OF, run->first + i);
  struct question_row *row = run->kinds[i] == LW_TAPE_UNDONE ? find_row(field, of) : NULL;
  if (row != NULL) {
    row->at_once = false;
    row->minor = 0;
  }
}

static enum lw_code gather(struct question_field *field, struct lw_error *err)
{
  const struct lw_question_input *input = field->input;
  struct run *run = LW_NEW(&field->scratch, struct run);
  size_t count = run != NULL ? count_rows(input, run) : 0;
  field->rows = LW_NEW_ARRAY(&field->scratch, struct question_row, count + 1);
  if (run == NULL || field->rows == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  for (uint64_t first = 0; first < lw_tape_rows(input->tape); first += RUN) {
    read_run(input->tape, first, run);
    for (uint32_t i = 0; i < run->count; i++) {
      if (in_window(input, run, i)) {
        take_row(field, run->first + i, run->ats[i]);
      } else {
        take_later(field, run, i);
      }
    }
  }
  return LW_OK;
}

/* --- the looks --- */

static int by_kind(const void *a, const void *b)
{
  const struct lw_question_found *left = a;
  const struct lw_question_found *right = b;
  int order = (left->kind > right->kind) - (left->kind < right->kind);
  order = order != 0 ? order : lw_str_compare(left->agent, right->agent);
  return order != 0 ? order : (left->until > right->until) - (left->until < right->until);
}

static void begin(struct question_field *field, const struct lw_question_input *input,
                  struct lw_arena *arena)
{
  *field = (struct question_field){.input = input, .arena = arena};
  lw_arena_init(&field->scratch, NULL, 0);
  lw_table_init(&field->agent_index, arena);
  lw_table_init(&field->team_index, &field->scratch);
}

enum lw_code lw_questions_find(const struct lw_question_input *input, struct lw_arena *arena,
                               struct lw_question_found **ret_found, uint32_t *ret_count,
                               struct lw_error *err)
{
  struct question_field field;
  begin(&field, input, arena);
  enum lw_code rc = read_people(&field, err);
  rc = rc == LW_OK ? gather(&field, err) : rc;
  rc = rc == LW_OK ? lw_question_look_split(&field, err) : rc;
  rc = rc == LW_OK ? lw_question_look_lapse(&field, err) : rc;
  rc = rc == LW_OK ? lw_question_look_customers(&field, err) : rc;
  if (rc == LW_OK && (arena->failed || field.scratch.failed)) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  if (rc == LW_OK && field.n_found > 1) {
    qsort(field.found, field.n_found, sizeof *field.found, by_kind);
  }
  *ret_found = field.found;
  *ret_count = (uint32_t)field.n_found;
  lw_arena_finish(&field.scratch);
  return rc;
}
