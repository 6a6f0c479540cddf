/* Courses outside: written, paid, moved on, vouched for; hours; lists. The money of a course is the
 * decision's: nothing here adds up or limits amounts. Each change checks all before it decides
 * anything, as what was drawn is not taken back by a failure. */
#include "train/growing.h"

#include "base/num.h"
#include "data/member.h"
#include "engine/console.h"
#include "ledger/text.h"
#include "policy/who.h"
#include "train/growing_store.h"

#include <stdio.h>

uint32_t lw_growing_target(const struct lw_console *console)
{
  uint64_t hours = 0;
  lw_str text = console->texts[LW_CONSOLE_LEARNING_HOURS];
  return lw_uint_read(text, &hours) && hours <= LW_GROWING_YEAR_HOURS_MAX ? (uint32_t)hours : 0;
}

bool lw_growing_is_day(lw_str text)
{
  char moment[32];
  int64_t seconds = 0;
  uint32_t nanos = 0;
  if (text.len != 10 || text.ptr[4] != '-') {
    return false;
  }
  int length = snprintf(moment, sizeof moment, "%.*sT00:00:00Z", LW_FMT(text));
  return length == 20 && lw_rfc3339_read(lw_str_from(moment, 20), &seconds, &nanos);
}

static const lw_str state_names[LW_GROWING_STATES] = {
    [LW_GROWING_OPEN] = LW_STR_INIT("open"),
    [LW_GROWING_UNDER_WAY] = LW_STR_INIT("under_way"),
    [LW_GROWING_FINISHED] = LW_STR_INIT("finished"),
    [LW_GROWING_GIVEN_UP] = LW_STR_INIT("given_up")};

bool lw_growing_state_read(lw_str name, enum lw_growing_state *ret_state)
{
  for (size_t i = 0; i < LW_GROWING_STATES; i++) {
    if (lw_str_equal(name, state_names[i])) {
      *ret_state = (enum lw_growing_state)i;
      return true;
    }
  }
  return false;
}

/* --- what all changes share --- */

/* A change of a course: whose, and the row as it is. */
struct acting {
  struct lw_batch *batch;
  struct lw_change *change;
  struct lw_train_reader train;
  struct lw_growing_reader reader;
  struct lw_growing_row row;
  struct lw_growing_words words;
  struct lw_growing_price price;
};

static void begin(struct acting *acting, struct lw_batch *batch, struct lw_change *change,
                  const struct lw_caller *caller, const struct lw_growing_asking *asking)
{
  *acting =
      (struct acting){.batch = batch, .change = change, .train = lw_train_reader_in(batch, caller)};
  acting->reader = (struct lw_growing_reader){.train = &acting->train, .asking = asking};
}

static enum lw_code self_of(const struct lw_caller *caller, lw_str *ret_person,
                            struct lw_error *err)
{
  if (caller->person == NULL) {
    return lw_fail(err, LW_FORBIDDEN, "this token stands for nobody: people grow");
  }
  *ret_person = caller->person->actor.id;
  return LW_OK;
}

static enum lw_code load(struct acting *acting, lw_str id, struct lw_error *err)
{
  enum lw_code rc =
      lw_growing_get(acting->batch->db, id, acting->batch->scratch, &acting->row, err);
  rc = rc == LW_OK ? lw_growing_words_get(&acting->train, acting->row.words, &acting->words, err)
                   : rc;
  return rc == LW_OK ? lw_growing_price_get(&acting->train, acting->batch, acting->reader.asking,
                                            &acting->row, &acting->price, err)
                     : rc;
}

/* The caller's own. */
static enum lw_code load_own(struct acting *acting, lw_str id, struct lw_error *err)
{
  lw_str person = LW_STR("");
  enum lw_code rc = self_of(acting->train.caller, &person, err);
  rc = rc == LW_OK ? load(acting, id, err) : rc;
  return rc == LW_NOT_FOUND || (rc == LW_OK && !lw_str_equal(acting->row.person, person))
             ? lw_fail(err, LW_NOT_FOUND, "there is no course of yours of this id")
             : rc;
}

