#include "http/router.h"

#include "base/bounds.h"

enum { KB = 1024, MB = 1024 * KB };

const struct lw_route_row lw_routes[LW_ROUTES] = {
#define LW_ROUTE(id, method, path, handler, access, flags, body_max)                               \
  {LW_ROUTE_ID_##id, method, LW_STR_INIT(path), handler, access, flags, (size_t)(body_max)},
#include "http/routes.def"
#undef LW_ROUTE
};

static const char *const method_names[LW_METHODS] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

const char *lw_method_name(enum lw_method method)
{
  return method_names[method];
}

bool lw_method_read(lw_str name, enum lw_method *ret_method)
{
  for (int i = 0; i < LW_METHODS; i++) {
    if (lw_str_equal(name, lw_str_c(method_names[i]))) {
      *ret_method = (enum lw_method)i;
      return true;
    }
  }
  *ret_method = LW_GET;
  return lw_str_equal(name, LW_STR("HEAD"));
}

bool lw_route_fits(lw_str pattern, lw_str path, lw_str params[2])
{
  size_t at = 0;
  size_t n = 0;
  for (size_t i = 0; i < pattern.len; i++) {
    if (pattern.ptr[i] != '{') {
      if (at == path.len || path.ptr[at] != pattern.ptr[i]) {
        return false;
      }
      at++;
      continue;
    }
    const char *slash = memchr(path.ptr + at, '/', path.len - at);
    size_t end = slash != NULL ? (size_t)(slash - path.ptr) : path.len;
    if (end == at || n == 2) {
      return false;
    }
    params[n++] = (lw_str){path.ptr + at, end - at};
    at = end;
    i = lw_str_find(pattern, LW_STR("}"), i);
  }
  return at == path.len;
}

void lw_route_find(enum lw_method method, lw_str path, struct lw_route_match *ret_match)
{
  *ret_match = (struct lw_route_match){.row = NULL};
  for (size_t i = 0; i < LW_ROUTES; i++) {
    lw_str params[2] = {{NULL, 0}, {NULL, 0}};
    if (!lw_route_fits(lw_routes[i].path, path, params)) {
      continue;
    }
    if (lw_routes[i].method == method) {
      *ret_match = (struct lw_route_match){&lw_routes[i], {params[0], params[1]}, 0};
      return;
    }
    ret_match->allowed |= 1U << lw_routes[i].method;
  }
}

void lw_route_print_allowed(uint32_t allowed, struct lw_buf *out)
{
  const char *between = "";
  for (int i = 0; i < LW_METHODS; i++) {
    if ((allowed & (1U << i)) != 0) {
      lw_buf_printf(out, "%s%s%s", between, method_names[i], i == LW_GET ? ", HEAD" : "");
      between = ", ";
    }
  }
}

void lw_server_print_routes(struct lw_buf *out)
{
  for (size_t i = 0; i < LW_ROUTES; i++) {
    if ((lw_routes[i].flags & LW_ROUTE_PAGE) == 0) {
      lw_buf_printf(out, "%s %.*s\n", lw_method_name(lw_routes[i].method),
                    LW_FMT(lw_routes[i].path));
    }
  }
}
