/* Backup and checkpoints of the SQLite driver.
 *
 * A backup holds one read snapshot from its first page to its last: it never starts over because
 * somebody wrote, and the copy is the database as it was at one instant. The copy grows under a
 * temporary name beside its final one, is flushed, turned into a plain file without a log (so that
 * it opens read-only anywhere) and then takes its name, which must be free: whoever finds the name
 * finds a whole copy.
 *
 * A checkpoint never waits for readers. Cutting the log down to nothing needs the writer to stand
 * still, so nearly all is moved before, while it may write, and the rest in that moment. */
#include "db/sqlite.h"

#include "base/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { STEP_PAGES = 256, FLUSH_PAGES = 128 };

static enum lw_code copy_pages(struct lw_sqlite *from, sqlite3 *to, const struct lw_db_copy *copy,
                               struct lw_error *err)
{
  struct lw_sqlite target = {.handle = to, .name = from->name};
  sqlite3_backup *backup = sqlite3_backup_init(to, "main", from->handle, "main");
  if (backup == NULL) {
    return lw_sqlite_fail(&target, sqlite3_errcode(to), "copy", err);
  }
  int rc = SQLITE_OK;
  while (rc == SQLITE_OK) {
    rc = sqlite3_backup_step(backup, STEP_PAGES);
    uint64_t total = (uint64_t)sqlite3_backup_pagecount(backup);
    if (copy->progress != NULL) {
      copy->progress(copy->user, total - (uint64_t)sqlite3_backup_remaining(backup), total);
    }
  }
  (void)sqlite3_backup_finish(backup); /* gives the copy's connection the fault of the steps */
  return rc == SQLITE_DONE ? LW_OK : lw_sqlite_fail(&target, rc, "copy", err);
}

