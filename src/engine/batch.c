/* A batch: begin, apply each change on what those before it left, write, commit once, hand over to
 * whoever waits for the disk and answers (flush.c).
 *
 * What memory holds between batches (journal head, budget rows, retry keys, people, policy) is true
 * as long as every batch commits and nobody else writes. When a batch fails, or the database says
 * that another process has committed, all of it is read anew before anything is decided
 * (`stale`); so memory never knows more than the disk.
 *
 * A change that refuses is taken back alone: its rows by a savepoint (unless it is bare: then it
 * wrote none), its entries by cutting the journal. Budgets need no taking back, as drawing is the
 * last thing that may be refused. */
#include "engine/inside.h"
#include "engine/reads.h"
#include "ledger/outline.h"

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>

#define ROWS_BYTES_MAX                                                                             \
  ((size_t)48 << 20)          /* budgets in memory; past it they are read again as needed */
#define CHECKPOINT_SEQ  10000 /* entries, and time, between two signatures */
#define CHECKPOINT_USEC ((lw_usec)300 * LW_USEC_PER_SECOND)
#define PENDING_GROW    1024
#define AGAIN_USEC      LW_USEC_PER_SECOND /* after that no batch is tried once more */

enum {
  TIMES_MAX = 5,
  ALONE_MAX = 8 /* batches in turn in which nobody else wrote: then nobody is expected to */
};

static bool is_fatal(enum lw_code code)
{
  return code == LW_IO || code == LW_BUSY || code == LW_NO_MEMORY || code == LW_INTERNAL;
}

/* --- reading what memory holds --- */

static void publish_snapshot(struct lw_engine *engine, const struct lw_snapshot *snapshot)
{
  (void)pthread_mutex_lock(&engine->snapshot_lock);
  const struct lw_snapshot *before = engine->snapshot;
  engine->snapshot = snapshot;
  (void)pthread_mutex_unlock(&engine->snapshot_lock);
  lw_snapshot_unref(before);
}

static enum lw_code load_snapshot(struct lw_engine *engine, struct lw_error *err)
{
  const struct lw_snapshot *snapshot = NULL;
  enum lw_code rc = lw_snapshot_load(engine->db, engine->snapshot, &engine->offered,
                                     engine->offered_version, &snapshot, err);
  if (rc == LW_OK) {
    publish_snapshot(engine, snapshot);
    lw_reads_forget(engine);
    lw_engine_wake_people(engine, INT64_MIN); /* others may have changed somebody */
  }
  return rc;
}

static const struct lw_policy *shadow_of(const struct lw_snapshot *snapshot)
{
  return snapshot->shadow != NULL ? snapshot->shadow->view.policy : NULL;
}

static bool same_policies(const struct lw_snapshot *a, const struct lw_snapshot *b)
{
  bool same = a->policy == b->policy && a->n_trials == b->n_trials && shadow_of(a) == shadow_of(b);
  for (uint32_t i = 0; same && i < a->n_trials; i++) {
    same = a->trials[i].view.policy == b->trials[i].view.policy;
  }
  return same;
}

static enum lw_code make_decider(struct lw_engine *engine, const struct lw_snapshot *view,
                                 struct lw_error *err)
{
  engine->deciders[view->trial] =
      lw_decider_create(view->policy, engine->rows, &view->staff->directory, NULL);
  return engine->deciders[view->trial] != NULL ? LW_OK
                                               : lw_fail(err, LW_NO_MEMORY, "out of memory");
}

static void drop_deciders(struct lw_engine *engine)
{
  for (size_t i = 0; i < LW_VIEWS_MAX; i++) {
    lw_decider_destroy(engine->deciders[i]);
    engine->deciders[i] = NULL;
  }
}

/* A decider belongs to one policy and its people; rows of an older policy may have other windows.
 * Versions that are on trial have the same windows as the live one (canary.c), so that all share
 * the rows: nothing is given twice. So has the shadow, or else numbers of its own (snapshot.c). */
static enum lw_code use_snapshot(struct lw_engine *engine, struct lw_error *err)
{
  const struct lw_snapshot *snapshot = engine->snapshot;
  if (engine->decider_of == snapshot) {
    return LW_OK;
  }
  enum lw_code rc = LW_OK;
  drop_deciders(engine);
  if (engine->decider_of == NULL || !same_policies(engine->decider_of, snapshot)) {
    lw_rows_clear(engine->rows);
  }
  lw_snapshot_unref(engine->decider_of);
  engine->decider_of = NULL;
  if (snapshot->policy != NULL) {
    rc = make_decider(engine, snapshot, err);
  }
  for (uint32_t i = 0; rc == LW_OK && i < snapshot->n_trials; i++) {
    rc = make_decider(engine, &snapshot->trials[i].view, err);
  }
  if (rc == LW_OK && snapshot->shadow != NULL) {
    rc = make_decider(engine, &snapshot->shadow->view, err);
  }
  if (rc == LW_OK) {
    engine->decider_of = lw_snapshot_ref(snapshot);
  }
  return rc;
}

