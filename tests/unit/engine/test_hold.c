/* Holds and decisions taken back: what can become of a decision, and what its budgets get back. */
#include "engine_test.h"

#define HELD(amount)                                                                               \
  "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"" amount "\",\"hold\":\"5m\"}"
#define UNDO(amount, time)                                                                         \
  "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"" amount "\",\"undo\":\"" time "\"}"
#define GRANTED(amount) "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"" amount "\"}"
#define DRAWN           "SELECT coalesce(sum(amount), 0) FROM drawn"
#define TIMES           "SELECT coalesce(sum(times), 0) FROM drawn"

enum move { CONFIRM, RELEASE, REVERSE };

struct step {
  enum move move;
  lw_id id;
  int64_t minor;
};

static enum lw_code apply_step(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err)
{
  const struct step *step = change->user;
  switch (step->move) {
  case CONFIRM: return lw_decision_confirm(batch, change, step->id, step->minor, err);
  case RELEASE: return lw_decision_release(batch, change, step->id, err);
  case REVERSE: return lw_decision_reverse(batch, change, step->id, LW_STR("a mistake"), err);
  }
  return LW_OK;
}

/* The answer, or "CODE: text". */
static lw_str desk_move(struct desk *desk, enum move move, lw_id id, int64_t minor)
{
  struct step step = {move, id, minor};
  struct lw_change change = {.apply = apply_step, .user = &step, .actor = LW_STR("leo")};
  enum lw_code rc = desk_run(desk, &change);
  lw_str answer = rc == LW_OK
                      ? lw_str_copy(&desk->arena, lw_buf_str(&change.answer))
                      : lw_str_format(&desk->arena, "%s: %s", lw_code_name(rc), desk->err.text);
  lw_buf_finish(&change.answer);
  return answer;
}

static void a_hold_sets_aside_and_is_confirmed(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  lw_str held = desk_decide(&desk, HELD("40.00"));
  assert_has(held, "\"hold\":{\"until\":\"2026-03-02T10:05:00Z\"}");
  assert_int_equal(desk_number(&desk, DRAWN), 12000);
  lw_str answer = desk_move(&desk, CONFIRM, id_of(held), -1);
  assert_has(answer, "\"state\":\"final\",\"stands_at\":\"40.00\"");
  assert_has(answer, "\"settled\":{\"at\":\"2026-03-02T10:00:00Z\",\"by\":\"leo\"}");
  assert_int_equal(desk_number(&desk, DRAWN), 12000);
  assert_has(desk_move(&desk, CONFIRM, id_of(held), -1), "CONFLICT: it was confirmed at 2026");
  assert_has(desk_move(&desk, RELEASE, id_of(held), -1), "CONFLICT: it was confirmed at 2026");
  desk_verify(&desk);
  desk_close(&desk);
}

static void a_part_confirmed_gives_the_rest_back(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  lw_str held = desk_decide(&desk, HELD("40.00"));
  assert_has(desk_move(&desk, CONFIRM, id_of(held), 4001), "INVALID: more than was set aside");
  assert_has(desk_move(&desk, CONFIRM, id_of(held), 0), "INVALID: nothing of it");
  assert_has(desk_move(&desk, CONFIRM, id_of(held), 1500), "\"stands_at\":\"15.00\"");
  assert_int_equal(desk_number(&desk, DRAWN), 4500);
  assert_int_equal(desk_number(&desk, TIMES), 3);
  assert_has(desk_decide(&desk, GRANTED("50.00")), "\"rep-day\":\"35.00\"");
  lw_str back = desk_move(&desk, REVERSE, id_of(held), -1);
  assert_has(back, "\"state\":\"reversed\",\"stands_at\":\"0.00\",\"reversal\":{\"at\"");
  assert_int_equal(desk_number(&desk, DRAWN), 15000);
  assert_int_equal(desk_number(&desk, TIMES), 3);
  desk_verify(&desk);
  desk_close(&desk);
}

static void a_hold_let_go_gives_all_back(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  lw_str held = desk_decide(&desk, HELD("40.00"));
  assert_has(desk_move(&desk, REVERSE, id_of(held), -1), "CONFLICT: it is only set aside");
  assert_has(desk_move(&desk, RELEASE, id_of(held), -1), "\"state\":\"released\"");
  assert_int_equal(desk_number(&desk, DRAWN), 0);
  assert_has(desk_move(&desk, RELEASE, id_of(held), -1), "CONFLICT: it was let go");
  assert_has(desk_decide(&desk, GRANTED("50.00")), "\"rep-day\":\"50.00\"");
  desk_verify(&desk);
  desk_close(&desk);
}

