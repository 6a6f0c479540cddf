/* leeway course check | import | export: courses as folders that can live in git. Import publishes
 * what it read; export writes the newest version's files as they were. */
#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/store.h"
#include "data/json.h"
#include "train/train.h"

/* --- checking --- */

/* What a scenario rests on and the policy does not say, as a warning at its place. */
static void add_stale(struct lw_arena *arena, const struct lw_course_item *item,
                      const struct lw_scenario_stale *stale, struct lw_course_finding *finding)
{
  const struct lw_remedy *remedy = &item->question->scenario->remedies[stale->remedy];
  char place[32];
  lw_str amount =
      stale->has_amount ? lw_str_from(place, lw_money_write(stale->amount, place)) : LW_STR("");
  *finding = (struct lw_course_finding){
      .file = item->file,
      .diag = {.severity = LW_SEVERITY_WARNING,
               .code = "does-not-hold",
               .place = {.line = remedy->line},
               .message =
                   lw_str_format(arena, "%.*s%s%.*s: %.*s", LW_FMT(remedy->action),
                                 amount.len != 0 ? " of " : "", LW_FMT(amount), LW_FMT(stale->why)),
               .hint = LW_STR("change accept or possible, or what the scenario says of the case")}};
}

/* The findings, and behind them those of the scenarios under the snapshot's policy. */
static enum lw_code check_scenarios(const struct lw_rehearsal *rehearsal,
                                    const struct lw_course *course,
                                    struct lw_course_findings *findings, struct lw_error *err)
{
  size_t count = findings->count;
  size_t capacity = 0;
  struct lw_course_finding *all = NULL;
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < course->n_items; i++) {
    struct lw_scenario_stale *stale = NULL;
    uint32_t n_stale = 0;
    if (course->items[i].question != NULL && course->items[i].question->kind == LW_QUIZ_SCENARIO) {
      rc = lw_scenario_check(rehearsal, course->items[i].question, &stale, &n_stale, err);
    }
    for (uint32_t k = 0; rc == LW_OK && k < n_stale; k++) {
      struct lw_course_finding *grown =
          lw_arena_grow(rehearsal->arena, all, all != NULL ? count : 0, &capacity, count + 1,
                        sizeof *grown, _Alignof(struct lw_course_finding));
      if (grown == NULL) {
        return lw_fail(err, LW_NO_MEMORY, "out of memory");
      }
      for (uint32_t f = 0; all == NULL && f < findings->count; f++) {
        grown[f] = findings->items[f];
      }
      all = grown;
      add_stale(rehearsal->arena, &course->items[i], &stale[k], &all[count++]);
    }
  }
  if (all != NULL) {
    findings->items = all;
    findings->count = (uint32_t)count;
  }
  return rc;
}

/* By a policy in a file: nobody's people, so a route counts as staffed by whom it names. */
static enum lw_code check_by_file(const char *name, struct lw_arena *arena,
                                  const struct lw_course *course,
                                  struct lw_course_findings *findings, struct lw_error *err)
{
  static const struct lw_staff nobody;
  struct lw_policy_file file;
  struct lw_snapshot snapshot = {.staff = &nobody, .live = &snapshot};
  if (!lw_policy_file_need(&file, name)) {
    lw_policy_file_finish(&file);
    return lw_fail(err, LW_INVALID, "%s is no sound policy", name);
  }
  snapshot.policy = file.policy;
  const struct lw_rehearsal rehearsal = {
      .snapshot = &snapshot, .arena = arena, .now = lw_clock_now()};
  enum lw_code rc = check_scenarios(&rehearsal, course, findings, err);
  lw_policy_file_finish(&file);
  return rc;
}

/* By the live policy of a database, and its people. */
static enum lw_code check_by_store(const char *url, struct lw_arena *arena,
                                   const struct lw_course *course,
                                   struct lw_course_findings *findings, struct lw_error *err)
{
  struct lw_engine *engine = lw_store_need(url, false);
  if (engine == NULL) {
    return lw_fail(err, LW_IO, "%s can't be read", url);
  }
  const struct lw_snapshot *snapshot = lw_engine_snapshot(engine);
  const struct lw_rehearsal rehearsal = {
      .snapshot = snapshot, .arena = arena, .now = lw_engine_now(engine)};
  enum lw_code rc = snapshot->policy != NULL
                        ? check_scenarios(&rehearsal, course, findings, err)
                        : lw_fail(err, LW_NOT_FOUND, "no policy is live in %s", url);
  lw_snapshot_unref(snapshot);
  lw_engine_close(engine);
  return rc;
}

