/* What was done with the room there is (track/page.h): from the past that the server keeps for
 * replays, on their threads, by sums that follow it. */
#include "budget/window.h"
#include "http/api_sheet.h"
#include "http/api_track.h"
#include "http/council.h"
#include "track/ended.h"
#include "track/page.h"
#include "track/sheets.h"

/* Of all sums together, past which none is made ahead: half of what the keeper has room for. */
#define AHEAD_BYTES_MAX ((size_t)256 << 20)

struct asking {
  uint64_t days;
  struct lw_track_scope scope;
  bool individuals;
};

/* Midnight, where the policy's days turn over, so many days ago: today is the last of them. */
static lw_usec window_since(const struct lw_policy *policy, lw_usec now, uint64_t days)
{
  static const struct lw_window of_a_day = {.kind = LW_WINDOW_DAY};
  struct lw_period today;
  lw_window_period(&of_a_day, policy != NULL ? policy->zone : NULL, now, &today);
  return today.start - ((int64_t)days - 1) * LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND;
}

lw_usec lw_api_track_since(const struct lw_call *call, uint64_t days)
{
  return window_since(call->snapshot->policy, call->received, days);
}

/* A window's sums, as far as they go by now. */
static void make_ahead(const struct lw_server *server, const struct lw_live_past_view *past,
                       const struct lw_snapshot *snapshot, struct lw_db *db, uint32_t days)
{
  const struct lw_track_window window = {
      .tape = past->tape,
      .serial = past->serial,
      .since = window_since(snapshot->policy, lw_engine_now(server->engine), days),
      .n_days = days,
      .store = {.db = db, .staff = snapshot->staff}};
  const struct lw_track_sums *sums = NULL;
  struct lw_error err;
  if (lw_track_keeper_hold(server->track, &window, &sums, &err) == LW_OK) {
    lw_track_keeper_release(server->track);
  } /* else whoever asks is told why */
}

void lw_api_track_ready(void *user, const struct lw_live_past_view *past)
{
  static const uint32_t others[] = {30, 7}; /* of those that the page offers */
  const struct lw_server *server = user;
  const struct lw_snapshot *snapshot = lw_engine_snapshot(server->engine);
  struct lw_db *db = NULL;
  struct lw_error err;
  if (lw_engine_reader(server->engine, &db, &err) == LW_OK) {
    make_ahead(server, past, snapshot, db, LW_TRACK_DAYS_USUAL);
    for (size_t i = 0; i < sizeof others / sizeof others[0] &&
                       lw_track_keeper_bytes(server->track) < AHEAD_BYTES_MAX;
         i++) {
      make_ahead(server, past, snapshot, db, others[i]);
    }
    lw_engine_reader_done(server->engine, db);
  }
  lw_snapshot_unref(snapshot);
}

static enum lw_code print(struct lw_call *call, struct lw_db *db,
                          const struct lw_live_past_view *past, struct lw_error *err)
{
  const struct asking *asking = call->user;
  const struct lw_track_window window = {.tape = past->tape,
                                         .serial = past->serial,
                                         .since = lw_api_track_since(call, asking->days),
                                         .n_days = (uint32_t)asking->days,
                                         .store = {.db = db, .staff = call->snapshot->staff}};
  struct lw_track_page page = {.scope = asking->scope,
                               .staff = call->snapshot->staff,
                               .policy = call->snapshot->policy,
                               .individuals = asking->individuals};
  enum lw_code rc = lw_track_keeper_hold(call->server->track, &window, &page.sums, err);
  if (rc == LW_OK) {
    rc = lw_track_page_print(&page, &call->arena, &call->out, err);
    lw_track_keeper_release(call->server->track);
  }
  return rc;
}

bool lw_api_use_past(struct lw_call *call,
                     enum lw_code (*use)(struct lw_call *call, struct lw_db *db,
                                         const struct lw_live_past_view *past,
                                         struct lw_error *err),
                     enum lw_code *ret_code, struct lw_error *err)
{
  struct lw_live_past_view past;
  struct lw_db *db = lw_call_is_awaited(call) ? lw_call_reader(call) : NULL;
  if (db == NULL) {
    return false;
  }
  enum lw_code rc = lw_live_past_hold(call->server->past, lw_engine_seq(call->engine),
                                      LW_API_PAST_WAIT_MSEC, &past, err);
  if (rc == LW_OK) {
    rc = use(call, db, &past, err);
    lw_live_past_release(call->server->past);
  }
  *ret_code = rc;
  return true;
}

