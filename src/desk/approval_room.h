/* Private to desk: the room around an open approval, for whoever may answer it. */
#ifndef LW_DESK_APPROVAL_ROOM_H
#define LW_DESK_APPROVAL_ROOM_H

#include "desk/approval.h"

/* Appends members: "mine" (what the reader could say yes to: grant, why, its sentence, the most,
 * the effect on their budgets, other actions), "can" (what the agent can do themselves, the same
 * action first) and "next" (whom the next level would ask first). reader->drawn is there. What was
 * asked but does not fit today's policy any more has no room: nothing is appended. */
LW_NODISCARD enum lw_code lw_approval_print_room(const struct lw_desk_reader *reader,
                                                 const struct lw_approval *approval,
                                                 struct lw_buf *out, struct lw_error *err);

#endif
