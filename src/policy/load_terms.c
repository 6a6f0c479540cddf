/* The terms of a policy: tiers, reasons, facts, tables, lets, actions, budgets. */
#include "policy/loader.h"

#include "base/num.h"
#include "policy/convert.h"
#include "policy/terms.h"

/* True when value is a map (of names to declarations); a finding otherwise. NULL is no map, without
 * a finding. */
static bool is_named_map(struct lw_loader *load, const struct lw_value *value, const char *what)
{
  if (value == NULL || value->kind == LW_VALUE_NULL) {
    return false;
  }
  if (value->kind != LW_VALUE_MAP) {
    (void)lw_load_bad(load, LW_FINDING_TYPE_MISMATCH, value->place, "%s is a map of names, not %s",
                      what, lw_value_kind_name(value->kind));
    return false;
  }
  return true;
}

static lw_str key_text(struct lw_loader *load, const struct lw_value *map, uint32_t i)
{
  return lw_str_copy(load->keep, map->entries[i].key);
}

void lw_load_tiers(struct lw_loader *load, const struct lw_value *value)
{
  struct lw_policy *policy = load->policy;
  lw_load_rule(load, "tiers", LW_STR(""));
  policy->tiers = lw_load_texts(load, value, "tiers", &policy->n_tiers);
  for (uint32_t i = 0; i < policy->n_tiers; i++) {
    for (uint32_t j = 0; j < i; j++) {
      if (lw_str_equal(policy->tiers[i], policy->tiers[j])) {
        (void)lw_load_bad(load, LW_FINDING_DUPLICATE_NAME, lw_load_item(value, i)->place,
                          "the tier \"%.*s\" stands here twice", LW_FMT(policy->tiers[i]));
      }
    }
  }
  if (value != NULL && value->kind == LW_VALUE_LIST && policy->n_tiers == 0) {
    (void)lw_load_bad(load, LW_FINDING_MISSING_KEY, value->place, "tiers names at least one tier");
  }
}

void lw_load_reasons(struct lw_loader *load, const struct lw_value *value)
{
  if (!is_named_map(load, value, "reasons")) {
    return;
  }
  struct lw_reason *reasons = LW_NEW_ARRAY(load->keep, struct lw_reason, value->count);
  for (uint32_t i = 0; reasons != NULL && i < value->count; i++) {
    const struct lw_value *item = &value->items[i];
    reasons[i].name = key_text(load, value, i);
    lw_load_rule(load, "reasons", reasons[i].name);
    if (item->kind == LW_VALUE_NULL) {
      continue; /* `goodwill:` alone: a name is enough */
    }
    if (lw_load_map(load, item, LW_SECTION_REASON, value->entries[i].place)) {
      reasons[i].label = lw_load_text(load, lw_value_get(item, LW_STR("label")), "label");
      reasons[i].owner = lw_load_text(load, lw_value_get(item, LW_STR("owner")), "owner");
    }
  }
  load->policy->reasons = reasons;
  load->policy->n_reasons = reasons != NULL ? value->count : 0;
}

/* --- facts --- */

static bool is_identifier(lw_str name)
{
  bool starts = true;
  for (size_t i = 0; i < name.len; i++) {
    char c = name.ptr[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    bool digit = c >= '0' && c <= '9';
    if (c == '.' ? starts : starts ? !letter : !letter && !digit) {
      return false;
    }
    starts = c == '.';
  }
  return !starts;
}

static bool is_builtin(lw_str name)
{
  static const lw_str names[] = {
#define LW_BUILTIN(id, name, type) LW_STR_INIT(name),
#include "policy/builtin.def"
#undef LW_BUILTIN
  };
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    bool may_stand_in =
        lw_str_equal(name, LW_STR("reason")) || lw_str_equal(name, LW_STR("channel"));
    if (lw_str_equal(name, names[i]) && !may_stand_in) {
      return true;
    }
  }
  return lw_str_starts(name, LW_STR("agent.")) || lw_str_starts(name, LW_STR("case.")) ||
         lw_str_equal(name, LW_STR("used"));
}

