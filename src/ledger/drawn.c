/* Budgets on disk: rows from the database, numbers of budgets, and draws as entries have them. What
 * is on its way to table `drawn` is drawn_log.c's.
 *
 * Reading. A row is what the table has and what is on its way, entry by entry. Calendar rows are
 * read whole. Of a rolling row the entries of two windows behind its newest count (budget/rows.h);
 * of what is older only that it is there is told, as an entry of the largest amount: what was drawn
 * in all time is not added up, so that loading stays short, and a question about times that long
 * ago hears that everything is used. */
#include "ledger/drawn.h"

#include "base/check.h"
#include "base/num.h"
#include "data/json.h"
#include "ledger/drawn_log.h"
#include "ledger/recorded.h"

#include <stdlib.h>

enum { SCRATCH_BYTES_MAX = 256 << 20 }; /* a row of millions of draws */

static const char sql_find[] = "SELECT number FROM budget WHERE name = $1";
static const char sql_add[] = "INSERT INTO budget (number, name)"
                              " SELECT coalesce(max(number) + 1, 0), $1 FROM budget";
static const char sql_all[] = "SELECT key, amount, times, last FROM drawn"
                              " WHERE budget = $1 AND kind = $2 AND scope = $3 ORDER BY key";
static const char sql_between[] =
    "SELECT key, amount, times, last FROM drawn"
    " WHERE budget = $1 AND kind = $2 AND scope = $3 AND key >= $4 AND key < $5 ORDER BY key";
static const char sql_newest[] = "SELECT key, amount, times, last FROM drawn"
                                 " WHERE budget = $1 AND kind = $2 AND scope = $3"
                                 " ORDER BY key DESC LIMIT 1";
static const char sql_before[] = "SELECT key FROM drawn"
                                 " WHERE budget = $1 AND kind = $2 AND scope = $3 AND key < $4"
                                 " ORDER BY key DESC LIMIT 1";
/* ---- numbers of budgets ---- */

static enum lw_code find_number(struct lw_db *db, lw_str budget, bool *ret_found,
                                uint32_t *ret_number, struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_find(db, sql_find, budget, &row, err);
  *ret_found = rc == LW_OK;
  if (rc != LW_OK) {
    return rc == LW_NOT_FOUND ? LW_OK : rc;
  }
  int64_t number = lw_stmt_get_int(row, 0);
  lw_stmt_reset(row);
  if (number < 0 || number >= UINT32_MAX) {
    return lw_fail(err, LW_IO, "the number of the budget \"%.*s\" is damaged", LW_FMT(budget));
  }
  *ret_number = (uint32_t)number;
  return LW_OK;
}

enum lw_code lw_drawn_number(struct lw_db *db, lw_str budget, uint32_t *ret_number,
                             struct lw_error *err)
{
  bool found = false;
  enum lw_code rc = find_number(db, budget, &found, ret_number, err);
  if (rc != LW_OK || found) {
    return rc;
  }
  if (lw_db_mode(db) == LW_DB_READ) {
    *ret_number = UINT32_MAX;
    return LW_OK;
  }
  rc = lw_db_run(db, sql_add, &budget, 1, err);
  return rc == LW_OK ? find_number(db, budget, &found, ret_number, err) : rc;
}

/* ---- rows from the database ---- */

struct row_query {
  struct lw_drawn_source *source;
  struct lw_rows *rows;
  struct lw_row_key key;
  const struct lw_window *window;
  struct lw_waiting *waiting; /* what is on its way, in rising order; in the source's scratch */
  size_t n_waiting;
  size_t next; /* of waiting, while it is merged */
};

static enum lw_code ask(const struct row_query *query, const char *sql, struct lw_stmt **ret_stmt)
{
  enum lw_code rc = lw_db_statement(query->source->db, sql, ret_stmt, &query->source->error);
  if (rc == LW_OK) {
    lw_stmt_int(*ret_stmt, 1, query->key.budget);
    lw_stmt_int(*ret_stmt, 2, query->window->kind);
    lw_stmt_text(*ret_stmt, 3, query->key.scope);
  }
  return rc;
}

static enum lw_code put(const struct row_query *query, const struct lw_waiting *entry)
{
  if (lw_rows_put(query->rows, query->key, query->window, entry->moment, entry->amount,
                  entry->times, entry->last)) {
    return LW_OK;
  }
  enum lw_code rc = lw_fail(&query->source->error, LW_IO,
                            "what was drawn from budget %u of \"%.*s\" can't be read: it is "
                            "damaged, or memory is out",
                            query->key.budget, LW_FMT(query->key.scope));
  lw_error_hint(&query->source->error, "run `leeway verify`");
  return rc;
}

