/* A version for some teams first: who has it, for how long, what it may not be, how it ends. */
#include "engine_test.h"

#include "engine/canary.h"

#include <pthread.h>
#include <stdlib.h>

#define DAY (24 * 60 * MINUTE)
#define CREDIT(agent, amount)                                                                      \
  "{\"agent\":\"" agent "\",\"action\":\"credit\",\"amount\":\"" amount "\"}"

/* The policy of the tests with one text in place of another. */
static const char *with(struct desk *desk, const char *before, const char *after)
{
  lw_str policy = LW_STR(POLICY);
  size_t at = lw_str_find(policy, lw_str_c(before), 0);
  assert_true(at != SIZE_MAX);
  return lw_str_format(&desk->arena, "%.*s%s%.*s", (int)at, policy.ptr, after,
                       LW_FMT(lw_str_slice(policy, at + strlen(before), SIZE_MAX)))
      .ptr;
}

static const char *wide(struct desk *desk)
{
  return with(desk, "up_to: 50.00", "up_to: 80.00");
}

struct trial {
  const char *source;
  const char *team; /* NULL: a share */
  uint32_t share_ppm;
  lw_usec days;
  const char *stop;
  uint64_t version;
};

/* Its id, or the error's text. */
static lw_str start(struct desk *desk, const struct trial *trial, enum lw_code *ret_code)
{
  struct lw_canary_start begun;
  lw_str team = trial->team != NULL ? lw_str_c(trial->team) : LW_STR("");
  lw_canary_start_init(&begun, lw_str_c(trial->source), &desk->arena);
  begun.teams = &team;
  begun.n_teams = trial->team != NULL;
  begun.share_ppm = trial->share_ppm;
  begun.share = trial->team == NULL ? LW_STR("0.5") : LW_STR("");
  begun.until = lw_engine_now(desk->engine) + (trial->days != 0 ? trial->days : 7) * DAY;
  begun.has_stop = trial->stop != NULL;
  begun.stop = lw_str_c(trial->stop);
  begun.version = trial->version;
  begun.publish.note = LW_STR("let us see");
  const struct lw_snapshot *snapshot = lw_engine_snapshot(desk->engine);
  struct lw_change change = {.apply = lw_canary_start_apply, .user = &begun};
  enum lw_code rc = lw_canary_start_prepare(&begun, snapshot, &desk->err);
  lw_snapshot_unref(snapshot);
  rc = rc == LW_OK ? desk_run(desk, &change) : rc;
  lw_str said =
      lw_str_copy(&desk->arena, rc == LW_OK ? lw_str_slice(lw_buf_str(&change.answer), 7, 30)
                                            : lw_str_c(desk->err.text));
  lw_buf_finish(&change.answer);
  lw_canary_start_finish(&begun);
  *ret_code = rc;
  return said;
}

static lw_str must_start(struct desk *desk, const struct trial *trial)
{
  enum lw_code rc;
  lw_str id = start(desk, trial, &rc);
  must(rc, &desk->err);
  assert_true(lw_str_starts(id, LW_STR("tri_")));
  return id;
}

static void must_refuse(struct desk *desk, const struct trial *trial, enum lw_code code,
                        const char *words)
{
  enum lw_code rc;
  lw_str said = start(desk, trial, &rc);
  assert_int_equal(rc, code);
  assert_has(said, words);
}

static enum lw_code finish(struct desk *desk, lw_str id, bool keeps)
{
  struct lw_canary_finish words = {.id = id, .keeps = keeps, .note = LW_STR("enough")};
  struct lw_change change = {.apply = lw_canary_end_apply, .user = &words};
  enum lw_code rc = desk_run(desk, &change);
  lw_buf_finish(&change.answer);
  return rc;
}

static struct lw_canary get(struct desk *desk, lw_str id)
{
  struct lw_db *db = NULL;
  struct lw_canary canary;
  must(lw_engine_reader(desk->engine, &db, &desk->err), &desk->err);
  must(lw_canary_get(db, id, &desk->arena, &canary, &desk->err), &desk->err);
  lw_engine_reader_done(desk->engine, db);
  return canary;
}

static int64_t entries(struct desk *desk, const char *kind)
{
  lw_str sql =
      lw_str_format(&desk->arena, "SELECT count(*) FROM policy_trial WHERE how = %s", kind);
  return desk_number(desk, sql.ptr);
}

