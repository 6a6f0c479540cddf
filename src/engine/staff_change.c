/* People, teams and presence as changes.
 *
 * A change is checked against the snapshot of the batch, which is that of the last commit: whoever
 * changes people ends the batch (people_changed), so nothing before it in the same batch can have
 * changed them. Then the rows are written and the entry appended, in one transaction.
 *
 * What an entry says (docs/formats/journal.md): the id, and of the fields those that are new. Names
 * e-mail addresses and telephones are kept as one text about that person
 * ({"name":...,"email":...}), and the entry has its reference as `who`. */
#include "engine/staff_change.h"

#include "data/member.h"
#include "engine/lowers.h"
#include "engine/staff_inside.h"

static uint16_t currency_of(const struct lw_batch *batch)
{
  return batch->snapshot->policy != NULL ? batch->snapshot->policy->currency : LW_CURRENCY_NONE;
}

enum lw_code lw_staff_answer_person(struct lw_batch *batch, struct lw_change *change, int status,
                                    const struct lw_person *person, struct lw_error *err)
{
  lw_person_print(person, currency_of(batch), batch->now, &change->answer);
  lw_change_status(change, status);
  return change->answer.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : LW_OK;
}

static bool is_admin(const struct lw_caller *caller)
{
  if (caller == NULL) {
    return true; /* the command line */
  }
  if (caller->is_token) {
    return caller->person == NULL && (caller->scopes & LW_TOKEN_ADMIN) != 0;
  }
  return caller->person != NULL && caller->person->active &&
         (caller->person->roles & LW_ROLE_ADMIN) != 0;
}

/* What somebody may do, and what their authority rests on. */
enum {
  POWER = LW_PERSON_TEAM | LW_PERSON_TIER | LW_PERSON_KIND | LW_PERSON_MANAGER |
          LW_PERSON_HIRED_AT | LW_PERSON_HOLDS | LW_PERSON_LIMITS | LW_PERSON_ROLES
};

/* Nobody raises themselves: who keeps people leaves what they may do themselves to another, or to
 * an administrator. */
static enum lw_code guard_self(const struct lw_caller *caller, lw_str id, uint32_t fields,
                               struct lw_error *err)
{
  bool self = caller != NULL && caller->person != NULL &&
              lw_str_equal(caller->person->actor.id, id) && (fields & POWER) != 0;
  if (!self || is_admin(caller)) {
    return LW_OK;
  }
  (void)lw_fail(err, LW_FORBIDDEN, "nobody changes what they may do themselves");
  lw_error_hint(err, "ask somebody else who keeps people, or an administrator");
  return LW_FORBIDDEN;
}

enum lw_code lw_staff_guard_admin(const struct lw_caller *caller, bool concerns_admin,
                                  struct lw_error *err)
{
  if (!concerns_admin || is_admin(caller)) {
    return LW_OK;
  }
  (void)lw_fail(err, LW_FORBIDDEN,
                "only administrators change who is administrator, and how they get in");
  lw_error_hint(err, "ask one of them");
  return LW_FORBIDDEN;
}

/* ---- what is checked ---- */

static enum lw_code check_team(const struct lw_staff *staff, const struct lw_person_edit *edit,
                               struct lw_error *err)
{
  lw_str team = edit->actor.team;
  bool set = (edit->fields & LW_PERSON_TEAM) != 0 && team.len != 0;
  if (!set || lw_staff_find_team(staff, team) != NULL) {
    return LW_OK;
  }
  (void)lw_fail(err, LW_INVALID, "there is no team \"%.*s\"", LW_FMT(team));
  lw_error_hint(err, "make it first (POST /v1/teams); a team is named by its id, not by its path");
  return LW_INVALID;
}

