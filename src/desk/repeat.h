/* Repeat contact: a case of a customer that was opened within so many days after their last one was
 * resolved, and, where both say what they are about, about the same. A cause is what was last
 * decided on in the case. Counted from the cases as they stand; nothing is stored. */
#ifndef LW_DESK_REPEAT_H
#define LW_DESK_REPEAT_H

#include "desk/case.h"

enum { LW_REPEAT_DAYS = 7, LW_REPEAT_DAYS_MAX = 365 };

/* The setting console.repeat_contact_days; LW_REPEAT_DAYS when it says nothing. 0: none counts. */
uint32_t lw_repeat_days_read(lw_str text);
LW_NODISCARD enum lw_code lw_repeat_days_set(struct lw_db *db, uint32_t *ret_days,
                                             struct lw_error *err);

/* Of one case that was resolved: whether its customer came again within the window. */
enum lw_repeat_state {
  LW_REPEAT_UNKNOWN, /* not resolved yet, nobody's, or no window is set */
  LW_REPEAT_OPEN,    /* not so far, and the window is not over */
  LW_REPEAT_NONE,
  LW_REPEAT_CAME
};
struct lw_repeat {
  enum lw_repeat_state state;
  uint32_t days; /* the window */
  lw_usec at;    /* LW_REPEAT_CAME: when their next case about the same was opened */
};
/* lists: what cases were about; NULL: that is not known, and any case of theirs counts. The store's
 * errors, or the lists'. */
struct lw_lists;
LW_NODISCARD enum lw_code lw_repeat_find(const struct lw_desk_reader *reader,
                                         struct lw_lists *lists, const struct lw_case *found,
                                         struct lw_repeat *ret_repeat, struct lw_error *err);
/* Appends ,"repeat_contact":{...} as api/openapi.yaml has it, where something is known. */
void lw_repeat_print(const struct lw_repeat *repeat, struct lw_buf *out);

#endif
