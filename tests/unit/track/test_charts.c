/* Charts of small tapes, counted by hand: what each figure of a cell is, which days and weeks are
 * points, whose decisions count, where a version of the policy begins anew, how values are told. */
#include "track/charts.h"

#include "base/money.h"
#include "policy/decide.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { DAYS = 28, PLACES_MAX = 8 };

#define DAY   (LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND)
#define START (20000 * DAY) /* 2024-10-04 */

/* --- figures of a cell --- */

static void a_cell_gives_each_figure(void **state)
{
  (void)state;
  /* Eight decisions: six gave something, five at once, three asked, two got a yes after 90 s in
   * all; 1234 minor units. */
  static const struct lw_track_cell cell = {.decisions = 8,
                                            .given = 6,
                                            .at_once = 5,
                                            .asked = 3,
                                            .answered = 2,
                                            .minor = 1234,
                                            .waited_usec = 90000000};
  static const struct lw_track_cell nothing = {.decisions = 0};
  static const struct {
    enum lw_track_figure of;
    const char *name;
    double value;
    bool of_nothing; /* a count of nothing is 0, a share of nothing is none */
    const char *text;
  } table[LW_FIGURES] = {
      {LW_FIGURE_AMOUNT, "amount", 1234.0, true, "12.34"},
      {LW_FIGURE_EACH, "each", 154.25, false, "1.54"},
      {LW_FIGURE_GIVEN, "given", 0.75, false, "0.7500"},
      {LW_FIGURE_ASKED, "asked", 0.375, false, "0.3750"},
      {LW_FIGURE_AT_ONCE, "at_once", 0.625, false, "0.6250"},
      {LW_FIGURE_DECISIONS, "decisions", 8.0, true, "8.0"},
      {LW_FIGURE_WAITING, "waiting", 45.0, false, "45.0"},
  };
  for (size_t i = 0; i < LW_FIGURES; i++) {
    enum lw_track_figure of = LW_FIGURES;
    double value = -1.0;
    struct lw_buf out = {0};
    assert_string_equal(lw_track_figure_name(table[i].of), table[i].name);
    assert_true(lw_track_figure_read(lw_str_c(table[i].name), &of));
    assert_int_equal(of, table[i].of);
    assert_true(lw_track_figure_value(of, &cell, &value));
    assert_true(fabs(value - table[i].value) < 1e-12);
    assert_int_equal(lw_track_figure_value(of, &nothing, &value), table[i].of_nothing);
    lw_track_figure_print(of, table[i].value, lw_currency_find(LW_STR("EUR")), &out);
    assert_true(lw_str_equal(lw_buf_str(&out), lw_str_c(table[i].text)));
    lw_buf_finish(&out);
  }
  enum lw_track_figure of = LW_FIGURES;
  assert_false(lw_track_figure_read(LW_STR("amounts"), &of));
}

/* --- a record of four weeks --- */

struct decision {
  int day;
  const char *agent;
  const char *team;
  const char *reason;
  int64_t minor; /* 0: refused */
  int64_t version;
};

/* Days 3 and 4 of the first week, 9 of the second, none in the third, 21 to 23 of the fourth; cal
 * moves from care/b to shop before the last. Version 2 begins on day 9, within the second week. */
static const struct decision decisions[] = {
    {3, "ana", "care/a", "late", 1000, 1},  {3, "bob", "care/b", "late", 0, 1},
    {3, "cal", "care/b", "broken", 500, 1}, {4, "ana", "care/a", "", 200, 1},
    {9, "ana", "care/a", "late", 3000, 2},  {9, "bob", "care/b", "broken", 700, 2},
    {21, "ana", "care/a", "late", 0, 2},    {22, "bob", "care/b", "late", 400, 2},
    {23, "cal", "shop", "broken", 900, 2},
};

