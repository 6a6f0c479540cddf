/* Answers: yes, no, not needed any more, and reminders.
 *
 * The writer takes one change after the other, so the first answer that finds the approval open is
 * the answer; every later one finds it closed and is told by whom. A yes is decided by the
 * approver's own grants on the rows as they are at that moment, drawn from the approver's own
 * budgets and recorded as a decision in the same transaction: there is no yes that is not carried
 * out, and no carrying out without one. */
#include "base/bounds.h"
#include "desk/approval_entry.h"
#include "data/member.h"
#include "people/person.h"

/* --- reading --- */

static bool take_text(const struct lw_value *value, lw_str key, lw_str *ret,
                      struct lw_faults *faults)
{
  if (value->kind != LW_VALUE_STRING) {
    lw_faults_add(faults, key, "is a text");
    return false;
  }
  *ret = value->text;
  return true;
}

bool lw_approval_answer_read(const struct lw_value *value, bool approve,
                             struct lw_approval_answer *ret, struct lw_faults *faults)
{
  size_t before = faults->count;
  const struct {
    lw_str key;
    lw_str *place;
  } members[] = {{LW_STR("note"), &ret->note},
                 {LW_STR("amount"), &ret->amount},
                 {LW_STR("action"), &ret->action}};
  size_t count = approve ? 3 : 1;
  ret->approve = approve;
  ret->note = ret->amount = ret->action = LW_STR("");
  if (value != NULL && value->kind != LW_VALUE_MAP) {
    lw_faults_add(faults, LW_STR(""), "is a map");
  }
  for (uint32_t i = 0; value != NULL && value->kind == LW_VALUE_MAP && i < value->count; i++) {
    size_t m = 0;
    while (m < count && !lw_str_equal(members[m].key, value->entries[i].key)) {
      m++;
    }
    if (m == count) {
      lw_faults_add(faults, value->entries[i].key, "is not a field of this; there %s",
                    approve ? "are amount, action and note" : "is note");
    } else {
      (void)take_text(&value->items[i], members[m].key, members[m].place, faults);
    }
  }
  if (!approve && ret->note.len == 0 && faults->count == before) {
    lw_faults_add(faults, LW_STR("note"), "is missing: a no says what the agent can learn from it");
  }
  return faults->count == before;
}

/* --- who and whether --- */

static lw_str name_of(const struct lw_batch *batch, lw_str id)
{
  const struct lw_person *person = lw_staff_find(batch->snapshot->staff, id);
  return person != NULL && person->actor.name.len != 0 ? person->actor.name : id;
}

/* "Tom Ode approved 80.00 at 2026-03-02T10:00:20Z" */
enum lw_code lw_approval_say_closed(const struct lw_batch *batch,
                                    const struct lw_approval *approval, struct lw_error *err)
{
  struct lw_buf text = {0};
  lw_str by = approval->answered_by.len != 0 ? name_of(batch, approval->answered_by)
                                             : LW_STR("nobody answered in time: it");
  lw_buf_add(&text, by);
  lw_buf_add_char(&text, ' ');
  lw_buf_add(&text, approval->state == LW_APPROVAL_WITHDRAWN
                        ? LW_STR("withdrew it")
                        : lw_approval_state_name(approval->state));
  if (approval->answer_has_amount) {
    lw_buf_add_char(&text, ' ');
    lw_money_print((struct lw_money){approval->answer_minor, lw_approval_currency(approval)},
                   &text);
  }
  if (approval->answer_action.len != 0 &&
      !lw_str_equal(approval->answer_action, approval->action)) {
    lw_buf_printf(&text, " as %.*s", LW_FMT(approval->answer_action));
  }
  LW_BUF_LIT(&text, " at ");
  lw_member_print_time(&text, approval->closed_at);
  enum lw_code rc = lw_fail(err, LW_CONFLICT, "%.*s", LW_FMT(lw_buf_str(&text)));
  lw_error_hint(err, "the first answer counts");
  lw_buf_finish(&text);
  return rc;
}

