/* Bodies about people, teams, presence and tokens, as they come over HTTP: what a document says
 * becomes an edit, and every fault names its member. Members are tables of a name and what reads
 * it. */
#include "engine/staff_change.h"

#include "base/num.h"

struct reading {
  const struct lw_snapshot *snapshot;
  struct lw_arena *arena;
  struct lw_faults *faults;
  struct lw_person_change *person; /* of the body of a person */
};

typedef void (*read_member)(struct reading *reading, lw_str at, const struct lw_value *value);

struct member {
  lw_str name;
  read_member read;
};

/* A text, or null for an empty one; false, with a fault, when it is another thing. */
static bool read_text(struct lw_faults *faults, lw_str at, const struct lw_value *value,
                      size_t bytes_max, lw_str *ret_text)
{
  if (value->kind == LW_VALUE_NULL) {
    *ret_text = LW_STR("");
    return true;
  }
  if (value->kind != LW_VALUE_STRING) {
    lw_faults_add(faults, at, "must be a text, not %s", lw_value_kind_name(value->kind));
    return false;
  }
  lw_str text = lw_str_trim(value->text);
  if (text.len > bytes_max || !lw_str_is_plain(text)) {
    lw_faults_add(faults, at,
                  text.len > bytes_max ? "has more than %zu bytes"
                                       : "has control characters (at most %zu bytes of text)",
                  bytes_max);
    return false;
  }
  *ret_text = text;
  return true;
}

static bool is_kind(struct lw_faults *faults, lw_str at, const struct lw_value *value,
                    enum lw_value_kind kind, const char *wanted)
{
  if (value->kind != kind) {
    lw_faults_add(faults, at, "must be %s, not %s", wanted, lw_value_kind_name(value->kind));
  }
  return value->kind == kind;
}

static void fault_unknown(struct lw_faults *faults, lw_str at, lw_str key, const lw_str *known,
                          size_t count)
{
  lw_str near = lw_str_nearest(key, known, count);
  if (near.len != 0) {
    lw_faults_add(faults, at, "there is no such member; did you mean \"%.*s\"?", LW_FMT(near));
  } else {
    lw_faults_add(faults, at, "there is no such member");
  }
}

/* Hands each member to its reader. */
static void read_members(struct reading *reading, const struct lw_value *body,
                         const struct member *members, size_t count)
{
  lw_str names[16];
  for (size_t i = 0; i < count; i++) {
    names[i] = members[i].name;
  }
  for (uint32_t i = 0; i < body->count; i++) {
    lw_str key = body->entries[i].key;
    read_member read = NULL;
    for (size_t m = 0; m < count && read == NULL; m++) {
      read = lw_str_equal(key, members[m].name) ? members[m].read : NULL;
    }
    if (read != NULL) {
      read(reading, key, &body->items[i]);
    } else {
      fault_unknown(reading->faults, key, key, names, count);
    }
  }
}

/* ---- a person ---- */

static void read_into(struct reading *reading, lw_str at, const struct lw_value *value,
                      uint32_t field, lw_str *place)
{
  if (read_text(reading->faults, at, value, LW_PERSON_TEXT_BYTES_MAX, place)) {
    reading->person->edit.fields |= field;
  }
}

static void read_name(struct reading *reading, lw_str at, const struct lw_value *value)
{
  read_into(reading, at, value, LW_PERSON_NAME, &reading->person->edit.actor.name);
}

static void read_email(struct reading *reading, lw_str at, const struct lw_value *value)
{
  lw_str *email = &reading->person->edit.actor.email;
  read_into(reading, at, value, LW_PERSON_EMAIL, email);
  if (email->len != 0 && !lw_person_is_email(*email)) {
    lw_faults_add(reading->faults, at, "\"%.*s\" is no e-mail address", LW_FMT(*email));
  }
}

