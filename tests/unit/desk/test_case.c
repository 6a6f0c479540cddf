/* Cases: what may be said of them and by whom, merging, versions, what a request gets of them. */
#include "desk/case_store.h"
#include "world.h"

static enum lw_code change_case(struct world *world, const char *by, uint32_t scopes,
                                const char *id, uint64_t version, const char *body)
{
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world->engine);
  struct lw_caller caller = {.is_token = true, .scopes = scopes, .actor = LW_STR("token:t")};
  if (by != NULL) {
    caller = caller_of(snapshot, by);
  }
  struct lw_case_change change = {
      .caller = &caller, .id = lw_str_c(id), .value = parse(world, body), .version = version};
  (void)world_run(world, id == NULL ? lw_case_open : lw_case_patch, &change, by != NULL ? by : "t");
  lw_snapshot_unref(snapshot);
  return world->code;
}

#define FACTS_TOKEN ((uint32_t)LW_TOKEN_FACTS)

static void a_case_is_opened_changed_and_read(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  (void)change_case(&world, NULL, FACTS_TOKEN, NULL, 0,
                    "{\"id\":\"c7\",\"customer\":\"k3\",\"owner\":\"ana\",\"opened\":\"2026-03-01T"
                    "09:00:00Z\",\"subject\":\"No signal\",\"facts\":{\"customer\":{\"flag\":true},"
                    "\"lines\":3}}");
  assert_int_equal(world.status, 201);
  expect(&world, LW_OK, "\"id\":\"c7\",\"state\":\"open\",\"customer\":\"k3\",\"owner\":\"ana\"");
  expect(&world, LW_OK, "\"facts\":{\"customer\":{\"flag\":true},\"lines\":3}");
  expect(&world, LW_OK, "\"version\":1}");
  assert_false(has(&world, "signal")); /* a token of facts reads no notes */
  (void)change_case(&world, NULL, FACTS_TOKEN, NULL, 0, "{\"id\":\"c7\"}");
  expect(&world, LW_CONFLICT, "already");
  (void)change_case(&world, NULL, FACTS_TOKEN, "c7", 1,
                    "{\"facts\":{\"customer\":{\"flag\":null,\"segment\":\"gold\"},\"lines\":null,"
                    "\"new\":[1,null]},\"owner\":null}");
  expect(&world, LW_OK, "\"facts\":{\"customer\":{\"segment\":\"gold\"},\"new\":[1,null]}");
  assert_false(has(&world, "\"owner\""));
  (void)change_case(&world, NULL, FACTS_TOKEN, "c7", 1, "{\"escalated\":true}");
  expect(&world, LW_STALE, "version 2");
  (void)change_case(&world, NULL, FACTS_TOKEN, "c7", 0, "{\"state\":\"closed\"}");
  expect(&world, LW_OK, "\"closed\":\"2026-03-02T10:00:00Z\"");
  (void)change_case(&world, NULL, FACTS_TOKEN, "c7", 0, "{\"state\":\"open\"}");
  expect(&world, LW_OK, "\"reopened\":true");
  assert_false(has(&world, "\"closed\""));
  (void)change_case(&world, NULL, FACTS_TOKEN, "c8", 0, "{\"state\":\"open\"}");
  assert_int_equal(world.code, LW_NOT_FOUND);
  world_close(&world);
}

static void agents_change_their_own_but_not_what_conditions_read(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  static const struct {
    const char *by;
    const char *id; /* NULL: opens */
    const char *body;
    enum lw_code code;
  } rows[] = {
      {"ana", NULL, "{\"id\":\"c1\",\"owner\":\"ana\",\"customer\":\"k1\"}", LW_OK},
      {"ana", NULL, "{\"id\":\"c2\"}", LW_FORBIDDEN},
      {"ana", NULL, "{\"id\":\"c2\",\"owner\":\"bob\"}", LW_FORBIDDEN},
      {"tom", NULL, "{\"id\":\"c2\",\"owner\":\"bob\"}", LW_OK}, /* leads them */
      {"ana", NULL, "{\"id\":\"c3\",\"owner\":\"ana\",\"facts\":{\"lines\":9}}", LW_FORBIDDEN},
      {"ana", "c1", "{\"customer\":\"k2\"}", LW_FORBIDDEN},
      {"ana", "c1", "{\"opened\":\"2020-01-01T00:00:00Z\"}", LW_FORBIDDEN},
      {"ana", "c1", "{\"promise\":\"2026-03-03T09:00:00Z\",\"department\":\"care\"}", LW_OK},
      {"ana", "c1", "{\"owner\":\"nobody\"}", LW_INVALID},
      {"ana", "c2", "{\"owner\":\"ana\"}", LW_FORBIDDEN},
      {"bob", "c2", "{\"owner\":\"ana\"}", LW_OK},
      {"bob", "c2", "{\"owner\":\"bob\"}", LW_FORBIDDEN},
      {"lou", "c1", "{\"state\":\"closed\"}", LW_FORBIDDEN},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (change_case(&world, rows[i].by, 0, rows[i].id, 0, rows[i].body) != rows[i].code) {
      fail_msg("row %zu: %s %s", i, lw_code_name(world.code), world.err.text);
    }
  }
  world_close(&world);
}

