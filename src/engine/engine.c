/* The engine's frame: opening and closing, the queue, the writer thread, the job thread, readers,
 * listeners, figures. What happens to a batch stands in batch.c.
 *
 * The writer takes whatever waits, up to batch_max, and never waits for more but while the disk is
 * at work on the batch before (flush.c): so batches grow with the load and shrink to one without
 * it. The queue is a list through the changes themselves: submitting allocates nothing.
 *
 * The job thread does what is due, as changes like any other; moves the log (WAL) into the database
 * on a connection of its own, so that no commit pays for it; and has a checkpoint signed when it
 * was quiet for a while. When the log can't be emptied because commits never stop, the writer ends
 * it between two batches: by then nearly all of it has been moved. */
#include "engine/inside.h"

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/canary.h"
#include "engine/lists.h"
#include "engine/publish.h"
#include "engine/shadow.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum {
  LOG_PAGES_MAX = 16384,           /* 64 MiB of pages: past it the writer helps */
  JOB_MSEC = 1000,                 /* how often the log is moved */
  WRITER_CACHE_KBYTES = 24 * 1024, /* pages of budgets: random ones, a commit touches hundreds */
  BUSY_MSEC = 15,                  /* how often under load: little at a time holds up no commit */
  BUSY_BATCHES = 8,                /* since then: load */
  TURN_MSEC = 3000,     /* how long a batch waits for other servers, and whatever comes meanwhile */
  GATHER_FROM = 16,     /* changes that are worth waking the writer for */
  DUE_ROUNDS_MAX = 1000 /* run_due: more than that is a row that never ends */
};
#define QUIET_USEC                                                                                 \
  ((lw_usec)300 * LW_USEC_PER_SECOND) /* until entries are signed at the latest                    \
                                       */

/* --- changes, one after the other --- */

/* Behind those that changes[] holds, which has that much room; queue_lock is held. */
static void take_queue(struct lw_engine *engine, struct lw_change **changes, size_t *count,
                       size_t room)
{
  while (engine->first != NULL && *count < room) {
    changes[(*count)++] = engine->first;
    engine->first = engine->first->next;
    engine->queued--;
  }
  if (engine->first == NULL) {
    engine->last = NULL;
  }
}

void lw_engine_take_more(struct lw_engine *engine, struct lw_change **changes, size_t *count,
                         size_t room)
{
  (void)pthread_mutex_lock(&engine->queue_lock);
  take_queue(engine, changes, count, room);
  (void)pthread_mutex_unlock(&engine->queue_lock);
}

/* room: how many changes[] has place for, if more may be taken meanwhile; else count. */
static void run_all(struct lw_engine *engine, struct lw_change **changes, size_t count, size_t room)
{
  (void)pthread_mutex_lock(&engine->write_lock);
  for (size_t done = 0; done < count;) {
    size_t left = count - done;
    size_t answered = lw_batch_run(engine, changes + done, &left, room - done);
    count = done + left;
    done += answered;
  }
  (void)pthread_mutex_unlock(&engine->write_lock);
}

/* Between two batches, when the job thread has moved most of it: the next commit then starts the
 * log from its beginning. */
static void trim_log(struct lw_engine *engine)
{
  uint64_t pages = 0;
  struct lw_error err;
  if (atomic_exchange(&engine->trim_log, false)) {
    (void)pthread_mutex_lock(&engine->write_lock);
    if (lw_db_checkpoint(engine->db, false, &pages, &err) != LW_OK) {
      lw_log(LW_LOG_WARNING, "engine", "the log could not be moved into the database", "why",
             err.text, NULL);
    }
    (void)pthread_mutex_unlock(&engine->write_lock);
  }
}

/* How many changes are worth a batch while the disk is at work. On a database that is somewhere
 * else, which has some hundred microseconds' work with each batch: half of those that wait for
 * anything, so that one half is decided while the other is written. */
static unsigned gather_from(const struct lw_engine *engine)
{
  unsigned half = lw_db_kind(engine->db) == LW_DB_POSTGRES ? atomic_load(&engine->waiting) / 2 : 0;
  return half > GATHER_FROM ? half : GATHER_FROM;
}

/* Until there is something to do; queue_lock is held. While the disk is at work on the batch
 * before, some come together: what is decided now has to wait for it anyway. But not for as long as
 * it is at work: a batch that is committed meanwhile goes with the very next flush. */
static void wait_for_changes(struct lw_engine *engine)
{
  for (;;) {
    engine->wanted = engine->flushing ? gather_from(engine) : 1;
    if (engine->queued >= engine->wanted || engine->closing) {
      break;
    }
    (void)pthread_cond_wait(&engine->queue_more, &engine->queue_lock);
  }
  engine->wanted = UINT_MAX; /* nobody is to be woken while it works */
}

