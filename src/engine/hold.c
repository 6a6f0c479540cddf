/* What can become of a decision once it is granted:
 *
 *   held --confirm--> final   (all, or a part: the rest goes back)
 *   held --release--> released   everything goes back
 *   held --time-----> lapsed     everything goes back
 *   held --time-----> final      one that confirms itself (`undo`): nothing goes back
 *   final --reverse-> reversed   everything goes back, in the windows that it was drawn from
 *
 * No other move exists; whoever comes second is told what happened. Each move is one entry, which
 * carries what went back (`returns`, as draws), so that budgets can be rebuilt from the journal.
 *
 * What goes back goes to the row that it came from. A budget whose window or time zone is another
 * one since has begun anew (budget/rows.h): there is nothing to give back to, and the entry says
 * so by leaving it out. */
#include "engine/inside.h"

#include "base/check.h"
#include "base/log.h"
#include "policy/answer.h"

static const char sql_due[] = "SELECT seq FROM decision_state WHERE state = 1 AND until <= $1 "
                              "ORDER BY until LIMIT $2";
static const char sql_next[] = "SELECT min(until) FROM decision_state WHERE state = 1";

/* --- giving back --- */

/* Whether the draw's row is still the one that today's policy looks at: a budget that is gone keeps
 * its rows. */
static bool has_row(const struct lw_policy *policy, const struct lw_draw *draw)
{
  for (uint32_t i = 0; policy != NULL && i < policy->n_budgets; i++) {
    const struct lw_budget *budget = &policy->budgets[i];
    if (budget->number == draw->key.budget) {
      return budget->window.kind == draw->window.kind &&
             budget->window.over_usec == draw->window.over_usec;
    }
  }
  return true;
}

static bool same_key(const struct lw_value *item, lw_usec key)
{
  const struct lw_value *value = lw_value_get(item, LW_STR("key"));
  struct lw_buf text = {0};
  lw_buf_add_int(&text, key);
  bool same = value == NULL || lw_str_equal(value->text, lw_buf_str(&text));
  lw_buf_finish(&text);
  return same;
}

/* Names come from the entry: the policy of today may not have the budget any more. */
struct names {
  const struct lw_value *list;
  const struct lw_draw *draws;
};

static lw_str name_of(const void *user, uint32_t number)
{
  const struct names *names = user;
  for (uint32_t i = 0; i < names->list->count; i++) {
    const struct lw_value *budget = lw_value_get(&names->list->items[i], LW_STR("budget"));
    if (names->draws[i].key.budget == number && budget != NULL) {
      return budget->text;
    }
  }
  return LW_STR("");
}

