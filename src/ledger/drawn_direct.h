/* Budgets on a database that is somewhere else: drawn_direct.c. Inside the ledger folder only. */
#ifndef LW_LEDGER_DRAWN_DIRECT_H
#define LW_LEDGER_DRAWN_DIRECT_H

#include "db/db.h"
#include "ledger/sums.h"

/* Adds each sum to its entry of table `drawn`, by one statement; a fault may show at the commit. */
LW_NODISCARD enum lw_code lw_drawn_upsert(struct lw_db *db, const struct lw_sums *sums,
                                          struct lw_buf *scratch, struct lw_error *err);
/* What entries of those rows hold, by one question; budgets[i], kinds[i] and scopes[i] are a row.
 * Calls visit for each entry, those of one row together and rising. */
LW_NODISCARD enum lw_code lw_drawn_fetch(struct lw_db *db, const int64_t *budgets,
                                         const int64_t *kinds, const lw_str *scopes, size_t count,
                                         struct lw_buf *scratch,
                                         bool (*visit)(void *user, size_t row, lw_usec moment,
                                                       int64_t amount, int64_t times, lw_usec last),
                                         void *user, struct lw_error *err);

#endif
