/* Cases: opening, changing and nudging them, what the engine reads of them, and lists.
 *
 * Who may change a case is asked about its owner (or, of a case that is nobody's, about whoever is
 * to own it). What conditions read (facts, age, idle, reopened, escalated, customer) only they may
 * say who may say system facts: an agent can't make a case look other than the records have it. */
#include "desk/case_store.h"

#include "base/bounds.h"
#include "data/member.h"
#include "desk/entry.h"
#include "policy/who.h"

/* --- printing --- */

/* All but the subject, which is a text beside the record. */
static void print_members(const struct lw_case *found, struct lw_buf *out)
{
  lw_member_text(out, "state", lw_case_state_name(found->state));
  lw_member_text(out, "waiting_for", found->waiting_for);
  lw_member_text(out, "customer", found->customer);
  lw_member_text(out, "owner", found->owner);
  lw_member_text(out, "department", found->department);
  lw_member_text(out, "channel", found->channel);
  lw_member_time(out, "opened", found->opened_at);
  if (found->state == LW_CASE_CLOSED) {
    lw_member_time(out, "closed", found->closed_at);
  }
  if (found->has_last_update) {
    lw_member_time(out, "last_update", found->last_update_at);
  }
  if (found->has_promise) {
    lw_member_time(out, "promise", found->promise_at);
  }
  lw_member_bool(out, "reopened", found->reopened);
  lw_member_bool(out, "escalated", found->escalated);
  lw_member_raw(out, "facts", found->facts);
}

void lw_case_print(const struct lw_desk_reader *reader, const struct lw_case *found,
                   struct lw_buf *out)
{
  lw_case_print_with(reader, found, NULL, out);
}

void lw_case_print_with(const struct lw_desk_reader *reader, const struct lw_case *found,
                        const struct lw_repeat *repeat, struct lw_buf *out)
{
  bool notes = reader->caller == NULL ||
               lw_access_covers(reader->caller, LW_ACCESS_SEE_NOTES, reader->snapshot->staff,
                                found->owner) ||
               lw_case_loose_seen(reader, found); /* whoever may take it, or give it to somebody */
  lw_buf_add_char(out, '{');
  lw_member_text(out, "id", found->id);
  print_members(found, out);
  if (notes) {
    lw_member_text(out, "subject", lw_desk_text(reader, found->subject));
  }
  lw_member_int(out, "nudges", found->nudges);
  if (found->nudges != 0) {
    lw_member_time(out, "nudged", found->nudged_at);
  }
  lw_member_key(out, "figures");
  lw_case_figures_print(&found->figures, reader->now, repeat, out);
  lw_member_int(out, "version", (int64_t)found->version);
  lw_buf_add_char(out, '}');
}

/* --- changing --- */

static enum lw_code reply(struct lw_batch *batch, struct lw_change *change,
                          const struct lw_caller *caller, const struct lw_case *found, int status,
                          struct lw_error *err)
{
  struct lw_desk_reader reader = lw_desk_reader_in(batch, caller);
  lw_buf_reset(&change->answer);
  lw_case_print(&reader, found, &change->answer);
  lw_change_status(change, status);
  return change->answer.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for an answer") : LW_OK;
}

static enum lw_code check_again(const struct lw_case_change *ask, bool opening,
                                struct lw_arena *arena, struct lw_error *err)
{
  struct lw_faults faults = {.arena = arena};
  if (lw_case_check(ask->value, opening, &faults)) {
    return LW_OK;
  }
  return faults.count == 0 ? lw_fail(err, LW_NO_MEMORY, "out of memory while reading a case")
                           : lw_fail(err, LW_INVALID, "%.*s %.*s", LW_FMT(faults.items[0].at),
                                     LW_FMT(faults.items[0].message));
}

static lw_str owner_said(const struct lw_value *value)
{
  const struct lw_value *owner = lw_value_get(value, LW_STR("owner"));
  return owner != NULL && owner->kind == LW_VALUE_STRING ? owner->text : LW_STR("");
}

