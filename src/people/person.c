/* Rows of persons, teams and presence. A changed person is written whole: what was there, with the
 * fields of the edit in their places; lists (certificates, own limits) are written anew when they
 * are among the fields. */
#include "people/person.h"

#include "base/money.h"
#include "base/utf8.h"
#include "data/json.h"
#include "data/member.h"
#include "people/roster_build.h"

#include <strings.h>

/* ---- names ---- */

const lw_str lw_role_names[6] = {LW_STR_INIT("lead"),    LW_STR_INIT("policy"),
                                 LW_STR_INIT("people"),  LW_STR_INIT("quality"),
                                 LW_STR_INIT("auditor"), LW_STR_INIT("admin")};
enum { ROLES = sizeof lw_role_names / sizeof lw_role_names[0] };

lw_str lw_role_name(enum lw_role role)
{
  for (unsigned i = 0; i < ROLES; i++) {
    if ((unsigned)role == 1U << i) {
      return lw_role_names[i];
    }
  }
  return LW_STR("");
}

uint32_t lw_role_find(lw_str name)
{
  for (unsigned i = 0; i < ROLES; i++) {
    if (lw_str_equal(name, lw_role_names[i])) {
      return UINT32_C(1) << i;
    }
  }
  return 0;
}

static const lw_str kind_names[] = {
    [LW_ACTOR_HUMAN] = LW_STR_INIT("human"),
    [LW_ACTOR_AI] = LW_STR_INIT("ai"),
    [LW_ACTOR_SERVICE] = LW_STR_INIT("service"),
};
enum { KINDS = sizeof kind_names / sizeof kind_names[0] };

lw_str lw_person_kind_name(enum lw_actor_kind kind)
{
  return (unsigned)kind < KINDS ? kind_names[kind] : LW_STR("human");
}

bool lw_person_kind_read(lw_str name, enum lw_actor_kind *ret_kind)
{
  for (unsigned i = 0; i < KINDS; i++) {
    if (lw_str_equal(name, kind_names[i])) {
      *ret_kind = (enum lw_actor_kind)i;
      return true;
    }
  }
  return false;
}

bool lw_person_read_time(const struct lw_tz *zone, lw_str text, bool through_day, lw_usec *ret_time)
{
  struct lw_roster only_a_zone = {.zone = zone};
  return lw_roster_read_time(&only_a_zone, text, through_day, ret_time);
}

bool lw_person_is_here(const struct lw_person *person, lw_usec now)
{
  return person->active && (!person->away || now >= person->away_until);
}

static bool is_plain(lw_str text, bool is_team)
{
  for (size_t i = 0; i < text.len; i++) {
    unsigned char c = (unsigned char)text.ptr[i];
    if (c < 0x20 || c == 0x7F || (is_team && c == '/')) {
      return false;
    }
  }
  return true;
}

/* Whom the journal names as actor is never in doubt: a person is not called as a token, the command
 * line or Leeway itself are, whatever the case of letters. */
static bool is_reserved(lw_str id)
{
  static const lw_str words[] = {LW_STR_INIT("leeway"), LW_STR_INIT("cli")};
  static const lw_str token = LW_STR_INIT("token:");
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (id.len == words[i].len && strncasecmp(id.ptr, words[i].ptr, id.len) == 0) {
      return true;
    }
  }
  return id.len >= token.len && strncasecmp(id.ptr, token.ptr, token.len) == 0;
}

enum lw_code lw_person_check_id(lw_str id, const char *what, bool is_team, struct lw_error *err)
{
  if (id.len == 0) {
    return lw_fail(err, LW_INVALID, "%s needs an id", what);
  }
  if (id.len > LW_PERSON_ID_BYTES_MAX) {
    return lw_fail(err, LW_INVALID, "the id of %s has %zu bytes; at most %d", what, id.len,
                   LW_PERSON_ID_BYTES_MAX);
  }
  if (lw_utf8_check(id) != id.len || !is_plain(id, is_team) || lw_str_trim(id).len != id.len) {
    return lw_fail(err, LW_INVALID,
                   "an id of %s has no control characters%s, and no blanks at its ends", what,
                   is_team ? ", no \"/\" (which parts a path)" : "");
  }
  if (!is_team && is_reserved(id)) {
    (void)lw_fail(err, LW_INVALID, "\"%.*s\" is how the journal calls Leeway or a token",
                  LW_FMT(id));
    lw_error_hint(err, "choose an id that tells people apart from machines");
    return LW_INVALID;
  }
  return LW_OK;
}

