/* Budgets on disk. Table `drawn` has an entry for each budget, scope and period (or moment, for
 * rolling windows), as budget/rows.h keeps them in memory. What a batch drew is written in its
 * transaction as one row of table `drawn_log`, whose place is at the end; it moves to its own
 * places in `drawn` later, in the order of the table, some of it with each batch (drawn.c tells
 * how). What a budget has drawn is the sum of both.
 *
 * On a database that is somewhere else, and that several servers write to, each sum goes to its
 * place with its batch (drawn_direct.c); `drawn_log` then tells the others what was drawn.
 *
 * Budgets have numbers that stay the same over versions of the policy (table `budget`). */
#ifndef LW_LEDGER_DRAWN_H
#define LW_LEDGER_DRAWN_H

#include "budget/rows.h"
#include "db/db.h"
#include "ledger/drawn_ahead.h"

/* The number of that name, given now if it is new (on a write connection) or UINT32_MAX (on a read
 * connection: no row is there yet). */
LW_NODISCARD enum lw_code lw_drawn_number(struct lw_db *db, lw_str budget, uint32_t *ret_number,
                                          struct lw_error *err);

/* What was drawn, and what of it has not come to table `drawn` yet. Changed by the writer's thread
 * alone; read by any (lw_drawn_source). */
struct lw_drawn;
/* gather: how many sums wait before they move to their places; 0: as many as is good, some tens of
 * thousands. NULL when memory is out. */
struct lw_drawn *lw_drawn_create(size_t gather);
void lw_drawn_destroy(struct lw_drawn *drawn);
/* Reads from the database what is on its way, and forgets the rest; inside a transaction. */
LW_NODISCARD enum lw_code lw_drawn_load(struct lw_drawn *drawn, struct lw_db *db,
                                        struct lw_error *err);

/* One batch: sign +1: drawn at `at`; -1: given back what was drawn at `at`. LW_NO_MEMORY. */
LW_NODISCARD enum lw_code lw_drawn_add(struct lw_drawn *drawn, const struct lw_draw *draws,
                                       size_t count, const struct lw_tz *zone, lw_usec at, int sign,
                                       struct lw_error *err);
/* Forgets what the batch added. */
void lw_drawn_clear(struct lw_drawn *drawn);
/* Writes the batch's sums under the number of its last entry, and some of what is on its way to its
 * place, in the caller's transaction. outline: of the batch (outline.h), for databases that several
 * servers write to; empty where there is none, or nobody to tell. When the transaction is on disk:
 * lw_drawn_committed; when it is not: lw_drawn_load before anything else. */
LW_NODISCARD enum lw_code lw_drawn_flush(struct lw_drawn *drawn, struct lw_db *db, uint64_t seq,
                                         lw_str outline, struct lw_error *err);
LW_NODISCARD enum lw_code lw_drawn_committed(struct lw_drawn *drawn, struct lw_error *err);

/* What other servers have done since this one looked last; for databases that several write to. */
struct lw_drawn_news {
  struct lw_rows *rows; /* what they drew is taken over into these */
  /* Their batches in order, each by the number of its last entry and its outline; "" where it has
   * none. Batches that drew nothing and have no outline are passed over. */
  enum lw_code (*batch)(void *user, uint64_t last, lw_str outline, struct lw_error *err);
  void *user;
  uint64_t journal_last; /* told: the journal's last entry */
  bool whole;            /* told; false: it is too much to tell: forget all, and lw_drawn_load */
};
/* Asks for them, in a transaction or as one begins that takes the turn to write (lw_stmt_ask).
 * *ret_asked is for lw_drawn_follow, or is reset; NULL where nobody else writes. */
LW_NODISCARD enum lw_code lw_drawn_ask(const struct lw_drawn *drawn, struct lw_db *db,
                                       struct lw_stmt **ret_asked, struct lw_error *err);
/* Takes them in, inside that transaction. asked may be NULL: they are asked for then. */
LW_NODISCARD enum lw_code lw_drawn_follow(struct lw_drawn *drawn, struct lw_db *db,
                                          struct lw_stmt *asked, struct lw_drawn_news *news,
                                          struct lw_error *err);

/* A source for lw_rows_set_source that reads through db what `drawn` does not have. Another
 * thread's than the writer's begins a read transaction on db first (`pin`), which the caller ends;
 * it sees all that was committed before. When it fails the reason is in `error`; LW_BUSY: too much
 * was written meanwhile, ask again. */
struct lw_drawn_source {
  struct lw_rows_source source;
  struct lw_db *db;
  struct lw_drawn *drawn;
  struct lw_drawn_ahead *ahead; /* NULL: nothing is fetched before it is asked for; borrowed */
  struct lw_arena scratch;
  bool pinned;
  uint64_t fold; /* PINNED: of the snapshot that db reads */
  struct lw_error error;
};
LW_NODISCARD enum lw_code lw_drawn_source_init(struct lw_drawn_source *source, struct lw_db *db,
                                               struct lw_drawn *drawn, bool pin,
                                               struct lw_error *err);
void lw_drawn_source_finish(struct lw_drawn_source *source); /* a zeroed one is allowed */

/* Calls visit for each sum that is on its way (verify): after lw_drawn_load, on the same thread. */
void lw_drawn_each_waiting(struct lw_drawn *drawn,
                           bool (*visit)(void *user, struct lw_row_key row,
                                         enum lw_window_kind kind, lw_usec moment,
                                         int64_t amount_minor, int64_t times, lw_usec last),
                           void *user);

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