static void bodies_are_checked_field_by_field(void **state)
{
  struct world world;
  (void)state;
  static const struct {
    bool opening;
    const char *body;
    const char *fault; /* NULL: fits */
  } rows[] = {
      {true, "{\"id\":\"c\"}", NULL},
      {true, "{}", "id"},
      {true, "{\"id\":\"\"}", "id"},
      {true, "{\"id\":7}", "id"},
      {true, "{\"id\":\"a\\nb\"}", "id"},
      {true, "{\"id\":\"c\",\"owner\":null}", "owner"},
      {true, "{\"id\":\"c\",\"colour\":\"red\"}", "colour"},
      {true, "[]", ""},
      {false, "{\"id\":\"c\"}", "id"},
      {false, "{\"owner\":null,\"last_update\":null,\"promise\":null}", NULL},
      {false, "{\"opened\":null}", "opened"},
      {false, "{\"opened\":\"yesterday\"}", "opened"},
      {false, "{\"state\":\"done\"}", "state"},
      {false, "{\"state\":null}", "state"},
      {false, "{\"reopened\":\"yes\"}", "reopened"},
      {false, "{\"facts\":[]}", "facts"},
      {false, "{\"facts\":null}", "facts"},
      {false, "{\"version\":2}", "version"},
  };
  world_open(&world, POLICY_FALLBACK);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct lw_faults faults = {.arena = &world.arena};
    bool fits = lw_case_check(parse(&world, rows[i].body), rows[i].opening, &faults);
    if (fits != (rows[i].fault == NULL) ||
        (!fits && !lw_str_equal(faults.items[0].at, lw_str_c(rows[i].fault)))) {
      fail_msg("row %zu", i);
    }
  }
  world_close(&world);
}

