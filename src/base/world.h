/* The outside world as two small interfaces, so that production code runs unchanged under a clock
 * and a stream of randomness that a test or the demo holds in hand. */
#ifndef LW_BASE_WORLD_H
#define LW_BASE_WORLD_H

#include "base/clock.h"
#include "base/rand.h"

struct lw_world {
  lw_usec (*now)(void *user); /* wall clock; NULL: lw_clock_now */
  void *user;
  const struct lw_rand *rand; /* NULL: lw_rand_system() */
};

static inline lw_usec lw_world_now(const struct lw_world *world)
{
  return world != NULL && world->now != NULL ? world->now(world->user) : lw_clock_now();
}

static inline const struct lw_rand *lw_world_rand(const struct lw_world *world)
{
  return world != NULL && world->rand != NULL ? world->rand : lw_rand_system();
}

#endif
