/* Reviews as rows: one of `review` for what is looked at, one of `review_answer` for each who
 * looked, one of `review_draft` for each who has begun to. */
#include "desk/review_store.h"

#include "data/member.h"

static const char insert_sql[] =
    "INSERT INTO review (" LW_REVIEW_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
    "$11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, "
    "$29, $30, $31, $32, $33) ON CONFLICT (subject) DO NOTHING";
static const char update_sql[] =
    "UPDATE review SET second = $2, state = $3, closed_by = $4, closed_at = $5, skip_reason = $6, "
    "scenario = $7, scenario_by = $8, reply = $9, replied_at = $10, appeal = $11, appeal_text = "
    "$12, appealed_at = $13, appeal_by = $14, appeal_note = $15, appeal_decided_at = $16, version "
    "= $17 WHERE id = $1";
static const char get_sql[] = "SELECT " LW_REVIEW_COLUMNS " FROM review WHERE id = $1";
static const char of_sql[] = "SELECT " LW_REVIEW_COLUMNS " FROM review WHERE subject = $1";
static const char add_answer_sql[] =
    "INSERT INTO review_answer (review, reviewer, at, place, amount, cause, kept, understood, "
    "note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
static const char answers_sql[] =
    "SELECT reviewer, at, place, amount, cause, kept, understood, note FROM review_answer WHERE "
    "review = $1 ORDER BY place LIMIT $2";
static const char draft_sql[] =
    "SELECT body, at FROM review_draft WHERE review = $1 AND reviewer = $2";
static const char drop_draft_sql[] = "DELETE FROM review_draft WHERE review = $1 AND reviewer = $2";
static const char put_draft_sql[] =
    "INSERT INTO review_draft (review, reviewer, at, body) VALUES ($1, $2, $3, $4)";
static const char drawn_sql[] = "SELECT at, seed_seq, seed, number, random_percent, pool FROM "
                                "review_draw WHERE team = $1 AND week = $2";
static const char put_drawn_sql[] =
    "INSERT INTO review_draw (team, week, at, seed_seq, seed, number, random_percent, pool) VALUES "
    "($1, $2, $3, $4, $5, $6, $7, $8)";
static const char share_sql[] = "SELECT number, random_percent FROM review_share WHERE team = $1";
static const char put_share_sql[] =
    "INSERT INTO review_share (team, number, random_percent) VALUES ($1, $2, $3) ON CONFLICT "
    "(team) DO UPDATE SET number = $2, random_percent = $3";

static enum lw_code checked(const struct lw_arena *arena, enum lw_code rc, struct lw_error *err)
{
  return rc == LW_OK && arena->failed
             ? lw_fail(err, LW_NO_MEMORY, "out of memory while reading reviews")
             : rc;
}

/* --- what is looked at --- */

static void bind_subject(struct lw_stmt *stmt, const struct lw_review *review)
{
  lw_stmt_text_or_empty(stmt, 1, review->id);
  lw_stmt_text_or_empty(stmt, 2, review->team);
  lw_stmt_int(stmt, 3, review->week);
  lw_stmt_int(stmt, 4, review->place);
  lw_stmt_int(stmt, 5, review->is_case);
  const lw_str texts[] = {review->subject, review->agent,  review->customer,
                          review->case_id, review->action, review->verdict};
  for (int i = 0; i < 6; i++) {
    lw_stmt_text_or_empty(stmt, 6 + i, texts[i]);
  }
  lw_stmt_int_or_null(stmt, 12, review->has_amount, review->amount_minor);
  lw_stmt_text_or_empty(stmt, 13, review->currency);
  lw_stmt_int(stmt, 14, review->happened_at);
  lw_stmt_int(stmt, 15, review->why);
  lw_stmt_text_or_empty(stmt, 16, review->detail);
}

