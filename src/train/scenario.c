/* A scenario's request is made anew for each remedy: the author's facts, the remedy's action and
 * amount, and somebody whose limits count. The snapshot decides, and budgets are rows of their own
 * that hold what the author says was drawn. A case or customer that the author left out gets a
 * name, since budgets may be per customer. */
#include "train/scenario.h"

#include "data/json.h"
#include "engine/similar.h"
#include "policy/who.h"
#include "train/inside.h"

enum { ADDED_MAX = 5 };

/* --- the request --- */

struct stage {
  const struct lw_rehearsal *of;
  const struct lw_quiz *question;
  const struct lw_snapshot *snapshot; /* as its taker has it */
  struct lw_actor actor;
  lw_str fault;
};

static struct lw_value text_value(lw_str text)
{
  return (struct lw_value){.kind = LW_VALUE_STRING, .text = text};
}

struct added {
  lw_str key;
  struct lw_value value;
};

/* The map with what it lacks of these. */
static const struct lw_value *with(const struct lw_value *map, const struct added *added,
                                   uint32_t n_added, struct lw_arena *arena)
{
  struct lw_value *copy = LW_NEW(arena, struct lw_value);
  struct lw_value *items = LW_NEW_ARRAY(arena, struct lw_value, map->count + n_added);
  struct lw_entry *entries = LW_NEW_ARRAY(arena, struct lw_entry, map->count + n_added);
  if (copy == NULL || items == NULL || entries == NULL) {
    return NULL;
  }
  *copy = *map;
  copy->items = items;
  copy->entries = entries;
  for (uint32_t i = 0; i < map->count; i++) {
    items[i] = map->items[i];
    entries[i] = map->entries[i];
  }
  for (uint32_t i = 0; i < n_added; i++) {
    if (lw_value_get(map, added[i].key) == NULL) {
      items[copy->count] = added[i].value;
      entries[copy->count++] = (struct lw_entry){.key = added[i].key};
    }
  }
  return copy;
}

const struct lw_value *lw_practice_value(const struct lw_value *request, lw_str learner,
                                         struct lw_arena *arena)
{
  const struct added added[] = {{LW_STR("agent"), text_value(learner)}};
  return request->kind == LW_VALUE_MAP ? with(request, added, 1, arena) : NULL;
}

static lw_str first_fault(const struct lw_faults *faults, struct lw_arena *arena)
{
  if (faults->count == 0) {
    return LW_STR("the case takes too much memory");
  }
  const struct lw_fault *fault = &faults->items[0];
  return lw_str_format(arena, "%.*s%s%.*s", LW_FMT(fault->at), fault->at.len != 0 ? ": " : "",
                       LW_FMT(fault->message));
}

/* Whose limits count. False: stage->fault says what does not fit. */
static bool set_actor(struct stage *stage)
{
  const struct lw_rehearsal *of = stage->of;
  const struct lw_policy *policy = of->snapshot->live->policy;
  const struct lw_value *as = stage->question->scenario->as;
  lw_str id = of->taker != NULL ? of->taker->id : LW_STR("trainee");
  struct lw_faults faults = {.arena = of->arena};
  stage->snapshot = of->snapshot->live;
  if (as != NULL) {
    const struct added added[] = {{LW_STR("id"), text_value(id)},
                                  {LW_STR("kind"), text_value(LW_STR("human"))}};
    const struct lw_value *whole = with(as, added, 2, of->arena);
    if (whole == NULL || !lw_actor_read(policy, whole, of->arena, &stage->actor, &faults)) {
      stage->fault = first_fault(&faults, of->arena);
      return false;
    }
  } else if (of->taker != NULL) {
    stage->actor = *of->taker;
    stage->snapshot = lw_snapshot_for(of->snapshot, id, of->now);
  } else {
    stage->actor = (struct lw_actor){
        .id = id, .tier = policy->n_tiers != 0 ? policy->tiers[0] : LW_STR(""), .assumed = true};
  }
  return true;
}

