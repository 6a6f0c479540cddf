/* Trials: started, held back, ended.
 *
 * A trial is a row, and a view in the snapshot (snapshot.c): whatever changes it says so to the
 * engine (policy_changed), and the next change of any kind is decided by the new picture. That a
 * trial is over is told by its `until` alone, whether or not the due time has run: a server that
 * slept through it decides by the live version from the first request on.
 *
 * What differs from the live version is found before the change is queued, as reading a policy
 * takes a while; the batch only compares names. That the live version is still the same one is
 * checked there.
 *
 * How much a trial grants in a day is counted in its row, and only for trials that have a limit: a
 * read and a write of one row for each grant under it. The grant that passes the limit stands; it
 * is the last one, as a change of the policy ends the batch. What goes back later (a hold that
 * lapses, a decision taken back) is not counted off: the limit is an alarm, not a budget. */
#include "engine/canary.h"

#include "base/check.h"
#include "base/log.h"
#include "base/num.h"
#include "engine/inside.h"
#include "engine/reads.h"
#include "engine/shadow.h"
#include "policy/explain.h"

#include <stdlib.h>

static const char sql_next[] = "SELECT min(until) FROM policy_trial WHERE how = 0";
static const char sql_day[] = "SELECT day, day_minor FROM policy_trial WHERE id = $1";
static const char sql_set_day[] = "UPDATE policy_trial SET day = $2, day_minor = $3 WHERE id = $1";

static const char hint_end[] =
    "keep it or end it first (leeway policy trial keep|end %.*s), or say that trials end";

/* --- what both versions count --- */

static bool counts_alike(const struct lw_budget *a, const struct lw_budget *b)
{
  bool alike = a->window.kind == b->window.kind && a->window.over_usec == b->window.over_usec &&
               a->n_per == b->n_per;
  for (uint32_t i = 0; alike && i < a->n_per; i++) {
    alike = a->per[i] == b->per[i];
  }
  return alike;
}

const struct lw_budget *lw_canary_find_alike(const struct lw_policy *policy,
                                             const struct lw_budget *budget)
{
  const struct lw_budget *found = lw_policy_budget(policy, budget->name);
  return found != NULL && counts_alike(found, budget) ? found : NULL;
}

static lw_str zone_name(const struct lw_policy *policy)
{
  return policy->zone != NULL ? lw_tz_name(policy->zone) : LW_STR("UTC");
}

enum lw_code lw_canary_check_rows(const struct lw_policy *live, const struct lw_policy *tried,
                                  struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  if (live->currency != tried->currency) {
    return lw_fail(err, LW_CONFLICT, "it has another currency: amounts do not mix");
  }
  if (!lw_str_equal(zone_name(live), zone_name(tried))) {
    rc = lw_fail(err, LW_CONFLICT, "it has another time zone: its days would be others");
  }
  for (uint32_t i = 0; rc == LW_OK && i < tried->n_budgets; i++) {
    const struct lw_budget *own = &tried->budgets[i];
    const struct lw_budget *other = lw_policy_budget(live, own->name);
    if (other != NULL && !counts_alike(own, other)) {
      rc = lw_fail(err, LW_CONFLICT,
                   "the budget %.*s would be counted in two ways at once: both versions draw from "
                   "it, so its window and its scope stay as they are",
                   LW_FMT(own->name));
    }
  }
  if (rc != LW_OK) {
    lw_error_hint(err, "change limits only, give the budget another name, or publish to everybody");
  }
  return rc;
}

/* --- getting ready --- */

void lw_canary_start_init(struct lw_canary_start *start, lw_str source, struct lw_arena *arena)
{
  *start = (struct lw_canary_start){0};
  lw_publish_init(&start->publish, source, arena);
}

void lw_canary_start_finish(struct lw_canary_start *start)
{
  lw_publish_finish(&start->publish);
}

