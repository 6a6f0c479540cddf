/* Greedy: how far can one come with d edits on each diagonal? Each step's reach is kept, so that
 * the way back is known. Equal lines at both ends are left out first. */
#include "policy/lines.h"

bool lw_lines_read(lw_str text, struct lw_arena *keep, struct lw_lines *ret_lines)
{
  uint32_t count = 0;
  for (size_t i = 0; i < text.len; i++) {
    count += text.ptr[i] == '\n';
  }
  count += text.len != 0 && text.ptr[text.len - 1] != '\n';
  *ret_lines = (struct lw_lines){.items = LW_NEW_ARRAY(keep, lw_str, (size_t)count + 1)};
  for (size_t at = 0; ret_lines->items != NULL && at < text.len;) {
    size_t end = lw_str_find(text, LW_STR("\n"), at);
    end = end != SIZE_MAX ? end + 1 : text.len;
    ret_lines->items[ret_lines->count++] = lw_str_slice(text, at, end - at);
    at = end;
  }
  return ret_lines->items != NULL;
}

struct walk {
  const lw_str *a;
  const lw_str *b;
  int32_t n;
  int32_t m;
  int32_t **reach; /* by d: 2d + 1 diagonals, reach[d][k + d] is how far in a */
};

/* From where diagonal k is reached with d edits: down (a line of b is new) or right (one is gone).
 */
static bool goes_down(const int32_t *before, int32_t d, int32_t k)
{
  return k == -d || (k != d && before[k - 1 + d - 1] < before[k + 1 + d - 1]);
}

static int32_t step(const struct walk *walk, int32_t d, int32_t k)
{
  int32_t x = 0;
  if (d != 0) {
    const int32_t *before = walk->reach[d - 1];
    x = goes_down(before, d, k) ? before[k + 1 + d - 1] : before[k - 1 + d - 1] + 1;
  }
  while (x < walk->n && x - k < walk->m && x - k >= 0 && lw_str_equal(walk->a[x], walk->b[x - k])) {
    x++;
  }
  return x;
}

/* The number of edits, or -1: too many, or memory is out. */
static int32_t reach_end(struct walk *walk, struct lw_arena *keep)
{
  for (int32_t d = 0; d <= LW_LINES_EDITS_MAX; d++) {
    walk->reach[d] = LW_NEW_ARRAY(keep, int32_t, (size_t)(2 * d + 1));
    if (walk->reach[d] == NULL) {
      return -1;
    }
    for (int32_t k = -d; k <= d; k += 2) {
      int32_t x = step(walk, d, k);
      walk->reach[d][k + d] = x;
      if (x >= walk->n && x - k >= walk->m) {
        return d;
      }
    }
  }
  return -1;
}

/* Marks which lines are gone and new. */
static void walk_back(const struct walk *walk, int32_t edits, bool *gone, bool *new_ones)
{
  int32_t x = walk->n;
  int32_t y = walk->m;
  for (int32_t d = edits; d > 0; d--) {
    int32_t k = x - y;
    const int32_t *before = walk->reach[d - 1];
    bool down = goes_down(before, d, k);
    int32_t k_before = down ? k + 1 : k - 1;
    x = before[k_before + d - 1];
    y = x - k_before;
    if (down) {
      new_ones[y] = true;
    } else {
      gone[x] = true;
    }
  }
}

static uint32_t collect(const struct walk *walk, uint32_t skipped, const bool *gone,
                        const bool *new_ones, struct lw_hunk *hunks)
{
  uint32_t count = 0;
  uint32_t x = 0;
  uint32_t y = 0;
  uint32_t n = (uint32_t)walk->n;
  uint32_t m = (uint32_t)walk->m;
  while (x < n || y < m) {
    struct lw_hunk hunk = {.a_from = x, .b_from = y};
    for (; x < n && gone[x]; x++) {
    }
    for (; y < m && new_ones[y]; y++) {
    }
    if (x != hunk.a_from || y != hunk.b_from) {
      hunks[count++] =
          (struct lw_hunk){hunk.a_from + skipped, x + skipped, hunk.b_from + skipped, y + skipped};
    } else {
      x++;
      y++;
    }
  }
  return count;
}

enum lw_code lw_lines_compare(const struct lw_lines *a, const struct lw_lines *b,
                              struct lw_arena *keep, struct lw_hunk **ret_hunks,
                              uint32_t *ret_count, struct lw_error *err)
{
  uint32_t same = 0;
  uint32_t n = a->count;
  uint32_t m = b->count;
  while (same < n && same < m && lw_str_equal(a->items[same], b->items[same])) {
    same++;
  }
  while (n > same && m > same && lw_str_equal(a->items[n - 1], b->items[m - 1])) {
    n--;
    m--;
  }
  struct walk walk = {a->items + same, b->items + same, (int32_t)(n - same), (int32_t)(m - same),
                      LW_NEW_ARRAY(keep, int32_t *, LW_LINES_EDITS_MAX + 1)};
  bool *gone = LW_NEW_ARRAY(keep, bool, (size_t)n + 1);
  bool *new_ones = LW_NEW_ARRAY(keep, bool, (size_t)m + 1);
  *ret_hunks = LW_NEW_ARRAY(keep, struct lw_hunk, (size_t)n + m + 1);
  *ret_count = 0;
  int32_t edits = keep->failed ? -1 : reach_end(&walk, keep);
  if (keep->failed) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  if (edits < 0) {
    return lw_fail(err, LW_LIMIT, "more than %d lines differ", LW_LINES_EDITS_MAX);
  }
  walk_back(&walk, edits, gone, new_ones);
  *ret_count = collect(&walk, same, gone, new_ones, *ret_hunks);
  return LW_OK;
}
