/* What a trial would show, by hand. */
#include "measure/measure.h"
#include "measure/student.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum { TEAMS = 4, DAYS = 28 };

/* Costs a case of four teams in four weeks: off the team's and the week's mean they are +-1 in a
 * chequer, so that the squares are 16 over 3 * 3 degrees of freedom. */
static void fill(struct lw_measure_cell *cells)
{
  for (int t = 0; t < TEAMS; t++) {
    for (int d = 0; d < DAYS; d++) {
      int64_t cost = 100 * (t + 1) + 10 * (d / 7) + ((t + d / 7) % 2 == 0 ? 1 : -1);
      cells[t * DAYS + d] = (struct lw_measure_cell){
          .cases = 50, .cost_minor = 50 * cost, .requests = 50, .at_once = 25};
    }
  }
}

static void least_difference_comes_from_how_teams_wander(void **state)
{
  static const bool gets[TEAMS] = {true, false, true, false};
  struct lw_measure_cell cells[TEAMS * DAYS];
  struct lw_measure_power power;
  struct lw_error err;
  (void)state;
  fill(cells);
  const struct lw_measure_input input = {.cells = cells, .n_teams = TEAMS, .n_days = DAYS};
  const struct lw_measure_trial trial = {.gets = gets, .days = 10};
  assert_int_equal(lw_measure_power(&input, &trial, &power, &err), LW_OK);
  assert_int_equal(power.days_used, 7);
  assert_int_equal(power.teams_new, 2);
  assert_int_equal(power.teams_kept, 2);
  /* A week after against four weeks before; two measures have anything. */
  double error = sqrt(16.0 / 9 * (1.0 + 0.25) * (0.5 + 0.5));
  double errors = lw_student_reach(2, lw_student_quantile(2, 0.005), 0.8);
  assert_true(fabs(power.least[LW_MEASURE_COST] - errors * error) < 1e-6);
  assert_true(power.least[LW_MEASURE_SHARE] < 1e-9);
  assert_true(power.least[LW_MEASURE_WAIT] < 0.0);
  assert_true(power.least[LW_MEASURE_RATING] < 0.0);
}

static void what_is_not_known_is_not_promised(void **state)
{
  static const bool gets[TEAMS] = {true, false, false, false};
  static const bool none[TEAMS] = {false, false, false, false};
  struct lw_measure_cell cells[TEAMS * DAYS];
  struct lw_measure_power power;
  struct lw_error err;
  struct lw_measure_input input = {.cells = cells, .n_teams = TEAMS, .n_days = DAYS};
  struct lw_measure_trial trial = {.gets = gets, .days = 6};
  (void)state;
  fill(cells);
  assert_int_equal(lw_measure_power(&input, &trial, &power, &err), LW_OK);
  assert_int_equal(power.days_used, 0);
  assert_true(power.least[LW_MEASURE_COST] < 0.0);
  trial.days = 14;
  input.n_teams = 3;
  assert_int_equal(lw_measure_power(&input, &trial, &power, &err), LW_OK);
  assert_true(power.least[LW_MEASURE_COST] < 0.0);
  trial.gets = none;
  assert_int_equal(lw_measure_power(&input, &trial, &power, &err), LW_INVALID);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(least_difference_comes_from_how_teams_wander),
      cmocka_unit_test(what_is_not_known_is_not_promised),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
