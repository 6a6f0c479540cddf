/* What commands that look at the past begin with. */
#ifndef LW_CLI_READ_PAST_H
#define LW_CLI_READ_PAST_H

#include "cli/store.h"
#include "tweak/past.h"

/* lw_past_open, with a line on the terminal that says how far it is (quiet: without). progress and
 * user of the options are not looked at. *past is to be finished (lw_past_finish) either way. */
LW_NODISCARD enum lw_code lw_read_past(struct lw_past *past, const char *against,
                                       const struct lw_past_options *options, bool quiet,
                                       struct lw_error *err);

/* A command that looks at a database and at its past: opens both, has `use` do its work, and puts
 * out what is in desk->out then. The exit status; what went wrong is said. */
int lw_use_past(const char *url, bool quiet,
                enum lw_code (*use)(void *user, struct lw_desk *desk, const struct lw_tape *tape,
                                    struct lw_error *err),
                void *user);

#endif