static void work(struct lw_call *call)
{
  struct lw_error err = {0};
  enum lw_code rc = LW_OK;
  if (lw_api_use_past(call, print, &rc, &err)) {
    lw_api_reply_sheet(call, rc, &err, &lw_track_sheet, "track");
  }
}

bool lw_api_track_scope(struct lw_call *call, struct lw_track_scope *ret_scope,
                        bool *ret_individuals)
{
  const struct lw_person *self = call->caller.person;
  enum lw_view view = lw_access_view(&call->caller, LW_ACCESS_SEE_STATS);
  struct lw_council council;
  if (!lw_api_council(call, &council)) {
    return false;
  }
  *ret_scope = (struct lw_track_scope){.team = {0}};
  ret_scope->team = lw_api_team_path(call, lw_call_query(call, "team"));
  ret_scope->agent = lw_call_query(call, "agent");
  bool own = self != NULL && lw_str_equal(ret_scope->agent, self->actor.id);
  if (view == LW_VIEW_TEAM && self != NULL && !own) {
    ret_scope->within = self->actor.team;
    own = true; /* they lead them */
  } else if (view != LW_VIEW_ALL && !own) {
    lw_call_forbidden(call, LW_ACCESS_SEE_STATS);
    return false;
  }
  *ret_individuals =
      own || (ret_scope->agent.len != 0 ? lw_council_shows_person(&council, ret_scope->agent)
                                        : lw_council_shows_each(&council, ret_scope->team));
  return true;
}

void lw_api_track(struct lw_call *call)
{
  struct asking *asking = LW_API_NEW(call, struct asking);
  if (asking == NULL || !lw_api_track_scope(call, &asking->scope, &asking->individuals) ||
      !lw_api_read_number(call, "days", 1, LW_TRACK_DAYS_MAX, LW_TRACK_DAYS_USUAL, &asking->days) ||
      !lw_api_read_format(call)) {
    return;
  }
  call->user = asking;
  lw_worker_run_on(call->server->replayer, call, work);
}

/* --- what stands behind time to resolve and ratings --- */

static void work_ended(struct lw_call *call)
{
  const struct lw_track_ended_query *query = call->user;
  struct lw_error err = {0};
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    const struct lw_track_store store = {.db = db, .staff = call->snapshot->staff};
    enum lw_code rc = lw_track_ended_print(&store, query, &call->out, &err);
    lw_api_reply_sheet(call, rc, &err, &lw_ended_sheet, "cases");
  }
}

/* Single cases are for whoever sees their decisions; under a works council no small group's, and
 * nobody else's by name. False: replied. */
static bool may_see_ended(struct lw_call *call, const struct lw_track_ended_query *query)
{
  const struct lw_track_scope *scope = &query->scope;
  const struct lw_person *self = call->caller.person;
  if (self != NULL && lw_str_equal(scope->agent, self->actor.id)) {
    return true;
  }
  enum lw_view view = lw_access_view(&call->caller, LW_ACCESS_SEE_DECISIONS);
  if (view != LW_VIEW_ALL && (view != LW_VIEW_TEAM || scope->within.len == 0)) {
    lw_call_forbidden(call, LW_ACCESS_SEE_DECISIONS);
    return false;
  }
  if (!query->individuals && scope->agent.len != 0) {
    lw_call_fail(call, LW_FORBIDDEN, "a single person's cases are for them and for who leads them");
    return false;
  }
  return query->individuals ||
         lw_api_shows_group(call, scope->team.len != 0 ? scope->team : scope->within);
}

void lw_api_track_ended(struct lw_call *call)
{
  struct lw_track_ended_query *query = LW_API_NEW(call, struct lw_track_ended_query);
  struct lw_api_page page;
  uint64_t days = 0;
  if (query == NULL || !lw_api_track_scope(call, &query->scope, &query->individuals) ||
      !may_see_ended(call, query) ||
      !lw_api_read_number(call, "days", 1, LW_TRACK_DAYS_MAX, LW_TRACK_DAYS_USUAL, &days) ||
      !lw_api_read_page(call, &page) || !lw_api_read_format(call)) {
    return;
  }
  if (!lw_track_ended_read(lw_call_query(call, "of"), &query->of)) {
    lw_api_refuse_parameter(call, "of", "resolved or rated");
    return;
  }
  query->since = lw_api_track_since(call, days);
  query->after = page.after;
  query->limit = page.limit;
  call->user = query;
  lw_worker_run_on(call->server->replayer, call, work_ended);
}
