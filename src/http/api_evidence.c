/* What is known before an answer: what similar cases got, and how today goes. Figures of many,
 * never somebody's name. */
#include "base/bounds.h"
#include "base/money.h"
#include "engine/similar.h"
#include "http/api.h"
#include "http/council.h"

/* --- similar cases --- */

static bool read_evidence(struct lw_call *call, struct lw_similar_asked *asked)
{
  static const char *const names[] = {"action", "reason", "customer", "exclude"};
  const struct lw_policy *policy = call->snapshot->policy;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (lw_call_query(call, names[i]).len > LW_NAME_BYTES_MAX) {
      lw_call_fail(call, LW_USAGE, "%s has at most %d bytes", names[i], LW_NAME_BYTES_MAX);
      return false;
    }
  }
  *asked = (struct lw_similar_asked){.action = lw_call_query(call, "action"),
                                     .reason = lw_call_query(call, "reason"),
                                     .customer = lw_call_query(call, "customer"),
                                     .exclude = lw_call_query(call, "exclude"),
                                     .now = call->received};
  if (asked->action.len == 0 || policy == NULL ||
      lw_policy_find_action(policy, asked->action) == UINT32_MAX) {
    lw_api_refuse_parameter(call, "action", "one of the policy's actions");
    return false;
  }
  lw_str amount = lw_call_query(call, "amount");
  lw_money money = {.minor = 0};
  if (amount.ptr != NULL &&
      (lw_money_read(amount, lw_api_currency(call), &money) != LW_MONEY_OK || money.minor < 0)) {
    lw_api_refuse_parameter(call, "amount", "an amount like 80.00");
    return false;
  }
  asked->has_amount = amount.ptr != NULL;
  asked->amount_minor = money.minor;
  return true;
}

void lw_api_evidence(struct lw_call *call)
{
  struct lw_similar_asked asked;
  struct lw_similar similar;
  struct lw_council council;
  struct lw_error err;
  if (!read_evidence(call, &asked) || !lw_api_council(call, &council) ||
      !lw_api_wait_for_lists(call)) {
    return;
  }
  enum lw_code code = lw_similar_find(call->server->lists, &asked, &call->arena, &similar, &err);
  if (lw_api_is_well(call, code, &err)) {
    similar.withheld =
        council.on && similar.count >= LW_SIMILAR_LEAST && similar.agents < LW_GROUP_MIN;
    lw_similar_print(&similar, lw_api_currency(call), &call->out);
    lw_call_reply(call, 200);
  }
}

/* --- today --- */

void lw_api_today(struct lw_call *call)
{
  enum lw_view view = lw_access_view(&call->caller, LW_ACCESS_SEE_STATS);
  const struct lw_policy *policy = call->snapshot->policy;
  const struct lw_person *self = call->caller.person;
  struct lw_lists_today_filter filter = {.view = {.all = view == LW_VIEW_ALL},
                                         .team =
                                             lw_api_team_path(call, lw_call_query(call, "team")),
                                         .zone = policy != NULL ? policy->zone : NULL,
                                         .now = call->received};
  struct lw_lists_today today;
  struct lw_error err;
  if (view == LW_VIEW_TEAM && self != NULL) {
    filter.view.teams = &self->actor.team;
    filter.view.n_teams = 1;
  } else if (view != LW_VIEW_ALL) {
    lw_call_forbidden(call, LW_ACCESS_SEE_STATS);
    return;
  }
  lw_str group =
      filter.team.len == 0 && filter.view.n_teams != 0 ? filter.view.teams[0] : filter.team;
  if (!lw_api_shows_group(call, group) || !lw_api_wait_for_lists(call)) {
    return;
  }
  enum lw_code code = lw_lists_today(call->server->lists, &filter, &call->arena, &today, &err);
  if (lw_api_is_well(call, code, &err)) {
    lw_lists_print_today(&today, filter.zone, lw_api_currency(call), &call->out);
    lw_call_reply(call, 200);
  }
}
