/* Approvals by a real engine: whom an ask reaches, who may answer what, what is drawn from whom,
 * and what everybody is told. */
#include "world.h"

static const char drawn_sql[] = "SELECT coalesce(sum(amount), 0) FROM drawn";
static const char entries_sql[] = "SELECT max(last) FROM journal";

static void an_ask_says_for_whom_and_how_long(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  lw_str id = ana_asks(&world, "120.00");
  assert_int_equal(world.status, 201);
  expect(&world, LW_OK, "\"state\":\"open\"");
  expect(&world, LW_OK, "\"asked\":[{\"person\":\"tess\",\"name\":\"Tess Ho\",\"level\":1,");
  expect(&world, LW_OK, "{\"person\":\"tom\",\"name\":\"Tom Ode\",\"level\":1,");
  assert_false(has(&world, "\"lou\"")); /* another team's lead */
  assert_false(has(&world, "\"max\"")); /* the next level */
  expect(&world, LW_OK, "\"due\":\"2026-03-02T10:01:00Z\"");
  expect(&world, LW_OK,
         "\"then\":{\"level\":2,\"who\":\"manager\",\"within\":\"120s\",\"due\":\"2026-03-02T10:03:"
         "00Z\"}");
  expect(&world, LW_OK, "\"ends\":\"2026-03-02T10:03:00Z\"");
  expect(&world, LW_OK, "\"otherwise\":{\"grant_up_to\":\"80.00\"}");
  expect(&world, LW_OK, "\"note\":\"please\"");
  assert_int_equal(number(&world, drawn_sql), 0); /* opening draws nothing */
  assert_true(show(&world, "tom", id, true));
  expect(&world, LW_OK, "\"may_answer\":true");
  expect(&world, LW_OK, "\"kind\":\"approval.opened\"");
  assert_true(show(&world, "ana", id, false));
  assert_false(has(&world, "may_answer"));
  assert_false(show(&world, "bob", id, false));
  assert_false(has(&world, "please")); /* nor the note */
  assert_false(show(&world, "lou", id, false));
  assert_true(show(&world, "max", id, false)); /* leads tom, who leads ana */
  world_close(&world);
}

static void yes_is_carried_out_from_the_approvers_own_budgets(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  lw_str id = ana_asks(&world, "120.00");
  world.now += 20 * SECOND;
  (void)answer(&world, "tom", id, true, "", "", "fine");
  expect(&world, LW_OK, "\"state\":\"approved\"");
  expect(&world, LW_OK, "\"by\":\"tom\",\"name\":\"Tom Ode\",\"amount\":\"120.00\"");
  expect(&world, LW_OK, "\"waited_usec\":20000000");
  expect(&world, LW_OK, "\"note\":\"fine\"");
  assert_int_equal(number(&world, drawn_sql), 12000);
  assert_int_equal(number(&world, "SELECT count(*) FROM drawn WHERE scope = 'tom'"), 1);
  assert_true(show(&world, "ana", id, true));
  expect(&world, LW_OK, "\"kind\":\"approval.approved\"");
  expect(&world, LW_OK, "\"decision\":\"dec_");
  world_close(&world);
}

struct answer_row {
  const char *amount; /* asked for */
  const char *by;
  bool approve;
  const char *answer_amount;
  const char *action;
  const char *note;
  enum lw_code code;
  const char *part;
  int64_t drawn;
};

