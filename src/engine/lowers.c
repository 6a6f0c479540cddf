/* What is compared is what the policy reads of a person: the tier's place in the policy's list, the
 * certificates that hold now, own limits against what they would be, and, for a move to another
 * team (or another kind, or another date of hiring), the grants that fit. A move that loses some
 * grants and gains others is a change of work; one that only loses is a lowering. */
#include "engine/lowers.h"

#include "data/json.h"
#include "data/member.h"
#include "engine/staff_change.h"
#include "policy/who.h"

static void say(struct lw_buf *words, const char *what, lw_str name)
{
  lw_buf_add_c(words, words->len != 0 ? ", " : "");
  lw_buf_printf(words, "%s %.*s", what, LW_FMT(name));
}

static bool lowers_tier(const struct lw_policy *policy, const struct lw_person *before,
                        const struct lw_person *after, struct lw_buf *words)
{
  uint32_t was = lw_policy_find_tier(policy, before->actor.tier);
  uint32_t is = lw_policy_find_tier(policy, after->actor.tier);
  bool less = was != UINT32_MAX && (is == UINT32_MAX || is < was);
  if (less) {
    say(words, "tier", before->actor.tier);
    lw_str to = after->actor.tier.len != 0 ? after->actor.tier : LW_STR("none");
    lw_buf_printf(words, " to %.*s", LW_FMT(to));
  }
  return less;
}

/* Until when they hold it: 0 when they do not. */
static lw_usec holds_until(const struct lw_actor *actor, lw_str name)
{
  lw_usec until = 0;
  for (uint32_t i = 0; i < actor->n_holds; i++) {
    bool same = lw_str_equal(actor->holds[i].name, name);
    until = same && actor->holds[i].until > until ? actor->holds[i].until : until;
  }
  return until;
}

static bool lowers_holds(const struct lw_person *before, const struct lw_person *after, lw_usec now,
                         struct lw_buf *words)
{
  bool less = false;
  for (uint32_t i = 0; i < before->actor.n_holds; i++) {
    const struct lw_certificate *held = &before->actor.holds[i];
    if (held->until > now && holds_until(&after->actor, held->name) < held->until) {
      say(words, "certificate", held->name);
      less = true;
    }
  }
  return less;
}

/* The limit that counts for them; -1: none that is known. */
static int64_t limit_of(const struct lw_policy *policy, const struct lw_actor *actor, lw_str budget,
                        bool times)
{
  const struct lw_override *own = lw_person_limit(actor, budget);
  int64_t limit = own == NULL ? -1 : times ? own->times : own->amount_minor;
  uint32_t tier = lw_actor_tier(policy, actor);
  for (uint32_t i = 0; limit < 0 && i < policy->n_budgets; i++) {
    const struct lw_budget *of = &policy->budgets[i];
    const int64_t *limits = times ? of->times : of->amounts;
    bool has = times ? of->has_times : of->has_amount;
    if (has && limits != NULL && lw_str_equal(of->name, budget)) {
      return limits[tier != UINT32_MAX ? tier : policy->n_tiers];
    }
  }
  return limit;
}

static bool is_own_limit_less(const struct lw_policy *policy, const struct lw_person *before,
                              const struct lw_person *after, lw_str budget)
{
  bool less = false;
  for (int times = 0; times < 2; times++) {
    struct lw_actor was = before->actor;
    was.tier = after->actor.tier; /* the tier's own part is another question */
    int64_t had = limit_of(policy, &was, budget, times != 0);
    int64_t has = limit_of(policy, &after->actor, budget, times != 0);
    less = less || (has >= 0 && had > has);
  }
  return less;
}

static bool lowers_limits(const struct lw_policy *policy, const struct lw_person *before,
                          const struct lw_person *after, struct lw_buf *words)
{
  const struct lw_actor *sides[] = {&before->actor, &after->actor};
  bool less = false;
  for (int side = 0; side < 2; side++) {
    for (uint32_t i = 0; i < sides[side]->n_overrides; i++) {
      lw_str budget = sides[side]->overrides[i].budget;
      bool twice = side == 1 && lw_person_limit(&before->actor, budget) != NULL;
      if (!twice && is_own_limit_less(policy, before, after, budget)) {
        say(words, "own limit of", budget);
        less = true;
      }
    }
  }
  return less;
}

/* Team, kind and date of hiring as after, all else as before: which grants fit. */
static bool lowers_reach(const struct lw_policy *policy, const struct lw_person *before,
                         const struct lw_person *after, lw_usec now, struct lw_buf *words)
{
  struct lw_actor moved = before->actor;
  uint32_t tier = lw_actor_tier(policy, &before->actor);
  uint32_t lost = UINT32_MAX;
  bool gained = false;
  moved.team = after->actor.team;
  moved.kind = after->actor.kind;
  moved.has_hired_at = after->actor.has_hired_at;
  moved.hired_at = after->actor.hired_at;
  for (uint32_t i = 0; i < policy->n_grants; i++) {
    const struct lw_who *who = &policy->grants[i].who;
    bool had = lw_who_fits(who, &before->actor, tier, before->actor.team, now);
    bool has = lw_who_fits(who, &moved, tier, moved.team, now);
    lost = had && !has ? i : lost;
    gained = gained || (has && !had);
  }
  if (lost != UINT32_MAX && !gained) {
    say(words, "grant", policy->grants[lost].id);
  }
  return lost != UINT32_MAX && !gained;
}

