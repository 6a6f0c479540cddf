/* Values as noun phrases: "bags after the change less paid bags", "what the table free bags says
 * for membership and cabin".
 *
 * Lets: a short one (two variables at most, no choice, no loop) is said where it is used; others
 * keep their name, which the document defines once. What has no words is given as written, in
 * backquotes; so every expression has a text, and none claims more than it knows. Recursion follows
 * the tree, whose depth the parser bounds; a let that is entered adds at most LET_NODES_MAX nodes.
 */
#include "policy/phrase.h"

#include <inttypes.h>

enum { LET_NODES_MAX = 24, LET_WEIGHT_MAX = 2, KEYS_MAX = 8 };

bool lw_phrase_is(const struct lw_node *node, const char *function)
{
  return node->kind == LW_N_CALL && lw_str_equal(node->as.call.function, lw_str_c(function));
}

bool lw_phrase_is_variable(const struct lw_node *node, uint32_t slot)
{
  return node->kind == LW_N_IDENT && node->as.ident.ref == LW_REF_VARIABLE &&
         node->as.ident.slot == slot;
}

void lw_phrase_source(const struct lw_node *node, struct lw_buf *out)
{
  lw_buf_add_char(out, '`');
  lw_node_print(node, out);
  lw_buf_add_char(out, '`');
}

/* --- lets --- */

static bool is_let(const struct lw_node *node)
{
  return node->kind == LW_N_IDENT && node->as.ident.ref == LW_REF_LET;
}

static bool is_table(const struct lw_node *node)
{
  return is_let(node) && node->as.ident.let->body->kind == LW_N_CONST;
}

/* How much a reader has to take in; *nodes counts what was looked at, so that lets of lets end. */
static unsigned weigh(const struct lw_node *node, unsigned *nodes)
{
  unsigned sum = 0;
  if (++*nodes > LET_NODES_MAX) {
    return LET_WEIGHT_MAX + 1;
  }
  switch (node->kind) {
  case LW_N_CONST: return 0;
  case LW_N_PRESENT: return 1;
  case LW_N_IDENT:
    if (!is_let(node)) {
      return 1;
    }
    sum = is_table(node) ? 0 : weigh(node->as.ident.let->body, nodes);
    return sum <= LET_WEIGHT_MAX ? sum : 1;
  case LW_N_SELECT: return weigh(node->as.select.operand, nodes);
  case LW_N_LIST:
    for (uint32_t i = 0; i < node->as.list.count && sum <= LET_WEIGHT_MAX; i++) {
      sum += weigh(node->as.list.items[i], nodes);
    }
    return sum;
  case LW_N_CALL:
    sum = lw_phrase_is(node, "_?_:_") ? LET_WEIGHT_MAX + 1 : 0;
    sum += node->as.call.target != NULL ? weigh(node->as.call.target, nodes) : 0;
    for (uint32_t i = 0; i < node->as.call.n_args && sum <= LET_WEIGHT_MAX; i++) {
      sum += weigh(node->as.call.args[i], nodes);
    }
    return sum;
  case LW_N_MAP:
  case LW_N_FOLD:
  case LW_N_BIND: break;
  }
  return LET_WEIGHT_MAX + 1;
}

bool lw_phrase_is_short(const struct lw_node *body)
{
  unsigned nodes = 0;
  return body->kind != LW_N_CONST && weigh(body, &nodes) <= LET_WEIGHT_MAX &&
         nodes <= LET_NODES_MAX;
}

const struct lw_node *lw_phrase_open(const struct lw_node *node)
{
  while (is_let(node) && lw_phrase_is_short(node->as.ident.let->body)) {
    node = node->as.ident.let->body;
  }
  return node;
}

/* --- names --- */

static bool is_plural(lw_str word)
{
  return word.len > 2 && lw_str_ends(word, LW_STR("s")) && !lw_str_ends(word, LW_STR("ss")) &&
         !lw_str_ends(word, LW_STR("us")) && !lw_str_ends(word, LW_STR("is")) &&
         !lw_str_ends(word, LW_STR("'s"));
}

