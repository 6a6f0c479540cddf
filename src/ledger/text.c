/* Texts about people, outside the chain.
 *
 * The digest in the journal is SHA-256(salt || text), with 16 random bytes of salt: without the
 * salt a digest of a short text ("Ana Silva") could be guessed back to it. Erasing takes the text,
 * the salt and the link to the person or customer; the row stays and says that it was erased, so
 * that verifying can tell erased from lost. SQLite is told to overwrite what it frees; what its log
 * (WAL) still holds goes with the next lw_db_checkpoint. */
#include "ledger/text.h"

#include "base/buf.h"
#include "data/json.h"

enum { SALT_BYTES = 16 };

static const lw_str prefix = LW_STR_INIT("txt");

static const char sql_insert[] = "INSERT INTO text (id, kind, at, person, customer, salt, body)"
                                 " VALUES ($1, $2, $3, $4, $5, $6, $7)";
static const char sql_get[] = "SELECT body, erased FROM text WHERE id = $1";
static const char sql_drop[] = "DELETE FROM text WHERE id = $1";
static const char sql_erase_person[] = "UPDATE text SET body = NULL, salt = NULL, person = NULL,"
                                       " customer = NULL, erased = 1 WHERE person = $1";
static const char sql_erase_customer[] = "UPDATE text SET body = NULL, salt = NULL, person = NULL,"
                                         " customer = NULL, erased = 1 WHERE customer = $1";

static void print_reference(lw_str id, const lw_hash *digest, struct lw_buf *out)
{
  char hex[2 * LW_HASH_BYTES];
  lw_hex_write(digest->bytes, LW_HASH_BYTES, hex);
  LW_BUF_LIT(out, "{\"text\":\"");
  lw_buf_add(out, id);
  LW_BUF_LIT(out, "\",\"sha256\":\"");
  lw_buf_add(out, lw_str_from(hex, sizeof hex));
  LW_BUF_LIT(out, "\"}");
}

enum lw_code lw_text_keep(const struct lw_text_keeper *keeper, lw_usec now, const char *kind,
                          lw_str person, lw_str customer, lw_str text, struct lw_buf *out,
                          struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(keeper->db, sql_insert, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  char place[LW_ID_TEXT_BYTES_MAX];
  lw_str id = {place, lw_id_write(prefix, lw_id_make(keeper->rand, now), place)};
  uint8_t bytes[SALT_BYTES];
  keeper->rand->fill(keeper->rand->user, bytes, sizeof bytes);
  lw_str salt = {(const char *)bytes, sizeof bytes};
  lw_stmt_text(stmt, 1, id);
  lw_stmt_text(stmt, 2, lw_str_c(kind));
  lw_stmt_int(stmt, 3, now);
  lw_stmt_text_or_null(stmt, 4, person);
  lw_stmt_text_or_null(stmt, 5, customer);
  lw_stmt_blob(stmt, 6, salt);
  lw_stmt_text(stmt, 7, text);
  rc = lw_stmt_run(stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_hasher_start(keeper->hasher);
  lw_hasher_add(keeper->hasher, salt);
  lw_hasher_add(keeper->hasher, text);
  lw_hash digest = lw_hasher_end(keeper->hasher);
  print_reference(id, &digest, out);
  return LW_OK;
}

static enum lw_code get(struct lw_db *db, lw_str id, struct lw_arena *arena, lw_str *ret_text,
                        struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_find(db, sql_get, id, &row, err);
  if (rc != LW_OK) {
    return rc == LW_NOT_FOUND ? lw_fail(err, rc, "there is no text %.*s", LW_FMT(id)) : rc;
  }
  lw_str text = {NULL, 0};
  if (lw_stmt_get_int(row, 1) == 0) {
    text = lw_str_copy(arena, lw_stmt_get_text(row, 0));
    rc = text.ptr != NULL ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory for a text");
  }
  lw_stmt_reset(row);
  if (rc == LW_OK) {
    *ret_text = text;
  }
  return rc;
}

enum lw_code lw_text_get(struct lw_db *db, const struct lw_value *reference, struct lw_arena *arena,
                         lw_str *ret_text, struct lw_error *err)
{
  const struct lw_value *id = lw_value_get(reference, LW_STR("text"));
  return id != NULL && id->kind == LW_VALUE_STRING
             ? get(db, id->text, arena, ret_text, err)
             : lw_fail(err, LW_INVALID, "this is no reference to a text");
}

/* The id in a reference of ours, which needs no JSON reader to be found. */
static enum lw_code find_id(lw_str reference, lw_str *ret_id, struct lw_error *err)
{
  size_t from = lw_str_find(reference, LW_STR("\"txt_"), 0);
  size_t to = from != SIZE_MAX ? lw_str_find(reference, LW_STR("\""), from + 1) : SIZE_MAX;
  if (to == SIZE_MAX) {
    return lw_fail(err, LW_INVALID, "this is no reference to a text");
  }
  *ret_id = lw_str_slice(reference, from + 1, to - from - 1);
  return LW_OK;
}

enum lw_code lw_text_read(struct lw_db *db, lw_str reference, struct lw_arena *arena,
                          lw_str *ret_text, struct lw_error *err)
{
  lw_str id;
  *ret_text = LW_STR("");
  if (reference.len == 0) {
    return LW_OK;
  }
  enum lw_code rc = find_id(reference, &id, err);
  return rc == LW_OK ? get(db, id, arena, ret_text, err) : rc;
}

enum lw_code lw_text_drop(struct lw_db *db, lw_str reference, struct lw_error *err)
{
  lw_str id;
  enum lw_code rc = find_id(reference, &id, err);
  return rc == LW_OK ? lw_db_run(db, sql_drop, &id, 1, err) : rc;
}

static enum lw_code erase_by(struct lw_db *db, const char *sql, lw_str subject, int64_t *count,
                             struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, subject);
  rc = lw_stmt_run(stmt, err);
  *count += rc == LW_OK ? lw_stmt_changes(stmt) : 0;
  return rc;
}

enum lw_code lw_text_erase(struct lw_db *db, lw_str person_or_customer, int64_t *ret_count,
                           struct lw_error *err)
{
  if (person_or_customer.len == 0) {
    return lw_fail(err, LW_INVALID, "whose texts to erase is not said");
  }
  enum lw_code rc = lw_db_overwrite(db, err);
  int64_t count = 0;
  if (rc == LW_OK) {
    rc = erase_by(db, sql_erase_person, person_or_customer, &count, err);
  }
  if (rc == LW_OK) {
    rc = erase_by(db, sql_erase_customer, person_or_customer, &count, err);
  }
  if (rc == LW_OK) {
    *ret_count = count;
  }
  return rc;
}
