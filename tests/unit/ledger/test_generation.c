/* Generations of sums: found by entry and by row, in the order of the table, and made use of again.
 */
#include "ledger/generation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { ROWS = 7000, MANY = 100000 }; /* more than there is room for at first */

/* Row and moment of the i-th entry: each pair comes once, in no order. */
static uint32_t row_at(uint32_t i)
{
  return (uint32_t)((uint64_t)i * 48271 % MANY) % ROWS;
}

static lw_usec moment_at(uint32_t i)
{
  return (lw_usec)((uint64_t)i * 48271 % MANY) / ROWS - 5;
}

static void put_key(uint32_t row, lw_usec moment, struct lw_buf *key)
{
  char scope[64];
  int len = snprintf(scope, sizeof scope, row % 3 == 0 ? "c%u" : "a-long-name-%u", row);
  lw_buf_reset(key);
  lw_drawn_key_add((struct lw_row_key){row % 2, {scope, (size_t)len}}, LW_WINDOW_ROLLING, moment,
                   key);
}

static void add(struct lw_generation *generation, uint32_t i, int64_t amount, struct lw_buf *key)
{
  put_key(row_at(i), moment_at(i), key);
  const struct lw_sum sum = {.key = lw_buf_str(key),
                             .hash = lw_table_hash(lw_buf_str(key)),
                             .amount = amount,
                             .times = 1,
                             .last = i};
  assert_true(lw_generation_add(generation, &sum));
}

/* How many entries of the row are linked, newest first. */
static uint32_t count_row(const struct lw_generation *generation, uint32_t row, struct lw_buf *key)
{
  uint32_t count = 0;
  put_key(row, 0, key);
  lw_str head = lw_str_slice(lw_buf_str(key), 0, key->len - LW_DRAWN_TAIL_BYTES);
  uint32_t at = lw_generation_newest(generation, head, lw_table_hash(head));
  for (uint32_t before = UINT32_MAX; at != 0; at = generation->next[at - 1]) {
    assert_true(at < before);
    assert_true(lw_str_starts(generation->sums.items[at - 1].key, head));
    before = at;
    count++;
  }
  return count;
}

static void check(struct lw_generation *generation, uint32_t count, int64_t amount,
                  struct lw_buf *key)
{
  uint32_t linked = 0;
  assert_int_equal(generation->sums.count, count);
  for (uint32_t i = 0; i < count; i++) {
    put_key(row_at(i), moment_at(i), key);
    const struct lw_sum *sum = lw_sums_find(&generation->sums, lw_buf_str(key));
    assert_non_null(sum);
    assert_int_equal(sum->amount, amount);
    assert_int_equal(generation->folded[sum - generation->sums.items], 0);
  }
  for (uint32_t row = 0; row < ROWS; row++) {
    linked += count_row(generation, row, key);
  }
  assert_int_equal(linked, count);
  assert_true(lw_generation_sort(generation));
  for (uint32_t i = 1; i < count; i++) {
    const struct lw_sum *items = generation->sums.items;
    assert_true(
        lw_str_compare(items[generation->order[i - 1]].key, items[generation->order[i]].key) < 0);
  }
}

static void sums_are_found_and_sorted_however_many(void **state)
{
  static const uint32_t counts[] = {MANY, 1, 1023, 1024, 1025, 3000, 2048, 0, 50000};
  struct lw_generation generation;
  struct lw_buf key = {0};
  (void)state;
  lw_generation_init(&generation);
  for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
    for (uint32_t i = 0; i < counts[c]; i++) {
      add(&generation, i, 5, &key);
    }
    for (uint32_t i = counts[c]; i-- > 0;) { /* again: nothing new */
      add(&generation, i, -2, &key);
    }
    check(&generation, counts[c], 3, &key);
    lw_generation_clear(&generation);
    assert_int_equal(count_row(&generation, 1, &key), 0);
    put_key(row_at(0), moment_at(0), &key);
    assert_null(lw_sums_find(&generation.sums, lw_buf_str(&key)));
  }
  lw_generation_finish(&generation);
  lw_buf_finish(&key);
}

static void few_sums_are_cleared_out_of_many_places(void **state)
{
  struct lw_sums sums;
  char text[32];
  (void)state;
  lw_sums_init(&sums, 1 << 20);
  assert_true(lw_sums_reserve(&sums, 2000));
  for (uint32_t round = 0; round < 300; round++) {
    uint32_t count = round % 40;
    for (uint32_t i = 0; i < count; i++) {
      (void)snprintf(text, sizeof text, "%u", round * 7 + i);
      struct lw_sum *sum = lw_sums_get(&sums, lw_str_c(text));
      assert_non_null(sum);
      assert_int_equal(sum->amount, 0);
      sum->amount = 1;
    }
    assert_int_equal(sums.count, count);
    lw_sums_clear(&sums);
    for (size_t i = 0; i <= sums.mask; i++) {
      assert_int_equal(sums.places[i].number, 0);
    }
  }
  assert_false(lw_sums_reserve(&sums, 1 << 20)); /* past its limit */
  lw_sums_finish(&sums);
}

static void numbers_that_run_out_change_nothing(void **state)
{
  struct lw_generation generation;
  struct lw_buf key = {0};
  (void)state;
  lw_generation_init(&generation);
  add(&generation, 1, INT64_MAX, &key);
  const struct lw_sum more = {
      .key = lw_buf_str(&key), .hash = lw_table_hash(lw_buf_str(&key)), .amount = 1, .times = 1};
  assert_false(lw_generation_add(&generation, &more));
  assert_int_equal(lw_sums_find(&generation.sums, lw_buf_str(&key))->times, 1);
  lw_generation_finish(&generation);
  lw_buf_finish(&key);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sums_are_found_and_sorted_however_many),
      cmocka_unit_test(few_sums_are_cleared_out_of_many_places),
      cmocka_unit_test(numbers_that_run_out_change_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
