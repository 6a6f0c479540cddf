/* The tape as a team's days: what counts where, who has the version and until when. */
#include "tweak/effect.h"

#include "policy/decide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { TEAMS = 4, DAY_REQUESTS = 5 };

#define HOUR  (INT64_C(3600) * LW_USEC_PER_SECOND)
#define DAY   (24 * HOUR)
#define START (20000 * DAY)

struct record {
  struct lw_tape *tape;
  int64_t seq;
  int cases;
};

static int64_t add_row(struct record *record, struct lw_tape_row *row)
{
  struct lw_error err;
  row->numbers[LW_TAPE_SEQ] = ++record->seq;
  assert_int_equal(lw_tape_add(record->tape, row, &err), LW_OK);
  return record->seq;
}

static int64_t ask_for(struct record *record, int team, lw_usec at, int64_t version,
                       int64_t verdict, int64_t minor)
{
  static const char *const people[TEAMS] = {
      "{\"id\":\"a\",\"team\":\"care/a\"}", "{\"id\":\"b\",\"team\":\"care/b\"}",
      "{\"id\":\"c\",\"team\":\"shop\"}", "{\"id\":\"d\",\"team\":\"careful\"}"};
  struct lw_tape_row row;
  char name[16];
  lw_tape_row_init(&row);
  row.numbers[LW_TAPE_AT] = at;
  row.numbers[LW_TAPE_POLICY] = version;
  row.numbers[LW_TAPE_VERDICT] = verdict;
  row.numbers[LW_TAPE_MINOR] = minor;
  row.texts[LW_TAPE_PERSON] = lw_str_c(people[team]);
  (void)snprintf(name, sizeof name, "c%d", record->cases++);
  row.texts[LW_TAPE_CASE] = lw_str_c(name);
  return add_row(record, &row);
}

/* One of a root cause, granted. */
static void ask_why(struct record *record, int team, lw_usec at, lw_str reason, int64_t minor)
{
  static const char *const people[TEAMS] = {
      "{\"id\":\"a\",\"team\":\"care/a\"}", "{\"id\":\"b\",\"team\":\"care/b\"}",
      "{\"id\":\"c\",\"team\":\"shop\"}", "{\"id\":\"d\",\"team\":\"careful\"}"};
  struct lw_tape_row row;
  char name[16];
  lw_tape_row_init(&row);
  row.numbers[LW_TAPE_AT] = at;
  row.numbers[LW_TAPE_POLICY] = 1;
  row.numbers[LW_TAPE_VERDICT] = LW_GRANTED;
  row.numbers[LW_TAPE_MINOR] = minor;
  row.texts[LW_TAPE_PERSON] = lw_str_c(people[team]);
  row.texts[LW_TAPE_REASON] = reason;
  (void)snprintf(name, sizeof name, "c%d", record->cases++);
  row.texts[LW_TAPE_CASE] = lw_str_c(name);
  (void)add_row(record, &row);
}

/* 36 days before and after: of ten requests a day and team `before`, then `after` for the cause. */
static void fill_causes(struct record *record, int before, int after)
{
  for (int day = 0; day < 72; day++) {
    for (int team = 0; team < TEAMS; team++) {
      int of_cause = (day < 36 ? before : after) + (day * 7 + team * 5) % 3 - 1;
      for (int i = 0; i < 10; i++) {
        lw_usec at = START + day * DAY + (i + 1) * HOUR;
        ask_why(record, team, at, i < of_cause ? LW_STR("transit") : LW_STR("late"), 1000);
      }
    }
  }
}

static int64_t add_about(struct record *record, enum lw_tape_kind kind, int64_t of, lw_usec at,
                         int64_t minor, int64_t waited)
{
  struct lw_tape_row row;
  lw_tape_row_init(&row);
  row.numbers[LW_TAPE_KIND] = kind;
  row.numbers[LW_TAPE_AT] = at;
  row.numbers[LW_TAPE_OF] = of;
  row.numbers[LW_TAPE_MINOR] = minor;
  row.numbers[LW_TAPE_WAITED] = waited;
  row.texts[LW_TAPE_PERSON] = LW_STR("{\"id\":\"lead\"}");
  return add_row(record, &row);
}

