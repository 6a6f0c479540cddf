/* A hash table from text to a number, in an arena: open addressing, no deletion. Keys are borrowed
 * and must live as long as the table. One thread while it is built; afterwards any number may read.
 */
#ifndef LW_BASE_TABLE_H
#define LW_BASE_TABLE_H

#include "base/str.h"

struct lw_table_slot {
  lw_str key; /* key.ptr NULL: free */
  uint64_t hash;
  uint32_t value;
};

struct lw_table {
  struct lw_arena *arena;
  struct lw_table_slot *slots;
  size_t mask; /* slots - 1, a power of two less one; 0 with slots NULL: empty */
  size_t count;
};

void lw_table_init(struct lw_table *table, struct lw_arena *arena);
/* Adds the key or finds it: *ret_is_new (may be NULL) tells which. Returns where its value stands,
 * or NULL when memory is out. The place moves at the next add. */
LW_NODISCARD uint32_t *lw_table_add(struct lw_table *table, lw_str key, bool *ret_is_new);
/* Where the key's value stands, or NULL. */
const uint32_t *lw_table_find(const struct lw_table *table, lw_str key);

/* The same for whoever asks more than once for a key, or in more than one table. */
uint64_t lw_table_hash(lw_str key);
LW_NODISCARD uint32_t *lw_table_add_hashed(struct lw_table *table, lw_str key, uint64_t hash,
                                           bool *ret_is_new);
const uint32_t *lw_table_find_hashed(const struct lw_table *table, lw_str key, uint64_t hash);

#endif
