/* That the failing disk does what vfs.h says, and that the database over it keeps its word. */
#include "db/db.h"
#include "fault/folder.h"
#include "fault/vfs.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { ROWS = 12, SECTOR = 512, ROW_BYTES = 3000 };

static struct lw_folder folder;
static char path[256];
static struct lw_error err;

static int set_up(void **state)
{
  (void)state;
  lw_folder_make(&folder);
  (void)lw_folder_file(&folder, "record.db", path);
  return 0;
}

static int tear_down(void **state)
{
  (void)state;
  lw_folder_remove(&folder);
  return 0;
}

static enum lw_code open_on(const char *vfs, enum lw_db_mode mode, struct lw_db **ret_db)
{
  struct lw_db_options options = {.url = path, .mode = mode, .vfs = vfs};
  return lw_db_open(&options, ret_db, &err);
}

/* One row in one transaction, larger than a page, so that a commit is several writes. */
static enum lw_code add_row(struct lw_db *db, int64_t number)
{
  static char filler[ROW_BYTES];
  struct lw_stmt *insert = NULL;
  memset(filler, 'a' + (int)(number % 26), sizeof filler);
  enum lw_code rc = lw_db_begin(db, &err);
  if (rc == LW_OK) {
    rc = lw_db_statement(db, "INSERT INTO t VALUES ($1, $2)", &insert, &err);
  }
  if (rc == LW_OK) {
    lw_stmt_int(insert, 1, number);
    lw_stmt_text(insert, 2, lw_str_from(filler, sizeof filler));
    rc = lw_stmt_run(insert, &err);
  }
  rc = rc == LW_OK ? lw_db_commit(db, &err) : rc;
  lw_db_rollback(db);
  return rc;
}

/* What a run was told. tried - told is what nobody knows. */
struct told {
  bool is_made; /* the table */
  uint64_t rows;
};

/* Opens, makes the table, adds rows, checkpoints in between; goes on after a failure. */
static struct told run(const char *vfs, enum lw_db_mode mode)
{
  struct told told = {0};
  struct lw_db *db = NULL;
  if (open_on(vfs, mode, &db) != LW_OK) {
    return told;
  }
  told.is_made = lw_db_exec(db, "CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY, text TEXT)",
                            &err) == LW_OK;
  for (int64_t n = 0; n < ROWS; n++) {
    told.rows |= add_row(db, n) == LW_OK ? UINT64_C(1) << n : 0;
    uint64_t pages = 0;
    if (n % 4 == 3 && lw_db_checkpoint(db, n % 8 == 7, &pages, &err) != LW_OK) {
      assert_int_not_equal(err.code, LW_INTERNAL);
    }
  }
  lw_db_close(db);
  return told;
}

/* Whether the file is whole, with rows as they were written; *ret_rows: which are there. */
static bool look(uint64_t *ret_rows)
{
  struct lw_db *db = NULL;
  *ret_rows = 0;
  if (open_on(NULL, LW_DB_WRITE, &db) != LW_OK) {
    return false;
  }
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  bool is_whole = lw_db_prepare(db, LW_STR("PRAGMA integrity_check"), &stmt, &err) == LW_OK &&
                  lw_stmt_step(stmt, &is_row, &err) == LW_OK && is_row &&
                  lw_str_equal(lw_stmt_get_text(stmt, 0), LW_STR("ok"));
  lw_stmt_destroy(stmt);
  stmt = NULL;
  if (lw_db_prepare(db, LW_STR("SELECT n, text FROM t"), &stmt, &err) == LW_OK) {
    while (lw_stmt_step(stmt, &is_row, &err) == LW_OK && is_row) {
      int64_t n = lw_stmt_get_int(stmt, 0);
      lw_str text = lw_stmt_get_text(stmt, 1);
      is_whole = is_whole && n >= 0 && n < ROWS && text.len == ROW_BYTES &&
                 text.ptr[0] == 'a' + (char)n && text.ptr[ROW_BYTES - 1] == 'a' + (char)n;
      *ret_rows |= n >= 0 && n < ROWS ? UINT64_C(1) << n : 0;
    }
  }
  lw_stmt_destroy(stmt);
  lw_db_close(db);
  return is_whole;
}