bool lw_person_is_email(lw_str email)
{
  size_t at = lw_str_find(email, LW_STR("@"), 0);
  bool blank = false;
  for (size_t i = 0; i < email.len; i++) {
    blank |= (unsigned char)email.ptr[i] <= ' ';
  }
  return at != SIZE_MAX && at != 0 && at + 1 < email.len && !blank &&
         lw_str_find(email, LW_STR("@"), at + 1) == SIZE_MAX;
}

/* ---- what differs ---- */

/* The last certificate of that name counts, as it does when they are written. */
static const struct lw_certificate *find_hold(const struct lw_actor *actor, lw_str name)
{
  for (uint32_t i = actor->n_holds; i > 0; i--) {
    if (lw_str_equal(actor->holds[i - 1].name, name)) {
      return &actor->holds[i - 1];
    }
  }
  return NULL;
}

static bool holds_within(const struct lw_actor *a, const struct lw_actor *b)
{
  for (uint32_t i = 0; i < a->n_holds; i++) {
    const struct lw_certificate *mine = find_hold(a, a->holds[i].name);
    const struct lw_certificate *theirs = find_hold(b, a->holds[i].name);
    if (theirs == NULL || theirs->until != mine->until) {
      return false;
    }
  }
  return true;
}

const struct lw_override *lw_person_limit(const struct lw_actor *actor, lw_str budget)
{
  for (uint32_t i = actor->n_overrides; i > 0; i--) {
    if (lw_str_equal(actor->overrides[i - 1].budget, budget)) {
      return &actor->overrides[i - 1];
    }
  }
  return NULL;
}

static bool limits_within(const struct lw_actor *a, const struct lw_actor *b)
{
  for (uint32_t i = 0; i < a->n_overrides; i++) {
    const struct lw_override *mine = lw_person_limit(a, a->overrides[i].budget);
    const struct lw_override *theirs = lw_person_limit(b, a->overrides[i].budget);
    if (theirs == NULL || theirs->amount_minor != mine->amount_minor ||
        theirs->times != mine->times) {
      return false;
    }
  }
  return true;
}

bool lw_person_is_phone(lw_str phone)
{
  enum { PHONE_BYTES_MAX = 40, DIGITS_MIN = 2 };
  size_t digits = 0;
  for (size_t i = 0; i < phone.len; i++) {
    bool is_digit = phone.ptr[i] >= '0' && phone.ptr[i] <= '9';
    if (!is_digit && (phone.ptr[i] == '\0' || strchr(" +-./()#*xX", phone.ptr[i]) == NULL)) {
      return false;
    }
    digits += is_digit;
  }
  return phone.len <= PHONE_BYTES_MAX && digits >= DIGITS_MIN;
}

uint32_t lw_person_differs(const struct lw_person *person, const struct lw_person_edit *edit)
{
  const struct lw_actor *a = &person->actor;
  const struct lw_actor *b = &edit->actor;
  bool hired =
      a->has_hired_at == b->has_hired_at && (!a->has_hired_at || a->hired_at == b->hired_at);
  bool left = a->has_left_at == b->has_left_at && (!a->has_left_at || a->left_at == b->left_at);
  uint32_t same = 0;
  same |= left ? LW_PERSON_LEFT_AT : 0;
  same |= lw_str_equal(a->name, b->name) ? LW_PERSON_NAME : 0;
  same |= lw_str_equal(a->email, b->email) ? LW_PERSON_EMAIL : 0;
  same |= lw_str_equal(a->phone, b->phone) ? LW_PERSON_PHONE : 0;
  same |= lw_str_equal(person->team, b->team) ? LW_PERSON_TEAM : 0;
  same |= lw_str_equal(a->tier, b->tier) ? LW_PERSON_TIER : 0;
  same |= a->kind == b->kind ? LW_PERSON_KIND : 0;
  same |= holds_within(a, b) && holds_within(b, a) ? LW_PERSON_HOLDS : 0;
  same |= hired ? LW_PERSON_HIRED_AT : 0;
  same |= lw_str_equal(a->manager, b->manager) ? LW_PERSON_MANAGER : 0;
  same |= limits_within(a, b) && limits_within(b, a) ? LW_PERSON_LIMITS : 0;
  same |= person->roles_given == edit->roles ? LW_PERSON_ROLES : 0;
  same |= person->active == edit->active ? LW_PERSON_ACTIVE : 0;
  return edit->fields & ~same;
}

