#include "base/crypto.h"

#include "base/check.h"

#include <assert.h>
#include <sodium.h>

static_assert((int)LW_SIGN_SECRET_BYTES == (int)crypto_sign_ed25519_SECRETKEYBYTES, "Ed25519");
static_assert((int)LW_SIGN_PUBLIC_BYTES == (int)crypto_sign_ed25519_PUBLICKEYBYTES, "Ed25519");
static_assert((int)LW_SIGN_BYTES == (int)crypto_sign_ed25519_BYTES, "Ed25519");
static_assert((int)LW_PASSWORD_TEXT_BYTES >= (int)crypto_pwhash_STRBYTES, "a stored password");

bool lw_crypto_start(void)
{
  return sodium_init() >= 0; /* 1: somebody called it before */
}

static const unsigned char *bytes_of(lw_str text)
{
  return (const unsigned char *)(text.ptr != NULL ? text.ptr : "");
}

void lw_sign_keys(uint8_t secret[LW_SIGN_SECRET_BYTES], uint8_t ret_public[LW_SIGN_PUBLIC_BYTES])
{
  int rc = crypto_sign_ed25519_keypair(ret_public, secret);
  LW_ASSERT(rc == 0);
}

void lw_sign(lw_str message, const uint8_t secret[LW_SIGN_SECRET_BYTES],
             uint8_t ret_signature[LW_SIGN_BYTES])
{
  int rc =
      crypto_sign_ed25519_detached(ret_signature, NULL, bytes_of(message), message.len, secret);
  LW_ASSERT(rc == 0);
}

bool lw_sign_verify(lw_str message, const uint8_t public_key[LW_SIGN_PUBLIC_BYTES],
                    const uint8_t signature[LW_SIGN_BYTES])
{
  return crypto_sign_ed25519_verify_detached(signature, bytes_of(message), message.len,
                                             public_key) == 0;
}

enum lw_code lw_password_hash(lw_str password, char ret_text[LW_PASSWORD_TEXT_BYTES],
                              struct lw_error *err)
{
  char text[LW_PASSWORD_TEXT_BYTES] = {0};
  if (crypto_pwhash_str_alg(text, (const char *)bytes_of(password), password.len,
                            crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return lw_fail(err, LW_NO_MEMORY, "64 MiB to hash a password are not to be had");
  }
  memcpy(ret_text, text, sizeof text);
  return LW_OK;
}

/* The library may read the whole of its 128 bytes: a shorter text is filled up. */
bool lw_password_fits(lw_str password, const char *text)
{
  char stored[LW_PASSWORD_TEXT_BYTES] = {0};
  size_t size = strlen(text);
  if (size >= sizeof stored) {
    return false;
  }
  memcpy(stored, text, size);
  return crypto_pwhash_str_verify(stored, (const char *)bytes_of(password), password.len) == 0;
}

void lw_hmac(lw_str key, const lw_str *parts, size_t count, uint8_t ret_mac[32])
{
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes_of(key), key.len);
  for (size_t i = 0; i < count; i++) {
    crypto_auth_hmacsha256_update(&state, bytes_of(parts[i]), parts[i].len);
  }
  crypto_auth_hmacsha256_final(&state, ret_mac);
  sodium_memzero(&state, sizeof state);
}

void lw_digest16(lw_str key, lw_str message, uint8_t ret_digest[16])
{
  unsigned char short_key[crypto_generichash_KEYBYTES_MAX];
  const unsigned char *key_bytes = bytes_of(key);
  size_t key_size = key.len;
  if (key_size > sizeof short_key) { /* as HMAC does: a longer key is hashed first */
    int rc = crypto_generichash(short_key, sizeof short_key, key_bytes, key_size, NULL, 0);
    LW_ASSERT(rc == 0);
    key_bytes = short_key;
    key_size = sizeof short_key;
  }
  int rc = crypto_generichash(ret_digest, 16, bytes_of(message), message.len,
                              key_size != 0 ? key_bytes : NULL, key_size);
  LW_ASSERT(rc == 0);
  sodium_memzero(short_key, sizeof short_key);
}

bool lw_secret_equal(lw_str a, lw_str b)
{
  return a.len == b.len && sodium_memcmp(bytes_of(a), bytes_of(b), a.len) == 0;
}

void lw_secret_wipe(void *place, size_t size_bytes)
{
  sodium_memzero(place, size_bytes);
}
