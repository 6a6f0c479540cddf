/* Coaching as rows: one of `coaching` for a talk, one of `coaching_note` for what either said, one
 * of `coaching_step` for each step that was agreed. */
#include "desk/coaching_store.h"

static const char insert_sql[] =
    "INSERT INTO coaching (" LW_COACHING_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
    "$10, $11, $12, $13)";
static const char update_sql[] =
    "UPDATE coaching SET lead = $2, closed = $3, follow_up_at = $4, told_at = $5, closed_at = $6, "
    "closed_by = $7, version = $8 WHERE id = $1";
static const char get_sql[] = "SELECT " LW_COACHING_COLUMNS " FROM coaching WHERE id = $1";
static const char add_note_sql[] =
    "INSERT INTO coaching_note (coaching, place, at, by_person, note) VALUES ($1, $2, $3, $4, $5)";
static const char notes_sql[] =
    "SELECT at, by_person, note FROM coaching_note WHERE coaching = $1 ORDER BY place LIMIT $2";
static const char add_step_sql[] =
    "INSERT INTO coaching_step (coaching, place, at, by_person, step, due_at, done_at, done_by) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
static const char tick_sql[] =
    "UPDATE coaching_step SET done_at = $3, done_by = $4 WHERE coaching = $1 AND place = $2";
static const char steps_sql[] =
    "SELECT place, at, by_person, step, due_at, done_at, done_by FROM coaching_step WHERE coaching "
    "= $1 ORDER BY place LIMIT $2";

static enum lw_code checked(const struct lw_arena *arena, enum lw_code rc, struct lw_error *err)
{
  return rc == LW_OK && arena->failed
             ? lw_fail(err, LW_NO_MEMORY, "out of memory while reading coaching")
             : rc;
}

/* --- talks --- */

enum lw_code lw_coaching_insert(struct lw_db *db, const struct lw_coaching *coaching,
                                struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, insert_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text_or_empty(stmt, 1, coaching->id);
  lw_stmt_text_or_empty(stmt, 2, coaching->person);
  lw_stmt_text_or_empty(stmt, 3, coaching->lead);
  lw_stmt_int(stmt, 4, coaching->closed);
  lw_stmt_text_or_empty(stmt, 5, coaching->review);
  lw_stmt_text_or_empty(stmt, 6, coaching->measure);
  lw_stmt_int(stmt, 7, coaching->opened_at);
  lw_stmt_int(stmt, 8, coaching->follow_up_at);
  lw_stmt_int(stmt, 9, coaching->told_at);
  lw_stmt_int(stmt, 10, coaching->closed_at);
  lw_stmt_text_or_empty(stmt, 11, coaching->closed_by);
  lw_stmt_text_or_empty(stmt, 12, coaching->before);
  lw_stmt_int(stmt, 13, (int64_t)coaching->version);
  return lw_stmt_run(stmt, err);
}

enum lw_code lw_coaching_update(struct lw_db *db, const struct lw_coaching *coaching,
                                struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, update_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text_or_empty(stmt, 1, coaching->id);
  lw_stmt_text_or_empty(stmt, 2, coaching->lead);
  lw_stmt_int(stmt, 3, coaching->closed);
  lw_stmt_int(stmt, 4, coaching->follow_up_at);
  lw_stmt_int(stmt, 5, coaching->told_at);
  lw_stmt_int(stmt, 6, coaching->closed_at);
  lw_stmt_text_or_empty(stmt, 7, coaching->closed_by);
  lw_stmt_int(stmt, 8, (int64_t)coaching->version);
  return lw_stmt_run(stmt, err);
}

void lw_coaching_take(const struct lw_stmt *row, struct lw_arena *arena,
                      struct lw_coaching *ret_coaching)
{
  *ret_coaching = (struct lw_coaching){.id = lw_stmt_copy_text(row, 0, arena),
                                       .person = lw_stmt_copy_text(row, 1, arena),
                                       .lead = lw_stmt_copy_text(row, 2, arena),
                                       .closed = lw_stmt_get_int(row, 3) != 0,
                                       .review = lw_stmt_copy_text(row, 4, arena),
                                       .measure = lw_stmt_copy_text(row, 5, arena),
                                       .opened_at = lw_stmt_get_int(row, 6),
                                       .follow_up_at = lw_stmt_get_int(row, 7),
                                       .told_at = lw_stmt_get_int(row, 8),
                                       .closed_at = lw_stmt_get_int(row, 9),
                                       .closed_by = lw_stmt_copy_text(row, 10, arena),
                                       .before = lw_stmt_copy_text(row, 11, arena),
                                       .version = (uint64_t)lw_stmt_get_int(row, 12)};
}

