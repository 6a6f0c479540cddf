/* leeway cel eval | test. */
#include "base/bounds.h"
#include "base/money.h"
#include "cel/conform.h"
#include "cel/program.h"
#include "cli/cli.h"
#include "data/json.h"
#include "policy/convert.h"

#include <stdio.h>

/* --- eval --- */

struct evaluation {
  struct lw_arena arena;
  struct lw_tzdb *zones;
  struct lw_json_reader *reader;
  struct lw_vm *vm;
  struct lw_cel_env *env;
  uint16_t currency;
  struct lw_val *slots;
  uint32_t n_slots;
};

static bool read_bindings(struct evaluation *of, const char *bindings,
                          const struct lw_value **ret_value)
{
  struct lw_error err = {0};
  lw_str text = lw_str_c(bindings);
  if (bindings[0] == '@' &&
      lw_read_file(&of->arena, bindings + 1, LW_REQUEST_TEXT_BYTES_MAX, &text, &err) != LW_OK) {
    lw_say(&err);
    return false;
  }
  if (lw_json_read(of->reader, &of->arena, text, NULL, ret_value, &err) != LW_OK) {
    lw_say_error("the bindings are not JSON: %s (column %u)", err.text, err.column);
    return false;
  }
  if ((*ret_value)->kind != LW_VALUE_MAP) {
    lw_say_error("the bindings must be a JSON object, not %s",
                 lw_value_kind_name((*ret_value)->kind));
    return false;
  }
  return true;
}

/* One variable a member, of type dyn. */
static bool bind(struct evaluation *of, const struct lw_value *bindings)
{
  struct lw_error err = {0};
  of->slots = LW_NEW_ARRAY(&of->arena, struct lw_val, bindings->count);
  for (uint32_t i = 0; of->slots != NULL && i < bindings->count; i++) {
    uint32_t slot = 0;
    const struct lw_type *dyn = lw_type_basic(LW_T_DYN);
    if (lw_cel_env_variable(of->env, bindings->entries[i].key, dyn, &slot, &err) != LW_OK ||
        !lw_convert(&of->arena, dyn, of->currency, false, &bindings->items[i], &of->slots[slot],
                    NULL, &err)) {
      lw_say(&err);
      return false;
    }
    if (of->slots[slot].kind == LW_V_ABSENT) {
      of->slots[slot] = lw_val_null();
    }
    of->n_slots = slot + 1 > of->n_slots ? slot + 1 : of->n_slots;
  }
  return of->slots != NULL;
}

static const char *code_of(enum lw_issue_kind kind)
{
  switch (kind) {
  case LW_ISSUE_SYNTAX:
  case LW_ISSUE_LIMIT: return lw_finding_code(LW_FINDING_SYNTAX);
  case LW_ISSUE_UNKNOWN_NAME:
  case LW_ISSUE_UNKNOWN_FUNCTION: return lw_finding_code(LW_FINDING_UNKNOWN_NAME);
  case LW_ISSUE_TYPE_MISMATCH: return lw_finding_code(LW_FINDING_TYPE_MISMATCH);
  }
  return "";
}

/* Issues as findings about a file called EXPR, so that they show with line and caret. */
static void print_issues(struct evaluation *of, lw_str source, const struct lw_issues *issues)
{
  struct lw_buf out = {0};
  for (size_t i = 0; i < issues->count; i++) {
    const struct lw_issue *issue = &issues->items[i];
    struct lw_place place = {1, 1, 0};
    for (uint32_t at = 0; at < issue->start && at < source.len; at++) {
      place.column = source.ptr[at] == '\n' ? 1 : place.column + 1;
      place.line += source.ptr[at] == '\n';
    }
    place.end_column = place.column + (issue->end > issue->start ? issue->end - issue->start : 1);
    const struct lw_diag diag = {LW_SEVERITY_ERROR, code_of(issue->kind), place,
                                 LW_STR(""),        issue->message,       issue->hint};
    lw_diag_print(&diag, LW_STR("EXPR"), source, &out);
  }
  (void)of;
  (void)fwrite(out.ptr, 1, out.len, stderr);
  lw_buf_finish(&out);
}

static int print_value(struct lw_val value)
{
  struct lw_buf out = {0};
  if (value.kind == LW_V_ERROR) {
    lw_say_error("%.*s", LW_FMT(value.as.error->text));
    return LW_EXIT_NO;
  }
  if (value.kind == LW_V_UNKNOWN || value.kind == LW_V_ABSENT) {
    lw_say_error("a variable of the expression has no value; give it in --bindings");
    return LW_EXIT_NO;
  }
  lw_val_print(value, &out);
  lw_buf_add_char(&out, '\n');
  int status = lw_write_out(&out) ? LW_EXIT_DONE : LW_EXIT_FAILED;
  lw_buf_finish(&out);
  return status;
}

static int evaluate(struct evaluation *of, lw_str source, bool dump)
{
  struct lw_issues issues;
  struct lw_error err = {0};
  const struct lw_program *program = NULL;
  lw_issues_init(&issues, &of->arena);
  struct lw_node *node = lw_cel_parse(&of->arena, source, NULL, &issues);
  if (node == NULL || !lw_cel_check(&of->arena, of->env, node, NULL, &issues)) {
    print_issues(of, source, &issues);
    return LW_EXIT_NO;
  }
  if (lw_cel_compile(&of->arena, of->env, node, NULL, &program, &err) != LW_OK) {
    lw_say(&err);
    return LW_EXIT_FAILED;
  }
  if (dump) {
    struct lw_buf out = {0};
    lw_program_dump(program, &out);
    int status = lw_write_out(&out) ? LW_EXIT_DONE : LW_EXIT_FAILED;
    lw_buf_finish(&out);
    return status;
  }
  const struct lw_activation activation = {of->slots, of->n_slots};
  return print_value(lw_vm_run(of->vm, program, &activation, &of->arena));
}