/* The value of a fact written in the policy; what is "the default" or "a value of one_of". */
static bool fact_value(struct lw_loader *load, const struct lw_type *type,
                       const struct lw_value *value, const char *what, struct lw_val *ret_val)
{
  lw_str at = LW_STR("");
  struct lw_error err = {0};
  if (!lw_convert(load->keep, type, load->policy->currency, true, value, ret_val, &at, &err)) {
    bool amount = type->kind == LW_T_MONEY;
    struct lw_diag *diag =
        lw_load_bad(load, amount ? LW_FINDING_BAD_AMOUNT : LW_FINDING_TYPE_MISMATCH, value->place,
                    "%s%s%.*s %s", what, at.len != 0 ? " at " : "", LW_FMT(at), err.text);
    diag->hint = lw_str_copy(load->diags->arena, lw_str_c(err.hint));
    return false;
  }
  if (ret_val->kind == LW_V_ABSENT) {
    (void)lw_load_bad(load, LW_FINDING_TYPE_MISMATCH, value->place,
                      "nothing is no value; leave the key out instead");
    return false;
  }
  return true;
}

/* What other languages call a type, and what it is called here; {NULL, 0} when the word is none of
 * those. */
static lw_str type_elsewhere(lw_str word)
{
  static const lw_str pairs[][2] = {
      {LW_STR_INIT("boolean"), LW_STR_INIT("bool")},
      {LW_STR_INIT("text"), LW_STR_INIT("string")},
      {LW_STR_INIT("str"), LW_STR_INIT("string")},
      {LW_STR_INIT("decimal"), LW_STR_INIT("money")},
      {LW_STR_INIT("amount"), LW_STR_INIT("money")},
      {LW_STR_INIT("currency"), LW_STR_INIT("money")},
      {LW_STR_INIT("integer"), LW_STR_INIT("int")},
      {LW_STR_INIT("number"), LW_STR_INIT("int")},
      {LW_STR_INIT("float"), LW_STR_INIT("double")},
      {LW_STR_INIT("date"), LW_STR_INIT("timestamp")},
      {LW_STR_INIT("datetime"), LW_STR_INIT("timestamp")},
      {LW_STR_INIT("time"), LW_STR_INIT("timestamp")},
      {LW_STR_INIT("array"), LW_STR_INIT("list")},
      {LW_STR_INIT("object"), LW_STR_INIT("map")},
  };
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
    if (lw_str_equal(word, pairs[i][0])) {
      return pairs[i][1];
    }
  }
  return (lw_str){NULL, 0};
}

static void fact_type(struct lw_loader *load, struct lw_fact *fact, const struct lw_value *value)
{
  static const lw_str names[] = {
      LW_STR_INIT("bool"),   LW_STR_INIT("int"),       LW_STR_INIT("uint"),
      LW_STR_INIT("double"), LW_STR_INIT("string"),    LW_STR_INIT("bytes"),
      LW_STR_INIT("money"),  LW_STR_INIT("timestamp"), LW_STR_INIT("duration"),
      LW_STR_INIT("list"),   LW_STR_INIT("map"),       LW_STR_INIT("list<string>")};
  lw_str text = lw_load_text(load, value, "type");
  fact->type = text.len != 0 ? lw_type_read(load->keep, text) : NULL;
  if (fact->type == NULL) {
    fact->type = lw_type_basic(LW_T_DYN);
    if (text.len != 0) {
      struct lw_diag *diag = lw_load_bad(load, LW_FINDING_UNKNOWN_NAME, value->place,
                                         "there is no type \"%.*s\"", LW_FMT(text));
      lw_str here = type_elsewhere(text);
      lw_load_suggest(load, diag, here.ptr != NULL ? here : text, names,
                      sizeof names / sizeof names[0]);
      if (diag->hint.len == 0) {
        diag->hint = LW_STR("types are bool int uint double string bytes money timestamp duration "
                            "list<T> map<K, V>");
      }
    }
  }
}

