/* Private to listen: which cases of a team's week are worth talking about, each with the reason
 * that it is proposed for. Nothing here is a verdict: a reason says why looking may teach
 * something, and too little is looked for as much as too much. */
#ifndef LW_LISTEN_HUDDLE_PROPOSE_H
#define LW_LISTEN_HUDDLE_PROPOSE_H

#include "listen/huddle_past.h"

/* huddle->proposals: of each kind at most LW_HUDDLE_PROPOSALS, the first to be talked about first,
 * no case twice; whole. Order: what a person said comes before what figures say, and of one reason
 * no more than two come before others. */
LW_NODISCARD enum lw_code lw_huddle_propose(const struct lw_huddle_making *making,
                                            const struct lw_huddle_past *past,
                                            struct lw_huddle *huddle, struct lw_error *err);
/* The case's facts, from the entry of its decision (of a case without one that is named, of its
 * last): agent, action, cause, amount. What is not known stays empty. */
LW_NODISCARD enum lw_code lw_huddle_case_fill(const struct lw_huddle_making *making,
                                              const struct lw_huddle_past *past,
                                              struct lw_huddle_case *item, struct lw_error *err);

#endif
