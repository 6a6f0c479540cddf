/* Terms as JSON. Which actions read a fact is told from the slots of the compiled conditions: of
 * the action's limit, its grants and its rails. */
#include "policy/terms.h"

#include "data/json.h"
#include "data/member.h"
#include "policy/phrase.h"
#include "policy/who.h"

void lw_term_label(lw_str name, lw_str label, struct lw_buf *out)
{
  struct lw_buf text = {0};
  if (label.len == 0) {
    lw_word_name(name, &text);
    lw_word_capital(&text, 0);
    label = lw_buf_str(&text);
  }
  lw_json_add_string(out, label);
  out->failed |= text.failed;
  lw_buf_finish(&text);
}

lw_str lw_term_kind(enum lw_action_kind kind)
{
  return kind == LW_ACTION_MONEY  ? LW_STR("money")
         : kind == LW_ACTION_ITEM ? LW_STR("item")
                                  : LW_STR("change");
}

void lw_term_otherwise(const struct lw_policy *policy, const struct lw_route *route,
                       struct lw_buf *out)
{
  if (!route->grants_fallback) {
    LW_BUF_LIT(out, "\"refuse\"");
    return;
  }
  LW_BUF_LIT(out, "{\"grant_up_to\":\"");
  lw_money_print((struct lw_money){route->fallback_minor, policy->currency}, out);
  LW_BUF_LIT(out, "\"}");
}

bool lw_term_reads(const struct lw_expression *expression, uint32_t slot)
{
  uint32_t count = 0;
  const uint32_t *slots =
      expression->program != NULL ? lw_program_slots(expression->program, &count) : NULL;
  for (uint32_t i = 0; i < count; i++) {
    if (slots[i] == slot) {
      return true;
    }
  }
  return false;
}

/* --- pieces --- */

static void add_comma(uint32_t i, struct lw_buf *out)
{
  lw_buf_add_c(out, i == 0 ? "" : ",");
}

static void add_texts(const char *key, const lw_str *texts, uint32_t count, struct lw_buf *out)
{
  lw_buf_printf(out, ",\"%s\":[", key);
  for (uint32_t i = 0; i < count; i++) {
    add_comma(i, out);
    lw_json_add_string(out, texts[i]);
  }
  lw_buf_add_char(out, ']');
}

static void begin_named(uint32_t i, lw_str name, lw_str label, struct lw_buf *out)
{
  add_comma(i, out);
  LW_BUF_LIT(out, "{\"name\":");
  lw_json_add_string(out, name);
  LW_BUF_LIT(out, ",\"label\":");
  lw_term_label(name, label, out);
}

