/* Pulse surveys on a real engine: each counts once, nobody can be found, and what is shown is of
 * five and more. */
#include "listen/pulse.h"

#define WORLD_MIGRATIONS lw_listen_migrations
#include "../desk/world.h"

/* care: ana, bob, tom, tess and five more; billing: lou and two more; ops: max, mia and four; an AI
 * agent in care, who is not asked. */
#define MORE                                                                                       \
  "INSERT INTO person (id, name, email, team, tier, kind, manager, roles, version) VALUES "        \
  "('c1', '', '', 'care', 'frontline', 'human', '', 0, 1),"                                        \
  "('c2', '', '', 'care', 'frontline', 'human', '', 0, 1),"                                        \
  "('c3', '', '', 'care', 'frontline', 'human', '', 0, 1),"                                        \
  "('c4', '', '', 'care', 'frontline', 'human', '', 0, 1),"                                        \
  "('b1', '', '', 'billing', 'frontline', 'human', '', 0, 1),"                                     \
  "('b2', '', '', 'billing', 'frontline', 'human', '', 0, 1),"                                     \
  "('o1', '', '', 'ops', 'frontline', 'human', '', 8, 1),"                                         \
  "('o2', '', '', 'ops', 'frontline', 'human', '', 0, 1),"                                         \
  "('o3', '', '', 'ops', 'frontline', 'human', '', 0, 1),"                                         \
  "('o4', '', '', 'ops', 'frontline', 'human', '', 0, 1),"                                         \
  "('bot', '', '', 'care', 'frontline', 'ai', '', 0, 1);"

static const char *const asked[] = {"ana", "bob", "tom", "tess", "c1", "c2", "c3", "c4", "lou",
                                    "b1",  "b2",  "max", "mia",  "o1", "o2", "o3", "o4"};
enum { ASKED = sizeof asked / sizeof asked[0] };

#define DAY     (LW_SECONDS_PER_DAY * SECOND)
#define ANSWERS "{\"make-right\":4,\"answer-in-time\":2,\"heard\":5,\"plan\":1,\"again\":3}"

static void begin(struct world *world)
{
  world_open(world, POLICY_REFUSE);
  world_sql(world, MORE);
}

static lw_str open_at(struct world *world, const char *who, const char *team,
                      enum lw_pulse_repeat repeat, lw_usec starts_at)
{
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world->engine);
  struct lw_caller caller = caller_of(snapshot, who);
  struct lw_pulse_opening opening = {.caller = &caller,
                                     .team = lw_str_c(team),
                                     .words = parse(world, "\"What first?\""),
                                     .starts_at = starts_at,
                                     .repeat = repeat};
  (void)world_run(world, lw_pulse_open, &opening, who);
  lw_snapshot_unref(snapshot);
  return world->code == LW_OK ? member(world, "id") : LW_STR("");
}

static lw_str open_as(struct world *world, const char *who, const char *team,
                      enum lw_pulse_repeat repeat)
{
  return open_at(world, who, team, repeat, 0);
}

static enum lw_code say(struct world *world, const char *who, lw_str round, const char *answers,
                        const char *words)
{
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world->engine);
  struct lw_caller caller = caller_of(snapshot, who);
  struct lw_pulse_answer answer = {.caller = &caller,
                                   .round = round,
                                   .answers = parse(world, answers),
                                   .words = lw_str_c(words)};
  (void)world_run(world, lw_pulse_take, &answer, who);
  lw_snapshot_unref(snapshot);
  return world->code;
}

static enum lw_code close_as(struct world *world, const char *who, lw_str round, bool last)
{
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world->engine);
  struct lw_caller caller = caller_of(snapshot, who);
  struct lw_pulse_closing closing = {.caller = &caller, .round = round, .last = last};
  (void)world_run(world, lw_pulse_close, &closing, who);
  lw_snapshot_unref(snapshot);
  return world->code;
}

