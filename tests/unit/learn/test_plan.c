/* Pages of game plans: what is read, and each mistake at its line. */
#include "learn/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

struct read {
  struct lw_arena arena;
  struct lw_plan plan;
  struct lw_course_findings findings;
};

static struct read read_page(const char *text)
{
  struct read read;
  struct lw_error err;
  lw_arena_init(&read.arena, NULL, 0);
  const struct lw_course_file file = {LW_STR("page.md"), lw_str_c(text)};
  assert_int_equal(lw_plan_read(&read.arena, &file, &read.plan, &read.findings, &err), LW_OK);
  return read;
}

static bool is(lw_str text, const char *expected)
{
  if (!lw_str_equal(text, lw_str_c(expected))) {
    print_error("\"%.*s\", not \"%s\"\n", LW_FMT(text), expected);
    return false;
  }
  return true;
}

static void a_page_gives_its_steps(void **state)
{
  (void)state;
  struct read read = read_page("---\r\ncause: damage\r\nneeds: [on-time, not-pay]\r\n---\r\n"
                               "# listen\n  Let them *tell* it.\n\n- one\n- two\n\n> What broke?\n"
                               ">\n> When?\n\n### prevent\r\nPack it better.\r\n");
  const struct lw_plan_part *listen = &read.plan.parts[LW_PLAN_LISTEN];
  assert_int_equal(read.findings.count, 0);
  assert_int_equal(read.plan.kind, LW_PLAN_CAUSE);
  assert_true(is(read.plan.cause, "damage"));
  assert_int_equal(read.plan.n_needs, 2);
  assert_true(is(read.plan.needs[1], "not-pay"));
  assert_true(is(listen->text, "Let them *tell* it.\n\n- one\n- two"));
  assert_int_equal(listen->n_questions, 2);
  assert_true(is(listen->questions[1], "When?"));
  assert_true(is(read.plan.parts[LW_PLAN_PREVENT].text, "Pack it better."));
  assert_false(read.plan.parts[LW_PLAN_CHOOSE].is_there);
  lw_arena_finish(&read.arena);
}

static void the_page_of_needs_gives_its_words(void **state)
{
  (void)state;
  struct read read =
      read_page("---\nplan: needs\n---\n## About time\n- on-time: To be there: on time\n"
                "* not-pay:Not to pay\n");
  assert_int_equal(read.findings.count, 0);
  assert_int_equal(read.plan.n_list, 2);
  assert_true(is(lw_plan_need_label(&read.plan, LW_STR("on-time")), "To be there: on time"));
  assert_true(is(lw_plan_need_label(&read.plan, LW_STR("not-pay")), "Not to pay"));
  assert_int_equal(lw_plan_need_label(&read.plan, LW_STR("other")).len, 0);
  lw_arena_finish(&read.arena);
}

#define GENERAL "---\nplan: general\n---\n"
#define NEEDS   "---\nplan: needs\n---\n"

