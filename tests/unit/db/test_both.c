/* What every database does alike: the same tests on SQLite and, where LEEWAY_POSTGRES names one (as
 * scripts/postgres does), on PostgreSQL, each in a database or schema of its own. */
#include "db/db.h"
#include "fault/folder.h"
#include "fault/store.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static struct lw_folder folder;
static char url[512];
static struct lw_error err;
static bool on_postgres;

static struct lw_db *open_mode(enum lw_db_mode mode)
{
  struct lw_db_options options = {.url = url, .mode = mode, .busy_msec = 100};
  struct lw_db *db = NULL;
  if (lw_db_open(&options, &db, &err) != LW_OK) {
    fail_msg("%s", err.text);
  }
  return db;
}

static int set_up(void **state)
{
  on_postgres = *state != NULL;
  lw_folder_make(&folder);
  if (on_postgres) {
    (void)lw_store_make(NULL, url, sizeof url);
  } else {
    (void)lw_folder_file(&folder, "record.db", url);
  }
  return 0;
}

static int tear_down(void **state)
{
  (void)state;
  lw_folder_remove(&folder);
  return 0;
}

/* --- short ways --- */

static void run(struct lw_db *db, const char *sql)
{
  if (lw_db_exec(db, sql, &err) != LW_OK) {
    fail_msg("%s: %s", sql, err.text);
  }
}

static struct lw_stmt *kept(struct lw_db *db, const char *static_sql)
{
  struct lw_stmt *stmt = NULL;
  assert_int_equal(lw_db_statement(db, static_sql, &stmt, &err), LW_OK);
  return stmt;
}

static bool step(struct lw_stmt *stmt)
{
  bool is_row = false;
  if (lw_stmt_step(stmt, &is_row, &err) != LW_OK) {
    fail_msg("%s", err.text);
  }
  return is_row;
}

static int64_t ask(struct lw_db *db, const char *static_sql)
{
  int64_t number = INT64_MIN;
  assert_int_equal(lw_db_get_int(db, static_sql, &number, &err), LW_OK);
  return number;
}

static struct lw_db *open_with_table(void)
{
  struct lw_db *db = open_mode(LW_DB_WRITE);
  run(db, on_postgres ? "CREATE TABLE t (n BIGINT PRIMARY KEY, text TEXT, bytes BYTEA)"
                      : "CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT, bytes BLOB)");
  return db;
}

static const char insert_sql[] = "INSERT INTO t (n, text, bytes) VALUES ($1, $2, $3)";
static const char count_sql[] = "SELECT count(*) FROM t";

static enum lw_code put(struct lw_db *db, int64_t n, lw_str text)
{
  struct lw_stmt *stmt = kept(db, insert_sql);
  lw_stmt_int(stmt, 1, n);
  lw_stmt_text(stmt, 2, text);
  lw_stmt_null(stmt, 3);
  return lw_stmt_run(stmt, &err);
}

static void begin(struct lw_db *db)
{
  if (lw_db_begin(db, &err) != LW_OK) {
    fail_msg("%s", err.text);
  }
}

static void commit(struct lw_db *db)
{
  if (lw_db_commit(db, &err) != LW_OK) {
    fail_msg("%s", err.text);
  }
}

/* --- values --- */

static void values_come_back_as_they_went(void **state)
{
  (void)state;
  struct lw_db *db = open_with_table();
  static const int64_t numbers[] = {0, -1, 1, INT64_MIN, INT64_MAX};
  static const char bytes[] = "\0\1\xff\\x'";
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    struct lw_stmt *stmt = kept(db, insert_sql);
    lw_stmt_int(stmt, 1, numbers[i]);
    lw_stmt_text(stmt, 2, i == 0 ? LW_STR("") : LW_STR("Grüße, \"it's\" \\ \n"));
    lw_stmt_blob(stmt, 3, lw_str_from(bytes, i == 0 ? 0 : sizeof bytes));
    assert_int_equal(lw_stmt_run(stmt, &err), LW_OK);
    assert_int_equal(lw_stmt_changes(stmt), 1);
    struct lw_stmt *row = kept(db, "SELECT n, text, bytes FROM t WHERE n = $1");
    lw_stmt_int(row, 1, numbers[i]);
    assert_true(step(row));
    assert_int_equal(lw_stmt_get_int(row, 0), numbers[i]);
    assert_int_equal(lw_stmt_get_text(row, 1).len, i == 0 ? 0 : strlen("Grüße, \"it's\" \\ \n"));
    assert_int_equal(lw_stmt_get_blob(row, 2).len, i == 0 ? 0 : sizeof bytes);
    assert_false(lw_stmt_is_null(row, 1) || lw_stmt_is_null(row, 2));
    assert_true(i == 0 || memcmp(lw_stmt_get_blob(row, 2).ptr, bytes, sizeof bytes) == 0);
    assert_false(step(row));
  }
  lw_db_close(db);
}