static void read_phone(struct reading *reading, lw_str at, const struct lw_value *value)
{
  lw_str *phone = &reading->person->edit.actor.phone;
  read_into(reading, at, value, LW_PERSON_PHONE, phone);
  if (phone->len != 0 && !lw_person_is_phone(*phone)) {
    lw_faults_add(reading->faults, at, "\"%.*s\" is no telephone number", LW_FMT(*phone));
  }
}

static void read_team(struct reading *reading, lw_str at, const struct lw_value *value)
{
  read_into(reading, at, value, LW_PERSON_TEAM, &reading->person->edit.actor.team);
}

static void read_tier(struct reading *reading, lw_str at, const struct lw_value *value)
{
  read_into(reading, at, value, LW_PERSON_TIER, &reading->person->edit.actor.tier);
}

static void read_manager(struct reading *reading, lw_str at, const struct lw_value *value)
{
  read_into(reading, at, value, LW_PERSON_MANAGER, &reading->person->edit.actor.manager);
}

static void read_id(struct reading *reading, lw_str at, const struct lw_value *value)
{
  lw_str *id = &reading->person->edit.actor.id;
  lw_str said = {NULL, 0};
  if (!read_text(reading->faults, at, value, LW_PERSON_ID_BYTES_MAX, &said)) {
    return;
  }
  if (id->len != 0 && !lw_str_equal(*id, said)) {
    lw_faults_add(reading->faults, at, "ids don't change; this person's is \"%.*s\"", LW_FMT(*id));
    return;
  }
  *id = said;
}

static void read_kind(struct reading *reading, lw_str at, const struct lw_value *value)
{
  struct lw_person_edit *edit = &reading->person->edit;
  if (!is_kind(reading->faults, at, value, LW_VALUE_STRING, "human, ai or service")) {
    return;
  }
  if (!lw_person_kind_read(value->text, &edit->actor.kind)) {
    lw_faults_add(reading->faults, at, "\"%.*s\" is no kind of person: human, ai or service",
                  LW_FMT(value->text));
    return;
  }
  edit->fields |= LW_PERSON_KIND;
}

static void read_active(struct reading *reading, lw_str at, const struct lw_value *value)
{
  if (is_kind(reading->faults, at, value, LW_VALUE_BOOL, "true or false")) {
    reading->person->edit.active = value->boolean;
    reading->person->edit.fields |= LW_PERSON_ACTIVE;
  }
}

static const struct lw_tz *zone_of(const struct reading *reading)
{
  return reading->snapshot->policy != NULL ? reading->snapshot->policy->zone : NULL;
}

static bool read_moment(struct reading *reading, lw_str at, lw_str text, bool through_day,
                        lw_usec *ret_time)
{
  bool good = lw_person_read_time(zone_of(reading), lw_str_trim(text), through_day, ret_time);
  if (!good) {
    lw_faults_add(reading->faults, at,
                  "\"%.*s\" is neither a date (2026-12-31) nor a time (2026-12-31T09:00:00Z)",
                  LW_FMT(text));
  }
  return good;
}

static void read_hired_at(struct reading *reading, lw_str at, const struct lw_value *value)
{
  struct lw_person_edit *edit = &reading->person->edit;
  lw_str text = {NULL, 0};
  if (!read_text(reading->faults, at, value, LW_PERSON_TEXT_BYTES_MAX, &text)) {
    return;
  }
  edit->fields |= LW_PERSON_HIRED_AT;
  edit->actor.has_hired_at =
      text.len != 0 && read_moment(reading, at, text, false, &edit->actor.hired_at);
}

static void read_left_at(struct reading *reading, lw_str at, const struct lw_value *value)
{
  struct lw_person_edit *edit = &reading->person->edit;
  lw_str text = {NULL, 0};
  if (!read_text(reading->faults, at, value, LW_PERSON_TEXT_BYTES_MAX, &text)) {
    return;
  }
  edit->fields |= LW_PERSON_LEFT_AT;
  edit->actor.has_left_at =
      text.len != 0 && read_moment(reading, at, text, false, &edit->actor.left_at);
}

