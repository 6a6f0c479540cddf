/* What happens to a talk: it begins, either writes, steps are agreed and ticked, the lead names a
 * day to look again and closes it. Each change checks who may, moves rows, and appends one entry
 * that tells the other; nothing else is touched. */
#include "desk/coaching_store.h"

#include "base/bounds.h"
#include "desk/entry.h"
#include "data/member.h"

static const lw_str prefix = LW_STR_INIT("cch");

/* --- rights --- */

static const struct lw_person *self_of(const struct lw_staff *staff, const struct lw_caller *caller)
{
  return caller != NULL && caller->person != NULL && !caller->is_token
             ? lw_staff_find(staff, caller->person->actor.id)
             : NULL;
}

static bool leads(const struct lw_staff *staff, lw_str lead, lw_str person)
{
  const struct lw_person *one = lw_staff_find(staff, lead);
  const struct lw_person *other = lw_staff_find(staff, person);
  return one != NULL && other != NULL && one->active && !lw_str_equal(lead, person) &&
         lw_staff_leads(staff, one, other);
}

bool lw_coaching_leads(const struct lw_staff *staff, const struct lw_caller *caller, lw_str person)
{
  const struct lw_person *self = self_of(staff, caller);
  return self != NULL && lw_access_covers(caller, LW_ACCESS_COACH, staff, person) &&
         leads(staff, self->actor.id, person);
}

/* The lead of the talk, or who stands there now that they do not lead the person any more. */
static bool is_lead(const struct lw_staff *staff, const struct lw_caller *caller,
                    const struct lw_coaching *coaching)
{
  const struct lw_person *self = self_of(staff, caller);
  return self != NULL && lw_coaching_leads(staff, caller, coaching->person) &&
         (lw_str_equal(self->actor.id, coaching->lead) ||
          !leads(staff, coaching->lead, coaching->person));
}

bool lw_coaching_visible(const struct lw_staff *staff, const struct lw_caller *caller,
                         const struct lw_coaching *coaching)
{
  const struct lw_person *self = self_of(staff, caller);
  return caller == NULL || (self != NULL && lw_str_equal(self->actor.id, coaching->person)) ||
         is_lead(staff, caller, coaching);
}

/* --- what all share --- */

/* A change of one talk under way: `body` grows to its entry, which `finish` ends. */
struct acting {
  struct lw_batch *batch;
  struct lw_change *change;
  const struct lw_caller *caller;
  struct lw_coaching coaching;
  lw_str me;
  bool lead; /* who acts is the lead, not the one concerned */
  struct lw_buf body;
};

/* What every entry begins with; `to`: the other of the two. */
static void add_head(struct acting *acting)
{
  const struct lw_coaching *coaching = &acting->coaching;
  struct lw_buf *body = &acting->body;
  bool by_person = lw_str_equal(acting->me, coaching->person);
  lw_buf_add_char(body, '{');
  lw_member_text(body, "coaching", coaching->id);
  lw_member_text(body, "person", coaching->person);
  lw_member_text(body, "by", acting->me);
  lw_member_key(body, "to");
  lw_buf_add_char(body, '[');
  lw_json_add_string(body, by_person ? coaching->lead : coaching->person);
  lw_buf_add_char(body, ']');
}

static enum lw_code begin(struct acting *acting, struct lw_batch *batch, struct lw_change *change,
                          struct lw_error *err)
{
  const struct lw_coaching_act *act = change->user;
  const struct lw_staff *staff = batch->snapshot->staff;
  *acting = (struct acting){.batch = batch, .change = change, .caller = act->caller};
  enum lw_code rc =
      lw_coaching_get(batch->db, act->coaching, batch->scratch, &acting->coaching, err);
  if (rc == LW_OK && (act->caller == NULL || act->caller->person == NULL ||
                      !lw_coaching_visible(staff, act->caller, &acting->coaching))) {
    rc = lw_fail(err, LW_NOT_FOUND, "there is no coaching of this id that you may see");
  }
  if (rc == LW_OK && acting->coaching.closed) {
    rc = lw_fail(err, LW_CONFLICT, "this talk is closed; begin another");
  }
  if (rc == LW_OK) {
    acting->me = act->caller->person->actor.id;
    acting->lead = is_lead(staff, act->caller, &acting->coaching);
    acting->coaching.lead = acting->lead ? acting->me : acting->coaching.lead;
    add_head(acting);
  }
  return rc;
}

