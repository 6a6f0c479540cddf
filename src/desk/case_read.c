/* Bodies of cases: one table of members says for each what kind it is, where it goes, and whether
 * it is a claim of the records (what conditions read), which takes the right to say system facts.
 */
#include "desk/case_store.h"
#include "data/member.h"

#include <stddef.h>

enum kind { TEXT, TIME, FLAG, STATE, FACTS };

static const struct member {
  lw_str key;
  enum kind kind;
  bool claim;
  bool opening_only;
  size_t offset;     /* in struct lw_case */
  size_t has_offset; /* TIME that may be missing; else 0 */
} members[] = {
    {LW_STR_INIT("id"), TEXT, false, true, offsetof(struct lw_case, id), 0},
    {LW_STR_INIT("customer"), TEXT, true, false, offsetof(struct lw_case, customer), 0},
    {LW_STR_INIT("owner"), TEXT, false, false, offsetof(struct lw_case, owner), 0},
    {LW_STR_INIT("department"), TEXT, false, false, offsetof(struct lw_case, department), 0},
    {LW_STR_INIT("channel"), TEXT, false, false, offsetof(struct lw_case, channel), 0},
    {LW_STR_INIT("subject"), TEXT, false, false, offsetof(struct lw_case, subject), 0},
    {LW_STR_INIT("state"), STATE, false, false, offsetof(struct lw_case, state), 0},
    {LW_STR_INIT("waiting_for"), TEXT, false, false, offsetof(struct lw_case, waiting_for), 0},
    {LW_STR_INIT("opened"), TIME, true, false, offsetof(struct lw_case, opened_at), 0},
    {LW_STR_INIT("last_update"), TIME, true, false, offsetof(struct lw_case, last_update_at),
     offsetof(struct lw_case, has_last_update)},
    {LW_STR_INIT("promise"), TIME, false, false, offsetof(struct lw_case, promise_at),
     offsetof(struct lw_case, has_promise)},
    {LW_STR_INIT("reopened"), FLAG, true, false, offsetof(struct lw_case, reopened), 0},
    {LW_STR_INIT("escalated"), FLAG, true, false, offsetof(struct lw_case, escalated), 0},
    {LW_STR_INIT("facts"), FACTS, true, false, offsetof(struct lw_case, facts), 0},
};
enum {
  MEMBERS = sizeof members / sizeof members[0],
  NAME_BYTES_MAX = 200,
  SUBJECT_BYTES_MAX = 4000
};

lw_str lw_case_state_name(enum lw_case_state state)
{
  static const lw_str names[LW_CASE_STATES] = {
      [LW_CASE_OPEN] = LW_STR_INIT("open"),
      [LW_CASE_CLOSED] = LW_STR_INIT("closed"),
      [LW_CASE_WAITING] = LW_STR_INIT("waiting"),
      [LW_CASE_RESOLVED] = LW_STR_INIT("resolved"),
  };
  return (unsigned)state < LW_CASE_STATES ? names[state] : LW_STR("");
}

bool lw_case_state_read(lw_str name, enum lw_case_state *ret_state)
{
  for (int i = 0; i < LW_CASE_STATES; i++) {
    if (lw_str_equal(name, lw_case_state_name((enum lw_case_state)i))) {
      *ret_state = (enum lw_case_state)i;
      return true;
    }
  }
  return false;
}

static const struct member *find_member(lw_str key)
{
  for (size_t i = 0; i < MEMBERS; i++) {
    if (lw_str_equal(members[i].key, key)) {
      return &members[i];
    }
  }
  return NULL;
}

static void *place_of(struct lw_case *found, size_t offset)
{
  return (char *)found + offset;
}

/* --- checking --- */

static bool has_control(lw_str text)
{
  for (size_t i = 0; i < text.len; i++) {
    if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f) {
      return true;
    }
  }
  return false;
}

static void check_text(const struct member *member, lw_str text, struct lw_faults *faults)
{
  bool subject = member->offset == offsetof(struct lw_case, subject);
  size_t most = subject ? SUBJECT_BYTES_MAX : NAME_BYTES_MAX;
  if (text.len == 0) {
    lw_faults_add(faults, member->key, "is empty");
  } else if (text.len > most) {
    lw_faults_add(faults, member->key, "is longer than %zu bytes", most);
  } else if (!subject && has_control(text)) {
    lw_faults_add(faults, member->key, "has control characters");
  }
}

static void check_member(const struct member *member, const struct lw_value *value,
                         struct lw_faults *faults)
{
  enum lw_case_state state;
  lw_usec at = 0;
  bool text = value->kind == LW_VALUE_STRING;
  switch (member->kind) {
  case TEXT:
    if (text) {
      check_text(member, value->text, faults);
    } else {
      lw_faults_add(faults, member->key, "is a text");
    }
    break;
  case TIME:
    if (!text || !lw_member_read_time(value->text, &at)) {
      lw_faults_add(faults, member->key, "is a time as RFC 3339 writes it");
    }
    break;
  case FLAG:
    if (value->kind != LW_VALUE_BOOL) {
      lw_faults_add(faults, member->key, "is true or false");
    }
    break;
  case STATE:
    if (!text || !lw_case_state_read(value->text, &state)) {
      lw_faults_add(faults, member->key, "is open, waiting, resolved or closed");
    }
    break;
  case FACTS:
    if (value->kind != LW_VALUE_MAP) {
      lw_faults_add(faults, member->key, "is a map");
    }
    break;
  }
}

