/* What changed between two policies, from their documents: keys are matched by name, rules by id,
 * so that a rule which moved down a page is the same rule.
 *
 * A leaf is a change when it means something else: conditions are compared as trees (spaces, quotes
 * and needless parentheses don't count), amounts and durations by value, lists whose order does not
 * matter as sets, a key left out as its default. A rule that is new or gone is one change with its
 * sentence; the order of grants, rails and routes is one each, since the first that fits decides.
 * Words are changes, but no variables: they change no answer. */
#include "policy/explain.h"

#include "data/json.h"
#include "policy/phrase.h"

struct differ {
  const struct lw_policy *a;
  const struct lw_policy *b;
  struct lw_arena *keep;
  struct lw_changes *changes;
  bool words; /* inside something that changes no answer */
};

/* --- leaves as text --- */

/* In one line, as a policy would write it. Depth is that of a document. */
static void print(const struct lw_value *value, struct lw_buf *out)
{
  bool space = false;
  switch (value->kind) {
  case LW_VALUE_LIST:
    lw_buf_add_char(out, '[');
    for (uint32_t i = 0; i < value->count; i++) {
      lw_buf_add_c(out, i != 0 ? ", " : "");
      print(&value->items[i], out);
    }
    lw_buf_add_char(out, ']');
    return;
  case LW_VALUE_MAP:
    lw_buf_add_char(out, '{');
    for (uint32_t i = 0; i < value->count; i++) {
      lw_buf_printf(out, "%s%.*s: ", i != 0 ? ", " : "", LW_FMT(value->entries[i].key));
      print(&value->items[i], out);
    }
    lw_buf_add_char(out, '}');
    return;
  case LW_VALUE_NULL:
  case LW_VALUE_BOOL:
  case LW_VALUE_NUMBER:
  case LW_VALUE_STRING: break;
  }
  lw_str text = lw_str_trim(value->text);
  bool flow = value->style == LW_STYLE_LITERAL || value->style == LW_STYLE_FOLDED;
  if (text.len != value->text.len && !flow) { /* spaces at an end show only in quotes */
    lw_json_add_string(out, value->text);
    return;
  }
  for (size_t i = 0; i < text.len; i++) {
    bool is_space = text.ptr[i] == ' ' || text.ptr[i] == '\n' || text.ptr[i] == '\t';
    if (!is_space || !space) {
      lw_buf_add_char(out, is_space ? ' ' : text.ptr[i]);
    }
    space = is_space;
  }
  lw_buf_add_c(out, text.len == 0 ? (value->kind == LW_VALUE_NULL ? "null" : "\"\"") : "");
}

static lw_str text_of(struct differ *diff, const struct lw_value *value)
{
  struct lw_buf text = {0};
  if (value == NULL) {
    return LW_STR("");
  }
  print(value, &text);
  lw_str kept = lw_str_copy(diff->keep, lw_buf_str(&text));
  diff->keep->failed |= text.failed;
  lw_buf_finish(&text);
  return kept;
}

static void add_change(struct differ *diff, lw_str path, lw_str before, lw_str after)
{
  struct lw_changes *changes = diff->changes;
  struct lw_policy_change *items =
      lw_arena_grow(diff->keep, changes->items, changes->count, &changes->capacity,
                    changes->count + 1, sizeof *items, _Alignof(struct lw_policy_change));
  if (items != NULL) {
    changes->items = items;
    changes->items[changes->count++] = (struct lw_policy_change){path, before, after, !diff->words};
    changes->variables += !diff->words;
  }
}

/* --- equality by meaning --- */

/* The expression in its canonical form; what is no expression as it stands. */
static lw_str canonical(struct differ *diff, lw_str source)
{
  struct lw_issues issues;
  lw_issues_init(&issues, diff->keep);
  struct lw_node *node = lw_cel_parse(diff->keep, source, NULL, &issues);
  if (node == NULL) {
    return source;
  }
  struct lw_buf text = {0};
  lw_node_print(node, &text);
  lw_str kept = lw_str_copy(diff->keep, lw_buf_str(&text));
  diff->keep->failed |= text.failed;
  lw_buf_finish(&text);
  return kept;
}