static void who_may_answer_and_what(void **state)
{
  (void)state;
  static const struct answer_row rows[] = {
      {"120.00", "tom", true, "80.00", "", "", LW_OK, "\"amount\":\"80.00\"", 8000},
      {"120.00", "tom", true, "0.00", "", "", LW_OK, "\"amount\":\"0.00\"", 0},
      {"120.00", "tom", true, "120.00", "refund", "", LW_OK, "\"action\":\"refund\"", 12000},
      {"120.00", "tom", true, "", "refund", "", LW_OK, "\"amount\":\"120.00\"", 12000},
      {"120.00", "tom", true, "120.01", "", "", LW_INVALID, "more than the 120.00", 0},
      {"120.00", "tom", true, "-1.00", "", "", LW_INVALID, "no amount", 0},
      {"120.00", "tom", true, "12.001", "", "", LW_INVALID, "no amount", 0},
      {"120.00", "tom", true, "", "gift", "", LW_INVALID, "there is no \"gift\"", 0},
      /* a change has no amount; a lead has no grant for it */
      {"120.00", "tom", true, "", "plan", "", LW_FORBIDDEN, "your own grants do not cover it", 0},
      {"120.00", "tess", false, "", "", "not this one", LW_OK, "\"state\":\"declined\"", 0},
      {"120.00", "tess", false, "", "", "", LW_INVALID, "note", 0},
      {"120.00", "ana", true, "", "", "", LW_FORBIDDEN, "their own request", 0},
      {"120.00", "ana", false, "", "", "n", LW_FORBIDDEN, "their own request", 0},
      {"120.00", "bob", true, "", "", "", LW_FORBIDDEN, "not asked", 0},
      {"120.00", "lou", true, "", "", "", LW_FORBIDDEN, "not asked", 0},
      {"120.00", "max", true, "", "", "", LW_FORBIDDEN, "not asked", 0}, /* not yet */
      /* beyond every lead: the level is passed over and managers are asked at once */
      {"400.00", "tom", true, "", "", "", LW_FORBIDDEN, "not asked", 0},
      {"400.00", "max", true, "", "", "", LW_OK, "\"level\":2", 40000},
      {"400.00", "mia", true, "50.00", "plan", "", LW_OK, "\"action\":\"plan\"", 5000},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const struct answer_row *row = &rows[i];
    struct world world;
    world_open(&world, POLICY_FALLBACK);
    lw_str id = ana_asks(&world, row->amount);
    int64_t before = number(&world, entries_sql);
    (void)answer(&world, row->by, id, row->approve, row->answer_amount, row->action, row->note);
    if (world.code != row->code) {
      fail_msg("row %zu: %s %s", i, lw_code_name(world.code), world.err.text);
    }
    expect(&world, row->code, row->part);
    assert_int_equal(number(&world, drawn_sql), row->drawn);
    /* what is refused leaves no trace */
    assert_int_equal(number(&world, entries_sql) != before, row->code == LW_OK);
    assert_int_equal(number(&world, "SELECT count(*) FROM approval WHERE state = 0"),
                     row->code != LW_OK);
    world_close(&world);
  }
}

static void an_approvers_own_budget_limits_them(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  lw_str id = ana_asks(&world, "300.00");
  for (int i = 0; i < 6; i++) {
    (void)decide(&world, "tom", "{\"action\":\"credit\",\"amount\":\"300.00\",\"case\":\"t\"}");
  }
  (void)answer(&world, "tom", id, true, "", "", "");
  expect(&world, LW_FORBIDDEN, "month: 200.00 of 2000.00 left");
  (void)answer(&world, "tom", id, true, "200.00", "", "");
  expect(&world, LW_OK, "\"amount\":\"200.00\"");
  assert_int_equal(number(&world, drawn_sql), 200000);
  /* now he has nothing left: the next ask does not reach him */
  (void)ana_asks(&world, "120.00");
  assert_false(has(&world, "\"tom\""));
  assert_true(has(&world, "\"tess\""));
  world_close(&world);
}

static void the_first_answer_counts_and_the_second_is_told(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  lw_str id = ana_asks(&world, "120.00");
  world.now += 5 * SECOND;
  (void)answer(&world, "tom", id, true, "100.00", "refund", "");
  expect(&world, LW_OK, "approved");
  (void)answer(&world, "tess", id, false, "", "", "no");
  expect(&world, LW_CONFLICT, "Tom Ode approved 100.00 as refund at \"2026-03-02T10:00:05Z\"");
  (void)answer(&world, "tom", id, true, "", "", "");
  expect(&world, LW_CONFLICT, "Tom Ode approved");
  (void)touch(&world, "ana", id, false);
  expect(&world, LW_CONFLICT, "Tom Ode approved");
  assert_int_equal(number(&world, drawn_sql), 10000);
  world_close(&world);
}

