/* Randomness as an interface: the operating system's in production, seeded in tests and
 * simulations. */
#ifndef LW_BASE_RAND_H
#define LW_BASE_RAND_H

#include <stddef.h>
#include <stdint.h>

struct lw_rand {
  void (*fill)(void *user, void *place, size_t size_bytes); /* cannot fail */
  void *user;
};

/* The system's, unpredictable. Any number of threads. */
const struct lw_rand *lw_rand_system(void);

/* A reproducible stream for demos, tests and simulations: never for secrets. One thread's. */
struct lw_rand_seeded {
  uint64_t state[4]; /* xoshiro256**, https://prng.di.unimi.it/ */
};
void lw_rand_seeded_init(struct lw_rand_seeded *seeded, uint64_t seed);
uint64_t lw_rand_seeded_next(struct lw_rand_seeded *seeded);
/* 0 .. below - 1, without bias; below > 0. */
uint64_t lw_rand_seeded_below(struct lw_rand_seeded *seeded, uint64_t below);
/* The seeded stream as an interface; borrowed. */
struct lw_rand lw_rand_from_seeded(struct lw_rand_seeded *seeded);

#endif
