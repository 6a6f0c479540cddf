/* Gates: parts of conditions, and limits, that no table tells, told for a row that is being
 * decided. Inside the replay folder only. One thread's. */
#ifndef LW_REPLAY_GATE_H
#define LW_REPLAY_GATE_H

#include "replay/run_inside.h"

/* What the gate's program comes to for the row and that person; the value lives until the next one
 * is run. */
struct lw_val lw_gate_run(struct lw_pass *pass, const struct lw_row *row, uint32_t person,
                          const struct lw_gate *gate);
/* The same of a gate of a condition; its program runs once for rows that it sees alike. */
struct lw_val lw_gate_value(struct lw_pass *pass, const struct lw_row *row, uint32_t person,
                            const struct lw_gate *gate);
/* Whether it is known to be false of the block's row i without its program. times: how often the
 * memo's budget was drawn from; -1: not known. */
bool lw_gate_is_false(const struct lw_rules *rules, const struct lw_gate *gate,
                      const struct lw_block *block, uint32_t i, int64_t times);
/* A fact of origin PARTS, put together in the rules' scratch. */
struct lw_val lw_gate_joined(struct lw_pass *pass, const struct lw_row *row, uint32_t slot);

#endif
