/* Checkpoints: signatures over the head of the chain. Whoever keeps one outside the database can
 * prove later that nothing before it was changed, and that nothing of it was cut off.
 *
 * The key's file is written under a name of its own and linked to its place, so that it is there
 * whole or not at all, and of two programs that make it at the same time one wins and both use its
 * key. */
#include "ledger/checkpoint.h"

#include "base/num.h"
#include "data/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  MESSAGE_BYTES_MAX = 256,
  KEY_FILE_BYTES_MAX = 512,
  PATH_BYTES_MAX = 4096,
  KEY_HEX_BYTES = 2 * LW_SIGN_SECRET_BYTES
};

static const char key_head[] = "leeway checkpoint key 1\n";

static const char sql_insert[] =
    "INSERT INTO checkpoint (seq, at, hash, key, signature) VALUES ($1, $2, $3, $4, $5)";
static const char sql_all[] = LW_CHECKPOINT_SQL;

/* ---- as text ---- */

static void add_hex(struct lw_buf *out, const uint8_t *bytes, size_t count)
{
  char *place = lw_buf_reserve(out, 2 * count);
  if (place != NULL) {
    lw_hex_write(bytes, count, place);
    out->len += 2 * count;
  }
}

/* Without a terminator; returns the length. */
static size_t write_moment(lw_usec at, char place[LW_MOMENT_TEXT_BYTES])
{
  int64_t rest = at % LW_USEC_PER_SECOND;
  rest += rest < 0 ? LW_USEC_PER_SECOND : 0;
  return lw_rfc3339_write((at - rest) / LW_USEC_PER_SECOND, (uint32_t)rest * 1000, place);
}

static bool is_moment(lw_usec at)
{
  return at >= LW_TIME_SECONDS_MIN * LW_USEC_PER_SECOND &&
         at / LW_USEC_PER_SECOND < LW_TIME_SECONDS_MAX;
}

void lw_checkpoint_print(const struct lw_checkpoint *checkpoint, struct lw_buf *out)
{
  char at[LW_MOMENT_TEXT_BYTES];
  size_t at_len = write_moment(checkpoint->at, at);
  LW_BUF_LIT(out, "{\"seq\":");
  lw_buf_add_uint(out, checkpoint->seq);
  LW_BUF_LIT(out, ",\"hash\":\"");
  add_hex(out, checkpoint->hash.bytes, LW_HASH_BYTES);
  LW_BUF_LIT(out, "\",\"at\":\"");
  lw_buf_add(out, lw_str_from(at, at_len));
  LW_BUF_LIT(out, "\",\"key\":\"");
  add_hex(out, checkpoint->public_key, LW_SIGN_PUBLIC_BYTES);
  LW_BUF_LIT(out, "\",\"signature\":\"");
  add_hex(out, checkpoint->signature, LW_SIGN_BYTES);
  LW_BUF_LIT(out, "\"}");
}

static bool read_hex(const struct lw_value *map, lw_str key, uint8_t *place, size_t count)
{
  const struct lw_value *value = lw_value_get(map, key);
  return value != NULL && value->kind == LW_VALUE_STRING && lw_hex_read(value->text, place, count);
}

static bool read_moment(const struct lw_value *map, lw_str key, lw_usec *ret_at)
{
  const struct lw_value *value = lw_value_get(map, key);
  int64_t seconds = 0;
  uint32_t nanos = 0;
  if (value == NULL || value->kind != LW_VALUE_STRING ||
      !lw_rfc3339_read(value->text, &seconds, &nanos)) {
    return false;
  }
  *ret_at = seconds * LW_USEC_PER_SECOND + nanos / 1000;
  return true;
}

bool lw_checkpoint_read(const struct lw_value *map, struct lw_checkpoint *ret_checkpoint)
{
  const struct lw_value *seq = lw_value_get(map, LW_STR("seq"));
  struct lw_checkpoint read = {0};
  if (seq == NULL || seq->kind != LW_VALUE_NUMBER || !lw_uint_read(seq->text, &read.seq) ||
      !read_moment(map, LW_STR("at"), &read.at) ||
      !read_hex(map, LW_STR("hash"), read.hash.bytes, LW_HASH_BYTES) ||
      !read_hex(map, LW_STR("key"), read.public_key, LW_SIGN_PUBLIC_BYTES) ||
      !read_hex(map, LW_STR("signature"), read.signature, LW_SIGN_BYTES)) {
    return false;
  }
  *ret_checkpoint = read;
  return true;
}

static bool get_bytes(const struct lw_stmt *stmt, int column, uint8_t *place, size_t count)
{
  lw_str bytes = lw_stmt_get_blob(stmt, column);
  if (bytes.len != count) {
    return false;
  }
  memcpy(place, bytes.ptr, count);
  return true;
}