static bool same_amount(const struct differ *diff, lw_str a, lw_str b)
{
  lw_money left = {0};
  lw_money right = {0};
  return diff->a->currency == diff->b->currency && diff->a->currency != LW_CURRENCY_NONE &&
         lw_money_read(a, diff->a->currency, &left) == LW_MONEY_OK &&
         lw_money_read(b, diff->b->currency, &right) == LW_MONEY_OK && left.minor == right.minor;
}

static bool same_duration(lw_str a, lw_str b)
{
  int64_t left = 0;
  int64_t right = 0;
  int32_t left_nanos = 0;
  int32_t right_nanos = 0;
  return lw_duration_read(a, true, &left, &left_nanos) &&
         lw_duration_read(b, true, &right, &right_nanos) && left == right &&
         left_nanos == right_nanos;
}

/* Cells mean what they are written as: 15, 15.00 and "15.00" are three things. */
static bool in_tables(lw_str path)
{
  return lw_str_starts(path, LW_STR("tables."));
}

/* Whether `path` (without the rule's name) ends in a key that holds such a thing. */
static bool same_scalar(struct differ *diff, lw_str path, lw_str key, lw_str a, lw_str b)
{
  static const char *const amounts[] = {"up_to", "at_most", "amount", "grant_up_to", NULL};
  static const char *const durations[] = {"over", "within", NULL};
  static const char *const expressions[] = {"when", "up_to", "at_most", NULL};
  if (lw_str_equal(a, b)) {
    return true;
  }
  bool in_amount = lw_str_find(path, LW_STR(".amount."), 0) != SIZE_MAX; /* by tier */
  if ((lw_str_is_one_of(key, amounts) || in_amount) && same_amount(diff, a, b)) {
    return true;
  }
  if (lw_str_is_one_of(key, durations) && same_duration(a, b)) {
    return true;
  }
  bool expression = lw_str_is_one_of(key, expressions) || lw_str_starts(path, LW_STR("let."));
  return expression && lw_str_equal(canonical(diff, a), canonical(diff, b));
}

static uint32_t count_items(const struct lw_value *value)
{
  return value->kind == LW_VALUE_LIST ? value->count : 1;
}

static const struct lw_value *item_at(const struct lw_value *value, uint32_t i)
{
  return value->kind == LW_VALUE_LIST ? &value->items[i] : value;
}

static bool holds_text(const struct lw_value *list, lw_str text)
{
  for (uint32_t i = 0; i < count_items(list); i++) {
    const struct lw_value *item = item_at(list, i);
    if (item->kind != LW_VALUE_LIST && item->kind != LW_VALUE_MAP &&
        lw_str_equal(item->text, text)) {
      return true;
    }
  }
  return false;
}

/* Lists of names, or one name alone for a list of one. Each holds the other's names. */
static bool same_set(const struct lw_value *a, const struct lw_value *b)
{
  for (uint32_t i = 0; i < count_items(a); i++) {
    const struct lw_value *item = item_at(a, i);
    if (item->kind == LW_VALUE_LIST || item->kind == LW_VALUE_MAP || !holds_text(b, item->text)) {
      return false;
    }
  }
  for (uint32_t i = 0; i < count_items(b); i++) {
    const struct lw_value *item = item_at(b, i);
    if (item->kind == LW_VALUE_LIST || item->kind == LW_VALUE_MAP || !holds_text(a, item->text)) {
      return false;
    }
  }
  return true;
}

static bool is_set(lw_str path, lw_str key)
{
  static const char *const sets[] = {"may",   "no",        "draws",  "needs",    "per",
                                     "tier",  "only_tier", "team",   "person",   "kind",
                                     "holds", "for",       "one_of", "channels", NULL};
  return lw_str_is_one_of(key, sets) && !in_tables(path);
}

static bool same_deeply(struct differ *diff, const struct lw_value *a, const struct lw_value *b)
{
  return a->kind == b->kind && lw_str_equal(text_of(diff, a), text_of(diff, b));
}

/* A key that is left out says this. */
static bool is_default(lw_str path, lw_str key, const struct lw_value *value)
{
  static const struct {
    const char *section;
    const char *key;
    const char *text;
  } rows[] = {{"", "other_facts", "refuse"},
              {"", "time_zone", "UTC"},
              {"facts.", "from", "system"},
              {"facts.", "optional", "false"},
              {"actions.", "for", "customer"},
              {"routes.", "otherwise", "refuse"},
              {"changes.", "until_read", "as_usual"},
              {"grants.", "when", "true"},
              {"rails.", "when", "true"}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (lw_str_starts(path, lw_str_c(rows[i].section)) &&
        lw_str_equal(key, lw_str_c(rows[i].key)) && value->kind != LW_VALUE_LIST &&
        value->kind != LW_VALUE_MAP && lw_str_equal(value->text, lw_str_c(rows[i].text))) {
      return true;
    }
  }
  bool empty = (value->kind == LW_VALUE_LIST || value->kind == LW_VALUE_MAP) && value->count == 0;
  return empty || value->kind == LW_VALUE_NULL;
}

