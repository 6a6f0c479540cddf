/* Batches: one after the other and together, refused changes, failures of the store, restarts, two
 * engines on one file, clocks. */
#include "engine_test.h"

#include "fault/vfs.h"

#include <stdlib.h>

#define CREDIT(amount) "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"" amount "\"}"
#define DRAWN          "SELECT coalesce(sum(amount), 0) FROM drawn"

static void a_decision_is_recorded_with_all_that_the_policy_read(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  lw_str answer = desk_decide(
      &desk, "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"20.00\",\"case\":\"c1\","
             "\"customer\":\"k1\",\"reason\":\"outage\",\"facts\":{\"gold\":true}}");
  assert_has(answer, "{\"id\":\"dec_");
  assert_has(answer, "\"at\":\"2026-03-02T10:00:00Z\",\"verdict\":\"granted\"");
  assert_has(answer, "\"rep-day\":\"80.00\"");
  assert_has(answer, "\"policy\":1}");
  struct lw_decision decision;
  struct lw_db *db = NULL;
  must(lw_engine_reader(desk.engine, &db, &desk.err), &desk.err);
  must(lw_decision_get(db, NULL, id_of(answer), &desk.arena, desk.reader, &decision, &desk.err),
       &desk.err);
  lw_engine_reader_done(desk.engine, db);
  assert_has(decision.raw, "\"request\":{\"agent\":\"ana\",\"action\":\"credit\"");
  assert_has(decision.raw, "\"facts\":{\"gold\":true}");
  assert_has(decision.raw, "\"claims\":true");
  assert_has(decision.raw, "\"person\":{\"id\":\"ana\",\"team\":\"care\",\"tier\":\"frontline\"");
  assert_has(decision.raw, "\"policy\":1,\"currency\":\"USD\",\"draws\":[{\"budget\":\"rep-day\"");
  assert_int_equal(decision.amount_minor, 2000);
  assert_int_equal(desk_number(&desk, DRAWN), 6000);
  desk_verify(&desk);
  desk_close(&desk);
}

static void without_a_policy_nothing_is_decided(void **state)
{
  (void)state;
  struct desk desk;
  struct ask ask;
  desk_open(&desk, NULL);
  const struct lw_order_options options = {.now = AT_START};
  assert_false(ask_read(&desk, &ask, CREDIT("1.00"), &options));
  assert_has(lw_str_c(desk.err.text), "no policy is live yet");
  desk_close(&desk);
}

static void budgets_end_exactly_and_survive_a_restart(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  assert_has(desk_decide(&desk, CREDIT("50.00")), "granted");
  desk_reopen(&desk, false);
  assert_has(desk_decide(&desk, CREDIT("49.99")), "\"rep-day\":\"0.01\"");
  assert_has(desk_decide(&desk, CREDIT("0.02")), "\"verdict\":\"ask\"");
  assert_has(desk_decide(&desk, CREDIT("0.01")), "\"rep-day\":\"0.00\"");
  desk.clock.now += (lw_usec)24 * 60 * MINUTE;
  assert_has(desk_decide(&desk, CREDIT("50.00")), "\"rep-day\":\"50.00\"");
  desk_verify(&desk);
  desk_close(&desk);
}

/* --- retries --- */

static void the_same_key_gives_the_first_answer(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  const char *json = "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"30.00\",\"meta\":{ "
                     "\"x\":1.0, \"y\":\"\\u00e9\" }}";
  lw_str first = desk_decide_with(&desk, json, "k1", 1);
  desk.clock.now += MINUTE;
  lw_str second = desk_decide_with(&desk, json, "k1", 1);
  assert_true(lw_str_equal(first, second));
  assert_has(first, "\"meta\":{ \"x\":1.0, \"y\":\"\\u00e9\" }}");
  assert_has(desk_decide_with(&desk, json, "k1", 2), "INVALID: this Idempotency-Key was used");
  assert_int_equal(desk_number(&desk, DRAWN), 9000);
  desk_reopen(&desk, false); /* keys come back from the journal */
  assert_true(lw_str_equal(first, desk_decide_with(&desk, json, "k1", 1)));
  desk.clock.now += (lw_usec)24 * 60 * MINUTE + 1; /* and are forgotten after a day */
  assert_false(lw_str_equal(first, desk_decide_with(&desk, json, "k1", 1)));
  desk_verify(&desk);
  desk_close(&desk);
}

