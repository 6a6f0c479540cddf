/* leeway policy publish | versions | normal | rollback: which policy is live, beside a running
 * server too. */
#include "base/bounds.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/store.h"
#include "data/json.h"
#include "engine/draft.h"

enum { VERSIONS_USUAL = 20, VERSIONS_MAX = 1000 };

/* --- publish --- */

struct publishing {
  const char *name;  /* of the file, or the id of the draft */
  const char *draft; /* the same id; NULL: a file */
  const char *reason;
  const char *note;
  bool renamed;
  bool ends_trials;
  bool json;
};

static void print_findings(const struct publishing *how, const struct lw_publish *publish,
                           struct lw_buf *out)
{
  if (how->json) {
    LW_BUF_LIT(out, "{\"findings\":");
    lw_findings_print(&publish->diags, out);
    LW_BUF_LIT(out, "}\n");
    return;
  }
  for (size_t i = 0; i < publish->diags.count; i++) {
    lw_diag_print(&publish->diags.items[i], lw_str_c(how->name), publish->source, out);
  }
}

static int submit(struct lw_desk *desk, const struct publishing *how, struct lw_publish *publish)
{
  struct lw_error err;
  struct lw_change change = {
      .apply = lw_publish_apply, .user = publish, .arena = &desk->arena, .actor = LW_STR("cli")};
  enum lw_code rc = lw_engine_run(desk->engine, &change, &err);
  if (rc == LW_OK && how->json) {
    lw_buf_add(&desk->out, lw_buf_str(&change.answer));
    lw_buf_add_char(&desk->out, '\n');
  } else if (rc == LW_OK) {
    lw_buf_printf(&desk->out, "version %llu is live%s\n", (unsigned long long)publish->number,
                  change.status == 201 ? "" : " already");
  }
  lw_buf_finish(&change.answer);
  return rc == LW_OK ? LW_EXIT_DONE : lw_desk_fail(&err);
}

/* The text of the file or of the draft. */
static enum lw_code take_text(struct lw_desk *desk, const struct publishing *how,
                              struct lw_publish *publish, struct lw_error *err)
{
  struct lw_draft draft;
  struct lw_db *db = NULL;
  lw_str source = {NULL, 0};
  enum lw_code rc = LW_OK;
  if (how->draft == NULL) {
    rc = lw_read_file(&desk->arena, how->name, LW_POLICY_TEXT_BYTES_MAX, &source, err);
    lw_publish_init(publish, source, &desk->arena);
  } else {
    rc = lw_engine_reader(desk->engine, &db, err);
    if (rc == LW_OK) {
      rc = lw_draft_get(db, lw_str_c(how->draft), &desk->arena, &draft, err);
      lw_engine_reader_done(desk->engine, db);
    }
    lw_publish_init(publish, rc == LW_OK ? draft.source : source, &desk->arena);
    publish->draft = rc == LW_OK ? draft.id : LW_STR("");
    publish->draft_tag = rc == LW_OK ? draft.tag : 0;
    publish->reason = rc == LW_OK ? draft.reason : LW_STR("");
  }
  if (how->reason != NULL) {
    publish->reason = lw_str_c(how->reason);
  }
  publish->note = lw_str_c(how->note);
  publish->renames = how->renamed;
  publish->ends_trials = how->ends_trials;
  return rc;
}

/* What it changes is counted; several variables of a draft take a reason. */
static enum lw_code count_variables(struct lw_publish *publish, const struct lw_snapshot *snapshot,
                                    struct lw_error *err)
{
  lw_str paths = LW_STR("");
  enum lw_code rc = lw_publish_compare(publish, snapshot, &paths, err);
  if (rc == LW_OK && publish->draft.len != 0 && publish->variables > 1 &&
      lw_str_trim(publish->reason).len == 0) {
    rc = lw_fail(err, LW_INVALID, "%u variables change at once: %.*s", publish->variables,
                 LW_FMT(paths));
    lw_error_hint(err,
                  "say with --reason why they belong together, or `leeway policy draft split`");
  }
  return rc;
}

static int publish_text(struct lw_desk *desk, const struct publishing *how)
{
  struct lw_publish publish;
  struct lw_error err;
  enum lw_code rc = take_text(desk, how, &publish, &err);
  if (rc != LW_OK) {
    lw_say(&err);
    return LW_EXIT_FAILED;
  }
  const struct lw_snapshot *snapshot = lw_engine_snapshot(desk->engine);
  rc = lw_publish_prepare(&publish, snapshot->staff, &err);
  if (rc != LW_OK || !how->json) {
    print_findings(how, &publish, &desk->out);
  }
  if (rc == LW_OK) {
    rc = count_variables(&publish, snapshot, &err);
  }
  lw_snapshot_unref(snapshot);
  int status = rc == LW_OK ? submit(desk, how, &publish) : lw_desk_fail(&err);
  lw_publish_finish(&publish);
  return status;
}

