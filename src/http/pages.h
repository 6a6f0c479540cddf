/* Pages of the console: a document that says which files to fetch and carries what its script needs
 * first, so that it paints without another request. Inside http only. */
#ifndef LW_HTTP_PAGES_H
#define LW_HTTP_PAGES_H

#include "http/call.h"

/* Appends JSON so that it can stand within a script element: what would end one, or begin a
 * comment, is escaped, as are the two line ends that older scripts know. Pure. */
void lw_page_add_json(struct lw_buf *out, lw_str json);
/* "en" or "de": the first of those that names one of them; of Accept-Language the better liked.
 * Pure. */
lw_str lw_page_language(lw_str asked, lw_str cookie, lw_str accept_language, lw_str usual);
/* Whether this can stand in the CSP's frame-ancestors as the origin of a page:
 * "https://HOST[:PORT]"; http only of this machine; no path, no star, nothing that ends a
 * directive. Pure. */
bool lw_origin_fits(lw_str origin);

/* What a page tells of settings to whoever sees it; with the duty only for who has signed in. */
struct lw_console;
void lw_settings_add_public(struct lw_call *call, const struct lw_console *console, bool signed_in,
                            struct lw_buf *out);
/* When the journal begins; 0: it is empty. */
LW_NODISCARD enum lw_code lw_settings_began(struct lw_db *db, lw_usec *ret_at,
                                            struct lw_error *err);
/* Whether the caller may set up: reaches settings of the whole installation. */
bool lw_setup_may(const struct lw_call *call);
/* Whether anything was ever decided. */
bool lw_setup_has_decided(struct lw_call *call);
/* Appends what GET /v1/setup answers. */
LW_NODISCARD enum lw_code lw_setup_add(struct lw_call *call, struct lw_buf *out,
                                       struct lw_error *err);

#endif
