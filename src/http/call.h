/* One call over HTTP, from the request line to the answer, as handlers (api_*.c) see it. Handlers
 * run on an HTTP thread: they parse, check rights, read from a reader connection and reply; or they
 * submit a change, whose answer is sent when the batch is on disk. Inside http only. */
#ifndef LW_HTTP_CALL_H
#define LW_HTTP_CALL_H

#include "data/json.h"
#include "engine/decision.h"
#include "http/server.h"

enum lw_method { LW_GET, LW_POST, LW_PUT, LW_PATCH, LW_DELETE, LW_METHODS };
const char *lw_method_name(enum lw_method method);

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
  /* Called on an HTTP thread when the change was answered, before the answer is sent: sets cookies
   * or another reply. NULL: the change's answer is the reply. */
  void (*then)(struct lw_call *call);
  /* The same for a change that was refused (change.code): true when it has replied. NULL: the error
   * becomes a problem. */
  bool (*refused)(struct lw_call *call);
  void *user; /* the handler's own, between it and those */
  void *internal;
};

/* A query parameter, decoded; {NULL, 0} when it is not there or can't be decoded. */
lw_str lw_call_query(struct lw_call *call, const char *name);
/* A request header, or {NULL, 0}: one of those in http/exchange.h. */
lw_str lw_call_header(struct lw_call *call, const char *name);
/* A response header; name static, value copied. */
void lw_call_add_header(struct lw_call *call, const char *name, lw_str value);

/* Replies: a handler ends with one of them and returns. */
void lw_call_reply(struct lw_call *call, int status); /* call->out is the JSON */
/* The same with another Content-Type (static). */
void lw_call_reply_as(struct lw_call *call, int status, const char *content_type);
/* The same with bytes of the program itself, which are not copied. */
void lw_call_reply_fixed(struct lw_call *call, int status, const char *content_type, lw_str bytes);
/* application/problem+json of RFC 9457, from an error: status by its code, detail its text and
 * hint. */
void lw_call_problem(struct lw_call *call, const struct lw_error *err);
/* The same from parts. */
LW_PRINTF(3, 4) void lw_call_fail(struct lw_call *call, enum lw_code code, const char *format, ...);
/* The same with a status that the code does not have (405, 415, 428). */
void lw_call_fail_status(struct lw_call *call, int status, enum lw_code code, const char *text);
/* 422 with `errors: [{at, message}]`. */
void lw_call_faults(struct lw_call *call, const struct lw_faults *faults);
/* Whether there are none; else replies with them. */
LW_NODISCARD bool lw_call_is_sound(struct lw_call *call, const struct lw_faults *faults);
/* 422 with one of them. */
void lw_call_fault(struct lw_call *call, const char *at, const char *message);
/* 403 in words: what it is that one may not, and who may. */
void lw_call_forbidden(struct lw_call *call, enum lw_access access);
/* Submits call->change with apply and user; its answer becomes the reply. Fills in actor, arena,
 * key (from Idempotency-Key, the caller and the route) and digest (method, path, body). */
void lw_call_submit(struct lw_call *call,
                    enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change,
                                          struct lw_error *err),
                    void *user);
/* The same where there are no faults; else they are the reply. */
void lw_call_submit_sound(struct lw_call *call, const struct lw_faults *faults,
                          enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change,
                                                struct lw_error *err),
                          void *user);
/* As lw_call_submit without a retry key: one that is sent is read and forgotten, and nothing says
 * afterwards that this caller has sent this body. For what must not be kept beside a person; apply
 * answers a repetition by itself. */
void lw_call_submit_unkept(struct lw_call *call,
                           enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change,
                                                 struct lw_error *err),
                           void *user);
/* The parts of that: the key as the engine keeps it (*ret_key empty when given.ptr is NULL; false
 * when it is no key), the digest of method, path and body, and what becomes of an answered change.
 */
LW_NODISCARD bool lw_call_read_key(struct lw_call *call, lw_str given, lw_str *ret_key);
lw_hash lw_call_digest(struct lw_call *call, lw_str body);
void lw_call_finish_change(struct lw_call *call);
/* Whether the caller may; replies with 401, 403 or 404 (what one may not see is not there) when
 * not. person empty: nobody in particular. */
LW_NODISCARD bool lw_call_may(struct lw_call *call, enum lw_access access, lw_str person);
/* A reader connection for the time of the handler; NULL when it replied with 503. It is given back
 * when the handler has returned. */
LW_NODISCARD struct lw_db *lw_call_reader(struct lw_call *call);
/* Whether the client still waits: work that takes long begins with it. False: replied, so that the
 * exchange ends. */
LW_NODISCARD bool lw_call_is_awaited(struct lw_call *call);
/* A JSON reader for the time of the handler. */
struct lw_json_reader *lw_call_json(struct lw_call *call);

/* --- members of a JSON body --- */

/* Text under the key, or {NULL, 0} when it is not there (or null). Something else than a text
 * becomes a fault in *faults. */
lw_str lw_call_text(const struct lw_value *map, const char *key, struct lw_faults *faults);
/* Whether the key stands for true; false when it is not there. What is neither true nor false, or
 * is needed and not there, becomes a fault in *faults. */
bool lw_call_flag(const struct lw_value *map, const char *key, bool needed,
                  struct lw_faults *faults);
/* A fault for each key of the map that is none of `keys` (a list ended by NULL). */
void lw_call_known(const struct lw_value *map, const char *const *keys, struct lw_faults *faults);
/* Starts an empty list of faults in the call's arena. */
struct lw_faults lw_call_new_faults(struct lw_call *call);

#endif
