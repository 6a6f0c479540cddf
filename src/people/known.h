/* What somebody was last told of their own authority, so that they can be told when it grows. A
 * reader's mark, not a right: it stands outside the journal. */
#ifndef LW_PEOPLE_KNOWN_H
#define LW_PEOPLE_KNOWN_H

#include "base/date.h"
#include "db/db.h"

struct lw_known {
  lw_str digest; /* of the authority as it was read */
  lw_usec at;
  lw_str body; /* JSON: what it was */
};

/* *ret_found false: never. Lives in arena. */
LW_NODISCARD enum lw_code lw_known_get(struct lw_db *db, lw_str person, struct lw_arena *arena,
                                       bool *ret_found, struct lw_known *ret_known,
                                       struct lw_error *err);
LW_NODISCARD enum lw_code lw_known_put(struct lw_db *db, lw_str person,
                                       const struct lw_known *known, struct lw_error *err);

#endif
