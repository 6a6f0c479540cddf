/* Rows as a hash map of sorted lists with running sums.
 *
 * Shape. A row is a list of entries in order of their key: for calendar windows the start of a
 * period, for-good one key, for rolling windows the moment of the draw. Each entry holds the
 * running sums up to and including itself, so that what was drawn between any two keys is one
 * subtraction: the hot question (this period: the last entry) reads two neighbours, and a rolling
 * window over ten million draws takes one binary search. Appending adds to the end; a draw out of
 * order moves the later entries up, and so does a give-back add to each later one: O(entries behind
 * it), which is short, because clocks are nearly in order. (Turned down: a Fenwick tree, O(log n)
 * for both, but slower for the common append and query.)
 *
 * Sums wrap on purpose: differences come out right all the same, and what can be asked for (one
 * period, or all that a rolling row keeps) is checked to fit before it is added.
 *
 * Forgetting. A rolling row keeps two windows behind its newest draw, not one: a clock that jumps
 * back by up to a window then still finds every draw that counts at that time, and no room opens.
 * Further back all that was ever drawn counts, the forgotten too: late requests may be refused for
 * it, but whatever the order of requests no window ever holds more than its limit.
 * What is older is passed over by moving `head`; the memory is won back when the list would have to
 * grow, so that each entry is dropped once and appending stays amortised O(1). Calendar rows forget
 * nothing: a late request must find its own period.
 *
 * All or none. Draws are planned first: rows are made, room is reserved, sums are checked, and what
 * each row will get is gathered in its `pending` (draws of one call share the moment, so that one
 * row has one key). Only then is anything added, which cannot fail. When planning fails, new rows
 * are taken out in reverse order: as nothing else was added behind them, emptying their slots
 * leaves the table as it was.
 *
 * A row belongs to budget, scope and kind of window: a budget whose window changes starts anew
 * instead of mixing keys of two kinds.
 *
 * Source. Rows in memory may be a cache of rows elsewhere: a row that is not there is fetched when
 * it is first needed, and one of which nothing is kept stays as an empty row, so that it is not
 * asked for again. A draw fetches all its rows before it plans the first, so that planning makes no
 * rows then and undoing has nothing to do with fetching. When a row can't be fetched, whoever asks
 * hears that everything is used: no room opens by a failure. Without a source the only price is one
 * look at a pointer for rows that are not there. */
#include "budget/rows.h"

#include "base/check.h"

enum { SLOTS_MIN = 16 };

struct sums {
  int64_t amount;
  int64_t times;
};

struct entry {
  lw_usec key;
  struct sums through; /* running sums up to and with this entry, modulo 2^64 */
};

struct pending {
  lw_usec key;
  lw_usec horizon;
  int64_t amount;
  int64_t times;
};

struct row {
  uint64_t hash;
  struct entry *entries; /* &first, or on the heap */
  size_t head;           /* those before are forgotten */
  size_t len;            /* one past the last */
  size_t capacity;
  lw_usec last;    /* the newest draw; never goes back */
  lw_usec horizon; /* ROLLING: keys before it are forgotten */
  uint32_t budget;
  enum lw_window_kind kind;
  bool ever;
  bool planned;
  bool is_new;
  struct sums base;   /* running sums before entries[head] */
  struct entry first; /* rows with one entry, which is most of them, need no second allocation */
  struct pending pending;
  struct row *next_planned;
  size_t scope_len;
  char scope[];
};

struct slot {
  uint64_t hash;
  struct row *row; /* NULL: free */
};

struct lw_rows {
  const struct lw_allocator *allocator;
  struct slot *slots;
  size_t mask; /* slots - 1; 0 with slots NULL: empty */
  size_t count;
  size_t bytes;
  struct lw_rows_source source; /* load NULL: none */
  const struct lw_row_key *loading;
  enum lw_code trouble;          /* why a row could not be fetched; LW_OK: all were */
  struct row *planned;           /* newest first */
  struct lw_period_cache *cache; /* large, and only calendar windows look at it */
};

static void *rows_alloc(const struct lw_rows *rows, size_t size_bytes)
{
  return rows->allocator->alloc(rows->allocator->user, size_bytes);
}

