/* What the clock does to approvals: the next level is asked when a level's time is over, and the
 * route's `otherwise` comes when the last one's is. Times are absolute and follow one another from
 * the opening on: what a stop of the program has missed is made up for at the next start, level by
 * level, without giving anybody's time twice. */
#include "desk/approval_entry.h"

#include "base/bounds.h"

static enum lw_code raise(struct lw_batch *batch, struct lw_change *change,
                          struct lw_approval *approval, uint32_t known,
                          const struct lw_asking_step *step, struct lw_error *err)
{
  const struct lw_approval_alert alert = {.to = step->to,
                                          .n_to = step->n_to,
                                          .first_skipped = step->first_skipped,
                                          .n_skipped = step->n_skipped};
  enum lw_code rc = lw_approval_update(batch->db, approval, known, err);
  return rc == LW_OK
             ? lw_approval_tell(batch, change, LW_EVENT_APPROVAL_RAISED, approval, &alert, err)
             : rc;
}

/* As far as the clock says. */
static enum lw_code advance(struct lw_batch *batch, struct lw_change *change,
                            struct lw_asking *asking, struct lw_error *err)
{
  struct lw_approval *approval = asking->approval;
  enum lw_code rc = LW_OK;
  while (rc == LW_OK && approval->state == LW_APPROVAL_OPEN && approval->due_at <= batch->now) {
    struct lw_asking_step step = {0};
    uint32_t known = approval->n_asked;
    rc = lw_asking_next(asking, approval->level + 1, approval->due_at, &step, err);
    if (rc == LW_OK && step.level != 0) {
      rc = raise(batch, change, approval, known, &step, err);
    } else if (rc == LW_OK) {
      rc = lw_approval_fall_back(batch, change, approval, asking, NULL, err);
    }
  }
  return rc;
}

static bool fails_the_batch(enum lw_code code)
{
  return code == LW_IO || code == LW_BUSY || code == LW_NO_MEMORY || code == LW_INTERNAL;
}

static enum lw_code settle(struct lw_batch *batch, struct lw_change *change, lw_str id,
                           struct lw_error *err)
{
  struct lw_approval approval = {0};
  struct lw_asking asking = {0};
  struct lw_error own = {0};
  enum lw_code rc = lw_approval_get(batch->db, id, batch->scratch, &approval, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = lw_asking_open(&asking, batch, &approval, &own);
  if (rc == LW_OK) {
    rc = advance(batch, change, &asking, &own);
    lw_order_finish(&asking.order);
  }
  if (rc == LW_OK || fails_the_batch(rc)) {
    return rc == LW_OK ? rc : lw_fail(err, rc, "%s", own.text);
  }
  /* What was asked can't be asked any more: nobody waits for nothing, and no other waits for it. */
  rc = lw_approval_get(batch->db, id, batch->scratch, &approval, err);
  if (rc != LW_OK) {
    return rc;
  }
  return lw_approval_fall_back(batch, change, &approval, NULL, own.text, err);
}

static enum lw_code apply(struct lw_batch *batch, struct lw_change *change, lw_usec *ret_next,
                          struct lw_error *err)
{
  lw_str *ids = NULL;
  uint32_t count = 0;
  struct lw_arena list;
  lw_arena_init(&list, NULL, 0);
  enum lw_code rc =
      lw_approval_find_due(batch->db, batch->now, LW_DUE_MAX, &list, &ids, &count, err);
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    lw_arena_reset(batch->scratch); /* each with the room of a change of its own */
    rc = settle(batch, change, ids[i], err);
  }
  lw_arena_finish(&list);
  return rc == LW_OK ? lw_approval_next_due(batch->db, ret_next, err) : rc;
}

const struct lw_due lw_approvals_due = {.name = "approvals", .apply = apply};
