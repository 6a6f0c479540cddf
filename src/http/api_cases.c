/* Cases: listed, read, opened, changed. Whether any case was ever kept is remembered, so that
 * deciding looks for none where there is none. */
#include "desk/case.h"
#include "desk/repeat.h"
#include "http/api.h"
#include "http/council.h"

static bool note_cases(struct lw_server *server, struct lw_db *db)
{
  int64_t count = 0;
  if (lw_db_get_int(db, "SELECT count(*) FROM (SELECT 1 FROM cases LIMIT 1)", &count, NULL) !=
      LW_OK) {
    return true; /* can't tell: look for the case itself */
  }
  if (count != 0) {
    atomic_store(&server->has_cases, true);
  }
  return count != 0;
}

/* Only this server opens cases while it runs (commands do not): once a second is often enough to
 * notice what a restored database or a demonstration brought. */
bool lw_api_has_cases(struct lw_call *call)
{
  struct lw_server *server = call->server;
  if (atomic_load_explicit(&server->has_cases, memory_order_relaxed)) {
    return true;
  }
  lw_usec now = lw_exchange_of(call)->started;
  lw_usec last = atomic_load_explicit(&server->cases_asked_at, memory_order_relaxed);
  if (last != 0 && now - last < LW_USEC_PER_SECOND) {
    return false;
  }
  struct lw_db *db = lw_call_reader(call);
  atomic_store_explicit(&server->cases_asked_at, now, memory_order_relaxed);
  return db == NULL || note_cases(server, db);
}

/* "open,waiting" */
static bool read_states(lw_str text, uint32_t *ret_states)
{
  uint32_t states = 0;
  for (size_t at = 0; at <= text.len;) {
    enum lw_case_state state;
    size_t end = lw_str_find(text, LW_STR(","), at);
    end = end == SIZE_MAX ? text.len : end;
    if (!lw_case_state_read(lw_str_slice(text, at, end - at), &state)) {
      return false;
    }
    states |= UINT32_C(1) << state;
    at = end + 1;
  }
  *ret_states = states;
  return true;
}

void lw_api_list_cases(struct lw_call *call)
{
  struct lw_case_query query = {.limit = 0};
  struct lw_api_page page;
  struct lw_error err;
  lw_str state = lw_call_query(call, "state");
  if (!lw_api_read_page(call, &page)) {
    return;
  }
  if (state.ptr != NULL && !read_states(state, &query.states)) {
    lw_api_refuse_parameter(call, "state",
                            "open, waiting, resolved or closed, or several with commas between");
    return;
  }
  if (!lw_api_read_flag(call, "stale", &query.stale)) {
    return;
  }
  query.owner = lw_call_query(call, "owner");
  query.customer = lw_call_query(call, "customer");
  query.department = lw_call_query(call, "department");
  query.after = page.after;
  query.limit = page.limit;
  if (lw_access_view(&call->caller, LW_ACCESS_SEE_DECISIONS) != LW_VIEW_OWN &&
      !lw_api_shows_picked(call, LW_STR(""), query.owner)) {
    return;
  }
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    struct lw_desk_reader reader = lw_api_desk(call, db);
    enum lw_code code = lw_case_list(&reader, &query, &call->out, &err);
    lw_api_reply_read(call, code, &err);
  }
}

void lw_api_track_stale(struct lw_call *call)
{
  struct lw_error err;
  lw_str by = lw_call_query(call, "by");
  bool by_department = lw_str_equal(by, LW_STR("department"));
  if (by.ptr != NULL && !by_department && !lw_str_equal(by, LW_STR("owner"))) {
    lw_api_refuse_parameter(call, "by", "owner or department");
    return;
  }
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    struct lw_desk_reader reader = lw_api_desk(call, db);
    enum lw_code code = lw_case_print_stale(&reader, by_department, &call->out, &err);
    lw_api_reply_read(call, code, &err);
  }
}

/* The case of the path, if the caller may see it. */
static bool find(struct lw_call *call, struct lw_case *ret_case)
{
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL) {
    return false;
  }
  struct lw_desk_reader reader = lw_api_desk(call, db);
  enum lw_code code = lw_case_get(db, call->params[0], &call->arena, ret_case, &err);
  if (code == LW_NOT_FOUND || (code == LW_OK && !lw_case_visible(&reader, ret_case))) {
    lw_call_fail(call, LW_NOT_FOUND, "there is no case of this id that you may see");
    return false;
  }
  return lw_api_is_well(call, code, &err);
}

