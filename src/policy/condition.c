/* A probe follows the shape of the condition: ALL for &&, ANY for ||, NOT for !, CHOICE for ?:,
 * ATOM for the rest; a `let` of type bool is entered, so that the agent reads "reason == "outage":
 * it is "goodwill"" and not the name of a let.
 *
 * What an atom shows: of `x < 3` the x; of `x < y` both; of `x in list` the x, of `3 in xs` the xs;
 * of xs.all(i, ...) the elements for which it does not hold; of anything else the variables in it.
 * Constants show nothing, they are in the text already. */
#include "policy/condition.h"

#include "base/bounds.h"
#include "base/check.h"

enum { VALUE_BYTES_MAX = 120 };

enum probe_kind {
  PROBE_ATOM,
  PROBE_ALL,
  PROBE_ANY,
  PROBE_NOT,
  PROBE_CHOICE /* children: test, then, else */
};

struct subject {
  lw_str text;
  const struct lw_program *program;
  bool alone; /* "it is" rather than "x is" */
};

struct lw_probe {
  enum probe_kind kind;
  struct lw_probe **children;
  uint32_t n_children;
  lw_str text; /* ATOM: as written */
  const struct lw_program *program;
  struct subject *subjects;
  uint32_t n_subjects;
  const struct lw_program *failing; /* xs.all(...): the elements for which it does not hold */
  const struct lw_program *range;   /* ... and xs */
};

enum lw_truth lw_condition_run(const struct lw_evaluation *evaluation,
                               const struct lw_expression *condition, struct lw_val *ret_val)
{
  if (condition->program == NULL) {
    return LW_TRUE;
  }
  struct lw_val value =
      lw_vm_run(evaluation->vm, condition->program, &evaluation->activation, evaluation->scratch);
  if (ret_val != NULL) {
    *ret_val = value;
  }
  if (value.kind == LW_V_BOOL) {
    return value.as.boolean ? LW_TRUE : LW_FALSE;
  }
  return value.kind == LW_V_UNKNOWN ? LW_UNTOLD : LW_FAILED;
}

void lw_texts_add(struct lw_arena *arena, struct lw_texts *texts, lw_str text)
{
  for (size_t i = 0; i < texts->count; i++) {
    if (lw_str_equal(texts->items[i], text)) {
      return;
    }
  }
  lw_str *items = lw_arena_grow(arena, texts->items, texts->count, &texts->capacity,
                                texts->count + 1, sizeof *items, _Alignof(lw_str));
  if (items != NULL) {
    texts->items = items;
    texts->items[texts->count++] = text;
  }
}

/* used("b").times is not known for want of what the budget is per: that is what can be found out.
 * (`.last` may also be missing because nothing was drawn, and keeps its own name.) False when the
 * slot is none of these. */
static bool add_scopes(const struct lw_policy *policy, struct lw_arena *arena, uint32_t slot,
                       struct lw_texts *texts)
{
  const struct lw_budget *budget = NULL;
  for (uint32_t i = 0; slot >= LW_SLOT_FACTS && i < policy->n_budgets; i++) {
    uint32_t first = policy->budgets[i].used_slot;
    budget =
        first != UINT32_MAX && (slot == first || slot == first + 1) ? &policy->budgets[i] : budget;
  }
  for (uint32_t i = 0; budget != NULL && i < budget->n_per; i++) {
    switch (budget->per[i]) {
    case LW_SCOPE_AGENT: break; /* always named */
    case LW_SCOPE_TEAM: lw_texts_add(arena, texts, LW_STR("agent.team")); break;
    case LW_SCOPE_CUSTOMER: lw_texts_add(arena, texts, LW_STR("customer")); break;
    case LW_SCOPE_CASE: lw_texts_add(arena, texts, LW_STR("case")); break;
    case LW_SCOPE_ORGANIZATION: break;
    }
  }
  return budget != NULL;
}