/* Days of five requests a team, 2.00 each; teams 0 and 1 have version 2 from START on. */
static void add_days(struct record *record, int first, int count)
{
  for (int day = first; day < first + count; day++) {
    for (int i = 0; i < DAY_REQUESTS; i++) {
      for (int team = 0; team < TEAMS; team++) {
        bool is_new = day >= 0 && team < 2;
        (void)ask_for(record, team, START + day * DAY + i * HOUR, is_new ? 2 : 1, LW_GRANTED, 200);
      }
    }
  }
}

static void begin(struct record *record)
{
  *record = (struct record){.tape = lw_tape_create(LW_STR("EUR"))};
  assert_non_null(record->tape);
}

static void measure(const struct record *record, uint64_t version, struct lw_effect *effect)
{
  struct lw_error err;
  assert_int_equal(
      lw_effect_measure(effect, &(struct lw_effect_past){.tape = record->tape}, version, &err),
      LW_OK);
}

static void what_became_of_it_counts_on_the_request_s_day(void **state)
{
  struct record record;
  struct lw_effect effect;
  lw_usec at = START + DAY;
  (void)state;
  begin(&record);
  add_days(&record, -10, 10);
  int64_t old = ask_for(&record, 0, START - 2 * DAY, 1, LW_GRANTED, 1000);
  add_days(&record, 0, 2);
  /* Set aside 9.00, confirmed at 4.00; and another, reversed; one from before, taken back since. */
  int64_t hold = ask_for(&record, 0, at, 2, LW_GRANTED, 900);
  (void)add_about(&record, LW_TAPE_CONFIRMED, hold, at + HOUR, 400, LW_TAPE_NONE);
  int64_t gone = ask_for(&record, 1, at, 2, LW_GRANTED, 700);
  (void)add_about(&record, LW_TAPE_UNDONE, gone, at + HOUR, LW_TAPE_NONE, LW_TAPE_NONE);
  (void)add_about(&record, LW_TAPE_UNDONE, old, at + HOUR, LW_TAPE_NONE, LW_TAPE_NONE);
  /* Asked: answered after a minute with 3.00, then confirmed at 2.50; declined. */
  int64_t asked = ask_for(&record, 0, at, 2, LW_ASK, 500);
  int64_t yes = add_about(&record, LW_TAPE_ANSWERED, asked, at + HOUR, 300, 60000000);
  (void)add_about(&record, LW_TAPE_CONFIRMED, yes, at + 2 * HOUR, 250, LW_TAPE_NONE);
  int64_t declined = ask_for(&record, 1, at, 2, LW_ASK, 500);
  (void)add_about(&record, LW_TAPE_CLOSED, declined, at + HOUR, LW_TAPE_NONE, 120000000);
  /* The same case again is no other case. */
  record.cases--;
  (void)ask_for(&record, 1, at, 2, LW_REFUSED, LW_TAPE_NONE);
  struct lw_tape_row own; /* for the agent themselves, with a yes: no part of it */
  lw_tape_row_init(&own);
  own.numbers[LW_TAPE_AT] = at;
  own.numbers[LW_TAPE_POLICY] = 2;
  own.numbers[LW_TAPE_VERDICT] = LW_ASK;
  own.numbers[LW_TAPE_MARKS] = LW_TAPE_OWN;
  own.texts[LW_TAPE_PERSON] = LW_STR("{\"id\":\"a\",\"team\":\"care/a\"}");
  (void)add_about(&record, LW_TAPE_ANSWERED, add_row(&record, &own), at + HOUR, 90000, 50000000);
  add_days(&record, 2, 6);
  measure(&record, 2, &effect);
  const struct lw_measured *measured = &effect.measured;
  assert_true(effect.has_begun);
  assert_false(effect.has_ended);
  assert_true(measured->has_kept);
  assert_int_equal(effect.kept_version, 1);
  assert_int_equal(effect.start, START);
  assert_int_equal(effect.decided_new, 2 * 8 * DAY_REQUESTS + 5);
  assert_int_equal(effect.decided_kept, 2 * 8 * DAY_REQUESTS);
  assert_int_equal(measured->days_used, 7);
  assert_int_equal(measured->days_before, 7);
  const struct lw_measure_cell *news = &measured->sums[LW_SIDE_NEW];
  enum { USUAL = 2 * 7 * DAY_REQUESTS };
  assert_int_equal(news->requests, USUAL + 5);
  assert_int_equal(news->cases, USUAL + 4);
  assert_int_equal(news->at_once, USUAL + 2);
  assert_int_equal(news->authorities, USUAL + 3);
  assert_int_equal(news->waited_usec, 60000000);
  assert_int_equal(news->cost_minor, USUAL * 200 + 400 + 0 + 250);
  assert_int_equal(measured->sums[LW_SIDE_NEW_BEFORE].requests, USUAL + 1);
  assert_int_equal(measured->sums[LW_SIDE_NEW_BEFORE].cost_minor, USUAL * 200);
  assert_int_equal(measured->sums[LW_SIDE_KEPT].cost_minor, USUAL * 200);
  lw_effect_finish(&effect);
  lw_tape_destroy(record.tape);
}

