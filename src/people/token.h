/* Tokens: what machines show instead of a password. A token is a text that is made once, shown
 * once, and kept only as its SHA-256.
 *
 * Its form, so that scanners for leaked secrets can tell it with certainty:
 *   lw_  43 characters of base64url (RFC 4648 section 5, 256 random bits)  6 characters of checksum
 * The checksum is the CRC-32 (ISO-HDLC, as in zip) of all that stands before it, written in base 62
 * with the digits 0-9A-Za-z, most significant first, six digits. As a pattern:
 * lw_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}.
 *
 * Lookups do not touch the disk: the staff of the snapshot carries all tokens that are not revoked.
 * Whoever holds a text of a token wipes it. */
#ifndef LW_PEOPLE_TOKEN_H
#define LW_PEOPLE_TOKEN_H

#include "base/rand.h"
#include "people/access.h"

enum {
  LW_TOKEN_SECRET_BYTES = 32,
  LW_TOKEN_TEXT_BYTES = 3 + 43 + 6, /* without a terminator */
  LW_TOKEN_NAME_BYTES_MAX = 200     /* a line of a list */
};
/* A token ends after half a year unless it says otherwise, and after five years whatever it says: a
 * machine that nobody remembers has no authority for ever. */
#define LW_TOKEN_DAYS       183
#define LW_TOKEN_DAYS_MAX   1827
#define LW_TOKEN_NOTED_USEC ((lw_usec)3600 * 1000000) /* last_used_at is that exact */

/* A new token from the system's randomness (or a test's). */
void lw_token_make(const struct lw_rand *rand, char ret_text[LW_TOKEN_TEXT_BYTES]);
/* False when the text has not the form of a token, or the checksum is wrong. */
LW_NODISCARD bool lw_token_digest(struct lw_hasher *hasher, lw_str text, lw_hash *ret_digest);
/* 256 random bits as 43 characters of base64url: the form of session secrets and invitations too.
 */
enum { LW_SECRET_TEXT_BYTES = 43 };
void lw_token_secret(const struct lw_rand *rand, char ret_text[LW_SECRET_TEXT_BYTES]);
/* Writes 32 bytes as 43 characters of base64url, without a terminator. */
void lw_token_write_base64url(const uint8_t bytes[32], char place[LW_SECRET_TEXT_BYTES]);

/* The token of that digest that holds at `now`, or NULL: none, ended, or it stands for somebody who
 * left. Any thread. */
const struct lw_token *lw_token_find(const struct lw_staff *staff, const lw_hash *digest,
                                     lw_usec now);
/* The caller that it makes; texts are borrowed from the staff. */
struct lw_caller lw_token_caller(const struct lw_staff *staff, const struct lw_token *token);
/* Notes that it was used, in memory. True, once, when the use is to be written: the last one
 * written is over an hour ago (then lw_engine_wake; engine/staff_change.h has lw_token_uses_due,
 * which writes). Any thread; never waits. */
bool lw_token_note_use(const struct lw_token *token, lw_usec now);

/* --- rows; inside a transaction where they write --- */

LW_NODISCARD enum lw_code lw_token_insert(struct lw_db *db, const struct lw_token *token,
                                          struct lw_error *err);
/* One, revoked or not, into arena. LW_NOT_FOUND. */
LW_NODISCARD enum lw_code lw_token_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                                       struct lw_token *ret_token, struct lw_error *err);
/* Ends it. LW_NOT_FOUND; revoking twice is done (the first time stays). */
LW_NODISCARD enum lw_code lw_token_revoke(struct lw_db *db, lw_str id, lw_usec now,
                                          struct lw_error *err);
LW_NODISCARD enum lw_code lw_token_write_use(struct lw_db *db, lw_str id, lw_usec used_at,
                                             struct lw_error *err);
/* Writes the uses that were noted, at most `most`; *ret_more: there are others. */
LW_NODISCARD enum lw_code lw_token_write_uses(struct lw_db *db, const struct lw_staff *staff,
                                              uint32_t most, bool *ret_more, struct lw_error *err);
/* Newest first, revoked ones too, after that id (empty: from the first), at most `most`. */
LW_NODISCARD enum lw_code lw_token_list(struct lw_db *db, lw_str after, uint32_t most,
                                        struct lw_arena *arena, const struct lw_token **ret_tokens,
                                        uint32_t *ret_count, struct lw_error *err);
/* {"id","name","scopes":[...],"person","made_at","made_by","ends_at","last_used_at","revoked_at",
 * "state":"active"|"ended"|"revoked"}; what is not there is left out. */
void lw_token_print(const struct lw_token *token, lw_usec now, struct lw_buf *out);
lw_str lw_token_state(const struct lw_token *token, lw_usec now);

#endif