static void null_is_neither_empty_nor_nought(void **state)
{
  (void)state;
  struct lw_db *db = open_with_table();
  struct lw_stmt *stmt = kept(db, insert_sql);
  lw_stmt_int(stmt, 1, 7);
  lw_stmt_text_or_null(stmt, 2, LW_STR(""));
  assert_int_equal(lw_stmt_run(stmt, &err), LW_OK); /* $3 is not bound */
  assert_int_equal(put(db, 8, LW_STR("")), LW_OK);  /* now $2 is a text */
  struct lw_stmt *row = kept(db, "SELECT text, bytes, n FROM t ORDER BY n");
  assert_true(step(row));
  assert_true(lw_stmt_is_null(row, 0) && lw_stmt_is_null(row, 1) && !lw_stmt_is_null(row, 2));
  assert_int_equal(lw_stmt_get_int(row, 0), 0);
  assert_int_equal(lw_stmt_get_text(row, 0).len, 0);
  assert_true(step(row));
  assert_false(lw_stmt_is_null(row, 0));
  lw_stmt_reset(row);
  lw_db_close(db);
}

/* --- rows by their texts --- */

static void a_row_by_its_text(void **state)
{
  (void)state;
  static const char by_text[] = "SELECT n, bytes FROM t WHERE text = $1";
  struct lw_db *db = open_with_table();
  struct lw_stmt *row = NULL;
  const lw_str both[] = {LW_STR("here"), {NULL, 0}};
  assert_int_equal(put(db, 7, LW_STR("here")), LW_OK);
  assert_int_equal(put(db, 8, LW_STR("")), LW_OK);
  assert_int_equal(lw_db_find(db, by_text, both[0], &row, &err), LW_OK);
  assert_int_equal(lw_stmt_get_int(row, 0), 7);
  lw_stmt_reset(row);
  assert_int_equal(lw_db_find(db, by_text, LW_STR("gone"), &row, &err), LW_NOT_FOUND);
  assert_int_equal(lw_db_find(db, by_text, both[1], &row, &err), LW_OK); /* an empty text */
  assert_int_equal(lw_stmt_get_int(row, 0), 8);
  lw_stmt_reset(row);
  static const char by_both[] = "SELECT max(n) FROM t WHERE text = $1 OR text = $2";
  assert_int_equal(lw_db_row(db, by_both, both, 2, &row, &err), LW_OK);
  assert_int_equal(lw_stmt_get_int(row, 0), 8);
  lw_stmt_reset(row);
  assert_int_equal(lw_db_find(db, "SELECT n FROM nothing WHERE text = $1", both[0], &row, &err),
                   LW_INTERNAL);
  lw_db_close(db);
}

static void a_number_by_texts(void **state)
{
  (void)state;
  static const char by_text[] = "SELECT n FROM t WHERE text = $1";
  struct lw_db *db = open_with_table();
  const lw_str here[] = {LW_STR("here")};
  const lw_str gone[] = {LW_STR("gone")};
  const lw_str renamed[] = {LW_STR("here"), LW_STR("gone")};
  int64_t number = -1;
  bool has = false;
  assert_int_equal(put(db, 7, here[0]), LW_OK);
  assert_int_equal(lw_db_number(db, by_text, here, 1, &number, &err), LW_OK);
  assert_int_equal(number, 7);
  assert_int_equal(lw_db_number(db, by_text, gone, 1, &number, &err), LW_OK);
  assert_int_equal(number, 0);
  assert_int_equal(lw_db_has(db, by_text, here, 1, &has, &err), LW_OK);
  assert_true(has);
  assert_int_equal(lw_db_run(db, "UPDATE t SET text = $2 WHERE text = $1", renamed, 2, &err),
                   LW_OK);
  assert_int_equal(lw_db_has(db, by_text, here, 1, &has, &err), LW_OK);
  assert_false(has);
  assert_int_equal(lw_db_has(db, by_text, gone, 1, &has, &err), LW_OK);
  assert_true(has);
  begin(db); /* nothing is left in the middle of a row */
  commit(db);
  lw_db_close(db);
}

