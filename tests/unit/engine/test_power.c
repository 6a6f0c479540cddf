/* The power goes at each change of the disk in turn, and every call to the disk fails in turn: what
 * was answered is there exactly once, what was not is there once or not at all and can be sent
 * again, the chain verifies and budgets are what the decisions drew. */
#include "engine/inside.h"
#include "engine_test.h"
#include "fault/vfs.h"

#include <stdlib.h>
#include <string.h>

#define DISK "engine-power"
#define DAY  ((lw_usec)24 * 60 * MINUTE)

#ifdef LW_SLOW_ASSERTIONS /* with sanitizers each round takes five times as long */
enum { CUTS = 64, FAILURES = 60 };
#else
enum { CUTS = 160, FAILURES = 150 };
#endif
enum { STEPS = 6, KEYS_MAX = 2 * CUTS * STEPS };

/* One decision as its client knows it. */
struct sent {
  bool acked;
  lw_id id;
  bool held;         /* confirmed to 0.04 of it, or not */
  bool settled;      /* the confirmation was answered */
  bool maybe_partly; /* the confirmation was sent, and no answer came */
};

struct storm {
  struct desk desk;
  struct lw_fault *disk;
  struct sent sent[KEYS_MAX];
  size_t count;
};

/* What is drawn moves to its place a few sums at a time, so that all of that happens here. */
static void gather_little(struct lw_engine *engine)
{
  lw_drawn_destroy(engine->drawn);
  engine->drawn = lw_drawn_create(3);
  assert_non_null(engine->drawn);
  engine->source.drawn = engine->drawn;
  engine->stale = true; /* what the other one knew is read anew */
}

static bool open_on_disk(struct storm *storm)
{
  const struct lw_engine_options options = {
      .url = storm->desk.path, .world = &storm->desk.world, .vfs = DISK};
  storm->desk.engine = NULL;
  bool open = lw_engine_open(&options, &storm->desk.engine, &storm->desk.err) == LW_OK;
  if (open) {
    gather_little(storm->desk.engine);
  }
  return open;
}

static enum lw_code send(struct storm *storm, size_t index)
{
  struct sent *sent = &storm->sent[index];
  struct ask ask;
  char key[32];
  char json[160];
  (void)snprintf(key, sizeof key, "k%zu", index);
  (void)snprintf(json, sizeof json,
                 "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"0.10\"%s}",
                 sent->held ? ",\"hold\":\"12h\"" : "");
  desk_ask(&storm->desk, &ask, json);
  ask_key(&ask, key, 1);
  enum lw_code rc = lw_engine_run(storm->desk.engine, &ask.change, &storm->desk.err);
  if (rc == LW_OK) {
    lw_str answer = lw_buf_str(&ask.change.answer);
    assert_has(answer, "granted");
    lw_id id = id_of(answer);
    assert_true(!sent->acked || memcmp(&id, &sent->id, sizeof id) == 0);
    sent->id = id;
    sent->acked = true;
  } else {
    assert_int_equal(rc, LW_IO);
  }
  ask_finish(&ask);
  return rc;
}

static enum lw_code apply_part(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err)
{
  const struct sent *sent = change->user;
  return lw_decision_confirm(batch, change, sent->id, 4, err);
}

static void settle(struct storm *storm, struct sent *sent)
{
  struct lw_change change = {.apply = apply_part, .user = sent};
  enum lw_code rc = desk_run(&storm->desk, &change);
  sent->settled = rc == LW_OK;
  sent->maybe_partly = rc != LW_OK;
  lw_buf_finish(&change.answer);
}

/* Sends until the disk is dead, or all is sent. */
static void work(struct storm *storm)
{
  for (size_t i = 0; i < STEPS && !lw_fault_is_out(storm->disk); i++) {
    size_t index = storm->count++;
    storm->sent[index].held = i % 2 != 0;
    if (send(storm, index) == LW_OK && storm->sent[index].held) {
      settle(storm, &storm->sent[index]);
    }
  }
  struct lw_db *db = NULL;
  uint64_t pages = 0;
  const struct lw_db_options options = {.url = storm->desk.path, .mode = LW_DB_WRITE, .vfs = DISK};
  if (lw_db_open(&options, &db, &storm->desk.err) == LW_OK) {
    (void)!lw_db_checkpoint(db, storm->count % 2 != 0, &pages, &storm->desk.err);
    lw_db_close(db);
  }
}

