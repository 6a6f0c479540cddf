/* The step-up procedure: with p sorted upwards, q of the i-th is the least of count p / j over all
 * j >= i. */
#include "measure/discover.h"

#include <math.h>
#include <stdlib.h>

struct look {
  double p;
  size_t at;
};

static int by_p(const void *a, const void *b)
{
  const struct look *x = a;
  const struct look *y = b;
  return (x->p > y->p) - (x->p < y->p);
}

enum lw_code lw_discover(const double *p, size_t count, double *ret_q, struct lw_error *err)
{
  struct look *looks = calloc(count > 0 ? count : 1, sizeof *looks);
  size_t n = 0;
  if (looks == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  for (size_t i = 0; i < count; i++) {
    bool looked = p[i] >= 0.0 && p[i] <= 1.0;
    if (looked) {
      looks[n++] = (struct look){.p = p[i], .at = i};
    }
    ret_q[i] = 1.0;
  }
  qsort(looks, n, sizeof *looks, by_p);
  double least = 1.0;
  for (size_t i = n; i-- > 0;) {
    least = fmin(least, looks[i].p * (double)n / (double)(i + 1));
    ret_q[looks[i].at] = least;
  }
  free(looks);
  return LW_OK;
}
