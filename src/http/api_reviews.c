/* Reviews: drawn, listed, begun, sent, answered, appealed. What may be done by whom is checked
 * where it is done (desk/review.c); here bodies and parameters are read. */
#include "desk/review.h"
#include "desk/review_agree.h"
#include "http/api_sheet.h"
#include "http/desk_sheets.h"
#include "people/person.h"

enum { DAYS_MAX = 3660 };

/* --- reading --- */

/* A day of the week ("2026-03-02"), or a moment in it; absent: the last whole week. */
static bool read_week(struct lw_call *call, lw_str text, struct lw_review_drawing *drawing)
{
  const struct lw_policy *policy = call->snapshot->policy;
  const struct lw_tz *zone = policy != NULL ? policy->zone : NULL;
  lw_usec at = 0;
  if (text.ptr == NULL) {
    lw_review_set_week(zone, call->received, drawing);
    lw_review_set_week(zone, drawing->week - 1, drawing);
    return true;
  }
  if (!lw_person_read_time(zone, text, false, &at)) {
    return false;
  }
  lw_review_set_week(zone, at, drawing);
  return true;
}

static bool read_state(struct lw_call *call, struct lw_review_query *query)
{
  lw_str state = lw_call_query(call, "state");
  query->has_state = state.ptr != NULL;
  for (int i = 0; query->has_state && i < LW_REVIEW_STATES; i++) {
    if (lw_str_equal(state, lw_review_state_name((enum lw_review_state)i))) {
      query->state = (enum lw_review_state)i;
      return true;
    }
  }
  if (query->has_state) {
    lw_api_refuse_parameter(call, "state", "open, done or skipped");
  }
  return !query->has_state;
}

void lw_api_list_reviews(struct lw_call *call)
{
  struct lw_review_query query = {.limit = 0};
  struct lw_review_drawing week = {.count = 0};
  struct lw_api_page page;
  struct lw_error err;
  lw_str said = lw_call_query(call, "week");
  if (!lw_api_read_page(call, &page) || !read_state(call, &query) || !lw_api_read_format(call) ||
      !lw_api_read_flag(call, "waits", &query.waits) ||
      !lw_api_read_flag(call, "appealed", &query.appealed) ||
      !lw_api_read_flag(call, "scenario", &query.scenario)) {
    return;
  }
  if (said.ptr != NULL && !read_week(call, said, &week)) {
    lw_api_refuse_parameter(call, "week", "a day of it, such as 2026-03-02");
    return;
  }
  if (query.scenario && lw_access_view(&call->caller, LW_ACCESS_REVIEW) == LW_VIEW_NONE) {
    lw_call_forbidden(call, LW_ACCESS_REVIEW);
    return;
  }
  query.week = week.week;
  query.team = lw_api_team_path(call, lw_call_query(call, "team"));
  query.agent = lw_call_query(call, "agent");
  query.after = page.after;
  query.limit = page.limit;
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    struct lw_desk_reader reader = lw_api_desk(call, db);
    enum lw_code code = lw_review_list(&reader, &query, &call->out, &err);
    lw_api_reply_sheet(call, code, &err, &lw_reviews_sheet, "reviews");
  }
}

void lw_api_get_review(struct lw_call *call)
{
  struct lw_review review;
  struct lw_error err;
  bool works_council = false;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL) {
    return;
  }
  struct lw_desk_reader reader = lw_api_desk(call, db);
  enum lw_code code = lw_works_council(db, &works_council, &err);
  code = code == LW_OK ? lw_review_get(db, call->params[0], &call->arena, &review, &err) : code;
  if (code == LW_NOT_FOUND ||
      (code == LW_OK && !lw_review_visible(&reader, &review, works_council))) {
    lw_call_fail(call, LW_NOT_FOUND, "there is no review of this id that you may see");
    return;
  }
  code = code == LW_OK ? lw_review_print(&reader, &review, works_council, &call->out, &err) : code;
  if (code == LW_OK) {
    lw_api_add_tag(call, review.version);
  }
  lw_api_reply_read(call, code, &err);
}

/* --- drawing --- */

static lw_str team_of(struct lw_call *call, lw_str named)
{
  return lw_api_team_path(call, named);
}

