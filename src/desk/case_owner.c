/* Who has a case: the question that an agent with somebody else's customer on the line has, and may
 * always ask. It is answered from the case's row and its story, of which the newest part is
 * read; nothing of what the case is about is told.
 *
 * Taking one back is a right of those who had it before: it was theirs to hand over. */
#include "desk/case_store.h"

#include "base/bounds.h"
#include "desk/contact.h"
#include "data/member.h"
#include "desk/entry.h"

enum { STORY_MAX = 50 }; /* of a longer one the newest */

/* --- the chain --- */

struct chain {
  struct lw_case_link *links; /* oldest first */
  uint32_t count;
};

static bool is_kind(const struct lw_case_link *link, const char *kind)
{
  return lw_str_equal(link->kind, lw_str_c(kind));
}

static bool had_it(const struct chain *chain, lw_str person)
{
  bool had = false;
  for (uint32_t i = 0; i < chain->count; i++) {
    had = had || lw_str_equal(chain->links[i].owner, person) ||
          lw_str_equal(chain->links[i].before, person);
  }
  return had;
}

/* What was told later says all that the case was then: which of it was new shows beside the one
 * before. */
static void settle_chain(struct chain *chain)
{
  lw_str owner = LW_STR("");
  lw_str department = LW_STR("");
  for (uint32_t i = 0; i < chain->count; i++) {
    struct lw_case_link *link = &chain->links[i];
    bool recorded = is_kind(link, "recorded");
    bool handed = !lw_str_equal(owner, link->owner) || !lw_str_equal(department, link->department);
    if (recorded) {
      link->kind = i == 0 ? LW_STR("opened") : handed ? LW_STR("handed") : LW_STR("changed");
      link->before = owner;
    }
    if (recorded || is_kind(link, "opened") || is_kind(link, "handed")) {
      owner = link->owner;
      department = link->department;
    }
    if (recorded && is_kind(link, "changed")) {
      link->owner = LW_STR("");
      link->department = LW_STR("");
    }
  }
}

/* --- who may what --- */

static const struct lw_person *person_of(const struct lw_staff *staff,
                                         const struct lw_caller *caller)
{
  return caller != NULL && caller->person != NULL ? lw_staff_find(staff, caller->person->actor.id)
                                                  : NULL;
}

static bool may_take(const struct lw_staff *staff, const struct lw_case *found,
                     const struct chain *chain, const struct lw_person *me)
{
  if (me == NULL || !me->active || lw_case_state_done(found->state) ||
      lw_str_equal(found->owner, me->actor.id)) {
    return false;
  }
  const struct lw_team *team = lw_case_team(staff, found->department);
  bool of_mine =
      lw_case_holder(staff, found) == NULL && team != NULL && lw_str_equal(team->id, me->team);
  return of_mine || had_it(chain, me->actor.id);
}

static void add_may(const struct lw_desk_reader *reader, const struct lw_case *found,
                    const struct chain *chain, struct lw_buf *out)
{
  const struct lw_caller *caller = reader->caller;
  const struct lw_person *me = person_of(reader->snapshot->staff, caller);
  bool open = !lw_case_state_done(found->state);
  const struct lw_staff *staff = reader->snapshot->staff;
  const struct lw_person *holder = lw_case_holder(staff, found);
  bool hands = open && caller != NULL &&
               (lw_access_covers(caller, LW_ACCESS_CHANGE_CASES, staff, found->owner) ||
                (lw_access_view(caller, LW_ACCESS_CHANGE_CASES) == LW_VIEW_TEAM &&
                 lw_case_loose_seen(reader, found)));
  lw_member_key(out, "may");
  lw_buf_add_char(out, '[');
  if (open && holder != NULL && holder != me) {
    LW_BUF_LIT(out, "\"nudge\"");
  }
  if (may_take(staff, found, chain, me)) {
    lw_buf_add_c(out, out->ptr[out->len - 1] == '[' ? "\"take\"" : ",\"take\"");
  }
  if (hands) {
    lw_buf_add_c(out, out->ptr[out->len - 1] == '[' ? "\"hand-over\"" : ",\"hand-over\"");
  }
  lw_buf_add_char(out, ']');
}

/* --- printing --- */

/* What somebody wrote when they nudged or took it: for its owner, who wrote it, and whoever reads
 * notes of the owner. */
