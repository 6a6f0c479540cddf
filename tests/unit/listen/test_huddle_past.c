/* A team's week on a tape small enough to be counted by hand: what cases of the same sort got, what
 * stands of it by now, causes of the week and of the one before, and the same twice. */
#include "listen/huddle_past.h"

#include "policy/decide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#define DAY   (LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND)
#define ANA   "{\"id\":\"ana\",\"team\":\"care/a\"}"
#define ZED   "{\"id\":\"zed\",\"team\":\"shop\"}"
#define ALIKE 12 /* in the weeks before, of the same sort */

struct world {
  struct lw_tape *tape;
  struct lw_week week;
  struct lw_week before;
  struct lw_huddle_past *past;
  struct lw_arena arena;
  int64_t seq;
};

struct row {
  lw_usec at;
  enum lw_tape_kind kind;
  int64_t of;
  const char *person, *case_id, *reason;
  enum lw_verdict verdict;
  int64_t minor;
};

static int64_t add(struct world *world, const struct row *of)
{
  struct lw_tape_row row;
  struct lw_error err = {0};
  lw_tape_row_init(&row);
  row.numbers[LW_TAPE_SEQ] = ++world->seq;
  row.numbers[LW_TAPE_AT] = of->at;
  row.numbers[LW_TAPE_KIND] = of->kind;
  row.numbers[LW_TAPE_VERDICT] = of->verdict;
  row.numbers[LW_TAPE_MINOR] = of->minor;
  row.numbers[LW_TAPE_OF] = of->kind == LW_TAPE_REQUEST ? LW_TAPE_NONE : of->of;
  row.texts[LW_TAPE_PERSON] = lw_str_c(of->person);
  row.texts[LW_TAPE_CASE] = lw_str_c(of->case_id);
  row.texts[LW_TAPE_CUSTOMER] = lw_str_c(of->case_id);
  row.texts[LW_TAPE_REASON] = lw_str_c(of->reason);
  row.texts[LW_TAPE_ACTION] = LW_STR("credit");
  row.texts[LW_TAPE_AMOUNT] = LW_STR("30.00"); /* the band of what was at stake */
  assert_int_equal(lw_tape_add(world->tape, &row, &err), LW_OK);
  return world->seq;
}

/* 12 of the same sort in the weeks before by others (10.00 to 21.00, one of them taken back later),
 * then the team's week: 60.00 for it, nothing for another, an ask that was answered. */
static int start(void **state)
{
  static struct world world;
  world = (struct world){.tape = lw_tape_create(LW_STR("USD"))};
  lw_arena_init(&world.arena, NULL, 0);
  assert_true(lw_week_read(NULL, LW_STR("2026-W47"), &world.week));
  lw_week_move(NULL, &world.week, -1, &world.before);
  int64_t first = 0;
  for (int i = 0; i < ALIKE; i++) {
    char name[8];
    (void)snprintf(name, sizeof name, "z%d", i);
    int64_t seq = add(&world, &(struct row){world.week.start - (40 - i) * DAY, LW_TAPE_REQUEST, 0,
                                            ZED, name, "late", LW_GRANTED, 1000 + i * 100});
    first = first == 0 ? seq : first;
  }
  add(&world,
      &(struct row){world.before.start, LW_TAPE_REQUEST, 0, ANA, "b1", "late", LW_GRANTED, 500});
  add(&world,
      &(struct row){world.week.start, LW_TAPE_REQUEST, 0, ANA, "c1", "late", LW_GRANTED, 6000});
  add(&world,
      &(struct row){world.week.start + DAY, LW_TAPE_REQUEST, 0, ANA, "c2", "late", LW_REFUSED, 0});
  int64_t asked = add(&world, &(struct row){world.week.end - 1, LW_TAPE_REQUEST, 0, ANA, "c2",
                                            "broken", LW_ASK, 0});
  add(&world,
      &(struct row){world.week.end, LW_TAPE_REQUEST, 0, ANA, "n1", "late", LW_GRANTED, 9900});
  add(&world,
      &(struct row){world.week.end + DAY, LW_TAPE_ANSWERED, asked, ANA, "", "", LW_GRANTED, 700});
  add(&world,
      &(struct row){world.week.end + DAY, LW_TAPE_UNDONE, first, "", "", "", LW_GRANTED, 0});
  const struct lw_huddle_past_of of = {world.tape, LW_STR("care"), world.week, world.before};
  struct lw_error err = {0};
  assert_int_equal(lw_huddle_past_create(&of, &world.past, &err), LW_OK);
  *state = &world;
  return 0;
}