static enum lw_code begin_as_lead(struct acting *acting, struct lw_batch *batch,
                                  struct lw_change *change, struct lw_error *err)
{
  enum lw_code rc = begin(acting, batch, change, err);
  return rc == LW_OK && !acting->lead ? lw_fail(err, LW_FORBIDDEN, "this is for the lead to do")
                                      : rc;
}

/* Writes the entry and the row and gives the talk as the answer; rc: of what was done before, and
 * when that failed nothing is written. The body is finished either way. */
static enum lw_code finish(struct acting *acting, enum lw_event event, int status, enum lw_code rc,
                           struct lw_error *err)
{
  struct lw_batch *batch = acting->batch;
  struct lw_change *change = acting->change;
  const struct lw_desk_reader reader = lw_desk_reader_in(batch, acting->caller);
  lw_buf_add_char(&acting->body, '}');
  acting->coaching.version++;
  if (rc == LW_OK && acting->body.failed) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory for a journal entry");
  }
  rc = rc == LW_OK ? lw_coaching_update(batch->db, &acting->coaching, err) : rc;
  rc = rc == LW_OK ? lw_batch_append(batch, change, event, lw_buf_str(&acting->body), err) : rc;
  lw_buf_finish(&acting->body);
  lw_change_status(change, status);
  return rc == LW_OK ? lw_coaching_print(&reader, &acting->coaching, &change->answer, err) : rc;
}

/* Keeps a text about the person; the reference in the batch's room. */
static enum lw_code keep_text(struct lw_batch *batch, lw_str person, lw_str text,
                              lw_str *ret_reference, struct lw_error *err)
{
  return lw_desk_keep_text(batch, "coaching", person, LW_STR(""), text, ret_reference, err);
}

/* Keeps what was written and appends its reference to the body; an empty text is no note. */
static enum lw_code add_note(struct acting *acting, lw_str text, struct lw_error *err)
{
  struct lw_batch *batch = acting->batch;
  struct lw_coaching_said *notes = NULL;
  struct lw_coaching_said said = {.at = batch->now, .by = acting->me};
  uint32_t count = 0;
  if (text.len == 0) {
    return LW_OK;
  }
  enum lw_code rc =
      lw_coaching_notes(batch->db, acting->coaching.id, batch->scratch, &notes, &count, err);
  if (rc == LW_OK && count == LW_COACHING_NOTES_MAX) {
    rc = lw_fail(err, LW_CONFLICT, "this talk has %d notes: begin another", LW_COACHING_NOTES_MAX);
  }
  rc = rc == LW_OK ? keep_text(batch, acting->coaching.person, text, &said.text, err) : rc;
  rc = rc == LW_OK ? lw_coaching_note_add(batch->db, acting->coaching.id, count + 1, &said, err)
                   : rc;
  if (rc == LW_OK) {
    lw_member_raw(&acting->body, "note", said.text);
  }
  return rc;
}

static enum lw_code count_steps(const struct acting *acting, uint32_t *ret_count,
                                struct lw_error *err)
{
  struct lw_coaching_step *steps = NULL;
  return lw_coaching_steps(acting->batch->db, acting->coaching.id, acting->batch->scratch, &steps,
                           ret_count, err);
}

