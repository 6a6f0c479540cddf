/* The approver's side, and the agent's: listed, read, answered, withdrawn, nudged. */
#include "http/api.h"
#include "http/council.h"

void lw_api_list_approvals(struct lw_call *call)
{
  struct lw_approval_query query = {.view = LW_APPROVALS_ANY};
  struct lw_api_page page;
  struct lw_error err;
  lw_str view = lw_call_query(call, "for");
  lw_str state = lw_call_query(call, "state");
  if (!lw_api_read_page(call, &page)) {
    return;
  }
  if (view.ptr != NULL && !lw_approval_view_read(view, &query.view)) {
    lw_api_refuse_parameter(call, "for", "me, mine or another view that the documents name");
    return;
  }
  if (state.ptr != NULL && !lw_approval_state_read(state, &query.state)) {
    lw_api_refuse_parameter(call, "state", "open, approved, declined, withdrawn or lapsed");
    return;
  }
  query.has_state = state.ptr != NULL;
  query.agent = lw_call_query(call, "agent");
  query.team = lw_api_team_path(call, lw_call_query(call, "team"));
  query.case_id = lw_call_query(call, "case");
  query.customer = lw_call_query(call, "customer");
  query.after = page.after;
  query.limit = page.limit;
  bool own = lw_access_view(&call->caller, LW_ACCESS_SEE_DECISIONS) == LW_VIEW_OWN;
  struct lw_db *db =
      own || lw_api_shows_picked(call, query.team, query.agent) ? lw_call_reader(call) : NULL;
  if (db != NULL) {
    struct lw_desk_reader reader = lw_api_desk(call, db);
    enum lw_code code = lw_approval_list(&reader, &query, &call->out, &err);
    lw_api_reply_read(call, code, &err);
  }
}

static void say_none(struct lw_call *call)
{
  lw_call_fail(call, LW_NOT_FOUND, "there is no approval of this id that you may see");
}

/* The approval of the path, if the caller may see it. */
static bool find(struct lw_call *call, struct lw_approval *ret_approval)
{
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL) {
    return false;
  }
  struct lw_desk_reader reader = lw_api_desk(call, db);
  enum lw_code code = lw_approval_get(db, call->params[0], &call->arena, ret_approval, &err);
  if (code == LW_NOT_FOUND || code == LW_INVALID ||
      (code == LW_OK && !lw_approval_visible(&reader, ret_approval))) {
    say_none(call);
    return false;
  }
  return lw_api_is_well(call, code, &err);
}

void lw_api_get_approval(struct lw_call *call)
{
  struct lw_approval approval;
  struct lw_error err;
  if (find(call, &approval)) {
    struct lw_desk_reader reader = lw_api_desk(call, lw_call_reader(call));
    reader.drawn = lw_engine_drawn(call->engine);
    enum lw_code code = lw_approval_print(&reader, &approval, true, &call->out, &err);
    lw_api_reply_read(call, code, &err);
  }
}

static void answer(struct lw_call *call, bool approve)
{
  struct lw_approval approval;
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_approval_answer *given = LW_API_NEW(call, struct lw_approval_answer);
  if (given == NULL || !find(call, &approval)) {
    return;
  }
  if (!lw_approval_answer_read(call->json, approve, given, &faults)) {
    lw_call_faults(call, &faults);
    return;
  }
  given->caller = &call->caller;
  given->approval = call->params[0];
  given->approve = approve;
  lw_call_submit(call, lw_approval_answer, given);
}

void lw_api_approve(struct lw_call *call)
{
  answer(call, true);
}

void lw_api_decline(struct lw_call *call)
{
  answer(call, false);
}

static void touch(struct lw_call *call,
                  enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change,
                                        struct lw_error *err))
{
  static const char *const members[] = {NULL};
  struct lw_approval approval;
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_approval_touch *given = LW_API_NEW(call, struct lw_approval_touch);
  if (given == NULL || !find(call, &approval)) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  if (!lw_call_is_sound(call, &faults)) {
    return;
  }
  given->caller = &call->caller;
  given->approval = call->params[0];
  lw_call_submit(call, apply, given);
}

void lw_api_withdraw(struct lw_call *call)
{
  touch(call, lw_approval_withdraw);
}

void lw_api_nudge(struct lw_call *call)
{
  touch(call, lw_approval_nudge);
}

void lw_api_see_approval(struct lw_call *call)
{
  touch(call, lw_approval_see);
}

void lw_api_hold_approval(struct lw_call *call)
{
  touch(call, lw_approval_hold);
}
