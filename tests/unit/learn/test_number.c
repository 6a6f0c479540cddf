/* Exact decimals: what is read, what is refused, and that comparing them is exact. */
#include "learn/number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const lw_number ONE = (lw_number)1000000 * 1000000;

static void numbers_are_read_exactly(void **state)
{
  (void)state;
  static const struct {
    lw_str text;
    int64_t millionths;
  } rows[] = {
      {LW_STR_INIT("0"), 0},
      {LW_STR_INIT("-0.5"), -500000},
      {LW_STR_INIT("3.1415"), 3141500},
      {LW_STR_INIT("+7"), 7000000},
      {LW_STR_INIT(".25"), 250000},
      {LW_STR_INIT("6.02e3"), 6020000000},
      {LW_STR_INIT("1500e-3"), 1500000},
      {LW_STR_INIT(" 12 "), 12000000},
      {LW_STR_INIT("1E+2"), 100000000},
      {LW_STR_INIT("0.0000010000000000000"), 1},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    lw_number number = 0;
    assert_true(lw_number_read(rows[i].text, false, &number));
    assert_true(number == (lw_number)rows[i].millionths * 1000000);
  }
}

static void what_is_no_number_is_refused(void **state)
{
  (void)state;
  static const lw_str rows[] = {
      LW_STR_INIT(""),
      LW_STR_INIT("."),
      LW_STR_INIT("-"),
      LW_STR_INIT("1,5"),
      LW_STR_INIT("1.2.3"),
      LW_STR_INIT("1e"),
      LW_STR_INIT("1e99"),
      LW_STR_INIT("0x10"),
      LW_STR_INIT("12 3"),
      LW_STR_INIT("NaN"),
      LW_STR_INIT("--1"),
      LW_STR_INIT("1e-13"),
      LW_STR_INIT("1000000000000000000"),
      LW_STR_INIT("9999999999999999999999999999999999999999"),
      LW_STR_INIT("0.0000000000001"),
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    lw_number number = 42;
    assert_false(lw_number_read(rows[i], false, &number));
    assert_true(number == 42);
  }
}

static void a_comma_is_read_where_it_may_be(void **state)
{
  (void)state;
  lw_number number = 0;
  assert_true(lw_number_read(LW_STR("3,5"), true, &number));
  assert_true(number == ONE * 7 / 2);
  assert_true(lw_number_read(LW_STR("999999999999999999.999999999999"), true, &number));
  assert_true(number == ONE * 1000000 * 1000000 * 1000000 - 1);
  assert_false(lw_number_read(LW_STR("1,000,000"), true, &number));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_are_read_exactly),
      cmocka_unit_test(what_is_no_number_is_refused),
      cmocka_unit_test(a_comma_is_read_where_it_may_be),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
