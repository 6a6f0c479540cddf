/* Rows of pulse surveys. */
#include "listen/pulse_store.h"

#include "base/num.h"

#define COLUMNS                                                                                    \
  "id, series, number, team, title, questions, words, who, starts_at, ends_at, repeats, "          \
  "closed_at, closed_seq"

static struct lw_pulse_round take(const struct lw_stmt *row, struct lw_arena *arena)
{
  struct lw_pulse_round round = {.id = lw_stmt_copy_text(row, 0, arena),
                                 .series = lw_stmt_copy_text(row, 1, arena),
                                 .number = (uint32_t)lw_stmt_get_int(row, 2),
                                 .team = lw_stmt_copy_text(row, 3, arena),
                                 .title = lw_stmt_copy_text(row, 4, arena),
                                 .questions = lw_stmt_copy_text(row, 5, arena),
                                 .words = lw_stmt_copy_text(row, 6, arena),
                                 .who = lw_stmt_copy_text(row, 7, arena),
                                 .starts_at = lw_stmt_get_int(row, 8),
                                 .ends_at = lw_stmt_get_int(row, 9),
                                 .closed_at = lw_stmt_get_int(row, 11),
                                 .closed_seq = (uint64_t)lw_stmt_get_int(row, 12)};
  if (!lw_pulse_repeat_read(lw_stmt_get_text(row, 10), &round.repeat)) {
    round.repeat = LW_PULSE_ONCE;
  }
  return round;
}

enum lw_code lw_pulse_round_insert(struct lw_db *db, const struct lw_pulse_round *round,
                                   struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db,
                                    "INSERT INTO pulse_round (" COLUMNS ") VALUES ($1, $2, $3, $4, "
                                    "$5, $6, $7, $8, $9, $10, $11, $12, $13)",
                                    &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, round->id);
  lw_stmt_text(stmt, 2, round->series);
  lw_stmt_int(stmt, 3, round->number);
  lw_stmt_text_or_empty(stmt, 4, round->team);
  lw_stmt_text_or_empty(stmt, 5, round->title);
  lw_stmt_text(stmt, 6, round->questions);
  lw_stmt_text_or_empty(stmt, 7, round->words);
  lw_stmt_text(stmt, 8, round->who);
  lw_stmt_int(stmt, 9, round->starts_at);
  lw_stmt_int(stmt, 10, round->ends_at);
  lw_stmt_text_or_empty(stmt, 11, lw_pulse_repeat_name(round->repeat));
  lw_stmt_int(stmt, 12, round->closed_at);
  lw_stmt_int(stmt, 13, (int64_t)round->closed_seq);
  return lw_stmt_run(stmt, err);
}

enum lw_code lw_pulse_round_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                                struct lw_pulse_round *ret_round, struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  enum lw_code rc =
      lw_db_find(db, "SELECT " COLUMNS " FROM pulse_round WHERE id = $1", id, &row, err);
  if (rc == LW_OK) {
    *ret_round = take(row, arena);
    lw_stmt_reset(row);
  }
  return rc == LW_NOT_FOUND ? lw_fail(err, LW_NOT_FOUND, "there is no pulse survey of this id")
                            : rc;
}

enum lw_code lw_pulse_round_before(struct lw_db *db, const struct lw_pulse_round *round,
                                   struct lw_arena *arena, bool *ret_found,
                                   struct lw_pulse_round *ret_before, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db,
                                    "SELECT " COLUMNS " FROM pulse_round WHERE series = $1 AND "
                                    "number < $2 ORDER BY number DESC LIMIT 1",
                                    &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, round->series);
  lw_stmt_int(stmt, 2, round->number);
  rc = lw_stmt_row(stmt, err);
  *ret_found = rc == LW_OK;
  if (rc == LW_OK) {
    *ret_before = take(stmt, arena);
    lw_stmt_reset(stmt);
  }
  return rc == LW_NOT_FOUND ? LW_OK : rc;
}

