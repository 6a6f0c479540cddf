/* Conformance vectors: parse, check unless told not to, run, compare by kind and value.
 *
 * A test that expects an error passes with an error at any of the three stages, as the suite has
 * it. */
#include "cel/conform.h"

#include "base/base64.h"
#include "base/bounds.h"
#include "base/date.h"
#include "base/money.h"
#include "base/num.h"
#include "cel/names.h"
#include "cel/program.h"

#include <stdarg.h>
#include <stdio.h>

struct test {
  const struct lw_value *tree;
  struct lw_arena *arena;
  struct lw_tzdb *zones;
  struct lw_vm *vm;
  struct lw_cel_env *env;
  lw_str reason; /* set when it did not pass */
};

LW_PRINTF(2, 3) static bool differs(struct test *test, const char *format, ...)
{
  struct lw_buf text = {0};
  char line[512];
  va_list args;
  va_start(args, format);
  (void)vsnprintf(line, sizeof line, format, args);
  va_end(args);
  lw_buf_add_c(&text, line);
  test->reason = lw_str_copy(test->arena, lw_buf_str(&text));
  lw_buf_finish(&text);
  return false;
}

static bool flag_of(const struct lw_value *map, lw_str key)
{
  const struct lw_value *value = lw_value_get(map, key);
  return value != NULL && value->kind == LW_VALUE_BOOL && value->boolean;
}

static bool is_list(const struct lw_value *value)
{
  return value != NULL && value->kind == LW_VALUE_LIST;
}

/* --- values --- */

static bool read_base64(struct lw_arena *arena, lw_str text, struct lw_val *ret)
{
  char *place = lw_arena_alloc(arena, text.len / 4 * 3 + 3, 1);
  size_t len = 0;
  bool read = place != NULL && lw_base64_decode(text, place, &len);
  *ret = lw_val_bytes(lw_str_from(place, len));
  return read;
}

static bool read_items(struct lw_arena *arena, const struct lw_value *from, struct lw_val *ret)
{
  struct lw_val_list *list = LW_NEW(arena, struct lw_val_list);
  struct lw_val *items = is_list(from) ? LW_NEW_ARRAY(arena, struct lw_val, from->count) : NULL;
  if (list == NULL || items == NULL) {
    return false;
  }
  for (uint32_t i = 0; i < from->count; i++) {
    if (!lw_conform_read_value(arena, &from->items[i], &items[i])) {
      return false;
    }
  }
  *list = (struct lw_val_list){from->count, items};
  *ret = lw_val_list_of(list);
  return true;
}

static bool read_map(struct lw_arena *arena, const struct lw_value *from, struct lw_val *ret)
{
  struct lw_val *keys = is_list(from) ? LW_NEW_ARRAY(arena, struct lw_val, from->count) : NULL;
  struct lw_val *values = is_list(from) ? LW_NEW_ARRAY(arena, struct lw_val, from->count) : NULL;
  if (keys == NULL || values == NULL) {
    return false;
  }
  for (uint32_t i = 0; i < from->count; i++) {
    const struct lw_value *pair = &from->items[i];
    if (!is_list(pair) || pair->count != 2 ||
        !lw_conform_read_value(arena, &pair->items[0], &keys[i]) ||
        !lw_conform_read_value(arena, &pair->items[1], &values[i])) {
      return false;
    }
  }
  return lw_val_map_make(arena, keys, values, from->count, ret, NULL);
}

/* A type by name alone: a basic one, or an abstract one. Declarations say "null" and "dyn", which
 * are no denotations. */
static const struct lw_type *named_type(struct lw_arena *arena, lw_str name)
{
  if (lw_str_equal(name, LW_STR("null"))) {
    return lw_type_basic(LW_T_NULL);
  }
  if (lw_str_equal(name, LW_STR("dyn"))) {
    return lw_type_basic(LW_T_DYN);
  }
  const struct lw_type *denoted = lw_names_denoted(name);
  return denoted != NULL ? denoted : lw_type_abstract(arena, name, NULL, 0);
}