static enum lw_code find_changes(struct lw_canary_start *start, const struct lw_policy *live,
                                 struct lw_error *err)
{
  struct lw_changes changes = {0};
  struct lw_arena *arena = start->publish.arena;
  if (!lw_policy_diff(live, start->publish.policy, arena, &changes)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  start->changes = LW_NEW_ARRAY(arena, lw_str, changes.count + 1);
  if (start->changes == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  for (size_t i = 0; i < changes.count && start->n_changes < LW_CANARY_CHANGES_MAX; i++) {
    if (changes.items[i].variable) {
      start->changes[start->n_changes++] = lw_str_copy(arena, changes.items[i].path);
    }
  }
  if (changes.variables > LW_CANARY_CHANGES_MAX) {
    return lw_fail(err, LW_LIMIT, "it changes more than %d variables: that is another policy",
                   LW_CANARY_CHANGES_MAX);
  }
  if (start->n_changes == 0) {
    return lw_fail(err, LW_INVALID, "it decides as the live version does: there is nothing to try");
  }
  return arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : LW_OK;
}

static enum lw_code read_stop(struct lw_canary_start *start, struct lw_error *err)
{
  lw_money money = {0};
  if (!start->has_stop) {
    return LW_OK;
  }
  uint16_t currency = start->publish.policy->currency;
  if (currency == LW_CURRENCY_NONE || lw_money_read(start->stop, currency, &money) != LW_MONEY_OK ||
      money.minor < 0) {
    return lw_fail(err, LW_INVALID, "cost_a_day takes an amount like 500.00");
  }
  start->stop_minor = money.minor;
  return LW_OK;
}

enum lw_code lw_canary_start_prepare(struct lw_canary_start *start,
                                     const struct lw_snapshot *snapshot, struct lw_error *err)
{
  if (snapshot->policy == NULL) {
    return lw_fail(err, LW_CONFLICT, "no policy is live yet: publish one to everybody first");
  }
  enum lw_code rc = lw_publish_prepare(&start->publish, snapshot->staff, err);
  if (rc == LW_OK) {
    rc = lw_canary_check_rows(snapshot->policy, start->publish.policy, err);
  }
  if (rc == LW_OK) {
    rc = find_changes(start, snapshot->policy, err);
  }
  start->base = snapshot->policy_version;
  return rc == LW_OK ? read_stop(start, err) : rc;
}

/* --- which teams --- */

static bool names(const lw_str *teams, uint32_t count, lw_str id)
{
  for (uint32_t i = 0; i < count; i++) {
    if (lw_str_equal(teams[i], id)) {
      return true;
    }
  }
  return false;
}

/* Whether that team has the trial. */
static bool has_team(const struct lw_staff *staff, const struct lw_canary *canary,
                     const struct lw_team *team)
{
  if (names(canary->teams, canary->n_teams, team->id)) {
    return true;
  }
  for (uint32_t depth = 0; canary->under && team->parent.len != 0 && depth < staff->n_teams;
       depth++) {
    team = lw_staff_find_team(staff, team->parent);
    if (team == NULL || names(canary->teams, canary->n_teams, team->id)) {
      return team != NULL;
    }
  }
  return false;
}

static enum lw_code check_teams(const struct lw_batch *batch, const struct lw_canary_start *start,
                                struct lw_error *err)
{
  for (uint32_t i = 0; i < start->n_teams; i++) {
    if (lw_staff_find_team(batch->snapshot->staff, start->teams[i]) == NULL) {
      return lw_fail(err, LW_NOT_FOUND, "there is no team \"%.*s\"", LW_FMT(start->teams[i]));
    }
  }
  return LW_OK;
}

struct drawn_team {
  lw_hash hash;
  lw_str id;
};

static int compare_drawn(const void *a, const void *b)
{
  const struct drawn_team *left = a;
  const struct drawn_team *right = b;
  int order = memcmp(left->hash.bytes, right->hash.bytes, sizeof left->hash.bytes);
  return order != 0 ? order : lw_str_compare(left->id, right->id);
}

static bool has_people(const struct lw_staff *staff, const struct lw_team *team)
{
  for (uint32_t i = 0; i < staff->directory.count; i++) {
    if (lw_str_equal(staff->persons[i].team, team->id)) {
      return true;
    }
  }
  return false;
}

static bool is_taken(const struct lw_staff *staff, const struct lw_canary *running, uint32_t count,
                     const struct lw_team *team)
{
  for (uint32_t i = 0; i < count; i++) {
    if (has_team(staff, &running[i], team)) {
      return true;
    }
  }
  return false;
}

/* The teams that could be drawn, each with the SHA-256 of trial and team: their order is by chance,
 * and anybody can see that it was not chosen. */
static uint32_t draw_teams(const struct lw_batch *batch, const struct lw_canary *running,
                           uint32_t n_running, lw_str id, struct drawn_team *drawn)
{
  const struct lw_staff *staff = batch->snapshot->staff;
  uint32_t count = 0;
  for (uint32_t i = 0; i < staff->n_teams; i++) {
    const struct lw_team *team = &staff->teams[i];
    if (!has_people(staff, team) || is_taken(staff, running, n_running, team)) {
      continue;
    }
    lw_hasher_start(batch->hasher);
    lw_hasher_add(batch->hasher, id);
    lw_hasher_add(batch->hasher, LW_STR("\n"));
    lw_hasher_add(batch->hasher, team->id);
    drawn[count++] = (struct drawn_team){lw_hasher_end(batch->hasher), team->id};
  }
  qsort(drawn, count, sizeof *drawn, compare_drawn);
  return count;
}

/* The share of them, rounded to the nearest, but never none and never all: somebody has to keep the
 * live version, or nothing could be compared. */
static enum lw_code choose_share(const struct lw_batch *batch, const struct lw_canary_start *start,
                                 const struct lw_canary *running, uint32_t n_running,
                                 struct lw_canary *canary, struct lw_error *err)
{
  struct lw_arena *arena = start->publish.arena;
  uint32_t most = batch->snapshot->staff->n_teams;
  struct drawn_team *drawn = LW_NEW_ARRAY(arena, struct drawn_team, most + 1);
  lw_str *teams = LW_NEW_ARRAY(arena, lw_str, most + 1);
  if (drawn == NULL || teams == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  uint32_t count = draw_teams(batch, running, n_running, canary->id, drawn);
  if (count < 2) {
    enum lw_code rc =
        lw_fail(err, LW_CONFLICT, "a share needs two teams with people that are on no trial");
    lw_error_hint(err, "name the teams instead");
    return rc;
  }
  uint64_t share = ((uint64_t)count * start->share_ppm + 500000) / 1000000;
  uint32_t chosen = share < 1 ? 1 : share >= count ? count - 1 : (uint32_t)share;
  if (chosen > LW_CANARY_TEAMS_MAX) {
    return lw_fail(err, LW_LIMIT, "at most %d teams", LW_CANARY_TEAMS_MAX);
  }
  for (uint32_t i = 0; i < chosen; i++) {
    teams[i] = drawn[i].id;
  }
  canary->teams = teams;
  canary->n_teams = chosen;
  canary->under = false;
  return LW_OK;
}

/* --- one at a time --- */

/* One is the other, or stands within it: "grants.small" and "grants.small.up_to". */
static bool touches(lw_str a, lw_str b)
{
  lw_str shorter = a.len < b.len ? a : b;
  lw_str longer = a.len < b.len ? b : a;
  return lw_str_starts(longer, shorter) &&
         (longer.len == shorter.len || longer.ptr[shorter.len] == '.' ||
          longer.ptr[shorter.len] == '[');
}

static enum lw_code refuse_shared(const struct lw_canary *other, const char *what, lw_str shared,
                                  struct lw_error *err)
{
  struct lw_buf until = {0};
  lw_decision_add_moment(&until, other->until);
  lw_str moment = until.len > 2 ? lw_str_slice(lw_buf_str(&until), 1, until.len - 2) : LW_STR("");
  enum lw_code rc = lw_fail(err, LW_CONFLICT,
                            "the trial %.*s (version %llu, until %.*s) %s %.*s already: of two "
                            "trials at once nobody could tell which did what",
                            LW_FMT(other->id), (unsigned long long)other->version, LW_FMT(moment),
                            what, LW_FMT(shared));
  lw_error_hint(err, "wait, end or keep that one first, or try %s",
                what[0] == 'r' ? "with other teams" : "another change");
  lw_buf_finish(&until);
  return rc;
}

static enum lw_code check_one(const struct lw_batch *batch, const struct lw_canary *canary,
                              const struct lw_canary *other, struct lw_error *err)
{
  const struct lw_staff *staff = batch->snapshot->staff;
  for (uint32_t i = 0; i < staff->n_teams; i++) {
    const struct lw_team *team = &staff->teams[i];
    if (has_team(staff, canary, team) && has_team(staff, other, team)) {
      return refuse_shared(other, "runs for the team", team->id, err);
    }
  }
  for (uint32_t i = 0; i < canary->n_changes; i++) {
    for (uint32_t j = 0; j < other->n_changes; j++) {
      if (touches(canary->changes[i], other->changes[j])) {
        return refuse_shared(other, "tries", other->changes[j], err);
      }
    }
  }
  return LW_OK;
}

static enum lw_code check_others(const struct lw_batch *batch, const struct lw_canary *canary,
                                 const struct lw_canary *running, uint32_t count,
                                 struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    rc = check_one(batch, canary, &running[i], err);
  }
  if (rc == LW_OK && count >= LW_CANARIES_MAX) {
    rc = lw_fail(err, LW_CONFLICT, "%d trials run already: no more at once", LW_CANARIES_MAX);
  }
  return rc;
}

/* --- starting --- */

static enum lw_code keep_note(struct lw_batch *batch, const struct lw_change *change, lw_str note,
                              struct lw_buf *reference, struct lw_error *err)
{
  if (lw_str_trim(note).len == 0) {
    return LW_OK;
  }
  return lw_text_keep(&batch->texts, batch->now, "policy note", change->actor, LW_STR(""), note,
                      reference, err);
}

static void add_minor(lw_str key, int64_t minor, struct lw_buf *out)
{
  lw_buf_add(out, key);
  lw_buf_add_int(out, minor);
}

/* Members of the entry beside those of a published version. */
static void add_start(const struct lw_canary *canary, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"trial\":");
  lw_json_add_string(out, canary->id);
  LW_BUF_LIT(out, ",\"base\":");
  lw_buf_add_uint(out, canary->base);
  LW_BUF_LIT(out, ",\"teams\":");
  lw_canary_add_list(canary->teams, canary->n_teams, out);
  lw_buf_add(out, canary->under ? LW_STR(",\"under\":true") : LW_STR(",\"under\":false"));
  if (canary->share.len != 0) {
    LW_BUF_LIT(out, ",\"share\":");
    lw_json_add_string(out, canary->share);
  }
  LW_BUF_LIT(out, ",\"until\":");
  lw_decision_add_moment(out, canary->until);
  LW_BUF_LIT(out, ",\"changes\":");
  lw_canary_add_list(canary->changes, canary->n_changes, out);
  if (canary->has_stop) {
    add_minor(LW_STR(",\"stop_minor\":"), canary->stop_minor, out);
  }
}

/* An earlier version tried again: no version is made, and the entry has no source. */
static enum lw_code append_again(struct lw_batch *batch, struct lw_change *change, uint64_t version,
                                 lw_str members, lw_str note, struct lw_error *err)
{
  struct lw_buf body = {0};
  LW_BUF_LIT(&body, "{\"version\":");
  lw_buf_add_uint(&body, version);
  if (note.len != 0) {
    LW_BUF_LIT(&body, ",\"note\":");
    lw_buf_add(&body, note);
  }
  lw_buf_add(&body, members);
  lw_buf_add_char(&body, '}');
  return lw_batch_append_body(batch, change, LW_EVENT_POLICY_TRIAL_STARTED, &body, err);
}

static enum lw_code write_start(struct lw_batch *batch, struct lw_change *change,
                                struct lw_canary_start *start, struct lw_canary *canary,
                                struct lw_error *err)
{
  struct lw_buf note = {0};
  struct lw_buf members = {0};
  enum lw_code rc = keep_note(batch, change, start->publish.note, &note, err);
  add_start(canary, &members);
  if (rc == LW_OK && (members.failed || note.failed)) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  if (rc == LW_OK && start->version != 0) {
    rc = append_again(batch, change, start->version, lw_buf_str(&members), lw_buf_str(&note), err);
  } else if (rc == LW_OK) {
    start->publish.trial = lw_buf_str(&members);
    rc = lw_publish_write(batch, change, &start->publish, err);
    start->publish.trial = LW_STR("");
  }
  canary->version = start->version != 0 ? start->version : start->publish.number;
  canary->seq = change->seq;
  if (rc == LW_OK) {
    rc = lw_canary_insert(batch->db, canary, lw_buf_str(&note), err);
  }
  lw_buf_finish(&members);
  lw_buf_finish(&note);
  return rc;
}

static enum lw_code check_start(struct lw_batch *batch, const struct lw_canary_start *start,
                                struct lw_error *err)
{
  const lw_usec most = (lw_usec)LW_CANARY_DAYS_MAX * LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND;
  if (batch->snapshot->policy_version != start->base) {
    enum lw_code rc = lw_fail(err, LW_STALE, "another version went live meanwhile");
    lw_error_hint(err, "look at what would be tried against it, and start again");
    return rc;
  }
  if (start->until <= batch->now || start->until - batch->now > most) {
    return lw_fail(err, LW_INVALID, "until takes a time to come, at most %d days away",
                   LW_CANARY_DAYS_MAX);
  }
  enum lw_code rc = lw_publish_check(batch, &start->publish, err);
  return rc == LW_OK ? check_teams(batch, start, err) : rc;
}

static enum lw_code answer(struct lw_batch *batch, struct lw_change *change, lw_str id,
                           struct lw_error *err)
{
  struct lw_canary canary;
  const struct lw_policy *policy = batch->snapshot->policy;
  enum lw_code rc = lw_canary_get(batch->db, id, change->arena, &canary, err);
  if (rc == LW_OK) {
    lw_buf_reset(&change->answer);
    lw_canary_print(&canary, policy != NULL ? policy->currency : LW_CURRENCY_NONE, &change->answer);
  }
  return rc;
}

/* The loaded policy goes along: the engine takes it when the batch is on disk. */
static void offer(struct lw_batch *batch, struct lw_canary_start *start, uint64_t version)
{
  struct lw_engine *engine = batch->engine;
  LW_ASSERT(engine->offered == NULL); /* a batch ends with such a change */
  engine->offered = start->publish.policy;
  engine->offered_version = version;
  start->publish.policy = NULL;
}

/* As it will stand in the table; the teams of a share are drawn later. */
static struct lw_canary begin(const struct lw_batch *batch, const struct lw_change *change,
                              const struct lw_canary_start *start)
{
  lw_id id = lw_id_make_seq(batch->rand, batch->now, lw_journal_next(batch->journal));
  return (struct lw_canary){.id = lw_id_text(start->publish.arena, LW_STR("tri"), id),
                            .base = start->base,
                            .teams = start->teams,
                            .n_teams = start->n_teams,
                            .under = true,
                            .share = start->share,
                            .at = batch->now,
                            .until = start->until,
                            .has_stop = start->has_stop,
                            .stop_minor = start->stop_minor,
                            .changes = start->changes,
                            .n_changes = start->n_changes,
                            .who = change->actor};
}

/* Whether it may start, and with which teams. */
static enum lw_code check_all(struct lw_batch *batch, const struct lw_canary_start *start,
                              struct lw_canary *canary, struct lw_error *err)
{
  struct lw_canary *running = NULL;
  uint32_t n_running = 0;
  enum lw_code rc = check_start(batch, start, err);
  if (rc == LW_OK) {
    rc = lw_canary_running(batch->db, start->publish.arena, &running, &n_running, err);
  }
  if (rc == LW_OK && start->n_teams == 0) {
    rc = choose_share(batch, start, running, n_running, canary, err);
  }
  return rc == LW_OK ? check_others(batch, canary, running, n_running, err) : rc;
}

static enum lw_code answer_look(struct lw_change *change, const struct lw_canary *canary,
                                struct lw_error *err)
{
  struct lw_buf *out = &change->answer;
  lw_buf_reset(out);
  LW_BUF_LIT(out, "{\"base\":");
  lw_buf_add_uint(out, canary->base);
  LW_BUF_LIT(out, ",\"teams\":");
  lw_canary_add_list(canary->teams, canary->n_teams, out);
  LW_BUF_LIT(out, ",\"changes\":");
  lw_canary_add_list(canary->changes, canary->n_changes, out);
  lw_buf_add_char(out, '}');
  return out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : LW_OK;
}

enum lw_code lw_canary_start_apply(struct lw_batch *batch, struct lw_change *change,
                                   struct lw_error *err)
{
  struct lw_canary_start *start = change->user;
  LW_ASSERT(start->publish.policy != NULL);
  struct lw_canary canary = begin(batch, change, start);
  enum lw_code rc = check_all(batch, start, &canary, err);
  if (rc == LW_OK && start->only_look) {
    return answer_look(change, &canary, err);
  }
  if (rc == LW_OK) {
    rc = write_start(batch, change, start, &canary, err);
  }
  if (rc == LW_OK) {
    const struct lw_reads_turn turn = {.to = start->publish.policy,
                                       .version = canary.version,
                                       .teams = canary.teams,
                                       .n_teams = canary.n_teams,
                                       .under = canary.under};
    rc = lw_reads_enter(batch, change, &turn, err);
  }
  if (rc == LW_OK) {
    rc = answer(batch, change, canary.id, err);
  }
  if (rc == LW_OK) {
    offer(batch, start, canary.version);
    batch->policy_changed = true;
    lw_engine_wake(batch->engine, canary.until);
    lw_change_status(change, 201);
  }
  return rc;
}

/* --- ending --- */

static enum lw_code end_one(struct lw_batch *batch, struct lw_change *change,
                            struct lw_canary *canary, enum lw_canary_end how, lw_str note,
                            struct lw_error *err)
{
  struct lw_buf body = {0};
  struct lw_buf reference = {0};
  enum lw_code rc = keep_note(batch, change, note, &reference, err);
  LW_BUF_LIT(&body, "{\"trial\":");
  lw_json_add_string(&body, canary->id);
  LW_BUF_LIT(&body, ",\"version\":");
  lw_buf_add_uint(&body, canary->version);
  LW_BUF_LIT(&body, ",\"how\":");
  lw_json_add_string(&body, lw_canary_end_name(how));
  if (reference.len != 0) {
    LW_BUF_LIT(&body, ",\"note\":");
    lw_buf_add(&body, lw_buf_str(&reference));
  }
  lw_buf_add_char(&body, '}');
  if (rc == LW_OK) {
    rc = body.failed
             ? lw_fail(err, LW_NO_MEMORY, "out of memory")
             : lw_batch_append(batch, change, LW_EVENT_POLICY_TRIAL_ENDED, lw_buf_str(&body), err);
  }
  canary->end = how;
  canary->ended_at = batch->now;
  canary->ended_by = change->actor;
  if (rc == LW_OK) {
    rc = lw_canary_set_ended(batch->db, canary, lw_buf_str(&reference), err);
  }
  batch->policy_changed |= rc == LW_OK;
  lw_buf_finish(&reference);
  lw_buf_finish(&body);
  bool goes_back = how == LW_CANARY_ENDED || how == LW_CANARY_TIME || how == LW_CANARY_COST;
  return rc == LW_OK && goes_back ? lw_reads_leave(batch, change, canary->id, err) : rc;
}

/* By itself: the entry's actor is the program, not whoever came by. */
static enum lw_code end_itself(struct lw_batch *batch, struct lw_change *change,
                               struct lw_canary *canary, enum lw_canary_end how,
                               struct lw_error *err)
{
  lw_str actor = change->actor;
  change->actor = LW_STR("leeway");
  enum lw_code rc = end_one(batch, change, canary, how, LW_STR(""), err);
  change->actor = actor;
  if (rc == LW_OK) {
    lw_log(LW_LOG_INFO, "engine", "a trial is over", "how",
           how == LW_CANARY_TIME ? "its time" : "its limit", NULL);
  }
  return rc;
}

enum lw_code lw_canary_end_all(struct lw_batch *batch, struct lw_change *change,
                               enum lw_canary_end how, struct lw_error *err)
{
  struct lw_canary *running = NULL;
  uint32_t count = 0;
  enum lw_code rc = lw_canary_running(batch->db, change->arena, &running, &count, err);
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    rc = end_one(batch, change, &running[i], how, LW_STR(""), err);
  }
  return rc;
}

