/* Private to deciding: how far one grant reaches for one person. */
#ifndef LW_POLICY_REACH_H
#define LW_POLICY_REACH_H

#include "policy/decide.h"
#include "policy/staffing.h"

struct lw_decider {
  const struct lw_policy *policy;
  struct lw_rows *rows;
  const struct lw_directory *people;
  const struct lw_allocator *allocator;
  struct lw_vm *vm;
  struct lw_arena scratch;
  struct lw_arena aside;       /* for looking at one other person: decide.c */
  struct lw_buf words;         /* where sentences are put together */
  struct lw_staffing staffing; /* of people, once a route was asked for */
};

/* Where a budget stands for one party. */
struct lw_standing {
  bool known;
  bool scoped; /* false: the request lacks what the budget is per; `missing` */
  enum lw_scope missing;
  struct lw_row_key key;
  struct lw_left left;
  struct lw_used used;
  int64_t limit_minor; /* -1: none */
  int64_t limit_times;
};

struct lw_reach;

/* One person's side of one request: the requester, or an approver in their place. */
struct lw_party {
  struct lw_decider *decider;
  struct lw_request *request;
  const struct lw_actor *actor;
  uint32_t tier;  /* index, or UINT32_MAX for none: no tier is below every tier, whatever a grant
                     asks for */
  uint32_t tiers; /* the same as bits: lw_actor_tiers */
  struct lw_standing *standings; /* one a budget, filled when first asked for */
  struct lw_reach *reaches; /* of the requested action's grants, once covering_grant has looked at
                               them; not of those that it passed over */
  uint32_t n_reaches;
  struct lw_val *slots; /* with this person's agent.* and used() */
  struct lw_evaluation evaluation;
  bool failed;             /* something on the way could not be worked out */
  struct lw_party *behind; /* options of an approver: the agent whom they answer for; else NULL */
};

/* Why a grant does not do it; what is first in this order counts. */
enum lw_shortfall {
  LW_REACHES,
  LW_NOT_THE_TIME, /* before from, or after until */
  LW_NOT_THE_PERSON,
  LW_NOT_THE_CASE,  /* `when` is false, or can't be told: truth and value */
  LW_NO_SCOPE,      /* a budget is per customer or case, and the request names none */
  LW_NO_AMOUNT_TOLD /* up_to or at_most can't be told: value */
};

struct lw_reach {
  enum lw_shortfall shortfall;
  enum lw_truth truth;
  struct lw_val value; /* UNKNOWN or ERROR behind a shortfall */
  enum lw_scope scope; /* NO_SCOPE */
  int64_t minor;       /* REACHES: the most it covers; INT64_MAX: no limit */
  enum lw_limiter limiter;
  uint32_t budget;   /* the limiting budget, also when its times are used up */
  bool out_of_times; /* a budget has no times left: it covers nothing, whatever the amount */
  bool wants_amount; /* the action costs something: without an amount no limit can be held against
                        it */
};

/* Copies the request's slots and sets the person's own. False when memory is out. */
LW_NODISCARD bool lw_party_init(struct lw_party *party, struct lw_decider *decider,
                                struct lw_request *request, const struct lw_actor *actor);
/* Sets `action` and `amount` to try something else than what was asked; minor < 0: no amount. */
void lw_party_ask(struct lw_party *party, uint32_t action, int64_t minor);

/* The limit's amount for what is asked; INT64_MAX: there is none. False: it can't be told, and
 * *ret_value says why. */
LW_NODISCARD bool lw_limit_find(struct lw_party *party, const struct lw_limit *limit,
                                int64_t *ret_minor, struct lw_val *ret_value);
/* The most that the action may come to for anybody; INT64_MAX: no limit. False: it can't be told.
 */
LW_NODISCARD bool lw_action_cap(struct lw_party *party, uint32_t action, int64_t *ret_minor);
void lw_reach_find(struct lw_party *party, const struct lw_grant *grant, uint32_t action,
                   struct lw_reach *ret_reach);
/* Whether the reach covers an amount; without one (has_amount false) a change, and an item that
 * nothing limits. */
bool lw_reach_covers(const struct lw_reach *reach, bool has_amount, int64_t minor);

/* Where a budget stands for this party; the same for the whole request. */
const struct lw_standing *lw_standing_of(struct lw_party *party, uint32_t budget);

/* What the grant asks for (a note, evidence) and the request lacks: bits of enum lw_need. */
uint32_t lw_needs_lacking(const struct lw_request *request, const struct lw_grant *grant);

/* because.c: what a request calls that which a budget is per. */
lw_str lw_scope_word(enum lw_scope scope);
/* because.c: the words for a shortfall, or for an amount that passes the reach. */
lw_str lw_shortfall_words(struct lw_party *party, const struct lw_grant *grant,
                          const struct lw_reach *reach);
lw_str lw_rail_words(struct lw_party *party, const struct lw_rail *rail, enum lw_truth truth,
                     struct lw_val value);

/* options.c: all options of this party; requested action first. */
bool lw_options_find(struct lw_party *party, const struct lw_option **ret_options,
                     uint32_t *ret_count);

#endif
