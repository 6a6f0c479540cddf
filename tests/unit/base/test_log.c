#include "base/log.h"

#include "base/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static char caught[8192];
static size_t caught_bytes;
static int pipe_ends[2];
static int kept_stderr;

/* From here on what goes to stderr goes to a pipe, which holds more than a line. */
static void begin_catching(void)
{
  assert_int_equal(pipe(pipe_ends), 0);
  kept_stderr = dup(STDERR_FILENO);
  assert_true(kept_stderr >= 0);
  assert_true(dup2(pipe_ends[1], STDERR_FILENO) >= 0);
  assert_int_equal(close(pipe_ends[1]), 0);
}

static void end_catching(void)
{
  assert_true(dup2(kept_stderr, STDERR_FILENO) >= 0); /* closes the pipe's last end */
  assert_int_equal(close(kept_stderr), 0);
  caught_bytes = 0;
  ssize_t got = 0;
  while ((got = read(pipe_ends[0], caught + caught_bytes, sizeof caught - caught_bytes - 1)) > 0) {
    caught_bytes += (size_t)got;
  }
  caught[caught_bytes] = '\0';
  assert_int_equal(close(pipe_ends[0]), 0);
}

/* The line without its time, which must be one. */
static const char *rest_of_text(void)
{
  int64_t seconds = 0;
  uint32_t nanos = 0;
  const char *space = strchr(caught, ' ');
  assert_non_null(space);
  assert_true(lw_rfc3339_read(lw_str_from(caught, (size_t)(space - caught)), &seconds, &nanos));
  return space + 1;
}

static const char *rest_of_json(void)
{
  static const char head[] = "{\"time\":\"";
  int64_t seconds = 0;
  uint32_t nanos = 0;
  assert_memory_equal(caught, head, sizeof head - 1);
  const char *time = caught + sizeof head - 1;
  const char *quote = strchr(time, '"');
  assert_non_null(quote);
  assert_true(lw_rfc3339_read(lw_str_from(time, (size_t)(quote - time)), &seconds, &nanos));
  return quote + 1;
}

static void a_line_says_who_and_what(void **state)
{
  (void)state;
  lw_log_setup(LW_LOG_DEBUG, false);
  begin_catching();
  lw_log(LW_LOG_INFO, "serve", "listening", "address", "127.0.0.1", "port", "8080", NULL);
  end_catching();
  assert_string_equal(rest_of_text(), "info serve: listening address=127.0.0.1 port=8080\n");
  lw_log_setup(LW_LOG_DEBUG, true);
  begin_catching();
  lw_log(LW_LOG_WARNING, "http", "slow", "path", "/v1", NULL);
  end_catching();
  assert_string_equal(
      rest_of_json(),
      ",\"level\":\"warning\",\"module\":\"http\",\"message\":\"slow\",\"path\":\"/v1\"}\n");
}

static void values_cannot_break_a_line(void **state)
{
  (void)state;
  static const struct {
    const char *value;
    const char *text;
    const char *json;
  } rows[] = {
      {"word", "word", "\"word\""},
      {"", "\"\"", "\"\""},
      {"two words", "\"two words\"", "\"two words\""},
      {"a=b", "\"a=b\"", "\"a=b\""},
      {"say \"no\"", "\"say \\\"no\\\"\"", "\"say \\\"no\\\"\""},
      {"back\\slash", "\"back\\\\slash\"", "\"back\\\\slash\""},
      {"x\n2026 error fake: line", "\"x\\n2026 error fake: line\"",
       "\"x\\n2026 error fake: line\""},
      {"\r\t\x1b[31m\x7f", "\"\\u000d\\u0009\\u001b[31m\\u007f\"",
       "\"\\u000d\\u0009\\u001b[31m\\u007f\""},
      {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"",
       "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\""},
      {"\xff\xc3[\xe2\x82", "\"??[??\"", "\"??[??\""},
      {"\xc0\xaf\xed\xa0\x80", "\"?????\"", "\"?????\""}, /* overlong, surrogate */
      {"cut\xf0\x9f", "\"cut??\"", "\"cut??\""},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    char expected[256];
    lw_log_setup(LW_LOG_DEBUG, false);
    begin_catching();
    lw_log(LW_LOG_ERROR, "m", "t", "v", rows[i].value, "w", "1", NULL);
    end_catching();
    (void)snprintf(expected, sizeof expected, "error m: t v=%s w=1\n", rows[i].text);
    assert_string_equal(rest_of_text(), expected);
    lw_log_setup(LW_LOG_DEBUG, true);
    begin_catching();
    lw_log(LW_LOG_DEBUG, "m", "t", "v", rows[i].value, "w", "1", NULL);
    end_catching();
    (void)snprintf(
        expected, sizeof expected,
        ",\"level\":\"debug\",\"module\":\"m\",\"message\":\"t\",\"v\":%s,\"w\":\"1\"}\n",
        rows[i].json);
    assert_string_equal(rest_of_json(), expected);
  }
}