/* The columns that change, from parameter `first` on, in the order of both statements. */
static void bind_standing(struct lw_stmt *stmt, int first, const struct lw_review *review)
{
  lw_stmt_int(stmt, first, review->second);
  lw_stmt_int(stmt, first + 1, review->state);
  lw_stmt_text_or_empty(stmt, first + 2, review->closed_by);
  lw_stmt_int(stmt, first + 3, review->closed_at);
  lw_stmt_text_or_empty(stmt, first + 4, review->skip_reason);
  lw_stmt_int(stmt, first + 5, review->scenario);
  lw_stmt_text_or_empty(stmt, first + 6, review->scenario_by);
  lw_stmt_text_or_empty(stmt, first + 7, review->reply);
  lw_stmt_int(stmt, first + 8, review->replied_at);
  lw_stmt_int(stmt, first + 9, review->appeal);
  lw_stmt_text_or_empty(stmt, first + 10, review->appeal_text);
  lw_stmt_int(stmt, first + 11, review->appealed_at);
  lw_stmt_text_or_empty(stmt, first + 12, review->appeal_by);
  lw_stmt_text_or_empty(stmt, first + 13, review->appeal_note);
  lw_stmt_int(stmt, first + 14, review->appeal_decided_at);
  lw_stmt_int(stmt, first + 15, (int64_t)review->version);
}

enum lw_code lw_review_insert(struct lw_db *db, const struct lw_review *review, bool *ret_new,
                              struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, insert_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  bind_subject(stmt, review);
  bind_standing(stmt, 17, review);
  lw_stmt_text_or_empty(stmt, 33, review->pick_reason);
  rc = lw_stmt_run(stmt, err);
  *ret_new = rc == LW_OK && lw_stmt_changes(stmt) == 1;
  return rc;
}

enum lw_code lw_review_update(struct lw_db *db, const struct lw_review *review,
                              struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, update_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text_or_empty(stmt, 1, review->id);
    bind_standing(stmt, 2, review);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

void lw_review_take(const struct lw_stmt *row, struct lw_arena *arena, struct lw_review *ret_review)
{
  *ret_review = (struct lw_review){
      .id = lw_stmt_copy_text(row, 0, arena),
      .team = lw_stmt_copy_text(row, 1, arena),
      .week = lw_stmt_get_int(row, 2),
      .place = (uint32_t)lw_stmt_get_int(row, 3),
      .is_case = lw_stmt_get_int(row, 4) != 0,
      .subject = lw_stmt_copy_text(row, 5, arena),
      .agent = lw_stmt_copy_text(row, 6, arena),
      .customer = lw_stmt_copy_text(row, 7, arena),
      .case_id = lw_stmt_copy_text(row, 8, arena),
      .action = lw_stmt_copy_text(row, 9, arena),
      .verdict = lw_stmt_copy_text(row, 10, arena),
      .has_amount = !lw_stmt_is_null(row, 11),
      .amount_minor = lw_stmt_get_int(row, 11),
      .currency = lw_stmt_copy_text(row, 12, arena),
      .happened_at = lw_stmt_get_int(row, 13),
      .why = (enum lw_review_why)lw_stmt_get_int(row, 14),
      .detail = lw_stmt_copy_text(row, 15, arena),
      .second = lw_stmt_get_int(row, 16) != 0,
      .state = (enum lw_review_state)lw_stmt_get_int(row, 17),
      .closed_by = lw_stmt_copy_text(row, 18, arena),
      .closed_at = lw_stmt_get_int(row, 19),
      .skip_reason = lw_stmt_copy_text(row, 20, arena),
      .scenario = lw_stmt_get_int(row, 21) != 0,
      .scenario_by = lw_stmt_copy_text(row, 22, arena),
      .reply = lw_stmt_copy_text(row, 23, arena),
      .replied_at = lw_stmt_get_int(row, 24),
      .appeal = (enum lw_appeal)lw_stmt_get_int(row, 25),
      .appeal_text = lw_stmt_copy_text(row, 26, arena),
      .appealed_at = lw_stmt_get_int(row, 27),
      .appeal_by = lw_stmt_copy_text(row, 28, arena),
      .appeal_note = lw_stmt_copy_text(row, 29, arena),
      .appeal_decided_at = lw_stmt_get_int(row, 30),
      .version = (uint64_t)lw_stmt_get_int(row, 31),
      .pick_reason = lw_stmt_copy_text(row, 32, arena),
  };
}

static enum lw_code one(struct lw_db *db, const char *sql, lw_str key, struct lw_arena *arena,
                        bool *ret_found, struct lw_review *ret_review, struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_find(db, sql, key, &row, err);
  *ret_found = rc == LW_OK;
  if (rc == LW_OK) {
    lw_review_take(row, arena, ret_review);
    lw_stmt_reset(row);
  }
  return checked(arena, rc == LW_NOT_FOUND ? LW_OK : rc, err);
}

enum lw_code lw_review_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                           struct lw_review *ret_review, struct lw_error *err)
{
  bool found = false;
  enum lw_code rc = one(db, get_sql, id, arena, &found, ret_review, err);
  return rc == LW_OK && !found
             ? lw_fail(err, LW_NOT_FOUND, "there is no review of this id that you may see")
             : rc;
}

