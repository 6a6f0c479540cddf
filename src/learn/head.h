/* The head of something that somebody writes in files: a map of a few known keys, each read by its
 * kind, with a finding at its place for whatever does not fit. Pure. */
#ifndef LW_LEARN_HEAD_H
#define LW_LEARN_HEAD_H

#include "base/diag.h"
#include "data/value.h"

struct lw_head {
  const struct lw_value *map;
  struct lw_diags *diags;
  const char *what; /* "a course" */
  const char *keys; /* all that it may have, in words: the mend */
};

/* A finding for each key that is none of these. */
void lw_head_check_keys(const struct lw_head *head, const lw_str *keys, size_t count);
/* Without blanks at its ends; empty when it is not there, or no text (with a finding). */
lw_str lw_head_text(const struct lw_head *head, const char *key, bool needed);
/* A whole number; `otherwise` when it is not there, or doesn't fit (with a finding). */
uint32_t lw_head_number(const struct lw_head *head, const char *key, uint32_t least, uint32_t most,
                        uint32_t otherwise);
/* A list of texts, or one text alone; none when it is not there, or doesn't fit (with a finding).
 * At most `most`, into `arena`. */
const lw_str *lw_head_texts(const struct lw_head *head, const char *key, uint32_t most,
                            struct lw_arena *arena, uint32_t *ret_count);

#endif
