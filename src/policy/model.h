/* A policy in memory: what load.c makes of the document, and all that decide, options, explain,
 * diff and the findings read. Immutable once loaded, shared by any number of threads; everything
 * lives in its own arena. */
#ifndef LW_POLICY_MODEL_H
#define LW_POLICY_MODEL_H

#include "base/money.h"
#include "base/table.h"
#include "budget/rows.h"
#include "cel/program.h"
#include "data/value.h"

/* Slots of the names that are always in scope; facts and used() follow. One row a name:
 * slot_builtin.def. */
enum lw_builtin {
#define LW_BUILTIN(id, name, type) LW_SLOT_##id,
#include "policy/builtin.def"
#undef LW_BUILTIN
  LW_SLOT_FACTS /* the first fact's slot */
};

/* A condition or an amount, compiled, with all that it takes to say why it failed. */
struct lw_expression {
  lw_str source;                /* as written; empty when absent */
  const struct lw_value *value; /* the scalar it stands in, for places */
  struct lw_node *node;         /* checked; NULL when absent or wrong */
  const struct lw_program *program;
  struct lw_probe *probe; /* condition.h; NULL for amounts */
};

enum lw_fact_source { LW_FROM_SYSTEM, LW_FROM_AGENT };

struct lw_fact {
  lw_str name;
  lw_str label; /* or empty */
  const struct lw_type *type;
  enum lw_fact_source from;
  bool optional;
  bool has_default;
  struct lw_val default_value;
  const struct lw_val *one_of;
  uint32_t n_one_of;
  uint32_t slot;
  const struct lw_value *value; /* its declaration, for places */
  struct lw_place place;        /* of its name */
};

struct lw_reason {
  lw_str name;
  lw_str label;
  lw_str owner;
};

enum lw_action_kind { LW_ACTION_MONEY, LW_ACTION_ITEM, LW_ACTION_CHANGE };

/* An amount as written (100.00) or computed. */
struct lw_limit {
  bool present;
  bool computed; /* by expression; else minor */
  int64_t minor;
  struct lw_expression expression;
};

struct lw_action {
  lw_str name;
  lw_str label;
  enum lw_action_kind kind;
  bool for_agent; /* `for: agent`: it goes to whoever asks, not to a customer */
  struct lw_limit at_most;
  struct lw_place place;
  /* Derived. */
  const uint32_t *grants;      /* that may it, in file order */
  const uint32_t *grant_tiers; /* one a grant: its tiers, so that others' are passed over unseen */
  const int64_t *grant_most;   /* one a grant: up_to as written, or INT64_MAX */
  uint32_t n_grants;
  const uint32_t *rails; /* on it, in file order */
  uint32_t n_rails;
  bool rails_read_amount; /* so that whether one stands in the way depends on what is asked for */
  bool at_most_reads_amount;
  const uint32_t *wanted; /* required facts (indexes) that a grant or limit for it reads */
  uint32_t n_wanted;
};

enum lw_scope {
  LW_SCOPE_AGENT,
  LW_SCOPE_TEAM,
  LW_SCOPE_CUSTOMER,
  LW_SCOPE_CASE,
  LW_SCOPE_ORGANIZATION
};

struct lw_budget {
  lw_str name;
  lw_str label;
  enum lw_scope per[5];
  uint32_t n_per;
  struct lw_window window;
  lw_str window_text; /* "month", "365d", or empty: as written */
  bool has_amount;
  bool has_times;
  bool by_tier;       /* different tiers have different limits */
  int64_t *amounts;   /* one a tier (n_tiers) + one for people without a tier; -1: none; only when
                         has_amount */
  int64_t *times;     /* the same */
  uint32_t used_slot; /* first of the three slots used(...).amount .times .last; UINT32_MAX when no
                         rule reads it */
  uint32_t number; /* which rows are its own: its index, unless lw_policy_number_budget said else */
  struct lw_place place;
  bool drawn; /* by some grant */
};

/* Who: keys ANDed, lists ORed. An absent key has count 0. */
struct lw_who {
  bool present;
  const uint32_t *tiers; /* indexes: that tier and above */
  uint32_t n_tiers;
  const uint32_t *only_tiers;
  uint32_t n_only_tiers;
  const lw_str *teams;
  uint32_t n_teams;
  bool same_team; /* routes only: team: same */
  const lw_str *persons;
  uint32_t n_persons;
  uint32_t kinds; /* bit 1 << enum lw_actor_kind; 0: any */
  const lw_str *holds;
  uint32_t n_holds;
  struct lw_place place;
};

enum lw_need { LW_NEED_NOTE = 1, LW_NEED_EVIDENCE = 2 };

