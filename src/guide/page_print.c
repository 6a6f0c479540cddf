/* Pages as JSON, and what a look at one finds that the rest of the world does not have. */
#include "data/member.h"
#include "guide/page_inside.h"

static void add_names(struct lw_buf *out, const char *key, const lw_str *names, uint32_t count)
{
  lw_member_key(out, key);
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < count; i++) {
    lw_buf_add_c(out, i != 0 ? "," : "");
    lw_json_add_string(out, names[i]);
  }
  lw_buf_add_char(out, ']');
}

void lw_page_print_head(const struct lw_page *page, struct lw_buf *out)
{
  lw_member_text(out, "slug", page->slug);
  lw_member_text(out, "title", page->title);
  add_names(out, "reasons", page->reasons, page->n_reasons);
  add_names(out, "teams", page->teams, page->n_teams);
  lw_member_text(out, "language", page->language);
  lw_member_time(out, "at", page->at);
  lw_member_text(out, "by", page->who);
  lw_member_int(out, "version", (int64_t)page->version);
}

void lw_page_print(const struct lw_page *page, struct lw_buf *out)
{
  struct lw_buf object = {0}; /* members look at what stands before them */
  lw_buf_add_char(&object, '{');
  lw_member_text(&object, "body", page->body);
  lw_page_print_head(page, &object);
  lw_buf_add_char(&object, '}');
  lw_buf_add(out, lw_buf_str(&object));
  out->failed |= object.failed;
  lw_buf_finish(&object);
}

/* --- what leads nowhere --- */

static enum lw_code is_there(const struct lw_page_world *world, lw_str slug, struct lw_arena *arena,
                             bool *ret_there, struct lw_error *err)
{
  struct lw_page_row row = {.n = 0};
  enum lw_code rc = LW_OK;
  *ret_there = false;
  for (uint32_t i = 0; i < world->n_others && !*ret_there; i++) {
    *ret_there = lw_str_equal(world->others[i], slug);
  }
  if (!*ret_there && world->db != NULL) {
    rc = lw_page_row_get(world->db, slug, arena, &row, err);
    *ret_there = row.n != 0;
  }
  return rc;
}

static void warn(struct lw_diags *diags, uint32_t line, const char *code, const char *text,
                 lw_str name, const char *hint)
{
  struct lw_place place = {line != 0 ? line : 1, 1, 0};
  lw_diags_add(diags, LW_SEVERITY_WARNING, code, place, "%s \"%.*s\"", text, LW_FMT(name))->hint =
      lw_str_c(hint);
}

static enum lw_code look_at_links(const struct lw_page *page, const struct lw_page_world *world,
                                  struct lw_diags *diags, struct lw_error *err)
{
  struct lw_page_links links = {.body = page->body, .line = 1};
  struct lw_page_link link;
  enum lw_code rc = LW_OK;
  while (rc == LW_OK && lw_page_links_next(&links, &link)) {
    bool there = lw_str_equal(link.to, page->slug);
    rc = there ? LW_OK : is_there(world, link.to, diags->arena, &there, err);
    if (rc == LW_OK && !there) {
      warn(diags, link.line + (page->line != 0 ? page->line - 1 : 0), "broken-link",
           "there is no page", link.to, "write that page, or lead elsewhere");
    }
  }
  return rc;
}

enum lw_code lw_page_look(const struct lw_page *page, const struct lw_page_world *world,
                          struct lw_diags *diags, struct lw_error *err)
{
  const struct lw_snapshot *snapshot = world->snapshot;
  for (uint32_t i = 0; snapshot != NULL && snapshot->policy != NULL && i < page->n_reasons; i++) {
    if (lw_policy_reason(snapshot->policy, page->reasons[i]) == NULL) {
      warn(diags, 1, "unknown-reason", "the live policy has no reason", page->reasons[i],
           "take it out, or have the policy say it");
    }
  }
  for (uint32_t i = 0; snapshot != NULL && i < page->n_teams; i++) {
    if (lw_staff_find_team(snapshot->staff, page->teams[i]) == NULL) {
      warn(diags, 1, "unknown-team", "there is no team", page->teams[i], "name the id of a team");
    }
  }
  return look_at_links(page, world, diags, err);
}
