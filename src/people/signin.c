/* Signing in.
 *
 * Passwords: two may be computed at once, whoever comes then is told to come back in a second; the
 * count is taken before anything else, so that a flood costs neither memory nor the processor. An
 * account that does not exist is compared with a hash that no password fits, at the same cost.
 *
 * Sessions: SHA-256 of 256 random bits, looked up by one row. X-CSRF-Token is a HMAC of the
 * cookie's value: it needs no storage, and ends with the session. */
#include "people/signin.h"

#include "base/utf8.h"
#include "people/throttle.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <strings.h>

struct lw_signin {
  const struct lw_world *world;
  struct lw_throttle *throttle;
  atomic_uint computing; /* passwords, now */
};

struct lw_signin *lw_signin_create(const struct lw_world *world)
{
  struct lw_signin *signin = calloc(1, sizeof *signin);
  struct lw_throttle *throttle = lw_throttle_create(lw_world_rand(world));
  if (signin == NULL || throttle == NULL) {
    lw_throttle_destroy(throttle);
    free(signin);
    return NULL;
  }
  signin->world = world;
  signin->throttle = throttle;
  atomic_init(&signin->computing, 0);
  return signin;
}

void lw_signin_destroy(struct lw_signin *signin)
{
  if (signin != NULL) {
    lw_throttle_destroy(signin->throttle);
    free(signin);
  }
}

/* ---- at most two at once ---- */

static bool begin_computing(struct lw_signin *signin)
{
  unsigned before = atomic_fetch_add(&signin->computing, 1);
  if (before >= LW_PASSWORDS_AT_ONCE_MAX) {
    atomic_fetch_sub(&signin->computing, 1);
  }
  return before < LW_PASSWORDS_AT_ONCE_MAX;
}

static void end_computing(struct lw_signin *signin)
{
  atomic_fetch_sub(&signin->computing, 1);
}

static enum lw_code too_many(uint32_t wait_seconds, struct lw_error *err)
{
  (void)lw_fail(err, LW_TOO_MANY, "too many attempts to sign in");
  lw_error_hint(err, "try again in %u second%s", wait_seconds, wait_seconds == 1 ? "" : "s");
  return LW_TOO_MANY;
}

/* ---- passwords ---- */

static bool same_word(lw_str a, lw_str b)
{
  return a.len == b.len && a.len != 0 && strncasecmp(a.ptr, b.ptr, a.len) == 0;
}

enum lw_code lw_password_check(lw_str password, lw_str id, lw_str name, lw_str email,
                               struct lw_error *err)
{
  if (password.len > LW_PASSWORD_BYTES_MAX) {
    return lw_fail(err, LW_INVALID, "the password has %zu bytes; at most %d can be kept",
                   password.len, LW_PASSWORD_BYTES_MAX);
  }
  if (lw_utf8_check(password) != password.len) {
    return lw_fail(err, LW_INVALID, "the password is not UTF-8 text");
  }
  if (lw_utf8_length(password) < LW_PASSWORD_CHARACTERS_MIN) {
    (void)lw_fail(err, LW_INVALID, "the password has %zu characters; at least %d are needed",
                  lw_utf8_length(password), LW_PASSWORD_CHARACTERS_MIN);
    lw_error_hint(err, "several words in a row are easy to remember");
    return LW_INVALID;
  }
  lw_str trimmed = lw_str_trim(password);
  if (same_word(trimmed, id) || same_word(trimmed, name) || same_word(trimmed, email)) {
    (void)lw_fail(err, LW_INVALID, "the password is the account's own id, name or e-mail address");
    lw_error_hint(err, "choose one that does not stand in a list of people");
    return LW_INVALID;
  }
  return LW_OK;
}

enum lw_code lw_signin_hash(struct lw_signin *signin, lw_str password,
                            char ret_text[LW_PASSWORD_TEXT_BYTES], struct lw_error *err)
{
  if (!begin_computing(signin)) {
    return too_many(1, err);
  }
  enum lw_code rc = lw_password_hash(password, ret_text, err);
  end_computing(signin);
  return rc;
}

