/* Attempts: started, answered one question after the other, finished. Nobody but the person takes
 * theirs; an AI agent does by its own token. Every answer is a change of its own, committed before
 * its reply leaves, so that closing the window loses none. */
#include "engine/certify.h"
#include "base/num.h"
#include "engine/council.h"
#include "learn/grade.h"
#include "train/inside.h"
#include "train/version.h"

#include <assert.h>
#include <stdlib.h>

enum state { OPEN, PASSED, FAILED, ENDED, STATES };
static const lw_str states[STATES] = {LW_STR_INIT("open"), LW_STR_INIT("passed"),
                                      LW_STR_INIT("failed"), LW_STR_INIT("ended")};
static const lw_str prefix = LW_STR_INIT("att");

#define COLUMNS "id, person, course, version, state, started_at, finished_at, percent"
/* What is read: how many were answered, how many of them fully right, when the last one was kept.
 */
#define READ                                                                                       \
  COLUMNS                                                                                          \
  ", (SELECT count(*) FROM attempt_answer WHERE attempt = attempt.id), "                           \
  "(SELECT count(*) FROM attempt_answer WHERE attempt = attempt.id AND credit >= "                 \
  "10000000), (SELECT coalesce(max(at), 0) FROM attempt_answer WHERE attempt = attempt.id)"
static_assert(LW_CREDIT_FULL == 10000000, "as the statement above has it");

static const char insert_sql[] =
    "INSERT INTO attempt (" COLUMNS ") VALUES ($1, $2, $3, $4, 0, $5, 0, 0)";
static const char finish_sql[] =
    "UPDATE attempt SET state = $2, finished_at = $3, percent = $4, amounts = $5, amount_off = $6 "
    "WHERE id = $1";
static const char get_sql[] = "SELECT " READ " FROM attempt WHERE id = $1";
static const char open_sql[] =
    "SELECT " READ " FROM attempt WHERE person = $1 AND course = $2 AND state = 0";
static const char list_sql[] =
    "SELECT " READ " FROM attempt WHERE ($1 = '' OR id < $1) AND person = $2 AND course = $3 "
    "ORDER BY id DESC";
static const char person_sql[] =
    "SELECT " READ " FROM attempt WHERE ($1 = '' OR id < $1) AND person = $2 ORDER BY id DESC";
static const char all_open_sql[] =
    "SELECT " READ " FROM attempt WHERE ($1 = '' OR id < $1) AND state = 0 ORDER BY id DESC";
/* Those since the last that was passed, and since an AI agent is another version. */
static const char failed_sql[] =
    "SELECT count(*) FROM attempt WHERE person = $1 AND course = $2 AND version = $3 AND state = 2 "
    "AND started_at > coalesce((SELECT max(started_at) FROM attempt WHERE person = $1 AND course = "
    "$2 AND state = 1), 0) AND started_at > coalesce((SELECT at FROM ai_version WHERE person = "
    "$1), "
    "0)";
static const char answers_sql[] =
    "SELECT question, response, credit FROM attempt_answer WHERE attempt = $1";
static const char answer_sql[] =
    "SELECT response, credit FROM attempt_answer WHERE attempt = $1 AND question = $2";
static const char put_sql[] =
    "INSERT INTO attempt_answer (attempt, question, response, credit, at) VALUES ($1, $2, $3, $4, "
    "$5) ON CONFLICT (attempt, question) DO UPDATE SET response = $3, credit = $4, at = $5";
static const char forget_sql[] = "UPDATE attempt_answer SET response = '' WHERE attempt = $1";
static const char erase_sql[] = "UPDATE attempt_answer SET response = '' WHERE attempt IN (SELECT "
                                "id FROM attempt WHERE person = $1)";

struct attempt {
  lw_str id;
  lw_str person;
  lw_str course;
  uint64_t version;
  enum state state;
  lw_usec started_at;
  lw_usec finished_at; /* 0: not yet */
  uint32_t percent;
  uint32_t answered;
  uint32_t right;   /* of those, with full credit */
  lw_usec saved_at; /* 0: nothing was answered yet */
  /* Once it is settled: amounts where one is right, and how far the middle one was off. */
  uint32_t amounts;
  lw_money off;
};

/* --- rows --- */

