/* Who calls: a token in Authorization, or a session in a cookie. Inside http only. */
#ifndef LW_HTTP_AUTHN_H
#define LW_HTTP_AUTHN_H

#include "http/exchange.h"

/* Whether the caller shows a token that the connection has brought before: then finding them takes
 * no workplace. */
LW_NODISCARD bool lw_authn_recall(struct lw_call *call);
/* Fills in call->caller, or has replied (401, 403 for a forged request, 503). */
LW_NODISCARD bool lw_authn_find(struct lw_call *call);
/* The name of the session's cookie: with the prefix __Host- where cookies are Secure. */
lw_str lw_authn_cookie_name(const struct lw_server *server);
/* Whether a session's cookie came along and is good: fills in call->caller. Never replies; for
 * pages, which are there for everybody. */
bool lw_authn_peek(struct lw_call *call);
/* Adds the Set-Cookie that gives (or, empty, takes away) the session. */
void lw_authn_add_cookie(struct lw_call *call, lw_str value);
/* By what the request says, whether it comes from our own page (or from no browser at all). */
bool lw_authn_same_site(struct lw_call *call);
/* The address that it comes from, for counting attempts: the connection's; from a proxy on this
 * machine the last one of X-Forwarded-For, which that proxy has seen itself. */
lw_str lw_authn_source(struct lw_call *call);
/* Whether it was made on this machine, as far as can be told: not where the public URL says that a
 * proxy stands before the server, nor when it was forwarded. */
bool lw_authn_is_local(struct lw_call *call);

#endif