static void fresh(void)
{
  lw_folder_remove(&folder);
  lw_folder_make(&folder);
  (void)lw_folder_file(&folder, "record.db", path);
}

static sqlite3_file *open_raw(const char *vfs_name)
{
  sqlite3_vfs *vfs = sqlite3_vfs_find(vfs_name);
  assert_non_null(vfs);
  sqlite3_file *file = calloc(1, (size_t)vfs->szOsFile);
  assert_non_null(file);
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MAIN_DB;
  assert_int_equal(vfs->xOpen(vfs, path, file, flags, &flags), SQLITE_OK);
  return file;
}

static void close_raw(sqlite3_file *file)
{
  assert_int_equal(file->pMethods->xClose(file), SQLITE_OK);
  free(file);
}

static size_t read_all(char *place, size_t size)
{
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  size_t got = fread(place, 1, size, file);
  (void)fclose(file);
  return got;
}

static void unsynced_writes_are_lost_to_the_byte(void **state)
{
  (void)state;
  struct lw_fault *disk = lw_fault_create("disk", 1);
  sqlite3_file *file = open_raw("disk");
  assert_int_equal(file->pMethods->xWrite(file, "0123456789", 10, 0), SQLITE_OK);
  assert_int_equal(lw_fault_unsynced_bytes(disk), 10);
  assert_int_equal(file->pMethods->xSync(file, SQLITE_SYNC_NORMAL), SQLITE_OK);
  assert_int_equal(lw_fault_unsynced_bytes(disk), 0);
  /* Over, beyond, a cut, and over again: all undone. */
  assert_int_equal(file->pMethods->xWrite(file, "abc", 3, 2), SQLITE_OK);
  assert_int_equal(file->pMethods->xWrite(file, "xyz", 3, 9), SQLITE_OK);
  assert_int_equal(file->pMethods->xTruncate(file, 4), SQLITE_OK);
  assert_int_equal(file->pMethods->xWrite(file, "Q", 1, 0), SQLITE_OK);
  char now[32];
  assert_int_equal(file->pMethods->xRead(file, now, 4, 0), SQLITE_OK);
  assert_memory_equal(now, "Q1ab", 4);
  lw_fault_pull(disk, LW_FAULT_LOSE_ALL);
  assert_true(lw_fault_is_out(disk));
  assert_int_equal(file->pMethods->xWrite(file, "!", 1, 0), SQLITE_IOERR_WRITE);
  assert_int_equal(file->pMethods->xRead(file, now, 4, 0), SQLITE_IOERR_READ);
  assert_int_equal(file->pMethods->xSync(file, SQLITE_SYNC_NORMAL), SQLITE_IOERR_FSYNC);
  close_raw(file);
  assert_int_equal(read_all(now, sizeof now), 10);
  assert_memory_equal(now, "0123456789", 10);
  lw_fault_plug(disk);
  assert_false(lw_fault_is_out(disk));
  file = open_raw("disk");
  assert_int_equal(file->pMethods->xWrite(file, "kept", 4, 8), SQLITE_OK);
  lw_fault_pull(disk, LW_FAULT_KEEP_ALL);
  close_raw(file);
  assert_int_equal(read_all(now, sizeof now), 12);
  assert_memory_equal(now, "01234567kept", 12);
  lw_fault_plug(disk);
  lw_fault_destroy(disk);
}