static void rows_release(const struct lw_rows *rows, void *memory)
{
  if (memory != NULL) {
    rows->allocator->release(rows->allocator->user, memory);
  }
}

struct lw_rows *lw_rows_create(const struct lw_allocator *allocator)
{
  allocator = allocator != NULL ? allocator : lw_allocator_default();
  struct lw_rows *rows = allocator->alloc(allocator->user, sizeof *rows);
  if (rows == NULL) {
    return NULL;
  }
  *rows = (struct lw_rows){.allocator = allocator, .trouble = LW_OK};
  rows->cache = rows_alloc(rows, sizeof *rows->cache);
  if (rows->cache == NULL) {
    rows_release(rows, rows);
    return NULL;
  }
  memset(rows->cache, 0, sizeof *rows->cache);
  return rows;
}

/* What its entries take beside the row itself. */
static size_t heap_bytes(const struct row *row)
{
  return row->entries != &row->first ? row->capacity * sizeof *row->entries : 0;
}

static void release_row(const struct lw_rows *rows, struct row *row)
{
  if (row->entries != &row->first) {
    rows_release(rows, row->entries);
  }
  rows_release(rows, row);
}

void lw_rows_clear(struct lw_rows *rows)
{
  for (size_t i = 0; rows->slots != NULL && i <= rows->mask; i++) {
    if (rows->slots[i].row != NULL) {
      release_row(rows, rows->slots[i].row);
    }
  }
  rows_release(rows, rows->slots);
  rows->slots = NULL;
  rows->mask = 0;
  rows->count = 0;
  rows->bytes = 0;
  rows->trouble = LW_OK;
}

struct lw_rows *lw_rows_take_out(struct lw_rows *rows)
{
  struct lw_rows *old = rows_alloc(rows, sizeof *old);
  if (old == NULL) {
    return NULL;
  }
  *old = (struct lw_rows){.allocator = rows->allocator,
                          .slots = rows->slots,
                          .mask = rows->mask,
                          .count = rows->count,
                          .bytes = rows->bytes};
  rows->slots = NULL; /* theirs now */
  lw_rows_clear(rows);
  return old;
}

void lw_rows_destroy(struct lw_rows *rows)
{
  if (rows == NULL) {
    return;
  }
  lw_rows_clear(rows);
  rows_release(rows, rows->cache);
  rows_release(rows, rows);
}

size_t lw_rows_count(const struct lw_rows *rows)
{
  return rows->count;
}

size_t lw_rows_bytes(const struct lw_rows *rows)
{
  return rows->bytes;
}

void lw_rows_set_source(struct lw_rows *rows, const struct lw_rows_source *source)
{
  rows->source = source != NULL ? *source : (struct lw_rows_source){NULL, NULL};
}

bool lw_rows_failed(const struct lw_rows *rows)
{
  return rows->trouble != LW_OK;
}

/* ---- the map ---- */

static uint64_t hash_of(const struct lw_row_key *key, enum lw_window_kind kind)
{
  uint64_t seed = ((uint64_t)key->budget << 3 | (uint64_t)kind) * UINT64_C(0x9E3779B97F4A7C15);
  return lw_str_hash(key->scope, seed);
}

static bool is_row_of(const struct row *row, const struct lw_row_key *key, enum lw_window_kind kind)
{
  return row->budget == key->budget && row->kind == kind &&
         lw_str_equal(lw_str_from(row->scope, row->scope_len), key->scope);
}

/* The slot of the row, or the free one where it would go. */
static struct slot *slot_of(const struct lw_rows *rows, const struct lw_row_key *key,
                            enum lw_window_kind kind, uint64_t hash)
{
  size_t at = (size_t)hash & rows->mask;
  while (rows->slots[at].row != NULL &&
         (rows->slots[at].hash != hash || !is_row_of(rows->slots[at].row, key, kind))) {
    at = (at + 1) & rows->mask;
  }
  return &rows->slots[at];
}

static struct row *find_row(const struct lw_rows *rows, const struct lw_row_key *key,
                            enum lw_window_kind kind)
{
  if (rows->slots == NULL) {
    return NULL;
  }
  return slot_of(rows, key, kind, hash_of(key, kind))->row;
}

