#include "http/query.h"

#include "base/utf8.h"

static int hex(char c)
{
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  char small = (char)(c | 0x20);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

static bool is_plain(lw_str raw, bool plus)
{
  for (size_t i = 0; i < raw.len; i++) {
    unsigned char c = (unsigned char)raw.ptr[i];
    if (c == '%' || (plus && c == '+') || c >= 0x80 || c == 0) {
      return false;
    }
  }
  return true;
}

/* One character from `at`; the number of bytes that it took, or 0. */
static size_t decode(lw_str raw, size_t at, bool plus, char *ret_char)
{
  char c = raw.ptr[at];
  if (c == '%') {
    int high = at + 2 < raw.len ? hex(raw.ptr[at + 1]) : -1;
    int low = at + 2 < raw.len ? hex(raw.ptr[at + 2]) : -1;
    *ret_char = (char)(high * 16 + low);
    return high < 0 || low < 0 || high + low == 0 ? 0 : 3;
  }
  *ret_char = plus && c == '+' ? ' ' : c;
  return c == '\0' ? 0 : 1;
}

bool lw_query_unescape(struct lw_arena *arena, lw_str raw, bool plus, lw_str *ret_text)
{
  if (is_plain(raw, plus)) {
    *ret_text = raw;
    return true;
  }
  char *text = lw_arena_alloc(arena, raw.len, 1);
  if (text == NULL) {
    return false;
  }
  size_t len = 0;
  for (size_t at = 0; at < raw.len;) {
    size_t took = decode(raw, at, plus, &text[len]);
    if (took == 0) {
      return false;
    }
    at += took;
    len++;
  }
  lw_str decoded = {text, len};
  if (lw_utf8_check(decoded) != decoded.len) {
    return false;
  }
  *ret_text = decoded;
  return true;
}

bool lw_query_next(lw_str *rest, lw_str *ret_name, lw_str *ret_value)
{
  while (rest->len != 0) {
    const char *end = memchr(rest->ptr, '&', rest->len);
    size_t len = end != NULL ? (size_t)(end - rest->ptr) : rest->len;
    lw_str pair = {rest->ptr, len};
    *rest = lw_str_slice(*rest, len + (end != NULL), SIZE_MAX);
    if (pair.len == 0) {
      continue;
    }
    const char *equals = memchr(pair.ptr, '=', pair.len);
    size_t name_len = equals != NULL ? (size_t)(equals - pair.ptr) : pair.len;
    *ret_name = (lw_str){pair.ptr, name_len};
    *ret_value =
        (lw_str){pair.ptr + name_len + (equals != NULL), pair.len - name_len - (equals != NULL)};
    return true;
  }
  return false;
}

bool lw_query_get(struct lw_arena *arena, lw_str query, lw_str name, lw_str *ret_value)
{
  lw_str raw_name;
  lw_str raw_value;
  *ret_value = (lw_str){NULL, 0};
  while (lw_query_next(&query, &raw_name, &raw_value)) {
    lw_str decoded;
    if (!lw_query_unescape(arena, raw_name, true, &decoded)) {
      return false;
    }
    if (lw_str_equal(decoded, name)) {
      return lw_query_unescape(arena, raw_value, true, ret_value);
    }
  }
  return true;
}
