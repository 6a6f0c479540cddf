/* The engine: one writer that takes changes by the batch, each batch one transaction and one commit
 * (group commit); another thread waits for the disk and answers. Whoever asks gets the answer on
 * that thread by `done`; a change that the queue can't take is refused at once.
 *
 * A batch begins; each change is applied in the order of arrival on what those before it left; the
 * journal's entries, the budgets' sums and all other rows are written; one commit; then the
 * answers. A failure of the store rolls the whole batch back and answers every change of it with
 * LW_IO (503): nothing of it has happened. When the queue is empty a batch is as small as one
 * change, so that a single request waits for nobody.
 *
 * Without a thread (command line, tests, demo) lw_engine_run applies changes as one batch on the
 * caller's thread. Several processes may work on one SQLite file: whoever finds at the beginning of
 * a batch that another has written reads journal head, budgets, people and policy anew. */
#ifndef LW_ENGINE_ENGINE_H
#define LW_ENGINE_ENGINE_H

#include "base/world.h"
#include "engine/snapshot.h"
#include "ledger/drawn.h"
#include "ledger/journal.h"
#include "ledger/text.h"

struct lw_engine;
struct lw_batch;
struct lw_change;

struct lw_engine_options {
  const char *url; /* of the database */
  /* Where this server keeps what is its own beside a database that is elsewhere (the key that
   * signs, the lists), as the beginning of file names. NULL: nowhere; for a file: beside it. */
  const char *state;
  const char *vfs;              /* tests of faults; or NULL */
  const struct lw_world *world; /* NULL: the machine's; borrowed */
  uint32_t queue_max;           /* changes waiting; 0: LW_QUEUE_MAX */
  uint32_t batch_max;           /* changes in one transaction; 0: LW_BATCH_MAX */
  bool threaded;                /* a writer thread of its own */
  bool unsynced;  /* for made-up data: nothing is flushed to disk before the engine closes */
  bool exclusive; /* refuse to start if another server has the database (lock file) */
  /* Tables of what stands above the engine (desk, connect): in the same order in every program that
   * opens a database, after the engine's own. Borrowed for the call. */
  const struct lw_migration *migrations;
  size_t n_migrations;
};

/* Opens (makes, migrates) the database and reads what deciding needs. */
LW_NODISCARD enum lw_code lw_engine_open(const struct lw_engine_options *options,
                                         struct lw_engine **ret_engine, struct lw_error *err);
/* Makes the tables of a database, or brings them up to date: the engine's own and, behind them,
 * those of the options of the same names; on a read connection: LW_INVALID unless they are. */
LW_NODISCARD enum lw_code lw_engine_migrate(struct lw_db *db, const struct lw_migration *migrations,
                                            size_t n_migrations, struct lw_error *err);
/* Lets what is queued finish, then stops. NULL is allowed. */
void lw_engine_close(struct lw_engine *engine);
const struct lw_world *lw_engine_world(const struct lw_engine *engine);
/* Wall clock, but never before the last entry of the journal: a clock that jumps back makes no
 * entry older than the one before it. */
lw_usec lw_engine_now(struct lw_engine *engine);
/* Whether this server is the one that does that matter (a static name), of all on the database. *db
 * is the caller's, NULL at first: what leading hangs on; lw_db_close gives it up. Ask again before
 * each piece of work. On a SQLite file always. LW_IO: nobody knows now. */
LW_NODISCARD enum lw_code lw_engine_lead(struct lw_engine *engine, const char *matter,
                                         struct lw_db **db, bool *ret_leads, struct lw_error *err);
/* How names of files begin that stand beside the database: its own URL, or what the options' state
 * says for one that is elsewhere (NULL: nowhere). */
const char *lw_engine_beside(const struct lw_engine *engine);

/* The live policy and people, referenced; give back with lw_snapshot_unref. Any thread. */
const struct lw_snapshot *lw_engine_snapshot(struct lw_engine *engine);

/* Looks whether another process has written (the command line beside a server) and, if so, takes it
 * in. *snapshot, a reference of the caller's, is then exchanged for the newest; true when that is
 * another one, whoever has taken it in meanwhile. The job thread looks four times a second by
 * itself; whoever misses something that may just have been made asks. A read of one row; any thread
 * but the writer's. */
