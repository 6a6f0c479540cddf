/* Budgets from one database into another that keeps them in another way (drawn.h): table `drawn`
 * moves as it is, like all other tables; what is on its way there, here. */
#ifndef LW_LEDGER_MOVE_H
#define LW_LEDGER_MOVE_H

#include "db/db.h"

/* Whether a table is none that is copied, as it tells how far one database is with its own. */
bool lw_move_is_own(lw_str table);
/* After `drawn` was copied: adds what `from` has on its way to it, and begins the log of `to`
 * behind the last entry. Both are within a transaction. */
LW_NODISCARD enum lw_code lw_move_drawn(struct lw_db *from, struct lw_db *to, struct lw_error *err);

#endif
