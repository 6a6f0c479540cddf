/* The policy: the live one, its versions, the draft, checking, publishing, rolling back. Reading a
 * policy may take a second: it happens on the worker's thread. */
#include "engine/publish.h"
#include "http/api.h"
#include "policy/terms.h"

static void reply_version(struct lw_call *call, uint64_t number)
{
  struct lw_publish_version version;
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL) {
    return;
  }
  enum lw_code code = lw_publish_get(db, number, &call->arena, &version, &err);
  if (lw_api_is_well(call, code, &err)) {
    lw_publish_print_version(&version, &call->out);
    lw_call_reply(call, 200);
  }
}

void lw_api_get_policy(struct lw_call *call)
{
  reply_version(call, 0);
}

/* Digits, or 0. */
static uint64_t number_of(lw_str text)
{
  uint64_t number = 0;
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] < '0' || text.ptr[i] > '9' || i == 15) {
      return 0;
    }
    number = number * 10 + (uint64_t)(text.ptr[i] - '0');
  }
  return number;
}

void lw_api_get_version(struct lw_call *call)
{
  uint64_t number = number_of(call->params[0]);
  if (number == 0) {
    lw_call_fail(call, LW_NOT_FOUND, "there is no such version; versions count from 1");
  } else {
    reply_version(call, number);
  }
}

void lw_api_list_versions(struct lw_call *call)
{
  struct lw_api_page page;
  struct lw_publish_version *versions = NULL;
  uint32_t count = 0;
  uint64_t after = 0;
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL || !lw_api_read_page(call, &page) ||
      !lw_api_read_number(call, "after", 1, INT64_MAX / 2, 0, &after)) {
    return;
  }
  enum lw_code code =
      lw_publish_versions(db, after, page.limit + 1, &call->arena, &versions, &count, &err);
  if (!lw_api_is_well(call, code, &err)) {
    return;
  }
  uint32_t shown = count < page.limit ? count : page.limit;
  LW_BUF_LIT(&call->out, "{\"items\":[");
  for (uint32_t i = 0; i < shown; i++) {
    lw_buf_add(&call->out, i == 0 ? LW_STR("") : LW_STR(","));
    lw_publish_print_version(&versions[i], &call->out);
  }
  LW_BUF_LIT(&call->out, "]");
  if (shown < count) {
    lw_buf_printf(&call->out, ",\"next\":\"%llu\"", (unsigned long long)versions[shown - 1].number);
  }
  LW_BUF_LIT(&call->out, "}");
  lw_call_reply(call, 200);
}

/* --- the live one in words --- */

/* False: replied with 404. */
static bool has_live(struct lw_call *call)
{
  if (call->snapshot->policy == NULL) {
    lw_call_fail(call, LW_NOT_FOUND, "no policy is live yet; publish one (leeway policy publish)");
  }
  return call->snapshot->policy != NULL;
}

void lw_api_get_terms(struct lw_call *call)
{
  if (has_live(call)) {
    lw_terms_json(call->snapshot->policy, call->snapshot->policy_version, &call->arena, &call->out);
    lw_api_add_tag(call, call->snapshot->policy_version);
    lw_call_reply(call, 200);
  }
}

/* --- the draft --- */

void lw_api_get_draft(struct lw_call *call)
{
  struct lw_publish_draft draft;
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  enum lw_code code = db != NULL ? lw_publish_draft_get(db, &call->arena, &draft, &err) : LW_IO;
  if (db == NULL || !lw_api_is_well(call, code, &err)) {
    return;
  }
  LW_BUF_LIT(&call->out, "{\"source\":");
  lw_json_add_string(&call->out, draft.source);
  lw_buf_printf(&call->out, ",\"tag\":\"%llu\"", (unsigned long long)draft.tag);
  if (draft.who.len != 0) {
    LW_BUF_LIT(&call->out, ",\"who\":");
    lw_json_add_string(&call->out, draft.who);
  }
  if (draft.at != 0) {
    LW_BUF_LIT(&call->out, ",\"at\":\"");
    lw_rfc3339_print(draft.at / LW_USEC_PER_SECOND,
                     (uint32_t)(draft.at % LW_USEC_PER_SECOND) * 1000, &call->out);
    LW_BUF_LIT(&call->out, "\"");
  }
  LW_BUF_LIT(&call->out, "}");
  lw_api_add_tag(call, draft.tag);
  lw_call_reply(call, 200);
}

