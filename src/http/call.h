/* One call over HTTP, from the request line to the answer, as handlers (api_*.c) see it. Handlers
 * run on an HTTP thread: they parse, check rights, read from a reader connection and reply; or they
 * submit a change, whose answer is sent when the batch is on disk. Inside http only. */
#ifndef LW_HTTP_CALL_H
#define LW_HTTP_CALL_H

#include "data/json.h"
#include "engine/decision.h"
#include "http/server.h"

enum lw_method { LW_GET, LW_POST, LW_PUT, LW_PATCH, LW_DELETE };

struct lw_route_row;

struct lw_call {
  struct lw_server *server;
  struct lw_engine *engine;
  const struct lw_route_row *route;
  enum lw_method method;
  lw_str path;
  lw_str params[2]; /* of {id} in the path, decoded */
  lw_str body;
  const struct lw_value *json;        /* the body, when the route takes JSON and there was one */
  const struct lw_snapshot *snapshot; /* of the call's beginning; referenced until its end */
  struct lw_caller caller;
  struct lw_arena arena; /* until the answer is sent */
  struct lw_change change;
  lw_usec received;
  lw_str request_id; /* of the log, and of the header X-Request-Id */
  /* The reply. */
  int status;
  struct lw_buf out;
  void *internal;
};

/* A query parameter, decoded; {NULL, 0} when it is not there. */
lw_str lw_call_query(struct lw_call *call, const char *name);
/* A request header, or {NULL, 0}. */
lw_str lw_call_header(struct lw_call *call, const char *name);
/* A response header; name static, value copied. */
void lw_call_add_header(struct lw_call *call, const char *name, lw_str value);

/* Replies: a handler ends with one of them and returns. */
void lw_call_reply(struct lw_call *call, int status); /* call->out is the JSON */
/* application/problem+json of RFC 9457, from an error: status by its code, detail its text and
 * hint. */
void lw_call_problem(struct lw_call *call, const struct lw_error *err);
/* 422 with `errors: [{at, message}]`. */
void lw_call_faults(struct lw_call *call, const struct lw_faults *faults);
/* 403 or 404 (what the caller may not see is not there), in words. */
void lw_call_forbidden(struct lw_call *call, enum lw_access access);
/* Submits call->change with apply and user; its answer becomes the reply. Fills in actor, arena,
 * key (from Idempotency-Key, the caller and the route) and digest (method, path, body). */
void lw_call_submit(struct lw_call *call,
                    enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change,
                                          struct lw_error *err),
                    void *user);
/* Whether the caller may; replies with 401 or 403 when not. person empty: nobody in particular. */
LW_NODISCARD bool lw_call_may(struct lw_call *call, enum lw_access access, lw_str person);

#endif
