/* Weeks of ISO 8601 by an organization's clock: year ends, weeks 53, and Mondays around the changes
 * of the clock, when a week has an hour more or less. */
#include "listen/week.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define HOUR (INT64_C(3600) * LW_USEC_PER_SECOND)

static lw_usec at(const char *text)
{
  int64_t seconds = 0;
  uint32_t nanos = 0;
  assert_true(lw_rfc3339_read(lw_str_c(text), &seconds, &nanos));
  return seconds * LW_USEC_PER_SECOND;
}

static const struct lw_tz *zone(struct lw_tzdb *db, const char *name)
{
  const struct lw_tz *found = NULL;
  struct lw_error err = {0};
  assert_int_equal(lw_tzdb_find(db, lw_str_c(name), &found, &err), LW_OK);
  return found;
}

static void weeks_have_the_year_of_their_thursday(void **state)
{
  static const struct {
    const char *at, *name;
  } rows[] = {{"2026-11-16T00:00:00Z", "2026-W47"}, {"2026-11-15T23:59:59Z", "2026-W46"},
              {"2024-12-30T00:00:00Z", "2025-W01"}, {"2024-12-29T23:59:59Z", "2024-W52"},
              {"2021-01-03T12:00:00Z", "2020-W53"}, {"2021-01-04T00:00:00Z", "2021-W01"},
              {"2027-01-01T00:00:00Z", "2026-W53"}, {"1970-01-01T00:00:00Z", "1970-W01"},
              {"1969-12-29T00:00:00Z", "1970-W01"}, {"1969-12-28T23:59:59Z", "1969-W52"},
              {"2000-02-29T00:00:00Z", "2000-W09"}};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct lw_week week;
    struct lw_week again;
    lw_week_of(NULL, at(rows[i].at), &week);
    assert_memory_equal(week.name, rows[i].name, LW_WEEK_NAME_BYTES);
    assert_true(week.start <= at(rows[i].at) && at(rows[i].at) < week.end);
    assert_true(lw_week_read(NULL, lw_week_name(&week), &again));
    assert_int_equal(again.start, week.start);
  }
}

static void a_name_is_a_week_or_none(void **state)
{
  static const char *const none[] = {"2021-W53", "2026-W54", "2026-W00", "2026W47",   "2026-w47",
                                     "2026-47",  "",         "26-W47",   "2026-W470", "2026-W4x"};
  struct lw_week week;
  (void)state;
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
    assert_false(lw_week_read(NULL, lw_str_c(none[i]), &week));
  }
  assert_true(lw_week_read(NULL, LW_STR("2020-W53"), &week));
}

static void a_week_turns_over_at_monday_midnight_there(void **state)
{
  struct lw_tzdb *db = lw_tzdb_create(NULL, NULL);
  struct lw_week week;
  (void)state;
  /* Sunday evening in Los Angeles is Monday in Greenwich. */
  lw_week_of(zone(db, "America/Los_Angeles"), at("2026-11-16T07:59:59Z"), &week);
  assert_memory_equal(week.name, "2026-W46", LW_WEEK_NAME_BYTES);
  lw_week_of(zone(db, "America/Los_Angeles"), at("2026-11-16T08:00:00Z"), &week);
  assert_memory_equal(week.name, "2026-W47", LW_WEEK_NAME_BYTES);
  lw_week_of(zone(db, "Pacific/Kiritimati"), at("2026-11-15T10:00:00Z"), &week);
  assert_memory_equal(week.name, "2026-W47", LW_WEEK_NAME_BYTES);
  lw_tzdb_destroy(db);
}

static void a_week_with_a_change_of_the_clock_has_an_hour_more_or_less(void **state)
{
  struct lw_tzdb *db = lw_tzdb_create(NULL, NULL);
  const struct lw_tz *berlin = zone(db, "Europe/Berlin");
  struct lw_week week;
  struct lw_week next;
  (void)state;
  lw_week_of(berlin, at("2026-03-29T12:00:00Z"), &week); /* forward on its Sunday */
  assert_int_equal(week.end - week.start, 167 * HOUR);
  lw_week_of(berlin, at("2026-10-25T12:00:00Z"), &week); /* back */
  assert_int_equal(week.end - week.start, 169 * HOUR);
  lw_week_move(berlin, &week, 1, &next);
  assert_int_equal(next.start, week.end);
  assert_int_equal(next.start, at("2026-10-25T23:00:00Z"));
  lw_week_move(berlin, &next, -1, &next);
  assert_int_equal(next.start, week.start);
  lw_tzdb_destroy(db);
}

static void moving_goes_over_ends_of_years(void **state)
{
  struct lw_week week;
  (void)state;
  assert_true(lw_week_read(NULL, LW_STR("2021-W01"), &week));
  lw_week_move(NULL, &week, -1, &week);
  assert_memory_equal(week.name, "2020-W53", LW_WEEK_NAME_BYTES);
  lw_week_move(NULL, &week, 53, &week);
  assert_memory_equal(week.name, "2022-W01", LW_WEEK_NAME_BYTES);
  struct lw_buf days = {0};
  lw_week_print_days(&week, &days);
  assert_int_equal(days.len, strlen("\"first_day\":\"2022-01-03\",\"last_day\":\"2022-01-09\""));
  assert_memory_equal(days.ptr, "\"first_day\":\"2022-01-03\",\"last_day\":\"2022-01-09\"",
                      days.len);
  lw_buf_finish(&days);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(weeks_have_the_year_of_their_thursday),
      cmocka_unit_test(a_name_is_a_week_or_none),
      cmocka_unit_test(a_week_turns_over_at_monday_midnight_there),
      cmocka_unit_test(a_week_with_a_change_of_the_clock_has_an_hour_more_or_less),
      cmocka_unit_test(moving_goes_over_ends_of_years),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
