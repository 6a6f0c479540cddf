/* A policy in sentences that a support manager would sign, and the differences between two in the
 * same words. */
#ifndef LW_POLICY_EXPLAIN_H
#define LW_POLICY_EXPLAIN_H

#include "policy/model.h"

/* The whole policy as plain text, 2-space lists, lines not wrapped. */
void lw_policy_explain(const struct lw_policy *policy, struct lw_buf *out);
/* The same as JSON: {"organization", "sections": [{"title", "rules": [{"id", "text", "line"}]}]};
 * line: where the rule stands in the document, from 1; not of rules that stand nowhere alone. */
void lw_policy_explain_json(const struct lw_policy *policy, struct lw_buf *out);
/* The sections alone, as a list. */
void lw_policy_explain_sections(const struct lw_policy *policy, struct lw_buf *out);

/* Phrases that others need too (because, diff, console). Each appends without capital or full stop.
 */
void lw_explain_who(const struct lw_policy *policy, const struct lw_who *who, struct lw_buf *out);
void lw_explain_condition(const struct lw_policy *policy, const struct lw_node *node,
                          struct lw_buf *out);
void lw_explain_budget(const struct lw_policy *policy, const struct lw_budget *budget,
                       struct lw_buf *out);
/* "$100.00" style is locale's business: here "100.00 USD" once and "100.00" in lists; see
 * explain.c. */
void lw_explain_amount(const struct lw_policy *policy, int64_t minor, struct lw_buf *out);

/* A grant in whole sentences, as the policy's page has them. */
void lw_explain_grant(const struct lw_policy *policy, const struct lw_grant *grant,
                      struct lw_buf *out);

struct lw_policy_change {
  lw_str path;   /* "grants.frontline-billing.up_to" */
  lw_str before; /* as written, one line; empty: was not there */
  lw_str after;  /* empty: is gone */
  bool variable; /* counts as a variable: words (why, label, instead, then, order of keys) do not */
};

struct lw_changes {
  struct lw_policy_change *items;
  size_t count;
  size_t capacity;
  size_t variables;
};

/* What changed from a to b, rule by rule, in the order of b then what is gone; in `keep`. A rule
 * that is new, gone or moved (order decides) is one variable. False when memory is out. */
LW_NODISCARD bool lw_policy_diff(const struct lw_policy *a, const struct lw_policy *b,
                                 struct lw_arena *keep, struct lw_changes *ret_changes);
void lw_changes_print(const struct lw_changes *changes, struct lw_buf *out);
void lw_changes_json(const struct lw_changes *changes, struct lw_buf *out);

#endif
