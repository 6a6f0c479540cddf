#include "base/result.h"

#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static void every_code_has_its_row(void **state)
{
  (void)state;
  assert_int_equal(LW_OK, 0);
  assert_string_equal(lw_code_name(LW_NOT_FOUND), "NOT_FOUND");
  assert_int_equal(lw_code_exit_status(LW_OK), 0);
  assert_int_equal(lw_code_exit_status(LW_USAGE), 2);
  for (int code = LW_OK; code <= LW_TOO_MANY; code++) {
    enum lw_code c = (enum lw_code)code;
    assert_true(lw_code_text(c)[0] != '\0');
    assert_in_range(lw_code_exit_status(c), code == LW_OK ? 0 : 1, 3);
    assert_in_range(lw_code_http_status(c), 200, 599);
    int status = lw_code_http_status(c);
    assert_int_equal(lw_code_may_retry(c), status == 503 || status == 429);
  }
}

static void errors_are_filled(void **state)
{
  (void)state;
  struct lw_error err;
  memset(&err, 'x', sizeof err);
  assert_int_equal(lw_fail(&err, LW_LIMIT, "%d is too much", 7), LW_LIMIT);
  assert_int_equal(err.code, LW_LIMIT);
  assert_string_equal(err.text, "7 is too much");
  assert_true(err.hint[0] == '\0' && err.file[0] == '\0' && err.line == 0 && err.column == 0 &&
              err.end_column == 0);
  lw_error_hint(&err, "take %s", "less");
  assert_string_equal(err.hint, "take less");
  assert_int_equal(lw_fail(NULL, LW_IO, "nobody listens"), LW_IO);
  lw_error_hint(NULL, "nobody");
}

static void long_texts_are_cut(void **state)
{
  (void)state;
  struct lw_error err;
  assert_int_equal(lw_fail(&err, LW_IO, "%*d", 9999, 1), LW_IO);
  assert_int_equal(strlen(err.text), LW_ERROR_TEXT_BYTES - 1);
  lw_error_hint(&err, "%*d", 9999, 1);
  assert_int_equal(strlen(err.hint), LW_ERROR_HINT_BYTES - 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_code_has_its_row),
      cmocka_unit_test(errors_are_filled),
      cmocka_unit_test(long_texts_are_cut),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
