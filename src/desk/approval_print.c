/* An approval as the API shows it, and who may see it. Names come from the people of the moment;
 * notes are looked up only for those who may read them: the agent, those who are to answer, and
 * whoever has the right SEE_NOTES about the agent. */
#include "base/check.h"
#include "desk/approval_entry.h"
#include "data/member.h"
#include "desk/approval_room.h"
#include "desk/entry.h"
#include "ledger/text.h"
#include "people/person.h"
#include "policy/terms.h"
#include "policy/who.h"

static const char story_sql[] = "SELECT seq FROM approval_story WHERE approval = $1 ORDER BY seq";

/* --- who may see --- */

static const struct lw_person *reader_person(const struct lw_desk_reader *reader)
{
  return reader->caller != NULL && reader->caller->person != NULL
             ? lw_staff_find(reader->snapshot->staff, reader->caller->person->actor.id)
             : NULL;
}

/* As the agent's team has it now. */
static const struct lw_policy *policy_of(const struct lw_desk_reader *reader,
                                         const struct lw_approval *approval)
{
  return lw_snapshot_for(reader->snapshot, approval->agent, reader->now)->policy;
}

/* The agent, or somebody who was asked or stands in. */
static bool is_party(const struct lw_desk_reader *reader, const struct lw_approval *approval)
{
  const struct lw_person *me = reader_person(reader);
  return me != NULL && (lw_str_equal(me->actor.id, approval->agent) ||
                        lw_asked_find(reader->snapshot->staff, approval, me, reader->now) != NULL);
}

bool lw_approval_visible(const struct lw_desk_reader *reader, const struct lw_approval *approval)
{
  return reader->caller == NULL || is_party(reader, approval) ||
         lw_access_covers(reader->caller, LW_ACCESS_SEE_DECISIONS, reader->snapshot->staff,
                          approval->agent);
}

static bool sees_notes(const struct lw_desk_reader *reader, const struct lw_approval *approval)
{
  return reader->caller == NULL || is_party(reader, approval) ||
         lw_access_covers(reader->caller, LW_ACCESS_SEE_NOTES, reader->snapshot->staff,
                          approval->agent);
}

static bool may_answer(const struct lw_desk_reader *reader, const struct lw_approval *approval)
{
  const struct lw_person *me = reader_person(reader);
  return me != NULL && !reader->caller->is_token && approval->state == LW_APPROVAL_OPEN &&
         !lw_approval_is_over(approval, reader->now) &&
         lw_asked_find(reader->snapshot->staff, approval, me, reader->now) != NULL;
}

/* --- parts --- */

static void add_kind(const struct lw_desk_reader *reader, const char *key, lw_str id,
                     struct lw_buf *out)
{
  const struct lw_person *person = lw_staff_find(reader->snapshot->staff, id);
  if (person != NULL) {
    lw_member_text(out, key, lw_person_kind_name(person->actor.kind));
  }
}

