/* What happens to a question: it is raised, explained by the agent, closed with words. Each step
 * checks who may, moves the row and appends one entry; nothing else is touched. */
#include "desk/question.h"

#include "base/num.h"
#include "data/json.h"
#include "desk/entry.h"
#include "data/member.h"
#include "desk/question_store.h"
#include "desk/review_store.h"
#include "ledger/journal.h"
#include "people/person.h"

#define DAY_USEC (LW_USEC_PER_SECOND * LW_SECONDS_PER_DAY)

static const lw_str prefix = LW_STR_INIT("que");

/* --- raising --- */

uint32_t lw_question_days_read(lw_str text)
{
  uint64_t days = 0;
  bool said = lw_uint_read(text, &days) && days <= LW_QUESTION_DAYS_TO_EXPLAIN_MAX;
  return said ? (uint32_t)days : LW_QUESTION_DAYS_TO_EXPLAIN;
}

static enum lw_code days_to_explain(struct lw_db *db, struct lw_arena *arena, int64_t *ret_days,
                                    struct lw_error *err)
{
  lw_str value = {0};
  enum lw_code rc = lw_setting_get(db, LW_STR("console.question_days"), arena, &value, err);
  *ret_days = rc == LW_OK ? lw_question_days_read(value) : LW_QUESTION_DAYS_TO_EXPLAIN;
  return rc;
}

/* What was given, which after an answer from above may be another amount than what was asked for.
 */
static void add_amount(const struct lw_value *body, uint16_t currency, struct lw_buf *out)
{
  const struct lw_value *granted = lw_value_get(body, LW_STR("granted"));
  const struct lw_value *minor = lw_value_get(granted, LW_STR("minor"));
  int64_t amount = 0;
  if (minor != NULL && minor->kind == LW_VALUE_NUMBER && lw_int_read(minor->text, &amount)) {
    lw_member_money(out, "amount", true, amount, currency);
    return;
  }
  const struct lw_value *asked =
      lw_value_get(lw_value_get(body, LW_STR("request")), LW_STR("amount"));
  if (granted == NULL && asked != NULL && asked->kind == LW_VALUE_STRING) {
    lw_member_text(out, "amount", asked->text);
  }
}

