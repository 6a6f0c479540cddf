/* The outline of a batch that holds nothing but decisions (and perhaps a signature): what other
 * servers need of it, so that they need not read its entries. It stands beside the batch's sums in
 * `drawn_log` (docs/formats/drawn-log.md). */
#ifndef LW_LEDGER_OUTLINE_H
#define LW_LEDGER_OUTLINE_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/hash.h"

struct lw_outline {
  uint64_t first; /* the batch's first entry */
  lw_usec at;     /* when its entries were made */
  lw_hash hash;   /* of its last entry */
  lw_str keys;    /* borrowed; for lw_outline_next */
};

/* Begins one in an emptied buffer; the keys come behind it. */
void lw_outline_start(const struct lw_outline *outline, struct lw_buf *out);
/* The entry seq, not before the first, has the retry key of that print. */
void lw_outline_add(const struct lw_outline *outline, uint64_t seq, uint64_t print,
                    struct lw_buf *out);
/* keys is borrowed from bytes. False when it is none, or one that a later program made. */
LW_NODISCARD bool lw_outline_read(lw_str bytes, struct lw_outline *ret_outline);
/* The next of its keys, which is taken off; false at the end. */
LW_NODISCARD bool lw_outline_next(struct lw_outline *outline, uint64_t *ret_seq,
                                  uint64_t *ret_print);

#endif
