/* What lies behind an option: what it would draw from, and all that limits it, so that whoever acts
 * sees what will be left before they act. Decides and draws nothing. */
#ifndef LW_POLICY_EFFECT_H
#define LW_POLICY_EFFECT_H

#include "policy/decide.h"

/* Appends `[Option...]` as lw_answer_add_options does, each with its words (label, kind, why,
 * then), the budgets that it draws from (`effect`) and its limits, the smallest first (`limits`).
 * approver as in lw_options_for, which the options come from; NULL: the agent's own. On failure
 * nothing was appended. */
LW_NODISCARD enum lw_code lw_effect_add_options(struct lw_decider *decider,
                                                struct lw_request *request,
                                                const struct lw_actor *approver,
                                                const struct lw_option *options, uint32_t count,
                                                struct lw_buf *out, struct lw_error *err);
/* Appends `,"label":"..."`: the label, or the name in words. */
void lw_effect_add_label(lw_str label, lw_str name, struct lw_buf *out);
lw_str lw_action_kind_name(enum lw_action_kind kind); /* "money" "item" "change" */
/* "day" ... "year", "rolling", "for-good". */
lw_str lw_budget_window_name(const struct lw_budget *budget);
/* When the window turns over; of a rolling one, when something of what it holds is free again.
 * INT64_MAX: never, or not known. used: what the row says at `at`. */
lw_usec lw_budget_turns_over(const struct lw_policy *policy, const struct lw_budget *budget,
                             struct lw_rows *rows, struct lw_row_key key,
                             const struct lw_used *used, lw_usec at);

#endif
