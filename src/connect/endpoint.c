/* Changing an endpoint appends webhook.set, which has its id, what happened, the kinds and the
 * host; not the whole address, for its path may be a password of the receiver's, and no secret. */
#include "connect/endpoint.h"

#include "base/crypto.h"
#include "base/utf8.h"
#include "connect/store.h"
#include "data/json.h"
#include "data/member.h"
#include "net/url.h"

enum { KIND_BYTES_MAX = 100 };

static enum lw_code no_memory(struct lw_error *err)
{
  return lw_fail(err, LW_NO_MEMORY, "out of memory");
}

/* --- kinds --- */

static bool pattern_fits(lw_str pattern, lw_str kind)
{
  if (lw_str_equal(pattern, LW_STR("*"))) {
    return true;
  }
  if (lw_str_ends(pattern, LW_STR(".*"))) {
    return lw_str_starts(kind, lw_str_slice(pattern, 0, pattern.len - 1));
  }
  return lw_str_equal(pattern, kind);
}

bool lw_endpoint_wants(lw_str patterns, lw_str kind)
{
  if (patterns.len == 0) {
    return true;
  }
  for (size_t at = 0; at < patterns.len;) {
    size_t end = lw_str_find(patterns, LW_STR(" "), at);
    end = end == SIZE_MAX ? patterns.len : end;
    if (pattern_fits(lw_str_slice(patterns, at, end - at), kind)) {
      return true;
    }
    at = end + 1;
  }
  return false;
}

/* A pattern that fits no kind there is would wait for ever. */
static bool pattern_is_known(lw_str pattern)
{
  if (lw_str_find(pattern, LW_STR(" "), 0) != SIZE_MAX || pattern.len == 0) {
    return false;
  }
  for (int event = 0; event < (int)LW_EVENTS; event++) {
    if (pattern_fits(pattern, lw_event_name((enum lw_event)event))) {
      return true;
    }
  }
  return false;
}

static enum lw_code refuse_kind(lw_str kind, struct lw_error *err)
{
  lw_str names[LW_EVENTS];
  for (int event = 0; event < (int)LW_EVENTS; event++) {
    names[event] = lw_event_name((enum lw_event)event);
  }
  lw_str near = lw_str_nearest(kind, names, (size_t)LW_EVENTS);
  (void)lw_fail(err, LW_INVALID, "kinds: there is no kind \"%.*s\"",
                LW_FMT(lw_str_slice(kind, 0, KIND_BYTES_MAX)));
  if (near.len != 0) {
    lw_error_hint(err, "did you mean \"%.*s\"?", LW_FMT(near));
  } else {
    lw_error_hint(err, "a kind (\"decision\"), several (\"approval.*\"), or \"*\"");
  }
  return LW_INVALID;
}

static enum lw_code read_kinds(const struct lw_value *list, struct lw_arena *arena,
                               lw_str *ret_kinds, struct lw_error *err)
{
  if (list->kind != LW_VALUE_LIST || list->count > LW_ENDPOINT_EVENTS_MAX) {
    return lw_fail(err, LW_INVALID, "kinds: a list of at most %d kinds is wanted",
                   LW_ENDPOINT_EVENTS_MAX);
  }
  struct lw_buf kinds = {0};
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < list->count; i++) {
    lw_str kind = list->items[i].kind == LW_VALUE_STRING ? list->items[i].text : (lw_str){NULL, 0};
    if (!pattern_is_known(kind)) {
      rc = refuse_kind(kind, err);
    }
    lw_buf_add_c(&kinds, i == 0 ? "" : " ");
    lw_buf_add(&kinds, kind);
  }
  if (rc == LW_OK) {
    *ret_kinds = lw_str_copy(arena, lw_buf_str(&kinds));
    rc = kinds.failed || ret_kinds->ptr == NULL ? no_memory(err) : LW_OK;
  }
  lw_buf_finish(&kinds);
  return rc;
}

/* --- reading a body --- */

static enum lw_code read_name(const struct lw_value *value, struct lw_arena *arena,
                              lw_str *ret_name, struct lw_error *err)
{
  bool fits = value->kind == LW_VALUE_STRING && value->text.len <= LW_ENDPOINT_NAME_BYTES_MAX &&
              lw_utf8_check(value->text) == value->text.len;
  for (size_t i = 0; fits && i < value->text.len; i++) {
    fits = (unsigned char)value->text.ptr[i] >= ' ';
  }
  if (!fits) {
    return lw_fail(err, LW_INVALID, "name: one line of at most %d bytes is wanted",
                   LW_ENDPOINT_NAME_BYTES_MAX);
  }
  *ret_name = lw_str_copy(arena, value->text);
  return ret_name->ptr != NULL ? LW_OK : no_memory(err);
}

