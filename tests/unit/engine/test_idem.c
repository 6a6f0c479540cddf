/* The index of retry keys: generations, how far it is complete, and the sieves of what it dropped.
 */
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

/* Every print is another one; which ones: by the number of the lot. */
static uint64_t print_of(uint64_t lot, uint64_t i)
{
  uint64_t print = (lot << 32 | i) * UINT64_C(0xbf58476d1ce4e5b9);
  print = (print ^ print >> 31) * UINT64_C(0x94d049bb133111eb);
  return print ^ print >> 29;
}

static void a_sieve_holds_all_its_keys_and_hardly_any_other(void **state)
{
  (void)state;
  struct lw_sieve *sieve = lw_sieve_create();
  assert_non_null(sieve);
  for (uint64_t i = 0; i < LW_GENERATION_KEYS; i++) {
    lw_sieve_add(sieve, print_of(1, i));
  }
  uint64_t wrong = 0;
  for (uint64_t i = 0; i < LW_GENERATION_KEYS; i++) {
    assert_true(lw_sieve_has(sieve, print_of(1, i)));
    wrong += lw_sieve_has(sieve, print_of(2, i));
  }
  assert_in_range(wrong, 1, LW_GENERATION_KEYS / 400);
  lw_sieve_destroy(sieve);
}

static void a_dropped_key_is_held_for_a_day(void **state)
{
  (void)state;
  struct lw_idem idem = {0};
  const uint64_t all = 3 * LW_GENERATION_KEYS + 1; /* one generation is dropped whole */
  lw_sieves_clear(&idem.sieves, true);
  for (uint64_t i = 0; i < all; i++) {
    lw_idem_add(&idem, print_of(1, i), i + 1, (lw_usec)i);
  }
  assert_int_equal(idem.sieves.count, 2);
  for (uint64_t i = 0; i < all; i++) {
    bool known = lw_idem_find(&idem, print_of(1, i)) == i + 1;
    if (!known && !lw_sieves_may_hold(&idem.sieves, print_of(1, i))) {
      fail_msg("key %llu is lost", (unsigned long long)i);
    }
  }
  assert_false(lw_sieves_may_hold(&idem.sieves, print_of(2, 1)));
  lw_idem_add(&idem, 5, all + 1, LW_KEY_USEC + (lw_usec)all); /* a day later: a new generation */
  lw_idem_add(&idem, 6, all + 2, 3 * LW_KEY_USEC);            /* and one more */
  assert_int_equal(idem.sieves.count, 0);
  assert_false(lw_sieves_may_hold(&idem.sieves, print_of(1, 1)));
  lw_idem_finish(&idem);
  assert_true(lw_sieves_may_hold(&idem.sieves, print_of(2, 1))); /* nothing is known any more */
}

static void few_keys_of_a_short_generation_are_held_as_well(void **state)
{
  (void)state;
  struct lw_idem idem = {0};
  lw_sieves_clear(&idem.sieves, true);
  lw_idem_add(&idem, print_of(1, 1), 1, 0);
  lw_idem_add(&idem, print_of(1, 2), 2, LW_KEY_USEC - 1);
  for (uint64_t i = 0; i <= LW_GENERATION_KEYS; i++) {
    lw_idem_add(&idem, print_of(2, i), 3 + i, LW_KEY_USEC + (lw_usec)i);
  }
  assert_int_equal(lw_idem_find(&idem, print_of(1, 2)), 0);
  assert_true(lw_sieves_may_hold(&idem.sieves, print_of(1, 2)));
  assert_false(lw_sieves_may_hold(&idem.sieves, print_of(3, 2)));
  lw_idem_finish(&idem);
}

static void many_sieves_become_fewer_and_lose_nothing(void **state)
{
  (void)state;
  struct lw_sieves sieves = {.count = 0};
  const uint64_t lots = 3 * LW_SIEVES_MAX;
  lw_sieves_clear(&sieves, true);
  for (uint64_t lot = 0; lot < lots; lot++) {
    struct lw_sieve *sieve = lw_sieve_create();
    assert_non_null(sieve);
    for (uint64_t i = 0; i < 100; i++) {
      lw_sieve_add(sieve, print_of(lot, i));
    }
    lw_sieves_take(&sieves, sieve, (lw_usec)lot, (lw_usec)lot);
    assert_in_range(sieves.count, 1, LW_SIEVES_MAX);
  }
  for (uint64_t lot = 0; lot < lots; lot++) {
    for (uint64_t i = 0; i < 100; i++) {
      assert_true(lw_sieves_may_hold(&sieves, print_of(lot, i)));
    }
  }
  assert_false(lw_sieves_may_hold(&sieves, print_of(lots, 1)));
  lw_sieves_take(&sieves, NULL, (lw_usec)lots, (lw_usec)lots); /* no memory: the lists know */
  assert_true(lw_sieves_may_hold(&sieves, print_of(lots, 1)));
  lw_sieves_clear(&sieves, false);
}

