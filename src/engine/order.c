/* Requests on their way to a decision.
 *
 * Reading happens on the thread that the request came on, against the snapshot of that moment: it
 * checks rights and members, and makes the parts of the record that need no deciding (the request
 * and the person as JSON), so that the writer only joins pieces. Should people or policy have
 * changed by the time that its batch begins, it is read again there.
 *
 * The writer decides, draws, and appends one entry with everything that the policy could read. It
 * writes rows only for what lasts longer than the decision: a hold, and texts that are kept outside
 * the journal. */
#include "engine/inside.h"

#include "base/check.h"
#include "engine/canary.h"
#include "engine/reads.h"
#include "engine/shadow.h"
#include "policy/answer.h"
#include "policy/who.h"

#include <stdlib.h>

/* --- reading --- */

/* Members that the record keeps elsewhere, or not at all. */
static bool is_recorded(lw_str key)
{
  switch (key.len) {
  case 2: return !lw_str_equal(key, LW_STR("at")) && !lw_str_equal(key, LW_STR("id"));
  case 4:
    return !lw_str_equal(key, LW_STR("note")) && !lw_str_equal(key, LW_STR("meta")) &&
           !lw_str_equal(key, LW_STR("hold")) && !lw_str_equal(key, LW_STR("undo"));
  case 5: return !lw_str_equal(key, LW_STR("agent"));
  case 8: return !lw_str_equal(key, LW_STR("evidence"));
  default: return true;
  }
}

/* A text while it is made. The usual one has room here, so that nothing is allocated but its place
 * in the arena. */
struct draft {
  struct lw_buf buf;
  struct lw_allocator memory;
  char room[1024];
};

static void *take_memory(void *user, size_t size_bytes)
{
  (void)user;
  return malloc(size_bytes);
}

static void give_memory(void *user, void *memory)
{
  if (memory != user) {
    free(memory);
  }
}

static struct lw_buf *begin_text(struct draft *draft)
{
  draft->memory = (struct lw_allocator){take_memory, give_memory, draft->room};
  draft->buf = (struct lw_buf){
      .ptr = draft->room, .capacity = sizeof draft->room, .allocator = &draft->memory};
  return &draft->buf;
}

static lw_str keep_text(struct draft *draft, struct lw_arena *arena)
{
  struct lw_buf *buf = &draft->buf;
  lw_str text = buf->failed ? (lw_str){NULL, 0} : lw_str_copy(arena, lw_buf_str(buf));
  lw_buf_finish(buf);
  arena->failed |= text.ptr == NULL;
  return text;
}

static lw_str print_request(const struct lw_order *order, struct lw_arena *arena)
{
  struct draft draft;
  struct lw_buf *buf = begin_text(&draft);
  const struct lw_value *value = order->value;
  LW_BUF_LIT(buf, "{\"agent\":");
  lw_json_add_string(buf, order->request.agent.id);
  for (uint32_t i = 0; i < value->count; i++) {
    if (is_recorded(value->entries[i].key)) {
      lw_buf_add_char(buf, ',');
      lw_json_add_string(buf, value->entries[i].key);
      lw_buf_add_char(buf, ':');
      lw_json_add_value(buf, &value->items[i]);
    }
  }
  lw_buf_add_char(buf, '}');
  return keep_text(&draft, arena);
}

static void add_text(struct lw_buf *out, lw_str key, lw_str text)
{
  if (text.len != 0) {
    lw_buf_add(out, key);
    lw_json_add_string(out, text);
  }
}

static void add_holds(const struct lw_actor *actor, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"holds\":[");
  for (uint32_t i = 0; i < actor->n_holds; i++) {
    const struct lw_certificate *certificate = &actor->holds[i];
    lw_buf_add(out, i == 0 ? LW_STR("{\"name\":") : LW_STR(",{\"name\":"));
    lw_json_add_string(out, certificate->name);
    if (certificate->until != INT64_MAX) {
      LW_BUF_LIT(out, ",\"until\":");
      lw_decision_add_moment(out, certificate->until);
    }
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

static void add_limits(const struct lw_actor *actor, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"budgets\":{");
  for (uint32_t i = 0; i < actor->n_overrides; i++) {
    const struct lw_override *own = &actor->overrides[i];
    lw_buf_add_c(out, i == 0 ? "" : ",");
    lw_json_add_string(out, own->budget);
    LW_BUF_LIT(out, ":{\"minor\":");
    lw_buf_add_int(out, own->amount_minor);
    LW_BUF_LIT(out, ",\"times\":");
    lw_buf_add_int(out, own->times);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, '}');
}

