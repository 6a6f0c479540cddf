/* Coaching: begun, gone on with, closed, listed; and what the figures say since. What may be done
 * by whom is checked where it is done (desk/coaching.c). The figures come from the past that the
 * server keeps for replays, on their threads; a talk begins without them where they are not at
 * hand. */
#include "base/num.h"
#include "budget/window.h"
#include "desk/coaching.h"
#include "http/api_sheet.h"
#include "http/desk_sheets.h"
#include "people/person.h"
#include "track/keeper.h"
#include "track/person.h"

enum {
  BEFORE_WAIT_MSEC = 500, /* a talk does not wait long for its figures */
  BEFORE_DAYS = 90
};
#define USEC_PER_DAY (LW_USEC_PER_SECOND * LW_SECONDS_PER_DAY)

static const lw_str measures[] = {LW_STR_INIT("amount"), LW_STR_INIT("given"), LW_STR_INIT("asked"),
                                  LW_STR_INIT("resolve"), LW_STR_INIT("rating")};

/* --- reading --- */

void lw_api_list_coaching(struct lw_call *call)
{
  struct lw_coaching_query query = {.person = lw_call_query(call, "person")};
  struct lw_api_page page;
  struct lw_error err;
  if (!lw_api_read_page(call, &page) || !lw_api_read_flag(call, "open", &query.open) ||
      !lw_api_read_flag(call, "due", &query.due) || !lw_api_read_format(call)) {
    return;
  }
  if (query.person.len != 0 && !lw_access_covers(&call->caller, LW_ACCESS_SEE_COACHING,
                                                 call->snapshot->staff, query.person)) {
    lw_call_forbidden(call, LW_ACCESS_SEE_COACHING);
    return;
  }
  query.after = page.after;
  query.limit = page.limit;
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    struct lw_desk_reader reader = lw_api_desk(call, db);
    enum lw_code code = lw_coaching_list(&reader, &query, &call->out, &err);
    lw_api_reply_sheet(call, code, &err, &lw_coaching_sheet, "coaching");
  }
}

/* The talk of the path, when it is the caller's; false: replied. */
static bool find(struct lw_call *call, struct lw_db *db, struct lw_coaching *ret_coaching)
{
  struct lw_error err = {0};
  enum lw_code code = lw_coaching_get(db, call->params[0], &call->arena, ret_coaching, &err);
  if (code == LW_NOT_FOUND ||
      (code == LW_OK && !lw_coaching_visible(call->snapshot->staff, &call->caller, ret_coaching))) {
    lw_call_fail(call, LW_NOT_FOUND, "there is no coaching of this id that you may see");
    return false;
  }
  return lw_api_is_well(call, code, &err);
}

void lw_api_get_coaching(struct lw_call *call)
{
  struct lw_coaching coaching;
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL && find(call, db, &coaching)) {
    struct lw_desk_reader reader = lw_api_desk(call, db);
    enum lw_code code = lw_coaching_print(&reader, &coaching, &call->out, &err);
    if (code == LW_OK) {
      lw_api_add_tag(call, coaching.version);
    }
    lw_api_reply_read(call, code, &err);
  }
}

/* --- figures --- */

struct figures {
  lw_str person;
  lw_usec since;
  struct lw_coaching_begin *begin; /* what they are for; NULL: they are the answer */
};

/* One person's figures since then, against what everybody of that time did. */
static enum lw_code print_figures(struct lw_call *call, const struct figures *figures,
                                  uint32_t wait_msec, struct lw_buf *out, struct lw_error *err)
{
  const struct lw_policy *policy = call->snapshot->policy;
  const struct lw_track_sums *sums = NULL;
  struct lw_live_past_view past;
  int64_t days = (call->received - figures->since) / USEC_PER_DAY + 1;
  struct lw_db *db = NULL;
  enum lw_code rc = lw_engine_reader(call->engine, &db, err);
  rc = rc == LW_OK ? lw_live_past_hold(call->server->past, lw_engine_seq(call->engine), wait_msec,
                                       &past, err)
                   : rc;
  if (rc != LW_OK) {
    lw_engine_reader_done(call->engine, db);
    return rc;
  }
  const struct lw_track_window window = {.tape = past.tape,
                                         .serial = past.serial,
                                         .since = figures->since,
                                         .n_days = (uint32_t)days,
                                         .store = {.db = db, .staff = call->snapshot->staff}};
  rc = lw_track_keeper_hold(call->server->track, &window, &sums, err);
  if (rc == LW_OK) {
    rc = lw_track_person_print(sums, figures->person, call->received,
                               policy != NULL ? policy->currency : LW_CURRENCY_NONE, &call->arena,
                               out, err);
    lw_track_keeper_release(call->server->track);
  }
  lw_live_past_release(call->server->past);
  lw_engine_reader_done(call->engine, db);
  return rc;
}

