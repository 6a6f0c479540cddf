/* Pages as rows, read and written. A page is read anew whenever it is needed: it has some kilobytes
 * at most. */
#include "guide/plan_inside.h"

static const char get_sql[] = "SELECT name, version, text, at, who FROM plan_page WHERE name = $1";
static const char list_sql[] =
    "SELECT name, version, text, at, who FROM plan_page WHERE text <> '' ORDER BY name LIMIT $1";
static const char put_sql[] =
    "INSERT INTO plan_page (name, version, text, at, who) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (name) DO UPDATE SET version = excluded.version, text = excluded.text, "
    "at = excluded.at, who = excluded.who";

/* --- names --- */

lw_str lw_plan_cause_label(const struct lw_snapshot *snapshot, lw_str name)
{
  const struct lw_reason *reason = lw_policy_reason(snapshot->policy, name);
  return reason != NULL && reason->label.len != 0 ? reason->label : name;
}

lw_str lw_plan_cause_page(struct lw_arena *arena, lw_str cause)
{
  const struct lw_plan plan = {.kind = LW_PLAN_CAUSE, .cause = cause};
  return lw_course_name_fits(cause) ? lw_plan_name(&plan, arena) : LW_STR("");
}

void lw_plan_add_by(const struct lw_plan_reader *reader, lw_str who, lw_usec at, struct lw_buf *out)
{
  const struct lw_person *person = lw_staff_find(reader->snapshot->staff, who);
  lw_member_text(out, "by", who);
  lw_member_text(out, "name", person != NULL ? person->actor.name : LW_STR(""));
  lw_member_time(out, "at", at);
}

/* --- reading --- */

static void take_row(const struct lw_stmt *row, struct lw_arena *arena, struct lw_plan_page *page)
{
  page->name = lw_stmt_copy_text(row, 0, arena);
  page->version = (uint64_t)lw_stmt_get_int(row, 1);
  page->text = lw_stmt_copy_text(row, 2, arena);
  page->at = lw_stmt_get_int(row, 3);
  page->by = lw_stmt_copy_text(row, 4, arena);
}

/* The row of that name; version 0: there is none. A page that was taken away has a version and no
 * text. */
static enum lw_code find(struct lw_db *db, lw_str name, struct lw_arena *arena,
                         struct lw_plan_page *ret_page, struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  *ret_page = (struct lw_plan_page){.name = name, .text = LW_STR(""), .by = LW_STR("")};
  enum lw_code rc = lw_db_find(db, get_sql, name, &row, err);
  if (rc == LW_OK) {
    take_row(row, arena, ret_page);
    lw_stmt_reset(row);
  }
  rc = rc == LW_NOT_FOUND ? LW_OK : rc;
  return rc == LW_OK && arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a plan") : rc;
}

/* What a text says; it was without errors when it was kept. */
static enum lw_code read_text(const struct lw_plan_reader *reader, struct lw_plan_page *page,
                              struct lw_error *err)
{
  struct lw_course_findings findings;
  const struct lw_course_file file = {page->name, page->text};
  if (page->text.len == 0) {
    return LW_OK;
  }
  enum lw_code rc = lw_plan_read(reader->arena, &file, &page->plan, &findings, err);
  return rc == LW_OK && findings.errors != 0
             ? lw_fail(err, LW_INTERNAL, "the plan \"%.*s\", version %llu, can't be read any more",
                       LW_FMT(page->name), (unsigned long long)page->version)
             : rc;
}

