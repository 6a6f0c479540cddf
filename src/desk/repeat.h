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

#endif
