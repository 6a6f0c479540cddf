#include "http/metrics.h"

/* Upper bounds: from what one sync takes to what nobody waits for. */
static const lw_usec bounds[LW_TIME_BUCKETS] = {100,     250,     500,      1000,    2500,   5000,
                                                10000,   25000,   50000,    100000,  250000, 500000,
                                                1000000, 2500000, 10000000, 60000000};
static const char *const bound_names[LW_TIME_BUCKETS] = {
    "0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025",
    "0.05",   "0.1",     "0.25",   "0.5",   "1",      "2.5",   "10",   "60"};

static void add(atomic_uint_fast64_t *counter, uint64_t more)
{
  (void)atomic_fetch_add_explicit(counter, more, memory_order_relaxed);
}

static uint64_t get(const atomic_uint_fast64_t *counter)
{
  return atomic_load_explicit(counter, memory_order_relaxed);
}

void lw_histogram_add(struct lw_histogram *histogram, lw_usec usec)
{
  size_t i = 0;
  while (i < LW_TIME_BUCKETS && usec > bounds[i]) {
    i++;
  }
  add(&histogram->counts[i], 1);
  add(&histogram->sum_usec, usec > 0 ? (uint64_t)usec : 0);
}

void lw_metrics_count(struct lw_metrics *metrics, const struct lw_route_row *route, int status,
                      lw_usec took_usec)
{
  size_t i = route != NULL ? (size_t)route->id : LW_ROUTES;
  i = route != NULL && (route->flags & LW_ROUTE_PAGE) != 0 ? (size_t)LW_ROUTE_ID_PAGE_HOME : i;
  size_t class = status >= 100 && status < 600 ? (size_t)status / 100 : 5;
  add(&metrics->requests[i][class], 1);
  lw_histogram_add(&metrics->times[i], took_usec);
}

void lw_histogram_print(const struct lw_histogram *histogram, const char *name, const char *labels,
                        struct lw_buf *out)
{
  const char *comma = labels[0] != '\0' ? "," : "";
  uint64_t sum = 0;
  for (size_t i = 0; i < LW_TIME_BUCKETS; i++) {
    sum += get(&histogram->counts[i]);
    lw_buf_printf(out, "%s_bucket{%s%sle=\"%s\"} %llu\n", name, labels, comma, bound_names[i],
                  (unsigned long long)sum);
  }
  sum += get(&histogram->counts[LW_TIME_BUCKETS]);
  uint64_t usec = get(&histogram->sum_usec);
  const char *open = labels[0] != '\0' ? "{" : "";
  const char *close = labels[0] != '\0' ? "}" : "";
  lw_buf_printf(out, "%s_bucket{%s%sle=\"+Inf\"} %llu\n", name, labels, comma,
                (unsigned long long)sum);
  lw_buf_printf(out, "%s_sum%s%s%s %llu.%06llu\n", name, open, labels, close,
                (unsigned long long)(usec / 1000000), (unsigned long long)(usec % 1000000));
  lw_buf_printf(out, "%s_count%s%s%s %llu\n", name, open, labels, close, (unsigned long long)sum);
}

static bool was_called(const struct lw_metrics *metrics, size_t route)
{
  uint64_t sum = 0;
  for (size_t class = 0; class < 6; class ++) {
    sum += get(&metrics->requests[route][class]);
  }
  return sum != 0;
}

static void write_labels(char *place, size_t size, size_t route)
{
  struct lw_buf text = {.ptr = NULL};
  if (route == LW_ROUTES) {
    LW_BUF_LIT(&text, "method=\"\",route=\"none\"");
  } else if (route == LW_ROUTE_ID_PAGE_HOME) { /* all pages and files of the console */
    LW_BUF_LIT(&text, "method=\"GET\",route=\"page\"");
  } else {
    lw_buf_printf(&text, "method=\"%s\",route=\"%.*s\"", lw_method_name(lw_routes[route].method),
                  LW_FMT(lw_routes[route].path));
  }
  size_t len = text.len < size ? text.len : size - 1;
  if (len != 0) {
    memcpy(place, text.ptr, len);
  }
  place[len] = '\0';
  lw_buf_finish(&text);
}

void lw_metrics_print(const struct lw_metrics *metrics, struct lw_buf *out)
{
  char labels[160];
  LW_BUF_LIT(out, "# HELP leeway_http_requests_total Requests answered.\n"
                  "# TYPE leeway_http_requests_total counter\n");
  for (size_t route = 0; route <= LW_ROUTES; route++) {
    write_labels(labels, sizeof labels, route);
    for (size_t class = 0; class < 6; class ++) {
      uint64_t count = get(&metrics->requests[route][class]);
      if (count != 0) {
        lw_buf_printf(out, "leeway_http_requests_total{%s,status=\"%zuxx\"} %llu\n", labels, class,
                      (unsigned long long)count);
      }
    }
  }
  LW_BUF_LIT(out, "# HELP leeway_http_request_seconds Time from the request's headers to its "
                  "answer.\n# TYPE leeway_http_request_seconds histogram\n");
  for (size_t route = 0; route <= LW_ROUTES; route++) {
    if (was_called(metrics, route)) {
      write_labels(labels, sizeof labels, route);
      lw_histogram_print(&metrics->times[route], "leeway_http_request_seconds", labels, out);
    }
  }
}
