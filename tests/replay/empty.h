/* Empty budgets, found one by one: what the replay says of budgets that have run dry is compared
 * with what the decider's own reaches and rows say of the same requests. */
#ifndef TESTS_REPLAY_EMPTY_H
#define TESTS_REPLAY_EMPTY_H

#include "policy/decide.h"
#include "replay/dry.h"

struct empties;

struct empties *empties_create(const struct lw_policy *policy); /* NULL: out of memory */
void empties_destroy(struct empties *empties);
/* Row `row` was not granted to actor, and no rail was in the way: which budgets were empty. The
 * request is as it was decided, the decider not reset since. False: out of memory. */
LW_NODISCARD bool empties_note(struct empties *empties, struct lw_decider *decider,
                               struct lw_request *request, const struct lw_actor *actor,
                               uint64_t row);
/* How many things differ; up to ten are printed. */
uint64_t empties_compare(const struct empties *empties, const struct lw_tape *tape,
                         const struct lw_directory *people, const struct lw_run *run);
uint64_t empties_count(const struct empties *empties); /* rows and budgets */

#endif