static void rehash(struct slot *slots, size_t mask, struct slot moving)
{
  size_t at = (size_t)moving.hash & mask;
  while (slots[at].row != NULL) {
    at = (at + 1) & mask;
  }
  slots[at] = moving;
}

/* Room for `more` new rows at a load of at most two thirds. */
static bool reserve_slots(struct lw_rows *rows, size_t more)
{
  size_t have = rows->slots != NULL ? rows->mask + 1 : 0;
  if (more > SIZE_MAX / 8 / sizeof(struct slot) - rows->count) {
    return false;
  }
  size_t need = (rows->count + more) * 3 / 2 + 1;
  if (need <= have) {
    return true;
  }
  size_t room = have != 0 ? have : SLOTS_MIN;
  while (room < need) {
    room *= 2;
  }
  struct slot *slots = rows_alloc(rows, room * sizeof *slots);
  if (slots == NULL) {
    return false;
  }
  memset(slots, 0, room * sizeof *slots);
  for (size_t i = 0; i < have; i++) {
    if (rows->slots[i].row != NULL) {
      rehash(slots, room - 1, rows->slots[i]);
    }
  }
  rows_release(rows, rows->slots);
  rows->bytes += (room - have) * sizeof *slots;
  rows->slots = slots;
  rows->mask = room - 1;
  return true;
}

/* Room in the table is reserved. NULL when memory is out. */
static struct row *add_row(struct lw_rows *rows, const struct lw_row_key *key,
                           enum lw_window_kind kind)
{
  uint64_t hash = hash_of(key, kind);
  struct slot *slot = slot_of(rows, key, kind, hash);
  if (slot->row != NULL) {
    return slot->row;
  }
  size_t size_bytes = 0;
  if (__builtin_add_overflow(sizeof(struct row), key->scope.len, &size_bytes)) {
    return NULL;
  }
  struct row *row = rows_alloc(rows, size_bytes);
  if (row == NULL) {
    return NULL;
  }
  *row = (struct row){.hash = hash,
                      .entries = &row->first,
                      .capacity = 1,
                      .budget = key->budget,
                      .kind = kind,
                      .last = INT64_MIN,
                      .horizon = INT64_MIN,
                      .is_new = true,
                      .scope_len = key->scope.len};
  if (key->scope.len != 0) {
    memcpy(row->scope, key->scope.ptr, key->scope.len);
  }
  *slot = (struct slot){hash, row};
  rows->count++;
  rows->bytes += size_bytes;
  return row;
}

/* Only for the row that was added last. */
static void remove_newest_row(struct lw_rows *rows, struct row *row)
{
  size_t at = (size_t)row->hash & rows->mask;
  while (rows->slots[at].row != row) {
    at = (at + 1) & rows->mask;
  }
  rows->slots[at] = (struct slot){0};
  rows->count--;
  rows->bytes -= sizeof *row + row->scope_len + heap_bytes(row);
  release_row(rows, row);
}

/* Those behind a slot that was emptied move up, unless they stand where their hash wants them. */
static void close_gap(struct lw_rows *rows, size_t gap)
{
  for (size_t at = (gap + 1) & rows->mask; rows->slots[at].row != NULL;
       at = (at + 1) & rows->mask) {
    size_t home = (size_t)rows->slots[at].hash & rows->mask;
    if (((at - home) & rows->mask) >= ((at - gap) & rows->mask)) {
      rows->slots[gap] = rows->slots[at];
      rows->slots[at] = (struct slot){0};
      gap = at;
    }
  }
}

static void forget_row(struct lw_rows *rows, const struct lw_row_key *key, struct row *row)
{
  struct slot *slot = slot_of(rows, key, row->kind, row->hash);
  *slot = (struct slot){0};
  close_gap(rows, (size_t)(slot - rows->slots));
  rows->count--;
  rows->bytes -= sizeof *row + row->scope_len + heap_bytes(row);
  release_row(rows, row);
}

void lw_rows_forget(struct lw_rows *rows, struct lw_row_key key, enum lw_window_kind kind)
{
  struct row *row = find_row(rows, &key, kind);
  if (row != NULL) {
    forget_row(rows, &key, row);
  }
}

bool lw_rows_have(const struct lw_rows *rows, struct lw_row_key key, enum lw_window_kind kind)
{
  return find_row(rows, &key, kind) != NULL;
}

/* ---- entries ---- */

