/* What was replayed last: the same is given again, what differs is not, and it stays within its
 * bounds. */
#include "tweak/replay_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

static const char source_text[] =
    "leeway: 1\norganization: Shop\ncurrency: USD\ntime_zone: UTC\ntiers: [frontline]\n"
    "actions:\n  credit: {kind: money}\n"
    "grants:\n  - {id: g, who: {tier: frontline}, may: [credit], up_to: 10.00, why: Because.}\n";

struct shop {
  struct lw_arena arena;
  struct lw_policy *policy;
  struct lw_tape *tape;
  struct lw_replayed_as as;
};

static void add_row(struct shop *shop)
{
  struct lw_tape_row row;
  struct lw_error err;
  lw_tape_row_init(&row);
  row.numbers[LW_TAPE_SEQ] = (int64_t)lw_tape_rows(shop->tape) + 1;
  row.numbers[LW_TAPE_AT] = INT64_C(1772359200000000);
  row.texts[LW_TAPE_PERSON] = LW_STR("{\"id\":\"ana\",\"tier\":\"frontline\"}");
  row.texts[LW_TAPE_ACTION] = LW_STR("credit");
  row.texts[LW_TAPE_AMOUNT] = LW_STR("5.00");
  assert_int_equal(lw_tape_add(shop->tape, &row, &err), LW_OK);
}

static int open_shop(void **state)
{
  struct shop *shop = calloc(1, sizeof *shop);
  struct lw_diags diags;
  assert_non_null(shop);
  lw_arena_init(&shop->arena, NULL, 0);
  lw_diags_init(&diags, &shop->arena);
  shop->policy = lw_policy_load(lw_str_c(source_text), NULL, NULL, &diags);
  shop->tape = lw_tape_create(LW_STR("USD"));
  assert_non_null(shop->policy);
  assert_non_null(shop->tape);
  add_row(shop);
  shop->as = (struct lw_replayed_as){
      .policy = shop->policy, .source = lw_str_c(source_text), .tape = shop->tape};
  *state = shop;
  return 0;
}

static int close_shop(void **state)
{
  struct shop *shop = *state;
  lw_policy_destroy(shop->policy);
  lw_tape_destroy(shop->tape);
  lw_arena_finish(&shop->arena);
  free(shop);
  return 0;
}

static const struct lw_run *run(struct lw_replay_cache *cache, const struct lw_replayed_as *as)
{
  const struct lw_run *made = NULL;
  struct lw_error err;
  assert_int_equal(lw_replay_cache_run(cache, as, NULL, &made, &err), LW_OK);
  lw_replay_cache_give(cache, made);
  return made;
}

static void test_same_run(void **state)
{
  struct shop *shop = *state;
  struct lw_replay_cache *cache = lw_replay_cache_create(1 << 20);
  const struct lw_run *first = run(cache, &shop->as);
  struct lw_replayed_as other = shop->as;
  assert_int_equal(first->n_rows, 1);
  assert_int_equal(first->verdicts[0], LW_REPLAYED_GRANTED);
  assert_ptr_equal(run(cache, &shop->as), first);
  other.people_serial = 1; /* people have changed */
  assert_ptr_not_equal(run(cache, &other), first);
  other = shop->as;
  other.source = LW_STR("another text"); /* what the policy is told by */
  assert_ptr_not_equal(run(cache, &other), first);
  add_row(shop); /* the past has grown */
  assert_int_equal(run(cache, &shop->as)->n_rows, 2);
  assert_int_equal(first->n_rows, 1);
  lw_replay_cache_destroy(cache);
}

/* What is used is never dropped, however small the cache is. */
static void test_bounds(void **state)
{
  struct shop *shop = *state;
  struct lw_replay_cache *cache = lw_replay_cache_create(1);
  const struct lw_run *used = NULL;
  struct lw_error err;
  assert_int_equal(lw_replay_cache_run(cache, &shop->as, NULL, &used, &err), LW_OK);
  for (uint64_t i = 1; i < 20; i++) {
    struct lw_replayed_as other = shop->as;
    other.people_serial = i;
    (void)run(cache, &other);
  }
  assert_int_equal(used->verdicts[0], LW_REPLAYED_GRANTED);
  assert_true(lw_replay_cache_bytes(cache) > 0);
  lw_replay_cache_give(cache, used);
  assert_int_equal(lw_replay_cache_bytes(cache), 0);
  lw_replay_cache_destroy(cache);
}

