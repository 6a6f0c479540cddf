#include "base/hash.h"

#include "base/check.h"

#include <openssl/evp.h>
#include <stdlib.h>

/* The algorithm is fetched once and the context reused: fetching by name for every hash costs more
 * than hashing a journal entry. */
struct lw_hasher {
  EVP_MD *algorithm;
  EVP_MD_CTX *context;
};

struct lw_hasher *lw_hasher_create(void)
{
  struct lw_hasher *hasher = calloc(1, sizeof *hasher);
  if (hasher == NULL) {
    return NULL;
  }
  hasher->algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
  hasher->context = EVP_MD_CTX_new();
  /* The first start allocates; those after it reuse its memory and can't fail. */
  if (hasher->algorithm == NULL || hasher->context == NULL ||
      EVP_DigestInit_ex2(hasher->context, hasher->algorithm, NULL) != 1) {
    lw_hasher_destroy(hasher);
    return NULL;
  }
  return hasher;
}

void lw_hasher_destroy(struct lw_hasher *hasher)
{
  if (hasher != NULL) {
    EVP_MD_CTX_free(hasher->context);
    EVP_MD_free(hasher->algorithm);
    free(hasher);
  }
}

void lw_hasher_start(struct lw_hasher *hasher)
{
  int done = EVP_DigestInit_ex2(hasher->context, hasher->algorithm, NULL);
  LW_ASSERT(done == 1);
}

void lw_hasher_add(struct lw_hasher *hasher, lw_str bytes)
{
  if (bytes.len != 0) {
    int done = EVP_DigestUpdate(hasher->context, bytes.ptr, bytes.len);
    LW_ASSERT(done == 1);
  }
}

lw_hash lw_hasher_end(struct lw_hasher *hasher)
{
  lw_hash hash;
  unsigned size = 0;
  int done = EVP_DigestFinal_ex(hasher->context, hash.bytes, &size);
  LW_ASSERT(done == 1);
  LW_ASSERT(size == LW_HASH_BYTES);
  return hash;
}

lw_hash lw_hash_of(struct lw_hasher *hasher, lw_str bytes)
{
  lw_hasher_start(hasher);
  lw_hasher_add(hasher, bytes);
  return lw_hasher_end(hasher);
}

bool lw_hash_equal(const lw_hash *a, const lw_hash *b)
{
  return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

void lw_hex_write(const uint8_t *bytes, size_t count, char *place)
{
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < count; i++) {
    place[2 * i] = digits[bytes[i] >> 4];
    place[2 * i + 1] = digits[bytes[i] & 15];
  }
}

/* What a character stands for, with a bit above that says that it is a digit. */
enum { IS_HEX = 16 };

static uint8_t value_of(char c)
{
  static const uint8_t values[256] = {
      ['0'] = IS_HEX + 0,  ['1'] = IS_HEX + 1,  ['2'] = IS_HEX + 2,  ['3'] = IS_HEX + 3,
      ['4'] = IS_HEX + 4,  ['5'] = IS_HEX + 5,  ['6'] = IS_HEX + 6,  ['7'] = IS_HEX + 7,
      ['8'] = IS_HEX + 8,  ['9'] = IS_HEX + 9,  ['a'] = IS_HEX + 10, ['b'] = IS_HEX + 11,
      ['c'] = IS_HEX + 12, ['d'] = IS_HEX + 13, ['e'] = IS_HEX + 14, ['f'] = IS_HEX + 15,
      ['A'] = IS_HEX + 10, ['B'] = IS_HEX + 11, ['C'] = IS_HEX + 12, ['D'] = IS_HEX + 13,
      ['E'] = IS_HEX + 14, ['F'] = IS_HEX + 15,
  };
  return values[(unsigned char)c];
}

bool lw_hex_read(lw_str text, uint8_t *place, size_t count)
{
  if (text.len / 2 != count || text.len % 2 != 0) {
    return false;
  }
  uint8_t all = IS_HEX;
  for (size_t i = 0; i < text.len; i++) {
    all &= value_of(text.ptr[i]);
  }
  for (size_t i = 0; all != 0 && i < count; i++) {
    place[i] = (uint8_t)(value_of(text.ptr[2 * i]) << 4 | (value_of(text.ptr[2 * i + 1]) & 15));
  }
  return all != 0;
}
