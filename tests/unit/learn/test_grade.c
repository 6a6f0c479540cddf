/* What answers are worth: a row an answer. */
#include "data/json.h"
#include "learn/gift.h"
#include "learn/amounts.h"
#include "learn/grade.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct row {
  lw_str question;    /* GIFT */
  lw_str answer;      /* JSON */
  const char *credit; /* NULL: the answer doesn't fit the question */
};
#define ROW(question, answer, credit)                                                              \
  {                                                                                                \
    LW_STR_INIT(question), LW_STR_INIT(answer), credit                                             \
  }

static const struct row ROWS[] = {
    ROW("q {=a ~b ~%50%c}", "{\"choice\":1}", "100"),
    ROW("q {=a ~b ~%50%c}", "{\"choice\":2}", "0"),
    ROW("q {=a ~b ~%50%c}", "{\"choice\":3}", "50"),
    ROW("q {=a ~%-50%b}", "{\"choice\":2}", "0"),
    ROW("q {=a ~b}", "{\"choice\":3}", NULL),
    ROW("q {=a ~b}", "{\"choice\":0}", NULL),
    ROW("q {=a ~b}", "{\"text\":\"a\"}", NULL),
    ROW("q {~%50%a ~%50%b ~%-100%c}", "{\"choices\":[1,2]}", "100"),
    ROW("q {~%50%a ~%50%b ~%-100%c}", "{\"choices\":[2]}", "50"),
    ROW("q {~%50%a ~%50%b ~%-100%c}", "{\"choices\":[1,2,3]}", "0"),
    ROW("q {~%50%a ~%50%b ~%-100%c}", "{\"choices\":[]}", "0"),
    ROW("q {~%50%a ~%50%b ~%-100%c}", "{\"choices\":[1,1]}", NULL),
    ROW("q {~%33.33333%a ~%33.33333%b ~%33.33333%c ~%-100%d}", "{\"choices\":[3,2,1]}", "100"),
    ROW("q {~%33.33333%a ~%33.33333%b ~%33.33333%c ~%-100%d}", "{\"choices\":[1]}", "33.33333"),
    ROW("q {T}", "{\"truth\":true}", "100"),
    ROW("q {T}", "{\"truth\":false}", "0"),
    ROW("q {F}", "{\"truth\":false}", "100"),
    ROW("q {F}", "{\"truth\":1}", NULL),
    ROW("q {#3:2}", "{\"number\":\"1\"}", "100"),
    ROW("q {#3:2}", "{\"number\":\"5.000\"}", "100"),
    ROW("q {#3:2}", "{\"number\":\"5.0000001\"}", "0"),
    ROW("q {#1..5}", "{\"number\":\"0,999\"}", "0"),
    ROW("q {#1..5}", "{\"number\":\"1,0\"}", "100"),
    ROW("q {#=1822 =%50%1822:2}", "{\"number\":\"1822\"}", "100"),
    ROW("q {#=1822 =%50%1822:2}", "{\"number\":\"1824\"}", "50"),
    ROW("q {#=1822 ~#no}", "{\"number\":\"7\"}", "0"),
    ROW("q {#0.1:0.2}", "{\"number\":\"0.3\"}", "100"),
    ROW("q {#3}", "{\"number\":\"three\"}", NULL),
    ROW("q {#3}", "{\"number\":3}", NULL),
    ROW("q {=a -> 1 =b -> 2 =c -> 3 = -> 4}", "{\"matches\":[\"1\",\"2\",\"3\"]}", "100"),
    ROW("q {=a -> 1 =b -> 2 =c -> 3 = -> 4}", "{\"matches\":[\"1\",\"3\",\"2\"]}", "33.33333"),
    ROW("q {=a -> 1 =b -> 2 =c -> 3 = -> 4}", "{\"matches\":[\"1\",\"3\"]}", NULL),
    ROW("q {=Dag Hammarskj\xC3\xB6ld}", "{\"text\":\" dag  HAMMARSKJ\xC3\x96LD \"}", "100"),
    ROW("q {=%75%Nazereth =Nazareth}", "{\"text\":\"nazereth\"}", "75"),
    ROW("q {=the * of rules}", "{\"text\":\"The whole book of rules\"}", "100"),
    ROW("q {=the * of rules}", "{\"text\":\"the rules\"}", "0"),
    ROW("q {=a*b*c}", "{\"text\":\"aXbYbZc\"}", "100"),
    ROW("q {=%25%*}", "{\"text\":\"\"}", "25"),
    ROW("q {}", "{\"text\":\"my life\"}", "0"),
    ROW("only told", "{\"text\":\"x\"}", NULL),
};

