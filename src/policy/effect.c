/* An option is one amount; its effect is where that amount comes from. Standings are those that
 * deciding reads, so that what is shown is what will be drawn, to the cent, unless somebody else
 * draws in between. */
#include "policy/effect.h"

#include "base/bounds.h"
#include "base/check.h"
#include "data/json.h"
#include "policy/answer.h"
#include "policy/explain.h"
#include "policy/phrase.h"
#include "policy/reach.h"

lw_str lw_action_kind_name(enum lw_action_kind kind)
{
  static const lw_str names[] = {LW_STR_INIT("money"), LW_STR_INIT("item"), LW_STR_INIT("change")};
  LW_ASSERT((size_t)kind < sizeof names / sizeof names[0]);
  return names[kind];
}

lw_str lw_budget_window_name(const struct lw_budget *budget)
{
  const char *word = lw_window_word(budget->window.kind);
  if (word != NULL) {
    return lw_str_c(word);
  }
  return budget->window.kind == LW_WINDOW_ROLLING ? LW_STR("rolling") : LW_STR("for-good");
}

lw_usec lw_budget_turns_over(const struct lw_policy *policy, const struct lw_budget *budget,
                             struct lw_rows *rows, struct lw_row_key key,
                             const struct lw_used *used, lw_usec at)
{
  const struct lw_window *window = &budget->window;
  struct lw_period period;
  if (window->kind == LW_WINDOW_FOR_GOOD ||
      (window->kind == LW_WINDOW_ROLLING && used->times == 0)) {
    return INT64_MAX;
  }
  if (window->kind == LW_WINDOW_ROLLING) {
    bool has_amount = used->amount_minor != 0;
    return lw_rows_frees_at(rows, key, window, at, used->amount_minor - has_amount,
                            used->times - !has_amount);
  }
  lw_window_period(window, policy->zone, at, &period);
  return period.end;
}

/* --- words --- */

void lw_effect_add_label(lw_str label, lw_str name, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"label\":");
  if (label.len != 0) {
    lw_json_add_string(out, label);
    return;
  }
  struct lw_buf words = {.allocator = out->allocator};
  lw_word_name(name, &words);
  lw_word_capital(&words, 0);
  lw_json_add_string(out, words.failed ? name : lw_buf_str(&words));
  lw_buf_finish(&words);
}

static void add_money(const struct lw_policy *policy, const char *key, int64_t minor,
                      struct lw_buf *out)
{
  lw_buf_printf(out, ",\"%s\":\"", key);
  lw_money_print((lw_money){minor, policy->currency}, out);
  lw_buf_add_char(out, '"');
}

static void add_moment(const char *key, lw_usec at, struct lw_buf *out)
{
  if (at != INT64_MAX) {
    lw_buf_printf(out, ",\"%s\":\"", key);
    lw_rfc3339_print(at / LW_USEC_PER_SECOND, (uint32_t)(at % LW_USEC_PER_SECOND) * 1000, out);
    lw_buf_add_char(out, '"');
  }
}

/* --- what it draws from --- */

static lw_str scope_value(const struct lw_party *party, enum lw_scope scope)
{
  switch (scope) {
  case LW_SCOPE_AGENT: return party->actor->id;
  case LW_SCOPE_TEAM: return party->actor->team;
  case LW_SCOPE_CUSTOMER: return party->request->customer;
  case LW_SCOPE_CASE: return party->request->case_id;
  case LW_SCOPE_ORGANIZATION: break;
  }
  return LW_STR("");
}

static void add_scope(const struct lw_party *party, const struct lw_budget *budget,
                      struct lw_buf *out)
{
  static const char *const names[] = {"agent", "team", "customer", "case", "organization"};
  const char *between = "";
  LW_BUF_LIT(out, ",\"scope\":{");
  for (uint32_t i = 0; i < budget->n_per; i++) {
    if (budget->per[i] != LW_SCOPE_ORGANIZATION) {
      lw_buf_printf(out, "%s\"%s\":", between, names[budget->per[i]]);
      lw_json_add_string(out, scope_value(party, budget->per[i]));
      between = ",";
    }
  }
  lw_buf_add_char(out, '}');
}

static lw_usec turns_over(struct lw_party *party, uint32_t budget)
{
  const struct lw_standing *standing = lw_standing_of(party, budget);
  const struct lw_policy *policy = party->decider->policy;
  return lw_budget_turns_over(policy, &policy->budgets[budget], party->decider->rows, standing->key,
                              &standing->used, party->request->at);
}

