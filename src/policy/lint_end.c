/* nobody-may, dead-end, empty-route: actions and amounts to which nobody can say yes.
 *
 * An approver's authority is his own grants, so a route is as strong as the grants of the people on
 * it. A route is pointless for amounts when all of its people's grants are open to those who ask as
 * well: to the lowest tier, without a person, kind, team or certificate that the route's words
 * would bring along. Every policy has an amount over which nobody may go; only where asking changes
 * nothing it is worth a word. */
#include "policy/lint.h"

#include "policy/who.h"

/* --- nobody-may --- */

/* A rail without condition and route is how an action is switched off: then nobody is meant to. */
static bool is_switched_off(const struct lw_lint *lint, const struct lw_action *action)
{
  for (uint32_t i = 0; i < action->n_rails; i++) {
    const struct lw_rail *rail = &lint->policy->rails[action->rails[i]];
    if (rail->route == UINT32_MAX && rail->when.source.len == 0) {
      return true;
    }
  }
  return false;
}

static void check_named(struct lw_lint *lint, const struct lw_action *action)
{
  if (action->n_grants != 0 || is_switched_off(lint, action)) {
    return;
  }
  struct lw_diag *diag =
      lw_finding_add(lint->diags, LW_FINDING_NOBODY_MAY, action->place,
                     "no grant names %.*s: nobody may do it", LW_FMT(action->name));
  diag->rule = lw_lint_rule(lint, "actions", action->name);
  diag->hint = LW_STR("name it in the `may` of a grant, or take it out");
}

/* --- dead-end: an action that its own rules close --- */

static int64_t fixed_cap(const struct lw_limit *limit)
{
  return limit->present && !limit->computed ? limit->minor : INT64_MAX;
}

static struct lw_diag *add_for_action(struct lw_lint *lint, const struct lw_action *action,
                                      struct lw_place place, lw_str message, lw_str hint)
{
  struct lw_diag *diag =
      lw_finding_add(lint->diags, LW_FINDING_DEAD_END, place, "%.*s", LW_FMT(message));
  diag->rule = lw_lint_rule(lint, "actions", action->name);
  diag->hint = hint;
  return diag;
}

static bool all_dead(const struct lw_lint *lint, const struct lw_action *action)
{
  for (uint32_t i = 0; i < action->n_grants; i++) {
    if (!lint->dead[action->grants[i]]) {
      return false;
    }
  }
  return action->n_grants != 0;
}

/* The most that any grant gives; INT64_MAX when one is without cap or computes it. */
static int64_t most_granted(const struct lw_lint *lint, const struct lw_action *action)
{
  int64_t most = -1;
  for (uint32_t i = 0; i < action->n_grants; i++) {
    int64_t cap = fixed_cap(&lint->policy->grants[action->grants[i]].up_to);
    most = cap > most ? cap : most;
  }
  return most;
}

/* Nobody reaches what the action may come to. */
static bool is_capped_below(const struct lw_lint *lint, const struct lw_action *action)
{
  int64_t top = fixed_cap(&action->at_most);
  return action->n_grants != 0 && top != INT64_MAX && most_granted(lint, action) < top;
}

static void check_action(struct lw_lint *lint, const struct lw_action *action)
{
  if (all_dead(lint, action)) {
    lw_str message = lw_lint_text(lint,
                                  "nobody can ever do %.*s: every grant that names it has a "
                                  "condition that is never true, or tiers that nobody has",
                                  LW_FMT(action->name));
    (void)add_for_action(lint, action, action->place, message,
                         LW_STR("mend the conditions of its grants"));
  } else if (is_capped_below(lint, action)) {
    int64_t most = most_granted(lint, action);
    lw_str granted = lw_lint_amount(lint, most);
    lw_str top = lw_lint_amount(lint, action->at_most.minor);
    lw_str message = lw_lint_text(lint,
                                  "%.*s may come to %.*s, but no grant gives more than %.*s: to "
                                  "amounts in between nobody can say yes",
                                  LW_FMT(action->name), LW_FMT(top), LW_FMT(granted));
    lw_str hint =
        lw_lint_text(lint, "write `at_most: %.*s`, or a grant that gives more", LW_FMT(granted));
    const struct lw_value *map = lw_lint_entry(lint, "actions", action->name);
    (void)add_for_action(lint, action, lw_lint_key(map, "at_most", action->place), message, hint);
  }
}

