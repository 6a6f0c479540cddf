/* Who stays, on staffs made here: who counts, by which tier, within which teams, and who is hidden.
 */
#include "track/remain.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define DAY (LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND)
#define NOW (20000 * DAY)

enum { PEOPLE_MAX = 16, STAYS = -1 };

/* Began and left so many days ago. */
struct line {
  const char *tier;
  const char *team;
  int began;
  int left;
  enum lw_actor_kind kind;
};

static struct lw_remain remain_of(const struct line *lines, uint32_t count, const char *team,
                                  bool individuals)
{
  struct lw_person persons[PEOPLE_MAX] = {0};
  const struct lw_staff staff = {.persons = persons, .n_persons = count};
  const struct lw_track_scope scope = {.team = lw_str_c(team)};
  struct lw_remain remain;
  struct lw_error err;
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, 0);
  for (uint32_t i = 0; i < count; i++) {
    persons[i].actor = (struct lw_actor){.tier = lw_str_c(lines[i].tier),
                                         .team = lw_str_c(lines[i].team),
                                         .kind = lines[i].kind,
                                         .has_hired_at = lines[i].began != STAYS,
                                         .hired_at = NOW - lines[i].began * DAY,
                                         .has_left_at = lines[i].left != STAYS,
                                         .left_at = NOW - lines[i].left * DAY};
  }
  assert_int_equal(lw_remain_make(&staff, NULL, &scope, NOW, individuals, &arena, &remain, &err),
                   LW_OK);
  lw_arena_finish(&arena);
  return remain;
}

/* Four who began two years ago: one left after 100 days, one after 300; a fifth began 50 days ago.
 * At day 100 four are there, at 300 three: 3/4 * 2/3. */
static const struct line people[] = {
    {"one", "care/a", 730, 630, LW_ACTOR_HUMAN},   {"one", "care/a", 730, 430, LW_ACTOR_HUMAN},
    {"one", "care/b", 730, STAYS, LW_ACTOR_HUMAN}, {"two", "care/b", 730, STAYS, LW_ACTOR_HUMAN},
    {"two", "shop", 50, STAYS, LW_ACTOR_HUMAN},    {"two", "shop", 730, 10, LW_ACTOR_AI},
    {"two", "shop", STAYS, 10, LW_ACTOR_HUMAN},    {"two", "shop", 10, 20, LW_ACTOR_HUMAN},
};
enum { PEOPLE = sizeof people / sizeof people[0] };

static void those_who_are_still_here_count_as_long_as_they_have_been(void **state)
{
  (void)state;
  const struct lw_remain remain = remain_of(people, PEOPLE, "", true);
  assert_int_equal(remain.whole.people, 5); /* no AI, no day missing, nobody who left before */
  assert_int_equal(remain.whole.left, 2);
  assert_true(fabs(remain.whole.after[0].value - 0.5) < 1e-12);
  assert_int_equal(remain.n_groups, 2);
  assert_int_equal(remain.groups[0].people, 3);
  assert_true(fabs(remain.groups[0].after[0].value - 1.0 / 3) < 1e-12);
  assert_int_equal(remain.groups[1].people, 2);
  assert_int_equal(remain.groups[1].left, 0);
}

static void a_team_is_itself_and_those_below(void **state)
{
  (void)state;
  assert_int_equal(remain_of(people, PEOPLE, "care", true).whole.people, 4);
  assert_int_equal(remain_of(people, PEOPLE, "care/b", true).whole.people, 2);
  assert_int_equal(remain_of(people, PEOPLE, "car", true).whole.people, 0);
}

static void small_groups_are_hidden_where_single_people_are(void **state)
{
  (void)state;
  struct lw_remain remain = remain_of(people, PEOPLE, "", false);
  assert_int_equal(remain.whole.people, 5);
  assert_int_equal(remain.n_groups, 0);
  assert_int_equal(remain.hidden, 5);
  remain = remain_of(people, PEOPLE, "care", false);
  assert_int_equal(remain.whole.people, 0);
  assert_int_equal(remain.hidden, 4);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(those_who_are_still_here_count_as_long_as_they_have_been),
      cmocka_unit_test(a_team_is_itself_and_those_below),
      cmocka_unit_test(small_groups_are_hidden_where_single_people_are),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
