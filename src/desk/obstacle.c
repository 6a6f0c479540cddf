/* Saying that a rule is in the way, answering, and who sees to a rule. Each checks who may, writes
 * its row and appends one entry. */
#include "desk/obstacle.h"

#include "base/num.h"
#include "desk/entry.h"
#include "data/member.h"
#include "desk/obstacle_store.h"
#include "engine/publish.h"

/* --- saying --- */

/* The one that refused or asked: the rail, the route, or that nothing covers the action. */
static struct lw_obstacle_rule usual_rule(const struct lw_value *answer, lw_str action)
{
  lw_str rail = lw_value_text(answer, LW_STR("rail"));
  lw_str route = lw_value_text(answer, LW_STR("route"));
  if (rail.len != 0) {
    return (struct lw_obstacle_rule){LW_OBSTACLE_RULE, rail};
  }
  return route.len != 0 ? (struct lw_obstacle_rule){LW_OBSTACLE_ROUTE, route}
                        : (struct lw_obstacle_rule){LW_OBSTACLE_GAP, action};
}

/* One of those that the answer gave as a reason. */
static bool is_named(const struct lw_value *answer, lw_str rule)
{
  const struct lw_value *because = lw_value_get(answer, LW_STR("because"));
  bool found = lw_str_equal(lw_value_text(answer, LW_STR("rail")), rule);
  for (uint32_t i = 0; because != NULL && because->kind == LW_VALUE_LIST && i < because->count;
       i++) {
    found = found || lw_str_equal(lw_value_text(&because->items[i], LW_STR("rule")), rule);
  }
  return found;
}

static enum lw_code choose_rule(const struct lw_value *answer, lw_str action, lw_str wanted,
                                struct lw_obstacle_rule *ret_rule, struct lw_error *err)
{
  *ret_rule = usual_rule(answer, action);
  if (wanted.len == 0 || lw_str_equal(wanted, ret_rule->name)) {
    return LW_OK;
  }
  *ret_rule = (struct lw_obstacle_rule){LW_OBSTACLE_RULE, wanted};
  if (is_named(answer, wanted)) {
    return LW_OK;
  }
  (void)lw_fail(err, LW_INVALID, "rule: \"%.*s\" did not stand in the way of this decision",
                LW_FMT(wanted));
  lw_error_hint(err, "name one of the decision's `because`, or none");
  return LW_INVALID;
}

static void take_request(const struct lw_decision *decision, struct lw_voice *voice)
{
  const struct lw_value *request = lw_value_get(decision->body, LW_STR("request"));
  const struct lw_value *policy = lw_value_get(decision->body, LW_STR("policy"));
  voice->case_id = lw_value_text(request, LW_STR("case"));
  voice->customer = lw_value_text(request, LW_STR("customer"));
  voice->action = lw_value_text(request, LW_STR("action"));
  voice->team = lw_value_text(lw_value_get(decision->body, LW_STR("person")), LW_STR("team"));
  voice->currency = lw_value_text(decision->body, LW_STR("currency"));
  voice->has_amount = decision->has_amount;
  voice->amount_minor = decision->amount_minor;
  voice->verdict = decision->verdict == LW_ASK ? LW_STR("ask") : LW_STR("refused");
  int64_t version = 0;
  if (policy != NULL && policy->kind == LW_VALUE_NUMBER && lw_int_read(policy->text, &version)) {
    voice->policy = (uint64_t)version;
  }
}

static enum lw_code read_decision(struct lw_batch *batch, const struct lw_obstacle_voice *said,
                                  struct lw_decision *ret_decision, struct lw_error *err)
{
  enum lw_code rc = lw_decision_get(batch->db, batch, said->decision, batch->scratch, batch->reader,
                                    ret_decision, err);
  if (rc != LW_OK) {
    return rc == LW_NOT_FOUND ? lw_fail(err, rc, "there is no decision of this id") : rc;
  }
  if (!lw_access_covers(said->caller, LW_ACCESS_SETTLE, batch->snapshot->staff,
                        ret_decision->agent)) {
    return lw_fail(err, LW_FORBIDDEN, "only whoever asked says what was in their way");
  }
  if (ret_decision->verdict == LW_GRANTED) {
    return lw_fail(err, LW_CONFLICT, "it was granted: no rule stood in the way");
  }
  return LW_OK;
}