static void add_actions(const struct lw_policy *policy, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"actions\":[");
  for (uint32_t i = 0; i < policy->n_actions; i++) {
    begin_named(i, policy->actions[i].name, policy->actions[i].label, out);
    lw_member_text(out, "kind", lw_term_kind(policy->actions[i].kind));
    lw_member_text(out, "for", policy->actions[i].for_agent ? LW_STR("agent") : LW_STR(""));
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

static void add_reasons(const struct lw_policy *policy, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"reasons\":[");
  for (uint32_t i = 0; i < policy->n_reasons; i++) {
    begin_named(i, policy->reasons[i].name, policy->reasons[i].label, out);
    lw_member_text(out, "owner", policy->reasons[i].owner);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

/* --- facts --- */

/* A value as a request would say it; what has no such form (a moment, a list of lists) stands in
 * words. Lists are as deep as the document. */
static void add_value(const struct lw_policy *policy, struct lw_val value, struct lw_buf *out)
{
  if (value.kind == LW_V_BOOL) {
    lw_buf_add_c(out, value.as.boolean ? "true" : "false");
  } else if (value.kind == LW_V_INT) {
    lw_buf_add_int(out, value.as.integer);
  } else if (value.kind == LW_V_STRING) {
    lw_json_add_string(out, lw_str_from(value.as.text, value.aux));
  } else if (value.kind == LW_V_MONEY) {
    lw_buf_add_char(out, '"');
    lw_money_print((struct lw_money){value.as.integer, value.currency}, out);
    lw_buf_add_char(out, '"');
  } else if (value.kind == LW_V_LIST) {
    lw_buf_add_char(out, '[');
    for (uint32_t i = 0; i < value.as.list->count; i++) {
      add_comma(i, out);
      add_value(policy, value.as.list->items[i], out);
    }
    lw_buf_add_char(out, ']');
  } else {
    struct lw_buf words = {0};
    lw_word_value(policy, value, &words);
    lw_json_add_string(out, lw_buf_str(&words));
    out->failed |= words.failed;
    lw_buf_finish(&words);
  }
}

static bool action_reads(const struct lw_policy *policy, const struct lw_action *action,
                         uint32_t slot)
{
  bool reads = action->at_most.present && lw_term_reads(&action->at_most.expression, slot);
  for (uint32_t i = 0; !reads && i < action->n_grants; i++) {
    const struct lw_grant *grant = &policy->grants[action->grants[i]];
    reads = lw_term_reads(&grant->when, slot) || lw_term_reads(&grant->up_to.expression, slot);
  }
  for (uint32_t i = 0; !reads && i < action->n_rails; i++) {
    reads = lw_term_reads(&policy->rails[action->rails[i]].when, slot);
  }
  return reads;
}

static void add_readers(const struct lw_policy *policy, uint32_t slot, struct lw_buf *out)
{
  uint32_t count = 0;
  LW_BUF_LIT(out, ",\"read_by\":[");
  for (uint32_t i = 0; i < policy->n_actions; i++) {
    if (action_reads(policy, &policy->actions[i], slot)) {
      add_comma(count++, out);
      lw_json_add_string(out, policy->actions[i].name);
    }
  }
  lw_buf_add_char(out, ']');
}

static void add_fact(const struct lw_policy *policy, uint32_t i, struct lw_buf *out)
{
  const struct lw_fact *fact = &policy->facts[i];
  begin_named(i, fact->name, fact->label, out);
  LW_BUF_LIT(out, ",\"type\":\"");
  lw_type_print(fact->type, out);
  lw_buf_printf(out, "\",\"from\":\"%s\",\"optional\":%s",
                fact->from == LW_FROM_AGENT ? "agent" : "system",
                fact->optional || fact->has_default ? "true" : "false");
  if (fact->n_one_of != 0) {
    LW_BUF_LIT(out, ",\"one_of\":[");
    for (uint32_t v = 0; v < fact->n_one_of; v++) {
      add_comma(v, out);
      add_value(policy, fact->one_of[v], out);
    }
    lw_buf_add_char(out, ']');
  }
  if (fact->has_default) {
    LW_BUF_LIT(out, ",\"default\":");
    add_value(policy, fact->default_value, out);
  }
  add_readers(policy, fact->slot, out);
  lw_buf_add_char(out, '}');
}

/* --- budgets and routes --- */

static void add_budget(const struct lw_policy *policy, uint32_t i, struct lw_buf *out)
{
  static const char *const scopes[] = {"agent", "team", "customer", "case", "organization"};
  const struct lw_budget *budget = &policy->budgets[i];
  begin_named(i, budget->name, budget->label, out);
  LW_BUF_LIT(out, ",\"per\":[");
  for (uint32_t s = 0; s < budget->n_per; s++) {
    lw_buf_printf(out, "%s\"%s\"", s == 0 ? "" : ",", scopes[budget->per[s]]);
  }
  bool rolling = budget->window.kind == LW_WINDOW_ROLLING;
  LW_BUF_LIT(out, "],\"window\":");
  lw_json_add_string(out, budget->window.kind == LW_WINDOW_FOR_GOOD ? LW_STR("for-good")
                          : rolling                                 ? LW_STR("rolling")
                                    : lw_str_c(lw_window_word(budget->window.kind)));
  lw_member_text(out, "over", rolling ? budget->window_text : LW_STR(""));
  lw_buf_add_char(out, '}');
}

static void add_level(const struct lw_policy *policy, const struct lw_level *level, uint32_t i,
                      struct lw_buf *out)
{
  struct lw_buf who = {0};
  lw_who_print(policy, &level->who, LW_STR(""), &who);
  add_comma(i, out);
  LW_BUF_LIT(out, "{\"who\":");
  lw_json_add_string(out, lw_buf_str(&who));
  lw_member_text(out, "within", level->within_text);
  lw_buf_add_char(out, '}');
  out->failed |= who.failed;
  lw_buf_finish(&who);
}

static void add_route(const struct lw_policy *policy, uint32_t i, struct lw_buf *out)
{
  const struct lw_route *route = &policy->routes[i];
  uint32_t count = route->n_actions != 0 ? route->n_actions : policy->n_actions;
  add_comma(i, out);
  LW_BUF_LIT(out, "{\"id\":");
  lw_json_add_string(out, route->id);
  LW_BUF_LIT(out, ",\"for\":[");
  for (uint32_t a = 0; a < count; a++) {
    add_comma(a, out);
    lw_json_add_string(out, policy->actions[route->n_actions != 0 ? route->actions[a] : a].name);
  }
  LW_BUF_LIT(out, "],\"levels\":[");
  for (uint32_t l = 0; l < route->n_levels; l++) {
    add_level(policy, &route->levels[l], l, out);
  }
  LW_BUF_LIT(out, "],\"otherwise\":");
  lw_term_otherwise(policy, route, out);
  lw_buf_add_char(out, '}');
}

/* --- names that only who-clauses say --- */

enum which { TEAMS, CERTIFICATES };

static const lw_str *names_of(const struct lw_who *who, enum which which, uint32_t *ret_count)
{
  *ret_count = which == TEAMS ? who->n_teams : who->n_holds;
  return which == TEAMS ? who->teams : who->holds;
}

/* All grants, then all levels, as one row of who-clauses; NULL past the last. */
static const struct lw_who *who_at(const struct lw_policy *policy, uint32_t at)
{
  if (at < policy->n_grants) {
    return &policy->grants[at].who;
  }
  at -= policy->n_grants;
  for (uint32_t r = 0; r < policy->n_routes; r++) {
    if (at < policy->routes[r].n_levels) {
      return &policy->routes[r].levels[at].who;
    }
    at -= policy->routes[r].n_levels;
  }
  return NULL;
}

static void add_named(const struct lw_policy *policy, const char *key, enum which which,
                      struct lw_arena *scratch, struct lw_buf *out)
{
  const struct lw_who *who = NULL;
  struct lw_table seen;
  uint32_t shown = 0;
  lw_table_init(&seen, scratch);
  lw_buf_printf(out, ",\"%s\":[", key);
  for (uint32_t at = 0; (who = who_at(policy, at)) != NULL; at++) {
    uint32_t count = 0;
    const lw_str *names = names_of(who, which, &count);
    for (uint32_t i = 0; i < count; i++) {
      bool is_new = false;
      out->failed |= lw_table_add(&seen, names[i], &is_new) == NULL;
      if (is_new) {
        add_comma(shown++, out);
        lw_json_add_string(out, names[i]);
      }
    }
  }
  lw_buf_add_char(out, ']');
}

/* --- the whole --- */

static void add_frame(const struct lw_policy *policy, uint64_t version, struct lw_buf *out)
{
  lw_buf_printf(out, "{\"version\":%llu,\"organization\":", (unsigned long long)version);
  lw_json_add_string(out, policy->organization);
  if (policy->currency != LW_CURRENCY_NONE) {
    lw_member_text(out, "currency", lw_currency_code(policy->currency));
  }
  lw_member_text(out, "time_zone", policy->zone != NULL ? lw_tz_name(policy->zone) : LW_STR("UTC"));
  lw_member_text(out, "why", lw_str_trim(policy->why));
  lw_member_text(out, "instead", lw_str_trim(policy->instead));
}

void lw_terms_json(const struct lw_policy *policy, uint64_t version, struct lw_arena *scratch,
                   struct lw_buf *out)
{
  add_frame(policy, version, out);
  add_texts("tiers", policy->tiers, policy->n_tiers, out);
  add_texts("channels", policy->channels, policy->n_channels, out);
  add_actions(policy, out);
  add_reasons(policy, out);
  LW_BUF_LIT(out, ",\"facts\":[");
  for (uint32_t i = 0; i < policy->n_facts; i++) {
    add_fact(policy, i, out);
  }
  LW_BUF_LIT(out, "],\"budgets\":[");
  for (uint32_t i = 0; i < policy->n_budgets; i++) {
    add_budget(policy, i, out);
  }
  LW_BUF_LIT(out, "],\"routes\":[");
  for (uint32_t i = 0; i < policy->n_routes; i++) {
    add_route(policy, i, out);
  }
  lw_buf_add_char(out, ']');
  add_named(policy, "teams", TEAMS, scratch, out);
  add_named(policy, "certificates", CERTIFICATES, scratch, out);
  lw_buf_add_char(out, '}');
}