void lw_unknown_names(const struct lw_policy *policy, struct lw_arena *arena, struct lw_val unknown,
                      struct lw_texts *texts)
{
  if (unknown.kind != LW_V_UNKNOWN) {
    return;
  }
  for (uint32_t i = 0; i < unknown.as.unknown->count; i++) {
    uint32_t slot = unknown.as.unknown->slots[i];
    if (!add_scopes(policy, arena, slot, texts)) {
      lw_texts_add(arena, texts, lw_cel_env_variable_at(policy->env, slot)->name);
    }
  }
}

/* --- making --- */

const struct lw_cel_parse_options lw_policy_parse_options = {.has_names = true};

struct maker {
  struct lw_arena *keep;
  struct lw_policy *policy;
  unsigned depth;
};

static const struct lw_program *compile(struct maker *make, const struct lw_node *node)
{
  const struct lw_program *program = NULL;
  struct lw_error ignored;
  enum lw_code rc = lw_cel_compile(make->keep, make->policy->env, node, NULL, &program, &ignored);
  return rc == LW_OK ? program : NULL;
}

static lw_str printed(struct maker *make, const struct lw_node *node)
{
  struct lw_buf text = {0};
  lw_node_print(node, &text);
  lw_str kept = lw_str_copy(make->keep, lw_buf_str(&text));
  lw_buf_finish(&text);
  return kept;
}

static bool is_call(const struct lw_node *node, const char *name)
{
  return node->kind == LW_N_CALL && lw_str_equal(node->as.call.function, lw_str_c(name));
}

/* Stops at a name whose value may differ from request to request. */
static bool reads_nothing(struct lw_node *node, void *user)
{
  (void)user;
  if (node->kind == LW_N_IDENT && node->as.ident.ref == LW_REF_LET) {
    return lw_node_walk(node->as.ident.let->body, reads_nothing, user);
  }
  return node->kind != LW_N_PRESENT &&
         (node->kind != LW_N_IDENT || node->as.ident.ref == LW_REF_TYPE);
}

static bool is_constant(struct lw_node *node)
{
  return lw_node_walk(node, reads_nothing, NULL);
}

static void add_subject(struct maker *make, struct lw_probe *probe, struct lw_node *node,
                        size_t *capacity)
{
  if (is_constant(node)) {
    return;
  }
  lw_str text = printed(make, node);
  for (uint32_t i = 0; i < probe->n_subjects; i++) {
    if (lw_str_equal(probe->subjects[i].text, text)) {
      return;
    }
  }
  const struct lw_program *program = compile(make, node);
  struct subject *subjects =
      lw_arena_grow(make->keep, probe->subjects, probe->n_subjects, capacity,
                    (size_t)probe->n_subjects + 1, sizeof *subjects, _Alignof(struct subject));
  if (program == NULL || subjects == NULL) {
    return;
  }
  probe->subjects = subjects;
  probe->subjects[probe->n_subjects++] = (struct subject){text, program, false};
}

struct variables {
  struct maker *make;
  struct lw_probe *probe;
  size_t capacity;
};

static bool add_variable(struct lw_node *node, void *user)
{
  struct variables *found = user;
  if (node->kind == LW_N_IDENT &&
      (node->as.ident.ref == LW_REF_VARIABLE || node->as.ident.ref == LW_REF_LET)) {
    add_subject(found->make, found->probe, node, &found->capacity);
  }
  return true;
}

static bool is_comparison(const struct lw_node *node)
{
  static const char *const names[] = {"_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "@in"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (is_call(node, names[i])) {
      return true;
    }
  }
  return false;
}

/* Both sides of a comparison are worth showing whole only when they are no mere logic or loops. */
static bool worth_showing(const struct lw_node *node)
{
  return node->kind == LW_N_IDENT || node->kind == LW_N_SELECT || node->kind == LW_N_CALL ||
         node->kind == LW_N_FOLD;
}

