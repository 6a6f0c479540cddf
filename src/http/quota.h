/* How often somebody may do a thing in a minute: a fixed table, without locks, lost at a restart.
 * Two people who meet at one place of it take it from one another: it keeps a program in a loop
 * away, it is no ledger. */
#ifndef LW_HTTP_QUOTA_H
#define LW_HTTP_QUOTA_H

#include "base/date.h"
#include "base/str.h"

#include <stdatomic.h>

enum { LW_QUOTA_PLACES = 1024 };

/* All zero at first. */
struct lw_quota {
  _Atomic uint64_t places[LW_QUOTA_PLACES];
};

/* Counts one more of `what` by `who` in the minute of `now`; false: there were `most` already. */
bool lw_quota_take(struct lw_quota *quota, lw_str what, lw_str who, uint32_t most, lw_usec now);

#endif
