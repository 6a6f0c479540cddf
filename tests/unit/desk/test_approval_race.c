/* Two answers at once: whichever the writer takes first is the answer, the other is told, and the
 * money goes once. Threads answer a row of approvals against each other through the writer's
 * thread.
 */
#include "world.h"

#include <pthread.h>

enum { ROUNDS = 40 };

struct answering {
  struct world *world;
  const char *by;
  bool approve;
  const lw_str *ids;
  pthread_barrier_t *start;
  enum lw_code codes[ROUNDS];
};

static void *answer_all(void *user)
{
  struct answering *mine = user;
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, 0);
  const struct lw_snapshot *snapshot = lw_engine_snapshot(mine->world->engine);
  struct lw_caller caller = {.person = lw_staff_find(snapshot->staff, lw_str_c(mine->by)),
                             .actor = lw_str_c(mine->by)};
  for (int i = 0; i < ROUNDS; i++) {
    struct lw_approval_answer answered = {
        .caller = &caller, .approval = mine->ids[i], .approve = mine->approve, .note = LW_STR("n")};
    struct lw_change change = {
        .apply = lw_approval_answer, .user = &answered, .arena = &arena, .actor = caller.actor};
    struct lw_error err = {0};
    (void)pthread_barrier_wait(mine->start);
    mine->codes[i] = lw_engine_run(mine->world->engine, &change, &err);
    lw_buf_finish(&change.answer);
  }
  lw_snapshot_unref(snapshot);
  lw_arena_finish(&arena);
  return NULL;
}

static void one_of_two_answers_wins(void **state)
{
  struct world world;
  static lw_str ids[ROUNDS];
  pthread_barrier_t start;
  pthread_t threads[2];
  (void)state;
  world_open_as(&world, POLICY_FALLBACK, true);
  for (int i = 0; i < ROUNDS; i++) {
    ids[i] = ana_asks(&world, "60.00");
  }
  static struct answering sides[2];
  sides[0] = (struct answering){
      .world = &world, .by = "tom", .approve = true, .ids = ids, .start = &start};
  sides[1] = (struct answering){
      .world = &world, .by = "tess", .approve = true, .ids = ids, .start = &start};
  assert_int_equal(pthread_barrier_init(&start, NULL, 2), 0);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(pthread_create(&threads[i], NULL, answer_all, &sides[i]), 0);
  }
  for (int i = 0; i < 2; i++) {
    assert_int_equal(pthread_join(threads[i], NULL), 0);
  }
  (void)pthread_barrier_destroy(&start);
  /* each has 2,000.00 a month: 33 of 60.00; where both could, exactly one did */
  int64_t won = 0;
  for (int i = 0; i < ROUNDS; i++) {
    int wins = (sides[0].codes[i] == LW_OK) + (sides[1].codes[i] == LW_OK);
    assert_int_equal(wins, 1);
    enum lw_code other = sides[0].codes[i] == LW_OK ? sides[1].codes[i] : sides[0].codes[i];
    assert_true(other == LW_CONFLICT || other == LW_FORBIDDEN);
    won += wins;
  }
  assert_int_equal(number(&world, "SELECT sum(amount) FROM drawn"), won * 6000);
  assert_int_equal(number(&world, "SELECT count(*) FROM approval WHERE state = 1"), won);
  world_close(&world);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_of_two_answers_wins),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