static enum lw_code check_tier(const struct lw_policy *policy, const struct lw_person_edit *edit,
                               struct lw_error *err)
{
  lw_str tier = edit->actor.tier;
  bool set = (edit->fields & LW_PERSON_TIER) != 0 && tier.len != 0 && policy != NULL;
  if (!set || lw_policy_find_tier(policy, tier) != UINT32_MAX) {
    return LW_OK;
  }
  lw_str near = lw_str_nearest(tier, policy->tiers, policy->n_tiers);
  (void)lw_fail(err, LW_INVALID, "\"%.*s\" is no tier of the policy", LW_FMT(tier));
  if (near.len != 0) {
    lw_error_hint(err, "did you mean \"%.*s\"?", LW_FMT(near));
  }
  return LW_INVALID;
}

static enum lw_code check_manager(const struct lw_staff *staff, const struct lw_person_edit *edit,
                                  struct lw_error *err)
{
  enum { LEVELS_MAX = 64 };
  lw_str manager = edit->actor.manager;
  if ((edit->fields & LW_PERSON_MANAGER) == 0 || manager.len == 0) {
    return LW_OK;
  }
  const struct lw_person *at = lw_staff_find(staff, manager);
  bool own = lw_str_equal(manager, edit->actor.id);
  if (!own && (at == NULL || !at->active)) {
    return lw_fail(err, LW_INVALID, "manager \"%.*s\" is nobody who is here", LW_FMT(manager));
  }
  for (int i = 0; !own && i < LEVELS_MAX && at != NULL; i++) {
    own = lw_str_equal(at->actor.manager, edit->actor.id);
    at = lw_staff_find(staff, at->actor.manager);
  }
  return own || at != NULL ? lw_fail(err, LW_INVALID,
                                     "\"%.*s\" would be their own manager, by way of \"%.*s\", or "
                                     "stand over %d levels deep",
                                     LW_FMT(edit->actor.id), LW_FMT(manager), LEVELS_MAX)
                           : LW_OK;
}

static bool is_last_admin(const struct lw_staff *staff, const struct lw_person *person)
{
  for (uint32_t i = 0; i < staff->directory.count; i++) {
    const struct lw_person *other = &staff->persons[i];
    if (other != person && (other->roles & LW_ROLE_ADMIN) != 0) {
      return false;
    }
  }
  return person->active && (person->roles & LW_ROLE_ADMIN) != 0;
}

/* Who is administrator, before and after. */
static enum lw_code check_admin(const struct lw_staff *staff, const struct lw_person *before,
                                const struct lw_person *after, uint32_t fields,
                                const struct lw_caller *caller, struct lw_error *err)
{
  bool was = before != NULL && (before->roles & LW_ROLE_ADMIN) != 0;
  bool is = (after->roles & LW_ROLE_ADMIN) != 0;
  bool concerns = was != is || (was && (fields & (LW_PERSON_ROLES | LW_PERSON_ACTIVE)) != 0);
  enum lw_code rc = lw_staff_guard_admin(caller, concerns, err);
  if (rc == LW_OK && was && (!is || !after->active) && is_last_admin(staff, before)) {
    rc = lw_fail(err, LW_CONFLICT, "\"%.*s\" is the last administrator", LW_FMT(before->actor.id));
    lw_error_hint(err, "make somebody else administrator first");
  }
  return rc;
}

static enum lw_code check_version(const struct lw_person_change *words,
                                  const struct lw_person *before, struct lw_error *err)
{
  lw_str id = words->edit.actor.id;
  if (words->create && before != NULL) {
    return lw_fail(err, LW_CONFLICT, "there is a person \"%.*s\" already", LW_FMT(id));
  }
  if (!words->create && before == NULL) {
    return lw_fail(err, LW_NOT_FOUND, "there is no person \"%.*s\"", LW_FMT(id));
  }
  if (before != NULL && words->version != 0 && words->version != before->version) {
    (void)lw_fail(err, LW_STALE, "\"%.*s\" is in version %llu, not %llu", LW_FMT(id),
                  (unsigned long long)before->version, (unsigned long long)words->version);
    lw_error_hint(err, "read the person again, then change them");
    return LW_STALE;
  }
  return LW_OK;
}