void lw_batch_use(struct lw_batch *batch, const struct lw_snapshot *view)
{
  LW_ASSERT(view->live == batch->snapshot->live);
  batch->snapshot = view;
  batch->decider = batch->engine->deciders[view->trial];
}

void lw_batch_use_for(struct lw_batch *batch, lw_str person)
{
  lw_batch_use(batch, lw_snapshot_for(batch->snapshot, person, batch->now));
  if (batch->decider != NULL) {
    lw_decider_reset(batch->decider);
  }
}

static enum lw_code last_time(struct lw_engine *engine, lw_usec *ret_at, struct lw_error *err)
{
  struct lw_entry_view entry;
  uint64_t last = lw_journal_next(engine->journal) - 1;
  *ret_at = INT64_MIN;
  if (last == 0) {
    return LW_OK;
  }
  lw_arena_reset(&engine->scratch);
  enum lw_code rc = lw_journal_read(engine->db, last, &engine->scratch, &entry, err);
  if (rc == LW_OK) {
    *ret_at = entry.at;
  }
  return rc;
}

/* In a transaction. */
static enum lw_code reload(struct lw_engine *engine, struct lw_error *err)
{
  lw_usec at = INT64_MIN;
  lw_rows_clear(engine->rows);
  enum lw_code rc = lw_journal_reload(engine->journal, err);
  if (rc == LW_OK) {
    rc = lw_drawn_load(engine->drawn, engine->db, err);
  }
  if (rc == LW_OK) {
    rc = last_time(engine, &at, err);
  }
  if (rc == LW_OK) {
    if (at > atomic_load(&engine->last_at)) {
      atomic_store(&engine->last_at, at);
    }
    rc = lw_idem_load(&engine->idem, engine->db, lw_engine_now(engine), err);
  }
  if (rc == LW_OK) {
    rc = load_snapshot(engine, err);
  }
  if (rc == LW_OK) { /* last: whoever sees it finds the snapshot that belongs to it */
    atomic_store(&engine->committed_seq, lw_journal_next(engine->journal) - 1);
  }
  return rc;
}

/* What others wrote may be due earlier than is known here. They do it themselves, unless they die:
 * so what they decided is looked through now and then, and only the rest at once. */
static void note_due(struct lw_engine *engine, bool at_once)
{
  lw_usec now = lw_engine_now(engine);
  lw_usec next = engine->dues_at + (lw_usec)LW_LOOK_MSEC * 1000;
  if (at_once || next <= now) {
    engine->dues_at = now;
    next = INT64_MIN;
  }
  lw_engine_wake(engine, next);
}

struct followed {
  struct lw_engine *engine;
  lw_usec at; /* of the last entry */
  bool more;  /* entries that are more than decisions, or may be */
};

static bool take_followed(void *user, const struct lw_entry_view *entry)
{
  struct followed *followed = user;
  lw_idem_take(&followed->engine->idem, entry);
  followed->at = entry->at;
  followed->more = true;
  return true;
}

/* A batch whose outline follows upon what is known: taken in without its entries. Any other, and
 * all behind it, is read from the journal. */
static enum lw_code take_outline(void *user, uint64_t last, lw_str bytes, struct lw_error *err)
{
  struct followed *followed = user;
  struct lw_engine *engine = followed->engine;
  struct lw_outline outline;
  uint64_t seq = 0;
  uint64_t print = 0;
  if (!lw_outline_read(bytes, &outline) || outline.first != lw_journal_next(engine->journal) ||
      last < outline.first) {
    return LW_OK;
  }
  while (lw_outline_next(&outline, &seq, &print)) {
    lw_idem_add(&engine->idem, print, seq, outline.at);
  }
  engine->idem.seq = last;
  followed->at = outline.at;
  return lw_journal_adopt(engine->journal, last, &outline.hash, err);
}

/* Whether all that memory holds of the journal is at its writer's end. */
static bool is_level(const struct lw_engine *engine)
{
  return engine->idem.seq == lw_journal_next(engine->journal) - 1;
}

