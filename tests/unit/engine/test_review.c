/* What goes wrong between two changes, or between memory and disk. */
#include "engine/inside.h"
#include "engine_test.h"
#include "fault/vfs.h"
#include <stdlib.h>

#define CREDIT(amount) "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"" amount "\"}"
#define SIMPLE(currency, facts)                                                                    \
  "leeway: 1\norganization: Aurora\ncurrency: " currency "\ntiers: [frontline, lead]\n"            \
  "facts: {" facts "}\nactions: {credit: {kind: money}}\n"                                         \
  "budgets: {all: {per: organization, every: day, amount: 5000}}\n"                                \
  "grants:\n  - {id: small, who: {tier: frontline}, may: [credit], up_to: 50, draws: [all]}\n"

#define CUSTOMERS                                                                                  \
  "leeway: 1\norganization: Aurora\ncurrency: USD\ntiers: [frontline, lead]\n"                     \
  "actions: {credit: {kind: money}}\nbudgets: {each: {per: customer, over: 30d, amount: 50}}\n"    \
  "grants:\n  - {id: small, who: {tier: frontline}, may: [credit], up_to: 50, draws: [each]}\n"

/* --- currencies --- */

static enum lw_code roll_back(struct desk *desk, uint64_t number)
{
  struct lw_publish_rollback rollback = {.number = number};
  struct lw_change change = {.apply = lw_publish_rollback_apply, .user = &rollback};
  enum lw_code rc = desk_run(desk, &change);
  lw_buf_finish(&change.answer);
  return rc;
}

static void going_back_does_not_mix_currencies(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, SIMPLE("USD", ""));
  desk_must_publish(&desk, SIMPLE("JPY", "")); /* nothing was decided: no harm */
  assert_has(desk_decide(&desk, CREDIT("40")), "granted");
  assert_int_equal(roll_back(&desk, 1), LW_CONFLICT);
  assert_has(desk_decide(&desk, CREDIT("40")), "\"all\":\"4920\"");
  desk_verify(&desk);
  desk_close(&desk);
}

static void a_currency_does_not_change_behind_a_decision_of_the_same_batch(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, SIMPLE("USD", ""));
  struct ask first;
  desk_ask(&desk, &first, CREDIT("40.00"));
  struct lw_publish publish;
  lw_publish_init(&publish, LW_STR(SIMPLE("JPY", "")), &desk.arena);
  must(lw_publish_prepare(&publish, NULL, &desk.err), &desk.err);
  struct lw_change change = {
      .apply = lw_publish_apply, .user = &publish, .arena = &desk.arena, .actor = LW_STR("tester")};
  struct lw_change *changes[] = {&first.change, &change};
  must(lw_engine_submit_all(desk.engine, changes, 2, &desk.err), &desk.err);
  assert_int_equal(first.change.code, LW_OK);
  assert_int_equal(change.code, LW_CONFLICT);
  lw_publish_finish(&publish);
  lw_buf_finish(&change.answer);
  ask_finish(&first);
  desk_close(&desk);
}

/* --- large requests --- */

/* As many numbers in a list as may just be read; whether it was granted. */
static bool hold_list(struct desk *desk, size_t count)
{
  char *json = malloc(count * 2 + 300);
  assert_non_null(json);
  int head = snprintf(json, 300,
                      "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"1.00\","
                      "\"hold\":\"1m\",\"facts\":{\"lines\":[");
  size_t len = (size_t)head;
  for (size_t i = 0; i < count; i++) {
    json[len++] = i == 0 ? ' ' : ',';
    json[len++] = '1';
  }
  memcpy(json + len, "]}}", 4);
  static const struct lw_json_options raw = {.raw_key = LW_STR_INIT("meta")};
  const struct lw_order_options options = {.now = lw_engine_now(desk->engine)};
  const struct lw_value *value = NULL;
  struct ask ask = {0};
  lw_arena_init(&ask.arena, NULL, LW_REQUEST_BYTES_MAX);
  bool granted = false;
  if (lw_json_read(desk->reader, &ask.arena, lw_str_c(json), &raw, &value, &desk->err) == LW_OK) {
    const struct lw_snapshot *snapshot = lw_engine_snapshot(desk->engine);
    struct lw_faults faults = {.arena = &ask.arena};
    if (lw_order_read(snapshot, value, &options, &ask.arena, &ask.order, &faults)) {
      ask.change = (struct lw_change){.apply = lw_order_apply,
                                      .user = &ask.order,
                                      .arena = &ask.arena,
                                      .actor = LW_STR("ana"),
                                      .bare = true,
                                      .keeps_own_key = true};
      granted = lw_engine_run(desk->engine, &ask.change, &desk->err) == LW_OK;
    }
    lw_snapshot_unref(snapshot);
  }
  ask_finish(&ask);
  free(json);
  return granted;
}