enum lw_code lw_review_of(struct lw_db *db, lw_str subject, struct lw_arena *arena, bool *ret_found,
                          struct lw_review *ret_review, struct lw_error *err)
{
  return one(db, of_sql, subject, arena, ret_found, ret_review, err);
}

/* --- answers --- */

enum lw_code lw_review_answer_insert(struct lw_db *db, lw_str review,
                                     const struct lw_review_answer *answer, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, add_answer_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  const lw_str words[] = {answer->amount, answer->cause, answer->kept, answer->understood,
                          answer->note};
  lw_stmt_text_or_empty(stmt, 1, review);
  lw_stmt_text_or_empty(stmt, 2, answer->reviewer);
  lw_stmt_int(stmt, 3, answer->at);
  lw_stmt_int(stmt, 4, answer->place);
  for (int i = 0; i < 5; i++) {
    lw_stmt_text_or_empty(stmt, 5 + i, words[i]);
  }
  return lw_stmt_run(stmt, err);
}

enum lw_code lw_review_answers(struct lw_db *db, lw_str id, struct lw_arena *arena,
                               struct lw_review_answer **ret_answers, uint32_t *ret_count,
                               struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  uint32_t count = 0;
  struct lw_review_answer *answers =
      LW_NEW_ARRAY(arena, struct lw_review_answer, LW_REVIEW_REVIEWERS_MAX);
  enum lw_code rc = answers == NULL ? lw_fail(err, LW_NO_MEMORY, "out of memory")
                                    : lw_db_statement(db, answers_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text_or_empty(stmt, 1, id);
  lw_stmt_int(stmt, 2, LW_REVIEW_REVIEWERS_MAX);
  while (count < LW_REVIEW_REVIEWERS_MAX && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK &&
         is_row) {
    answers[count++] = (struct lw_review_answer){.reviewer = lw_stmt_copy_text(stmt, 0, arena),
                                                 .at = lw_stmt_get_int(stmt, 1),
                                                 .place = (uint32_t)lw_stmt_get_int(stmt, 2),
                                                 .amount = lw_stmt_copy_text(stmt, 3, arena),
                                                 .cause = lw_stmt_copy_text(stmt, 4, arena),
                                                 .kept = lw_stmt_copy_text(stmt, 5, arena),
                                                 .understood = lw_stmt_copy_text(stmt, 6, arena),
                                                 .note = lw_stmt_copy_text(stmt, 7, arena)};
  }
  lw_stmt_reset(stmt);
  *ret_answers = answers;
  *ret_count = count;
  return checked(arena, rc, err);
}

/* --- drafts --- */

enum lw_code lw_review_draft_get(struct lw_db *db, lw_str review, lw_str reviewer,
                                 struct lw_arena *arena, lw_str *ret_reference, lw_usec *ret_at,
                                 struct lw_error *err)
{
  const lw_str texts[] = {review, reviewer};
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_row(db, draft_sql, texts, 2, &row, err);
  *ret_reference = LW_STR("");
  *ret_at = 0;
  if (rc == LW_OK) {
    *ret_reference = lw_stmt_copy_text(row, 0, arena);
    *ret_at = lw_stmt_get_int(row, 1);
    lw_stmt_reset(row);
  }
  return checked(arena, rc == LW_NOT_FOUND ? LW_OK : rc, err);
}

enum lw_code lw_review_draft_put(struct lw_db *db, lw_str review, lw_str reviewer, lw_usec at,
                                 lw_str reference, struct lw_error *err)
{
  const lw_str texts[] = {review, reviewer};
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_run(db, drop_draft_sql, texts, 2, err);
  rc = rc == LW_OK && reference.len != 0 ? lw_db_statement(db, put_draft_sql, &stmt, err) : rc;
  if (rc == LW_OK && reference.len != 0) {
    lw_stmt_text_or_empty(stmt, 1, review);
    lw_stmt_text_or_empty(stmt, 2, reviewer);
    lw_stmt_int(stmt, 3, at);
    lw_stmt_text_or_empty(stmt, 4, reference);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

/* --- what was drawn --- */

enum lw_code lw_review_drawn_get(struct lw_db *db, lw_str team, lw_usec week,
                                 struct lw_arena *arena, bool *ret_found,
                                 struct lw_review_drawn *ret_drawn, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, drawn_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text_or_empty(stmt, 1, team);
  lw_stmt_int(stmt, 2, week);
  rc = lw_stmt_step(stmt, ret_found, err);
  if (rc == LW_OK && *ret_found) {
    *ret_drawn = (struct lw_review_drawn){.at = lw_stmt_get_int(stmt, 0),
                                          .seed_seq = (uint64_t)lw_stmt_get_int(stmt, 1),
                                          .seed = lw_stmt_copy_text(stmt, 2, arena),
                                          .number = (uint32_t)lw_stmt_get_int(stmt, 3),
                                          .random_percent = (uint32_t)lw_stmt_get_int(stmt, 4),
                                          .pool = (uint64_t)lw_stmt_get_int(stmt, 5)};
  }
  lw_stmt_reset(stmt);
  return checked(arena, rc, err);
}

enum lw_code lw_review_drawn_put(struct lw_db *db, lw_str team, lw_usec week,
                                 const struct lw_review_drawn *drawn, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, put_drawn_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text_or_empty(stmt, 1, team);
    lw_stmt_int(stmt, 2, week);
    lw_stmt_int(stmt, 3, drawn->at);
    lw_stmt_int(stmt, 4, (int64_t)drawn->seed_seq);
    lw_stmt_text_or_empty(stmt, 5, drawn->seed);
    lw_stmt_int(stmt, 6, drawn->number);
    lw_stmt_int(stmt, 7, drawn->random_percent);
    lw_stmt_int(stmt, 8, (int64_t)drawn->pool);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

void lw_review_drawn_print(const struct lw_review_drawn *drawn, lw_str team, lw_usec week,
                           struct lw_buf *out)
{
  lw_buf_add_char(out, '{');
  lw_member_text(out, "team", team);
  lw_member_time(out, "week", week);
  lw_member_time(out, "at", drawn->at);
  lw_member_int(out, "seed_seq", (int64_t)drawn->seed_seq);
  lw_member_text(out, "seed", drawn->seed);
  lw_member_int(out, "number", drawn->number);
  lw_member_int(out, "random_percent", drawn->random_percent);
  lw_member_int(out, "pool", (int64_t)drawn->pool);
  lw_buf_add_char(out, '}');
}

/* --- shares --- */

enum lw_code lw_review_share_get(struct lw_db *db, lw_str team, struct lw_review_share *ret_share,
                                 struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_find(db, share_sql, team, &row, err);
  *ret_share = (struct lw_review_share){.team = team,
                                        .number = LW_REVIEW_NUMBER,
                                        .random_percent = LW_REVIEW_RANDOM_PERCENT,
                                        .set = rc == LW_OK};
  if (rc == LW_OK) {
    ret_share->number = (uint32_t)lw_stmt_get_int(row, 0);
    ret_share->random_percent = (uint32_t)lw_stmt_get_int(row, 1);
    lw_stmt_reset(row);
  }
  return rc == LW_NOT_FOUND ? LW_OK : rc;
}

enum lw_code lw_review_share_put(struct lw_db *db, const struct lw_review_share *share,
                                 struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, put_share_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text_or_empty(stmt, 1, share->team);
    lw_stmt_int(stmt, 2, share->number);
    lw_stmt_int(stmt, 3, share->random_percent);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}
