/* Drafts of the policy: several at a time, and the one of before. Reading and comparing policies
 * happens on the worker's thread; the change then carries what was found. */
#include "engine/draft.h"
#include "http/api.h"
#include "http/exchange.h"
#include "http/worker.h"
#include "policy/edit.h"
#include "policy/finding.h"

enum { REASON_BYTES_MAX = 10000 };

struct drafting {
  struct lw_draft draft; /* as it was read */
  struct lw_draft_put put;
  struct lw_publish_draft_put old; /* of PUT /v1/policy/draft */
  struct lw_draft_look look;
  lw_str path; /* one value that changes */
  lw_str value;
};

static void finish_drafting(struct lw_call *call)
{
  struct drafting *drafting = call->user;
  lw_draft_look_finish(&drafting->look);
}

static struct drafting *new_drafting(struct lw_call *call)
{
  struct drafting *drafting = LW_API_NEW(call, struct drafting);
  if (drafting != NULL) {
    call->user = drafting;
    lw_exchange_of(call)->cleanup = finish_drafting;
  }
  return drafting;
}

/* Reads the draft of the path. False: replied. */
static bool read_draft(struct lw_call *call, struct lw_draft *ret_draft)
{
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  return db != NULL &&
         lw_api_is_well(call, lw_draft_get(db, call->params[0], &call->arena, ret_draft, &err),
                        &err);
}

/* The same, and If-Match names what was read. */
static bool read_tagged(struct lw_call *call, struct drafting *drafting)
{
  struct lw_error err;
  if (!read_draft(call, &drafting->draft)) {
    return false;
  }
  if (drafting->put.has_tag && drafting->put.tag == drafting->draft.tag) {
    return true;
  }
  (void)lw_fail(&err, LW_STALE, "the draft has changed meanwhile");
  lw_error_hint(&err, "get it again, and send its ETag as If-Match");
  lw_call_problem(call, &err);
  return false;
}

/* Looks at a source against a version. False: replied. */
static bool look_at(struct lw_call *call, struct drafting *drafting, lw_str source, uint64_t from)
{
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  return db != NULL && lw_api_is_well(call,
                                      lw_draft_look(&drafting->look, db, call->snapshot, source,
                                                    from, &call->arena, &err),
                                      &err);
}

/* --- reading --- */

static void reply_list(struct lw_call *call, const struct lw_draft *drafts, uint32_t count)
{
  LW_BUF_LIT(&call->out, "{\"items\":[");
  for (uint32_t i = 0; i < count; i++) {
    lw_buf_add_c(&call->out, i == 0 ? "" : ",");
    lw_draft_print(&drafts[i], call->snapshot->staff, false, &call->out);
  }
  LW_BUF_LIT(&call->out, "]");
  if (call->snapshot->live->shadow != NULL &&
      lw_access_view(&call->caller, LW_ACCESS_CHANGE_POLICY) == LW_VIEW_ALL) {
    LW_BUF_LIT(&call->out, ",\"shadow\":true");
  }
  LW_BUF_LIT(&call->out, "}");
  lw_call_reply(call, 200);
}

/* False: replied. */
static bool list(struct lw_call *call, struct lw_draft **ret_drafts, uint32_t *ret_count)
{
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  return db != NULL &&
         lw_api_is_well(call, lw_draft_list(db, &call->arena, ret_drafts, ret_count, &err), &err);
}

/* A draft that an older program kept was never looked at. */
static void work_list(struct lw_call *call)
{
  struct drafting *drafting = call->user;
  struct lw_draft *drafts = NULL;
  uint32_t count = 0;
  bool well = list(call, &drafts, &count);
  struct lw_db *db = well ? lw_call_reader(call) : NULL;
  for (uint32_t i = 0; db != NULL && well && i < count; i++) {
    struct lw_error err;
    struct lw_draft whole;
    if (!drafts[i].measured) {
      lw_draft_look_finish(&drafting->look);
      well =
          lw_api_is_well(call, lw_draft_get(db, drafts[i].id, &call->arena, &whole, &err), &err) &&
          look_at(call, drafting, whole.source, whole.from);
      lw_draft_measure(&drafts[i], &drafting->look);
    }
  }
  if (db != NULL && well) {
    reply_list(call, drafts, count);
  }
}