bool lw_checkpoint_row(const struct lw_stmt *stmt, struct lw_checkpoint *ret_checkpoint)
{
  ret_checkpoint->seq = (uint64_t)lw_stmt_get_int(stmt, 0);
  ret_checkpoint->at = lw_stmt_get_int(stmt, 1);
  return is_moment(ret_checkpoint->at) &&
         get_bytes(stmt, 2, ret_checkpoint->hash.bytes, LW_HASH_BYTES) &&
         get_bytes(stmt, 3, ret_checkpoint->public_key, LW_SIGN_PUBLIC_BYTES) &&
         get_bytes(stmt, 4, ret_checkpoint->signature, LW_SIGN_BYTES);
}

/* ---- signing ---- */

/* What is signed; in `place`. */
static lw_str message_of(const struct lw_checkpoint *checkpoint, char place[MESSAGE_BYTES_MAX])
{
  char hex[2 * LW_HASH_BYTES];
  char at[LW_MOMENT_TEXT_BYTES];
  lw_hex_write(checkpoint->hash.bytes, LW_HASH_BYTES, hex);
  size_t at_len = write_moment(checkpoint->at, at);
  int len = snprintf(place, MESSAGE_BYTES_MAX, "leeway checkpoint 1\n%llu\n%.*s\n%.*s\n",
                     (unsigned long long)checkpoint->seq, (int)sizeof hex, hex, (int)at_len, at);
  return lw_str_from(place, (size_t)len);
}

bool lw_checkpoint_is_signed(const struct lw_checkpoint *checkpoint)
{
  char place[MESSAGE_BYTES_MAX];
  return lw_sign_verify(message_of(checkpoint, place), checkpoint->public_key,
                        checkpoint->signature);
}

static enum lw_code insert(struct lw_db *db, const struct lw_checkpoint *checkpoint,
                           struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql_insert, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, (int64_t)checkpoint->seq);
  lw_stmt_int(stmt, 2, checkpoint->at);
  lw_stmt_blob(stmt, 3, lw_str_from((const char *)checkpoint->hash.bytes, LW_HASH_BYTES));
  lw_stmt_blob(stmt, 4, lw_str_from((const char *)checkpoint->public_key, LW_SIGN_PUBLIC_BYTES));
  lw_stmt_blob(stmt, 5, lw_str_from((const char *)checkpoint->signature, LW_SIGN_BYTES));
  return lw_stmt_run(stmt, err);
}

enum lw_code lw_checkpoint_append(struct lw_journal *journal, struct lw_db *db,
                                  const struct lw_checkpoint_key *key, lw_usec now,
                                  struct lw_error *err)
{
  struct lw_checkpoint checkpoint = {
      .seq = lw_journal_next(journal) - 1, .hash = lw_journal_hash(journal), .at = now};
  if (checkpoint.seq == 0) { /* nothing to sign yet */
    return LW_OK;
  }
  char place[MESSAGE_BYTES_MAX];
  memcpy(checkpoint.public_key, key->public_key, sizeof checkpoint.public_key);
  lw_sign(message_of(&checkpoint, place), key->secret, checkpoint.signature);
  struct lw_buf body = {0};
  lw_checkpoint_print(&checkpoint, &body);
  enum lw_code rc = body.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a checkpoint")
                                : insert(db, &checkpoint, err);
  if (rc == LW_OK) {
    rc = lw_journal_append(journal, LW_EVENT_CHECKPOINT, now, LW_STR("leeway"), lw_buf_str(&body),
                           NULL, err);
  }
  lw_buf_finish(&body);
  return rc;
}

enum lw_code lw_checkpoint_export(struct lw_db *db, struct lw_buf *out, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool row = false;
  enum lw_code rc = lw_db_statement(db, sql_all, &stmt, err);
  if (rc == LW_OK) {
    rc = lw_stmt_step(stmt, &row, err);
  }
  while (rc == LW_OK && row) {
    struct lw_checkpoint checkpoint;
    if (!lw_checkpoint_row(stmt, &checkpoint)) {
      lw_stmt_reset(stmt);
      rc = lw_fail(err, LW_IO, "a checkpoint is damaged");
      lw_error_hint(err, "run `leeway verify`");
      return rc;
    }
    lw_checkpoint_print(&checkpoint, out);
    lw_buf_add_char(out, '\n');
    rc = lw_stmt_step(stmt, &row, err);
  }
  return rc == LW_OK && out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for checkpoints")
                                    : rc;
}

/* ---- the key's file ---- */

static enum lw_code fail_errno(int error, const char *doing, const char *path, struct lw_error *err)
{
  char reason[128];
  return lw_fail(err, LW_IO, "cannot %s %s: %s", doing, path,
                 strerror_r(error, reason, sizeof reason));
}

