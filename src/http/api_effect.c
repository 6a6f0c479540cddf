/* What a version did, and what a trial would show (tweak/effect.h): from the past that the server
 * keeps for replays, on their threads. The figures are of whole days, so that an answer is kept: of
 * a short past until it grows, of a long one for a minute. */
#include "base/num.h"
#include "engine/canary.h"
#include "engine/publish.h"
#include "http/api.h"
#include "http/api_track.h"
#include "http/council.h"
#include "tweak/effect.h"

enum {
  SHORT_ROWS = 200000, /* read in a few hundredths of a second */
  DAYS_USUAL = 14
};
#define KEPT_USEC (60 * LW_USEC_PER_SECOND)

struct asking {
  uint64_t version;
  struct lw_effect_plan plan;
  struct lw_council council;
  struct lw_live_past_view past;
};

/* --- the answers that were given --- */

static lw_hash key_of(struct lw_call *call, const struct asking *asking, lw_str what)
{
  struct lw_hasher *hasher = lw_exchange_of(call)->work->hasher;
  bool is_short = lw_tape_rows(asking->past.tape) < SHORT_ROWS;
  const uint64_t numbers[] = {asking->version,
                              asking->plan.days,
                              asking->plan.share_ppm,
                              call->snapshot->serial, /* teams may be called otherwise */
                              is_short ? asking->past.seq : (uint64_t)(call->received / KEPT_USEC),
                              is_short,
                              asking->council.on};
  lw_hasher_start(hasher);
  lw_hasher_add(hasher, what);
  lw_hasher_add(hasher, lw_str_from((const char *)numbers, sizeof numbers));
  for (uint32_t i = 0; i < asking->plan.n_teams; i++) {
    lw_hasher_add(hasher, asking->plan.teams[i]);
    lw_hasher_add(hasher, LW_STR("\n"));
  }
  return lw_hasher_end(hasher);
}

/* Replies with what `print` appends, or with the same as before. */
static void answer(struct lw_call *call, lw_str what,
                   enum lw_code (*print)(struct lw_call *call, const struct asking *asking,
                                         struct lw_error *err))
{
  struct asking *asking = call->user;
  struct lw_error err = {0};
  if (!lw_call_is_awaited(call)) {
    return;
  }
  enum lw_code rc = lw_live_past_hold(call->server->past, lw_engine_seq(call->engine),
                                      LW_API_PAST_WAIT_MSEC, &asking->past, &err);
  if (rc != LW_OK) {
    lw_call_problem(call, &err);
    return;
  }
  const lw_hash key = key_of(call, asking, what);
  if (!lw_replay_cache_find(call->server->replays, &key, &call->out)) {
    rc = print(call, asking, &err);
    if (rc == LW_OK && !call->out.failed) {
      lw_replay_cache_keep(call->server->replays, &key, lw_buf_str(&call->out));
    }
  }
  lw_live_past_release(call->server->past);
  lw_api_reply_read(call, rc, &err);
}

enum lw_code lw_api_past_ratings(struct lw_call *call, struct lw_arena *arena,
                                 struct lw_past_ratings *ret_ratings, struct lw_error *err)
{
  static const int64_t days = LW_EFFECT_DAYS_MAX + LW_MEASURE_BEFORE_DAYS_MAX + 1;
  lw_usec since = call->received - days * LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND;
  struct lw_db *db = NULL;
  *ret_ratings = (struct lw_past_ratings){.count = 0};
  enum lw_code rc = lw_engine_reader(call->engine, &db, err);
  rc = rc == LW_OK ? lw_past_ratings_read(ret_ratings, db, since, arena, err) : rc;
  lw_engine_reader_done(call->engine, db);
  return rc;
}

/* --- what a version did --- */

static enum lw_code print_effect(struct lw_call *call, const struct asking *asking,
                                 struct lw_error *err)
{
  struct lw_effect effect = {.version = 0};
  struct lw_past_ratings ratings;
  struct lw_arena arena;
  const struct lw_effect_past past = {asking->past.tape, &ratings};
  lw_arena_init(&arena, NULL, 0);
  enum lw_code rc = lw_api_past_ratings(call, &arena, &ratings, err);
  rc = rc == LW_OK ? lw_effect_measure(&effect, &past, asking->version, err) : rc;
  rc = rc == LW_OK ? lw_council_check_effect(&asking->council, &effect, &call->arena, err) : rc;
  if (rc == LW_OK) {
    lw_effect_print(&effect, &call->out);
  }
  lw_effect_finish(&effect);
  lw_arena_finish(&arena);
  return rc;
}

static void work_effect(struct lw_call *call)
{
  answer(call, LW_STR("effect"), print_effect);
}

/* The answer is kept for everybody: what it tells is the same for all, so nobody counts as somebody
 * who leads. False: replied. */
static bool may_ask(struct lw_call *call, struct lw_council *ret_council)
{
  static const struct lw_caller nobody = {.person = NULL};
  bool read = lw_api_council(call, ret_council);
  ret_council->caller = &nobody;
  return read;
}

