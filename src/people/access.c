/* Rights, read from access.def; nothing here knows a right by name. */
#include "people/access.h"

#include "base/check.h"

#include <assert.h>

enum {
  REACH_NONE = LW_VIEW_NONE,
  REACH_OWN = LW_VIEW_OWN,
  REACH_TEAM = LW_VIEW_TEAM,
  REACH_ALL = LW_VIEW_ALL,
  ROLES = 7 /* agent, and the six that are given */
};

struct row {
  lw_str words;
  uint8_t reach[ROLES]; /* agent, then in the order of enum lw_role's bits */
  uint32_t scope;
};

static const struct row rows[LW_ACCESSES] = {
#define LW_ACCESS(id, words, agent, lead, policy, people, quality, auditor, admin, scope)          \
  {LW_STR_INIT(words),                                                                             \
   {REACH_##agent, REACH_##lead, REACH_##policy, REACH_##people, REACH_##quality, REACH_##auditor, \
    REACH_##admin},                                                                                \
   LW_TOKEN_##scope},
#include "people/access.def"
#undef LW_ACCESS
};

static_assert(LW_ROLE_LEAD == 1 && LW_ROLE_POLICY == 2 && LW_ROLE_PEOPLE == 4 &&
                  LW_ROLE_QUALITY == 8 && LW_ROLE_AUDITOR == 16 && LW_ROLE_ADMIN == 32,
              "the columns of access.def stand in the order of the roles' bits");

static enum lw_view view_of_roles(const struct row *row, uint32_t roles)
{
  uint8_t widest = row->reach[0];
  for (unsigned i = 1; i < ROLES; i++) {
    bool has = (roles & (UINT32_C(1) << (i - 1))) != 0;
    widest = has && row->reach[i] > widest ? row->reach[i] : widest;
  }
  return (enum lw_view)widest;
}

enum lw_view lw_access_view(const struct lw_caller *caller, enum lw_access access)
{
  LW_ASSERT((unsigned)access < LW_ACCESSES);
  const struct row *row = &rows[access];
  const struct lw_person *person = caller->person;
  if (person != NULL && !person->active) {
    return LW_VIEW_NONE;
  }
  if (caller->is_token) {
    bool has = (caller->scopes & row->scope) != 0; /* NO_SCOPE is no bit: never */
    return !has ? LW_VIEW_NONE : person != NULL ? LW_VIEW_OWN : LW_VIEW_ALL;
  }
  return person != NULL ? view_of_roles(row, person->roles) : LW_VIEW_NONE;
}

bool lw_access_covers(const struct lw_caller *caller, enum lw_access access,
                      const struct lw_staff *staff, lw_str person)
{
  enum lw_view view = lw_access_view(caller, access);
  if (view == LW_VIEW_ALL || view == LW_VIEW_NONE) {
    return view == LW_VIEW_ALL;
  }
  if (person.len == 0 || caller->person == NULL) {
    return false;
  }
  if (lw_str_equal(caller->person->actor.id, person)) {
    return true;
  }
  const struct lw_person *other = lw_staff_find(staff, person);
  return view == LW_VIEW_TEAM && other != NULL && lw_staff_leads(staff, caller->person, other);
}

lw_str lw_access_words(enum lw_access access)
{
  LW_ASSERT((unsigned)access < LW_ACCESSES);
  return rows[access].words;
}

/* ---- scopes ---- */

static const lw_str scope_names[] = {LW_STR_INIT("decide"), LW_STR_INIT("facts"),
                                     LW_STR_INIT("read"),   LW_STR_INIT("policy"),
                                     LW_STR_INIT("people"), LW_STR_INIT("admin")};
enum { SCOPES = sizeof scope_names / sizeof scope_names[0] };
static_assert(LW_TOKEN_ADMIN == 1 << (SCOPES - 1), "a name a scope");

lw_str lw_token_scope_name(enum lw_token_scope scope)
{
  for (unsigned i = 0; i < SCOPES; i++) {
    if ((unsigned)scope == 1U << i) {
      return scope_names[i];
    }
  }
  return LW_STR("");
}

/* The next part up to a comma, trimmed; moves *rest behind it. */
static lw_str next_part(lw_str *rest)
{
  size_t end = lw_str_find(*rest, LW_STR(","), 0);
  lw_str part = lw_str_trim(lw_str_slice(*rest, 0, end));
  *rest = end == SIZE_MAX ? LW_STR("") : lw_str_slice(*rest, end + 1, SIZE_MAX);
  return part;
}

static enum lw_code fail_scope(lw_str word, struct lw_error *err)
{
  lw_str near = lw_str_nearest(word, scope_names, SCOPES);
  (void)lw_fail(err, LW_INVALID, "\"%.*s\" is no scope of a token", LW_FMT(word));
  if (near.len != 0) {
    lw_error_hint(err, "did you mean \"%.*s\"?", LW_FMT(near));
  } else {
    lw_error_hint(err, "there are decide, facts, read, policy, people and admin");
  }
  return LW_INVALID;
}

enum lw_code lw_token_scopes_read(lw_str text, uint32_t *ret_scopes, struct lw_error *err)
{
  uint32_t scopes = 0;
  lw_str rest = lw_str_trim(text);
  if (rest.len == 0) {
    (void)lw_fail(err, LW_INVALID, "a token needs a scope");
    lw_error_hint(err, "there are decide, facts, read, policy, people and admin");
    return LW_INVALID;
  }
  while (rest.len != 0) {
    lw_str word = next_part(&rest);
    uint32_t bit = 0;
    for (unsigned i = 0; i < SCOPES; i++) {
      bit = lw_str_equal(word, scope_names[i]) ? UINT32_C(1) << i : bit;
    }
    if (bit == 0) {
      return fail_scope(word, err);
    }
    scopes |= bit;
  }
  *ret_scopes = scopes;
  return LW_OK;
}

void lw_token_scopes_print(uint32_t scopes, struct lw_buf *out)
{
  bool first = true;
  for (unsigned i = 0; i < SCOPES; i++) {
    if ((scopes & (UINT32_C(1) << i)) != 0) {
      lw_buf_add(out, first ? LW_STR("") : LW_STR(","));
      lw_buf_add(out, scope_names[i]);
      first = false;
    }
  }
}