static bool parse_key(lw_str text, struct lw_checkpoint_key *ret_key)
{
  lw_str head = lw_str_c(key_head);
  if (!lw_str_starts(text, head)) {
    return false;
  }
  size_t public_at = head.len + KEY_HEX_BYTES + 1;
  return text.len == public_at + 2 * LW_SIGN_PUBLIC_BYTES + 1 &&
         lw_hex_read(lw_str_slice(text, head.len, KEY_HEX_BYTES), ret_key->secret,
                     LW_SIGN_SECRET_BYTES) &&
         lw_hex_read(lw_str_slice(text, public_at, (size_t)2 * LW_SIGN_PUBLIC_BYTES),
                     ret_key->public_key, LW_SIGN_PUBLIC_BYTES);
}

/* Whether the two halves belong together: what they sign must verify. */
static bool is_pair(const struct lw_checkpoint_key *key)
{
  uint8_t signature[LW_SIGN_BYTES];
  lw_sign(LW_STR("leeway"), key->secret, signature);
  return lw_sign_verify(LW_STR("leeway"), key->public_key, signature);
}

static enum lw_code check_mode(int file, const char *path, struct lw_error *err)
{
  struct stat stat;
  if (fstat(file, &stat) != 0) {
    return fail_errno(errno, "look at", path, err);
  }
  if ((stat.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    enum lw_code rc = lw_fail(err, LW_FORBIDDEN, "%s can be read by others", path);
    lw_error_hint(err, "chmod 600 %s", path);
    return rc;
  }
  return LW_OK;
}

static enum lw_code read_key(int file, const char *path, struct lw_checkpoint_key *ret_key,
                             struct lw_error *err)
{
  enum lw_code rc = check_mode(file, path, err);
  if (rc != LW_OK) {
    return rc;
  }
  char text[KEY_FILE_BYTES_MAX];
  struct lw_checkpoint_key key;
  ssize_t len = read(file, text, sizeof text); /* a short file of our own: one read gets it all */
  if (len < 0) {
    rc = fail_errno(errno, "read", path, err);
  } else if (!parse_key(lw_str_from(text, (size_t)len), &key) || !is_pair(&key)) {
    rc = lw_fail(err, LW_INVALID, "%s is no key for checkpoints", path);
    lw_error_hint(err, "restore it from a backup, or move it away: a new key is made then");
  } else {
    *ret_key = key;
  }
  lw_secret_wipe(text, sizeof text);
  lw_secret_wipe(&key, sizeof key);
  return rc;
}

static enum lw_code write_key(int file, const char *path, const struct lw_checkpoint_key *key,
                              struct lw_error *err)
{
  char hex[KEY_HEX_BYTES];
  char public_hex[2 * LW_SIGN_PUBLIC_BYTES];
  char text[KEY_FILE_BYTES_MAX];
  lw_hex_write(key->secret, LW_SIGN_SECRET_BYTES, hex);
  lw_hex_write(key->public_key, LW_SIGN_PUBLIC_BYTES, public_hex);
  int len = snprintf(text, sizeof text, "%s%.*s\n%.*s\n", key_head, (int)sizeof hex, hex,
                     (int)sizeof public_hex, public_hex);
  ssize_t written = write(file, text, (size_t)len);
  int error = written < 0 ? errno : ENOSPC;
  bool done = written == len && fsync(file) == 0;
  error = written == len && !done ? errno : error;
  lw_secret_wipe(text, sizeof text);
  lw_secret_wipe(hex, sizeof hex);
  return done ? LW_OK : fail_errno(error, "write", path, err);
}

/* Makes the file under a name of its own and links it to `path`, unless somebody was first. */
static enum lw_code make_key(const char *path, struct lw_error *err)
{
  char other[PATH_BYTES_MAX];
  int len = snprintf(other, sizeof other, "%s.%ld.new", path, (long)getpid());
  if (len < 0 || (size_t)len >= sizeof other) {
    return lw_fail(err, LW_LIMIT, "the name of the key's file is too long");
  }
  (void)unlink(other);
  int file = open(other, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (file < 0) {
    return fail_errno(errno, "make", other, err);
  }
  struct lw_checkpoint_key key;
  lw_sign_keys(key.secret, key.public_key);
  enum lw_code rc = write_key(file, other, &key, err);
  lw_secret_wipe(&key, sizeof key);
  (void)close(file);
  if (rc == LW_OK && link(other, path) != 0 && errno != EEXIST) {
    rc = fail_errno(errno, "make", path, err);
  }
  (void)unlink(other);
  return rc;
}

enum lw_code lw_checkpoint_key_open(const char *path, bool make, struct lw_checkpoint_key *ret_key,
                                    struct lw_error *err)
{
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT && make) {
    enum lw_code made = make_key(path, err);
    if (made != LW_OK) {
      return made;
    }
    file = open(path, O_RDONLY | O_CLOEXEC);
  }
  if (file < 0) {
    return errno == ENOENT
               ? lw_fail(err, LW_NOT_FOUND, "there is no key for checkpoints at %s", path)
               : fail_errno(errno, "read", path, err);
  }
  enum lw_code rc = read_key(file, path, ret_key, err);
  (void)close(file);
  return rc;
}