/* --- walking --- */

static lw_str join(struct differ *diff, lw_str path, lw_str key)
{
  return path.len == 0 ? key : lw_str_format(diff->keep, "%.*s.%.*s", LW_FMT(path), LW_FMT(key));
}

static bool changes_no_answer(lw_str path, lw_str key)
{
  static const char *const words[] = {"why",          "label", "instead", "then",
                                      "organization", "tests", "owner",   NULL};
  return lw_str_is_one_of(key, words) && !lw_str_starts(path, LW_STR("tables")) &&
         !lw_str_starts(path, LW_STR("let"));
}

static void compare(struct differ *diff, lw_str path, lw_str key, const struct lw_value *a,
                    const struct lw_value *b);

/* The keys of b in their order, then those that are gone. */
static void compare_maps(struct differ *diff, lw_str path, const struct lw_value *a,
                         const struct lw_value *b)
{
  for (uint32_t i = 0; i < b->count; i++) {
    lw_str key = b->entries[i].key;
    compare(diff, join(diff, path, key), key, lw_value_get(a, key), &b->items[i]);
  }
  for (uint32_t i = 0; i < a->count; i++) {
    lw_str key = a->entries[i].key;
    if (lw_value_get(b, key) == NULL) {
      compare(diff, join(diff, path, key), key, &a->items[i], NULL);
    }
  }
}

static void compare_levels(struct differ *diff, lw_str path, const struct lw_value *a,
                           const struct lw_value *b)
{
  uint32_t most = a->count > b->count ? a->count : b->count;
  for (uint32_t i = 0; i < most; i++) {
    lw_str level = lw_str_format(diff->keep, "%.*s.%u", LW_FMT(path), i + 1);
    compare(diff, level, LW_STR(""), i < a->count ? &a->items[i] : NULL,
            i < b->count ? &b->items[i] : NULL);
  }
}

static bool is_same(struct differ *diff, lw_str path, lw_str key, const struct lw_value *a,
                    const struct lw_value *b)
{
  if (a == NULL || b == NULL) {
    return is_default(path, key, a != NULL ? a : b);
  }
  bool scalars = a->kind != LW_VALUE_LIST && a->kind != LW_VALUE_MAP && b->kind != LW_VALUE_LIST &&
                 b->kind != LW_VALUE_MAP;
  if (is_set(path, key) && a->kind != LW_VALUE_MAP && b->kind != LW_VALUE_MAP) {
    return same_set(a, b);
  }
  if (scalars) {
    if (in_tables(path)) {
      return a->kind == b->kind && lw_str_equal(a->text, b->text);
    }
    return same_scalar(diff, path, key, lw_str_trim(a->text), lw_str_trim(b->text));
  }
  return same_deeply(diff, a, b);
}

static lw_str tests_text(struct differ *diff, const struct lw_value *tests)
{
  const struct lw_value *cases = tests != NULL ? lw_value_get(tests, LW_STR("cases")) : NULL;
  const struct lw_value *list = cases != NULL ? cases : tests;
  uint32_t count = list != NULL && list->kind == LW_VALUE_LIST ? list->count : 0;
  return count == 0 ? LW_STR("")
                    : lw_str_format(diff->keep, "%u %s", count, count == 1 ? "test" : "tests");
}

/* How many there are is all that is said: the tests themselves are long, and change no answer. */
static void compare_tests(struct differ *diff, const struct lw_value *a, const struct lw_value *b)
{
  lw_str before = tests_text(diff, a);
  lw_str after = tests_text(diff, b);
  if (lw_str_equal(text_of(diff, a), text_of(diff, b))) {
    return;
  }
  if (lw_str_equal(before, after)) {
    after = lw_str_format(diff->keep, "%.*s, changed", LW_FMT(after));
  }
  add_change(diff, LW_STR("tests"), before, after);
}

