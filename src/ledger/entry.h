/* The bytes of one journal entry, as docs/formats/journal.md has them. Inside the ledger folder
 * only; pure. */
#ifndef LW_LEDGER_ENTRY_H
#define LW_LEDGER_ENTRY_H

#include "ledger/journal.h"

enum {
  LW_ENTRY_VERSION = 1,
  LW_ENTRY_HEAD_BYTES =
      24, /* length 4, version 1, kind's length 1, actor's length 2, seq 8, at 8 */
  LW_ENTRY_BYTES_MIN = LW_ENTRY_HEAD_BYTES + LW_HASH_BYTES
};

/* How many bytes it takes, hash included. SIZE_MAX when that is more than the format can say. */
size_t lw_entry_size(lw_str kind, lw_str actor, lw_str body);
/* Writes all but the hash (the last LW_HASH_BYTES of lw_entry_size) to place. */
void lw_entry_write(const struct lw_entry_view *entry, size_t size_bytes, char *place);
/* The entry that begins at *offset: a view of `bytes`, and *offset is moved behind it. False when
 * its form is broken; its hash is not looked at, nor its number. */
LW_NODISCARD bool lw_entry_read(lw_str bytes, size_t *offset, struct lw_entry_view *ret_entry);

#endif