static bool read_scalar(struct lw_arena *arena, lw_str kind, const struct lw_value *body,
                        struct lw_val *ret)
{
  lw_str text = body->text;
  if (lw_str_equal(kind, LW_STR("int"))) {
    ret->kind = LW_V_INT;
    return lw_int_read(text, &ret->as.integer);
  }
  if (lw_str_equal(kind, LW_STR("uint"))) {
    ret->kind = LW_V_UINT;
    return lw_uint_read(text, &ret->as.uinteger);
  }
  if (lw_str_equal(kind, LW_STR("double"))) {
    ret->kind = LW_V_DOUBLE;
    return lw_double_read(text, &ret->as.real);
  }
  if (lw_str_equal(kind, LW_STR("string"))) {
    *ret = lw_val_string(text);
    return true;
  }
  if (lw_str_equal(kind, LW_STR("bytes"))) {
    return read_base64(arena, text, ret);
  }
  if (lw_str_equal(kind, LW_STR("timestamp"))) {
    ret->kind = LW_V_TIMESTAMP;
    return lw_rfc3339_read(text, &ret->as.integer, &ret->aux);
  }
  if (lw_str_equal(kind, LW_STR("duration"))) {
    int32_t nanos = 0;
    int64_t seconds = 0;
    bool good = lw_duration_read(text, false, &seconds, &nanos);
    *ret = lw_val_duration(seconds, nanos);
    return good;
  }
  if (lw_str_equal(kind, LW_STR("type"))) {
    *ret = (struct lw_val){.kind = LW_V_TYPE, .as.type = named_type(arena, text)};
    return ret->as.type != NULL;
  }
  return false;
}

/* Recursion: as deep as the JSON is nested (LW_VALUE_DEPTH_MAX). */
bool lw_conform_read_value(struct lw_arena *arena, const struct lw_value *from,
                           struct lw_val *ret_value)
{
  if (from == NULL || from->kind != LW_VALUE_MAP || from->count != 1) {
    return false;
  }
  lw_str kind = from->entries[0].key;
  const struct lw_value *body = &from->items[0];
  struct lw_val value = {0};
  bool good = false;
  if (lw_str_equal(kind, LW_STR("null"))) {
    value = lw_val_null();
    good = true;
  } else if (lw_str_equal(kind, LW_STR("bool"))) {
    value = lw_val_bool(body->boolean);
    good = body->kind == LW_VALUE_BOOL;
  } else if (lw_str_equal(kind, LW_STR("list"))) {
    good = read_items(arena, body, &value);
  } else if (lw_str_equal(kind, LW_STR("map"))) {
    good = read_map(arena, body, &value);
  } else {
    good = read_scalar(arena, kind, body, &value);
  }
  if (good) {
    *ret_value = value;
  }
  return good;
}

/* --- types --- */

static const struct lw_type *read_type(struct lw_arena *arena, const struct lw_value *from);

static const struct lw_type *const *read_types(struct lw_arena *arena, const struct lw_value *list)
{
  uint32_t count = is_list(list) ? list->count : 0;
  const struct lw_type **types = LW_NEW_ARRAY(arena, const struct lw_type *, count);
  for (uint32_t i = 0; types != NULL && i < count; i++) {
    types[i] = read_type(arena, &list->items[i]);
    if (types[i] == NULL) {
      return NULL;
    }
  }
  return types;
}

static const struct lw_type *read_abstract(struct lw_arena *arena, const struct lw_value *from)
{
  lw_str name = lw_value_text(from, LW_STR("abstract"));
  const struct lw_value *list = lw_value_get(from, LW_STR("params"));
  const struct lw_type *const *params = read_types(arena, list);
  uint32_t count = is_list(list) ? list->count : 0;
  if (params == NULL) {
    return NULL;
  }
  if (lw_str_equal(name, LW_STR("optional_type"))) {
    return lw_type_optional(arena, count == 1 ? params[0] : lw_type_basic(LW_T_DYN));
  }
  return lw_type_abstract(arena, name, params, count);
}