static void a_hold_lapses_once_also_when_the_clock_jumps(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  lw_str one = desk_decide(&desk, HELD("40.00"));
  desk.clock.now += 2 * MINUTE;
  lw_str two = desk_decide(&desk, HELD("10.00"));
  must(lw_engine_run_due(desk.engine, &desk.err), &desk.err);
  assert_int_equal(desk_number(&desk, DRAWN), 15000);
  desk.clock.now += 3 * MINUTE; /* exactly the end of the first */
  assert_has(desk_move(&desk, CONFIRM, id_of(one), -1), "EXPIRED: the time");
  must(lw_engine_run_due(desk.engine, &desk.err), &desk.err);
  assert_int_equal(desk_number(&desk, DRAWN), 3000);
  desk.clock.now -= 60 * MINUTE;
  must(lw_engine_run_due(desk.engine, &desk.err), &desk.err);
  desk_reopen(&desk, false);
  must(lw_engine_run_due(desk.engine, &desk.err), &desk.err);
  assert_int_equal(desk_number(&desk, DRAWN), 3000);
  assert_has(desk_move(&desk, CONFIRM, id_of(one), -1), "CONFLICT: its time ran out");
  desk.clock.now += 120 * MINUTE;
  must(lw_engine_run_due(desk.engine, &desk.err), &desk.err);
  assert_int_equal(desk_number(&desk, DRAWN), 0);
  assert_has(desk_move(&desk, RELEASE, id_of(two), -1), "CONFLICT: its time ran out");
  desk_verify(&desk);
  desk_close(&desk);
}

static void a_decision_taken_back_returns_to_its_own_window(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  lw_str granted = desk_decide(&desk, GRANTED("50.00"));
  desk.clock.now += (lw_usec)24 * 60 * MINUTE;
  assert_has(desk_decide(&desk, GRANTED("30.00")), "\"rep-day\":\"70.00\"");
  assert_has(desk_move(&desk, REVERSE, id_of(granted), -1), "\"state\":\"reversed\"");
  /* Yesterday's budget got it back, today's did not; the month's and the one for good did. */
  assert_has(desk_decide(&desk, GRANTED("10.00")),
             "\"rep-day\":\"60.00\",\"team-month\":\"960.00\"");
  assert_has(desk_move(&desk, REVERSE, id_of(granted), -1), "CONFLICT: it was taken back");
  desk_verify(&desk);
  desk_close(&desk);
}

static void what_was_not_granted_can_not_be_finished(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  lw_str asked = desk_decide(&desk, HELD("400.00"));
  assert_has(asked, "\"verdict\":\"ask\"");
  assert_false(has(asked, "\"hold\""));
  assert_has(desk_move(&desk, CONFIRM, id_of(asked), -1), "CONFLICT: nothing was granted");
  assert_has(desk_move(&desk, REVERSE, id_of(asked), -1), "CONFLICT: nothing was granted");
  lw_str granted = desk_decide(&desk, GRANTED("1.00"));
  assert_has(desk_move(&desk, CONFIRM, id_of(granted), -1), "CONFLICT: it is no hold");
  lw_id stranger = id_of(granted);
  stranger.bytes[15] ^= 1;
  assert_has(desk_move(&desk, CONFIRM, stranger, -1), "NOT_FOUND");
  desk_close(&desk);
}

static void a_changed_budget_gets_nothing_back_and_the_journal_agrees(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  lw_str granted = desk_decide(&desk, GRANTED("50.00"));
  desk_must_publish(&desk, "leeway: 1\norganization: Aurora\ncurrency: USD\ntiers: [frontline]\n"
                           "actions: {credit: {kind: money}}\ntime_zone: Australia/Sydney\n"
                           "budgets:\n  rep-day: {per: agent, every: week, amount: 70.00}\n"
                           "grants: [{id: g, may: [credit], draws: [rep-day]}]\n");
  assert_has(desk_decide(&desk, GRANTED("60.00")), "\"rep-day\":\"10.00\"");
  assert_has(desk_move(&desk, REVERSE, id_of(granted), -1), "\"state\":\"reversed\"");
  assert_has(desk_decide(&desk, GRANTED("10.01")), "refused");
  assert_has(desk_decide(&desk, GRANTED("10.00")), "\"rep-day\":\"0.00\"");
  desk_verify(&desk);
  desk_close(&desk);
}