static void sums_and_counts(void **state)
{
  (void)state;
  struct lw_db *db = open_with_table();
  assert_int_equal(ask(db, "SELECT sum(n) FROM t"), 0);
  run(db, "INSERT INTO t (n) VALUES (1), (99990000), (-123456789012345), (4000000000000000000)");
  assert_int_equal(ask(db, "SELECT sum(n) FROM t"),
                   INT64_C(4000000000000000000) - INT64_C(123456789012345) + 99990001);
  assert_int_equal(ask(db, "SELECT sum(n) FROM t WHERE n < 0"), -INT64_C(123456789012345));
  assert_int_equal(ask(db, "SELECT sum(n) FROM t WHERE n = 99990000"), 99990000);
  assert_int_equal(ask(db, count_sql), 4);
  assert_int_equal(ask(db, "SELECT coalesce(max(n) + 1, 0) FROM t WHERE n < 5"), 2);
  assert_int_equal(ask(db, "SELECT 1 FROM t WHERE n = 12"), 0);
  lw_db_close(db);
}

/* Rows stay where they are while the same connection is used for other things. */
static void rows_stay_while_others_run(void **state)
{
  (void)state;
  struct lw_db *db = open_with_table();
  begin(db);
  for (int64_t n = 0; n < 1000; n++) {
    assert_int_equal(put(db, n, LW_STR("x")), LW_OK);
  }
  struct lw_stmt *all = kept(db, "SELECT n FROM t ORDER BY n");
  int64_t expected = 0;
  while (step(all)) {
    assert_int_equal(lw_stmt_get_int(all, 0), expected++);
    struct lw_stmt *change = kept(db, "UPDATE t SET text = $2 WHERE n = $1");
    lw_stmt_int(change, 1, expected - 1);
    lw_stmt_text(change, 2, LW_STR("y"));
    assert_int_equal(lw_stmt_run(change, &err), LW_OK);
  }
  assert_int_equal(expected, 1000);
  commit(db);
  assert_int_equal(ask(db, "SELECT count(*) FROM t WHERE text = 'y'"), 1000);
  lw_db_close(db);
}

static void texts_made_at_run_time(void **state)
{
  (void)state;
  struct lw_db *db = open_with_table();
  run(db, "INSERT INTO t (n, text) VALUES (1, 'a'), (2, 'b')");
  for (int i = 1; i <= 2; i++) {
    char sql[64];
    (void)snprintf(sql, sizeof sql, "SELECT n FROM t WHERE text = $1 AND n = %d", i);
    struct lw_stmt *stmt = NULL;
    assert_int_equal(lw_db_prepare(db, lw_str_c(sql), &stmt, &err), LW_OK);
    for (int round = 0; round < 2; round++) {
      lw_stmt_text(stmt, 1, i == 1 ? LW_STR("a") : LW_STR("b"));
      assert_true(step(stmt));
      assert_int_equal(lw_stmt_get_int(stmt, 0), i);
      assert_false(step(stmt));
    }
    lw_stmt_destroy(stmt);
  }
  lw_db_close(db);
}

/* --- faults --- */

static void a_value_that_is_taken(void **state)
{
  (void)state;
  struct lw_db *db = open_with_table();
  assert_int_equal(put(db, 1, LW_STR("first")), LW_OK);
  assert_int_equal(put(db, 1, LW_STR("second")), LW_CONFLICT);
  begin(db);
  assert_int_equal(put(db, 2, LW_STR("kept")), LW_OK);
  run(db, "SAVEPOINT here");
  assert_int_equal(put(db, 1, LW_STR("third")), LW_CONFLICT);
  run(db, "ROLLBACK TO here");
  assert_int_equal(put(db, 3, LW_STR("kept")), LW_OK);
  commit(db);
  assert_int_equal(ask(db, count_sql), 3);
  assert_int_equal(ask(db, "SELECT count(*) FROM t WHERE text = 'first'"), 1);
  lw_db_close(db);
}

