/* What is in people's way (desk/obstacle.h): said of a decision, gathered by rule, answered. */
#include "desk/obstacle.h"

#include "http/api.h"
#include "http/council.h"

/* The rule of the path. False: replied with 404. */
static bool read_rule(struct lw_call *call, struct lw_obstacle_rule *ret_rule)
{
  ret_rule->name = call->params[1];
  bool known = lw_obstacle_kind_read(call->params[0], &ret_rule->kind);
  if (!known) {
    lw_call_fail(call, LW_NOT_FOUND,
                 "what is in the way is a rule, a route or a gap; or it is a change");
  }
  return known;
}

static void check_words(lw_str text, const char *at, bool needed, struct lw_faults *faults)
{
  if (needed && lw_str_trim(text).len == 0) {
    lw_faults_add(faults, lw_str_c(at), "is missing");
  } else if (text.len > LW_OBSTACLE_WORDS_BYTES_MAX) {
    lw_faults_add(faults, lw_str_c(at), "is longer than %d bytes", LW_OBSTACLE_WORDS_BYTES_MAX);
  }
}

void lw_api_name_obstacle(struct lw_call *call)
{
  static const char *const members[] = {"rule", "note", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_obstacle_voice *voice = LW_API_NEW(call, struct lw_obstacle_voice);
  lw_id id;
  if (voice == NULL || !lw_api_decision_id(call, &id)) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  *voice = (struct lw_obstacle_voice){.caller = &call->caller,
                                      .decision = id,
                                      .rule = lw_call_text(call->json, "rule", &faults),
                                      .note = lw_call_text(call->json, "note", &faults)};
  check_words(voice->note, "note", false, &faults);
  lw_call_submit_sound(call, &faults, lw_obstacle_say, voice);
}

void lw_api_ask_about_read(struct lw_call *call)
{
  static const char *const members[] = {"text", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_obstacle_asking *asking =
      lw_api_is_somebody(call) ? LW_API_NEW(call, struct lw_obstacle_asking) : NULL;
  if (asking == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  *asking = (struct lw_obstacle_asking){.caller = &call->caller,
                                        .read = call->params[0],
                                        .text = lw_call_text(call->json, "text", &faults)};
  check_words(asking->text, "text", true, &faults);
  lw_call_submit_sound(call, &faults, lw_obstacle_ask, asking);
}

void lw_api_answer_obstacle(struct lw_call *call)
{
  static const char *const members[] = {"outcome", "text", "policy_version", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_obstacle_answering *answering = LW_API_NEW(call, struct lw_obstacle_answering);
  if (answering == NULL || !read_rule(call, &answering->rule)) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  answering->caller = &call->caller;
  answering->text = lw_call_text(call->json, "text", &faults);
  answering->policy = lw_api_number_of(lw_value_get(call->json, LW_STR("policy_version")));
  check_words(answering->text, "text", true, &faults);
  bool change = answering->rule.kind == LW_OBSTACLE_CHANGE;
  if (!lw_obstacle_outcome_read(lw_call_text(call->json, "outcome", &faults),
                                &answering->outcome) ||
      (answering->outcome == LW_OBSTACLE_EXPLAINED && !change)) {
    lw_faults_add(&faults, LW_STR("outcome"), "is one of changed, looked_at, stays%s",
                  change ? ", explained" : "");
  } else if (answering->outcome == LW_OBSTACLE_CHANGED && answering->policy == 0) {
    lw_faults_add(&faults, LW_STR("policy_version"), "is missing: the version that changed it");
  }
  lw_call_submit_sound(call, &faults, lw_obstacle_answer, answering);
}

void lw_api_own_obstacle(struct lw_call *call)
{
  static const char *const members[] = {"owner", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_obstacle_owning *owning = LW_API_NEW(call, struct lw_obstacle_owning);
  if (owning == NULL || !read_rule(call, &owning->rule)) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  owning->caller = &call->caller;
  owning->owner = lw_call_text(call->json, "owner", &faults);
  lw_call_submit_sound(call, &faults, lw_obstacle_own, owning);
}

/* --- reading --- */

static bool read_state(struct lw_call *call, struct lw_obstacle_query *query)
{
  lw_str state = lw_call_query(call, "state");
  query->has_state = state.ptr != NULL;
  query->open = lw_str_equal(state, LW_STR("open"));
  bool fits = !query->has_state || query->open || lw_str_equal(state, LW_STR("answered"));
  if (!fits) {
    lw_api_refuse_parameter(call, "state", "open or answered");
  }
  return fits;
}

static void list(struct lw_call *call, const struct lw_obstacle_query *query)
{
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    struct lw_desk_reader reader = lw_api_desk(call, db);
    enum lw_code code = lw_obstacle_list(&reader, query, &call->out, &err);
    lw_api_reply_read(call, code, &err);
  }
}

void lw_api_list_obstacles(struct lw_call *call)
{
  struct lw_obstacle_query query = {.agent = lw_call_query(call, "agent")};
  if (read_state(call, &query) && lw_api_read_time(call, "since", &query.since) &&
      (query.agent.ptr == NULL || lw_call_may(call, LW_ACCESS_LISTEN, query.agent)) &&
      lw_api_shows_picked(call, LW_STR(""), query.agent)) {
    list(call, &query);
  }
}

void lw_api_get_obstacle(struct lw_call *call)
{
  struct lw_obstacle_query query = {.has_rule = true};
  if (read_rule(call, &query.rule)) {
    list(call, &query);
  }
}

void lw_api_my_obstacles(struct lw_call *call)
{
  struct lw_error err;
  struct lw_db *db = lw_api_is_somebody(call) ? lw_call_reader(call) : NULL;
  if (db == NULL) {
    return;
  }
  struct lw_desk_reader reader = lw_api_desk(call, db);
  enum lw_code code = lw_obstacle_mine(&reader, call->caller.person->actor.id, &call->out, &err);
  lw_api_reply_read(call, code, &err);
}
