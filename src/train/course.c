/* Courses as rows: a version holds its files whole, as an object of names and texts in the order of
 * the names, and its hash is of that text; so the folder comes out as it went in. A version is read
 * anew whenever it is needed: a course has some hundred kilobytes at most, and people read slowly.
 */
#include "base/hash.h"
#include "learn/grade.h"
#include "policy/explain.h"
#include "train/inside.h"

static const char newest_sql[] = "SELECT version, sha256 FROM course_version WHERE course = $1 "
                                 "ORDER BY version DESC LIMIT 1";
static const char insert_sql[] =
    "INSERT INTO course_version (course, version, title, certificate, sha256, files, at, who) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
static const char get_sql[] = "SELECT course, version, sha256, files, at, who FROM course_version "
                              "WHERE course = $1 AND ($2 = 0 OR version = $2) ORDER BY version "
                              "DESC LIMIT 1";
static const char list_sql[] =
    "SELECT DISTINCT course FROM course_version ORDER BY course LIMIT $1";

/* --- files --- */

const char *lw_course_files_read(const struct lw_value *value, struct lw_arena *arena,
                                 struct lw_course_file **ret_files, uint32_t *ret_count)
{
  if (value == NULL || value->kind != LW_VALUE_MAP || value->count == 0 ||
      value->count > LW_COURSE_FILES_MAX) {
    return "an object of at most 200 names of files and their texts";
  }
  struct lw_course_file *files = LW_NEW_ARRAY(arena, struct lw_course_file, value->count);
  for (uint32_t i = 0; files != NULL && i < value->count; i++) {
    struct lw_course_file file = {value->entries[i].key, value->items[i].text};
    uint32_t at = i;
    if (value->items[i].kind != LW_VALUE_STRING || !lw_course_name_fits(file.name)) {
      return "names have only letters, digits, \".\", \"-\" and \"_\", and each has a text";
    }
    for (; at > 0 && lw_str_compare(files[at - 1].name, file.name) > 0; at--) {
      files[at] = files[at - 1];
    }
    files[at] = file;
  }
  *ret_files = files;
  *ret_count = files != NULL ? value->count : 0;
  return NULL;
}

static void add_files(struct lw_buf *out, const struct lw_course_file *files, uint32_t count)
{
  lw_buf_add_char(out, '{');
  for (uint32_t i = 0; i < count; i++) {
    lw_buf_add_c(out, i != 0 ? "," : "");
    lw_json_add_string(out, files[i].name);
    lw_buf_add_char(out, ':');
    lw_json_add_string(out, files[i].text);
  }
  lw_buf_add_char(out, '}');
}

/* --- publishing --- */

static enum lw_code newest(struct lw_batch *batch, lw_str course, uint64_t *ret_version,
                           lw_str *ret_sha256, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(batch->db, newest_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, course);
  rc = lw_stmt_step(stmt, &is_row, err);
  *ret_version = rc == LW_OK && is_row ? (uint64_t)lw_stmt_get_int(stmt, 0) : 0;
  *ret_sha256 = rc == LW_OK && is_row ? lw_stmt_copy_text(stmt, 1, batch->scratch) : LW_STR("");
  lw_stmt_reset(stmt);
  return rc;
}

