/* A certificate by hand: a lead vouches for somebody, and says why. */
#include "engine/certify.h"
#include "train/inside.h"

static enum lw_code check(const struct lw_batch *batch, const struct lw_vouch *vouch,
                          struct lw_error *err)
{
  const struct lw_caller *caller = vouch->caller;
  const struct lw_person *person = lw_staff_find(batch->snapshot->staff, vouch->person);
  if (person == NULL || !person->active) {
    return lw_fail(err, LW_NOT_FOUND, "there is no person \"%.*s\"", LW_FMT(vouch->person));
  }
  if (caller->person != NULL && lw_str_equal(caller->person->actor.id, vouch->person)) {
    return lw_fail(err, LW_FORBIDDEN, "nobody vouches for themselves");
  }
  if (!lw_access_covers(caller, LW_ACCESS_VOUCH, batch->snapshot->staff, vouch->person)) {
    (void)lw_fail(err, LW_FORBIDDEN, "that person is not yours to vouch for");
    lw_error_hint(err, "whoever leads them may, and whoever keeps people");
    return LW_FORBIDDEN;
  }
  return vouch->until > batch->now
             ? LW_OK
             : lw_fail(err, LW_INVALID, "a certificate ends after now, not before");
}

enum lw_code lw_certificate_vouch(struct lw_batch *batch, struct lw_change *change,
                                  struct lw_error *err)
{
  const struct lw_vouch *vouch = change->user;
  struct lw_buf reason = {0};
  enum lw_code rc = check(batch, vouch, err);
  rc = rc == LW_OK ? lw_text_keep(&batch->texts, batch->now, "reason", vouch->person, LW_STR(""),
                                  vouch->reason, &reason, err)
                   : rc;
  if (rc == LW_OK) {
    struct lw_certificate_grant grant = {.person = vouch->person,
                                         .certificate = vouch->certificate,
                                         .until = vouch->until,
                                         .by = vouch->caller->actor,
                                         .reason = lw_buf_str(&reason)};
    rc = reason.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a reason")
                       : lw_certificate_grant(batch, change, &grant, err);
  }
  lw_buf_finish(&reason);
  if (rc == LW_OK) {
    lw_change_status(change, 201);
    lw_buf_add_char(&change->answer, '{');
    lw_train_add_text(&change->answer, "person", vouch->person);
    lw_train_add_text(&change->answer, "certificate", vouch->certificate);
    if (vouch->until != INT64_MAX) {
      lw_member_time(&change->answer, "until", vouch->until);
    }
    lw_buf_add_char(&change->answer, '}');
  }
  return rc;
}
