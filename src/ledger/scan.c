/* A key can't be mistaken for text inside a string: there its quotes carry backslashes. */
#include "ledger/scan.h"

#include <string.h>

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

bool lw_scan_text(lw_str body, size_t *offset, struct lw_text_reference *ret_reference)
{
  static const lw_str head = LW_STR_INIT("{\"text\":\"");
  static const lw_str middle = LW_STR_INIT("\",\"sha256\":\"");
  while (*offset < body.len) {
    const char *found = memmem(body.ptr + *offset, body.len - *offset, head.ptr, head.len);
    if (found == NULL) {
      break;
    }
    size_t from = (size_t)(found - body.ptr) + head.len;
    size_t end = lw_str_find(body, LW_STR("\""), from);
    *offset = from;
    if (end == SIZE_MAX || !lw_str_starts(lw_str_slice(body, end, SIZE_MAX), middle)) {
      continue;
    }
    lw_str hex = lw_str_slice(body, end + middle.len, 2 * LW_HASH_BYTES);
    if (lw_hex_read(hex, ret_reference->digest.bytes, LW_HASH_BYTES)) {
      ret_reference->id = lw_str_slice(body, from, end - from);
      *offset = end + middle.len + 2 * LW_HASH_BYTES;
      return true;
    }
  }
  *offset = body.len;
  return false;
}
