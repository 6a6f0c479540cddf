/* Reviews as the API shows them, and lists of them.
 *
 * What the first of two reviewers said is hidden from everybody who may still be the second: an
 * answer that knows the other is no second answer. The agent is never the second, and sees what was
 * said as soon as it was sent. */
#include "desk/review_store.h"

#include "base/bounds.h"
#include "desk/entry.h"
#include "desk/list.h"
#include "data/member.h"
#include "ledger/text.h"
#include "policy/terms.h"
#include "policy/who.h"

lw_str lw_review_state_name(enum lw_review_state state)
{
  static const lw_str names[LW_REVIEW_STATES] = {LW_STR_INIT("open"), LW_STR_INIT("done"),
                                                 LW_STR_INIT("skipped")};
  return (unsigned)state < LW_REVIEW_STATES ? names[state] : LW_STR("");
}

lw_str lw_review_why_name(enum lw_review_why why)
{
  static const lw_str names[LW_REVIEW_WHYS] = {
      LW_STR_INIT("random"), LW_STR_INIT("fallback"),   LW_STR_INIT("left_unused"),
      LW_STR_INIT("far"),    LW_STR_INIT("third"),      LW_STR_INIT("no_remedy"),
      LW_STR_INIT("picked"), LW_STR_INIT("low_rating"), LW_STR_INIT("other")};
  return (unsigned)why < LW_REVIEW_WHYS ? names[why] : LW_STR("");
}

lw_str lw_appeal_name(enum lw_appeal appeal)
{
  static const lw_str names[LW_APPEALS] = {LW_STR_INIT("none"), LW_STR_INIT("open"),
                                           LW_STR_INIT("stands"), LW_STR_INIT("changed")};
  return (unsigned)appeal < LW_APPEALS ? names[appeal] : LW_STR("");
}

/* --- reading what a reviewer says --- */

static const struct question {
  lw_str key;
  size_t offset;
  lw_str words[3];
  int count;
} questions[] = {
    {LW_STR_INIT("amount"),
     offsetof(struct lw_review_answer, amount),
     {LW_STR_INIT("too_little"), LW_STR_INIT("right"), LW_STR_INIT("too_much")},
     3},
    {LW_STR_INIT("cause"),
     offsetof(struct lw_review_answer, cause),
     {LW_STR_INIT("right"), LW_STR_INIT("wrong"), LW_STR_INIT("unsure")},
     3},
    {LW_STR_INIT("kept"),
     offsetof(struct lw_review_answer, kept),
     {LW_STR_INIT("yes"), LW_STR_INIT("no"), LW_STR_INIT("unsure")},
     3},
    {LW_STR_INIT("understood"),
     offsetof(struct lw_review_answer, understood),
     {LW_STR_INIT("yes"), LW_STR_INIT("not_yet"), LW_STR_INIT("")},
     2},
};
enum { QUESTIONS = sizeof questions / sizeof questions[0] };

static void read_question(const struct question *question, const struct lw_value *value, bool whole,
                          struct lw_review_answer *ret, struct lw_faults *faults)
{
  lw_str *place = (lw_str *)(void *)((char *)ret + question->offset);
  bool none = value == NULL || value->kind == LW_VALUE_NULL;
  *place = LW_STR("");
  for (int i = 0; !none && value->kind == LW_VALUE_STRING && i < question->count; i++) {
    if (lw_str_equal(value->text, question->words[i])) {
      *place = question->words[i];
    }
  }
  if (none && whole) {
    lw_faults_add(faults, question->key, "is missing");
  } else if (!none && place->len == 0) {
    lw_faults_add(faults, question->key, "is %.*s, %.*s%s%.*s", LW_FMT(question->words[0]),
                  LW_FMT(question->words[1]), question->count > 2 ? " or " : "",
                  LW_FMT(question->words[2]));
  }
}

static bool is_known(lw_str key)
{
  bool known = lw_str_equal(key, LW_STR("note"));
  for (size_t i = 0; !known && i < QUESTIONS; i++) {
    known = lw_str_equal(key, questions[i].key);
  }
  return known;
}