/* RFC 7396, appendix A. */
static void patches_merge_as_the_rfc_says(void **state)
{
  struct world world;
  (void)state;
  static const char *const rows[][3] = {
      {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
      {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
      {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
      {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
      {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
      {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
      {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
      {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
      {"[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]"},
      {"{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]"},
      {"{\"a\":\"foo\"}", "null", "null"},
      {"{\"a\":\"foo\"}", "\"bar\"", "\"bar\""},
      {"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
      {"[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}"},
      {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
  };
  world_open(&world, POLICY_FALLBACK);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const struct lw_value *target = parse(&world, rows[i][0]);
    lw_buf_reset(&world.out);
    lw_case_merge(target, parse(&world, rows[i][1]), &world.out);
    if (!lw_str_equal(lw_buf_str(&world.out), lw_str_c(rows[i][2]))) {
      fail_msg("row %zu: %.*s", i, LW_FMT(lw_buf_str(&world.out)));
    }
  }
  world_close(&world);
}

static void too_many_facts_are_refused(void **state)
{
  struct world world;
  struct lw_buf body = {0};
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  (void)change_case(&world, NULL, FACTS_TOKEN, NULL, 0, "{\"id\":\"c1\"}");
  for (int half = 0; half < 2; half++) { /* each fits, both together do not */
    lw_buf_reset(&body);
    LW_BUF_LIT(&body, "{\"facts\":{");
    for (int i = 0; i < 2500; i++) {
      lw_buf_printf(&body, "%s\"k%d-%d\":\"0123456789\"", i == 0 ? "" : ",", half, i);
    }
    LW_BUF_LIT(&body, "}}");
    lw_buf_add_char(&body, 0);
    enum lw_code code = change_case(&world, NULL, FACTS_TOKEN, "c1", 0, body.ptr);
    assert_int_equal(code, half == 0 ? LW_OK : LW_LIMIT);
  }
  lw_buf_finish(&body);
  world_close(&world);
}

static void a_request_gets_what_the_case_knows(void **state)
{
  struct world world;
  struct lw_db *db = NULL;
  struct lw_case_known known = {0};
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  (void)change_case(&world, NULL, FACTS_TOKEN, NULL, 0,
                    "{\"id\":\"c7\",\"customer\":\"k3\",\"escalated\":true,\"opened\":\"2026-03-01T"
                    "09:00:00Z\",\"facts\":{\"customer.flag\":true}}");
  assert_int_equal(lw_engine_reader(world.engine, &db, &world.err), LW_OK);
  assert_int_equal(lw_case_known(db, LW_STR("c9"), world.json, &world.arena, &known, &world.err),
                   LW_OK);
  assert_null(known.stored_case);
  assert_null(known.stored_facts);
  assert_int_equal(lw_case_known(db, LW_STR("c7"), world.json, &world.arena, &known, &world.err),
                   LW_OK);
  lw_engine_reader_done(world.engine, db);
  assert_true(lw_str_equal(known.customer, LW_STR("k3")));
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world.engine);
  struct lw_caller caller = caller_of(snapshot, "ana");
  struct lw_order_options options = {.caller = &caller,
                                     .stored_case = known.stored_case,
                                     .stored_facts = known.stored_facts,
                                     .now = world.now};
  struct lw_faults faults = {.arena = &world.arena};
  struct lw_order order = {0};
  assert_true(lw_order_read(
      snapshot, parse(&world, "{\"action\":\"credit\",\"amount\":\"5.00\",\"case\":\"c7\"}"),
      &options, &world.arena, &order, &faults));
  assert_int_equal(world_run(&world, lw_order_apply, &order, "ana"), LW_OK);
  expect(&world, LW_OK, "\"rail\":\"flagged\""); /* by the stored fact */
  lw_order_finish(&order);
  lw_snapshot_unref(snapshot);
  world_close(&world);
}

static bool list_cases(struct world *world, const char *by, const struct lw_case_query *query)
{
  struct lw_db *db = NULL;
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world->engine);
  struct lw_caller caller = caller_of(snapshot, by);
  assert_int_equal(lw_engine_reader(world->engine, &db, &world->err), LW_OK);
  struct lw_desk_reader reader = {
      .db = db, .snapshot = snapshot, .caller = &caller, .now = world->now, .arena = &world->arena};
  lw_buf_reset(&world->out);
  world->code = lw_case_list(&reader, query, &world->out, &world->err);
  lw_engine_reader_done(world->engine, db);
  lw_snapshot_unref(snapshot);
  assert_int_equal(world->code, LW_OK);
  return !has(world, "\"items\":[]");
}

static void lists_page_through_what_one_may_see(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  for (int i = 0; i < 7; i++) {
    char body[160];
    (void)snprintf(body, sizeof body,
                   "{\"id\":\"c%d\",\"owner\":\"%s\",\"opened\":\"2026-03-01T0%d:00:00Z\"}", i,
                   i % 2 == 0 ? "ana" : "lou", i / 2);
    (void)change_case(&world, NULL, FACTS_TOKEN, NULL, 0, body);
    assert_int_equal(world.code, LW_OK);
  }
  struct lw_case_query query = {.limit = 2};
  assert_true(list_cases(&world, "ana", &query));
  assert_true(has(&world, "\"c6\"") && has(&world, "\"c4\"") && !has(&world, "\"c2\""));
  query.after = member(&world, "next");
  assert_true(list_cases(&world, "ana", &query));
  assert_true(has(&world, "\"c2\"") && has(&world, "\"c0\"") && !has(&world, "\"next\""));
  struct lw_case_query of_lou = {.owner = LW_STR("lou")};
  assert_false(list_cases(&world, "ana", &of_lou));
  assert_true(list_cases(&world, "max", &of_lou)); /* leads lou */
  struct lw_case_query closed = {.states = UINT32_C(1) << LW_CASE_CLOSED};
  assert_false(list_cases(&world, "ana", &closed));
  world_close(&world);
}

static enum lw_code nudge_case(struct world *world, const char *by, const char *id)
{
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world->engine);
  struct lw_caller caller = caller_of(snapshot, by);
  struct lw_case_nudging nudging = {
      .caller = &caller, .id = lw_str_c(id), .note = LW_STR("any news?")};
  (void)world_run(world, lw_case_nudge, &nudging, by);
  lw_snapshot_unref(snapshot);
  return world->code;
}

static void an_owner_is_asked_to_move_it_once_a_minute(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  (void)change_case(&world, NULL, FACTS_TOKEN, NULL, 0, "{\"id\":\"c1\",\"owner\":\"ana\"}");
  (void)nudge_case(&world, "lou", "c1"); /* a stranger to it, who gets whose it is */
  expect(&world, LW_OK, "\"owner\":{\"person\":\"ana\",\"name\":\"Ana Ro\"");
  expect(&world, LW_OK, "\"kind\":\"nudged\",\"by\":\"lou\"");
  world.now += 60 * SECOND;
  (void)nudge_case(&world, "tom", "c1");
  expect(&world, LW_OK, "\"nudges\":2,\"nudged\":\"2026-03-02T10:01:00Z\"");
  assert_int_equal(nudge_case(&world, "tom", "c1"), LW_TOO_MANY);
  world.now += 60 * SECOND;
  assert_int_equal(nudge_case(&world, "tom", "c1"), LW_OK);
  (void)change_case(&world, "ana", 0, "c1", 0, "{\"state\":\"closed\"}");
  world.now += 60 * SECOND;
  assert_int_equal(nudge_case(&world, "tom", "c1"), LW_CONFLICT);
  world_close(&world);
}

/* Of the case as `by` asks who has it. */
static void who_has(struct world *world, const char *by, const char *id)
{
  struct lw_db *db = NULL;
  struct lw_case found = {0};
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world->engine);
  struct lw_caller caller = caller_of(snapshot, by);
  assert_int_equal(lw_engine_reader(world->engine, &db, &world->err), LW_OK);
  struct lw_desk_reader reader = {.db = db,
                                  .snapshot = snapshot,
                                  .caller = &caller,
                                  .now = world_now(&world->now),
                                  .arena = &world->arena};
  assert_int_equal(lw_case_get(db, lw_str_c(id), &world->arena, &found, &world->err), LW_OK);
  lw_buf_reset(&world->out);
  world->code = lw_case_print_owner(&reader, &found, &world->out, &world->err);
  lw_engine_reader_done(world->engine, db);
  lw_snapshot_unref(snapshot);
}

static enum lw_code take_case(struct world *world, const char *by, const char *id)
{
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world->engine);
  struct lw_caller caller = caller_of(snapshot, by);
  struct lw_case_nudging taking = {.caller = &caller, .id = lw_str_c(id)};
  (void)world_run(world, lw_case_take_over, &taking, by);
  lw_snapshot_unref(snapshot);
  return world->code;
}

static void who_had_it_may_take_it_back(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  (void)change_case(&world, "tom", 0, NULL, 0, "{\"id\":\"c1\",\"owner\":\"ana\"}");
  assert_int_equal(take_case(&world, "ana", "c1"), LW_CONFLICT);
  assert_int_equal(take_case(&world, "bob", "c1"), LW_FORBIDDEN); /* the same team is not enough */
  assert_int_equal(take_case(&world, "bob", "c9"), LW_NOT_FOUND);
  world.now += 10 * SECOND;
  (void)change_case(&world, "ana", 0, "c1", 0, "{\"owner\":\"lou\"}");
  who_has(&world, "ana", "c1");
  expect(&world, LW_OK, "\"since\":\"2026-03-02T10:00:10Z\"");
  expect(&world, LW_OK,
         "\"kind\":\"handed\",\"by\":\"ana\",\"by_name\":\"Ana Ro\",\"owner\":\"lou\"");
  expect(&world, LW_OK, "\"may\":[\"nudge\",\"take\"]");
  who_has(&world, "lou", "c1");
  expect(&world, LW_OK, "\"may\":[\"hand-over\"]");
  who_has(&world, "tom", "c1");
  expect(&world, LW_OK, "\"may\":[\"nudge\"]");
  (void)take_case(&world, "ana", "c1");
  expect(&world, LW_OK, "\"owner\":\"ana\"");
  expect(&world, LW_OK, "\"version\":3");
  (void)take_case(&world, "lou", "c1"); /* who had it in between, too */
  expect(&world, LW_OK, "\"owner\":\"lou\"");
  (void)change_case(&world, NULL, FACTS_TOKEN, "c1", 0, "{\"owner\":null,\"department\":\"care\"}");
  who_has(&world, "bob", "c1");
  expect(&world, LW_OK, "\"may\":[\"take\"]"); /* nobody's, of the own department */
  assert_int_equal(take_case(&world, "max", "c1"), LW_FORBIDDEN);
  assert_int_equal(take_case(&world, "bob", "c1"), LW_OK);
  (void)change_case(&world, "bob", 0, "c1", 0, "{\"state\":\"closed\"}");
  assert_int_equal(take_case(&world, "ana", "c1"), LW_CONFLICT);
  who_has(&world, "ana", "c1");
  expect(&world, LW_OK, "\"kind\":\"changed\"");
  expect(&world, LW_OK, "\"may\":[]");
  world_close(&world);
}

static void stale_ones_come_in_the_order_of_need(void **state)
{
  static const char *const cases[] = {
      "{\"id\":\"late\",\"owner\":\"ana\",\"promise\":\"2026-03-01T10:00:00Z\"}",
      "{\"id\":\"later\",\"owner\":\"bob\",\"promise\":\"2026-02-20T10:00:00Z\"}",
      "{\"id\":\"loose\",\"department\":\"care\",\"promise\":\"2026-03-02T09:59:59Z\"}",
      "{\"id\":\"loud\",\"owner\":\"bob\",\"escalated\":true,\"promise\":\"2026-03-02T09:00:00Z\"}",
      "{\"id\":\"due\",\"owner\":\"bob\",\"promise\":\"2026-03-02T10:00:01Z\"}",
      "{\"id\":\"still\",\"owner\":\"bob\"}",
  };
  static const char order[] = "loud loose later late ";
  struct world world;
  struct lw_db *db = NULL;
  struct lw_buf found = {0};
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_int_equal(change_case(&world, NULL, FACTS_TOKEN, NULL, 0, cases[i]), LW_OK);
  }
  for (int later = 0; later < 2; later++) {
    const struct lw_snapshot *snapshot = lw_engine_snapshot(world.engine);
    struct lw_caller caller = caller_of(snapshot, "tom");
    assert_int_equal(lw_engine_reader(world.engine, &db, &world.err), LW_OK);
    struct lw_desk_reader reader = {
        .db = db, .snapshot = snapshot, .caller = &caller, .now = world.now, .arena = &world.arena};
    const struct lw_case_query query = {.stale = true};
    lw_buf_reset(&world.out);
    assert_int_equal(lw_case_list(&reader, &query, &world.out, &world.err), LW_OK);
    lw_engine_reader_done(world.engine, db);
    lw_snapshot_unref(snapshot);
    lw_buf_add_char(&world.out, '\0');
    const struct lw_value *list = lw_value_get(parse(&world, world.out.ptr), LW_STR("items"));
    lw_buf_reset(&found);
    for (uint32_t i = 0; i < list->count; i++) {
      lw_buf_printf(&found, "%.*s ", LW_FMT(lw_value_get(&list->items[i], LW_STR("id"))->text));
    }
    if (later == 0) {
      assert_true(lw_str_equal(lw_buf_str(&found), lw_str_c(order)));
      expect(&world, LW_OK, "\"over_days\":10");
      expect(&world, LW_OK, "\"owner_name\":\"Bob Li\"");
    }
    world.now += INT64_C(3) * 24 * 3600 * SECOND;
  }
  assert_true(lw_str_equal(lw_buf_str(&found), LW_STR("loud loose later late due still ")));
  lw_buf_finish(&found);
  world_close(&world);
}

static bool decided_one(void *user, lw_str case_id)
{
  return user != NULL && lw_str_equal(case_id, lw_str_c(user));
}

/* Whether `by` sees the case, alone and in the list of stale ones alike. */
static bool sees(struct world *world, const char *by, const char *id, const char *decided)
{
  struct lw_db *db = NULL;
  struct lw_case found = {0};
  char quoted[32];
  char in_id[16];
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world->engine);
  struct lw_caller caller = caller_of(snapshot, by);
  (void)snprintf(in_id, sizeof in_id, "%s", decided);
  (void)snprintf(quoted, sizeof quoted, "\"id\":\"%s\"", id);
  assert_int_equal(lw_engine_reader(world->engine, &db, &world->err), LW_OK);
  struct lw_desk_reader reader = {.db = db,
                                  .snapshot = snapshot,
                                  .caller = &caller,
                                  .now = world->now,
                                  .arena = &world->arena,
                                  .decided = decided_one,
                                  .decided_user = in_id};
  const struct lw_case_query query = {.stale = true};
  lw_buf_reset(&world->out);
  assert_int_equal(lw_case_list(&reader, &query, &world->out, &world->err), LW_OK);
  assert_int_equal(lw_case_get(db, lw_str_c(id), &world->arena, &found, &world->err), LW_OK);
  bool visible = lw_case_visible(&reader, &found);
  lw_engine_reader_done(world->engine, db);
  lw_snapshot_unref(snapshot);
  assert_int_equal(visible, has(world, quoted));
  return visible;
}

/* Of teams inside of teams: sue and ned are of care/north, which nora leads; tom leads all of care,
 * lou billing. gus was of care/north and has left. */
#define PAST ",\"promise\":\"2026-02-20T10:00:00Z\",\"subject\":\"Lost\"}"
static void world_open_north(struct world *world)
{
  world_open(world, POLICY_FALLBACK);
  world_sql(world, "INSERT INTO team (id, name, parent) VALUES ('north', 'North', 'care')");
  world_sql(world, "INSERT INTO person (id, name, email, team, tier, kind, manager, roles, "
                   "version, left_at) VALUES "
                   "('sue', 'Sue', '', 'north', 'frontline', 'human', '', 0, 1, NULL),"
                   "('ned', 'Ned', '', 'north', 'frontline', 'human', '', 0, 1, NULL),"
                   "('gus', 'Gus Vo', '', 'north', 'frontline', 'human', '', 0, 1, 1),"
                   "('nora', 'Nora', '', 'north', 'lead', 'human', '', 1, 1, NULL)");
}

static void what_nobody_has_its_leads_see(void **state)
{
  static const struct {
    const char *id;
    const char *members;
    const char *decided; /* a case in which the caller sees a decision */
    const char *seen_by;
  } rows[] = {
      {"named", "\"department\":\"north\"", "", "sue ned nora tom"},
      {"path", "\"department\":\"care/north\"", "", "sue ned nora tom"},
      {"above", "\"department\":\"care\"", "", "ana bob tom tess"},
      {"wrong", "\"department\":\"billing/north\"", "", ""},
      {"none", "\"channel\":\"chat\"", "", ""},
      {"gone", "\"owner\":\"gus\"", "", "nora tom"},
      {"theirs", "\"owner\":\"gus\",\"department\":\"billing\"", "", "lou nora tom"},
      {"given", "\"channel\":\"chat\"", "given", "lou nora tom tess"},
      {"held", "\"owner\":\"ned\",\"department\":\"billing\"", "held", "ned nora tom"},
  };
  static const char *const people[] = {"sue", "ned", "nora", "tom", "lou"};
  struct world world;
  (void)state;
  world_open_north(&world);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char body[200];
    bool gone = strstr(rows[i].members, "gus") != NULL;
    (void)snprintf(body, sizeof body, "{\"id\":\"%s\",%s" PAST, rows[i].id, rows[i].members);
    if (gone) {
      world_sql(&world, "UPDATE person SET left_at = NULL WHERE id = 'gus'");
    }
    assert_int_equal(change_case(&world, NULL, FACTS_TOKEN, NULL, 0, body), LW_OK);
    if (gone) {
      world_sql(&world, "UPDATE person SET left_at = 1 WHERE id = 'gus'");
    }
    for (size_t k = 0; k < sizeof people / sizeof people[0]; k++) {
      if (sees(&world, people[k], rows[i].id, rows[i].decided) !=
          (strstr(rows[i].seen_by, people[k]) != NULL)) {
        fail_msg("%s and the case %s", people[k], rows[i].id);
      }
    }
  }
  world_close(&world);
}

static void what_was_had_or_asked_about_stays_in_sight(void **state)
{
  struct world world;
  (void)state;
  world_open_north(&world);
  (void)change_case(&world, NULL, FACTS_TOKEN, NULL, 0, "{\"id\":\"had\",\"owner\":\"ned\"" PAST);
  assert_false(sees(&world, "lou", "had", ""));
  (void)change_case(&world, "ned", 0, "had", 0, "{\"owner\":null}");
  assert_int_equal(world.code, LW_OK);
  assert_true(sees(&world, "nora", "had", ""));
  assert_true(sees(&world, "tom", "had", ""));
  assert_false(sees(&world, "lou", "had", ""));
  assert_false(sees(&world, "ned", "had", "")); /* who leads nobody sees what they have */
  (void)change_case(&world, NULL, FACTS_TOKEN, NULL, 0, "{\"id\":\"k7\",\"channel\":\"x\"" PAST);
  assert_false(sees(&world, "tom", "k7", ""));
  world_sql(&world,
            "INSERT INTO approval SELECT 'apr_x', 'dec_x', 'ana', 'care', 'k7', '', 'credit', "
            "'', 1, 'EUR', 'r', 'b', NULL, 1, 1, 1, '', '', 2, 1, 0, 0, 0, 0, 0, '', '', '', "
            "NULL, '', '', 0, '', 0, 0");
  assert_true(sees(&world, "tom", "k7", "")); /* leads ana, who asked */
  assert_false(sees(&world, "lou", "k7", ""));
  world_close(&world);
}

static void who_has_left_has_nothing(void **state)
{
  struct world world;
  (void)state;
  world_open_north(&world);
  world_sql(&world, "UPDATE person SET left_at = NULL WHERE id = 'gus'");
  (void)change_case(&world, NULL, FACTS_TOKEN, NULL, 0,
                    "{\"id\":\"c1\",\"owner\":\"gus\",\"department\":\"care/north\"" PAST);
  (void)change_case(&world, NULL, FACTS_TOKEN, NULL, 0, "{\"id\":\"c0\",\"owner\":\"ned\"" PAST);
  assert_true(sees(&world, "nora", "c1", ""));
  assert_false(has(&world, "owner_left"));
  world_sql(&world, "UPDATE person SET left_at = 1 WHERE id = 'gus'");
  assert_true(sees(&world, "nora", "c1", ""));
  expect(&world, LW_OK, "\"items\":[{\"id\":\"c1\""); /* before what somebody has */
  expect(&world, LW_OK, "\"owner_name\":\"Gus Vo\",\"owner_left\":true");
  expect(&world, LW_OK, "\"subject\":\"Lost\"");
  assert_int_equal(nudge_case(&world, "nora", "c1"), LW_CONFLICT);
  who_has(&world, "sue", "c1");
  expect(&world, LW_OK, "\"may\":[\"take\"]");
  who_has(&world, "nora", "c1");
  expect(&world, LW_OK, "\"may\":[\"take\",\"hand-over\"]");
  who_has(&world, "tom", "c1");
  expect(&world, LW_OK, "\"may\":[\"hand-over\"]");
  who_has(&world, "lou", "c1");
  expect(&world, LW_OK, "\"may\":[]");
  assert_int_equal(change_case(&world, "lou", 0, "c1", 0, "{\"owner\":\"ned\"}"), LW_FORBIDDEN);
  assert_int_equal(change_case(&world, "nora", 0, "c0", 0, "{\"owner\":\"gus\"}"), LW_INVALID);
  assert_int_equal(change_case(&world, "nora", 0, "c1", 0, "{\"owner\":\"ned\"}"), LW_OK);
  assert_int_equal(change_case(&world, "sue", 0, "c1", 0, "{\"owner\":\"sue\"}"), LW_FORBIDDEN);
  world_close(&world);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_case_is_opened_changed_and_read),
      cmocka_unit_test(agents_change_their_own_but_not_what_conditions_read),
      cmocka_unit_test(bodies_are_checked_field_by_field),
      cmocka_unit_test(patches_merge_as_the_rfc_says),
      cmocka_unit_test(too_many_facts_are_refused),
      cmocka_unit_test(a_request_gets_what_the_case_knows),
      cmocka_unit_test(lists_page_through_what_one_may_see),
      cmocka_unit_test(an_owner_is_asked_to_move_it_once_a_minute),
      cmocka_unit_test(who_had_it_may_take_it_back),
      cmocka_unit_test(stale_ones_come_in_the_order_of_need),
      cmocka_unit_test(what_nobody_has_its_leads_see),
      cmocka_unit_test(what_was_had_or_asked_about_stays_in_sight),
      cmocka_unit_test(who_has_left_has_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
