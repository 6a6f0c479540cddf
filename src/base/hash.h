/* SHA-256 (FIPS 180-4, by libcrypto, which uses the processor's own instructions). A hasher is one
 * thread's and is used again and again. Part of the `crypto` library of this folder, which
 * libleeway leaves out. */
#ifndef LW_BASE_HASH_H
#define LW_BASE_HASH_H

#include "base/str.h"

enum { LW_HASH_BYTES = 32 };

typedef struct lw_hash {
  uint8_t bytes[LW_HASH_BYTES];
} lw_hash;

struct lw_hasher;
struct lw_hasher *lw_hasher_create(void); /* NULL when memory is out */
void lw_hasher_destroy(struct lw_hasher *hasher);
void lw_hasher_start(struct lw_hasher *hasher);
void lw_hasher_add(struct lw_hasher *hasher, lw_str bytes);
lw_hash lw_hasher_end(struct lw_hasher *hasher);

/* All at once. */
lw_hash lw_hash_of(struct lw_hasher *hasher, lw_str bytes);
bool lw_hash_equal(const lw_hash *a, const lw_hash *b);

/* Lower-case hexadecimal, without a terminator: 2 characters a byte. */
void lw_hex_write(const uint8_t *bytes, size_t count, char *place);
/* False when it is not exactly `count` bytes of hexadecimal. */
LW_NODISCARD bool lw_hex_read(lw_str text, uint8_t *place, size_t count);

#endif
