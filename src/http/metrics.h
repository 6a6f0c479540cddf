/* Figures of the server for GET /metrics, in Prometheus' text format. Counting is a few atomic
 * additions; any thread. Inside http only. */
#ifndef LW_HTTP_METRICS_H
#define LW_HTTP_METRICS_H

#include "http/router.h"

#include <stdatomic.h>

enum { LW_TIME_BUCKETS = 16 };

struct lw_histogram {
  atomic_uint_fast64_t counts[LW_TIME_BUCKETS + 1]; /* the last: over the greatest bound */
  atomic_uint_fast64_t sum_usec;
};

struct lw_metrics {
  atomic_uint_fast64_t requests[LW_ROUTES + 1][6]; /* by route (the last: none) and status / 100 */
  struct lw_histogram times[LW_ROUTES + 1];
  struct lw_histogram authority; /* of decisions that were granted at once */
  atomic_uint_fast64_t events;   /* sent to streams */
  atomic_uint_fast64_t dropped;  /* streams that did not keep up */
};

void lw_metrics_count(struct lw_metrics *metrics, const struct lw_route_row *route, int status,
                      lw_usec took_usec);
void lw_histogram_add(struct lw_histogram *histogram, lw_usec usec);
/* Appends name_bucket, name_sum and name_count; labels like `route="x"` or empty. */
void lw_histogram_print(const struct lw_histogram *histogram, const char *name, const char *labels,
                        struct lw_buf *out);
/* Appends requests and times of all routes that were called. */
void lw_metrics_print(const struct lw_metrics *metrics, struct lw_buf *out);

#endif