/* Adds what is on its way to the same entry; false when that is no number any more. */
static bool join(struct lw_waiting *entry, const struct lw_waiting *more)
{
  entry->last = entry->last < more->last ? more->last : entry->last;
  return !__builtin_add_overflow(entry->amount, more->amount, &entry->amount) &&
         !__builtin_add_overflow(entry->times, more->times, &entry->times);
}

/* Gives an entry of the table to memory, after those on their way that come before it. */
static enum lw_code put_merged(struct row_query *query, struct lw_waiting entry)
{
  enum lw_code rc = LW_OK;
  while (rc == LW_OK && query->next < query->n_waiting &&
         query->waiting[query->next].moment < entry.moment) {
    rc = put(query, &query->waiting[query->next++]);
  }
  if (rc == LW_OK && query->next < query->n_waiting &&
      query->waiting[query->next].moment == entry.moment &&
      !join(&entry, &query->waiting[query->next++])) {
    return lw_fail(&query->source->error, LW_IO, "what a budget counts is too large");
  }
  return rc == LW_OK ? put(query, &entry) : rc;
}

static struct lw_waiting entry_of(const struct lw_stmt *stmt)
{
  return (struct lw_waiting){lw_stmt_get_int(stmt, 0), lw_stmt_get_int(stmt, 1),
                             lw_stmt_get_int(stmt, 2), lw_stmt_get_int(stmt, 3)};
}

/* Gives the rows of the statement, to its end, and the rest of what is on its way, to memory. */
static enum lw_code put_all(struct row_query *query, struct lw_stmt *stmt)
{
  bool row = false;
  enum lw_code rc = lw_stmt_step(stmt, &row, &query->source->error);
  while (rc == LW_OK && row) {
    rc = put_merged(query, entry_of(stmt));
    if (rc == LW_OK) {
      rc = lw_stmt_step(stmt, &row, &query->source->error);
    }
  }
  lw_stmt_reset(stmt);
  while (rc == LW_OK && query->next < query->n_waiting) {
    rc = put(query, &query->waiting[query->next++]);
  }
  return rc;
}

static enum lw_code load_all(struct row_query *query)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = ask(query, sql_all, &stmt);
  return rc == LW_OK ? put_all(query, stmt) : rc;
}

/* One entry of a statement that gives at most one; *ret_found. */
static enum lw_code get_entry(const struct row_query *query, struct lw_stmt *stmt, bool *ret_found,
                              struct lw_waiting *ret_entry)
{
  enum lw_code rc = lw_stmt_step(stmt, ret_found, &query->source->error);
  if (rc == LW_OK && *ret_found) {
    *ret_entry = entry_of(stmt);
    lw_stmt_reset(stmt);
  }
  return rc;
}

/* That there is something before `since`. */
static enum lw_code load_before(struct row_query *query, lw_usec since)
{
  struct lw_stmt *stmt = NULL;
  struct lw_waiting entry;
  bool found = query->next < query->n_waiting && query->waiting[query->next].moment < since;
  entry.moment = found ? query->waiting[query->next].moment : 0;
  while (query->next < query->n_waiting && query->waiting[query->next].moment < since) {
    query->next++;
  }
  if (!found) {
    enum lw_code rc = ask(query, sql_before, &stmt);
    if (rc != LW_OK) {
      return rc;
    }
    lw_stmt_int(stmt, 4, since);
    rc = get_entry(query, stmt, &found, &entry);
    if (rc != LW_OK || !found) {
      return rc;
    }
  }
  entry.amount = INT64_MAX;
  entry.times = INT64_MAX;
  entry.last = entry.moment;
  return put(query, &entry);
}

/* The newest of the table and of what is on its way. */
static enum lw_code find_newest(struct row_query *query, bool *ret_found,
                                struct lw_waiting *ret_newest)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = ask(query, sql_newest, &stmt);
  if (rc == LW_OK) {
    rc = get_entry(query, stmt, ret_found, ret_newest);
  }
  if (rc != LW_OK || query->n_waiting == 0) {
    return rc;
  }
  const struct lw_waiting *waiting = &query->waiting[query->n_waiting - 1];
  if (!*ret_found || ret_newest->moment < waiting->moment) {
    *ret_newest = *waiting;
    query->n_waiting--;
  } else if (ret_newest->moment == waiting->moment) {
    query->n_waiting--;
    if (!join(ret_newest, waiting)) {
      return lw_fail(&query->source->error, LW_IO, "what a budget counts is too large");
    }
  }
  *ret_found = true;
  return LW_OK;
}