static enum lw_code check_rights(const struct lw_batch *batch, const struct lw_case_change *ask,
                                 const struct lw_case *found, bool opening, struct lw_error *err)
{
  const struct lw_staff *staff = batch->snapshot->staff;
  lw_str next = owner_said(ask->value);
  bool nobodys = lw_case_holder(staff, found) == NULL;
  lw_str about = nobodys && next.len != 0 ? next : found->owner;
  const struct lw_person *person = next.len != 0 ? lw_staff_find(staff, next) : NULL;
  if (ask->caller != NULL && !lw_access_covers(ask->caller, LW_ACCESS_CHANGE_CASES, staff, about)) {
    return lw_fail(err, LW_FORBIDDEN, "this case is not yours to change");
  }
  if (ask->caller != NULL && lw_case_claims(ask->value, opening) &&
      !lw_access_covers(ask->caller, LW_ACCESS_CLAIM_FACTS, staff, LW_STR(""))) {
    enum lw_code rc =
        lw_fail(err, LW_FORBIDDEN, "what conditions read of a case comes from the records");
    lw_error_hint(err,
                  "a token with the scope facts may say customer, opened, last_update, reopened, "
                  "escalated and facts");
    return rc;
  }
  if (next.len != 0 && person == NULL) {
    return lw_fail(err, LW_INVALID, "owner: there is nobody \"%.*s\"", LW_FMT(next));
  }
  if (person != NULL && !person->active && !lw_str_equal(next, found->owner)) {
    return lw_fail(err, LW_INVALID, "owner: \"%.*s\" has left", LW_FMT(next));
  }
  return LW_OK;
}

/* Merges the body's facts into the case's. */
static enum lw_code merge_facts(struct lw_batch *batch, struct lw_case *found,
                                const struct lw_value *value, struct lw_error *err)
{
  const struct lw_value *patch = lw_value_get(value, LW_STR("facts"));
  const struct lw_value *old = NULL;
  struct lw_buf merged = {0};
  enum lw_code rc = LW_OK;
  if (patch == NULL) {
    return LW_OK;
  }
  lw_json_add_value(&merged, patch);
  bool large = merged.len > LW_CASE_BYTES_MAX; /* told before anything of that size is compared */
  lw_buf_reset(&merged);
  if (!large) {
    rc = lw_json_read(batch->reader, batch->scratch, found->facts, NULL, &old, err);
  }
  if (!large && rc == LW_OK) {
    lw_case_merge(old, patch, &merged);
    large = merged.len > LW_CASE_BYTES_MAX;
  }
  if (rc == LW_OK && large) {
    rc = lw_fail(err, LW_LIMIT, "facts: more than %zu kB are not kept with a case",
                 LW_CASE_BYTES_MAX >> 10);
  }
  if (rc == LW_OK) {
    found->facts = lw_str_copy(batch->scratch, lw_buf_str(&merged));
  }
  rc = rc == LW_OK && (merged.failed || found->facts.ptr == NULL)
           ? lw_fail(err, LW_NO_MEMORY, "out of memory for facts")
           : rc;
  lw_buf_finish(&merged);
  return rc;
}

static enum lw_code keep_subject(struct lw_batch *batch, struct lw_case *found,
                                 const struct lw_value *value, struct lw_error *err)
{
  const struct lw_value *subject = lw_value_get(value, LW_STR("subject"));
  struct lw_buf reference = {0};
  if (subject == NULL) {
    return LW_OK;
  }
  if (subject->kind != LW_VALUE_STRING) {
    found->subject = LW_STR("");
    return LW_OK;
  }
  enum lw_code rc = lw_text_keep(&batch->texts, batch->now, "subject", LW_STR(""), found->customer,
                                 subject->text, &reference, err);
  found->subject = lw_str_copy(batch->scratch, lw_buf_str(&reference));
  lw_buf_finish(&reference);
  return rc;
}