static int stop(void **state)
{
  struct world *world = *state;
  lw_huddle_past_destroy(world->past);
  lw_tape_destroy(world->tape);
  lw_arena_finish(&world->arena);
  return 0;
}

static void the_week_ends_where_the_next_begins(void **state)
{
  const struct world *world = *state;
  uint32_t of_week = 0;
  for (uint32_t i = 0; i < lw_huddle_past_count(world->past); i++) {
    of_week += lw_huddle_past_is_of_week(world->past, i);
  }
  assert_int_equal(of_week, 3); /* its first moment, a day later, its last moment */
}

static void alike_is_what_others_got_in_the_same_sort(void **state)
{
  const struct world *world = *state;
  struct lw_huddle_matter matter;
  struct lw_huddle_alike alike;
  assert_true(lw_huddle_past_case(world->past, LW_STR("c1"), &matter));
  lw_huddle_past_alike(world->past, matter.lot, &alike);
  /* The 12, ana's of the week before and her refused one: one of the 12 was taken back. */
  assert_int_equal(alike.count, 14);
  assert_int_equal(alike.given, 12);
  assert_int_equal(alike.median_minor, 1600); /* 500, 1100 ... 2100: the seventh of twelve */
  assert_int_equal(alike.high_minor, 2000);   /* the eleventh */
}

static void what_stands_by_now_counts_whenever_it_came(void **state)
{
  const struct world *world = *state;
  struct lw_huddle_matter matter;
  assert_true(lw_huddle_past_case(world->past, LW_STR("c2"), &matter));
  assert_true(matter.given && matter.inside); /* its second request was answered a week later */
  assert_int_equal(lw_huddle_past_lot(world->past, matter.lot)->minor, 700);
  assert_true(lw_huddle_past_case(world->past, LW_STR("z0"), &matter));
  assert_false(matter.given || matter.inside);
  assert_false(lw_huddle_past_case(world->past, LW_STR("n1"), &matter)); /* of the next week */
  assert_false(lw_huddle_past_case(world->past, LW_STR("nobody"), &matter));
}

static void causes_are_the_teams_alone_against_the_week_before(void **state)
{
  struct world *world = *state;
  struct lw_huddle_cause *causes = NULL;
  struct lw_error err = {0};
  uint32_t count = 0;
  assert_int_equal(lw_huddle_past_causes(world->past, &world->arena, &causes, &count, &err), LW_OK);
  assert_int_equal(count, 2);
  assert_true(lw_str_equal(causes[0].name, LW_STR("late")));
  assert_int_equal(causes[0].now.cases, 2);
  assert_int_equal(causes[0].now.given, 1);
  assert_int_equal(causes[0].now.minor, 6000);
  assert_int_equal(causes[0].before.cases, 1);
  assert_int_equal(causes[0].before.minor, 500);
  assert_true(lw_str_equal(causes[1].name, LW_STR("broken")));
  assert_int_equal(causes[1].now.minor, 700);
  assert_int_equal(causes[1].before.cases, 0);
}

static void without_a_tape_nothing_is_known(void **state)
{
  const struct world *world = *state;
  const struct lw_huddle_past_of of = {NULL, LW_STR("care"), world->week, world->before};
  struct lw_huddle_past *past = NULL;
  struct lw_huddle_matter matter;
  struct lw_error err = {0};
  assert_int_equal(lw_huddle_past_create(&of, &past, &err), LW_OK);
  assert_int_equal(lw_huddle_past_count(past), 0);
  assert_false(lw_huddle_past_customer(past, LW_STR("c1"), &matter));
  lw_huddle_past_destroy(past);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_week_ends_where_the_next_begins),
      cmocka_unit_test(alike_is_what_others_got_in_the_same_sort),
      cmocka_unit_test(what_stands_by_now_counts_whenever_it_came),
      cmocka_unit_test(causes_are_the_teams_alone_against_the_week_before),
      cmocka_unit_test(without_a_tape_nothing_is_known),
  };
  return cmocka_run_group_tests(tests, start, stop);
}
