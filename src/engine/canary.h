/* Canaries: a version of the policy for some teams first, until a moment at which everybody has the
 * live version again unless somebody keeps it. Table policy_trial; entries policy.trial_started and
 * policy.trial_extended, policy.trial_ended (docs/formats/journal.md); docs/decisions/canary.md has
 * the reasons.
 *
 * Which teams: those that are named, with all under them, or a share of the teams that have people,
 * drawn once when it starts and written down as names. One experiment at a time for each team and
 * for each variable: a second that shares either is refused in words. Budgets are those of the
 * live version, and all draw from the same rows: a version on trial may change limits, but neither
 * window nor scope of a budget that is there already. */
#ifndef LW_ENGINE_CANARY_H
#define LW_ENGINE_CANARY_H

#include "engine/publish.h"

enum {
  LW_CANARY_TEAMS_MAX = 1000,
  LW_CANARY_DAYS_MAX = 366, /* later nobody remembers what was tried */
  LW_CANARY_CHANGES_MAX = 200
};

enum lw_canary_end {
  LW_CANARY_RUNS,
  LW_CANARY_KEPT,        /* live for everybody */
  LW_CANARY_ENDED,       /* by somebody, early */
  LW_CANARY_TIME,        /* at `until` */
  LW_CANARY_COST,        /* more was granted on one day than its limit */
  LW_CANARY_PUBLISHED,   /* another version was published to everybody, or kept */
  LW_CANARY_ROLLED_BACK, /* everybody went back to an earlier version */
};
lw_str lw_canary_end_name(enum lw_canary_end end); /* "kept" "ended" "time" ... */

/* As it stands in the table. */
struct lw_canary {
  lw_str id;           /* "tri_..." */
  uint64_t version;    /* on trial */
  uint64_t base;       /* live when it started */
  const lw_str *teams; /* ids */
  uint32_t n_teams;
  bool under;   /* the sub-teams too: of teams that were named */
  lw_str share; /* as it was said, or empty */
  lw_usec at;
  lw_usec until;
  bool has_stop;
  int64_t stop_minor;
  const lw_str *changes; /* paths of what differs from `base` */
  uint32_t n_changes;
  lw_str who;
  lw_str note; /* empty: none, or erased */
  uint64_t seq;
  enum lw_canary_end end;
  lw_usec ended_at;
  lw_str ended_by;
  lw_str end_note;
  lw_usec day;       /* the start of the last day on which something was granted under it */
  int64_t day_minor; /* how much on that day */
  bool day_withheld; /* of the caller (engine/council.h); set by whoever prints */
};

/* --- starting --- */

/* change->user of lw_canary_start_apply. init, prepare (any thread), submit; finish when done. */
struct lw_canary_start {
  struct lw_publish publish; /* its source, or that of `version`; note and findings */
  uint64_t version;    /* an earlier one that is tried again; 0: the source, as a new version */
  const lw_str *teams; /* ids, or */
  uint32_t n_teams;
  uint32_t share_ppm; /* this share of the teams, in millionths */
  lw_str share;       /* the same as it was said */
  lw_usec until;
  bool has_stop;
  lw_str stop;    /* an amount, in the policy's currency */
  bool only_look; /* whether it could start: nothing is written */
  /* By prepare. */
  uint64_t base;
  lw_str *changes;
  uint32_t n_changes;
  int64_t stop_minor;
};
void lw_canary_start_init(struct lw_canary_start *start, lw_str source, struct lw_arena *arena);
/* Checks the policy, and what it changes against the live one. LW_INVALID with findings, or when
 * nothing would be tried; LW_CONFLICT: no policy is live, or a budget that both have would be
 * counted in two ways. */
LW_NODISCARD enum lw_code lw_canary_start_prepare(struct lw_canary_start *start,
                                                  const struct lw_snapshot *snapshot,
                                                  struct lw_error *err);
void lw_canary_start_finish(struct lw_canary_start *start);
/* change->apply: 201 and the trial; 200 with its base, teams and changes when it only looks, where
 * the teams of a share are one draw of many. LW_CONFLICT in words: what another trial and this one
 * share; LW_STALE: another version went live meanwhile; LW_NOT_FOUND: a team, a version. */