static enum lw_code check_edit(const struct lw_batch *batch, const struct lw_person_edit *edit,
                               struct lw_error *err)
{
  enum lw_code rc = lw_person_check_id(edit->actor.id, "a person", false, err);
  rc = rc == LW_OK ? check_team(batch->snapshot->staff, edit, err) : rc;
  rc = rc == LW_OK ? check_tier(batch->snapshot->policy, edit, err) : rc;
  return rc == LW_OK ? check_manager(batch->snapshot->staff, edit, err) : rc;
}

/* ---- what the journal says ---- */

static void add_member(struct lw_buf *out, const char *key, lw_str text)
{
  lw_buf_printf(out, ",\"%s\":", key);
  if (text.len != 0) {
    lw_json_add_string(out, text);
  } else {
    LW_BUF_LIT(out, "null");
  }
}

/* Name and addresses as one text, outside; here its reference. */
static enum lw_code add_who(struct lw_batch *batch, const struct lw_person *person,
                            struct lw_buf *out, struct lw_error *err)
{
  struct lw_buf text = {0};
  LW_BUF_LIT(&text, "{\"name\":");
  lw_json_add_string(&text, person->actor.name);
  LW_BUF_LIT(&text, ",\"email\":");
  lw_json_add_string(&text, person->actor.email);
  if (person->actor.phone.len != 0) {
    LW_BUF_LIT(&text, ",\"phone\":");
    lw_json_add_string(&text, person->actor.phone);
  }
  lw_buf_add_char(&text, '}');
  LW_BUF_LIT(out, ",\"who\":");
  enum lw_code rc = text.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory")
                                : lw_text_keep(&batch->texts, batch->now, "name", person->actor.id,
                                               LW_STR(""), lw_buf_str(&text), out, err);
  lw_buf_finish(&text);
  return rc;
}

/* Amounts in minor units: the currency is the policy's. */
static void add_limits(const struct lw_actor *actor, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"budgets\":{");
  for (uint32_t i = 0; i < actor->n_overrides; i++) {
    const struct lw_override *limit = &actor->overrides[i];
    lw_buf_add(out, i == 0 ? LW_STR("") : LW_STR(","));
    lw_json_add_string(out, limit->budget);
    lw_buf_printf(out, ":{\"minor\":%lld,\"times\":%lld}", (long long)limit->amount_minor,
                  (long long)limit->times);
  }
  lw_buf_add_char(out, '}');
}

static void add_roles(uint32_t roles, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"roles\":[");
  bool first = true;
  for (uint32_t bit = LW_ROLE_LEAD; bit <= LW_ROLE_ADMIN; bit <<= 1) {
    if ((roles & bit) != 0) {
      lw_buf_add(out, first ? LW_STR("") : LW_STR(","));
      lw_json_add_string(out, lw_role_name((enum lw_role)bit));
      first = false;
    }
  }
  lw_buf_add_char(out, ']');
}

/* The fields that are new, but for name and address. */
static void add_fields(const struct lw_person *person, uint32_t fields, struct lw_buf *out)
{
  const struct lw_actor *actor = &person->actor;
  if (fields & LW_PERSON_TEAM) {
    add_member(out, "team", person->team);
  }
  if (fields & LW_PERSON_TIER) {
    add_member(out, "tier", actor->tier);
  }
  if (fields & LW_PERSON_KIND) {
    add_member(out, "kind", lw_person_kind_name(actor->kind));
  }
  if (fields & LW_PERSON_MANAGER) {
    add_member(out, "manager", actor->manager);
  }
  if ((fields & LW_PERSON_HIRED_AT) && actor->has_hired_at) {
    LW_BUF_LIT(out, ",\"hired_at\":");
    lw_member_print_time(out, actor->hired_at);
  } else if (fields & LW_PERSON_HIRED_AT) {
    add_member(out, "hired_at", LW_STR(""));
  }
  if ((fields & LW_PERSON_LEFT_AT) && actor->has_left_at) {
    LW_BUF_LIT(out, ",\"left_at\":");
    lw_member_print_time(out, actor->left_at);
  } else if (fields & LW_PERSON_LEFT_AT) {
    add_member(out, "left_at", LW_STR(""));
  }
  if (fields & LW_PERSON_HOLDS) {
    lw_member_key(out, "holds");
    lw_person_print_holds(actor, out);
  }
  if (fields & LW_PERSON_LIMITS) {
    add_limits(actor, out);
  }
  if (fields & LW_PERSON_ROLES) {
    add_roles(person->roles_given, out);
  }
  if (fields & LW_PERSON_ACTIVE) {
    lw_buf_add(out, person->active ? LW_STR(",\"active\":true") : LW_STR(",\"active\":false"));
  }
}

