/* Tokens, sessions, invitations, passwords and settings as changes. No secret comes here: digests
 * and hashes were made by the caller. Sessions leave no entry: who signed in is a matter of the
 * log; who may sign in is one of the journal. */
#include "engine/staff_inside.h"
#include "data/member.h"

/* ---- tokens ---- */

void lw_token_change_begin(struct lw_token_change *token, const struct lw_rand *rand,
                           struct lw_hasher *hasher)
{
  lw_token_make(rand, token->text);
  token->digest = lw_hash_of(hasher, lw_str_from(token->text, LW_TOKEN_TEXT_BYTES));
}

static enum lw_code check_token(const struct lw_batch *batch, const struct lw_token_change *words,
                                struct lw_error *err)
{
  const struct lw_person *person = lw_staff_find(batch->snapshot->staff, words->person);
  if (words->scopes == 0) {
    return lw_fail(err, LW_INVALID, "a token needs a scope");
  }
  if (words->days > LW_TOKEN_DAYS_MAX) {
    return lw_fail(err, LW_INVALID, "a token holds for at most %d days, not %u", LW_TOKEN_DAYS_MAX,
                   words->days);
  }
  if (words->name.len > LW_TOKEN_NAME_BYTES_MAX) {
    return lw_fail(err, LW_INVALID, "a token's name has at most %d bytes", LW_TOKEN_NAME_BYTES_MAX);
  }
  if (words->person.len != 0 && (person == NULL || !person->active)) {
    return lw_fail(err, LW_INVALID, "there is no person \"%.*s\" for the token to stand for",
                   LW_FMT(words->person));
  }
  return LW_OK;
}

static enum lw_code append_token(struct lw_batch *batch, struct lw_change *change,
                                 const struct lw_token *token, struct lw_error *err)
{
  struct lw_buf body = {0};
  LW_BUF_LIT(&body, "{\"token\":");
  lw_json_add_string(&body, token->id);
  LW_BUF_LIT(&body, ",\"scopes\":\"");
  lw_token_scopes_print(token->scopes, &body);
  LW_BUF_LIT(&body, "\",\"ends_at\":");
  lw_member_print_time(&body, token->ends_at);
  if (token->person.len != 0) {
    LW_BUF_LIT(&body, ",\"stands_for\":");
    lw_json_add_string(&body, token->person);
  }
  lw_buf_add_char(&body, '}');
  return lw_batch_append_body(batch, change, LW_EVENT_TOKEN_CREATED, &body, err);
}

static enum lw_code answer_token(const struct lw_batch *batch, struct lw_change *change, int status,
                                 const struct lw_token *token, struct lw_error *err)
{
  lw_token_print(token, batch->now, &change->answer);
  lw_change_status(change, status);
  return change->answer.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : LW_OK;
}

