/* leeway policy check | explain | diff. */
#include "cli/cli.h"

#include "data/json.h"
#include "policy/explain.h"

#include <stdio.h>

static void findings_json(const struct lw_policy_file *file, bool named, struct lw_buf *out)
{
  LW_BUF_LIT(out, "{");
  if (named) {
    LW_BUF_LIT(out, "\"file\":");
    lw_json_add_string(out, lw_str_c(file->name));
    LW_BUF_LIT(out, ",");
  }
  LW_BUF_LIT(out, "\"findings\":");
  lw_findings_print(&file->diags, out);
  LW_BUF_LIT(out, "}\n");
}

static void add_count(struct lw_buf *out, const char *before, uint32_t count, const char *what)
{
  lw_buf_printf(out, "%s%u %s%s", before, count, what, count == 1 ? "" : "s");
}

static void nothing_found(const struct lw_policy_file *file, struct lw_buf *out)
{
  add_count(out, "", file->policy->n_grants, "grant");
  add_count(out, ", ", file->policy->n_rails, "rail");
  add_count(out, ", ", file->policy->n_budgets, "budget");
  add_count(out, ", ", file->policy->n_routes, "route");
}

static void findings_text(const struct lw_policy_file *file, struct lw_buf *out)
{
  for (size_t i = 0; i < file->diags.count; i++) {
    lw_diag_print(&file->diags.items[i], lw_str_c(file->name), file->source, out);
  }
  size_t errors = file->diags.errors;
  size_t warnings = file->diags.count - errors;
  if (file->diags.count == 0) {
    lw_buf_printf(out, "%s: nothing found: ", file->name);
    nothing_found(file, out);
    lw_buf_add_char(out, '\n');
  } else {
    lw_buf_printf(out, "%s: %zu error%s, %zu warning%s\n", file->name, errors,
                  errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
  }
  if (file->diags.dropped != 0) {
    lw_buf_printf(out, "%s: and %zu more\n", file->name, file->diags.dropped);
  }
}

/* What the people file says that the policy does not know: their requests would be errors, one by
 * one. */
static void check_people(struct lw_policy_file *file, const struct lw_directory *people,
                         const char *people_name)
{
  const struct lw_policy *policy = file->policy;
  const struct lw_place nowhere = {0};
  for (uint32_t i = 0; people != NULL && i < people->count; i++) {
    const struct lw_actor *actor = &people->actors[i];
    if (actor->tier.len != 0 && lw_policy_find_tier(policy, actor->tier) == UINT32_MAX) {
      (void)lw_finding_add(&file->diags, LW_FINDING_UNKNOWN_NAME, nowhere,
                           "%s gives %.*s the tier \"%.*s\", which the policy does not have",
                           people_name, LW_FMT(actor->id), LW_FMT(actor->tier));
    }
    for (uint32_t o = 0; o < actor->n_overrides; o++) {
      if (lw_policy_find_budget(policy, actor->overrides[o].budget) == UINT32_MAX) {
        (void)lw_finding_add(&file->diags, LW_FINDING_UNKNOWN_NAME, nowhere,
                             "%s gives %.*s a limit for \"%.*s\", which is no budget of the policy",
                             people_name, LW_FMT(actor->id), LW_FMT(actor->overrides[o].budget));
      }
    }
  }
}

static int check_one(const char *name, const char *people_name, bool json, bool named)
{
  struct lw_policy_file file;
  struct lw_buf out = {0};
  const struct lw_directory *people = NULL;
  int status = LW_EXIT_FAILED;
  if (!lw_policy_file_read(&file, name)) {
    goto done;
  }
  if (file.policy != NULL && people_name != NULL) {
    people = lw_people_need(&file.arena, people_name, file.policy);
    if (people == NULL) {
      goto done;
    }
  }
  if (file.policy != NULL) {
    check_people(&file, people, people_name);
    lw_policy_lint(file.policy, people, &file.arena, &file.diags);
    lw_diags_sort(&file.diags);
  }
  if (json) {
    findings_json(&file, named, &out);
  } else {
    findings_text(&file, &out);
  }
  status = file.diags.count == 0 ? LW_EXIT_DONE : LW_EXIT_NO;
  if (!lw_write_out(&out)) {
    status = LW_EXIT_FAILED;
  }
done:
  lw_buf_finish(&out);
  lw_policy_file_finish(&file);
  return status;
}

int lw_cmd_policy_check(int argc, char **argv)
{
  const char *people = NULL;
  bool json = false;
  const struct lw_option_spec specs[] = {{"people", &people, NULL}, {"json", NULL, &json}};
  char **files = NULL;
  int count = 0;
  int status = lw_take_options("policy check", argc, argv, specs, 2, &files, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count == 0) {
    return lw_usage_error("policy check", "which policy?");
  }
  for (int i = 0; i < count; i++) {
    int one = check_one(files[i], people, json, count > 1);
    status = one > status ? one : status;
  }
  return status;
}

static int finish_with(struct lw_buf *out, int status)
{
  int result = lw_write_out(out) ? status : LW_EXIT_FAILED;
  lw_buf_finish(out);
  return result;
}

int lw_cmd_policy_explain(int argc, char **argv)
{
  bool json = false;
  const struct lw_option_spec specs[] = {{"json", NULL, &json}};
  char **files = NULL;
  int count = 0;
  int status = lw_take_options("policy explain", argc, argv, specs, 1, &files, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 1) {
    return lw_usage_error("policy explain", count == 0 ? "which policy?" : "one policy at a time");
  }
  struct lw_policy_file file;
  struct lw_buf out = {0};
  status = LW_EXIT_FAILED;
  if (lw_policy_file_need(&file, files[0])) {
    if (json) {
      lw_policy_explain_json(file.policy, &out);
    } else {
      lw_policy_explain(file.policy, &out);
    }
    status = LW_EXIT_DONE;
  }
  status = finish_with(&out, status);
  lw_policy_file_finish(&file);
  return status;
}

int lw_cmd_policy_diff(int argc, char **argv)
{
  bool json = false;
  const struct lw_option_spec specs[] = {{"json", NULL, &json}};
  char **files = NULL;
  int count = 0;
  int status = lw_take_options("policy diff", argc, argv, specs, 1, &files, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 2) {
    return lw_usage_error("policy diff", "two policies are compared, not %d", count);
  }
  struct lw_policy_file a = {0};
  struct lw_policy_file b = {0};
  struct lw_buf out = {0};
  struct lw_changes changes = {0};
  status = LW_EXIT_FAILED;
  if (lw_policy_file_need(&a, files[0]) && lw_policy_file_need(&b, files[1])) {
    if (!lw_policy_diff(a.policy, b.policy, &b.arena, &changes)) {
      lw_say_error("out of memory");
    } else {
      if (json) {
        lw_changes_json(&changes, &out);
      } else {
        lw_changes_print(&changes, &out);
      }
      status = changes.count == 0 ? LW_EXIT_DONE : LW_EXIT_NO;
    }
  }
  status = finish_with(&out, status);
  lw_policy_file_finish(&a);
  lw_policy_file_finish(&b);
  return status;
}