bool lw_lowers_compare(const struct lw_policy *policy, const struct lw_person *before,
                       const struct lw_person *after, lw_usec now, struct lw_buf *words)
{
  bool less = lowers_holds(before, after, now, words);
  if (policy != NULL) {
    less = lowers_tier(policy, before, after, words) || less;
    less = lowers_limits(policy, before, after, words) || less;
    less = lowers_reach(policy, before, after, now, words) || less;
  }
  return less;
}

/* --- slips --- */

static const char slip_sql[] = "SELECT actor, at, was FROM person_slip WHERE person = $1";
static const char put_slip_sql[] =
    "INSERT INTO person_slip (person, actor, at, was) VALUES ($1, $2, $3, $4) ON CONFLICT (person) "
    "DO UPDATE SET actor = $2, at = $3, was = $4";
static const char left_sql[] = "SELECT left_at FROM person WHERE id = $1 AND left_at IS NOT NULL";

static void print_text(lw_str text, struct lw_buf *out)
{
  if (text.len != 0) {
    lw_json_add_string(out, text);
  } else {
    LW_BUF_LIT(out, "null");
  }
}

static void print_limits(const struct lw_actor *actor, uint16_t currency, struct lw_buf *out)
{
  lw_buf_add_char(out, '{');
  for (uint32_t i = 0; i < actor->n_overrides; i++) {
    const struct lw_override *limit = &actor->overrides[i];
    lw_buf_add_c(out, i == 0 ? "" : ",");
    lw_json_add_string(out, limit->budget);
    LW_BUF_LIT(out, ":{");
    if (limit->amount_minor >= 0) {
      LW_BUF_LIT(out, "\"amount\":\"");
      lw_money_print((lw_money){limit->amount_minor, currency}, out);
      lw_buf_add_c(out, limit->times >= 0 ? "\"," : "\"");
    }
    if (limit->times >= 0) {
      lw_buf_printf(out, "\"times\":%lld", (long long)limit->times);
    }
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, '}');
}

void lw_power_print(const struct lw_person *person, uint32_t fields, uint16_t currency,
                    struct lw_buf *out)
{
  static const struct lw_actor nobody;
  static const struct {
    uint32_t field;
    const char *key;
  } members[] = {{LW_PERSON_TIER, "tier"},
                 {LW_PERSON_TEAM, "team"},
                 {LW_PERSON_HOLDS, "holds"},
                 {LW_PERSON_LIMITS, "budgets"}};
  const struct lw_actor *actor = person != NULL ? &person->actor : &nobody;
  const char *between = "";
  lw_buf_add_char(out, '{');
  for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
    if ((fields & members[i].field) == 0) {
      continue;
    }
    lw_buf_printf(out, "%s\"%s\":", between, members[i].key);
    between = ",";
    switch (members[i].field) {
    case LW_PERSON_TIER: print_text(actor->tier, out); break;
    case LW_PERSON_TEAM: print_text(person != NULL ? person->team : LW_STR(""), out); break;
    case LW_PERSON_HOLDS: lw_person_print_holds(actor, out); break;
    default: print_limits(actor, currency, out); break;
    }
  }
  lw_buf_add_char(out, '}');
}

/* The row; *ret_was empty when there is none. */
static enum lw_code read_slip(struct lw_db *db, lw_str id, struct lw_arena *arena,
                              lw_str *ret_actor, lw_usec *ret_at, lw_str *ret_was,
                              struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_find(db, slip_sql, id, &row, err);
  *ret_was = LW_STR("");
  if (rc == LW_OK) {
    *ret_actor = lw_str_copy(arena, lw_stmt_get_text(row, 0));
    *ret_at = lw_stmt_get_int(row, 1);
    *ret_was = lw_str_copy(arena, lw_stmt_get_text(row, 2));
    lw_stmt_reset(row);
  }
  return rc == LW_NOT_FOUND ? LW_OK : rc;
}

static uint16_t currency_of(const struct lw_snapshot *snapshot)
{
  return snapshot->policy != NULL ? snapshot->policy->currency : LW_CURRENCY_NONE;
}