static void the_same_key_twice_in_one_batch_is_one_decision(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  struct ask asks[3];
  struct lw_change *changes[3];
  for (size_t i = 0; i < 3; i++) {
    desk_ask(&desk, &asks[i], CREDIT("10.00"));
    ask_key(&asks[i], "twice", i < 2 ? 1 : 9);
    changes[i] = &asks[i].change;
  }
  must(lw_engine_submit_all(desk.engine, changes, 3, &desk.err), &desk.err);
  assert_int_equal(asks[0].change.status, 201);
  assert_int_equal(asks[1].change.status, 200);
  assert_true(asks[1].change.repeated);
  assert_true(lw_str_equal(lw_buf_str(&asks[0].change.answer), lw_buf_str(&asks[1].change.answer)));
  assert_int_equal(asks[2].change.code, LW_INVALID);
  assert_int_equal(desk_number(&desk, DRAWN), 3000);
  for (size_t i = 0; i < 3; i++) {
    ask_finish(&asks[i]);
  }
  desk_close(&desk);
}

static enum lw_code say_hello(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err)
{
  const int *fails = change->user;
  enum lw_code rc =
      lw_batch_append(batch, change, LW_EVENT_SETTING_CHANGED, LW_STR("{\"hello\":1}"), err);
  if (rc == LW_OK) {
    rc = lw_setting_put(batch->db, LW_STR("hello"), LW_STR("1"), err);
  }
  lw_buf_printf(&change->answer, "{\"seq\":%llu}", (unsigned long long)change->seq);
  lw_change_status(change, 201);
  return fails != NULL && *fails != 0 ? lw_fail(err, LW_CONFLICT, "no") : rc;
}

static void other_changes_keep_their_answer_too(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  uint64_t before = lw_engine_seq(desk.engine);
  struct lw_change first = {.apply = say_hello, .key = LW_STR("h")};
  struct lw_change second = {.apply = say_hello, .key = LW_STR("h")};
  struct lw_change other = {.apply = say_hello, .key = LW_STR("h"), .digest = {{1}}};
  must(desk_run(&desk, &first), &desk.err);
  must(desk_run(&desk, &second), &desk.err);
  assert_int_equal(first.status, 201);
  assert_int_equal(second.status, 200);
  assert_true(lw_str_equal(lw_buf_str(&first.answer), lw_buf_str(&second.answer)));
  assert_int_equal(desk_run(&desk, &other), LW_INVALID);
  assert_int_equal(lw_engine_seq(desk.engine), before + 1);
  lw_buf_finish(&first.answer);
  lw_buf_finish(&second.answer);
  lw_buf_finish(&other.answer);
  desk_close(&desk);
}

/* --- refusals and failures --- */

static void a_refused_change_in_the_middle_leaves_nothing(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  uint64_t before = lw_engine_seq(desk.engine);
  int no = 1;
  struct lw_change middle = {
      .apply = say_hello, .user = &no, .arena = &desk.arena, .actor = LW_STR("x")};
  struct ask a;
  desk_ask(&desk, &a, CREDIT("10.00"));
  struct ask b;
  desk_ask(&desk, &b, CREDIT("20.00"));
  struct lw_change *changes[] = {&a.change, &middle, &b.change};
  must(lw_engine_submit_all(desk.engine, changes, 3, &desk.err), &desk.err);
  assert_int_equal(a.change.code, LW_OK);
  assert_int_equal(middle.code, LW_CONFLICT);
  assert_int_equal(middle.seq, 0);
  assert_int_equal(b.change.code, LW_OK);
  assert_int_equal(b.change.seq, before + 2);
  assert_int_equal(desk_number(&desk, "SELECT count(*) FROM setting WHERE key = 'hello'"), 0);
  desk_verify(&desk);
  ask_finish(&a);
  ask_finish(&b);
  lw_buf_finish(&middle.answer);
  desk_close(&desk);
}

