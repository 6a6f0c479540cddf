/* Lowering somebody, and giving back.
 *
 * What is taken is said as an edit of the person, and held against them twice: when it is asked for
 * and when it is confirmed, for they may have changed meanwhile. What they had is kept with it. At
 * the end each thing that still is as the lowering left it becomes what it was; what somebody has
 * given since then stays. */
#include "engine/lowering.h"

#include "data/json.h"
#include "data/member.h"
#include "engine/staff_inside.h"
#include "ledger/text.h"

static const lw_str prefix = LW_STR_INIT("low");

enum {
  FIELDS = LW_PERSON_TIER | LW_PERSON_TEAM | LW_PERSON_HOLDS | LW_PERSON_LIMITS,
  LISTED_MAX = 500,
  DUE_MAX = 64,
  LEAST_DAYS = 1
};

#define COLUMNS                                                                                    \
  "id, person, state, asked, words, reason, ends_at, by_person, at, confirmed_by, confirmed_at, "  \
  "restore, ended_by, ended_at, why"

static const char insert_sql[] = "INSERT INTO lowering (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, "
                                 "$6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
static const char update_sql[] =
    "UPDATE lowering SET state = $2, confirmed_by = $3, confirmed_at = $4, restore = $5, ended_by "
    "= $6, ended_at = $7, why = $8 WHERE id = $1";
static const char get_sql[] = "SELECT " COLUMNS " FROM lowering WHERE id = $1";
static const char open_sql[] = "SELECT count(*) FROM lowering WHERE person = $1 AND state < 2";
static const char due_sql[] =
    "SELECT id FROM lowering WHERE state < 2 AND (ends_at <= $1 OR (state = 0 AND at <= $2)) ORDER "
    "BY ends_at, id LIMIT $3";
static const char next_sql[] =
    "SELECT min(CASE WHEN state = 0 AND at + $1 < ends_at THEN at + $1 ELSE ends_at END), count(*) "
    "FROM lowering WHERE state < 2";
static const char list_sql[] =
    "SELECT " COLUMNS " FROM lowering WHERE ($1 = '' OR person = $1) ORDER BY id DESC LIMIT $2";

lw_str lw_lowering_state_name(enum lw_lowering_state state)
{
  static const lw_str names[] = {LW_STR_INIT("asked"), LW_STR_INIT("in_force"),
                                 LW_STR_INIT("ended")};
  return (unsigned)state < 3 ? names[state] : LW_STR("");
}

/* --- rows --- */

static enum lw_code insert(struct lw_db *db, const struct lw_lowering *lowering,
                           struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, insert_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  const lw_str texts[] = {lowering->asked, lowering->words, lowering->reason};
  lw_stmt_text_or_empty(stmt, 1, lowering->id);
  lw_stmt_text_or_empty(stmt, 2, lowering->person);
  lw_stmt_int(stmt, 3, lowering->state);
  for (int i = 0; i < 3; i++) {
    lw_stmt_text_or_empty(stmt, 4 + i, texts[i]);
  }
  lw_stmt_int(stmt, 7, lowering->ends_at);
  lw_stmt_text_or_empty(stmt, 8, lowering->by);
  lw_stmt_int(stmt, 9, lowering->at);
  lw_stmt_text_or_empty(stmt, 10, LW_STR(""));
  lw_stmt_int(stmt, 11, 0);
  lw_stmt_text_or_empty(stmt, 12, LW_STR(""));
  lw_stmt_text_or_empty(stmt, 13, LW_STR(""));
  lw_stmt_int(stmt, 14, 0);
  lw_stmt_text_or_empty(stmt, 15, LW_STR(""));
  return lw_stmt_run(stmt, err);
}

