/* Budgets that have run dry, as `leeway replay` shows them. */
#ifndef LW_CLI_REPLAY_DRY_H
#define LW_CLI_REPLAY_DRY_H

#include "replay/dry.h"

/* A sentence and at most `most` lines; nothing when no budget has run dry. */
void lw_replay_dry_text(const struct lw_dry *dry, const struct lw_tape *tape, size_t most,
                        struct lw_buf *out);
/* All of them, a line each. */
void lw_replay_dry_csv(const struct lw_dry *dry, const struct lw_tape *tape, struct lw_buf *out);
/* The text, quoted where it must be, and what follows it. */
void lw_add_csv_field(struct lw_buf *out, lw_str text, const char *after);

#endif
