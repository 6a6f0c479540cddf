/* Inside the engine: what its files share. Nobody else includes this.
 *
 * Locks: write_lock comes first, then at most one of the others. Fields say which lock guards them;
 * those without a word belong to whoever holds write_lock (the writer thread does all its life). */
#ifndef LW_ENGINE_INSIDE_H
#define LW_ENGINE_INSIDE_H

#include "base/table.h"
#include "base/bounds.h"
#include "data/json.h"
#include "engine/decision.h"
#include "engine/engine.h"
#include "ledger/verify.h"

#include <pthread.h>
#include <stdatomic.h>

/* --- retry keys (idem.c) --- */

/* Where a key was used, found by 64 bits of its digest: whoever finds one looks at the entry. */
struct lw_idem_slot {
  uint64_t print; /* 0: free */
  uint64_t seq;
};

struct lw_idem_table {
  struct lw_idem_slot *slots;
  size_t mask; /* slots - 1; 0 with slots NULL */
  size_t count;
  lw_usec first_at;       /* of its oldest key */
  uint64_t first_seq;     /* the same */
  lw_usec last_at;        /* of its newest key */
  struct lw_sieve *sieve; /* of its keys, made as they come; or NULL: they are few */
};

enum { LW_GENERATION_KEYS = LW_KEYS_IN_MEMORY / 2, LW_SIEVES_MAX = 32 };

/* Which keys memory has dropped (sieve.c). */
struct lw_sieves {
  pthread_mutex_t lock; /* guards what follows */
  struct lw_sieve *at[LW_SIEVES_MAX];
  size_t count;
  bool whole;             /* every key of the last day that was dropped is in one */
  uint64_t missing_first; /* else those of these entries are not, */
  uint64_t missing_end;   /* up to before this one; 0: nobody knows which */
  lw_usec missing_at;     /* none of them is younger */
};

/* Two generations: when the younger is full or old, the older is dropped whole. */
struct lw_idem {
  struct lw_idem_table young;
  struct lw_idem_table old;
  struct lw_sieves sieves;
  _Atomic lw_usec complete_at;   /* all keys since then are here */
  _Atomic uint64_t complete_seq; /* all keys of later entries are here */
  uint64_t seq;                  /* entries up to here were looked at */
  bool met_others; /* an entry of people, policy or settings was among those that were loaded */
  bool full;       /* memory is out: what came later is not here, until the next start */
};

void lw_idem_finish(struct lw_idem *idem);
/* Entries that others wrote, or that were there before the start; at most LW_KEYS_IN_MEMORY, and of
 * the last day. */
LW_NODISCARD enum lw_code lw_idem_load(struct lw_idem *idem, struct lw_db *db, lw_usec now,
                                       struct lw_error *err);
/* One entry that others wrote, behind all that were looked at. */
void lw_idem_take(struct lw_idem *idem, const struct lw_entry_view *entry);
/* Entries behind that one may be others by now: they are looked at again by the next load. */
void lw_idem_cut(struct lw_idem *idem, uint64_t seq);
void lw_idem_add(struct lw_idem *idem, uint64_t print, uint64_t seq, lw_usec at);
/* 0: not here. */
uint64_t lw_idem_find(const struct lw_idem *idem, uint64_t print);
uint64_t lw_idem_print(const uint8_t digest[16]);
/* A hint to the processor: it will be looked for soon. */
void lw_idem_prefetch(const struct lw_idem *idem, uint64_t print);
void lw_idem_digest(struct lw_change *change);
/* The key in the body of a decision's entry ("key":"<32 hex>"), without parsing it. */
LW_NODISCARD bool lw_idem_key_of(lw_str body, uint8_t ret_digest[16]);

/* A decision's key that memory may have dropped (lw_sieves_may_hold) is looked up in the lists, if
 * there are any: sets change->key_seq. LW_BUSY while they have not come as far as what was dropped.
 * Any thread. */
LW_NODISCARD enum lw_code lw_idem_ask_lists(struct lw_engine *engine, struct lw_change *change,
                                            lw_usec since, struct lw_error *err);

