/* One request and its reply, as server.c drives it: a call with what the library and the server
 * keep of it. Exchanges are pooled: their memory is used again by later requests. Inside http only.
 */
#ifndef LW_HTTP_EXCHANGE_H
#define LW_HTTP_EXCHANGE_H

#include "http/call.h"
#include "http/router.h"

#include <stdatomic.h>

struct MHD_Connection;
struct MHD_Response;
struct lw_link;
struct lw_wakes;

/* The request headers that anybody reads. */
enum lw_header {
#define LW_HEADER(id, name) LW_HEADER_##id,
#include "http/header.def"
#undef LW_HEADER
  LW_HEADERS
};

enum lw_phase {
  LW_PHASE_HEAD,    /* the request line has come */
  LW_PHASE_BODY,    /* headers have been read */
  LW_PHASE_WAITING, /* suspended: a change or a password is under way */
  LW_PHASE_READY    /* the reply stands */
};

enum { LW_ADDED_HEADERS_MAX = 12, LW_REQUEST_ID_BYTES = 24 };

/* What a handler works with on its thread, given back after it: buffers that grow with use. */
struct lw_workplace {
  struct lw_json_reader *reader;
  struct lw_hasher *hasher;
  struct lw_workplace *next;
};

struct lw_exchange {
  struct lw_call call;
  struct lw_exchange *next; /* in the pool */
  struct MHD_Connection *connection;
  struct lw_link *link;
  struct lw_wakes *wakes;           /* of the HTTP thread that runs it (wakes.h) */
  struct lw_exchange *woken_before; /* there */
  enum lw_phase phase;
  bool head;       /* the method is HEAD: the library leaves the body away */
  bool malformed;  /* the headers can't be trusted: 400, and the connection ends */
  bool by_cookie;  /* the caller is a session's */
  bool recalled;   /* `token` is known from the connection */
  bool light;      /* `resume` takes no workplace */
  bool entered;    /* counted by the server: its reply is still to be made */
  bool off_thread; /* its work runs on the thread for passwords */
  bool heralds;    /* woken, and others behind it (wakes.c) */
  bool *told;      /* off_thread: whether a change was submitted; on that thread's stack */
  lw_str uri;
  lw_str query;
  lw_str headers[LW_HEADERS];
  lw_str cookie; /* the session's, or empty */
  lw_hash token; /* the digest of the caller's token */
  struct lw_buf body;
  size_t body_counted; /* bytes of it that the server's total has */
  lw_str last_value;   /* of the header before, while they are read */
  char id[LW_REQUEST_ID_BYTES];
  struct {
    const char *name;
    lw_str value;
  } added[LW_ADDED_HEADERS_MAX];
  uint32_t n_added;
  const char *content_type;
  const char *cache;           /* Cache-Control; NULL: no-store */
  lw_str fixed;                /* instead of `out`: bytes of the program itself */
  struct MHD_Response *stream; /* instead of `out`; owned until it is queued */
  struct lw_workplace *work;   /* while a handler runs */
  struct lw_db *reader;
  lw_usec started;                       /* monotonic */
  void (*resume)(struct lw_call *call);  /* woken: makes the reply, unless it stands already */
  atomic_uint waiting;                   /* changes under way, of a handler with many */
  void (*work_fn)(struct lw_call *call); /* on the thread for passwords */
  void (*cleanup)(struct lw_call *call); /* of what the handler left behind, after the answer */
};

static inline struct lw_exchange *lw_exchange_of(struct lw_call *call)
{
  return (struct lw_exchange *)call->internal;
}

struct lw_exchanges;
/* The pool; NULL when memory is out. */
struct lw_exchanges *lw_exchanges_create(void);
void lw_exchanges_destroy(struct lw_exchanges *exchanges);
/* Ready for a request; NULL when memory is out. Any thread. */
struct lw_exchange *lw_exchange_take(struct lw_exchanges *exchanges);
void lw_exchange_give(struct lw_exchanges *exchanges, struct lw_exchange *exchange);
/* The reply is queued: gives back what was large of what made it, for whoever reads it may take
 * their time. Of the call only `out`, route, status and snapshot may be used from here on. */
void lw_exchange_answered(struct lw_exchange *exchange);
struct lw_workplace *lw_workplace_take(struct lw_exchanges *exchanges);
void lw_workplace_give(struct lw_exchanges *exchanges, struct lw_workplace *work);
/* How many are out. */
uint32_t lw_exchanges_out(struct lw_exchanges *exchanges);

/* Which header that is, or LW_HEADERS. */
enum lw_header lw_header_find(lw_str name);
/* The value of a cookie of that name in a Cookie header, or {NULL, 0}. Pure. */
lw_str lw_header_cookie(lw_str header, lw_str name);
/* How much a header of preferences (Accept-Encoding, Accept-Language) wants the word, in
 * thousandths: what it says of the word itself, or of a language that begins with it ("de-AT"),
 * else of a star. 0: not at all. Pure. */
uint32_t lw_header_weight(lw_str header, lw_str word);

/* The call goes on later: the connection is suspended until lw_exchange_wake, which may come at
 * once, on any thread. Nothing of the exchange may be touched after that by whoever waits. */
void lw_exchange_suspend(struct lw_exchange *exchange);
void lw_exchange_wake(struct lw_exchange *exchange);

/* The same for a handler that submits changes itself: suspends (on an HTTP thread) and gives back
 * its workplace; `resume` is called on an HTTP thread when the exchange is woken. */
void lw_exchange_wait(struct lw_exchange *exchange, void (*resume)(struct lw_call *call));
/* On a thread that may wait: runs exchange->work_fn with a workplace, then wakes the exchange
 * unless it has submitted a change. */
void lw_exchange_work(struct lw_exchange *exchange);
/* Whether nobody waits for the answer any more: while it is suspended; any thread. */
bool lw_exchange_is_left(const struct lw_exchange *exchange);

/* problem+json of RFC 9457 as text; faults may be NULL. Pure. */
void lw_problem_add(struct lw_buf *out, int status, enum lw_code code, lw_str detail,
                    const struct lw_faults *faults, lw_str request_id);

#endif