static void each_mistake_stands_at_its_line(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    const char *findings;
  } rows[] = {
      {"", "1 missing"},
      {"## listen\nA.\n", "1 missing"},
      {"---\nplan: general\n", "1 missing"},
      {"---\nneeds: [a]\n---\n## listen\nA.\n", "1 missing"},
      {"---\nplan: general\ncause: a\n---\n", "1 missing"},
      {"---\nplan: other\n---\n", "2 bad-value"},
      {"---\ncause: a b\n---\n", "2 bad-value"},
      {"---\ncause: [a]\n---\n", "2 bad-value"},
      {"---\n- a\n---\n", "2 bad-value"},
      {"---\nplan: {\n---\n", "3 syntax"},
      {"---\nplan: general\nmore: 1\n---\n## listen\nA.\n", "3 unknown-key"},
      {"---\nplan: general\nneeds: a\n---\n## listen\nA.\n", "3 bad-value"},
      {"---\nplan: general\nneeds: [a, b c, a]\n---\n## listen\nA.\n", "3 bad-value 3 bad-value"},
      {"---\nplan: needs\nneeds: [a]\n---\n- a: A\n", "3 unknown-key"},
      {GENERAL, "3 missing"},
      {GENERAL "Before.\n## listen\nA.\n", "4 no-step"},
      {GENERAL "## listne\nA.\n> B?\n## listen\nA.\n", "4 unknown-step"},
      {GENERAL "## listen\nA.\n## listen\nB.\n", "6 duplicate-name"},
      {GENERAL "## listen\n\n## prevent\nB.\n", "4 empty"},
      {GENERAL "## listen\n> A?\nB.\n", "6 order"},
      {GENERAL "## listen\n>1\n>2\n>3\n>4\n>5\n>6\n>7\n>8\n>9\n", "13 too-many"},
      {GENERAL "## listen\n\xff\n", "1 not-utf8"},
      {GENERAL "## listen\nA\x01\n", "5 bad-value"},
      {"---\r\rplan: general\rmore: 1\r---\r## listen\rA.\r", "4 unknown-key"},
      {NEEDS, "3 missing"},
      {NEEDS "on-time: A\n", "4 syntax"},
      {NEEDS "- on time: A\n- b:\n- c\n- d: D\n- d: E\n",
       "4 bad-value 5 bad-value 6 bad-value 8 duplicate-name"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct lw_buf found = {0};
    struct read read = read_page(rows[i].text);
    for (uint32_t k = 0; k < read.findings.count; k++) {
      const struct lw_diag *diag = &read.findings.items[k].diag;
      lw_buf_printf(&found, "%s%u %s", k != 0 ? " " : "", diag->place.line, diag->code);
      assert_true(diag->hint.len != 0 || strcmp(diag->code, "syntax") == 0);
    }
    if (!is(lw_buf_str(&found), rows[i].findings)) {
      fail_msg("of %s", rows[i].text);
    }
    assert_int_equal(read.findings.errors, read.findings.count);
    lw_buf_finish(&found);
    lw_arena_finish(&read.arena);
  }
}

static void what_is_too_long_is_told(void **state)
{
  (void)state;
  static const size_t sizes[] = {LW_PLAN_QUESTION_BYTES_MAX, LW_PLAN_STEP_BYTES_MAX,
                                 LW_PLAN_BYTES_MAX};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    for (size_t more = 0; more < 2; more++) {
      struct lw_buf page = {0};
      lw_buf_add_c(&page, i == 0 ? GENERAL "## listen\n> " : GENERAL "## listen\n");
      size_t before = i == 2 ? page.len : 0;
      for (size_t k = 0; k < sizes[i] + more - before; k++) {
        lw_buf_add_char(&page, i == 2 ? '\n' : 'a');
      }
      lw_buf_add_char(&page, '\0');
      struct read read = read_page(page.ptr);
      uint32_t expected = i == 2 ? 1 : (uint32_t)more; /* blank lines alone are an empty step */
      assert_int_equal(read.findings.count, expected);
      if (more == 1) {
        assert_string_equal(read.findings.items[0].diag.code, "too-long");
      }
      lw_arena_finish(&read.arena);
      lw_buf_finish(&page);
    }
  }
}

static void names_go_both_ways(void **state)
{
  (void)state;
  static const char *const good[] = {"general", "needs", "cause:damage", "cause:general"};
  static const char *const bad[] = {"", "damage", "cause:", "cause:a b", "General"};
  enum lw_plan_kind kind;
  lw_str cause;
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, 0);
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    assert_true(lw_plan_name_read(lw_str_c(good[i]), &kind, &cause));
    const struct lw_plan plan = {.kind = kind, .cause = cause};
    assert_true(is(lw_plan_name(&plan, &arena), good[i]));
  }
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_false(lw_plan_name_read(lw_str_c(bad[i]), &kind, &cause));
  }
  lw_arena_finish(&arena);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_page_gives_its_steps),
      cmocka_unit_test(the_page_of_needs_gives_its_words),
      cmocka_unit_test(each_mistake_stands_at_its_line),
      cmocka_unit_test(what_is_too_long_is_told),
      cmocka_unit_test(names_go_both_ways),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
