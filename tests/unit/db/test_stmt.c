/* Statements: parameters, columns, and what is kept. */
#include "db/db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static struct lw_db *db;
static struct lw_error err;

static int set_up(void **state)
{
  (void)state;
  struct lw_db_options options = {.url = ":memory:", .mode = LW_DB_WRITE};
  if (lw_db_open(&options, &db, &err) != LW_OK) {
    return -1;
  }
  return lw_db_exec(db, "CREATE TABLE t (n INTEGER PRIMARY KEY, a, b)", &err) == LW_OK ? 0 : -1;
}

static int tear_down(void **state)
{
  (void)state;
  lw_db_close(db);
  return 0;
}

static struct lw_stmt *kept(const char *static_sql)
{
  struct lw_stmt *stmt = NULL;
  assert_int_equal(lw_db_statement(db, static_sql, &stmt, &err), LW_OK);
  return stmt;
}

static bool step(struct lw_stmt *stmt)
{
  bool is_row = false;
  assert_int_equal(lw_stmt_step(stmt, &is_row, &err), LW_OK);
  return is_row;
}

static void is_text(lw_str actual, const char *expected)
{
  assert_true(lw_str_equal(actual, lw_str_c(expected)));
}

/* $n is the n-th parameter wherever it stands, once or often. */
static void parameters_go_by_number(void **state)
{
  (void)state;
  struct lw_stmt *stmt = kept("SELECT $3, $1, $2, $1, $12");
  lw_stmt_int(stmt, 1, 1);
  lw_stmt_text(stmt, 2, LW_STR("two"));
  lw_stmt_blob(stmt, 3, lw_str_from("\0\1\2", 3));
  lw_stmt_int(stmt, 12, INT64_MIN);
  assert_true(step(stmt));
  assert_int_equal(lw_stmt_get_blob(stmt, 0).len, 3);
  assert_memory_equal(lw_stmt_get_blob(stmt, 0).ptr, "\0\1\2", 3);
  assert_int_equal(lw_stmt_get_int(stmt, 1), 1);
  is_text(lw_stmt_get_text(stmt, 2), "two");
  assert_int_equal(lw_stmt_get_int(stmt, 3), 1);
  assert_int_equal(lw_stmt_get_int(stmt, 4), INT64_MIN);
  assert_false(step(stmt));
}

static void a_parameter_that_is_not_there(void **state)
{
  (void)state;
  static const int indexes[] = {0, -1, 2, 4, INT32_MAX};
  for (size_t i = 0; i < COUNT(indexes); i++) {
    struct lw_stmt *stmt = kept("SELECT $1, $3");
    bool is_row = true;
    lw_stmt_int(stmt, indexes[i], 1);
    lw_stmt_int(stmt, 1, 1);
    assert_int_equal(lw_stmt_step(stmt, &is_row, &err), LW_INTERNAL);
    assert_true(is_row);
    assert_non_null(strstr(err.text, "SELECT $1, $3"));
  }
  struct lw_stmt *stmt = kept("SELECT $1, $3"); /* asked for again, it is as new */
  lw_stmt_int(stmt, 3, 8);
  assert_true(step(stmt));
  assert_true(lw_stmt_is_null(stmt, 0));
  assert_int_equal(lw_stmt_get_int(stmt, 1), 8);
}

static void other_forms_of_parameters_are_refused(void **state)
{
  (void)state;
  static const char *const rows[] = {"SELECT ?",  "SELECT ?1",    "SELECT :n",         "SELECT @n",
                                     "SELECT $n", "SELECT $0",    "SELECT $99999",     "SELECT $1a",
                                     "",          "-- a comment", "SELECT 1; SELECT 2"};
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct lw_stmt *stmt = NULL;
    assert_int_equal(lw_db_prepare(db, lw_str_c(rows[i]), &stmt, &err), LW_INTERNAL);
    assert_null(stmt);
    assert_int_equal(lw_db_statement(db, rows[i], &stmt, &err), LW_INTERNAL);
    assert_null(stmt);
  }
}

