/* Student's distribution, for whole degrees of freedom. Pure. */
#ifndef LW_MEASURE_STUDENT_H
#define LW_MEASURE_STUDENT_H

#include <stdint.h>

/* How likely a value beyond t, on either side, is by chance: 0 .. 1. freedom >= 1, t >= 0. */
double lw_student_tail(uint32_t freedom, double t);
/* The t whose tail on both sides together is `tail`; 0 < tail < 1. */
double lw_student_quantile(uint32_t freedom, double tail);
/* How many standard errors the truth must lie off for the statistic to pass t > 0 with such a
 * chance; 0.5 <= chance < 1. */
double lw_student_reach(uint32_t freedom, double t, double chance);

#endif
