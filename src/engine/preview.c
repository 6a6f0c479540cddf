/* What could be done, asked before anything is: options, what each would draw, and who could give
 * more. On a read connection, against the budgets of this moment; nothing is drawn or recorded, and
 * what comes of a request may differ when somebody else has drawn in between.
 *
 * Whom one could ask is found by asking: for each action the least amount beyond the agent's own
 * goes through the policy as a request would (lw_decide_way), so that what is offered is what the
 * decision will say. */
#include "engine/inside.h"

#include "base/check.h"
#include "engine/reads.h"
#include "policy/answer.h"
#include "policy/effect.h"

/* Ways to ask that one panel can show. */
enum { ASKS_MAX = 30 };

/* A decider over budgets as they are now. */
struct workplace {
  struct lw_rows *rows;
  bool borrowed; /* rows are the caller's */
  struct lw_decider *decider;
  struct lw_drawn_source source;
};

static void finish(struct workplace *place)
{
  lw_drawn_source_finish(&place->source);
  lw_decider_destroy(place->decider);
  if (!place->borrowed) {
    lw_rows_destroy(place->rows);
  }
}

/* Finish it whatever comes. */
static enum lw_code begin(struct workplace *place, struct lw_db *db, struct lw_drawn *drawn,
                          const struct lw_snapshot *snapshot, struct lw_error *err)
{
  *place = (struct workplace){.source = {.drawn = drawn}, .rows = lw_rows_create(NULL)};
  if (place->rows != NULL) {
    place->decider =
        lw_decider_create(snapshot->policy, place->rows, &snapshot->staff->directory, NULL);
  }
  if (place->decider == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  enum lw_code rc = lw_drawn_source_init(&place->source, db, drawn, true, err);
  if (rc == LW_OK) {
    lw_rows_set_source(place->rows, &place->source.source);
  }
  return rc;
}

/* The same over rows of the caller's. */
static enum lw_code begin_over(struct workplace *place, struct lw_rows *rows,
                               const struct lw_snapshot *snapshot, struct lw_error *err)
{
  const struct lw_directory *people = &snapshot->staff->directory;
  *place = (struct workplace){.rows = rows, .borrowed = true};
  place->decider =
      lw_decider_create(snapshot->policy, rows, people->count != 0 ? people : NULL, NULL);
  return place->decider != NULL ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory");
}

/* No answer counts that a budget could not be read for. */
static enum lw_code told(const struct workplace *place, enum lw_code rc, struct lw_error *err)
{
  if (!lw_rows_failed(place->rows)) {
    return rc;
  }
  return lw_fail(err, place->source.error.code == LW_BUSY ? LW_BUSY : LW_IO,
                 "a budget could not be read: %s", place->source.error.text);
}

/* --- whom one could ask --- */

struct asks {
  struct workplace *place;
  const struct lw_order *order;
  const struct lw_preview_asking *asking;
  struct lw_buf *out;
  struct lw_option *own; /* the agent's own options; in `keep` */
  uint32_t n_own;
  struct lw_arena keep; /* until the end */
  struct lw_order trial;
  uint32_t count; /* printed */
};

static const struct lw_option *own_option(const struct asks *asks, uint32_t action)
{
  for (uint32_t i = 0; i < asks->n_own; i++) {
    if (asks->own[i].action == action) {
      return &asks->own[i];
    }
  }
  return NULL;
}

/* The least that the agent can't give: one unit more than their most, or what they ask for. False:
 * there is nothing beyond it. */
static bool set_trial(struct asks *asks, uint32_t action)
{
  const struct lw_policy *policy = asks->order->snapshot->policy;
  const struct lw_request *asked = &asks->order->request;
  const struct lw_option *own = own_option(asks, action);
  struct lw_request *trial = &asks->trial.request;
  bool is_asked = asked->action == action && asked->has_amount;
  if (own != NULL && (!own->has_amount || own->up_to_minor == INT64_MAX)) {
    return false;
  }
  trial->action = action;
  trial->has_amount = policy->actions[action].kind != LW_ACTION_CHANGE;
  trial->amount_minor = own != NULL ? own->up_to_minor + 1 : 1;
  if (trial->has_amount && is_asked && asked->amount_minor > trial->amount_minor) {
    trial->amount_minor = asked->amount_minor;
  }
  trial->slots[LW_SLOT_ACTION] = lw_val_string(policy->actions[action].name);
  trial->slots[LW_SLOT_AMOUNT] =
      trial->has_amount ? lw_val_money(trial->amount_minor, policy->currency) : (struct lw_val){0};
  return true;
}

/* Who comes first, and the most that they could give. */
static enum lw_code add_first(struct asks *asks, uint32_t route, struct lw_error *err)
{
  struct lw_decider *decider = asks->place->decider;
  const struct lw_person *person = NULL;
  struct lw_option most = {0};
  uint32_t level = 0;
  bool found = false;
  if (asks->asking == NULL) {
    return LW_OK;
  }
  enum lw_code rc =
      asks->asking->first(asks->asking->user, &asks->trial, decider, route, &person, &level, err);
  if (rc != LW_OK || person == NULL) {
    return rc;
  }
  lw_decider_reset(decider);
  rc = lw_option_of(decider, &asks->trial.request, &person->actor, &found, &most, err);
  if (rc == LW_OK && found && most.has_amount) {
    LW_BUF_LIT(asks->out, ",\"up_to\":\"");
    lw_money_print((lw_money){most.up_to_minor, asks->order->snapshot->policy->currency},
                   asks->out);
    lw_buf_add_char(asks->out, '"');
  }
  if (rc == LW_OK) {
    LW_BUF_LIT(asks->out, ",\"first\":");
    asks->asking->print(asks->asking->user, person, asks->out);
  }
  return rc;
}

static enum lw_code add_ask(struct asks *asks, const struct lw_outcome *outcome,
                            struct lw_error *err)
{
  const struct lw_policy *policy = asks->order->snapshot->policy;
  const struct lw_action *action = &policy->actions[asks->trial.request.action];
  struct lw_buf *out = asks->out;
  lw_buf_add_c(out, asks->count++ == 0 ? "{\"action\":" : ",{\"action\":");
  lw_json_add_string(out, action->name);
  lw_effect_add_label(action->label, action->name, out);
  LW_BUF_LIT(out, ",\"kind\":");
  lw_json_add_string(out, lw_action_kind_name(action->kind));
  lw_buf_add_c(out, action->for_agent ? ",\"for\":\"agent\"" : "");
  LW_BUF_LIT(out, ",\"route\":");
  lw_json_add_string(out, policy->routes[outcome->route].id);
  lw_answer_add_levels(policy, &asks->trial.request, &policy->routes[outcome->route],
                       LW_STR("levels"), out);
  if (outcome->rail != UINT32_MAX) {
    LW_BUF_LIT(out, ",\"rail\":");
    lw_json_add_string(out, policy->rails[outcome->rail].id);
  }
  if (outcome->why.len != 0) {
    LW_BUF_LIT(out, ",\"why\":");
    lw_json_add_string(out, outcome->why);
  }
  enum lw_code rc = add_first(asks, outcome->route, err);
  lw_buf_add_char(out, '}');
  return rc;
}

static enum lw_code try_action(struct asks *asks, uint32_t action, struct lw_error *err)
{
  struct lw_outcome outcome = {0};
  if (asks->count == ASKS_MAX || !set_trial(asks, action)) {
    return LW_OK;
  }
  lw_decider_reset(asks->place->decider);
  enum lw_code rc = lw_decide_way(asks->place->decider, &asks->trial.request, &outcome, err);
  return rc == LW_OK && outcome.verdict == LW_ASK ? add_ask(asks, &outcome, err) : rc;
}

static enum lw_code add_asks(struct asks *asks, struct lw_error *err)
{
  const struct lw_policy *policy = asks->order->snapshot->policy;
  uint32_t asked = asks->order->request.action;
  enum lw_code rc = LW_OK;
  asks->trial = *asks->order;
  asks->trial.request.slots = LW_NEW_ARRAY(&asks->keep, struct lw_val, policy->n_slots);
  if (asks->trial.request.slots == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  memcpy(asks->trial.request.slots, asks->order->request.slots,
         policy->n_slots * sizeof(struct lw_val));
  LW_BUF_LIT(asks->out, ",\"asks\":[");
  for (uint32_t i = 0; rc == LW_OK && policy->n_routes != 0 && i < policy->n_actions; i++) {
    if (asked == i ||
        (asked == UINT32_MAX && lw_request_offers(policy, &asks->order->request, i))) {
      rc = try_action(asks, i, err);
    }
  }
  lw_buf_add_char(asks->out, ']');
  return rc;
}

/* --- options --- */

static enum lw_code add_needs(struct workplace *place, struct lw_request *request,
                              struct lw_buf *out, struct lw_error *err)
{
  struct lw_texts needs = {0};
  enum lw_code rc = lw_options_needs(place->decider, request, &needs, err);
  if (rc != LW_OK || needs.count == 0) {
    return rc;
  }
  LW_BUF_LIT(out, ",\"needs\":[");
  for (size_t i = 0; i < needs.count; i++) {
    lw_buf_add_c(out, i == 0 ? "" : ",");
    lw_json_add_string(out, needs.items[i]);
  }
  lw_buf_add_char(out, ']');
  return rc;
}

/* Nothing can be done and nobody asked: what the policy says to do instead. */
static void add_instead(const struct asks *asks)
{
  lw_str instead = asks->order->snapshot->policy->instead;
  if (asks->n_own == 0 && asks->count == 0 && instead.len != 0) {
    LW_BUF_LIT(asks->out, ",\"instead\":");
    lw_json_add_string(asks->out, instead);
  }
}

static enum lw_code add_detail(struct asks *asks, struct lw_request *request,
                               const struct lw_option *options, uint32_t count,
                               struct lw_error *err)
{
  struct workplace *place = asks->place;
  enum lw_code rc =
      lw_effect_add_options(place->decider, request, NULL, options, count, asks->out, err);
  asks->own = LW_NEW_ARRAY(&asks->keep, struct lw_option, count + 1);
  if (rc == LW_OK && asks->own == NULL) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  if (rc == LW_OK) {
    rc = add_needs(place, request, asks->out, err);
  }
  if (rc != LW_OK) {
    return rc;
  }
  for (; asks->n_own < count; asks->n_own++) {
    asks->own[asks->n_own] = options[asks->n_own];
  }
  rc = add_asks(asks, err);
  add_instead(asks);
  return rc;
}

/* What the agent has not read counts as it will when it is decided. */
static enum lw_code mark(struct lw_db *db, struct lw_order *order, lw_usec now,
                         struct lw_arena *arena, struct lw_error *err)
{
  struct lw_json_reader *json =
      order->snapshot->policy->asks_unread ? lw_json_reader_create(NULL) : NULL;
  const struct lw_reads_reader reader = {db, json, arena};
  if (!order->snapshot->policy->asks_unread) {
    return LW_OK;
  }
  enum lw_code rc = json != NULL ? lw_reads_mark(&reader, order, now, err)
                                 : lw_fail(err, LW_NO_MEMORY, "out of memory");
  lw_json_reader_destroy(json);
  return rc;
}

static enum lw_code answer(struct workplace *place, const struct lw_order *order,
                           const struct lw_preview_asking *asking, struct lw_buf *out,
                           struct lw_error *err)
{
  const struct lw_snapshot *snapshot = order->snapshot;
  struct lw_request request = order->request;
  struct asks asks = {.place = place, .order = order, .asking = asking, .out = out};
  const struct lw_option *options = NULL;
  uint32_t count = 0;
  enum lw_code rc = lw_options(place->decider, &request, &options, &count, err);
  if (rc != LW_OK) {
    return rc;
  }
  if (request.action != UINT32_MAX) { /* the one that is asked for stands first, if it is there */
    count = count != 0 && options[0].action == request.action;
  }
  LW_BUF_LIT(out, "{\"options\":");
  if (order->detail) {
    lw_arena_init(&asks.keep, NULL, LW_REQUEST_BYTES_MAX);
    rc = add_detail(&asks, &request, options, count, err);
    lw_arena_finish(&asks.keep);
  } else {
    lw_answer_add_options(snapshot->policy, options, count, out);
  }
  LW_BUF_LIT(out, ",\"policy\":");
  lw_buf_add_uint(out, snapshot->policy_version);
  lw_buf_add_char(out, '}');
  return rc;
}

enum lw_code lw_order_options_answer(struct lw_db *db, struct lw_drawn *drawn,
                                     const struct lw_order *order,
                                     const struct lw_preview_asking *asking, struct lw_buf *out,
                                     struct lw_error *err)
{
  struct workplace place;
  struct lw_order own = *order;
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, LW_REQUEST_BYTES_MAX);
  enum lw_code rc = begin(&place, db, drawn, order->snapshot, err);
  rc = rc == LW_OK ? mark(db, &own, own.request.at, &arena, err) : rc;
  if (rc == LW_OK) {
    rc = answer(&place, &own, asking, out, err);
    rc = told(&place, rc, err);
  }
  finish(&place);
  lw_arena_finish(&arena);
  return rc;
}

enum lw_code lw_order_preview_add(struct lw_db *db, struct lw_drawn *drawn,
                                  const struct lw_order *order,
                                  const struct lw_preview_options *options, struct lw_buf *out,
                                  struct lw_error *err)
{
  struct workplace place;
  struct lw_order own = *order;
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, LW_REQUEST_BYTES_MAX);
  enum lw_code marked =
      mark(db, &own, options->now != 0 ? options->now : own.request.at, &arena, err);
  struct lw_request request = own.request;
  const struct lw_option *found = NULL;
  uint32_t count = 0;
  request.at = options->now != 0 ? options->now : request.at;
  enum lw_code rc = begin(&place, db, drawn, order->snapshot, err);
  rc = rc == LW_OK ? marked : rc;
  if (rc == LW_OK) {
    rc = lw_options_for(place.decider, &request, options->approver, &found, &count, err);
  }
  if (rc == LW_OK) {
    bool has_asked = count != 0 && found[0].action == request.action;
    if (options->which == LW_PREVIEW_ASKED) {
      count = has_asked;
    } else if (options->which == LW_PREVIEW_OTHERS && has_asked) {
      found++;
      count--;
    }
    rc = lw_effect_add_options(place.decider, &request, options->approver, found, count, out, err);
  }
  rc = place.rows != NULL ? told(&place, rc, err) : rc;
  finish(&place);
  lw_arena_finish(&arena);
  return rc;
}

