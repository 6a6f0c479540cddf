/* Borrowed text: pointer and length, no terminator, valid as long as its owner. UTF-8 was checked
 * on the way in. */
#ifndef LW_BASE_STR_H
#define LW_BASE_STR_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct lw_str {
  const char *ptr;
  size_t len;
} lw_str;

/* For printf: printf("%.*s", LW_FMT(str)). */
#define LW_FMT(str)     (int)(str).len, (str).ptr
#define LW_STR(literal) ((lw_str){"" literal, sizeof(literal) - 1})
#define LW_STR_INIT(literal)                                                                       \
  {                                                                                                \
    "" literal, sizeof(literal) - 1                                                                \
  }

static inline lw_str lw_str_from(const char *ptr, size_t len)
{
  return (lw_str){ptr, len};
}

/* NULL gives the empty text. */
static inline lw_str lw_str_c(const char *terminated)
{
  return (lw_str){terminated, terminated != NULL ? strlen(terminated) : 0};
}

static inline bool lw_str_equal(lw_str a, lw_str b)
{
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
/* The same, of texts that are mostly short: up to 16 bytes without a call. */
static inline bool lw_str_equal_short(lw_str a, lw_str b)
{
  uint64_t words[4] = {0, 0, 0, 0};
  if (a.len != b.len) {
    return false;
  }
  if (a.len > 16) {
    return memcmp(a.ptr, b.ptr, a.len) == 0;
  }
  if (a.len >= 8) { /* first and last words, which may overlap */
    memcpy(&words[0], a.ptr, 8);
    memcpy(&words[1], a.ptr + a.len - 8, 8);
    memcpy(&words[2], b.ptr, 8);
    memcpy(&words[3], b.ptr + a.len - 8, 8);
  } else if (a.len >= 4) {
    memcpy(&words[0], a.ptr, 4);
    memcpy(&words[1], a.ptr + a.len - 4, 4);
    memcpy(&words[2], b.ptr, 4);
    memcpy(&words[3], b.ptr + a.len - 4, 4);
  } else if (a.len != 0) {
    return a.ptr[0] == b.ptr[0] && a.ptr[a.len - 1] == b.ptr[a.len - 1] &&
           a.ptr[a.len / 2] == b.ptr[a.len / 2];
  }
  return words[0] == words[2] && words[1] == words[3];
}

/* By bytes, which for UTF-8 is by code point: negative, 0 or positive. */
static inline int lw_str_compare(lw_str a, lw_str b)
{
  size_t least = a.len < b.len ? a.len : b.len;
  int order = least != 0 ? memcmp(a.ptr, b.ptr, least) : 0;
  return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

bool lw_str_starts(lw_str text, lw_str prefix);
bool lw_str_ends(lw_str text, lw_str suffix);
/* Offset of the first occurrence at or after `from`, or SIZE_MAX. */
size_t lw_str_find(lw_str text, lw_str part, size_t from);
/* Without ASCII white space at both ends. */
lw_str lw_str_trim(lw_str text);
/* A line of a document, counted from 1, without its end (\n, \r\n or \r); {NULL, 0} past the last
 * one. Line 1 is without a byte order mark. */
lw_str lw_str_line(lw_str document, uint32_t line);
/* The part from `from`, at most `len` bytes. */
lw_str lw_str_slice(lw_str text, size_t from, size_t len);

/* A copy in `arena`, with a NUL behind it; {NULL, 0} when memory is out. */
lw_str lw_str_copy(struct lw_arena *arena, lw_str text);
/* printf into `arena`. */
LW_PRINTF(2, 3) lw_str lw_str_format(struct lw_arena *arena, const char *format, ...);

/* 64-bit hash (wyhash-like mixing; not for adversarial keys beyond what `seed` protects). */
uint64_t lw_str_hash(lw_str text, uint64_t seed);

/* How many edits (insert, delete, replace, swap of neighbours) turn a into b; stops counting past
 * `most`, returning most + 1. For "did you mean". Texts over 64 bytes count as different. */
unsigned lw_str_distance(lw_str a, lw_str b, unsigned most);
/* The nearest of `count` candidates within a third of the length (at least 1 edit), or {NULL, 0}.
 */
lw_str lw_str_nearest(lw_str text, const lw_str *candidates, size_t count);

/* The order of two lw_str, by their bytes, for qsort. */
int lw_str_order(const void *a, const void *b);
/* Whether it is one of those words, the last of which is followed by NULL. */
bool lw_str_is_one_of(lw_str text, const char *const *words);
/* Whether it has no control characters, as what stands on one line and is shown as it is. */
bool lw_str_is_plain(lw_str text);

#endif