static void fact_one_of(struct lw_loader *load, struct lw_fact *fact, const struct lw_value *value)
{
  if (value == NULL) {
    return;
  }
  if (value->kind != LW_VALUE_LIST) {
    (void)lw_load_bad(load, LW_FINDING_TYPE_MISMATCH, value->place, "one_of is a list of values");
    return;
  }
  struct lw_val *values = LW_NEW_ARRAY(load->keep, struct lw_val, value->count);
  for (uint32_t i = 0; values != NULL && i < value->count; i++) {
    if (fact_value(load, fact->type, &value->items[i], "a value of one_of",
                   &values[fact->n_one_of])) {
      fact->n_one_of++;
    }
  }
  fact->one_of = values;
}

static bool among(const struct lw_fact *fact, struct lw_val value)
{
  for (uint32_t i = 0; i < fact->n_one_of; i++) {
    if (lw_val_equal(fact->one_of[i], value)) {
      return true;
    }
  }
  return fact->n_one_of == 0;
}

static void fact_from(struct lw_loader *load, struct lw_fact *fact, const struct lw_value *value)
{
  static const lw_str names[] = {LW_STR_INIT("system"), LW_STR_INIT("agent")};
  uint32_t count = 0;
  const uint32_t *found = lw_load_names(load, value, "source of facts", names, 2, &count);
  fact->from = count == 1 && found[0] == 1 ? LW_FROM_AGENT : LW_FROM_SYSTEM;
}

static void load_fact(struct lw_loader *load, struct lw_fact *fact, const struct lw_value *value)
{
  fact->type = lw_type_basic(LW_T_DYN);
  if (value->kind == LW_VALUE_STRING) { /* `lines: int` for `lines: {type: int}` */
    fact_type(load, fact, value);
    return;
  }
  if (!lw_load_map(load, value, LW_SECTION_FACT, fact->place)) {
    return;
  }
  fact_type(load, fact, lw_value_get(value, LW_STR("type")));
  lw_load_refuse_empty(load, value, "one_of");
  fact_one_of(load, fact, lw_value_get(value, LW_STR("one_of")));
  fact_from(load, fact, lw_value_get(value, LW_STR("from")));
  fact->optional = lw_load_bool(load, lw_value_get(value, LW_STR("optional")), "optional", false);
  fact->label = lw_load_text(load, lw_value_get(value, LW_STR("label")), "label");
  const struct lw_value *otherwise = lw_value_get(value, LW_STR("default"));
  if (otherwise != NULL &&
      fact_value(load, fact->type, otherwise, "the default", &fact->default_value)) {
    fact->has_default = true;
    if (!among(fact, fact->default_value)) {
      (void)lw_load_bad(load, LW_FINDING_TYPE_MISMATCH, otherwise->place,
                        "the default is none of one_of");
    }
  }
}

/* Marks "a" and "a.b" for a fact "a.b.c", so that a request's nested maps are told from values. */
static void add_groups(struct lw_loader *load, lw_str name)
{
  for (size_t dot = lw_str_find(name, LW_STR("."), 0); dot != SIZE_MAX;
       dot = lw_str_find(name, LW_STR("."), dot + 1)) {
    (void)!lw_table_add(&load->policy->fact_groups, lw_str_slice(name, 0, dot), NULL);
  }
}

static void add_fact(struct lw_loader *load, const struct lw_value *value, uint32_t i)
{
  struct lw_policy *policy = load->policy;
  lw_str name = key_text(load, value, i);
  struct lw_place place = value->entries[i].place;
  lw_load_rule(load, "facts", name);
  if (!is_identifier(name)) {
    lw_load_bad(load, LW_FINDING_SYNTAX, place, "\"%.*s\" can't be the name of a fact",
                LW_FMT(name))
        ->hint = LW_STR("use letters, digits and _, in parts joined by points");
    return;
  }
  if (is_builtin(name)) {
    bool group = lw_str_starts(name, LW_STR("agent.")) || lw_str_starts(name, LW_STR("case."));
    lw_load_bad(load, LW_FINDING_DUPLICATE_NAME, place, "%.*s is %s", LW_FMT(name),
                group ? "in a group of names that every policy has"
                      : "a name that every policy has")
        ->hint = LW_STR("choose another name");
    return;
  }
  struct lw_fact *fact = &policy->facts[policy->n_facts];
  *fact = (struct lw_fact){
      .name = name, .label = LW_STR(""), .value = &value->items[i], .place = place};
  load_fact(load, fact, &value->items[i]);
  struct lw_error err;
  uint32_t *index = lw_table_add(&policy->fact_index, name, NULL);
  if (index != NULL &&
      lw_cel_env_variable(policy->env, name, fact->type, &fact->slot, &err) == LW_OK) {
    *index = policy->n_facts++;
    add_groups(load, name);
  }
}