void lw_api_get_effect(struct lw_call *call)
{
  struct lw_publish_version version;
  struct lw_error err;
  struct asking *asking = LW_API_NEW(call, struct asking);
  struct lw_db *db = asking != NULL ? lw_call_reader(call) : NULL;
  if (db == NULL) {
    return;
  }
  *asking = (struct asking){.version = 0};
  if (!may_ask(call, &asking->council)) {
    return;
  }
  if (!lw_uint_read(call->params[0], &asking->version) || asking->version == 0 ||
      asking->version > INT64_MAX / 2) {
    lw_call_fail(call, LW_NOT_FOUND, "there is no such version; versions count from 1");
    return;
  }
  enum lw_code rc = lw_publish_get(db, asking->version, &call->arena, &version, &err);
  if (lw_api_is_well(call, rc, &err)) {
    call->user = asking;
    lw_worker_run_on(call->server->replayer, call, work_effect);
  }
}

/* --- what a trial would show --- */

static enum lw_code print_power(struct lw_call *call, const struct asking *asking,
                                struct lw_error *err)
{
  uint16_t currency = lw_currency_find(lw_tape_currency(asking->past.tape));
  struct lw_measure_power power = {.now = {-1.0, -1.0, -1.0, -1.0}};
  struct lw_buf *out = &call->out;
  struct lw_past_ratings ratings;
  struct lw_arena arena;
  const struct lw_effect_past past = {asking->past.tape, &ratings};
  lw_arena_init(&arena, NULL, 0);
  enum lw_code rc = lw_api_past_ratings(call, &arena, &ratings, err);
  rc = rc == LW_OK ? lw_effect_power(&past, &asking->plan, &power, err) : rc;
  lw_arena_finish(&arena);
  if (rc != LW_OK && rc != LW_INVALID) {
    return rc; /* LW_INVALID: none of the teams is on record */
  }
  lw_buf_printf(out, "{\"days\":%u,\"days_used\":%u,\"teams_new\":%u,\"teams_kept\":%u,\"least\":",
                asking->plan.days, power.days_used, power.teams_new, power.teams_kept);
  lw_effect_print_least(&power, currency, out);
  LW_BUF_LIT(out, ",\"now\":");
  lw_effect_print_now(&power, currency, out);
  lw_buf_add_char(out, '}');
  return LW_OK;
}

static void work_power(struct lw_call *call)
{
  answer(call, LW_STR("power"), print_power);
}

/* "care,sales": ids, as a trial takes them; the record has their paths. False: replied. */
static bool read_teams(struct lw_call *call, lw_str left, const struct lw_council *council,
                       struct lw_effect_plan *plan)
{
  lw_str *paths = LW_NEW_ARRAY(&call->arena, lw_str, LW_CANARY_TEAMS_MAX);
  while (paths != NULL && left.len != 0 && plan->n_teams < LW_CANARY_TEAMS_MAX) {
    size_t end = lw_str_find(left, LW_STR(","), 0);
    end = end == SIZE_MAX ? left.len : end;
    lw_str id = lw_str_trim(lw_str_slice(left, 0, end));
    const struct lw_team *team = lw_staff_find_team(call->snapshot->staff, id);
    if (team == NULL) {
      lw_call_fail(call, LW_NOT_FOUND, "there is no team \"%.*s\"", LW_FMT(id));
      return false;
    }
    paths[plan->n_teams++] = team->path;
    left = end < left.len ? lw_str_slice(left, end + 1, SIZE_MAX) : LW_STR("");
  }
  plan->teams = paths;
  if (paths != NULL && !lw_council_shows_below(council, paths, plan->n_teams)) {
    struct lw_error err = {0};
    (void)lw_council_withhold(&err);
    lw_call_problem(call, &err);
    return false;
  }
  if (plan->n_teams == 0 || left.len != 0) {
    lw_api_refuse_parameter(call, "teams", "ids of 1 to 1000 teams with commas between them");
    return false;
  }
  return true;
}

void lw_api_trial_power(struct lw_call *call)
{
  struct asking *asking = LW_API_NEW(call, struct asking);
  lw_str teams = lw_call_query(call, "teams");
  lw_str share = lw_call_query(call, "share");
  uint64_t days = 0;
  if (asking == NULL ||
      !lw_api_read_number(call, "days", 1, LW_CANARY_DAYS_MAX, DAYS_USUAL, &days)) {
    return;
  }
  *asking = (struct asking){.plan = {.days = (uint32_t)days, .any = true}};
  if (!may_ask(call, &asking->council)) {
    return;
  }
  if ((teams.ptr != NULL) == (share.ptr != NULL)) {
    lw_api_refuse_parameter(call, "teams", "ids of teams, or `share` a part of 1: one of the two");
    return;
  }
  if (share.ptr != NULL && (asking->plan.share_ppm = lw_api_share_of(share)) == 0) {
    lw_api_refuse_parameter(call, "share", "a part of 1, like 0.5");
    return;
  }
  if (teams.ptr == NULL || read_teams(call, teams, &asking->council, &asking->plan)) {
    call->user = asking;
    lw_worker_run_on(call->server->replayer, call, work_power);
  }
}
