#include "ledger/sums.h"

void lw_sums_init(struct lw_sums *sums, size_t limit_bytes)
{
  *sums = (struct lw_sums){0};
  lw_arena_init(&sums->arena, NULL, limit_bytes);
  lw_table_init(&sums->table, &sums->arena);
}

void lw_sums_finish(struct lw_sums *sums)
{
  lw_arena_finish(&sums->arena);
}

void lw_sums_clear(struct lw_sums *sums)
{
  lw_arena_reset(&sums->arena);
  lw_table_init(&sums->table, &sums->arena);
  sums->items = NULL;
  sums->count = 0;
  sums->capacity = 0;
}

struct lw_sum *lw_sums_find(struct lw_sums *sums, lw_str key)
{
  const uint32_t *index = lw_table_find(&sums->table, key);
  return index != NULL ? &sums->items[*index] : NULL;
}

struct lw_sum *lw_sums_get_hashed(struct lw_sums *sums, lw_str key, uint64_t hash)
{
  const uint32_t *known = lw_table_find_hashed(&sums->table, key, hash);
  if (known != NULL) {
    return &sums->items[*known];
  }
  lw_str kept = lw_str_copy(&sums->arena, key);
  struct lw_sum *items = lw_arena_grow(&sums->arena, sums->items, sums->count, &sums->capacity,
                                       sums->count + 1, sizeof *items, _Alignof(struct lw_sum));
  if (kept.ptr == NULL || items == NULL || sums->count >= UINT32_MAX) {
    return NULL;
  }
  sums->items = items;
  uint32_t *index = lw_table_add_hashed(&sums->table, kept, hash, NULL);
  if (index == NULL) {
    return NULL;
  }
  *index = (uint32_t)sums->count;
  struct lw_sum *sum = &sums->items[sums->count++];
  *sum = (struct lw_sum){.key = kept, .hash = hash, .last = INT64_MIN};
  return sum;
}

struct lw_sum *lw_sums_get(struct lw_sums *sums, lw_str key)
{
  return lw_sums_get_hashed(sums, key, lw_table_hash(key));
}