/* Other changes' keys: table key_answer. *ret_found and, if so, change->answer, status and code. */
LW_NODISCARD enum lw_code lw_idem_repeat(struct lw_batch *batch, struct lw_change *change,
                                         bool *ret_found, struct lw_error *err);
LW_NODISCARD enum lw_code lw_idem_keep(struct lw_batch *batch, const struct lw_change *change,
                                       struct lw_error *err);
/* Forgets what is older than LW_KEY_USEC: a row of lw_engine_add_due. */
extern const struct lw_due lw_idem_due;
enum lw_code lw_idem_fail_other(struct lw_error *err);

/* --- sieves (sieve.c) --- */

/* Room for a generation; NULL when memory is out. */
struct lw_sieve *lw_sieve_create(void);
void lw_sieve_destroy(struct lw_sieve *sieve); /* NULL is allowed */
void lw_sieve_add(struct lw_sieve *sieve, uint64_t print);
bool lw_sieve_has(const struct lw_sieve *sieve, uint64_t print); /* true for some others too */
/* Any thread, these three. Throws all away. */
void lw_sieves_clear(struct lw_sieves *sieves, bool whole);
/* Keys of the entries from first to before end are not in them; none is younger than last_at. */
void lw_sieves_miss(struct lw_sieves *sieves, uint64_t first, uint64_t end, lw_usec last_at);
/* Takes ownership of a sieve whose newest key is of last_at; what is older than a day now goes.
 * NULL: there was no memory for it, and they are not whole any more. */
void lw_sieves_take(struct lw_sieves *sieves, struct lw_sieve *sieve, lw_usec last_at, lw_usec now);
/* Whether memory may have dropped this key within the last day: false is sure. */
bool lw_sieves_may_hold(struct lw_sieves *sieves, uint64_t print);
/* Reads the keys that are missing, from the lists if they are whole, else from the journal; returns
 * when that is done, or the lists close. The other two run it on a thread. */
void lw_sieves_sift(struct lw_engine *engine);
void lw_sieves_start(struct lw_engine *engine);
void lw_sieves_stop(struct lw_engine *engine);

/* --- snapshots (snapshot.c) --- */

/* The live one, the trials', and last the shadow's. */
enum { LW_VIEW_SHADOW = 1 + LW_CANARIES_MAX, LW_VIEWS_MAX };

/* offered_version of a policy that is to be the shadow's. */
#define LW_OFFERED_SHADOW UINT64_MAX

/* A policy that snapshots share. */
struct lw_snapshot_policy {
  struct lw_policy *policy;
  uint64_t version; /* LW_OFFERED_SHADOW: the shadow's, whatever text it is */
  uint64_t shadow;  /* then: the entry that began it */
  atomic_uint refs;
};

struct lw_snapshot_box {
  struct lw_snapshot snapshot; /* first: what others see */
  atomic_uint refs;
  struct lw_arena keep;                            /* the staff, the trials */
  struct lw_snapshot_policy *shared[LW_VIEWS_MAX]; /* as views are numbered: the live one first */
};

/* Loads what is live, in the caller's transaction or on a quiet connection. before may be NULL: its
 * policy is shared when the version is the same. offered: a policy of that very version that is
 * loaded already; taken (set to NULL) when it is used. */
LW_NODISCARD enum lw_code lw_snapshot_load(struct lw_db *db, const struct lw_snapshot *before,
                                           struct lw_policy **offered, uint64_t offered_version,
                                           const struct lw_snapshot **ret_snapshot,
                                           struct lw_error *err);

/* --- the batch (batch.c) --- */

/* An entry of this batch, which is not on disk yet. */
struct lw_pending {
  uint64_t seq;
  uint64_t print; /* of its key, or 0 */
  lw_str body;
};

enum { LW_LOOK_MSEC = 250 }; /* how often it is looked whether another process has written */
enum { LW_DUES_MAX = 16, LW_LISTENERS_MAX = 8, LW_READERS_MAX = 16, LW_RAND_BYTES = 4096 };

struct lw_engine_due {
  const struct lw_due *due;
  lw_usec next; /* job_lock */
};

struct lw_listener {
  void (*told)(void *user, uint64_t seq);
  void *user;
};

