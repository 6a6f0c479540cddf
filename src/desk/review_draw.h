/* Private to desk: what may be drawn, and why. */
#ifndef LW_DESK_REVIEW_DRAW_H
#define LW_DESK_REVIEW_DRAW_H

#include "desk/review_store.h"

struct lw_review_candidate {
  lw_hash rank;
  struct lw_review item;
  lw_str reason;
  lw_str approver;
  bool asked; /* a person was asked before */
  bool taken;
  bool looked;
};

/* Candidates of one drawing, by rank. */
struct lw_review_field {
  const struct lw_desk_reader *reader;
  struct lw_lists *lists;
  struct lw_json_reader *json;
  struct lw_review_candidate *items;
  uint32_t count;
  int64_t *amounts; /* room for one of each */
};

/* Whether it can be reviewed at all: it stands in no queue, was not answered by another decision,
 * and, of a case, it was closed without any. */
LW_NODISCARD enum lw_code lw_review_usable(const struct lw_review_field *field,
                                           const struct lw_review_candidate *candidate,
                                           bool *ret_usable, struct lw_error *err);
/* Sets item.why and item.detail when something stands out; else why stays LW_REVIEW_RANDOM. */
LW_NODISCARD enum lw_code lw_review_find_why(const struct lw_review_field *field,
                                             struct lw_review_candidate *candidate,
                                             struct lw_error *err);

#endif
