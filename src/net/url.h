/* Addresses of endpoints, read by libcurl's own reader, so that what is checked is what is called.
 * Pure; any thread. */
#ifndef LW_NET_URL_H
#define LW_NET_URL_H

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

enum { LW_URL_BYTES_MAX = 2048 }; /* what browsers and proxies agree on */

struct lw_url {
  lw_str text;   /* normalized, terminated */
  lw_str scheme; /* "https" */
  lw_str host;   /* as it is called; IPv6 in brackets */
  uint16_t port; /* the scheme's own when none was said */
};

/* http or https, a host, no user or password, no fragment, at most LW_URL_BYTES_MAX bytes; an
 * address inside one's own network only with allow_inside (names are looked at when they are
 * called). Else LW_INVALID with the mend as hint. Texts live in arena. */
LW_NODISCARD enum lw_code lw_url_read(lw_str text, bool allow_inside, struct lw_arena *arena,
                                      struct lw_url *ret_url, struct lw_error *err);

#endif
