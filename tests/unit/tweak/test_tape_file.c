/* The tape beside a database: made, used, continued, and thrown away whenever it is in doubt; what
 * it gives is what the journal gives. */
#include "tweak/tape_file.h"

#include "base/id.h"
#include "replay/tape_image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = LW_TAPE_CHUNK_ROWS };

static const lw_usec the_moment = INT64_C(1772359200000000);

struct place {
  char folder[64];
  char db_name[96];
  char tape_name[112];
  struct lw_db *db;
  struct lw_journal *journal;
  uint64_t decisions;
};

static void must(enum lw_code rc, const struct lw_error *err)
{
  if (rc != LW_OK) {
    fail_msg("%s", err->text);
  }
}

static void open_db(struct place *place)
{
  struct lw_error err = {0};
  const struct lw_db_options options = {.url = place->db_name, .mode = LW_DB_WRITE};
  must(lw_db_open(&options, &place->db, &err), &err);
  must(lw_db_migrate(place->db, lw_ledger_migrations, lw_ledger_migrations_count, &err), &err);
  must(lw_journal_open(place->db, &place->journal, &err), &err);
}

static int make_place(void **state)
{
  struct place *place = calloc(1, sizeof *place);
  assert_non_null(place);
  (void)snprintf(place->folder, sizeof place->folder, "/tmp/leeway-tape-XXXXXX");
  assert_non_null(mkdtemp(place->folder));
  (void)snprintf(place->db_name, sizeof place->db_name, "%s/a.db", place->folder);
  (void)snprintf(place->tape_name, sizeof place->tape_name, "%s/a.db-tape", place->folder);
  open_db(place);
  *state = place;
  return 0;
}

static void remove_db(struct place *place)
{
  char name[128];
  static const char *const endings[] = {"", "-wal", "-shm"};
  lw_journal_close(place->journal);
  lw_db_close(place->db);
  for (size_t i = 0; i < 3; i++) {
    (void)snprintf(name, sizeof name, "%s%s", place->db_name, endings[i]);
    (void)unlink(name);
  }
}

static int remove_place(void **state)
{
  struct place *place = *state;
  struct lw_error err = {0};
  remove_db(place);
  must(lw_tape_file_remove(place->db_name, &err), &err);
  assert_int_equal(rmdir(place->folder), 0); /* nothing is left over */
  free(place);
  return 0;
}

static void decide(struct place *place, uint64_t count, const char *action)
{
  struct lw_error err = {0};
  must(lw_db_begin(place->db, &err), &err);
  for (uint64_t i = 0; i < count; i++) {
    uint64_t number = place->decisions++;
    char body[512];
    (void)snprintf(body, sizeof body,
                   "{\"id\":\"dec_01m0t2gk7ee0080012rzqzhwfk\",\"at\":\"2026-03-01T10:%02u:%02uZ\","
                   "\"request\":{\"agent\":\"ana\",\"action\":\"%s\",\"amount\":\"%llu.00\","
                   "\"case\":\"C-%llu\",\"facts\":{\"lines\":3}},\"person\":{\"id\":\"ana\"},"
                   "\"policy\":1,\"currency\":\"USD\",\"answer\":{\"verdict\":\"granted\","
                   "\"amount\":\"%llu.00\",\"grant\":\"g\"}}",
                   (unsigned)(number / 60 % 60), (unsigned)(number % 60), action,
                   (unsigned long long)number % 50, (unsigned long long)number,
                   (unsigned long long)number % 50);
    must(lw_journal_append(place->journal, LW_EVENT_DECISION, the_moment + (lw_usec)number,
                           LW_STR("ana"), lw_str_c(body), NULL, &err),
         &err);
  }
  must(lw_journal_flush(place->journal, &err), &err);
  must(lw_db_commit(place->db, &err), &err);
}

/* --- what it gives --- */

