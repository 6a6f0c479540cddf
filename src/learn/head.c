/* Heads of courses and of reference pages. */
#include "learn/head.h"

#include "base/num.h"

static const struct lw_value *member(const struct lw_head *head, const char *key)
{
  return lw_value_get(head->map, lw_str_c(key));
}

void lw_head_check_keys(const struct lw_head *head, const lw_str *keys, size_t count)
{
  for (uint32_t i = 0; i < head->map->count; i++) {
    bool known = false;
    for (size_t k = 0; k < count; k++) {
      known |= lw_str_equal(head->map->entries[i].key, keys[k]);
    }
    if (!known) {
      lw_diags_add(head->diags, LW_SEVERITY_ERROR, "unknown-key", head->map->entries[i].place,
                   "\"%.*s\" is not a key of %s", LW_FMT(head->map->entries[i].key), head->what)
          ->hint = lw_str_c(head->keys);
    }
  }
}

static bool is_text(const struct lw_value *value)
{
  return value->kind == LW_VALUE_STRING && lw_str_trim(value->text).len != 0;
}

lw_str lw_head_text(const struct lw_head *head, const char *key, bool needed)
{
  const struct lw_value *value = member(head, key);
  if (value == NULL && !needed) {
    return LW_STR("");
  }
  if (value == NULL || !is_text(value)) {
    lw_diags_add(head->diags, LW_SEVERITY_ERROR, value == NULL ? "missing" : "bad-value",
                 value == NULL ? (struct lw_place){1, 1, 0} : value->place, "%s %s", key,
                 value == NULL ? "is missing" : "is a text")
        ->hint = lw_str_c(head->keys);
    return LW_STR("");
  }
  return lw_str_trim(value->text);
}

uint32_t lw_head_number(const struct lw_head *head, const char *key, uint32_t least, uint32_t most,
                        uint32_t otherwise)
{
  const struct lw_value *value = member(head, key);
  uint64_t number = 0;
  if (value == NULL) {
    return otherwise;
  }
  if (value->kind != LW_VALUE_NUMBER || !lw_uint_read(value->text, &number) || number < least ||
      number > most) {
    lw_diags_add(head->diags, LW_SEVERITY_ERROR, "bad-value", value->place,
                 "%s is a whole number from %u to %u", key, least, most);
    return otherwise;
  }
  return (uint32_t)number;
}

const lw_str *lw_head_texts(const struct lw_head *head, const char *key, uint32_t most,
                            struct lw_arena *arena, uint32_t *ret_count)
{
  const struct lw_value *value = member(head, key);
  bool is_list = value != NULL && value->kind == LW_VALUE_LIST;
  uint32_t count = is_list ? value->count : 1;
  *ret_count = 0;
  if (value == NULL || value->kind == LW_VALUE_NULL) {
    return NULL;
  }
  bool fits = count <= most;
  lw_str *texts = fits ? LW_NEW_ARRAY(arena, lw_str, count) : NULL;
  for (uint32_t i = 0; texts != NULL && i < count; i++) {
    const struct lw_value *item = is_list ? &value->items[i] : value;
    fits = fits && is_text(item);
    texts[i] = fits ? lw_str_trim(item->text) : LW_STR("");
  }
  if (!fits) {
    lw_diags_add(head->diags, LW_SEVERITY_ERROR, "bad-value", value->place,
                 "%s is a list of at most %u texts", key, most)
        ->hint = LW_STR("write [one, another]");
    return NULL;
  }
  *ret_count = texts != NULL ? count : 0;
  return texts;
}