static void read_roles(struct reading *reading, lw_str at, const struct lw_value *value)
{
  struct lw_person_edit *edit = &reading->person->edit;
  if (!is_kind(reading->faults, at, value, LW_VALUE_LIST, "a list of roles")) {
    return;
  }
  edit->roles = 0;
  edit->fields |= LW_PERSON_ROLES;
  for (uint32_t i = 0; i < value->count; i++) {
    const struct lw_value *item = &value->items[i];
    uint32_t role = item->kind == LW_VALUE_STRING ? lw_role_find(item->text) : 0;
    edit->roles |= role;
    if (role == 0) {
      lw_faults_add(reading->faults, lw_str_format(reading->arena, "%.*s[%u]", LW_FMT(at), i),
                    "is no role: lead, policy, people, quality, auditor or admin");
    }
  }
}

/* "billing-101", "billing-101@2026-12-31", or the name and the end as members. */
static bool read_hold(struct reading *reading, lw_str at, const struct lw_value *value,
                      struct lw_certificate *hold)
{
  lw_str name = value->text;
  lw_str until = {NULL, 0};
  if (value->kind == LW_VALUE_MAP) {
    const struct lw_value *said = lw_value_get(value, LW_STR("name"));
    const struct lw_value *end = lw_value_get(value, LW_STR("until"));
    bool known = value->count == (said != NULL ? 1U : 0U) + (end != NULL ? 1U : 0U);
    name = said != NULL && said->kind == LW_VALUE_STRING ? said->text : LW_STR("");
    until = end != NULL && end->kind == LW_VALUE_STRING ? end->text : LW_STR("");
    if (!known || (end != NULL && end->kind != LW_VALUE_STRING && end->kind != LW_VALUE_NULL)) {
      lw_faults_add(reading->faults, at,
                    "a certificate has `name` and perhaps `until`, both texts");
      return false;
    }
  } else if (value->kind == LW_VALUE_STRING) {
    size_t mark = lw_str_find(name, LW_STR("@"), 0);
    until = mark != SIZE_MAX ? lw_str_slice(name, mark + 1, SIZE_MAX) : until;
    name = lw_str_slice(name, 0, mark);
  } else {
    name = LW_STR("");
  }
  *hold = (struct lw_certificate){lw_str_trim(name), INT64_MAX};
  if (hold->name.len == 0 || hold->name.len > LW_PERSON_TEXT_BYTES_MAX ||
      !lw_str_is_plain(hold->name)) {
    lw_faults_add(reading->faults, at,
                  "must be a certificate: a name, or {\"name\":..., \"until\":...}");
    return false;
  }
  return until.len == 0 || read_moment(reading, at, until, true, &hold->until);
}

static void read_holds(struct reading *reading, lw_str at, const struct lw_value *value)
{
  struct lw_person_edit *edit = &reading->person->edit;
  if (!is_kind(reading->faults, at, value, LW_VALUE_LIST, "a list of certificates")) {
    return;
  }
  struct lw_certificate *holds = LW_NEW_ARRAY(reading->arena, struct lw_certificate, value->count);
  if (value->count > LW_PERSON_HOLDS_MAX || holds == NULL) {
    lw_faults_add(reading->faults, at, "has %u certificates; at most %d", value->count,
                  LW_PERSON_HOLDS_MAX);
    return;
  }
  for (uint32_t i = 0; i < value->count; i++) {
    lw_str place = lw_str_format(reading->arena, "%.*s[%u]", LW_FMT(at), i);
    if (!read_hold(reading, place, &value->items[i], &holds[i])) {
      return;
    }
  }
  edit->fields |= LW_PERSON_HOLDS;
  edit->actor.holds = holds;
  edit->actor.n_holds = value->count;
}

