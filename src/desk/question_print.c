/* Who sees a question, how the API shows it, and lists of them. Who sees it is decided by the clock
 * when it is read, so that nothing has to run at the end of a week. */
#include "desk/question_store.h"

#include "desk/entry.h"
#include "desk/list.h"
#include "data/member.h"
#include "desk/review_store.h"
#include "policy/who.h"

/* --- rights --- */

bool lw_question_is_own(const struct lw_caller *caller, lw_str agent)
{
  return caller != NULL && caller->person != NULL && !caller->is_token &&
         lw_str_equal(caller->person->actor.id, agent);
}

bool lw_question_may_close(const struct lw_desk_reader *reader, const struct lw_question *question,
                           bool works_council)
{
  return lw_review_covers(reader->caller, LW_ACCESS_REVIEW, reader->snapshot->staff,
                          question->agent, works_council);
}

bool lw_question_visible(const struct lw_desk_reader *reader, const struct lw_question *question,
                         bool works_council)
{
  bool told = question->explained_at != 0 || reader->now >= question->explain_until;
  return lw_question_is_own(reader->caller, question->agent) ||
         (told && lw_question_may_close(reader, question, works_council));
}

/* --- figures --- */

void lw_question_print_figures(const struct lw_question_new *item, struct lw_buf *out)
{
  lw_member_int(out, "count", item->count);
  lw_member_int(out, "of", item->of);
  lw_member_money(out, "amount", true, item->amount_minor, item->currency);
  lw_member_text(out, "currency", lw_currency_code(item->currency));
  lw_member_time(out, "from", item->from);
  lw_member_time(out, "until", item->until);
  lw_member_text(out, "action", item->action);
  lw_member_text(out, "window", item->window);
  if (item->limit_minor != 0) {
    lw_member_money(out, "limit", true, item->limit_minor, item->currency);
  }
  if (item->agents != 0) {
    lw_member_int(out, "agents", item->agents);
    lw_member_int(out, "teams", item->teams);
  }
  if (item->expected >= 0) {
    lw_member_key(out, "expected");
    lw_buf_printf(out, "%.2f", item->expected);
  }
  if (item->q < 1.0) {
    lw_member_key(out, "q");
    lw_buf_printf(out, "%.3g", item->q);
  }
}

/* --- reading --- */

static void add_may(const struct lw_desk_reader *reader, const struct lw_question *question,
                    bool works_council, struct lw_buf *out)
{
  bool open = question->closed_at == 0;
  bool own = lw_question_is_own(reader->caller, question->agent);
  lw_member_key(out, "may");
  lw_buf_add_c(out, open && own && question->explained_at == 0 ? "[\"explain\"]"
                    : open && lw_question_may_close(reader, question, works_council) ? "[\"close\"]"
                                                                                     : "[]");
}

enum lw_code lw_question_print(const struct lw_desk_reader *reader,
                               const struct lw_question *question, bool works_council,
                               struct lw_buf *out, struct lw_error *err)
{
  lw_buf_add_char(out, '{');
  lw_member_text(out, "id", question->id);
  lw_member_text(out, "kind", question->kind);
  lw_desk_print_name(reader, "agent", "agent_name", question->agent, out);
  lw_member_text(out, "team", question->team);
  lw_member_text(out, "customer", question->customer);
  lw_member_text(out, "state", question->closed_at == 0 ? LW_STR("open") : LW_STR("closed"));
  lw_member_time(out, "asked", question->asked_at);
  lw_member_time(out, "explain_until", question->explain_until);
  lw_member_raw(out, "detail", question->detail);
  enum lw_code rc = LW_OK;
  if (question->explained_at != 0) {
    lw_member_time(out, "explained", question->explained_at);
    rc = lw_desk_print_text(reader, "explanation", question->explanation, out, err);
  }
  if (rc == LW_OK && question->closed_at != 0) {
    lw_member_time(out, "closed", question->closed_at);
    lw_desk_print_name(reader, "closed_by", "closed_by_name", question->closed_by, out);
    rc = lw_desk_print_text(reader, "words", question->words, out, err);
  }
  add_may(reader, question, works_council, out);
  lw_member_int(out, "version", (int64_t)question->version);
  lw_buf_add_char(out, '}');
  return rc == LW_OK && out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a question")
                                    : rc;
}

struct listing {
  const struct lw_desk_reader *reader;
  const struct lw_question_query *query;
  bool works_council;
  struct lw_question question; /* the row that was read last */
};

static enum lw_code take_row(void *of, const struct lw_stmt *row, lw_str *ret_id, bool *ret_seen,
                             struct lw_error *err)
{
  struct listing *listing = of;
  (void)err;
  lw_question_take(row, listing->reader->arena, &listing->question);
  *ret_id = listing->question.id;
  *ret_seen = lw_question_visible(listing->reader, &listing->question, listing->works_council) &&
              (listing->query->team.len == 0 ||
               lw_team_within(listing->question.team, listing->query->team));
  return LW_OK;
}

static enum lw_code print_row(void *of, struct lw_buf *out, struct lw_error *err)
{
  const struct listing *listing = of;
  return lw_question_print(listing->reader, &listing->question, listing->works_council, out, err);
}

enum lw_code lw_question_list(const struct lw_desk_reader *reader,
                              const struct lw_question_query *query, struct lw_buf *out,
                              struct lw_error *err)
{
  struct listing listing = {.reader = reader, .query = query};
  const struct lw_desk_rows rows = {&listing, take_row, print_row};
  struct lw_desk_list list = {.limit = query->limit};
  enum lw_code rc = lw_works_council(reader->db, &listing.works_council, err);
  if (rc != LW_OK) {
    return rc;
  }
  LW_BUF_LIT(&list.sql, "SELECT " LW_QUESTION_COLUMNS " FROM question WHERE 1 = 1");
  lw_desk_list_where(&list, " AND agent = ", query->agent);
  lw_desk_list_where(&list, " AND id < ", query->after);
  if (query->has_state) {
    lw_buf_add_c(&list.sql, query->open ? " AND closed_at = 0" : " AND closed_at > 0");
  }
  lw_desk_list_order(&list, "id DESC");
  rc = lw_desk_list_print(reader, &list, &rows, out, err);
  lw_buf_add_char(out, '}');
  return rc;
}
