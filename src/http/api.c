/* What several handlers need: reading parameters and tags, printing pages, and how far a caller
 * sees. Each function that can fail has replied when it says so, so that handlers only return. */
#include "http/api.h"

#include "base/bounds.h"
#include "base/money.h"

void lw_api_refuse_parameter(struct lw_call *call, const char *name, const char *takes)
{
  lw_call_fail(call, LW_USAGE, "%s takes %s", name, takes);
}

/* Digits alone, without overflow. */
static bool read_digits(lw_str text, uint64_t *ret_number)
{
  uint64_t number = 0;
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    if (c < '0' || c > '9' || i == 18) {
      return false;
    }
    number = number * 10 + (uint64_t)(c - '0');
  }
  *ret_number = number;
  return text.len != 0;
}

bool lw_api_read_number(struct lw_call *call, const char *name, uint64_t least, uint64_t most,
                        uint64_t absent, uint64_t *ret_number)
{
  lw_str text = lw_call_query(call, name);
  if (text.ptr == NULL) {
    *ret_number = absent;
    return true;
  }
  if (!read_digits(text, ret_number) || *ret_number < least || *ret_number > most) {
    lw_call_fail(call, LW_USAGE, "%s takes a whole number from %llu to %llu", name,
                 (unsigned long long)least, (unsigned long long)most);
    return false;
  }
  return true;
}

bool lw_api_read_page(struct lw_call *call, struct lw_api_page *ret_page)
{
  uint64_t limit = 0;
  if (!lw_api_read_number(call, "limit", 1, LW_PAGE_MAX, LW_PAGE, &limit)) {
    return false;
  }
  ret_page->limit = (uint32_t)limit;
  ret_page->after = lw_call_query(call, "after");
  if (ret_page->after.len > 500) {
    lw_api_refuse_parameter(call, "after", "the `next` of the page before");
    return false;
  }
  return true;
}

bool lw_api_read_time(struct lw_call *call, const char *name, lw_usec *ret_at)
{
  lw_str text = lw_call_query(call, name);
  int64_t seconds = 0;
  uint32_t nanos = 0;
  if (text.ptr != NULL && !lw_rfc3339_read(text, &seconds, &nanos)) {
    lw_api_refuse_parameter(call, name, "a time like 2026-03-01T10:00:00Z");
    return false;
  }
  *ret_at = seconds * LW_USEC_PER_SECOND + nanos / 1000;
  return true;
}

bool lw_api_read_flag(struct lw_call *call, const char *name, bool *ret_flag)
{
  lw_str text = lw_call_query(call, name);
  *ret_flag = lw_str_equal(text, LW_STR("true"));
  if (text.ptr != NULL && !*ret_flag && !lw_str_equal(text, LW_STR("false"))) {
    lw_api_refuse_parameter(call, name, "true or false");
    return false;
  }
  return true;
}

bool lw_api_read_tag(struct lw_call *call, bool *ret_has, uint64_t *ret_tag)
{
  lw_str text = lw_str_trim(lw_call_header(call, "if-match"));
  *ret_has = false;
  *ret_tag = 0;
  if (text.ptr == NULL || lw_str_equal(text, LW_STR("*"))) {
    return true;
  }
  if (text.len > 2 && text.ptr[0] == '"' && text.ptr[text.len - 1] == '"' &&
      read_digits(lw_str_slice(text, 1, text.len - 2), ret_tag) && *ret_tag != 0) {
    *ret_has = true;
    return true;
  }
  lw_call_fail(call, LW_STALE,
               "If-Match names no version of this; read it again, its ETag says it");
  return false;
}

void lw_api_add_tag(struct lw_call *call, uint64_t tag)
{
  char text[32];
  struct lw_buf out = {.ptr = NULL};
  lw_buf_printf(&out, "\"%llu\"", (unsigned long long)tag);
  size_t len = out.len < sizeof text ? out.len : 0;
  if (len != 0) {
    memcpy(text, out.ptr, len);
  }
  lw_buf_finish(&out);
  lw_call_add_header(call, "ETag", lw_str_from(text, len));
}

