/* no-budget, unused-budget, tier-inversion: amounts and who may have them.
 *
 * tier-inversion compares constants only. For an action and a condition, a tier may have the most
 * of what grants open to it give, under that condition or none; it is an inversion when a lower
 * tier may have more, and nothing that is not a plain amount (a computed cap, another condition, a
 * team, a certificate) could make up for it. */
#include "policy/lint.h"

/* --- no-budget --- */

static bool is_below_top(const struct lw_lint *lint, uint32_t tier)
{
  return tier == UINT32_MAX || tier + 1 < lint->policy->n_tiers;
}

/* Named persons are below the top only if the people are known and say so. */
static bool reaches_below_top(const struct lw_lint *lint, const struct lw_who *who)
{
  const struct lw_policy *policy = lint->policy;
  for (uint32_t i = 0; i < who->n_persons && lint->people != NULL; i++) {
    uint32_t index = lint->people->find(lint->people, who->persons[i]);
    if (index != UINT32_MAX &&
        is_below_top(lint, lw_policy_find_tier(policy, lint->people->actors[index].tier))) {
      return true;
    }
  }
  for (uint32_t tier = 0; tier + 1 < policy->n_tiers && who->n_persons == 0; tier++) {
    if (lw_who_admits_tier(policy, who, tier)) {
      return true;
    }
  }
  return false;
}

static void check_grant(struct lw_lint *lint, uint32_t index)
{
  const struct lw_policy *policy = lint->policy;
  const struct lw_grant *grant = &policy->grants[index];
  bool nothing = grant->up_to.present && !grant->up_to.computed && grant->up_to.minor == 0;
  lw_str *money = LW_NEW_ARRAY(lint->scratch, lw_str, grant->n_may);
  size_t count = 0;
  for (uint32_t i = 0; money != NULL && i < grant->n_may; i++) {
    if (policy->actions[grant->may[i]].kind == LW_ACTION_MONEY) {
      money[count++] = policy->actions[grant->may[i]].name;
    }
  }
  if (count == 0 || nothing || lint->dead[index] || grant->n_draws != 0 ||
      !reaches_below_top(lint, &grant->who)) {
    return;
  }
  lw_str list = lw_lint_list(lint, money, count, "and");
  struct lw_place place = lw_lint_key(grant->value, "may", grant->place);
  struct lw_diag *diag =
      lw_finding_add(lint->diags, LW_FINDING_NO_BUDGET, lw_lint_key(grant->value, "draws", place),
                     "this grant gives %.*s to people below %.*s and draws on no budget: nothing "
                     "limits the sum of it",
                     LW_FMT(list), LW_FMT(policy->tiers[policy->n_tiers - 1]));
  diag->rule = lw_lint_rule(lint, "grants", grant->id);
  diag->hint = LW_STR("name a budget in `draws`: one with an amount or a number of times, or a "
                      "counter if the sum is to be seen only");
}

/* --- unused-budget --- */

static void check_use(struct lw_lint *lint, const struct lw_budget *budget)
{
  if (budget->drawn || budget->used_slot != UINT32_MAX) {
    return;
  }
  struct lw_diag *diag = lw_finding_add(
      lint->diags, LW_FINDING_UNUSED_BUDGET, budget->place,
      "no grant draws on the budget \"%.*s\" and no condition reads it", LW_FMT(budget->name));
  diag->rule = lw_lint_rule(lint, "budgets", budget->name);
  diag->hint = LW_STR("name it in the `draws` of a grant, or take it out");
}

/* --- tier-inversion --- */

/* -1 is no limit. */
static bool falls(int64_t lower, int64_t higher)
{
  return higher >= 0 && (lower < 0 || lower > higher);
}

