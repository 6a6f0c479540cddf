/* Trials: a version of the policy for some teams first (engine/canary.h). What is tried is read and
 * compared on the worker's thread, as for publishing. */
#include "base/num.h"
#include "engine/canary.h"
#include "engine/draft.h"
#include "http/api.h"
#include "http/council.h"

/* --- the list --- */

/* Whether what its teams gave on a day may be told. */
static bool shows_trial(const struct lw_council *council, const struct lw_canary *trial)
{
  lw_str paths[LW_CANARY_TEAMS_MAX];
  uint32_t count = 0;
  for (uint32_t i = 0; council->on && i < trial->n_teams; i++) {
    const struct lw_team *team = lw_staff_find_team(council->staff, trial->teams[i]);
    if (team != NULL) {
      paths[count++] = team->path;
    }
  }
  return lw_council_shows_below(council, paths, count);
}

void lw_api_list_trials(struct lw_call *call)
{
  struct lw_api_page page;
  struct lw_canary *trials = NULL;
  uint32_t count = 0;
  uint64_t after = 0;
  struct lw_council council;
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL || !lw_api_council(call, &council) || !lw_api_read_page(call, &page) ||
      !lw_api_read_number(call, "after", 1, INT64_MAX / 2, 0, &after)) {
    return;
  }
  enum lw_code code =
      lw_canary_list(db, after, page.limit + 1, &call->arena, &trials, &count, &err);
  if (!lw_api_is_well(call, code, &err)) {
    return;
  }
  uint32_t shown = count < page.limit ? count : page.limit;
  LW_BUF_LIT(&call->out, "{\"items\":[");
  for (uint32_t i = 0; i < shown; i++) {
    lw_buf_add_c(&call->out, i == 0 ? "" : ",");
    trials[i].day_withheld = !shows_trial(&council, &trials[i]);
    lw_canary_print(&trials[i], lw_api_currency(call), &call->out);
  }
  LW_BUF_LIT(&call->out, "]");
  if (shown < count) {
    lw_buf_printf(&call->out, ",\"next\":\"%llu\"", (unsigned long long)trials[shown - 1].seq);
  }
  LW_BUF_LIT(&call->out, "}");
  lw_call_reply(call, 200);
}

/* --- starting --- */

struct starting {
  struct lw_canary_start start;
  lw_str source;
  lw_str draft; /* its id; or empty */
  lw_str note;
  lw_str reason;
};

static void finish_starting(struct lw_call *call)
{
  struct starting *starting = call->user;
  lw_canary_start_finish(&starting->start);
}

/* The text that is tried. False: replied. */
static bool find_source(struct lw_call *call, struct starting *starting)
{
  struct lw_publish_version version;
  struct lw_publish_draft old;
  struct lw_draft draft;
  struct lw_error err;
  enum lw_code rc = LW_OK;
  struct lw_db *db = starting->source.ptr == NULL ? lw_call_reader(call) : NULL;
  if (starting->source.ptr != NULL || db == NULL) {
    return starting->source.ptr != NULL;
  }
  if (starting->start.version != 0) {
    rc = lw_publish_get(db, starting->start.version, &call->arena, &version, &err);
    starting->source = rc == LW_OK ? version.source : LW_STR("");
  } else if (starting->draft.len != 0) {
    rc = lw_draft_get(db, starting->draft, &call->arena, &draft, &err);
    starting->source = rc == LW_OK ? draft.source : LW_STR("");
    if (rc == LW_OK && lw_str_trim(starting->reason).len == 0) {
      starting->reason = draft.reason;
    }
  } else {
    rc = lw_publish_draft_get(db, &call->arena, &old, &err);
    starting->source = rc == LW_OK ? old.source : LW_STR("");
  }
  return lw_api_is_well(call, rc, &err);
}

