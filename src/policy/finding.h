/* Findings: the codes of `policy check` (one list, finding.def), and the warnings: what is legal
 * but can't be meant. */
#ifndef LW_POLICY_FINDING_H
#define LW_POLICY_FINDING_H

#include "base/diag.h"
#include "policy/actor.h"
#include "policy/model.h"

enum lw_finding {
#define LW_FINDING(id, code, severity, meaning) LW_FINDING_##id,
#include "policy/finding.def"
#undef LW_FINDING
  LW_FINDING_COUNT
};

const char *lw_finding_code(enum lw_finding finding);
const char *lw_finding_meaning(enum lw_finding finding);

/* Adds one with its own severity; message by printf. Never NULL (see lw_diags_add). */
LW_PRINTF(4, 5)
struct lw_diag *lw_finding_add(struct lw_diags *diags, enum lw_finding finding,
                               struct lw_place place, const char *format, ...);

/* [{"severity","code","line","column","rule","message","hint"}, ...] */
void lw_findings_print(const struct lw_diags *diags, struct lw_buf *out);

/* Looks for everything of severity warning and adds it to *diags. people may be NULL: then a route
 * counts as staffed by whom it names. scratch is for work. */
void lw_policy_lint(const struct lw_policy *policy, const struct lw_directory *people,
                    struct lw_arena *scratch, struct lw_diags *diags);

#endif
