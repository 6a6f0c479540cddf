/* Dates by Howard Hinnant's algorithms (chrono-compatible low-level date algorithms): years begin
 * in March, so that the leap day is the last of its year, and 400 years are one era of 146,097
 * days. RFC 3339 and durations are read by hand: fixed columns need no parser, and strptime knows
 * locales. */
#include "base/date.h"

#include "base/check.h"

enum { SECONDS_PER_DAY = 86400, DAYS_PER_ERA = 146097, NANOS_PER_SECOND = 1000000000 };

/* 10,000 years of 365.25 days: the range of durations in protocol buffers and CEL. */
#define DURATION_SECONDS_MAX INT64_C(315576000000)

static int64_t floor_divide(int64_t a, int64_t b)
{
  return a / b - (a % b < 0);
}

int64_t lw_days_from_civil(int64_t year, int64_t month, int64_t day)
{
  year += floor_divide(month - 1, 12);
  month = month - 1 - floor_divide(month - 1, 12) * 12 + 1;
  year -= month <= 2;
  int64_t era = floor_divide(year, 400);
  int64_t year_of_era = year - era * 400;
  int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * DAYS_PER_ERA + day_of_era - 719468;
}

/* Year, month and day of the days since 1970-01-01. */
static void civil_from_days(int64_t days, struct lw_civil *civil)
{
  days += 719468;
  int64_t era = floor_divide(days, DAYS_PER_ERA);
  int64_t day_of_era = days - era * DAYS_PER_ERA;
  int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t month = (5 * day_of_year + 2) / 153; /* from March */
  int64_t year = year_of_era + era * 400 + (month >= 10);
  LW_ASSERT(year >= INT32_MIN && year <= INT32_MAX);
  civil->year = (int32_t)year;
  civil->month = (int32_t)(month < 10 ? month + 3 : month - 9);
  civil->day = (int32_t)(day_of_year - (153 * month + 2) / 5 + 1);
}

void lw_civil_from_seconds(int64_t seconds, struct lw_civil *ret_civil)
{
  int64_t days = floor_divide(seconds, SECONDS_PER_DAY);
  int32_t rest = (int32_t)(seconds - days * SECONDS_PER_DAY);
  civil_from_days(days, ret_civil);
  ret_civil->hour = rest / 3600;
  ret_civil->minute = rest / 60 % 60;
  ret_civil->second = rest % 60;
  int64_t weekday = (days + 4) % 7; /* the first day was a Thursday */
  ret_civil->weekday = (int32_t)(weekday < 0 ? weekday + 7 : weekday);
  ret_civil->yearday = (int32_t)(days - lw_days_from_civil(ret_civil->year, 1, 1));
}

int64_t lw_seconds_from_civil(const struct lw_civil *civil)
{
  int64_t days = lw_days_from_civil(civil->year, civil->month, civil->day);
  return days * SECONDS_PER_DAY + civil->hour * INT64_C(3600) + civil->minute * INT64_C(60) +
         civil->second;
}

int lw_days_in_month(int64_t year, int month)
{
  static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  LW_ASSERT(month >= 1 && month <= 12);
  bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return days[month - 1] + (month == 2 && leap);
}

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

/* `count` digits at `at`, or -1; the caller has checked that the text is long enough. */
static int32_t fixed_digits(const char *at, size_t count)
{
  int32_t value = 0;
  for (size_t i = 0; i < count; i++) {
    if (!is_digit(at[i])) {
      return -1;
    }
    value = value * 10 + (at[i] - '0');
  }
  return value;
}

/* "2026-03-01T10:00:00", the first 19 bytes. */
static bool read_civil(const char *at, struct lw_civil *civil)
{
  *civil = (struct lw_civil){
      .year = fixed_digits(at, 4),
      .month = fixed_digits(at + 5, 2),
      .day = fixed_digits(at + 8, 2),
      .hour = fixed_digits(at + 11, 2),
      .minute = fixed_digits(at + 14, 2),
      .second = fixed_digits(at + 17, 2),
  };
  bool form = at[4] == '-' && at[7] == '-' && (at[10] == 'T' || at[10] == 't') && at[13] == ':' &&
              at[16] == ':';
  bool date = civil->year >= 0 && civil->month >= 1 && civil->month <= 12 && civil->day >= 1;
  bool time = civil->hour >= 0 && civil->hour <= 23 && civil->minute >= 0 && civil->minute <= 59 &&
              civil->second >= 0 && civil->second <= 59;
  return form && date && time && civil->day <= lw_days_in_month(civil->year, civil->month);
}

