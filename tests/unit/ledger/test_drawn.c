/* Budgets on disk: what batches drew and gave back is there after memory was cleared, whatever the
 * window; rows in memory that are filled from disk say what rows say that were never cleared. */
#include "ledger_test.h"

#include "fault/folder.h"

#include "data/json.h"
#include "ledger/recorded.h"

enum { KINDS = LW_WINDOW_ROLLING + 1, SCOPES = 3 };
static const lw_usec HOUR = INT64_C(3600) * LW_USEC_PER_SECOND;
static const char *const scope_names[SCOPES] = {"", "ana", "ana\x1fk\"3"};

static uint64_t below(uint64_t *state, uint64_t limit)
{
  uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return (z ^ (z >> 31)) % limit;
}

static struct lw_draw draw_of(int kind, int scope, int64_t amount, int64_t times)
{
  return (struct lw_draw){{(uint32_t)kind, lw_str_c(scope_names[scope])},
                          {(enum lw_window_kind)kind, kind == LW_WINDOW_ROLLING ? 48 * HOUR : 0},
                          amount,
                          times};
}

static void budgets_keep_their_numbers(void **state)
{
  (void)state;
  struct lw_db *db = open_memory();
  struct lw_error err = {0};
  static const struct {
    const char *name;
    uint32_t number;
  } cases[] = {{"rep-month", 0}, {"guest", 1}, {"rep-month", 0}, {"", 2}, {"guest", 1}, {"x", 3}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    uint32_t number = 99;
    must(lw_drawn_number(db, lw_str_c(cases[i].name), &number, &err), &err);
    assert_int_equal(number, cases[i].number);
  }
  exec_sql(db, "UPDATE budget SET number = -1 WHERE name = 'x'");
  uint32_t number = 99;
  assert_int_equal(lw_drawn_number(db, LW_STR("x"), &number, &err), LW_IO);
  assert_int_equal(number, 99);
  lw_db_close(db);
}

struct world {
  struct lw_db *db;
  struct lw_drawn *drawn;
  struct lw_rows *plain;  /* never cleared */
  struct lw_rows *cached; /* filled from db */
  struct lw_drawn_source source;
  const struct lw_tz *zone;
  uint64_t seed;
  lw_usec at;
  uint64_t seq;
};

static void flush(struct lw_drawn *drawn, struct lw_db *db, uint64_t *seq)
{
  struct lw_error err = {0};
  must(lw_db_begin(db, &err), &err);
  must(lw_drawn_flush(drawn, db, ++*seq, LW_STR(""), &err), &err);
  must(lw_db_commit(db, &err), &err);
  must(lw_drawn_committed(drawn, &err), &err);
}

static void flush_draws(struct world *world)
{
  flush(world->drawn, world->db, &world->seq);
  lw_rows_clear(world->cached);
}

/* Until all of it is in its place: each batch moves what was logged before it. */
static void settle(struct lw_drawn *drawn, struct lw_db *db, uint64_t *seq)
{
  struct lw_error err = {0};
  struct lw_draw nothing = draw_of(LW_WINDOW_FOR_GOOD, 2, 0, 0);
  for (int i = 0; i < 3; i++) {
    must(lw_drawn_add(drawn, &nothing, 1, NULL, the_moment, 1, &err), &err);
    flush(drawn, db, seq);
  }
}

static void step(struct world *world)
{
  struct lw_error err = {0};
  struct lw_draw draws[3];
  size_t count = 1 + below(&world->seed, 3);
  for (size_t i = 0; i < count; i++) {
    draws[i] = draw_of((int)below(&world->seed, KINDS), (int)below(&world->seed, SCOPES),
                       (int64_t)below(&world->seed, 1000), (int64_t)below(&world->seed, 3));
  }
  /* A clock that mostly goes on, and sometimes back by less than a window. */
  world->at += (lw_usec)below(&world->seed, (uint64_t)(9 * HOUR)) - HOUR;
  must(lw_rows_draw(world->plain, draws, count, world->zone, world->at, &err), &err);
  if (world->cached != NULL) {
    must(lw_rows_draw(world->cached, draws, count, world->zone, world->at, &err), &err);
  }
  must(lw_drawn_add(world->drawn, draws, count, world->zone, world->at, 1, &err), &err);
  if (below(&world->seed, 4) == 0) {
    struct lw_draw back = draws[count - 1];
    back.amount_minor /= 2;
    must(lw_rows_give_back(world->plain, &back, 1, world->zone, world->at, &err), &err);
    if (world->cached != NULL) {
      must(lw_rows_give_back(world->cached, &back, 1, world->zone, world->at, &err), &err);
    }
    must(lw_drawn_add(world->drawn, &back, 1, world->zone, world->at, -1, &err), &err);
  }
}

