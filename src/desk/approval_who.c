/* Whom a level asks. A person is asked when the level's words fit them, their own grants would
 * cover the whole of what is asked, they are here, and they do not ask themselves. Somebody who is
 * away is replaced by their deputy, if the deputy's own grants cover it and the deputy is here:
 * authority is never lent. What a grant `needs` (a note) counts as there: the answer may bring it.
 */
#include "desk/approval_who.h"

#include "base/bounds.h"
#include "base/check.h"
#include "desk/approval_life.h"
#include "people/person.h"

bool lw_deputy_is(const struct lw_person *away, const struct lw_person *deputy, lw_usec now)
{
  return away->away && !lw_person_is_here(away, now) && away->deputy.len != 0 &&
         lw_str_equal(away->deputy, deputy->actor.id) && deputy->active &&
         lw_person_is_here(deputy, now);
}

const struct lw_asked *lw_asked_find(const struct lw_staff *staff,
                                     const struct lw_approval *approval,
                                     const struct lw_person *person, lw_usec now)
{
  if (lw_str_equal(approval->agent, person->actor.id) || !person->active) {
    return NULL;
  }
  for (uint32_t i = 0; i < approval->n_asked; i++) {
    if (lw_str_equal(approval->asked[i].person, person->actor.id)) {
      return &approval->asked[i];
    }
  }
  for (uint32_t i = 0; i < approval->n_asked; i++) {
    const struct lw_person *asked = lw_staff_find(staff, approval->asked[i].person);
    if (asked != NULL && lw_deputy_is(asked, person, now)) {
      return &approval->asked[i];
    }
  }
  return NULL;
}

static bool is_asked(const struct lw_approval *approval, lw_str person)
{
  for (uint32_t i = 0; i < approval->n_asked; i++) {
    if (lw_str_equal(approval->asked[i].person, person)) {
      return true;
    }
  }
  return false;
}

enum lw_code lw_asking_told(const struct lw_batch *batch, enum lw_code code, struct lw_error *err)
{
  return lw_rows_failed(batch->rows) ? lw_fail(err, LW_IO, "a budget could not be read") : code;
}

/* Whether their own grants would cover all of it now. Resets the decider. */
static enum lw_code is_covered(struct lw_decider *decider, const struct lw_request *asked,
                               const struct lw_person *person, bool *ret_covers,
                               struct lw_error *err)
{
  struct lw_outcome outcome = {0};
  struct lw_request request = *asked;
  request.has_note = true;
  lw_decider_reset(decider);
  enum lw_code rc = lw_decide_for(decider, &request, &person->actor, &outcome, err);
  *ret_covers = rc == LW_OK && outcome.verdict == LW_GRANTED;
  lw_decider_reset(decider);
  return rc == LW_FORBIDDEN ? LW_OK : rc;
}

static enum lw_code covers(struct lw_asking *asking, const struct lw_person *person,
                           bool *ret_covers, struct lw_error *err)
{
  struct lw_request request = asking->order.request;
  request.has_evidence = request.has_evidence || asking->approval->evidence.len != 0;
  enum lw_code rc = is_covered(asking->batch->decider, &request, person, ret_covers, err);
  return lw_asking_told(asking->batch, rc, err);
}

/* The person themselves, or who stands in; NULL: nobody. */
static const struct lw_person *who_is_here(const struct lw_staff *staff,
                                           const struct lw_person *person, lw_usec now)
{
  if (lw_person_is_here(person, now)) {
    return person;
  }
  const struct lw_person *deputy =
      person->deputy.len != 0 ? lw_staff_find(staff, person->deputy) : NULL;
  return deputy != NULL && lw_deputy_is(person, deputy, now) ? deputy : NULL;
}

struct list {
  struct lw_asked *asked; /* all of the approval's, room for LW_ASKED_MAX more */
  uint32_t n_asked;
  lw_str *to;
  uint32_t n_to;
};

static void add(struct list *list, const struct lw_approval *approval,
                const struct lw_person *person, const struct lw_person *instead_of, uint32_t level,
                lw_usec at)
{
  for (uint32_t i = 0; i < list->n_to; i++) {
    if (lw_str_equal(list->to[i], person->actor.id)) {
      return;
    }
  }
  list->to[list->n_to++] = person->actor.id;
  if (!is_asked(approval, person->actor.id)) {
    list->asked[list->n_asked++] =
        (struct lw_asked){.person = person->actor.id,
                          .deputy_of = instead_of != person ? instead_of->actor.id : LW_STR(""),
                          .level = level,
                          .at = at};
  }
}

