/* leeway pages import | export | search | index: reference pages as a folder of Markdown files that
 * can live in git. Import reads all files first: with an error nothing is written. What is in the
 * database and not in the folder is told, and removed when --prune says so: a folder may be one of
 * several, and half a checkout should take nothing away. */
#include "base/num.h"
#include "cli/cli.h"
#include "cli/folder.h"
#include "cli/store.h"
#include "data/member.h"
#include "guide/page.h"

#include <stdlib.h>

static const struct lw_folder_kind folder_of_pages = {"folder of pages", LW_PAGES_MAX,
                                                      LW_PAGE_FILE_BYTES_MAX, "README.md"};

/* --- importing --- */

enum fate { SAME, CHANGED, NEW, GONE, REMOVED };
static const char *const fate_words[] = {[SAME] = "as before",
                                         [CHANGED] = "changed",
                                         [NEW] = "new",
                                         [GONE] = "not in the folder; --prune removes it",
                                         [REMOVED] = "removed"};
static const char *const fate_names[] = {
    [SAME] = "same", [CHANGED] = "changed", [NEW] = "new", [GONE] = "gone", [REMOVED] = "removed"};

struct importing {
  struct lw_desk *desk;
  const char *path;
  bool prune;
  bool dry;
  bool json;
  struct lw_folder_files folder;
  struct lw_page *pages; /* of the folder's files */
  lw_str *slugs;         /* of the same */
  struct lw_diags diags; /* of the file in hand */
  struct lw_buf findings;
  struct lw_buf items; /* of the answer in JSON, or lines */
  uint32_t warnings;
  uint32_t errors;
  uint32_t counts[REMOVED + 1];
};

/* What was found in the file, behind what was found before. */
static void take_findings(struct importing *how, lw_str file)
{
  struct lw_diags *diags = &how->diags;
  lw_diags_sort(diags);
  for (size_t i = 0; i < diags->count; i++) {
    const struct lw_course_finding item = {file, diags->items[i]};
    const struct lw_course_findings one = {&item, 1, 0};
    struct lw_buf out = {0};
    bool error = item.diag.severity == LW_SEVERITY_ERROR;
    how->errors += error ? 1 : 0;
    how->warnings += error ? 0 : 1;
    if (how->json) {
      lw_course_findings_print_json(&one, &out);
      lw_buf_add_c(&how->findings, how->findings.len != 0 ? "," : "");
      lw_buf_add(&how->findings, lw_str_slice(lw_buf_str(&out), 1, out.len - 2));
    } else {
      lw_course_findings_print(&one, &how->findings);
    }
    lw_buf_finish(&out);
  }
  lw_diags_init(diags, &how->desk->arena);
}

static void read_page(struct importing *how, uint32_t index)
{
  const struct lw_course_file *file = &how->folder.files[index];
  lw_str slug = lw_page_slug_of(file->name);
  lw_diags_init(&how->diags, &how->desk->arena);
  how->slugs[index] = slug;
  if (slug.len == 0) {
    struct lw_place place = {1, 1, 0};
    lw_diags_add(&how->diags, LW_SEVERITY_ERROR, "bad-name", place, "this is no page")->hint =
        LW_STR("pages end in .md; their names have small letters, digits, \".\", \"-\" and \"_\"");
  } else {
    lw_page_read(&how->desk->arena, slug, file->text, &how->pages[index], &how->diags);
  }
  take_findings(how, file->name);
}

static enum lw_code read_pages(struct importing *how, struct lw_error *err)
{
  how->pages = LW_NEW_ARRAY(&how->desk->arena, struct lw_page, how->folder.count + 1);
  how->slugs = LW_NEW_ARRAY(&how->desk->arena, lw_str, how->folder.count + 1);
  if (how->pages == NULL || how->slugs == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  for (uint32_t i = 0; i < how->folder.count; i++) {
    read_page(how, i);
  }
  return LW_OK;
}

/* What leads nowhere; pages of the folder count as there. */
static enum lw_code look_at_pages(struct importing *how, struct lw_db *db,
                                  const struct lw_snapshot *snapshot, struct lw_error *err)
{
  const struct lw_page_world world = {.snapshot = snapshot,
                                      .db = how->prune ? NULL : db,
                                      .others = how->slugs,
                                      .n_others = how->folder.count};
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < how->folder.count; i++) {
    lw_diags_init(&how->diags, &how->desk->arena);
    rc = lw_page_look(&how->pages[i], &world, &how->diags, err);
    take_findings(how, how->folder.files[i].name);
  }
  return rc;
}

