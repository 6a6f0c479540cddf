/* Secrets, and what the vectors of Standard Webhooks (tests/conformance/webhooks) leave open. */
#include "base/crypto.h"
#include "connect/webhook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

struct secret_row {
  const char *text;
  bool fits;
};

static const struct secret_row secret_rows[] = {
    {"whsec_AQgPFh0kKzI5QEdOVVxjanF4f4aNlJui", true},  /* 24 bytes */
    {"whsec_AQgPFh0kKzI5QEdOVVxjanF4f4aNlJu=", false}, /* 23 */
    {"whsec_yOcGJURjgqHA3/4dPFt6mbjX9hU0U3KRsM/uDSxLaomox+YFJENigaC/"
     "3v0cO1p5mLfW9RQzUnGQr87tDCtKaQ==",
     true}, /* 64 */
    {"whsec_yOcGJURjgqHA3/4dPFt6mbjX9hU0U3KRsM/uDSxLaomox+YFJENigaC/"
     "3v0cO1p5mLfW9RQzUnGQr87tDCtKaWk=",
     false}, /* 65 */
    {"AQgPFh0kKzI5QEdOVVxjanF4f4aNlJui", false},
    {"whsk_AQgPFh0kKzI5QEdOVVxjanF4f4aNlJui", false},
    {"whsec_", false},
    {"whsec_!!!!Fh0kKzI5QEdOVVxjanF4f4aNlJui", false},
    {"", false},
};

static void secrets(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(secret_rows) / sizeof(secret_rows[0]); i++) {
    struct lw_webhook_key key;
    bool fits = lw_webhook_key_read(lw_str_c(secret_rows[i].text), &key);
    if (fits != secret_rows[i].fits) {
      fail_msg("%s", secret_rows[i].text);
    }
  }
}

static void every_length_comes_back(void **state)
{
  (void)state;
  for (size_t count = 1; count <= LW_WEBHOOK_KEY_BYTES_MAX; count++) {
    struct lw_webhook_key key = {.count = count};
    struct lw_webhook_key again = {.count = 0};
    char text[LW_WEBHOOK_SECRET_BYTES];
    memset(key.bytes, (int)(count * 7 % 251), count);
    size_t len = lw_webhook_key_write(&key, text);
    assert_true(len < sizeof(text) && text[len] == '\0');
    bool fits = lw_webhook_key_read(lw_str_from(text, len), &again);
    assert_int_equal(fits, count >= LW_WEBHOOK_KEY_BYTES_MIN);
    assert_true(!fits || (again.count == count && memcmp(again.bytes, key.bytes, count) == 0));
  }
}

static void made_ones_differ(void **state)
{
  (void)state;
  struct lw_webhook_key a;
  struct lw_webhook_key b;
  lw_webhook_key_make(lw_rand_system(), &a);
  lw_webhook_key_make(lw_rand_system(), &b);
  assert_int_equal(a.count, LW_WEBHOOK_KEY_BYTES);
  assert_memory_not_equal(a.bytes, b.bytes, LW_WEBHOOK_KEY_BYTES);
}

static void two_keys_sign_and_either_verifies(void **state)
{
  (void)state;
  struct lw_webhook_key keys[2];
  struct lw_webhook_key stranger;
  struct lw_buf out = {0};
  struct lw_error err;
  lw_webhook_key_make(lw_rand_system(), &keys[0]);
  lw_webhook_key_make(lw_rand_system(), &keys[1]);
  lw_webhook_key_make(lw_rand_system(), &stranger);
  lw_webhook_sign(LW_STR("dlv_1"), 1000, LW_STR("{}"), keys, 2, &out);
  struct lw_webhook_headers headers = {LW_STR("dlv_1"), LW_STR("1000"), lw_buf_str(&out)};
  assert_int_equal(out.len, 2 * 47 + 1);
  assert_int_equal(lw_webhook_verify(&headers, LW_STR("{}"), &keys[0], 1, 1000, &err), LW_OK);
  assert_int_equal(lw_webhook_verify(&headers, LW_STR("{}"), &keys[1], 1, 1000, &err), LW_OK);
  assert_int_equal(lw_webhook_verify(&headers, LW_STR("{}"), &stranger, 1, 1000, &err), LW_INVALID);
  assert_int_equal(lw_webhook_verify(&headers, LW_STR("{}"), &stranger, 0, 1000, &err), LW_INVALID);
  lw_buf_finish(&out);
}

static void odd_timestamps_are_refused(void **state)
{
  static const char *const rows[] = {"", "-1", "1e3", " 1000", "1000.0", "99999999999999999999"};
  (void)state;
  struct lw_webhook_key key;
  struct lw_error err;
  lw_webhook_key_make(lw_rand_system(), &key);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct lw_webhook_headers headers = {LW_STR("a"), lw_str_c(rows[i]), LW_STR("v1,x")};
    assert_int_equal(lw_webhook_verify(&headers, LW_STR(""), &key, 1, 1000, &err), LW_INVALID);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(secrets),
      cmocka_unit_test(every_length_comes_back),
      cmocka_unit_test(made_ones_differ),
      cmocka_unit_test(two_keys_sign_and_either_verifies),
      cmocka_unit_test(odd_timestamps_are_refused),
  };
  return lw_crypto_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