static uint64_t print_of_key(struct desk *desk, const char *key)
{
  struct ask ask;
  desk_ask(desk, &ask, "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"1.00\"}");
  ask_key(&ask, key, 1);
  lw_idem_digest(&ask.change);
  uint64_t print = lw_idem_print(ask.change.key_digest);
  ask_finish(&ask);
  return print;
}

static void what_memory_lacks_at_a_start_is_read_from_the_journal(void **state)
{
  (void)state;
  const char *json = "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"1.00\"}";
  struct desk desk;
  desk_open(&desk, POLICY);
  (void)desk_decide_with(&desk, json, "old", 1);
  desk.clock.now += MINUTE;
  (void)desk_decide_with(&desk, json, "new", 1);
  struct lw_sieves *sieves = &desk.engine->idem.sieves;
  uint64_t last = lw_engine_seq(desk.engine);
  uint64_t prints[] = {print_of_key(&desk, "old"), print_of_key(&desk, "new"),
                       print_of_key(&desk, "none")};
  lw_sieves_miss(sieves, 1, last, desk.clock.now); /* all but the last one */
  assert_true(lw_sieves_may_hold(sieves, prints[2]));
  lw_sieves_sift(desk.engine);
  assert_true(lw_sieves_may_hold(sieves, prints[0]));
  assert_false(lw_sieves_may_hold(sieves, prints[1]));
  assert_false(lw_sieves_may_hold(sieves, prints[2]));
  lw_sieves_miss(sieves, 1, last, desk.clock.now);
  atomic_store(&desk.engine->sift_closing, true); /* half of them would be none */
  lw_sieves_sift(desk.engine);
  assert_true(lw_sieves_may_hold(sieves, prints[2]));
  desk_close(&desk);
}

static void a_start_reads_the_keys_of_one_day(void **state)
{
  (void)state;
  const char *json = "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"1.00\"}";
  struct desk desk;
  desk_open(&desk, POLICY);
  (void)desk_decide_with(&desk, json, "old", 1);
  uint64_t before = lw_engine_seq(desk.engine);
  desk.clock.now += LW_KEY_USEC + MINUTE;
  (void)desk_decide_with(&desk, json, "new", 1);
  uint64_t prints[] = {print_of_key(&desk, "old"), print_of_key(&desk, "new")};
  lw_engine_close(desk.engine);
  desk_open_engine(&desk, false);
  const struct lw_idem *idem = &desk.engine->idem;
  assert_int_equal(lw_idem_find(idem, prints[0]), 0);
  assert_int_equal(lw_idem_find(idem, prints[1]), before + 1);
  assert_int_equal(atomic_load(&idem->complete_seq), before + 1);
  assert_int_equal(atomic_load(&idem->complete_at), desk.clock.now - LW_KEY_USEC);
  assert_true(idem->sieves.whole);
  lw_engine_close(desk.engine);
  desk.clock.now += LW_KEY_USEC + MINUTE; /* nothing of this day */
  desk_open_engine(&desk, false);
  assert_int_equal(lw_idem_find(&desk.engine->idem, prints[1]), 0);
  assert_int_equal(desk.engine->idem.seq, lw_engine_seq(desk.engine));
  desk_close(&desk);
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
      cmocka_unit_test(a_sieve_holds_all_its_keys_and_hardly_any_other),
      cmocka_unit_test(a_dropped_key_is_held_for_a_day),
      cmocka_unit_test(few_keys_of_a_short_generation_are_held_as_well),
      cmocka_unit_test(many_sieves_become_fewer_and_lose_nothing),
      cmocka_unit_test(what_memory_lacks_at_a_start_is_read_from_the_journal),
      cmocka_unit_test(a_start_reads_the_keys_of_one_day),
      cmocka_unit_test(the_key_of_a_body_is_read_without_parsing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
