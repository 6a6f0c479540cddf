/* The life of an approval, enumerated whole: which moves there are, what must hold after each, and
 * the clock of a route. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/bounds.h"
#include "desk/approval_life.h"

static void each_state_and_move_is_in_the_table_or_refused(void **state)
{
  (void)state;
  static const enum lw_approval_state open_leads_to[LW_MOVES] = {
      [LW_MOVE_RAISE] = LW_APPROVAL_OPEN,         [LW_MOVE_NUDGE] = LW_APPROVAL_OPEN,
      [LW_MOVE_SEE] = LW_APPROVAL_OPEN,           [LW_MOVE_HOLD] = LW_APPROVAL_OPEN,
      [LW_MOVE_APPROVE] = LW_APPROVAL_APPROVED,   [LW_MOVE_DECLINE] = LW_APPROVAL_DECLINED,
      [LW_MOVE_WITHDRAW] = LW_APPROVAL_WITHDRAWN, [LW_MOVE_LAPSE] = LW_APPROVAL_LAPSED,
  };
  for (int from = 0; from < LW_APPROVAL_STATES; from++) {
    for (int move = 0; move < LW_MOVES; move++) {
      enum lw_approval_state to = LW_APPROVAL_STATES;
      bool may = lw_approval_may((enum lw_approval_state)from, (enum lw_approval_move)move, &to);
      assert_int_equal(may, from == LW_APPROVAL_OPEN);
      assert_int_equal(to, may ? open_leads_to[move] : LW_APPROVAL_STATES);
    }
  }
}

static void states_have_names_that_are_read_back(void **state)
{
  (void)state;
  for (int i = 0; i < LW_APPROVAL_STATES; i++) {
    enum lw_approval_state back = LW_APPROVAL_STATES;
    assert_true(lw_approval_state_read(lw_approval_state_name((enum lw_approval_state)i), &back));
    assert_int_equal(back, i);
  }
  enum lw_approval_state none;
  assert_false(lw_approval_state_read(LW_STR("granted"), &none));
  assert_false(lw_approval_state_read(LW_STR(""), &none));
}

static const struct lw_asked tom[] = {{.person = LW_STR_INIT("tom"), .level = 1}};
static const struct lw_asked oneself[] = {{.person = LW_STR_INIT("ana"), .level = 1}};

static struct lw_approval sound_one(enum lw_approval_state at)
{
  struct lw_approval approval = {
      .agent = LW_STR("ana"),
      .state = at,
      .level = 1,
      .levels = 2,
      .requested_at = 90,
      .opened_at = 100,
      .due_at = 160,
      .ends_at = 280,
      .has_amount = true,
      .amount_minor = 50,
      .asked = tom,
      .n_asked = 1,
  };
  approval.closed_at = at != LW_APPROVAL_OPEN ? 120 : 0;
  approval.flagged = at == LW_APPROVAL_LAPSED;
  if (at == LW_APPROVAL_APPROVED || at == LW_APPROVAL_DECLINED) {
    approval.answered_by = LW_STR("tom");
  } else if (at == LW_APPROVAL_WITHDRAWN) {
    approval.answered_by = LW_STR("ana");
  }
  if (at == LW_APPROVAL_APPROVED) {
    approval.granted = LW_STR("dec_1");
    approval.answer_has_amount = true;
    approval.answer_minor = 50;
  }
  return approval;
}

static void what_must_hold_is_told_from_what_must_not(void **state)
{
  (void)state;
  for (int i = 0; i < LW_APPROVAL_STATES; i++) {
    struct lw_approval good = sound_one((enum lw_approval_state)i);
    assert_null(lw_approval_unsound(&good));
    struct lw_approval bad[15];
    for (size_t b = 0; b < sizeof bad / sizeof bad[0]; b++) {
      bad[b] = good;
    }
    bad[0].level = 0;
    bad[1].level = 3;
    bad[2].due_at = 99;
    bad[3].ends_at = 159;
    bad[4].requested_at = 101;
    bad[5].answer_has_amount = true;
    bad[5].answer_minor = 51;
    bad[6].asked = oneself;
    bad[7].flagged = !good.flagged;
    bad[8].answered_by = good.answered_by.len != 0 ? LW_STR("") : LW_STR("tom");
    bad[9].granted = i == LW_APPROVAL_APPROVED ? LW_STR("") : LW_STR("dec_2");
    bad[10].n_asked = i == LW_APPROVAL_OPEN ? 0 : 1;
    bad[10].closed_at = 99;
    bad[12].holds = LW_APPROVAL_HOLDS_MAX + 1;
    bad[13].hold_usec = -1;
    bad[14].hold_usec = LW_HOLD_USEC_MAX + 1;
    bad[11].has_amount = false;
    bad[11].answer_has_amount = true;
    for (size_t b = 0; b < sizeof bad / sizeof bad[0]; b++) {
      bool lapse_may_grant = i == LW_APPROVAL_LAPSED && b == 9;
      if ((lw_approval_unsound(&bad[b]) != NULL) == lapse_may_grant) {
        fail_msg("state %d, fault %zu", i, b);
      }
    }
  }
  struct lw_approval own = sound_one(LW_APPROVAL_APPROVED);
  own.answered_by = LW_STR("ana");
  assert_non_null(lw_approval_unsound(&own));
}

static void a_route_adds_up_its_levels(void **state)
{
  (void)state;
  static const struct lw_level levels[] = {
      {.within_seconds = 60}, {.within_seconds = 0}, {.within_seconds = INT64_MAX}};
  static const struct lw_route route = {.levels = levels, .n_levels = 3};
  const lw_usec year = INT64_C(366) * 24 * 3600 * LW_USEC_PER_SECOND;
  assert_int_equal(lw_level_usec(&levels[0]), 60 * LW_USEC_PER_SECOND);
  assert_int_equal(lw_level_usec(&levels[1]), LW_LEVEL_USEC);
  assert_int_equal(lw_level_usec(&levels[2]), year);
  assert_int_equal(lw_route_ends_at(&route, 1, 7), 7 + LW_LEVEL_USEC + year);
  assert_int_equal(lw_route_ends_at(&route, 3, 7), 7);
}

static void it_is_over_when_the_last_level_is(void **state)
{
  (void)state;
  struct lw_approval approval = sound_one(LW_APPROVAL_OPEN);
  assert_false(lw_approval_is_over(&approval, 500)); /* the next level is to be asked */
  approval.level = 2;
  assert_false(lw_approval_is_over(&approval, 159));
  assert_true(lw_approval_is_over(&approval, 160));
  approval.state = LW_APPROVAL_DECLINED;
  assert_false(lw_approval_is_over(&approval, 160));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_state_and_move_is_in_the_table_or_refused),
      cmocka_unit_test(states_have_names_that_are_read_back),
      cmocka_unit_test(what_must_hold_is_told_from_what_must_not),
      cmocka_unit_test(a_route_adds_up_its_levels),
      cmocka_unit_test(it_is_over_when_the_last_level_is),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