static void add_asked(const struct lw_desk_reader *reader, const struct lw_approval *approval,
                      struct lw_buf *out)
{
  lw_member_key(out, "asked");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < approval->n_asked; i++) {
    const struct lw_asked *asked = &approval->asked[i];
    lw_buf_add_c(out, i == 0 ? "{" : ",{");
    lw_member_text(out, "person", asked->person);
    lw_member_text(out, "name", lw_desk_name(reader->snapshot->staff, asked->person));
    lw_member_int(out, "level", asked->level);
    lw_member_time(out, "at", asked->at);
    lw_member_text(out, "for", asked->deputy_of);
    add_kind(reader, "kind", asked->person, out);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

static void add_otherwise(const struct lw_approval *approval, struct lw_buf *out)
{
  lw_member_key(out, "otherwise");
  if (!approval->grants_fallback) {
    lw_json_add_string(out, LW_STR("refuse"));
    return;
  }
  lw_buf_add_char(out, '{');
  lw_member_money(out, "grant_up_to", true, approval->fallback_minor,
                  lw_approval_currency(approval));
  lw_buf_add_char(out, '}');
}

static const struct lw_route *find_route(const struct lw_policy *policy, lw_str id)
{
  for (uint32_t i = 0; policy != NULL && i < policy->n_routes; i++) {
    if (lw_str_equal(policy->routes[i].id, id)) {
      return &policy->routes[i];
    }
  }
  return NULL;
}

/* What comes when `due` is reached: who is asked next, and until when; or `otherwise`. */
static void add_then(const struct lw_desk_reader *reader, const struct lw_approval *approval,
                     struct lw_buf *out)
{
  const struct lw_policy *policy = policy_of(reader, approval);
  const struct lw_route *route = find_route(policy, approval->route);
  lw_member_key(out, "then");
  lw_buf_add_char(out, '{');
  if (route != NULL && approval->level < approval->levels && approval->level < route->n_levels) {
    const struct lw_level *level = &route->levels[approval->level];
    struct lw_buf who = {0};
    lw_who_print(policy, &level->who, approval->team, &who);
    lw_member_int(out, "level", (int64_t)approval->level + 1);
    lw_member_text(out, "who", lw_buf_str(&who));
    lw_member_text(out, "within", level->within_text);
    lw_member_time(out, "due", approval->due_at + lw_level_usec(level));
    out->failed |= who.failed;
    lw_buf_finish(&who);
  } else {
    add_otherwise(approval, out);
  }
  lw_buf_add_char(out, '}');
}

/* Looks a text up by its reference and adds it; json: the text is JSON itself. */
static enum lw_code add_text(const struct lw_desk_reader *reader, const char *key, lw_str reference,
                             bool json, struct lw_buf *out, struct lw_error *err)
{
  lw_str text = LW_STR("");
  enum lw_code rc = lw_text_read(reader->db, reference, reader->arena, &text, err);
  if (rc == LW_OK) {
    (json ? lw_member_raw : lw_member_text)(out, key, text);
  }
  return rc;
}

static enum lw_code add_answer(const struct lw_desk_reader *reader,
                               const struct lw_approval *approval, bool notes, struct lw_buf *out,
                               struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  lw_member_key(out, "answer");
  lw_buf_add_char(out, '{');
  lw_member_time(out, "at", approval->closed_at);
  lw_member_text(out, "by", approval->answered_by);
  lw_member_text(out, "name", lw_desk_name(reader->snapshot->staff, approval->answered_by));
  lw_member_text(out, "for", approval->answered_for);
  lw_member_money(out, "amount", approval->answer_has_amount, approval->answer_minor,
                  lw_approval_currency(approval));
  if (!lw_str_equal(approval->answer_action, approval->action)) {
    lw_member_text(out, "action", approval->answer_action);
  }
  lw_member_text(out, "decision", approval->granted);
  lw_member_text(out, "why", approval->why);
  lw_member_int(out, "waited_usec", approval->closed_at - approval->requested_at);
  if (notes) {
    rc = add_text(reader, "note", approval->answer_note, false, out, err);
  }
  lw_buf_add_char(out, '}');
  return rc;
}

/* Labels of what was asked for, as the policy of today has them. */
static void add_labels(const struct lw_policy *policy, const struct lw_approval *approval,
                       struct lw_buf *out)
{
  if (policy == NULL) {
    return;
  }
  const struct lw_reason *reason = lw_policy_reason(policy, approval->reason);
  lw_member_key(out, "label");
  lw_term_label(approval->action, lw_policy_action_label(policy, approval->action), out);
  if (reason != NULL) {
    lw_member_key(out, "reason_label");
    lw_term_label(reason->name, reason->label, out);
  }
}

/* "4h", "90m", "61s" */
static void add_hold(const struct lw_approval *approval, struct lw_buf *out)
{
  int64_t seconds = approval->hold_usec / LW_USEC_PER_SECOND;
  if (seconds != 0) {
    int64_t unit = seconds % 3600 == 0 ? 3600 : seconds % 60 == 0 ? 60 : 1;
    lw_member_key(out, "hold");
    lw_buf_printf(out, "\"%lld%s\"", (long long)(seconds / unit),
                  unit == 3600 ? "h"
                  : unit == 60 ? "m"
                               : "s");
  }
}

static void add_question(const struct lw_desk_reader *reader, const struct lw_approval *approval,
                         struct lw_buf *out)
{
  lw_member_text(out, "id", approval->id);
  lw_member_text(out, "decision", approval->decision);
  lw_member_text(out, "agent", approval->agent);
  lw_member_text(out, "agent_name", lw_desk_name(reader->snapshot->staff, approval->agent));
  add_kind(reader, "agent_kind", approval->agent, out);
  lw_member_text(out, "team", approval->team);
  lw_member_text(out, "action", approval->action);
  lw_member_money(out, "amount", approval->has_amount, approval->amount_minor,
                  lw_approval_currency(approval));
  lw_member_text(out, "case", approval->case_id);
  lw_member_text(out, "customer", approval->customer);
  lw_member_text(out, "reason", approval->reason);
  add_labels(policy_of(reader, approval), approval, out);
  add_hold(approval, out);
  lw_member_text(out, "route", approval->route);
  lw_member_text(out, "state", lw_approval_state_name(approval->state));
  lw_member_time(out, "requested", approval->requested_at);
  lw_member_time(out, "opened", approval->opened_at);
  lw_member_int(out, "level", approval->level);
  lw_member_int(out, "levels", approval->levels);
}

static void add_clocks(const struct lw_desk_reader *reader, const struct lw_approval *approval,
                       struct lw_buf *out)
{
  if (approval->state == LW_APPROVAL_OPEN) {
    lw_member_time(out, "due", approval->due_at);
    add_then(reader, approval, out);
    lw_member_time(out, "ends", approval->ends_at);
  }
  add_otherwise(approval, out);
  lw_member_int(out, "holds", approval->holds);
  lw_member_int(out, "nudges", approval->nudges);
  if (approval->nudges != 0) {
    lw_member_time(out, "nudged", approval->nudged_at);
  }
  if (may_answer(reader, approval)) {
    lw_member_bool(out, "may_answer", true);
  }
  if (approval->flagged) {
    lw_member_bool(out, "review", true);
  }
  lw_member_text(out, "digest", approval->binding);
}

static enum lw_code add_seen(const struct lw_desk_reader *reader,
                             const struct lw_approval *approval, struct lw_buf *out,
                             struct lw_error *err)
{
  const struct lw_seen *seen = NULL;
  uint32_t count = 0;
  enum lw_code rc =
      lw_approval_list_seen(reader->db, approval->id, reader->arena, &seen, &count, err);
  if (rc != LW_OK || count == 0) {
    return rc;
  }
  lw_member_key(out, "seen");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < count; i++) {
    lw_buf_add_c(out, i == 0 ? "{" : ",{");
    lw_member_text(out, "by", seen[i].person);
    lw_member_text(out, "name", lw_desk_name(reader->snapshot->staff, seen[i].person));
    lw_member_time(out, "at", seen[i].at);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
  return LW_OK;
}

/* --- the story --- */

static enum lw_code list_story(const struct lw_desk_reader *reader, lw_str id, uint64_t *seqs,
                               uint32_t most, uint32_t *ret_count, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  uint32_t count = 0;
  enum lw_code rc = lw_db_statement(reader->db, story_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, id);
  while (count < most && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    seqs[count++] = (uint64_t)lw_stmt_get_int(stmt, 0);
  }
  lw_stmt_reset(stmt);
  *ret_count = count;
  return rc;
}

static enum lw_code add_story(const struct lw_desk_reader *reader,
                              const struct lw_approval *approval, struct lw_buf *out,
                              struct lw_error *err)
{
  uint64_t seqs[128]; /* two hours of nudges; of a longer story the beginning */
  uint32_t count = 0;
  enum lw_code rc =
      list_story(reader, approval->id, seqs, sizeof seqs / sizeof seqs[0], &count, err);
  lw_member_key(out, "story");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    struct lw_entry_view entry = {0};
    rc = lw_journal_read(reader->db, seqs[i], reader->arena, &entry, err);
    if (rc == LW_OK) {
      lw_buf_add_c(out, i == 0 ? "" : ",");
      lw_entry_print(&entry, out);
    }
  }
  lw_buf_add_char(out, ']');
  return rc;
}

