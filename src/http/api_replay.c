/* A draft tried on the past (tweak/trial.h): read here, on an HTTP thread; run on a replayer, which
 * stops when nobody waits for the answer any more. */
#include "base/bounds.h"
#include "base/num.h"
#include "engine/draft.h"
#include "http/api.h"
#include "http/council.h"
#include "tweak/trial.h"

/* A side as it was asked for. */
struct side {
  lw_str source;    /* {NULL, 0}: by number, or the draft */
  uint64_t version; /* 0: none */
  lw_str draft;     /* its id */
  uint64_t from;    /* the version that the draft began with */
};

struct replaying {
  struct side tried;
  struct side before; /* nothing of it set: what was recorded */
  struct lw_trial trial;
  bool as_recorded_people;
  struct lw_council council;
  uint32_t blocks;                /* since the last look */
  struct lw_publish publishes[3]; /* tried, before, base */
};

/* --- reading what is asked for --- */

static void read_number(const struct lw_value *map, const char *key, uint64_t most,
                        uint64_t *number, struct lw_faults *faults)
{
  const struct lw_value *value = lw_value_get(map, lw_str_c(key));
  if (value == NULL || value->kind == LW_VALUE_NULL) {
    return;
  }
  if (value->kind != LW_VALUE_NUMBER || !lw_uint_read(value->text, number) || *number > most) {
    lw_faults_add(faults, lw_str_c(key), "takes a whole number, at most %llu",
                  (unsigned long long)most);
  }
}

static bool read_flag(const struct lw_value *map, const char *key, struct lw_faults *faults)
{
  const struct lw_value *value = lw_value_get(map, lw_str_c(key));
  if (value != NULL && value->kind != LW_VALUE_BOOL && value->kind != LW_VALUE_NULL) {
    lw_faults_add(faults, lw_str_c(key), "takes true or false");
  }
  return value != NULL && value->kind == LW_VALUE_BOOL && value->boolean;
}

static void read_version(const struct lw_value *map, const char *key, uint64_t *version,
                         struct lw_faults *faults)
{
  const struct lw_value *value = lw_value_get(map, lw_str_c(key));
  read_number(map, key, INT64_MAX / 2, version, faults);
  if (value != NULL && value->kind == LW_VALUE_NUMBER && *version == 0) {
    lw_faults_add(faults, lw_str_c(key), "takes a version's number, from 1");
  }
}

static void read_moment(const struct lw_value *map, const char *key, lw_usec *at,
                        struct lw_faults *faults)
{
  int64_t seconds = 0;
  uint32_t nanos = 0;
  lw_str text = lw_call_text(map, key, faults);
  if (text.ptr != NULL && lw_rfc3339_read(text, &seconds, &nanos)) {
    *at = seconds * LW_USEC_PER_SECOND + nanos / 1000;
  } else if (text.ptr != NULL) {
    lw_faults_add(faults, lw_str_c(key), "takes a moment, as 2026-03-02T10:00:00Z");
  }
}

static void read_tried(const struct lw_value *json, struct side *side, struct lw_faults *faults)
{
  lw_str draft = lw_call_text(json, "draft", faults);
  side->source = lw_call_text(json, "source", faults);
  read_version(json, "version", &side->version, faults);
  if ((draft.ptr != NULL) + (side->source.ptr != NULL) + (side->version != 0) > 1) {
    lw_faults_add(faults, LW_STR(""), "one of draft, source and version says what is tried");
  }
  if (side->source.ptr == NULL && side->version == 0) {
    side->draft = draft.ptr != NULL ? draft : LW_STR(LW_DRAFT_OLD);
  }
}

static void read_told(const struct lw_value *json, struct lw_report_options *told,
                      struct lw_faults *faults)
{
  uint64_t flips = 20;
  lw_str gets = lw_call_text(json, "gets", faults);
  lw_str after = lw_call_text(json, "after", faults);
  told->since = INT64_MIN;
  told->until = INT64_MAX;
  read_moment(json, "since", &told->since, faults);
  read_moment(json, "until", &told->until, faults);
  told->has_window = told->since != INT64_MIN || told->until != INT64_MAX;
  read_number(json, "flips", LW_TRIAL_FLIPS_MAX, &flips, faults);
  told->flips_most = (size_t)flips;
  if (after.ptr != NULL && !lw_uint_read(after, &told->flips_from)) {
    lw_faults_add(faults, LW_STR("after"), "takes the `next` of an answer");
  }
  if (lw_str_equal(gets, LW_STR("more"))) {
    told->gets = LW_GETS_MORE;
  } else if (lw_str_equal(gets, LW_STR("less"))) {
    told->gets = LW_GETS_LESS;
  } else if (gets.ptr != NULL && !lw_str_equal(gets, LW_STR("all"))) {
    lw_faults_add(faults, LW_STR("gets"), "takes all, more or less");
  }
}

