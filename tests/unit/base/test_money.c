#include "base/money.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static void currencies_are_sorted_and_found(void **state)
{
  (void)state;
  for (size_t i = 0; i < lw_currency_count(); i++) {
    uint16_t currency = (uint16_t)i;
    assert_true(i == 0 || lw_str_compare(lw_currency_code((uint16_t)(i - 1)),
                                         lw_currency_code(currency)) < 0);
    assert_int_equal(lw_currency_find(lw_currency_code(currency)), currency);
    assert_true(lw_currency_name(currency).len >= 3);
  }
}

static void currencies_have_iso_digits(void **state)
{
  (void)state;
  static const struct {
    const char *code;
    unsigned digits;
  } rows[] = {{"USD", 2}, {"JPY", 0}, {"BHD", 3}, {"CLF", 4}, {"UYW", 4}, {"UYI", 0},
              {"ISK", 0}, {"IQD", 3}, {"MGA", 2}, {"HUF", 2}, {"HRK", 2}, {"SLL", 2},
              {"ZWL", 2}, {"BGN", 2}, {"ANG", 2}, {"XCG", 2}, {"ITL", 0}, {"KRW", 0}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    uint16_t currency = lw_currency_find(lw_str_c(rows[i].code));
    assert_int_not_equal(currency, LW_CURRENCY_NONE);
    assert_int_equal(lw_currency_digits(currency), rows[i].digits);
  }
}

static void codes_without_money_are_none(void **state)
{
  (void)state;
  static const char *const rows[] = {"",    "US",  "USDX", "usd", "XAU", "XAG",
                                     "XDR", "XTS", "XXX",  "XSU", "AAA", "ZZZ"};
  for (size_t i = 0; i < COUNT(rows); i++) {
    assert_int_equal(lw_currency_find(lw_str_c(rows[i])), LW_CURRENCY_NONE);
  }
}

static void reads_and_writes(void **state)
{
  (void)state;
  static const struct {
    const char *code;
    const char *text;
    enum lw_money_fault fault;
    int64_t minor;
    const char *written;
  } rows[] = {
      {"USD", "80", LW_MONEY_OK, 8000, "80.00"},
      {"USD", "80.0", LW_MONEY_OK, 8000, "80.00"},
      {"USD", "-3.5", LW_MONEY_OK, -350, "-3.50"},
      {"USD", "-0.05", LW_MONEY_OK, -5, "-0.05"},
      {"USD", "-0", LW_MONEY_OK, 0, "0.00"},
      {"JPY", "1200", LW_MONEY_OK, 1200, "1200"},
      {"JPY", "0", LW_MONEY_OK, 0, "0"},
      {"JPY", "-9223372036854775808", LW_MONEY_OK, INT64_MIN, "-9223372036854775808"},
      {"BHD", "0.001", LW_MONEY_OK, 1, "0.001"},
      {"CLF", "1.2", LW_MONEY_OK, 12000, "1.2000"},
      {"CLF", "-922337203685477.5808", LW_MONEY_OK, INT64_MIN, "-922337203685477.5808"},
      {"USD", "92233720368547758.07", LW_MONEY_OK, INT64_MAX, "92233720368547758.07"},
      {"USD", "92233720368547758.08", LW_MONEY_RANGE, 0, NULL},
      {"USD", "-92233720368547758.09", LW_MONEY_RANGE, 0, NULL},
      {"USD", "92233720368547759", LW_MONEY_RANGE, 0, NULL},
      {"USD", "100000000000000000000000000", LW_MONEY_RANGE, 0, NULL},
      {"USD", "1.234", LW_MONEY_DIGITS, 0, NULL},
      {"USD", "1.000", LW_MONEY_DIGITS, 0, NULL},
      {"JPY", "1.0", LW_MONEY_DIGITS, 0, NULL},
      {"USD", "", LW_MONEY_SYNTAX, 0, NULL},
      {"USD", "-", LW_MONEY_SYNTAX, 0, NULL},
      {"USD", "--1", LW_MONEY_SYNTAX, 0, NULL},
      {"USD", "+1", LW_MONEY_SYNTAX, 0, NULL},
      {"USD", "01", LW_MONEY_SYNTAX, 0, NULL},
      {"USD", "00", LW_MONEY_SYNTAX, 0, NULL},
      {"USD", ".5", LW_MONEY_SYNTAX, 0, NULL},
      {"USD", "5.", LW_MONEY_SYNTAX, 0, NULL},
      {"USD", "1e2", LW_MONEY_SYNTAX, 0, NULL},
      {"USD", "1,000", LW_MONEY_SYNTAX, 0, NULL},
      {"USD", " 1", LW_MONEY_SYNTAX, 0, NULL},
      {"USD", "1 ", LW_MONEY_SYNTAX, 0, NULL},
      {"USD", "1.2.3", LW_MONEY_SYNTAX, 0, NULL},
      {"USD", "99999999999999999999x", LW_MONEY_SYNTAX, 0, NULL},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    lw_money money = {77, 77};
    uint16_t currency = lw_currency_find(lw_str_c(rows[i].code));
    assert_int_equal(lw_money_read(lw_str_c(rows[i].text), currency, &money), rows[i].fault);
    if (rows[i].fault != LW_MONEY_OK) {
      assert_true(money.minor == 77 && money.currency == 77);
      continue;
    }
    assert_true(money.minor == rows[i].minor && money.currency == currency);
    struct lw_buf out = {0};
    lw_money_print(money, &out);
    assert_true(lw_str_equal(lw_buf_str(&out), lw_str_c(rows[i].written)));
    lw_buf_finish(&out);
  }
}