struct checking {
  const char *path;
  const char *policy; /* these two: by which policy scenarios are decided; or NULL */
  const char *against;
  bool json;
};

static int check(struct lw_arena *arena, const struct checking *how, struct lw_buf *out)
{
  const char *path = how->path;
  bool json = how->json;
  struct lw_folder_files folder;
  struct lw_course course;
  struct lw_course_findings findings;
  struct lw_error err;
  enum lw_code rc = lw_folder_read(path, &lw_folder_course, arena, &folder, &err);
  rc = rc == LW_OK ? lw_course_read(arena, folder.files, folder.count, &course, &findings, &err)
                   : rc;
  if (rc == LW_OK && findings.errors == 0 && how->policy != NULL) {
    rc = check_by_file(how->policy, arena, &course, &findings, &err);
  } else if (rc == LW_OK && findings.errors == 0 && how->against != NULL) {
    rc = check_by_store(how->against, arena, &course, &findings, &err);
  }
  if (rc != LW_OK) {
    lw_say(&err);
    return LW_EXIT_FAILED;
  }
  lw_folder_findings(&findings, json, out);
  if (!json && findings.errors == 0) {
    lw_buf_printf(out, "%.*s: %u questions that are graded; %u%% pass\n", LW_FMT(course.id),
                  course.n_questions, course.pass_percent);
  }
  return findings.count == 0 ? LW_EXIT_DONE : LW_EXIT_NO;
}

int lw_cmd_course_check(int argc, char **argv)
{
  struct checking how = {.json = false};
  char **rest = NULL;
  int count = 0;
  struct lw_arena arena;
  struct lw_buf out = {0};
  const struct lw_option_spec specs[] = {
      {"policy", &how.policy, NULL}, {"against", &how.against, NULL}, {"json", NULL, &how.json}};
  int status = lw_take_options("course check", argc, argv, specs, 3, &rest, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 1) {
    return lw_usage_error("course check", "one folder is checked, not %d", count);
  }
  if (how.policy != NULL && how.against != NULL) {
    return lw_usage_error("course check", "scenarios are decided by one policy: --policy or "
                                          "--against");
  }
  how.path = rest[0];
  lw_arena_init(&arena, NULL, 0);
  status = check(&arena, &how, &out);
  status = lw_write_out(&out) ? status : LW_EXIT_FAILED;
  lw_buf_finish(&out);
  lw_arena_finish(&arena);
  return status;
}

/* --- importing --- */

struct importing {
  const char *path;
  const char *course; /* these three: of a file in GIFT, which says none of them */
  const char *title;
  const char *certificate;
  bool json;
};

static void add_quoted(struct lw_buf *out, const char *key, const char *text)
{
  if (text != NULL) {
    lw_buf_printf(out, "%s: ", key);
    lw_json_add_string(out, lw_str_c(text)); /* a JSON string is one of YAML's */
    lw_buf_add_char(out, '\n');
  }
}