static void work_since(struct lw_call *call)
{
  struct lw_error err = {0};
  if (!lw_call_is_awaited(call)) {
    return;
  }
  enum lw_code rc = print_figures(call, call->user, LW_API_PAST_WAIT_MSEC, &call->out, &err);
  lw_api_reply_read(call, rc, &err);
}

void lw_api_coaching_since(struct lw_call *call)
{
  struct figures *figures = LW_API_NEW(call, struct figures);
  struct lw_coaching coaching;
  struct lw_db *db = figures != NULL ? lw_call_reader(call) : NULL;
  if (db != NULL && find(call, db, &coaching)) {
    *figures = (struct figures){.person = coaching.person, .since = coaching.opened_at};
    call->user = figures;
    lw_worker_run_on(call->server->replayer, call, work_since);
  }
}

/* --- beginning --- */

/* A day of the policy's clock, or a moment; absent or null: 0. Not in the past, not past a year. */
static lw_usec read_day(struct lw_call *call, const struct lw_value *map, const char *key,
                        struct lw_faults *faults)
{
  const struct lw_policy *policy = call->snapshot->policy;
  const struct lw_value *value = lw_value_get(map, lw_str_c(key));
  lw_usec at = 0;
  if (value == NULL || value->kind == LW_VALUE_NULL) {
    return 0;
  }
  if (value->kind != LW_VALUE_STRING ||
      !lw_person_read_time(policy != NULL ? policy->zone : NULL, value->text, false, &at)) {
    lw_faults_add(faults, lw_str_c(key), "is a day, such as 2026-12-01, or a moment");
    return 0;
  }
  if (at < call->received - USEC_PER_DAY || at > call->received + LW_COACHING_AHEAD_USEC_MAX) {
    lw_faults_add(faults, lw_str_c(key), "lies in the past, or more than a year ahead");
  }
  return at;
}

/* A text of the map; needed or not. */
static lw_str read_text(const struct lw_value *map, const char *key, bool needed,
                        struct lw_faults *faults)
{
  lw_str text = lw_call_text(map, key, faults);
  if (text.len > LW_COACHING_TEXT_BYTES_MAX) {
    lw_faults_add(faults, lw_str_c(key), "is longer than %d bytes", LW_COACHING_TEXT_BYTES_MAX);
  } else if (needed && lw_str_trim(text).len == 0) {
    lw_faults_add(faults, lw_str_c(key), "is missing");
  }
  return lw_str_trim(text).len != 0 ? text : LW_STR("");
}

static void read_steps(struct lw_call *call, struct lw_coaching_begin *begin,
                       struct lw_faults *faults)
{
  static const char *const members[] = {"text", "due", NULL};
  const struct lw_value *steps = lw_value_get(call->json, LW_STR("steps"));
  if (steps == NULL || steps->kind == LW_VALUE_NULL) {
    return;
  }
  if (steps->kind != LW_VALUE_LIST || steps->count > LW_COACHING_STEPS_MAX) {
    lw_faults_add(faults, LW_STR("steps"), "is a list of at most %d steps", LW_COACHING_STEPS_MAX);
    return;
  }
  for (uint32_t i = 0; i < steps->count; i++) {
    lw_call_known(&steps->items[i], members, faults);
    begin->steps[begin->n_steps++] =
        (struct lw_coaching_step){.text = read_text(&steps->items[i], "text", true, faults),
                                  .due_at = read_day(call, &steps->items[i], "due", faults)};
  }
}

static void read_measure(struct lw_call *call, struct lw_coaching_begin *begin,
                         struct lw_faults *faults)
{
  bool known = false;
  begin->measure = lw_call_text(call->json, "measure", faults);
  for (size_t i = 0; i < sizeof measures / sizeof measures[0]; i++) {
    known = known || lw_str_equal(begin->measure, measures[i]);
  }
  if (begin->measure.len != 0 && !known) {
    lw_faults_add(faults, LW_STR("measure"), "is amount, given or asked");
  }
  begin->review = lw_call_text(call->json, "review", faults);
  if (begin->review.len != 0 && begin->measure.len != 0) {
    lw_faults_add(faults, LW_STR("review"), "or measure: one of them is said");
  }
}

/* With the figures of the last months, if they come at once; a talk goes without them. */
static void work_open(struct lw_call *call)
{
  struct figures *figures = call->user;
  struct lw_coaching_begin *begin = figures->begin;
  struct lw_buf out = {0};
  struct lw_error err = {0};
  if (print_figures(call, figures, BEFORE_WAIT_MSEC, &out, &err) == LW_OK) {
    begin->before = lw_str_copy(&call->arena, lw_buf_str(&out));
  }
  lw_buf_finish(&out);
  lw_call_submit(call, lw_coaching_open, begin);
}