static void one_approval_a_decision(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  lw_id decision = decide(&world, "ana", "{\"action\":\"credit\",\"amount\":\"120.00\"}");
  (void)ask(&world, "bob", decision, "");
  expect(&world, LW_FORBIDDEN, "ana's decision");
  (void)ask(&world, "ana", decision, "");
  lw_str first = member(&world, "id");
  (void)ask(&world, "ana", decision, "");
  expect(&world, LW_CONFLICT, "on its way");
  (void)touch(&world, "bob", first, false);
  expect(&world, LW_FORBIDDEN, "Ana Ro");
  (void)touch(&world, "ana", first, false);
  expect(&world, LW_OK, "\"state\":\"withdrawn\"");
  (void)answer(&world, "tom", first, true, "", "", "");
  expect(&world, LW_CONFLICT, "Ana Ro withdrew it");
  (void)ask(&world, "ana", decision, ""); /* withdrawn: may be asked again */
  expect(&world, LW_OK, "\"state\":\"open\"");
  lw_str second = member(&world, "id");
  assert_false(lw_str_equal(first, second));
  (void)answer(&world, "tess", second, false, "", "", "have a look at the bill first");
  expect(&world, LW_OK, "\"state\":\"declined\"");
  (void)ask(&world, "ana", decision, ""); /* declined: it stays so */
  expect(&world, LW_CONFLICT, "Tess Ho");
  world_close(&world);
}

static void what_need_not_or_can_not_be_asked(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  lw_id granted = decide(&world, "ana", "{\"action\":\"credit\",\"amount\":\"20.00\"}");
  (void)ask(&world, "ana", granted, "");
  expect(&world, LW_CONFLICT, "granted");
  lw_id beyond = decide(&world, "ana", "{\"action\":\"credit\",\"amount\":\"9000.00\"}");
  (void)ask(&world, "ana", beyond, "");
  expect(&world, LW_CONFLICT, "nobody whom a route could ask");
  lw_id old = decide(&world, "ana", "{\"action\":\"credit\",\"amount\":\"120.00\"}");
  world.now += INT64_C(24) * 3600 * SECOND + 1;
  (void)ask(&world, "ana", old, "");
  expect(&world, LW_STALE, "more than a day ago");
  lw_id none = old;
  none.bytes[15] ^= 1;
  (void)ask(&world, "ana", none, "");
  assert_int_equal(world.code, LW_NOT_FOUND);
  world_close(&world);
}

static void a_rail_that_comes_up_meanwhile_holds(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  lw_str id = ana_asks(&world, "120.00");
  world_publish(
      &world, POLICY_HEAD POLICY_GRANTS
      "rails:\n  - {id: stop, no: [credit], when: 'amount > money(\"100.00\")'}\n" POLICY_ROUTE(
          "{grant_up_to: 80.00}"));
  (void)answer(&world, "tom", id, true, "", "", "");
  expect(&world, LW_FORBIDDEN, "a rail holds for everybody");
  (void)answer(&world, "tom", id, true, "100.00", "", "");
  expect(&world, LW_OK, "\"amount\":\"100.00\"");
  world_close(&world);
}

static void it_binds_to_exactly_what_was_asked(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  lw_str id = ana_asks(&world, "120.00");
  lw_str digest = member(&world, "digest");
  assert_int_equal(digest.len, 64);
  lw_str other = ana_asks(&world, "120.00"); /* the same words are another asking */
  assert_false(lw_str_equal(digest, member(&world, "digest")));
  (void)other;
  world_sql(&world, "UPDATE approval SET binding = replace(binding, substr(binding, 1, 1), 'x')");
  (void)answer(&world, "tom", id, true, "", "", "");
  expect(&world, LW_STALE, "is not what this approval was opened for");
  assert_int_equal(number(&world, drawn_sql), 0);
  world_close(&world);
}