/* By the seed a write is kept, dropped or torn, and torn only between sectors. */
static void a_torn_write_is_torn_at_sectors(void **state)
{
  (void)state;
  unsigned kept = 0;
  unsigned dropped = 0;
  unsigned torn = 0;
  for (uint64_t seed = 0; seed < 60; seed++) {
    fresh();
    struct lw_fault *disk = lw_fault_create("disk", seed);
    sqlite3_file *file = open_raw("disk");
    char bytes[4 * SECTOR];
    memset(bytes, 'o', sizeof bytes);
    assert_int_equal(file->pMethods->xWrite(file, bytes, sizeof bytes, 0), SQLITE_OK);
    assert_int_equal(file->pMethods->xSync(file, SQLITE_SYNC_NORMAL), SQLITE_OK);
    memset(bytes, 'n', sizeof bytes);
    assert_int_equal(file->pMethods->xWrite(file, bytes, sizeof bytes, 0), SQLITE_OK);
    lw_fault_pull(disk, LW_FAULT_RANDOM);
    close_raw(file);
    lw_fault_plug(disk);
    lw_fault_destroy(disk);
    assert_int_equal(read_all(bytes, sizeof bytes), sizeof bytes);
    unsigned fresh_sectors = 0;
    for (size_t i = 0; i < 4; i++) {
      for (size_t j = 1; j < SECTOR; j++) {
        assert_int_equal(bytes[i * SECTOR + j], bytes[i * SECTOR]);
      }
      fresh_sectors += bytes[i * SECTOR] == 'n';
    }
    kept += fresh_sectors == 4;
    dropped += fresh_sectors == 0;
    torn += fresh_sectors != 0 && fresh_sectors != 4;
  }
  assert_true(kept >= 5);
  assert_true(dropped >= 5);
  assert_true(torn >= 5);
}

/* Power goes in each call that changes the disk, one after the other, with three fates. */
static void a_commit_is_never_lost_with_sync_full(void **state)
{
  (void)state;
  unsigned cuts = 0;
  for (uint64_t nth = 1;; nth++) {
    bool has_hit = false;
    for (uint64_t seed = 0; seed < 3; seed++) {
      fresh();
      struct lw_fault *disk = lw_fault_create("disk", nth * 16 + seed);
      lw_fault_pull_at(disk, nth, seed == 0 ? LW_FAULT_LOSE_ALL : LW_FAULT_RANDOM);
      struct told told = run("disk", LW_DB_WRITE);
      has_hit = lw_fault_has_hit(disk);
      if (lw_fault_is_out(disk)) {
        lw_fault_plug(disk);
        cuts++;
      }
      lw_fault_destroy(disk);
      uint64_t rows = 0;
      assert_true(look(&rows) || !told.is_made);
      assert_int_equal(rows & told.rows, told.rows);
      /* At most the one that was under way, and nothing after it. */
      uint64_t more = rows & ~told.rows;
      assert_int_equal(more & (more - 1), 0);
    }
    if (!has_hit) {
      break;
    }
  }
  assert_true(cuts > 100);
}

/* The opposite, so that the test above is known to be able to fail. */
static void without_sync_rows_are_lost_and_files_torn(void **state)
{
  (void)state;
  unsigned lost = 0;
  unsigned damaged = 0;
  for (uint64_t seed = 0; seed < 20; seed++) {
    fresh();
    struct lw_fault *disk = lw_fault_create("disk", seed);
    lw_fault_pull_at(disk, 40 + seed, seed == 0 ? LW_FAULT_LOSE_ALL : LW_FAULT_RANDOM);
    struct told told = run("disk", LW_DB_DERIVED);
    assert_true(lw_fault_is_out(disk));
    lw_fault_plug(disk);
    lw_fault_destroy(disk);
    uint64_t rows = 0;
    damaged += !look(&rows);
    lost += (rows & told.rows) != told.rows;
  }
  assert_true(lost > 0);
  assert_true(damaged > 0);
}

/* Each call of each kind fails once; whatever was said to be done is there, the rest is whole. */
static void the_nth_failure_loses_nothing_that_was_told(void **state)
{
  (void)state;
  static const enum lw_fault_call calls[] = {LW_FAULT_WRITE,  LW_FAULT_SYNC, LW_FAULT_TRUNCATE,
                                             LW_FAULT_DELETE, LW_FAULT_READ, LW_FAULT_OPEN,
                                             LW_FAULT_SHM};
  for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
    bool has_hit = true;
    for (uint64_t nth = 1; has_hit; nth++) {
      fresh();
      struct lw_fault *disk = lw_fault_create("disk", nth);
      lw_fault_fail(disk, calls[i], nth, false);
      struct told told = run("disk", LW_DB_WRITE);
      has_hit = lw_fault_has_hit(disk);
      lw_fault_destroy(disk);
      uint64_t rows = 0;
      assert_true(look(&rows) || !told.is_made);
      assert_int_equal(rows & told.rows, told.rows);
      if (!has_hit) {
        assert_int_equal(told.rows, (1 << ROWS) - 1);
      }
    }
  }
}

