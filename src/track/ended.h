/* What stands behind Track's time to resolve and its ratings (ends.h): the cases that were resolved
 * in a window, or the ratings that came in it, latest first, by the same counting. */
#ifndef LW_TRACK_ENDED_H
#define LW_TRACK_ENDED_H

#include "track/ends.h"
#include "track/overview.h"

enum lw_track_ended { LW_TRACK_RESOLVED_CASES, LW_TRACK_RATED_CASES };

/* "resolved" "rated"; false: neither. */
LW_NODISCARD bool lw_track_ended_read(lw_str name, enum lw_track_ended *ret_of);

struct lw_track_ended_query {
  enum lw_track_ended of;
  struct lw_track_scope scope;
  lw_usec since;
  lw_str after;     /* the `id` of the item that the page before ended with; or empty */
  uint32_t limit;   /* items on a page, from 1 */
  bool individuals; /* whose they are is told */
};

/* {"items":[{"id":"c1","case":"c1","at":"...","agent":"ana","agent_name":"Ana Ro","channel":"chat",
 * "resolve_seconds":318.4}],"next":"c1"}, a rating with "rating":"0.7500" (a share of its scale)
 * instead. LW_INVALID: no page ends with `after`; LW_NO_MEMORY, or the store's. */
LW_NODISCARD enum lw_code lw_track_ended_print(const struct lw_track_store *store,
                                               const struct lw_track_ended_query *query,
                                               struct lw_buf *out, struct lw_error *err);

#endif
