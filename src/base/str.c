/* Borrowed text: searching, comparing, hashing, and the nearest of some names. Everything is by
 * bytes; UTF-8 is neither checked nor broken, as parts are only cut where ASCII stands. */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>

bool lw_str_starts(lw_str text, lw_str prefix)
{
  return text.len >= prefix.len &&
         (prefix.len == 0 || memcmp(text.ptr, prefix.ptr, prefix.len) == 0);
}

bool lw_str_ends(lw_str text, lw_str suffix)
{
  return text.len >= suffix.len &&
         (suffix.len == 0 || memcmp(text.ptr + text.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

size_t lw_str_find(lw_str text, lw_str part, size_t from)
{
  if (from > text.len || part.len > text.len - from) {
    return SIZE_MAX;
  }
  if (part.len == 0) {
    return from;
  }
  const char *hit = memmem(text.ptr + from, text.len - from, part.ptr, part.len);
  return hit != NULL ? (size_t)(hit - text.ptr) : SIZE_MAX;
}

static bool is_space(char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

lw_str lw_str_trim(lw_str text)
{
  while (text.len != 0 && is_space(text.ptr[0])) {
    text.ptr++;
    text.len--;
  }
  while (text.len != 0 && is_space(text.ptr[text.len - 1])) {
    text.len--;
  }
  return text;
}

lw_str lw_str_slice(lw_str text, size_t from, size_t len)
{
  if (from > text.len) {
    from = text.len;
  }
  if (len > text.len - from) {
    len = text.len - from;
  }
  return (lw_str){from != 0 ? text.ptr + from : text.ptr, len}; /* no text may be NULL */
}

/* Where the line ends that begins at `at`, and where the next begins (past the end: none does).
 * Lines end as YAML has it: by \n, \r\n, or \r alone. */
static size_t line_end(lw_str document, size_t at, size_t *ret_next)
{
  size_t end = at;
  while (end < document.len && document.ptr[end] != '\n' && document.ptr[end] != '\r') {
    end++;
  }
  bool both = end + 1 < document.len && document.ptr[end] == '\r' && document.ptr[end + 1] == '\n';
  *ret_next = end == document.len ? SIZE_MAX : end + (both ? 2 : 1);
  return end;
}

lw_str lw_str_line(lw_str document, uint32_t line)
{
  size_t at = 0;
  size_t next = 0;
  for (uint32_t i = 1; i < line; i++) {
    (void)line_end(document, at, &next);
    if (next == SIZE_MAX) {
      return (lw_str){NULL, 0};
    }
    at = next;
  }
  lw_str text = lw_str_slice(document, at, line_end(document, at, &next) - at);
  bool marked = at == 0 && lw_str_starts(text, LW_STR("\xEF\xBB\xBF"));
  return marked ? lw_str_slice(text, 3, SIZE_MAX) : text;
}

lw_str lw_str_copy(struct lw_arena *arena, lw_str text)
{
  char *copy = lw_arena_alloc(arena, text.len + 1, 1);
  if (copy == NULL) {
    return (lw_str){NULL, 0};
  }
  if (text.len != 0) {
    memcpy(copy, text.ptr, text.len);
  }
  copy[text.len] = '\0';
  return (lw_str){copy, text.len};
}

lw_str lw_str_format(struct lw_arena *arena, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  va_list again;
  va_copy(again, args);
  int len = vsnprintf(NULL, 0, format, args);
  va_end(args);
  lw_str text = {NULL, 0};
  if (len >= 0) {
    char *place = lw_arena_alloc(arena, (size_t)len + 1, 1);
    if (place != NULL) {
      (void)vsnprintf(place, (size_t)len + 1, format, again);
      text = (lw_str){place, (size_t)len};
    }
  }
  va_end(again);
  return text;
}

/* Multiply-and-fold mixing as in wyhash (public domain, Wang Yi): the two halves of a 128-bit
 * product, xored. */
static uint64_t fold(uint64_t a, uint64_t b)
{
  lw_uint128 product = (lw_uint128)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t load(const char *at)
{
  uint64_t word = 0;
  memcpy(&word, at, sizeof word);
  return word;
}

/* All of a text shorter than a word, by loads of a fixed size: memcpy of a length that is only
 * known at run time is a call, and most keys are short. Loads may overlap; texts of different
 * lengths differ by their length. */
static uint64_t short_word(lw_str text)
{
  if (text.len >= 4) {
    uint32_t first = 0;
    uint32_t last = 0;
    memcpy(&first, text.ptr, sizeof first);
    memcpy(&last, text.ptr + text.len - sizeof last, sizeof last);
    return (uint64_t)last << 32 | first;
  }
  if (text.len == 0) {
    return 0;
  }
  const unsigned char *bytes = (const unsigned char *)text.ptr;
  return (uint64_t)bytes[0] << 16 | (uint64_t)bytes[text.len / 2] << 8 | bytes[text.len - 1];
}

uint64_t lw_str_hash(lw_str text, uint64_t seed)
{
  const uint64_t odd1 = 0xa0761d6478bd642fULL;
  const uint64_t odd2 = 0xe7037ed1a0b428dbULL;
  uint64_t state = seed ^ fold(odd1, (uint64_t)text.len ^ odd2);
  if (text.len < sizeof(uint64_t)) {
    return fold(state ^ short_word(text) ^ odd2, odd1);
  }
  size_t last = text.len - sizeof(uint64_t);
  for (size_t at = 0; at < last; at += sizeof(uint64_t)) {
    state = fold(state ^ load(text.ptr + at), odd1);
  }
  return fold(state ^ load(text.ptr + last) ^ odd2, odd1); /* may overlap the word before */
}

/* Damerau-Levenshtein, restricted (optimal string alignment), three rows. */
unsigned lw_str_distance(lw_str a, lw_str b, unsigned most)
{
  enum { LEN_MAX = 64 };
  if (a.len > LEN_MAX || b.len > LEN_MAX) {
    return most + 1;
  }
  unsigned rows[3][LEN_MAX + 1];
  unsigned *before = rows[0];
  unsigned *last = rows[1];
  unsigned *row = rows[2];
  for (size_t j = 0; j <= b.len; j++) {
    last[j] = (unsigned)j;
    before[j] = 0;
  }
  for (size_t i = 1; i <= a.len; i++) {
    row[0] = (unsigned)i;
    for (size_t j = 1; j <= b.len; j++) {
      unsigned cost = a.ptr[i - 1] != b.ptr[j - 1];
      unsigned best = last[j - 1] + cost;
      best = last[j] + 1 < best ? last[j] + 1 : best;
      best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
      if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1]) {
        best = before[j - 2] + 1 < best ? before[j - 2] + 1 : best;
      }
      row[j] = best;
    }
    unsigned *spare = before;
    before = last;
    last = row;
    row = spare;
  }
  return last[b.len] <= most ? last[b.len] : most + 1;
}

lw_str lw_str_nearest(lw_str text, const lw_str *candidates, size_t count)
{
  unsigned limit = text.len / 3 > 1 ? (unsigned)(text.len / 3) : 1;
  lw_str best = {NULL, 0};
  for (size_t i = 0; i < count; i++) {
    unsigned distance = lw_str_distance(text, candidates[i], limit);
    if (distance <= limit && (best.ptr == NULL || distance < lw_str_distance(text, best, limit))) {
      best = candidates[i];
    }
  }
  return best;
}

int lw_str_order(const void *a, const void *b)
{
  return lw_str_compare(*(const lw_str *)a, *(const lw_str *)b);
}

bool lw_str_is_one_of(lw_str text, const char *const *words)
{
  for (; *words != NULL; words++) {
    if (lw_str_equal(text, lw_str_c(*words))) {
      return true;
    }
  }
  return false;
}

bool lw_str_is_plain(lw_str text)
{
  for (size_t i = 0; i < text.len; i++) {
    if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7F) {
      return false;
    }
  }
  return true;
}
