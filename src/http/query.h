/* Paths and query strings of URLs (RFC 3986): percent-decoding, and parameters by name. Pure. */
#ifndef LW_HTTP_QUERY_H
#define LW_HTTP_QUERY_H

#include "base/str.h"

/* Decodes %XX (and with `plus`, + to a space) into arena; a text without any is returned as it
 * stands. False for a broken escape, for %00 and for what is no UTF-8 then. */
LW_NODISCARD bool lw_query_unescape(struct lw_arena *arena, lw_str raw, bool plus,
                                    lw_str *ret_text);
/* The next "name=value" of *rest, still escaped; false when there is none. Empty pairs are skipped.
 */
bool lw_query_next(lw_str *rest, lw_str *ret_name, lw_str *ret_value);
/* The first parameter of that name, decoded; {NULL, 0} when it is not there. False when it can't be
 * decoded. */
LW_NODISCARD bool lw_query_get(struct lw_arena *arena, lw_str query, lw_str name,
                               lw_str *ret_value);

#endif
