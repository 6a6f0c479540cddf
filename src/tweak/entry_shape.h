/* Forms of decisions' entries, learnt from those that were read: which bytes stand between the
 * values, and where each value goes. An entry of a known form is read by comparing those bytes and
 * taking what is between; any other by entry_scan.h, which tells the form of what it has read.
 *
 * Inside the tweak folder only. One thread's. */
#ifndef LW_TWEAK_ENTRY_SHAPE_H
#define LW_TWEAK_ENTRY_SHAPE_H

#include "replay/tape_request.h"

struct lw_entry_parts;

enum lw_shape_kind {
  LW_SHAPE_END,    /* the rest of the entry, always the same */
  LW_SHAPE_PASS,   /* any value, which nobody wants */
  LW_SHAPE_TEXT,   /* a string, into the row's text of column `place` */
  LW_SHAPE_MOMENT, /* a string, into the row's number of column `place` */
  LW_SHAPE_PART,   /* a string, into the parts' text at offset `place` */
  LW_SHAPE_NUMBER, /* a number as it is written, likewise */
  LW_SHAPE_MAP,    /* a map as it is written, likewise */
  LW_SHAPE_STRING, /* a string, the row's fact `place` by its `name` */
  LW_SHAPE_WORD,   /* a number, true or false, likewise */
  LW_SHAPE_LIST    /* a list, likewise */
};

enum { LW_SHAPE_VALUES = 96, LW_SHAPE_FACTS = 32 };

/* A value of an entry: of a string what is between its quotes. */
struct lw_shape_value {
  enum lw_shape_kind kind;
  uint32_t place;
  lw_str text;
  lw_str name;
};

/* What an entry's reading came by, in the order of its bytes. `unfit`: its form can't be learnt. */
struct lw_shape_record {
  struct lw_shape_value values[LW_SHAPE_VALUES];
  uint32_t count;
  bool unfit;
};

struct lw_shapes;
struct lw_shapes *lw_shapes_create(void); /* NULL when memory is out */
void lw_shapes_destroy(struct lw_shapes *shapes);

/* What was read of `body` with that record. Copies what it keeps; forgets what would be too much.
 */
void lw_shapes_learn(struct lw_shapes *shapes, lw_str body, const struct lw_shape_record *record,
                     const struct lw_entry_parts *parts, const struct lw_tape_row *row);
/* As lw_entry_scan_decision would. facts: room for LW_SHAPE_FACTS, which the row then borrows.
 * False: it has none of the forms, and *row is of no use. */
LW_NODISCARD bool lw_shapes_read(const struct lw_shapes *shapes, lw_str body, lw_usec now,
                                 struct lw_tape_fact *facts, struct lw_tape_row *row,
                                 struct lw_entry_parts *ret_parts);

#endif
