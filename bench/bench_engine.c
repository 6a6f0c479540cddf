/* The engine by itself: decisions through lw_engine_submit with so many under way, on a new
 * database (bench-engine.db, which must not be there). Prints decisions a second, time a batch, and
 * what the lists make of them. Not timed in ./check.
 *
 *   bench_engine [--seconds N] [--in-flight N] [--keys] [--no-customers]
 *                [--no-lists] [--shadow] [--db PATH]
 *                --shadow: a policy with another limit decides beside the live one
 *   bench_engine --follow [--db PATH]    only the lists, anew, of a database that is there */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/num.h"
#include "engine/lists.h"
#include "engine/publish.h"
#include "engine/shadow.h"
#include "people/person.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PEOPLE = 200, IN_FLIGHT_MAX = 4096 };

static const char policy_text[] =
    "leeway: 1\norganization: Bench\ncurrency: USD\ntiers: [frontline, lead]\n"
    "reasons: {outage: {}, goodwill: {}}\n"
    "facts:\n  customer.tenure_days: {type: int, default: 100}\n"
    "  customer.segment: {type: string, default: standard}\n"
    "actions: {credit: {kind: money}}\n"
    "budgets:\n"
    "  rep-month: {per: agent, every: month, amount: 100000000.00}\n"
    "  team-month: {per: team, every: month, amount: 1000000000.00}\n"
    "  customer-year: {per: customer, over: 365d, amount: 100000.00, times: 100000}\n"
    "rails:\n"
    "  - {id: none, no: [credit], when: customer.segment == \"blocked\", why: no, instead: wait}\n"
    "grants:\n"
    "  - id: small\n    who: {tier: frontline}\n    may: [credit]\n    up_to: 100.00\n"
    "    when: reason in [\"outage\"] && customer.tenure_days >= 30\n"
    "    draws: [rep-month, team-month, customer-year] \n    why: Settle it in the call.\n";

/* Where the policy names the customers' budget among those drawn from. */
static const char customers[] = ", customer-year] ";

struct options {
  int64_t seconds;
  bool no_customers;
  bool follow;
  bool shadow;
  int64_t in_flight;
  bool keys;
  bool lists;
  const char *db;
};

struct bench;

struct flight {
  struct bench *bench;
  struct lw_order order;
  struct lw_change change;
  struct lw_arena arena;
  struct flight *next;
  char key[32];
};

struct bench {
  struct lw_engine *engine;
  struct lw_json_reader *reader;
  pthread_mutex_t lock;
  pthread_cond_t back;
  struct flight *free; /* lock */
  size_t n_free;       /* lock */
  uint64_t done;       /* the writer's */
  uint64_t failed;
  uint64_t number;
  bool keys;
};

static void stop(const struct lw_error *err)
{
  (void)fprintf(stderr, "bench_engine: %s\n", err->text);
  exit(1);
}

static enum lw_code add_people(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err)
{
  (void)change;
  const struct lw_team_edit team = {
      .id = LW_STR("care"), .set_name = true, .name = LW_STR("Care"), .set_parent = true};
  enum lw_code rc = lw_team_write(batch->db, NULL, &team, err);
  for (int i = 0; rc == LW_OK && i < PEOPLE; i++) {
    char id[16];
    (void)snprintf(id, sizeof id, "agent%d", i);
    const struct lw_person_edit edit = {.fields = LW_PERSON_TEAM | LW_PERSON_TIER | LW_PERSON_KIND |
                                                  LW_PERSON_ACTIVE,
                                        .actor = {.id = lw_str_c(id),
                                                  .team = LW_STR("care"),
                                                  .tier = LW_STR("frontline"),
                                                  .kind = LW_ACTOR_HUMAN},
                                        .active = true};
    rc = lw_person_write(batch->db, NULL, &edit, batch->now, err);
  }
  batch->people_changed = true;
  return rc;
}

/* The policy, without a budget per customer if so wanted: that is a row of its own for each
 * decision. */