/* "overdue bills is 0" needs "the number of"; "days as a customer" is a quantity already. */
static bool counts_things(lw_str label)
{
  static const char *const units[] = {"days",  "hours",  "minutes", "seconds",
                                      "weeks", "months", "years",   NULL};
  static const char *const ends[] = {"of",    "on",     "in",   "for", "as", "since",
                                     "after", "before", "with", "at",  "to", NULL};
  size_t from = 0;
  bool found = false;
  while (from < label.len && !found) {
    size_t space = lw_str_find(label, LW_STR(" "), from);
    lw_str word = lw_str_slice(label, from, (space != SIZE_MAX ? space : label.len) - from);
    if (lw_str_is_one_of(word, ends) || lw_str_is_one_of(word, units)) {
      return false;
    }
    found = is_plural(word);
    from += word.len + 1;
  }
  return found;
}

static void add_fact(const struct lw_fact *fact, struct lw_buf *out)
{
  lw_str label = lw_word_short(fact->label);
  if (label.len == 0) {
    lw_word_name(fact->name, out);
    return;
  }
  static const char *const questions[] = {"how", "why", "where", "when", "whether", NULL};
  bool number = fact->type->kind == LW_T_INT || fact->type->kind == LW_T_UINT;
  size_t space = lw_str_find(label, LW_STR(" "), 0);
  if (!number &&
      lw_str_is_one_of(lw_str_slice(label, 0, space != SIZE_MAX ? space : label.len), questions)) {
    lw_buf_printf(out, "\"%.*s\"", LW_FMT(label));
    return;
  }
  lw_str many = LW_STR("how many ");
  if (number && lw_str_starts(label, many)) {
    LW_BUF_LIT(out, "the number of ");
    label = lw_str_slice(label, many.len, label.len);
  } else if (number && counts_things(label)) {
    LW_BUF_LIT(out, "the number of ");
  }
  lw_buf_add(out, label);
}

const struct lw_budget *lw_phrase_used(const struct lw_policy *policy, const struct lw_node *node,
                                       enum lw_used_field *ret_field)
{
  bool variable = (node->kind == LW_N_IDENT && node->as.ident.ref == LW_REF_VARIABLE) ||
                  node->kind == LW_N_PRESENT;
  for (uint32_t i = 0; variable && i < policy->n_budgets; i++) {
    uint32_t first = policy->budgets[i].used_slot;
    if (first != UINT32_MAX && node->as.ident.slot >= first &&
        node->as.ident.slot - first <= LW_USED_LAST) {
      *ret_field = (enum lw_used_field)(node->as.ident.slot - first);
      return &policy->budgets[i];
    }
  }
  return NULL;
}

static void add_window(const struct lw_budget *budget, const char *calendar, const char *for_good,
                       struct lw_buf *out)
{
  const char *word = lw_window_word(budget->window.kind);
  if (budget->window.kind == LW_WINDOW_ROLLING) {
    LW_BUF_LIT(out, " in any ");
    lw_word_seconds(budget->window.over_usec / LW_USEC_PER_SECOND, out);
  } else if (word != NULL) {
    lw_buf_printf(out, "%s%s", calendar, word);
  } else {
    lw_buf_add_c(out, for_good);
  }
}

void lw_phrase_scope(const struct lw_budget *budget, struct lw_buf *out)
{
  static const char *const scopes[] = {"agent", "team", "customer", "case", "organization"};
  for (uint32_t i = 0; i < budget->n_per; i++) {
    lw_buf_add_c(out, i == 0 ? "per " : " and ");
    lw_buf_add_c(out, scopes[budget->per[i]]);
  }
  add_window(budget, " and calendar ", "", out);
}

static void add_used(const struct lw_budget *budget, enum lw_used_field field, struct lw_buf *out)
{
  static const char *const texts[] = {"what has been drawn from ", "the number of draws from ",
                                      "the last draw from "};
  lw_buf_add_c(out, texts[field]);
  lw_buf_add(out, budget->name);
  if (field != LW_USED_LAST) {
    LW_BUF_LIT(out, " (");
    lw_phrase_scope(budget, out);
    lw_buf_add_char(out, ')');
  }
}