enum lw_code lw_voice_append(struct lw_batch *batch, struct lw_change *change,
                             const struct lw_voice *voice, struct lw_error *err)
{
  struct lw_buf body = {0};
  lw_buf_add_char(&body, '{');
  lw_member_text(&body, "obstacle", voice->id);
  lw_member_text(&body, "kind", lw_obstacle_kind_name(voice->rule.kind));
  lw_member_text(&body, "rule", voice->rule.name);
  lw_member_text(&body, "decision", voice->decision);
  lw_member_text(&body, "read", voice->read);
  lw_member_text(&body, "agent", voice->agent);
  lw_member_text(&body, "case", voice->case_id);
  lw_member_int(&body, "policy", (int64_t)voice->policy);
  lw_member_raw(&body, "note", voice->note);
  return lw_desk_append(batch, change, LW_EVENT_OBSTACLE_NAMED, &body, err);
}

static enum lw_code write_voice(struct lw_batch *batch, struct lw_change *change,
                                const struct lw_obstacle_voice *said,
                                const struct lw_decision *decision, struct lw_voice *voice,
                                struct lw_error *err)
{
  const struct lw_value *answer = lw_value_get(decision->body, LW_STR("answer"));
  take_request(decision, voice);
  voice->agent = decision->agent;
  voice->at = batch->now;
  voice->id = lw_id_text(batch->scratch, LW_STR("obs"), lw_id_make(batch->rand, batch->now));
  enum lw_code rc = choose_rule(answer, voice->action, said->rule, &voice->rule, err);
  rc = rc == LW_OK ? lw_desk_keep_text(batch, "obstacle", voice->agent, voice->customer, said->note,
                                       &voice->note, err)
                   : rc;
  rc = rc == LW_OK ? lw_voice_insert(batch->db, voice, err) : rc;
  return rc == LW_OK ? lw_voice_append(batch, change, voice, err) : rc;
}

/* One touch says it; a word about it may follow. */
static enum lw_code add_note(struct lw_batch *batch, struct lw_change *change, lw_str note,
                             struct lw_voice *voice, struct lw_error *err)
{
  if (note.len == 0 || voice->note.len != 0) {
    return LW_OK;
  }
  enum lw_code rc =
      lw_desk_keep_text(batch, "obstacle", voice->agent, voice->customer, note, &voice->note, err);
  rc = rc == LW_OK ? lw_voice_note_put(batch->db, voice->id, voice->note, err) : rc;
  return rc == LW_OK ? lw_voice_append(batch, change, voice, err) : rc;
}

enum lw_code lw_obstacle_say(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_obstacle_voice *said = change->user;
  struct lw_desk_reader reader = lw_desk_reader_in(batch, said->caller);
  struct lw_decision decision = {.seq = 0};
  bool found = false;
  enum lw_code rc = read_decision(batch, said, &decision, err);
  if (rc != LW_OK) {
    return rc;
  }
  struct lw_voice voice = {.decision = lw_id_text(batch->scratch, LW_STR("dec"), said->decision)};
  rc = lw_voice_of(batch->db, voice.decision, batch->scratch, &found, &voice, err);
  if (rc == LW_OK && !found) {
    rc = write_voice(batch, change, said, &decision, &voice, err);
  } else if (rc == LW_OK) {
    rc = add_note(batch, change, said->note, &voice, err);
  }
  if (rc == LW_OK) {
    lw_voice_print(&reader, &voice, true, &change->answer);
    lw_change_status(change, found ? 200 : 201);
  }
  return rc;
}

/* --- answering --- */

static bool may_answer(const struct lw_caller *caller, lw_str owner)
{
  bool person = caller->person != NULL && !caller->is_token;
  return person && (lw_access_view(caller, LW_ACCESS_CHANGE_POLICY) == LW_VIEW_ALL ||
                    (owner.len != 0 && lw_str_equal(owner, caller->person->actor.id)));
}

static enum lw_code check_answering(struct lw_batch *batch,
                                    const struct lw_obstacle_answering *answering,
                                    struct lw_error *err)
{
  struct lw_publish_version version;
  lw_str owner = {NULL, 0};
  enum lw_code rc = lw_obstacle_owner_of(batch->db, &answering->rule, batch->scratch, &owner, err);
  if (rc == LW_OK && !may_answer(answering->caller, owner)) {
    (void)lw_fail(err, LW_FORBIDDEN, "this rule is not yours to answer for");
    lw_error_hint(err, "its owner may, and whoever may change the policy");
    return LW_FORBIDDEN;
  }
  if (rc != LW_OK || answering->policy == 0) {
    return rc;
  }
  rc = lw_publish_get(batch->db, answering->policy, batch->scratch, &version, err);
  return rc == LW_NOT_FOUND ? lw_fail(err, LW_INVALID, "there is no version %llu of the policy",
                                      (unsigned long long)answering->policy)
                            : rc;
}