static void empty_is_not_null(void **state)
{
  (void)state;
  struct lw_stmt *stmt = kept("SELECT $1, $2, $3, $4, $5, typeof($1), typeof($2), typeof($4)");
  lw_stmt_text(stmt, 1, (lw_str){NULL, 0});
  lw_stmt_blob(stmt, 2, (lw_str){NULL, 0});
  lw_stmt_null(stmt, 3);
  lw_stmt_text_or_null(stmt, 4, LW_STR(""));
  lw_stmt_text_or_null(stmt, 5, LW_STR("x"));
  assert_true(step(stmt));
  static const bool is_null[] = {false, false, true, true, false};
  for (int i = 0; i < 5; i++) {
    assert_int_equal(lw_stmt_is_null(stmt, i), is_null[i]);
    assert_int_equal(lw_stmt_get_text(stmt, i).len, i == 4);
    assert_int_equal(lw_stmt_get_blob(stmt, i).len, i == 4);
    assert_int_equal(lw_stmt_get_int(stmt, i), 0);
  }
  is_text(lw_stmt_get_text(stmt, 5), "text");
  is_text(lw_stmt_get_text(stmt, 6), "blob");
  is_text(lw_stmt_get_text(stmt, 7), "null");
  lw_stmt_reset(stmt);
}

static void texts_come_back_as_they_went(void **state)
{
  (void)state;
  static const lw_str rows[] = {LW_STR_INIT("plain"), LW_STR_INIT("with \0 inside"),
                                LW_STR_INIT("\xc3\xa4\xe2\x82\xac"),
                                LW_STR_INIT("'); DROP TABLE t; --"), LW_STR_INIT("42")};
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct lw_stmt *insert = kept("INSERT INTO t VALUES ($1, $2, $3)");
    lw_stmt_int(insert, 1, (int64_t)i);
    lw_stmt_text(insert, 2, rows[i]);
    lw_stmt_blob(insert, 3, rows[i]);
    assert_int_equal(lw_stmt_run(insert, &err), LW_OK);
    assert_int_equal(lw_stmt_changes(insert), 1);
    struct lw_stmt *select = kept("SELECT a, b, typeof(a) FROM t WHERE n = $1");
    lw_stmt_int(select, 1, (int64_t)i);
    assert_true(step(select));
    assert_true(lw_str_equal(lw_stmt_get_text(select, 0), rows[i]));
    assert_true(lw_str_equal(lw_stmt_get_blob(select, 1), rows[i]));
    is_text(lw_stmt_get_text(select, 2), "text");
    assert_false(step(select));
  }
}

static void a_large_value_is_kept_whole(void **state)
{
  (void)state;
  size_t size = (size_t)5 << 20;
  char *bytes = malloc(size);
  assert_non_null(bytes);
  for (size_t i = 0; i < size; i++) {
    bytes[i] = (char)(i * 31 >> 3);
  }
  struct lw_stmt *insert = kept("INSERT INTO t VALUES (1, $1, NULL)");
  lw_stmt_blob(insert, 1, lw_str_from(bytes, size));
  assert_int_equal(lw_stmt_run(insert, &err), LW_OK);
  struct lw_stmt *select = kept("SELECT a FROM t");
  assert_true(step(select));
  assert_true(lw_str_equal(lw_stmt_get_blob(select, 0), lw_str_from(bytes, size)));
  lw_stmt_reset(select);
  free(bytes);
}

static void more_than_the_database_takes(void **state)
{
  (void)state;
  struct lw_stmt *insert = kept("INSERT INTO t VALUES (1, $1, NULL)");
  lw_stmt_blob(insert, 1, lw_str_from("x", (size_t)3 << 30)); /* refused before it is read */
  assert_int_equal(lw_stmt_run(insert, &err), LW_LIMIT);
}

static void a_statement_is_compiled_once(void **state)
{
  (void)state;
  static const char sql[] = "INSERT INTO t VALUES ($1, $2, NULL)";
  struct lw_stmt *first = kept(sql);
  assert_ptr_equal(kept(sql), first);
  lw_stmt_int(first, 1, 1);
  lw_stmt_text(first, 2, LW_STR("left over"));
  assert_int_equal(lw_stmt_run(first, &err), LW_OK);
  lw_stmt_int(kept(sql), 1, 2);
  assert_int_equal(lw_stmt_run(first, &err), LW_OK);
  struct lw_stmt *select = kept("SELECT a FROM t WHERE n = 2");
  assert_true(step(select));
  assert_true(lw_stmt_is_null(select, 0)); /* not left over */
  lw_stmt_reset(select);
}

/* More than the first table of statements has room for. */
static void many_statements_are_kept(void **state)
{
  (void)state;
  enum { MANY = 500 };
  static char texts[MANY][32];
  struct lw_stmt *stmts[MANY];
  for (size_t i = 0; i < MANY; i++) {
    (void)snprintf(texts[i], sizeof texts[i], "SELECT %zu + $1", i);
    stmts[i] = kept(texts[i]);
  }
  for (size_t i = 0; i < MANY; i++) {
    struct lw_stmt *stmt = kept(texts[i]);
    assert_ptr_equal(stmt, stmts[i]);
    lw_stmt_int(stmt, 1, 1000);
    assert_true(step(stmt));
    assert_int_equal(lw_stmt_get_int(stmt, 0), 1000 + (int64_t)i);
    lw_stmt_reset(stmt);
  }
}

