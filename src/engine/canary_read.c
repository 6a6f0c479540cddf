/* The table of trials: one row each, which stays when the trial is over. Teams and changes are JSON
 * lists: they are read whole or not at all. Notes are references to kept texts. */
#include "base/num.h"
#include "data/member.h"
#include "engine/canary.h"
#include "engine/inside.h"
#include "ledger/text.h"

const struct lw_migration lw_canary_migrations[] = {
    {"trials",
     "CREATE TABLE policy_trial (seq BIGINT PRIMARY KEY, id TEXT NOT NULL UNIQUE, version BIGINT "
     "NOT NULL, base BIGINT NOT NULL, teams TEXT NOT NULL, under BIGINT NOT NULL, share TEXT NOT "
     "NULL, at BIGINT NOT NULL, until BIGINT NOT NULL, stop_minor BIGINT, changes TEXT NOT NULL, "
     "who TEXT NOT NULL, note TEXT, how BIGINT NOT NULL, ended_at BIGINT NOT NULL, ended_by TEXT "
     "NOT NULL, end_note TEXT, day BIGINT NOT NULL, day_minor BIGINT NOT NULL);"},
};
const size_t lw_canary_migrations_count =
    sizeof lw_canary_migrations / sizeof lw_canary_migrations[0];

#define COLUMNS                                                                                    \
  "SELECT seq, id, version, base, teams, under, share, at, until, stop_minor, changes, who, how, " \
  "ended_at, ended_by, day, day_minor, note, end_note FROM policy_trial "

static const char sql_list[] = COLUMNS "WHERE seq < $1 ORDER BY seq DESC LIMIT $2";
static const char sql_get[] = COLUMNS "WHERE id = $1";
static const char sql_running[] = COLUMNS "WHERE how = 0 ORDER BY seq LIMIT $1";
static const char sql_add[] =
    "INSERT INTO policy_trial (seq, id, version, base, teams, under, share, at, until, stop_minor, "
    "changes, who, note, how, ended_at, ended_by, end_note, day, day_minor) VALUES ($1, $2, $3, "
    "$4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, 0, '', NULL, 0, 0)";
static const char sql_end[] = "UPDATE policy_trial SET how = $2, ended_at = $3, ended_by = $4, "
                              "end_note = $5 WHERE id = $1";

static const char sql_until[] = "UPDATE policy_trial SET until = $2 WHERE id = $1";

static const lw_str end_names[] = {
    [LW_CANARY_RUNS] = LW_STR_INIT("runs"),
    [LW_CANARY_KEPT] = LW_STR_INIT("kept"),
    [LW_CANARY_ENDED] = LW_STR_INIT("ended"),
    [LW_CANARY_TIME] = LW_STR_INIT("time"),
    [LW_CANARY_COST] = LW_STR_INIT("cost"),
    [LW_CANARY_PUBLISHED] = LW_STR_INIT("published"),
    [LW_CANARY_ROLLED_BACK] = LW_STR_INIT("rolled_back"),
};

lw_str lw_canary_end_name(enum lw_canary_end end)
{
  return end_names[end];
}

/* --- writing --- */

void lw_canary_add_list(const lw_str *items, uint32_t count, struct lw_buf *out)
{
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < count; i++) {
    lw_buf_add_c(out, i == 0 ? "" : ",");
    lw_json_add_string(out, items[i]);
  }
  lw_buf_add_char(out, ']');
}

