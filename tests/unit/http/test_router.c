#include "http/router.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static void a_path_fits_its_pattern_and_no_other(void **state)
{
  (void)state;
  static const struct {
    const char *pattern;
    const char *path;
    bool fits;
    const char *first;
  } rows[] = {
      {"/v1/decisions", "/v1/decisions", true, NULL},
      {"/v1/decisions", "/v1/decisions/", false, NULL},
      {"/v1/decisions", "/v1/decision", false, NULL},
      {"/v1/decisions", "/v1/decisionsx", false, NULL},
      {"/v1/decisions", "", false, NULL},
      {"/v1/decisions", "/V1/decisions", false, NULL},
      {"/v1/people/{id}", "/v1/people/ana", true, "ana"},
      {"/v1/people/{id}", "/v1/people/a%2Fb", true, "a%2Fb"},
      {"/v1/people/{id}", "/v1/people/", false, NULL},
      {"/v1/people/{id}", "/v1/people", false, NULL},
      {"/v1/people/{id}", "/v1/people/ana/", false, NULL},
      {"/v1/people/{id}", "/v1/people/ana/x", false, NULL},
      {"/v1/people/{id}/presence", "/v1/people/ana/presence", true, "ana"},
      {"/v1/people/{id}/presence", "/v1/people/ana/presenc", false, NULL},
      {"/v1/people/{id}/presence", "/v1/people//presence", false, NULL},
      {"/a/{x}/{y}", "/a/1/2", true, "1"},
      {"/a/{x}/{y}", "/a/1", false, NULL},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    lw_str params[2] = {{NULL, 0}, {NULL, 0}};
    bool fits = lw_route_fits(lw_str_c(rows[i].pattern), lw_str_c(rows[i].path), params);
    if (fits != rows[i].fits) {
      print_error("%s against %s\n", rows[i].path, rows[i].pattern);
      fail();
    }
    if (fits && rows[i].first != NULL) {
      assert_true(lw_str_equal(params[0], lw_str_c(rows[i].first)));
    }
  }
}

/* A path made from its own pattern. */
static lw_str example(struct lw_arena *arena, lw_str pattern)
{
  char *path = lw_arena_alloc(arena, pattern.len + 8, 1);
  size_t len = 0;
  assert_non_null(path);
  for (size_t i = 0; i < pattern.len; i++) {
    if (pattern.ptr[i] == '{') {
      i = lw_str_find(pattern, LW_STR("}"), i);
      path[len++] = '~';
    } else {
      path[len++] = pattern.ptr[i];
    }
  }
  return lw_str_from(path, len);
}

static void every_route_is_found_under_its_own_path(void **state)
{
  (void)state;
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, 0);
  for (size_t i = 0; i < LW_ROUTES; i++) {
    struct lw_route_match match;
    lw_route_find(lw_routes[i].method, example(&arena, lw_routes[i].path), &match);
    assert_ptr_equal(match.row, &lw_routes[i]);
    assert_int_equal(lw_routes[i].id, i);
    assert_true(lw_routes[i].handler != NULL);
  }
  lw_arena_finish(&arena);
}

static void bodies_have_limits_where_they_are_taken(void **state)
{
  (void)state;
  for (size_t i = 0; i < LW_ROUTES; i++) {
    bool takes = (lw_routes[i].flags & (LW_ROUTE_JSON | LW_ROUTE_TEXT)) != 0;
    assert_int_equal(takes, lw_routes[i].body_bytes_max != 0);
    if (lw_routes[i].method == LW_GET || lw_routes[i].method == LW_DELETE) {
      assert_false(takes);
    }
  }
}

static void what_is_not_there_says_what_is(void **state)
{
  (void)state;
  static const struct {
    enum lw_method method;
    const char *path;
    const char *allowed;
  } rows[] = {
      {LW_PUT, "/v1/decisions", "GET, HEAD, POST"},
      {LW_DELETE, "/v1/decisions/x/confirm", "POST"},
      {LW_POST, "/v1/policy/draft", "GET, HEAD, PUT"},
      {LW_GET, "/v1/nothing", ""},
      {LW_GET, "/nothing", ""},
      {LW_POST, "/", "GET, HEAD"},
      {LW_GET, "", ""},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct lw_route_match match;
    struct lw_buf out = {.ptr = NULL};
    lw_route_find(rows[i].method, lw_str_c(rows[i].path), &match);
    assert_null(match.row);
    lw_route_print_allowed(match.allowed, &out);
    assert_true(lw_str_equal(lw_buf_str(&out), lw_str_c(rows[i].allowed)));
    lw_buf_finish(&out);
  }
}

static void methods_are_read_to_the_letter(void **state)
{
  (void)state;
  static const struct {
    const char *name;
    bool known;
    enum lw_method method;
  } rows[] = {{"GET", true, LW_GET},     {"HEAD", true, LW_GET},      {"POST", true, LW_POST},
              {"PATCH", true, LW_PATCH}, {"DELETE", true, LW_DELETE}, {"get", false, LW_GET},
              {"TRACE", false, LW_GET},  {"", false, LW_GET}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    enum lw_method method = LW_METHODS;
    assert_int_equal(lw_method_read(lw_str_c(rows[i].name), &method), rows[i].known);
    if (rows[i].known) {
      assert_int_equal(method, rows[i].method);
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_path_fits_its_pattern_and_no_other),
      cmocka_unit_test(every_route_is_found_under_its_own_path),
      cmocka_unit_test(bodies_have_limits_where_they_are_taken),
      cmocka_unit_test(what_is_not_there_says_what_is),
      cmocka_unit_test(methods_are_read_to_the_letter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
