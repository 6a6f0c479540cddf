/* POST /v1/decisions: the hot path. The request is read and checked here, against the snapshot; the
 * writer only decides and records; what it wrote is the reply's body as it stands.
 *
 * An array is read item by item into changes that are queued next to each other. An item that does
 * not fit has its answer at once and is not queued; the last one that is answered wakes the call.
 *
 * What does not fit today may have fitted when it was sent first (the policy has changed since). So
 * with a retry key it goes to the writer all the same: either the key has its first answer, or it
 * is refused there. */
#include "base/bounds.h"
#include "desk/case.h"
#include "desk/contact.h"
#include "http/api.h"

/* What a stored case says; NULL for both when there is none. Most requests name one; it is one read
 * by its key, and none at all while no case was ever kept. False: replied. */
static bool find_case(struct lw_call *call, const struct lw_value *value,
                      struct lw_case_known *ret_known, struct lw_error *err)
{
  *ret_known = (struct lw_case_known){.stored_case = NULL};
  const struct lw_value *named = lw_value_get(value, LW_STR("case"));
  if (named != NULL && named->kind == LW_VALUE_MAP) {
    named = lw_value_get(named, LW_STR("id"));
  }
  if (named == NULL || named->kind != LW_VALUE_STRING || !lw_api_has_cases(call)) {
    return true;
  }
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL) {
    (void)lw_fail(err, LW_IO, "the database can't be read");
    return false;
  }
  return lw_case_known(db, named->text, lw_call_json(call), &call->arena, ret_known, err) == LW_OK;
}

static bool read_order(struct lw_call *call, const struct lw_value *value, bool options_only,
                       struct lw_order *ret_order, struct lw_faults *faults, struct lw_error *err)
{
  struct lw_case_known known;
  bool forbidden = false;
  err->code = LW_OK;
  if (!find_case(call, value, &known, err)) {
    return false;
  }
  err->code = LW_OK; /* no such case is no error */
  struct lw_order_options options = {.caller = &call->caller,
                                     .stored_case = known.stored_case,
                                     .stored_facts = known.stored_facts,
                                     .options_only = options_only,
                                     .ret_forbidden = &forbidden,
                                     .now = call->received};
  bool read = lw_order_read(call->snapshot, value, &options, &call->arena, ret_order, faults);
  if (!read && forbidden) {
    lw_str why = faults->count != 0 ? faults->items[0].message : LW_STR("this is not yours to ask");
    (void)lw_fail(err, LW_FORBIDDEN, "%.*s", LW_FMT(why));
  }
  return read;
}

static bool has_policy(struct lw_call *call)
{
  if (call->snapshot->policy == NULL) {
    lw_call_add_header(call, "Retry-After", LW_STR("10"));
    lw_call_fail(call, LW_BUSY, "no policy is live yet; publish one (leeway policy publish)");
  }
  return call->snapshot->policy != NULL;
}

/* --- one --- */

static void drop_order(struct lw_call *call)
{
  lw_order_finish(call->user);
}

static void reply_unread(struct lw_call *call, const struct lw_faults *faults,
                         const struct lw_error *err)
{
  if (call->status != 0) {
    return; /* said already */
  }
  if (err->code != LW_OK) {
    lw_call_problem(call, err);
  } else {
    lw_call_faults(call, faults);
  }
}

/* The verdict is a member in the answer's beginning, behind a comma. */
static bool says_granted(lw_str answer)
{
  lw_str granted = LW_STR("\"verdict\":\"granted\"");
  lw_str rest = lw_str_slice(answer, 0, 160);
  const char *comma = NULL;
  while (rest.len != 0 && (comma = memchr(rest.ptr, ',', rest.len)) != NULL) {
    rest = lw_str_slice(rest, (size_t)(comma - rest.ptr) + 1, SIZE_MAX);
    if (lw_str_starts(rest, granted)) {
      return true;
    }
  }
  return false;
}

static void note_verdict(struct lw_call *call)
{
  if (call->status == 201 && says_granted(lw_buf_str(&call->out))) {
    lw_histogram_add(&call->server->metrics.authority,
                     lw_clock_monotonic() - lw_exchange_of(call)->started);
  }
}

