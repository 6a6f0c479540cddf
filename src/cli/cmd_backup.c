/* leeway backup: one consistent copy while the server runs, then a look at the copy: the end of its
 * chain must be an entry of the chain that it was copied from. */
#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/store.h"
#include "ledger/journal.h"

#include <string.h>

static enum lw_code read_head(struct lw_db *db, struct lw_arena *arena,
                              struct lw_entry_view *ret_head, struct lw_error *err)
{
  uint64_t last = 0;
  *ret_head = (struct lw_entry_view){0};
  enum lw_code rc = lw_journal_last(db, &last, err);
  return rc == LW_OK && last != 0 ? lw_journal_read(db, last, arena, ret_head, err) : rc;
}

/* The copy's last entry, found in the original with the same hash. */
static enum lw_code compare(struct lw_db *db, const char *copy, struct lw_arena *arena,
                            struct lw_entry_view *ret_head, struct lw_error *err)
{
  struct lw_db_options options = {.url = copy, .mode = LW_DB_READ};
  struct lw_db *other = NULL;
  struct lw_entry_view same = {0};
  enum lw_code rc = lw_db_open(&options, &other, err);
  if (rc == LW_OK) {
    rc = read_head(other, arena, ret_head, err);
  }
  lw_db_close(other);
  if (rc == LW_OK && ret_head->seq != 0) {
    rc = lw_journal_read(db, ret_head->seq, arena, &same, err);
  }
  if (rc == LW_OK && !lw_hash_equal(&same.hash, &ret_head->hash)) {
    rc = lw_fail(err, LW_IO, "the copy %s ends with another entry %llu than the original", copy,
                 (unsigned long long)ret_head->seq);
    lw_error_hint(err, "throw it away, look after the disk, and try again");
  }
  return rc;
}

static enum lw_code copy_and_compare(const char *url, const char *path, struct lw_arena *arena,
                                     struct lw_entry_view *ret_head, struct lw_error *err)
{
  struct lw_db_options options = {.url = url, .mode = LW_DB_READ};
  struct lw_progress progress;
  struct lw_db *db = NULL;
  lw_progress_start(&progress, "copying", "pages", false);
  enum lw_code rc = lw_db_open(&options, &db, err);
  if (rc == LW_OK) {
    rc = lw_db_backup(db, path, lw_progress_show, &progress, err);
  }
  lw_progress_end(&progress);
  if (rc == LW_OK) {
    rc = compare(db, path, arena, ret_head, err);
  }
  lw_db_close(db);
  return rc;
}

static bool print_result(const char *path, const struct lw_entry_view *head)
{
  char hex[2 * LW_HASH_BYTES];
  struct lw_buf out = {0};
  lw_hex_write(head->hash.bytes, LW_HASH_BYTES, hex);
  lw_buf_printf(&out, "%s: %llu entries, head %.*s\n", path, (unsigned long long)head->seq,
                (int)sizeof hex, hex);
  bool is_written = lw_write_out(&out);
  lw_buf_finish(&out);
  return is_written;
}

int lw_cmd_backup(int argc, char **argv)
{
  const char *url = LW_STORE_URL;
  const struct lw_option_spec specs[] = {{"db", &url, NULL}};
  char **operands = NULL;
  int count = 0;
  int status = lw_take_options("backup", argc, argv, specs, 1, &operands, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 1) {
    return lw_usage_error("backup", count == 0 ? "where to write the copy is not said"
                                               : "one file is enough");
  }
  struct lw_arena arena;
  struct lw_entry_view head = {0};
  struct lw_error err = {0};
  lw_arena_init(&arena, NULL, 0);
  status = LW_EXIT_DONE;
  if (copy_and_compare(url, operands[0], &arena, &head, &err) != LW_OK) {
    lw_say(&err);
    status = LW_EXIT_FAILED;
  } else if (!print_result(operands[0], &head)) {
    status = LW_EXIT_FAILED;
  }
  lw_arena_finish(&arena);
  return status;
}