/* xs.all(i, p): the probe gets xs.filter(i, !(p)), made through the parser from the printed parts,
 * so that it has its own nodes. */
static void find_failing(struct maker *make, struct lw_probe *probe, const struct lw_node *node)
{
  const struct lw_node *call = node->macro;
  if (call == NULL || !is_call(call, "all") || call->as.call.target == NULL ||
      call->as.call.n_args != 2) {
    return;
  }
  lw_str range = printed(make, call->as.call.target);
  lw_str variable = printed(make, call->as.call.args[0]);
  lw_str test = printed(make, call->as.call.args[1]);
  lw_str text = lw_str_format(make->keep, "(%.*s).filter(%.*s, !(%.*s))", LW_FMT(range),
                              LW_FMT(variable), LW_FMT(test));
  struct lw_issues issues;
  lw_issues_init(&issues, make->keep);
  struct lw_node *filter = lw_cel_parse(make->keep, text, &lw_policy_parse_options, &issues);
  if (filter != NULL && lw_cel_check(make->keep, make->policy->env, filter, NULL, &issues)) {
    probe->failing = compile(make, filter);
    probe->range = compile(make, node->as.fold.range);
  }
}

static void make_atom(struct maker *make, struct lw_probe *probe, struct lw_node *node)
{
  size_t capacity = 0;
  probe->text = printed(make, node);
  probe->program = compile(make, node);
  if (is_comparison(node) && worth_showing(node->as.call.args[0]) &&
      worth_showing(node->as.call.args[1])) {
    add_subject(make, probe, node->as.call.args[0], &capacity);
    add_subject(make, probe, node->as.call.args[1], &capacity);
  } else if (is_comparison(node)) {
    struct lw_node *left = node->as.call.args[0];
    struct lw_node *right = node->as.call.args[1];
    add_subject(make, probe, is_constant(left) ? right : left, &capacity);
  } else if (node->kind == LW_N_IDENT) {
    add_subject(make, probe, node, &capacity);
  } else {
    find_failing(make, probe, node);
    struct variables found = {make, probe, 0};
    if (probe->failing == NULL) {
      (void)lw_node_walk(node, add_variable, &found);
    }
  }
  if (probe->n_subjects == 1) {
    probe->subjects[0].alone = true;
  }
}

static struct lw_probe *make_probe(struct maker *make, struct lw_node *node);

/* a && (b && c) and (a && b) && c become one ALL of three; bounded by the depth of the expression.
 */
static void gather(struct maker *make, struct lw_probe *probe, struct lw_node *node,
                   const char *operator_name, size_t *capacity)
{
  if (is_call(node, operator_name)) {
    for (uint32_t i = 0; i < node->as.call.n_args; i++) {
      gather(make, probe, node->as.call.args[i], operator_name, capacity);
    }
    return;
  }
  struct lw_probe **children =
      lw_arena_grow(make->keep, probe->children, probe->n_children, capacity,
                    (size_t)probe->n_children + 1, sizeof *children, _Alignof(struct lw_probe *));
  struct lw_probe *child = make_probe(make, node);
  if (children != NULL && child != NULL) {
    probe->children = children;
    probe->children[probe->n_children++] = child;
  }
}

static struct lw_probe *make_probe(struct maker *make, struct lw_node *node)
{
  struct lw_probe *probe = LW_NEW(make->keep, struct lw_probe);
  if (probe == NULL || make->depth >= LW_CEL_DEPTH_MAX) {
    return probe;
  }
  make->depth++;
  size_t capacity = 0;
  if (node->kind == LW_N_IDENT && node->as.ident.ref == LW_REF_LET &&
      node->type->kind == LW_T_BOOL) {
    probe = make_probe(make, node->as.ident.let->body);
  } else if (is_call(node, "_&&_")) {
    probe->kind = PROBE_ALL;
    gather(make, probe, node, "_&&_", &capacity);
  } else if (is_call(node, "_||_")) {
    probe->kind = PROBE_ANY;
    gather(make, probe, node, "_||_", &capacity);
  } else if (is_call(node, "!_")) {
    probe->kind = PROBE_NOT;
    gather(make, probe, node->as.call.args[0], "", &capacity);
  } else if (is_call(node, "_?_:_") && node->type->kind == LW_T_BOOL) {
    probe->kind = PROBE_CHOICE;
    for (uint32_t i = 0; i < 3; i++) {
      gather(make, probe, node->as.call.args[i], "", &capacity);
    }
  } else {
    make_atom(make, probe, node);
  }
  make->depth--;
  return probe;
}