static void *writer_main(void *user)
{
  struct lw_engine *engine = user;
  struct lw_change **changes = calloc(engine->batch_max, sizeof(struct lw_change *));
  LW_ASSERT(changes != NULL); /* some kilobytes, at the start */
  (void)pthread_setname_np(pthread_self(), "lw-writer");
  for (;;) {
    size_t count = 0;
    (void)pthread_mutex_lock(&engine->queue_lock);
    wait_for_changes(engine);
    take_queue(engine, changes, &count, engine->batch_max);
    (void)pthread_mutex_unlock(&engine->queue_lock);
    if (count == 0) {
      break; /* closing, and nothing is left */
    }
    run_all(engine, changes, count, engine->batch_max);
    trim_log(engine);
  }
  free(changes);
  return NULL;
}

bool lw_engine_idle(const struct lw_engine *engine)
{
  return atomic_load_explicit(&engine->waiting, memory_order_relaxed) == 0;
}

/* --- submitting --- */

/* A key that memory may have forgotten is looked up here, on the caller's thread. */
static enum lw_code prepare(struct lw_engine *engine, struct lw_change *change,
                            struct lw_error *err)
{
  change->code = LW_OK;
  change->status = 200;
  change->repeated = false;
  change->seq = 0;
  change->key_seq = 0;
  change->next = NULL;
  if (change->key.len == 0) {
    return LW_OK;
  }
  lw_idem_digest(change);
  change->key_since = atomic_load(&engine->idem.complete_seq);
  return lw_idem_ask_lists(engine, change, lw_engine_now(engine) - LW_KEY_USEC, err);
}

static enum lw_code enqueue(struct lw_engine *engine, struct lw_change **changes, size_t count,
                            struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  bool enough = false;
  (void)pthread_mutex_lock(&engine->queue_lock);
  unsigned waiting = atomic_load(&engine->waiting);
  if (engine->closing) {
    rc = lw_fail(err, LW_BUSY, "the server is stopping; try again in a moment");
  } else if (waiting + count > engine->queue_max) {
    rc = lw_fail(err, LW_BUSY, "%u changes are waiting already; try again in a second", waiting);
  } else {
    for (size_t i = 0; i < count; i++) {
      changes[i]->next = NULL;
      *(engine->last != NULL ? &engine->last->next : &engine->first) = changes[i];
      engine->last = changes[i];
    }
    engine->queued += (unsigned)count;
    atomic_fetch_add(&engine->waiting, (unsigned)count);
    enough = engine->queued >= engine->wanted;
    engine->wanted = enough ? UINT_MAX : engine->wanted; /* once is enough */
  }
  (void)pthread_mutex_unlock(&engine->queue_lock);
  if (enough) { /* without the lock, which whoever is woken takes first */
    (void)pthread_cond_signal(&engine->queue_more);
  }
  if (rc != LW_OK) {
    atomic_fetch_add(&engine->busy, count);
  }
  return rc;
}

enum lw_code lw_engine_submit_all(struct lw_engine *engine, struct lw_change **changes,
                                  size_t count, struct lw_error *err)
{
  for (size_t i = 0; i < count; i++) {
    changes[i]->waiter = NULL;
    enum lw_code rc = prepare(engine, changes[i], err);
    if (rc != LW_OK) {
      return rc;
    }
  }
  if (engine->threaded) {
    return enqueue(engine, changes, count, err);
  }
  run_all(engine, changes, count, count);
  return LW_OK;
}

enum lw_code lw_engine_submit(struct lw_engine *engine, struct lw_change *change,
                              struct lw_error *err)
{
  return lw_engine_submit_all(engine, &change, 1, err);
}

enum lw_code lw_engine_run(struct lw_engine *engine, struct lw_change *change, struct lw_error *err)
{
  bool waiting = true; /* queue_lock */
  enum lw_code rc = prepare(engine, change, err);
  if (rc != LW_OK) {
    return rc;
  }
  change->waiter = &waiting;
  if (engine->threaded) {
    rc = enqueue(engine, &change, 1, err);
    if (rc != LW_OK) {
      return rc;
    }
    (void)pthread_mutex_lock(&engine->queue_lock);
    while (waiting) {
      (void)pthread_cond_wait(&engine->answered, &engine->queue_lock);
    }
    (void)pthread_mutex_unlock(&engine->queue_lock);
  } else {
    run_all(engine, &change, 1, 1);
  }
  if (change->code != LW_OK && err != NULL) {
    *err = change->error;
  }
  return change->code;
}

/* --- what is due --- */

void lw_engine_add_due(struct lw_engine *engine, const struct lw_due *due)
{
  (void)pthread_mutex_lock(&engine->job_lock);
  LW_ASSERT(engine->n_dues < LW_DUES_MAX);
  engine->dues[engine->n_dues++] = (struct lw_engine_due){due, INT64_MIN};
  (void)pthread_cond_signal(&engine->job_wake);
  (void)pthread_mutex_unlock(&engine->job_lock);
}

