/* The sums that a server keeps: of the windows that were asked for last, each following the tape,
 * so that who opens a page again waits for what is new alone. Any thread; one at a time has them.
 */
#ifndef LW_TRACK_KEEPER_H
#define LW_TRACK_KEEPER_H

#include "track/ends.h"

struct lw_track_keeper;

/* NULL when memory is out. */
struct lw_track_keeper *lw_track_keeper_create(void);
void lw_track_keeper_destroy(struct lw_track_keeper *keeper);

struct lw_track_window {
  const struct lw_tape *tape; /* borrowed until release; it does not grow meanwhile */
  uint64_t serial;            /* another tape has another */
  lw_usec since;
  uint32_t n_days;
  struct lw_track_store store; /* what became of cases; db NULL: that is left as it is */
};
/* The sums of a window with all that the tape has. *ret_sums is borrowed until release, which is to
 * be called when this was LW_OK; others wait so long. LW_NO_MEMORY, LW_OVERFLOW, LW_INVALID as
 * lw_track_sums_follow, or the store's. */
LW_NODISCARD enum lw_code lw_track_keeper_hold(struct lw_track_keeper *keeper,
                                               const struct lw_track_window *window,
                                               const struct lw_track_sums **ret_sums,
                                               struct lw_error *err);
void lw_track_keeper_release(struct lw_track_keeper *keeper);
/* What all of it takes of memory, for reports. */
size_t lw_track_keeper_bytes(struct lw_track_keeper *keeper);

#endif
