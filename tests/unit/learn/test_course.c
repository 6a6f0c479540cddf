/* Courses as folders: what is read of one, and what is told about a wrong one. */
#include "data/json.h"
#include "learn/course.h"
#include "learn/grade.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define FILE_OF(name, text)                                                                        \
  {                                                                                                \
    LW_STR_INIT(name), LW_STR_INIT(text)                                                           \
  }
#define HEAD                                                                                       \
  "course: refunds-2\ntitle: Refunds\ncertificate: refunds-2\npass: 75\nvalid_days: 365\ntries: "  \
  "3\ncurrency: USD\n"

struct reading {
  struct lw_arena arena;
  struct lw_course course;
  struct lw_course_findings findings;
  struct lw_buf report;
};

static void read_it(struct reading *reading, const struct lw_course_file *files, uint32_t count)
{
  struct lw_error err;
  *reading = (struct reading){.report = {0}};
  lw_arena_init(&reading->arena, NULL, 0);
  assert_int_equal(
      lw_course_read(&reading->arena, files, count, &reading->course, &reading->findings, &err),
      LW_OK);
  lw_course_findings_print(&reading->findings, &reading->report);
  lw_buf_add_char(&reading->report, '\0');
}

static void drop_it(struct reading *reading)
{
  lw_buf_finish(&reading->report);
  lw_arena_finish(&reading->arena);
}

static void a_folder_is_read_in_its_order(void **state)
{
  (void)state;
  static const struct lw_course_file files[] = {
      FILE_OF("amounts.yaml", "- id: late\n  text: How much?\n  ruler: {from: 0.00, to: 60}\n  "
                              "accept:\n    - {from: 15.00, to: 25.00, feedback: Yes.}\n    - "
                              "{from: 25.01, to: 40.00, credit: 50}\n  otherwise: Too far off.\n"),
      FILE_OF("course.yaml", HEAD "order: [welcome.md, basics.gift, amounts.yaml]\n"),
      FILE_OF("basics.gift", "Told.\n\n// [id:first]\nyes? {T}\n\nno? {F}\n"),
      FILE_OF("welcome.md", "# Welcome\n"),
  };
  struct reading reading;
  read_it(&reading, files, 4);
  const struct lw_course *course = &reading.course;
  assert_string_equal(reading.report.ptr, "");
  assert_int_equal(course->n_items, 5);
  assert_int_equal(course->n_questions, 3);
  assert_int_equal(course->pass_percent, 75);
  assert_int_equal(course->valid_days, 365);
  assert_int_equal(course->tries, 3);
  assert_true(lw_str_equal(course->items[0].page, LW_STR("# Welcome\n")));
  assert_true(lw_str_equal(course->items[1].id, LW_STR("1")));
  assert_true(lw_str_equal(course->items[2].id, LW_STR("first")));
  assert_true(lw_str_equal(course->items[3].id, LW_STR("3")));
  assert_ptr_equal(lw_course_find(course, LW_STR("late")), course->items[4].question);
  assert_null(lw_course_find(course, LW_STR("2")));
  drop_it(&reading);
}

static void amounts_are_graded_by_their_ranges(void **state)
{
  (void)state;
  static const struct lw_course_file files[] = {
      FILE_OF("course.yaml", HEAD "order: [a.yaml]\n"),
      FILE_OF("a.yaml", "- text: How much?\n  ruler: {from: 0.00, to: 60.00}\n  accept:\n    - "
                        "{from: 15.00, to: 25.00}\n    - {from: 25.01, to: 40.00, credit: 50}\n"),
  };
  static const struct {
    lw_str answer;
    int percent;
  } rows[] = {
      {LW_STR_INIT("14.99"), 0},  {LW_STR_INIT("15"), 100},   {LW_STR_INIT("25.00"), 100},
      {LW_STR_INIT("25.005"), 0}, {LW_STR_INIT("25.01"), 50}, {LW_STR_INIT("40,00"), 50},
      {LW_STR_INIT("40.01"), 0},
  };
  struct reading reading;
  read_it(&reading, files, 2);
  assert_string_equal(reading.report.ptr, "");
  const struct lw_quiz *question = lw_course_find(&reading.course, LW_STR("1"));
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct lw_response response = {.text = rows[i].answer};
    assert_true(lw_number_read(rows[i].answer, true, &response.number));
    assert_int_equal(lw_response_grade(question, &response).credit,
                     rows[i].percent * LW_CREDIT_PERCENT);
  }
  drop_it(&reading);
}

