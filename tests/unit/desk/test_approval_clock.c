/* Approvals and the clock: levels in turn, `otherwise` at the end, absolute times that a stop of
 * the program does not move, levels that nobody is on. */
#include "world.h"

static int64_t open_ones(struct world *world)
{
  return number(world, "SELECT count(*) FROM approval WHERE state = 0");
}

static int64_t drawn(struct world *world)
{
  return number(world, "SELECT coalesce(sum(amount), 0) FROM drawn");
}

static void each_level_has_its_time_then_the_next_is_asked_too(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  lw_usec start = world.now;
  lw_str id = ana_asks(&world, "120.00");
  assert_int_equal(due(&world), start + 60 * SECOND);
  world.now = start + 60 * SECOND - 1;
  (void)due(&world);
  assert_true(show(&world, "ana", id, false));
  expect(&world, LW_OK, "\"level\":1,\"levels\":2");
  world.now = start + 60 * SECOND;
  assert_int_equal(due(&world), start + 180 * SECOND);
  assert_true(show(&world, "max", id, true));
  expect(&world, LW_OK, "\"level\":2,\"levels\":2");
  expect(&world, LW_OK, "{\"person\":\"mia\",\"name\":\"Mia Zu\",\"level\":2");
  expect(&world, LW_OK, "\"kind\":\"approval.raised\"");
  expect(&world, LW_OK, "\"to\":[\"max\",\"mia\"]");
  expect(&world, LW_OK, "\"then\":{\"otherwise\":{\"grant_up_to\":\"80.00\"}}");
  expect(&world, LW_OK, "\"due\":\"2026-03-02T10:03:00Z\"");
  /* earlier levels may still answer */
  (void)answer(&world, "tom", id, true, "", "", "");
  expect(&world, LW_OK, "\"by\":\"tom\"");
  assert_int_equal(due(&world), INT64_MAX);
  world_close(&world);
}

static void when_nobody_answers_the_lesser_amount_is_left_to_the_agent(void **state)
{
  (void)state;
  static const struct {
    const char *asked;
    const char *granted;
    int64_t drawn; /* by the agent's own grant, where one covers what is left */
  } rows[] = {
      {"120.00", "\"amount\":\"80.00\"", 0},
      {"80.00", "\"amount\":\"80.00\"", 0},
      {"60.00", "\"amount\":\"60.00\"", 0},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct world world;
    world_open(&world, POLICY_FALLBACK);
    lw_str id = ana_asks(&world, rows[i].asked);
    world.now += 60 * SECOND;
    (void)due(&world);
    world.now += 120 * SECOND - 1;
    (void)due(&world);
    assert_int_equal(open_ones(&world), 1);
    world.now += 1;
    (void)answer(&world, "max", id, true, "", "", "");
    expect(&world, LW_EXPIRED, "its time is over"); /* even before the job has come round */
    assert_int_equal(due(&world), INT64_MAX);
    assert_true(show(&world, "ana", id, true));
    expect(&world, LW_OK, "\"state\":\"lapsed\"");
    expect(&world, LW_OK, rows[i].granted);
    expect(&world, LW_OK, "\"review\":true");
    expect(&world, LW_OK, "left to the agent's judgement");
    expect(&world, LW_OK, "\"otherwise\":\"grant\"");
    expect(&world, LW_OK, "\"waited_usec\":180000000");
    assert_false(has(&world, "\"by\":"));
    assert_int_equal(drawn(&world), rows[i].drawn);
    (void)answer(&world, "max", id, true, "", "", "");
    expect(&world, LW_CONFLICT, "nobody answered in time");
    world_close(&world);
  }
}