static bool may_be_null(const struct member *member)
{
  return (member->kind == TEXT && !member->opening_only) || member->has_offset != 0;
}

bool lw_case_check(const struct lw_value *value, bool opening, struct lw_faults *faults)
{
  size_t before = faults->count;
  if (value == NULL || value->kind != LW_VALUE_MAP) {
    lw_faults_add(faults, LW_STR(""), "is a map of what the case is to be");
    return false;
  }
  for (uint32_t i = 0; i < value->count; i++) {
    const struct member *member = find_member(value->entries[i].key);
    if (member == NULL || (member->opening_only && !opening)) {
      lw_faults_add(faults, value->entries[i].key, "is not a field of a case that can be %s",
                    opening ? "said" : "changed");
    } else if (value->items[i].kind != LW_VALUE_NULL || opening || !may_be_null(member)) {
      check_member(member, &value->items[i], faults);
    }
  }
  if (opening && lw_value_get(value, LW_STR("id")) == NULL) {
    lw_faults_add(faults, LW_STR("id"), "is missing");
  }
  return faults->count == before;
}

bool lw_case_claims(const struct lw_value *value, bool opening)
{
  for (uint32_t i = 0; i < value->count; i++) {
    const struct member *member = find_member(value->entries[i].key);
    bool customer = member != NULL && member->offset == offsetof(struct lw_case, customer);
    if (member != NULL && member->claim && !(opening && customer)) {
      return true;
    }
  }
  return false;
}

/* --- putting --- */

static void put_time(struct lw_case *found, const struct member *member,
                     const struct lw_value *value)
{
  lw_usec at = 0;
  bool has = value->kind == LW_VALUE_STRING && lw_member_read_time(value->text, &at);
  *(lw_usec *)place_of(found, member->offset) = at;
  if (member->has_offset != 0) {
    *(bool *)place_of(found, member->has_offset) = has;
  }
}

static void put_state(struct lw_case *found, const struct lw_value *value, lw_usec now)
{
  enum lw_case_state before = found->state;
  if (!lw_case_state_read(value->text, &found->state) || found->state == before) {
    return;
  }
  found->closed_at = found->state == LW_CASE_CLOSED ? now : 0;
  found->reopened =
      found->reopened || (lw_case_state_done(before) && !lw_case_state_done(found->state));
}

void lw_case_put(struct lw_case *found, const struct lw_value *value, lw_usec now,
                 struct lw_arena *arena)
{
  for (uint32_t i = 0; i < value->count; i++) {
    const struct member *member = find_member(value->entries[i].key);
    const struct lw_value *item = &value->items[i];
    if (member == NULL || member->kind == FACTS ||
        member->offset == offsetof(struct lw_case, subject)) {
      continue;
    }
    if (member->kind == TEXT) {
      *(lw_str *)place_of(found, member->offset) =
          item->kind == LW_VALUE_STRING ? lw_str_copy(arena, item->text) : LW_STR("");
    } else if (member->kind == TIME) {
      put_time(found, member, item);
    } else if (member->kind == FLAG) {
      *(bool *)place_of(found, member->offset) = item->boolean;
    } else {
      put_state(found, item, now);
    }
  }
  if (found->state != LW_CASE_WAITING) {
    found->waiting_for = LW_STR("");
  }
}

/* Recursion is as deep as the patch: at most LW_VALUE_DEPTH_MAX. */
void lw_case_merge(const struct lw_value *target, const struct lw_value *patch, struct lw_buf *out)
{
  if (patch->kind != LW_VALUE_MAP) {
    lw_json_add_value(out, patch);
    return;
  }
  bool onto = target != NULL && target->kind == LW_VALUE_MAP;
  bool first = true;
  lw_buf_add_char(out, '{');
  for (uint32_t i = 0; i < (onto ? target->count : 0) + patch->count; i++) {
    bool old = onto && i < target->count;
    uint32_t at = old || !onto ? i : i - target->count;
    lw_str key = old ? target->entries[at].key : patch->entries[at].key;
    const struct lw_value *was = onto ? lw_value_get(target, key) : NULL;
    const struct lw_value *change = lw_value_get(patch, key);
    if ((change != NULL && change->kind == LW_VALUE_NULL) || (!old && was != NULL)) {
      continue; /* removed; or said already where the target has it */
    }
    lw_buf_add_c(out, first ? "" : ",");
    first = false;
    lw_json_add_string(out, key);
    lw_buf_add_char(out, ':');
    if (change != NULL) {
      lw_case_merge(was, change, out);
    } else {
      lw_json_add_value(out, was);
    }
  }
  lw_buf_add_char(out, '}');
}