static struct attempt take(const struct lw_stmt *row, struct lw_arena *arena)
{
  return (struct attempt){.id = lw_stmt_copy_text(row, 0, arena),
                          .person = lw_stmt_copy_text(row, 1, arena),
                          .course = lw_stmt_copy_text(row, 2, arena),
                          .version = (uint64_t)lw_stmt_get_int(row, 3),
                          .state = (enum state)lw_stmt_get_int(row, 4),
                          .started_at = lw_stmt_get_int(row, 5),
                          .finished_at = lw_stmt_get_int(row, 6),
                          .percent = (uint32_t)lw_stmt_get_int(row, 7),
                          .answered = (uint32_t)lw_stmt_get_int(row, 8),
                          .right = (uint32_t)lw_stmt_get_int(row, 9),
                          .saved_at = lw_stmt_get_int(row, 10)};
}

static enum lw_code one(const struct lw_train_reader *reader, const char *sql, const lw_str *keys,
                        int n_keys, bool *ret_found, struct attempt *ret, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(reader->db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  for (int i = 0; i < n_keys; i++) {
    lw_stmt_text(stmt, i + 1, keys[i]);
  }
  rc = lw_stmt_step(stmt, ret_found, err);
  if (rc == LW_OK && *ret_found) {
    *ret = take(stmt, reader->arena);
  }
  lw_stmt_reset(stmt);
  return rc;
}

bool lw_attempt_visible(const struct lw_train_reader *reader, lw_str person)
{
  const struct lw_staff *staff = reader->snapshot->staff;
  return reader->caller == NULL ||
         (lw_access_covers(reader->caller, LW_ACCESS_LEARN, staff, person) &&
          lw_individual_shown(reader->caller, staff, person, reader->works_council));
}

static enum lw_code get(const struct lw_train_reader *reader, lw_str id, struct attempt *ret,
                        struct lw_error *err)
{
  bool found = false;
  enum lw_code rc = one(reader, get_sql, &id, 1, &found, ret, err);
  return rc == LW_OK && (!found || !lw_attempt_visible(reader, ret->person))
             ? lw_fail(err, LW_NOT_FOUND, "there is no attempt of this id that you may see")
             : rc;
}

static const struct lw_person *taker(const struct lw_caller *caller)
{
  return caller != NULL ? caller->person : NULL;
}

/* The attempt and its course; the caller's own, and open. */
static enum lw_code begin(const struct lw_train_reader *reader, lw_str id, struct attempt *ret,
                          struct lw_course_version *ret_version, struct lw_error *err)
{
  const struct lw_person *person = taker(reader->caller);
  enum lw_code rc = get(reader, id, ret, err);
  if (rc == LW_OK && (person == NULL || !lw_str_equal(person->actor.id, ret->person))) {
    rc = lw_fail(err, LW_FORBIDDEN, "nobody answers for another");
  }
  if (rc == LW_OK && ret->state != OPEN) {
    rc = lw_fail(err, LW_CONFLICT, "this attempt is finished");
    lw_error_hint(err, "start another");
  }
  return rc == LW_OK ? lw_course_get(reader, ret->course, ret->version, ret_version, err) : rc;
}

/* --- printing --- */

static void add_attempt(const struct attempt *attempt, struct lw_buf *out)
{
  lw_buf_add_char(out, '{');
  lw_train_add_text(out, "id", attempt->id);
  lw_train_add_text(out, "person", attempt->person);
  lw_train_add_text(out, "course", attempt->course);
  lw_buf_printf(out, ",\"version\":%llu", (unsigned long long)attempt->version);
  lw_train_add_text(out, "state", states[attempt->state]);
  lw_member_time(out, "started_at", attempt->started_at);
  lw_buf_printf(out, ",\"answered\":%u,\"right\":%u", attempt->answered, attempt->right);
  if (attempt->saved_at != 0) {
    lw_member_time(out, "saved_at", attempt->saved_at);
  }
  if (attempt->finished_at != 0) {
    lw_member_time(out, "finished_at", attempt->finished_at);
    lw_buf_printf(out, ",\"percent\":%u", attempt->percent);
  }
}

struct kept {
  lw_str question;
  lw_str response; /* or empty: it is not kept any more */
  lw_credit credit;
};

/* Whose limits count in scenarios, and by which policy. */
static struct lw_rehearsal rehearsal_of(const struct lw_train_reader *reader, lw_str taker)
{
  const struct lw_person *person = lw_staff_find(reader->snapshot->staff, taker);
  return (struct lw_rehearsal){.snapshot = reader->snapshot,
                               .taker = person != NULL ? &person->actor : NULL,
                               .asking = reader->asking,
                               .lists = reader->lists,
                               .arena = reader->arena,
                               .now = reader->now};
}

/* The grade by the author and, of a scenario, by the policy: rehearsed, or NULL to ask it now. */
static enum lw_code grade_of(const struct lw_train_reader *reader, lw_str taker,
                             const struct lw_quiz *question, const struct lw_response *response,
                             const struct lw_rehearsed *rehearsed, struct lw_grade *ret,
                             struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  struct lw_rehearsed *now = NULL;
  *ret = lw_response_grade(question, response);
  if (question->kind != LW_QUIZ_SCENARIO || reader->snapshot == NULL ||
      reader->snapshot->live->policy == NULL) {
    return LW_OK;
  }
  if (rehearsed == NULL) {
    const struct lw_rehearsal rehearsal = rehearsal_of(reader, taker);
    rc = lw_scenario_rehearse(&rehearsal, question, response, &now, err);
    rehearsed = now;
  }
  return rc == LW_OK ? lw_scenario_grade(rehearsed, question, response, reader->arena, ret, err)
                     : rc;
}

/* What is told of a question that was answered: what it was worth then. */
static enum lw_code add_answer(const struct lw_train_reader *reader, lw_str taker,
                               const struct lw_quiz *question, const struct kept *kept,
                               const struct lw_rehearsed *rehearsed, struct lw_buf *out,
                               struct lw_error *err)
{
  const struct lw_value *value = NULL;
  struct lw_response read = {0};
  struct lw_grade grade;
  enum lw_code rc = lw_json_read(reader->json, reader->arena, kept->response, NULL, &value, err);
  if (rc == LW_OK && lw_response_read(question, value, reader->arena, &read) != NULL) {
    return lw_fail(err, LW_INTERNAL, "a stored answer can't be read");
  }
  rc = rc == LW_OK ? grade_of(reader, taker, question, &read, rehearsed, &grade, err) : rc;
  if (rc == LW_OK) {
    grade.credit = kept->credit;
    lw_buf_add_char(out, '{');
    lw_train_add_text(out, "question", kept->question);
    LW_BUF_LIT(out, ",\"response\":");
    lw_buf_add(out, kept->response);
    LW_BUF_LIT(out, ",\"grade\":");
    lw_grade_print(question, &read, &grade, out);
    lw_buf_add_char(out, '}');
  }
  return rc;
}

static enum lw_code read_answers(const struct lw_train_reader *reader, lw_str attempt,
                                 struct kept *kept, uint32_t *ret_count, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  uint32_t count = 0;
  enum lw_code rc = lw_db_statement(reader->db, answers_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, attempt);
  while (count < LW_COURSE_QUESTIONS_MAX && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK &&
         is_row) {
    kept[count++] = (struct kept){lw_stmt_copy_text(stmt, 0, reader->arena),
                                  lw_stmt_copy_text(stmt, 1, reader->arena),
                                  (lw_credit)lw_stmt_get_int(stmt, 2)};
  }
  lw_stmt_reset(stmt);
  *ret_count = count;
  return rc;
}

static enum lw_code add_kept(const struct lw_train_reader *reader, lw_str taker,
                             const struct lw_course *course, const struct kept *kept,
                             struct lw_buf *out, struct lw_error *err)
{
  const struct lw_quiz *question = lw_course_find(course, kept->question);
  if (question != NULL && kept->response.len != 0) {
    return add_answer(reader, taker, question, kept, NULL, out, err);
  }
  lw_buf_add_char(out, '{');
  lw_train_add_text(out, "question", kept->question);
  LW_BUF_LIT(out, ",\"credit\":\"");
  lw_credit_print(kept->credit, out);
  LW_BUF_LIT(out, "\"}");
  return LW_OK;
}

static enum lw_code print_whole(const struct lw_train_reader *reader, const struct attempt *attempt,
                                const struct lw_course *course, struct lw_buf *out,
                                struct lw_error *err)
{
  uint32_t count = 0;
  struct kept *kept = LW_NEW_ARRAY(reader->arena, struct kept, LW_COURSE_QUESTIONS_MAX);
  enum lw_code rc = kept == NULL ? lw_fail(err, LW_NO_MEMORY, "out of memory")
                                 : read_answers(reader, attempt->id, kept, &count, err);
  add_attempt(attempt, out);
  LW_BUF_LIT(out, ",\"answers\":[");
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    lw_buf_add_c(out, i != 0 ? "," : "");
    rc = add_kept(reader, attempt->person, course, &kept[i], out, err);
  }
  LW_BUF_LIT(out, "]}");
  return rc;
}