static void after_a_failed_commit_nothing_is_half_done_and_it_goes_on(void **state)
{
  ONLY_ON_FILES();
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  desk_close_engine(&desk);
  struct lw_fault *disk = lw_fault_create("engine-disk", 3);
  const struct lw_engine_options options = {
      .url = desk.path, .world = &desk.world, .vfs = "engine-disk"};
  for (uint64_t nth = 1; nth < 60; nth++) {
    must(lw_engine_open(&options, &desk.engine, &desk.err), &desk.err);
    desk.clock.now += (lw_usec)24 * 60 * MINUTE;
    assert_has(desk_decide(&desk, CREDIT("10.00")), "granted");
    int64_t before = desk_number(&desk, DRAWN);
    (void)lw_fault_has_hit(disk);
    lw_fault_fail(disk, nth % 2 != 0 ? LW_FAULT_WRITE : LW_FAULT_SYNC, (nth + 1) / 2, false);
    char key[16];
    (void)snprintf(key, sizeof key, "again-%u", (unsigned)nth);
    lw_str answer = desk_decide_with(&desk, CREDIT("20.00"), key, 1);
    bool hit = lw_fault_has_hit(disk);
    lw_fault_fail(disk, LW_FAULT_WRITE, 0, false);
    lw_fault_fail(disk, LW_FAULT_SYNC, 0, false);
    struct lw_engine_figures figures;
    lw_engine_get_figures(desk.engine, &figures);
    assert_int_equal(figures.failing, !has(answer, "granted"));
    if (!has(answer, "granted")) {
      assert_true(hit);
      assert_has(answer, "IO: ");
      /* A commit that failed has not happened. One that the disk did not confirm may have: sent
       * again, it counts once. */
      bool unsure = has(answer, "cannot flush");
      assert_int_equal(desk_number(&desk, DRAWN), before + (unsure ? 3 * 2000 : 0));
      answer = desk_decide_with(&desk, CREDIT("20.00"), key, 1);
    }
    assert_has(answer, "\"rep-day\":\"70.00\"");
    desk_verify(&desk);
    desk_close_engine(&desk);
  }
  lw_fault_destroy(disk);
  desk_open_engine(&desk, false);
  desk_close(&desk);
}

static void when_the_disk_is_full_it_says_so_and_goes_on_with_space(void **state)
{
  ONLY_ON_FILES();
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  desk_close_engine(&desk);
  struct lw_fault *disk = lw_fault_create("engine-full", 3);
  const struct lw_engine_options options = {
      .url = desk.path, .world = &desk.world, .vfs = "engine-full"};
  must(lw_engine_open(&options, &desk.engine, &desk.err), &desk.err);
  lw_fault_space(disk, 0);
  assert_has(desk_decide(&desk, CREDIT("20.00")), "IO: ");
  assert_has(desk_decide(&desk, CREDIT("20.00")), "IO: ");
  lw_fault_space(disk, LW_FAULT_NO_LIMIT);
  assert_has(desk_decide(&desk, CREDIT("20.00")), "\"rep-day\":\"80.00\"");
  desk_verify(&desk);
  desk_close_engine(&desk);
  lw_fault_destroy(disk);
  desk_open_engine(&desk, false);
  desk_close(&desk);
}

/* --- several engines, queues, clocks --- */

static void two_engines_on_one_file_see_each_other(void **state)
{
  (void)state;
  struct desk desk;
  struct lw_engine *other = NULL;
  desk_open(&desk, POLICY);
  const struct lw_engine_options options = {.url = desk.path, .world = &desk.world};
  must(lw_engine_open(&options, &other, &desk.err), &desk.err);
  struct lw_engine *own = desk.engine;
  assert_has(desk_decide_with(&desk, CREDIT("30.00"), "k", 1), "\"rep-day\":\"70.00\"");
  desk.engine = other;
  assert_has(desk_decide(&desk, CREDIT("30.00")), "\"rep-day\":\"40.00\"");
  assert_has(desk_decide_with(&desk, CREDIT("30.00"), "k", 1), "\"rep-day\":\"70.00\"");
  assert_int_equal(desk_number(&desk, DRAWN), 18000);
  desk_must_publish(&desk, "leeway: 1\norganization: Aurora\ncurrency: USD\ntiers: [frontline]\n"
                           "actions: {credit: {kind: money}}\n"
                           "grants: [{id: tiny, may: [credit], up_to: 1.00}]\n");
  desk.engine = own;
  assert_has(desk_decide(&desk, CREDIT("1.00")), "\"policy\":2"); /* read before, decided after */
  desk_verify(&desk);
  lw_engine_close(other);
  desk_close(&desk);
}