static void what_is_less_is_not_said(void **state)
{
  (void)state;
  for (int least = LW_LOG_DEBUG; least <= LW_LOG_ERROR; least++) {
    for (int level = LW_LOG_DEBUG; level <= LW_LOG_ERROR; level++) {
      lw_log_setup((enum lw_log_level)least, false);
      begin_catching();
      lw_log((enum lw_log_level)level, "m", "t", NULL);
      end_catching();
      assert_int_equal(caught_bytes != 0, level >= least);
    }
  }
}

/* Cut at a character, closed, and still one line that a pipe takes whole. */
static void what_is_too_long_is_cut(void **state)
{
  (void)state;
  static const char *const fillers[] = {"x", "\x01", "\"", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
  for (size_t i = 0; i < COUNT(fillers); i++) {
    static char value[6000];
    size_t part = strlen(fillers[i]);
    size_t length = 0;
    for (; length + part < sizeof value; length += part) {
      memcpy(value + length, fillers[i], part);
    }
    value[length] = '\0';
    for (int json = 0; json < 2; json++) {
      lw_log_setup(LW_LOG_DEBUG, json != 0);
      begin_catching();
      lw_log(LW_LOG_INFO, "m", value, "a", value, "b", value, "c", "late", NULL);
      lw_log(LW_LOG_INFO, "m", "t", "a", value, "b", "late", NULL);
      end_catching();
      char *end = strchr(caught, '\n');
      assert_non_null(end);
      assert_in_range(end - caught, 4000, 4095);
      const char *tail = json != 0 ? "\"}\n" : "\n";
      assert_memory_equal(end + 1 - strlen(tail), tail, strlen(tail));
      char *second_end = strchr(end + 1, '\n');
      assert_non_null(second_end);
      assert_in_range(second_end - end, 4000, 4096);
      assert_memory_equal(second_end + 1 - strlen(tail), tail, strlen(tail));
      assert_int_equal(second_end[-1] == '"', json == 0 && fillers[i][0] != 'x');
    }
  }
}

static void a_pair_without_a_value_ends_the_line(void **state)
{
  (void)state;
  lw_log_setup(LW_LOG_DEBUG, false);
  begin_catching();
  lw_log(LW_LOG_INFO, "m", "t", "a", "1", "b", NULL);
  end_catching();
  assert_string_equal(rest_of_text(), "info m: t a=1 b=\"\"\n");
}

/* A log that nobody reads must not stop the program. */
static void a_closed_end_is_borne(void **state)
{
  (void)state;
  kept_stderr = dup(STDERR_FILENO);
  assert_true(kept_stderr >= 0);
  assert_int_equal(close(STDERR_FILENO), 0);
  lw_log(LW_LOG_ERROR, "m", "t", NULL);
  assert_true(dup2(kept_stderr, STDERR_FILENO) >= 0);
  assert_int_equal(close(kept_stderr), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_line_says_who_and_what),
      cmocka_unit_test(values_cannot_break_a_line),
      cmocka_unit_test(what_is_less_is_not_said),
      cmocka_unit_test(what_is_too_long_is_cut),
      cmocka_unit_test(a_pair_without_a_value_ends_the_line),
      cmocka_unit_test(a_closed_end_is_borne),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