void lw_load_facts(struct lw_loader *load, const struct lw_value *value)
{
  if (!is_named_map(load, value, "facts")) {
    return;
  }
  struct lw_policy *policy = load->policy;
  policy->facts = LW_NEW_ARRAY(load->keep, struct lw_fact, value->count);
  for (uint32_t i = 0; policy->facts != NULL && i < value->count; i++) {
    add_fact(load, value, i);
  }
  for (uint32_t i = 0; i < policy->n_facts; i++) {
    if (lw_table_find(&policy->fact_groups, policy->facts[i].name) != NULL) {
      lw_load_rule(load, "facts", policy->facts[i].name);
      (void)lw_load_bad(load, LW_FINDING_DUPLICATE_NAME, policy->facts[i].place,
                        "%.*s is a value here, and elsewhere a group of facts (%.*s. ...)",
                        LW_FMT(policy->facts[i].name), LW_FMT(policy->facts[i].name));
    }
  }
}

/* --- tables --- */

/* A number with exactly the currency's decimals is an amount: tables hold limits and fees,
 * and 15.00 means fifteen dollars to whoever wrote it. */
static bool is_money_text(lw_str text, uint16_t currency)
{
  size_t point = lw_str_find(text, LW_STR("."), 0);
  lw_money money = {0};
  return currency != LW_CURRENCY_NONE && point != SIZE_MAX &&
         text.len - point - 1 == lw_currency_digits(currency) &&
         lw_money_read(text, currency, &money) == LW_MONEY_OK;
}

static const struct lw_type *cell(struct lw_loader *load, const struct lw_value *value,
                                  struct lw_val *ret_val);

static const struct lw_type *joined(const struct lw_type *all, const struct lw_type *one)
{
  return all == NULL || lw_type_equal(all, one) ? one : lw_type_basic(LW_T_DYN);
}

static const struct lw_type *table_list(struct lw_loader *load, const struct lw_value *value,
                                        struct lw_val *ret_val)
{
  struct lw_val_list *list = LW_NEW(load->keep, struct lw_val_list);
  struct lw_val *items = LW_NEW_ARRAY(load->keep, struct lw_val, value->count);
  const struct lw_type *element = NULL;
  for (uint32_t i = 0; list != NULL && items != NULL && i < value->count; i++) {
    element = joined(element, cell(load, &value->items[i], &items[i]));
  }
  if (list != NULL && items != NULL) {
    *list = (struct lw_val_list){value->count, items};
    *ret_val = lw_val_list_of(list);
  }
  return lw_type_list(load->keep, element != NULL ? element : lw_type_basic(LW_T_DYN));
}

static const struct lw_type *table_map(struct lw_loader *load, const struct lw_value *value,
                                       struct lw_val *ret_val)
{
  struct lw_val *keys = LW_NEW_ARRAY(load->keep, struct lw_val, value->count);
  struct lw_val *values = LW_NEW_ARRAY(load->keep, struct lw_val, value->count);
  const struct lw_type *element = NULL;
  bool numbers = value->count != 0; /* {1: ..., 2: ...}: keys are ints when all of them are */
  int64_t number = 0;
  for (uint32_t i = 0; i < value->count; i++) {
    numbers = numbers && lw_int_read(value->entries[i].key, &number);
  }
  for (uint32_t i = 0; keys != NULL && values != NULL && i < value->count; i++) {
    lw_str key = key_text(load, value, i);
    keys[i] = numbers && lw_int_read(key, &number) ? lw_val_int(number) : lw_val_string(key);
    element = joined(element, cell(load, &value->items[i], &values[i]));
  }
  if (keys != NULL && values != NULL &&
      !lw_val_map_make(load->keep, keys, values, value->count, ret_val, NULL)) {
    (void)lw_load_bad(load, LW_FINDING_DUPLICATE_NAME, value->place,
                      "two keys of this table are the same number");
  }
  return lw_type_map(load->keep, lw_type_basic(numbers ? LW_T_INT : LW_T_STRING),
                     element != NULL ? element : lw_type_basic(LW_T_DYN));
}