static void a_second_server_is_refused(void **state)
{
  ONLY_ON_FILES();
  (void)state;
  struct desk desk;
  struct lw_engine *first = NULL;
  struct lw_engine *second = NULL;
  desk_open(&desk, POLICY);
  const struct lw_engine_options options = {
      .url = desk.path, .world = &desk.world, .exclusive = true};
  must(lw_engine_open(&options, &first, &desk.err), &desk.err);
  assert_int_equal(lw_engine_open(&options, &second, &desk.err), LW_BUSY);
  assert_has(lw_str_c(desk.err.text), "another server works on");
  lw_engine_close(first);
  must(lw_engine_open(&options, &second, &desk.err), &desk.err);
  lw_engine_close(second);
  desk_close(&desk);
}

static void a_clock_that_jumps_back_makes_no_older_entry(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  assert_has(desk_decide(&desk, CREDIT("50.00")), "2026-03-02T10:00:00Z");
  desk.clock.now -= (lw_usec)48 * 60 * MINUTE;
  assert_has(desk_decide(&desk, CREDIT("50.00")), "2026-03-02T10:00:00Z");
  assert_has(desk_decide(&desk, CREDIT("1.00")), "\"verdict\":\"ask\"");
  desk_reopen(&desk, false);
  assert_has(desk_decide(&desk, CREDIT("1.00")), "\"verdict\":\"ask\"");
  desk_verify(&desk);
  desk_close(&desk);
}

static void a_full_queue_is_busy(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  desk_close_engine(&desk);
  const struct lw_engine_options options = {
      .url = desk.path, .world = &desk.world, .threaded = true, .queue_max = 8};
  must(lw_engine_open(&options, &desk.engine, &desk.err), &desk.err);
  enum { MORE = 9 };
  struct ask asks[MORE];
  struct lw_change *changes[MORE];
  for (size_t i = 0; i < MORE; i++) {
    desk_ask(&desk, &asks[i], CREDIT("1.00"));
    changes[i] = &asks[i].change;
  }
  assert_int_equal(lw_engine_submit_all(desk.engine, changes, MORE, &desk.err), LW_BUSY);
  for (size_t i = 0; i < MORE; i++) {
    ask_finish(&asks[i]);
  }
  assert_has(desk_decide(&desk, CREDIT("1.00")), "granted");
  struct lw_engine_figures figures;
  lw_engine_get_figures(desk.engine, &figures);
  assert_int_equal(figures.busy, MORE); /* what is due fits in beside the one decision */
  assert_int_equal(figures.decisions, 1);
  desk_close(&desk);
}

static void a_journal_is_signed_every_so_often(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, "leeway: 1\ncurrency: USD\ntiers: [frontline]\nactions: {credit: {kind: "
                   "money}}\ngrants: [{id: g, may: [credit], up_to: 1.00}]\n");
  enum { MANY = 512 };
  struct ask *asks = calloc(MANY, sizeof *asks);
  struct lw_change **changes = calloc(MANY, sizeof *changes);
  for (int round = 0; round < 21; round++) {
    for (size_t i = 0; i < MANY; i++) {
      desk_ask(&desk, &asks[i], CREDIT("1.00"));
      changes[i] = &asks[i].change;
    }
    must(lw_engine_submit_all(desk.engine, changes, MANY, &desk.err), &desk.err);
    for (size_t i = 0; i < MANY; i++) {
      assert_int_equal(asks[i].change.code, LW_OK);
      ask_finish(&asks[i]);
    }
  }
  assert_int_equal(desk_number(&desk, "SELECT count(*) FROM checkpoint"), 1);
  desk_verify(&desk);
  free(changes);
  free(asks);
  desk_close(&desk);
}

