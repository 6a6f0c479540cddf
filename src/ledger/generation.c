/* A hash table of sums by entry, one of rows that leads to the entries of a row, newest first, and
 * beside the sums three arrays: the next older entry, the fold that wrote it, and the order of the
 * table. All of it is made anew when a generation is cleared, so nothing is ever taken out. */
#include "ledger/generation.h"

#include "base/bytes.h"

#include <stdlib.h>

enum { KIND_AT = 4, HEAD_BYTES = 5, GENERATION_BYTES_MAX = 256 << 20, FIRST_CAPACITY = 256 };

void lw_generation_init(struct lw_generation *generation)
{
  *generation = (struct lw_generation){0};
  lw_sums_init(&generation->sums, GENERATION_BYTES_MAX);
  lw_arena_init(&generation->arena, NULL, GENERATION_BYTES_MAX);
  lw_table_init(&generation->rows, &generation->arena);
}

void lw_generation_finish(struct lw_generation *generation)
{
  lw_sums_finish(&generation->sums);
  lw_arena_finish(&generation->arena);
}

void lw_generation_clear(struct lw_generation *generation)
{
  lw_sums_clear(&generation->sums);
  lw_arena_reset(&generation->arena);
  lw_table_init(&generation->rows, &generation->arena);
  generation->next = NULL;
  generation->folded = NULL;
  generation->order = NULL;
  generation->capacity = 0;
}

/* Room for one more sum in the arrays beside the sums. */
static bool reserve(struct lw_generation *generation)
{
  size_t count = generation->sums.count;
  if (count < generation->capacity) {
    return true;
  }
  size_t capacity = generation->capacity != 0 ? generation->capacity * 2 : FIRST_CAPACITY;
  uint32_t *next = LW_NEW_ARRAY(&generation->arena, uint32_t, capacity);
  uint64_t *folded = LW_NEW_ARRAY(&generation->arena, uint64_t, capacity);
  if (next == NULL || folded == NULL) {
    return false;
  }
  if (count != 0) {
    memcpy(next, generation->next, count * sizeof *next);
    memcpy(folded, generation->folded, count * sizeof *folded);
  }
  generation->next = next;
  generation->folded = folded;
  generation->capacity = capacity;
  return true;
}

/* The newest entry of its row leads to the one before it. */
static bool link_entry(struct lw_generation *generation, uint32_t index)
{
  lw_str key = generation->sums.items[index].key;
  bool is_new = false;
  uint32_t *newest =
      lw_table_add(&generation->rows, lw_str_slice(key, 0, key.len - LW_DRAWN_TAIL_BYTES), &is_new);
  if (newest == NULL) {
    return false;
  }
  generation->next[index] = is_new ? 0 : *newest;
  *newest = index + 1;
  return true;
}

bool lw_generation_add(struct lw_generation *generation, const struct lw_sum *sum)
{
  size_t before = generation->sums.count;
  struct lw_sum *own =
      reserve(generation) ? lw_sums_get_hashed(&generation->sums, sum->key, sum->hash) : NULL;
  if (own == NULL) {
    return false;
  }
  int64_t amount = 0;
  int64_t times = 0;
  if (__builtin_add_overflow(own->amount, sum->amount, &amount) ||
      __builtin_add_overflow(own->times, sum->times, &times)) {
    return false;
  }
  own->amount = amount;
  own->times = times;
  own->last = own->last < sum->last ? sum->last : own->last;
  return generation->sums.count == before || link_entry(generation, (uint32_t)before);
}

static int compare(const void *a, const void *b, void *user)
{
  const struct lw_sum *items = user;
  return lw_str_compare(items[*(const uint32_t *)a].key, items[*(const uint32_t *)b].key);
}

bool lw_generation_sort(struct lw_generation *generation)
{
  size_t count = generation->sums.count;
  generation->order = LW_NEW_ARRAY(&generation->arena, uint32_t, count + 1);
  if (generation->order == NULL) {
    return false;
  }
  for (size_t i = 0; i < count; i++) {
    generation->order[i] = (uint32_t)i;
  }
  qsort_r(generation->order, count, sizeof *generation->order, compare, generation->sums.items);
  return true;
}

/* ---- keys ---- */

/* Turned, so that moments before 1970 come first as bytes too. */
#define SIGN (UINT64_C(1) << 63)

void lw_drawn_key_add(struct lw_row_key row, enum lw_window_kind kind, lw_usec moment,
                      struct lw_buf *out)
{
  char *place = lw_buf_reserve(out, HEAD_BYTES + row.scope.len + LW_DRAWN_TAIL_BYTES);
  if (place == NULL) {
    return;
  }
  lw_put_be32(place, row.budget);
  place[KIND_AT] = (char)kind;
  if (row.scope.len != 0) {
    memcpy(place + HEAD_BYTES, row.scope.ptr, row.scope.len);
  }
  char *tail = place + HEAD_BYTES + row.scope.len;
  *tail = '\0';
  lw_put_be64(tail + 1, (uint64_t)moment ^ SIGN);
  out->len += HEAD_BYTES + row.scope.len + LW_DRAWN_TAIL_BYTES;
}

bool lw_drawn_key_read(lw_str key, struct lw_row_key *ret_row, enum lw_window_kind *ret_kind,
                       lw_usec *ret_moment)
{
  if (key.len < HEAD_BYTES + LW_DRAWN_TAIL_BYTES) {
    return false;
  }
  size_t tail = key.len - LW_DRAWN_TAIL_BYTES;
  unsigned kind = (unsigned char)key.ptr[KIND_AT];
  lw_str scope = lw_str_slice(key, HEAD_BYTES, tail - HEAD_BYTES);
  if (kind > LW_WINDOW_ROLLING || key.ptr[tail] != '\0' ||
      memchr(scope.ptr, '\0', scope.len) != NULL) {
    return false;
  }
  *ret_row = (struct lw_row_key){lw_get_be32(key.ptr), scope};
  *ret_kind = (enum lw_window_kind)kind;
  *ret_moment = (lw_usec)(lw_get_be64(key.ptr + tail + 1) ^ SIGN);
  return true;
}
