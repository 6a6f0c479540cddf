/* Effects worked out by hand: what an interval is, what a verdict says, and when nothing is said.
 */
#include "measure/measure.h"
#include "measure/student.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

enum { BEFORE = 21, DAYS_MAX = 64, TEAMS_MAX = 8 };

static struct lw_measure_cell cells[TEAMS_MAX * DAYS_MAX];
static uint32_t from[TEAMS_MAX];

/* A team's day of a hundred cases, one request each. */
static struct lw_measure_cell day(int64_t cost_a_case, int64_t at_once)
{
  return (struct lw_measure_cell){.cases = 100,
                                  .cost_minor = cost_a_case * 100,
                                  .requests = 100,
                                  .at_once = at_once,
                                  .authorities = 100,
                                  .waited_usec = 100 * 30 * INT64_C(1000000)};
}

struct team {
  bool is_new;
  int64_t cost[2]; /* a case, before and after */
  int64_t at_once[2];
};

static struct lw_measured measure(const struct team *teams, uint32_t n_teams, uint32_t days)
{
  struct lw_measured measured;
  struct lw_error err;
  uint32_t n_days = BEFORE + days;
  for (uint32_t t = 0; t < n_teams; t++) {
    from[t] = teams[t].is_new ? BEFORE : LW_MEASURE_KEPT;
    for (uint32_t d = 0; d < n_days; d++) {
      bool after = d >= BEFORE;
      cells[t * n_days + d] = day(teams[t].cost[after], teams[t].at_once[after]);
    }
  }
  const struct lw_measure_input input = {
      .cells = cells, .from = from, .n_teams = n_teams, .n_days = n_days};
  assert_int_equal(lw_measure_effect(&input, &measured, &err), LW_OK);
  return measured;
}

static void assert_near(double got, double wanted)
{
  if (!(fabs(got - wanted) <= 1e-6 * (1.0 + fabs(wanted)))) {
    fail_msg("%.12g, not %.12g", got, wanted);
  }
}

/* Differences of the new teams 40 and 60, of the kept ones 8 and 12: the effect is 50 - 10 = 40.
 * Within the sides they scatter by 200 and 8, over 2 degrees of freedom 104; 104 (1/2 + 1/2) is the
 * variance. A look of the first week may err in 1 of 100, each of three measures in a third. */
static void interval_is_clustered_by_team(void **state)
{
  static const struct team teams[] = {{true, {500, 540}, {70, 70}},
                                      {true, {600, 660}, {80, 80}},
                                      {false, {400, 408}, {60, 60}},
                                      {false, {700, 712}, {75, 75}}};
  (void)state;
  struct lw_measured measured = measure(teams, 4, 9);
  const struct lw_measure_effect *cost = &measured.effects[LW_MEASURE_COST];
  double half = lw_student_quantile(2, 0.01 / 3) * sqrt(104.0);
  assert_int_equal(measured.days_used, 7);
  assert_int_equal(measured.days_before, 21);
  assert_int_equal(measured.days_since, 9);
  assert_int_equal(measured.next_look_days, 14);
  assert_near(cost->change, 40.0);
  assert_near(cost->low, 40.0 - half);
  assert_near(cost->high, 40.0 + half);
  assert_int_equal(cost->says, LW_SAYS_NOTHING);
  assert_int_equal(measured.verdict, LW_MEASURED_TOO_EARLY);
  assert_int_equal(measured.sums[LW_SIDE_NEW].cost_minor, 100 * 7 * (540 + 660));
  assert_int_equal(measured.sums[LW_SIDE_KEPT_BEFORE].cases, 2 * 21 * 100);
  assert_int_equal(measured.effects[LW_MEASURE_RATING].says, LW_SAYS_NO_DATA);
}

/* One team alone as a side: the others say how far a team wanders. 3 kept ones at -2, 0, 2 scatter
 * by 8 over 2 degrees of freedom: 4 (1 + 1/3). */