/* The active person of that id, or else of that e-mail address if only one has it. */
static const struct lw_person *find_account(const struct lw_staff *staff, lw_str who)
{
  const struct lw_person *found = lw_staff_find(staff, who);
  if (found != NULL) {
    return found->active ? found : NULL;
  }
  for (uint32_t i = 0; i < staff->directory.count; i++) {
    if (same_word(staff->persons[i].actor.email, who)) {
      if (found != NULL) {
        return NULL;
      }
      found = &staff->persons[i];
    }
  }
  return found;
}

struct credential {
  char text[LW_PASSWORD_TEXT_BYTES];
  lw_usec set_at;
};

/* Of the person, or one that no password fits (of the same cost as lw_password_hash makes; a test
 * compares them). */
static enum lw_code read_credential(struct lw_db *db, const struct lw_person *person,
                                    struct credential *ret_credential, bool *ret_real,
                                    struct lw_error *err)
{
  static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$bm9ib2R5J3Mgc2FsdCEhIQ$"
                               "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  static_assert(sizeof nobody <= LW_PASSWORD_TEXT_BYTES, "it is copied whole");
  *ret_credential = (struct credential){.set_at = 0};
  memcpy(ret_credential->text, nobody, sizeof nobody);
  *ret_real = false;
  struct lw_stmt *row = NULL;
  lw_str id = person != NULL ? person->actor.id : LW_STR("");
  enum lw_code rc =
      lw_db_find(db, "SELECT password, set_at FROM credential WHERE person = $1", id, &row, err);
  if (rc != LW_OK) {
    return rc == LW_NOT_FOUND ? LW_OK : rc;
  }
  lw_str text = lw_stmt_get_text(row, 0);
  if (text.len != 0 && text.len < sizeof ret_credential->text) {
    memset(ret_credential->text, 0, sizeof ret_credential->text);
    memcpy(ret_credential->text, text.ptr, text.len);
    ret_credential->set_at = lw_stmt_get_int(row, 1);
    *ret_real = true;
  }
  lw_stmt_reset(row);
  return LW_OK;
}

/* The part that takes time; a place among those computing is held. */
static enum lw_code check_password(struct lw_signin *signin, struct lw_db *db,
                                   const struct lw_person *person,
                                   const struct lw_signin_try *attempt, lw_usec *ret_set_at,
                                   struct lw_error *err)
{
  struct credential credential;
  bool real = false;
  lw_usec now = lw_world_now(signin->world);
  enum lw_code rc = read_credential(db, person, &credential, &real, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_str password = lw_str_slice(attempt->password, 0, LW_PASSWORD_BYTES_MAX + 1);
  bool fits = lw_password_fits(password, credential.text);
  lw_secret_wipe(credential.text, sizeof credential.text);
  if (!fits || !real || person == NULL || password.len > LW_PASSWORD_BYTES_MAX) {
    (void)lw_fail(err, LW_UNKNOWN_CALLER, "the name or the password is not right");
    lw_error_hint(err, "an administrator can send you a link that sets a new one");
    return LW_UNKNOWN_CALLER;
  }
  lw_throttle_forgive(signin->throttle, person->actor.id, attempt->source, now);
  *ret_set_at = credential.set_at;
  return LW_OK;
}

enum lw_code lw_signin_check(struct lw_signin *signin, struct lw_db *db,
                             const struct lw_staff *staff, const struct lw_signin_try *attempt,
                             const struct lw_person **ret_person, lw_usec *ret_set_at,
                             uint32_t *ret_wait_seconds, struct lw_error *err)
{
  *ret_wait_seconds = 1;
  if (!begin_computing(signin)) {
    return too_many(1, err);
  }
  const struct lw_person *person = find_account(staff, attempt->who);
  lw_str account = person != NULL ? person->actor.id : attempt->who;
  enum lw_code rc = LW_OK;
  if (!lw_throttle_begin(signin->throttle, account, attempt->source, lw_world_now(signin->world),
                         ret_wait_seconds)) {
    rc = too_many(*ret_wait_seconds, err);
  } else {
    rc = check_password(signin, db, person, attempt, ret_set_at, err);
  }
  end_computing(signin);
  if (rc == LW_OK) {
    *ret_person = person;
  }
  return rc;
}

/* ---- rows ---- */

static lw_str digest_text(const lw_hash *digest)
{
  return lw_str_from((const char *)digest->bytes, LW_HASH_BYTES);
}

static enum lw_code run_digest(struct lw_db *db, const char *sql, const lw_hash *digest,
                               lw_usec now, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_blob(stmt, 1, digest_text(digest));
  if (now != 0) {
    lw_stmt_int(stmt, 2, now);
  }
  return lw_stmt_run(stmt, err);
}

/* A moment that a statement finds for a person; 0: none. */
enum lw_code lw_session_last_seen(struct lw_db *db, lw_str person, lw_usec *ret_at,
                                  struct lw_error *err)
{
  return lw_db_number(db, "SELECT max(seen_at) FROM session WHERE person = $1", &person, 1, ret_at,
                      err);
}

enum lw_code lw_credential_set_at(struct lw_db *db, lw_str person, lw_usec *ret_set_at,
                                  struct lw_error *err)
{
  return lw_db_number(db, "SELECT set_at FROM credential WHERE person = $1", &person, 1, ret_set_at,
                      err);
}

enum lw_code lw_credential_write(struct lw_db *db, lw_str person, lw_str hash, lw_usec now,
                                 struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(
      db,
      "INSERT INTO credential (person, password, set_at) VALUES ($1, $2, $3)"
      " ON CONFLICT (person) DO UPDATE SET password = excluded.password, set_at = excluded.set_at",
      &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, person);
  lw_stmt_text(stmt, 2, hash);
  lw_stmt_int(stmt, 3, now);
  return lw_stmt_run(stmt, err);
}

enum lw_code lw_signin_has_password(struct lw_db *db, lw_str person, bool *ret_has,
                                    struct lw_error *err)
{
  lw_usec set_at = 0;
  enum lw_code rc = lw_credential_set_at(db, person, &set_at, err);
  if (rc == LW_OK) {
    *ret_has = set_at != 0;
  }
  return rc;
}

enum lw_code lw_signin_has_administrator(struct lw_db *db, const struct lw_staff *staff,
                                         bool *ret_has, struct lw_error *err)
{
  bool has = false;
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && !has && i < staff->directory.count; i++) {
    const struct lw_person *person = &staff->persons[i];
    if ((person->roles & LW_ROLE_ADMIN) != 0) {
      rc = lw_signin_has_password(db, person->actor.id, &has, err);
    }
  }
  if (rc == LW_OK) {
    *ret_has = has;
  }
  return rc;
}

