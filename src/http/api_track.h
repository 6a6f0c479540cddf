/* What the handlers of Track share. Inside http only. */
#ifndef LW_HTTP_API_TRACK_H
#define LW_HTTP_API_TRACK_H

#include "http/api.h"
#include "track/overview.h"
#include "tweak/ratings.h"

enum { LW_TRACK_DAYS_USUAL = 90, LW_TRACK_DAYS_MAX = 731 };

/* On a worker's thread: holds the past, as far as the record goes, while `use` works on it (its
 * `user`: the call's; db: a reader). *ret_code: what came of it. False: replied, as nobody waits
 * for the answer any more, or there is no reader. */
LW_NODISCARD bool lw_api_use_past(struct lw_call *call,
                                  enum lw_code (*use)(struct lw_call *call, struct lw_db *db,
                                                      const struct lw_live_past_view *past,
                                                      struct lw_error *err),
                                  enum lw_code *ret_code, struct lw_error *err);

/* Whose figures the caller may see, from the parameters team and agent: all, those of their team,
 * or (as everybody) their own. Under a works council single people are for themselves and whoever
 * leads them: *ret_individuals false. False: replied. */
LW_NODISCARD bool lw_api_track_scope(struct lw_call *call, struct lw_track_scope *ret_scope,
                                     bool *ret_individuals);
/* Midnight, where the policy's days turn over, so many days ago: today is the last of them. */
lw_usec lw_api_track_since(const struct lw_call *call, uint64_t days);

/* Ratings that may count in a measured effect, with their texts in the arena; on the replays'
 * threads. LW_NO_MEMORY, or the store's. */
LW_NODISCARD enum lw_code lw_api_past_ratings(struct lw_call *call, struct lw_arena *arena,
                                              struct lw_past_ratings *ret_ratings,
                                              struct lw_error *err);

/* user: the server. The past has been read (live_past.h: ready), or a day may have turned over: the
 * sums of the usual windows are made, or follow, while nobody waits for them. */
void lw_api_track_ready(void *user, const struct lw_live_past_view *past);

#endif