/* --- rehearsals --- */

static enum lw_code rehearse(struct workplace *place, const struct lw_order *order,
                             const struct lw_preview_asking *asking, enum lw_verdict *ret_verdict,
                             struct lw_buf *out, struct lw_error *err)
{
  struct lw_request request = order->request;
  struct lw_outcome outcome = {0};
  lw_decider_reset(place->decider);
  enum lw_code rc = lw_decide(place->decider, &request, &outcome, err);
  if (rc != LW_OK) {
    return rc;
  }
  *ret_verdict = outcome.verdict;
  LW_BUF_LIT(out, "{\"answer\":");
  lw_answer_add(order->snapshot->policy, &request, &outcome, 0, out);
  if (outcome.verdict != LW_FAULTY) {
    LW_BUF_LIT(out, ",\"preview\":");
    lw_decider_reset(place->decider);
    rc = answer(place, order, asking, out, err);
  }
  lw_buf_add_char(out, '}');
  return rc;
}

enum lw_code lw_order_rehearse(const struct lw_rehearsal_place *where, const struct lw_order *order,
                               enum lw_verdict *ret_verdict, struct lw_buf *out,
                               struct lw_error *err)
{
  struct workplace place;
  enum lw_code rc = where->rows != NULL
                        ? begin_over(&place, where->rows, order->snapshot, err)
                        : begin(&place, where->db, where->drawn, order->snapshot, err);
  if (rc == LW_OK) {
    rc = rehearse(&place, order, where->asking, ret_verdict, out, err);
    rc = told(&place, rc, err);
  }
  finish(&place);
  return rc;
}