static enum lw_code consider(struct lw_asking *asking, const struct lw_person *named,
                             uint32_t level, lw_usec at, struct list *list, struct lw_error *err)
{
  const struct lw_batch *batch = asking->batch;
  bool does = false;
  if (!lw_level_fits(batch->decider, &asking->order.request, asking->route, level - 1,
                     &named->actor) ||
      lw_str_equal(named->actor.id, asking->approval->agent)) {
    return LW_OK;
  }
  const struct lw_person *person = who_is_here(batch->snapshot->staff, named, batch->now);
  if (person == NULL || lw_str_equal(person->actor.id, asking->approval->agent)) {
    return LW_OK;
  }
  enum lw_code rc = covers(asking, person, &does, err);
  if (rc == LW_OK && does) {
    add(list, asking->approval, person, named, level, at);
  }
  return rc;
}

enum lw_code lw_asking_level(struct lw_asking *asking, uint32_t level, lw_usec at,
                             const lw_str **ret_to, uint32_t *ret_count, struct lw_error *err)
{
  struct lw_approval *approval = asking->approval;
  const struct lw_staff *staff = asking->batch->snapshot->staff;
  struct lw_arena *scratch = asking->batch->scratch;
  struct list list = {.n_asked = approval->n_asked};
  list.asked = LW_NEW_ARRAY(scratch, struct lw_asked, approval->n_asked + LW_ASKED_MAX);
  list.to = LW_NEW_ARRAY(scratch, lw_str, LW_ASKED_MAX);
  if (list.asked == NULL || list.to == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory while looking for whom to ask");
  }
  if (approval->n_asked != 0) {
    memcpy(list.asked, approval->asked, approval->n_asked * sizeof *list.asked);
  }
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < staff->directory.count && list.n_to < LW_ASKED_MAX; i++) {
    rc = consider(asking, &staff->persons[i], level, at, &list, err);
  }
  approval->asked = list.asked;
  approval->n_asked = list.n_asked;
  *ret_to = list.to;
  *ret_count = list.n_to;
  return rc;
}

enum lw_code lw_asking_next(struct lw_asking *asking, uint32_t from, lw_usec start,
                            struct lw_asking_step *ret_step, struct lw_error *err)
{
  struct lw_approval *approval = asking->approval;
  const struct lw_route *route = &asking->batch->snapshot->policy->routes[asking->route];
  uint32_t most = route->n_levels < approval->levels ? route->n_levels : approval->levels;
  struct lw_asking_step step = {.first_skipped = from};
  enum lw_code rc = LW_OK;
  for (uint32_t level = from; rc == LW_OK && step.n_to == 0 && level <= most; level++) {
    rc = lw_asking_level(asking, level, asking->batch->now, &step.to, &step.n_to, err);
    if (rc == LW_OK && step.n_to != 0) {
      step.level = level;
      approval->level = level;
      approval->due_at = start + lw_level_usec(&route->levels[level - 1]);
      approval->ends_at = lw_route_ends_at(route, level - 1, start);
    } else {
      step.n_skipped++;
    }
  }
  *ret_step = step;
  return rc;
}

/* --- before anything is asked --- */

struct preview {
  const struct lw_desk_reader *reader;
  const struct lw_request *request;
  struct lw_decider *decider;
  uint32_t route;
  uint32_t decided;              /* how many were looked at closely */
  const struct lw_person *found; /* the first who could */
  bool online;                   /* has a window open: no better can come */
};

static enum lw_code preview_one(struct preview *preview, const struct lw_person *named,
                                uint32_t level, struct lw_error *err)
{
  const struct lw_desk_reader *reader = preview->reader;
  lw_str agent = preview->request->agent.id;
  bool does = false;
  if (!lw_level_fits(preview->decider, preview->request, preview->route, level - 1,
                     &named->actor) ||
      lw_str_equal(named->actor.id, agent)) {
    return LW_OK;
  }
  const struct lw_person *person = who_is_here(reader->snapshot->staff, named, reader->now);
  if (person == NULL || lw_str_equal(person->actor.id, agent)) {
    return LW_OK;
  }
  bool online = reader->online != NULL && reader->online(reader->online_user, person->actor.id);
  if (preview->found != NULL && !online) {
    return LW_OK;
  }
  preview->decided++;
  enum lw_code rc = is_covered(preview->decider, preview->request, person, &does, err);
  if (rc == LW_OK && does) {
    preview->found = person;
    preview->online = online;
  }
  return rc;
}