static enum lw_code append_reply(struct lw_batch *batch, struct lw_change *change,
                                 const struct lw_obstacle_reply *reply, const lw_str *people,
                                 uint32_t count, struct lw_error *err)
{
  struct lw_buf body = {0};
  lw_buf_add_char(&body, '{');
  lw_member_text(&body, "answer", reply->id);
  lw_member_text(&body, "kind", lw_obstacle_kind_name(reply->rule.kind));
  lw_member_text(&body, "rule", reply->rule.name);
  lw_member_text(&body, "outcome", lw_obstacle_outcome_name(reply->outcome));
  if (reply->policy != 0) {
    lw_member_int(&body, "policy_version", (int64_t)reply->policy);
  }
  lw_member_text(&body, "by", reply->who);
  lw_member_key(&body, "to");
  lw_buf_add_char(&body, '[');
  for (uint32_t i = 0; i < count; i++) {
    lw_buf_add_c(&body, i != 0 ? "," : "");
    lw_json_add_string(&body, people[i]);
  }
  lw_buf_add_char(&body, ']');
  lw_member_raw(&body, "text", reply->text);
  return lw_desk_append(batch, change, LW_EVENT_OBSTACLE_ANSWERED, &body, err);
}

enum lw_code lw_obstacle_answer(struct lw_batch *batch, struct lw_change *change,
                                struct lw_error *err)
{
  const struct lw_obstacle_answering *answering = change->user;
  struct lw_desk_reader reader = lw_desk_reader_in(batch, answering->caller);
  struct lw_obstacle_reply reply = {.rule = answering->rule,
                                    .at = batch->now,
                                    .outcome = answering->outcome,
                                    .policy = answering->policy};
  lw_str *people = NULL;
  uint32_t count = 0;
  enum lw_code rc = check_answering(batch, answering, err);
  rc = rc == LW_OK
           ? lw_voice_people(batch->db, &answering->rule, batch->scratch, &people, &count, err)
           : rc;
  if (rc == LW_OK && count == 0) {
    return lw_fail(err, LW_NOT_FOUND, "nobody has said that this rule is in their way");
  }
  if (rc != LW_OK) {
    return rc;
  }
  reply.who = answering->caller->person->actor.id;
  reply.id = lw_id_text(batch->scratch, LW_STR("oba"), lw_id_make(batch->rand, batch->now));
  rc = lw_desk_keep_text(batch, "obstacle", reply.who, LW_STR(""), answering->text, &reply.text,
                         err);
  rc = rc == LW_OK ? lw_obstacle_reply_insert(batch->db, &reply, err) : rc;
  rc = rc == LW_OK ? append_reply(batch, change, &reply, people, count, err) : rc;
  if (rc == LW_OK) {
    lw_obstacle_reply_print(&reader, &reply, &change->answer);
    lw_change_status(change, 201);
  }
  return rc;
}

/* --- who sees to it --- */

enum lw_code lw_obstacle_own(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_obstacle_owning *owning = change->user;
  const struct lw_person *owner =
      owning->owner.len != 0 ? lw_staff_find(batch->snapshot->staff, owning->owner) : NULL;
  struct lw_buf body = {0};
  if (!may_answer(owning->caller, LW_STR(""))) {
    return lw_fail(err, LW_FORBIDDEN, "whoever may change the policy says who sees to a rule");
  }
  if (owning->owner.len != 0 && (owner == NULL || !owner->active)) {
    return lw_fail(err, LW_INVALID, "owner: there is nobody \"%.*s\"", LW_FMT(owning->owner));
  }
  enum lw_code rc = lw_obstacle_owner_put(batch->db, &owning->rule, owning->owner, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_buf_add_char(&body, '{');
  lw_member_text(&body, "kind", lw_obstacle_kind_name(owning->rule.kind));
  lw_member_text(&body, "rule", owning->rule.name);
  lw_member_text(&body, "owner", owning->owner);
  lw_member_text(&body, "by", owning->caller->person->actor.id);
  lw_buf_add(&change->answer, lw_buf_str(&body));
  lw_buf_add_char(&change->answer, '}');
  lw_change_status(change, 200);
  return lw_desk_append(batch, change, LW_EVENT_OBSTACLE_OWNED, &body, err);
}
