/* From a document to a policy, in one pass over its sections, each after those whose names it uses:
 * currency and time zone, tiers, reasons, facts, tables, the names of actions and budgets, lets,
 * limits, routes, grants, rails. Then what is derived: which grants and rails speak of each action,
 * and which required facts a request for it must bring. */
#include "policy/loader.h"

#include "base/bounds.h"
#include "base/check.h"
#include "data/yaml.h"
#include "policy/terms.h"
#include "policy/who.h"

#include <stdlib.h>

static const struct lw_value *top(struct lw_loader *load, const char *key)
{
  return lw_value_get(load->policy->document, lw_str_c(key));
}

static void load_version(struct lw_loader *load)
{
  const struct lw_value *value = top(load, "leeway");
  if (value != NULL && !lw_str_equal(value->text, LW_STR("1"))) {
    lw_load_rule(load, "leeway", LW_STR(""));
    (void)lw_load_bad(load, LW_FINDING_UNKNOWN_NAME, value->place,
                      "this program reads version 1 of the format, not \"%.*s\"",
                      LW_FMT(value->text));
  }
}

static void load_currency(struct lw_loader *load)
{
  const struct lw_value *value = top(load, "currency");
  load->policy->currency = LW_CURRENCY_NONE;
  if (value == NULL) {
    return;
  }
  lw_load_rule(load, "currency", LW_STR(""));
  lw_str code = lw_load_text(load, value, "currency");
  load->policy->currency = lw_currency_find(code);
  if (load->policy->currency == LW_CURRENCY_NONE && code.len != 0) {
    size_t count = lw_currency_count();
    lw_str *codes = LW_NEW_ARRAY(load->keep, lw_str, count);
    for (size_t i = 0; codes != NULL && i < count; i++) {
      codes[i] = lw_currency_code((uint16_t)i);
    }
    struct lw_diag *diag = lw_load_bad(load, LW_FINDING_UNKNOWN_NAME, value->place,
                                       "there is no currency \"%.*s\"", LW_FMT(code));
    lw_load_suggest(load, diag, code, codes, codes != NULL ? count : 0);
    if (diag->hint.len == 0) {
      diag->hint = LW_STR("write its ISO 4217 code: USD, EUR, JPY");
    }
  }
}

static bool load_zone(struct lw_loader *load, const char *zoneinfo)
{
  struct lw_policy *policy = load->policy;
  const struct lw_value *value = top(load, "time_zone");
  struct lw_error err = {0};
  policy->zones = lw_tzdb_create(policy->keep.allocator, zoneinfo);
  if (policy->zones == NULL ||
      lw_tzdb_find(policy->zones, LW_STR("UTC"), &policy->zone, &err) != LW_OK) {
    return false;
  }
  if (value == NULL) {
    return true;
  }
  lw_load_rule(load, "time_zone", LW_STR(""));
  lw_str name = lw_load_text(load, value, "time_zone");
  if (name.len != 0 && lw_tzdb_find(policy->zones, name, &policy->zone, &err) != LW_OK) {
    struct lw_diag *diag = lw_load_bad(load, LW_FINDING_UNKNOWN_NAME, value->place,
                                       "there is no time zone \"%.*s\"", LW_FMT(name));
    diag->hint = lw_str_copy(load->diags->arena, lw_str_c(err.hint));
  }
  return true;
}

static bool make_env(struct lw_loader *load)
{
  static const struct {
    lw_str name;
    lw_str type;
  } builtins[] = {
#define LW_BUILTIN(id, name, type) {LW_STR_INIT(name), LW_STR_INIT(type)},
#include "policy/builtin.def"
#undef LW_BUILTIN
  };
  struct lw_policy *policy = load->policy;
  struct lw_cel_env_options options = {.container = LW_STR(""), .currency = policy->currency};
  policy->env = lw_cel_env_create(load->keep, &options);
  for (uint32_t i = 0; policy->env != NULL && i < sizeof builtins / sizeof builtins[0]; i++) {
    uint32_t slot = 0;
    struct lw_error err;
    const struct lw_type *type = lw_type_read(load->keep, builtins[i].type);
    if (type == NULL ||
        lw_cel_env_variable(policy->env, builtins[i].name, type, &slot, &err) != LW_OK) {
      return false;
    }
    LW_ASSERT(slot == i);
  }
  return policy->env != NULL;
}

