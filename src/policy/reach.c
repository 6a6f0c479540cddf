/* A grant reaches as far as the least of its up_to, its action's at_most, and what is left in each
 * of its budgets (SPEC section 3). Money is minor units throughout; INT64_MAX stands for "no limit"
 * and is never added to. */
#include "policy/reach.h"

#include "base/check.h"
#include "policy/who.h"

/* The budget's row for this party; false when the request lacks what it is per. */
static bool find_key(const struct lw_party *party, uint32_t budget, struct lw_standing *standing)
{
  const struct lw_budget *of = &party->decider->policy->budgets[budget];
  const struct lw_request *request = party->request;
  lw_str parts[5] = {{0}};
  size_t len = 0;
  for (uint32_t i = 0; i < of->n_per; i++) {
    switch (of->per[i]) {
    case LW_SCOPE_AGENT: parts[i] = party->actor->id; break;
    case LW_SCOPE_TEAM: parts[i] = party->actor->team; break;
    case LW_SCOPE_CUSTOMER: parts[i] = request->customer; break;
    case LW_SCOPE_CASE: parts[i] = request->case_id; break;
    case LW_SCOPE_ORGANIZATION: parts[i] = LW_STR("."); break;
    }
    if (parts[i].len == 0 && !(party->actor->assumed && of->per[i] <= LW_SCOPE_TEAM)) {
      standing->missing = of->per[i];
      return false;
    }
    len += parts[i].len + 1;
  }
  standing->key = (struct lw_row_key){of->number, parts[0]};
  if (of->n_per == 1) {
    return true;
  }
  char *joined = lw_arena_alloc(&party->decider->scratch, len, 1);
  if (joined == NULL) { /* the arena says so at the end */
    standing->missing = LW_SCOPE_ORGANIZATION;
    return false;
  }
  size_t at = 0;
  for (uint32_t i = 0; i < of->n_per; i++) {
    if (parts[i].len != 0) { /* nobody's id is no place to copy from */
      memcpy(joined + at, parts[i].ptr, parts[i].len);
    }
    at += parts[i].len;
    joined[at++] = '\x1f';
  }
  standing->key.scope = lw_str_from(joined, len != 0 ? len - 1 : 0);
  return true;
}

/* Limits for this party; overrides counted in. */
static void find_limits(const struct lw_party *party, uint32_t budget, struct lw_standing *standing)
{
  const struct lw_budget *of = &party->decider->policy->budgets[budget];
  uint32_t limits_of = party->tier != UINT32_MAX ? party->tier : party->decider->policy->n_tiers;
  standing->limit_minor = of->has_amount ? of->amounts[limits_of] : -1;
  standing->limit_times = of->has_times ? of->times[limits_of] : -1;
  for (uint32_t i = 0; i < party->actor->n_overrides; i++) {
    const struct lw_override *own = &party->actor->overrides[i];
    if (lw_str_equal(own->budget, of->name)) {
      standing->limit_minor = own->amount_minor >= 0 ? own->amount_minor : standing->limit_minor;
      standing->limit_times = own->times >= 0 ? own->times : standing->limit_times;
    }
  }
}

const struct lw_standing *lw_standing_of(struct lw_party *party, uint32_t budget)
{
  const struct lw_policy *policy = party->decider->policy;
  struct lw_standing *standing = &party->standings[budget];
  if (standing->known) {
    return standing;
  }
  standing->known = true;
  standing->scoped = find_key(party, budget, standing);
  if (!standing->scoped) {
    return standing;
  }
  find_limits(party, budget, standing);
  lw_rows_used(party->decider->rows, standing->key, &policy->budgets[budget].window, policy->zone,
               party->request->at, &standing->used);
  standing->left = (struct lw_left){
      .budget = budget,
      .has_amount = standing->limit_minor >= 0,
      .amount_minor = lw_left(standing->limit_minor, standing->used.amount_minor),
      .has_times = standing->limit_times >= 0,
      .times = lw_left(standing->limit_times, standing->used.times),
  };
  return standing;
}

