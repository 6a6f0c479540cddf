/* The sums of a window against the same rows counted one by one: random requests, answers,
 * confirmations and reversals, taken in at once and a few at a time. */
#include "track/sums.h"

#include "policy/decide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { AGENTS = 7, REASONS = 3, ACTIONS = 2, ROWS = 6000, DAYS = 10 };

#define HOUR  (INT64_C(3600) * LW_USEC_PER_SECOND)
#define DAY   (24 * HOUR)
#define START (20000 * DAY)

/* What a request came to, by hand. */
struct known {
  int64_t seq;     /* of the row */
  int64_t decided; /* the row that a later one is about: itself, or its answer */
  lw_usec at;
  int agent, reason, action;
  int64_t asked_minor;
  bool given, at_once, asked, answered;
  int64_t minor, waited;
};

struct record {
  struct lw_tape *tape;
  struct known *known;
  int n_known;
  int64_t seq;
  uint64_t random;
};

static uint32_t roll(struct record *record, uint32_t below)
{
  record->random = record->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(record->random >> 33) % below;
}

static int64_t add_row(struct record *record, struct lw_tape_row *row)
{
  struct lw_error err;
  row->numbers[LW_TAPE_SEQ] = ++record->seq;
  assert_int_equal(lw_tape_add(record->tape, row, &err), LW_OK);
  return record->seq;
}

static void add_request(struct record *record, lw_usec at)
{
  static const char *const reasons[REASONS] = {"late", "broken", "bill"};
  static const char *const actions[ACTIONS] = {"refund", "credit"};
  static const char *const people[AGENTS] = {
      "{\"id\":\"a\",\"team\":\"care/a\"}", "{\"id\":\"b\",\"team\":\"care/b\"}",
      "{\"id\":\"c\",\"team\":\"care/a\"}", "{\"id\":\"d\",\"team\":\"shop\",\"kind\":\"ai\"}",
      "{\"id\":\"e\",\"team\":\"shop\"}",   "{\"id\":\"f\",\"team\":\"\"}",
      "{\"id\":\"g\",\"team\":\"care/b\"}"};
  struct known *known = &record->known[record->n_known++];
  struct lw_tape_row row;
  char amount[32];
  lw_tape_row_init(&row);
  *known = (struct known){.at = at,
                          .agent = (int)roll(record, AGENTS),
                          .reason = (int)roll(record, REASONS),
                          .action = (int)roll(record, ACTIONS),
                          .asked_minor = roll(record, 100000)};
  uint32_t verdict = roll(record, 10);
  known->given = known->at_once = verdict < 6;
  known->asked = verdict >= 6 && verdict < 9;
  known->minor = known->given ? known->asked_minor : 0;
  (void)snprintf(amount, sizeof amount, "%d.%02d", (int)known->asked_minor / 100,
                 (int)known->asked_minor % 100);
  row.numbers[LW_TAPE_AT] = at;
  row.numbers[LW_TAPE_VERDICT] = known->given ? LW_GRANTED : known->asked ? LW_ASK : LW_REFUSED;
  row.numbers[LW_TAPE_MINOR] = known->given ? known->minor : LW_TAPE_NONE;
  row.texts[LW_TAPE_PERSON] = lw_str_c(people[known->agent]);
  row.texts[LW_TAPE_REASON] = lw_str_c(reasons[known->reason]);
  row.texts[LW_TAPE_ACTION] = lw_str_c(actions[known->action]);
  row.texts[LW_TAPE_AMOUNT] = lw_str_c(amount);
  known->seq = known->decided = add_row(record, &row);
}

/* Something that happens to an earlier request; nothing when there is nothing to happen to it. */
static void add_later(struct record *record, lw_usec at)
{
  struct known *known = &record->known[roll(record, (uint32_t)record->n_known)];
  struct lw_tape_row row;
  uint32_t what = roll(record, 3);
  lw_tape_row_init(&row);
  row.numbers[LW_TAPE_AT] = at;
  row.numbers[LW_TAPE_OF] = known->decided;
  if (known->asked && !known->answered) {
    known->answered = known->given = true;
    known->minor = roll(record, 50000);
    known->waited = roll(record, 1000000);
    row.numbers[LW_TAPE_KIND] = LW_TAPE_ANSWERED;
    row.numbers[LW_TAPE_WAITED] = known->waited;
    row.numbers[LW_TAPE_MINOR] = known->minor;
    row.texts[LW_TAPE_PERSON] = LW_STR("{\"id\":\"lead\",\"team\":\"care\"}");
    known->decided = add_row(record, &row);
  } else if (known->given && what == 0) {
    known->given = false;
    known->minor = 0;
    row.numbers[LW_TAPE_KIND] = LW_TAPE_UNDONE;
    (void)add_row(record, &row);
  } else if (known->given && what == 1) {
    known->minor /= 2;
    row.numbers[LW_TAPE_KIND] = LW_TAPE_CONFIRMED;
    row.numbers[LW_TAPE_MINOR] = known->minor;
    (void)add_row(record, &row);
  }
}

