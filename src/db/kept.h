/* Prepared statements that a connection keeps, by the address of their text: a text of the program
 * is static, so its address stands for it, and a statement is found by one multiplication and,
 * nearly always, one comparison. Inside this folder only. */
#ifndef LW_DB_KEPT_H
#define LW_DB_KEPT_H

#include "db/db.h"

struct lw_kept_slot {
  const char *sql; /* NULL: free */
  struct lw_stmt *stmt;
};

/* Open addressing; the count of slots is a power of two, or 0. Zeroed: empty. */
struct lw_kept {
  struct lw_kept_slot *slots;
  size_t slots_count;
  size_t count;
};

/* NULL: not kept yet. */
struct lw_stmt *lw_kept_find(const struct lw_kept *kept, const char *sql);
/* Room for one more; false when memory is out. Call it before the statement is made. */
LW_NODISCARD bool lw_kept_reserve(struct lw_kept *kept);
/* The text must not be kept already; a place has been reserved. */
void lw_kept_add(struct lw_kept *kept, const char *sql, struct lw_stmt *stmt);
/* Destroys each statement by `destroy`, and the table. */
void lw_kept_finish(struct lw_kept *kept, void (*destroy)(struct lw_stmt *stmt));

#endif