enum lw_code lw_attempt_print(const struct lw_train_reader *reader, lw_str id, struct lw_buf *out,
                              struct lw_error *err)
{
  struct attempt attempt;
  struct lw_course_version version;
  enum lw_code rc = get(reader, id, &attempt, err);
  rc = rc == LW_OK ? lw_course_get(reader, attempt.course, attempt.version, &version, err) : rc;
  return rc == LW_OK ? print_whole(reader, &attempt, &version.course, out, err) : rc;
}

/* Those of the rows whose person the reader may see, as many as are asked for. */
static enum lw_code list(const struct lw_train_reader *reader, struct lw_stmt *stmt, uint32_t limit,
                         struct lw_buf *out, struct lw_error *err)
{
  bool is_row = false;
  bool more = false;
  uint32_t count = 0;
  lw_str last = LW_STR("");
  enum lw_code rc = LW_OK;
  LW_BUF_LIT(out, "{\"items\":[");
  while (!more && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    struct attempt attempt = take(stmt, reader->arena);
    if (!lw_attempt_visible(reader, attempt.person)) {
      continue;
    }
    more = count == limit;
    if (!more) {
      lw_buf_add_c(out, count++ != 0 ? "," : "");
      add_attempt(&attempt, out);
      lw_buf_add_char(out, '}');
      last = attempt.id;
    }
  }
  lw_buf_add_char(out, ']');
  if (more) {
    lw_train_add_text(out, "next", last);
  }
  lw_buf_add_char(out, '}');
  lw_stmt_reset(stmt);
  return rc;
}