static void say(struct importing *how, lw_str slug, enum fate fate)
{
  how->counts[fate]++;
  if (!how->json) {
    if (fate != SAME) {
      lw_buf_printf(&how->items, "%.*s: %s\n", LW_FMT(slug), fate_words[fate]);
    }
    return;
  }
  lw_buf_add_c(&how->items, how->items.len != 0 ? ",{" : "{");
  lw_member_text(&how->items, "slug", slug);
  lw_member_text(&how->items, "state", lw_str_c(fate_names[fate]));
  lw_buf_add_char(&how->items, '}');
}

/* The page beside what is kept of it. */
static enum lw_code compare(struct importing *how, struct lw_db *db, const struct lw_page *page,
                            enum fate *ret_fate, struct lw_error *err)
{
  const struct lw_page_reader reader = {.db = db, .arena = &how->desk->arena};
  struct lw_page kept;
  struct lw_buf before = {0};
  struct lw_buf after = {0};
  enum lw_code rc = lw_page_get(&reader, page->slug, &kept, err);
  *ret_fate = NEW;
  if (rc == LW_OK) {
    lw_page_print_file(&kept, &before);
    lw_page_print_file(page, &after);
    *ret_fate = lw_str_equal(lw_buf_str(&before), lw_buf_str(&after)) ? SAME : CHANGED;
  }
  lw_buf_finish(&before);
  lw_buf_finish(&after);
  return rc == LW_NOT_FOUND ? LW_OK : rc;
}

static enum lw_code apply(struct importing *how, const struct lw_page *page,
                          enum lw_code (*change)(struct lw_batch *batch, struct lw_change *change,
                                                 struct lw_error *err),
                          struct lw_error *err)
{
  struct lw_page_save save = {.page = *page};
  struct lw_store_change run = {.apply = change, .user = &save, .actor = LW_STR("cli")};
  return how->dry ? LW_OK : lw_store_run(how->desk->engine, &run, err);
}

static enum lw_code write_pages(struct importing *how, struct lw_db *db, struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < how->folder.count; i++) {
    enum fate fate = SAME;
    rc = compare(how, db, &how->pages[i], &fate, err);
    rc = rc == LW_OK && fate != SAME ? apply(how, &how->pages[i], lw_page_put, err) : rc;
    if (rc == LW_OK) {
      say(how, how->slugs[i], fate);
    }
  }
  return rc;
}

static enum lw_code prune_pages(struct importing *how, const lw_str *kept, uint32_t n_kept,
                                struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0, k = 0; rc == LW_OK && i < n_kept; i++) {
    while (k < how->folder.count && lw_str_compare(how->slugs[k], kept[i]) < 0) {
      k++;
    }
    if (k < how->folder.count && lw_str_equal(how->slugs[k], kept[i])) {
      continue;
    }
    const struct lw_page page = {.slug = kept[i]};
    rc = how->prune ? apply(how, &page, lw_page_remove, err) : LW_OK;
    if (rc == LW_OK) {
      say(how, kept[i], how->prune ? REMOVED : GONE);
    }
  }
  return rc;
}

