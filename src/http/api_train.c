/* Courses: published, read, taken; certificates by hand. A course is read and checked here, on the
 * caller's thread, so that the writer only writes it. */
#include "http/api.h"
#include "http/council.h"
#include "people/person.h"
#include "train/draft.h"
#include "train/version.h"

static struct lw_train_reader reader_of(struct lw_call *call, struct lw_db *db)
{
  return (struct lw_train_reader){.db = db,
                                  .snapshot = call->snapshot,
                                  .caller = &call->caller,
                                  .json = lw_call_json(call),
                                  .arena = &call->arena,
                                  .now = call->received,
                                  .lists = call->server->lists};
}

/* The same for how somebody took a course, which a works council shows to few. False: replied. */
static bool read_of_people(struct lw_call *call, struct lw_train_reader *ret_reader)
{
  struct lw_council council;
  bool read = lw_api_council(call, &council);
  *ret_reader = reader_of(call, read ? lw_call_reader(call) : NULL);
  ret_reader->works_council = council.on;
  return read;
}

/* --- reading --- */

void lw_api_list_courses(struct lw_call *call)
{
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    const struct lw_train_reader reader = reader_of(call, db);
    lw_api_reply_read(call, lw_course_list(&reader, &call->out, &err), &err);
  }
}

void lw_api_get_course(struct lw_call *call)
{
  struct lw_error err;
  struct lw_course_version version;
  uint64_t number = 0;
  if (!lw_api_read_number(call, "version", 1, UINT32_MAX, 0, &number)) {
    return;
  }
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    const struct lw_train_reader reader = reader_of(call, db);
    enum lw_code code = lw_course_get(&reader, call->params[0], number, &version, &err);
    if (code == LW_OK) {
      lw_course_print(&reader, &version, true, &call->out);
    }
    lw_api_reply_read(call, code, &err);
  }
}

void lw_api_get_course_files(struct lw_call *call)
{
  struct lw_error err;
  struct lw_course_version version;
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    const struct lw_train_reader reader = reader_of(call, db);
    enum lw_code code = lw_course_get(&reader, call->params[0], 0, &version, &err);
    if (code == LW_OK) {
      lw_course_files_print(&version, &call->out);
    }
    lw_api_reply_read(call, code, &err);
  }
}

void lw_api_list_stale(struct lw_call *call)
{
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    const struct lw_train_reader reader = reader_of(call, db);
    lw_str course = call->params[0].ptr != NULL ? call->params[0] : LW_STR("");
    lw_api_reply_read(call, lw_course_stale_print(&reader, course, &call->out, &err), &err);
  }
}

/* As many as are asked for; 200 where nobody says. False: replied. */
static bool read_window(struct lw_call *call, struct lw_attempt_query *query)
{
  struct lw_api_page page;
  bool read = lw_api_read_page(call, &page);
  query->after = page.after;
  query->limit = lw_call_query(call, "limit").ptr != NULL ? page.limit : 0;
  return read;
}

static void reply_attempts(struct lw_call *call, const struct lw_attempt_query *query)
{
  struct lw_error err;
  struct lw_train_reader reader;
  if (read_of_people(call, &reader)) {
    lw_api_reply_read(call, lw_attempt_list(&reader, query, &call->out, &err), &err);
  }
}

void lw_api_list_attempts(struct lw_call *call)
{
  const struct lw_person *self = call->caller.person;
  struct lw_attempt_query query = {.person = lw_call_query(call, "person"),
                                   .course = call->params[0]};
  if (query.person.ptr == NULL && self == NULL) {
    lw_api_refuse_parameter(call, "person", "somebody's id, as this token stands for nobody");
    return;
  }
  query.person = query.person.ptr != NULL ? query.person : self->actor.id;
  if (read_window(call, &query)) {
    reply_attempts(call, &query);
  }
}

void lw_api_list_all_attempts(struct lw_call *call)
{
  struct lw_attempt_query query = {.person = lw_call_query(call, "person")};
  if (read_window(call, &query)) {
    reply_attempts(call, &query);
  }
}

void lw_api_get_attempt(struct lw_call *call)
{
  struct lw_error err;
  struct lw_train_reader reader;
  if (read_of_people(call, &reader)) {
    struct lw_desk_reader desk = lw_api_desk(call, reader.db);
    const struct lw_preview_asking asking = lw_api_asking(&desk);
    reader.asking = &asking;
    lw_api_reply_read(call, lw_attempt_print(&reader, call->params[0], &call->out, &err), &err);
  }
}

/* --- publishing --- */

