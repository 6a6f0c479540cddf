/* Keys in an arena, sums in an array, and a table of places beside it: a place has the upper half
 * of its key's hash and the number of its sum, so that a table of 32,768 sums is half a megabyte.
 * What was made stays when the sums are cleared: a table that grows anew each time stands still for
 * milliseconds, in the middle of a batch, again and again. */
#include "ledger/sums.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 16, FEW = 8 };

void lw_sums_init(struct lw_sums *sums, size_t limit_bytes)
{
  *sums = (struct lw_sums){.limit_bytes = limit_bytes};
  lw_arena_init(&sums->arena, NULL, limit_bytes);
}

void lw_sums_finish(struct lw_sums *sums)
{
  free(sums->items);
  free(sums->places);
  lw_arena_finish(&sums->arena);
  sums->items = NULL;
  sums->places = NULL;
  sums->count = sums->capacity = sums->mask = 0;
}

/* Each taken place lies between the one that its hash tells and the next free one. */
static void free_places(struct lw_sums *sums)
{
  for (size_t i = 0; i < sums->count; i++) {
    size_t at = (size_t)sums->items[i].hash & sums->mask;
    for (; sums->places[at].number != 0; at = (at + 1) & sums->mask) {
      sums->places[at].number = 0;
    }
  }
}

void lw_sums_clear(struct lw_sums *sums)
{
  if (sums->count < sums->mask / FEW) {
    free_places(sums);
  } else if (sums->places != NULL) {
    memset(sums->places, 0, (sums->mask + 1) * sizeof *sums->places);
  }
  sums->count = 0;
  lw_arena_reset(&sums->arena);
}

bool lw_sums_reserve(struct lw_sums *sums, size_t capacity)
{
  size_t room = 16;
  if (capacity > sums->limit_bytes / sizeof *sums->items || capacity >= UINT32_MAX) {
    return false;
  }
  while (room * 2 / 3 < capacity) {
    room *= 2;
  }
  struct lw_sum *items = realloc(sums->items, capacity * sizeof *items);
  sums->items = items != NULL ? items : sums->items;
  struct lw_sums_place *places = items != NULL ? calloc(room, sizeof *places) : NULL;
  if (places == NULL) {
    return false;
  }
  for (size_t i = 0; i < sums->count; i++) {
    size_t at = (size_t)items[i].hash & (room - 1);
    while (places[at].number != 0) {
      at = (at + 1) & (room - 1);
    }
    places[at] = (struct lw_sums_place){(uint32_t)(items[i].hash >> 32), (uint32_t)i + 1};
  }
  free(sums->places);
  sums->places = places;
  sums->mask = room - 1;
  sums->capacity = capacity;
  return true;
}

/* Where the key stands, or belongs. There is a free place. */
static struct lw_sums_place *place_of(const struct lw_sums *sums, lw_str key, uint64_t hash)
{
  size_t at = (size_t)hash & sums->mask;
  while (sums->places[at].number != 0 &&
         (sums->places[at].tag != (uint32_t)(hash >> 32) ||
          !lw_str_equal(sums->items[sums->places[at].number - 1].key, key))) {
    at = (at + 1) & sums->mask;
  }
  return &sums->places[at];
}

struct lw_sum *lw_sums_find(struct lw_sums *sums, lw_str key)
{
  const struct lw_sums_place *place =
      sums->places != NULL ? place_of(sums, key, lw_table_hash(key)) : NULL;
  return place != NULL && place->number != 0 ? &sums->items[place->number - 1] : NULL;
}

struct lw_sum *lw_sums_get_hashed(struct lw_sums *sums, lw_str key, uint64_t hash)
{
  const struct lw_sums_place *known = sums->places != NULL ? place_of(sums, key, hash) : NULL;
  if (known != NULL && known->number != 0) {
    return &sums->items[known->number - 1];
  }
  size_t more = sums->capacity != 0 ? sums->capacity * 2 : FIRST_CAPACITY;
  lw_str kept = lw_str_copy(&sums->arena, key);
  if (kept.ptr == NULL || (sums->count == sums->capacity && !lw_sums_reserve(sums, more))) {
    return NULL;
  }
  struct lw_sum *sum = &sums->items[sums->count++];
  *sum = (struct lw_sum){.key = kept, .hash = hash, .last = INT64_MIN};
  *place_of(sums, kept, hash) =
      (struct lw_sums_place){(uint32_t)(hash >> 32), (uint32_t)sums->count};
  return sum;
}

struct lw_sum *lw_sums_get(struct lw_sums *sums, lw_str key)
{
  return lw_sums_get_hashed(sums, key, lw_table_hash(key));
}