static enum lw_code update(struct lw_db *db, const struct lw_lowering *lowering,
                           struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, update_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text_or_empty(stmt, 1, lowering->id);
    lw_stmt_int(stmt, 2, lowering->state);
    lw_stmt_text_or_empty(stmt, 3, lowering->confirmed_by);
    lw_stmt_int(stmt, 4, lowering->confirmed_at);
    lw_stmt_text_or_empty(stmt, 5, lowering->restore);
    lw_stmt_text_or_empty(stmt, 6, lowering->ended_by);
    lw_stmt_int(stmt, 7, lowering->ended_at);
    lw_stmt_text_or_empty(stmt, 8, lowering->why);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

static void take(const struct lw_stmt *row, struct lw_arena *arena, struct lw_lowering *lowering)
{
  *lowering = (struct lw_lowering){.id = lw_stmt_copy_text(row, 0, arena),
                                   .person = lw_stmt_copy_text(row, 1, arena),
                                   .state = (enum lw_lowering_state)lw_stmt_get_int(row, 2),
                                   .asked = lw_stmt_copy_text(row, 3, arena),
                                   .words = lw_stmt_copy_text(row, 4, arena),
                                   .reason = lw_stmt_copy_text(row, 5, arena),
                                   .ends_at = lw_stmt_get_int(row, 6),
                                   .by = lw_stmt_copy_text(row, 7, arena),
                                   .at = lw_stmt_get_int(row, 8),
                                   .confirmed_by = lw_stmt_copy_text(row, 9, arena),
                                   .confirmed_at = lw_stmt_get_int(row, 10),
                                   .restore = lw_stmt_copy_text(row, 11, arena),
                                   .ended_by = lw_stmt_copy_text(row, 12, arena),
                                   .ended_at = lw_stmt_get_int(row, 13),
                                   .why = lw_stmt_copy_text(row, 14, arena)};
}

static enum lw_code fail_missing(struct lw_error *err)
{
  return lw_fail(err, LW_NOT_FOUND, "there is no lowering of this id that you may see");
}

static enum lw_code get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                        struct lw_lowering *ret_lowering, struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_find(db, get_sql, id, &row, err);
  if (rc != LW_OK) {
    return rc == LW_NOT_FOUND ? fail_missing(err) : rc;
  }
  take(row, arena, ret_lowering);
  lw_stmt_reset(row);
  return arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : LW_OK;
}

static enum lw_code count_open(struct lw_db *db, lw_str person, int64_t *ret_count,
                               struct lw_error *err)
{
  return lw_db_number(db, open_sql, &person, 1, ret_count, err);
}

/* --- rights --- */

static const struct lw_person *self_of(const struct lw_snapshot *snapshot,
                                       const struct lw_caller *caller)
{
  return caller != NULL && caller->person != NULL && !caller->is_token
             ? lw_staff_find(snapshot->staff, caller->person->actor.id)
             : NULL;
}

static bool may_lower(const struct lw_snapshot *snapshot, const struct lw_caller *caller,
                      lw_str person)
{
  const struct lw_person *self = self_of(snapshot, caller);
  return self != NULL && !lw_str_equal(self->actor.id, person) &&
         lw_access_covers(caller, LW_ACCESS_LOWER, snapshot->staff, person);
}

bool lw_lowering_visible(const struct lw_snapshot *snapshot, const struct lw_caller *caller,
                         lw_str person)
{
  const struct lw_person *self = self_of(snapshot, caller);
  return caller == NULL || (self != NULL && lw_str_equal(self->actor.id, person)) ||
         may_lower(snapshot, caller, person);
}

/* Whether the caller is a manager of theirs; or nobody is, and the caller reaches everybody. */
static bool may_ask(const struct lw_snapshot *snapshot, const struct lw_caller *caller,
                    const struct lw_person *person)
{
  const struct lw_staff *staff = snapshot->staff;
  const struct lw_person *self = self_of(snapshot, caller);
  bool led = false;
  for (uint32_t i = 0; i < staff->directory.count && !led; i++) {
    led = lw_staff_leads(staff, &staff->persons[i], person);
  }
  return may_lower(snapshot, caller, person->actor.id) &&
         (lw_staff_leads(staff, self, person) ||
          (!led && lw_access_view(caller, LW_ACCESS_LOWER) == LW_VIEW_ALL));
}

/* --- what it takes --- */

