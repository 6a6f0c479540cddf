/* Decisions that are there: listed, read, finished, taken back, asked about. */
#include "base/bounds.h"
#include "base/money.h"
#include "desk/approval.h"
#include "http/api.h"
#include "http/council.h"
#include "policy/who.h"

/* The decision of the path, if the caller may see it, and may do `access` about its agent. */
static bool find(struct lw_call *call, enum lw_access access, struct lw_decision *ret_decision)
{
  lw_id id;
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL || !lw_api_decision_id(call, &id)) {
    return false;
  }
  enum lw_code code =
      lw_decision_get(db, NULL, id, &call->arena, lw_call_json(call), ret_decision, &err);
  const struct lw_staff *staff = call->snapshot->staff;
  bool settles = access != LW_ACCESS_SEE_DECISIONS &&
                 lw_access_covers(&call->caller, access, staff, ret_decision->agent);
  bool sees = code == LW_OK && (settles || lw_access_covers(&call->caller, LW_ACCESS_SEE_DECISIONS,
                                                            staff, ret_decision->agent));
  if (code == LW_NOT_FOUND || (code == LW_OK && !sees)) {
    lw_call_fail(call, LW_NOT_FOUND, "there is no decision of this id that you may see");
    return false;
  }
  return lw_api_is_well(call, code, &err) && lw_call_may(call, access, ret_decision->agent);
}

void lw_api_get_decision(struct lw_call *call)
{
  struct lw_decision decision = {.seq = 0};
  struct lw_error err;
  if (!find(call, LW_ACCESS_SEE_DECISIONS, &decision)) {
    return;
  }
  bool texts =
      lw_access_covers(&call->caller, LW_ACCESS_SEE_NOTES, call->snapshot->staff, decision.agent);
  enum lw_code code =
      lw_decision_print(lw_call_reader(call), &decision, texts, &call->arena, &call->out, &err);
  lw_api_reply_read(call, code, &err);
}

/* --- changes --- */

struct settling {
  lw_id id;
  int64_t amount_minor;
  lw_str reason;
};

static enum lw_code apply_confirm(struct lw_batch *batch, struct lw_change *change,
                                  struct lw_error *err)
{
  const struct settling *settling = change->user;
  return lw_decision_confirm(batch, change, settling->id, settling->amount_minor, err);
}

static enum lw_code apply_release(struct lw_batch *batch, struct lw_change *change,
                                  struct lw_error *err)
{
  const struct settling *settling = change->user;
  return lw_decision_release(batch, change, settling->id, err);
}

static enum lw_code apply_reverse(struct lw_batch *batch, struct lw_change *change,
                                  struct lw_error *err)
{
  const struct settling *settling = change->user;
  return lw_decision_reverse(batch, change, settling->id, settling->reason, err);
}

/* What all three begin with; NULL: replied. */
static struct settling *begin(struct lw_call *call, enum lw_access access,
                              const char *const *members, struct lw_faults *faults)
{
  struct lw_decision decision = {.seq = 0};
  struct settling *settling = LW_API_NEW(call, struct settling);
  if (settling == NULL || !find(call, access, &decision)) {
    return NULL;
  }
  settling->id = decision.id;
  settling->amount_minor = -1;
  lw_call_known(call->json, members, faults);
  return settling;
}

