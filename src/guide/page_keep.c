/* Saving, removing and reading pages. What is saved is the file, so that what the journal's digest
 * stands for is what lies in a folder; the row has what is asked for without reading it. */
#include "guide/page.h"

#include "data/member.h"
#include "guide/page_inside.h"
#include "policy/who.h"

static const char count_sql[] = "SELECT count(*) FROM page";

static enum lw_code stale(struct lw_error *err)
{
  (void)lw_fail(err, LW_STALE, "somebody else has saved this page meanwhile");
  lw_error_hint(err, "read it again, and send its ETag as If-Match");
  return LW_STALE;
}

static enum lw_code missing(lw_str slug, struct lw_error *err)
{
  return lw_fail(err, LW_NOT_FOUND, "there is no page \"%.*s\" that you may see", LW_FMT(slug));
}

/* Ends the body, appends it, and finishes the buffer. */
static enum lw_code append(struct lw_batch *batch, struct lw_change *change, enum lw_event event,
                           struct lw_buf *body, struct lw_error *err)
{
  lw_buf_add_char(body, '}');
  return lw_batch_append_body(batch, change, event, body, err);
}

static void add_names(struct lw_buf *out, const char *key, const lw_str *names, uint32_t count)
{
  if (count == 0) {
    return;
  }
  lw_member_key(out, key);
  for (uint32_t i = 0; i < count; i++) {
    lw_buf_add_c(out, i != 0 ? "," : "[");
    lw_json_add_string(out, names[i]);
  }
  lw_buf_add_char(out, ']');
}

static void answer(struct lw_change *change, const struct lw_page *page, int status)
{
  lw_buf_add_char(&change->answer, '{');
  lw_member_text(&change->answer, "slug", page->slug);
  lw_member_int(&change->answer, "version", (int64_t)page->version);
  lw_buf_add_char(&change->answer, '}');
  lw_change_status(change, status);
}

/* --- saving --- */

static enum lw_code append_saved(struct lw_batch *batch, struct lw_change *change,
                                 const struct lw_page_row *row, struct lw_error *err)
{
  struct lw_buf body = {0};
  lw_buf_add_char(&body, '{');
  lw_member_text(&body, "page", row->page.slug);
  lw_member_int(&body, "version", (int64_t)row->page.version);
  add_names(&body, "reasons", row->page.reasons, row->page.n_reasons);
  add_names(&body, "teams", row->page.teams, row->page.n_teams);
  lw_member_raw(&body, "file", row->words);
  return append(batch, change, LW_EVENT_PAGE_SAVED, &body, err);
}

static enum lw_code check_room(struct lw_batch *batch, const struct lw_page_row *before,
                               struct lw_error *err)
{
  int64_t count = 0;
  enum lw_code rc = before->n == 0 ? lw_db_get_int(batch->db, count_sql, &count, err) : LW_OK;
  if (rc == LW_OK && count >= LW_PAGES_MAX) {
    rc = lw_fail(err, LW_LIMIT, "there are %d pages already", LW_PAGES_MAX);
    lw_error_hint(err, "remove some that nobody needs");
  }
  return rc;
}

static enum lw_code write(struct lw_batch *batch, struct lw_change *change,
                          const struct lw_page_row *before, const struct lw_page *page, lw_str file,
                          struct lw_error *err)
{
  struct lw_buf reference = {0};
  struct lw_page_row row = {.n = before->n, .page = *page};
  row.page.version = before->page.version + 1;
  row.page.at = batch->now;
  row.page.who = change->actor;
  enum lw_code rc = check_room(batch, before, err);
  rc = rc == LW_OK ? lw_text_keep(&batch->texts, batch->now, "page", LW_STR(""), LW_STR(""), file,
                                  &reference, err)
                   : rc;
  row.words = lw_buf_str(&reference);
  rc = rc == LW_OK ? lw_page_row_put(batch->db, &row, err) : rc;
  rc = rc == LW_OK ? lw_page_words_put(batch->db, row.n, page->title, page->body, err) : rc;
  rc = rc == LW_OK ? append_saved(batch, change, &row, err) : rc;
  if (rc == LW_OK) {
    answer(change, &row.page, before->n == 0 ? 201 : 200);
  }
  lw_buf_finish(&reference);
  return rc;
}

enum lw_code lw_page_put(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_page_save *save = change->user;
  struct lw_page_row before;
  struct lw_buf file = {0};
  lw_str was = LW_STR("");
  enum lw_code rc = lw_page_row_get(batch->db, save->page.slug, batch->scratch, &before, err);
  if (rc == LW_OK && save->has_tag && save->tag != before.page.version) {
    rc = stale(err);
  }
  rc = rc == LW_OK && before.n != 0
           ? lw_page_row_file(batch->db, &before, batch->scratch, &was, err)
           : rc;
  lw_page_print_file(&save->page, &file);
  if (rc == LW_OK && file.failed) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory for a page");
  }
  if (rc == LW_OK && before.n != 0 && lw_str_equal(was, lw_buf_str(&file))) {
    answer(change, &before.page, 200);
  } else if (rc == LW_OK) {
    rc = write(batch, change, &before, &save->page, lw_buf_str(&file), err);
  }
  lw_buf_finish(&file);
  return rc;
}