static bool reads_note(const struct lw_desk_reader *reader, const struct lw_case *found,
                       const struct lw_case_link *link)
{
  const struct lw_person *me = person_of(reader->snapshot->staff, reader->caller);
  return reader->caller == NULL ||
         (me != NULL &&
          (lw_str_equal(me->actor.id, link->by) || lw_str_equal(me->actor.id, found->owner))) ||
         lw_access_covers(reader->caller, LW_ACCESS_SEE_NOTES, reader->snapshot->staff,
                          found->owner);
}

static void add_link(const struct lw_desk_reader *reader, const struct lw_case *found,
                     const struct lw_case_link *link, struct lw_buf *out)
{
  lw_member_time(out, "at", link->at);
  lw_member_text(out, "kind", link->kind);
  lw_member_text(out, "by", link->by);
  lw_member_text(out, "by_name", lw_desk_name(reader->snapshot->staff, link->by));
  lw_member_text(out, "owner", link->owner);
  lw_member_text(out, "owner_name", lw_desk_name(reader->snapshot->staff, link->owner));
  lw_member_text(out, "department", link->department);
  if (link->note.len != 0 && reads_note(reader, found, link)) {
    lw_member_text(out, "note", lw_desk_text(reader, link->note));
  }
}

static void add_chain(const struct lw_desk_reader *reader, const struct lw_case *found,
                      const struct chain *chain, struct lw_buf *out)
{
  lw_member_key(out, "chain");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < chain->count; i++) {
    lw_buf_add_c(out, i == 0 ? "{" : ",{");
    add_link(reader, found, &chain->links[i], out);
    lw_buf_add_char(out, '}');
  }
  lw_buf_add_char(out, ']');
}

static void add_department(const struct lw_desk_reader *reader, const struct lw_case *found,
                           struct lw_buf *out)
{
  const struct lw_team *team = lw_case_team(reader->snapshot->staff, found->department);
  if (found->department.len != 0) {
    lw_member_key(out, "department");
    lw_buf_add_char(out, '{');
    lw_member_text(out, "id", found->department);
    lw_member_text(out, "name", team != NULL ? team->name : LW_STR(""));
    lw_buf_add_char(out, '}');
  }
}

static void add_owner(const struct lw_desk_reader *reader, const struct lw_case *found,
                      const struct chain *chain, struct lw_buf *out)
{
  const struct lw_person *owner = lw_staff_find(reader->snapshot->staff, found->owner);
  lw_usec since = 0;
  if (found->owner.len != 0 && owner != NULL) {
    lw_member_key(out, "owner");
    lw_contact_print(reader, owner, out);
  }
  add_department(reader, found, out);
  for (uint32_t i = 0; i < chain->count; i++) {
    const struct lw_case_link *link = &chain->links[i];
    bool changed = is_kind(link, "handed") || is_kind(link, "opened");
    since = changed && lw_str_equal(link->owner, found->owner) ? link->at : since;
  }
  if (since != 0) {
    lw_member_time(out, "since", since);
  }
}

static void add_members(const struct lw_desk_reader *reader, const struct lw_case *found,
                        const struct chain *chain, struct lw_buf *out)
{
  lw_member_text(out, "id", found->id);
  lw_member_text(out, "state", lw_case_state_name(found->state));
  lw_member_time(out, "opened", found->opened_at);
  add_owner(reader, found, chain, out);
  lw_member_time(out, "moved", lw_case_moved(found));
  if (found->has_promise) {
    lw_member_time(out, "promise", found->promise_at);
  }
  lw_member_int(out, "nudges", found->nudges);
  if (found->nudges != 0) {
    lw_member_time(out, "nudged", found->nudged_at);
  }
  add_chain(reader, found, chain, out);
  add_may(reader, found, chain, out);
  lw_member_int(out, "version", (int64_t)found->version);
}

enum lw_code lw_case_print_owner(const struct lw_desk_reader *reader, const struct lw_case *found,
                                 struct lw_buf *out, struct lw_error *err)
{
  struct chain chain = {.count = 0};
  enum lw_code rc = lw_case_story(reader->db, found->id, STORY_MAX, reader->arena, &chain.links,
                                  &chain.count, err);
  if (rc == LW_OK) {
    settle_chain(&chain);
    lw_buf_add_char(out, '{');
    add_members(reader, found, &chain, out);
    lw_buf_add_char(out, '}');
    rc = out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for an answer") : LW_OK;
  }
  return rc;
}

