/* Many threads against three shared budgets: what was granted is what the budgets, the journal and
 * the answers say, and no limit is passed. With readers, lists, people and policy changing between.
 */
#include "engine_test.h"

#include "fault/vfs.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { THREADS = 16, EACH = 60 };

#define SHARED                                                                                     \
  "leeway: 1\norganization: Aurora\ncurrency: USD\ntiers: [frontline, senior, lead]\n"             \
  "actions: {credit: {kind: money}}\n"                                                             \
  "budgets:\n  all: {per: organization, amount: 700.00}\n"                                         \
  "  team: {per: team, every: month, amount: 600.00}\n"                                            \
  "  much: {per: organization, over: 30d, amount: 100000.00, times: 650}\n"                        \
  "grants: [{id: g, who: {team: care}, may: [credit], draws: [all, team, much]}]\n"

struct worker {
  struct lw_engine *engine;
  unsigned number;
  struct lw_json_reader *reader;
  int64_t granted_minor;
  unsigned granted;
  unsigned failed;
};

static void decide_one(struct worker *worker, unsigned round)
{
  struct desk own = {.engine = worker->engine, .reader = worker->reader};
  struct ask ask;
  char json[200];
  char key[40];
  unsigned cents = 50 + (worker->number * 7 + round * 13) % 300;
  (void)snprintf(json, sizeof json,
                 "{\"agent\":\"%s\",\"action\":\"credit\",\"amount\":\"%u.%02u\"}",
                 round % 2 != 0 ? "ana" : "ben", cents / 100, cents % 100);
  (void)snprintf(key, sizeof key, "%u-%u", worker->number, round / 2); /* every other is a retry */
  desk_ask(&own, &ask, json);
  ask_key(&ask, key, (unsigned char)(round % 2));
  if (round % 2 == 0) {
    ask.change.key = LW_STR("");
  }
  if (lw_engine_run(own.engine, &ask.change, &own.err) != LW_OK) {
    worker->failed++;
  } else if (has(lw_buf_str(&ask.change.answer), "\"verdict\":\"granted\"")) {
    worker->granted_minor += cents;
    worker->granted++;
  }
  ask_finish(&ask);
}

static void *work(void *user)
{
  struct worker *worker = user;
  for (unsigned round = 0; round < EACH; round++) {
    decide_one(worker, round);
    struct lw_engine_figures figures;
    lw_engine_get_figures(worker->engine, &figures);
    lw_engine_wake(worker->engine, AT_START + (lw_usec)round);
  }
  return NULL;
}

static void three_shared_budgets_are_drawn_exactly(void **state)
{
  (void)state;
  struct desk desk;
  struct lw_lists *lists = NULL;
  static struct worker workers[THREADS];
  pthread_t threads[THREADS];
  int64_t granted_minor = 0;
  int64_t granted = 0;
  desk_open(&desk, SHARED);
  desk_close_engine(&desk);
  desk.world.rand = NULL; /* the seeded stream is one thread's */
  desk_open_engine(&desk, true);
  must(lw_lists_open(desk.engine, &lists, &desk.err), &desk.err);
  for (unsigned i = 0; i < THREADS; i++) {
    workers[i] = (struct worker){desk.engine, i, lw_json_reader_create(NULL), 0, 0, 0};
    assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
  }
  desk_must_publish(&desk, SHARED "why: more words\n");
  for (unsigned i = 0; i < THREADS; i++) {
    (void)pthread_join(threads[i], NULL);
    granted_minor += workers[i].granted_minor;
    granted += workers[i].granted;
    assert_int_equal(workers[i].failed, 0);
    lw_json_reader_destroy(workers[i].reader);
  }
#define SUM(what, budget)                                                                          \
  "SELECT coalesce(sum(d." what "), 0) FROM drawn d JOIN budget b ON b.number = d.budget "         \
  "WHERE b.name = '" budget "'"
  assert_int_equal(desk_number(&desk, SUM("amount", "all")), granted_minor);
  assert_int_equal(desk_number(&desk, SUM("amount", "team")), granted_minor);
  assert_int_equal(desk_number(&desk, SUM("amount", "much")), granted_minor);
  assert_int_equal(desk_number(&desk, SUM("times", "much")), granted);
  assert_true(granted_minor <= 60000);
  assert_true(granted_minor > 59000); /* and it was nearly used up */
  assert_true(granted <= 650);
  uint64_t seq = lw_engine_seq(desk.engine);
  assert_int_equal(lw_lists_wait(lists, seq, 20000), seq);
  desk_verify(&desk);
  lw_lists_close(lists);
  desk_close(&desk);
}

/* --- a disk that does not confirm --- */

enum { UNSURE_THREADS = 8, UNSURE_EACH = 40, TRIES_MAX = 2000 };