struct lw_engine_tally {
  uint64_t decisions, granted, asked, refused;
  uint64_t shadowed, shadow_differs, shadow_errors;
};

struct lw_lists;

/* Changes of one or more batches that are committed, in their order. */
struct lw_flight {
  struct lw_change *first;
  struct lw_change *last;
  unsigned count;
  uint64_t seq; /* of the last entry then */
  bool news;    /* nobody has heard of that entry yet */
};

struct lw_engine {
  const struct lw_world *world;
  char *url;
  char *vfs;
  char *path; /* of the file, for those beside it (.lock, .key, -lists); NULL: in memory */
  uint32_t queue_max;
  uint32_t batch_max;
  bool threaded;
  int lock_fd;

  /* The writer's. */
  pthread_mutex_t write_lock;
  struct lw_db *db;
  struct lw_journal *journal;
  struct lw_rows *rows;
  struct lw_drawn *drawn;
  struct lw_drawn_source source;
  struct lw_drawn_ahead ahead;
  lw_usec dues_at; /* when all that may be due was last looked through for others' sake */
  unsigned alone;  /* batches since others were met that had written */
  struct lw_stmt *others_said; /* what they wrote, asked along with the turn; NULL: not */
  struct lw_buf outline;       /* of the batch, for them */
  struct lw_hasher *hasher;
  struct lw_json_reader *reader;
  struct lw_arena scratch;
  struct lw_arena pending_arena;
  struct lw_pending *pending;
  size_t n_pending;
  size_t pending_capacity;
  struct lw_buf body;
  struct lw_buf answer;
  struct lw_decider *deciders[LW_VIEWS_MAX]; /* as views are numbered; they share the rows */
  const struct lw_snapshot *decider_of;      /* referenced */
  struct lw_rand rand;                       /* the world's, a page at a time */
  uint8_t random[LW_RAND_BYTES];
  size_t random_left;
  struct lw_idem idem;
  struct lw_batch batch;
  bool stale;                /* a batch failed, or others wrote: what memory holds is read anew */
  struct lw_policy *offered; /* published in this batch, loaded already */
  uint64_t offered_version;
  /* Who has nothing to read, as far as the writer has asked (reads.c). Reads are made with a change
   * of the policy alone, by whatever server, so it is forgotten with each snapshot. */
  struct lw_arena read_up_arena;
  struct lw_table read_up;
  bool reads_touched; /* this batch made or acknowledged some: what it sees may be rolled back */
  struct lw_engine_tally tally; /* of this batch */
  bool drew;                    /* the change in hand has drawn, or given back */
  bool tells;                   /* so that other servers are to hear of it at once */
  bool writes;                  /* this batch has surely something for the disk */
  struct lw_checkpoint_key key;
  bool has_key;
  uint64_t checkpoint_seq;
  lw_usec checkpoint_at; /* monotonic */

  /* queue_lock */
  pthread_mutex_t queue_lock;
  unsigned wanted; /* changes that wake the writer */
  unsigned queued; /* changes between first and last */
  pthread_cond_t queue_more;
  pthread_cond_t answered;
  struct lw_change *first;
  struct lw_change *last;
  bool closing;
  /* Committed, and not known to be on disk (flush.c); queue_lock as well. */
  struct lw_flight flight;
  bool few;      /* the batch before was small (flush.c) */
  bool flushing; /* `flight` holds something, or the disk is at work on what it held */
  bool flush_closing;
  bool flusher_started;
  pthread_cond_t flush_more;
  pthread_t flusher;
  bool writer_started;
  pthread_t writer;

  pthread_mutex_t listeners_lock; /* guards the listeners; held while they are told */
  pthread_mutex_t snapshot_lock;  /* guards the pointer alone */
  const struct lw_snapshot *snapshot;

  pthread_mutex_t readers_lock;
  struct lw_db *readers[LW_READERS_MAX];
  size_t n_readers;

  pthread_mutex_t job_lock;
  pthread_cond_t job_wake;
  struct lw_engine_due dues[LW_DUES_MAX];
  size_t n_dues;
  struct lw_rows *discarded; /* to be destroyed */
  bool job_closing;
  bool heard;     /* another server told something: job_lock */
  bool job_heard; /* the job thread's own: so it was when it went on */
  bool job_busy;  /* the job thread's own: much was written since it last looked */
  bool job_started;
  pthread_t job;

