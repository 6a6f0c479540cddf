/* Root causes: what each costs (track/overview.h), who sees to it by what (desk/cause.h), and what
 * became of it since (tweak/effect.h). Figures come on the replays' threads. */
#include "desk/cause.h"
#include "http/api_sheet.h"
#include "http/api_track.h"
#include "http/cause_list.h"
#include "http/council.h"
#include "people/person.h"
#include "track/page.h"
#include "track/sheets.h"
#include "tweak/effect.h"

struct asking {
  uint64_t days;
  struct lw_track_scope scope;
  bool individuals;
  struct lw_cause *causes; /* what is kept, by name */
  uint32_t n_causes;
  lw_str name; /* one cause; or {NULL, 0}: all */
};

/* --- figures --- */

static const struct lw_cause *kept(const struct asking *asking, lw_str name)
{
  for (uint32_t i = 0; i < asking->n_causes; i++) {
    if (lw_str_equal(asking->causes[i].name, name)) {
      return &asking->causes[i];
    }
  }
  return NULL;
}

static enum lw_code list(struct lw_call *call, const struct lw_track_sums *sums,
                         struct lw_error *err)
{
  const struct asking *asking = call->user;
  struct lw_track_overview overview;
  enum lw_code rc = lw_track_overview_make(sums, &asking->scope, &call->arena, &overview, err);
  if (rc == LW_OK && !asking->individuals && overview.n_agents < LW_TRACK_GROUP_MIN) {
    rc = lw_fail(err, LW_FORBIDDEN, "figures are shown for groups of %d people and more",
                 LW_TRACK_GROUP_MIN);
  }
  if (rc != LW_OK) {
    return rc;
  }
  const struct lw_cause_listing listing = {.overview = &overview,
                                           .snapshot = call->snapshot,
                                           .causes = asking->causes,
                                           .n_causes = asking->n_causes,
                                           .caller = &call->caller,
                                           .name = asking->name};
  bool all = asking->name.ptr == NULL;
  lw_buf_add_c(&call->out, all ? "{\"items\":[" : "");
  uint32_t count = lw_cause_list_print(&listing, lw_track_sums_tape(sums), &call->out);
  lw_buf_add_c(&call->out, all ? "]}" : "");
  return all || count != 0
             ? LW_OK
             : lw_fail(err, LW_NOT_FOUND, "there is no cause \"%.*s\"", LW_FMT(asking->name));
}

static enum lw_code add_up(struct lw_call *call, struct lw_db *db,
                           const struct lw_live_past_view *past, struct lw_error *err)
{
  const struct asking *asking = call->user;
  const struct lw_track_sums *sums = NULL;
  const struct lw_track_window window = {.tape = past->tape,
                                         .serial = past->serial,
                                         .since = lw_api_track_since(call, asking->days),
                                         .n_days = (uint32_t)asking->days,
                                         .store = {db, call->snapshot->staff, true}};
  enum lw_code rc = lw_track_keeper_hold(call->server->track, &window, &sums, err);
  if (rc == LW_OK) {
    rc = list(call, sums, err);
    lw_track_keeper_release(call->server->track);
  }
  return rc;
}

static void work(struct lw_call *call)
{
  const struct asking *asking = call->user;
  struct lw_error err = {0};
  enum lw_code rc = LW_OK;
  if (!lw_api_use_past(call, add_up, &rc, &err)) {
    return;
  }
  const struct lw_cause *cause = asking->name.ptr != NULL ? kept(asking, asking->name) : NULL;
  if (rc == LW_OK && cause != NULL) {
    lw_api_add_tag(call, cause->version);
  }
  if (asking->name.ptr != NULL) {
    lw_api_reply_read(call, rc, &err);
  } else {
    lw_api_reply_sheet(call, rc, &err, &lw_causes_sheet, "causes");
  }
}

/* Causes are for whoever sees more than themselves. False: replied. */
static bool may_look(struct lw_call *call)
{
  bool may = lw_access_view(&call->caller, LW_ACCESS_SEE_STATS) >= LW_VIEW_TEAM;
  if (!may) {
    lw_call_forbidden(call, LW_ACCESS_SEE_STATS);
  } else if (lw_call_query(call, "agent").ptr != NULL) {
    lw_api_refuse_parameter(call, "agent", "nothing here: a cause is everybody's");
    may = false;
  }
  return may;
}