static const struct lw_type *number_cell(struct lw_loader *load, const struct lw_value *value,
                                         struct lw_val *ret_val)
{
  uint16_t currency = load->policy->currency;
  lw_money money = {0};
  int64_t i = 0;
  double d = 0;
  if (lw_int_read(value->text, &i)) {
    *ret_val = lw_val_int(i);
    return lw_type_basic(LW_T_INT);
  }
  if (is_money_text(value->text, currency) &&
      lw_money_read(value->text, currency, &money) == LW_MONEY_OK) {
    *ret_val = lw_val_money(money.minor, currency);
    return lw_type_basic(LW_T_MONEY);
  }
  if (!lw_double_read(value->text, &d)) {
    (void)lw_load_bad(load, LW_FINDING_TYPE_MISMATCH, value->place,
                      "%.*s is no number that a table can hold", LW_FMT(value->text));
  }
  *ret_val = lw_val_double(d);
  return lw_type_basic(LW_T_DOUBLE);
}

/* Recursion follows the document, whose reader bounds its depth. */
static const struct lw_type *cell(struct lw_loader *load, const struct lw_value *value,
                                  struct lw_val *ret_val)
{
  *ret_val = lw_val_null();
  switch (value->kind) {
  case LW_VALUE_NULL: return lw_type_basic(LW_T_NULL);
  case LW_VALUE_BOOL: *ret_val = lw_val_bool(value->boolean); return lw_type_basic(LW_T_BOOL);
  case LW_VALUE_NUMBER: return number_cell(load, value, ret_val);
  case LW_VALUE_STRING:
    *ret_val = lw_val_string(lw_str_copy(load->keep, value->text));
    return lw_type_basic(LW_T_STRING);
  case LW_VALUE_LIST: return table_list(load, value, ret_val);
  case LW_VALUE_MAP: return table_map(load, value, ret_val);
  }
  return lw_type_basic(LW_T_DYN);
}

/* A name for an expression or a table; false (with a finding) when it is taken or no identifier. */
static bool free_name(struct lw_loader *load, lw_str name, struct lw_place place)
{
  const struct lw_policy *policy = load->policy;
  if (!is_identifier(name) || lw_str_find(name, LW_STR("."), 0) != SIZE_MAX) {
    lw_load_bad(load, LW_FINDING_SYNTAX, place, "\"%.*s\" can't be a name in conditions",
                LW_FMT(name))
        ->hint = LW_STR("use letters, digits and _");
    return false;
  }
  bool taken = is_builtin(name) || lw_table_find(&policy->fact_index, name) != NULL ||
               lw_table_find(&policy->fact_groups, name) != NULL ||
               lw_str_equal(name, LW_STR("agent")) || lw_str_equal(name, LW_STR("case")) ||
               lw_str_equal(name, LW_STR("customer"));
  for (uint32_t i = 0; i < policy->n_tables; i++) {
    taken |= lw_str_equal(name, policy->tables[i].name);
  }
  if (taken) {
    (void)lw_load_bad(load, LW_FINDING_DUPLICATE_NAME, place,
                      "\"%.*s\" is the name of something else already", LW_FMT(name));
  }
  return !taken;
}

