/* Numbers and text, without the process's locale.
 *
 * Reading a double: the grammar is checked here and the number taken apart into significant digits
 * and a power of ten. With at most 2^53 and powers up to 22 both are exact doubles and one
 * multiplication or division rounds once, which is right (Clinger's fast path). All else is written
 * again in a plain form of bounded length, which needs no heap, and given to strtod_l with the "C"
 * locale; that locale is static in glibc and musl, so asking for it each time costs nothing and
 * keeps no state of ours. Digits past DIGITS_MAX can only break a tie: one 1 stands for them.
 *
 * Writing: 15 digits if they read back, else 16, else 17. A decimal of up to 15 digits survives the
 * way through a double, so this is the shortest, but for two kinds: subnormals have fewer bits (all
 * lengths are tried) and powers of two have a lopsided neighbourhood (the next decimal up is tried
 * too). */
#include "base/num.h"

#include <assert.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

bool lw_uint_read(lw_str text, uint64_t *ret_number)
{
  uint64_t number = 0;
  for (size_t i = 0; i < text.len; i++) {
    if (!is_digit(text.ptr[i]) || __builtin_mul_overflow(number, 10u, &number) ||
        __builtin_add_overflow(number, (uint64_t)(text.ptr[i] - '0'), &number)) {
      return false;
    }
  }
  if (text.len == 0) {
    return false;
  }
  *ret_number = number;
  return true;
}

bool lw_int_read(lw_str text, int64_t *ret_number)
{
  bool negative = text.len != 0 && text.ptr[0] == '-';
  uint64_t size = 0;
  if (!lw_uint_read(lw_str_slice(text, negative, SIZE_MAX), &size) ||
      size > (uint64_t)INT64_MAX + negative) {
    return false;
  }
  *ret_number = (int64_t)(negative ? (uint64_t)0 - size : size);
  return true;
}

/* A double's midpoint has at most 767 significant digits. */
enum { DIGITS_MAX = 770, EXPONENT_MAX = 100000 };

/* digits * 10^exponent; `small` is the same digits while there are at most 19 of them. */
struct decimal {
  bool negative;
  bool cut; /* digits other than 0 were dropped */
  size_t count;
  int64_t exponent;
  uint64_t small;
  char digits[DIGITS_MAX];
};

/* Takes the digits at *at; `scale` is -1 behind the point. Leading zeros are not kept. */
static size_t take_digits(lw_str text, size_t *at, int64_t scale, struct decimal *decimal)
{
  size_t first = *at;
  for (; *at < text.len && is_digit(text.ptr[*at]); ++*at) {
    char digit = text.ptr[*at];
    if (decimal->count == DIGITS_MAX) {
      decimal->cut = decimal->cut || digit != '0';
      decimal->exponent += scale + 1;
      continue;
    }
    decimal->exponent += scale;
    if (digit != '0' || decimal->count != 0) {
      decimal->small = decimal->small * 10 + (uint64_t)(digit - '0'); /* may wrap past 19 digits */
      decimal->digits[decimal->count++] = digit;
    }
  }
  return *at - first;
}

/* "e-7" at *at, if there. Adds it, at most EXPONENT_MAX powers beyond what any text's length can
 * mend. */
static bool take_exponent(lw_str text, size_t *at, struct decimal *decimal)
{
  if (*at == text.len || (text.ptr[*at] != 'e' && text.ptr[*at] != 'E')) {
    return true;
  }
  ++*at;
  bool negative = *at < text.len && text.ptr[*at] == '-';
  if (negative || (*at < text.len && text.ptr[*at] == '+')) {
    ++*at;
  }
  size_t first = *at;
  int64_t exponent = 0;
  for (; *at < text.len && is_digit(text.ptr[*at]); ++*at) {
    if (exponent < INT64_MAX / 100) {
      exponent = exponent * 10 + (text.ptr[*at] - '0');
    }
  }
  decimal->exponent += negative ? -exponent : exponent;
  return *at != first;
}

static bool read_decimal(lw_str text, struct decimal *decimal)
{
  size_t at = 0;
  decimal->negative = text.len != 0 && text.ptr[0] == '-';
  if (text.len != 0 && (text.ptr[0] == '-' || text.ptr[0] == '+')) {
    at++;
  }
  size_t first = at;
  size_t whole = take_digits(text, &at, 0, decimal);
  if (whole > 1 && text.ptr[first] == '0') {
    return false;
  }
  if (at < text.len && text.ptr[at] == '.') {
    at++;
    if (take_digits(text, &at, -1, decimal) == 0) {
      return false;
    }
  } else if (whole == 0) {
    return false;
  }
  return take_exponent(text, &at, decimal) && at == text.len;
}