static enum lw_code fill_copy(struct lw_sqlite *db, const char *temporary,
                              const struct lw_db_copy *copy, struct lw_error *err)
{
  struct lw_sqlite target = {.name = db->name};
  int rc = sqlite3_open_v2(temporary, &target.handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                           db->vfs);
  enum lw_code code = rc == SQLITE_OK ? LW_OK : lw_sqlite_fail(&target, rc, "copy", err);
  if (code == LW_OK) {
    /* No journal of its own: a copy that breaks off is thrown away. FULL: flushed at its end. */
    rc = sqlite3_exec(target.handle, "PRAGMA journal_mode = OFF; PRAGMA synchronous = FULL", NULL,
                      NULL, NULL);
    code = rc == SQLITE_OK ? copy_pages(db, target.handle, copy, err)
                           : lw_sqlite_fail(&target, rc, "copy", err);
  }
  if (code == LW_OK) {
    rc = sqlite3_exec(target.handle, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    code = rc == SQLITE_OK ? LW_OK : lw_sqlite_fail(&target, rc, "finish the copy of", err);
  }
  rc = sqlite3_close(target.handle);
  LW_ASSERT(rc == SQLITE_OK);
  return code;
}

static int flush(const char *path, int flags)
{
  int file = open(path, O_RDONLY | O_CLOEXEC | flags);
  if (file < 0) {
    return errno;
  }
  int error = fsync(file) == 0 ? 0 : errno;
  (void)close(file);
  return error;
}

static int flush_folder_of(const char *path)
{
  const char *slash = strrchr(path, '/');
  if (slash == NULL) {
    return flush(".", O_DIRECTORY);
  }
  char *folder = strndup(path, slash == path ? 1 : (size_t)(slash - path));
  int error = folder != NULL ? flush(folder, O_DIRECTORY) : ENOMEM;
  free(folder);
  return error;
}

/* Takes the final name if nobody has it. A link does that everywhere; where a file system has none,
 * the name is looked at first. */
static int take_name(const char *temporary, const char *path)
{
  if (link(temporary, path) == 0) {
    return unlink(temporary) == 0 ? 0 : errno;
  }
  if (errno == EEXIST) {
    return EEXIST;
  }
  if (access(path, F_OK) == 0) {
    return EEXIST;
  }
  return rename(temporary, path) == 0 ? 0 : errno;
}

static enum lw_code refuse_existing(const char *path, struct lw_error *err)
{
  enum lw_code rc = lw_fail(err, LW_USAGE, "%s exists already", path);
  lw_error_hint(err, "a backup never writes over a file: give another name");
  return rc;
}

static enum lw_code publish_copy(const char *temporary, const char *path, struct lw_error *err)
{
  int error = flush(temporary, 0);
  if (error == 0) {
    error = take_name(temporary, path);
  }
  if (error == EEXIST) {
    return refuse_existing(path, err);
  }
  if (error == 0) {
    error = flush_folder_of(path);
  }
  return error == 0 ? LW_OK : lw_sqlite_fail_errno(error, "finish", path, err);
}

/* A snapshot for the whole copy; a write connection must not take the writer's lock for it. */
static enum lw_code copy_snapshot(struct lw_sqlite *db, const char *temporary,
                                  const struct lw_db_copy *copy, struct lw_error *err)
{
  enum lw_db_mode mode = db->base.mode;
  db->base.mode = LW_DB_READ;
  enum lw_code rc = db->base.driver->begin(&db->base, err);
  db->base.mode = mode;
  if (rc == LW_OK) {
    rc = fill_copy(db, temporary, copy, err);
    db->base.driver->rollback(&db->base);
  }
  return rc;
}

enum lw_code lw_sqlite_backup(struct lw_db *base, const struct lw_db_copy *copy,
                              struct lw_error *err)
{
  if (access(copy->path, F_OK) == 0) {
    return refuse_existing(copy->path, err);
  }
  char *temporary = NULL;
  if (asprintf(&temporary, "%s.XXXXXX", copy->path) < 0) {
    return lw_fail(err, LW_NO_MEMORY, "no memory for a backup");
  }
  int file = mkstemp(temporary); /* mode 0600 */
  if (file < 0) {
    enum lw_code rc = lw_sqlite_fail_errno(errno, "make", copy->path, err);
    free(temporary);
    return rc;
  }
  (void)close(file);
  enum lw_code rc = copy_snapshot((struct lw_sqlite *)base, temporary, copy, err);
  if (rc == LW_OK) {
    rc = publish_copy(temporary, copy->path, err);
  }
  if (rc != LW_OK) {
    (void)unlink(temporary);
  }
  free(temporary);
  return rc;
}

/* Moved as far as readers allow is all that was asked for. */
static bool is_done(int rc)
{
  return rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY || (rc & 0xff) == SQLITE_LOCKED;
}

/* On any thread: it touches the file's handle alone, whose flush (fdatasync) may run beside writes.
 */
enum lw_code lw_sqlite_flush(struct lw_db *base, struct lw_error *err)
{
  struct lw_sqlite *db = (struct lw_sqlite *)base;
  if (db->log == NULL) {
    return LW_OK;
  }
  int rc = lw_sqlite_log_flush(db->log);
  if (rc == SQLITE_OK) {
    return LW_OK;
  }
  (void)lw_fail(err, LW_IO, "cannot flush the log of %s to disk (SQLite %d)", db->name, rc);
  lw_error_hint(err, "look after the disk (the system's log says more)");
  return LW_IO;
}

enum lw_code lw_sqlite_secure(struct lw_db *base, bool *ret_there, struct lw_error *err)
{
  *ret_there = true; /* a process that lives has lost nothing */
  struct lw_sqlite *db = (struct lw_sqlite *)base;
  int pages = 0;
  int moved = 0;
  int rc = sqlite3_wal_checkpoint_v2(db->handle, "main", SQLITE_CHECKPOINT_FULL, &pages, &moved);
  if (rc != SQLITE_OK) {
    return lw_sqlite_fail(db, rc, "move the log into", err);
  }
  return pages == moved ? LW_OK : lw_fail(err, LW_BUSY, "readers of %s are in the way", db->name);
}

/* SQLite flushes the database only when a checkpoint has moved the whole log, which beside a busy
 * writer is seldom: then for all at once, and whoever is the one waits for tens of megabytes. So a
 * little at a time, as soon as so much was moved. */
static int flush_moved(struct lw_sqlite *db, int moved)
{
  sqlite3_file *file = NULL;
  if (moved < db->moved_pages) { /* the log has begun anew */
    db->moved_pages = 0;
  }
  if (moved - db->moved_pages < FLUSH_PAGES) {
    return SQLITE_OK;
  }
  db->moved_pages = moved;
  int rc = sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (rc != SQLITE_OK || file == NULL || file->pMethods == NULL) {
    return rc;
  }
  return file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
}

enum lw_code lw_sqlite_checkpoint(struct lw_db *base, bool truncate, uint64_t *ret_log_pages,
                                  struct lw_error *err)
{
  struct lw_sqlite *db = (struct lw_sqlite *)base;
  int pages = 0;
  int moved = 0;
  (void)sqlite3_busy_timeout(db->handle, 0);
  int rc = sqlite3_wal_checkpoint_v2(db->handle, "main", SQLITE_CHECKPOINT_PASSIVE, &pages, &moved);
  if (rc == SQLITE_OK) {
    rc = flush_moved(db, moved);
  }
  if (rc == SQLITE_OK && truncate) {
    rc = sqlite3_wal_checkpoint_v2(db->handle, "main", SQLITE_CHECKPOINT_TRUNCATE, &pages, NULL);
  }
  (void)sqlite3_busy_timeout(db->handle, db->busy_msec);
  if (!is_done(rc)) {
    return lw_sqlite_fail(db, rc, "move the log into", err);
  }
  *ret_log_pages = pages > 0 ? (uint64_t)pages : 0; /* -1: there is no log */
  return LW_OK;
}
