/* Who is alerted, and the words. */
#include "connect/alert.h"
#include "data/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

struct desk {
  struct lw_arena arena;
  struct lw_json_reader *reader;
};

static const struct lw_value *read_body(struct desk *desk, const char *text)
{
  const struct lw_value *value = NULL;
  struct lw_error err;
  assert_int_equal(lw_json_read(desk->reader, &desk->arena, lw_str_c(text), NULL, &value, &err),
                   LW_OK);
  return value;
}

static int set_up(void **state)
{
  struct desk *desk = calloc(1, sizeof(*desk));
  assert_non_null(desk);
  lw_arena_init(&desk->arena, NULL, 0);
  desk->reader = lw_json_reader_create(NULL);
  *state = desk;
  return 0;
}

static int tear_down(void **state)
{
  struct desk *desk = *state;
  lw_arena_finish(&desk->arena);
  lw_json_reader_destroy(desk->reader);
  free(desk);
  return 0;
}

static void which_entries_ask(void **state)
{
  (void)state;
  assert_true(lw_alert_asks(LW_STR("approval.opened")));
  assert_true(lw_alert_asks(LW_STR("approval.raised")));
  assert_true(lw_alert_asks(LW_STR("approval.nudged")));
  assert_false(lw_alert_asks(LW_STR("approval.approved")));
  assert_false(lw_alert_asks(LW_STR("approval")));
  assert_false(lw_alert_asks(LW_STR("")));
}

static void whom(void **state)
{
  lw_str people[3];
  assert_int_equal(lw_alert_people(read_body(*state, "{\"to\":[\"a\",\"\",7,\"b\"]}"), people, 3),
                   2);
  assert_true(lw_str_equal(people[1], LW_STR("b")));
  assert_int_equal(
      lw_alert_people(read_body(*state, "{\"to\":[\"a\",\"b\",\"c\",\"d\"]}"), people, 3), 3);
  assert_int_equal(lw_alert_people(read_body(*state, "{\"to\":\"a\"}"), people, 3), 0);
  assert_int_equal(lw_alert_people(read_body(*state, "{}"), people, 3), 0);
}

struct id_row {
  const char *body;
  const char *id;
};

static void which_approval(void **state)
{
  static const struct id_row rows[] = {
      {"{\"approval\":\"apr_01h\"}", "apr_01h"},
      {"{\"approval\":\"dec_01h\"}", ""},
      {"{\"approval\":\"apr_x/../../evil\"}", ""},
      {"{\"approval\":\"apr_x\\\"onload\"}", ""},
      {"{\"approval\":7}", ""},
      {"{}", ""},
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    lw_str id = lw_alert_approval(read_body(*state, rows[i].body));
    assert_true(lw_str_equal(id, lw_str_c(rows[i].id)));
  }
}

static void finish(struct lw_alert_words *words)
{
  lw_buf_finish(&words->subject);
  lw_buf_finish(&words->text);
  lw_buf_finish(&words->html);
}

static void the_words(void **state)
{
  struct lw_alert_words words;
  const struct lw_value *body = read_body(
      *state,
      "{\"approval\":\"apr_1\",\"agent\":\"a<b>\",\"action\":\"credit\",\"amount\":\"80.00\","
      "\"currency\":\"USD\",\"case\":\"c7\",\"reason\":\"outage\","
      "\"note\":{\"text\":\"txt_1\",\"sha256\":\"0\"},\"due\":\"2026-03-01T10:01:00Z\"}");
  assert_true(
      lw_alert_write(LW_STR("approval.raised"), body, LW_STR("https://x.example/"), &words));
  lw_buf_add_char(&words.subject, '\0');
  lw_buf_add_char(&words.text, '\0');
  lw_buf_add_char(&words.html, '\0');
  assert_string_equal(words.subject.ptr, "Your turn: a<b> asks for credit, 80.00 USD");
  assert_string_equal(words.text.ptr,
                      "Nobody answered in time, so that you are asked now.\n"
                      "a<b> asks for credit, 80.00 USD.\n\n"
                      "Case: c7\nReason: outage\nAnswer by: 2026-03-01T10:01:00Z\n\n"
                      "Read and answer it:\nhttps://x.example/desk/approvals/apr_1\n\n"
                      "Opening the page changes nothing: you answer there, once signed in.\n");
  assert_null(strstr(words.html.ptr, "a<b>"));
  assert_non_null(strstr(words.html.ptr, "a&lt;b&gt; asks"));
  assert_non_null(strstr(words.html.ptr, "<a href=\"https://x.example/desk/approvals/apr_1\">"));
  finish(&words);
  assert_false(
      lw_alert_write(LW_STR("approval.opened"), read_body(*state, "{}"), LW_STR("x"), &words));
  finish(&words);
}

static void the_words_of_a_test(void **state)
{
  static const char *const urls[] = {"https://x.example", "https://x.example/"};
  for (size_t i = 0; i < 2; i++) {
    struct lw_alert_words words;
    assert_true(lw_alert_write(LW_STR("alert.test"), read_body(*state, "{\"person\":\"ana\"}"),
                               lw_str_c(urls[i]), &words));
    lw_buf_add_char(&words.text, '\0');
    lw_buf_add_char(&words.html, '\0');
    assert_true(lw_str_equal(lw_buf_str(&words.subject), LW_STR("This is a test")));
    assert_string_equal(words.text.ptr,
                        "This is a test, which you asked for: an ask reaches you by mail.\n\n"
                        "Your desk:\nhttps://x.example/desk\n");
    assert_non_null(strstr(words.html.ptr, "<a href=\"https://x.example/desk\">"));
    finish(&words);
  }
  assert_false(lw_alert_asks(LW_STR("alert.test"))); /* its mail is made with its entry */
}

static void the_end_of_a_certificate_says_which_whose_and_when(void **state)
{
  struct lw_alert_words words;
  lw_str people[4];
  const struct lw_value *body =
      read_body(*state, "{\"expiry\":\"exp_1\",\"person\":\"ana\",\"certificate\":\"refunds-<1>\","
                        "\"until\":\"2026-12-01T00:00:00Z\",\"to\":[\"ana\",\"lee\"]}");
  assert_true(lw_alert_asks(LW_STR("certificate.expiring")));
  assert_true(lw_str_equal(lw_alert_approval(body), LW_STR("exp_1")));
  assert_int_equal(lw_alert_people(body, people, 4), 2);
  assert_true(
      lw_alert_write(LW_STR("certificate.expiring"), body, LW_STR("https://x.example/"), &words));
  lw_buf_add_char(&words.text, '\0');
  lw_buf_add_char(&words.html, '\0');
  assert_non_null(strstr(words.text.ptr, "What: refunds-<1>\nWho: ana\nUntil: 2026-12-01"));
  assert_non_null(strstr(words.html.ptr, "refunds-&lt;1&gt;"));
  lw_buf_finish(&words.subject);
  lw_buf_finish(&words.text);
  lw_buf_finish(&words.html);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(which_entries_ask),
      cmocka_unit_test_setup_teardown(whom, set_up, tear_down),
      cmocka_unit_test_setup_teardown(which_approval, set_up, tear_down),
      cmocka_unit_test_setup_teardown(the_words, set_up, tear_down),
      cmocka_unit_test_setup_teardown(the_words_of_a_test, set_up, tear_down),
      cmocka_unit_test_setup_teardown(the_end_of_a_certificate_says_which_whose_and_when, set_up,
                                      tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
