/* The past of a running server: its journal as a tape in memory, which follows.
 *
 * It is read when somebody first asks for it, by a thread of its own that gives way, and let go
 * when nobody has asked for an hour: most servers replay nothing, and what a tape takes is theirs.
 * Where a tape's file lies beside the database somebody has asked before, and it is read at once.
 * Whoever holds it reads a tape that does not grow meanwhile. */
#ifndef LW_TWEAK_LIVE_PAST_H
#define LW_TWEAK_LIVE_PAST_H

#include "engine/engine.h"
#include "replay/tape.h"

struct lw_live_past;

struct lw_live_past_view {
  const struct lw_tape *tape; /* borrowed until release */
  uint64_t seq;               /* the last entry that it has */
  uint64_t serial; /* from 1; another tape has another, the same tape grown has the same */
};

struct lw_live_past_options {
  struct lw_engine *engine; /* borrowed; outlives it */
  /* Called by its thread each time that all of it has been read, before anybody may hold it: for
   * what is made of it ahead. The view lasts for the call. May be NULL. */
  void (*ready)(void *user, const struct lw_live_past_view *view);
  void *user;
  lw_usec again_usec; /* how often it is called again, while nobody holds the past; 0: never */
  size_t bytes_max;   /* of the tape; 0: a quarter of the machine's memory */
  lw_usec keep_usec;  /* how long it is kept without being asked for; 0: an hour */
};

/* Starts the thread; NULL when memory or threads are out. */
struct lw_live_past *lw_live_past_create(const struct lw_live_past_options *options);
/* When nobody holds it. NULL is allowed. */
void lw_live_past_destroy(struct lw_live_past *past);

/* The past with all entries up to `seq`; waits for them, at most wait_msec. When it was read once,
 * but is still behind then (somebody holds it for long), it is given as it is. LW_BUSY while it is
 * read for the first time: *err says how far it is; LW_LIMIT when it does not fit into bytes_max;
 * LW_IO, LW_INVALID: the journal can't be read. Any thread; several may hold it. */
LW_NODISCARD enum lw_code lw_live_past_hold(struct lw_live_past *past, uint64_t seq,
                                            uint32_t wait_msec, struct lw_live_past_view *ret_view,
                                            struct lw_error *err);
void lw_live_past_release(struct lw_live_past *past);

struct lw_live_past_figures {
  uint64_t rows, seq;
  size_t bytes; /* 0: it is not there */
};
void lw_live_past_get_figures(struct lw_live_past *past, struct lw_live_past_figures *ret_figures);

#endif