static bool read_request(struct stage *stage, const struct lw_remedy *remedy, lw_money amount,
                         struct lw_order *ret_order)
{
  const struct lw_rehearsal *of = stage->of;
  const struct lw_policy *policy = stage->snapshot->policy;
  const struct lw_directory *people = &stage->snapshot->staff->directory;
  char place[32];
  struct added added[ADDED_MAX] = {{LW_STR("action"), text_value(remedy->action)},
                                   {LW_STR("case"), text_value(LW_STR("case-1"))},
                                   {LW_STR("customer"), text_value(LW_STR("customer-1"))}};
  uint32_t n_added = 3;
  if (remedy->has_ruler) {
    lw_str text = lw_str_copy(of->arena, lw_str_from(place, lw_money_write(amount, place)));
    added[n_added++] = (struct added){LW_STR("amount"), text_value(text)};
  }
  const struct lw_value *value =
      with(stage->question->scenario->request, added, n_added, of->arena);
  const struct lw_request_options options = {.people = people->count != 0 ? people : NULL,
                                             .now = of->now,
                                             .yaml = true,
                                             .agent = &stage->actor};
  struct lw_faults faults = {.arena = of->arena};
  *ret_order = (struct lw_order){.snapshot = stage->snapshot, .value = value, .detail = true};
  if (value == NULL ||
      !lw_request_read(policy, value, &options, of->arena, &ret_order->request, &faults)) {
    stage->fault = first_fault(&faults, of->arena);
    return false;
  }
  ret_order->request.has_note = true; /* who gives for real would write one */
  ret_order->request.has_evidence = true;
  return true;
}

/* --- what was drawn already --- */

static lw_str scope_of(const struct lw_budget *budget, const struct lw_request *request,
                       struct lw_arena *arena)
{
  const lw_str of[] = {[LW_SCOPE_AGENT] = request->agent.id,
                       [LW_SCOPE_TEAM] = request->agent.team,
                       [LW_SCOPE_CUSTOMER] = request->customer,
                       [LW_SCOPE_CASE] = request->case_id,
                       [LW_SCOPE_ORGANIZATION] = LW_STR(".")};
  lw_str scope = of[budget->per[0]];
  for (uint32_t i = 1; i < budget->n_per; i++) {
    scope = lw_str_format(arena, "%.*s\x1f%.*s", LW_FMT(scope), LW_FMT(of[budget->per[i]]));
  }
  return scope;
}

/* NULL, with stage->fault, or an error of memory: rows are the caller's to destroy. */
static struct lw_rows *make_rows(struct stage *stage, const struct lw_request *request)
{
  const struct lw_policy *policy = stage->snapshot->policy;
  const struct lw_value *drawn = stage->question->scenario->drawn;
  struct lw_rows *rows = lw_rows_create(NULL);
  struct lw_error err;
  for (uint32_t i = 0; rows != NULL && drawn != NULL && i < drawn->count; i++) {
    const struct lw_budget *budget = lw_policy_budget(policy, drawn->entries[i].key);
    lw_money amount = {0, policy->currency};
    if (budget == NULL ||
        lw_money_read(drawn->items[i].text, policy->currency, &amount) != LW_MONEY_OK ||
        amount.minor < 0) {
      stage->fault = lw_str_format(stage->of->arena,
                                   budget == NULL ? "drawn: there is no budget \"%.*s\""
                                                  : "drawn: \"%.*s\" takes an amount such as 20.00",
                                   LW_FMT(drawn->entries[i].key));
      lw_rows_destroy(rows);
      return NULL;
    }
    const struct lw_draw draw = {
        .key = {budget->number, scope_of(budget, request, stage->of->arena)},
        .window = budget->window,
        .amount_minor = amount.minor,
        .times = 1};
    if (lw_rows_draw(rows, &draw, 1, policy->zone, request->at, &err) != LW_OK) {
      stage->fault = lw_str_copy(stage->of->arena, lw_str_c(err.text));
      lw_rows_destroy(rows);
      return NULL;
    }
  }
  return rows;
}