static const char *builtin_name(uint32_t slot)
{
  static const char *const names[] = {
      [LW_SLOT_AGENT_ID] = "the agent",
      [LW_SLOT_AGENT_TIER] = "the agent's tier",
      [LW_SLOT_AGENT_TEAM] = "the agent's team",
      [LW_SLOT_AGENT_KIND] = "the agent's kind",
      [LW_SLOT_AGENT_TENURE_DAYS] = "days since the agent was hired",
      [LW_SLOT_AGENT_HOLDS] = "what the agent holds",
      [LW_SLOT_CASE_ID] = "the case",
      [LW_SLOT_CASE_AGE] = "the time since the case was opened",
      [LW_SLOT_CASE_IDLE] = "the time since the last update to the customer",
      [LW_SLOT_CASE_REOPENED] = "the case was reopened",
      [LW_SLOT_CASE_ESCALATED] = "the case was escalated",
      [LW_SLOT_CUSTOMER_ID] = "the customer",
      [LW_SLOT_ACTION] = "the action",
      [LW_SLOT_AMOUNT] = "the amount",
      [LW_SLOT_REASON] = "the reason",
      [LW_SLOT_CHANNEL] = "the channel",
      [LW_SLOT_NOW] = "the time of the request",
  };
  return slot < sizeof names / sizeof names[0] ? names[slot] : NULL;
}

void lw_phrase_slot(struct lw_phrase *phrase, uint32_t slot, struct lw_buf *out)
{
  const struct lw_fact *fact = lw_word_fact(phrase->policy, slot);
  if (fact != NULL) {
    add_fact(fact, out);
  } else if (builtin_name(slot) != NULL) {
    lw_buf_add_c(out, builtin_name(slot));
  } else {
    const struct lw_cel_variable *variable = lw_cel_env_variable_at(phrase->policy->env, slot);
    lw_word_name(variable != NULL ? variable->name : LW_STR("it"), out);
  }
}

/* --- tables and members --- */

/* A chain of [..] and .name down to what it begins with, the outermost key last. */
struct path {
  const struct lw_node *base;
  const struct lw_node *keys[KEYS_MAX]; /* NULL: the field */
  lw_str fields[KEYS_MAX];
  unsigned count;
};

static void follow(const struct lw_node *node, struct path *path)
{
  struct path reverse = {.base = lw_phrase_open(node)};
  while (reverse.count < KEYS_MAX) {
    const struct lw_node *at = reverse.base;
    if (lw_phrase_is(at, "_[_]")) {
      reverse.keys[reverse.count++] = at->as.call.args[1];
      reverse.base = lw_phrase_open(at->as.call.args[0]);
    } else if (at->kind == LW_N_SELECT && !at->as.select.test_only) {
      reverse.fields[reverse.count++] = at->as.select.field;
      reverse.base = lw_phrase_open(at->as.select.operand);
    } else {
      break;
    }
  }
  *path = (struct path){.base = reverse.base, .count = reverse.count};
  for (unsigned i = 0; i < reverse.count; i++) {
    path->keys[i] = reverse.keys[reverse.count - 1 - i];
    path->fields[i] = reverse.fields[reverse.count - 1 - i];
  }
}

/* What stands in the cell when all keys are constant. */
static bool find_cell(const struct path *path, struct lw_val *ret_value)
{
  struct lw_val at = path->base->as.ident.let->body->as.constant;
  for (unsigned i = 0; i < path->count; i++) {
    const struct lw_node *node = path->keys[i];
    if (at.kind != LW_V_MAP || (node != NULL && node->kind != LW_N_CONST)) {
      return false;
    }
    struct lw_val key = node != NULL ? node->as.constant : lw_val_string(path->fields[i]);
    const struct lw_val *found = lw_val_map_find(at.as.map, key);
    if (found == NULL) {
      return false;
    }
    at = *found;
  }
  *ret_value = at;
  return at.kind != LW_V_MAP && at.kind != LW_V_LIST;
}

