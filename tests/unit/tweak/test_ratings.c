/* Ratings of the past: from the store's table, from entries, and from a store that is older. */
#include "tweak/ratings.h"

#include "../ledger/ledger_test.h"
#include "data/json.h"
#include "desk/approval.h"

#include <stddef.h>
#include <string.h>

#define AT INT64_C(1772359200000000) /* 2026-03-01T10:00:00Z */

static void a_store_without_the_table_says_what_to_do(void **state)
{
  struct lw_db *db = open_memory();
  struct lw_past_ratings ratings = {.count = 0};
  struct lw_error err = {0};
  struct lw_arena arena;
  (void)state;
  lw_arena_init(&arena, NULL, 0);
  assert_int_equal(lw_past_ratings_read(&ratings, db, 0, &arena, &err), LW_INVALID);
  assert_non_null(strstr(err.text, "before ratings"));
  assert_non_null(strstr(err.hint, "leeway serve"));
  lw_arena_finish(&arena);
  lw_db_close(db);
}

static struct lw_db *open_desk(void)
{
  const struct lw_db_options options = {.url = ":memory:", .mode = LW_DB_WRITE};
  struct lw_db *db = NULL;
  struct lw_error err = {0};
  must(lw_db_open(&options, &db, &err), &err);
  must(lw_db_migrate(db, lw_desk_migrations, lw_desk_migrations_count, &err), &err);
  return db;
}

static void rows_are_read_from_a_moment_on(void **state)
{
  static const struct {
    lw_usec since;
    size_t count;
  } table[] = {{10, 3}, {11, 2}, {20, 2}, {21, 1}, {31, 0}};
  struct lw_db *db = open_desk();
  struct lw_error err = {0};
  (void)state;
  exec_sql(db, "INSERT INTO rating (id, case_id, customer, agent, team, at, value, least, most, "
               "share, comment, source) VALUES ('r1', 'c1', '', '', 'care', 10, 0, 0, 1, 250000, "
               "'', ''), ('r2', 'c2', '', '', 'care', 20, 0, 0, 1, 1000000, '', ''), ('r3', 'c3', "
               "'', '', '', 30, 0, 0, 1, 0, '', '')");
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    struct lw_past_ratings ratings = {.count = 0};
    struct lw_arena arena;
    int64_t shares = 0;
    lw_arena_init(&arena, NULL, 0);
    must(lw_past_ratings_read(&ratings, db, table[i].since, &arena, &err), &err);
    assert_int_equal(ratings.count, table[i].count);
    for (size_t k = 0; k < ratings.count; k++) {
      bool is_last = ratings.items[k].at == 30;
      assert_true(lw_str_equal(ratings.items[k].team, is_last ? LW_STR("") : LW_STR("care")));
      shares += ratings.items[k].share_ppm;
    }
    assert_int_equal(shares, ratings.count == 3 ? 1250000 : ratings.count == 2 ? 1000000 : 0);
    lw_arena_finish(&arena);
  }
  lw_db_close(db);
}

static void an_entry_has_a_time_and_a_share(void **state)
{
  static const struct {
    const char *body;
    int64_t share; /* -1: it is none */
  } table[] = {
      {"{\"at\":\"2026-03-01T10:00:00Z\",\"share\":0.75,\"team\":\"care\",\"case\":\"c1\"}",
       750000},
      {"{\"at\":\"2026-03-01T10:00:00Z\",\"share\":\"0.75\"}", 750000},
      {"{\"at\":\"2026-03-01T10:00:00Z\",\"share\":1}", 1000000},
      {"{\"at\":\"2026-03-01T10:00:00Z\",\"share\":0}", 0},
      {"{\"at\":\"2026-03-01T10:00:00Z\",\"share\":0.000001}", 1},
      {"{\"at\":\"2026-03-01T10:00:00Z\",\"share\":1.000001}", -1},
      {"{\"at\":\"2026-03-01T10:00:00Z\",\"share\":-0.5}", -1},
      {"{\"at\":\"2026-03-01T10:00:00Z\",\"share\":\"\"}", -1},
      {"{\"at\":\"2026-03-01T10:00:00Z\",\"share\":\"0.1234567\"}", -1},
      {"{\"at\":\"2026-03-01T10:00:00Z\",\"share\":\"10\"}", -1},
      {"{\"at\":\"then\",\"share\":0.5}", -1},
      {"{\"share\":0.5}", -1},
      {"{\"at\":\"2026-03-01T10:00:00Z\"}", -1},
  };
  struct lw_json_reader *json = lw_json_reader_create(NULL);
  struct lw_arena arena;
  (void)state;
  lw_arena_init(&arena, NULL, 0);
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    struct lw_past_ratings ratings = {.count = 0};
    const struct lw_value *body = NULL;
    struct lw_error err = {0};
    lw_str text = lw_str_copy(&arena, lw_str_c(table[i].body));
    must(lw_json_read(json, &arena, text, NULL, &body, &err), &err);
    enum lw_code rc = lw_past_ratings_add(&ratings, body, &arena, &err);
    bool good = rc == (table[i].share >= 0 ? LW_OK : LW_INVALID) &&
                ratings.count == (table[i].share >= 0) &&
                (ratings.count == 0 ||
                 (ratings.items[0].share_ppm == table[i].share && ratings.items[0].at == AT));
    if (!good) {
      fail_msg("row %zu: %s", i, lw_code_name(rc));
    }
  }
  lw_json_reader_destroy(json);
  lw_arena_finish(&arena);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_store_without_the_table_says_what_to_do),
      cmocka_unit_test(rows_are_read_from_a_moment_on),
      cmocka_unit_test(an_entry_has_a_time_and_a_share),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