bool lw_review_answer_read(const struct lw_value *value, bool whole, struct lw_review_answer *ret,
                           struct lw_faults *faults)
{
  size_t before = faults->count;
  *ret = (struct lw_review_answer){.note = LW_STR("")};
  if (value == NULL || value->kind != LW_VALUE_MAP) {
    lw_faults_add(faults, LW_STR(""), "is a map of answers");
    return false;
  }
  for (uint32_t i = 0; i < value->count; i++) {
    if (!is_known(value->entries[i].key)) {
      lw_faults_add(faults, value->entries[i].key, "is no question of a review");
    }
  }
  for (size_t i = 0; i < QUESTIONS; i++) {
    read_question(&questions[i], lw_value_get(value, questions[i].key), whole, ret, faults);
  }
  const struct lw_value *note = lw_value_get(value, LW_STR("note"));
  if (note != NULL && note->kind == LW_VALUE_STRING && note->text.len <= LW_REVIEW_NOTE_BYTES_MAX) {
    ret->note = note->text;
  } else if (note != NULL && note->kind != LW_VALUE_NULL) {
    lw_faults_add(faults, LW_STR("note"), "is a text of at most %d bytes",
                  LW_REVIEW_NOTE_BYTES_MAX);
  }
  return faults->count == before;
}

/* --- printing one --- */

bool lw_review_visible(const struct lw_desk_reader *reader, const struct lw_review *review,
                       bool works_council)
{
  const struct lw_caller *caller = reader->caller;
  const struct lw_staff *staff = reader->snapshot->staff;
  if (lw_review_covers(caller, LW_ACCESS_REVIEW, staff, review->agent, works_council)) {
    return true;
  }
  return review->state == LW_REVIEW_DONE && caller->person != NULL &&
         lw_str_equal(caller->person->actor.id, review->agent) &&
         lw_review_covers(caller, LW_ACCESS_SEE_REVIEWS, staff, review->agent, works_council);
}

struct printer {
  const struct lw_desk_reader *reader;
  const struct lw_review *review;
  struct lw_review_answer *answers;
  uint32_t n_answers;
  bool reviewer; /* who looks may review it */
  bool about_me;
  bool answered; /* who looks has answered it */
  lw_str me;
  struct lw_buf *out;
};

static void add_amount(const struct lw_review *review, struct lw_buf *out)
{
  uint16_t currency = lw_currency_find(review->currency);
  if (review->has_amount && currency != LW_CURRENCY_NONE) {
    lw_member_money(out, "amount", true, review->amount_minor, currency);
    lw_member_text(out, "currency", review->currency);
  }
}

static void add_subject(const struct printer *printer)
{
  const struct lw_review *review = printer->review;
  struct lw_buf *out = printer->out;
  lw_member_text(out, "id", review->id);
  lw_member_text(out, "team", review->team);
  if (review->week != 0) {
    lw_member_time(out, "week", review->week);
  }
  lw_member_text(out, "kind", review->is_case ? LW_STR("case") : LW_STR("decision"));
  if (!review->is_case) {
    lw_member_text(out, "decision", review->subject);
  }
  lw_desk_print_name(printer->reader, "agent", "agent_name", review->agent, printer->out);
  lw_member_text(out, "customer", review->customer);
  lw_member_text(out, "case", review->case_id);
  if (review->action.len != 0) {
    const struct lw_policy *policy = printer->reader->snapshot->policy;
    lw_member_text(out, "action", review->action);
    lw_member_key(out, "action_label");
    lw_term_label(review->action, lw_policy_action_label(policy, review->action), out);
  }
  lw_member_text(out, "verdict", review->verdict);
  add_amount(review, out);
  lw_member_time(out, "happened", review->happened_at);
  lw_member_text(out, "why", lw_review_why_name(review->why));
  lw_member_raw(out, "detail", review->detail);
  lw_member_bool(out, "second", review->second);
  lw_member_text(out, "state", lw_review_state_name(review->state));
  lw_member_bool(out, "scenario", review->scenario);
}