/* --- parties --- */

static void set_used(struct lw_party *party)
{
  const struct lw_policy *policy = party->decider->policy;
  for (uint32_t i = 0; i < policy->n_budgets; i++) {
    uint32_t slot = policy->budgets[i].used_slot;
    if (slot == UINT32_MAX) {
      continue;
    }
    party->slots[slot] = party->slots[slot + 1] = party->slots[slot + 2] = (struct lw_val){0};
    const struct lw_standing *standing = lw_standing_of(party, i);
    if (standing->scoped) {
      party->slots[slot] = lw_val_money(standing->used.amount_minor, policy->currency);
      party->slots[slot + 1] = lw_val_int(standing->used.times);
      party->slots[slot + 2] =
          standing->used.ever ? lw_val_moment(standing->used.last) : (struct lw_val){0};
    }
  }
}

bool lw_party_init(struct lw_party *party, struct lw_decider *decider, struct lw_request *request,
                   const struct lw_actor *actor)
{
  const struct lw_policy *policy = decider->policy;
  uint32_t tier = lw_actor_tier(policy, actor);
  *party = (struct lw_party){.decider = decider, .request = request, .actor = actor};
  party->tier = tier;
  party->tiers = lw_actor_tiers(actor, tier);
  party->slots = lw_arena_alloc(&decider->scratch, policy->n_slots * sizeof(struct lw_val),
                                _Alignof(struct lw_val));
  party->standings = LW_NEW_ARRAY(&decider->scratch, struct lw_standing, policy->n_budgets);
  if (party->slots == NULL || party->standings == NULL) {
    return false;
  }
  memcpy(party->slots, request->slots, policy->n_slots * sizeof(struct lw_val));
  if (actor != &request->agent) {
    lw_slots_set_agent(policy, actor, request->at, &decider->scratch, party->slots);
  }
  set_used(party);
  party->evaluation = (struct lw_evaluation){
      .policy = policy,
      .vm = decider->vm,
      .activation = {party->slots, policy->n_slots},
      .scratch = &decider->scratch,
  };
  return true;
}

void lw_party_ask(struct lw_party *party, uint32_t action, int64_t minor)
{
  const struct lw_policy *policy = party->decider->policy;
  party->slots[LW_SLOT_ACTION] = lw_val_string(policy->actions[action].name);
  party->slots[LW_SLOT_AMOUNT] =
      minor >= 0 ? lw_val_money(minor, policy->currency) : (struct lw_val){0};
}

/* --- reach --- */

bool lw_limit_find(struct lw_party *party, const struct lw_limit *limit, int64_t *ret_minor,
                   struct lw_val *ret_value)
{
  *ret_minor = INT64_MAX;
  if (!limit->present) {
    return true;
  }
  if (!limit->computed) {
    *ret_minor = limit->minor;
    return true;
  }
  struct lw_val value = lw_vm_run(party->evaluation.vm, limit->expression.program,
                                  &party->evaluation.activation, party->evaluation.scratch);
  *ret_value = value;
  if (value.kind != LW_V_MONEY) {
    return false;
  }
  *ret_minor = value.as.integer > 0 ? value.as.integer : 0;
  return true;
}

bool lw_action_cap(struct lw_party *party, uint32_t action, int64_t *ret_minor)
{
  struct lw_val value = {0};
  return lw_limit_find(party, &party->decider->policy->actions[action].at_most, ret_minor, &value);
}

static void lower(struct lw_reach *reach, int64_t minor, enum lw_limiter limiter, uint32_t budget)
{
  if (minor < reach->minor) {
    reach->minor = minor;
    reach->limiter = limiter;
    reach->budget = budget;
  }
}