static void one_team_is_compared_with_how_far_others_wander(void **state)
{
  static const struct team teams[] = {{true, {500, 800}, {70, 70}},
                                      {false, {600, 598}, {80, 80}},
                                      {false, {400, 400}, {60, 60}},
                                      {false, {700, 702}, {75, 75}}};
  (void)state;
  struct lw_measured measured = measure(teams, 4, 7);
  const struct lw_measure_effect *cost = &measured.effects[LW_MEASURE_COST];
  assert_near(cost->high - cost->change, lw_student_quantile(2, 0.01 / 3) * sqrt(4.0 * 4 / 3));
  assert_int_equal(cost->says, LW_SAYS_WORSE);
  assert_int_equal(measured.verdict, LW_MEASURED_COST_ONLY);
}

struct verdict_case {
  const char *label;
  int64_t cost; /* what the new teams' figures change by */
  int64_t at_once;
  enum lw_measure_verdict verdict;
};

static void verdicts_follow_their_rules(void **state)
{
  static const struct verdict_case rows[] = {
      {"nothing", 0, 0, LW_MEASURED_TOO_EARLY},
      {"more at once", 0, 15, LW_MEASURED_WORKED},
      {"more at once, for more", 200, 15, LW_MEASURED_WORKED},
      {"costs less", -200, 0, LW_MEASURED_WORKED},
      {"costs more", 200, 0, LW_MEASURED_COST_ONLY},
      {"less at once", 0, -15, LW_MEASURED_WORSE},
      {"less at once, for more", 200, -15, LW_MEASURED_WORSE},
      {"less at once, for less", -200, -15, LW_MEASURED_MIXED},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct team teams[8];
    for (int t = 0; t < 8; t++) {
      int64_t wanders = t % 4; /* so that no side is without any scatter */
      teams[t] = (struct team){t < 4, {500, 500 + wanders}, {70, 70 + wanders % 2}};
      teams[t].cost[1] += t < 4 ? rows[i].cost : 0;
      teams[t].at_once[1] += t < 4 ? rows[i].at_once : 0;
    }
    struct lw_measured measured = measure(teams, 8, 28);
    if (measured.verdict != rows[i].verdict) {
      fail_msg("%s: %s", rows[i].label, lw_measure_verdict_words(measured.verdict));
    }
  }
}

static void too_few_teams_are_said_to_be(void **state)
{
  static const struct team teams[] = {
      {true, {500, 900}, {70, 90}}, {false, {600, 600}, {80, 80}}, {false, {500, 501}, {80, 80}}};
  (void)state;
  assert_int_equal(measure(teams, 3, 30).verdict, LW_MEASURED_TOO_FEW_TEAMS);
  assert_int_equal(measure(teams, 1, 30).verdict, LW_MEASURED_TOO_FEW_TEAMS);
}

/* All at once: three teams against themselves. Weeks do not scatter, so that teams say how sure it
 * is: differences 90, 100, 110 scatter by 200 over 2, a third of that. */
static void without_kept_teams_before_is_compared(void **state)
{
  static const struct team teams[] = {
      {true, {500, 590}, {70, 70}}, {true, {600, 700}, {80, 80}}, {true, {400, 510}, {60, 60}}};
  (void)state;
  struct lw_measured measured = measure(teams, 3, 15);
  const struct lw_measure_effect *cost = &measured.effects[LW_MEASURE_COST];
  assert_false(measured.has_kept);
  assert_near(cost->change, 100.0);
  assert_near(cost->high - 100.0, lw_student_quantile(2, 0.01 / 3) * sqrt(100.0 / 3));
  /* One week more than usual before: the company's weeks 500, 500, 560 | 600, 600 wander more than
   * teams do. Squares 2400, over 3 degrees of freedom 800 (1/3 + 1/2). */
  for (uint32_t t = 0; t < 3; t++) {
    for (uint32_t d = 14; d < 21; d++) {
      cells[t * 36 + d].cost_minor += 60 * 100;
    }
  }
  const struct lw_measure_input input = {.cells = cells, .from = from, .n_teams = 3, .n_days = 36};
  struct lw_error err;
  assert_int_equal(lw_measure_effect(&input, &measured, &err), LW_OK);
  assert_near(cost->change, 80.0);
  double teams_half = lw_student_quantile(2, 0.01 / 3) * sqrt(100.0 / 3);
  double weeks_half = lw_student_quantile(3, 0.01 / 3) * sqrt(800.0 * 5 / 6);
  assert_near(cost->high - 80.0, teams_half > weeks_half ? teams_half : weeks_half);
}