enum lw_code lw_attempt_list(const struct lw_train_reader *reader,
                             const struct lw_attempt_query *query, struct lw_buf *out,
                             struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool one = query->person.len != 0;
  const char *sql = !one ? all_open_sql : query->course.len != 0 ? list_sql : person_sql;
  if (one && !lw_attempt_visible(reader, query->person)) {
    return lw_fail(err, LW_FORBIDDEN, "how that person's courses went is not yours to see");
  }
  enum lw_code rc = lw_db_statement(reader->db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, query->after.len != 0 ? query->after : LW_STR(""));
  if (one) {
    lw_stmt_text(stmt, 2, query->person);
  }
  if (one && query->course.len != 0) {
    lw_stmt_text(stmt, 3, query->course);
  }
  return list(reader, stmt, query->limit != 0 ? query->limit : LW_ATTEMPTS_SHOWN_MAX, out, err);
}

/* --- starting --- */

static enum lw_code check_tries(const struct lw_train_reader *reader,
                                const struct lw_course_version *version, lw_str person,
                                struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(reader->db, failed_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, person);
  lw_stmt_text(stmt, 2, version->id);
  lw_stmt_int(stmt, 3, (int64_t)version->version);
  rc = lw_stmt_step(stmt, &is_row, err);
  int64_t failed = rc == LW_OK && is_row ? lw_stmt_get_int(stmt, 0) : 0;
  lw_stmt_reset(stmt);
  if (rc == LW_OK && version->course.tries != 0 && failed >= version->course.tries) {
    (void)lw_fail(err, LW_CONFLICT, "no tries are left: this course can be taken %u times",
                  version->course.tries);
    lw_error_hint(err, "talk it over with your lead, who can vouch for you");
    return LW_CONFLICT;
  }
  return rc;
}

static void add_amounts(const struct attempt *attempt, struct lw_buf *out)
{
  if (attempt->amounts != 0) {
    lw_buf_printf(out, ",\"amounts\":{\"questions\":%u,\"apart\":\"", attempt->amounts);
    lw_money_print(attempt->off, out);
    LW_BUF_LIT(out, "\"}");
  }
}