enum lw_code lw_approval_find_asked(struct lw_batch *batch, const struct lw_caller *caller,
                                    lw_str id, struct lw_approval *ret_approval,
                                    const struct lw_asked **ret_asked,
                                    const struct lw_person **ret_me, struct lw_error *err)
{
  const struct lw_staff *staff = batch->snapshot->staff;
  bool person = caller != NULL && caller->person != NULL && !caller->is_token &&
                lw_access_view(caller, LW_ACCESS_APPROVE) != LW_VIEW_NONE;
  const struct lw_person *me = person ? lw_staff_find(staff, caller->person->actor.id) : NULL;
  if (me == NULL || !me->active) {
    return lw_fail(err, LW_FORBIDDEN, "approvals are answered by a person who has signed in");
  }
  enum lw_code rc = lw_approval_get(batch->db, id, batch->scratch, ret_approval, err);
  if (rc != LW_OK) {
    return rc;
  }
  if (lw_str_equal(me->actor.id, ret_approval->agent)) {
    return lw_fail(err, LW_FORBIDDEN, "nobody approves their own request");
  }
  *ret_asked = lw_asked_find(staff, ret_approval, me, batch->now);
  *ret_me = me;
  return *ret_asked != NULL
             ? LW_OK
             : lw_fail(err, LW_FORBIDDEN, "you are not asked here, nor deputy of somebody who is");
}

/* The approval, if that caller may answer it now. */
static enum lw_code find_for(struct lw_batch *batch, const struct lw_approval_answer *answer,
                             struct lw_approval *approval, const struct lw_person **ret_me,
                             struct lw_error *err)
{
  const struct lw_asked *asked = NULL;
  const struct lw_person *me = NULL;
  enum lw_code rc =
      lw_approval_find_asked(batch, answer->caller, answer->approval, approval, &asked, &me, err);
  if (rc != LW_OK) {
    return rc;
  }
  if (approval->state != LW_APPROVAL_OPEN) {
    return lw_approval_say_closed(batch, approval, err);
  }
  if (lw_approval_is_over(approval, batch->now)) {
    return lw_fail(err, LW_EXPIRED, "its time is over: the route's `otherwise` comes");
  }
  approval->answered_by = me->actor.id;
  approval->answered_for =
      lw_str_equal(asked->person, me->actor.id) ? asked->deputy_of : asked->person;
  *ret_me = me;
  return LW_OK;
}

/* --- yes --- */

static enum lw_code read_amount(const struct lw_approval *approval, lw_str text, uint16_t currency,
                                int64_t *ret_minor, struct lw_error *err)
{
  struct lw_money money = {0};
  enum lw_money_fault fault = lw_money_read(text, currency, &money);
  if (fault != LW_MONEY_OK || money.minor < 0) {
    return lw_fail(err, LW_INVALID, "amount: \"%.*s\" is no amount in %.*s", LW_FMT(text),
                   LW_FMT(lw_currency_code(currency)));
  }
  if (money.minor > approval->amount_minor) {
    char asked[32];
    size_t len = lw_money_write((struct lw_money){approval->amount_minor, currency}, asked);
    enum lw_code rc = lw_fail(err, LW_INVALID, "amount: %.*s is more than the %.*s asked for",
                              LW_FMT(text), (int)len, asked);
    lw_error_hint(err, "the agent asks anew for more");
    return rc;
  }
  *ret_minor = money.minor;
  return LW_OK;
}

/* Puts the answer's action and amount into the request. */
static enum lw_code say_what(struct lw_asking *asking, const struct lw_approval_answer *answer,
                             struct lw_error *err)
{
  const struct lw_policy *policy = asking->batch->snapshot->policy;
  struct lw_approval *approval = asking->approval;
  struct lw_request *request = &asking->order.request;
  const uint32_t asked = request->action;
  if (answer->action.len != 0) {
    request->action = lw_policy_find_action(policy, answer->action);
    if (request->action == UINT32_MAX) {
      return lw_fail(err, LW_INVALID, "action: there is no \"%.*s\"", LW_FMT(answer->action));
    }
    if (policy->actions[request->action].for_agent != policy->actions[asked].for_agent) {
      return lw_fail(err, LW_INVALID,
                     "action: what is for a customer and what is for the agent themselves do not "
                     "stand for one another");
    }
  }
  bool amounts = policy->actions[request->action].kind != LW_ACTION_CHANGE;
  bool had = approval->has_amount;
  bool other = !lw_str_equal(policy->actions[request->action].name, approval->action);
  if (!had && (answer->amount.len != 0 || (amounts && other))) {
    return lw_fail(err, LW_INVALID, "amount: no money was asked for; the agent asks anew for that");
  }
  if (lw_approval_currency(approval) != policy->currency) {
    return lw_fail(err, LW_STALE, "the policy's currency has changed");
  }
  /* A change that was asked for with its estimated cost keeps it; another one has none. */
  request->has_amount = had && (amounts || !other || answer->amount.len != 0);
  request->amount_minor = approval->amount_minor;
  enum lw_code rc =
      answer->amount.len != 0
          ? read_amount(approval, answer->amount, policy->currency, &request->amount_minor, err)
          : LW_OK;
  approval->answer_action = policy->actions[request->action].name;
  approval->answer_has_amount = request->has_amount;
  approval->answer_minor = request->has_amount ? request->amount_minor : 0;
  return rc;
}

