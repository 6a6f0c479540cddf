/* Waking suspended connections, many with one call of the system's where they belong to one HTTP
 * thread. The library writes to that thread's event descriptor for each connection that is
 * resumed, and a thread that is woken at the first goes round its sockets for each few of them. So
 * whoever answers a batch resumes the first, and the HTTP thread itself those that came after it,
 * before it goes round once for all. Inside http only. */
#ifndef LW_HTTP_WAKES_H
#define LW_HTTP_WAKES_H

#include <stdatomic.h>

struct lw_exchange;

enum { LW_WAKES = 64 };

/* A list of connections that are to be resumed; zero: nobody is on the way. */
struct lw_wakes {
  _Atomic(struct lw_exchange *) last; /* the list itself: only the herald is on the way */
  char apart[56];                     /* each in a cache line that others do not touch */
};

/* Of a server's LW_WAKES lists the calling HTTP thread's, for exchange->wakes before it is
 * suspended. Two threads may have the same: then either resumes the other's, too. */
struct lw_wakes *lw_wakes_here(struct lw_wakes *lists);

/* On any thread: has the HTTP thread go on with a suspended exchange. Nothing of the exchange may
 * be touched after that. */
void lw_wakes_add(struct lw_exchange *exchange);
/* On the HTTP thread, for an exchange that goes on or whose connection has ended: resumes those
 * that were woken behind it. To be called before anything else that may take long. */
void lw_wakes_pass_on(struct lw_exchange *exchange);

#endif
