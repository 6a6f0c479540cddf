/* The index of retry keys: generations, and how far it is complete. */
#include "engine/inside.h"
#include "engine_test.h"

static void a_key_is_found_until_two_generations_have_passed(void **state)
{
  (void)state;
  struct lw_idem idem = {0};
  atomic_store(&idem.complete_at, INT64_MIN);
  const uint64_t half = LW_KEYS_IN_MEMORY / 2;
  for (uint64_t i = 1; i <= 2 * half; i++) {
    lw_idem_add(&idem, i * UINT64_C(0x9e3779b97f4a7c15), i, (lw_usec)i);
  }
  assert_int_equal(lw_idem_find(&idem, UINT64_C(0x9e3779b97f4a7c15)), 1);
  assert_true(atomic_load(&idem.complete_at) == INT64_MIN); /* nothing was dropped yet */
  assert_int_equal(atomic_load(&idem.complete_seq), 0);
  lw_idem_add(&idem, 77, 2 * half + 1, (lw_usec)(2 * half + 1));
  assert_int_equal(lw_idem_find(&idem, UINT64_C(0x9e3779b97f4a7c15)), 0);
  assert_int_equal(lw_idem_find(&idem, (half + 1) * UINT64_C(0x9e3779b97f4a7c15)), half + 1);
  assert_int_equal(lw_idem_find(&idem, 77), 2 * half + 1);
  assert_int_equal(atomic_load(&idem.complete_at), half + 1);
  assert_int_equal(atomic_load(&idem.complete_seq), half + 1);
  lw_idem_finish(&idem);
}

static void a_generation_lasts_a_day(void **state)
{
  (void)state;
  struct lw_idem idem = {0};
  lw_idem_add(&idem, 5, 1, 0);
  lw_idem_add(&idem, 6, 2, LW_KEY_USEC - 1);
  assert_int_equal(idem.old.count, 0);
  lw_idem_add(&idem, 7, 3, LW_KEY_USEC);
  assert_int_equal(idem.old.count, 2);
  assert_int_equal(lw_idem_find(&idem, 5), 1);
  lw_idem_add(&idem, 8, 4, 2 * LW_KEY_USEC);
  assert_int_equal(lw_idem_find(&idem, 5), 0);
  assert_int_equal(lw_idem_find(&idem, 7), 3);
  lw_idem_finish(&idem);
}

static void a_repeated_print_keeps_the_newest(void **state)
{
  (void)state;
  struct lw_idem idem = {0};
  lw_idem_add(&idem, 5, 1, 0);
  lw_idem_add(&idem, 5, 9, 1);
  assert_int_equal(lw_idem_find(&idem, 5), 9);
  assert_int_equal(idem.young.count, 1);
  lw_idem_finish(&idem);
}

static void the_key_of_a_body_is_read_without_parsing(void **state)
{
  (void)state;
#define ID "{\"id\":\"dec_00000000000000000000000000\""
  static const struct {
    const char *body;
    bool has;
  } rows[] = {
      {ID ",\"key\":\"000102030405060708090a0b0c0d0e0f\",\"digest\":\"\"}", true},
      {ID ",\"key\":\"000102030405060708090a0b0c0d0e\"}", false},
      {ID ",\"kay\":\"000102030405060708090a0b0c0d0e0f\",\"digest\":\"\"}", false},
      {ID ",\"key\":\"000102030405060708090a0b0c0d0e0g\",\"digest\":\"\"}", false},
      {ID "}", false},
      {"{}", false},
      {"", false},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    uint8_t digest[16] = {0};
    bool found = lw_idem_key_of(lw_str_c(rows[i].body), digest);
    if (found != rows[i].has || (found && digest[15] != 15)) {
      fail_msg("row %zu", i);
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_key_is_found_until_two_generations_have_passed),
      cmocka_unit_test(a_generation_lasts_a_day),
      cmocka_unit_test(a_repeated_print_keeps_the_newest),
      cmocka_unit_test(the_key_of_a_body_is_read_without_parsing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
