/* Changes of people, teams, presence, tokens and sign-in: table rows and journal entries together,
 * inside a batch. Each is a function for lw_change.apply, with its words in lw_change.user (which
 * live until done); the answer is the thing as it then is, as the API shows it.
 *
 * Names and e-mail addresses stand in the person's row and, beside the journal, as a text of
 * ledger/text.h; the journal has its reference alone. Rights are checked by whoever submits
 * (lw_access_covers), apart from what needs the state of the batch: see caller.
 *
 * Where a secret is made (token, session, invitation), the caller makes it before and shows it
 * after: no answer that is kept for a retry has it. All set batch->people_changed except sessions
 * and invitations. */
#ifndef LW_ENGINE_STAFF_CHANGE_H
#define LW_ENGINE_STAFF_CHANGE_H

#include "engine/engine.h"
#include "people/import.h"
#include "people/person.h"
#include "people/signin.h"
#include "people/token.h"

/* --- people and teams --- */

struct lw_person_change {
  const struct lw_caller *caller; /* NULL: the command line. Who is no administrator can neither
                                     give nor take the role admin, nor change an administrator's
                                     way in, activity or roles, nor their own team, tier, roles,
                                     certificates or limits: LW_FORBIDDEN */
  bool create;                    /* LW_CONFLICT when there is one of that id */
  uint64_t version;               /* If-Match: LW_STALE when it is another; 0: whatever it is */
  struct lw_person_edit edit;
};
/* The body of POST /v1/people (id empty: create) and PATCH /v1/people/{id} (id is taken from there;
 * the body may repeat it): members as lw_person_print writes them, `team_path`, `presence` and
 * `version` apart; null takes a member away. `holds` may be names ("billing-101@2026-12-31") or
 * {"name","until"}; `budgets` amounts or {"amount","times"}; dates are days by the policy's zone.
 * Every fault names its member. Sets all of *ret_change but caller and version (cleared). */
LW_NODISCARD bool lw_person_change_read(const struct lw_snapshot *snapshot,
                                        const struct lw_value *body, lw_str id,
                                        struct lw_arena *arena, struct lw_person_change *ret_change,
                                        struct lw_faults *faults);
/* user: struct lw_person_change. 201 when created, else 200; the person as lw_person_print has
 * them. `active: false`: they left: what lets them in ends, what they did stays. The last active
 * administrator can't leave or lose the role: LW_CONFLICT. */
enum lw_code lw_person_change_apply(struct lw_batch *batch, struct lw_change *change,
                                    struct lw_error *err);

struct lw_team_change {
  bool create;
  bool remove; /* LW_CONFLICT while it has people or teams under it */
  struct lw_team_edit edit;
};
/* {"id","name","parent"} */
LW_NODISCARD bool lw_team_change_read(const struct lw_value *body, lw_str id, bool create,
                                      struct lw_team_change *ret_change, struct lw_faults *faults);
/* user: struct lw_team_change. A team never comes to stand under itself: LW_INVALID. */
enum lw_code lw_team_change_apply(struct lw_batch *batch, struct lw_change *change,
                                  struct lw_error *err);

/* {"state":"here"|"away","until","deputy"} */
LW_NODISCARD bool lw_presence_change_read(const struct lw_value *body, lw_str person, lw_usec now,
                                          struct lw_presence_edit *ret_edit,
                                          struct lw_faults *faults);
/* user: struct lw_presence_edit. */
enum lw_code lw_presence_change_apply(struct lw_batch *batch, struct lw_change *change,
                                      struct lw_error *err);

/* user: struct lw_import, read (lw_import_read); compared here with the batch's people. With
 * errors nothing is written and import->applied stays false; that is an answer too (200,
 * lw_import_print_json). */
enum lw_code lw_people_import_apply(struct lw_batch *batch, struct lw_change *change,
                                    struct lw_error *err);

/* --- tokens --- */

