/* leeway plan import | export: game plans as a folder of Markdown files that can live in git.
 * Import writes all pages of the folder or none; pages that the folder does not have stay. Export
 * writes what was written, and where nobody has the plan and the needs that the program brings. */
#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/store.h"
#include "guide/plan.h"

/* --- importing --- */

struct importing {
  struct lw_desk *desk;
  struct lw_folder_files folder;
  struct lw_plan_draft *drafts;
  struct lw_course_finding *findings;
  uint32_t n_findings;
  uint32_t errors;
};

static enum lw_code add_findings(struct importing *how, const struct lw_course_findings *more,
                                 struct lw_error *err)
{
  struct lw_arena *arena = &how->desk->arena;
  struct lw_course_finding *all =
      LW_NEW_ARRAY(arena, struct lw_course_finding, how->n_findings + more->count + 1);
  if (all == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  for (uint32_t i = 0; i < how->n_findings; i++) {
    all[i] = how->findings[i];
  }
  for (uint32_t i = 0; i < more->count; i++) {
    all[how->n_findings++] = more->items[i];
  }
  how->findings = all;
  how->errors += more->errors;
  return LW_OK;
}

static enum lw_code add_error(struct importing *how, lw_str file, const char *code,
                              const char *text, const char *mend, struct lw_error *err)
{
  const struct lw_course_finding finding = {.file = file,
                                            .diag = {.severity = LW_SEVERITY_ERROR,
                                                     .code = code,
                                                     .place = {1, 1, 0},
                                                     .message = lw_str_c(text),
                                                     .hint = lw_str_c(mend)}};
  const struct lw_course_findings one = {&finding, 1, 1};
  return add_findings(how, &one, err);
}

static enum lw_code read_page(struct importing *how, uint32_t index, struct lw_error *err)
{
  const struct lw_course_file *file = &how->folder.files[index];
  struct lw_course_findings findings;
  how->drafts[index] = (struct lw_plan_draft){.text = file->text};
  if (!lw_str_ends(file->name, LW_STR(".md"))) {
    return add_error(how, file->name, "unknown-file", "this is no page of a plan",
                     "pages end in .md", err);
  }
  enum lw_code rc = lw_plan_read(&how->desk->arena, file, &how->drafts[index].plan, &findings, err);
  return rc == LW_OK ? add_findings(how, &findings, err) : rc;
}

/* Two files that are the same page: one would be written over. */
static enum lw_code check_twice(struct importing *how, uint32_t index, struct lw_error *err)
{
  struct lw_arena *arena = &how->desk->arena;
  lw_str name = lw_plan_name(&how->drafts[index].plan, arena);
  for (uint32_t i = 0; i < index; i++) {
    if (lw_str_equal(lw_plan_name(&how->drafts[i].plan, arena), name)) {
      return add_error(how, how->folder.files[index].name, "duplicate-name",
                       "another file of the folder is the same page", "keep one of the two", err);
    }
  }
  return LW_OK;
}

static enum lw_code read_pages(struct importing *how, struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  how->drafts = LW_NEW_ARRAY(&how->desk->arena, struct lw_plan_draft, how->folder.count + 1);
  if (how->drafts == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  for (uint32_t i = 0; rc == LW_OK && i < how->folder.count; i++) {
    rc = read_page(how, i, err);
  }
  for (uint32_t i = 0; rc == LW_OK && how->errors == 0 && i < how->folder.count; i++) {
    rc = check_twice(how, i, err);
  }
  return rc;
}

static void say_written(struct importing *how, bool json, const struct lw_buf *answer)
{
  struct lw_buf *out = &how->desk->out;
  if (json) {
    lw_buf_add(out, lw_buf_str(answer));
    lw_buf_add_char(out, '\n');
    return;
  }
  lw_buf_printf(out, "%u pages\n", how->folder.count);
}

static enum lw_code write_pages(struct importing *how, bool json, struct lw_error *err)
{
  struct lw_plan_writing writing = {.drafts = how->drafts, .count = how->folder.count};
  struct lw_buf answer = {0};
  struct lw_store_change change = {
      .apply = lw_plan_write, .user = &writing, .actor = LW_STR("cli"), .answer = &answer};
  enum lw_code rc = lw_store_run(how->desk->engine, &change, err);
  if (rc == LW_OK) {
    say_written(how, json, &answer);
  }
  lw_buf_finish(&answer);
  return rc;
}

static int import(struct importing *how, const char *path, bool json)
{
  struct lw_error err;
  enum lw_code rc = lw_folder_read(path, &lw_folder_plan, &how->desk->arena, &how->folder, &err);
  rc = rc == LW_OK ? read_pages(how, &err) : rc;
  if (rc == LW_OK && how->errors != 0) {
    const struct lw_course_findings all = {how->findings, how->n_findings, how->errors};
    lw_folder_findings(&all, json, &how->desk->out);
    lw_say_error("%s has errors, so nothing was written", path);
    return LW_EXIT_NO;
  }
  rc = rc == LW_OK ? write_pages(how, json, &err) : rc;
  return rc == LW_OK ? LW_EXIT_DONE : lw_desk_fail(&err);
}

int lw_cmd_plan_import(int argc, char **argv)
{
  const char *url = LW_STORE_URL;
  bool json = false;
  struct lw_desk desk;
  char **rest = NULL;
  int count = 0;
  const struct lw_option_spec specs[] = {{"db", &url, NULL}, {"json", NULL, &json}};
  int status = lw_take_options("plan import", argc, argv, specs, 2, &rest, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 1) {
    return lw_usage_error("plan import", "it takes one folder, not %d", count);
  }
  status = LW_EXIT_FAILED;
  if (lw_desk_open(&desk, url, true)) {
    struct importing how = {.desk = &desk};
    status = import(&how, rest[0], json);
  }
  return lw_desk_close(&desk, status);
}

/* --- exporting --- */

/* "cause-damage.md": no cause is called as the other two are. */
static lw_str file_name(const struct lw_plan_page *page, struct lw_arena *arena)
{
  return page->kind == LW_PLAN_CAUSE ? lw_str_format(arena, "cause-%.*s.md", LW_FMT(page->cause))
                                     : lw_str_format(arena, "%.*s.md", LW_FMT(page->name));
}

/* Those that were written, and what stands in for the two others. */
static enum lw_code list_files(const struct lw_plan_reader *reader, struct lw_folder_files *files,
                               struct lw_error *err)
{
  static const lw_str always[] = {LW_STR_INIT("general"), LW_STR_INIT("needs")};
  struct lw_plan_page *pages = NULL;
  uint32_t count = 0;
  *files = (struct lw_folder_files){
      .files = LW_NEW_ARRAY(reader->arena, struct lw_course_file, LW_COURSE_FILES_MAX)};
  enum lw_code rc = files->files != NULL ? lw_plan_pages(reader, &pages, &count, err)
                                         : lw_fail(err, LW_NO_MEMORY, "out of memory");
  for (size_t i = 0; rc == LW_OK && i < 2; i++) {
    struct lw_plan_page page;
    rc = lw_plan_page_get(reader, always[i], &page, err);
    files->files[files->count++] =
        (struct lw_course_file){file_name(&page, reader->arena), page.text};
  }
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    if (pages[i].kind == LW_PLAN_CAUSE && files->count == LW_COURSE_FILES_MAX) {
      return lw_fail(err, LW_LIMIT, "more than %d pages are written", LW_COURSE_FILES_MAX);
    }
    if (pages[i].kind == LW_PLAN_CAUSE) {
      files->files[files->count++] =
          (struct lw_course_file){file_name(&pages[i], reader->arena), pages[i].text};
    }
  }
  return rc == LW_OK && reader->arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
}

static enum lw_code export_pages(struct lw_desk *desk, const char *path, const char *language,
                                 struct lw_error *err)
{
  struct lw_folder_files files = {.count = 0};
  struct lw_db *db = NULL;
  const struct lw_snapshot *snapshot = lw_engine_snapshot(desk->engine);
  enum lw_code rc = lw_engine_reader(desk->engine, &db, err);
  if (rc == LW_OK) {
    const struct lw_plan_reader reader = {
        .db = db, .snapshot = snapshot, .arena = &desk->arena, .language = lw_str_c(language)};
    rc = list_files(&reader, &files, err);
    lw_engine_reader_done(desk->engine, db);
  }
  lw_snapshot_unref(snapshot);
  rc = rc == LW_OK
           ? lw_folder_write(path, &lw_folder_plan, &desk->arena, files.files, files.count, err)
           : rc;
  if (rc == LW_OK) {
    lw_buf_printf(&desk->out, "%u pages\n", files.count);
  }
  return rc;
}

int lw_cmd_plan_export(int argc, char **argv)
{
  const char *url = LW_STORE_URL;
  const char *language = "en";
  struct lw_desk desk;
  struct lw_error err;
  char **rest = NULL;
  int count = 0;
  const struct lw_option_spec specs[] = {{"db", &url, NULL}, {"lang", &language, NULL}};
  int status = lw_take_options("plan export", argc, argv, specs, 2, &rest, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 1) {
    return lw_usage_error("plan export", "it takes one folder, not %d", count);
  }
  status = LW_EXIT_FAILED;
  if (lw_desk_open(&desk, url, false)) {
    status =
        export_pages(&desk, rest[0], language, &err) == LW_OK ? LW_EXIT_DONE : lw_desk_fail(&err);
  }
  return lw_desk_close(&desk, status);
}