/* Every finding that is an error as a fault of its file. */
static void add_findings(const struct lw_course_findings *findings, struct lw_faults *faults)
{
  for (uint32_t i = 0; i < findings->count; i++) {
    const struct lw_course_finding *finding = &findings->items[i];
    if (finding->diag.severity == LW_SEVERITY_ERROR) {
      lw_faults_add(faults, finding->file, "line %u: %.*s; %.*s", finding->diag.place.line,
                    LW_FMT(finding->diag.message), LW_FMT(finding->diag.hint));
    }
  }
}

/* Files, course and findings of a body {"files": {...}}; false: it was refused. */
static bool read_course(struct lw_call *call, struct lw_course_publish *publish,
                        struct lw_course_findings *findings)
{
  static const char *const members[] = {"files", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_course_file *files = NULL;
  struct lw_error err;
  lw_call_known(call->json, members, &faults);
  const char *fault = lw_course_files_read(lw_value_get(call->json, LW_STR("files")), &call->arena,
                                           &files, &publish->n_files);
  if (fault != NULL) {
    lw_faults_add(&faults, LW_STR("files"), "is %s", fault);
  }
  if (faults.count != 0) {
    lw_call_faults(call, &faults);
    return false;
  }
  publish->files = files;
  enum lw_code code =
      lw_course_read(&call->arena, files, publish->n_files, &publish->course, findings, &err);
  return lw_api_is_well(call, code, &err);
}

/* [{"file","line","kind","title","answers"}]: what could be read, also where the rest is to be
 * mended. */
static void add_questions(const struct lw_course *course, struct lw_buf *out)
{
  bool any = false;
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < course->n_items; i++) {
    const struct lw_course_item *item = &course->items[i];
    const struct lw_quiz *question = item->question;
    if (question == NULL) {
      continue;
    }
    lw_buf_add_c(out, any ? ",{\"file\":" : "{\"file\":");
    any = true;
    lw_json_add_string(out, item->file);
    lw_buf_printf(out, ",\"line\":%u,\"kind\":", question->line);
    lw_json_add_string(out, lw_quiz_kind_name(question->kind));
    lw_buf_printf(out, ",\"answers\":%u",
                  question->scenario != NULL ? question->scenario->n_remedies
                                             : question->n_options);
    if (question->title.len != 0) {
      LW_BUF_LIT(out, ",\"title\":");
      lw_json_add_string(out, question->title);
    }
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

/* Publishes nothing: what is found, what was read, and the course as it would be seen, once it is
 * without errors. */
void lw_api_check_course(struct lw_call *call)
{
  struct lw_course_publish read = {0};
  struct lw_course_findings findings = {0};
  struct lw_error err;
  if (!read_course(call, &read, &findings)) {
    return;
  }
  LW_BUF_LIT(&call->out, "{\"findings\":");
  lw_course_findings_print_json(&findings, &call->out);
  LW_BUF_LIT(&call->out, ",\"questions\":");
  add_questions(&read.course, &call->out);
  if (findings.errors == 0) {
    const struct lw_train_reader reader = reader_of(call, NULL);
    const struct lw_course_version version = {
        .id = read.course.id, .course = read.course, .at = call->received};
    LW_BUF_LIT(&call->out, ",\"course\":");
    lw_course_print(&reader, &version, true, &call->out);
  }
  lw_buf_add_char(&call->out, '}');
  lw_api_reply_read(call, LW_OK, &err);
}

void lw_api_publish_course(struct lw_call *call)
{
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_course_publish *publish = LW_API_NEW(call, struct lw_course_publish);
  struct lw_course_findings findings = {0};
  if (publish == NULL || !read_course(call, publish, &findings)) {
    return;
  }
  add_findings(&findings, &faults);
  lw_call_submit_sound(call, &faults, lw_course_publish, publish);
}

/* --- taking --- */

static void act(struct lw_call *call, struct lw_attempt_act words,
                enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change,
                                      struct lw_error *err))
{
  struct lw_attempt_act *kept = LW_API_NEW(call, struct lw_attempt_act);
  if (kept != NULL) {
    *kept = words;
    kept->caller = &call->caller;
    lw_call_submit(call, apply, kept);
  }
}

/* False: the body has members, and was refused. */
static bool is_bare(struct lw_call *call)
{
  static const char *const members[] = {NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  lw_call_known(call->json, members, &faults);
  return lw_call_is_sound(call, &faults);
}

void lw_api_start_attempt(struct lw_call *call)
{
  if (is_bare(call)) {
    act(call, (struct lw_attempt_act){.course = call->params[0]}, lw_attempt_start);
  }
}

/* Of a scenario: what the policy says to each remedy, before the writer's turn. False: replied. */
static bool rehearse(struct lw_call *call, struct lw_attempt_act *words)
{
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL) {
    return false;
  }
  struct lw_desk_reader desk = lw_api_desk(call, db);
  const struct lw_preview_asking asking = lw_api_asking(&desk);
  struct lw_train_reader reader = reader_of(call, db);
  reader.asking = &asking;
  words->caller = &call->caller;
  enum lw_code code = lw_attempt_rehearse(&reader, words, &words->rehearsed, &err);
  return lw_api_is_well(call, code, &err);
}

void lw_api_answer_question(struct lw_call *call)
{
  static const char *const members[] = {"choice", "choices", "truth",  "matches",
                                        "text",   "number",  "amount", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  lw_call_known(call->json, members, &faults);
  bool amount = lw_value_get(call->json, LW_STR("amount")) != NULL;
  if (faults.count == 0 &&
      (call->json->kind != LW_VALUE_MAP || call->json->count != (amount ? 2 : 1) ||
       (amount && lw_value_get(call->json, LW_STR("choice")) == NULL))) {
    lw_faults_add(&faults, LW_STR(""),
                  "an answer is one of choice (a scenario's with amount), choices, truth, matches, "
                  "text and number");
  }
  if (!lw_call_is_sound(call, &faults)) {
    return;
  }
  struct lw_attempt_act words = {
      .attempt = call->params[0], .question = call->params[1], .answer = call->json};
  if (rehearse(call, &words)) {
    act(call, words, lw_attempt_answer);
  }
}

void lw_api_finish_attempt(struct lw_call *call)
{
  if (is_bare(call)) {
    act(call, (struct lw_attempt_act){.attempt = call->params[0]}, lw_attempt_finish);
  }
}

/* --- scenarios of what happened --- */

static void draft_scenario(struct lw_call *call, struct lw_db *db, lw_id id)
{
  struct lw_error err;
  struct lw_decision decision;
  const struct lw_train_reader reader = reader_of(call, db);
  const struct lw_staff *staff = call->snapshot->staff;
  enum lw_code code =
      lw_decision_get(db, NULL, id, &call->arena, lw_call_json(call), &decision, &err);
  if (code == LW_NOT_FOUND ||
      (code == LW_OK &&
       !lw_access_covers(&call->caller, LW_ACCESS_SEE_DECISIONS, staff, decision.agent))) {
    lw_call_fail(call, LW_NOT_FOUND, "there is no decision of this id that you may see");
    return;
  }
  if (code == LW_OK) {
    bool texts = lw_access_covers(&call->caller, LW_ACCESS_SEE_NOTES, staff, decision.agent);
    code = lw_scenario_draft(&reader, &decision, texts, &call->out, &err);
  }
  lw_api_reply_read(call, code, &err);
}

void lw_api_scenario_of_decision(struct lw_call *call)
{
  lw_id id;
  struct lw_db *db = is_bare(call) ? lw_call_reader(call) : NULL;
  if (db != NULL && lw_api_decision_id(call, &id)) {
    draft_scenario(call, db, id);
  }
}

void lw_api_scenario_of_case(struct lw_call *call)
{
  lw_id id;
  struct lw_error err;
  struct lw_db *db = is_bare(call) ? lw_call_reader(call) : NULL;
  if (db != NULL && lw_api_wait_for_lists(call)) {
    const struct lw_train_reader reader = reader_of(call, db);
    enum lw_code code = lw_scenario_case(&reader, call->params[0], &id, &err);
    if (lw_api_is_well(call, code, &err)) {
      draft_scenario(call, db, id);
    }
  }
}

/* --- versions of AI agents --- */

void lw_api_get_person_version(struct lw_call *call)
{
  struct lw_error err;
  lw_str id = call->params[0];
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL) {
    return;
  }
  if (lw_staff_find(call->snapshot->staff, id) == NULL ||
      !lw_access_covers(&call->caller, LW_ACCESS_LEARN, call->snapshot->staff, id)) {
    lw_call_fail(call, LW_NOT_FOUND, "there is no person of this id that you may see");
    return;
  }
  enum lw_code code = lw_version_print(db, id, &call->arena, &call->out, &err);
  lw_api_reply_read(call, code, &err);
}

void lw_api_set_person_version(struct lw_call *call)
{
  static const char *const members[] = {"version", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_version_words *words = LW_API_NEW(call, struct lw_version_words);
  if (words == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  *words = (struct lw_version_words){.caller = &call->caller,
                                     .person = call->params[0],
                                     .version =
                                         lw_str_trim(lw_call_text(call->json, "version", &faults))};
  if (words->version.len == 0 || words->version.len > LW_VERSION_BYTES_MAX) {
    lw_faults_add(&faults, LW_STR("version"), "names model and prompt, in at most %d bytes",
                  LW_VERSION_BYTES_MAX);
  }
  lw_call_submit_sound(call, &faults, lw_version_set, words);
}

/* --- practice --- */

/* Whose request it is: their own, unless they may see how somebody else learns. False: replied. */
static bool find_learner(struct lw_call *call, lw_str *ret_id)
{
  const struct lw_value *named = lw_value_get(call->json, LW_STR("agent"));
  const struct lw_person *self = call->caller.person;
  lw_str id = self != NULL ? self->actor.id : LW_STR("");
  id = named != NULL && named->kind == LW_VALUE_STRING ? named->text : id;
  if (named != NULL && named->kind != LW_VALUE_STRING) {
    id = LW_STR("");
  }
  *ret_id = id;
  if (id.len == 0 || lw_staff_find(call->snapshot->staff, id) == NULL ||
      !lw_access_covers(&call->caller, LW_ACCESS_LEARN, call->snapshot->staff, id)) {
    lw_call_fail(call, LW_FORBIDDEN, "practice is one's own: leave `agent` out");
    return false;
  }
  return true;
}

/* What a request would come to, and without an action what could be done at all. */
static enum lw_code look_ahead(struct lw_call *call, struct lw_db *db, const struct lw_order *order,
                               bool looks, struct lw_error *err)
{
  struct lw_desk_reader desk = lw_api_desk(call, db);
  const struct lw_preview_asking asking = lw_api_asking(&desk);
  struct lw_drawn *drawn = lw_engine_drawn(call->engine);
  const struct lw_rehearsal_place where = {.db = db, .drawn = drawn, .asking = &asking};
  enum lw_verdict verdict = LW_REFUSED;
  if (!looks) {
    return lw_order_rehearse(&where, order, &verdict, &call->out, err);
  }
  LW_BUF_LIT(&call->out, "{\"preview\":");
  enum lw_code rc = lw_order_options_answer(db, drawn, order, &asking, &call->out, err);
  lw_buf_add_char(&call->out, '}');
  return rc;
}

/* Nothing here reaches the writer: a practice run leaves no entry, no draw and no ask behind. What
 * the records would have to say may be made up, since nothing rests on it. */
void lw_api_practise(struct lw_call *call)
{
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_order order;
  struct lw_error err;
  lw_str learner = LW_STR("");
  struct lw_db *db = find_learner(call, &learner) ? lw_call_reader(call) : NULL;
  if (db == NULL) {
    return;
  }
  const struct lw_value *action = lw_value_get(call->json, LW_STR("action"));
  const bool looks = action == NULL || action->kind == LW_VALUE_NULL;
  const struct lw_order_options options = {.options_only = looks, .now = call->received};
  const struct lw_value *value = lw_practice_value(call->json, learner, &call->arena);
  if (value == NULL ||
      !lw_order_read(call->snapshot, value, &options, &call->arena, &order, &faults)) {
    lw_call_faults(call, &faults);
    return;
  }
  order.detail = true;
  enum lw_code code = look_ahead(call, db, &order, looks, &err);
  lw_order_finish(&order);
  lw_api_reply_read(call, code, &err);
}

/* --- by hand --- */

void lw_api_read_vouch(struct lw_call *call, struct lw_vouch *vouch, struct lw_faults *faults)
{
  const struct lw_policy *policy = call->snapshot->policy;
  lw_str until = lw_call_text(call->json, "until", faults);
  vouch->certificate = lw_str_trim(lw_call_text(call->json, "certificate", faults));
  vouch->reason = lw_str_trim(lw_call_text(call->json, "reason", faults));
  vouch->until = INT64_MAX;
  if (until.ptr != NULL &&
      !lw_person_read_time(policy != NULL ? policy->zone : NULL, until, true, &vouch->until)) {
    lw_faults_add(faults, LW_STR("until"), "is a day, or a moment such as 2026-12-31T12:00:00Z");
  }
  if (vouch->certificate.len == 0 || vouch->certificate.len > LW_PERSON_TEXT_BYTES_MAX) {
    lw_faults_add(faults, LW_STR("certificate"), "is a name of at most %d bytes",
                  LW_PERSON_TEXT_BYTES_MAX);
  }
  if (vouch->reason.len == 0 || vouch->reason.len > LW_VOUCH_REASON_BYTES_MAX) {
    lw_faults_add(faults, LW_STR("reason"), "says why, in at most %d bytes",
                  LW_VOUCH_REASON_BYTES_MAX);
  }
}

void lw_api_vouch(struct lw_call *call)
{
  static const char *const members[] = {"certificate", "until", "reason", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_vouch *vouch = LW_API_NEW(call, struct lw_vouch);
  if (vouch == NULL) {
    return;
  }
  *vouch = (struct lw_vouch){.caller = &call->caller, .person = call->params[0]};
  lw_call_known(call->json, members, &faults);
  lw_api_read_vouch(call, vouch, &faults);
  lw_call_submit_sound(call, &faults, lw_certificate_vouch, vouch);
}