static struct lw_tape *from_journal(struct place *place)
{
  struct lw_tape *tape = lw_tape_create(LW_STR("USD"));
  uint64_t seq = 0;
  struct lw_error err = {0};
  must(lw_journal_tape_follow(place->db, tape, &seq, NULL, &err), &err);
  return tape;
}

/* Opens it as replaying does, and compares it with the journal. */
static void open_and_compare(struct place *place)
{
  static const uint32_t columns[] = {LW_TAPE_SEQ,    LW_TAPE_AT,    LW_TAPE_CASE,
                                     LW_TAPE_ACTION, LW_TAPE_MINOR, LW_TAPE_FACTS};
  struct lw_tape *tape = NULL;
  struct lw_tape *plain = from_journal(place);
  struct lw_error err = {0};
  uint64_t seq = 0;
  must(lw_tape_file_open(place->db_name, place->db, LW_STR("USD"), NULL, &tape, &seq, &err), &err);
  assert_int_equal(seq, lw_journal_next(place->journal) - 1);
  assert_int_equal(lw_tape_rows(tape), lw_tape_rows(plain));
  assert_int_equal(lw_tape_columns(tape), lw_tape_columns(plain));
  assert_int_equal(lw_tape_backstep(tape), lw_tape_backstep(plain));
  for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++) {
    uint32_t column = columns[c];
    for (uint64_t i = 0; i < lw_tape_rows(plain); i += 1 + i % 3) {
      bool is_text = lw_tape_texts(plain, column) != 0;
      assert_true(is_text
                      ? lw_str_equal(lw_tape_text(tape, column, lw_tape_code_at(tape, column, i)),
                                     lw_tape_text(plain, column, lw_tape_code_at(plain, column, i)))
                      : lw_tape_number(tape, column, i) == lw_tape_number(plain, column, i));
    }
  }
  lw_tape_destroy(tape);
  lw_tape_destroy(plain);
}

/* --- the file --- */

static struct lw_tape_seal seal_of(const struct place *place)
{
  char head[LW_TAPE_HEAD_BYTES];
  struct lw_tape_seal seal = {.blocks = 0};
  int file = open(place->tape_name, O_RDONLY | O_CLOEXEC);
  if (file >= 0) {
    assert_int_equal(pread(file, head, sizeof head, 0), sizeof head);
    (void)close(file);
    assert_true(lw_tape_seal_read(lw_str_from(head, sizeof head), &seal));
  }
  return seal;
}

static void change_byte(const struct place *place, off_t offset)
{
  char byte = 0;
  int file = open(place->tape_name, O_RDWR | O_CLOEXEC);
  assert_true(file >= 0);
  assert_int_equal(pread(file, &byte, 1, offset), 1);
  byte ^= 0x20;
  assert_int_equal(pwrite(file, &byte, 1, offset), 1);
  (void)close(file);
}

static enum lw_code load(const struct place *place, lw_str currency)
{
  struct lw_tape *tape = NULL;
  uint64_t seq = 0;
  struct lw_error err = {0};
  enum lw_code rc = lw_tape_file_load(place->db_name, place->db, currency, &tape, &seq, &err);
  if (rc == LW_OK) {
    lw_tape_destroy(tape);
  }
  return rc;
}

static void without_a_full_chunk_there_is_no_file(void **state)
{
  struct place *place = *state;
  open_and_compare(place);
  decide(place, 100, "credit");
  open_and_compare(place);
  assert_int_equal(access(place->tape_name, F_OK), -1);
  assert_int_equal(load(place, LW_STR("USD")), LW_NOT_FOUND);
}