/* Whether somebody who has not read what changed goes on as usual. */
static void load_changes(struct lw_loader *load, const struct lw_value *value)
{
  static const lw_str words[] = {LW_STR_INIT("as_usual"), LW_STR_INIT("ask")};
  struct lw_policy *policy = load->policy;
  uint32_t count = 0;
  lw_load_rule(load, "changes", LW_STR(""));
  if (value == NULL || !lw_load_map(load, value, LW_SECTION_CHANGES, value->place)) {
    return;
  }
  const uint32_t *word = lw_load_names(load, lw_value_get(value, LW_STR("until_read")),
                                       "way until a change is read", words, 2, &count);
  const struct lw_value *after = lw_value_get(value, LW_STR("after"));
  policy->asks_unread = count == 1 && word[0] == 1;
  policy->changes_place = value->place;
  if (after != NULL) {
    (void)lw_load_duration(load, after, "after", &policy->after_seconds);
  }
}

static void load_sections(struct lw_loader *load)
{
  struct lw_policy *policy = load->policy;
  lw_load_rule(load, "", LW_STR(""));
  policy->organization = lw_load_text(load, top(load, "organization"), "organization");
  policy->why = lw_load_text(load, top(load, "why"), "why");
  policy->instead = lw_load_text(load, top(load, "instead"), "instead");
  lw_load_tiers(load, top(load, "tiers"));
  lw_load_reasons(load, top(load, "reasons"));
  lw_load_rule(load, "channels", LW_STR(""));
  policy->channels = lw_load_texts(load, top(load, "channels"), "channels", &policy->n_channels);
  lw_load_facts(load, top(load, "facts"));
  static const lw_str words[] = {LW_STR_INIT("refuse"), LW_STR_INIT("ignore")};
  uint32_t count = 0;
  lw_load_rule(load, "other_facts", LW_STR(""));
  const uint32_t *word =
      lw_load_names(load, top(load, "other_facts"), "way with other facts", words, 2, &count);
  policy->other_facts_ignored = count == 1 && word[0] == 1;
  lw_load_tables(load, top(load, "tables"));
  lw_load_actions(load, top(load, "actions"));
  lw_load_budgets(load, top(load, "budgets"));
  lw_load_lets(load, top(load, "let"));
  lw_load_action_limits(load, top(load, "actions"));
  lw_load_routes(load, top(load, "routes"));
  lw_load_grants(load, top(load, "grants"));
  lw_load_rails(load, top(load, "rails"));
  load_changes(load, top(load, "changes"));
}

/* --- amounts without a currency --- */

static bool has_amounts(const struct lw_policy *policy)
{
  bool found = false;
  for (uint32_t i = 0; i < policy->n_facts; i++) {
    found |= policy->facts[i].type->kind == LW_T_MONEY;
  }
  for (uint32_t i = 0; i < policy->n_actions; i++) {
    found |= policy->actions[i].at_most.present;
  }
  for (uint32_t i = 0; i < policy->n_budgets; i++) {
    found |= policy->budgets[i].has_amount;
  }
  for (uint32_t i = 0; i < policy->n_grants; i++) {
    found |= policy->grants[i].up_to.present;
  }
  for (uint32_t i = 0; i < policy->n_routes; i++) {
    found |= policy->routes[i].grants_fallback;
  }
  return found;
}

/* Amounts are not read without one: said once, at the top, where it should stand. An action of kind
 * money has said so itself. */
static void check_currency(struct lw_loader *load)
{
  const struct lw_policy *policy = load->policy;
  if (top(load, "currency") != NULL || !has_amounts(policy)) {
    return;
  }
  for (uint32_t i = 0; i < policy->n_actions; i++) {
    if (policy->actions[i].kind == LW_ACTION_MONEY) {
      return;
    }
  }
  lw_load_rule(load, "", LW_STR(""));
  lw_load_bad(load, LW_FINDING_MISSING_KEY, (struct lw_place){1, 1, 0},
              "a policy with amounts needs \"currency\"")
      ->hint = LW_STR("write at the top: currency: USD");
}

/* --- what is derived --- */

static bool names_action(const uint32_t *actions, uint32_t count, uint32_t action)
{
  for (uint32_t i = 0; i < count; i++) {
    if (actions[i] == action) {
      return true;
    }
  }
  return false;
}

