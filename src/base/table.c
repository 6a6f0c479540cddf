#include "base/table.h"

void lw_table_init(struct lw_table *table, struct lw_arena *arena)
{
  *table = (struct lw_table){.arena = arena};
}

static struct lw_table_slot *place_of(struct lw_table_slot *slots, size_t mask, lw_str key,
                                      uint64_t hash)
{
  size_t at = (size_t)hash & mask;
  while (slots[at].key.ptr != NULL &&
         (slots[at].hash != hash || !lw_str_equal(slots[at].key, key))) {
    at = (at + 1) & mask;
  }
  return &slots[at];
}

static bool grow(struct lw_table *table)
{
  size_t room = table->slots == NULL ? 16 : (table->mask + 1) * 2;
  struct lw_table_slot *slots = LW_NEW_ARRAY(table->arena, struct lw_table_slot, room);
  if (slots == NULL) {
    return false;
  }
  for (size_t i = 0; table->slots != NULL && i <= table->mask; i++) {
    if (table->slots[i].key.ptr != NULL) {
      *place_of(slots, room - 1, table->slots[i].key, table->slots[i].hash) = table->slots[i];
    }
  }
  table->slots = slots;
  table->mask = room - 1;
  return true;
}

uint64_t lw_table_hash(lw_str key)
{
  return lw_str_hash(key, 0);
}

uint32_t *lw_table_add_hashed(struct lw_table *table, lw_str key, uint64_t hash, bool *ret_is_new)
{
  if (table->slots == NULL || table->count * 3 >= (table->mask + 1) * 2) {
    if (!grow(table)) {
      return NULL;
    }
  }
  struct lw_table_slot *slot = place_of(table->slots, table->mask, key, hash);
  bool is_new = slot->key.ptr == NULL;
  if (is_new) {
    slot->key = key.ptr != NULL ? key : LW_STR("");
    slot->hash = hash;
    table->count++;
  }
  if (ret_is_new != NULL) {
    *ret_is_new = is_new;
  }
  return &slot->value;
}

uint32_t *lw_table_add(struct lw_table *table, lw_str key, bool *ret_is_new)
{
  return lw_table_add_hashed(table, key, lw_table_hash(key), ret_is_new);
}

const uint32_t *lw_table_find_hashed(const struct lw_table *table, lw_str key, uint64_t hash)
{
  if (table->slots == NULL) {
    return NULL;
  }
  const struct lw_table_slot *slot = place_of(table->slots, table->mask, key, hash);
  return slot->key.ptr != NULL ? &slot->value : NULL;
}

const uint32_t *lw_table_find(const struct lw_table *table, lw_str key)
{
  return table->slots != NULL ? lw_table_find_hashed(table, key, lw_table_hash(key)) : NULL;
}
