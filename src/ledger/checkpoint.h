/* Checkpoints as rows and lines. Inside the ledger folder only. */
#ifndef LW_LEDGER_CHECKPOINT_H
#define LW_LEDGER_CHECKPOINT_H

#include "data/value.h"
#include "ledger/verify.h"

enum { LW_MOMENT_TEXT_BYTES = 40 };

struct lw_checkpoint {
  uint64_t seq; /* of the last entry that it covers */
  lw_hash hash; /* that entry's */
  lw_usec at;
  uint8_t public_key[LW_SIGN_PUBLIC_BYTES];
  uint8_t signature[LW_SIGN_BYTES];
};

void lw_checkpoint_print(const struct lw_checkpoint *checkpoint, struct lw_buf *out);
/* False when the map is none. */
LW_NODISCARD bool lw_checkpoint_read(const struct lw_value *map,
                                     struct lw_checkpoint *ret_checkpoint);
/* Whether the signature is that key's over these very values. */
bool lw_checkpoint_is_signed(const struct lw_checkpoint *checkpoint);
/* The row of the statement (the columns of LW_CHECKPOINT_SQL); false when it is damaged. */
LW_NODISCARD bool lw_checkpoint_row(const struct lw_stmt *stmt,
                                    struct lw_checkpoint *ret_checkpoint);
#define LW_CHECKPOINT_SQL "SELECT seq, at, hash, key, signature FROM checkpoint ORDER BY seq"

#endif