enum lw_code lw_canary_check_none(struct lw_batch *batch, struct lw_error *err)
{
  const struct lw_snapshot *live = batch->snapshot->live;
  for (uint32_t i = 0; i < live->n_trials; i++) {
    const struct lw_snapshot_trial *trial = &live->trials[i];
    if (batch->now < trial->until) {
      enum lw_code rc = lw_fail(err, LW_CONFLICT,
                                "the trial %.*s (version %llu) runs: what it is compared with "
                                "would change under it",
                                LW_FMT(trial->id), (unsigned long long)trial->view.policy_version);
      lw_error_hint(err, hint_end, LW_FMT(trial->id));
      return rc;
    }
  }
  return LW_OK;
}

static enum lw_code refuse_over(const struct lw_canary *canary, struct lw_error *err)
{
  struct lw_buf when = {0};
  lw_decision_add_moment(&when, canary->ended_at);
  lw_str moment = when.len > 2 ? lw_str_slice(lw_buf_str(&when), 1, when.len - 2) : LW_STR("");
  lw_str how = lw_canary_end_name(canary->end);
  enum lw_code rc = lw_fail(err, LW_CONFLICT, "it is over since %.*s (%.*s, by %.*s)",
                            LW_FMT(moment), LW_FMT(how), LW_FMT(canary->ended_by));
  lw_error_hint(err, "its version is still there: roll back to it, or try it again");
  lw_buf_finish(&when);
  return rc;
}

