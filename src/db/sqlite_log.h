/* A connection's log (WAL), written in one piece a commit and flushed by somebody else later.
 * Inside db only. */
#ifndef LW_DB_SQLITE_LOG_H
#define LW_DB_SQLITE_LOG_H

#include "base/buf.h"

#include <sqlite3.h>

/* A file system (VFS) for one connection, over the one of that name (NULL: the default), registered
 * under a name of its own. The connection needs `synchronous = FULL`: its commits then write the
 * log without waiting for the disk. NULL: out of memory, or there is none of that name. */
struct lw_sqlite_log;
struct lw_sqlite_log *lw_sqlite_log_create(const char *under);
void lw_sqlite_log_destroy(
    struct lw_sqlite_log *log); /* after the connection's end; NULL allowed */
const char *lw_sqlite_log_name(const struct lw_sqlite_log *log);

/* `file`: the log as the connection has it open. What was rolled back is not written; on the
 * connection's thread, NULL is allowed. */
void lw_sqlite_log_forget(sqlite3_file *file);
/* Waits until all that was committed is on disk. From any thread; a result of SQLite's. */
int lw_sqlite_log_flush(sqlite3_file *file);

#endif
