/* A thread for what takes a tenth of a second (Argon2), so that no HTTP thread and never the writer
 * waits for it. Inside http only. */
#ifndef LW_HTTP_WORKER_H
#define LW_HTTP_WORKER_H

#include "http/call.h"

struct lw_worker;
struct lw_worker *lw_worker_create(struct lw_server *server);
/* Lets what waits finish. */
void lw_worker_destroy(struct lw_worker *worker);
/* Suspends the call; `work` runs on the thread and ends with a reply or lw_call_submit. Too many
 * waiting: replies with 429 at once. */
void lw_worker_run(struct lw_call *call, void (*work)(struct lw_call *call));

#endif
