/* Opening an approval: a decision whose verdict is `ask` goes to people.
 *
 * The request is read again from the record and decided again under today's policy: the verdict has
 * to be `ask` now, for what was refused or asked an hour ago may be granted meanwhile, or
 * forbidden. Then the levels in turn: the first that somebody is on who could say yes is asked at
 * once; levels without such a person are passed over at once, and when none is left the route's
 * `otherwise` comes at once. Nothing is drawn. */
#include "base/bounds.h"
#include "desk/approval_entry.h"
#include "engine/reads.h"

static const lw_usec ask_usec_max = LW_ASK_USEC_MAX;

static bool is_evidence(const struct lw_value *value)
{
  bool fits = value->kind == LW_VALUE_STRING || value->kind == LW_VALUE_LIST;
  for (uint32_t i = 0; value->kind == LW_VALUE_LIST && i < value->count; i++) {
    fits = fits && value->items[i].kind == LW_VALUE_STRING;
  }
  return fits;
}

static void read_evidence(const struct lw_value *value, struct lw_approval_ask *ret,
                          struct lw_faults *faults)
{
  struct lw_buf json = {0};
  if (!is_evidence(value)) {
    lw_faults_add(faults, LW_STR("evidence"), "is a link, or a list of links");
    return;
  }
  if (value->kind == LW_VALUE_STRING ? value->text.len != 0 : value->count != 0) {
    lw_json_add_value(&json, value);
    ret->evidence = lw_str_copy(faults->arena, lw_buf_str(&json));
  }
  lw_buf_finish(&json);
}

static void read_hold(const struct lw_value *value, struct lw_approval_ask *ret,
                      struct lw_faults *faults)
{
  int64_t seconds = 0;
  int32_t nanos = 0;
  if (value->kind != LW_VALUE_STRING || !lw_duration_read(value->text, true, &seconds, &nanos)) {
    lw_faults_add(faults, LW_STR("hold"), "must be a duration, such as \"4h\"");
  } else if (seconds < 60 || seconds > LW_HOLD_USEC_MAX / LW_USEC_PER_SECOND) {
    lw_faults_add(faults, LW_STR("hold"), "must be between a minute and 24 hours");
  } else {
    ret->hold_usec = seconds * LW_USEC_PER_SECOND;
  }
}

bool lw_approval_ask_read(const struct lw_value *value, struct lw_approval_ask *ret,
                          struct lw_faults *faults)
{
  size_t before = faults->count;
  ret->note = LW_STR("");
  ret->evidence = LW_STR("");
  ret->hold_usec = 0;
  if (value != NULL && value->kind != LW_VALUE_MAP) {
    lw_faults_add(faults, LW_STR(""), "is a map with note, evidence and hold");
  }
  for (uint32_t i = 0; value != NULL && value->kind == LW_VALUE_MAP && i < value->count; i++) {
    lw_str key = value->entries[i].key;
    const struct lw_value *item = &value->items[i];
    if (lw_str_equal(key, LW_STR("evidence"))) {
      read_evidence(item, ret, faults);
    } else if (lw_str_equal(key, LW_STR("hold"))) {
      read_hold(item, ret, faults);
    } else if (!lw_str_equal(key, LW_STR("note"))) {
      lw_faults_add(faults, key, "is not a field of this; there are note, evidence and hold");
    } else if (item->kind != LW_VALUE_STRING) {
      lw_faults_add(faults, key, "is a text");
    } else {
      ret->note = item->text;
    }
  }
  return faults->count == before;
}

/* --- whether it may be opened --- */

static enum lw_code say_state(const struct lw_batch *batch, const struct lw_approval *old,
                              struct lw_error *err)
{
  const struct lw_person *who = lw_staff_find(batch->snapshot->staff, old->answered_by);
  lw_str name = who != NULL && who->actor.name.len != 0 ? who->actor.name : old->answered_by;
  lw_str state = lw_approval_state_name(old->state);
  if (old->state == LW_APPROVAL_OPEN) {
    return lw_fail(err, LW_CONFLICT, "it is on its way already: %.*s", LW_FMT(old->id));
  }
  enum lw_code rc =
      old->answered_by.len != 0
          ? lw_fail(err, LW_CONFLICT, "%.*s has answered it: %.*s (%.*s)", LW_FMT(name),
                    LW_FMT(state), LW_FMT(old->id))
          : lw_fail(err, LW_CONFLICT, "nobody answered it, and it was granted by its route (%.*s)",
                    LW_FMT(old->id));
  lw_error_hint(err, "ask for a decision anew if something has changed");
  return rc;
}

