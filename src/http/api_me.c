/* What whoever signed in may ask without a right of their own: who somebody is. */
#include "base/bounds.h"
#include "data/member.h"
#include "http/api.h"
#include "people/known.h"
#include "people/person.h"
#include "policy/authority.h"

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
  qsort(found, count, sizeof *found, lw_person_order);
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

/* --- what somebody may do --- */

/* What they last read of it; for themselves. */
static enum lw_code add_known(struct lw_call *call, const struct lw_person *person,
                              struct lw_error *err)
{
  struct lw_known known;
  bool found = false;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL) {
    return LW_IO;
  }
  enum lw_code rc = lw_known_get(db, person->actor.id, &call->arena, &found, &known, err);
  if (rc == LW_OK && found && known.body.len > 2) {
    LW_BUF_LIT(&call->out, ",\"seen\":{\"digest\":");
    lw_json_add_string(&call->out, known.digest);
    lw_member_time(&call->out, "at", known.at);
    lw_buf_add_char(&call->out, ',');
    lw_buf_add(&call->out, lw_str_slice(known.body, 1, SIZE_MAX)); /* without its first brace */
  }
  return rc;
}

static void reply_authority(struct lw_call *call, const struct lw_person *person, bool own)
{
  struct lw_error err;
  enum lw_code rc = LW_OK;
  if (!lw_api_has_policy(call)) {
    return;
  }
  lw_buf_add_char(&call->out, '{');
  const struct lw_snapshot *view =
      lw_snapshot_for_team(call->snapshot, person->actor.team, call->received);
  lw_authority_json(view->policy, view->policy_version, &person->actor, call->received,
                    &call->arena, &call->out);
  if (own) {
    rc = add_known(call, person, &err);
  }
  lw_buf_add_char(&call->out, '}');
  if (call->status == 0) { /* else the reader said it */
    lw_api_reply_read(call, rc, &err);
  }
}

void lw_api_my_authority(struct lw_call *call)
{
  if (lw_api_is_somebody(call)) {
    reply_authority(call, call->caller.person, true);
  }
}

void lw_api_person_authority(struct lw_call *call)
{
  const struct lw_person *person = lw_staff_find(call->snapshot->staff, call->params[0]);
  if (person == NULL || !lw_access_covers(&call->caller, LW_ACCESS_SEE_PEOPLE,
                                          call->snapshot->staff, person->actor.id)) {
    lw_call_fail(call, LW_NOT_FOUND, "there is nobody of this id whom you may see");
  } else {
    reply_authority(call, person, false);
  }
}

struct knowing {
  lw_str person;
  struct lw_known known;
};

static enum lw_code apply_known(struct lw_batch *batch, struct lw_change *change,
                                struct lw_error *err)
{
  struct knowing *knowing = change->user;
  knowing->known.at = batch->now;
  enum lw_code rc = lw_known_put(batch->db, knowing->person, &knowing->known, err);
  if (rc == LW_OK) {
    LW_BUF_LIT(&change->answer, "{\"digest\":");
    lw_json_add_string(&change->answer, knowing->known.digest);
    LW_BUF_LIT(&change->answer, ",\"at\":");
    lw_member_print_time(&change->answer, batch->now);
    lw_buf_add_char(&change->answer, '}');
    lw_change_status(change, 200);
  }
  return rc;
}

/* Only what is so now can have been read. */
static bool fill_known(struct lw_call *call, lw_str digest, struct knowing *knowing)
{
  const struct lw_person *me = call->caller.person;
  const struct lw_policy *policy =
      lw_snapshot_for_team(call->snapshot, me->actor.team, call->received)->policy;
  struct lw_buf body = {0};
  char now[LW_AUTHORITY_DIGEST_BYTES];
  lw_authority_digest(policy, &me->actor, call->received, &call->arena, now);
  if (!lw_str_equal(digest, lw_str_from(now, sizeof now))) {
    lw_call_fail(call, LW_STALE, "your authority has changed meanwhile; read it again");
    return false;
  }
  lw_authority_kept_json(policy, &me->actor, call->received, &call->arena, &body);
  knowing->person = me->actor.id;
  knowing->known.digest = lw_str_copy(&call->arena, digest);
  knowing->known.body = lw_str_copy(&call->arena, lw_buf_str(&body));
  bool well = !body.failed && knowing->known.body.ptr != NULL;
  lw_buf_finish(&body);
  if (!well) {
    lw_call_fail(call, LW_NO_MEMORY, "out of memory; try again");
  }
  return well;
}

void lw_api_know_authority(struct lw_call *call)
{
  static const char *const members[] = {"digest", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct knowing *knowing = LW_API_NEW(call, struct knowing);
  if (knowing == NULL || !lw_api_is_somebody(call) || !lw_api_has_policy(call)) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  lw_str digest = lw_call_text(call->json, "digest", &faults);
  if (faults.count == 0 && digest.len == 0) {
    lw_faults_add(&faults, LW_STR("digest"), "must be there: that of what was read");
  }
  if (faults.count != 0) {
    lw_call_faults(call, &faults);
  } else if (fill_known(call, digest, knowing)) {
    lw_call_submit(call, apply_known, knowing);
  }
}