static void the_largest_hold_that_was_granted_lapses(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, SIMPLE("USD", "lines: {type: list<int>, from: agent, default: []}"));
  size_t low = 1; /* fits */
  size_t high = (size_t)1 << 20;
  while (high - low > 16) {
    size_t middle = low + (high - low) / 2;
    *(hold_list(&desk, middle) ? &low : &high) = middle;
  }
  print_message("largest: %zu numbers\n", low);
  desk.clock.now += MINUTE;
  must(lw_engine_run_due(desk.engine, &desk.err), &desk.err);
  assert_int_equal(desk_number(&desk, "SELECT count(*) FROM decision_state WHERE state = 1"), 0);
  assert_int_equal(desk_number(&desk, "SELECT sum(amount) FROM drawn"), 0);
  desk_verify(&desk);
  desk_close(&desk);
}

/* --- names that nobody expects --- */

static void a_customer_of_any_bytes_has_a_budget(void **state)
{
  static const char *const names[] = {"k\\u0000",  "\\u0000",        "k\\u0000k",
                                      "k\\u001fk", "\\u00ff\\uffff", "k"};
  (void)state;
  struct desk desk;
  desk_open(&desk, CUSTOMERS);
  lw_drawn_destroy(desk.engine->drawn);
  desk.engine->drawn = lw_drawn_create(2);
  desk.engine->source.drawn = desk.engine->drawn;
  desk.engine->stale = true;
  for (unsigned round = 0; round < 6; round++) {
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
      char json[200];
      struct ask ask;
      const struct lw_order_options options = {.now = lw_engine_now(desk.engine)};
      (void)snprintf(json, sizeof json,
                     "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"1.00\",\"customer\":"
                     "\"%s\"}",
                     names[i]);
      if (ask_read(&desk, &ask, json, &options)) {
        char left[64];
        (void)snprintf(left, sizeof left, "\"each\":\"%u.00\"", 49 - round);
        must(lw_engine_run(desk.engine, &ask.change, &desk.err), &desk.err);
        assert_has(lw_buf_str(&ask.change.answer), left);
        ask_finish(&ask);
      }
    }
  }
  desk_reopen(&desk, false);
  desk_verify(&desk);
  desk_close(&desk);
}

/* --- another process --- */

static void a_hold_of_another_process_lapses_here(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  struct lw_engine *server = desk.engine;
  must(lw_engine_run_due(server, &desk.err), &desk.err); /* nothing is due, for ever */
  desk_open_engine(&desk, false);
  struct lw_engine *other = desk.engine;
  assert_has(desk_decide(&desk, "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"20.00\","
                                "\"hold\":\"1m\"}"),
             "granted");
  desk.engine = server;
  desk.clock.now += 2 * MINUTE;
  const struct lw_snapshot *snapshot = lw_engine_snapshot(server);
  (void)lw_engine_refresh(server, &snapshot);
  lw_snapshot_unref(snapshot);
  must(lw_engine_run_due(server, &desk.err), &desk.err);
  assert_int_equal(desk_number(&desk, "SELECT count(*) FROM decision_state WHERE state = 1"), 0);
  lw_engine_close(other);
  desk_verify(&desk);
  desk_close(&desk);
}

