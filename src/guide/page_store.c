/* Pages as rows, and the index of their words, which is one table of FTS5 or one column of
 * tsvector: whoever writes a page writes both in one transaction. */
#include "guide/page_inside.h"
#include "ledger/text.h"

static const char get_sql[] = "SELECT " LW_PAGE_COLUMNS " FROM page p WHERE p.slug = $1";
static const char number_sql[] = "SELECT coalesce(max(n), 0) + 1 FROM page";
static const char put_sql[] =
    "INSERT INTO page (n, slug, title, language, reasons, teams, words, version, at, who) VALUES "
    "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (n) DO UPDATE SET title = $3, language "
    "= $4, reasons = $5, teams = $6, words = $7, version = $8, at = $9, who = $10";
static const char remove_sql[] = "DELETE FROM page WHERE n = $1";
static const char remove_reasons_sql[] = "DELETE FROM page_reason WHERE page = $1";
static const char remove_teams_sql[] = "DELETE FROM page_team WHERE page = $1";
static const char put_reason_sql[] = "INSERT INTO page_reason (page, reason) VALUES ($1, $2)";
static const char put_team_sql[] = "INSERT INTO page_team (page, team) VALUES ($1, $2)";
static const char slugs_sql[] = "SELECT slug FROM page ORDER BY slug LIMIT $1";

static const char sqlite_drop_sql[] = "DELETE FROM page_words WHERE rowid = $1";
static const char sqlite_put_sql[] =
    "INSERT INTO page_words (rowid, title, body) VALUES ($1, $2, $3)";
static const char postgres_drop_sql[] = "DELETE FROM page_words WHERE page = $1";
static const char postgres_put_sql[] =
    "INSERT INTO page_words (page, words) VALUES ($1, setweight(to_tsvector('simple', $2::text), "
    "'A') || setweight(to_tsvector('simple', $3::text), 'D'))";

/* --- rows --- */

/* Names with a line end behind each, as an array. */
static const lw_str *split(lw_str text, struct lw_arena *arena, uint32_t *ret_count)
{
  lw_str *names = LW_NEW_ARRAY(arena, lw_str, LW_PAGE_NAMES_MAX);
  uint32_t count = 0;
  size_t at = 0;
  size_t end = 0;
  while (names != NULL && count < LW_PAGE_NAMES_MAX &&
         (end = lw_str_find(text, LW_STR("\n"), at)) != SIZE_MAX) {
    names[count++] = lw_str_slice(text, at, end - at);
    at = end + 1;
  }
  *ret_count = count;
  return names;
}

void lw_page_row_take(const struct lw_stmt *stmt, struct lw_arena *arena,
                      struct lw_page_row *ret_row)
{
  struct lw_page_row row = {.n = lw_stmt_get_int(stmt, 0),
                            .words = lw_stmt_copy_text(stmt, 6, arena),
                            .page = {.slug = lw_stmt_copy_text(stmt, 1, arena),
                                     .title = lw_stmt_copy_text(stmt, 2, arena),
                                     .language = lw_stmt_copy_text(stmt, 3, arena),
                                     .version = (uint64_t)lw_stmt_get_int(stmt, 7),
                                     .at = lw_stmt_get_int(stmt, 8),
                                     .who = lw_stmt_copy_text(stmt, 9, arena)}};
  row.page.reasons = split(lw_stmt_copy_text(stmt, 4, arena), arena, &row.page.n_reasons);
  row.page.teams = split(lw_stmt_copy_text(stmt, 5, arena), arena, &row.page.n_teams);
  *ret_row = row;
}

enum lw_code lw_page_row_get(struct lw_db *db, lw_str slug, struct lw_arena *arena,
                             struct lw_page_row *ret_row, struct lw_error *err)
{
  struct lw_stmt *row = NULL;
  *ret_row = (struct lw_page_row){.n = 0};
  enum lw_code rc = lw_db_find(db, get_sql, slug, &row, err);
  if (rc == LW_OK) {
    lw_page_row_take(row, arena, ret_row);
    lw_stmt_reset(row);
  }
  rc = rc == LW_NOT_FOUND ? LW_OK : rc;
  return rc == LW_OK && arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a page") : rc;
}

/* The id in {"text":"txt_...","sha256":"..."}, as this program writes it. */
static lw_str id_in(lw_str reference)
{
  static const lw_str key = LW_STR_INIT("{\"text\":\"");
  size_t end =
      lw_str_starts(reference, key) ? lw_str_find(reference, LW_STR("\""), key.len) : SIZE_MAX;
  return end != SIZE_MAX ? lw_str_slice(reference, key.len, end - key.len) : LW_STR("");
}

enum lw_code lw_page_row_file(struct lw_db *db, const struct lw_page_row *row,
                              struct lw_arena *arena, lw_str *ret_file, struct lw_error *err)
{
  const struct lw_value id = {.kind = LW_VALUE_STRING, .text = id_in(row->words)};
  const struct lw_entry entry = {.key = LW_STR("text")};
  const struct lw_value reference = {
      .kind = LW_VALUE_MAP, .count = 1, .items = &id, .entries = &entry};
  return lw_text_get(db, &reference, arena, ret_file, err);
}

static enum lw_code run_with(struct lw_db *db, const char *sql, int64_t n, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_int(stmt, 1, n);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

static enum lw_code put_names(struct lw_db *db, const char *sql, int64_t n, const lw_str *names,
                              uint32_t count, struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    struct lw_stmt *stmt = NULL;
    rc = lw_db_statement(db, sql, &stmt, err);
    if (rc == LW_OK) {
      lw_stmt_int(stmt, 1, n);
      lw_stmt_text_or_empty(stmt, 2, names[i]);
      rc = lw_stmt_run(stmt, err);
    }
  }
  return rc;
}