enum lw_code lw_page_remove(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_page_save *save = change->user;
  struct lw_page_row before;
  struct lw_buf body = {0};
  enum lw_code rc = lw_page_row_get(batch->db, save->page.slug, batch->scratch, &before, err);
  if (rc == LW_OK && before.n == 0) {
    return missing(save->page.slug, err);
  }
  if (rc == LW_OK && save->has_tag && save->tag != before.page.version) {
    return stale(err);
  }
  rc = rc == LW_OK ? lw_page_words_remove(batch->db, before.n, err) : rc;
  rc = rc == LW_OK ? lw_page_row_remove(batch->db, before.n, err) : rc;
  if (rc == LW_OK) {
    lw_buf_add_char(&body, '{');
    lw_member_text(&body, "page", before.page.slug);
    lw_member_int(&body, "version", (int64_t)before.page.version);
    rc = append(batch, change, LW_EVENT_PAGE_REMOVED, &body, err);
  }
  if (rc == LW_OK) {
    answer(change, &before.page, 200);
  }
  return rc;
}

enum lw_code lw_pages_index(struct lw_db *db, struct lw_arena *scratch, int64_t *ret_count,
                            struct lw_error *err)
{
  lw_str *slugs = NULL;
  uint32_t count = 0;
  struct lw_arena one;
  *ret_count = 0;
  enum lw_code rc = lw_db_exec(db, "DELETE FROM page_words", err);
  rc = rc == LW_OK ? lw_page_slugs(db, scratch, &slugs, &count, err) : rc;
  lw_arena_init(&one, NULL, 0);
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    struct lw_page page;
    struct lw_page_row row;
    struct lw_diags diags;
    lw_str file = LW_STR("");
    lw_arena_reset(&one);
    lw_diags_init(&diags, &one);
    rc = lw_page_row_get(db, slugs[i], &one, &row, err);
    rc = rc == LW_OK ? lw_page_row_file(db, &row, &one, &file, err) : rc;
    if (rc == LW_OK) {
      lw_page_read(&one, slugs[i], file, &page, &diags);
      rc = lw_page_words_put(db, row.n, row.page.title, page.body, err);
    }
    *ret_count += rc == LW_OK ? 1 : 0;
  }
  lw_arena_finish(&one);
  return rc;
}

/* --- reading --- */

/* A page of teams is seen by their people, by the people of teams below, by whoever leads one
 * above, and by those who write pages or see everybody's decisions. */
static bool may_see_all(const struct lw_caller *caller)
{
  return caller == NULL || lw_access_view(caller, LW_ACCESS_WRITE_COURSES) == LW_VIEW_ALL ||
         lw_access_view(caller, LW_ACCESS_SEE_DECISIONS) == LW_VIEW_ALL;
}

static bool is_of_team(const struct lw_page_reader *reader, lw_str id)
{
  const struct lw_person *self = reader->caller->person;
  const struct lw_team *team = lw_staff_find_team(reader->snapshot->staff, id);
  bool leads = lw_access_view(reader->caller, LW_ACCESS_SEE_DECISIONS) == LW_VIEW_TEAM;
  return self != NULL && team != NULL && self->actor.team.len != 0 &&
         (lw_team_within(self->actor.team, team->path) ||
          (leads && lw_team_within(team->path, self->actor.team)));
}

void lw_page_seen_teams(const struct lw_page_reader *reader, struct lw_buf *out)
{
  lw_buf_add_char(out, may_see_all(reader->caller) ? '*' : '/');
  for (uint32_t i = 0;
       out->ptr != NULL && out->ptr[0] == '/' && i < reader->snapshot->staff->n_teams; i++) {
    lw_str id = reader->snapshot->staff->teams[i].id;
    if (is_of_team(reader, id)) {
      lw_buf_printf(out, "%.*s/", LW_FMT(id));
    }
  }
}

static bool may_see(const struct lw_page_reader *reader, const struct lw_page *page)
{
  bool seen = page->n_teams == 0 || may_see_all(reader->caller);
  for (uint32_t i = 0; !seen && i < page->n_teams; i++) {
    seen = is_of_team(reader, page->teams[i]);
  }
  return seen;
}

enum lw_code lw_page_get(const struct lw_page_reader *reader, lw_str slug, struct lw_page *ret_page,
                         struct lw_error *err)
{
  struct lw_page_row row;
  struct lw_page read;
  struct lw_diags diags;
  lw_str file = LW_STR("");
  enum lw_code rc = lw_page_row_get(reader->db, slug, reader->arena, &row, err);
  if (rc == LW_OK && (row.n == 0 || !may_see(reader, &row.page))) {
    return missing(slug, err);
  }
  rc = rc == LW_OK ? lw_page_row_file(reader->db, &row, reader->arena, &file, err) : rc;
  if (rc == LW_OK) {
    lw_diags_init(&diags, reader->arena);
    lw_page_read(reader->arena, slug, file, &read, &diags);
    *ret_page = row.page;
    ret_page->body = read.body;
  }
  return rc;
}