struct lw_probe *lw_probe_make(struct lw_arena *keep, struct lw_policy *policy,
                               const struct lw_node *node)
{
  struct maker make = {keep, policy, 0};
  /* The tree is only read; the walker's signature serves writers too. */
  struct lw_node *readable = NULL;
  memcpy(&readable, &node, sizeof readable);
  return make_probe(&make, readable);
}

/* --- explaining --- */

static void add_value(struct lw_buf *out, struct lw_val value)
{
  size_t before = out->len;
  lw_val_print_plain(value, out);
  if (out->len - before > VALUE_BYTES_MAX) {
    size_t cut = before + VALUE_BYTES_MAX;
    while (cut > before && ((unsigned char)out->ptr[cut] & 0xC0) == 0x80) {
      cut--;
    }
    out->len = cut;
    LW_BUF_LIT(out, " ...");
  }
}

static void add_names(const struct lw_evaluation *evaluation, struct lw_val unknown,
                      struct lw_buf *out)
{
  struct lw_texts names = {0};
  lw_unknown_names(evaluation->policy, evaluation->scratch, unknown, &names);
  for (size_t i = 0; i < names.count; i++) {
    lw_buf_add_c(out, i == 0 ? "" : i + 1 == names.count ? " and " : ", ");
    lw_buf_add(out, names.items[i]);
  }
  lw_buf_add_c(out, names.count > 1 ? " are not known" : " is not known");
}

static struct lw_val run(const struct lw_evaluation *evaluation, const struct lw_program *program)
{
  return lw_vm_run(evaluation->vm, program, &evaluation->activation, evaluation->scratch);
}

static bool explain_failing(const struct lw_evaluation *evaluation, const struct lw_probe *probe,
                            struct lw_buf *out)
{
  if (probe->failing == NULL || probe->range == NULL) {
    return false;
  }
  struct lw_val failing = run(evaluation, probe->failing);
  struct lw_val range = run(evaluation, probe->range);
  if (failing.kind != LW_V_LIST || failing.as.list->count == 0 || range.kind != LW_V_LIST) {
    return false;
  }
  lw_buf_printf(out, ": not for %u of %u, such as ", failing.as.list->count, range.as.list->count);
  add_value(out, failing.as.list->items[0]);
  return true;
}

static void explain_subjects(const struct lw_evaluation *evaluation, const struct lw_probe *probe,
                             struct lw_buf *out)
{
  for (uint32_t i = 0; i < probe->n_subjects; i++) {
    const struct subject *subject = &probe->subjects[i];
    struct lw_val value = run(evaluation, subject->program);
    lw_buf_add_c(out, i == 0 ? ": " : ", ");
    if (value.kind == LW_V_UNKNOWN) {
      add_names(evaluation, value, out);
    } else if (value.kind == LW_V_ERROR) {
      lw_buf_add(out, value.as.error->text);
    } else {
      lw_buf_add(out, subject->alone ? LW_STR("it") : subject->text);
      LW_BUF_LIT(out, " is ");
      add_value(out, value);
    }
  }
}