enum lw_code lw_case_reply_owner(struct lw_batch *batch, struct lw_change *change,
                                 const struct lw_caller *caller, const struct lw_case *found,
                                 struct lw_error *err)
{
  struct lw_desk_reader reader = lw_desk_reader_in(batch, caller);
  lw_change_status(change, 200);
  lw_buf_reset(&change->answer);
  if (!lw_case_visible(&reader, found)) {
    return lw_case_print_owner(&reader, found, &change->answer, err);
  }
  lw_case_print(&reader, found, &change->answer);
  return change->answer.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for an answer") : LW_OK;
}

/* --- taking --- */

static enum lw_code check_take(struct lw_batch *batch, const struct lw_case_nudging *ask,
                               const struct lw_case *found, const struct lw_person *me,
                               struct lw_error *err)
{
  struct chain chain = {.count = 0};
  if (me == NULL) {
    return lw_fail(err, LW_FORBIDDEN, "a case is taken by a person");
  }
  if (lw_case_state_done(found->state)) {
    return lw_fail(err, LW_CONFLICT, "the case is %s",
                   found->state == LW_CASE_CLOSED ? "closed" : "resolved");
  }
  if (lw_str_equal(found->owner, me->actor.id)) {
    return lw_fail(err, LW_CONFLICT, "the case is yours already");
  }
  enum lw_code rc =
      lw_case_story(batch->db, ask->id, STORY_MAX, batch->scratch, &chain.links, &chain.count, err);
  if (rc == LW_OK && !may_take(batch->snapshot->staff, found, &chain, me)) {
    rc =
        lw_fail(err, LW_FORBIDDEN,
                "only who had this case before, or, while it is nobody's, its department takes it");
    lw_error_hint(err, "ask its owner to move it, or to hand it over");
  }
  return rc;
}

static enum lw_code tell_taken(struct lw_batch *batch, struct lw_change *change,
                               struct lw_case *found, lw_str before, lw_str note,
                               struct lw_error *err)
{
  struct lw_buf body = {0};
  struct lw_buf kept = {0};
  enum lw_code rc = note.len != 0 ? lw_text_keep(&batch->texts, batch->now, "note", found->owner,
                                                 found->customer, note, &kept, err)
                                  : LW_OK;
  lw_buf_add_char(&body, '{');
  lw_member_text(&body, "case", found->id);
  lw_member_int(&body, "version", (int64_t)found->version);
  lw_member_text(&body, "owner", found->owner);
  lw_member_text(&body, "before", before);
  lw_member_raw(&body, "note", lw_buf_str(&kept));
  lw_member_key(&body, "set");
  lw_buf_add_char(&body, '{');
  lw_member_text(&body, "owner", found->owner);
  LW_BUF_LIT(&body, "}}");
  body.failed |= kept.failed;
  const struct lw_case_link link = {.kind = LW_STR("handed"),
                                    .owner = found->owner,
                                    .before = before,
                                    .department = found->department,
                                    .note = lw_buf_str(&kept)};
  if (rc == LW_OK) {
    rc = lw_case_tell(batch, change, LW_EVENT_CASE_CHANGED, found, &link, &body, err);
  } else {
    lw_buf_finish(&body);
  }
  lw_buf_finish(&kept);
  return rc;
}

enum lw_code lw_case_take_over(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err)
{
  const struct lw_case_nudging *ask = change->user;
  const struct lw_person *me = person_of(batch->snapshot->staff, ask->caller);
  struct lw_case found = {0};
  enum lw_code rc = lw_case_get(batch->db, ask->id, batch->scratch, &found, err);
  rc = rc == LW_OK ? check_take(batch, ask, &found, me, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  lw_str before = found.owner;
  found.owner = me->actor.id;
  found.changed_at = batch->now;
  found.version++;
  rc = lw_case_update(batch->db, &found, err);
  rc = rc == LW_OK ? tell_taken(batch, change, &found, before, ask->note, err) : rc;
  return rc == LW_OK ? lw_case_reply_owner(batch, change, ask->caller, &found, err) : rc;
}