static lw_str make_policy(struct lw_arena *arena, bool no_customers)
{
  lw_str text = lw_str_c(policy_text);
  size_t at = lw_str_find(text, lw_str_c(customers), 0);
  if (!no_customers || at == SIZE_MAX) {
    return text;
  }
  return lw_str_format(arena, "%.*s]%.*s", (int)at, text.ptr,
                       LW_FMT(lw_str_slice(text, at + sizeof customers - 2, SIZE_MAX)));
}

static void prepare(struct bench *bench, bool no_customers)
{
  struct lw_error err;
  struct lw_arena arena;
  struct lw_publish publish;
  lw_arena_init(&arena, NULL, 0);
  struct lw_change people = {.apply = add_people, .arena = &arena, .actor = LW_STR("bench")};
  if (lw_engine_run(bench->engine, &people, &err) != LW_OK) {
    stop(&err);
  }
  lw_publish_init(&publish, make_policy(&arena, no_customers), &arena);
  publish.quiet = true;
  if (lw_publish_prepare(&publish, NULL, &err) != LW_OK) {
    stop(&err);
  }
  struct lw_change change = {
      .apply = lw_publish_apply, .user = &publish, .arena = &arena, .actor = LW_STR("bench")};
  if (lw_engine_run(bench->engine, &change, &err) != LW_OK) {
    stop(&err);
  }
  lw_buf_finish(&change.answer);
  lw_publish_finish(&publish);
  lw_arena_finish(&arena);
}

/* The same policy with half of the limit. */
static void cast_shadow(struct bench *bench, bool no_customers)
{
  struct lw_error err;
  struct lw_arena arena;
  struct lw_shadow_start start;
  lw_arena_init(&arena, NULL, 0);
  lw_str text = make_policy(&arena, no_customers);
  size_t at = lw_str_find(text, LW_STR("up_to: 100.00"), 0);
  text = lw_str_format(&arena, "%.*sup_to: 50.00%.*s", (int)at, text.ptr,
                       LW_FMT(lw_str_slice(text, at + sizeof "up_to: 100.00" - 1, SIZE_MAX)));
  lw_shadow_start_init(&start, text, &arena);
  const struct lw_snapshot *snapshot = lw_engine_snapshot(bench->engine);
  struct lw_change change = {
      .apply = lw_shadow_start_apply, .user = &start, .arena = &arena, .actor = LW_STR("bench")};
  if (lw_shadow_start_prepare(&start, snapshot, &err) != LW_OK ||
      lw_engine_run(bench->engine, &change, &err) != LW_OK) {
    stop(&err);
  }
  lw_snapshot_unref(snapshot);
  lw_buf_finish(&change.answer);
  lw_shadow_start_finish(&start);
  lw_arena_finish(&arena);
}

static void done(struct lw_change *change)
{
  struct flight *flight =
      (struct flight *)(void *)((char *)change - offsetof(struct flight, change));
  struct bench *bench = flight->bench;
  bench->done++;
  bench->failed += change->code != LW_OK;
  (void)pthread_mutex_lock(&bench->lock);
  flight->next = bench->free;
  bench->free = flight;
  bench->n_free++;
  (void)pthread_cond_signal(&bench->back);
  (void)pthread_mutex_unlock(&bench->lock);
}

static void submit(struct bench *bench, struct flight *flight, const struct lw_snapshot *snapshot)
{
  struct lw_error err;
  const struct lw_value *value = NULL;
  uint64_t number = bench->number++;
  lw_order_finish(&flight->order);
  lw_arena_reset(&flight->arena);
  lw_str json = lw_str_format(
      &flight->arena,
      "{\"agent\":\"agent%llu\",\"action\":\"credit\",\"amount\":\"%llu.50\",\"case\":\"c%llu\","
      "\"customer\":\"k%llu\",\"reason\":\"outage\",\"facts\":{\"customer\":{\"segment\":\"gold\","
      "\"tenure_days\":400}}}",
      (unsigned long long)(number % PEOPLE), (unsigned long long)(number % 80),
      (unsigned long long)number, (unsigned long long)(number * 7919 % 1000003));
  struct lw_faults faults = {.arena = &flight->arena};
  const struct lw_order_options options = {.now = lw_engine_now(bench->engine)};
  if (lw_json_read(bench->reader, &flight->arena, json, NULL, &value, &err) != LW_OK ||
      !lw_order_read(snapshot, value, &options, &flight->arena, &flight->order, &faults)) {
    (void)lw_fail(&err, LW_INVALID, "the request does not read");
    stop(&err);
  }
  struct lw_buf answer = flight->change.answer;
  flight->change = (struct lw_change){.apply = lw_order_apply,
                                      .done = done,
                                      .user = &flight->order,
                                      .arena = &flight->arena,
                                      .actor = flight->order.request.agent.id,
                                      .bare = true,
                                      .keeps_own_key = true,
                                      .answer = answer};
  if (bench->keys) {
    int len = snprintf(flight->key, sizeof flight->key, "key-%llu", (unsigned long long)number);
    flight->change.key = lw_str_from(flight->key, (size_t)len);
  }
  if (lw_engine_submit(bench->engine, &flight->change, &err) != LW_OK) {
    stop(&err);
  }
}