static void where_the_agents_own_grant_covers_what_is_left_it_is_drawn(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_HEAD POLICY_GRANTS POLICY_ROUTE("{grant_up_to: 40.00}"));
  lw_str id = ana_asks(&world, "120.00");
  world.now += 180 * SECOND;
  (void)due(&world);
  assert_true(show(&world, "ana", id, false));
  expect(&world, LW_OK, "\"amount\":\"40.00\"");
  assert_int_equal(drawn(&world), 4000);
  assert_int_equal(number(&world, "SELECT count(*) FROM drawn WHERE scope = 'ana'"), 1);
  world_close(&world);
}

static void a_route_that_refuses_lapses_into_nothing(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_REFUSE);
  lw_id decision = decide(&world, "ana", "{\"action\":\"credit\",\"amount\":\"120.00\"}");
  (void)ask(&world, "ana", decision, "");
  expect(&world, LW_OK, "\"otherwise\":\"refuse\"");
  lw_str id = member(&world, "id");
  world.now += 180 * SECOND;
  (void)due(&world);
  assert_true(show(&world, "ana", id, true));
  expect(&world, LW_OK, "\"state\":\"lapsed\"");
  expect(&world, LW_OK, "the route refuses");
  expect(&world, LW_OK, "\"otherwise\":\"refuse\"");
  assert_false(has(&world, "\"granted\""));
  assert_int_equal(drawn(&world), 0);
  (void)ask(&world, "ana", decision, ""); /* somebody may be here by now */
  expect(&world, LW_OK, "\"state\":\"open\"");
  world_close(&world);
}

static void a_restart_in_the_middle_loses_nothing_and_no_clock(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  lw_usec start = world.now;
  lw_str id = ana_asks(&world, "120.00");
  world.now = start + 30 * SECOND;
  world_restart(&world);
  assert_int_equal(due(&world), start + 60 * SECOND);
  assert_true(show(&world, "tom", id, true));
  expect(&world, LW_OK, "\"may_answer\":true");
  expect(&world, LW_OK, "\"note\":\"please\"");
  /* down while level 1 ran out: level 2's time goes on from there, not from the start */
  world.now = start + 100 * SECOND;
  world_restart(&world);
  assert_int_equal(due(&world), start + 180 * SECOND);
  (void)answer(&world, "max", id, true, "", "", "");
  expect(&world, LW_OK, "\"waited_usec\":100000000");
  assert_int_equal(drawn(&world), 12000);
  world_close(&world);
}

static void what_ran_out_while_the_program_was_down_is_made_up_for(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  lw_str id = ana_asks(&world, "120.00");
  world.now += INT64_C(3600) * SECOND;
  world_restart(&world);
  assert_int_equal(due(&world), INT64_MAX);
  assert_true(show(&world, "ana", id, true));
  expect(&world, LW_OK, "\"kind\":\"approval.raised\"");
  expect(&world, LW_OK, "\"kind\":\"approval.lapsed\"");
  assert_int_equal(number(&world, "SELECT count(*) FROM approval WHERE flagged = 1"), 1);
  world_close(&world);
}

static void a_level_with_nobody_here_is_passed_over_at_once(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  world_sql(&world, "INSERT INTO presence (person, state, until, deputy) VALUES "
                    "('tom', 'away', NULL, ''), ('tess', 'away', 1772445700000000, '')");
  lw_str id = ana_asks(&world, "120.00");
  expect(&world, LW_OK, "\"level\":2,\"levels\":2");
  expect(&world, LW_OK, "\"due\":\"2026-03-02T10:02:00Z\""); /* their clock begins at once */
  assert_false(has(&world, "\"tom\""));
  assert_true(show(&world, "ana", id, true));
  expect(&world, LW_OK, "\"skipped\":[{\"level\":1,\"why\":\"nobody on it who could say yes is");
  world.now += 101 * SECOND; /* tess is back */
  (void)ana_asks(&world, "120.00");
  expect(&world, LW_OK, "\"asked\":[{\"person\":\"tess\"");
  world_close(&world);
}

