/* Sums by entry, places of rows that lead to the entries of a row, newest first, and beside the
 * sums three arrays: the next older entry, the fold that wrote it, and the order of the table.
 * Nothing is ever taken out but all at once, and then the memory stays for those that come.
 *
 * Sorting. A generation is tens of thousands of sums, and whoever sorts them is in the middle of a
 * batch. So each RUN of them is sorted as soon as it is full, and at the end runs are merged. What
 * is compared is a mark: the first 16 bytes of the key, which nearly always tell. */
#include "ledger/generation.h"

#include "base/bytes.h"

#include <stdlib.h>

enum {
  KIND_AT = 4,
  HEAD_BYTES = 5,
  GENERATION_BYTES_MAX = 256 << 20,
  FIRST_CAPACITY = 40960, /* a usual generation (drawn_log.c); untouched, it takes no memory */
  RUN = 1024
};

struct lw_generation_mark {
  uint64_t begin[2];
  uint32_t index;
};

void lw_generation_init(struct lw_generation *generation)
{
  *generation = (struct lw_generation){0};
  lw_sums_init(&generation->sums, GENERATION_BYTES_MAX);
}

void lw_generation_finish(struct lw_generation *generation)
{
  lw_sums_finish(&generation->sums);
  free(generation->rows);
  free(generation->next);
  free(generation->folded);
  free(generation->order);
  free(generation->marks);
  *generation = (struct lw_generation){0};
}

void lw_generation_clear(struct lw_generation *generation)
{
  if (generation->rows != NULL && generation->sums.count != 0) {
    memset(generation->rows, 0, (generation->sums.mask + 1) * sizeof *generation->rows);
  }
  lw_sums_clear(&generation->sums);
  generation->n_marks = 0;
}

static lw_str head_of(lw_str key)
{
  return lw_str_slice(key, 0, key.len - LW_DRAWN_TAIL_BYTES);
}

/* Where the row stands, or belongs. There is a free place. */
static struct lw_sums_place *row_of(const struct lw_generation *generation, lw_str head,
                                    uint64_t hash)
{
  const struct lw_sums *sums = &generation->sums;
  struct lw_sums_place *rows = generation->rows;
  size_t at = (size_t)hash & sums->mask;
  while (rows[at].number != 0 &&
         (rows[at].tag != (uint32_t)(hash >> 32) ||
          !lw_str_equal(head_of(sums->items[rows[at].number - 1].key), head))) {
    at = (at + 1) & sums->mask;
  }
  return &rows[at];
}

uint32_t lw_generation_newest(const struct lw_generation *generation, lw_str head, uint64_t hash)
{
  return generation->rows != NULL ? row_of(generation, head, hash)->number : 0;
}

/* From here on that entry is the newest of its row; returns what was. */
static uint32_t set_newest(struct lw_generation *generation, size_t index)
{
  lw_str head = head_of(generation->sums.items[index].key);
  uint64_t hash = lw_table_hash(head);
  struct lw_sums_place *row = row_of(generation, head, hash);
  uint32_t before = row->number;
  *row = (struct lw_sums_place){(uint32_t)(hash >> 32), (uint32_t)index + 1};
  return before;
}

static bool grow_array(void **array, size_t capacity, size_t size_bytes)
{
  void *more = realloc(*array, capacity * size_bytes);
  if (more == NULL) {
    return false;
  }
  *array = more;
  return true;
}

/* Room for one more sum. */
static bool reserve(struct lw_generation *generation)
{
  struct lw_sums *sums = &generation->sums;
  if (sums->count < generation->capacity) {
    return true;
  }
  size_t capacity = generation->capacity != 0 ? generation->capacity * 2 : FIRST_CAPACITY;
  if (!grow_array((void **)&generation->next, capacity, sizeof *generation->next) ||
      !grow_array((void **)&generation->folded, capacity, sizeof *generation->folded) ||
      (generation->marks != NULL &&
       !grow_array((void **)&generation->marks, capacity, sizeof *generation->marks)) ||
      !lw_sums_reserve(sums, capacity)) {
    return false;
  }
  free(generation->rows);
  generation->capacity = 0;
  generation->rows = calloc(sums->mask + 1, sizeof *generation->rows);
  if (generation->rows == NULL) {
    return false;
  }
  generation->capacity = capacity;
  for (size_t i = 0; i < sums->count; i++) {
    (void)set_newest(generation, i);
  }
  return true;
}