#define REMEDIES                                                                                   \
  "  remedies:\n    - action: credit\n      ruler: {from: 0.00, to: 90.00}\n      accept: "        \
  "[{from: "                                                                                       \
  "20.00, to: 30.00}, {from: 30.01, to: 60.00, credit: 40}]\n      otherwise: No.\n    - {say: "   \
  "Explain, credit: 10}\n    - {action: plan_change, possible: no}\n"

static void a_scenario_is_graded_by_remedy_and_amount(void **state)
{
  (void)state;
  static const struct lw_course_file files[] = {
      FILE_OF("course.yaml", HEAD "order: [a.yaml]\n"),
      FILE_OF("a.yaml", "- id: down\n  situation: Three days.\n  request: {reason: outage, facts: "
                        "{lines: 1}}\n  as: {tier: senior}\n  drawn: {month: 5.00}\n" REMEDIES),
  };
  static const struct {
    lw_str answer;
    int32_t percent; /* -1: it does not fit */
  } rows[] = {
      {LW_STR_INIT("{\"choice\":1,\"amount\":\"20\"}"), 100},
      {LW_STR_INIT("{\"choice\":1,\"amount\":\"30,00\"}"), 100},
      {LW_STR_INIT("{\"choice\":1,\"amount\":\"30.01\"}"), 40},
      {LW_STR_INIT("{\"choice\":1,\"amount\":\"90\"}"), 0},
      {LW_STR_INIT("{\"choice\":1,\"amount\":\"90.01\"}"), -1},
      {LW_STR_INIT("{\"choice\":1,\"amount\":\"20.001\"}"), -1},
      {LW_STR_INIT("{\"choice\":1,\"amount\":\"-1\"}"), -1},
      {LW_STR_INIT("{\"choice\":1}"), -1},
      {LW_STR_INIT("{\"choice\":2}"), 10},
      {LW_STR_INIT("{\"choice\":2,\"amount\":\"20\"}"), -1},
      {LW_STR_INIT("{\"choice\":3}"), 0},
      {LW_STR_INIT("{\"choice\":4}"), -1},
  };
  struct reading reading;
  struct lw_error err;
  struct lw_json_reader *json = lw_json_reader_create(NULL);
  read_it(&reading, files, 2);
  assert_string_equal(reading.report.ptr, "");
  const struct lw_quiz *question = lw_course_find(&reading.course, LW_STR("down"));
  assert_int_equal(question->kind, LW_QUIZ_SCENARIO);
  assert_int_equal(question->scenario->remedies[2].possible, LW_POSSIBLE_NO);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const struct lw_value *value = NULL;
    struct lw_response response;
    assert_int_equal(lw_json_read(json, &reading.arena, rows[i].answer, NULL, &value, &err), LW_OK);
    const char *fault = lw_response_read(question, value, &reading.arena, &response);
    assert_int_equal(fault != NULL, rows[i].percent < 0);
    if (fault == NULL) {
      assert_int_equal(lw_response_grade(question, &response).credit,
                       rows[i].percent * LW_CREDIT_PERCENT);
    }
  }
  lw_json_reader_destroy(json);
  drop_it(&reading);
}

struct wrong {
  struct lw_course_file files[2];
  const char *report;
};

