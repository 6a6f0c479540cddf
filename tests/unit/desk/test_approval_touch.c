/* What somebody who is asked does before they answer, what they see of the room around it, and a
 * yes that waits for the agent. */
#include "world.h"

#include "base/bounds.h"
#include "desk/contact.h"

static int64_t entries(struct world *world)
{
  return number(world, "SELECT max(last) FROM journal");
}

static void opening_it_is_told_once_a_person(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  lw_str id = ana_asks(&world, "120.00");
  assert_false(has(&world, "\"seen\""));
  int64_t before = entries(&world);
  world.now += 3 * SECOND;
  (void)touch_by(&world, "tom", id, lw_approval_see);
  expect(&world, LW_OK,
         "\"seen\":[{\"by\":\"tom\",\"name\":\"Tom Ode\",\"at\":\"2026-03-02T10:00:03Z\"}]");
  assert_int_equal(entries(&world), before + 1);
  world.now += SECOND;
  (void)touch_by(&world, "tom", id, lw_approval_see);
  expect(&world, LW_OK, "10:00:03Z\"}]");
  assert_int_equal(entries(&world), before + 1); /* not told twice */
  (void)touch_by(&world, "tess", id, lw_approval_see);
  expect(&world, LW_OK, "{\"by\":\"tess\",\"name\":\"Tess Ho\"");
  assert_true(show(&world, "ana", id, true));
  expect(&world, LW_OK, "\"kind\":\"approval.seen\"");
  expect(&world, LW_OK, "\"by\":\"tom\"");
  (void)touch_by(&world, "ana", id, lw_approval_see);
  expect(&world, LW_FORBIDDEN, "their own");
  (void)touch_by(&world, "max", id, lw_approval_see); /* leads tom, but is not asked yet */
  expect(&world, LW_FORBIDDEN, "not asked");
  (void)touch_by(&world, "tom", LW_STR("apr_none"), lw_approval_see);
  expect(&world, LW_NOT_FOUND, "no approval");
  (void)touch(&world, "ana", id, false);
  before = entries(&world);
  (void)touch_by(&world, "tom", id, lw_approval_see); /* closed: shown, and nothing is written */
  expect(&world, LW_OK, "\"state\":\"withdrawn\"");
  assert_int_equal(entries(&world), before);
  world_close(&world);
}

static void more_time_moves_all_that_comes_after(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  lw_usec start = world.now;
  lw_str id = ana_asks(&world, "120.00");
  (void)touch_by(&world, "tom", id, lw_approval_hold);
  expect(&world, LW_OK, "\"due\":\"2026-03-02T10:03:00Z\"");
  expect(&world, LW_OK, "\"ends\":\"2026-03-02T10:05:00Z\"");
  expect(&world, LW_OK, "\"holds\":1");
  assert_int_equal(due(&world), start + 180 * SECOND);
  world_restart(&world); /* a restart loses none of it */
  world.now = start + 179 * SECOND;
  (void)due(&world);
  assert_true(show(&world, "ana", id, true));
  expect(&world, LW_OK, "\"level\":1,\"levels\":2");
  expect(&world, LW_OK, "\"kind\":\"approval.held\"");
  world.now = start + 180 * SECOND;
  assert_int_equal(due(&world), start + 300 * SECOND); /* the next level has all of its own */
  (void)touch_by(&world, "mia", id, lw_approval_hold);
  expect(&world, LW_OK, "\"due\":\"2026-03-02T10:07:00Z\"");
  (void)touch_by(&world, "bob", id, lw_approval_hold);
  expect(&world, LW_FORBIDDEN, "not asked");
  for (int i = 2; i < LW_APPROVAL_HOLDS_MAX; i++) {
    assert_int_equal(touch_by(&world, "tom", id, lw_approval_hold), LW_OK);
  }
  (void)touch_by(&world, "tess", id, lw_approval_hold);
  expect(&world, LW_TOO_MANY, "10 times");
  (void)answer(&world, "tom", id, true, "", "", "");
  expect(&world, LW_OK, "\"holds\":10");
  (void)touch_by(&world, "tess", id, lw_approval_hold);
  expect(&world, LW_CONFLICT, "Tom Ode approved 120.00");
  world_close(&world);
}

