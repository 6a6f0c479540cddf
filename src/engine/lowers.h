/* Whether a change of a person takes authority away: a lower tier, a certificate before its end, a
 * lower own limit, or a move that only loses grants. Such a change is no ordinary edit: it is a
 * lowering (engine/lowering.h), with a reason, an end and a second person. Every way of changing
 * people asks here.
 *
 * Two things are no lowering: taking back one's own raise within LW_SLIP_USEC (never below what was
 * before), and what becomes of somebody who left longer than LW_LEFT_USEC ago. */
#ifndef LW_ENGINE_LOWERS_H
#define LW_ENGINE_LOWERS_H

#include "engine/engine.h"
#include "people/import.h"
#include "people/person.h"

/* One's own slip: long enough to see it, short enough that it is no decision about a person. */
#define LW_SLIP_USEC (INT64_C(15) * 60 * 1000000)
/* Who comes back after so long begins anew. */
#define LW_LEFT_USEC (INT64_C(30) * 86400 * 1000000)

/* What somebody may do rests on these. */
enum {
  LW_POWER_FIELDS = LW_PERSON_TEAM | LW_PERSON_TIER | LW_PERSON_KIND | LW_PERSON_HOLDS |
                    LW_PERSON_HIRED_AT | LW_PERSON_LIMITS
};

/* Whose eyes it is looked at with. Borrowed. */
struct lw_lowers {
  const struct lw_snapshot *snapshot;
  lw_usec now;
  struct lw_db *db; /* for slips and for who has left; NULL: neither counts */
  lw_str actor;
  struct lw_arena *scratch;
};

/* Compares alone: appends what is less, in words ("tier senior to frontline"). */
bool lw_lowers_compare(const struct lw_policy *policy, const struct lw_person *before,
                       const struct lw_person *after, lw_usec now, struct lw_buf *words);
/* The same, the two exceptions in mind. What can't be read counts as lowering. */
bool lw_lowers(const struct lw_lowers *look, const struct lw_person *before,
               const struct lw_person *after, struct lw_buf *words);
/* LW_CONFLICT with what to do instead, when it lowers. */
LW_NODISCARD enum lw_code lw_lowers_refuse(const struct lw_lowers *look,
                                           const struct lw_person *before,
                                           const struct lw_person *after, struct lw_error *err);
/* A team's new place (a path in place of `before`): LW_CONFLICT when it only takes grants from one
 * of its people. */
LW_NODISCARD enum lw_code lw_lowers_refuse_move(const struct lw_lowers *look, lw_str before,
                                                lw_str after, struct lw_error *err);
/* Lines of the import that lower become faults. look is borrowed until the comparison is done. */
void lw_lowers_watch(struct lw_lowers *look, struct lw_import *import);

/* Keeps what a person was before a change of theirs, so that a slip can be taken back. before NULL:
 * they are new. Inside a batch. */
LW_NODISCARD enum lw_code lw_slip_keep(struct lw_batch *batch, lw_str actor, lw_str id,
                                       const struct lw_person *before, struct lw_error *err);
/* {"tier","team","holds","budgets"} of a person, as PATCH /v1/people reads them: those of `fields`;
 * null for what they do not have. */
void lw_power_print(const struct lw_person *person, uint32_t fields, uint16_t currency,
                    struct lw_buf *out);

#endif
