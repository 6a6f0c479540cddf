/* Every cell is looked up by its path, from the row on: sheets have some hundred rows, and no index
 * is worth its keeping. */
#include "data/sheet.h"

#include "base/buf.h"

#include <string.h>

/* -?digits, with a fraction or not: what a spreadsheet takes for a number and nothing else. */
static bool is_number(lw_str text)
{
  size_t at = text.len != 0 && text.ptr[0] == '-' ? 1 : 0;
  size_t digits = 0;
  bool point = false;
  for (; at < text.len; at++) {
    char c = text.ptr[at];
    if (c == '.' && digits != 0 && !point) {
      point = true;
      digits = 0;
    } else if (c >= '0' && c <= '9') {
      digits++;
    } else {
      return false;
    }
  }
  return digits != 0;
}

static bool is_one_of(char c, const char *chars)
{
  return c != '\0' && strchr(chars, c) != NULL;
}

void lw_csv_add_cell(struct lw_buf *out, lw_str text)
{
  bool unsafe = text.len != 0 && is_one_of(text.ptr[0], "=+-@\t\r") && !is_number(text);
  bool quoted = unsafe;
  for (size_t i = 0; i < text.len; i++) {
    quoted = quoted || is_one_of(text.ptr[i], ",;\"\n\r"); /* ; parts cells in some countries */
  }
  lw_buf_add_c(out, quoted ? "\"" : "");
  lw_buf_add_c(out, unsafe ? "'" : "");
  for (size_t i = 0; i < text.len; i++) {
    lw_buf_add_c(out, text.ptr[i] == '"' ? "\"" : "");
    lw_buf_add_char(out, text.ptr[i]);
  }
  lw_buf_add_c(out, quoted ? "\"" : "");
}

/* The place in a list that a key names; UINT32_MAX: none. */
static uint32_t place_of(lw_str key)
{
  uint32_t place = 0;
  for (size_t i = 0; i < key.len; i++) {
    if (key.ptr[i] < '0' || key.ptr[i] > '9' || i > 5) {
      return UINT32_MAX;
    }
    place = place * 10 + (uint32_t)(key.ptr[i] - '0');
  }
  return key.len != 0 ? place : UINT32_MAX;
}

/* NULL: there is nothing. */
static const struct lw_value *find(const struct lw_value *value, lw_str path)
{
  while (path.len != 0 && value != NULL) {
    size_t dot = lw_str_find(path, LW_STR("."), 0);
    lw_str key = lw_str_slice(path, 0, dot);
    path = dot != SIZE_MAX ? lw_str_slice(path, dot + 1, SIZE_MAX) : LW_STR("");
    if (value->kind == LW_VALUE_LIST) {
      uint32_t place = place_of(key);
      value = place < value->count ? &value->items[place] : NULL;
    } else {
      value = lw_value_get(value, key);
    }
  }
  return value;
}

static void add_texts(const struct lw_value *list, struct lw_buf *out)
{
  struct lw_buf text = {0};
  for (uint32_t i = 0; i < list->count && list->items[i].kind == LW_VALUE_STRING; i++) {
    lw_buf_add_c(&text, i != 0 ? " " : "");
    lw_buf_add(&text, list->items[i].text);
  }
  lw_csv_add_cell(out, lw_buf_str(&text));
  out->failed = out->failed || text.failed;
  lw_buf_finish(&text);
}

static void add_value(const struct lw_value *value, struct lw_buf *out)
{
  switch (value != NULL ? value->kind : LW_VALUE_NULL) {
  case LW_VALUE_BOOL: lw_buf_add_c(out, value->boolean ? "true" : "false"); break;
  case LW_VALUE_NUMBER:
  case LW_VALUE_STRING: lw_csv_add_cell(out, value->text); break;
  case LW_VALUE_LIST: add_texts(value, out); break;
  case LW_VALUE_NULL:
  case LW_VALUE_MAP: break;
  }
}

static bool has_names(const struct lw_sheet *sheet)
{
  return sheet->tables[0].name != NULL && sheet->tables[1].name != NULL;
}

static void add_row(const struct lw_sheet *sheet, const char *table, const struct lw_value *row,
                    struct lw_buf *out)
{
  lw_buf_add_c(out, has_names(sheet) ? table : "");
  for (size_t i = 0; sheet->columns[i] != NULL; i++) {
    const char *equals = strchr(sheet->columns[i], '=');
    lw_buf_add_c(out, i != 0 || has_names(sheet) ? "," : "");
    add_value(find(row, lw_str_c(equals != NULL ? equals + 1 : sheet->columns[i])), out);
  }
  LW_BUF_LIT(out, "\r\n");
}

static void add_header(const struct lw_sheet *sheet, struct lw_buf *out)
{
  lw_buf_add_c(out, has_names(sheet) ? "table" : "");
  for (size_t i = 0; sheet->columns[i] != NULL; i++) {
    lw_buf_add_c(out, i != 0 || has_names(sheet) ? "," : "");
    for (const char *at = sheet->columns[i]; *at != '\0' && *at != '='; at++) {
      lw_buf_add_char(out, *at == '.' ? '_' : *at);
    }
  }
  LW_BUF_LIT(out, "\r\n");
}

void lw_sheet_print(const struct lw_sheet *sheet, const struct lw_value *value, struct lw_buf *out)
{
  add_header(sheet, out);
  for (const struct lw_sheet_table *table = sheet->tables; table->name != NULL; table++) {
    const struct lw_value *rows = find(value, lw_str_c(table->path));
    if (rows != NULL && rows->kind == LW_VALUE_MAP) {
      add_row(sheet, table->name, rows, out);
    }
    for (uint32_t i = 0; rows != NULL && rows->kind == LW_VALUE_LIST && i < rows->count; i++) {
      add_row(sheet, table->name, &rows->items[i], out);
    }
  }
}