static void assert_agree(struct world *world)
{
  for (int kind = 0; kind < KINDS; kind++) {
    for (int scope = 0; scope < SCOPES; scope++) {
      struct lw_draw draw = draw_of(kind, scope, 0, 0);
      lw_usec at = world->at + (lw_usec)below(&world->seed, (uint64_t)(40 * HOUR)) - 20 * HOUR;
      struct lw_used want;
      struct lw_used got;
      lw_rows_used(world->plain, draw.key, &draw.window, world->zone, at, &want);
      lw_rows_used(world->cached, draw.key, &draw.window, world->zone, at, &got);
      assert_int_equal(got.amount_minor, want.amount_minor);
      assert_int_equal(got.times, want.times);
      assert_int_equal(got.ever, want.ever);
      assert_int_equal(got.last, want.last);
    }
  }
  assert_false(lw_rows_failed(world->cached));
}

static void rows_from_disk_agree_with_rows_never_cleared(void **state)
{
  (void)state;
  struct lw_tzdb *zones = lw_tzdb_create(NULL, NULL);
  static const size_t gathers[] = {0, 1, 5, 40};
  for (uint64_t run = 0; run < 8; run++) {
    struct world world = {.db = open_memory(),
                          .drawn = lw_drawn_create(gathers[run / 2]),
                          .plain = lw_rows_create(NULL),
                          .cached = lw_rows_create(NULL),
                          .seed = run,
                          .at = the_moment};
    if (run % 2 == 0) {
      assert_int_equal(lw_tzdb_find(zones, LW_STR("Australia/Sydney"), &world.zone, NULL), LW_OK);
    }
    must(lw_drawn_load(world.drawn, world.db, NULL), NULL);
    must(lw_drawn_source_init(&world.source, world.db, world.drawn, false, NULL), NULL);
    lw_rows_set_source(world.cached, &world.source.source);
    for (int i = 0; i < 300; i++) {
      step(&world);
      if (below(&world.seed, 5) == 0) {
        flush_draws(&world);
        assert_agree(&world);
      }
      if (below(&world.seed, 40) == 0) { /* another process wrote, or this one starts */
        flush_draws(&world);
        struct lw_error err = {0};
        must(lw_drawn_load(world.drawn, world.db, &err), &err);
        assert_agree(&world);
      }
    }
    lw_rows_destroy(world.plain);
    lw_rows_destroy(world.cached);
    lw_drawn_source_finish(&world.source);
    lw_drawn_destroy(world.drawn);
    lw_db_close(world.db);
  }
  lw_tzdb_destroy(zones);
}

/* Behind two windows memory adds up all that ever was; a row from disk does not know that sum and
 * says that everything is used: never less. */
