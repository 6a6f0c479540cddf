/* Signing in: passwords (Argon2id), sessions in cookies, protection against forged requests,
 * throttling, invitations. Rows are written by engine/staff_change.h in a batch; here they are
 * read, and here is what costs time (Argon2: 0.1 s and 64 MiB), which never runs on the writer's
 * thread.
 *
 * A struct lw_signin is made once per server and shared by any number of threads; it holds the
 * throttle's table (bounded; lost at a restart) and counts the passwords being computed.
 *
 * How a sign-in goes: lw_signin_check (on a thread that may wait) -> lw_session_begin -> a change
 * with lw_session_open_apply -> the cookie. Secrets are made by the caller, so that they stand in
 * no answer that is kept for retries, and no journal. */
#ifndef LW_PEOPLE_SIGNIN_H
#define LW_PEOPLE_SIGNIN_H

#include "base/crypto.h"
#include "base/world.h"
#include "people/access.h"
#include "people/token.h"

/* A session ends when it was not used for 12 hours, and after 7 days whatever happens. */
#define LW_SESSION_IDLE_USEC ((lw_usec)12 * 3600 * 1000000)
#define LW_SESSION_MOST_USEC ((lw_usec)7 * 24 * 3600 * 1000000)
/* Its use is written that often, not at each request. */
#define LW_SESSION_NOTED_USEC ((lw_usec)5 * 60 * 1000000)
/* An invitation holds three days, the one of the first administrator an hour. */
#define LW_INVITE_USEC       ((lw_usec)72 * 3600 * 1000000)
#define LW_INVITE_FIRST_USEC ((lw_usec)3600 * 1000000)

enum {
  LW_PASSWORD_CHARACTERS_MIN = 12,
  LW_PASSWORD_BYTES_MAX = 256,
  LW_PASSWORDS_AT_ONCE_MAX = 2, /* each takes 64 MiB and a core */
  LW_SESSION_AGENT_BYTES_MAX = 120
};

struct lw_signin;
/* NULL when memory is out. world is borrowed; NULL: the machine's. */
struct lw_signin *lw_signin_create(const struct lw_world *world);
void lw_signin_destroy(struct lw_signin *signin);

/* --- passwords --- */

/* At least 12 characters, at most 256 bytes, valid UTF-8, not the id, name or e-mail address
 * (whatever the case). LW_INVALID says which, and the mend. */
LW_NODISCARD enum lw_code lw_password_check(lw_str password, lw_str id, lw_str name, lw_str email,
                                            struct lw_error *err);
/* The text to be stored. Takes 0.1 s; LW_TOO_MANY when two are being computed already. */
LW_NODISCARD enum lw_code lw_signin_hash(struct lw_signin *signin, lw_str password,
                                         char ret_text[LW_PASSWORD_TEXT_BYTES],
                                         struct lw_error *err);

/* Who tries to sign in. */
struct lw_signin_try {
  lw_str who; /* a person's id or e-mail address */
  lw_str password;
  lw_str source; /* the address that it comes from */
};
/* Takes 0.1 s whether there is such an account or not. LW_UNKNOWN_CALLER: wrong, without saying
 * what. LW_TOO_MANY: too many attempts of this account or address, or two passwords are being
 * computed; *ret_wait_seconds (always set) is for Retry-After. On LW_OK *ret_person is of the
 * staff, and *ret_set_at tells which password it was: the session's change refuses if it has been
 * replaced meanwhile. */
LW_NODISCARD enum lw_code lw_signin_check(struct lw_signin *signin, struct lw_db *db,
                                          const struct lw_staff *staff,
                                          const struct lw_signin_try *attempt,
                                          const struct lw_person **ret_person, lw_usec *ret_set_at,
                                          uint32_t *ret_wait_seconds, struct lw_error *err);
/* Whether somebody can sign in with a password. */
LW_NODISCARD enum lw_code lw_signin_has_password(struct lw_db *db, lw_str person, bool *ret_has,
                                                 struct lw_error *err);
/* False: nobody is an active administrator with a password: `serve` prints an invitation. */
LW_NODISCARD enum lw_code lw_signin_has_administrator(struct lw_db *db,
                                                      const struct lw_staff *staff, bool *ret_has,
                                                      struct lw_error *err);

/* --- sessions --- */

/* As stored: the SHA-256 of the secret that only the cookie has. */
struct lw_session {
  lw_hash digest;
  lw_str person;
  lw_usec made_at;
  lw_usec seen_at;
  lw_usec ends_at; /* whatever happens */
  lw_str agent;    /* the browser's own words, cut; for the list of one's sessions */
};
struct lw_session_secret {
  char text[LW_SECRET_TEXT_BYTES]; /* the cookie's value, without a terminator */
};

/* A new session for that person: secret and row (digest, times, agent cut to its length; texts
 * borrowed). */
void lw_session_begin(const struct lw_rand *rand, struct lw_hasher *hasher, lw_str person,
                      lw_str agent, lw_usec now, struct lw_session_secret *ret_secret,
                      struct lw_session *ret_session);