/* Recursion: as deep as the JSON is nested. NULL when it is no type. */
static const struct lw_type *read_type(struct lw_arena *arena, const struct lw_value *from)
{
  if (from->kind == LW_VALUE_STRING) {
    return named_type(arena, from->text);
  }
  const struct lw_value *list = lw_value_get(from, LW_STR("list"));
  const struct lw_value *map = lw_value_get(from, LW_STR("map"));
  const struct lw_value *type = lw_value_get(from, LW_STR("type"));
  const struct lw_value *param = lw_value_get(from, LW_STR("param"));
  if (list != NULL) {
    const struct lw_type *element = read_type(arena, list);
    return element != NULL ? lw_type_list(arena, element) : NULL;
  }
  if (is_list(map) && map->count == 2) {
    const struct lw_type *const *parts = read_types(arena, map);
    return parts != NULL ? lw_type_map(arena, parts[0], parts[1]) : NULL;
  }
  if (type != NULL) {
    const struct lw_type *denoted = read_type(arena, type);
    return denoted != NULL ? lw_type_type(arena, denoted) : NULL;
  }
  if (param != NULL) {
    return lw_type_param(arena, param->text);
  }
  return lw_value_get(from, LW_STR("abstract")) != NULL ? read_abstract(arena, from) : NULL;
}

/* --- environment --- */

static bool declare_function(struct test *test, lw_str name, const struct lw_value *overload)
{
  const struct lw_value *params = lw_value_get(overload, LW_STR("params"));
  const struct lw_value *result = lw_value_get(overload, LW_STR("result"));
  const struct lw_type *const *types = read_types(test->arena, params);
  const struct lw_type *returns = result != NULL ? read_type(test->arena, result) : NULL;
  struct lw_error err = {0};
  if (types == NULL || returns == NULL) {
    return differs(test, "a declaration could not be read");
  }
  if (lw_cel_env_function(test->env, name, flag_of(overload, LW_STR("instance")), types,
                          is_list(params) ? params->count : 0, returns, &err) != LW_OK) {
    return differs(test, "a declaration was refused: %s", err.text);
  }
  return true;
}

static bool declare_variable(struct test *test, lw_str name, const struct lw_type *type)
{
  uint32_t slot = 0;
  struct lw_error err = {0};
  if (type == NULL) {
    return differs(test, "a declaration could not be read");
  }
  return lw_cel_env_variable(test->env, name, type, &slot, &err) == LW_OK ||
         differs(test, "a declaration was refused: %s", err.text);
}

static bool declare(struct test *test, const struct lw_value *declaration)
{
  lw_str name = lw_value_text(declaration, LW_STR("name"));
  const struct lw_value *ident = lw_value_get(declaration, LW_STR("ident"));
  const struct lw_value *overloads = lw_value_get(declaration, LW_STR("function"));
  if (ident != NULL) {
    return declare_variable(test, name, read_type(test->arena, ident));
  }
  for (uint32_t i = 0; is_list(overloads) && i < overloads->count; i++) {
    if (!declare_function(test, name, &overloads->items[i])) {
      return false;
    }
  }
  return true;
}

static const struct lw_value *bindings_of(const struct test *test)
{
  const struct lw_value *bindings = lw_value_get(test->tree, LW_STR("bindings"));
  return bindings != NULL && bindings->kind == LW_VALUE_MAP ? bindings : NULL;
}

static bool make_environment(struct test *test)
{
  struct lw_cel_env_options options = {.container = lw_value_text(test->tree, LW_STR("container")),
                                       .currency = LW_CURRENCY_NONE};
  test->env = lw_cel_env_create(test->arena, &options);
  const struct lw_value *declarations = lw_value_get(test->tree, LW_STR("type_env"));
  const struct lw_value *bindings = bindings_of(test);
  if (test->env == NULL) {
    return differs(test, "out of memory");
  }
  for (uint32_t i = 0; is_list(declarations) && i < declarations->count; i++) {
    if (!declare(test, &declarations->items[i])) {
      return false;
    }
  }
  for (uint32_t i = 0; bindings != NULL && i < bindings->count; i++) {
    lw_str name = bindings->entries[i].key;
    if (lw_cel_env_find(test->env, name, NULL) == NULL &&
        !declare_variable(test, name, lw_type_basic(LW_T_DYN))) {
      return false;
    }
  }
  return true;
}

