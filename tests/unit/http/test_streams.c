#include "http/streams.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static void events_are_framed_line_by_line(void **state)
{
  (void)state;
  static const struct {
    uint64_t seq;
    const char *event;
    const char *data;
    const char *frame;
  } rows[] = {
      {1, "decision", "{}", "id: 1\nevent: decision\ndata: {}\n\n"},
      {UINT64_C(1099511627775), "approval.opened", "{\"a\":1}",
       "id: 1099511627775\nevent: approval.opened\ndata: {\"a\":1}\n\n"},
      {2, "x", "", "id: 2\nevent: x\ndata: \n\n"},
      {3, "x", "a\nb", "id: 3\nevent: x\ndata: a\ndata: b\n\n"},
      {4, "x", "a\n\nb\n", "id: 4\nevent: x\ndata: a\ndata: \ndata: b\ndata: \n\n"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct lw_buf out = {.ptr = NULL};
    lw_stream_frame(&out, rows[i].seq, lw_str_c(rows[i].event), lw_str_c(rows[i].data));
    lw_buf_add_char(&out, '\0');
    assert_string_equal(out.ptr, rows[i].frame);
    lw_buf_finish(&out);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(events_are_framed_line_by_line)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
