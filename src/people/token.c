/* Tokens: form, rows, and the notes of their use.
 *
 * Only the digest is kept, plain SHA-256: what is hashed has 256 random bits, so that no salt and
 * no slow hash is needed. The digest is looked up in a table; how long that takes tells nothing
 * that would help to make a text with that digest.
 *
 * A use is noted in an atomic number beside the token, which all threads share by the snapshot: the
 * thread that first finds it older than an hour sets it, and asks for it to be written. A new
 * snapshot begins with what was written, so that a use noted in the old one and not yet written may
 * be lost; it is noted again with the next. */
#include "people/token.h"

#include "data/json.h"
#include "data/member.h"
#include "people/person.h"

static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
static const lw_str mark = LW_STR_INIT("lw_");
enum { CHECK_BYTES = 6, CHECKED_BYTES = LW_TOKEN_TEXT_BYTES - CHECK_BYTES };

/* CRC-32/ISO-HDLC, bit by bit: 46 bytes now and then. */
static uint32_t crc32_of(lw_str text)
{
  uint32_t crc = UINT32_MAX;
  for (size_t i = 0; i < text.len; i++) {
    crc ^= (unsigned char)text.ptr[i];
    for (int bit = 0; bit < 8; bit++) {
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? UINT32_C(0xEDB88320) : 0);
    }
  }
  return ~crc;
}

static void write_check(lw_str text, char place[CHECK_BYTES])
{
  uint32_t crc = crc32_of(text);
  for (int i = CHECK_BYTES - 1; i >= 0; i--) {
    place[i] = base62[crc % 62];
    crc /= 62;
  }
}

void lw_token_write_base64url(const uint8_t bytes[32], char place[LW_SECRET_TEXT_BYTES])
{
  uint32_t bits = 0;
  unsigned held = 0;
  size_t at = 0;
  for (size_t i = 0; i < 32; i++) {
    bits = (bits << 8) | bytes[i];
    for (held += 8; held >= 6; held -= 6) {
      place[at++] = base64url[(bits >> (held - 6)) & 63];
    }
  }
  place[at] = base64url[(bits << (6 - held)) & 63]; /* 4 bits are left, and two noughts */
}

void lw_token_secret(const struct lw_rand *rand, char ret_text[LW_SECRET_TEXT_BYTES])
{
  uint8_t secret[LW_TOKEN_SECRET_BYTES];
  rand->fill(rand->user, secret, sizeof secret);
  lw_token_write_base64url(secret, ret_text);
  explicit_bzero(secret, sizeof secret);
}

void lw_token_make(const struct lw_rand *rand, char ret_text[LW_TOKEN_TEXT_BYTES])
{
  memcpy(ret_text, mark.ptr, mark.len);
  lw_token_secret(rand, ret_text + mark.len);
  write_check(lw_str_from(ret_text, CHECKED_BYTES), ret_text + CHECKED_BYTES);
}

static bool is_base64url(lw_str text)
{
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] == '\0' || strchr(base64url, text.ptr[i]) == NULL) {
      return false;
    }
  }
  return true;
}

bool lw_token_digest(struct lw_hasher *hasher, lw_str text, lw_hash *ret_digest)
{
  char check[CHECK_BYTES];
  if (text.len != LW_TOKEN_TEXT_BYTES || !lw_str_starts(text, mark) ||
      !is_base64url(lw_str_slice(text, mark.len, LW_SECRET_TEXT_BYTES))) {
    return false;
  }
  write_check(lw_str_slice(text, 0, CHECKED_BYTES), check);
  if (memcmp(check, text.ptr + CHECKED_BYTES, CHECK_BYTES) != 0) {
    return false;
  }
  *ret_digest = lw_hash_of(hasher, text);
  return true;
}

const struct lw_token *lw_token_find(const struct lw_staff *staff, const lw_hash *digest,
                                     lw_usec now)
{
  lw_str key = lw_str_from((const char *)digest->bytes, LW_HASH_BYTES);
  const uint32_t *index = lw_table_find(&staff->token_index, key);
  if (index == NULL || now >= staff->tokens[*index].ends_at) {
    return NULL;
  }
  const struct lw_token *token = &staff->tokens[*index];
  if (token->person.len == 0) {
    return token;
  }
  const struct lw_person *person = lw_staff_find(staff, token->person);
  return person != NULL && person->active ? token : NULL;
}

