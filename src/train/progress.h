/* How somebody gets on with a course: their last attempt that is finished beside their first, and
 * since when they have passed it. Of the record alone; no points. */
#ifndef LW_TRAIN_PROGRESS_H
#define LW_TRAIN_PROGRESS_H

#include "train/train.h"

struct lw_progress_time {
  lw_usec at;       /* when it was finished; 0: there is none */
  uint32_t right;   /* at once, with full credit */
  uint32_t of;      /* graded questions of that version */
  uint32_t amounts; /* that were given where one is right; 0: nothing is known of them */
  lw_money off;     /* how far the middle one of these was from what works */
};

struct lw_progress {
  struct lw_progress_time now;
  struct lw_progress_time was; /* the first; none when there is one alone */
  lw_usec passed_at;           /* the first time; 0: not yet */
};

/* LW_NOT_FOUND: there is no such course. LW_FORBIDDEN: how that person learns is not the reader's
 * to see. Whoever has finished no attempt gets zeros. */
LW_NODISCARD enum lw_code lw_progress_get(const struct lw_train_reader *reader, lw_str course,
                                          lw_str person, struct lw_progress *ret_progress,
                                          struct lw_error *err);

#endif