/* --- dead-end: rails that close what grants give --- */

/* Names of the rail's actions that some grant names. */
static lw_str *granted_actions(struct lw_lint *lint, const struct lw_rail *rail, size_t *ret_count)
{
  lw_str *names = LW_NEW_ARRAY(lint->scratch, lw_str, rail->n_no);
  *ret_count = 0;
  for (uint32_t i = 0; names != NULL && i < rail->n_no; i++) {
    const struct lw_action *action = &lint->policy->actions[rail->no[i]];
    if (action->n_grants != 0 && !all_dead(lint, action)) {
      names[(*ret_count)++] = action->name;
    }
  }
  return names;
}

static void check_closing(struct lw_lint *lint, uint32_t index)
{
  const struct lw_rail *rail = &lint->policy->rails[index];
  size_t count = 0;
  lw_str *names = granted_actions(lint, rail, &count);
  if (rail->route != UINT32_MAX || !lint->closed[index] || count == 0) {
    return;
  }
  lw_str list = lw_lint_list(lint, names, count, "and");
  struct lw_diag *diag =
      lw_finding_add(lint->diags, LW_FINDING_DEAD_END, lw_lint_key(rail->value, "no", rail->place),
                     "this rail always stops %.*s, so the grants that name %s can never be used",
                     LW_FMT(list), count == 1 ? "it" : "them");
  diag->rule = lw_lint_rule(lint, "rails", rail->id);
  diag->hint = LW_STR("say in `when` which requests it stops, or take the grants out");
}

/* --- who is on a route --- */

/* `team: same` and the end of certificates are no hindrance here. */
static bool person_fits(const struct lw_lint *lint, const struct lw_who *who,
                        const struct lw_actor *actor)
{
  return lw_who_fits(who, actor, lw_actor_tier(lint->policy, actor), actor->team, INT64_MIN);
}

/* Whether anybody on the level may be one of those whom the grant is for. */
static bool level_meets(const struct lw_lint *lint, const struct lw_lint_staff *level,
                        const struct lw_who *grant)
{
  if (lint->people == NULL) {
    return lw_who_meets(lint->policy, level->who, grant);
  }
  for (uint32_t i = 0; i < level->count; i++) {
    const struct lw_actor *actor = &lint->people->actors[level->people[i]];
    if (person_fits(lint, grant, actor)) {
      return true;
    }
  }
  return false;
}

static bool level_is_staffed(const struct lw_lint *lint, const struct lw_lint_staff *level)
{
  return lint->people != NULL ? level->count != 0
                              : lw_who_admits_any_tier(lint->policy, level->who);
}

static bool route_is_staffed(const struct lw_lint *lint, uint32_t route)
{
  for (uint32_t i = 0; i < lint->policy->routes[route].n_levels; i++) {
    if (level_is_staffed(lint, &lint->staff[route][i])) {
      return true;
    }
  }
  return false;
}

/* Who of the people is on the level. */
static bool find_staff(struct lw_lint *lint, const struct lw_who *who,
                       struct lw_lint_staff *ret_staff)
{
  *ret_staff = (struct lw_lint_staff){.who = who};
  uint32_t count = lint->people != NULL ? lint->people->count : 0;
  uint32_t *found = LW_NEW_ARRAY(lint->scratch, uint32_t, count);
  for (uint32_t i = 0; found != NULL && i < count; i++) {
    const struct lw_actor *actor = &lint->people->actors[i];
    if (person_fits(lint, who, actor)) {
      found[ret_staff->count++] = i;
    }
  }
  ret_staff->people = found;
  return found != NULL;
}

