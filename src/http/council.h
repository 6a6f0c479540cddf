/* Works-council mode as calls meet it: engine/council.h says who may be shown, this replies when
 * nobody may. Inside http only. */
#ifndef LW_HTTP_COUNCIL_H
#define LW_HTTP_COUNCIL_H

#include "engine/council.h"
#include "http/call.h"
#include "tweak/effect.h"

/* As the setting stands now, for the call's caller. False: replied. */
LW_NODISCARD bool lw_api_council(struct lw_call *call, struct lw_council *ret_council);
/* Whether a sum or a list that is picked by a team (a path) or a person may be told; of those that
 * are empty nothing is asked. False: replied with 403. */
LW_NODISCARD bool lw_api_shows_picked(struct lw_call *call, lw_str team, lw_str person);
/* Whether figures of this team, empty: of everybody, may be told. False: replied with 403. */
LW_NODISCARD bool lw_api_shows_group(struct lw_call *call, lw_str team);
/* LW_FORBIDDEN when the teams on one side of the effect are too few people to be told of. */
LW_NODISCARD enum lw_code lw_council_check_effect(const struct lw_council *council,
                                                  const struct lw_effect *effect,
                                                  struct lw_arena *arena, struct lw_error *err);

#endif
