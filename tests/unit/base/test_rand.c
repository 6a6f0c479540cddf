#include "base/rand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

/* The first outputs for the state 1, 2, 3, 4, from the authors' program. */
static void xoshiro_is_the_authors(void **state)
{
  (void)state;
  static const uint64_t expected[] = {11520U,
                                      0U,
                                      1509978240U,
                                      1215971899390074240U,
                                      1216172134540287360U,
                                      607988272756665600U,
                                      UINT64_C(16172922978634559625),
                                      8476171486693032832U,
                                      UINT64_C(10595114339597558777),
                                      2904607092377533576U};
  struct lw_rand_seeded seeded = {.state = {1, 2, 3, 4}};
  for (size_t i = 0; i < COUNT(expected); i++) {
    assert_true(lw_rand_seeded_next(&seeded) == expected[i]);
  }
}

static void seeding_is_splitmix(void **state)
{
  (void)state;
  static const uint64_t expected[] = {6457827717110365317U, 3203168211198807973U,
                                      UINT64_C(9817491932198370423), 4593380528125082431U};
  struct lw_rand_seeded seeded;
  lw_rand_seeded_init(&seeded, 1234567);
  assert_memory_equal(seeded.state, expected, sizeof expected);
  lw_rand_seeded_init(&seeded, 0); /* no seed gives the state of zeros, which stays so */
  assert_true((seeded.state[0] | seeded.state[1] | seeded.state[2] | seeded.state[3]) != 0);
}

static void below_reaches_all_and_no_more(void **state)
{
  (void)state;
  struct lw_rand_seeded seeded;
  lw_rand_seeded_init(&seeded, 5);
  unsigned counts[7] = {0};
  for (unsigned i = 0; i < 7000; i++) {
    uint64_t number = lw_rand_seeded_below(&seeded, COUNT(counts));
    assert_true(number < COUNT(counts));
    counts[number]++;
  }
  for (size_t i = 0; i < COUNT(counts); i++) {
    assert_in_range(counts[i], 850, 1150);
  }
  for (unsigned i = 0; i < 100; i++) {
    assert_int_equal(lw_rand_seeded_below(&seeded, 1), 0);
  }
}

/* Just over a half of all numbers: nearly every second is thrown away. A plain remainder would give
 * the low ones twice as often. */
static void below_is_without_bias(void **state)
{
  (void)state;
  struct lw_rand_seeded seeded;
  lw_rand_seeded_init(&seeded, 6);
  uint64_t below = UINT64_C(3) << 62;
  unsigned low = 0;
  for (unsigned i = 0; i < 3000; i++) {
    uint64_t number = lw_rand_seeded_below(&seeded, below);
    assert_true(number < below);
    low += number < UINT64_C(1) << 62;
  }
  assert_in_range(low, 900, 1100); /* with bias 1,500 */
}

static void a_seed_gives_the_same_bytes_in_any_portions(void **state)
{
  (void)state;
  struct lw_rand_seeded seeded;
  unsigned char bytes[24];
  unsigned char other[24];
  lw_rand_seeded_init(&seeded, 7);
  struct lw_rand rand = lw_rand_from_seeded(&seeded);
  rand.fill(rand.user, bytes, sizeof bytes);
  lw_rand_seeded_init(&seeded, 7);
  rand.fill(rand.user, other, 8);
  rand.fill(rand.user, other + 8, 16);
  assert_memory_equal(bytes, other, sizeof bytes);
  lw_rand_seeded_init(&seeded, 7);
  uint64_t first = lw_rand_seeded_next(&seeded);
  assert_int_equal(bytes[0], first & 0xff); /* least significant first, on any machine */
  assert_int_equal(bytes[7], first >> 56);
  rand.fill(rand.user, NULL, 0);
  lw_rand_seeded_init(&seeded, 8);
  rand.fill(rand.user, other, sizeof other);
  assert_memory_not_equal(bytes, other, sizeof bytes);
}

static void the_system_fills_every_byte(void **state)
{
  (void)state;
  const struct lw_rand *rand = lw_rand_system();
  assert_ptr_equal(lw_rand_system(), rand);
  static unsigned char bytes[1000]; /* more than the system gives at once without asking twice */
  static unsigned char seen[1000];
  for (unsigned times = 0; times < 8; times++) {
    rand->fill(rand->user, bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
      seen[i] |= bytes[i];
    }
  }
  for (size_t i = 0; i < sizeof seen; i++) {
    assert_true(seen[i] != 0); /* fails once in 10^16 */
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(xoshiro_is_the_authors),
      cmocka_unit_test(seeding_is_splitmix),
      cmocka_unit_test(below_reaches_all_and_no_more),
      cmocka_unit_test(below_is_without_bias),
      cmocka_unit_test(a_seed_gives_the_same_bytes_in_any_portions),
      cmocka_unit_test(the_system_fills_every_byte),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
