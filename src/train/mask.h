/* Names that are changed in a text: ids that are known, mail addresses, telephone and order
 * numbers, people of this installation. The same text becomes the same name throughout one draft,
 * so that a story stays a story; amounts, times and years stay. What nobody could know (a
 * customer's name in free text) stays too: whoever publishes looks it over. Pure but for memory. */
#ifndef LW_TRAIN_MASK_H
#define LW_TRAIN_MASK_H

#include "base/buf.h"
#include "base/arena.h"

enum lw_mask_kind {
  LW_MASK_CUSTOMER,
  LW_MASK_CASE,
  LW_MASK_PERSON,
  LW_MASK_MAIL,
  LW_MASK_PHONE,
  LW_MASK_NUMBER, /* of an order, an invoice ... */
  LW_MASK_KINDS
};
lw_str lw_mask_kind_name(enum lw_mask_kind kind); /* "customer" "case" "person" ... */

struct lw_masked {
  enum lw_mask_kind kind;
  lw_str from;
  lw_str to;
  uint32_t times;
};

enum { LW_MASKED_MAX = 500 };

struct lw_mask {
  struct lw_arena *arena;
  struct lw_masked *items;
  size_t count;
  size_t capacity;
};

void lw_mask_init(struct lw_mask *mask, struct lw_arena *arena);
/* That this text is of that kind, wherever it occurs as a word; texts under three bytes are not
 * known. Returns its name. */
lw_str lw_mask_know(struct lw_mask *mask, enum lw_mask_kind kind, lw_str text);
/* That its name was written once more than lw_mask_add knows of. */
void lw_mask_count(struct lw_mask *mask, lw_str text);
/* Appends the text with its names changed. */
void lw_mask_add(struct lw_mask *mask, lw_str text, struct lw_buf *out);

#endif