static void somebody_away_is_replaced_by_a_deputy_who_could(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  world_sql(&world, "INSERT INTO presence (person, state, until, deputy) VALUES "
                    "('tom', 'away', NULL, 'lou'), ('tess', 'away', NULL, 'bob')");
  lw_str id = ana_asks(&world, "120.00");
  expect(&world, LW_OK,
         "\"asked\":[{\"person\":\"lou\",\"name\":\"Lou Fa\",\"level\":1,\"at\":"
         "\"2026-03-02T10:00:00Z\",\"for\":\"tom\",\"kind\":\"human\"}]"); /* bob's grants don't */
  (void)answer(&world, "tess", id, true, "", "", "");
  expect(&world, LW_FORBIDDEN, "not asked");
  (void)answer(&world, "lou", id, true, "", "", "");
  expect(&world, LW_OK, "\"by\":\"lou\",\"name\":\"Lou Fa\",\"for\":\"tom\"");
  assert_int_equal(number(&world, "SELECT count(*) FROM drawn WHERE scope = 'lou'"), 1);
  world_close(&world);
}

static void a_deputy_answers_for_somebody_who_left_meanwhile(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  lw_str id = ana_asks(&world, "120.00");
  (void)answer(&world, "lou", id, true, "", "", "");
  expect(&world, LW_FORBIDDEN, "not asked");
  world_sql(&world, "INSERT INTO presence (person, state, until, deputy) VALUES "
                    "('tom', 'away', NULL, 'lou'), ('tess', 'away', NULL, 'ana')");
  (void)answer(&world, "ana", id, true, "", "", "");
  expect(&world, LW_FORBIDDEN, "their own request"); /* not even as a deputy */
  assert_true(show(&world, "lou", id, false));
  (void)answer(&world, "lou", id, true, "", "", "");
  expect(&world, LW_OK, "\"for\":\"tom\"");
  world_close(&world);
}

static void a_reminder_a_minute(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  lw_str id = ana_asks(&world, "120.00");
  (void)touch(&world, "ana", id, true);
  expect(&world, LW_OK, "\"nudges\":1");
  world.now += 59 * SECOND;
  (void)touch(&world, "ana", id, true);
  expect(&world, LW_TOO_MANY, "a minute");
  world.now += SECOND;
  (void)touch(&world, "ana", id, true);
  expect(&world, LW_OK, "\"nudges\":2");
  (void)touch(&world, "tom", id, true);
  expect(&world, LW_FORBIDDEN, "only Ana Ro");
  world_close(&world);
}

static bool listed(struct world *world, const char *by, const struct lw_approval_query *query)
{
  struct lw_db *db = NULL;
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world->engine);
  struct lw_caller caller = caller_of(snapshot, by);
  assert_int_equal(lw_engine_reader(world->engine, &db, &world->err), LW_OK);
  struct lw_desk_reader reader = {
      .db = db, .snapshot = snapshot, .caller = &caller, .now = world->now, .arena = &world->arena};
  lw_buf_reset(&world->out);
  world->code = lw_approval_list(&reader, query, &world->out, &world->err);
  lw_engine_reader_done(world->engine, db);
  lw_snapshot_unref(snapshot);
  if (world->code != LW_OK) {
    fail_msg("list: %s", world->err.text);
  }
  return !has(world, "\"items\":[]");
}