void lw_load_tables(struct lw_loader *load, const struct lw_value *value)
{
  if (!is_named_map(load, value, "tables")) {
    return;
  }
  struct lw_policy *policy = load->policy;
  policy->tables = LW_NEW_ARRAY(load->keep, struct lw_named, value->count);
  for (uint32_t i = 0; policy->tables != NULL && i < value->count; i++) {
    lw_str name = key_text(load, value, i);
    lw_load_rule(load, "tables", name);
    struct lw_node *node = LW_NEW(load->keep, struct lw_node);
    if (node == NULL || !free_name(load, name, value->entries[i].place)) {
      continue;
    }
    node->kind = LW_N_CONST;
    node->type = cell(load, &value->items[i], &node->as.constant);
    struct lw_error err;
    if (lw_cel_env_let(policy->env, name, node, &err) == LW_OK) {
      policy->tables[policy->n_tables++] =
          (struct lw_named){.name = name, .expression = {.node = node}, .value = &value->items[i]};
    }
  }
}

void lw_load_lets(struct lw_loader *load, const struct lw_value *value)
{
  if (!is_named_map(load, value, "let")) {
    return;
  }
  struct lw_policy *policy = load->policy;
  policy->lets = LW_NEW_ARRAY(load->keep, struct lw_named, value->count);
  for (uint32_t i = 0; policy->lets != NULL && i < value->count; i++) {
    lw_str name = key_text(load, value, i);
    lw_load_rule(load, "let", name);
    struct lw_named *let = &policy->lets[policy->n_lets];
    *let = (struct lw_named){.name = name, .value = &value->items[i]};
    lw_load_expression(load, &value->items[i], "a let", NULL, &let->expression);
    struct lw_error err;
    bool is_free = free_name(load, name, value->entries[i].place);
    if (is_free &&
        let->expression.node == NULL) { /* wrong, as was said: its readers are not wrong for that */
      struct lw_node *anything = LW_NEW(load->keep, struct lw_node);
      if (anything != NULL) {
        *anything = (struct lw_node){.kind = LW_N_CONST, .type = lw_type_basic(LW_T_DYN)};
        anything->as.constant = lw_val_null();
        (void)!lw_cel_env_let(policy->env, name, anything, &err);
      }
    } else if (is_free && lw_cel_env_let(policy->env, name, let->expression.node, &err) == LW_OK) {
      policy->n_lets++;
    }
  }
}

/* --- actions --- */

/* Whom it goes to: the customer, or the person who asks (a course, a book). What has no customer
 * has no invoice or order to be measured by either: it is an amount. */
static void action_for(struct lw_loader *load, struct lw_action *action,
                       const struct lw_value *value)
{
  static const lw_str names[] = {LW_STR_INIT("customer"), LW_STR_INIT("agent")};
  uint32_t count = 0;
  const uint32_t *found = lw_load_names(load, value, "one to be for", names, 2, &count);
  action->for_agent = count == 1 && found[0] == 1;
  if (action->for_agent && action->kind != LW_ACTION_MONEY) {
    lw_load_bad(load, LW_FINDING_TYPE_MISMATCH, value->place,
                "an action for the agent is of kind money, not %.*s",
                LW_FMT(lw_term_kind(action->kind)))
        ->hint = LW_STR("write kind: money; its price is then drawn on a budget like any other");
  }
}

void lw_load_actions(struct lw_loader *load, const struct lw_value *value)
{
  static const lw_str kinds[] = {LW_STR_INIT("money"), LW_STR_INIT("item"), LW_STR_INIT("change")};
  struct lw_policy *policy = load->policy;
  if (!is_named_map(load, value, "actions")) {
    return;
  }
  policy->actions = LW_NEW_ARRAY(load->keep, struct lw_action, value->count);
  for (uint32_t i = 0; policy->actions != NULL && i < value->count; i++) {
    struct lw_action *action = &policy->actions[policy->n_actions];
    const struct lw_value *item = &value->items[i];
    *action = (struct lw_action){
        .name = key_text(load, value, i), .label = LW_STR(""), .place = value->entries[i].place};
    lw_load_rule(load, "actions", action->name);
    uint32_t *index = lw_table_add(&policy->action_index, action->name, NULL);
    if (index != NULL) {
      *index = policy->n_actions++;
    }
    if (!lw_load_map(load, item, LW_SECTION_ACTION, action->place)) {
      continue;
    }
    uint32_t count = 0;
    const uint32_t *kind =
        lw_load_names(load, lw_value_get(item, LW_STR("kind")), "kind of action", kinds, 3, &count);
    action->kind = count == 1 ? (enum lw_action_kind)kind[0] : LW_ACTION_MONEY;
    action->label = lw_load_text(load, lw_value_get(item, LW_STR("label")), "label");
    action_for(load, action, lw_value_get(item, LW_STR("for")));
    if (action->kind == LW_ACTION_MONEY && count == 1 && policy->currency == LW_CURRENCY_NONE &&
        lw_value_get(policy->document, LW_STR("currency")) == NULL) {
      lw_load_bad(load, LW_FINDING_MISSING_KEY, action->place,
                  "an action of kind money needs the policy's \"currency\"")
          ->hint = LW_STR("write at the top: currency: USD");
    }
  }
}

