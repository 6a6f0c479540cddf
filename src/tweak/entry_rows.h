/* Entries of the journal as rows of a tape: decisions, and what became of them.
 *
 * Inside the tweak folder only. */
#ifndef LW_TWEAK_ENTRY_ROWS_H
#define LW_TWEAK_ENTRY_ROWS_H

#include "data/value.h"
#include "ledger/entry.h"
#include "replay/tape.h"

/* Rows in the order of their entries. They borrow from the bytes of these and from `keep`. */
struct lw_entry_batch {
  struct lw_tape_row *rows;
  uint32_t n_rows;
  uint32_t capacity;
  struct lw_arena keep;
};
void lw_entry_batch_init(struct lw_entry_batch *batch);
void lw_entry_batch_reset(struct lw_entry_batch *batch); /* without rows, with its memory */
void lw_entry_batch_finish(struct lw_entry_batch *batch);

/* One thread's reader, which remembers the forms of entries. */
struct lw_entry_rows;
/* plain: each entry is read as a document. NULL when memory is out. */
struct lw_entry_rows *lw_entry_rows_create(bool plain);
void lw_entry_rows_destroy(struct lw_entry_rows *reader); /* NULL is allowed */
/* Puts the entry's row behind those of the batch; kinds that say nothing about a decision have
 * none. body NULL: entry->body is read. LW_INVALID, LW_NO_MEMORY: the batch is as it was. */
LW_NODISCARD enum lw_code lw_entry_rows_add(struct lw_entry_rows *reader,
                                            const struct lw_entry_view *entry,
                                            const struct lw_value *body,
                                            struct lw_entry_batch *batch, struct lw_error *err);

#endif