static void full_chunks_are_kept_and_continued(void **state)
{
  struct place *place = *state;
  struct stat status;
  struct lw_tape_seal seal;
  decide(place, CHUNK + 10, "credit");
  open_and_compare(place);
  assert_int_equal(stat(place->tape_name, &status), 0);
  assert_int_equal(status.st_mode & 0777, 0600);
  seal = seal_of(place);
  assert_int_equal(seal.blocks, 1);
  assert_int_equal(seal.turn, 1);
  assert_int_equal(seal.seq, CHUNK);
  ino_t inode = status.st_ino;
  open_and_compare(place); /* from the file; nothing to add */
  assert_int_equal(seal_of(place).turn, 1);
  decide(place, 2 * CHUNK, "refund");
  open_and_compare(place);
  assert_int_equal(seal_of(place).blocks, 3);
  assert_int_equal(seal_of(place).turn, 2);
  assert_int_equal(stat(place->tape_name, &status), 0);
  assert_int_equal(status.st_ino, inode); /* behind what was there */
  open_and_compare(place);
  assert_int_equal(load(place, LW_STR("USD")), LW_OK);
}

static void what_is_in_doubt_is_made_anew(void **state)
{
  struct place *place = *state;
  decide(place, CHUNK, "credit");
  open_and_compare(place);
  uint64_t end = seal_of(place).end;
  const off_t bytes[] = {LW_TAPE_SEAL_APART_BYTES,      LW_TAPE_SEAL_APART_BYTES + 8,
                         LW_TAPE_SEAL_APART_BYTES + 60, LW_TAPE_HEAD_BYTES,
                         LW_TAPE_HEAD_BYTES + 100,      (off_t)end - 1};
  for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
    change_byte(place, bytes[i]);
    assert_int_equal(load(place, LW_STR("USD")), LW_INVALID);
    assert_int_equal(access(place->tape_name, F_OK), -1); /* thrown away */
    open_and_compare(place);
    assert_int_equal(load(place, LW_STR("USD")), LW_OK);
  }
  assert_int_equal(truncate(place->tape_name, (off_t)end - 1), 0);
  assert_int_equal(load(place, LW_STR("USD")), LW_INVALID);
  open_and_compare(place);
  assert_int_equal(load(place, LW_STR("EUR")), LW_INVALID); /* of another currency */
}

static void what_is_behind_the_seal_does_not_count(void **state)
{
  struct place *place = *state;
  char torn[1000];
  memset(torn, 'x', sizeof torn);
  decide(place, CHUNK, "credit");
  open_and_compare(place);
  uint64_t end = seal_of(place).end;
  int file = open(place->tape_name, O_WRONLY | O_CLOEXEC);
  assert_int_equal(pwrite(file, torn, sizeof torn, (off_t)end), sizeof torn);
  (void)close(file);
  assert_int_equal(load(place, LW_STR("USD")), LW_OK);
  decide(place, CHUNK, "credit");
  open_and_compare(place); /* written over */
  assert_int_equal(seal_of(place).blocks, 2);
  change_byte(place, 0); /* the newer seal torn: the other one's rows */
  assert_int_equal(seal_of(place).blocks, 1);
  open_and_compare(place);
  assert_int_equal(seal_of(place).blocks, 2);
}

static void another_journal_throws_it_away(void **state)
{
  struct place *place = *state;
  decide(place, CHUNK, "credit");
  open_and_compare(place);
  remove_db(place); /* as if another database, or one of before, were put in its place */
  open_db(place);
  place->decisions = 0;
  assert_int_equal(load(place, LW_STR("USD")), LW_INVALID); /* no such entry */
  decide(place, CHUNK, "credit");
  open_and_compare(place);
  remove_db(place);
  open_db(place);
  place->decisions = 0;
  decide(place, CHUNK, "refund"); /* as many entries, others */
  assert_int_equal(load(place, LW_STR("USD")), LW_INVALID);
  open_and_compare(place);
}