static struct asking *read_asking(struct lw_call *call)
{
  struct asking *asking = LW_API_NEW(call, struct asking);
  struct lw_error err = {0};
  if (asking == NULL) {
    return NULL;
  }
  *asking = (struct asking){.days = 0};
  if (!may_look(call) || !lw_api_track_scope(call, &asking->scope, &asking->individuals) ||
      !lw_api_read_number(call, "days", 1, LW_TRACK_DAYS_MAX, LW_TRACK_DAYS_USUAL, &asking->days)) {
    return NULL;
  }
  struct lw_db *db = lw_call_reader(call);
  enum lw_code rc =
      db != NULL ? lw_cause_all(db, &call->arena, &asking->causes, &asking->n_causes, &err) : LW_OK;
  return db != NULL && lw_api_is_well(call, rc, &err) ? asking : NULL;
}

void lw_api_list_causes(struct lw_call *call)
{
  call->user = read_asking(call);
  if (call->user != NULL && lw_api_read_format(call)) {
    lw_worker_run_on(call->server->replayer, call, work);
  }
}

void lw_api_get_cause(struct lw_call *call)
{
  struct asking *asking = read_asking(call);
  if (asking != NULL) {
    asking->name = call->params[0];
    call->user = asking;
    lw_worker_run_on(call->server->replayer, call, work);
  }
}

/* --- who sees to it --- */

static void read_fix(struct lw_call *call, const struct lw_value *fix, struct lw_cause *cause,
                     struct lw_faults *faults)
{
  static const char *const members[] = {"text", "from", "policy_version", NULL};
  const struct lw_policy *policy = call->snapshot->policy;
  if (fix->kind != LW_VALUE_MAP) {
    lw_faults_add(faults, LW_STR("fix"), "is a map of text, from and policy_version");
    return;
  }
  lw_call_known(fix, members, faults);
  cause->fix = lw_str_trim(lw_call_text(fix, "text", faults));
  lw_str from = lw_call_text(fix, "from", faults);
  const struct lw_value *version = lw_value_get(fix, LW_STR("policy_version"));
  if (cause->fix.len == 0 || cause->fix.len > LW_CAUSE_TEXT_BYTES_MAX) {
    lw_faults_add(faults, LW_STR("fix.text"), "is a text of at most %d bytes",
                  LW_CAUSE_TEXT_BYTES_MAX);
  }
  if (from.len != 0 &&
      !lw_person_read_time(policy != NULL ? policy->zone : NULL, from, false, &cause->fix_at)) {
    lw_faults_add(faults, LW_STR("fix.from"), "is a day, such as 2026-12-05");
  }
  if (version != NULL && version->kind != LW_VALUE_NULL) {
    cause->fix_policy = lw_api_number_of(version);
    if (cause->fix_policy == 0 || cause->fix_policy > INT64_MAX) {
      lw_faults_add(faults, LW_STR("fix.policy_version"), "is the number of a version");
    }
  }
  if (cause->fix_at == 0 && cause->fix_policy == 0 && faults->count == 0) {
    lw_faults_add(faults, LW_STR("fix.from"),
                  "is missing: a fix has a day, or a version of the policy");
  }
}

static bool is_known(struct lw_call *call, lw_str name)
{
  struct lw_cause cause;
  struct lw_error err = {0};
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL ||
      !lw_api_is_well(call, lw_cause_get(db, name, &call->arena, &cause, &err), &err)) {
    return false;
  }
  if (cause.version == 0 && lw_policy_reason(call->snapshot->policy, name) == NULL) {
    lw_call_fail(call, LW_NOT_FOUND, "the policy knows no cause \"%.*s\"", LW_FMT(name));
    return false;
  }
  return true;
}

