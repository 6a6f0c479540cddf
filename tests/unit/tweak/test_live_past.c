/* The past of a running server: read when asked for, followed, not grown while held, refused when
 * it is too large, let go when nobody asks. */
#include "tweak/live_past.h"

#include "tweak/tape_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_MSEC = 20000, LOOKS_MAX = 100000000 };

struct place {
  char folder[64];
  char db_name[96];
  struct lw_engine *engine;
  uint64_t decisions;
};

static void must(enum lw_code rc, const struct lw_error *err)
{
  if (rc != LW_OK) {
    fail_msg("%s", err->text);
  }
}

static int make_place(void **state)
{
  struct place *place = calloc(1, sizeof *place);
  struct lw_error err = {0};
  assert_non_null(place);
  (void)snprintf(place->folder, sizeof place->folder, "/tmp/leeway-past-XXXXXX");
  assert_non_null(mkdtemp(place->folder));
  (void)snprintf(place->db_name, sizeof place->db_name, "%s/a.db", place->folder);
  const struct lw_engine_options options = {.url = place->db_name, .unsynced = true};
  must(lw_engine_open(&options, &place->engine, &err), &err);
  *state = place;
  return 0;
}

static int remove_place(void **state)
{
  struct place *place = *state;
  static const char *const endings[] = {"", "-wal", "-shm", ".key", ".lock", "-lists", "-tape"};
  lw_engine_close(place->engine);
  for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
    char name[128];
    (void)snprintf(name, sizeof name, "%s%s", place->db_name, endings[i]);
    (void)unlink(name);
  }
  assert_int_equal(rmdir(place->folder), 0); /* nothing is left over */
  free(place);
  return 0;
}

static enum lw_code apply_decision(struct lw_batch *batch, struct lw_change *change,
                                   struct lw_error *err)
{
  const struct place *place = change->user;
  char body[512];
  (void)snprintf(body, sizeof body,
                 "{\"id\":\"dec_01m0t2gk7ee0080012rzqzhwfk\",\"at\":\"2026-03-01T10:00:00Z\","
                 "\"request\":{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"%llu.00\"},"
                 "\"person\":{\"id\":\"ana\"},\"policy\":1,\"currency\":\"USD\","
                 "\"answer\":{\"verdict\":\"refused\"}}",
                 (unsigned long long)place->decisions);
  lw_change_status(change, 201);
  return lw_batch_append(batch, change, LW_EVENT_DECISION, lw_str_c(body), err);
}

static void decide(struct place *place, uint64_t count)
{
  for (uint64_t i = 0; i < count; i++) {
    struct lw_error err = {0};
    struct lw_arena arena;
    struct lw_change change = {.apply = apply_decision, .user = place, .actor = LW_STR("ana")};
    place->decisions++;
    lw_arena_init(&arena, NULL, 0);
    change.arena = &arena;
    must(lw_engine_run(place->engine, &change, &err), &err);
    lw_buf_finish(&change.answer);
    lw_arena_finish(&arena);
  }
}

static uint64_t held_rows(struct place *place, struct lw_live_past *past)
{
  struct lw_error err = {0};
  struct lw_live_past_view view = {.tape = NULL};
  uint64_t seq = lw_engine_seq(place->engine);
  must(lw_live_past_hold(past, seq, WAIT_MSEC, &view, &err), &err);
  return lw_tape_rows(view.tape);
}

static struct lw_live_past *open_past(struct place *place, size_t bytes_max, lw_usec keep_usec)
{
  const struct lw_live_past_options options = {
      .engine = place->engine, .bytes_max = bytes_max, .keep_usec = keep_usec};
  struct lw_live_past *past = lw_live_past_create(&options);
  assert_non_null(past);
  return past;
}

/* What is told when it is ready, in order. */
struct heard {
  struct place *place;
  unsigned times;
  uint64_t rows[4];
  sem_t told;
};

static void hear(void *user, const struct lw_live_past_view *view)
{
  struct heard *heard = user;
  heard->rows[heard->times++ % 4] = lw_tape_rows(view->tape);
  (void)sem_post(&heard->told);
}

static struct lw_live_past *open_heard(struct heard *heard, lw_usec again_usec)
{
  const struct lw_live_past_options options = {
      .engine = heard->place->engine, .again_usec = again_usec, .ready = hear, .user = heard};
  (void)sem_init(&heard->told, 0, 0);
  struct lw_live_past *past = lw_live_past_create(&options);
  assert_non_null(past);
  return past;
}

static void test_tells_when_it_is_ready(void **state)
{
  struct heard heard = {.place = *state};
  struct lw_live_past *past = open_heard(&heard, 0);
  decide(heard.place, 7);
  assert_int_equal(held_rows(heard.place, past), 7);
  assert_int_equal(heard.times, 1); /* before anybody holds it */
  assert_int_equal(heard.rows[0], 7);
  lw_live_past_release(past);
  decide(heard.place, 2);
  assert_int_equal(held_rows(heard.place, past), 9);
  assert_int_equal(heard.times, 1); /* what follows is not told */
  lw_live_past_release(past);
  lw_live_past_destroy(past);
  (void)sem_destroy(&heard.told);
}

