/* The live policy and people as one immutable picture: what every request reads. A change of either
 * makes a new one; whoever holds the old one keeps it until done. */
#ifndef LW_ENGINE_SNAPSHOT_H
#define LW_ENGINE_SNAPSHOT_H

#include "people/access.h"
#include "policy/decide.h"

struct lw_snapshot {
  const struct lw_policy *policy; /* NULL: none was published yet */
  uint64_t policy_version;        /* 0: none */
  const struct lw_staff *staff;
  uint64_t serial; /* grows with each new one in this process */
};

/* Any thread. */
const struct lw_snapshot *lw_snapshot_ref(const struct lw_snapshot *snapshot);
void lw_snapshot_unref(const struct lw_snapshot *snapshot); /* NULL is allowed */

#endif