/* The session of a cookie's value. LW_UNKNOWN_CALLER: none; LW_EXPIRED: its time is over. A read of
 * one row. */
LW_NODISCARD enum lw_code lw_session_find(struct lw_db *db, struct lw_hasher *hasher, lw_str cookie,
                                          lw_usec now, struct lw_arena *arena,
                                          struct lw_session *ret_session, struct lw_error *err);
/* Whether the session of that digest is still there and its time not over; a stream asks it again
 * and again. A read of one row. */
LW_NODISCARD enum lw_code lw_session_is_open(struct lw_db *db, const lw_hash *digest, lw_usec now,
                                             bool *ret_open, struct lw_error *err);
/* Whether its use is to be written (lw_session_touch_apply). */
static inline bool lw_session_is_due(const struct lw_session *session, lw_usec now)
{
  return now - session->seen_at >= LW_SESSION_NOTED_USEC;
}
/* The caller that it makes, or one without a person when they have left. */
struct lw_caller lw_session_caller(const struct lw_staff *staff, const struct lw_session *session);

/* --- forged requests --- */

/* The value that the page sends back in X-CSRF-Token: HMAC-SHA-256 of the cookie's value, so that
 * it can be told without being stored, and tells nothing of the cookie. */
void lw_session_csrf(lw_str cookie, char ret_text[LW_SECRET_TEXT_BYTES]);
LW_NODISCARD bool lw_session_csrf_fits(lw_str cookie, lw_str header);
/* Whether a request that changes something comes from our own page, by what browsers say: with
 * Sec-Fetch-Site only same-origin or none; without it an Origin must be own_origin
 * ("https://desk.example.com"); with neither (no browser) true. X-CSRF-Token is asked for anyway.
 */
bool lw_session_origin_fits(lw_str sec_fetch_site, lw_str origin, lw_str own_origin);

/* --- invitations --- */

struct lw_invite {
  lw_hash digest;
  lw_str person; /* empty: whoever comes becomes the first administrator */
  lw_usec made_at;
  lw_usec ends_at;
  lw_usec used_at; /* 0: not */
};
/* A new one: 43 characters of base64url for the link, and the row. */
void lw_invite_begin(const struct lw_rand *rand, struct lw_hasher *hasher, lw_str person,
                     lw_usec now, struct lw_session_secret *ret_secret,
                     struct lw_invite *ret_invite);
/* LW_NOT_FOUND: none; LW_EXPIRED: used, or its time is over, and what to do. */
LW_NODISCARD enum lw_code lw_invite_find(struct lw_db *db, struct lw_hasher *hasher, lw_str secret,
                                         lw_usec now, struct lw_arena *arena,
                                         struct lw_invite *ret_invite, struct lw_error *err);

/* --- rows; inside a transaction --- */

/* One session: made, used at `now`, ended; touching or ending one that is gone does nothing. */
LW_NODISCARD enum lw_code lw_session_insert(struct lw_db *db, const struct lw_session *session,
                                            struct lw_error *err);
LW_NODISCARD enum lw_code lw_session_touch(struct lw_db *db, const lw_hash *digest, lw_usec now,
                                           struct lw_error *err);
LW_NODISCARD enum lw_code lw_session_remove(struct lw_db *db, const lw_hash *digest,
                                            struct lw_error *err);
/* All of a person. */
LW_NODISCARD enum lw_code lw_session_remove_all(struct lw_db *db, lw_str person,
                                                struct lw_error *err);
/* Those whose time is over, at most 1,000. */
LW_NODISCARD enum lw_code lw_session_sweep(struct lw_db *db, lw_usec now, struct lw_error *err);
LW_NODISCARD enum lw_code lw_invite_insert(struct lw_db *db, const struct lw_invite *invite,
                                           struct lw_error *err);
LW_NODISCARD enum lw_code lw_invite_get(struct lw_db *db, const lw_hash *digest, lw_usec now,
                                        struct lw_arena *arena, struct lw_invite *ret_invite,
                                        struct lw_error *err);
LW_NODISCARD enum lw_code lw_invite_use(struct lw_db *db, const lw_hash *digest, lw_usec now,
                                        struct lw_error *err);
/* Unused ones of that person (or, empty, of the first administrator). */
LW_NODISCARD enum lw_code lw_invite_remove_all(struct lw_db *db, lw_str person,
                                               struct lw_error *err);
/* When one of the person's sessions that are still there was last used, to LW_SESSION_NOTED_USEC;
 * 0: there is none. */
LW_NODISCARD enum lw_code lw_session_last_seen(struct lw_db *db, lw_str person, lw_usec *ret_at,
                                               struct lw_error *err);
/* 0 when the person has none. */
LW_NODISCARD enum lw_code lw_credential_set_at(struct lw_db *db, lw_str person, lw_usec *ret_set_at,
                                               struct lw_error *err);
LW_NODISCARD enum lw_code lw_credential_write(struct lw_db *db, lw_str person, lw_str hash,
                                              lw_usec now, struct lw_error *err);

#endif
