/* Bodies of the journal's entries about approvals. Each names agent and everybody asked, so that
 * whoever follows the journal (events, mails, webhooks) needs no table to know whom it concerns. */
#include "desk/approval_entry.h"

#include "data/member.h"

uint16_t lw_approval_currency(const struct lw_approval *approval)
{
  return approval->currency.len != 0 ? lw_currency_find(approval->currency) : LW_CURRENCY_NONE;
}

static void add_asked(const struct lw_approval *approval, struct lw_buf *out)
{
  lw_member_key(out, "asked");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < approval->n_asked; i++) {
    lw_buf_add_c(out, i == 0 ? "{" : ",{");
    lw_member_text(out, "person", approval->asked[i].person);
    lw_member_int(out, "level", approval->asked[i].level);
    lw_member_text(out, "deputy_of", approval->asked[i].deputy_of);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

static void add_alert(const struct lw_approval *approval, const struct lw_approval_alert *alert,
                      struct lw_buf *out)
{
  lw_member_key(out, "to");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < alert->n_to; i++) {
    lw_buf_add_c(out, i == 0 ? "" : ",");
    lw_json_add_string(out, alert->to[i]);
  }
  lw_buf_add_char(out, ']');
  lw_member_time(out, "due", approval->due_at);
  lw_member_time(out, "ends", approval->ends_at);
  if (alert->n_skipped == 0) {
    return;
  }
  lw_member_key(out, "skipped");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < alert->n_skipped; i++) {
    lw_buf_add_c(out, i == 0 ? "{" : ",{");
    lw_member_int(out, "level", alert->first_skipped + i);
    lw_member_text(out, "why", LW_STR("nobody on it who could say yes is here"));
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

/* By somebody who is asked, before they answer. */
static void add_touch(enum lw_event event, const struct lw_approval *approval,
                      const struct lw_approval_alert *alert, struct lw_buf *out)
{
  lw_member_text(out, "by", alert->by);
  lw_member_text(out, "deputy_of", alert->by_for);
  if (event == LW_EVENT_APPROVAL_HELD) {
    lw_member_time(out, "due", approval->due_at);
    lw_member_time(out, "ends", approval->ends_at);
    lw_member_int(out, "holds", approval->holds);
  }
}

static void add_question(const struct lw_batch *batch, const struct lw_approval *approval,
                         struct lw_buf *out)
{
  lw_member_text(out, "action", approval->action);
  lw_member_money(out, "amount", approval->has_amount, approval->amount_minor,
                  lw_approval_currency(approval));
  lw_member_text(out, "currency", approval->currency);
  lw_member_text(out, "reason", approval->reason);
  lw_member_text(out, "case", approval->case_id);
  lw_member_text(out, "customer", approval->customer);
  lw_member_int(out, "levels", approval->levels);
  lw_member_int(out, "policy", (int64_t)batch->snapshot->policy_version);
  lw_member_text(out, "binding", approval->binding);
  lw_member_raw(out, "note", approval->note);
  lw_member_raw(out, "evidence", approval->evidence);
  if (approval->hold_usec != 0) {
    lw_member_int(out, "hold_usec", approval->hold_usec);
  }
}

static void add_waited(const struct lw_approval *approval, lw_usec now, struct lw_buf *out)
{
  lw_member_time(out, "asked_at", approval->requested_at);
  lw_member_int(out, "waited_usec", now - approval->requested_at);
}

static void add_answer(const struct lw_approval *approval, struct lw_buf *out)
{
  lw_member_text(out, "by", approval->answered_by);
  lw_member_text(out, "deputy_of", approval->answered_for);
  lw_member_text(out, "action", approval->answer_action);
  lw_member_money(out, "amount", approval->answer_has_amount, approval->answer_minor,
                  lw_approval_currency(approval));
  lw_member_text(out, "currency", approval->answer_has_amount ? approval->currency : LW_STR(""));
  lw_member_text(out, "granted", approval->granted);
  lw_member_raw(out, "note", approval->answer_note);
}

static void add_lapse(const struct lw_approval *approval, struct lw_buf *out)
{
  lw_member_text(out, "otherwise", approval->granted.len != 0 ? LW_STR("grant") : LW_STR("refuse"));
  lw_member_bool(out, "flagged", approval->flagged);
  lw_member_text(out, "why", approval->why);
}

static void print_body(const struct lw_batch *batch, enum lw_event event,
                       const struct lw_approval *approval, const struct lw_approval_alert *alert,
                       struct lw_buf *out)
{
  lw_buf_add_char(out, '{');
  lw_member_text(out, "approval", approval->id);
  lw_member_text(out, "decision", approval->decision);
  lw_member_text(out, "agent", approval->agent);
  lw_member_text(out, "team", approval->team);
  lw_member_text(out, "route", approval->route);
  lw_member_int(out, "level", approval->level);
  add_asked(approval, out);
  if (event == LW_EVENT_APPROVAL_OPENED) {
    add_question(batch, approval, out);
    lw_member_time(out, "asked_at", approval->requested_at);
  }
  if (alert != NULL && alert->by.len != 0) {
    add_touch(event, approval, alert, out);
  } else if (alert != NULL) {
    add_alert(approval, alert, out);
  }
  if (event == LW_EVENT_APPROVAL_NUDGED) {
    lw_member_int(out, "nudges", approval->nudges);
  }
  if (approval->state == LW_APPROVAL_LAPSED && event == LW_EVENT_APPROVAL_LAPSED) {
    add_lapse(approval, out);
  }
  if (approval->state != LW_APPROVAL_OPEN && event != LW_EVENT_APPROVAL_OPENED) {
    add_answer(approval, out);
    add_waited(approval, batch->now, out);
  }
  lw_buf_add_char(out, '}');
}

enum lw_code lw_approval_tell(struct lw_batch *batch, struct lw_change *change, enum lw_event event,
                              const struct lw_approval *approval,
                              const struct lw_approval_alert *alert, struct lw_error *err)
{
  struct lw_buf body = {0};
  print_body(batch, event, approval, alert, &body);
  enum lw_code rc = lw_batch_append_body(batch, change, event, &body, err);
  return rc == LW_OK ? lw_approval_add_story(batch->db, approval->id, change->seq, err) : rc;
}

void lw_approval_extra(const struct lw_approval *approval, lw_usec now, struct lw_buf *out)
{
  /* The caller of lw_decision_grant_for puts the comma and braces around it. */
  struct lw_buf members = {0};
  lw_buf_add_char(&members, '{');
  lw_member_text(&members, "approval", approval->id);
  lw_member_text(&members, "approver", approval->answered_by);
  if (approval->flagged) {
    lw_member_bool(&members, "flagged", true);
  }
  add_waited(approval, now, &members);
  out->failed |= members.failed;
  lw_buf_add(out, lw_str_slice(lw_buf_str(&members), 1, members.len));
  lw_buf_finish(&members);
}