/* What the policy could read of them: no name, no e-mail address. */
static lw_str print_person(const struct lw_actor *actor, struct lw_arena *arena)
{
  struct draft draft;
  struct lw_buf *buf = begin_text(&draft);
  LW_BUF_LIT(buf, "{\"id\":");
  lw_json_add_string(buf, actor->id);
  add_text(buf, LW_STR(",\"team\":"), actor->team);
  add_text(buf, LW_STR(",\"tier\":"), actor->tier);
  if (actor->kind != LW_ACTOR_UNKNOWN) {
    add_text(buf, LW_STR(",\"kind\":"), lw_actor_kind_name(actor->kind));
  }
  if (actor->has_hired_at) {
    LW_BUF_LIT(buf, ",\"hired_at\":");
    lw_decision_add_moment(buf, actor->hired_at);
  }
  if (actor->n_holds != 0) {
    add_holds(actor, buf);
  }
  if (actor->n_overrides != 0) {
    add_limits(actor, buf);
  }
  lw_buf_add_char(buf, '}');
  return keep_text(&draft, arena);
}

static lw_str print_stored(const struct lw_order *order, struct lw_arena *arena)
{
  if (order->stored_case == NULL && order->stored_facts == NULL) {
    return LW_STR("");
  }
  struct draft draft;
  struct lw_buf *buf = begin_text(&draft);
  lw_buf_add_char(buf, '{');
  if (order->stored_case != NULL) {
    LW_BUF_LIT(buf, "\"case\":");
    lw_json_add_value(buf, order->stored_case);
  }
  if (order->stored_facts != NULL) {
    lw_buf_add_c(buf, order->stored_case != NULL ? "," : "");
    LW_BUF_LIT(buf, "\"facts\":");
    lw_json_add_value(buf, order->stored_facts);
  }
  lw_buf_add_char(buf, '}');
  return keep_text(&draft, arena);
}

static struct lw_request_options read_options(const struct lw_order *order,
                                              const struct lw_snapshot *snapshot,
                                              const struct lw_actor *agent, lw_usec now)
{
  const struct lw_directory *people = &snapshot->staff->directory;
  return (struct lw_request_options){
      .people = people->count != 0 ? people : NULL,
      .now = now,
      .no_action = order->options_only,
      .agent = agent,
      .no_time = order->by_caller,
      .no_system_facts = !order->claims,
      .no_case_claims = !order->claims,
      .stored_facts = order->stored_facts,
      .stored_case = order->stored_case,
  };
}

/* What is for the agent themselves belongs to no case: it would stand in a customer's record, and
 * draw on their budgets, though they got nothing. */
static bool refuse_customer(const struct lw_policy *policy, const struct lw_request *request,
                            struct lw_faults *faults)
{
  uint32_t action = request->action;
  bool own = action != UINT32_MAX ? policy->actions[action].for_agent : request->for_agent;
  bool names = request->case_id.len != 0 || request->customer.len != 0;
  if (own && names) {
    lw_faults_add(faults, request->case_id.len != 0 ? LW_STR("case") : LW_STR("customer"),
                  "is not for this: it goes to the agent themselves, not to a customer");
  }
  return !own || !names;
}

bool lw_order_read_for(struct lw_order *order, const struct lw_snapshot *snapshot,
                       const struct lw_actor *agent, lw_usec now, struct lw_arena *arena,
                       struct lw_faults *faults)
{
  const struct lw_request_options options = read_options(order, snapshot, agent, now);
  if (!lw_request_read(snapshot->policy, order->value, &options, arena, &order->request, faults)) {
    return false;
  }
  order->request.for_agent = order->for_agent;
  if (!refuse_customer(snapshot->policy, &order->request, faults)) {
    return false;
  }
  order->at = order->request.at;
  order->meta = order->request.meta;
  order->request.meta = LW_STR("");
  if (!order->options_only) {
    order->recorded = print_request(order, arena);
    order->person = print_person(&order->request.agent, arena);
    order->stored = print_stored(order, arena);
  }
  return !arena->failed;
}

/* The same for the policy that runs in the shadow: of requests that come to be decided alone. */
static void read_shadowed(struct lw_order *order, const struct lw_snapshot *snapshot,
                          const struct lw_actor *agent, lw_usec now, struct lw_arena *arena)
{
  const struct lw_request_options options = read_options(order, snapshot, agent, now);
  lw_shadow_read(order, snapshot, &options, arena);
}

