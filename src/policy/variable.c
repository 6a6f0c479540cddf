/* Which changes belong together is read from the documents: a change that makes or removes a name
 * (an entry of `budgets`, `facts`, `let` ..., an item of `tiers`) is tied to each change whose
 * value uses that name. What is tied is one variable, named by its first change. */
#include "policy/variable.h"

#include "data/json.h"
#include "policy/edit.h"

struct tying {
  const struct lw_policy *a;
  const struct lw_policy *b;
  struct lw_arena *keep;
  const struct lw_changes *changes;
  uint32_t *of; /* the change that it is tied to: a forest, roots are tied to themselves */
};

static lw_str first_part(lw_str path, lw_str *ret_rest)
{
  size_t dot = lw_str_find(path, LW_STR("."), 0);
  *ret_rest = dot != SIZE_MAX ? lw_str_slice(path, dot + 1, SIZE_MAX) : LW_STR("");
  return dot != SIZE_MAX ? lw_str_slice(path, 0, dot) : path;
}

/* "grants.goodwill" of "grants.goodwill.up_to". */
static lw_str owner_of(lw_str path)
{
  lw_str rest = LW_STR("");
  lw_str section = first_part(path, &rest);
  lw_str name = first_part(rest, &rest);
  return lw_str_slice(path, 0, section.len + (name.len != 0 ? 1 + name.len : 0));
}

/* --- names that a value uses --- */

