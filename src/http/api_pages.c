/* Reference pages: found, read, looked over, saved and removed. A page is checked here, on the
 * caller's thread, so that the writer only writes it. */
#include "guide/page.h"
#include "http/api.h"
#include "learn/head.h"

enum { SHOWN = 20 };

static struct lw_page_reader reader_of(struct lw_call *call, struct lw_db *db)
{
  return (struct lw_page_reader){
      .db = db, .snapshot = call->snapshot, .caller = &call->caller, .arena = &call->arena};
}

/* --- reading --- */

/* False: replied. */
static bool read_search(struct lw_call *call, struct lw_page_search *ret_search)
{
  struct lw_api_page page;
  lw_str q = lw_call_query(call, "q");
  lw_str reason = lw_call_query(call, "reason");
  lw_str language = lw_call_query(call, "language");
  if (q.len > LW_QUERY_BYTES_MAX) {
    lw_api_refuse_parameter(call, "q", "at most 400 bytes");
    return false;
  }
  bool whole = false;
  if (!lw_api_read_page(call, &page) || !lw_api_read_flag(call, "whole", &whole)) {
    return false;
  }
  bool said = lw_call_query(call, "limit").ptr != NULL;
  uint32_t limit = said ? page.limit : SHOWN;
  *ret_search =
      (struct lw_page_search){.q = q,
                              .reason = reason,
                              .language = language,
                              .limit = limit < LW_PAGES_SHOWN_MAX ? limit : LW_PAGES_SHOWN_MAX,
                              .after = page.after,
                              .whole = whole};
  return true;
}

void lw_api_list_pages(struct lw_call *call)
{
  struct lw_error err;
  struct lw_page_search search;
  struct lw_db *db = read_search(call, &search) ? lw_call_reader(call) : NULL;
  if (db != NULL) {
    const struct lw_page_reader reader = reader_of(call, db);
    enum lw_code code = lw_page_search(&reader, &search, &call->out, &err);
    if (code == LW_INVALID) {
      lw_api_refuse_parameter(call, "after", "`next` of the answer before");
      return;
    }
    lw_api_reply_read(call, code, &err);
  }
}

void lw_api_get_page(struct lw_call *call)
{
  struct lw_error err;
  struct lw_page page;
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    const struct lw_page_reader reader = reader_of(call, db);
    enum lw_code code = lw_page_get(&reader, call->params[0], &page, &err);
    if (code == LW_OK) {
      lw_page_print(&page, &call->out);
      lw_api_add_tag(call, page.version);
    }
    lw_api_reply_read(call, code, &err);
  }
}

/* --- writing --- */

/* The member that a finding is about. */
static lw_str member_of(const struct lw_diag *diag)
{
  static const struct {
    const char *code;
    const char *member;
  } members[] = {{"bad-name", "slug"},   {"bad-title", "title"},      {"empty-page", "body"},
                 {"too-long", "body"},   {"bad-sign", "body"},        {"bad-reasons", "reasons"},
                 {"bad-teams", "teams"}, {"bad-language", "language"}};
  for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
    if (strcmp(members[i].code, diag->code) == 0) {
      return lw_str_c(members[i].member);
    }
  }
  return LW_STR("");
}

static void add_faults(const struct lw_diags *diags, struct lw_faults *faults)
{
  for (size_t i = 0; i < diags->count; i++) {
    const struct lw_diag *diag = &diags->items[i];
    if (diag->severity == LW_SEVERITY_ERROR) {
      lw_faults_add(faults, member_of(diag), "%.*s; %.*s", LW_FMT(diag->message),
                    LW_FMT(diag->hint));
    }
  }
}

/* What the body says, and what is found against it. False: replied. */
static bool read_page(struct lw_call *call, lw_str slug, struct lw_page *ret_page,
                      struct lw_diags *diags)
{
  static const char *const members[] = {"slug",  "title",    "body", "reasons",
                                        "teams", "language", "new",  NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  const struct lw_head head = {.map = call->json, .diags = diags, .what = "a page", .keys = ""};
  lw_call_known(call->json, members, &faults);
  lw_diags_init(diags, &call->arena);
  struct lw_page page = {.slug =
                             slug.ptr != NULL ? slug : lw_call_text(call->json, "slug", &faults),
                         .title = lw_str_trim(lw_call_text(call->json, "title", &faults)),
                         .body = lw_str_trim(lw_call_text(call->json, "body", &faults)),
                         .language = lw_call_text(call->json, "language", &faults)};
  page.reasons = lw_head_texts(&head, "reasons", LW_PAGE_NAMES_MAX, &call->arena, &page.n_reasons);
  page.teams = lw_head_texts(&head, "teams", LW_PAGE_NAMES_MAX, &call->arena, &page.n_teams);
  if (faults.count != 0) {
    lw_call_faults(call, &faults);
    return false;
  }
  lw_page_check(&page, diags);
  *ret_page = page;
  return true;
}

static void print_findings(struct lw_call *call, const struct lw_page *page, struct lw_diags *diags)
{
  struct lw_error err;
  struct lw_course_findings findings = {.count = (uint32_t)diags->count};
  struct lw_course_finding *items =
      LW_NEW_ARRAY(&call->arena, struct lw_course_finding, diags->count + 1);
  lw_diags_sort(diags);
  for (uint32_t i = 0; items != NULL && i < findings.count; i++) {
    items[i] = (struct lw_course_finding){page->slug, diags->items[i]};
  }
  findings.items = items;
  LW_BUF_LIT(&call->out, "{\"findings\":");
  lw_course_findings_print_json(&findings, &call->out);
  lw_buf_add_char(&call->out, '}');
  lw_api_reply_read(call, items != NULL ? LW_OK : lw_fail(&err, LW_NO_MEMORY, "out of memory"),
                    &err);
}

/* Saves nothing. */
void lw_api_check_page(struct lw_call *call)
{
  struct lw_error err;
  struct lw_page page;
  struct lw_diags diags;
  struct lw_db *db = read_page(call, (lw_str){0}, &page, &diags) ? lw_call_reader(call) : NULL;
  const struct lw_page_world world = {.snapshot = call->snapshot, .db = db};
  if (db != NULL && lw_api_is_well(call, lw_page_look(&page, &world, &diags, &err), &err)) {
    print_findings(call, &page, &diags);
  }
}

/* {"new": true}: there is none of that name yet. */
static bool is_new(const struct lw_value *json)
{
  const struct lw_value *value = lw_value_get(json, LW_STR("new"));
  return value != NULL && value->kind == LW_VALUE_BOOL && value->boolean;
}

void lw_api_put_page(struct lw_call *call)
{
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_page_save *save = LW_API_NEW(call, struct lw_page_save);
  struct lw_diags diags;
  if (save == NULL || !lw_api_read_tag(call, &save->has_tag, &save->tag) ||
      !read_page(call, call->params[0], &save->page, &diags)) {
    return;
  }
  add_faults(&diags, &faults);
  if (!lw_call_is_sound(call, &faults)) {
    return;
  }
  save->has_tag |= is_new(call->json);
  call->then = lw_api_tag_from_version;
  lw_call_submit(call, lw_page_put, save);
}

void lw_api_remove_page(struct lw_call *call)
{
  struct lw_page_save *save = LW_API_NEW(call, struct lw_page_save);
  if (save != NULL && lw_api_read_tag(call, &save->has_tag, &save->tag)) {
    save->page.slug = call->params[0];
    call->then = lw_api_without_body;
    lw_call_submit(call, lw_page_remove, save);
  }
}