/* What people took for themselves, and what became of it: nothing of it counts. */
static void add_own(struct record *record, lw_usec at)
{
  struct lw_tape_row row;
  lw_tape_row_init(&row);
  row.numbers[LW_TAPE_AT] = at;
  row.numbers[LW_TAPE_MARKS] = LW_TAPE_OWN;
  row.numbers[LW_TAPE_VERDICT] = roll(record, 2) == 0 ? LW_GRANTED : LW_ASK;
  row.numbers[LW_TAPE_MINOR] = 30000;
  row.texts[LW_TAPE_PERSON] = LW_STR("{\"id\":\"a\",\"team\":\"care/a\"}");
  row.texts[LW_TAPE_ACTION] = LW_STR("course");
  int64_t of = add_row(record, &row);
  lw_tape_row_init(&row);
  row.numbers[LW_TAPE_AT] = at;
  row.numbers[LW_TAPE_OF] = of;
  row.numbers[LW_TAPE_KIND] = roll(record, 2) == 0 ? LW_TAPE_ANSWERED : LW_TAPE_UNDONE;
  row.numbers[LW_TAPE_WAITED] = 500;
  row.numbers[LW_TAPE_MINOR] = 30000;
  row.texts[LW_TAPE_PERSON] = LW_STR("{\"id\":\"lead\",\"team\":\"care\"}");
  (void)add_row(record, &row);
}

static void begin(struct record *record, uint64_t seed)
{
  *record = (struct record){.tape = lw_tape_create(LW_STR("EUR")), .random = seed};
  record->known = calloc(ROWS, sizeof *record->known);
  assert_non_null(record->tape);
  assert_non_null(record->known);
}

static void add_some(struct record *record, int count)
{
  for (int i = 0; i < count; i++) {
    lw_usec at = START - 2 * DAY + record->seq * (DAYS + 4) * DAY / ROWS;
    if (roll(record, 20) == 0) {
      add_own(record, at);
    }
    if (record->n_known == 0 || roll(record, 4) != 0) {
      add_request(record, at);
    } else {
      add_later(record, at);
    }
  }
}

static struct lw_track_cell count_by_hand(const struct record *record, int agent, int reason,
                                          int action, uint32_t band)
{
  struct lw_track_cell cell = {0};
  for (int i = 0; i < record->n_known; i++) {
    const struct known *known = &record->known[i];
    if (known->at < START || (agent >= 0 && known->agent != agent) ||
        (reason >= 0 && known->reason != reason) || (action >= 0 && known->action != action) ||
        (band != 0 && lw_track_band(known->asked_minor, 100) != band)) {
      continue;
    }
    cell.decisions++;
    cell.given += known->given;
    cell.at_once += known->at_once;
    cell.asked += known->asked;
    cell.answered += known->answered;
    cell.minor += known->minor;
    cell.minor_squares += (lw_int128)known->minor * known->minor;
    cell.minor_cubes += (lw_int128)known->minor * known->minor * known->minor;
    cell.waited_usec += known->waited;
  }
  return cell;
}

static void assert_same_cell(const struct lw_track_cell *a, const struct lw_track_cell *b)
{
  assert_int_equal(a->decisions, b->decisions);
  assert_int_equal(a->given, b->given);
  assert_int_equal(a->at_once, b->at_once);
  assert_int_equal(a->asked, b->asked);
  assert_int_equal(a->answered, b->answered);
  assert_int_equal(a->minor, b->minor);
  assert_true(a->minor_squares == b->minor_squares);
  assert_true(a->minor_cubes == b->minor_cubes);
  assert_int_equal(a->waited_usec, b->waited_usec);
}

static int place_in(const char *const *names, int count, lw_str name)
{
  for (int i = 0; i < count; i++) {
    if (lw_str_equal(lw_str_c(names[i]), name)) {
      return i;
    }
  }
  return -1;
}

