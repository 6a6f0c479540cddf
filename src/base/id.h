/* Ids: 128 bits, ordered by time (UUIDv7, RFC 9562), typed by a prefix in text: "dec_" and 26
 * characters of Crockford's base32, most significant first (the TypeID form:
 * https://github.com/jetify-com/typeid). A journal entry's id also carries the entry's sequence
 * number, so that it is found without an index. */
#ifndef LW_BASE_ID_H
#define LW_BASE_ID_H

#include "base/date.h"
#include "base/rand.h"
#include "base/str.h"

typedef struct lw_id {
  uint8_t bytes[16];
} lw_id;

enum { LW_ID_PREFIX_BYTES_MAX = 8, LW_ID_TEXT_BYTES_MAX = LW_ID_PREFIX_BYTES_MAX + 1 + 26 };

/* 48 bits of milliseconds, version, 74 bits of randomness. */
lw_id lw_id_make(const struct lw_rand *rand, lw_usec now);
/* The same with 40 of the random bits replaced by seq (0 < seq < 2^40). */
lw_id lw_id_make_seq(const struct lw_rand *rand, lw_usec now, uint64_t seq);
/* The sequence number within; only meaningful for ids of lw_id_make_seq: whoever looks it up
 * compares the whole id. */
uint64_t lw_id_seq(lw_id id);
/* Writes "dec_01h…" without a terminator; returns the length (prefix.len + 27). */
size_t lw_id_write(lw_str prefix, lw_id id, char *place);
/* A copy in arena, or {NULL, 0}. */
lw_str lw_id_text(struct lw_arena *arena, lw_str prefix, lw_id id);
/* False when it is not that prefix, or no id. */
LW_NODISCARD bool lw_id_read(lw_str prefix, lw_str text, lw_id *ret_id);

#endif
