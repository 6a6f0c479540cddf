/* Connections that are too slow are cut: requests that do not arrive, answers that nobody takes.
 * The moments are given, so that nothing waits but for the thread that looks once a second. */
#include "http/links.h"

#include "base/bounds.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WAIT_MS = 10000, KIND_BEGINS, KIND_ANSWERS, KIND_HAS_ALL, KIND_RESTS };

static const struct {
  const char *name;
  int kind;
  lw_usec ago;
  size_t bytes;
  bool is_cut;
} cases[] = {
    {"a request that did not arrive", KIND_BEGINS, LW_ARRIVAL_USEC_MAX + 1000000, 0, true},
    {"a request on its way", KIND_BEGINS, 1000000, 0, false},
    {"an answer that nobody takes", KIND_ANSWERS, LW_ARRIVAL_USEC_MAX + 1000000, 0, true},
    {"a large answer on its way", KIND_ANSWERS, LW_ARRIVAL_USEC_MAX + 1000000,
     (size_t)LW_TAKEN_BYTES_MIN * 600, false},
    {"a large answer that is late too", KIND_ANSWERS, LW_ARRIVAL_USEC_MAX + 602 * (lw_usec)1000000,
     (size_t)LW_TAKEN_BYTES_MIN * 600, true},
    {"an answer being made", KIND_HAS_ALL, 0, 0, false},
    {"silence between requests", KIND_RESTS, 0, 0, false},
};
enum { CASES = sizeof cases / sizeof cases[0] };

static void begin(struct lw_link *link, size_t i)
{
  lw_usec then = lw_clock_monotonic() - cases[i].ago;
  lw_link_begins(link, lw_clock_monotonic());
  if (cases[i].kind == KIND_BEGINS) {
    lw_link_begins(link, then);
  } else if (cases[i].kind == KIND_ANSWERS) {
    lw_link_answers(link, then, cases[i].bytes);
  } else if (cases[i].kind == KIND_HAS_ALL) {
    lw_link_has_all(link);
  } else {
    lw_link_rests(link, then);
  }
}

/* One server with all of them; those that are cut end, and by then the others have been looked at
 * too. */
static void slow_connections_are_cut(void **state)
{
  (void)state;
  int ends[CASES][2];
  struct lw_link *links[CASES];
  struct lw_links *all = lw_links_create();
  assert_non_null(all);
  for (size_t i = 0; i < CASES; i++) {
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends[i]), 0);
    links[i] = lw_link_open(all, ends[i][0]);
    assert_non_null(links[i]);
  }
  for (size_t i = CASES; i-- > 0;) {
    begin(links[i], i);
  }
  for (size_t i = 0; i < CASES; i++) {
    struct pollfd end = {.fd = ends[i][1], .events = POLLIN};
    print_message("%s\n", cases[i].name);
    assert_int_equal(poll(&end, 1, cases[i].is_cut ? WAIT_MS : 0), cases[i].is_cut);
  }
  for (size_t i = 0; i < CASES; i++) {
    lw_link_close(all, links[i]);
    (void)close(ends[i][0]);
    (void)close(ends[i][1]);
  }
  assert_int_equal(lw_links_count(all), 0);
  lw_links_destroy(all);
}

static lw_str token_of(char text[LW_TOKEN_TEXT_BYTES], char filled)
{
  memset(text, filled, LW_TOKEN_TEXT_BYTES);
  return lw_str_from(text, LW_TOKEN_TEXT_BYTES);
}

/* The last token alone, whole, and on its own connection. */
static void a_connection_knows_its_last_token(void **state)
{
  (void)state;
  struct lw_link link = {.fd = -1};
  struct lw_link other = {.fd = -1};
  char first_text[LW_TOKEN_TEXT_BYTES];
  char second_text[LW_TOKEN_TEXT_BYTES];
  lw_str first = token_of(first_text, 'a');
  lw_str second = token_of(second_text, 'b');
  const lw_hash digests[] = {{.bytes = {1}}, {.bytes = {2}}};
  const char nothing[LW_TOKEN_TEXT_BYTES] = {0};
  lw_hash got = {.bytes = {9}};
  assert_false(lw_link_knows(&link, first, &got));
  assert_false(lw_link_knows(&link, lw_str_from(nothing, sizeof nothing), &got));
  assert_false(lw_link_knows(NULL, first, &got));
  lw_link_remember(NULL, first, &digests[0]);
  lw_link_remember(&link, first, &digests[0]);
  assert_true(lw_link_knows(&link, first, &got));
  assert_true(lw_hash_equal(&got, &digests[0]));
  assert_false(lw_link_knows(&other, first, &got));
  for (size_t i = 0; i < LW_TOKEN_TEXT_BYTES; i++) {
    assert_false(lw_link_knows(&link, lw_str_from(first.ptr, i), &got));
    first_text[i] = 'x';
    assert_false(lw_link_knows(&link, first, &got));
    first_text[i] = 'a';
  }
  lw_link_remember(&link, second, &digests[1]);
  assert_false(lw_link_knows(&link, first, &got));
  assert_true(lw_link_knows(&link, second, &got));
  assert_true(lw_hash_equal(&got, &digests[1]));
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(slow_connections_are_cut),
                                     cmocka_unit_test(a_connection_knows_its_last_token)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
