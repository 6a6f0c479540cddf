#include "http/metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static bool says(const struct lw_buf *out, const char *line)
{
  return lw_str_find(lw_buf_str(out), lw_str_c(line), 0) != SIZE_MAX;
}

static void times_fall_into_every_bucket_above_them(void **state)
{
  (void)state;
  static struct lw_histogram histogram;
  struct lw_buf out = {.ptr = NULL};
  lw_histogram_add(&histogram, 0);
  lw_histogram_add(&histogram, 100); /* a bound belongs to its bucket */
  lw_histogram_add(&histogram, 101);
  lw_histogram_add(&histogram, 61 * LW_USEC_PER_SECOND);
  lw_histogram_add(&histogram, -5); /* a clock that jumped */
  lw_histogram_print(&histogram, "t", "", &out);
  assert_true(says(&out, "t_bucket{le=\"0.0001\"} 3\n"));
  assert_true(says(&out, "t_bucket{le=\"0.00025\"} 4\n"));
  assert_true(says(&out, "t_bucket{le=\"60\"} 4\n"));
  assert_true(says(&out, "t_bucket{le=\"+Inf\"} 5\n"));
  assert_true(says(&out, "t_sum 61.000201\n"));
  assert_true(says(&out, "t_count 5\n"));
  lw_buf_reset(&out);
  lw_histogram_print(&histogram, "t", "route=\"/x\"", &out);
  assert_true(says(&out, "t_bucket{route=\"/x\",le=\"+Inf\"} 5\n"));
  assert_true(says(&out, "t_count{route=\"/x\"} 5\n"));
  lw_buf_finish(&out);
}

static void requests_are_counted_by_route_and_status(void **state)
{
  (void)state;
  static struct lw_metrics metrics;
  struct lw_buf out = {.ptr = NULL};
  lw_metrics_count(&metrics, &lw_routes[LW_ROUTE_ID_DECIDE], 201, 1000);
  lw_metrics_count(&metrics, &lw_routes[LW_ROUTE_ID_DECIDE], 200, 1000);
  lw_metrics_count(&metrics, &lw_routes[LW_ROUTE_ID_DECIDE], 503, 1000);
  lw_metrics_count(&metrics, NULL, 404, 10);
  lw_metrics_count(&metrics, NULL, 999, 10); /* no status at all: an error of ours */
  lw_metrics_print(&metrics, &out);
  assert_true(says(
      &out,
      "leeway_http_requests_total{method=\"POST\",route=\"/v1/decisions\",status=\"2xx\"} 2\n"));
  assert_true(says(
      &out,
      "leeway_http_requests_total{method=\"POST\",route=\"/v1/decisions\",status=\"5xx\"} 1\n"));
  assert_true(
      says(&out, "leeway_http_requests_total{method=\"\",route=\"none\",status=\"4xx\"} 1\n"));
  assert_true(
      says(&out, "leeway_http_requests_total{method=\"\",route=\"none\",status=\"5xx\"} 1\n"));
  assert_false(says(&out, "/v1/options"));
  lw_buf_finish(&out);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(times_fall_into_every_bucket_above_them),
      cmocka_unit_test(requests_are_counted_by_route_and_status),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
