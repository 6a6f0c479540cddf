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

#include "replay/tape_image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OWNER_ONLY = 0600 };

bool lw_tape_file_possible(const char *db_name)
{
  return db_name != NULL && lw_tape_image_usable() && strstr(db_name, "://") == NULL &&
         strncmp(db_name, "file:", 5) != 0 && strcmp(db_name, ":memory:") != 0;
}

/* Owned; NULL when memory is out. */
static char *name_with(const char *db_name, const char *ending)
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
  char *name = lw_tape_file_possible(db_name) ? name_with(db_name, "-tape") : NULL;
  bool is_there = name != NULL && access(name, F_OK) == 0;
  free(name);
  return is_there;
}

static enum lw_code io_failed(const char *what, struct lw_error *err)
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

static enum lw_code map_tape(int file, const struct lw_tape_seal *seal, struct lw_tape **ret_tape,
                             struct lw_error *err)
{
  struct stat status;
  struct mapping *mapping = malloc(sizeof *mapping);
  if (mapping == NULL) {
    return no_memory(err);
  }
  enum lw_code rc = LW_OK;
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    rc = io_failed("read", err);
  } else if ((uint64_t)status.st_size < seal->end) {
    rc = lw_fail(err, LW_INVALID, "the tape's file is shorter than its head says");
  }
  if (rc != LW_OK) {
    free(mapping);
    return rc;
  }
  mapping->bytes = (size_t)seal->end;
  mapping->at = mmap(NULL, mapping->bytes, PROT_READ, MAP_SHARED, file, 0);
  if (mapping->at == MAP_FAILED) {
    free(mapping);
    return io_failed("mapped", err);
  }
  rc = lw_tape_image_read(lw_str_from(mapping->at, mapping->bytes), seal, unmap, mapping, ret_tape,
                          err);
  if (rc != LW_OK) {
    unmap(mapping);
  }
  return rc;
}

static enum lw_code load(int file, struct lw_db *db, lw_str currency, struct lw_tape **ret_tape,
                         uint64_t *ret_seq, struct lw_error *err)
{
  struct lw_tape_seal seal;
  if (!read_seal(file, &seal) || seal.blocks == 0 ||
      !lw_str_equal(lw_tape_seal_currency(&seal), currency)) {
    return lw_fail(err, LW_INVALID, "the tape's file is torn, or of another version");
  }
  enum lw_code rc = check_journal(db, &seal, err);
  rc = rc == LW_OK ? map_tape(file, &seal, ret_tape, err) : rc;
  if (rc == LW_OK) {
    *ret_seq = seal.seq;
  }
  return rc;
}

enum lw_code lw_tape_file_load(const char *db_name, struct lw_db *db, lw_str currency,
                               struct lw_tape **ret_tape, uint64_t *ret_seq, struct lw_error *err)
{
  char *name = name_with(db_name, "-tape");
  if (name == NULL) {
    return no_memory(err);
  }
  int file = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  enum lw_code rc = file >= 0         ? load(file, db, currency, ret_tape, ret_seq, err)
                    : errno == ENOENT ? lw_fail(err, LW_NOT_FOUND, "there is no tape's file")
                                      : io_failed("opened", err);
  if (rc == LW_INVALID) {
    (void)unlink(name); /* what can't be trusted is of no use to anybody */
  }
  if (file >= 0) {
    (void)close(file);
  }
  free(name);
  return rc;
}

/* --- writing --- */

static bool write_at(int file, lw_str bytes, uint64_t offset)
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
    if (rc == LW_OK && !write_at(file, lw_buf_str(&block), offset)) {
      rc = io_failed("written", err);
    }
  }
  lw_buf_finish(&block);
  return rc;
}

static enum lw_code write_seal(int file, struct lw_db *db, struct lw_tape_seal *seal,
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
                 write_at(file, lw_str_from(place, sizeof place), lw_tape_seal_offset(seal)) &&
                 fsync(file) == 0
             ? LW_OK
             : io_failed("written", err);
}

