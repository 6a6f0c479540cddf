/* libleeway: versions, memory, texts, findings, policies, ledgers. Deciding is in embed_decide.c,
 * answers are in embed_answer.c. Nothing here knows rules: it checks arguments, keeps what belongs
 * together in one handle, and turns borrowed texts into texts of the caller's. */
#include "embed/embed.h"

#include "base/bounds.h"
#include "base/check.h"
#include "policy/explain.h"
#include "policy/finding.h"

#include <stdlib.h>

enum { ALIGN_BYTES = 16 };

int leeway_abi_version(void)
{
  return LEEWAY_ABI_VERSION;
}

const char *leeway_version(void)
{
  return LW_VERSION;
}

const char *leeway_result_text(enum leeway_result result)
{
  switch (result) {
  case LEEWAY_OK: return "done";
  case LEEWAY_INVALID: return "the input does not fit";
  case LEEWAY_NOT_FOUND: return "not found";
  case LEEWAY_LIMIT: return "a limit of size is passed";
  case LEEWAY_OVERFLOW: return "the number is too large";
  case LEEWAY_NO_MEMORY: return "out of memory";
  case LEEWAY_INTERNAL: break;
  }
  return "an error of Leeway's own";
}

/* --- memory --- */

static void *malloc_alloc(void *user, size_t size_bytes)
{
  (void)user;
  return malloc(size_bytes);
}

static void malloc_release(void *user, void *memory)
{
  (void)user;
  free(memory);
}

static void *inner_alloc(void *user, size_t size_bytes)
{
  struct lw_embed_memory *memory = user;
  void *got = memory->outer.alloc(memory->outer.user, size_bytes);
  if (got != NULL && ((uintptr_t)got & (ALIGN_BYTES - 1)) != 0) { /* of no use to anybody */
    memory->outer.release(memory->outer.user, got);
    got = NULL;
  }
  if (got == NULL) {
    __atomic_store_n(&memory->failed, true, __ATOMIC_RELAXED);
  }
  return got;
}

static void inner_release(void *user, void *got)
{
  struct lw_embed_memory *memory = user;
  if (got != NULL) {
    memory->outer.release(memory->outer.user, got);
  }
}

bool lw_embed_memory_init(struct lw_embed_memory *memory, const struct leeway_allocator *outer)
{
  static const struct leeway_allocator standard = {malloc_alloc, malloc_release, NULL};
  outer = outer != NULL ? outer : &standard;
  *memory =
      (struct lw_embed_memory){.inner = {inner_alloc, inner_release, memory}, .outer = *outer};
  return outer->alloc != NULL && outer->release != NULL;
}

bool lw_embed_memory_failed(const struct lw_embed_memory *memory)
{
  return __atomic_load_n(&memory->failed, __ATOMIC_RELAXED);
}

void lw_embed_memory_forgive(struct lw_embed_memory *memory)
{
  __atomic_store_n(&memory->failed, false, __ATOMIC_RELAXED);
}

void *lw_embed_handle_create(const struct lw_embed_memory *memory, size_t size_bytes)
{
  struct lw_embed_memory first = *memory;
  first.inner.user = &first;
  struct lw_embed_memory *handle = inner_alloc(&first, size_bytes);
  if (handle != NULL) {
    memset(handle, 0, size_bytes);
    bool whole = lw_embed_memory_init(handle, &memory->outer);
    LW_ASSERT(whole);
  }
  return handle;
}

void lw_embed_handle_destroy(void *handle)
{
  const struct lw_embed_memory *memory = handle;
  memory->outer.release(memory->outer.user, handle);
}

const char *lw_embed_text_copy(struct lw_arena *arena, lw_str text)
{
  return text.len != 0 ? lw_str_copy(arena, text).ptr : "";
}

/* --- texts --- */

struct leeway_text {
  struct lw_embed_memory memory;
  struct lw_buf buf; /* with a NUL at its end */
};

static struct leeway_text *text_create(const struct lw_embed_memory *memory)
{
  struct leeway_text *text = lw_embed_handle_create(memory, sizeof *text);
  if (text != NULL) {
    text->buf.allocator = &text->memory.inner;
  }
  return text;
}

static enum leeway_result text_finish(struct leeway_text *text, struct leeway_text **ret_text)
{
  lw_buf_add_char(&text->buf, '\0');
  if (text->buf.failed || lw_embed_memory_failed(&text->memory)) {
    leeway_text_destroy(text);
    return LEEWAY_NO_MEMORY;
  }
  *ret_text = text;
  return LEEWAY_OK;
}

const char *leeway_text_get(const struct leeway_text *text)
{
  return text != NULL ? text->buf.ptr : "";
}

size_t leeway_text_length(const struct leeway_text *text)
{
  return text != NULL ? text->buf.len - 1 : 0;
}

