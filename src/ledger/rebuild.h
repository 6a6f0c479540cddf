/* Budgets rebuilt from the journal alone, to be compared with table drawn. Inside the ledger folder
 * only. One thread's; memory grows with the number of rows of that table, not of entries. */
#ifndef LW_LEDGER_REBUILD_H
#define LW_LEDGER_REBUILD_H

#include "db/db.h"

struct lw_rebuild;
struct lw_rebuild *lw_rebuild_create(void);
void lw_rebuild_destroy(struct lw_rebuild *rebuild);

/* Takes in what an entry drew ("draws") and gave back ("returns"). LW_INVALID: they can't be read,
 * or don't add up. */
LW_NODISCARD enum lw_code lw_rebuild_add(struct lw_rebuild *rebuild, lw_str body,
                                         struct lw_error *err);
/* Compares both ways; the first difference goes to `fault`, in words. */
LW_NODISCARD enum lw_code lw_rebuild_compare(struct lw_rebuild *rebuild, struct lw_db *db,
                                             uint64_t *ret_rows, struct lw_buf *fault,
                                             struct lw_error *err);

#endif
