/* One value of a policy document changed, everything else left as it stands: comments, order,
 * spaces. Paths are those of `policy diff`: "budgets.rep-month.amount", "grants.goodwill.up_to",
 * "routes.over-limit.ask.1.within". Pure. */
#ifndef LW_POLICY_EDIT_H
#define LW_POLICY_EDIT_H

#include "data/value.h"

/* The value at a path in a document (sections with rules in a list are searched by `id`, other
 * lists by number from 1), or NULL. */
const struct lw_value *lw_policy_at(const struct lw_value *document, lw_str path);

/* Appends `source` with the value at `path` replaced by `text`, as it would be written there:
 * `120.00`, `[lead, manager]`, `reason == "outage"`. A text that would mean something else where it
 * stands is quoted. LW_NOT_FOUND: nothing stands at the path (a hint names one like it);
 * LW_INVALID: the source is no document, or the value stands on several lines; LW_NO_MEMORY. The
 * result is a document again with that value at that path; whether it is a policy is for whoever
 * loads it. */
LW_NODISCARD enum lw_code lw_policy_edit(lw_str source, lw_str path, lw_str text,
                                         struct lw_buf *out, struct lw_error *err);

#endif