static void add_draw(struct lw_party *party, uint32_t index, struct lw_buf *out)
{
  const struct lw_policy *policy = party->decider->policy;
  const struct lw_budget *budget = &policy->budgets[index];
  const struct lw_standing *standing = lw_standing_of(party, index);
  LW_BUF_LIT(out, "{\"budget\":");
  lw_json_add_string(out, budget->name);
  lw_effect_add_label(budget->label, budget->name, out);
  add_scope(party, budget, out);
  if (standing->left.has_amount) {
    add_money(policy, "left", standing->left.amount_minor, out);
    add_money(policy, "amount", standing->limit_minor, out);
  }
  if (standing->left.has_times) {
    lw_buf_printf(out, ",\"times_left\":%lld", (long long)standing->left.times);
  }
  add_moment("until", turns_over(party, index), out);
  LW_BUF_LIT(out, ",\"window\":");
  lw_json_add_string(out, lw_budget_window_name(budget));
  if (budget->window.kind == LW_WINDOW_ROLLING) {
    LW_BUF_LIT(out, ",\"over\":");
    lw_json_add_string(out, budget->window_text);
  }
  lw_buf_add_char(out, '}');
}

static void add_draws(struct lw_party *party, const struct lw_grant *grant, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"effect\":[");
  for (uint32_t i = 0; i < grant->n_draws; i++) {
    lw_buf_add_c(out, i == 0 ? "" : ",");
    add_draw(party, grant->draws[i], out);
  }
  lw_buf_add_char(out, ']');
}

/* --- what limits it --- */

struct limit {
  enum lw_limiter of;
  int64_t minor;
  uint32_t budget;
};

struct limits {
  struct limit *items; /* the smallest first; of the same size, in the order in which they came */
  uint32_t count;
};

static void add_limit(struct limits *limits, enum lw_limiter of, int64_t minor, uint32_t budget)
{
  uint32_t at = limits->count++;
  for (; at > 0 && limits->items[at - 1].minor > minor; at--) {
    limits->items[at] = limits->items[at - 1];
  }
  limits->items[at] = (struct limit){of, minor, budget};
}

static void find_limits(struct lw_party *party, const struct lw_option *option,
                        const struct lw_grant *grant, struct limits *limits)
{
  const struct lw_action *action = &party->decider->policy->actions[option->action];
  struct lw_val value = {0};
  int64_t minor = 0;
  if (option->limiter == LW_LIMIT_WHEN) {
    add_limit(limits, LW_LIMIT_WHEN, option->up_to_minor, 0);
  }
  lw_party_ask(party, option->action, option->up_to_minor);
  if (grant->up_to.present && lw_limit_find(party, &grant->up_to, &minor, &value)) {
    add_limit(limits, LW_LIMIT_UP_TO, minor, 0);
  }
  if (action->at_most.present && lw_limit_find(party, &action->at_most, &minor, &value)) {
    add_limit(limits, LW_LIMIT_AT_MOST, minor, 0);
  }
  for (uint32_t i = 0; i < grant->n_draws; i++) {
    const struct lw_standing *standing = lw_standing_of(party, grant->draws[i]);
    if (standing->left.has_amount) {
      add_limit(limits, LW_LIMIT_BUDGET, standing->left.amount_minor, grant->draws[i]);
    }
  }
}

/* The condition that changes its mind at the amount: the grant's, or that of a rail. */
static void add_condition(const struct lw_policy *policy, const struct lw_option *option,
                          struct lw_buf *out)
{
  const struct lw_grant *grant = &policy->grants[option->grant];
  const struct lw_action *action = &policy->actions[option->action];
  if (grant->reads_amount && grant->when.node != NULL && grant->n_amount_marks != 0) {
    lw_explain_condition(policy, grant->when.node, out);
    return;
  }
  for (uint32_t i = 0; i < action->n_rails; i++) {
    const struct lw_rail *rail = &policy->rails[action->rails[i]];
    if (rail->n_amount_marks != 0 && rail->when.node != NULL) {
      LW_BUF_LIT(out, "not when ");
      lw_explain_condition(policy, rail->when.node, out);
      return;
    }
  }
}