static void read_values(const struct lw_value *values, struct lw_trial_set *set,
                        struct lw_faults *faults)
{
  bool fits = values != NULL && values->kind == LW_VALUE_LIST && values->count != 0 &&
              values->count <= LW_TRIAL_VALUES_MAX;
  for (uint32_t i = 0; fits && i < values->count; i++) {
    const struct lw_value *value = &values->items[i];
    fits = value->kind == LW_VALUE_STRING && value->text.len != 0;
    set->values[set->count++] = value->text;
  }
  if (!fits) {
    lw_faults_add(faults, LW_STR("set"), "`values` takes 1 to %d texts, as they stand in a policy",
                  LW_TRIAL_VALUES_MAX);
  }
}

static void read_sets(const struct lw_value *json, struct lw_trial *trial, struct lw_faults *faults)
{
  static const char *const members[] = {"path", "values", NULL};
  const struct lw_value *sets = lw_value_get(json, LW_STR("set"));
  if (sets == NULL || sets->kind == LW_VALUE_NULL) {
    return;
  }
  if (sets->kind != LW_VALUE_LIST || sets->count > LW_TRIAL_SETS_MAX) {
    lw_faults_add(faults, LW_STR("set"), "takes one variable for a curve, two for a grid");
    return;
  }
  uint32_t fields = 1;
  for (uint32_t i = 0; i < sets->count; i++) {
    const struct lw_value *item = &sets->items[i];
    struct lw_trial_set *set = &trial->sets[trial->n_sets++];
    if (item->kind != LW_VALUE_MAP) {
      lw_faults_add(faults, LW_STR("set"), "each is {path, values}");
      return;
    }
    lw_call_known(item, members, faults);
    set->path = lw_call_text(item, "path", faults);
    if (set->path.len == 0) {
      lw_faults_add(faults, LW_STR("set"), "`path` must be there: as grants.goodwill.up_to");
    }
    read_values(lw_value_get(item, LW_STR("values")), set, faults);
    fields *= set->count;
  }
  if (fields > LW_TRIAL_FIELDS_MAX) {
    lw_faults_add(faults, LW_STR("set"), "a grid has at most %d fields", LW_TRIAL_FIELDS_MAX);
  }
}

