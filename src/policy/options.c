/* Options: for each action the best that the agent can do now. A grant's reach is tried first;
 * where a condition or a rail reads `amount`, also the amounts that they compare it with, and the
 * next smaller one, from the largest down: between two neighbouring marks no condition changes its
 * mind, so that the best amount is the reach or beside a mark.
 *
 * An option is a promise: asked for with the same facts, it is granted. So "no limit" is said only
 * where it holds for whatever amount, and an action whose required facts are not all there has no
 * option: a request for it is an error. */
#include "policy/reach.h"

#include "base/bounds.h"
#include "base/check.h"

enum { CANDIDATES_MAX = 64 };

struct candidates {
  int64_t minor[CANDIDATES_MAX];
  uint32_t count;
};

/* Largest first. When there are too many, the smallest go. */
static void add_candidate(struct candidates *all, int64_t minor, int64_t most)
{
  if (minor <= 0 || minor > most) {
    return;
  }
  uint32_t at = all->count;
  while (at > 0 && all->minor[at - 1] < minor) {
    at--;
  }
  if (at > 0 && all->minor[at - 1] == minor) {
    return;
  }
  if (at == CANDIDATES_MAX) {
    return;
  }
  all->count += all->count < CANDIDATES_MAX;
  for (uint32_t i = all->count - 1; i > at; i--) {
    all->minor[i] = all->minor[i - 1];
  }
  all->minor[at] = minor;
}

static void add_marks(struct candidates *all, const int64_t *marks, uint32_t count, int64_t most)
{
  for (uint32_t i = 0; i < count; i++) {
    add_candidate(all, marks[i], most);
    add_candidate(all, marks[i] - 1, most);
  }
}

/* What is tried out: for an approver the agent's own conditions look at it too. */
static void try_out(struct lw_party *party, uint32_t action, int64_t minor)
{
  lw_party_ask(party, action, minor);
  if (party->behind != NULL) {
    lw_party_ask(party->behind, action, minor);
  }
}

/* Whether some rail stands in the way, or might. One that sends to a person is that person's to
 * cross; every other one is held against both, the agent and whoever answers for them. */
static bool is_railed(struct lw_party *party, const struct lw_action *action)
{
  struct lw_party *behind = party->behind;
  for (uint32_t i = 0; i < action->n_rails; i++) {
    const struct lw_rail *rail = &party->decider->policy->rails[action->rails[i]];
    if (behind != NULL && rail->route != UINT32_MAX) {
      continue;
    }
    if (lw_condition_run(&party->evaluation, &rail->when, NULL) != LW_FALSE ||
        (behind != NULL && lw_condition_run(&behind->evaluation, &rail->when, NULL) != LW_FALSE)) {
      return true;
    }
  }
  return false;
}

static bool works(struct lw_party *party, const struct lw_grant *grant, uint32_t action,
                  int64_t minor, struct lw_reach *ret_reach)
{
  try_out(party, action, minor);
  lw_reach_find(party, grant, action, ret_reach);
  const struct lw_action *of = &party->decider->policy->actions[action];
  return lw_reach_covers(ret_reach, minor >= 0, minor) &&
         !(of->rails_read_amount && is_railed(party, of));
}

/* The most that the grant may come to by its limits alone, whatever `when` says of the amount. */
static int64_t ceiling(struct lw_party *party, const struct lw_grant *grant, uint32_t action,
                       int64_t asked)
{
  struct lw_grant unconditional = *grant;
  struct lw_reach reach;
  unconditional.when = (struct lw_expression){0};
  try_out(party, action, asked);
  lw_reach_find(party, &unconditional, action, &reach);
  return reach.shortfall == LW_REACHES && !reach.out_of_times ? reach.minor : 0;
}

static void fill_option(const struct lw_party *party, uint32_t grant, uint32_t action,
                        const struct lw_reach *reach, int64_t minor, struct lw_option *ret_option)
{
  *ret_option = (struct lw_option){
      .action = action,
      .grant = grant,
      .has_amount = minor >= 0 && minor != INT64_MAX,
      .up_to_minor = minor,
      .limiter = minor < 0               ? LW_LIMIT_NONE
                 : minor == reach->minor ? reach->limiter
                                         : LW_LIMIT_WHEN,
      .budget = reach->budget,
      .needs = lw_needs_lacking(party->request, &party->decider->policy->grants[grant]),
  };
}

/* What an option is looked for with. */
struct search {
  struct lw_party *party;
  uint32_t grant;
  uint32_t action;
  int64_t asked; /* the requested amount when this is the requested action; else -1 */
};

/* A change has no amount, or an estimated one that it may be done without. */
static bool find_change(const struct search *search, const struct lw_grant *grant,
                        struct lw_option *ret_option)
{
  struct lw_reach reach;
  if (!works(search->party, grant, search->action, search->asked, &reach) &&
      !works(search->party, grant, search->action, -1, &reach)) {
    return false;
  }
  fill_option(search->party, search->grant, search->action, &reach, -1, ret_option);
  return true;
}