static void a_statement_that_is_wrong(void **state)
{
  (void)state;
  struct lw_db *db = open_with_table();
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(db, "SELECT nothing FROM nowhere", &stmt, &err);
  rc = rc == LW_OK ? lw_stmt_step(stmt, &is_row, &err) : rc;
  assert_int_equal(rc, LW_INTERNAL);
  stmt = kept(db, insert_sql);
  lw_stmt_int(stmt, 4, 1);
  assert_int_equal(lw_stmt_run(stmt, &err), LW_INTERNAL);
  assert_int_equal(put(db, 1, LW_STR("goes on")), LW_OK);
  lw_db_close(db);
}

/* What is sent along is there at the commit; its fault is told by then, and nothing is recorded. */
static void sent_along(void **state)
{
  (void)state;
  struct lw_db *db = open_with_table();
  for (int round = 0; round < 2; round++) {
    begin(db);
    enum lw_code rc = LW_OK;
    for (int64_t n = 0; n < 3 && rc == LW_OK; n++) {
      struct lw_stmt *stmt = kept(db, insert_sql);
      lw_stmt_int(stmt, 1, 10 * round + (round == 0 ? n : n % 2));
      lw_stmt_text(stmt, 2, LW_STR("sent"));
      rc = lw_stmt_send(stmt, &err);
    }
    rc = rc == LW_OK ? lw_db_commit(db, &err) : rc;
    assert_int_equal(rc, round == 0 ? LW_OK : LW_CONFLICT);
    lw_db_rollback(db);
    assert_int_equal(ask(db, count_sql), 3);
  }
  assert_int_equal(put(db, 50, LW_STR("goes on")), LW_OK);
  lw_db_close(db);
}

/* --- asked along --- */

static const char all_sql[] = "SELECT n, text FROM t WHERE n < $1 ORDER BY n";
static const char wrong_sql[] = "SELECT n FROM nowhere";

struct asking {
  struct lw_db *db;
  struct lw_stmt *all;
  struct lw_stmt *number;
  int called;
  enum lw_code fails;
};

static enum lw_code ask_both(void *user, struct lw_error *error)
{
  struct asking *asking = user;
  asking->called++;
  asking->all = kept(asking->db, all_sql);
  lw_stmt_int(asking->all, 1, 2);
  enum lw_code rc = lw_stmt_ask(asking->all, error);
  asking->number = kept(asking->db, count_sql);
  rc = rc == LW_OK ? lw_stmt_ask(asking->number, error) : rc;
  return asking->fails != LW_OK ? lw_fail(error, asking->fails, "nobody wants to know") : rc;
}

static void asked_along_with_the_turn(void **state)
{
  (void)state;
  struct lw_db *db = open_with_table();
  struct asking asking = {.db = db};
  begin(db);
  for (int64_t n = 0; n < 3; n++) {
    assert_int_equal(put(db, n, LW_STR("x")), LW_OK);
  }
  commit(db);
  assert_int_equal(lw_db_begin_asking(db, ask_both, &asking, &err), LW_OK);
  assert_int_equal(asking.called, 1);
  assert_true(step(asking.number)); /* in whichever order */
  assert_int_equal(lw_stmt_get_int(asking.number, 0), 3);
  assert_int_equal(put(db, 7, LW_STR("beside")), LW_OK);
  for (int64_t n = 0; n < 2; n++) {
    assert_true(step(asking.all));
    assert_int_equal(lw_stmt_get_int(asking.all, 0), n);
  }
  assert_false(step(asking.all));
  lw_stmt_reset(asking.number);
  commit(db);
  asking.fails = LW_LIMIT;
  assert_int_equal(lw_db_begin_asking(db, ask_both, &asking, &err), LW_LIMIT);
  assert_int_equal(ask(db, count_sql), 4);
  assert_int_equal(put(db, 8, LW_STR("goes on")), LW_OK);
  lw_db_close(db);
}