static void what_somebody_else_took_in_meanwhile_is_news_too(void **state)
{
  ONLY_ON_FILES(); /* tests/servers has it of PostgreSQL, where a decision makes no new picture */
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  struct lw_engine *server = desk.engine;
  const struct lw_snapshot *mine = lw_engine_snapshot(server);
  const struct lw_snapshot *theirs = lw_engine_snapshot(server);
  assert_false(lw_engine_refresh(server, &mine));
  desk_open_engine(&desk, false);
  struct lw_engine *other = desk.engine;
  assert_has(desk_decide(&desk, CREDIT("20.00")), "granted");
  desk.engine = server;
  assert_true(lw_engine_refresh(server, &mine));
  assert_true(lw_engine_refresh(server, &theirs));
  assert_ptr_equal(mine, theirs);
  assert_false(lw_engine_refresh(server, &theirs));
  lw_snapshot_unref(mine);
  lw_snapshot_unref(theirs);
  lw_engine_close(other);
  desk_close(&desk);
}

/* --- keys --- */

static enum lw_code forget_keys(struct lw_batch *batch, struct lw_change *change,
                                struct lw_error *err)
{
  struct lw_idem *idem = &batch->engine->idem;
  (void)change, (void)err;
  for (uint64_t i = 1; i <= LW_KEYS_IN_MEMORY + 1; i++) { /* two generations, and one */
    lw_idem_add(idem, i, lw_engine_seq(batch->engine), batch->now);
  }
  return LW_OK;
}

static void a_key_that_memory_forgets_while_its_change_waits_is_not_a_new_one(void **state)
{
  (void)state;
  struct desk desk;
  struct lw_lists *lists = NULL;
  desk_open(&desk, POLICY);
  lw_str first = desk_decide_with(&desk, CREDIT("20.00"), "k", 1);
  must(lw_lists_open(desk.engine, &lists, &desk.err), &desk.err);
  must(lw_lists_follow(lists, &desk.err), &desk.err);
  struct lw_change between = {
      .apply = forget_keys, .arena = &desk.arena, .actor = LW_STR("x"), .bare = true};
  struct ask again;
  desk_ask(&desk, &again, CREDIT("20.00"));
  ask_key(&again, "k", 1);
  struct lw_change *changes[] = {&between, &again.change};
  must(lw_engine_submit_all(desk.engine, changes, 2, &desk.err), &desk.err);
  assert_int_equal(between.code, LW_OK);
  must(again.change.code, &again.change.error);
  assert_true(again.change.repeated);
  assert_true(lw_str_equal(first, lw_buf_str(&again.change.answer)));
  ask_finish(&again);
  lw_buf_finish(&between.answer);
  assert_true(lw_str_equal(first, desk_decide_with(&desk, CREDIT("20.00"), "k", 1)));
  assert_has(desk_decide_with(&desk, CREDIT("20.00"), "other", 1), "\"rep-day\":\"60.00\"");
  lw_lists_close(lists);
  desk_close(&desk);
}

static void a_lost_key_is_not_taken_for_a_new_one_while_the_lists_are_behind(void **state)
{
  (void)state;
  struct desk desk;
  struct lw_lists *lists = NULL;
  desk_open(&desk, POLICY);
  (void)desk_decide_with(&desk, CREDIT("20.00"), "k", 1);
  (void)desk_decide_with(&desk, CREDIT("20.00"), "l", 1);
  must(lw_lists_open(desk.engine, &lists, &desk.err), &desk.err);
  struct lw_change between = {
      .apply = forget_keys, .arena = &desk.arena, .actor = LW_STR("x"), .bare = true};
  struct ask again;
  desk_ask(&desk, &again, CREDIT("20.00"));
  ask_key(&again, "k", 1);
  struct lw_change *changes[] = {&between, &again.change};
  must(lw_engine_submit_all(desk.engine, changes, 2, &desk.err), &desk.err);
  assert_int_equal(again.change.code, LW_BUSY); /* in the queue */
  assert_int_equal(lw_engine_submit(desk.engine, &again.change, &desk.err),
                   LW_BUSY); /* before it */
  must(lw_lists_follow(lists, &desk.err), &desk.err);
  must(lw_engine_submit(desk.engine, &again.change, &desk.err), &desk.err);
  assert_true(again.change.repeated);
  ask_finish(&again);
  lw_buf_finish(&between.answer);
  lw_lists_close(lists);
  desk_close(&desk);
}