/* ".5" at *at, if there; moves *at behind it. Decimals past the ninth are cut. */
static bool read_nanos(lw_str text, size_t *at, uint32_t *ret_nanos)
{
  *ret_nanos = 0;
  if (*at >= text.len || text.ptr[*at] != '.') {
    return true;
  }
  size_t first = ++*at;
  uint32_t unit = NANOS_PER_SECOND / 10;
  while (*at < text.len && is_digit(text.ptr[*at])) {
    *ret_nanos += (uint32_t)(text.ptr[*at] - '0') * unit;
    unit /= 10;
    ++*at;
  }
  return *at != first;
}

/* "Z" or "+05:30": all that is left of the text. */
static bool read_offset(lw_str text, int32_t *ret_seconds)
{
  if (text.len == 1 && (text.ptr[0] == 'Z' || text.ptr[0] == 'z')) {
    *ret_seconds = 0;
    return true;
  }
  if (text.len != 6 || (text.ptr[0] != '+' && text.ptr[0] != '-') || text.ptr[3] != ':') {
    return false;
  }
  int32_t hours = fixed_digits(text.ptr + 1, 2);
  int32_t minutes = fixed_digits(text.ptr + 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
    return false;
  }
  int32_t seconds = hours * 3600 + minutes * 60;
  *ret_seconds = text.ptr[0] == '-' ? -seconds : seconds;
  return true;
}

bool lw_rfc3339_read(lw_str text, int64_t *ret_seconds, uint32_t *ret_nanos)
{
  struct lw_civil civil;
  size_t at = 19;
  uint32_t nanos = 0;
  int32_t offset = 0;
  if (text.len < at + 1 || !read_civil(text.ptr, &civil) || !read_nanos(text, &at, &nanos) ||
      !read_offset(lw_str_slice(text, at, SIZE_MAX), &offset)) {
    return false;
  }
  int64_t seconds = lw_seconds_from_civil(&civil) - offset;
  if (seconds < LW_TIME_SECONDS_MIN || seconds > LW_TIME_SECONDS_MAX) {
    return false;
  }
  *ret_seconds = seconds;
  *ret_nanos = nanos;
  return true;
}

static char *put_digits(char *place, uint32_t value, unsigned count)
{
  for (unsigned i = count; i > 0; i--) {
    place[i - 1] = (char)('0' + value % 10);
    value /= 10;
  }
  return place + count;
}

size_t lw_rfc3339_write(int64_t seconds, uint32_t nanos, char *place)
{
  LW_ASSERT(seconds >= LW_TIME_SECONDS_MIN && seconds <= LW_TIME_SECONDS_MAX);
  LW_ASSERT(nanos < NANOS_PER_SECOND);
  struct lw_civil civil;
  lw_civil_from_seconds(seconds, &civil);
  char *at = put_digits(place, (uint32_t)civil.year, 4);
  *at++ = '-';
  at = put_digits(at, (uint32_t)civil.month, 2);
  *at++ = '-';
  at = put_digits(at, (uint32_t)civil.day, 2);
  *at++ = 'T';
  at = put_digits(at, (uint32_t)civil.hour, 2);
  *at++ = ':';
  at = put_digits(at, (uint32_t)civil.minute, 2);
  *at++ = ':';
  at = put_digits(at, (uint32_t)civil.second, 2);
  if (nanos != 0) {
    *at++ = '.';
    at = put_digits(at, nanos, 9);
    while (at[-1] == '0') {
      at--;
    }
  }
  *at++ = 'Z';
  return (size_t)(at - place);
}

void lw_rfc3339_print(int64_t seconds, uint32_t nanos, struct lw_buf *out)
{
  char text[40];
  lw_buf_add(out, lw_str_from(text, lw_rfc3339_write(seconds, nanos, text)));
}