static void what_was_asked_need_not_be_heard(void **state)
{
  (void)state;
  struct lw_db *db = open_with_table();
  struct asking asking = {.db = db};
  begin(db);
  assert_int_equal(put(db, 1, LW_STR("x")), LW_OK);
  for (int round = 0; round < 3; round++) { /* the first of two, the last, and both */
    assert_int_equal(ask_both(&asking, &err), LW_OK);
    lw_stmt_reset(round != 1 ? asking.all : asking.number);
    if (round == 2) {
      lw_stmt_reset(asking.number);
    } else {
      struct lw_stmt *heard = round == 0 ? asking.number : asking.all;
      assert_true(step(heard));
      assert_int_equal(lw_stmt_get_int(heard, 0), 1);
      lw_stmt_reset(heard);
    }
    assert_int_equal(ask(db, "SELECT 5"), 5);
  }
  assert_int_equal(ask_both(&asking, &err), LW_OK);
  commit(db);
  struct lw_stmt *wrong = NULL;
  bool is_row = false;
  begin(db);
  enum lw_code rc = lw_db_statement(db, wrong_sql, &wrong, &err);
  rc = rc == LW_OK ? lw_stmt_ask(wrong, &err) : rc;
  rc = rc == LW_OK ? lw_stmt_step(wrong, &is_row, &err) : rc;
  assert_int_not_equal(rc, LW_OK);
  lw_db_rollback(db);
  assert_int_equal(ask(db, count_sql), 1);
  lw_db_close(db);
}

/* --- transactions --- */

static void all_or_nothing(void **state)
{
  (void)state;
  struct lw_db *db = open_with_table();
  begin(db);
  assert_int_equal(lw_db_begin(db, &err), LW_INTERNAL);
  assert_int_equal(put(db, 1, LW_STR("")), LW_OK);
  lw_db_rollback(db);
  lw_db_rollback(db);
  assert_int_equal(lw_db_commit(db, &err), LW_INTERNAL);
  assert_int_equal(ask(db, count_sql), 0);
  begin(db);
  assert_int_equal(put(db, 1, LW_STR("")), LW_OK);
  lw_db_close(db);
  db = open_mode(LW_DB_WRITE);
  assert_int_equal(ask(db, count_sql), 0);
  lw_db_close(db);
}

static void one_writes_at_a_time(void **state)
{
  (void)state;
  struct lw_db *first = open_with_table();
  struct lw_db *second = open_mode(LW_DB_WRITE);
  enum lw_db_news news = LW_DB_NONE;
  begin(first);
  assert_int_equal(lw_db_changed(first, &news, &err), LW_OK);
  assert_int_equal(lw_db_begin(second, &err), LW_BUSY);
  assert_int_equal(put(first, 1, LW_STR("")), LW_OK);
  commit(first);
  begin(second);
  assert_int_equal(lw_db_changed(second, &news, &err), LW_OK);
  assert_int_not_equal(news, LW_DB_NONE);
  assert_int_equal(ask(second, count_sql), 1);
  assert_int_equal(put(second, 2, LW_STR("")), LW_OK);
  commit(second);
  for (int round = 0; round < 3; round++) {
    begin(second);
    assert_int_equal(lw_db_changed(second, &news, &err), LW_OK);
    assert_int_equal(news, LW_DB_NONE);
    assert_int_equal(put(second, 10 + round, LW_STR("")), LW_OK);
    round == 1 ? lw_db_rollback(second) : commit(second);
  }
  begin(first);
  assert_int_equal(lw_db_changed(first, &news, &err), LW_OK);
  assert_int_not_equal(news, LW_DB_NONE);
  lw_db_rollback(first);
  begin(first);
  assert_int_equal(lw_db_changed(first, &news, &err), LW_OK);
  assert_int_equal(news, LW_DB_NONE);
  lw_db_rollback(first);
  lw_db_close(first);
  lw_db_close(second);
}

static void readers_see_one_moment(void **state)
{
  (void)state;
  struct lw_db *writer = open_with_table();
  struct lw_db *reader = open_mode(LW_DB_READ);
  begin(reader);
  assert_int_equal(put(writer, 1, LW_STR("")), LW_OK);
  assert_int_equal(ask(reader, count_sql), 0);
  lw_db_rollback(reader);
  assert_int_equal(ask(reader, count_sql), 1);
  assert_true(put(reader, 2, LW_STR("")) != LW_OK);
  assert_int_equal(ask(writer, count_sql), 1);
  lw_db_close(writer);
  lw_db_close(reader);
}