/* What `who` (NULL: the command line) is told of a round, or of theirs; in world->out. */
static enum lw_code look(struct world *world, const char *who, lw_str round)
{
  struct lw_db *db = NULL;
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world->engine);
  struct lw_caller caller = {0};
  if (who != NULL) {
    caller = caller_of(snapshot, who);
  }
  assert_int_equal(lw_engine_reader(world->engine, &db, &world->err), LW_OK);
  const struct lw_pulse_reader reader = {.db = db,
                                         .snapshot = snapshot,
                                         .caller = who != NULL ? &caller : NULL,
                                         .json = world->json,
                                         .arena = &world->arena,
                                         .now = world_now(&world->now)};
  lw_buf_reset(&world->out);
  world->code = round.len != 0 ? lw_pulse_get(&reader, round, &world->out, &world->err)
                               : lw_pulse_mine(&reader, &world->out, &world->err);
  lw_engine_reader_done(world->engine, db);
  lw_snapshot_unref(snapshot);
  return world->code;
}

static enum lw_code pulse_due(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err)
{
  return lw_pulses_due.apply(batch, change, change->user, err);
}

static lw_usec run_due(struct world *world)
{
  lw_usec next = 0;
  assert_int_equal(world_run(world, pulse_due, &next, "leeway"), LW_OK);
  return next;
}

#define ANSWERED  "SELECT count(*) FROM pulse_answered"
#define TALLIES   "SELECT count(*) FROM pulse_tally"
#define SUM       "SELECT coalesce(sum(answers), 0) FROM pulse_tally"
#define KEPT_KEYS "SELECT count(*) FROM key_answer"

static void each_counts_once_and_leaves_nothing_in_the_journal(void **state)
{
  struct world world;
  (void)state;
  begin(&world);
  lw_str round = open_as(&world, "o1", "", LW_PULSE_ONCE);
  expect(&world, LW_OK, "\"state\":\"running\"");
  expect(&world, LW_OK, "\"asked\":17,\"answered\":0");
  uint64_t entries = lw_engine_seq(world.engine);
  for (int i = 0; i < ASKED; i++) {
    assert_int_equal(say(&world, asked[i], round, ANSWERS, i % 3 == 0 ? "The forms." : ""), LW_OK);
    assert_int_equal(world.status, 201);
    assert_int_equal(say(&world, asked[i], round, ANSWERS, "Twice."), LW_OK);
    assert_int_equal(world.status, 200);
    expect(&world, LW_OK, "\"answered\":true");
  }
  assert_int_equal(lw_engine_seq(world.engine), entries);
  assert_int_equal(number(&world, ANSWERED), ASKED);
  assert_int_equal(number(&world, TALLIES), 3); /* a row a team, however many answer */
  assert_int_equal(number(&world, SUM), ASKED);
  assert_int_equal(number(&world, KEPT_KEYS), 0);
  /* Until it is closed nobody is told more than how many. */
  assert_int_equal(look(&world, "o1", round), LW_OK);
  assert_true(has(&world, "\"answered\":17") && !has(&world, "results") && !has(&world, "counts") &&
              !has(&world, "forms"));
  world_close(&world);
}

static void closing_shows_groups_of_five_and_forgets_the_rest(void **state)
{
  struct world world;
  (void)state;
  begin(&world);
  lw_str round = open_as(&world, "o1", "", LW_PULSE_ONCE);
  for (int i = 0; i < ASKED; i++) {
    assert_int_equal(say(&world, asked[i], round, ANSWERS, ""), LW_OK);
  }
  assert_int_equal(close_as(&world, "o1", round, false), LW_OK);
  assert_int_equal(number(&world, ANSWERED) + number(&world, TALLIES), 0);
  assert_int_equal(look(&world, NULL, round), LW_OK);
  /* billing has three answers: it is not shown, nor is ops, which with all and care would tell. */
  assert_true(has(&world, "\"asked\":17,\"answered\":17,\"hidden\":2"));
  assert_true(has(&world, "\"whole\":true,\"answers\":17"));
  assert_true(has(&world, "\"team\":\"care\",\"name\":\"Care\",\"whole\":false,\"answers\":8"));
  assert_true(!has(&world, "billing") && !has(&world, "\"team\":\"ops\""));
  assert_true(has(&world, "\"counts\":[0,0,0,17,0],\"mean\":{\"value\":4.00"));
  /* A lead sees the whole and their team; who is asked, the whole; who is not, nothing. */
  assert_int_equal(look(&world, "tom", round), LW_OK);
  assert_true(has(&world, "\"whole\":true") && has(&world, "\"team\":\"care\""));
  assert_int_equal(look(&world, "lou", round), LW_OK);
  assert_true(has(&world, "\"whole\":true") && !has(&world, "\"team\":\"care\""));
  assert_int_equal(look(&world, "ana", round), LW_OK);
  assert_true(has(&world, "\"whole\":true") && !has(&world, "\"team\":\"care\""));
  assert_int_equal(look(&world, "bot", round), LW_NOT_FOUND);
  assert_int_equal(close_as(&world, "o1", round, false), LW_CONFLICT);
  assert_int_equal(say(&world, "ana", round, ANSWERS, ""), LW_CONFLICT);
  world_close(&world);
}