static enum lw_code append(struct lw_batch *batch, struct lw_change *change, enum lw_event event,
                           const struct attempt *attempt, lw_str question, lw_credit credit,
                           struct lw_error *err)
{
  struct lw_buf body = {0};
  lw_buf_add_char(&body, '{');
  lw_train_add_text(&body, "attempt", attempt->id);
  lw_train_add_text(&body, "person", attempt->person);
  lw_train_add_text(&body, "course", attempt->course);
  lw_buf_printf(&body, ",\"version\":%llu", (unsigned long long)attempt->version);
  if (event == LW_EVENT_ATTEMPT_ANSWERED) {
    lw_train_add_text(&body, "question", question);
    LW_BUF_LIT(&body, ",\"credit\":\"");
    lw_credit_print(credit, &body);
    lw_buf_add_char(&body, '"');
  } else if (event == LW_EVENT_ATTEMPT_FINISHED) {
    lw_train_add_text(&body, "state", states[attempt->state]);
    lw_buf_printf(&body, ",\"percent\":%u", attempt->percent);
    add_amounts(attempt, &body);
  }
  lw_buf_add_char(&body, '}');
  return lw_batch_append_body(batch, change, event, &body, err);
}

static enum lw_code insert(struct lw_batch *batch, const struct attempt *attempt,
                           struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(batch->db, insert_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text(stmt, 1, attempt->id);
    lw_stmt_text(stmt, 2, attempt->person);
    lw_stmt_text(stmt, 3, attempt->course);
    lw_stmt_int(stmt, 4, (int64_t)attempt->version);
    lw_stmt_int(stmt, 5, attempt->started_at);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

enum lw_code lw_attempt_start(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err)
{
  const struct lw_attempt_act *act = change->user;
  const struct lw_person *person = taker(act->caller);
  const struct lw_train_reader reader = lw_train_reader_in(batch, act->caller);
  struct lw_course_version version;
  struct attempt attempt;
  bool found = false;
  if (person == NULL) {
    return lw_fail(err, LW_FORBIDDEN,
                   "a course is taken by somebody: this token stands for nobody");
  }
  const lw_str keys[] = {person->actor.id, act->course};
  enum lw_code rc = lw_course_get(&reader, act->course, 0, &version, err);
  rc = rc == LW_OK ? one(&reader, open_sql, keys, 2, &found, &attempt, err) : rc;
  if (rc == LW_OK && found) {
    rc = lw_course_get(&reader, act->course, attempt.version, &version, err);
  } else if (rc == LW_OK) {
    attempt = (struct attempt){
        .id = lw_id_text(batch->scratch, prefix, lw_id_make(batch->rand, batch->now)),
        .person = person->actor.id,
        .course = version.id,
        .version = version.version,
        .started_at = batch->now};
    rc = check_tries(&reader, &version, person->actor.id, err);
    rc = rc == LW_OK ? insert(batch, &attempt, err) : rc;
    rc = rc == LW_OK ? append(batch, change, LW_EVENT_ATTEMPT_STARTED, &attempt, LW_STR(""), 0, err)
                     : rc;
  }
  lw_change_status(change, found ? 200 : 201);
  return rc == LW_OK ? print_whole(&reader, &attempt, &version.course, &change->answer, err) : rc;
}

/* --- answering --- */

static enum lw_code kept_answer(const struct lw_train_reader *reader, lw_str attempt,
                                lw_str question, struct kept *ret, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(reader->db, answer_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, attempt);
  lw_stmt_text(stmt, 2, question);
  rc = lw_stmt_step(stmt, &is_row, err);
  *ret = (struct kept){.question = question, .response = LW_STR("")};
  if (rc == LW_OK && is_row) {
    ret->response = lw_stmt_copy_text(stmt, 0, reader->arena);
    ret->credit = (lw_credit)lw_stmt_get_int(stmt, 1);
  }
  lw_stmt_reset(stmt);
  return rc;
}

static enum lw_code put(struct lw_batch *batch, lw_str attempt, lw_str question, lw_str response,
                        lw_credit credit, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(batch->db, put_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text(stmt, 1, attempt);
    lw_stmt_text(stmt, 2, question);
    lw_stmt_text(stmt, 3, response);
    lw_stmt_int(stmt, 4, credit);
    lw_stmt_int(stmt, 5, batch->now);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

/* Keeps the answer unless it is the one that is kept already; *answer then has its credit. */
static enum lw_code keep(struct lw_batch *batch, struct lw_change *change,
                         const struct attempt *attempt, const struct lw_quiz *question,
                         struct kept *answer, struct lw_error *err)
{
  const struct lw_attempt_act *act = change->user;
  const struct lw_train_reader reader = lw_train_reader_in(batch, act->caller);
  struct lw_response read;
  struct lw_grade grade;
  struct kept before;
  const char *fault = lw_response_read(question, act->answer, batch->scratch, &read);
  if (fault != NULL) {
    return lw_fail(err, LW_INVALID, "this question takes %s", fault);
  }
  enum lw_code rc = kept_answer(&reader, attempt->id, act->question, &before, err);
  if (rc != LW_OK || lw_str_equal(before.response, answer->response)) {
    answer->credit = before.credit;
    return rc;
  }
  rc = grade_of(&reader, attempt->person, question, &read, act->rehearsed, &grade, err);
  if (rc == LW_OK && before.response.len != 0 && grade.graded) {
    return lw_fail(err, LW_CONFLICT, "this question was answered, and what is right was told");
  }
  answer->credit = grade.credit;
  rc = rc == LW_OK ? put(batch, attempt->id, act->question, answer->response, grade.credit, err)
                   : rc;
  return rc == LW_OK ? append(batch, change, LW_EVENT_ATTEMPT_ANSWERED, attempt, act->question,
                              grade.credit, err)
                     : rc;
}

enum lw_code lw_attempt_rehearse(const struct lw_train_reader *reader,
                                 const struct lw_attempt_act *act,
                                 const struct lw_rehearsed **ret_rehearsed, struct lw_error *err)
{
  struct attempt attempt;
  struct lw_course_version version;
  struct lw_response response;
  struct lw_rehearsed *rehearsed = NULL;
  *ret_rehearsed = NULL;
  enum lw_code rc = begin(reader, act->attempt, &attempt, &version, err);
  const struct lw_quiz *question =
      rc == LW_OK ? lw_course_find(&version.course, act->question) : NULL;
  if (question == NULL || question->kind != LW_QUIZ_SCENARIO ||
      reader->snapshot->live->policy == NULL ||
      lw_response_read(question, act->answer, reader->arena, &response) != NULL) {
    return rc == LW_IO || rc == LW_NO_MEMORY ? rc : LW_OK;
  }
  const struct lw_rehearsal rehearsal = rehearsal_of(reader, attempt.person);
  rc = lw_scenario_rehearse(&rehearsal, question, &response, &rehearsed, err);
  *ret_rehearsed = rc == LW_OK ? rehearsed : NULL;
  return rc;
}

enum lw_code lw_attempt_answer(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err)
{
  const struct lw_attempt_act *act = change->user;
  const struct lw_train_reader reader = lw_train_reader_in(batch, act->caller);
  struct lw_course_version version;
  struct attempt attempt;
  struct kept answer = {.question = act->question};
  struct lw_buf text = {0};
  enum lw_code rc = begin(&reader, act->attempt, &attempt, &version, err);
  if (rc != LW_OK) {
    return rc;
  }
  const struct lw_quiz *question = lw_course_find(&version.course, act->question);
  if (question == NULL) {
    return lw_fail(err, LW_NOT_FOUND, "the course has no question \"%.*s\"", LW_FMT(act->question));
  }
  lw_json_add_value(&text, act->answer);
  answer.response = lw_str_copy(batch->scratch, lw_buf_str(&text));
  lw_buf_finish(&text);
  if (answer.response.ptr == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for an answer");
  }
  rc = keep(batch, change, &attempt, question, &answer, err);
  lw_change_status(change, 200);
  return rc == LW_OK ? add_answer(&reader, attempt.person, question, &answer, act->rehearsed,
                                  &change->answer, err)
                     : rc;
}

/* --- finishing --- */

static enum lw_code run(struct lw_db *db, const char *sql, lw_str key, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text(stmt, 1, key);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

/* How far the middle one of the amounts was from what works; of an even number the nearer of the
 * two. What was answered is still there: it is forgotten afterwards. */
static enum lw_code settle_amounts(const struct lw_train_reader *reader,
                                   const struct lw_course *course, const struct kept *kept,
                                   uint32_t count, struct attempt *attempt, struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  int64_t *offs = LW_NEW_ARRAY(reader->arena, int64_t, LW_COURSE_QUESTIONS_MAX);
  attempt->amounts = 0;
  for (uint32_t i = 0; rc == LW_OK && offs != NULL && i < count; i++) {
    const struct lw_quiz *question = lw_course_find(course, kept[i].question);
    const struct lw_value *value = NULL;
    struct lw_response response;
    if (question == NULL || kept[i].response.len == 0) {
      continue;
    }
    rc = lw_json_read(reader->json, reader->arena, kept[i].response, NULL, &value, err);
    if (rc == LW_OK && lw_response_read(question, value, reader->arena, &response) == NULL &&
        lw_response_off(question, &response, &offs[attempt->amounts])) {
      attempt->amounts++;
    }
  }
  if (attempt->amounts != 0) {
    qsort(offs, attempt->amounts, sizeof *offs, lw_int_order);
    attempt->off = (lw_money){offs[(attempt->amounts - 1) / 2], course->currency};
  }
  return offs == NULL ? lw_fail(err, LW_NO_MEMORY, "out of memory for amounts") : rc;
}

/* What was not answered is worth nothing. */
static enum lw_code settle(const struct lw_train_reader *reader, const struct lw_course *course,
                           struct attempt *attempt, struct lw_error *err)
{
  uint32_t count = 0;
  int64_t sum = 0;
  struct kept *kept = LW_NEW_ARRAY(reader->arena, struct kept, LW_COURSE_QUESTIONS_MAX);
  enum lw_code rc = kept == NULL ? lw_fail(err, LW_NO_MEMORY, "out of memory")
                                 : read_answers(reader, attempt->id, kept, &count, err);
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    sum += kept[i].credit;
  }
  int64_t whole = (int64_t)course->n_questions * LW_CREDIT_FULL;
  bool passed = sum * 100 >= whole * course->pass_percent;
  attempt->state = passed ? PASSED : FAILED;
  attempt->percent = whole != 0 ? (uint32_t)(sum * 100 / whole) : 100;
  attempt->finished_at = reader->now;
  return rc == LW_OK ? settle_amounts(reader, course, kept, count, attempt, err) : rc;
}

static enum lw_code write_finished(struct lw_batch *batch, const struct attempt *attempt,
                                   struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(batch->db, finish_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text(stmt, 1, attempt->id);
    lw_stmt_int(stmt, 2, attempt->state);
    lw_stmt_int(stmt, 3, attempt->finished_at);
    lw_stmt_int(stmt, 4, attempt->percent);
    lw_stmt_int(stmt, 5, attempt->amounts);
    lw_stmt_int(stmt, 6, attempt->amounts != 0 ? attempt->off.minor : 0);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

static enum lw_code certify(struct lw_batch *batch, struct lw_change *change,
                            const struct attempt *attempt, const struct lw_course *course,
                            struct lw_error *err)
{
  const lw_usec day = (lw_usec)86400 * LW_USEC_PER_SECOND;
  struct lw_certificate_grant grant = {
      .person = attempt->person,
      .certificate = course->certificate,
      .until = course->valid_days != 0 ? batch->now + course->valid_days * day : INT64_MAX,
      .course = attempt->course,
      .version = attempt->version,
      .attempt = attempt->id};
  const struct lw_person *person = lw_staff_find(batch->snapshot->staff, attempt->person);
  enum lw_code rc = lw_certificate_grant(batch, change, &grant, err);
  bool is_ai = person != NULL && person->actor.kind == LW_ACTOR_AI;
  return rc == LW_OK && course->per_version && is_ai
             ? lw_version_earned(batch, attempt->person, course->certificate, attempt->course, err)
             : rc;
}

enum lw_code lw_attempt_finish(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err)
{
  const struct lw_attempt_act *act = change->user;
  const struct lw_train_reader reader = lw_train_reader_in(batch, act->caller);
  struct lw_course_version version;
  struct attempt attempt;
  enum lw_code rc = begin(&reader, act->attempt, &attempt, &version, err);
  rc = rc == LW_OK ? settle(&reader, &version.course, &attempt, err) : rc;
  rc = rc == LW_OK ? write_finished(batch, &attempt, err) : rc;
  rc = rc == LW_OK ? append(batch, change, LW_EVENT_ATTEMPT_FINISHED, &attempt, LW_STR(""), 0, err)
                   : rc;
  if (rc == LW_OK && attempt.state == PASSED && version.course.certificate.len != 0) {
    rc = certify(batch, change, &attempt, &version.course, err);
  }
  rc = rc == LW_OK ? print_whole(&reader, &attempt, &version.course, &change->answer, err) : rc;
  lw_change_status(change, 200);
  return rc == LW_OK ? run(batch->db, forget_sql, attempt.id, err) : rc;
}

enum lw_code lw_attempts_erase(struct lw_db *db, lw_str person, struct lw_error *err)
{
  return run(db, erase_sql, person, err);
}