static void join(struct lw_buf *out, const lw_str *names, uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) {
    lw_buf_add(out, names[i]);
    lw_buf_add_char(out, '\n');
  }
}

static enum lw_code put_row(struct lw_db *db, const struct lw_page_row *row, lw_str reasons,
                            lw_str teams, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  enum lw_code rc = lw_db_statement(db, put_sql, &stmt, err);
  if (rc == LW_OK) {
    lw_stmt_int(stmt, 1, row->n);
    lw_stmt_text_or_empty(stmt, 2, row->page.slug);
    lw_stmt_text_or_empty(stmt, 3, row->page.title);
    lw_stmt_text_or_empty(stmt, 4, row->page.language);
    lw_stmt_text_or_empty(stmt, 5, reasons);
    lw_stmt_text_or_empty(stmt, 6, teams);
    lw_stmt_text_or_empty(stmt, 7, row->words);
    lw_stmt_int(stmt, 8, (int64_t)row->page.version);
    lw_stmt_int(stmt, 9, row->page.at);
    lw_stmt_text_or_empty(stmt, 10, row->page.who);
    rc = lw_stmt_run(stmt, err);
  }
  return rc;
}

enum lw_code lw_page_row_put(struct lw_db *db, struct lw_page_row *row, struct lw_error *err)
{
  struct lw_buf reasons = {0};
  struct lw_buf teams = {0};
  enum lw_code rc = row->n == 0 ? lw_db_get_int(db, number_sql, &row->n, err) : LW_OK;
  join(&reasons, row->page.reasons, row->page.n_reasons);
  join(&teams, row->page.teams, row->page.n_teams);
  if (rc == LW_OK && (reasons.failed || teams.failed)) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory for a page");
  }
  rc = rc == LW_OK ? put_row(db, row, lw_buf_str(&reasons), lw_buf_str(&teams), err) : rc;
  rc = rc == LW_OK ? run_with(db, remove_reasons_sql, row->n, err) : rc;
  rc = rc == LW_OK ? run_with(db, remove_teams_sql, row->n, err) : rc;
  rc = rc == LW_OK
           ? put_names(db, put_reason_sql, row->n, row->page.reasons, row->page.n_reasons, err)
           : rc;
  rc = rc == LW_OK ? put_names(db, put_team_sql, row->n, row->page.teams, row->page.n_teams, err)
                   : rc;
  lw_buf_finish(&reasons);
  lw_buf_finish(&teams);
  return rc;
}

enum lw_code lw_page_row_remove(struct lw_db *db, int64_t n, struct lw_error *err)
{
  enum lw_code rc = run_with(db, remove_sql, n, err);
  rc = rc == LW_OK ? run_with(db, remove_reasons_sql, n, err) : rc;
  return rc == LW_OK ? run_with(db, remove_teams_sql, n, err) : rc;
}

enum lw_code lw_page_slugs(struct lw_db *db, struct lw_arena *arena, lw_str **ret_slugs,
                           uint32_t *ret_count, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  uint32_t count = 0;
  lw_str *slugs = LW_NEW_ARRAY(arena, lw_str, LW_PAGES_MAX);
  enum lw_code rc = slugs != NULL ? lw_db_statement(db, slugs_sql, &stmt, err)
                                  : lw_fail(err, LW_NO_MEMORY, "out of memory for pages");
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(stmt, 1, LW_PAGES_MAX);
  while (count < LW_PAGES_MAX && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    slugs[count++] = lw_stmt_copy_text(stmt, 0, arena);
  }
  lw_stmt_reset(stmt);
  *ret_slugs = slugs;
  *ret_count = count;
  return rc == LW_OK && arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for pages") : rc;
}

/* --- the index of words --- */

enum lw_code lw_page_words_remove(struct lw_db *db, int64_t n, struct lw_error *err)
{
  return run_with(db, lw_db_kind(db) == LW_DB_POSTGRES ? postgres_drop_sql : sqlite_drop_sql, n,
                  err);
}

enum lw_code lw_page_words_put(struct lw_db *db, int64_t n, lw_str title, lw_str body,
                               struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  struct lw_buf plain = {0};
  struct lw_buf titles = {0};
  struct lw_buf bodies = {0};
  lw_page_plain(body, &plain);
  lw_words_add(title, &titles);
  lw_words_add(lw_buf_str(&plain), &bodies);
  enum lw_code rc = plain.failed || titles.failed || bodies.failed
                        ? lw_fail(err, LW_NO_MEMORY, "out of memory for a page's words")
                        : lw_page_words_remove(db, n, err);
  rc = rc == LW_OK
           ? lw_db_statement(db,
                             lw_db_kind(db) == LW_DB_POSTGRES ? postgres_put_sql : sqlite_put_sql,
                             &stmt, err)
           : rc;
  if (rc == LW_OK) {
    lw_stmt_int(stmt, 1, n);
    lw_stmt_text_or_empty(stmt, 2, lw_buf_str(&titles));
    lw_stmt_text_or_empty(stmt, 3, lw_buf_str(&bodies));
    rc = lw_stmt_run(stmt, err);
  }
  lw_buf_finish(&plain);
  lw_buf_finish(&titles);
  lw_buf_finish(&bodies);
  return rc;
}