enum lw_code lw_asking_preview_from(const struct lw_desk_reader *reader,
                                    const struct lw_order *order, struct lw_decider *decider,
                                    uint32_t route, uint32_t from,
                                    const struct lw_person **ret_person, uint32_t *ret_level,
                                    struct lw_error *err)
{
  const struct lw_staff *staff = reader->snapshot->staff;
  uint32_t levels = order->snapshot->policy->routes[route].n_levels; /* as its agent has it */
  struct lw_request request = order->request;
  request.has_evidence = true; /* it can come with the ask */
  struct preview preview = {
      .reader = reader, .request = &request, .decider = decider, .route = route};
  enum lw_code rc = LW_OK;
  uint32_t level = from;
  for (; rc == LW_OK && level <= levels && preview.found == NULL; level++) {
    for (uint32_t i = 0; rc == LW_OK && i < staff->directory.count && !preview.online &&
                         preview.decided < LW_PREVIEW_PEOPLE_MAX;
         i++) {
      rc = preview_one(&preview, &staff->persons[i], level, err);
    }
  }
  *ret_person = preview.found;
  *ret_level = preview.found != NULL ? level - 1 : 0;
  return rc;
}

enum lw_code lw_asking_preview(const struct lw_desk_reader *reader, const struct lw_order *order,
                               struct lw_decider *decider, uint32_t route,
                               const struct lw_person **ret_person, uint32_t *ret_level,
                               struct lw_error *err)
{
  return lw_asking_preview_from(reader, order, decider, route, 1, ret_person, ret_level, err);
}

/* --- what was asked, again --- */

enum lw_code lw_approval_bind(struct lw_hasher *hasher, const struct lw_decision *decision,
                              lw_str decision_id, struct lw_arena *arena, lw_str *ret_binding,
                              struct lw_error *err)
{
  char *hex = lw_arena_alloc(arena, (size_t)LW_HASH_BYTES * 2, 1);
  if (hex == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory while binding an approval");
  }
  lw_hasher_start(hasher);
  lw_hasher_add(hasher, LW_STR("leeway-approval-1\n"));
  lw_hasher_add(hasher, decision_id);
  lw_hasher_add(hasher, LW_STR("\n"));
  lw_hasher_add(hasher, decision->raw);
  lw_hash hash = lw_hasher_end(hasher);
  lw_hex_write(hash.bytes, LW_HASH_BYTES, hex);
  *ret_binding = lw_str_from(hex, (size_t)LW_HASH_BYTES * 2);
  return LW_OK;
}

uint32_t lw_asking_route(const struct lw_policy *policy, lw_str id)
{
  for (uint32_t i = 0; i < policy->n_routes; i++) {
    if (lw_str_equal(policy->routes[i].id, id)) {
      return i;
    }
  }
  return UINT32_MAX;
}

static enum lw_code read_again(struct lw_asking *asking, const struct lw_decision *decision,
                               struct lw_error *err)
{
  struct lw_batch *batch = asking->batch;
  const struct lw_approval *approval = asking->approval;
  lw_str binding = {0};
  enum lw_code rc =
      lw_approval_bind(batch->hasher, decision, approval->decision, batch->scratch, &binding, err);
  if (rc != LW_OK) {
    return rc;
  }
  if (!lw_str_equal(binding, approval->binding)) {
    return lw_fail(err, LW_STALE, "the record of %.*s is not what this approval was opened for",
                   LW_FMT(approval->decision));
  }
  lw_batch_use_for(batch, decision->agent);
  asking->route = lw_asking_route(batch->snapshot->policy, approval->route);
  if (asking->route == UINT32_MAX || batch->snapshot->policy->routes[asking->route].n_levels == 0) {
    return lw_fail(err, LW_STALE, "the policy has changed: the route %.*s is not there any more",
                   LW_FMT(approval->route));
  }
  return lw_decision_order(batch->snapshot, decision, batch->scratch, batch->now, &asking->order,
                           err);
}

enum lw_code lw_asking_open(struct lw_asking *asking, struct lw_batch *batch,
                            struct lw_approval *approval, struct lw_error *err)
{
  struct lw_decision decision = {0};
  lw_id id;
  *asking = (struct lw_asking){.batch = batch, .approval = approval, .route = UINT32_MAX};
  if (batch->snapshot->policy == NULL || batch->decider == NULL) {
    return lw_fail(err, LW_STALE, "there is no policy");
  }
  if (!lw_id_read(LW_STR("dec"), approval->decision, &id)) {
    return lw_fail(err, LW_INTERNAL, "approval %.*s has no decision", LW_FMT(approval->id));
  }
  enum lw_code rc =
      lw_decision_get(batch->db, batch, id, batch->scratch, batch->reader, &decision, err);
  return rc == LW_OK ? read_again(asking, &decision, err) : rc;
}
