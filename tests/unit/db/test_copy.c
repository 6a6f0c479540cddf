/* Backups and checkpoints. */
#include "db/db.h"
#include "fault/folder.h"
#include "fault/vfs.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static struct lw_folder folder;
static char path[256];
static char copy_path[256];
static struct lw_error err;

static int set_up(void **state)
{
  (void)state;
  lw_folder_make(&folder);
  (void)lw_folder_file(&folder, "record.db", path);
  (void)lw_folder_file(&folder, "copy.db", copy_path);
  return 0;
}

static int tear_down(void **state)
{
  (void)state;
  lw_folder_remove(&folder);
  return 0;
}

static struct lw_db *open_path(const char *url, enum lw_db_mode mode, const char *vfs)
{
  struct lw_db_options options = {.url = url, .mode = mode, .vfs = vfs, .busy_msec = 1};
  struct lw_db *db = NULL;
  assert_int_equal(lw_db_open(&options, &db, &err), LW_OK);
  return db;
}

/* Some 4 MB: more than one step of a backup. */
static struct lw_db *open_filled(const char *vfs)
{
  struct lw_db *db = open_path(path, LW_DB_WRITE, vfs);
  assert_int_equal(lw_db_exec(db,
                              "CREATE TABLE t (n INTEGER PRIMARY KEY, bytes BLOB);"
                              "INSERT INTO t WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT "
                              "n + 1 FROM s WHERE n < 1000) SELECT n, zeroblob(4000) FROM s",
                              &err),
                   LW_OK);
  return db;
}

static int64_t ask(struct lw_db *db, const char *static_sql)
{
  int64_t number = INT64_MIN;
  assert_int_equal(lw_db_get_int(db, static_sql, &number, &err), LW_OK);
  return number;
}

static unsigned files_in_folder(void)
{
  unsigned count = 0;
  DIR *dir = opendir(folder.path);
  assert_non_null(dir);
  for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
    count += entry->d_name[0] != '.';
  }
  (void)closedir(dir);
  return count;
}

static int64_t log_bytes(void)
{
  char log[300];
  struct stat status;
  (void)snprintf(log, sizeof log, "%s-wal", path);
  return stat(log, &status) == 0 ? (int64_t)status.st_size : 0;
}

struct watch {
  struct lw_db *writer;
  unsigned calls;
  uint64_t last;
  uint64_t total;
};

/* Between two steps of the backup another connection writes. */
static void write_meanwhile(void *user, uint64_t done, uint64_t total)
{
  struct watch *watch = user;
  assert_true(done >= watch->last);
  assert_true(done <= total);
  watch->last = done;
  watch->total = total;
  watch->calls++;
  if (watch->writer != NULL) {
    assert_int_equal(lw_db_exec(watch->writer, "UPDATE t SET bytes = zeroblob(3999)", &err), LW_OK);
    assert_int_equal(lw_db_exec(watch->writer, "INSERT INTO t (bytes) VALUES (NULL)", &err), LW_OK);
  }
}

static void a_backup_is_one_state_while_others_write(void **state)
{
  (void)state;
  struct watch watch = {.writer = open_filled(NULL)};
  struct lw_db *db = open_path(path, LW_DB_READ, NULL);
  assert_int_equal(lw_db_backup(db, copy_path, write_meanwhile, &watch, &err), LW_OK);
  assert_true(watch.calls >= 3);
  assert_int_equal(watch.last, watch.total);
  assert_true(watch.total > 1000);
  struct lw_db *copy = open_path(copy_path, LW_DB_READ, NULL);
  assert_int_equal(ask(copy, "SELECT count(*) FROM t"), 1000);
  assert_int_equal(ask(copy, "SELECT sum(length(bytes)) FROM t"), 4000000);
  assert_true(ask(watch.writer, "SELECT count(*) FROM t") > 1000);
  lw_db_close(copy);
  /* A restored backup is a database like any other. */
  copy = open_path(copy_path, LW_DB_WRITE, NULL);
  assert_int_equal(lw_db_exec(copy, "INSERT INTO t (bytes) VALUES (NULL)", &err), LW_OK);
  assert_int_equal(ask(copy, "SELECT count(*) FROM t"), 1001);
  lw_db_close(copy);
  lw_db_close(db);
  lw_db_close(watch.writer);
}

static void a_write_connection_backs_up_too(void **state)
{
  (void)state;
  struct lw_db *db = open_filled(NULL);
  struct lw_db *other = open_path(path, LW_DB_WRITE, NULL);
  struct watch watch = {.writer = other};
  assert_int_equal(lw_db_backup(db, copy_path, write_meanwhile, &watch, &err), LW_OK);
  assert_int_equal(lw_db_begin(db, &err), LW_OK);
  char third[256];
  assert_int_equal(lw_db_backup(db, lw_folder_file(&folder, "third.db", third), NULL, NULL, &err),
                   LW_INTERNAL); /* not within a transaction */
  lw_db_rollback(db);
  lw_db_close(other);
  lw_db_close(db);
  assert_int_equal(files_in_folder(), 2);
}