/* The policy changed between reading and deciding, and the request does not fit the new one. */
static bool tell_faults(struct lw_call *call)
{
  const struct lw_order *order = call->user;
  if (call->change.code != LW_INVALID || order->n_faults == 0) {
    return false;
  }
  struct lw_faults faults = lw_call_new_faults(call);
  for (uint32_t i = 0; i < order->n_faults; i++) {
    lw_faults_add(&faults, order->faults[i].at, "%.*s", LW_FMT(order->faults[i].message));
  }
  lw_call_faults(call, &faults);
  return true;
}

/* The key was not used: what does not fit is said. No key ever fails with this code. */
static enum lw_code apply_unfit(struct lw_batch *batch, struct lw_change *change,
                                struct lw_error *err)
{
  (void)batch, (void)change;
  return lw_fail(err, LW_STALE, "it does not fit");
}

static bool tell_unfit(struct lw_call *call)
{
  bool unused = call->change.code == LW_STALE;
  if (unused) {
    lw_call_faults(call, call->user);
  }
  return unused;
}

/* It does not fit; faults live in the call's arena. */
static void refuse_one(struct lw_call *call, const struct lw_faults *faults,
                       const struct lw_error *err)
{
  bool has_key = lw_exchange_of(call)->headers[LW_HEADER_IDEMPOTENCY_KEY].ptr != NULL;
  struct lw_faults *kept = has_key && call->status == 0 && err->code == LW_OK
                               ? LW_API_NEW(call, struct lw_faults)
                               : NULL;
  if (kept == NULL) {
    reply_unread(call, faults, err);
    return;
  }
  *kept = *faults;
  call->user = kept;
  call->change.bare = true;
  call->change.keeps_own_key = true;
  call->refused = tell_unfit;
  lw_call_submit(call, apply_unfit, kept);
}

static void decide_one(struct lw_call *call)
{
  struct lw_order *order = LW_API_NEW(call, struct lw_order);
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_error err;
  if (order == NULL) {
    return;
  }
  if (!read_order(call, call->json, false, order, &faults, &err)) {
    refuse_one(call, &faults, &err);
    return;
  }
  call->user = order;
  lw_exchange_of(call)->cleanup = drop_order;
  call->change.bare = true;
  call->change.keeps_own_key = true;
  call->then = note_verdict;
  lw_exchange_of(call)->light = true; /* nothing that comes after takes a workplace */
  call->refused = tell_faults;
  lw_call_submit(call, lw_order_apply, order);
}

/* --- many --- */

struct item {
  struct lw_change change; /* first: `done` finds the item by it */
  struct lw_call *call;
  struct lw_order order;
  lw_str key;                    /* as it was given */
  bool read;                     /* order is to be finished, change was made */
  const struct lw_faults *unfit; /* it does not fit, but its key may have an answer; or NULL */
};

struct items {
  struct item *at;
  uint32_t count;
};

static void item_done(struct lw_change *change)
{
  struct item *item = (struct item *)change;
  struct lw_exchange *exchange = lw_exchange_of(item->call);
  if (atomic_fetch_sub(&exchange->waiting, 1) == 1) {
    lw_exchange_wake(exchange);
  }
}

static void drop_items(struct lw_call *call)
{
  struct items *items = call->user;
  for (uint32_t i = 0; i < items->count; i++) {
    if (items->at[i].read) {
      lw_order_finish(&items->at[i].order);
    }
    lw_buf_finish(&items->at[i].change.answer);
  }
}

static void fail_item(struct item *item, enum lw_code code, const struct lw_error *err)
{
  item->change.code = code;
  item->change.error = *err;
  item->change.error.code = code;
}

static void refuse_item(struct item *item, const struct lw_faults *faults)
{
  lw_str detail = faults->count != 0 ? faults->items[0].message : LW_STR("it does not fit");
  lw_problem_add(&item->change.answer, 422, LW_INVALID, detail, faults, item->call->request_id);
  item->change.status = 422;
}