static void it_is_measured_until_a_team_changes_again(void **state)
{
  struct record record;
  struct lw_effect effect;
  (void)state;
  begin(&record);
  add_days(&record, -30, 45);
  measure(&record, 2, &effect);
  assert_int_equal(effect.measured.days_used, 14);
  lw_effect_finish(&effect);
  /* A kept team gets it, too. */
  (void)ask_for(&record, 2, START + 15 * DAY, 2, LW_GRANTED, 200);
  add_days(&record, 16, 20);
  measure(&record, 2, &effect);
  assert_true(effect.has_ended);
  assert_int_equal(effect.measured.days_since, 15);
  assert_int_equal(effect.until, START + 15 * DAY);
  lw_effect_finish(&effect);
  measure(&record, 9, &effect);
  assert_false(effect.has_begun);
  assert_int_equal(lw_effect_last_version(record.tape), 1);
  lw_effect_finish(&effect);
  lw_tape_destroy(record.tape);
}

static void a_plan_names_teams_with_those_below_them(void **state)
{
  struct record record;
  struct lw_measure_power power;
  struct lw_error err;
  lw_str names[] = {LW_STR("care")};
  struct lw_effect_plan plan = {.teams = names, .n_teams = 1, .days = 14};
  (void)state;
  begin(&record);
  add_days(&record, -30, 30);
  assert_int_equal(
      lw_effect_power(&(struct lw_effect_past){.tape = record.tape}, &plan, &power, &err), LW_OK);
  assert_int_equal(power.teams_new, 2);
  assert_int_equal(power.teams_kept, 2);
  assert_true(power.least[LW_MEASURE_COST] >= 0.0);
  names[0] = LW_STR("car");
  assert_int_equal(
      lw_effect_power(&(struct lw_effect_past){.tape = record.tape}, &plan, &power, &err),
      LW_NOT_FOUND);
  plan.any = true;
  assert_int_equal(
      lw_effect_power(&(struct lw_effect_past){.tape = record.tape}, &plan, &power, &err),
      LW_INVALID);
  plan = (struct lw_effect_plan){.share_ppm = 750000, .days = 14};
  assert_int_equal(
      lw_effect_power(&(struct lw_effect_past){.tape = record.tape}, &plan, &power, &err), LW_OK);
  assert_int_equal(power.teams_new, 3);
  plan.share_ppm = 999999; /* never all */
  assert_int_equal(
      lw_effect_power(&(struct lw_effect_past){.tape = record.tape}, &plan, &power, &err), LW_OK);
  assert_int_equal(power.teams_kept, 1);
  lw_tape_destroy(record.tape);
}

