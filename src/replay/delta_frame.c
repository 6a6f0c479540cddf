/* Documents are held against each other as they are written, in order: whatever is not a limit or a
 * condition in its place, or a word that nobody decides by, must be the same. What is derived from
 * conditions (facts that an action wants, counters that rules read) is looked at in the model. */
#include "replay/delta_inside.h"

enum { DEPTH_MAX = 32 };

static bool is_one_of(lw_str key, const char *const *keys)
{
  bool found = false;
  for (; !found && *keys != NULL; keys++) {
    found = lw_str_equal(key, lw_str_c(*keys));
  }
  return found;
}

/* What a key's value may be without the replay being about something else. */
static bool may_differ(lw_str section, lw_str key, unsigned depth)
{
  static const char *const words[] = {"why", "then", "instead", "label", "owner", NULL};
  static const char *const rules[] = {"grants", "rails", NULL};
  static const char *const expressions[] = {"when", "up_to", NULL};
  static const char *const sums[] = {"amount", "times", NULL};
  if (depth < 2) {
    return depth == 0 && (is_one_of(key, words) || lw_str_equal(key, LW_STR("organization")));
  }
  return (is_one_of(section, rules) && is_one_of(key, expressions)) ||
         (lw_str_equal(section, LW_STR("actions")) && lw_str_equal(key, LW_STR("at_most"))) ||
         (lw_str_equal(section, LW_STR("budgets")) && is_one_of(key, sums)) ||
         (depth == 2 && !lw_str_equal(section, LW_STR("tables")) &&
          !lw_str_equal(section, LW_STR("let")) && is_one_of(key, words));
}

/* The same keys, or as many items; of scalars nothing. */
static bool same_shape(const struct lw_value *a, const struct lw_value *b)
{
  bool nested = a->kind == LW_VALUE_MAP || a->kind == LW_VALUE_LIST;
  bool same =
      a->kind == b->kind || (!nested && b->kind != LW_VALUE_MAP && b->kind != LW_VALUE_LIST);
  same = same && (!nested || a->count == b->count);
  for (uint32_t i = 0; same && a->kind == LW_VALUE_MAP && i < a->count; i++) {
    same = lw_str_equal(a->entries[i].key, b->entries[i].key);
  }
  return same;
}

static bool same_values(const struct lw_value *a, const struct lw_value *b, lw_str section,
                        unsigned depth, bool loose)
{
  bool same = depth < DEPTH_MAX && same_shape(a, b);
  if (!same || (a->kind != LW_VALUE_MAP && a->kind != LW_VALUE_LIST)) {
    return same && (loose || (a->kind == b->kind && lw_str_equal(a->text, b->text) &&
                              a->boolean == b->boolean));
  }
  for (uint32_t i = 0; same && i < a->count; i++) {
    lw_str key = a->kind == LW_VALUE_MAP ? a->entries[i].key : LW_STR("");
    bool free = loose || (a->kind == LW_VALUE_MAP && may_differ(section, key, depth));
    bool is_words = depth == 0 && free;
    same = is_words ||
           same_values(&a->items[i], &b->items[i], depth == 0 ? key : section, depth + 1, free);
  }
  return same;
}

static bool same_derived(const struct lw_policy *a, const struct lw_policy *b)
{
  bool same = a->n_slots == b->n_slots && a->n_facts == b->n_facts &&
              a->n_budgets == b->n_budgets && a->n_actions == b->n_actions &&
              a->n_grants == b->n_grants && a->n_rails == b->n_rails &&
              a->n_routes == b->n_routes && a->n_tiers == b->n_tiers && a->currency == b->currency;
  for (uint32_t i = 0; same && i < a->n_facts; i++) {
    same = a->facts[i].slot == b->facts[i].slot;
  }
  for (uint32_t i = 0; same && i < a->n_budgets; i++) {
    same = a->budgets[i].used_slot == b->budgets[i].used_slot &&
           a->budgets[i].has_amount == b->budgets[i].has_amount &&
           a->budgets[i].has_times == b->budgets[i].has_times;
  }
  for (uint32_t i = 0; same && i < a->n_actions; i++) {
    const struct lw_action *of_a = &a->actions[i];
    const struct lw_action *of_b = &b->actions[i];
    same = of_a->n_wanted == of_b->n_wanted && of_a->n_grants == of_b->n_grants &&
           of_a->n_rails == of_b->n_rails;
    for (uint32_t w = 0; same && w < of_a->n_wanted; w++) {
      same = of_a->wanted[w] == of_b->wanted[w];
    }
  }
  return same;
}

bool lw_delta_same_frame(const struct lw_policy *a, const struct lw_policy *b)
{
  return a->document != NULL && b->document != NULL &&
         same_values(a->document, b->document, LW_STR(""), 0, false) && same_derived(a, b);
}