static void compare(struct differ *diff, lw_str path, lw_str key, const struct lw_value *a,
                    const struct lw_value *b)
{
  bool outer = diff->words;
  diff->words |= changes_no_answer(path, key);
  bool maps = a != NULL && b != NULL && a->kind == LW_VALUE_MAP && b->kind == LW_VALUE_MAP;
  bool levels = a != NULL && b != NULL && a->kind == LW_VALUE_LIST && b->kind == LW_VALUE_LIST &&
                lw_str_equal(key, LW_STR("ask"));
  if (lw_str_equal(path, LW_STR("tests"))) {
    compare_tests(diff, a, b);
  } else if (maps) {
    compare_maps(diff, path, a, b);
  } else if (levels) {
    compare_levels(diff, path, a, b);
  } else if (!is_same(diff, path, key, a, b)) {
    add_change(diff, path, text_of(diff, a), text_of(diff, b));
  }
  diff->words = outer;
}

/* --- rules --- */

enum rule_kind { RULE_GRANT, RULE_RAIL, RULE_ROUTE };

static uint32_t count_rules(const struct lw_policy *policy, enum rule_kind kind)
{
  return kind == RULE_GRANT  ? policy->n_grants
         : kind == RULE_RAIL ? policy->n_rails
                             : policy->n_routes;
}

static lw_str rule_id(const struct lw_policy *policy, enum rule_kind kind, uint32_t i)
{
  return kind == RULE_GRANT  ? policy->grants[i].id
         : kind == RULE_RAIL ? policy->rails[i].id
                             : policy->routes[i].id;
}

static const struct lw_value *rule_value(const struct lw_policy *policy, enum rule_kind kind,
                                         uint32_t i)
{
  return kind == RULE_GRANT  ? policy->grants[i].value
         : kind == RULE_RAIL ? policy->rails[i].value
                             : policy->routes[i].value;
}

static uint32_t find_rule(const struct lw_policy *policy, enum rule_kind kind, lw_str id)
{
  for (uint32_t i = 0; i < count_rules(policy, kind); i++) {
    if (lw_str_equal(rule_id(policy, kind, i), id)) {
      return i;
    }
  }
  return UINT32_MAX;
}

static lw_str rule_sentence(struct differ *diff, const struct lw_policy *policy,
                            enum rule_kind kind, uint32_t i)
{
  struct lw_buf text = {0};
  if (kind == RULE_GRANT) {
    lw_sentence_grant(policy, &policy->grants[i], false, &text);
  } else if (kind == RULE_RAIL) {
    lw_sentence_rail(policy, &policy->rails[i], false, &text);
  } else {
    lw_sentence_route(policy, &policy->routes[i], &text);
  }
  lw_str kept = lw_str_copy(diff->keep, lw_buf_str(&text));
  diff->keep->failed |= text.failed;
  lw_buf_finish(&text);
  return kept;
}

/* The ids that both have, in the order of `of`; false when memory is out. */
static bool common_ids(struct differ *diff, const struct lw_policy *of,
                       const struct lw_policy *other, enum rule_kind kind, lw_str **ret_ids,
                       uint32_t *ret_count)
{
  uint32_t count = count_rules(of, kind);
  lw_str *ids = LW_NEW_ARRAY(diff->keep, lw_str, count);
  *ret_ids = ids;
  *ret_count = 0;
  for (uint32_t i = 0; ids != NULL && i < count; i++) {
    lw_str id = rule_id(of, kind, i);
    if (find_rule(other, kind, id) != UINT32_MAX) {
      ids[(*ret_count)++] = id;
    }
  }
  return ids != NULL;
}

static lw_str id_list(struct differ *diff, const lw_str *ids, uint32_t from, uint32_t to)
{
  struct lw_buf text = {0};
  for (uint32_t i = from; i < to; i++) {
    lw_buf_add_c(&text, i != from ? ", " : "");
    lw_buf_add(&text, ids[i]);
  }
  lw_str kept = lw_str_copy(diff->keep, lw_buf_str(&text));
  diff->keep->failed |= text.failed;
  lw_buf_finish(&text);
  return kept;
}

