/* How an ask reaches whoever signed in, and a test of it. */
#include "base/bounds.h"
#include "connect/deliver.h"
#include "http/api.h"
#include "http/streams.h"
#include "policy/who.h"

enum { TESTS_A_MINUTE = 3 };

/* The person who signed in, or for whom a token stands. False: replied. */
static bool is_somebody(struct lw_call *call)
{
  if (call->caller.person == NULL) {
    lw_call_fail(call, LW_FORBIDDEN, "this token stands for nobody whom an ask could reach");
  }
  return call->caller.person != NULL;
}

static bool is_mail_on(const struct lw_call *call)
{
  return call->server->connect != NULL && lw_connect_mails(call->server->connect);
}

/* --- the ways --- */

static bool asks_me(const struct lw_call *call, const struct lw_policy *policy,
                    const struct lw_route *route)
{
  const struct lw_actor *me = &call->caller.person->actor;
  uint32_t tier = lw_actor_tier(policy, me);
  for (uint32_t l = 0; l < route->n_levels; l++) {
    if (lw_who_fits(&route->levels[l].who, me, tier, me->team, call->received)) {
      return true;
    }
  }
  return false;
}

static void add_level(struct lw_call *call, const struct lw_route *route,
                      const struct lw_level *level, bool first)
{
  struct lw_buf *out = &call->out;
  struct lw_buf who = {0};
  lw_who_print(call->snapshot->policy, &level->who, LW_STR(""), &who);
  lw_buf_add_c(out, first ? "{\"route\":" : ",{\"route\":");
  lw_json_add_string(out, route->id);
  LW_BUF_LIT(out, ",\"who\":");
  lw_json_add_string(out, lw_buf_str(&who));
  if (level->within_text.len != 0) {
    LW_BUF_LIT(out, ",\"within\":");
    lw_json_add_string(out, level->within_text);
  }
  LW_BUF_LIT(out, "}");
  out->failed |= who.failed;
  lw_buf_finish(&who);
}

/* All levels of each route that may ask me: who comes before and after me too. */
static void add_levels(struct lw_call *call)
{
  const struct lw_policy *policy = call->snapshot->policy;
  bool first = true;
  for (uint32_t r = 0; policy != NULL && r < policy->n_routes; r++) {
    const struct lw_route *route = &policy->routes[r];
    uint32_t count = asks_me(call, policy, route) ? route->n_levels : 0;
    for (uint32_t l = 0; l < count; l++) {
      add_level(call, route, &route->levels[l], first);
      first = false;
    }
  }
}

void lw_api_get_alerts(struct lw_call *call)
{
  struct lw_buf *out = &call->out;
  if (!is_somebody(call)) {
    return;
  }
  const struct lw_actor *me = &call->caller.person->actor;
  lw_buf_add_c(out, is_mail_on(call) ? "{\"mail\":{\"on\":true" : "{\"mail\":{\"on\":false");
  if (lw_connect_mail_fits(me->email)) {
    LW_BUF_LIT(out, ",\"to\":");
    lw_json_add_string(out, me->email);
  }
  lw_buf_add_c(out, lw_streams_has(call->server->streams, me->id) ? "},\"online\":true"
                                                                  : "},\"online\":false");
  LW_BUF_LIT(out, ",\"levels\":[");
  add_levels(call);
  LW_BUF_LIT(out, "]}");
  lw_call_reply(call, 200);
}

/* --- the test --- */

static void wake_deliveries(struct lw_call *call)
{
  if (call->server->connect != NULL) {
    lw_connect_wake(call->server->connect);
  }
}

static bool may_test(struct lw_call *call)
{
  bool may = lw_quota_take(&call->server->quota, LW_STR("alert"), call->caller.person->actor.id,
                           TESTS_A_MINUTE, call->received);
  if (!may) {
    lw_call_add_header(call, "Retry-After", LW_STR("60"));
    lw_call_fail(call, LW_TOO_MANY, "alerts may be tested %d times a minute", TESTS_A_MINUTE);
  }
  return may;
}

void lw_api_test_alerts(struct lw_call *call)
{
  static const char *const members[] = {NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_alert_test *test = LW_API_NEW(call, struct lw_alert_test);
  if (test == NULL || !is_somebody(call)) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  if (faults.count != 0) {
    lw_call_faults(call, &faults);
  } else if (may_test(call)) {
    test->person = call->caller.person->actor.id;
    test->mail = is_mail_on(call);
    call->then = wake_deliveries;
    lw_call_submit(call, lw_alert_test_apply, test);
  }
}

void lw_api_get_alert_test(struct lw_call *call)
{
  struct lw_error err;
  struct lw_db *db = is_somebody(call) ? lw_call_reader(call) : NULL;
  if (db != NULL) {
    enum lw_code code = lw_alert_test_print(db, call->caller.person->actor.id, call->params[0],
                                            &call->arena, &call->out, &err);
    lw_api_reply_read(call, code, &err);
  }
}