static struct lw_tape *make_tape(void)
{
  struct lw_tape *tape = lw_tape_create(LW_STR("EUR"));
  assert_non_null(tape);
  for (size_t i = 0; i < sizeof decisions / sizeof decisions[0]; i++) {
    const struct decision *made = &decisions[i];
    struct lw_tape_row row;
    struct lw_error err;
    char person[64];
    lw_tape_row_init(&row);
    (void)snprintf(person, sizeof person, "{\"id\":\"%s\",\"team\":\"%s\"}", made->agent,
                   made->team);
    row.numbers[LW_TAPE_SEQ] = (int64_t)i + 1;
    row.numbers[LW_TAPE_AT] = START + made->day * DAY + 5;
    row.numbers[LW_TAPE_VERDICT] = made->minor != 0 ? LW_GRANTED : LW_REFUSED;
    row.numbers[LW_TAPE_MINOR] = made->minor != 0 ? made->minor : LW_TAPE_NONE;
    row.numbers[LW_TAPE_POLICY] = made->version;
    row.texts[LW_TAPE_PERSON] = lw_str_c(person);
    row.texts[LW_TAPE_REASON] = lw_str_c(made->reason);
    row.texts[LW_TAPE_ACTION] = LW_STR("credit");
    assert_int_equal(lw_tape_add(tape, &row, &err), LW_OK);
  }
  return tape;
}

struct world {
  struct lw_tape *tape;
  struct lw_track_sums *sums;
  struct lw_arena arena;
};

static void open_world(struct world *world)
{
  static const struct lw_track_facts facts = {{NULL, 0}, {NULL, 0}};
  struct lw_error err;
  world->tape = make_tape();
  world->sums = lw_track_sums_create(world->tape, &facts, START, DAYS);
  lw_arena_init(&world->arena, NULL, 0);
  assert_int_equal(lw_track_sums_follow(world->sums, &err), LW_OK);
}

static void close_world(struct world *world)
{
  lw_arena_finish(&world->arena);
  lw_track_sums_destroy(world->sums);
  lw_tape_destroy(world->tape);
}

/* --- points --- */

struct charted {
  const char *team;
  const char *within;
  const char *agent;
  const char *cause; /* NULL: any; empty: those without one */
  enum lw_track_figure of;
  bool weekly;
  uint32_t agents;
  uint32_t points;
  uint32_t places[PLACES_MAX];
  double values[PLACES_MAX];
};

static const struct charted charts[] = {
    /* A week's money, and nothing in the third: 10 + 5 + 2, 30 + 7, 0, 4 + 9. */
    {"", "", "", NULL, LW_FIGURE_AMOUNT, true, 3, 4, {0, 1, 2, 3}, {1700, 3700, 0, 1300}},
    /* By decision: four, two, three; a week of none has no point. */
    {"", "", "", NULL, LW_FIGURE_EACH, true, 3, 3, {0, 1, 3}, {425, 1850, 1300.0 / 3}},
    {"", "", "", NULL, LW_FIGURE_GIVEN, true, 3, 3, {0, 1, 3}, {0.75, 1, 2.0 / 3}},
    {"",
     "",
     "",
     NULL,
     LW_FIGURE_GIVEN,
     false,
     3,
     6,
     {3, 4, 9, 21, 22, 23},
     {2.0 / 3, 1, 1, 0, 1, 1}},
    {"", "", "", NULL, LW_FIGURE_WAITING, true, 3, 0, {0}, {0}}, /* nobody was asked */
    /* A team with its own, of the time: what cal did for shop is not care's. */
    {"care", "", "", NULL, LW_FIGURE_DECISIONS, true, 3, 4, {0, 1, 2, 3}, {4, 2, 0, 2}},
    {"care/b", "", "", NULL, LW_FIGURE_AMOUNT, true, 2, 4, {0, 1, 2, 3}, {500, 700, 0, 400}},
    {"car", "", "", NULL, LW_FIGURE_AMOUNT, true, 0, 0, {0}, {0}},
    {"care", "care/b", "", NULL, LW_FIGURE_DECISIONS, true, 2, 4, {0, 1, 2, 3}, {2, 1, 0, 1}},
    {"shop", "care", "", NULL, LW_FIGURE_DECISIONS, true, 0, 0, {0}, {0}},
    /* A cause; those without one; one that nobody has. */
    {"", "", "", "late", LW_FIGURE_EACH, true, 2, 3, {0, 1, 3}, {500, 3000, 200}},
    {"care/b", "", "", "broken", LW_FIGURE_EACH, true, 2, 2, {0, 1}, {500, 700}},
    {"", "", "", "", LW_FIGURE_EACH, true, 1, 1, {0}, {200}},
    {"", "", "", "lost", LW_FIGURE_DECISIONS, true, 0, 0, {0}, {0}},
    /* One agent, whatever the team of the time; only if somebody of the scope. */
    {"", "", "cal", NULL, LW_FIGURE_EACH, true, 1, 2, {0, 3}, {500, 900}},
    {"care", "", "cal", NULL, LW_FIGURE_EACH, true, 1, 2, {0, 3}, {500, 900}},
    {"care/a", "", "cal", NULL, LW_FIGURE_EACH, true, 0, 0, {0}, {0}},
    {"", "", "zoe", NULL, LW_FIGURE_EACH, true, 0, 0, {0}, {0}},
};