/* One change for all that moved: from the first id that stands elsewhere to the last. */
static void compare_order(struct differ *diff, enum rule_kind kind, const char *path)
{
  lw_str *before = NULL;
  lw_str *after = NULL;
  uint32_t n_before = 0;
  uint32_t n_after = 0;
  if (!common_ids(diff, diff->a, diff->b, kind, &before, &n_before) ||
      !common_ids(diff, diff->b, diff->a, kind, &after, &n_after) || n_before != n_after) {
    return;
  }
  uint32_t first = 0;
  uint32_t last = n_before;
  while (first < last && lw_str_equal(before[first], after[first])) {
    first++;
  }
  while (last > first && lw_str_equal(before[last - 1], after[last - 1])) {
    last--;
  }
  if (first < last) {
    add_change(diff, lw_str_c(path), id_list(diff, before, first, last),
               id_list(diff, after, first, last));
  }
}

static void compare_rules(struct differ *diff, enum rule_kind kind, const char *section)
{
  for (uint32_t i = 0; i < count_rules(diff->b, kind); i++) {
    lw_str id = rule_id(diff->b, kind, i);
    lw_str path = lw_str_format(diff->keep, "%s.%.*s", section, LW_FMT(id));
    uint32_t old = find_rule(diff->a, kind, id);
    if (old == UINT32_MAX) {
      add_change(diff, path, LW_STR(""), rule_sentence(diff, diff->b, kind, i));
    } else {
      compare_maps(diff, path, rule_value(diff->a, kind, old), rule_value(diff->b, kind, i));
    }
  }
  for (uint32_t i = 0; i < count_rules(diff->a, kind); i++) {
    lw_str id = rule_id(diff->a, kind, i);
    if (find_rule(diff->b, kind, id) == UINT32_MAX) {
      lw_str path = lw_str_format(diff->keep, "%s.%.*s", section, LW_FMT(id));
      add_change(diff, path, rule_sentence(diff, diff->a, kind, i), LW_STR(""));
    }
  }
}

static lw_str budget_sentence(struct differ *diff, const struct lw_policy *policy, lw_str name)
{
  uint32_t index = lw_policy_find_budget(policy, name);
  if (index == UINT32_MAX) {
    return LW_STR("");
  }
  struct lw_buf text = {0};
  lw_sentence_budget(policy, &policy->budgets[index], &text);
  lw_str kept = lw_str_copy(diff->keep, lw_buf_str(&text));
  diff->keep->failed |= text.failed;
  lw_buf_finish(&text);
  return kept;
}

static void compare_budgets(struct differ *diff)
{
  for (uint32_t i = 0; i < diff->b->n_budgets; i++) {
    lw_str name = diff->b->budgets[i].name;
    lw_str path = lw_str_format(diff->keep, "budgets.%.*s", LW_FMT(name));
    const struct lw_value *a =
        lw_value_get(lw_value_get(diff->a->document, LW_STR("budgets")), name);
    const struct lw_value *b =
        lw_value_get(lw_value_get(diff->b->document, LW_STR("budgets")), name);
    if (a == NULL) {
      add_change(diff, path, LW_STR(""), budget_sentence(diff, diff->b, name));
    } else {
      compare_maps(diff, path, a, b);
    }
  }
  for (uint32_t i = 0; i < diff->a->n_budgets; i++) {
    lw_str name = diff->a->budgets[i].name;
    if (lw_policy_find_budget(diff->b, name) == UINT32_MAX) {
      lw_str path = lw_str_format(diff->keep, "budgets.%.*s", LW_FMT(name));
      add_change(diff, path, budget_sentence(diff, diff->a, name), LW_STR(""));
    }
  }
}

/* Reasons, facts, tables, lets, actions: an entry that is new or gone is one change. An absent map
 * is an empty one. */
static void compare_named(struct differ *diff, lw_str section, const struct lw_value *a,
                          const struct lw_value *b)
{
  static const struct lw_value none = {.kind = LW_VALUE_MAP};
  a = a != NULL && a->kind == LW_VALUE_MAP ? a : &none;
  b = b != NULL && b->kind == LW_VALUE_MAP ? b : &none;
  for (uint32_t i = 0; i < b->count; i++) {
    lw_str name = b->entries[i].key;
    const struct lw_value *old = lw_value_get(a, name);
    lw_str path = join(diff, section, name);
    if (old == NULL) {
      add_change(diff, path, LW_STR(""), text_of(diff, &b->items[i]));
    } else {
      compare(diff, path, LW_STR(""), old, &b->items[i]);
    }
  }
  for (uint32_t i = 0; i < a->count; i++) {
    if (lw_value_get(b, a->entries[i].key) == NULL) {
      add_change(diff, join(diff, section, a->entries[i].key), text_of(diff, &a->items[i]),
                 LW_STR(""));
    }
  }
}