struct fixture {
  struct lw_arena arena;
  struct lw_gift gift;
  struct lw_response response;
  const char *fault;
};

static void set_up(struct fixture *fixture, lw_str question, lw_str answer)
{
  struct lw_diags diags;
  struct lw_error err;
  const struct lw_value *value = NULL;
  struct lw_json_reader *reader = lw_json_reader_create(NULL);
  *fixture = (struct fixture){.fault = NULL};
  lw_arena_init(&fixture->arena, NULL, 0);
  lw_diags_init(&diags, &fixture->arena);
  assert_int_equal(lw_gift_read(&fixture->arena, question, &diags, &fixture->gift, &err), LW_OK);
  assert_int_equal(fixture->gift.count, 1);
  assert_int_equal(lw_json_read(reader, &fixture->arena, answer, NULL, &value, &err), LW_OK);
  fixture->fault =
      lw_response_read(&fixture->gift.questions[0], value, &fixture->arena, &fixture->response);
  lw_json_reader_destroy(reader);
}

static void answers_are_worth_what_the_author_says(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
    struct fixture fixture;
    struct lw_buf out = {0};
    set_up(&fixture, ROWS[i].question, ROWS[i].answer);
    if (ROWS[i].credit == NULL) {
      assert_non_null(fixture.fault);
    } else {
      assert_null(fixture.fault);
      struct lw_grade grade = lw_response_grade(&fixture.gift.questions[0], &fixture.response);
      lw_credit_print(grade.credit, &out);
      lw_buf_add_char(&out, '\0');
      assert_string_equal(out.ptr, ROWS[i].credit);
    }
    lw_buf_finish(&out);
    lw_arena_finish(&fixture.arena);
  }
}

static void every_option_is_told_after_the_answer_and_none_before(void **state)
{
  (void)state;
  struct fixture fixture;
  struct lw_buf out = {0};
  set_up(&fixture, LW_STR("q {=a#yes ~b#no ####so}"), LW_STR("{\"choice\":2}"));
  const struct lw_quiz *question = &fixture.gift.questions[0];
  lw_quiz_print(question, LW_STR("1"), &out);
  lw_buf_add_char(&out, '\0');
  assert_string_equal(out.ptr,
                      "{\"kind\":\"choice\",\"id\":\"1\",\"text\":{\"format\":\"moodle\",\"text\":"
                      "\"q\"},\"options\":[{\"option\":1,\"text\":{\"format\":\"moodle\",\"text\":"
                      "\"a\"}},{\"option\":2,\"text\":{\"format\":\"moodle\",\"text\":\"b\"}}]}");
  lw_buf_reset(&out);
  struct lw_grade grade = lw_response_grade(question, &fixture.response);
  lw_grade_print(question, &fixture.response, &grade, &out);
  lw_buf_add_char(&out, '\0');
  assert_string_equal(
      out.ptr,
      "{\"credit\":\"0\",\"graded\":true,\"options\":[{\"option\":1,\"credit\":\"100\",\"chosen\":"
      "false,\"text\":{\"format\":\"moodle\",\"text\":\"a\"},\"feedback\":{\"format\":\"moodle\","
      "\"text\":\"yes\"}},{\"option\":2,\"credit\":\"0\",\"chosen\":true,\"text\":{\"format\":"
      "\"moodle\",\"text\":\"b\"},\"feedback\":{\"format\":\"moodle\",\"text\":\"no\"}}],"
      "\"general\":{\"format\":\"moodle\",\"text\":\"so\"}}");
  lw_buf_finish(&out);
  lw_arena_finish(&fixture.arena);
}

