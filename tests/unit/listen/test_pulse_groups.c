/* Which groups are shown: nothing that is shown gives away what is not. The trial by an adversary
 * does not know how groups are chosen: it takes everything that is shown as equations, and tries
 * for every set of teams with too few answers whether its sums follow from them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/rand.h"
#include "listen/pulse_groups.h"

enum { LEAST = 5, NODES_MAX = 11, TREES = 4000 };
#define PRIME INT64_C(1000003)

/* --- the adversary --- */

static int64_t power(int64_t base, int64_t exponent)
{
  int64_t result = 1;
  for (base %= PRIME; exponent != 0; exponent /= 2) {
    result = exponent % 2 != 0 ? result * base % PRIME : result;
    base = base * base % PRIME;
  }
  return result;
}

/* What is known, as rows of which each begins with a 1 where no other has anything. */
struct known {
  int64_t rows[NODES_MAX][NODES_MAX];
  size_t lead[NODES_MAX];
  size_t count;
};

/* Takes from `row` all that is known; where something is left, *ret_at is where it begins. */
static bool reduce(const struct known *known, int64_t *row, size_t *ret_at)
{
  for (size_t i = 0; i < known->count; i++) {
    int64_t factor = row[known->lead[i]];
    for (size_t k = 0; factor != 0 && k < NODES_MAX; k++) {
      row[k] = ((row[k] - factor * known->rows[i][k]) % PRIME + PRIME) % PRIME;
    }
  }
  for (*ret_at = 0; *ret_at < NODES_MAX; (*ret_at)++) {
    if (row[*ret_at] != 0) {
      return true;
    }
  }
  return false;
}

static void learn(struct known *known, int64_t *row)
{
  size_t at = 0;
  if (!reduce(known, row, &at)) {
    return;
  }
  int64_t inverse = power(row[at], PRIME - 2);
  for (size_t k = 0; k < NODES_MAX; k++) {
    row[k] = row[k] * inverse % PRIME;
    known->rows[known->count][k] = row[k];
  }
  known->lead[known->count] = at;
  for (size_t i = 0; i < known->count; i++) {
    int64_t factor = known->rows[i][at];
    for (size_t k = 0; factor != 0 && k < NODES_MAX; k++) {
      known->rows[i][k] = ((known->rows[i][k] - factor * row[k]) % PRIME + PRIME) % PRIME;
    }
  }
  known->count++;
}

static bool is_below(const struct lw_pulse_node *nodes, int32_t node, int32_t above)
{
  while (node != LW_PULSE_NO_NODE && node != above) {
    node = nodes[node].parent;
  }
  return node == above;
}

/* A team in which nobody has answered has no sums, which is known: it has no unknown either. */
static void learn_all(struct known *known, const struct lw_pulse_node *nodes, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    int64_t row[NODES_MAX] = {0};
    for (size_t k = 0; k < count; k++) {
      row[k] = nodes[k].own != 0 && is_below(nodes, (int32_t)k, (int32_t)i);
    }
    if (nodes[i].shown) {
      learn(known, row);
    }
  }
}

/* The first set of teams (bits) with fewer than LEAST answers whose sums follow; 0: none does. */
static unsigned recover(const struct lw_pulse_node *nodes, size_t count)
{
  struct known known = {.count = 0};
  learn_all(&known, nodes, count);
  for (unsigned set = 1; set < 1U << count; set++) {
    int64_t row[NODES_MAX] = {0};
    int64_t answers = 0;
    size_t at = 0;
    bool plain = true;
    for (size_t k = 0; k < count; k++) {
      bool in = (set >> k & 1U) != 0;
      plain = plain && (!in || nodes[k].own != 0);
      answers += in ? nodes[k].own : 0;
      row[k] = in;
    }
    if (plain && answers < LEAST && !reduce(&known, row, &at)) {
      return set;
    }
  }
  return 0;
}

static size_t grow(struct lw_rand_seeded *rand, struct lw_pulse_node *nodes)
{
  size_t count = 2 + lw_rand_seeded_below(rand, NODES_MAX - 1);
  for (size_t i = 0; i < count; i++) {
    uint64_t most = lw_rand_seeded_below(rand, 2) == 0 ? 4 : 14;
    nodes[i] = (struct lw_pulse_node){.parent = i == 0 ? LW_PULSE_NO_NODE
                                                       : (int32_t)lw_rand_seeded_below(rand, i),
                                      .own = (int64_t)lw_rand_seeded_below(rand, most)};
  }
  return count;
}