static bool find_all_staff(struct lw_lint *lint)
{
  const struct lw_policy *policy = lint->policy;
  lint->staff = LW_NEW_ARRAY(lint->scratch, struct lw_lint_staff *, policy->n_routes);
  for (uint32_t i = 0; lint->staff != NULL && i < policy->n_routes; i++) {
    const struct lw_route *route = &policy->routes[i];
    lint->staff[i] = LW_NEW_ARRAY(lint->scratch, struct lw_lint_staff, route->n_levels);
    for (uint32_t j = 0; j < route->n_levels; j++) {
      if (lint->staff[i] == NULL || !find_staff(lint, &route->levels[j].who, &lint->staff[i][j])) {
        return false;
      }
    }
  }
  return lint->staff != NULL;
}

/* --- how far a route reaches --- */

struct reach {
  bool any;      /* somebody there has a grant for the action */
  bool stronger; /* ... or may have one that those who ask have not; or it can't be told */
  bool computed; /* some caps are expressions */
  int64_t most;  /* of caps that are amounts; -1: there is none */
};

/* Whether an expression speaks of the agent: then an approver's answer differs from that of whoever
 * asks. */
static bool reads_agent(const struct lw_expression *expression)
{
  uint32_t count = 0;
  const uint32_t *slots =
      expression->program != NULL ? lw_program_slots(expression->program, &count) : NULL;
  for (uint32_t i = 0; i < count; i++) {
    if (slots[i] <= LW_SLOT_AGENT_HOLDS) {
      return true;
    }
  }
  return false;
}

/* Whether those who ask have the grant as likely as the people on the level. */
static bool is_open_to_askers(const struct lw_policy *policy, const struct lw_grant *grant,
                              const struct lw_who *level)
{
  const struct lw_who *who = &grant->who;
  return lw_who_admits_tier(policy, who, 0) && who->n_persons == 0 && who->kinds == 0 &&
         (who->n_teams == 0 || level->n_teams == 0) && (who->n_holds == 0 || level->n_holds == 0) &&
         !reads_agent(&grant->when) && !reads_agent(&grant->up_to.expression);
}

static void add_grant(const struct lw_lint *lint, const struct lw_grant *grant,
                      const struct lw_action *action, const struct lw_who *level,
                      struct reach *reach)
{
  int64_t top = fixed_cap(&action->at_most);
  int64_t cap = fixed_cap(&grant->up_to);
  cap = top < cap ? top : cap;
  reach->any = true;
  if (grant->up_to.computed) {
    reach->computed = true;
    cap = -1;
  }
  reach->stronger |= cap == INT64_MAX || !is_open_to_askers(lint->policy, grant, level);
  reach->most = cap > reach->most ? cap : reach->most;
}

static struct reach reach_of(const struct lw_lint *lint, uint32_t route, uint32_t index)
{
  const struct lw_action *action = &lint->policy->actions[index];
  struct reach reach = {.most = -1};
  for (uint32_t i = 0; i < lint->policy->routes[route].n_levels; i++) {
    const struct lw_lint_staff *level = &lint->staff[route][i];
    for (uint32_t j = 0; j < action->n_grants; j++) {
      const struct lw_grant *grant = &lint->policy->grants[action->grants[j]];
      if (!lint->dead[action->grants[j]] && level_meets(lint, level, &grant->who)) {
        add_grant(lint, grant, action, level->who, &reach);
      }
    }
  }
  return reach;
}

/* --- dead-end: routes --- */

static struct lw_diag *add_for_route(struct lw_lint *lint, const struct lw_route *route,
                                     struct lw_place place, lw_str message)
{
  struct lw_diag *diag =
      lw_finding_add(lint->diags, LW_FINDING_DEAD_END, place, "%.*s", LW_FMT(message));
  diag->rule = lw_lint_rule(lint, "routes", route->id);
  return diag;
}

static struct lw_place place_of_action(const struct lw_route *route, uint32_t action)
{
  for (uint32_t i = 0; i < route->n_actions; i++) {
    if (route->actions[i] == action) {
      return lw_lint_item(route->value, "for", i, route->place);
    }
  }
  return lw_lint_key(route->value, "ask", route->place);
}

