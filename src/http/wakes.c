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

#include "http/exchange.h"

#include <microhttpd.h>
#include <pthread.h>

/* Stands at the end of each list; nothing of it is read as an exchange. */
static struct lw_exchange *mark_of(struct lw_wakes *wakes)
{
  return (struct lw_exchange *)(void *)wakes;
}

/* By the thread's own number, whose upper bits a multiplication mixes (Fibonacci hashing; Knuth,
 * The Art of Computer Programming, volume 3, 6.4): the library begins these threads and numbers
 * none. */
struct lw_wakes *lw_wakes_here(struct lw_wakes *lists)
{
  uint64_t thread = (uint64_t)pthread_self();
  return &lists[(thread * UINT64_C(0x9E3779B97F4A7C15)) >> 32 & (LW_WAKES - 1)];
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
  } while (!atomic_compare_exchange_weak(&wakes->last, &last, heralds ? mark_of(wakes) : exchange));
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
  struct lw_wakes *wakes = exchange->wakes;
  struct lw_exchange *next = atomic_exchange(&wakes->last, NULL);
  while (next != mark_of(wakes)) {
    struct lw_exchange *woken = next;
    next = woken->woken_before; /* first: once resumed, it may be another thread's */
    MHD_resume_connection(woken->connection);
  }
}
