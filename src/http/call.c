/* What handlers call. A reply is only noted here; server.c sends it when the handler has returned,
 * or when the change that it submitted is on disk. */
#include "base/bounds.h"
#include "http/host.h"
#include "http/query.h"

#include <stdarg.h>
#include <stdio.h>

lw_str lw_call_query(struct lw_call *call, const char *name)
{
  lw_str value = {NULL, 0};
  bool fits = lw_query_get(&call->arena, lw_exchange_of(call)->query, lw_str_c(name), &value);
  return fits ? value : (lw_str){NULL, 0};
}

lw_str lw_call_header(struct lw_call *call, const char *name)
{
  enum lw_header header = lw_header_find(lw_str_c(name));
  return header != LW_HEADERS ? lw_exchange_of(call)->headers[header] : (lw_str){NULL, 0};
}

void lw_call_add_header(struct lw_call *call, const char *name, lw_str value)
{
  struct lw_exchange *exchange = lw_exchange_of(call);
  lw_str copy = lw_str_copy(&call->arena, value);
  if (copy.ptr != NULL && exchange->n_added < LW_ADDED_HEADERS_MAX) {
    exchange->added[exchange->n_added].name = name;
    exchange->added[exchange->n_added++].value = copy;
  }
}

void lw_call_reply_as(struct lw_call *call, int status, const char *content_type)
{
  lw_exchange_of(call)->content_type = content_type;
  call->status = status;
}

void lw_call_reply(struct lw_call *call, int status)
{
  lw_call_reply_as(call, status, "application/json");
}

void lw_call_reply_fixed(struct lw_call *call, int status, const char *content_type, lw_str bytes)
{
  lw_exchange_of(call)->fixed = bytes;
  lw_call_reply_as(call, status, content_type);
}

static void reply_problem(struct lw_call *call, int status, enum lw_code code, lw_str detail,
                          const struct lw_faults *faults)
{
  lw_buf_reset(&call->out);
  lw_problem_add(&call->out, status, code, detail, faults, call->request_id);
  if (status == 503 || status == 429) {
    lw_call_add_header(call, "Retry-After", LW_STR("1"));
  }
  lw_call_reply_as(call, status, "application/problem+json");
}

void lw_call_problem(struct lw_call *call, const struct lw_error *err)
{
  lw_str text = lw_str_c(err->text);
  lw_str detail = text;
  if (err->hint[0] != '\0') {
    detail = lw_str_format(&call->arena, "%s; %s", err->text, err->hint);
  }
  reply_problem(call, lw_code_http_status(err->code), err->code, detail.ptr != NULL ? detail : text,
                NULL);
}

void lw_call_fail(struct lw_call *call, enum lw_code code, const char *format, ...)
{
  char text[LW_ERROR_TEXT_BYTES];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  reply_problem(call, lw_code_http_status(code), code, lw_str_c(text), NULL);
}

void lw_call_fail_status(struct lw_call *call, int status, enum lw_code code, const char *text)
{
  reply_problem(call, status, code, lw_str_c(text), NULL);
}

void lw_call_faults(struct lw_call *call, const struct lw_faults *faults)
{
  lw_str detail = faults->count != 0 ? faults->items[0].message : LW_STR("it does not fit");
  if (faults->count != 0 && faults->items[0].at.len != 0) {
    detail = lw_str_format(&call->arena, "%.*s: %.*s", LW_FMT(faults->items[0].at),
                           LW_FMT(faults->items[0].message));
  }
  reply_problem(call, 422, LW_INVALID, detail, faults);
}

bool lw_call_is_sound(struct lw_call *call, const struct lw_faults *faults)
{
  if (faults->count != 0) {
    lw_call_faults(call, faults);
  }
  return faults->count == 0;
}

void lw_call_fault(struct lw_call *call, const char *at, const char *message)
{
  struct lw_fault fault = {lw_str_c(at), lw_str_c(message)};
  struct lw_faults faults = {.items = &fault, .count = 1};
  lw_call_faults(call, &faults);
}

/* --- rights --- */