void lw_api_tag_from_version(struct lw_call *call)
{
  lw_str text = lw_buf_str(&call->out);
  lw_str name = LW_STR("\"version\":");
  size_t at = SIZE_MAX;
  for (size_t next = lw_str_find(text, name, 0); next != SIZE_MAX;
       next = lw_str_find(text, name, next + 1)) {
    at = next; /* the last one: what stands before may be somebody's facts */
  }
  size_t end = at != SIZE_MAX ? at + name.len : 0;
  while (at != SIZE_MAX && end < text.len && text.ptr[end] >= '0' && text.ptr[end] <= '9') {
    end++;
  }
  uint64_t version = 0;
  if (at != SIZE_MAX &&
      read_digits(lw_str_slice(text, at + name.len, end - at - name.len), &version)) {
    lw_api_add_tag(call, version);
  }
}

static bool is_online(void *user, lw_str person)
{
  return lw_streams_has(user, person);
}

static bool sees_agent(const void *user, lw_str agent)
{
  const struct lw_call *call = user;
  return lw_access_covers(&call->caller, LW_ACCESS_SEE_DECISIONS, call->snapshot->staff, agent);
}

/* From the lists, which may be a moment behind: so may be what a lead sees of a case. */
static bool has_decided(void *user, lw_str case_id)
{
  struct lw_call *call = user;
  struct lw_lists_page page;
  struct lw_error err;
  const struct lw_lists_filter filter = {.view = {.all = true},
                                         .case_id = case_id,
                                         .takes_agent = sees_agent,
                                         .takes_user = call,
                                         .limit = 1};
  return lw_lists_decisions(call->server->lists, &filter, &call->arena, &page, &err) == LW_OK &&
         page.count != 0;
}

struct lw_desk_reader lw_api_desk(struct lw_call *call, struct lw_db *db)
{
  return (struct lw_desk_reader){.db = db,
                                 .snapshot = call->snapshot,
                                 .caller = &call->caller,
                                 .now = call->received,
                                 .arena = &call->arena,
                                 .online = is_online,
                                 .online_user = call->server->streams,
                                 .decided = has_decided,
                                 .decided_user = call};
}

uint16_t lw_api_currency(const struct lw_call *call)
{
  const struct lw_policy *policy = call->snapshot->policy;
  return policy != NULL ? policy->currency : LW_CURRENCY_NONE;
}

bool lw_api_decision_id(struct lw_call *call, lw_id *ret_id)
{
  if (lw_id_read(LW_STR("dec"), call->params[0], ret_id)) {
    return true;
  }
  lw_call_fail(call, LW_NOT_FOUND, "there is no decision of this id that you may see");
  return false;
}

void *lw_api_keep(struct lw_call *call, size_t size_bytes)
{
  void *place = lw_arena_calloc(&call->arena, 1, size_bytes, 16);
  if (place == NULL) {
    lw_call_fail(call, LW_NO_MEMORY, "out of memory; try again");
  }
  return place;
}

void lw_api_without_body(struct lw_call *call)
{
  lw_buf_reset(&call->out);
  call->status = 204;
}

bool lw_api_is_well(struct lw_call *call, enum lw_code code, const struct lw_error *err)
{
  if (code != LW_OK) {
    lw_call_problem(call, err);
  }
  return code == LW_OK;
}

void lw_api_reply_read(struct lw_call *call, enum lw_code code, const struct lw_error *err)
{
  if (code == LW_INVALID && call->method == LW_GET) { /* only parameters can be wrong in a GET */
    lw_call_fail(call, LW_USAGE, "%s", err->text);
  } else if (lw_api_is_well(call, code, err)) {
    lw_call_reply(call, 200);
  }
}