/* The fast path: false when it is not exact. */
static bool exact_double(const struct decimal *decimal, double *ret_number)
{
  static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  static_assert(FLT_RADIX == 2 && DBL_MANT_DIG == 53, "IEEE 754 binary64");
  if (FLT_EVAL_METHOD != 0 || decimal->count > 19 || decimal->small > (UINT64_C(1) << 53) ||
      decimal->exponent < -22 || decimal->exponent > 22) {
    return false;
  }
  double number = (double)decimal->small;
  *ret_number = decimal->exponent < 0 ? number / powers[-decimal->exponent]
                                      : number * powers[decimal->exponent];
  return true;
}

static bool library_double(const struct decimal *decimal, double *ret_number)
{
  char text[DIGITS_MAX + 32];
  memcpy(text, decimal->digits, decimal->count);
  int64_t exponent = decimal->exponent - decimal->cut;
  if (exponent > EXPONENT_MAX) {
    exponent = EXPONENT_MAX;
  } else if (exponent < -EXPONENT_MAX) {
    exponent = -EXPONENT_MAX;
  }
  (void)snprintf(text + decimal->count, sizeof text - decimal->count, "%se%d",
                 decimal->cut ? "1" : "", (int)exponent);
  locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  if (plain == (locale_t)0) {
    return false;
  }
  *ret_number = strtod_l(text, NULL, plain);
  freelocale(plain);
  return isfinite(*ret_number);
}

/* "NaN", "Infinity", "-Infinity". */
static bool read_special(lw_str text, double *ret_number)
{
  if (lw_str_equal(text, LW_STR("NaN"))) {
    *ret_number = (double)NAN;
    return true;
  }
  bool negative = lw_str_starts(text, LW_STR("-"));
  if (!lw_str_equal(lw_str_slice(text, negative, SIZE_MAX), LW_STR("Infinity"))) {
    return false;
  }
  *ret_number = negative ? -(double)INFINITY : (double)INFINITY;
  return true;
}

bool lw_double_read(lw_str text, double *ret_number)
{
  if (text.len == 0) {
    return false;
  }
  char last = text.ptr[text.len - 1];
  if (last == 'N' || last == 'y') {
    return read_special(text, ret_number);
  }
  struct decimal decimal;
  decimal.count = 0;
  decimal.cut = false;
  decimal.exponent = 0;
  decimal.small = 0;
  double number = 0;
  if (!read_decimal(text, &decimal)) {
    return false;
  }
  if (decimal.count != 0 && !exact_double(&decimal, &number) &&
      !library_double(&decimal, &number)) {
    return false;
  }
  *ret_number = decimal.negative ? -number : number;
  return true;
}

/* 0.d1d2d3... * 10^point, without trailing zeros. */
struct shortest {
  char digits[20];
  size_t count;
  int point;
};

static uint64_t bits_of(double number)
{
  uint64_t bits = 0;
  memcpy(&bits, &number, sizeof bits);
  return bits;
}

/* The nearest decimal of `count` digits. Reads printf's digits without its point, which is the
 * locale's. */
static void round_to(double number, size_t count, struct shortest *ret)
{
  char text[64];
  (void)snprintf(text, sizeof text, "%.*e", (int)count - 1, number);
  const char *at = text;
  ret->count = 0;
  for (; *at != 'e' && *at != '\0'; at++) {
    if (is_digit(*at)) {
      ret->digits[ret->count++] = *at;
    }
  }
  bool negative = at[0] == 'e' && at[1] == '-';
  int exponent = 0;
  for (; *at != '\0'; at++) {
    exponent = is_digit(*at) ? exponent * 10 + (*at - '0') : exponent;
  }
  ret->point = (negative ? -exponent : exponent) + 1;
}

static void strip_zeros(struct shortest *decimal)
{
  while (decimal->count > 1 && decimal->digits[decimal->count - 1] == '0') {
    decimal->count--;
  }
}

/* The next decimal of as many digits. */
static void step_up(struct shortest *decimal)
{
  size_t at = decimal->count;
  while (at > 0 && decimal->digits[at - 1] == '9') {
    decimal->digits[--at] = '0';
  }
  if (at > 0) {
    decimal->digits[at - 1]++;
  } else {
    decimal->digits[0] = '1';
    decimal->point++;
  }
}

static bool reads_back(const struct shortest *decimal, double number)
{
  char text[48];
  int len = snprintf(text, sizeof text, "%.*se%d", (int)decimal->count, decimal->digits,
                     decimal->point - (int)decimal->count);
  double again = 0;
  return lw_double_read(lw_str_from(text, (size_t)len), &again) &&
         bits_of(again) == bits_of(number);
}

