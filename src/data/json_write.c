/* JSON writing. Recursion is as deep as the tree, which readers bound at LW_VALUE_DEPTH_MAX. */
#include "data/json.h"

#include "data/json_token.h"

/* What must be escaped, and how: 0 nothing, 'u' as \u00XX, else the letter behind the backslash. */
static const char ESCAPES[256] = {
    [0x00] = 'u', [0x01] = 'u', [0x02] = 'u', [0x03] = 'u',  [0x04] = 'u', [0x05] = 'u',
    [0x06] = 'u', [0x07] = 'u', [0x08] = 'b', [0x09] = 't',  [0x0A] = 'n', [0x0B] = 'u',
    [0x0C] = 'f', [0x0D] = 'r', [0x0E] = 'u', [0x0F] = 'u',  [0x10] = 'u', [0x11] = 'u',
    [0x12] = 'u', [0x13] = 'u', [0x14] = 'u', [0x15] = 'u',  [0x16] = 'u', [0x17] = 'u',
    [0x18] = 'u', [0x19] = 'u', [0x1A] = 'u', [0x1B] = 'u',  [0x1C] = 'u', [0x1D] = 'u',
    [0x1E] = 'u', [0x1F] = 'u', ['"'] = '"',  ['\\'] = '\\',
};

static void add_escape(struct lw_buf *out, unsigned char byte)
{
  static const char DIGITS[] = "0123456789abcdef";
  char escape = ESCAPES[byte];
  if (escape != 'u') {
    lw_buf_add(out, lw_str_from((const char[]){'\\', escape}, 2));
  } else {
    lw_buf_add(
        out,
        lw_str_from((const char[]){'\\', 'u', '0', '0', DIGITS[byte >> 4], DIGITS[byte & 15]}, 6));
  }
}

/* Whether one of the eight bytes must be escaped. Each test may err only above a byte that is a
 * hit, so that their sum is right. */
static inline bool has_escape_in(uint64_t bytes)
{
  const uint64_t ones = 0x0101010101010101U;
  const uint64_t highs = 0x8080808080808080U;
  uint64_t control = bytes - ones * 0x20;
  uint64_t quote = (bytes ^ ones * '"') - ones;
  uint64_t backslash = (bytes ^ ones * '\\') - ones;
  return (((control & ~bytes) | (quote & ~(bytes ^ ones * '"')) |
           (backslash & ~(bytes ^ ones * '\\'))) &
          highs) != 0;
}

static inline bool has_escape(const char *ptr)
{
  uint64_t bytes = 0;
  memcpy(&bytes, ptr, sizeof bytes);
  return has_escape_in(bytes);
}

/* Of four to seven bytes: the last four overlap the first. */
static inline bool short_has_escape(lw_str text)
{
  uint32_t first = 0;
  uint32_t last = 0;
  memcpy(&first, text.ptr, sizeof first);
  memcpy(&last, text.ptr + text.len - sizeof last, sizeof last);
  return has_escape_in((uint64_t)last << 32 | first);
}

/* How many bytes from the start need no escape: at least. */
static inline size_t plain_bytes(lw_str text)
{
  size_t at = 0;
  if (text.len >= 4 && text.len < 8 && !short_has_escape(text)) {
    return text.len;
  }
  while (text.len - at >= 8 && !has_escape(text.ptr + at)) {
    at += 8;
  }
  if (at >= 8 && text.len - at < 8 && !has_escape(text.ptr + text.len - 8)) {
    return text.len; /* the last eight overlap those before */
  }
  while (at < text.len && ESCAPES[(unsigned char)text.ptr[at]] == 0) {
    at++;
  }
  return at;
}

/* A string with escapes, or one that needs more room: apart, so that the others need no registers
 * saved for it. */
static LW_COLD void add_escaped(struct lw_buf *out, lw_str text)
{
  lw_buf_add_char(out, '"');
  while (text.len != 0) {
    size_t plain = plain_bytes(text);
    lw_buf_add(out, lw_str_from(text.ptr, plain));
    if (plain == text.len) {
      break;
    }
    add_escape(out, (unsigned char)text.ptr[plain]);
    text = lw_str_slice(text, plain + 1, SIZE_MAX);
  }
  lw_buf_add_char(out, '"');
}

void lw_json_add_string(struct lw_buf *out, lw_str text)
{
  size_t plain = plain_bytes(text);
  if (LW_UNLIKELY(plain != text.len || out->ptr == NULL || out->capacity - out->len < 2 ||
                  out->capacity - out->len - 2 < plain)) {
    add_escaped(out, text);
    return;
  }
  char *place = out->ptr + out->len;
  place[0] = '"';
  if (plain != 0) {
    memcpy(place + 1, text.ptr, plain);
  }
  place[plain + 1] = '"';
  out->len += plain + 2;
}

/* YAML has numbers that JSON has no words for (0x1F, +1, .inf): those are written as strings. */
static void add_number(struct lw_buf *out, lw_str text)
{
  if (lw_json_is_number(text)) {
    lw_buf_add(out, text);
  } else {
    lw_json_add_string(out, text);
  }
}

static void add_line(struct lw_buf *out, bool pretty, unsigned depth)
{
  if (pretty) {
    lw_buf_add_char(out, '\n');
    for (unsigned i = 0; i < depth; i++) {
      LW_BUF_LIT(out, "  ");
    }
  }
}

static void add_at_depth(struct lw_buf *out, const struct lw_value *value, bool pretty,
                         unsigned depth);

static void add_container(struct lw_buf *out, const struct lw_value *value, bool pretty,
                          unsigned depth)
{
  bool is_map = value->kind == LW_VALUE_MAP;
  lw_buf_add_char(out, is_map ? '{' : '[');
  for (uint32_t i = 0; i < value->count; i++) {
    if (i != 0) {
      lw_buf_add_char(out, ',');
    }
    add_line(out, pretty, depth + 1);
    if (is_map) {
      lw_json_add_string(out, value->entries[i].key);
      lw_buf_add(out, pretty ? LW_STR(": ") : LW_STR(":"));
    }
    add_at_depth(out, &value->items[i], pretty, depth + 1);
  }
  if (value->count != 0) {
    add_line(out, pretty, depth);
  }
  lw_buf_add_char(out, is_map ? '}' : ']');
}

static void add_at_depth(struct lw_buf *out, const struct lw_value *value, bool pretty,
                         unsigned depth)
{
  switch (value->kind) {
  case LW_VALUE_NULL: LW_BUF_LIT(out, "null"); break;
  case LW_VALUE_BOOL: lw_buf_add(out, value->boolean ? LW_STR("true") : LW_STR("false")); break;
  case LW_VALUE_NUMBER: add_number(out, value->text); break;
  case LW_VALUE_STRING: lw_json_add_string(out, value->text); break;
  case LW_VALUE_LIST:
  case LW_VALUE_MAP: add_container(out, value, pretty, depth); break;
  }
}

void lw_json_add_value(struct lw_buf *out, const struct lw_value *value)
{
  add_at_depth(out, value, false, 0);
}

void lw_json_add_pretty(struct lw_buf *out, const struct lw_value *value)
{
  add_at_depth(out, value, true, 0);
}
