/* What happens to a review: it is drawn or picked, begun, sent or skipped, answered by whoever it
 * is about, appealed, and the appeal decided by another. Each step checks who may, moves the row,
 * and appends one entry; nothing else is touched. */
#include "desk/review_store.h"

#include "base/bounds.h"
#include "desk/case.h"
#include "desk/entry.h"
#include "data/member.h"
#include "people/person.h"
#include "policy/answer.h"
#include "policy/who.h"

static const lw_str prefix = LW_STR_INIT("rev");

/* --- rights --- */

bool lw_review_covers(const struct lw_caller *caller, enum lw_access access,
                      const struct lw_staff *staff, lw_str person, bool works_council)
{
  if (caller == NULL) {
    return true; /* the command line */
  }
  if (caller->person == NULL || caller->is_token || person.len == 0 ||
      !lw_access_covers(caller, access, staff, person)) {
    return false;
  }
  const struct lw_person *self = lw_staff_find(staff, caller->person->actor.id);
  const struct lw_person *other = lw_staff_find(staff, person);
  bool own = lw_str_equal(caller->person->actor.id, person);
  bool leads = self != NULL && other != NULL && lw_staff_leads(staff, self, other);
  return (own && access != LW_ACCESS_REVIEW) || (!own && (leads || !works_council));
}

bool lw_review_covers_team(const struct lw_caller *caller, lw_str team)
{
  enum lw_view view = caller != NULL ? lw_access_view(caller, LW_ACCESS_REVIEW) : LW_VIEW_ALL;
  return view == LW_VIEW_ALL || (view == LW_VIEW_TEAM && caller->person->actor.team.len != 0 &&
                                 lw_team_within(team, caller->person->actor.team));
}

/* --- what all share --- */

/* A change of one review under way. */
struct acting {
  struct lw_batch *batch;
  struct lw_change *change;
  const struct lw_review_act *act;
  struct lw_review review;
  struct lw_review_answer *answers;
  uint32_t n_answers;
  bool works_council;
  lw_str me; /* a person's id; or empty: the command line */
};

static enum lw_code begin(struct acting *acting, struct lw_batch *batch, struct lw_change *change,
                          struct lw_error *err)
{
  *acting = (struct acting){.batch = batch, .change = change, .act = change->user};
  const struct lw_review_act *act = acting->act;
  bool person = act->caller != NULL && act->caller->person != NULL;
  acting->me = person ? act->caller->person->actor.id : LW_STR("");
  enum lw_code rc = lw_review_get(batch->db, act->review, batch->scratch, &acting->review, err);
  rc = rc == LW_OK ? lw_works_council(batch->db, &acting->works_council, err) : rc;
  rc = rc == LW_OK ? lw_review_answers(batch->db, act->review, batch->scratch, &acting->answers,
                                       &acting->n_answers, err)
                   : rc;
  const struct lw_desk_reader reader = lw_desk_reader_in(batch, act->caller);
  return rc == LW_OK && !lw_review_visible(&reader, &acting->review, acting->works_council)
             ? lw_fail(err, LW_NOT_FOUND, "there is no review of this id that you may see")
             : rc;
}

static bool may_review(const struct acting *acting)
{
  return lw_review_covers(acting->act->caller, LW_ACCESS_REVIEW, acting->batch->snapshot->staff,
                          acting->review.agent, acting->works_council);
}

static bool has_answered(const struct acting *acting)
{
  for (uint32_t i = 0; i < acting->n_answers; i++) {
    if (lw_str_equal(acting->answers[i].reviewer, acting->me)) {
      return true;
    }
  }
  return false;
}

static enum lw_code forbid(struct lw_error *err)
{
  (void)lw_fail(err, LW_FORBIDDEN, "this is not yours to review");
  lw_error_hint(err, "nobody reviews their own; whoever leads the agent may, and quality");
  return LW_FORBIDDEN;
}

