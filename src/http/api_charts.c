/* Track over time (track/charts.h), and what lies behind points outside (desk/cause.h): what was
 * typed is read when the call comes, the figures on the replays' threads, as for GET /v1/track. */
#include "budget/window.h"
#include "desk/cause.h"
#include "http/api_sheet.h"
#include "http/api_track.h"
#include "people/person.h"
#include "track/charts.h"
#include "track/page.h"
#include "track/sheets.h"

enum { WEEKS_USUAL = 26, DAYS_A_WEEK = 7 };

#define DAY_USEC (LW_USEC_PER_SECOND * LW_SECONDS_PER_DAY)

struct asking {
  struct lw_track_charting charting;
  bool individuals;
  lw_usec since;
  uint32_t window_days; /* from since through today */
  struct lw_track_note *notes;
  uint32_t n_notes;
};

/* --- reading --- */

/* Days and figures, of which some go together. False: replied. */
static bool read_what(struct lw_call *call, struct lw_track_charting *charting)
{
  lw_str of = lw_call_query(call, "of");
  lw_str by = lw_call_query(call, "by");
  bool one = charting->scope.agent.len != 0;
  charting->cause = lw_call_query(call, "cause");
  charting->has_cause = charting->cause.ptr != NULL;
  charting->weekly = by.ptr == NULL ? one : lw_str_equal(by, LW_STR("week"));
  if (of.ptr != NULL && !lw_track_figure_read(of, &charting->of)) {
    lw_api_refuse_parameter(call, "of",
                            "amount, each, given, asked, at_once, decisions or waiting");
  } else if (by.ptr != NULL && !charting->weekly && !lw_str_equal(by, LW_STR("day"))) {
    lw_api_refuse_parameter(call, "by", "day or week");
  } else if (one && !charting->weekly) {
    lw_api_refuse_parameter(call, "by", "week when it is one agent's chart: days are kept by team");
  } else if (one && charting->has_cause) {
    lw_api_refuse_parameter(call, "cause", "a cause of a team or of all: not together with agent");
  } else if (one && charting->scope.team.len != 0) {
    lw_api_refuse_parameter(call, "team", "a team or an agent, one of the two");
  } else {
    return true;
  }
  return false;
}

/* A day; absent: as it was. False: replied. */
static bool read_day(struct lw_call *call, const char *name, bool through, lw_usec *ret_at)
{
  const struct lw_policy *policy = call->snapshot->policy;
  lw_str text = lw_call_query(call, name);
  if (text.ptr == NULL ||
      lw_person_read_time(policy != NULL ? policy->zone : NULL, text, through, ret_at)) {
    return true;
  }
  lw_api_refuse_parameter(call, name, "a day, such as 2026-03-02");
  return false;
}

static lw_usec week_start(const struct lw_call *call, lw_usec at)
{
  static const struct lw_window of_a_week = {.kind = LW_WINDOW_WEEK};
  const struct lw_policy *policy = call->snapshot->policy;
  struct lw_period week;
  lw_window_period(&of_a_week, policy != NULL ? policy->zone : NULL, at, &week);
  return week.start;
}

/* From a day (a week: from its Monday) to a day, today left out: it is not over. False: replied. */
static bool read_span(struct lw_call *call, struct asking *asking)
{
  struct lw_track_charting *charting = &asking->charting;
  uint64_t usual = charting->weekly ? WEEKS_USUAL * DAYS_A_WEEK + 1 : LW_TRACK_DAYS_USUAL;
  lw_usec today = lw_api_track_since(call, 1);
  lw_usec to = today;
  asking->since = lw_api_track_since(call, usual);
  if (!read_day(call, "from", false, &asking->since) || !read_day(call, "to", true, &to)) {
    return false;
  }
  asking->since = charting->weekly ? week_start(call, asking->since) : asking->since;
  to = to < today ? to : today;
  int64_t days =
      (today - asking->since + DAY_USEC / 2) / DAY_USEC + 1; /* a day may have 23 hours */
  int64_t whole = (to - asking->since + DAY_USEC / 2) / DAY_USEC;
  if (asking->since > today || days > LW_TRACK_DAYS_MAX + DAYS_A_WEEK) {
    lw_api_refuse_parameter(call, "from", "a day of the last two years");
    return false;
  }
  if (whole < 0) {
    lw_api_refuse_parameter(call, "to", "a day behind `from`");
    return false;
  }
  asking->window_days = (uint32_t)days;
  charting->n_days = (uint32_t)whole;
  return true;
}

/* A lead who names no team means their own. */
static lw_str team_of(const struct lw_track_scope *scope)
{
  return scope->agent.len != 0 ? LW_STR("") : scope->team.len != 0 ? scope->team : scope->within;
}