void leeway_text_destroy(struct leeway_text *text)
{
  if (text != NULL) {
    lw_buf_finish(&text->buf);
    lw_embed_handle_destroy(text);
  }
}

/* --- findings --- */

struct leeway_findings {
  struct lw_embed_memory memory;
  struct lw_arena arena;
  struct lw_diags diags;
  lw_str source; /* a copy, when there is something to show in it */
  struct leeway_finding *items;
};

static struct leeway_findings *findings_create(const struct lw_embed_memory *memory)
{
  struct leeway_findings *findings = lw_embed_handle_create(memory, sizeof *findings);
  if (findings != NULL) {
    lw_arena_init(&findings->arena, &findings->memory.inner, 0);
    lw_diags_init(&findings->diags, &findings->arena);
  }
  return findings;
}

/* False when memory is out. */
static bool findings_finish(struct leeway_findings *findings, lw_str source)
{
  struct lw_arena *arena = &findings->arena;
  struct lw_diags *diags = &findings->diags;
  lw_diags_sort(diags);
  findings->items = LW_NEW_ARRAY(arena, struct leeway_finding, diags->count);
  for (size_t i = 0; findings->items != NULL && i < diags->count; i++) {
    const struct lw_diag *diag = &diags->items[i];
    findings->items[i] = (struct leeway_finding){
        .severity =
            diag->severity == LW_SEVERITY_ERROR ? LEEWAY_SEVERITY_ERROR : LEEWAY_SEVERITY_WARNING,
        .code = diag->code,
        .line = diag->place.line,
        .column = diag->place.column,
        .end_column = diag->place.end_column,
        .rule = lw_embed_text_copy(arena, diag->rule),
        .message = lw_embed_text_copy(arena, diag->message),
        .hint = lw_embed_text_copy(arena, diag->hint),
    };
  }
  if (diags->count != 0) {
    findings->source = lw_str_copy(arena, source);
  }
  return !arena->failed;
}

size_t leeway_findings_count(const struct leeway_findings *findings)
{
  return findings != NULL ? findings->diags.count : 0;
}

size_t leeway_findings_errors(const struct leeway_findings *findings)
{
  return findings != NULL ? findings->diags.errors : 0;
}

const struct leeway_finding *leeway_findings_at(const struct leeway_findings *findings,
                                                size_t index)
{
  return findings != NULL && index < findings->diags.count ? &findings->items[index] : NULL;
}

enum leeway_result leeway_findings_print(const struct leeway_findings *findings, const char *file,
                                         struct leeway_text **ret_text)
{
  if (findings == NULL || file == NULL || ret_text == NULL) {
    return LEEWAY_INVALID;
  }
  struct leeway_text *text = text_create(&findings->memory);
  if (text == NULL) {
    return LEEWAY_NO_MEMORY;
  }
  for (size_t i = 0; i < findings->diags.count; i++) {
    lw_diag_print(&findings->diags.items[i], lw_str_c(file), findings->source, &text->buf);
  }
  return text_finish(text, ret_text);
}

void leeway_findings_destroy(struct leeway_findings *findings)
{
  if (findings != NULL) {
    lw_arena_finish(&findings->arena);
    lw_embed_handle_destroy(findings);
  }
}

/* --- policies --- */

static void describe_policy(struct leeway_policy *policy)
{
  struct lw_policy *of = policy->policy;
  policy->organization = lw_embed_text_copy(&of->keep, of->organization);
  if (of->currency != LW_CURRENCY_NONE) {
    lw_str code = lw_currency_code(of->currency);
    memcpy(policy->currency, code.ptr,
           code.len < sizeof policy->currency ? code.len : sizeof policy->currency - 1);
  }
}

/* Loads and looks for warnings. */
static enum leeway_result load(struct leeway_policy *policy, struct leeway_findings *findings,
                               lw_str source, const char *zoneinfo, bool errors_only)
{
  policy->policy = lw_policy_load(source, &policy->memory.inner, zoneinfo, &findings->diags);
  if (policy->policy != NULL) {
    describe_policy(policy);
    if (!errors_only) {
      struct lw_arena scratch;
      lw_arena_init(&scratch, &findings->memory.inner, 0);
      lw_policy_lint(policy->policy, NULL, &scratch, &findings->diags);
      lw_arena_finish(&scratch);
    }
  }
  bool finished = findings_finish(findings, source);
  if (!finished || lw_embed_memory_failed(&policy->memory) ||
      lw_embed_memory_failed(&findings->memory)) {
    return LEEWAY_NO_MEMORY;
  }
  if (policy->policy == NULL) { /* without an error it was memory of the libraries below */
    return findings->diags.errors != 0 ? LEEWAY_INVALID : LEEWAY_NO_MEMORY;
  }
  return LEEWAY_OK;
}

