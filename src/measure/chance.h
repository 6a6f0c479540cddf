/* How likely so many or more are, if only chance is at work. Pure; any thread. */
#ifndef LW_MEASURE_CHANCE_H
#define LW_MEASURE_CHANCE_H

#include <stdint.h>

/* Of n tries, each a yes with `share`: the chance of `yes` and more. 0 <= yes <= n is asserted;
 * share is held within 0 .. 1. */
double lw_chance_of_more(int64_t yes, int64_t n, double share);

#endif
