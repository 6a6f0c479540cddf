/* A page's file: a head in YAML between two lines of dashes, then Markdown. A file without a head
 * is a page whose first heading is its title. Heads are read as courses' are (learn/head.h). */
#include "base/utf8.h"
#include "data/json.h"
#include "data/yaml.h"
#include "guide/page_inside.h"
#include "learn/head.h"

static const char dashes[] = "---";

bool lw_page_slug_fits(lw_str slug)
{
  for (size_t i = 0; i < slug.len; i++) {
    if (slug.ptr[i] >= 'A' && slug.ptr[i] <= 'Z') {
      return false;
    }
  }
  return slug.len <= LW_PAGE_SLUG_BYTES_MAX && lw_course_name_fits(slug);
}

lw_str lw_page_slug_of(lw_str file)
{
  static const size_t end = sizeof ".md" - 1;
  lw_str slug =
      lw_str_ends(file, LW_STR(".md")) ? lw_str_slice(file, 0, file.len - end) : LW_STR("");
  return lw_page_slug_fits(slug) ? slug : LW_STR("");
}

/* --- reading --- */

/* One past the line's end that begins at `at`. */
static size_t end_of_line(lw_str text, size_t at)
{
  size_t end = lw_str_find(text, LW_STR("\n"), at);
  return end != SIZE_MAX ? end + 1 : text.len;
}

static bool is_dashes(lw_str text, size_t from, size_t end)
{
  return lw_str_equal(lw_str_trim(lw_str_slice(text, from, end - from)), lw_str_c(dashes)) &&
         text.ptr[from] == '-';
}

/* Where the head ends (its closing line begins) and the body begins; false: there is no head. */
static bool find_head(lw_str text, size_t *ret_end, size_t *ret_body)
{
  size_t at = end_of_line(text, 0);
  if (text.len == 0 || !is_dashes(text, 0, at)) {
    return false;
  }
  while (at < text.len) {
    size_t end = end_of_line(text, at);
    if (is_dashes(text, at, end)) {
      *ret_end = at;
      *ret_body = end;
      return true;
    }
    at = end;
  }
  return false;
}

static uint32_t count_lines(lw_str text)
{
  uint32_t lines = 1;
  for (size_t i = 0; i < text.len; i++) {
    lines += text.ptr[i] == '\n' ? 1 : 0;
  }
  return lines;
}

/* "# How a carrier claim works" */
static lw_str first_heading(lw_str body)
{
  lw_str line = lw_str_slice(body, 0, end_of_line(body, 0));
  return lw_str_starts(line, LW_STR("# ")) ? lw_str_trim(lw_str_slice(line, 2, line.len - 2))
                                           : LW_STR("");
}

static void read_head(struct lw_arena *arena, lw_str text, struct lw_page *page,
                      struct lw_diags *diags)
{
  static const lw_str keys[] = {LW_STR_INIT("title"), LW_STR_INIT("reasons"), LW_STR_INIT("teams"),
                                LW_STR_INIT("language")};
  const struct lw_value *map = lw_yaml_read(arena, text, diags);
  if (map != NULL && map->kind != LW_VALUE_MAP) {
    struct lw_place place = {1, 1, 0};
    lw_diags_add(diags, LW_SEVERITY_ERROR, "bad-value", place, "the head is a map")->hint =
        LW_STR("write title: and what the page is called");
  }
  if (map == NULL || map->kind != LW_VALUE_MAP) {
    return;
  }
  const struct lw_head head = {.map = map,
                               .diags = diags,
                               .what = "a page",
                               .keys = "a page's head says title, reasons, teams and language"};
  lw_head_check_keys(&head, keys, sizeof keys / sizeof keys[0]);
  page->title = lw_head_text(&head, "title", false);
  page->language = lw_head_text(&head, "language", false);
  page->reasons = lw_head_texts(&head, "reasons", LW_PAGE_NAMES_MAX, arena, &page->n_reasons);
  page->teams = lw_head_texts(&head, "teams", LW_PAGE_NAMES_MAX, arena, &page->n_teams);
}

void lw_page_read(struct lw_arena *arena, lw_str slug, lw_str text, struct lw_page *ret_page,
                  struct lw_diags *diags)
{
  struct lw_page page = {
      .slug = slug, .title = LW_STR(""), .language = LW_STR(""), .who = LW_STR("")};
  size_t end = 0;
  size_t from = 0;
  if (lw_utf8_check(text) != text.len) {
    struct lw_place place = {1, 1, 0};
    lw_diags_add(diags, LW_SEVERITY_ERROR, "not-utf8", place, "the file is not UTF-8")->hint =
        LW_STR("save it as UTF-8");
    text = LW_STR("");
  }
  if (lw_str_starts(text, LW_STR("\xef\xbb\xbf"))) { /* some editors begin a file with it */
    text = lw_str_slice(text, 3, text.len - 3);
  }
  if (find_head(text, &end, &from)) {
    read_head(arena, lw_str_slice(text, 0, end), &page, diags);
  }
  lw_str rest = lw_str_slice(text, from, text.len - from);
  page.body = lw_str_trim(rest);
  page.line = count_lines(
      lw_str_slice(text, 0, page.body.len != 0 ? (size_t)(page.body.ptr - text.ptr) : text.len));
  if (page.title.len == 0) {
    page.title = first_heading(page.body);
  }
  *ret_page = page;
  if (diags->errors == 0) {
    lw_page_check(&page, diags);
  }
}

