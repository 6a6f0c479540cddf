/* Threads for what takes a tenth of a second and more, so that no HTTP thread and never the writer
 * waits for it: one for passwords (Argon2) and policies, some for replays. Inside http only. */
#ifndef LW_HTTP_WORKER_H
#define LW_HTTP_WORKER_H

#include "http/call.h"

enum { LW_WORKER_THREADS_MAX = 4 };

struct lw_worker;
struct lw_worker_options {
  uint32_t threads;     /* 1 to LW_WORKER_THREADS_MAX */
  uint32_t waiting_max; /* up to LW_WORKER_WAITING_MAX */
  int nice;             /* how far they give way to other threads; 0: not at all */
  enum lw_code full;    /* what is answered when too many wait */
  const char *full_text;
};
/* NULL when memory or threads are out. options are copied; its text is static. */
struct lw_worker *lw_worker_create(const struct lw_worker_options *options);
/* Lets what waits finish. */
void lw_worker_destroy(struct lw_worker *worker);
/* Suspends the call; `work` runs on the server's thread for passwords and policies and ends with a
 * reply or lw_call_submit. Too many waiting: replies with 429 at once. */
void lw_worker_run(struct lw_call *call, void (*work)(struct lw_call *call));
/* The same on another worker. */
void lw_worker_run_on(struct lw_worker *worker, struct lw_call *call,
                      void (*work)(struct lw_call *call));
uint32_t lw_worker_waiting(struct lw_worker *worker);

#endif