enum lw_code lw_decision_return(struct lw_batch *batch, const struct lw_decision *decision,
                                int64_t keep_minor, struct lw_buf *body, struct lw_error *err)
{
  const struct lw_policy *policy = batch->snapshot->policy;
  const struct lw_tz *zone = policy != NULL ? policy->zone : NULL;
  const struct lw_value *list = lw_value_get(decision->body, LW_STR("draws"));
  struct lw_draw *draws = NULL;
  size_t count = 0;
  size_t kept = 0;
  lw_usec at = 0;
  if (list == NULL || list->count == 0) {
    return LW_OK;
  }
  enum lw_code rc = lw_draws_read(batch->db, list, batch->scratch, &draws, &count, err);
  if (rc != LW_OK || !lw_draws_moment(list, &at)) {
    return rc != LW_OK ? rc : lw_fail(err, LW_IO, "the decision's draws can't be read");
  }
  struct names names = {list, LW_NEW_ARRAY(batch->scratch, struct lw_draw, count)};
  if (names.draws == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  memcpy((struct lw_draw *)(uintptr_t)names.draws, draws, count * sizeof *draws);
  for (size_t i = 0; i < count; i++) {
    int64_t stands = draws[i].amount_minor < decision->amount_minor ? draws[i].amount_minor
                                                                    : decision->amount_minor;
    draws[i].amount_minor = !decision->has_amount ? 0
                            : keep_minor < 0      ? stands
                                                  : stands - keep_minor;
    draws[i].times = keep_minor < 0 ? draws[i].times : 0;
    LW_ASSERT(draws[i].amount_minor >= 0);
    if (has_row(policy, &draws[i]) &&
        same_key(&list->items[i], lw_draw_key(&draws[i].window, zone, at))) {
      draws[kept++] = draws[i];
    }
  }
  LW_BUF_LIT(body, ",\"returns\":");
  lw_draws_print(draws, kept, zone, at, name_of, &names, body);
  return lw_batch_give_back(batch, draws, kept, at, err);
}

/* --- one move --- */

static enum lw_code find(struct lw_batch *batch, lw_id id, struct lw_decision *ret_decision,
                         struct lw_error *err)
{
  return lw_decision_get(batch->db, batch, id, batch->scratch, batch->reader, ret_decision, err);
}

static void begin_body(struct lw_buf *body, const struct lw_decision *decision)
{
  char id[LW_DECISION_ID_BYTES];
  (void)lw_id_write(LW_STR("dec"), decision->id, id);
  lw_buf_reset(body);
  LW_BUF_LIT(body, "{\"decision\":\"");
  lw_buf_add(body, lw_str_from(id, sizeof id));
  LW_BUF_LIT(body, "\",\"agent\":");
  lw_json_add_string(body, decision->agent);
}

enum lw_code lw_decision_settle(struct lw_batch *batch, struct lw_change *change,
                                enum lw_event event, const struct lw_decision_row *row, lw_str body,
                                struct lw_error *err)
{
  struct lw_decision decision;
  struct lw_decision_row settled = *row;
  enum lw_code rc = lw_batch_append(batch, change, event, body, err);
  if (rc != LW_OK) {
    return rc;
  }
  settled.changed_seq = change->seq;
  settled.changed_at = batch->now;
  settled.changed_by = change->actor;
  rc = lw_decision_row_put(batch->db, &settled, err);
  if (rc == LW_OK) {
    rc = lw_decision_at(batch->db, batch, row->seq, batch->scratch, batch->reader, &decision, err);
  }
  if (rc == LW_OK) {
    lw_buf_reset(&change->answer);
    rc = lw_decision_print(batch->db, &decision, false, batch->scratch, &change->answer, err);
  }
  return rc;
}

/* Ends a body, with what goes back, and settles. keep_minor as lw_decision_return; INT64_MAX:
 * nothing goes back. */
static enum lw_code move(struct lw_batch *batch, struct lw_change *change, enum lw_event event,
                         const struct lw_decision *decision, enum lw_decision_state state,
                         int64_t keep_minor, struct lw_error *err)
{
  struct lw_buf *body = &batch->engine->body;
  enum lw_code rc = LW_OK;
  const struct lw_decision_row row = {.seq = decision->seq,
                                      .state = state,
                                      .has_amount = decision->has_amount,
                                      .amount_minor = keep_minor < 0 || keep_minor == INT64_MAX
                                                          ? decision->amount_minor
                                                          : keep_minor,
                                      .until = decision->hold_until,
                                      .confirms = decision->hold_confirms};
  if (decision->has_amount) {
    LW_BUF_LIT(body, ",\"minor\":");
    lw_buf_add_int(body, row.amount_minor);
  }
  if (keep_minor != INT64_MAX) {
    rc = lw_decision_return(batch, decision, keep_minor, body, err);
  }
  lw_buf_add_char(body, '}');
  if (rc == LW_OK && body->failed) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  return rc == LW_OK ? lw_decision_settle(batch, change, event, &row, lw_buf_str(body), err) : rc;
}

/* What became of it, for whoever came second. */
static enum lw_code fail_settled(const struct lw_decision *decision, struct lw_error *err)
{
  struct lw_buf when = {0};
  lw_decision_add_moment(&when, decision->changed_at);
  lw_str moment = when.len > 2 ? lw_str_slice(lw_buf_str(&when), 1, when.len - 2) : LW_STR("");
  enum lw_code rc = LW_CONFLICT;
  switch (decision->state) {
  case LW_DECISION_FINAL:
    if (decision->changed_seq != 0) {
      (void)lw_fail(err, rc, "it was confirmed at %.*s by %.*s", LW_FMT(moment),
                    LW_FMT(decision->changed_by));
    } else {
      (void)lw_fail(err, rc, "it is no hold: it was granted for good");
    }
    break;
  case LW_DECISION_HELD:
    (void)lw_fail(err, rc, "it is only set aside");
    lw_error_hint(err, "release it instead");
    break;
  case LW_DECISION_RELEASED:
    (void)lw_fail(err, rc, "it was let go at %.*s by %.*s", LW_FMT(moment),
                  LW_FMT(decision->changed_by));
    break;
  case LW_DECISION_LAPSED:
    (void)lw_fail(err, rc, "its time ran out, and at %.*s what it had set aside went back",
                  LW_FMT(moment));
    lw_error_hint(err, "ask again");
    break;
  case LW_DECISION_REVERSED:
    (void)lw_fail(err, rc, "it was taken back at %.*s by %.*s", LW_FMT(moment),
                  LW_FMT(decision->changed_by));
    break;
  }
  lw_buf_finish(&when);
  return rc;
}

static enum lw_code check_granted(const struct lw_decision *decision, struct lw_error *err)
{
  if (decision->verdict == LW_GRANTED) {
    return LW_OK;
  }
  lw_str verdict = lw_verdict_name(decision->verdict);
  return lw_fail(err, LW_CONFLICT, "nothing was granted: its verdict is \"%.*s\"", LW_FMT(verdict));
}

static enum lw_code find_held(struct lw_batch *batch, lw_id id, struct lw_decision *ret_decision,
                              struct lw_error *err)
{
  enum lw_code rc = find(batch, id, ret_decision, err);
  if (rc == LW_OK) {
    rc = check_granted(ret_decision, err);
  }
  if (rc == LW_OK && ret_decision->state != LW_DECISION_HELD) {
    rc = fail_settled(ret_decision, err);
  }
  return rc;
}

/* --- confirm, release, reverse --- */

enum lw_code lw_decision_confirm(struct lw_batch *batch, struct lw_change *change, lw_id id,
                                 int64_t amount_minor, struct lw_error *err)
{
  struct lw_decision decision;
  enum lw_code rc = find_held(batch, id, &decision, err);
  if (rc != LW_OK) {
    return rc;
  }
  bool part = amount_minor >= 0 && amount_minor < decision.amount_minor;
  if (batch->now >= decision.hold_until && (part || !decision.hold_confirms)) {
    rc = lw_fail(err, LW_EXPIRED, "the time that it was set aside for is over");
    lw_error_hint(err, "ask again");
    return rc;
  }
  if (amount_minor >= 0 && !decision.has_amount) {
    return lw_fail(err, LW_INVALID, "it has no amount: confirm it without one");
  }
  if (amount_minor > decision.amount_minor) {
    return lw_fail(err, LW_INVALID, "more than was set aside can't be confirmed");
  }
  if (amount_minor == 0 && decision.amount_minor != 0) {
    rc = lw_fail(err, LW_INVALID, "nothing of it would be confirmed");
    lw_error_hint(err, "release it instead");
    return rc;
  }
  begin_body(&batch->engine->body, &decision);
  return move(batch, change, LW_EVENT_HOLD_CONFIRMED, &decision, LW_DECISION_FINAL,
              part ? amount_minor : INT64_MAX, err);
}

enum lw_code lw_decision_release(struct lw_batch *batch, struct lw_change *change, lw_id id,
                                 struct lw_error *err)
{
  struct lw_decision decision;
  enum lw_code rc = find_held(batch, id, &decision, err);
  if (rc != LW_OK) {
    return rc;
  }
  if (decision.hold_confirms && batch->now >= decision.hold_until) {
    rc = lw_fail(err, LW_CONFLICT, "the time in which it could be taken back is over: it is given");
    lw_error_hint(err, "reverse it instead");
    return rc;
  }
  begin_body(&batch->engine->body, &decision);
  return move(batch, change, LW_EVENT_HOLD_RELEASED, &decision, LW_DECISION_RELEASED, -1, err);
}

enum lw_code lw_decision_reverse(struct lw_batch *batch, struct lw_change *change, lw_id id,
                                 lw_str reason, struct lw_error *err)
{
  struct lw_decision decision;
  struct lw_buf *body = &batch->engine->body;
  enum lw_code rc = find(batch, id, &decision, err);
  if (rc == LW_OK) {
    rc = check_granted(&decision, err);
  }
  if (rc == LW_OK && decision.state != LW_DECISION_FINAL) {
    rc = fail_settled(&decision, err);
  }
  if (rc != LW_OK) {
    return rc;
  }
  begin_body(body, &decision);
  if (lw_str_trim(reason).len != 0) {
    const struct lw_value *request = lw_value_get(decision.body, LW_STR("request"));
    const struct lw_value *customer = lw_value_get(request, LW_STR("customer"));
    LW_BUF_LIT(body, ",\"reason\":");
    rc = lw_text_keep(&batch->texts, batch->now, "reason", decision.agent,
                      customer != NULL ? customer->text : LW_STR(""), reason, body, err);
  }
  if (rc == LW_OK) {
    rc = move(batch, change, LW_EVENT_DECISION_REVERSED, &decision, LW_DECISION_REVERSED, -1, err);
  }
  return rc;
}

/* --- when their time is over --- */

static enum lw_code find_ended(struct lw_batch *batch, uint64_t *seqs, size_t *ret_count,
                               struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  size_t count = 0;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(batch->db, sql_due, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, batch->now);
  lw_stmt_int(stmt, 2, LW_DUE_MAX);
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row && count < LW_DUE_MAX) {
    seqs[count++] = (uint64_t)lw_stmt_get_int(stmt, 0);
  }
  lw_stmt_reset(stmt);
  *ret_count = count;
  return rc;
}