/* Sends until it is answered, always under the same key. */
static void *insist(void *user)
{
  struct worker *worker = user;
  struct desk own = {.engine = worker->engine, .reader = worker->reader};
  for (unsigned round = 0; round < UNSURE_EACH; round++) {
    char key[40];
    (void)snprintf(key, sizeof key, "%u/%u", worker->number, round);
    enum lw_code rc = LW_IO;
    for (unsigned tries = 0; rc != LW_OK && tries < TRIES_MAX; tries++) {
      struct ask ask;
      desk_ask(&own, &ask, "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"0.01\"}");
      ask_key(&ask, key, 1);
      rc = lw_engine_run(own.engine, &ask.change, &own.err);
      worker->granted += rc == LW_OK && has(lw_buf_str(&ask.change.answer), "granted");
      worker->failed += rc != LW_OK;
      ask_finish(&ask);
    }
  }
  return NULL;
}

static bool is_failing(struct lw_engine *engine)
{
  struct lw_engine_figures figures;
  lw_engine_get_figures(engine, &figures);
  return figures.failing;
}

/* Some flushes fail, one here, many there: whoever insists is granted once, and nothing else is. */
static void what_the_disk_does_not_confirm_counts_once(void **state)
{
  ONLY_ON_FILES();
  (void)state;
  struct desk desk;
  static struct worker workers[UNSURE_THREADS];
  pthread_t threads[UNSURE_THREADS];
  unsigned granted = 0;
  unsigned failed = 0;
  desk_open(&desk, SHARED);
  desk_close_engine(&desk);
  desk.world.rand = NULL;
  struct lw_fault *disk = lw_fault_create("engine-unsure", 11);
  const struct lw_engine_options options = {
      .url = desk.path, .world = &desk.world, .threaded = true, .vfs = "engine-unsure"};
  must(lw_engine_open(&options, &desk.engine, &desk.err), &desk.err);
  for (unsigned i = 0; i < UNSURE_THREADS; i++) {
    workers[i] = (struct worker){desk.engine, i, lw_json_reader_create(NULL), 0, 0, 0};
    assert_int_equal(pthread_create(&threads[i], NULL, insist, &workers[i]), 0);
  }
  for (unsigned i = 0; i < 40; i++) {
    lw_fault_fail(disk, LW_FAULT_SYNC, 1 + i % 3, i % 5 == 0);
    for (unsigned tries = 0; i == 0 && tries < 10000 && !is_failing(desk.engine); tries++) {
      (void)usleep(1000); /* at least one, however busy the machine is */
    }
    (void)usleep(1000 + i * 50);
    lw_fault_fail(disk, LW_FAULT_SYNC, 0, false);
    (void)usleep(500);
  }
  for (unsigned i = 0; i < UNSURE_THREADS; i++) {
    (void)pthread_join(threads[i], NULL);
    granted += workers[i].granted;
    failed += workers[i].failed;
    lw_json_reader_destroy(workers[i].reader);
  }
  print_message("%u answers were failures of the disk\n", failed);
  assert_true(failed > 0);
  assert_int_equal(granted, UNSURE_THREADS * UNSURE_EACH);
  assert_int_equal(desk_number(&desk, SUM("amount", "all")), granted);
  assert_int_equal(desk_number(&desk, SUM("times", "much")), granted);
  desk_verify(&desk);
  desk_close_engine(&desk);
  lw_fault_destroy(disk);
  desk_open_engine(&desk, false);
  desk_verify(&desk);
  desk_close(&desk);
}

/* Nobody sends it anything while it calls itself not ready. */
static void a_server_whose_disk_is_back_finds_out_by_itself(void **state)
{
  ONLY_ON_FILES();
  (void)state;
  struct desk desk;
  struct ask ask;
  desk_open(&desk, SHARED);
  desk_close_engine(&desk);
  desk.world.rand = NULL;
  struct lw_fault *disk = lw_fault_create("engine-back", 12);
  const struct lw_engine_options options = {
      .url = desk.path, .world = &desk.world, .threaded = true, .vfs = "engine-back"};
  must(lw_engine_open(&options, &desk.engine, &desk.err), &desk.err);
  lw_fault_fail(disk, LW_FAULT_WRITE, 1, true);
  desk_ask(&desk, &ask, "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"0.01\"}");
  assert_int_equal(lw_engine_run(desk.engine, &ask.change, &desk.err), LW_IO);
  ask_finish(&ask);
  for (int i = 0; i < 15; i++) { /* one trial at least */
    assert_true(is_failing(desk.engine));
    (void)usleep(100000);
  }
  lw_fault_fail(disk, LW_FAULT_WRITE, 0, false);
  for (int i = 0; i < 200 && is_failing(desk.engine); i++) {
    (void)usleep(100000);
  }
  assert_false(is_failing(desk.engine));
  desk_verify(&desk);
  desk_close_engine(&desk);
  lw_fault_destroy(disk);
  desk_open_engine(&desk, false);
  desk_close(&desk);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_server_whose_disk_is_back_finds_out_by_itself),
      cmocka_unit_test(three_shared_budgets_are_drawn_exactly),
      cmocka_unit_test(what_the_disk_does_not_confirm_counts_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
