/* Game plans (guide/plan.h): pages read and written, and what is ticked of them in a case. Whether
 * somebody may see a case is asked here, since plans know cases by their ids alone: of one that is
 * kept as desk says it, of any other everybody sees the words of those whose decisions they see. */
#include "desk/case.h"
#include "guide/plan.h"
#include "http/api.h"

static struct lw_plan_reader reader_of(struct lw_call *call, struct lw_db *db)
{
  return (struct lw_plan_reader){.db = db,
                                 .snapshot = call->snapshot,
                                 .caller = &call->caller,
                                 .lists = call->server->lists,
                                 .arena = &call->arena,
                                 .language = lw_call_query(call, "lang")};
}

/* --- pages --- */

void lw_api_list_plans(struct lw_call *call)
{
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    const struct lw_plan_reader reader = reader_of(call, db);
    lw_api_reply_read(call, lw_plan_list_print(&reader, &call->out, &err), &err);
  }
}

void lw_api_get_plan(struct lw_call *call)
{
  struct lw_error err;
  struct lw_plan_page page;
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    const struct lw_plan_reader reader = reader_of(call, db);
    enum lw_code code = lw_plan_page_get(&reader, call->params[0], &page, &err);
    code = code == LW_OK ? lw_plan_page_print(&reader, &page, &call->out, &err) : code;
    lw_api_reply_read(call, code, &err);
  }
}

/* The one text of a body, read as a page. False: replied. */
static bool read_page(struct lw_call *call, struct lw_plan_draft *draft,
                      struct lw_course_findings *findings, struct lw_faults *faults)
{
  struct lw_error err;
  draft->text = lw_call_text(call->json, "text", faults);
  if (draft->text.ptr == NULL && faults->count == 0) {
    lw_faults_add(faults, LW_STR("text"), "is missing: the page, from its head on");
  }
  if (faults->count != 0) {
    lw_call_faults(call, faults);
    return false;
  }
  const struct lw_course_file file = {LW_STR("text"), draft->text};
  enum lw_code code = lw_plan_read(&call->arena, &file, &draft->plan, findings, &err);
  return lw_api_is_well(call, code, &err);
}

