/* A disk that fails, for tests: a SQLite VFS over the system's own. It can
 *
 *   - fail the Nth write, sync, truncate, read, open or deletion (lw_fault_fail); a failed write
 * may have written its first sectors, as a real one may;
 *   - be full after so many more bytes, and have space again (lw_fault_space);
 *   - lose its power (lw_fault_pull, lw_fault_pull_at): of what was written and not synced since,
 * each write is kept, dropped or torn at sectors of 512 bytes, by the seed; what was synced stays.
 *
 * Use:
 *
 *   struct lw_fault *disk = lw_fault_create("disk", 42);
 *   struct lw_db_options options = {.url = path, .mode = LW_DB_WRITE, .vfs = "disk"};
 *   ... open, write ...
 *   lw_fault_pull(disk, LW_FAULT_RANDOM);  the files on disk are what survived; each call now fails
 *   ... close every connection; their last words fail, and that is right ...
 *   lw_fault_plug(disk);                   power again
 *   ... open anew (with or without .vfs): whatever a commit said LW_OK to must be there ...
 *   lw_fault_destroy(disk);                after all its connections are closed
 *
 * How the survivors are found: writes go to the real file at once, so that readers, locks and the
 * shared index (-shm) work as ever; each file keeps its unsynced changes with what they replaced.
 * When the power goes, they are undone from the last to the first, and then those that survive are
 * done again from the first to the last. Nothing is really flushed: tests stay fast, and the
 * machine's own disk is not what is tested.
 *
 * Taken as simpler than life: the making and deleting of files is durable at once; space that a
 * truncation gives back does not count; files without a name (temporary ones) are passed through.
 *
 * Any number of threads of one process. What is set (fail, space, pull_at) holds from the call on.
 */
#ifndef LW_FAULT_VFS_H
#define LW_FAULT_VFS_H

#include <stdbool.h>
#include <stdint.h>

struct lw_fault;

enum lw_fault_call {
  LW_FAULT_WRITE,
  LW_FAULT_SYNC,
  LW_FAULT_TRUNCATE,
  LW_FAULT_READ,
  LW_FAULT_OPEN,
  LW_FAULT_DELETE,
  LW_FAULT_SHM, /* mapping the shared index */
  LW_FAULT_CALLS
};

enum lw_fault_fate { LW_FAULT_RANDOM, LW_FAULT_LOSE_ALL, LW_FAULT_KEEP_ALL };

#define LW_FAULT_NO_LIMIT UINT64_MAX

/* Registers the VFS under that name, which is copied. Aborts the test when it can't. */
struct lw_fault *lw_fault_create(const char *name, uint64_t seed);
void lw_fault_destroy(struct lw_fault *fault);

/* The nth such call from now on fails with SQLITE_IOERR (1: the next one; 0: none any more), and
 * with is_sticky those after it too. One setting a kind of call. */
void lw_fault_fail(struct lw_fault *fault, enum lw_fault_call call, uint64_t nth, bool is_sticky);
/* Whether a call has failed by lw_fault_fail, lw_fault_space or lw_fault_pull_at since this was
 * asked last: a loop over N ends when it is false. */
bool lw_fault_has_hit(struct lw_fault *fault);
/* By so many bytes may files still grow in all; then SQLITE_FULL. LW_FAULT_NO_LIMIT: space again.
 */
void lw_fault_space(struct lw_fault *fault, uint64_t bytes);
/* How many calls of that kind there were. */
uint64_t lw_fault_count(struct lw_fault *fault, enum lw_fault_call call);

/* Power off now. */
void lw_fault_pull(struct lw_fault *fault, enum lw_fault_fate fate);
/* Power off in the nth call from now on that changes the disk (write, sync, truncate, delete): that
 * write is made, but not synced; that sync does not come about; 0: not any more. */
void lw_fault_pull_at(struct lw_fault *fault, uint64_t nth, enum lw_fault_fate fate);
bool lw_fault_is_out(struct lw_fault *fault);
/* Power on. All connections must be closed. Removes the shared index, which was memory, and clears
 * lw_fault_fail, lw_fault_space and lw_fault_pull_at. */
void lw_fault_plug(struct lw_fault *fault);
/* Bytes written and not synced, over all files. */
uint64_t lw_fault_unsynced_bytes(struct lw_fault *fault);

#endif
