/* What it all brought (track/brought.h): from the store and the past that the server keeps for
 * replays, on their threads. */
#include "desk/repeat.h"
#include "http/api_sheet.h"
#include "http/api_track.h"
#include "http/council.h"
#include "track/brought.h"
#include "track/sheets.h"

enum { DAYS_USUAL = 90, DAYS_MAX = 731 };

struct asking {
  uint64_t days;
  struct lw_brought_input input;
};

static enum lw_code make(struct lw_call *call, struct lw_db *db,
                         const struct lw_live_past_view *past, struct lw_error *err)
{
  struct asking *asking = call->user;
  struct lw_brought brought;
  asking->input.tape = past->tape;
  asking->input.db = db;
  enum lw_code rc = lw_repeat_days_set(db, &asking->input.repeat_days, err);
  rc = rc == LW_OK ? lw_brought_make(&asking->input, &call->arena, &brought, err) : rc;
  if (rc == LW_OK) {
    lw_brought_print(&brought, &call->out);
  }
  return rc == LW_OK && call->out.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
}

static void work(struct lw_call *call)
{
  struct lw_error err = {0};
  enum lw_code rc = LW_OK;
  if (lw_api_use_past(call, make, &rc, &err)) {
    lw_api_reply_sheet(call, rc, &err, &lw_brought_sheet, "brought");
  }
}

/* Whoever sees all, or a lead their team. False: replied. */
static bool read_scope(struct lw_call *call, struct lw_brought_input *input)
{
  const struct lw_person *self = call->caller.person;
  enum lw_view view = lw_access_view(&call->caller, LW_ACCESS_SEE_STATS);
  struct lw_council council;
  if (!lw_api_council(call, &council)) {
    return false;
  }
  bool leads = view == LW_VIEW_TEAM && self != NULL;
  if (!leads && view != LW_VIEW_ALL) {
    lw_call_forbidden(call, LW_ACCESS_SEE_STATS);
    return false;
  }
  input->scope.team = lw_api_team_path(call, lw_call_query(call, "team"));
  input->scope.within = leads ? self->actor.team : LW_STR("");
  input->individuals = leads || lw_council_shows_each(&council, input->scope.team);
  return lw_api_shows_group(call,
                            input->scope.team.len != 0 ? input->scope.team : input->scope.within);
}

/* Cases, decisions and customers are for whoever sees decisions. False: replied. */
static bool read_cases(struct lw_call *call, struct lw_brought_input *input)
{
  lw_str of = lw_call_query(call, "cases");
  enum lw_view view = lw_access_view(&call->caller, LW_ACCESS_SEE_DECISIONS);
  input->has_cases = of.ptr != NULL;
  if (of.ptr != NULL && !lw_brought_read(of, &input->cases_of)) {
    lw_api_refuse_parameter(call, "cases", "the name of a figure, such as first_contact");
    return false;
  }
  if (of.ptr != NULL && view != LW_VIEW_ALL &&
      (view != LW_VIEW_TEAM || input->scope.within.len == 0)) {
    lw_call_forbidden(call, LW_ACCESS_SEE_DECISIONS);
    return false;
  }
  return true;
}

void lw_api_track_brought(struct lw_call *call)
{
  struct asking *asking = LW_API_NEW(call, struct asking);
  if (asking == NULL || !read_scope(call, &asking->input) || !read_cases(call, &asking->input) ||
      !lw_api_read_number(call, "days", 1, DAYS_MAX, DAYS_USUAL, &asking->days) ||
      !lw_api_read_format(call)) {
    return;
  }
  asking->input.staff = call->snapshot->staff;
  asking->input.policy = call->snapshot->policy;
  asking->input.until = call->received;
  asking->input.since =
      call->received - (lw_usec)asking->days * LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND;
  call->user = asking;
  lw_worker_run_on(call->server->replayer, call, work);
}