/* What stands of one, as the record has it. */
static int64_t standing(struct storm *storm, struct sent *sent)
{
  struct desk *desk = &storm->desk;
  struct lw_db *db = NULL;
  struct lw_decision decision;
  must(lw_engine_reader(desk->engine, &db, &desk->err), &desk->err);
  must(lw_decision_get(db, NULL, sent->id, &desk->arena, desk->reader, &decision, &desk->err),
       &desk->err);
  lw_engine_reader_done(desk->engine, db);
  assert_int_equal(decision.verdict, LW_GRANTED);
  if (!sent->held) {
    assert_int_equal(decision.amount_minor, 10);
  } else if (sent->settled) {
    assert_int_equal(decision.state, LW_DECISION_FINAL);
    assert_int_equal(decision.amount_minor, 4);
  } else if (sent->maybe_partly) {
    assert_true(decision.state == LW_DECISION_FINAL ? decision.amount_minor == 4
                                                    : decision.amount_minor == 10);
  }
  return decision.state == LW_DECISION_LAPSED ? 0 : decision.amount_minor;
}

static bool count_decision(void *user, const struct lw_entry_view *entry)
{
  *(size_t *)user += lw_str_equal(entry->kind, LW_STR("decision"));
  return true;
}

/* What the organization's budget has drawn, by the engine's own rows. */
static int64_t drawn_in_all(struct desk *desk)
{
  struct lw_engine *engine = desk->engine;
  const struct lw_window for_good = {LW_WINDOW_FOR_GOOD, 0};
  struct lw_used used = {0};
  uint32_t number = 0;
  must(lw_drawn_number(engine->db, LW_STR("all"), &number, &desk->err), &desk->err);
  must(lw_batch_load(engine, &desk->err), &desk->err);
  lw_rows_used(engine->rows, (struct lw_row_key){number, LW_STR(".")}, &for_good, NULL,
               desk->clock.now, &used);
  assert_false(lw_rows_failed(engine->rows));
  return used.amount_minor;
}

/* After power is back: from `first` on, each is there once; what was not answered is sent again. */
static void look(struct storm *storm, size_t first)
{
  struct desk *desk = &storm->desk;
  struct lw_db *db = NULL;
  size_t decisions = 0;
  int64_t sum = 0;
  desk_verify(desk);
  for (size_t i = first; i < storm->count; i++) {
    assert_int_equal(send(storm, i), LW_OK); /* the same id as before, if there was one */
  }
  for (size_t i = 0; i < storm->count; i++) {
    sum += standing(storm, &storm->sent[i]);
  }
  assert_int_equal(drawn_in_all(desk), sum);
  must(lw_engine_reader(desk->engine, &db, &desk->err), &desk->err);
  must(lw_journal_walk(db, 0, 0, count_decision, &decisions, &desk->err), &desk->err);
  lw_engine_reader_done(desk->engine, db);
  assert_int_equal(decisions, storm->count);
  lw_arena_reset(&desk->arena);
}