void lw_load_action_limits(struct lw_loader *load, const struct lw_value *value)
{
  for (uint32_t i = 0; value != NULL && i < load->policy->n_actions; i++) {
    struct lw_action *action = &load->policy->actions[i];
    const struct lw_value *at_most =
        lw_value_get(lw_value_get(value, action->name), LW_STR("at_most"));
    lw_load_rule(load, "actions", action->name);
    lw_load_limit(load, at_most, "at_most", &action->at_most);
  }
}

/* --- budgets --- */

static bool read_count(struct lw_loader *load, const struct lw_value *value, int64_t *ret_count)
{
  if (value->kind == LW_VALUE_NUMBER && lw_int_read(value->text, ret_count) && *ret_count >= 0) {
    return true;
  }
  (void)lw_load_bad(load, LW_FINDING_TYPE_MISMATCH, value->place,
                    "times is a whole number, 0 or more");
  return false;
}

/* A limit that is one for all, or a map by tier; -1 where a tier has none. The last item is for
 * people without a tier: the lowest tier's. A tier that is not named has what the nearest named
 * tier below it has. */
static int64_t *tier_limits(struct lw_loader *load, const struct lw_value *value, bool amounts,
                            bool *ret_by_tier)
{
  struct lw_policy *policy = load->policy;
  int64_t *limits = LW_NEW_ARRAY(load->keep, int64_t, (size_t)policy->n_tiers + 1);
  if (limits == NULL) {
    return NULL;
  }
  int64_t limit = 0;
  if (value->kind != LW_VALUE_MAP) {
    bool read = amounts ? lw_load_amount(load, value, &limit) : read_count(load, value, &limit);
    for (uint32_t t = 0; t <= policy->n_tiers; t++) {
      limits[t] = read ? limit : 0;
    }
    return limits;
  }
  *ret_by_tier = true;
  for (uint32_t t = 0; t <= policy->n_tiers; t++) {
    limits[t] = -1;
  }
  for (uint32_t i = 0; i < value->count; i++) {
    struct lw_value key = {
        .kind = LW_VALUE_STRING, .text = value->entries[i].key, .place = value->entries[i].place};
    uint32_t count = 0;
    const uint32_t *tier =
        lw_load_names(load, &key, "tier", policy->tiers, policy->n_tiers, &count);
    bool read = amounts ? lw_load_amount(load, &value->items[i], &limit)
                        : read_count(load, &value->items[i], &limit);
    if (count == 1 && read) {
      limits[tier[0]] = limit;
    }
  }
  int64_t below = 0; /* nothing named at or below: no allowance */
  for (uint32_t t = 0; t < policy->n_tiers; t++) {
    below = limits[t] >= 0 ? limits[t] : below;
    limits[t] = below;
  }
  limits[policy->n_tiers] = policy->n_tiers != 0 ? limits[0] : 0;
  return limits;
}