static void question_about_long_ago_finds_no_room(void **state)
{
  (void)state;
  struct world world = {
      .db = open_memory(), .drawn = lw_drawn_create(1), .cached = lw_rows_create(NULL)};
  struct lw_error err = {0};
  must(lw_drawn_source_init(&world.source, world.db, world.drawn, false, NULL), NULL);
  lw_rows_set_source(world.cached, &world.source.source);
  struct lw_draw draw = draw_of(LW_WINDOW_ROLLING, 1, 10, 1);
  for (int hour = 0; hour < 1000; hour++) {
    must(lw_drawn_add(world.drawn, &draw, 1, NULL, the_moment + hour * HOUR, 1, &err), &err);
  }
  flush_draws(&world);
  lw_usec newest = the_moment + 999 * HOUR;
  static const struct {
    int64_t hours_back;
    int64_t amount;
  } cases[] = {{0, 480},         {1, 490},  {48, 960}, {49, INT64_MAX},
               {500, INT64_MAX}, {-47, 10}, {-48, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct lw_used used;
    lw_rows_used(world.cached, draw.key, &draw.window, NULL, newest - cases[i].hours_back * HOUR,
                 &used);
    assert_int_equal(used.amount_minor, cases[i].amount);
    assert_int_equal(used.last, newest);
  }
  must(lw_rows_draw(world.cached, &draw, 1, NULL, newest + HOUR, &err), &err);
  assert_true(lw_rows_bytes(world.cached) < 16384);
  lw_rows_destroy(world.cached);
  lw_drawn_source_finish(&world.source);
  lw_drawn_destroy(world.drawn);
  lw_db_close(world.db);
}

static void damaged_row_opens_no_room(void **state)
{
  (void)state;
  static const char *const damages[] = {
      "UPDATE drawn SET amount = -1", "UPDATE drawn SET times = -1", "DROP TABLE drawn",
      ("INSERT INTO drawn SELECT budget, kind, scope, key + 1, 9223372036854775807, 1, last"
       " FROM drawn")};
  for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
    struct world world = {
        .db = open_memory(), .drawn = lw_drawn_create(1), .cached = lw_rows_create(NULL)};
    struct lw_error err = {0};
    must(lw_drawn_source_init(&world.source, world.db, world.drawn, false, NULL), NULL);
    lw_rows_set_source(world.cached, &world.source.source);
    struct lw_draw draw = draw_of(LW_WINDOW_ROLLING, 1, 10, 1);
    must(lw_drawn_add(world.drawn, &draw, 1, NULL, the_moment, 1, &err), &err);
    flush_draws(&world);
    settle(world.drawn, world.db, &world.seq);
    exec_sql(world.db, damages[i]);
    struct lw_used used;
    lw_rows_used(world.cached, draw.key, &draw.window, NULL, the_moment, &used);
    assert_int_equal(used.amount_minor, INT64_MAX);
    assert_int_equal(used.times, INT64_MAX);
    assert_true(lw_rows_failed(world.cached));
    assert_string_not_equal(world.source.error.text, "");
    assert_int_not_equal(lw_rows_draw(world.cached, &draw, 1, NULL, the_moment, &err), LW_OK);
    assert_int_not_equal(lw_rows_give_back(world.cached, &draw, 1, NULL, the_moment, &err), LW_OK);
    assert_int_equal(lw_rows_count(world.cached), 0);
    lw_rows_clear(world.cached);
    assert_false(lw_rows_failed(world.cached));
    lw_rows_destroy(world.cached);
    lw_drawn_source_finish(&world.source);
    lw_drawn_destroy(world.drawn);
    lw_db_close(world.db);
  }
}

static void sums_are_one_row_an_entry_and_do_not_overflow(void **state)
{
  (void)state;
  struct lw_db *db = open_memory();
  struct lw_drawn *drawn = lw_drawn_create(1);
  struct lw_error err = {0};
  uint64_t seq = 0;
  struct lw_draw draw = draw_of(LW_WINDOW_MONTH, 1, 10, 1);
  static const char of_month[] = "SELECT count(*) FROM drawn WHERE kind = 3";
  for (int i = 0; i < 1000; i++) {
    must(lw_drawn_add(drawn, &draw, 1, NULL, the_moment + i, 1, &err), &err);
  }
  for (int i = 0; i < 1000; i++) {
    must(lw_drawn_add(drawn, &draw, 1, NULL, the_moment + i, -1, &err), &err);
  }
  flush(drawn, db, &seq);
  assert_int_equal(get_int(db, of_month), 0); /* on its way */
  assert_int_equal(get_int(db, "SELECT count(*) FROM drawn_log"), 1);
  settle(drawn, db, &seq);
  assert_int_equal(get_int(db, of_month), 1);
  assert_int_equal(get_int(db, "SELECT amount + times FROM drawn WHERE kind = 3"), 0);
  assert_int_equal(get_int(db, "SELECT last FROM drawn WHERE kind = 3"), the_moment + 999);
  must(lw_drawn_add(drawn, &draw, 1, NULL, the_moment, -1, &err), &err); /* leaves `last` */
  flush(drawn, db, &seq);
  settle(drawn, db, &seq);
  assert_int_equal(get_int(db, "SELECT last FROM drawn WHERE kind = 3"), the_moment + 999);
  assert_int_equal(get_int(db, "SELECT amount FROM drawn WHERE kind = 3"), -10);
  draw.amount_minor = INT64_MAX;
  must(lw_drawn_add(drawn, &draw, 1, NULL, the_moment, 1, &err), &err);
  assert_int_equal(lw_drawn_add(drawn, &draw, 1, NULL, the_moment, 1, &err), LW_OVERFLOW);
  lw_drawn_clear(drawn);
  must(lw_drawn_flush(drawn, db, seq + 1, LW_STR(""), &err), &err);
  assert_int_equal(get_int(db, "SELECT amount FROM drawn WHERE kind = 3"), -10);
  assert_true(get_int(db, "SELECT count(*) FROM drawn_log") < 12); /* the dead are removed */
  lw_drawn_destroy(drawn);
  lw_drawn_destroy(NULL);
  lw_db_close(db);
}