/* Whether it can be answered by the caller now. */
static enum lw_code check_answerable(const struct acting *acting, struct lw_error *err)
{
  uint32_t wanted = acting->review.second ? 2 : 1;
  if (!may_review(acting)) {
    return forbid(err);
  }
  if (acting->review.state == LW_REVIEW_SKIPPED) {
    return lw_fail(err, LW_CONFLICT, "this review was skipped");
  }
  if (has_answered(acting)) {
    return lw_fail(err, LW_CONFLICT, "you have answered this review already");
  }
  return acting->n_answers < wanted
             ? LW_OK
             : lw_fail(err, LW_CONFLICT, "this review was answered already, by %.*s",
                       LW_FMT(acting->answers[0].reviewer));
}

/* What every entry about it begins with: the first party is the agent. */
static void add_head(const struct acting *acting, struct lw_buf *body)
{
  lw_buf_add_char(body, '{');
  lw_member_text(body, "review", acting->review.id);
  lw_member_text(body, acting->review.is_case ? "case" : "decision", acting->review.subject);
  lw_member_text(body, "agent", acting->review.agent);
  lw_member_text(body, "by", acting->me);
}

/* Keeps a text about the agent and the customer; the reference in the batch's room. */
static enum lw_code keep_about(struct lw_batch *batch, const struct lw_review *review,
                               const char *kind, lw_str text, lw_str *ret_reference,
                               struct lw_error *err)
{
  return lw_desk_keep_text(batch, kind, review->agent, review->customer, text, ret_reference, err);
}

static enum lw_code keep_text(const struct acting *acting, const char *kind, lw_str text,
                              lw_str *ret_reference, struct lw_error *err)
{
  return keep_about(acting->batch, &acting->review, kind, text, ret_reference, err);
}

/* The row, the entry (whose body this ends and finishes), and the review as the answer. */
static enum lw_code finish(struct acting *acting, enum lw_event event, struct lw_buf *body,
                           struct lw_error *err)
{
  struct lw_batch *batch = acting->batch;
  struct lw_change *change = acting->change;
  const struct lw_desk_reader reader = lw_desk_reader_in(batch, acting->act->caller);
  lw_buf_add_char(body, '}');
  acting->review.version++;
  enum lw_code rc = body->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a journal entry")
                                 : lw_review_update(batch->db, &acting->review, err);
  rc = rc == LW_OK ? lw_batch_append(batch, change, event, lw_buf_str(body), err) : rc;
  lw_buf_finish(body);
  if (rc == LW_OK) {
    lw_change_status(change, 200);
    rc = lw_review_print(&reader, &acting->review, acting->works_council, &change->answer, err);
  }
  return rc;
}

/* --- drawing and picking --- */

static enum lw_code insert(struct lw_batch *batch, struct lw_review *review, bool *ret_new,
                           struct lw_error *err)
{
  review->id = lw_id_text(batch->scratch, prefix, lw_id_make(batch->rand, batch->now));
  return review->id.ptr == NULL ? lw_fail(err, LW_NO_MEMORY, "out of memory for a review")
                                : lw_review_insert(batch->db, review, ret_new, err);
}

static void add_item(const struct lw_review *review, struct lw_buf *body)
{
  char last = body->len != 0 ? body->ptr[body->len - 1] : '[';
  lw_buf_add_c(body, last == '[' ? "{" : ",{");
  lw_member_text(body, "review", review->id);
  lw_member_text(body, review->is_case ? "case" : "decision", review->subject);
  lw_member_text(body, "why", lw_review_why_name(review->why));
  if (review->second) {
    lw_member_bool(body, "second", true);
  }
  lw_buf_add_char(body, '}');
}