/* Keeps a step in its place, and appends {"place","step","due"} to the body. */
static enum lw_code add_step(struct acting *acting, struct lw_coaching_step step,
                             struct lw_error *err)
{
  struct lw_batch *batch = acting->batch;
  struct lw_buf *body = &acting->body;
  lw_str text = step.text;
  step.at = batch->now;
  step.by = acting->me;
  enum lw_code rc = keep_text(batch, acting->coaching.person, text, &step.text, err);
  rc = rc == LW_OK ? lw_coaching_step_add(batch->db, acting->coaching.id, &step, err) : rc;
  if (rc == LW_OK) {
    lw_member_int(body, "place", step.place);
    lw_member_raw(body, "step", step.text);
    if (step.due_at != 0) {
      lw_member_time(body, "due", step.due_at);
    }
  }
  return rc;
}

/* --- beginning --- */

static enum lw_code check_begin(const struct lw_batch *batch, const struct lw_coaching_begin *ask,
                                struct lw_error *err)
{
  const struct lw_staff *staff = batch->snapshot->staff;
  const struct lw_desk_reader reader = lw_desk_reader_in(batch, ask->caller);
  struct lw_review review;
  if (!lw_access_covers(ask->caller, LW_ACCESS_SEE_PEOPLE, staff, ask->person) ||
      lw_staff_find(staff, ask->person) == NULL) {
    return lw_fail(err, LW_NOT_FOUND, "there is no person of this id that you may see");
  }
  if (!lw_coaching_leads(staff, ask->caller, ask->person)) {
    (void)lw_fail(err, LW_FORBIDDEN, "coaching is between somebody and whoever leads them");
    lw_error_hint(err, "their lead may begin it; a note of a review reaches them too");
    return LW_FORBIDDEN;
  }
  if (ask->review.len == 0) {
    return LW_OK;
  }
  enum lw_code rc = lw_review_get(batch->db, ask->review, batch->scratch, &review, err);
  if (rc == LW_NOT_FOUND || (rc == LW_OK && (!lw_str_equal(review.agent, ask->person) ||
                                             !lw_review_visible(&reader, &review, true)))) {
    rc = lw_fail(err, LW_NOT_FOUND, "there is no review of theirs of this id that you may see");
  }
  return rc;
}

static enum lw_code add_steps(struct acting *acting, const struct lw_coaching_begin *ask,
                              struct lw_error *err)
{
  struct lw_buf *body = &acting->body;
  enum lw_code rc = LW_OK;
  lw_member_key(body, "steps");
  lw_buf_add_char(body, '[');
  for (uint32_t i = 0; rc == LW_OK && i < ask->n_steps; i++) {
    struct lw_coaching_step step = ask->steps[i];
    step.place = i + 1;
    lw_buf_add_c(body, i == 0 ? "{" : ",{");
    rc = add_step(acting, step, err);
    lw_buf_add_char(body, '}');
  }
  lw_buf_add_char(body, ']');
  return rc;
}

static void add_beginning(const struct lw_coaching *coaching, struct lw_buf *body)
{
  lw_member_text(body, "review", coaching->review);
  lw_member_text(body, "measure", coaching->measure);
  if (coaching->follow_up_at != 0) {
    lw_member_time(body, "follow_up", coaching->follow_up_at);
  }
  lw_member_raw(body, "before", coaching->before);
}

enum lw_code lw_coaching_open(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err)
{
  const struct lw_coaching_begin *ask = change->user;
  struct acting acting = {.batch = batch, .change = change, .caller = ask->caller, .lead = true};
  enum lw_code rc = check_begin(batch, ask, err);
  if (rc != LW_OK) {
    return rc;
  }
  acting.me = ask->caller->person->actor.id;
  acting.coaching = (struct lw_coaching){
      .id = lw_id_text(batch->scratch, prefix, lw_id_make(batch->rand, batch->now)),
      .person = ask->person,
      .lead = acting.me,
      .review = ask->review,
      .measure = ask->measure,
      .opened_at = batch->now,
      .follow_up_at = ask->follow_up_at,
      .before = ask->before};
  rc = lw_coaching_insert(batch->db, &acting.coaching, err);
  add_head(&acting);
  add_beginning(&acting.coaching, &acting.body);
  rc = rc == LW_OK ? add_note(&acting, ask->note, err) : rc;
  rc = rc == LW_OK ? add_steps(&acting, ask, err) : rc;
  if (rc == LW_OK && ask->follow_up_at != 0) {
    lw_engine_wake(batch->engine, ask->follow_up_at);
  }
  return finish(&acting, LW_EVENT_COACHING_OPENED, 201, rc, err);
}