/* Another thread's snapshot is older than memory: whatever was folded since it takes from memory,
 * and when too much was, it says so instead of a wrong sum. */
static void pinned_reader_sees_all_that_was_committed(void **state)
{
  (void)state;
  struct lw_folder folder;
  char path[512];
  lw_folder_make(&folder);
  struct world world = {.db = open_file(lw_folder_file(&folder, "drawn.db", path)),
                        .drawn = lw_drawn_create(12),
                        .plain = lw_rows_create(NULL),
                        .seed = 5,
                        .at = the_moment};
  struct lw_db_options options = {.url = path, .mode = LW_DB_READ};
  struct lw_error err = {0};
  struct lw_db *reader = NULL;
  struct lw_rows *seen = lw_rows_create(NULL);
  unsigned agreed = 0;
  unsigned busy = 0;
  must(lw_db_open(&options, &reader, &err), &err);
  for (int round = 0; round < 400; round++) {
    must(lw_drawn_source_init(&world.source, reader, world.drawn, true, &err), &err);
    lw_rows_set_source(seen, &world.source.source);
    uint64_t steps = round % 10 == 9 ? 60 : below(&world.seed, 6);
    for (uint64_t i = 0; i < steps; i++) {
      step(&world);
      flush(world.drawn, world.db, &world.seq);
    }
    struct lw_draw draw =
        draw_of((int)below(&world.seed, KINDS), (int)below(&world.seed, SCOPES), 0, 0);
    struct lw_used used;
    struct lw_used expected;
    lw_rows_clear(seen);
    lw_rows_used(world.plain, draw.key, &draw.window, world.zone, world.at, &expected);
    lw_rows_used(seen, draw.key, &draw.window, world.zone, world.at, &used);
    if (lw_rows_failed(seen)) {
      assert_int_equal(world.source.error.code, LW_BUSY);
      busy++;
    } else {
      assert_int_equal(used.amount_minor, expected.amount_minor);
      assert_int_equal(used.times, expected.times);
      agreed++;
    }
    lw_drawn_source_finish(&world.source);
    lw_db_rollback(reader);
  }
  assert_true(agreed > 200);
  assert_true(busy > 0);
  lw_db_close(reader);
  lw_rows_destroy(world.plain);
  lw_rows_destroy(seen);
  lw_drawn_destroy(world.drawn);
  lw_db_close(world.db);
  lw_folder_remove(&folder);
}

/* A log that can't be read opens no room. */
static void damaged_log_is_refused(void **state)
{
  ONLY_ON_FILES();
  (void)state;
  static const char *const damages[] = {
      "UPDATE drawn_log SET sums = CAST(x'02' || substr(sums, 2) AS BLOB)",
      "UPDATE drawn_log SET sums = substr(sums, 1, length(sums) - 1)",
      "UPDATE drawn_log SET sums = x''",
      "UPDATE drawn_log SET sums = CAST(x'01ffffffffffffffff' || sums AS BLOB)",
      "DELETE FROM drawn_state"};
  for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
    struct lw_db *db = open_memory();
    struct lw_drawn *drawn = lw_drawn_create(0);
    struct lw_error err = {0};
    uint64_t seq = 0;
    struct lw_draw draw = draw_of(LW_WINDOW_MONTH, 1, 10, 1);
    must(lw_drawn_add(drawn, &draw, 1, NULL, the_moment, 1, &err), &err);
    flush(drawn, db, &seq);
    exec_sql(db, damages[i]);
    assert_int_equal(lw_drawn_load(drawn, db, &err), LW_IO);
    assert_string_not_equal(err.text, "");
    lw_drawn_destroy(drawn);
    lw_db_close(db);
  }
}

/* ---- in bodies ---- */

static lw_str name_of(const void *user, uint32_t number)
{
  const lw_str *names = user;
  return names[number];
}