static void forbid(const struct lw_order_options *options)
{
  if (options->ret_forbidden != NULL) {
    *options->ret_forbidden = true;
  }
}

/* The view that decides for whom the request names, or for the caller: their team may try another
 * version. */
static const struct lw_snapshot *view_of(const struct lw_snapshot *snapshot,
                                         const struct lw_value *value, const struct lw_actor *agent,
                                         lw_usec now)
{
  const struct lw_value *named = lw_value_get(value, LW_STR("agent"));
  const struct lw_value *team = NULL;
  if (agent != NULL) {
    return lw_snapshot_for_team(snapshot, agent->team, now);
  }
  if (named != NULL && named->kind == LW_VALUE_MAP) {
    team = lw_value_get(named, LW_STR("team"));
    named = lw_value_get(named, LW_STR("id"));
  }
  if (team != NULL && team->kind == LW_VALUE_STRING) {
    return lw_snapshot_for_team(snapshot, team->text, now);
  }
  return named != NULL && named->kind == LW_VALUE_STRING
             ? lw_snapshot_for(snapshot, named->text, now)
             : snapshot->live;
}

/* Who asks, over HTTP: the caller, or for a token that stands for nobody whom it names. */
static const struct lw_actor *find_agent(const struct lw_snapshot *snapshot,
                                         const struct lw_value *value,
                                         const struct lw_order_options *options,
                                         struct lw_faults *faults)
{
  const struct lw_caller *caller = options->caller;
  const struct lw_value *named = lw_value_get(value, LW_STR("agent"));
  lw_str id = caller->person != NULL ? caller->person->actor.id : LW_STR("");
  if (named != NULL && named->kind == LW_VALUE_STRING) {
    id = named->text;
  }
  if (id.len == 0) {
    lw_faults_add(faults, LW_STR("agent"),
                  "is missing: for whom? This token stands for nobody in particular");
    return NULL;
  }
  if (!lw_access_covers(caller, LW_ACCESS_DECIDE, snapshot->staff, id)) {
    forbid(options);
    lw_faults_add(faults, LW_STR("agent"),
                  "is not yours to ask for: leave it out, or give your own id");
    return NULL;
  }
  const struct lw_person *person = lw_staff_find(snapshot->staff, id);
  if (person == NULL || !person->active) {
    lw_faults_add(faults, LW_STR("agent"), "there is no person \"%.*s\" here%s", LW_FMT(id),
                  person != NULL ? " any more" : "");
    return NULL;
  }
  return &person->actor;
}

/* Members that are about the order, not about the case: the policy knows nothing of them. */
struct own {
  const struct lw_value *hold;
  const struct lw_value *undo;
  const struct lw_value *detail;
  const struct lw_value *whose; /* `for` */
};

/* `detail` and `for` are such only where options are asked for. */
static bool is_own(lw_str key, const struct lw_value *value, bool options_only, struct own *own)
{
  const struct lw_value **place = NULL;
  if (key.len == 4) {
    place = lw_str_equal(key, LW_STR("hold"))   ? &own->hold
            : lw_str_equal(key, LW_STR("undo")) ? &own->undo
                                                : NULL;
  } else if (options_only && lw_str_equal(key, LW_STR("detail"))) {
    place = &own->detail;
  } else if (options_only && lw_str_equal(key, LW_STR("for"))) {
    place = &own->whose;
  }
  if (place != NULL) {
    *place = value;
  }
  return place != NULL;
}

/* How many there are. */
static uint32_t find_own(const struct lw_value *value, bool options_only, struct own *ret_own)
{
  uint32_t count = 0;
  *ret_own = (struct own){0};
  for (uint32_t i = 0; value->kind == LW_VALUE_MAP && i < value->count; i++) {
    count += is_own(value->entries[i].key, &value->items[i], options_only, ret_own);
  }
  return count;
}

static void refuse_long(struct lw_faults *faults, lw_str at, lw_usec most)
{
  const lw_usec hour = 3600 * LW_USEC_PER_SECOND;
  bool hours = most >= hour;
  lw_faults_add(faults, at, "is longer than the %lld %s that an amount may be set aside",
                (long long)(most / (hours ? hour : LW_USEC_PER_SECOND)),
                hours ? "hours" : "seconds");
}

