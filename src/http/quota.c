/* A place holds, in one word: 24 bits of whose it is, 24 of the minute, 16 of the count. */
#include "http/quota.h"

enum { COUNT_BITS = 16, MINUTE_BITS = 24 };

#define COUNT_MASK  ((UINT64_C(1) << COUNT_BITS) - 1)
#define MINUTE_MASK ((UINT64_C(1) << MINUTE_BITS) - 1)

bool lw_quota_take(struct lw_quota *quota, lw_str what, lw_str who, uint32_t most, lw_usec now)
{
  uint64_t hash = lw_str_hash(who, lw_str_hash(what, 1));
  uint64_t minute = (uint64_t)(now / (60 * LW_USEC_PER_SECOND)) & MINUTE_MASK;
  uint64_t mine = (hash >> 40) << (COUNT_BITS + MINUTE_BITS) | minute << COUNT_BITS;
  _Atomic uint64_t *place = &quota->places[hash % LW_QUOTA_PLACES];
  uint64_t before = atomic_load_explicit(place, memory_order_relaxed);
  uint64_t after = 0;
  do {
    uint64_t count = (before & ~COUNT_MASK) == mine ? before & COUNT_MASK : 0;
    if (count >= most || count == COUNT_MASK) {
      return false;
    }
    after = mine | (count + 1);
  } while (!atomic_compare_exchange_weak_explicit(place, &before, after, memory_order_relaxed,
                                                  memory_order_relaxed));
  return true;
}