/* `for` left out, or `all`: not every action need be of use there. */
static bool is_for_all(const struct lw_policy *policy, const struct lw_route *route)
{
  return route->n_actions == 0 || route->n_actions == policy->n_actions;
}

/* Actions that the route names and none of its people may do; a route for all of them must be of
 * use for one. */
static void check_authority(struct lw_lint *lint, uint32_t index)
{
  const struct lw_route *route = &lint->policy->routes[index];
  bool any = false;
  bool all = is_for_all(lint->policy, route);
  for (uint32_t i = 0; i < route->n_actions && !all; i++) {
    const struct lw_action *action = &lint->policy->actions[route->actions[i]];
    if (action->n_grants == 0 || all_dead(lint, action) ||
        reach_of(lint, index, route->actions[i]).any) {
      continue;
    }
    lw_str message = lw_lint_text(
        lint, "nobody on \"%.*s\" has a grant for %.*s, so asking them for it leads nowhere",
        LW_FMT(route->id), LW_FMT(action->name));
    add_for_route(lint, route, place_of_action(route, route->actions[i]), message)->hint =
        lw_lint_text(lint, "add a level of people who may do %.*s, or take it off this route",
                     LW_FMT(action->name));
  }
  for (uint32_t i = 0; i < lint->policy->n_actions && all && !any; i++) {
    any = reach_of(lint, index, i).any;
  }
  if (all && !any && lint->policy->n_grants != 0) {
    lw_str message = lw_lint_text(
        lint, "nobody on \"%.*s\" has a grant for anything, so asking them leads nowhere",
        LW_FMT(route->id));
    add_for_route(lint, route, place_of_action(route, 0), message)->hint =
        LW_STR("an approver's authority is his own grants: add a grant for these people");
  }
}

/* Whether the route can't do more than whoever asks. */
static bool is_pointless(const struct lw_action *action, const struct reach *reach)
{
  return reach->any && !reach->stronger && reach->most >= 0 &&
         reach->most < fixed_cap(&action->at_most);
}

static void report_pointless(struct lw_lint *lint, const struct lw_route *route, uint32_t index,
                             const struct reach *reach)
{
  const struct lw_action *action = &lint->policy->actions[index];
  lw_str most = lw_lint_amount(lint, reach->most);
  lw_str message =
      reach->computed
          ? lw_lint_text(lint,
                         "%.*s over %.*s: nobody on \"%.*s\" may give more than whoever asks may "
                         "give already",
                         LW_FMT(action->name), LW_FMT(most), LW_FMT(route->id))
          : lw_lint_text(lint,
                         "%.*s over %.*s: nobody on \"%.*s\" may give more than %.*s, which "
                         "whoever asks may give already",
                         LW_FMT(action->name), LW_FMT(most), LW_FMT(route->id), LW_FMT(most));
  add_for_route(lint, route, place_of_action(route, index), message)->hint =
      lw_lint_text(lint, "give a tier on this route a grant of %.*s with a higher `up_to`",
                   LW_FMT(action->name));
}

/* Amounts of the action over which asking helps nobody; all routes that cover it must be so.
 * Returns the route that was reported, or UINT32_MAX. */
static uint32_t check_amounts(struct lw_lint *lint, uint32_t index)
{
  const struct lw_policy *policy = lint->policy;
  const struct lw_action *action = &policy->actions[index];
  uint32_t first = UINT32_MAX;
  struct reach reach_of_first = {.most = -1};
  if (action->kind == LW_ACTION_CHANGE || is_capped_below(lint, action)) {
    return UINT32_MAX;
  }
  for (uint32_t i = 0; i < policy->n_routes; i++) {
    struct reach reach = {.most = -1};
    if (lw_route_covers(&policy->routes[i], index)) {
      reach = reach_of(lint, i, index);
    }
    if (!reach.any) {
      continue;
    }
    if (!is_pointless(action, &reach)) {
      return UINT32_MAX;
    }
    if (first == UINT32_MAX || reach.most > reach_of_first.most) {
      first = i;
      reach_of_first = reach;
    }
  }
  if (first != UINT32_MAX) {
    report_pointless(lint, &policy->routes[first], index, &reach_of_first);
  }
  return first;
}