static void wake(struct lw_engine *engine, lw_usec at, bool of_people)
{
  (void)pthread_mutex_lock(&engine->job_lock);
  bool earlier = false;
  for (size_t i = 0; i < engine->n_dues; i++) {
    if (engine->dues[i].due->of_people == of_people && at < engine->dues[i].next) {
      engine->dues[i].next = at;
      earlier = true;
    }
  }
  if (earlier) {
    (void)pthread_cond_signal(&engine->job_wake);
  }
  (void)pthread_mutex_unlock(&engine->job_lock);
}

void lw_engine_wake(struct lw_engine *engine, lw_usec at)
{
  wake(engine, at, false);
}

void lw_engine_wake_people(struct lw_engine *engine, lw_usec at)
{
  wake(engine, at, true);
}

struct due_work {
  const struct lw_due *due;
  lw_usec next;
};

static enum lw_code apply_due(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err)
{
  struct due_work *work = change->user;
  work->next = INT64_MAX;
  return work->due->apply(batch, change, &work->next, err);
}

static enum lw_code run_one_due(struct lw_engine *engine, const struct lw_due *due,
                                lw_usec *ret_next, struct lw_error *err)
{
  struct due_work work = {.due = due};
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, LW_REQUEST_BYTES_MAX);
  struct lw_change change = {
      .apply = apply_due, .user = &work, .arena = &arena, .actor = LW_STR("leeway")};
  enum lw_code rc = lw_engine_run(engine, &change, err);
  lw_buf_finish(&change.answer);
  lw_arena_finish(&arena);
  *ret_next = work.next;
  return rc;
}

/* The first row that is due at that time, and marked as never due until it has said when; NULL when
 * none is. */
static const struct lw_due *take_due(struct lw_engine *engine, lw_usec now, size_t *ret_index)
{
  for (size_t i = 0; i < engine->n_dues; i++) {
    if (engine->dues[i].next <= now) {
      engine->dues[i].next = INT64_MAX;
      *ret_index = i;
      return engine->dues[i].due;
    }
  }
  return NULL;
}

static void set_due(struct lw_engine *engine, size_t index, lw_usec next)
{
  (void)pthread_mutex_lock(&engine->job_lock);
  if (next < engine->dues[index].next) { /* a wake may have come meanwhile */
    engine->dues[index].next = next;
  }
  (void)pthread_mutex_unlock(&engine->job_lock);
}

enum lw_code lw_engine_run_due(struct lw_engine *engine, struct lw_error *err)
{
  for (int round = 0; round < DUE_ROUNDS_MAX; round++) {
    size_t index = 0;
    lw_usec next = INT64_MAX;
    lw_usec now = lw_engine_now(engine);
    (void)pthread_mutex_lock(&engine->job_lock);
    const struct lw_due *due = take_due(engine, now, &index);
    (void)pthread_mutex_unlock(&engine->job_lock);
    if (due == NULL) {
      return LW_OK;
    }
    enum lw_code rc = run_one_due(engine, due, &next, err);
    set_due(engine, index, rc == LW_OK ? next : now + LW_USEC_PER_SECOND);
    if (rc != LW_OK) {
      return rc;
    }
  }
  return lw_fail(err, LW_INTERNAL, "what is due does not end");
}

/* --- the job thread --- */

static void move_log(struct lw_engine *engine, struct lw_db *db)
{
  uint64_t pages = 0;
  struct lw_error err;
  if (lw_db_checkpoint(db, false, &pages, &err) == LW_OK) {
    atomic_store(&engine->log_pages, pages);
    if (pages > LOG_PAGES_MAX) {
      atomic_store(&engine->trim_log, true);
    }
  }
}

void lw_engine_discard(struct lw_engine *engine, struct lw_rows *rows)
{
  if (engine->job_started) {
    (void)pthread_mutex_lock(&engine->job_lock);
    struct lw_rows *before = engine->discarded;
    engine->discarded = rows;
    rows = before; /* as a rule none */
    (void)pthread_mutex_unlock(&engine->job_lock);
  }
  lw_rows_destroy(rows);
}

static void destroy_discarded(struct lw_engine *engine)
{
  (void)pthread_mutex_lock(&engine->job_lock);
  struct lw_rows *rows = engine->discarded;
  engine->discarded = NULL;
  (void)pthread_mutex_unlock(&engine->job_lock);
  lw_rows_destroy(rows);
}

enum lw_code lw_engine_apply_nothing(struct lw_batch *batch, struct lw_change *change,
                                     struct lw_error *err)
{
  (void)batch, (void)change, (void)err;
  return LW_OK; /* every batch looks whether a checkpoint is to be signed */
}

/* Every batch begins by looking whether somebody else has written, and ends by looking whether a
 * checkpoint is to be signed: an empty one does nothing else. If it failed, the next round tries
 * again. */