/* --- deciding --- */

static bool is_as_taken(enum lw_possible possible, enum lw_verdict verdict)
{
  switch (possible) {
  case LW_POSSIBLE_SOMEHOW: return verdict == LW_GRANTED || verdict == LW_ASK;
  case LW_POSSIBLE_AT_ONCE: return verdict == LW_GRANTED;
  case LW_POSSIBLE_ASK: return verdict == LW_ASK;
  case LW_POSSIBLE_NO: break;
  }
  return verdict == LW_REFUSED;
}

/* What similar real cases got; nothing is told when the lists can't say. */
static void add_similar(const struct stage *stage, const struct lw_remedy *remedy, lw_money amount,
                        const struct lw_request *request, struct lw_buf *out)
{
  struct lw_similar similar;
  struct lw_error err;
  const struct lw_similar_asked asked = {.action = remedy->action,
                                         .reason = request->reason,
                                         .has_amount = remedy->has_ruler,
                                         .amount_minor = amount.minor,
                                         .customer = LW_STR(""),
                                         .exclude = LW_STR(""),
                                         .now = stage->of->now};
  if (stage->of->lists != NULL &&
      lw_similar_find(stage->of->lists, &asked, stage->of->arena, &similar, &err) == LW_OK) {
    LW_BUF_LIT(out, ",\"similar\":");
    lw_similar_print(&similar, stage->snapshot->policy->currency, out);
  }
}

/* The object without its braces, so that it goes on in ours. */
static void add_members(struct lw_buf *out, const struct lw_buf *object)
{
  lw_str text = lw_buf_str(object);
  lw_buf_add_char(out, ',');
  lw_buf_add(out, lw_str_slice(text, 1, text.len - 2));
  out->failed |= object->failed;
}

