/* A draft of several variables taken apart: for each variable the document that it began with and
 * that one change, as both of them stand, comments too. Pure. */
#ifndef LW_POLICY_SPLIT_H
#define LW_POLICY_SPLIT_H

#include "policy/variable.h"

struct lw_split_part {
  lw_str source;
  uint32_t variable; /* of `variables`; LW_NO_VARIABLE: the words that belong to none */
};

/* From a to b; `variables` is what lw_variables_find says of them. Each part is a sound policy that
 * differs from a by just that. LW_CONFLICT: there is only one, or one of them does not stand alone
 * (which, and why); LW_LIMIT: too much was rewritten; LW_NO_MEMORY. Parts are in `keep`. */
LW_NODISCARD enum lw_code lw_policy_split(const struct lw_policy *a, const struct lw_policy *b,
                                          const struct lw_variables *variables,
                                          struct lw_arena *keep, struct lw_split_part **ret_parts,
                                          uint32_t *ret_count, struct lw_error *err);

#endif