static int64_t plus(int64_t a, int64_t b)
{
  return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int64_t minus(int64_t a, int64_t b)
{
  return (int64_t)((uint64_t)a - (uint64_t)b);
}

/* The first entry whose key is greater, or len. Looks at the end first: that is where time is. */
static size_t upper(const struct row *row, lw_usec key)
{
  size_t low = row->head;
  size_t high = row->len;
  if (low == high || row->entries[high - 1].key <= key) {
    return high;
  }
  high--;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (row->entries[middle].key <= key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/* The running sums before entry `index`. */
static const struct sums *sums_before(const struct row *row, size_t index)
{
  return index == row->head ? &row->base : &row->entries[index - 1].through;
}

/* What entries from..to-1 hold. */
static struct sums sum_between(const struct row *row, size_t from, size_t to)
{
  if (from == to) {
    return (struct sums){0, 0};
  }
  const struct sums *before = sums_before(row, from);
  const struct sums *through = &row->entries[to - 1].through;
  return (struct sums){minus(through->amount, before->amount),
                       minus(through->times, before->times)};
}

/* The entry with that key: *ret_index is where it is, or where it would go. */
static bool find_entry(const struct row *row, lw_usec key, size_t *ret_index)
{
  size_t after = upper(row, key);
  bool found = after > row->head && row->entries[after - 1].key == key;
  *ret_index = found ? after - 1 : after;
  return found;
}

static void forget_head(struct row *row)
{
  memmove(row->entries, row->entries + row->head, (row->len - row->head) * sizeof *row->entries);
  row->len -= row->head;
  row->head = 0;
}

static bool reserve_entry(struct lw_rows *rows, struct row *row)
{
  if (row->len < row->capacity) {
    return true;
  }
  if (row->head != 0 && row->head >= row->capacity / 2) {
    forget_head(row);
    return true;
  }
  if (row->capacity > SIZE_MAX / 2 / sizeof *row->entries) {
    return false;
  }
  size_t capacity = row->capacity < 2 ? 4 : row->capacity * 2;
  struct entry *entries = rows_alloc(rows, capacity * sizeof *entries);
  if (entries == NULL) {
    return false;
  }
  memcpy(entries, row->entries, row->len * sizeof *entries);
  rows->bytes += capacity * sizeof *entries - heap_bytes(row);
  if (row->entries != &row->first) {
    rows_release(rows, row->entries);
  }
  row->entries = entries;
  row->capacity = capacity;
  return true;
}

static void add_from(struct row *row, size_t index, int64_t amount, int64_t times)
{
  for (size_t i = index; i < row->len; i++) {
    struct sums *through = &row->entries[i].through;
    *through = (struct sums){plus(through->amount, amount), plus(through->times, times)};
  }
}

/* Room is reserved. */
static void insert_entry(struct row *row, size_t index, lw_usec key)
{
  LW_ASSERT(row->len < row->capacity);
  struct entry entry = {key, *sums_before(row, index)};
  memmove(row->entries + index + 1, row->entries + index, (row->len - index) * sizeof entry);
  row->entries[index] = entry;
  row->len++;
}

/* Found by search and passed over at once, however many they are. */
static void drop_before(struct row *row, lw_usec horizon)
{
  size_t kept = horizon == INT64_MIN ? row->head : upper(row, horizon - 1);
  row->base = *sums_before(row, kept);
  row->head = kept;
}

/* ---- fetching ---- */

/* The first trouble stays. */
static void note_trouble(struct lw_rows *rows, enum lw_code code)
{
  rows->trouble = rows->trouble == LW_OK ? code : rows->trouble;
}

/* The row is not in memory and there is a source. */
static struct row *load_row(struct lw_rows *rows, const struct lw_row_key *key,
                            const struct lw_window *window)
{
  LW_ASSERT(rows->loading == NULL);
  rows->loading = key;
  bool loaded = rows->source.load(rows->source.user, rows, *key, window);
  rows->loading = NULL;
  struct row *row = find_row(rows, key, window->kind);
  if (!loaded) {
    note_trouble(rows, LW_IO);
    if (row != NULL) {
      remove_newest_row(rows, row); /* half a row is none */
    }
    return NULL;
  }
  if (row == NULL) { /* nothing is kept of it: remembered */
    row = reserve_slots(rows, 1) ? add_row(rows, key, window->kind) : NULL;
  }
  if (row == NULL) {
    note_trouble(rows, LW_NO_MEMORY);
    return NULL;
  }
  row->is_new = false;
  return row;
}

/* NULL: nothing was drawn (no source), or it can't be told (a source). */
static inline struct row *fetch_row(struct lw_rows *rows, const struct lw_row_key *key,
                                    const struct lw_window *window)
{
  struct row *row = find_row(rows, key, window->kind);
  return LW_LIKELY(row != NULL || rows->source.load == NULL) ? row : load_row(rows, key, window);
}

/* All rows of a call, before anything is planned. */
static enum lw_code fetch_all(struct lw_rows *rows, const struct lw_draw *draws, size_t count,
                              struct lw_error *err)
{
  for (size_t i = 0; rows->source.load != NULL && i < count; i++) {
    if (fetch_row(rows, &draws[i].key, &draws[i].window) == NULL) {
      return lw_fail(err, rows->trouble, "a budget's row could not be read");
    }
  }
  return LW_OK;
}

/* ---- asking ---- */

/* Under which key a draw of that moment is entered. */
static lw_usec key_of(const struct lw_rows *rows, const struct lw_window *window,
                      const struct lw_tz *zone, lw_usec at)
{
  return lw_draw_key_cached(rows->cache, window, zone, at);
}

lw_usec lw_draw_key_cached(struct lw_period_cache *cache, const struct lw_window *window,
                           const struct lw_tz *zone, lw_usec at)
{
  if (window->kind == LW_WINDOW_FOR_GOOD) {
    return INT64_MIN;
  }
  return window->kind == LW_WINDOW_ROLLING ? at : lw_period_start(cache, window, zone, at);
}

lw_usec lw_draw_key(const struct lw_window *window, const struct lw_tz *zone, lw_usec at)
{
  if (window->kind == LW_WINDOW_FOR_GOOD || window->kind == LW_WINDOW_ROLLING) {
    return window->kind == LW_WINDOW_ROLLING ? at : INT64_MIN;
  }
  struct lw_period period;
  lw_window_period(window, zone, at, &period);
  return period.start;
}

/* A window that reaches behind the horizon: what of the forgotten lies in it can't be told, so that
 * all of it counts. A sum that has wrapped is more than any limit. */
static struct lw_used used_ever(const struct row *row)
{
  const struct sums *all = sums_before(row, row->len);
  return (struct lw_used){all->amount >= 0 ? all->amount : INT64_MAX,
                          all->times >= 0 ? all->times : INT64_MAX, row->ever,
                          row->ever ? row->last : 0};
}

void lw_rows_used(struct lw_rows *rows, struct lw_row_key key, const struct lw_window *window,
                  const struct lw_tz *zone, lw_usec at, struct lw_used *ret_used)
{
  const struct row *row = fetch_row(rows, &key, window);
  if (row == NULL) {
    int64_t used = rows->source.load != NULL ? INT64_MAX : 0;
    *ret_used = (struct lw_used){.amount_minor = used, .times = used};
    return;
  }
  size_t from = 0;
  size_t to = row->len;
  if (window->kind == LW_WINDOW_ROLLING) {
    struct lw_period period;
    lw_window_period(window, zone, at, &period);
    if (period.start < row->horizon) {
      *ret_used = used_ever(row);
      return;
    }
    from = upper(row, period.start);
  } else {
    to = find_entry(row, key_of(rows, window, zone, at), &from) ? from + 1 : from;
  }
  struct sums sum = sum_between(row, from, to);
  *ret_used = (struct lw_used){sum.amount, sum.times, row->ever, row->ever ? row->last : 0};
}

lw_usec lw_rows_frees_at(struct lw_rows *rows, struct lw_row_key key,
                         const struct lw_window *window, lw_usec at, int64_t amount_most,
                         int64_t times_most)
{
  LW_ASSERT(window->kind == LW_WINDOW_ROLLING);
  const struct row *row = fetch_row(rows, &key, window);
  struct lw_period period;
  lw_window_period(window, NULL, at, &period);
  if (row == NULL || amount_most < 0 || times_most < 0) {
    bool is_free = row == NULL && rows->source.load == NULL && amount_most >= 0 && times_most >= 0;
    return is_free ? at : INT64_MAX;
  }
  if (period.start < row->horizon) {
    return INT64_MAX;
  }
  size_t from = upper(row, period.start);
  size_t low =
      from; /* the fewest of the oldest that must lapse: sums only shrink as more of them do */
  size_t high = row->len;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    struct sums left = sum_between(row, middle, row->len);
    if (left.amount <= amount_most && left.times <= times_most) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  lw_usec frees = at;
  bool overflow =
      low != from && __builtin_add_overflow(row->entries[low - 1].key, window->over_usec, &frees);
  return overflow ? INT64_MAX : frees;
}

/* ---- drawing and giving back ---- */

static void join_plan(struct lw_rows *rows, struct row *row, lw_usec key)
{
  row->planned = true;
  row->pending = (struct pending){.key = key, .horizon = row->horizon};
  row->next_planned = rows->planned;
  rows->planned = row;
}

/* Rows leave in the reverse of the order they came in. */
static struct row *leave_plan(struct lw_rows *rows)
{
  struct row *row = rows->planned;
  if (row != NULL) {
    rows->planned = row->next_planned;
    row->next_planned = NULL;
    row->planned = false;
  }
  return row;
}

static void abandon_plan(struct lw_rows *rows)
{
  for (struct row *row = leave_plan(rows); row != NULL; row = leave_plan(rows)) {
    if (row->is_new) {
      remove_newest_row(rows, row);
    }
  }
}

static enum lw_code check_draw(const struct lw_draw *draw, struct lw_error *err)
{
  if (draw->amount_minor < 0 || draw->times < 0) {
    return lw_fail(err, LW_INVALID, "a draw cannot be negative");
  }
  if (draw->window.kind == LW_WINDOW_ROLLING && draw->window.over_usec <= 0) {
    return lw_fail(err, LW_INVALID, "a rolling window must be longer than nothing");
  }
  return LW_OK;
}

static lw_usec horizon_after(const struct row *row, const struct lw_window *window, lw_usec at)
{
  if (row->kind != LW_WINDOW_ROLLING) {
    return INT64_MIN;
  }
  lw_usec newest = row->ever && row->last > at ? row->last : at;
  lw_usec behind = 0;
  lw_usec horizon = 0;
  if (__builtin_mul_overflow(window->over_usec, 2, &behind) ||
      __builtin_sub_overflow(newest, behind, &horizon)) {
    return row->horizon;
  }
  return horizon > row->horizon ? horizon : row->horizon;
}

/* What a question could add up together with the pending draw. */
static struct sums sum_beside(const struct row *row)
{
  if (row->kind == LW_WINDOW_ROLLING) {
    size_t from =
        row->pending.horizon == INT64_MIN ? row->head : upper(row, row->pending.horizon - 1);
    return sum_between(row, from, row->len);
  }
  size_t index = 0;
  bool found = find_entry(row, row->pending.key, &index);
  return sum_between(row, index, found ? index + 1 : index);
}

static enum lw_code plan_draw(struct lw_rows *rows, const struct lw_draw *draw,
                              const struct lw_tz *zone, lw_usec at, struct lw_error *err)
{
  struct row *row = add_row(rows, &draw->key, draw->window.kind);
  if (row == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for a budget's row");
  }
  if (!row->planned) {
    join_plan(rows, row, key_of(rows, &draw->window, zone, at));
    size_t index = 0;
    if (!find_entry(row, row->pending.key, &index) && !reserve_entry(rows, row)) {
      return lw_fail(err, LW_NO_MEMORY, "out of memory for a budget's row");
    }
  }
  struct pending *pending = &row->pending;
  lw_usec horizon = horizon_after(row, &draw->window, at);
  pending->horizon = horizon > pending->horizon ? horizon : pending->horizon;
  struct sums sum = sum_beside(row);
  int64_t all = 0;
  if (__builtin_add_overflow(pending->amount, draw->amount_minor, &pending->amount) ||
      __builtin_add_overflow(pending->times, draw->times, &pending->times) ||
      __builtin_add_overflow(sum.amount, pending->amount, &all) ||
      __builtin_add_overflow(sum.times, pending->times, &all)) {
    return lw_fail(err, LW_OVERFLOW, "what a budget counts is too large");
  }
  return LW_OK;
}

/* Enters what is pending; room is reserved and the sums fit. */
static void commit_draw(struct row *row, lw_usec at)
{
  const struct pending *pending = &row->pending;
  row->last = row->ever && row->last > at ? row->last : at;
  row->ever = true;
  row->is_new = false;
  row->horizon = pending->horizon;
  if (row->kind == LW_WINDOW_ROLLING && pending->key < row->horizon) { /* forgotten at once */
    row->base = (struct sums){plus(row->base.amount, pending->amount),
                              plus(row->base.times, pending->times)};
    add_from(row, row->head, pending->amount, pending->times);
  } else {
    size_t index = 0;
    if (!find_entry(row, pending->key, &index)) {
      insert_entry(row, index, pending->key);
    }
    add_from(row, index, pending->amount, pending->times);
  }
  if (row->kind == LW_WINDOW_ROLLING) {
    drop_before(row, row->horizon);
  }
}

enum lw_code lw_rows_draw(struct lw_rows *rows, const struct lw_draw *draws, size_t count,
                          const struct lw_tz *zone, lw_usec at, struct lw_error *err)
{
  LW_ASSERT(rows->planned == NULL);
  enum lw_code fetched = fetch_all(rows, draws, count, err);
  if (fetched != LW_OK) {
    return fetched;
  }
  if (!reserve_slots(rows, count)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for budgets' rows");
  }
  for (size_t i = 0; i < count; i++) {
    enum lw_code rc = check_draw(&draws[i], err);
    if (rc == LW_OK) {
      rc = plan_draw(rows, &draws[i], zone, at, err);
    }
    if (rc != LW_OK) {
      abandon_plan(rows);
      return rc;
    }
  }
  for (struct row *row = leave_plan(rows); row != NULL; row = leave_plan(rows)) {
    commit_draw(row, at);
  }
  return LW_OK;
}

/* A sound row: nothing below zero, and what can be asked for adds up. */
static bool is_sound_put(const struct row *row)
{
  struct sums sum = sum_beside(row);
  const struct pending *put = &row->pending;
  return put->amount >= 0 && put->times >= 0 && sum.amount >= 0 && sum.times >= 0 &&
         ((row->kind == LW_WINDOW_ROLLING && put->key < put->horizon) || /* forgotten at once */
          (!__builtin_add_overflow(sum.amount, put->amount, &sum.amount) &&
           !__builtin_add_overflow(sum.times, put->times, &sum.times)));
}

bool lw_rows_put(struct lw_rows *rows, struct lw_row_key key, const struct lw_window *window,
                 lw_usec entry_key, int64_t amount_minor, int64_t times, lw_usec last)
{
  LW_ASSERT(rows->planned == NULL);
  LW_ASSERT(rows->loading == NULL ||
            (rows->loading->budget == key.budget && lw_str_equal(rows->loading->scope, key.scope)));
  struct row *row = reserve_slots(rows, 1) ? add_row(rows, &key, window->kind) : NULL;
  if (row == NULL || !reserve_entry(rows, row)) {
    note_trouble(rows, LW_NO_MEMORY);
    return false;
  }
  row->is_new = false;
  row->pending = (struct pending){.key = entry_key,
                                  .horizon = horizon_after(row, window, last),
                                  .amount = amount_minor,
                                  .times = times};
  if (!is_sound_put(row)) {
    note_trouble(rows, LW_IO);
    return false;
  }
  commit_draw(row, last);
  return true;
}

/* False: the entry would not be sound, or memory is out; the row is as it was. */
static bool add_to_entry(struct lw_rows *rows, struct row *row, lw_usec entry_key,
                         int64_t amount_minor, int64_t times)
{
  size_t index = 0;
  bool found = find_entry(row, entry_key, &index);
  struct sums sum = sum_between(row, index, found ? index + 1 : index);
  if (__builtin_add_overflow(sum.amount, amount_minor, &sum.amount) || sum.amount < 0 ||
      __builtin_add_overflow(sum.times, times, &sum.times) || sum.times < 0 ||
      (!found && !reserve_entry(rows, row))) {
    return false;
  }
  if (!found) {
    (void)find_entry(row, entry_key, &index); /* room may have been made in front of it */
    insert_entry(row, index, entry_key);
  }
  add_from(row, index, amount_minor, times);
  return true;
}

void lw_rows_take_over(struct lw_rows *rows, struct lw_row_key key, enum lw_window_kind kind,
                       lw_usec entry_key, int64_t amount_minor, int64_t times, lw_usec last)
{
  LW_ASSERT(rows->planned == NULL);
  struct row *row = find_row(rows, &key, kind);
  if (row == NULL) {
    return;
  }
  if (kind == LW_WINDOW_ROLLING || !add_to_entry(rows, row, entry_key, amount_minor, times)) {
    forget_row(rows, &key, row);
  } else if (last != INT64_MIN) {
    row->last = row->ever && row->last > last ? row->last : last;
    row->ever = true;
  }
}

static enum lw_code plan_give_back(struct lw_rows *rows, const struct lw_draw *draw,
                                   const struct lw_tz *zone, lw_usec drawn_at, struct lw_error *err)
{
  struct row *row = find_row(rows, &draw->key, draw->window.kind);
  if (row == NULL || !row->ever) {
    return lw_fail(err, LW_NOT_FOUND, "nothing was drawn from this budget");
  }
  if (!row->planned) {
    join_plan(rows, row, key_of(rows, &draw->window, zone, drawn_at));
  }
  struct pending *pending = &row->pending;
  if (row->kind == LW_WINDOW_ROLLING && pending->key < row->horizon) {
    return LW_OK; /* lapsed two windows ago and forgotten: there is nothing left to give back to */
  }
  size_t index = 0;
  bool found = find_entry(row, pending->key, &index);
  struct sums drawn = sum_between(row, index, found ? index + 1 : index);
  if (__builtin_add_overflow(pending->amount, draw->amount_minor, &pending->amount) ||
      __builtin_add_overflow(pending->times, draw->times, &pending->times) ||
      pending->amount > drawn.amount || pending->times > drawn.times) {
    return lw_fail(err, LW_NOT_FOUND, "less was drawn from this budget then than is given back");
  }
  return LW_OK;
}

enum lw_code lw_rows_give_back(struct lw_rows *rows, const struct lw_draw *draws, size_t count,
                               const struct lw_tz *zone, lw_usec drawn_at, struct lw_error *err)
{
  LW_ASSERT(rows->planned == NULL);
  enum lw_code fetched = fetch_all(rows, draws, count, err);
  if (fetched != LW_OK) {
    return fetched;
  }
  for (size_t i = 0; i < count; i++) {
    enum lw_code rc = check_draw(&draws[i], err);
    if (rc == LW_OK) {
      rc = plan_give_back(rows, &draws[i], zone, drawn_at, err);
    }
    if (rc != LW_OK) {
      abandon_plan(rows);
      return rc;
    }
  }
  for (struct row *row = leave_plan(rows); row != NULL; row = leave_plan(rows)) {
    size_t index = 0;
    if (find_entry(row, row->pending.key, &index)) {
      add_from(row, index, minus(0, row->pending.amount), minus(0, row->pending.times));
    }
  }
  return LW_OK;
}

/* ---- the rest ---- */

void lw_rows_each(const struct lw_rows *rows,
                  void (*visit)(void *user, struct lw_row_key key, lw_usec period_start,
                                int64_t amount_minor, int64_t times),
                  void *user)
{
  for (size_t i = 0; rows->slots != NULL && i <= rows->mask; i++) {
    const struct row *row = rows->slots[i].row;
    for (size_t j = row != NULL ? row->head : 0; row != NULL && j < row->len; j++) {
      struct sums sum = sum_between(row, j, j + 1);
      if (sum.amount != 0 || sum.times != 0) {
        struct lw_row_key key = {row->budget, lw_str_from(row->scope, row->scope_len)};
        visit(user, key, row->entries[j].key, sum.amount, sum.times);
      }
    }
  }
}

int64_t lw_left(int64_t limit, int64_t used)
{
  if (limit < 0) {
    return INT64_MAX;
  }
  int64_t left = 0;
  if (__builtin_sub_overflow(limit, used, &left)) {
    return INT64_MAX;
  }
  return left > 0 ? left : 0;
}
