/* Money over the currency table.
 *
 * Amounts are int64 in minor units; whatever could leave that range is computed with overflow
 * checks or in 128 bits and refused, never wrapped. Text is read in two passes: first the grammar,
 * so that a fault of form is told before a fault of size, then the digits. The currency's index is
 * the row's place in currency.def. */
#include "base/money.h"

#include "base/check.h"
#include "base/num.h"

#include <assert.h>

struct currency {
  char code[4];
  uint8_t digits;
  lw_str name;
};

static const struct currency currencies[] = {
#define LW_CURRENCY(code, digits, name) {#code, digits, LW_STR_INIT(name)},
#include "base/currency.def"
#undef LW_CURRENCY
};

enum { CURRENCY_COUNT = sizeof currencies / sizeof currencies[0], DIGITS_MAX = 4 };

#define LW_CURRENCY(code, digits, name)                                                            \
  static_assert((digits) <= DIGITS_MAX && sizeof #code == 4,                                       \
                "a code has three letters, at most four digits");
#include "base/currency.def"
#undef LW_CURRENCY
static_assert(CURRENCY_COUNT < LW_CURRENCY_NONE, "an index fits beside LW_CURRENCY_NONE");

static const struct currency *row_of(uint16_t currency)
{
  LW_ASSERT(currency < CURRENCY_COUNT);
  return &currencies[currency];
}

uint16_t lw_currency_find(lw_str code)
{
  if (code.len != 3) {
    return LW_CURRENCY_NONE;
  }
  size_t low = 0;
  size_t high = CURRENCY_COUNT;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = memcmp(currencies[middle].code, code.ptr, 3);
    if (order == 0) {
      return (uint16_t)middle;
    }
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return LW_CURRENCY_NONE;
}

lw_str lw_currency_code(uint16_t currency)
{
  return lw_str_from(row_of(currency)->code, 3);
}

lw_str lw_currency_name(uint16_t currency)
{
  return row_of(currency)->name;
}

unsigned lw_currency_digits(uint16_t currency)
{
  return row_of(currency)->digits;
}

size_t lw_currency_count(void)
{
  return CURRENCY_COUNT;
}

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static size_t count_digits(lw_str text, size_t at)
{
  size_t count = 0;
  while (at + count < text.len && is_digit(text.ptr[at + count])) {
    count++;
  }
  return count;
}

/* Checks the form; tells how many digits stand on each side of the point. */
static enum lw_money_fault check_form(lw_str text, unsigned digits, size_t *ret_whole,
                                      size_t *ret_decimals)
{
  size_t at = text.len != 0 && text.ptr[0] == '-';
  size_t whole = count_digits(text, at);
  if (whole == 0 || (whole > 1 && text.ptr[at] == '0')) {
    return LW_MONEY_SYNTAX;
  }
  at += whole;
  size_t decimals = 0;
  if (at < text.len) {
    decimals = text.ptr[at] == '.' ? count_digits(text, at + 1) : 0;
    if (decimals == 0 || at + 1 + decimals != text.len) {
      return LW_MONEY_SYNTAX;
    }
  }
  if (decimals > digits) {
    return LW_MONEY_DIGITS;
  }
  *ret_whole = whole;
  *ret_decimals = decimals;
  return LW_MONEY_OK;
}

/* value * 10 - digit: downwards, since the negative side reaches one further. */
static bool push_digit(int64_t *value, char digit)
{
  return !__builtin_mul_overflow(*value, 10, value) &&
         !__builtin_sub_overflow(*value, (int64_t)(digit - '0'), value);
}

static bool push_digits(int64_t *value, const char *digits, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    if (!push_digit(value, digits[i])) {
      return false;
    }
  }
  return true;
}

enum lw_money_fault lw_money_read(lw_str text, uint16_t currency, lw_money *ret_money)
{
  unsigned digits = lw_currency_digits(currency);
  size_t whole = 0;
  size_t decimals = 0;
  enum lw_money_fault fault = check_form(text, digits, &whole, &decimals);
  if (fault != LW_MONEY_OK) {
    return fault;
  }
  bool negative = text.ptr[0] == '-';
  const char *at = text.ptr + negative;
  int64_t value = 0; /* the amount with its sign turned */
  if (!push_digits(&value, at, whole) ||
      (decimals != 0 && !push_digits(&value, at + whole + 1, decimals)) ||
      !push_digits(&value, "0000", digits - decimals)) {
    return LW_MONEY_RANGE;
  }
  if (!negative && __builtin_sub_overflow(0, value, &value)) {
    return LW_MONEY_RANGE;
  }
  *ret_money = (lw_money){value, currency};
  return LW_MONEY_OK;
}