static void mark_wanted(const struct lw_policy *policy, const struct lw_program *program,
                        bool *wanted)
{
  uint32_t count = 0;
  const uint32_t *slots = program != NULL ? lw_program_slots(program, &count) : NULL;
  for (uint32_t i = 0; i < count; i++) {
    for (uint32_t f = 0; slots[i] >= LW_SLOT_FACTS && f < policy->n_facts; f++) {
      const struct lw_fact *fact = &policy->facts[f];
      wanted[f] |= fact->slot == slots[i] && !fact->optional && !fact->has_default;
    }
  }
}

static int64_t most_of(const struct lw_limit *limit)
{
  return limit->present && !limit->computed ? limit->minor : INT64_MAX;
}

static bool derive_action(struct lw_loader *load, uint32_t index, bool *wanted)
{
  struct lw_policy *policy = load->policy;
  struct lw_action *action = &policy->actions[index];
  uint32_t *grants = LW_NEW_ARRAY(load->keep, uint32_t, policy->n_grants);
  uint32_t *tiers = LW_NEW_ARRAY(load->keep, uint32_t, policy->n_grants);
  int64_t *most = LW_NEW_ARRAY(load->keep, int64_t, policy->n_grants);
  uint32_t *rails = LW_NEW_ARRAY(load->keep, uint32_t, policy->n_rails);
  uint32_t *facts = LW_NEW_ARRAY(load->keep, uint32_t, policy->n_facts);
  if (grants == NULL || tiers == NULL || most == NULL || rails == NULL || facts == NULL) {
    return false;
  }
  memset(wanted, 0, policy->n_facts * sizeof *wanted);
  action->at_most_reads_amount = lw_term_reads(&action->at_most.expression, LW_SLOT_AMOUNT);
  mark_wanted(policy, action->at_most.expression.program, wanted);
  for (uint32_t i = 0; i < policy->n_grants; i++) {
    if (names_action(policy->grants[i].may, policy->grants[i].n_may, index)) {
      tiers[action->n_grants] = policy->grants[i].tiers;
      most[action->n_grants] = most_of(&policy->grants[i].up_to);
      grants[action->n_grants++] = i;
      mark_wanted(policy, policy->grants[i].when.program, wanted);
      mark_wanted(policy, policy->grants[i].up_to.expression.program, wanted);
    }
  }
  for (uint32_t i = 0; i < policy->n_rails; i++) {
    if (names_action(policy->rails[i].no, policy->rails[i].n_no, index)) {
      rails[action->n_rails++] = i;
      action->rails_read_amount |= lw_term_reads(&policy->rails[i].when, LW_SLOT_AMOUNT);
    }
  }
  for (uint32_t i = 0; i < policy->n_facts; i++) {
    if (wanted[i]) {
      facts[action->n_wanted++] = i;
    }
  }
  action->grants = grants;
  action->grant_tiers = tiers;
  action->grant_most = most;
  action->rails = rails;
  action->wanted = facts;
  return true;
}

static bool derive(struct lw_loader *load)
{
  struct lw_policy *policy = load->policy;
  bool *wanted = LW_NEW_ARRAY(load->keep, bool, policy->n_facts);
  policy->n_slots = lw_cel_env_variables(policy->env);
  for (uint32_t i = 0; i < policy->n_grants; i++) {
    struct lw_grant *grant = &policy->grants[i];
    grant->tiers = lw_who_tiers(policy, &grant->who);
    grant->reads_amount = lw_term_reads(&grant->when, LW_SLOT_AMOUNT) ||
                          lw_term_reads(&grant->up_to.expression, LW_SLOT_AMOUNT);
  }
  for (uint32_t i = 0; i < policy->n_actions; i++) {
    if (wanted == NULL || !derive_action(load, i, wanted)) {
      return false;
    }
  }
  return wanted != NULL;
}

/* --- the whole --- */

static bool load_document(struct lw_loader *load, lw_str source, const char *zoneinfo)
{
  struct lw_policy *policy = load->policy;
  policy->source = lw_str_copy(load->keep, source);
  policy->document =
      policy->source.ptr != NULL ? lw_yaml_read(load->keep, policy->source, load->diags) : NULL;
  if (policy->document == NULL) {
    return false;
  }
  struct lw_place start = {1, 1, 0};
  if (policy->document->kind == LW_VALUE_MAP && policy->document->count == 0) {
    lw_load_bad(load, LW_FINDING_MISSING_KEY, start, "there is nothing in this file")->hint =
        LW_STR("begin with leeway: 1");
    return false;
  }
  if (policy->document->kind != LW_VALUE_MAP) {
    lw_load_bad(load, LW_FINDING_SYNTAX, start, "a policy is a map of keys and values, not %s",
                lw_value_kind_name(policy->document->kind))
        ->hint = LW_STR("begin with leeway: 1");
    return false;
  }
  (void)lw_load_map(load, policy->document, LW_SECTION_POLICY, start);
  load_version(load);
  load_currency(load);
  if (!load_zone(load, zoneinfo) || !make_env(load)) {
    return false;
  }
  load_sections(load);
  check_currency(load);
  return derive(load);
}

