/* Members stand in a fixed order; lists and `needs` are there even when empty, so that readers need
 * no special case. */
#include "policy/answer.h"

#include "base/check.h"
#include "data/json.h"
#include "policy/who.h"

lw_str lw_verdict_name(enum lw_verdict verdict)
{
  static const lw_str names[] = {LW_STR_INIT("granted"), LW_STR_INIT("ask"), LW_STR_INIT("refused"),
                                 LW_STR_INIT("error")};
  LW_ASSERT((size_t)verdict < sizeof names / sizeof names[0]);
  return names[verdict];
}

bool lw_verdict_read(lw_str name, enum lw_verdict *ret_verdict)
{
  for (enum lw_verdict verdict = LW_GRANTED; verdict <= LW_REFUSED; verdict++) {
    if (lw_str_equal(name, lw_verdict_name(verdict))) {
      *ret_verdict = verdict;
      return true;
    }
  }
  return false;
}

static void add_money(const struct lw_policy *policy, int64_t minor, struct lw_buf *out)
{
  lw_buf_add_char(out, '"');
  lw_money_print((lw_money){minor, policy->currency}, out);
  lw_buf_add_char(out, '"');
}

/* `,"key":"text"`; nothing for an empty text. */
static void add_text(struct lw_buf *out, const char *key, lw_str text)
{
  if (text.len != 0) {
    lw_buf_add_c(out, key);
    lw_json_add_string(out, text);
  }
}

static void begin(struct lw_buf *out, lw_str id)
{
  lw_buf_add_char(out, '{');
  if (id.len != 0) {
    LW_BUF_LIT(out, "\"id\":");
    lw_json_add_string(out, id);
    lw_buf_add_char(out, ',');
  }
}

static void end(struct lw_buf *out, lw_str meta)
{
  if (meta.len != 0) {
    LW_BUF_LIT(out, ",\"meta\":");
    lw_buf_add(out, meta);
  }
  lw_buf_add_char(out, '}');
}

/* --- granted --- */

static void add_left(const struct lw_policy *policy, const struct lw_outcome *outcome,
                     struct lw_buf *out)
{
  bool times = false;
  bool first = true;
  LW_BUF_LIT(out, ",\"left\":{");
  for (uint32_t i = 0; i < outcome->n_left; i++) {
    const struct lw_left *left = &outcome->left[i];
    times |= left->has_times;
    if (left->has_amount) {
      lw_buf_add_c(out, first ? "" : ",");
      lw_json_add_string(out, policy->budgets[left->budget].name);
      lw_buf_add_char(out, ':');
      add_money(policy, left->amount_minor, out);
      first = false;
    }
  }
  lw_buf_add_char(out, '}');
  if (!times) {
    return;
  }
  first = true;
  LW_BUF_LIT(out, ",\"left_times\":{");
  for (uint32_t i = 0; i < outcome->n_left; i++) {
    if (outcome->left[i].has_times) {
      lw_buf_add_c(out, first ? "" : ",");
      lw_json_add_string(out, policy->budgets[outcome->left[i].budget].name);
      lw_buf_add_char(out, ':');
      lw_buf_add_int(out, outcome->left[i].times);
      first = false;
    }
  }
  lw_buf_add_char(out, '}');
}

static void add_granted(const struct lw_policy *policy, const struct lw_request *request,
                        const struct lw_outcome *outcome, struct lw_buf *out)
{
  const struct lw_grant *grant = /* none: left to the agent's judgement (lw_decide_fallback) */
      outcome->grant != UINT32_MAX ? &policy->grants[outcome->grant] : NULL;
  if (request->has_amount && policy->currency != LW_CURRENCY_NONE) {
    LW_BUF_LIT(out, ",\"amount\":");
    add_money(policy, request->amount_minor, out);
  }
  if (grant != NULL) {
    add_text(out, ",\"grant\":", grant->id);
  }
  add_left(policy, outcome, out);
  LW_BUF_LIT(out, ",\"why\":");
  lw_json_add_string(out, outcome->why);
  LW_BUF_LIT(out, ",\"then\":[");
  for (uint32_t i = 0; grant != NULL && i < grant->n_then; i++) {
    lw_buf_add_c(out, i == 0 ? "" : ",");
    lw_json_add_string(out, grant->then[i]);
  }
  lw_buf_add_char(out, ']');
}

/* --- ask, refused --- */

static lw_str limit_name(const struct lw_policy *policy, const struct lw_option *option)
{
  switch (option->limiter) {
  case LW_LIMIT_NONE: break;
  case LW_LIMIT_UP_TO: return LW_STR("up_to");
  case LW_LIMIT_AT_MOST: return LW_STR("at_most");
  case LW_LIMIT_BUDGET: return policy->budgets[option->budget].name;
  case LW_LIMIT_WHEN: return LW_STR("when");
  }
  return LW_STR("");
}

void lw_answer_add_option(const struct lw_policy *policy, const struct lw_option *option,
                          struct lw_buf *out)
{
  LW_BUF_LIT(out, "{\"action\":");
  lw_json_add_string(out, policy->actions[option->action].name);
  if (option->has_amount) {
    LW_BUF_LIT(out, ",\"up_to\":");
    add_money(policy, option->up_to_minor, out);
  }
  add_text(out, ",\"grant\":", policy->grants[option->grant].id);
  add_text(out, ",\"limit\":", limit_name(policy, option));
  if (option->needs != 0) {
    bool note = (option->needs & LW_NEED_NOTE) != 0;
    bool evidence = (option->needs & LW_NEED_EVIDENCE) != 0;
    lw_buf_printf(out, ",\"needs\":[%s%s%s]", note ? "\"note\"" : "", note && evidence ? "," : "",
                  evidence ? "\"evidence\"" : "");
  }
  lw_buf_add_char(out, '}');
}

