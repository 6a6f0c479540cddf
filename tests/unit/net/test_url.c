/* Addresses of endpoints: what is taken, as what, and what is refused for which reason. */
#include "net/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

struct row {
  const char *text;
  bool allow_inside;
  const char *url;    /* as it is called; NULL: refused */
  const char *reason; /* a part of the message */
  int port;
};

static const struct row rows[] = {
    {"https://example.org/hook", false, "https://example.org/hook", NULL, 443},
    {"http://example.org", false, "http://example.org/", NULL, 80},
    {"HTTPS://Example.org:8443/a?b=c", false, "https://Example.org:8443/a?b=c", NULL, 8443},
    {"https://[2606:4700::1]/x", false, "https://[2606:4700::1]/x", NULL, 443},
    {"ftp://example.org/", false, NULL, "kind ftp", 0},
    {"file:///etc/passwd", false, NULL, "", 0},
    {"javascript:alert(1)", false, NULL, "", 0},
    {"example.org/hook", false, NULL, "no web address", 0},
    {"https://", false, NULL, "", 0},
    {"https://user@example.org/", false, NULL, "user or password", 0},
    {"https://user:pw@example.org/", false, NULL, "user or password", 0},
    {"https://example.org/#part", false, NULL, "#", 0},
    {"https://example.org/a b", false, NULL, "space", 0},
    {"https://example.org/\r\nX-Evil: 1", false, NULL, "control", 0},
    {"https://example.org:0/", false, NULL, "", 0},
    {"https://example.org:99999/", false, NULL, "", 0},
    {"https://127.0.0.1/", false, NULL, "own network", 0},
    {"https://0x7f.1/", false, NULL, "own network", 0},
    {"https://2130706433/", false, NULL, "own network", 0},
    {"https://[::1]/", false, NULL, "own network", 0},
    {"https://169.254.169.254/latest", false, NULL, "own network", 0},
    {"http://localhost:9000/", false, NULL, "own network", 0},
    {"http://api.localhost/", false, NULL, "own network", 0},
    {"http://localhost:9000/x", true, "http://localhost:9000/x", NULL, 9000},
    {"http://127.0.0.1:1/", true, "http://127.0.0.1:1/", NULL, 1},
    {"", false, NULL, "1 to 2048", 0},
};

static void check(const struct row *row)
{
  struct lw_arena arena;
  struct lw_url url = {0};
  struct lw_error err = {0};
  lw_arena_init(&arena, NULL, 0);
  enum lw_code rc = lw_url_read(lw_str_c(row->text), row->allow_inside, &arena, &url, &err);
  if ((rc == LW_OK) != (row->url != NULL)) {
    fail_msg("%s: %s", row->text, err.text);
  }
  if (rc == LW_OK) {
    assert_string_equal(url.text.ptr, row->url);
    assert_int_equal(url.port, row->port);
  } else {
    assert_int_equal(rc, LW_INVALID);
    if (strstr(err.text, row->reason) == NULL) {
      fail_msg("%s: %s", row->text, err.text);
    }
  }
  lw_arena_finish(&arena);
}

static void urls(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    check(&rows[i]);
  }
}

static void length(void **state)
{
  (void)state;
  char text[LW_URL_BYTES_MAX + 2];
  memset(text, 'a', sizeof(text));
  memcpy(text, "https://example.org/", 20);
  struct lw_arena arena;
  struct lw_url url;
  struct lw_error err;
  lw_arena_init(&arena, NULL, 0);
  assert_int_equal(lw_url_read(lw_str_from(text, LW_URL_BYTES_MAX), false, &arena, &url, &err),
                   LW_OK);
  assert_int_equal(lw_url_read(lw_str_from(text, LW_URL_BYTES_MAX + 1), false, &arena, &url, &err),
                   LW_INVALID);
  lw_arena_finish(&arena);
}

static void no_memory(void **state)
{
  (void)state;
  struct lw_arena arena;
  struct lw_url url;
  struct lw_error err;
  lw_arena_init(&arena, NULL, 16);
  assert_int_equal(lw_url_read(LW_STR("https://example.org/"), false, &arena, &url, &err),
                   LW_NO_MEMORY);
  lw_arena_finish(&arena);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(urls),
      cmocka_unit_test(length),
      cmocka_unit_test(no_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