static struct lw_track_charting charting_of(const struct world *world, const struct charted *row)
{
  return (struct lw_track_charting){.sums = world->sums,
                                    .scope = {.team = lw_str_c(row->team),
                                              .within = lw_str_c(row->within),
                                              .agent = lw_str_c(row->agent)},
                                    .has_cause = row->cause != NULL,
                                    .cause = lw_str_c(row->cause != NULL ? row->cause : ""),
                                    .of = row->of,
                                    .weekly = row->weekly,
                                    .n_days = DAYS};
}

static void check_chart(struct world *world, size_t place)
{
  const struct charted *row = &charts[place];
  const struct lw_track_charting charting = charting_of(world, row);
  struct lw_track_chart chart;
  struct lw_error err;
  assert_int_equal(lw_track_chart_make(&charting, &world->arena, &chart, &err), LW_OK);
  if (chart.n_agents != row->agents || chart.n_points != row->points) {
    fail_msg("row %zu: %u agents, %u points", place, chart.n_agents, chart.n_points);
  }
  for (uint32_t i = 0; i < row->points; i++) {
    double off = fabs(chart.points[i].value - row->values[i]);
    lw_usec at = START + row->places[i] * (row->weekly ? 7 : 1) * DAY;
    if (off > 1e-9 || lw_track_chart_at(&charting, &chart, i) != at) {
      fail_msg("row %zu: point %u is %g in %u", place, i, chart.points[i].value, chart.places[i]);
    }
  }
}

static void points_are_what_was_decided_then(void **state)
{
  struct world world;
  (void)state;
  open_world(&world);
  for (size_t i = 0; i < sizeof charts / sizeof charts[0]; i++) {
    check_chart(&world, i);
  }
  close_world(&world);
}

static void an_agent_has_no_days_and_no_causes(void **state)
{
  static const struct charted rows[] = {
      {"", "", "cal", NULL, LW_FIGURE_EACH, false, 0, 0, {0}, {0}},
      {"", "", "cal", "late", LW_FIGURE_EACH, true, 0, 0, {0}, {0}},
  };
  struct world world;
  (void)state;
  open_world(&world);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const struct lw_track_charting charting = charting_of(&world, &rows[i]);
    struct lw_track_chart chart;
    struct lw_error err;
    assert_int_equal(lw_track_chart_make(&charting, &world.arena, &chart, &err), LW_INVALID);
  }
  close_world(&world);
}

/* --- phases --- */

/* By day version 2 begins with day 9, the third point; by week with the week behind the one that
 * it began in, which is the third (amounts) or, where that has no point, the fourth. */
static void limits_begin_anew_with_a_version(void **state)
{
  static const struct {
    struct charted chart;
    uint32_t first; /* of the second phase */
    double center;  /* of the first: the mean of its points */
  } rows[] = {
      {{"", "", "", NULL, LW_FIGURE_AMOUNT, false, 3, DAYS, {0}, {0}}, 9, 1700.0 / 9},
      {{"", "", "", NULL, LW_FIGURE_GIVEN, false, 3, 6, {0}, {0}}, 2, 5.0 / 6},
      {{"", "", "", NULL, LW_FIGURE_AMOUNT, true, 3, 4, {0}, {0}}, 2, 2700},
      {{"", "", "", NULL, LW_FIGURE_EACH, true, 3, 3, {0}, {0}}, 2, 1137.5},
  };
  struct world world;
  (void)state;
  open_world(&world);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const struct lw_track_charting charting = charting_of(&world, &rows[i].chart);
    struct lw_track_chart chart;
    struct lw_error err;
    assert_int_equal(lw_track_chart_make(&charting, &world.arena, &chart, &err), LW_OK);
    assert_int_equal(chart.n_phases, 2);
    assert_int_equal(chart.phases[1].first, rows[i].first);
    assert_int_equal(chart.versions[0], 1);
    assert_int_equal(chart.versions[1], 2);
    assert_true(fabs(chart.phases[0].center - rows[i].center) < 1e-9);
  }
  close_world(&world);
}