enum lw_code lw_pulse_rounds(struct lw_db *db, bool unclosed, struct lw_arena *arena,
                             struct lw_pulse_round **ret_rounds, uint32_t *ret_count,
                             struct lw_error *err)
{
  static const char all_sql[] = "SELECT " COLUMNS " FROM pulse_round ORDER BY id DESC LIMIT $1";
  static const char open_sql[] =
      "SELECT " COLUMNS " FROM pulse_round WHERE closed_at = 0 ORDER BY ends_at, id LIMIT $1";
  struct lw_pulse_round *rounds =
      LW_NEW_ARRAY(arena, struct lw_pulse_round, LW_PULSE_ROUNDS_SHOWN_MAX);
  struct lw_stmt *stmt = NULL;
  uint32_t count = 0;
  bool is_row = false;
  enum lw_code rc = rounds != NULL ? lw_db_statement(db, unclosed ? open_sql : all_sql, &stmt, err)
                                   : lw_fail(err, LW_NO_MEMORY, "out of memory for a list");
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, LW_PULSE_ROUNDS_SHOWN_MAX);
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    rounds[count++] = take(stmt, arena);
  }
  lw_stmt_reset(stmt);
  *ret_rounds = rounds;
  *ret_count = count;
  return rc;
}

enum lw_code lw_pulse_round_end(struct lw_db *db, lw_str id, lw_usec at, uint64_t seq,
                                struct lw_error *err)
{
  static const char *const clear[] = {"DELETE FROM pulse_answered WHERE round = $1",
                                      "DELETE FROM pulse_later WHERE round = $1",
                                      "DELETE FROM pulse_tally WHERE round = $1"};
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(
      db, "UPDATE pulse_round SET closed_at = $2, closed_seq = $3 WHERE id = $1", &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text(stmt, 1, id);
    lw_stmt_int(stmt, 2, at);
    lw_stmt_int(stmt, 3, (int64_t)seq);
    rc = lw_stmt_run(stmt, err);
  }
  for (size_t i = 0; rc == LW_OK && i < sizeof clear / sizeof clear[0]; i++) {
    rc = lw_db_run(db, clear[i], &id, 1, err);
  }
  return rc;
}

/* --- who has answered --- */

enum lw_code lw_pulse_answered(struct lw_db *db, lw_str round, lw_str person, int64_t *ret_count,
                               bool *ret_has, struct lw_error *err)
{
  static const char sql[] = "SELECT count(*), coalesce(sum(CASE WHEN person = $2 THEN 1 ELSE 0 "
                            "END), 0) FROM pulse_answered WHERE round = $1";
  const lw_str whose[] = {round, person};
  struct lw_stmt *row = NULL;
  enum lw_code rc = lw_db_row(db, sql, whose, 2, &row, err);
  if (rc == LW_OK) {
    *ret_count = lw_stmt_get_int(row, 0);
    *ret_has = lw_stmt_get_int(row, 1) != 0;
    lw_stmt_reset(row);
  }
  return rc;
}

enum lw_code lw_pulse_answered_put(struct lw_db *db, lw_str round, lw_str person,
                                   struct lw_error *err)
{
  const lw_str whose[] = {round, person};
  enum lw_code rc =
      lw_db_run(db, "DELETE FROM pulse_later WHERE round = $1 AND person = $2", whose, 2, err);
  return rc == LW_OK ? lw_db_run(db, "INSERT INTO pulse_answered (round, person) VALUES ($1, $2)",
                                 whose, 2, err)
                     : rc;
}

enum lw_code lw_pulse_later_get(struct lw_db *db, lw_str round, lw_str person, lw_usec *ret_until,
                                struct lw_error *err)
{
  const lw_str whose[] = {round, person};
  *ret_until = 0;
  return lw_db_number(db, "SELECT until FROM pulse_later WHERE round = $1 AND person = $2", whose,
                      2, ret_until, err);
}