static enum lw_code end_hold(struct lw_batch *batch, struct lw_change *change, uint64_t seq,
                             struct lw_error *err)
{
  struct lw_decision decision;
  lw_arena_reset(batch->scratch);
  enum lw_code rc =
      lw_decision_at(batch->db, batch, seq, batch->scratch, batch->reader, &decision, err);
  if (rc != LW_OK) {
    return rc;
  }
  LW_ASSERT(decision.state == LW_DECISION_HELD);
  begin_body(&batch->engine->body, &decision);
  if (decision.hold_confirms) {
    return move(batch, change, LW_EVENT_HOLD_CONFIRMED, &decision, LW_DECISION_FINAL, INT64_MAX,
                err);
  }
  rc = move(batch, change, LW_EVENT_HOLD_LAPSED, &decision, LW_DECISION_LAPSED, -1, err);
  if (rc == LW_NOT_FOUND || rc == LW_OVERFLOW || rc == LW_INVALID) {
    /* A row has less than what it should give back. One such hold must not keep all others from
     * lapsing; verify shows what is wrong. */
    lw_log(LW_LOG_ERROR, "engine", "a hold lapsed and could not give back", "why", err->text, NULL);
    begin_body(&batch->engine->body, &decision);
    rc = move(batch, change, LW_EVENT_HOLD_LAPSED, &decision, LW_DECISION_LAPSED, INT64_MAX, err);
  }
  return rc;
}

static enum lw_code end_holds(struct lw_batch *batch, struct lw_change *change, lw_usec *ret_next,
                              struct lw_error *err)
{
  uint64_t seqs[LW_DUE_MAX];
  size_t count = 0;
  int64_t next = 0;
  enum lw_code rc = find_ended(batch, seqs, &count, err);
  for (size_t i = 0; rc == LW_OK && i < count; i++) {
    rc = end_hold(batch, change, seqs[i], err);
  }
  if (rc == LW_OK) {
    rc = lw_db_get_int(batch->db, sql_next, &next, err);
  }
  *ret_next = next != 0 ? next : INT64_MAX;
  return rc;
}

const struct lw_due lw_holds_due = {"holds", end_holds};