/* One decision as the question names it, from its own entry. */
static enum lw_code add_decision(struct lw_batch *batch, int64_t seq, uint16_t currency,
                                 struct lw_buf *out, struct lw_error *err)
{
  struct lw_entry_view entry;
  const struct lw_value *body = NULL;
  enum lw_code rc = lw_journal_read(batch->db, (uint64_t)seq, batch->scratch, &entry, err);
  rc = rc == LW_OK ? lw_json_read(batch->reader, batch->scratch, entry.body, NULL, &body, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  const struct lw_value *id = lw_value_get(body, LW_STR("id"));
  const struct lw_value *request = lw_value_get(body, LW_STR("request"));
  const struct lw_value *of_case = lw_value_get(request, LW_STR("case"));
  lw_buf_add_c(out, out->len != 0 && out->ptr[out->len - 1] == '}' ? ",{" : "{");
  lw_member_text(out, "decision", id != NULL ? id->text : LW_STR(""));
  lw_member_time(out, "at", entry.at);
  if (of_case != NULL && of_case->kind == LW_VALUE_STRING) {
    lw_member_text(out, "case", of_case->text);
  }
  add_amount(body, currency, out);
  lw_buf_add_char(out, '}');
  return LW_OK;
}

static enum lw_code make_detail(struct lw_batch *batch, const struct lw_question_new *item,
                                lw_str *ret_detail, struct lw_error *err)
{
  struct lw_buf detail = {0};
  enum lw_code rc = LW_OK;
  lw_buf_add_char(&detail, '{');
  lw_question_print_figures(item, &detail);
  lw_member_key(&detail, "decisions");
  lw_buf_add_char(&detail, '[');
  for (uint32_t i = 0; rc == LW_OK && i < item->n_seqs; i++) {
    rc = add_decision(batch, item->seqs[i], item->currency, &detail, err);
  }
  LW_BUF_LIT(&detail, "]}");
  *ret_detail = lw_str_copy(batch->scratch, lw_buf_str(&detail));
  rc = rc == LW_OK && (detail.failed || ret_detail->ptr == NULL)
           ? lw_fail(err, LW_NO_MEMORY, "out of memory for a question")
           : rc;
  lw_buf_finish(&detail);
  return rc;
}

static void add_head(const struct lw_question *question, struct lw_buf *body)
{
  lw_buf_add_char(body, '{');
  lw_member_text(body, "question", question->id);
  lw_member_text(body, "agent", question->agent);
}

static enum lw_code raise_one(struct lw_batch *batch, struct lw_change *change,
                              const struct lw_question_new *item, int64_t days,
                              struct lw_error *err)
{
  const struct lw_person *agent = lw_staff_find(batch->snapshot->staff, item->agent);
  struct lw_question question = {.kind = item->kind,
                                 .agent = item->agent,
                                 .customer = item->customer,
                                 .subject = item->subject,
                                 .asked_at = batch->now,
                                 .version = 1};
  struct lw_buf body = {0};
  bool known = false;
  enum lw_code rc = lw_question_known(batch->db, item->subject, &known, err);
  if (rc != LW_OK || known || agent == NULL || !agent->active) {
    return rc;
  }
  bool explains = agent->actor.kind == LW_ACTOR_HUMAN;
  question.team = agent->actor.team;
  question.explain_until = batch->now + (explains ? days * DAY_USEC : 0);
  question.id = lw_id_text(batch->scratch, prefix, lw_id_make(batch->rand, batch->now));
  rc = make_detail(batch, item, &question.detail, err);
  rc = rc == LW_OK ? lw_question_insert(batch->db, &question, &known, err) : rc;
  if (rc != LW_OK || !known) {
    return rc;
  }
  add_head(&question, &body);
  lw_member_text(&body, "about", question.kind);
  lw_member_text(&body, "customer", question.customer);
  lw_member_time(&body, "explain_until", question.explain_until);
  lw_member_raw(&body, "detail", question.detail);
  return lw_desk_append(batch, change, LW_EVENT_QUESTION_RAISED, &body, err);
}

enum lw_code lw_question_raise(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err)
{
  const struct lw_question_raising *raising = change->user;
  int64_t days = 0;
  enum lw_code rc = days_to_explain(batch->db, batch->scratch, &days, err);
  for (uint32_t i = 0; rc == LW_OK && i < raising->count; i++) {
    rc = raise_one(batch, change, &raising->items[i], days, err);
  }
  LW_BUF_LIT(&change->answer, "{}");
  lw_change_status(change, 200);
  return rc;
}

/* --- answering --- */

static enum lw_code begin(struct lw_batch *batch, const struct lw_question_act *act,
                          struct lw_question *question, bool *ret_works_council,
                          struct lw_error *err)
{
  const struct lw_desk_reader reader = lw_desk_reader_in(batch, act->caller);
  enum lw_code rc = lw_question_get(batch->db, act->question, batch->scratch, question, err);
  rc = rc == LW_OK ? lw_works_council(batch->db, ret_works_council, err) : rc;
  if (rc == LW_OK && !lw_question_visible(&reader, question, *ret_works_council)) {
    return lw_fail(err, LW_NOT_FOUND, "there is no question of this id that you may see");
  }
  return rc == LW_OK && question->closed_at != 0
             ? lw_fail(err, LW_CONFLICT, "this question is closed")
             : rc;
}

/* Kept as about the agent and the customer, so that either's erasure takes it. */
static enum lw_code keep_text(struct lw_batch *batch, const struct lw_question *question,
                              lw_str text, lw_str *ret_reference, struct lw_error *err)
{
  return lw_desk_keep_text(batch, "question", question->agent, question->customer, text,
                           ret_reference, err);
}

/* The row, the entry with the text's reference, and the question as the answer. */
static enum lw_code finish(struct lw_batch *batch, struct lw_change *change,
                           struct lw_question *question, lw_str reference, enum lw_event event,
                           struct lw_error *err)
{
  const struct lw_question_act *act = change->user;
  const struct lw_desk_reader reader = lw_desk_reader_in(batch, act->caller);
  struct lw_buf body = {0};
  bool works_council = false;
  add_head(question, &body);
  lw_member_text(&body, "by", question->closed_by);
  lw_member_raw(&body, "text", reference);
  question->version++;
  enum lw_code rc = lw_question_update(batch->db, question, err);
  rc = rc == LW_OK ? lw_works_council(batch->db, &works_council, err) : rc;
  if (rc != LW_OK) {
    lw_buf_finish(&body);
    return rc;
  }
  rc = lw_desk_append(batch, change, event, &body, err);
  lw_change_status(change, 200);
  return rc == LW_OK ? lw_question_print(&reader, question, works_council, &change->answer, err)
                     : rc;
}

enum lw_code lw_question_explain(struct lw_batch *batch, struct lw_change *change,
                                 struct lw_error *err)
{
  const struct lw_question_act *act = change->user;
  struct lw_question question;
  bool works_council = false;
  enum lw_code rc = begin(batch, act, &question, &works_council, err);
  if (rc == LW_OK && !lw_question_is_own(act->caller, question.agent)) {
    rc = lw_fail(err, LW_FORBIDDEN, "the one whom it is about explains it, nobody for them");
  }
  if (rc == LW_OK && question.explained_at != 0) {
    rc = lw_fail(err, LW_CONFLICT, "you have explained this already");
  }
  rc = rc == LW_OK ? keep_text(batch, &question, act->text, &question.explanation, err) : rc;
  question.explained_at = batch->now;
  return rc == LW_OK ? finish(batch, change, &question, question.explanation,
                              LW_EVENT_QUESTION_EXPLAINED, err)
                     : rc;
}

enum lw_code lw_question_close(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err)
{
  const struct lw_question_act *act = change->user;
  const struct lw_desk_reader reader = lw_desk_reader_in(batch, act->caller);
  struct lw_question question;
  bool works_council = false;
  enum lw_code rc = begin(batch, act, &question, &works_council, err);
  if (rc == LW_OK && !lw_question_may_close(&reader, &question, works_council)) {
    rc = lw_fail(err, LW_FORBIDDEN, "whoever leads the agent closes it; the agent explains");
  }
  rc = rc == LW_OK ? keep_text(batch, &question, act->text, &question.words, err) : rc;
  question.closed_at = batch->now;
  question.closed_by = act->caller != NULL && act->caller->person != NULL
                           ? act->caller->person->actor.id
                           : LW_STR("");
  return rc == LW_OK
             ? finish(batch, change, &question, question.words, LW_EVENT_QUESTION_CLOSED, err)
             : rc;
}