static void report(struct importing *how)
{
  struct lw_buf *out = &how->desk->out;
  if (how->json) {
    LW_BUF_LIT(out, "{\"findings\":[");
    lw_buf_add(out, lw_buf_str(&how->findings));
    LW_BUF_LIT(out, "],\"items\":[");
    lw_buf_add(out, lw_buf_str(&how->items));
    LW_BUF_LIT(out, "]}\n");
    return;
  }
  lw_buf_add(out, lw_buf_str(&how->findings));
  lw_buf_add(out, lw_buf_str(&how->items));
  if (how->errors == 0) {
    lw_buf_printf(out, "%u page%s: %u new, %u changed, %u as before, %u removed%s\n",
                  how->folder.count, how->folder.count == 1 ? "" : "s", how->counts[NEW],
                  how->counts[CHANGED], how->counts[SAME], how->counts[REMOVED],
                  how->dry ? "; nothing was written" : "");
  }
}

/* By slug: a file's name with its end may sort otherwise ("a.md", "a-b.md"). */
static int by_slug(const void *left, const void *right)
{
  const struct lw_course_file *a = left;
  const struct lw_course_file *b = right;
  lw_str first = lw_str_slice(a->name, 0, a->name.len > 3 ? a->name.len - 3 : a->name.len);
  lw_str second = lw_str_slice(b->name, 0, b->name.len > 3 ? b->name.len - 3 : b->name.len);
  return lw_str_order(&first, &second);
}

static int import(struct importing *how, struct lw_error *err)
{
  struct lw_arena *arena = &how->desk->arena;
  struct lw_db *db = NULL;
  lw_str *kept = NULL;
  uint32_t n_kept = 0;
  enum lw_code rc = lw_folder_read(how->path, &folder_of_pages, arena, &how->folder, err);
  if (rc == LW_OK && how->folder.count > 1) {
    qsort(how->folder.files, how->folder.count, sizeof how->folder.files[0], by_slug);
  }
  rc = rc == LW_OK ? read_pages(how, err) : rc;
  if (rc != LW_OK) {
    return lw_desk_fail(err);
  }
  if (how->errors != 0) {
    report(how);
    lw_say_error("%s has errors, so nothing was written", how->path);
    return LW_EXIT_NO;
  }
  const struct lw_snapshot *snapshot = lw_engine_snapshot(how->desk->engine);
  rc = lw_engine_reader(how->desk->engine, &db, err);
  if (rc == LW_OK) {
    rc = look_at_pages(how, db, snapshot, err);
    rc = rc == LW_OK ? lw_page_slugs(db, arena, &kept, &n_kept, err) : rc;
    qsort(kept, n_kept, sizeof kept[0], lw_str_order); /* as bytes, whatever the store's order */
    rc = rc == LW_OK ? write_pages(how, db, err) : rc;
    rc = rc == LW_OK ? prune_pages(how, kept, n_kept, err) : rc;
    lw_engine_reader_done(how->desk->engine, db);
  }
  lw_snapshot_unref(snapshot);
  report(how);
  return rc == LW_OK ? LW_EXIT_DONE : lw_desk_fail(err);
}

int lw_cmd_pages_import(int argc, char **argv)
{
  const char *url = LW_STORE_URL;
  struct lw_desk desk;
  struct lw_error err;
  struct importing how = {.desk = &desk};
  char **rest = NULL;
  int count = 0;
  const struct lw_option_spec specs[] = {{"db", &url, NULL},
                                         {"prune", NULL, &how.prune},
                                         {"dry-run", NULL, &how.dry},
                                         {"json", NULL, &how.json}};
  int status = lw_take_options("pages import", argc, argv, specs, 4, &rest, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 1) {
    return lw_usage_error("pages import", "it takes one folder, not %d", count);
  }
  how.path = rest[0];
  status = LW_EXIT_FAILED;
  if (lw_desk_open(&desk, url, true)) {
    status = import(&how, &err);
  }
  lw_buf_finish(&how.findings);
  lw_buf_finish(&how.items);
  return lw_desk_close(&desk, status);
}

/* --- exporting --- */