static void add_row(const struct lw_growing_row *row, struct lw_buf *body)
{
  uint16_t currency = lw_currency_find(row->currency);
  lw_buf_add_char(body, '{');
  lw_member_text(body, "course", row->id);
  lw_member_text(body, "person", row->person);
  lw_member_text(body, "state", state_names[row->state]);
  lw_member_text(body, "from", row->from);
  lw_member_text(body, "to", row->to);
  lw_member_money(body, "price", row->has_price && currency != LW_CURRENCY_NONE, row->minor,
                  currency);
  lw_member_int(body, "planned_minutes", row->planned);
  lw_member_text(body, "decision", row->decision);
  lw_member_text(body, "issued", row->issued);
  lw_member_text(body, "expires", row->expires);
  lw_member_text(body, "holds", row->held);
  lw_member_text(body, "vouched_by", row->vouched_by);
  lw_member_raw(body, "words", row->words);
  lw_buf_add_char(body, '}');
}

/* Writes the row, new or not, with its entry, and prints the course as the answer. */
static enum lw_code save(struct acting *acting, bool is_new, struct lw_error *err)
{
  struct lw_buf body = {0};
  struct lw_growing_row *row = &acting->row;
  row->changed_at = acting->batch->now;
  row->at = is_new ? row->changed_at : row->at;
  enum lw_code rc = is_new ? lw_growing_insert(acting->batch->db, row, err)
                           : lw_growing_update(acting->batch->db, row, err);
  if (rc == LW_OK) {
    add_row(row, &body);
    rc = lw_batch_append_body(acting->batch, acting->change, LW_EVENT_GROWING_CHANGED, &body, err);
  }
  return rc;
}

static enum lw_code answer(struct acting *acting, int status, struct lw_error *err)
{
  lw_change_status(acting->change, status);
  return lw_growing_course_print(&acting->reader, acting->batch, &acting->row,
                                 &acting->change->answer, err);
}

static enum lw_code keep_words(struct acting *acting, struct lw_error *err)
{
  return lw_growing_words_keep(acting->batch, acting->row.person, &acting->words,
                               &acting->row.words, err);
}

/* --- written --- */

static enum lw_code check_count(struct acting *acting, struct lw_error *err)
{
  struct lw_growing_row *rows = NULL;
  uint32_t count = 0;
  enum lw_code rc = lw_growing_list(acting->batch->db, acting->row.person, acting->batch->scratch,
                                    &rows, &count, err);
  return rc == LW_OK && count >= LW_GROWING_COURSES_MAX
             ? lw_fail(err, LW_LIMIT, "%d courses are kept of one person", LW_GROWING_COURSES_MAX)
             : rc;
}

static bool is_decided(const struct lw_growing_price *price)
{
  return price->state == LW_GROWING_AGREED || price->state == LW_GROWING_ASKED;
}

/* A price that somebody said yes to, or is asked about, stays what it was. */
static enum lw_code check_price(const struct acting *acting, const struct lw_growing_course *course,
                                struct lw_error *err)
{
  const struct lw_growing_row *row = &acting->row;
  bool same =
      row->has_price == course->has_price && (!row->has_price || row->minor == course->minor);
  if (same || !is_decided(&acting->price)) {
    return LW_OK;
  }
  (void)lw_fail(err, LW_CONFLICT, "its price is agreed to, or asked for, as it was");
  lw_error_hint(err, "take the decision back first");
  return LW_CONFLICT;
}

static void fill(struct acting *acting, const struct lw_growing_course *course)
{
  const struct lw_policy *policy = acting->batch->snapshot->policy;
  struct lw_growing_row *row = &acting->row;
  row->shared = course->shared;
  row->from = course->from;
  row->to = course->to;
  row->planned = course->planned_minutes;
  if (!is_decided(&acting->price)) {
    row->has_price = course->has_price && policy != NULL;
    row->minor = row->has_price ? course->minor : 0;
    row->currency = row->has_price ? lw_currency_code(policy->currency) : LW_STR("");
  }
  acting->words.title = course->title;
  acting->words.provider = course->provider;
  acting->words.link = course->link;
  acting->words.note = course->note;
}