/* --- migrations --- */

static const struct lw_migration steps[] = {
    {"one", "CREATE TABLE one (n BIGINT PRIMARY KEY); INSERT INTO one (n) VALUES (1)"},
    {"two", "CREATE TABLE two (n BIGINT PRIMARY KEY); INSERT INTO two (n) VALUES (0)"},
    {"three", "UPDATE one SET n = n + 1"},
};
static void *migrate(void *user)
{
  struct lw_error error = {0};
  struct lw_db_options options = {.url = url, .mode = LW_DB_WRITE, .busy_msec = 20000};
  struct lw_db *db = NULL;
  enum lw_code *code = user;
  *code = lw_db_open(&options, &db, &error);
  if (*code == LW_OK) {
    *code = lw_db_migrate(db, steps, 3, &error);
  }
  if (*code != LW_OK) {
    (void)fprintf(stderr, "%s\n", error.text);
  }
  lw_db_close(db);
  return NULL;
}

static void programs_that_start_at_once(void **state)
{
  (void)state;
  enum { PROGRAMS = 6 };
  pthread_t threads[PROGRAMS];
  enum lw_code codes[PROGRAMS];
  for (size_t i = 0; i < PROGRAMS; i++) {
    assert_int_equal(pthread_create(&threads[i], NULL, migrate, &codes[i]), 0);
  }
  for (size_t i = 0; i < PROGRAMS; i++) {
    assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(codes[i], LW_OK);
  }
  struct lw_db *db = open_mode(LW_DB_WRITE);
  assert_int_equal(ask(db, "SELECT max(n) FROM one"), 2);
  assert_int_equal(ask(db, "SELECT count(*) FROM migration"), 3);
  assert_int_equal(lw_db_require(db, steps, 3, &err), LW_OK);
  assert_int_equal(lw_db_migrate(db, steps, 2, &err), LW_INVALID);
  lw_db_close(db);
}

/* --- a connection that breaks (PostgreSQL alone) --- */

static const char kill_sql[] =
    "SELECT count(pg_terminate_backend(pid, 2000)) FROM pg_stat_activity"
    " WHERE pid <> pg_backend_pid() AND application_name = current_setting('application_name')";

static void a_connection_that_breaks(void **state)
{
  if (*state == NULL) {
    skip();
  }
  struct lw_db *db = open_with_table();
  struct lw_db *operator= open_mode(LW_DB_WRITE);
  begin(db);
  assert_int_equal(put(db, 1, LW_STR("")), LW_OK);
  (void)ask(operator, kill_sql);
  assert_int_equal(put(db, 2, LW_STR("")), LW_IO);
  assert_int_equal(put(db, 3, LW_STR("")), LW_IO); /* not in a transaction of its own */
  assert_int_equal(lw_db_commit(db, &err), LW_IO);
  assert_int_equal(ask(db, count_sql), 0); /* on a new connection */
  (void)ask(operator, kill_sql);
  begin(db); /* a rested connection: tried once more */
  assert_int_equal(put(db, 4, LW_STR("")), LW_OK);
  (void)ask(operator, kill_sql);
  assert_int_equal(lw_db_commit(db, &err), LW_IO);
  assert_non_null(strstr(err.text, "nothing was recorded"));
  assert_int_equal(ask(db, count_sql), 0);
  lw_db_close(db);
  lw_db_close(operator);
}

/* As PostgreSQL does when its wait for the standby is broken off: it commits, and says so beside.
 */
static const char warn_sql[] =
    "CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE WARNING 'the standby has not got it'; RETURN NULL; END $$;"
    "CREATE CONSTRAINT TRIGGER warns AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION warn()";
static const char turn_sql[] = "SELECT turn FROM writer_turn";

static void a_commit_with_a_warning_is_looked_for(void **state)
{
  if (*state == NULL) {
    skip();
  }
  struct lw_db *db = open_with_table();
  run(db, warn_sql);
  int64_t before = ask(db, turn_sql);
  begin(db);
  assert_int_equal(put(db, 1, LW_STR("")), LW_OK);
  assert_int_equal(lw_db_commit(db, &err), LW_OK);
  assert_int_equal(ask(db, turn_sql), before + 2); /* another commit was told behind it */
  assert_int_equal(ask(db, count_sql), 1);
  lw_db_close(db);
}