static enum lw_code take_file(struct lw_desk *desk, struct lw_db *db, lw_str slug,
                              struct lw_course_file *ret_file, struct lw_error *err)
{
  const struct lw_page_reader reader = {.db = db, .arena = &desk->arena};
  struct lw_page page;
  struct lw_buf text = {0};
  enum lw_code rc = lw_page_get(&reader, slug, &page, err);
  if (rc == LW_OK) {
    lw_page_print_file(&page, &text);
    *ret_file = (struct lw_course_file){lw_str_format(&desk->arena, "%.*s.md", LW_FMT(slug)),
                                        lw_str_copy(&desk->arena, lw_buf_str(&text))};
    rc = text.failed || desk->arena.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : LW_OK;
  }
  lw_buf_finish(&text);
  return rc;
}

static enum lw_code export_pages(struct lw_desk *desk, const char *path, struct lw_error *err)
{
  struct lw_db *db = NULL;
  lw_str *slugs = NULL;
  uint32_t count = 0;
  struct lw_course_file *files = NULL;
  enum lw_code rc = lw_engine_reader(desk->engine, &db, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = lw_page_slugs(db, &desk->arena, &slugs, &count, err);
  files = LW_NEW_ARRAY(&desk->arena, struct lw_course_file, count + 1);
  rc = rc == LW_OK && files == NULL ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    rc = take_file(desk, db, slugs[i], &files[i], err);
  }
  lw_engine_reader_done(desk->engine, db);
  rc = rc == LW_OK ? lw_folder_write(path, &folder_of_pages, &desk->arena, files, count, err) : rc;
  if (rc == LW_OK) {
    lw_buf_printf(&desk->out, "%u pages\n", count);
  }
  return rc;
}

int lw_cmd_pages_export(int argc, char **argv)
{
  const char *url = LW_STORE_URL;
  struct lw_desk desk;
  struct lw_error err;
  char **rest = NULL;
  int count = 0;
  const struct lw_option_spec specs[] = {{"db", &url, NULL}};
  int status = lw_take_options("pages export", argc, argv, specs, 1, &rest, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 1) {
    return lw_usage_error("pages export", "it takes one folder, not %d", count);
  }
  status = LW_EXIT_FAILED;
  if (lw_desk_open(&desk, url, false)) {
    status = export_pages(&desk, rest[0], &err) == LW_OK ? LW_EXIT_DONE : lw_desk_fail(&err);
  }
  return lw_desk_close(&desk, status);
}

/* --- searching --- */

/* "lost-parcel: A lost parcel", and the part of it that has the words. */
static void say_found(const struct lw_value *item, struct lw_buf *out)
{
  const struct lw_value *pieces = lw_value_get(item, LW_STR("snippet"));
  lw_buf_printf(out, "%.*s: %.*s\n", LW_FMT(lw_value_written(item, LW_STR("slug"))),
                LW_FMT(lw_value_written(item, LW_STR("title"))));
  if (pieces == NULL || pieces->count == 0) {
    return;
  }
  LW_BUF_LIT(out, "    ");
  for (uint32_t i = 0; i < pieces->count; i++) {
    lw_buf_add(out, lw_value_written(&pieces->items[i], LW_STR("text")));
  }
  lw_buf_add_char(out, '\n');
}

static enum lw_code say_all(struct lw_desk *desk, lw_str q, lw_str answer, struct lw_error *err)
{
  const struct lw_value *value = NULL;
  struct lw_json_reader *json = lw_json_reader_create(NULL);
  enum lw_code rc = json == NULL ? lw_fail(err, LW_NO_MEMORY, "out of memory")
                                 : lw_json_read(json, &desk->arena, answer, NULL, &value, err);
  if (rc == LW_OK) {
    const struct lw_value *items = lw_value_get(value, LW_STR("items"));
    bool any = lw_str_equal(lw_value_written(value, LW_STR("matched")), LW_STR("any"));
    if (any && items->count != 0) {
      LW_BUF_LIT(&desk->out, "No page has all of it; these have some.\n");
    }
    for (uint32_t i = 0; i < items->count; i++) {
      say_found(&items->items[i], &desk->out);
    }
    if (items->count == 0) {
      lw_buf_printf(&desk->out, "No page has \"%.*s\".\n", LW_FMT(q));
    }
  }
  lw_json_reader_destroy(json);
  return rc;
}