struct lw_caller lw_token_caller(const struct lw_staff *staff, const struct lw_token *token)
{
  return (struct lw_caller){.person =
                                token->person.len != 0 ? lw_staff_find(staff, token->person) : NULL,
                            .is_token = true,
                            .scopes = token->scopes,
                            .actor = token->actor};
}

bool lw_token_note_use(const struct lw_token *token, lw_usec now)
{
  lw_usec asked = atomic_load_explicit(&token->use->asked_at, memory_order_relaxed);
  return now - asked >= LW_TOKEN_NOTED_USEC &&
         atomic_compare_exchange_strong(&token->use->asked_at, &asked, now);
}

enum lw_code lw_token_write_uses(struct lw_db *db, const struct lw_staff *staff, uint32_t most,
                                 bool *ret_more, struct lw_error *err)
{
  uint32_t written = 0;
  *ret_more = false;
  for (uint32_t i = 0; i < staff->n_tokens; i++) {
    const struct lw_token *token = &staff->tokens[i];
    lw_usec asked = atomic_load(&token->use->asked_at);
    if (asked <= atomic_load(&token->use->written_at)) {
      continue;
    }
    if (written++ == most) {
      *ret_more = true;
      return LW_OK;
    }
    enum lw_code rc = lw_token_write_use(db, token->id, asked, err);
    if (rc != LW_OK) {
      return rc;
    }
    atomic_store(&token->use->written_at, asked);
  }
  return LW_OK;
}

/* ---- rows ---- */

#define COLUMNS                                                                                    \
  "id, digest, name, scopes, person, made_at, made_by, ends_at, last_used_at, revoked_at"

enum lw_code lw_token_insert(struct lw_db *db, const struct lw_token *token, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(
      db,
      "INSERT INTO token (id, digest, name, scopes, person, made_at, made_by, ends_at)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, token->id);
  lw_stmt_blob(stmt, 2, lw_str_from((const char *)token->digest.bytes, LW_HASH_BYTES));
  lw_stmt_text(stmt, 3, token->name);
  lw_stmt_int(stmt, 4, (int64_t)token->scopes);
  lw_stmt_text(stmt, 5, token->person);
  lw_stmt_int(stmt, 6, token->made_at);
  lw_stmt_text(stmt, 7, token->made_by);
  lw_stmt_int(stmt, 8, token->ends_at);
  return lw_stmt_run(stmt, err);
}

static struct lw_token token_of(const struct lw_stmt *row, struct lw_arena *arena)
{
  struct lw_token token = {.id = lw_str_copy(arena, lw_stmt_get_text(row, 0)),
                           .name = lw_str_copy(arena, lw_stmt_get_text(row, 2)),
                           .scopes = (uint32_t)lw_stmt_get_int(row, 3),
                           .person = lw_str_copy(arena, lw_stmt_get_text(row, 4)),
                           .made_at = lw_stmt_get_int(row, 5),
                           .made_by = lw_str_copy(arena, lw_stmt_get_text(row, 6)),
                           .ends_at = lw_stmt_get_int(row, 7),
                           .last_used_at = lw_stmt_get_int(row, 8),
                           .revoked_at = lw_stmt_get_int(row, 9)};
  lw_str digest = lw_stmt_get_blob(row, 1);
  if (digest.len == LW_HASH_BYTES) {
    memcpy(token.digest.bytes, digest.ptr, LW_HASH_BYTES);
  }
  token.actor = lw_str_format(arena, "token:%.*s", LW_FMT(token.id));
  return token;
}

static enum lw_code no_such_token(lw_str id, struct lw_error *err)
{
  (void)lw_fail(err, LW_NOT_FOUND, "there is no token \"%.*s\"", LW_FMT(id));
  lw_error_hint(err, "`leeway token list` shows them");
  return LW_NOT_FOUND;
}

enum lw_code lw_token_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                          struct lw_token *ret_token, struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_find(db, "SELECT " COLUMNS " FROM token WHERE id = $1", id, &row, err);
  if (rc != LW_OK) {
    return rc == LW_NOT_FOUND ? no_such_token(id, err) : rc;
  }
  *ret_token = token_of(row, arena);
  lw_stmt_reset(row);
  return arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : LW_OK;
}

