/* leeway policy test: runs expectations and prints those that do not hold. */
#include "base/bounds.h"
#include "cli/cli.h"
#include "data/json.h"
#include "data/yaml.h"
#include "policy/expect.h"

#include <stdio.h>
#include <string.h>

struct tally {
  const char *file;
  struct lw_arena *arena;
  bool json;
  bool quiet;
  uint64_t passed;
  uint64_t failed;
  struct lw_buf out;
};

/* "dir/policy.yaml" for "policy.yaml" named in "dir/expectations.yaml". */
static const char *beside(struct lw_arena *arena, const char *file, lw_str name)
{
  const char *slash = strrchr(file, '/');
  if (slash == NULL || (name.len != 0 && name.ptr[0] == '/')) {
    return lw_str_copy(arena, name).ptr;
  }
  return lw_str_format(arena, "%.*s/%.*s", (int)(slash - file), file, LW_FMT(name)).ptr;
}

static lw_str read_beside(void *user, lw_str name, struct lw_error *err)
{
  struct tally *tally = user;
  lw_str text = {0};
  enum lw_code rc = lw_read_file(tally->arena, beside(tally->arena, tally->file, name),
                                 LW_ARENA_BYTES_MAX, &text, err);
  return rc == LW_OK ? text : (lw_str){0};
}

static void report_json(struct tally *tally, const struct lw_expect_result *result)
{
  struct lw_buf *out = &tally->out;
  LW_BUF_LIT(out, "{\"file\":");
  lw_json_add_string(out, lw_str_c(tally->file));
  LW_BUF_LIT(out, ",\"name\":");
  lw_json_add_string(out, result->name);
  lw_buf_printf(out, ",\"line\":%u,\"passed\":%s,\"reason\":", result->line,
                result->passed ? "true" : "false");
  lw_json_add_string(out, result->reason);
  LW_BUF_LIT(out, "}\n");
}

static void report(void *user, const struct lw_expect_result *result)
{
  struct tally *tally = user;
  tally->passed += result->passed;
  tally->failed += !result->passed;
  if (tally->json) {
    report_json(tally, result);
  } else if (!result->passed && !tally->quiet) {
    lw_buf_printf(&tally->out, "%s:%u: %.*s\n    %.*s\n", tally->file, result->line,
                  LW_FMT(result->name), LW_FMT(result->reason));
    if (result->answer.len != 0) {
      lw_buf_printf(&tally->out, "    answer: %.*s\n", LW_FMT(result->answer));
    }
  }
}

/* The expectations' document and the policy that it speaks of, which may be the same file. */
static const struct lw_value *find_tests(struct tally *tally, const struct lw_value *document,
                                         lw_str *ret_policy, lw_str *ret_people)
{
  const struct lw_value *policy = lw_value_get(document, LW_STR("policy"));
  const struct lw_value *people = lw_value_get(document, LW_STR("people"));
  if (policy != NULL) {
    *ret_policy = policy->text;
    *ret_people = people != NULL ? people->text : LW_STR("");
    return document;
  }
  const struct lw_value *tests = lw_value_get(document, LW_STR("tests"));
  if (tests == NULL) {
    lw_say_error("%s has no tests; write them under `tests`, or name a policy with `policy: FILE`",
                 tally->file);
  }
  return tests;
}

static int run_tests(struct tally *tally, const struct lw_value *tests, const char *policy_name,
                     const char *people_name)
{
  struct lw_policy_file file;
  struct lw_error err = {0};
  const struct lw_directory *people = NULL;
  int status = LW_EXIT_FAILED;
  if (!lw_policy_and_people_need(&file, policy_name, people_name, &people)) {
    goto done;
  }
  const struct lw_expect_host host = {read_beside, report, tally};
  if (lw_expect_run(file.policy, people, tests, &host, &err) != LW_OK) {
    lw_say_error("%s:%u: %s", tally->file, err.line, err.text);
    goto done;
  }
  status = LW_EXIT_DONE;
done:
  lw_policy_file_finish(&file);
  return status;
}

static int test_file(struct tally *tally)
{
  struct lw_diags diags;
  struct lw_error err = {0};
  lw_str source = {0};
  lw_str policy = LW_STR("");
  lw_str people = LW_STR("");
  lw_diags_init(&diags, tally->arena);
  if (lw_read_file(tally->arena, tally->file, LW_POLICY_TEXT_BYTES_MAX, &source, &err) != LW_OK) {
    lw_say(&err);
    return LW_EXIT_FAILED;
  }
  const struct lw_value *document = lw_yaml_read(tally->arena, source, &diags);
  if (document == NULL || diags.errors != 0) {
    const struct lw_diag *first = &diags.items[0];
    lw_say_error("%s:%u:%u: %.*s", tally->file, first->place.line, first->place.column,
                 LW_FMT(first->message));
    return LW_EXIT_FAILED;
  }
  const struct lw_value *tests = find_tests(tally, document, &policy, &people);
  if (tests == NULL) {
    return LW_EXIT_FAILED;
  }
  const char *policy_name =
      policy.len != 0 ? beside(tally->arena, tally->file, policy) : tally->file;
  return run_tests(tally, tests, policy_name,
                   people.len != 0 ? beside(tally->arena, tally->file, people) : NULL);
}

int lw_cmd_policy_test(int argc, char **argv)
{
  bool json = false;
  bool quiet = false;
  const struct lw_option_spec specs[] = {{"json", NULL, &json}, {"quiet", NULL, &quiet}};
  char **files = NULL;
  int count = 0;
  int status = lw_take_options("policy test", argc, argv, specs, 2, &files, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count == 0) {
    return lw_usage_error("policy test", "which expectations?");
  }
  uint64_t passed = 0;
  uint64_t failed = 0;
  for (int i = 0; i < count; i++) {
    struct lw_arena arena;
    lw_arena_init(&arena, NULL, 0);
    struct tally tally = {.file = files[i], .arena = &arena, .json = json, .quiet = quiet};
    int one = test_file(&tally);
    status = one > status ? one : status;
    status = lw_write_out(&tally.out) ? status : LW_EXIT_FAILED;
    passed += tally.passed;
    failed += tally.failed;
    lw_buf_finish(&tally.out);
    lw_arena_finish(&arena);
  }
  if (!json) {
    (void)printf("%llu passed, %llu failed\n", (unsigned long long)passed,
                 (unsigned long long)failed);
  }
  return status != LW_EXIT_DONE ? status : failed != 0 ? LW_EXIT_NO : LW_EXIT_DONE;
}
