/* Parts of a replay's answer that the server and the command line say alike, as JSON. */
#ifndef LW_TWEAK_DRY_PRINT_H
#define LW_TWEAK_DRY_PRINT_H

#include "engine/council.h"
#include "replay/dry.h"
#include "replay/spread.h"

/* Appends {"items": ..., "total": ...} of at most `most` items. staff (NULL: nobody's) for the
 * names of agents; council (NULL: everything is told): budgets of people and teams that it does not
 * show are counted in the total alone. */
void lw_dry_print(const struct lw_dry *dry, const struct lw_tape *tape,
                  const struct lw_staff *staff, const struct lw_council *council, size_t most,
                  struct lw_buf *out);
/* Appends ,"cost_change":{...}: what the change of cost comes to, and between what it likely lies.
 */
void lw_spread_print(const struct lw_spread *spread, uint16_t currency, struct lw_buf *out);

#endif