static void some_teams_have_it_and_the_others_do_not(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  assert_has(desk_decide(&desk, CREDIT("ana", "70.00")), "\"verdict\":\"ask\"");
  lw_str id = must_start(&desk, &(struct trial){.source = wide(&desk), .team = "care"});
  lw_str granted = desk_decide(&desk, CREDIT("ana", "70.00"));
  assert_has(granted, "\"verdict\":\"granted\"");
  assert_has(granted, "\"policy\":2");
  lw_str asked = desk_decide(&desk, CREDIT("cai", "70.00"));
  assert_has(asked, "\"verdict\":\"ask\"");
  assert_has(asked, "\"policy\":1");
  struct lw_canary canary = get(&desk, id);
  assert_int_equal(canary.version, 2);
  assert_int_equal(canary.base, 1);
  assert_int_equal(canary.n_changes, 1);
  assert_has(canary.changes[0], "small.up_to");
  assert_has(canary.note, "let us see");
  must(finish(&desk, id, false), &desk.err);
  assert_has(desk_decide(&desk, CREDIT("ben", "70.00")), "\"policy\":1");
  assert_int_equal(finish(&desk, id, true), LW_CONFLICT);
  assert_has(lw_str_c(desk.err.text), "it is over");
  desk_verify(&desk);
  desk_close(&desk);
}

/* What was read before it began, or ended, is decided by what is so then. */
static void the_next_request_is_decided_by_what_is_so_then(void **state)
{
  (void)state;
  struct desk desk;
  struct ask before;
  struct ask during;
  desk_open(&desk, POLICY);
  desk_ask(&desk, &before, CREDIT("ana", "70.00"));
  lw_str id = must_start(&desk, &(struct trial){.source = wide(&desk), .team = "care"});
  must(lw_engine_run(desk.engine, &before.change, &desk.err), &desk.err);
  assert_has(lw_buf_str(&before.change.answer), "\"policy\":2");
  desk_ask(&desk, &during, CREDIT("ben", "70.00"));
  must(finish(&desk, id, false), &desk.err);
  must(lw_engine_run(desk.engine, &during.change, &desk.err), &desk.err);
  assert_has(lw_buf_str(&during.change.answer), "\"policy\":1");
  ask_finish(&before);
  ask_finish(&during);
  desk_close(&desk);
}

static void a_share_is_drawn_once_and_stays(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  lw_str id = must_start(&desk, &(struct trial){.source = wide(&desk), .share_ppm = 500000});
  struct lw_canary canary = get(&desk, id);
  assert_int_equal(canary.n_teams, 1);
  bool care = lw_str_equal(canary.teams[0], LW_STR("care"));
  for (int i = 0; i < 3; i++) {
    lw_str ana = desk_decide(&desk, CREDIT("ana", "1.00"));
    lw_str cai = desk_decide(&desk, CREDIT("cai", "1.00"));
    assert_has(care ? ana : cai, "\"policy\":2");
    assert_has(care ? cai : ana, "\"policy\":1");
    desk_reopen(&desk, false);
  }
  must(finish(&desk, id, false), &desk.err);
  /* Never none and never all; over many trials each team has its turn. */
  unsigned turns = 0;
  for (unsigned i = 0; i < 24; i++) {
    id = must_start(&desk,
                    &(struct trial){.source = wide(&desk), .share_ppm = i % 2 != 0 ? 1 : 999999});
    canary = get(&desk, id);
    assert_int_equal(canary.n_teams, 1);
    turns += lw_str_equal(canary.teams[0], LW_STR("care"));
    must(finish(&desk, id, false), &desk.err);
  }
  assert_in_range(turns, 3, 21);
  desk_close(&desk);
}