bool lw_engine_refresh(struct lw_engine *engine, const struct lw_snapshot **snapshot);

/* A read connection of the pool, for this thread's use until it is given back: sees all that was
 * answered before. Any thread. */
LW_NODISCARD enum lw_code lw_engine_reader(struct lw_engine *engine, struct lw_db **ret_db,
                                           struct lw_error *err);
void lw_engine_reader_done(struct lw_engine *engine, struct lw_db *db);
/* What budgets have drawn, for lw_drawn_source_init with such a connection (and `pin`). Any thread.
 */
struct lw_drawn *lw_engine_drawn(struct lw_engine *engine);

/* --- changes --- */

/* Something to be written. The caller owns it and its arena, and touches neither between submit and
 * done. */
struct lw_change {
  /* By the caller. */
  /* Checks, then writes; on LW_OK it has set the answer. With a code of its own (LW_INVALID,
   * LW_NOT_FOUND, LW_FORBIDDEN, LW_CONFLICT, LW_EXPIRED, LW_STALE, LW_LIMIT ...) it has drawn
   * nothing; what it wrote to tables or appended is taken back by the engine (a savepoint, unless
   * `bare`). LW_IO, LW_BUSY and LW_NO_MEMORY fail the whole batch. */
  enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);
  void (*done)(
      struct lw_change *change); /* on the engine's thread; quick: no waiting, no database */
  void *user;
  struct lw_arena *arena; /* lives until the caller is done with the answer */
  lw_str actor;           /* who does it, as the journal names it */
  /* The caller's retry key, made unique by who sends it and to which call (empty: none), and the
   * SHA-256 of what must be the same for it to be the same request. The first answer that had an
   * effect is given again to the same request; another request under that key is LW_INVALID. */
  lw_str key;
  lw_hash digest;
  bool bare;          /* no savepoint: apply writes nothing before it is sure */
  bool keeps_own_key; /* apply's own journal entry carries key and answer (decisions): nothing else
                         is kept */
  /* By apply and the engine; to be read in and after done. */
  enum lw_code code; /* LW_OK: `status` and `answer` are the answer; else `error` says why */
  struct lw_error error;
  int status;           /* HTTP: 200, 201 ... */
  struct lw_buf answer; /* JSON; the caller finishes it */
  bool repeated;        /* the answer is the first one's */
  uint64_t seq;         /* of the last entry that it appended; 0: none */
  /* The engine's. */
  struct lw_change *next;
  void *waiter;           /* lw_engine_run */
  uint64_t key_seq;       /* the entry that had the key, when the lists know it */
  uint64_t key_since;     /* memory knew all keys of entries from here on when they were asked */
  uint8_t key_digest[16]; /* of `key` */
};

/* Queues it. LW_BUSY: the queue is full or the engine is closing (503, Retry-After); done is not
 * called. */
LW_NODISCARD enum lw_code lw_engine_submit(struct lw_engine *engine, struct lw_change *change,
                                           struct lw_error *err);
/* Several that belong together (a batch of decisions): all or none are queued, next to each other.
 * Without a thread they are applied before this returns. */
LW_NODISCARD enum lw_code lw_engine_submit_all(struct lw_engine *engine, struct lw_change **changes,
                                               size_t count, struct lw_error *err);
/* Applies it now and returns its code, as if alone: waits for the writer thread, or is it. `done`
 * may be NULL. */
enum lw_code lw_engine_run(struct lw_engine *engine, struct lw_change *change,
                           struct lw_error *err);
/* --- inside apply --- */

struct lw_batch {
  struct lw_engine *engine;
  struct lw_db *db;                   /* in the batch's transaction */
  lw_usec now;                        /* of this batch: lw_engine_now at its beginning */
  const struct lw_snapshot *snapshot; /* what is live for everybody, unless lw_batch_use_for */
  struct lw_journal *journal;
  struct lw_rows *rows;       /* budgets, as the changes before left them */
  struct lw_decider *decider; /* over snapshot->policy and rows; NULL without a policy */
  struct lw_text_keeper texts;
  struct lw_hasher *hasher;
  const struct lw_rand *rand;
  struct lw_arena *scratch; /* until the next change */
  struct lw_json_reader *reader;
  /* Set by apply: the snapshot is to be read anew; this is the batch's last change. */
  bool people_changed;
  bool policy_changed;
};

