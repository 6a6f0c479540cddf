/* Two texts compared line by line: the shortest way from one to the other (Myers, "An O(ND)
 * Difference Algorithm and Its Variations", 1986). Pure. */
#ifndef LW_POLICY_LINES_H
#define LW_POLICY_LINES_H

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

/* A text's lines, each with its end. */
struct lw_lines {
  lw_str *items;
  uint32_t count;
};
LW_NODISCARD bool lw_lines_read(lw_str text, struct lw_arena *keep, struct lw_lines *ret_lines);

/* Lines [a_from, a_to) of a stand where b has [b_from, b_to). */
struct lw_hunk {
  uint32_t a_from, a_to, b_from, b_to;
};
enum { LW_LINES_EDITS_MAX = 2000 }; /* lines gone and new; memory grows with the square */

/* In order, in `keep`. LW_LIMIT: more lines differ than LW_LINES_EDITS_MAX; LW_NO_MEMORY. */
LW_NODISCARD enum lw_code lw_lines_compare(const struct lw_lines *a, const struct lw_lines *b,
                                           struct lw_arena *keep, struct lw_hunk **ret_hunks,
                                           uint32_t *ret_count, struct lw_error *err);

#endif
