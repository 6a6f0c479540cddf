/* A key can't be mistaken for text inside a string: there its quotes carry backslashes. */
#include "ledger/scan.h"

#include <string.h>

static const lw_str text_head = LW_STR_INIT("{\"text\":\"");

/* Behind the string that begins at `at` (its quote), or the end. */
static size_t skip_string(lw_str body, size_t at)
{
  for (size_t from = at + 1; from < body.len;) {
    const char *quote = memchr(body.ptr + from, '"', body.len - from);
    if (quote == NULL) {
      break;
    }
    size_t end = (size_t)(quote - body.ptr);
    size_t slashes = 0;
    while (body.ptr[end - 1 - slashes] == '\\') { /* stops at the opening quote */
      slashes++;
    }
    if (slashes % 2 == 0) {
      return end + 1;
    }
    from = end + 1;
  }
  return body.len;
}

/* Behind the value that begins at `at`, or the end. */
static size_t skip_value(lw_str body, size_t at)
{
  size_t depth = 0;
  while (at < body.len) {
    char c = body.ptr[at];
    if (c == '"') {
      at = skip_string(body, at);
    } else if (c == '{' || c == '[') {
      depth++;
      at++;
    } else if (c == '}' || c == ']' || c == ',') {
      if (depth == 0) {
        return at;
      }
      depth -= c != ',';
      at++;
    } else {
      at++;
    }
    if (depth == 0 && (c == '"' || c == '}' || c == ']')) {
      return at;
    }
  }
  return body.len;
}

lw_str lw_scan_member(lw_str body, lw_str key)
{
  if (body.len == 0 || body.ptr[0] != '{') {
    return (lw_str){NULL, 0};
  }
  size_t at = 1;
  while (at + key.len + 3 <= body.len && body.ptr[at] == '"') {
    size_t colon = skip_string(body, at);
    if (colon >= body.len || body.ptr[colon] != ':') {
      break;
    }
    size_t value = colon + 1;
    size_t end = skip_value(body, value);
    if (lw_str_equal(lw_str_slice(body, at + 1, colon - at - 2), key)) {
      return lw_str_slice(body, value, end - value);
    }
    at = end + 1; /* behind the comma */
  }
  return (lw_str){NULL, 0};
}

/* Members that hold what others said, as they said it: nothing in there is a reference of ours,
 * whatever it looks like. */
static bool is_said(lw_str key)
{
  static const lw_str said[] = {LW_STR_INIT("request"), LW_STR_INIT("stored"),
                                LW_STR_INIT("answer"), LW_STR_INIT("facts")};
  for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
    if (lw_str_equal(key, said[i])) {
      return true;
    }
  }
  return false;
}

/* Behind the string at `at`; behind the whole member when it is the key of one to be passed over.
 */
static size_t skip_said(lw_str body, size_t at)
{
  size_t end = skip_string(body, at);
  bool is_key = end < body.len && body.ptr[end] == ':';
  if (is_key && is_said(lw_str_slice(body, at + 1, end - at - 2))) {
    return skip_value(body, end + 1);
  }
  return end;
}

static bool read_reference(lw_str body, size_t at, size_t *ret_end,
                           struct lw_text_reference *ret_reference)
{
  static const lw_str middle = LW_STR_INIT("\",\"sha256\":\"");
  size_t from = at + text_head.len;
  size_t end = lw_str_find(body, LW_STR("\""), from);
  if (end == SIZE_MAX || !lw_str_starts(lw_str_slice(body, end, SIZE_MAX), middle)) {
    return false;
  }
  lw_str hex = lw_str_slice(body, end + middle.len, 2 * LW_HASH_BYTES);
  if (!lw_hex_read(hex, ret_reference->digest.bytes, LW_HASH_BYTES)) {
    return false;
  }
  ret_reference->id = lw_str_slice(body, from, end - from);
  *ret_end = end + middle.len + 2 * LW_HASH_BYTES + 1;
  return true;
}

bool lw_scan_text(lw_str body, size_t *offset, struct lw_text_reference *ret_reference)
{
  size_t at = *offset;
  bool any =
      at < body.len && memmem(body.ptr + at, body.len - at, text_head.ptr, text_head.len) != NULL;
  while (any && at < body.len) {
    if (body.ptr[at] == '"') {
      at = skip_said(body, at);
    } else if (body.ptr[at] == '{' &&
               lw_str_starts(lw_str_slice(body, at, text_head.len), text_head) &&
               read_reference(body, at, &at, ret_reference)) {
      *offset = at;
      return true;
    } else {
      at++;
    }
  }
  *offset = body.len;
  return false;
}