/* The newest first, so that memory knows what is to be forgotten. */
static enum lw_code load_rolling(struct row_query *query)
{
  struct lw_stmt *stmt = NULL;
  struct lw_waiting newest = {0};
  bool found = false;
  enum lw_code rc = find_newest(query, &found, &newest);
  if (rc != LW_OK || !found) {
    return rc;
  }
  lw_usec behind = 0;
  lw_usec since = INT64_MIN;
  if (__builtin_mul_overflow(query->window->over_usec, 2, &behind) ||
      __builtin_sub_overflow(newest.moment, behind, &since)) {
    since = INT64_MIN;
  }
  rc = put(query, &newest);
  if (rc == LW_OK) {
    rc = load_before(query, since);
  }
  if (rc == LW_OK) {
    rc = ask(query, sql_between, &stmt);
  }
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 4, since);
  lw_stmt_int(stmt, 5, newest.moment);
  return put_all(query, stmt);
}

/* What was fetched before it was asked for. */
static enum lw_code load_ahead(struct row_query *query, const struct lw_waiting *entries,
                               size_t count)
{
  enum lw_code rc = LW_OK;
  for (size_t i = 0; rc == LW_OK && i < count; i++) {
    rc = put(query, &entries[i]);
  }
  return rc;
}

static bool load(void *user, struct lw_rows *rows, struct lw_row_key key,
                 const struct lw_window *window)
{
  struct lw_drawn_source *source = user;
  struct row_query query = {.source = source, .rows = rows, .key = key, .window = window};
  const struct lw_waiting *ready = NULL;
  size_t n_ready = 0;
  lw_arena_reset(&source->scratch);
  if (source->ahead != NULL &&
      lw_drawn_ahead_find(source->ahead, key, window->kind, &ready, &n_ready)) {
    return load_ahead(&query, ready, n_ready) == LW_OK;
  }
  enum lw_code rc = lw_drawn_waiting(source, key, window->kind, &query.waiting, &query.n_waiting);
  if (rc == LW_OK) {
    rc = window->kind == LW_WINDOW_ROLLING ? load_rolling(&query) : load_all(&query);
  }
  return rc == LW_OK;
}

enum lw_code lw_drawn_source_init(struct lw_drawn_source *source, struct lw_db *db,
                                  struct lw_drawn *drawn, bool pin, struct lw_error *err)
{
  *source = (struct lw_drawn_source){.source = {load, source}, .db = db, .drawn = drawn};
  lw_arena_init(&source->scratch, NULL, SCRATCH_BYTES_MAX);
  enum lw_code rc = pin ? lw_drawn_pin(source, err) : LW_OK;
  if (rc != LW_OK) {
    lw_arena_finish(&source->scratch);
  }
  return rc;
}

void lw_drawn_source_finish(struct lw_drawn_source *source)
{
  lw_arena_finish(&source->scratch);
}

/* ---- draws in an entry's body ---- */

static void print_window(const struct lw_window *window, struct lw_buf *out)
{
  const char *word = lw_window_word(window->kind);
  if (window->kind == LW_WINDOW_ROLLING) {
    LW_BUF_LIT(out, "\"rolling:");
    lw_buf_add_int(out, window->over_usec);
  } else {
    LW_BUF_LIT(out, "\"");
    lw_buf_add_c(out, word != NULL ? word : "for-good");
  }
  LW_BUF_LIT(out, "\"");
}

void lw_draws_print(const struct lw_draw *draws, size_t count, const struct lw_tz *zone, lw_usec at,
                    lw_str (*budget_name)(const void *user, uint32_t number), const void *user,
                    struct lw_buf *out)
{
  lw_usec key = 0; /* the same for neighbours of one kind */
  LW_BUF_LIT(out, "[");
  for (size_t i = 0; i < count; i++) {
    const struct lw_draw *draw = &draws[i];
    lw_buf_add(out, i != 0 ? LW_STR(",{\"budget\":") : LW_STR("{\"budget\":"));
    lw_json_add_string(out, budget_name(user, draw->key.budget));
    LW_BUF_LIT(out, ",\"scope\":");
    lw_json_add_string(out, draw->key.scope);
    LW_BUF_LIT(out, ",\"window\":");
    print_window(&draw->window, out);
    if (draw->window.kind != LW_WINDOW_FOR_GOOD) {
      LW_BUF_LIT(out, ",\"key\":");
      if (i == 0 || draw->window.kind != draws[i - 1].window.kind) {
        key = lw_draw_key(&draw->window, zone, at);
      }
      lw_buf_add_int(out, key);
    }
    if (draw->window.kind != LW_WINDOW_ROLLING) {
      LW_BUF_LIT(out, ",\"at\":");
      lw_buf_add_int(out, at);
    }
    LW_BUF_LIT(out, ",\"minor\":");
    lw_buf_add_int(out, draw->amount_minor);
    LW_BUF_LIT(out, ",\"times\":");
    lw_buf_add_int(out, draw->times);
    LW_BUF_LIT(out, "}");
  }
  LW_BUF_LIT(out, "]");
}