static enum lw_code add_answers(const struct printer *printer, bool names, struct lw_error *err)
{
  struct lw_buf *out = printer->out;
  bool blind = printer->review->second && printer->n_answers < 2 && printer->reviewer &&
               !printer->answered && printer->n_answers != 0;
  enum lw_code rc = LW_OK;
  lw_member_key(out, "answers");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; rc == LW_OK && !blind && i < printer->n_answers; i++) {
    const struct lw_review_answer *answer = &printer->answers[i];
    lw_buf_add_c(out, i == 0 ? "{" : ",{");
    if (names) {
      lw_desk_print_name(printer->reader, "reviewer", "reviewer_name", answer->reviewer,
                         printer->out);
    }
    lw_member_time(out, "at", answer->at);
    lw_member_bool(out, "appeal", answer->place == LW_REVIEW_REVIEWERS_MAX - 1);
    lw_member_text(out, "amount", answer->amount);
    lw_member_text(out, "cause", answer->cause);
    lw_member_text(out, "kept", answer->kept);
    lw_member_text(out, "understood", answer->understood);
    rc = names ? lw_desk_print_text(printer->reader, "note", answer->note, printer->out, err)
               : LW_OK;
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
  if (blind) {
    lw_member_bool(out, "blind", true);
  }
  return rc;
}

static enum lw_code add_appeal(const struct printer *printer, struct lw_error *err)
{
  const struct lw_review *review = printer->review;
  struct lw_buf *out = printer->out;
  if (review->appeal == LW_APPEAL_NONE) {
    return LW_OK;
  }
  lw_member_key(out, "appeal");
  lw_buf_add_char(out, '{');
  lw_member_text(out, "state", lw_appeal_name(review->appeal));
  lw_member_time(out, "at", review->appealed_at);
  enum lw_code rc =
      lw_desk_print_text(printer->reader, "text", review->appeal_text, printer->out, err);
  if (review->appeal_decided_at != 0) {
    lw_desk_print_name(printer->reader, "by", "by_name", review->appeal_by, printer->out);
    lw_member_time(out, "decided", review->appeal_decided_at);
    rc = rc == LW_OK
             ? lw_desk_print_text(printer->reader, "note", review->appeal_note, printer->out, err)
             : rc;
  }
  lw_buf_add_char(out, '}');
  return rc;
}

static enum lw_code add_draft(const struct printer *printer, struct lw_error *err)
{
  const struct lw_desk_reader *reader = printer->reader;
  lw_str reference = LW_STR("");
  lw_str text = LW_STR("");
  lw_usec at = 0;
  enum lw_code rc = lw_review_draft_get(reader->db, printer->review->id, printer->me, reader->arena,
                                        &reference, &at, err);
  rc = rc == LW_OK ? lw_text_read(reader->db, reference, reader->arena, &text, err) : rc;
  if (rc == LW_OK && text.len != 0) {
    lw_member_raw(printer->out, "draft", text); /* a map of the API's own making */
    lw_member_time(printer->out, "saved", at);
  }
  return rc;
}

static void add_may(const struct printer *printer, const char *word, bool may)
{
  if (may) {
    char last = printer->out->len != 0 ? printer->out->ptr[printer->out->len - 1] : '[';
    lw_buf_add_c(printer->out, last == '[' ? "" : ",");
    lw_json_add_string(printer->out, lw_str_c(word));
  }
}

static void add_mays(const struct printer *printer)
{
  const struct lw_review *review = printer->review;
  uint32_t wanted = review->second ? 2 : 1;
  bool open = printer->reviewer && review->state != LW_REVIEW_SKIPPED && !printer->answered &&
              printer->n_answers < wanted;
  bool first = open && printer->n_answers == 0;
  lw_member_key(printer->out, "may");
  lw_buf_add_char(printer->out, '[');
  add_may(printer, "send", open);
  add_may(printer, "skip", first);
  add_may(printer, "second", first && !review->second);
  add_may(printer, "scenario", printer->reviewer);
  add_may(printer, "reply", printer->about_me && review->reply.len == 0);
  add_may(printer, "appeal", printer->about_me && review->appeal == LW_APPEAL_NONE);
  add_may(printer, "decide",
          printer->reviewer && !printer->answered && review->appeal == LW_APPEAL_OPEN);
  lw_buf_add_char(printer->out, ']');
}

