#include "base/rand.h"

#include "base/check.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

static void fill_from_system(void *user, void *place, size_t size_bytes)
{
  (void)user;
  char *next = place;
  while (size_bytes != 0) {
    ssize_t got = getrandom(next, size_bytes, 0);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    /* Fails only where the kernel is older than the call itself. */
    LW_ASSERT(got > 0);
    next += got;
    size_bytes -= (size_t)got;
  }
}

const struct lw_rand *lw_rand_system(void)
{
  static const struct lw_rand system_rand = {.fill = fill_from_system};
  return &system_rand;
}

static uint64_t splitmix64(uint64_t *state)
{
  *state += UINT64_C(0x9e3779b97f4a7c15);
  uint64_t z = *state;
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

/* By splitmix64, as the authors of xoshiro advise: no seed gives the forbidden state of zeros. */
void lw_rand_seeded_init(struct lw_rand_seeded *seeded, uint64_t seed)
{
  for (size_t i = 0; i < 4; i++) {
    seeded->state[i] = splitmix64(&seed);
  }
}

static uint64_t rotate_left(uint64_t number, unsigned bits)
{
  return (number << bits) | (number >> (64 - bits));
}

uint64_t lw_rand_seeded_next(struct lw_rand_seeded *seeded)
{
  uint64_t *s = seeded->state;
  uint64_t result = rotate_left(s[1] * 5, 7) * 9;
  uint64_t shifted = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= shifted;
  s[3] = rotate_left(s[3], 45);
  return result;
}

uint64_t lw_rand_seeded_below(struct lw_rand_seeded *seeded, uint64_t below)
{
  LW_ASSERT(below > 0);
  /* Numbers under 2^64 mod below would make the small results likelier: they are thrown away. */
  uint64_t least = (UINT64_MAX - below + 1) % below;
  uint64_t number = lw_rand_seeded_next(seeded);
  while (number < least) {
    number = lw_rand_seeded_next(seeded);
  }
  return number % below;
}

/* Least significant byte first on every machine, so that a seed means the same everywhere. */
static void fill_from_seeded(void *user, void *place, size_t size_bytes)
{
  unsigned char *next = place;
  for (size_t done = 0; done < size_bytes;) {
    uint64_t number = lw_rand_seeded_next(user);
    for (size_t i = 0; i < sizeof number && done < size_bytes; i++) {
      next[done++] = (unsigned char)(number >> (8 * i));
    }
  }
}

struct lw_rand lw_rand_from_seeded(struct lw_rand_seeded *seeded)
{
  return (struct lw_rand){.fill = fill_from_seeded, .user = seeded};
}