/* From here to the end of the change, batch->snapshot and batch->decider are what decides for that
 * person: their team may try another version (engine/canary.h). Forgets the decider's last outcome.
 */
void lw_batch_use_for(struct lw_batch *batch, lw_str person);
/* Appends an entry of this change. */
LW_NODISCARD enum lw_code lw_batch_append(struct lw_batch *batch, struct lw_change *change,
                                          enum lw_event event, lw_str body, struct lw_error *err);
/* The same of a body that the caller has put together; finishes the buffer either way.
 * LW_NO_MEMORY where it has failed. */
LW_NODISCARD enum lw_code lw_batch_append_body(struct lw_batch *batch, struct lw_change *change,
                                               enum lw_event event, struct lw_buf *body,
                                               struct lw_error *err);
/* Draws, or gives back what was drawn at `at`: in memory and, with the batch, on disk. Afterwards
 * apply may only fail with the codes that fail the batch. */
LW_NODISCARD enum lw_code lw_batch_draw(struct lw_batch *batch, const struct lw_draw *draws,
                                        size_t count, lw_usec at, struct lw_error *err);
LW_NODISCARD enum lw_code lw_batch_give_back(struct lw_batch *batch, const struct lw_draw *draws,
                                             size_t count, lw_usec at, struct lw_error *err);
/* Sets the answer's status; the text goes to change->answer. */
static inline void lw_change_status(struct lw_change *change, int status)
{
  change->status = status;
}

/* --- what is due --- */

/* The engine's job thread runs these in turn, each as a change of its own, and wakes at the
 * earliest of their times: lapsing holds (its own), approvals, cases, deliveries. Registered before
 * the first submit. apply works on what is due at batch->now and sets *ret_next to when it wants to
 * be called again (INT64_MAX: when lw_engine_wake is called). At most `LW_DUE_MAX` things in one
 * go. */
struct lw_due {
  const char *name;
  enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change, lw_usec *ret_next,
                        struct lw_error *err);
  /* It rests on people alone and looks at all of them: lw_engine_wake, which every hold and every
   * ask calls, leaves it to its own time. */
  bool of_people;
};
void lw_engine_add_due(struct lw_engine *engine, const struct lw_due *due);
/* Something may be due earlier than was said. Any thread, also inside apply. */
void lw_engine_wake(struct lw_engine *engine, lw_usec at);
/* The same for those that rest on people alone: somebody was changed, here or by another server. */
void lw_engine_wake_people(struct lw_engine *engine, lw_usec at);
/* Without threads: runs everything that is due at the world's time; tests and the demo. */
LW_NODISCARD enum lw_code lw_engine_run_due(struct lw_engine *engine, struct lw_error *err);

/* --- following --- */

/* Told when the disk has them, on the engine's thread: the journal has entries up to seq. Quick.
 * For those who follow the journal: lists, events, deliveries. Registered before the first submit.
 */
void lw_engine_add_listener(struct lw_engine *engine, void (*told)(void *user, uint64_t seq),
                            void *user);
/* After this returns it is not called any more. Not from within `told` or `done`. */
void lw_engine_remove_listener(struct lw_engine *engine, void (*told)(void *user, uint64_t seq),
                               void *user);
uint64_t lw_engine_seq(struct lw_engine *engine); /* of the last entry on disk */

/* Figures for /metrics. */
struct lw_engine_figures {
  uint64_t batches, changes, decisions, granted, asked, refused, failed, busy;
  uint64_t shadowed, shadow_differs, shadow_errors; /* of decisions: engine/shadow.h */
  uint64_t queue, queue_max;
  uint64_t commit_usec_sum, batch_changes_max;
  uint64_t log_pages; /* of the WAL, at the last checkpoint */
  bool failing;       /* the last commit failed, or the disk did not confirm it: not ready */
};
void lw_engine_get_figures(struct lw_engine *engine, struct lw_engine_figures *ret_figures);

#endif
