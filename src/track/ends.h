/* What became of cases, beside the sums of what was given (sums.h): how long those took that were
 * resolved in the window, and how those rated in it were rated, by agent and stratum. From the
 * store's tables of cases and ratings; they follow the journal: each case that an entry names is
 * looked at again.
 *
 * A case's stratum is that of its first request in the window, if that came before the end; else
 * nothing but its channel is known. A resolved case is its owner's, or whoever's it was last; a
 * rating is whom it is about. One thread at a time. */
#ifndef LW_TRACK_ENDS_H
#define LW_TRACK_ENDS_H

#include "db/db.h"
#include "people/staff.h"
#include "track/sums.h"

struct lw_track_ends;

/* sums is borrowed. NULL when memory is out. */
struct lw_track_ends *lw_track_ends_create(struct lw_track_sums *sums);
void lw_track_ends_destroy(struct lw_track_ends *ends);

struct lw_track_store {
  struct lw_db *db;
  const struct lw_staff *staff; /* teams of whoever decided nothing */
  bool cases;                   /* cases are to be counted by cause, too */
};
/* Adds what the store has and the sums have not; they have been followed before. LW_NO_MEMORY,
 * LW_OVERFLOW, or the store's; after a failure sums and ends are to be thrown away. */
LW_NODISCARD enum lw_code lw_track_ends_follow(struct lw_track_ends *ends,
                                               const struct lw_track_store *store,
                                               struct lw_error *err);
size_t lw_track_ends_bytes(const struct lw_track_ends *ends);

#endif
