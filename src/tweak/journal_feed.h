/* A long journal, read ahead: a thread steps through the database and makes rows of its entries
 * while the caller works on those that it has. Short journals are read by the caller.
 *
 * Inside the tweak folder only. */
#ifndef LW_TWEAK_JOURNAL_FEED_H
#define LW_TWEAK_JOURNAL_FEED_H

#include "ledger/journal.h"
#include "tweak/entry_rows.h"

struct lw_journal_feed;

/* Some entries behind each other. */
struct lw_journal_part {
  struct lw_entry_batch batch;
  uint64_t last; /* the last entry that was read, with a row or without */
  bool more;     /* false: nothing follows */
};

/* What follows entry `after`, `most` entries if there are so many (0: all). Until it is stopped the
 * connection and the reader are the feed's. LW_NO_MEMORY, or why the journal can't be read. */
LW_NODISCARD enum lw_code lw_journal_feed_start(struct lw_db *db, uint64_t after, uint64_t most,
                                                struct lw_entry_rows *reader,
                                                struct lw_journal_feed **ret_feed,
                                                struct lw_error *err);
/* The next part, borrowed until the next call or the stop; not behind one that nothing follows. A
 * failure is that of the entry behind `last`: what is before it has been read. */
LW_NODISCARD enum lw_code lw_journal_feed_next(struct lw_journal_feed *feed,
                                               const struct lw_journal_part **ret_part,
                                               struct lw_error *err);
void lw_journal_feed_stop(struct lw_journal_feed *feed); /* NULL is allowed */

#endif