static void a_text_of_run_time(void **state)
{
  (void)state;
  static const char text[] = "SELECT $1 + 1 and what is not part of it";
  struct lw_stmt *stmt = NULL;
  lw_str sql = lw_str_from(text, strlen("SELECT $1 + 1"));
  assert_int_equal(lw_db_prepare(db, sql, &stmt, &err), LW_OK);
  for (int64_t i = 0; i < 3; i++) {
    lw_stmt_int(stmt, 1, i);
    assert_true(step(stmt));
    assert_int_equal(lw_stmt_get_int(stmt, 0), i + 1);
    lw_stmt_reset(stmt);
  }
  lw_stmt_destroy(stmt);
  lw_stmt_destroy(NULL);
  assert_int_equal(lw_db_prepare(db, LW_STR("SELECT 1 ; \n "), &stmt, &err), LW_OK);
  lw_stmt_destroy(stmt);
}

static void changes_are_of_the_last_run(void **state)
{
  (void)state;
  struct lw_stmt *insert = kept("INSERT INTO t VALUES ($1, 0, 0)");
  for (int64_t i = 0; i < 5; i++) {
    lw_stmt_int(insert, 1, i);
    assert_int_equal(lw_stmt_run(insert, &err), LW_OK);
  }
  struct lw_stmt *update = kept("UPDATE t SET a = 1 WHERE n < $1");
  static const int64_t rows[] = {3, 0, 5};
  for (size_t i = 0; i < COUNT(rows); i++) {
    update = kept("UPDATE t SET a = 1 WHERE n < $1");
    lw_stmt_int(update, 1, rows[i]);
    assert_int_equal(lw_stmt_run(update, &err), LW_OK);
    assert_int_equal(lw_stmt_changes(update), rows[i]);
  }
  struct lw_stmt *select = kept("SELECT n FROM t");
  assert_int_equal(lw_stmt_run(select, &err), LW_OK);
  assert_int_equal(lw_stmt_changes(select), 0);
  assert_int_equal(lw_stmt_changes(update), 5);
}

static void run_goes_to_the_end(void **state)
{
  (void)state;
  struct lw_stmt *stmt = kept("INSERT INTO t VALUES (1, 1, 1), (2, 2, 2) RETURNING n");
  assert_int_equal(lw_stmt_run(stmt, &err), LW_OK);
  assert_int_equal(lw_stmt_changes(stmt), 2);
  assert_int_equal(lw_stmt_run(stmt, &err), LW_CONFLICT);
}

/* A statement in the middle of its rows does not hold up a commit, or survive it. */
static void a_commit_ends_what_is_being_read(void **state)
{
  (void)state;
  assert_int_equal(lw_db_exec(db, "INSERT INTO t VALUES (1, 1, 1), (2, 2, 2)", &err), LW_OK);
  for (int is_rollback = 0; is_rollback < 2; is_rollback++) {
    assert_int_equal(lw_db_begin(db, &err), LW_OK);
    struct lw_stmt *select = kept("SELECT n FROM t ORDER BY n");
    assert_true(step(select));
    assert_int_equal(lw_db_exec(db, "UPDATE t SET a = a + 1", &err), LW_OK);
    if (is_rollback != 0) {
      lw_db_rollback(db);
    } else {
      assert_int_equal(lw_db_commit(db, &err), LW_OK);
    }
    int64_t sum = 0;
    assert_int_equal(lw_db_get_int(db, "SELECT sum(a) FROM t", &sum, &err), LW_OK);
    assert_int_equal(sum, 5);
    assert_true(step(select)); /* from its first row again */
    assert_int_equal(lw_stmt_get_int(select, 0), 1);
    lw_stmt_reset(select);
  }
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
      ROW(parameters_go_by_number),
      ROW(a_parameter_that_is_not_there),
      ROW(other_forms_of_parameters_are_refused),
      ROW(empty_is_not_null),
      ROW(texts_come_back_as_they_went),
      ROW(a_large_value_is_kept_whole),
      ROW(more_than_the_database_takes),
      ROW(a_statement_is_compiled_once),
      ROW(many_statements_are_kept),
      ROW(a_text_of_run_time),
      ROW(changes_are_of_the_last_run),
      ROW(run_goes_to_the_end),
      ROW(a_commit_ends_what_is_being_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