static void run_empty(struct lw_engine *engine)
{
  struct lw_error err;
  struct lw_change change = {
      .apply = lw_engine_apply_nothing, .actor = LW_STR("leeway"), .bare = true};
  (void)lw_engine_run(engine, &change, &err);
  lw_buf_finish(&change.answer);
}

static void look(struct lw_engine *engine, struct lw_db *db)
{
  uint64_t last = 0;
  struct lw_error err;
  if (lw_journal_last(db, &last, &err) == LW_OK && last > atomic_load(&engine->committed_seq)) {
    run_empty(engine);
  }
}

bool lw_engine_refresh(struct lw_engine *engine, const struct lw_snapshot **snapshot)
{
  struct lw_db *db = NULL;
  struct lw_error err;
  if (lw_engine_reader(engine, &db, &err) == LW_OK) {
    look(engine, db);
  }
  lw_engine_reader_done(engine, db);
  const struct lw_snapshot *before = *snapshot;
  *snapshot = lw_engine_snapshot(engine);
  lw_snapshot_unref(before);
  return *snapshot != before;
}

/* A row that every database has is changed, and changed back: what stays as it was is not written.
 */
static enum lw_code apply_trial(struct lw_batch *batch, struct lw_change *change,
                                struct lw_error *err)
{
  static const char *const trials[] = {"UPDATE drawn_state SET fold = fold + 1",
                                       "UPDATE drawn_state SET fold = fold - 1"};
  enum lw_code rc = LW_OK;
  (void)change;
  batch->engine->writes = true;
  for (size_t i = 0; rc == LW_OK && i < sizeof trials / sizeof trials[0]; i++) {
    struct lw_stmt *stmt = NULL;
    rc = lw_db_statement(batch->db, trials[i], &stmt, err);
    if (rc == LW_OK) {
      rc = lw_stmt_run(stmt, err);
    }
  }
  return rc;
}

/* After a failure: whether it can be written again. A server that calls itself not ready is sent
 * nothing, so that no request of others would ever find out. */
static void try_store(struct lw_engine *engine, lw_usec *tried_at)
{
  struct lw_error err;
  struct lw_change change = {.apply = apply_trial, .actor = LW_STR("leeway"), .bare = true};
  lw_usec now = lw_clock_monotonic();
  if (atomic_load(&engine->failing) && now - *tried_at >= LW_USEC_PER_SECOND) {
    (void)lw_engine_run(engine, &change, &err);
    lw_buf_finish(&change.answer);
    *tried_at = now;
  }
}

/* New entries that nobody has signed for a while. */
static void sign_when_quiet(struct lw_engine *engine, uint64_t *last_seq, lw_usec *last_at)
{
  uint64_t seq = lw_engine_seq(engine);
  lw_usec now = lw_clock_monotonic();
  if (seq == *last_seq) {
    *last_at = now;
  } else if (now - *last_at > QUIET_USEC + LW_USEC_PER_SECOND) {
    run_empty(engine);
    *last_at = now;
    *last_seq = lw_engine_seq(engine);
  }
}

static lw_usec earliest(const struct lw_engine *engine)
{
  lw_usec next = INT64_MAX;
  for (size_t i = 0; i < engine->n_dues; i++) {
    next = engine->dues[i].next < next ? engine->dues[i].next : next;
  }
  return next;
}

/* Whether it is to be looked what others have written: every batch begins by that, so that it need
 * not be done beside them; a look that finds something costs a turn of its own. */
static bool is_look_due(const struct lw_engine *engine)
{
  lw_usec since = lw_clock_monotonic() - atomic_load(&engine->looked_at);
  return engine->job_heard || since >= (lw_usec)LW_LOOK_MSEC * 1000;
}

/* Until something is due, LW_LOOK_MSEC have passed, or somebody wakes it; job_lock is held. */
static void job_wait(struct lw_engine *engine)
{
  lw_usec next = earliest(engine);
  lw_usec now = lw_engine_now(engine);
  lw_usec most = (lw_usec)(engine->job_busy ? BUSY_MSEC : LW_LOOK_MSEC) * 1000;
  lw_usec wait = next <= now ? 0 : next - now < most ? next - now : most;
  if (wait > 0 && !engine->job_closing && !engine->heard) {
    struct timespec until = lw_clock_after(wait);
    (void)pthread_cond_timedwait(&engine->job_wake, &engine->job_lock, &until);
  }
  engine->job_heard = engine->heard;
  engine->heard = false;
}

static void job_round(struct lw_engine *engine)
{
  size_t index = 0;
  lw_usec next = INT64_MAX;
  lw_usec now = lw_engine_now(engine);
  struct lw_error err;
  (void)pthread_mutex_lock(&engine->job_lock);
  const struct lw_due *due = take_due(engine, now, &index);
  (void)pthread_mutex_unlock(&engine->job_lock);
  if (due == NULL) {
    return;
  }
  if (run_one_due(engine, due, &next, &err) != LW_OK) {
    lw_log(LW_LOG_WARNING, "engine", "what was due could not be done; it is tried again", "what",
           due->name, "why", err.text, NULL);
    next = now + LW_USEC_PER_SECOND;
  }
  set_due(engine, index, next);
}

