/* The version that an AI agent is (a model's and a prompt's name, as whoever runs it writes them),
 * and certificates that count for it alone. */
#ifndef LW_TRAIN_VERSION_H
#define LW_TRAIN_VERSION_H

#include "engine/engine.h"

enum { LW_VERSION_BYTES_MAX = 200 };

struct lw_version {
  lw_str text; /* or empty: it was never said */
  lw_usec since;
};
LW_NODISCARD enum lw_code lw_version_get(struct lw_db *db, lw_str person, struct lw_arena *arena,
                                         struct lw_version *ret, struct lw_error *err);
/* Inside apply: that certificate counts for the version that they are now. */
LW_NODISCARD enum lw_code lw_version_earned(struct lw_batch *batch, lw_str person,
                                            lw_str certificate, lw_str course,
                                            struct lw_error *err);

/* {"person","version","since","passed":[{"certificate","course","version","at","closed_at"}]}: of
 * an AI agent; what another version closed (closed_at) has to be passed again. Texts in `arena`. */
LW_NODISCARD enum lw_code lw_version_print(struct lw_db *db, lw_str person, struct lw_arena *arena,
                                           struct lw_buf *out, struct lw_error *err);

struct lw_version_words {
  const struct lw_caller *caller;
  lw_str person;
  lw_str version;
};
/* user: struct lw_version_words. 200 with {"person","version","before_version","closed":[...]}:
 * what another version earned is closed from the next request on, and what it was in the middle of
 * is over. The same version again changes nothing. LW_INVALID: no AI agent. LW_NOT_FOUND. */
enum lw_code lw_version_set(struct lw_batch *batch, struct lw_change *change, struct lw_error *err);

#endif