static bool is_word(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

static bool text_uses(lw_str text, lw_str name)
{
  for (size_t at = 0; (at = lw_str_find(text, name, at)) != SIZE_MAX; at++) {
    size_t end = at + name.len;
    if ((at == 0 || !is_word(text.ptr[at - 1])) && (end == text.len || !is_word(text.ptr[end]))) {
      return true;
    }
  }
  return false;
}

static bool is_prose(lw_str key)
{
  static const char *const words[] = {"why", "label", "instead", "then", "tests", "owner", NULL};
  for (const char *const *word = words; *word != NULL; word++) {
    if (lw_str_equal(key, lw_str_c(*word))) {
      return true;
    }
  }
  return false;
}

/* Depth is that of a document. */
static bool value_uses(const struct lw_value *value, lw_str name)
{
  bool uses = false;
  if (value == NULL) {
    return false;
  }
  if (value->kind != LW_VALUE_LIST && value->kind != LW_VALUE_MAP) {
    return text_uses(value->text, name);
  }
  for (uint32_t i = 0; !uses && i < value->count; i++) {
    bool named = value->kind == LW_VALUE_MAP;
    uses = (named && lw_str_equal(value->entries[i].key, name)) ||
           (!(named && is_prose(value->entries[i].key)) && value_uses(&value->items[i], name));
  }
  return uses;
}

static bool change_uses(const struct tying *tying, const struct lw_policy_change *change,
                        lw_str name)
{
  return value_uses(lw_policy_at(tying->a->document, change->path), name) ||
         value_uses(lw_policy_at(tying->b->document, change->path), name);
}

/* --- tying --- */

static uint32_t root_of(const struct tying *tying, uint32_t change)
{
  while (tying->of[change] != change) {
    change = tying->of[change];
  }
  return change;
}

static void tie(struct tying *tying, uint32_t left, uint32_t right)
{
  uint32_t a = root_of(tying, left);
  uint32_t b = root_of(tying, right);
  tying->of[a > b ? a : b] = a < b ? a : b;
}

static void tie_users(struct tying *tying, uint32_t maker, lw_str name)
{
  for (uint32_t i = 0; i < tying->changes->count; i++) {
    const struct lw_policy_change *change = &tying->changes->items[i];
    if (i != maker && change->variable && change_uses(tying, change, name)) {
      tie(tying, maker, i);
    }
  }
}

static bool list_has(const struct lw_value *list, lw_str name)
{
  for (uint32_t i = 0; i < list->count; i++) {
    if (list->items[i].kind == LW_VALUE_STRING && lw_str_equal(list->items[i].text, name)) {
      return true;
    }
  }
  return false;
}

/* The items of `one` that `other` does not have. */
static void tie_items(struct tying *tying, uint32_t maker, const struct lw_value *one,
                      const struct lw_value *other)
{
  for (uint32_t i = 0; i < one->count; i++) {
    lw_str name = one->items[i].text;
    if (one->items[i].kind == LW_VALUE_STRING && name.len != 0 && !list_has(other, name)) {
      tie_users(tying, maker, name);
    }
  }
}

static void tie_list(struct tying *tying, uint32_t maker, lw_str path)
{
  static const struct lw_value none = {.kind = LW_VALUE_LIST};
  const struct lw_value *a = lw_policy_at(tying->a->document, path);
  const struct lw_value *b = lw_policy_at(tying->b->document, path);
  a = a != NULL && a->kind == LW_VALUE_LIST ? a : &none;
  b = b != NULL && b->kind == LW_VALUE_LIST ? b : &none;
  tie_items(tying, maker, a, b);
  tie_items(tying, maker, b, a);
}

static bool makes_names(lw_str section)
{
  static const char *const sections[] = {"budgets", "tables",  "let", "reasons",
                                         "facts",   "actions", NULL};
  for (const char *const *name = sections; *name != NULL; name++) {
    if (lw_str_equal(section, lw_str_c(*name))) {
      return true;
    }
  }
  return false;
}

static void tie_change(struct tying *tying, uint32_t at)
{
  const struct lw_policy_change *change = &tying->changes->items[at];
  lw_str name = LW_STR("");
  lw_str section = first_part(change->path, &name);
  bool is_made = change->before.len == 0 || change->after.len == 0;
  if (change->variable && name.len == 0) {
    tie_list(tying, at, change->path);
  } else if (change->variable && is_made && makes_names(section)) {
    tie_users(tying, at, name);
  }
}

/* --- numbering --- */

static uint32_t find_variable(const struct lw_variables *variables, lw_str owner)
{
  for (uint32_t i = 0; i < variables->changes.count; i++) {
    const struct lw_policy_change *change = &variables->changes.items[i];
    if (change->variable && lw_str_equal(owner_of(change->path), owner)) {
      return variables->of[i];
    }
  }
  return LW_NO_VARIABLE;
}

/* From changes that name a change to changes that name a variable, in the order of the changes. */
static void number(struct tying *tying, struct lw_variables *variables)
{
  const struct lw_changes *changes = tying->changes;
  for (uint32_t i = 0; i < changes->count; i++) {
    if (changes->items[i].variable) {
      uint32_t root = root_of(tying, i);
      variables->of[i] = root == i ? variables->count : variables->of[root];
      variables->names[variables->count] = changes->items[i].path;
      variables->count += root == i;
    }
  }
  for (uint32_t i = 0; i < changes->count; i++) {
    if (!changes->items[i].variable) {
      variables->of[i] = find_variable(variables, owner_of(changes->items[i].path));
    }
  }
}

bool lw_variables_find(const struct lw_policy *a, const struct lw_policy *b, struct lw_arena *keep,
                       struct lw_variables *ret_variables)
{
  *ret_variables = (struct lw_variables){0};
  if (!lw_policy_diff(a, b, keep, &ret_variables->changes)) {
    return false;
  }
  uint32_t count = (uint32_t)ret_variables->changes.count;
  struct tying tying = {a, b, keep, &ret_variables->changes,
                        LW_NEW_ARRAY(keep, uint32_t, (size_t)count + 1)};
  ret_variables->of = LW_NEW_ARRAY(keep, uint32_t, (size_t)count + 1);
  ret_variables->names = LW_NEW_ARRAY(keep, lw_str, (size_t)count + 1);
  if (tying.of == NULL || ret_variables->of == NULL || ret_variables->names == NULL) {
    return false;
  }
  for (uint32_t i = 0; i < count; i++) {
    tying.of[i] = i;
  }
  for (uint32_t i = 0; i < count; i++) {
    tie_change(&tying, i);
  }
  number(&tying, ret_variables);
  return true;
}

/* --- in words --- */

static const char *noun_of(lw_str section)
{
  static const struct {
    const char *section;
    const char *noun;
  } rows[] = {{"grants", "grant"},   {"rails", "rail"},     {"routes", "route"},
              {"budgets", "budget"}, {"tables", "table"},   {"let", "value"},
              {"facts", "fact"},     {"reasons", "reason"}, {"actions", "action"}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (lw_str_equal(section, lw_str_c(rows[i].section))) {
      return rows[i].noun;
    }
  }
  return NULL;
}

/* "ask.1.within" as "ask 1 within", "up_to" as "up to". */
static void add_key(lw_str key, struct lw_buf *out)
{
  for (size_t i = 0; i < key.len; i++) {
    lw_buf_add_char(out, key.ptr[i] == '.' || key.ptr[i] == '_' ? ' ' : key.ptr[i]);
  }
}

static void end_sentence(struct lw_buf *out)
{
  if (!out->failed && out->len != 0 && out->ptr[out->len - 1] != '.') {
    lw_buf_add_char(out, '.');
  }
}

static void say_values(const struct lw_policy_change *change, lw_str key, struct lw_buf *out)
{
  if (change->before.len == 0) {
    LW_BUF_LIT(out, "now ");
  } else if (change->after.len == 0) {
    LW_BUF_LIT(out, "no longer ");
  }
  add_key(key, out);
  lw_buf_add_char(out, ' ');
  lw_buf_add(out, change->after.len != 0 ? change->after : change->before);
  if (change->before.len != 0 && change->after.len != 0) {
    lw_buf_printf(out, " instead of %.*s", LW_FMT(change->before));
  }
  end_sentence(out);
}

void lw_variable_say(const struct lw_policy_change *change, struct lw_buf *out)
{
  lw_str rest = LW_STR("");
  lw_str order = LW_STR("order of ");
  lw_str section = first_part(change->path, &rest);
  const char *noun = noun_of(section);
  lw_str name = owner_of(change->path);
  name = noun != NULL ? lw_str_slice(name, section.len + 1, SIZE_MAX) : LW_STR("");
  if (lw_str_starts(change->path, order)) {
    lw_buf_printf(out, "The %.*s stand in another order: %.*s instead of %.*s.",
                  LW_FMT(lw_str_slice(change->path, order.len, SIZE_MAX)), LW_FMT(change->after),
                  LW_FMT(change->before));
  } else if (noun == NULL || rest.len == 0) {
    LW_BUF_LIT(out, "The policy: ");
    say_values(change, change->path, out);
  } else if (name.len == rest.len && (change->before.len == 0 || change->after.len == 0)) {
    lw_buf_printf(out, change->before.len == 0 ? "A new %s, %.*s: " : "The %s %.*s is gone: ", noun,
                  LW_FMT(name));
    lw_buf_add(out, change->before.len == 0 ? change->after : change->before);
    end_sentence(out);
  } else {
    lw_buf_printf(out, "The %s %.*s: ", noun, LW_FMT(name));
    say_values(change,
               name.len == rest.len ? LW_STR("is") : lw_str_slice(rest, name.len + 1, SIZE_MAX),
               out);
  }
}

static void add_change(const struct lw_variables *variables, uint32_t at, struct lw_buf *out)
{
  const struct lw_policy_change *change = &variables->changes.items[at];
  struct lw_buf words = {0};
  LW_BUF_LIT(out, "{\"path\":");
  lw_json_add_string(out, change->path);
  lw_buf_printf(out, ",\"kind\":\"%s\"",
                change->before.len == 0  ? "added"
                : change->after.len == 0 ? "removed"
                                         : "changed");
  if (change->before.len != 0) {
    LW_BUF_LIT(out, ",\"before\":");
    lw_json_add_string(out, change->before);
  }
  if (change->after.len != 0) {
    LW_BUF_LIT(out, ",\"after\":");
    lw_json_add_string(out, change->after);
  }
  if (variables->of[at] != LW_NO_VARIABLE) {
    LW_BUF_LIT(out, ",\"variable\":");
    lw_json_add_string(out, variables->names[variables->of[at]]);
  }
  LW_BUF_LIT(out, ",\"words\":");
  lw_variable_say(change, &words);
  lw_json_add_string(out, lw_buf_str(&words));
  out->failed |= words.failed;
  lw_buf_finish(&words);
  lw_buf_add_char(out, '}');
}

void lw_variables_json(const struct lw_variables *variables, struct lw_buf *out)
{
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < variables->changes.count; i++) {
    lw_buf_add_c(out, i != 0 ? "," : "");
    add_change(variables, i, out);
  }
  lw_buf_add_char(out, ']');
}