/* What became of the decision since: a correction is its reversal. */
static enum lw_code add_standing(const struct printer *printer, struct lw_error *err)
{
  const struct lw_desk_reader *reader = printer->reader;
  struct lw_decision decision;
  lw_id id;
  if (printer->review->is_case || !lw_id_read(LW_STR("dec"), printer->review->subject, &id)) {
    return LW_OK;
  }
  struct lw_json_reader *json = lw_json_reader_create(NULL);
  enum lw_code rc =
      json == NULL ? lw_fail(err, LW_NO_MEMORY, "out of memory for a review")
                   : lw_decision_get(reader->db, NULL, id, reader->arena, json, &decision, err);
  if (rc == LW_OK) {
    lw_member_key(printer->out, "stands");
    lw_buf_add_char(printer->out, '{');
    lw_member_text(printer->out, "state", lw_decision_state_name(decision.state));
    if (decision.changed_seq != 0) {
      lw_member_time(printer->out, "at", decision.changed_at);
      lw_desk_print_name(printer->reader, "by", "by_name", decision.changed_by, printer->out);
    }
    lw_buf_add_char(printer->out, '}');
  }
  lw_json_reader_destroy(json);
  return rc == LW_NOT_FOUND ? LW_OK : rc;
}

static enum lw_code start(struct printer *printer, const struct lw_desk_reader *reader,
                          const struct lw_review *review, bool works_council, struct lw_buf *out,
                          struct lw_error *err)
{
  const struct lw_caller *caller = reader->caller;
  *printer = (struct printer){.reader = reader, .review = review, .out = out, .me = LW_STR("")};
  if (caller != NULL && caller->person != NULL) {
    printer->me = caller->person->actor.id;
  }
  printer->about_me = lw_str_equal(printer->me, review->agent);
  printer->reviewer = lw_review_covers(caller, LW_ACCESS_REVIEW, reader->snapshot->staff,
                                       review->agent, works_council);
  enum lw_code rc = lw_review_answers(reader->db, review->id, reader->arena, &printer->answers,
                                      &printer->n_answers, err);
  for (uint32_t i = 0; rc == LW_OK && i < printer->n_answers; i++) {
    printer->answered |= lw_str_equal(printer->answers[i].reviewer, printer->me);
  }
  return rc;
}

static enum lw_code add_closing(const struct printer *printer, struct lw_error *err)
{
  const struct lw_review *review = printer->review;
  enum lw_code rc = LW_OK;
  if (review->closed_at != 0) {
    lw_member_time(printer->out, "closed", review->closed_at);
  }
  rc = lw_desk_print_text(printer->reader, "pick_reason", review->pick_reason, printer->out, err);
  rc = rc == LW_OK ? lw_desk_print_text(printer->reader, "skip_reason", review->skip_reason,
                                        printer->out, err)
                   : rc;
  rc = rc == LW_OK ? lw_desk_print_text(printer->reader, "reply", review->reply, printer->out, err)
                   : rc;
  if (review->replied_at != 0) {
    lw_member_time(printer->out, "replied", review->replied_at);
  }
  return rc == LW_OK ? add_appeal(printer, err) : rc;
}

static enum lw_code print(const struct printer *printer, bool full, struct lw_error *err)
{
  struct lw_buf *out = printer->out;
  lw_buf_add_char(out, '{');
  add_subject(printer);
  enum lw_code rc = add_answers(printer, true, err);
  rc = rc == LW_OK ? add_closing(printer, err) : rc;
  rc = rc == LW_OK && full ? add_draft(printer, err) : rc;
  rc = rc == LW_OK && full ? add_standing(printer, err) : rc;
  add_mays(printer);
  lw_member_int(out, "version", (int64_t)printer->review->version);
  lw_buf_add_char(out, '}');
  return rc == LW_OK && out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a review") : rc;
}

enum lw_code lw_review_print(const struct lw_desk_reader *reader, const struct lw_review *review,
                             bool works_council, struct lw_buf *out, struct lw_error *err)
{
  struct printer printer;
  enum lw_code rc = start(&printer, reader, review, works_council, out, err);
  return rc == LW_OK ? print(&printer, true, err) : rc;
}

/* Nobody's name, nothing that leads to one. */
static enum lw_code print_scenario(const struct printer *printer, struct lw_error *err)
{
  const struct lw_review *review = printer->review;
  struct lw_buf *out = printer->out;
  lw_buf_add_char(out, '{');
  lw_member_text(out, "id", review->id);
  lw_member_text(out, "kind", review->is_case ? LW_STR("case") : LW_STR("decision"));
  lw_member_text(out, "action", review->action);
  lw_member_text(out, "verdict", review->verdict);
  add_amount(review, out);
  lw_member_text(out, "why", lw_review_why_name(review->why));
  enum lw_code rc = add_answers(printer, false, err);
  lw_buf_add_char(out, '}');
  return rc;
}