static void fewer_than_five_answers_are_not_shown_at_all(void **state)
{
  struct world world;
  (void)state;
  begin(&world);
  lw_str round = open_as(&world, "o1", "", LW_PULSE_ONCE);
  for (int i = 0; i < 4; i++) {
    assert_int_equal(say(&world, asked[i], round, ANSWERS, "Too quiet here."), LW_OK);
  }
  assert_int_equal(close_as(&world, "o1", round, false), LW_OK);
  assert_int_equal(look(&world, NULL, round), LW_OK);
  assert_true(has(&world, "\"answered\":4") && has(&world, "\"groups\":[]"));
  assert_int_equal(number(&world, "SELECT count(*) FROM text WHERE body LIKE '%quiet%'"), 0);
  world_close(&world);
}

/* Texts go with the smallest group that is shown, without whoever wrote them. */
static void texts_belong_to_a_group_and_to_nobody(void **state)
{
  struct world world;
  (void)state;
  begin(&world);
  lw_str round = open_as(&world, "o1", "", LW_PULSE_ONCE);
  for (int i = 0; i < ASKED; i++) {
    const char *words = i == 0 ? "From care." : i == 8 ? "From billing." : "";
    assert_int_equal(say(&world, asked[i], round, ANSWERS, words), LW_OK);
  }
  assert_int_equal(close_as(&world, "o1", round, false), LW_OK);
  assert_int_equal(
      number(&world,
             "SELECT count(*) FROM text WHERE kind = 'pulse' AND coalesce(person, '') = ''"),
      2);
  assert_int_equal(number(&world, "SELECT count(*) FROM text WHERE kind = 'pulse'"), 2);
  assert_int_equal(look(&world, "tom", round), LW_OK);
  assert_true(has(&world, "From care.") && !has(&world, "From billing."));
  assert_int_equal(look(&world, "o1", round), LW_OK);
  assert_true(has(&world, "From care.") && has(&world, "From billing."));
  assert_int_equal(look(&world, "ana", round), LW_OK);
  assert_true(!has(&world, "From "));
  world_close(&world);
}

static void a_refused_answer_leaves_neither_half(void **state)
{
  struct world world;
  (void)state;
  begin(&world);
  lw_str round = open_as(&world, "o1", "", LW_PULSE_ONCE);
  assert_int_equal(say(&world, "ana", round, "{\"make-right\":4}", ""), LW_INVALID);
  assert_int_equal(number(&world, ANSWERED) + number(&world, TALLIES), 0);
  struct lw_buf full = {0};
  LW_BUF_LIT(&full, "INSERT INTO pulse_tally (round, team, answers, counts, texts) SELECT id, "
                    "'care', 0, '', '[");
  for (int i = 0; i < LW_PULSE_TEXTS_MAX; i++) {
    lw_buf_add_c(&full, i != 0 ? ",\"x\"" : "\"x\"");
  }
  LW_BUF_LIT(&full, "]' FROM pulse_round");
  lw_buf_add_char(&full, '\0');
  world_sql(&world, full.ptr);
  lw_buf_finish(&full);
  assert_int_equal(say(&world, "ana", round, ANSWERS, "One too many."), LW_LIMIT);
  assert_int_equal(number(&world, ANSWERED), 0); /* which was written before it was refused */
  assert_int_equal(number(&world, SUM), 0);
  assert_int_equal(say(&world, "ana", round, ANSWERS, ""), LW_OK);
  assert_int_equal(number(&world, ANSWERED), 1);
  assert_int_equal(number(&world, SUM), 1);
  world_close(&world);
}

