/* leeway policy draft list | new | show | set | split | delete: drafts of the policy, beside a
 * running server too. What is changed is what was read just before. */
#include "base/bounds.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/store.h"
#include "data/json.h"
#include "engine/draft.h"
#include "policy/edit.h"

/* What they share: a store, a reader, memory, what goes out. */
struct bench {
  struct lw_engine *engine;
  const struct lw_snapshot *snapshot;
  struct lw_db *db;
  struct lw_arena arena;
  struct lw_buf out;
  bool json;
};

static bool open_bench(struct bench *bench, const char *url, bool json)
{
  struct lw_error err;
  *bench = (struct bench){.json = json};
  lw_arena_init(&bench->arena, NULL, 0);
  bench->engine = lw_store_need(url, false);
  if (bench->engine == NULL) {
    return false;
  }
  bench->snapshot = lw_engine_snapshot(bench->engine);
  if (lw_engine_reader(bench->engine, &bench->db, &err) != LW_OK) {
    lw_say(&err);
    return false;
  }
  return true;
}

static int close_bench(struct bench *bench, int status)
{
  if (bench->out.len != 0 && !lw_write_out(&bench->out)) {
    status = LW_EXIT_FAILED;
  }
  if (bench->db != NULL) {
    lw_engine_reader_done(bench->engine, bench->db);
  }
  lw_snapshot_unref(bench->snapshot);
  lw_buf_finish(&bench->out);
  lw_arena_finish(&bench->arena);
  lw_engine_close(bench->engine);
  return status;
}

/* Applies a change; its answer goes out with --json. */
static enum lw_code change(struct bench *bench,
                           enum lw_code (*apply)(struct lw_batch *, struct lw_change *,
                                                 struct lw_error *),
                           void *user, struct lw_error *err)
{
  struct lw_change change = {
      .apply = apply, .user = user, .arena = &bench->arena, .actor = LW_STR("cli")};
  enum lw_code rc = lw_engine_run(bench->engine, &change, err);
  if (rc == LW_OK && bench->json && change.answer.len != 0) {
    lw_buf_add(&bench->out, lw_buf_str(&change.answer));
    lw_buf_add_char(&bench->out, '\n');
  }
  lw_buf_finish(&change.answer);
  return rc;
}

static lw_str title_of(const struct lw_draft *draft)
{
  return draft->title.len != 0   ? draft->title
         : draft->words.len != 0 ? draft->words
                                 : LW_STR("Draft");
}

/* What is wrong, then what differs: sentences, and how many variables it is. Warnings are what
 * `leeway policy check` tells. */
static void say_changes(const struct lw_draft_look *look, lw_str name, struct lw_buf *out)
{
  const struct lw_variables *variables = &look->variables;
  for (size_t i = 0; i < look->checked.diags.count; i++) {
    if (look->checked.diags.items[i].severity == LW_SEVERITY_ERROR) {
      lw_diag_print(&look->checked.diags.items[i], name, look->checked.source, out);
    }
  }
  for (size_t i = 0; i < variables->changes.count; i++) {
    lw_variable_say(&variables->changes.items[i], out);
    lw_buf_add_char(out, '\n');
  }
  if (look->checked.policy != NULL) {
    lw_buf_printf(out, "%u %s changed\n", variables->count,
                  variables->count == 1 ? "variable" : "variables");
  }
  if (variables->count > 1) {
    LW_BUF_LIT(out, "One variable at a time is easier to judge: `leeway policy draft split` makes "
                    "a draft of each.\n");
  }
}

/* --- list --- */