static void a_tape_without_rows_has_no_effect(void **state)
{
  struct record record;
  struct lw_effect effect;
  (void)state;
  begin(&record);
  measure(&record, 1, &effect);
  assert_false(effect.has_begun);
  assert_int_equal(lw_effect_last_version(record.tape), 0);
  lw_effect_finish(&effect);
  lw_tape_destroy(record.tape);
}

static void what_became_of_a_cause_is_what_it_cost_each_case_of_any(void **state)
{
  struct record record = {.tape = lw_tape_create(LW_STR("USD"))};
  struct lw_effect effect;
  struct lw_error err;
  (void)state;
  fill_causes(&record, 5, 2);
  assert_int_equal(lw_effect_measure_cause(&effect, &(struct lw_effect_past){.tape = record.tape},
                                           LW_STR("transit"), 0, START + 36 * DAY, &err),
                   LW_OK);
  assert_true(effect.has_begun);
  assert_false(effect.measured.has_kept);
  assert_int_equal(effect.measured.verdict, LW_MEASURED_WORKED);
  const struct lw_measure_effect *cost = &effect.measured.effects[LW_MEASURE_COST];
  assert_int_equal(cost->says, LW_SAYS_BETTER);
  assert_true(cost->new_before > 450 && cost->new_before < 550);
  assert_true(cost->new_after > 150 && cost->new_after < 250);
  /* A share of all others: more is better, and printed turned round. */
  assert_int_equal(effect.measured.effects[LW_MEASURE_SHARE].says, LW_SAYS_BETTER);
  struct lw_buf out = {0};
  lw_effect_print(&effect, &out);
  lw_buf_add_char(&out, '\0');
  assert_non_null(strstr(out.ptr, "{\"cause\":\"transit\",\"verdict\":\"worked\""));
  assert_non_null(strstr(out.ptr, "\"share_of_requests\",\"says\":\"better\""));
  assert_non_null(strstr(out.ptr, "\"change\":\"-0."));
  lw_buf_finish(&out);
  lw_effect_finish(&effect);
  lw_tape_destroy(record.tape);
}

static void nothing_is_claimed_of_a_cause_that_stays(void **state)
{
  struct record record = {.tape = lw_tape_create(LW_STR("USD"))};
  struct lw_effect effect;
  struct lw_error err;
  (void)state;
  fill_causes(&record, 4, 4);
  assert_int_equal(lw_effect_measure_cause(&effect, &(struct lw_effect_past){.tape = record.tape},
                                           LW_STR("transit"), 0, START + 36 * DAY, &err),
                   LW_OK);
  assert_int_equal(effect.measured.verdict, LW_MEASURED_TOO_EARLY);
  assert_int_equal(effect.measured.effects[LW_MEASURE_COST].says, LW_SAYS_NOTHING);
  lw_effect_finish(&effect);
  /* A fix that is not there yet, and a cause that nobody ever said. */
  assert_int_equal(lw_effect_measure_cause(&effect, &(struct lw_effect_past){.tape = record.tape},
                                           LW_STR("transit"), 0, START + 90 * DAY, &err),
                   LW_OK);
  assert_false(effect.has_begun);
  lw_effect_finish(&effect);
  assert_int_equal(lw_effect_measure_cause(&effect, &(struct lw_effect_past){.tape = record.tape},
                                           LW_STR("never"), 0, START + 36 * DAY, &err),
                   LW_OK);
  assert_true(effect.measured.sums[LW_SIDE_NEW].cost_minor == 0);
  lw_effect_finish(&effect);
  lw_tape_destroy(record.tape);
}

static void say(struct lw_past_ratings *ratings, const char *team, const char *case_id, lw_usec at,
                int64_t share_ppm)
{
  ratings->items[ratings->count++] =
      (struct lw_past_rating){at, share_ppm, lw_str_c(team), lw_str_c(case_id)};
}

