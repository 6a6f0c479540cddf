/* So much a minute, each person for themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/quota.h"

static struct lw_quota quota;

static void each_minute_begins_anew_for_everybody(void **state)
{
  static const lw_usec minute = 60 * LW_USEC_PER_SECOND;
  (void)state;
  for (int i = 0; i < 3; i++) {
    assert_true(lw_quota_take(&quota, LW_STR("owner"), LW_STR("ana"), 3, 10 * minute + i));
  }
  assert_false(lw_quota_take(&quota, LW_STR("owner"), LW_STR("ana"), 3, 11 * minute - 1));
  assert_true(lw_quota_take(&quota, LW_STR("owner"), LW_STR("ben"), 3, 10 * minute));
  assert_true(lw_quota_take(&quota, LW_STR("test"), LW_STR("ana"), 3, 10 * minute));
  assert_true(lw_quota_take(&quota, LW_STR("owner"), LW_STR("ana"), 3, 11 * minute));
  assert_false(lw_quota_take(&quota, LW_STR("owner"), LW_STR("ana"), 1, 11 * minute));
  assert_false(lw_quota_take(&quota, LW_STR("none"), LW_STR("ana"), 0, 11 * minute));
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(each_minute_begins_anew_for_everybody)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