static const struct wrong WRONG[] = {
    {{FILE_OF("a.md", "x"), FILE_OF("b.md", "x")},
     "course.yaml:1: error missing: there is no course.yaml; it says the course's id, title and "
     "order\n"},
    {{FILE_OF("course.yaml", HEAD "order: [a.gift, b.gift]\n"), FILE_OF("a.gift", "q {T")},
     "a.gift:1: error brace: a brace stands alone; close the answers with }; a brace in a text is "
     "written \\{ or \\}\ncourse.yaml:8: error bad-order: the folder has no such file; name each "
     "file of the folder once\n"},
    {{FILE_OF("course.yaml", HEAD "order: [a.md]\n"), FILE_OF("a.md", "x")},
     "course.yaml:1: error no-questions: a certificate is given, but nothing is asked; add "
     "questions, or leave certificate out\n"},
    {{FILE_OF("course.yaml", HEAD "order: [a.gift]\n"),
      FILE_OF("a.gift", "// [id:x]\nq {T}\n\n// [id:x]\nr {T}\n\n// [id:12]\ns {T}\n")},
     "a.gift:5: error bad-id: the id \"x\" is another question's too; give each question its "
     "own\na.gift:8: error bad-id: the id \"12\" is not of letters, digits, \".\", \"-\" and "
     "\"_\", "
     "or only of digits; give each question its own\n"},
    {{FILE_OF("course.yaml", "course: x\ntitle: X\npas: 3\npass: 101\ncurrency: DOLLAR\norder: "
                             "[a.txt]\n"),
      FILE_OF("a.txt", "x")},
     "course.yaml:3: error unknown-key: \"pas\" is not a key of a course; course.yaml says course, "
     "title, certificate, pass, valid_days, tries, currency and order\ncourse.yaml:4: error "
     "bad-value: pass is a whole number from 1 to 100\ncourse.yaml:5: error bad-value: currency is "
     "a code of three letters; write USD, EUR ...\na.txt:1: error unknown-file: this is no file of "
     "a course; pages end in .md, questions in .gift, questions with amounts in .yaml\n"},
    {{FILE_OF("course.yaml", HEAD "order: [a.yaml]\n"),
      FILE_OF("a.yaml", "- text: q\n  ruler: {from: 0.00, to: 60.00}\n  accept: [{from: 50.00, to: "
                        "70.00}]\n")},
     "a.yaml:3: error bad-range: the range is not one of the ruler's; write the lower amount "
     "first, "
     "both within the ruler\n"},
    {{FILE_OF("course.yaml", HEAD "order: [a.yaml]\n"),
      FILE_OF("a.yaml", "- situation: s\n" REMEDIES)},
     "a.yaml:1: error missing: request has what the policy reads of the case; write request: "
     "{reason: outage, facts: {...}}\n"},
    {{FILE_OF("course.yaml", HEAD "order: [a.yaml]\n"),
      FILE_OF("a.yaml",
              "- situation: s\n  request: {amount: 5, facts: {a: .5}}\n  remedies:\n    - "
              "{say: a, possible: ask}\n    - {say: b, accept: [], credit: 100}\n    - "
              "{credit: 7}\n    - {action: c, possible: maybe}\n")},
     "a.yaml:2: error unknown-key: \"amount\" is not a key here\na.yaml:2: error bad-value: a "
     "number "
     "is written in digits and a point; put a text in quotes\na.yaml:4: error bad-value: what "
     "gives "
     "nothing is always possible; leave possible out, or name an action\na.yaml:5: error missing: "
     "amounts are accepted on a ruler; write ruler: {from: 0.00, to: 60.00}, or credit without "
     "accept\na.yaml:6: error missing: a remedy has an action, or says what one does; write "
     "action: "
     "or say:\na.yaml:7: error bad-value: possible is yes, at-once, ask or no; leave it out for "
     "what "
     "is possible somehow\n"},
    {{FILE_OF("course.yaml", HEAD "order: [a.yaml]\n"),
      FILE_OF("a.yaml", "- situation: s\n  request: {reason: x}\n  remedies:\n    - {action: a, "
                        "possible: no, credit: 100}\n    - {say: b}\n")},
     "a.yaml:4: error no-full-answer: no remedy is worth the whole question; write credit: 100, or "
     "an accepted range without credit\n"},
};

static void what_is_wrong_is_told_with_file_and_line(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
    struct reading reading;
    read_it(&reading, WRONG[i].files, 2);
    assert_true(reading.findings.errors != 0);
    if (strncmp(reading.report.ptr, WRONG[i].report, strlen(WRONG[i].report)) != 0) {
      assert_string_equal(reading.report.ptr, WRONG[i].report);
    }
    drop_it(&reading);
  }
}

static void names_stay_in_the_folder(void **state)
{
  (void)state;
  static const lw_str bad[] = {LW_STR_INIT(""), LW_STR_INIT("../a.md"), LW_STR_INIT(".git"),
                               LW_STR_INIT("a/b.md"), LW_STR_INIT("a b.md")};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_false(lw_course_name_fits(bad[i]));
  }
  assert_true(lw_course_name_fits(LW_STR("welcome_2.v1.md")));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_folder_is_read_in_its_order),
      cmocka_unit_test(amounts_are_graded_by_their_ranges),
      cmocka_unit_test(a_scenario_is_graded_by_remedy_and_amount),
      cmocka_unit_test(what_is_wrong_is_told_with_file_and_line),
      cmocka_unit_test(names_stay_in_the_folder),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