enum lw_code lw_canary_start_apply(struct lw_batch *batch, struct lw_change *change,
                                   struct lw_error *err);

/* --- ending --- */

/* change->user of lw_canary_end_apply. */
struct lw_canary_finish {
  lw_str id;
  bool keeps;       /* its version becomes live for everybody */
  bool ends_trials; /* keeps: others that still run end, rather than being in the way */
  lw_str note;
};
/* 200 and the trial. LW_NOT_FOUND; LW_CONFLICT: it is over, and how. */
enum lw_code lw_canary_end_apply(struct lw_batch *batch, struct lw_change *change,
                                 struct lw_error *err);
/* change->user of lw_canary_extend_apply. */
struct lw_canary_extend {
  lw_str id;
  lw_usec until;
};
/* 200 and the trial, which ends later. LW_INVALID: not later than it does already, or too late;
 * LW_NOT_FOUND; LW_CONFLICT: it is over. */
enum lw_code lw_canary_extend_apply(struct lw_batch *batch, struct lw_change *change,
                                    struct lw_error *err);
/* Those whose time is over: a row of lw_engine_add_due. */
extern const struct lw_due lw_canaries_due;

/* --- reading --- */

/* Newest first, those before `after` (0: from the newest), at most `limit`. */
LW_NODISCARD enum lw_code lw_canary_list(struct lw_db *db, uint64_t after, uint32_t limit,
                                         struct lw_arena *arena, struct lw_canary **ret_canaries,
                                         uint32_t *ret_count, struct lw_error *err);
LW_NODISCARD enum lw_code lw_canary_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                                        struct lw_canary *ret_canary, struct lw_error *err);
/* Those that run, in the order of their start; without their notes. */
LW_NODISCARD enum lw_code lw_canary_running(struct lw_db *db, struct lw_arena *arena,
                                            struct lw_canary **ret_canaries, uint32_t *ret_count,
                                            struct lw_error *err);
/* Appends it as the API shows it. currency: of amounts. */
void lw_canary_print(const struct lw_canary *canary, uint16_t currency, struct lw_buf *out);

/* --- inside the engine --- */

extern const struct lw_migration lw_canary_migrations[];
extern const size_t lw_canary_migrations_count;

/* Everybody gets another version: ends all trials that run, each with an entry of its own. */
LW_NODISCARD enum lw_code lw_canary_end_all(struct lw_batch *batch, struct lw_change *change,
                                            enum lw_canary_end how, struct lw_error *err);
/* LW_CONFLICT with the mend when a trial runs. */
LW_NODISCARD enum lw_code lw_canary_check_none(struct lw_batch *batch, struct lw_error *err);
/* Something was granted under the view that the batch uses: past the trial's limit of the day it
 * ends, and this is the batch's last change. The rows of the batch's change are written before. */
LW_NODISCARD enum lw_code lw_canary_count(struct lw_batch *batch, struct lw_change *change,
                                          int64_t amount_minor, struct lw_error *err);
/* LW_CONFLICT when both versions have a budget that they would count in different ways, or live in
 * different time zones: their rows could not be shared. */
LW_NODISCARD enum lw_code lw_canary_check_rows(const struct lw_policy *live,
                                               const struct lw_policy *tried, struct lw_error *err);
/* The budget of that policy with its name, window and scope, or NULL: the two share their rows. */
const struct lw_budget *lw_canary_find_alike(const struct lw_policy *policy,
                                             const struct lw_budget *budget);
/* Writes the row, and how it ended. */
LW_NODISCARD enum lw_code lw_canary_insert(struct lw_db *db, const struct lw_canary *canary,
                                           lw_str note_reference, struct lw_error *err);
LW_NODISCARD enum lw_code lw_canary_set_until(struct lw_db *db, const struct lw_canary *canary,
                                              struct lw_error *err);
LW_NODISCARD enum lw_code lw_canary_set_ended(struct lw_db *db, const struct lw_canary *canary,
                                              lw_str note_reference, struct lw_error *err);
void lw_canary_add_list(const lw_str *items, uint32_t count, struct lw_buf *out);

#endif
