/* Slowing down whoever guesses: attempts counted by account and by the address that they come from,
 * in a table of a fixed number of places. In memory alone. Any number of threads; never waits. */
#ifndef LW_PEOPLE_THROTTLE_H
#define LW_PEOPLE_THROTTLE_H

#include "base/date.h"
#include "base/rand.h"
#include "base/str.h"

/* Failures that cost nothing, and how long the next may be put off at most. An account's time is
 * short: who knows somebody's id can slow them down, not lock them out. */
enum {
  LW_THROTTLE_ACCOUNT_FREE = 5, /* a password misremembered */
  LW_THROTTLE_ACCOUNT_SECONDS_MAX = 60,
  LW_THROTTLE_SOURCE_FREE = 30, /* an office behind one address, on Monday morning */
  LW_THROTTLE_SOURCE_SECONDS_MAX = 900
};

struct lw_throttle;
/* NULL when memory is out. rand: for the key that says where things stand in the table. */
struct lw_throttle *lw_throttle_create(const struct lw_rand *rand);
void lw_throttle_destroy(struct lw_throttle *throttle);
/* True: it may be tried, and is counted as failed already. False: *ret_wait_seconds until then. */
bool lw_throttle_begin(struct lw_throttle *throttle, lw_str account, lw_str source, lw_usec now,
                       uint32_t *ret_wait_seconds);
/* It was right: the account begins anew, the address gets this attempt back. */
void lw_throttle_forgive(struct lw_throttle *throttle, lw_str account, lw_str source, lw_usec now);

#endif