/* The other end of a hold: nobody has to come back for it to be given. */
static void what_can_be_undone_is_given_when_its_time_is_over(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  lw_str one = desk_decide(&desk, UNDO("40.00", "8s"));
  assert_has(one, "\"hold\":{\"until\":\"2026-03-02T10:00:08Z\",\"then\":\"confirm\"}");
  lw_str two = desk_decide(&desk, UNDO("10.00", "8s"));
  lw_str all = desk_decide(&desk, UNDO("5.00", "8s"));
  assert_int_equal(desk_number(&desk, DRAWN), 3 * 5500);
  desk.clock.now += 7900 * 1000;
  must(lw_engine_run_due(desk.engine, &desk.err), &desk.err);
  assert_has(desk_move(&desk, RELEASE, id_of(one), -1), "\"state\":\"released\"");
  assert_has(desk_move(&desk, CONFIRM, id_of(all), -1), "\"state\":\"final\"");
  assert_int_equal(desk_number(&desk, DRAWN), 3 * 1500);
  desk_reopen(&desk, false);
  desk.clock.now += 100 * 1000; /* exactly its end: too late, though nobody has looked yet */
  assert_has(desk_move(&desk, RELEASE, id_of(two), -1), "CONFLICT: the time in which");
  assert_has(desk_move(&desk, CONFIRM, id_of(two), 100), "EXPIRED: the time");
  must(lw_engine_run_due(desk.engine, &desk.err), &desk.err);
  assert_int_equal(desk_number(&desk, DRAWN), 3 * 1500);
  assert_has(desk_move(&desk, RELEASE, id_of(two), -1),
             "CONFLICT: it was confirmed at 2026-03-02T10:00:08Z by leeway");
  assert_has(desk_move(&desk, REVERSE, id_of(two), -1), "\"state\":\"reversed\"");
  assert_int_equal(desk_number(&desk, DRAWN), 3 * 500);
  desk_verify(&desk);
  desk_close(&desk);
}

static void undoing_again_and_again_leaves_budgets_as_they_were(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  for (int i = 0; i < 200; i++) {
    lw_str held = desk_decide(&desk, UNDO("50.00", "60s"));
    assert_has(held, "\"verdict\":\"granted\"");
    assert_has(desk_move(&desk, RELEASE, id_of(held), -1), "\"state\":\"released\"");
    desk.clock.now += 10 * 1000;
  }
  assert_int_equal(desk_number(&desk, DRAWN), 0);
  assert_int_equal(desk_number(&desk, TIMES), 0);
  desk_verify(&desk);
  desk_close(&desk);
}

static void what_undo_takes_is_said(void **state)
{
  (void)state;
  static const struct {
    const char *members;
    const char *fault;
  } rows[] = {
      {"\"undo\":\"61s\"", "undo: is longer than the 60 seconds"},
      {"\"undo\":\"60001ms\"", "undo: is longer than the 60 seconds"},
      {"\"undo\":\"500ms\"", "undo: must be a second or more"},
      {"\"undo\":8", "undo: must be a duration"},
      {"\"undo\":\"8s\",\"hold\":\"5m\"", "undo: is not for a hold"},
      {"\"hold\":\"25h\"", "hold: is longer than the 24 hours"},
      {"\"undo\":null,\"hold\":\"5m\"", NULL},
      {"\"undo\":\"8s\",\"hold\":null", NULL},
      {"\"undo\":\"60s\"", NULL},
      {"\"detail\":true", "detail: "}, /* of options alone */
  };
  struct desk desk;
  struct ask ask;
  desk_open(&desk, POLICY);
  const struct lw_order_options options = {.now = AT_START};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char json[256];
    (void)snprintf(json, sizeof json,
                   "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"1.00\",%s}",
                   rows[i].members);
    bool read = ask_read(&desk, &ask, json, &options);
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

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_hold_sets_aside_and_is_confirmed),
      cmocka_unit_test(a_part_confirmed_gives_the_rest_back),
      cmocka_unit_test(a_hold_let_go_gives_all_back),
      cmocka_unit_test(a_hold_lapses_once_also_when_the_clock_jumps),
      cmocka_unit_test(a_decision_taken_back_returns_to_its_own_window),
      cmocka_unit_test(what_was_not_granted_can_not_be_finished),
      cmocka_unit_test(what_can_be_undone_is_given_when_its_time_is_over),
      cmocka_unit_test(undoing_again_and_again_leaves_budgets_as_they_were),
      cmocka_unit_test(what_undo_takes_is_said),
      cmocka_unit_test(a_changed_budget_gets_nothing_back_and_the_journal_agrees),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