static void read_amount(struct reading *reading, lw_str at, const struct lw_value *value,
                        int64_t *ret_minor)
{
  const struct lw_policy *policy = reading->snapshot->policy;
  lw_money money = {0};
  if (policy == NULL) {
    lw_faults_add(reading->faults, at,
                  "amounts can be read when a policy is live: it has the "
                  "currency; publish one first");
  } else if (value->kind != LW_VALUE_STRING ||
             lw_money_read(value->text, policy->currency, &money) != LW_MONEY_OK ||
             money.minor < 0) {
    lw_faults_add(reading->faults, at, "must be an amount in %.*s as a text, such as \"300.00\"",
                  LW_FMT(lw_currency_code(policy->currency)));
  } else {
    *ret_minor = money.minor;
  }
}

static void read_times(struct reading *reading, lw_str at, const struct lw_value *value,
                       int64_t *ret_times)
{
  int64_t times = -1;
  if (value->kind != LW_VALUE_NUMBER || !lw_int_read(value->text, &times) || times < 0) {
    lw_faults_add(reading->faults, at, "must be a number of times: 0 or more");
    return;
  }
  *ret_times = times;
}

static void read_limit(struct reading *reading, lw_str at, const struct lw_value *value,
                       struct lw_override *limit)
{
  static const lw_str keys[] = {LW_STR_INIT("amount"), LW_STR_INIT("times")};
  const struct lw_policy *policy = reading->snapshot->policy;
  if (policy != NULL && lw_policy_find_budget(policy, limit->budget) == UINT32_MAX) {
    lw_faults_add(reading->faults, at, "the policy has no such budget");
  }
  if (value->kind != LW_VALUE_MAP) {
    read_amount(reading, at, value, &limit->amount_minor);
    return;
  }
  for (uint32_t i = 0; i < value->count; i++) {
    lw_str key = value->entries[i].key;
    lw_str place = lw_str_format(reading->arena, "%.*s.%.*s", LW_FMT(at), LW_FMT(key));
    if (lw_str_equal(key, keys[0])) {
      read_amount(reading, place, &value->items[i], &limit->amount_minor);
    } else if (lw_str_equal(key, keys[1])) {
      read_times(reading, place, &value->items[i], &limit->times);
    } else {
      fault_unknown(reading->faults, place, key, keys, 2);
    }
  }
}

static void read_budgets(struct reading *reading, lw_str at, const struct lw_value *value)
{
  struct lw_person_edit *edit = &reading->person->edit;
  if (!is_kind(reading->faults, at, value, LW_VALUE_MAP, "a map of budgets")) {
    return;
  }
  struct lw_override *limits = LW_NEW_ARRAY(reading->arena, struct lw_override, value->count);
  if (value->count > LW_PERSON_LIMITS_MAX || limits == NULL) {
    lw_faults_add(reading->faults, at, "has %u limits; at most %d", value->count,
                  LW_PERSON_LIMITS_MAX);
    return;
  }
  for (uint32_t i = 0; i < value->count; i++) {
    limits[i] = (struct lw_override){value->entries[i].key, -1, -1};
    lw_str place = lw_str_format(reading->arena, "%.*s.%.*s", LW_FMT(at), LW_FMT(limits[i].budget));
    read_limit(reading, place, &value->items[i], &limits[i]);
  }
  edit->fields |= LW_PERSON_LIMITS;
  edit->actor.overrides = limits;
  edit->actor.n_overrides = value->count;
}