static void a_backup_is_one_plain_private_file(void **state)
{
  (void)state;
  struct lw_db *db = open_filled(NULL);
  mode_t before = umask(0);
  assert_int_equal(lw_db_backup(db, copy_path, NULL, NULL, &err), LW_OK);
  (void)umask(before);
  lw_db_close(db);
  assert_int_equal(files_in_folder(), 2);
  struct stat status;
  assert_int_equal(stat(copy_path, &status), 0);
  assert_int_equal(status.st_mode & 0777, 0600);
  assert_int_equal(status.st_nlink, 1);
  /* Bytes 18 and 19 of the header: 1 a plain file, 2 one with a log. */
  char header[20];
  FILE *file = fopen(copy_path, "rb");
  assert_non_null(file);
  assert_int_equal(fread(header, 1, sizeof header, file), sizeof header);
  (void)fclose(file);
  assert_int_equal(header[18], 1);
  assert_int_equal(header[19], 1);
  struct lw_db *copy = open_path(copy_path, LW_DB_READ, NULL);
  assert_int_equal(ask(copy, "SELECT count(*) FROM t"), 1000);
  assert_int_equal(files_in_folder(), 2); /* read without a file beside it */
  lw_db_close(copy);
}

static void an_existing_file_is_never_written_over(void **state)
{
  (void)state;
  struct lw_db *db = open_filled(NULL);
  FILE *file = fopen(copy_path, "w");
  assert_non_null(file);
  (void)fputs("precious", file);
  (void)fclose(file);
  assert_int_equal(lw_db_backup(db, copy_path, NULL, NULL, &err), LW_USAGE);
  assert_non_null(strstr(err.text, "exists already"));
  assert_int_equal(lw_db_backup(db, path, NULL, NULL, &err), LW_USAGE);
  struct stat status;
  assert_int_equal(stat(copy_path, &status), 0);
  assert_int_equal(status.st_size, 8);
  assert_int_equal(lw_db_backup(db, "/nowhere/copy.db", NULL, NULL, &err), LW_IO);
  assert_int_equal(files_in_folder(), 4); /* database, log, index, the precious one */
  lw_db_close(db);
}

/* Somebody takes the name while the copy is made. */
static void take_name(void *user, uint64_t done, uint64_t total)
{
  (void)user;
  FILE *file = done == total ? fopen(copy_path, "w") : NULL;
  if (file != NULL) {
    (void)fputs("precious", file);
    (void)fclose(file);
  }
}

static void a_name_taken_meanwhile_is_left_alone(void **state)
{
  (void)state;
  struct lw_db *db = open_filled(NULL);
  assert_int_equal(lw_db_backup(db, copy_path, take_name, NULL, &err), LW_USAGE);
  struct stat status;
  assert_int_equal(stat(copy_path, &status), 0);
  assert_int_equal(status.st_size, 8);
  lw_db_close(db);
  assert_int_equal(files_in_folder(), 2);
}

/* Each write, sync and open fails once: an error and no file, or a whole copy. */
static void a_backup_that_fails_leaves_nothing(void **state)
{
  (void)state;
  struct lw_fault *disk = lw_fault_create("disk", 5);
  struct lw_db *db = open_path(path, LW_DB_WRITE, "disk");
  assert_int_equal(
      lw_db_exec(db, "CREATE TABLE t (n); INSERT INTO t VALUES (zeroblob(20000))", &err), LW_OK);
  static const enum lw_fault_call calls[] = {LW_FAULT_WRITE, LW_FAULT_SYNC, LW_FAULT_OPEN};
  unsigned failures = 0;
  for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
    bool has_hit = true;
    for (uint64_t nth = 1; has_hit; nth++) {
      lw_fault_fail(disk, calls[i], nth, false);
      enum lw_code rc = lw_db_backup(db, copy_path, NULL, NULL, &err);
      lw_fault_fail(disk, calls[i], 0, false);
      has_hit = lw_fault_has_hit(disk);
      failures += rc != LW_OK;
      assert_true(rc == LW_OK || rc == LW_IO);
      assert_true(rc == LW_OK || has_hit);
      assert_int_equal(files_in_folder(), rc == LW_OK ? 4 : 3);
      (void)unlink(copy_path);
    }
  }
  assert_true(failures >= 8);
  lw_fault_space(disk, 9000);
  assert_int_equal(lw_db_backup(db, copy_path, NULL, NULL, &err), LW_IO);
  assert_non_null(strstr(err.hint, "free space"));
  assert_int_equal(files_in_folder(), 3);
  lw_fault_space(disk, LW_FAULT_NO_LIMIT);
  assert_int_equal(lw_db_begin(db, &err), LW_OK); /* none of it holds a transaction */
  lw_db_close(db);
  lw_fault_destroy(disk);
}

