/* The ends of an approval: the move by the table, the route's `otherwise`, and the row, entry and
 * answer that every end writes. */
#include "desk/approval_entry.h"

#include "base/check.h"
#include "data/member.h"

static enum lw_event event_of(enum lw_approval_move move)
{
  switch (move) {
  case LW_MOVE_APPROVE: return LW_EVENT_APPROVAL_APPROVED;
  case LW_MOVE_DECLINE: return LW_EVENT_APPROVAL_DECLINED;
  case LW_MOVE_WITHDRAW: return LW_EVENT_APPROVAL_WITHDRAWN;
  case LW_MOVE_LAPSE: return LW_EVENT_APPROVAL_LAPSED;
  case LW_MOVE_RAISE:
  case LW_MOVE_NUDGE:
  case LW_MOVE_SEE:
  case LW_MOVE_HOLD:
  case LW_MOVES: break;
  }
  LW_ASSERT(move < LW_MOVE_RAISE);
  return LW_EVENT_APPROVAL_LAPSED;
}

enum lw_code lw_approval_close(struct lw_batch *batch, struct lw_change *change,
                               struct lw_approval *approval, enum lw_approval_move move,
                               struct lw_error *err)
{
  enum lw_approval_state state = LW_APPROVAL_OPEN;
  bool may = lw_approval_may(approval->state, move, &state);
  LW_ASSERT(may); /* the caller has answered what came too late */
  approval->state = state;
  approval->closed_at = batch->now;
  enum lw_code rc = lw_approval_update(batch->db, approval, approval->n_asked, err);
  return rc == LW_OK ? lw_approval_tell(batch, change, event_of(move), approval, NULL, err) : rc;
}

enum lw_code lw_approval_reply(struct lw_batch *batch, struct lw_change *change,
                               const struct lw_caller *caller, const struct lw_approval *approval,
                               int status, struct lw_error *err)
{
  struct lw_desk_reader reader = lw_desk_reader_in(batch, caller);
  lw_buf_reset(&change->answer); /* of a decision that was recorded on the way */
  enum lw_code rc = lw_approval_print(&reader, approval, false, &change->answer, err);
  lw_change_status(change, status);
  return rc;
}

/* --- otherwise --- */

static lw_str grant_words(const struct lw_approval *approval, struct lw_arena *arena)
{
  struct lw_buf text = {0};
  LW_BUF_LIT(&text, "nobody answered in time: ");
  if (approval->answer_has_amount) {
    lw_money_print((struct lw_money){approval->answer_minor, lw_approval_currency(approval)},
                   &text);
    LW_BUF_LIT(&text, " is left to the agent's judgement");
  } else {
    LW_BUF_LIT(&text, "it is left to the agent's judgement");
  }
  lw_str words = lw_str_copy(arena, lw_buf_str(&text));
  lw_buf_finish(&text);
  return words;
}

/* Records the grant that the route leaves to the agent; *ret_refused: a rail stands in the way. */
static enum lw_code grant_fallback(struct lw_batch *batch, struct lw_change *change,
                                   struct lw_approval *approval, struct lw_asking *asking,
                                   lw_str *ret_refused, struct lw_error *err)
{
  struct lw_outcome outcome = {0};
  struct lw_buf out = {0};
  struct lw_buf extra = {0};
  lw_id id;
  lw_decider_reset(batch->decider);
  enum lw_code rc = lw_decide_fallback(batch->decider, &asking->order.request, &outcome, err);
  rc = lw_asking_told(batch, rc, err);
  if (rc != LW_OK) {
    return rc;
  }
  if (outcome.verdict != LW_GRANTED) {
    lw_str rule = outcome.n_because != 0 ? outcome.because[0].rule : LW_STR("a fact is missing");
    *ret_refused = lw_str_format(batch->scratch,
                                 "nobody answered in time, and it could not be left to the agent: "
                                 "%.*s",
                                 LW_FMT(rule));
    return LW_OK;
  }
  approval->flagged = true;
  approval->answer_minor =
      approval->answer_has_amount ? asking->order.request.amount_minor : 0; /* at_most counted in */
  lw_approval_extra(approval, batch->now, &extra);
  struct lw_granted_for granted = {.order = &asking->order,
                                   .outcome = &outcome,
                                   .approver = LW_STR(""),
                                   .extra = lw_buf_str(&extra),
                                   .hold_usec = approval->hold_usec};
  rc = lw_decision_grant_for(batch, change, &granted, &out, &id, err);
  approval->granted = rc == LW_OK ? lw_id_text(batch->scratch, LW_STR("dec"), id) : LW_STR("");
  lw_buf_finish(&extra);
  lw_buf_finish(&out);
  return rc;
}

/* Whether today's route still leaves something to the agent; the amount becomes the least of what
 * is asked, what it leaves and what it said at the beginning. */
static bool leaves(struct lw_approval *approval, struct lw_asking *asking)
{
  const struct lw_route *route = &asking->batch->snapshot->policy->routes[asking->route];
  struct lw_request *request = &asking->order.request;
  if (!approval->grants_fallback || !route->grants_fallback) {
    return false;
  }
  int64_t most = approval->fallback_minor < route->fallback_minor ? approval->fallback_minor
                                                                  : route->fallback_minor;
  if (request->has_amount && request->amount_minor > most) {
    request->amount_minor = most;
  }
  approval->answer_action = approval->action;
  approval->answer_has_amount = request->has_amount;
  approval->answer_minor = request->has_amount ? request->amount_minor : 0;
  return true;
}

static void forget_answer(struct lw_approval *approval)
{
  approval->answer_action = LW_STR("");
  approval->answer_has_amount = false;
  approval->answer_minor = 0;
}

enum lw_code lw_approval_fall_back(struct lw_batch *batch, struct lw_change *change,
                                   struct lw_approval *approval, struct lw_asking *asking,
                                   const char *why, struct lw_error *err)
{
  lw_str refused = why != NULL ? lw_str_copy(batch->scratch, lw_str_c(why)) : LW_STR("");
  enum lw_code rc = LW_OK;
  if (asking == NULL || !leaves(approval, asking)) {
    refused = refused.len != 0 ? refused : LW_STR("nobody answered in time, and the route refuses");
  } else {
    rc = grant_fallback(batch, change, approval, asking, &refused, err);
  }
  if (rc != LW_OK) {
    return rc;
  }
  approval->flagged = true;
  if (approval->granted.len == 0) {
    forget_answer(approval);
  }
  approval->why = approval->granted.len != 0 ? grant_words(approval, batch->scratch) : refused;
  return lw_approval_close(batch, change, approval, LW_MOVE_LAPSE, err);
}