struct lw_grant {
  lw_str id;
  struct lw_who who;
  const uint32_t *may; /* actions */
  uint32_t n_may;
  struct lw_expression when;
  struct lw_limit up_to;
  const uint32_t *draws; /* budgets */
  uint32_t n_draws;
  uint32_t needs; /* bits of enum lw_need */
  uint32_t tiers; /* whom it may be for: lw_who_tiers */
  lw_str why;
  const lw_str *then;
  uint32_t n_then;
  lw_usec from;                 /* INT64_MIN: always */
  lw_usec until;                /* INT64_MAX: for good */
  const struct lw_value *value; /* its map */
  struct lw_place place;        /* of its id, or of the map */
  const int64_t
      *amount_marks; /* amounts that `when` compares `amount` with: where options change */
  uint32_t n_amount_marks;
  bool reads_amount; /* when or up_to depend on what is asked for */
};

struct lw_rail {
  lw_str id;
  const uint32_t *no;
  uint32_t n_no;
  struct lw_expression when;
  lw_str why;
  lw_str instead;
  uint32_t route; /* index, or UINT32_MAX */
  const struct lw_value *value;
  struct lw_place place;
  const int64_t *amount_marks;
  uint32_t n_amount_marks;
};

struct lw_level {
  struct lw_who who;
  int64_t within_seconds; /* 0: no time given */
  lw_str within_text;     /* as written: "60s", "8h" */
};

struct lw_route {
  lw_str id;
  const uint32_t *actions; /* empty: all */
  uint32_t n_actions;
  const struct lw_level *levels;
  uint32_t n_levels;
  bool grants_fallback;
  int64_t fallback_minor; /* otherwise: {grant_up_to: ...} */
  const struct lw_value *value;
  struct lw_place place;
};

struct lw_named {
  lw_str name;
  struct lw_expression expression; /* LET */
  const struct lw_value *value;
};

struct lw_policy {
  struct lw_arena keep;
  lw_str source; /* a copy of the document */
  const struct lw_value *document;
  lw_str organization;
  lw_str why;
  lw_str instead;
  bool other_facts_ignored;
  bool asks_unread;      /* who has not read what changed asks first ... */
  int64_t after_seconds; /* ... from so long after the change on */
  struct lw_place changes_place;
  uint16_t currency;
  struct lw_tzdb *zones;    /* owned */
  const struct lw_tz *zone; /* days and months turn over here */
  struct lw_cel_env *env;
  const lw_str *tiers;
  uint32_t n_tiers;
  const struct lw_reason *reasons;
  uint32_t n_reasons;
  const lw_str *channels;
  uint32_t n_channels;
  struct lw_fact *facts;
  uint32_t n_facts;
  struct lw_named *tables;
  uint32_t n_tables;
  struct lw_named *lets;
  uint32_t n_lets;
  struct lw_action *actions;
  uint32_t n_actions;
  struct lw_budget *budgets;
  uint32_t n_budgets;
  struct lw_grant *grants;
  uint32_t n_grants;
  struct lw_rail *rails;
  uint32_t n_rails;
  struct lw_route *routes;
  uint32_t n_routes;
  struct lw_table fact_index;  /* dotted name -> fact */
  struct lw_table fact_groups; /* "customer" -> 1: a dotted prefix of some fact */
  struct lw_table action_index;
  uint32_t n_slots; /* of an activation */
};

/* Reads, checks and compiles a document. All mistakes of one run go to *diags (which lives in its
 * own arena, not the policy's). NULL when there is an error among them or memory is out. allocator
 * NULL: the default. The policy's zones are read from `zoneinfo` (NULL: the system's). Free with
 * lw_policy_destroy. */
struct lw_policy *lw_policy_load(lw_str source, const struct lw_allocator *allocator,
                                 const char *zoneinfo, struct lw_diags *diags);
void lw_policy_destroy(struct lw_policy *policy);

/* Gives a budget the number under which its rows are kept, the same in every version of the policy.
 * Before the policy is shared. */
void lw_policy_number_budget(struct lw_policy *policy, uint32_t budget, uint32_t number);

/* UINT32_MAX when there is none of that name. */
uint32_t lw_policy_find_action(const struct lw_policy *policy, lw_str name);
uint32_t lw_policy_find_budget(const struct lw_policy *policy, lw_str name);
uint32_t lw_policy_find_tier(const struct lw_policy *policy, lw_str name);

/* The reason of that name, the policy's; NULL when it has none. policy NULL: nothing is live, so
 * there is no reason either. */
const struct lw_reason *lw_policy_reason(const struct lw_policy *policy, lw_str name);
/* The budget of that name, the policy's; NULL when it has none. */
const struct lw_budget *lw_policy_budget(const struct lw_policy *policy, lw_str name);
/* Whether that route takes asks for that action: it names it, or names none. */
static inline bool lw_route_covers(const struct lw_route *route, uint32_t action)
{
  for (uint32_t i = 0; i < route->n_actions; i++) {
    if (route->actions[i] == action) {
      return true;
    }
  }
  return route->n_actions == 0;
}
/* Whether any of its routes takes asks for that action. */
bool lw_policy_is_routed(const struct lw_policy *policy, uint32_t action);
/* What the policy calls an action, the policy's; empty when it says nothing, does not have it, or
 * is NULL. */
lw_str lw_policy_action_label(const struct lw_policy *policy, lw_str name);

#endif