static void compare_section(struct differ *diff, lw_str key)
{
  static const char *const named[] = {"reasons", "facts", "tables", "let", "actions", NULL};
  const struct lw_value *a = lw_value_get(diff->a->document, key);
  const struct lw_value *b = lw_value_get(diff->b->document, key);
  if (lw_str_equal(key, LW_STR("grants"))) {
    compare_rules(diff, RULE_GRANT, "grants");
    compare_order(diff, RULE_GRANT, "order of grants");
  } else if (lw_str_equal(key, LW_STR("rails"))) {
    compare_rules(diff, RULE_RAIL, "rails");
    compare_order(diff, RULE_RAIL, "order of rails");
  } else if (lw_str_equal(key, LW_STR("routes"))) {
    compare_rules(diff, RULE_ROUTE, "routes");
    compare_order(diff, RULE_ROUTE, "order of routes");
  } else if (lw_str_equal(key, LW_STR("budgets"))) {
    compare_budgets(diff);
  } else if (lw_str_is_one_of(key, named)) {
    compare_named(diff, key, a, b);
  } else {
    compare(diff, key, key, a, b);
  }
}

bool lw_policy_diff(const struct lw_policy *a, const struct lw_policy *b, struct lw_arena *keep,
                    struct lw_changes *ret_changes)
{
  struct differ diff = {a, b, keep, ret_changes, false};
  *ret_changes = (struct lw_changes){0};
  for (uint32_t i = 0; i < b->document->count; i++) {
    compare_section(&diff, b->document->entries[i].key);
  }
  for (uint32_t i = 0; i < a->document->count; i++) {
    if (lw_value_get(b->document, a->document->entries[i].key) == NULL) {
      compare_section(&diff, a->document->entries[i].key);
    }
  }
  return !keep->failed;
}

/* --- output --- */

static void print_change(const struct lw_policy_change *change, struct lw_buf *out)
{
  lw_buf_printf(out, "%.*s  ", LW_FMT(change->path));
  if (change->before.len == 0) {
    lw_buf_printf(out, "new: %.*s", LW_FMT(change->after));
  } else if (change->after.len == 0) {
    lw_buf_printf(out, "gone: %.*s", LW_FMT(change->before));
  } else {
    lw_buf_printf(out, "%.*s -> %.*s", LW_FMT(change->before), LW_FMT(change->after));
  }
  lw_buf_add_c(out, change->variable ? "\n" : "  (words)\n");
}

void lw_changes_print(const struct lw_changes *changes, struct lw_buf *out)
{
  size_t words = changes->count - changes->variables;
  if (changes->count == 0) {
    LW_BUF_LIT(out, "nothing changed\n");
    return;
  }
  for (size_t i = 0; i < changes->count; i++) {
    print_change(&changes->items[i], out);
  }
  lw_buf_printf(out, "\n%zu %s changed", changes->variables,
                changes->variables == 1 ? "variable" : "variables");
  if (words != 0) {
    lw_buf_printf(out, ", %zu %s of words", words, words == 1 ? "change" : "changes");
  }
  lw_buf_add_char(out, '\n');
  if (changes->variables > 1) {
    LW_BUF_LIT(out,
               "One variable at a time is easier to judge: then what follows has one cause.\n");
  }
}

void lw_changes_json(const struct lw_changes *changes, struct lw_buf *out)
{
  LW_BUF_LIT(out, "{\"changes\":[");
  for (size_t i = 0; i < changes->count; i++) {
    const struct lw_policy_change *change = &changes->items[i];
    lw_buf_add_c(out, i != 0 ? "," : "");
    LW_BUF_LIT(out, "{\"path\":");
    lw_json_add_string(out, change->path);
    LW_BUF_LIT(out, ",\"before\":");
    lw_json_add_string(out, change->before);
    LW_BUF_LIT(out, ",\"after\":");
    lw_json_add_string(out, change->after);
    lw_buf_printf(out, ",\"variable\":%s}", change->variable ? "true" : "false");
  }
  lw_buf_printf(out, "],\"variables\":%zu}", changes->variables);
}
