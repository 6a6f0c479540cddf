/* Logging: one structured line a happening, on stderr, JSON or text; layers 0 to 3 never log. Any
 * number of threads; a line is one write. Personal data and secrets are never passed in. */
#ifndef LW_BASE_LOG_H
#define LW_BASE_LOG_H

#include "base/buf.h"

enum lw_log_level { LW_LOG_DEBUG, LW_LOG_INFO, LW_LOG_WARNING, LW_LOG_ERROR };

/* Once, before threads. json false: `2026-03-01T10:00:00Z info serve: listening port=8080`. */
void lw_log_setup(enum lw_log_level least, bool json);
/* `where` is the module ("http"); message a fixed text; then pairs of name and text, ended by NULL:
 * lw_log(LW_LOG_INFO, "serve", "listening", "address", address, NULL). */
void lw_log(enum lw_log_level level, const char *where, const char *message, ...)
    __attribute__((sentinel));

#endif