int lw_cmd_policy_publish(int argc, char **argv)
{
  struct publishing how = {0};
  struct lw_desk desk;
  const char *url = LW_STORE_URL;
  const struct lw_option_spec specs[] = {{"db", &url, NULL},
                                         {"draft", &how.draft, NULL},
                                         {"reason", &how.reason, NULL},
                                         {"note", &how.note, NULL},
                                         {"renamed", NULL, &how.renamed},
                                         {"end-trials", NULL, &how.ends_trials},
                                         {"json", NULL, &how.json}};
  char **files = NULL;
  int count = 0;
  int status = lw_take_options("policy publish", argc, argv, specs, 7, &files, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != (how.draft == NULL)) {
    return lw_usage_error("policy publish", count == 0 ? "which policy?" : "one policy at a time");
  }
  how.name = how.draft != NULL ? how.draft : files[0];
  status = lw_desk_open(&desk, url, how.draft == NULL) ? publish_text(&desk, &how) : LW_EXIT_FAILED;
  return lw_desk_close(&desk, status);
}

/* --- versions --- */

static void print_version(const struct lw_publish_version *version, struct lw_buf *out)
{
  lw_buf_printf(out, "%c %4llu  ", version->live ? '*' : ' ', (unsigned long long)version->number);
  lw_desk_add_moment(out, version->at);
  lw_buf_printf(out, "  %.*s", LW_FMT(version->who));
  if (version->note.len != 0) {
    lw_buf_printf(out, ": %.*s", LW_FMT(version->note));
  }
  if (version->reason.len != 0) {
    lw_buf_printf(out, " (several variables: %.*s)", LW_FMT(version->reason));
  }
  lw_buf_add_c(out, version->normal ? " [normal]" : "");
  lw_buf_add_char(out, '\n');
}

static int list_versions(struct lw_desk *desk, uint32_t limit, bool json)
{
  struct lw_publish_version *versions = NULL;
  struct lw_db *db = NULL;
  struct lw_error err;
  uint32_t count = 0;
  enum lw_code rc = lw_engine_reader(desk->engine, &db, &err);
  if (rc == LW_OK) {
    rc = lw_publish_versions(db, 0, limit, &desk->arena, &versions, &count, &err);
    lw_engine_reader_done(desk->engine, db);
  }
  if (rc != LW_OK) {
    return lw_desk_fail(&err);
  }
  lw_buf_add(&desk->out, json ? LW_STR("{\"versions\":[") : LW_STR(""));
  for (uint32_t i = 0; i < count; i++) {
    if (json) {
      lw_buf_add_c(&desk->out, i == 0 ? "" : ",");
      lw_publish_print_version(&versions[i], &desk->out);
    } else {
      print_version(&versions[i], &desk->out);
    }
  }
  lw_buf_add(&desk->out, json         ? LW_STR("]}\n")
                         : count == 0 ? LW_STR("no policy was published yet\n")
                                      : LW_STR(""));
  return LW_EXIT_DONE;
}

int lw_cmd_policy_versions(int argc, char **argv)
{
  struct lw_desk desk;
  const char *url = LW_STORE_URL;
  const char *limit_text = NULL;
  bool json = false;
  int64_t limit = VERSIONS_USUAL;
  const struct lw_option_spec specs[] = {
      {"db", &url, NULL}, {"limit", &limit_text, NULL}, {"json", NULL, &json}};
  char **operands = NULL;
  int count = 0;
  int status = lw_take_options("policy versions", argc, argv, specs, 3, &operands, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 0) {
    return lw_usage_error("policy versions", "nothing is expected, not \"%s\"", operands[0]);
  }
  if (limit_text != NULL &&
      (!lw_int_read(lw_str_c(limit_text), &limit) || limit < 1 || limit > VERSIONS_MAX)) {
    return lw_usage_error("policy versions", "--limit is a number from 1 to %d", VERSIONS_MAX);
  }
  status = lw_desk_open(&desk, url, false) ? list_versions(&desk, (uint32_t)limit, json)
                                           : LW_EXIT_FAILED;
  return lw_desk_close(&desk, status);
}

/* --- normal --- */

static int mark_normal(struct lw_desk *desk, uint64_t number, bool json)
{
  struct lw_error err;
  struct lw_change change = {.apply = lw_publish_normal_apply,
                             .user = &number,
                             .arena = &desk->arena,
                             .actor = LW_STR("cli")};
  enum lw_code rc = lw_engine_run(desk->engine, &change, &err);
  if (rc == LW_OK && json) {
    lw_buf_add(&desk->out, lw_buf_str(&change.answer));
    lw_buf_add_char(&desk->out, '\n');
  } else if (rc == LW_OK) {
    lw_buf_printf(&desk->out, "version %llu is the normal one\n", (unsigned long long)number);
  }
  lw_buf_finish(&change.answer);
  return rc == LW_OK ? LW_EXIT_DONE : lw_desk_fail(&err);
}

