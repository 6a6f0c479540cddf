/* Two blocks of bytes in turn: one is laid out while the other is written. What has been written is
 * handed on to the disk at once, not kept back by the system, so that little is left to wait for at
 * the end. Where no thread can be had the caller writes. */
#include "tweak/tape_keeper.h"

#include "tweak/tape_write.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OWNER_ONLY = 0600, PLACES = 2 };

struct lw_tape_keeper {
  char *name;
  char *aside; /* what it is called until it is finished */
  int file;    /* -1: left to somebody else */
  struct lw_tape_seal seal;
  bool is_named; /* it is in its place */
  bool has_thread;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t moved;
  bool stopping;
  int fault;        /* errno of the first write that failed, or 0 */
  uint64_t filled;  /* blocks that were laid out */
  uint64_t written; /* blocks that the thread is done with */
  struct {
    struct lw_buf bytes;
    uint64_t offset;
  } places[PLACES];
};

/* --- the thread --- */

/* errno, or 0. */
static int write_block(int file, lw_str bytes, uint64_t offset)
{
  if (!lw_tape_write_at(file, bytes, offset)) {
    return errno;
  }
  /* Where the system can't, the last flush takes longer. */
  (void)sync_file_range(file, (off_t)offset, (off_t)bytes.len, SYNC_FILE_RANGE_WRITE);
  return 0;
}

static void *write_main(void *user)
{
  struct lw_tape_keeper *keeper = user;
  (void)pthread_setname_np(pthread_self(), "lw-tape");
  (void)pthread_mutex_lock(&keeper->lock);
  while (keeper->written < keeper->filled || !keeper->stopping) {
    if (keeper->written == keeper->filled) {
      (void)pthread_cond_wait(&keeper->moved, &keeper->lock);
      continue;
    }
    uint64_t at = keeper->written % PLACES;
    bool goes_on = keeper->fault == 0;
    (void)pthread_mutex_unlock(&keeper->lock);
    int fault = goes_on ? write_block(keeper->file, lw_buf_str(&keeper->places[at].bytes),
                                      keeper->places[at].offset)
                        : 0;
    (void)pthread_mutex_lock(&keeper->lock);
    keeper->fault = keeper->fault != 0 ? keeper->fault : fault;
    keeper->written++;
    (void)pthread_cond_signal(&keeper->moved);
  }
  (void)pthread_mutex_unlock(&keeper->lock);
  return NULL;
}

/* All that was laid out is written, and the thread has gone. */
static void drain(struct lw_tape_keeper *keeper)
{
  if (!keeper->has_thread) {
    return;
  }
  (void)pthread_mutex_lock(&keeper->lock);
  keeper->stopping = true;
  (void)pthread_cond_signal(&keeper->moved);
  (void)pthread_mutex_unlock(&keeper->lock);
  (void)pthread_join(keeper->thread, NULL);
  keeper->has_thread = false;
}

/* --- beginning --- */

/* Without blocks: what is in it counts only once there is a seal. */
static enum lw_code empty_file(struct lw_tape_keeper *keeper, struct lw_error *err)
{
  static const char zeros[LW_TAPE_HEAD_BYTES] = {0};
  bool is_empty = ftruncate(keeper->file, 0) == 0 && fchmod(keeper->file, OWNER_ONLY) == 0 &&
                  lw_tape_write_at(keeper->file, lw_str_from(zeros, sizeof zeros), 0);
  return is_empty ? LW_OK : lw_tape_write_failed("written", err);
}

static enum lw_code open_file(struct lw_tape_keeper *keeper, lw_str currency, struct lw_error *err)
{
  if (!lw_tape_seal_init(&keeper->seal, currency)) {
    return lw_fail(err, LW_LIMIT, "the tape's currency has no short name");
  }
  keeper->file = open(keeper->aside, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, OWNER_ONLY);
  if (keeper->file < 0) {
    return lw_tape_write_failed("written", err);
  }
  if (!lw_tape_write_lock(keeper->file, keeper->aside)) {
    (void)close(keeper->file);
    keeper->file = -1;
    return LW_OK;
  }
  return empty_file(keeper, err);
}