/* The member `source`; false: replied. */
static bool take_source(struct lw_call *call, lw_str *ret_source)
{
  static const char *const members[] = {"source", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  lw_call_known(call->json, members, &faults);
  *ret_source = lw_call_text(call->json, "source", &faults);
  if (faults.count == 0 && ret_source->ptr == NULL) {
    lw_faults_add(&faults, LW_STR("source"), "must be there: the policy's YAML");
  }
  if (faults.count != 0) {
    lw_call_faults(call, &faults);
  }
  return faults.count == 0;
}

struct drafting {
  struct lw_publish_draft_put put;
  struct lw_publish checked;
};

static void finish_drafting(struct lw_call *call)
{
  struct drafting *drafting = call->user;
  lw_publish_finish(&drafting->checked);
}

/* A draft may have faults; they come back beside its tag. */
static void add_findings(struct lw_call *call)
{
  struct drafting *drafting = call->user;
  lw_api_add_tag(call, drafting->put.ret_tag);
  if (call->out.len != 0 && call->out.ptr[call->out.len - 1] == '}') {
    call->out.len--;
    LW_BUF_LIT(&call->out, ",\"findings\":");
    lw_publish_print_findings(&drafting->checked, &call->out);
    LW_BUF_LIT(&call->out, "}");
  }
}

static void work_draft(struct lw_call *call)
{
  struct drafting *drafting = call->user;
  struct lw_error err;
  enum lw_code code = lw_publish_prepare(&drafting->checked, call->snapshot->staff, &err);
  if (code != LW_OK && code != LW_INVALID) { /* faults of the policy are no reason not to keep it */
    lw_call_problem(call, &err);
    return;
  }
  lw_call_submit(call, lw_publish_draft_apply, &drafting->put);
}

void lw_api_keep_draft(struct lw_call *call)
{
  struct drafting *drafting = LW_API_NEW(call, struct drafting);
  if (drafting == NULL || !take_source(call, &drafting->put.source) ||
      !lw_api_read_tag(call, &drafting->put.has_tag, &drafting->put.tag)) {
    return;
  }
  lw_publish_init(&drafting->checked, drafting->put.source, &call->arena);
  call->user = drafting;
  call->then = add_findings;
  lw_exchange_of(call)->cleanup = finish_drafting;
  lw_worker_run(call, work_draft);
}

/* --- checking and publishing --- */

static void work_check(struct lw_call *call)
{
  struct lw_publish publish;
  struct lw_error err;
  lw_publish_init(&publish, *(const lw_str *)call->user, &call->arena);
  enum lw_code code = lw_publish_prepare(&publish, call->snapshot->staff, &err);
  if (code == LW_OK || (code == LW_INVALID && publish.diags.count != 0)) {
    LW_BUF_LIT(&call->out, "{\"findings\":");
    lw_publish_print_findings(&publish, &call->out);
    LW_BUF_LIT(&call->out, "}");
    lw_call_reply(call, 200);
  } else {
    lw_call_problem(call, &err);
  }
  lw_publish_finish(&publish);
}

void lw_api_check_policy(struct lw_call *call)
{
  lw_str *source = LW_API_NEW(call, lw_str);
  if (source != NULL && take_source(call, source)) {
    call->user = source;
    lw_worker_run(call, work_check);
  }
}

struct publishing {
  struct lw_publish publish;
  bool from_draft;
  bool has_tag;
  uint64_t tag;
  lw_str source;
  lw_str note;
  bool renames;
};

static void finish_publishing(struct lw_call *call)
{
  struct publishing *publishing = call->user;
  lw_publish_finish(&publishing->publish);
}

/* 422 with what `leeway policy check` says. */
static void reply_findings(struct lw_call *call, const struct lw_publish *publish,
                           const struct lw_error *err)
{
  lw_call_problem(call, err);
  if (publish->diags.count != 0 && call->out.len != 0) {
    call->out.len--;
    LW_BUF_LIT(&call->out, ",\"findings\":");
    lw_publish_print_findings(publish, &call->out);
    LW_BUF_LIT(&call->out, "}");
  }
}

/* The draft's text, when none came; its tag must be the one that was read. */
static bool take_draft(struct lw_call *call, struct publishing *publishing)
{
  struct lw_publish_draft draft;
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL) {
    return false;
  }
  enum lw_code code = lw_publish_draft_get(db, &call->arena, &draft, &err);
  if (code == LW_OK && publishing->has_tag && publishing->tag != draft.tag) {
    code = lw_fail(&err, LW_STALE, "the draft has changed meanwhile; read it again");
  }
  publishing->source = code == LW_OK ? draft.source : (lw_str){NULL, 0};
  return lw_api_is_well(call, code, &err);
}