static bool read_asked(struct lw_call *call, struct replaying *replaying)
{
  static const char *const members[] = {"draft",
                                        "source",
                                        "version",
                                        "before",
                                        "since",
                                        "until",
                                        "flips",
                                        "after",
                                        "gets",
                                        "set",
                                        "each",
                                        "spread",
                                        "as_recorded_people",
                                        NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  lw_call_known(call->json, members, &faults);
  read_tried(call->json, &replaying->tried, &faults);
  read_version(call->json, "before", &replaying->before.version, &faults);
  read_told(call->json, &replaying->trial.told, &faults);
  read_sets(call->json, &replaying->trial, &faults);
  replaying->trial.each = read_flag(call->json, "each", &faults);
  replaying->trial.spread = read_flag(call->json, "spread", &faults);
  replaying->as_recorded_people = read_flag(call->json, "as_recorded_people", &faults);
  return lw_call_is_sound(call, &faults);
}

/* --- the policies --- */

/* The old one stands for the live version until somebody changes it. */
static enum lw_code find_draft(struct lw_call *call, struct lw_db *db, struct side *side,
                               struct lw_error *err)
{
  struct lw_publish_draft old = {0};
  struct lw_draft draft = {.from = 0};
  enum lw_code rc = LW_OK;
  if (lw_str_equal(side->draft, LW_STR(LW_DRAFT_OLD))) {
    rc = lw_publish_draft_get(db, &call->arena, &old, err);
    side->source = old.source;
  } else {
    rc = lw_draft_get(db, side->draft, &call->arena, &draft, err);
    side->source = draft.source;
    side->from = draft.from;
  }
  return rc;
}

static enum lw_code find_source(struct lw_call *call, struct lw_db *db, struct side *side,
                                struct lw_error *err)
{
  struct lw_publish_version version = {0};
  if (side->source.ptr != NULL) {
    return LW_OK;
  }
  if (side->draft.len != 0) {
    return find_draft(call, db, side, err);
  }
  enum lw_code rc = lw_publish_get(db, side->version, &call->arena, &version, err);
  side->source = version.source;
  return rc;
}

/* False: replied. */
static bool load(struct lw_call *call, struct lw_db *db, struct side *side,
                 struct lw_publish *publish, struct lw_trial_side *ret_side)
{
  struct lw_error err;
  if (!lw_api_is_well(call, find_source(call, db, side, &err), &err)) {
    return false;
  }
  lw_publish_init(publish, side->source, &call->arena);
  publish->quiet = true;
  if (lw_publish_prepare(publish, NULL, &err) != LW_OK) {
    lw_api_fail_findings(call, publish, &err);
    return false;
  }
  *ret_side = (struct lw_trial_side){publish->policy, side->source};
  return true;
}

/* What changes are counted from: what it is compared with, what the draft began with, or the live
 * one. */
static bool load_base(struct lw_call *call, struct lw_db *db, struct replaying *replaying)
{
  struct lw_trial *trial = &replaying->trial;
  struct side base = {.version = replaying->tried.from != 0 ? replaying->tried.from
                                                            : call->snapshot->policy_version};
  if (trial->before.policy != NULL || !trial->each || base.version == 0) {
    trial->base = trial->before;
    return true;
  }
  return load(call, db, &base, &replaying->publishes[2], &trial->base);
}

static bool load_all(struct lw_call *call, struct lw_db *db, struct replaying *replaying)
{
  struct lw_trial *trial = &replaying->trial;
  return load(call, db, &replaying->tried, &replaying->publishes[0], &trial->tried) &&
         (replaying->before.version == 0 ||
          load(call, db, &replaying->before, &replaying->publishes[1], &trial->before)) &&
         load_base(call, db, replaying);
}

/* --- running --- */

static bool goes_on(void *user, uint64_t done, uint64_t rows)
{
  struct lw_call *call = user;
  struct replaying *replaying = call->user;
  (void)done;
  (void)rows;
  return lw_api_goes_on(call, &replaying->blocks);
}

/* Who can be asked: as the command line sees a database. */
static void set_people(struct lw_call *call, struct replaying *replaying)
{
  const struct lw_staff *staff = call->snapshot->staff;
  replaying->trial.staff = staff;
  replaying->trial.people_serial = call->snapshot->serial;
  replaying->trial.snapshot = call->snapshot;
  replaying->trial.people =
      staff->directory.count != 0 && !replaying->as_recorded_people ? &staff->directory : NULL;
}

/* What the answer depends on: the question, the texts of the policies, the past and the people. */
static lw_hash question_of(struct lw_call *call, const struct lw_trial *trial)
{
  struct lw_hasher *hasher = lw_exchange_of(call)->work->hasher;
  const uint64_t numbers[] = {
      trial->past.seq,   trial->people_serial,    call->snapshot->policy_version,
      call->body.len,    trial->tried.source.len, trial->before.source.len,
      trial->council->on};
  lw_hasher_start(hasher);
  lw_hasher_add(hasher, lw_str_from((const char *)numbers, sizeof numbers));
  lw_hasher_add(hasher, call->body);
  lw_hasher_add(hasher, trial->tried.source);
  lw_hasher_add(hasher, trial->before.source);
  if (trial->council->on) {
    lw_hasher_add(hasher, call->caller.actor); /* who may be named depends on who asks */
  }
  return lw_hasher_end(hasher);
}

static enum lw_code answer(struct lw_call *call, const struct lw_trial *trial, struct lw_error *err)
{
  const lw_hash question = question_of(call, trial);
  if (lw_replay_cache_find(trial->cache, &question, &call->out)) {
    return LW_OK;
  }
  enum lw_code rc = lw_trial_run(trial, &call->out, err);
  if (rc == LW_OK && !call->out.failed) {
    lw_replay_cache_keep(trial->cache, &question, lw_buf_str(&call->out));
  }
  return rc;
}

static void try_on_past(struct lw_call *call, struct lw_db *db)
{
  struct replaying *replaying = call->user;
  struct lw_trial *trial = &replaying->trial;
  struct lw_error err = {0};
  enum lw_code rc = lw_live_past_hold(call->server->past, lw_engine_seq(call->engine),
                                      LW_API_PAST_WAIT_MSEC, &trial->past, &err);
  if (rc != LW_OK) {
    lw_call_problem(call, &err);
    return;
  }
  set_people(call, replaying);
  trial->council = &replaying->council;
  trial->db = db;
  trial->progress = goes_on;
  trial->user = call;
  trial->cache = call->server->replays;
  rc = answer(call, trial, &err);
  lw_live_past_release(call->server->past);
  if (lw_api_is_well(call, rc, &err)) {
    lw_call_reply(call, 200);
  }
}

static void finish_replaying(struct lw_call *call)
{
  struct replaying *replaying = call->user;
  for (size_t i = 0; i < sizeof replaying->publishes / sizeof replaying->publishes[0]; i++) {
    lw_publish_finish(&replaying->publishes[i]);
  }
}

static void work_replay(struct lw_call *call)
{
  struct lw_db *db = lw_call_is_awaited(call) ? lw_call_reader(call) : NULL;
  struct replaying *replaying = call->user;
  if (db != NULL && lw_api_council(call, &replaying->council) && load_all(call, db, replaying)) {
    try_on_past(call, db);
  }
  finish_replaying(call);
}

void lw_api_replay(struct lw_call *call)
{
  struct replaying *replaying = LW_API_NEW(call, struct replaying);
  if (replaying != NULL && read_asked(call, replaying)) {
    call->user = replaying;
    lw_worker_run_on(call->server->replayer, call, work_replay);
  }
}