static void lists_have_what_is_mine_and_what_waits_for_me(void **state)
{
  struct world world;
  (void)state;
  const struct lw_approval_query any = {.view = LW_APPROVALS_ANY};
  const struct lw_approval_query mine = {.view = LW_APPROVALS_MINE};
  const struct lw_approval_query team = {.view = LW_APPROVALS_TEAM};
  const struct lw_approval_query waits = {
      .view = LW_APPROVALS_ME, .has_state = true, .state = LW_APPROVAL_OPEN};
  world_open(&world, POLICY_FALLBACK);
  lw_str first = ana_asks(&world, "120.00");
  lw_str second = ana_asks(&world, "130.00");
  assert_true(listed(&world, "ana", &mine));
  assert_true(listed(&world, "tom", &waits));
  assert_true(has(&world, "120.00") && has(&world, "130.00"));
  assert_false(listed(&world, "ana", &waits));
  assert_false(listed(&world, "max", &waits));
  assert_false(listed(&world, "bob", &any));
  assert_false(listed(&world, "lou", &any));
  assert_true(listed(&world, "tom", &team));
  assert_false(listed(&world, "ana", &team));
  (void)answer(&world, "tess", first, true, "", "", "");
  assert_true(listed(&world, "tom", &waits));
  assert_false(has(&world, "120.00"));
  /* pages */
  struct lw_approval_query page = {.view = LW_APPROVALS_MINE, .limit = 1};
  assert_true(listed(&world, "ana", &page));
  assert_true(has(&world, "130.00") && !has(&world, "120.00"));
  assert_true(lw_str_equal(member(&world, "next"), second));
  page.after = second;
  assert_true(listed(&world, "ana", &page));
  assert_true(has(&world, "120.00") && !has(&world, "\"next\""));
  /* a deputy sees what waits for those who are away */
  assert_false(listed(&world, "lou", &waits));
  world_sql(
      &world,
      "INSERT INTO presence (person, state, until, deputy) VALUES ('tom', 'away', NULL, 'lou')");
  assert_true(listed(&world, "lou", &waits));
  assert_true(has(&world, "130.00"));
  world_close(&world);
}

static void bodies_are_read_to_the_letter(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  static const struct {
    int kind; /* 0 ask, 1 approve, 2 decline */
    const char *body;
    const char *fault; /* NULL: fits */
  } rows[] = {
      {0, "{}", NULL},
      {0, "{\"note\":\"n\",\"evidence\":[\"a\",\"b\"]}", NULL},
      {0, "{\"evidence\":\"a\"}", NULL},
      {0, "{\"note\":1}", "note"},
      {0, "{\"evidence\":[1]}", "evidence"},
      {0, "{\"amount\":\"1.00\"}", "amount"},
      {0, "[]", ""},
      {1, "{}", NULL},
      {1, "{\"amount\":\"1.00\",\"action\":\"refund\",\"note\":\"n\"}", NULL},
      {1, "{\"amount\":1}", "amount"},
      {1, "{\"by\":\"tom\"}", "by"},
      {2, "{\"note\":\"n\"}", NULL},
      {2, "{}", "note"},
      {2, "{\"note\":\"\"}", "note"},
      {2, "{\"note\":\"n\",\"amount\":\"1.00\"}", "amount"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct lw_faults faults = {.arena = &world.arena};
    struct lw_approval_ask asked = {0};
    struct lw_approval_answer answered = {0};
    const struct lw_value *body = parse(&world, rows[i].body);
    bool fits = rows[i].kind == 0
                    ? lw_approval_ask_read(body, &asked, &faults)
                    : lw_approval_answer_read(body, rows[i].kind == 1, &answered, &faults);
    assert_int_equal(fits, rows[i].fault == NULL);
    if (!fits && !lw_str_equal(faults.items[0].at, lw_str_c(rows[i].fault))) {
      fail_msg("row %zu: at %.*s", i, LW_FMT(faults.items[0].at));
    }
  }
  world_close(&world);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_ask_says_for_whom_and_how_long),
      cmocka_unit_test(yes_is_carried_out_from_the_approvers_own_budgets),
      cmocka_unit_test(who_may_answer_and_what),
      cmocka_unit_test(an_approvers_own_budget_limits_them),
      cmocka_unit_test(the_first_answer_counts_and_the_second_is_told),
      cmocka_unit_test(one_approval_a_decision),
      cmocka_unit_test(what_need_not_or_can_not_be_asked),
      cmocka_unit_test(a_rail_that_comes_up_meanwhile_holds),
      cmocka_unit_test(it_binds_to_exactly_what_was_asked),
      cmocka_unit_test(somebody_away_is_replaced_by_a_deputy_who_could),
      cmocka_unit_test(a_deputy_answers_for_somebody_who_left_meanwhile),
      cmocka_unit_test(a_reminder_a_minute),
      cmocka_unit_test(lists_have_what_is_mine_and_what_waits_for_me),
      cmocka_unit_test(bodies_are_read_to_the_letter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