/* Asked before: again only after it was withdrawn, or lapsed into nothing. */
static enum lw_code check_before(struct lw_batch *batch, lw_str decision, struct lw_error *err)
{
  struct lw_approval old = {0};
  bool found = false;
  enum lw_code rc = lw_approval_of_decision(batch->db, decision, batch->scratch, &found, &old, err);
  bool again = !found || old.state == LW_APPROVAL_WITHDRAWN ||
               (old.state == LW_APPROVAL_LAPSED && old.granted.len == 0);
  return rc == LW_OK && !again ? say_state(batch, &old, err) : rc;
}

static enum lw_code check_decision(const struct lw_batch *batch, const struct lw_caller *caller,
                                   const struct lw_decision *decision, struct lw_error *err)
{
  if (caller != NULL &&
      !lw_access_covers(caller, LW_ACCESS_SETTLE, batch->snapshot->staff, decision->agent)) {
    return lw_fail(err, LW_FORBIDDEN, "this is %.*s's decision: they ask for it themselves",
                   LW_FMT(decision->agent));
  }
  if (decision->verdict == LW_GRANTED) {
    return lw_fail(err, LW_CONFLICT, "it was granted: nobody needs to be asked");
  }
  if (batch->now - decision->at > ask_usec_max) {
    enum lw_code rc = lw_fail(err, LW_STALE, "it was decided more than a day ago");
    lw_error_hint(err, "ask for a decision anew: its facts may have changed");
    return rc;
  }
  return LW_OK;
}

/* Today's verdict must be `ask`: its route is the approval's. */
static enum lw_code check_verdict(struct lw_asking *asking, struct lw_error *err)
{
  struct lw_outcome outcome = {0};
  struct lw_batch *batch = asking->batch;
  enum lw_code marked = lw_reads_mark_in(batch, &asking->order, batch->now, batch->scratch, err);
  if (marked != LW_OK) {
    return marked;
  }
  lw_decider_reset(batch->decider);
  enum lw_code rc = lw_decide(batch->decider, &asking->order.request, &outcome, err);
  rc = lw_asking_told(batch, rc, err);
  if (rc != LW_OK) {
    return rc;
  }
  if (outcome.verdict == LW_ASK) {
    asking->route = outcome.route;
    return LW_OK;
  }
  if (outcome.verdict == LW_FAULTY) {
    return lw_fail(err, LW_STALE, "the policy has changed: %.*s %.*s", LW_FMT(outcome.faults[0].at),
                   LW_FMT(outcome.faults[0].message));
  }
  if (outcome.verdict == LW_GRANTED) {
    rc = lw_fail(err, LW_CONFLICT, "it would be granted now: nobody needs to be asked");
    lw_error_hint(err, "ask for the decision again");
    return rc;
  }
  rc = lw_fail(err, LW_CONFLICT, "there is nobody whom a route could ask for it");
  lw_error_hint(err, "%.*s", LW_FMT(outcome.instead));
  return rc;
}

/* --- opening --- */

static enum lw_code keep_text(struct lw_batch *batch, const struct lw_approval *approval,
                              const char *kind, lw_str text, lw_str *ret_reference,
                              struct lw_error *err)
{
  struct lw_buf reference = {0};
  if (text.len == 0) {
    *ret_reference = LW_STR("");
    return LW_OK;
  }
  enum lw_code rc = lw_text_keep(&batch->texts, batch->now, kind, approval->agent,
                                 approval->customer, text, &reference, err);
  *ret_reference = lw_str_copy(batch->scratch, lw_buf_str(&reference));
  lw_buf_finish(&reference);
  return rc;
}

static lw_str or_empty(lw_str text)
{
  return text.len != 0 ? text : LW_STR("");
}

static void fill(const struct lw_asking *asking, const struct lw_decision *decision,
                 struct lw_approval *approval)
{
  const struct lw_batch *batch = asking->batch;
  const struct lw_policy *policy = batch->snapshot->policy;
  const struct lw_request *request = &asking->order.request;
  const struct lw_route *route = &policy->routes[asking->route];
  approval->team = or_empty(request->agent.team);
  approval->case_id = or_empty(request->case_id);
  approval->customer = or_empty(request->customer);
  approval->action = policy->actions[request->action].name;
  approval->reason = or_empty(request->reason);
  approval->has_amount = request->has_amount;
  approval->amount_minor = request->has_amount ? request->amount_minor : 0;
  approval->currency =
      policy->currency != LW_CURRENCY_NONE ? lw_currency_code(policy->currency) : LW_STR("");
  approval->route = route->id;
  approval->grants_fallback = route->grants_fallback;
  approval->fallback_minor = route->fallback_minor;
  approval->levels = route->n_levels;
  approval->level = route->n_levels;
  approval->requested_at = decision->at;
  approval->opened_at = batch->now;
  approval->due_at = batch->now;
  approval->ends_at = batch->now;
}