void lw_api_list_drafts(struct lw_call *call)
{
  struct lw_draft *drafts = NULL;
  uint32_t count = 0;
  bool measured = true;
  if (!list(call, &drafts, &count)) {
    return;
  }
  for (uint32_t i = 0; i < count; i++) {
    measured &= drafts[i].measured;
  }
  if (measured) {
    reply_list(call, drafts, count);
  } else if (new_drafting(call) != NULL) {
    lw_worker_run(call, work_list);
  }
}

void lw_api_get_one_draft(struct lw_call *call)
{
  struct lw_draft draft;
  if (!read_draft(call, &draft)) {
    return;
  }
  lw_draft_print(&draft, call->snapshot->staff, true, &call->out);
  if (draft.reason.len != 0) {
    LW_BUF_LIT(&call->out, ",\"reason\":");
    lw_json_add_string(&call->out, draft.reason);
  }
  LW_BUF_LIT(&call->out, ",\"source\":");
  lw_json_add_string(&call->out, draft.source);
  lw_buf_add_char(&call->out, '}');
  lw_api_add_tag(call, draft.tag);
  lw_call_reply(call, 200);
}

/* 422 with what is wrong with it. */
static void reply_unloaded(struct lw_call *call, const struct lw_publish *checked)
{
  lw_call_fail(call, LW_INVALID, "the draft has %zu error%s: what it changes can't be told",
               checked->diags.errors, checked->diags.errors == 1 ? "" : "s");
  if (call->out.len != 0) {
    call->out.len--;
    LW_BUF_LIT(&call->out, ",\"findings\":");
    lw_findings_print(&checked->diags, &call->out);
    lw_buf_add_char(&call->out, '}');
  }
}

static void work_changes(struct lw_call *call)
{
  struct drafting *drafting = call->user;
  const struct lw_draft *draft = &drafting->draft;
  struct lw_draft_look *look = &drafting->look;
  if (!read_draft(call, &drafting->draft) || !look_at(call, drafting, draft->source, draft->from)) {
    return;
  }
  if (look->checked.policy == NULL) {
    reply_unloaded(call, &look->checked);
    return;
  }
  if (draft->from != 0 && !look->compared) {
    lw_call_fail(call, LW_CONFLICT, "version %llu does not load any more",
                 (unsigned long long)draft->from);
    return;
  }
  lw_buf_add_char(&call->out, '{');
  if (draft->from != 0) {
    lw_buf_printf(&call->out, "\"from\":%llu,", (unsigned long long)draft->from);
  }
  lw_buf_printf(&call->out, "\"variables\":%u,\"items\":", look->variables.count);
  lw_variables_json(&look->variables, &call->out);
  lw_buf_add_char(&call->out, '}');
  lw_api_add_tag(call, draft->tag);
  lw_call_reply(call, 200);
}

void lw_api_draft_changes(struct lw_call *call)
{
  if (new_drafting(call) != NULL) {
    lw_worker_run(call, work_changes);
  }
}

/* --- changing --- */

static void take_texts(struct lw_call *call, struct lw_draft_put *put, struct lw_faults *faults)
{
  put->title = lw_call_text(call->json, "title", faults);
  put->source = lw_call_text(call->json, "source", faults);
  put->reason = lw_call_text(call->json, "reason", faults);
  if (put->title.len > LW_DRAFT_TITLE_BYTES_MAX ||
      lw_str_find(put->title, LW_STR("\n"), 0) != SIZE_MAX) {
    lw_faults_add(faults, LW_STR("title"), "takes one line of at most %d bytes",
                  LW_DRAFT_TITLE_BYTES_MAX);
  }
  if (put->reason.len > REASON_BYTES_MAX) {
    lw_faults_add(faults, LW_STR("reason"), "takes at most %d bytes", REASON_BYTES_MAX);
  }
}

/* Without a source: that of the version it begins with. */
static bool take_base(struct lw_call *call, struct lw_draft_put *put)
{
  struct lw_publish_version version;
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL) {
    return false;
  }
  if (put->from == 0 && put->source.ptr != NULL && call->snapshot->policy == NULL) {
    return true; /* the first of all */
  }
  if (!lw_api_is_well(call, lw_publish_get(db, put->from, &call->arena, &version, &err), &err)) {
    return false;
  }
  put->from = version.number;
  put->source = put->source.ptr != NULL ? put->source : version.source;
  return true;
}

