/* One writer at a time, by flock; nobody waits: who does not get the lock leaves the file to the
 * one who has it.
 *
 * - Behind what is sealed: blocks, then fdatasync, then the seal in the place of the older of the
 *   two, then fdatasync. Readers map what the seal counts, which never changes again.
 * - Whole: into `<file>-new`, fsync, rename. Readers of the file before keep their mapping of it.
 *
 * A file is never cut short, as that would take pages from under a mapping.
 *
 * Whether a file is that of this journal is told by one hash: each entry's covers all entries
 * before it, and a tape is made of entries alone. So a file whose hash fits has the rows that
 * reading the journal would give, whoever wrote it, and a tape in memory may be continued behind
 * it. */
#include "tweak/tape_file.h"

#include "tweak/tape_keeper.h"
#include "tweak/tape_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

bool lw_tape_file_possible(const char *db_name)
{
  return db_name != NULL && lw_tape_image_usable() && strstr(db_name, "://") == NULL &&
         strncmp(db_name, "file:", 5) != 0 && strcmp(db_name, ":memory:") != 0;
}

char *lw_tape_write_name(const char *db_name, const char *ending)
{
  size_t bytes = strlen(db_name) + strlen(ending) + 1;
  char *name = malloc(bytes);
  if (name != NULL) {
    (void)snprintf(name, bytes, "%s%s", db_name, ending);
  }
  return name;
}

bool lw_tape_file_is_there(const char *db_name)
{
  char *name = lw_tape_file_possible(db_name) ? lw_tape_write_name(db_name, "-tape") : NULL;
  bool is_there = name != NULL && access(name, F_OK) == 0;
  free(name);
  return is_there;
}

enum lw_code lw_tape_write_failed(const char *what, struct lw_error *err)
{
  return lw_fail(err, LW_IO, "the tape's file can't be %s: %s", what, strerror(errno));
}

static enum lw_code no_memory(struct lw_error *err)
{
  return lw_fail(err, LW_NO_MEMORY, "out of memory for the tape");
}

/* --- which journal --- */

static enum lw_code hash_at(struct lw_db *db, uint64_t seq, lw_hash *ret_hash, struct lw_error *err)
{
  struct lw_arena arena;
  struct lw_entry_view entry;
  lw_arena_init(&arena, NULL, 0);
  enum lw_code rc = lw_journal_read(db, seq, &arena, &entry, err);
  if (rc == LW_OK) {
    *ret_hash = entry.hash;
  }
  lw_arena_finish(&arena);
  return rc;
}

/* LW_INVALID: the journal has another entry there, or none. */
static enum lw_code check_journal(struct lw_db *db, const struct lw_tape_seal *seal,
                                  struct lw_error *err)
{
  lw_hash hash;
  enum lw_code rc = hash_at(db, seal->seq, &hash, err);
  if (rc == LW_NOT_FOUND || (rc == LW_OK && !lw_hash_equal(&hash, &seal->hash))) {
    return lw_fail(err, LW_INVALID, "the tape's file is that of another journal");
  }
  return rc;
}

/* --- reading --- */

struct mapping {
  void *at;
  size_t bytes;
};

static void unmap(void *user)
{
  struct mapping *mapping = user;
  (void)munmap(mapping->at, mapping->bytes);
  free(mapping);
}

static ssize_t read_at(int file, char *place, size_t bytes, off_t offset)
{
  ssize_t got = 0;
  do {
    got = pread(file, place, bytes, offset);
  } while (got < 0 && errno == EINTR);
  return got;
}

static bool read_seal(int file, struct lw_tape_seal *ret_seal)
{
  char head[LW_TAPE_HEAD_BYTES];
  return read_at(file, head, sizeof head, 0) == (ssize_t)sizeof head &&
         lw_tape_seal_read(lw_str_from(head, sizeof head), ret_seal);
}

/* What the seal counts; *ret_mapping is owned (unmap). */
static enum lw_code map_file(int file, const struct lw_tape_seal *seal,
                             struct mapping **ret_mapping, struct lw_error *err)
{
  struct stat status;
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    return lw_tape_write_failed("read", err);
  }
  if ((uint64_t)status.st_size < seal->end) {
    return lw_fail(err, LW_INVALID, "the tape's file is shorter than its head says");
  }
  struct mapping *mapping = malloc(sizeof *mapping);
  if (mapping == NULL) {
    return no_memory(err);
  }
  mapping->bytes = (size_t)seal->end;
  mapping->at = mmap(NULL, mapping->bytes, PROT_READ, MAP_SHARED, file, 0);
  if (mapping->at == MAP_FAILED) {
    free(mapping);
    return lw_tape_write_failed("mapped", err);
  }
  *ret_mapping = mapping;
  return LW_OK;
}