static void what_is_open_refuses_a_stranger(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  struct ask ask;
  struct lw_caller token = {
      .is_token = true, .scopes = LW_TOKEN_DECIDE, .actor = LW_STR("token:t")};
  const struct {
    const char *json;
    uint32_t scopes;
    const char *fault; /* NULL: it is read */
  } rows[] = {
      {CREDIT("1.00"), LW_TOKEN_DECIDE, NULL},
      {CREDIT("1.00"), LW_TOKEN_READ, "agent: is not yours to ask for"},
      {"{\"action\":\"plan\"}", LW_TOKEN_DECIDE, "agent: is missing"},
      {"{\"agent\":\"zoe\",\"action\":\"plan\"}", LW_TOKEN_DECIDE, "there is no person \"zoe\""},
      {"{\"agent\":\"ana\",\"action\":\"plan\",\"facts\":{\"gold\":true}}", LW_TOKEN_DECIDE,
       "facts.gold: is what the records say"},
      {"{\"agent\":\"ana\",\"action\":\"plan\",\"facts\":{\"gold\":true}}",
       LW_TOKEN_DECIDE | LW_TOKEN_FACTS, NULL},
      {"{\"agent\":\"ana\",\"action\":\"plan\",\"facts\":{\"seen\":true}}", LW_TOKEN_DECIDE, NULL},
      {"{\"agent\":\"ana\",\"action\":\"plan\",\"at\":\"2026-01-01T00:00:00Z\"}", LW_TOKEN_DECIDE,
       "at: can't be said"},
      {"{\"id\":\"r1\",\"agent\":\"ana\",\"action\":\"plan\"}", LW_TOKEN_DECIDE,
       "id: is given by the server"},
      {"{\"agent\":\"ana\",\"action\":\"plan\",\"hold\":\"25h\"}", LW_TOKEN_DECIDE,
       "hold: is longer than"},
      {"{\"agent\":\"ana\",\"action\":\"plan\",\"hold\":\"0s\"}", LW_TOKEN_DECIDE,
       "hold: must be a second or more"},
      {"{\"agent\":\"ana\",\"action\":\"plan\",\"hold\":5}", LW_TOKEN_DECIDE,
       "hold: must be a duration"},
      {"{\"agent\":{\"id\":\"ana\"},\"action\":\"plan\"}", LW_TOKEN_DECIDE, "agent: "},
      {"{\"agent\":\"ana\",\"action\":\"plan\",\"case\":{\"id\":\"c\",\"reopened\":true}}",
       LW_TOKEN_DECIDE, "case.reopened: is what the records say"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    token.scopes = rows[i].scopes;
    const struct lw_order_options options = {.caller = &token, .now = AT_START};
    bool read = ask_read(&desk, &ask, rows[i].json, &options);
    if (read != (rows[i].fault == NULL) ||
        (!read && !has(lw_str_c(desk.err.text), rows[i].fault))) {
      fail_msg("row %zu: %s", i, read ? "was read" : desk.err.text);
    }
    if (read) {
      ask_finish(&ask);
    }
  }
  desk_close(&desk);
}

static void options_change_nothing(void **state)
{
  (void)state;
  struct desk desk;
  struct ask ask;
  struct lw_db *db = NULL;
  struct lw_buf out = {0};
  desk_open(&desk, POLICY);
  assert_has(desk_decide(&desk, CREDIT("45.00")), "granted");
  uint64_t before = lw_engine_seq(desk.engine);
  const struct lw_order_options options = {.now = AT_START, .options_only = true};
  assert_true(ask_read(&desk, &ask, "{\"agent\":\"ana\"}", &options));
  must(lw_engine_reader(desk.engine, &db, &desk.err), &desk.err);
  must(lw_order_options_answer(db, lw_engine_drawn(desk.engine), &ask.order, NULL, &out, &desk.err),
       &desk.err);
  lw_engine_reader_done(desk.engine, db);
  assert_has(lw_buf_str(&out), "{\"options\":[{\"action\":\"credit\",\"up_to\":\"55.00\"");
  assert_int_equal(lw_engine_seq(desk.engine), before);
  lw_buf_finish(&out);
  ask_finish(&ask);
  desk_close(&desk);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_decision_is_recorded_with_all_that_the_policy_read),
      cmocka_unit_test(without_a_policy_nothing_is_decided),
      cmocka_unit_test(budgets_end_exactly_and_survive_a_restart),
      cmocka_unit_test(the_same_key_gives_the_first_answer),
      cmocka_unit_test(the_same_key_twice_in_one_batch_is_one_decision),
      cmocka_unit_test(other_changes_keep_their_answer_too),
      cmocka_unit_test(a_refused_change_in_the_middle_leaves_nothing),
      cmocka_unit_test(after_a_failed_commit_nothing_is_half_done_and_it_goes_on),
      cmocka_unit_test(when_the_disk_is_full_it_says_so_and_goes_on_with_space),
      cmocka_unit_test(two_engines_on_one_file_see_each_other),
      cmocka_unit_test(a_second_server_is_refused),
      cmocka_unit_test(a_clock_that_jumps_back_makes_no_older_entry),
      cmocka_unit_test(a_full_queue_is_busy),
      cmocka_unit_test(a_journal_is_signed_every_so_often),
      cmocka_unit_test(what_is_open_refuses_a_stranger),
      cmocka_unit_test(options_change_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
