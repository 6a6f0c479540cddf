/* Agents beside each other on tapes made here: who gives as others do is within the bands, who
 * gives twice as much is outside of them and named, whatever the mix of their cases. And the sums
 * that a server keeps. */
#include "track/given.h"

#include "policy/decide.h"
#include "track/keeper.h"
#include "track/overview.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { AGENTS = 40, EACH = 150, LAVISH = 7, STINGY = 11 };

#define DAY   (LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND)
#define START (20000 * DAY)

static uint32_t roll(uint64_t *random, uint32_t below)
{
  *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(*random >> 33) % below;
}

static void add(struct lw_tape *tape, int agent, bool is_dear, int64_t minor, lw_usec at)
{
  struct lw_tape_row row;
  struct lw_error err;
  char person[64];
  lw_tape_row_init(&row);
  (void)snprintf(person, sizeof person, "{\"id\":\"a%d\",\"team\":\"care/t%d\"}", agent, agent % 3);
  row.numbers[LW_TAPE_SEQ] = (int64_t)lw_tape_rows(tape) + 1;
  row.numbers[LW_TAPE_AT] = at;
  row.numbers[LW_TAPE_VERDICT] = minor > 0 ? LW_GRANTED : LW_REFUSED;
  row.numbers[LW_TAPE_MINOR] = minor > 0 ? minor : LW_TAPE_NONE;
  row.texts[LW_TAPE_PERSON] = lw_str_c(person);
  row.texts[LW_TAPE_REASON] = is_dear ? LW_STR("broken") : LW_STR("late");
  row.texts[LW_TAPE_ACTION] = LW_STR("credit");
  assert_int_equal(lw_tape_add(tape, &row, &err), LW_OK);
}

/* Dear cases call for ten times as much; agent n has n of AGENTS of them. */
static struct lw_tape *make_record(bool with_outliers)
{
  struct lw_tape *tape = lw_tape_create(LW_STR("EUR"));
  uint64_t random = 42;
  assert_non_null(tape);
  for (int i = 0; i < EACH; i++) {
    for (int agent = 0; agent < AGENTS; agent++) {
      bool is_dear = (int)roll(&random, AGENTS) < agent;
      int64_t minor = (is_dear ? 5000 : 500) + (int64_t)roll(&random, is_dear ? 5000 : 500);
      minor = with_outliers && agent == LAVISH   ? minor * 2
              : with_outliers && agent == STINGY ? minor / 2
                                                 : minor;
      add(tape, agent, is_dear, minor, START + i * DAY / EACH);
    }
  }
  return tape;
}

static void measure(struct lw_track_sums *sums, enum lw_track_measure measure,
                    struct lw_arena *arena, struct lw_track_given *given)
{
  struct lw_track_given all[LW_TRACK_MEASURES];
  struct lw_error err;
  assert_int_equal(lw_track_sums_follow(sums, &err), LW_OK);
  assert_int_equal(lw_track_given_make(sums, arena, all, &err), LW_OK);
  *given = all[measure];
  assert_int_equal(given->n_agents, AGENTS);
}

static void a_mix_of_dear_cases_names_nobody(void **state)
{
  (void)state;
  const struct lw_track_facts facts = {{NULL, 0}, {NULL, 0}};
  struct lw_tape *tape = make_record(false);
  struct lw_track_sums *sums = lw_track_sums_create(tape, &facts, START, 2);
  struct lw_track_given given;
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, 0);
  measure(sums, LW_TRACK_AMOUNT, &arena, &given);
  double least = given.places[1].value;
  double most = given.places[AGENTS - 1].value;
  assert_true(most > 4 * least); /* so unlike are their cases */
  for (int i = 0; i < AGENTS; i++) {
    assert_true(given.places[i].known);
    assert_true(given.q[i] > 0.05);
    assert_int_equal(given.places[i].outside[LW_BAND_500], LW_FUNNEL_INSIDE);
  }
  lw_arena_finish(&arena);
  lw_track_sums_destroy(sums);
  lw_tape_destroy(tape);
}

static void who_gives_double_or_half_is_named_and_nobody_else(void **state)
{
  (void)state;
  const struct lw_track_facts facts = {{NULL, 0}, {NULL, 0}};
  struct lw_tape *tape = make_record(true);
  struct lw_track_sums *sums = lw_track_sums_create(tape, &facts, START, 2);
  const struct lw_track_agent *agents = NULL;
  struct lw_track_given given;
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, 0);
  measure(sums, LW_TRACK_AMOUNT, &arena, &given);
  (void)lw_track_sums_agents(sums, &agents);
  for (int i = 0; i < AGENTS; i++) {
    char id[8];
    (void)snprintf(id, sizeof id, "a%d", i);
    assert_true(lw_str_equal(agents[i].id, lw_str_c(id)));
    bool is_out = i == LAVISH || i == STINGY;
    assert_int_equal(given.q[i] <= 0.05, is_out);
  }
  assert_int_equal(given.places[LAVISH].outside[LW_BAND_500], LW_FUNNEL_ABOVE);
  assert_int_equal(given.places[STINGY].outside[LW_BAND_500], LW_FUNNEL_BELOW);
  measure(sums, LW_TRACK_GIVEN, &arena, &given); /* all gave always */
  for (int i = 0; i < AGENTS; i++) {
    assert_int_equal(given.places[i].outside[LW_BAND_20], LW_FUNNEL_INSIDE);
  }
  lw_arena_finish(&arena);
  lw_track_sums_destroy(sums);
  lw_tape_destroy(tape);
}