static void no_more_time_once_it_is_over(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  lw_str id = ana_asks(&world, "120.00");
  world.now += 60 * SECOND;
  (void)due(&world);
  world.now += 120 * SECOND; /* the last level's end, which nobody has recorded yet */
  (void)touch_by(&world, "mia", id, lw_approval_hold);
  expect(&world, LW_EXPIRED, "time is over");
  world_close(&world);
}

static void whoever_may_answer_sees_the_room(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  lw_str id = ana_asks(&world, "400.00"); /* beyond a lead: the managers are asked at once */
  assert_true(show(&world, "mia", id, true));
  expect(&world, LW_OK, "\"mine\":{\"grant\":\"manager\"");
  expect(&world, LW_OK, "\"most\":\"400.00\"");
  expect(&world, LW_OK, "\"effect\":[{\"budget\":\"month\"");
  expect(&world, LW_OK, "\"others\":[{\"action\":\"refund\"");
  expect(&world, LW_OK, "\"can\":[{\"action\":\"credit\",\"up_to\":\"50.00\"");
  assert_false(has(&world, "\"next\"")); /* nobody comes after them */
  assert_true(show(&world, "mia", id, false));
  assert_false(has(&world, "\"mine\"")); /* of one approval alone */
  assert_true(show(&world, "ana", id, true));
  assert_false(has(&world, "\"mine\"")); /* not for the agent */
  lw_str small = ana_asks(&world, "120.00");
  assert_true(show(&world, "tom", small, true));
  expect(&world, LW_OK, "\"most\":\"120.00\"");
  expect(&world, LW_OK, "\"next\":{\"person\":\"max\",\"name\":\"Max Be\",\"kind\":\"human\"");
  expect(&world, LW_OK, "\"label\":\"Credit\"");
  expect(&world, LW_OK, "\"agent_name\":\"Ana Ro\",\"agent_kind\":\"human\"");
  assert_int_equal(number(&world, "SELECT coalesce(sum(amount), 0) FROM drawn"), 0);
  (void)answer(&world, "tom", small, true, "", "", "");
  assert_true(show(&world, "tom", small, true));
  assert_false(has(&world, "\"mine\"")); /* answered */
  world_close(&world);
}

static bool usual(struct world *world, const char *person, uint32_t *ret_ms)
{
  struct lw_db *db = NULL;
  assert_int_equal(lw_engine_reader(world->engine, &db, &world->err), LW_OK);
  bool known = lw_usual_ms(db, lw_str_c(person), ret_ms);
  lw_engine_reader_done(world->engine, db);
  return known;
}

static void the_usual_time_is_the_middle_of_the_answers(void **state)
{
  static const int waits[] = {4, 59, 10};
  struct world world;
  uint32_t ms = 0;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  assert_false(usual(&world, "tom", &ms));
  for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
    lw_str id = ana_asks(&world, "120.00");
    world.now += waits[i] * SECOND;
    (void)answer(&world, "tom", id, i != 1, "", "", "no or yes");
    expect(&world, LW_OK, "\"by\":\"tom\"");
  }
  assert_true(usual(&world, "tom", &ms));
  assert_int_equal(ms, 10000);
  lw_str id = ana_asks(&world, "120.00");
  world.now += 90 * SECOND;
  (void)touch(&world, "ana", id, false);
  assert_false(usual(&world, "ana", &ms)); /* taking one's own back is no answer */
  world_close(&world);
}

struct preview_row {
  const char *amount;
  const char *sql; /* done before; or NULL */
  const char *person;
  uint32_t level;
};