static int eval_expression(const char *expression, const char *bindings, uint16_t currency,
                           bool dump)
{
  struct evaluation of = {.currency = currency};
  const struct lw_value *values = NULL;
  int status = LW_EXIT_FAILED;
  lw_arena_init(&of.arena, NULL, 0);
  const struct lw_cel_env_options options = {LW_STR(""), currency};
  of.zones = lw_tzdb_create(NULL, NULL);
  of.reader = lw_json_reader_create(NULL);
  of.vm = lw_vm_create(NULL, of.zones, currency);
  of.env = lw_cel_env_create(&of.arena, &options);
  if (of.zones == NULL || of.reader == NULL || of.vm == NULL || of.env == NULL) {
    lw_say_error("out of memory");
  } else if (bindings == NULL || (read_bindings(&of, bindings, &values) && bind(&of, values))) {
    status = evaluate(&of, lw_str_c(expression), dump);
  } else {
    status = LW_EXIT_NO;
  }
  lw_vm_destroy(of.vm);
  lw_json_reader_destroy(of.reader);
  lw_tzdb_destroy(of.zones);
  lw_arena_finish(&of.arena);
  return status;
}

int lw_cmd_cel_eval(int argc, char **argv)
{
  const char *bindings = NULL;
  const char *code = "USD";
  bool dump = false;
  const struct lw_option_spec specs[] = {
      {"bindings", &bindings, NULL}, {"currency", &code, NULL}, {"dump", NULL, &dump}};
  char **words = NULL;
  int count = 0;
  int status = lw_take_options("cel eval", argc, argv, specs, 3, &words, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 1) {
    return lw_usage_error("cel eval",
                          count == 0 ? "which expression?" : "one expression, in quotes");
  }
  uint16_t currency = lw_currency_find(lw_str_c(code));
  if (currency == LW_CURRENCY_NONE) {
    return lw_usage_error("cel eval", "there is no currency \"%s\"", code);
  }
  return eval_expression(words[0], bindings, currency, dump);
}

/* --- test --- */

struct vectors {
  bool verbose;
  bool json;
  struct lw_buf out;
};

static void vector_json(const struct lw_conform_result *result, struct lw_buf *out)
{
  LW_BUF_LIT(out, "{\"file\":");
  lw_json_add_string(out, result->file);
  LW_BUF_LIT(out, ",\"section\":");
  lw_json_add_string(out, result->section);
  LW_BUF_LIT(out, ",\"name\":");
  lw_json_add_string(out, result->name);
  lw_buf_printf(out, ",\"passed\":%s,\"reason\":", result->passed ? "true" : "false");
  lw_json_add_string(out, result->reason);
  LW_BUF_LIT(out, "}\n");
}

static void report_vector(const struct lw_conform_result *result, void *user)
{
  struct vectors *vectors = user;
  if (vectors->json) {
    vector_json(result, &vectors->out);
  } else if (!result->passed || vectors->verbose) {
    lw_buf_printf(&vectors->out, "%s %.*s/%.*s/%.*s%s%.*s\n", result->passed ? "ok  " : "FAIL",
                  LW_FMT(result->file), LW_FMT(result->section), LW_FMT(result->name),
                  result->passed ? "" : ": ", LW_FMT(result->reason));
  }
}

static int test_file(const char *name, struct lw_tzdb *zones, struct vectors *vectors,
                     struct lw_conform_counts *total)
{
  struct lw_arena arena;
  struct lw_error err = {0};
  struct lw_conform_counts counts = {0};
  lw_str text = {0};
  const struct lw_value *file = NULL;
  struct lw_json_reader *reader = lw_json_reader_create(NULL);
  lw_arena_init(&arena, NULL, 0);
  enum lw_code rc = reader == NULL
                        ? lw_fail(&err, LW_NO_MEMORY, "out of memory")
                        : lw_read_file(&arena, name, LW_ARENA_BYTES_MAX / 4, &text, &err);
  if (rc == LW_OK) {
    rc = lw_json_read(reader, &arena, text, NULL, &file, &err);
  }
  if (rc == LW_OK) {
    rc = lw_conform_run(file, zones, report_vector, vectors, &counts, &err);
  }
  if (rc != LW_OK) {
    lw_say_error("%s: %s", name, err.text);
  }
  total->passed += counts.passed;
  total->failed += counts.failed;
  lw_json_reader_destroy(reader);
  lw_arena_finish(&arena);
  return rc == LW_OK ? LW_EXIT_DONE : LW_EXIT_FAILED;
}

int lw_cmd_cel_test(int argc, char **argv)
{
  struct vectors vectors = {0};
  const struct lw_option_spec specs[] = {{"verbose", NULL, &vectors.verbose},
                                         {"json", NULL, &vectors.json}};
  struct lw_conform_counts total = {0};
  char **files = NULL;
  int count = 0;
  int status = lw_take_options("cel test", argc, argv, specs, 2, &files, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count == 0) {
    return lw_usage_error("cel test", "which vectors?");
  }
  struct lw_tzdb *zones = lw_tzdb_create(NULL, NULL);
  for (int i = 0; i < count; i++) {
    int one = test_file(files[i], zones, &vectors, &total);
    status = one > status ? one : status;
  }
  lw_tzdb_destroy(zones);
  status = lw_write_out(&vectors.out) ? status : LW_EXIT_FAILED;
  lw_buf_finish(&vectors.out);
  if (!vectors.json) {
    (void)printf("%u passed, %u failed\n", total.passed, total.failed);
  }
  return status != LW_EXIT_DONE ? status : total.failed != 0 ? LW_EXIT_NO : LW_EXIT_DONE;
}