static enum lw_code decide(struct stage *stage, const struct lw_remedy *remedy, lw_money amount,
                           const struct lw_order *order, struct lw_rehearsed *ret,
                           struct lw_buf *out, struct lw_error *err)
{
  struct lw_buf object = {0};
  struct lw_rows *rows = make_rows(stage, &order->request);
  if (rows == NULL) {
    return stage->fault.len != 0 ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  const struct lw_rehearsal_place where = {.rows = rows, .asking = stage->of->asking};
  enum lw_code rc = lw_order_rehearse(&where, order, &ret->verdict, &object, err);
  if (rc == LW_OK && ret->verdict != LW_FAULTY) {
    ret->decided = true;
    ret->holds = is_as_taken(remedy->possible, ret->verdict);
    add_members(out, &object);
    add_similar(stage, remedy, amount, &order->request, out);
  } else if (rc == LW_OK) {
    stage->fault = LW_STR("the case lacks what the policy needs for this remedy");
  }
  lw_buf_finish(&object);
  lw_rows_destroy(rows);
  return rc;
}

/* An action that the policy does not know can't be done: that is an answer, too. */
static void take_unknown(const struct stage *stage, const struct lw_remedy *remedy,
                         struct lw_rehearsed *ret)
{
  if (lw_policy_find_action(stage->snapshot->policy, remedy->action) == UINT32_MAX) {
    ret->decided = true;
    ret->verdict = LW_REFUSED;
    ret->holds = is_as_taken(remedy->possible, LW_REFUSED);
  }
}

static bool fits_currency(struct stage *stage, const struct lw_remedy *remedy)
{
  uint16_t own = remedy->has_ruler ? remedy->ruler_from.currency : LW_CURRENCY_NONE;
  bool fits = own == LW_CURRENCY_NONE || own == stage->snapshot->policy->currency;
  if (!fits) {
    stage->fault = lw_str_format(
        stage->of->arena, "the course's amounts are in %.*s, the policy's in %.*s",
        LW_FMT(lw_currency_code(own)), LW_FMT(lw_currency_code(stage->snapshot->policy->currency)));
  }
  return fits;
}

/* One remedy; nothing is given: nothing is decided, and it holds. */
static enum lw_code rehearse(const struct lw_rehearsal *of, const struct lw_quiz *question,
                             const struct lw_remedy *remedy, lw_money amount,
                             struct lw_rehearsed *ret, struct lw_error *err)
{
  struct stage stage = {.of = of, .question = question, .fault = LW_STR("")};
  struct lw_order order;
  struct lw_buf out = {0};
  enum lw_code rc = LW_OK;
  *ret = (struct lw_rehearsed){.holds = true, .fault = LW_STR(""), .said = LW_STR("")};
  if (remedy->action.len == 0) {
    return LW_OK;
  }
  lw_buf_add_char(&out, '{');
  if (set_actor(&stage) && fits_currency(&stage, remedy) &&
      read_request(&stage, remedy, amount, &order)) {
    rc = decide(&stage, remedy, amount, &order, ret, &out, err);
  }
  if (stage.fault.len != 0) {
    take_unknown(&stage, remedy, ret);
    ret->fault = stage.fault;
    lw_buf_add_char(&out, ',');
    LW_BUF_LIT(&out, "\"fault\":");
    lw_json_add_string(&out, stage.fault);
  }
  lw_buf_printf(&out, ",\"holds\":%s", ret->holds ? "true" : "false");
  if (remedy->has_ruler) {
    LW_BUF_LIT(&out, ",\"amount\":\"");
    lw_money_print(amount, &out);
    lw_buf_add_char(&out, '"');
  }
  lw_buf_add_char(&out, '}');
  if (rc == LW_OK && !out.failed) {
    out.ptr[1] = ' '; /* the comma before the first member */
    ret->said = lw_str_copy(of->arena, lw_buf_str(&out));
  }
  bool lost = rc == LW_OK && (out.failed || ret->said.ptr == NULL);
  lw_buf_finish(&out);
  return lost ? lw_fail(err, LW_NO_MEMORY, "out of memory for a scenario") : rc;
}

/* --- all remedies --- */

/* The least that is worth most. */
static lw_money best_amount(const struct lw_remedy *remedy)
{
  lw_money amount = remedy->ruler_from;
  for (uint32_t i = 0; i < remedy->n_ranges; i++) {
    if (!remedy->ranges[i].any && remedy->ranges[i].credit == remedy->credit) {
      (void)!lw_money_read(remedy->ranges[i].first, remedy->ruler_from.currency, &amount);
      return amount;
    }
  }
  return amount;
}

enum lw_code lw_scenario_rehearse(const struct lw_rehearsal *rehearsal,
                                  const struct lw_quiz *question,
                                  const struct lw_response *response,
                                  struct lw_rehearsed **ret_remedies, struct lw_error *err)
{
  const struct lw_scenario *scenario = question->scenario;
  struct lw_rehearsed *all =
      LW_NEW_ARRAY(rehearsal->arena, struct lw_rehearsed, scenario->n_remedies);
  enum lw_code rc = all == NULL ? lw_fail(err, LW_NO_MEMORY, "out of memory") : LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < scenario->n_remedies; i++) {
    const struct lw_remedy *remedy = &scenario->remedies[i];
    bool chosen = response != NULL && response->n_chosen != 0 && response->chosen[0] == i;
    lw_money amount = chosen && remedy->has_ruler ? response->amount : best_amount(remedy);
    rc = rehearse(rehearsal, question, remedy, amount, &all[i], err);
  }
  *ret_remedies = all;
  return rc;
}

enum lw_code lw_scenario_grade(const struct lw_rehearsed *remedies, const struct lw_quiz *question,
                               const struct lw_response *response, struct lw_arena *arena,
                               struct lw_grade *grade, struct lw_error *err)
{
  uint32_t count = question->scenario->n_remedies;
  lw_str *said = LW_NEW_ARRAY(arena, lw_str, count);
  if (said == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for a scenario");
  }
  for (uint32_t i = 0; i < count; i++) {
    said[i] = remedies[i].said;
    if (response->n_chosen != 0 && response->chosen[0] == i && !remedies[i].holds) {
      grade->credit = 0;
    }
  }
  grade->said = said;
  return LW_OK;
}