static enum lw_event event_of(const struct lw_person *before, const struct lw_person *after)
{
  bool was = before != NULL && before->active;
  if (before == NULL) {
    return LW_EVENT_PERSON_ADDED; /* also who had left before they were told of */
  }
  if (was == after->active) {
    return LW_EVENT_PERSON_CHANGED;
  }
  return was ? LW_EVENT_PERSON_REMOVED : LW_EVENT_PERSON_ADDED;
}

enum lw_code lw_staff_write_person(struct lw_batch *batch, struct lw_change *change,
                                   const struct lw_person *before,
                                   const struct lw_person_edit *edit, struct lw_person *ret_after,
                                   struct lw_error *err)
{
  struct lw_buf body = {0};
  struct lw_person after = lw_person_merged(batch->snapshot->staff, before, edit);
  enum lw_code rc = lw_person_write(batch->db, before, edit, batch->now, err);
  if (rc == LW_OK && !after.active) {
    rc = lw_person_shut_out(batch->db, after.actor.id, batch->now, err);
  }
  if (!after.active && !after.actor.has_left_at) {
    after.actor.has_left_at = true; /* as it will be read */
    after.actor.left_at = batch->now;
  }
  LW_BUF_LIT(&body, "{\"person\":");
  lw_json_add_string(&body, after.actor.id);
  if (rc == LW_OK && (edit->fields & (LW_PERSON_NAME | LW_PERSON_EMAIL | LW_PERSON_PHONE)) != 0) {
    rc = add_who(batch, &after, &body, err);
  }
  add_fields(&after, edit->fields, &body);
  lw_buf_add_char(&body, '}');
  if (rc != LW_OK) {
    lw_buf_finish(&body);
    return rc;
  }
  *ret_after = after;
  batch->people_changed = true;
  if ((edit->fields & LW_PERSON_HOLDS) != 0) {
    lw_engine_wake_people(batch->engine, batch->now); /* one that they hold now may end soon */
  }
  return lw_batch_append_body(batch, change, event_of(before, &after), &body, err);
}

static struct lw_lowers look_in(const struct lw_batch *batch, const struct lw_change *change)
{
  return (struct lw_lowers){.snapshot = batch->snapshot,
                            .now = batch->now,
                            .db = batch->db,
                            .actor = change->actor,
                            .scratch = batch->scratch};
}

/* Taking authority away is an act of its own (engine/lowering.h), and not this one. */
static enum lw_code guard_authority(const struct lw_batch *batch, const struct lw_change *change,
                                    const struct lw_person *before, const struct lw_person *after,
                                    struct lw_error *err)
{
  const struct lw_lowers look = look_in(batch, change);
  return lw_lowers_refuse(&look, before, after, err);
}

