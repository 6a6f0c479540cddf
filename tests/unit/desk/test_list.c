/* Lists in pages: whoever may see few of many rows comes to the last of them nonetheless, sees each
 * once, and no page is longer than was asked for. */
#include "world.h"

#include "base/bounds.h"
#include "desk/list.h"

enum { ROWS = 5000 };

/* The reader sees each row whose number that divides. */
struct listing {
  int divisor;
  struct lw_arena *arena;
  lw_str id;
  uint32_t printed;
};

static enum lw_code take(void *of, const struct lw_stmt *row, lw_str *ret_id, bool *ret_seen,
                         struct lw_error *err)
{
  struct listing *listing = of;
  (void)err;
  listing->id = lw_stmt_copy_text(row, 0, listing->arena);
  *ret_id = listing->id;
  *ret_seen = lw_stmt_get_int(row, 1) % listing->divisor == 0;
  return LW_OK;
}

static enum lw_code print(void *of, struct lw_buf *out, struct lw_error *err)
{
  struct listing *listing = of;
  (void)err;
  lw_buf_printf(out, "\"%.*s\"", LW_FMT(listing->id));
  listing->printed++;
  return LW_OK;
}

static void fill(struct world *world)
{
  struct lw_buf sql = {0};
  LW_BUF_LIT(&sql, "CREATE TABLE listed (id TEXT, number BIGINT);INSERT INTO listed VALUES ");
  for (int i = 0; i < ROWS; i++) {
    lw_buf_printf(&sql, "%s('row%04d', %d)", i == 0 ? "" : ",", i, i);
  }
  lw_buf_add_char(&sql, 0);
  world_sql(world, sql.ptr);
  lw_buf_finish(&sql);
}

/* One page behind `after` into world->out; how many rows it has. */
static uint32_t page(struct world *world, int divisor, uint32_t limit, lw_str after)
{
  struct lw_desk_reader reader = {.arena = &world->arena};
  struct listing listing = {.divisor = divisor, .arena = &world->arena};
  const struct lw_desk_rows rows = {&listing, take, print};
  struct lw_desk_list list = {.limit = limit};
  assert_int_equal(lw_engine_reader(world->engine, &reader.db, &world->err), LW_OK);
  LW_BUF_LIT(&list.sql, "SELECT id, number FROM listed WHERE 1 = 1");
  lw_desk_list_where(&list, " AND id < ", after);
  lw_desk_list_order(&list, "id DESC");
  lw_buf_reset(&world->out);
  world->code = lw_desk_list_print(&reader, &list, &rows, &world->out, &world->err);
  lw_buf_add_char(&world->out, '}');
  lw_engine_reader_done(world->engine, reader.db);
  expect(world, LW_OK, "{\"items\":[");
  return listing.printed;
}

/* All pages, one after the other. */
static uint32_t walk(struct world *world, int divisor, uint32_t limit)
{
  uint32_t printed = 0;
  lw_str after = LW_STR("");
  lw_str before = LW_STR("");
  int pages = 0;
  do {
    uint32_t more = page(world, divisor, limit, after);
    assert_true(more <= (limit != 0 ? limit : LW_PAGE));
    printed += more;
    before = after;
    after = member(world, "next");
    assert_true(after.len == 0 || before.len == 0 || lw_str_compare(after, before) < 0);
  } while (after.len != 0 && ++pages < ROWS);
  return printed;
}

static void test_whoever_sees_few_of_many_comes_to_the_last(void **state)
{
  struct world *world = *state;
  fill(world);
  assert_int_equal(walk(world, ROWS, 10), 1); /* row0000 alone, behind two looks of 2,000 rows */
  assert_true(has(world, "row0000"));
  assert_int_equal(walk(world, 1999, 0), 3);
  assert_int_equal(walk(world, 7, 10), (ROWS + 6) / 7);
  assert_int_equal(walk(world, 1, 200), ROWS);
}

static void test_a_list_that_ends_with_its_page_has_no_next(void **state)
{
  struct world *world = *state;
  world_sql(world, "DELETE FROM listed WHERE number >= 10");
  assert_int_equal(page(world, 1, 10, LW_STR("")), 10);
  assert_false(has(world, "next"));
  assert_int_equal(page(world, 1, 9, LW_STR("")), 9);
  assert_true(has(world, "\"next\":\"row0001\""));
  assert_int_equal(page(world, 1, 9, LW_STR("row0001")), 1);
  assert_false(has(world, "next"));
}

static void test_nothing_asked_is_an_empty_list(void **state)
{
  struct world *world = *state;
  struct lw_desk_reader reader = {.arena = &world->arena};
  struct lw_desk_list list = {.limit = 1};
  lw_buf_reset(&world->out);
  world->code = lw_desk_list_print(&reader, &list, NULL, &world->out, &world->err);
  lw_buf_add_char(&world->out, '}');
  expect(world, LW_OK, "{\"items\":[]}");
}

static int open_world(void **state)
{
  static struct world world;
  world_open(&world, POLICY_REFUSE);
  *state = &world;
  return 0;
}

static int close_world(void **state)
{
  world_close(*state);
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_whoever_sees_few_of_many_comes_to_the_last),
      cmocka_unit_test(test_a_list_that_ends_with_its_page_has_no_next),
      cmocka_unit_test(test_nothing_asked_is_an_empty_list),
  };
  return cmocka_run_group_tests(tests, open_world, close_world);
}
