/* The past to replay, wherever it is kept: a database, an export of a journal, or requests. */
#ifndef LW_TWEAK_PAST_H
#define LW_TWEAK_PAST_H

#include "people/staff.h"
#include "policy/actor.h"
#include "replay/tape.h"
#include "tweak/tape_keeper.h"
#include "tweak/ratings.h"

struct lw_past {
  struct lw_tape *tape;
  struct lw_arena keep;
  const struct lw_directory *people; /* NULL: nobody is known; routes count as staffed */
  lw_str live;                       /* the live policy's source; empty: there is none */
  uint64_t live_version;
  bool has_verdicts;              /* what was decided then is known */
  struct lw_past_ratings ratings; /* of a journal; of a database where they are wanted */
};

/* Hears how far it is, in entries or lines (total 0: not known). */
struct lw_past_options {
  const struct lw_directory *people; /* or NULL: those of the database */
  lw_str currency;                   /* of requests: that of the policy which is tried */
  bool ratings;                      /* ... are wanted */
  bool no_file;                      /* leave the tape's file (tape_file.h) alone */
  /* NULL, or: of a database whose tape may have a file, that is made anew while the journal is
   * read, and is to be finished by the caller, who owns it also after a failure (tape_keeper.h). */
  struct lw_tape_keeper **ret_keeper;
  void (*progress)(void *user, uint64_t done, uint64_t total);
  void *user;
};

/* name: a database (SQLite) or a file of JSON lines, each an entry as `leeway export journal` has
 * it or a request as `leeway decide` reads it; "-" for standard input. Of a database the tape's
 * file beside it is used and kept up to date (tape_file.h). LW_IO, LW_INVALID (which
 * line), LW_NO_MEMORY. finish is safe after a failure. */
LW_NODISCARD enum lw_code lw_past_open(struct lw_past *past, const char *name,
                                       const struct lw_past_options *options, struct lw_error *err);
void lw_past_finish(struct lw_past *past);

#endif