enum lw_code lw_person_change_apply(struct lw_batch *batch, struct lw_change *change,
                                    struct lw_error *err)
{
  const struct lw_person_change *words = change->user;
  const struct lw_staff *staff = batch->snapshot->staff;
  const struct lw_person *before = lw_staff_find(staff, words->edit.actor.id);
  struct lw_person_edit edit = words->edit;
  enum lw_code rc = check_version(words, before, err);
  rc = rc == LW_OK ? check_edit(batch, &edit, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  struct lw_person after = lw_person_merged(staff, before, &edit);
  rc = check_admin(staff, before, &after, edit.fields, words->caller, err);
  if (rc != LW_OK) {
    return rc;
  }
  if (before != NULL) {
    edit.fields = lw_person_differs(before, &edit);
    if (edit.fields == 0) {
      return lw_staff_answer_person(batch, change, 200, before, err);
    }
  }
  rc = guard_self(words->caller, edit.actor.id, edit.fields, err);
  rc = rc == LW_OK && before != NULL ? guard_authority(batch, change, before, &after, err) : rc;
  rc = rc == LW_OK ? lw_staff_write_person(batch, change, before, &edit, &after, err) : rc;
  rc = rc == LW_OK && (edit.fields & LW_POWER_FIELDS) != 0
           ? lw_slip_keep(batch, change->actor, edit.actor.id, before, err)
           : rc;
  return rc == LW_OK
             ? lw_staff_answer_person(batch, change, before == NULL ? 201 : 200, &after, err)
             : rc;
}

/* ---- teams ---- */

/* How many teams stand under it, one below the other. */
static uint32_t height_of(const struct lw_staff *staff, const struct lw_team *team)
{
  uint32_t most = 0;
  for (uint32_t i = 0; team != NULL && i < staff->n_teams; i++) {
    uint32_t height = 0;
    const struct lw_team *at = &staff->teams[i];
    while (at != NULL && at != team && height <= LW_TEAM_DEPTH_MAX) {
      at = lw_staff_find_team(staff, at->parent);
      height++;
    }
    most = at == team && height > most ? height : most;
  }
  return most;
}

static enum lw_code check_parent(const struct lw_staff *staff, const struct lw_team *before,
                                 const struct lw_team_edit *edit, struct lw_error *err)
{
  const struct lw_team *at = lw_staff_find_team(staff, edit->parent);
  if (!edit->set_parent || edit->parent.len == 0) {
    return LW_OK;
  }
  if (at == NULL && !lw_str_equal(edit->parent, edit->id)) {
    (void)lw_fail(err, LW_INVALID, "there is no team \"%.*s\" to stand under",
                  LW_FMT(edit->parent));
    lw_error_hint(err, "make it first");
    return LW_INVALID;
  }
  uint32_t depth = 1 + height_of(staff, before);
  bool circle = at == NULL;
  for (; at != NULL && !circle && depth <= LW_TEAM_DEPTH_MAX; depth++) {
    circle = lw_str_equal(at->id, edit->id);
    at = lw_staff_find_team(staff, at->parent);
  }
  if (circle || depth > LW_TEAM_DEPTH_MAX) {
    return lw_fail(err, LW_INVALID, "team \"%.*s\" would stand %s", LW_FMT(edit->id),
                   circle ? "under itself" : "too many teams deep");
  }
  return LW_OK;
}

static enum lw_code check_empty(const struct lw_staff *staff, lw_str id, struct lw_error *err)
{
  uint32_t people = 0;
  uint32_t teams = 0;
  for (uint32_t i = 0; i < staff->directory.count; i++) {
    people += lw_str_equal(staff->persons[i].team, id) ? 1 : 0;
  }
  for (uint32_t i = 0; i < staff->n_teams; i++) {
    teams += lw_str_equal(staff->teams[i].parent, id) ? 1 : 0;
  }
  if (people + teams == 0) {
    return LW_OK;
  }
  (void)lw_fail(err, LW_CONFLICT, "team \"%.*s\" has %u people and %u teams under it", LW_FMT(id),
                people, teams);
  lw_error_hint(err, "move them to another team first");
  return LW_CONFLICT;
}

static enum lw_code append_team(struct lw_batch *batch, struct lw_change *change,
                                const struct lw_team_edit *edit, const char *what,
                                struct lw_error *err)
{
  struct lw_buf body = {0};
  LW_BUF_LIT(&body, "{\"team\":");
  lw_json_add_string(&body, edit->id);
  lw_buf_printf(&body, ",\"change\":\"%s\"", what);
  if (edit->set_name) {
    add_member(&body, "name", edit->name);
  }
  if (edit->set_parent) {
    add_member(&body, "parent", edit->parent);
  }
  lw_buf_add_char(&body, '}');
  batch->people_changed = true;
  return lw_batch_append_body(batch, change, LW_EVENT_TEAM_CHANGED, &body, err);
}

static enum lw_code write_team(struct lw_batch *batch, struct lw_change *change,
                               const struct lw_team *before, const struct lw_team_edit *edit,
                               struct lw_error *err)
{
  enum lw_code rc = lw_team_write(batch->db, before, edit, err);
  return rc == LW_OK ? append_team(batch, change, edit, before == NULL ? "made" : "changed", err)
                     : rc;
}

static enum lw_code remove_team(struct lw_batch *batch, struct lw_change *change,
                                const struct lw_team_edit *edit, struct lw_error *err)
{
  enum lw_code rc = check_empty(batch->snapshot->staff, edit->id, err);
  rc = rc == LW_OK ? lw_team_remove(batch->db, edit->id, err) : rc;
  rc = rc == LW_OK ? append_team(batch, change, edit, "removed", err) : rc;
  if (rc == LW_OK) {
    lw_change_status(change, 200);
    LW_BUF_LIT(&change->answer, "{}");
  }
  return rc;
}

/* A team that comes to stand elsewhere takes its people along. */
static enum lw_code guard_team_move(const struct lw_batch *batch, const struct lw_change *change,
                                    const struct lw_team *before, const struct lw_team_edit *edit,
                                    struct lw_error *err)
{
  const struct lw_lowers look = look_in(batch, change);
  const struct lw_team *above = lw_staff_find_team(batch->snapshot->staff, edit->parent);
  if (!edit->set_parent || lw_str_equal(edit->parent, before->parent)) {
    return LW_OK;
  }
  lw_str path = above != NULL ? lw_str_format(batch->scratch, "%.*s/%.*s", LW_FMT(above->path),
                                              LW_FMT(before->id))
                              : before->id;
  return path.ptr == NULL ? lw_fail(err, LW_NO_MEMORY, "out of memory")
                          : lw_lowers_refuse_move(&look, before->path, path, err);
}

/* The team as it is after the edit; its path by its parent's. */
static void print_team(const struct lw_batch *batch, const struct lw_team *before,
                       const struct lw_team_edit *edit, struct lw_buf *out)
{
  struct lw_team team =
      before != NULL ? *before : (struct lw_team){.name = edit->id, .parent = LW_STR("")};
  team.id = edit->id;
  team.name = edit->set_name ? edit->name : team.name;
  team.parent = edit->set_parent ? edit->parent : team.parent;
  const struct lw_team *above = lw_staff_find_team(batch->snapshot->staff, team.parent);
  team.path = above != NULL
                  ? lw_str_format(batch->scratch, "%.*s/%.*s", LW_FMT(above->path), LW_FMT(team.id))
                  : team.id;
  lw_team_print(&team, out);
}

enum lw_code lw_team_change_apply(struct lw_batch *batch, struct lw_change *change,
                                  struct lw_error *err)
{
  const struct lw_team_change *words = change->user;
  const struct lw_team_edit *edit = &words->edit;
  const struct lw_staff *staff = batch->snapshot->staff;
  const struct lw_team *before = lw_staff_find_team(staff, edit->id);
  enum lw_code rc = lw_person_check_id(edit->id, "a team", true, err);
  if (rc == LW_OK && words->create && before != NULL) {
    rc = lw_fail(err, LW_CONFLICT, "there is a team \"%.*s\" already", LW_FMT(edit->id));
  } else if (rc == LW_OK && !words->create && before == NULL) {
    rc = lw_fail(err, LW_NOT_FOUND, "there is no team \"%.*s\"", LW_FMT(edit->id));
  }
  if (rc == LW_OK && words->remove) {
    return remove_team(batch, change, edit, err);
  }
  rc = rc == LW_OK ? check_parent(staff, before, edit, err) : rc;
  rc = rc == LW_OK && before != NULL ? guard_team_move(batch, change, before, edit, err) : rc;
  rc = rc == LW_OK ? write_team(batch, change, before, edit, err) : rc;
  if (rc == LW_OK) {
    print_team(batch, before, edit, &change->answer);
    lw_change_status(change, before == NULL ? 201 : 200);
  }
  return rc;
}

/* ---- presence ---- */

static enum lw_code check_presence(const struct lw_staff *staff,
                                   const struct lw_presence_edit *edit, struct lw_error *err)
{
  const struct lw_person *person = lw_staff_find(staff, edit->person);
  const struct lw_person *deputy = lw_staff_find(staff, edit->deputy);
  if (person == NULL || !person->active) {
    return lw_fail(err, LW_NOT_FOUND, "there is no person \"%.*s\"", LW_FMT(edit->person));
  }
  if (edit->deputy.len != 0 && (deputy == NULL || !deputy->active || deputy == person)) {
    return lw_fail(err, LW_INVALID, "\"%.*s\" can't stand in: %s", LW_FMT(edit->deputy),
                   deputy == person ? "nobody stands in for themselves"
                                    : "nobody of that id is here");
  }
  return LW_OK;
}

enum lw_code lw_presence_change_apply(struct lw_batch *batch, struct lw_change *change,
                                      struct lw_error *err)
{
  const struct lw_presence_edit *edit = change->user;
  enum lw_code rc = check_presence(batch->snapshot->staff, edit, err);
  rc = rc == LW_OK ? lw_presence_write(batch->db, edit, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  struct lw_buf body = {0};
  LW_BUF_LIT(&body, "{\"person\":");
  lw_json_add_string(&body, edit->person);
  lw_buf_add(&body, edit->away ? LW_STR(",\"state\":\"away\"") : LW_STR(",\"state\":\"here\""));
  if (edit->away && edit->until != INT64_MAX) {
    LW_BUF_LIT(&body, ",\"until\":");
    lw_member_print_time(&body, edit->until);
  }
  if (edit->away && edit->deputy.len != 0) {
    add_member(&body, "deputy", edit->deputy);
  }
  lw_buf_add_char(&body, '}');
  rc = lw_batch_append_body(batch, change, LW_EVENT_PRESENCE_CHANGED, &body, err);
  if (rc != LW_OK) {
    return rc;
  }
  struct lw_person person = *lw_staff_find(batch->snapshot->staff, edit->person);
  person.away = edit->away;
  person.away_until = edit->until;
  person.deputy = edit->deputy;
  batch->people_changed = true;
  return lw_staff_answer_person(batch, change, 200, &person, err);
}

/* ---- importing ---- */

static enum lw_code write_import(struct lw_batch *batch, struct lw_change *change,
                                 const struct lw_import *import, struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < import->n_teams; i++) {
    const struct lw_team *before = lw_staff_find_team(batch->snapshot->staff, import->teams[i].id);
    rc = write_team(batch, change, before, &import->teams[i], err);
  }
  for (uint32_t i = 0; rc == LW_OK && i < import->n_lines; i++) {
    const struct lw_import_line *line = &import->lines[i];
    struct lw_person after;
    if (line->outcome == LW_IMPORT_CHANGED) {
      rc = guard_self(import->caller, line->edit.actor.id, line->edit.fields, err);
    }
    bool writes = line->outcome == LW_IMPORT_ADDED || line->outcome == LW_IMPORT_CHANGED;
    if (rc == LW_OK && writes) {
      rc = lw_staff_write_person(batch, change, line->before, &line->edit, &after, err);
    }
    if (rc == LW_OK && writes && (line->edit.fields & LW_POWER_FIELDS) != 0) {
      rc = lw_slip_keep(batch, change->actor, line->edit.actor.id, line->before, err);
    }
  }
  return rc;
}

enum lw_code lw_people_import_apply(struct lw_batch *batch, struct lw_change *change,
                                    struct lw_error *err)
{
  struct lw_import *import = change->user;
  struct lw_lowers look = look_in(batch, change);
  lw_lowers_watch(&look, import);
  import->now = batch->now;
  bool sound = lw_import_compare(import, batch->snapshot->staff);
  import->lowers = NULL;
  if (import->keep->failed) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory while importing people");
  }
  enum lw_code rc = sound ? write_import(batch, change, import, err) : LW_OK;
  if (rc == LW_OK) {
    import->applied = sound;
    lw_import_print_json(import, sound, &change->answer);
    lw_change_status(change, 200);
  }
  return rc;
}
