/* Values by dotted names, in the order of these names, written as one JSON object: "a.b", "a.c"
 * and "d" make {"a":{"b":...,"c":...},"d":...}. */
#ifndef LW_REPLAY_PATH_H
#define LW_REPLAY_PATH_H

#include "base/buf.h"

struct lw_path_writer {
  struct lw_buf *out; /* borrowed */
  lw_str last;        /* the name before, borrowed */
  uint32_t open;      /* maps within the object */
  bool any;
};

void lw_path_begin(struct lw_path_writer *writer);
/* name comes after all before it; json is copied as it is. */
void lw_path_add(struct lw_path_writer *writer, lw_str name, lw_str json);
void lw_path_end(struct lw_path_writer *writer);

#endif
