/* Private to train: members of JSON objects, and texts of rows. */
#ifndef LW_TRAIN_INSIDE_H
#define LW_TRAIN_INSIDE_H

#include "data/json.h"
#include "people/person.h"
#include "train/train.h"

static inline void lw_train_add_text(struct lw_buf *out, const char *key, lw_str text)
{
  lw_buf_printf(out, "%s\"%s\":", out->len != 0 && out->ptr[out->len - 1] == '{' ? "" : ",", key);
  lw_json_add_string(out, text);
}

static inline void lw_train_add_time(struct lw_buf *out, const char *key, lw_usec at)
{
  lw_buf_printf(out, ",\"%s\":", key);
  lw_person_print_time(at, out);
}

static inline lw_str lw_train_copy(const struct lw_stmt *row, int column, struct lw_arena *arena)
{
  lw_str text = lw_stmt_get_text(row, column);
  return text.len != 0 ? lw_str_copy(arena, text) : LW_STR("");
}

/* A reader that sees what the batch has written. */
static inline struct lw_train_reader lw_train_reader_in(const struct lw_batch *batch,
                                                        const struct lw_caller *caller)
{
  return (struct lw_train_reader){.db = batch->db,
                                  .snapshot = batch->snapshot,
                                  .caller = caller,
                                  .json = batch->reader,
                                  .arena = batch->scratch,
                                  .now = batch->now};
}

#endif
