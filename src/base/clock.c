#include "base/clock.h"

#include "base/check.h"

#include <time.h>

static lw_usec read_clock(clockid_t id)
{
  struct timespec now;
  int rc = clock_gettime(id, &now);
  LW_ASSERT(rc == 0); /* fails only for a clock that does not exist */
  return (lw_usec)now.tv_sec * LW_USEC_PER_SECOND + now.tv_nsec / 1000;
}

lw_usec lw_clock_now(void)
{
  return read_clock(CLOCK_REALTIME);
}

lw_usec lw_clock_monotonic(void)
{
  return read_clock(CLOCK_MONOTONIC);
}

struct timespec lw_clock_after(lw_usec usec)
{
  struct timespec until;
  (void)clock_gettime(CLOCK_MONOTONIC, &until);
  int64_t nanos = until.tv_nsec + usec * 1000;
  until.tv_sec += nanos / 1000000000;
  until.tv_nsec = nanos % 1000000000;
  return until;
}
