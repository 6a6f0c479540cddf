/* The machine's clocks. Only the edges (cli, later the server) read them; everything below gets its
 * time. */
#ifndef LW_BASE_CLOCK_H
#define LW_BASE_CLOCK_H

#include "base/date.h"

#include <time.h>

/* Wall clock, microseconds since 1970 UTC. */
lw_usec lw_clock_now(void);
/* For waiting and measuring: never jumps; its zero means nothing. */
lw_usec lw_clock_monotonic(void);
/* So long from now by the clock for waiting, as pthread_cond_timedwait takes it (with
 * CLOCK_MONOTONIC). usec is 0 or more. */
struct timespec lw_clock_after(lw_usec usec);

#endif