static void limit_by_budgets(struct lw_party *party, const struct lw_grant *grant,
                             struct lw_reach *reach)
{
  for (uint32_t i = 0; i < grant->n_draws; i++) {
    const struct lw_standing *standing = lw_standing_of(party, grant->draws[i]);
    const struct lw_left *left = &standing->left;
    if (!standing->scoped) {
      reach->shortfall = LW_NO_SCOPE;
      reach->scope = standing->missing;
      reach->budget = grant->draws[i];
      return;
    }
    if (left->has_times && left->times == 0 && !reach->out_of_times) {
      reach->out_of_times = true;
      reach->minor = 0;
      reach->limiter = LW_LIMIT_BUDGET;
      reach->budget = grant->draws[i];
    } else if (left->has_amount) {
      lower(reach, left->amount_minor, LW_LIMIT_BUDGET, grant->draws[i]);
    }
  }
}

/* A person known only by a route's words may well have what the words leave open; an error beside
 * it, which the unknown hides, is one whoever they are. */
static bool assumed_may(const struct lw_party *party, const struct lw_expression *when,
                        const struct lw_reach *reach)
{
  if (!party->actor->assumed || reach->truth != LW_UNTOLD) {
    return false;
  }
  for (uint32_t i = 0; i < reach->value.as.unknown->count; i++) {
    if (reach->value.as.unknown->slots[i] > LW_SLOT_AGENT_HOLDS) {
      return false;
    }
  }
  return when->probe == NULL || !lw_probe_fails(&party->evaluation, when->probe);
}

void lw_reach_find(struct lw_party *party, const struct lw_grant *grant, uint32_t action,
                   struct lw_reach *ret_reach)
{
  const struct lw_policy *policy = party->decider->policy;
  lw_usec at = party->request->at;
  int64_t minor = 0;
  *ret_reach = (struct lw_reach){.minor = INT64_MAX, .budget = UINT32_MAX, .truth = LW_TRUE};
  ret_reach->wants_amount = policy->actions[action].kind != LW_ACTION_CHANGE;
  if (at < grant->from || at >= grant->until) {
    ret_reach->shortfall = LW_NOT_THE_TIME;
    return;
  }
  if (!lw_who_fits(&grant->who, party->actor, party->tier, party->request->agent.team, at)) {
    ret_reach->shortfall = LW_NOT_THE_PERSON;
    return;
  }
  ret_reach->truth = lw_condition_run(&party->evaluation, &grant->when, &ret_reach->value);
  if (ret_reach->truth != LW_TRUE && !assumed_may(party, &grant->when, ret_reach)) {
    ret_reach->shortfall = LW_NOT_THE_CASE;
    return;
  }
  if (!lw_limit_find(party, &grant->up_to, &minor, &ret_reach->value)) {
    ret_reach->shortfall = LW_NO_AMOUNT_TOLD;
    return;
  }
  lower(ret_reach, minor, LW_LIMIT_UP_TO, UINT32_MAX);
  if (!lw_limit_find(party, &policy->actions[action].at_most, &minor, &ret_reach->value)) {
    ret_reach->shortfall = LW_NO_AMOUNT_TOLD;
    return;
  }
  lower(ret_reach, minor, LW_LIMIT_AT_MOST, UINT32_MAX);
  limit_by_budgets(party, grant, ret_reach);
}

bool lw_reach_covers(const struct lw_reach *reach, bool has_amount, int64_t minor)
{
  bool limited = reach->wants_amount && reach->minor != INT64_MAX;
  return reach->shortfall == LW_REACHES && !reach->out_of_times &&
         (has_amount ? minor <= reach->minor : !limited);
}

uint32_t lw_needs_lacking(const struct lw_request *request, const struct lw_grant *grant)
{
  uint32_t brought = (request->has_note ? (uint32_t)LW_NEED_NOTE : 0) |
                     (request->has_evidence ? (uint32_t)LW_NEED_EVIDENCE : 0);
  return grant->needs & ~brought;
}