enum lw_code lw_slip_keep(struct lw_batch *batch, lw_str actor, lw_str id,
                          const struct lw_person *before, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  struct lw_buf was = {0};
  lw_str by = LW_STR("");
  lw_str text = LW_STR("");
  lw_usec at = 0;
  enum lw_code rc = read_slip(batch->db, id, batch->scratch, &by, &at, &text, err);
  if (rc != LW_OK || (text.len != 0 && batch->now - at < LW_SLIP_USEC && lw_str_equal(by, actor))) {
    return rc; /* what was before the first of several changes */
  }
  lw_power_print(before, LW_PERSON_TIER | LW_PERSON_TEAM | LW_PERSON_HOLDS | LW_PERSON_LIMITS,
                 currency_of(batch->snapshot), &was);
  rc = was.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory")
                  : lw_db_statement(batch->db, put_slip_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text(stmt, 1, id);
    lw_stmt_text(stmt, 2, actor);
    lw_stmt_int(stmt, 3, batch->now);
    lw_stmt_text(stmt, 4, lw_buf_str(&was));
    rc = lw_stmt_run(stmt, err);
  }
  lw_buf_finish(&was);
  return rc;
}

/* The person as they were before the actor's own change of just now; false: there was none. */
static bool before_slip(const struct lw_lowers *look, const struct lw_person *person,
                        struct lw_person *ret_was)
{
  struct lw_error err;
  struct lw_person_change change;
  struct lw_faults faults = {.arena = look->scratch};
  const struct lw_value *value = NULL;
  lw_str by = LW_STR("");
  lw_str text = LW_STR("");
  lw_usec at = 0;
  enum lw_code rc = read_slip(look->db, person->actor.id, look->scratch, &by, &at, &text, &err);
  if (rc != LW_OK || text.len == 0 || look->now - at >= LW_SLIP_USEC ||
      !lw_str_equal(by, look->actor)) {
    return false;
  }
  struct lw_json_reader *json = lw_json_reader_create(NULL);
  bool read = json != NULL &&
              lw_json_read(json, look->scratch, text, NULL, &value, &err) == LW_OK &&
              lw_person_change_read(look->snapshot, value, person->actor.id, look->scratch, &change,
                                    &faults);
  lw_json_reader_destroy(json);
  if (read) {
    *ret_was = lw_person_merged(look->snapshot->staff, person, &change.edit);
  }
  return read;
}

static bool left_long_ago(const struct lw_lowers *look, const struct lw_person *person)
{
  struct lw_stmt *row = NULL;
  struct lw_error err;
  bool long_ago = false;
  if (!person->active && lw_db_find(look->db, left_sql, person->actor.id, &row, &err) == LW_OK) {
    long_ago = look->now - lw_stmt_get_int(row, 0) > LW_LEFT_USEC;
    lw_stmt_reset(row);
  }
  return long_ago;
}

bool lw_lowers(const struct lw_lowers *look, const struct lw_person *before,
               const struct lw_person *after, struct lw_buf *words)
{
  const struct lw_policy *policy = look->snapshot->policy;
  struct lw_person was;
  if (!lw_lowers_compare(policy, before, after, look->now, words)) {
    return false;
  }
  if (look->db == NULL) {
    return true;
  }
  struct lw_buf less = {0};
  bool excused =
      left_long_ago(look, before) || (before_slip(look, before, &was) &&
                                      !lw_lowers_compare(policy, &was, after, look->now, &less));
  lw_buf_finish(&less);
  return !excused;
}

enum lw_code lw_lowers_refuse(const struct lw_lowers *look, const struct lw_person *before,
                              const struct lw_person *after, struct lw_error *err)
{
  struct lw_buf words = {0};
  enum lw_code rc = LW_OK;
  if (lw_lowers(look, before, after, &words)) {
    rc = lw_fail(err, LW_CONFLICT, "this takes authority from \"%.*s\": %.*s",
                 LW_FMT(before->actor.id), (int)(words.len < 200 ? words.len : 200),
                 words.failed ? "" : words.ptr);
    lw_error_hint(err, "that is a lowering, with a reason, an end and a second person: POST "
                       "/v1/lowerings");
  }
  lw_buf_finish(&words);
  return rc;
}

enum lw_code lw_lowers_refuse_move(const struct lw_lowers *look, lw_str before, lw_str after,
                                   struct lw_error *err)
{
  const struct lw_staff *staff = look->snapshot->staff;
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < staff->directory.count; i++) {
    const struct lw_person *person = &staff->persons[i];
    if (lw_team_within(person->actor.team, before)) {
      struct lw_person moved = *person;
      lw_str rest = lw_str_slice(person->actor.team, before.len, SIZE_MAX);
      moved.actor.team = lw_str_format(look->scratch, "%.*s%.*s", LW_FMT(after), LW_FMT(rest));
      rc = moved.actor.team.ptr == NULL ? lw_fail(err, LW_NO_MEMORY, "out of memory")
                                        : lw_lowers_refuse(look, person, &moved, err);
    }
  }
  return rc;
}

/* --- imports --- */

static bool watch(void *user, const struct lw_person *before, const struct lw_person *after,
                  struct lw_buf *words)
{
  return lw_lowers(user, before, after, words);
}

void lw_lowers_watch(struct lw_lowers *look, struct lw_import *import)
{
  import->lowers = watch;
  import->lowers_user = look;
}