static enum lw_code search(struct lw_desk *desk, const struct lw_page_search *asked, bool json,
                           struct lw_error *err)
{
  struct lw_db *db = NULL;
  struct lw_buf answer = {0};
  enum lw_code rc = lw_engine_reader(desk->engine, &db, err);
  if (rc == LW_OK) {
    const struct lw_page_reader reader = {.db = db, .arena = &desk->arena};
    rc = lw_page_search(&reader, asked, &answer, err);
    lw_engine_reader_done(desk->engine, db);
  }
  if (rc == LW_OK && json) {
    lw_buf_add(&desk->out, lw_buf_str(&answer));
    lw_buf_add_char(&desk->out, '\n');
  } else if (rc == LW_OK) {
    rc = say_all(desk, asked->q, lw_buf_str(&answer), err);
  }
  lw_buf_finish(&answer);
  return rc;
}

/* All words of the line, so that they need no quotes; a phrase keeps its own. */
static void join(char *const *words, int count, struct lw_buf *out)
{
  for (int i = 0; i < count; i++) {
    lw_buf_add_c(out, i != 0 ? " " : "");
    lw_buf_add_c(out, words[i]);
  }
}

int lw_cmd_pages_search(int argc, char **argv)
{
  const char *url = LW_STORE_URL;
  const char *reason = "";
  const char *language = "";
  const char *limit = "10";
  uint64_t most = 0;
  bool json = false;
  struct lw_desk desk;
  struct lw_error err;
  struct lw_buf q = {0};
  char **rest = NULL;
  int count = 0;
  const struct lw_option_spec specs[] = {{"db", &url, NULL},
                                         {"reason", &reason, NULL},
                                         {"language", &language, NULL},
                                         {"limit", &limit, NULL},
                                         {"json", NULL, &json}};
  int status = lw_take_options("pages search", argc, argv, specs, 5, &rest, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  join(rest, count, &q);
  if (q.failed || q.len > LW_QUERY_BYTES_MAX || !lw_uint_read(lw_str_c(limit), &most) ||
      most == 0 || most > LW_PAGES_SHOWN_MAX) {
    lw_buf_finish(&q);
    return lw_usage_error("pages search", "words have at most 400 bytes, --limit is 1 to 50");
  }
  const struct lw_page_search asked = {.q = lw_buf_str(&q),
                                       .reason = lw_str_c(reason),
                                       .language = lw_str_c(language),
                                       .limit = (uint32_t)most};
  status = LW_EXIT_FAILED;
  if (lw_desk_open(&desk, url, false)) {
    status = search(&desk, &asked, json, &err) == LW_OK ? LW_EXIT_DONE : lw_desk_fail(&err);
  }
  lw_buf_finish(&q);
  return lw_desk_close(&desk, status);
}

/* --- the index --- */

static enum lw_code index_anew(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err)
{
  return lw_pages_index(batch->db, batch->scratch, change->user, err);
}

int lw_cmd_pages_index(int argc, char **argv)
{
  const char *url = LW_STORE_URL;
  struct lw_desk desk;
  struct lw_error err;
  char **rest = NULL;
  int count = 0;
  int64_t pages = 0;
  const struct lw_option_spec specs[] = {{"db", &url, NULL}};
  int status = lw_take_options("pages index", argc, argv, specs, 1, &rest, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 0) {
    return lw_usage_error("pages index", "it takes no more words");
  }
  status = LW_EXIT_FAILED;
  if (lw_desk_open(&desk, url, false)) {
    struct lw_store_change run = {.apply = index_anew, .user = &pages, .actor = LW_STR("cli")};
    status = lw_store_run(desk.engine, &run, &err) == LW_OK ? LW_EXIT_DONE : lw_desk_fail(&err);
    if (status == LW_EXIT_DONE) {
      lw_buf_printf(&desk.out, "%lld pages\n", (long long)pages);
    }
  }
  return lw_desk_close(&desk, status);
}