/* --- lists --- */

struct listing {
  const struct lw_desk_reader *reader;
  const struct lw_review_query *query;
  bool works_council;
  struct lw_review review; /* the row that was read last */
};

static void ask_for(const struct lw_desk_reader *reader, const struct lw_review_query *query,
                    struct lw_desk_list *list)
{
  const struct lw_caller *caller = reader->caller;
  bool own = caller != NULL && lw_access_view(caller, LW_ACCESS_REVIEW) == LW_VIEW_NONE &&
             !query->scenario;
  LW_BUF_LIT(&list->sql, "SELECT " LW_REVIEW_COLUMNS " FROM review WHERE 1 = 1");
  if (query->has_state) {
    lw_buf_printf(&list->sql, " AND state = %d", (int)query->state);
  }
  if (query->week != 0) {
    lw_buf_printf(&list->sql, " AND week = %lld", (long long)query->week);
  }
  if (query->waits) {
    LW_BUF_LIT(&list->sql, " AND (state = 0 OR (state = 1 AND second = 1 AND (SELECT count(*) FROM "
                           "review_answer a WHERE a.review = review.id AND a.place < 2) < 2))");
  }
  lw_buf_add_c(&list->sql, query->appealed ? " AND appeal = 1" : "");
  lw_buf_add_c(&list->sql, query->scenario ? " AND scenario = 1" : "");
  lw_desk_list_where(list, " AND agent = ", query->agent);
  if (own) {
    lw_desk_list_bind(list, " AND state = 1 AND agent = ", caller->person->actor.id, "");
  }
  lw_desk_list_where(list, " AND id < ", query->after);
  lw_desk_list_order(list, query->week != 0 ? "team, place" : "id DESC");
}

static bool belongs(const struct listing *listing)
{
  const struct lw_review_query *query = listing->query;
  const struct lw_review *review = &listing->review;
  return (query->team.len == 0 || lw_team_within(review->team, query->team)) &&
         (query->scenario || lw_review_visible(listing->reader, review, listing->works_council));
}

static enum lw_code take_row(void *of, const struct lw_stmt *row, lw_str *ret_id, bool *ret_seen,
                             struct lw_error *err)
{
  struct listing *listing = of;
  (void)err;
  lw_review_take(row, listing->reader->arena, &listing->review);
  *ret_id = listing->review.id;
  *ret_seen = belongs(listing);
  return LW_OK;
}

static enum lw_code print_row(void *of, struct lw_buf *out, struct lw_error *err)
{
  const struct listing *listing = of;
  struct printer printer;
  enum lw_code rc =
      start(&printer, listing->reader, &listing->review, listing->works_council, out, err);
  if (rc != LW_OK) {
    return rc;
  }
  return listing->query->scenario ? print_scenario(&printer, err) : print(&printer, false, err);
}

static enum lw_code print_draw(const struct lw_desk_reader *reader,
                               const struct lw_review_query *query, struct lw_buf *out,
                               struct lw_error *err)
{
  struct lw_review_drawn drawn;
  bool found = false;
  enum lw_code rc =
      lw_review_drawn_get(reader->db, query->team, query->week, reader->arena, &found, &drawn, err);
  if (rc == LW_OK && found) {
    lw_member_key(out, "draw");
    lw_review_drawn_print(&drawn, query->team, query->week, out);
  }
  return rc;
}

enum lw_code lw_review_list(const struct lw_desk_reader *reader,
                            const struct lw_review_query *query, struct lw_buf *out,
                            struct lw_error *err)
{
  bool week = query->week != 0;
  struct listing listing = {.reader = reader, .query = query};
  const struct lw_desk_rows rows = {&listing, take_row, print_row};
  struct lw_desk_list list = {.limit = week ? LW_PAGE_MAX : query->limit, .whole = week};
  enum lw_code rc = lw_works_council(reader->db, &listing.works_council, err);
  if (rc != LW_OK) {
    return rc;
  }
  ask_for(reader, query, &list);
  rc = lw_desk_list_print(reader, &list, &rows, out, err);
  if (rc == LW_OK && week && query->team.len != 0) {
    rc = print_draw(reader, query, out, err);
  }
  lw_buf_add_char(out, '}');
  return rc;
}
