/* Signing in and out, invitations, one's own password. Argon2 takes a tenth of a second: it runs on
 * the worker's thread while the connection is suspended. The session's secret is made here, goes
 * into the cookie alone, and is wiped with the body that brought the password. */
#include "engine/staff_change.h"
#include "http/api.h"
#include "http/authn.h"

/* What a call that opens a session holds until it is answered. */
struct entering {
  struct lw_session_secret secret;
  lw_str who;      /* as they said */
  lw_str password; /* in the body */
  lw_str renewed;  /* the new one, of lw_api_set_my_password */
  char hash[LW_PASSWORD_TEXT_BYTES];
  struct lw_session_change session;
  struct lw_password_change change;
  struct lw_invite invite;
};

static void wipe(struct lw_call *call)
{
  struct entering *entering = call->user;
  struct lw_buf *body = &lw_exchange_of(call)->body;
  lw_secret_wipe(entering, sizeof *entering);
  if (body->ptr != NULL) {
    lw_secret_wipe(body->ptr, body->len);
  }
}

/* The reply of a call that opened a session: the cookie, and what the page sends back. */
static void add_session(struct lw_call *call)
{
  struct entering *entering = call->user;
  char csrf[LW_SECRET_TEXT_BYTES];
  lw_str secret = lw_str_from(entering->secret.text, sizeof entering->secret.text);
  lw_session_csrf(secret, csrf);
  lw_authn_add_cookie(call, secret);
  lw_call_add_header(call, "X-CSRF-Token", lw_str_from(csrf, sizeof csrf));
}

static const struct lw_rand *rand_of(const struct lw_call *call)
{
  return lw_world_rand(lw_engine_world(call->engine));
}

/* Whatever opens a session is no change to be given again under a key. */
static struct entering *begin(struct lw_call *call, const char *const *members,
                              struct lw_faults *faults)
{
  struct lw_exchange *exchange = lw_exchange_of(call);
  if (!lw_authn_same_site(call)) {
    lw_call_fail(call, LW_FORBIDDEN, "this request was made by another site than Leeway's own");
    return NULL;
  }
  struct entering *entering = LW_API_NEW(call, struct entering);
  if (entering != NULL) {
    call->user = entering;
    exchange->cleanup = wipe;
    exchange->headers[LW_HEADER_IDEMPOTENCY_KEY] = (lw_str){NULL, 0};
    lw_call_known(call->json, members, faults);
  }
  return entering;
}

static lw_str need(const struct lw_call *call, const char *key, struct lw_faults *faults)
{
  size_t before = faults->count;
  lw_str text = lw_call_text(call->json, key, faults);
  if (text.len == 0 && faults->count == before) {
    lw_faults_add(faults, lw_str_c(key), "must be there");
  }
  return text;
}

static void begin_session(struct lw_call *call, lw_str person, struct lw_session *ret_session)
{
  struct lw_exchange *exchange = lw_exchange_of(call);
  struct entering *entering = call->user;
  lw_session_begin(rand_of(call), exchange->work->hasher, person,
                   exchange->headers[LW_HEADER_USER_AGENT], call->received, &entering->secret,
                   ret_session);
}

/* Who says this password; NULL: replied. */
static const struct lw_person *check(struct lw_call *call, lw_usec *ret_set_at)
{
  const struct entering *entering = call->user;
  struct lw_signin_try attempt = {
      .who = entering->who, .password = entering->password, .source = lw_authn_source(call)};
  const struct lw_person *person = NULL;
  struct lw_error err;
  uint32_t wait_seconds = 0;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL) {
    return NULL;
  }
  enum lw_code code = lw_signin_check(call->server->signin, db, call->snapshot->staff, &attempt,
                                      &person, ret_set_at, &wait_seconds, &err);
  if (code == LW_OK) {
    return person;
  }
  lw_call_problem(call, &err);
  if (code == LW_UNKNOWN_CALLER) {
    lw_call_add_header(call, "WWW-Authenticate", LW_STR("Bearer"));
  } else if (wait_seconds != 0) {
    lw_exchange_of(call)->n_added = 0; /* the usual Retry-After */
    lw_str seconds = lw_str_format(&call->arena, "%u", wait_seconds);
    lw_call_add_header(call, "Retry-After", seconds);
  }
  return NULL;
}

/* --- in and out --- */

static void work_signin(struct lw_call *call)
{
  struct lw_exchange *exchange = lw_exchange_of(call);
  struct entering *entering = call->user;
  const struct lw_person *person = check(call, &entering->session.set_at);
  if (person == NULL) {
    return;
  }
  begin_session(call, person->actor.id, &entering->session.session);
  exchange->cookie =
      lw_header_cookie(exchange->headers[LW_HEADER_COOKIE], lw_authn_cookie_name(call->server));
  if (exchange->cookie.len != 0) {
    entering->session.has_previous = true;
    entering->session.previous = lw_hash_of(exchange->work->hasher, exchange->cookie);
  }
  call->caller = (struct lw_caller){.person = person, .actor = person->actor.id};
  call->then = add_session;
  lw_call_submit(call, lw_session_open_apply, &entering->session);
}