static bool read_notes(struct lw_call *call, struct asking *asking)
{
  const struct lw_track_charting *charting = &asking->charting;
  const struct lw_cause_place place = {.of = lw_str_c(lw_track_figure_name(charting->of)),
                                       .by = charting->weekly ? LW_STR("week") : LW_STR("day"),
                                       .team = team_of(&charting->scope),
                                       .agent = charting->scope.agent,
                                       .cause = charting->cause};
  struct lw_cause_note *notes = NULL;
  struct lw_error err = {0};
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL ||
      !lw_api_is_well(
          call, lw_cause_notes(db, &place, &call->arena, &notes, &asking->n_notes, &err), &err)) {
    return false;
  }
  asking->notes = LW_NEW_ARRAY(&call->arena, struct lw_track_note, (size_t)asking->n_notes + 1);
  for (uint32_t i = 0; asking->notes != NULL && i < asking->n_notes; i++) {
    asking->notes[i] =
        (struct lw_track_note){notes[i].at, notes[i].text, notes[i].who, notes[i].noted_at};
  }
  if (asking->notes == NULL) {
    lw_call_fail(call, LW_NO_MEMORY, "out of memory");
  }
  return asking->notes != NULL;
}

/* --- the chart --- */

static enum lw_code print(struct lw_call *call, struct lw_db *db,
                          const struct lw_live_past_view *past, struct lw_error *err)
{
  struct asking *asking = call->user;
  struct lw_track_chart chart;
  (void)db; /* the notes were read before */
  const struct lw_track_window window = {.tape = past->tape,
                                         .serial = past->serial,
                                         .since = asking->since,
                                         .n_days = asking->window_days};
  enum lw_code rc = lw_track_keeper_hold(call->server->track, &window, &asking->charting.sums, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = lw_track_chart_make(&asking->charting, &call->arena, &chart, err);
  if (rc == LW_OK && !asking->individuals && chart.n_agents < LW_TRACK_GROUP_MIN) {
    rc = lw_fail(err, LW_FORBIDDEN, "figures are shown for groups of %d people and more",
                 LW_TRACK_GROUP_MIN);
  }
  if (rc == LW_OK) {
    asking->charting.scope.team = team_of(&asking->charting.scope);
    lw_track_chart_print(&asking->charting, &chart, asking->notes, asking->n_notes, &call->out);
  }
  lw_track_keeper_release(call->server->track);
  return rc;
}

static void work(struct lw_call *call)
{
  struct lw_error err = {0};
  enum lw_code rc = LW_OK;
  if (lw_api_use_past(call, print, &rc, &err)) {
    lw_api_reply_sheet(call, rc, &err, &lw_chart_sheet, "chart");
  }
}

void lw_api_track_chart(struct lw_call *call)
{
  struct asking *asking = LW_API_NEW(call, struct asking);
  if (asking == NULL) {
    return;
  }
  *asking = (struct asking){.n_notes = 0};
  if (lw_api_track_scope(call, &asking->charting.scope, &asking->individuals) &&
      read_what(call, &asking->charting) && read_span(call, asking) && lw_api_read_format(call) &&
      read_notes(call, asking)) {
    call->user = asking;
    lw_worker_run_on(call->server->replayer, call, work);
  }
}

/* --- what lies behind a point --- */

static lw_str figure_of(struct lw_call *call, struct lw_faults *faults)
{
  enum lw_track_figure of;
  lw_str text = lw_call_text(call->json, "of", faults);
  if (!lw_track_figure_read(text, &of)) {
    lw_faults_add(faults, LW_STR("of"), "is the chart's figure, such as amount");
  }
  return text;
}

static void read_place(struct lw_call *call, struct lw_cause_noting *noting,
                       struct lw_faults *faults)
{
  const struct lw_person *self = call->caller.person;
  struct lw_cause_place *place = &noting->place;
  *place = (struct lw_cause_place){
      .of = figure_of(call, faults),
      .by = lw_call_text(call->json, "by", faults),
      .team = lw_api_team_path(call, lw_call_text(call->json, "team", faults)),
      .agent = lw_call_text(call->json, "agent", faults),
      .cause = lw_call_text(call->json, "cause", faults)};
  if (!lw_str_equal(place->by, LW_STR("day")) && !lw_str_equal(place->by, LW_STR("week"))) {
    lw_faults_add(faults, LW_STR("by"), "is day or week");
  }
  if (place->agent.len != 0 && (place->team.len != 0 || place->cause.len != 0)) {
    lw_faults_add(faults, LW_STR("agent"), "stands alone: an agent's chart has no team or cause");
  }
  if (place->agent.len == 0 && place->team.len == 0 && self != NULL &&
      lw_access_view(&call->caller, LW_ACCESS_SEE_STATS) == LW_VIEW_TEAM) {
    place->team = self->actor.team; /* the chart that they see */
  }
}

void lw_api_name_cause(struct lw_call *call)
{
  static const char *const members[] = {"of", "by", "team", "agent", "cause", "at", "text", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_cause_noting *noting = LW_API_NEW(call, struct lw_cause_noting);
  if (noting == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  *noting = (struct lw_cause_noting){.caller = &call->caller};
  read_place(call, noting, &faults);
  noting->text = lw_str_trim(lw_call_text(call->json, "text", &faults));
  lw_str at = lw_call_text(call->json, "at", &faults);
  if (noting->text.len == 0 || noting->text.len > LW_CAUSE_TEXT_BYTES_MAX) {
    lw_faults_add(&faults, LW_STR("text"), "is a text of at most %d bytes",
                  LW_CAUSE_TEXT_BYTES_MAX);
  }
  if (at.len == 0 || !lw_person_read_time(NULL, at, false, &noting->at)) {
    lw_faults_add(&faults, LW_STR("at"), "is the point's moment, as the chart has it");
  }
  lw_call_submit_sound(call, &faults, lw_cause_note_put, noting);
}
