/* An entry's bytes: strings taken, values passed over. Nothing at or behind `end` is read.
 *
 * Inside the tweak folder only; pure. */
#ifndef LW_TWEAK_ENTRY_BYTES_H
#define LW_TWEAK_ENTRY_BYTES_H

#include "base/attr.h"
#include "base/str.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Where it stands. */
struct lw_scan {
  const char *at;
  const char *end;
};

enum { LW_SCAN_BLOCK = 16 };

/* Which of 16 bytes are quotes or backslashes, a bit each. */
static inline unsigned lw_scan_ends(const char *at)
{
#if defined(__SSE2__)
  __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
  __m128i ends = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                              _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
  return (unsigned)_mm_movemask_epi8(ends);
#else
  unsigned ends = 0;
  for (unsigned i = 0; i < LW_SCAN_BLOCK; i++) {
    ends |= (unsigned)(at[i] == '"' || at[i] == '\\') << i;
  }
  return ends;
#endif
}

/* The quote that ends the string whose first byte is at `at`; NULL when it has an escape or no end.
 */
static inline const char *lw_scan_quote(const char *at, const char *end)
{
  while (LW_LIKELY(end - at >= LW_SCAN_BLOCK)) {
    unsigned ends = lw_scan_ends(at);
    if (ends != 0) {
      at += __builtin_ctz(ends);
      return *at == '"' ? at : NULL;
    }
    at += LW_SCAN_BLOCK;
  }
  while (at < end && *at != '"' && *at != '\\') {
    at++;
  }
  return at < end && *at == '"' ? at : NULL;
}

/* The string at `at`, without its quotes; false when there is none, it has an escape, or no end. */
LW_NODISCARD static inline bool lw_scan_string(struct lw_scan *scan, lw_str *ret_text)
{
  if (scan->end - scan->at < 2 || *scan->at != '"') {
    return false;
  }
  const char *from = scan->at + 1;
  const char *to = lw_scan_quote(from, scan->end);
  if (to == NULL) {
    return false;
  }
  *ret_text = lw_str_from(from, (size_t)(to - from));
  scan->at = to + 1;
  return true;
}

/* Any value. *ret_text (may be NULL, then ret_plain too): its bytes, of which *ret_plain says that
 * writing the value anew would give the same: no escape, no space outside of strings. What is
 * passed over is not checked further. False: it has no end. */
LW_NODISCARD bool lw_scan_value(struct lw_scan *scan, lw_str *ret_text, bool *ret_plain);

#endif
