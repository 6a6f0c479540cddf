/* Maps and lists are passed over 64 bytes at a time. Each byte has a bit in some words: quotes that
 * are not escaped tell what is inside of strings (each bit is the parity of the quotes before it),
 * and only the brackets outside of them, of which there are few, are looked at one by one. The last
 * bytes are looked at in a copy with room behind it. The same is made twice where processors may
 * have wider vectors (AVX2): which one runs is asked each time, which costs one load. */
#include "tweak/entry_bytes.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { WIDE = 64 };

/* Which of 64 bytes are what, a bit each. */
struct looks {
  uint64_t quotes, slashes, opens, closes, spaces;
};

#if defined(__SSE2__)
static inline uint64_t bits_of(__m128i bytes, unsigned shift)
{
  return (uint64_t)(unsigned)_mm_movemask_epi8(bytes) << shift;
}

static inline struct looks look(const char *at)
{
  struct looks looks = {0, 0, 0, 0, 0};
  for (unsigned i = 0; i < WIDE; i += LW_SCAN_BLOCK) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(at + i));
    __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20)); /* [ as {, ] as } */
    __m128i spaces = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(' ')), bytes);
    looks.quotes |= bits_of(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), i);
    looks.slashes |= bits_of(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')), i);
    looks.opens |= bits_of(_mm_cmpeq_epi8(folded, _mm_set1_epi8('{')), i);
    looks.closes |= bits_of(_mm_cmpeq_epi8(folded, _mm_set1_epi8('}')), i);
    looks.spaces |= bits_of(spaces, i);
  }
  return looks;
}
#else
static struct looks look(const char *at)
{
  struct looks looks = {0, 0, 0, 0, 0};
  for (unsigned i = 0; i < WIDE; i++) {
    unsigned char c = (unsigned char)at[i];
    looks.quotes |= (uint64_t)(c == '"') << i;
    looks.slashes |= (uint64_t)(c == '\\') << i;
    looks.opens |= (uint64_t)((c | 0x20) == '{') << i;
    looks.closes |= (uint64_t)((c | 0x20) == '}') << i;
    looks.spaces |= (uint64_t)(c <= ' ') << i;
  }
  return looks;
}
#endif

#if defined(__x86_64__)
#define WIDER __attribute__((target("avx2,pclmul,bmi")))

WIDER static inline uint64_t bits_of_both(__m256i low, __m256i high)
{
  return (uint64_t)(unsigned)_mm256_movemask_epi8(low) |
         (uint64_t)(unsigned)_mm256_movemask_epi8(high) << 32;
}

WIDER static inline uint64_t equals(__m256i low, __m256i high, char c)
{
  __m256i all = _mm256_set1_epi8(c);
  return bits_of_both(_mm256_cmpeq_epi8(low, all), _mm256_cmpeq_epi8(high, all));
}

WIDER static inline struct looks look_wider(const char *at)
{
  __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)at);
  __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(at + 32));
  __m256i space = _mm256_set1_epi8(' ');
  __m256i folded_low = _mm256_or_si256(low, space);
  __m256i folded_high = _mm256_or_si256(high, space);
  return (struct looks){.quotes = equals(low, high, '"'),
                        .slashes = equals(low, high, '\\'),
                        .opens = equals(folded_low, folded_high, '{'),
                        .closes = equals(folded_low, folded_high, '}'),
                        .spaces =
                            bits_of_both(_mm256_cmpeq_epi8(_mm256_min_epu8(low, space), low),
                                         _mm256_cmpeq_epi8(_mm256_min_epu8(high, space), high))};
}

/* The parity of the bits up to each: their product with all ones, without carries. */
WIDER static inline uint64_t parity_wider(uint64_t bits)
{
  __m128i product = _mm_clmulepi64_si128(_mm_cvtsi64_si128((long long)bits), _mm_set1_epi8(-1), 0);
  return (uint64_t)_mm_cvtsi128_si64(product);
}
#endif

/* A map or list being passed over. */
struct pass {
  uint64_t in_string; /* all ones: the last block ended inside of one */
  uint64_t escaped;   /* 1: the next byte is behind a backslash */
  unsigned depth;
  bool plain;
};

/* Bytes behind a backslash that is not itself behind one. A run of them escapes what follows when
 * its length is odd: adding the runs that begin at odd places to all of them carries through to
 * where they end. */
static uint64_t escaped_by(uint64_t slashes, struct pass *pass)
{
  const uint64_t even = UINT64_C(0x5555555555555555);
  if (slashes == 0) {
    uint64_t escaped = pass->escaped;
    pass->escaped = 0;
    return escaped;
  }
  uint64_t runs = slashes & ~pass->escaped;
  uint64_t follows = runs << 1 | pass->escaped;
  uint64_t odd = runs & ~even & ~follows;
  uint64_t ends = 0;
  pass->escaped = __builtin_add_overflow(odd, runs, &ends) ? 1 : 0;
  return (even ^ (ends << 1)) & follows;
}

