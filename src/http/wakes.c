/* A list for each HTTP thread, without a lock. Whoever finds it empty leaves a mark in it and
 * resumes its own connection; that one is the herald, and all who come after it are pushed onto the
 * list. When the library runs the herald's handler, or tells that its connection has ended, the
 * HTTP thread takes the list (from then on it is empty, and the next one is a herald again) and
 * resumes who stands there.
 *
 * Who is on the list may go on, end, and be used again as soon as the thread has taken it: so an
 * exchange is not touched after the push, and the herald, which nobody else will resume, is not on
 * it. Each herald reaches its handler or its end, as each resumed connection does; a thread that is
 * busy elsewhere would keep the others waiting in any case. */
#include "http/wakes.h"

#include <microhttpd.h>

enum { LW_WAKES_MAX = 256 };

struct lw_wakes {
  _Atomic(struct lw_exchange *) last; /* NULL: nobody is on the way; the mark: only the herald is */
};

static struct lw_wakes lists[LW_WAKES_MAX];
static atomic_uint taken;
static _Thread_local struct lw_wakes *mine;
static struct lw_exchange mark; /* stands at the end of each list; nothing of it is read */

struct lw_wakes *lw_wakes_here(void)
{
  if (mine == NULL) {
    mine = &lists[atomic_fetch_add(&taken, 1) % LW_WAKES_MAX];
  }
  return mine;
}

void lw_wakes_add(struct lw_exchange *exchange)
{
  struct lw_wakes *wakes = exchange->wakes;
  struct MHD_Connection *connection = exchange->connection;
  struct lw_exchange *last = atomic_load(&wakes->last);
  bool heralds = false;
  do {
    heralds = last == NULL;
    exchange->heralds = heralds;
    exchange->woken_before = last;
  } while (!atomic_compare_exchange_weak(&wakes->last, &last, heralds ? &mark : exchange));
  if (heralds) {
    MHD_resume_connection(connection);
  }
}

void lw_wakes_pass_on(struct lw_exchange *exchange)
{
  if (!exchange->heralds) {
    return;
  }
  exchange->heralds = false;
  struct lw_exchange *next = atomic_exchange(&exchange->wakes->last, NULL);
  while (next != &mark) {
    struct lw_exchange *woken = next;
    next = woken->woken_before; /* first: once resumed, it may be another thread's */
    MHD_resume_connection(woken->connection);
  }
}
