/* Windows by the calendar of a zone: a day begins where local midnight is, a longer period where
 * its first day does.
 *
 * Zones play three tricks on "local midnight to local midnight". Midnight may be skipped (the day
 * begins at its first moment: lw_tz_local_to_utc does that), it may come twice (the day begins at
 * the first), and, where clocks go back just after midnight, the evening before may come again when
 * the next day has already begun. A day that has begun stays begun: such a moment belongs to the
 * later day, so that periods follow one another without gap or overlap and a budget never turns
 * over twice. */
#include "budget/window.h"

enum { HOUR_SECONDS = 3600, DAY_SECONDS = 24 * HOUR_SECONDS, PERIODS_PER_STEP_MAX = 4 };

/* The calendar day (days since 1970) on which the period of `civil`, shifted by `step` periods,
 * begins. */
static int64_t first_day(enum lw_window_kind kind, const struct lw_civil *civil, int64_t step)
{
  int64_t year = civil->year;
  int64_t month = civil->month;
  switch (kind) {
  case LW_WINDOW_DAY: return lw_days_from_civil(year, month, civil->day) + step;
  case LW_WINDOW_WEEK: {
    int64_t since_monday = (civil->weekday + 6) % 7;
    return lw_days_from_civil(year, month, civil->day) - since_monday + 7 * step;
  }
  case LW_WINDOW_MONTH: return lw_days_from_civil(year, month + step, 1);
  case LW_WINDOW_QUARTER: return lw_days_from_civil(year, (month - 1) / 3 * 3 + 1 + 3 * step, 1);
  case LW_WINDOW_YEAR: return lw_days_from_civil(year + step, 1, 1);
  case LW_WINDOW_FOR_GOOD:
  case LW_WINDOW_ROLLING: break;
  }
  return 0;
}

static lw_usec midnight(const struct lw_tz *zone, int64_t day)
{
  int64_t local = day * DAY_SECONDS;
  return (zone != NULL ? lw_tz_local_to_utc(zone, local) : local) * LW_USEC_PER_SECOND;
}

static int64_t whole_seconds(lw_usec at)
{
  return at / LW_USEC_PER_SECOND - (at % LW_USEC_PER_SECOND < 0);
}

static void calendar_period(enum lw_window_kind kind, const struct lw_tz *zone, lw_usec at,
                            struct lw_period *ret_period)
{
  int64_t seconds = whole_seconds(at);
  bool too_early = seconds < LW_TIME_SECONDS_MIN;
  bool too_late = seconds > LW_TIME_SECONDS_MAX;
  seconds = too_early ? LW_TIME_SECONDS_MIN : too_late ? LW_TIME_SECONDS_MAX : seconds;

  struct lw_civil civil;
  lw_civil_from_seconds(seconds + (zone != NULL ? lw_tz_offset(zone, seconds) : 0), &civil);
  struct lw_period period = {
      .start = midnight(zone, first_day(kind, &civil, 0)),
      .end = midnight(zone, first_day(kind, &civil, 1)),
  };
  lw_usec within = seconds * LW_USEC_PER_SECOND;
  for (int64_t step = 2; within >= period.end && step <= PERIODS_PER_STEP_MAX; step++) {
    period.start = period.end;
    period.end = midnight(zone, first_day(kind, &civil, step));
  }
  /* Before year 1 and after 9999 the first and the last period go on for ever. */
  period.start = too_early ? INT64_MIN : period.start;
  period.end = too_late ? INT64_MAX : period.end;
  *ret_period = period;
}

void lw_window_period(const struct lw_window *window, const struct lw_tz *zone, lw_usec at,
                      struct lw_period *ret_period)
{
  switch (window->kind) {
  case LW_WINDOW_DAY:
  case LW_WINDOW_WEEK:
  case LW_WINDOW_MONTH:
  case LW_WINDOW_QUARTER:
  case LW_WINDOW_YEAR: calendar_period(window->kind, zone, at, ret_period); return;
  case LW_WINDOW_ROLLING: {
    lw_usec start = 0;
    if (__builtin_sub_overflow(at, window->over_usec, &start)) {
      start = INT64_MIN;
    }
    *ret_period = (struct lw_period){start, INT64_MAX};
    return;
  }
  case LW_WINDOW_FOR_GOOD: break;
  }
  *ret_period = (struct lw_period){INT64_MIN, INT64_MAX};
}

lw_usec lw_period_start(struct lw_period_cache *cache, const struct lw_window *window,
                        const struct lw_tz *zone, lw_usec at)
{
  lw_str name = zone != NULL ? lw_tz_name(zone) : (lw_str){NULL, 0};
  size_t kind = (size_t)window->kind;
  if (LW_LIKELY(cache->of[kind].valid && at >= cache->of[kind].period.start &&
                at < cache->of[kind].period.end &&
                lw_str_equal(name, lw_str_from(cache->of[kind].zone, cache->of[kind].zone_len)))) {
    return cache->of[kind].period.start;
  }
  struct lw_period period;
  lw_window_period(window, zone, at, &period);
  cache->of[kind].valid = name.len <= LW_ZONE_NAME_BYTES;
  if (cache->of[kind].valid) {
    cache->of[kind].zone_len = name.len;
    if (name.len != 0) {
      memcpy(cache->of[kind].zone, name.ptr, name.len);
    }
    cache->of[kind].period = period;
  }
  return period.start;
}

static const char *const words[] = {
    [LW_WINDOW_DAY] = "day",         [LW_WINDOW_WEEK] = "week", [LW_WINDOW_MONTH] = "month",
    [LW_WINDOW_QUARTER] = "quarter", [LW_WINDOW_YEAR] = "year",
};

const char *lw_window_word(enum lw_window_kind kind)
{
  return (size_t)kind < sizeof words / sizeof words[0] ? words[kind] : NULL;
}

bool lw_window_read(lw_str word, enum lw_window_kind *ret_kind)
{
  for (int kind = LW_WINDOW_DAY; kind <= LW_WINDOW_YEAR; kind++) {
    if (lw_str_equal(word, lw_str_c(words[kind]))) {
      *ret_kind = (enum lw_window_kind)kind;
      return true;
    }
  }
  return false;
}