static void budget_window(struct lw_loader *load, struct lw_budget *budget,
                          const struct lw_value *item)
{
  const struct lw_value *every = lw_value_get(item, LW_STR("every"));
  const struct lw_value *over = lw_value_get(item, LW_STR("over"));
  int64_t seconds = 0;
  budget->window.kind = LW_WINDOW_FOR_GOOD;
  if (every != NULL && over != NULL) {
    (void)lw_load_bad(load, LW_FINDING_TYPE_MISMATCH, over->place,
                      "a budget has every or over, not both");
  }
  if (every != NULL) {
    budget->window_text = lw_load_text(load, every, "every");
    if (!lw_window_read(budget->window_text, &budget->window.kind)) {
      static const lw_str words[] = {LW_STR_INIT("day"), LW_STR_INIT("week"), LW_STR_INIT("month"),
                                     LW_STR_INIT("quarter"), LW_STR_INIT("year")};
      struct lw_diag *diag =
          lw_load_bad(load, LW_FINDING_UNKNOWN_NAME, every->place, "there is no window \"%.*s\"",
                      LW_FMT(budget->window_text));
      lw_load_suggest(load, diag, budget->window_text, words, 5);
      if (diag->hint.len == 0) {
        diag->hint = LW_STR(
            "every is day, week, month, quarter or year; for a rolling window write over: 30d");
      }
    }
  } else if (over != NULL && lw_load_duration(load, over, "over", &seconds)) {
    budget->window_text = lw_load_text(load, over, "over");
    if (__builtin_mul_overflow(seconds, LW_USEC_PER_SECOND, &budget->window.over_usec)) {
      (void)lw_load_bad(load, LW_FINDING_TYPE_MISMATCH, over->place, "over is too long");
      budget->window.over_usec = 1;
    }
    budget->window.kind = LW_WINDOW_ROLLING;
  }
}

static void load_budget(struct lw_loader *load, struct lw_budget *budget,
                        const struct lw_value *item)
{
  static const lw_str scopes[] = {LW_STR_INIT("agent"), LW_STR_INIT("team"),
                                  LW_STR_INIT("customer"), LW_STR_INIT("case"),
                                  LW_STR_INIT("organization")};
  if (!lw_load_map(load, item, LW_SECTION_BUDGET, budget->place)) {
    return;
  }
  uint32_t count = 0;
  lw_load_refuse_empty(load, item, "per");
  const uint32_t *per =
      lw_load_names(load, lw_value_get(item, LW_STR("per")), "scope", scopes, 5, &count);
  for (uint32_t i = 0; i < count && budget->n_per < 5; i++) {
    budget->per[budget->n_per++] = (enum lw_scope)per[i];
  }
  budget_window(load, budget, item);
  budget->label = lw_load_text(load, lw_value_get(item, LW_STR("label")), "label");
  const struct lw_value *amount = lw_value_get(item, LW_STR("amount"));
  const struct lw_value *times = lw_value_get(item, LW_STR("times"));
  if (amount != NULL) {
    budget->amounts = tier_limits(load, amount, true, &budget->by_tier);
    budget->has_amount = budget->amounts != NULL;
  }
  if (times != NULL) {
    budget->times = tier_limits(load, times, false, &budget->by_tier);
    budget->has_times = budget->times != NULL;
  }
}

void lw_load_budgets(struct lw_loader *load, const struct lw_value *value)
{
  struct lw_policy *policy = load->policy;
  if (!is_named_map(load, value, "budgets")) {
    return;
  }
  policy->budgets = LW_NEW_ARRAY(load->keep, struct lw_budget, value->count);
  for (uint32_t i = 0; policy->budgets != NULL && i < value->count; i++) {
    struct lw_budget *budget = &policy->budgets[policy->n_budgets];
    *budget = (struct lw_budget){.name = key_text(load, value, i),
                                 .used_slot = UINT32_MAX,
                                 .number = policy->n_budgets,
                                 .place = value->entries[i].place,
                                 .label = LW_STR(""),
                                 .window_text = LW_STR("")};
    lw_load_rule(load, "budgets", budget->name);
    uint32_t *index = lw_table_add(&load->budget_index, budget->name, NULL);
    if (index != NULL) {
      *index = policy->n_budgets++;
      load_budget(load, budget, &value->items[i]);
    }
  }
}