/* The job thread's own connection, which moves the log; NULL when it can't be had. */
static struct lw_db *open_mover(const struct lw_engine *engine)
{
  struct lw_db *db = NULL;
  struct lw_error err;
  const struct lw_db_options options = {
      .url = engine->url, .mode = LW_DB_WRITE, .vfs = engine->vfs};
  if (lw_db_open(&options, &db, &err) != LW_OK) {
    lw_log(LW_LOG_WARNING, "engine", "the log is not moved in the background", "why", err.text,
           NULL);
  }
  return db;
}

static void *job_main(void *user)
{
  struct lw_engine *engine = user;
  struct lw_db *db = open_mover(engine);
  (void)pthread_setname_np(pthread_self(), "lw-jobs");
  uint64_t signed_seq = lw_engine_seq(engine);
  lw_usec signed_at = lw_clock_monotonic();
  lw_usec moved_at = signed_at;
  lw_usec tried_at = signed_at;
  uint64_t moved = 0; /* batches, when the log was moved last */
  for (;;) {
    (void)pthread_mutex_lock(&engine->job_lock);
    job_wait(engine);
    bool closing = engine->job_closing;
    (void)pthread_mutex_unlock(&engine->job_lock);
    if (closing) {
      break;
    }
    job_round(engine);
    destroy_discarded(engine);
    if (atomic_load(&engine->unsure)) {
      run_empty(engine); /* every batch begins by making sure */
    }
    try_store(engine, &tried_at);
    if (db != NULL && is_look_due(engine)) {
      look(engine, db);
    }
    lw_usec now = lw_clock_monotonic();
    uint64_t batches = atomic_load(&engine->batches);
    engine->job_busy = batches - moved >= BUSY_BATCHES;
    if (db != NULL && (engine->job_busy || now - moved_at >= (lw_usec)JOB_MSEC * 1000)) {
      move_log(engine, db);
      moved_at = now;
      moved = batches;
    }
    sign_when_quiet(engine, &signed_seq, &signed_at);
  }
  lw_db_close(db);
  return NULL;
}

/* --- opening and closing --- */

static void fill_random(void *user, void *place, size_t size_bytes)
{
  struct lw_engine *engine = user;
  const struct lw_rand *rand = lw_world_rand(engine->world);
  if (size_bytes > LW_RAND_BYTES) {
    rand->fill(rand->user, place, size_bytes);
    return;
  }
  if (size_bytes > engine->random_left) {
    rand->fill(rand->user, engine->random, LW_RAND_BYTES);
    engine->random_left = LW_RAND_BYTES;
  }
  engine->random_left -= size_bytes;
  memcpy(place, engine->random + engine->random_left, size_bytes);
}

/* The file of a URL, for what stands beside it; NULL for a database in memory, or elsewhere. */
static char *path_of(const char *url)
{
  lw_str path = lw_str_c(url);
  if (lw_str_starts(path, LW_STR("file:"))) {
    path = lw_str_slice(path, 5, SIZE_MAX);
    size_t end = lw_str_find(path, LW_STR("?"), 0);
    path = end != SIZE_MAX ? lw_str_slice(path, 0, end) : path;
  }
  bool elsewhere = lw_str_find(path, LW_STR("://"), 0) != SIZE_MAX;
  bool memory = elsewhere || lw_str_starts(path, LW_STR(":memory:")) || path.len == 0;
  return memory ? NULL : strndup(path.ptr, path.len);
}