static enum lw_code read_url(const struct lw_endpoint_call *call, const struct lw_value *value,
                             struct lw_arena *arena, lw_str *ret_url, struct lw_error *err)
{
  struct lw_url url;
  if (value->kind != LW_VALUE_STRING) {
    return lw_fail(err, LW_INVALID, "url: an address as text is wanted");
  }
  struct lw_error cause = {0};
  enum lw_code rc = lw_url_read(value->text, call->allow_inside, arena, &url, &cause);
  if (rc != LW_OK) {
    (void)lw_fail(err, rc, "url: %s", cause.text);
    lw_error_hint(err, "%s", cause.hint);
    return rc;
  }
  *ret_url = url.text;
  return LW_OK;
}

static enum lw_code read_flag(const char *name, const struct lw_value *value, bool *ret_flag,
                              struct lw_error *err)
{
  if (value->kind != LW_VALUE_BOOL) {
    return lw_fail(err, LW_INVALID, "%s: true or false is wanted", name);
  }
  *ret_flag = value->boolean;
  return LW_OK;
}

static enum lw_code read_member(const struct lw_endpoint_call *call, bool is_new, lw_str key,
                                const struct lw_value *value, struct lw_arena *arena,
                                struct lw_endpoint_row *row, struct lw_error *err)
{
  if (lw_str_equal(key, LW_STR("url"))) {
    return read_url(call, value, arena, &row->url, err);
  }
  if (lw_str_equal(key, LW_STR("name"))) {
    return read_name(value, arena, &row->name, err);
  }
  if (lw_str_equal(key, LW_STR("kinds"))) {
    return read_kinds(value, arena, &row->kinds, err);
  }
  if (lw_str_equal(key, LW_STR("texts"))) {
    return read_flag("texts", value, &row->texts, err);
  }
  if (!is_new && lw_str_equal(key, LW_STR("active"))) {
    return read_flag("active", value, &row->active, err);
  }
  (void)lw_fail(err, LW_INVALID, "there is no member \"%.*s\" here",
                LW_FMT(lw_str_slice(key, 0, KIND_BYTES_MAX)));
  lw_error_hint(err, "url, name, kinds, texts%s", is_new ? "" : ", active");
  return LW_INVALID;
}

static enum lw_code read_body(const struct lw_endpoint_call *call, bool is_new,
                              struct lw_arena *arena, struct lw_endpoint_row *row,
                              struct lw_error *err)
{
  const struct lw_value *json = call->json;
  if (json == NULL || json->kind != LW_VALUE_MAP) {
    return lw_fail(err, LW_INVALID, "a JSON object is wanted");
  }
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < json->count; i++) {
    rc = read_member(call, is_new, json->entries[i].key, &json->items[i], arena, row, err);
  }
  if (rc == LW_OK && row->url.len == 0) {
    rc = lw_fail(err, LW_INVALID, "url: where to? it is missing");
  }
  return rc;
}

/* --- printing --- */

static void add_text(const char *label, lw_str text, struct lw_buf *out)
{
  lw_buf_printf(out, ",\"%s\":", label);
  lw_json_add_string(out, text);
}

static void add_kinds(lw_str kinds, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"kinds\":[");
  for (size_t at = 0; at < kinds.len;) {
    size_t end = lw_str_find(kinds, LW_STR(" "), at);
    end = end == SIZE_MAX ? kinds.len : end;
    lw_buf_add_c(out, at == 0 ? "" : ",");
    lw_json_add_string(out, lw_str_slice(kinds, at, end - at));
    at = end + 1;
  }
  LW_BUF_LIT(out, "]");
}

static void print_row(const struct lw_endpoint_row *row, struct lw_buf *out)
{
  LW_BUF_LIT(out, "{\"id\":");
  lw_json_add_string(out, row->id);
  add_text("url", row->url, out);
  if (row->name.len != 0) {
    add_text("name", row->name, out);
  }
  add_kinds(row->kinds, out);
  lw_buf_printf(out, ",\"texts\":%s,\"active\":%s", row->texts ? "true" : "false",
                row->active ? "true" : "false");
  lw_member_time(out, "made", row->made_at);
  add_text("by", row->made_by, out);
  lw_buf_printf(out, ",\"waiting\":%lld", (long long)row->waiting);
  if (row->failing_since != 0) {
    lw_member_time(out, "failing_since", row->failing_since);
  }
  if (row->why.len != 0) {
    add_text("why", row->why, out);
  }
  LW_BUF_LIT(out, "}");
}