static void a_full_disk_says_so_and_goes_on_with_space(void **state)
{
  (void)state;
  struct lw_fault *disk = lw_fault_create("disk", 7);
  struct lw_db *db = NULL;
  assert_int_equal(open_on("disk", LW_DB_WRITE, &db), LW_OK);
  assert_int_equal(lw_db_exec(db, "CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT)", &err),
                   LW_OK);
  assert_int_equal(add_row(db, 0), LW_OK);
  lw_fault_space(disk, 5000);
  int64_t n = 1;
  while (add_row(db, n) == LW_OK) {
    n++;
    assert_true(n < ROWS);
  }
  assert_int_equal(err.code, LW_IO);
  assert_non_null(strstr(err.text, "full"));
  assert_non_null(strstr(err.hint, "free space"));
  assert_non_null(strstr(err.hint, "nothing was recorded"));
  assert_true(lw_fault_has_hit(disk));
  /* Reading goes on meanwhile; a second try fails the same way. */
  int64_t count = 0;
  assert_int_equal(lw_db_get_int(db, "SELECT count(*) FROM t", &count, &err), LW_OK);
  assert_int_equal(count, n);
  assert_int_equal(add_row(db, n), LW_IO);
  lw_fault_space(disk, LW_FAULT_NO_LIMIT);
  assert_int_equal(add_row(db, n), LW_OK);
  lw_db_close(db);
  uint64_t rows = 0;
  assert_true(look(&rows));
  assert_int_equal(rows, (UINT64_C(1) << (n + 1)) - 1);
  lw_fault_destroy(disk);
}

static void a_failing_disk_fails_until_it_is_mended(void **state)
{
  (void)state;
  struct lw_fault *disk = lw_fault_create("disk", 8);
  struct lw_db *db = NULL;
  assert_int_equal(open_on("disk", LW_DB_WRITE, &db), LW_OK);
  assert_int_equal(lw_db_exec(db, "CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT)", &err),
                   LW_OK);
  lw_fault_fail(disk, LW_FAULT_SYNC, 1, true);
  uint64_t before = lw_fault_count(disk, LW_FAULT_SYNC);
  for (int64_t n = 0; n < 3; n++) {
    assert_int_equal(add_row(db, 0), LW_IO);
    assert_non_null(strstr(err.hint, "disk"));
  }
  assert_int_equal(lw_fault_count(disk, LW_FAULT_SYNC), before + 3);
  lw_fault_fail(disk, LW_FAULT_SYNC, 0, false);
  assert_int_equal(add_row(db, 1), LW_OK);
  lw_fault_pull(disk, LW_FAULT_LOSE_ALL);
  assert_int_equal(add_row(db, 2), LW_IO);
  lw_db_close(db);
  lw_fault_plug(disk);
  lw_fault_destroy(disk);
  uint64_t rows = 0;
  assert_true(look(&rows));
  assert_int_equal(rows, 2); /* row 1 alone: the failed ones were written over */
}

/* Two connections over the failing disk share the index of the log. */
static void readers_see_commits_over_the_failing_disk(void **state)
{
  (void)state;
  struct lw_fault *disk = lw_fault_create("disk", 9);
  struct lw_db *db = NULL;
  struct lw_db *reader = NULL;
  assert_int_equal(open_on("disk", LW_DB_WRITE, &db), LW_OK);
  assert_int_equal(lw_db_exec(db, "CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT)", &err),
                   LW_OK);
  assert_int_equal(open_on("disk", LW_DB_READ, &reader), LW_OK);
  for (int64_t n = 0; n < 3; n++) {
    int64_t count = 0;
    assert_int_equal(add_row(db, n), LW_OK);
    assert_int_equal(lw_db_get_int(reader, "SELECT count(*) FROM t", &count, &err), LW_OK);
    assert_int_equal(count, n + 1);
  }
  lw_fault_pull(disk, LW_FAULT_RANDOM);
  lw_db_close(reader);
  lw_db_close(db);
  lw_fault_plug(disk);
  lw_fault_destroy(disk);
  uint64_t rows = 0;
  assert_true(look(&rows));
  assert_int_equal(rows, 7);
}

