/* Questions and answers as they are read; the set that is built in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "data/json.h"
#include "listen/pulse_questions.h"

struct reading {
  struct lw_json_reader *json;
  struct lw_arena arena;
};

static int start(void **state)
{
  static struct reading reading;
  reading.json = lw_json_reader_create(NULL);
  lw_arena_init(&reading.arena, NULL, 0);
  *state = &reading;
  return 0;
}

static int stop(void **state)
{
  struct reading *reading = *state;
  lw_json_reader_destroy(reading->json);
  lw_arena_finish(&reading->arena);
  return 0;
}

static const struct lw_value *parse(struct reading *reading, lw_str text)
{
  const struct lw_value *value = NULL;
  struct lw_error err;
  assert_int_equal(lw_json_read(reading->json, &reading->arena, text, NULL, &value, &err), LW_OK);
  return value;
}

static void says(const char *found, const char *expected)
{
  if (expected == NULL && found != NULL) {
    fail_msg("%s", found);
  }
  if (expected != NULL && (found == NULL || strstr(found, expected) == NULL)) {
    fail_msg("not \"%s\" but \"%s\"", expected, found != NULL ? found : "nothing");
  }
}

static void the_built_in_set_is_one(void **state)
{
  struct reading *reading = *state;
  struct lw_pulse_questions questions;
  const struct lw_value *list = parse(reading, lw_pulse_builtin_questions());
  says(lw_pulse_questions_read(list, &reading->arena, &questions), NULL);
  assert_int_equal(questions.count, 5);
  says(lw_pulse_text_check(parse(reading, lw_pulse_builtin_words()), &reading->arena, "words"),
       NULL);
  for (uint32_t i = 0; i < list->count; i++) {
    const struct lw_value *text = lw_value_get(&list->items[i], LW_STR("text"));
    assert_true(lw_value_get(text, LW_STR("en")) != NULL &&
                lw_value_get(text, LW_STR("de")) != NULL);
  }
}

#define ONE "{\"id\":\"a\",\"text\":\"A?\",\"low\":\"no\",\"high\":\"yes\"}"
#define TWO "{\"id\":\"b\",\"text\":{\"en\":\"B?\"},\"low\":\"no\",\"high\":\"yes\"}"

static void questions_are_checked(void **state)
{
  static const struct {
    const char *json;
    const char *wrong;
  } rows[] = {
      {"[" ONE "," TWO "]", NULL},
      {"[" ONE "]", "2 to 6"},
      {"[" ONE "," TWO "," ONE "," TWO "," ONE "," TWO "," ONE "]", "2 to 6"},
      {"{}", "2 to 6"},
      {"[" ONE "," ONE "]", "two questions have the id \"a\""},
      {"[" ONE ",7]", "question 2 has no id"},
      {"[" ONE ",{\"id\":\"B\"}]", "question 2 has no id"},
      {"[" ONE ",{\"id\":\"b\",\"text\":\"B\",\"low\":\"l\",\"high\":\"h\",\"max\":7}]",
       "\"max\" is no key"},
      {"[" ONE ",{\"id\":\"b\",\"text\":\"B\",\"low\":\"l\"}]", "high is a text"},
      {"[" ONE ",{\"id\":\"b\",\"text\":\"  \",\"low\":\"l\",\"high\":\"h\"}]", "text is a text"},
      {"[" ONE ",{\"id\":\"b\",\"text\":{},\"low\":\"l\",\"high\":\"h\"}]", "text is a text"},
      {"[" ONE ",{\"id\":\"b\",\"text\":{\"en\":3},\"low\":\"l\",\"high\":\"h\"}]",
       "text is a text"},
      {"[" ONE ",{\"id\":\"b\",\"text\":{\"e\":\"x\"},\"low\":\"l\",\"high\":\"h\"}]",
       "text is a text"},
  };
  struct reading *reading = *state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct lw_pulse_questions questions;
    says(lw_pulse_questions_read(parse(reading, lw_str_c(rows[i].json)), &reading->arena,
                                 &questions),
         rows[i].wrong);
  }
}

static void answers_are_all_and_from_1_to_5_and_what_was_said_is_not_repeated(void **state)
{
  static const struct {
    const char *json;
    const char *wrong;
  } rows[] = {
      {"{\"a\":1,\"b\":5}", NULL},
      {"{\"a\":1}", "answers.b is a number from 1 to 5"},
      {"{\"a\":0,\"b\":5}", "answers.a is"},
      {"{\"a\":6,\"b\":5}", "answers.a is"},
      {"{\"a\":1.5,\"b\":5}", "answers.a is"},
      {"{\"a\":\"4\",\"b\":5}", "answers.a is"},
      {"{\"a\":1,\"b\":5,\"secret-word\":1}", "a question that is not asked"},
      {"[1,5]", "a map"},
  };
  struct reading *reading = *state;
  struct lw_pulse_questions questions;
  says(lw_pulse_questions_read(parse(reading, LW_STR("[" ONE "," TWO "]")), &reading->arena,
                               &questions),
       NULL);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    int values[LW_PULSE_QUESTIONS_MAX] = {0};
    const char *wrong = lw_pulse_answers_read(parse(reading, lw_str_c(rows[i].json)), &questions,
                                              &reading->arena, values);
    says(wrong, rows[i].wrong);
    assert_true(wrong == NULL || strstr(wrong, "secret-word") == NULL);
    assert_true(wrong != NULL || (values[0] == 1 && values[1] == 5));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_built_in_set_is_one, start, stop),
      cmocka_unit_test_setup_teardown(questions_are_checked, start, stop),
      cmocka_unit_test_setup_teardown(
          answers_are_all_and_from_1_to_5_and_what_was_said_is_not_repeated, start, stop),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
