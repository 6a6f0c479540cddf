/* The answer to a request as JSON, one line (SPEC section 4), the same for decide, replay,
 * libleeway and the API. */
#ifndef LW_POLICY_ANSWER_H
#define LW_POLICY_ANSWER_H

#include "policy/decide.h"

/* Appends the answer without a line end. line is the request's line number for errors, 0 for none.
 */
void lw_answer_add(const struct lw_policy *policy, const struct lw_request *request,
                   const struct lw_outcome *outcome, uint64_t line, struct lw_buf *out);
/* Appends the error answer for a request that could not be read. id and meta may be empty. */
void lw_answer_add_faults(lw_str id, uint64_t line, const struct lw_fault *faults, size_t count,
                          lw_str meta, struct lw_buf *out);
/* Appends `[{"action": ..., "up_to": ..., "grant": ..., "limit": ...}]`. */
void lw_answer_add_options(const struct lw_policy *policy, const struct lw_option *options,
                           uint32_t count, struct lw_buf *out);
void lw_answer_add_option(const struct lw_policy *policy, const struct lw_option *option,
                          struct lw_buf *out);
/* Appends `,"key":[{"who": ..., "within": ...}],"otherwise": ...` of a route. */
void lw_answer_add_levels(const struct lw_policy *policy, const struct lw_request *request,
                          const struct lw_route *route, lw_str key, struct lw_buf *out);
lw_str lw_verdict_name(enum lw_verdict verdict);
LW_NODISCARD bool lw_verdict_read(lw_str name, enum lw_verdict *ret_verdict);

#endif