/* --- dead-end: rails that send to a route --- */

/* Whether the rail matches only amounts over what anybody on the route may give. */
static bool asks_too_much(struct lw_lint *lint, const struct lw_rail *rail, uint32_t action,
                          const struct reach *reach)
{
  if (!reach->any || reach->computed || reach->most < 0 || reach->most == INT64_MAX ||
      rail->when.node == NULL) {
    return false;
  }
  lw_lint_world_narrow(lint, NULL, &action, 1);
  struct lw_logic_domain *amount = &lint->domains[LW_SLOT_AMOUNT];
  amount->has_most = true;
  amount->most = lw_val_money(reach->most, lint->policy->currency);
  struct lw_logic_claim matches = {rail->when.node, LW_LOGIC_TRUE};
  bool never = lw_logic_possible(&lint->logic, &matches, 1) == LW_LOGIC_NO;
  lw_lint_world_narrow(lint, NULL, &action, 1);
  return never && lw_logic_possible(&lint->logic, &matches, 1) == LW_LOGIC_YES;
}

static void check_asking(struct lw_lint *lint, const struct lw_rail *rail, const uint32_t *reported)
{
  const struct lw_route *route = &lint->policy->routes[rail->route];
  if (!route_is_staffed(lint, rail->route)) {
    return; /* empty-route says it */
  }
  for (uint32_t i = 0; i < rail->n_no; i++) {
    const struct lw_action *action = &lint->policy->actions[rail->no[i]];
    struct reach reach = reach_of(lint, rail->route, rail->no[i]);
    bool named = !is_for_all(lint->policy, route) && lw_route_covers(route, rail->no[i]);
    lw_str message = LW_STR("");
    if (action->n_grants == 0 || all_dead(lint, action) || reported[rail->no[i]] == rail->route) {
      continue;
    }
    if (!reach.any && !named) { /* when the route names it too, the route has been reported */
      message = lw_lint_text(
          lint, "this rail sends %.*s to \"%.*s\", but nobody there has a grant for it",
          LW_FMT(action->name), LW_FMT(route->id));
    } else if (asks_too_much(lint, rail, rail->no[i], &reach)) {
      lw_str most = lw_lint_amount(lint, reach.most);
      message = lw_lint_text(lint,
                             "this rail sends %.*s to \"%.*s\" only for amounts over what anybody "
                             "there may give, which is %.*s",
                             LW_FMT(action->name), LW_FMT(route->id), LW_FMT(most));
    }
    if (message.len != 0) {
      struct lw_diag *diag =
          lw_finding_add(lint->diags, LW_FINDING_DEAD_END,
                         lw_lint_key(rail->value, "ask", rail->place), "%.*s", LW_FMT(message));
      diag->rule = lw_lint_rule(lint, "rails", rail->id);
      diag->hint = lw_lint_text(lint, "name a route whose people may give %.*s, or leave `ask` out",
                                LW_FMT(action->name));
    }
  }
}

/* --- empty-route --- */

static lw_str unknown_persons(struct lw_lint *lint, const struct lw_who *who, size_t *ret_count)
{
  lw_str *names = LW_NEW_ARRAY(lint->scratch, lw_str, who->n_persons);
  *ret_count = 0;
  for (uint32_t i = 0; names != NULL && lint->people != NULL && i < who->n_persons; i++) {
    if (lint->people->find(lint->people, who->persons[i]) == UINT32_MAX) {
      names[(*ret_count)++] = lw_lint_text(lint, "\"%.*s\"", LW_FMT(who->persons[i]));
    }
  }
  return lw_lint_list(lint, names, *ret_count, "and");
}

static void add_empty(struct lw_lint *lint, const struct lw_route *route, struct lw_place place,
                      lw_str message, lw_str hint)
{
  struct lw_diag *diag =
      lw_finding_add(lint->diags, LW_FINDING_EMPTY_ROUTE, place, "%.*s", LW_FMT(message));
  diag->rule = lw_lint_rule(lint, "routes", route->id);
  diag->hint = hint;
}