static void nothing_shown_gives_away_fewer_than_five(void **state)
{
  struct lw_rand_seeded rand;
  size_t shown = 0;
  size_t hidden = 0;
  (void)state;
  lw_rand_seeded_init(&rand, 7);
  for (int i = 0; i < TREES; i++) {
    struct lw_pulse_node nodes[NODES_MAX];
    size_t count = grow(&rand, nodes);
    lw_pulse_choose(nodes, count, LEAST);
    for (size_t k = 0; k < count; k++) {
      assert_true(!nodes[k].shown || nodes[k].total >= LEAST);
      shown += nodes[k].shown;
      hidden += !nodes[k].shown && nodes[k].total >= LEAST;
    }
    assert_int_equal(nodes[0].shown, nodes[0].total >= LEAST);
    unsigned set = recover(nodes, count);
    if (set != 0) {
      fail_msg("tree %d: the sums of set %x follow from what is shown", i, set);
    }
  }
  assert_true(shown > (size_t)TREES && hidden > 100); /* it is not safe by showing nothing */
}

/* The adversary finds what is there to be found: showing every group that is large enough. */
static void showing_all_that_is_large_enough_would_give_some_away(void **state)
{
  struct lw_rand_seeded rand;
  int found = 0;
  (void)state;
  lw_rand_seeded_init(&rand, 7);
  for (int i = 0; i < 200; i++) {
    struct lw_pulse_node nodes[NODES_MAX];
    size_t count = grow(&rand, nodes);
    lw_pulse_choose(nodes, count, LEAST);
    for (size_t k = 0; k < count; k++) {
      nodes[k].shown = nodes[k].total >= LEAST;
    }
    found += recover(nodes, count) != 0;
  }
  assert_true(found > 50);
}

struct row {
  const char *what;
  int32_t parents[6];
  int64_t own[6];
  size_t count;
  const char *shown; /* a letter a node: s or - */
};

static void the_larger_group_stays(void **state)
{
  static const struct row rows[] = {
      {"all are large", {-1, 0, 0}, {0, 8, 7}, 3, "sss"},
      {"one child of three is small: the smallest other goes, too",
       {-1, 0, 0, 0},
       {0, 8, 7, 3},
       4,
       "ss--"},
      {"two small ones hide each other", {-1, 0, 0, 0}, {0, 8, 2, 3}, 4, "ss--"},
      {"one large and one small", {-1, 0, 0}, {0, 8, 3}, 3, "s--"},
      {"few right in the team above its only child", {-1, 0}, {4, 9}, 2, "s-"},
      {"nobody right in it", {-1, 0}, {0, 9}, 2, "ss"},
      {"fewer than five in all", {-1, 0, 0}, {1, 2, 1}, 3, "---"},
      {"nobody", {-1, 0}, {0, 0}, 2, "--"},
      {"a chain: the middle goes", {-1, 0, 1}, {6, 2, 9}, 3, "ss-"},
      {"what a hidden one had below it stays where it is safe",
       {-1, 0, 1, 1},
       {2, 0, 9, 8},
       4,
       "s-s-"},
  };
  (void)state;
  for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
    struct lw_pulse_node nodes[6];
    for (size_t i = 0; i < rows[r].count; i++) {
      nodes[i] = (struct lw_pulse_node){.parent = rows[r].parents[i], .own = rows[r].own[i]};
    }
    lw_pulse_choose(nodes, rows[r].count, LEAST);
    for (size_t i = 0; i < rows[r].count; i++) {
      if (nodes[i].shown != (rows[r].shown[i] == 's')) {
        fail_msg("%s: node %zu is %s", rows[r].what, i, nodes[i].shown ? "shown" : "hidden");
      }
    }
    assert_int_equal(recover(nodes, rows[r].count), 0);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_shown_gives_away_fewer_than_five),
      cmocka_unit_test(showing_all_that_is_large_enough_would_give_some_away),
      cmocka_unit_test(the_larger_group_stays),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