/* Nothing depends on the amount: one look is enough. */
static bool find_plain(const struct search *search, const struct lw_grant *grant,
                       struct lw_option *ret_option)
{
  struct lw_reach reach;
  try_out(search->party, search->action, search->asked);
  lw_reach_find(search->party, grant, search->action, &reach);
  if (reach.shortfall != LW_REACHES || reach.out_of_times || reach.minor == 0) {
    return false;
  }
  fill_option(search->party, search->grant, search->action, &reach, reach.minor, ret_option);
  return true;
}

static bool find_by_trying(const struct search *search, const struct lw_grant *grant,
                           struct lw_option *ret_option)
{
  const struct lw_policy *policy = search->party->decider->policy;
  const struct lw_action *action = &policy->actions[search->action];
  struct lw_reach reach;
  struct candidates all = {.count = 0};
  int64_t most = ceiling(search->party, grant, search->action, search->asked);
  if (most == INT64_MAX && works(search->party, grant, search->action, -1, &reach)) {
    fill_option(search->party, search->grant, search->action, &reach, INT64_MAX, ret_option);
    return true;
  }
  add_candidate(&all, most, most); /* INT64_MAX: whatever lies beyond the largest mark */
  add_candidate(&all, search->asked, most);
  add_marks(&all, grant->amount_marks, grant->n_amount_marks, most);
  for (uint32_t i = 0; i < action->n_rails; i++) {
    const struct lw_rail *rail = &policy->rails[action->rails[i]];
    add_marks(&all, rail->amount_marks, rail->n_amount_marks, most);
  }
  for (uint32_t i = 0; i < all.count; i++) {
    if (works(search->party, grant, search->action, all.minor[i], &reach)) {
      fill_option(search->party, search->grant, search->action, &reach, all.minor[i], ret_option);
      return true;
    }
  }
  return false;
}

static bool find_option(struct lw_party *party, uint32_t grant_index, uint32_t action,
                        struct lw_option *ret_option)
{
  const struct lw_policy *policy = party->decider->policy;
  const struct lw_grant *grant = &policy->grants[grant_index];
  const struct lw_action *of = &policy->actions[action];
  bool same = action == party->request->action;
  const struct search search = {party, grant_index, action,
                                same && party->request->has_amount ? party->request->amount_minor
                                                                   : -1};
  if (of->kind == LW_ACTION_CHANGE) {
    return find_change(&search, grant, ret_option);
  }
  bool depends = grant->reads_amount || of->at_most_reads_amount || of->rails_read_amount;
  return depends ? find_by_trying(&search, grant, ret_option)
                 : find_plain(&search, grant, ret_option);
}

static bool better(const struct lw_option *one, const struct lw_option *best)
{
  int64_t a = one->has_amount ? one->up_to_minor : INT64_MAX;
  int64_t b = best->has_amount ? best->up_to_minor : INT64_MAX;
  return a > b || (a == b && one->needs == 0 && best->needs != 0);
}

/* Whether a grant that goes up to `most` could still be better, whatever its conditions say. A
 * change is an option without an amount, whatever its limit. */
static bool may_be_better(const struct lw_action *action, int64_t most,
                          const struct lw_option *best)
{
  if (action->kind == LW_ACTION_CHANGE) {
    return true;
  }
  int64_t most_yet = best->has_amount ? best->up_to_minor : INT64_MAX;
  return most > most_yet || (most == most_yet && best->needs != 0);
}

static bool has_facts(const struct lw_party *party, const struct lw_action *action)
{
  for (uint32_t i = 0; i < action->n_wanted; i++) {
    const struct lw_fact *fact = &party->decider->policy->facts[action->wanted[i]];
    if (party->slots[fact->slot].kind == LW_V_ABSENT) {
      return false;
    }
  }
  return true;
}

static void find_best(struct lw_party *party, uint32_t action, struct lw_option *options,
                      uint32_t *count)
{
  const struct lw_action *of = &party->decider->policy->actions[action];
  struct lw_option best = {0};
  bool found = false;
  const bool *unread = party->decider->policy->asks_unread ? party->request->unread : NULL;
  if (unread != NULL && unread[action] && party->behind == NULL) {
    return; /* an approver's is as ever */
  }
  try_out(party, action, -1);
  if (of->n_grants == 0 || !has_facts(party, of) ||
      (!of->rails_read_amount && is_railed(party, of))) {
    return;
  }
  for (uint32_t i = 0; i < of->n_grants; i++) {
    struct lw_option one = {0};
    bool looks = (of->grant_tiers[i] & party->tiers) != 0 &&
                 (!found || may_be_better(of, of->grant_most[i], &best));
    if (looks && find_option(party, of->grants[i], action, &one) &&
        (!found || better(&one, &best))) {
      best = one;
      found = true;
    }
  }
  if (found) {
    options[(*count)++] = best;
  }
}