/* --- going on --- */

enum lw_code lw_coaching_note(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err)
{
  const struct lw_coaching_act *act = change->user;
  struct acting acting;
  enum lw_code rc = begin(&acting, batch, change, err);
  rc = rc == LW_OK ? add_note(&acting, act->text, err) : rc;
  return finish(&acting, LW_EVENT_COACHING_NOTED, 200, rc, err);
}

enum lw_code lw_coaching_agree(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err)
{
  const struct lw_coaching_act *act = change->user;
  struct lw_coaching_step step = {.text = act->text, .due_at = act->at};
  struct acting acting;
  uint32_t count = 0;
  enum lw_code rc = begin(&acting, batch, change, err);
  rc = rc == LW_OK ? count_steps(&acting, &count, err) : rc;
  if (rc == LW_OK && count == LW_COACHING_STEPS_MAX) {
    rc = lw_fail(err, LW_CONFLICT, "this talk has %d steps: more nobody keeps in mind",
                 LW_COACHING_STEPS_MAX);
  }
  step.place = count + 1;
  rc = rc == LW_OK ? add_step(&acting, step, err) : rc;
  return finish(&acting, LW_EVENT_COACHING_STEP, 200, rc, err);
}

enum lw_code lw_coaching_tick(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err)
{
  const struct lw_coaching_act *act = change->user;
  struct acting acting;
  uint32_t count = 0;
  enum lw_code rc = begin(&acting, batch, change, err);
  rc = rc == LW_OK ? count_steps(&acting, &count, err) : rc;
  if (rc == LW_OK && (act->place == 0 || act->place > count)) {
    rc = lw_fail(err, LW_NOT_FOUND, "this talk has no step %u", act->place);
  }
  rc = rc == LW_OK
           ? lw_coaching_step_tick(batch->db, act->coaching, act->place, act->done ? batch->now : 0,
                                   act->done ? acting.me : LW_STR(""), err)
           : rc;
  lw_member_int(&acting.body, "place", act->place);
  lw_member_bool(&acting.body, "done", act->done);
  return finish(&acting, LW_EVENT_COACHING_TICKED, 200, rc, err);
}

enum lw_code lw_coaching_follow_up(struct lw_batch *batch, struct lw_change *change,
                                   struct lw_error *err)
{
  const struct lw_coaching_act *act = change->user;
  struct acting acting;
  enum lw_code rc = begin_as_lead(&acting, batch, change, err);
  acting.coaching.follow_up_at = act->at;
  acting.coaching.told_at = 0;
  if (rc == LW_OK && act->at != 0) {
    lw_member_time(&acting.body, "follow_up", act->at);
    lw_engine_wake(batch->engine, act->at);
  }
  return finish(&acting, LW_EVENT_COACHING_FOLLOW_UP, 200, rc, err);
}

enum lw_code lw_coaching_close(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err)
{
  const struct lw_coaching_act *act = change->user;
  struct acting acting;
  enum lw_code rc = begin_as_lead(&acting, batch, change, err);
  acting.coaching.closed = true;
  acting.coaching.closed_at = batch->now;
  acting.coaching.closed_by = acting.me;
  rc = rc == LW_OK ? add_note(&acting, act->text, err) : rc;
  return finish(&acting, LW_EVENT_COACHING_CLOSED, 200, rc, err);
}