enum lw_code lw_coaching_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                             struct lw_coaching *ret_coaching, struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_find(db, get_sql, id, &row, err);
  if (rc != LW_OK) {
    return rc == LW_NOT_FOUND ? lw_fail(err, rc, "there is no coaching of this id that you may see")
                              : rc;
  }
  lw_coaching_take(row, arena, ret_coaching);
  lw_stmt_reset(row);
  return checked(arena, LW_OK, err);
}

/* --- what was said --- */

enum lw_code lw_coaching_note_add(struct lw_db *db, lw_str coaching, uint32_t place,
                                  const struct lw_coaching_said *said, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, add_note_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text_or_empty(stmt, 1, coaching);
  lw_stmt_int(stmt, 2, place);
  lw_stmt_int(stmt, 3, said->at);
  lw_stmt_text_or_empty(stmt, 4, said->by);
  lw_stmt_text_or_empty(stmt, 5, said->text);
  return lw_stmt_run(stmt, err);
}

enum lw_code lw_coaching_notes(struct lw_db *db, lw_str coaching, struct lw_arena *arena,
                               struct lw_coaching_said **ret_notes, uint32_t *ret_count,
                               struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  uint32_t count = 0;
  struct lw_coaching_said *notes =
      LW_NEW_ARRAY(arena, struct lw_coaching_said, LW_COACHING_NOTES_MAX);
  enum lw_code rc = notes != NULL ? lw_db_statement(db, notes_sql, &stmt, err)
                                  : lw_fail(err, LW_NO_MEMORY, "out of memory for notes");
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text_or_empty(stmt, 1, coaching);
  lw_stmt_int(stmt, 2, LW_COACHING_NOTES_MAX);
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    notes[count++] = (struct lw_coaching_said){.at = lw_stmt_get_int(stmt, 0),
                                               .by = lw_stmt_copy_text(stmt, 1, arena),
                                               .text = lw_stmt_copy_text(stmt, 2, arena)};
  }
  lw_stmt_reset(stmt);
  *ret_notes = notes;
  *ret_count = count;
  return checked(arena, rc, err);
}

/* --- what was agreed --- */

enum lw_code lw_coaching_step_add(struct lw_db *db, lw_str coaching,
                                  const struct lw_coaching_step *step, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, add_step_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text_or_empty(stmt, 1, coaching);
  lw_stmt_int(stmt, 2, step->place);
  lw_stmt_int(stmt, 3, step->at);
  lw_stmt_text_or_empty(stmt, 4, step->by);
  lw_stmt_text_or_empty(stmt, 5, step->text);
  lw_stmt_int(stmt, 6, step->due_at);
  lw_stmt_int(stmt, 7, step->done_at);
  lw_stmt_text_or_empty(stmt, 8, step->done_by);
  return lw_stmt_run(stmt, err);
}

enum lw_code lw_coaching_step_tick(struct lw_db *db, lw_str coaching, uint32_t place,
                                   lw_usec done_at, lw_str done_by, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, tick_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text_or_empty(stmt, 1, coaching);
    lw_stmt_int(stmt, 2, place);
    lw_stmt_int(stmt, 3, done_at);
    lw_stmt_text_or_empty(stmt, 4, done_by);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

static struct lw_coaching_step take_step(const struct lw_stmt *row, struct lw_arena *arena)
{
  return (struct lw_coaching_step){.place = (uint32_t)lw_stmt_get_int(row, 0),
                                   .at = lw_stmt_get_int(row, 1),
                                   .by = lw_stmt_copy_text(row, 2, arena),
                                   .text = lw_stmt_copy_text(row, 3, arena),
                                   .due_at = lw_stmt_get_int(row, 4),
                                   .done_at = lw_stmt_get_int(row, 5),
                                   .done_by = lw_stmt_copy_text(row, 6, arena)};
}

enum lw_code lw_coaching_steps(struct lw_db *db, lw_str coaching, struct lw_arena *arena,
                               struct lw_coaching_step **ret_steps, uint32_t *ret_count,
                               struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  uint32_t count = 0;
  struct lw_coaching_step *steps =
      LW_NEW_ARRAY(arena, struct lw_coaching_step, LW_COACHING_STEPS_MAX);
  enum lw_code rc = steps != NULL ? lw_db_statement(db, steps_sql, &stmt, err)
                                  : lw_fail(err, LW_NO_MEMORY, "out of memory for steps");
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text_or_empty(stmt, 1, coaching);
  lw_stmt_int(stmt, 2, LW_COACHING_STEPS_MAX);
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    steps[count++] = take_step(stmt, arena);
  }
  lw_stmt_reset(stmt);
  *ret_steps = steps;
  *ret_count = count;
  return checked(arena, rc, err);
}