bool lw_person_change_read(const struct lw_snapshot *snapshot, const struct lw_value *body,
                           lw_str id, struct lw_arena *arena, struct lw_person_change *ret_change,
                           struct lw_faults *faults)
{
  static const struct member members[] = {
      {LW_STR_INIT("id"), read_id},           {LW_STR_INIT("name"), read_name},
      {LW_STR_INIT("email"), read_email},     {LW_STR_INIT("phone"), read_phone},
      {LW_STR_INIT("team"), read_team},       {LW_STR_INIT("tier"), read_tier},
      {LW_STR_INIT("kind"), read_kind},       {LW_STR_INIT("roles"), read_roles},
      {LW_STR_INIT("holds"), read_holds},     {LW_STR_INIT("hired_at"), read_hired_at},
      {LW_STR_INIT("manager"), read_manager}, {LW_STR_INIT("budgets"), read_budgets},
      {LW_STR_INIT("active"), read_active},   {LW_STR_INIT("left_at"), read_left_at},
  };
  size_t before = faults->count;
  struct lw_person_change change = {.create = id.len == 0, .edit = {.actor = {.id = id}}};
  struct reading reading = {snapshot, arena, faults, &change};
  if (!is_kind(faults, LW_STR(""), body, LW_VALUE_MAP, "an object")) {
    return false;
  }
  read_members(&reading, body, members, sizeof members / sizeof members[0]);
  struct lw_error err;
  if (faults->count == before &&
      lw_person_check_id(change.edit.actor.id, "a person", false, &err) != LW_OK) {
    lw_faults_add(faults, LW_STR("id"), "%s", err.text);
  }
  *ret_change = change;
  return faults->count == before && !arena->failed;
}

/* ---- a team ---- */

bool lw_team_change_read(const struct lw_value *body, lw_str id, bool create,
                         struct lw_team_change *ret_change, struct lw_faults *faults)
{
  static const lw_str keys[] = {LW_STR_INIT("id"), LW_STR_INIT("name"), LW_STR_INIT("parent")};
  size_t before = faults->count;
  struct lw_team_change change = {.create = create, .edit = {.id = id}};
  if (!is_kind(faults, LW_STR(""), body, LW_VALUE_MAP, "an object")) {
    return false;
  }
  for (uint32_t i = 0; i < body->count; i++) {
    lw_str key = body->entries[i].key;
    lw_str text = {NULL, 0};
    bool known =
        lw_str_equal(key, keys[0]) || lw_str_equal(key, keys[1]) || lw_str_equal(key, keys[2]);
    if (!known) {
      fault_unknown(faults, key, key, keys, 3);
    } else if (!read_text(faults, key, &body->items[i], LW_PERSON_ID_BYTES_MAX, &text)) {
      continue;
    } else if (lw_str_equal(key, keys[0]) && !create && !lw_str_equal(id, text)) {
      lw_faults_add(faults, key, "ids don't change; this team's is \"%.*s\"", LW_FMT(id));
    } else if (lw_str_equal(key, keys[0])) {
      change.edit.id = text;
    } else if (lw_str_equal(key, keys[1])) {
      change.edit.set_name = true;
      change.edit.name = text;
    } else {
      change.edit.set_parent = true;
      change.edit.parent = text;
    }
  }
  struct lw_error err;
  if (faults->count == before &&
      lw_person_check_id(change.edit.id, "a team", true, &err) != LW_OK) {
    lw_faults_add(faults, LW_STR("id"), "%s", err.text);
  }
  *ret_change = change;
  return faults->count == before;
}

/* ---- presence ---- */

static void read_state(const struct lw_value *value, lw_str at, struct lw_presence_edit *edit,
                       struct lw_faults *faults)
{
  bool is_text = value->kind == LW_VALUE_STRING;
  edit->away = is_text && lw_str_equal(value->text, LW_STR("away"));
  if (!edit->away && !(is_text && lw_str_equal(value->text, LW_STR("here")))) {
    lw_faults_add(faults, at, "must be \"here\" or \"away\"");
  }
}

