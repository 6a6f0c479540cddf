/* What somebody who is asked does before they answer: opens it, and takes more time.
 *
 * That it was opened is told to the agent, who then knows that a person is reading; it is written
 * once a person. More time moves the level's end and with it everything that comes after, so that
 * nobody else loses any of theirs; the agent's clock moves too, and says so. */
#include "desk/approval_entry.h"

#include "base/bounds.h"
#include "base/check.h"

/* Under whose name somebody acts: their own, or that of whom they stand in for. */
static lw_str stands_for(const struct lw_asked *asked, const struct lw_person *me)
{
  return lw_str_equal(asked->person, me->actor.id) ? asked->deputy_of : asked->person;
}

static void check_move(const struct lw_approval *approval, enum lw_approval_move move)
{
  enum lw_approval_state state = LW_APPROVAL_OPEN;
  LW_ASSERT(lw_approval_may(approval->state, move, &state));
  LW_ASSERT(state == LW_APPROVAL_OPEN);
}

enum lw_code lw_approval_see(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_approval_touch *touch = change->user;
  struct lw_approval approval = {0};
  const struct lw_asked *asked = NULL;
  const struct lw_person *me = NULL;
  bool is_new = false;
  enum lw_code rc =
      lw_approval_find_asked(batch, touch->caller, touch->approval, &approval, &asked, &me, err);
  if (rc == LW_OK && approval.state == LW_APPROVAL_OPEN) {
    check_move(&approval, LW_MOVE_SEE);
    rc = lw_approval_add_seen(batch->db, approval.id, me->actor.id, batch->now, &is_new, err);
  }
  if (rc == LW_OK && is_new) {
    const struct lw_approval_alert alert = {.by = me->actor.id, .by_for = stands_for(asked, me)};
    rc = lw_approval_tell(batch, change, LW_EVENT_APPROVAL_SEEN, &approval, &alert, err);
  }
  return rc == LW_OK ? lw_approval_reply(batch, change, touch->caller, &approval, 200, err) : rc;
}

static enum lw_code give_time(struct lw_batch *batch, struct lw_change *change,
                              struct lw_approval *approval, const struct lw_approval_alert *alert,
                              struct lw_error *err)
{
  check_move(approval, LW_MOVE_HOLD);
  approval->holds++;
  approval->due_at += LW_APPROVAL_HOLD_USEC;
  approval->ends_at += LW_APPROVAL_HOLD_USEC;
  enum lw_code rc = lw_approval_update(batch->db, approval, approval->n_asked, err);
  return rc == LW_OK ? lw_approval_tell(batch, change, LW_EVENT_APPROVAL_HELD, approval, alert, err)
                     : rc;
}

enum lw_code lw_approval_hold(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err)
{
  const struct lw_approval_touch *touch = change->user;
  struct lw_approval approval = {0};
  const struct lw_asked *asked = NULL;
  const struct lw_person *me = NULL;
  enum lw_code rc =
      lw_approval_find_asked(batch, touch->caller, touch->approval, &approval, &asked, &me, err);
  if (rc != LW_OK) {
    return rc;
  }
  if (approval.state != LW_APPROVAL_OPEN) {
    return lw_approval_say_closed(batch, &approval, err);
  }
  if (lw_approval_is_over(&approval, batch->now)) {
    return lw_fail(err, LW_EXPIRED, "its time is over: the route's `otherwise` comes");
  }
  if (approval.holds >= LW_APPROVAL_HOLDS_MAX) {
    rc = lw_fail(err, LW_TOO_MANY, "more time was taken %d times already", LW_APPROVAL_HOLDS_MAX);
    lw_error_hint(err, "answer it, or let the next level");
    return rc;
  }
  const struct lw_approval_alert alert = {.by = me->actor.id, .by_for = stands_for(asked, me)};
  rc = give_time(batch, change, &approval, &alert, err);
  return rc == LW_OK ? lw_approval_reply(batch, change, touch->caller, &approval, 200, err) : rc;
}
