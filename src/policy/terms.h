/* The terms of a policy: the names that requests, people and lists use, with their labels. What a
 * console needs to put words beside ids; nothing here is computed for anybody in particular. Pure.
 */
#ifndef LW_POLICY_TERMS_H
#define LW_POLICY_TERMS_H

#include "policy/model.h"

/* As api/openapi.yaml has Terms: {"version","organization","currency","time_zone","why","instead",
 * "tiers","channels","actions","reasons","facts","budgets","routes","teams","certificates"}. A
 * label that the policy does not give is made of the name. */
void lw_terms_json(const struct lw_policy *policy, uint64_t version, struct lw_arena *scratch,
                   struct lw_buf *out);

/* The pieces that others print too: a label, or the name in words with a capital. */
void lw_term_label(lw_str name, lw_str label, struct lw_buf *out);
/* "money", "item", "change" */
lw_str lw_term_kind(enum lw_action_kind kind);
/* {"grant_up_to":"50.00"} or "refuse" */
void lw_term_otherwise(const struct lw_policy *policy, const struct lw_route *route,
                       struct lw_buf *out);
/* Whether a compiled expression reads that slot. */
bool lw_term_reads(const struct lw_expression *expression, uint32_t slot);

#endif