/* --- telling --- */

/* Two weeks of 17.00 and 37.00: usual 27.00, moving range 20.00, sigma 20 / 1.128; the lower limit
 * is below nothing. 3 * 17.7245 + 27 = 80.17; 20 * 3.2665 = 65.33. */
static void it_is_told_as_amounts_and_never_below_nothing(void **state)
{
  static const struct charted row = {"", "", "", NULL, LW_FIGURE_AMOUNT, true, 3, 4, {0}, {0}};
  static const char *const parts[] = {
      "{\"of\":\"amount\",\"unit\":\"money\",\"by\":\"week\",\"since\":\"2024-10-04T00:00:00Z\","
      "\"until\":\"2024-11-01T00:00:00Z\",\"currency\":\"EUR\"",
      "\"phases\":[{\"first\":0,\"points\":2,\"at\":\"2024-10-04T00:00:00Z\",\"policy_version\":1,"
      "\"usual\":\"27.00\",\"low\":\"0.00\",\"high\":\"80.17\",\"range\":\"20.00\","
      "\"range_high\":\"65.33\"}",
      "{\"decisions\":4,\"at\":\"2024-10-04T00:00:00Z\",\"value\":\"17.00\",\"ewma\":\"25.00\"",
      "{\"decisions\":2,\"at\":\"2024-10-11T00:00:00Z\",\"value\":\"37.00\",\"range\":\"20.00\"",
      "\"cause\":{\"by\":\"lee\",\"text\":\"Storm.\",\"at\":\"2024-10-25T00:00:00Z\"}",
      "\"open\":[]}"};
  const struct lw_track_note note = {START + 7 * DAY, LW_STR("Storm."), LW_STR("lee"),
                                     START + 21 * DAY};
  struct lw_buf out = {0};
  struct lw_track_chart chart;
  struct lw_error err;
  struct world world;
  (void)state;
  open_world(&world);
  const struct lw_track_charting charting = charting_of(&world, &row);
  assert_int_equal(lw_track_chart_make(&charting, &world.arena, &chart, &err), LW_OK);
  lw_track_chart_print(&charting, &chart, &note, 1, &out);
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    if (lw_str_find(lw_buf_str(&out), lw_str_c(parts[i]), 0) == SIZE_MAX) {
      fail_msg("no %s in %.*s", parts[i], LW_FMT(lw_buf_str(&out)));
    }
  }
  lw_buf_finish(&out);
  close_world(&world);
}

/* Only the first of a run is where something is to be said. */
static void a_run_leaves_once(void **state)
{
  static const struct {
    int side[LW_CHARTS];
    uint32_t run[LW_CHARTS];
    bool outside, leaves;
  } rows[] = {
      {{0, 0, 0, 0}, {0, 0, 0, 0}, false, false}, {{1, 0, 0, 0}, {1, 0, 0, 0}, true, true},
      {{0, 0, -1, 0}, {0, 0, 2, 0}, true, false}, {{0, 0, -1, 1}, {0, 0, 3, 1}, true, true},
      {{0, 1, 0, 0}, {0, 2, 0, 0}, true, false},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct lw_chart_point point = {.value = 0.0};
    memcpy(point.side, rows[i].side, sizeof point.side);
    memcpy(point.run, rows[i].run, sizeof point.run);
    assert_int_equal(lw_track_chart_is_outside(&point), rows[i].outside);
    assert_int_equal(lw_track_chart_leaves(&point), rows[i].leaves);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_cell_gives_each_figure),
      cmocka_unit_test(points_are_what_was_decided_then),
      cmocka_unit_test(an_agent_has_no_days_and_no_causes),
      cmocka_unit_test(limits_begin_anew_with_a_version),
      cmocka_unit_test(it_is_told_as_amounts_and_never_below_nothing),
      cmocka_unit_test(a_run_leaves_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
