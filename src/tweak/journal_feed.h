/* A long journal, read ahead: a thread steps through the database while the caller works on what it
 * has. Runs of entries (ledger/journal.h) come in order. Short journals are read by the caller.
 *
 * Inside the tweak folder only. */
#ifndef LW_TWEAK_JOURNAL_FEED_H
#define LW_TWEAK_JOURNAL_FEED_H

#include "ledger/journal.h"

struct lw_journal_feed;

/* What follows entry `after`, `most` entries at least if there are so many (0: all). Until it is
 * stopped the connection is the feed's. LW_NO_MEMORY, or why the journal can't be read. */
LW_NODISCARD enum lw_code lw_journal_feed_start(struct lw_db *db, uint64_t after, uint64_t most,
                                                struct lw_journal_feed **ret_feed,
                                                struct lw_error *err);
/* The next run, borrowed until the next call or the stop; NULL: that was all. */
LW_NODISCARD enum lw_code lw_journal_feed_next(struct lw_journal_feed *feed,
                                               struct lw_journal_run **ret_run,
                                               struct lw_error *err);
void lw_journal_feed_stop(struct lw_journal_feed *feed); /* NULL is allowed */

#endif