static int list_drafts(struct bench *bench)
{
  struct lw_draft *drafts = NULL;
  struct lw_error err;
  uint32_t count = 0;
  if (lw_draft_list(bench->db, &bench->arena, &drafts, &count, &err) != LW_OK) {
    return lw_desk_fail(&err);
  }
  lw_buf_add(&bench->out, bench->json ? LW_STR("{\"items\":[") : LW_STR(""));
  for (uint32_t i = 0; i < count; i++) {
    const struct lw_draft *draft = &drafts[i];
    if (bench->json) {
      lw_buf_add_c(&bench->out, i == 0 ? "" : ",");
      lw_draft_print(draft, bench->snapshot->staff, false, &bench->out);
      continue;
    }
    lw_buf_printf(&bench->out, "%-30.*s  %u %s  ", LW_FMT(draft->id), draft->variables,
                  draft->variables == 1 ? "variable " : "variables");
    lw_rfc3339_print(draft->at / LW_USEC_PER_SECOND, 0, &bench->out);
    lw_buf_printf(&bench->out, "  %.*s: %.*s%s\n", LW_FMT(draft->who), LW_FMT(title_of(draft)),
                  draft->errors != 0 ? " (has errors)" : "");
  }
  lw_buf_add(&bench->out, bench->json  ? LW_STR("]}\n")
                          : count == 0 ? LW_STR("there are no drafts\n")
                                       : LW_STR(""));
  return LW_EXIT_DONE;
}

int lw_cmd_draft_list(int argc, char **argv)
{
  struct bench bench;
  const char *url = LW_STORE_URL;
  bool json = false;
  const struct lw_option_spec specs[] = {{"db", &url, NULL}, {"json", NULL, &json}};
  char **operands = NULL;
  int count = 0;
  int status = lw_take_options("policy draft list", argc, argv, specs, 2, &operands, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 0) {
    return lw_usage_error("policy draft list", "nothing is expected, not \"%s\"", operands[0]);
  }
  status = open_bench(&bench, url, json) ? list_drafts(&bench) : LW_EXIT_FAILED;
  return close_bench(&bench, status);
}

/* --- new --- */

static int make_draft(struct bench *bench, const char *file, struct lw_draft_put *put)
{
  struct lw_publish_version version = {.number = 0};
  struct lw_draft_look look = {.compared = false};
  struct lw_error err;
  enum lw_code rc = LW_OK;
  if (file != NULL) {
    rc = lw_read_file(&bench->arena, file, LW_POLICY_TEXT_BYTES_MAX, &put->source, &err);
  }
  if (rc == LW_OK && (file == NULL || put->from != 0 || bench->snapshot->policy != NULL)) {
    rc = lw_publish_get(bench->db, put->from, &bench->arena, &version, &err);
  }
  put->from = version.number;
  put->source = file != NULL ? put->source : version.source;
  if (rc == LW_OK) {
    rc = lw_draft_look(&look, bench->db, bench->snapshot, put->source, put->from, &bench->arena,
                       &err);
  }
  if (rc == LW_OK) {
    struct lw_draft_put with = *put; /* the look is gone before what was put is */
    with.look = &look;
    rc = change(bench, lw_draft_apply, &with, &err);
    put->ret_draft = with.ret_draft;
  }
  if (rc == LW_OK && !bench->json) {
    lw_buf_printf(&bench->out, "%.*s\n", LW_FMT(put->ret_draft.id));
    say_changes(&look, put->ret_draft.id, &bench->out);
  }
  lw_draft_look_finish(&look);
  return rc == LW_OK ? LW_EXIT_DONE : lw_desk_fail(&err);
}

int lw_cmd_draft_new(int argc, char **argv)
{
  struct bench bench;
  struct lw_draft_put put = {.id = LW_STR("")};
  const char *url = LW_STORE_URL;
  const char *title = NULL;
  const char *from = NULL;
  bool json = false;
  int64_t number = 0;
  const struct lw_option_spec specs[] = {
      {"db", &url, NULL}, {"title", &title, NULL}, {"from", &from, NULL}, {"json", NULL, &json}};
  char **files = NULL;
  int count = 0;
  int status = lw_take_options("policy draft new", argc, argv, specs, 4, &files, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count > 1) {
    return lw_usage_error("policy draft new", "one policy at a time");
  }
  if (from != NULL && (!lw_int_read(lw_str_c(from), &number) || number < 1)) {
    return lw_usage_error("policy draft new", "a version is a number, not \"%s\"", from);
  }
  if (title != NULL && lw_str_c(title).len > LW_DRAFT_TITLE_BYTES_MAX) {
    return lw_usage_error("policy draft new", "a title has at most %d bytes",
                          LW_DRAFT_TITLE_BYTES_MAX);
  }
  put.from = (uint64_t)number;
  put.title = lw_str_c(title);
  status = open_bench(&bench, url, json) ? make_draft(&bench, count == 1 ? files[0] : NULL, &put)
                                         : LW_EXIT_FAILED;
  return close_bench(&bench, status);
}