  atomic_bool sift_closing;
  bool sifter_started;
  pthread_t sifter;
  pthread_t hearer;
  bool hearer_started;
  _Atomic bool hearer_closing;

  struct lw_listener listeners[LW_LISTENERS_MAX];
  size_t n_listeners;
  _Atomic(struct lw_lists *) lists;

  atomic_uint waiting;            /* changes not answered yet; grows under queue_lock */
  _Atomic uint64_t seq;           /* of the last entry on disk: what may be told */
  _Atomic uint64_t committed_seq; /* of the last one that was committed */
  _Atomic bool unsure;            /* a flush failed: nothing is told until lw_db_secure */
  _Atomic lw_usec looked_at;      /* monotonic: when a batch last took in what others wrote */
  _Atomic lw_usec last_at;        /* no entry is older than the one before it */
  _Atomic bool trim_log;
  _Atomic uint64_t again; /* batches that were tried once more */
  _Atomic uint64_t batches, changes, decisions, granted, asked, refused, failed, busy;
  _Atomic uint64_t shadowed, shadow_differs, shadow_errors;
  _Atomic uint64_t commit_usec_sum, batch_changes_max, log_pages;
  _Atomic bool failing;
};

/* Applies changes[0..*count) as one batch, or a beginning of them; returns how many were taken
 * (they are answered, or will be: no longer ours). Where the turn to write is waited for, more may
 * be taken out of the queue, up to `room` in all: *count says how many changes[] then holds. */
size_t lw_batch_run(struct lw_engine *engine, struct lw_change **changes, size_t *count,
                    size_t room);
/* Those that wait in the queue, behind the *count that changes[] holds, up to `room` of them. */
void lw_engine_take_more(struct lw_engine *engine, struct lw_change **changes, size_t *count,
                         size_t room);
/* Calls done, or wakes the one who waits: the caller may free the change as soon as it knows. */
void lw_batch_answer(struct lw_engine *engine, struct lw_change *change);
/* Makes a change's answer that failure. */
void lw_batch_fail(struct lw_change *change, const struct lw_error *err);
/* Reads journal head, budgets, keys, people and policy (in a transaction of its own). */
LW_NODISCARD enum lw_code lw_batch_load(struct lw_engine *engine, struct lw_error *err);
/* engine/soon.c: a hint to the processor of what changes behind changes[at] are made of. */
void lw_soon_fetch(const struct lw_engine *engine, struct lw_change *const *changes, size_t at,
                   size_t count);
/* engine/ahead.c: fetches what these changes will look at, where that saves round trips. */
LW_NODISCARD enum lw_code lw_ahead_fetch(struct lw_engine *engine, struct lw_change **changes,
                                         size_t count, struct lw_error *err);
/* From here to the end of the change, batch->snapshot and batch->decider are that view's. */
void lw_batch_use(struct lw_batch *batch, const struct lw_snapshot *view);
/* The entry of this batch with that number, or NULL. */
const struct lw_pending *lw_batch_find(const struct lw_batch *batch, uint64_t seq);
/* engine/flush.c: committed changes are answered once the disk has them: on the flusher's thread,
 * or before this returns when nobody else waits or there is no such thread. The writer's. */
void lw_flush_hand_over(struct lw_engine *engine, struct lw_change **changes, size_t count,
                        uint64_t seq);
/* Before a batch: whether what is committed is sure to be on disk, or is made so. */
LW_NODISCARD enum lw_code lw_flush_ready(struct lw_engine *engine, struct lw_error *err);
LW_NODISCARD bool lw_flush_start(struct lw_engine *engine);
void lw_flush_stop(struct lw_engine *engine); /* when the writer has stopped; lets it finish */

/* engine/peers.c: waits for what other servers tell, where there may be some. */
LW_NODISCARD bool lw_hearer_start(struct lw_engine *engine);
void lw_hearer_stop(struct lw_engine *engine);

/* engine/engine.c: a change that does nothing, for a batch that only looks. */
enum lw_code lw_engine_apply_nothing(struct lw_batch *batch, struct lw_change *change,
                                     struct lw_error *err);