static void run(struct bench *bench, const struct options *options)
{
  lw_usec end = lw_clock_monotonic() + options->seconds * LW_USEC_PER_SECOND;
  const struct lw_snapshot *snapshot = lw_engine_snapshot(bench->engine);
  while (lw_clock_monotonic() < end) {
    (void)pthread_mutex_lock(&bench->lock);
    while (bench->free == NULL) {
      (void)pthread_cond_wait(&bench->back, &bench->lock);
    }
    struct flight *all = bench->free;
    bench->free = NULL;
    bench->n_free = 0;
    (void)pthread_mutex_unlock(&bench->lock);
    while (all != NULL) {
      struct flight *flight = all;
      all = flight->next;
      submit(bench, flight, snapshot);
    }
  }
  (void)pthread_mutex_lock(&bench->lock);
  while (bench->n_free < (size_t)options->in_flight) {
    (void)pthread_cond_wait(&bench->back, &bench->lock);
  }
  (void)pthread_mutex_unlock(&bench->lock);
  lw_snapshot_unref(snapshot);
}

static lw_usec usec_of(struct timeval time)
{
  return (lw_usec)time.tv_sec * LW_USEC_PER_SECOND + time.tv_usec;
}

static void report(struct bench *bench, const struct options *options, struct lw_lists *lists,
                   lw_usec took)
{
  struct lw_engine_figures figures;
  struct rusage usage;
  (void)getrusage(RUSAGE_SELF, &usage);
  lw_engine_get_figures(bench->engine, &figures);
  (void)printf(
      "%llu decisions, %llu failed, %lld a second; %llu batches of %llu at most, %llu us a "
      "commit; %.2f us of processor a decision; memory at most %ld MB\n",
      (unsigned long long)bench->done, (unsigned long long)bench->failed,
      (long long)((lw_usec)bench->done * LW_USEC_PER_SECOND / took),
      (unsigned long long)figures.batches, (unsigned long long)figures.batch_changes_max,
      (unsigned long long)(figures.commit_usec_sum / (figures.batches + 1)),
      (double)(usec_of(usage.ru_utime) + usec_of(usage.ru_stime)) /
          (double)(bench->done != 0 ? bench->done : 1),
      usage.ru_maxrss / 1024);
  if (options->lists) {
    uint64_t through = lw_lists_through(lists);
    uint64_t seq = lw_engine_seq(bench->engine);
    lw_usec began = lw_clock_monotonic();
    (void)lw_lists_wait(lists, seq, 600000);
    lw_usec rest = lw_clock_monotonic() - began + 1;
    (void)printf("lists: %llu behind at the end, the rest at %llu a second\n",
                 (unsigned long long)(seq - through),
                 (unsigned long long)((seq - through) * LW_USEC_PER_SECOND / (uint64_t)rest));
  }
}

static void read_number(const char *text, int64_t *number)
{
  if (!lw_int_read(lw_str_c(text), number)) {
    (void)fprintf(stderr, "bench_engine: %s is no number\n", text);
    exit(2);
  }
}