void lw_api_get_case(struct lw_call *call)
{
  struct lw_case found;
  struct lw_repeat repeat;
  struct lw_error err = {0};
  if (!find(call, &found)) {
    return;
  }
  struct lw_desk_reader reader = lw_api_desk(call, lw_call_reader(call));
  enum lw_code rc = lw_repeat_find(&reader, call->server->lists, &found, &repeat, &err);
  if (lw_api_is_well(call, rc, &err)) {
    lw_case_print_with(&reader, &found, &repeat, &call->out);
    lw_api_add_tag(call, found.version);
    lw_call_reply(call, 200);
  }
}

static struct lw_case_change *begin(struct lw_call *call, bool opening)
{
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_case_change *change = LW_API_NEW(call, struct lw_case_change);
  if (change == NULL) {
    return NULL;
  }
  if (!lw_case_check(call->json, opening, &faults)) {
    lw_call_faults(call, &faults);
    return NULL;
  }
  change->caller = &call->caller;
  change->value = call->json;
  call->then = lw_api_tag_from_version;
  return change;
}

static void opened(struct lw_call *call)
{
  atomic_store(&call->server->has_cases, true);
  lw_api_tag_from_version(call);
}

void lw_api_open_case(struct lw_call *call)
{
  struct lw_case_change *change = begin(call, true);
  if (change != NULL) {
    call->then = opened;
    lw_call_submit(call, lw_case_open, change);
  }
}

void lw_api_change_case(struct lw_call *call)
{
  struct lw_case found;
  bool has_tag = false;
  struct lw_case_change *change = find(call, &found) ? begin(call, false) : NULL;
  if (change != NULL && lw_api_read_tag(call, &has_tag, &change->version)) {
    change->id = call->params[0];
    lw_call_submit(call, lw_case_patch, change);
  }
}

/* --- who has it --- */

enum { OWNERS_A_MINUTE = 60 }; /* somebody who looks through cases, not a program that lists them */

/* The case of the path, for any person. */
static bool find_for_anyone(struct lw_call *call, struct lw_case *ret_case)
{
  struct lw_error err;
  struct lw_db *db = NULL;
  if (call->caller.person == NULL) {
    lw_call_fail(call, LW_FORBIDDEN,
                 "whose a case is, a person asks, or a token that stands for one");
    return false;
  }
  if (!lw_quota_take(&call->server->quota, LW_STR("owner"), call->caller.person->actor.id,
                     OWNERS_A_MINUTE, call->received)) {
    lw_call_add_header(call, "Retry-After", LW_STR("60"));
    lw_call_fail(call, LW_TOO_MANY, "whose a case is may be asked %d times a minute",
                 OWNERS_A_MINUTE);
    return false;
  }
  db = lw_call_reader(call);
  enum lw_code code =
      db != NULL ? lw_case_get(db, call->params[0], &call->arena, ret_case, &err) : LW_IO;
  if (code == LW_NOT_FOUND) {
    lw_call_fail(call, LW_NOT_FOUND, "there is no case of this id; open it");
    return false;
  }
  return db != NULL && lw_api_is_well(call, code, &err);
}

void lw_api_get_case_owner(struct lw_call *call)
{
  struct lw_case found;
  struct lw_error err;
  if (find_for_anyone(call, &found)) {
    struct lw_desk_reader reader = lw_api_desk(call, lw_call_reader(call));
    enum lw_code code = lw_case_print_owner(&reader, &found, &call->out, &err);
    if (code == LW_OK) {
      lw_api_add_tag(call, found.version);
    }
    lw_api_reply_read(call, code, &err);
  }
}

static void move(struct lw_call *call,
                 enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change,
                                       struct lw_error *err))
{
  static const char *const members[] = {"note", NULL};
  struct lw_case found;
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_case_nudging *nudging = LW_API_NEW(call, struct lw_case_nudging);
  if (nudging == NULL ||
      !(call->caller.person != NULL ? find_for_anyone(call, &found) : find(call, &found))) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  nudging->note = lw_call_text(call->json, "note", &faults);
  nudging->caller = &call->caller;
  nudging->id = call->params[0];
  lw_call_submit_sound(call, &faults, apply, nudging);
}

void lw_api_nudge_case(struct lw_call *call)
{
  move(call, lw_case_nudge);
}

void lw_api_take_case(struct lw_call *call)
{
  call->then = lw_api_tag_from_version;
  move(call, lw_case_take_over);
}