/* engine/engine.c: destroys them, on the job thread if there is one; NULL is allowed. */
void lw_engine_discard(struct lw_engine *engine, struct lw_rows *rows);
/* engine/engine.c: the queue is empty, and nothing is under way. */
bool lw_engine_idle(const struct lw_engine *engine);

/* --- decisions (order.c, decision.c, hold.c) --- */

extern const struct lw_migration lw_decision_migrations[];
extern const size_t lw_decision_migrations_count;

enum { LW_DECISION_ID_BYTES = 30 }; /* "dec_" and 26 characters */

/* How the answer over HTTP is put together; the same from the writer and from the record. */
struct lw_decision_answer {
  lw_str id;
  lw_str at;
  lw_str answer; /* as policy/answer.h writes it, braces and all */
  uint64_t policy;
  lw_str hold_until; /* or empty */
  bool hold_confirms;
  lw_str extra; /* JSON members; or empty */
  lw_str meta;  /* JSON, or empty */
};
void lw_decision_add_answer(struct lw_buf *out, const struct lw_decision_answer *parts);
/* The first answer of a decision again, from the body of its entry; LW_INVALID when the digest is
 * another one; *ret_found false when the entry does not carry this key. */
LW_NODISCARD enum lw_code lw_decision_repeat(struct lw_batch *batch, struct lw_change *change,
                                             uint64_t seq, bool *ret_found, struct lw_error *err);
/* The row of a decision that did not stay as it was: table decision_state. */
struct lw_decision_row {
  uint64_t seq;
  enum lw_decision_state state;
  bool has_amount;
  int64_t amount_minor;
  lw_usec until;        /* of a hold; 0: it was none */
  bool confirms;        /* the hold, at its end; else it lapses */
  uint64_t changed_seq; /* the entry that made it so */
  lw_usec changed_at;
  lw_str changed_by;
};
LW_NODISCARD enum lw_code lw_decision_row_put(struct lw_db *db, const struct lw_decision_row *row,
                                              struct lw_error *err);
LW_NODISCARD enum lw_code lw_decision_row_get(struct lw_db *db, uint64_t seq,
                                              struct lw_arena *arena, bool *ret_found,
                                              struct lw_decision_row *ret_row,
                                              struct lw_error *err);
/* By its entry's number. LW_NOT_FOUND also when that entry is no decision. */
LW_NODISCARD enum lw_code lw_decision_at(struct lw_db *db, struct lw_batch *batch, uint64_t seq,
                                         struct lw_arena *arena, struct lw_json_reader *reader,
                                         struct lw_decision *ret_decision, struct lw_error *err);
/* Gives back what a decision drew beyond keep_minor (-1: all, and its times too) and appends
 * `"returns":[...]` to the body. */
LW_NODISCARD enum lw_code lw_decision_return(struct lw_batch *batch,
                                             const struct lw_decision *decision, int64_t keep_minor,
                                             struct lw_buf *body, struct lw_error *err);
/* A hold or a decision becomes what row says: appends the entry (body), keeps the row, and answers
 * with the decision as it is then. */
LW_NODISCARD enum lw_code lw_decision_settle(struct lw_batch *batch, struct lw_change *change,
                                             enum lw_event event, const struct lw_decision_row *row,
                                             lw_str body, struct lw_error *err);
/* How an order's request is read against a snapshot, for this person (NULL: the request says who).
 * Sets request, recorded, person and at; false with faults. */
LW_NODISCARD bool lw_order_read_for(struct lw_order *order, const struct lw_snapshot *snapshot,
                                    const struct lw_actor *agent, lw_usec now,
                                    struct lw_arena *arena, struct lw_faults *faults);
void lw_decision_add_moment(struct lw_buf *out, lw_usec at);
LW_NODISCARD bool lw_decision_read_moment(const struct lw_value *value, lw_usec *ret_at);
/* Appends a draws list with the budgets' names of that policy. */
void lw_decision_add_draws(const struct lw_policy *policy, const struct lw_draw *draws,
                           size_t count, lw_usec at, struct lw_buf *out);

#endif