/* The facts of the request, as its decision's entry has them. */
static enum lw_code add_facts(const struct lw_desk_reader *reader,
                              const struct lw_approval *approval, struct lw_buf *out,
                              struct lw_error *err)
{
  struct lw_decision decision = {0};
  lw_id id;
  if (!lw_id_read(LW_STR("dec"), approval->decision, &id)) {
    return LW_OK;
  }
  struct lw_json_reader *json = lw_json_reader_create(NULL);
  if (json == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory while reading a decision");
  }
  enum lw_code rc = lw_decision_get(reader->db, NULL, id, reader->arena, json, &decision, err);
  const struct lw_value *request =
      rc == LW_OK ? lw_value_get(decision.body, LW_STR("request")) : NULL;
  const struct lw_value *facts = request != NULL ? lw_value_get(request, LW_STR("facts"))
                                 : rc == LW_OK   ? lw_value_get(decision.body, LW_STR("facts"))
                                                 : NULL;
  if (facts != NULL && facts->kind == LW_VALUE_MAP) {
    lw_member_key(out, "facts");
    lw_json_add_value(out, facts);
  }
  lw_json_reader_destroy(json);
  return rc;
}

enum lw_code lw_approval_print(const struct lw_desk_reader *reader,
                               const struct lw_approval *approval, bool story, struct lw_buf *out,
                               struct lw_error *err)
{
  bool notes = sees_notes(reader, approval);
  enum lw_code rc = LW_OK;
  lw_buf_add_char(out, '{');
  add_question(reader, approval, out);
  add_asked(reader, approval, out);
  add_clocks(reader, approval, out);
  rc = add_seen(reader, approval, out, err);
  if (rc == LW_OK && notes) {
    rc = add_text(reader, "note", approval->note, false, out, err);
  }
  if (rc == LW_OK && notes) {
    rc = add_text(reader, "evidence", approval->evidence, true, out, err);
  }
  if (rc == LW_OK && approval->state != LW_APPROVAL_OPEN) {
    rc = add_answer(reader, approval, notes, out, err);
  }
  if (rc == LW_OK && story) {
    rc = add_facts(reader, approval, out, err);
  }
  if (rc == LW_OK && story) {
    rc = add_story(reader, approval, out, err);
  }
  if (rc == LW_OK && story && reader->drawn != NULL && may_answer(reader, approval)) {
    rc = lw_approval_print_room(reader, approval, out, err);
  }
  lw_buf_add_char(out, '}');
  return rc == LW_OK && out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for an answer")
                                    : rc;
}