enum lw_code lw_token_create_apply(struct lw_batch *batch, struct lw_change *change,
                                   struct lw_error *err)
{
  const struct lw_token_change *words = change->user;
  enum lw_code rc = check_token(batch, words, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_usec days = words->days != 0 ? (lw_usec)words->days : LW_TOKEN_DAYS;
  lw_id id = lw_id_make(batch->rand, batch->now);
  struct lw_token token = {.id = lw_id_text(batch->scratch, LW_STR("tok"), id),
                           .digest = words->digest,
                           .name = words->name,
                           .scopes = words->scopes,
                           .person = words->person,
                           .made_at = batch->now,
                           .made_by = change->actor,
                           .ends_at = batch->now + days * LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND};
  if (token.id.len == 0) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  rc = lw_token_insert(batch->db, &token, err);
  rc = rc == LW_OK ? append_token(batch, change, &token, err) : rc;
  batch->people_changed = batch->people_changed || rc == LW_OK;
  return rc == LW_OK ? answer_token(batch, change, 201, &token, err) : rc;
}

void lw_token_answer_finish(const struct lw_token_change *token, const struct lw_change *change,
                            struct lw_buf *answer)
{
  if (answer->len == 0 || answer->ptr[answer->len - 1] != '}') {
    return;
  }
  answer->len--;
  if (change->repeated) {
    LW_BUF_LIT(answer, ",\"shown_once\":true}");
    return;
  }
  LW_BUF_LIT(answer, ",\"token\":");
  lw_json_add_string(answer, lw_str_from(token->text, LW_TOKEN_TEXT_BYTES));
  lw_buf_add_char(answer, '}');
}

enum lw_code lw_token_revoke_apply(struct lw_batch *batch, struct lw_change *change,
                                   struct lw_error *err)
{
  lw_str id = *(const lw_str *)change->user;
  struct lw_token token;
  enum lw_code rc = lw_token_get(batch->db, id, batch->scratch, &token, err);
  if (rc != LW_OK || token.revoked_at != 0) {
    return rc == LW_OK ? answer_token(batch, change, 200, &token, err) : rc;
  }
  rc = lw_token_revoke(batch->db, id, batch->now, err);
  if (rc != LW_OK) {
    return rc;
  }
  struct lw_buf body = {0};
  LW_BUF_LIT(&body, "{\"token\":");
  lw_json_add_string(&body, id);
  lw_buf_add_char(&body, '}');
  rc = lw_batch_append_body(batch, change, LW_EVENT_TOKEN_REVOKED, &body, err);
  token.revoked_at = batch->now;
  batch->people_changed = batch->people_changed || rc == LW_OK;
  return rc == LW_OK ? answer_token(batch, change, 200, &token, err) : rc;
}

static enum lw_code write_uses(struct lw_batch *batch, struct lw_change *change, lw_usec *ret_next,
                               struct lw_error *err)
{
  (void)change;
  bool more = false;
  enum lw_code rc = lw_token_write_uses(batch->db, batch->snapshot->staff, LW_DUE_MAX, &more, err);
  *ret_next = more ? batch->now : INT64_MAX;
  return rc;
}

const struct lw_due lw_token_uses_due = {"token uses", write_uses};

/* ---- sessions ---- */

static enum lw_code person_of(const struct lw_batch *batch, lw_str id,
                              const struct lw_person **ret_person, struct lw_error *err)
{
  const struct lw_person *person = lw_staff_find(batch->snapshot->staff, id);
  if (person == NULL || !person->active) {
    return lw_fail(err, LW_UNKNOWN_CALLER, "there is no person \"%.*s\"", LW_FMT(id));
  }
  *ret_person = person;
  return LW_OK;
}

/* Whether the password that was computed is still the one that counts. */
static enum lw_code check_password(const struct lw_batch *batch, lw_str person, lw_usec set_at,
                                   struct lw_error *err)
{
  lw_usec now_set_at = 0;
  enum lw_code rc = lw_credential_set_at(batch->db, person, &now_set_at, err);
  if (rc == LW_OK && (now_set_at == 0 || now_set_at != set_at)) {
    rc = lw_fail(err, LW_UNKNOWN_CALLER, "the password was changed meanwhile");
    lw_error_hint(err, "sign in with the new one");
  }
  return rc;
}

enum lw_code lw_session_open_apply(struct lw_batch *batch, struct lw_change *change,
                                   struct lw_error *err)
{
  const struct lw_session_change *words = change->user;
  const struct lw_person *person = NULL;
  enum lw_code rc = person_of(batch, words->session.person, &person, err);
  rc = rc == LW_OK ? check_password(batch, person->actor.id, words->set_at, err) : rc;
  if (rc == LW_OK && words->has_previous) {
    rc = lw_session_remove(batch->db, &words->previous, err);
  }
  rc = rc == LW_OK ? lw_session_insert(batch->db, &words->session, err) : rc;
  return rc == LW_OK ? lw_staff_answer_person(batch, change, 200, person, err) : rc;
}

static enum lw_code answer_empty(struct lw_change *change, enum lw_code rc)
{
  if (rc == LW_OK) {
    LW_BUF_LIT(&change->answer, "{}");
    lw_change_status(change, 200);
  }
  return rc;
}

enum lw_code lw_session_close_apply(struct lw_batch *batch, struct lw_change *change,
                                    struct lw_error *err)
{
  return answer_empty(change, lw_session_remove(batch->db, change->user, err));
}

enum lw_code lw_session_touch_apply(struct lw_batch *batch, struct lw_change *change,
                                    struct lw_error *err)
{
  return answer_empty(change, lw_session_touch(batch->db, change->user, batch->now, err));
}

static enum lw_code sweep(struct lw_batch *batch, struct lw_change *change, lw_usec *ret_next,
                          struct lw_error *err)
{
  (void)change;
  *ret_next = batch->now + (lw_usec)3600 * LW_USEC_PER_SECOND;
  return lw_session_sweep(batch->db, batch->now, err);
}

const struct lw_due lw_sessions_due = {"sessions", sweep};

/* ---- invitations and passwords ---- */

static enum lw_code append_signin(struct lw_batch *batch, struct lw_change *change, lw_str person,
                                  const char *what, struct lw_error *err)
{
  struct lw_buf body = {0};
  LW_BUF_LIT(&body, "{\"person\":");
  lw_json_add_string(&body, person);
  lw_buf_printf(&body, ",\"change\":\"%s\"}", what);
  return lw_batch_append_body(batch, change, LW_EVENT_SIGNIN_SET, &body, err);
}

static enum lw_code refuse_second_first(struct lw_batch *batch, struct lw_error *err)
{
  bool has = false;
  enum lw_code rc = lw_signin_has_administrator(batch->db, batch->snapshot->staff, &has, err);
  if (rc == LW_OK && has) {
    rc = lw_fail(err, LW_CONFLICT, "there is an administrator already");
    lw_error_hint(err, "ask them for an invitation");
  }
  return rc;
}

/* Whether that person may be invited, by this caller. */
static enum lw_code check_invited(struct lw_batch *batch, const struct lw_invite_change *words,
                                  struct lw_error *err)
{
  lw_str id = words->invite.person;
  if (id.len == 0) {
    return refuse_second_first(batch, err);
  }
  const struct lw_person *person = lw_staff_find(batch->snapshot->staff, id);
  if (person == NULL || !person->active) {
    return lw_fail(err, LW_NOT_FOUND, "there is no person \"%.*s\"", LW_FMT(id));
  }
  if (person->actor.kind != LW_ACTOR_HUMAN) {
    (void)lw_fail(err, LW_INVALID, "\"%.*s\" is no human: machines don't sign in", LW_FMT(id));
    lw_error_hint(err, "make a token that stands for them");
    return LW_INVALID;
  }
  return lw_staff_guard_admin(words->caller, (person->roles & LW_ROLE_ADMIN) != 0, err);
}

enum lw_code lw_invite_apply(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_invite_change *words = change->user;
  const struct lw_invite *invite = &words->invite;
  enum lw_code rc = check_invited(batch, words, err);
  rc = rc == LW_OK ? lw_invite_remove_all(batch->db, invite->person, err) : rc;
  rc = rc == LW_OK ? lw_invite_insert(batch->db, invite, err) : rc;
  if (rc == LW_OK && invite->person.len != 0) {
    rc = append_signin(batch, change, invite->person, "invited", err);
  }
  if (rc != LW_OK) {
    return rc;
  }
  LW_BUF_LIT(&change->answer, "{");
  if (invite->person.len != 0) {
    LW_BUF_LIT(&change->answer, "\"person\":");
    lw_json_add_string(&change->answer, invite->person);
    LW_BUF_LIT(&change->answer, ",");
  }
  LW_BUF_LIT(&change->answer, "\"until\":");
  lw_member_print_time(&change->answer, invite->ends_at);
  lw_buf_add_char(&change->answer, '}');
  lw_change_status(change, 201);
  return LW_OK;
}

/* Makes the first administrator: a new person, or one who is there and becomes it. */
static enum lw_code make_first(struct lw_batch *batch, struct lw_change *change,
                               const struct lw_password_change *words, struct lw_person *ret_person,
                               struct lw_error *err)
{
  const struct lw_person *before = lw_staff_find(batch->snapshot->staff, words->person);
  struct lw_person_edit edit = {.fields = LW_PERSON_ROLES,
                                .actor = {.id = words->person,
                                          .name = words->name,
                                          .email = words->email,
                                          .kind = LW_ACTOR_HUMAN},
                                .roles = LW_ROLE_ADMIN};
  enum lw_code rc = refuse_second_first(batch, err);
  rc = rc == LW_OK ? lw_person_check_id(words->person, "a person", false, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  if (before == NULL) {
    edit.fields |= LW_PERSON_NAME | LW_PERSON_EMAIL | LW_PERSON_KIND;
  } else if (!before->active || before->actor.kind != LW_ACTOR_HUMAN) {
    return lw_fail(err, LW_INVALID, "\"%.*s\" can't be the first administrator: %s",
                   LW_FMT(words->person), before->active ? "no human" : "they have left");
  } else {
    edit.roles |= before->roles_given;
    edit.fields = lw_person_differs(before, &edit);
    if (edit.fields == 0) {
      *ret_person = *before;
      return LW_OK;
    }
  }
  return lw_staff_write_person(batch, change, before, &edit, ret_person, err);
}

/* Whose password it becomes. */
static enum lw_code person_by_invite(struct lw_batch *batch, struct lw_change *change,
                                     const struct lw_password_change *words,
                                     struct lw_person *ret_person, struct lw_error *err)
{
  struct lw_invite invite;
  const struct lw_person *person = NULL;
  enum lw_code rc =
      lw_invite_get(batch->db, &words->invite, batch->now, batch->scratch, &invite, err);
  if (rc == LW_OK && invite.person.len == 0) {
    rc = make_first(batch, change, words, ret_person, err);
  } else if (rc == LW_OK) {
    rc = person_of(batch, invite.person, &person, err);
    if (rc == LW_OK) {
      *ret_person = *person;
    }
  }
  return rc == LW_OK ? lw_invite_use(batch->db, &words->invite, batch->now, err) : rc;
}

static enum lw_code person_signed_in(struct lw_batch *batch, const struct lw_password_change *words,
                                     struct lw_person *ret_person, struct lw_error *err)
{
  const struct lw_person *person = NULL;
  enum lw_code rc = person_of(batch, words->session.person, &person, err);
  rc = rc == LW_OK ? check_password(batch, person->actor.id, words->set_at, err) : rc;
  if (rc == LW_OK) {
    *ret_person = *person;
  }
  return rc;
}

/* A new password ends every session and every other invitation. */
static enum lw_code write_password(struct lw_batch *batch, const struct lw_person *person,
                                   const struct lw_password_change *words, struct lw_error *err)
{
  lw_str id = person->actor.id;
  lw_usec before = 0;
  struct lw_session session = words->session;
  session.person = id;
  enum lw_code rc = lw_credential_set_at(batch->db, id, &before, err);
  lw_usec set_at = batch->now > before ? batch->now : before + 1; /* tells passwords apart */
  rc = rc == LW_OK ? lw_credential_write(batch->db, id, words->hash, set_at, err) : rc;
  rc = rc == LW_OK ? lw_session_remove_all(batch->db, id, err) : rc;
  rc = rc == LW_OK ? lw_invite_remove_all(batch->db, id, err) : rc;
  return rc == LW_OK ? lw_session_insert(batch->db, &session, err) : rc;
}

enum lw_code lw_password_change_apply(struct lw_batch *batch, struct lw_change *change,
                                      struct lw_error *err)
{
  const struct lw_password_change *words = change->user;
  struct lw_person person = {.version = 0};
  enum lw_code rc = words->by_invite ? person_by_invite(batch, change, words, &person, err)
                                     : person_signed_in(batch, words, &person, err);
  rc = rc == LW_OK ? write_password(batch, &person, words, err) : rc;
  if (rc == LW_OK) {
    rc = append_signin(batch, change, person.actor.id, "password", err);
  }
  bool first = lw_staff_find(batch->snapshot->staff, person.actor.id) == NULL;
  return rc == LW_OK ? lw_staff_answer_person(batch, change, first ? 201 : 200, &person, err) : rc;
}

/* ---- settings ---- */

enum lw_code lw_setting_change_apply(struct lw_batch *batch, struct lw_change *change,
                                     struct lw_error *err)
{
  const struct lw_setting_change *words = change->user;
  struct lw_buf body = {0};
  enum lw_code rc = lw_setting_put(batch->db, words->key, words->value, err);
  if (rc != LW_OK) {
    return rc;
  }
  LW_BUF_LIT(&body, "{\"key\":");
  lw_json_add_string(&body, words->key);
  lw_buf_add_char(&body, '}');
  lw_buf_add(&change->answer, lw_buf_str(&body));
  lw_change_status(change, 200);
  return lw_batch_append_body(batch, change, LW_EVENT_SETTING_CHANGED, &body, err);
}
