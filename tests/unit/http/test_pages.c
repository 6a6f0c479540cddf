#include "data/json.h"
#include "http/assets.h"
#include "http/pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static void data_can_not_leave_its_block(void **state)
{
  (void)state;
  static const struct {
    const char *json;
    const char *page;
  } rows[] = {
      {"", ""},
      {"{\"a\":1}", "{\"a\":1}"},
      {"\"</script><!--\"", "\"\\u003c/script\\u003e\\u003c!--\""},
      {"\"<SCRIPT>\"", "\"\\u003cSCRIPT\\u003e\""},
      {"\"a&amp;b\"", "\"a\\u0026amp;b\""},
      {"\"\xE2\x80\xA8\"", "\"\\u2028\""},
      {"\"\xE2\x80\xA9\"", "\"\\u2029\""},
      {"\"\xE2\x80\xAA\xE2\x82\xAC\"", "\"\xE2\x80\xAA\xE2\x82\xAC\""}, /* their neighbours stay */
      {"<", "\\u003c"},
      {"\xE2\x80", "\xE2\x80"}, /* cut: nothing is read behind it */
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct lw_buf out = {.ptr = NULL};
    lw_page_add_json(&out, lw_str_c(rows[i].json));
    assert_true(lw_str_equal(lw_buf_str(&out), lw_str_c(rows[i].page)));
    lw_buf_finish(&out);
  }
}

/* Whatever bytes a text has, it reads as what it was. */
static void escaped_data_means_the_same(void **state)
{
  (void)state;
  struct lw_json_reader *reader = lw_json_reader_create(NULL);
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, 0);
  for (unsigned first = 1; first < 0x3000; first++) {
    char text[8];
    size_t len = 0;
    if (first < 0x80) {
      text[len++] = (char)first;
    } else if (first < 0x800) {
      text[len++] = (char)(0xC0 | (first >> 6));
      text[len++] = (char)(0x80 | (first & 0x3F));
    } else {
      text[len++] = (char)(0xE0 | (first >> 12));
      text[len++] = (char)(0x80 | ((first >> 6) & 0x3F));
      text[len++] = (char)(0x80 | (first & 0x3F));
    }
    struct lw_buf json = {.ptr = NULL};
    struct lw_buf page = {.ptr = NULL};
    const struct lw_value *value = NULL;
    struct lw_error err;
    lw_json_add_string(&json, lw_str_from(text, len));
    lw_page_add_json(&page, lw_buf_str(&json));
    assert_int_equal(lw_json_read(reader, &arena, lw_buf_str(&page), NULL, &value, &err), LW_OK);
    assert_true(lw_str_equal(value->text, lw_str_from(text, len)));
    assert_true(memchr(page.ptr, '<', page.len) == NULL);
    lw_buf_finish(&json);
    lw_buf_finish(&page);
    lw_arena_reset(&arena);
  }
  lw_json_reader_destroy(reader);
  lw_arena_finish(&arena);
}

static void the_language_is_the_first_that_is_named(void **state)
{
  (void)state;
  static const struct {
    const char *asked;
    const char *cookie;
    const char *accepts;
    const char *usual;
    const char *language;
  } rows[] = {{"de", "en", "en", "en", "de"},
              {"fr", "de", "en", "en", "de"},
              {"", "", "de", "en", "de"},
              {"", "", "de;q=0.1, en;q=0.2", "de", "en"},
              {"", "", "de-CH, fr;q=0.9", "en", "de"},
              {"", "", "fr", "de", "de"},
              {"", "", "", "de", "de"},
              {"", "", "*", "de", "de"},
              {"", "", "en, de", "de", "de"}, /* liked as well */
              {"", "xx", "", "xx", "en"},
              {"DE", "", "", "", "en"}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    lw_str found = lw_page_language(lw_str_c(rows[i].asked), lw_str_c(rows[i].cookie),
                                    lw_str_c(rows[i].accepts), lw_str_c(rows[i].usual));
    if (!lw_str_equal(found, lw_str_c(rows[i].language))) {
      print_error("row %zu: %.*s\n", i, LW_FMT(found));
      fail();
    }
  }
}

static void origins_are_a_scheme_a_host_and_a_port(void **state)
{
  (void)state;
  static const struct {
    const char *origin;
    bool fits;
  } rows[] = {{"https://helpdesk.example.com", true},
              {"https://a", true},
              {"https://a:1", true},
              {"https://a:65535", true},
              {"http://localhost", true},
              {"http://localhost:3000", true},
              {"http://127.0.0.1:8080", true},
              {"https://a-b.example", true},
              {"http://a.example", false},
              {"http://localhost.example", false},
              {"http://127.0.0.2", false},
              {"https://", false},
              {"https://:80", false},
              {"https://a:", false},
              {"https://a:0", false},
              {"https://a:65536", false},
              {"https://a:080x", false},
              {"https://a/", false},
              {"https://a/x", false},
              {"https://a?x", false},
              {"https://*.a", false},
              {"https://a;script-src", false},
              {"https://a 'self'", false},
              {"https://u@a", false},
              {"https://.a", false},
              {"https://a.", false},
              {"https://a..b", false},
              {"https://-a", false},
              {"https://\xC3\xA4", false},
              {"HTTPS://a", false},
              {"'self'", false},
              {"*", false},
              {"", false}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    if (lw_origin_fits(lw_str_c(rows[i].origin)) != rows[i].fits) {
      print_error("%s\n", rows[i].origin);
      fail();
    }
  }
}

static void files_stand_in_order_and_are_found(void **state)
{
  (void)state;
  for (size_t i = 0; i < lw_assets_count; i++) {
    assert_ptr_equal(lw_asset_find(lw_assets[i].path), &lw_assets[i]);
    assert_true(lw_assets[i].gzip.len < lw_assets[i].plain.len);
    if (i != 0) {
      assert_true(lw_str_compare(lw_assets[i - 1].path, lw_assets[i].path) < 0);
    }
  }
  assert_null(lw_asset_find(LW_STR("/assets/nothing.js")));
  assert_null(lw_asset_find(LW_STR("")));
}

static void every_page_begins_with_files_that_are_there(void **state)
{
  (void)state;
  for (size_t i = 0; i < lw_page_heads_count; i++) {
    const struct lw_page_head *head = &lw_page_heads[i];
    assert_ptr_equal(lw_page_head_find(head->surface, head->language), head);
    assert_non_null(lw_asset_find(head->script));
    assert_true(head->style.len != 0 && head->style_digest.len == 44);
    for (size_t from = 0, to = 0; from < head->later.len; from = to + 1) {
      to = lw_str_find(head->later, LW_STR(" "), from);
      to = to == SIZE_MAX ? head->later.len : to;
      assert_non_null(lw_asset_find(lw_str_slice(head->later, from, to - from)));
    }
  }
  if (lw_page_heads_count != 0) {
    assert_true(lw_page_head_find(LW_STR("nothing"), LW_STR("de"))->surface.len == 0);
    assert_non_null(lw_asset_find(lw_page_worker));
  } else {
    assert_null(lw_page_head_find(LW_STR(""), LW_STR("en")));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(data_can_not_leave_its_block),
      cmocka_unit_test(escaped_data_means_the_same),
      cmocka_unit_test(the_language_is_the_first_that_is_named),
      cmocka_unit_test(origins_are_a_scheme_a_host_and_a_port),
      cmocka_unit_test(files_stand_in_order_and_are_found),
      cmocka_unit_test(every_page_begins_with_files_that_are_there),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