void lw_answer_add_options(const struct lw_policy *policy, const struct lw_option *options,
                           uint32_t count, struct lw_buf *out)
{
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < count; i++) {
    lw_buf_add_c(out, i == 0 ? "" : ",");
    lw_answer_add_option(policy, &options[i], out);
  }
  lw_buf_add_char(out, ']');
}

static void add_because(const struct lw_outcome *outcome, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"because\":[");
  for (uint32_t i = 0; i < outcome->n_because; i++) {
    lw_buf_add_c(out, i == 0 ? "{\"rule\":" : ",{\"rule\":");
    lw_json_add_string(out, outcome->because[i].rule);
    LW_BUF_LIT(out, ",\"failed\":");
    lw_json_add_string(out, outcome->because[i].failed);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

/* Who is asked, in turn, how long each has, and what happens when nobody answers. */
void lw_answer_add_levels(const struct lw_policy *policy, const struct lw_request *request,
                          const struct lw_route *route, lw_str key, struct lw_buf *out)
{
  lw_buf_add_char(out, ',');
  lw_json_add_string(out, key);
  LW_BUF_LIT(out, ":[");
  struct lw_buf who = {.allocator = out->allocator};
  for (uint32_t i = 0; i < route->n_levels; i++) {
    lw_buf_reset(&who);
    lw_who_print(policy, &route->levels[i].who, request->agent.team, &who);
    lw_buf_add_c(out, i == 0 ? "{\"who\":" : ",{\"who\":");
    lw_json_add_string(out, lw_buf_str(&who));
    if (route->levels[i].within_seconds != 0) {
      add_text(out, ",\"within\":", route->levels[i].within_text);
    }
    lw_buf_add_char(out, '}');
  }
  lw_buf_finish(&who);
  lw_buf_add_char(out, ']');
  if (route->grants_fallback) {
    LW_BUF_LIT(out, ",\"otherwise\":{\"grant_up_to\":");
    add_money(policy, route->fallback_minor, out);
    lw_buf_add_char(out, '}');
  } else {
    LW_BUF_LIT(out, ",\"otherwise\":\"refuse\"");
  }
}

static void add_not_granted(const struct lw_policy *policy, const struct lw_request *request,
                            const struct lw_outcome *outcome, struct lw_buf *out)
{
  if (outcome->route != UINT32_MAX) {
    add_text(out, ",\"route\":", policy->routes[outcome->route].id);
    lw_answer_add_levels(policy, request, &policy->routes[outcome->route], LW_STR("ask"), out);
  }
  if (outcome->rail != UINT32_MAX) {
    add_text(out, ",\"rail\":", policy->rails[outcome->rail].id);
  }
  add_text(out, ",\"why\":", outcome->why);
  add_text(out, ",\"instead\":", outcome->instead);
  LW_BUF_LIT(out, ",\"can\":");
  lw_answer_add_options(policy, outcome->can, outcome->n_can, out);
  add_because(outcome, out);
  LW_BUF_LIT(out, ",\"needs\":[");
  for (size_t i = 0; i < outcome->needs.count; i++) {
    lw_buf_add_c(out, i == 0 ? "" : ",");
    lw_json_add_string(out, outcome->needs.items[i]);
  }
  lw_buf_add_char(out, ']');
}

/* --- the whole --- */

void lw_answer_add_faults(lw_str id, uint64_t line, const struct lw_fault *faults, size_t count,
                          lw_str meta, struct lw_buf *out)
{
  begin(out, id);
  LW_BUF_LIT(out, "\"error\":");
  struct lw_buf text = {.allocator = out->allocator};
  for (size_t i = 0; i < count; i++) {
    lw_buf_printf(&text, "%s%.*s%s%.*s", i == 0 ? "" : "; ", LW_FMT(faults[i].at),
                  faults[i].at.len != 0 ? ": " : "", LW_FMT(faults[i].message));
  }
  lw_json_add_string(out, lw_buf_str(&text));
  lw_buf_finish(&text);
  if (line != 0) {
    LW_BUF_LIT(out, ",\"line\":");
    lw_buf_add_uint(out, line);
  }
  LW_BUF_LIT(out, ",\"errors\":[");
  for (size_t i = 0; i < count; i++) {
    lw_buf_add_c(out, i == 0 ? "{\"at\":" : ",{\"at\":");
    lw_json_add_string(out, faults[i].at);
    LW_BUF_LIT(out, ",\"message\":");
    lw_json_add_string(out, faults[i].message);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
  end(out, meta);
}

void lw_answer_add(const struct lw_policy *policy, const struct lw_request *request,
                   const struct lw_outcome *outcome, uint64_t line, struct lw_buf *out)
{
  if (outcome->verdict == LW_FAULTY) {
    lw_answer_add_faults(request->id, line, outcome->faults, outcome->n_faults, request->meta, out);
    return;
  }
  begin(out, request->id);
  LW_BUF_LIT(out, "\"verdict\":");
  lw_json_add_string(out, lw_verdict_name(outcome->verdict));
  if (outcome->verdict == LW_GRANTED) {
    add_granted(policy, request, outcome, out);
  } else {
    add_not_granted(policy, request, outcome, out);
  }
  end(out, request->meta);
}