enum lw_code lw_endpoints_print(struct lw_db *db, struct lw_buf *out, struct lw_error *err)
{
  struct lw_arena arena;
  const struct lw_endpoint_row *rows = NULL;
  uint32_t count = 0;
  lw_arena_init(&arena, NULL, 0);
  enum lw_code rc = lw_endpoint_rows(db, &arena, &rows, &count, err);
  if (rc == LW_OK) {
    LW_BUF_LIT(out, "{\"items\":[");
    for (uint32_t i = 0; i < count; i++) {
      lw_buf_add_c(out, i == 0 ? "" : ",");
      print_row(&rows[i], out);
    }
    LW_BUF_LIT(out, "]}");
    rc = out->failed ? no_memory(err) : LW_OK;
  }
  lw_arena_finish(&arena);
  return rc;
}

enum lw_code lw_endpoint_print(struct lw_db *db, lw_str id, struct lw_buf *out,
                               struct lw_error *err)
{
  struct lw_arena arena;
  struct lw_endpoint_row row;
  lw_arena_init(&arena, NULL, 0);
  enum lw_code rc = lw_endpoint_get(db, id, &arena, &row, err);
  if (rc == LW_OK) {
    print_row(&row, out);
    rc = out->failed ? no_memory(err) : LW_OK;
  }
  lw_arena_finish(&arena);
  return rc;
}

/* --- secrets --- */

void lw_endpoint_call_begin(struct lw_endpoint_call *call, const struct lw_rand *rand)
{
  lw_webhook_key_make(rand, &call->key);
}

void lw_endpoint_answer_finish(struct lw_endpoint_call *call, const struct lw_change *change,
                               struct lw_buf *answer)
{
  bool open = answer != NULL && answer->len != 0 && answer->ptr[answer->len - 1] == '}';
  if (open && change->repeated) {
    answer->len--;
    LW_BUF_LIT(answer, ",\"shown\":true}");
  } else if (open) {
    char text[LW_WEBHOOK_SECRET_BYTES];
    size_t len = lw_webhook_key_write(&call->key, text);
    answer->len--;
    LW_BUF_LIT(answer, ",\"secret\":\"");
    lw_buf_add(answer, lw_str_from(text, len));
    LW_BUF_LIT(answer, "\"}");
    lw_secret_wipe(text, sizeof(text));
  }
  lw_secret_wipe(&call->key, sizeof(call->key));
}

static enum lw_code copy_secret(const struct lw_endpoint_call *call, struct lw_arena *arena,
                                lw_str *ret_secret, struct lw_error *err)
{
  char text[LW_WEBHOOK_SECRET_BYTES];
  size_t len = lw_webhook_key_write(&call->key, text);
  *ret_secret = lw_str_copy(arena, lw_str_from(text, len));
  lw_secret_wipe(text, sizeof(text));
  return ret_secret->ptr != NULL ? LW_OK : no_memory(err);
}

/* --- changes --- */

static lw_str host_of(lw_str url)
{
  size_t from = lw_str_find(url, LW_STR("://"), 0);
  from = from == SIZE_MAX ? 0 : from + 3;
  size_t end = lw_str_find(url, LW_STR("/"), from);
  return lw_str_slice(url, from, (end == SIZE_MAX ? url.len : end) - from);
}

static enum lw_code append(struct lw_batch *batch, struct lw_change *change, const char *what,
                           const struct lw_endpoint_row *row, struct lw_error *err)
{
  struct lw_buf body = {0};
  lw_buf_printf(&body, "{\"webhook\":\"%.*s\",\"what\":\"%s\"", LW_FMT(row->id), what);
  lw_str host = host_of(row->url);
  size_t end = lw_str_find(host, LW_STR("?"), 0);
  add_text("host", lw_str_slice(host, 0, end), &body);
  add_kinds(row->kinds, &body);
  lw_buf_printf(&body, ",\"texts\":%s,\"active\":%s}", row->texts ? "true" : "false",
                row->active ? "true" : "false");
  enum lw_code rc =
      body.failed ? no_memory(err)
                  : lw_batch_append(batch, change, LW_EVENT_WEBHOOK_SET, lw_buf_str(&body), err);
  lw_buf_finish(&body);
  return rc;
}

/* Writes the row, says so in the journal, answers with the row. */
static enum lw_code settle(struct lw_batch *batch, struct lw_change *change, const char *what,
                           const struct lw_endpoint_row *row, int status, struct lw_error *err)
{
  enum lw_code rc = lw_endpoint_write(batch->db, row, err);
  if (rc == LW_OK) {
    rc = append(batch, change, what, row, err);
  }
  if (rc == LW_OK) {
    print_row(row, &change->answer);
    lw_change_status(change, status);
    rc = change->answer.failed ? no_memory(err) : LW_OK;
  }
  return rc;
}