static void test_tells_again_while_nobody_holds_it(void **state)
{
  struct heard heard = {.place = *state};
  struct timespec until = {0};
  struct lw_live_past *past = open_heard(&heard, 1);
  decide(heard.place, 7);
  assert_int_equal(held_rows(heard.place, past), 7);
  lw_live_past_release(past);
  (void)clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += 60;
  for (int i = 0; i < 3; i++) {
    assert_int_equal(sem_timedwait(&heard.told, &until), 0);
  }
  decide(heard.place, 2);
  assert_int_equal(held_rows(heard.place, past), 9); /* whoever asks does not wait for it */
  lw_live_past_release(past);
  lw_live_past_destroy(past);
  (void)sem_destroy(&heard.told);
}

/* A file beside the database, whatever is in it, says that somebody has asked before. */
static void test_reads_at_once_beside_a_file(void **state)
{
  struct heard heard = {.place = *state};
  char name[512];
  struct timespec until = {0};
  decide(heard.place, 5);
  (void)snprintf(name, sizeof name, "%s-tape", heard.place->db_name);
  FILE *file = fopen(name, "w");
  assert_non_null(file);
  assert_int_equal(fputs("torn", file) >= 0, 1);
  assert_int_equal(fclose(file), 0);
  struct lw_live_past *past = open_heard(&heard, 0);
  (void)clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += 60;
  assert_int_equal(sem_timedwait(&heard.told, &until), 0);
  assert_int_equal(heard.rows[0], 5);
  lw_live_past_destroy(past);
  (void)sem_destroy(&heard.told);
  (void)unlink(name);
}

static void test_follows(void **state)
{
  struct place *place = *state;
  struct lw_live_past *past = open_past(place, 0, 0);
  struct lw_live_past_figures figures;
  lw_live_past_get_figures(past, &figures);
  assert_int_equal(figures.bytes, 0); /* nobody has asked */
  assert_int_equal(held_rows(place, past), 0);
  lw_live_past_release(past);
  decide(place, 3);
  assert_int_equal(held_rows(place, past), 3);
  lw_live_past_release(past);
  decide(place, 5000);
  assert_int_equal(held_rows(place, past), 5003);
  lw_live_past_release(past);
  lw_live_past_get_figures(past, &figures);
  assert_int_equal(figures.rows, 5003);
  assert_int_equal(figures.seq, lw_engine_seq(place->engine));
  assert_true(figures.bytes > 0);
  lw_live_past_destroy(past);
}

static void test_does_not_grow_while_held(void **state)
{
  struct place *place = *state;
  struct lw_live_past *past = open_past(place, 0, 0);
  decide(place, 2);
  assert_int_equal(held_rows(place, past), 2);
  decide(place, 2);
  assert_int_equal(held_rows(place, past), 2); /* a second one gets what there is */
  lw_live_past_release(past);
  lw_live_past_release(past);
  assert_int_equal(held_rows(place, past), 4);
  lw_live_past_release(past);
  lw_live_past_destroy(past);
}

static void test_too_large(void **state)
{
  struct place *place = *state;
  struct lw_live_past *past = open_past(place, 1, 0);
  struct lw_live_past_view view;
  struct lw_live_past_figures figures;
  decide(place, 1);
  for (int i = 0; i < 2; i++) { /* it does not become smaller */
    struct lw_error err = {0};
    assert_int_equal(lw_live_past_hold(past, 1, WAIT_MSEC, &view, &err), LW_LIMIT);
    assert_non_null(strstr(err.text, "memory"));
    assert_non_null(strstr(err.hint, "leeway replay"));
  }
  lw_live_past_get_figures(past, &figures);
  assert_int_equal(figures.bytes, 0);
  lw_live_past_destroy(past);
}

static void test_let_go(void **state)
{
  struct place *place = *state;
  struct lw_live_past *past = open_past(place, 0, 1);
  struct lw_live_past_figures figures = {.rows = 1};
  decide(place, 2);
  assert_int_equal(held_rows(place, past), 2);
  lw_live_past_release(past);
  for (int i = 0; i < LOOKS_MAX && figures.rows != 0; i++) {
    (void)sched_yield();
    lw_live_past_get_figures(past, &figures);
  }
  assert_int_equal(figures.rows, 0);
  assert_int_equal(figures.bytes, 0);
  assert_int_equal(held_rows(place, past), 2); /* and read again */
  lw_live_past_release(past);
  lw_live_past_destroy(past);
}

/* What it waits for never comes: then it is given as it is. */
static void test_waits_no_longer_than_said(void **state)
{
  struct place *place = *state;
  struct lw_live_past *past = open_past(place, 0, 0);
  struct lw_live_past_view view = {.tape = NULL};
  struct lw_error err = {0};
  decide(place, 1);
  assert_int_equal(held_rows(place, past), 1);
  lw_live_past_release(past);
  must(lw_live_past_hold(past, lw_engine_seq(place->engine) + 1, 1, &view, &err), &err);
  assert_int_equal(view.seq, lw_engine_seq(place->engine));
  lw_live_past_release(past);
  lw_live_past_destroy(past);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_follows, make_place, remove_place),
      cmocka_unit_test_setup_teardown(test_tells_when_it_is_ready, make_place, remove_place),
      cmocka_unit_test_setup_teardown(test_tells_again_while_nobody_holds_it, make_place,
                                      remove_place),
      cmocka_unit_test_setup_teardown(test_reads_at_once_beside_a_file, make_place, remove_place),
      cmocka_unit_test_setup_teardown(test_does_not_grow_while_held, make_place, remove_place),
      cmocka_unit_test_setup_teardown(test_too_large, make_place, remove_place),
      cmocka_unit_test_setup_teardown(test_let_go, make_place, remove_place),
      cmocka_unit_test_setup_teardown(test_waits_no_longer_than_said, make_place, remove_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
