/* See vfs.h for what this does and how. One mutex guards everything of one disk, the calls of the
 * system's VFS that change files included, so that a change and its record are one. */
#include "fault/vfs.h"

#include "base/check.h"
#include "base/rand.h"

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECTOR_BYTES = 512 };

/* One unsynced change. A write's bytes go to `offset`; a truncation cuts to it. */
struct change {
  bool is_truncation;
  int64_t offset;
  size_t size;      /* of bytes */
  char *bytes;      /* written */
  int64_t old_size; /* of the file */
  size_t replaced_size;
  char *replaced; /* what stood at `offset` before */
};

/* A file by its path, over all its handles and after them. */
struct tracked {
  struct tracked *next;
  char *path;
  struct change *changes;
  size_t count;
  size_t capacity;
};

struct trigger {
  uint64_t at; /* number of the call; 0: none */
  bool is_sticky;
};

struct lw_fault {
  sqlite3_vfs vfs;
  sqlite3_vfs *real;
  char *name;
  pthread_mutex_t lock; /* guards all below */
  struct lw_rand_seeded rand;
  struct tracked *files;
  uint64_t counts[LW_FAULT_CALLS];
  struct trigger triggers[LW_FAULT_CALLS];
  uint64_t space_bytes;
  uint64_t changing_calls;
  uint64_t pull_at; /* number of the changing call; 0: none */
  enum lw_fault_fate fate;
  unsigned open_count;
  bool is_out;
  bool has_hit;
};

struct handle {
  sqlite3_file base;
  struct lw_fault *fault;
  struct tracked *tracked; /* NULL: a file without a name */
  sqlite3_file *real;      /* stands behind this struct */
};

static struct handle *own(sqlite3_file *file)
{
  return (struct handle *)file;
}

static void lock(struct lw_fault *fault)
{
  int rc = pthread_mutex_lock(&fault->lock);
  LW_ASSERT(rc == 0);
}

static int unlock(struct lw_fault *fault, int result)
{
  int rc = pthread_mutex_unlock(&fault->lock);
  LW_ASSERT(rc == 0);
  return result;
}

/* --- what was not synced -----------------------------------------------------------------------
 */

static void forget(struct tracked *file)
{
  for (size_t i = 0; i < file->count; i++) {
    free(file->changes[i].bytes);
    free(file->changes[i].replaced);
  }
  file->count = 0;
}

static struct tracked *track(struct lw_fault *fault, const char *path)
{
  for (struct tracked *file = fault->files; file != NULL; file = file->next) {
    if (strcmp(file->path, path) == 0) {
      return file;
    }
  }
  struct tracked *file = calloc(1, sizeof *file);
  LW_ASSERT(file != NULL);
  file->path = strdup(path);
  LW_ASSERT(file->path != NULL);
  file->next = fault->files;
  fault->files = file;
  return file;
}

static struct change *add_change(struct tracked *file)
{
  if (file->count == file->capacity) {
    file->capacity = file->capacity == 0 ? 16 : 2 * file->capacity;
    file->changes = realloc(file->changes, file->capacity * sizeof *file->changes);
    LW_ASSERT(file->changes != NULL);
  }
  struct change *change = &file->changes[file->count++];
  *change = (struct change){0};
  return change;
}

static int64_t size_of(struct handle *handle)
{
  sqlite3_int64 size = 0;
  int rc = handle->real->pMethods->xFileSize(handle->real, &size);
  LW_ASSERT(rc == SQLITE_OK);
  return size;
}

/* Keeps what a change at offset is about to replace: up to `most` bytes of what there is. */
static void keep_replaced(struct handle *handle, struct change *change, int64_t offset,
                          int64_t most)
{
  change->offset = offset;
  change->old_size = size_of(handle);
  int64_t there = change->old_size > offset ? change->old_size - offset : 0;
  change->replaced_size = (size_t)(there < most ? there : most);
  change->replaced = malloc(change->replaced_size + 1);
  LW_ASSERT(change->replaced != NULL);
  if (change->replaced_size != 0) {
    int rc = handle->real->pMethods->xRead(handle->real, change->replaced,
                                           (int)change->replaced_size, offset);
    LW_ASSERT(rc == SQLITE_OK);
  }
}

static int write_tracked(struct handle *handle, const char *bytes, size_t size, int64_t offset)
{
  if (size == 0) {
    return SQLITE_OK;
  }
  if (handle->tracked != NULL) {
    struct change *change = add_change(handle->tracked);
    keep_replaced(handle, change, offset, (int64_t)size);
    change->size = size;
    change->bytes = malloc(size);
    LW_ASSERT(change->bytes != NULL);
    memcpy(change->bytes, bytes, size);
  }
  return handle->real->pMethods->xWrite(handle->real, bytes, (int)size, offset);
}