enum lw_code lw_growing_write(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err)
{
  const struct lw_growing_course *course = change->user;
  bool is_new = course->id.len == 0;
  struct acting acting;
  begin(&acting, batch, change, course->caller, course->asking);
  enum lw_code rc = is_new ? self_of(course->caller, &acting.row.person, err)
                           : load_own(&acting, course->id, err);
  if (rc == LW_OK && is_new) {
    acting.row.id = lw_id_text(batch->scratch, LW_STR("grw"), lw_id_make(batch->rand, batch->now));
    rc = check_count(&acting, err);
  }
  rc = rc == LW_OK ? check_price(&acting, course, err) : rc;
  if (rc == LW_OK) {
    fill(&acting, course);
    rc = keep_words(&acting, err);
  }
  rc = rc == LW_OK ? save(&acting, is_new, err) : rc;
  return rc == LW_OK ? answer(&acting, is_new ? 201 : 200, err) : rc;
}

/* --- paid --- */

static enum lw_code check_spend(const struct acting *acting, const struct lw_growing_spend *spend,
                                struct lw_error *err)
{
  const struct lw_request *request = &spend->order.request;
  const struct lw_action *action = &spend->order.snapshot->policy->actions[request->action];
  if (!action->for_agent) {
    return lw_fail(err, LW_INVALID, "action: \"%.*s\" is for customers, not for oneself",
                   LW_FMT(action->name));
  }
  if (acting->row.state == LW_GROWING_GIVEN_UP) {
    return lw_fail(err, LW_CONFLICT, "it was given up");
  }
  if (is_decided(&acting->price)) {
    (void)lw_fail(err, LW_CONFLICT, "its price is %s already",
                  acting->price.state == LW_GROWING_AGREED ? "agreed to" : "asked for");
    lw_error_hint(err, "take that back first");
    return LW_CONFLICT;
  }
  return LW_OK;
}

/* The decision's answer, and which one it is. */
static enum lw_code decide(struct acting *acting, struct lw_growing_spend *spend,
                           lw_str *ret_answer, struct lw_error *err)
{
  struct lw_change *change = acting->change;
  const struct lw_value *value = NULL;
  change->user = &spend->order;
  enum lw_code rc = lw_order_apply(acting->batch, change, err);
  change->user = spend;
  if (rc != LW_OK) {
    return rc;
  }
  *ret_answer = lw_str_copy(acting->batch->scratch, lw_buf_str(&change->answer));
  rc = lw_json_read(acting->batch->reader, acting->batch->scratch, *ret_answer, NULL, &value, err);
  const struct lw_value *id = rc == LW_OK ? lw_value_get(value, LW_STR("id")) : NULL;
  if (id == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for a decision");
  }
  acting->row.decision = id->text;
  lw_buf_reset(&change->answer);
  return LW_OK;
}

enum lw_code lw_growing_spend(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err)
{
  struct lw_growing_spend *spend = change->user;
  struct lw_buf *out = &change->answer;
  lw_str decision = LW_STR("");
  struct acting acting;
  begin(&acting, batch, change, spend->caller, spend->asking);
  enum lw_code rc = load_own(&acting, spend->id, err);
  rc = rc == LW_OK ? check_spend(&acting, spend, err) : rc;
  if (rc == LW_OK) {
    acting.row.has_price = true;
    acting.row.minor = spend->order.request.amount_minor;
    acting.row.currency = lw_currency_code(spend->order.snapshot->policy->currency);
    rc = decide(&acting, spend, &decision, err);
  }
  rc = rc == LW_OK ? save(&acting, false, err) : rc;
  LW_BUF_LIT(out, "{\"course\":");
  rc = rc == LW_OK ? answer(&acting, 201, err) : rc;
  LW_BUF_LIT(out, ",\"decision\":");
  lw_buf_add(out, decision);
  lw_buf_add_char(out, '}');
  return rc;
}

/* --- moved on --- */

/* A hold is let go; what was given for good is taken back by whoever may do that. */
static enum lw_code take_back(struct acting *acting, const struct lw_growing_move *move,
                              struct lw_error *err)
{
  struct lw_change *change = acting->change;
  lw_id id;
  if (acting->price.state != LW_GROWING_AGREED ||
      !lw_id_read(LW_STR("dec"), acting->price.decision, &id)) {
    return lw_fail(err, LW_CONFLICT, "no money was given that could be taken back");
  }
  if (!acting->price.held &&
      !lw_access_covers(move->caller, LW_ACCESS_REVERSE, acting->batch->snapshot->staff,
                        acting->row.person)) {
    return lw_fail(err, LW_FORBIDDEN, "its money is not yours to take back");
  }
  enum lw_code rc = acting->price.held
                        ? lw_decision_release(acting->batch, change, id, err)
                        : lw_decision_reverse(acting->batch, change, id, move->reason, err);
  lw_buf_reset(&change->answer);
  return rc;
}

