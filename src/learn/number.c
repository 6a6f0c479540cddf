/* Digits are gathered with the place of the point; then the value is shifted to 12 decimals, which
 * must come out even. */
#include "learn/number.h"

#include "base/num.h"

enum { DECIMALS = 12, WHOLE_DIGITS = 18, EXPONENT_MAX = 40 };

struct digits {
  lw_number value;
  int after_point;
  int seen;
  bool point;
};

static bool take_digit(struct digits *digits, char c)
{
  if (digits->value > ((lw_number)1 << 100)) {
    return false;
  }
  digits->value = digits->value * 10 + (c - '0');
  digits->after_point += digits->point ? 1 : 0;
  digits->seen++;
  return true;
}

/* How many bytes the digits and their point take; 0: they are none. */
static size_t take_digits(struct digits *digits, lw_str text, bool comma)
{
  size_t at = 0;
  for (; at < text.len; at++) {
    char c = text.ptr[at];
    if (c >= '0' && c <= '9') {
      if (!take_digit(digits, c)) {
        return 0;
      }
    } else if (!digits->point && (c == '.' || (comma && c == ','))) {
      digits->point = true;
    } else {
      break;
    }
  }
  return digits->seen != 0 ? at : 0;
}

static bool read_exponent(lw_str text, int64_t *ret_exponent)
{
  *ret_exponent = 0;
  if (text.len == 0) {
    return true;
  }
  if (text.ptr[0] != 'e' && text.ptr[0] != 'E') {
    return false;
  }
  size_t skip = text.len > 1 && text.ptr[1] == '+' ? 2 : 1;
  return lw_int_read(lw_str_slice(text, skip, SIZE_MAX), ret_exponent) &&
         *ret_exponent >= -EXPONENT_MAX && *ret_exponent <= EXPONENT_MAX;
}

/* value * 10^by, exactly; false when a digit would be lost or it grows past what is told. */
static bool shift(lw_number *value, int64_t by)
{
  lw_number most = 1;
  for (int i = 0; i < DECIMALS + WHOLE_DIGITS; i++) {
    most *= 10;
  }
  for (; by > 0 && *value != 0; by--) {
    if (*value >= most) {
      return false;
    }
    *value *= 10;
  }
  for (; by < 0 && *value != 0; by++) {
    if (*value % 10 != 0) {
      return false;
    }
    *value /= 10;
  }
  return *value < most;
}

bool lw_number_read(lw_str text, bool comma, lw_number *ret_number)
{
  struct digits digits = {0};
  int64_t exponent = 0;
  text = lw_str_trim(text);
  bool minus = text.len != 0 && text.ptr[0] == '-';
  bool plus = text.len != 0 && text.ptr[0] == '+';
  text = lw_str_slice(text, minus || plus ? 1 : 0, SIZE_MAX);
  size_t used = take_digits(&digits, text, comma);
  if (used == 0 || !read_exponent(lw_str_slice(text, used, SIZE_MAX), &exponent) ||
      !shift(&digits.value, exponent + DECIMALS - digits.after_point)) {
    return false;
  }
  *ret_number = minus ? -digits.value : digits.value;
  return true;
}
