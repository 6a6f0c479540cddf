/* An entry is looked into only when it has the members at all (a search for their names, which is
 * fast), and then only their own text is read as JSON. Sums are kept by name of budget, kind of
 * window, scope and key, as table drawn has them by number. */
#include "ledger/rebuild.h"

#include "data/json.h"
#include "ledger/drawn.h"
#include "ledger/recorded.h"
#include "ledger/scan.h"
#include "ledger/sums.h"

#include <stdlib.h>

static const char sql_rows[] =
    "SELECT b.name, d.kind, d.scope, d.key, d.amount, d.times, d.last, d.budget"
    " FROM drawn d LEFT JOIN budget b ON b.number = d.budget";

static const char sql_name[] = "SELECT name FROM budget WHERE number = $1";

/* As long as the machine has it: a budget over a rolling window has a row for every draw. */
#define SUMS_BYTES_MAX ((size_t)64 << 30)

/* A key: kind 1, moment 8, length of the name 4, name, scope. */
enum { KEY_HEAD_BYTES = 13, LIST_BYTES_MAX = 16 << 20 };

struct lw_rebuild {
  struct lw_sums sums;    /* as the journal says */
  struct lw_sums waiting; /* what is on its way to table drawn */
  struct lw_buf key;
  struct lw_arena scratch;
  struct lw_json_reader *reader;
};

struct lw_rebuild *lw_rebuild_create(void)
{
  struct lw_rebuild *rebuild = calloc(1, sizeof *rebuild);
  if (rebuild == NULL) {
    return NULL;
  }
  lw_sums_init(&rebuild->sums, SUMS_BYTES_MAX);
  lw_sums_init(&rebuild->waiting, SUMS_BYTES_MAX);
  lw_arena_init(&rebuild->scratch, NULL, LIST_BYTES_MAX);
  rebuild->reader = lw_json_reader_create(NULL);
  if (rebuild->reader == NULL) {
    lw_rebuild_destroy(rebuild);
    return NULL;
  }
  return rebuild;
}

void lw_rebuild_destroy(struct lw_rebuild *rebuild)
{
  if (rebuild == NULL) {
    return;
  }
  lw_json_reader_destroy(rebuild->reader);
  lw_arena_finish(&rebuild->scratch);
  lw_buf_finish(&rebuild->key);
  lw_sums_finish(&rebuild->sums);
  lw_sums_finish(&rebuild->waiting);
  free(rebuild);
}

/* ---- what entries say ---- */

/* Borrowed until the next call; {NULL, 0} when memory is out. */
static lw_str key_of(struct lw_rebuild *rebuild, const struct lw_recorded_draw *draw)
{
  char head[KEY_HEAD_BYTES];
  uint32_t len = (uint32_t)draw->budget.len;
  head[0] = (char)draw->window.kind;
  memcpy(head + 1, &draw->key, 8);
  memcpy(head + 9, &len, 4);
  lw_buf_reset(&rebuild->key);
  lw_buf_add(&rebuild->key, lw_str_from(head, sizeof head));
  lw_buf_add(&rebuild->key, draw->budget);
  lw_buf_add(&rebuild->key, draw->scope);
  return rebuild->key.failed ? (lw_str){NULL, 0} : lw_buf_str(&rebuild->key);
}

static enum lw_code add_draw(struct lw_rebuild *rebuild, const struct lw_recorded_draw *draw,
                             int sign, struct lw_error *err)
{
  lw_str key = key_of(rebuild, draw);
  struct lw_sum *sum = key.ptr != NULL ? lw_sums_get(&rebuild->sums, key) : NULL;
  if (sum == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for budgets");
  }
  if (__builtin_add_overflow(sum->amount, sign * draw->amount_minor, &sum->amount) ||
      __builtin_add_overflow(sum->times, sign * draw->times, &sum->times)) {
    return lw_fail(err, LW_INVALID, "its draws are more than can be counted");
  }
  if (sum->amount < 0 || sum->times < 0) {
    return lw_fail(err, LW_INVALID, "it gives back more than was drawn from \"%.*s\"",
                   LW_FMT(draw->budget));
  }
  sum->last = sign > 0 && sum->last < draw->at ? draw->at : sum->last;
  return LW_OK;
}