/* Who reaches how far, by the columns of access.def. */
static const enum lw_view reaches[LW_ACCESSES][7] = {
#define OWN  LW_VIEW_OWN
#define TEAM LW_VIEW_TEAM
#define ALL  LW_VIEW_ALL
#define NONE LW_VIEW_NONE
#define LW_ACCESS(id, words, agent, lead, policy, people, quality, auditor, admin, scope)          \
  [LW_ACCESS_##id] = {agent, lead, policy, people, quality, auditor, admin},
#include "people/access.def"
#undef LW_ACCESS
#undef OWN
#undef TEAM
#undef ALL
#undef NONE
};
static const uint32_t scopes_of[LW_ACCESSES] = {
#define LW_ACCESS(id, words, agent, lead, policy, people, quality, auditor, admin, scope)          \
  [LW_ACCESS_##id] = LW_TOKEN_##scope,
#include "people/access.def"
#undef LW_ACCESS
};

static void add_who_may(struct lw_buf *out, enum lw_access access)
{
  static const char *const roles[7] = {"everybody",         "leads",   "policy owners",
                                       "keepers of people", "quality", "auditors",
                                       "administrators"};
  const char *between = "";
  for (size_t i = 0; i < 7; i++) {
    if (reaches[access][i] == LW_VIEW_ALL || (i == 1 && reaches[access][i] == LW_VIEW_TEAM)) {
      lw_buf_printf(out, "%s%s%s", between, roles[i],
                    reaches[access][i] == LW_VIEW_TEAM ? " (of their teams)" : "");
      between = ", ";
    }
  }
  if (scopes_of[access] != LW_TOKEN_NO_SCOPE) {
    lw_str scope = lw_token_scope_name((enum lw_token_scope)scopes_of[access]);
    lw_buf_printf(out, "%stokens with the scope %.*s", between, LW_FMT(scope));
    between = ", ";
  }
  if (between[0] == '\0') {
    LW_BUF_LIT(out, "whoever it concerns");
  }
}

void lw_call_forbidden(struct lw_call *call, enum lw_access access)
{
  struct lw_buf text = {.ptr = NULL};
  lw_str words = lw_access_words(access);
  lw_buf_printf(&text, "you may not do this here (%.*s); who may: ", LW_FMT(words));
  add_who_may(&text, access);
  lw_call_fail(call, LW_FORBIDDEN, "%.*s", LW_FMT(text));
  lw_buf_finish(&text);
}

static bool is_about_seeing(enum lw_access access)
{
  return access == LW_ACCESS_SEE_DECISIONS || access == LW_ACCESS_SEE_BUDGETS ||
         access == LW_ACCESS_SEE_NOTES || access == LW_ACCESS_SEE_PEOPLE;
}

bool lw_call_may(struct lw_call *call, enum lw_access access, lw_str person)
{
  if (lw_access_covers(&call->caller, access, call->snapshot->staff, person)) {
    return true;
  }
  if (person.len != 0 && is_about_seeing(access)) {
    lw_call_fail(call, LW_NOT_FOUND, "there is nothing here that you may see");
  } else {
    lw_call_forbidden(call, access);
  }
  return false;
}

/* --- reading and writing --- */

bool lw_call_is_awaited(struct lw_call *call)
{
  if (lw_exchange_is_left(lw_exchange_of(call))) {
    lw_call_fail(call, LW_BUSY, "nobody waits for the answer");
    return false;
  }
  return true;
}

struct lw_db *lw_call_reader(struct lw_call *call)
{
  struct lw_exchange *exchange = lw_exchange_of(call);
  struct lw_error err;
  if (exchange->reader == NULL &&
      lw_engine_reader(call->engine, &exchange->reader, &err) != LW_OK) {
    exchange->reader = NULL;
    lw_call_problem(call, &err);
  }
  return exchange->reader;
}

struct lw_json_reader *lw_call_json(struct lw_call *call)
{
  return lw_exchange_of(call)->work->reader;
}

/* {NULL, 0} when memory is out. */
static lw_str join(struct lw_arena *arena, const lw_str *parts, size_t count)
{
  size_t len = 0;
  for (size_t i = 0; i < count; i++) {
    len += parts[i].len;
  }
  char *place = lw_arena_alloc(arena, len + 1, 1);
  if (place == NULL) {
    return (lw_str){NULL, 0};
  }
  size_t at = 0;
  for (size_t i = 0; i < count; i++) {
    if (parts[i].len != 0) {
      memcpy(place + at, parts[i].ptr, parts[i].len);
      at += parts[i].len;
    }
  }
  place[at] = '\0';
  return lw_str_from(place, at);
}

bool lw_call_read_key(struct lw_call *call, lw_str given, lw_str *ret_key)
{
  *ret_key = (lw_str){NULL, 0};
  if (given.ptr == NULL) {
    return true;
  }
  for (size_t i = 0; i < given.len; i++) {
    if (given.ptr[i] < ' ' || given.ptr[i] > '~') {
      return false;
    }
  }
  if (given.len == 0 || given.len > 255) {
    return false;
  }
  const lw_str parts[] = {call->caller.actor,
                          LW_STR("\x1f"),
                          lw_str_c(lw_method_name(call->method)),
                          LW_STR(" "),
                          call->path,
                          LW_STR("\x1f"),
                          given};
  *ret_key = join(&call->arena, parts, sizeof parts / sizeof parts[0]);
  return true;
}

lw_hash lw_call_digest(struct lw_call *call, lw_str body)
{
  struct lw_hasher *hasher = lw_exchange_of(call)->work->hasher;
  const lw_str line[] = {lw_str_c(lw_method_name(call->method)), LW_STR(" "), call->path,
                         LW_STR("\n")};
  char room[64]; /* the hasher would rather have one piece than four */
  size_t len = 0;
  lw_hasher_start(hasher);
  for (size_t i = 0; i < sizeof line / sizeof line[0]; i++) {
    if (line[i].len > sizeof room - len) {
      lw_hasher_add(hasher, lw_str_from(room, len));
      lw_hasher_add(hasher, line[i]);
      len = 0;
    } else {
      memcpy(room + len, line[i].ptr, line[i].len);
      len += line[i].len;
    }
  }
  lw_hasher_add(hasher, lw_str_from(room, len));
  lw_hasher_add(hasher, body);
  return lw_hasher_end(hasher);
}

/* On the writer's thread. */
static void change_done(struct lw_change *change)
{
  struct lw_call *call = (struct lw_call *)((char *)change - offsetof(struct lw_call, change));
  lw_exchange_wake(lw_exchange_of(call));
}

static void submit(struct lw_call *call,
                   enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change,
                                         struct lw_error *err),
                   void *user, bool keeps_key)
{
  struct lw_exchange *exchange = lw_exchange_of(call);
  struct lw_change *change = &call->change;
  if (!lw_call_read_key(call, exchange->headers[LW_HEADER_IDEMPOTENCY_KEY], &change->key)) {
    lw_call_fault(call, "Idempotency-Key", "takes 1 to 255 printable ASCII characters");
    return;
  }
  if (!keeps_key) {
    change->key = LW_STR("");
  } else if (change->key.len != 0) {
    change->digest = lw_call_digest(call, call->body);
  }
  change->apply = apply;
  change->done = change_done;
  change->user = user;
  change->arena = &call->arena;
  change->actor = call->caller.actor;
  lw_exchange_wait(exchange, lw_call_finish_change);
  struct lw_error err;
  if (lw_engine_submit(call->engine, change, &err) != LW_OK) {
    exchange->resume = NULL;
    lw_call_problem(call, &err);
    lw_exchange_wake(exchange);
  }
}

void lw_call_submit(struct lw_call *call,
                    enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change,
                                          struct lw_error *err),
                    void *user)
{
  submit(call, apply, user, true);
}

