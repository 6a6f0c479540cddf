#include "http/exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static void problems_are_said_in_one_shape(void **state)
{
  (void)state;
  struct lw_fault faults_at[] = {{LW_STR("amount"), LW_STR("too \"much\"")},
                                 {LW_STR(""), LW_STR("and so on")}};
  struct lw_faults faults = {.items = faults_at, .count = 2};
  struct lw_faults none = {.items = NULL, .count = 0};
  const struct {
    int status;
    enum lw_code code;
    const struct lw_faults *faults;
    const char *id;
    const char *text;
  } rows[] = {
      {404, LW_NOT_FOUND, NULL, "req_1",
       "{\"type\":\"urn:leeway:problem:not-found\",\"title\":\"not found\",\"status\":404,"
       "\"detail\":\"d\",\"instance\":\"req_1\"}"},
      {401, LW_UNKNOWN_CALLER, NULL, "",
       "{\"type\":\"urn:leeway:problem:unknown-caller\",\"title\":\"sign-in is needed\","
       "\"status\":401,\"detail\":\"d\"}"},
      {405, LW_USAGE, NULL, "",
       "{\"type\":\"urn:leeway:problem:method\",\"title\":\"the path does not have this method\","
       "\"status\":405,\"detail\":\"d\"}"},
      {415, LW_USAGE, NULL, "",
       "{\"type\":\"urn:leeway:problem:media-type\",\"title\":\"the body is of another type than "
       "the route takes\",\"status\":415,\"detail\":\"d\"}"},
      {422, LW_INVALID, &faults, "r",
       "{\"type\":\"urn:leeway:problem:invalid\",\"title\":\"the input does not fit\","
       "\"status\":422,\"detail\":\"d\",\"instance\":\"r\",\"errors\":[{\"at\":\"amount\","
       "\"message\":\"too \\\"much\\\"\"},{\"at\":\"\",\"message\":\"and so on\"}]}"},
      {422, LW_INVALID, &none, "",
       "{\"type\":\"urn:leeway:problem:invalid\",\"title\":\"the input does not fit\","
       "\"status\":422,\"detail\":\"d\",\"errors\":[]}"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct lw_buf out = {.ptr = NULL};
    lw_problem_add(&out, rows[i].status, rows[i].code, LW_STR("d"), rows[i].faults,
                   lw_str_c(rows[i].id));
    lw_buf_add_char(&out, '\0');
    assert_string_equal(out.ptr, rows[i].text);
    lw_buf_finish(&out);
  }
}

/* A caller's megabyte comes back as some hundred bytes, cut between characters. */
static void answers_stay_short(void **state)
{
  (void)state;
  enum { SIZE = 100000 };
  char *long_text = malloc(SIZE);
  assert_non_null(long_text);
  for (size_t shift = 0; shift < 3; shift++) {
    struct lw_buf out = {.ptr = NULL};
    memset(long_text, 'a', shift);
    for (size_t i = shift; i + 3 <= SIZE; i += 3) {
      memcpy(long_text + i, "\xE2\x82\xAC", 3);
    }
    struct lw_fault fault = {lw_str_from(long_text, SIZE / 3 * 3), LW_STR("m")};
    struct lw_faults faults = {.items = &fault, .count = 1};
    lw_problem_add(&out, 422, LW_INVALID, LW_STR("d"), &faults, LW_STR(""));
    assert_true(out.len < 1200);
    assert_true(lw_str_find(lw_buf_str(&out), LW_STR("\xE2\x82\xAC ...\",\"message\""), 0) !=
                SIZE_MAX);
    lw_buf_finish(&out);
  }
  free(long_text);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(problems_are_said_in_one_shape),
                                     cmocka_unit_test(answers_stay_short)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
