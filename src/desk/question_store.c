/* One row of `question` each; what was asked never changes, what was said of it is added. */
#include "desk/question_store.h"

static const char insert_sql[] =
    "INSERT INTO question (" LW_QUESTION_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
    "$10, $11, $12, $13, $14, $15) ON CONFLICT (subject) DO NOTHING";
static const char update_sql[] =
    "UPDATE question SET explanation = $2, explained_at = $3, closed_by = $4, closed_at = $5, "
    "words = $6, version = $7 WHERE id = $1";
static const char get_sql[] = "SELECT " LW_QUESTION_COLUMNS " FROM question WHERE id = $1";
static const char known_sql[] = "SELECT 1 FROM question WHERE subject = $1";
static const char count_sql[] = "SELECT COUNT(*) FROM question WHERE agent = $1 AND closed_at = 0";
static const char count_closed_sql[] =
    "SELECT COUNT(*) FROM question WHERE agent = $1 AND closed_at >= $2 AND closed_at > 0";

enum lw_code lw_question_insert(struct lw_db *db, const struct lw_question *question, bool *ret_new,
                                struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  const lw_str texts[] = {question->id,       question->kind,    question->agent, question->team,
                          question->customer, question->subject, question->detail};
  enum lw_code rc = lw_db_statement(db, insert_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  for (int i = 0; i < 7; i++) {
    lw_stmt_text_or_empty(stmt, i + 1, texts[i]);
  }
  lw_stmt_int(stmt, 8, question->asked_at);
  lw_stmt_int(stmt, 9, question->explain_until);
  lw_stmt_text_or_empty(stmt, 10, question->explanation);
  lw_stmt_int(stmt, 11, question->explained_at);
  lw_stmt_text_or_empty(stmt, 12, question->closed_by);
  lw_stmt_int(stmt, 13, question->closed_at);
  lw_stmt_text_or_empty(stmt, 14, question->words);
  lw_stmt_int(stmt, 15, (int64_t)question->version);
  rc = lw_stmt_run(stmt, err);
  *ret_new = rc == LW_OK && lw_stmt_changes(stmt) == 1;
  return rc;
}

enum lw_code lw_question_update(struct lw_db *db, const struct lw_question *question,
                                struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, update_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text_or_empty(stmt, 1, question->id);
    lw_stmt_text_or_empty(stmt, 2, question->explanation);
    lw_stmt_int(stmt, 3, question->explained_at);
    lw_stmt_text_or_empty(stmt, 4, question->closed_by);
    lw_stmt_int(stmt, 5, question->closed_at);
    lw_stmt_text_or_empty(stmt, 6, question->words);
    lw_stmt_int(stmt, 7, (int64_t)question->version);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

void lw_question_take(const struct lw_stmt *row, struct lw_arena *arena,
                      struct lw_question *ret_question)
{
  *ret_question = (struct lw_question){.id = lw_stmt_copy_text(row, 0, arena),
                                       .kind = lw_stmt_copy_text(row, 1, arena),
                                       .agent = lw_stmt_copy_text(row, 2, arena),
                                       .team = lw_stmt_copy_text(row, 3, arena),
                                       .customer = lw_stmt_copy_text(row, 4, arena),
                                       .subject = lw_stmt_copy_text(row, 5, arena),
                                       .detail = lw_stmt_copy_text(row, 6, arena),
                                       .asked_at = lw_stmt_get_int(row, 7),
                                       .explain_until = lw_stmt_get_int(row, 8),
                                       .explanation = lw_stmt_copy_text(row, 9, arena),
                                       .explained_at = lw_stmt_get_int(row, 10),
                                       .closed_by = lw_stmt_copy_text(row, 11, arena),
                                       .closed_at = lw_stmt_get_int(row, 12),
                                       .words = lw_stmt_copy_text(row, 13, arena),
                                       .version = (uint64_t)lw_stmt_get_int(row, 14)};
}

enum lw_code lw_question_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                             struct lw_question *ret_question, struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_find(db, get_sql, id, &row, err);
  if (rc != LW_OK) {
    return rc == LW_NOT_FOUND ? lw_fail(err, rc, "there is no question of this id") : rc;
  }
  lw_question_take(row, arena, ret_question);
  lw_stmt_reset(row);
  return arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a question") : LW_OK;
}

enum lw_code lw_question_known(struct lw_db *db, lw_str subject, bool *ret_known,
                               struct lw_error *err)
{
  return lw_db_has(db, known_sql, &subject, 1, ret_known, err);
}

enum lw_code lw_question_count(struct lw_db *db, lw_str agent, lw_usec since, int64_t *ret_open,
                               int64_t *ret_closed, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_number(db, count_sql, &agent, 1, ret_open, err);
  rc = rc == LW_OK ? lw_db_statement(db, count_closed_sql, &stmt, err) : rc;
  if (rc == LW_OK) {
    lw_stmt_text(stmt, 1, agent);
    lw_stmt_int(stmt, 2, since);
    rc = lw_stmt_number(stmt, ret_closed, err);
  }
  return rc;
}