static int truncate_tracked(struct handle *handle, int64_t size)
{
  if (handle->tracked != NULL) {
    struct change *change = add_change(handle->tracked);
    keep_replaced(handle, change, size, INT32_MAX);
    change->is_truncation = true;
  }
  return handle->real->pMethods->xTruncate(handle->real, size);
}

/* --- losing power ------------------------------------------------------------------------------
 */

static void put(int file, const char *bytes, size_t size, int64_t offset)
{
  if (size != 0) {
    ssize_t wrote = pwrite(file, bytes, size, offset);
    LW_ASSERT(wrote == (ssize_t)size);
  }
}

static void cut(int file, int64_t size)
{
  int rc = ftruncate(file, size);
  LW_ASSERT(rc == 0);
}

static void undo(int file, const struct change *change)
{
  cut(file, change->old_size);
  put(file, change->replaced, change->replaced_size, change->offset);
}

/* Each sector that the write touches comes about or not, by a coin. */
static void redo_torn(struct lw_rand_seeded *rand, int file, const struct change *change)
{
  size_t done = 0;
  while (done < change->size) {
    int64_t at = change->offset + (int64_t)done;
    size_t part = SECTOR_BYTES - (size_t)(at % SECTOR_BYTES);
    part = part < change->size - done ? part : change->size - done;
    if (lw_rand_seeded_below(rand, 2) == 0) {
      put(file, change->bytes + done, part, at);
    }
    done += part;
  }
}

static void redo(struct lw_fault *fault, int file, const struct change *change)
{
  uint64_t fate = fault->fate == LW_FAULT_LOSE_ALL   ? 1
                  : fault->fate == LW_FAULT_KEEP_ALL ? 0
                                                     : lw_rand_seeded_below(&fault->rand, 3);
  if (fate == 1) {
    return;
  }
  if (change->is_truncation) {
    struct stat status;
    int rc = fstat(file, &status);
    LW_ASSERT(rc == 0);
    if (status.st_size > change->offset) {
      cut(file, change->offset);
    }
  } else if (fate == 0) {
    put(file, change->bytes, change->size, change->offset);
  } else {
    redo_torn(&fault->rand, file, change);
  }
}

static void lose_unsynced(struct lw_fault *fault, struct tracked *tracked)
{
  if (tracked->count == 0) {
    return;
  }
  int file = open(tracked->path, O_RDWR | O_CLOEXEC);
  if (file >= 0) {
    for (size_t i = tracked->count; i-- > 0;) {
      undo(file, &tracked->changes[i]);
    }
    for (size_t i = 0; i < tracked->count; i++) {
      redo(fault, file, &tracked->changes[i]);
    }
    (void)close(file);
  }
  forget(tracked);
}

static void lose_power(struct lw_fault *fault, enum lw_fault_fate fate)
{
  fault->fate = fate;
  fault->is_out = true;
  for (struct tracked *file = fault->files; file != NULL; file = file->next) {
    lose_unsynced(fault, file);
  }
}

/* --- when a call fails -------------------------------------------------------------------------
 */

/* Counts the call; true when it is its turn to fail. */
static bool is_due(struct lw_fault *fault, enum lw_fault_call call)
{
  uint64_t number = ++fault->counts[call];
  const struct trigger *trigger = &fault->triggers[call];
  bool due =
      trigger->at != 0 && (number == trigger->at || (trigger->is_sticky && number > trigger->at));
  fault->has_hit = fault->has_hit || due;
  return due;
}

/* Counts a call that changes the disk; true when the power goes in it. */
static bool is_last(struct lw_fault *fault)
{
  fault->changing_calls++;
  return fault->pull_at != 0 && fault->changing_calls == fault->pull_at;
}

static int go_out(struct lw_fault *fault, int rc)
{
  fault->has_hit = true;
  lose_power(fault, fault->fate);
  return rc;
}

/* --- files -------------------------------------------------------------------------------------
 */

static int file_close(sqlite3_file *file)
{
  struct handle *handle = own(file);
  struct lw_fault *fault = handle->fault;
  lock(fault);
  fault->open_count--;
  return unlock(fault, handle->real->pMethods->xClose(handle->real));
}

