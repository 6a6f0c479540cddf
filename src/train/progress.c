/* Attempts that are over, first to last. What an AI agent broke off as another version is none of
 * them. */
#include "train/progress.h"

#include "train/inside.h"

#include <assert.h>

static const char sql[] =
    "SELECT version, state, finished_at, (SELECT count(*) FROM attempt_answer WHERE attempt = "
    "attempt.id AND credit >= 10000000), amounts, amount_off FROM attempt WHERE person = $1 AND "
    "course = $2 AND state IN (1, 2) ORDER BY finished_at, id";
static_assert(LW_CREDIT_FULL == 10000000, "as the statement above has it");

enum { PASSED = 1 };

struct row {
  uint64_t version;
  struct lw_progress_time time;
};

static struct row take(const struct lw_stmt *stmt)
{
  return (struct row){.version = (uint64_t)lw_stmt_get_int(stmt, 0),
                      .time = {.at = lw_stmt_get_int(stmt, 2),
                               .right = (uint32_t)lw_stmt_get_int(stmt, 3),
                               .amounts = (uint32_t)lw_stmt_get_int(stmt, 4),
                               .off = {.minor = lw_stmt_get_int(stmt, 5)}}};
}

/* The first and the last; *ret_count says how many there are. */
static enum lw_code read(const struct lw_train_reader *reader, lw_str course, lw_str person,
                         struct row ends[2], uint32_t *ret_count, lw_usec *ret_passed_at,
                         struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  uint32_t count = 0;
  enum lw_code rc = lw_db_statement(reader->db, sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, person);
  lw_stmt_text(stmt, 2, course);
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    ends[1] = take(stmt);
    ends[0] = count++ == 0 ? ends[1] : ends[0];
    if (lw_stmt_get_int(stmt, 1) == PASSED && *ret_passed_at == 0) {
      *ret_passed_at = ends[1].time.at;
    }
  }
  lw_stmt_reset(stmt);
  *ret_count = count;
  return rc;
}

/* What the version says: how many questions count, and in which currency amounts are. */
static enum lw_code complete(const struct lw_train_reader *reader, lw_str course, struct row *row,
                             struct lw_error *err)
{
  struct lw_course_version version;
  enum lw_code rc = lw_course_get(reader, course, row->version, &version, err);
  if (rc == LW_OK) {
    row->time.of = version.course.n_questions;
    row->time.off.currency = version.course.currency;
  }
  return rc;
}

enum lw_code lw_progress_get(const struct lw_train_reader *reader, lw_str course, lw_str person,
                             struct lw_progress *ret_progress, struct lw_error *err)
{
  struct lw_course_version newest;
  struct lw_progress progress = {0};
  struct row ends[2] = {0};
  uint32_t count = 0;
  if (!lw_attempt_visible(reader, person)) {
    return lw_fail(err, LW_FORBIDDEN, "how that person's courses went is not yours to see");
  }
  enum lw_code rc = lw_course_get(reader, course, 0, &newest, err);
  rc = rc == LW_OK ? read(reader, course, person, ends, &count, &progress.passed_at, err) : rc;
  for (uint32_t i = count > 1 ? 0 : 1; rc == LW_OK && count != 0 && i < 2; i++) {
    rc = complete(reader, course, &ends[i], err);
  }
  if (rc == LW_OK) {
    progress.now = ends[1].time;
    progress.was = count > 1 ? ends[0].time : (struct lw_progress_time){0};
    *ret_progress = progress;
  }
  return rc;
}