/* Keeps nothing: what is found, and the plan as it would be seen, once it is without errors. */
void lw_api_check_plan(struct lw_call *call)
{
  static const char *const members[] = {"text", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_plan_draft draft;
  struct lw_course_findings findings;
  struct lw_error err;
  lw_call_known(call->json, members, &faults);
  struct lw_db *db = read_page(call, &draft, &findings, &faults) ? lw_call_reader(call) : NULL;
  if (db == NULL) {
    return;
  }
  enum lw_code code = LW_OK;
  LW_BUF_LIT(&call->out, "{\"findings\":");
  lw_course_findings_print_json(&findings, &call->out);
  if (findings.errors == 0) {
    const struct lw_plan_reader reader = reader_of(call, db);
    const struct lw_plan_page page = {.name = lw_plan_name(&draft.plan, &call->arena),
                                      .kind = draft.plan.kind,
                                      .cause = draft.plan.cause,
                                      .text = draft.text,
                                      .plan = draft.plan};
    LW_BUF_LIT(&call->out, ",\"page\":");
    code = lw_plan_page_print(&reader, &page, &call->out, &err);
  }
  lw_buf_add_char(&call->out, '}');
  lw_api_reply_read(call, code, &err);
}

/* Every error at its line, and a head that names another page than the path does. */
static void add_findings(struct lw_call *call, const struct lw_plan_draft *draft,
                         const struct lw_course_findings *findings, struct lw_faults *faults)
{
  for (uint32_t i = 0; i < findings->count; i++) {
    const struct lw_diag *diag = &findings->items[i].diag;
    lw_faults_add(faults, LW_STR("text"), "line %u: %.*s; %.*s", diag->place.line,
                  LW_FMT(diag->message), LW_FMT(diag->hint));
  }
  lw_str name = lw_plan_name(&draft->plan, &call->arena);
  if (findings->errors == 0 && !lw_str_equal(name, call->params[0])) {
    lw_faults_add(faults, LW_STR("text"), "line 1: the head says that this is the plan \"%.*s\"",
                  LW_FMT(name));
  }
}

void lw_api_write_plan(struct lw_call *call)
{
  static const char *const members[] = {"text", "version", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_plan_writing *writing = LW_API_NEW(call, struct lw_plan_writing);
  struct lw_plan_draft *draft = writing != NULL ? LW_API_NEW(call, struct lw_plan_draft) : NULL;
  struct lw_course_findings findings;
  if (draft == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  const struct lw_value *version = lw_value_get(call->json, LW_STR("version"));
  if (version != NULL && version->kind != LW_VALUE_NUMBER) {
    lw_faults_add(&faults, LW_STR("version"), "is the number of the version that was read, or 0");
  }
  if (!read_page(call, draft, &findings, &faults)) {
    return;
  }
  add_findings(call, draft, &findings, &faults);
  if (!lw_call_is_sound(call, &faults)) {
    return;
  }
  *writing = (struct lw_plan_writing){.drafts = draft,
                                      .count = 1,
                                      .has_version = version != NULL,
                                      .version = lw_api_number_of(version)};
  lw_call_submit(call, lw_plan_write, writing);
}

void lw_api_remove_plan(struct lw_call *call)
{
  uint64_t version = 0;
  struct lw_plan_removal *removal = LW_API_NEW(call, struct lw_plan_removal);
  if (removal != NULL && lw_api_read_number(call, "version", 1, UINT32_MAX, 0, &version)) {
    *removal = (struct lw_plan_removal){
        .name = call->params[0], .has_version = version != 0, .version = version};
    call->then = lw_api_without_body;
    lw_call_submit(call, lw_plan_remove, removal);
  }
}

/* --- a case --- */

/* Whether the caller may see what is kept of the case of the path. False: replied. */
static bool may_see(struct lw_call *call, struct lw_db *db, bool *ret_only_seen)
{
  struct lw_error err;
  struct lw_case found;
  enum lw_code code = lw_case_get(db, call->params[0], &call->arena, &found, &err);
  *ret_only_seen = code == LW_NOT_FOUND;
  if (code == LW_NOT_FOUND) {
    return true;
  }
  struct lw_desk_reader reader = lw_api_desk(call, db);
  if (code == LW_OK && !lw_case_visible(&reader, &found)) {
    lw_call_fail(call, LW_NOT_FOUND, "there is no case of this id that you may see");
    return false;
  }
  return lw_api_is_well(call, code, &err);
}

void lw_api_get_case_plan(struct lw_call *call)
{
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  bool only_seen = false;
  if (db != NULL && may_see(call, db, &only_seen) && lw_api_wait_for_lists(call)) {
    struct lw_plan_reader reader = reader_of(call, db);
    reader.only_seen = only_seen;
    enum lw_code code = lw_plan_case_print(&reader, call->params[0], lw_call_query(call, "cause"),
                                           &call->out, &err);
    lw_api_reply_read(call, code, &err);
  }
}

static void read_tick(struct lw_call *call, struct lw_plan_tick *tick, struct lw_faults *faults)
{
  static const char *const members[] = {"step", "done", "cause", "need", NULL};
  const struct lw_value *done = lw_value_get(call->json, LW_STR("done"));
  lw_str step = lw_call_text(call->json, "step", faults);
  lw_call_known(call->json, members, faults);
  tick->cause = lw_call_text(call->json, "cause", faults);
  tick->need = lw_call_text(call->json, "need", faults);
  tick->has_step = step.ptr != NULL;
  tick->has_cause = tick->cause.ptr != NULL;
  tick->has_need = tick->need.ptr != NULL;
  tick->done = done == NULL || done->boolean;
  if (tick->has_step && !lw_plan_step_read(step, &tick->step)) {
    lw_faults_add(faults, LW_STR("step"),
                  "is one of listen, say_back, find_cause, find_need, choose, prevent");
  }
  if (done != NULL && (done->kind != LW_VALUE_BOOL || !tick->has_step)) {
    lw_faults_add(faults, LW_STR("done"), "is true or false, of a step");
  }
  if (!tick->has_step && !tick->has_cause && !tick->has_need) {
    lw_faults_add(faults, LW_STR(""), "a step, a cause or a need is said");
  }
  if (tick->case_id.len > LW_PLAN_CASE_BYTES_MAX) {
    lw_faults_add(faults, LW_STR("id"), "is longer than %d bytes", LW_PLAN_CASE_BYTES_MAX);
  }
}

void lw_api_tick_plan(struct lw_call *call)
{
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_plan_tick *tick = LW_API_NEW(call, struct lw_plan_tick);
  struct lw_db *db = tick != NULL ? lw_call_reader(call) : NULL;
  bool only_seen = false;
  if (db == NULL || !may_see(call, db, &only_seen)) {
    return;
  }
  *tick = (struct lw_plan_tick){.caller = &call->caller,
                                .case_id = call->params[0],
                                .language = lw_call_query(call, "lang"),
                                .only_seen = only_seen};
  read_tick(call, tick, &faults);
  lw_call_submit_sound(call, &faults, lw_plan_tick, tick);
}
