/* Budgets on disk: table `drawn`, an entry for each budget, scope and period (or moment, for
 * rolling windows), as budget/rows.h keeps them in memory. Written in the batch's transaction as
 * sums of what the batch drew; read row by row when deciding first touches one.
 *
 * Budgets have numbers that stay the same over versions of the policy (table `budget`). */
#ifndef LW_LEDGER_DRAWN_H
#define LW_LEDGER_DRAWN_H

#include "budget/rows.h"
#include "db/db.h"

/* The number of that name, given now if it is new (on a write connection) or UINT32_MAX (on a read
 * connection: no row is there yet). */
LW_NODISCARD enum lw_code lw_drawn_number(struct lw_db *db, lw_str budget, uint32_t *ret_number,
                                          struct lw_error *err);

/* A source for lw_rows_set_source that reads through db; `user` is the db. When it fails the reason
 * is in lw_drawn_error. */
struct lw_drawn_source {
  struct lw_rows_source source;
  struct lw_db *db;
  struct lw_error error;
};
void lw_drawn_source_init(struct lw_drawn_source *source, struct lw_db *db);

/* What a batch changed, summed up by entry until it is written. One thread's. */
struct lw_drawn;
struct lw_drawn *lw_drawn_create(void);
void lw_drawn_destroy(struct lw_drawn *drawn);
void lw_drawn_clear(struct lw_drawn *drawn);
/* sign +1: drawn at `at`; -1: given back what was drawn at `at`. LW_NO_MEMORY. */
LW_NODISCARD enum lw_code lw_drawn_add(struct lw_drawn *drawn, const struct lw_draw *draws,
                                       size_t count, const struct lw_tz *zone, lw_usec at, int sign,
                                       struct lw_error *err);
/* Writes the sums in the caller's transaction and clears. */
LW_NODISCARD enum lw_code lw_drawn_flush(struct lw_drawn *drawn, struct lw_db *db,
                                         struct lw_error *err);

/* Draws inside an entry's body: [{"budget":"rep-month","scope":"ana","window":"month","key":<usec>,
 * "at":<usec>,"minor":8000,"times":1}] ("window": as lw_window_word, or "rolling:<usec>", whose key
 * is the moment itself, so that there is no "at"; or "for-good", which has no "key"; scope parts
 * joined by U+001F): enough to rebuild every row without policy or zone. */
void lw_draws_print(const struct lw_draw *draws, size_t count, const struct lw_tz *zone, lw_usec at,
                    lw_str (*budget_name)(const void *user, uint32_t number), const void *user,
                    struct lw_buf *out);
struct lw_value;
/* The same back, to be given back or rebuilt: ret_draws[i].key.budget by lw_drawn_number. Texts are
 * copied to arena. LW_INVALID when the list is none of draws. */
LW_NODISCARD enum lw_code lw_draws_read(struct lw_db *db, const struct lw_value *list,
                                        struct lw_arena *arena, struct lw_draw **ret_draws,
                                        size_t *ret_count, struct lw_error *err);
/* The moment of such a list's draws, which lw_rows_give_back wants to know. False when the list is
 * empty or none of draws. */
LW_NODISCARD bool lw_draws_moment(const struct lw_value *list, lw_usec *ret_at);

#endif
