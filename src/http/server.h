/* The HTTP server (libmicrohttpd): binds, answers, stops. Owns its threads; the engine and whatever
 * handlers need is lent to it. */
#ifndef LW_HTTP_SERVER_H
#define LW_HTTP_SERVER_H

#include "engine/engine.h"

struct lw_server;
struct lw_lists;
struct lw_connect;

struct lw_server_options {
  const char *listen;       /* "127.0.0.1:8080", "[::1]:0", "0.0.0.0:80"; port 0: any free one */
  uint32_t threads;         /* 0: 2 */
  uint32_t connections_max; /* 0: LW_CONNECTIONS_MAX */
  const char *public_url;   /* of links in mails and of cookies' Secure; NULL: http://LISTEN */
  bool secure_cookies;    /* behind TLS: __Host- cookies with Secure; off only for plain loopback */
  struct lw_lists *lists; /* engine/lists.h; borrowed; NULL: lists and statistics answer 503 */
  struct lw_connect *connect; /* connect/deliver.h; borrowed; NULL: nothing is delivered */
  const char *mail_server;    /* to be shown, as mail_from; borrowed. NULL: no mail is sent */
  const char *mail_from;
};

/* Before the engine's first change: the server listens to its commits. */
LW_NODISCARD enum lw_code lw_server_start(const struct lw_server_options *options,
                                          struct lw_engine *engine, struct lw_server **ret_server,
                                          struct lw_error *err);
/* The address it listens on, with the port that was found: "http://127.0.0.1:41233". */
const char *lw_server_address(const struct lw_server *server);
/* Answers what is under way (at most wait_usec), tells event streams to come back, then closes. The
 * engine must still run; it tells the server nothing any more after this. NULL is allowed. */
void lw_server_stop(struct lw_server *server, lw_usec wait_usec);
void lw_server_destroy(struct lw_server *server); /* stopped; NULL is allowed */

/* Every route of the HTTP contract, one a line: "POST /v1/decisions/{id}/confirm". */
void lw_server_print_routes(struct lw_buf *out);

#endif
