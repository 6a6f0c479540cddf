/* Which version an AI agent is (its model, its prompt), and what that means for what it has learnt:
 * another version has passed nothing. Certificates of courses that are marked so (`per_version`)
 * are closed in the same transaction that records the new version, so the next request is decided
 * without them; passing again opens them. What was closed is remembered, so that it can be told
 * what is to be passed again. What else somebody vouched for stays. */
#include "train/version.h"

#include "engine/staff_inside.h"
#include "train/inside.h"

static const char get_sql[] = "SELECT version, at FROM ai_version WHERE person = $1";
static const char put_sql[] =
    "INSERT INTO ai_version (person, version, at) VALUES ($1, $2, $3) ON CONFLICT (person) DO "
    "UPDATE SET version = excluded.version, at = excluded.at";
static const char earned_sql[] = "SELECT certificate FROM ai_earned WHERE person = $1 AND version "
                                 "<> $2 AND closed_at = 0 ORDER BY certificate";
static const char close_sql[] = "UPDATE ai_earned SET closed_at = $3 WHERE person = $1 AND version "
                                "<> $2 AND closed_at = 0";
static const char passed_sql[] =
    "SELECT certificate, course, version, at, closed_at FROM ai_earned "
    "WHERE person = $1 ORDER BY certificate";
static const char earn_sql[] =
    "INSERT INTO ai_earned (person, certificate, course, version, at) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (person, certificate) DO UPDATE SET course = excluded.course, version = "
    "excluded.version, at = excluded.at, closed_at = 0";
static const char end_sql[] =
    "UPDATE attempt SET state = 3, finished_at = $2 WHERE person = $1 AND "
    "state = 0";
static const char forget_answers_sql[] =
    "UPDATE attempt_answer SET response = '' WHERE attempt IN (SELECT id FROM attempt WHERE person "
    "= $1 AND state = 3)";

enum lw_code lw_version_get(struct lw_db *db, lw_str person, struct lw_arena *arena,
                            struct lw_version *ret, struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  *ret = (struct lw_version){.text = LW_STR("")};
  enum lw_code rc = lw_db_find(db, get_sql, person, &row, err);
  if (rc == LW_OK) {
    *ret = (struct lw_version){lw_stmt_copy_text(row, 0, arena), lw_stmt_get_int(row, 1)};
    lw_stmt_reset(row);
  }
  return rc == LW_NOT_FOUND ? LW_OK : rc;
}

static void print_passed(const struct lw_stmt *row, struct lw_buf *out)
{
  lw_buf_add_char(out, '{');
  lw_train_add_text(out, "certificate", lw_stmt_get_text(row, 0));
  lw_train_add_text(out, "course", lw_stmt_get_text(row, 1));
  if (lw_stmt_get_text(row, 2).len != 0) {
    lw_train_add_text(out, "version", lw_stmt_get_text(row, 2));
  }
  lw_member_time(out, "at", lw_stmt_get_int(row, 3));
  if (lw_stmt_get_int(row, 4) != 0) {
    lw_member_time(out, "closed_at", lw_stmt_get_int(row, 4));
  }
  lw_buf_add_char(out, '}');
}

