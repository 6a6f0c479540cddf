/* The range of a difference of costs, on cases where it is known. */
#include "replay/spread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static struct lw_spread spread_of(const int64_t *changes, uint32_t count)
{
  struct lw_spread spread;
  struct lw_error err;
  assert_int_equal(lw_spread_of(changes, count, &spread, &err), LW_OK);
  return spread;
}

static void weeks_that_are_all_the_same_leave_no_doubt(void **state)
{
  int64_t changes[10];
  (void)state;
  for (int i = 0; i < 10; i++) {
    changes[i] = 700;
  }
  struct lw_spread spread = spread_of(changes, 10);
  assert_true(spread.known);
  assert_int_equal(spread.change, 7000);
  assert_int_equal(spread.low, 7000);
  assert_int_equal(spread.high, 7000);
}

/* Of 100 weeks half cost 1,000 and half nothing: the sum is binomial, 50,000 with a deviation of
 * 5,000; nine in ten lie within 1.645 of these, 41,775 to 58,225. */
static void half_the_weeks_give_the_binomial_range(void **state)
{
  int64_t changes[100];
  (void)state;
  for (int i = 0; i < 100; i++) {
    changes[i] = i % 2 == 0 ? 1000 : 0;
  }
  struct lw_spread spread = spread_of(changes, 100);
  assert_true(spread.known);
  assert_int_equal(spread.change, 50000);
  assert_in_range(spread.low, 41000, 43000);
  assert_in_range(spread.high, 57000, 59000);
  struct lw_spread again = spread_of(changes, 100);
  assert_int_equal(again.low, spread.low);
  assert_int_equal(again.high, spread.high);
}

static void few_periods_or_too_much_money_say_nothing(void **state)
{
  const int64_t few[7] = {1, 2, 3, 4, 5, 6, 7};
  const int64_t much[8] = {INT64_MAX, INT64_MAX, 0, 0, 0, 0, 0, 0};
  (void)state;
  assert_false(spread_of(few, 7).known);
  assert_int_equal(spread_of(few, 7).change, 28);
  assert_false(spread_of(much, 8).known);
  assert_false(spread_of(few, 0).known);
}

/* One request a day, granted at once under the draft only: ten days, then ten weeks. */
static void costs_of(uint32_t days, bool weeks, uint32_t periods)
{
  struct lw_error err;
  struct lw_spread spread;
  struct lw_tape *tape = lw_tape_create(LW_STR("USD"));
  uint8_t verdicts[70];
  uint8_t refused[70];
  assert_non_null(tape);
  for (uint32_t i = 0; i < days; i++) {
    struct lw_tape_row row;
    lw_tape_row_init(&row);
    row.numbers[LW_TAPE_SEQ] = i + 1;
    row.numbers[LW_TAPE_AT] = (int64_t)i * 86400 * LW_USEC_PER_SECOND;
    row.texts[LW_TAPE_AMOUNT] = LW_STR("2.50");
    assert_int_equal(lw_tape_add(tape, &row, &err), LW_OK);
    verdicts[i] = LW_REPLAYED_GRANTED;
    refused[i] = LW_REPLAYED_REFUSED;
  }
  const struct lw_run before = {.n_rows = days, .verdicts = refused};
  const struct lw_run after = {.n_rows = days, .verdicts = verdicts};
  assert_int_equal(lw_spread_costs(tape, &before, &after, NULL, &spread, &err), LW_OK);
  assert_true(spread.known);
  assert_int_equal(spread.weeks, weeks);
  assert_int_equal(spread.periods, periods);
  assert_int_equal(spread.change, days * 250);
  assert_int_equal(spread.low, days * 250);
  assert_int_equal(spread.high, days * 250);
  lw_tape_destroy(tape);
}

static void periods_are_weeks_where_there_are_eight(void **state)
{
  (void)state;
  costs_of(10, false, 10);
  costs_of(70, true, 10);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(weeks_that_are_all_the_same_leave_no_doubt),
      cmocka_unit_test(half_the_weeks_give_the_binomial_range),
      cmocka_unit_test(few_periods_or_too_much_money_say_nothing),
      cmocka_unit_test(periods_are_weeks_where_there_are_eight),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