static int say_normal(struct lw_desk *desk, bool json)
{
  struct lw_db *db = NULL;
  struct lw_error err;
  uint64_t number = 0;
  enum lw_code rc = lw_engine_reader(desk->engine, &db, &err);
  if (rc == LW_OK) {
    rc = lw_publish_normal(db, &number, &err);
    lw_engine_reader_done(desk->engine, db);
  }
  if (rc != LW_OK) {
    return lw_desk_fail(&err);
  }
  if (json) {
    lw_buf_printf(&desk->out, number != 0 ? "{\"normal\":%llu}\n" : "{}\n",
                  (unsigned long long)number);
  } else if (number != 0) {
    lw_buf_printf(&desk->out, "version %llu is the normal one\n", (unsigned long long)number);
  } else {
    LW_BUF_LIT(&desk->out, "no version is marked as the normal one\n");
  }
  return number != 0 ? LW_EXIT_DONE : LW_EXIT_NO;
}

int lw_cmd_policy_normal(int argc, char **argv)
{
  struct lw_desk desk;
  const char *url = LW_STORE_URL;
  bool json = false;
  int64_t number = 0;
  const struct lw_option_spec specs[] = {{"db", &url, NULL}, {"json", NULL, &json}};
  char **operands = NULL;
  int count = 0;
  int status = lw_take_options("policy normal", argc, argv, specs, 2, &operands, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count > 1) {
    return lw_usage_error("policy normal", "one version at a time");
  }
  if (count == 1 && (!lw_int_read(lw_str_c(operands[0]), &number) || number < 1)) {
    return lw_usage_error("policy normal", "a version is a number, not \"%s\"", operands[0]);
  }
  if (!lw_desk_open(&desk, url, false)) {
    return lw_desk_close(&desk, LW_EXIT_FAILED);
  }
  status = count == 1 ? mark_normal(&desk, (uint64_t)number, json) : say_normal(&desk, json);
  return lw_desk_close(&desk, status);
}

/* --- rollback --- */

static int roll_back(struct lw_desk *desk, struct lw_publish_rollback *rollback, bool json)
{
  struct lw_publish_version live;
  struct lw_db *db = NULL;
  struct lw_error err;
  struct lw_change change = {.apply = lw_publish_rollback_apply,
                             .user = rollback,
                             .arena = &desk->arena,
                             .actor = LW_STR("cli")};
  enum lw_code rc = lw_engine_run(desk->engine, &change, &err);
  if (rc == LW_OK && json) {
    lw_buf_add(&desk->out, lw_buf_str(&change.answer));
    lw_buf_add_char(&desk->out, '\n');
  } else if (rc == LW_OK) {
    rc = lw_engine_reader(desk->engine, &db, &err);
    if (rc == LW_OK) {
      rc = lw_publish_get(db, 0, &desk->arena, &live, &err);
      lw_engine_reader_done(desk->engine, db);
    }
    if (rc == LW_OK) {
      lw_buf_printf(&desk->out, "version %llu is live again\n", (unsigned long long)live.number);
    }
  }
  lw_buf_finish(&change.answer);
  return rc == LW_OK ? LW_EXIT_DONE : lw_desk_fail(&err);
}

int lw_cmd_policy_rollback(int argc, char **argv)
{
  struct lw_desk desk;
  struct lw_publish_rollback rollback = {0};
  const char *url = LW_STORE_URL;
  const char *note = NULL;
  bool json = false;
  int64_t number = 0;
  const struct lw_option_spec specs[] = {{"db", &url, NULL},
                                         {"normal", NULL, &rollback.normal},
                                         {"note", &note, NULL},
                                         {"json", NULL, &json}};
  char **operands = NULL;
  int count = 0;
  int status = lw_take_options("policy rollback", argc, argv, specs, 4, &operands, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count + rollback.normal > 1) {
    return lw_usage_error("policy rollback", "one version at a time");
  }
  if (count == 1 && (!lw_int_read(lw_str_c(operands[0]), &number) || number < 1)) {
    return lw_usage_error("policy rollback", "a version is a number, not \"%s\"", operands[0]);
  }
  rollback.number = (uint64_t)number;
  rollback.note = lw_str_c(note);
  status = lw_desk_open(&desk, url, false) ? roll_back(&desk, &rollback, json) : LW_EXIT_FAILED;
  return lw_desk_close(&desk, status);
}