static void two_at_once_share_neither_team_nor_variable(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  lw_str id = must_start(&desk, &(struct trial){.source = wide(&desk), .team = "care"});
  const char *other = with(&desk, "up_to: 60.00", "up_to: 65.00");
  must_refuse(
      &desk, &(struct trial){.source = other, .team = "care"}, LW_CONFLICT,
      lw_str_format(&desk.arena, "the trial %.*s (version 2, until 2026-03-09T", LW_FMT(id)).ptr);
  must_refuse(&desk, &(struct trial){.source = other, .team = "care"}, LW_CONFLICT,
              "runs for the team care already");
  must_refuse(
      &desk,
      &(struct trial){.source = with(&desk, "up_to: 50.00", "up_to: 90.00"), .team = "sales"},
      LW_CONFLICT, "small.up_to already");
  must_refuse(&desk, &(struct trial){.source = other, .team = "none"}, LW_NOT_FOUND, "\"none\"");
  must_refuse(&desk, &(struct trial){.source = other, .share_ppm = 500000}, LW_CONFLICT,
              "two teams");
  must_refuse(&desk, &(struct trial){.source = POLICY, .team = "sales"}, LW_INVALID,
              "nothing to try");
  must_refuse(
      &desk,
      &(struct trial){.source = with(&desk, "per: agent, every: day", "per: agent, every: week"),
                      .team = "sales"},
      LW_CONFLICT, "counted in two ways");
  (void)must_start(&desk, &(struct trial){.source = other, .team = "sales"});
  assert_has(desk_decide(&desk, CREDIT("ana", "70.00")), "\"policy\":2");
  assert_has(desk_decide(&desk, CREDIT("cai", "30.00")), "\"policy\":3");
  assert_int_equal(finish(&desk, id, true), LW_CONFLICT); /* the other one was compared with 1 */
  assert_int_equal(entries(&desk, "0"), 2);
  desk_close(&desk);
}

static void its_time_is_over_once_by_itself(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  lw_str id = must_start(&desk, &(struct trial){.source = wide(&desk), .team = "care", .days = 2});
  desk.clock.now += 2 * DAY - MINUTE;
  must(lw_engine_run_due(desk.engine, &desk.err), &desk.err);
  assert_has(desk_decide(&desk, CREDIT("ana", "1.00")), "\"policy\":2");
  desk.clock.now += 2 * MINUTE;
  assert_has(desk_decide(&desk, CREDIT("ana", "1.00")), "\"policy\":1"); /* nobody said so yet */
  desk_reopen(&desk, false);
  assert_has(desk_decide(&desk, CREDIT("ana", "1.00")), "\"policy\":1");
  must(lw_engine_run_due(desk.engine, &desk.err), &desk.err);
  struct lw_canary canary = get(&desk, id);
  assert_int_equal(canary.end, LW_CANARY_TIME);
  assert_has(canary.ended_by, "leeway");
  int64_t seq = (int64_t)lw_engine_seq(desk.engine);
  desk.clock.now += DAY;
  must(lw_engine_run_due(desk.engine, &desk.err), &desk.err);
  desk_reopen(&desk, false);
  must(lw_engine_run_due(desk.engine, &desk.err), &desk.err);
  assert_int_equal(lw_engine_seq(desk.engine), seq);
  desk_verify(&desk);
  desk_close(&desk);
}

static enum lw_code extend(struct desk *desk, lw_str id, lw_usec until)
{
  struct lw_canary_extend words = {.id = id, .until = until};
  struct lw_change change = {.apply = lw_canary_extend_apply, .user = &words};
  enum lw_code rc = desk_run(desk, &change);
  lw_buf_finish(&change.answer);
  return rc;
}

static void it_can_go_on_for_longer_while_it_runs(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  lw_str id = must_start(&desk, &(struct trial){.source = wide(&desk), .team = "care", .days = 2});
  lw_usec end = get(&desk, id).until;
  assert_int_equal(extend(&desk, id, end), LW_INVALID);
  assert_int_equal(extend(&desk, id, end + 366 * DAY), LW_INVALID);
  must(extend(&desk, id, end + DAY), &desk.err);
  assert_true(get(&desk, id).until == end + DAY);
  desk.clock.now += 3 * DAY - MINUTE;
  must(lw_engine_run_due(desk.engine, &desk.err), &desk.err);
  assert_has(desk_decide(&desk, CREDIT("ana", "1.00")), "\"policy\":2");
  desk_reopen(&desk, false);
  assert_has(desk_decide(&desk, CREDIT("ana", "1.00")), "\"policy\":2");
  desk.clock.now += 2 * MINUTE;
  assert_has(desk_decide(&desk, CREDIT("ana", "1.00")), "\"policy\":1");
  assert_int_equal(extend(&desk, id, end + 9 * DAY), LW_CONFLICT); /* nobody said so yet */
  must(lw_engine_run_due(desk.engine, &desk.err), &desk.err);
  assert_int_equal(get(&desk, id).end, LW_CANARY_TIME);
  assert_int_equal(extend(&desk, id, end + 9 * DAY), LW_CONFLICT);
  assert_int_equal(extend(&desk, LW_STR("tri_01kah8m0w6e4ysz4n9p3qf7x2c"), end + 9 * DAY),
                   LW_NOT_FOUND);
  desk_verify(&desk);
  desk_close(&desk);
}