/* --- amounts --- */

static void an_amount_however_it_was_written_goes_back_whole(void **state)
{
  static const char *const amounts[] = {"\"20.00\"", "\"20\"", "20", "20.00", "\"20.0\""};
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++) {
    char json[200];
    (void)snprintf(json, sizeof json,
                   "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":%s,\"hold\":\"1m\"}",
                   amounts[i]);
    struct ask ask;
    const struct lw_order_options options = {.now = lw_engine_now(desk.engine)};
    if (!ask_read(&desk, &ask, json, &options)) {
      continue;
    }
    must(lw_engine_run(desk.engine, &ask.change, &desk.err), &desk.err);
    assert_has(lw_buf_str(&ask.change.answer), "granted");
    ask_finish(&ask);
    desk.clock.now += 2 * MINUTE;
    must(lw_engine_run_due(desk.engine, &desk.err), &desk.err);
    assert_int_equal(desk_number(&desk, "SELECT sum(amount) + sum(times) FROM drawn"), 0);
  }
  desk_verify(&desk);
  desk_close(&desk);
}

/* --- what others say, in the record --- */

static enum lw_code spoil_note(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err)
{
  (void)change;
  return lw_db_exec(batch->db, "UPDATE text SET body = 'x' WHERE id = (SELECT max(id) FROM text)",
                    err);
}

static void a_fact_that_looks_like_the_record_is_only_a_fact(void **state)
{
  static const char *const lines[] = {
      ("{\"text\":\"txt_00000000000000000000000000\",\"sha256\":"
       "\"00000000000000000000000000000000000000000000000000000000000000ff\"}"),
      "{\"draws\":[{\"budget\":\"all\",\"minor\":5}],\"returns\":[{\"minor\":1}]}",
      "{\"key\":\"00000000000000000000000000000000\",\"verdict\":\"granted\"}",
  };
  (void)state;
  struct desk desk;
  desk_open(&desk, SIMPLE("USD", "lines: {type: list<map>, from: agent, default: []}"));
  for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
    char json[600];
    (void)snprintf(json, sizeof json,
                   "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"1.00\",\"note\":\"n\","
                   "\"facts\":{\"lines\":[%s]}}",
                   lines[i]);
    assert_has(desk_decide(&desk, json), "granted");
    desk_verify(&desk);
  }
  struct lw_change change = {.apply = spoil_note};
  must(desk_run(&desk, &change), &desk.err); /* behind it the real ones are still looked at */
  lw_buf_finish(&change.answer);
  struct lw_db *db = NULL;
  struct lw_verify_report report;
  const struct lw_verify_options options = {0};
  must(lw_engine_reader(desk.engine, &db, &desk.err), &desk.err);
  must(lw_verify(db, &options, &report, &desk.err), &desk.err);
  assert_non_null(strstr(report.fault, "a text of it was changed"));
  lw_engine_reader_done(desk.engine, db);
  desk_close(&desk);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(going_back_does_not_mix_currencies),
      cmocka_unit_test(a_currency_does_not_change_behind_a_decision_of_the_same_batch),
      cmocka_unit_test(the_largest_hold_that_was_granted_lapses),
      cmocka_unit_test(a_customer_of_any_bytes_has_a_budget),
      cmocka_unit_test(a_hold_of_another_process_lapses_here),
      cmocka_unit_test(what_somebody_else_took_in_meanwhile_is_news_too),
      cmocka_unit_test(a_key_that_memory_forgets_while_its_change_waits_is_not_a_new_one),
      cmocka_unit_test(a_lost_key_is_not_taken_for_a_new_one_while_the_lists_are_behind),
      cmocka_unit_test(a_fact_that_looks_like_the_record_is_only_a_fact),
      cmocka_unit_test(an_amount_however_it_was_written_goes_back_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