/* ---- writing ---- */

/* Who comes back has not left any more, unless it is said when they will. */
static void put_left(const struct lw_person *before, const struct lw_person_edit *edit,
                     struct lw_person *person)
{
  struct lw_actor *actor = &person->actor;
  if ((edit->fields & LW_PERSON_LEFT_AT) != 0) {
    actor->has_left_at = edit->actor.has_left_at;
    actor->left_at = edit->actor.left_at;
  } else if (before != NULL && !before->active && person->active) {
    actor->has_left_at = false;
  }
}

/* The fields that stand in the row itself. */
static struct lw_person merged_row(const struct lw_person *before,
                                   const struct lw_person_edit *edit)
{
  struct lw_person person = {.active = true, .deputy = LW_STR("")};
  if (before != NULL) {
    person = *before;
  }
  struct lw_actor *actor = &person.actor;
  uint32_t fields = edit->fields;
  actor->id = edit->actor.id;
  actor->name = fields & LW_PERSON_NAME ? edit->actor.name : actor->name;
  actor->email = fields & LW_PERSON_EMAIL ? edit->actor.email : actor->email;
  actor->phone = fields & LW_PERSON_PHONE ? edit->actor.phone : actor->phone;
  person.team = fields & LW_PERSON_TEAM ? edit->actor.team : person.team;
  actor->tier = fields & LW_PERSON_TIER ? edit->actor.tier : actor->tier;
  actor->kind = fields & LW_PERSON_KIND ? edit->actor.kind : actor->kind;
  actor->manager = fields & LW_PERSON_MANAGER ? edit->actor.manager : actor->manager;
  if (fields & LW_PERSON_HIRED_AT) {
    actor->has_hired_at = edit->actor.has_hired_at;
    actor->hired_at = edit->actor.hired_at;
  }
  person.roles_given = fields & LW_PERSON_ROLES ? edit->roles : person.roles_given;
  person.active = fields & LW_PERSON_ACTIVE ? edit->active : person.active;
  put_left(before, edit, &person);
  person.version = before != NULL ? before->version + 1 : 1;
  return person;
}

struct lw_person lw_person_merged(const struct lw_staff *staff, const struct lw_person *before,
                                  const struct lw_person_edit *edit)
{
  struct lw_person person = merged_row(before, edit);
  struct lw_actor *actor = &person.actor;
  const struct lw_team *team = lw_staff_find_team(staff, person.team);
  bool was_lead = before != NULL && (before->roles & ~before->roles_given & LW_ROLE_LEAD) != 0;
  actor->team = team != NULL ? team->path : person.team;
  person.roles = person.roles_given | (was_lead ? LW_ROLE_LEAD : 0);
  if ((edit->fields & LW_PERSON_HOLDS) != 0) {
    actor->holds = edit->actor.holds;
    actor->n_holds = edit->actor.n_holds;
  }
  if ((edit->fields & LW_PERSON_LIMITS) != 0) {
    actor->overrides = edit->actor.overrides;
    actor->n_overrides = edit->actor.n_overrides;
  }
  return person;
}

