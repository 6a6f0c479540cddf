/* Rows fetched before they are asked for: where the database is somewhere else, each row that
 * memory lacks would be a round trip. Whoever knows what a batch will look at wishes for those
 * rows, all are fetched by one question, and the source (drawn.c) finds them here. Calendar rows
 * and those for good only: what a rolling row keeps depends on its newest draw. */
#include "ledger/drawn_ahead.h"

#include "base/check.h"
#include "ledger/drawn_direct.h"
#include "ledger/drawn_log.h"
#include "ledger/generation.h"

#include <stdlib.h>

enum { GROW = 256 };

/* Room for so many; what was there stays when there is no memory. */
static void *grown(void *items, size_t count, size_t each_bytes, bool *ok)
{
  void *more = reallocarray(items, count, each_bytes);
  if (more == NULL) {
    *ok = false;
    return items;
  }
  return more;
}

static bool reserve_row(struct lw_drawn_ahead *ahead)
{
  if (ahead->n_rows < ahead->rows_capacity) {
    return true;
  }
  size_t capacity = ahead->rows_capacity + GROW;
  bool ok = true;
  ahead->rows = grown(ahead->rows, capacity, sizeof *ahead->rows, &ok);
  ahead->budgets = grown(ahead->budgets, capacity, sizeof *ahead->budgets, &ok);
  ahead->kinds = grown(ahead->kinds, capacity, sizeof *ahead->kinds, &ok);
  ahead->scopes = grown(ahead->scopes, capacity, sizeof *ahead->scopes, &ok);
  ahead->rows_capacity = ok ? capacity : ahead->rows_capacity;
  return ok;
}

/* Without the moment: the row alone. In the buffer until the next call. */
static lw_str key_of(struct lw_drawn_ahead *ahead, struct lw_row_key row, enum lw_window_kind kind)
{
  lw_buf_reset(&ahead->key);
  lw_drawn_key_add(row, kind, 0, &ahead->key);
  return ahead->key.failed
             ? LW_STR("")
             : lw_str_slice(lw_buf_str(&ahead->key), 0, ahead->key.len - LW_DRAWN_TAIL_BYTES);
}

void lw_drawn_ahead_start(struct lw_drawn_ahead *ahead)
{
  ahead->n_rows = 0;
  ahead->n_entries = 0;
  ahead->is_fetched = false;
  lw_arena_reset(&ahead->arena);
  lw_table_init(&ahead->index, &ahead->arena);
}

void lw_drawn_ahead_init(struct lw_drawn_ahead *ahead)
{
  *ahead = (struct lw_drawn_ahead){0};
  lw_arena_init(&ahead->arena, NULL, 0);
  lw_table_init(&ahead->index, &ahead->arena);
}

void lw_drawn_ahead_finish(struct lw_drawn_ahead *ahead)
{
  lw_arena_finish(&ahead->arena);
  lw_buf_finish(&ahead->key);
  lw_buf_finish(&ahead->text);
  free(ahead->rows);
  free(ahead->budgets);
  free(ahead->kinds);
  free(ahead->scopes);
  free(ahead->entries);
}

bool lw_drawn_ahead_wish(struct lw_drawn_ahead *ahead, struct lw_row_key row,
                         const struct lw_window *window)
{
  bool is_new = false;
  if (window->kind == LW_WINDOW_ROLLING) {
    return true;
  }
  lw_str key = lw_str_copy(&ahead->arena, key_of(ahead, row, window->kind));
  uint32_t *place = key.ptr != NULL && key.len != 0 && reserve_row(ahead)
                        ? lw_table_add(&ahead->index, key, &is_new)
                        : NULL;
  if (place == NULL || !is_new) {
    return place != NULL;
  }
  *place = (uint32_t)ahead->n_rows;
  ahead->rows[ahead->n_rows] = (struct lw_ahead_row){0, 0};
  ahead->budgets[ahead->n_rows] = row.budget;
  ahead->kinds[ahead->n_rows] = window->kind;
  ahead->scopes[ahead->n_rows] = lw_str_copy(&ahead->arena, row.scope);
  bool copied = ahead->scopes[ahead->n_rows].ptr != NULL || row.scope.len == 0;
  ahead->n_rows += copied;
  return copied;
}

static bool take_entry(void *user, size_t row, lw_usec moment, int64_t amount, int64_t times,
                       lw_usec last)
{
  struct lw_drawn_ahead *ahead = user;
  LW_ASSERT(row < ahead->n_rows);
  if (ahead->n_entries == ahead->entries_capacity) {
    size_t capacity = 2 * ahead->entries_capacity + GROW;
    struct lw_waiting *more = realloc(ahead->entries, capacity * sizeof *more);
    if (more == NULL) {
      return false;
    }
    ahead->entries = more;
    ahead->entries_capacity = capacity;
  }
  if (ahead->rows[row].count == 0) {
    ahead->rows[row].first = ahead->n_entries;
  }
  ahead->rows[row].count++;
  ahead->entries[ahead->n_entries++] = (struct lw_waiting){moment, amount, times, last};
  return true;
}

enum lw_code lw_drawn_ahead_fetch(struct lw_drawn_ahead *ahead, struct lw_db *db,
                                  struct lw_error *err)
{
  if (ahead->n_rows == 0) {
    return LW_OK;
  }
  enum lw_code rc = lw_drawn_fetch(db, ahead->budgets, ahead->kinds, ahead->scopes, ahead->n_rows,
                                   &ahead->text, take_entry, ahead, err);
  ahead->is_fetched = rc == LW_OK;
  return rc;
}

bool lw_drawn_ahead_find(struct lw_drawn_ahead *ahead, struct lw_row_key row,
                         enum lw_window_kind kind, const struct lw_waiting **ret_entries,
                         size_t *ret_count)
{
  const uint32_t *place =
      ahead->is_fetched ? lw_table_find(&ahead->index, key_of(ahead, row, kind)) : NULL;
  if (place == NULL) {
    return false;
  }
  const struct lw_ahead_row *found = &ahead->rows[*place];
  *ret_entries = found->count != 0 ? &ahead->entries[found->first] : NULL;
  *ret_count = found->count;
  return true;
}
