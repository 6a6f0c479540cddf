/* What stands out about a decision, from what the record has today. Each reason carries the figures
 * that it rests on, so that whoever reviews (and whoever is reviewed) can see why.
 *
 * None of them says that something was wrong: they say where looking has taught something before.
 * Too little is looked for as much as too much. */
#include "desk/review_draw.h"

#include "base/num.h"
#include "data/member.h"
#include "policy/answer.h"

#include <stdlib.h>

enum { SIMILAR_MIN = 8, THIRD = 3, REMEDIES_COUNTED_MAX = 20, LOW_PPM = 250000 };
#define MONTH_USEC (INT64_C(30) * 86400 * 1000000)

static const char answered_sql[] =
    "SELECT count(*) FROM approval WHERE decision = $1 AND granted <> ''";
static const char flagged_sql[] =
    "SELECT count(*) FROM approval WHERE decision = $1 AND flagged = 1";
static const char rated_sql[] =
    "SELECT share FROM rating WHERE case_id = $1 ORDER BY at DESC LIMIT 1";
static const char proposed_sql[] =
    "SELECT action FROM approval WHERE case_id = $1 AND granted = $2 LIMIT 1";

static bool is_granted(const struct lw_review_candidate *candidate)
{
  return lw_str_equal(candidate->item.verdict, LW_STR("granted"));
}

/* How many of a customer's, or of a case's, decisions there are from `since` to `until`. */
static enum lw_code count_decisions(const struct lw_review_field *field,
                                    const struct lw_lists_filter *filter, uint32_t *ret_count,
                                    struct lw_error *err)
{
  struct lw_lists_page page = {.count = 0};
  enum lw_code rc = lw_lists_decisions(field->lists, filter, field->reader->arena, &page, err);
  *ret_count = 0;
  for (uint32_t i = 0; rc == LW_OK && i < page.count; i++) {
    enum lw_decision_state state = page.items[i].state;
    *ret_count += state == LW_DECISION_FINAL || state == LW_DECISION_HELD ? 1 : 0;
  }
  return rc;
}

enum lw_code lw_review_usable(const struct lw_review_field *field,
                              const struct lw_review_candidate *candidate, bool *ret_usable,
                              struct lw_error *err)
{
  struct lw_db *db = field->reader->db;
  struct lw_review before;
  bool found = false;
  int64_t answered = 0;
  uint32_t decided = 0;
  lw_str subject = candidate->item.subject;
  enum lw_code rc = lw_review_of(db, subject, field->reader->arena, &found, &before, err);
  if (rc == LW_OK && candidate->item.is_case) {
    const struct lw_lists_filter filter = {
        .view = {.all = true}, .case_id = subject, .limit = REMEDIES_COUNTED_MAX};
    rc = count_decisions(field, &filter, &decided, err);
  } else if (rc == LW_OK && !is_granted(candidate)) {
    rc = lw_db_number(db, answered_sql, &subject, 1, &answered, err);
  }
  *ret_usable = rc == LW_OK && !found && answered == 0 && decided == 0;
  return rc;
}

/* --- the reasons --- */

static void set_why(const struct lw_review_field *field, struct lw_review_candidate *candidate,
                    enum lw_review_why why, struct lw_buf *detail)
{
  candidate->item.why = why;
  candidate->item.detail =
      detail->failed ? LW_STR("{}") : lw_str_copy(field->reader->arena, lw_buf_str(detail));
}

static enum lw_code look_at_fallback(const struct lw_review_field *field,
                                     struct lw_review_candidate *candidate, struct lw_error *err)
{
  int64_t flagged = candidate->asked && candidate->approver.len == 0 ? 1 : 0;
  enum lw_code rc = is_granted(candidate)
                        ? LW_OK
                        : lw_db_number(field->reader->db, flagged_sql, &candidate->item.subject, 1,
                                       &flagged, err);
  if (rc == LW_OK && flagged != 0) {
    candidate->item.why = LW_REVIEW_FALLBACK;
  }
  return rc;
}

/* What a customer was given from `since` on and before `until`, by anybody. */
static struct lw_lists_filter given_between(lw_str customer, lw_usec since, lw_usec until)
{
  return (struct lw_lists_filter){.view = {.all = true},
                                  .customer = customer,
                                  .has_verdict = true,
                                  .verdict = LW_GRANTED,
                                  .since = since,
                                  .until = until,
                                  .limit = REMEDIES_COUNTED_MAX};
}