static void work_start(struct lw_call *call)
{
  struct starting *starting = call->user;
  struct lw_publish *publish = &starting->start.publish;
  struct lw_error err;
  lw_str paths = LW_STR("");
  if (!find_source(call, starting)) {
    return;
  }
  lw_publish_init(publish, starting->source, &call->arena);
  publish->note = starting->note;
  publish->reason = starting->reason;
  lw_exchange_of(call)->cleanup = finish_starting;
  if (lw_canary_start_prepare(&starting->start, call->snapshot, &err) != LW_OK) {
    lw_api_fail_findings(call, publish, &err);
    return;
  }
  if (lw_api_is_well(call, lw_publish_compare(publish, call->snapshot, &paths, &err), &err) &&
      lw_api_has_reason(call, publish, starting->draft.len != 0, starting->reason, paths)) {
    lw_call_submit(call, lw_canary_start_apply, &starting->start);
  }
}

uint32_t lw_api_share_of(lw_str text)
{
  uint32_t ppm = 0;
  uint32_t unit = 100000;
  if (text.len < 3 || text.len > 8 || !lw_str_starts(text, LW_STR("0."))) {
    return 0;
  }
  for (size_t i = 2; i < text.len; i++) {
    if (text.ptr[i] < '0' || text.ptr[i] > '9') {
      return 0;
    }
    ppm += (uint32_t)(text.ptr[i] - '0') * unit;
    unit /= 10;
  }
  return ppm;
}

static void read_teams(struct lw_call *call, struct lw_canary_start *start,
                       struct lw_faults *faults)
{
  const struct lw_value *teams = lw_value_get(call->json, LW_STR("teams"));
  start->share = lw_call_text(call->json, "share", faults);
  if ((teams != NULL) == (start->share.ptr != NULL)) {
    lw_faults_add(faults, LW_STR("teams"), "either `teams` or a `share` of them must be there");
    return;
  }
  start->share_ppm = teams == NULL ? lw_api_share_of(start->share) : 0;
  if (teams == NULL && start->share_ppm == 0) {
    lw_faults_add(faults, LW_STR("share"), "takes a part of 1, like 0.5");
  }
  bool fits = teams == NULL || (teams->kind == LW_VALUE_LIST && teams->count != 0 &&
                                teams->count <= LW_CANARY_TEAMS_MAX);
  lw_str *ids = fits && teams != NULL ? LW_NEW_ARRAY(&call->arena, lw_str, teams->count) : NULL;
  for (uint32_t i = 0; fits && teams != NULL && i < teams->count; i++) {
    fits = ids != NULL && teams->items[i].kind == LW_VALUE_STRING;
    if (fits) {
      ids[i] = teams->items[i].text;
    }
  }
  if (!fits) {
    lw_faults_add(faults, LW_STR("teams"), "takes the ids of 1 to %d teams", LW_CANARY_TEAMS_MAX);
  } else if (teams != NULL) {
    start->teams = ids;
    start->n_teams = teams->count;
  }
}

static void read_until(struct lw_call *call, lw_usec *ret_until, struct lw_faults *faults)
{
  int64_t seconds = 0;
  uint32_t nanos = 0;
  lw_str text = lw_call_text(call->json, "until", faults);
  if (text.ptr == NULL) {
    lw_faults_add(faults, LW_STR("until"),
                  "must be there: when everybody has the live version again, unless it is kept");
  } else if (lw_rfc3339_read(text, &seconds, &nanos)) {
    *ret_until = seconds * LW_USEC_PER_SECOND + nanos / 1000;
  } else {
    lw_faults_add(faults, LW_STR("until"), "takes a moment, as 2026-03-02T10:00:00Z");
  }
}

static void read_stops(struct lw_call *call, struct lw_canary_start *start,
                       struct lw_faults *faults)
{
  static const char *const members[] = {"cost_a_day", NULL};
  const struct lw_value *stops = lw_value_get(call->json, LW_STR("stops"));
  lw_money money;
  if (stops == NULL || stops->kind == LW_VALUE_NULL) {
    return;
  }
  if (stops->kind != LW_VALUE_MAP) {
    lw_faults_add(faults, LW_STR("stops"), "takes {cost_a_day}");
    return;
  }
  lw_call_known(stops, members, faults);
  start->stop = lw_call_text(stops, "cost_a_day", faults);
  start->has_stop = start->stop.ptr != NULL;
  if (start->has_stop &&
      (lw_money_read(start->stop, lw_api_currency(call), &money) != LW_MONEY_OK ||
       money.minor < 0)) {
    lw_faults_add(faults, LW_STR("stops.cost_a_day"), "takes an amount like 500.00");
  }
}