void lw_api_confirm(struct lw_call *call)
{
  static const char *const members[] = {"amount", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct settling *settling = begin(call, LW_ACCESS_SETTLE, members, &faults);
  if (settling == NULL) {
    return;
  }
  lw_str amount = lw_call_text(call->json, "amount", &faults);
  lw_money money = {.minor = -1};
  if (amount.ptr != NULL &&
      (lw_money_read(amount, lw_api_currency(call), &money) != 0 || money.minor < 0)) {
    lw_faults_add(&faults, LW_STR("amount"), "takes an amount like \"80.00\"");
  }
  settling->amount_minor = money.minor;
  lw_call_submit_sound(call, &faults, apply_confirm, settling);
}

void lw_api_release(struct lw_call *call)
{
  static const char *const members[] = {NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct settling *settling = begin(call, LW_ACCESS_SETTLE, members, &faults);
  if (settling != NULL) {
    lw_call_submit_sound(call, &faults, apply_release, settling);
  }
}

void lw_api_reverse(struct lw_call *call)
{
  static const char *const members[] = {"reason", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct settling *settling = begin(call, LW_ACCESS_REVERSE, members, &faults);
  if (settling == NULL) {
    return;
  }
  settling->reason = lw_call_text(call->json, "reason", &faults);
  if (faults.count == 0 && (settling->reason.len == 0 || settling->reason.len > 40000)) {
    lw_faults_add(&faults, LW_STR("reason"), "must be there: why it is taken back, in a sentence");
  }
  lw_call_submit_sound(call, &faults, apply_reverse, settling);
}

void lw_api_ask(struct lw_call *call)
{
  struct lw_decision decision = {.seq = 0};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_approval_ask *ask = LW_API_NEW(call, struct lw_approval_ask);
  if (ask == NULL || !find(call, LW_ACCESS_SETTLE, &decision)) {
    return;
  }
  bool read = lw_approval_ask_read(call->json, ask, &faults);
  ask->caller = &call->caller;
  ask->decision = decision.id;
  if (read) {
    lw_call_submit(call, lw_approval_open, ask);
  } else {
    lw_call_faults(call, &faults);
  }
}

/* --- lists --- */

static bool read_verdict(struct lw_call *call, struct lw_lists_filter *filter)
{
  static const struct {
    lw_str name;
    enum lw_verdict verdict;
  } verdicts[] = {{LW_STR_INIT("granted"), LW_GRANTED},
                  {LW_STR_INIT("ask"), LW_ASK},
                  {LW_STR_INIT("refused"), LW_REFUSED}};
  lw_str text = lw_call_query(call, "verdict");
  for (size_t i = 0; i < 3 && !filter->has_verdict; i++) {
    filter->has_verdict = lw_str_equal(text, verdicts[i].name);
    filter->verdict = verdicts[i].verdict;
  }
  if (text.ptr != NULL && !filter->has_verdict) {
    lw_api_refuse_parameter(call, "verdict", "granted, ask or refused");
    return false;
  }
  return true;
}

static bool read_how(struct lw_call *call, struct lw_lists_filter *filter)
{
  lw_str text = lw_call_query(call, "how");
  if (lw_str_equal(text, LW_STR("at_once"))) {
    filter->how = LW_LISTS_AT_ONCE;
  } else if (lw_str_equal(text, LW_STR("asked"))) {
    filter->how = LW_LISTS_BY_ASKING;
  } else if (text.ptr != NULL) {
    lw_api_refuse_parameter(call, "how", "at_once or asked");
    return false;
  }
  return true;
}

static bool read_what(struct lw_call *call, struct lw_lists_filter *filter)
{
  static const lw_str names[] = {[LW_LISTS_REQUESTS] = LW_STR_INIT("requests"),
                                 [LW_LISTS_REMEDIES] = LW_STR_INIT("remedies"),
                                 [LW_LISTS_ANSWERS] = LW_STR_INIT("answers"),
                                 [LW_LISTS_WITHOUT] = LW_STR_INIT("without"),
                                 [LW_LISTS_ROWS] = LW_STR_INIT("all")};
  lw_str text = lw_call_query(call, "of");
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (lw_str_equal(text, names[i])) {
      filter->what = (enum lw_lists_what)i;
      return true;
    }
  }
  if (text.ptr != NULL) {
    lw_api_refuse_parameter(call, "of", "requests, remedies, answers, without or all");
  }
  return text.ptr == NULL;
}

/* Agents of one kind, as the people are now. */
struct kind_asked {
  const struct lw_staff *staff;
  enum lw_actor_kind kind;
};

static bool is_of_kind(const void *user, lw_str agent)
{
  const struct kind_asked *asked = user;
  const struct lw_person *person = lw_staff_find(asked->staff, agent);
  return person != NULL && person->actor.kind == asked->kind;
}

static bool read_kind(struct lw_call *call, struct lw_lists_filter *filter)
{
  lw_str text = lw_call_query(call, "kind");
  if (text.ptr == NULL) {
    return true;
  }
  struct kind_asked *asked = LW_API_NEW(call, struct kind_asked);
  if (asked == NULL) {
    return false;
  }
  asked->staff = call->snapshot->staff;
  filter->takes_agent = is_of_kind;
  filter->takes_user = asked;
  for (uint32_t kind = LW_ACTOR_HUMAN; kind <= LW_ACTOR_SERVICE; kind++) {
    if (lw_str_equal(text, lw_actor_kind_name((enum lw_actor_kind)kind))) {
      asked->kind = (enum lw_actor_kind)kind;
      return true;
    }
  }
  lw_api_refuse_parameter(call, "kind", "human, ai or service");
  return false;
}

/* Whoever sees their own alone sees nobody else's, however it is picked. */
static bool is_own(const struct lw_caller *caller)
{
  return lw_access_view(caller, LW_ACCESS_SEE_DECISIONS) == LW_VIEW_OWN;
}

static bool read_filter(struct lw_call *call, struct lw_lists_filter *filter)
{
  struct lw_api_page page;
  uint64_t skip = 0;
  *filter = (struct lw_lists_filter){.limit = 0};
  if (!lw_api_read_page(call, &page) ||
      !lw_api_read_number(call, "after", 0, UINT64_C(0xFFFFFFFFFF), 0, &filter->after) ||
      !lw_api_read_number(call, "skip", 0, LW_SKIP_MAX, 0, &skip) ||
      !lw_api_read_flag(call, "count", &filter->count) || !read_how(call, filter) ||
      !read_what(call, filter) || !read_kind(call, filter) || !read_verdict(call, filter) ||
      !lw_api_read_time(call, "since", &filter->since) ||
      !lw_api_read_time(call, "until", &filter->until)) {
    return false;
  }
  filter->limit = page.limit;
  filter->skip = (uint32_t)skip;
  filter->agent = lw_call_query(call, "agent");
  filter->team = lw_api_team_path(call, lw_call_query(call, "team"));
  filter->customer = lw_call_query(call, "customer");
  filter->case_id = lw_call_query(call, "case");
  filter->action = lw_call_query(call, "action");
  filter->reason = lw_call_query(call, "reason");
  filter->no_reason = lw_str_equal(filter->reason, LW_STR("-"));
  if (filter->no_reason) {
    filter->reason = LW_STR("");
  }
  return lw_api_view(call, LW_ACCESS_SEE_DECISIONS, &filter->view) &&
         (is_own(&call->caller) || lw_api_shows_picked(call, filter->team, filter->agent));
}

static void add_name(struct lw_buf *out, const char *key, const struct lw_person *person)
{
  if (person != NULL && person->actor.name.len != 0) {
    lw_buf_printf(out, ",\"%s\":", key);
    lw_json_add_string(out, person->actor.name);
  }
}

/* A row with the names of who acted: whoever sees a decision sees whose it is. */
static void print_row(struct lw_call *call, const struct lw_listed *listed)
{
  const struct lw_staff *staff = call->snapshot->staff;
  const struct lw_person *agent = lw_staff_find(staff, listed->agent);
  struct lw_buf *out = &call->out;
  lw_lists_print(listed, lw_api_currency(call), out);
  if (out->failed) {
    return;
  }
  out->len--; /* its brace */
  add_name(out, "agent_name", agent);
  if (agent != NULL) {
    LW_BUF_LIT(out, ",\"agent_kind\":");
    lw_json_add_string(out, lw_actor_kind_name(agent->actor.kind));
  }
  if (listed->approver.len != 0) {
    add_name(out, "approver_name", lw_staff_find(staff, listed->approver));
  }
  lw_buf_add_char(out, '}');
}

void lw_api_list_decisions(struct lw_call *call)
{
  struct lw_lists_filter filter;
  struct lw_lists_page page;
  struct lw_error err;
  if (!read_filter(call, &filter) || !lw_api_wait_for_lists(call)) {
    return;
  }
  enum lw_code code = lw_lists_decisions(call->server->lists, &filter, &call->arena, &page, &err);
  if (!lw_api_is_well(call, code, &err)) {
    return;
  }
  LW_BUF_LIT(&call->out, "{\"items\":[");
  for (uint32_t i = 0; i < page.count; i++) {
    lw_buf_add(&call->out, i == 0 ? LW_STR("") : LW_STR(","));
    print_row(call, &page.items[i]);
  }
  LW_BUF_LIT(&call->out, "]");
  if (page.more) {
    lw_buf_printf(&call->out, ",\"next\":\"%llu\"", (unsigned long long)page.next);
  }
  if (filter.count) {
    lw_buf_printf(&call->out, ",\"count\":%llu,\"count_is\":\"%s\"",
                  (unsigned long long)page.fitting, page.fitting_all ? "exact" : "at-least");
  }
  lw_buf_printf(&call->out, ",\"through\":%llu}", (unsigned long long)page.through);
  lw_call_reply(call, 200);
}