static void what_it_costs_in_a_day_can_end_it(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  const struct trial trial = {.source = wide(&desk), .team = "care", .stop = "120.00"};
  lw_str id = must_start(&desk, &trial);
  assert_has(desk_decide(&desk, CREDIT("ana", "70.00")), "\"policy\":2");
  assert_has(desk_decide(&desk, CREDIT("cai", "50.00")), "\"policy\":1"); /* not on trial */
  assert_has(desk_decide(&desk, CREDIT("ben", "50.00")), "\"policy\":2"); /* just as much */
  assert_int_equal(get(&desk, id).end, LW_CANARY_RUNS);
  desk_reopen(&desk, false);
  desk.clock.now += DAY; /* another day begins at nothing */
  assert_has(desk_decide(&desk, CREDIT("ana", "70.00")), "granted");
  lw_str last = desk_decide(&desk, CREDIT("ben", "51.00"));
  assert_has(last, "\"policy\":2");
  assert_has(last, "granted");
  assert_int_equal(get(&desk, id).end, LW_CANARY_COST);
  assert_has(get(&desk, id).ended_by, "leeway");
  assert_has(desk_decide(&desk, CREDIT("ana", "1.00")), "\"policy\":1");
  desk_verify(&desk);
  desk_close(&desk);
}

static void kept_it_is_live_for_everybody(void **state)
{
  (void)state;
  struct desk desk;
  struct lw_change change = {0};
  desk_open(&desk, POLICY);
  lw_str id = must_start(&desk, &(struct trial){.source = wide(&desk), .team = "care"});
  assert_int_equal(desk_publish(&desk, with(&desk, "up_to: 60.00", "up_to: 61.00"), false, &change),
                   LW_CONFLICT);
  assert_has(lw_str_c(desk.err.text), "what it is compared with would change");
  must(finish(&desk, id, true), &desk.err);
  assert_has(desk_decide(&desk, CREDIT("cai", "70.00")), "\"policy\":2");
  struct lw_publish_rollback rollback = {0};
  change = (struct lw_change){.apply = lw_publish_rollback_apply, .user = &rollback};
  must(desk_run(&desk, &change), &desk.err); /* one act back to what was live before */
  assert_has(desk_decide(&desk, CREDIT("cai", "1.00")), "\"policy\":1");
  must_start(&desk, &(struct trial){.source = wide(&desk), .team = "care", .version = 2});
  assert_has(desk_decide(&desk, CREDIT("ben", "70.00")), "\"policy\":2");
  assert_int_equal(desk_number(&desk, "SELECT count(*) FROM policy_version"), 2);
  rollback.number = 2; /* going back is never held up */
  must(desk_run(&desk, &change), &desk.err);
  assert_int_equal(entries(&desk, "0"), 0);
  assert_int_equal(entries(&desk, "6"), 1);
  assert_has(desk_decide(&desk, CREDIT("cai", "1.00")), "\"policy\":2");
  lw_buf_finish(&change.answer);
  desk_verify(&desk);
  desk_close(&desk);
}

/* A hold that began under the trial gives back what it drew when the trial is over. */
static void a_hold_outlives_the_trial(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  lw_str id = must_start(&desk, &(struct trial){.source = wide(&desk), .team = "care"});
  lw_str held = desk_decide(&desk, "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"70.00\","
                                   "\"hold\":\"5m\"}");
  assert_has(held, "\"rep-day\":\"30.00\"");
  must(finish(&desk, id, false), &desk.err);
  assert_has(desk_decide(&desk, CREDIT("ana", "40.00")), "ask"); /* the rows are the same ones */
  desk.clock.now += 6 * MINUTE;
  must(lw_engine_run_due(desk.engine, &desk.err), &desk.err);
  assert_has(desk_decide(&desk, CREDIT("ana", "40.00")), "\"rep-day\":\"60.00\"");
  desk_verify(&desk);
  desk_close(&desk);
}