/* That of a trial that runs; NULL: none has it. */
static const struct lw_policy *tried_policy(const struct lw_batch *batch,
                                            const struct lw_canary *canary)
{
  const struct lw_snapshot *live = batch->snapshot->live;
  for (uint32_t i = 0; i < live->n_trials; i++) {
    if (live->trials[i].view.policy_version == canary->version) {
      return live->trials[i].view.policy;
    }
  }
  return NULL;
}

/* The version that becomes live is one that some teams have already. */
static enum lw_code end_shadow(struct lw_batch *batch, struct lw_change *change,
                               const struct lw_canary *canary, struct lw_error *err)
{
  const struct lw_policy *policy = tried_policy(batch, canary);
  return policy != NULL ? lw_shadow_end_unfit(batch, change, policy, err) : LW_OK;
}

/* Another trial that runs was compared with the version that is now replaced. */
static enum lw_code keep(struct lw_batch *batch, struct lw_change *change, struct lw_canary *canary,
                         const struct lw_canary_finish *finish, struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  if (batch->snapshot->n_trials > 1) {
    rc = finish->ends_trials ? LW_OK
                             : lw_fail(err, LW_CONFLICT,
                                       "another trial runs: what it is "
                                       "compared with would change "
                                       "under it");
    if (rc != LW_OK) {
      lw_error_hint(err, "end or keep the others first, or say that trials end");
      return rc;
    }
  }
  rc = end_one(batch, change, canary, LW_CANARY_KEPT, finish->note, err);
  if (rc == LW_OK) {
    rc = lw_canary_end_all(batch, change, LW_CANARY_PUBLISHED, err);
  }
  if (rc == LW_OK) {
    rc = end_shadow(batch, change, canary, err);
  }
  rc = rc == LW_OK ? lw_publish_set_live(batch, canary->version, err) : rc;
  const struct lw_policy *policy = tried_policy(batch, canary);
  return rc == LW_OK && policy != NULL
             ? lw_publish_tell(batch, change, policy, canary->version, err)
             : rc;
}