/* A writer and a thread of checkpoints, each with its own connection, until the power goes. */
struct pair {
  struct lw_fault *disk;
  struct lw_db *writer;
  struct lw_db *checkpointer;
  _Atomic uint64_t told;
};

static void *write_until_it_fails(void *user)
{
  struct pair *pair = user;
  struct lw_error mine;
  struct lw_stmt *insert = NULL;
  static const char sql[] = "INSERT INTO t VALUES ($1, zeroblob(3000))";
  for (int64_t n = 0; n < 5000; n++) {
    if (lw_db_begin(pair->writer, &mine) != LW_OK ||
        lw_db_statement(pair->writer, sql, &insert, &mine) != LW_OK) {
      break;
    }
    lw_stmt_int(insert, 1, n);
    if (lw_stmt_run(insert, &mine) != LW_OK || lw_db_commit(pair->writer, &mine) != LW_OK) {
      break;
    }
    pair->told = (uint64_t)n + 1;
  }
  return NULL;
}

static void *checkpoint_until_it_fails(void *user)
{
  struct pair *pair = user;
  struct lw_error mine;
  uint64_t pages = 0;
  bool is_truncating = false;
  while (pair->told < 10 && !lw_fault_is_out(pair->disk)) {
    (void)sched_yield(); /* or checkpoints of nothing use up the calls */
  }
  while (!lw_fault_is_out(pair->disk) && /* with nothing to move, no call need fail */
         lw_db_checkpoint(pair->checkpointer, is_truncating, &pages, &mine) == LW_OK) {
    is_truncating = !is_truncating;
  }
  return NULL;
}

static void threads_lose_nothing_either(void **state)
{
  (void)state;
  for (uint64_t seed = 0; seed < 6; seed++) {
    fresh();
    struct lw_fault *disk = lw_fault_create("disk", seed);
    struct pair pair = {.disk = disk};
    assert_int_equal(open_on("disk", LW_DB_WRITE, &pair.writer), LW_OK);
    assert_int_equal(lw_db_exec(pair.writer, "CREATE TABLE t (n INTEGER PRIMARY KEY, b)", &err),
                     LW_OK);
    assert_int_equal(open_on("disk", LW_DB_WRITE, &pair.checkpointer), LW_OK);
    lw_fault_pull_at(disk, 300 + 97 * seed, LW_FAULT_RANDOM);
    pthread_t threads[2];
    assert_int_equal(pthread_create(&threads[0], NULL, write_until_it_fails, &pair), 0);
    assert_int_equal(pthread_create(&threads[1], NULL, checkpoint_until_it_fails, &pair), 0);
    assert_int_equal(pthread_join(threads[0], NULL), 0);
    assert_int_equal(pthread_join(threads[1], NULL), 0);
    assert_true(lw_fault_is_out(disk));
    lw_db_close(pair.checkpointer);
    lw_db_close(pair.writer);
    lw_fault_plug(disk);
    lw_fault_destroy(disk);
    struct lw_db *db = NULL;
    int64_t count = 0;
    assert_int_equal(open_on(NULL, LW_DB_WRITE, &db), LW_OK);
    assert_int_equal(lw_db_get_int(db, "SELECT count(*) FROM t", &count, &err), LW_OK);
    assert_in_range(count, pair.told, pair.told + 1);
    assert_true(pair.told > 0);
    assert_int_equal(lw_db_get_int(db,
                                   "SELECT count(*) FROM pragma_integrity_check WHERE "
                                   "integrity_check = 'ok'",
                                   &count, &err),
                     LW_OK);
    assert_int_equal(count, 1);
    lw_db_close(db);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(unsynced_writes_are_lost_to_the_byte, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_torn_write_is_torn_at_sectors, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_commit_is_never_lost_with_sync_full, set_up, tear_down),
      cmocka_unit_test_setup_teardown(without_sync_rows_are_lost_and_files_torn, set_up, tear_down),
      cmocka_unit_test_setup_teardown(the_nth_failure_loses_nothing_that_was_told, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(a_full_disk_says_so_and_goes_on_with_space, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(a_failing_disk_fails_until_it_is_mended, set_up, tear_down),
      cmocka_unit_test_setup_teardown(readers_see_commits_over_the_failing_disk, set_up, tear_down),
      cmocka_unit_test_setup_teardown(threads_lose_nothing_either, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