static int file_read(sqlite3_file *file, void *place, int size, sqlite3_int64 offset)
{
  struct handle *handle = own(file);
  struct lw_fault *fault = handle->fault;
  lock(fault);
  if (fault->is_out || is_due(fault, LW_FAULT_READ)) {
    return unlock(fault, SQLITE_IOERR_READ);
  }
  return unlock(fault, handle->real->pMethods->xRead(handle->real, place, size, offset));
}

/* How much of the write the space allows. What lies within the file needs none. */
static size_t fitting(struct handle *handle, size_t size, int64_t offset)
{
  struct lw_fault *fault = handle->fault;
  int64_t grown = offset + (int64_t)size - size_of(handle);
  if (fault->space_bytes == LW_FAULT_NO_LIMIT || grown <= 0) {
    return size;
  }
  if ((uint64_t)grown <= fault->space_bytes) {
    fault->space_bytes -= (uint64_t)grown;
    return size;
  }
  uint64_t missing = (uint64_t)grown - fault->space_bytes;
  fault->space_bytes = 0;
  return missing < size ? size - (size_t)missing : 0;
}

/* Some first sectors, or none. */
static size_t broken_off(struct lw_fault *fault, size_t size)
{
  return lw_rand_seeded_below(&fault->rand, size / SECTOR_BYTES + 1) * SECTOR_BYTES;
}

static int write_or_fail(struct handle *handle, const char *bytes, size_t size, int64_t offset)
{
  struct lw_fault *fault = handle->fault;
  if (fault->is_out) {
    return SQLITE_IOERR_WRITE;
  }
  bool is_failing = is_due(fault, LW_FAULT_WRITE);
  bool is_pulled = is_last(fault);
  if (is_failing) {
    size_t part = broken_off(fault, size);
    (void)write_tracked(handle, bytes, part < size ? part : 0, offset);
    return is_pulled ? go_out(fault, SQLITE_IOERR_WRITE) : SQLITE_IOERR_WRITE;
  }
  size_t part = fitting(handle, size, offset);
  int rc = write_tracked(handle, bytes, part, offset);
  if (is_pulled) {
    return go_out(fault, SQLITE_IOERR_WRITE);
  }
  fault->has_hit = fault->has_hit || part < size;
  return part < size ? SQLITE_FULL : rc;
}

static int file_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset)
{
  struct handle *handle = own(file);
  lock(handle->fault);
  return unlock(handle->fault, write_or_fail(handle, bytes, (size_t)size, offset));
}

static int truncate_or_fail(struct handle *handle, int64_t size)
{
  struct lw_fault *fault = handle->fault;
  if (fault->is_out) {
    return SQLITE_IOERR_TRUNCATE;
  }
  bool is_failing = is_due(fault, LW_FAULT_TRUNCATE);
  bool is_pulled = is_last(fault);
  int rc = is_failing ? SQLITE_IOERR_TRUNCATE : truncate_tracked(handle, size);
  return is_pulled ? go_out(fault, SQLITE_IOERR_TRUNCATE) : rc;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
  struct handle *handle = own(file);
  lock(handle->fault);
  return unlock(handle->fault, truncate_or_fail(handle, size));
}

static int file_sync(sqlite3_file *file, int flags)
{
  (void)flags;
  struct handle *handle = own(file);
  struct lw_fault *fault = handle->fault;
  lock(fault);
  if (fault->is_out) {
    return unlock(fault, SQLITE_IOERR_FSYNC);
  }
  bool is_failing = is_due(fault, LW_FAULT_SYNC);
  if (is_last(fault)) {
    return unlock(fault, go_out(fault, SQLITE_IOERR_FSYNC));
  }
  if (is_failing) {
    return unlock(fault, SQLITE_IOERR_FSYNC);
  }
  if (handle->tracked != NULL) {
    forget(handle->tracked);
  }
  return unlock(fault, SQLITE_OK);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
  struct handle *handle = own(file);
  lock(handle->fault);
  int rc = handle->fault->is_out ? SQLITE_IOERR_FSTAT
                                 : handle->real->pMethods->xFileSize(handle->real, ret_size);
  return unlock(handle->fault, rc);
}

/* Locks are memory: they work to the end. */
static int file_lock(sqlite3_file *file, int level)
{
  return own(file)->real->pMethods->xLock(own(file)->real, level);
}

static int file_unlock(sqlite3_file *file, int level)
{
  return own(file)->real->pMethods->xUnlock(own(file)->real, level);
}

static int file_check_lock(sqlite3_file *file, int *ret_reserved)
{
  return own(file)->real->pMethods->xCheckReservedLock(own(file)->real, ret_reserved);
}