static void add_key(struct lw_phrase *phrase, const struct path *path, unsigned i,
                    struct lw_buf *out)
{
  if (path->keys[i] != NULL) {
    lw_phrase_value(phrase, path->keys[i], out);
  } else {
    lw_word_name(path->fields[i], out);
  }
}

/* A cell that is known here by its value: "5 (booking limit for passengers)". */
static void add_cell(struct lw_phrase *phrase, const struct path *path, struct lw_buf *out)
{
  struct lw_val value = {0};
  bool known = find_cell(path, &value);
  if (known) {
    lw_word_value(phrase->policy, value, out);
  }
  lw_buf_add_c(out, known ? " (" : "what the table ");
  lw_word_name(path->base->as.ident.name, out);
  lw_buf_add_c(out, known ? " for " : " says for ");
  for (unsigned i = 0; i < path->count; i++) {
    lw_buf_add_c(out, i == 0 ? "" : i + 1 == path->count ? " and " : ", ");
    add_key(phrase, path, i, out);
  }
  lw_buf_add_c(out, known ? ")" : "");
}

static void add_member(struct lw_phrase *phrase, const struct path *path, struct lw_buf *out)
{
  bool local = path->base->kind == LW_N_IDENT && path->base->as.ident.ref == LW_REF_LOCAL;
  if (local && phrase->locals == 1) {
    LW_BUF_LIT(out, "its ");
  }
  for (unsigned i = path->count; i > 0; i--) {
    lw_buf_add_c(out, i == path->count ? "" : " of ");
    const struct lw_node *key = path->keys[i - 1];
    if (key != NULL && key->kind == LW_N_CONST && key->as.constant.kind == LW_V_INT) {
      lw_buf_printf(out, "item %" PRId64, key->as.constant.as.integer);
    } else {
      add_key(phrase, path, i - 1, out);
    }
  }
  if (!local || phrase->locals != 1) {
    LW_BUF_LIT(out, " of ");
    lw_phrase_value(phrase, path->base, out);
  }
}

/* --- calls --- */

/* Whatever the words say, sums and labels like "new price less old price": parentheses belong
 * around it. */
static bool reads_like_a_sum(lw_str text)
{
  bool inside = text.len > 1 && (text.ptr[0] == '(' || text.ptr[0] == '"' || text.ptr[0] == '`');
  return !inside && (lw_str_find(text, LW_STR(" less "), 0) != SIZE_MAX ||
                     lw_str_find(text, LW_STR(" plus "), 0) != SIZE_MAX);
}

static void add_operand(struct lw_phrase *phrase, const struct lw_node *node, bool tight,
                        struct lw_buf *out)
{
  struct lw_buf text = {0};
  lw_phrase_value(phrase, node, &text);
  bool wrap = tight && reads_like_a_sum(lw_buf_str(&text));
  lw_buf_add_c(out, wrap ? "(" : "");
  lw_buf_add(out, lw_buf_str(&text));
  lw_buf_add_c(out, wrap ? ")" : "");
  out->failed |= text.failed;
  lw_buf_finish(&text);
}

static bool add_arithmetic(struct lw_phrase *phrase, const struct lw_node *node, struct lw_buf *out)
{
  static const struct {
    const char *function;
    const char *word;
    bool left_tight;
    bool right_tight;
  } rows[] = {{"_+_", " plus ", false, false},
              {"_-_", " less ", false, true},
              {"_*_", " times ", true, true},
              {"_/_", " divided by ", true, true}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (lw_phrase_is(node, rows[i].function) && node->as.call.n_args == 2) {
      add_operand(phrase, node->as.call.args[0], rows[i].left_tight, out);
      lw_buf_add_c(out, rows[i].word);
      add_operand(phrase, node->as.call.args[1], rows[i].right_tight, out);
      return true;
    }
  }
  if (lw_phrase_is(node, "-_")) {
    LW_BUF_LIT(out, "minus ");
    add_operand(phrase, node->as.call.args[0], true, out);
    return true;
  }
  return false;
}