static bool read_number(const struct lw_value *map, lw_str key, int64_t least, int64_t *ret_number)
{
  const struct lw_value *value = lw_value_get(map, key);
  return value != NULL && value->kind == LW_VALUE_NUMBER && lw_int_read(value->text, ret_number) &&
         *ret_number >= least;
}

static bool read_text(const struct lw_value *map, lw_str key, lw_str *ret_text)
{
  const struct lw_value *value = lw_value_get(map, key);
  if (value == NULL || value->kind != LW_VALUE_STRING) {
    return false;
  }
  *ret_text = value->text;
  return true;
}

static bool read_window(lw_str word, struct lw_window *ret_window)
{
  static const lw_str rolling = LW_STR_INIT("rolling:");
  *ret_window = (struct lw_window){LW_WINDOW_FOR_GOOD, 0};
  if (lw_str_starts(word, rolling)) {
    ret_window->kind = LW_WINDOW_ROLLING;
    return lw_int_read(lw_str_slice(word, rolling.len, SIZE_MAX), &ret_window->over_usec) &&
           ret_window->over_usec > 0;
  }
  return lw_str_equal(word, LW_STR("for-good")) || lw_window_read(word, &ret_window->kind);
}

bool lw_recorded_draw_read(const struct lw_value *item, struct lw_recorded_draw *ret_draw)
{
  lw_str word = {NULL, 0};
  struct lw_recorded_draw draw = {.key = INT64_MIN};
  if (!read_text(item, LW_STR("budget"), &draw.budget) ||
      !read_text(item, LW_STR("scope"), &draw.scope) || !read_text(item, LW_STR("window"), &word) ||
      !read_window(word, &draw.window) ||
      !read_number(item, LW_STR("minor"), 0, &draw.amount_minor) ||
      !read_number(item, LW_STR("times"), 0, &draw.times)) {
    return false;
  }
  enum lw_window_kind kind = draw.window.kind;
  if ((kind != LW_WINDOW_FOR_GOOD && !read_number(item, LW_STR("key"), INT64_MIN, &draw.key)) ||
      (kind != LW_WINDOW_ROLLING && !read_number(item, LW_STR("at"), INT64_MIN, &draw.at))) {
    return false;
  }
  draw.at = kind == LW_WINDOW_ROLLING ? draw.key : draw.at;
  *ret_draw = draw;
  return true;
}

static enum lw_code unreadable(struct lw_error *err)
{
  return lw_fail(err, LW_INVALID, "these draws can't be read: their form is not the journal's");
}

enum lw_code lw_draws_read(struct lw_db *db, const struct lw_value *list, struct lw_arena *arena,
                           struct lw_draw **ret_draws, size_t *ret_count, struct lw_error *err)
{
  if (list == NULL || list->kind != LW_VALUE_LIST) {
    return unreadable(err);
  }
  struct lw_draw *draws = LW_NEW_ARRAY(arena, struct lw_draw, list->count);
  if (draws == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for draws");
  }
  for (uint32_t i = 0; i < list->count; i++) {
    struct lw_recorded_draw read;
    if (!lw_recorded_draw_read(&list->items[i], &read)) {
      return unreadable(err);
    }
    draws[i] = (struct lw_draw){
        {0, lw_str_copy(arena, read.scope)}, read.window, read.amount_minor, read.times};
    if (draws[i].key.scope.ptr == NULL) {
      return lw_fail(err, LW_NO_MEMORY, "out of memory for draws");
    }
    enum lw_code rc = lw_drawn_number(db, read.budget, &draws[i].key.budget, err);
    if (rc != LW_OK) {
      return rc;
    }
  }
  *ret_draws = draws;
  *ret_count = list->count;
  return LW_OK;
}

bool lw_draws_moment(const struct lw_value *list, lw_usec *ret_at)
{
  struct lw_recorded_draw draw;
  if (list == NULL || list->kind != LW_VALUE_LIST || list->count == 0 ||
      !lw_recorded_draw_read(&list->items[0], &draw)) {
    return false;
  }
  *ret_at = draw.at;
  return true;
}
