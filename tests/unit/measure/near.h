/* For these tests: near by so many digits. */
#ifndef LW_TESTS_UNIT_MEASURE_NEAR_H
#define LW_TESTS_UNIT_MEASURE_NEAR_H

#include <math.h>
#include <stddef.h>

#define assert_close(got, wanted, off)                                                             \
  do {                                                                                             \
    double got_ = (got);                                                                           \
    double wanted_ = (wanted);                                                                     \
    if (!(fabs(got_ - wanted_) <= (off))) {                                                        \
      fail_msg("%s: %.12g, not %.12g", #got, got_, wanted_);                                       \
    }                                                                                              \
  } while (0)

#endif