/* --- show --- */

static void show_json(struct bench *bench, const struct lw_draft *draft,
                      const struct lw_draft_look *look)
{
  struct lw_buf *out = &bench->out;
  lw_draft_print(draft, bench->snapshot->staff, true, out);
  if (draft->reason.len != 0) {
    LW_BUF_LIT(out, ",\"reason\":");
    lw_json_add_string(out, draft->reason);
  }
  LW_BUF_LIT(out, ",\"changes\":");
  lw_variables_json(&look->variables, out);
  LW_BUF_LIT(out, ",\"findings\":");
  lw_findings_print(&look->checked.diags, out);
  LW_BUF_LIT(out, ",\"source\":");
  lw_json_add_string(out, draft->source);
  LW_BUF_LIT(out, "}\n");
}

static void show_text(struct bench *bench, const struct lw_draft *draft,
                      const struct lw_draft_look *look)
{
  lw_buf_printf(&bench->out, "%.*s\n", LW_FMT(title_of(draft)));
  if (draft->from != 0) {
    lw_buf_printf(&bench->out, "from version %llu, ", (unsigned long long)draft->from);
  }
  lw_buf_printf(&bench->out, "changed last by %.*s, ", LW_FMT(draft->who));
  lw_rfc3339_print(draft->at / LW_USEC_PER_SECOND, 0, &bench->out);
  LW_BUF_LIT(&bench->out, "\n");
  if (draft->reason.len != 0) {
    lw_buf_printf(&bench->out, "reason: %.*s\n", LW_FMT(draft->reason));
  }
  LW_BUF_LIT(&bench->out, "\n");
  say_changes(look, draft->id, &bench->out);
}

static int show_draft(struct bench *bench, const char *id, bool source)
{
  struct lw_draft draft;
  struct lw_draft_look look = {.compared = false};
  struct lw_error err;
  enum lw_code rc = lw_draft_get(bench->db, lw_str_c(id), &bench->arena, &draft, &err);
  if (rc == LW_OK && source) {
    lw_buf_add(&bench->out, draft.source);
    return LW_EXIT_DONE;
  }
  if (rc == LW_OK) {
    rc = lw_draft_look(&look, bench->db, bench->snapshot, draft.source, draft.from, &bench->arena,
                       &err);
  }
  if (rc == LW_OK && bench->json) {
    show_json(bench, &draft, &look);
  } else if (rc == LW_OK) {
    show_text(bench, &draft, &look);
  }
  lw_draft_look_finish(&look);
  return rc == LW_OK ? LW_EXIT_DONE : lw_desk_fail(&err);
}

int lw_cmd_draft_show(int argc, char **argv)
{
  struct bench bench;
  const char *url = LW_STORE_URL;
  bool json = false;
  bool source = false;
  const struct lw_option_spec specs[] = {
      {"db", &url, NULL}, {"source", NULL, &source}, {"json", NULL, &json}};
  char **ids = NULL;
  int count = 0;
  int status = lw_take_options("policy draft show", argc, argv, specs, 3, &ids, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 1) {
    return lw_usage_error("policy draft show", count == 0
                                                   ? "which draft? `leeway policy draft list`"
                                                   : "one draft at a time");
  }
  status = open_bench(&bench, url, json) ? show_draft(&bench, ids[0], source) : LW_EXIT_FAILED;
  return close_bench(&bench, status);
}

/* --- set --- */