/* money("10.00"), duration("336h"), timestamp("2026-03-01T00:00:00Z"), and conversions of something
 * else. */
static bool add_literal(struct lw_phrase *phrase, const struct lw_node *node, struct lw_buf *out)
{
  static const char *const conversions[] = {"money",  "duration", "timestamp", "int", "uint",
                                            "double", "string",   "dyn",       NULL};
  if (node->as.call.target != NULL || node->as.call.n_args != 1 ||
      !lw_str_is_one_of(node->as.call.function, conversions)) {
    return false;
  }
  const struct lw_node *arg = node->as.call.args[0];
  if (arg->kind != LW_N_CONST || arg->as.constant.kind != LW_V_STRING) {
    lw_phrase_value(phrase, arg, out);
    return true;
  }
  lw_str text = lw_val_str(arg->as.constant);
  lw_money money = {0};
  int64_t seconds = 0;
  int32_t part = 0;
  uint32_t nanos = 0;
  if (lw_phrase_is(node, "money") &&
      lw_money_read(text, phrase->policy->currency, &money) == LW_MONEY_OK) {
    lw_explain_amount(phrase->policy, money.minor, out);
  } else if (lw_phrase_is(node, "duration") && lw_duration_read(text, false, &seconds, &part) &&
             part == 0) {
    lw_word_seconds(seconds, out);
  } else if (lw_phrase_is(node, "timestamp") && lw_rfc3339_read(text, &seconds, &nanos) &&
             nanos == 0) {
    lw_word_moment(phrase->policy, seconds, out);
  } else {
    lw_word_text(text, out);
  }
  return true;
}

static bool add_extreme(struct lw_phrase *phrase, const struct lw_node *node, struct lw_buf *out)
{
  bool greatest = lw_phrase_is(node, "math.greatest");
  if ((!greatest && !lw_phrase_is(node, "math.least")) || node->as.call.n_args < 2) {
    return false;
  }
  bool two = node->as.call.n_args == 2;
  lw_buf_add_c(out, greatest ? (two ? "the greater of " : "the greatest of ")
                             : (two ? "the lesser of " : "the least of "));
  struct lw_pieces pieces = {0};
  for (uint32_t i = 0; i < node->as.call.n_args; i++) {
    lw_phrase_value(phrase, node->as.call.args[i], &pieces.text);
    lw_pieces_end(&pieces);
  }
  lw_pieces_join(&pieces, "and", out);
  lw_pieces_finish(&pieces);
  return true;
}

static void add_rounding(const struct lw_node *node, uint32_t index, struct lw_buf *out)
{
  const struct lw_node *rounding = node->as.call.n_args > index ? node->as.call.args[index] : NULL;
  bool told =
      rounding != NULL && rounding->kind == LW_N_CONST && rounding->as.constant.kind == LW_V_STRING;
  lw_str word = told ? lw_val_str(rounding->as.constant) : LW_STR("down");
  LW_BUF_LIT(out, ", rounded ");
  lw_word_name(word, out);
}

static bool add_share(struct lw_phrase *phrase, const struct lw_node *node, struct lw_buf *out)
{
  const struct lw_node *whole = node->as.call.target;
  if (whole == NULL) {
    return false;
  }
  if (lw_phrase_is(node, "percent") && node->as.call.n_args == 1) {
    lw_phrase_value(phrase, node->as.call.args[0], out);
    lw_buf_add_c(out, node->as.call.args[0]->kind == LW_N_CONST ? "% of " : " percent of ");
    add_operand(phrase, whole, true, out);
    return true;
  }
  if (!lw_phrase_is(node, "share") || node->as.call.n_args < 2) {
    return false;
  }
  LW_BUF_LIT(out, "(");
  add_operand(phrase, whole, true, out);
  LW_BUF_LIT(out, " times ");
  add_operand(phrase, node->as.call.args[0], true, out);
  LW_BUF_LIT(out, " divided by ");
  add_operand(phrase, node->as.call.args[1], true, out);
  add_rounding(node, 2, out);
  LW_BUF_LIT(out, ")");
  return true;
}