/* A JSON edit of the person, read. */
static enum lw_code read_edit(struct lw_batch *batch, lw_str json, lw_str person,
                              struct lw_person_edit *ret_edit, struct lw_error *err)
{
  const struct lw_value *value = NULL;
  struct lw_person_change change;
  struct lw_faults faults = {.arena = batch->scratch};
  enum lw_code rc = lw_json_read(batch->reader, batch->scratch, json, NULL, &value, err);
  if (rc == LW_OK &&
      !lw_person_change_read(batch->snapshot, value, person, batch->scratch, &change, &faults)) {
    rc = faults.count != 0 ? lw_fail(err, LW_INVALID, "to.%.*s %.*s", LW_FMT(faults.items[0].at),
                                     LW_FMT(faults.items[0].message))
                           : lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  if (rc == LW_OK && (change.edit.fields & ~(uint32_t)FIELDS) != 0) {
    rc = lw_fail(err, LW_INVALID, "to: a lowering changes tier, team, holds and budgets alone");
  }
  *ret_edit = rc == LW_OK ? change.edit : (struct lw_person_edit){.fields = 0};
  return rc;
}

/* It takes something, and gives nothing. */
static enum lw_code check_takes(const struct lw_batch *batch, const struct lw_person *before,
                                const struct lw_person_edit *edit, lw_str *ret_words,
                                struct lw_error *err)
{
  const struct lw_policy *policy = batch->snapshot->policy;
  struct lw_person after = lw_person_merged(batch->snapshot->staff, before, edit);
  struct lw_buf words = {0};
  struct lw_buf given = {0};
  enum lw_code rc = LW_OK;
  if (!lw_lowers_compare(policy, before, &after, batch->now, &words)) {
    rc = lw_fail(err, LW_INVALID, "to: this takes nothing from \"%.*s\"", LW_FMT(before->actor.id));
    lw_error_hint(err, "change them as usual: PATCH /v1/people");
  } else if (lw_lowers_compare(policy, &after, before, batch->now, &given) &&
             (lw_person_differs(before, edit) & LW_PERSON_TEAM) == 0) {
    rc = lw_fail(err, LW_INVALID, "to: this gives something, too (%.*s): a lowering only takes",
                 (int)given.len, given.failed ? "" : given.ptr);
  }
  *ret_words = rc == LW_OK ? lw_str_copy(batch->scratch, lw_buf_str(&words)) : LW_STR("");
  lw_buf_finish(&words);
  lw_buf_finish(&given);
  return rc;
}

/* --- entries --- */

/* `to` has whom it tells: the one concerned. */
static enum lw_code append(struct lw_batch *batch, struct lw_change *change, enum lw_event event,
                           const struct lw_lowering *lowering, struct lw_error *err)
{
  struct lw_buf body = {0};
  LW_BUF_LIT(&body, "{\"lowering\":");
  lw_json_add_string(&body, lowering->id);
  lw_member_text(&body, "person", lowering->person);
  lw_member_text(&body, "by",
                 event == LW_EVENT_LOWERING_ASKED       ? lowering->by
                 : event == LW_EVENT_LOWERING_CONFIRMED ? lowering->confirmed_by
                                                        : lowering->ended_by);
  LW_BUF_LIT(&body, ",\"to\":[");
  lw_json_add_string(&body, lowering->person);
  LW_BUF_LIT(&body, "],\"asked\":");
  lw_buf_add(&body, lowering->asked);
  lw_member_text(&body, "words", lowering->words);
  LW_BUF_LIT(&body, ",\"reason\":");
  lw_buf_add(&body, lowering->reason);
  LW_BUF_LIT(&body, ",\"until\":");
  lw_member_print_time(&body, lowering->ends_at);
  lw_member_text(&body, "why", lowering->why);
  if (lowering->restore.len != 0) {
    LW_BUF_LIT(&body, ",\"restore\":");
    lw_buf_add(&body, lowering->restore);
  }
  lw_buf_add_char(&body, '}');
  return lw_batch_append_body(batch, change, event, &body, err);
}

static enum lw_code answer(struct lw_batch *batch, struct lw_change *change,
                           const struct lw_caller *caller, lw_str id, int status,
                           struct lw_error *err)
{
  const struct lw_lowering_reader reader = {
      .db = batch->db, .snapshot = batch->snapshot, .caller = caller, .arena = batch->scratch};
  lw_buf_reset(&change->answer); /* the person's own change has answered, too */
  lw_change_status(change, status);
  return lw_lowering_print(&reader, id, &change->answer, err);
}

/* --- asking --- */

static enum lw_code check_ask(const struct lw_batch *batch, const struct lw_lowering_ask *ask,
                              const struct lw_person *person, struct lw_error *err)
{
  lw_usec least = batch->now + LEAST_DAYS * LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND / 24;
  int64_t open = 0;
  if (person == NULL || !lw_lowering_visible(batch->snapshot, ask->caller, ask->person)) {
    return lw_fail(err, LW_NOT_FOUND, "there is no person of this id that you may lower");
  }
  if (!may_ask(batch->snapshot, ask->caller, person)) {
    (void)lw_fail(err, LW_FORBIDDEN, "lowering somebody is for a manager of theirs");
    lw_error_hint(err, "nobody lowers themselves; who has no manager is for whoever keeps people");
    return LW_FORBIDDEN;
  }
  if (ask->ends_at < least || ask->ends_at > batch->now + LW_LOWERING_USEC_MAX) {
    return lw_fail(err, LW_INVALID,
                   "until: a lowering ends after an hour at the earliest, and 92 "
                   "days at the latest");
  }
  enum lw_code rc = count_open(batch->db, ask->person, &open, err);
  return rc == LW_OK && open != 0
             ? lw_fail(err, LW_CONFLICT, "there is a lowering of \"%.*s\" already",
                       LW_FMT(ask->person))
             : rc;
}

static enum lw_code keep(struct lw_batch *batch, const struct lw_lowering_ask *ask,
                         struct lw_lowering *lowering, struct lw_error *err)
{
  struct lw_buf text = {0};
  enum lw_code rc = lw_text_keep(&batch->texts, batch->now, "lowering", ask->person, LW_STR(""),
                                 ask->reason, &text, err);
  lowering->reason = lw_str_copy(batch->scratch, lw_buf_str(&text));
  lowering->id = lw_id_text(batch->scratch, prefix, lw_id_make(batch->rand, batch->now));
  rc = rc == LW_OK && (text.failed || batch->scratch->failed)
           ? lw_fail(err, LW_NO_MEMORY, "out of memory")
           : rc;
  lw_buf_finish(&text);
  return rc == LW_OK ? insert(batch->db, lowering, err) : rc;
}

enum lw_code lw_lowering_ask(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_lowering_ask *ask = change->user;
  const struct lw_person *person = lw_staff_find(batch->snapshot->staff, ask->person);
  struct lw_person_edit edit;
  struct lw_buf to = {0};
  struct lw_lowering lowering = {.person = ask->person, .ends_at = ask->ends_at, .at = batch->now};
  enum lw_code rc = check_ask(batch, ask, person, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_json_add_value(&to, ask->to);
  lowering.asked = lw_str_copy(batch->scratch, lw_buf_str(&to));
  lw_buf_finish(&to);
  lowering.by = ask->caller->person->actor.id;
  rc = read_edit(batch, lowering.asked, ask->person, &edit, err);
  rc = rc == LW_OK ? check_takes(batch, person, &edit, &lowering.words, err) : rc;
  rc = rc == LW_OK ? keep(batch, ask, &lowering, err) : rc;
  rc = rc == LW_OK ? append(batch, change, LW_EVENT_LOWERING_ASKED, &lowering, err) : rc;
  lw_usec next = batch->now + LW_LOWERING_WAIT_USEC;
  lw_engine_wake(batch->engine, next < lowering.ends_at ? next : lowering.ends_at);
  return rc == LW_OK ? answer(batch, change, ask->caller, lowering.id, 201, err) : rc;
}

/* --- confirming --- */

static enum lw_code check_confirm(const struct lw_batch *batch, const struct lw_caller *caller,
                                  const struct lw_lowering *lowering, struct lw_error *err)
{
  if (lowering->state != LW_LOWERING_ASKED) {
    return lw_fail(err, LW_CONFLICT, "this lowering does not wait for anybody");
  }
  if (!may_lower(batch->snapshot, caller, lowering->person) ||
      lw_str_equal(caller->person->actor.id, lowering->by)) {
    (void)lw_fail(
        err, LW_FORBIDDEN,
        "a lowering is confirmed by a second person: not who asked, not the one concerned");
    lw_error_hint(err, "ask another who leads them, or whoever keeps people");
    return LW_FORBIDDEN;
  }
  return lowering->ends_at <= batch->now ? lw_fail(err, LW_EXPIRED, "its end has come already")
                                         : LW_OK;
}

static enum lw_code take_from(struct lw_batch *batch, struct lw_change *change,
                              struct lw_lowering *lowering, const struct lw_person *person,
                              struct lw_error *err)
{
  struct lw_person_edit edit;
  struct lw_person after;
  struct lw_buf restore = {0};
  const struct lw_policy *policy = batch->snapshot->policy;
  enum lw_code rc = read_edit(batch, lowering->asked, lowering->person, &edit, err);
  rc = rc == LW_OK ? check_takes(batch, person, &edit, &lowering->words, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  edit.fields = lw_person_differs(person, &edit);
  lw_power_print(person, edit.fields, policy != NULL ? policy->currency : LW_CURRENCY_NONE,
                 &restore);
  lowering->restore = lw_str_copy(batch->scratch, lw_buf_str(&restore));
  rc = restore.failed || lowering->restore.ptr == NULL
           ? lw_fail(err, LW_NO_MEMORY, "out of memory")
           : lw_staff_write_person(batch, change, person, &edit, &after, err);
  lw_buf_finish(&restore);
  return rc;
}

enum lw_code lw_lowering_confirm(struct lw_batch *batch, struct lw_change *change,
                                 struct lw_error *err)
{
  const struct lw_lowering_act *act = change->user;
  struct lw_lowering lowering = {0};
  enum lw_code rc = get(batch->db, act->lowering, batch->scratch, &lowering, err);
  if (rc == LW_OK && !lw_lowering_visible(batch->snapshot, act->caller, lowering.person)) {
    rc = fail_missing(err);
  }
  rc = rc == LW_OK ? check_confirm(batch, act->caller, &lowering, err) : rc;
  const struct lw_person *person =
      rc == LW_OK ? lw_staff_find(batch->snapshot->staff, lowering.person) : NULL;
  if (rc == LW_OK && (person == NULL || !person->active)) {
    rc = lw_fail(err, LW_CONFLICT, "\"%.*s\" has left", LW_FMT(lowering.person));
  }
  rc = rc == LW_OK ? take_from(batch, change, &lowering, person, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  lowering.state = LW_LOWERING_IN_FORCE;
  lowering.confirmed_by = act->caller->person->actor.id;
  lowering.confirmed_at = batch->now;
  rc = update(batch->db, &lowering, err);
  rc = rc == LW_OK ? append(batch, change, LW_EVENT_LOWERING_CONFIRMED, &lowering, err) : rc;
  lw_engine_wake(batch->engine, lowering.ends_at);
  return rc == LW_OK ? answer(batch, change, act->caller, lowering.id, 200, err) : rc;
}

/* --- giving back --- */

static bool has_hold(const struct lw_actor *actor, lw_str name, lw_usec until)
{
  for (uint32_t i = 0; i < actor->n_holds; i++) {
    if (lw_str_equal(actor->holds[i].name, name) && actor->holds[i].until >= until) {
      return true;
    }
  }
  return false;
}

/* What they hold, and what they held. */
static bool give_holds(struct lw_arena *arena, const struct lw_actor *now,
                       struct lw_person_edit *back)
{
  uint32_t most = now->n_holds + back->actor.n_holds;
  struct lw_certificate *holds = LW_NEW_ARRAY(arena, struct lw_certificate, most + 1U);
  uint32_t count = 0;
  if (holds == NULL) {
    return false;
  }
  for (uint32_t i = 0; i < now->n_holds; i++) {
    bool longer = has_hold(&back->actor, now->holds[i].name, now->holds[i].until) &&
                  !has_hold(now, now->holds[i].name, INT64_MAX);
    if (!longer) {
      holds[count++] = now->holds[i];
    }
  }
  for (uint32_t i = 0; i < back->actor.n_holds; i++) {
    const struct lw_certificate *held = &back->actor.holds[i];
    if (!has_hold(&(struct lw_actor){.holds = holds, .n_holds = count}, held->name, held->until)) {
      holds[count++] = *held;
    }
  }
  back->actor.holds = holds;
  back->actor.n_holds = count;
  return true;
}

/* Of what is to come back, what still is as the lowering left it. */
static enum lw_code still_taken(struct lw_batch *batch, const struct lw_lowering *lowering,
                                const struct lw_person *person, struct lw_person_edit *ret_edit,
                                struct lw_error *err)
{
  struct lw_person_edit asked;
  enum lw_code rc = read_edit(batch, lowering->asked, lowering->person, &asked, err);
  rc = rc == LW_OK ? read_edit(batch, lowering->restore, lowering->person, ret_edit, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  uint32_t changed = lw_person_differs(person, &asked);
  if ((ret_edit->fields & LW_PERSON_HOLDS) != 0 &&
      !give_holds(batch->scratch, &person->actor, ret_edit)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  ret_edit->fields &= ~(changed & ~(uint32_t)LW_PERSON_HOLDS);
  ret_edit->fields = lw_person_differs(person, ret_edit);
  return LW_OK;
}

static enum lw_code give_back(struct lw_batch *batch, struct lw_change *change,
                              const struct lw_lowering *lowering, struct lw_error *err)
{
  const struct lw_person *person = lw_staff_find(batch->snapshot->staff, lowering->person);
  struct lw_person_edit edit = {.fields = 0};
  struct lw_person after;
  if (lowering->state != LW_LOWERING_IN_FORCE || person == NULL) {
    return LW_OK;
  }
  enum lw_code rc = still_taken(batch, lowering, person, &edit, err);
  if (rc == LW_INVALID) {
    return LW_OK; /* the policy has no such tier or budget any more: there is nothing to give */
  }
  return rc == LW_OK && edit.fields != 0
             ? lw_staff_write_person(batch, change, person, &edit, &after, err)
             : rc;
}

static enum lw_code end(struct lw_batch *batch, struct lw_change *change,
                        struct lw_lowering *lowering, lw_str by, const char *why,
                        struct lw_error *err)
{
  enum lw_code rc = give_back(batch, change, lowering, err);
  lowering->state = LW_LOWERING_ENDED;
  lowering->ended_by = by;
  lowering->ended_at = batch->now;
  lowering->why = lw_str_c(why);
  rc = rc == LW_OK ? update(batch->db, lowering, err) : rc;
  return rc == LW_OK ? append(batch, change, LW_EVENT_LOWERING_ENDED, lowering, err) : rc;
}

enum lw_code lw_lowering_end(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_lowering_act *act = change->user;
  struct lw_lowering lowering = {0};
  enum lw_code rc = get(batch->db, act->lowering, batch->scratch, &lowering, err);
  if (rc == LW_OK && !lw_lowering_visible(batch->snapshot, act->caller, lowering.person)) {
    rc = fail_missing(err);
  }
  if (rc == LW_OK && lowering.state == LW_LOWERING_ENDED) {
    rc = lw_fail(err, LW_CONFLICT, "this lowering has ended");
  }
  if (rc == LW_OK && !may_lower(batch->snapshot, act->caller, lowering.person)) {
    rc = lw_fail(err, LW_FORBIDDEN, "ending it is for whoever may lower them");
  }
  if (rc != LW_OK) {
    return rc;
  }
  lw_str me = act->caller->person->actor.id;
  const char *why = lowering.state == LW_LOWERING_IN_FORCE ? "early"
                    : lw_str_equal(me, lowering.by)        ? "withdrawn"
                                                           : "declined";
  rc = end(batch, change, &lowering, me, why, err);
  return rc == LW_OK ? answer(batch, change, act->caller, lowering.id, 200, err) : rc;
}

/* --- the clock --- */

static enum lw_code find_due(struct lw_batch *batch, lw_str *ids, uint32_t *ret_count,
                             struct lw_arena *arena, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  uint32_t count = 0;
  enum lw_code rc = lw_db_statement(batch->db, due_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, batch->now);
  lw_stmt_int(stmt, 2, batch->now - LW_LOWERING_WAIT_USEC);
  lw_stmt_int(stmt, 3, 1); /* people change with each: one a batch (batch->people_changed) */
  while (count < DUE_MAX && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    ids[count++] = lw_stmt_copy_text(stmt, 0, arena);
  }
  lw_stmt_reset(stmt);
  *ret_count = count;
  return rc;
}

static enum lw_code find_next(struct lw_batch *batch, lw_usec *ret_next, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(batch->db, next_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_int(stmt, 1, LW_LOWERING_WAIT_USEC);
    rc = lw_stmt_step(stmt, &is_row, err);
    bool any = rc == LW_OK && is_row && lw_stmt_get_int(stmt, 1) != 0;
    *ret_next = any ? lw_stmt_get_int(stmt, 0) : INT64_MAX;
    lw_stmt_reset(stmt);
  }
  return rc;
}

static enum lw_code apply_due(struct lw_batch *batch, struct lw_change *change, lw_usec *ret_next,
                              struct lw_error *err)
{
  lw_str ids[DUE_MAX];
  uint32_t count = 0;
  enum lw_code rc = find_due(batch, ids, &count, batch->scratch, err);
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    struct lw_lowering lowering = {0};
    rc = get(batch->db, ids[i], batch->scratch, &lowering, err);
    bool asked = lowering.state == LW_LOWERING_ASKED;
    rc = rc == LW_OK ? end(batch, change, &lowering, LW_STR(""), asked ? "lapsed" : "over", err)
                     : rc;
  }
  return rc == LW_OK ? find_next(batch, ret_next, err) : rc;
}

const struct lw_due lw_lowerings_due = {.name = "lowerings", .apply = apply_due};

/* --- reading --- */

static void add_name(const struct lw_snapshot *snapshot, lw_str id, const char *key,
                     const char *name_key, struct lw_buf *out)
{
  const struct lw_person *person = id.len != 0 ? lw_staff_find(snapshot->staff, id) : NULL;
  lw_member_text(out, key, id);
  if (person != NULL) {
    lw_member_text(out, name_key, person->actor.name);
  }
}

static void add_time(struct lw_buf *out, const char *key, lw_usec at)
{
  if (at != 0) {
    lw_member_time(out, key, at);
  }
}

static enum lw_code add_reason(const struct lw_lowering_reader *reader, lw_str reference,
                               struct lw_buf *out, struct lw_error *err)
{
  lw_str text = LW_STR("");
  enum lw_code rc = lw_text_read(reader->db, reference, reader->arena, &text, err);
  lw_member_text(out, "reason", text);
  return rc;
}

static void add_mays(const struct lw_lowering_reader *reader, const struct lw_lowering *lowering,
                     struct lw_buf *out)
{
  bool may = lowering->state != LW_LOWERING_ENDED &&
             may_lower(reader->snapshot, reader->caller, lowering->person);
  bool confirms = may && lowering->state == LW_LOWERING_ASKED &&
                  !lw_str_equal(reader->caller->person->actor.id, lowering->by);
  lw_buf_printf(out, ",\"may\":[%s%s%s]", confirms ? "\"confirm\"" : "", confirms && may ? "," : "",
                may ? "\"end\"" : "");
}

static enum lw_code print(const struct lw_lowering_reader *reader,
                          const struct lw_lowering *lowering, struct lw_buf *out,
                          struct lw_error *err)
{
  LW_BUF_LIT(out, "{\"id\":");
  lw_json_add_string(out, lowering->id);
  add_name(reader->snapshot, lowering->person, "person", "person_name", out);
  lw_member_text(out, "state", lw_lowering_state_name(lowering->state));
  LW_BUF_LIT(out, ",\"to\":");
  lw_buf_add(out, lowering->asked);
  lw_member_text(out, "words", lowering->words);
  enum lw_code rc = add_reason(reader, lowering->reason, out, err);
  add_time(out, "until", lowering->ends_at);
  add_name(reader->snapshot, lowering->by, "by", "by_name", out);
  add_time(out, "at", lowering->at);
  add_name(reader->snapshot, lowering->confirmed_by, "confirmed_by", "confirmed_by_name", out);
  add_time(out, "confirmed", lowering->confirmed_at);
  add_name(reader->snapshot, lowering->ended_by, "ended_by", "ended_by_name", out);
  add_time(out, "ended", lowering->ended_at);
  lw_member_text(out, "why", lowering->why);
  add_mays(reader, lowering, out);
  lw_buf_add_char(out, '}');
  return rc == LW_OK && out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
}

enum lw_code lw_lowering_print(const struct lw_lowering_reader *reader, lw_str id,
                               struct lw_buf *out, struct lw_error *err)
{
  struct lw_lowering lowering = {0};
  enum lw_code rc = get(reader->db, id, reader->arena, &lowering, err);
  if (rc == LW_OK && !lw_lowering_visible(reader->snapshot, reader->caller, lowering.person)) {
    rc = fail_missing(err);
  }
  return rc == LW_OK ? print(reader, &lowering, out, err) : rc;
}

enum lw_code lw_lowering_list(const struct lw_lowering_reader *reader, lw_str person,
                              struct lw_buf *out, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  const char *between = "";
  enum lw_code rc = lw_db_statement(reader->db, list_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text_or_empty(stmt, 1, person);
  lw_stmt_int(stmt, 2, LISTED_MAX);
  LW_BUF_LIT(out, "{\"items\":[");
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    struct lw_lowering lowering;
    take(stmt, reader->arena, &lowering);
    if (lw_lowering_visible(reader->snapshot, reader->caller, lowering.person)) {
      lw_buf_add_c(out, between);
      between = ",";
      rc = print(reader, &lowering, out, err);
    }
    if (rc != LW_OK) {
      break;
    }
  }
  lw_stmt_reset(stmt);
  LW_BUF_LIT(out, "]}");
  return rc;
}
