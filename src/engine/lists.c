/* The lists' life: their file, the thread that follows, and waiting for it.
 *
 * The file is written without syncing: it can be made again. A power cut may leave it damaged in
 * ways that do not show, so it carries the number of the system's start: a file that another start
 * left behind without closing is thrown away. So is one that follows another journal: it remembers
 * the hash of the last entry that it took.
 *
 * The thread gives way: it runs at a lower priority, rests while changes wait in the engine's queue
 * (until it is far behind: then it takes small steps with pauses), and gathers for some
 * milliseconds when nobody waits for it. */
#include "engine/lists.h"

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/lists_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
  STEP_BUSY = 512,
  STEP_QUIET = 8192,
  PAUSE_BUSY_USEC = 3000, /* at least; twice what the step took: a third of a processor at most */
  PAUSE_BUSY_MOST_USEC = 100000,
  REST_USEC = 20000,
  BUSY_ENTRIES = 60,     /* within REST_USEC: 3,000 a second */
  REST_LAG_MAX = 250000, /* entries that may wait while the writer is at its limit */
  GATHER_MSEC = 20,
  RETRY_MSEC = 1000,
  NICE = 10,
  READERS_MAX = 8,
  BOOT_BYTES = 36 /* a UUID */
};

struct lw_lists {
  struct lw_engine *engine;
  char *path;
  struct lw_db *db;      /* the following thread's */
  struct lw_db *journal; /* the same */
  struct lw_lists_take *take;
  char boot[BOOT_BYTES + 1];
  _Atomic uint64_t through;
  pthread_mutex_t lock;
  pthread_cond_t wake;  /* there is more, or closing */
  pthread_cond_t moved; /* through has grown */
  uint64_t target;      /* these four: lock */
  unsigned waiters;
  bool asleep;
  bool closing;
  uint64_t asked_seq; /* the following thread's */
  pthread_t thread;
  bool started;
  pthread_mutex_t readers_lock;
  struct lw_db *readers[READERS_MAX];
  size_t n_readers;
  size_t n_out;   /* readers in use; these two: readers_lock */
  size_t n_stale; /* of them, those that may read a file that was thrown away */
};

static const char sql_meta[] = "SELECT version, through, hash, boot FROM meta WHERE id = 1";
static const char sql_begin[] = "INSERT INTO meta (id, version, through, hash, boot) "
                                "VALUES (1, $1, 0, x'', '')";
static const char sql_boot[] = "UPDATE meta SET boot = $1 WHERE id = 1";

/* --- the file --- */

static void read_boot(char boot[BOOT_BYTES + 1])
{
  int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  ssize_t got = file >= 0 ? read(file, boot, BOOT_BYTES) : 0;
  boot[got > 0 ? got : 0] = '\0';
  if (file >= 0) {
    (void)close(file);
  }
}

static void remove_file(const struct lw_lists *lists)
{
  static const char *const parts[] = {"", "-wal", "-shm", "-journal"};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    struct lw_buf name = {0};
    lw_buf_printf(&name, "%s%s", lists->path, parts[i]);
    lw_buf_add_char(&name, '\0');
    if (!name.failed) {
      (void)unlink(name.ptr);
    }
    lw_buf_finish(&name);
  }
}

static enum lw_code set_boot(struct lw_lists *lists, const char *boot, struct lw_error *err)
{
  lw_str text = lw_str_c(boot);
  return lw_db_run(lists->db, sql_boot, &text, 1, err);
}

/* Whether the file is one of ours that follows this journal; *ret_through. */
static enum lw_code check_file(struct lw_lists *lists, bool *ret_fits, uint64_t *ret_through,
                               struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  struct lw_arena arena;
  struct lw_entry_view entry;
  bool is_row = false;
  lw_arena_init(&arena, NULL, 0);
  *ret_fits = false;
  enum lw_code rc = lw_db_statement(lists->db, sql_meta, &stmt, err);
  if (rc == LW_OK) {
    rc = lw_stmt_step(stmt, &is_row, err);
  }
  if (rc != LW_OK || !is_row || lw_stmt_get_int(stmt, 0) != LW_LISTS_VERSION) {
    goto out;
  }
  lw_str hash = lw_str_copy(&arena, lw_stmt_get_blob(stmt, 2));
  lw_str boot = lw_stmt_get_text(stmt, 3);
  *ret_through = (uint64_t)lw_stmt_get_int(stmt, 1);
  bool intact = boot.len == 0 || lw_str_equal(boot, lw_str_c(lists->boot));
  if (intact && *ret_through == 0) {
    *ret_fits = true;
  } else if (intact) {
    rc = lw_journal_read(lists->journal, *ret_through, &arena, &entry, err);
    *ret_fits = rc == LW_OK &&
                lw_str_equal(hash, lw_str_from((const char *)entry.hash.bytes, LW_HASH_BYTES));
    rc = rc == LW_NOT_FOUND ? LW_OK : rc;
  }
out:
  if (stmt != NULL) {
    lw_stmt_reset(stmt);
  }
  lw_arena_finish(&arena);
  return rc;
}

