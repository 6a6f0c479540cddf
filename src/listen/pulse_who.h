/* Private to listen: who is asked in a round, who opens and closes it, who sees which of it. */
#ifndef LW_LISTEN_PULSE_WHO_H
#define LW_LISTEN_PULSE_WHO_H

#include "listen/pulse_store.h"

/* Of whom a round asks: people (not AI agents, not services) who are here, of that team and below;
 * team: an id, empty: all. */
bool lw_pulse_asks(const struct lw_staff *staff, lw_str team, const struct lw_person *person);
int64_t lw_pulse_asked(const struct lw_staff *staff, lw_str team);
/* The person who calls, as the staff has them, if a round could ask them: not a token. Or NULL. */
const struct lw_person *lw_pulse_person(const struct lw_staff *staff,
                                        const struct lw_caller *caller);
/* "" for the whole organization and for a team that is no more. */
lw_str lw_pulse_path(const struct lw_staff *staff, lw_str team);
bool lw_pulse_within(lw_str path, lw_str root); /* root empty: always */

/* Whether the caller may open and close rounds of that team (NULL: the command line). */
bool lw_pulse_may_open(const struct lw_staff *staff, const struct lw_caller *caller, lw_str team);
/* Whether they see what a group answered: the round's whole, when they are asked or lead somebody
 * who is; a team, when they lead it; everything, when they hear everybody. */
bool lw_pulse_sees_round(const struct lw_staff *staff, const struct lw_caller *caller,
                         const struct lw_pulse_round *round);
bool lw_pulse_sees_team(const struct lw_caller *caller, lw_str path);
bool lw_pulse_sees_all(const struct lw_caller *caller);

#endif
