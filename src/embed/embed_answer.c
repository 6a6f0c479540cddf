/* An answer is one copy of everything that leeway_answer_* hands out, in an arena of its own: it
 * outlives the request, the next request, the decider and the policy. */
#include "embed/embed_answer.h"

#include "data/json.h"
#include "policy/answer.h"

struct leeway_answer {
  struct lw_embed_memory memory;
  struct lw_arena arena;
  struct lw_buf json; /* with a NUL at its end */
  enum leeway_verdict verdict;
  int64_t at_usec;
  const char *grant;
  const char *rail;
  const char *route;
  const char *why;
  const char *instead;
  const char **then;
  size_t n_then;
  struct leeway_left *left;
  size_t n_left;
  struct leeway_draw *draws;
  size_t n_draws;
  struct leeway_option *can;
  size_t n_can;
  struct leeway_because *because;
  size_t n_because;
  const char **needs;
  size_t n_needs;
  struct leeway_fault *faults;
  size_t n_faults;
};

/* --- making --- */

static const char *copy(struct leeway_answer *answer, lw_str text)
{
  return lw_embed_text_copy(&answer->arena, text);
}

static const char **copy_texts(struct leeway_answer *answer, const lw_str *texts, size_t count)
{
  const char **items = LW_NEW_ARRAY(&answer->arena, const char *, count);
  for (size_t i = 0; items != NULL && i < count; i++) {
    items[i] = copy(answer, texts[i]);
  }
  return items;
}

static void take_left(struct leeway_answer *answer, const struct lw_policy *policy,
                      const struct lw_outcome *outcome)
{
  answer->n_left = outcome->n_left;
  answer->left = LW_NEW_ARRAY(&answer->arena, struct leeway_left, outcome->n_left);
  for (uint32_t i = 0; answer->left != NULL && i < outcome->n_left; i++) {
    const struct lw_left *left = &outcome->left[i];
    answer->left[i] = (struct leeway_left){
        .budget = copy(answer, policy->budgets[left->budget].name),
        .has_amount = left->has_amount,
        .amount_minor = left->has_amount ? left->amount_minor : 0,
        .has_times = left->has_times,
        .times = left->has_times ? left->times : 0,
    };
  }
}

static void take_draws(struct leeway_answer *answer, const struct lw_policy *policy,
                       const struct lw_outcome *outcome)
{
  answer->n_draws = outcome->n_draws;
  answer->draws = LW_NEW_ARRAY(&answer->arena, struct leeway_draw, outcome->n_draws);
  for (uint32_t i = 0; answer->draws != NULL && i < outcome->n_draws; i++) {
    const struct lw_draw *draw = &outcome->draws[i];
    answer->draws[i] = (struct leeway_draw){
        .budget = copy(answer, policy->budgets[outcome->left[i].budget].name),
        .scope = copy(answer, draw->key.scope),
        .amount_minor = draw->amount_minor,
        .times = draw->times,
    };
  }
}

static const char *limit_name(struct leeway_answer *answer, const struct lw_policy *policy,
                              const struct lw_option *option)
{
  switch (option->limiter) {
  case LW_LIMIT_NONE: break;
  case LW_LIMIT_UP_TO: return "up_to";
  case LW_LIMIT_AT_MOST: return "at_most";
  case LW_LIMIT_BUDGET: return copy(answer, policy->budgets[option->budget].name);
  case LW_LIMIT_WHEN: return "when";
  }
  return "";
}

static void take_options(struct leeway_answer *answer, const struct lw_policy *policy,
                         const struct lw_option *options, uint32_t count)
{
  answer->n_can = count;
  answer->can = LW_NEW_ARRAY(&answer->arena, struct leeway_option, count);
  for (uint32_t i = 0; answer->can != NULL && i < count; i++) {
    answer->can[i] = (struct leeway_option){
        .action = copy(answer, policy->actions[options[i].action].name),
        .grant = copy(answer, policy->grants[options[i].grant].id),
        .has_amount = options[i].has_amount,
        .up_to_minor = options[i].has_amount ? options[i].up_to_minor : 0,
        .limit = limit_name(answer, policy, &options[i]),
        .needs_note = (options[i].needs & LW_NEED_NOTE) != 0,
        .needs_evidence = (options[i].needs & LW_NEED_EVIDENCE) != 0,
    };
  }
}