static void ratings_count_for_their_team_on_their_day(void **state)
{
  static const char *const names[TEAMS] = {"care/a", "care/b", "shop", "careful"};
  struct record record;
  struct lw_effect effect;
  struct lw_error err;
  struct lw_past_rating items[2 * TEAMS * 40 + 2];
  struct lw_past_ratings ratings = {.items = items};
  (void)state;
  begin(&record);
  add_days(&record, -20, 40);
  for (int day = -20; day < 20; day++) {
    for (int team = 0; team < TEAMS; team++) {
      for (int i = 0; i < 2; i++) { /* those with the new version: 0.5, then 0.75 */
        bool is_new = day >= 0 && team < 2;
        say(&ratings, names[team], "", START + day * DAY + 12 * HOUR + i,
            (is_new ? 750000 : 500000) + (day * 7 + team * 3 + i) % 3 * 1000);
      }
    }
  }
  say(&ratings, "nowhere", "", START + DAY, 0);
  say(&ratings, names[0], "", START - 400 * DAY, 0);
  assert_int_equal(
      lw_effect_measure(&effect, &(struct lw_effect_past){record.tape, &ratings}, 2, &err), LW_OK);
  const struct lw_measure_effect *one = &effect.measured.effects[LW_MEASURE_RATING];
  assert_int_equal(one->says, LW_SAYS_BETTER);
  assert_true(one->change > 249000 && one->change < 251000);
  assert_true(one->new_before > 498000 && one->new_before < 502000);
  struct lw_buf out = {0};
  lw_effect_print(&effect, &out);
  lw_buf_add_char(&out, '\0');
  assert_non_null(strstr(out.ptr, "{\"measure\":\"rating\",\"says\":\"better\""));
  assert_null(strstr(out.ptr, "There are no ratings"));
  lw_buf_finish(&out);
  lw_effect_finish(&effect);
  lw_tape_destroy(record.tape);
}

static void ratings_of_a_cause_are_those_of_its_cases(void **state)
{
  struct record record = {.tape = lw_tape_create(LW_STR("USD"))};
  struct lw_past_rating items[8];
  struct lw_past_ratings ratings = {.items = items};
  struct lw_effect effect;
  struct lw_error err;
  (void)state;
  fill_causes(&record, 5, 2);
  lw_usec at = START + 40 * DAY;
  say(&ratings, "care/a", "c0", at, 600000);
  say(&ratings, "care/a", "c9", at, 100000); /* of another cause */
  say(&ratings, "care/a", "never", at, 100000);
  say(&ratings, "care/a", "", at, 100000);
  assert_int_equal(lw_effect_measure_cause(&effect, &(struct lw_effect_past){record.tape, &ratings},
                                           LW_STR("transit"), 0, START + 36 * DAY, &err),
                   LW_OK);
  int64_t count = 0;
  int64_t sum = 0;
  for (size_t i = 0; i < (size_t)effect.n_teams * effect.n_days; i++) {
    count += effect.cells[i].ratings;
    sum += effect.cells[i].rating_sum;
  }
  assert_int_equal(count, 1);
  assert_int_equal(sum, 600000);
  lw_effect_finish(&effect);
  lw_tape_destroy(record.tape);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_became_of_it_counts_on_the_request_s_day),
      cmocka_unit_test(it_is_measured_until_a_team_changes_again),
      cmocka_unit_test(a_plan_names_teams_with_those_below_them),
      cmocka_unit_test(a_tape_without_rows_has_no_effect),
      cmocka_unit_test(what_became_of_a_cause_is_what_it_cost_each_case_of_any),
      cmocka_unit_test(nothing_is_claimed_of_a_cause_that_stays),
      cmocka_unit_test(ratings_count_for_their_team_on_their_day),
      cmocka_unit_test(ratings_of_a_cause_are_those_of_its_cases),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