/* What is written as a new row and what replaces an old one have the same parameters. */
static enum lw_code write_row(struct lw_db *db, const struct lw_person *before,
                              const struct lw_person *person, lw_usec now, struct lw_error *err)
{
  static const char insert[] =
      "INSERT INTO person (id, name, email, team, tier, kind, manager, hired_at, left_at, roles,"
      " version, phone, leaves_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
  static const char update[] =
      "UPDATE person SET name = $2, email = $3, team = $4, tier = $5, kind = $6, manager = $7,"
      " hired_at = $8, left_at = $9, roles = $10, version = $11, phone = $12, leaves_at = $13"
      " WHERE id = $1";
  static const char stays[] = /* who has left keeps the moment of leaving */
      "UPDATE person SET name = $2, email = $3, team = $4, tier = $5, kind = $6, manager = $7,"
      " hired_at = $8, left_at = coalesce(left_at, $9), roles = $10, version = $11, phone = $12,"
      " leaves_at = $13 WHERE id = $1";
  const struct lw_actor *actor = &person->actor;
  bool gone = before != NULL && !before->active && !person->active;
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db,
                                    before == NULL ? insert
                                    : gone         ? stays
                                                   : update,
                                    &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, actor->id);
  lw_stmt_text(stmt, 2, actor->name);
  lw_stmt_text(stmt, 3, actor->email);
  lw_stmt_text(stmt, 4, person->team);
  lw_stmt_text(stmt, 5, actor->tier);
  lw_stmt_text(stmt, 6, lw_person_kind_name(actor->kind));
  lw_stmt_text(stmt, 7, actor->manager);
  lw_stmt_int_or_null(stmt, 8, actor->has_hired_at, actor->hired_at);
  lw_stmt_int_or_null(stmt, 9, !person->active, now);
  lw_stmt_int(stmt, 10, (int64_t)person->roles_given);
  lw_stmt_int(stmt, 11, (int64_t)person->version);
  lw_stmt_text(stmt, 12, actor->phone);
  lw_stmt_int_or_null(stmt, 13, actor->has_left_at, actor->left_at);
  return lw_stmt_run(stmt, err);
}

static enum lw_code write_holds(struct lw_db *db, const struct lw_actor *actor, bool is_new,
                                struct lw_error *err)
{
  enum lw_code rc =
      is_new ? LW_OK
             : lw_db_run(db, "DELETE FROM certificate WHERE person = $1", &actor->id, 1, err);
  for (uint32_t i = 0; rc == LW_OK && i < actor->n_holds; i++) {
    struct lw_stmt *stmt = NULL;
    rc = lw_db_statement(db,
                         "INSERT INTO certificate (person, name, until) VALUES ($1, $2, $3)"
                         " ON CONFLICT (person, name) DO UPDATE SET until = excluded.until",
                         &stmt, err);
    if (rc == LW_OK) {
      lw_stmt_text(stmt, 1, actor->id);
      lw_stmt_text(stmt, 2, actor->holds[i].name);
      lw_stmt_int_or_null(stmt, 3, actor->holds[i].until != INT64_MAX, actor->holds[i].until);
      rc = lw_stmt_run(stmt, err);
    }
  }
  return rc;
}

static enum lw_code write_limits(struct lw_db *db, const struct lw_actor *actor, bool is_new,
                                 struct lw_error *err)
{
  enum lw_code rc =
      is_new ? LW_OK : lw_db_run(db, "DELETE FROM own_limit WHERE person = $1", &actor->id, 1, err);
  for (uint32_t i = 0; rc == LW_OK && i < actor->n_overrides; i++) {
    const struct lw_override *limit = &actor->overrides[i];
    struct lw_stmt *stmt = NULL;
    rc = lw_db_statement(db,
                         "INSERT INTO own_limit (person, budget, minor, times)"
                         " VALUES ($1, $2, $3, $4) ON CONFLICT (person, budget)"
                         " DO UPDATE SET minor = excluded.minor, times = excluded.times",
                         &stmt, err);
    if (rc == LW_OK) {
      lw_stmt_text(stmt, 1, actor->id);
      lw_stmt_text(stmt, 2, limit->budget);
      lw_stmt_int_or_null(stmt, 3, limit->amount_minor >= 0, limit->amount_minor);
      lw_stmt_int_or_null(stmt, 4, limit->times >= 0, limit->times);
      rc = lw_stmt_run(stmt, err);
    }
  }
  return rc;
}

enum lw_code lw_person_write(struct lw_db *db, const struct lw_person *before,
                             const struct lw_person_edit *edit, lw_usec now, struct lw_error *err)
{
  struct lw_person person = merged_row(before, edit);
  enum lw_code rc = write_row(db, before, &person, now, err);
  if (rc == LW_OK && (edit->fields & LW_PERSON_HOLDS) != 0) {
    rc = write_holds(db, &edit->actor, before == NULL, err);
  }
  if (rc == LW_OK && (edit->fields & LW_PERSON_LIMITS) != 0) {
    rc = write_limits(db, &edit->actor, before == NULL, err);
  }
  return rc;
}