static void looks_are_few_and_share_the_chance(void **state)
{
  static const struct {
    uint32_t days;
    uint32_t look;
    uint32_t number;
  } rows[] = {{0, 0, 0},   {6, 0, 0},   {7, 7, 0},   {13, 7, 0},    {14, 14, 1},  {27, 14, 1},
              {28, 28, 2}, {55, 28, 2}, {56, 56, 3}, {112, 112, 4}, {400, 224, 5}};
  double sum = 0.0;
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    uint32_t number = 99;
    assert_int_equal(lw_measure_look(rows[i].days, &number), rows[i].look);
    assert_int_equal(number, rows[i].number);
  }
  for (uint32_t number = 0; number < 60; number++) {
    sum += lw_measure_look_chance(number, 1);
  }
  assert_true(sum <= 0.05 + 1e-12 && sum > 0.0499);
  assert_near(lw_measure_look_chance(0, 4), 0.0025);
}

/* A team that gets it later counts among those that kept the old one until then, no longer. */
static void a_later_start_ends_the_comparison(void **state)
{
  static const struct team teams[] = {{true, {500, 500}, {70, 70}},
                                      {true, {600, 600}, {80, 80}},
                                      {false, {400, 400}, {60, 60}},
                                      {false, {700, 700}, {75, 75}}};
  struct lw_measured measured = measure(teams, 4, 40);
  struct lw_error err;
  (void)state;
  assert_int_equal(measured.days_used, 28);
  from[2] = BEFORE + 20;
  const struct lw_measure_input input = {
      .cells = cells, .from = from, .n_teams = 4, .n_days = BEFORE + 40};
  assert_int_equal(lw_measure_effect(&input, &measured, &err), LW_OK);
  assert_int_equal(measured.days_since, 20);
  assert_int_equal(measured.days_used, 14);
  assert_int_equal(measured.effects[LW_MEASURE_COST].teams_kept, 2);
}

static void what_can_not_be_counted_is_an_error(void **state)
{
  static const struct team teams[] = {{true, {500, 500}, {70, 70}}, {true, {500, 500}, {70, 70}}};
  struct lw_measured measured = measure(teams, 2, 7);
  struct lw_error err;
  struct lw_measure_input input = {
      .cells = cells, .from = from, .n_teams = 2, .n_days = BEFORE + 7};
  (void)state;
  cells[0].cost_minor = INT64_MAX;
  assert_int_equal(lw_measure_effect(&input, &measured, &err), LW_OVERFLOW);
  from[0] = from[1] = LW_MEASURE_KEPT;
  assert_int_equal(lw_measure_effect(&input, &measured, &err), LW_INVALID);
  /* Too early: no whole week. */
  from[0] = from[1] = BEFORE + 1;
  assert_int_equal(lw_measure_effect(&input, &measured, &err), LW_OK);
  assert_int_equal(measured.verdict, LW_MEASURED_TOO_EARLY);
  assert_int_equal(measured.days_used, 0);
  assert_int_equal(measured.next_look_days, 7);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(interval_is_clustered_by_team),
      cmocka_unit_test(one_team_is_compared_with_how_far_others_wander),
      cmocka_unit_test(verdicts_follow_their_rules),
      cmocka_unit_test(too_few_teams_are_said_to_be),
      cmocka_unit_test(without_kept_teams_before_is_compared),
      cmocka_unit_test(looks_are_few_and_share_the_chance),
      cmocka_unit_test(a_later_start_ends_the_comparison),
      cmocka_unit_test(what_can_not_be_counted_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