static int file_control(sqlite3_file *file, int operation, void *argument)
{
  if (operation == SQLITE_FCNTL_SIZE_HINT || operation == SQLITE_FCNTL_CHUNK_SIZE) {
    return SQLITE_OK; /* would write past us */
  }
  return own(file)->real->pMethods->xFileControl(own(file)->real, operation, argument);
}

static int file_sector(sqlite3_file *file)
{
  return own(file)->real->pMethods->xSectorSize(own(file)->real);
}

static int file_device(sqlite3_file *file)
{
  return own(file)->real->pMethods->xDeviceCharacteristics(own(file)->real);
}

static int shm_map(sqlite3_file *file, int page, int size, int is_extending,
                   void volatile **ret_map)
{
  struct handle *handle = own(file);
  struct lw_fault *fault = handle->fault;
  lock(fault);
  if (fault->is_out || is_due(fault, LW_FAULT_SHM)) {
    return unlock(fault, SQLITE_IOERR_SHMMAP);
  }
  return unlock(fault,
                handle->real->pMethods->xShmMap(handle->real, page, size, is_extending, ret_map));
}

static int shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
  return own(file)->real->pMethods->xShmLock(own(file)->real, offset, count, flags);
}

static void shm_barrier(sqlite3_file *file)
{
  own(file)->real->pMethods->xShmBarrier(own(file)->real);
}

static int shm_unmap(sqlite3_file *file, int is_deleting)
{
  return own(file)->real->pMethods->xShmUnmap(own(file)->real, is_deleting);
}

/* Version 2: with the shared index, without mapping of the file itself, which would pass us by. */
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_device,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
};

/* --- the VFS -----------------------------------------------------------------------------------
 */

static int open_or_fail(struct lw_fault *fault, const char *name, struct handle *handle, int flags,
                        int *ret_flags)
{
  if (fault->is_out || is_due(fault, LW_FAULT_OPEN)) {
    return SQLITE_CANTOPEN;
  }
  handle->fault = fault;
  handle->real = (sqlite3_file *)(void *)(handle + 1);
  int rc = fault->real->xOpen(fault->real, name, handle->real, flags, ret_flags);
  if (rc != SQLITE_OK) {
    return rc;
  }
  handle->tracked = name != NULL ? track(fault, name) : NULL;
  handle->base.pMethods = &methods;
  fault->open_count++;
  return SQLITE_OK;
}

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                    int *ret_flags)
{
  struct lw_fault *fault = vfs->pAppData;
  struct handle *handle = own(file);
  memset(handle, 0, sizeof *handle);
  lock(fault);
  return unlock(fault, open_or_fail(fault, name, handle, flags, ret_flags));
}

static int delete_or_fail(struct lw_fault *fault, const char *name, int is_syncing)
{
  if (fault->is_out || is_due(fault, LW_FAULT_DELETE)) {
    return SQLITE_IOERR_DELETE;
  }
  if (is_last(fault)) {
    return go_out(fault, SQLITE_IOERR_DELETE);
  }
  int rc = fault->real->xDelete(fault->real, name, is_syncing);
  if (rc == SQLITE_OK) {
    forget(track(fault, name));
  }
  return rc;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int is_syncing)
{
  struct lw_fault *fault = vfs->pAppData;
  lock(fault);
  return unlock(fault, delete_or_fail(fault, name, is_syncing));
}

static sqlite3_vfs *real_of(sqlite3_vfs *vfs)
{
  return ((struct lw_fault *)vfs->pAppData)->real;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *ret_result)
{
  return real_of(vfs)->xAccess(real_of(vfs), name, flags, ret_result);
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *name, int size, char *place)
{
  return real_of(vfs)->xFullPathname(real_of(vfs), name, size, place);
}

static int vfs_randomness(sqlite3_vfs *vfs, int size, char *place)
{
  return real_of(vfs)->xRandomness(real_of(vfs), size, place);
}

static int vfs_sleep(sqlite3_vfs *vfs, int usec)
{
  return real_of(vfs)->xSleep(real_of(vfs), usec);
}

static int vfs_current_time(sqlite3_vfs *vfs, sqlite3_int64 *ret_time)
{
  return real_of(vfs)->xCurrentTimeInt64(real_of(vfs), ret_time);
}

static int vfs_last_error(sqlite3_vfs *vfs, int size, char *place)
{
  (void)vfs;
  (void)size;
  (void)place;
  return 0;
}