static enum lw_code insert(struct lw_batch *batch, const struct lw_change *change,
                           const struct lw_course *course, uint64_t version, lw_str sha256,
                           lw_str files, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(batch->db, insert_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text(stmt, 1, course->id);
    lw_stmt_int(stmt, 2, (int64_t)version);
    lw_stmt_text(stmt, 3, course->title);
    lw_stmt_text(stmt, 4, course->certificate);
    lw_stmt_text(stmt, 5, sha256);
    lw_stmt_text(stmt, 6, files);
    lw_stmt_int(stmt, 7, batch->now);
    lw_stmt_text(stmt, 8, change->actor);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

static enum lw_code append_published(struct lw_batch *batch, struct lw_change *change,
                                     const struct lw_course *course, uint64_t version,
                                     lw_str sha256, lw_str files, struct lw_error *err)
{
  struct lw_buf body = {0};
  lw_buf_add_char(&body, '{');
  lw_train_add_text(&body, "course", course->id);
  lw_buf_printf(&body, ",\"version\":%llu", (unsigned long long)version);
  lw_train_add_text(&body, "title", course->title);
  if (course->certificate.len != 0) {
    lw_train_add_text(&body, "certificate", course->certificate);
  }
  lw_train_add_text(&body, "sha256", sha256);
  LW_BUF_LIT(&body, ",\"files\":");
  lw_buf_add(&body, files);
  lw_buf_add_char(&body, '}');
  return lw_batch_append_body(batch, change, LW_EVENT_COURSE_PUBLISHED, &body, err);
}

enum lw_code lw_course_publish(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err)
{
  const struct lw_course_publish *publish = change->user;
  struct lw_buf files = {0};
  char hex[2 * LW_HASH_BYTES];
  uint64_t version = 0;
  lw_str before = LW_STR("");
  add_files(&files, publish->files, publish->n_files);
  enum lw_code rc = files.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a course")
                                 : newest(batch, publish->course.id, &version, &before, err);
  if (rc == LW_OK) {
    lw_hex_write(lw_hash_of(batch->hasher, lw_buf_str(&files)).bytes, LW_HASH_BYTES, hex);
    lw_str sha256 = lw_str_from(hex, sizeof hex);
    bool same = lw_str_equal(before, sha256);
    version += same ? 0 : 1;
    if (!same) {
      rc = insert(batch, change, &publish->course, version, sha256, lw_buf_str(&files), err);
      rc = rc == LW_OK ? append_published(batch, change, &publish->course, version, sha256,
                                          lw_buf_str(&files), err)
                       : rc;
    }
    lw_change_status(change, same ? 200 : 201);
    lw_buf_add_char(&change->answer, '{');
    lw_train_add_text(&change->answer, "course", publish->course.id);
    lw_buf_printf(&change->answer, ",\"version\":%llu", (unsigned long long)version);
    lw_train_add_text(&change->answer, "sha256", sha256);
    lw_buf_add_char(&change->answer, '}');
  }
  lw_buf_finish(&files);
  return rc;
}

/* --- reading --- */

static enum lw_code read_row(const struct lw_train_reader *reader, lw_str files,
                             struct lw_course_version *version, struct lw_error *err)
{
  const struct lw_value *value = NULL;
  struct lw_course_file *list = NULL;
  struct lw_course_findings findings;
  enum lw_code rc = lw_json_read(reader->json, reader->arena, files, NULL, &value, err);
  if (rc != LW_OK) {
    return rc;
  }
  const char *fault = lw_course_files_read(value, reader->arena, &list, &version->n_files);
  version->files = list;
  rc = fault != NULL ? lw_fail(err, LW_INTERNAL, "a stored course can't be read: %s", fault)
                     : lw_course_read(reader->arena, list, version->n_files, &version->course,
                                      &findings, err);
  return rc == LW_OK && findings.errors != 0
             ? lw_fail(err, LW_INTERNAL, "course \"%.*s\", version %llu, can't be read any more",
                       LW_FMT(version->id), (unsigned long long)version->version)
             : rc;
}

enum lw_code lw_course_get(const struct lw_train_reader *reader, lw_str id, uint64_t version,
                           struct lw_course_version *ret_version, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  lw_str files = LW_STR("");
  enum lw_code rc = lw_db_statement(reader->db, get_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, id);
  lw_stmt_int(stmt, 2, (int64_t)version);
  rc = lw_stmt_step(stmt, &is_row, err);
  if (rc == LW_OK && is_row) {
    *ret_version = (struct lw_course_version){.id = lw_stmt_copy_text(stmt, 0, reader->arena),
                                              .version = (uint64_t)lw_stmt_get_int(stmt, 1),
                                              .sha256 = lw_stmt_copy_text(stmt, 2, reader->arena),
                                              .at = lw_stmt_get_int(stmt, 4),
                                              .by = lw_stmt_copy_text(stmt, 5, reader->arena)};
    files = lw_stmt_copy_text(stmt, 3, reader->arena);
  }
  lw_stmt_reset(stmt);
  if (rc == LW_OK && !is_row) {
    return lw_fail(err, LW_NOT_FOUND, "there is no course \"%.*s\"", LW_FMT(id));
  }
  return rc == LW_OK ? read_row(reader, files, ret_version, err) : rc;
}

static enum lw_code list_ids(const struct lw_train_reader *reader, lw_str *ids, uint32_t *ret_count,
                             struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  uint32_t count = 0;
  enum lw_code rc = lw_db_statement(reader->db, list_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, LW_COURSES_MAX);
  while (count < LW_COURSES_MAX && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    ids[count++] = lw_stmt_copy_text(stmt, 0, reader->arena);
  }
  lw_stmt_reset(stmt);
  *ret_count = count;
  return rc;
}

enum lw_code lw_course_list(const struct lw_train_reader *reader, struct lw_buf *out,
                            struct lw_error *err)
{
  uint32_t count = 0;
  lw_str *ids = LW_NEW_ARRAY(reader->arena, lw_str, LW_COURSES_MAX);
  enum lw_code rc = ids == NULL ? lw_fail(err, LW_NO_MEMORY, "out of memory")
                                : list_ids(reader, ids, &count, err);
  LW_BUF_LIT(out, "{\"items\":[");
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    struct lw_course_version version;
    rc = lw_course_get(reader, ids[i], 0, &version, err);
    if (rc == LW_OK) {
      lw_buf_add_c(out, i != 0 ? "," : "");
      lw_course_print(reader, &version, false, out);
    }
  }
  LW_BUF_LIT(out, "]}");
  return rc;
}

/* --- printing --- */

static bool asks_for(const struct lw_who *who, lw_str certificate)
{
  for (uint32_t i = 0; i < who->n_holds; i++) {
    if (lw_str_equal(who->holds[i], certificate)) {
      return true;
    }
  }
  return false;
}

/* What it gives, in sentences. */
static void add_says(const struct lw_policy *policy, const struct lw_grant *grant,
                     struct lw_buf *out)
{
  struct lw_buf says = {0};
  lw_explain_grant(policy, grant, &says);
  lw_train_add_text(out, "says", lw_buf_str(&says));
  out->failed |= says.failed;
  lw_buf_finish(&says);
}

/* The grants of the live policy that ask for it. */
static void add_opens(const struct lw_train_reader *reader, lw_str certificate, struct lw_buf *out)
{
  const struct lw_policy *policy = reader->snapshot != NULL ? reader->snapshot->policy : NULL;
  bool first = true;
  LW_BUF_LIT(out, ",\"opens\":[");
  for (uint32_t i = 0; policy != NULL && i < policy->n_grants; i++) {
    if (certificate.len != 0 && asks_for(&policy->grants[i].who, certificate)) {
      lw_buf_add_c(out, first ? "{" : ",{");
      lw_train_add_text(out, "grant", policy->grants[i].id);
      add_says(policy, &policy->grants[i], out);
      if (policy->grants[i].why.len != 0) {
        lw_train_add_text(out, "why", policy->grants[i].why);
      }
      lw_buf_add_char(out, '}');
      first = false;
    }
  }
  lw_buf_add_char(out, ']');
}

/* What the caller holds of it now. */
static void add_mine(const struct lw_train_reader *reader, lw_str certificate, struct lw_buf *out)
{
  const struct lw_person *person = reader->caller != NULL ? reader->caller->person : NULL;
  for (uint32_t i = 0; person != NULL && i < person->actor.n_holds; i++) {
    const struct lw_certificate *held = &person->actor.holds[i];
    if (certificate.len != 0 && lw_str_equal(held->name, certificate)) {
      lw_buf_printf(out, ",\"mine\":{\"holds\":%s", reader->now < held->until ? "true" : "false");
      if (held->until != INT64_MAX) {
        lw_member_time(out, "until", held->until);
      }
      lw_buf_add_char(out, '}');
      return;
    }
  }
  LW_BUF_LIT(out, ",\"mine\":{\"holds\":false}");
}

static void add_items(const struct lw_course *course, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"items\":[");
  for (uint32_t i = 0; i < course->n_items; i++) {
    const struct lw_course_item *item = &course->items[i];
    lw_buf_add_c(out, i != 0 ? "," : "");
    if (item->question != NULL) {
      lw_quiz_print(item->question, item->id, out);
    } else {
      LW_BUF_LIT(out, "{\"kind\":\"page\",\"text\":{\"format\":\"markdown\",\"text\":");
      lw_json_add_string(out, item->page);
      LW_BUF_LIT(out, "}}");
    }
  }
  lw_buf_add_char(out, ']');
}

