/* The routes (routes.def) and how a path finds its own. Pure, but for the handlers it names. */
#ifndef LW_HTTP_ROUTER_H
#define LW_HTTP_ROUTER_H

#include "http/call.h"

enum lw_route_flag {
  LW_ROUTE_OPEN = 1,      /* needs no caller, and knows none */
  LW_ROUTE_ANYONE = 2,    /* any caller; the handler looks closer. Without it: `access` */
  LW_ROUTE_JSON = 4,      /* takes a JSON body */
  LW_ROUTE_TEXT = 8,      /* takes a body as it stands */
  LW_ROUTE_OPTIONAL = 16, /* the body may be missing */
  LW_ROUTE_WHOLE = 32,    /* the right must reach ALL: it is about nobody in particular */
  LW_ROUTE_PAGE = 64      /* of the console: no part of the HTTP contract */
};

enum lw_route_id {
#define LW_ROUTE(id, method, path, handler, access, flags, body_max) LW_ROUTE_ID_##id,
#include "http/routes.def"
#undef LW_ROUTE
  LW_ROUTES
};

struct lw_route_row {
  enum lw_route_id id;
  enum lw_method method;
  lw_str path; /* "/v1/decisions/{id}/confirm": the label of metrics, too */
  void (*handler)(struct lw_call *call);
  enum lw_access access;
  uint32_t flags;
  size_t body_bytes_max;
};

extern const struct lw_route_row lw_routes[LW_ROUTES];

struct lw_route_match {
  const struct lw_route_row *row; /* NULL: none */
  lw_str params[2];               /* as they stand in the path, still escaped */
  uint32_t allowed;               /* without a row: bits of the methods that the path has */
};

/* Whether the path fits the pattern; *params gets what stands for each {name}. */
bool lw_route_fits(lw_str pattern, lw_str path, lw_str params[2]);
void lw_route_find(enum lw_method method, lw_str path, struct lw_route_match *ret_match);
/* "GET, HEAD, POST" */
void lw_route_print_allowed(uint32_t allowed, struct lw_buf *out);
/* False for a method that no route has. HEAD is GET. */
LW_NODISCARD bool lw_method_read(lw_str name, enum lw_method *ret_method);

#define LW_ROUTE(id, method, path, handler, access, flags, body_max)                               \
  void handler(struct lw_call *call);
#include "http/routes.def"
#undef LW_ROUTE

#endif