struct lw_policy *lw_policy_load(lw_str source, const struct lw_allocator *allocator,
                                 const char *zoneinfo, struct lw_diags *diags)
{
  const struct lw_allocator *memory = allocator != NULL ? allocator : lw_allocator_default();
  struct lw_policy *policy = memory->alloc(memory->user, sizeof *policy);
  if (policy == NULL) {
    return NULL;
  }
  *policy = (struct lw_policy){0};
  lw_arena_init(&policy->keep, memory, 0);
  struct lw_loader load = {
      .policy = policy, .keep = &policy->keep, .diags = diags, .rule = LW_STR("")};
  lw_table_init(&load.budget_index, load.keep);
  lw_table_init(&load.grant_index, load.keep);
  lw_table_init(&policy->fact_index, load.keep);
  lw_table_init(&policy->fact_groups, load.keep);
  lw_table_init(&policy->action_index, load.keep);
  size_t errors_before = diags->errors;
  bool loaded = false;
  if (source.len > LW_POLICY_TEXT_BYTES_MAX) {
    (void)lw_finding_add(diags, LW_FINDING_SYNTAX, (struct lw_place){1, 1, 0},
                         "a policy has at most %zu bytes", LW_POLICY_TEXT_BYTES_MAX);
  } else {
    loaded = load_document(&load, source, zoneinfo);
  }
  lw_diags_sort(diags);
  if (!loaded || diags->errors != errors_before || policy->keep.failed) {
    lw_policy_destroy(policy);
    return NULL;
  }
  return policy;
}

void lw_policy_destroy(struct lw_policy *policy)
{
  if (policy != NULL) {
    const struct lw_allocator *memory = policy->keep.allocator;
    lw_tzdb_destroy(policy->zones);
    lw_arena_finish(&policy->keep);
    memory->release(memory->user, policy);
  }
}

void lw_policy_number_budget(struct lw_policy *policy, uint32_t budget, uint32_t number)
{
  LW_ASSERT(budget < policy->n_budgets);
  policy->budgets[budget].number = number;
}

uint32_t lw_policy_find_action(const struct lw_policy *policy, lw_str name)
{
  const uint32_t *index = lw_table_find(&policy->action_index, name);
  return index != NULL ? *index : UINT32_MAX;
}

uint32_t lw_policy_find_budget(const struct lw_policy *policy, lw_str name)
{
  for (uint32_t i = 0; i < policy->n_budgets; i++) {
    if (lw_str_equal(policy->budgets[i].name, name)) {
      return i;
    }
  }
  return UINT32_MAX;
}

uint32_t lw_policy_find_tier(const struct lw_policy *policy, lw_str name)
{
  for (uint32_t i = 0; i < policy->n_tiers; i++) {
    if (lw_str_equal(policy->tiers[i], name)) {
      return i;
    }
  }
  return UINT32_MAX;
}

const struct lw_reason *lw_policy_reason(const struct lw_policy *policy, lw_str name)
{
  for (uint32_t i = 0; policy != NULL && i < policy->n_reasons; i++) {
    if (lw_str_equal(policy->reasons[i].name, name)) {
      return &policy->reasons[i];
    }
  }
  return NULL;
}

lw_str lw_policy_action_label(const struct lw_policy *policy, lw_str name)
{
  uint32_t index = policy != NULL ? lw_policy_find_action(policy, name) : UINT32_MAX;
  return index != UINT32_MAX ? policy->actions[index].label : LW_STR("");
}

bool lw_policy_is_routed(const struct lw_policy *policy, uint32_t action)
{
  for (uint32_t i = 0; i < policy->n_routes; i++) {
    if (lw_route_covers(&policy->routes[i], action)) {
      return true;
    }
  }
  return false;
}

const struct lw_budget *lw_policy_budget(const struct lw_policy *policy, lw_str name)
{
  uint32_t index = lw_policy_find_budget(policy, name);
  return index != UINT32_MAX ? &policy->budgets[index] : NULL;
}