static void take_because(struct leeway_answer *answer, const struct lw_outcome *outcome)
{
  answer->n_because = outcome->n_because;
  answer->because = LW_NEW_ARRAY(&answer->arena, struct leeway_because, outcome->n_because);
  for (uint32_t i = 0; answer->because != NULL && i < outcome->n_because; i++) {
    answer->because[i].rule = copy(answer, outcome->because[i].rule);
    answer->because[i].failed = copy(answer, outcome->because[i].failed);
  }
}

static void take_faults(struct leeway_answer *answer, const struct lw_fault *faults, size_t count)
{
  answer->n_faults = count;
  answer->faults = LW_NEW_ARRAY(&answer->arena, struct leeway_fault, count);
  for (size_t i = 0; answer->faults != NULL && i < count; i++) {
    answer->faults[i].at = copy(answer, faults[i].at);
    answer->faults[i].message = copy(answer, faults[i].message);
  }
}

static void take_granted(struct leeway_answer *answer, const struct lw_policy *policy,
                         const struct lw_outcome *outcome)
{
  const struct lw_grant *grant = &policy->grants[outcome->grant];
  answer->grant = copy(answer, grant->id);
  answer->n_then = grant->n_then;
  answer->then = copy_texts(answer, grant->then, grant->n_then);
  take_left(answer, policy, outcome);
  take_draws(answer, policy, outcome);
}

static void take_not_granted(struct leeway_answer *answer, const struct lw_policy *policy,
                             const struct lw_outcome *outcome)
{
  if (outcome->rail != UINT32_MAX) {
    answer->rail = copy(answer, policy->rails[outcome->rail].id);
  }
  if (outcome->route != UINT32_MAX) {
    answer->route = copy(answer, policy->routes[outcome->route].id);
  }
  answer->instead = copy(answer, outcome->instead);
  answer->n_needs = outcome->needs.count;
  answer->needs = copy_texts(answer, outcome->needs.items, outcome->needs.count);
  take_because(answer, outcome);
  take_options(answer, policy, outcome->can, outcome->n_can);
}

static void take_outcome(struct leeway_answer *answer, const struct lw_policy *policy,
                         const struct lw_outcome *outcome)
{
  answer->why = copy(answer, outcome->why);
  switch (outcome->verdict) {
  case LW_GRANTED: answer->verdict = LEEWAY_GRANTED; break;
  case LW_ASK: answer->verdict = LEEWAY_ASK; break;
  case LW_REFUSED: answer->verdict = LEEWAY_REFUSED; break;
  case LW_FAULTY: take_faults(answer, outcome->faults, outcome->n_faults); return;
  }
  if (outcome->verdict == LW_GRANTED) {
    take_granted(answer, policy, outcome);
  } else {
    take_not_granted(answer, policy, outcome);
  }
}

static void add_options_json(const struct lw_embed_parts *parts, struct lw_buf *out)
{
  lw_buf_add_char(out, '{');
  if (parts->request->id.len != 0) {
    LW_BUF_LIT(out, "\"id\":");
    lw_json_add_string(out, parts->request->id);
    lw_buf_add_char(out, ',');
  }
  LW_BUF_LIT(out, "\"can\":");
  lw_answer_add_options(parts->policy, parts->options, parts->n_options, out);
  if (parts->request->meta.len != 0) {
    LW_BUF_LIT(out, ",\"meta\":");
    lw_buf_add(out, parts->request->meta);
  }
  lw_buf_add_char(out, '}');
}

