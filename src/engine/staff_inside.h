/* Inside staff_change.h's two halves: people (staff_change.c) and ways in (staff_signin.c). */
#ifndef LW_ENGINE_STAFF_INSIDE_H
#define LW_ENGINE_STAFF_INSIDE_H

#include "base/bounds.h"
#include "data/json.h"
#include "engine/staff_change.h"

LW_NODISCARD enum lw_code lw_staff_answer_person(struct lw_batch *batch, struct lw_change *change,
                                                 int status, const struct lw_person *person,
                                                 struct lw_error *err);
/* LW_FORBIDDEN when it concerns an administrator and the caller is none. */
LW_NODISCARD enum lw_code lw_staff_guard_admin(const struct lw_caller *caller, bool concerns_admin,
                                               struct lw_error *err);
/* Row and entry of one person; what they are to become was checked. */
LW_NODISCARD enum lw_code lw_staff_write_person(struct lw_batch *batch, struct lw_change *change,
                                                const struct lw_person *before,
                                                const struct lw_person_edit *edit,
                                                struct lw_person *ret_after, struct lw_error *err);

#endif
