#include "connect/webhook.h"

#include "base/base64.h"
#include "base/check.h"
#include "base/crypto.h"
#include "base/num.h"

enum { MAC_BYTES = 32, SIGNATURE_BYTES = 44, SIGNATURES_MAX = 32 };

static const lw_str prefix = LW_STR_INIT("whsec_");

void lw_webhook_key_make(const struct lw_rand *rand, struct lw_webhook_key *ret_key)
{
  *ret_key = (struct lw_webhook_key){.count = LW_WEBHOOK_KEY_BYTES};
  rand->fill(rand->user, ret_key->bytes, LW_WEBHOOK_KEY_BYTES);
}

bool lw_webhook_key_read(lw_str text, struct lw_webhook_key *ret_key)
{
  char bytes[LW_WEBHOOK_SECRET_BYTES];
  size_t count = 0;
  if (!lw_str_starts(text, prefix) || text.len >= LW_WEBHOOK_SECRET_BYTES) {
    return false;
  }
  bool fits = lw_base64_decode(lw_str_slice(text, prefix.len, text.len), bytes, &count) &&
              count >= LW_WEBHOOK_KEY_BYTES_MIN && count <= LW_WEBHOOK_KEY_BYTES_MAX;
  if (fits) {
    memcpy(ret_key->bytes, bytes, count);
    ret_key->count = count;
  }
  lw_secret_wipe(bytes, sizeof(bytes));
  return fits;
}

size_t lw_webhook_key_write(const struct lw_webhook_key *key, char place[LW_WEBHOOK_SECRET_BYTES])
{
  LW_ASSERT(key->count <= LW_WEBHOOK_KEY_BYTES_MAX);
  size_t len = prefix.len + lw_base64_size(key->count);
  memcpy(place, prefix.ptr, prefix.len);
  lw_base64_encode(lw_str_from((const char *)key->bytes, key->count), place + prefix.len);
  place[len] = '\0';
  return len;
}

static void write_signature(lw_str id, lw_str seconds, lw_str body,
                            const struct lw_webhook_key *key, char place[SIGNATURE_BYTES])
{
  uint8_t mac[MAC_BYTES];
  const lw_str parts[] = {id, LW_STR("."), seconds, LW_STR("."), body};
  lw_hmac(lw_str_from((const char *)key->bytes, key->count), parts,
          sizeof(parts) / sizeof(parts[0]), mac);
  lw_base64_encode(lw_str_from((const char *)mac, sizeof(mac)), place);
}

void lw_webhook_sign(lw_str id, int64_t seconds, lw_str body, const struct lw_webhook_key *keys,
                     size_t count, struct lw_buf *out)
{
  LW_ASSERT(lw_str_find(id, LW_STR("."), 0) == SIZE_MAX);
  struct lw_buf number = {0};
  lw_buf_add_int(&number, seconds);
  out->failed = out->failed || number.failed;
  for (size_t i = 0; i < count && !number.failed; i++) {
    char signature[SIGNATURE_BYTES];
    write_signature(id, lw_buf_str(&number), body, &keys[i], signature);
    lw_buf_add_c(out, i == 0 ? "v1," : " v1,");
    lw_buf_add(out, lw_str_from(signature, sizeof(signature)));
  }
  lw_buf_finish(&number);
}

/* Every entry is held against every key: how many there are is no secret, which one fits may be. */
static bool any_fits(const struct lw_webhook_headers *headers, lw_str body,
                     const struct lw_webhook_key *keys, size_t count)
{
  bool fits = false;
  for (size_t i = 0; i < count; i++) {
    char wanted[SIGNATURE_BYTES];
    write_signature(headers->id, headers->timestamp, body, &keys[i], wanted);
    size_t at = 0;
    for (int n = 0; n < SIGNATURES_MAX && at < headers->signature.len; n++) {
      size_t end = lw_str_find(headers->signature, LW_STR(" "), at);
      end = end == SIZE_MAX ? headers->signature.len : end;
      lw_str entry = lw_str_slice(headers->signature, at, end - at);
      if (lw_str_starts(entry, LW_STR("v1,"))) {
        fits |=
            lw_secret_equal(lw_str_slice(entry, 3, entry.len), lw_str_from(wanted, sizeof(wanted)));
      }
      at = end + 1;
    }
  }
  return fits;
}

enum lw_code lw_webhook_verify(const struct lw_webhook_headers *headers, lw_str body,
                               const struct lw_webhook_key *keys, size_t count, int64_t now_seconds,
                               struct lw_error *err)
{
  if (headers->id.len == 0 || headers->timestamp.len == 0 || headers->signature.len == 0) {
    return lw_fail(err, LW_INVALID,
                   "webhook-id, webhook-timestamp or webhook-signature is missing");
  }
  int64_t seconds = 0;
  int64_t away = 0;
  if (!lw_int_read(headers->timestamp, &seconds) || seconds < 0 ||
      __builtin_sub_overflow(now_seconds, seconds, &away)) {
    return lw_fail(err, LW_INVALID, "webhook-timestamp is no whole number of seconds");
  }
  if (away > LW_WEBHOOK_TOLERANCE_SECONDS || away < -LW_WEBHOOK_TOLERANCE_SECONDS) {
    return lw_fail(err, LW_INVALID, "webhook-timestamp is %s",
                   away > 0 ? "too old" : "too far ahead");
  }
  if (!any_fits(headers, body, keys, count)) {
    return lw_fail(err, LW_INVALID, "no signature fits");
  }
  return LW_OK;
}