static enum lw_code follow_all(struct lw_engine *engine, struct followed *followed, bool *ret_whole,
                               struct lw_error *err)
{
  struct lw_drawn_news news = {.rows = engine->rows, .batch = take_outline, .user = followed};
  *ret_whole = is_level(engine);
  if (!*ret_whole) {
    return LW_OK;
  }
  enum lw_code rc = lw_drawn_follow(engine->drawn, engine->db, engine->others_said, &news, err);
  engine->others_said = NULL;
  *ret_whole = news.whole;
  if (rc == LW_OK && news.whole && lw_journal_next(engine->journal) != news.journal_last + 1) {
    rc = lw_journal_follow(engine->journal, take_followed, followed, ret_whole, err);
  }
  return rc;
}

/* Other servers have written: takes in what they did, in a transaction that has the turn. What
 * can't be taken in piece by piece is read anew (*ret_whole false). */
static enum lw_code follow(struct lw_engine *engine, bool *ret_whole, struct lw_error *err)
{
  struct followed followed = {engine, INT64_MIN, false};
  engine->idem.met_others = false;
  enum lw_code rc = follow_all(engine, &followed, ret_whole, err);
  if (rc != LW_OK || !*ret_whole) {
    return rc;
  }
  if (followed.at > atomic_load(&engine->last_at)) {
    atomic_store(&engine->last_at, followed.at);
  }
  if (engine->idem.met_others) {
    rc = load_snapshot(engine, err);
  }
  if (rc == LW_OK) {
    atomic_store(&engine->committed_seq, lw_journal_next(engine->journal) - 1);
    note_due(engine, followed.more);
  }
  return rc;
}

static enum lw_code last_checkpoint(struct lw_engine *engine, struct lw_error *err)
{
  int64_t seq = 0;
  enum lw_code rc = lw_db_get_int(engine->db, "SELECT max(seq) FROM checkpoint", &seq, err);
  engine->checkpoint_seq = seq > 0 ? (uint64_t)seq : 0;
  engine->checkpoint_at = lw_clock_monotonic();
  return rc;
}

enum lw_code lw_batch_load(struct lw_engine *engine, struct lw_error *err)
{
  enum lw_db_news news = LW_DB_NONE;
  atomic_store(&engine->last_at, INT64_MIN);
  enum lw_code rc = lw_db_begin(engine->db, err);
  if (rc == LW_OK) {
    rc = lw_db_changed(engine->db, &news, err); /* from here on others' changes show */
  }
  if (rc == LW_OK) {
    rc = reload(engine, err);
  }
  if (rc == LW_OK) {
    rc = last_checkpoint(engine, err);
  }
  if (rc == LW_OK) { /* opening the database has flushed it */
    atomic_store(&engine->seq, atomic_load(&engine->committed_seq));
  }
  lw_db_rollback(engine->db);
  return rc;
}

/* --- inside apply --- */