enum lw_code lw_token_revoke(struct lw_db *db, lw_str id, lw_usec now, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(
      db, "UPDATE token SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1", &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, id);
  lw_stmt_int(stmt, 2, now);
  rc = lw_stmt_run(stmt, err);
  return rc == LW_OK && lw_stmt_changes(stmt) == 0 ? no_such_token(id, err) : rc;
}

enum lw_code lw_token_write_use(struct lw_db *db, lw_str id, lw_usec used_at, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(
      db, "UPDATE token SET last_used_at = $2 WHERE id = $1 AND coalesce(last_used_at, 0) < $2",
      &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, id);
  lw_stmt_int(stmt, 2, used_at);
  return lw_stmt_run(stmt, err);
}

/* Ids are ordered by time, so that "newest first" is their order backwards. */
enum lw_code lw_token_list(struct lw_db *db, lw_str after, uint32_t most, struct lw_arena *arena,
                           const struct lw_token **ret_tokens, uint32_t *ret_count,
                           struct lw_error *err)
{
  struct lw_token *tokens = NULL;
  size_t capacity = 0;
  uint32_t count = 0;
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(
      db, "SELECT " COLUMNS " FROM token WHERE $1 = '' OR id < $1 ORDER BY id DESC LIMIT $2", &stmt,
      err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, after);
  lw_stmt_int(stmt, 2, most);
  for (bool row = true; rc == LW_OK;) {
    rc = lw_stmt_step(stmt, &row, err);
    if (rc != LW_OK || !row) {
      break;
    }
    tokens = lw_arena_grow(arena, tokens, count, &capacity, (size_t)count + 1, sizeof *tokens,
                           _Alignof(struct lw_token));
    if (tokens != NULL) {
      tokens[count++] = token_of(stmt, arena);
    }
    rc = arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : LW_OK;
  }
  lw_stmt_reset(stmt);
  if (rc == LW_OK) {
    *ret_tokens = tokens;
    *ret_count = count;
  }
  return rc;
}

/* ---- printing ---- */

lw_str lw_token_state(const struct lw_token *token, lw_usec now)
{
  if (token->revoked_at != 0) {
    return LW_STR("revoked");
  }
  return now >= token->ends_at ? LW_STR("ended") : LW_STR("active");
}

static void add_time(struct lw_buf *out, const char *key, lw_usec at)
{
  if (at != 0) {
    lw_member_time(out, key, at);
  }
}

void lw_token_print(const struct lw_token *token, lw_usec now, struct lw_buf *out)
{
  LW_BUF_LIT(out, "{\"id\":");
  lw_json_add_string(out, token->id);
  lw_member_text(out, "name", token->name);
  LW_BUF_LIT(out, ",\"scopes\":[");
  bool first = true;
  for (uint32_t bit = LW_TOKEN_DECIDE; bit <= LW_TOKEN_ADMIN; bit <<= 1) {
    if ((token->scopes & bit) != 0) {
      lw_buf_add(out, first ? LW_STR("") : LW_STR(","));
      lw_json_add_string(out, lw_token_scope_name((enum lw_token_scope)bit));
      first = false;
    }
  }
  lw_buf_add_char(out, ']');
  lw_member_text(out, "person", token->person);
  add_time(out, "made_at", token->made_at);
  lw_member_text(out, "made_by", token->made_by);
  add_time(out, "ends_at", token->ends_at);
  add_time(out, "last_used_at", token->last_used_at);
  add_time(out, "revoked_at", token->revoked_at);
  lw_member_text(out, "state", lw_token_state(token, now));
  lw_buf_add_char(out, '}');
}