bool lw_presence_change_read(const struct lw_value *body, lw_str person, lw_usec now,
                             struct lw_presence_edit *ret_edit, struct lw_faults *faults)
{
  static const lw_str keys[] = {LW_STR_INIT("state"), LW_STR_INIT("until"), LW_STR_INIT("deputy")};
  size_t before = faults->count;
  struct lw_presence_edit edit = {.person = person, .until = INT64_MAX, .deputy = LW_STR("")};
  if (!is_kind(faults, LW_STR(""), body, LW_VALUE_MAP, "an object")) {
    return false;
  }
  for (uint32_t i = 0; i < body->count; i++) {
    lw_str key = body->entries[i].key;
    lw_str text = {NULL, 0};
    if (lw_str_equal(key, keys[0])) {
      read_state(&body->items[i], key, &edit, faults);
    } else if (lw_str_equal(key, keys[1])) {
      if (read_text(faults, key, &body->items[i], LW_PERSON_TEXT_BYTES_MAX, &text) &&
          text.len != 0 &&
          (!lw_person_read_time(NULL, text, false, &edit.until) || edit.until <= now)) {
        lw_faults_add(faults, key, "must be a moment to come, such as 2026-12-31T09:00:00Z");
      }
    } else if (lw_str_equal(key, keys[2])) {
      (void)read_text(faults, key, &body->items[i], LW_PERSON_ID_BYTES_MAX, &edit.deputy);
    } else {
      fault_unknown(faults, key, key, keys, 3);
    }
  }
  if (faults->count == before && lw_value_get(body, keys[0]) == NULL) {
    lw_faults_add(faults, keys[0], "must be \"here\" or \"away\"");
  }
  *ret_edit = edit;
  return faults->count == before;
}

/* ---- a token ---- */

static void read_scopes(const struct lw_value *value, lw_str at, struct lw_token_change *change,
                        struct lw_faults *faults)
{
  struct lw_error err;
  if (!is_kind(faults, at, value, LW_VALUE_LIST, "a list of scopes")) {
    return;
  }
  for (uint32_t i = 0; i < value->count; i++) {
    const struct lw_value *item = &value->items[i];
    uint32_t scope = 0;
    lw_str text = item->kind == LW_VALUE_STRING ? item->text : LW_STR("");
    if (lw_str_find(text, LW_STR(","), 0) != SIZE_MAX) {
      lw_faults_add(faults, at, "each scope is a text of its own");
    } else if (lw_token_scopes_read(text, &scope, &err) != LW_OK) {
      lw_faults_add(faults, at, "%s; %s", err.text, err.hint);
    }
    change->scopes |= scope;
  }
}

bool lw_token_change_read(const struct lw_value *body, struct lw_token_change *ret_change,
                          struct lw_faults *faults)
{
  static const lw_str keys[] = {LW_STR_INIT("name"), LW_STR_INIT("scopes"), LW_STR_INIT("person"),
                                LW_STR_INIT("days")};
  size_t before = faults->count;
  struct lw_token_change change = {.name = LW_STR(""), .person = LW_STR("")};
  if (!is_kind(faults, LW_STR(""), body, LW_VALUE_MAP, "an object")) {
    return false;
  }
  for (uint32_t i = 0; i < body->count; i++) {
    lw_str key = body->entries[i].key;
    const struct lw_value *value = &body->items[i];
    int64_t days = 0;
    if (lw_str_equal(key, keys[0])) {
      (void)read_text(faults, key, value, LW_TOKEN_NAME_BYTES_MAX, &change.name);
    } else if (lw_str_equal(key, keys[1])) {
      read_scopes(value, key, &change, faults);
    } else if (lw_str_equal(key, keys[2])) {
      (void)read_text(faults, key, value, LW_PERSON_ID_BYTES_MAX, &change.person);
    } else if (!lw_str_equal(key, keys[3])) {
      fault_unknown(faults, key, key, keys, 4);
    } else if (value->kind != LW_VALUE_NUMBER || !lw_int_read(value->text, &days) || days < 1 ||
               days > LW_TOKEN_DAYS_MAX) {
      lw_faults_add(faults, key, "must be a number of days: 1 to %d", LW_TOKEN_DAYS_MAX);
    }
    change.days = days != 0 ? (uint32_t)days : change.days;
  }
  if (faults->count == before && change.scopes == 0) {
    lw_faults_add(faults, keys[1],
                  "a token needs a scope: decide, facts, read, policy, people "
                  "or admin");
  }
  *ret_change = change;
  return faults->count == before;
}