static enum lw_code add_pending(struct lw_engine *engine, uint64_t seq, uint64_t print, lw_str body,
                                struct lw_error *err)
{
  if (engine->n_pending == engine->pending_capacity) {
    size_t capacity = engine->pending_capacity + PENDING_GROW;
    struct lw_pending *more = realloc(engine->pending, capacity * sizeof *more);
    if (more == NULL) {
      return lw_fail(err, LW_NO_MEMORY, "out of memory");
    }
    engine->pending = more;
    engine->pending_capacity = capacity;
  }
  char *copy = lw_arena_alloc(&engine->pending_arena, body.len, 1);
  if (copy == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  memcpy(copy, body.ptr, body.len);
  engine->pending[engine->n_pending++] =
      (struct lw_pending){.seq = seq, .print = print, .body = {copy, body.len}};
  return LW_OK;
}

enum lw_code lw_batch_append(struct lw_batch *batch, struct lw_change *change, enum lw_event event,
                             lw_str body, struct lw_error *err)
{
  uint64_t seq = 0;
  bool has_key =
      event == LW_EVENT_DECISION && change->keeps_own_key && change->key.len != 0; /* see order.c */
  enum lw_code rc =
      lw_journal_append(batch->journal, event, batch->now, change->actor, body, &seq, err);
  if (rc == LW_OK) {
    uint64_t print = has_key ? lw_idem_print(change->key_digest) : 0;
    rc = add_pending(batch->engine, seq, print, body, err);
  }
  if (rc == LW_OK) {
    change->seq = seq;
    batch->engine->writes = true;
    batch->engine->tells |= event != LW_EVENT_DECISION;
  }
  return rc;
}

enum lw_code lw_batch_append_body(struct lw_batch *batch, struct lw_change *change,
                                  enum lw_event event, struct lw_buf *body, struct lw_error *err)
{
  enum lw_code rc = body->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a journal entry")
                                 : lw_batch_append(batch, change, event, lw_buf_str(body), err);
  lw_buf_finish(body);
  return rc;
}

const struct lw_pending *lw_batch_find(const struct lw_batch *batch, uint64_t seq)
{
  const struct lw_engine *engine = batch->engine;
  for (size_t i = engine->n_pending; i-- > 0 && engine->pending[i].seq >= seq;) {
    if (engine->pending[i].seq == seq) {
      return &engine->pending[i];
    }
  }
  return NULL;
}

static const struct lw_tz *zone_of(const struct lw_batch *batch)
{
  return batch->snapshot->policy != NULL ? batch->snapshot->policy->zone : NULL;
}

/* A row that could not be read is no answer: whatever follows from it is thrown away. */
static enum lw_code rows_sound(const struct lw_batch *batch, enum lw_code rc, struct lw_error *err)
{
  if (!lw_rows_failed(batch->rows)) {
    return rc;
  }
  const struct lw_error *why = &batch->engine->source.error;
  return lw_fail(err, why->code == LW_NO_MEMORY ? LW_NO_MEMORY : LW_IO,
                 "a budget could not be read: %s",
                 why->text[0] != '\0' ? why->text : "out of memory");
}

enum lw_code lw_batch_draw(struct lw_batch *batch, const struct lw_draw *draws, size_t count,
                           lw_usec at, struct lw_error *err)
{
  enum lw_code rc =
      rows_sound(batch, lw_rows_draw(batch->rows, draws, count, zone_of(batch), at, err), err);
  if (rc == LW_OK) {
    batch->engine->drew = true;
    rc = lw_drawn_add(batch->engine->drawn, draws, count, zone_of(batch), at, +1, err);
  }
  return rc;
}

enum lw_code lw_batch_give_back(struct lw_batch *batch, const struct lw_draw *draws, size_t count,
                                lw_usec at, struct lw_error *err)
{
  enum lw_code rc =
      rows_sound(batch, lw_rows_give_back(batch->rows, draws, count, zone_of(batch), at, err), err);
  if (rc == LW_OK) {
    batch->engine->drew = true;
    rc = lw_drawn_add(batch->engine->drawn, draws, count, zone_of(batch), at, -1, err);
  }
  return rc;
}

/* --- beginning --- */

static void forget_pending(struct lw_engine *engine)
{
  engine->n_pending = 0;
  lw_arena_reset(&engine->pending_arena);
}

static void set_batch(struct lw_engine *engine)
{
  engine->batch = (struct lw_batch){
      .engine = engine,
      .db = engine->db,
      .now = lw_engine_now(engine),
      .snapshot = engine->snapshot,
      .journal = engine->journal,
      .rows = engine->rows,
      .decider = engine->deciders[0],
      .texts = {.db = engine->db, .rand = &engine->rand, .hasher = engine->hasher},
      .hasher = engine->hasher,
      .rand = &engine->rand,
      .scratch = &engine->scratch,
      .reader = engine->reader,
  };
}

static enum lw_code ask_others(void *user, struct lw_error *err)
{
  struct lw_engine *engine = user;
  return lw_drawn_ask(engine->drawn, engine->db, &engine->others_said, err);
}

/* Where others wrote lately, what they wrote since is asked along with the turn to write. */
static enum lw_code take_turn(struct lw_engine *engine, enum lw_db_news *ret_news,
                              struct lw_error *err)
{
  engine->others_said = NULL;
  enum lw_code rc = engine->alone < ALONE_MAX
                        ? lw_db_begin_asking(engine->db, ask_others, engine, err)
                        : lw_db_begin(engine->db, err);
  if (rc == LW_OK) {
    rc = lw_db_changed(engine->db, ret_news, err);
  }
  engine->alone = *ret_news != LW_DB_NONE ? 0 : engine->alone + (engine->alone < ALONE_MAX);
  return rc;
}

/* Memory is what the database is, or stale. */
static enum lw_code take_news(struct lw_engine *engine, enum lw_db_news news, struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  if (news == LW_DB_MORE && !engine->stale) {
    bool whole = false;
    rc = follow(engine, &whole, err);
    engine->stale = rc != LW_OK || !whole;
  } else {
    engine->stale |= news != LW_DB_NONE;
  }
  if (engine->others_said != NULL) {
    lw_stmt_reset(engine->others_said);
    engine->others_said = NULL;
  }
  if (rc == LW_OK && news == LW_DB_OTHER) {
    lw_idem_cut(&engine->idem, atomic_load(&engine->seq));
  }
  if (rc == LW_OK && engine->stale) {
    rc = reload(engine, err);
    engine->stale = rc != LW_OK;
    if (news != LW_DB_NONE) {
      note_due(engine, true);
    }
  }
  return rc;
}

static void start_batch(struct lw_engine *engine)
{
  forget_pending(engine);
  engine->tally = (struct lw_engine_tally){0};
  engine->writes = false;
  engine->tells = false;
  engine->reads_touched = false;
}

static enum lw_code begin(struct lw_engine *engine, struct lw_error *err)
{
  enum lw_db_news news = LW_DB_NONE;
  start_batch(engine);
  enum lw_code rc = lw_flush_ready(engine, err);
  if (rc == LW_OK) {
    rc = take_turn(engine, &news, err);
  }
  if (rc == LW_OK) {
    rc = take_news(engine, news, err);
  }
  if (rc == LW_OK) {
    atomic_store(&engine->looked_at, lw_clock_monotonic());
    rc = use_snapshot(engine, err);
  }
  if (rc == LW_OK) {
    set_batch(engine);
  }
  return rc;
}

/* --- one change --- */

static uint64_t seq_of_key(const struct lw_engine *engine, const struct lw_change *change)
{
  uint64_t print = lw_idem_print(change->key_digest);
  for (size_t i = 0; i < engine->n_pending; i++) {
    if (engine->pending[i].print == print) {
      return engine->pending[i].seq;
    }
  }
  uint64_t seq = lw_idem_find(&engine->idem, print);
  return seq != 0 ? seq : change->key_seq;
}

/* The first answer again, when this key was used before. */
static enum lw_code repeat(struct lw_batch *batch, struct lw_change *change, bool *ret_found,
                           struct lw_error *err)
{
  if (change->key.len == 0) {
    return LW_OK;
  }
  if (!change->keeps_own_key) {
    return lw_idem_repeat(batch, change, ret_found, err);
  }
  uint64_t seq = seq_of_key(batch->engine, change);
  return seq != 0 ? lw_decision_repeat(batch, change, seq, ret_found, err) : LW_OK;
}

/* While the change waited, memory has dropped keys of this day that the lists were not asked for.
 * Seldom: a generation is hundreds of thousands of keys. */
static bool has_lost_keys(const struct lw_engine *engine, const struct lw_change *change)
{
  return change->key.len != 0 && change->keeps_own_key && change->key_seq == 0 &&
         !engine->idem.full && atomic_load(&engine->lists) != NULL &&
         atomic_load(&engine->idem.complete_seq) > change->key_since &&
         atomic_load(&engine->idem.complete_at) > engine->batch.now - LW_KEY_USEC;
}

/* False: it is answered with LW_BUSY, for it can't be told whether it is a repetition. */
static bool find_lost_key(struct lw_engine *engine, struct lw_change *change)
{
  lw_usec since = engine->batch.now - LW_KEY_USEC;
  bool asked = lw_idem_ask_lists(engine, change, since, &change->error) == LW_OK;
  if (!asked) {
    change->code = lw_fail(&change->error, LW_BUSY, "its key can't be looked up now; try again");
  }
  return asked;
}

static enum lw_code run_sql(struct lw_db *db, const char *sql, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  return rc == LW_OK ? lw_stmt_send(stmt, err) : rc;
}

static enum lw_code take_back(struct lw_engine *engine, const struct lw_change *change,
                              struct lw_journal_mark mark, size_t n_pending, struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  lw_journal_cut(engine->journal, mark);
  engine->n_pending = n_pending;
  lw_policy_destroy(engine->offered);
  engine->offered = NULL;
  if (!change->bare) {
    rc = run_sql(engine->db, "ROLLBACK TO change", err);
  }
  return rc;
}

/* Applies; a refusal is taken back and stands in change->code; what is returned fails the batch. */
static enum lw_code apply(struct lw_engine *engine, struct lw_change *change, struct lw_error *err)
{
  struct lw_batch *batch = &engine->batch;
  struct lw_journal_mark mark = lw_journal_mark(engine->journal);
  size_t n_pending = engine->n_pending;
  bool people = batch->people_changed;
  bool policy = batch->policy_changed;
  enum lw_code rc = change->bare ? LW_OK : run_sql(engine->db, "SAVEPOINT change", err);
  if (rc != LW_OK) {
    return rc;
  }
  engine->drew = false;
  change->code = change->apply(batch, change, &change->error);
  if (change->code != LW_OK && engine->drew && !is_fatal(change->code)) {
    /* Memory would keep what the disk does not: a mistake of apply's, which costs the batch. */
    change->code = lw_fail(&change->error, LW_INTERNAL, "a change drew and then refused");
  }
  if (change->code == LW_OK && change->key.len != 0 && !change->keeps_own_key) {
    change->code = lw_idem_keep(batch, change, &change->error);
  }
  if (change->code == LW_OK && change->answer.failed) {
    change->code = lw_fail(&change->error, LW_NO_MEMORY, "out of memory for the answer");
  }
  if (is_fatal(change->code)) {
    *err = change->error;
    return change->code;
  }
  if (change->code != LW_OK) {
    change->seq = 0;
    batch->people_changed = people;
    batch->policy_changed = policy;
    rc = take_back(engine, change, mark, n_pending, err);
  }
  if (rc == LW_OK && !change->bare) {
    rc = run_sql(engine->db, "RELEASE change", err);
  }
  return rc;
}

static enum lw_code take(struct lw_engine *engine, struct lw_change *change, struct lw_error *err)
{
  bool repeated = false;
  lw_arena_reset(&engine->scratch);
  lw_batch_use(&engine->batch, engine->batch.snapshot->live);
  if (has_lost_keys(engine, change) && !find_lost_key(engine, change)) {
    return LW_OK;
  }
  enum lw_code rc = repeat(&engine->batch, change, &repeated, err);
  if (is_fatal(rc)) {
    return rc;
  }
  if (rc != LW_OK) { /* another request under this key */
    change->code = rc;
    change->error = *err;
    return LW_OK;
  }
  if (repeated) {
    change->repeated = true;
    change->code = LW_OK;
    return LW_OK;
  }
  return apply(engine, change, err);
}

/* --- ending --- */

static enum lw_code sign(struct lw_engine *engine, struct lw_error *err)
{
  uint64_t last = lw_journal_next(engine->journal) - 1;
  bool due = last - engine->checkpoint_seq >= CHECKPOINT_SEQ ||
             (last > engine->checkpoint_seq &&
              lw_clock_monotonic() - engine->checkpoint_at >= CHECKPOINT_USEC);
  if (!due || !engine->has_key) {
    return LW_OK;
  }
  enum lw_code rc =
      lw_checkpoint_append(engine->journal, engine->db, &engine->key, engine->batch.now, err);
  engine->checkpoint_seq = lw_journal_next(engine->journal) - 1;
  engine->checkpoint_at = lw_clock_monotonic();
  return rc;
}

/* One change that has nothing to write, and no signature was due: where a commit is a wait for
 * somebody else's disk, there is none. */
static bool only_looked(const struct lw_engine *engine, const struct lw_change *change)
{
  return lw_db_kind(engine->db) == LW_DB_POSTGRES && change->apply == lw_engine_apply_nothing &&
         lw_journal_next(engine->journal) - 1 == atomic_load(&engine->committed_seq);
}

/* What other servers need of this batch, if it is of decisions alone; else they read its entries.
 */
static lw_str outline_of(struct lw_engine *engine)
{
  struct lw_outline outline = {.first = atomic_load(&engine->committed_seq) + 1,
                               .at = engine->batch.now,
                               .hash = lw_journal_hash(engine->journal)};
  bool wanted = lw_db_kind(engine->db) == LW_DB_POSTGRES && !engine->tells &&
                lw_journal_next(engine->journal) > outline.first;
  lw_buf_reset(&engine->outline);
  if (wanted) {
    lw_outline_start(&outline, &engine->outline);
  }
  for (size_t i = 0; wanted && i < engine->n_pending; i++) {
    if (engine->pending[i].print != 0) {
      lw_outline_add(&outline, engine->pending[i].seq, engine->pending[i].print, &engine->outline);
    }
  }
  return engine->outline.failed ? LW_STR("") : lw_buf_str(&engine->outline);
}

/* change: the only one of the batch; NULL when there are more. */
static enum lw_code write_out(struct lw_engine *engine, const struct lw_change *change,
                              struct lw_error *err)
{
  lw_usec began = lw_clock_monotonic();
  enum lw_code rc = sign(engine, err);
  if (rc == LW_OK && change != NULL && only_looked(engine, change)) {
    lw_db_rollback(engine->db);
    return LW_OK;
  }
  if (rc == LW_OK) {
    rc = lw_drawn_flush(engine->drawn, engine->db, lw_journal_next(engine->journal) - 1,
                        outline_of(engine), err);
  }
  if (rc == LW_OK) {
    rc = lw_journal_flush(engine->journal, err);
  }
  if (rc == LW_OK && engine->tells) {
    rc = lw_db_tell(engine->db, err);
  }
  if (rc == LW_OK) {
    rc = lw_db_commit(engine->db, err);
  }
  atomic_fetch_add(&engine->commit_usec_sum, (uint64_t)(lw_clock_monotonic() - began));
  return rc;
}

void lw_batch_answer(struct lw_engine *engine, struct lw_change *change)
{
  bool *waiting = change->waiter;
  if (change->done != NULL) {
    change->done(change);
  }
  if (waiting != NULL) {
    (void)pthread_mutex_lock(&engine->queue_lock);
    *waiting = false;
    (void)pthread_cond_broadcast(&engine->answered);
    (void)pthread_mutex_unlock(&engine->queue_lock);
  }
}

void lw_batch_fail(struct lw_change *change, const struct lw_error *err)
{
  change->code = err->code == LW_BUSY || err->code == LW_NO_MEMORY ? err->code : LW_IO;
  change->error = *err;
  change->error.code = change->code;
  change->seq = 0;
  change->repeated = false;
  lw_buf_reset(&change->answer);
}

static void fail_all(struct lw_engine *engine, struct lw_change **changes, size_t count,
                     const struct lw_error *err)
{
  if (!atomic_exchange(&engine->failing, true)) {
    lw_log(LW_LOG_ERROR, "engine", "a batch could not be written", "why", err->text, NULL);
  }
  atomic_fetch_add(&engine->failed, count);
  for (size_t i = 0; i < count; i++) {
    lw_batch_fail(changes[i], err);
    lw_batch_answer(engine, changes[i]);
  }
  if (engine->threaded) {
    atomic_fetch_sub(&engine->waiting, (unsigned)count);
  }
}

static void remember(struct lw_engine *engine)
{
  for (size_t i = 0; i < engine->n_pending; i++) {
    if (engine->pending[i].print != 0) {
      lw_idem_add(&engine->idem, engine->pending[i].print, engine->pending[i].seq,
                  engine->batch.now);
    }
  }
  engine->idem.seq = lw_journal_next(engine->journal) - 1;
}

static void count_batch(struct lw_engine *engine, size_t count)
{
  const struct lw_engine_tally *tally = &engine->tally;
  atomic_fetch_add(&engine->batches, 1);
  atomic_fetch_add(&engine->changes, count);
  atomic_fetch_add(&engine->decisions, tally->decisions);
  atomic_fetch_add(&engine->granted, tally->granted);
  atomic_fetch_add(&engine->asked, tally->asked);
  atomic_fetch_add(&engine->refused, tally->refused);
  atomic_fetch_add(&engine->shadowed, tally->shadowed);
  atomic_fetch_add(&engine->shadow_differs, tally->shadow_differs);
  atomic_fetch_add(&engine->shadow_errors, tally->shadow_errors);
  if (count > atomic_load(&engine->batch_changes_max)) {
    atomic_store(&engine->batch_changes_max, count);
  }
  if (engine->writes) { /* an empty batch succeeds on a full disk too */
    atomic_store(&engine->failing, false);
  }
}

/* People or policy are other ones from here on. When they can't be read, the next batch tries
 * before it decides anything. */
static void change_snapshot(struct lw_engine *engine)
{
  struct lw_error err;
  enum lw_code rc = lw_db_begin(engine->db, &err);
  if (rc == LW_OK) {
    rc = load_snapshot(engine, &err);
  }
  lw_db_rollback(engine->db);
  if (rc != LW_OK) {
    engine->stale = true;
    lw_log(LW_LOG_ERROR, "engine", "people and policy could not be read", "why", err.text, NULL);
  }
}

static void finish(struct lw_engine *engine, struct lw_change **changes, size_t count)
{
  struct lw_error err;
  uint64_t before = atomic_load(&engine->committed_seq);
  uint64_t seq = lw_journal_next(engine->journal) - 1;
  if (lw_drawn_committed(engine->drawn, &err) != LW_OK) {
    engine->stale = true; /* it is on disk; memory is read anew before the next batch */
  }
  remember(engine);
  count_batch(engine, count);
  if (seq > before) {
    atomic_store(&engine->last_at, engine->batch.now);
  }
  if (engine->batch.people_changed || engine->batch.policy_changed) {
    change_snapshot(engine);
    if (engine->batch.policy_changed) { /* what is due may rest on what it says */
      lw_engine_wake(engine, engine->batch.now);
    }
  }
  lw_policy_destroy(engine->offered);
  engine->offered = NULL;
  if (lw_rows_bytes(engine->rows) > ROWS_BYTES_MAX) {
    lw_engine_discard(engine, lw_rows_take_out(engine->rows));
  }
  lw_flush_hand_over(engine, changes, count, seq);
}

/* Applies changes[0..] and commits; *ret_taken: how many were, or failed with it. Those that came
 * while the turn to write was waited for go with them, as far as there is room for them; so they do
 * when it did not come, for behind this batch they would wait as long once more. */
static enum lw_code run_once(struct lw_engine *engine, struct lw_change **changes, size_t *count,
                             size_t room, size_t *ret_taken, struct lw_error *err)
{
  size_t taken = 0;
  enum lw_code rc = begin(engine, err);
  bool waited = rc == LW_OK || rc == LW_BUSY;
  if (waited && room > *count && lw_db_kind(engine->db) == LW_DB_POSTGRES) {
    lw_engine_take_more(engine, changes, count, room);
  }
  if (rc == LW_OK) {
    rc = lw_ahead_fetch(engine, changes, *count, err);
  }
  while (rc == LW_OK && taken < *count && !engine->batch.people_changed &&
         !engine->batch.policy_changed) {
    lw_soon_fetch(engine, changes, taken, *count);
    rc = take(engine, changes[taken++], err);
  }
  if (rc == LW_OK) {
    rc = write_out(engine, taken == 1 ? changes[0] : NULL, err);
  }
  *ret_taken = taken != 0 ? taken : *count; /* it could not even begin */
  return rc;
}

static void undo(struct lw_engine *engine)
{
  lw_db_rollback(engine->db);
  lw_drawn_clear(engine->drawn);
  lw_rows_clear(engine->rows);
  forget_pending(engine);
  lw_policy_destroy(engine->offered);
  engine->offered = NULL;
  engine->stale = true;
}

static void renew(struct lw_change **changes, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    changes[i]->code = LW_OK;
    changes[i]->seq = 0;
    changes[i]->repeated = false;
    lw_buf_reset(&changes[i]->answer);
  }
}