static void nothing_of_no_currency_is_written(void **state)
{
  (void)state;
  char text[24];
  assert_int_equal(lw_money_write((lw_money){0, LW_CURRENCY_NONE}, text), 1);
  assert_int_equal(text[0], '0');
}

static void arithmetic_is_checked(void **state)
{
  (void)state;
  lw_money ret = {77, 77};
  lw_money one = {1, 3};
  assert_int_equal(lw_money_add((lw_money){INT64_MAX, 3}, one, &ret), LW_OVERFLOW);
  assert_int_equal(lw_money_subtract((lw_money){INT64_MIN, 3}, one, &ret), LW_OVERFLOW);
  assert_int_equal(lw_money_multiply((lw_money){INT64_MIN, 3}, -1, &ret), LW_OVERFLOW);
  assert_int_equal(lw_money_add((lw_money){1, 4}, one, &ret), LW_MISMATCH);
  assert_int_equal(lw_money_subtract((lw_money){1, 4}, one, &ret), LW_MISMATCH);
  assert_int_equal(lw_money_share(one, 1, 0, LW_ROUND_DOWN, &ret), LW_INVALID);
  assert_int_equal(lw_money_share((lw_money){INT64_MIN, 3}, 1, -1, LW_ROUND_DOWN, &ret),
                   LW_OVERFLOW);
  assert_int_equal(lw_money_share((lw_money){INT64_MIN, 3}, INT64_MIN, 1, LW_ROUND_UP, &ret),
                   LW_OVERFLOW);
  assert_true(ret.minor == 77 && ret.currency == 77);
  assert_int_equal(lw_money_add((lw_money){INT64_MAX - 1, 3}, one, &ret), LW_OK);
  assert_true(ret.minor == INT64_MAX && ret.currency == 3);
  assert_int_equal(lw_money_subtract(one, (lw_money){5, 3}, &ret), LW_OK);
  assert_true(ret.minor == -4);
  assert_int_equal(lw_money_multiply((lw_money){-7, 3}, 6, &ret), LW_OK);
  assert_true(ret.minor == -42);
  assert_int_equal(
      lw_money_share((lw_money){INT64_MIN, 3}, INT64_MIN, INT64_MIN, LW_ROUND_DOWN, &ret), LW_OK);
  assert_true(ret.minor == INT64_MIN);
}

/* a, as a fraction n/d, rounded by comparing |n| * 2 with odd multiples of |d|: another way than
 * the code's. */
static int64_t expected_share(int64_t n, int64_t d, enum lw_rounding rounding)
{
  int64_t sign = (n < 0) == (d < 0) ? 1 : -1;
  int64_t size = n < 0 ? -n : n;
  int64_t by = d < 0 ? -d : d;
  int64_t low = 0;
  while ((low + 1) * by <= size) {
    low++;
  }
  int64_t twice = 2 * (size - low * by);
  bool exact = twice == 0;
  switch (rounding) {
  case LW_ROUND_DOWN: return sign * low;
  case LW_ROUND_UP: return sign * (exact ? low : low + 1);
  case LW_ROUND_HALF_UP: return sign * (twice < by ? low : low + 1);
  case LW_ROUND_HALF_EVEN:
    return sign * (twice < by || (twice == by && low % 2 == 0) ? low : low + 1);
  }
  return 0;
}

static void shares_round_as_named_in_a_whole_small_domain(void **state)
{
  (void)state;
  for (int64_t minor = -13; minor <= 13; minor++) {
    for (int64_t n = -5; n <= 5; n++) {
      for (int64_t d = -9; d <= 9; d++) {
        for (int rounding = LW_ROUND_DOWN; d != 0 && rounding <= LW_ROUND_HALF_EVEN; rounding++) {
          lw_money ret = {0};
          assert_int_equal(
              lw_money_share((lw_money){minor, 1}, n, d, (enum lw_rounding)rounding, &ret), LW_OK);
          assert_true(ret.minor == expected_share(minor * n, d, (enum lw_rounding)rounding));
        }
      }
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(currencies_are_sorted_and_found),
      cmocka_unit_test(currencies_have_iso_digits),
      cmocka_unit_test(codes_without_money_are_none),
      cmocka_unit_test(reads_and_writes),
      cmocka_unit_test(nothing_of_no_currency_is_written),
      cmocka_unit_test(arithmetic_is_checked),
      cmocka_unit_test(shares_round_as_named_in_a_whole_small_domain),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