static enum lw_code write(struct lw_batch *batch, struct lw_change *change,
                          struct lw_asking *asking, const struct lw_asking_step *step,
                          struct lw_error *err)
{
  struct lw_approval *approval = asking->approval;
  const struct lw_approval_alert alert = {.to = step->to,
                                          .n_to = step->n_to,
                                          .first_skipped = step->first_skipped,
                                          .n_skipped = step->n_skipped};
  enum lw_code rc = lw_approval_insert(batch->db, approval, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = lw_approval_tell(batch, change, LW_EVENT_APPROVAL_OPENED, approval, &alert, err);
  if (rc == LW_OK && step->level == 0) {
    rc = lw_approval_fall_back(batch, change, approval, asking, NULL, err);
  } else if (rc == LW_OK) {
    lw_engine_wake(batch->engine, approval->due_at);
  }
  return rc;
}

static enum lw_code open_approval(struct lw_batch *batch, struct lw_change *change,
                                  struct lw_asking *asking, const struct lw_decision *decision,
                                  struct lw_error *err)
{
  const struct lw_approval_ask *ask = change->user;
  struct lw_approval *approval = asking->approval;
  struct lw_asking_step step = {0};
  struct lw_request *request = &asking->order.request;
  request->has_note = request->has_note || ask->note.len != 0;
  request->has_evidence = request->has_evidence || ask->evidence.len != 0;
  enum lw_code rc = check_verdict(asking, err);
  if (rc != LW_OK) {
    return rc;
  }
  fill(asking, decision, approval);
  approval->hold_usec = ask->hold_usec;
  rc = keep_text(batch, approval, "note", ask->note, &approval->note, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = keep_text(batch, approval, "evidence", ask->evidence, &approval->evidence, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = lw_asking_next(asking, 1, batch->now, &step, err);
  if (rc != LW_OK) {
    return rc;
  }
  approval->id =
      lw_id_text(batch->scratch, LW_STR("apr"),
                 lw_id_make_seq(batch->rand, batch->now, lw_journal_next(batch->journal)));
  return write(batch, change, asking, &step, err);
}

/* The decision as it stands, whether the caller may, and whether it was asked before. */
static enum lw_code find_decision(struct lw_batch *batch, const struct lw_approval_ask *ask,
                                  struct lw_decision *ret_decision, lw_str *ret_id,
                                  struct lw_error *err)
{
  if (batch->snapshot->policy == NULL || batch->decider == NULL) {
    return lw_fail(err, LW_STALE, "there is no policy");
  }
  enum lw_code rc = lw_decision_get(batch->db, batch, ask->decision, batch->scratch, batch->reader,
                                    ret_decision, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = check_decision(batch, ask->caller, ret_decision, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_batch_use_for(batch, ret_decision->agent);
  *ret_id = lw_id_text(batch->scratch, LW_STR("dec"), ask->decision);
  return check_before(batch, *ret_id, err);
}

enum lw_code lw_approval_open(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err)
{
  const struct lw_approval_ask *ask = change->user;
  struct lw_decision decision = {0};
  struct lw_approval approval = {.nudged_at = 0};
  struct lw_asking asking = {.batch = batch, .approval = &approval, .route = UINT32_MAX};
  enum lw_code rc = find_decision(batch, ask, &decision, &approval.decision, err);
  if (rc != LW_OK) {
    return rc;
  }
  approval.agent = decision.agent;
  rc = lw_approval_bind(batch->hasher, &decision, approval.decision, batch->scratch,
                        &approval.binding, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc =
      lw_decision_order(batch->snapshot, &decision, batch->scratch, batch->now, &asking.order, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = open_approval(batch, change, &asking, &decision, err);
  if (rc == LW_OK) {
    rc = lw_approval_reply(batch, change, ask->caller, &approval, 201, err);
  }
  lw_order_finish(&asking.order);
  return rc;
}
