/* leeway verify: looks at the whole record and says the first thing that does not fit. */
#include "base/bounds.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/store.h"
#include "data/json.h"
#include "ledger/verify.h"

static void print_hash(const lw_hash *hash, struct lw_buf *out)
{
  char hex[2 * LW_HASH_BYTES];
  lw_hex_write(hash->bytes, LW_HASH_BYTES, hex);
  lw_buf_add(out, lw_str_from(hex, sizeof hex));
}

static void print_json(const struct lw_verify_report *report, struct lw_buf *out)
{
  bool is_well = report->fault[0] == '\0';
  lw_buf_printf(out,
                "{\"well\":%s,\"entries\":%llu,\"checkpoints\":%llu,\"budget_rows\":%llu,"
                "\"texts\":%llu,\"texts_erased\":%llu,\"head\":\"",
                is_well ? "true" : "false", (unsigned long long)report->entries,
                (unsigned long long)report->checkpoints, (unsigned long long)report->budget_rows,
                (unsigned long long)report->texts, (unsigned long long)report->texts_erased);
  print_hash(&report->head, out);
  LW_BUF_LIT(out, "\"");
  if (!is_well) {
    LW_BUF_LIT(out, ",\"fault\":");
    lw_json_add_string(out, lw_str_c(report->fault));
  }
  if (report->bad_seq != 0) {
    lw_buf_printf(out, ",\"entry\":%llu,\"byte\":%zu", (unsigned long long)report->bad_seq,
                  report->bad_byte);
  }
  LW_BUF_LIT(out, "}\n");
}

static void print_text(const char *url, const struct lw_verify_report *report, struct lw_buf *out)
{
  char shown[LW_DB_SHOWN_BYTES];
  lw_db_show_url(url, shown, sizeof shown);
  if (report->fault[0] != '\0') {
    lw_buf_printf(out, "%s: %s\n", shown, report->fault);
    lw_buf_printf(out, "%llu entries were looked at before that, and fit.\n",
                  (unsigned long long)report->entries);
    return;
  }
  lw_buf_printf(out,
                "%s: all is well: %llu entries, %llu checkpoints, %llu budget rows, %llu texts, "
                "%llu erased\nhead: entry %llu, ",
                shown, (unsigned long long)report->entries, (unsigned long long)report->checkpoints,
                (unsigned long long)report->budget_rows, (unsigned long long)report->texts,
                (unsigned long long)report->texts_erased, (unsigned long long)report->entries);
  print_hash(&report->head, out);
  LW_BUF_LIT(out, "\n");
}

/* LW_EXIT_DONE, or why not. */
static int run(const char *url, lw_str kept, bool json)
{
  struct lw_db_options options = {.url = url, .mode = LW_DB_READ};
  struct lw_progress progress;
  struct lw_verify_report report = {0};
  struct lw_error err = {0};
  struct lw_db *db = NULL;
  lw_progress_start(&progress, "verifying", "entries", false);
  struct lw_verify_options how = {lw_progress_show, &progress, kept};
  enum lw_code rc = lw_db_open(&options, &db, &err);
  if (rc == LW_OK) {
    rc = lw_verify(db, &how, &report, &err);
  }
  lw_progress_end(&progress);
  lw_db_close(db);
  if (rc != LW_OK) {
    lw_say(&err);
    return LW_EXIT_FAILED;
  }
  struct lw_buf out = {0};
  if (json) {
    print_json(&report, &out);
  } else {
    print_text(url, &report, &out);
  }
  bool is_written = lw_write_out(&out);
  lw_buf_finish(&out);
  if (!is_written) {
    return LW_EXIT_FAILED;
  }
  return report.fault[0] == '\0' ? LW_EXIT_DONE : LW_EXIT_NO;
}

int lw_cmd_verify(int argc, char **argv)
{
  const char *url = LW_STORE_URL;
  const char *checkpoints = NULL;
  bool json = false;
  const struct lw_option_spec specs[] = {
      {"db", &url, NULL}, {"checkpoints", &checkpoints, NULL}, {"json", NULL, &json}};
  char **operands = NULL;
  int count = 0;
  int status = lw_take_options("verify", argc, argv, specs, 3, &operands, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 0) {
    return lw_usage_error("verify", "\"%s\" is one word too many", operands[0]);
  }
  if (!lw_crypto_start()) {
    lw_say_error("the cryptographic library can't start");
    return LW_EXIT_FAILED;
  }
  struct lw_arena arena;
  struct lw_error err = {0};
  lw_str kept = {NULL, 0};
  lw_arena_init(&arena, NULL, 0);
  if (checkpoints != NULL &&
      lw_read_file(&arena, checkpoints, LW_ARENA_BYTES_MAX / 4, &kept, &err) != LW_OK) {
    lw_say(&err);
    status = LW_EXIT_FAILED;
  } else {
    status = run(url, kept, json);
  }
  lw_arena_finish(&arena);
  return status;
}
