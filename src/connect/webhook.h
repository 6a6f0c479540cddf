/* Standard Webhooks (https://www.standardwebhooks.com): secrets, signing, verifying; the symmetric
 * scheme `v1`. docs/formats/webhooks.md. Pure; any thread; lw_crypto_start was called. */
#ifndef LW_CONNECT_WEBHOOK_H
#define LW_CONNECT_WEBHOOK_H

#include "base/buf.h"
#include "base/date.h"
#include "base/rand.h"
#include "base/result.h"

enum {
  LW_WEBHOOK_KEY_BYTES_MIN = 24, /* the specification's */
  LW_WEBHOOK_KEY_BYTES_MAX = 64,
  LW_WEBHOOK_KEY_BYTES = 32,    /* of those made here */
  LW_WEBHOOK_SECRET_BYTES = 96, /* "whsec_" and the base64 of a key, terminated */
  LW_WEBHOOK_BODY_BYTES_MAX = 20 * 1000
};
#define LW_WEBHOOK_TOLERANCE_SECONDS INT64_C(300)

/* A secret: wipe it with lw_secret_wipe. */
struct lw_webhook_key {
  uint8_t bytes[LW_WEBHOOK_KEY_BYTES_MAX];
  size_t count;
};

void lw_webhook_key_make(const struct lw_rand *rand, struct lw_webhook_key *ret_key);
/* "whsec_" and base64. False when it is none, or of the wrong length. */
LW_NODISCARD bool lw_webhook_key_read(lw_str text, struct lw_webhook_key *ret_key);
/* Terminated; returns its length. */
size_t lw_webhook_key_write(const struct lw_webhook_key *key, char place[LW_WEBHOOK_SECRET_BYTES]);

/* Appends the value of webhook-signature, one entry a key: "v1,... v1,...". id without full stop.
 */
void lw_webhook_sign(lw_str id, int64_t seconds, lw_str body, const struct lw_webhook_key *keys,
                     size_t count, struct lw_buf *out);

/* Header values; an absent one is {NULL, 0}. */
struct lw_webhook_headers {
  lw_str id;
  lw_str timestamp;
  lw_str signature;
};
/* LW_INVALID says what is wrong. Constant time in the signatures. */
LW_NODISCARD enum lw_code lw_webhook_verify(const struct lw_webhook_headers *headers, lw_str body,
                                            const struct lw_webhook_key *keys, size_t count,
                                            int64_t now_seconds, struct lw_error *err);

#endif
