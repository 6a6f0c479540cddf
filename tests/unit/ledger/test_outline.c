/* Outlines of batches: what is written is read; what is none is told. */
#include "ledger/outline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct lw_outline made = {.first = 41, .at = -7, .hash = {{1, 2, 3, [31] = 9}}};

static void make(struct lw_buf *out)
{
  lw_outline_start(&made, out);
  lw_outline_add(&made, 41, UINT64_MAX, out);
  lw_outline_add(&made, 44, 5, out);
  assert_false(out->failed);
}

static void what_is_written_is_read(void **state)
{
  (void)state;
  struct lw_buf buf = {0};
  struct lw_outline read;
  uint64_t seq = 0;
  uint64_t print = 0;
  make(&buf);
  assert_true(lw_outline_read(lw_buf_str(&buf), &read));
  assert_int_equal(read.first, made.first);
  assert_int_equal(read.at, made.at);
  assert_memory_equal(read.hash.bytes, made.hash.bytes, LW_HASH_BYTES);
  assert_true(lw_outline_next(&read, &seq, &print));
  assert_int_equal(seq, 41);
  assert_true(print == UINT64_MAX);
  assert_true(lw_outline_next(&read, &seq, &print));
  assert_int_equal(seq, 44);
  assert_int_equal(print, 5);
  assert_false(lw_outline_next(&read, &seq, &print));
  lw_buf_finish(&buf);
}

static void what_is_none_is_told(void **state)
{
  (void)state;
  struct lw_buf buf = {0};
  struct lw_outline read;
  make(&buf);
  lw_str whole = lw_buf_str(&buf);
  for (size_t len = 0; len < whole.len; len++) {
    bool behind_a_key = len >= whole.len - 32 && (whole.len - len) % 16 == 0;
    assert_int_equal(lw_outline_read(lw_str_slice(whole, 0, len), &read), behind_a_key);
  }
  buf.ptr[0] = 2; /* of a later program */
  assert_false(lw_outline_read(whole, &read));
  lw_buf_finish(&buf);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_written_is_read),
                                     cmocka_unit_test(what_is_none_is_told)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