static void draws_are_printed_and_read_back(void **state)
{
  (void)state;
  struct lw_db *db = open_memory();
  struct lw_error err = {0};
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, 0);
  struct lw_json_reader *reader = lw_json_reader_create(NULL);
  lw_str names[KINDS];
  struct lw_draw draws[KINDS * SCOPES];
  for (int kind = 0; kind < KINDS; kind++) {
    uint32_t number = 0;
    names[kind] = lw_str_format(&arena, "b\"%d", kind);
    must(lw_drawn_number(db, names[kind], &number, &err), &err);
    for (int scope = 0; scope < SCOPES; scope++) {
      draws[kind * SCOPES + scope] = draw_of(kind, scope, INT64_MAX - scope, scope);
    }
  }
  struct lw_buf out = {0};
  lw_draws_print(draws, KINDS * SCOPES, NULL, the_moment, name_of, names, &out);
  const struct lw_value *list = NULL;
  must(lw_json_read(reader, &arena, lw_buf_str(&out), NULL, &list, &err), &err);
  struct lw_draw *read = NULL;
  size_t count = 0;
  must(lw_draws_read(db, list, &arena, &read, &count, &err), &err);
  assert_int_equal(count, KINDS * SCOPES);
  for (size_t i = 0; i < count; i++) {
    assert_int_equal(read[i].key.budget, draws[i].key.budget);
    assert_true(lw_str_equal(read[i].key.scope, draws[i].key.scope));
    assert_int_equal(read[i].window.kind, draws[i].window.kind);
    assert_int_equal(read[i].window.over_usec, draws[i].window.over_usec);
    assert_int_equal(read[i].amount_minor, draws[i].amount_minor);
    assert_int_equal(read[i].times, draws[i].times);
    struct lw_recorded_draw recorded;
    assert_true(lw_recorded_draw_read(&list->items[i], &recorded));
    assert_int_equal(recorded.at, the_moment);
    assert_int_equal(recorded.key, lw_draw_key(&draws[i].window, NULL, the_moment));
  }
  lw_usec at = 0;
  assert_true(lw_draws_moment(list, &at));
  assert_int_equal(at, the_moment);
  lw_buf_reset(&out);
  lw_draws_print(NULL, 0, NULL, the_moment, name_of, names, &out);
  assert_true(lw_str_equal(lw_buf_str(&out), LW_STR("[]")));
  lw_buf_finish(&out);
  lw_json_reader_destroy(reader);
  lw_arena_finish(&arena);
  lw_db_close(db);
}

static void what_is_no_draw_is_refused(void **state)
{
  (void)state;
  static const char *const bad[] = {
      "{}",
      "[1]",
      "[{}]",
      "[{\"budget\":\"b\",\"scope\":\"\",\"window\":\"month\",\"at\":1,\"minor\":1,\"times\":1}]",
      "[{\"budget\":\"b\",\"scope\":\"\",\"window\":\"month\",\"key\":1,\"minor\":1,\"times\":1}]",
      "[{\"budget\":\"b\",\"scope\":\"\",\"window\":\"moon\",\"key\":1,\"at\":1,\"minor\":1,"
      "\"times\":1}]",
      "[{\"budget\":\"b\",\"scope\":\"\",\"window\":\"rolling:0\",\"key\":1,\"minor\":1,"
      "\"times\":1}]",
      "[{\"budget\":\"b\",\"scope\":\"\",\"window\":\"for-good\",\"at\":1,\"minor\":-1,"
      "\"times\":1}]",
      "[{\"budget\":\"b\",\"scope\":\"\",\"window\":\"for-good\",\"at\":1,\"minor\":1.5,"
      "\"times\":1}]",
      "[{\"budget\":\"b\",\"scope\":\"\",\"window\":\"for-good\",\"at\":1,\"minor\":1,"
      "\"times\":9223372036854775808}]",
      "[{\"budget\":1,\"scope\":\"\",\"window\":\"for-good\",\"at\":1,\"minor\":1,\"times\":1}]",
  };
  struct lw_db *db = open_memory();
  struct lw_json_reader *reader = lw_json_reader_create(NULL);
  struct lw_error err = {0};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    struct lw_arena arena;
    lw_arena_init(&arena, NULL, 0);
    const struct lw_value *list = NULL;
    must(lw_json_read(reader, &arena, lw_str_c(bad[i]), NULL, &list, &err), &err);
    struct lw_draw *draws = NULL;
    size_t count = 0;
    lw_usec at = 0;
    assert_int_equal(lw_draws_read(db, list, &arena, &draws, &count, &err), LW_INVALID);
    assert_false(lw_draws_moment(list, &at));
    lw_arena_finish(&arena);
  }
  lw_json_reader_destroy(reader);
  lw_db_close(db);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(budgets_keep_their_numbers),
      cmocka_unit_test(rows_from_disk_agree_with_rows_never_cleared),
      cmocka_unit_test(question_about_long_ago_finds_no_room),
      cmocka_unit_test(damaged_row_opens_no_room),
      cmocka_unit_test(sums_are_one_row_an_entry_and_do_not_overflow),
      cmocka_unit_test(damaged_log_is_refused),
      cmocka_unit_test(pinned_reader_sees_all_that_was_committed),
      cmocka_unit_test(draws_are_printed_and_read_back),
      cmocka_unit_test(what_is_no_draw_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