static inline uint64_t parity(uint64_t bits)
{
  for (unsigned shift = 1; shift < WIDE; shift *= 2) {
    bits ^= bits << shift;
  }
  return bits;
}

/* The bit of the bracket that ends it, or 0. strings: what is inside of them, opening quotes
 * included. */
static inline uint64_t find_end(struct pass *pass, const struct looks *looks, uint64_t strings)
{
  uint64_t unplain = looks->slashes | (looks->spaces & ~strings);
  uint64_t brackets = (looks->opens | looks->closes) & ~strings;
  pass->in_string = (strings >> (WIDE - 1)) != 0 ? UINT64_MAX : 0;
  for (; brackets != 0; brackets &= brackets - 1) {
    uint64_t bit = brackets & (0 - brackets);
    pass->depth += (looks->opens & bit) != 0 ? 1U : UINT32_MAX;
    if (pass->depth == 0) {
      pass->plain = pass->plain && (unplain & (bit - 1)) == 0;
      return bit;
    }
  }
  pass->plain = pass->plain && unplain == 0;
  return 0;
}

typedef uint64_t (*pass_block)(struct pass *pass, const char *at);

static inline uint64_t pass_narrow(struct pass *pass, const char *at)
{
  struct looks looks = look(at);
  uint64_t quotes = looks.quotes & ~escaped_by(looks.slashes, pass);
  return find_end(pass, &looks, parity(quotes) ^ pass->in_string);
}

/* All of it; `block` is inlined. */
static inline __attribute__((always_inline)) bool pass_blocks(struct lw_scan *scan, bool *ret_plain,
                                                              pass_block block)
{
  struct pass pass = {.plain = true};
  const char *at = scan->at;
  uint64_t bit = 0;
  while (bit == 0 && scan->end - at >= WIDE) {
    bit = block(&pass, at);
    at += bit == 0 ? WIDE : 0;
  }
  if (bit == 0) {
    char last[WIDE] = {0};
    memcpy(last, at, (size_t)(scan->end - at));
    bit = block(&pass, last);
  }
  scan->at = bit != 0 ? at + __builtin_ctzll(bit) + 1 : scan->end;
  *ret_plain = pass.plain;
  return bit != 0;
}

#if defined(__x86_64__)
WIDER static inline uint64_t pass_wider(struct pass *pass, const char *at)
{
  struct looks looks = look_wider(at);
  uint64_t quotes = looks.quotes & ~escaped_by(looks.slashes, pass);
  return find_end(pass, &looks, parity_wider(quotes) ^ pass->in_string);
}

WIDER static bool pass_nested_wider(struct lw_scan *scan, bool *ret_plain)
{
  return pass_blocks(scan, ret_plain, pass_wider);
}
#endif

static bool pass_nested(struct lw_scan *scan, bool *ret_plain)
{
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul") &&
      __builtin_cpu_supports("bmi")) {
    return pass_nested_wider(scan, ret_plain);
  }
#endif
  return pass_blocks(scan, ret_plain, pass_narrow);
}

/* A number, true, false or null: to the next comma or bracket. */
static bool pass_word(struct lw_scan *scan, bool *ret_plain)
{
  const char *from = scan->at;
  while (scan->at < scan->end && *scan->at != ',' && *scan->at != '}' && *scan->at != ']') {
    *ret_plain = *ret_plain && (unsigned char)*scan->at > ' ';
    scan->at++;
  }
  return scan->at != from && scan->at < scan->end;
}

static bool pass_string(struct lw_scan *scan, bool *ret_plain)
{
  bool escaped = false;
  const char *at = scan->at + 1;
  while (at < scan->end && (*at != '"' || escaped)) {
    escaped = !escaped && *at == '\\';
    *ret_plain = *ret_plain && *at != '\\';
    at++;
  }
  scan->at = at < scan->end ? at + 1 : at;
  return at < scan->end;
}

bool lw_scan_value(struct lw_scan *scan, lw_str *ret_text, bool *ret_plain)
{
  const char *from = scan->at;
  bool plain = true;
  lw_str text;
  bool passed = false;
  if (from == scan->end) {
    return false;
  }
  if (*from == '{' || *from == '[') {
    passed = pass_nested(scan, &plain);
  } else if (*from == '"') {
    passed = lw_scan_string(scan, &text) || pass_string(scan, &plain);
  } else {
    passed = pass_word(scan, &plain);
  }
  if (passed && ret_text != NULL) {
    *ret_text = lw_str_from(from, (size_t)(scan->at - from));
    *ret_plain = plain;
  }
  return passed;
}