static enum lw_code begin_file(struct lw_lists *lists, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(lists->db, sql_begin, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_int(stmt, 1, LW_LISTS_VERSION);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

static enum lw_code open_file(struct lw_lists *lists, struct lw_error *err)
{
  const struct lw_db_options options = {
      .url = lists->path, .mode = LW_DB_DERIVED, .cache_kbytes = 16384};
  enum lw_code rc = lw_db_open(&options, &lists->db, err);
  if (rc == LW_OK) {
    rc = lw_db_migrate(lists->db, lw_lists_migrations, lw_lists_migrations_count, err);
  }
  return rc;
}

/* Opens what is there, or else makes it anew. */
static enum lw_code open_lists(struct lw_lists *lists, struct lw_error *err)
{
  bool fits = false;
  uint64_t through = 0;
  enum lw_code rc = open_file(lists, err);
  if (rc == LW_OK) {
    rc = check_file(lists, &fits, &through, err);
  }
  if (rc != LW_OK || !fits) {
    lw_db_close(lists->db);
    lists->db = NULL;
    remove_file(lists);
    through = 0;
    rc = open_file(lists, err);
    if (rc == LW_OK) {
      rc = begin_file(lists, err);
    }
  }
  if (rc == LW_OK) {
    rc = set_boot(lists, lists->boot, err);
  }
  if (rc == LW_OK) {
    atomic_store(&lists->through, through);
  }
  return rc;
}

/* --- following --- */

static void told(void *user, uint64_t seq)
{
  struct lw_lists *lists = user;
  (void)pthread_mutex_lock(&lists->lock);
  lists->target = seq;
  if (lists->asleep) {
    lists->asleep = false;
    (void)pthread_cond_signal(&lists->wake);
  }
  (void)pthread_mutex_unlock(&lists->lock);
}

static void reach(struct lw_lists *lists, uint64_t through)
{
  (void)pthread_mutex_lock(&lists->lock);
  atomic_store(&lists->through, through);
  (void)pthread_cond_broadcast(&lists->moved);
  (void)pthread_mutex_unlock(&lists->lock);
}

static enum lw_code step(struct lw_lists *lists, uint64_t most, struct lw_error *err)
{
  uint64_t through = atomic_load(&lists->through);
  enum lw_code rc =
      lw_lists_take_step(lists->take, lists->db, lists->journal, through, most, &through, err);
  if (rc == LW_OK) {
    reach(lists, through);
  }
  return rc;
}

static void sleep_until(pthread_cond_t *wake, pthread_mutex_t *lock, int64_t msec)
{
  struct timespec until = lw_clock_after(msec * 1000);
  (void)pthread_cond_timedwait(wake, lock, &until);
}

/* True: there is something to follow; false: closing. A few entries wait for company, unless
 * somebody waits for them. */
static bool wait_for_more(struct lw_lists *lists)
{
  (void)pthread_mutex_lock(&lists->lock);
  while (!lists->closing && lists->target <= atomic_load(&lists->through)) {
    lists->asleep = true;
    sleep_until(&lists->wake, &lists->lock, RETRY_MSEC);
  }
  lists->asleep = false;
  if (!lists->closing && lists->waiters == 0 &&
      lists->target - atomic_load(&lists->through) < STEP_BUSY) {
    sleep_until(&lists->wake, &lists->lock, GATHER_MSEC);
  }
  bool go_on = !lists->closing;
  (void)pthread_mutex_unlock(&lists->lock);
  return go_on;
}

/* A reader of a file that was thrown away would go on reading it. */
static void forget_readers(struct lw_lists *lists)
{
  (void)pthread_mutex_lock(&lists->readers_lock);
  while (lists->n_readers != 0) {
    lw_db_close(lists->readers[--lists->n_readers]);
  }
  lists->n_stale = lists->n_out;
  (void)pthread_mutex_unlock(&lists->readers_lock);
}

/* After a failure: the file is made anew, as whatever is wrong with it can't be told from here. */
static void start_over(struct lw_lists *lists, const struct lw_error *why)
{
  struct lw_error err;
  lw_log(LW_LOG_WARNING, "lists", "the lists are made anew", "why", why->text, NULL);
  (void)pthread_mutex_lock(&lists->lock);
  if (!lists->closing) {
    sleep_until(&lists->wake, &lists->lock, RETRY_MSEC);
  }
  (void)pthread_mutex_unlock(&lists->lock);
  if (lists->db != NULL) { /* else it could not be opened the last time */
    lw_db_rollback(lists->db);
    if (why->code == LW_BUSY || why->code == LW_NO_MEMORY) {
      return; /* nothing is wrong with the file */
    }
  }
  lw_db_close(lists->db);
  lists->db = NULL;
  atomic_store(&lists->through, 0); /* before: nobody may take what is made anew for complete */
  remove_file(lists);
  forget_readers(lists);
  if (open_lists(lists, &err) != LW_OK) {
    lw_log(LW_LOG_ERROR, "lists", "the lists can't be made", "why", err.text, NULL);
  }
}

/* Whether much came since it was last asked, some milliseconds ago: at full speed the queue is
 * empty now and then as well. */
static bool is_busy(struct lw_lists *lists)
{
  uint64_t seq = lw_engine_seq(lists->engine);
  uint64_t came = seq - lists->asked_seq;
  lists->asked_seq = seq;
  return came >= BUSY_ENTRIES;
}

/* While the writer is at its limit the processor is its own, unless somebody waits for the lists or
 * they are far behind. */
static bool may_rest(struct lw_lists *lists)
{
  (void)pthread_mutex_lock(&lists->lock);
  uint64_t lag = lists->target - atomic_load(&lists->through);
  bool rest = lists->waiters == 0 && !lists->closing && lag < REST_LAG_MAX;
  (void)pthread_mutex_unlock(&lists->lock);
  return rest;
}

/* Somebody who waits has it go on at once, nearly. */
static void pause_busy(struct lw_lists *lists, lw_usec took)
{
  (void)pthread_mutex_lock(&lists->lock);
  lw_usec wait = lists->waiters == 0 ? 2 * took : 0;
  (void)pthread_mutex_unlock(&lists->lock);
  wait = wait < PAUSE_BUSY_USEC ? PAUSE_BUSY_USEC : wait;
  (void)usleep((useconds_t)(wait < PAUSE_BUSY_MOST_USEC ? wait : PAUSE_BUSY_MOST_USEC));
}

static void *follow_main(void *user)
{
  struct lw_lists *lists = user;
  struct lw_error err;
  (void)pthread_setname_np(pthread_self(), "lw-lists");
  (void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
  while (wait_for_more(lists)) {
    bool quiet = lw_engine_idle(lists->engine) && !is_busy(lists);
    lw_usec began = lw_clock_monotonic();
    if (!quiet && may_rest(lists)) {
      (void)usleep(REST_USEC);
    } else if (lists->db == NULL) {
      (void)lw_fail(&err, LW_IO, "they are not open");
      start_over(lists, &err);
    } else if (step(lists, quiet ? STEP_QUIET : STEP_BUSY, &err) != LW_OK) {
      start_over(lists, &err);
    } else if (!quiet) {
      pause_busy(lists, lw_clock_monotonic() - began);
    }
  }
  return NULL;
}

enum lw_code lw_lists_follow(struct lw_lists *lists, struct lw_error *err)
{
  LW_ASSERT(!lists->started);
  enum lw_code rc = LW_OK;
  while (rc == LW_OK && atomic_load(&lists->through) < lw_engine_seq(lists->engine)) {
    rc = step(lists, STEP_QUIET, err);
  }
  return rc;
}

uint64_t lw_lists_through(struct lw_lists *lists)
{
  return atomic_load(&lists->through);
}

uint64_t lw_lists_wait(struct lw_lists *lists, uint64_t seq, uint32_t timeout_msec)
{
  lw_usec end = lw_clock_monotonic() + (lw_usec)timeout_msec * 1000;
  if (atomic_load(&lists->through) >= seq || !lists->started) {
    return atomic_load(&lists->through);
  }
  (void)pthread_mutex_lock(&lists->lock);
  lists->waiters++;
  (void)pthread_cond_signal(&lists->wake);
  for (;;) {
    lw_usec left = end - lw_clock_monotonic();
    if (atomic_load(&lists->through) >= seq || left <= 0 || lists->closing) {
      break;
    }
    sleep_until(&lists->moved, &lists->lock, left / 1000 + 1);
  }
  lists->waiters--;
  (void)pthread_mutex_unlock(&lists->lock);
  return atomic_load(&lists->through);
}

/* --- connections for reading --- */

enum lw_code lw_lists_reader(struct lw_lists *lists, struct lw_db **ret_db, struct lw_error *err)
{
  struct lw_db *db = NULL;
  (void)pthread_mutex_lock(&lists->readers_lock);
  if (lists->n_readers != 0) {
    db = lists->readers[--lists->n_readers];
  }
  lists->n_out++;
  (void)pthread_mutex_unlock(&lists->readers_lock);
  if (db != NULL) {
    *ret_db = db;
    return LW_OK;
  }
  const struct lw_db_options options = {
      .url = lists->path, .mode = LW_DB_READ, .cache_kbytes = 2048};
  enum lw_code rc = lw_db_open(&options, ret_db, err);
  if (rc != LW_OK) {
    (void)pthread_mutex_lock(&lists->readers_lock);
    lists->n_out--;
    (void)pthread_mutex_unlock(&lists->readers_lock);
  }
  return rc;
}

void lw_lists_reader_done(struct lw_lists *lists, struct lw_db *db)
{
  lw_db_rollback(db);
  (void)pthread_mutex_lock(&lists->readers_lock);
  bool kept = lists->n_stale == 0 && lists->n_readers < READERS_MAX;
  lists->n_out--;
  lists->n_stale -= lists->n_stale != 0; /* which one does not matter: all of them are closed */
  if (kept) {
    lists->readers[lists->n_readers++] = db;
  }
  (void)pthread_mutex_unlock(&lists->readers_lock);
  if (!kept) {
    lw_db_close(db);
  }
}

/* --- opening and closing --- */

static struct lw_lists *create(struct lw_engine *engine)
{
  struct lw_lists *lists = calloc(1, sizeof *lists);
  struct lw_buf path = {0};
  pthread_condattr_t monotonic;
  if (lists == NULL) {
    return NULL;
  }
  lists->engine = engine;
  lw_buf_printf(&path, "%s-lists", engine->path);
  lw_buf_add_char(&path, '\0');
  lists->path = path.failed ? NULL : strdup(path.ptr);
  lw_buf_finish(&path);
  lists->take = lw_lists_take_create();
  read_boot(lists->boot);
  (void)pthread_condattr_init(&monotonic);
  (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  (void)pthread_mutex_init(&lists->lock, NULL);
  (void)pthread_mutex_init(&lists->readers_lock, NULL);
  (void)pthread_cond_init(&lists->wake, &monotonic);
  (void)pthread_cond_init(&lists->moved, &monotonic);
  (void)pthread_condattr_destroy(&monotonic);
  if (lists->path == NULL || lists->take == NULL) {
    lw_lists_close(lists);
    return NULL;
  }
  return lists;
}

enum lw_code lw_lists_open(struct lw_engine *engine, struct lw_lists **ret_lists,
                           struct lw_error *err)
{
  if (engine->path == NULL) {
    return lw_fail(err, LW_INVALID, "a database in memory has no lists");
  }
  struct lw_lists *lists = create(engine);
  if (lists == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  const struct lw_db_options options = {
      .url = engine->url, .mode = LW_DB_READ, .vfs = engine->vfs, .cache_kbytes = 1024};
  enum lw_code rc = lw_db_open(&options, &lists->journal, err);
  if (rc == LW_OK) {
    rc = open_lists(lists, err);
  }
  if (rc == LW_OK && engine->threaded) {
    lw_engine_add_listener(engine, told, lists);
    lists->target = lw_engine_seq(engine);
    lists->started = pthread_create(&lists->thread, NULL, follow_main, lists) == 0;
    rc = lists->started ? LW_OK : lw_fail(err, LW_NO_MEMORY, "no thread could be started");
  }
  if (rc != LW_OK) {
    lw_lists_close(lists);
    return rc;
  }
  atomic_store(&engine->lists, lists);
  if (engine->threaded) {
    lw_sieves_start(engine);
  }
  *ret_lists = lists;
  return LW_OK;
}

void lw_lists_close(struct lw_lists *lists)
{
  struct lw_error err;
  if (lists == NULL) {
    return;
  }
  lw_sieves_stop(lists->engine); /* it may be reading them */
  lw_engine_remove_listener(lists->engine, told, lists);
  atomic_store(&lists->engine->lists, NULL);
  if (lists->started) {
    (void)pthread_mutex_lock(&lists->lock);
    lists->closing = true;
    (void)pthread_cond_broadcast(&lists->wake);
    (void)pthread_cond_broadcast(&lists->moved);
    (void)pthread_mutex_unlock(&lists->lock);
    (void)pthread_join(lists->thread, NULL);
  }
  if (lists->db != NULL) {
    (void)set_boot(lists, "", &err); /* else they are made anew: no harm */
  }
  for (size_t i = 0; i < lists->n_readers; i++) {
    lw_db_close(lists->readers[i]);
  }
  lw_db_close(lists->db);
  lw_db_close(lists->journal);
  lw_lists_take_destroy(lists->take);
  (void)pthread_mutex_destroy(&lists->lock);
  (void)pthread_mutex_destroy(&lists->readers_lock);
  (void)pthread_cond_destroy(&lists->wake);
  (void)pthread_cond_destroy(&lists->moved);
  free(lists->path);
  free(lists);
}