/* --- what does not hold --- */

struct checking {
  const struct lw_rehearsal *of;
  const struct lw_quiz *question;
  struct lw_scenario_stale *items;
  size_t count;
  size_t capacity;
};

static lw_str words_of(const struct checking *checking, const struct lw_remedy *remedy,
                       const struct lw_rehearsed *now)
{
  static const char *const taken[LW_POSSIBLES] = {"can be done", "can be done at once",
                                                  "can be asked for", "can't be done"};
  static const char *const said[] = {[LW_GRANTED] = "it is granted at once",
                                     [LW_ASK] = "somebody has to be asked",
                                     [LW_REFUSED] = "it can't be done"};
  if (!now->decided) {
    return now->fault;
  }
  return lw_str_format(checking->of->arena, "the author says that it %s; the policy says: %s",
                       taken[remedy->possible], said[now->verdict]);
}

static enum lw_code check_one(struct checking *checking, uint32_t index, lw_money amount,
                              struct lw_error *err)
{
  const struct lw_remedy *remedy = &checking->question->scenario->remedies[index];
  struct lw_rehearsed now;
  enum lw_code rc = rehearse(checking->of, checking->question, remedy, amount, &now, err);
  if (rc != LW_OK || (now.holds && now.fault.len == 0)) {
    return rc;
  }
  struct lw_scenario_stale *grown =
      lw_arena_grow(checking->of->arena, checking->items, checking->count, &checking->capacity,
                    checking->count + 1, sizeof *grown, _Alignof(struct lw_scenario_stale));
  if (grown == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for a scenario");
  }
  checking->items = grown;
  grown[checking->count++] = (struct lw_scenario_stale){.remedy = index,
                                                        .has_amount = remedy->has_ruler,
                                                        .amount = amount,
                                                        .now = now,
                                                        .why = words_of(checking, remedy, &now)};
  return LW_OK;
}

/* Both ends of a range that rests on what the policy says. */
static enum lw_code check_range(struct checking *checking, uint32_t index,
                                const struct lw_quiz_option *range, struct lw_error *err)
{
  const struct lw_remedy *remedy = &checking->question->scenario->remedies[index];
  uint16_t currency = remedy->ruler_from.currency;
  lw_money low = {0, currency};
  lw_money high = {0, currency};
  bool rests = range->credit != 0 || remedy->possible != LW_POSSIBLE_SOMEHOW;
  if (range->any || !rests || lw_money_read(range->first, currency, &low) != LW_MONEY_OK ||
      lw_money_read(range->second, currency, &high) != LW_MONEY_OK) {
    return LW_OK;
  }
  enum lw_code rc = check_one(checking, index, low, err);
  return rc == LW_OK && high.minor != low.minor ? check_one(checking, index, high, err) : rc;
}

static enum lw_code check_remedy(struct checking *checking, uint32_t index, struct lw_error *err)
{
  const struct lw_remedy *remedy = &checking->question->scenario->remedies[index];
  enum lw_code rc = LW_OK;
  if (!remedy->has_ruler && (remedy->credit != 0 || remedy->possible != LW_POSSIBLE_SOMEHOW)) {
    return check_one(checking, index, (lw_money){0, LW_CURRENCY_NONE}, err);
  }
  for (uint32_t i = 0; rc == LW_OK && i < remedy->n_ranges; i++) {
    rc = check_range(checking, index, &remedy->ranges[i], err);
  }
  return rc;
}

enum lw_code lw_scenario_check(const struct lw_rehearsal *rehearsal, const struct lw_quiz *question,
                               struct lw_scenario_stale **ret_stale, uint32_t *ret_count,
                               struct lw_error *err)
{
  struct checking checking = {.of = rehearsal, .question = question};
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < question->scenario->n_remedies; i++) {
    rc = check_remedy(&checking, i, err);
  }
  *ret_stale = checking.items;
  *ret_count = (uint32_t)checking.count;
  return rc;
}