/* What the file is called must still be this file: somebody may have put another there. */
static bool is_named(int file, const char *name)
{
  struct stat ours;
  struct stat named;
  return fstat(file, &ours) == 0 && lstat(name, &named) == 0 && ours.st_ino == named.st_ino &&
         ours.st_dev == named.st_dev;
}

static bool take_lock(int file, const char *name)
{
  return flock(file, LOCK_EX | LOCK_NB) == 0 && is_named(file, name);
}

/* LW_OK: continued, or nothing to do. LW_INVALID: the file is none that this tape continues. */
static enum lw_code continue_file(int file, const char *name, struct lw_db *db,
                                  const struct lw_tape *tape, struct lw_error *err)
{
  struct lw_tape_seal seal;
  if (!take_lock(file, name)) {
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
  return rc == LW_OK ? write_seal(file, db, &seal, err) : rc;
}

/* The rename itself is to last. */
static void flush_folder(const char *name)
{
  const char *slash = strrchr(name, '/');
  char *folder = slash != NULL ? strndup(name, (size_t)(slash - name) + 1) : strdup(".");
  int file = folder != NULL ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  if (file >= 0) {
    (void)fsync(file);
    (void)close(file);
  }
  free(folder);
}

static enum lw_code fill_whole(int file, const char *aside, const char *name, struct lw_db *db,
                               const struct lw_tape *tape, struct lw_error *err)
{
  static const char zeros[LW_TAPE_HEAD_BYTES] = {0};
  struct lw_tape_seal seal;
  if (!take_lock(file, aside)) {
    return LW_OK;
  }
  if (!lw_tape_seal_init(&seal, lw_tape_currency(tape))) {
    return lw_fail(err, LW_LIMIT, "the tape's currency has no short name");
  }
  if (ftruncate(file, 0) != 0 || fchmod(file, OWNER_ONLY) != 0 ||
      !write_at(file, lw_str_from(zeros, sizeof zeros), 0)) {
    return io_failed("written", err);
  }
  enum lw_code rc = write_blocks(file, tape, &seal, err);
  rc = rc == LW_OK ? write_seal(file, db, &seal, err) : rc;
  if (rc == LW_OK && rename(aside, name) != 0) {
    rc = io_failed("put in its place", err);
  }
  if (rc == LW_OK) {
    flush_folder(name);
  } else {
    (void)unlink(aside);
  }
  return rc;
}

static enum lw_code write_whole(const char *db_name, const char *name, struct lw_db *db,
                                const struct lw_tape *tape, struct lw_error *err)
{
  char *aside = name_with(db_name, "-tape-new");
  if (aside == NULL) {
    return no_memory(err);
  }
  int file = open(aside, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, OWNER_ONLY);
  enum lw_code rc =
      file >= 0 ? fill_whole(file, aside, name, db, tape, err) : io_failed("written", err);
  if (file >= 0) {
    (void)close(file);
  }
  free(aside);
  return rc;
}

enum lw_code lw_tape_file_save(const char *db_name, struct lw_db *db, const struct lw_tape *tape,
                               struct lw_error *err)
{
  if (lw_tape_image_blocks(tape) == 0) {
    return LW_OK;
  }
  char *name = name_with(db_name, "-tape");
  if (name == NULL) {
    return no_memory(err);
  }
  int file = open(name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  enum lw_code rc = file >= 0 ? continue_file(file, name, db, tape, err) : LW_INVALID;
  if (file >= 0) {
    (void)close(file);
  }
  if (rc == LW_INVALID) {
    rc = write_whole(db_name, name, db, tape, err);
  }
  free(name);
  return rc;
}

enum lw_code lw_tape_file_remove(const char *db_name, struct lw_error *err)
{
  static const char *const endings[] = {"-tape", "-tape-new"};
  enum lw_code rc = LW_OK;
  for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
    char *name = name_with(db_name, endings[i]);
    if (name == NULL) {
      return no_memory(err);
    }
    if (unlink(name) != 0 && errno != ENOENT) {
      rc = io_failed("removed", err);
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
