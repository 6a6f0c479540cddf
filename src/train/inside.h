/* Private to train: what its files share. */
#ifndef LW_TRAIN_INSIDE_H
#define LW_TRAIN_INSIDE_H

#include "data/member.h"
#include "people/person.h"
#include "train/train.h"

/* Also when it is empty. */
static inline void lw_train_add_text(struct lw_buf *out, const char *key, lw_str text)
{
  lw_buf_printf(out, "%s\"%s\":", out->len != 0 && out->ptr[out->len - 1] == '{' ? "" : ",", key);
  lw_json_add_string(out, text);
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
