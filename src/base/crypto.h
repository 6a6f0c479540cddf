/* Secrets, by libsodium: signatures, passwords, message authentication, comparison. Texts that hold
 * secrets are wiped by their owner with lw_secret_wipe. Any number of threads, once lw_crypto_start
 * was called (by main, and by tests). */
#ifndef LW_BASE_CRYPTO_H
#define LW_BASE_CRYPTO_H

#include "base/result.h"
#include "base/str.h"

/* Once per process, before anything else here; false when the library can't start. */
LW_NODISCARD bool lw_crypto_start(void);

/* Ed25519 (RFC 8032). */
enum { LW_SIGN_SECRET_BYTES = 64, LW_SIGN_PUBLIC_BYTES = 32, LW_SIGN_BYTES = 64 };
void lw_sign_keys(uint8_t secret[LW_SIGN_SECRET_BYTES], uint8_t ret_public[LW_SIGN_PUBLIC_BYTES]);
void lw_sign(lw_str message, const uint8_t secret[LW_SIGN_SECRET_BYTES],
             uint8_t ret_signature[LW_SIGN_BYTES]);
bool lw_sign_verify(lw_str message, const uint8_t public_key[LW_SIGN_PUBLIC_BYTES],
                    const uint8_t signature[LW_SIGN_BYTES]);

/* Argon2id (RFC 9106), interactive cost (64 MiB, some 0.1 s): the text to be stored, terminated. */
enum { LW_PASSWORD_TEXT_BYTES = 128 };
LW_NODISCARD enum lw_code lw_password_hash(lw_str password, char ret_text[LW_PASSWORD_TEXT_BYTES],
                                           struct lw_error *err);
bool lw_password_fits(lw_str password, const char *text);

/* HMAC-SHA-256 (RFC 2104). */
void lw_hmac(lw_str key, const lw_str *parts, size_t count, uint8_t ret_mac[32]);
/* 128-bit keyed BLAKE2b: for digests of retry keys and tokens kept at rest. */
void lw_digest16(lw_str key, lw_str message, uint8_t ret_digest[16]);
/* In a time that does not depend on the contents. Different lengths are different. */
bool lw_secret_equal(lw_str a, lw_str b);
void lw_secret_wipe(void *place, size_t size_bytes);

#endif