/* --- many at once --- */

enum { THREADS = 4, EACH = 60 };

struct agent {
  struct desk *desk;
  const char *id;
  unsigned granted;
};

static void *spend(void *user)
{
  struct agent *agent = user;
  struct lw_json_reader *reader = lw_json_reader_create(NULL);
  for (int i = 0; i < EACH; i++) {
    struct lw_arena arena;
    struct lw_order order;
    struct lw_error err;
    const struct lw_value *value = NULL;
    lw_arena_init(&arena, NULL, 0);
    struct lw_faults faults = {.arena = &arena};
    const struct lw_order_options options = {.now = AT_START};
    lw_str text = lw_str_format(&arena, CREDIT("%s", "10.00"), agent->id);
    const struct lw_snapshot *snapshot = lw_engine_snapshot(agent->desk->engine);
    assert_int_equal(lw_json_read(reader, &arena, text, NULL, &value, &err), LW_OK);
    assert_true(lw_order_read(snapshot, value, &options, &arena, &order, &faults));
    lw_snapshot_unref(snapshot);
    struct lw_change change = {.apply = lw_order_apply,
                               .user = &order,
                               .arena = &arena,
                               .actor = LW_STR("tester"),
                               .bare = true,
                               .keeps_own_key = true};
    assert_int_equal(lw_engine_run(agent->desk->engine, &change, &err), LW_OK);
    agent->granted += has(lw_buf_str(&change.answer), "\"verdict\":\"granted\"");
    lw_buf_finish(&change.answer);
    lw_order_finish(&order);
    lw_arena_finish(&arena);
  }
  lw_json_reader_destroy(reader);
  return NULL;
}

/* One budget for all, agents of both versions at once: together no more than its limit. */
static void versions_draw_from_one_budget(void **state)
{
  (void)state;
  struct desk desk;
  const char *tight = "  all: {per: organization, amount: 1000.00, times: 50000}\n";
  desk_open(&desk, NULL);
  const char *base =
      with(&desk, "  all: {per: organization, amount: 5000.00, times: 50000}\n", tight);
  lw_str source = lw_str_c(base);
  size_t at = lw_str_find(source, LW_STR("draws: [rep-day, team-month, all]"), 0);
  assert_true(at != SIZE_MAX);
  lw_str live = lw_str_format(&desk.arena, "%.*sdraws: [all]%.*s", (int)at, base,
                              LW_FMT(lw_str_slice(source, at + 33, SIZE_MAX)));
  desk_must_publish(&desk, live.ptr);
  at = lw_str_find(live, LW_STR("up_to: 50.00"), 0);
  lw_str tried = lw_str_format(&desk.arena, "%.*sup_to: 80.00%.*s", (int)at, live.ptr,
                               LW_FMT(lw_str_slice(live, at + 12, SIZE_MAX)));
  (void)must_start(&desk, &(struct trial){.source = tried.ptr, .team = "care"});
  desk_reopen(&desk, true);
  pthread_t threads[THREADS];
  struct agent agents[THREADS] = {
      {&desk, "ana", 0}, {&desk, "cai", 0}, {&desk, "ben", 0}, {&desk, "cai", 0}};
  unsigned granted = 0;
  for (size_t i = 0; i < THREADS; i++) {
    assert_int_equal(pthread_create(&threads[i], NULL, spend, &agents[i]), 0);
  }
  for (size_t i = 0; i < THREADS; i++) {
    (void)pthread_join(threads[i], NULL);
    granted += agents[i].granted;
  }
  assert_int_equal(granted, 100); /* of 240 that asked for 10.00 */
  desk_verify(&desk);
  desk_close(&desk);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(some_teams_have_it_and_the_others_do_not),
      cmocka_unit_test(the_next_request_is_decided_by_what_is_so_then),
      cmocka_unit_test(a_share_is_drawn_once_and_stays),
      cmocka_unit_test(two_at_once_share_neither_team_nor_variable),
      cmocka_unit_test(its_time_is_over_once_by_itself),
      cmocka_unit_test(it_can_go_on_for_longer_while_it_runs),
      cmocka_unit_test(what_it_costs_in_a_day_can_end_it),
      cmocka_unit_test(kept_it_is_live_for_everybody),
      cmocka_unit_test(a_hold_outlives_the_trial),
      cmocka_unit_test(versions_draw_from_one_budget),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