/* The most that the agent was told they could give instead, of what the answer lists. */
static const struct lw_value *room_of(const struct lw_value *body)
{
  const struct lw_value *can = lw_value_get(lw_value_get(body, LW_STR("answer")), LW_STR("can"));
  return can != NULL && can->kind == LW_VALUE_LIST && can->count != 0 ? &can->items[0] : NULL;
}

static enum lw_code look_at_room(const struct lw_review_field *field,
                                 struct lw_review_candidate *candidate, struct lw_error *err)
{
  const struct lw_review *item = &candidate->item;
  const struct lw_lists_filter filter =
      given_between(item->customer, item->happened_at, item->happened_at + LW_WEEK_USEC);
  struct lw_decision decision;
  lw_id id;
  uint32_t given = 0;
  if (is_granted(candidate) || item->customer.len == 0 ||
      !lw_id_read(LW_STR("dec"), item->subject, &id)) {
    return LW_OK;
  }
  enum lw_code rc = count_decisions(field, &filter, &given, err);
  if (rc != LW_OK || given != 0) {
    return rc;
  }
  rc = lw_decision_get(field->reader->db, NULL, id, field->reader->arena, field->json, &decision,
                       err);
  const struct lw_value *room = rc == LW_OK ? room_of(decision.body) : NULL;
  if (room != NULL) {
    struct lw_buf detail = {0};
    LW_BUF_LIT(&detail, "{\"could\":");
    lw_json_add_value(&detail, room);
    lw_buf_add_char(&detail, '}');
    set_why(field, candidate, LW_REVIEW_LEFT_UNUSED, &detail);
    lw_buf_finish(&detail);
  }
  return rc;
}

/* What was granted for the same action and reason, among the candidates; rising. */
static uint32_t similar_amounts(const struct lw_review_field *field,
                                const struct lw_review_candidate *to, int64_t *amounts)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < field->count; i++) {
    const struct lw_review_candidate *other = &field->items[i];
    if (other != to && other->item.has_amount && is_granted(other) &&
        lw_str_equal(other->item.action, to->item.action) &&
        lw_str_equal(other->reason, to->reason)) {
      amounts[n++] = other->item.amount_minor;
    }
  }
  qsort(amounts, n, sizeof amounts[0], lw_int_order);
  return n;
}

/* Outside of one and a half times the distance of the quartiles (Tukey's fences), on either side.
 */
static enum lw_code look_at_amount(const struct lw_review_field *field,
                                   struct lw_review_candidate *candidate, struct lw_error *err)
{
  (void)err;
  struct lw_review *item = &candidate->item;
  if (!item->has_amount || !is_granted(candidate)) {
    return LW_OK;
  }
  int64_t *amounts = field->amounts;
  uint32_t n = similar_amounts(field, candidate, amounts);
  if (n < SIMILAR_MIN) {
    return LW_OK;
  }
  int64_t low = amounts[n / 4];
  int64_t high = amounts[n - 1 - n / 4];
  int64_t fence = (high - low) + (high - low) / 2;
  if (item->amount_minor > high + fence || item->amount_minor < low - fence) {
    uint16_t currency = field->reader->snapshot->policy->currency;
    struct lw_buf detail = {0};
    lw_buf_add_char(&detail, '{');
    lw_member_money(&detail, "median", true, amounts[n / 2], currency);
    lw_member_money(&detail, "low", true, low, currency);
    lw_member_money(&detail, "high", true, high, currency);
    lw_member_int(&detail, "similar", n);
    lw_buf_add_char(&detail, '}');
    set_why(field, candidate, LW_REVIEW_FAR, &detail);
    lw_buf_finish(&detail);
  }
  return LW_OK;
}

static enum lw_code look_at_customer(const struct lw_review_field *field,
                                     struct lw_review_candidate *candidate, struct lw_error *err)
{
  const struct lw_review *item = &candidate->item;
  const struct lw_lists_filter filter =
      given_between(item->customer, item->happened_at - MONTH_USEC, item->happened_at + 1);
  uint32_t remedies = 0;
  if (!is_granted(candidate) || item->customer.len == 0) {
    return LW_OK;
  }
  enum lw_code rc = count_decisions(field, &filter, &remedies, err);
  if (rc == LW_OK && remedies >= THIRD) {
    struct lw_buf detail = {0};
    lw_buf_printf(&detail, "{\"remedies\":%u,\"days\":30}", remedies);
    set_why(field, candidate, LW_REVIEW_THIRD, &detail);
    lw_buf_finish(&detail);
  }
  return rc;
}