static enum lw_code add_passed(struct lw_db *db, lw_str person, struct lw_buf *out,
                               struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(db, passed_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, person);
  LW_BUF_LIT(out, ",\"passed\":[");
  for (bool first = true; (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row;
       first = false) {
    lw_buf_add_c(out, first ? "" : ",");
    print_passed(stmt, out);
  }
  lw_buf_add_char(out, ']');
  lw_stmt_reset(stmt);
  return rc;
}

enum lw_code lw_version_print(struct lw_db *db, lw_str person, struct lw_arena *arena,
                              struct lw_buf *out, struct lw_error *err)
{
  struct lw_version version;
  enum lw_code rc = lw_version_get(db, person, arena, &version, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_buf_add_char(out, '{');
  lw_train_add_text(out, "person", person);
  if (version.text.len != 0) {
    lw_train_add_text(out, "version", version.text);
    lw_member_time(out, "since", version.since);
  }
  rc = add_passed(db, person, out, err);
  lw_buf_add_char(out, '}');
  return rc;
}

enum lw_code lw_version_earned(struct lw_batch *batch, lw_str person, lw_str certificate,
                               lw_str course, struct lw_error *err)
{
  struct lw_version version;
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_version_get(batch->db, person, batch->scratch, &version, err);
  rc = rc == LW_OK ? lw_db_statement(batch->db, earn_sql, &stmt, err) : rc;
  if (rc == LW_OK) {
    lw_stmt_text(stmt, 1, person);
    lw_stmt_text(stmt, 2, certificate);
    lw_stmt_text(stmt, 3, course);
    lw_stmt_text(stmt, 4, version.text);
    lw_stmt_int(stmt, 5, batch->now);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

/* --- another version --- */

struct closing {
  lw_str *names; /* earned with another version */
  uint32_t count;
};

static enum lw_code read_earned(struct lw_batch *batch, lw_str person, lw_str version,
                                struct closing *ret, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  *ret = (struct closing){LW_NEW_ARRAY(batch->scratch, lw_str, LW_PERSON_HOLDS_MAX), 0};
  enum lw_code rc = ret->names == NULL ? lw_fail(err, LW_NO_MEMORY, "out of memory")
                                       : lw_db_statement(batch->db, earned_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, person);
  lw_stmt_text(stmt, 2, version);
  while (ret->count < LW_PERSON_HOLDS_MAX && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK &&
         is_row) {
    ret->names[ret->count++] = lw_stmt_copy_text(stmt, 0, batch->scratch);
  }
  lw_stmt_reset(stmt);
  return rc;
}

static bool is_closed(const struct closing *closing, lw_str name)
{
  for (uint32_t i = 0; i < closing->count; i++) {
    if (lw_str_equal(closing->names[i], name)) {
      return true;
    }
  }
  return false;
}

/* What they hold without what is closed; an entry person.changed. */
static enum lw_code close(struct lw_batch *batch, struct lw_change *change,
                          const struct lw_person *person, const struct closing *closing,
                          struct lw_error *err)
{
  struct lw_person_edit edit = {.fields = LW_PERSON_HOLDS, .actor = {.id = person->actor.id}};
  struct lw_person after;
  struct lw_certificate *holds =
      LW_NEW_ARRAY(batch->scratch, struct lw_certificate, person->actor.n_holds + 1U);
  uint32_t count = 0;
  for (uint32_t i = 0; holds != NULL && i < person->actor.n_holds; i++) {
    if (!is_closed(closing, person->actor.holds[i].name)) {
      holds[count++] = person->actor.holds[i];
    }
  }
  if (holds == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for certificates");
  }
  edit.actor.holds = holds;
  edit.actor.n_holds = count;
  return lw_person_differs(person, &edit) != 0
             ? lw_staff_write_person(batch, change, person, &edit, &after, err)
             : LW_OK;
}

/* $1: somebody, $2: a version, $3: now. */
static enum lw_code run(struct lw_batch *batch, const char *sql, lw_str person, lw_str version,
                        struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(batch->db, sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text(stmt, 1, person);
    lw_stmt_text(stmt, 2, version);
    lw_stmt_int(stmt, 3, batch->now);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

/* What the version before was in the middle of is over: its answers are not the new one's. */
static enum lw_code end_attempts(struct lw_batch *batch, lw_str person, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(batch->db, end_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text(stmt, 1, person);
    lw_stmt_int(stmt, 2, batch->now);
    rc = lw_stmt_run(stmt, err);
  }
  return rc == LW_OK ? lw_db_run(batch->db, forget_answers_sql, &person, 1, err) : rc;
}

static void add_body(lw_str person, lw_str before, lw_str version, const struct closing *closing,
                     struct lw_buf *out)
{
  lw_buf_add_char(out, '{');
  lw_train_add_text(out, "person", person);
  lw_train_add_text(out, "version", version);
  if (before.len != 0) {
    lw_train_add_text(out, "before_version", before);
  }
  LW_BUF_LIT(out, ",\"closed\":[");
  for (uint32_t i = 0; i < closing->count; i++) {
    lw_buf_add_c(out, i != 0 ? "," : "");
    lw_json_add_string(out, closing->names[i]);
  }
  LW_BUF_LIT(out, "]}");
}

static enum lw_code change_version(struct lw_batch *batch, struct lw_change *change,
                                   const struct lw_person *person, lw_str before, lw_str version,
                                   struct lw_error *err)
{
  struct closing closing;
  struct lw_buf body = {0};
  lw_str id = person->actor.id;
  enum lw_code rc = read_earned(batch, id, version, &closing, err);
  rc = rc == LW_OK ? run(batch, put_sql, id, version, err) : rc;
  rc = rc == LW_OK ? end_attempts(batch, id, err) : rc;
  rc = rc == LW_OK ? close(batch, change, person, &closing, err) : rc;
  rc = rc == LW_OK ? run(batch, close_sql, id, version, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  add_body(id, before, version, &closing, &body);
  add_body(id, before, version, &closing, &change->answer);
  return lw_batch_append_body(batch, change, LW_EVENT_PERSON_VERSION, &body, err);
}

static enum lw_code check(const struct lw_batch *batch, const struct lw_version_words *words,
                          const struct lw_person **ret_person, struct lw_error *err)
{
  const struct lw_person *person = lw_staff_find(batch->snapshot->staff, words->person);
  const struct lw_caller *caller = words->caller;
  if (person == NULL || !person->active ||
      (!lw_access_covers(caller, LW_ACCESS_LEARN, batch->snapshot->staff, words->person) &&
       !lw_access_covers(caller, LW_ACCESS_CHANGE_PEOPLE, batch->snapshot->staff, words->person))) {
    return lw_fail(err, LW_NOT_FOUND, "there is no person of this id that you may speak for");
  }
  if (person->actor.kind != LW_ACTOR_AI) {
    return lw_fail(err, LW_INVALID, "only an AI agent has a version");
  }
  *ret_person = person;
  return LW_OK;
}

enum lw_code lw_version_set(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_version_words *words = change->user;
  const struct lw_person *person = NULL;
  static const struct closing nothing;
  struct lw_version before;
  enum lw_code rc = check(batch, words, &person, err);
  rc = rc == LW_OK ? lw_version_get(batch->db, words->person, batch->scratch, &before, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  lw_change_status(change, 200);
  if (lw_str_equal(before.text, words->version)) {
    add_body(words->person, LW_STR(""), words->version, &nothing, &change->answer);
    return LW_OK;
  }
  return change_version(batch, change, person, before.text, words->version, err);
}