static void bring(struct acting *acting, const struct lw_growing_move *move)
{
  acting->words.certificate = move->certificate;
  acting->words.issuer = move->issuer;
  acting->words.evidence = move->evidence;
  acting->row.issued = move->issued;
  acting->row.expires = move->expires;
}

static enum lw_code check_move(const struct acting *acting, const struct lw_growing_move *move,
                               struct lw_error *err)
{
  if (acting->row.held.len != 0 &&
      (move->certificate.len != 0 || move->state != LW_GROWING_FINISHED)) {
    (void)lw_fail(err, LW_CONFLICT, "its certificate was vouched for");
    lw_error_hint(err, "what is held is changed among the person's certificates");
    return LW_CONFLICT;
  }
  return LW_OK;
}

enum lw_code lw_growing_move(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_growing_move *move = change->user;
  struct acting acting;
  begin(&acting, batch, change, move->caller, move->asking);
  enum lw_code rc = load_own(&acting, move->id, err);
  rc = rc == LW_OK ? check_move(&acting, move, err) : rc;
  if (rc == LW_OK && move->certificate.len != 0) {
    bring(&acting, move);
    rc = keep_words(&acting, err);
  }
  rc = rc == LW_OK && move->money_back ? take_back(&acting, move, err) : rc;
  acting.row.state = move->state;
  rc = rc == LW_OK ? save(&acting, false, err) : rc;
  return rc == LW_OK ? answer(&acting, 200, err) : rc;
}

/* --- vouched for --- */

enum lw_code lw_growing_vouch(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err)
{
  struct lw_growing_vouch *vouch = change->user;
  const struct lw_caller *caller = vouch->vouch.caller;
  struct acting acting;
  begin(&acting, batch, change, caller, vouch->asking);
  enum lw_code rc = load(&acting, vouch->id, err);
  if (rc == LW_NOT_FOUND ||
      (rc == LW_OK &&
       !lw_access_covers(caller, LW_ACCESS_GROW, batch->snapshot->staff, acting.row.person))) {
    return lw_fail(err, LW_NOT_FOUND, "there is no course of this id that you may see");
  }
  if (rc == LW_OK && (acting.row.state != LW_GROWING_FINISHED || acting.row.issued.len == 0)) {
    rc = lw_fail(err, LW_CONFLICT, "it brought no certificate yet");
  }
  if (rc == LW_OK) {
    vouch->vouch.person = acting.row.person;
    change->user = &vouch->vouch;
    rc = lw_certificate_vouch(batch, change, err);
    change->user = vouch;
    lw_buf_reset(&change->answer);
  }
  acting.row.held = vouch->vouch.certificate;
  acting.row.vouched_by = caller->person != NULL ? caller->person->actor.id : LW_STR("");
  rc = rc == LW_OK ? save(&acting, false, err) : rc;
  return rc == LW_OK ? answer(&acting, 200, err) : rc;
}

/* --- hours --- */

static enum lw_code append_hours(struct lw_batch *batch, struct lw_change *change,
                                 const struct lw_growing_log *log, bool removed,
                                 struct lw_error *err)
{
  struct lw_buf body = {0};
  lw_buf_add_char(&body, '{');
  lw_member_text(&body, "hours", log->id);
  lw_member_text(&body, "person", log->person);
  lw_member_text(&body, "course", log->course);
  lw_member_text(&body, "day", log->day);
  lw_member_int(&body, "minutes", removed ? 0 : log->minutes);
  lw_member_bool(&body, "removed", removed);
  lw_member_raw(&body, "note", log->note);
  lw_buf_add_char(&body, '}');
  return lw_batch_append_body(batch, change, LW_EVENT_GROWING_HOURS, &body, err);
}