/* A short wait on an HTTP thread: following takes milliseconds, and only lists pay for it. */
bool lw_api_wait_for_lists(struct lw_call *call)
{
  struct lw_lists *lists = call->server->lists;
  if (lists == NULL) {
    lw_call_fail(call, LW_BUSY, "lists are not kept here");
    return false;
  }
  uint64_t seq = lw_engine_seq(call->engine);
  if (lw_lists_through(lists) < seq) {
    (void)lw_lists_wait(lists, seq, 500);
  }
  return true;
}

bool lw_api_need_lists(struct lw_call *call)
{
  uint64_t seq = lw_engine_seq(call->engine);
  if (!lw_api_wait_for_lists(call)) {
    return false;
  }
  if (lw_lists_wait(call->server->lists, seq, 2000) < seq) {
    lw_call_fail(call, LW_BUSY, "the lists are still being made from the record; ask again soon");
    return false;
  }
  return true;
}

static bool add_agent(struct lw_call *call, struct lw_lists_view *view, lw_str id)
{
  lw_str *agents = lw_arena_calloc(&call->arena, view->n_agents + 1U, sizeof *agents, 16);
  if (agents == NULL) {
    return false;
  }
  if (view->n_agents != 0) {
    memcpy(agents, view->agents, view->n_agents * sizeof *agents);
  }
  agents[view->n_agents++] = id;
  view->agents = agents;
  return true;
}

bool lw_api_view(struct lw_call *call, enum lw_access access, struct lw_lists_view *ret_view)
{
  enum lw_view view = lw_access_view(&call->caller, access);
  const struct lw_person *self = call->caller.person;
  const struct lw_staff *staff = call->snapshot->staff;
  *ret_view = (struct lw_lists_view){.all = view == LW_VIEW_ALL};
  if (ret_view->all) {
    return true;
  }
  bool well = self != NULL && add_agent(call, ret_view, self->actor.id);
  for (uint32_t i = 0; well && view == LW_VIEW_TEAM && i < staff->n_persons; i++) {
    const struct lw_person *person = &staff->persons[i];
    if (person != self && lw_staff_leads(staff, self, person)) {
      well = add_agent(call, ret_view, person->actor.id);
    }
  }
  if (self == NULL) {
    lw_call_forbidden(call, access);
  } else if (!well) {
    lw_call_fail(call, LW_NO_MEMORY, "out of memory; try again");
  }
  return well;
}

void lw_api_refuse_file(struct lw_call *call, const struct lw_diags *diags)
{
  struct lw_faults faults = lw_call_new_faults(call);
  for (size_t i = 0; i < diags->count; i++) {
    const struct lw_diag *diag = &diags->items[i];
    lw_faults_add(&faults, lw_str_format(&call->arena, "line %u", diag->place.line), "%.*s%s%.*s",
                  LW_FMT(diag->message), diag->hint.len != 0 ? "; " : "", LW_FMT(diag->hint));
  }
  if (faults.count == 0) {
    lw_call_fail(call, LW_INVALID, "the file can't be read");
  } else {
    lw_call_faults(call, &faults);
  }
}

bool lw_api_has_policy(struct lw_call *call)
{
  if (call->snapshot->policy == NULL) {
    lw_call_fail(call, LW_NOT_FOUND, "no policy is live yet; publish one (leeway policy publish)");
  }
  return call->snapshot->policy != NULL;
}

bool lw_api_is_somebody(struct lw_call *call)
{
  if (call->caller.person == NULL) {
    lw_call_fail(call, LW_FORBIDDEN, "this token stands for nobody");
  }
  return call->caller.person != NULL;
}

bool lw_api_goes_on(struct lw_call *call, uint32_t *blocks)
{
  enum { LOOK_BLOCKS = 2 };
  if (++*blocks % LOOK_BLOCKS != 0) {
    return true;
  }
  return !atomic_load(&call->server->stopping) && !lw_exchange_is_left(lw_exchange_of(call));
}
