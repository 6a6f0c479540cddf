/* leeway migrate: a record whole into another database, and a look at the copy.
 *
 * The source is read in one transaction, the target written in one. A file as the target grows
 * under another name and takes its own when all is there and verified, as a backup does; on
 * PostgreSQL the transaction is what appears at once. Then every table is read once more on both
 * sides, and `leeway verify` looks at the copy.
 *
 * Whoever works on either would go on writing to what was left behind: so files are locked as a
 * server locks them, and PostgreSQL is asked whether servers are connected. */
#include "base/check.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/store.h"
#include "db/table.h"
#include "guide/page.h"
#include "ledger/move.h"
#include "ledger/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static const char sql_servers[] =
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND application_name = 'leeway'";

struct move {
  const char *from;
  const char *to;
  char shown_from[LW_DB_SHOWN_BYTES];
  char shown_to[LW_DB_SHOWN_BYTES];
  int locks[2]; /* of files; -1: none */
  struct lw_db *source;
  struct lw_db *target;
  struct lw_arena arena;
  struct lw_db_table *tables;
  struct lw_db_sum *sums; /* of the source, a table each */
  size_t n_tables;
  struct lw_buf growing; /* the name of a file until it is whole, ended by a null; or empty */
  struct lw_progress progress;
  uint64_t done;
  uint64_t total;
  uint64_t rows;
};

/* --- who else is there --- */