static enum lw_code write_draw(struct lw_batch *batch, struct lw_change *change,
                               const struct lw_review_drawing *drawing,
                               const struct lw_review_drawn *drawn, struct lw_error *err)
{
  struct lw_buf body = {0};
  bool is_new = false;
  enum lw_code rc = lw_review_drawn_put(batch->db, drawing->team, drawing->week, drawn, err);
  lw_review_drawn_print(drawn, drawing->team, drawing->week, &body);
  body.len -= body.failed ? 0 : 1;
  lw_member_key(&body, "reviews");
  lw_buf_add_char(&body, '[');
  for (uint32_t i = 0; rc == LW_OK && i < drawing->count; i++) {
    rc = insert(batch, &drawing->items[i], &is_new, err);
    if (rc == LW_OK && is_new) {
      add_item(&drawing->items[i], &body);
    }
  }
  LW_BUF_LIT(&body, "]}");
  rc = rc == LW_OK && body.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
  rc = rc == LW_OK ? lw_batch_append(batch, change, LW_EVENT_REVIEW_DRAWN, lw_buf_str(&body), err)
                   : rc;
  lw_buf_finish(&body);
  return rc;
}

enum lw_code lw_review_draw(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_review_drawing *drawing = change->user;
  struct lw_review_drawn drawn = {0};
  bool found = false;
  char hex[2 * LW_HASH_BYTES];
  if (!lw_review_covers_team(drawing->caller, drawing->team)) {
    return lw_fail(err, LW_FORBIDDEN, "the reviews of that team are not yours to draw");
  }
  enum lw_code rc = lw_review_drawn_get(batch->db, drawing->team, drawing->week, batch->scratch,
                                        &found, &drawn, err);
  if (rc == LW_OK && !found) {
    lw_hex_write(drawing->seed.bytes, LW_HASH_BYTES, hex);
    drawn = (struct lw_review_drawn){.at = batch->now,
                                     .seed_seq = drawing->seed_seq,
                                     .seed = lw_str_from(hex, sizeof hex),
                                     .number = drawing->number,
                                     .random_percent = drawing->random_percent,
                                     .pool = drawing->pool};
    rc = write_draw(batch, change, drawing, &drawn, err);
  }
  if (rc == LW_OK) {
    lw_review_drawn_print(&drawn, drawing->team, drawing->week, &change->answer);
    lw_change_status(change, found ? 200 : 201);
  }
  return rc;
}

/* What is picked: a decision, with what the entry says of it. */
static enum lw_code pick_decision(struct lw_batch *batch, lw_id id, struct lw_review *review,
                                  struct lw_error *err)
{
  struct lw_decision decision;
  enum lw_code rc =
      lw_decision_get(batch->db, batch, id, batch->scratch, batch->reader, &decision, err);
  if (rc != LW_OK) {
    return rc;
  }
  const struct lw_value *request = lw_value_get(decision.body, LW_STR("request"));
  const struct lw_value *currency = lw_value_get(decision.body, LW_STR("currency"));
  static const lw_str keys[] = {LW_STR_INIT("customer"), LW_STR_INIT("case"),
                                LW_STR_INIT("action")};
  lw_str *places[] = {&review->customer, &review->case_id, &review->action};
  for (size_t i = 0; i < 3; i++) {
    const struct lw_value *value = lw_value_get(request, keys[i]);
    *places[i] = value != NULL && value->kind == LW_VALUE_STRING ? value->text : LW_STR("");
  }
  review->subject = lw_id_text(batch->scratch, LW_STR("dec"), id);
  review->agent = decision.agent;
  review->verdict = lw_verdict_name(decision.verdict);
  review->has_amount = decision.has_amount;
  review->amount_minor = decision.amount_minor;
  review->currency = currency != NULL ? currency->text : LW_STR("");
  review->happened_at = decision.at;
  return LW_OK;
}

static enum lw_code pick_case(struct lw_batch *batch, lw_str id, struct lw_review *review,
                              struct lw_error *err)
{
  struct lw_case found;
  enum lw_code rc = lw_case_get(batch->db, id, batch->scratch, &found, err);
  if (rc == LW_OK && found.owner.len == 0) {
    rc = lw_fail(err, LW_CONFLICT, "this case is nobody's: there is nobody to review");
  }
  if (rc == LW_OK) {
    review->is_case = true;
    review->subject = found.id;
    review->case_id = found.id;
    review->agent = found.owner;
    review->customer = found.customer;
    review->verdict = LW_STR("none");
    review->happened_at = found.closed_at != 0 ? found.closed_at : found.changed_at;
  }
  return rc;
}