bool lw_order_read_span(const struct lw_value *value, lw_str at, const struct lw_span *allowed,
                        lw_usec *ret_usec, struct lw_faults *faults)
{
  int64_t seconds = 0;
  int32_t nanos = 0;
  if (value == NULL || value->kind == LW_VALUE_NULL) {
    return true;
  }
  if (value->kind != LW_VALUE_STRING || !lw_duration_read(value->text, true, &seconds, &nanos)) {
    lw_faults_add(faults, at, "must be a duration, such as \"5m\"");
    return false;
  }
  lw_usec most_seconds = allowed->most / LW_USEC_PER_SECOND;
  if (seconds < allowed->least / LW_USEC_PER_SECOND) {
    lw_faults_add(faults, at, "must be a %s or more",
                  allowed->least > LW_USEC_PER_SECOND ? "minute" : "second");
    return false;
  }
  if (seconds > most_seconds || (seconds == most_seconds && nanos > 0)) {
    refuse_long(faults, at, allowed->most);
    return false;
  }
  *ret_usec = seconds * LW_USEC_PER_SECOND + nanos / 1000;
  return true;
}

/* `hold` lapses unless it is confirmed; `undo` is confirmed unless it is let go. */
static void read_hold(const struct own *own, struct lw_order *order, struct lw_faults *faults)
{
  static const struct lw_span hold = {LW_USEC_PER_SECOND, LW_HOLD_USEC_MAX};
  static const struct lw_span undo = {LW_USEC_PER_SECOND, LW_UNDO_USEC_MAX};
  lw_usec undo_usec = 0;
  if (!lw_order_read_span(own->hold, LW_STR("hold"), &hold, &order->hold_usec, faults)) {
    return;
  }
  if (own->undo != NULL && own->undo->kind != LW_VALUE_NULL) {
    if (own->hold != NULL && own->hold->kind != LW_VALUE_NULL) {
      lw_faults_add(faults, LW_STR("undo"),
                    "is not for a hold, which nothing confirms by itself: leave one of them out");
    } else if (lw_order_read_span(own->undo, LW_STR("undo"), &undo, &undo_usec, faults)) {
      order->hold_usec = undo_usec;
      order->confirms = true;
    }
  }
}

/* The request without what it does not know. */
static const struct lw_value *without_own(const struct lw_value *value, bool options_only,
                                          struct lw_arena *arena)
{
  struct own own;
  struct lw_value *copy = LW_NEW(arena, struct lw_value);
  struct lw_value *items = LW_NEW_ARRAY(arena, struct lw_value, value->count);
  struct lw_entry *entries = LW_NEW_ARRAY(arena, struct lw_entry, value->count);
  if (copy == NULL || items == NULL || entries == NULL) {
    return NULL;
  }
  *copy = *value;
  copy->items = items;
  copy->entries = entries;
  copy->count = 0;
  for (uint32_t i = 0; i < value->count; i++) {
    if (!is_own(value->entries[i].key, &value->items[i], options_only, &own)) {
      items[copy->count] = value->items[i];
      entries[copy->count++] = value->entries[i];
    }
  }
  return copy;
}

static void read_texts(const struct lw_value *value, struct lw_order *order, struct lw_arena *arena)
{
  const struct lw_value *note = lw_value_get(value, LW_STR("note"));
  const struct lw_value *evidence = lw_value_get(value, LW_STR("evidence"));
  struct draft draft;
  if (order->request.has_note) {
    order->note = note->text;
  }
  if (order->request.has_evidence) {
    lw_json_add_value(begin_text(&draft), evidence);
    order->evidence = keep_text(&draft, arena);
  }
}

/* Of options: whose they are to be for. */
static void read_whose(const struct lw_value *whose, struct lw_order *order,
                       struct lw_faults *faults)
{
  lw_str text = whose != NULL && whose->kind == LW_VALUE_STRING ? whose->text : LW_STR("");
  order->for_agent = lw_str_equal(text, LW_STR("agent"));
  if (whose != NULL && !order->for_agent && !lw_str_equal(text, LW_STR("customer"))) {
    lw_faults_add(faults, LW_STR("for"), "must be \"customer\" or \"agent\"");
  }
}