static void check_row(struct lw_lint *lint, const struct lw_budget *budget, const int64_t *row,
                      bool amounts)
{
  const struct lw_policy *policy = lint->policy;
  const struct lw_value *map = lw_lint_entry(lint, "budgets", budget->name);
  for (uint32_t tier = 1; tier < policy->n_tiers; tier++) {
    if (!falls(row[tier - 1], row[tier])) {
      continue;
    }
    lw_str less = amounts ? lw_lint_amount(lint, row[tier])
                          : lw_lint_text(lint, "%lld times", (long long)row[tier]);
    lw_str more = row[tier - 1] < 0 ? LW_STR("any amount")
                  : amounts         ? lw_lint_amount(lint, row[tier - 1])
                                    : lw_lint_text(lint, "%lld times", (long long)row[tier - 1]);
    const char *key = amounts ? "amount" : "times";
    struct lw_diag *diag = lw_finding_add(
        lint->diags, LW_FINDING_TIER_INVERSION, lw_lint_key(map, key, budget->place),
        "the budget \"%.*s\" gives %.*s less than %.*s, which is the tier below: %.*s against %.*s",
        LW_FMT(budget->name), LW_FMT(policy->tiers[tier]), LW_FMT(policy->tiers[tier - 1]),
        LW_FMT(less), LW_FMT(more));
    diag->rule = lw_lint_rule(lint, "budgets", budget->name);
    diag->hint = lw_lint_text(lint, "give %.*s at least what %.*s has", LW_FMT(policy->tiers[tier]),
                              LW_FMT(policy->tiers[tier - 1]));
    return;
  }
}

static bool is_plain(const struct lw_who *who)
{
  return who->n_teams == 0 && who->n_persons == 0 && who->kinds == 0 && who->n_holds == 0;
}

static bool same_condition(const struct lw_grant *a, const struct lw_grant *b)
{
  return lw_str_equal(lw_str_trim(a->when.source), lw_str_trim(b->when.source)) &&
         a->from == b->from && a->until == b->until;
}

static bool is_unconditional(const struct lw_grant *grant)
{
  return grant->when.source.len == 0 && grant->from == INT64_MIN && grant->until == INT64_MAX;
}

/* What the grant gives of the action at most; INT64_MAX: no plain amount says. */
static int64_t cap_of(const struct lw_grant *grant, const struct lw_action *action)
{
  bool fixed = action->at_most.present && !action->at_most.computed;
  int64_t cap = grant->up_to.present && !grant->up_to.computed ? grant->up_to.minor : INT64_MAX;
  return fixed && action->at_most.minor < cap ? action->at_most.minor : cap;
}

/* The most that the tier may have under the condition of `like`. Grants with other conditions or
 * keys count for the tier above (`generous`): they may make up for what it lacks. */
static int64_t most_of(const struct lw_lint *lint, const struct lw_action *action,
                       const struct lw_grant *like, uint32_t tier, bool generous)
{
  int64_t most = -1;
  for (uint32_t i = 0; i < action->n_grants; i++) {
    const struct lw_grant *grant = &lint->policy->grants[action->grants[i]];
    bool counts = generous || (is_plain(&grant->who) &&
                               (same_condition(grant, like) || is_unconditional(grant)));
    if (counts && !lint->dead[action->grants[i]] &&
        lw_who_admits_tier(lint->policy, &grant->who, tier)) {
      int64_t cap = cap_of(grant, action);
      most = cap > most ? cap : most;
    }
  }
  return most;
}

static void report_inversion(struct lw_lint *lint, const struct lw_action *action,
                             const struct lw_grant *grant, uint32_t lower, uint32_t higher,
                             int64_t less)
{
  const struct lw_policy *policy = lint->policy;
  int64_t more = cap_of(grant, action);
  lw_str much = more == INT64_MAX ? LW_STR("any amount") : lw_lint_amount(lint, more);
  lw_str little = less < 0 ? LW_STR("none of it") : lw_lint_amount(lint, less);
  struct lw_place place = lw_lint_key(grant->value, "who", grant->place);
  const struct lw_value *who =
      grant->value != NULL ? lw_value_get(grant->value, LW_STR("who")) : NULL;
  struct lw_diag *diag =
      lw_finding_add(lint->diags, LW_FINDING_TIER_INVERSION, lw_lint_key(who, "only_tier", place),
                     action->kind == LW_ACTION_CHANGE && less < 0
                         ? "%.*s: %.*s may do it, but %.*s, a higher tier, may not"
                         : "%.*s: %.*s may give %.*s, but %.*s, a higher tier, may give %.*s",
                     LW_FMT(action->name), LW_FMT(policy->tiers[lower]), LW_FMT(much),
                     LW_FMT(policy->tiers[higher]), LW_FMT(little));
  diag->rule = lw_lint_rule(lint, "grants", grant->id);
  diag->hint =
      lw_lint_text(lint, "write `tier: %.*s` instead of `only_tier`, or give %.*s at least as much",
                   LW_FMT(policy->tiers[lower]), LW_FMT(policy->tiers[higher]));
}