static enum lw_code add_list(struct lw_rebuild *rebuild, lw_str text, int sign,
                             struct lw_error *err)
{
  const struct lw_value *list = NULL;
  lw_arena_reset(&rebuild->scratch);
  enum lw_code rc = lw_json_read(rebuild->reader, &rebuild->scratch, text, NULL, &list, err);
  if (rc == LW_NO_MEMORY) {
    return rc;
  }
  if (rc != LW_OK || list->kind != LW_VALUE_LIST) {
    return lw_fail(err, LW_INVALID, "its draws can't be read");
  }
  for (uint32_t i = 0; rc == LW_OK && i < list->count; i++) {
    struct lw_recorded_draw draw;
    rc = lw_recorded_draw_read(&list->items[i], &draw)
             ? add_draw(rebuild, &draw, sign, err)
             : lw_fail(err, LW_INVALID, "its draws can't be read");
  }
  return rc;
}

static enum lw_code add_member(struct lw_rebuild *rebuild, lw_str body, lw_str quoted, int sign,
                               struct lw_error *err)
{
  if (memmem(body.ptr, body.len, quoted.ptr, quoted.len) == NULL) {
    return LW_OK;
  }
  lw_str text = lw_scan_member(body, lw_str_slice(quoted, 1, quoted.len - 3));
  return text.ptr != NULL && !lw_str_equal(text, LW_STR("[]")) ? add_list(rebuild, text, sign, err)
                                                               : LW_OK;
}

enum lw_code lw_rebuild_add(struct lw_rebuild *rebuild, lw_str body, struct lw_error *err)
{
  enum lw_code rc = add_member(rebuild, body, LW_STR("\"draws\":"), 1, err);
  return rc == LW_OK ? add_member(rebuild, body, LW_STR("\"returns\":"), -1, err) : rc;
}

/* ---- what the table says ---- */

static void say_moment(lw_usec at, struct lw_buf *out)
{
  int64_t seconds = at / LW_USEC_PER_SECOND;
  if (seconds < LW_TIME_SECONDS_MIN || seconds > LW_TIME_SECONDS_MAX) {
    lw_buf_add_int(out, at);
  } else {
    lw_rfc3339_print(seconds, 0, out);
  }
}

/* budget "rep-month" of ana, month of 2026-03-01T00:00:00Z */
static void say_row(const struct lw_recorded_draw *row, struct lw_buf *out)
{
  LW_BUF_LIT(out, "budget \"");
  lw_buf_add(out, row->budget);
  LW_BUF_LIT(out, "\" of ");
  if (row->scope.len == 0) {
    LW_BUF_LIT(out, "the organization");
  }
  for (size_t i = 0; i < row->scope.len; i++) {
    char c = row->scope.ptr[i];
    if (c == '\x1f') {
      LW_BUF_LIT(out, " and ");
    } else {
      lw_buf_add_char(out, c);
    }
  }
  const char *word = lw_window_word(row->window.kind);
  if (row->window.kind != LW_WINDOW_FOR_GOOD) {
    LW_BUF_LIT(out, ", ");
    lw_buf_add_c(out, word != NULL ? word : "draw");
    LW_BUF_LIT(out, " of ");
    say_moment(row->key, out);
  }
}

static void say_sum(int64_t amount, int64_t times, lw_usec last, struct lw_buf *out)
{
  lw_buf_add_int(out, amount);
  LW_BUF_LIT(out, " (minor units) in ");
  lw_buf_add_int(out, times);
  LW_BUF_LIT(out, ", last ");
  say_moment(last, out);
}