enum lw_code lw_person_shut_out(struct lw_db *db, lw_str id, lw_usec now, struct lw_error *err)
{
  static const char *const deletes[] = {"DELETE FROM session WHERE person = $1",
                                        "DELETE FROM invite WHERE person = $1",
                                        "DELETE FROM credential WHERE person = $1"};
  enum lw_code rc = LW_OK;
  for (size_t i = 0; rc == LW_OK && i < sizeof deletes / sizeof deletes[0]; i++) {
    rc = lw_db_run(db, deletes[i], &id, 1, err);
  }
  struct lw_stmt *stmt = NULL;
  if (rc == LW_OK) {
    rc = lw_db_statement(
        db, "UPDATE token SET revoked_at = $2 WHERE person = $1 AND revoked_at IS NULL", &stmt,
        err);
  }
  if (rc == LW_OK) {
    lw_stmt_text(stmt, 1, id);
    lw_stmt_int(stmt, 2, now);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

enum lw_code lw_person_erase(struct lw_db *db, lw_str id, bool *ret_found, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(
      db,
      "UPDATE person SET name = '', email = '', phone = '', version = version + 1 WHERE id = $1",
      &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text(stmt, 1, id);
    rc = lw_stmt_run(stmt, err);
  }
  if (rc == LW_OK) {
    *ret_found = lw_stmt_changes(stmt) != 0;
  }
  return rc;
}

enum lw_code lw_team_write(struct lw_db *db, const struct lw_team *before,
                           const struct lw_team_edit *edit, struct lw_error *err)
{
  lw_str values[] = {edit->id, edit->id, LW_STR("")};
  if (before != NULL) {
    values[1] = before->name;
    values[2] = before->parent;
  }
  values[1] = edit->set_name ? edit->name : values[1];
  values[2] = edit->set_parent ? edit->parent : values[2];
  return lw_db_run(db,
                   "INSERT INTO team (id, name, parent) VALUES ($1, $2, $3)"
                   " ON CONFLICT (id) DO UPDATE SET name = excluded.name, parent = excluded.parent",
                   values, 3, err);
}

enum lw_code lw_team_remove(struct lw_db *db, lw_str id, struct lw_error *err)
{
  return lw_db_run(db, "DELETE FROM team WHERE id = $1", &id, 1, err);
}

enum lw_code lw_presence_write(struct lw_db *db, const struct lw_presence_edit *edit,
                               struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(
      db,
      "INSERT INTO presence (person, state, until, deputy) VALUES ($1, $2, $3, $4)"
      " ON CONFLICT (person) DO UPDATE SET state = excluded.state, until = excluded.until,"
      " deputy = excluded.deputy",
      &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, edit->person);
  lw_stmt_text(stmt, 2, edit->away ? LW_STR("away") : LW_STR("here"));
  lw_stmt_int_or_null(stmt, 3, edit->away && edit->until != INT64_MAX, edit->until);
  lw_stmt_text(stmt, 4, edit->deputy);
  return lw_stmt_run(stmt, err);
}

/* ---- printing ---- */

void lw_person_print_holds(const struct lw_actor *actor, struct lw_buf *out)
{
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < actor->n_holds; i++) {
    lw_buf_add_c(out, i == 0 ? "{" : ",{");
    lw_member_text(out, "name", actor->holds[i].name);
    if (actor->holds[i].until != INT64_MAX) {
      lw_member_time(out, "until", actor->holds[i].until);
    }
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

static void print_limits(const struct lw_actor *actor, uint16_t currency, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"budgets\":{");
  for (uint32_t i = 0; i < actor->n_overrides; i++) {
    const struct lw_override *limit = &actor->overrides[i];
    bool amount = limit->amount_minor >= 0 && currency != LW_CURRENCY_NONE;
    lw_buf_add(out, i == 0 ? LW_STR("") : LW_STR(","));
    lw_json_add_string(out, limit->budget);
    LW_BUF_LIT(out, ":{");
    if (amount) {
      LW_BUF_LIT(out, "\"amount\":\"");
      lw_money_print((lw_money){limit->amount_minor, currency}, out);
      lw_buf_add_char(out, '"');
    }
    if (limit->times >= 0) {
      lw_buf_add(out, amount ? LW_STR(",\"times\":") : LW_STR("\"times\":"));
      lw_buf_add_int(out, limit->times);
    }
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, '}');
}

static void print_roles(uint32_t roles, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"roles\":[");
  bool first = true;
  for (unsigned i = 0; i < ROLES; i++) {
    if ((roles & (UINT32_C(1) << i)) != 0) {
      lw_buf_add(out, first ? LW_STR("") : LW_STR(","));
      lw_json_add_string(out, lw_role_names[i]);
      first = false;
    }
  }
  lw_buf_add_char(out, ']');
}

static void print_presence(const struct lw_person *person, lw_usec now, struct lw_buf *out)
{
  bool here = lw_person_is_here(person, now);
  LW_BUF_LIT(out, ",\"presence\":{\"state\":");
  lw_buf_add(out, here ? LW_STR("\"here\"") : LW_STR("\"away\""));
  if (!here && person->away_until != INT64_MAX) {
    lw_member_time(out, "until", person->away_until);
  }
  if (!here) {
    lw_member_text(out, "deputy", person->deputy);
  }
  lw_buf_add_char(out, '}');
}

void lw_person_print(const struct lw_person *person, uint16_t currency, lw_usec now,
                     struct lw_buf *out)
{
  const struct lw_actor *actor = &person->actor;
  LW_BUF_LIT(out, "{\"id\":");
  lw_json_add_string(out, actor->id);
  lw_member_text(out, "name", actor->name);
  lw_member_text(out, "email", actor->email);
  lw_member_text(out, "phone", actor->phone);
  lw_member_text(out, "team", person->team);
  lw_member_text(out, "team_path", actor->team);
  lw_member_text(out, "tier", actor->tier);
  lw_member_text(out, "kind", lw_person_kind_name(actor->kind));
  lw_member_text(out, "manager", actor->manager);
  if (actor->has_hired_at) {
    lw_member_time(out, "hired_at", actor->hired_at);
  }
  if (actor->has_left_at) {
    lw_member_time(out, "left_at", actor->left_at);
  }
  lw_member_key(out, "holds");
  lw_person_print_holds(actor, out);
  print_limits(actor, currency, out);
  print_roles(person->roles_given, out);
  lw_buf_add(out, person->active ? LW_STR(",\"active\":true") : LW_STR(",\"active\":false"));
  if (person->active) {
    print_presence(person, now, out);
  }
  LW_BUF_LIT(out, ",\"version\":");
  lw_buf_add_uint(out, person->version);
  lw_buf_add_char(out, '}');
}

void lw_team_print(const struct lw_team *team, struct lw_buf *out)
{
  LW_BUF_LIT(out, "{\"id\":");
  lw_json_add_string(out, team->id);
  lw_member_text(out, "name", team->name);
  lw_member_text(out, "parent", team->parent);
  lw_member_text(out, "path", team->path);
  lw_buf_add_char(out, '}');
}

/* ---- settings ---- */

enum lw_code lw_setting_get(struct lw_db *db, lw_str key, struct lw_arena *arena, lw_str *ret_value,
                            struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_find(db, "SELECT value FROM setting WHERE key = $1", key, &row, err);
  if (rc == LW_OK) {
    *ret_value = lw_str_copy(arena, lw_stmt_get_text(row, 0));
    lw_stmt_reset(row);
    rc = ret_value->ptr == NULL ? lw_fail(err, LW_NO_MEMORY, "out of memory") : LW_OK;
  } else if (rc == LW_NOT_FOUND) {
    *ret_value = (lw_str){NULL, 0};
    rc = LW_OK;
  }
  return rc;
}

enum lw_code lw_setting_put(struct lw_db *db, lw_str key, lw_str value, struct lw_error *err)
{
  lw_str values[] = {key, value};
  return lw_db_run(db,
                   "INSERT INTO setting (key, value) VALUES ($1, $2)"
                   " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                   values, 2, err);
}

int lw_person_order(const void *a, const void *b)
{
  const struct lw_person *const *left = a;
  const struct lw_person *const *right = b;
  int order = lw_str_compare((*left)->actor.name, (*right)->actor.name);
  return order != 0 ? order : lw_str_compare((*left)->actor.id, (*right)->actor.id);
}
