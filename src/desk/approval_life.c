/* The life of an approval: open, and from there to one of four ends, none of which is ever left.
 *
 *   OPEN -- raise, nudge --> OPEN        the next level is asked too; a reminder
 *   OPEN -- see, hold --> OPEN           somebody asked has opened it; needs more time
 *   OPEN -- approve --> APPROVED         by somebody asked, within their own grants
 *   OPEN -- decline --> DECLINED         by somebody asked, with a note
 *   OPEN -- withdraw --> WITHDRAWN       by the agent
 *   OPEN -- lapse --> LAPSED             by the clock: the route's `otherwise` */
#include "desk/approval_life.h"

#include "base/bounds.h"
#include "base/check.h"

#include <assert.h>

static const lw_usec hold_usec_max = LW_HOLD_USEC_MAX;

static const lw_str names[LW_APPROVAL_STATES] = {
    LW_STR_INIT("open"),      LW_STR_INIT("approved"), LW_STR_INIT("declined"),
    LW_STR_INIT("withdrawn"), LW_STR_INIT("lapsed"),
};

lw_str lw_approval_state_name(enum lw_approval_state state)
{
  LW_ASSERT(state < LW_APPROVAL_STATES);
  return names[state];
}

bool lw_approval_state_read(lw_str name, enum lw_approval_state *ret_state)
{
  for (uint32_t i = 0; i < LW_APPROVAL_STATES; i++) {
    if (lw_str_equal(name, names[i])) {
      *ret_state = (enum lw_approval_state)i;
      return true;
    }
  }
  return false;
}

static const struct {
  enum lw_approval_state from;
  enum lw_approval_move move;
  enum lw_approval_state to;
} moves[] = {
    {LW_APPROVAL_OPEN, LW_MOVE_RAISE, LW_APPROVAL_OPEN},
    {LW_APPROVAL_OPEN, LW_MOVE_NUDGE, LW_APPROVAL_OPEN},
    {LW_APPROVAL_OPEN, LW_MOVE_SEE, LW_APPROVAL_OPEN},
    {LW_APPROVAL_OPEN, LW_MOVE_HOLD, LW_APPROVAL_OPEN},
    {LW_APPROVAL_OPEN, LW_MOVE_APPROVE, LW_APPROVAL_APPROVED},
    {LW_APPROVAL_OPEN, LW_MOVE_DECLINE, LW_APPROVAL_DECLINED},
    {LW_APPROVAL_OPEN, LW_MOVE_WITHDRAW, LW_APPROVAL_WITHDRAWN},
    {LW_APPROVAL_OPEN, LW_MOVE_LAPSE, LW_APPROVAL_LAPSED},
};
static_assert(sizeof moves / sizeof moves[0] == LW_MOVES, "every move has its row");

bool lw_approval_may(enum lw_approval_state state, enum lw_approval_move move,
                     enum lw_approval_state *ret_state)
{
  for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
    if (moves[i].from == state && moves[i].move == move) {
      *ret_state = moves[i].to;
      return true;
    }
  }
  return false;
}

static const char *unsound_end(const struct lw_approval *approval)
{
  bool answered = approval->state == LW_APPROVAL_APPROVED ||
                  approval->state == LW_APPROVAL_DECLINED ||
                  approval->state == LW_APPROVAL_WITHDRAWN;
  if (approval->closed_at < approval->opened_at) {
    return "it closed before it opened";
  }
  if (answered != (approval->answered_by.len != 0)) {
    return "somebody answers, or the clock does";
  }
  if (approval->state == LW_APPROVAL_APPROVED && approval->granted.len == 0) {
    return "a yes is carried out";
  }
  if (approval->state != LW_APPROVAL_APPROVED && approval->state != LW_APPROVAL_LAPSED &&
      approval->granted.len != 0) {
    return "only a yes, or the route's `otherwise`, grants";
  }
  if (approval->state == LW_APPROVAL_WITHDRAWN
          ? false
          : lw_str_equal(approval->answered_by, approval->agent)) {
    return "nobody answers their own";
  }
  return approval->flagged != (approval->state == LW_APPROVAL_LAPSED)
             ? "what nobody answered is looked at afterwards"
             : NULL;
}

const char *lw_approval_unsound(const struct lw_approval *approval)
{
  if (approval->level < 1 || approval->level > approval->levels) {
    return "its level is one of the route's";
  }
  if (approval->requested_at > approval->opened_at || approval->due_at < approval->opened_at ||
      approval->ends_at < approval->due_at) {
    return "its times are in order: requested, opened, due, ends";
  }
  if (approval->holds > LW_APPROVAL_HOLDS_MAX) {
    return "nobody takes more time than there is";
  }
  if (approval->hold_usec < 0 || approval->hold_usec > hold_usec_max) {
    return "a yes waits a day at most";
  }
  if (approval->answer_has_amount &&
      (!approval->has_amount || approval->answer_minor > approval->amount_minor)) {
    return "no answer is more than was asked";
  }
  for (uint32_t i = 0; i < approval->n_asked; i++) {
    if (lw_str_equal(approval->asked[i].person, approval->agent)) {
      return "nobody is asked about their own";
    }
  }
  if (approval->state != LW_APPROVAL_OPEN) {
    return unsound_end(approval);
  }
  return approval->answered_by.len != 0 || approval->granted.len != 0 || approval->flagged ||
                 approval->n_asked == 0
             ? "while it is open somebody is asked and nobody has answered"
             : NULL;
}

lw_usec lw_level_usec(const struct lw_level *level)
{
  int64_t most = INT64_C(366) * 24 * 3600;
  int64_t seconds = level->within_seconds < most ? level->within_seconds : most;
  return seconds > 0 ? seconds * LW_USEC_PER_SECOND : LW_LEVEL_USEC;
}

lw_usec lw_route_ends_at(const struct lw_route *route, uint32_t level, lw_usec start)
{
  for (uint32_t i = level; i < route->n_levels; i++) {
    start += lw_level_usec(&route->levels[i]);
  }
  return start;
}

bool lw_approval_is_over(const struct lw_approval *approval, lw_usec now)
{
  return approval->state == LW_APPROVAL_OPEN && approval->level == approval->levels &&
         now >= approval->due_at;
}