void lw_call_submit_sound(struct lw_call *call, const struct lw_faults *faults,
                          enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change,
                                                struct lw_error *err),
                          void *user)
{
  if (lw_call_is_sound(call, faults)) {
    submit(call, apply, user, true);
  }
}

void lw_call_submit_unkept(struct lw_call *call,
                           enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change,
                                                 struct lw_error *err),
                           void *user)
{
  submit(call, apply, user, false);
}

void lw_call_finish_change(struct lw_call *call)
{
  struct lw_change *change = &call->change;
  if (change->code != LW_OK) {
    if (call->refused == NULL || !call->refused(call)) {
      change->error.code = change->code;
      lw_call_problem(call, &change->error);
    }
    return;
  }
  struct lw_buf kept = call->out; /* swapped, not copied */
  call->out = change->answer;
  change->answer = kept;
  lw_call_reply(call, change->repeated ? 200 : change->status);
  if (call->then != NULL) {
    call->then(call);
  }
}

/* --- members --- */

struct lw_faults lw_call_new_faults(struct lw_call *call)
{
  return (struct lw_faults){.arena = &call->arena};
}

lw_str lw_call_text(const struct lw_value *map, const char *key, struct lw_faults *faults)
{
  const struct lw_value *value = lw_value_get(map, lw_str_c(key));
  if (value == NULL || value->kind == LW_VALUE_NULL) {
    return (lw_str){NULL, 0};
  }
  if (value->kind != LW_VALUE_STRING) {
    lw_faults_add(faults, lw_str_c(key), "must be a text, not %s", lw_value_kind_name(value->kind));
    return (lw_str){NULL, 0};
  }
  return value->text;
}

bool lw_call_flag(const struct lw_value *map, const char *key, bool needed,
                  struct lw_faults *faults)
{
  const struct lw_value *value = lw_value_get(map, lw_str_c(key));
  if (value != NULL ? value->kind != LW_VALUE_BOOL : needed) {
    lw_faults_add(faults, lw_str_c(key), "is true or false");
  }
  return value != NULL && value->kind == LW_VALUE_BOOL && value->boolean;
}

void lw_call_known(const struct lw_value *map, const char *const *keys, struct lw_faults *faults)
{
  if (map == NULL) {
    return;
  }
  if (map->kind != LW_VALUE_MAP) {
    lw_faults_add(faults, LW_STR(""), "must be an object");
    return;
  }
  for (uint32_t i = 0; i < map->count; i++) {
    bool known = false;
    for (const char *const *key = keys; *key != NULL && !known; key++) {
      known = lw_str_equal(map->entries[i].key, lw_str_c(*key));
    }
    if (!known) {
      lw_faults_add(faults, map->entries[i].key, "is not a member that this call knows");
    }
  }
}