static void say_difference(const struct lw_recorded_draw *row, const struct lw_sum *sum,
                           struct lw_buf *fault)
{
  say_row(row, fault);
  LW_BUF_LIT(fault, ": the table has ");
  say_sum(row->amount_minor, row->times, row->at, fault);
  if (sum == NULL) {
    LW_BUF_LIT(fault, "; the journal never drew from it");
  } else {
    LW_BUF_LIT(fault, "; the journal says ");
    say_sum(sum->amount, sum->times, sum->last, fault);
  }
}

/* What the database says of a row, against the journal. False: they differ, which was said. */
static bool compare_sum(struct lw_rebuild *rebuild, const struct lw_recorded_draw *row,
                        struct lw_buf *fault)
{
  lw_str key = key_of(rebuild, row);
  struct lw_sum *sum = key.ptr != NULL ? lw_sums_find(&rebuild->sums, key) : NULL;
  if (sum == NULL || sum->amount != row->amount_minor || sum->times != row->times ||
      sum->last != row->at) {
    say_difference(row, sum, fault);
    return false;
  }
  sum->seen = true;
  return true;
}

static void row_of(const struct lw_sum *sum, struct lw_recorded_draw *ret_row)
{
  uint32_t len = 0;
  *ret_row = (struct lw_recorded_draw){.window.kind = (enum lw_window_kind)sum->key.ptr[0]};
  memcpy(&ret_row->key, sum->key.ptr + 1, 8);
  memcpy(&len, sum->key.ptr + 9, 4);
  ret_row->budget = lw_str_slice(sum->key, KEY_HEAD_BYTES, len);
  ret_row->scope = lw_str_slice(sum->key, KEY_HEAD_BYTES + (size_t)len, SIZE_MAX);
}

/* The row of the statement, compared. False: they differ, which was said. */
static bool compare_row(struct lw_rebuild *rebuild, const struct lw_stmt *stmt,
                        struct lw_buf *fault)
{
  int64_t kind = lw_stmt_get_int(stmt, 1);
  struct lw_recorded_draw row = {.budget = lw_stmt_get_text(stmt, 0),
                                 .scope = lw_stmt_get_text(stmt, 2),
                                 .key = lw_stmt_get_int(stmt, 3),
                                 .amount_minor = lw_stmt_get_int(stmt, 4),
                                 .times = lw_stmt_get_int(stmt, 5),
                                 .at = lw_stmt_get_int(stmt, 6)};
  if (lw_stmt_is_null(stmt, 0) || kind < 0 || kind > LW_WINDOW_ROLLING) {
    LW_BUF_LIT(fault, "table drawn has a row of a budget that is not there: number ");
    lw_buf_add_int(fault, lw_stmt_get_int(stmt, 7));
    return false;
  }
  row.window.kind = (enum lw_window_kind)kind;
  lw_str key = key_of(rebuild, &row);
  struct lw_sum *more = key.ptr != NULL ? lw_sums_find(&rebuild->waiting, key) : NULL;
  if (more != NULL) {
    more->seen = true;
    row.amount_minor = (int64_t)((uint64_t)row.amount_minor + (uint64_t)more->amount);
    row.times = (int64_t)((uint64_t)row.times + (uint64_t)more->times);
    row.at = row.at < more->last ? more->last : row.at;
  }
  return compare_sum(rebuild, &row, fault);
}

/* What is on its way to a row that is not there yet. */
static bool compare_waiting(struct lw_rebuild *rebuild, const struct lw_sum *waiting,
                            struct lw_buf *fault)
{
  struct lw_recorded_draw row;
  row_of(waiting, &row);
  row.amount_minor = waiting->amount;
  row.times = waiting->times;
  row.at = waiting->last;
  return compare_sum(rebuild, &row, fault);
}

static void say_missing(const struct lw_sum *sum, struct lw_buf *fault)
{
  struct lw_recorded_draw row;
  row_of(sum, &row);
  say_row(&row, fault);
  LW_BUF_LIT(fault, ": the journal says ");
  say_sum(sum->amount, sum->times, sum->last, fault);
  LW_BUF_LIT(fault, "; the table has no such row");
}

/* ---- what is on its way ---- */

struct gathering {
  struct lw_rebuild *rebuild;
  struct lw_db *db;
  enum lw_code rc;
  struct lw_error *err;
};

