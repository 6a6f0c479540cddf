/* What commands that look at the past begin with. */
#ifndef LW_CLI_READ_PAST_H
#define LW_CLI_READ_PAST_H

#include "tweak/past.h"

/* lw_past_open, with a line on the terminal that says how far it is (quiet: without). progress and
 * user of the options are not looked at. *past is to be finished (lw_past_finish) either way. */
LW_NODISCARD enum lw_code lw_read_past(struct lw_past *past, const char *against,
                                       const struct lw_past_options *options, bool quiet,
                                       struct lw_error *err);

#endif