enum lw_code lw_canary_end_apply(struct lw_batch *batch, struct lw_change *change,
                                 struct lw_error *err)
{
  const struct lw_canary_finish *finish = change->user;
  struct lw_canary canary;
  enum lw_code rc = lw_canary_get(batch->db, finish->id, change->arena, &canary, err);
  if (rc == LW_OK && canary.end == LW_CANARY_RUNS && batch->now >= canary.until) {
    rc = end_itself(batch, change, &canary, LW_CANARY_TIME, err); /* it is only not said yet */
    if (rc == LW_OK) {
      rc = answer(batch, change, canary.id, err);
    }
    return rc;
  }
  if (rc == LW_OK && canary.end != LW_CANARY_RUNS) {
    rc = refuse_over(&canary, err);
  }
  if (rc == LW_OK) {
    rc = finish->keeps ? keep(batch, change, &canary, finish, err)
                       : end_one(batch, change, &canary, LW_CANARY_ENDED, finish->note, err);
  }
  return rc == LW_OK ? answer(batch, change, canary.id, err) : rc;
}

/* --- longer --- */

static enum lw_code check_longer(const struct lw_batch *batch, const struct lw_canary *canary,
                                 lw_usec until, struct lw_error *err)
{
  const lw_usec most = (lw_usec)LW_CANARY_DAYS_MAX * LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND;
  if (canary->end != LW_CANARY_RUNS) {
    return refuse_over(canary, err);
  }
  if (batch->now >= canary->until) { /* it is only not said yet */
    return lw_fail(err, LW_CONFLICT, "its time is over; its version can be tried again");
  }
  if (until <= canary->until || until - batch->now > most) {
    return lw_fail(err, LW_INVALID,
                   "until takes a time after the one that it has, at most %d days away",
                   LW_CANARY_DAYS_MAX);
  }
  return LW_OK;
}

