/* The changes between two policies put together to variables: what makes sense alone. A new budget
 * and the grant that draws on it are one; a limit and an amount elsewhere are two. Each change also
 * said in a sentence. Pure. */
#ifndef LW_POLICY_VARIABLE_H
#define LW_POLICY_VARIABLE_H

#include "policy/explain.h"

#define LW_NO_VARIABLE UINT32_MAX

struct lw_variables {
  struct lw_changes changes;
  uint32_t *of;  /* each change's variable, from 0; LW_NO_VARIABLE: words that belong to none */
  lw_str *names; /* of each variable: the path of its first change */
  uint32_t count;
};

/* From a to b, in `keep`. Changes belong together when one makes (or removes) a name that the other
 * uses; words belong to the change of their rule. False when memory is out. */
LW_NODISCARD bool lw_variables_find(const struct lw_policy *a, const struct lw_policy *b,
                                    struct lw_arena *keep, struct lw_variables *ret_variables);
/* "The grant goodwill: up to 40.00 instead of 25.00." */
void lw_variable_say(const struct lw_policy_change *change, struct lw_buf *out);
/* `[{"path","kind","before","after","variable","words"}]` */
void lw_variables_json(const struct lw_variables *variables, struct lw_buf *out);

#endif