static enum lw_code append_pick(struct lw_batch *batch, struct lw_change *change,
                                const struct lw_review *review, lw_str by, struct lw_error *err)
{
  struct lw_buf body = {0};
  lw_buf_add_char(&body, '{');
  lw_member_text(&body, "review", review->id);
  lw_member_text(&body, review->is_case ? "case" : "decision", review->subject);
  lw_member_text(&body, "by", by);
  lw_member_raw(&body, "reason", review->pick_reason);
  lw_buf_add_char(&body, '}');
  return lw_batch_append_body(batch, change, LW_EVENT_REVIEW_PICKED, &body, err);
}

enum lw_code lw_review_pick(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_review_pick *pick = change->user;
  const struct lw_staff *staff = batch->snapshot->staff;
  struct lw_review review = {.why = LW_REVIEW_PICKED, .detail = LW_STR("{}"), .version = 1};
  struct lw_review known;
  struct lw_desk_reader reader = lw_desk_reader_in(batch, pick->caller);
  bool works_council = false;
  bool is_new = false;
  bool found = false;
  enum lw_code rc = lw_works_council(batch->db, &works_council, err);
  if (rc == LW_OK) {
    rc = pick->case_id.len != 0 ? pick_case(batch, pick->case_id, &review, err)
                                : pick_decision(batch, pick->decision, &review, err);
  }
  if (rc == LW_OK &&
      !lw_review_covers(pick->caller, LW_ACCESS_REVIEW, staff, review.agent, works_council)) {
    rc = forbid(err);
  }
  const struct lw_person *agent = lw_staff_find(staff, review.agent);
  review.team = agent != NULL ? agent->actor.team : LW_STR("");
  rc = rc == LW_OK ? lw_review_of(batch->db, review.subject, batch->scratch, &found, &known, err)
                   : rc;
  if (rc == LW_OK && !found) {
    rc = keep_about(batch, &review, "review", pick->reason, &review.pick_reason, err);
    rc = rc == LW_OK ? insert(batch, &review, &is_new, err) : rc;
  }
  if (rc == LW_OK && is_new) {
    rc = append_pick(batch, change, &review, pick->caller->person->actor.id, err);
  } else if (rc == LW_OK) {
    review = known;
  }
  lw_change_status(change, is_new ? 201 : 200);
  return rc == LW_OK ? lw_review_print(&reader, &review, works_council, &change->answer, err) : rc;
}

/* --- drafts --- */

/* The draft that was there is gone, text and all; *before its reference. */
static enum lw_code drop_draft(const struct acting *acting, struct lw_error *err)
{
  struct lw_db *db = acting->batch->db;
  lw_usec at = 0;
  lw_str before = LW_STR("");
  enum lw_code rc = lw_review_draft_get(db, acting->review.id, acting->me, acting->batch->scratch,
                                        &before, &at, err);
  rc = rc == LW_OK && before.len != 0
           ? lw_review_draft_put(db, acting->review.id, acting->me, 0, LW_STR(""), err)
           : rc;
  return rc == LW_OK && before.len != 0 ? lw_text_drop(db, before, err) : rc;
}

enum lw_code lw_review_save(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  struct acting acting;
  lw_str reference = LW_STR("");
  enum lw_code rc = begin(&acting, batch, change, err);
  rc = rc == LW_OK ? check_answerable(&acting, err) : rc;
  rc = rc == LW_OK ? drop_draft(&acting, err) : rc;
  rc = rc == LW_OK ? keep_text(&acting, "draft", acting.act->draft, &reference, err) : rc;
  if (rc == LW_OK) {
    rc = lw_review_draft_put(batch->db, acting.review.id, acting.me, batch->now, reference, err);
  }
  if (rc == LW_OK) {
    lw_buf_add_char(&change->answer, '{');
    lw_member_time(&change->answer, "saved", batch->now);
    lw_buf_add_char(&change->answer, '}');
    lw_change_status(change, 200);
  }
  return rc;
}

/* --- answering --- */

