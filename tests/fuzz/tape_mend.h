/* The checksums of a tape's file as docs/formats/tape.md describes them, apart from those of the
 * program: to make files that are whole but wrong. */
#ifndef LW_TEST_FUZZ_TAPE_MEND_H
#define LW_TEST_FUZZ_TAPE_MEND_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

__extension__ typedef unsigned __int128 mend_wide;

static inline uint64_t mend_fold(uint64_t a, uint64_t b)
{
  mend_wide product = (mend_wide)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t mend_get(const char *place)
{
  uint64_t number = 0;
  memcpy(&number, place, sizeof number);
  return number;
}

static inline uint64_t mend_sum(const char *bytes, size_t count, uint64_t seed)
{
  static const uint64_t odd[4] = {0xa0761d6478bd642f, 0xe7037ed1a0b428db, 0x8ebc6af09c88c6e3,
                                  0x589965cc75374cc3};
  uint64_t lane[4];
  for (int i = 0; i < 4; i++) {
    lane[i] = seed ^ odd[i];
    for (size_t at = 8 * (size_t)i; at < count / 32 * 32; at += 32) {
      lane[i] = mend_fold(lane[i] ^ mend_get(bytes + at), odd[i]) + (uint64_t)i + 1;
    }
  }
  uint64_t sum = mend_fold(count ^ odd[3], odd[1]);
  for (int i = 0; i < 4; i++) {
    sum = mend_fold(sum ^ lane[i], odd[i]) + (uint64_t)i + 1;
  }
  return sum;
}

/* Gives each block, as far as their lengths lead, and both seals the sums that they should have. */
static inline void mend_tape(char *bytes, size_t len)
{
  uint64_t sum = 0;
  size_t at = 8192;
  while (at + 64 <= len) {
    uint64_t size_bytes = mend_get(bytes + at + 16);
    if (size_bytes < 64 || size_bytes > len - at) {
      break;
    }
    sum = mend_sum(bytes + at + 16, size_bytes - 16, sum);
    memcpy(bytes + at + 8, &sum, sizeof sum);
    at += size_bytes;
  }
  for (size_t place = 0; place <= 4096 && place + 128 <= len; place += 4096) {
    memcpy(bytes + place + 40, &sum, sizeof sum);
    uint64_t seal = mend_sum(bytes + place, 96, 0);
    memcpy(bytes + place + 120, &seal, sizeof seal);
  }
}

#endif
