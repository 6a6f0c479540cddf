#include "base/bounds.h"
#include "http/exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static void headers_are_found_whatever_their_case(void **state)
{
  (void)state;
  static const struct {
    const char *name;
    enum lw_header header;
  } rows[] = {{"host", LW_HEADER_HOST},
              {"Host", LW_HEADER_HOST},
              {"HOST", LW_HEADER_HOST},
              {"hosts", LW_HEADERS},
              {"hos", LW_HEADERS},
              {"Idempotency-Key", LW_HEADER_IDEMPOTENCY_KEY},
              {"If-Match", LW_HEADER_IF_MATCH},
              {"if_match", LW_HEADERS},
              {"X-CSRF-Token", LW_HEADER_CSRF},
              {"", LW_HEADERS}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    assert_int_equal(lw_header_find(lw_str_c(rows[i].name)), rows[i].header);
  }
}

static void preferences_are_weighed(void **state)
{
  (void)state;
  static const struct {
    const char *header;
    const char *word;
    uint32_t weight;
  } rows[] = {{"", "gzip", 0},
              {"gzip", "gzip", 1000},
              {"GZIP", "gzip", 1000},
              {"br, gzip;q=0.5", "gzip", 500},
              {"br,gzip ; Q=0.25 ,x", "gzip", 250},
              {"gzip;q=0", "gzip", 0},
              {"gzip;q=0.000", "gzip", 0},
              {"gzip;q=0.", "gzip", 0},
              {"gzip;q=1.000", "gzip", 1000},
              {"gzip;q=0.123456", "gzip", 123},
              {"gzip;level=1", "gzip", 1000},
              {"gzipped", "gzip", 0},
              {"x-gzip", "gzip", 0},
              {"*", "gzip", 1000},
              {"*;q=0.1", "gzip", 100},
              {"*, gzip;q=0", "gzip", 0},
              {"identity", "gzip", 0},
              {"de-AT;q=0.8, de;q=0.3", "de", 800},
              {"den", "de", 0},
              {",,;q=1,", "de", 0}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    uint32_t weight = lw_header_weight(lw_str_c(rows[i].header), lw_str_c(rows[i].word));
    if (weight != rows[i].weight) {
      print_error("%s of %s: %u\n", rows[i].word, rows[i].header, weight);
      fail();
    }
  }
}

static void cookies_are_told_apart(void **state)
{
  (void)state;
  static const struct {
    const char *header;
    const char *value; /* NULL: not there */
  } rows[] = {{"", NULL},
              {"leeway=abc", "abc"},
              {"a=1; leeway=abc", "abc"},
              {"a=1;leeway=abc", "abc"},
              {" leeway=abc ; b=2", "abc"},
              {"leeway=a=b", "a=b"},
              {"leeway=", ""},
              {"leeway", NULL},
              {"xleeway=abc", NULL},
              {"leewayx=abc", NULL},
              {"__Host-leeway=abc", NULL},
              {"Leeway=abc", NULL},
              {"a=leeway=abc", NULL},
              {"leeway=first; leeway=second", "first"},
              {";;;", NULL}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    lw_str value = lw_header_cookie(lw_str_c(rows[i].header), LW_STR("leeway"));
    assert_int_equal(value.ptr != NULL, rows[i].value != NULL);
    if (rows[i].value != NULL) {
      assert_true(lw_str_equal(value, lw_str_c(rows[i].value)));
    }
  }
}

/* What one request left behind is never seen by the next, and large ones leave no large memory. */
static void exchanges_are_used_again_and_clean(void **state)
{
  (void)state;
  struct lw_exchanges *pool = lw_exchanges_create();
  assert_non_null(pool);
  struct lw_exchange *first = lw_exchange_take(pool);
  assert_non_null(first);
  assert_int_equal(lw_exchanges_out(pool), 1);
  assert_ptr_equal(lw_exchange_of(&first->call), first);
  first->call.status = 500;
  first->by_cookie = true;
  first->n_added = 3;
  first->headers[LW_HEADER_HOST] = LW_STR("x");
  lw_buf_add(&first->body, LW_STR("secret"));
  assert_non_null(lw_buf_reserve(&first->call.out, (size_t)1 << 20));
  assert_non_null(lw_arena_alloc(&first->call.arena, (size_t)1 << 20, 1));
  lw_exchange_give(pool, first);
  assert_int_equal(lw_exchanges_out(pool), 0);
  struct lw_exchange *second = lw_exchange_take(pool);
  assert_ptr_equal(second, first);
  assert_int_equal(second->call.status, 0);
  assert_false(second->by_cookie);
  assert_int_equal(second->n_added, 0);
  assert_null(second->headers[LW_HEADER_HOST].ptr);
  assert_int_equal(second->body.len, 0);
  assert_int_equal(second->call.out.capacity, 0);
  assert_int_equal(second->call.arena.used_bytes, 0);
  assert_string_equal(second->content_type, "application/json");
  lw_exchange_give(pool, second);
  lw_exchanges_destroy(pool);
  lw_exchanges_destroy(NULL);
}

static void a_request_has_so_much_memory_and_no_more(void **state)
{
  (void)state;
  struct lw_exchanges *pool = lw_exchanges_create();
  struct lw_exchange *exchange = lw_exchange_take(pool);
  assert_non_null(exchange);
  assert_null(lw_arena_alloc(&exchange->call.arena, LW_REQUEST_BYTES_MAX + 1, 1));
  assert_true(exchange->call.arena.failed);
  lw_exchange_give(pool, exchange);
  exchange = lw_exchange_take(pool);
  assert_false(exchange->call.arena.failed);
  lw_exchange_give(pool, exchange);
  lw_exchanges_destroy(pool);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(headers_are_found_whatever_their_case),
      cmocka_unit_test(preferences_are_weighed),
      cmocka_unit_test(cookies_are_told_apart),
      cmocka_unit_test(exchanges_are_used_again_and_clean),
      cmocka_unit_test(a_request_has_so_much_memory_and_no_more),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
