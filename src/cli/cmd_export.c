/* leeway export: the journal, and its checkpoints, as JSON lines. */
#include "base/num.h"
#include "cli/cli.h"
#include "cli/store.h"
#include "ledger/verify.h"

enum { WRITE_BYTES = 1 << 16 };

static struct lw_db *open_reader(const char *url)
{
  struct lw_db_options options = {.url = url, .mode = LW_DB_READ};
  struct lw_error err = {0};
  struct lw_db *db = NULL;
  if (lw_db_open(&options, &db, &err) != LW_OK) {
    lw_say(&err);
    return NULL;
  }
  return db;
}

/* ---- the journal ---- */

struct export
{
  struct lw_buf out;
  bool failed;
};

static bool write_lines(struct export *export)
{
  export->failed = !lw_write_out(&export->out);
  lw_buf_reset(&export->out);
  return !export->failed;
}

static bool add_line(void *user, const struct lw_entry_view *entry)
{
  struct export *export = user;
  lw_entry_print(entry, &export->out);
  lw_buf_add_char(&export->out, '\n');
  return export->out.len < WRITE_BYTES || write_lines(export);
}

static int export_journal(struct lw_db *db, uint64_t after)
{
  struct export export = {0};
  struct lw_error err = {0};
  enum lw_code rc = lw_journal_walk(db, after, 0, add_line, &export, &err);
  bool is_written = !export.failed && write_lines(&export);
  lw_buf_finish(&export.out);
  if (rc != LW_OK) {
    lw_say(&err);
  }
  return rc == LW_OK && is_written ? LW_EXIT_DONE : LW_EXIT_FAILED;
}

int lw_cmd_export_journal(int argc, char **argv)
{
  const char *url = LW_STORE_URL;
  const char *after_text = "0";
  const struct lw_option_spec specs[] = {{"db", &url, NULL}, {"after", &after_text, NULL}};
  char **operands = NULL;
  int count = 0;
  int status = lw_take_options("export journal", argc, argv, specs, 2, &operands, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 0) {
    return lw_usage_error("export journal", "\"%s\" is one word too many", operands[0]);
  }
  uint64_t after = 0;
  if (!lw_uint_read(lw_str_c(after_text), &after)) {
    return lw_usage_error("export journal", "--after wants an entry's number, not \"%s\"",
                          after_text);
  }
  struct lw_db *db = open_reader(url);
  if (db == NULL) {
    return LW_EXIT_FAILED;
  }
  status = export_journal(db, after);
  lw_db_close(db);
  return status;
}

/* ---- checkpoints ---- */

int lw_cmd_export_checkpoints(int argc, char **argv)
{
  const char *url = LW_STORE_URL;
  const struct lw_option_spec specs[] = {{"db", &url, NULL}};
  char **operands = NULL;
  int count = 0;
  int status = lw_take_options("export checkpoints", argc, argv, specs, 1, &operands, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 0) {
    return lw_usage_error("export checkpoints", "\"%s\" is one word too many", operands[0]);
  }
  struct lw_db *db = open_reader(url);
  if (db == NULL) {
    return LW_EXIT_FAILED;
  }
  struct lw_buf out = {0};
  struct lw_error err = {0};
  status = LW_EXIT_DONE;
  if (lw_checkpoint_export(db, &out, &err) != LW_OK) {
    lw_say(&err);
    status = LW_EXIT_FAILED;
  } else if (!lw_write_out(&out)) {
    status = LW_EXIT_FAILED;
  }
  lw_buf_finish(&out);
  lw_db_close(db);
  return status;
}