/* What is to come of a file: a tape, or only whether it is whole (tape NULL). */
struct wanted {
  struct lw_tape **tape;
  uint64_t seq;
  uint64_t rows;
};

static enum lw_code load(int file, struct lw_db *db, lw_str currency, struct wanted *wanted,
                         struct lw_error *err)
{
  struct lw_tape_seal seal;
  struct mapping *mapping = NULL;
  if (!read_seal(file, &seal) || seal.blocks == 0 ||
      !lw_str_equal(lw_tape_seal_currency(&seal), currency)) {
    return lw_fail(err, LW_INVALID, "the tape's file is torn, or of another version");
  }
  enum lw_code rc = check_journal(db, &seal, err);
  rc = rc == LW_OK ? map_file(file, &seal, &mapping, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  lw_str bytes = lw_str_from(mapping->at, mapping->bytes);
  rc = wanted->tape != NULL ? lw_tape_image_read(bytes, &seal, unmap, mapping, wanted->tape, err)
                            : lw_tape_image_check(bytes, &seal, err);
  if (rc != LW_OK || wanted->tape == NULL) {
    unmap(mapping);
  }
  wanted->seq = seal.seq;
  wanted->rows = seal.blocks * LW_TAPE_CHUNK_ROWS;
  return rc;
}

static enum lw_code open_and_load(const char *db_name, struct lw_db *db, lw_str currency,
                                  struct wanted *wanted, struct lw_error *err)
{
  char *name = lw_tape_write_name(db_name, "-tape");
  if (name == NULL) {
    return no_memory(err);
  }
  int file = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  enum lw_code rc = file >= 0         ? load(file, db, currency, wanted, err)
                    : errno == ENOENT ? lw_fail(err, LW_NOT_FOUND, "there is no tape's file")
                                      : lw_tape_write_failed("opened", err);
  if (rc == LW_INVALID) {
    (void)unlink(name); /* what can't be trusted is of no use to anybody */
  }
  if (file >= 0) {
    (void)close(file);
  }
  free(name);
  return rc;
}

enum lw_code lw_tape_file_load(const char *db_name, struct lw_db *db, lw_str currency,
                               struct lw_tape **ret_tape, uint64_t *ret_seq, struct lw_error *err)
{
  struct wanted wanted = {.tape = ret_tape};
  enum lw_code rc = open_and_load(db_name, db, currency, &wanted, err);
  if (rc == LW_OK) {
    *ret_seq = wanted.seq;
  }
  return rc;
}

enum lw_code lw_tape_file_check(const char *db_name, struct lw_db *db, lw_str currency,
                                uint64_t *ret_rows, uint64_t *ret_seq, struct lw_error *err)
{
  struct wanted wanted = {.tape = NULL};
  enum lw_code rc = open_and_load(db_name, db, currency, &wanted, err);
  if (rc == LW_OK) {
    *ret_rows = wanted.rows;
    *ret_seq = wanted.seq;
  }
  return rc;
}

/* --- writing --- */

bool lw_tape_write_at(int file, lw_str bytes, uint64_t offset)
{
  for (size_t done = 0; done < bytes.len;) {
    ssize_t put = pwrite(file, bytes.ptr + done, bytes.len - done, (off_t)(offset + done));
    if (put < 0 && errno != EINTR) {
      return false;
    }
    done += put > 0 ? (size_t)put : 0;
  }
  return true;
}

/* Blocks behind the seal's, which moves behind them. */
static enum lw_code write_blocks(int file, const struct lw_tape *tape, struct lw_tape_seal *seal,
                                 struct lw_error *err)
{
  struct lw_buf block = {0};
  uint64_t blocks = lw_tape_image_blocks(tape);
  enum lw_code rc = LW_OK;
  while (rc == LW_OK && seal->blocks < blocks) {
    uint64_t offset = seal->end;
    lw_buf_reset(&block);
    rc = lw_tape_image_add(tape, seal, &block, err);
    if (rc == LW_OK && !lw_tape_write_at(file, lw_buf_str(&block), offset)) {
      rc = lw_tape_write_failed("written", err);
    }
  }
  lw_buf_finish(&block);
  return rc;
}

enum lw_code lw_tape_write_seal(int file, struct lw_db *db, struct lw_tape_seal *seal,
                                struct lw_error *err)
{
  char place[LW_TAPE_SEAL_BYTES];
  enum lw_code rc = hash_at(db, seal->seq, &seal->hash, err);
  if (rc != LW_OK) {
    return rc;
  }
  seal->turn++;
  lw_tape_seal_write(seal, place);
  return fdatasync(file) == 0 &&
                 lw_tape_write_at(file, lw_str_from(place, sizeof place),
                                  lw_tape_seal_offset(seal)) &&
                 fsync(file) == 0
             ? LW_OK
             : lw_tape_write_failed("written", err);
}

/* What the file is called must still be this file: somebody may have put another there. */
static bool is_named(int file, const char *name)
{
  struct stat ours;
  struct stat named;
  return fstat(file, &ours) == 0 && lstat(name, &named) == 0 && ours.st_ino == named.st_ino &&
         ours.st_dev == named.st_dev;
}

bool lw_tape_write_lock(int file, const char *name)
{
  return flock(file, LOCK_EX | LOCK_NB) == 0 && is_named(file, name);
}

/* LW_OK: continued, or nothing to do. LW_INVALID: the file is none that this tape continues. */
static enum lw_code continue_file(int file, const char *name, struct lw_db *db,
                                  const struct lw_tape *tape, struct lw_error *err)
{
  struct lw_tape_seal seal;
  if (!lw_tape_write_lock(file, name)) {
    return LW_OK;
  }
  if (!read_seal(file, &seal) || seal.blocks == 0 ||
      !lw_str_equal(lw_tape_seal_currency(&seal), lw_tape_currency(tape))) {
    return lw_fail(err, LW_INVALID, "the tape's file is torn, or of another version");
  }
  enum lw_code rc = check_journal(db, &seal, err);
  if (rc != LW_OK || seal.blocks >= lw_tape_image_blocks(tape)) {
    return rc;
  }
  uint64_t last = seal.blocks * LW_TAPE_CHUNK_ROWS - 1;
  if ((uint64_t)lw_tape_number(tape, LW_TAPE_SEQ, last) != seal.seq) {
    return lw_fail(err, LW_INVALID, "the tape's file has other rows");
  }
  rc = write_blocks(file, tape, &seal, err);
  return rc == LW_OK ? lw_tape_write_seal(file, db, &seal, err) : rc;
}

/* Readers of a file that was there keep their mapping of it. */
static enum lw_code write_whole(const char *db_name, struct lw_db *db, const struct lw_tape *tape,
                                struct lw_error *err)
{
  struct lw_tape_keeper *keeper = NULL;
  enum lw_code rc = lw_tape_keeper_start(db_name, lw_tape_currency(tape), &keeper, err);
  rc = rc == LW_OK ? lw_tape_keeper_add(keeper, tape, err) : rc;
  rc = rc == LW_OK ? lw_tape_keeper_finish(keeper, db, err) : rc;
  lw_tape_keeper_destroy(keeper);
  return rc;
}

enum lw_code lw_tape_file_save(const char *db_name, struct lw_db *db, const struct lw_tape *tape,
                               struct lw_error *err)
{
  if (lw_tape_image_blocks(tape) == 0) {
    return LW_OK;
  }
  char *name = lw_tape_write_name(db_name, "-tape");
  if (name == NULL) {
    return no_memory(err);
  }
  int file = open(name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  enum lw_code rc = file >= 0 ? continue_file(file, name, db, tape, err) : LW_INVALID;
  if (file >= 0) {
    (void)close(file);
  }
  if (rc == LW_INVALID) {
    rc = write_whole(db_name, db, tape, err);
  }
  free(name);
  return rc;
}

enum lw_code lw_tape_file_remove(const char *db_name, struct lw_error *err)
{
  static const char *const endings[] = {"-tape", "-tape-new"};
  enum lw_code rc = LW_OK;
  for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
    char *name = lw_tape_write_name(db_name, endings[i]);
    if (name == NULL) {
      return no_memory(err);
    }
    if (unlink(name) != 0 && errno != ENOENT) {
      rc = lw_tape_write_failed("removed", err);
    }
    free(name);
  }
  return rc;
}

/* --- the whole --- */

enum lw_code lw_tape_file_open(const char *db_name, struct lw_db *db, lw_str currency,
                               const struct lw_journal_tape_options *options,
                               struct lw_tape **ret_tape, uint64_t *ret_seq, struct lw_error *err)
{
  struct lw_tape *tape = NULL;
  struct lw_error doubt;
  uint64_t seq = 0;
  bool possible = lw_tape_file_possible(db_name);
  enum lw_code rc =
      possible ? lw_tape_file_load(db_name, db, currency, &tape, &seq, &doubt) : LW_NOT_FOUND;
  if (rc != LW_OK) {
    tape = lw_tape_create(currency);
    seq = 0;
  }
  if (tape == NULL) {
    return no_memory(err);
  }
  uint64_t blocks = rc == LW_OK ? lw_tape_image_blocks(tape) : 0;
  rc = lw_journal_tape_follow(db, tape, &seq, options, err);
  if (rc != LW_OK) {
    lw_tape_destroy(tape);
    return rc;
  }
  if (possible && lw_tape_image_blocks(tape) > blocks) {
    rc = lw_tape_file_save(db_name, db, tape, &doubt);
    rc = LW_OK; /* what can't be kept is read from the journal next time */
  }
  *ret_tape = tape;
  *ret_seq = seq;
  return LW_OK;
}
