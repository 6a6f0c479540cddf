/* The binomial's upper end is the incomplete beta function: P(X >= k) = I_p(k, n - k + 1). */
#include "measure/chance.h"

#include "base/check.h"
#include "measure/special.h"

double lw_chance_of_more(int64_t yes, int64_t n, double share)
{
  LW_ASSERT(yes >= 0 && yes <= n);
  if (yes == 0 || share >= 1.0) {
    return 1.0;
  }
  return share > 0.0 ? lw_special_beta_below((double)yes, (double)(n - yes + 1), share) : 0.0;
}