static void measure_and_open(struct lw_call *call, struct lw_coaching_begin *begin)
{
  static const struct lw_window of_a_day = {.kind = LW_WINDOW_DAY};
  const struct lw_policy *policy = call->snapshot->policy;
  struct figures *figures = LW_API_NEW(call, struct figures);
  struct lw_period today;
  if (figures != NULL) {
    lw_window_period(&of_a_day, policy != NULL ? policy->zone : NULL, call->received, &today);
    *figures = (struct figures){.person = begin->person,
                                .since = today.start - (BEFORE_DAYS - 1) * USEC_PER_DAY,
                                .begin = begin};
    call->user = figures;
    lw_worker_run_on(call->server->replayer, call, work_open);
  }
}

void lw_api_open_coaching(struct lw_call *call)
{
  static const char *const members[] = {"person", "review",    "measure", "note",
                                        "steps",  "follow_up", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_coaching_begin *begin = LW_API_NEW(call, struct lw_coaching_begin);
  if (begin == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  *begin = (struct lw_coaching_begin){.caller = &call->caller, .before = LW_STR("")};
  begin->person = read_text(call->json, "person", true, &faults);
  begin->note = read_text(call->json, "note", false, &faults);
  begin->follow_up_at = read_day(call, call->json, "follow_up", &faults);
  read_measure(call, begin, &faults);
  read_steps(call, begin, &faults);
  if (faults.count == 0 && begin->note.len == 0 && begin->n_steps == 0) {
    lw_faults_add(&faults, LW_STR("note"), "or steps: something is said");
  }
  if (faults.count != 0) {
    lw_call_faults(call, &faults);
  } else if (lw_coaching_leads(call->snapshot->staff, &call->caller, begin->person)) {
    measure_and_open(call, begin);
  } else {
    lw_call_submit(call, lw_coaching_open, begin); /* which says why not */
  }
}

/* --- going on --- */

/* Room for the words of a call about one talk; its body's members checked. */
static struct lw_coaching_act *begin_act(struct lw_call *call, const char *const *members,
                                         struct lw_faults *faults)
{
  struct lw_coaching_act *act = LW_API_NEW(call, struct lw_coaching_act);
  *faults = lw_call_new_faults(call);
  if (act != NULL) {
    *act = (struct lw_coaching_act){.caller = &call->caller, .coaching = call->params[0]};
    lw_call_known(call->json, members, faults);
    call->then = lw_api_tag_from_version;
  }
  return act;
}

void lw_api_note_coaching(struct lw_call *call)
{
  static const char *const members[] = {"text", NULL};
  struct lw_faults faults;
  struct lw_coaching_act *act = begin_act(call, members, &faults);
  if (act != NULL) {
    act->text = read_text(call->json, "text", true, &faults);
    lw_call_submit_sound(call, &faults, lw_coaching_note, act);
  }
}

void lw_api_agree_coaching(struct lw_call *call)
{
  static const char *const members[] = {"text", "due", NULL};
  struct lw_faults faults;
  struct lw_coaching_act *act = begin_act(call, members, &faults);
  if (act != NULL) {
    act->text = read_text(call->json, "text", true, &faults);
    act->at = read_day(call, call->json, "due", &faults);
    lw_call_submit_sound(call, &faults, lw_coaching_agree, act);
  }
}

void lw_api_tick_coaching(struct lw_call *call)
{
  static const char *const members[] = {"done", NULL};
  struct lw_faults faults;
  struct lw_coaching_act *act = begin_act(call, members, &faults);
  uint64_t place = 0;
  if (act == NULL) {
    return;
  }
  act->done = lw_call_flag(call->json, "done", true, &faults);
  act->place =
      lw_uint_read(call->params[1], &place) && place <= LW_COACHING_STEPS_MAX ? (uint32_t)place : 0;
  lw_call_submit_sound(call, &faults, lw_coaching_tick, act);
}

void lw_api_follow_up_coaching(struct lw_call *call)
{
  static const char *const members[] = {"at", NULL};
  struct lw_faults faults;
  struct lw_coaching_act *act = begin_act(call, members, &faults);
  if (act != NULL) {
    act->at = read_day(call, call->json, "at", &faults);
    lw_call_submit_sound(call, &faults, lw_coaching_follow_up, act);
  }
}

void lw_api_close_coaching(struct lw_call *call)
{
  static const char *const members[] = {"text", NULL};
  struct lw_faults faults;
  struct lw_coaching_act *act = begin_act(call, members, &faults);
  if (act != NULL) {
    act->text = read_text(call->json, "text", false, &faults);
    lw_call_submit_sound(call, &faults, lw_coaching_close, act);
  }
}
