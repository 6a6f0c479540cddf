/* Why a condition holds or fails, in words and values: the part that decided, not the whole.
 *
 * A probe is made once per condition when the policy is loaded: the condition taken apart at && ||
 * ! and `let` into atoms, each with programs for itself and for what it looks at. Explaining runs
 * them on a request's activation. */
#ifndef LW_POLICY_CONDITION_H
#define LW_POLICY_CONDITION_H

#include "policy/model.h"

/* What one evaluation needs; all borrowed. */
struct lw_evaluation {
  const struct lw_policy *policy;
  struct lw_vm *vm;
  struct lw_activation activation;
  struct lw_arena *scratch;
};

enum lw_truth {
  LW_FALSE,
  LW_TRUE,
  LW_UNTOLD /* for want of a fact */,
  LW_FAILED /* an error: a missing cell, overflow */
};

/* NULL node: true. *ret_val (may be NULL) gets the VM's answer, an UNKNOWN or ERROR for the last
 * two. */
enum lw_truth lw_condition_run(const struct lw_evaluation *evaluation,
                               const struct lw_expression *condition, struct lw_val *ret_val);

/* How the expressions of policies are parsed: has(fact) is allowed for undotted facts too. */
extern const struct lw_cel_parse_options lw_policy_parse_options;

/* Takes the condition apart. NULL when memory is out. Uses compile only: findings were made before.
 */
struct lw_probe *lw_probe_make(struct lw_arena *keep, struct lw_policy *policy,
                               const struct lw_node *node);

/* Appends why the probe's condition is not true ("customer.tenure_days >= 30: it is 12"), or with
 * `holds` why it is; several parts are joined by "; ". Nothing is appended when there is nothing to
 * say. */
void lw_probe_explain(const struct lw_evaluation *evaluation, const struct lw_probe *probe,
                      bool holds, struct lw_buf *out);

/* Of a condition that can't be told (LW_UNTOLD): whether a part that must hold comes to an error
 * whatever is found out: then it can't hold. */
bool lw_probe_fails(const struct lw_evaluation *evaluation, const struct lw_probe *probe);

/* Adds the names of the missing facts behind an UNKNOWN to a list of texts in scratch, each once.
 */
struct lw_texts {
  lw_str *items;
  size_t count;
  size_t capacity;
};
void lw_texts_add(struct lw_arena *arena, struct lw_texts *texts, lw_str text);
void lw_unknown_names(const struct lw_policy *policy, struct lw_arena *arena, struct lw_val unknown,
                      struct lw_texts *texts);

#endif
