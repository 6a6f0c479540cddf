/* Open addressing over cell numbers; keys and cells lie in two plain arrays, so that whoever sums
 * up all of them reads straight on. */
#include "track/table.h"

#include "base/check.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_FIRST = 256 };

bool lw_track_cell_add(struct lw_track_cell *to, const struct lw_track_cell *from)
{
  to->decisions += from->decisions;
  to->given += from->given;
  to->at_once += from->at_once;
  to->asked += from->asked;
  to->answered += from->answered;
  return !__builtin_add_overflow(to->minor, from->minor, &to->minor) &&
         !__builtin_add_overflow(to->minor_squares, from->minor_squares, &to->minor_squares) &&
         !__builtin_add_overflow(to->minor_cubes, from->minor_cubes, &to->minor_cubes) &&
         !__builtin_add_overflow(to->waited_usec, from->waited_usec, &to->waited_usec);
}

void lw_track_table_init(struct lw_track_table *table, uint32_t words)
{
  LW_ASSERT(words != 0);
  *table = (struct lw_track_table){.words = words};
}

void lw_track_table_finish(struct lw_track_table *table)
{
  free(table->slots);
  free(table->keys);
  free(table->cells);
  *table = (struct lw_track_table){.words = table->words};
}

/* Multiplicative hashing: each word by an odd number of its own, all at once, and the sum by the
 * golden ratio of 64 bits, in the upper half of which every bit of the key has had its part. */
static uint32_t slot_of(const struct lw_track_table *table, const uint32_t *key)
{
  uint64_t hash = 0;
  uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
  for (uint32_t i = 0; i < table->words; i++, odd += UINT64_C(0xd1b54a32d192ed02)) {
    hash += ((uint64_t)key[i] + 1) * odd;
  }
  return (uint32_t)((hash ^ hash >> 32) * UINT64_C(0x9e3779b97f4a7c15) >> 32) &
         (table->n_slots - 1);
}

static bool grow(struct lw_track_table *table)
{
  uint32_t n_slots = table->n_slots != 0 ? table->n_slots * 2 : SLOTS_FIRST;
  uint32_t capacity = n_slots / 2;
  uint32_t *slots = calloc(n_slots, sizeof *slots);
  uint32_t *keys = realloc(table->keys, (size_t)capacity * table->words * sizeof *keys);
  table->keys = keys != NULL ? keys : table->keys;
  struct lw_track_cell *cells = realloc(table->cells, capacity * sizeof *cells);
  table->cells = cells != NULL ? cells : table->cells;
  if (slots == NULL || keys == NULL || cells == NULL) {
    free(slots);
    return false;
  }
  free(table->slots);
  table->slots = slots;
  table->n_slots = n_slots;
  table->capacity = capacity;
  for (uint32_t i = 0; i < table->count; i++) {
    uint32_t at = slot_of(table, lw_track_table_key(table, i));
    while (slots[at] != 0) {
      at = (at + 1) & (n_slots - 1);
    }
    slots[at] = i + 1;
  }
  return true;
}

static bool same_key(const struct lw_track_table *table, uint32_t cell, const uint32_t *key)
{
  const uint32_t *other = lw_track_table_key(table, cell);
  uint32_t differs = 0;
  for (uint32_t i = 0; i < table->words; i++) {
    differs |= other[i] ^ key[i];
  }
  return differs == 0;
}

struct lw_track_cell *lw_track_table_add(struct lw_track_table *table, const uint32_t *key)
{
  if (table->count == table->capacity && !grow(table)) {
    return NULL;
  }
  uint32_t at = slot_of(table, key);
  for (; table->slots[at] != 0; at = (at + 1) & (table->n_slots - 1)) {
    uint32_t cell = table->slots[at] - 1;
    if (same_key(table, cell, key)) {
      return &table->cells[cell];
    }
  }
  memcpy(table->keys + (size_t)table->count * table->words, key, table->words * sizeof *key);
  table->cells[table->count] = (struct lw_track_cell){.decisions = 0};
  table->slots[at] = ++table->count;
  return &table->cells[table->count - 1];
}

/* What was never written of a large array takes no memory: the system gives it page by page. */
size_t lw_track_table_bytes(const struct lw_track_table *table)
{
  return table->n_slots * sizeof *table->slots +
         table->count * (table->words * sizeof *table->keys + sizeof *table->cells);
}