static struct options read_options(int argc, char **argv)
{
  struct options options = {.seconds = 5, .in_flight = 64, .lists = true, .db = "bench-engine.db"};
  for (int i = 1; i < argc; i++) {
    lw_str word = lw_str_c(argv[i]);
    bool more = i + 1 < argc;
    if (lw_str_equal(word, LW_STR("--keys"))) {
      options.keys = true;
    } else if (lw_str_equal(word, LW_STR("--no-customers"))) {
      options.no_customers = true;
    } else if (lw_str_equal(word, LW_STR("--shadow"))) {
      options.shadow = true;
    } else if (lw_str_equal(word, LW_STR("--follow"))) {
      options.follow = true;
    } else if (lw_str_equal(word, LW_STR("--no-lists"))) {
      options.lists = false;
    } else if (more && lw_str_equal(word, LW_STR("--db"))) {
      options.db = argv[++i];
    } else if (more && lw_str_equal(word, LW_STR("--seconds"))) {
      read_number(argv[++i], &options.seconds);
    } else if (more && lw_str_equal(word, LW_STR("--in-flight"))) {
      read_number(argv[++i], &options.in_flight);
    }
  }
  if (options.in_flight < 1 || options.in_flight > IN_FLIGHT_MAX) {
    options.in_flight = 64;
  }
  return options;
}

/* How fast a database that is there is opened, and its lists are made alone. */
static int follow(const struct options *options)
{
  struct lw_engine *engine = NULL;
  struct lw_lists *lists = NULL;
  struct lw_error err;
  const struct lw_engine_options engine_options = {.url = options->db};
  lw_usec began = lw_clock_monotonic();
  if (!lw_crypto_start() || lw_engine_open(&engine_options, &engine, &err) != LW_OK) {
    stop(&err);
  }
  lw_usec opened = lw_clock_monotonic();
  if (lw_lists_open(engine, &lists, &err) != LW_OK || lw_lists_follow(lists, &err) != LW_OK) {
    stop(&err);
  }
  lw_usec took = lw_clock_monotonic() - opened + 1;
  uint64_t seq = lw_lists_through(lists);
  (void)printf("opened in %lld ms; %llu entries followed, %llu a second\n",
               (long long)((opened - began) / 1000), (unsigned long long)seq,
               (unsigned long long)(seq * LW_USEC_PER_SECOND / (uint64_t)took));
  lw_lists_close(lists);
  lw_engine_close(engine);
  return 0;
}

int main(int argc, char **argv)
{
  struct options options = read_options(argc, argv);
  if (options.follow) {
    return follow(&options);
  }
  struct bench bench = {.lock = PTHREAD_MUTEX_INITIALIZER,
                        .back = PTHREAD_COND_INITIALIZER,
                        .reader = lw_json_reader_create(NULL),
                        .keys = options.keys};
  struct lw_lists *lists = NULL;
  struct lw_error err;
  const struct lw_engine_options engine_options = {.url = options.db, .threaded = true};
  if (!lw_crypto_start() || lw_engine_open(&engine_options, &bench.engine, &err) != LW_OK ||
      (options.lists && lw_lists_open(bench.engine, &lists, &err) != LW_OK)) {
    stop(&err);
  }
  prepare(&bench, options.no_customers);
  if (options.shadow) {
    cast_shadow(&bench, options.no_customers);
  }
  struct flight *flights = calloc((size_t)options.in_flight, sizeof *flights);
  for (int64_t i = 0; i < options.in_flight; i++) {
    lw_arena_init(&flights[i].arena, NULL, 0);
    flights[i].bench = &bench;
    flights[i].next = bench.free;
    bench.free = &flights[i];
    bench.n_free++;
  }
  lw_usec began = lw_clock_monotonic();
  run(&bench, &options);
  report(&bench, &options, lists, lw_clock_monotonic() - began);
  lw_lists_close(lists);
  lw_engine_close(bench.engine);
  for (int64_t i = 0; i < options.in_flight; i++) {
    lw_order_finish(&flights[i].order);
    lw_buf_finish(&flights[i].change.answer);
    lw_arena_finish(&flights[i].arena);
  }
  free(flights);
  lw_json_reader_destroy(bench.reader);
  return bench.failed == 0 ? 0 : 1;
}