static bool bind_variables(struct test *test, struct lw_activation *ret_activation)
{
  const struct lw_value *bindings = bindings_of(test);
  uint32_t count = lw_cel_env_variables(test->env);
  struct lw_val *slots = LW_NEW_ARRAY(test->arena, struct lw_val, count);
  if (slots == NULL) {
    return differs(test, "out of memory");
  }
  for (uint32_t i = 0; bindings != NULL && i < bindings->count; i++) {
    uint32_t slot = 0;
    const struct lw_value *value = lw_value_get(&bindings->items[i], LW_STR("value"));
    if (lw_cel_env_find(test->env, bindings->entries[i].key, &slot) == NULL || slot >= count ||
        !lw_conform_read_value(test->arena, value, &slots[slot])) {
      return differs(test, "a binding could not be read");
    }
  }
  *ret_activation = (struct lw_activation){slots, count};
  return true;
}

/* --- comparison --- */

static bool same_value(struct lw_val a, struct lw_val b);

static bool same_lists(const struct lw_val_list *a, const struct lw_val_list *b)
{
  for (uint32_t i = 0; a->count == b->count && i < a->count; i++) {
    if (!same_value(a->items[i], b->items[i])) {
      return false;
    }
  }
  return a->count == b->count;
}

/* Each key of one is there in the other with its kind. */
static bool same_maps(const struct lw_val_map *a, const struct lw_val_map *b)
{
  for (uint32_t i = 0; a->count == b->count && i < a->count; i++) {
    bool found = false;
    for (uint32_t k = 0; k < b->count && !found; k++) {
      found = same_value(a->keys[i], b->keys[k]) && same_value(a->values[i], b->values[k]);
    }
    if (!found) {
      return false;
    }
  }
  return a->count == b->count;
}

/* By kind and value; NaN is NaN. Recursion: as deep as what was expected (LW_VALUE_DEPTH_MAX). */
static bool same_value(struct lw_val a, struct lw_val b)
{
  if (a.kind != b.kind) {
    return false;
  }
  switch ((int)a.kind) {
  case LW_V_DOUBLE: return lw_val_equal(a, b) || (!lw_val_equal(a, a) && !lw_val_equal(b, b));
  case LW_V_LIST: return same_lists(a.as.list, b.as.list);
  case LW_V_MAP: return same_maps(a.as.map, b.as.map);
  case LW_V_OPTIONAL:
    return a.as.optional == NULL || b.as.optional == NULL
               ? a.as.optional == b.as.optional
               : same_value(*a.as.optional, *b.as.optional);
  default: return lw_val_equal(a, b);
  }
}

static bool compare_values(struct test *test, struct lw_val got, struct lw_val wanted)
{
  if (same_value(got, wanted)) {
    return true;
  }
  struct lw_buf text = {0};
  LW_BUF_LIT(&text, "got ");
  lw_val_print(got, &text);
  LW_BUF_LIT(&text, ", expected ");
  lw_val_print(wanted, &text);
  test->reason =
      text.failed ? LW_STR("another value") : lw_str_copy(test->arena, lw_buf_str(&text));
  lw_buf_finish(&text);
  return false;
}

static bool compare_types(struct test *test, const struct lw_type *got,
                          const struct lw_value *wanted)
{
  const struct lw_type *type = read_type(test->arena, wanted);
  if (type == NULL) {
    return differs(test, "the expected type could not be read");
  }
  if (got != NULL && lw_type_equal(got, type)) {
    return true;
  }
  struct lw_buf text = {0};
  LW_BUF_LIT(&text, "deduced ");
  if (got != NULL) {
    lw_type_print(got, &text);
  } else {
    LW_BUF_LIT(&text, "nothing");
  }
  LW_BUF_LIT(&text, ", expected ");
  lw_type_print(type, &text);
  test->reason = text.failed ? LW_STR("another type") : lw_str_copy(test->arena, lw_buf_str(&text));
  lw_buf_finish(&text);
  return false;
}

/* --- one test --- */

/* NULL: parsing, checking or compiling failed, *ret_why says how. *ret_type is what the checker
 * deduced, or NULL. */