/* What can be said before the policy reads it. */
static bool read_frame(const struct lw_snapshot *snapshot, const struct lw_value *value,
                       const struct own *own, struct lw_order *order, struct lw_faults *faults)
{
  if (snapshot->policy == NULL) {
    lw_faults_add(faults, LW_STR(""),
                  "no policy is live yet: publish one first (leeway policy publish FILE)");
    return false;
  }
  if (value->kind != LW_VALUE_MAP) {
    lw_faults_add(faults, LW_STR(""), "a request is an object, not %s",
                  lw_value_kind_name(value->kind));
    return false;
  }
  if (lw_value_get(value, LW_STR("id")) != NULL) {
    lw_faults_add(faults, LW_STR("id"),
                  "is given by the server; what is yours belongs in `meta` or in Idempotency-Key");
  }
  if (order->options_only && (own->hold != NULL || own->undo != NULL)) {
    lw_faults_add(faults, own->hold != NULL ? LW_STR("hold") : LW_STR("undo"),
                  "nothing is set aside when only options are asked for");
  } else {
    read_hold(own, order, faults);
  }
  if (own->detail != NULL) {
    order->detail = own->detail->kind == LW_VALUE_BOOL && own->detail->boolean;
    if (own->detail->kind != LW_VALUE_BOOL) {
      lw_faults_add(faults, LW_STR("detail"), "must be true or false");
    }
  }
  read_whose(own->whose, order, faults);
  return true;
}

bool lw_order_read(const struct lw_snapshot *snapshot, const struct lw_value *value,
                   const struct lw_order_options *options, struct lw_arena *arena,
                   struct lw_order *ret_order, struct lw_faults *faults)
{
  const struct lw_caller *caller = options->caller;
  const struct lw_actor *agent = NULL;
  struct lw_order order = {.options_only = options->options_only,
                           .stored_case = options->stored_case,
                           .stored_facts = options->stored_facts,
                           .by_caller = caller != NULL};
  struct own own;
  size_t before = faults->count;
  uint32_t n_own = find_own(value, options->options_only, &own);
  if (!read_frame(snapshot, value, &own, &order, faults)) {
    return false;
  }
  order.claims = caller == NULL ||
                 lw_access_covers(caller, LW_ACCESS_CLAIM_FACTS, snapshot->staff, LW_STR(""));
  if (caller != NULL) {
    agent = find_agent(snapshot, value, options, faults);
  }
  order.value = n_own != 0 ? without_own(value, options->options_only, arena) : value;
  if (faults->count != before || order.value == NULL) {
    return false;
  }
  snapshot = view_of(snapshot, order.value, agent, options->now);
  if (!lw_order_read_for(&order, snapshot, agent, options->now, arena, faults)) {
    if (faults->count == before) {
      lw_faults_add(faults, LW_STR(""), "the request takes too much memory");
    }
    return false;
  }
  read_texts(value, &order, arena);
  if (!options->options_only) {
    read_shadowed(&order, snapshot, agent, options->now, arena);
  }
  order.snapshot = lw_snapshot_ref(snapshot);
  *ret_order = order;
  return true;
}

void lw_order_finish(struct lw_order *order)
{
  lw_snapshot_unref(order->before);
  lw_snapshot_unref(order->snapshot);
  order->before = NULL;
  order->snapshot = NULL;
}

/* --- deciding --- */

static enum lw_code fail_faults(struct lw_order *order, const struct lw_fault *faults, size_t count,
                                struct lw_arena *arena, struct lw_error *err)
{
  struct lw_fault *kept = LW_NEW_ARRAY(arena, struct lw_fault, count);
  for (size_t i = 0; kept != NULL && i < count; i++) {
    kept[i].at = lw_str_copy(arena, faults[i].at);
    kept[i].message = lw_str_copy(arena, faults[i].message);
  }
  order->faults = kept;
  order->n_faults = kept != NULL ? (uint32_t)count : 0;
  if (count == 0) {
    return lw_fail(err, LW_LIMIT, "the request takes too much memory");
  }
  return lw_fail(err, LW_INVALID, "%.*s%s%.*s", LW_FMT(faults[0].at),
                 faults[0].at.len != 0 ? " " : "", LW_FMT(faults[0].message));
}

/* People or policy have changed since it was read, or a trial's time is over. */
static enum lw_code read_again(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err)
{
  struct lw_order *order = change->user;
  const struct lw_actor *agent = NULL;
  struct lw_faults faults = {.arena = change->arena};
  lw_str id = order->request.agent.id;
  const struct lw_person *person = lw_staff_find(batch->snapshot->staff, id);
  if (batch->snapshot->policy == NULL) {
    return lw_fail(err, LW_STALE, "no policy is live any more");
  }
  if (person != NULL && person->active) {
    agent = &person->actor;
  } else if (order->by_caller) {
    return lw_fail(err, LW_FORBIDDEN, "\"%.*s\" is not here any more", LW_FMT(id));
  }
  lw_usec at = order->at;
  lw_batch_use(batch, view_of(batch->snapshot, order->value, agent, batch->now));
  if (!lw_order_read_for(order, batch->snapshot, agent, at, change->arena, &faults)) {
    return fail_faults(order, faults.items, faults.count, change->arena, err);
  }
  read_shadowed(order, batch->snapshot, agent, at, change->arena);
  lw_snapshot_unref(order->before);
  order->before = order->snapshot; /* names that the caller holds may be its */
  order->snapshot = lw_snapshot_ref(batch->snapshot);
  return LW_OK;
}

