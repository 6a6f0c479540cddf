/* Outlines as bytes: docs/formats/drawn-log.md. */
#include "ledger/outline.h"

#include "base/bytes.h"

#include <string.h>

enum {
  VERSION = 1,
  FIRST_AT = 1,
  TIME_AT = 9,
  HASH_AT = 17,
  KEYS_AT = HASH_AT + LW_HASH_BYTES,
  PRINT_BYTES = 8,
  KEY_BYTES = 2 * PRINT_BYTES
};

void lw_outline_start(const struct lw_outline *outline, struct lw_buf *out)
{
  char *place = lw_buf_reserve(out, KEYS_AT);
  if (place == NULL) {
    return; /* the buffer has failed */
  }
  place[0] = VERSION;
  lw_put_le64(place + FIRST_AT, outline->first);
  lw_put_le64(place + TIME_AT, (uint64_t)outline->at);
  memcpy(place + HASH_AT, outline->hash.bytes, LW_HASH_BYTES);
  out->len += KEYS_AT;
}

void lw_outline_add(const struct lw_outline *outline, uint64_t seq, uint64_t print,
                    struct lw_buf *out)
{
  char *place = lw_buf_reserve(out, KEY_BYTES);
  if (place != NULL) {
    lw_put_le64(place, seq - outline->first);
    lw_put_le64(place + PRINT_BYTES, print);
    out->len += KEY_BYTES;
  }
}

bool lw_outline_read(lw_str bytes, struct lw_outline *ret_outline)
{
  if (bytes.len < KEYS_AT || bytes.ptr[0] != VERSION || (bytes.len - KEYS_AT) % KEY_BYTES != 0) {
    return false;
  }
  *ret_outline = (struct lw_outline){.first = lw_get_le64(bytes.ptr + FIRST_AT),
                                     .at = (lw_usec)lw_get_le64(bytes.ptr + TIME_AT),
                                     .keys = lw_str_slice(bytes, KEYS_AT, SIZE_MAX)};
  memcpy(ret_outline->hash.bytes, bytes.ptr + HASH_AT, LW_HASH_BYTES);
  return true;
}

bool lw_outline_next(struct lw_outline *outline, uint64_t *ret_seq, uint64_t *ret_print)
{
  if (outline->keys.len < KEY_BYTES) {
    return false;
  }
  *ret_seq = outline->first + lw_get_le64(outline->keys.ptr);
  *ret_print = lw_get_le64(outline->keys.ptr + PRINT_BYTES);
  outline->keys = lw_str_slice(outline->keys, KEY_BYTES, SIZE_MAX);
  return true;
}
