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
/* A fact of origin PARTS, put together in the rules' scratch. */
struct lw_val lw_gate_joined(struct lw_pass *pass, const struct lw_row *row, uint32_t slot);

#endif