static void add_words(struct lw_party *party, const struct lw_option *option,
                      const struct limit *limit, struct lw_buf *out)
{
  const struct lw_policy *policy = party->decider->policy;
  const struct lw_limit *amount = limit->of == LW_LIMIT_UP_TO
                                      ? &policy->grants[option->grant].up_to
                                      : &policy->actions[option->action].at_most;
  struct lw_buf *words = &party->decider->words;
  lw_buf_reset(words);
  if (limit->of == LW_LIMIT_WHEN) {
    add_condition(policy, option, words);
  } else if (amount->computed) {
    lw_sentence_limit(policy, amount, words);
  }
  if (words->len != 0) {
    LW_BUF_LIT(out, ",\"text\":");
    lw_json_add_string(out, lw_buf_str(words));
  }
}

static void add_one_limit(struct lw_party *party, const struct lw_option *option,
                          const struct limit *limit, struct lw_buf *out)
{
  static const char *const names[] = {"", "up_to", "at_most", "budget", "when"};
  const struct lw_policy *policy = party->decider->policy;
  lw_buf_printf(out, "{\"of\":\"%s\"", names[limit->of]);
  add_money(policy, "amount", limit->minor, out);
  if (limit->of != LW_LIMIT_BUDGET) {
    add_words(party, option, limit, out);
  } else {
    LW_BUF_LIT(out, ",\"budget\":");
    lw_json_add_string(out, policy->budgets[limit->budget].name);
    add_money(policy, "left", limit->minor, out);
    add_money(policy, "amount_of", lw_standing_of(party, limit->budget)->limit_minor, out);
    add_moment("until", turns_over(party, limit->budget), out);
  }
  lw_buf_add_char(out, '}');
}

/* Without an amount nothing limits but what `effect` says of times. */
static void add_limits(struct lw_party *party, const struct lw_option *option, struct lw_buf *out)
{
  const struct lw_grant *grant = &party->decider->policy->grants[option->grant];
  struct limits limits = {LW_NEW_ARRAY(&party->decider->scratch, struct limit, grant->n_draws + 3),
                          0};
  if (limits.items != NULL && option->has_amount) {
    find_limits(party, option, grant, &limits);
  }
  LW_BUF_LIT(out, ",\"limits\":[");
  for (uint32_t i = 0; i < limits.count; i++) {
    lw_buf_add_c(out, i == 0 ? "" : ",");
    add_one_limit(party, option, &limits.items[i], out);
  }
  lw_buf_add_char(out, ']');
}

/* --- the whole --- */

static void add_option(struct lw_party *party, const struct lw_option *option, struct lw_buf *out)
{
  const struct lw_policy *policy = party->decider->policy;
  const struct lw_grant *grant = &policy->grants[option->grant];
  const struct lw_action *action = &policy->actions[option->action];
  lw_answer_add_option(policy, option, out);
  if (out->failed) {
    return;
  }
  out->len--; /* its brace */
  lw_effect_add_label(action->label, action->name, out);
  LW_BUF_LIT(out, ",\"kind\":");
  lw_json_add_string(out, lw_action_kind_name(action->kind));
  lw_buf_add_c(out, action->for_agent ? ",\"for\":\"agent\"" : "");
  if (grant->why.len != 0) {
    LW_BUF_LIT(out, ",\"why\":");
    lw_json_add_string(out, grant->why);
  }
  LW_BUF_LIT(out, ",\"then\":[");
  for (uint32_t i = 0; i < grant->n_then; i++) {
    lw_buf_add_c(out, i == 0 ? "" : ",");
    lw_json_add_string(out, grant->then[i]);
  }
  lw_buf_add_char(out, ']');
  add_draws(party, grant, out);
  add_limits(party, option, out);
  lw_buf_add_char(out, '}');
}

enum lw_code lw_effect_add_options(struct lw_decider *decider, struct lw_request *request,
                                   const struct lw_actor *approver, const struct lw_option *options,
                                   uint32_t count, struct lw_buf *out, struct lw_error *err)
{
  struct lw_party party;
  size_t before = out->len;
  lw_vm_allow(decider->vm, LW_DECISION_COST_MAX);
  if (!lw_party_init(&party, decider, request, approver != NULL ? approver : &request->agent)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory while looking for options");
  }
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < count; i++) {
    lw_buf_add_c(out, i == 0 ? "" : ",");
    add_option(&party, &options[i], out);
  }
  lw_buf_add_char(out, ']');
  if (decider->scratch.failed || out->failed) {
    out->len = out->failed ? out->len : before;
    return lw_fail(err, LW_LIMIT, "these options take more memory than a request may use");
  }
  return LW_OK;
}