static void power_goes_at_every_change_of_the_disk(void **state)
{
  ONLY_ON_FILES();
  static const enum lw_fault_fate fates[] = {LW_FAULT_RANDOM, LW_FAULT_LOSE_ALL, LW_FAULT_KEEP_ALL};
  struct storm *storm = calloc(1, sizeof *storm);
  size_t cut = 0;
  (void)state;
  assert_non_null(storm);
  desk_open(&storm->desk, POLICY);
  desk_close_engine(&storm->desk);
  storm->disk = lw_fault_create(DISK, 11);
  for (unsigned round = 0; round < CUTS; round++) {
    size_t first = storm->count;
    storm->desk.clock.now += DAY / 4; /* holds of two rounds ago lapse */
    bool opening = round % 4 == 3;
    if (opening) {
      lw_fault_pull_at(storm->disk, round / 4 + 1, fates[round % 3]);
    }
    bool open = open_on_disk(storm);
    if (!opening) {
      assert_true(open);
      lw_fault_pull_at(storm->disk, round / 4 * 2 + round % 4 + 1, fates[round % 3]);
    }
    if (open) {
      if (round % 5 == 0) {
        (void)!lw_engine_run_due(storm->desk.engine, &storm->desk.err);
      }
      work(storm);
      desk_close_engine(&storm->desk);
    }
    cut += lw_fault_is_out(storm->disk);
    lw_fault_plug(storm->disk);
    assert_true(open_on_disk(storm));
    look(storm, first);
    desk_close_engine(&storm->desk);
  }
  print_message("power went %zu times, %zu decisions\n", cut, storm->count);
  assert_true(cut > CUTS / 2);
  lw_fault_destroy(storm->disk);
  desk_open_engine(&storm->desk, false);
  look(storm, storm->count); /* keys are a day's */
  desk_close(&storm->desk);
  free(storm);
}

/* --- each call to the disk fails in turn --- */

static enum lw_code note_setting(struct lw_batch *batch, struct lw_change *change,
                                 struct lw_error *err)
{
  char sql[128];
  (void)snprintf(sql, sizeof sql, "INSERT INTO setting (key, value) VALUES ('%s', 'x')",
                 (const char *)change->user);
  enum lw_code rc = lw_db_exec(batch->db, sql, err);
  return rc == LW_OK
             ? lw_batch_append(batch, change, LW_EVENT_SETTING_CHANGED, LW_STR("{\"a\":1}"), err)
             : rc;
}

static enum lw_code apply_reverse(struct lw_batch *batch, struct lw_change *change,
                                  struct lw_error *err)
{
  const struct sent *sent = change->user;
  return lw_decision_reverse(batch, change, sent->id, LW_STR("wrong"), err);
}

enum { SORTS = 4 };

/* One batch of every sort of change that is not done yet, each with its key; how many were done.
 * What fails takes those before it along and leaves those behind it to a batch of their own: a
 * beginning fails, or none. */
static unsigned mixed_batch(struct desk *desk, const struct sent *old, unsigned round,
                            bool done[SORTS])
{
  char name[32];
  char keys[3][32];
  (void)snprintf(name, sizeof name, "s%u", round);
  for (unsigned i = 0; i < 3; i++) {
    (void)snprintf(keys[i], sizeof keys[i], "%c%u", (int)('a' + i), round);
  }
  struct ask one;
  struct ask two;
  desk_ask(desk, &one,
           "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"1.00\",\"note\":\"n\"}");
  desk_ask(desk, &two,
           "{\"agent\":\"ben\",\"action\":\"credit\",\"amount\":\"1.00\",\"hold\":\"1h\"}");
  ask_key(&one, keys[0], 1);
  ask_key(&two, keys[1], 1);
  struct lw_change back = {.apply = apply_reverse,
                           .user = (void *)(uintptr_t)old,
                           .arena = &desk->arena,
                           .key = lw_str_c(keys[2]),
                           .actor = LW_STR("leo")};
  struct lw_change other = {.apply = note_setting,
                            .user = name,
                            .arena = &desk->arena,
                            .actor = LW_STR("leo"),
                            .key = lw_str_c(name)};
  struct lw_change *all[SORTS] = {&one.change, &back, &other, &two.change};
  struct lw_change *changes[SORTS];
  unsigned which[SORTS];
  unsigned count = 0;
  unsigned fine = 0;
  for (unsigned i = 0; i < SORTS; i++) {
    which[count] = i;
    changes[count] = all[i];
    count += !done[i];
  }
  must(lw_engine_submit_all(desk->engine, changes, count, &desk->err), &desk->err);
  for (unsigned i = 0; i < count; i++) {
    enum lw_code code = changes[i]->code;
    assert_true(code == LW_OK || (fine == 0 && (code == LW_IO || code == LW_BUSY)));
    done[which[i]] = code == LW_OK;
    fine += code == LW_OK;
  }
  ask_finish(&one);
  ask_finish(&two);
  lw_buf_finish(&back.answer);
  lw_buf_finish(&other.answer);
  return fine;
}