/* Whoever has not read a change can't ask either, where nobody is on the way. */
static void check_unread(struct lw_lint *lint)
{
  const struct lw_policy *policy = lint->policy;
  for (uint32_t i = 0; policy->asks_unread && i < policy->n_actions; i++) {
    if (policy->actions[i].n_grants != 0 && !lw_policy_is_routed(policy, i)) {
      struct lw_diag *diag = lw_finding_add(
          lint->diags, LW_FINDING_UNREAD_STOPS, policy->changes_place,
          "no route covers %.*s: whoever has not read a change of it can only read it first",
          LW_FMT(policy->actions[i].name));
      diag->rule = LW_STR("changes");
      diag->hint = LW_STR("name it in the `for` of a route, if somebody shall decide it meanwhile");
    }
  }
}

static void check_level(struct lw_lint *lint, const struct lw_route *route, uint32_t index,
                        const struct lw_lint_staff *staff)
{
  const struct lw_who *who = &route->levels[index].who;
  struct lw_place place =
      who->place.line != 0 ? who->place : lw_lint_item(route->value, "ask", index, route->place);
  size_t unknown = 0;
  lw_str names = unknown_persons(lint, who, &unknown);
  if (!lw_who_admits_any_tier(lint->policy, who)) {
    add_empty(
        lint, route, place,
        lw_lint_text(
            lint,
            "nobody can be on level %u of \"%.*s\": `tier` and `only_tier` exclude each other",
            index + 1, LW_FMT(route->id)),
        LW_STR("keep one of the two keys"));
  } else if (unknown != 0 && unknown == who->n_persons) {
    add_empty(lint, route, place,
              lw_lint_text(lint,
                           "nobody is on level %u of \"%.*s\": there is no %.*s among the people",
                           index + 1, LW_FMT(route->id), LW_FMT(names)),
              LW_STR("name people by their id"));
  } else if (!level_is_staffed(lint, staff)) {
    struct lw_buf words = {0};
    lw_who_print(lint->policy, who, LW_STR(""), &words);
    add_empty(lint, route, place,
              lw_lint_text(lint, "nobody is on level %u of \"%.*s\": of the people, none is %.*s",
                           index + 1, LW_FMT(route->id), (int)words.len,
                           words.len != 0 ? words.ptr : ""),
              LW_STR("widen `who`, or add people"));
    lw_buf_finish(&words);
  }
}

static void check_staff(struct lw_lint *lint, uint32_t index)
{
  const struct lw_route *route = &lint->policy->routes[index];
  if (route->n_levels == 0) {
    add_empty(
        lint, route, lw_lint_key(route->value, "ask", route->place),
        lw_lint_text(lint, "nobody is on the route \"%.*s\": it has no levels", LW_FMT(route->id)),
        LW_STR("name in `ask` who is asked: - {who: {tier: lead}, within: 5m}"));
  }
  for (uint32_t i = 0; i < route->n_levels; i++) {
    check_level(lint, route, i, &lint->staff[index][i]);
  }
}

void lw_lint_ends(struct lw_lint *lint)
{
  check_unread(lint);
  const struct lw_policy *policy = lint->policy;
  uint32_t *reported = LW_NEW_ARRAY(lint->scratch, uint32_t, policy->n_actions);
  if (reported == NULL || !find_all_staff(lint)) {
    return; /* out of memory */
  }
  for (uint32_t i = 0; i < policy->n_routes; i++) {
    check_staff(lint, i);
    if (route_is_staffed(lint, i)) {
      check_authority(lint, i);
    }
  }
  for (uint32_t i = 0; i < policy->n_actions; i++) {
    check_named(lint, &policy->actions[i]);
    check_action(lint, &policy->actions[i]);
    reported[i] = check_amounts(lint, i);
  }
  lw_lint_world_for_rails(lint, true);
  for (uint32_t i = 0; i < policy->n_rails; i++) {
    check_closing(lint, i);
    if (policy->rails[i].route != UINT32_MAX) {
      check_asking(lint, &policy->rails[i], reported);
    }
  }
  lw_lint_world_for_rails(lint, false);
}
