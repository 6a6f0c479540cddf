/* Connections, transactions, errors and migrations. */
#include "db/db.h"
#include "fault/folder.h"
#include "fault/vfs.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

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

static struct lw_db *open_mode(enum lw_db_mode mode)
{
  struct lw_db_options options = {.url = path, .mode = mode, .busy_msec = 1};
  struct lw_db *db = NULL;
  assert_int_equal(lw_db_open(&options, &db, &err), LW_OK);
  return db;
}

static struct lw_db *open_with_table(void)
{
  struct lw_db *db = open_mode(LW_DB_WRITE);
  assert_int_equal(lw_db_exec(db, "CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT UNIQUE)", &err),
                   LW_OK);
  return db;
}

static int64_t ask(struct lw_db *db, const char *static_sql)
{
  int64_t number = INT64_MIN;
  assert_int_equal(lw_db_get_int(db, static_sql, &number, &err), LW_OK);
  return number;
}

static void a_name_that_is_no_database(void **state)
{
  (void)state;
  static const struct {
    const char *url;
    enum lw_code code;
    const char *text;
  } rows[] = {
      {NULL, LW_USAGE, "no name"},
      {"", LW_USAGE, "no name"},
      {"postgres://boss:secret@127.0.0.1:1/leeway", LW_IO, "leeway at 127.0.0.1:1"},
      {"postgresql://127.0.0.1:1/leeway", LW_IO, "leeway at 127.0.0.1:1"},
      {"postgres://boss:secret@[::1", LW_USAGE, "URL"},
      {"/nowhere/at/all/leeway.db", LW_IO, "/nowhere/at/all/leeway.db"},
      {"/tmp", LW_IO, "/tmp"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    for (int mode = LW_DB_WRITE; mode <= LW_DB_DERIVED; mode++) {
      struct lw_db_options options = {.url = rows[i].url, .mode = (enum lw_db_mode)mode};
      struct lw_db *db = NULL;
      memset(&err, 0, sizeof err);
      assert_int_equal(lw_db_open(&options, &db, &err), rows[i].code);
      assert_null(db);
      assert_non_null(strstr(err.text, rows[i].text));
      assert_null(strstr(err.text, "secret"));
    }
  }
  lw_db_close(NULL);
}

static void each_mode_has_its_settings(void **state)
{
  (void)state;
  static const struct {
    enum lw_db_mode mode;
    int64_t synchronous;
    int64_t checkpoint;
  } rows[] = {{LW_DB_WRITE, 2, 0}, {LW_DB_DERIVED, 0, 1000}, {LW_DB_READ, -1, -1}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct lw_db_options options = {.url = path, .mode = rows[i].mode, .cache_kbytes = 1234};
    struct lw_db *db = NULL;
    assert_int_equal(lw_db_open(&options, &db, &err), LW_OK);
    assert_int_equal(lw_db_kind(db), LW_DB_SQLITE);
    assert_int_equal(lw_db_mode(db), rows[i].mode);
    assert_int_equal(ask(db, "PRAGMA foreign_keys"), 1);
    assert_int_equal(ask(db, "PRAGMA trusted_schema"), 0);
    assert_int_equal(ask(db, "PRAGMA cell_size_check"), 1);
    assert_int_equal(ask(db, "PRAGMA mmap_size"), 0);
    assert_int_equal(ask(db, "PRAGMA cache_size"), -1234);
    assert_int_equal(ask(db, "PRAGMA busy_timeout"), 5000);
    if (rows[i].synchronous >= 0) {
      assert_int_equal(ask(db, "PRAGMA synchronous"), rows[i].synchronous);
      assert_int_equal(ask(db, "PRAGMA wal_autocheckpoint"), rows[i].checkpoint);
    }
    lw_db_close(db);
  }
}

static void a_new_database_is_its_owners_alone(void **state)
{
  (void)state;
  static const char *const names[] = {"", "-wal", "-shm"};
  mode_t before = umask(0);
  for (int as_uri = 0; as_uri < 2; as_uri++) {
    char uri[300];
    (void)snprintf(uri, sizeof uri, "file:%s?psow=1", path);
    struct lw_db_options options = {.url = as_uri != 0 ? uri : path, .mode = LW_DB_WRITE};
    struct lw_db *db = NULL;
    assert_int_equal(lw_db_open(&options, &db, &err), LW_OK);
    assert_int_equal(lw_db_exec(db, "CREATE TABLE t (n)", &err), LW_OK);
    for (size_t i = 0; i < COUNT(names); i++) {
      char name[300];
      struct stat status;
      (void)snprintf(name, sizeof name, "%s%s", path, names[i]);
      assert_int_equal(stat(name, &status), 0);
      assert_int_equal(status.st_mode & 0777, 0600);
    }
    lw_db_close(db);
    assert_int_equal(unlink(path), 0);
  }
  (void)umask(before);
}

/* What an operator has set stays. */
static void the_mode_of_a_database_that_is_there_stays(void **state)
{
  (void)state;
  lw_db_close(open_with_table());
  assert_int_equal(chmod(path, 0640), 0);
  lw_db_close(open_mode(LW_DB_WRITE));
  struct stat status;
  assert_int_equal(stat(path, &status), 0);
  assert_int_equal(status.st_mode & 0777, 0640);
}

static void memory_is_a_database_too(void **state)
{
  (void)state;
  struct lw_db_options options = {.url = ":memory:", .mode = LW_DB_WRITE};
  struct lw_db *db = NULL;
  assert_int_equal(lw_db_open(&options, &db, &err), LW_OK);
  assert_int_equal(lw_db_exec(db, "CREATE TABLE t (n); INSERT INTO t VALUES (4)", &err), LW_OK);
  assert_int_equal(ask(db, "SELECT n FROM t"), 4);
  uint64_t pages = 9;
  assert_int_equal(lw_db_checkpoint(db, true, &pages, &err), LW_OK);
  assert_int_equal(pages, 0);
  lw_db_close(db);
  assert_int_equal(access(":memory:", F_OK), -1);
}

static void a_file_that_is_none_of_ours(void **state)
{
  (void)state;
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  for (int i = 0; i < 1000; i++) {
    (void)fputs("this is a letter, not a database\n", file);
  }
  (void)fclose(file);
  for (int mode = LW_DB_WRITE; mode <= LW_DB_DERIVED; mode++) {
    struct lw_db_options options = {.url = path, .mode = (enum lw_db_mode)mode};
    struct lw_db *db = NULL;
    assert_int_equal(lw_db_open(&options, &db, &err), LW_IO);
    assert_non_null(strstr(err.text, "it is no database"));
    assert_true(err.hint[0] != '\0');
  }
}

static void a_damaged_page_is_told(void **state)
{
  (void)state;
  struct lw_db *db = open_with_table();
  assert_int_equal(lw_db_exec(db, "INSERT INTO t VALUES (1, 'x')", &err), LW_OK);
  lw_db_close(db);
  int file = open(path, O_WRONLY);
  assert_true(file >= 0);
  for (off_t page = 1; page < 3; page++) {
    assert_int_equal(
        pwrite(file, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12, page * 4096), 12);
  }
  assert_int_equal(close(file), 0);
  db = open_mode(LW_DB_WRITE);
  int64_t number = 7;
  assert_int_equal(lw_db_get_int(db, "SELECT text FROM t", &number, &err), LW_IO);
  assert_int_equal(number, 7);
  assert_non_null(strstr(err.hint, "restore a backup"));
  lw_db_close(db);
}

static void a_read_connection_changes_nothing(void **state)
{
  (void)state;
  struct lw_db_options options = {.url = path, .mode = LW_DB_READ};
  struct lw_db *reader = NULL;
  assert_int_equal(lw_db_open(&options, &reader, &err), LW_IO); /* reading makes no file */
  assert_int_equal(access(path, F_OK), -1);
  lw_db_close(open_with_table());
  reader = open_mode(LW_DB_READ);
  assert_int_equal(lw_db_exec(reader, "INSERT INTO t VALUES (1, 'x')", &err), LW_IO);
  assert_non_null(strstr(err.text, "read-only"));
  assert_int_equal(ask(reader, "SELECT count(*) FROM t"), 0);
  lw_db_close(reader);
}

/* The index of the log can't be made there: here a link that leads nowhere stands for the disk. */
static void a_copy_on_a_read_only_disk_opens(void **state)
{
  (void)state;
  struct lw_db *db = open_with_table();
  assert_int_equal(lw_db_exec(db, "INSERT INTO t VALUES (5, 'x')", &err), LW_OK);
  lw_db_close(db);
  char name[300];
  (void)snprintf(name, sizeof name, "%s-shm", path);
  assert_int_equal(symlink("nowhere", name), 0);
  struct lw_db_options options = {.url = path, .mode = LW_DB_WRITE};
  assert_int_equal(lw_db_open(&options, &db, &err), LW_IO);
  options.mode = LW_DB_READ;
  assert_int_equal(lw_db_open(&options, &db, &err), LW_OK);
  assert_int_equal(ask(db, "SELECT n FROM t"), 5);
  assert_int_equal(lw_db_exec(db, "DELETE FROM t", &err), LW_IO);
  lw_db_close(db);
  /* With a log beside it the file alone is not the whole truth. */
  (void)snprintf(name, sizeof name, "%s-wal", path);
  FILE *log = fopen(name, "w");
  assert_non_null(log);
  (void)fputs("what was committed last", log);
  (void)fclose(log);
  assert_int_equal(lw_db_open(&options, &db, &err), LW_IO);
}

/* What a URI gives a meaning to is only a letter in a path. */
static void a_path_may_hold_any_letter(void **state)
{
  (void)state;
  static const char *const names[] = {"a b.db",   "50%.db", "%41.db",
                                      "what?.db", "a#b.db", "x?mode=ro"};
  for (size_t i = 0; i < COUNT(names); i++) {
    char file[256];
    char name[300];
    struct lw_db_options options = {.url = lw_folder_file(&folder, names[i], file)};
    struct lw_db *db = NULL;
    assert_int_equal(lw_db_open(&options, &db, &err), LW_OK);
    assert_int_equal(lw_db_exec(db, "CREATE TABLE t (n); INSERT INTO t VALUES (6)", &err), LW_OK);
    lw_db_close(db);
    assert_int_equal(access(file, F_OK), 0);
    (void)snprintf(name, sizeof name, "%s-shm", file);
    assert_int_equal(symlink("nowhere", name), 0); /* read as above */
    options.mode = LW_DB_READ;
    assert_int_equal(lw_db_open(&options, &db, &err), LW_OK);
    assert_int_equal(ask(db, "SELECT n FROM t"), 6);
    lw_db_close(db);
  }
}

static void what_was_not_committed_is_not_there(void **state)
{
  (void)state;
  struct lw_db *db = open_with_table();
  struct lw_db *other = open_mode(LW_DB_WRITE);
  assert_int_equal(lw_db_begin(db, &err), LW_OK);
  assert_int_equal(lw_db_exec(db, "INSERT INTO t VALUES (1, 'a')", &err), LW_OK);
  assert_int_equal(ask(other, "SELECT count(*) FROM t"), 0);
  lw_db_rollback(db);
  lw_db_rollback(db); /* nothing begun: nothing done */
  assert_int_equal(ask(db, "SELECT count(*) FROM t"), 0);
  assert_int_equal(lw_db_begin(db, &err), LW_OK);
  assert_int_equal(lw_db_exec(db, "INSERT INTO t VALUES (2, 'b')", &err), LW_OK);
  assert_int_equal(lw_db_commit(db, &err), LW_OK);
  assert_int_equal(ask(other, "SELECT n FROM t"), 2);
  assert_int_equal(lw_db_begin(db, &err), LW_OK);
  assert_int_equal(lw_db_exec(db, "DELETE FROM t", &err), LW_OK);
  lw_db_close(db); /* rolls back */
  assert_int_equal(ask(other, "SELECT n FROM t"), 2);
  lw_db_close(other);
}

static void transactions_do_not_nest(void **state)
{
  (void)state;
  for (int mode = LW_DB_WRITE; mode <= LW_DB_DERIVED; mode++) {
    struct lw_db *db = open_mode((enum lw_db_mode)mode);
    assert_int_equal(lw_db_commit(db, &err), LW_INTERNAL);
    assert_int_equal(lw_db_begin(db, &err), LW_OK);
    assert_int_equal(lw_db_begin(db, &err), LW_INTERNAL);
    assert_int_equal(lw_db_commit(db, &err), LW_OK); /* the first is still good */
    lw_db_close(db);
    if (mode == LW_DB_WRITE) {
      lw_db_close(open_with_table());
    }
  }
}

static void one_writes_at_a_time(void **state)
{
  (void)state;
  struct lw_db *db = open_with_table();
  struct lw_db *other = open_mode(LW_DB_WRITE);
  assert_int_equal(lw_db_begin(db, &err), LW_OK);
  assert_int_equal(lw_db_begin(other, &err), LW_BUSY);
  assert_int_equal(err.code, LW_BUSY);
  assert_true(lw_code_may_retry(LW_BUSY));
  assert_int_equal(lw_db_exec(other, "INSERT INTO t VALUES (1, 'a')", &err), LW_BUSY);
  assert_int_equal(ask(other, "SELECT count(*) FROM t"), 0); /* reading never waits */
  assert_int_equal(lw_db_commit(db, &err), LW_OK);
  assert_int_equal(lw_db_begin(other, &err), LW_OK);
  assert_int_equal(lw_db_commit(other, &err), LW_OK);
  lw_db_close(other);
  lw_db_close(db);
}

/* From its beginning, not from its first question. */
static void a_reader_sees_one_state(void **state)
{
  (void)state;
  struct lw_db *db = open_with_table();
  struct lw_db *reader = open_mode(LW_DB_READ);
  assert_int_equal(lw_db_begin(reader, &err), LW_OK);
  assert_int_equal(lw_db_exec(db, "INSERT INTO t VALUES (1, 'a')", &err), LW_OK);
  assert_int_equal(ask(reader, "SELECT count(*) FROM t"), 0);
  assert_int_equal(lw_db_commit(reader, &err), LW_OK);
  assert_int_equal(ask(reader, "SELECT count(*) FROM t"), 1);
  lw_db_close(reader);
  lw_db_close(db);
}

static bool has_changed(struct lw_db *db)
{
  enum lw_db_news news = LW_DB_NONE;
  assert_int_equal(lw_db_begin(db, &err), LW_OK);
  assert_int_equal(lw_db_changed(db, &news, &err), LW_OK);
  assert_int_equal(lw_db_commit(db, &err), LW_OK);
  return news != LW_DB_NONE;
}

/* 70 rows of a megabyte, each of another letter: more than one window of a mapped file. */
static struct lw_db *open_with_pages(void)
{
  struct lw_db *db = open_with_table();
  uint64_t pages = 0;
  assert_int_equal(lw_db_exec(db,
                              "CREATE TABLE b (n INTEGER PRIMARY KEY, text TEXT);"
                              "WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k "
                              "WHERE n < 70) INSERT INTO b SELECT n, "
                              "replace(hex(zeroblob(500000)), '0', char(48 + n)) FROM k",
                              &err),
                   LW_OK);
  assert_int_equal(lw_db_checkpoint(db, false, &pages, &err), LW_OK);
  return db;
}

/* Each row's length, and its last letter. */
static int64_t ask_pages(struct lw_db *db)
{
  return ask(db, "SELECT sum(length(text) + unicode(substr(text, -1))) FROM b");
}

static void a_mapped_reader_sees_what_others_write(void **state)
{
  (void)state;
  uint64_t pages = 0;
  const struct lw_db_options options = {.url = path, .mode = LW_DB_READ, .mapped = true};
  struct lw_db *writer = open_with_pages();
  struct lw_db *reader = NULL;
  assert_int_equal(lw_db_open(&options, &reader, &err), LW_OK);
  int64_t before = ask_pages(reader);
  assert_int_equal(before, 70 * 1000000 + 70 * 48 + 70 * 71 / 2);
  assert_int_equal(lw_db_begin(reader, &err), LW_OK);
  assert_int_equal(ask_pages(reader), before);
  assert_int_equal(lw_db_exec(writer, "UPDATE b SET text = text || '0' WHERE n % 7 = 0", &err),
                   LW_OK);                                                /* in the log */
  assert_int_equal(lw_db_checkpoint(writer, false, &pages, &err), LW_OK); /* as far as it may */
  assert_int_equal(ask_pages(reader), before);                            /* its snapshot */
  assert_int_equal(lw_db_commit(reader, &err), LW_OK);
  int64_t after = ask_pages(reader);
  assert_int_equal(after, ask_pages(writer));
  assert_true(after != before);
  assert_int_equal(lw_db_checkpoint(writer, false, &pages, &err), LW_OK);
  assert_int_equal(lw_db_exec(writer, "INSERT INTO b SELECT n + 70, text FROM b", &err), LW_OK);
  assert_int_equal(lw_db_checkpoint(writer, false, &pages, &err), LW_OK); /* the file has grown */
  assert_int_equal(ask_pages(reader), 2 * after);
  lw_db_close(reader);
  assert_int_equal(ask_pages(writer), 2 * after);
  assert_int_equal(lw_db_exec(writer, "DELETE FROM b", &err), LW_OK); /* its locks are held still */
  lw_db_close(writer);
}

static void what_others_write_is_noticed_once(void **state)
{
  (void)state;
  struct lw_db *db = open_with_table();
  struct lw_db *other = open_mode(LW_DB_WRITE);
  uint64_t pages = 0;
  assert_false(has_changed(db));
  assert_int_equal(lw_db_exec(db, "INSERT INTO t VALUES (1, 'a')", &err), LW_OK);
  assert_false(has_changed(db)); /* its own */
  assert_true(has_changed(other));
  assert_false(has_changed(other));
  assert_int_equal(lw_db_exec(other, "INSERT INTO t VALUES (2, 'b')", &err), LW_OK);
  assert_int_equal(lw_db_exec(other, "INSERT INTO t VALUES (3, 'c')", &err), LW_OK);
  assert_true(has_changed(db));
  assert_false(has_changed(db));
  assert_int_equal(lw_db_begin(other, &err), LW_OK);
  assert_int_equal(lw_db_exec(other, "INSERT INTO t VALUES (4, 'd')", &err), LW_OK);
  lw_db_rollback(other);
  assert_false(has_changed(db));
  assert_int_equal(lw_db_checkpoint(other, false, &pages, &err), LW_OK);
  assert_false(has_changed(db)); /* moving the log changes nothing */
  assert_int_equal(lw_db_checkpoint(other, true, &pages, &err), LW_OK);
  (void)has_changed(db);         /* cutting it may be told, */
  assert_false(has_changed(db)); /* but once */
  lw_db_close(other);
  lw_db_close(db);
}

static void what_was_written_before_opening_is_no_change(void **state)
{
  (void)state;
  struct lw_db *db = open_with_table();
  assert_int_equal(lw_db_exec(db, "INSERT INTO t VALUES (1, 'a')", &err), LW_OK);
  struct lw_db *late = open_mode(LW_DB_WRITE);
  assert_false(has_changed(late));
  lw_db_close(late);
  lw_db_close(db);
}

static void each_fault_has_its_code(void **state)
{
  (void)state;
  static const struct {
    const char *sql;
    enum lw_code code;
  } rows[] = {
      {"INSERT INTO t VALUES (1, 'other')", LW_CONFLICT},
      {"INSERT INTO t VALUES (2, 'a')", LW_CONFLICT},
      {"INSERT INTO child VALUES (99)", LW_INTERNAL}, /* foreign keys hold */
      {"INSERT INTO strict VALUES (NULL)", LW_INTERNAL},
      {"INSERT INTO nowhere VALUES (1)", LW_INTERNAL},
      {"not SQL", LW_INTERNAL},
      {"SELECT \"text that is no column\"", LW_INTERNAL},
      {"SELECT zeroblob(2000000000)", LW_LIMIT},
      {"INSERT INTO t VALUES (3, 'c'); INSERT INTO t VALUES (3, 'd')", LW_CONFLICT},
      {"  ;; ", LW_OK},
      {"", LW_OK},
  };
  struct lw_db *db = open_with_table();
  assert_int_equal(lw_db_exec(db,
                              "CREATE TABLE child (n INTEGER REFERENCES t (n));"
                              "CREATE TABLE strict (n INTEGER NOT NULL);"
                              "INSERT INTO t VALUES (1, 'a');",
                              &err),
                   LW_OK);
  for (size_t i = 0; i < COUNT(rows); i++) {
    assert_int_equal(lw_db_exec(db, rows[i].sql, &err), rows[i].code);
    assert_true(rows[i].code == LW_OK || err.code == rows[i].code);
  }
  assert_int_equal(ask(db, "SELECT count(*) FROM t"), 2);
  lw_db_close(db);
}

/* A value that is taken ends its statement, not the transaction. */
static void a_conflict_leaves_the_transaction(void **state)
{
  (void)state;
  struct lw_db *db = open_with_table();
  assert_int_equal(lw_db_begin(db, &err), LW_OK);
  assert_int_equal(lw_db_exec(db, "INSERT INTO t VALUES (1, 'a')", &err), LW_OK);
  assert_int_equal(lw_db_exec(db, "INSERT INTO t VALUES (1, 'b')", &err), LW_CONFLICT);
  assert_int_equal(lw_db_exec(db, "INSERT INTO t VALUES (2, 'b')", &err), LW_OK);
  assert_int_equal(lw_db_commit(db, &err), LW_OK);
  assert_int_equal(ask(db, "SELECT count(*) FROM t"), 2);
  lw_db_close(db);
}

/* After a fault of the disk, not one statement more, until the rollback. */
static void a_lost_transaction_takes_no_more(void **state)
{
  (void)state;
  struct lw_fault *disk = lw_fault_create("disk", 3);
  struct lw_db_options options = {
      .url = path, .mode = LW_DB_WRITE, .vfs = "disk", .cache_kbytes = 40};
  struct lw_db *db = NULL;
  assert_int_equal(lw_db_open(&options, &db, &err), LW_OK);
  assert_int_equal(lw_db_exec(db, "CREATE TABLE t (n INTEGER PRIMARY KEY, bytes BLOB)", &err),
                   LW_OK);
  assert_int_equal(lw_db_begin(db, &err), LW_OK);
  assert_int_equal(lw_db_exec(db, "INSERT INTO t VALUES (1, zeroblob(10))", &err), LW_OK);
  lw_fault_fail(disk, LW_FAULT_WRITE, 1, true);
  /* More than the cache holds: pages go to the log before the commit. */
  assert_int_equal(lw_db_exec(db, "INSERT INTO t VALUES (2, zeroblob(1000000))", &err), LW_IO);
  lw_fault_fail(disk, LW_FAULT_WRITE, 0, false);
  assert_int_equal(lw_db_exec(db, "INSERT INTO t VALUES (3, zeroblob(10))", &err), LW_IO);
  struct lw_stmt *stmt = NULL;
  assert_int_equal(lw_db_statement(db, "INSERT INTO t VALUES (4, NULL)", &stmt, &err), LW_OK);
  assert_int_equal(lw_stmt_run(stmt, &err), LW_IO);
  assert_int_equal(lw_db_commit(db, &err), LW_IO);
  assert_int_equal(ask(db, "SELECT count(*) FROM t"), 0);
  assert_int_equal(lw_db_exec(db, "INSERT INTO t VALUES (5, NULL)", &err), LW_OK);
  assert_int_equal(ask(db, "SELECT n FROM t"), 5);
  lw_db_close(db);
  lw_fault_destroy(disk);
}

static void a_commit_that_fails_is_rolled_back(void **state)
{
  (void)state;
  struct lw_fault *disk = lw_fault_create("disk", 4);
  struct lw_db_options options = {.url = path, .mode = LW_DB_WRITE, .vfs = "disk"};
  struct lw_db *db = NULL;
  assert_int_equal(lw_db_open(&options, &db, &err), LW_OK);
  assert_int_equal(lw_db_exec(db, "CREATE TABLE t (n INTEGER PRIMARY KEY)", &err), LW_OK);
  static const enum lw_fault_call calls[] = {LW_FAULT_WRITE, LW_FAULT_SYNC};
  for (size_t i = 0; i < COUNT(calls); i++) {
    assert_int_equal(lw_db_begin(db, &err), LW_OK);
    assert_int_equal(lw_db_exec(db, "INSERT INTO t VALUES (1)", &err), LW_OK);
    lw_fault_fail(disk, calls[i], 1, false);
    assert_int_equal(lw_db_commit(db, &err), LW_IO);
    assert_true(lw_fault_has_hit(disk));
    assert_int_equal(ask(db, "SELECT count(*) FROM t"), 0);
    assert_int_equal(lw_db_commit(db, &err), LW_INTERNAL); /* nothing is begun any more */
  }
  assert_int_equal(lw_db_begin(db, &err), LW_OK);
  assert_int_equal(lw_db_exec(db, "INSERT INTO t VALUES (2)", &err), LW_OK);
  assert_int_equal(lw_db_commit(db, &err), LW_OK);
  lw_db_close(db);
  db = open_mode(LW_DB_WRITE);
  assert_int_equal(ask(db, "SELECT sum(n) FROM t"), 2);
  lw_db_close(db);
  lw_fault_destroy(disk);
}

static const struct lw_migration steps[] = {
    {"first", "CREATE TABLE a (n INTEGER); INSERT INTO a VALUES (1);"},
    {"second", "ALTER TABLE a ADD COLUMN m INTEGER; UPDATE a SET m = n + 1;"},
    {"third", "CREATE TABLE b (n INTEGER)"},
};

static void migrations_run_once_each(void **state)
{
  (void)state;
  for (size_t count = 0; count <= COUNT(steps); count++) {
    for (unsigned times = 0; times < 2; times++) {
      struct lw_db *db = open_mode(LW_DB_WRITE);
      assert_int_equal(lw_db_migrate(db, steps, count, &err), LW_OK);
      assert_int_equal(ask(db, "SELECT count(*) FROM migration"), (int64_t)count);
      if (count >= 2) {
        assert_int_equal(ask(db, "SELECT sum(m) FROM a"), 2);
      }
      lw_db_close(db);
    }
  }
}

static void a_newer_or_foreign_database_is_refused(void **state)
{
  (void)state;
  struct lw_db *db = open_mode(LW_DB_WRITE);
  assert_int_equal(lw_db_migrate(db, steps, 3, &err), LW_OK);
  assert_int_equal(lw_db_migrate(db, steps, 2, &err), LW_INVALID);
  assert_non_null(strstr(err.text, "third"));
  assert_non_null(strstr(err.hint, "or newer"));
  static const struct lw_migration others[] = {{"first", "SELECT 1"},
                                               {"another", "SELECT 1"},
                                               {"third", "SELECT 1"},
                                               {"fourth", "SELECT 1"}};
  assert_int_equal(lw_db_migrate(db, others, 4, &err), LW_INVALID);
  assert_non_null(strstr(err.text, "second"));
  assert_int_equal(ask(db, "SELECT count(*) FROM migration"), 3); /* untouched */
  struct lw_db *reader = open_mode(LW_DB_READ);
  assert_int_equal(lw_db_migrate(reader, steps, 2, &err), LW_INVALID);
  assert_int_equal(lw_db_migrate(reader, steps, 3, &err), LW_OK);
  lw_db_close(reader);
  lw_db_close(db);
}

/* Folders' lists stand one behind the other: each may grow at its own end. */
static void a_step_may_be_added_in_the_middle(void **state)
{
  (void)state;
  static const struct lw_migration grown[] = {{"first", "SELECT 1"},
                                              {"second", "SELECT 1"},
                                              {"between", "CREATE TABLE c (n INTEGER)"},
                                              {"third", "SELECT 1"}};
  struct lw_db *db = open_mode(LW_DB_WRITE);
  assert_int_equal(lw_db_migrate(db, steps, 3, &err), LW_OK);
  assert_int_equal(lw_db_migrate(db, grown, 4, &err), LW_OK);
  assert_int_equal(lw_db_migrate(db, grown, 4, &err), LW_OK);
  assert_int_equal(ask(db, "SELECT count(*) FROM migration"), 4);
  assert_int_equal(ask(db, "SELECT step FROM migration WHERE name = 'between'"), 4);
  assert_int_equal(ask(db, "SELECT count(*) FROM sqlite_master WHERE name = 'c'"), 1);
  lw_db_close(db);
}

static void a_reader_does_not_migrate(void **state)
{
  (void)state;
  struct lw_db *db = open_mode(LW_DB_WRITE);
  struct lw_db *reader = open_mode(LW_DB_READ);
  assert_int_equal(lw_db_migrate(reader, steps, 3, &err), LW_INVALID);
  assert_int_equal(lw_db_migrate(db, steps, 1, &err), LW_OK);
  assert_int_equal(lw_db_migrate(reader, steps, 3, &err), LW_INVALID);
  assert_non_null(strstr(err.text, "1 of the 3"));
  lw_db_close(reader);
  lw_db_close(db);
}

static void a_reader_requires_what_it_reads(void **state)
{
  (void)state;
  struct lw_db *db = open_mode(LW_DB_WRITE);
  struct lw_db *reader = open_mode(LW_DB_READ);
  assert_int_equal(lw_db_require(reader, steps, 1, &err), LW_INVALID); /* nothing has run */
  assert_int_equal(lw_db_migrate(db, steps, 2, &err), LW_OK);
  assert_int_equal(lw_db_require(reader, steps, 2, &err), LW_OK);
  assert_int_equal(lw_db_require(reader, steps, 1, &err), LW_OK); /* others may have run, too */
  assert_int_equal(lw_db_require(reader, steps, 3, &err), LW_INVALID);
  assert_non_null(strstr(err.text, "2 of the 3"));
  assert_non_null(strstr(err.hint, "leeway serve"));
  lw_db_close(reader);
  lw_db_close(db);
}

static void a_step_that_fails_leaves_nothing(void **state)
{
  (void)state;
  static const struct lw_migration broken[] = {
      {"first", "CREATE TABLE a (n INTEGER)"},
      {"second", "CREATE TABLE b (n INTEGER); INSERT INTO nowhere VALUES (1)"},
  };
  static const struct lw_migration mended[] = {
      {"first", "CREATE TABLE a (n INTEGER)"},
      {"second", "CREATE TABLE b (n INTEGER)"},
  };
  struct lw_db *db = open_mode(LW_DB_WRITE);
  assert_int_equal(lw_db_migrate(db, broken, 2, &err), LW_INTERNAL);
  assert_int_equal(ask(db, "SELECT count(*) FROM sqlite_master WHERE name IN ('a', 'b')"), 1);
  assert_int_equal(ask(db, "SELECT max(step) FROM migration"), 1);
  assert_int_equal(lw_db_migrate(db, mended, 2, &err), LW_OK);
  assert_int_equal(ask(db, "SELECT max(step) FROM migration"), 2);
  lw_db_close(db);
}

/* Two programs that start at once: the second finds done what it was about to do. */
static void two_programs_migrate_once(void **state)
{
  (void)state;
  struct lw_db *one = open_mode(LW_DB_WRITE);
  struct lw_db *two = open_mode(LW_DB_WRITE);
  assert_int_equal(lw_db_migrate(one, steps, 1, &err), LW_OK);
  assert_int_equal(lw_db_migrate(two, steps, 3, &err), LW_OK);
  assert_int_equal(lw_db_migrate(one, steps, 3, &err), LW_OK);
  assert_int_equal(ask(one, "SELECT count(*) FROM a"), 1);
  assert_int_equal(lw_db_begin(one, &err), LW_OK);
  assert_int_equal(lw_db_migrate(two, steps, 3, &err), LW_OK); /* nothing due: no lock needed */
  lw_db_close(two);
  lw_db_close(one);
}

static void no_row_is_zero(void **state)
{
  (void)state;
  struct lw_db *db = open_with_table();
  assert_int_equal(ask(db, "SELECT n FROM t"), 0);
  assert_int_equal(ask(db, "SELECT max(n) FROM t"), 0);
  assert_int_equal(ask(db, "SELECT 9223372036854775807"), INT64_MAX);
  int64_t number = 5;
  assert_int_equal(lw_db_get_int(db, "SELECT nothing", &number, &err), LW_INTERNAL);
  assert_int_equal(number, 5);
  lw_db_close(db);
}

/* --- the log, gathered --- */

static struct lw_db *open_gathering(const char *vfs, uint32_t cache_kbytes)
{
  struct lw_db_options options = {.url = path,
                                  .mode = LW_DB_WRITE,
                                  .vfs = vfs,
                                  .busy_msec = 1,
                                  .cache_kbytes = cache_kbytes,
                                  .flush_later = true};
  struct lw_db *db = NULL;
  assert_int_equal(lw_db_open(&options, &db, &err), LW_OK);
  return db;
}

/* So many rows on pages of their own. */
static void fill(struct lw_db *db, const char *values)
{
  char sql[256];
  (void)snprintf(sql, sizeof sql,
                 "WITH RECURSIVE c(n) AS (%s) INSERT INTO big SELECT n, hex(zeroblob(1500)) FROM c",
                 values);
  assert_int_equal(lw_db_exec(db, sql, &err), LW_OK);
}

static void a_commit_writes_its_log_at_once(void **state)
{
  (void)state;
  struct lw_fault *disk = lw_fault_create("gathered", 1);
  struct lw_db *db = open_gathering("gathered", 0);
  assert_int_equal(lw_db_exec(db, "CREATE TABLE big (n INTEGER PRIMARY KEY, text TEXT)", &err),
                   LW_OK);
  uint64_t writes = lw_fault_count(disk, LW_FAULT_WRITE);
  uint64_t syncs = lw_fault_count(disk, LW_FAULT_SYNC);
  assert_int_equal(lw_db_begin(db, &err), LW_OK);
  fill(db, "SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 10");
  assert_int_equal(lw_db_commit(db, &err), LW_OK);
  assert_int_equal(lw_fault_count(disk, LW_FAULT_WRITE), writes + 1);
  assert_int_equal(lw_fault_count(disk, LW_FAULT_SYNC), syncs);
  assert_true(lw_fault_unsynced_bytes(disk) > 10 * 3000);
  assert_int_equal(lw_db_flush(db, &err), LW_OK);
  assert_int_equal(lw_fault_count(disk, LW_FAULT_SYNC), syncs + 1);
  lw_fault_fail(disk, LW_FAULT_WRITE, 1, false); /* a fault of that one write fails the commit */
  assert_int_equal(lw_db_begin(db, &err), LW_OK);
  fill(db, "SELECT 11");
  assert_int_equal(lw_db_commit(db, &err), LW_IO);
  assert_int_equal(ask(db, "SELECT count(*) FROM big"), 10);
  lw_db_close(db);
  lw_fault_destroy(disk);
}

/* A transaction that is too large for the cache writes to the log before it ends. When it is rolled
 * back, another's stands at that place: nothing of it may come after. */
static void what_was_rolled_back_is_not_written_later(void **state)
{
  (void)state;
  struct lw_db *db = open_gathering(NULL, 40);
  struct lw_db *other = open_mode(LW_DB_WRITE);
  assert_int_equal(lw_db_exec(db, "CREATE TABLE big (n INTEGER PRIMARY KEY, text TEXT)", &err),
                   LW_OK);
  for (int round = 0; round < 8; round++) {
    assert_int_equal(lw_db_begin(db, &err), LW_OK);
    fill(db, round % 2 == 0 ? "SELECT 1000 UNION ALL SELECT n + 1 FROM c WHERE n < 1011"
                            : "SELECT 1000 UNION ALL SELECT n + 1 FROM c WHERE n < 1200");
    lw_db_rollback(db);
    assert_int_equal(lw_db_exec(other, "INSERT INTO big (text) VALUES (hex(zeroblob(9000)))", &err),
                     LW_OK);
    assert_int_equal(lw_db_begin(db, &err), LW_OK);
    assert_int_equal(lw_db_exec(db, "INSERT INTO big (text) VALUES ('mine')", &err), LW_OK);
    assert_int_equal(lw_db_commit(db, &err), LW_OK);
    assert_int_equal(ask(other, "SELECT count(*) FROM big"), 2 * round + 2);
    assert_int_equal(ask(other, "SELECT count(*) FROM pragma_integrity_check WHERE "
                                "integrity_check <> 'ok'"),
                     0);
  }
  lw_db_close(db);
  lw_db_close(other);
}

static void a_url_is_shown_without_its_password(void **state)
{
  static const char *const rows[][2] = {
      {"leeway.db", "leeway.db"},
      {"postgres://", "postgres://"},
      {"postgres://db/leeway", "postgres://db/leeway"},
      {"postgres://lw@db:5432/leeway", "postgres://lw@db:5432/leeway"},
      {"postgres://lw:secret@db/leeway", "postgres://lw@db/leeway"},
      {"postgresql://lw:se@cret:@a,b:5433/leeway", "postgres://lw@a,b:5433/leeway"},
      {"postgres://lw:se/cret@db/leeway", "postgres://lw@db/leeway"},
      {"postgres://db/leeway?user=lw&password=secret@x", "postgres://db/leeway"},
      {"postgres://:secret@db/leeway?sslpassword=secret", "postgres://@db/leeway"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char shown[LW_DB_SHOWN_BYTES];
    lw_db_show_url(rows[i][0], shown, sizeof shown);
    assert_string_equal(shown, rows[i][1]);
    lw_db_show_url(rows[i][0], shown, 4);
    assert_int_equal(strncmp(shown, rows[i][1], 3), 0);
    assert_true(strlen(shown) <= 3);
  }
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
      ROW(a_name_that_is_no_database),
      ROW(a_url_is_shown_without_its_password),
      ROW(each_mode_has_its_settings),
      ROW(a_new_database_is_its_owners_alone),
      ROW(the_mode_of_a_database_that_is_there_stays),
      ROW(memory_is_a_database_too),
      ROW(a_file_that_is_none_of_ours),
      ROW(a_damaged_page_is_told),
      ROW(a_read_connection_changes_nothing),
      ROW(a_copy_on_a_read_only_disk_opens),
      ROW(a_path_may_hold_any_letter),
      ROW(what_was_not_committed_is_not_there),
      ROW(transactions_do_not_nest),
      ROW(one_writes_at_a_time),
      ROW(a_mapped_reader_sees_what_others_write),
      ROW(a_reader_sees_one_state),
      ROW(what_others_write_is_noticed_once),
      ROW(what_was_written_before_opening_is_no_change),
      ROW(each_fault_has_its_code),
      ROW(a_conflict_leaves_the_transaction),
      ROW(a_lost_transaction_takes_no_more),
      ROW(a_commit_that_fails_is_rolled_back),
      ROW(migrations_run_once_each),
      ROW(a_newer_or_foreign_database_is_refused),
      ROW(a_step_may_be_added_in_the_middle),
      ROW(a_reader_requires_what_it_reads),
      ROW(a_reader_does_not_migrate),
      ROW(a_step_that_fails_leaves_nothing),
      ROW(two_programs_migrate_once),
      ROW(no_row_is_zero),
      ROW(a_commit_writes_its_log_at_once),
      ROW(what_was_rolled_back_is_not_written_later),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