static enum lw_code check_count(struct lw_batch *batch, struct lw_error *err)
{
  int64_t count = 0;
  enum lw_code rc =
      lw_db_get_int(batch->db, "SELECT count(*) FROM endpoint WHERE removed = 0", &count, err);
  if (rc == LW_OK && count >= LW_ENDPOINTS_MAX) {
    (void)lw_fail(err, LW_LIMIT, "there are %d webhooks already", LW_ENDPOINTS_MAX);
    lw_error_hint(err, "remove one that nobody listens to");
    rc = LW_LIMIT;
  }
  return rc;
}

enum lw_code lw_endpoint_create_apply(struct lw_batch *batch, struct lw_change *change,
                                      struct lw_error *err)
{
  struct lw_endpoint_call *call = change->user;
  struct lw_endpoint_row row = {.active = true,
                                .name = LW_STR(""),
                                .kinds = LW_STR(""),
                                .old_secret = LW_STR(""),
                                .why = LW_STR(""),
                                .made_at = batch->now,
                                .made_by = change->actor,
                                .since = lw_journal_next(batch->journal)};
  enum lw_code rc = read_body(call, true, change->arena, &row, err);
  if (rc == LW_OK) {
    rc = check_count(batch, err);
  }
  if (rc == LW_OK) {
    rc = copy_secret(call, change->arena, &row.secret, err);
  }
  if (rc != LW_OK) {
    return rc;
  }
  row.id = lw_id_text(change->arena, LW_STR("whk"), lw_id_make(batch->rand, batch->now));
  return row.id.ptr != NULL ? settle(batch, change, "created", &row, 201, err) : no_memory(err);
}

static enum lw_code get_row(struct lw_batch *batch, struct lw_change *change,
                            struct lw_endpoint_row *row, struct lw_error *err)
{
  const struct lw_endpoint_call *call = change->user;
  return lw_endpoint_get(batch->db, call->id, change->arena, row, err);
}

enum lw_code lw_endpoint_patch_apply(struct lw_batch *batch, struct lw_change *change,
                                     struct lw_error *err)
{
  struct lw_endpoint_call *call = change->user;
  struct lw_endpoint_row row;
  enum lw_code rc = get_row(batch, change, &row, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_str kinds = row.kinds;
  bool active = row.active;
  rc = read_body(call, false, change->arena, &row, err);
  if (rc != LW_OK) {
    return rc;
  }
  if (row.active && !active) {
    row.why = LW_STR("");
    row.failing_since = 0;
  }
  if ((row.active && !active) || !lw_str_equal(kinds, row.kinds)) {
    row.since = lw_journal_next(batch->journal); /* nothing from before it was wanted */
  }
  return settle(batch, change, "changed", &row, 200, err);
}

enum lw_code lw_endpoint_delete_apply(struct lw_batch *batch, struct lw_change *change,
                                      struct lw_error *err)
{
  struct lw_endpoint_row row;
  enum lw_code rc = get_row(batch, change, &row, err);
  if (rc == LW_OK) {
    rc = lw_endpoint_remove(batch->db, row.id, err);
  }
  if (rc == LW_OK) {
    row.active = false;
    rc = append(batch, change, "removed", &row, err);
    lw_change_status(change, 204);
  }
  return rc;
}

enum lw_code lw_endpoint_rotate_apply(struct lw_batch *batch, struct lw_change *change,
                                      struct lw_error *err)
{
  const struct lw_endpoint_call *call = change->user;
  struct lw_endpoint_row row;
  enum lw_code rc = get_row(batch, change, &row, err);
  if (rc != LW_OK) {
    return rc;
  }
  row.old_secret = row.secret;
  row.old_until = batch->now + LW_ENDPOINT_OLD_SECRET_USEC;
  rc = copy_secret(call, change->arena, &row.secret, err);
  return rc == LW_OK ? settle(batch, change, "rotated", &row, 200, err) : rc;
}

enum lw_code lw_endpoint_test_apply(struct lw_batch *batch, struct lw_change *change,
                                    struct lw_error *err)
{
  struct lw_endpoint_row row;
  enum lw_code rc = get_row(batch, change, &row, err);
  if (rc != LW_OK) {
    return rc;
  }
  struct lw_delivery_row test = {.lane = LW_LANE_TEST,
                                 .endpoint = row.id,
                                 .person = LW_STR(""),
                                 .about = LW_STR(""),
                                 .kind = LW_STR("webhook.test"),
                                 .at = batch->now};
  test.id = lw_id_text(change->arena, LW_STR("dlv"), lw_id_make(batch->rand, batch->now));
  rc = test.id.ptr != NULL ? lw_delivery_insert(batch->db, &test, batch->now, err) : no_memory(err);
  if (rc == LW_OK) {
    lw_buf_printf(&change->answer, "{\"delivery\":\"%.*s\"}", LW_FMT(test.id));
    lw_change_status(change, 201);
  }
  return rc;
}