static void it_is_removed_and_comes_back(void **state)
{
  struct place *place = *state;
  struct lw_error err = {0};
  decide(place, CHUNK, "credit");
  open_and_compare(place);
  struct lw_tape *tape = NULL;
  uint64_t seq = 0;
  must(lw_tape_file_load(place->db_name, place->db, LW_STR("USD"), &tape, &seq, &err), &err);
  must(lw_tape_file_remove(place->db_name, &err), &err);
  assert_int_equal(access(place->tape_name, F_OK), -1);
  assert_int_equal(lw_tape_number(tape, LW_TAPE_SEQ, CHUNK - 1), CHUNK); /* mapped still */
  must(lw_tape_file_save(place->db_name, place->db, tape, &err), &err);
  lw_tape_destroy(tape);
  assert_int_equal(load(place, LW_STR("USD")), LW_OK);
  must(lw_tape_file_remove(place->db_name, &err), &err);
  must(lw_tape_file_remove(place->db_name, &err), &err);
}

/* What a file has, owned. */
static lw_str bytes_of(const char *name)
{
  struct stat status;
  int file = open(name, O_RDONLY | O_CLOEXEC);
  assert_true(file >= 0);
  assert_int_equal(fstat(file, &status), 0);
  char *bytes = malloc((size_t)status.st_size);
  assert_non_null(bytes);
  assert_int_equal(pread(file, bytes, (size_t)status.st_size, 0), status.st_size);
  (void)close(file);
  return lw_str_from(bytes, (size_t)status.st_size);
}

static struct lw_tape_keeper *keep_while_reading(struct place *place, uint64_t most)
{
  struct lw_error err = {0};
  struct lw_tape_keeper *keeper = NULL;
  uint64_t seq = 0;
  struct lw_tape *tape = lw_tape_create(LW_STR("USD"));
  must(lw_tape_keeper_start(place->db_name, LW_STR("USD"), &keeper, &err), &err);
  const struct lw_journal_tape_options options = {.most = most, .keeper = keeper};
  must(lw_journal_tape_follow(place->db, tape, &seq, &options, &err), &err);
  lw_tape_destroy(tape);
  return keeper;
}

static void kept_while_it_is_read_it_is_the_same_file(void **state)
{
  struct place *place = *state;
  struct lw_error err = {0};
  uint64_t rows = 0;
  uint64_t seq = 0;
  decide(place, 5 * CHUNK / 2, "credit");
  open_and_compare(place);
  lw_str saved = bytes_of(place->tape_name);
  must(lw_tape_file_remove(place->db_name, &err), &err);
  struct lw_tape_keeper *keeper = keep_while_reading(place, 0);
  assert_int_equal(access(place->tape_name, F_OK), -1); /* not before it is whole */
  must(lw_tape_keeper_finish(keeper, place->db, &err), &err);
  lw_tape_keeper_destroy(keeper);
  lw_str kept = bytes_of(place->tape_name);
  assert_int_equal(kept.len, saved.len);
  assert_memory_equal(kept.ptr, saved.ptr, saved.len);
  must(lw_tape_file_check(place->db_name, place->db, LW_STR("USD"), &rows, &seq, &err), &err);
  assert_int_equal(rows, 2 * CHUNK);
  assert_int_equal(seq, 2 * CHUNK);
  change_byte(place, LW_TAPE_HEAD_BYTES + 100);
  assert_int_equal(lw_tape_file_check(place->db_name, place->db, LW_STR("USD"), &rows, &seq, &err),
                   LW_INVALID);
  assert_int_equal(access(place->tape_name, F_OK), -1); /* thrown away */
  free((void *)(uintptr_t)saved.ptr);
  free((void *)(uintptr_t)kept.ptr);
}

