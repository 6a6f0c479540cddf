/* Private to desk: the life of an approval as a table of moves, what must hold after each, and its
 * clock. Pure. */
#ifndef LW_DESK_APPROVAL_LIFE_H
#define LW_DESK_APPROVAL_LIFE_H

#include "desk/approval.h"

enum lw_approval_move {
  LW_MOVE_RAISE, /* the next level is asked too */
  LW_MOVE_NUDGE,
  LW_MOVE_SEE,
  LW_MOVE_HOLD,
  LW_MOVE_APPROVE,
  LW_MOVE_DECLINE,
  LW_MOVE_WITHDRAW,
  LW_MOVE_LAPSE,
  LW_MOVES
};

/* Whether there is that move from that state; *ret_state: where it leads. */
LW_NODISCARD bool lw_approval_may(enum lw_approval_state state, enum lw_approval_move move,
                                  enum lw_approval_state *ret_state);
/* What holds of every approval; NULL, or which part does not. */
const char *lw_approval_unsound(const struct lw_approval *approval);
/* How long a level has. */
lw_usec lw_level_usec(const struct lw_level *level);
/* When `otherwise` comes if every level from `level` (counted from 0) on takes all of its time. */
lw_usec lw_route_ends_at(const struct lw_route *route, uint32_t level, lw_usec start);
/* Whether its whole time is over, though nobody may have recorded that yet. */
bool lw_approval_is_over(const struct lw_approval *approval, lw_usec now);

#endif
