/* How long guessing is put off: by account, by address, over a clock that jumps, in a table that is
 * full. */
#include "base/crypto.h"
#include "people/throttle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const lw_usec SECOND = LW_USEC_PER_SECOND;
static const lw_usec DAY = (lw_usec)24 * 3600 * 1000000;
static const lw_usec START = (lw_usec)1700000000 * 1000000;

static struct lw_throttle *make(void)
{
  assert_true(lw_crypto_start());
  struct lw_throttle *throttle = lw_throttle_create(lw_rand_system());
  assert_non_null(throttle);
  return throttle;
}

/* The seconds to wait; 0: it may be tried, and was counted. */
static uint32_t try_at(struct lw_throttle *throttle, const char *account, const char *source,
                       lw_usec now)
{
  uint32_t wait = 777;
  bool may = lw_throttle_begin(throttle, lw_str_c(account), lw_str_c(source), now, &wait);
  assert_int_equal(may, wait == 0);
  return wait;
}

static void each_failure_doubles_an_accounts_wait(void **state)
{
  (void)state;
  static const uint32_t waits[] = {1, 2, 4, 8, 16, 32, 60, 60, 60};
  struct lw_throttle *throttle = make();
  lw_usec now = START;
  char source[32];
  int n = 0;
  for (int i = 0; i < LW_THROTTLE_ACCOUNT_FREE; i++) {
    (void)snprintf(source, sizeof source, "10.0.0.%d", n++);
    assert_int_equal(try_at(throttle, "ana", source, now), 0);
  }
  for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
    (void)snprintf(source, sizeof source, "10.0.0.%d", n++);
    assert_int_equal(try_at(throttle, i % 2 == 0 ? "ana" : "ANA", source, now), 0);
    assert_int_equal(try_at(throttle, "ana", source, now), waits[i]);
    now += (lw_usec)waits[i] * SECOND - 1;
    assert_int_equal(try_at(throttle, "ana", source, now), 1);
    assert_int_equal(try_at(throttle, "ben", "10.1.1.1", now), 0);
    lw_throttle_forgive(throttle, LW_STR("ben"), LW_STR("10.1.1.1"), now);
    now += 1;
  }
  lw_throttle_destroy(throttle);
}

static void an_address_waits_over_all_accounts(void **state)
{
  (void)state;
  struct lw_throttle *throttle = make();
  char who[32];
  for (int i = 0; i <= LW_THROTTLE_SOURCE_FREE; i++) {
    (void)snprintf(who, sizeof who, "guess-%d", i);
    assert_int_equal(try_at(throttle, who, "10.0.0.1", START), 0);
  }
  assert_int_equal(try_at(throttle, "ana", "10.0.0.1", START), 1);
  assert_int_equal(try_at(throttle, "ana", "10.0.0.2", START), 0);
  lw_usec now = START;
  for (int i = 0; i < 40; i++) { /* up to a quarter of an hour, and no more */
    uint32_t wait = 0;
    (void)snprintf(who, sizeof who, "more-%d", i);
    wait = try_at(throttle, who, "10.0.0.1", now);
    assert_true(wait <= LW_THROTTLE_SOURCE_SECONDS_MAX);
    now += (lw_usec)wait * SECOND;
    (void)snprintf(who, sizeof who, "again-%d", i);
    assert_int_equal(try_at(throttle, who, "10.0.0.1", now), 0);
  }
  assert_int_equal(try_at(throttle, "x", "10.0.0.1", now), LW_THROTTLE_SOURCE_SECONDS_MAX);
  lw_throttle_destroy(throttle);
}

static void what_was_right_is_taken_back(void **state)
{
  (void)state;
  struct lw_throttle *throttle = make();
  for (int i = 0; i < 1000; i++) { /* a busy office, all of them right */
    char who[32];
    (void)snprintf(who, sizeof who, "person-%d", i % 10);
    assert_int_equal(try_at(throttle, who, "10.0.0.1", START + i), 0);
    lw_throttle_forgive(throttle, lw_str_c(who), LW_STR("10.0.0.1"), START + i);
  }
  lw_throttle_destroy(throttle);
}

static void clocks_that_jump(void **state)
{
  (void)state;
  struct lw_throttle *throttle = make();
  for (int i = 0; i < 20; i++) {
    (void)try_at(throttle, "ana", "10.0.0.1", START + i * 61 * SECOND);
  }
  lw_usec now = START + 19 * 61 * SECOND;
  assert_int_equal(try_at(throttle, "ana", "10.0.0.1", now - 100 * DAY), 60);
  assert_int_equal(try_at(throttle, "ana", "10.0.0.1", now + DAY), 0); /* forgotten after a day */
  assert_int_equal(try_at(throttle, "ana", "10.0.0.1", now + DAY), 0);
  lw_throttle_destroy(throttle);
}

/* Two hundred thousand accounts and addresses: memory stays, and whoever was slowed down most is
 * not pushed out by those who only came once. */
static void a_full_table_keeps_the_worst(void **state)
{
  (void)state;
  struct lw_throttle *throttle = make();
  lw_usec now = START;
  for (int i = 0; i < 12; i++) {
    (void)try_at(throttle, "ana", "10.0.0.1", now);
    now += 60 * SECOND;
  }
  assert_int_equal(try_at(throttle, "ana", "10.0.0.1", now), 0);
  for (int i = 0; i < 100000; i++) {
    char who[32];
    char source[32];
    (void)snprintf(who, sizeof who, "someone-%d", i);
    (void)snprintf(source, sizeof source, "source-%d", i);
    assert_int_equal(try_at(throttle, who, source, now), 0);
  }
  assert_int_equal(try_at(throttle, "ana", "10.9.9.9", now), 60);
  lw_throttle_destroy(throttle);
}

static void long_and_empty_names_have_places_too(void **state)
{
  (void)state;
  struct lw_throttle *throttle = make();
  char name[5000];
  memset(name, 'n', sizeof name);
  name[sizeof name - 1] = '\0';
  for (int i = 0; i <= LW_THROTTLE_ACCOUNT_FREE; i++) {
    assert_int_equal(try_at(throttle, name, "", START), 0);
  }
  assert_int_equal(try_at(throttle, name, "", START), 1);
  assert_int_equal(try_at(throttle, "", name, START), 0);
  lw_throttle_destroy(throttle);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_failure_doubles_an_accounts_wait),
      cmocka_unit_test(an_address_waits_over_all_accounts),
      cmocka_unit_test(what_was_right_is_taken_back),
      cmocka_unit_test(clocks_that_jump),
      cmocka_unit_test(a_full_table_keeps_the_worst),
      cmocka_unit_test(long_and_empty_names_have_places_too),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