/* The folder that a file in GIFT would be; with the report of what was read. */
static enum lw_code from_gift(const struct importing *how, struct lw_desk *desk,
                              struct lw_folder_files *folder, struct lw_error *err)
{
  struct lw_buf head = {0};
  struct lw_diags diags;
  struct lw_gift gift = {0};
  lw_str text;
  lw_diags_init(&diags, &desk->arena);
  enum lw_code rc = lw_read_file(&desk->arena, how->path, LW_COURSE_BYTES_MAX, &text, err);
  rc = rc == LW_OK ? lw_gift_read(&desk->arena, text, &diags, &gift, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  if (!how->json) {
    lw_diags_sort(&diags);
    lw_gift_report(&gift, &diags, &desk->out);
  }
  add_quoted(&head, "course", how->course);
  add_quoted(&head, "title", how->title);
  add_quoted(&head, "certificate", how->certificate);
  LW_BUF_LIT(&head, "order: [questions.gift]\n");
  folder->files = LW_NEW_ARRAY(&desk->arena, struct lw_course_file, 2);
  if (folder->files == NULL) {
    lw_buf_finish(&head);
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  folder->files[0] =
      (struct lw_course_file){LW_STR("course.yaml"), lw_str_copy(&desk->arena, lw_buf_str(&head))};
  folder->files[1] = (struct lw_course_file){LW_STR("questions.gift"), text};
  folder->count = 2;
  lw_buf_finish(&head);
  return folder->files[0].text.ptr != NULL ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory");
}

static int publish(const struct importing *how, struct lw_desk *desk,
                   const struct lw_folder_files *folder, bool is_gift)
{
  struct lw_course_publish words = {.files = folder->files, .n_files = folder->count};
  struct lw_course_findings findings;
  struct lw_error err;
  enum lw_code rc =
      lw_course_read(&desk->arena, folder->files, folder->count, &words.course, &findings, &err);
  if (rc != LW_OK) {
    return lw_desk_fail(&err);
  }
  if (findings.errors != 0 || (!is_gift && findings.count != 0)) {
    lw_folder_findings(&findings, how->json, &desk->out);
  }
  if (findings.errors != 0) {
    lw_say_error("%s has errors, so nothing was published", how->path);
    return LW_EXIT_NO;
  }
  struct lw_buf answer = {0};
  struct lw_store_change change = {
      .apply = lw_course_publish, .user = &words, .actor = LW_STR("cli"), .answer = &answer};
  rc = lw_store_run(desk->engine, &change, &err);
  if (rc == LW_OK && how->json) {
    lw_buf_add(&desk->out, lw_buf_str(&answer));
    lw_buf_add_char(&desk->out, '\n');
  } else if (rc == LW_OK) {
    lw_buf_printf(&desk->out, "%.*s: %s\n", LW_FMT(words.course.id),
                  change.status == 201 ? "published" : "published already");
  }
  lw_buf_finish(&answer);
  return rc == LW_OK ? LW_EXIT_DONE : lw_desk_fail(&err);
}

int lw_cmd_course_import(int argc, char **argv)
{
  struct importing how = {.json = false};
  const char *url = LW_STORE_URL;
  struct lw_folder_files folder;
  struct lw_desk desk;
  struct lw_error err;
  char **rest = NULL;
  int count = 0;
  const struct lw_option_spec specs[] = {{"db", &url, NULL},
                                         {"course", &how.course, NULL},
                                         {"title", &how.title, NULL},
                                         {"certificate", &how.certificate, NULL},
                                         {"json", NULL, &how.json}};
  int status = lw_take_options("course import", argc, argv, specs, 5, &rest, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  bool is_gift = count == 1 && lw_str_ends(lw_str_c(rest[0]), LW_STR(".gift"));
  bool named = how.course != NULL && how.title != NULL;
  if (count != 1 || named != is_gift || (!is_gift && how.certificate != NULL)) {
    return lw_usage_error("course import", "it takes a folder, or a file that ends in .gift with "
                                           "--course and --title");
  }
  how.path = rest[0];
  status = LW_EXIT_FAILED;
  if (lw_desk_open(&desk, url, true)) {
    enum lw_code rc = is_gift
                          ? from_gift(&how, &desk, &folder, &err)
                          : lw_folder_read(how.path, &lw_folder_course, &desk.arena, &folder, &err);
    status = rc == LW_OK ? publish(&how, &desk, &folder, is_gift) : lw_desk_fail(&err);
  }
  return lw_desk_close(&desk, status);
}

/* --- exporting --- */

static enum lw_code write_course(struct lw_desk *desk, lw_str id, const char *path,
                                 struct lw_error *err)
{
  struct lw_course_version version = {0};
  struct lw_db *db = NULL;
  struct lw_json_reader *json = lw_json_reader_create(NULL);
  enum lw_code rc = json == NULL ? lw_fail(err, LW_NO_MEMORY, "out of memory")
                                 : lw_engine_reader(desk->engine, &db, err);
  if (rc == LW_OK) {
    const struct lw_train_reader reader = {.db = db, .json = json, .arena = &desk->arena};
    rc = lw_course_get(&reader, id, 0, &version, err);
    lw_engine_reader_done(desk->engine, db);
  }
  rc = rc == LW_OK ? lw_folder_write(path, &lw_folder_course, &desk->arena, version.files,
                                     version.n_files, err)
                   : rc;
  if (rc == LW_OK) {
    lw_buf_printf(&desk->out, "%.*s, version %llu: %u files\n", LW_FMT(id),
                  (unsigned long long)version.version, version.n_files);
  }
  lw_json_reader_destroy(json);
  return rc;
}

int lw_cmd_course_export(int argc, char **argv)
{
  const char *url = LW_STORE_URL;
  struct lw_desk desk;
  struct lw_error err;
  char **rest = NULL;
  int count = 0;
  const struct lw_option_spec specs[] = {{"db", &url, NULL}};
  int status = lw_take_options("course export", argc, argv, specs, 1, &rest, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 2) {
    return lw_usage_error("course export", "it takes a course and a folder");
  }
  status = LW_EXIT_FAILED;
  if (lw_desk_open(&desk, url, false)) {
    status = write_course(&desk, lw_str_c(rest[0]), rest[1], &err) == LW_OK ? LW_EXIT_DONE
                                                                            : lw_desk_fail(&err);
  }
  return lw_desk_close(&desk, status);
}
