/* The live policy and people as one immutable picture: what every request reads. A change of either
 * makes a new one; whoever holds the old one keeps it until done.
 *
 * While a version is tried by some teams first (engine/canary.h), the picture has a view for each
 * such trial: the same people under the trial's policy. Whoever decides for, shows to, or asks
 * about somebody takes the view of that person (lw_snapshot_for); a view counts as a reference to
 * the whole picture. */
#ifndef LW_ENGINE_SNAPSHOT_H
#define LW_ENGINE_SNAPSHOT_H

#include "people/access.h"
#include "policy/decide.h"

struct lw_snapshot_trial;
struct lw_snapshot_shadow;

struct lw_snapshot {
  const struct lw_policy *policy; /* NULL: none was published yet */
  uint64_t policy_version;        /* 0: none */
  const struct lw_staff *staff;
  uint64_t serial;                /* grows with each new one in this process */
  const struct lw_snapshot *live; /* what is for everybody: itself, unless it is a trial's view */
  uint32_t trial;                 /* 0: live; else 1 + its index in live->trials */
  const struct lw_snapshot_trial *trials; /* of `live` alone; in the order of their start */
  uint32_t n_trials;
  const struct lw_snapshot_shadow *shadow; /* of `live` alone; NULL: none runs */
};

/* A version that some teams have, and nobody else. */
struct lw_snapshot_trial {
  struct lw_snapshot view;
  lw_str id;           /* "tri_..." */
  const lw_str *teams; /* their paths */
  uint32_t n_teams;
  bool under;    /* their sub-teams too */
  lw_usec until; /* from then on it is over, whether or not that is recorded yet */
  bool has_stop;
  int64_t stop_minor; /* more than that granted on one day ends it */
};

/* A policy that decides beside and is never acted on (engine/shadow.h): nobody's view. */
struct lw_snapshot_shadow {
  struct lw_snapshot view;
  uint64_t seq;          /* of the entry that began it */
  lw_str tag;            /* of its text */
  lw_usec until;         /* 0: none; from then on it is over */
  const lw_str *undrawn; /* budgets that only it has: nothing is ever drawn from them */
  uint32_t n_undrawn;
};

/* Any thread. */
const struct lw_snapshot *lw_snapshot_ref(const struct lw_snapshot *snapshot);
void lw_snapshot_unref(const struct lw_snapshot *snapshot); /* NULL is allowed */

/* The view that decides for somebody of that team (a path; empty: none) at that moment: of whatever
 * view it is asked. Borrowed from the snapshot. */
const struct lw_snapshot *lw_snapshot_for_team(const struct lw_snapshot *snapshot, lw_str team,
                                               lw_usec now);
/* The same for a person; whom nobody knows has the live version. */
const struct lw_snapshot *lw_snapshot_for(const struct lw_snapshot *snapshot, lw_str person,
                                          lw_usec now);

#endif