static enum lw_code decide(struct lw_batch *batch, struct lw_change *change,
                           struct lw_outcome *ret_outcome, struct lw_shadow_said *ret_said,
                           struct lw_error *err)
{
  struct lw_order *order = change->user;
  const struct lw_snapshot *view = order->snapshot;
  bool over = view->trial != 0 && batch->now >= view->live->trials[view->trial - 1].until;
  if (view->serial == batch->snapshot->serial && !over) {
    lw_batch_use(batch, view);
  } else {
    enum lw_code rc = read_again(batch, change, err);
    if (rc != LW_OK) {
      return rc;
    }
  }
  enum lw_code rc = lw_reads_mark_in(batch, order, order->request.at, change->arena, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_decider_reset(batch->decider);
  rc = lw_decide(batch->decider, &order->request, ret_outcome, err);
  if (lw_rows_failed(batch->rows)) {
    return lw_fail(err, LW_IO, "a budget could not be read: %s", batch->engine->source.error.text);
  }
  if (rc == LW_OK && ret_outcome->verdict == LW_FAULTY) {
    return fail_faults(order, ret_outcome->faults, ret_outcome->n_faults, change->arena, err);
  }
  if (rc == LW_OK) {
    lw_shadow_decide(batch, order, ret_outcome, ret_said);
  }
  return rc;
}

/* --- the record --- */

static void add_hex(struct lw_buf *out, const uint8_t *bytes, size_t count)
{
  char *place = lw_buf_reserve(out, 2 * count);
  if (place != NULL) {
    lw_hex_write(bytes, count, place);
    out->len += 2 * count;
  }
}

struct record {
  const struct lw_order *order;
  const struct lw_outcome *outcome;
  char id[LW_DECISION_ID_BYTES];
  lw_str moment; /* of the request, with quotes */
  lw_str until;  /* of a hold, with quotes; or empty */
  bool confirms; /* by itself, at its end */
  bool granted_for;
  lw_str extra; /* JSON members; or empty */
  lw_str asked;
  const struct lw_shadow_said *shadow; /* or NULL */
};

static void add_member(struct lw_buf *out, lw_str key, lw_str json)
{
  if (json.len != 0) {
    lw_buf_add(out, key);
    lw_buf_add(out, json);
  }
}

static void add_key(const struct lw_change *change, struct lw_buf *out)
{
  if (change->key.len != 0 && change->keeps_own_key) {
    LW_BUF_LIT(out, ",\"key\":\"");
    add_hex(out, change->key_digest, sizeof change->key_digest);
    LW_BUF_LIT(out, "\",\"digest\":\"");
    add_hex(out, change->digest.bytes, 16);
    LW_BUF_LIT(out, "\"");
  }
}

/* What somebody else's authority granted, which may be less than, or other than, what was asked. */
static void add_granted(const struct lw_policy *policy, const struct lw_request *request,
                        struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"granted\":{\"action\":");
  lw_json_add_string(out, policy->actions[request->action].name);
  if (request->has_amount) {
    LW_BUF_LIT(out, ",\"minor\":");
    lw_buf_add_int(out, request->amount_minor);
  }
  LW_BUF_LIT(out, "}");
}

static void add_hold(const struct record *record, struct lw_buf *out)
{
  if (record->until.len != 0) {
    LW_BUF_LIT(out, ",\"hold\":{\"until\":");
    lw_buf_add(out, record->until);
    lw_buf_add(out, record->confirms ? LW_STR(",\"then\":\"confirm\"}") : LW_STR("}"));
  }
}

/* What is true of few of them. */
static void add_marks(const struct lw_policy *policy, const struct lw_order *order,
                      struct lw_buf *out)
{
  if (order->claims) {
    LW_BUF_LIT(out, ",\"claims\":true");
  }
  if (order->request.unread != NULL && order->request.unread[order->request.action]) {
    LW_BUF_LIT(out, ",\"unread\":true");
  }
  if (policy->actions[order->request.action].for_agent) {
    LW_BUF_LIT(out, ",\"for\":\"agent\"");
  }
}