void lw_api_set_cause(struct lw_call *call)
{
  static const char *const members[] = {"owner", "fix", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_cause_change *change = LW_API_NEW(call, struct lw_cause_change);
  if (change == NULL) {
    return;
  }
  *change = (struct lw_cause_change){.caller = &call->caller, .cause = {.name = call->params[0]}};
  if (!lw_api_read_tag(call, &change->has_tag, &change->tag) || !is_known(call, call->params[0])) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  change->cause.owner = lw_str_trim(lw_call_text(call->json, "owner", &faults));
  const struct lw_value *fix = lw_value_get(call->json, LW_STR("fix"));
  if (fix != NULL && fix->kind != LW_VALUE_NULL) {
    read_fix(call, fix, &change->cause, &faults);
  }
  if (lw_call_is_sound(call, &faults)) {
    call->then = lw_api_tag_from_version;
    lw_call_submit(call, lw_cause_put, change);
  }
}

/* --- what became of it --- */

struct following {
  struct lw_cause cause;
  struct lw_council council; /* as for nobody: the answer is kept for all */
};

static enum lw_code measure(struct lw_call *call, const struct lw_live_past_view *past,
                            struct lw_error *err)
{
  const struct following *following = call->user;
  const struct lw_cause *cause = &following->cause;
  struct lw_effect effect = {.version = 0};
  struct lw_past_ratings ratings;
  struct lw_arena arena;
  const struct lw_effect_past record = {past->tape, &ratings};
  lw_arena_init(&arena, NULL, 0);
  enum lw_code rc = lw_api_past_ratings(call, &arena, &ratings, err);
  rc = rc == LW_OK ? lw_effect_measure_cause(&effect, &record, cause->name, cause->fix_policy,
                                             cause->fix_at, err)
                   : rc;
  rc = rc == LW_OK ? lw_council_check_effect(&following->council, &effect, &call->arena, err) : rc;
  if (rc == LW_OK) {
    lw_effect_print(&effect, &call->out);
  }
  lw_effect_finish(&effect);
  lw_arena_finish(&arena);
  return rc;
}

static lw_hash key_of(struct lw_call *call, const struct lw_live_past_view *past)
{
  const struct following *following = call->user;
  const struct lw_cause *cause = &following->cause;
  struct lw_hasher *hasher = lw_exchange_of(call)->work->hasher;
  const uint64_t numbers[] = {cause->fix_policy, (uint64_t)cause->fix_at, call->snapshot->serial,
                              past->seq, following->council.on};
  lw_hasher_start(hasher);
  lw_hasher_add(hasher, LW_STR("cause"));
  lw_hasher_add(hasher, lw_str_from((const char *)numbers, sizeof numbers));
  lw_hasher_add(hasher, cause->name);
  return lw_hasher_end(hasher);
}

/* Measured once, until the record, the policy or the fix is another. */
static enum lw_code find_effect(struct lw_call *call, struct lw_db *db,
                                const struct lw_live_past_view *past, struct lw_error *err)
{
  const lw_hash key = key_of(call, past);
  (void)db; /* ratings come by a reader of their own */
  if (lw_replay_cache_find(call->server->replays, &key, &call->out)) {
    return LW_OK;
  }
  enum lw_code rc = measure(call, past, err);
  if (rc == LW_OK && !call->out.failed) {
    lw_replay_cache_keep(call->server->replays, &key, lw_buf_str(&call->out));
  }
  return rc;
}

static void work_effect(struct lw_call *call)
{
  struct lw_error err = {0};
  enum lw_code rc = LW_OK;
  if (lw_api_use_past(call, find_effect, &rc, &err)) {
    lw_api_reply_read(call, rc, &err);
  }
}

void lw_api_cause_effect(struct lw_call *call)
{
  struct lw_error err = {0};
  static const struct lw_caller nobody = {.person = NULL};
  struct following *following = LW_API_NEW(call, struct following);
  struct lw_db *db = following != NULL && may_look(call) ? lw_call_reader(call) : NULL;
  struct lw_cause *cause = db != NULL ? &following->cause : NULL;
  if (db == NULL || !lw_api_council(call, &following->council) ||
      !lw_api_is_well(call, lw_cause_get(db, call->params[0], &call->arena, cause, &err), &err)) {
    return;
  }
  following->council.caller = &nobody;
  if (cause->fix_at == 0 && cause->fix_policy == 0) {
    lw_call_fail(call, LW_NOT_FOUND, "nothing was done about this cause yet");
    return;
  }
  call->user = following;
  lw_worker_run_on(call->server->replayer, call, work_effect);
}