static enum lw_code lock_file(struct lw_engine *engine, struct lw_error *err)
{
  struct lw_buf name = {0};
  enum lw_code rc = LW_OK;
  if (engine->path == NULL) {
    return LW_OK;
  }
  lw_buf_printf(&name, "%s.lock", engine->path);
  lw_buf_add_char(&name, '\0');
  engine->lock_fd = name.failed ? -1 : open(name.ptr, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (engine->lock_fd < 0) {
    rc = lw_fail(err, LW_IO, "%s.lock can't be opened: %s", engine->path, strerror(errno));
  } else if (flock(engine->lock_fd, LOCK_EX | LOCK_NB) != 0) {
    rc = lw_fail(err, LW_BUSY, "another server works on %s", engine->path);
    lw_error_hint(err, "stop it first, or give this one a database of its own with --db");
  }
  lw_buf_finish(&name);
  return rc;
}

enum lw_code lw_engine_migrate(struct lw_db *db, const struct lw_migration *migrations,
                               size_t n_migrations, struct lw_error *err)
{
  const struct {
    const struct lw_migration *steps;
    size_t count;
  } parts[] = {{lw_ledger_migrations, lw_ledger_migrations_count},
               {lw_people_migrations, lw_people_migrations_count},
               {lw_publish_migrations, lw_publish_migrations_count},
               {lw_decision_migrations, lw_decision_migrations_count},
               {lw_canary_migrations, lw_canary_migrations_count},
               {lw_shadow_migrations, lw_shadow_migrations_count},
               {migrations, n_migrations}};
  size_t count = 0;
  for (size_t p = 0; p < sizeof parts / sizeof parts[0]; p++) {
    count += parts[p].count;
  }
  struct lw_migration *all = calloc(count, sizeof *all);
  if (all == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  count = 0;
  for (size_t p = 0; p < sizeof parts / sizeof parts[0]; p++) {
    for (size_t i = 0; i < parts[p].count; i++) {
      all[count++] = parts[p].steps[i];
    }
  }
  enum lw_code rc = lw_db_migrate(db, all, count, err);
  free(all);
  return rc;
}

static enum lw_code open_key(struct lw_engine *engine, struct lw_error *err)
{
  struct lw_buf name = {0};
  if (engine->path == NULL) {
    return LW_OK;
  }
  lw_buf_printf(&name, "%s.key", engine->path);
  lw_buf_add_char(&name, '\0');
  enum lw_code rc = name.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory")
                                : lw_checkpoint_key_open(name.ptr, true, &engine->key, err);
  engine->has_key = rc == LW_OK;
  lw_buf_finish(&name);
  return rc;
}

static enum lw_code open_store(struct lw_engine *engine, const struct lw_engine_options *options,
                               struct lw_error *err)
{
  const struct lw_db_options db_options = {
      .url = engine->url,
      .mode = options->unsynced ? LW_DB_DERIVED : LW_DB_WRITE, /* made-up data can be made again */
      .vfs = engine->vfs,
      .busy_msec = lw_db_is_elsewhere(engine->url) ? TURN_MSEC : 0,
      .cache_kbytes = WRITER_CACHE_KBYTES,
      .flush_later = true};
  enum lw_code rc = options->exclusive ? lock_file(engine, err) : LW_OK;
  if (rc == LW_OK) {
    rc = lw_db_open(&db_options, &engine->db, err);
  }
  if (rc == LW_OK) {
    rc = lw_engine_migrate(engine->db, options->migrations, options->n_migrations, err);
  }
  if (rc == LW_OK) {
    rc = lw_db_flush(engine->db, err);
  }
  if (rc == LW_OK) {
    rc = lw_journal_open(engine->db, &engine->journal, err);
  }
  if (rc == LW_OK) {
    rc = open_key(engine, err);
  }
  if (rc == LW_OK) {
    rc = lw_drawn_source_init(&engine->source, engine->db, engine->drawn, false, err);
    engine->source.ahead = &engine->ahead;
  }
  if (rc == LW_OK) {
    lw_rows_set_source(engine->rows, &engine->source.source);
    rc = lw_batch_load(engine, err);
  }
  return rc;
}

static void start_locks(struct lw_engine *engine)
{
  pthread_condattr_t monotonic;
  (void)pthread_condattr_init(&monotonic);
  (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  (void)pthread_mutex_init(&engine->write_lock, NULL);
  (void)pthread_mutex_init(&engine->queue_lock, NULL);
  (void)pthread_mutex_init(&engine->listeners_lock, NULL);
  (void)pthread_mutex_init(&engine->snapshot_lock, NULL);
  (void)pthread_mutex_init(&engine->readers_lock, NULL);
  (void)pthread_mutex_init(&engine->job_lock, NULL);
  (void)pthread_mutex_init(&engine->idem.sieves.lock, NULL);
  (void)pthread_cond_init(&engine->queue_more, &monotonic);
  (void)pthread_cond_init(&engine->answered, NULL);
  (void)pthread_cond_init(&engine->flush_more, NULL);
  (void)pthread_cond_init(&engine->job_wake, &monotonic);
  (void)pthread_condattr_destroy(&monotonic);
}

static struct lw_engine *create(const struct lw_engine_options *options)
{
  struct lw_engine *engine = calloc(1, sizeof *engine);
  if (engine == NULL) {
    return NULL;
  }
  engine->world = options->world;
  engine->queue_max = options->queue_max != 0 ? options->queue_max : LW_QUEUE_MAX;
  engine->batch_max = options->batch_max != 0 ? options->batch_max : LW_BATCH_MAX;
  engine->threaded = options->threaded;
  engine->lock_fd = -1;
  engine->rand = (struct lw_rand){.fill = fill_random, .user = engine};
  start_locks(engine);
  lw_arena_init(&engine->scratch, NULL, LW_RECORDED_BYTES_MAX);
  lw_arena_init(&engine->pending_arena, NULL, 0);
  lw_arena_init(&engine->read_up_arena, NULL, 0);
  lw_table_init(&engine->read_up, &engine->read_up_arena);
  lw_drawn_ahead_init(&engine->ahead);
  engine->url = strdup(options->url);
  engine->vfs = options->vfs != NULL ? strdup(options->vfs) : NULL;
  engine->path = options->state != NULL ? strdup(options->state)
                 : engine->url != NULL  ? path_of(engine->url)
                                        : NULL;
  engine->rows = lw_rows_create(NULL);
  engine->drawn = lw_drawn_create(0);
  engine->hasher = lw_hasher_create();
  engine->reader = lw_json_reader_create(NULL);
  if (engine->url == NULL || engine->rows == NULL || engine->drawn == NULL ||
      engine->hasher == NULL || engine->reader == NULL) {
    lw_engine_close(engine);
    return NULL;
  }
  return engine;
}

static enum lw_code start_threads(struct lw_engine *engine, struct lw_error *err)
{
  engine->writer_started =
      lw_flush_start(engine) && pthread_create(&engine->writer, NULL, writer_main, engine) == 0;
  engine->job_started =
      engine->writer_started && pthread_create(&engine->job, NULL, job_main, engine) == 0;
  return engine->job_started && lw_hearer_start(engine)
             ? LW_OK
             : lw_fail(err, LW_NO_MEMORY, "no thread could be started");
}

enum lw_code lw_engine_open(const struct lw_engine_options *options, struct lw_engine **ret_engine,
                            struct lw_error *err)
{
  struct lw_engine *engine = create(options);
  if (engine == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  enum lw_code rc = open_store(engine, options, err);
  if (rc == LW_OK) {
    lw_engine_add_due(engine, &lw_holds_due);
    lw_engine_add_due(engine, &lw_idem_due);
    lw_engine_add_due(engine, &lw_canaries_due);
    lw_engine_add_due(engine, &lw_shadow_due);
  }
  if (rc == LW_OK && engine->threaded) {
    rc = start_threads(engine, err);
  }
  if (rc != LW_OK) {
    lw_engine_close(engine);
    return rc;
  }
  *ret_engine = engine;
  return LW_OK;
}

static void stop_threads(struct lw_engine *engine)
{
  lw_hearer_stop(engine);
  if (engine->job_started) {
    (void)pthread_mutex_lock(&engine->job_lock);
    engine->job_closing = true;
    (void)pthread_cond_signal(&engine->job_wake);
    (void)pthread_mutex_unlock(&engine->job_lock);
    (void)pthread_join(engine->job, NULL);
  }
  if (engine->writer_started) {
    (void)pthread_mutex_lock(&engine->queue_lock);
    engine->closing = true;
    (void)pthread_cond_signal(&engine->queue_more);
    (void)pthread_mutex_unlock(&engine->queue_lock);
    (void)pthread_join(engine->writer, NULL);
  }
  lw_flush_stop(engine);
}

static void free_locks(struct lw_engine *engine)
{
  (void)pthread_mutex_destroy(&engine->write_lock);
  (void)pthread_mutex_destroy(&engine->queue_lock);
  (void)pthread_mutex_destroy(&engine->listeners_lock);
  (void)pthread_mutex_destroy(&engine->snapshot_lock);
  (void)pthread_mutex_destroy(&engine->readers_lock);
  (void)pthread_mutex_destroy(&engine->job_lock);
  (void)pthread_mutex_destroy(&engine->idem.sieves.lock);
  (void)pthread_cond_destroy(&engine->queue_more);
  (void)pthread_cond_destroy(&engine->answered);
  (void)pthread_cond_destroy(&engine->flush_more);
  (void)pthread_cond_destroy(&engine->job_wake);
}

static void free_parts(struct lw_engine *engine)
{
  for (size_t i = 0; i < LW_VIEWS_MAX; i++) {
    lw_decider_destroy(engine->deciders[i]);
  }
  lw_snapshot_unref(engine->decider_of);
  lw_snapshot_unref(engine->snapshot);
  lw_policy_destroy(engine->offered);
  lw_idem_finish(&engine->idem);
  lw_json_reader_destroy(engine->reader);
  lw_hasher_destroy(engine->hasher);
  lw_drawn_source_finish(&engine->source);
  lw_drawn_ahead_finish(&engine->ahead);
  lw_drawn_destroy(engine->drawn);
  lw_rows_destroy(engine->rows);
  lw_rows_destroy(engine->discarded);
  lw_buf_finish(&engine->body);
  lw_buf_finish(&engine->answer);
  lw_buf_finish(&engine->outline);
  lw_arena_finish(&engine->pending_arena);
  lw_arena_finish(&engine->read_up_arena);
  lw_arena_finish(&engine->scratch);
  lw_secret_wipe(&engine->key, sizeof engine->key);
  free(engine->pending);
  free(engine->path);
  free(engine->vfs);
  free(engine->url);
}

void lw_engine_close(struct lw_engine *engine)
{
  if (engine == NULL) {
    return;
  }
  stop_threads(engine);
  for (size_t i = 0; i < engine->n_readers; i++) {
    lw_db_close(engine->readers[i]);
  }
  lw_journal_close(engine->journal);
  lw_db_close(engine->db);
  free_parts(engine);
  free_locks(engine);
  if (engine->lock_fd >= 0) {
    (void)close(engine->lock_fd);
  }
  free(engine);
}

/* --- what others ask --- */

const struct lw_world *lw_engine_world(const struct lw_engine *engine)
{
  return engine->world;
}

lw_usec lw_engine_now(struct lw_engine *engine)
{
  lw_usec now = lw_world_now(engine->world);
  lw_usec last = atomic_load_explicit(&engine->last_at, memory_order_relaxed);
  return now > last ? now : last;
}

const char *lw_engine_beside(const struct lw_engine *engine)
{
  return lw_db_is_elsewhere(engine->url) ? engine->path : engine->url;
}

const struct lw_snapshot *lw_engine_snapshot(struct lw_engine *engine)
{
  (void)pthread_mutex_lock(&engine->snapshot_lock);
  const struct lw_snapshot *snapshot = lw_snapshot_ref(engine->snapshot);
  (void)pthread_mutex_unlock(&engine->snapshot_lock);
  return snapshot;
}

enum lw_code lw_engine_reader(struct lw_engine *engine, struct lw_db **ret_db, struct lw_error *err)
{
  struct lw_db *db = NULL;
  (void)pthread_mutex_lock(&engine->readers_lock);
  if (engine->n_readers != 0) {
    db = engine->readers[--engine->n_readers];
  }
  (void)pthread_mutex_unlock(&engine->readers_lock);
  if (db != NULL) {
    *ret_db = db;
    return LW_OK;
  }
  const struct lw_db_options options = {
      .url = engine->url, .mode = LW_DB_READ, .vfs = engine->vfs, .cache_kbytes = 2048};
  return lw_db_open(&options, ret_db, err);
}

struct lw_drawn *lw_engine_drawn(struct lw_engine *engine)
{
  return engine->drawn;
}

void lw_engine_reader_done(struct lw_engine *engine, struct lw_db *db)
{
  if (db == NULL) {
    return;
  }
  lw_db_rollback(db); /* a snapshot that stays open would keep the log from being moved */
  (void)pthread_mutex_lock(&engine->readers_lock);
  bool kept = engine->n_readers < LW_READERS_MAX;
  if (kept) {
    engine->readers[engine->n_readers++] = db;
  }
  (void)pthread_mutex_unlock(&engine->readers_lock);
  if (!kept) {
    lw_db_close(db);
  }
}

void lw_engine_add_listener(struct lw_engine *engine, void (*told)(void *user, uint64_t seq),
                            void *user)
{
  (void)pthread_mutex_lock(&engine->listeners_lock);
  LW_ASSERT(engine->n_listeners < LW_LISTENERS_MAX);
  engine->listeners[engine->n_listeners++] = (struct lw_listener){told, user};
  (void)pthread_mutex_unlock(&engine->listeners_lock);
}

void lw_engine_remove_listener(struct lw_engine *engine, void (*told)(void *user, uint64_t seq),
                               void *user)
{
  (void)pthread_mutex_lock(&engine->listeners_lock);
  for (size_t i = 0; i < engine->n_listeners; i++) {
    if (engine->listeners[i].told == told && engine->listeners[i].user == user) {
      engine->listeners[i] = engine->listeners[--engine->n_listeners];
      break;
    }
  }
  (void)pthread_mutex_unlock(&engine->listeners_lock);
}

uint64_t lw_engine_seq(struct lw_engine *engine)
{
  return atomic_load(&engine->seq);
}

void lw_engine_get_figures(struct lw_engine *engine, struct lw_engine_figures *ret_figures)
{
  *ret_figures = (struct lw_engine_figures){
      .batches = atomic_load(&engine->batches),
      .changes = atomic_load(&engine->changes),
      .decisions = atomic_load(&engine->decisions),
      .granted = atomic_load(&engine->granted),
      .asked = atomic_load(&engine->asked),
      .refused = atomic_load(&engine->refused),
      .shadowed = atomic_load(&engine->shadowed),
      .shadow_differs = atomic_load(&engine->shadow_differs),
      .shadow_errors = atomic_load(&engine->shadow_errors),
      .failed = atomic_load(&engine->failed),
      .busy = atomic_load(&engine->busy),
      .queue = atomic_load(&engine->waiting),
      .queue_max = engine->queue_max,
      .commit_usec_sum = atomic_load(&engine->commit_usec_sum),
      .batch_changes_max = atomic_load(&engine->batch_changes_max),
      .log_pages = atomic_load(&engine->log_pages),
      .failing = atomic_load(&engine->failing) || atomic_load(&engine->unsure),
  };
}