/* Everything but texts, from which only references come (add_texts). */
static void add_body(const struct lw_batch *batch, const struct lw_change *change,
                     const struct record *record, lw_str answer, struct lw_buf *out)
{
  const struct lw_order *order = record->order;
  const struct lw_policy *policy = batch->snapshot->policy;
  LW_BUF_LIT(out, "{\"id\":\"");
  lw_buf_add(out, lw_str_from(record->id, sizeof record->id));
  LW_BUF_LIT(out, "\"");
  add_key(change, out);
  add_member(out, LW_STR(",\"at\":"), record->moment);
  add_member(out, LW_STR(",\"request\":"), order->recorded);
  add_member(out, LW_STR(",\"stored\":"), order->stored);
  add_marks(policy, order, out);
  add_member(out, LW_STR(",\"person\":"), order->person);
  LW_BUF_LIT(out, ",\"policy\":");
  lw_buf_add_uint(out, batch->snapshot->policy_version);
  if (policy->currency != LW_CURRENCY_NONE) {
    LW_BUF_LIT(out, ",\"currency\":");
    lw_json_add_string(out, lw_currency_code(policy->currency));
  }
  if (record->granted_for) {
    add_granted(policy, &order->request, out);
  }
  if (record->outcome->verdict == LW_GRANTED) {
    LW_BUF_LIT(out, ",\"draws\":");
    lw_decision_add_draws(policy, record->outcome->draws, record->outcome->n_draws,
                          order->request.at, out);
  }
  add_member(out, LW_STR(",\"answer\":"), answer);
  add_hold(record, out);
  if (record->shadow != NULL) {
    lw_shadow_add_said(record->shadow, out);
  }
  add_member(out, LW_STR(","), record->extra);
  if (record->asked.len != 0) {
    LW_BUF_LIT(out, ",\"asked\":");
    lw_json_add_string(out, record->asked);
  }
}

static enum lw_code add_texts(const struct lw_batch *batch, const struct lw_order *order,
                              struct lw_buf *out, struct lw_error *err)
{
  const struct {
    const char *kind;
    lw_str key;
    lw_str text;
  } texts[] = {{"note", LW_STR(",\"note\":"), order->note},
               {"evidence", LW_STR(",\"evidence\":"), order->evidence},
               {"meta", LW_STR(",\"meta\":"), order->meta}};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    if (texts[i].text.len != 0) {
      lw_buf_add(out, texts[i].key);
      enum lw_code rc =
          lw_text_keep(&batch->texts, batch->now, texts[i].kind, order->request.agent.id,
                       order->request.customer, texts[i].text, out, err);
      if (rc != LW_OK) {
        return rc;
      }
    }
  }
  lw_buf_add_char(out, '}');
  return out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for the record") : LW_OK;
}

static enum lw_code append(struct lw_batch *batch, struct lw_change *change,
                           const struct record *record, lw_str answer, struct lw_error *err)
{
  struct lw_buf *body = &batch->engine->body;
  lw_buf_reset(body);
  add_body(batch, change, record, answer, body);
  enum lw_code rc = add_texts(batch, record->order, body, err);
  if (rc == LW_OK) {
    rc = lw_batch_append(batch, change, LW_EVENT_DECISION, lw_buf_str(body), err);
  }
  return rc;
}

static lw_str quoted_moment(lw_usec at, char place[64])
{
  struct lw_buf buf = {.ptr = place, .capacity = 64};
  lw_decision_add_moment(&buf, at);
  return lw_buf_str(&buf);
}

static void tally(struct lw_engine *engine, const struct record *record)
{
  struct lw_engine_tally *tally = &engine->tally;
  enum lw_verdict verdict = record->outcome->verdict;
  tally->decisions++;
  tally->granted += verdict == LW_GRANTED;
  tally->asked += verdict == LW_ASK;
  tally->refused += verdict == LW_REFUSED;
  if (record->shadow != NULL && record->shadow->tag.len != 0) {
    tally->shadowed++;
    tally->shadow_differs += record->shadow->differs && !record->shadow->failed;
    tally->shadow_errors += record->shadow->failed;
  }
}

/* Draws, appends, answers. Nothing is refused from here on but by lw_rows_draw, which comes first.
 */
