/* The journal as a tape (replay/tape.h): decisions with what became of them, in the order of the
 * record. */
#ifndef LW_TWEAK_JOURNAL_TAPE_H
#define LW_TWEAK_JOURNAL_TAPE_H

#include "ledger/journal.h"
#include "replay/tape.h"

/* Adds what the journal has after entry *seq, and sets *seq to the last one that was read. most 0:
 * all. progress (may be NULL) hears the number of each entry in thousands, and may stop by false.
 * LW_IO, LW_INVALID, LW_NO_MEMORY, LW_BUSY (stopped). */
struct lw_journal_tape_options {
  uint64_t most;
  bool (*progress)(void *user, uint64_t seq);
  void *user;
};
LW_NODISCARD enum lw_code lw_journal_tape_follow(struct lw_db *db, struct lw_tape *tape,
                                                 uint64_t *seq,
                                                 const struct lw_journal_tape_options *options,
                                                 struct lw_error *err);

#endif