/* The macro's name and its arguments when a fold has one variable, else NULL. */
static const struct lw_node *macro_of(const struct lw_node *node, const char *name, uint32_t n_args)
{
  const struct lw_node *call = node->kind == LW_N_FOLD ? node->macro : NULL;
  return call != NULL && lw_phrase_is(call, name) && call->as.call.n_args == n_args ? call : NULL;
}

static bool add_fold(struct lw_phrase *phrase, const struct lw_node *node, struct lw_buf *out)
{
  const struct lw_node *map = macro_of(node, "map", 2);
  const struct lw_node *filter = macro_of(node, "filter", 2);
  if (map == NULL && filter == NULL) {
    return false;
  }
  const struct lw_node *body = map != NULL ? map->as.call.args[1] : filter->as.call.args[1];
  lw_buf_add_c(out, map != NULL ? "" : "those of ");
  if (map == NULL) {
    lw_phrase_value(phrase, node->as.fold.range, out);
    LW_BUF_LIT(out, " for which ");
  }
  phrase->locals++;
  if (map != NULL) {
    lw_phrase_value(phrase, body, out);
  } else {
    lw_phrase_condition(phrase, body, false, out);
  }
  phrase->locals--;
  if (map != NULL) {
    LW_BUF_LIT(out, " for each of ");
    lw_phrase_value(phrase, node->as.fold.range, out);
  }
  return true;
}

static bool add_measure(struct lw_phrase *phrase, const struct lw_node *node, struct lw_buf *out)
{
  static const struct {
    const char *function;
    const char *before;
    const char *after;
  } rows[] = {
      {"size", "the number of ", ""},
      {"sum", "the sum of ", ""},
      {"lowerAscii", "", ""}, /* small letters or capitals: nothing that a listener would miss */
      {"upperAscii", "", ""},
      {"trim", "", ""},
      {"math.abs", "the size of ", ", above or below zero"},
      {"getFullYear", "the year of ", ""},
      {"getMonth", "the month of ", " (0 is January)"},
      {"getDate", "the day of the month of ", ""},
      {"getDayOfWeek", "the day of the week of ", " (0 is Sunday)"},
      {"getHours", "the hour of ", ""},
      {"getMinutes", "the minute of ", ""},
  };
  const struct lw_node *target = node->as.call.target;
  uint32_t used = target == NULL ? 1 : 0;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (!lw_phrase_is(node, rows[i].function) || node->as.call.n_args < used ||
        node->as.call.n_args > used + 1) {
      continue;
    }
    lw_buf_add_c(out, rows[i].before);
    lw_phrase_value(phrase, target != NULL ? target : node->as.call.args[0], out);
    if (node->as.call.n_args == used + 1) { /* a time zone */
      LW_BUF_LIT(out, " in ");
      lw_phrase_value(phrase, node->as.call.args[used], out);
    }
    lw_buf_add_c(out, rows[i].after);
    return true;
  }
  return false;
}

static void say_value(struct lw_phrase *phrase, const struct lw_node *node, bool negated,
                      struct lw_buf *out)
{
  (void)negated;
  lw_phrase_value(phrase, node, out);
}

static void add_call(struct lw_phrase *phrase, const struct lw_node *node, struct lw_buf *out)
{
  if (lw_phrase_is(node, "_?_:_")) {
    lw_buf_add_char(out, '(');
    lw_phrase_choice(phrase, node, false, say_value, out);
    lw_buf_add_char(out, ')');
  } else if (!add_arithmetic(phrase, node, out) && !add_literal(phrase, node, out) &&
             !add_extreme(phrase, node, out) && !add_share(phrase, node, out) &&
             !add_measure(phrase, node, out)) {
    lw_phrase_source(node, out);
  }
}