static void work_publish(struct lw_call *call)
{
  struct publishing *publishing = call->user;
  struct lw_error err;
  if (publishing->from_draft && !take_draft(call, publishing)) {
    return;
  }
  lw_publish_init(&publishing->publish, publishing->source, &call->arena);
  publishing->publish.note = publishing->note;
  publishing->publish.renames = publishing->renames;
  lw_exchange_of(call)->cleanup = finish_publishing;
  if (lw_publish_prepare(&publishing->publish, call->snapshot->staff, &err) != LW_OK) {
    reply_findings(call, &publishing->publish, &err);
    return;
  }
  lw_call_submit(call, lw_publish_apply, &publishing->publish);
}

void lw_api_publish(struct lw_call *call)
{
  static const char *const members[] = {"source", "note", "renames", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct publishing *publishing = LW_API_NEW(call, struct publishing);
  if (publishing == NULL || !lw_api_read_tag(call, &publishing->has_tag, &publishing->tag)) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  publishing->source = lw_call_text(call->json, "source", &faults);
  publishing->note = lw_call_text(call->json, "note", &faults);
  publishing->from_draft = publishing->source.ptr == NULL;
  const struct lw_value *renames = lw_value_get(call->json, LW_STR("renames"));
  publishing->renames = renames != NULL && renames->kind == LW_VALUE_BOOL && renames->boolean;
  if (renames != NULL && renames->kind != LW_VALUE_BOOL) {
    lw_faults_add(&faults, LW_STR("renames"), "takes true or false");
  }
  if (faults.count != 0) {
    lw_call_faults(call, &faults);
    return;
  }
  call->user = publishing;
  lw_worker_run(call, work_publish);
}

void lw_api_rollback(struct lw_call *call)
{
  static const char *const members[] = {"version", "note", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_publish_rollback *rollback = LW_API_NEW(call, struct lw_publish_rollback);
  if (rollback == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  rollback->note = lw_call_text(call->json, "note", &faults);
  const struct lw_value *version = lw_value_get(call->json, LW_STR("version"));
  if (version != NULL && version->kind != LW_VALUE_NULL) {
    rollback->number = version->kind == LW_VALUE_NUMBER ? number_of(version->text) : 0;
    if (rollback->number == 0) {
      lw_faults_add(&faults, LW_STR("version"), "takes a version's number, from 1");
    }
  }
  if (faults.count != 0) {
    lw_call_faults(call, &faults);
  } else {
    lw_call_submit(call, lw_publish_rollback_apply, rollback);
  }
}