size_t lw_money_write(lw_money money, char *place)
{
  static const uint32_t scales[] = {1, 10, 100, 1000, 10000};
  /* Where no policy has named a currency yet, sums are of nothing: 0 without decimals. */
  bool is_nothing = money.minor == 0 && money.currency == LW_CURRENCY_NONE;
  unsigned digits = is_nothing ? 0 : lw_currency_digits(money.currency);
  LW_ASSERT(digits < sizeof scales / sizeof scales[0]);
  uint64_t rest = money.minor < 0 ? (uint64_t)0 - (uint64_t)money.minor : (uint64_t)money.minor;
  char text[24]; /* sign, 19 digits, point */
  char *end = text + sizeof text;
  char *at = end;
  if (digits != 0) {
    at = lw_digits_before(end, rest % scales[digits]);
    while (end - at < (ptrdiff_t)digits) {
      *--at = '0';
    }
    *--at = '.';
    rest /= scales[digits];
  }
  at = lw_digits_before(at, rest);
  if (money.minor < 0) {
    *--at = '-';
  }
  memcpy(place, at, (size_t)(end - at));
  return (size_t)(end - at);
}

void lw_money_print(lw_money money, struct lw_buf *out)
{
  char text[24];
  lw_buf_add(out, lw_str_from(text, lw_money_write(money, text)));
}

enum lw_code lw_money_add(lw_money a, lw_money b, lw_money *ret)
{
  int64_t sum = 0;
  if (a.currency != b.currency) {
    return LW_MISMATCH;
  }
  if (__builtin_add_overflow(a.minor, b.minor, &sum)) {
    return LW_OVERFLOW;
  }
  *ret = (lw_money){sum, a.currency};
  return LW_OK;
}

enum lw_code lw_money_subtract(lw_money a, lw_money b, lw_money *ret)
{
  int64_t difference = 0;
  if (a.currency != b.currency) {
    return LW_MISMATCH;
  }
  if (__builtin_sub_overflow(a.minor, b.minor, &difference)) {
    return LW_OVERFLOW;
  }
  *ret = (lw_money){difference, a.currency};
  return LW_OK;
}

enum lw_code lw_money_multiply(lw_money a, int64_t times, lw_money *ret)
{
  int64_t product = 0;
  if (__builtin_mul_overflow(a.minor, times, &product)) {
    return LW_OVERFLOW;
  }
  *ret = (lw_money){product, a.currency};
  return LW_OK;
}

/* Does a quotient that was cut towards zero go one further from zero? rest is not 0. */
static bool goes_away(lw_int128 quotient, lw_int128 rest, lw_int128 denominator,
                      enum lw_rounding rounding)
{
  lw_int128 twice = rest < 0 ? -2 * rest : 2 * rest;
  lw_int128 whole = denominator < 0 ? -denominator : denominator;
  switch (rounding) {
  case LW_ROUND_DOWN: return false;
  case LW_ROUND_UP: return true;
  case LW_ROUND_HALF_UP: return twice >= whole;
  case LW_ROUND_HALF_EVEN: return twice > whole || (twice == whole && quotient % 2 != 0);
  }
  LW_ASSERT(rounding <= LW_ROUND_HALF_EVEN);
  return false;
}

enum lw_code lw_money_share(lw_money a, int64_t numerator, int64_t denominator,
                            enum lw_rounding rounding, lw_money *ret)
{
  if (denominator == 0) {
    return LW_INVALID;
  }
  lw_int128 product = (lw_int128)a.minor * numerator; /* at most 2^126 */
  lw_int128 quotient = product / denominator;
  lw_int128 rest = product % denominator;
  if (rest != 0 && goes_away(quotient, rest, denominator, rounding)) {
    quotient += (product < 0) == (denominator < 0) ? 1 : -1;
  }
  if (quotient < INT64_MIN || quotient > INT64_MAX) {
    return LW_OVERFLOW;
  }
  *ret = (lw_money){(int64_t)quotient, a.currency};
  return LW_OK;
}
