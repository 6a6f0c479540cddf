/* A week is the number of its Monday, in days since 1970: all else follows from it. */
#include "listen/week.h"

#include "base/num.h"

#include <stdio.h>

enum { DAYS = 7, TO_THURSDAY = 3, YEAR_MIN = 1, YEAR_MAX = 9998 };

/* 1970-01-01 was a Thursday: Mondays are those days that are 4 behind a multiple of 7. */
static int64_t monday_of(int64_t day)
{
  int64_t behind = (day + TO_THURSDAY) % DAYS;
  return day - (behind < 0 ? behind + DAYS : behind);
}

static lw_usec midnight(const struct lw_tz *zone, int64_t day)
{
  int64_t local = day * LW_SECONDS_PER_DAY;
  return (zone != NULL ? lw_tz_local_to_utc(zone, local) : local) * LW_USEC_PER_SECOND;
}

static void set(const struct lw_tz *zone, int64_t monday, struct lw_week *week)
{
  struct lw_civil thursday;
  char name[32];
  lw_civil_from_seconds((monday + TO_THURSDAY) * LW_SECONDS_PER_DAY, &thursday);
  *week = (struct lw_week){.year = thursday.year,
                           .number = thursday.yearday / DAYS + 1,
                           .monday = monday,
                           .start = midnight(zone, monday),
                           .end = midnight(zone, monday + DAYS)};
  (void)snprintf(name, sizeof name, "%04d-W%02d", week->year, week->number);
  memcpy(week->name, name, LW_WEEK_NAME_BYTES);
}

static int64_t floor_to(int64_t number, int64_t by)
{
  int64_t rest = number % by;
  return (number - (rest < 0 ? rest + by : rest)) / by;
}

void lw_week_of(const struct lw_tz *zone, lw_usec at, struct lw_week *ret_week)
{
  int64_t seconds = floor_to(at, LW_USEC_PER_SECOND);
  int64_t local = seconds + (zone != NULL ? lw_tz_offset(zone, seconds) : 0);
  set(zone, monday_of(floor_to(local, LW_SECONDS_PER_DAY)), ret_week);
}

bool lw_week_read(const struct lw_tz *zone, lw_str text, struct lw_week *ret_week)
{
  uint64_t year = 0;
  uint64_t number = 0;
  struct lw_week week;
  if (text.len != LW_WEEK_NAME_BYTES || text.ptr[4] != '-' || text.ptr[5] != 'W' ||
      !lw_uint_read(lw_str_slice(text, 0, 4), &year) ||
      !lw_uint_read(lw_str_slice(text, 6, 2), &number) || year < YEAR_MIN || year > YEAR_MAX) {
    return false;
  }
  int64_t first = monday_of(lw_days_from_civil((int64_t)year, 1, 4)); /* always in week 1 */
  set(zone, first + ((int64_t)number - 1) * DAYS, &week);
  if (!lw_str_equal(lw_week_name(&week), text)) {
    return false;
  }
  *ret_week = week;
  return true;
}

static void print_day(int64_t day, struct lw_buf *out)
{
  struct lw_civil civil;
  lw_civil_from_seconds(day * LW_SECONDS_PER_DAY, &civil);
  lw_buf_printf(out, "\"%04d-%02d-%02d\"", civil.year, civil.month, civil.day);
}

void lw_week_print_days(const struct lw_week *week, struct lw_buf *out)
{
  LW_BUF_LIT(out, "\"first_day\":");
  print_day(week->monday, out);
  LW_BUF_LIT(out, ",\"last_day\":");
  print_day(week->monday + DAYS - 1, out);
}

void lw_week_move(const struct lw_tz *zone, const struct lw_week *week, int32_t by,
                  struct lw_week *ret_week)
{
  set(zone, week->monday + (int64_t)by * DAYS, ret_week);
}