/* The entry, new or the caller's own, as it was. */
static enum lw_code find_hours(struct lw_batch *batch, const struct lw_growing_hours *hours,
                               struct lw_growing_log *ret_log, struct lw_error *err)
{
  lw_str person = LW_STR("");
  enum lw_code rc = self_of(hours->caller, &person, err);
  *ret_log = (struct lw_growing_log){.person = person};
  if (rc == LW_OK && hours->id.len != 0) {
    rc = lw_growing_log_get(batch->db, hours->id, batch->scratch, ret_log, err);
    return rc == LW_NOT_FOUND || (rc == LW_OK && !lw_str_equal(ret_log->person, person))
               ? lw_fail(err, LW_NOT_FOUND, "there are no hours of yours of this id")
               : rc;
  }
  ret_log->id = lw_id_text(batch->scratch, LW_STR("grh"), lw_id_make(batch->rand, batch->now));
  return rc;
}

/* The course is one of theirs. */
static enum lw_code check_course(struct lw_batch *batch, const struct lw_growing_hours *hours,
                                 lw_str person, struct lw_error *err)
{
  struct lw_growing_row row;
  if (hours->course.len == 0) {
    return LW_OK;
  }
  enum lw_code rc = lw_growing_get(batch->db, hours->course, batch->scratch, &row, err);
  return rc == LW_NOT_FOUND || (rc == LW_OK && !lw_str_equal(row.person, person))
             ? lw_fail(err, LW_INVALID, "course: there is none of yours of this id")
             : rc;
}

static enum lw_code write_hours(struct lw_batch *batch, struct lw_change *change,
                                const struct lw_growing_hours *hours, struct lw_growing_log *log,
                                struct lw_error *err)
{
  struct lw_buf note = {0};
  log->course = hours->course;
  log->day = hours->day;
  log->minutes = hours->minutes;
  log->note = LW_STR("");
  enum lw_code rc = LW_OK;
  if (hours->note.len != 0) {
    rc = lw_text_keep(&batch->texts, batch->now, "growing", log->person, LW_STR(""), hours->note,
                      &note, err);
    log->note = lw_buf_str(&note);
  }
  rc = rc == LW_OK ? lw_growing_log_put(batch->db, log, err) : rc;
  rc = rc == LW_OK ? append_hours(batch, change, log, false, err) : rc;
  if (rc == LW_OK) {
    const struct lw_train_reader reader = lw_train_reader_in(batch, hours->caller);
    lw_change_status(change, hours->id.len != 0 ? 200 : 201);
    rc = lw_growing_log_print(&reader, log, true, &change->answer, err);
  }
  lw_buf_finish(&note);
  return rc;
}

enum lw_code lw_growing_hours_write(struct lw_batch *batch, struct lw_change *change,
                                    struct lw_error *err)
{
  const struct lw_growing_hours *hours = change->user;
  struct lw_growing_log log;
  enum lw_code rc = find_hours(batch, hours, &log, err);
  if (rc != LW_OK) {
    return rc;
  }
  if (!hours->remove) {
    rc = check_course(batch, hours, log.person, err);
    return rc == LW_OK ? write_hours(batch, change, hours, &log, err) : rc;
  }
  rc = lw_growing_log_remove(batch->db, log.id, err);
  LW_BUF_LIT(&change->answer, "{}");
  lw_change_status(change, 200);
  return rc == LW_OK ? append_hours(batch, change, &log, true, err) : rc;
}

/* --- reading --- */

static enum lw_code add_courses(const struct lw_growing_reader *reader,
                                const struct lw_growing_row *rows, uint32_t count,
                                struct lw_buf *out, struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  lw_member_key(out, "items");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    lw_buf_add_c(out, i != 0 ? "," : "");
    rc = lw_growing_course_print(reader, NULL, &rows[i], out, err);
  }
  lw_buf_add_char(out, ']');
  return rc;
}

static bool may_see(const struct lw_train_reader *reader, lw_str person)
{
  return reader->caller == NULL ||
         lw_access_covers(reader->caller, LW_ACCESS_GROW, reader->snapshot->staff, person);
}

static void add_year(const struct lw_growing_reader *reader, struct lw_buf *out)
{
  lw_member_int(out, "year", reader->year);
  if (reader->target_hours != 0) {
    lw_member_int(out, "target_minutes", (int64_t)reader->target_hours * 60);
  }
}

