#include "net/url.h"

#include "base/num.h"
#include "net/address.h"

#include <curl/curl.h>

static enum lw_code get_part(CURLU *handle, CURLUPart part, unsigned flags, struct lw_arena *arena,
                             lw_str *ret_text, struct lw_error *err)
{
  char *text = NULL;
  if (curl_url_get(handle, part, &text, flags) != CURLUE_OK) {
    return lw_fail(err, LW_INVALID, "the address is incomplete");
  }
  *ret_text = lw_str_copy(arena, lw_str_c(text));
  curl_free(text);
  return ret_text->ptr != NULL ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory");
}

static enum lw_code parse(CURLU *handle, const char *text, struct lw_error *err)
{
  CURLUcode code = curl_url_set(handle, CURLUPART_URL, text, CURLU_DISALLOW_USER);
  if (code == CURLUE_OK) {
    return LW_OK;
  }
  if (code == CURLUE_OUT_OF_MEMORY) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  if (code == CURLUE_USER_NOT_ALLOWED) {
    (void)lw_fail(err, LW_INVALID, "the address has a user or password in it");
    lw_error_hint(err, "the signature proves who sends; leave user and password out");
    return LW_INVALID;
  }
  (void)lw_fail(err, LW_INVALID, "this is no web address: %s", curl_url_strerror(code));
  lw_error_hint(err, "write it as https://example.org/path");
  return LW_INVALID;
}

static enum lw_code check_scheme(CURLU *handle, const struct lw_url *url, struct lw_error *err)
{
  if (!lw_str_equal(url->scheme, LW_STR("https")) && !lw_str_equal(url->scheme, LW_STR("http"))) {
    (void)lw_fail(err, LW_INVALID, "the address is of kind %.*s", LW_FMT(url->scheme));
    lw_error_hint(err, "https (or http) is what is called");
    return LW_INVALID;
  }
  char *fragment = NULL;
  CURLUcode code = curl_url_get(handle, CURLUPART_FRAGMENT, &fragment, 0);
  curl_free(fragment);
  if (code != CURLUE_NO_FRAGMENT) {
    return lw_fail(err, LW_INVALID, "the address has a part behind #, which is never sent");
  }
  return LW_OK;
}

static enum lw_code check_host(const struct lw_url *url, bool allow_inside, struct lw_error *err)
{
  bool inside = false;
  bool local =
      lw_str_equal(url->host, LW_STR("localhost")) || lw_str_ends(url->host, LW_STR(".localhost"));
  if (!allow_inside && (local || (lw_address_read(url->host, &inside) && inside))) {
    (void)lw_fail(err, LW_INVALID, "%.*s lies inside this machine's own network",
                  LW_FMT(url->host));
    lw_error_hint(err, "choose an address outside, or allow private addresses in the settings");
    return LW_INVALID;
  }
  return LW_OK;
}

static enum lw_code take_apart(CURLU *handle, struct lw_arena *arena, struct lw_url *url,
                               struct lw_error *err)
{
  lw_str port = {NULL, 0};
  enum lw_code rc = get_part(handle, CURLUPART_SCHEME, 0, arena, &url->scheme, err);
  if (rc == LW_OK) {
    rc = get_part(handle, CURLUPART_HOST, 0, arena, &url->host, err);
  }
  if (rc == LW_OK) {
    rc = get_part(handle, CURLUPART_URL, 0, arena, &url->text, err);
  }
  if (rc == LW_OK) {
    rc = check_scheme(handle, url, err);
  }
  if (rc == LW_OK) {
    rc = get_part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT, arena, &port, err);
  }
  uint64_t number = 0;
  if (rc == LW_OK && (!lw_uint_read(port, &number) || number == 0 || number > UINT16_MAX)) {
    rc = lw_fail(err, LW_INVALID, "the address has no usable port");
  }
  url->port = (uint16_t)number;
  return rc;
}

enum lw_code lw_url_read(lw_str text, bool allow_inside, struct lw_arena *arena,
                         struct lw_url *ret_url, struct lw_error *err)
{
  if (text.len == 0 || text.len > LW_URL_BYTES_MAX) {
    return lw_fail(err, LW_INVALID, "an address has 1 to %d bytes, this has %zu", LW_URL_BYTES_MAX,
                   text.len);
  }
  for (size_t i = 0; i < text.len; i++) {
    unsigned char c = (unsigned char)text.ptr[i];
    if (c <= ' ' || c == 0x7f) {
      return lw_fail(err, LW_INVALID, "the address has a space or control character in it");
    }
  }
  lw_str copy = lw_str_copy(arena, text);
  CURLU *handle = curl_url();
  struct lw_url url = {0};
  enum lw_code rc = LW_OK;
  if (copy.ptr == NULL || handle == NULL) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
    goto out;
  }
  rc = parse(handle, copy.ptr, err);
  if (rc == LW_OK) {
    rc = take_apart(handle, arena, &url, err);
  }
  if (rc == LW_OK) {
    rc = check_host(&url, allow_inside, err);
  }
  if (rc == LW_OK) {
    *ret_url = url;
  }
out:
  curl_url_cleanup(handle);
  return rc;
}
