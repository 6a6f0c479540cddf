/* A page's words alone, for the index and for what a search shows: Markdown's marks go, a link is
 * its words. What is left may say a mark too much or too few; it is never shown as Markdown. */
#include "guide/page_inside.h"

static bool is_mark(char c)
{
  return c == '*' || c == '`' || c == '|' || c == '[' || c == ']' || c == '~';
}

/* Marks at the beginning of a line: "## ", "> ", "- ". */
static size_t skip_begin(lw_str body, size_t at)
{
  while (at < body.len && (body.ptr[at] == ' ' || body.ptr[at] == '#' || body.ptr[at] == '>')) {
    at++;
  }
  lw_str two = lw_str_slice(body, at, 2);
  bool item = lw_str_equal(two, LW_STR("- ")) || lw_str_equal(two, LW_STR("+ ")) ||
              lw_str_equal(two, LW_STR("* "));
  return item ? at + 2 : at;
}

/* One past the address that begins with "](", or `at` when it is none. */
static size_t skip_address(lw_str body, size_t at)
{
  size_t end = lw_str_find(body, LW_STR(")"), at);
  size_t line = lw_str_find(body, LW_STR("\n"), at);
  return end != SIZE_MAX && (line == SIZE_MAX || end < line) ? end + 1 : at;
}

/* "[[slug|": the words alone are shown. */
static size_t skip_slug(lw_str body, size_t at)
{
  size_t bar = lw_str_find(body, LW_STR("|"), at);
  size_t end = lw_str_find(body, LW_STR("]]"), at);
  return bar != SIZE_MAX && end != SIZE_MAX && bar < end ? bar + 1 : at + 2;
}

static void add_blank(struct lw_buf *out)
{
  if (out->len != 0 && out->ptr[out->len - 1] != ' ') {
    lw_buf_add_char(out, ' ');
  }
}

void lw_page_plain(lw_str body, struct lw_buf *out)
{
  for (size_t at = skip_begin(body, 0); at < body.len;) {
    char c = body.ptr[at];
    lw_str two = lw_str_slice(body, at, 2);
    if (c == '\n') {
      add_blank(out);
      at = skip_begin(body, at + 1);
    } else if (lw_str_equal(two, LW_STR("]("))) {
      size_t next = skip_address(body, at);
      at = next != at ? next : at + 1;
    } else if (lw_str_equal(two, LW_STR("[["))) {
      at = skip_slug(body, at);
    } else if (lw_str_equal(two, LW_STR("!["))) {
      at++;
    } else if (lw_str_equal(lw_str_slice(body, at, 3), LW_STR("---"))) { /* a rule; a table's */
      while (at < body.len && body.ptr[at] == '-') {
        at++;
      }
    } else if (is_mark(c)) {
      if (c == '|') {
        add_blank(out);
      }
      at++;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      add_blank(out);
      at++;
    } else {
      lw_buf_add_char(out, c);
      at++;
    }
  }
}