/* What the caller's struct has, however long it is. */
static bool take_options(const struct leeway_load_options *given,
                         struct leeway_load_options *ret_options)
{
  *ret_options = (struct leeway_load_options){0};
  if (given == NULL) {
    return true;
  }
  if (given->size_bytes < sizeof(size_t)) {
    return false;
  }
  size_t known = given->size_bytes < sizeof *ret_options ? given->size_bytes : sizeof *ret_options;
  memcpy(ret_options, given, known);
  return true;
}

enum leeway_result leeway_policy_load(const char *source, size_t length,
                                      const struct leeway_load_options *options,
                                      struct leeway_policy **ret_policy,
                                      struct leeway_findings **ret_findings)
{
  struct leeway_load_options with;
  struct lw_embed_memory memory;
  if (ret_findings != NULL) {
    *ret_findings = NULL;
  }
  if ((source == NULL && length != 0) || ret_policy == NULL || !take_options(options, &with) ||
      !lw_embed_memory_init(&memory, with.allocator)) {
    return LEEWAY_INVALID;
  }
  if (length > LW_POLICY_TEXT_BYTES_MAX) {
    return LEEWAY_LIMIT;
  }
  struct leeway_policy *policy = lw_embed_handle_create(&memory, sizeof *policy);
  struct leeway_findings *findings = findings_create(&memory);
  enum leeway_result result = LEEWAY_NO_MEMORY;
  if (policy != NULL && findings != NULL) {
    lw_str text = lw_str_from(source != NULL ? source : "", length);
    result = load(policy, findings, text, with.zoneinfo, with.errors_only);
  }
  if (result == LEEWAY_OK) {
    *ret_policy = policy;
    policy = NULL;
  }
  if (ret_findings != NULL && (result == LEEWAY_OK || result == LEEWAY_INVALID)) {
    *ret_findings = findings;
    findings = NULL;
  }
  leeway_policy_destroy(policy);
  leeway_findings_destroy(findings);
  return result;
}

void leeway_policy_destroy(struct leeway_policy *policy)
{
  if (policy != NULL) {
    lw_policy_destroy(policy->policy);
    lw_embed_handle_destroy(policy);
  }
}

const char *leeway_policy_organization(const struct leeway_policy *policy)
{
  return policy != NULL ? policy->organization : "";
}

const char *leeway_policy_currency(const struct leeway_policy *policy)
{
  return policy != NULL ? policy->currency : "";
}

unsigned leeway_policy_digits(const struct leeway_policy *policy)
{
  bool has = policy != NULL && policy->policy->currency != LW_CURRENCY_NONE;
  return has ? lw_currency_digits(policy->policy->currency) : 0;
}

enum leeway_result leeway_policy_explain(const struct leeway_policy *policy,
                                         enum leeway_format format, struct leeway_text **ret_text)
{
  if (policy == NULL || ret_text == NULL || (format != LEEWAY_PLAIN && format != LEEWAY_JSON)) {
    return LEEWAY_INVALID;
  }
  struct leeway_text *text = text_create(&policy->memory);
  if (text == NULL) {
    return LEEWAY_NO_MEMORY;
  }
  if (format == LEEWAY_JSON) {
    lw_policy_explain_json(policy->policy, &text->buf);
  } else {
    lw_policy_explain(policy->policy, &text->buf);
  }
  return text_finish(text, ret_text);
}

/* --- ledgers --- */

enum leeway_result leeway_ledger_create(const struct leeway_policy *policy,
                                        const struct leeway_allocator *allocator,
                                        struct leeway_ledger **ret_ledger)
{
  struct lw_embed_memory memory;
  if (policy == NULL || ret_ledger == NULL || !lw_embed_memory_init(&memory, allocator)) {
    return LEEWAY_INVALID;
  }
  struct leeway_ledger *ledger = lw_embed_handle_create(&memory, sizeof *ledger);
  if (ledger == NULL) {
    return LEEWAY_NO_MEMORY;
  }
  ledger->of = policy;
  ledger->rows = lw_rows_create(&ledger->memory.inner);
  if (ledger->rows == NULL) {
    leeway_ledger_destroy(ledger);
    return LEEWAY_NO_MEMORY;
  }
  *ret_ledger = ledger;
  return LEEWAY_OK;
}

void leeway_ledger_destroy(struct leeway_ledger *ledger)
{
  if (ledger != NULL) {
    lw_rows_destroy(ledger->rows);
    lw_embed_handle_destroy(ledger);
  }
}

void leeway_ledger_clear(struct leeway_ledger *ledger)
{
  if (ledger != NULL) {
    lw_rows_clear(ledger->rows);
  }
}