static void what_is_not_finished_is_not_kept(void **state)
{
  struct place *place = *state;
  struct lw_error err = {0};
  char aside[128];
  (void)snprintf(aside, sizeof aside, "%s-new", place->tape_name);
  decide(place, 3 * CHUNK, "credit");
  struct lw_tape_keeper *keeper = keep_while_reading(place, 2 * CHUNK + 5);
  assert_int_equal(access(aside, F_OK), 0);
  struct lw_tape_keeper *other = NULL; /* while one writes, another leaves it to them */
  must(lw_tape_keeper_start(place->db_name, LW_STR("USD"), &other, &err), &err);
  must(lw_tape_keeper_finish(other, place->db, &err), &err);
  lw_tape_keeper_destroy(other);
  assert_int_equal(access(aside, F_OK), 0);
  lw_tape_keeper_destroy(keeper);
  assert_int_equal(access(aside, F_OK), -1);
  assert_int_equal(access(place->tape_name, F_OK), -1);
  keeper = keep_while_reading(place, 5); /* no full chunk: no file */
  must(lw_tape_keeper_finish(keeper, place->db, &err), &err);
  lw_tape_keeper_destroy(keeper);
  assert_int_equal(access(place->tape_name, F_OK), -1);
}

/* A file must not grow past a limit (which a disk that is full would say otherwise). */
static void a_disk_that_is_full_is_told_once_and_leaves_nothing(void **state)
{
  struct place *place = *state;
  struct lw_error err = {0};
  struct lw_tape_keeper *keeper = NULL;
  struct rlimit before;
  uint64_t seq = 0;
  decide(place, 4 * CHUNK, "credit");
  struct lw_tape *tape = lw_tape_create(LW_STR("USD"));
  must(lw_tape_keeper_start(place->db_name, LW_STR("USD"), &keeper, &err), &err);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  struct rlimit less = {LW_TAPE_HEAD_BYTES + 1000, before.rlim_max};
  (void)signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &less), 0);
  const struct lw_journal_tape_options options = {.keeper = keeper};
  enum lw_code rc = lw_journal_tape_follow(place->db, tape, &seq, &options, &err);
  enum lw_code end = lw_tape_keeper_finish(keeper, place->db, &err);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
  assert_true(rc == LW_IO || rc == LW_OK); /* the thread may not have come to it by then */
  assert_int_equal(end, LW_IO);
  assert_non_null(strstr(err.text, "the tape's file can't be written: "));
  lw_tape_keeper_destroy(keeper);
  lw_tape_destroy(tape);
  assert_int_equal(access(place->tape_name, F_OK), -1);
}

static void a_link_in_its_place_is_not_followed(void **state)
{
  struct place *place = *state;
  char target[128];
  (void)snprintf(target, sizeof target, "%s/target", place->folder);
  decide(place, CHUNK, "credit");
  assert_int_equal(symlink(target, place->tape_name), 0);
  assert_int_equal(load(place, LW_STR("USD")), LW_IO);
  open_and_compare(place);
  assert_int_equal(access(target, F_OK), -1);
}

static void only_files_have_one(void **state)
{
  (void)state;
  assert_true(lw_tape_file_possible("leeway.db"));
  assert_false(lw_tape_file_possible(":memory:"));
  assert_false(lw_tape_file_possible("file:a.db?mode=ro"));
  assert_false(lw_tape_file_possible("postgres://here/leeway"));
}

int main(void)
{
#define AT_A_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)
  const struct CMUnitTest tests[] = {
      AT_A_PLACE(without_a_full_chunk_there_is_no_file),
      AT_A_PLACE(full_chunks_are_kept_and_continued),
      AT_A_PLACE(what_is_in_doubt_is_made_anew),
      AT_A_PLACE(kept_while_it_is_read_it_is_the_same_file),
      AT_A_PLACE(what_is_not_finished_is_not_kept),
      AT_A_PLACE(a_disk_that_is_full_is_told_once_and_leaves_nothing),
      AT_A_PLACE(what_is_behind_the_seal_does_not_count),
      AT_A_PLACE(another_journal_throws_it_away),
      AT_A_PLACE(it_is_removed_and_comes_back),
      AT_A_PLACE(a_link_in_its_place_is_not_followed),
      cmocka_unit_test(only_files_have_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
