/* Budgets on a database that is somewhere else: many entries by one statement, as lists that the
 * server unfolds (unnest). One statement a sum would be a round trip, or at least a plan, each.
 *
 * Lists are PostgreSQL's text form of arrays: {1,2,3}, {"a","b"} with \ before quotes and itself
 * (PostgreSQL 15, section 8.15.2). */
#include "ledger/drawn_direct.h"

#include "base/check.h"
#include "ledger/generation.h"

enum { COLUMNS = 7, QUESTION_COLUMNS = 3 };

static const char sql_upsert[] =
    "INSERT INTO drawn (budget, kind, scope, key, amount, times, last)"
    " SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[],"
    " $6::bigint[], $7::bigint[]) ON CONFLICT (budget, kind, scope, key) DO UPDATE SET"
    " amount = drawn.amount + excluded.amount, times = drawn.times + excluded.times,"
    " last = greatest(drawn.last, excluded.last)";
/* OFFSET 0 keeps the inner question one of its own, answered by the index for each row: joined
 * freely, a plan made while the table was small reads all of it, each batch anew, as it grows. */
static const char sql_fetch[] =
    "SELECT w.place, d.key, d.amount, d.times, d.last"
    " FROM unnest($1::bigint[], $2::bigint[], $3::text[]) WITH ORDINALITY"
    " AS w (budget, kind, scope, place) CROSS JOIN LATERAL"
    " (SELECT key, amount, times, last FROM drawn WHERE budget = w.budget AND kind = w.kind"
    " AND scope = w.scope OFFSET 0) d ORDER BY w.place, d.key";

/* Where the lists begin in one buffer: the end of each is the beginning of the next. */
struct lists {
  size_t begins[COLUMNS + 1];
  int count;
};

static void add_scope(lw_str scope, struct lw_buf *out)
{
  lw_buf_add_char(out, '"');
  for (size_t i = 0; i < scope.len; i++) {
    if (scope.ptr[i] == '"' || scope.ptr[i] == '\\') {
      lw_buf_add_char(out, '\\');
    }
    lw_buf_add_char(out, scope.ptr[i]);
  }
  lw_buf_add_char(out, '"');
}

static void start_list(struct lists *lists, struct lw_buf *out)
{
  lists->begins[lists->count] = out->len;
  lw_buf_add_char(out, '{');
}

static void end_list(struct lists *lists, struct lw_buf *out)
{
  lw_buf_add_char(out, '}');
  lists->count++;
  lists->begins[lists->count] = out->len;
}

static enum lw_code run(struct lw_db *db, const char *sql, const struct lists *lists,
                        const struct lw_buf *text, struct lw_stmt **ret_stmt, struct lw_error *err)
{
  if (text->failed) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for what was drawn");
  }
  enum lw_code rc = lw_db_statement(db, sql, ret_stmt, err);
  for (int i = 0; rc == LW_OK && i < lists->count; i++) {
    size_t begin = lists->begins[i];
    lw_stmt_text(*ret_stmt, i + 1, lw_str_from(text->ptr + begin, lists->begins[i + 1] - begin));
  }
  return rc;
}

/* A column of sum i: what `drawn` has, in its order. */
static void add_column(const struct lw_sum *sum, int column, struct lw_buf *out)
{
  struct lw_row_key row;
  enum lw_window_kind kind = LW_WINDOW_FOR_GOOD;
  lw_usec moment = 0;
  bool is_key = lw_drawn_key_read(sum->key, &row, &kind, &moment);
  LW_ASSERT(is_key); /* it was made here */
  const int64_t numbers[COLUMNS] = {row.budget,  kind,       0,        moment,
                                    sum->amount, sum->times, sum->last};
  if (column == 2) {
    add_scope(row.scope, out);
  } else {
    lw_buf_add_int(out, numbers[column]);
  }
}

enum lw_code lw_drawn_upsert(struct lw_db *db, const struct lw_sums *sums, struct lw_buf *scratch,
                             struct lw_error *err)
{
  struct lists lists = {0};
  struct lw_stmt *stmt = NULL;
  lw_buf_reset(scratch);
  for (int column = 0; column < COLUMNS; column++) {
    start_list(&lists, scratch);
    for (size_t i = 0; i < sums->count; i++) {
      if (i != 0) {
        lw_buf_add_char(scratch, ',');
      }
      add_column(&sums->items[i], column, scratch);
    }
    end_list(&lists, scratch);
  }
  enum lw_code rc = run(db, sql_upsert, &lists, scratch, &stmt, err);
  return rc == LW_OK ? lw_stmt_send(stmt, err) : rc;
}

static void add_numbers(const int64_t *numbers, size_t count, struct lists *lists,
                        struct lw_buf *out)
{
  start_list(lists, out);
  for (size_t i = 0; i < count; i++) {
    if (i != 0) {
      lw_buf_add_char(out, ',');
    }
    lw_buf_add_int(out, numbers[i]);
  }
  end_list(lists, out);
}

static void add_scopes(const lw_str *scopes, size_t count, struct lists *lists, struct lw_buf *out)
{
  start_list(lists, out);
  for (size_t i = 0; i < count; i++) {
    if (i != 0) {
      lw_buf_add_char(out, ',');
    }
    add_scope(scopes[i], out);
  }
  end_list(lists, out);
}

enum lw_code lw_drawn_fetch(struct lw_db *db, const int64_t *budgets, const int64_t *kinds,
                            const lw_str *scopes, size_t count, struct lw_buf *scratch,
                            bool (*visit)(void *user, size_t row, lw_usec moment, int64_t amount,
                                          int64_t times, lw_usec last),
                            void *user, struct lw_error *err)
{
  struct lists lists = {0};
  struct lw_stmt *stmt = NULL;
  bool row = false;
  lw_buf_reset(scratch);
  add_numbers(budgets, count, &lists, scratch);
  add_numbers(kinds, count, &lists, scratch);
  add_scopes(scopes, count, &lists, scratch);
  enum lw_code rc = run(db, sql_fetch, &lists, scratch, &stmt, err);
  rc = rc == LW_OK ? lw_stmt_step(stmt, &row, err) : rc;
  while (rc == LW_OK && row) {
    if (!visit(user, (size_t)lw_stmt_get_int(stmt, 0) - 1, lw_stmt_get_int(stmt, 1),
               lw_stmt_get_int(stmt, 2), lw_stmt_get_int(stmt, 3), lw_stmt_get_int(stmt, 4))) {
      lw_stmt_reset(stmt);
      return lw_fail(err, LW_NO_MEMORY, "out of memory for what was drawn");
    }
    rc = lw_stmt_step(stmt, &row, err);
  }
  return rc;
}
