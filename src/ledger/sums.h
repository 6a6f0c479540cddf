/* Sums by key: what was drawn from each entry of table drawn, in memory. Inside the ledger folder
 * only. One thread's; keys are bytes, copied. */
#ifndef LW_LEDGER_SUMS_H
#define LW_LEDGER_SUMS_H

#include "base/date.h"
#include "base/table.h"

struct lw_sum {
  lw_str key;
  uint64_t hash; /* lw_table_hash of the key */
  int64_t amount;
  int64_t times;
  lw_usec last; /* INT64_MIN: nothing was drawn, only given back */
  bool seen;    /* the caller's mark */
};

struct lw_sums_place {
  uint32_t tag;    /* of the hash, what the place itself does not tell */
  uint32_t number; /* 1 + the index in items; 0: free */
};

struct lw_sums {
  struct lw_arena arena; /* the keys */
  struct lw_sum *items;
  size_t count;
  size_t capacity;
  struct lw_sums_place *places;
  size_t mask; /* places - 1; 0 with places NULL */
  size_t limit_bytes;
};

void lw_sums_init(struct lw_sums *sums, size_t limit_bytes);
void lw_sums_finish(struct lw_sums *sums);
void lw_sums_clear(struct lw_sums *sums); /* keeps its memory */
/* Room for so many sums, at least as many as there are. False when memory is out: nothing changed.
 */
LW_NODISCARD bool lw_sums_reserve(struct lw_sums *sums, size_t capacity);
/* The sum of that key, made if it is new; borrowed until the next call. NULL when memory is out. */
struct lw_sum *lw_sums_get(struct lw_sums *sums, lw_str key);
struct lw_sum *lw_sums_get_hashed(struct lw_sums *sums, lw_str key, uint64_t hash);
/* NULL when there is none. */
struct lw_sum *lw_sums_find(struct lw_sums *sums, lw_str key);
/* The key will be asked for soon. */
static inline void lw_sums_prefetch(const struct lw_sums *sums, uint64_t hash)
{
  if (sums->places != NULL) {
    __builtin_prefetch(&sums->places[(size_t)hash & sums->mask]);
  }
}

#endif
