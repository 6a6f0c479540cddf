#include "http/query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static void assert_text(lw_str text, const char *wanted)
{
  if (wanted == NULL) {
    assert_null(text.ptr);
    return;
  }
  if (!lw_str_equal(text, lw_str_c(wanted))) {
    print_error("\"%.*s\" instead of \"%s\"\n", LW_FMT(text), wanted);
    fail();
  }
}

static void escapes_are_decoded_once(void **state)
{
  (void)state;
  static const struct {
    const char *raw;
    bool plus;
    const char *text; /* NULL: refused */
  } rows[] = {
      {"", false, ""},
      {"ana", false, "ana"},
      {"a%20b", false, "a b"},
      {"a%2Fb", false, "a/b"},
      {"a%2fb", false, "a/b"},
      {"a+b", false, "a+b"},
      {"a+b", true, "a b"},
      {"a%2Bb", true, "a+b"},
      {"%2541", false, "%41"},
      {"%C3%A9", false, "\xC3\xA9"},
      {"\xC3\xA9", false, "\xC3\xA9"},
      {"%", false, NULL},
      {"%4", false, NULL},
      {"%4g", false, NULL},
      {"%zz", false, NULL},
      {"a%00b", false, NULL},
      {"%C3", false, NULL},
      {"%C3%28", false, NULL},
      {"%ED%A0%80", false, NULL},
      {"\xFF", false, NULL},
  };
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, 0);
  for (size_t i = 0; i < COUNT(rows); i++) {
    lw_str text = LW_STR("untouched");
    bool done = lw_query_unescape(&arena, lw_str_c(rows[i].raw), rows[i].plus, &text);
    assert_int_equal(done, rows[i].text != NULL);
    assert_text(text, done ? rows[i].text : "untouched");
  }
  lw_arena_finish(&arena);
}

static void parameters_are_found_by_name(void **state)
{
  (void)state;
  static const struct {
    const char *query;
    const char *name;
    bool fits;
    const char *value; /* NULL: not there */
  } rows[] = {
      {"", "a", true, NULL},
      {"a", "a", true, ""},
      {"a=", "a", true, ""},
      {"a=1", "a", true, "1"},
      {"a=1&b=2", "b", true, "2"},
      {"b=2&a=1&a=3", "a", true, "1"},
      {"&&a=1&", "a", true, "1"},
      {"aa=1", "a", true, NULL},
      {"a%3D=1", "a=", true, "1"},
      {"%61=1", "a", true, "1"},
      {"a=x%3Dy=z", "a", true, "x=y=z"},
      {"a=2026-01-01T00%3A00%3A00Z", "a", true, "2026-01-01T00:00:00Z"},
      {"a=%", "a", false, NULL},
      {"%=1&a=2", "a", false, NULL},
      {"=1&a=2", "a", true, "2"},
      {"A=1", "a", true, NULL},
  };
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, 0);
  for (size_t i = 0; i < COUNT(rows); i++) {
    lw_str value = LW_STR("untouched");
    bool fits = lw_query_get(&arena, lw_str_c(rows[i].query), lw_str_c(rows[i].name), &value);
    assert_int_equal(fits, rows[i].fits);
    if (fits) {
      assert_text(value, rows[i].value);
    }
  }
  lw_arena_finish(&arena);
}

static void without_memory_nothing_is_decoded(void **state)
{
  (void)state;
  struct lw_arena arena;
  lw_str text = LW_STR("untouched");
  lw_arena_init(&arena, NULL, 1);
  assert_false(lw_query_unescape(&arena, LW_STR("a%20b"), false, &text));
  assert_text(text, "untouched");
  assert_true(lw_query_unescape(&arena, LW_STR("plain"), false, &text));
  assert_text(text, "plain");
  lw_arena_finish(&arena);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(escapes_are_decoded_once),
      cmocka_unit_test(parameters_are_found_by_name),
      cmocka_unit_test(without_memory_nothing_is_decoded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