static enum lw_code write_longer(struct lw_batch *batch, struct lw_change *change,
                                 const struct lw_canary *canary, lw_usec before,
                                 struct lw_error *err)
{
  struct lw_buf body = {0};
  LW_BUF_LIT(&body, "{\"trial\":");
  lw_json_add_string(&body, canary->id);
  LW_BUF_LIT(&body, ",\"version\":");
  lw_buf_add_uint(&body, canary->version);
  LW_BUF_LIT(&body, ",\"until\":");
  lw_decision_add_moment(&body, canary->until);
  LW_BUF_LIT(&body, ",\"before\":");
  lw_decision_add_moment(&body, before);
  lw_buf_add_char(&body, '}');
  enum lw_code rc = lw_batch_append_body(batch, change, LW_EVENT_POLICY_TRIAL_EXTENDED, &body, err);
  return rc == LW_OK ? lw_canary_set_until(batch->db, canary, err) : rc;
}

enum lw_code lw_canary_extend_apply(struct lw_batch *batch, struct lw_change *change,
                                    struct lw_error *err)
{
  const struct lw_canary_extend *extend = change->user;
  struct lw_canary canary;
  enum lw_code rc = lw_canary_get(batch->db, extend->id, change->arena, &canary, err);
  if (rc == LW_OK) {
    rc = check_longer(batch, &canary, extend->until, err);
  }
  lw_usec before = rc == LW_OK ? canary.until : 0;
  if (rc == LW_OK) {
    canary.until = extend->until;
    rc = write_longer(batch, change, &canary, before, err);
  }
  if (rc == LW_OK) {
    batch->policy_changed = true;
    lw_engine_wake(batch->engine, canary.until);
    rc = answer(batch, change, canary.id, err);
  }
  return rc;
}