static int set_value(struct bench *bench, const char *id, const char *path, const char *value)
{
  struct lw_draft draft;
  struct lw_draft_look look = {.compared = false};
  struct lw_buf edited = {0};
  struct lw_error err;
  enum lw_code rc = lw_draft_get(bench->db, lw_str_c(id), &bench->arena, &draft, &err);
  if (rc == LW_OK) {
    rc = lw_policy_edit(draft.source, lw_str_c(path), lw_str_c(value), &edited, &err);
  }
  if (rc == LW_OK) {
    rc = lw_draft_look(&look, bench->db, bench->snapshot, lw_buf_str(&edited), draft.from,
                       &bench->arena, &err);
  }
  if (rc == LW_OK) {
    struct lw_draft_put put = {.id = draft.id,
                               .source = lw_buf_str(&edited),
                               .has_tag = true,
                               .tag = draft.tag,
                               .look = &look};
    rc = change(bench, lw_draft_apply, &put, &err);
  }
  if (rc == LW_OK && !bench->json) {
    say_changes(&look, draft.id, &bench->out);
  }
  lw_draft_look_finish(&look);
  lw_buf_finish(&edited);
  return rc == LW_OK ? LW_EXIT_DONE : lw_desk_fail(&err);
}

/* --- split, delete --- */

static int split_draft(struct bench *bench, const char *id)
{
  struct lw_draft_split split = {.has_tag = true};
  struct lw_draft draft;
  struct lw_error err;
  enum lw_code rc = lw_draft_get(bench->db, lw_str_c(id), &bench->arena, &draft, &err);
  if (rc == LW_OK) {
    split.id = draft.id;
    split.tag = draft.tag;
    rc = lw_draft_split_prepare(&split, bench->db, bench->snapshot, &draft, &bench->arena, &err);
  }
  if (rc == LW_OK) {
    rc = change(bench, lw_draft_split_apply, &split, &err);
  }
  for (uint32_t i = 0; rc == LW_OK && !bench->json && i < split.count; i++) {
    lw_buf_printf(&bench->out, "%.*s  %.*s\n", LW_FMT(split.parts[i].id),
                  LW_FMT(title_of(&split.parts[i])));
  }
  return rc == LW_OK ? LW_EXIT_DONE : lw_desk_fail(&err);
}

static int delete_draft(struct bench *bench, const char *id)
{
  struct lw_draft draft;
  struct lw_error err;
  enum lw_code rc = lw_draft_get(bench->db, lw_str_c(id), &bench->arena, &draft, &err);
  if (rc == LW_OK) {
    struct lw_draft_removal removal = {.id = draft.id, .has_tag = true, .tag = draft.tag};
    rc = change(bench, lw_draft_remove_apply, &removal, &err);
  }
  if (rc == LW_OK && !bench->json) {
    LW_BUF_LIT(&bench->out, "deleted\n");
  }
  return rc == LW_OK ? LW_EXIT_DONE : lw_desk_fail(&err);
}

/* The options and operands of those that change one: `n` operands, the first an id. */
static int take_one(const char *command, int argc, char **argv, int n, struct bench *bench,
                    char ***ret_operands)
{
  const char *url = LW_STORE_URL;
  bool json = false;
  const struct lw_option_spec specs[] = {{"db", &url, NULL}, {"json", NULL, &json}};
  int count = 0;
  *bench = (struct bench){.engine = NULL};
  int status = lw_take_options(command, argc, argv, specs, 2, ret_operands, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != n) {
    return lw_usage_error(command, n == 3       ? "a draft, a path and a value are needed"
                                   : count == 0 ? "which draft? `leeway policy draft list`"
                                                : "one draft at a time");
  }
  return open_bench(bench, url, json) ? LW_EXIT_DONE : LW_EXIT_FAILED;
}

int lw_cmd_draft_set(int argc, char **argv)
{
  struct bench bench;
  char **words = NULL;
  int status = take_one("policy draft set", argc, argv, 3, &bench, &words);
  if (status == LW_EXIT_DONE) {
    status = set_value(&bench, words[0], words[1], words[2]);
  }
  return close_bench(&bench, status);
}

int lw_cmd_draft_split(int argc, char **argv)
{
  struct bench bench;
  char **words = NULL;
  int status = take_one("policy draft split", argc, argv, 1, &bench, &words);
  if (status == LW_EXIT_DONE) {
    status = split_draft(&bench, words[0]);
  }
  return close_bench(&bench, status);
}

int lw_cmd_draft_delete(int argc, char **argv)
{
  struct bench bench;
  char **words = NULL;
  int status = take_one("policy draft delete", argc, argv, 1, &bench, &words);
  if (status == LW_EXIT_DONE) {
    status = delete_draft(&bench, words[0]);
  }
  return close_bench(&bench, status);
}