/* The first fall of what this grant gives its lowest tier. */
static bool check_fall(struct lw_lint *lint, const struct lw_action *action, uint32_t index)
{
  const struct lw_grant *grant = &lint->policy->grants[index];
  if (lint->dead[index] || grant->who.n_only_tiers == 0 || !is_plain(&grant->who) ||
      grant->up_to.computed) {
    return false;
  }
  uint32_t lower = 0;
  while (lower < lint->policy->n_tiers && !lw_who_admits_tier(lint->policy, &grant->who, lower)) {
    lower++;
  }
  for (uint32_t higher = lower + 1; higher < lint->policy->n_tiers; higher++) {
    int64_t less = most_of(lint, action, grant, higher, true);
    if (less < cap_of(grant, action)) {
      report_inversion(lint, action, grant, lower, higher,
                       most_of(lint, action, grant, higher, false));
      return true;
    }
  }
  return false;
}

/* --- what is for the agent themselves --- */

static bool counts_customers(const struct lw_budget *budget)
{
  bool counts = false;
  for (uint32_t i = 0; i < budget->n_per; i++) {
    counts |= budget->per[i] == LW_SCOPE_CUSTOMER || budget->per[i] == LW_SCOPE_CASE;
  }
  return counts;
}

/* Its requests name no case and no customer, so whose budget it is can never be told. */
static void check_own(struct lw_lint *lint, const struct lw_grant *grant)
{
  const struct lw_policy *policy = lint->policy;
  const struct lw_action *own = NULL;
  const struct lw_budget *budget = NULL;
  for (uint32_t i = 0; i < grant->n_may; i++) {
    const struct lw_action *action = &policy->actions[grant->may[i]];
    own = own == NULL && action->for_agent ? action : own;
  }
  for (uint32_t i = 0; i < grant->n_draws; i++) {
    const struct lw_budget *drawn = &policy->budgets[grant->draws[i]];
    budget = budget == NULL && counts_customers(drawn) ? drawn : budget;
  }
  if (own == NULL || budget == NULL) {
    return;
  }
  struct lw_diag *diag = lw_finding_add(
      lint->diags, LW_FINDING_NO_CUSTOMER, lw_lint_key(grant->value, "draws", grant->place),
      "%.*s is for the agent themselves and names no case or customer, so it can "
      "never draw on \"%.*s\": nobody is ever granted it here",
      LW_FMT(own->name), LW_FMT(budget->name));
  diag->rule = lw_lint_rule(lint, "grants", grant->id);
  diag->hint = LW_STR("draw on a budget per agent, team or organization");
}

static void check_action(struct lw_lint *lint, const struct lw_action *action)
{
  for (uint32_t i = 0; i < action->n_grants; i++) {
    if (check_fall(lint, action, action->grants[i])) {
      return; /* one inversion an action: the others mostly come from the same slip */
    }
  }
}

void lw_lint_limits(struct lw_lint *lint)
{
  const struct lw_policy *policy = lint->policy;
  for (uint32_t i = 0; i < policy->n_grants; i++) {
    check_grant(lint, i);
    check_own(lint, &policy->grants[i]);
  }
  for (uint32_t i = 0; i < policy->n_budgets; i++) {
    const struct lw_budget *budget = &policy->budgets[i];
    check_use(lint, budget);
    if (budget->has_amount) {
      check_row(lint, budget, budget->amounts, true);
    }
    if (budget->has_times) {
      check_row(lint, budget, budget->times, false);
    }
  }
  for (uint32_t i = 0; i < policy->n_actions; i++) {
    check_action(lint, &policy->actions[i]);
  }
}