static void assert_right(const struct record *record, const struct lw_track_sums *sums)
{
  static const char *const reasons[REASONS] = {"late", "broken", "bill"};
  static const char *const actions[ACTIONS] = {"refund", "credit"};
  const struct lw_track_agent *agents = NULL;
  struct lw_track_cell all[LW_TRACK_TABLES] = {{0}};
  const struct lw_track_table *table = lw_track_sums_table(sums, LW_TRACK_BY_STRATUM);
  (void)lw_track_sums_agents(sums, &agents);
  for (uint32_t i = 0; i < table->count; i++) {
    const uint32_t *key = lw_track_table_key(table, i);
    lw_str id = agents[key[LW_TRACK_AGENT]].id;
    lw_str reason = lw_tape_text(record->tape, LW_TAPE_REASON, key[LW_TRACK_REASON]);
    lw_str action = lw_tape_text(record->tape, LW_TAPE_ACTION, key[LW_TRACK_ACTION]);
    struct lw_track_cell wanted =
        count_by_hand(record, id.ptr[0] - 'a', place_in(reasons, REASONS, reason),
                      place_in(actions, ACTIONS, action), key[LW_TRACK_BAND]);
    assert_same_cell(&table->cells[i], &wanted);
  }
  for (size_t id = 0; id < LW_TRACK_TABLES; id++) {
    table = lw_track_sums_table(sums, (enum lw_track_table_id)id);
    for (uint32_t i = 0; i < table->count; i++) {
      assert_true(lw_track_cell_add(&all[id], &table->cells[i]));
    }
  }
  struct lw_track_cell wanted = count_by_hand(record, -1, -1, -1, 0);
  for (size_t id = 0; id < LW_TRACK_TABLES; id++) {
    assert_same_cell(&all[id], &wanted);
  }
}

static void sums_are_those_of_the_rows(void **state)
{
  (void)state;
  const struct lw_track_facts facts = {{NULL, 0}, {NULL, 0}};
  for (uint64_t seed = 1; seed <= 4; seed++) {
    struct record record;
    struct lw_error err;
    begin(&record, seed);
    add_some(&record, 1);
    struct lw_track_sums *sums = lw_track_sums_create(record.tape, &facts, START, DAYS);
    assert_non_null(sums);
    while (record.seq < ROWS * 3 / 4) {
      add_some(&record, (int)roll(&record, seed == 1 ? 900 : 9));
      assert_int_equal(lw_track_sums_follow(sums, &err), LW_OK);
      assert_int_equal(lw_track_sums_check(sums, &err), LW_OK);
    }
    assert_right(&record, sums);
    struct lw_track_sums *again = lw_track_sums_create(record.tape, &facts, START, DAYS);
    assert_int_equal(lw_track_sums_follow(again, &err), LW_OK);
    assert_right(&record, again);
    lw_track_sums_destroy(sums);
    lw_track_sums_destroy(again);
    lw_tape_destroy(record.tape);
    free(record.known);
  }
}

static void a_band_begins_where_the_one_before_ends(void **state)
{
  (void)state;
  int64_t next = 0;
  for (uint32_t band = 1; band < LW_TRACK_BANDS; band++) {
    int64_t from = -1;
    int64_t below = -1;
    lw_track_band_bounds(band, 100, &from, &below);
    assert_int_equal(from, next);
    assert_int_equal(lw_track_band(from, 100), band);
    assert_int_equal(lw_track_band(below - (below != INT64_MAX), 100), band);
    next = below;
  }
  assert_int_equal(next, INT64_MAX);
  assert_int_equal(lw_track_band(LW_TAPE_NONE, 100), 0);
  assert_int_equal(lw_track_band(4, 1), 1);
  assert_int_equal(lw_track_band(5, 1), 2);
}

static void what_is_at_stake_and_the_segment_come_from_facts(void **state)
{
  (void)state;
  struct lw_tape *tape = lw_tape_create(LW_STR("EUR"));
  const struct lw_tape_fact known[] = {{LW_STR("customer.segment"), LW_STR("\"gold\"")},
                                       {LW_STR("order.total"), LW_STR("\"310.00\"")}};
  struct lw_track_facts facts;
  struct lw_track_stratum stratum;
  struct lw_tape_row row;
  struct lw_error err;
  lw_tape_row_init(&row);
  row.texts[LW_TAPE_AMOUNT] = LW_STR("7.00");
  row.facts = known;
  row.n_facts = 2;
  row.numbers[LW_TAPE_SEQ] = 1;
  assert_int_equal(lw_tape_add(tape, &row, &err), LW_OK);
  lw_track_facts_find(tape, &facts);
  assert_true(lw_str_equal(facts.segment, LW_STR("customer.segment")));
  assert_true(lw_str_equal(facts.value, LW_STR("order.total")));
  struct lw_track_strata *strata = lw_track_strata_create(tape, &facts);
  assert_true(lw_track_strata_read(strata, 0, 1, &stratum));
  assert_int_equal(stratum.band, lw_track_band(31000, 100));
  assert_int_equal(stratum.segment, 1);
  lw_track_strata_destroy(strata);
  facts.value = LW_STR("");
  strata = lw_track_strata_create(tape, &facts);
  assert_true(lw_track_strata_read(strata, 0, 1, &stratum));
  assert_int_equal(stratum.band, lw_track_band(700, 100));
  lw_track_strata_destroy(strata);
  lw_tape_destroy(tape);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sums_are_those_of_the_rows),
      cmocka_unit_test(a_band_begins_where_the_one_before_ends),
      cmocka_unit_test(what_is_at_stake_and_the_segment_come_from_facts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