/* The request's own text: what its digest is made of, and where `meta` is found as it came. */
static const struct lw_value *own_text(struct lw_call *call, const struct lw_value *request,
                                       lw_str *ret_text, struct lw_error *err)
{
  static const struct lw_json_options options = {.raw_key = LW_STR_INIT("meta")};
  struct lw_buf text = {.ptr = NULL};
  lw_json_add_value(&text, request);
  *ret_text = text.failed ? (lw_str){NULL, 0} : lw_str_copy(&call->arena, lw_buf_str(&text));
  lw_buf_finish(&text);
  const struct lw_value *read = NULL;
  if (ret_text->ptr == NULL) {
    (void)lw_fail(err, LW_NO_MEMORY, "out of memory");
    return NULL;
  }
  if (lw_value_get(request, LW_STR("meta")) == NULL) {
    return request;
  }
  enum lw_code code =
      lw_json_read(lw_call_json(call), &call->arena, *ret_text, &options, &read, err);
  return code == LW_OK ? read : NULL;
}

static const struct lw_value *take_members(struct item *item, const struct lw_value *value,
                                           struct lw_faults *faults)
{
  static const char *const members[] = {"key", "request", NULL};
  lw_call_known(value, members, faults);
  item->key = lw_call_text(value, "key", faults);
  const struct lw_value *request = lw_value_get(value, LW_STR("request"));
  if (request == NULL || request->kind != LW_VALUE_MAP) {
    lw_faults_add(faults, LW_STR("request"), "must be there, an object");
    return NULL;
  }
  if (!lw_call_read_key(item->call, item->key, &item->change.key)) {
    lw_faults_add(faults, LW_STR("key"), "takes 1 to 255 printable ASCII characters");
  }
  return faults->count == 0 ? request : NULL;
}

static const struct lw_faults *keep_faults(struct lw_call *call, const struct lw_faults *faults)
{
  struct lw_faults *kept = LW_NEW(&call->arena, struct lw_faults);
  if (kept != NULL) {
    *kept = *faults;
  }
  return kept;
}

static void read_item(struct item *item, const struct lw_value *value)
{
  struct lw_call *call = item->call;
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_error err = {.code = LW_OK};
  lw_str text;
  const struct lw_value *request = take_members(item, value, &faults);
  if (request == NULL) {
    refuse_item(item, &faults);
    return;
  }
  request = own_text(call, request, &text, &err);
  if (request == NULL) {
    fail_item(item, err.code, &err);
    return;
  }
  item->read = read_order(call, request, false, &item->order, &faults, &err);
  if (item->change.key.len != 0) {
    item->change.digest = lw_call_digest(call, text);
  }
  if (!item->read && err.code != LW_OK) {
    fail_item(item, err.code, &err);
  } else if (!item->read) {
    refuse_item(item, &faults);
    item->unfit = item->change.key.len != 0 ? keep_faults(call, &faults) : NULL;
  }
}

static void print_item(struct lw_call *call, struct item *item)
{
  struct lw_buf *out = &call->out;
  struct lw_change *change = &item->change;
  if (item->unfit != NULL && change->code == LW_STALE) {
    change->code = LW_OK;
    lw_buf_reset(&change->answer);
    refuse_item(item, item->unfit);
  }
  int status = change->repeated ? 200 : change->status;
  if (change->code != LW_OK) {
    status = lw_code_http_status(change->code);
    lw_buf_reset(&change->answer);
    lw_problem_add(&change->answer, status, change->code, lw_str_c(change->error.text), NULL,
                   call->request_id);
  }
  LW_BUF_LIT(out, "{");
  if (item->key.ptr != NULL) {
    LW_BUF_LIT(out, "\"key\":");
    lw_json_add_string(out, item->key);
    LW_BUF_LIT(out, ",");
  }
  lw_buf_printf(out, "\"status\":%d,\"body\":", status);
  lw_buf_add(out, lw_buf_str(&change->answer));
  out->failed = out->failed || change->answer.failed;
  LW_BUF_LIT(out, "}");
}

static void reply_items(struct lw_call *call)
{
  const struct items *items = call->user;
  lw_buf_reset(&call->out);
  LW_BUF_LIT(&call->out, "{\"answers\":[");
  for (uint32_t i = 0; i < items->count; i++) {
    lw_buf_add(&call->out, i == 0 ? LW_STR("") : LW_STR(","));
    print_item(call, &items->at[i]);
  }
  LW_BUF_LIT(&call->out, "]}");
  lw_call_reply(call, 200);
}