static void the_log_grows_until_a_checkpoint(void **state)
{
  (void)state;
  struct lw_db *db = open_filled(NULL);
  struct lw_db *other = open_path(path, LW_DB_WRITE, NULL);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(lw_db_exec(db, "UPDATE t SET bytes = randomblob(4000)", &err), LW_OK);
  }
  assert_true(log_bytes() > 12 << 20); /* no checkpoint of its own */
  uint64_t pages = 0;
  assert_int_equal(lw_db_checkpoint(other, false, &pages, &err), LW_OK);
  assert_true(pages > 3000);
  /* All is moved: the next write begins the log anew. */
  assert_int_equal(lw_db_exec(db, "INSERT INTO t VALUES (5000, NULL)", &err), LW_OK);
  assert_int_equal(lw_db_checkpoint(other, false, &pages, &err), LW_OK);
  assert_in_range(pages, 1, 20);
  assert_int_equal(lw_db_checkpoint(other, true, &pages, &err), LW_OK);
  assert_int_equal(pages, 0);
  assert_int_equal(log_bytes(), 0);
  assert_int_equal(ask(db, "SELECT count(*) FROM t"), 1001);
  lw_db_close(other);
  lw_db_close(db);
}

static void a_checkpoint_waits_for_nobody(void **state)
{
  (void)state;
  struct lw_db *db = open_filled(NULL);
  struct lw_db *reader = open_path(path, LW_DB_READ, NULL);
  struct lw_db *other = open_path(path, LW_DB_WRITE, NULL);
  uint64_t pages = 0;
  /* A reader of an old state: what came after it stays in the log. */
  assert_int_equal(lw_db_begin(reader, &err), LW_OK);
  assert_int_equal(lw_db_exec(db, "INSERT INTO t VALUES (5000, NULL)", &err), LW_OK);
  assert_int_equal(lw_db_checkpoint(other, true, &pages, &err), LW_OK);
  assert_true(pages > 0);
  assert_int_equal(ask(reader, "SELECT count(*) FROM t"), 1000);
  assert_int_equal(lw_db_commit(reader, &err), LW_OK);
  /* A writer in the middle of a transaction. */
  assert_int_equal(lw_db_begin(db, &err), LW_OK);
  assert_int_equal(lw_db_exec(db, "INSERT INTO t VALUES (5001, NULL)", &err), LW_OK);
  assert_int_equal(lw_db_checkpoint(other, true, &pages, &err), LW_OK);
  assert_true(pages > 0);
  assert_int_equal(lw_db_commit(db, &err), LW_OK);
  assert_int_equal(lw_db_checkpoint(other, true, &pages, &err), LW_OK);
  assert_int_equal(pages, 0);
  assert_int_equal(ask(reader, "SELECT count(*) FROM t"), 1002);
  lw_db_close(other);
  lw_db_close(reader);
  lw_db_close(db);
}

/* What can be rebuilt keeps its log short by itself. */
static void a_derived_database_checkpoints_itself(void **state)
{
  (void)state;
  lw_db_close(open_filled(NULL));
  struct lw_db *db = open_path(path, LW_DB_DERIVED, NULL);
  for (int i = 0; i < 6; i++) {
    assert_int_equal(lw_db_exec(db, "UPDATE t SET bytes = randomblob(4000)", &err), LW_OK);
  }
  assert_true(log_bytes() < 9 << 20);
  lw_db_close(db);
}

static void a_failing_checkpoint_loses_nothing(void **state)
{
  (void)state;
  struct lw_fault *disk = lw_fault_create("disk", 6);
  struct lw_db *db = open_filled("disk");
  uint64_t pages = 77;
  lw_fault_fail(disk, LW_FAULT_WRITE, 5, false);
  assert_int_equal(lw_db_checkpoint(db, true, &pages, &err), LW_IO);
  assert_int_equal(pages, 77);
  lw_fault_fail(disk, LW_FAULT_SYNC, 2, false);
  assert_int_equal(lw_db_checkpoint(db, true, &pages, &err), LW_IO);
  lw_fault_pull(disk, LW_FAULT_RANDOM);
  lw_db_close(db);
  lw_fault_plug(disk);
  lw_fault_destroy(disk);
  db = open_path(path, LW_DB_WRITE, NULL);
  assert_int_equal(ask(db, "SELECT count(*) FROM t"), 1000);
  assert_int_equal(ask(db, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = "
                           "'ok'"),
                   1);
  lw_db_close(db);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
      ROW(a_backup_is_one_state_while_others_write), ROW(a_write_connection_backs_up_too),
      ROW(a_backup_is_one_plain_private_file),       ROW(an_existing_file_is_never_written_over),
      ROW(a_name_taken_meanwhile_is_left_alone),     ROW(a_backup_that_fails_leaves_nothing),
      ROW(the_log_grows_until_a_checkpoint),         ROW(a_checkpoint_waits_for_nobody),
      ROW(a_derived_database_checkpoints_itself),    ROW(a_failing_checkpoint_loses_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