static void a_scope_is_a_team_with_its_own_and_one_agent(void **state)
{
  (void)state;
  const struct lw_track_facts facts = {{NULL, 0}, {NULL, 0}};
  struct lw_tape *tape = make_record(false);
  struct lw_track_sums *sums = lw_track_sums_create(tape, &facts, START, 2);
  struct lw_track_overview overview;
  struct lw_arena arena;
  struct lw_error err;
  lw_arena_init(&arena, NULL, 0);
  assert_int_equal(lw_track_sums_follow(sums, &err), LW_OK);
  static const struct {
    struct lw_track_scope scope;
    uint32_t agents;
  } table[] = {
      {{.team = LW_STR_INIT("")}, AGENTS},
      {{.team = LW_STR_INIT("care")}, AGENTS},
      {{.team = LW_STR_INIT("care/t1")}, 13},
      {{.team = LW_STR_INIT("care/t1"), .within = LW_STR_INIT("care/t2")}, 0},
      {{.within = LW_STR_INIT("care/t2")}, 13},
      {{.agent = LW_STR_INIT("a3")}, 1},
      {{.agent = LW_STR_INIT("nobody")}, 0},
  };
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    assert_int_equal(lw_track_overview_make(sums, &table[i].scope, &arena, &overview, &err), LW_OK);
    assert_int_equal(overview.n_agents, table[i].agents);
    assert_int_equal(overview.whole.decisions, (int64_t)table[i].agents * EACH);
    int64_t minor = 0;
    for (uint32_t c = 0; c < overview.n_causes; c++) {
      assert_true(c == 0 || overview.causes[c].cell.minor <= overview.causes[c - 1].cell.minor);
      minor += overview.causes[c].cell.minor;
    }
    assert_int_equal(minor, overview.whole.minor);
  }
  lw_arena_finish(&arena);
  lw_track_sums_destroy(sums);
  lw_tape_destroy(tape);
}

static int64_t decisions_of(const struct lw_track_sums *sums)
{
  const struct lw_track_table *table = lw_track_sums_table(sums, LW_TRACK_BY_WEEK);
  int64_t count = 0;
  for (uint32_t i = 0; i < table->count; i++) {
    count += table->cells[i].decisions;
  }
  return count;
}

static void kept_sums_follow_their_tape_and_go_with_it(void **state)
{
  (void)state;
  struct lw_tape *tape = make_record(false);
  struct lw_track_keeper *keeper = lw_track_keeper_create();
  const struct lw_track_sums *sums = NULL;
  const struct lw_track_sums *again = NULL;
  struct lw_error err;
  struct lw_track_window window = {.tape = tape, .serial = 1, .since = START, .n_days = 2};
  assert_int_equal(lw_track_keeper_hold(keeper, &window, &sums, &err), LW_OK);
  assert_int_equal(decisions_of(sums), AGENTS * EACH);
  lw_track_keeper_release(keeper);
  add(tape, 1, false, 700, START + DAY);
  assert_int_equal(lw_track_keeper_hold(keeper, &window, &again, &err), LW_OK);
  assert_ptr_equal(again, sums);
  assert_int_equal(decisions_of(again), AGENTS * EACH + 1);
  lw_track_keeper_release(keeper);
  for (uint32_t days = 3; days < 12; days++) { /* more windows than are kept */
    window.n_days = days;
    assert_int_equal(lw_track_keeper_hold(keeper, &window, &again, &err), LW_OK);
    assert_int_equal(decisions_of(again), AGENTS * EACH + 1);
    lw_track_keeper_release(keeper);
  }
  assert_true(lw_track_keeper_bytes(keeper) != 0);
  struct lw_tape *other = lw_tape_create(LW_STR("EUR"));
  add(other, 1, false, 700, START + DAY);
  window.tape = other;
  window.serial = 2;
  assert_int_equal(lw_track_keeper_hold(keeper, &window, &again, &err), LW_OK);
  assert_int_equal(decisions_of(again), 1);
  lw_track_keeper_release(keeper);
  lw_track_keeper_destroy(keeper);
  lw_tape_destroy(tape);
  lw_tape_destroy(other);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_mix_of_dear_cases_names_nobody),
      cmocka_unit_test(who_gives_double_or_half_is_named_and_nobody_else),
      cmocka_unit_test(a_scope_is_a_team_with_its_own_and_one_agent),
      cmocka_unit_test(kept_sums_follow_their_tape_and_go_with_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