static enum lw_code settle(struct lw_batch *batch, struct lw_change *change, struct record *record,
                           struct lw_buf *out, lw_id *ret_id, struct lw_error *err)
{
  struct lw_engine *engine = batch->engine;
  const struct lw_order *order = record->order;
  const struct lw_outcome *outcome = record->outcome;
  char moment[64];
  if (outcome->verdict == LW_GRANTED && outcome->n_draws != 0) {
    enum lw_code rc =
        lw_batch_draw(batch, outcome->draws, outcome->n_draws, order->request.at, err);
    if (rc != LW_OK) {
      return rc;
    }
  }
  *ret_id = lw_id_make_seq(batch->rand, batch->now, lw_journal_next(batch->journal));
  (void)lw_id_write(LW_STR("dec"), *ret_id, record->id);
  record->moment = quoted_moment(order->request.at, moment);
  lw_buf_reset(&engine->answer);
  lw_answer_add(batch->snapshot->policy, &order->request, outcome, 0, &engine->answer);
  lw_str answer = lw_buf_str(&engine->answer);
  enum lw_code rc = append(batch, change, record, answer, err);
  if (rc != LW_OK) {
    return rc;
  }
  const struct lw_decision_answer parts = {.id = lw_str_from(record->id, sizeof record->id),
                                           .at = record->moment,
                                           .answer = answer,
                                           .policy = batch->snapshot->policy_version,
                                           .hold_until = record->until,
                                           .hold_confirms = record->confirms,
                                           .extra = record->extra,
                                           .meta = order->meta};
  lw_decision_add_answer(out, &parts);
  tally(engine, record);
  return out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for the answer") : LW_OK;
}

static enum lw_code set_aside(struct lw_batch *batch, const struct lw_change *change,
                              const struct record *record, lw_usec until, struct lw_error *err)
{
  const struct lw_request *request = &record->order->request;
  const struct lw_decision_row row = {.seq = change->seq,
                                      .state = LW_DECISION_HELD,
                                      .has_amount = request->has_amount,
                                      .amount_minor = request->amount_minor,
                                      .until = until,
                                      .confirms = record->confirms,
                                      .changed_at = batch->now,
                                      .changed_by = change->actor};
  enum lw_code rc = lw_decision_row_put(batch->db, &row, err);
  if (rc == LW_OK) {
    lw_engine_wake(batch->engine, row.until);
  }
  return rc;
}

/* until 0: for good. */
static enum lw_code settle_until(struct lw_batch *batch, struct lw_change *change,
                                 struct record *record, lw_usec until, struct lw_buf *out,
                                 lw_id *ret_id, struct lw_error *err)
{
  char place[64];
  if (until != 0) {
    record->until = quoted_moment(until, place);
  }
  enum lw_code rc = settle(batch, change, record, out, ret_id, err);
  if (rc == LW_OK && until != 0) {
    rc = set_aside(batch, change, record, until, err);
  }
  if (rc == LW_OK && record->outcome->verdict == LW_GRANTED && record->order->request.has_amount) {
    rc = lw_canary_count(batch, change, record->order->request.amount_minor, err);
  }
  return rc;
}

enum lw_code lw_order_apply(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  struct lw_order *order = change->user;
  struct lw_outcome outcome;
  struct lw_shadow_said said;
  lw_id id;
  enum lw_code rc = decide(batch, change, &outcome, &said, err);
  if (rc != LW_OK) {
    return rc;
  }
  bool holds = outcome.verdict == LW_GRANTED && order->hold_usec != 0;
  struct record record = {.order = order,
                          .outcome = &outcome,
                          .confirms = holds && order->confirms,
                          .asked = order->asked,
                          .shadow = &said};
  lw_buf_reset(&change->answer);
  lw_change_status(change, 201);
  return settle_until(batch, change, &record, holds ? order->request.at + order->hold_usec : 0,
                      &change->answer, &id, err);
}

enum lw_code lw_decision_grant_for(struct lw_batch *batch, struct lw_change *change,
                                   const struct lw_granted_for *granted, struct lw_buf *out,
                                   lw_id *ret_id, struct lw_error *err)
{
  LW_ASSERT(granted->outcome->verdict == LW_GRANTED);
  LW_ASSERT(granted->order->snapshot->serial == batch->snapshot->serial);
  struct record record = {.order = granted->order,
                          .outcome = granted->outcome,
                          .granted_for = true,
                          .extra = granted->extra,
                          .asked = granted->order->asked};
  return settle_until(batch, change, &record,
                      granted->hold_usec != 0 ? batch->now + granted->hold_usec : 0, out, ret_id,
                      err);
}