/* --- when it is over --- */

static enum lw_code end_due(struct lw_batch *batch, struct lw_change *change, lw_usec *ret_next,
                            struct lw_error *err)
{
  struct lw_canary *running = NULL;
  uint32_t count = 0;
  int64_t next = 0;
  enum lw_code rc = lw_canary_running(batch->db, change->arena, &running, &count, err);
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    if (running[i].until <= batch->now) {
      rc = end_itself(batch, change, &running[i], LW_CANARY_TIME, err);
    }
  }
  if (rc == LW_OK) {
    rc = lw_db_get_int(batch->db, sql_next, &next, err);
  }
  *ret_next = next != 0 ? next : INT64_MAX;
  return rc;
}

const struct lw_due lw_canaries_due = {"trials", end_due};

/* --- its limit --- */

static enum lw_code add_to_day(struct lw_batch *batch, lw_str id, lw_usec day, int64_t minor,
                               int64_t *ret_total, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  int64_t total = minor;
  enum lw_code rc = lw_db_statement(batch->db, sql_day, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, id);
  rc = lw_stmt_step(stmt, &is_row, err);
  if (rc == LW_OK && is_row && lw_stmt_get_int(stmt, 0) == day &&
      __builtin_add_overflow(minor, lw_stmt_get_int(stmt, 1), &total)) {
    total = INT64_MAX;
  }
  lw_stmt_reset(stmt);
  if (rc == LW_OK) {
    rc = lw_db_statement(batch->db, sql_set_day, &stmt, err);
  }
  if (rc == LW_OK) {
    lw_stmt_text(stmt, 1, id);
    lw_stmt_int(stmt, 2, day);
    lw_stmt_int(stmt, 3, total);
    rc = lw_stmt_run(stmt, err);
  }
  *ret_total = total;
  return rc;
}

enum lw_code lw_canary_count(struct lw_batch *batch, struct lw_change *change, int64_t amount_minor,
                             struct lw_error *err)
{
  const struct lw_snapshot *view = batch->snapshot;
  uint64_t seq = change->seq;
  const struct lw_window day = {.kind = LW_WINDOW_DAY};
  struct lw_period period;
  struct lw_canary canary;
  int64_t total = 0;
  if (view->trial == 0 || !view->live->trials[view->trial - 1].has_stop) {
    return LW_OK;
  }
  const struct lw_snapshot_trial *trial = &view->live->trials[view->trial - 1];
  lw_window_period(&day, view->policy->zone, batch->now, &period);
  enum lw_code rc = add_to_day(batch, trial->id, period.start, amount_minor, &total, err);
  if (rc != LW_OK || total <= trial->stop_minor || batch->policy_changed) {
    return rc;
  }
  rc = lw_canary_get(batch->db, trial->id, batch->scratch, &canary, err);
  if (rc == LW_OK && canary.end == LW_CANARY_RUNS) {
    rc = end_itself(batch, change, &canary, LW_CANARY_COST, err);
    change->seq = seq; /* of what was granted */
  }
  return rc;
}