static void read_tried(struct lw_call *call, struct starting *starting, struct lw_faults *faults)
{
  const struct lw_value *version = lw_value_get(call->json, LW_STR("version"));
  starting->source = lw_call_text(call->json, "source", faults);
  starting->draft = lw_call_text(call->json, "draft", faults);
  if (version != NULL && version->kind != LW_VALUE_NULL) {
    uint64_t number = 0;
    if (version->kind != LW_VALUE_NUMBER || !lw_uint_read(version->text, &number) || number == 0) {
      lw_faults_add(faults, LW_STR("version"), "takes a version's number, from 1");
    }
    starting->start.version = number;
  }
  if ((starting->source.ptr != NULL) + (starting->draft.len != 0) + (starting->start.version != 0) >
      1) {
    lw_faults_add(faults, LW_STR(""), "one of draft, source and version says what is tried");
  }
}

static void start_trial(struct lw_call *call, bool only_look)
{
  static const char *const members[] = {"source", "version", "draft",  "teams", "share",
                                        "until",  "note",    "reason", "stops", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct starting *starting = LW_API_NEW(call, struct starting);
  if (starting == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  read_tried(call, starting, &faults);
  read_teams(call, &starting->start, &faults);
  read_until(call, &starting->start.until, &faults);
  read_stops(call, &starting->start, &faults);
  starting->note = lw_call_text(call->json, "note", &faults);
  starting->reason = lw_call_text(call->json, "reason", &faults);
  if (!lw_call_is_sound(call, &faults)) {
    return;
  }
  starting->start.only_look = only_look;
  call->user = starting;
  lw_worker_run(call, work_start);
}

void lw_api_start_trial(struct lw_call *call)
{
  start_trial(call, false);
}

/* Whether it could start: so that what holds it back is said before somebody has decided on it. */
void lw_api_look_at_trial(struct lw_call *call)
{
  start_trial(call, true);
}

/* --- longer --- */

void lw_api_extend_trial(struct lw_call *call)
{
  static const char *const members[] = {"until", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_canary_extend *extend = LW_API_NEW(call, struct lw_canary_extend);
  if (extend == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  *extend = (struct lw_canary_extend){.id = call->params[0]};
  read_until(call, &extend->until, &faults);
  lw_call_submit_sound(call, &faults, lw_canary_extend_apply, extend);
}

/* --- ending --- */

static void finish_trial(struct lw_call *call, bool keeps)
{
  static const char *const keep_members[] = {"note", "ends_trials", NULL};
  static const char *const end_members[] = {"note", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_canary_finish *finish = LW_API_NEW(call, struct lw_canary_finish);
  if (finish == NULL) {
    return;
  }
  const struct lw_value *others = lw_value_get(call->json, LW_STR("ends_trials"));
  lw_call_known(call->json, keeps ? keep_members : end_members, &faults);
  *finish = (struct lw_canary_finish){
      .id = call->params[0],
      .keeps = keeps,
      .ends_trials = others != NULL && others->kind == LW_VALUE_BOOL && others->boolean,
      .note = lw_call_text(call->json, "note", &faults)};
  if (keeps && others != NULL && others->kind != LW_VALUE_BOOL) {
    lw_faults_add(&faults, LW_STR("ends_trials"), "takes true or false");
  }
  lw_call_submit_sound(call, &faults, lw_canary_end_apply, finish);
}

void lw_api_keep_trial(struct lw_call *call)
{
  finish_trial(call, true);
}

void lw_api_end_trial(struct lw_call *call)
{
  finish_trial(call, false);
}