static void work_make(struct lw_call *call)
{
  struct drafting *drafting = call->user;
  if (take_base(call, &drafting->put) &&
      look_at(call, drafting, drafting->put.source, drafting->put.from)) {
    drafting->put.look = &drafting->look;
    lw_call_submit(call, lw_draft_apply, &drafting->put);
  }
}

/* The member `from`, a version's number. */
static void take_from(struct lw_call *call, struct lw_draft_put *put, struct lw_faults *faults)
{
  const struct lw_value *from = lw_value_get(call->json, LW_STR("from"));
  if (from != NULL && from->kind != LW_VALUE_NULL) {
    put->from = lw_api_number_of(from);
    if (put->from == 0) {
      lw_faults_add(faults, LW_STR("from"), "takes a version's number, from 1");
    }
  }
}

void lw_api_make_draft(struct lw_call *call)
{
  static const char *const members[] = {"title", "source", "from", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct drafting *drafting = new_drafting(call);
  if (drafting == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  take_texts(call, &drafting->put, &faults);
  take_from(call, &drafting->put, &faults);
  if (lw_call_is_sound(call, &faults)) {
    lw_worker_run(call, work_make);
  }
}

/* A draft may have faults; they come back beside its tag. */
static void add_findings(struct lw_call *call, uint64_t tag)
{
  struct drafting *drafting = call->user;
  lw_api_add_tag(call, tag);
  if (call->out.len != 0 && call->out.ptr[call->out.len - 1] == '}') {
    call->out.len--;
    LW_BUF_LIT(&call->out, ",\"findings\":");
    lw_findings_print(&drafting->look.checked.diags, &call->out);
    LW_BUF_LIT(&call->out, "}");
  }
}

static void answer_put(struct lw_call *call)
{
  add_findings(call, ((struct drafting *)call->user)->put.ret_draft.tag);
}

static void work_put(struct lw_call *call)
{
  struct drafting *drafting = call->user;
  struct lw_draft_put *put = &drafting->put;
  if (!read_tagged(call, drafting) ||
      !look_at(call, drafting, put->source.ptr != NULL ? put->source : drafting->draft.source,
               drafting->draft.from)) {
    return;
  }
  put->look = &drafting->look;
  call->then = answer_put;
  lw_call_submit(call, lw_draft_apply, put);
}

void lw_api_put_draft(struct lw_call *call)
{
  static const char *const members[] = {"title", "source", "reason", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct drafting *drafting = new_drafting(call);
  if (drafting == NULL || !lw_api_read_tag(call, &drafting->put.has_tag, &drafting->put.tag)) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  take_texts(call, &drafting->put, &faults);
  if (!lw_call_is_sound(call, &faults)) {
    return;
  }
  drafting->put.id = call->params[0];
  lw_worker_run(call, work_put);
}

void lw_api_remove_draft(struct lw_call *call)
{
  struct lw_draft_removal *removal = LW_API_NEW(call, struct lw_draft_removal);
  if (removal != NULL && lw_api_read_tag(call, &removal->has_tag, &removal->tag)) {
    removal->id = call->params[0];
    call->then = lw_api_without_body;
    lw_call_submit(call, lw_draft_remove_apply, removal);
  }
}

/* --- one value --- */

static void answer_set(struct lw_call *call)
{
  struct drafting *drafting = call->user;
  lw_buf_reset(&call->out);
  LW_BUF_LIT(&call->out, "{\"source\":");
  lw_json_add_string(&call->out, drafting->put.source);
  lw_buf_printf(&call->out, ",\"tag\":\"%llu\"}", (unsigned long long)drafting->put.ret_draft.tag);
  add_findings(call, drafting->put.ret_draft.tag);
}

static void work_set(struct lw_call *call)
{
  struct drafting *drafting = call->user;
  struct lw_buf edited = {0};
  struct lw_error err;
  if (!read_tagged(call, drafting)) {
    return;
  }
  enum lw_code code =
      lw_policy_edit(drafting->draft.source, drafting->path, drafting->value, &edited, &err);
  drafting->put.source = lw_str_copy(&call->arena, lw_buf_str(&edited));
  lw_buf_finish(&edited);
  err.code = code == LW_NOT_FOUND ? LW_INVALID : code; /* the draft is there, the path is not */
  if (code == LW_OK && call->arena.failed) {
    code = lw_fail(&err, LW_NO_MEMORY, "out of memory; try again");
  }
  if (lw_api_is_well(call, code == LW_OK ? LW_OK : err.code, &err) &&
      look_at(call, drafting, drafting->put.source, drafting->draft.from)) {
    drafting->put.look = &drafting->look;
    call->then = answer_set;
    lw_call_submit(call, lw_draft_apply, &drafting->put);
  }
}

/* A text, or a number or a truth value as it is written. */
static lw_str take_value(struct lw_call *call, struct lw_faults *faults)
{
  const struct lw_value *value = lw_value_get(call->json, LW_STR("value"));
  if (value != NULL && value->kind == LW_VALUE_NUMBER) {
    return value->text;
  }
  if (value != NULL && value->kind == LW_VALUE_BOOL) {
    return value->boolean ? LW_STR("true") : LW_STR("false");
  }
  lw_str text = lw_call_text(call->json, "value", faults);
  if (faults->count == 0 && (text.len == 0 || lw_str_find(text, LW_STR("\n"), 0) != SIZE_MAX)) {
    lw_faults_add(faults, LW_STR("value"), "must be there: one line, as the policy writes it");
  }
  return text;
}

void lw_api_set_in_draft(struct lw_call *call)
{
  static const char *const members[] = {"path", "value", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct drafting *drafting = new_drafting(call);
  if (drafting == NULL || !lw_api_read_tag(call, &drafting->put.has_tag, &drafting->put.tag)) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  drafting->path = lw_call_text(call->json, "path", &faults);
  drafting->value = take_value(call, &faults);
  if (faults.count == 0 && drafting->path.len == 0) {
    lw_faults_add(&faults, LW_STR("path"), "must be there, as `policy diff` writes it");
  }
  if (!lw_call_is_sound(call, &faults)) {
    return;
  }
  drafting->put.id = call->params[0];
  lw_worker_run(call, work_set);
}

/* --- taking apart --- */

static void work_split(struct lw_call *call)
{
  struct drafting *drafting = call->user;
  struct lw_draft_split *split = LW_API_NEW(call, struct lw_draft_split);
  struct lw_error err;
  if (split == NULL || !read_tagged(call, drafting)) {
    return;
  }
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL || !lw_api_is_well(call,
                                    lw_draft_split_prepare(split, db, call->snapshot,
                                                           &drafting->draft, &call->arena, &err),
                                    &err)) {
    return;
  }
  split->id = drafting->draft.id;
  split->has_tag = true;
  split->tag = drafting->put.tag;
  lw_call_submit(call, lw_draft_split_apply, split);
}

void lw_api_split_draft(struct lw_call *call)
{
  struct drafting *drafting = new_drafting(call);
  if (drafting != NULL && lw_api_read_tag(call, &drafting->put.has_tag, &drafting->put.tag)) {
    lw_worker_run(call, work_split);
  }
}

/* --- the one of before --- */

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

static void answer_keep(struct lw_call *call)
{
  add_findings(call, ((struct drafting *)call->user)->old.ret_tag);
}

/* It begins anew with each version that it was just the text of. */
static void work_keep(struct lw_call *call)
{
  struct drafting *drafting = call->user;
  struct lw_publish_draft_put *put = &drafting->old;
  const struct lw_policy *live = call->snapshot->policy;
  struct lw_error err;
  bool found = false;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL || !lw_api_is_well(call,
                                    lw_draft_find(db, LW_STR(LW_DRAFT_OLD), &call->arena,
                                                  &drafting->draft, &found, &err),
                                    &err)) {
    return;
  }
  bool anew = !found || (live != NULL && lw_str_equal(drafting->draft.source, live->source));
  put->from = anew ? call->snapshot->policy_version : drafting->draft.from;
  if (look_at(call, drafting, put->source, put->from)) {
    put->look = &drafting->look;
    call->then = answer_keep;
    lw_call_submit(call, lw_publish_draft_apply, put);
  }
}

void lw_api_keep_draft(struct lw_call *call)
{
  struct drafting *drafting = new_drafting(call);
  if (drafting != NULL && lw_api_take_source(call, &drafting->old.source) &&
      lw_api_read_tag(call, &drafting->old.has_tag, &drafting->old.tag)) {
    lw_worker_run(call, work_keep);
  }
}
