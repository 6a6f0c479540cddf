/* Names that are changed in a text, and facts that stay. */
#include "train/mask.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct row {
  lw_str text;
  const char *masked;
};
#define ROW(text, masked)                                                                          \
  {                                                                                                \
    LW_STR_INIT(text), masked                                                                      \
  }

static const struct row ROWS[] = {
    ROW("", ""),
    ROW("Ana said so; so did ana.", "person-1 said so; so did ana."),
    ROW("Anabel is not Ana Silva.", "Anabel is not person-2."),
    ROW("k-77 and k-77, not k-778", "customer-1 and customer-1, not k-778"),
    ROW("write to a.b@c.de, or a.b@c.de!",
        "write to somebody-1@example.com, or somebody-1@example.com!"),
    ROW("an @ alone, and a@", "an @ alone, and a@"),
    ROW("+47 22 33 44 55 or (0) 22334455.", "555 0101 or 555 0102."),
    ROW("order #47911, ORD-2025-0815", "order #no-1, no-2"),
    ROW("120.50, 1,200.00 and 40 on 2026-03-01 at 14:30 in 2019",
        "120.50, 1,200.00 and 40 on 2026-03-01 at 14:30 in 2019"),
    ROW("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"),
    ROW("12 345", "12 345"),
    ROW("M\xC3\xBCller 9999x", "M\xC3\xBCller no-1"),
};

static void names_are_changed_and_facts_stay(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
    struct lw_arena arena;
    struct lw_mask mask;
    struct lw_buf out = {0};
    lw_arena_init(&arena, NULL, 0);
    lw_mask_init(&mask, &arena);
    (void)lw_mask_know(&mask, LW_MASK_PERSON, LW_STR("Ana"));
    (void)lw_mask_know(&mask, LW_MASK_PERSON, LW_STR("Ana Silva"));
    (void)lw_mask_know(&mask, LW_MASK_CUSTOMER, LW_STR("k-77"));
    lw_mask_add(&mask, ROWS[i].text, &out);
    lw_buf_add_char(&out, '\0');
    assert_string_equal(out.ptr, ROWS[i].masked);
    lw_buf_finish(&out);
    lw_arena_finish(&arena);
  }
}

static void what_is_too_short_to_know_is_left(void **state)
{
  (void)state;
  struct lw_arena arena;
  struct lw_mask mask;
  lw_arena_init(&arena, NULL, 0);
  lw_mask_init(&mask, &arena);
  assert_true(lw_str_equal(lw_mask_know(&mask, LW_MASK_CASE, LW_STR("c7")), LW_STR("c7")));
  assert_true(lw_str_equal(lw_mask_know(&mask, LW_MASK_CASE, LW_STR("c77")), LW_STR("case-1")));
  assert_true(lw_str_equal(lw_mask_know(&mask, LW_MASK_CASE, LW_STR("c77")), LW_STR("case-1")));
  assert_true(lw_str_equal(lw_mask_know(&mask, LW_MASK_CASE, LW_STR("c78")), LW_STR("case-2")));
  lw_arena_finish(&arena);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_are_changed_and_facts_stay),
      cmocka_unit_test(what_is_too_short_to_know_is_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
