/* From an empty database to a first decision: how far it is, policies to begin with, an invented
 * case to decide, and whom an invitation is for. */
#include "data/json.h"
#include "data/member.h"
#include "desk/case.h"
#include "http/api.h"
#include "http/pages.h"
#include "http/starters.h"
#include "people/person.h"
#include "policy/who.h"

/* --- how far it is --- */

bool lw_setup_may(const struct lw_call *call)
{
  return lw_access_view(&call->caller, LW_ACCESS_SETTINGS) == LW_VIEW_ALL;
}

bool lw_setup_has_decided(struct lw_call *call)
{
  struct lw_server *server = call->server;
  struct lw_lists_filter filter = {.view = {.all = true}, .limit = 1};
  struct lw_lists_page page = {.count = 0};
  if (atomic_load(&server->decided) || server->lists == NULL) {
    return atomic_load(&server->decided);
  }
  uint64_t seq = lw_engine_seq(call->engine);
  if (lw_lists_through(server->lists) < seq) {
    (void)lw_lists_wait(server->lists, seq, 500);
  }
  if (lw_lists_decisions(server->lists, &filter, &call->arena, &page, NULL) == LW_OK &&
      page.count != 0) {
    atomic_store(&server->decided, true);
  }
  return page.count != 0;
}

/* Whether some grant is for somebody like this, today. */
static bool has_grant(const struct lw_policy *policy, const struct lw_actor *actor, lw_usec at)
{
  uint32_t tier = lw_actor_tier(policy, actor);
  for (uint32_t i = 0; i < policy->n_grants; i++) {
    const struct lw_grant *grant = &policy->grants[i];
    if (grant->from <= at && at < grant->until &&
        lw_who_fits(&grant->who, actor, tier, actor->team, at)) {
      return true;
    }
  }
  return false;
}

static bool is_on_route(const struct lw_policy *policy, const struct lw_actor *actor, lw_usec at)
{
  uint32_t tier = lw_actor_tier(policy, actor);
  for (uint32_t i = 0; i < policy->n_routes; i++) {
    for (uint32_t j = 0; j < policy->routes[i].n_levels; j++) {
      if (lw_who_fits(&policy->routes[i].levels[j].who, actor, tier, actor->team, at)) {
        return true;
      }
    }
  }
  return false;
}

static void add_people(const struct lw_call *call, int64_t can_sign_in, struct lw_buf *out)
{
  const struct lw_policy *policy = call->snapshot->policy;
  const struct lw_directory *directory = &call->snapshot->staff->directory;
  unsigned asking = 0;
  unsigned answering = 0;
  for (uint32_t i = 0; policy != NULL && i < directory->count; i++) {
    asking += has_grant(policy, &directory->actors[i], call->received) ? 1 : 0;
    answering += is_on_route(policy, &directory->actors[i], call->received) ? 1 : 0;
  }
  lw_buf_printf(out,
                "\"people\":{\"active\":%u,\"can_sign_in\":%lld,\"may_ask\":%u,\"may_answer\":%u}",
                directory->count, (long long)can_sign_in, asking, answering);
}

/* An administrator may have no tier of the policy: then nothing can be given by them. */
static bool is_ready(const struct lw_call *call)
{
  const struct lw_policy *policy = call->snapshot->policy;
  const struct lw_person *me = call->caller.person;
  return policy != NULL && me != NULL && lw_actor_tier(policy, &me->actor) != UINT32_MAX &&
         has_grant(policy, &me->actor, call->received);
}