void lw_api_signin(struct lw_call *call)
{
  static const char *const members[] = {"person", "password", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct entering *entering = begin(call, members, &faults);
  if (entering == NULL) {
    return;
  }
  entering->who = need(call, "person", &faults);
  entering->password = need(call, "password", &faults);
  if (lw_call_is_sound(call, &faults)) {
    lw_worker_run(call, work_signin);
  }
}

static void take_cookie_away(struct lw_call *call)
{
  lw_authn_add_cookie(call, LW_STR(""));
}

void lw_api_signout(struct lw_call *call)
{
  struct lw_exchange *exchange = lw_exchange_of(call);
  lw_str cookie =
      lw_header_cookie(exchange->headers[LW_HEADER_COOKIE], lw_authn_cookie_name(call->server));
  lw_hash *digest = LW_API_NEW(call, lw_hash);
  if (digest == NULL) {
    return;
  }
  if (!lw_authn_same_site(call) ||
      (cookie.len != 0 && !lw_session_csrf_fits(cookie, exchange->headers[LW_HEADER_CSRF]))) {
    lw_call_fail(call, LW_FORBIDDEN,
                 "the header X-CSRF-Token is missing or an old one; GET /v1/me gives it");
    return;
  }
  call->then = take_cookie_away;
  if (cookie.len == 0) {
    LW_BUF_LIT(&call->out, "{}");
    take_cookie_away(call);
    lw_call_reply(call, 200);
    return;
  }
  exchange->headers[LW_HEADER_IDEMPOTENCY_KEY] = (lw_str){NULL, 0};
  *digest = lw_hash_of(exchange->work->hasher, cookie);
  call->caller.actor = LW_STR("leeway");
  lw_call_submit(call, lw_session_close_apply, digest);
}

/* --- by an invitation --- */

static bool find_invite(struct lw_call *call)
{
  struct entering *entering = call->user;
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL) {
    return false;
  }
  enum lw_code code = lw_invite_find(db, lw_exchange_of(call)->work->hasher, call->params[0],
                                     call->received, &call->arena, &entering->invite, &err);
  return lw_api_is_well(call, code, &err);
}

static bool hash_password(struct lw_call *call, lw_str password, lw_str id, lw_str name,
                          lw_str email)
{
  struct entering *entering = call->user;
  struct lw_error err;
  enum lw_code code = lw_password_check(password, id, name, email, &err);
  if (code == LW_INVALID) {
    lw_call_fault(call, "password", err.text);
    return false;
  }
  if (code == LW_OK) {
    code = lw_signin_hash(call->server->signin, password, entering->hash, &err);
  }
  if (lw_api_is_well(call, code, &err)) {
    entering->change.hash = lw_str_c(entering->hash);
    return true;
  }
  return false;
}

static void work_invitation(struct lw_call *call)
{
  struct entering *entering = call->user;
  struct lw_password_change *change = &entering->change;
  lw_str id = entering->invite.person.len != 0 ? entering->invite.person : change->person;
  const struct lw_person *person = lw_staff_find(call->snapshot->staff, id);
  lw_str name = person != NULL ? person->actor.name : change->name;
  lw_str email = person != NULL ? person->actor.email : change->email;
  if (!hash_password(call, entering->password, id, name, email)) {
    return;
  }
  begin_session(call, id, &change->session);
  change->by_invite = true;
  change->invite = entering->invite.digest;
  call->caller = (struct lw_caller){.person = person, .actor = id};
  call->then = add_session;
  lw_call_submit(call, lw_password_change_apply, change);
}

void lw_api_accept_invitation(struct lw_call *call)
{
  static const char *const members[] = {"password", "id", "name", "email", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct entering *entering = begin(call, members, &faults);
  if (entering == NULL || !find_invite(call)) {
    return;
  }
  bool first = entering->invite.person.len == 0;
  entering->password = need(call, "password", &faults);
  entering->change.person = lw_call_text(call->json, "id", &faults);
  entering->change.name = lw_call_text(call->json, "name", &faults);
  entering->change.email = lw_call_text(call->json, "email", &faults);
  if (first && entering->change.person.len == 0) {
    lw_faults_add(&faults, LW_STR("id"), "must be there: what you want to be called in the record");
  }
  if (entering->change.email.len != 0 && !lw_person_is_email(entering->change.email)) {
    lw_faults_add(&faults, LW_STR("email"), "is no e-mail address");
  }
  if (lw_call_is_sound(call, &faults)) {
    lw_worker_run(call, work_invitation);
  }
}

/* --- one's own password --- */

static void work_password(struct lw_call *call)
{
  struct entering *entering = call->user;
  struct lw_password_change *change = &entering->change;
  const struct lw_person *person = check(call, &change->set_at);
  if (person == NULL || !hash_password(call, entering->renewed, person->actor.id,
                                       person->actor.name, person->actor.email)) {
    return;
  }
  begin_session(call, person->actor.id, &change->session);
  change->person = person->actor.id;
  call->then = add_session;
  lw_call_submit(call, lw_password_change_apply, change);
}

void lw_api_set_my_password(struct lw_call *call)
{
  static const char *const members[] = {"old", "new", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct entering *entering = begin(call, members, &faults);
  if (entering == NULL) {
    return;
  }
  entering->password = need(call, "old", &faults);
  entering->renewed = need(call, "new", &faults);
  if (!lw_exchange_of(call)->by_cookie || call->caller.person == NULL) {
    lw_call_fail(call, LW_FORBIDDEN, "only somebody who signed in has a password to change");
  } else if (lw_call_is_sound(call, &faults)) {
    entering->who = call->caller.person->actor.id;
    lw_worker_run(call, work_password);
  }
}