/* number is finite and above 0. */
static void find_shortest(double number, struct shortest *ret)
{
  bool is_power = (bits_of(number) << 12) == 0;
  for (size_t count = number < DBL_MIN ? 1 : DBL_DIG; count < DBL_DECIMAL_DIG; count++) {
    round_to(number, count, ret);
    if (reads_back(ret, number)) {
      strip_zeros(ret);
      return;
    }
    if (is_power) {
      step_up(ret);
      if (reads_back(ret, number)) {
        strip_zeros(ret);
        return;
      }
    }
  }
  round_to(number, DBL_DECIMAL_DIG, ret);
  strip_zeros(ret);
}

/* An integer below 2^53: its digits are the shortest, every neighbour being a whole away. */
static void take_integer(uint64_t number, struct shortest *ret)
{
  char digits[20];
  size_t at = sizeof digits;
  do {
    digits[--at] = (char)('0' + number % 10);
    number /= 10;
  } while (number != 0);
  ret->count = sizeof digits - at;
  ret->point = (int)ret->count;
  memcpy(ret->digits, digits + at, ret->count);
  strip_zeros(ret);
}

static char *put(char *at, const char *bytes, size_t count)
{
  memcpy(at, bytes, count);
  return at + count;
}

static char *put_zeros(char *at, size_t count)
{
  memset(at, '0', count);
  return at + count;
}

/* "1.5e+100": the exponent has at least two digits. */
static char *put_exponent_form(char *at, const struct shortest *decimal)
{
  *at++ = decimal->digits[0];
  if (decimal->count > 1) {
    *at++ = '.';
    at = put(at, decimal->digits + 1, decimal->count - 1);
  }
  int exponent = decimal->point - 1;
  *at++ = 'e';
  *at++ = exponent < 0 ? '-' : '+';
  unsigned size = (unsigned)(exponent < 0 ? -exponent : exponent);
  if (size >= 100) {
    *at++ = (char)('0' + size / 100);
  }
  *at++ = (char)('0' + size / 10 % 10);
  *at++ = (char)('0' + size % 10);
  return at;
}

/* "1500", "1.5", "0.00015". */
static char *put_plain_form(char *at, const struct shortest *decimal, bool mark_double)
{
  if (decimal->point <= 0) {
    at = put(at, "0.", 2);
    at = put_zeros(at, (size_t)-decimal->point);
    return put(at, decimal->digits, decimal->count);
  }
  size_t point = (size_t)decimal->point;
  if (point < decimal->count) {
    at = put(at, decimal->digits, point);
    *at++ = '.';
    return put(at, decimal->digits + point, decimal->count - point);
  }
  at = put(at, decimal->digits, decimal->count);
  at = put_zeros(at, point - decimal->count);
  return mark_double ? put(at, ".0", 2) : at;
}

size_t lw_double_write(double number, bool mark_double, char *place)
{
  enum { POINT_MIN = -3, POINT_MAX = 21 }; /* 0.0001 and 1e20 are the last without exponent */
  char *at = place;
  if (isnan(number)) {
    return (size_t)(put(at, "NaN", 3) - place);
  }
  if (signbit(number)) {
    *at++ = '-';
    number = -number;
  }
  if (isinf(number)) {
    return (size_t)(put(at, "Infinity", 8) - place);
  }
  struct shortest decimal;
  uint64_t whole = number < 0x1p53 ? (uint64_t)number : 0;
  if (bits_of((double)whole) == bits_of(number)) {
    take_integer(whole, &decimal);
  } else {
    find_shortest(number, &decimal);
  }
  at = decimal.point < POINT_MIN || decimal.point > POINT_MAX
           ? put_exponent_form(at, &decimal)
           : put_plain_form(at, &decimal, mark_double);
  return (size_t)(at - place);
}

char *lw_digits_before(char *end, uint64_t number)
{
  static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                              "25262728293031323334353637383940414243444546474849"
                              "50515253545556575859606162636465666768697071727374"
                              "75767778798081828384858687888990919293949596979899";
  while (number >= 100) { /* two at once: a division is what a digit costs */
    end -= 2;
    memcpy(end, pairs + 2 * (number % 100), 2);
    number /= 100;
  }
  if (number >= 10) {
    end -= 2;
    memcpy(end, pairs + 2 * number, 2);
    return end;
  }
  *--end = (char)('0' + number);
  return end;
}

int lw_int_order(const void *a, const void *b)
{
  int64_t left = *(const int64_t *)a;
  int64_t right = *(const int64_t *)b;
  return (left > right) - (left < right);
}