static void each_call_to_the_disk_fails_in_turn(void **state)
{
  ONLY_ON_FILES();
  static const enum lw_fault_call calls[] = {LW_FAULT_WRITE, LW_FAULT_SYNC, LW_FAULT_TRUNCATE,
                                             LW_FAULT_READ, LW_FAULT_SHM};
  struct desk desk;
  unsigned failed = 0;
  (void)state;
  desk_open(&desk, POLICY);
  desk_close_engine(&desk);
  struct lw_fault *disk = lw_fault_create("engine-calls", 5);
  const struct lw_engine_options options = {
      .url = desk.path, .world = &desk.world, .vfs = "engine-calls"};
  for (unsigned round = 0; round < FAILURES; round++) {
    desk.clock.now += DAY;
    must(lw_engine_open(&options, &desk.engine, &desk.err), &desk.err);
    gather_little(desk.engine);
    const struct sent old = {
        .id = id_of(desk_decide(&desk, "{\"agent\":\"cai\",\"action\":\"credit\",\"amount\":"
                                       "\"2.00\"}"))};
    uint64_t seq = lw_engine_seq(desk.engine);
    lw_fault_fail(disk, calls[round % 5], round / 10 + 1, round % 2 != 0);
    bool done[SORTS] = {false};
    unsigned fine = mixed_batch(&desk, &old, round, done);
    lw_fault_fail(disk, calls[round % 5], 0, false);
    failed += fine != SORTS;
    assert_true(lw_engine_seq(desk.engine) >= seq + fine);
    assert_int_equal(mixed_batch(&desk, &old, round, done), SORTS - fine);
    assert_int_equal(lw_engine_seq(desk.engine), seq + SORTS);
    assert_has(desk_decide(&desk, "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"9.00\"}"),
               "\"rep-day\":\"90.00\"");
    desk_verify(&desk);
    desk_close_engine(&desk);
    lw_arena_reset(&desk.arena);
  }
  print_message("%u batches failed\n", failed);
  assert_true(failed >= 10);
  lw_fault_destroy(disk);
  desk_open_engine(&desk, false);
  desk_verify(&desk);
  desk_close(&desk);
}

static void with_each_size_of_space_it_is_all_or_nothing(void **state)
{
  ONLY_ON_FILES();
  struct desk desk;
  unsigned failed = 0;
  (void)state;
  desk_open(&desk, POLICY);
  desk_close_engine(&desk);
  struct lw_fault *disk = lw_fault_create("engine-space", 5);
  const struct lw_engine_options options = {
      .url = desk.path, .world = &desk.world, .vfs = "engine-space"};
  must(lw_engine_open(&options, &desk.engine, &desk.err), &desk.err);
  gather_little(desk.engine);
  for (unsigned round = 0; round < 60; round++) {
    desk.clock.now += DAY;
    const struct sent old = {
        .id = id_of(desk_decide(&desk, "{\"agent\":\"cai\",\"action\":\"credit\",\"amount\":"
                                       "\"2.00\"}"))};
    lw_fault_space(disk, (uint64_t)round * 1500);
    bool done[SORTS] = {false};
    unsigned fine = mixed_batch(&desk, &old, round, done);
    failed += fine != SORTS;
    fine += mixed_batch(&desk, &old, round, done);
    lw_fault_space(disk, LW_FAULT_NO_LIMIT);
    assert_int_equal(mixed_batch(&desk, &old, round, done), SORTS - fine);
    assert_has(desk_decide(&desk, "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"9.00\"}"),
               "\"rep-day\":\"90.00\"");
    desk_verify(&desk);
    lw_arena_reset(&desk.arena);
  }
  print_message("%u batches found no space\n", failed);
  assert_true(failed >= 3);
  desk_close_engine(&desk);
  lw_fault_destroy(disk);
  desk_open_engine(&desk, false);
  desk_close(&desk);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(power_goes_at_every_change_of_the_disk),
      cmocka_unit_test(each_call_to_the_disk_fails_in_turn),
      cmocka_unit_test(with_each_size_of_space_it_is_all_or_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
