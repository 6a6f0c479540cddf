/* What whoever signed in may ask without a right of their own: who somebody is. */
#include "base/bounds.h"
#include "http/api.h"
#include "people/person.h"

#include <stdlib.h>

/* --- names --- */

enum { FOUND_MAX = 20, QUERY_BYTES_MIN = 2 };

/* {"id","name","kind","team_name","active"}: what stands on a door. */
static void print_name(struct lw_call *call, const struct lw_person *person, bool first)
{
  struct lw_buf *out = &call->out;
  const struct lw_team *team = lw_staff_find_team(call->snapshot->staff, person->team);
  lw_str team_name = team == NULL ? person->team : team->name.len != 0 ? team->name : team->id;
  lw_buf_add_c(out, first ? "{\"id\":" : ",{\"id\":");
  lw_json_add_string(out, person->actor.id);
  if (person->actor.name.len != 0) {
    LW_BUF_LIT(out, ",\"name\":");
    lw_json_add_string(out, person->actor.name);
  }
  LW_BUF_LIT(out, ",\"kind\":");
  lw_json_add_string(out, lw_person_kind_name(person->actor.kind));
  if (team_name.len != 0) {
    LW_BUF_LIT(out, ",\"team_name\":");
    lw_json_add_string(out, team_name);
  }
  lw_buf_add_c(out, person->active ? ",\"active\":true}" : ",\"active\":false}");
}

static void list_names(struct lw_call *call, lw_str ids)
{
  uint32_t asked = 0;
  bool first = true;
  LW_BUF_LIT(&call->out, "{\"items\":[");
  while (ids.len != 0) {
    size_t comma = lw_str_find(ids, LW_STR(","), 0);
    size_t end = comma != SIZE_MAX ? comma : ids.len;
    const struct lw_person *person =
        lw_staff_find(call->snapshot->staff, lw_str_trim(lw_str_slice(ids, 0, end)));
    ids = comma != SIZE_MAX ? lw_str_slice(ids, comma + 1, SIZE_MAX) : LW_STR("");
    if (++asked > LW_NAMES_MAX) {
      lw_buf_reset(&call->out);
      lw_api_refuse_parameter(call, "ids", "100 ids at most");
      return;
    }
    if (person != NULL) {
      print_name(call, person, first);
      first = false;
    }
  }
  LW_BUF_LIT(&call->out, "]}");
  lw_call_reply(call, 200);
}

static char small(char c)
{
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Without regard to capitals of ASCII. */
static bool begins(lw_str text, lw_str with)
{
  if (text.len < with.len) {
    return false;
  }
  for (size_t i = 0; i < with.len; i++) {
    if (small(text.ptr[i]) != small(with.ptr[i])) {
      return false;
    }
  }
  return true;
}

/* Whether any word of the name begins so. */
static bool word_begins(lw_str name, lw_str with)
{
  for (size_t i = 0; i < name.len; i++) {
    bool at_word = i == 0 || name.ptr[i - 1] == ' ' || name.ptr[i - 1] == '-';
    if (at_word && begins(lw_str_slice(name, i, SIZE_MAX), with)) {
      return true;
    }
  }
  return false;
}

static int by_name(const void *a, const void *b)
{
  const struct lw_person *const *left = a;
  const struct lw_person *const *right = b;
  int order = lw_str_compare((*left)->actor.name, (*right)->actor.name);
  return order != 0 ? order : lw_str_compare((*left)->actor.id, (*right)->actor.id);
}

static void find_names(struct lw_call *call, lw_str query)
{
  const struct lw_staff *staff = call->snapshot->staff;
  const struct lw_person **found = lw_api_keep(call, (staff->directory.count + 1U) * sizeof *found);
  size_t count = 0;
  for (uint32_t i = 0; found != NULL && i < staff->directory.count; i++) {
    const struct lw_actor *actor = &staff->persons[i].actor;
    if (begins(actor->id, query) || begins(actor->email, query) ||
        word_begins(actor->name, query)) {
      found[count++] = &staff->persons[i];
    }
  }
  if (found == NULL) {
    return;
  }
  qsort(found, count, sizeof *found, by_name);
  LW_BUF_LIT(&call->out, "{\"items\":[");
  for (size_t i = 0; i < count && i < FOUND_MAX; i++) {
    print_name(call, found[i], i == 0);
  }
  LW_BUF_LIT(&call->out, "]}");
  lw_call_reply(call, 200);
}

/* People, and tokens that read. */
static bool may_know(struct lw_call *call)
{
  bool may = call->caller.person != NULL || (call->caller.scopes & (uint32_t)LW_TOKEN_READ) != 0;
  if (!may) {
    lw_call_fail(call, LW_FORBIDDEN, "names are for people, and for tokens with the scope read");
  }
  return may;
}

void lw_api_names(struct lw_call *call)
{
  lw_str ids = lw_call_query(call, "ids");
  lw_str query = lw_str_trim(lw_call_query(call, "q"));
  if (!may_know(call)) {
    return;
  }
  if (ids.len != 0) {
    list_names(call, ids);
  } else if (query.len >= QUERY_BYTES_MIN) {
    find_names(call, query);
  } else {
    lw_api_refuse_parameter(call, "q", "two letters or more; or `ids` takes ids");
  }
}