static void add_list(struct lw_phrase *phrase, const struct lw_node *node, struct lw_buf *out)
{
  struct lw_pieces pieces = {0};
  for (uint32_t i = 0; i < node->as.list.count; i++) {
    lw_phrase_value(phrase, node->as.list.items[i], &pieces.text);
    lw_pieces_end(&pieces);
  }
  lw_buf_add_c(out, pieces.count == 0 ? "nothing" : "");
  lw_pieces_join(&pieces, "and", out);
  lw_pieces_finish(&pieces);
}

static void add_ident(struct lw_phrase *phrase, const struct lw_node *node, struct lw_buf *out)
{
  enum lw_used_field field = LW_USED_AMOUNT;
  const struct lw_budget *budget = lw_phrase_used(phrase->policy, node, &field);
  if (budget != NULL) {
    add_used(budget, field, out);
  } else if (node->as.ident.ref == LW_REF_VARIABLE) {
    lw_phrase_slot(phrase, node->as.ident.slot, out);
  } else if (node->as.ident.ref == LW_REF_LOCAL && phrase->locals == 1) {
    LW_BUF_LIT(out, "it");
  } else if (is_table(node)) {
    LW_BUF_LIT(out, "the table ");
    lw_word_name(node->as.ident.name, out);
  } else {
    const char *quote = is_let(node) ? "\"" : "";
    lw_buf_add_c(out, quote);
    lw_word_name(node->as.ident.name, out);
    lw_buf_add_c(out, quote);
  }
}

/* A condition where a value stands: x == (a && b). */
static bool is_condition(const struct lw_node *node)
{
  return node->type != NULL && node->type->kind == LW_T_BOOL && node->kind != LW_N_CONST &&
         node->kind != LW_N_SELECT && !lw_phrase_is(node, "_[_]");
}

void lw_phrase_value(struct lw_phrase *phrase, const struct lw_node *node, struct lw_buf *out)
{
  node = lw_phrase_open(node);
  struct path path;
  follow(node, &path);
  if (path.count != 0 && is_table(path.base)) {
    add_cell(phrase, &path, out);
  } else if (path.count != 0) {
    add_member(phrase, &path, out);
  } else if (is_condition(node)) {
    LW_BUF_LIT(out, "whether ");
    lw_phrase_condition(phrase, node, false, out);
  } else if (node->kind == LW_N_CONST) {
    lw_word_value(phrase->policy, node->as.constant, out);
  } else if (node->kind == LW_N_IDENT) {
    add_ident(phrase, node, out);
  } else if (node->kind == LW_N_CALL) {
    add_call(phrase, node, out);
  } else if (node->kind == LW_N_LIST) {
    add_list(phrase, node, out);
  } else if (node->kind != LW_N_FOLD || !add_fold(phrase, node, out)) {
    lw_phrase_source(node, out);
  }
}

static bool add_reason(const struct lw_policy *policy, lw_str name, struct lw_buf *out)
{
  const struct lw_reason *reason = lw_policy_reason(policy, name);
  if (reason == NULL || reason->label.len == 0) {
    return false;
  }
  lw_buf_add(out, reason->label);
  return true;
}

static bool add_action(const struct lw_policy *policy, lw_str name, struct lw_buf *out)
{
  uint32_t index = lw_policy_find_action(policy, name);
  if (index == UINT32_MAX || policy->actions[index].label.len == 0) {
    return false;
  }
  lw_buf_add(out, policy->actions[index].label);
  return true;
}

void lw_phrase_compared(struct lw_phrase *phrase, const struct lw_node *subject,
                        const struct lw_node *node, struct lw_buf *out)
{
  bool text = node->kind == LW_N_CONST && node->as.constant.kind == LW_V_STRING;
  bool reason = text && lw_phrase_is_variable(subject, LW_SLOT_REASON) &&
                add_reason(phrase->policy, lw_val_str(node->as.constant), out);
  bool action = text && !reason && lw_phrase_is_variable(subject, LW_SLOT_ACTION) &&
                add_action(phrase->policy, lw_val_str(node->as.constant), out);
  if (!reason && !action) {
    lw_phrase_value(phrase, node, out);
  }
}