void lw_moment_print(lw_usec at, struct lw_buf *out)
{
  int64_t seconds = at / LW_USEC_PER_SECOND;
  int64_t rest = at % LW_USEC_PER_SECOND;
  if (rest < 0) {
    rest += LW_USEC_PER_SECOND;
    seconds--;
  }
  lw_rfc3339_print(seconds, (uint32_t)rest * 1000, out);
}

/* Nanoseconds of a unit, or 0. */
static int64_t unit_nanos(lw_str unit, bool allow_days)
{
  static const struct {
    lw_str name;
    int64_t nanos;
    bool is_days;
  } units[] = {
      {LW_STR_INIT("ns"), 1, false},
      {LW_STR_INIT("us"), 1000, false},
      {LW_STR_INIT("\xC2\xB5s"), 1000, false}, /* U+00B5 micro sign */
      {LW_STR_INIT("\xCE\xBCs"), 1000, false}, /* U+03BC Greek small mu */
      {LW_STR_INIT("ms"), 1000000, false},
      {LW_STR_INIT("s"), INT64_C(1000000000), false},
      {LW_STR_INIT("m"), INT64_C(60000000000), false},
      {LW_STR_INIT("h"), INT64_C(3600000000000), false},
      {LW_STR_INIT("d"), INT64_C(86400000000000), true},
      {LW_STR_INIT("w"), INT64_C(604800000000000), true},
  };
  for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
    if (lw_str_equal(units[i].name, unit)) {
      return units[i].is_days && !allow_days ? 0 : units[i].nanos;
    }
  }
  return 0;
}

/* "1.5": whole part and decimals as fraction / scale. */
struct quantity {
  lw_int128 whole;
  lw_int128 fraction;
  lw_int128 scale;
};

#define DURATION_NANOS_MAX ((lw_int128)DURATION_SECONDS_MAX * NANOS_PER_SECOND)

/* Reads a quantity at *at and moves behind it. Decimals past the 18th are below any nanosecond. */
static bool read_quantity(lw_str text, size_t *at, struct quantity *quantity)
{
  *quantity = (struct quantity){.scale = 1};
  size_t first = *at;
  for (; *at < text.len && is_digit(text.ptr[*at]); ++*at) {
    quantity->whole = quantity->whole * 10 + (text.ptr[*at] - '0');
    if (quantity->whole > DURATION_NANOS_MAX) {
      return false;
    }
  }
  bool any = *at != first;
  if (*at < text.len && text.ptr[*at] == '.') {
    first = ++*at;
    for (; *at < text.len && is_digit(text.ptr[*at]); ++*at) {
      if (*at - first < 18) {
        quantity->fraction = quantity->fraction * 10 + (text.ptr[*at] - '0');
        quantity->scale *= 10;
      }
    }
    any = any || *at != first;
  }
  return any;
}

/* Adds one quantity with its unit to *total. */
static bool read_term(lw_str text, size_t *at, bool allow_days, lw_int128 *total)
{
  struct quantity quantity;
  if (!read_quantity(text, at, &quantity)) {
    return false;
  }
  size_t first = *at;
  while (*at < text.len && !is_digit(text.ptr[*at]) && text.ptr[*at] != '.') {
    ++*at;
  }
  lw_int128 unit = unit_nanos(lw_str_slice(text, first, *at - first), allow_days);
  *total += quantity.whole * unit + quantity.fraction * unit / quantity.scale;
  return unit != 0 && *total <= DURATION_NANOS_MAX;
}

bool lw_duration_read(lw_str text, bool allow_days, int64_t *ret_seconds, int32_t *ret_nanos)
{
  bool negative = text.len != 0 && text.ptr[0] == '-';
  bool sign = negative || (text.len != 0 && text.ptr[0] == '+');
  size_t at = sign;
  lw_int128 total = 0;
  if (lw_str_equal(lw_str_slice(text, at, SIZE_MAX), LW_STR("0"))) { /* the one without a unit */
    at = text.len;
  } else if (at == text.len) {
    return false;
  }
  while (at < text.len) {
    if (!read_term(text, &at, allow_days, &total)) {
      return false;
    }
  }
  total = negative ? -total : total;
  *ret_seconds = (int64_t)(total / NANOS_PER_SECOND);
  *ret_nanos = (int32_t)(total % NANOS_PER_SECOND);
  return true;
}