static const struct lw_program *prepare(struct test *test, const struct lw_type **ret_type,
                                        lw_str *ret_why)
{
  struct lw_issues issues;
  lw_issues_init(&issues, test->arena);
  struct lw_cel_parse_options options = {.no_macros =
                                             flag_of(test->tree, LW_STR("disable_macros"))};
  struct lw_node *node =
      lw_cel_parse(test->arena, lw_value_text(test->tree, LW_STR("expr")), &options, &issues);
  bool unchecked = flag_of(test->tree, LW_STR("disable_check"));
  const struct lw_program *program = NULL;
  struct lw_error err = {0};
  *ret_type = NULL;
  bool good =
      node != NULL && (unchecked ? lw_cel_resolve(test->arena, test->env, node, &issues)
                                 : lw_cel_check(test->arena, test->env, node, NULL, &issues));
  if (!good) {
    *ret_why =
        issues.count != 0 ? issues.items[0].message : LW_STR("it was refused without a reason");
    return NULL;
  }
  *ret_type = unchecked ? NULL : node->type;
  if (lw_cel_compile(test->arena, test->env, node, NULL, &program, &err) != LW_OK) {
    *ret_why = lw_str_copy(test->arena, lw_str_c(err.text));
    return NULL;
  }
  return program;
}

static bool judge(struct test *test, struct lw_val got)
{
  const struct lw_value *expect = lw_value_get(test->tree, LW_STR("expect"));
  const struct lw_value *value = lw_value_get(expect, LW_STR("value"));
  struct lw_val wanted = {0};
  if (lw_value_get(expect, LW_STR("eval_error")) != NULL) {
    struct lw_buf text = {0};
    if (lw_val_is_failure(got)) {
      return true;
    }
    lw_val_print(got, &text);
    (void)differs(test, "got %.*s, expected an error", text.failed ? 0 : (int)text.len,
                  text.ptr != NULL ? text.ptr : "");
    lw_buf_finish(&text);
    return false;
  }
  if (value == NULL) {
    return true;
  }
  return lw_conform_read_value(test->arena, value, &wanted)
             ? compare_values(test, got, wanted)
             : differs(test, "the expected value could not be read");
}

static bool run_test(struct test *test)
{
  const struct lw_value *expect = lw_value_get(test->tree, LW_STR("expect"));
  const struct lw_value *deduced = lw_value_get(expect, LW_STR("deduced_type"));
  const struct lw_type *type = NULL;
  struct lw_activation activation = {NULL, 0};
  lw_str why = LW_STR("");
  if (expect == NULL || !make_environment(test)) {
    return test->reason.len == 0 ? differs(test, "it expects nothing") : false;
  }
  const struct lw_program *program = prepare(test, &type, &why);
  bool only_check = flag_of(test->tree, LW_STR("check_only"));
  if (program == NULL && (!only_check || type == NULL)) {
    return lw_value_get(expect, LW_STR("eval_error")) != NULL ||
           differs(test, "refused: %.*s", LW_FMT(why));
  }
  if (deduced != NULL && !compare_types(test, type, deduced)) {
    return false;
  }
  return only_check || (bind_variables(test, &activation) &&
                        judge(test, lw_vm_run(test->vm, program, &activation, test->arena)));
}

enum lw_code lw_conform_run(const struct lw_value *file, struct lw_tzdb *zones,
                            lw_conform_report report, void *user,
                            struct lw_conform_counts *ret_counts, struct lw_error *err)
{
  const struct lw_value *tests = lw_value_get(file, LW_STR("tests"));
  struct lw_conform_counts counts = {0, 0};
  if (!is_list(tests)) {
    return lw_fail(err, LW_INVALID,
                   "it is no file of conformance vectors: it has no list of tests");
  }
  struct lw_vm *vm = lw_vm_create(NULL, zones, LW_CURRENCY_NONE);
  if (vm == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, LW_REQUEST_BYTES_MAX * 4);
  for (uint32_t i = 0; i < tests->count; i++) {
    struct test test = {.tree = &tests->items[i], .arena = &arena, .zones = zones, .vm = vm};
    bool passed = run_test(&test);
    counts.passed += passed;
    counts.failed += !passed;
    struct lw_conform_result result = {
        lw_value_text(test.tree, LW_STR("file")), lw_value_text(test.tree, LW_STR("section")),
        lw_value_text(test.tree, LW_STR("name")), passed, passed ? LW_STR("") : test.reason};
    report(&result, user);
    lw_arena_reset(&arena);
  }
  lw_arena_finish(&arena);
  lw_vm_destroy(vm);
  *ret_counts = counts;
  return LW_OK;
}