enum lw_code lw_case_open(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_case_change *ask = change->user;
  struct lw_case found = {
      .opened_at = batch->now, .facts = LW_STR("{}"), .changed_at = batch->now, .version = 1};
  struct lw_case other;
  struct lw_buf body = {0};
  enum lw_code rc = check_again(ask, true, batch->scratch, err);
  rc = rc == LW_OK ? check_rights(batch, ask, &found, true, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  lw_case_put(&found, ask->value, batch->now, batch->scratch);
  rc = lw_case_get(batch->db, found.id, batch->scratch, &other, err);
  if (rc == LW_OK) {
    return lw_fail(err, LW_CONFLICT, "there is a case \"%.*s\" already", LW_FMT(found.id));
  }
  rc = rc == LW_NOT_FOUND ? merge_facts(batch, &found, ask->value, err) : rc;
  rc = rc == LW_OK ? keep_subject(batch, &found, ask->value, err) : rc;
  rc = rc == LW_OK ? lw_case_insert(batch->db, &found, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  lw_buf_add_char(&body, '{');
  lw_member_text(&body, "case", found.id);
  print_members(&found, &body);
  lw_member_raw(&body, "subject", found.subject);
  lw_member_int(&body, "version", 1);
  lw_buf_add_char(&body, '}');
  const struct lw_case_link link = {
      .kind = LW_STR("opened"), .owner = found.owner, .department = found.department};
  rc = lw_case_tell(batch, change, LW_EVENT_CASE_OPENED, &found, &link, &body, err);
  return rc == LW_OK ? reply(batch, change, ask->caller, &found, 201, err) : rc;
}

/* The patch as it was, but the subject by its reference. */
static void print_set(const struct lw_case *found, const struct lw_value *value, struct lw_buf *out)
{
  lw_member_key(out, "set");
  lw_buf_add_char(out, '{');
  for (uint32_t i = 0; i < value->count; i++) {
    bool subject = lw_str_equal(value->entries[i].key, LW_STR("subject"));
    lw_buf_add_c(out, i == 0 ? "" : ",");
    lw_json_add_string(out, value->entries[i].key);
    lw_buf_add_char(out, ':');
    if (subject) {
      lw_buf_add(out, found->subject.len != 0 ? found->subject : LW_STR("null"));
    } else {
      lw_json_add_value(out, &value->items[i]);
    }
  }
  lw_buf_add_char(out, '}');
}

/* The case to be patched, if it is still the version that the caller saw. */
static enum lw_code find_to_patch(struct lw_batch *batch, const struct lw_case_change *ask,
                                  struct lw_case *found, struct lw_error *err)
{
  enum lw_code rc = check_again(ask, false, batch->scratch, err);
  rc = rc == LW_OK ? lw_case_get(batch->db, ask->id, batch->scratch, found, err) : rc;
  rc = rc == LW_OK ? check_rights(batch, ask, found, false, err) : rc;
  if (rc == LW_OK && ask->version != 0 && ask->version != found->version) {
    rc = lw_fail(err, LW_STALE, "the case has changed meanwhile: it is version %llu now",
                 (unsigned long long)found->version);
    lw_error_hint(err, "read it again and repeat the change");
  }
  return rc;
}

enum lw_code lw_case_patch(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_case_change *ask = change->user;
  struct lw_case found = {0};
  struct lw_buf body = {0};
  enum lw_code rc = find_to_patch(batch, ask, &found, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_str before = found.owner;
  lw_str department = found.department;
  lw_case_put(&found, ask->value, batch->now, batch->scratch);
  found.changed_at = batch->now;
  found.version++;
  rc = merge_facts(batch, &found, ask->value, err);
  rc = rc == LW_OK ? keep_subject(batch, &found, ask->value, err) : rc;
  rc = rc == LW_OK ? lw_case_update(batch->db, &found, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  lw_buf_add_char(&body, '{');
  lw_member_text(&body, "case", found.id);
  lw_member_int(&body, "version", (int64_t)found.version);
  lw_member_text(&body, "owner", found.owner);
  if (!lw_str_equal(before, found.owner)) {
    lw_member_text(&body, "before", before);
  }
  print_set(&found, ask->value, &body);
  lw_buf_add_char(&body, '}');
  bool handed = !lw_str_equal(before, found.owner) || !lw_str_equal(department, found.department);
  const struct lw_case_link link = {.kind = handed ? LW_STR("handed") : LW_STR("changed"),
                                    .owner = handed ? found.owner : LW_STR(""),
                                    .before = handed ? before : LW_STR(""),
                                    .department = handed ? found.department : LW_STR("")};
  rc = lw_case_tell(batch, change, LW_EVENT_CASE_CHANGED, &found, &link, &body, err);
  return rc == LW_OK ? reply(batch, change, ask->caller, &found, 200, err) : rc;
}

/* --- nudging --- */

static enum lw_code check_nudge(const struct lw_batch *batch, const struct lw_case_nudging *ask,
                                const struct lw_case *found, struct lw_error *err)
{
  struct lw_desk_reader reader = {
      .snapshot = batch->snapshot, .caller = ask->caller, .now = batch->now};
  bool person = ask->caller != NULL && ask->caller->person != NULL;
  if (!person && !lw_case_visible(&reader, found)) {
    return lw_fail(err, LW_NOT_FOUND, "there is no case \"%.*s\"", LW_FMT(found->id));
  }
  if (lw_case_state_done(found->state)) {
    return lw_fail(err, LW_CONFLICT, "the case is %s",
                   found->state == LW_CASE_CLOSED ? "closed" : "resolved");
  }
  if (lw_case_holder(batch->snapshot->staff, found) == NULL) {
    return lw_fail(err, LW_CONFLICT, "the case is nobody's: give it an owner");
  }
  if (found->nudges != 0 && batch->now - found->nudged_at < LW_NUDGE_USEC_MIN) {
    return lw_fail(err, LW_TOO_MANY, "its owner was reminded less than a minute ago");
  }
  return LW_OK;
}

enum lw_code lw_case_nudge(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_case_nudging *ask = change->user;
  struct lw_case found = {0};
  struct lw_buf body = {0};
  struct lw_buf note = {0};
  enum lw_code rc = lw_case_get(batch->db, ask->id, batch->scratch, &found, err);
  rc = rc == LW_OK ? check_nudge(batch, ask, &found, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  found.nudges++;
  found.nudged_at = batch->now;
  rc = lw_case_update(batch->db, &found, err);
  if (rc == LW_OK && ask->note.len != 0) {
    rc = lw_text_keep(&batch->texts, batch->now, "note", found.owner, found.customer, ask->note,
                      &note, err);
  }
  lw_buf_add_char(&body, '{');
  lw_member_text(&body, "case", found.id);
  lw_member_text(&body, "owner", found.owner);
  lw_member_int(&body, "nudges", found.nudges);
  lw_member_raw(&body, "note", lw_buf_str(&note));
  lw_buf_add_char(&body, '}');
  body.failed |= note.failed;
  const struct lw_case_link link = {.kind = LW_STR("nudged"), .note = lw_buf_str(&note)};
  if (rc == LW_OK) {
    rc = lw_case_tell(batch, change, LW_EVENT_CASE_NUDGED, &found, &link, &body, err);
  } else {
    lw_buf_finish(&body);
  }
  lw_buf_finish(&note);
  return rc == LW_OK ? lw_case_reply_owner(batch, change, ask->caller, &found, err) : rc;
}

/* --- for deciding --- */

static void print_request_case(const struct lw_case *found, struct lw_buf *out)
{
  lw_buf_add_char(out, '{');
  lw_member_text(out, "id", found->id);
  lw_member_text(out, "customer", found->customer); /* nobody draws in another customer's name */
  lw_member_time(out, "opened", found->opened_at);
  if (found->has_last_update) {
    lw_member_time(out, "last_update", found->last_update_at);
  }
  lw_member_bool(out, "reopened", found->reopened);
  lw_member_bool(out, "escalated", found->escalated);
  lw_buf_add_char(out, '}');
}

enum lw_code lw_case_known(struct lw_db *db, lw_str id, struct lw_json_reader *json,
                           struct lw_arena *arena, struct lw_case_known *ret_known,
                           struct lw_error *err)
{
  struct lw_case found = {0};
  struct lw_buf text = {0};
  struct lw_case_known known = {.customer = LW_STR(""), .owner = LW_STR("")};
  enum lw_code rc = lw_case_get(db, id, arena, &found, err);
  if (rc == LW_NOT_FOUND) {
    *ret_known = known;
    return LW_OK;
  }
  if (rc != LW_OK) {
    return rc;
  }
  print_request_case(&found, &text);
  lw_str copy = lw_str_copy(arena, lw_buf_str(&text)); /* what is read points into it */
  rc = copy.ptr == NULL || text.failed
           ? lw_fail(err, LW_NO_MEMORY, "out of memory for a case")
           : lw_json_read(json, arena, copy, NULL, &known.stored_case, err);
  if (rc == LW_OK) {
    rc = lw_json_read(json, arena, found.facts, NULL, &known.stored_facts, err);
  }
  known.customer = found.customer;
  known.owner = found.owner;
  lw_buf_finish(&text);
  if (rc == LW_OK) {
    *ret_known = known;
  }
  return rc;
}