static void a_route_is_looked_at_before_anybody_is_asked(void **state)
{
  static const struct preview_row rows[] = {
      {"120.00", NULL, "tess", 1},
      {"400.00", NULL, "max", 2}, /* beyond the leads */
      {"9000.00", NULL, NULL, 0},
      {"120.00",
       "INSERT INTO presence (person, state, until, deputy) VALUES ('tess', 'away', NULL, '')",
       "tom", 1},
  };
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (rows[i].sql != NULL) {
      world_sql(&world, rows[i].sql);
    }
    char text[200];
    (void)snprintf(text, sizeof text,
                   "{\"action\":\"credit\",\"amount\":\"%s\",\"customer\":\"k1\"}", rows[i].amount);
    const struct lw_snapshot *snapshot = lw_engine_snapshot(world.engine);
    struct lw_caller caller = caller_of(snapshot, "ana");
    struct lw_order_options options = {.caller = &caller, .options_only = true, .now = world.now};
    struct lw_faults faults = {.arena = &world.arena};
    struct lw_order order = {0};
    assert_true(
        lw_order_read(snapshot, parse(&world, text), &options, &world.arena, &order, &faults));
    struct lw_rows *lines = lw_rows_create(NULL);
    struct lw_decider *decider =
        lw_decider_create(snapshot->policy, lines, &snapshot->staff->directory, NULL);
    struct lw_desk_reader reader = {
        .snapshot = snapshot, .caller = &caller, .now = world.now, .arena = &world.arena};
    const struct lw_person *person = NULL;
    uint32_t level = 9;
    assert_int_equal(lw_asking_preview(&reader, &order, decider, 0, &person, &level, &world.err),
                     LW_OK);
    assert_int_equal(level, rows[i].level);
    if (rows[i].person == NULL) {
      assert_null(person);
    } else if (person == NULL || !lw_str_equal(person->actor.id, lw_str_c(rows[i].person))) {
      fail_msg("row %zu: not %s", i, rows[i].person);
    }
    lw_decider_destroy(decider);
    lw_rows_destroy(lines);
    lw_order_finish(&order);
    lw_snapshot_unref(snapshot);
  }
  world_close(&world);
}

static void a_yes_may_wait_for_the_agent(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  lw_id decision =
      decide(&world, "ana", "{\"action\":\"credit\",\"amount\":\"120.00\",\"customer\":\"k1\"}");
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world.engine);
  struct lw_caller caller = caller_of(snapshot, "ana");
  struct lw_faults faults = {.arena = &world.arena};
  struct lw_approval_ask asked = {.caller = &caller, .decision = decision};
  assert_false(lw_approval_ask_read(parse(&world, "{\"hold\":\"59s\"}"), &asked, &faults));
  assert_false(lw_approval_ask_read(parse(&world, "{\"hold\":\"25h\"}"), &asked, &faults));
  assert_false(lw_approval_ask_read(parse(&world, "{\"hold\":5}"), &asked, &faults));
  assert_true(
      lw_approval_ask_read(parse(&world, "{\"hold\":\"90m\",\"note\":\"x\"}"), &asked, &faults));
  (void)world_run(&world, lw_approval_open, &asked, "ana");
  lw_snapshot_unref(snapshot);
  expect(&world, LW_OK, "\"hold\":\"90m\"");
  lw_str id = member(&world, "id");
  world.now += 30 * SECOND;
  (void)answer(&world, "tom", id, true, "100.00", "", "");
  expect(&world, LW_OK, "\"state\":\"approved\"");
  assert_int_equal(number(&world, "SELECT count(*) FROM decision_state WHERE state = 1"), 1);
  assert_int_equal(number(&world, "SELECT coalesce(sum(amount), 0) FROM drawn"), 10000);
  assert_int_equal(number(&world, "SELECT max(until) FROM decision_state"),
                   world.now + 90 * 60 * SECOND);
  world_close(&world);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(opening_it_is_told_once_a_person),
      cmocka_unit_test(more_time_moves_all_that_comes_after),
      cmocka_unit_test(no_more_time_once_it_is_over),
      cmocka_unit_test(whoever_may_answer_sees_the_room),
      cmocka_unit_test(the_usual_time_is_the_middle_of_the_answers),
      cmocka_unit_test(a_route_is_looked_at_before_anybody_is_asked),
      cmocka_unit_test(a_yes_may_wait_for_the_agent),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