static uint32_t collect(struct lw_call *call, const struct items *items, struct lw_change **changes)
{
  uint32_t count = 0;
  for (uint32_t i = 0; i < items->count; i++) {
    struct item *item = &items->at[i];
    if (!item->read && item->unfit == NULL) {
      continue;
    }
    item->change.apply = item->read ? lw_order_apply : apply_unfit;
    item->change.done = item_done;
    item->change.user = &item->order;
    item->change.arena = &call->arena;
    item->change.actor = call->caller.actor;
    item->change.bare = true;
    item->change.keeps_own_key = true;
    changes[count++] = &item->change;
  }
  return count;
}

static void submit_items(struct lw_call *call, const struct items *items)
{
  struct lw_exchange *exchange = lw_exchange_of(call);
  struct lw_change **changes = LW_NEW_ARRAY(&call->arena, struct lw_change *, items->count);
  if (changes == NULL) {
    lw_call_fail(call, LW_NO_MEMORY, "out of memory; try again");
    return;
  }
  uint32_t count = collect(call, items, changes);
  if (count == 0) {
    reply_items(call);
    return;
  }
  atomic_store(&exchange->waiting, count);
  lw_exchange_wait(exchange, reply_items);
  struct lw_error err;
  if (lw_engine_submit_all(call->engine, changes, count, &err) != LW_OK) {
    exchange->resume = NULL;
    lw_call_problem(call, &err);
    lw_exchange_wake(exchange);
  }
}

static void decide_many(struct lw_call *call)
{
  struct items *items = LW_API_NEW(call, struct items);
  if (items == NULL) {
    return;
  }
  if (call->json->count == 0 || call->json->count > LW_ORDERS_MAX) {
    lw_call_fail(call, call->json->count == 0 ? LW_INVALID : LW_LIMIT,
                 "an array holds 1 to %d requests", LW_ORDERS_MAX);
    return;
  }
  items->at = LW_NEW_ARRAY(&call->arena, struct item, call->json->count);
  if (items->at == NULL) {
    lw_call_fail(call, LW_NO_MEMORY, "out of memory; try again");
    return;
  }
  items->count = call->json->count;
  call->user = items;
  lw_exchange_of(call)->cleanup = drop_items;
  for (uint32_t i = 0; i < items->count; i++) {
    items->at[i].call = call;
    read_item(&items->at[i], &call->json->items[i]);
  }
  if (call->status == 0) {
    submit_items(call, items);
  }
}

void lw_api_decide(struct lw_call *call)
{
  if (!has_policy(call)) {
    return;
  }
  if (call->json->kind == LW_VALUE_LIST) {
    decide_many(call);
  } else {
    decide_one(call);
  }
}

/* Whom a route would alert first, as desk does it. */
static enum lw_code first_asked(void *user, const struct lw_order *order,
                                struct lw_decider *decider, uint32_t route,
                                const struct lw_person **ret_person, uint32_t *ret_level,
                                struct lw_error *err)
{
  return lw_asking_preview(user, order, decider, route, ret_person, ret_level, err);
}

static void print_asked(void *user, const struct lw_person *person, struct lw_buf *out)
{
  lw_contact_print_who(user, person, out);
}

struct lw_preview_asking lw_api_asking(struct lw_desk_reader *reader)
{
  return (struct lw_preview_asking){first_asked, print_asked, reader};
}

void lw_api_options(struct lw_call *call)
{
  struct lw_order order;
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_error err;
  if (!has_policy(call)) {
    return;
  }
  if (!read_order(call, call->json, true, &order, &faults, &err)) {
    reply_unread(call, &faults, &err);
    return;
  }
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    struct lw_desk_reader reader = lw_api_desk(call, db);
    const struct lw_preview_asking asking = lw_api_asking(&reader);
    enum lw_code code = lw_order_options_answer(db, lw_engine_drawn(call->engine), &order, &asking,
                                                &call->out, &err);
    lw_api_reply_read(call, code, &err);
  }
  lw_order_finish(&order);
}
