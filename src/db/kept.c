/* A hash table from the addresses of texts to statements; what it is for stands in kept.h. */
#include "db/kept.h"

#include <stdlib.h>

enum { SLOTS_FIRST = 64 };

/* Where that text stands or would stand. There is always a free slot. */
static struct lw_kept_slot *find_slot(struct lw_kept_slot *slots, size_t count, const char *sql)
{
  uint64_t hash = (uint64_t)(uintptr_t)sql * UINT64_C(0x9e3779b97f4a7c15);
  size_t at = (size_t)(hash >> 32) & (count - 1);
  while (slots[at].sql != NULL && slots[at].sql != sql) {
    at = (at + 1) & (count - 1);
  }
  return &slots[at];
}

struct lw_stmt *lw_kept_find(const struct lw_kept *kept, const char *sql)
{
  return kept->slots_count != 0 ? find_slot(kept->slots, kept->slots_count, sql)->stmt : NULL;
}

bool lw_kept_reserve(struct lw_kept *kept)
{
  if (2 * (kept->count + 1) <= kept->slots_count) {
    return true;
  }
  size_t count = kept->slots_count == 0 ? SLOTS_FIRST : 2 * kept->slots_count;
  struct lw_kept_slot *slots = calloc(count, sizeof *slots);
  if (slots == NULL) {
    return false;
  }
  for (size_t i = 0; i < kept->slots_count; i++) {
    if (kept->slots[i].sql != NULL) {
      *find_slot(slots, count, kept->slots[i].sql) = kept->slots[i];
    }
  }
  free(kept->slots);
  kept->slots = slots;
  kept->slots_count = count;
  return true;
}

void lw_kept_add(struct lw_kept *kept, const char *sql, struct lw_stmt *stmt)
{
  *find_slot(kept->slots, kept->slots_count, sql) = (struct lw_kept_slot){sql, stmt};
  kept->count++;
}

void lw_kept_finish(struct lw_kept *kept, void (*destroy)(struct lw_stmt *stmt))
{
  for (size_t i = 0; i < kept->slots_count; i++) {
    if (kept->slots[i].stmt != NULL) {
      destroy(kept->slots[i].stmt);
    }
  }
  free(kept->slots);
  *kept = (struct lw_kept){0};
}