enum lw_code lw_canary_insert(struct lw_db *db, const struct lw_canary *canary,
                              lw_str note_reference, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  struct lw_buf teams = {0};
  struct lw_buf changes = {0};
  lw_canary_add_list(canary->teams, canary->n_teams, &teams);
  lw_canary_add_list(canary->changes, canary->n_changes, &changes);
  enum lw_code rc = teams.failed || changes.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory")
                                                   : lw_db_statement(db, sql_add, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_int(stmt, 1, (int64_t)canary->seq);
    lw_stmt_text(stmt, 2, canary->id);
    lw_stmt_int(stmt, 3, (int64_t)canary->version);
    lw_stmt_int(stmt, 4, (int64_t)canary->base);
    lw_stmt_text(stmt, 5, lw_buf_str(&teams));
    lw_stmt_int(stmt, 6, canary->under);
    lw_stmt_text(stmt, 7, canary->share.len != 0 ? canary->share : LW_STR(""));
    lw_stmt_int(stmt, 8, canary->at);
    lw_stmt_int(stmt, 9, canary->until);
    if (canary->has_stop) {
      lw_stmt_int(stmt, 10, canary->stop_minor);
    } else {
      lw_stmt_null(stmt, 10);
    }
    lw_stmt_text(stmt, 11, lw_buf_str(&changes));
    lw_stmt_text(stmt, 12, canary->who);
    lw_stmt_text_or_null(stmt, 13, note_reference);
    rc = lw_stmt_run(stmt, err);
  }
  lw_buf_finish(&teams);
  lw_buf_finish(&changes);
  return rc;
}

