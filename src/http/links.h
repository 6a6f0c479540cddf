/* The TCP connections that are open, so that slow ones are cut: a request must have arrived whole
 * within LW_ARRIVAL_USEC_MAX. The library's own timeout only knows how long a connection was
 * silent, and a client that sends a byte a second is never silent. Inside http only. */
#ifndef LW_HTTP_LINKS_H
#define LW_HTTP_LINKS_H

#include "base/clock.h"
#include "people/token.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct lw_link {
  struct lw_link *previous;
  struct lw_link *next;
  int fd;
  _Atomic lw_usec cut_at; /* monotonic; 0: it may take its time (an answer is being made) */
  char peer[48];          /* the address that it comes from */
  /* The token that the last request brought, and its digest: most connections bring one token.
   * Whether it is good is asked of the snapshot each time. */
  bool has_token;
  char token_text[LW_TOKEN_TEXT_BYTES];
  lw_hash token;
};

struct lw_links;
/* Starts the thread that cuts. NULL when memory or threads are out. */
struct lw_links *lw_links_create(void);
/* When no connection is left. */
void lw_links_destroy(struct lw_links *links);
/* Connected: NULL when memory is out. fd stays the library's. */
struct lw_link *lw_link_open(struct lw_links *links, int fd);
void lw_link_close(struct lw_links *links, struct lw_link *link);
/* A request line has come. */
void lw_link_begins(struct lw_link *link, lw_usec now);
/* The request is whole. */
void lw_link_has_all(struct lw_link *link);
/* An answer of that many bytes is on its way: it must be taken at LW_TAKEN_BYTES_MIN a second. */
void lw_link_answers(struct lw_link *link, lw_usec now, size_t bytes);
/* The answer was sent: the next request may take its time to begin. */
void lw_link_rests(struct lw_link *link, lw_usec now);
/* The digest of a token, when the connection has brought it before; in the same time whether or
 * not it is the one. Only on the connection's thread, as all that follows. */
LW_NODISCARD bool lw_link_knows(const struct lw_link *link, lw_str token, lw_hash *ret_digest);
/* A token, well formed, and its digest. */
void lw_link_remember(struct lw_link *link, lw_str token, const lw_hash *digest);
uint32_t lw_links_count(struct lw_links *links);

#endif