static void when_nobody_at_all_is_here_otherwise_comes_at_once(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  world_sql(&world, "INSERT INTO presence (person, state, until, deputy) SELECT id, 'away', NULL, "
                    "'' FROM person WHERE tier <> 'frontline'");
  (void)ana_asks(&world, "120.00");
  assert_int_equal(world.status, 201);
  expect(&world, LW_OK, "\"state\":\"lapsed\"");
  expect(&world, LW_OK, "\"amount\":\"80.00\",\"decision\":\"dec_");
  expect(&world, LW_OK, "\"asked\":[]");
  assert_int_equal(open_ones(&world), 0);
  world_close(&world);
}

static void somebody_who_is_away_when_the_level_comes_is_not_asked(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  lw_str id = ana_asks(&world, "120.00");
  world_sql(&world, "INSERT INTO presence (person, state, until, deputy) VALUES "
                    "('max', 'away', NULL, 'mia')");
  world.now += 60 * SECOND;
  (void)due(&world);
  assert_true(show(&world, "mia", id, true));
  expect(&world, LW_OK, "\"to\":[\"mia\"]"); /* once, though she is there for herself too */
  world_close(&world);
}

static void a_policy_without_the_route_ends_the_waiting(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  lw_str id = ana_asks(&world, "120.00");
  world_publish(&world, POLICY_HEAD POLICY_GRANTS);
  (void)answer(&world, "tom", id, true, "", "", "");
  expect(&world, LW_STALE, "the route over is not there any more");
  world.now += 60 * SECOND;
  (void)due(&world);
  assert_true(show(&world, "ana", id, false));
  expect(&world, LW_OK, "\"state\":\"lapsed\"");
  expect(&world, LW_OK, "the policy has changed");
  assert_int_equal(drawn(&world), 0);
  world_close(&world);
}

static void a_rail_holds_against_the_fallback_too(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  lw_str id = ana_asks(&world, "120.00");
  world_publish(&world, POLICY_HEAD POLICY_GRANTS
                "rails:\n  - {id: none, no: [credit], when: customer.id == \"k1\"}\n" POLICY_ROUTE(
                    "{grant_up_to: 80.00}"));
  world.now += 3600 * SECOND;
  (void)due(&world);
  assert_true(show(&world, "ana", id, false));
  expect(&world, LW_OK, "could not be left to the agent: none");
  assert_false(has(&world, "\"decision\":\"dec_\",\"why\""));
  assert_int_equal(number(&world, "SELECT count(*) FROM approval WHERE granted = ''"), 1);
  world_close(&world);
}

static void many_at_once_are_all_settled(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  lw_usec start = world.now;
  for (int i = 0; i < 40; i++) {
    (void)ana_asks(&world, "120.00");
    world.now += SECOND;
  }
  world.now = start + 180 * SECOND;
  assert_int_equal(due(&world), start + 181 * SECOND);
  assert_int_equal(open_ones(&world), 39);
  world.now = start + 3600 * SECOND;
  assert_int_equal(due(&world), INT64_MAX);
  assert_int_equal(open_ones(&world), 0);
  world_close(&world);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_level_has_its_time_then_the_next_is_asked_too),
      cmocka_unit_test(when_nobody_answers_the_lesser_amount_is_left_to_the_agent),
      cmocka_unit_test(where_the_agents_own_grant_covers_what_is_left_it_is_drawn),
      cmocka_unit_test(a_route_that_refuses_lapses_into_nothing),
      cmocka_unit_test(a_restart_in_the_middle_loses_nothing_and_no_clock),
      cmocka_unit_test(what_ran_out_while_the_program_was_down_is_made_up_for),
      cmocka_unit_test(a_level_with_nobody_here_is_passed_over_at_once),
      cmocka_unit_test(when_nobody_at_all_is_here_otherwise_comes_at_once),
      cmocka_unit_test(somebody_who_is_away_when_the_level_comes_is_not_asked),
      cmocka_unit_test(a_policy_without_the_route_ends_the_waiting),
      cmocka_unit_test(a_rail_holds_against_the_fallback_too),
      cmocka_unit_test(many_at_once_are_all_settled),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