/* Numbers of budgets become names, as the journal has them. */
static bool gather(void *user, struct lw_row_key row, enum lw_window_kind kind, lw_usec moment,
                   int64_t amount_minor, int64_t times, lw_usec last)
{
  struct gathering *gathering = user;
  struct lw_stmt *stmt = NULL;
  bool found = false;
  gathering->rc = lw_db_statement(gathering->db, sql_name, &stmt, gathering->err);
  if (gathering->rc == LW_OK) {
    lw_stmt_int(stmt, 1, row.budget);
    gathering->rc = lw_stmt_step(stmt, &found, gathering->err);
  }
  if (gathering->rc != LW_OK) {
    return false;
  }
  struct lw_recorded_draw draw = {.budget = found ? lw_stmt_get_text(stmt, 0) : LW_STR("?"),
                                  .scope = row.scope,
                                  .window = {kind, 0},
                                  .key = moment};
  lw_str key = key_of(gathering->rebuild, &draw);
  struct lw_sum *sum = key.ptr != NULL ? lw_sums_get(&gathering->rebuild->waiting, key) : NULL;
  if (found) {
    lw_stmt_reset(stmt);
  }
  if (sum == NULL) {
    gathering->rc = lw_fail(gathering->err, LW_NO_MEMORY, "out of memory for budgets");
    return false;
  }
  sum->amount = (int64_t)((uint64_t)sum->amount + (uint64_t)amount_minor);
  sum->times = (int64_t)((uint64_t)sum->times + (uint64_t)times);
  sum->last = sum->last < last ? last : sum->last;
  return true;
}

/* LW_IO with `fault` said: the log itself is damaged. */
static enum lw_code load_waiting(struct lw_rebuild *rebuild, struct lw_db *db, struct lw_buf *fault,
                                 struct lw_error *err)
{
  struct gathering gathering = {.rebuild = rebuild, .db = db, .err = err};
  struct lw_drawn *drawn = lw_drawn_create(0);
  enum lw_code rc = drawn != NULL ? lw_drawn_load(drawn, db, err)
                                  : lw_fail(err, LW_NO_MEMORY, "out of memory for budgets");
  if (rc == LW_OK) {
    lw_drawn_each_waiting(drawn, gather, &gathering);
    rc = gathering.rc;
  } else if (rc == LW_IO) {
    lw_buf_add_c(fault, err->text);
    rc = LW_OK;
  }
  lw_drawn_destroy(drawn);
  return rc;
}

enum lw_code lw_rebuild_compare(struct lw_rebuild *rebuild, struct lw_db *db, uint64_t *ret_rows,
                                struct lw_buf *fault, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool row = false;
  bool same = true;
  uint64_t rows = 0;
  enum lw_code rc = load_waiting(rebuild, db, fault, err);
  same = fault->len == 0;
  if (rc == LW_OK && same) {
    rc = lw_db_statement(db, sql_rows, &stmt, err);
  }
  if (rc == LW_OK && same) {
    rc = lw_stmt_step(stmt, &row, err);
  }
  for (; rc == LW_OK && row && same; rows++) {
    same = compare_row(rebuild, stmt, fault);
    if (same) {
      rc = lw_stmt_step(stmt, &row, err);
    } else {
      lw_stmt_reset(stmt);
    }
  }
  for (size_t i = 0; rc == LW_OK && same && i < rebuild->waiting.count; i++) {
    if (!rebuild->waiting.items[i].seen) {
      same = compare_waiting(rebuild, &rebuild->waiting.items[i], fault);
      rows++;
    }
  }
  for (size_t i = 0; rc == LW_OK && same && i < rebuild->sums.count; i++) {
    if (!rebuild->sums.items[i].seen) {
      say_missing(&rebuild->sums.items[i], fault);
      same = false;
    }
  }
  if (rc == LW_OK && (fault->failed || rebuild->key.failed)) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory for budgets");
  }
  *ret_rows = rows;
  return rc;
}