enum lw_code lw_setup_add(struct lw_call *call, struct lw_buf *out, struct lw_error *err)
{
  struct lw_db *db = NULL;
  lw_usec began = 0;
  int64_t can_sign_in = 0;
  enum lw_code rc = lw_engine_reader(call->engine, &db, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = lw_settings_began(db, &began, err);
  rc = rc == LW_OK ? lw_console_count_signins(db, &can_sign_in, err) : rc;
  lw_engine_reader_done(call->engine, db);
  if (rc != LW_OK) {
    return rc;
  }
  lw_buf_printf(out, "{\"administrator\":true,\"policy\":%llu,",
                (unsigned long long)call->snapshot->policy_version);
  add_people(call, can_sign_in, out);
  lw_buf_printf(out, ",\"me_ready\":%s,\"decided\":%s,\"mail\":%s,\"began\":",
                is_ready(call) ? "true" : "false", lw_setup_has_decided(call) ? "true" : "false",
                call->server->mail_server != NULL ? "true" : "false");
  lw_member_print_time(out, began);
  LW_BUF_LIT(out, "}");
  return LW_OK;
}

void lw_api_setup(struct lw_call *call)
{
  struct lw_error err;
  enum lw_code code = lw_setup_add(call, &call->out, &err);
  lw_api_reply_read(call, code, &err);
}

/* --- policies to begin with --- */

static const struct lw_starter *find_starter(lw_str id)
{
  for (size_t i = 0; i < lw_starters_count; i++) {
    if (lw_str_equal(lw_starters[i].id, id)) {
      return &lw_starters[i];
    }
  }
  return NULL;
}

void lw_api_list_starters(struct lw_call *call)
{
  LW_BUF_LIT(&call->out, "{\"items\":[");
  for (size_t i = 0; i < lw_starters_count; i++) {
    lw_buf_add(&call->out, i == 0 ? LW_STR("") : LW_STR(","));
    lw_buf_add(&call->out, lw_starters[i].said);
  }
  LW_BUF_LIT(&call->out, "]}");
  lw_call_reply(call, 200);
}

void lw_api_get_starter(struct lw_call *call)
{
  const struct lw_starter *starter = find_starter(call->params[0]);
  if (starter == NULL) {
    lw_call_fail(call, LW_NOT_FOUND, "there is no such policy; GET /v1/policy/starters lists them");
    return;
  }
  lw_buf_add(&call->out, starter->more);
  lw_call_reply(call, 200);
}

/* --- a first case --- */

struct practice {
  const struct lw_starter *starter;
  struct lw_case_change open;   /* with its id */
  struct lw_case_change change; /* when there is one of an earlier try */
};

/* The map without its member `id`, which a change can't have. */
static const struct lw_value *without_id(struct lw_call *call, const struct lw_value *map)
{
  struct lw_value *rest = LW_API_NEW(call, struct lw_value);
  struct lw_value *items = lw_api_keep(call, (map->count + 1U) * sizeof *items);
  struct lw_entry *entries = lw_api_keep(call, (map->count + 1U) * sizeof *entries);
  if (rest == NULL || items == NULL || entries == NULL) {
    return NULL;
  }
  *rest = *map;
  rest->count = 0;
  rest->items = items;
  rest->entries = entries;
  for (uint32_t i = 0; i < map->count; i++) {
    if (!lw_str_equal(map->entries[i].key, LW_STR("id"))) {
      items[rest->count] = map->items[i];
      entries[rest->count++] = map->entries[i];
    }
  }
  return rest;
}

/* The invented case says what only records say: it is Leeway's own, so nobody's rights are asked.
 */
static enum lw_code practice_apply(struct lw_batch *batch, struct lw_change *change,
                                   struct lw_error *err)
{
  struct practice *practice = change->user;
  struct lw_case found;
  enum lw_code rc = lw_case_get(batch->db, practice->change.id, batch->scratch, &found, err);
  bool there = rc == LW_OK;
  if (!there && rc != LW_NOT_FOUND) {
    return rc;
  }
  change->user = there ? &practice->change : &practice->open;
  rc = there ? lw_case_patch(batch, change, err) : lw_case_open(batch, change, err);
  change->user = practice;
  if (rc == LW_OK && change->answer.len != 0) {
    change->answer.len--; /* its closing brace */
    LW_BUF_LIT(&change->answer, ",\"request\":");
    lw_buf_add(&change->answer, practice->starter->request_json);
    LW_BUF_LIT(&change->answer, "}");
  }
  return rc;
}

static void practice_opened(struct lw_call *call)
{
  atomic_store(&call->server->has_cases, true);
}

static struct practice *read_practice(struct lw_call *call, const struct lw_starter *starter)
{
  struct lw_error err;
  const struct lw_value *value = NULL;
  struct practice *practice = LW_API_NEW(call, struct practice);
  if (practice == NULL || !lw_api_is_well(call,
                                          lw_json_read(lw_call_json(call), &call->arena,
                                                       starter->case_json, NULL, &value, &err),
                                          &err)) {
    return NULL;
  }
  const struct lw_value *id = lw_value_get(value, LW_STR("id"));
  practice->starter = starter;
  practice->open.value = value;
  practice->change.id = id != NULL ? id->text : LW_STR("");
  practice->change.value = without_id(call, value);
  return practice->change.value != NULL ? practice : NULL;
}

void lw_api_make_setup_case(struct lw_call *call)
{
  static const char *const members[] = {"starter", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  lw_call_known(call->json, members, &faults);
  lw_str id = lw_call_text(call->json, "starter", &faults);
  const struct lw_starter *starter = find_starter(id);
  if (faults.count == 0 && starter == NULL) {
    lw_faults_add(&faults, LW_STR("starter"), "takes an id of GET /v1/policy/starters");
  }
  if (faults.count != 0) {
    lw_call_faults(call, &faults);
  } else if (lw_setup_has_decided(call)) {
    lw_call_fail(call, LW_CONFLICT,
                 "something was decided already; an invented case would stand beside true ones");
  } else {
    struct practice *practice = read_practice(call, starter);
    if (practice != NULL) {
      call->then = practice_opened;
      lw_call_submit(call, practice_apply, practice);
    }
  }
}

/* --- whom an invitation is for --- */

static void refuse_guess(struct lw_call *call, uint32_t wait_seconds)
{
  lw_call_fail(call, LW_TOO_MANY, "too many links were tried from your address; wait %u seconds",
               wait_seconds);
  lw_exchange_of(call)->n_added = 0; /* the usual Retry-After */
  lw_call_add_header(call, "Retry-After", lw_str_format(&call->arena, "%u", wait_seconds));
}

static void print_invite(struct lw_call *call, const struct lw_invite *invite)
{
  struct lw_buf *out = &call->out;
  const struct lw_person *person =
      invite->person.len != 0 ? lw_staff_find(call->snapshot->staff, invite->person) : NULL;
  const struct lw_policy *policy = call->snapshot->policy;
  const struct {
    const char *name;
    lw_str text;
  } texts[] = {{"person", invite->person},
               {"name", person != NULL ? person->actor.name : LW_STR("")},
               {"email", person != NULL ? person->actor.email : LW_STR("")},
               {"organization", policy != NULL ? policy->organization : LW_STR("")}};
  lw_buf_printf(out, "{\"first\":%s", invite->person.len == 0 ? "true" : "false");
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    if (texts[i].text.len != 0) {
      lw_buf_printf(out, ",\"%s\":", texts[i].name);
      lw_json_add_string(out, texts[i].text);
    }
  }
  LW_BUF_LIT(out, ",\"until\":");
  lw_member_print_time(out, invite->ends_at);
  LW_BUF_LIT(out, "}");
}

/* A guess costs: links are counted by the address that tries them, those that are known do not
 * count. */
void lw_api_get_invitation(struct lw_call *call)
{
  struct lw_invite invite;
  struct lw_error err;
  uint32_t wait_seconds = 0;
  lw_str source = lw_authn_source(call);
  struct lw_throttle *throttle = call->server->looks;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL) {
    return;
  }
  if (!lw_throttle_begin(throttle, source, source, call->received, &wait_seconds)) {
    refuse_guess(call, wait_seconds);
    return;
  }
  enum lw_code code = lw_invite_find(db, lw_exchange_of(call)->work->hasher, call->params[0],
                                     call->received, &call->arena, &invite, &err);
  if (code != LW_NOT_FOUND) {
    lw_throttle_forgive(throttle, source, source, call->received);
  }
  if (lw_api_is_well(call, code, &err)) {
    print_invite(call, &invite);
    lw_call_reply(call, 200);
  }
}