enum lw_code lw_plan_page_get(const struct lw_plan_reader *reader, lw_str name,
                              struct lw_plan_page *ret_page, struct lw_error *err)
{
  enum lw_plan_kind kind;
  lw_str cause;
  if (!lw_plan_name_read(name, &kind, &cause)) {
    (void)lw_fail(err, LW_NOT_FOUND, "there is no such plan");
    lw_error_hint(err, "a plan is called general, needs, or cause: and a reason's name");
    return LW_NOT_FOUND;
  }
  enum lw_code rc = find(reader->db, name, reader->arena, ret_page, err);
  ret_page->kind = kind;
  ret_page->cause = cause;
  ret_page->plan = (struct lw_plan){.kind = kind, .cause = cause};
  if (rc == LW_OK && ret_page->text.len == 0) {
    ret_page->version = 0;
    ret_page->built_in = kind != LW_PLAN_CAUSE;
    ret_page->text = kind != LW_PLAN_CAUSE ? lw_plan_built_in(kind, reader->language) : LW_STR("");
  }
  return rc == LW_OK ? read_text(reader, ret_page, err) : rc;
}

enum lw_code lw_plan_pages(const struct lw_plan_reader *reader, struct lw_plan_page **ret_pages,
                           uint32_t *ret_count, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = true;
  uint32_t count = 0;
  struct lw_plan_page *pages = LW_NEW_ARRAY(reader->arena, struct lw_plan_page, LW_PLAN_PAGES_MAX);
  enum lw_code rc = lw_db_statement(reader->db, list_sql, &stmt, err);
  if (rc != LW_OK || pages == NULL) {
    return rc != LW_OK ? rc : lw_fail(err, LW_NO_MEMORY, "out of memory for plans");
  }
  lw_stmt_int(stmt, 1, LW_PLAN_PAGES_MAX);
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    struct lw_plan_page *page = &pages[count];
    *page = (struct lw_plan_page){.at = 0};
    take_row(stmt, reader->arena, page);
    if (lw_plan_name_read(page->name, &page->kind, &page->cause)) {
      count++;
    }
  }
  lw_stmt_reset(stmt);
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    rc = read_text(reader, &pages[i], err);
  }
  *ret_pages = pages;
  *ret_count = count;
  return rc == LW_OK && reader->arena->failed
             ? lw_fail(err, LW_NO_MEMORY, "out of memory for plans")
             : rc;
}

/* --- writing --- */