static void matches_are_shown_once_and_in_an_order_that_tells_nothing(void **state)
{
  (void)state;
  struct fixture fixture;
  struct lw_buf out = {0};
  set_up(&fixture, LW_STR("q {=a -> y =b -> x =c -> y = -> w}"),
         LW_STR("{\"matches\":[\"y\",\"x\",\"y\"]}"));
  lw_quiz_print(&fixture.gift.questions[0], LW_STR("1"), &out);
  lw_buf_add_char(&out, '\0');
  assert_non_null(strstr(out.ptr, "\"asked\":[\"a\",\"b\",\"c\"],\"matches\":[\"w\",\"x\",\"y\"]"));
  lw_buf_finish(&out);
  lw_arena_finish(&fixture.arena);
}

/* An amount that works from 15 to 25, another that half works; a scenario whose second way out has
 * no amount. */
static const lw_str AMOUNTS = LW_STR_INIT(
    "- id: late\n  text: How much?\n  ruler: {from: 0.00, to: 60.00}\n  accept:\n"
    "    - {from: 15.00, to: 25.00}\n    - {from: 30.00, to: 40.00, credit: 50}\n"
    "- id: down\n  title: Down\n  situation: It is down.\n  request: {reason: outage}\n  "
    "remedies:\n"
    "    - {action: credit, ruler: {from: 0.00, to: 50.00}, accept: [{from: 10.00, to: 10.00}]}\n"
    "    - {say: Explain}\n");

struct off_row {
  uint32_t question;
  lw_str answer;
  int64_t minor; /* -1: not known */
};
static const struct off_row OFFS[] = {
    {0, LW_STR_INIT("{\"number\":\"20.00\"}"), 0},
    {0, LW_STR_INIT("{\"number\":\"14.99\"}"), 1},
    {0, LW_STR_INIT("{\"number\":\"32\"}"), 700}, /* half right is not what works */
    {1, LW_STR_INIT("{\"choice\":1,\"amount\":\"12.50\"}"), 250},
    {1, LW_STR_INIT("{\"choice\":2}"), -1},
};

static void amounts_are_as_far_off_as_the_nearest_that_is_fully_right(void **state)
{
  (void)state;
  struct lw_arena arena;
  struct lw_diags diags;
  struct lw_error err;
  const struct lw_quiz *questions = NULL;
  struct lw_json_reader *reader = lw_json_reader_create(NULL);
  lw_arena_init(&arena, NULL, 0);
  lw_diags_init(&diags, &arena);
  assert_int_equal(
      lw_amounts_read(&arena, AMOUNTS, lw_currency_find(LW_STR("USD")), &diags, &questions), 2);
  for (size_t i = 0; i < sizeof OFFS / sizeof OFFS[0]; i++) {
    const struct lw_value *value = NULL;
    struct lw_response response = {0};
    int64_t minor = -1;
    assert_int_equal(lw_json_read(reader, &arena, OFFS[i].answer, NULL, &value, &err), LW_OK);
    assert_null(lw_response_read(&questions[OFFS[i].question], value, &arena, &response));
    bool known = lw_response_off(&questions[OFFS[i].question], &response, &minor);
    assert_int_equal(known ? minor : -1, OFFS[i].minor);
  }
  lw_json_reader_destroy(reader);
  lw_arena_finish(&arena);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(amounts_are_as_far_off_as_the_nearest_that_is_fully_right),
      cmocka_unit_test(answers_are_worth_what_the_author_says),
      cmocka_unit_test(every_option_is_told_after_the_answer_and_none_before),
      cmocka_unit_test(matches_are_shown_once_and_in_an_order_that_tells_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
