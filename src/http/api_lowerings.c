/* Lowerings: asked for, confirmed, ended, listed. What may be done by whom is checked where it is
 * done (engine/lowering.c). */
#include "engine/lowering.h"
#include "http/api.h"

static struct lw_lowering_reader reader_of(struct lw_call *call, struct lw_db *db)
{
  return (struct lw_lowering_reader){
      .db = db, .snapshot = call->snapshot, .caller = &call->caller, .arena = &call->arena};
}

/* A person who signed in: a token has nothing to do here. */
static bool is_somebody(struct lw_call *call)
{
  bool is = call->caller.person != NULL && !call->caller.is_token;
  if (!is) {
    lw_call_fail(call, LW_FORBIDDEN, "a lowering is between people: sign in");
  }
  return is;
}

void lw_api_list_lowerings(struct lw_call *call)
{
  struct lw_error err;
  struct lw_db *db = is_somebody(call) ? lw_call_reader(call) : NULL;
  if (db != NULL) {
    const struct lw_lowering_reader reader = reader_of(call, db);
    enum lw_code code = lw_lowering_list(&reader, lw_call_query(call, "person"), &call->out, &err);
    lw_api_reply_read(call, code, &err);
  }
}

void lw_api_get_lowering(struct lw_call *call)
{
  struct lw_error err;
  struct lw_db *db = is_somebody(call) ? lw_call_reader(call) : NULL;
  if (db != NULL) {
    const struct lw_lowering_reader reader = reader_of(call, db);
    enum lw_code code = lw_lowering_print(&reader, call->params[0], &call->out, &err);
    lw_api_reply_read(call, code, &err);
  }
}

void lw_api_ask_lowering(struct lw_call *call)
{
  static const char *const members[] = {"person", "to", "until", "reason", NULL};
  const struct lw_policy *policy = call->snapshot->policy;
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_lowering_ask *ask = LW_API_NEW(call, struct lw_lowering_ask);
  if (ask == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  *ask = (struct lw_lowering_ask){.caller = &call->caller,
                                  .person = lw_call_text(call->json, "person", &faults),
                                  .to = lw_value_get(call->json, LW_STR("to")),
                                  .reason = lw_call_text(call->json, "reason", &faults)};
  lw_str until = lw_call_text(call->json, "until", &faults);
  if (ask->person.len == 0) {
    lw_faults_add(&faults, LW_STR("person"), "is missing");
  }
  if (ask->to == NULL || ask->to->kind != LW_VALUE_MAP) {
    lw_faults_add(&faults, LW_STR("to"), "is a map of what they are to have");
  }
  if (lw_str_trim(ask->reason).len == 0 || ask->reason.len > LW_LOWERING_REASON_BYTES_MAX) {
    lw_faults_add(&faults, LW_STR("reason"), "is a text of at most %d bytes: they read it",
                  LW_LOWERING_REASON_BYTES_MAX);
  }
  if (until.len == 0 ||
      !lw_person_read_time(policy != NULL ? policy->zone : NULL, until, true, &ask->ends_at)) {
    lw_faults_add(&faults, LW_STR("until"), "is a day, such as 2026-12-31, or a moment");
  }
  lw_call_submit_sound(call, &faults, lw_lowering_ask, ask);
}

static void act(struct lw_call *call,
                enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change,
                                      struct lw_error *err))
{
  static const char *const members[] = {NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_lowering_act *act = LW_API_NEW(call, struct lw_lowering_act);
  if (act == NULL) {
    return;
  }
  *act = (struct lw_lowering_act){.caller = &call->caller, .lowering = call->params[0]};
  lw_call_known(call->json, members, &faults);
  lw_call_submit_sound(call, &faults, apply, act);
}

void lw_api_confirm_lowering(struct lw_call *call)
{
  act(call, lw_lowering_confirm);
}

void lw_api_end_lowering(struct lw_call *call)
{
  act(call, lw_lowering_end);
}
