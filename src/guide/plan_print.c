/* Plans as the API shows them: a page with its text, a plan whole, the list of pages. */
#include "guide/plan_inside.h"

static void add_part(const struct lw_plan_part *part, enum lw_plan_step step, const char *from,
                     struct lw_buf *out)
{
  lw_buf_add_c(out, step != LW_PLAN_LISTEN ? ",{" : "{");
  lw_member_text(out, "step", lw_plan_step_name(step));
  lw_member_key(out, "text");
  lw_json_add_string(out, part->text);
  lw_member_key(out, "questions");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < part->n_questions; i++) {
    lw_buf_add_c(out, i != 0 ? "," : "");
    lw_json_add_string(out, part->questions[i]);
  }
  lw_buf_add_char(out, ']');
  lw_member_text(out, "from", lw_str_c(from));
  lw_buf_add_char(out, '}');
}

static bool names(const struct lw_plan *plan, lw_str need)
{
  for (uint32_t i = 0; i < plan->n_needs; i++) {
    if (lw_str_equal(plan->needs[i], need)) {
      return true;
    }
  }
  return false;
}

/* Those that are usual for the plan come first, in its own order. */
static void add_needs(const struct lw_plan *plan, const struct lw_plan *needs, struct lw_buf *out)
{
  bool first = true;
  lw_member_key(out, "needs");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < plan->n_needs + needs->n_list; i++) {
    bool usual = i < plan->n_needs;
    lw_str id = usual ? plan->needs[i] : needs->list[i - plan->n_needs].id;
    lw_str label = lw_plan_need_label(needs, id);
    if (label.len == 0 || (!usual && names(plan, id))) {
      continue; /* a need that was taken from the list; one that stands above */
    }
    lw_buf_add_c(out, first ? "{" : ",{");
    first = false;
    lw_member_text(out, "id", id);
    lw_member_text(out, "label", label);
    lw_member_bool(out, "usual", usual);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

/* What stands behind a plan, nearest first: its own page, the general one, the program's. */
struct behind {
  const struct lw_plan *plans[3];
  const char *from[3];
  struct lw_plan_page general;
  struct lw_plan brought;
};

static enum lw_code find_behind(const struct lw_plan_reader *reader, const struct lw_plan *own,
                                struct behind *behind, struct lw_error *err)
{
  bool is_general = own != NULL && own->kind == LW_PLAN_GENERAL;
  struct lw_course_findings findings;
  const struct lw_course_file file = {LW_STR("general"),
                                      lw_plan_built_in(LW_PLAN_GENERAL, reader->language)};
  enum lw_code rc = lw_plan_page_get(reader, LW_STR("general"), &behind->general, err);
  rc = rc == LW_OK ? lw_plan_read(reader->arena, &file, &behind->brought, &findings, err) : rc;
  behind->plans[0] = is_general ? NULL : own;
  behind->plans[1] = is_general ? own : behind->general.built_in ? NULL : &behind->general.plan;
  behind->plans[2] = &behind->brought;
  behind->from[0] = "cause";
  behind->from[1] = "general";
  behind->from[2] = "built_in";
  return rc;
}

/* The first of them that has it; the last one has them all. */
static void add_step(const struct behind *behind, enum lw_plan_step step, struct lw_buf *out)
{
  int k = 0;
  while (k < 2 && (behind->plans[k] == NULL || !behind->plans[k]->parts[step].is_there)) {
    k++;
  }
  add_part(&behind->plans[k]->parts[step], step, behind->from[k], out);
}

static const struct lw_plan *names_needs(const struct behind *behind)
{
  int k = 0;
  while (k < 2 && (behind->plans[k] == NULL || behind->plans[k]->n_needs == 0)) {
    k++;
  }
  return behind->plans[k];
}

enum lw_code lw_plan_print_whole(const struct lw_plan_reader *reader, const struct lw_plan *own,
                                 struct lw_buf *out, struct lw_error *err)
{
  struct behind behind;
  struct lw_plan_page needs;
  enum lw_code rc = find_behind(reader, own, &behind, err);
  rc = rc == LW_OK ? lw_plan_page_get(reader, LW_STR("needs"), &needs, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  lw_buf_add_char(out, '{');
  if (own != NULL && own->cause.len != 0) {
    lw_member_text(out, "cause", own->cause);
    lw_member_text(out, "label", lw_plan_cause_label(reader->snapshot, own->cause));
  }
  add_needs(names_needs(&behind), &needs.plan, out);
  lw_member_key(out, "steps");
  lw_buf_add_char(out, '[');
  for (int i = 0; i < LW_PLAN_STEPS; i++) {
    add_step(&behind, (enum lw_plan_step)i, out);
  }
  LW_BUF_LIT(out, "]}");
  return LW_OK;
}

static uint32_t count_parts(const struct lw_plan *plan)
{
  uint32_t count = 0;
  for (int i = 0; i < LW_PLAN_STEPS; i++) {
    count += plan->parts[i].is_there ? 1 : 0;
  }
  return count;
}

/* The members that a page has in a list and by itself. */
static void add_page(const struct lw_plan_reader *reader, const struct lw_plan_page *page,
                     struct lw_buf *out)
{
  lw_member_text(out, "plan", page->name);
  if (page->kind == LW_PLAN_CAUSE) {
    lw_member_text(out, "cause", page->cause);
    lw_member_text(out, "label", lw_plan_cause_label(reader->snapshot, page->cause));
    if (lw_policy_reason(reader->snapshot->policy, page->cause) == NULL) {
      lw_member_bool(out, "gone", true);
    }
  }
  lw_member_int(out, "version", (int64_t)page->version);
  lw_member_int(out, "steps", count_parts(&page->plan));
  lw_member_bool(out, "built_in", page->built_in);
  if (page->version != 0) {
    lw_plan_add_by(reader, page->by, page->at, out);
  }
}

static void add_list(const struct lw_plan *plan, struct lw_buf *out)
{
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < plan->n_list; i++) {
    lw_buf_add_c(out, i != 0 ? ",{" : "{");
    lw_member_text(out, "id", plan->list[i].id);
    lw_member_text(out, "label", plan->list[i].label);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

/* A page of needs has no steps: its plan is the general one with its own words to choose from. */
static enum lw_code add_whole(const struct lw_plan_reader *reader, const struct lw_plan_page *page,
                              struct lw_buf *out, struct lw_error *err)
{
  if (page->kind == LW_PLAN_NEEDS) {
    lw_member_key(out, "needs");
    add_list(&page->plan, out);
    return LW_OK;
  }
  lw_member_key(out, "whole");
  return lw_plan_print_whole(reader, page->built_in ? NULL : &page->plan, out, err);
}

enum lw_code lw_plan_page_print(const struct lw_plan_reader *reader,
                                const struct lw_plan_page *page, struct lw_buf *out,
                                struct lw_error *err)
{
  lw_buf_add_char(out, '{');
  add_page(reader, page, out);
  lw_member_key(out, "text");
  lw_json_add_string(out, page->text);
  enum lw_code rc = add_whole(reader, page, out, err);
  lw_buf_add_char(out, '}');
  return rc;
}

/* --- the list --- */

static enum lw_code add_item(const struct lw_plan_reader *reader, const struct lw_plan_page *page,
                             bool first, struct lw_buf *out)
{
  lw_buf_add_c(out, first ? "{" : ",{");
  add_page(reader, page, out);
  lw_buf_add_char(out, '}');
  return LW_OK;
}

/* A page for each reason, written or not, in the policy's order. */
static enum lw_code add_reasons(const struct lw_plan_reader *reader, struct lw_buf *out,
                                uint32_t *ret_count, struct lw_error *err)
{
  const struct lw_policy *policy = reader->snapshot->policy;
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && policy != NULL && i < policy->n_reasons; i++) {
    struct lw_plan_page page;
    lw_str name = lw_plan_cause_page(reader->arena, policy->reasons[i].name);
    if (name.len == 0) {
      continue;
    }
    rc = lw_plan_page_get(reader, name, &page, err);
    rc = rc == LW_OK ? add_item(reader, &page, *ret_count == 0, out) : rc;
    *ret_count += 1;
  }
  return rc;
}

enum lw_code lw_plan_list_print(const struct lw_plan_reader *reader, struct lw_buf *out,
                                struct lw_error *err)
{
  struct lw_plan_page *pages = NULL;
  struct lw_plan_page page;
  uint32_t count = 0;
  uint32_t shown = 0;
  enum lw_code rc = lw_plan_page_get(reader, LW_STR("general"), &page, err);
  LW_BUF_LIT(out, "{\"general\":{");
  if (rc == LW_OK) {
    add_page(reader, &page, out);
    rc = lw_plan_page_get(reader, LW_STR("needs"), &page, err);
  }
  LW_BUF_LIT(out, "},\"needs\":{");
  if (rc == LW_OK) {
    add_page(reader, &page, out);
    lw_member_key(out, "needs");
    add_list(&page.plan, out);
    rc = lw_plan_pages(reader, &pages, &count, err);
  }
  LW_BUF_LIT(out, "},\"items\":[");
  rc = rc == LW_OK ? add_reasons(reader, out, &shown, err) : rc;
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    if (pages[i].kind == LW_PLAN_CAUSE &&
        lw_policy_reason(reader->snapshot->policy, pages[i].cause) == NULL) {
      rc = add_item(reader, &pages[i], shown++ == 0, out);
    }
  }
  LW_BUF_LIT(out, "]}");
  return rc == LW_OK && out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a list") : rc;
}
