/* Ids: see id.h. Bytes as RFC 9562, section 5.7: 48 bits of milliseconds, version 7, 12 bits,
 * variant 10, 62 bits.
 *
 * In an id with a sequence number the first 40 of these 74 free bits are the number, most
 * significant first, so that ids of the same millisecond stand in the order of the journal; 34
 * random bits are left, which keep ids of two databases apart and can't be counted up by a reader:
 *
 *   byte  6  version (4), number bits 39..36      byte  9  number bits 21..14
 *   byte  7  number bits 35..28                   byte 10  number bits 13..6
 *   byte  8  variant (2), number bits 27..22      byte 11  number bits 5..0, random (2)
 *
 * The text is strict (lower case, first character at most 7): an id has one spelling. */
#include "base/id.h"

#include "base/check.h"

#define SEQ_MAX ((UINT64_C(1) << 40) - 1)

enum { BASE32_CHARS = 26, LOW_CHARS = 12 /* what a word holds */ };

static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

lw_id lw_id_make(const struct lw_rand *rand, lw_usec now)
{
  lw_id id;
  rand->fill(rand->user, id.bytes + 6, sizeof id.bytes - 6);
  uint64_t msec = now > 0 ? (uint64_t)now / 1000 : 0;
  for (size_t i = 0; i < 6; i++) {
    id.bytes[i] = (uint8_t)(msec >> (40 - 8 * i));
  }
  id.bytes[6] = (uint8_t)(0x70 | (id.bytes[6] & 0x0f));
  id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3f));
  return id;
}

lw_id lw_id_make_seq(const struct lw_rand *rand, lw_usec now, uint64_t seq)
{
  LW_ASSERT(seq > 0);
  LW_ASSERT(seq <= SEQ_MAX);
  lw_id id = lw_id_make(rand, now);
  id.bytes[6] = (uint8_t)(0x70 | (seq >> 36));
  id.bytes[7] = (uint8_t)(seq >> 28);
  id.bytes[8] = (uint8_t)(0x80 | ((seq >> 22) & 0x3f));
  id.bytes[9] = (uint8_t)(seq >> 14);
  id.bytes[10] = (uint8_t)(seq >> 6);
  id.bytes[11] = (uint8_t)(((seq & 0x3f) << 2) | (id.bytes[11] & 0x03));
  return id;
}

uint64_t lw_id_seq(lw_id id)
{
  return (uint64_t)(id.bytes[6] & 0x0f) << 36 | (uint64_t)id.bytes[7] << 28 |
         (uint64_t)(id.bytes[8] & 0x3f) << 22 | (uint64_t)id.bytes[9] << 14 |
         (uint64_t)id.bytes[10] << 6 | (uint64_t)(id.bytes[11] >> 2);
}

/* By the word: a shift of 128 bits is three instructions, and there are 26. */
static void write_digits(uint64_t bits, size_t count, char *end)
{
  for (size_t i = 0; i < count; i++) {
    *--end = digits[bits & 31];
    bits >>= 5;
  }
}

size_t lw_id_write(lw_str prefix, lw_id id, char *place)
{
  LW_ASSERT(prefix.len > 0);
  LW_ASSERT(prefix.len <= LW_ID_PREFIX_BYTES_MAX);
  memcpy(place, prefix.ptr, prefix.len);
  place[prefix.len] = '_';
  char *text = place + prefix.len + 1;
  lw_uint128 bits = 0;
  for (size_t i = 0; i < sizeof id.bytes; i++) {
    bits = bits << 8 | id.bytes[i];
  }
  write_digits((uint64_t)bits, LOW_CHARS, text + BASE32_CHARS);
  bits >>= 5 * LOW_CHARS;
  write_digits((uint64_t)bits, LOW_CHARS, text + BASE32_CHARS - LOW_CHARS);
  bits >>= 5 * LOW_CHARS;
  write_digits((uint64_t)bits, BASE32_CHARS - 2 * LOW_CHARS, text + BASE32_CHARS - 2 * LOW_CHARS);
  return prefix.len + 1 + BASE32_CHARS;
}

lw_str lw_id_text(struct lw_arena *arena, lw_str prefix, lw_id id)
{
  char text[LW_ID_TEXT_BYTES_MAX];
  return lw_str_copy(arena, lw_str_from(text, lw_id_write(prefix, id, text)));
}

static int value_of(char c)
{
  const char *found = c != '\0' ? strchr(digits, c) : NULL;
  return found != NULL ? (int)(found - digits) : -1;
}

bool lw_id_read(lw_str prefix, lw_str text, lw_id *ret_id)
{
  if (text.len != prefix.len + 1 + BASE32_CHARS || !lw_str_starts(text, prefix) ||
      text.ptr[prefix.len] != '_') {
    return false;
  }
  const char *chars = text.ptr + prefix.len + 1;
  if (chars[0] > '7') { /* 26 characters hold 130 bits: the first two are zero */
    return false;
  }
  lw_uint128 bits = 0;
  for (size_t i = 0; i < BASE32_CHARS; i++) {
    int value = value_of(chars[i]);
    if (value < 0) {
      return false;
    }
    bits = bits << 5 | (unsigned)value;
  }
  for (size_t i = sizeof ret_id->bytes; i-- > 0;) {
    ret_id->bytes[i] = (uint8_t)bits;
    bits >>= 8;
  }
  return true;
}