static enum leeway_result result_of(enum lw_code code)
{
  switch ((int)code) { /* a library without a database or a server knows only these */
  case LW_OK: return LEEWAY_OK;
  case LW_INVALID:
  case LW_USAGE:
  case LW_MISMATCH: return LEEWAY_INVALID;
  case LW_NOT_FOUND: return LEEWAY_NOT_FOUND;
  case LW_LIMIT: return LEEWAY_LIMIT;
  case LW_OVERFLOW: return LEEWAY_OVERFLOW;
  case LW_NO_MEMORY: return LEEWAY_NO_MEMORY;
  default: break;
  }
  return LEEWAY_INTERNAL;
}

static bool is_time(int64_t at_usec)
{
  return at_usec >= LW_TIME_SECONDS_MIN * LW_USEC_PER_SECOND &&
         at_usec / LW_USEC_PER_SECOND <= LW_TIME_SECONDS_MAX;
}

/* Draws in terms of the policy; `items` is of the ledger's memory, for the caller to release. */
static enum leeway_result take_draws(struct leeway_ledger *ledger, const struct leeway_draw *draws,
                                     size_t count, struct lw_draw **ret_items)
{
  const struct lw_policy *policy = ledger->of->policy;
  if (count > SIZE_MAX / sizeof(struct lw_draw)) {
    return LEEWAY_INVALID;
  }
  struct lw_draw *items = ledger->memory.inner.alloc(&ledger->memory, count * sizeof *items);
  if (items == NULL) {
    return LEEWAY_NO_MEMORY;
  }
  enum leeway_result result = LEEWAY_OK;
  for (size_t i = 0; result == LEEWAY_OK && i < count; i++) {
    uint32_t budget = UINT32_MAX;
    if (draws[i].budget == NULL || draws[i].scope == NULL) {
      result = LEEWAY_INVALID;
    } else if ((budget = lw_policy_find_budget(policy, lw_str_c(draws[i].budget))) == UINT32_MAX) {
      result = LEEWAY_NOT_FOUND;
    } else {
      items[i] = (struct lw_draw){.key = {policy->budgets[budget].number, lw_str_c(draws[i].scope)},
                                  .window = policy->budgets[budget].window,
                                  .amount_minor = draws[i].amount_minor,
                                  .times = draws[i].times};
    }
  }
  if (result != LEEWAY_OK) {
    ledger->memory.inner.release(&ledger->memory, items);
    return result;
  }
  *ret_items = items;
  return LEEWAY_OK;
}

enum leeway_result leeway_ledger_draw(struct leeway_ledger *ledger, const struct leeway_draw *draws,
                                      size_t count, int64_t at_usec)
{
  struct lw_draw *items = NULL;
  if (ledger == NULL || (draws == NULL && count != 0) || !is_time(at_usec)) {
    return LEEWAY_INVALID;
  }
  if (count == 0) {
    return LEEWAY_OK;
  }
  enum leeway_result result = take_draws(ledger, draws, count, &items);
  if (result == LEEWAY_OK) {
    result = result_of(
        lw_rows_draw(ledger->rows, items, count, ledger->of->policy->zone, at_usec, NULL));
    ledger->memory.inner.release(&ledger->memory, items);
  }
  return result;
}

enum leeway_result leeway_ledger_give_back(struct leeway_ledger *ledger,
                                           const struct leeway_draw *draws, size_t count,
                                           int64_t drawn_at_usec)
{
  struct lw_draw *items = NULL;
  if (ledger == NULL || (draws == NULL && count != 0) || !is_time(drawn_at_usec)) {
    return LEEWAY_INVALID;
  }
  if (count == 0) {
    return LEEWAY_OK;
  }
  enum leeway_result result = take_draws(ledger, draws, count, &items);
  if (result == LEEWAY_OK) {
    result = result_of(lw_rows_give_back(ledger->rows, items, count, ledger->of->policy->zone,
                                         drawn_at_usec, NULL));
    ledger->memory.inner.release(&ledger->memory, items);
  }
  return result;
}

enum leeway_result leeway_ledger_used(struct leeway_ledger *ledger, const char *budget,
                                      const char *scope, int64_t at_usec, int64_t *ret_amount_minor,
                                      int64_t *ret_times)
{
  struct lw_used used;
  if (ledger == NULL || budget == NULL || scope == NULL || ret_amount_minor == NULL ||
      ret_times == NULL || !is_time(at_usec)) {
    return LEEWAY_INVALID;
  }
  const struct lw_policy *policy = ledger->of->policy;
  uint32_t index = lw_policy_find_budget(policy, lw_str_c(budget));
  if (index == UINT32_MAX) {
    return LEEWAY_NOT_FOUND;
  }
  struct lw_row_key key = {index, lw_str_c(scope)};
  lw_rows_used(ledger->rows, key, &policy->budgets[index].window, policy->zone, at_usec, &used);
  *ret_amount_minor = used.amount_minor;
  *ret_times = used.times;
  return LEEWAY_OK;
}