enum lw_code lw_canary_set_ended(struct lw_db *db, const struct lw_canary *canary,
                                 lw_str note_reference, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql_end, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text(stmt, 1, canary->id);
    lw_stmt_int(stmt, 2, canary->end);
    lw_stmt_int(stmt, 3, canary->ended_at);
    lw_stmt_text(stmt, 4, canary->ended_by);
    lw_stmt_text_or_null(stmt, 5, note_reference);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

enum lw_code lw_canary_set_until(struct lw_db *db, const struct lw_canary *canary,
                                 struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql_until, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_text(stmt, 1, canary->id);
    lw_stmt_int(stmt, 2, canary->until);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

/* --- reading --- */

struct reading {
  struct lw_db *db;
  struct lw_arena *arena;
  struct lw_json_reader *json;
  bool notes;
};

static enum lw_code read_list(const struct reading *reading, lw_str text, const lw_str **ret_items,
                              uint32_t *ret_count, struct lw_error *err)
{
  const struct lw_value *list = NULL;
  enum lw_code rc = lw_json_read(reading->json, reading->arena, text, NULL, &list, err);
  if (rc != LW_OK) {
    return rc;
  }
  uint32_t count = list->kind == LW_VALUE_LIST ? list->count : 0;
  lw_str *items = LW_NEW_ARRAY(reading->arena, lw_str, count + 1);
  if (items == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  for (uint32_t i = 0; i < count; i++) {
    items[i] = list->items[i].text;
  }
  *ret_items = items;
  *ret_count = count;
  return LW_OK;
}

static enum lw_code read_note(const struct reading *reading, lw_str reference, lw_str *ret_note,
                              struct lw_error *err)
{
  *ret_note = LW_STR("");
  return reading->notes ? lw_text_read(reading->db, reference, reading->arena, ret_note, err)
                        : LW_OK;
}

/* A row as it lies there: lists and notes still as texts. */
struct row {
  struct lw_canary canary;
  lw_str teams, changes, note, end_note;
};

static bool take_row(const struct lw_stmt *stmt, struct lw_arena *arena, struct row *row)
{
  int64_t how = lw_stmt_get_int(stmt, 12);
  *row = (struct row){.canary = {.seq = (uint64_t)lw_stmt_get_int(stmt, 0),
                                 .id = lw_str_copy(arena, lw_stmt_get_text(stmt, 1)),
                                 .version = (uint64_t)lw_stmt_get_int(stmt, 2),
                                 .base = (uint64_t)lw_stmt_get_int(stmt, 3),
                                 .under = lw_stmt_get_int(stmt, 5) != 0,
                                 .share = lw_str_copy(arena, lw_stmt_get_text(stmt, 6)),
                                 .at = lw_stmt_get_int(stmt, 7),
                                 .until = lw_stmt_get_int(stmt, 8),
                                 .has_stop = !lw_stmt_is_null(stmt, 9),
                                 .stop_minor = lw_stmt_get_int(stmt, 9),
                                 .who = lw_str_copy(arena, lw_stmt_get_text(stmt, 11)),
                                 .end = how >= 0 && how <= LW_CANARY_ROLLED_BACK
                                            ? (enum lw_canary_end)how
                                            : LW_CANARY_ENDED,
                                 .ended_at = lw_stmt_get_int(stmt, 13),
                                 .ended_by = lw_str_copy(arena, lw_stmt_get_text(stmt, 14)),
                                 .day = lw_stmt_get_int(stmt, 15),
                                 .day_minor = lw_stmt_get_int(stmt, 16)},
                      .teams = lw_str_copy(arena, lw_stmt_get_text(stmt, 4)),
                      .changes = lw_str_copy(arena, lw_stmt_get_text(stmt, 10)),
                      .note = lw_str_copy(arena, lw_stmt_get_text(stmt, 17)),
                      .end_note = lw_str_copy(arena, lw_stmt_get_text(stmt, 18))};
  return !arena->failed;
}

static enum lw_code finish_row(const struct reading *reading, struct row *row, struct lw_error *err)
{
  struct lw_canary *canary = &row->canary;
  enum lw_code rc = read_list(reading, row->teams, &canary->teams, &canary->n_teams, err);
  if (rc == LW_OK) {
    rc = read_list(reading, row->changes, &canary->changes, &canary->n_changes, err);
  }
  if (rc == LW_OK) {
    rc = read_note(reading, row->note, &canary->note, err);
  }
  if (rc == LW_OK) {
    rc = read_note(reading, row->end_note, &canary->end_note, err);
  }
  return rc;
}

/* The statement's rows, at most `most`. */
static enum lw_code read_rows(struct reading *reading, struct lw_stmt *stmt, uint32_t most,
                              struct lw_canary **ret_canaries, uint32_t *ret_count,
                              struct lw_error *err)
{
  bool is_row = false;
  uint32_t count = 0;
  struct row *rows = LW_NEW_ARRAY(reading->arena, struct row, most);
  struct lw_canary *canaries = LW_NEW_ARRAY(reading->arena, struct lw_canary, most);
  enum lw_code rc =
      rows != NULL && canaries != NULL ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory");
  while (rc == LW_OK && count < most && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK &&
         is_row) {
    if (!take_row(stmt, reading->arena, &rows[count++])) {
      rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
    }
  }
  lw_stmt_reset(stmt);
  reading->json = rc == LW_OK && count != 0 ? lw_json_reader_create(NULL) : NULL;
  if (rc == LW_OK && count != 0 && reading->json == NULL) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    rc = finish_row(reading, &rows[i], err);
    canaries[i] = rows[i].canary;
  }
  lw_json_reader_destroy(reading->json);
  *ret_canaries = canaries;
  *ret_count = count;
  return rc;
}

enum lw_code lw_canary_list(struct lw_db *db, uint64_t after, uint32_t limit,
                            struct lw_arena *arena, struct lw_canary **ret_canaries,
                            uint32_t *ret_count, struct lw_error *err)
{
  struct reading reading = {.db = db, .arena = arena, .notes = true};
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql_list, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, after != 0 && after <= INT64_MAX ? (int64_t)after : INT64_MAX);
  lw_stmt_int(stmt, 2, limit);
  return read_rows(&reading, stmt, limit, ret_canaries, ret_count, err);
}

enum lw_code lw_canary_running(struct lw_db *db, struct lw_arena *arena,
                               struct lw_canary **ret_canaries, uint32_t *ret_count,
                               struct lw_error *err)
{
  struct reading reading = {.db = db, .arena = arena};
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql_running, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, LW_CANARIES_MAX);
  return read_rows(&reading, stmt, LW_CANARIES_MAX, ret_canaries, ret_count, err);
}