enum lw_code lw_tape_keeper_start(const char *db_name, lw_str currency,
                                  struct lw_tape_keeper **ret_keeper, struct lw_error *err)
{
  struct lw_tape_keeper *keeper = calloc(1, sizeof *keeper);
  if (keeper == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for the tape");
  }
  keeper->file = -1;
  (void)pthread_mutex_init(&keeper->lock, NULL);
  (void)pthread_cond_init(&keeper->moved, NULL);
  keeper->name = lw_tape_write_name(db_name, "-tape");
  keeper->aside = lw_tape_write_name(db_name, "-tape-new");
  enum lw_code rc = keeper->name != NULL && keeper->aside != NULL
                        ? open_file(keeper, currency, err)
                        : lw_fail(err, LW_NO_MEMORY, "out of memory for the tape");
  if (rc != LW_OK) {
    lw_tape_keeper_destroy(keeper);
    return rc;
  }
  keeper->has_thread =
      keeper->file >= 0 && pthread_create(&keeper->thread, NULL, write_main, keeper) == 0;
  *ret_keeper = keeper;
  return LW_OK;
}

/* --- growing --- */

static enum lw_code fault_of(struct lw_tape_keeper *keeper, struct lw_error *err)
{
  errno = keeper->fault;
  return keeper->fault == 0 ? LW_OK : lw_tape_write_failed("written", err);
}

/* Until there is a place that nothing is written from. */
static enum lw_code wait_for_place(struct lw_tape_keeper *keeper, struct lw_error *err)
{
  (void)pthread_mutex_lock(&keeper->lock);
  while (keeper->has_thread && keeper->filled - keeper->written == PLACES) {
    (void)pthread_cond_wait(&keeper->moved, &keeper->lock);
  }
  enum lw_code rc = fault_of(keeper, err);
  (void)pthread_mutex_unlock(&keeper->lock);
  return rc;
}

static void hand_over(struct lw_tape_keeper *keeper, lw_str bytes, uint64_t offset)
{
  if (!keeper->has_thread) {
    keeper->fault = write_block(keeper->file, bytes, offset);
    return;
  }
  (void)pthread_mutex_lock(&keeper->lock);
  keeper->filled++;
  (void)pthread_cond_signal(&keeper->moved);
  (void)pthread_mutex_unlock(&keeper->lock);
}

enum lw_code lw_tape_keeper_add(struct lw_tape_keeper *keeper, const struct lw_tape *tape,
                                struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  while (rc == LW_OK && keeper->file >= 0 && keeper->seal.blocks < lw_tape_image_blocks(tape)) {
    rc = wait_for_place(keeper, err);
    if (rc == LW_OK) {
      uint64_t at = keeper->filled % PLACES;
      struct lw_buf *bytes = &keeper->places[at].bytes;
      keeper->places[at].offset = keeper->seal.end;
      lw_buf_reset(bytes);
      rc = lw_tape_image_add(tape, &keeper->seal, bytes, err);
      if (rc == LW_OK) {
        hand_over(keeper, lw_buf_str(bytes), keeper->places[at].offset);
      }
    }
  }
  return rc;
}

/* --- its end --- */

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

enum lw_code lw_tape_keeper_finish(struct lw_tape_keeper *keeper, struct lw_db *db,
                                   struct lw_error *err)
{
  drain(keeper);
  enum lw_code rc = fault_of(keeper, err);
  if (rc != LW_OK || keeper->file < 0 || keeper->seal.blocks == 0) {
    return rc;
  }
  rc = lw_tape_write_seal(keeper->file, db, &keeper->seal, err);
  if (rc == LW_OK && rename(keeper->aside, keeper->name) != 0) {
    rc = lw_tape_write_failed("put in its place", err);
  }
  if (rc == LW_OK) {
    keeper->is_named = true;
    flush_folder(keeper->name);
  }
  return rc;
}

void lw_tape_keeper_destroy(struct lw_tape_keeper *keeper)
{
  if (keeper == NULL) {
    return;
  }
  drain(keeper);
  if (keeper->file >= 0) {
    if (!keeper->is_named) {
      (void)unlink(keeper->aside);
    }
    (void)close(keeper->file);
  }
  for (size_t i = 0; i < PLACES; i++) {
    lw_buf_finish(&keeper->places[i].bytes);
  }
  (void)pthread_cond_destroy(&keeper->moved);
  (void)pthread_mutex_destroy(&keeper->lock);
  free(keeper->name);
  free(keeper->aside);
  free(keeper);
}