static void people_are_asked_and_leads_ask_their_own(void **state)
{
  struct world world;
  (void)state;
  begin(&world);
  (void)open_as(&world, "ana", "care", LW_PULSE_ONCE);
  expect(&world, LW_FORBIDDEN, "not yours to ask");
  (void)open_as(&world, "tom", "", LW_PULSE_ONCE);
  expect(&world, LW_FORBIDDEN, "not yours to ask");
  (void)open_as(&world, "tom", "ops", LW_PULSE_ONCE);
  expect(&world, LW_FORBIDDEN, "not yours to ask");
  (void)open_as(&world, "lou", "billing", LW_PULSE_ONCE);
  expect(&world, LW_INVALID, "these are 3");
  (void)open_as(&world, "o1", "nowhere", LW_PULSE_ONCE);
  expect(&world, LW_INVALID, "there is no team");
  lw_str round = open_as(&world, "tom", "care", LW_PULSE_ONCE);
  expect(&world, LW_OK, "\"asked\":8");
  (void)open_as(&world, "o1", "", LW_PULSE_ONCE);
  expect(&world, LW_CONFLICT, "asked in another pulse");
  assert_int_equal(say(&world, "bot", round, ANSWERS, ""), LW_NOT_FOUND);
  assert_int_equal(say(&world, "lou", round, ANSWERS, ""), LW_NOT_FOUND);
  assert_int_equal(close_as(&world, "lou", round, false), LW_NOT_FOUND);
  assert_int_equal(close_as(&world, "ana", round, false), LW_FORBIDDEN);
  assert_int_equal(close_as(&world, "tess", round, false), LW_OK);
  (void)open_as(&world, "o1", "", LW_PULSE_ONCE);
  assert_int_equal(world.code, LW_OK);
  world_close(&world);
}

static void its_end_closes_it_and_opens_the_next_which_is_compared(void **state)
{
  struct world world;
  (void)state;
  begin(&world); /* 2 March */
  lw_str first = open_as(&world, "o1", "", LW_PULSE_MONTHLY);
  for (int i = 0; i < ASKED; i++) {
    assert_int_equal(say(&world, asked[i], first, ANSWERS, ""), LW_OK);
  }
  assert_true(run_due(&world) == world.now + 14 * DAY);
  world_restart(&world);
  world.now += 15 * DAY;
  while (run_due(&world) <= world.now) {
  }
  assert_int_equal(look(&world, NULL, first), LW_OK);
  assert_true(has(&world, "\"state\":\"closed\"") && has(&world, "\"next\":\"pls_"));
  const struct lw_value *results = lw_value_get(
      parse(&world, lw_str_format(&world.arena, "%.*s%c", LW_FMT(lw_buf_str(&world.out)), 0).ptr),
      LW_STR("results"));
  lw_str second = lw_value_get(results, LW_STR("next"))->text;
  assert_int_equal(look(&world, NULL, second), LW_OK);
  assert_true(has(&world, "\"state\":\"planned\"") && has(&world, "2026-04-02T10:00:00Z"));
  assert_int_equal(say(&world, "ana", second, ANSWERS, ""), LW_CONFLICT);
  world.now += 17 * DAY;
  for (int i = 0; i < ASKED; i++) {
    assert_int_equal(
        say(&world, asked[i], second,
            "{\"make-right\":5,\"answer-in-time\":2,\"heard\":5,\"plan\":1,\"again\":3}", ""),
        LW_OK);
  }
  assert_int_equal(close_as(&world, "o1", second, true), LW_OK);
  assert_int_equal(look(&world, NULL, second), LW_OK);
  assert_true(has(&world, "\"before\":\"pls_") && !has(&world, "\"next\"") &&
              has(&world, "\"change\":{\"value\":1.00"));
  assert_true(run_due(&world) == INT64_MAX);
  world_close(&world);
}