/* --- what fits --- */

static void refuse(struct lw_diags *diags, uint32_t line, const char *code, const char *text,
                   const char *hint)
{
  struct lw_place place = {line != 0 ? line : 1, 1, 0};
  lw_diags_add(diags, LW_SEVERITY_ERROR, code, place, "%s", text)->hint = lw_str_c(hint);
}

/* Signs that no text has, and that a store may not take. */
static bool has_controls(lw_str text, bool lines)
{
  for (size_t i = 0; i < text.len; i++) {
    unsigned char c = (unsigned char)text.ptr[i];
    if ((c < ' ' || c == 0x7f) && !(lines && (c == '\n' || c == '\r' || c == '\t'))) {
      return true;
    }
  }
  return false;
}

static bool names_fit(const lw_str *names, uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) {
    if (names[i].len == 0 || names[i].len > LW_PAGE_NAME_BYTES_MAX ||
        has_controls(names[i], false)) {
      return false;
    }
    for (uint32_t k = 0; k < i; k++) {
      if (lw_str_equal(names[i], names[k])) {
        return false;
      }
    }
  }
  return count <= LW_PAGE_NAMES_MAX;
}

static bool language_fits(lw_str language)
{
  for (size_t i = 0; i < language.len; i++) {
    char c = language.ptr[i];
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-')) {
      return false;
    }
  }
  return language.len <= LW_PAGE_LANGUAGE_BYTES_MAX;
}

void lw_page_check(const struct lw_page *page, struct lw_diags *diags)
{
  if (!lw_page_slug_fits(page->slug)) {
    refuse(diags, 1, "bad-name",
           "a page's name has only small letters, digits, \".\", \"-\" and \"_\"",
           "write return-addresses");
  }
  if (page->title.len == 0 || page->title.len > LW_PAGE_TITLE_BYTES_MAX ||
      has_controls(page->title, false)) {
    refuse(diags, 1, "bad-title", "a page has a title of one line, at most 200 bytes",
           "write title: in its head, or begin with # and the title");
  }
  if (page->body.len == 0) {
    refuse(diags, page->line, "empty-page", "the page is empty", "write something, or remove it");
  }
  if (page->body.len > LW_PAGE_BODY_BYTES_MAX) {
    refuse(diags, page->line, "too-long", "a page has at most 64 KB", "make two pages of it");
  }
  if (has_controls(page->body, true)) {
    refuse(diags, page->line, "bad-sign", "the page has a control character",
           "take it out; line ends and tabs are fine");
  }
  if (!names_fit(page->reasons, page->n_reasons)) {
    refuse(diags, 1, "bad-reasons", "reasons are at most 20 names, each once",
           "name reasons of the policy");
  }
  if (!names_fit(page->teams, page->n_teams)) {
    refuse(diags, 1, "bad-teams", "teams are at most 20 ids, each once", "name ids of teams");
  }
  if (!language_fits(page->language)) {
    refuse(diags, 1, "bad-language", "language is a short name like de or pt-BR",
           "write de, en ...");
  }
}

/* --- writing --- */

static void add_names(struct lw_buf *out, const char *key, const lw_str *names, uint32_t count)
{
  if (count == 0) {
    return;
  }
  lw_buf_printf(out, "%s: [", key);
  for (uint32_t i = 0; i < count; i++) {
    lw_buf_add_c(out, i != 0 ? ", " : "");
    lw_json_add_string(out, names[i]); /* a JSON string is one of YAML's */
  }
  LW_BUF_LIT(out, "]\n");
}

void lw_page_print_file(const struct lw_page *page, struct lw_buf *out)
{
  LW_BUF_LIT(out, "---\ntitle: ");
  lw_json_add_string(out, page->title);
  lw_buf_add_char(out, '\n');
  add_names(out, "reasons", page->reasons, page->n_reasons);
  add_names(out, "teams", page->teams, page->n_teams);
  if (page->language.len != 0) {
    LW_BUF_LIT(out, "language: ");
    lw_json_add_string(out, page->language);
    lw_buf_add_char(out, '\n');
  }
  LW_BUF_LIT(out, "---\n\n");
  lw_buf_add(out, lw_str_trim(page->body));
  lw_buf_add_char(out, '\n');
}