static void test_answers(void **state)
{
  struct lw_replay_cache *cache = lw_replay_cache_create(16000);
  struct lw_buf out = {0};
  static char large[2000];
  lw_hash key = {{0}};
  (void)state;
  assert_false(lw_replay_cache_find(cache, &key, &out));
  lw_replay_cache_keep(cache, &key, LW_STR("{}"));
  assert_true(lw_replay_cache_find(cache, &key, &out));
  assert_true(lw_str_equal(lw_buf_str(&out), LW_STR("{}")));
  key.bytes[0] = 1;
  lw_replay_cache_keep(cache, &key, lw_str_from(large, sizeof large)); /* too large a part */
  assert_false(lw_replay_cache_find(cache, &key, &out));
  for (uint8_t i = 1; i < 200; i++) { /* the first is used now and then, and stays */
    lw_hash first = {{0}};
    key.bytes[0] = i;
    lw_replay_cache_keep(cache, &key, lw_str_from(large, 500));
    assert_true(lw_replay_cache_find(cache, &first, &out));
  }
  key.bytes[0] = 1;
  assert_false(lw_replay_cache_find(cache, &key, &out));
  assert_true(lw_replay_cache_bytes(cache) <= 16000);
  lw_buf_finish(&out);
  lw_replay_cache_destroy(cache);
}

static bool stop(void *user, uint64_t done, uint64_t rows)
{
  (void)done;
  (void)rows;
  return *(bool *)user;
}

static void test_stopped(void **state)
{
  struct shop *shop = *state;
  struct lw_replay_cache *cache = lw_replay_cache_create(1 << 20);
  const struct lw_run *made = NULL;
  struct lw_error err;
  bool go_on = false;
  const struct lw_run_options options = {.progress = stop, .user = &go_on};
  assert_int_equal(lw_replay_cache_run(cache, &shop->as, &options, &made, &err), LW_BUSY);
  assert_int_equal(lw_replay_cache_bytes(cache), 0);
  go_on = true;
  assert_int_equal(lw_replay_cache_run(cache, &shop->as, &options, &made, &err), LW_OK);
  lw_replay_cache_give(cache, made);
  lw_replay_cache_destroy(cache);
}

static const char less_text[] =
    "leeway: 1\norganization: Shop\ncurrency: USD\ntime_zone: UTC\ntiers: [frontline]\n"
    "actions:\n  credit: {kind: money}\n"
    "grants:\n  - {id: g, who: {tier: frontline}, may: [credit], up_to: 4.00, why: Because.}\n";

/* Beside the run that stands, whose own policy is gone by then; a past that has grown is another
 * one, and so is another tape. */
static void test_beside(void **state)
{
  struct shop *shop = *state;
  struct lw_replay_cache *cache = lw_replay_cache_create(1 << 20);
  struct lw_diags diags;
  struct lw_run once;
  struct lw_error err;
  struct lw_replayed_as less = shop->as;
  lw_diags_init(&diags, &shop->arena);
  struct lw_policy *policy = lw_policy_load(lw_str_c(less_text), NULL, NULL, &diags);
  assert_non_null(policy);
  less.policy = policy;
  less.source = lw_str_c(less_text);
  less.beside = &shop->as;
  const struct lw_run *made = run(cache, &less);
  assert_int_equal(made->verdicts[0], LW_REPLAYED_REFUSED);
  assert_int_equal(lw_replay_cache_by_difference(cache), 1);
  assert_ptr_equal(run(cache, &less), made);
  assert_int_equal(lw_replay_cache_run_once(cache, &less, NULL, &once, &err), LW_OK);
  assert_int_equal(once.verdicts[0], LW_REPLAYED_REFUSED);
  assert_int_equal(lw_replay_cache_by_difference(cache), 2);
  lw_run_finish(&once);
  add_row(shop);
  struct lw_replayed_as stands = shop->as;
  stands.tape_serial = less.tape_serial = 1;
  less.beside = &stands;
  assert_int_equal(run(cache, &less)->n_rows, 2);
  assert_int_equal(lw_replay_cache_by_difference(cache), 3);
  lw_policy_destroy(policy);
  lw_replay_cache_destroy(cache);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_same_run, open_shop, close_shop),
      cmocka_unit_test_setup_teardown(test_bounds, open_shop, close_shop),
      cmocka_unit_test(test_answers),
      cmocka_unit_test_setup_teardown(test_stopped, open_shop, close_shop),
      cmocka_unit_test_setup_teardown(test_beside, open_shop, close_shop),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