struct lw_token_change {
  char text[LW_TOKEN_TEXT_BYTES]; /* made by lw_token_change_begin; wiped by the caller */
  lw_hash digest;
  lw_str name;
  uint32_t scopes;
  lw_str person; /* or empty */
  uint32_t days; /* 0: LW_TOKEN_DAYS */
};
/* {"name","scopes":["decide"],"person","days"} */
LW_NODISCARD bool lw_token_change_read(const struct lw_value *body,
                                       struct lw_token_change *ret_change,
                                       struct lw_faults *faults);
/* Makes the token itself (text and digest), before the change is submitted. */
void lw_token_change_begin(struct lw_token_change *token, const struct lw_rand *rand,
                           struct lw_hasher *hasher);
/* user: struct lw_token_change. 201, lw_token_print; without the token itself. */
enum lw_code lw_token_create_apply(struct lw_batch *batch, struct lw_change *change,
                                   struct lw_error *err);
/* After a good answer: adds "token":"lw_..." to it, or for a repeated one
 * "shown_once":true, since it was shown the first time and is kept nowhere. */
void lw_token_answer_finish(const struct lw_token_change *token, const struct lw_change *change,
                            struct lw_buf *answer);
/* user: lw_str, the id. 200, lw_token_print. */
enum lw_code lw_token_revoke_apply(struct lw_batch *batch, struct lw_change *change,
                                   struct lw_error *err);
/* Writes noted uses: for lw_engine_add_due. */
extern const struct lw_due lw_token_uses_due;

/* --- sign-in --- */

struct lw_session_change {
  struct lw_session session; /* of lw_session_begin */
  lw_usec set_at;            /* of lw_signin_check: LW_UNKNOWN_CALLER when replaced meanwhile */
  bool has_previous;         /* the cookie that came along: ended (rotation) */
  lw_hash previous;
};
/* user: struct lw_session_change. 200, lw_person_print of who signed in. */
enum lw_code lw_session_open_apply(struct lw_batch *batch, struct lw_change *change,
                                   struct lw_error *err);
/* user: lw_hash, the digest. 200 {}; there being none is no fault. */
enum lw_code lw_session_close_apply(struct lw_batch *batch, struct lw_change *change,
                                    struct lw_error *err);
enum lw_code lw_session_touch_apply(struct lw_batch *batch, struct lw_change *change,
                                    struct lw_error *err);

struct lw_invite_change {
  const struct lw_caller *caller; /* as of lw_person_change; NULL: the command line, serve */
  struct lw_invite invite;        /* of lw_invite_begin */
};
/* user: struct lw_invite_change. 201 {"person","until"}; earlier ones of that person end. */
enum lw_code lw_invite_apply(struct lw_batch *batch, struct lw_change *change,
                             struct lw_error *err);

/* Sets a password: by an invitation, or by somebody who is signed in and said the old one. Ends all
 * their sessions and opens the one given. */
struct lw_password_change {
  bool by_invite;
  lw_hash invite;            /* digest; used once */
  lw_usec set_at;            /* not by invite: of lw_signin_check */
  lw_str person;             /* by invite of the first administrator: the id that they choose */
  lw_str name;               /* of the first administrator */
  lw_str email;              /* of the first administrator */
  lw_str hash;               /* of lw_signin_hash */
  struct lw_session session; /* of lw_session_begin */
};
/* user: struct lw_password_change. 200 (201: the first administrator), lw_person_print. */
enum lw_code lw_password_change_apply(struct lw_batch *batch, struct lw_change *change,
                                      struct lw_error *err);
/* Removes sessions whose time is over: for lw_engine_add_due. */
extern const struct lw_due lw_sessions_due;

/* --- erasing --- */

/* Takes away the answers kept for retries that name the person or customer, for they may have names
 * and notes. Such a retry is told that it was done before (LW_INVALID). In a batch. */
LW_NODISCARD enum lw_code lw_answers_erase(struct lw_db *db, lw_str subject, struct lw_error *err);

/* --- settings --- */

struct lw_setting_change {
  lw_str key;
  lw_str value;
};
/* user: struct lw_setting_change. The journal has the key alone. 200 {"key"}. */
enum lw_code lw_setting_change_apply(struct lw_batch *batch, struct lw_change *change,
                                     struct lw_error *err);

#endif