/* ---- sessions ---- */

void lw_session_begin(const struct lw_rand *rand, struct lw_hasher *hasher, lw_str person,
                      lw_str agent, lw_usec now, struct lw_session_secret *ret_secret,
                      struct lw_session *ret_session)
{
  lw_token_secret(rand, ret_secret->text);
  lw_str cut = lw_str_slice(agent, 0, LW_SESSION_AGENT_BYTES_MAX);
  *ret_session = (struct lw_session){
      .digest = lw_hash_of(hasher, lw_str_from(ret_secret->text, LW_SECRET_TEXT_BYTES)),
      .person = person,
      .made_at = now,
      .seen_at = now,
      .ends_at = now + LW_SESSION_MOST_USEC,
      .agent = lw_str_slice(cut, 0, lw_utf8_check(cut))};
}

static enum lw_code no_session(enum lw_code code, struct lw_error *err)
{
  (void)lw_fail(err, code,
                code == LW_EXPIRED ? "the session's time is over" : "there is no such session");
  lw_error_hint(err, "sign in again");
  return code;
}

enum lw_code lw_session_find(struct lw_db *db, struct lw_hasher *hasher, lw_str cookie, lw_usec now,
                             struct lw_arena *arena, struct lw_session *ret_session,
                             struct lw_error *err)
{
  if (cookie.len != LW_SECRET_TEXT_BYTES) {
    return no_session(LW_UNKNOWN_CALLER, err);
  }
  struct lw_session session = {.digest = lw_hash_of(hasher, cookie)};
  struct lw_stmt *stmt = NULL;
  bool row = false;
  enum lw_code rc = lw_db_statement(
      db, "SELECT person, made_at, seen_at, ends_at, agent FROM session WHERE digest = $1", &stmt,
      err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_blob(stmt, 1, digest_text(&session.digest));
  rc = lw_stmt_step(stmt, &row, err);
  if (rc == LW_OK && row) {
    session.person = lw_str_copy(arena, lw_stmt_get_text(stmt, 0));
    session.made_at = lw_stmt_get_int(stmt, 1);
    session.seen_at = lw_stmt_get_int(stmt, 2);
    session.ends_at = lw_stmt_get_int(stmt, 3);
    session.agent = lw_str_copy(arena, lw_stmt_get_text(stmt, 4));
    rc = arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : LW_OK;
  }
  lw_stmt_reset(stmt);
  if (rc != LW_OK || !row) {
    return rc != LW_OK ? rc : no_session(LW_UNKNOWN_CALLER, err);
  }
  if (now >= session.ends_at || now - session.seen_at >= LW_SESSION_IDLE_USEC) {
    return no_session(LW_EXPIRED, err);
  }
  *ret_session = session;
  return LW_OK;
}

enum lw_code lw_session_is_open(struct lw_db *db, const lw_hash *digest, lw_usec now,
                                bool *ret_open, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool row = false;
  enum lw_code rc =
      lw_db_statement(db, "SELECT ends_at FROM session WHERE digest = $1", &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_blob(stmt, 1, digest_text(digest));
  rc = lw_stmt_step(stmt, &row, err);
  if (rc == LW_OK) {
    *ret_open = row && now < lw_stmt_get_int(stmt, 0);
  }
  lw_stmt_reset(stmt);
  return rc;
}

struct lw_caller lw_session_caller(const struct lw_staff *staff, const struct lw_session *session)
{
  const struct lw_person *person = lw_staff_find(staff, session->person);
  bool there = person != NULL && person->active;
  return (struct lw_caller){.person = there ? person : NULL,
                            .actor = there ? person->actor.id : LW_STR("")};
}

enum lw_code lw_session_insert(struct lw_db *db, const struct lw_session *session,
                               struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc =
      lw_db_statement(db,
                      "INSERT INTO session (digest, person, made_at, seen_at, ends_at, agent)"
                      " VALUES ($1, $2, $3, $4, $5, $6)",
                      &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_blob(stmt, 1, digest_text(&session->digest));
  lw_stmt_text(stmt, 2, session->person);
  lw_stmt_int(stmt, 3, session->made_at);
  lw_stmt_int(stmt, 4, session->seen_at);
  lw_stmt_int(stmt, 5, session->ends_at);
  lw_stmt_text(stmt, 6, session->agent);
  return lw_stmt_run(stmt, err);
}

enum lw_code lw_session_touch(struct lw_db *db, const lw_hash *digest, lw_usec now,
                              struct lw_error *err)
{
  return run_digest(db, "UPDATE session SET seen_at = $2 WHERE digest = $1 AND seen_at < $2",
                    digest, now, err);
}

enum lw_code lw_session_remove(struct lw_db *db, const lw_hash *digest, struct lw_error *err)
{
  return run_digest(db, "DELETE FROM session WHERE digest = $1", digest, 0, err);
}

enum lw_code lw_session_remove_all(struct lw_db *db, lw_str person, struct lw_error *err)
{
  return lw_db_run(db, "DELETE FROM session WHERE person = $1", &person, 1, err);
}

enum lw_code lw_session_sweep(struct lw_db *db, lw_usec now, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db,
                                    "DELETE FROM session WHERE digest IN (SELECT digest FROM"
                                    " session WHERE ends_at <= $1 OR seen_at <= $2 LIMIT 1000)",
                                    &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, now);
  lw_stmt_int(stmt, 2, now - LW_SESSION_IDLE_USEC);
  return lw_stmt_run(stmt, err);
}

/* ---- forged requests ---- */

void lw_session_csrf(lw_str cookie, char ret_text[LW_SECRET_TEXT_BYTES])
{
  static const lw_str purpose = LW_STR_INIT("leeway: X-CSRF-Token");
  uint8_t mac[32];
  lw_hmac(cookie, &purpose, 1, mac);
  lw_token_write_base64url(mac, ret_text);
}

bool lw_session_csrf_fits(lw_str cookie, lw_str header)
{
  char wanted[LW_SECRET_TEXT_BYTES];
  if (cookie.len == 0) {
    return false;
  }
  lw_session_csrf(cookie, wanted);
  return lw_secret_equal(lw_str_from(wanted, sizeof wanted), header);
}

bool lw_session_origin_fits(lw_str sec_fetch_site, lw_str origin, lw_str own_origin)
{
  if (sec_fetch_site.len != 0) {
    return lw_str_equal(sec_fetch_site, LW_STR("same-origin")) ||
           lw_str_equal(sec_fetch_site, LW_STR("none"));
  }
  return origin.len == 0 || same_word(origin, own_origin);
}

/* ---- invitations ---- */

void lw_invite_begin(const struct lw_rand *rand, struct lw_hasher *hasher, lw_str person,
                     lw_usec now, struct lw_session_secret *ret_secret,
                     struct lw_invite *ret_invite)
{
  lw_token_secret(rand, ret_secret->text);
  *ret_invite = (struct lw_invite){
      .digest = lw_hash_of(hasher, lw_str_from(ret_secret->text, LW_SECRET_TEXT_BYTES)),
      .person = person,
      .made_at = now,
      .ends_at = now + (person.len == 0 ? LW_INVITE_FIRST_USEC : LW_INVITE_USEC)};
}

static enum lw_code check_invite(const struct lw_invite *invite, lw_usec now, struct lw_error *err)
{
  if (invite->used_at == 0 && now < invite->ends_at) {
    return LW_OK;
  }
  (void)lw_fail(err, LW_EXPIRED,
                invite->used_at != 0 ? "the link was used already" : "the link's time is over");
  lw_error_hint(err, invite->person.len == 0 ? "start `leeway serve` again: it prints a new link"
                                             : "ask an administrator for a new link");
  return LW_EXPIRED;
}

enum lw_code lw_invite_get(struct lw_db *db, const lw_hash *digest, lw_usec now,
                           struct lw_arena *arena, struct lw_invite *ret_invite,
                           struct lw_error *err)
{
  struct lw_invite invite = {.digest = *digest};
  struct lw_stmt *stmt = NULL;
  bool row = false;
  enum lw_code rc = lw_db_statement(
      db, "SELECT person, made_at, ends_at, used_at FROM invite WHERE digest = $1", &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_blob(stmt, 1, digest_text(digest));
  rc = lw_stmt_step(stmt, &row, err);
  if (rc == LW_OK && row) {
    invite.person = lw_str_copy(arena, lw_stmt_get_text(stmt, 0));
    invite.made_at = lw_stmt_get_int(stmt, 1);
    invite.ends_at = lw_stmt_get_int(stmt, 2);
    invite.used_at = lw_stmt_get_int(stmt, 3);
    rc = arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : LW_OK;
  }
  lw_stmt_reset(stmt);
  if (rc == LW_OK && !row) {
    (void)lw_fail(err, LW_NOT_FOUND, "there is no such link");
    lw_error_hint(err, "see that it was copied whole, or ask for a new one");
    return LW_NOT_FOUND;
  }
  rc = rc == LW_OK ? check_invite(&invite, now, err) : rc;
  if (rc == LW_OK) {
    *ret_invite = invite;
  }
  return rc;
}

enum lw_code lw_invite_find(struct lw_db *db, struct lw_hasher *hasher, lw_str secret, lw_usec now,
                            struct lw_arena *arena, struct lw_invite *ret_invite,
                            struct lw_error *err)
{
  lw_hash digest = lw_hash_of(hasher, secret);
  return lw_invite_get(db, &digest, now, arena, ret_invite, err);
}

enum lw_code lw_invite_insert(struct lw_db *db, const struct lw_invite *invite,
                              struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(
      db, "INSERT INTO invite (digest, person, made_at, ends_at) VALUES ($1, $2, $3, $4)", &stmt,
      err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_blob(stmt, 1, digest_text(&invite->digest));
  lw_stmt_text(stmt, 2, invite->person);
  lw_stmt_int(stmt, 3, invite->made_at);
  lw_stmt_int(stmt, 4, invite->ends_at);
  return lw_stmt_run(stmt, err);
}

enum lw_code lw_invite_use(struct lw_db *db, const lw_hash *digest, lw_usec now,
                           struct lw_error *err)
{
  return run_digest(db, "UPDATE invite SET used_at = $2 WHERE digest = $1", digest, now, err);
}

enum lw_code lw_invite_remove_all(struct lw_db *db, lw_str person, struct lw_error *err)
{
  return lw_db_run(db, "DELETE FROM invite WHERE person = $1 AND used_at IS NULL", &person, 1, err);
}
