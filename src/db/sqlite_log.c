/* The log's writes, gathered. SQLite writes a commit to its log page by page, and each page in two
 * pieces, its head and itself: twenty calls to the system for a batch, each of which touches two
 * pages of the file's cache. A file system of SQLite's (VFS) of the connection's own stands
 * between: it collects what is written to the log and hands it on in one piece.
 *
 * When. With `synchronous = FULL` SQLite ends each commit by asking for a flush of the log, before
 * it shows the commit to anybody. There what was gathered is written, and a fault of it fails the
 * commit. The disk itself is waited for later (lw_sqlite_log_flush), as `flush_later` has it. All
 * other flushes that SQLite asks for are done: the log's first bytes when it begins anew, and the
 * whole log before pages are moved out of it, when nothing is waiting here.
 *
 * What a transaction wrote that is then rolled back is forgotten (lw_sqlite_log_forget), before
 * anybody else may write at the same place. */
#include "db/sqlite_log.h"

#include <stdio.h>
#include <stdlib.h>

enum {
  GATHERED_BYTES_MAX = 64 * 1024, /* SQLite's files take less than 128 KiB at once */
  NAME_BYTES = 40
};

struct lw_sqlite_log {
  sqlite3_vfs vfs;
  sqlite3_vfs *under;
  char name[NAME_BYTES];
};

struct log_file {
  sqlite3_file base;
  sqlite3_file *under; /* stands behind this struct */
  struct lw_buf gathered;
  sqlite3_int64 at; /* where the first of it belongs */
};

/* What SQLite's own struct of a file needs, behind ours. */
static const size_t under_offset = (sizeof(struct log_file) + 15) & ~(size_t)15;

static struct log_file *own(sqlite3_file *file)
{
  return (struct log_file *)file;
}

static sqlite3_file *under_of(sqlite3_file *file)
{
  return own(file)->under;
}

/* --- the log's file --- */

static void forget(struct log_file *file)
{
  if (file->gathered.failed) {
    lw_buf_finish(&file->gathered);
    file->gathered.failed = false;
  }
  lw_buf_reset(&file->gathered);
}

/* Good or not, nothing waits any more: SQLite takes back what could not be written. */
static int write_out(struct log_file *file)
{
  int rc = SQLITE_OK;
  if (file->gathered.len != 0) {
    rc = file->under->pMethods->xWrite(file->under, file->gathered.ptr, (int)file->gathered.len,
                                       file->at);
  }
  forget(file);
  return rc;
}

static int log_close(sqlite3_file *base)
{
  struct log_file *file = own(base);
  int rc = file->under->pMethods->xClose(file->under);
  lw_buf_finish(&file->gathered);
  return rc;
}

static int log_read(sqlite3_file *base, void *place, int size, sqlite3_int64 at)
{
  struct log_file *file = own(base);
  sqlite3_int64 end = file->at + (sqlite3_int64)file->gathered.len;
  int rc =
      file->gathered.len != 0 && at < end && at + size > file->at ? write_out(file) : SQLITE_OK;
  return rc == SQLITE_OK ? file->under->pMethods->xRead(file->under, place, size, at) : rc;
}

static int log_write(sqlite3_file *base, const void *bytes, int size, sqlite3_int64 at)
{
  struct log_file *file = own(base);
  int rc = SQLITE_OK;
  if (at != file->at + (sqlite3_int64)file->gathered.len ||
      file->gathered.len + (size_t)size > GATHERED_BYTES_MAX) {
    rc = write_out(file);
  }
  if (rc != SQLITE_OK) {
    return rc;
  }
  if (file->gathered.len == 0) {
    file->at = at;
  }
  char *place = lw_buf_reserve(&file->gathered, (size_t)size);
  if (place != NULL) {
    memcpy(place, bytes, (size_t)size);
    file->gathered.len += (size_t)size;
    return SQLITE_OK;
  }
  file->gathered.failed = false; /* what stands in it stays good */
  rc = write_out(file);
  return rc == SQLITE_OK ? file->under->pMethods->xWrite(file->under, bytes, size, at) : rc;
}

static int log_truncate(sqlite3_file *base, sqlite3_int64 size)
{
  int rc = write_out(own(base));
  return rc == SQLITE_OK ? under_of(base)->pMethods->xTruncate(under_of(base), size) : rc;
}

static int log_sync(sqlite3_file *base, int flags)
{
  struct log_file *file = own(base);
  bool ends_commit = file->gathered.len != 0 && file->at != 0; /* the log's head stands at 0 */
  int rc = write_out(file);
  return rc != SQLITE_OK || ends_commit ? rc : file->under->pMethods->xSync(file->under, flags);
}

static int log_size(sqlite3_file *base, sqlite3_int64 *ret_size)
{
  int rc = write_out(own(base));
  return rc == SQLITE_OK ? under_of(base)->pMethods->xFileSize(under_of(base), ret_size) : rc;
}

static int log_lock(sqlite3_file *base, int kind)
{
  return under_of(base)->pMethods->xLock(under_of(base), kind);
}