struct lw_fault *lw_fault_create(const char *name, uint64_t seed)
{
  struct lw_fault *fault = calloc(1, sizeof *fault);
  LW_ASSERT(fault != NULL);
  fault->real = sqlite3_vfs_find(NULL);
  LW_ASSERT(fault->real != NULL);
  fault->name = strdup(name);
  LW_ASSERT(fault->name != NULL);
  fault->space_bytes = LW_FAULT_NO_LIMIT;
  lw_rand_seeded_init(&fault->rand, seed);
  int rc = pthread_mutex_init(&fault->lock, NULL);
  LW_ASSERT(rc == 0);
  fault->vfs = (sqlite3_vfs){
      .iVersion = 2,
      .szOsFile = (int)sizeof(struct handle) + fault->real->szOsFile,
      .mxPathname = fault->real->mxPathname,
      .zName = fault->name,
      .pAppData = fault,
      .xOpen = vfs_open,
      .xDelete = vfs_delete,
      .xAccess = vfs_access,
      .xFullPathname = vfs_full_path,
      .xRandomness = vfs_randomness,
      .xSleep = vfs_sleep,
      .xGetLastError = vfs_last_error,
      .xCurrentTimeInt64 = vfs_current_time,
  };
  rc = sqlite3_vfs_register(&fault->vfs, 0);
  LW_ASSERT(rc == SQLITE_OK);
  return fault;
}

void lw_fault_destroy(struct lw_fault *fault)
{
  if (fault == NULL) {
    return;
  }
  LW_ASSERT(fault->open_count == 0);
  (void)sqlite3_vfs_unregister(&fault->vfs);
  while (fault->files != NULL) {
    struct tracked *file = fault->files;
    fault->files = file->next;
    forget(file);
    free(file->changes);
    free(file->path);
    free(file);
  }
  (void)pthread_mutex_destroy(&fault->lock);
  free(fault->name);
  free(fault);
}

void lw_fault_fail(struct lw_fault *fault, enum lw_fault_call call, uint64_t nth, bool is_sticky)
{
  lock(fault);
  fault->triggers[call] =
      (struct trigger){.at = nth != 0 ? fault->counts[call] + nth : 0, .is_sticky = is_sticky};
  (void)unlock(fault, 0);
}

bool lw_fault_has_hit(struct lw_fault *fault)
{
  lock(fault);
  bool has_hit = fault->has_hit;
  fault->has_hit = false;
  (void)unlock(fault, 0);
  return has_hit;
}

void lw_fault_space(struct lw_fault *fault, uint64_t bytes)
{
  lock(fault);
  fault->space_bytes = bytes;
  (void)unlock(fault, 0);
}

uint64_t lw_fault_count(struct lw_fault *fault, enum lw_fault_call call)
{
  lock(fault);
  uint64_t count = fault->counts[call];
  (void)unlock(fault, 0);
  return count;
}

void lw_fault_pull(struct lw_fault *fault, enum lw_fault_fate fate)
{
  lock(fault);
  if (!fault->is_out) {
    lose_power(fault, fate);
  }
  (void)unlock(fault, 0);
}

void lw_fault_pull_at(struct lw_fault *fault, uint64_t nth, enum lw_fault_fate fate)
{
  lock(fault);
  fault->pull_at = nth != 0 ? fault->changing_calls + nth : 0;
  fault->fate = fate;
  (void)unlock(fault, 0);
}

bool lw_fault_is_out(struct lw_fault *fault)
{
  lock(fault);
  bool is_out = fault->is_out;
  (void)unlock(fault, 0);
  return is_out;
}

/* The index of a log was shared memory: "db-shm" for the log "db-wal". */
static void remove_index(const char *path)
{
  char index[4096];
  size_t length = strlen(path);
  if (length < 4 || length >= sizeof index || strcmp(path + length - 4, "-wal") != 0) {
    return;
  }
  memcpy(index, path, length - 3);
  memcpy(index + length - 3, "shm", sizeof "shm");
  (void)unlink(index);
}

void lw_fault_plug(struct lw_fault *fault)
{
  lock(fault);
  LW_ASSERT(fault->open_count == 0);
  for (const struct tracked *file = fault->files; file != NULL; file = file->next) {
    remove_index(file->path);
  }
  memset(fault->triggers, 0, sizeof fault->triggers);
  fault->space_bytes = LW_FAULT_NO_LIMIT;
  fault->pull_at = 0;
  fault->is_out = false;
  (void)unlock(fault, 0);
}

uint64_t lw_fault_unsynced_bytes(struct lw_fault *fault)
{
  lock(fault);
  uint64_t bytes = 0;
  for (const struct tracked *file = fault->files; file != NULL; file = file->next) {
    for (size_t i = 0; i < file->count; i++) {
      bytes += file->changes[i].size;
    }
  }
  (void)unlock(fault, 0);
  return bytes;
}