static void explain_atom(const struct lw_evaluation *evaluation, const struct lw_probe *probe,
                         struct lw_val value, struct lw_buf *out)
{
  lw_buf_add(out, probe->text);
  if (value.kind == LW_V_UNKNOWN) {
    LW_BUF_LIT(out, ": ");
    add_names(evaluation, value, out);
  } else if (value.kind == LW_V_ERROR) {
    LW_BUF_LIT(out, ": ");
    lw_buf_add(out, value.as.error->text);
    if (probe->n_subjects > 1 || (probe->n_subjects == 1 && !probe->subjects[0].alone)) {
      explain_subjects(evaluation, probe, out);
    }
  } else if (!explain_failing(evaluation, probe, out)) {
    explain_subjects(evaluation, probe, out);
  }
}

static struct lw_val value_of(const struct lw_evaluation *evaluation, const struct lw_probe *probe);

/* The branch that a ?: takes, or its test when that can't be told. */
static const struct lw_probe *choice_of(const struct lw_evaluation *evaluation,
                                        const struct lw_probe *probe)
{
  struct lw_val test =
      probe->n_children == 3 ? value_of(evaluation, probe->children[0]) : lw_val_bool(true);
  return probe->n_children != 3 || test.kind != LW_V_BOOL
             ? probe->children[0]
             : probe->children[test.as.boolean ? 1 : 2];
}

/* What the probe's part comes to; atoms run, the rest follows CEL's logic. */
static struct lw_val value_of(const struct lw_evaluation *evaluation, const struct lw_probe *probe)
{
  if (probe->kind == PROBE_ATOM) {
    return probe->program != NULL ? run(evaluation, probe->program) : lw_val_bool(false);
  }
  if (probe->kind == PROBE_CHOICE) {
    const struct lw_probe *chosen = choice_of(evaluation, probe);
    return value_of(evaluation, chosen);
  }
  bool decides = probe->kind == PROBE_ANY; /* true decides an ANY, false an ALL */
  struct lw_val whole = lw_val_bool(!decides);
  for (uint32_t i = 0; i < probe->n_children; i++) {
    struct lw_val part = value_of(evaluation, probe->children[i]);
    if (part.kind == LW_V_BOOL && probe->kind == PROBE_NOT) {
      return lw_val_bool(!part.as.boolean);
    }
    if (part.kind == LW_V_BOOL && part.as.boolean == decides) {
      return part;
    }
    if (part.kind != LW_V_BOOL && whole.kind != LW_V_UNKNOWN) {
      whole = part;
    }
  }
  return whole;
}

bool lw_probe_fails(const struct lw_evaluation *evaluation, const struct lw_probe *probe)
{
  bool fails = false;
  if (probe->kind != PROBE_ALL) {
    return value_of(evaluation, probe).kind == LW_V_ERROR;
  }
  for (uint32_t i = 0; !fails && i < probe->n_children; i++) {
    fails = lw_probe_fails(evaluation, probe->children[i]);
  }
  return fails;
}

void lw_probe_explain(const struct lw_evaluation *evaluation, const struct lw_probe *probe,
                      bool holds, struct lw_buf *out)
{
  struct lw_val value = value_of(evaluation, probe);
  if (probe->kind == PROBE_ATOM) {
    explain_atom(evaluation, probe, value, out);
    return;
  }
  if (probe->kind == PROBE_CHOICE && probe->n_children != 0) {
    lw_probe_explain(evaluation, choice_of(evaluation, probe), holds, out);
    return;
  }
  size_t before = out->len;
  for (uint32_t i = 0; i < probe->n_children; i++) {
    bool child_holds = probe->kind == PROBE_NOT ? !holds : holds;
    struct lw_val part = value_of(evaluation, probe->children[i]);
    bool agrees = part.kind == LW_V_BOOL ? part.as.boolean == child_holds : !holds;
    if (agrees) {
      if (out->len != before) {
        lw_buf_add_c(out, "; ");
      }
      lw_probe_explain(evaluation, probe->children[i], child_holds, out);
    }
  }
}