static enum lw_code add_hours(const struct lw_growing_reader *reader, lw_str person,
                              struct lw_buf *out, struct lw_error *err)
{
  struct lw_growing_log *logs = NULL;
  uint32_t count = 0;
  enum lw_code rc = lw_growing_logs(reader->train->db, person, reader->year, reader->train->arena,
                                    &logs, &count, err);
  lw_member_key(out, "hours");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    lw_buf_add_c(out, i != 0 ? "," : "");
    rc = lw_growing_log_print(reader->train, &logs[i], true, out, err);
  }
  lw_buf_add_char(out, ']');
  return rc;
}

enum lw_code lw_growing_print(const struct lw_growing_reader *reader, lw_str person,
                              struct lw_buf *out, struct lw_error *err)
{
  const struct lw_train_reader *train = reader->train;
  const struct lw_person *of = lw_staff_find(train->snapshot->staff, person);
  struct lw_growing_row *rows = NULL;
  uint32_t count = 0;
  int64_t minutes = 0;
  if (of == NULL || !may_see(train, person)) {
    return lw_fail(err, LW_NOT_FOUND, "there is nobody of this id whom you may see");
  }
  enum lw_code rc = lw_growing_list(train->db, person, train->arena, &rows, &count, err);
  rc = rc == LW_OK ? lw_growing_minutes(train->db, person, reader->year, &minutes, err) : rc;
  lw_buf_add_char(out, '{');
  lw_member_text(out, "person", person);
  lw_member_text(out, "name", of->actor.name);
  add_year(reader, out);
  lw_member_int(out, "minutes", minutes);
  rc = rc == LW_OK ? add_courses(reader, rows, count, out, err) : rc;
  rc = rc == LW_OK ? add_hours(reader, person, out, err) : rc;
  lw_buf_add_char(out, '}');
  return rc;
}

/* One line of the team: nothing for whoever has nothing, on the command line. */
static enum lw_code add_person(const struct lw_growing_reader *reader,
                               const struct lw_person *person, uint32_t *count, struct lw_buf *out,
                               struct lw_error *err)
{
  const struct lw_train_reader *train = reader->train;
  struct lw_growing_row *rows = NULL;
  uint32_t n_rows = 0;
  int64_t minutes = 0;
  enum lw_code rc = lw_growing_list(train->db, person->actor.id, train->arena, &rows, &n_rows, err);
  rc = rc == LW_OK ? lw_growing_minutes(train->db, person->actor.id, reader->year, &minutes, err)
                   : rc;
  if (rc != LW_OK || (train->caller == NULL && n_rows == 0 && minutes == 0)) {
    return rc;
  }
  lw_buf_add_c(out, (*count)++ != 0 ? "," : "");
  lw_buf_add_char(out, '{');
  lw_member_text(out, "person", person->actor.id);
  lw_member_text(out, "name", person->actor.name);
  lw_member_text(out, "team", person->actor.team);
  lw_member_int(out, "minutes", minutes);
  rc = add_courses(reader, rows, n_rows, out, err);
  lw_buf_add_char(out, '}');
  return rc;
}

static bool is_listed(const struct lw_train_reader *reader, const struct lw_person *person,
                      lw_str team)
{
  bool self = reader->caller != NULL && reader->caller->person != NULL &&
              lw_str_equal(reader->caller->person->actor.id, person->actor.id);
  return person->active && person->actor.kind == LW_ACTOR_HUMAN && !self &&
         (team.len == 0 || lw_team_within(person->actor.team, team)) &&
         may_see(reader, person->actor.id);
}

enum lw_code lw_growing_print_team(const struct lw_growing_reader *reader, lw_str team,
                                   struct lw_buf *out, struct lw_error *err)
{
  const struct lw_staff *staff = reader->train->snapshot->staff;
  enum lw_code rc = LW_OK;
  uint32_t count = 0;
  lw_buf_add_char(out, '{');
  add_year(reader, out);
  lw_member_key(out, "people");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; rc == LW_OK && i < staff->n_persons; i++) {
    if (is_listed(reader->train, &staff->persons[i], team)) {
      rc = add_person(reader, &staff->persons[i], &count, out, err);
    }
  }
  LW_BUF_LIT(out, "]}");
  return rc;
}
