/* Teams next to what is below them, whatever their neighbours are called; tiers as bits. */
#include "policy/staffing.h"
#include "policy/who.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PEOPLE = 8 };

static const struct lw_actor actors[PEOPLE] = {
    {.id = LW_STR_INIT("p0"), .team = LW_STR_INIT("care-two"), .tier = LW_STR_INIT("t1")},
    {.id = LW_STR_INIT("p1"), .team = LW_STR_INIT("care/billing"), .tier = LW_STR_INIT("t0")},
    {.id = LW_STR_INIT("p2"), .team = LW_STR_INIT("care"), .tier = LW_STR_INIT("none of them")},
    {.id = LW_STR_INIT("p3"), .team = LW_STR_INIT("care/billing/night"), .tier = {"", 0}},
    {.id = LW_STR_INIT("p4"), .team = LW_STR_INIT("care!"), .tier = LW_STR_INIT("t1")},
    {.id = LW_STR_INIT("p5"), .team = {"", 0}, .tier = LW_STR_INIT("t0")},
    {.id = LW_STR_INIT("p6"), .team = LW_STR_INIT("car"), .tier = LW_STR_INIT("t0")},
    {.id = LW_STR_INIT("p7"), .team = LW_STR_INIT("care/billing"), .tier = LW_STR_INIT("t0")},
};

static const lw_str tiers[] = {LW_STR_INIT("t0"), LW_STR_INIT("t1")};

static const struct lw_policy policy = {.tiers = tiers, .n_tiers = 2};

static void team_and_below_stand_together(void **state)
{
  (void)state;
  static const struct {
    const char *team;
    const char *members; /* numbers, in the order in which they are found */
  } rows[] = {{"care", "2173"}, {"care/billing", "173"}, {"care/billing/night", "3"},
              {"car", "6"},     {"care-two", "0"},       {"care!", "4"},
              {"cars", ""},     {"care/sales", ""},      {"zoo", ""}};
  const struct lw_directory people = {.actors = actors, .count = PEOPLE};
  struct lw_staffing staffing = {0};
  assert_true(lw_staffing_init(&staffing, &policy, &people, lw_allocator_default()));
  for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
    lw_str team = lw_str_c(rows[r].team);
    char found[PEOPLE + 1] = {0};
    size_t count = 0;
    for (uint32_t i = lw_staffing_begin(&staffing, team);
         i < PEOPLE && lw_team_within(actors[staffing.by_team[i]].team, team); i++) {
      found[count++] = (char)('0' + staffing.by_team[i]);
    }
    assert_string_equal(found, rows[r].members);
    for (uint32_t i = 0; i < PEOPLE; i++) { /* nobody is missed */
      bool within = lw_team_within(actors[i].team, team);
      assert_int_equal(within, strchr(rows[r].members, (char)('0' + i)) != NULL);
    }
  }
  assert_int_equal(staffing.tiers[0], 1);
  assert_int_equal(staffing.tiers[2], UINT32_MAX);
  assert_int_equal(staffing.tiers[3], UINT32_MAX);
  lw_staffing_finish(&staffing);
  lw_staffing_finish(&staffing);
}

static void nobody_is_sorted(void **state)
{
  (void)state;
  const struct lw_directory people = {.count = 0};
  struct lw_staffing staffing = {0};
  assert_true(lw_staffing_init(&staffing, &policy, &people, lw_allocator_default()));
  assert_int_equal(lw_staffing_begin(&staffing, LW_STR("care")), 0);
  lw_staffing_finish(&staffing);
}

/* Who fits has a bit in common, for every tier of a policy with more tiers than bits. */
static void bits_hide_nobody_who_fits(void **state)
{
  (void)state;
  enum { TIERS = 40 };
  lw_str names[TIERS];
  char texts[TIERS][4];
  for (uint32_t i = 0; i < TIERS; i++) {
    texts[i][0] = 't';
    texts[i][1] = (char)('0' + i / 10);
    texts[i][2] = (char)('0' + i % 10);
    names[i] = lw_str_from(texts[i], 3);
  }
  const struct lw_policy many = {.tiers = names, .n_tiers = TIERS};
  for (uint32_t t = 0; t < TIERS; t++) {
    const struct lw_who above = {.present = true, .tiers = &t, .n_tiers = 1};
    const struct lw_who only = {.present = true, .only_tiers = &t, .n_only_tiers = 1};
    const struct lw_who anybody = {.present = false};
    for (uint32_t i = 0; i <= TIERS; i++) {
      uint32_t tier = i < TIERS ? i : UINT32_MAX;
      struct lw_actor actor = {.tier = i < TIERS ? names[i] : LW_STR("")};
      uint32_t bits = lw_actor_tiers(&actor, tier);
      bool shared = t >= 30 && i >= 30 && i < TIERS; /* those behind share a bit */
      assert_true((lw_who_tiers(&many, &anybody) & bits) != 0);
      assert_int_equal((lw_who_tiers(&many, &above) & bits) != 0,
                       shared || lw_who_fits(&above, &actor, tier, LW_STR(""), 0));
      assert_int_equal((lw_who_tiers(&many, &only) & bits) != 0,
                       shared || lw_who_fits(&only, &actor, tier, LW_STR(""), 0));
    }
    struct lw_actor assumed = {.tier = LW_STR(""), .assumed = true};
    assert_true((lw_who_tiers(&many, &only) & lw_actor_tiers(&assumed, UINT32_MAX)) != 0);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(team_and_below_stand_together),
      cmocka_unit_test(nobody_is_sorted),
      cmocka_unit_test(bits_hide_nobody_who_fits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
