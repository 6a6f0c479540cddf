/* A certificate is a line among what a person holds, so deciding knows it from the next request on.
 * It only ever gives: an end is moved later, never earlier. */
#include "engine/certify.h"

#include "data/json.h"
#include "data/member.h"
#include "engine/staff_inside.h"

static const char lowered_sql[] = "SELECT count(*) FROM lowering WHERE person = $1 AND state = 1 "
                                  "AND restore LIKE '%\"holds\"%'";

static enum lw_code check_lowered(struct lw_batch *batch, lw_str person, struct lw_error *err)
{
  int64_t count = 0;
  enum lw_code rc = lw_db_number(batch->db, lowered_sql, &person, 1, &count, err);
  if (rc == LW_OK && count != 0) {
    (void)lw_fail(err, LW_CONFLICT, "a lowering that took certificates is in force");
    lw_error_hint(err, "they come back when it ends; see GET /v1/lowerings");
    return LW_CONFLICT;
  }
  return rc;
}

/* What they hold with the new one in its place; NULL: out of memory. */
static struct lw_certificate *with(const struct lw_actor *actor,
                                   const struct lw_certificate_grant *grant, struct lw_arena *arena,
                                   uint32_t *ret_count)
{
  struct lw_certificate *holds = LW_NEW_ARRAY(arena, struct lw_certificate, actor->n_holds + 1U);
  uint32_t count = 0;
  lw_usec until = grant->until;
  for (uint32_t i = 0; holds != NULL && i < actor->n_holds; i++) {
    if (lw_str_equal(actor->holds[i].name, grant->certificate)) {
      until = actor->holds[i].until > until ? actor->holds[i].until : until;
    } else {
      holds[count++] = actor->holds[i];
    }
  }
  if (holds != NULL) {
    holds[count++] = (struct lw_certificate){grant->certificate, until};
  }
  *ret_count = count;
  return holds;
}

static enum lw_code append(struct lw_batch *batch, struct lw_change *change,
                           const struct lw_certificate_grant *grant, lw_usec until,
                           struct lw_error *err)
{
  struct lw_buf body = {0};
  const struct {
    const char *key;
    lw_str text;
  } texts[] = {{"certificate", grant->certificate},
               {"course", grant->course},
               {"attempt", grant->attempt},
               {"by", grant->by}};
  LW_BUF_LIT(&body, "{\"person\":");
  lw_json_add_string(&body, grant->person);
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    if (texts[i].text.len != 0) {
      lw_buf_printf(&body, ",\"%s\":", texts[i].key);
      lw_json_add_string(&body, texts[i].text);
    }
  }
  if (grant->version != 0) {
    lw_buf_printf(&body, ",\"version\":%llu", (unsigned long long)grant->version);
  }
  if (until != INT64_MAX) {
    LW_BUF_LIT(&body, ",\"until\":");
    lw_member_print_time(&body, until);
  }
  if (grant->reason.len != 0) {
    LW_BUF_LIT(&body, ",\"reason\":");
    lw_buf_add(&body, grant->reason);
  }
  lw_buf_add_char(&body, '}');
  return lw_batch_append_body(batch, change, LW_EVENT_CERTIFICATE_GRANTED, &body, err);
}

enum lw_code lw_certificate_grant(struct lw_batch *batch, struct lw_change *change,
                                  const struct lw_certificate_grant *grant, struct lw_error *err)
{
  const struct lw_person *before = lw_staff_find(batch->snapshot->staff, grant->person);
  struct lw_person_edit edit = {.fields = LW_PERSON_HOLDS, .actor = {.id = grant->person}};
  struct lw_person after;
  uint32_t count = 0;
  if (before == NULL || !before->active) {
    return lw_fail(err, LW_NOT_FOUND, "there is no person \"%.*s\"", LW_FMT(grant->person));
  }
  enum lw_code rc = check_lowered(batch, grant->person, err);
  struct lw_certificate *holds = with(&before->actor, grant, batch->scratch, &count);
  if (rc == LW_OK && holds == NULL) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory for a certificate");
  }
  if (rc == LW_OK && count > LW_PERSON_HOLDS_MAX) {
    rc = lw_fail(err, LW_LIMIT, "a person holds at most %d certificates", LW_PERSON_HOLDS_MAX);
  }
  if (rc != LW_OK) {
    return rc;
  }
  edit.actor.holds = holds;
  edit.actor.n_holds = count;
  if (lw_person_differs(before, &edit) != 0) {
    rc = lw_staff_write_person(batch, change, before, &edit, &after, err);
  }
  return rc == LW_OK ? append(batch, change, grant, holds[count - 1].until, err) : rc;
}