bool lw_options_find(struct lw_party *party, const struct lw_option **ret_options,
                     uint32_t *ret_count)
{
  const struct lw_policy *policy = party->decider->policy;
  uint32_t asked = party->request->action;
  struct lw_val own_action = party->slots[LW_SLOT_ACTION];
  struct lw_val own_amount = party->slots[LW_SLOT_AMOUNT];
  struct lw_option *options =
      LW_NEW_ARRAY(&party->decider->scratch, struct lw_option, policy->n_actions);
  *ret_count = 0;
  *ret_options = options;
  if (options == NULL) {
    return false;
  }
  if (asked != UINT32_MAX) {
    find_best(party, asked, options, ret_count);
  }
  for (uint32_t i = 0; i < policy->n_actions; i++) {
    if (i != asked && lw_request_offers(policy, party->request, i)) {
      find_best(party, i, options, ret_count);
    }
  }
  party->slots[LW_SLOT_ACTION] = own_action;
  party->slots[LW_SLOT_AMOUNT] = own_amount;
  return true;
}

/* --- for somebody who answers, for one action, and what would open more --- */

static enum lw_code begin(struct lw_decider *decider, struct lw_request *request,
                          const struct lw_actor *approver, struct lw_party *agent,
                          struct lw_party *party, struct lw_error *err)
{
  lw_vm_allow(decider->vm, LW_DECISION_COST_MAX);
  if (approver != NULL && lw_str_equal(approver->id, request->agent.id)) {
    return lw_fail(err, LW_FORBIDDEN, "nobody approves their own request");
  }
  if (!lw_party_init(agent, decider, request, &request->agent) ||
      (approver != NULL && !lw_party_init(party, decider, request, approver))) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory while looking for options");
  }
  if (approver == NULL) {
    *party = *agent;
  } else {
    party->behind = agent;
  }
  return LW_OK;
}

enum lw_code lw_options_for(struct lw_decider *decider, struct lw_request *request,
                            const struct lw_actor *approver, const struct lw_option **ret_options,
                            uint32_t *ret_count, struct lw_error *err)
{
  struct lw_party agent;
  struct lw_party party;
  enum lw_code rc = begin(decider, request, approver, &agent, &party, err);
  if (rc == LW_OK && !lw_options_find(&party, ret_options, ret_count)) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory while looking for options");
  }
  return rc;
}

enum lw_code lw_option_of(struct lw_decider *decider, struct lw_request *request,
                          const struct lw_actor *approver, bool *ret_found,
                          struct lw_option *ret_option, struct lw_error *err)
{
  struct lw_party agent;
  struct lw_party party;
  uint32_t count = 0;
  LW_ASSERT(request->action < decider->policy->n_actions);
  enum lw_code rc = begin(decider, request, approver, &agent, &party, err);
  if (rc == LW_OK) {
    find_best(&party, request->action, ret_option, &count);
    *ret_found = count != 0;
  }
  return rc;
}

/* What is not told, as far as it keeps this grant from saying what it covers. */
static void add_untold(struct lw_party *party, const struct lw_grant *grant, uint32_t action,
                       struct lw_texts *needs)
{
  struct lw_arena *scratch = &party->decider->scratch;
  struct lw_reach reach;
  lw_reach_find(party, grant, action, &reach);
  if (reach.shortfall == LW_NO_SCOPE) {
    lw_texts_add(scratch, needs, lw_scope_word(reach.scope));
  } else if (reach.shortfall == LW_NOT_THE_CASE || reach.shortfall == LW_NO_AMOUNT_TOLD) {
    lw_unknown_names(party->decider->policy, scratch, reach.value, needs);
  }
}

static void add_needs(struct lw_party *party, uint32_t action, struct lw_texts *needs)
{
  const struct lw_policy *policy = party->decider->policy;
  const struct lw_action *of = &policy->actions[action];
  struct lw_arena *scratch = &party->decider->scratch;
  lw_party_ask(party, action, of->kind == LW_ACTION_CHANGE ? -1 : 1);
  for (uint32_t i = 0; i < of->n_wanted; i++) {
    const struct lw_fact *fact = &policy->facts[of->wanted[i]];
    if (party->slots[fact->slot].kind == LW_V_ABSENT) {
      lw_texts_add(scratch, needs, fact->name);
    }
  }
  for (uint32_t i = 0; i < of->n_rails; i++) {
    struct lw_val value = {0};
    const struct lw_expression *when = &policy->rails[of->rails[i]].when;
    if (lw_condition_run(&party->evaluation, when, &value) == LW_UNTOLD) {
      lw_unknown_names(policy, scratch, value, needs);
    }
  }
  for (uint32_t i = 0; i < of->n_grants; i++) {
    add_untold(party, &policy->grants[of->grants[i]], action, needs);
  }
}

enum lw_code lw_options_needs(struct lw_decider *decider, struct lw_request *request,
                              struct lw_texts *ret_needs, struct lw_error *err)
{
  struct lw_party party;
  struct lw_texts needs = {0};
  lw_vm_allow(decider->vm, LW_DECISION_COST_MAX);
  if (!lw_party_init(&party, decider, request, &request->agent)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory while looking for options");
  }
  for (uint32_t i = 0; i < decider->policy->n_actions; i++) {
    if (request->action == i ||
        (request->action == UINT32_MAX && lw_request_offers(decider->policy, request, i))) {
      add_needs(&party, i, &needs);
    }
  }
  *ret_needs = needs;
  return LW_OK;
}