static int log_unlock(sqlite3_file *base, int kind)
{
  return under_of(base)->pMethods->xUnlock(under_of(base), kind);
}

static int log_check_lock(sqlite3_file *base, int *ret_locked)
{
  return under_of(base)->pMethods->xCheckReservedLock(under_of(base), ret_locked);
}

static int log_control(sqlite3_file *base, int what, void *argument)
{
  return under_of(base)->pMethods->xFileControl(under_of(base), what, argument);
}

static int log_sector_size(sqlite3_file *base)
{
  return under_of(base)->pMethods->xSectorSize(under_of(base));
}

static int log_traits(sqlite3_file *base)
{
  return under_of(base)->pMethods->xDeviceCharacteristics(under_of(base));
}

/* The first version has no maps into memory, which a log never uses. */
static const sqlite3_io_methods log_methods = {
    .iVersion = 1,
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_truncate,
    .xSync = log_sync,
    .xFileSize = log_size,
    .xLock = log_lock,
    .xUnlock = log_unlock,
    .xCheckReservedLock = log_check_lock,
    .xFileControl = log_control,
    .xSectorSize = log_sector_size,
    .xDeviceCharacteristics = log_traits,
};

/* --- the file system: everything but the opening of a log is the one's below --- */

static sqlite3_vfs *below(sqlite3_vfs *vfs)
{
  return ((struct lw_sqlite_log *)vfs)->under;
}

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags,
                     int *ret_flags)
{
  if ((flags & SQLITE_OPEN_WAL) == 0) {
    return below(vfs)->xOpen(below(vfs), name, base, flags, ret_flags);
  }
  struct log_file *file = own(base);
  *file = (struct log_file){.under = (sqlite3_file *)((char *)base + under_offset)};
  memset(file->under, 0, (size_t)below(vfs)->szOsFile);
  int rc = below(vfs)->xOpen(below(vfs), name, file->under, flags, ret_flags);
  if (rc == SQLITE_OK) {
    file->base.pMethods = &log_methods;
  } else if (file->under->pMethods != NULL) {
    (void)file->under->pMethods->xClose(file->under);
  }
  return rc;
}

static int delete_file(sqlite3_vfs *vfs, const char *name, int flushes)
{
  return below(vfs)->xDelete(below(vfs), name, flushes);
}

static int access_file(sqlite3_vfs *vfs, const char *name, int flags, int *ret_result)
{
  return below(vfs)->xAccess(below(vfs), name, flags, ret_result);
}

static int full_path(sqlite3_vfs *vfs, const char *name, int size, char *place)
{
  return below(vfs)->xFullPathname(below(vfs), name, size, place);
}

static int randomness(sqlite3_vfs *vfs, int size, char *place)
{
  return below(vfs)->xRandomness(below(vfs), size, place);
}

static int nap(sqlite3_vfs *vfs, int usec)
{
  return below(vfs)->xSleep(below(vfs), usec);
}

static int day(sqlite3_vfs *vfs, double *ret_day)
{
  return below(vfs)->xCurrentTime(below(vfs), ret_day);
}

static int last_error(sqlite3_vfs *vfs, int size, char *place)
{
  return below(vfs)->xGetLastError(below(vfs), size, place);
}

struct lw_sqlite_log *lw_sqlite_log_create(const char *under)
{
  sqlite3_vfs *found = sqlite3_vfs_find(under);
  struct lw_sqlite_log *log = found != NULL ? calloc(1, sizeof *log) : NULL;
  if (log == NULL) {
    return NULL;
  }
  log->under = found;
  (void)snprintf(log->name, sizeof log->name, "leeway-%p", (void *)log);
  log->vfs = (sqlite3_vfs){
      .iVersion = 1, /* no more is asked of it: extensions are not loaded */
      .szOsFile = (int)under_offset + found->szOsFile,
      .mxPathname = found->mxPathname,
      .zName = log->name,
      .xOpen = open_file,
      .xDelete = delete_file,
      .xAccess = access_file,
      .xFullPathname = full_path,
      .xRandomness = randomness,
      .xSleep = nap,
      .xCurrentTime = day,
      .xGetLastError = last_error,
  };
  if (sqlite3_vfs_register(&log->vfs, 0) != SQLITE_OK) {
    free(log);
    return NULL;
  }
  return log;
}

void lw_sqlite_log_destroy(struct lw_sqlite_log *log)
{
  if (log != NULL) {
    (void)sqlite3_vfs_unregister(&log->vfs);
    free(log);
  }
}

const char *lw_sqlite_log_name(const struct lw_sqlite_log *log)
{
  return log->name;
}

void lw_sqlite_log_forget(sqlite3_file *file)
{
  if (file != NULL && file->pMethods == &log_methods) {
    forget(own(file));
  }
}

int lw_sqlite_log_flush(sqlite3_file *file)
{
  sqlite3_file *real = file->pMethods == &log_methods ? under_of(file) : file;
  return real->pMethods->xSync(real, SQLITE_SYNC_NORMAL);
}
