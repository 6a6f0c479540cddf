/* One tree for what JSON and YAML documents say, with the place of everything, so that whoever
 * finds a mistake can point at it. Lives in the arena that it was read into; immutable afterwards.
 */
#ifndef LW_DATA_VALUE_H
#define LW_DATA_VALUE_H

#include "base/diag.h"
#include "base/result.h"

enum lw_value_kind {
  LW_VALUE_NULL,
  LW_VALUE_BOOL,
  LW_VALUE_NUMBER, /* exactly as written, in `text`: never a double here */
  LW_VALUE_STRING,
  LW_VALUE_LIST,
  LW_VALUE_MAP
};

/* How a YAML scalar was written. JSON strings are DOUBLE_QUOTED, other JSON scalars PLAIN. */
enum lw_scalar_style {
  LW_STYLE_PLAIN,
  LW_STYLE_SINGLE_QUOTED,
  LW_STYLE_DOUBLE_QUOTED,
  LW_STYLE_LITERAL,
  LW_STYLE_FOLDED
};

struct lw_value {
  enum lw_value_kind kind;
  enum lw_scalar_style style;
  bool boolean;
  struct lw_place place; /* YAML: of the value, end_column on the same line or 0; JSON: line 0 */
  lw_str text;           /* NUMBER, STRING; in YAML also the plain text of NULL and BOOL */
  lw_str raw;     /* JSON maps and lists read with keep_raw: the exact source text; else empty */
  uint32_t count; /* LIST, MAP */
  const struct lw_value *items;   /* LIST: the items; MAP: the values */
  const struct lw_entry *entries; /* MAP: the keys, in the order written, entries[i] for items[i] */
};

struct lw_entry {
  lw_str key;
  struct lw_place place; /* of the key */
};

/* The value under the key, or NULL (also when map is no map). */
const struct lw_value *lw_value_get(const struct lw_value *map, lw_str key);
/* The text under the key; empty where there is none, or something else than a text. */
lw_str lw_value_text(const struct lw_value *map, lw_str key);
/* The same of a text or a number, as it is written. */
lw_str lw_value_written(const struct lw_value *map, lw_str key);
const char *lw_value_kind_name(enum lw_value_kind kind); /* "a list" ... for messages */

#endif