static bool leads(struct lw_db *db)
{
  bool does = true;
  enum lw_code rc = lw_db_lead(db, "test", &does, &err);
  assert_true(rc == LW_OK || !does);
  return does;
}

static void one_leads(void **state)
{
  struct lw_db *first = open_mode(LW_DB_WRITE);
  if (*state == NULL) { /* a file has one server */
    assert_true(leads(first));
    lw_db_close(first);
    return;
  }
  struct lw_db *second = open_mode(LW_DB_READ);
  struct lw_db *operator= open_mode(LW_DB_WRITE);
  assert_true(leads(first));
  assert_true(leads(first));
  assert_false(leads(second));
  (void)ask(operator, kill_sql);
  assert_false(leads(first)); /* it is not known to lead */
  (void)leads(second);        /* its own connection is broken, too */
  assert_true(leads(second));
  assert_false(leads(first));
  lw_db_close(second);
  for (int tries = 0; !leads(first) && tries < 100; tries++) {
    (void)usleep(20000); /* the server ends a session a moment after its client */
  }
  assert_true(leads(first));
  lw_db_close(first);
  lw_db_close(operator);
}

static bool hears(struct lw_db *db, uint32_t msec)
{
  bool does = false;
  if (lw_db_hear(db, msec, &does, &err) != LW_OK) {
    assert_int_equal(err.code, LW_IO);
    return false;
  }
  return does;
}

static void what_is_told_is_heard(void **state)
{
  struct lw_db *one = open_with_table();
  struct lw_db *other = open_mode(LW_DB_READ);
  bool here = *state != NULL;
  assert_int_equal(hears(other, 0), here); /* nobody listened before */
  assert_false(hears(other, 0));
  begin(one);
  assert_int_equal(lw_db_tell(one, &err), LW_OK);
  assert_int_equal(put(one, 1, LW_STR("")), LW_OK);
  assert_false(hears(other, 20));
  commit(one);
  assert_int_equal(hears(other, here ? 5000 : 0), here);
  assert_false(hears(other, 0));
  begin(one);
  assert_int_equal(lw_db_tell(one, &err), LW_OK);
  lw_db_rollback(one);
  assert_false(hears(other, 20));
  if (here) {
    (void)ask(one, kill_sql);
    assert_false(hears(other, 1000)); /* broken */
    int tries = 0;
    while (!hears(other, 1000) && tries < 5) { /* something may have been missed */
      tries++;
    }
    assert_true(tries < 5);
  }
  lw_db_close(one);
  lw_db_close(other);
}

#define TEST(f, url)                                                                               \
  {                                                                                                \
#f, f, set_up, tear_down, url                                                                  \
  }
#define TESTS(url)                                                                                 \
  TEST(values_come_back_as_they_went, url), TEST(null_is_neither_empty_nor_nought, url),           \
      TEST(a_row_by_its_text, url), TEST(a_number_by_texts, url), TEST(sums_and_counts, url),      \
      TEST(rows_stay_while_others_run, url), TEST(texts_made_at_run_time, url),                    \
      TEST(a_value_that_is_taken, url), TEST(a_statement_that_is_wrong, url),                      \
      TEST(sent_along, url), TEST(asked_along_with_the_turn, url),                                 \
      TEST(what_was_asked_need_not_be_heard, url), TEST(all_or_nothing, url),                      \
      TEST(one_writes_at_a_time, url), TEST(readers_see_one_moment, url),                          \
      TEST(programs_that_start_at_once, url), TEST(one_leads, url),                                \
      TEST(what_is_told_is_heard, url)

int main(void)
{
  char *server = getenv("LEEWAY_POSTGRES");
  const struct CMUnitTest on_sqlite[] = {TESTS(NULL)};
  const struct CMUnitTest on_server[] = {TESTS(server), TEST(a_connection_that_breaks, server),
                                         TEST(a_commit_with_a_warning_is_looked_for, server)};
  int failed = cmocka_run_group_tests_name("SQLite", on_sqlite, NULL, NULL);
  if (server != NULL) {
    failed += cmocka_run_group_tests_name("PostgreSQL", on_server, NULL, NULL);
  }
  return failed;
}