enum lw_code lw_canary_get(struct lw_db *db, lw_str id, struct lw_arena *arena,
                           struct lw_canary *ret_canary, struct lw_error *err)
{
  struct reading reading = {.db = db, .arena = arena, .notes = true};
  struct lw_stmt *stmt = NULL;
  struct lw_canary *found = NULL;
  uint32_t count = 0;
  enum lw_code rc = lw_db_statement(db, sql_get, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_text(stmt, 1, id);
  rc = read_rows(&reading, stmt, 1, &found, &count, err);
  if (rc == LW_OK && count == 0) {
    return lw_fail(err, LW_NOT_FOUND, "there is no such trial");
  }
  if (rc == LW_OK) {
    *ret_canary = found[0];
  }
  return rc;
}

/* --- printing --- */

static void add_money(struct lw_buf *out, int64_t minor, uint16_t currency)
{
  lw_buf_add_char(out, '"');
  lw_money_print((lw_money){minor, currency}, out);
  lw_buf_add_char(out, '"');
}

static void add_end(const struct lw_canary *canary, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"state\":\"ended\",\"ended\":{\"how\":");
  lw_json_add_string(out, lw_canary_end_name(canary->end));
  LW_BUF_LIT(out, ",\"at\":");
  lw_decision_add_moment(out, canary->ended_at);
  LW_BUF_LIT(out, ",\"by\":");
  lw_json_add_string(out, canary->ended_by);
  lw_member_text(out, "note", canary->end_note);
  lw_buf_add_char(out, '}');
}

static void add_day(const struct lw_canary *canary, uint16_t currency, struct lw_buf *out)
{
  LW_BUF_LIT(out, ",\"day\":{\"cost\":");
  add_money(out, canary->day_minor, currency);
  if (canary->day != 0) {
    LW_BUF_LIT(out, ",\"from\":");
    lw_decision_add_moment(out, canary->day);
  }
  lw_buf_add_char(out, '}');
}

void lw_canary_print(const struct lw_canary *canary, uint16_t currency, struct lw_buf *out)
{
  LW_BUF_LIT(out, "{\"id\":");
  lw_json_add_string(out, canary->id);
  LW_BUF_LIT(out, ",\"version\":");
  lw_buf_add_uint(out, canary->version);
  LW_BUF_LIT(out, ",\"base\":");
  lw_buf_add_uint(out, canary->base);
  LW_BUF_LIT(out, ",\"teams\":");
  lw_canary_add_list(canary->teams, canary->n_teams, out);
  lw_buf_add(out, canary->under ? LW_STR(",\"under\":true") : LW_STR(",\"under\":false"));
  lw_member_text(out, "share", canary->share);
  LW_BUF_LIT(out, ",\"from\":");
  lw_decision_add_moment(out, canary->at);
  LW_BUF_LIT(out, ",\"until\":");
  lw_decision_add_moment(out, canary->until);
  LW_BUF_LIT(out, ",\"who\":");
  lw_json_add_string(out, canary->who);
  lw_member_text(out, "note", canary->note);
  LW_BUF_LIT(out, ",\"changes\":");
  lw_canary_add_list(canary->changes, canary->n_changes, out);
  if (canary->has_stop && currency != LW_CURRENCY_NONE) {
    LW_BUF_LIT(out, ",\"stops\":{\"cost_a_day\":");
    add_money(out, canary->stop_minor, currency);
    lw_buf_add_char(out, '}');
    if (!canary->day_withheld) {
      add_day(canary, currency, out);
    }
  }
  if (canary->end == LW_CANARY_RUNS) {
    LW_BUF_LIT(out, ",\"state\":\"running\"");
  } else {
    add_end(canary, out);
  }
  lw_buf_add_char(out, '}');
}
