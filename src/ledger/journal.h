/* The journal: one append-only sequence of entries, each with the SHA-256 of the one before it and
 * its own content (docs/formats/journal.md). Entries of one batch are stored as one segment: a row
 * of table `journal` with the number of its first entry, of its last, the last one's hash, and the
 * entries' bytes. Nothing else in the database decides what happened.
 *
 * A struct lw_journal is the writer's end: it belongs to the thread and the write connection that
 * it was opened on. Readers use lw_journal_read and lw_journal_walk on connections of their own. */
#ifndef LW_LEDGER_JOURNAL_H
#define LW_LEDGER_JOURNAL_H

#include "base/date.h"
#include "base/hash.h"
#include "db/db.h"

enum lw_event {
#define LW_EVENT(id, name, told, text) LW_EVENT_##id,
#include "ledger/event.def"
#undef LW_EVENT
  LW_EVENTS
};
lw_str lw_event_name(enum lw_event event);
LW_NODISCARD bool lw_event_read(lw_str name, enum lw_event *ret_event);
enum lw_told {
  LW_TOLD_NOBODY,
  LW_TOLD_PARTIES,
  LW_TOLD_PERSON,
  LW_TOLD_SELVES,
  LW_TOLD_SEERS,
  LW_TOLD_TEAMS,
  LW_TOLD_MEMBERS,
  LW_TOLD_PLANNERS,
  LW_TOLD_TOKENS,
  LW_TOLD_WEBHOOKS,
  LW_TOLD_SETTINGS,
  LW_TOLD_EVERYBODY
};
enum lw_told lw_event_told(enum lw_event event);

/* One entry; texts borrowed. */
struct lw_entry_view {
  uint64_t seq; /* from 1, without gaps */
  lw_usec at;
  lw_str kind;  /* a name of event.def (or a later program's) */
  lw_str actor; /* who did it: a person's id, "token:..." or "leeway" (timers) */
  lw_str body;  /* the exact JSON bytes */
  lw_hash hash;
};

struct lw_journal;

/* Tables of the ledger (journal, drawn, ...): for lw_db_migrate, by whoever opens the database. */
extern const struct lw_migration lw_ledger_migrations[];
extern const size_t lw_ledger_migrations_count;

/* Reads the last entry's number and hash. */
LW_NODISCARD enum lw_code lw_journal_open(struct lw_db *db, struct lw_journal **ret_journal,
                                          struct lw_error *err);
void lw_journal_close(struct lw_journal *journal);
/* Reads them again: after a rollback, or when another process has written. */
LW_NODISCARD enum lw_code lw_journal_reload(struct lw_journal *journal, struct lw_error *err);
/* The number of the entry that comes next. */
uint64_t lw_journal_next(const struct lw_journal *journal);
lw_hash lw_journal_hash(const struct lw_journal *journal); /* of the last entry appended */

/* Adds an entry to the batch in memory; *ret_seq (may be NULL). The body is copied and must be
 * JSON. Fails only for memory (LW_NO_MEMORY). */
LW_NODISCARD enum lw_code lw_journal_append(struct lw_journal *journal, enum lw_event event,
                                            lw_usec at, lw_str actor, lw_str body,
                                            uint64_t *ret_seq, struct lw_error *err);
/* How far the batch is: to take back what one change appended (lw_journal_cut) when that change is
 * refused after all. */
struct lw_journal_mark {
  uint64_t next;
  size_t bytes;
  lw_hash hash;
};
struct lw_journal_mark lw_journal_mark(const struct lw_journal *journal);
void lw_journal_cut(struct lw_journal *journal, struct lw_journal_mark mark);
/* Writes the batch's entries as one segment, in the caller's transaction. After a failed commit:
 * lw_journal_reload. */
LW_NODISCARD enum lw_code lw_journal_flush(struct lw_journal *journal, struct lw_error *err);

/* One entry by its number, copied into arena. LW_NOT_FOUND when there is none. */
LW_NODISCARD enum lw_code lw_journal_read(struct lw_db *db, uint64_t seq, struct lw_arena *arena,
                                          struct lw_entry_view *ret_entry, struct lw_error *err);
/* Entries after `after`, in order; visit returns false to stop. Checks form, not hashes. The entry
 * is borrowed for the call. most 0: all. */
LW_NODISCARD enum lw_code lw_journal_walk(struct lw_db *db, uint64_t after, uint64_t most,
                                          bool (*visit)(void *user,
                                                        const struct lw_entry_view *entry),
                                          void *user, struct lw_error *err);
/* What others have appended behind the writer's end, in their transactions: shows each entry, which
 * is borrowed for the call (the connection is in use meanwhile), and takes over their end.
 * *ret_whole false, or a failure: a row is missing or they are too many, and what was shown may be
 * a part: lw_journal_reload. Nothing may be appended and not written. */
LW_NODISCARD enum lw_code lw_journal_follow(struct lw_journal *journal,
                                            bool (*visit)(void *user,
                                                          const struct lw_entry_view *entry),
                                            void *user, bool *ret_whole, struct lw_error *err);
/* The same for a batch of others that is known without its entries: its last number and hash. */
LW_NODISCARD enum lw_code lw_journal_adopt(struct lw_journal *journal, uint64_t last,
                                           const lw_hash *hash, struct lw_error *err);
LW_NODISCARD enum lw_code lw_journal_last(struct lw_db *db, uint64_t *ret_seq,
                                          struct lw_error *err);

/* Many entries at once, for whoever reads all of a long journal: some rows of it, copied out by one
 * question, whose entries may be looked at on another thread. Begins as {0}. */
enum {
  LW_JOURNAL_RUN_ROWS = 64,
  LW_JOURNAL_RUN_BYTES = 256 << 10, /* it ends with the row that reaches over this */
  /* Of such a reader's connection: no page is wanted twice, and few stay in the processor's own
   * memory. */
  LW_JOURNAL_RUN_CACHE_KBYTES = 256
};
struct lw_journal_row {
  uint64_t first;
  uint64_t last;
  size_t end; /* of its bytes */
};
struct lw_journal_run {
  struct lw_buf bytes;
  uint32_t n_rows;
  struct lw_journal_row rows[LW_JOURNAL_RUN_ROWS];
  uint32_t row; /* where lw_journal_run_next is */
  size_t offset;
  uint64_t next;
};
/* The rows that follow entry `after`; the first may begin before. n_rows 0: the journal ends there,
 * or it failed. What is damaged or missing is told as lw_journal_walk tells it, after all that is
 * before it. */
LW_NODISCARD enum lw_code lw_journal_run_read(struct lw_db *db, uint64_t after,
                                              struct lw_journal_run *run, struct lw_error *err);
/* Its entries in turn, borrowed until the run is read again; *ret_found false: that was the last.
 * Checks form, not hashes. */
LW_NODISCARD enum lw_code lw_journal_run_next(struct lw_journal_run *run,
                                              struct lw_entry_view *ret_entry, bool *ret_found,
                                              struct lw_error *err);
/* The number of its last entry; 0 when it has none. */
uint64_t lw_journal_run_last(const struct lw_journal_run *run);
void lw_journal_run_finish(struct lw_journal_run *run);
/* Appends an entry as JSON:
 * {"seq":1,"at":"...","kind":"...","actor":"...","body":{...},"hash":"hex"} (export journal,
 * events). */
void lw_entry_print(const struct lw_entry_view *entry, struct lw_buf *out);

#endif
