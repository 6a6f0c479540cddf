/* The journal as a tape (replay/tape.h): decisions with what became of them, in the order of the
 * record. */
#ifndef LW_TWEAK_JOURNAL_TAPE_H
#define LW_TWEAK_JOURNAL_TAPE_H

#include "data/value.h"
#include "ledger/journal.h"
#include "replay/tape.h"
#include "tweak/tape_keeper.h"

/* Adds what the journal has after entry *seq, and sets *seq to the last one that was read. most 0:
 * all. progress (may be NULL) hears the number of each entry in thousands, and may stop by false.
 * LW_IO, LW_INVALID, LW_NO_MEMORY, LW_BUSY (stopped). */
struct lw_journal_tape_options {
  uint64_t most;
  bool general_only; /* read each entry as a document: slower, for whoever compares */
  bool (*progress)(void *user, uint64_t seq);
  void *user;
  struct lw_tape_keeper *keeper; /* is given the chunks as they get full; NULL: nobody is */
};
/* One thread's reader of entries, for whoever has them from elsewhere than a database. */
struct lw_journal_tape;
struct lw_journal_tape *
lw_journal_tape_create(struct lw_tape *tape,
                       const struct lw_journal_tape_options *options); /* NULL: memory */
void lw_journal_tape_destroy(struct lw_journal_tape *follow);
/* Adds one entry; kinds that say nothing about a decision are passed over. body NULL: entry->body
 * is read. */
LW_NODISCARD enum lw_code lw_journal_tape_add(struct lw_journal_tape *follow,
                                              const struct lw_entry_view *entry,
                                              const struct lw_value *body, struct lw_error *err);

LW_NODISCARD enum lw_code lw_journal_tape_follow(struct lw_db *db, struct lw_tape *tape,
                                                 uint64_t *seq,
                                                 const struct lw_journal_tape_options *options,
                                                 struct lw_error *err);

#endif