/* --- the clock --- */

static const char due_sql[] = "SELECT " LW_COACHING_COLUMNS " FROM coaching WHERE closed = 0 AND "
                              "told_at = 0 AND follow_up_at > 0 AND follow_up_at <= $1 ORDER BY "
                              "follow_up_at, id LIMIT $2";
static const char next_sql[] = "SELECT min(follow_up_at) FROM coaching WHERE closed = 0 AND "
                               "told_at = 0 AND follow_up_at > 0";

/* The lead; or whoever leads the person now. */
static void add_leads(const struct lw_staff *staff, const struct lw_coaching *coaching,
                      struct lw_buf *body)
{
  enum { TOLD_MAX = 20 };
  int told = 0;
  if (leads(staff, coaching->lead, coaching->person)) {
    lw_json_add_string(body, coaching->lead);
    return;
  }
  for (uint32_t i = 0; i < staff->directory.count && told < TOLD_MAX; i++) {
    lw_str id = staff->persons[i].actor.id;
    if (leads(staff, id, coaching->person)) {
      lw_buf_add_c(body, told++ == 0 ? "" : ",");
      lw_json_add_string(body, id);
    }
  }
}

static enum lw_code tell(struct lw_batch *batch, struct lw_change *change,
                         struct lw_coaching *coaching, struct lw_error *err)
{
  struct lw_buf body = {0};
  lw_buf_add_char(&body, '{');
  lw_member_text(&body, "coaching", coaching->id);
  lw_member_text(&body, "person", coaching->person);
  lw_member_key(&body, "to");
  lw_buf_add_char(&body, '[');
  add_leads(batch->snapshot->staff, coaching, &body);
  lw_buf_add_char(&body, ']');
  lw_member_time(&body, "follow_up", coaching->follow_up_at);
  lw_buf_add_char(&body, '}');
  coaching->told_at = batch->now;
  enum lw_code rc = body.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a journal entry")
                                : lw_coaching_update(batch->db, coaching, err);
  rc = rc == LW_OK ? lw_batch_append(batch, change, LW_EVENT_COACHING_DUE, lw_buf_str(&body), err)
                   : rc;
  lw_buf_finish(&body);
  return rc;
}

static enum lw_code find_due(struct lw_batch *batch, struct lw_coaching *due, uint32_t *ret_count,
                             struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  uint32_t count = 0;
  enum lw_code rc = lw_db_statement(batch->db, due_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, batch->now);
  lw_stmt_int(stmt, 2, LW_DUE_MAX);
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    lw_coaching_take(stmt, batch->scratch, &due[count++]);
  }
  lw_stmt_reset(stmt);
  *ret_count = count;
  return rc == LW_OK && batch->scratch->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
}

static enum lw_code find_next(struct lw_batch *batch, lw_usec *ret_next, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(batch->db, next_sql, &stmt, err);
  if (rc == LW_OK) {
    rc = lw_stmt_step(stmt, &is_row, err);
    bool any = rc == LW_OK && is_row && !lw_stmt_is_null(stmt, 0);
    *ret_next = any ? lw_stmt_get_int(stmt, 0) : INT64_MAX;
    lw_stmt_reset(stmt);
  }
  return rc;
}

static enum lw_code apply_due(struct lw_batch *batch, struct lw_change *change, lw_usec *ret_next,
                              struct lw_error *err)
{
  uint32_t count = 0;
  struct lw_coaching *due = LW_NEW_ARRAY(batch->scratch, struct lw_coaching, LW_DUE_MAX);
  enum lw_code rc = due != NULL ? find_due(batch, due, &count, err)
                                : lw_fail(err, LW_NO_MEMORY, "out of memory for what is due");
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    rc = tell(batch, change, &due[i], err);
  }
  return rc == LW_OK ? find_next(batch, ret_next, err) : rc;
}

const struct lw_due lw_coachings_due = {.name = "coachings", .apply = apply_due};
