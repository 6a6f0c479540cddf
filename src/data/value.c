#include "data/value.h"

/* A scan and not a hash: maps of documents have some ten keys, and a tree is read far more often by
 * its items. */
const struct lw_value *lw_value_get(const struct lw_value *map, lw_str key)
{
  if (map == NULL || map->kind != LW_VALUE_MAP) {
    return NULL;
  }
  for (uint32_t i = 0; i < map->count; i++) {
    if (lw_str_equal(map->entries[i].key, key)) {
      return &map->items[i];
    }
  }
  return NULL;
}

lw_str lw_value_text(const struct lw_value *map, lw_str key)
{
  const struct lw_value *value = lw_value_get(map, key);
  return value != NULL && value->kind == LW_VALUE_STRING ? value->text : LW_STR("");
}

lw_str lw_value_written(const struct lw_value *map, lw_str key)
{
  const struct lw_value *value = lw_value_get(map, key);
  bool is_written =
      value != NULL && (value->kind == LW_VALUE_STRING || value->kind == LW_VALUE_NUMBER);
  return is_written ? value->text : LW_STR("");
}

const char *lw_value_kind_name(enum lw_value_kind kind)
{
  switch (kind) {
  case LW_VALUE_NULL: return "null";
  case LW_VALUE_BOOL: return "true or false";
  case LW_VALUE_NUMBER: return "a number";
  case LW_VALUE_STRING: return "a text";
  case LW_VALUE_LIST: return "a list";
  case LW_VALUE_MAP: return "a map";
  }
  return "a value";
}