void lw_api_draw_reviews(struct lw_call *call)
{
  static const char *const members[] = {"team", "week", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_review_drawing *drawing = LW_API_NEW(call, struct lw_review_drawing);
  struct lw_review_share share;
  struct lw_error err;
  if (drawing == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  *drawing = (struct lw_review_drawing){.caller = &call->caller};
  drawing->team = team_of(call, lw_call_text(call->json, "team", &faults));
  if (!read_week(call, lw_call_text(call->json, "week", &faults), drawing)) {
    lw_faults_add(&faults, LW_STR("week"), "is a day, such as 2026-03-02");
  } else if (drawing->until > call->received) {
    lw_faults_add(&faults, LW_STR("week"), "is not over yet");
  }
  if (drawing->team.len == 0) {
    lw_faults_add(&faults, LW_STR("team"), "is missing");
  }
  if (!lw_call_is_sound(call, &faults)) {
    return;
  }
  if (!lw_review_covers_team(&call->caller, drawing->team)) {
    lw_call_fail(call, LW_FORBIDDEN, "the reviews of that team are not yours to draw");
    return;
  }
  struct lw_db *db = lw_api_need_lists(call) ? lw_call_reader(call) : NULL;
  if (db == NULL) {
    return;
  }
  struct lw_desk_reader reader = lw_api_desk(call, db);
  enum lw_code code = lw_review_share_get(db, drawing->team, &share, &err);
  drawing->number = share.number;
  drawing->random_percent = share.random_percent;
  code = code == LW_OK ? lw_review_choose(&reader, call->server->lists, drawing, &err) : code;
  if (lw_api_is_well(call, code, &err)) {
    lw_call_submit(call, lw_review_draw, drawing);
  }
}

void lw_api_pick_review(struct lw_call *call)
{
  static const char *const members[] = {"decision", "case", "reason", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_review_pick *pick = LW_API_NEW(call, struct lw_review_pick);
  if (pick == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  lw_str decision = lw_call_text(call->json, "decision", &faults);
  *pick =
      (struct lw_review_pick){.caller = &call->caller,
                              .case_id = lw_call_text(call->json, "case", &faults),
                              .reason = lw_str_trim(lw_call_text(call->json, "reason", &faults))};
  if (pick->reason.len > LW_REVIEW_NOTE_BYTES_MAX) {
    lw_faults_add(&faults, LW_STR("reason"), "is longer than %d bytes", LW_REVIEW_NOTE_BYTES_MAX);
  }
  if ((decision.len != 0) == (pick->case_id.len != 0)) {
    lw_faults_add(&faults, LW_STR("decision"), "or case: one of them is said");
  } else if (decision.len != 0 && !lw_id_read(LW_STR("dec"), decision, &pick->decision)) {
    lw_faults_add(&faults, LW_STR("decision"), "is no decision's id");
  }
  lw_call_submit_sound(call, &faults, lw_review_pick, pick);
}

/* --- acting --- */

/* Room for the words of a call about one review; its body's members checked. */
static struct lw_review_act *begin(struct lw_call *call, const char *const *members,
                                   struct lw_faults *faults)
{
  struct lw_review_act *act = LW_API_NEW(call, struct lw_review_act);
  *faults = lw_call_new_faults(call);
  if (act != NULL) {
    *act = (struct lw_review_act){.caller = &call->caller, .review = call->params[0]};
    if (members != NULL) {
      lw_call_known(call->json, members, faults);
    }
    call->then = lw_api_tag_from_version;
  }
  return act;
}

/* The one text that the body has; needed. */
static void read_text(struct lw_call *call, const char *key, lw_str *ret, struct lw_faults *faults)
{
  *ret = lw_call_text(call->json, key, faults);
  if (lw_str_trim(*ret).len == 0) {
    lw_faults_add(faults, lw_str_c(key), "is missing");
  } else if (ret->len > LW_REVIEW_NOTE_BYTES_MAX) {
    lw_faults_add(faults, lw_str_c(key), "is longer than %d bytes", LW_REVIEW_NOTE_BYTES_MAX);
  }
}

void lw_api_save_review(struct lw_call *call)
{
  struct lw_faults faults;
  struct lw_review_act *act = begin(call, NULL, &faults);
  struct lw_buf text = {0};
  if (act == NULL) {
    return;
  }
  call->then = NULL;
  if (lw_review_answer_read(call->json, false, &act->answer, &faults)) {
    lw_json_add_value(&text, call->json);
    act->draft = lw_str_copy(&call->arena, lw_buf_str(&text));
  }
  bool failed = text.failed || call->arena.failed;
  lw_buf_finish(&text);
  if (failed) {
    lw_call_fail(call, LW_NO_MEMORY, "out of memory; try again");
    return;
  }
  lw_call_submit_sound(call, &faults, lw_review_save, act);
}

void lw_api_send_review(struct lw_call *call)
{
  struct lw_faults faults;
  struct lw_review_act *act = begin(call, NULL, &faults);
  if (act != NULL) {
    lw_review_answer_read(call->json, true, &act->answer, &faults);
    lw_call_submit_sound(call, &faults, lw_review_send, act);
  }
}

static void act_with_text(struct lw_call *call, const char *key,
                          enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change,
                                                struct lw_error *err))
{
  const char *const members[] = {key, NULL};
  struct lw_faults faults;
  struct lw_review_act *act = begin(call, members, &faults);
  if (act != NULL) {
    read_text(call, key, &act->text, &faults);
    lw_call_submit_sound(call, &faults, apply, act);
  }
}

void lw_api_skip_review(struct lw_call *call)
{
  act_with_text(call, "reason", lw_review_skip);
}

void lw_api_reply_review(struct lw_call *call)
{
  act_with_text(call, "text", lw_review_reply);
}

void lw_api_appeal_review(struct lw_call *call)
{
  act_with_text(call, "text", lw_review_appeal);
}

void lw_api_second_review(struct lw_call *call)
{
  static const char *const members[] = {NULL};
  struct lw_faults faults;
  struct lw_review_act *act = begin(call, members, &faults);
  if (act != NULL) {
    lw_call_submit_sound(call, &faults, lw_review_ask_second, act);
  }
}

void lw_api_mark_review(struct lw_call *call)
{
  static const char *const members[] = {"marked", NULL};
  struct lw_faults faults;
  struct lw_review_act *act = begin(call, members, &faults);
  if (act != NULL) {
    act->marked = lw_call_flag(call->json, "marked", true, &faults);
    lw_call_submit_sound(call, &faults, lw_review_mark, act);
  }
}

/* {"outcome": "stands"|"changed", "text", "answer": {...} of a changed one}. */
void lw_api_decide_review_appeal(struct lw_call *call)
{
  static const char *const members[] = {"outcome", "text", "answer", NULL};
  struct lw_faults faults;
  struct lw_review_act *act = begin(call, members, &faults);
  if (act == NULL) {
    return;
  }
  lw_str outcome = lw_call_text(call->json, "outcome", &faults);
  const struct lw_value *answer = lw_value_get(call->json, LW_STR("answer"));
  act->changed = lw_str_equal(outcome, LW_STR("changed"));
  if (!act->changed && !lw_str_equal(outcome, LW_STR("stands"))) {
    lw_faults_add(&faults, LW_STR("outcome"), "is stands or changed");
  }
  read_text(call, "text", &act->text, &faults);
  if (act->changed) {
    lw_review_answer_read(answer, true, &act->answer, &faults);
  } else if (answer != NULL) {
    lw_faults_add(&faults, LW_STR("answer"), "is said when the review is changed");
  }
  lw_call_submit_sound(call, &faults, lw_review_decide_appeal, act);
}

/* --- shares --- */

void lw_api_get_review_shares(struct lw_call *call)
{
  struct lw_error err;
  lw_str team = team_of(call, lw_call_query(call, "team"));
  if (team.len == 0) {
    lw_api_refuse_parameter(call, "team", "a team");
    return;
  }
  if (!lw_review_covers_team(&call->caller, team)) {
    lw_call_fail(call, LW_FORBIDDEN, "the reviews of that team are not yours to set up");
    return;
  }
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    enum lw_code code = lw_review_share_print(db, team, call->received, &call->out, &err);
    lw_api_reply_read(call, code, &err);
  }
}

static uint32_t read_number(struct lw_call *call, const char *key, uint64_t least, uint64_t most,
                            struct lw_faults *faults)
{
  const struct lw_value *value = lw_value_get(call->json, lw_str_c(key));
  uint64_t number = value != NULL ? lw_api_number_of(value) : 0;
  if (value == NULL || value->kind != LW_VALUE_NUMBER || number < least || number > most) {
    lw_faults_add(faults, lw_str_c(key), "is a number from %u to %u", (unsigned)least,
                  (unsigned)most);
    return 0;
  }
  return (uint32_t)number;
}

void lw_api_set_review_shares(struct lw_call *call)
{
  static const char *const members[] = {"team", "number", "random_percent", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_review_sharing *sharing = LW_API_NEW(call, struct lw_review_sharing);
  if (sharing == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  *sharing = (struct lw_review_sharing){.caller = &call->caller};
  sharing->share.team = team_of(call, lw_call_text(call->json, "team", &faults));
  sharing->share.number = read_number(call, "number", 1, LW_REVIEW_NUMBER_MAX, &faults);
  sharing->share.random_percent =
      read_number(call, "random_percent", LW_REVIEW_RANDOM_MIN, 100, &faults);
  if (sharing->share.team.len == 0) {
    lw_faults_add(&faults, LW_STR("team"), "is missing");
  }
  lw_call_submit_sound(call, &faults, lw_review_share_set, sharing);
}

/* --- agreement --- */

void lw_api_review_agreement(struct lw_call *call)
{
  struct lw_agreement_query query;
  struct lw_error err;
  uint64_t days = 0;
  if (lw_access_view(&call->caller, LW_ACCESS_REVIEW) == LW_VIEW_NONE) {
    lw_call_forbidden(call, LW_ACCESS_REVIEW);
    return;
  }
  if (!lw_api_read_number(call, "days", 1, DAYS_MAX, LW_AGREEMENT_DAYS, &days) ||
      !lw_api_read_format(call)) {
    return;
  }
  query.team = lw_api_team_path(call, lw_call_query(call, "team"));
  query.since = call->received - (int64_t)days * LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND;
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    struct lw_desk_reader reader = lw_api_desk(call, db);
    enum lw_code code = lw_review_agreement(&reader, &query, &call->out, &err);
    lw_api_reply_sheet(call, code, &err, &lw_agreement_sheet, "agreement");
  }
}