/* In the lowest quarter of whatever scale it was: what the customer said last. */
static enum lw_code look_at_rating(const struct lw_review_field *field,
                                   struct lw_review_candidate *candidate, struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  enum lw_code rc =
      candidate->item.case_id.len != 0
          ? lw_db_find(field->reader->db, rated_sql, candidate->item.case_id, &row, err)
          : LW_NOT_FOUND;
  if (rc != LW_OK) {
    return rc == LW_NOT_FOUND ? LW_OK : rc;
  }
  int64_t share_ppm = lw_stmt_get_int(row, 0);
  lw_stmt_reset(row);
  if (share_ppm <= LOW_PPM) {
    struct lw_buf detail = {0};
    lw_buf_printf(&detail, "{\"rated_percent\":%lld}", (long long)((share_ppm + 5000) / 10000));
    set_why(field, candidate, LW_REVIEW_LOW_RATING, &detail);
    lw_buf_finish(&detail);
  }
  return LW_OK;
}

/* What the agent had asked for, of a remedy that an approver gave. */
static enum lw_code find_proposed(const struct lw_review_field *field,
                                  const struct lw_review_candidate *candidate, lw_str *ret_action,
                                  struct lw_error *err)
{
  const lw_str texts[] = {candidate->item.case_id, candidate->item.subject};
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_row(field->reader->db, proposed_sql, texts, 2, &row, err);
  *ret_action = LW_STR("");
  if (rc == LW_OK) {
    *ret_action = lw_str_copy(field->reader->arena, lw_stmt_get_text(row, 0));
    lw_stmt_reset(row);
  }
  return rc == LW_NOT_FOUND ? LW_OK : rc;
}

/* What was first tried in the same case and not to be had. */
static enum lw_code find_tried(const struct lw_review_field *field,
                               const struct lw_review_candidate *candidate, lw_str *ret_action,
                               struct lw_error *err)
{
  const struct lw_review *item = &candidate->item;
  const struct lw_lists_filter filter = {.view = {.all = true},
                                         .case_id = item->case_id,
                                         .until = item->happened_at,
                                         .limit = REMEDIES_COUNTED_MAX};
  struct lw_lists_page page = {.count = 0};
  enum lw_code rc = lw_lists_decisions(field->lists, &filter, field->reader->arena, &page, err);
  *ret_action = LW_STR("");
  for (uint32_t i = 0; rc == LW_OK && i < page.count; i++) {
    *ret_action = page.items[i].verdict != LW_GRANTED ? page.items[i].action : *ret_action;
  }
  return rc;
}

/* Given instead of what was proposed: an approver said yes to something else, or the agent found
 * another way after a no. */
static enum lw_code look_at_remedy(const struct lw_review_field *field,
                                   struct lw_review_candidate *candidate, struct lw_error *err)
{
  const struct lw_review *item = &candidate->item;
  lw_str proposed = LW_STR("");
  if (!is_granted(candidate) || item->case_id.len == 0) {
    return LW_OK;
  }
  enum lw_code rc = candidate->approver.len != 0 ? find_proposed(field, candidate, &proposed, err)
                                                 : find_tried(field, candidate, &proposed, err);
  if (rc == LW_OK && proposed.len != 0 && !lw_str_equal(proposed, item->action)) {
    struct lw_buf detail = {0};
    lw_buf_add_char(&detail, '{');
    lw_member_text(&detail, "proposed", proposed);
    lw_buf_add_char(&detail, '}');
    set_why(field, candidate, LW_REVIEW_OTHER, &detail);
    lw_buf_finish(&detail);
  }
  return rc;
}

enum lw_code lw_review_find_why(const struct lw_review_field *field,
                                struct lw_review_candidate *candidate, struct lw_error *err)
{
  static enum lw_code (*const looks[])(
      const struct lw_review_field *field, struct lw_review_candidate *candidate,
      struct lw_error *err) = {look_at_fallback, look_at_room,   look_at_rating,
                               look_at_amount,   look_at_remedy, look_at_customer};
  enum lw_code rc = LW_OK;
  if (candidate->looked) {
    return LW_OK;
  }
  candidate->looked = true;
  if (candidate->item.is_case) {
    candidate->item.why = LW_REVIEW_NO_REMEDY;
    return look_at_rating(field, candidate, err); /* says more, where there is one */
  }
  for (size_t i = 0;
       rc == LW_OK && i < sizeof looks / sizeof looks[0] && candidate->item.why == LW_REVIEW_RANDOM;
       i++) {
    rc = looks[i](field, candidate, err);
  }
  return rc;
}
