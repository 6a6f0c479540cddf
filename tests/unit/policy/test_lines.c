/* Lines compared: whatever is said of them leads from one text to the other, by as few as can be.
 */
#include "policy/lines.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct {
  const char *a;
  const char *b;
  uint32_t edits;
} rows[] = {
    {"", "", 0},
    {"a\n", "a\n", 0},
    {"a\n", "a", 2},
    {"", "a\nb\n", 2},
    {"a\nb\n", "", 2},
    {"a\nb\nc\n", "a\nc\n", 1},
    {"a\nc\n", "a\nb\nc\n", 1},
    {"a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n", 5}, /* of the paper */
    {"a\nb\nc\n", "x\ny\nz\n", 6},
    {"a\na\na\n", "a\na\n", 1},
    {"1\n2\n3\n4\n5\n", "3\n4\n5\n1\n2\n", 4},
};

static void the_way_is_right_and_short(void **state)
{
  (void)state;
  for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
    struct lw_arena arena;
    struct lw_lines a;
    struct lw_lines b;
    struct lw_hunk *hunks = NULL;
    struct lw_error err;
    struct lw_buf out = {0};
    uint32_t count = 0;
    uint32_t edits = 0;
    uint32_t at = 0;
    lw_arena_init(&arena, NULL, 0);
    assert_true(lw_lines_read(lw_str_c(rows[r].a), &arena, &a));
    assert_true(lw_lines_read(lw_str_c(rows[r].b), &arena, &b));
    assert_int_equal(lw_lines_compare(&a, &b, &arena, &hunks, &count, &err), LW_OK);
    for (uint32_t i = 0; i < count; i++) {
      assert_true(hunks[i].a_from >= at && hunks[i].a_to >= hunks[i].a_from);
      for (; at < hunks[i].a_from; at++) {
        lw_buf_add(&out, a.items[at]);
      }
      for (uint32_t line = hunks[i].b_from; line < hunks[i].b_to; line++) {
        lw_buf_add(&out, b.items[line]);
      }
      at = hunks[i].a_to;
      edits += hunks[i].a_to - hunks[i].a_from + hunks[i].b_to - hunks[i].b_from;
    }
    for (; at < a.count; at++) {
      lw_buf_add(&out, a.items[at]);
    }
    assert_true(lw_str_equal(lw_buf_str(&out), lw_str_c(rows[r].b)));
    assert_int_equal(edits, rows[r].edits);
    lw_buf_finish(&out);
    lw_arena_finish(&arena);
  }
}

static void too_many_are_refused(void **state)
{
  (void)state;
  struct lw_arena arena;
  struct lw_lines a;
  struct lw_lines b;
  struct lw_hunk *hunks = NULL;
  struct lw_error err;
  struct lw_buf left = {0};
  struct lw_buf right = {0};
  uint32_t count = 0;
  for (int i = 0; i < LW_LINES_EDITS_MAX / 2 + 1; i++) {
    lw_buf_printf(&left, "a%d\n", i);
    lw_buf_printf(&right, "b%d\n", i);
  }
  lw_arena_init(&arena, NULL, 0);
  assert_true(lw_lines_read(lw_buf_str(&left), &arena, &a));
  assert_true(lw_lines_read(lw_buf_str(&right), &arena, &b));
  assert_int_equal(lw_lines_compare(&a, &b, &arena, &hunks, &count, &err), LW_LIMIT);
  a.count--;
  b.count--;
  assert_int_equal(lw_lines_compare(&a, &b, &arena, &hunks, &count, &err), LW_OK);
  assert_int_equal(count, 1);
  lw_arena_finish(&arena);
  lw_buf_finish(&left);
  lw_buf_finish(&right);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_way_is_right_and_short),
      cmocka_unit_test(too_many_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