/* How many want an answer, graded or not. */
static uint32_t asked(const struct lw_course *course)
{
  uint32_t count = 0;
  for (uint32_t i = 0; i < course->n_items; i++) {
    const struct lw_quiz *question = course->items[i].question;
    count += question != NULL && question->kind != LW_QUIZ_DESCRIPTION ? 1 : 0;
  }
  return count;
}

void lw_course_print(const struct lw_train_reader *reader, const struct lw_course_version *version,
                     bool items, struct lw_buf *out)
{
  const struct lw_course *course = &version->course;
  struct lw_buf object = {0}; /* members look at what stands before them */
  lw_buf_add_char(&object, '{');
  lw_train_add_text(&object, "id", version->id);
  lw_train_add_text(&object, "title", course->title);
  lw_buf_printf(&object, ",\"version\":%llu,\"pass\":%u,\"questions\":%u,\"asked\":%u",
                (unsigned long long)version->version, course->pass_percent, course->n_questions,
                asked(course));
  if (course->certificate.len != 0) {
    lw_train_add_text(&object, "certificate", course->certificate);
  }
  if (course->valid_days != 0) {
    lw_buf_printf(&object, ",\"valid_days\":%u", course->valid_days);
  }
  if (course->tries != 0) {
    lw_buf_printf(&object, ",\"tries\":%u", course->tries);
  }
  if (course->per_version) {
    LW_BUF_LIT(&object, ",\"per_version\":true");
  }
  if (course->currency != LW_CURRENCY_NONE) {
    lw_train_add_text(&object, "currency", lw_currency_code(course->currency));
  }
  lw_member_time(&object, "at", version->at);
  add_opens(reader, course->certificate, &object);
  add_mine(reader, course->certificate, &object);
  if (items) {
    add_items(course, &object);
  }
  lw_buf_add_char(&object, '}');
  lw_buf_add(out, lw_buf_str(&object));
  out->failed |= object.failed;
  lw_buf_finish(&object);
}

void lw_course_files_print(const struct lw_course_version *version, struct lw_buf *out)
{
  lw_buf_add_char(out, '{');
  lw_train_add_text(out, "id", version->id);
  lw_buf_printf(out, ",\"version\":%llu", (unsigned long long)version->version);
  lw_train_add_text(out, "sha256", version->sha256);
  lw_member_time(out, "at", version->at);
  lw_train_add_text(out, "by", version->by);
  LW_BUF_LIT(out, ",\"files\":");
  add_files(out, version->files, version->n_files);
  lw_buf_add_char(out, '}');
}