static enum lw_code put(struct lw_batch *batch, const struct lw_change *change, lw_str name,
                        uint64_t version, lw_str text, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(batch->db, put_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text(stmt, 1, name);
    lw_stmt_int(stmt, 2, (int64_t)version);
    lw_stmt_text_or_empty(stmt, 3, text);
    lw_stmt_int(stmt, 4, batch->now);
    lw_stmt_text(stmt, 5, change->actor);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

static enum lw_code append(struct lw_batch *batch, struct lw_change *change, enum lw_event event,
                           lw_str name, uint64_t version, lw_str text, struct lw_error *err)
{
  struct lw_buf body = {0};
  lw_buf_add_char(&body, '{');
  lw_member_text(&body, "plan", name);
  lw_member_int(&body, "version", (int64_t)version);
  lw_member_text(&body, "text", text);
  lw_buf_add_char(&body, '}');
  return lw_batch_append_body(batch, change, event, &body, err);
}

static enum lw_code check_version(const struct lw_plan_page *now, bool has_version,
                                  uint64_t version, struct lw_error *err)
{
  uint64_t there = now->text.len != 0 ? now->version : 0;
  if (!has_version || version == there) {
    return LW_OK;
  }
  (void)lw_fail(err, LW_STALE, "somebody has changed this plan meanwhile: it is version %llu",
                (unsigned long long)there);
  lw_error_hint(err, "read it again, and send the version that you have read");
  return LW_STALE;
}

/* A cause of the live policy, and needs that people may choose. */
static enum lw_code check_words(struct lw_batch *batch, const struct lw_plan *plan,
                                struct lw_error *err)
{
  struct lw_plan_reader reader = lw_plan_reader_in(batch, NULL);
  struct lw_plan_page needs;
  if (plan->kind == LW_PLAN_CAUSE &&
      lw_policy_reason(batch->snapshot->policy, plan->cause) == NULL) {
    (void)lw_fail(err, LW_INVALID, "cause: \"%.*s\" is no reason of the live policy",
                  LW_FMT(plan->cause));
    lw_error_hint(err, "write the name of one of its reasons, or publish a policy that has it");
    return LW_INVALID;
  }
  enum lw_code rc = lw_plan_page_get(&reader, LW_STR("needs"), &needs, err);
  for (uint32_t i = 0; rc == LW_OK && i < plan->n_needs; i++) {
    if (lw_plan_need_label(&needs.plan, plan->needs[i]).len == 0) {
      rc = lw_fail(err, LW_INVALID, "needs: \"%.*s\" is none of the shared needs",
                   LW_FMT(plan->needs[i]));
      lw_error_hint(err, "add it to the page of needs first, or name one that stands there");
    }
  }
  return rc;
}

static void say_written(lw_str name, uint64_t version, bool changed, struct lw_buf *out)
{
  lw_buf_add_c(out, out->len != 0 && out->ptr[out->len - 1] == '}' ? ",{" : "{");
  lw_member_text(out, "plan", name);
  lw_member_int(out, "version", (int64_t)version);
  lw_member_bool(out, "changed", changed);
  lw_buf_add_char(out, '}');
}

static enum lw_code write_one(struct lw_batch *batch, struct lw_change *change,
                              const struct lw_plan_writing *writing,
                              const struct lw_plan_draft *draft, bool *ret_new,
                              struct lw_error *err)
{
  struct lw_plan_page now;
  lw_str name = lw_plan_name(&draft->plan, batch->scratch);
  enum lw_code rc = find(batch->db, name, batch->scratch, &now, err);
  rc = rc == LW_OK ? check_version(&now, writing->has_version, writing->version, err) : rc;
  rc = rc == LW_OK ? check_words(batch, &draft->plan, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  bool same = lw_str_equal(now.text, draft->text);
  uint64_t version = now.version + (same ? 0 : 1);
  *ret_new |= now.text.len == 0;
  say_written(name, version, !same, &change->answer);
  if (same) {
    return LW_OK;
  }
  rc = put(batch, change, name, version, draft->text, err);
  return rc == LW_OK ? append(batch, change, LW_EVENT_PLAN_WRITTEN, name, version, draft->text, err)
                     : rc;
}

enum lw_code lw_plan_write(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_plan_writing *writing = change->user;
  enum lw_code rc = LW_OK;
  bool is_new = false;
  LW_BUF_LIT(&change->answer, "{\"items\":[");
  for (int needs = 1; needs >= 0; needs--) { /* what names a need comes behind the needs */
    for (uint32_t i = 0; rc == LW_OK && i < writing->count; i++) {
      if ((writing->drafts[i].plan.kind == LW_PLAN_NEEDS) == (needs == 1)) {
        rc = write_one(batch, change, writing, &writing->drafts[i], &is_new, err);
      }
    }
  }
  LW_BUF_LIT(&change->answer, "]}");
  lw_change_status(change, is_new ? 201 : 200);
  return rc;
}

enum lw_code lw_plan_remove(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_plan_removal *removal = change->user;
  struct lw_plan_page now;
  enum lw_code rc = find(batch->db, removal->name, batch->scratch, &now, err);
  if (rc == LW_OK && now.text.len == 0) {
    return lw_fail(err, LW_NOT_FOUND, "nobody has written this plan");
  }
  rc = rc == LW_OK ? check_version(&now, removal->has_version, removal->version, err) : rc;
  rc = rc == LW_OK ? put(batch, change, now.name, now.version + 1, LW_STR(""), err) : rc;
  rc = rc == LW_OK ? append(batch, change, LW_EVENT_PLAN_REMOVED, now.name, now.version + 1,
                            LW_STR(""), err)
                   : rc;
  LW_BUF_LIT(&change->answer, "{}");
  lw_change_status(change, 200);
  return rc;
}
