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

static int value_of(char c)
{
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool lw_hex_read(lw_str text, uint8_t *place, size_t count)
{
  if (text.len / 2 != count || text.len % 2 != 0) {
    return false;
  }
  for (size_t i = 0; i < text.len; i++) {
    if (value_of(text.ptr[i]) < 0) {
      return false;
    }
  }
  for (size_t i = 0; i < count; i++) {
    place[i] = (uint8_t)(value_of(text.ptr[2 * i]) << 4 | value_of(text.ptr[2 * i + 1]));
  }
  return true;
}