static void add_answer(const struct lw_review_answer *answer, struct lw_buf *body)
{
  lw_member_int(body, "place", answer->place);
  lw_member_text(body, "amount", answer->amount);
  lw_member_text(body, "cause", answer->cause);
  lw_member_text(body, "kept", answer->kept);
  lw_member_text(body, "understood", answer->understood);
  lw_member_raw(body, "note", answer->note);
}

/* Keeps note and row; the draft is done with. */
static enum lw_code keep_answer(struct acting *acting, uint32_t place, struct lw_buf *body,
                                struct lw_error *err)
{
  struct lw_review_answer answer = acting->act->answer;
  answer.reviewer = acting->me;
  answer.at = acting->batch->now;
  answer.place = place;
  enum lw_code rc = keep_text(acting, "review", acting->act->answer.note, &answer.note, err);
  rc = rc == LW_OK ? lw_review_answer_insert(acting->batch->db, acting->review.id, &answer, err)
                   : rc;
  rc = rc == LW_OK ? drop_draft(acting, err) : rc;
  if (rc == LW_OK) {
    add_answer(&answer, body);
  }
  return rc;
}

enum lw_code lw_review_send(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  struct acting acting;
  struct lw_buf body = {0};
  enum lw_code rc = begin(&acting, batch, change, err);
  rc = rc == LW_OK ? check_answerable(&acting, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  add_head(&acting, &body);
  rc = keep_answer(&acting, acting.n_answers, &body, err);
  if (rc != LW_OK) {
    lw_buf_finish(&body);
    return rc;
  }
  if (acting.review.state == LW_REVIEW_OPEN) {
    acting.review.state = LW_REVIEW_DONE;
    acting.review.closed_by = acting.me;
    acting.review.closed_at = batch->now;
  }
  return finish(&acting, LW_EVENT_REVIEW_SENT, &body, err);
}

enum lw_code lw_review_skip(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  struct acting acting;
  struct lw_buf body = {0};
  enum lw_code rc = begin(&acting, batch, change, err);
  rc = rc == LW_OK ? check_answerable(&acting, err) : rc;
  if (rc == LW_OK && acting.n_answers != 0) {
    rc = lw_fail(err, LW_CONFLICT, "somebody has answered this review already");
  }
  rc = rc == LW_OK ? keep_text(&acting, "review", acting.act->text, &acting.review.skip_reason, err)
                   : rc;
  rc = rc == LW_OK ? drop_draft(&acting, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  acting.review.state = LW_REVIEW_SKIPPED;
  acting.review.closed_by = acting.me;
  acting.review.closed_at = batch->now;
  add_head(&acting, &body);
  lw_member_raw(&body, "reason", acting.review.skip_reason);
  return finish(&acting, LW_EVENT_REVIEW_SKIPPED, &body, err);
}

enum lw_code lw_review_ask_second(struct lw_batch *batch, struct lw_change *change,
                                  struct lw_error *err)
{
  struct acting acting;
  struct lw_buf body = {0};
  enum lw_code rc = begin(&acting, batch, change, err);
  rc = rc == LW_OK ? check_answerable(&acting, err) : rc;
  if (rc == LW_OK && (acting.n_answers != 0 || acting.review.second)) {
    rc = lw_fail(err, LW_CONFLICT,
                 acting.review.second ? "two answer this review already"
                                      : "whoever answers second must not know the first answer");
  }
  if (rc != LW_OK) {
    return rc;
  }
  acting.review.second = true;
  add_head(&acting, &body);
  return finish(&acting, LW_EVENT_REVIEW_SECOND, &body, err);
}

enum lw_code lw_review_mark(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  struct acting acting;
  struct lw_buf body = {0};
  enum lw_code rc = begin(&acting, batch, change, err);
  rc = rc == LW_OK && !may_review(&acting) ? forbid(err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  acting.review.scenario = acting.act->marked;
  acting.review.scenario_by = acting.act->marked ? acting.me : LW_STR("");
  add_head(&acting, &body);
  lw_member_bool(&body, "scenario", acting.review.scenario);
  return finish(&acting, LW_EVENT_REVIEW_SCENARIO, &body, err);
}

/* --- the agent's side --- */

static enum lw_code begin_own(struct acting *acting, struct lw_batch *batch,
                              struct lw_change *change, struct lw_error *err)
{
  enum lw_code rc = begin(acting, batch, change, err);
  if (rc == LW_OK && !lw_str_equal(acting->me, acting->review.agent)) {
    rc = lw_fail(err, LW_FORBIDDEN, "only whoever a review is about answers or appeals it");
  }
  return rc;
}

enum lw_code lw_review_reply(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  struct acting acting;
  struct lw_buf body = {0};
  enum lw_code rc = begin_own(&acting, batch, change, err);
  if (rc == LW_OK && acting.review.reply.len != 0) {
    rc = lw_fail(err, LW_CONFLICT, "you have answered this review already");
  }
  rc = rc == LW_OK ? keep_text(&acting, "review", acting.act->text, &acting.review.reply, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  acting.review.replied_at = batch->now;
  add_head(&acting, &body);
  lw_member_raw(&body, "note", acting.review.reply);
  return finish(&acting, LW_EVENT_REVIEW_REPLIED, &body, err);
}

enum lw_code lw_review_appeal(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err)
{
  struct acting acting;
  struct lw_buf body = {0};
  enum lw_code rc = begin_own(&acting, batch, change, err);
  if (rc == LW_OK && acting.review.appeal != LW_APPEAL_NONE) {
    rc = lw_fail(err, LW_CONFLICT, "this review was appealed already");
  }
  rc = rc == LW_OK ? keep_text(&acting, "review", acting.act->text, &acting.review.appeal_text, err)
                   : rc;
  if (rc != LW_OK) {
    return rc;
  }
  acting.review.appeal = LW_APPEAL_OPEN;
  acting.review.appealed_at = batch->now;
  add_head(&acting, &body);
  lw_member_raw(&body, "note", acting.review.appeal_text);
  return finish(&acting, LW_EVENT_REVIEW_APPEALED, &body, err);
}

static enum lw_code check_appeal(const struct acting *acting, struct lw_error *err)
{
  if (!may_review(acting)) {
    return forbid(err);
  }
  if (acting->review.appeal != LW_APPEAL_OPEN) {
    return lw_fail(err, LW_CONFLICT, "no appeal of this review waits");
  }
  if (has_answered(acting)) {
    (void)lw_fail(err, LW_FORBIDDEN, "an appeal is decided by somebody else than the reviewer");
    lw_error_hint(err, "ask another who leads the agent, or quality");
    return LW_FORBIDDEN;
  }
  return LW_OK;
}

enum lw_code lw_review_decide_appeal(struct lw_batch *batch, struct lw_change *change,
                                     struct lw_error *err)
{
  struct acting acting;
  struct lw_buf body = {0};
  enum lw_code rc = begin(&acting, batch, change, err);
  rc = rc == LW_OK ? check_appeal(&acting, err) : rc;
  rc = rc == LW_OK ? keep_text(&acting, "review", acting.act->text, &acting.review.appeal_note, err)
                   : rc;
  if (rc != LW_OK) {
    return rc;
  }
  acting.review.appeal = acting.act->changed ? LW_APPEAL_CHANGED : LW_APPEAL_STANDS;
  acting.review.appeal_by = acting.me;
  acting.review.appeal_decided_at = batch->now;
  add_head(&acting, &body);
  lw_member_text(&body, "appeal", lw_appeal_name(acting.review.appeal));
  rc = acting.act->changed ? keep_answer(&acting, LW_REVIEW_REVIEWERS_MAX - 1, &body, err) : LW_OK;
  if (rc != LW_OK) {
    lw_buf_finish(&body);
    return rc;
  }
  if (acting.review.appeal_note.len != 0) {
    lw_member_raw(&body, "reason", acting.review.appeal_note);
  }
  return finish(&acting, LW_EVENT_REVIEW_APPEAL_DECIDED, &body, err);
}
