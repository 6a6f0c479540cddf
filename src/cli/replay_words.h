/* What `leeway replay` prints of a draft beside what it is compared with. */
#ifndef LW_CLI_REPLAY_WORDS_H
#define LW_CLI_REPLAY_WORDS_H

#include "replay/dry.h"
#include "replay/report.h"
#include "replay/spread.h"

/* All of it is borrowed. */
struct lw_replay_shown {
  const struct lw_report *report;
  const struct lw_spread *spread;
  const struct lw_dry *dry;
  const struct lw_tape *tape;
  const char *draft; /* its file's name */
  uint16_t currency;
  bool has_live;     /* compared with a policy; else with what was decided then */
  bool people_known; /* else the report says what can't be told without them */
};

/* The whole as text; of budgets that have run dry at most dry_most lines. */
void lw_replay_text(const struct lw_replay_shown *shown, size_t dry_most, struct lw_buf *out);
/* The whole as one JSON object and a line end. */
void lw_replay_json(const struct lw_replay_shown *shown, struct lw_buf *out);
/* A head, and a line for each request that comes out otherwise. */
void lw_replay_csv(const struct lw_replay_shown *shown, struct lw_buf *out);

/* The pieces that curves and grids print, too: `"after":{...}`, and an amount in minor units with
 * its sign, if that is wanted, in place. */
void lw_replay_tally_json(struct lw_buf *out, const char *name, const struct lw_tally *tally,
                          uint16_t currency);
lw_str lw_replay_money(int64_t minor, uint16_t currency, bool sign, char place[32]);

#endif