enum lw_code lw_pulse_later_put(struct lw_db *db, lw_str round, lw_str person, lw_usec until,
                                struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db,
                                    "INSERT INTO pulse_later (round, person, until) VALUES ($1, "
                                    "$2, $3) ON CONFLICT (round, person) DO UPDATE SET until = $3",
                                    &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text(stmt, 1, round);
    lw_stmt_text(stmt, 2, person);
    lw_stmt_int(stmt, 3, until);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

enum lw_code lw_pulse_erase(struct lw_db *db, lw_str person, struct lw_error *err)
{
  static const char *const sql[] = {"DELETE FROM pulse_answered WHERE person = $1",
                                    "DELETE FROM pulse_later WHERE person = $1"};
  enum lw_code rc = LW_OK;
  for (size_t i = 0; rc == LW_OK && i < sizeof sql / sizeof sql[0]; i++) {
    rc = lw_db_run(db, sql[i], &person, 1, err);
  }
  return rc;
}

/* --- what was answered --- */

/* "3,0,1,..." */
static void read_counts(lw_str text, int64_t *counts)
{
  for (size_t i = 0, from = 0; i < LW_PULSE_COUNTS && from < text.len; i++) {
    size_t comma = lw_str_find(text, LW_STR(","), from);
    size_t to = comma != SIZE_MAX ? comma : text.len;
    if (!lw_int_read(lw_str_slice(text, from, to - from), &counts[i])) {
      counts[i] = 0;
    }
    from = to + 1;
  }
}

static enum lw_code grow(struct lw_arena *arena, struct lw_pulse_tally **tallies, uint32_t count,
                         uint32_t *capacity, struct lw_error *err)
{
  if (count < *capacity) {
    return LW_OK;
  }
  uint32_t more = *capacity != 0 ? *capacity * 2 : 64;
  struct lw_pulse_tally *items = LW_NEW_ARRAY(arena, struct lw_pulse_tally, more);
  if (items == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for a pulse survey");
  }
  for (uint32_t i = 0; i < count; i++) {
    items[i] = (*tallies)[i];
  }
  *tallies = items;
  *capacity = more;
  return LW_OK;
}

enum lw_code lw_pulse_tallies(struct lw_db *db, lw_str round, const lw_str *team,
                              struct lw_arena *arena, struct lw_pulse_tally **ret_tallies,
                              uint32_t *ret_count, struct lw_error *err)
{
  static const char all_sql[] =
      "SELECT team, answers, counts, texts FROM pulse_tally WHERE round = $1 ORDER BY team";
  static const char one_sql[] =
      "SELECT team, answers, counts, texts FROM pulse_tally WHERE round = $1 AND team = $2";
  struct lw_pulse_tally *tallies = NULL;
  struct lw_stmt *stmt = NULL;
  uint32_t count = 0;
  uint32_t capacity = 0;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(db, team != NULL ? one_sql : all_sql, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, round);
  if (team != NULL) {
    lw_stmt_text_or_empty(stmt, 2, *team);
  }
  while (rc == LW_OK && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row &&
         (rc = grow(arena, &tallies, count, &capacity, err)) == LW_OK) {
    struct lw_pulse_tally *tally = &tallies[count++];
    *tally = (struct lw_pulse_tally){.team = lw_stmt_copy_text(stmt, 0, arena),
                                     .answers = lw_stmt_get_int(stmt, 1),
                                     .texts = lw_stmt_copy_text(stmt, 3, arena)};
    read_counts(lw_stmt_get_text(stmt, 2), tally->counts);
  }
  lw_stmt_reset(stmt);
  *ret_tallies = tallies;
  *ret_count = count;
  return rc;
}

enum lw_code lw_pulse_tally_put(struct lw_db *db, lw_str round, const struct lw_pulse_tally *tally,
                                struct lw_error *err)
{
  static const char sql[] =
      "INSERT INTO pulse_tally (round, team, answers, counts, texts) VALUES ($1, $2, $3, $4, $5) "
      "ON CONFLICT (round, team) DO UPDATE SET answers = $3, counts = $4, texts = $5";
  struct lw_stmt *stmt = NULL;
  struct lw_buf counts = {0};
  for (size_t i = 0; i < LW_PULSE_COUNTS; i++) {
    lw_buf_add_c(&counts, i != 0 ? "," : "");
    lw_buf_add_int(&counts, tally->counts[i]);
  }
  enum lw_code rc = counts.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a pulse survey")
                                  : lw_db_statement(db, sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text(stmt, 1, round);
    lw_stmt_text_or_empty(stmt, 2, tally->team);
    lw_stmt_int(stmt, 3, tally->answers);
    lw_stmt_text(stmt, 4, lw_buf_str(&counts));
    lw_stmt_text_or_empty(stmt, 5, tally->texts);
    rc = lw_stmt_run(stmt, err);
  }
  lw_buf_finish(&counts);
  return rc;
}