/* "beyond your own grants: lead: up_to: 300.00, asked for 400.00" */
static enum lw_code say_beyond(const struct lw_outcome *outcome, struct lw_error *err)
{
  struct lw_buf text = {0};
  if (outcome->verdict == LW_FAULTY) {
    return lw_fail(err, LW_STALE, "the policy has changed: %.*s %.*s",
                   LW_FMT(outcome->faults[0].at), LW_FMT(outcome->faults[0].message));
  }
  for (uint32_t i = 0; i < outcome->n_because; i++) {
    lw_buf_printf(&text, "%s%.*s: %.*s", i == 0 ? "" : "; ", LW_FMT(outcome->because[i].rule),
                  LW_FMT(outcome->because[i].failed));
  }
  bool note = false;
  for (size_t i = 0; i < outcome->needs.count; i++) {
    note = note || lw_str_equal(outcome->needs.items[i], LW_STR("note"));
  }
  enum lw_code rc = lw_fail(err, note ? LW_INVALID : LW_FORBIDDEN, "%s: %.*s",
                            outcome->rail != UINT32_MAX ? "a rail holds for everybody"
                            : note                      ? "your grant needs a note"
                                                        : "your own grants do not cover it",
                            LW_FMT(lw_buf_str(&text)));
  lw_error_hint(err, "%s",
                note ? "add a note"
                     : "answer with less, with another action, or leave it to the next level");
  lw_buf_finish(&text);
  return rc;
}

static enum lw_code carry_out(struct lw_asking *asking, struct lw_change *change,
                              const struct lw_person *me, struct lw_error *err)
{
  struct lw_batch *batch = asking->batch;
  struct lw_approval *approval = asking->approval;
  struct lw_outcome outcome = {0};
  struct lw_buf extra = {0};
  struct lw_buf out = {0};
  lw_id id;
  lw_decider_reset(batch->decider);
  enum lw_code rc =
      lw_decide_for(batch->decider, &asking->order.request, &me->actor, &outcome, err);
  rc = lw_asking_told(batch, rc, err);
  if (rc == LW_OK && outcome.verdict != LW_GRANTED) {
    rc = say_beyond(&outcome, err);
  }
  if (rc != LW_OK) {
    return rc;
  }
  lw_approval_extra(approval, batch->now, &extra);
  struct lw_granted_for granted = {.order = &asking->order,
                                   .outcome = &outcome,
                                   .approver = me->actor.id,
                                   .extra = lw_buf_str(&extra),
                                   .hold_usec = approval->hold_usec};
  rc = extra.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for an answer")
                    : lw_decision_grant_for(batch, change, &granted, &out, &id, err);
  if (rc == LW_OK) {
    approval->granted = lw_id_text(batch->scratch, LW_STR("dec"), id);
  }
  lw_buf_finish(&extra);
  lw_buf_finish(&out);
  return rc;
}

static enum lw_code approve(struct lw_batch *batch, struct lw_change *change,
                            struct lw_approval *approval, const struct lw_person *me,
                            struct lw_error *err)
{
  const struct lw_approval_answer *answer = change->user;
  struct lw_asking asking = {0};
  enum lw_code rc = lw_asking_open(&asking, batch, approval, err);
  if (rc != LW_OK) {
    return rc;
  }
  struct lw_request *request = &asking.order.request;
  request->has_note = request->has_note || approval->note.len != 0 || answer->note.len != 0;
  request->has_evidence = request->has_evidence || approval->evidence.len != 0;
  rc = say_what(&asking, answer, err);
  if (rc == LW_OK) {
    rc = carry_out(&asking, change, me, err);
  }
  lw_order_finish(&asking.order);
  return rc;
}

static enum lw_code keep_note(struct lw_batch *batch, struct lw_approval *approval, lw_str note,
                              struct lw_error *err)
{
  struct lw_buf reference = {0};
  if (note.len == 0) {
    return LW_OK;
  }
  enum lw_code rc = lw_text_keep(&batch->texts, batch->now, "note", approval->agent,
                                 approval->customer, note, &reference, err);
  approval->answer_note = lw_str_copy(batch->scratch, lw_buf_str(&reference));
  lw_buf_finish(&reference);
  return rc;
}

