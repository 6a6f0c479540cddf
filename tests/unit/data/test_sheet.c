/* CSV out: cells that are quoted, cells that a spreadsheet would run, rows by path. */
#include "base/arena.h"
#include "base/buf.h"
#include "data/json.h"
#include "data/sheet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const CELLS[][2] = {
    {"", ""},
    {"ana", "ana"},
    {"a,b", "\"a,b\""},
    {"a;b", "\"a;b\""},
    {"a \"b\"", "\"a \"\"b\"\"\""},
    {"a\nb", "\"a\nb\""},
    {"a\rb", "\"a\rb\""},
    {"=1+1", "\"'=1+1\""},
    {"+49", "\"'+49\""},
    {"@all", "\"'@all\""},
    {"\tx", "\"'\tx\""},
    {"\rx", "\"'\rx\""},
    {"-x", "\"'-x\""},
    {"-", "\"'-\""},
    {"-1", "-1"},
    {"-12.50", "-12.50"},
    {"-12.", "\"'-12.\""},
    {"-.5", "\"'-.5\""},
    {"-1.2.3", "\"'-1.2.3\""},
    {"-1+1", "\"'-1+1\""},
    {"a=b", "a=b"},
    {"1e-05", "1e-05"},
};

static void test_cells(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof CELLS / sizeof CELLS[0]; i++) {
    struct lw_buf out = {0};
    lw_csv_add_cell(&out, lw_str_c(CELLS[i][0]));
    lw_buf_add_char(&out, '\0');
    assert_false(out.failed);
    assert_string_equal(out.ptr, CELLS[i][1]);
    lw_buf_finish(&out);
  }
}

static const struct lw_sheet_table TABLES[] = {
    {"top", ""}, {"rows", "rows"}, {"deep", "deep.rows"}, {"none", "none"}, {NULL, NULL}};
static const char *const COLUMNS[] = {"a", "b.c", "last=list.1.n", "list.9.n", "words", NULL};
static const char TEXT[] = "{\"a\":1.50,\"rows\":[{\"a\":\"x,y\",\"b\":{\"c\":true}},"
                           "{\"list\":[{\"n\":1},{\"n\":-2.0}],\"words\":[\"one\",\"two\"]}],"
                           "\"deep\":{\"rows\":[{\"a\":null,\"b\":{\"c\":\"=1\"}}]}}";
static const char SHEET[] = "table,a,b_c,last,list_9_n,words\r\n"
                            "top,1.50,,,,\r\n"
                            "rows,\"x,y\",true,,,\r\n"
                            "rows,,,-2.0,,one two\r\n"
                            "deep,,\"'=1\",,,\r\n";

static void print(const struct lw_sheet *sheet, const char *text, struct lw_buf *out)
{
  struct lw_arena arena;
  struct lw_error err = {0};
  const struct lw_value *value = NULL;
  struct lw_json_reader *reader = lw_json_reader_create(NULL);
  lw_arena_init(&arena, NULL, 0);
  assert_non_null(reader);
  assert_int_equal(lw_json_read(reader, &arena, lw_str_c(text), NULL, &value, &err), LW_OK);
  lw_sheet_print(sheet, value, out);
  lw_buf_add_char(out, '\0');
  assert_false(out->failed);
  lw_arena_finish(&arena);
  lw_json_reader_destroy(reader);
}

static void test_tables(void **state)
{
  const struct lw_sheet sheet = {TABLES, COLUMNS};
  struct lw_buf out = {0};
  (void)state;
  print(&sheet, TEXT, &out);
  assert_string_equal(out.ptr, SHEET);
  lw_buf_finish(&out);
}

static void test_one_table(void **state)
{
  static const struct lw_sheet_table rows[] = {{"rows", "rows"}, {NULL, NULL}};
  static const char *const columns[] = {"a", "b.c", NULL};
  const struct lw_sheet sheet = {rows, columns};
  struct lw_buf out = {0};
  (void)state;
  print(&sheet, TEXT, &out);
  assert_string_equal(out.ptr, "a,b_c\r\n\"x,y\",true\r\n,\r\n");
  lw_buf_finish(&out);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_cells), cmocka_unit_test(test_tables),
                                     cmocka_unit_test(test_one_table)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