/* ---- sorting ---- */

static uint64_t eight_of(lw_str key, size_t at)
{
  char bytes[8] = {0};
  if (key.len > at) {
    memcpy(bytes, key.ptr + at, key.len - at < sizeof bytes ? key.len - at : sizeof bytes);
  }
  return lw_get_be64(bytes);
}

static inline int compare_marks(const struct lw_generation_mark *a,
                                const struct lw_generation_mark *b, const struct lw_sum *items)
{
  for (int i = 0; i < 2; i++) {
    if (a->begin[i] != b->begin[i]) {
      return a->begin[i] < b->begin[i] ? -1 : 1;
    }
  }
  return lw_str_compare(items[a->index].key, items[b->index].key);
}

static int compare(const void *a, const void *b, void *user)
{
  return compare_marks(a, b, user);
}

/* Sorts what is in no run into one. */
static bool end_run(struct lw_generation *generation)
{
  const struct lw_sum *items = generation->sums.items;
  size_t first = generation->n_marks;
  size_t count = generation->sums.count;
  struct lw_generation_mark *marks = generation->marks;
  if (marks == NULL) {
    marks = generation->marks = malloc(generation->capacity * sizeof *marks);
  }
  if (marks == NULL) {
    return false;
  }
  for (size_t i = first; i < count; i++) {
    marks[i] = (struct lw_generation_mark){{eight_of(items[i].key, 0), eight_of(items[i].key, 8)},
                                           (uint32_t)i};
  }
  qsort_r(marks + first, count - first, sizeof *marks, compare, generation->sums.items);
  generation->n_marks = count;
  return true;
}

static void merge(const struct lw_sum *items, const struct lw_generation_mark *from, size_t middle,
                  size_t end, struct lw_generation_mark *to)
{
  size_t left = 0;
  size_t right = middle;
  for (size_t i = 0; i < end; i++) {
    bool takes_left =
        left < middle && (right == end || compare_marks(&from[left], &from[right], items) <= 0);
    to[i] = takes_left ? from[left++] : from[right++];
  }
}

/* All runs, which begin at multiples of RUN, become one. Returns where it is: marks or spare. */
static struct lw_generation_mark *merge_runs(const struct lw_generation *generation,
                                             struct lw_generation_mark *spare)
{
  struct lw_generation_mark *from = generation->marks;
  size_t count = generation->n_marks;
  for (size_t width = RUN; width < count; width *= 2) {
    for (size_t at = 0; at < count; at += 2 * width) {
      size_t end = count - at < 2 * width ? count - at : 2 * width;
      merge(generation->sums.items, from + at, width < end ? width : end, end, spare + at);
    }
    struct lw_generation_mark *merged = spare;
    spare = from;
    from = merged;
  }
  return from;
}

bool lw_generation_sort(struct lw_generation *generation)
{
  size_t count = generation->sums.count;
  if (count == 0) {
    return true;
  }
  struct lw_generation_mark *spare = malloc(count * sizeof *spare);
  bool ready = spare != NULL && end_run(generation) &&
               grow_array((void **)&generation->order, generation->capacity, sizeof(uint32_t));
  const struct lw_generation_mark *sorted = ready ? merge_runs(generation, spare) : NULL;
  for (size_t i = 0; ready && i < count; i++) {
    generation->order[i] = sorted[i].index;
  }
  free(spare);
  free(generation->marks);
  generation->marks = NULL;
  generation->n_marks = 0;
  return ready;
}

/* ---- adding ---- */

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
  if (generation->sums.count != before) {
    generation->folded[before] = 0;
    generation->next[before] = set_newest(generation, before);
    if (generation->sums.count - generation->n_marks == RUN) {
      (void)end_run(generation); /* or else all of it is sorted at the end */
    }
  }
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