static void the_next_one_lets_pass_a_month_in_which_somebody_else_asks_these_people(void **state)
{
  struct world world;
  (void)state;
  begin(&world); /* 2 March */
  lw_str first = open_as(&world, "o1", "", LW_PULSE_MONTHLY);
  (void)open_at(&world, "tom", "care", LW_PULSE_ONCE, world.now + 39 * DAY); /* 10 April */
  expect(&world, LW_OK, "2026-04-10T10:00:00Z");
  assert_int_equal(close_as(&world, "o1", first, false), LW_OK);
  assert_int_equal(look(&world, NULL, first), LW_OK);
  lw_str shown = lw_str_copy(&world.arena, lw_buf_str(&world.out));
  const char *text = lw_str_format(&world.arena, "%.*s%c", LW_FMT(shown), 0).ptr;
  const struct lw_value *results = lw_value_get(parse(&world, text), LW_STR("results"));
  assert_int_equal(look(&world, NULL, lw_value_get(results, LW_STR("next"))->text), LW_OK);
  assert_true(has(&world, "\"state\":\"planned\"") && has(&world, "2026-05-02T10:00:00Z"));
  world_close(&world);
}

static enum lw_code erase(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  return lw_pulse_erase(batch->db, lw_str_c(change->user), err);
}

static void erasing_somebody_leaves_the_sums(void **state)
{
  struct world world;
  char ana[] = "ana";
  (void)state;
  begin(&world);
  lw_str round = open_as(&world, "o1", "", LW_PULSE_ONCE);
  for (int i = 0; i < ASKED; i++) {
    assert_int_equal(say(&world, asked[i], round, ANSWERS, ""), LW_OK);
  }
  assert_int_equal(world_run(&world, erase, ana, "cli"), LW_OK);
  assert_int_equal(number(&world, "SELECT count(*) FROM pulse_answered WHERE person = 'ana'"), 0);
  assert_int_equal(number(&world, SUM), ASKED);
  world_close(&world);
}

static void a_card_is_put_off(void **state)
{
  struct world world;
  (void)state;
  begin(&world);
  lw_str round = open_as(&world, "o1", "", LW_PULSE_ONCE);
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world.engine);
  struct lw_caller caller = caller_of(snapshot, "ana");
  struct lw_pulse_later later = {.caller = &caller, .round = round};
  assert_int_equal(look(&world, "ana", LW_STR("")), LW_OK);
  assert_true(has(&world, "\"answered\":false") && !has(&world, "later_until"));
  assert_int_equal(world_run(&world, lw_pulse_put_off, &later, "ana"), LW_OK);
  assert_int_equal(world_run(&world, lw_pulse_put_off, &later, "ana"), LW_OK);
  expect(&world, LW_OK, "2026-03-05T10:00:00Z");
  lw_snapshot_unref(snapshot);
  assert_int_equal(look(&world, "ana", LW_STR("")), LW_OK);
  assert_true(has(&world, "\"later_until\":\"2026-03-05T10:00:00Z\""));
  world.now += 4 * DAY;
  assert_int_equal(look(&world, "ana", LW_STR("")), LW_OK);
  assert_true(!has(&world, "later_until"));
  assert_int_equal(look(&world, "bot", LW_STR("")), LW_OK);
  assert_true(has(&world, "{\"items\":[]}"));
  world_close(&world);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_counts_once_and_leaves_nothing_in_the_journal),
      cmocka_unit_test(closing_shows_groups_of_five_and_forgets_the_rest),
      cmocka_unit_test(fewer_than_five_answers_are_not_shown_at_all),
      cmocka_unit_test(texts_belong_to_a_group_and_to_nobody),
      cmocka_unit_test(a_refused_answer_leaves_neither_half),
      cmocka_unit_test(people_are_asked_and_leads_ask_their_own),
      cmocka_unit_test(its_end_closes_it_and_opens_the_next_which_is_compared),
      cmocka_unit_test(the_next_one_lets_pass_a_month_in_which_somebody_else_asks_these_people),
      cmocka_unit_test(erasing_somebody_leaves_the_sums),
      cmocka_unit_test(a_card_is_put_off),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
