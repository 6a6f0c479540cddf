/* Deciding: policy, people, what budgets have drawn, request and time in; verdict, draws and words
 * out. No clock, disk or log: the same input gives the same answer on any machine. SPEC section 3,
 * "How a request is decided".
 *
 * A decider is one thread's workplace over one policy: the machine for conditions and scratch
 * memory. Everything in an outcome lives in the decider's scratch arena (or is the policy's or the
 * request's) until the next lw_decider_reset. */
#ifndef LW_POLICY_DECIDE_H
#define LW_POLICY_DECIDE_H

#include "policy/condition.h"
#include "policy/request.h"

enum lw_verdict {
  LW_GRANTED,
  LW_ASK,
  LW_REFUSED,
  LW_FAULTY /* the request is an error: see faults */
};

struct lw_left {
  uint32_t budget;
  bool has_amount;
  int64_t amount_minor;
  bool has_times;
  int64_t times;
};

/* What limits an option or a grant. */
enum lw_limiter { LW_LIMIT_NONE, LW_LIMIT_UP_TO, LW_LIMIT_AT_MOST, LW_LIMIT_BUDGET, LW_LIMIT_WHEN };

/* One thing that the agent can do now. */
struct lw_option {
  uint32_t action;
  uint32_t grant;
  bool has_amount; /* false: no amount, or no limit */
  int64_t up_to_minor;
  enum lw_limiter limiter;
  uint32_t budget; /* LW_LIMIT_BUDGET */
  uint32_t needs;  /* bits of enum lw_need that the request does not bring yet */
};

struct lw_because {
  lw_str rule;
  lw_str failed;
};

struct lw_outcome {
  enum lw_verdict verdict;
  uint32_t grant; /* these three: indexes, or UINT32_MAX */
  uint32_t rail;
  uint32_t route;
  lw_str why;
  lw_str instead;
  const struct lw_draw *draws; /* GRANTED: to be drawn, all or none */
  uint32_t n_draws;
  const struct lw_left *left; /* GRANTED: what is left after drawing, by the grant's budgets */
  uint32_t n_left;
  const struct lw_option *can; /* not GRANTED: best first */
  uint32_t n_can;
  const struct lw_because *because;
  uint32_t n_because;
  struct lw_texts
      needs; /* facts, "note", "evidence", "customer" ... that would make a difference */
  const struct lw_fault *faults; /* FAULTY */
  uint32_t n_faults;
  bool failed; /* a condition or an amount on the way could not be worked out: an error of the
                  policy, not a fact that is missing */
};

struct lw_decider;

/* people may be NULL: then a route counts as staffed by whom it names. rows and people are
 * borrowed, rows until they are set anew. NULL when memory is out. */
struct lw_decider *lw_decider_create(const struct lw_policy *policy, struct lw_rows *rows,
                                     const struct lw_directory *people,
                                     const struct lw_allocator *allocator);
void lw_decider_destroy(struct lw_decider *decider);
/* Forgets the last outcome. */
void lw_decider_reset(struct lw_decider *decider);
/* From now on decides by these rows. */
void lw_decider_set_rows(struct lw_decider *decider, struct lw_rows *rows);
/* For whoever reads requests: the arena that lives until the next reset. */
struct lw_arena *lw_decider_arena(struct lw_decider *decider);

/* Decides; draws nothing: give draws to lw_rows_draw. LW_NO_MEMORY or LW_LIMIT when it could not.
 */
LW_NODISCARD enum lw_code lw_decide(struct lw_decider *decider, struct lw_request *request,
                                    struct lw_outcome *ret_outcome, struct lw_error *err);

/* The same question put to somebody who answers for the agent: covered by the approver's own grants
 * and drawn from the approver's own budgets (those that are per agent or team); reason, case,
 * customer and facts stay the request's. Rails without `ask` hold for everybody; a rail with `ask`
 * is the approver's to cross. The verdict is LW_GRANTED (with grant, draws, left) or LW_REFUSED
 * with `because`; LW_FAULTY as in lw_decide. Whoever asked may not be the approver: LW_FORBIDDEN.
 */
LW_NODISCARD enum lw_code lw_decide_for(struct lw_decider *decider, struct lw_request *request,
                                        const struct lw_actor *approver,
                                        struct lw_outcome *ret_outcome, struct lw_error *err);
/* Nobody answered, and the route leaves it to the agent (`otherwise: {grant_up_to: ...}`): rails
 * without `ask` still hold (LW_REFUSED, with words); else LW_GRANTED, by the agent's own grant
 * where one covers the amount, otherwise without a grant (UINT32_MAX) and without draws. The caller
 * has lowered the amount to what the route leaves; where the action's at_most is less, the
 * request's amount becomes that. */
LW_NODISCARD enum lw_code lw_decide_fallback(struct lw_decider *decider, struct lw_request *request,
                                             struct lw_outcome *ret_outcome, struct lw_error *err);
/* Whether that person fits the route's level for this request's agent (tier, team ...), whatever
 * they could grant. */
bool lw_level_fits(const struct lw_decider *decider, const struct lw_request *request,
                   uint32_t route, uint32_t level, const struct lw_actor *actor);

/* What the agent can do now, whatever is asked: *ret_options and *ret_count; the request needs no
 * action or amount. */
LW_NODISCARD enum lw_code lw_options(struct lw_decider *decider, struct lw_request *request,
                                     const struct lw_option **ret_options, uint32_t *ret_count,
                                     struct lw_error *err);
/* The same for somebody who answers for the agent, by their own grants and budgets, as
 * lw_decide_for decides. LW_FORBIDDEN for the agent themselves; approver NULL: the agent's. */
LW_NODISCARD enum lw_code lw_options_for(struct lw_decider *decider, struct lw_request *request,
                                         const struct lw_actor *approver,
                                         const struct lw_option **ret_options, uint32_t *ret_count,
                                         struct lw_error *err);
/* Of these only the requested action's, if there is any. */
LW_NODISCARD enum lw_code lw_option_of(struct lw_decider *decider, struct lw_request *request,
                                       const struct lw_actor *approver, bool *ret_found,
                                       struct lw_option *ret_option, struct lw_error *err);
/* What the request does not tell and what would make a difference to the agent's options: facts,
 * "reason", "customer" ...; each once. */
LW_NODISCARD enum lw_code lw_options_needs(struct lw_decider *decider, struct lw_request *request,
                                           struct lw_texts *ret_needs, struct lw_error *err);
/* Which way a request would go: verdict, grant, route, rail and why, without the words, options and
 * facts that an answer has beside. For questions that are asked many times in one go. */
LW_NODISCARD enum lw_code lw_decide_way(struct lw_decider *decider, struct lw_request *request,
                                        struct lw_outcome *ret_outcome, struct lw_error *err);

#endif