/* Those that can be applied only once, to the front in their order; returns how many. */
static size_t set_aside(struct lw_change **changes, size_t count)
{
  size_t once = 0;
  for (size_t i = 0; i < count; i++) {
    struct lw_change *change = changes[i];
    if (change->apply != lw_order_apply) {
      memmove(changes + once + 1, changes + once, (i - once) * sizeof(struct lw_change *));
      changes[once++] = change;
    }
  }
  return once;
}

/* The database undid the batch for somebody else's sake (a deadlock, a lock that did not come): the
 * same again, with the same keys, on what is there then. Decisions can be made twice; what else was
 * in it fails, and whoever sent it sends it again. Returns how many of changes[] were answered. */
static size_t run_again(struct lw_engine *engine, struct lw_change **changes, size_t *taken,
                        const struct lw_error *err)
{
  size_t once = set_aside(changes, *taken);
  undo(engine);
  if (once != 0) {
    fail_all(engine, changes, once, err);
  }
  *taken -= once;
  renew(changes + once, *taken);
  atomic_fetch_add(&engine->again, 1);
  return once;
}

size_t lw_batch_run(struct lw_engine *engine, struct lw_change **changes, size_t *count,
                    size_t room)
{
  struct lw_error err = {0};
  size_t answered = 0;
  size_t taken = 0;
  bool elsewhere = lw_db_kind(engine->db) == LW_DB_POSTGRES;
  lw_usec until = lw_clock_monotonic() + AGAIN_USEC;
  enum lw_code rc = run_once(engine, changes, count, room, &taken, &err);
  for (int times = 1; rc == LW_BUSY && elsewhere && times < TIMES_MAX; times++) {
    if (lw_clock_monotonic() >= until) {
      break;
    }
    answered += run_again(engine, changes + answered, &taken, &err);
    if (taken == 0) {
      return answered;
    }
    size_t again = taken;
    rc = run_once(engine, changes + answered, &again, again, &taken, &err);
  }
  if (rc != LW_OK) {
    undo(engine);
    fail_all(engine, changes + answered, taken, &err);
  } else {
    finish(engine, changes + answered, taken);
  }
  return answered + taken;
}