/* As a server locks it: none can start before this ends. */
static enum lw_code lock_file(const char *path, int *ret_lock, struct lw_error *err)
{
  struct lw_buf name = {0};
  enum lw_code rc = LW_OK;
  lw_buf_printf(&name, "%s.lock", path);
  lw_buf_add_char(&name, '\0');
  *ret_lock = name.failed ? -1 : open(name.ptr, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (*ret_lock < 0) {
    rc = lw_fail(err, LW_IO, "%s.lock can't be opened: %s", path, strerror(errno));
  } else if (flock(*ret_lock, LOCK_EX | LOCK_NB) != 0) {
    rc = lw_fail(err, LW_BUSY, "a server works on %s", path);
    lw_error_hint(err, "stop it first: what it wrote meanwhile would be left behind");
  }
  lw_buf_finish(&name);
  return rc;
}

static enum lw_code refuse_servers(struct lw_db *db, const char *shown, struct lw_error *err)
{
  int64_t servers = 0;
  enum lw_code rc =
      lw_db_kind(db) == LW_DB_POSTGRES ? lw_db_get_int(db, sql_servers, &servers, err) : LW_OK;
  if (rc == LW_OK && servers != 0) {
    rc = lw_fail(err, LW_BUSY, "servers or commands work on %s: %lld connections", shown,
                 (long long)servers);
    lw_error_hint(err, "stop them first: what they wrote meanwhile would be left behind");
  }
  return rc;
}

/* --- both ends --- */

static enum lw_code open_source(struct move *move, struct lw_error *err)
{
  struct lw_db_options options = {.url = move->from, .mode = LW_DB_READ};
  bool is_file = !lw_db_is_elsewhere(move->from);
  enum lw_code rc = LW_OK;
  if (is_file && access(move->from, R_OK) != 0) {
    return lw_fail(err, LW_NOT_FOUND, "%s can't be read: %s", move->from, strerror(errno));
  }
  rc = is_file ? lock_file(move->from, &move->locks[0], err) : LW_OK;
  rc = rc == LW_OK ? lw_db_open(&options, &move->source, err) : rc;
  rc = rc == LW_OK ? refuse_servers(move->source, move->shown_from, err) : rc;
  return rc == LW_OK ? lw_store_migrate(move->source, err) : rc;
}

static void remove_growing(const struct move *move)
{
  static const char *const ends[] = {"", "-wal", "-shm"};
  for (size_t i = 0; i < sizeof ends / sizeof ends[0] && move->growing.len != 0; i++) {
    struct lw_buf name = {0};
    lw_buf_printf(&name, "%s%s", move->growing.ptr, ends[i]);
    lw_buf_add_char(&name, '\0');
    if (!name.failed) {
      (void)unlink(name.ptr);
    }
    lw_buf_finish(&name);
  }
}

static enum lw_code start_file(struct move *move, struct lw_error *err)
{
  if (strncmp(move->to, "file:", 5) == 0) {
    return lw_fail(err, LW_USAGE, "--to takes the path of a file or postgres://...");
  }
  if (access(move->to, F_OK) == 0) {
    enum lw_code rc = lw_fail(err, LW_CONFLICT, "%s exists already", move->to);
    lw_error_hint(err, "give the name of a new file");
    return rc;
  }
  enum lw_code rc = lock_file(move->to, &move->locks[1], err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_buf_printf(&move->growing, "%s.moving", move->to);
  lw_buf_add_char(&move->growing, '\0');
  if (move->growing.failed) {
    lw_buf_reset(&move->growing);
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  remove_growing(move); /* of one that was ended in the middle; nobody else has the lock */
  return LW_OK;
}

/* Whether migrations leave a row in it. */
static bool is_born_filled(lw_str table)
{
  return lw_move_is_own(table) || lw_str_equal(table, LW_STR("policy_draft_tag"));
}

/* Before anything is made there. */
static enum lw_code need_empty(struct move *move, struct lw_error *err)
{
  struct lw_db_table *tables = NULL;
  size_t count = 0;
  enum lw_code rc = lw_db_tables(move->target, &move->arena, &tables, &count, err);
  for (size_t i = 0; rc == LW_OK && i < count; i++) {
    int64_t rows = 0;
    if (is_born_filled(tables[i].name)) {
      continue;
    }
    rc = lw_db_table_rows(move->target, &tables[i], &rows, err);
    if (rc == LW_OK && rows != 0) {
      rc = lw_fail(err, LW_CONFLICT, "%s is not empty: table %.*s has %lld rows", move->shown_to,
                   LW_FMT(tables[i].name), (long long)rows);
      lw_error_hint(err, "give one that is new: createdb");
    }
  }
  return rc;
}

static enum lw_code open_target(struct move *move, struct lw_error *err)
{
  bool is_file = !lw_db_is_elsewhere(move->to);
  enum lw_code rc = is_file ? start_file(move, err) : LW_OK;
  struct lw_db_options options = {.url = is_file ? move->growing.ptr : move->to,
                                  .mode = is_file ? LW_DB_DERIVED : LW_DB_WRITE};
  rc = rc == LW_OK ? lw_db_open(&options, &move->target, err) : rc;
  rc = rc == LW_OK ? refuse_servers(move->target, move->shown_to, err) : rc;
  rc = rc == LW_OK ? need_empty(move, err) : rc;
  return rc == LW_OK ? lw_store_migrate(move->target, err) : rc;
}

/* --- copying --- */

static void count_row(void *user)
{
  struct move *move = user;
  move->done++;
  lw_progress_show(&move->progress, move->done, move->total);
}

static enum lw_code list_tables(struct move *move, struct lw_error *err)
{
  enum lw_code rc = lw_db_tables(move->source, &move->arena, &move->tables, &move->n_tables, err);
  size_t kept = 0;
  for (size_t i = 0; rc == LW_OK && i < move->n_tables; i++) {
    int64_t rows = 0;
    if (!lw_move_is_own(move->tables[i].name)) {
      rc = lw_db_table_rows(move->source, &move->tables[i], &rows, err);
      move->tables[kept++] = move->tables[i];
      move->rows += (uint64_t)rows;
    }
  }
  move->n_tables = kept;
  move->total = move->rows;
  move->sums =
      lw_arena_alloc(&move->arena, kept * sizeof *move->sums + 1, _Alignof(struct lw_db_sum));
  return rc == LW_OK && move->sums == NULL ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
}

static enum lw_code copy_all(struct move *move, struct lw_error *err)
{
  int64_t pages = 0;
  enum lw_code rc = lw_db_begin(move->source, err);
  rc = rc == LW_OK ? list_tables(move, err) : rc;
  rc = rc == LW_OK ? lw_db_begin(move->target, err) : rc;
  for (size_t i = 0; rc == LW_OK && i < move->n_tables; i++) {
    rc = lw_db_table_copy(move->source, move->target, &move->tables[i], count_row, move,
                          &move->sums[i], err);
  }
  rc = rc == LW_OK ? lw_move_drawn(move->source, move->target, err) : rc;
  rc = rc == LW_OK ? lw_pages_index(move->target, &move->arena, &pages, err) : rc;
  rc = rc == LW_OK ? lw_db_commit(move->target, err) : rc;
  lw_db_rollback(move->target);
  lw_db_rollback(move->source);
  return rc;
}

/* --- looking at the copy --- */

/* Budgets may have more rows than were copied: what was on its way. `verify` looks at them. */
static enum lw_code compare_table(struct move *move, struct lw_db *copy, size_t i,
                                  struct lw_error *err)
{
  struct lw_db_sum sum = {0};
  const struct lw_db_table *table = &move->tables[i];
  enum lw_code rc = lw_db_table_copy(copy, NULL, table, count_row, move, &sum, err);
  if (rc != LW_OK || lw_str_equal(table->name, LW_STR("drawn"))) {
    return rc;
  }
  if (sum.rows != move->sums[i].rows || sum.digest != move->sums[i].digest) {
    rc = lw_fail(err, LW_INVALID, "table %.*s is not the same: %llu rows of %llu, or other ones",
                 LW_FMT(table->name), (unsigned long long)sum.rows,
                 (unsigned long long)move->sums[i].rows);
    lw_error_hint(err, "throw the copy away, and look after disk and memory of both machines");
  }
  return rc;
}

static enum lw_code verify(struct move *move, struct lw_db *copy,
                           struct lw_verify_report *ret_report, struct lw_error *err)
{
  lw_progress_start(&move->progress, "verifying", "entries", false);
  struct lw_verify_options how = {lw_progress_show, &move->progress, {NULL, 0}};
  enum lw_code rc = lw_verify(copy, &how, ret_report, err);
  lw_progress_end(&move->progress);
  if (rc == LW_OK && ret_report->fault[0] != '\0') {
    rc = lw_fail(err, LW_INVALID, "the copy does not verify: %s", ret_report->fault);
    lw_error_hint(err, "see whether `leeway verify --db %s` finds the same", move->shown_from);
  }
  return rc;
}

static enum lw_code look(struct move *move, struct lw_verify_report *ret_report,
                         struct lw_error *err)
{
  struct lw_db_options options = {.url = move->growing.len != 0 ? move->growing.ptr : move->to,
                                  .mode = LW_DB_READ};
  struct lw_db *copy = NULL;
  move->done = 0;
  lw_progress_start(&move->progress, "comparing", "rows", false);
  enum lw_code rc = lw_db_open(&options, &copy, err);
  rc = rc == LW_OK ? lw_db_begin(copy, err) : rc;
  for (size_t i = 0; rc == LW_OK && i < move->n_tables; i++) {
    rc = compare_table(move, copy, i, err);
  }
  lw_progress_end(&move->progress);
  if (copy != NULL) {
    lw_db_rollback(copy);
  }
  rc = rc == LW_OK ? verify(move, copy, ret_report, err) : rc;
  if (rc == LW_OK && move->growing.len != 0) {
    rc = lw_db_backup(copy, move->to, NULL, NULL, err);
  }
  lw_db_close(copy);
  return rc;
}

static enum lw_code run(struct move *move, struct lw_verify_report *ret_report,
                        struct lw_error *err)
{
  enum lw_code rc = open_source(move, err);
  rc = rc == LW_OK ? open_target(move, err) : rc;
  if (rc == LW_OK) {
    lw_progress_start(&move->progress, "copying", "rows", false);
    rc = copy_all(move, err);
    lw_progress_end(&move->progress);
  }
  lw_db_close(move->target);
  rc = rc == LW_OK ? look(move, ret_report, err) : rc;
  lw_db_close(move->source);
  remove_growing(move);
  return rc;
}

static bool print_result(const struct move *move, const struct lw_verify_report *report)
{
  char hex[2 * LW_HASH_BYTES];
  struct lw_buf out = {0};
  lw_hex_write(report->head.bytes, LW_HASH_BYTES, hex);
  lw_buf_printf(&out,
                "%s: %zu tables with %llu rows, as in %s\nall is well: %llu entries, %llu "
                "checkpoints, %llu budget rows, %llu texts, %llu erased\nhead: entry %llu, %.*s\n",
                move->shown_to, move->n_tables, (unsigned long long)move->rows, move->shown_from,
                (unsigned long long)report->entries, (unsigned long long)report->checkpoints,
                (unsigned long long)report->budget_rows, (unsigned long long)report->texts,
                (unsigned long long)report->texts_erased, (unsigned long long)report->entries,
                (int)sizeof hex, hex);
  bool is_written = lw_write_out(&out);
  lw_buf_finish(&out);
  return is_written;
}

static int copy(const char *from, const char *to)
{
  struct move move = {.from = from, .to = to, .locks = {-1, -1}};
  struct lw_verify_report report = {0};
  struct lw_error err = {0};
  lw_arena_init(&move.arena, NULL, 0);
  lw_db_show_url(from, move.shown_from, sizeof move.shown_from);
  lw_db_show_url(to, move.shown_to, sizeof move.shown_to);
  enum lw_code rc = run(&move, &report, &err);
  int status = LW_EXIT_DONE;
  if (rc != LW_OK) {
    lw_say(&err);
    status = rc == LW_INVALID ? LW_EXIT_NO : LW_EXIT_FAILED;
  } else if (!print_result(&move, &report)) {
    status = LW_EXIT_FAILED;
  }
  lw_buf_finish(&move.growing);
  lw_arena_finish(&move.arena);
  for (size_t i = 0; i < 2; i++) {
    if (move.locks[i] >= 0) {
      (void)close(move.locks[i]);
    }
  }
  return status;
}

/* The tables alone. */
static int make_tables(const char *to)
{
  struct lw_db_options options = {.url = to, .mode = LW_DB_WRITE};
  struct lw_error err = {0};
  struct lw_db *db = NULL;
  char shown[LW_DB_SHOWN_BYTES];
  lw_db_show_url(to, shown, sizeof shown);
  enum lw_code rc = lw_db_open(&options, &db, &err);
  rc = rc == LW_OK ? lw_store_migrate(db, &err) : rc;
  lw_db_close(db);
  if (rc != LW_OK) {
    lw_say(&err);
    return LW_EXIT_FAILED;
  }
  struct lw_buf out = {0};
  lw_buf_printf(&out, "%s: its tables are those of Leeway %s\n", shown, LW_VERSION);
  bool is_written = lw_write_out(&out);
  lw_buf_finish(&out);
  return is_written ? LW_EXIT_DONE : LW_EXIT_FAILED;
}

int lw_cmd_migrate(int argc, char **argv)
{
  const char *from = NULL;
  const char *to = NULL;
  const struct lw_option_spec specs[] = {{"from", &from, NULL}, {"to", &to, NULL}};
  char **operands = NULL;
  int count = 0;
  int status = lw_take_options("migrate", argc, argv, specs, 2, &operands, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 0) {
    return lw_usage_error("migrate", "\"%s\" is one word too many", operands[0]);
  }
  if (to == NULL || to[0] == '\0') {
    return lw_usage_error("migrate", "where to is not said: --to FILE or --to postgres://...");
  }
  if (from != NULL && strcmp(from, to) == 0) {
    return lw_usage_error("migrate", "--from and --to are the same database");
  }
  if (!lw_crypto_start()) {
    lw_say_error("the cryptographic library can't start");
    return LW_EXIT_FAILED;
  }
  return from != NULL ? copy(from, to) : make_tables(to);
}
