/* A tape's full chunks as bytes that last (docs/formats/tape.md): a head of two seals, then a block
 * a chunk. Pure: whoever calls has the file. Numbers are little endian, and packed values are used
 * where they lie; machines of the other order have no images (lw_tape_image_usable).
 *
 * Blocks are only ever added behind the last one, and the seal that counts them is written
 * afterwards, in turn to one place or the other: whatever is torn, one of the two seals still tells
 * what is whole. */
#ifndef LW_REPLAY_TAPE_IMAGE_H
#define LW_REPLAY_TAPE_IMAGE_H

#include "base/hash.h"
#include "replay/tape.h"

enum {
  LW_TAPE_IMAGE_VERSION = 3, /* raised too when the journal is read into rows in another way */
  LW_TAPE_SEAL_BYTES = 128,
  LW_TAPE_SEAL_PLACES = 2,
  LW_TAPE_SEAL_APART_BYTES = 4096, /* from one place to the next: never torn by one write */
  LW_TAPE_HEAD_BYTES = 8192,
  LW_TAPE_CURRENCY_BYTES = 8
};

/* What a head says. */
struct lw_tape_seal {
  uint64_t turn;     /* counts the seals that were written; its place is turn % 2 */
  uint64_t blocks;   /* full chunks of rows */
  uint64_t end;      /* bytes of the file that count */
  uint64_t checksum; /* of the last block, which covers all before */
  uint64_t seq;      /* of the last row's entry */
  lw_hash hash;      /* of that entry: which journal this is the tape of */
  char currency[LW_TAPE_CURRENCY_BYTES]; /* zeros behind it */
};

bool lw_tape_image_usable(void);
/* False when the currency's name is too long for a seal. No blocks yet. */
LW_NODISCARD bool lw_tape_seal_init(struct lw_tape_seal *seal, lw_str currency);
lw_str lw_tape_seal_currency(const struct lw_tape_seal *seal);
/* The newest seal of a head that is whole and of this version; false: there is none. */
LW_NODISCARD bool lw_tape_seal_read(lw_str head, struct lw_tape_seal *ret_seal);
/* LW_TAPE_SEAL_BYTES; they belong at lw_tape_seal_offset. */
void lw_tape_seal_write(const struct lw_tape_seal *seal, char *place);
uint64_t lw_tape_seal_offset(const struct lw_tape_seal *seal);

/* How many full chunks a tape has. */
uint64_t lw_tape_image_blocks(const struct lw_tape *tape);
/* Appends the block that comes after the seal's and moves the seal behind it (end, blocks,
 * checksum, seq; turn and hash are the caller's). LW_NO_MEMORY; LW_LIMIT when a column's texts of
 * one chunk are over 4 GB. On failure *seal and *out are as before. */
LW_NODISCARD enum lw_code lw_tape_image_add(const struct lw_tape *tape, struct lw_tape_seal *seal,
                                            struct lw_buf *out, struct lw_error *err);
/* The tape that an image holds. Each byte that counts is checked before it is used: nothing in it
 * may lead outside of it. The tape borrows `bytes` (8-byte aligned) until it is destroyed, when it
 * calls release(user); on failure nothing is called. LW_INVALID: the image is damaged;
 * LW_NO_MEMORY.
 */
LW_NODISCARD enum lw_code lw_tape_image_read(lw_str bytes, const struct lw_tape_seal *seal,
                                             void (*release)(void *user), void *user,
                                             struct lw_tape **ret_tape, struct lw_error *err);
/* All that lw_tape_image_read looks at, without a tape to come of it: a fifth of the time. */
LW_NODISCARD enum lw_code lw_tape_image_check(lw_str bytes, const struct lw_tape_seal *seal,
                                              struct lw_error *err);

#endif
