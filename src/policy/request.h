/* A request: what an agent asks, read from a document value and checked against the policy. Lives
 * in the arena that it was read into; texts are borrowed from the document. */
#ifndef LW_POLICY_REQUEST_H
#define LW_POLICY_REQUEST_H

#include "policy/actor.h"
#include "policy/model.h"

/* What doesn't fit: each names its field ("facts.customer.segment"). */
struct lw_fault {
  lw_str at;
  lw_str message;
};

struct lw_faults {
  struct lw_arena *arena;
  struct lw_fault *items;
  size_t count;
  size_t capacity;
};

LW_PRINTF(3, 4) void lw_faults_add(struct lw_faults *faults, lw_str at, const char *format, ...);

struct lw_request {
  lw_str id; /* or empty */
  lw_usec at;
  struct lw_actor agent;
  uint32_t action;
  bool has_amount;
  int64_t amount_minor;
  lw_str case_id; /* these four: empty when not given */
  lw_str customer;
  lw_str reason;
  lw_str channel;
  bool has_note;
  bool has_evidence;
  /* By action: what changed about it is not read, and is to be before the agent does it alone
   * (`changes: {until_read: ask}`). NULL: all is read. Set by whoever knows. */
  const bool *unread;
  /* Of a question for options that names no action: what is for the agent themselves, instead of
   * what is for a customer. */
  bool for_agent;
  lw_str meta;          /* JSON text as it came, or empty */
  struct lw_val *slots; /* policy->n_slots: built-ins and facts; used() is filled in by decide */
};

struct lw_request_options {
  const struct lw_directory *people; /* or NULL: then an agent is an object, or only an id */
  lw_usec now;                       /* for requests without `at` */
  bool yaml;                         /* the document is YAML: amounts may be plain numbers */
  bool no_action; /* `action` may be missing: the question is what the agent can do */
  /* For servers: who asks, when the request may not say so itself (its `agent` may then be missing
   * or this very id); borrowed. NULL: the request says it. */
  const struct lw_actor *agent;
  bool no_time;         /* `at` is refused: time is `now` */
  bool no_system_facts; /* facts that are `from: system` are refused in the request itself */
  bool no_case_claims;  /* a `case` object may only have its id: what is known stands in stored_case
                         */
  const struct lw_value
      *stored_facts; /* what the records say: a map like `facts`, or NULL; they win */
  const struct lw_value *stored_case; /* a map like a request's `case` object, or NULL; it wins */
};

/* Whether `action` is among what the request's options may be: what goes to a customer is not
 * offered beside what goes to the agent themselves, nor the other way round. */
static inline bool lw_request_offers(const struct lw_policy *policy,
                                     const struct lw_request *request, uint32_t action)
{
  bool for_agent = request->action != UINT32_MAX ? policy->actions[request->action].for_agent
                                                 : request->for_agent;
  return policy->actions[action].for_agent == for_agent;
}

/* Reads and checks. False when something doesn't fit: all of it in *faults, and of *ret_request
 * only id and meta are set. A missing required fact is no fault here: whether it is wanted shows
 * while deciding. */
LW_NODISCARD bool lw_request_read(const struct lw_policy *policy, const struct lw_value *value,
                                  const struct lw_request_options *options, struct lw_arena *arena,
                                  struct lw_request *ret_request, struct lw_faults *faults);

/* One fact's value alone, as a request would bring it. False when it doesn't fit: *faults says why.
 * A null gives ABSENT. */
LW_NODISCARD bool lw_fact_read(const struct lw_policy *policy, const struct lw_fact *fact,
                               const struct lw_value *value, struct lw_arena *arena,
                               struct lw_val *ret_val, struct lw_faults *faults);
/* A person alone, as a request's `agent` object or a decision's entry has them (then with limits of
 * their own; those for budgets that this policy doesn't have are passed over). */
LW_NODISCARD bool lw_actor_read(const struct lw_policy *policy, const struct lw_value *value,
                                struct lw_arena *arena, struct lw_actor *ret_actor,
                                struct lw_faults *faults);

/* A moment as conditions see it. */
struct lw_val lw_val_moment(lw_usec at);

/* Sets the agent.* slots for that person; missing knowledge becomes ABSENT. */
void lw_slots_set_agent(const struct lw_policy *policy, const struct lw_actor *actor, lw_usec at,
                        struct lw_arena *arena, struct lw_val *slots);

#endif