enum lw_code lw_approval_answer(struct lw_batch *batch, struct lw_change *change,
                                struct lw_error *err)
{
  const struct lw_approval_answer *answer = change->user;
  struct lw_approval approval = {0};
  const struct lw_person *me = NULL;
  enum lw_code rc = find_for(batch, answer, &approval, &me, err);
  if (rc != LW_OK) {
    return rc;
  }
  if (!answer->approve && answer->note.len == 0) {
    return lw_fail(err, LW_INVALID, "note: a no says what the agent can learn from it");
  }
  rc = answer->approve ? approve(batch, change, &approval, me, err) : LW_OK;
  if (rc != LW_OK) {
    return rc;
  }
  rc = keep_note(batch, &approval, answer->note, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = lw_approval_close(batch, change, &approval,
                         answer->approve ? LW_MOVE_APPROVE : LW_MOVE_DECLINE, err);
  return rc == LW_OK ? lw_approval_reply(batch, change, answer->caller, &approval, 200, err) : rc;
}

/* --- the agent's side --- */

static enum lw_code find_own(struct lw_batch *batch, const struct lw_approval_touch *touch,
                             struct lw_approval *approval, struct lw_error *err)
{
  enum lw_code rc = lw_approval_get(batch->db, touch->approval, batch->scratch, approval, err);
  if (rc != LW_OK) {
    return rc;
  }
  if (touch->caller != NULL &&
      !lw_access_covers(touch->caller, LW_ACCESS_SETTLE, batch->snapshot->staff, approval->agent)) {
    return lw_fail(err, LW_FORBIDDEN, "only %.*s, who asks, may do that",
                   LW_FMT(name_of(batch, approval->agent)));
  }
  return approval->state != LW_APPROVAL_OPEN ? lw_approval_say_closed(batch, approval, err) : LW_OK;
}

enum lw_code lw_approval_withdraw(struct lw_batch *batch, struct lw_change *change,
                                  struct lw_error *err)
{
  const struct lw_approval_touch *touch = change->user;
  struct lw_approval approval = {0};
  enum lw_code rc = find_own(batch, touch, &approval, err);
  if (rc != LW_OK) {
    return rc;
  }
  approval.answered_by = approval.agent;
  rc = lw_approval_close(batch, change, &approval, LW_MOVE_WITHDRAW, err);
  return rc == LW_OK ? lw_approval_reply(batch, change, touch->caller, &approval, 200, err) : rc;
}

/* Who may answer in that person's place now: a deputy, or they themselves. */
static lw_str stands_for(const struct lw_batch *batch, const struct lw_approval *approval,
                         lw_str person)
{
  const struct lw_staff *staff = batch->snapshot->staff;
  const struct lw_person *asked = lw_staff_find(staff, person);
  const struct lw_person *deputy = asked != NULL ? lw_staff_find(staff, asked->deputy) : NULL;
  bool stands_in = deputy != NULL && lw_deputy_is(asked, deputy, batch->now) &&
                   !lw_str_equal(deputy->actor.id, approval->agent);
  return stands_in ? deputy->actor.id : person;
}

/* Everybody who may answer now, each once. */
static const lw_str *who_may(struct lw_batch *batch, const struct lw_approval *approval,
                             uint32_t *ret_count)
{
  lw_str *to = LW_NEW_ARRAY(batch->scratch, lw_str, approval->n_asked);
  uint32_t count = 0;
  for (uint32_t i = 0; to != NULL && i < approval->n_asked; i++) {
    lw_str who = stands_for(batch, approval, approval->asked[i].person);
    uint32_t at = 0;
    while (at < count && !lw_str_equal(to[at], who)) {
      at++;
    }
    to[at] = who;
    count += at == count;
  }
  *ret_count = count;
  return to;
}

enum lw_code lw_approval_nudge(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err)
{
  const struct lw_approval_touch *touch = change->user;
  struct lw_approval approval = {0};
  struct lw_approval_alert alert = {0};
  enum lw_code rc = find_own(batch, touch, &approval, err);
  if (rc != LW_OK) {
    return rc;
  }
  if (lw_approval_is_over(&approval, batch->now)) {
    return lw_fail(err, LW_EXPIRED, "its time is over: the route's `otherwise` comes");
  }
  if (approval.nudges != 0 && batch->now - approval.nudged_at < LW_NUDGE_USEC_MIN) {
    return lw_fail(err, LW_TOO_MANY, "they were reminded less than a minute ago");
  }
  approval.nudges++;
  approval.nudged_at = batch->now;
  alert.to = who_may(batch, &approval, &alert.n_to);
  rc = lw_approval_update(batch->db, &approval, approval.n_asked, err);
  if (rc == LW_OK) {
    rc = lw_approval_tell(batch, change, LW_EVENT_APPROVAL_NUDGED, &approval, &alert, err);
  }
  return rc == LW_OK ? lw_approval_reply(batch, change, touch->caller, &approval, 200, err) : rc;
}