static void fill(struct leeway_answer *answer, const struct lw_embed_parts *parts)
{
  const struct lw_request *request = parts->request;
  if (parts->is_options) {
    answer->verdict = LEEWAY_OPTIONS;
    take_options(answer, parts->policy, parts->options, parts->n_options);
    add_options_json(parts, &answer->json);
  } else if (parts->outcome != NULL) {
    take_outcome(answer, parts->policy, parts->outcome);
    lw_answer_add(parts->policy, request, parts->outcome, 0, &answer->json);
  } else {
    take_faults(answer, parts->faults, parts->n_faults);
    lw_answer_add_faults(request != NULL ? request->id : LW_STR(""), 0, parts->faults,
                         parts->n_faults, request != NULL ? request->meta : LW_STR(""),
                         &answer->json);
  }
  answer->at_usec = request != NULL ? request->at : 0;
  lw_buf_add_char(&answer->json, '\0');
}

enum leeway_result lw_embed_answer_make(const struct lw_embed_memory *memory,
                                        const struct lw_embed_parts *parts,
                                        struct leeway_answer **ret_answer)
{
  struct leeway_answer *answer = lw_embed_handle_create(memory, sizeof *answer);
  if (answer == NULL) {
    return LEEWAY_NO_MEMORY;
  }
  answer->grant = answer->rail = answer->route = answer->why = answer->instead = "";
  answer->json.allocator = &answer->memory.inner;
  lw_arena_init(&answer->arena, &answer->memory.inner, 0);
  fill(answer, parts);
  if (lw_embed_memory_failed(&answer->memory) || answer->json.failed || answer->arena.failed) {
    leeway_answer_destroy(answer);
    return LEEWAY_NO_MEMORY;
  }
  *ret_answer = answer;
  return LEEWAY_OK;
}

/* --- reading --- */

void leeway_answer_destroy(struct leeway_answer *answer)
{
  if (answer != NULL) {
    lw_buf_finish(&answer->json);
    lw_arena_finish(&answer->arena);
    lw_embed_handle_destroy(answer);
  }
}

enum leeway_verdict leeway_answer_verdict(const struct leeway_answer *answer)
{
  return answer != NULL ? answer->verdict : LEEWAY_FAULTY;
}

const char *leeway_answer_json(const struct leeway_answer *answer, size_t *ret_length)
{
  if (ret_length != NULL) {
    *ret_length = answer != NULL ? answer->json.len - 1 : 0;
  }
  return answer != NULL ? answer->json.ptr : "";
}

const char *leeway_answer_grant(const struct leeway_answer *answer)
{
  return answer != NULL ? answer->grant : "";
}

const char *leeway_answer_rail(const struct leeway_answer *answer)
{
  return answer != NULL ? answer->rail : "";
}

const char *leeway_answer_route(const struct leeway_answer *answer)
{
  return answer != NULL ? answer->route : "";
}

const char *leeway_answer_why(const struct leeway_answer *answer)
{
  return answer != NULL ? answer->why : "";
}

const char *leeway_answer_instead(const struct leeway_answer *answer)
{
  return answer != NULL ? answer->instead : "";
}

const char *leeway_answer_then(const struct leeway_answer *answer, size_t index)
{
  return answer != NULL && index < answer->n_then ? answer->then[index] : NULL;
}

const struct leeway_left *leeway_answer_left(const struct leeway_answer *answer, size_t index)
{
  return answer != NULL && index < answer->n_left ? &answer->left[index] : NULL;
}

const struct leeway_draw *leeway_answer_draw(const struct leeway_answer *answer, size_t index)
{
  return answer != NULL && index < answer->n_draws ? &answer->draws[index] : NULL;
}

const struct leeway_option *leeway_answer_can(const struct leeway_answer *answer, size_t index)
{
  return answer != NULL && index < answer->n_can ? &answer->can[index] : NULL;
}

const struct leeway_because *leeway_answer_because(const struct leeway_answer *answer, size_t index)
{
  return answer != NULL && index < answer->n_because ? &answer->because[index] : NULL;
}

const char *leeway_answer_needs(const struct leeway_answer *answer, size_t index)
{
  return answer != NULL && index < answer->n_needs ? answer->needs[index] : NULL;
}

const struct leeway_fault *leeway_answer_fault(const struct leeway_answer *answer, size_t index)
{
  return answer != NULL && index < answer->n_faults ? &answer->faults[index] : NULL;
}

int64_t leeway_answer_at(const struct leeway_answer *answer)
{
  return answer != NULL ? answer->at_usec : 0;
}
