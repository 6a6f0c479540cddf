/* The search, in the words of either store: what is looked for is made of words alone
 * (guide/query.h), what fits the cause stands first, then the store's own rank, in which a title's
 * word weighs ten times a word of the body. When no page has all that was looked for, those that
 * have any of it are found, and the answer says so.
 *
 * Ranks are not kept between answers: `after` counts what was shown, up to LW_PAGES_FOUND_MAX. The
 * part of a page that is shown is looked for here, over what the page says now, so that both stores
 * show the same and the index need not keep texts. */
#include "base/num.h"
#include "base/utf8.h"
#include "data/member.h"
#include "guide/page_inside.h"

enum {
  SNIPPET_BYTES = 240,
  SNIPPET_BEFORE_BYTES = 60,
  HITS_MAX = 256,
  COLUMN_FITS = LW_PAGE_COLUMNS_COUNT
};

#define SELECT                                                                                     \
  "SELECT " LW_PAGE_COLUMNS ", CASE WHEN EXISTS (SELECT 1 FROM page_reason r WHERE r.page = p.n "  \
  "AND r.reason = $1) THEN 1 ELSE 0 END AS fits FROM "
#define SEEN                                                                                       \
  "($2 = '' OR p.language = '' OR p.language = $2) AND (p.teams = '' OR $3 = '*' OR EXISTS ("      \
  "SELECT 1 FROM page_team t WHERE t.page = p.n AND replace($3, '/' || t.team || '/', '') <> $3))"
#define PART " LIMIT $4 OFFSET $5"

static const char list_sql[] =
    SELECT "page p WHERE " SEEN " ORDER BY fits DESC, p.at DESC, p.slug" PART;
static const char sqlite_sql[] =
    SELECT "page_words JOIN page p ON p.n = page_words.rowid WHERE page_words MATCH $6 AND " SEEN
           " ORDER BY fits DESC, bm25(page_words, 10.0, 1.0), p.slug" PART;
static const char postgres_sql[] = SELECT
    "page_words w JOIN page p ON p.n = w.page WHERE w.words @@ to_tsquery('simple', $6) AND " SEEN
    " ORDER BY fits DESC, ts_rank(w.words, to_tsquery('simple', $6), 1) DESC, p.slug" PART;

struct search {
  const struct lw_page_reader *reader;
  const struct lw_page_search *asked;
  struct lw_query query;
  struct lw_buf seen; /* teams, as SQL takes them */
  bool any;
  uint32_t passed; /* shown already */
  struct lw_page_row *rows;
  bool *fits;
  uint32_t count; /* of rows; one more than the limit: there are more */
};

/* --- where it goes on --- */

static enum lw_code read_after(struct search *search, struct lw_error *err)
{
  static const lw_str any = LW_STR_INIT("any.");
  lw_str after = search->asked->after;
  uint64_t passed = 0;
  if (after.len == 0) {
    return LW_OK;
  }
  search->any = lw_str_starts(after, any);
  after = search->any ? lw_str_slice(after, any.len, after.len - any.len) : after;
  if (!lw_uint_read(after, &passed) || passed > LW_PAGES_FOUND_MAX) {
    return lw_fail(err, LW_INVALID, "after is no place of this search");
  }
  search->passed = (uint32_t)passed;
  return LW_OK;
}

/* --- asking the store --- */

static const char *sql_of(const struct search *search)
{
  if (search->query.count == 0) {
    return list_sql;
  }
  return lw_db_kind(search->reader->db) == LW_DB_POSTGRES ? postgres_sql : sqlite_sql;
}

static void bind(struct lw_stmt *stmt, const struct search *search, lw_str match)
{
  lw_stmt_text_or_empty(stmt, 1, search->asked->reason);
  lw_stmt_text_or_empty(stmt, 2, search->asked->language);
  lw_stmt_text_or_empty(stmt, 3, lw_buf_str(&search->seen));
  lw_stmt_int(stmt, 4, (int64_t)search->asked->limit + 1);
  lw_stmt_int(stmt, 5, search->passed);
  if (search->query.count != 0) {
    lw_stmt_text_or_empty(stmt, 6, match);
  }
}

static enum lw_code ask(struct search *search, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  struct lw_buf match = {0};
  bool is_row = false;
  if (lw_db_kind(search->reader->db) == LW_DB_POSTGRES) {
    lw_query_print_ts(&search->query, search->any, &match);
  } else {
    lw_query_print_fts(&search->query, search->any, &match);
  }
  search->count = 0;
  enum lw_code rc = match.failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a search")
                                 : lw_db_statement(search->reader->db, sql_of(search), &stmt, err);
  if (rc == LW_OK) {
    bind(stmt, search, lw_buf_str(&match));
    while (search->count <= search->asked->limit &&
           (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
      lw_page_row_take(stmt, search->reader->arena, &search->rows[search->count]);
      search->fits[search->count++] = lw_stmt_get_int(stmt, COLUMN_FITS) != 0;
    }
    lw_stmt_reset(stmt);
  }
  lw_buf_finish(&match);
  return rc;
}

/* --- the part that is shown --- */

struct hit {
  size_t from;
  size_t to;
};

static uint32_t find_hits(const struct lw_query *query, lw_str plain, struct hit *hits)
{
  struct lw_words words = {.text = plain};
  struct lw_word word;
  uint32_t count = 0;
  while (count < HITS_MAX && lw_words_next(&words, &word)) {
    if (lw_query_has(query, word.text)) {
      hits[count++] = (struct hit){word.from, word.to};
    }
  }
  return count;
}

/* The hit behind which most others stand. */
static uint32_t best_hit(const struct hit *hits, uint32_t count)
{
  uint32_t best = 0;
  uint32_t most = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t near = 0;
    while (i + near < count && hits[i + near].to - hits[i].from <= SNIPPET_BYTES) {
      near++;
    }
    if (near > most) {
      most = near;
      best = i;
    }
  }
  return best;
}

/* Not within a character, and behind a blank where one is near. */
static size_t whole_from(lw_str plain, size_t at)
{
  size_t end = at + SNIPPET_BEFORE_BYTES / 2;
  for (size_t i = at; at != 0 && i < end && i < plain.len; i++) {
    if (plain.ptr[i] == ' ') {
      return i + 1;
    }
  }
  while (at < plain.len && ((unsigned char)plain.ptr[at] & 0xc0) == 0x80) {
    at++;
  }
  return at;
}

static size_t whole_to(lw_str plain, size_t from, size_t at)
{
  if (at >= plain.len) {
    return plain.len;
  }
  for (size_t i = at; i > from && i + SNIPPET_BEFORE_BYTES / 2 > at; i--) {
    if (plain.ptr[i] == ' ') {
      return i;
    }
  }
  while (at > from && ((unsigned char)plain.ptr[at] & 0xc0) == 0x80) {
    at--;
  }
  return at;
}

static void add_piece(lw_str plain, size_t from, size_t to, bool marked, struct lw_buf *out)
{
  if (to > from) {
    lw_buf_add_c(out,
                 out->ptr != NULL && out->ptr[out->len - 1] == '[' ? "{\"text\":" : ",{\"text\":");
    lw_json_add_string(out, lw_str_slice(plain, from, to - from));
    lw_buf_add_c(out, marked ? ",\"marked\":true}" : "}");
  }
}

void lw_page_snippet(const struct lw_query *query, lw_str plain, struct lw_buf *out)
{
  struct hit hits[HITS_MAX];
  uint32_t count = find_hits(query, plain, hits);
  uint32_t best = best_hit(hits, count);
  size_t first = count != 0 ? hits[best].from : 0;
  size_t from = first > SNIPPET_BEFORE_BYTES ? whole_from(plain, first - SNIPPET_BEFORE_BYTES) : 0;
  from = from > first ? first : from;
  size_t to = whole_to(plain, from, from + SNIPPET_BYTES);
  lw_buf_add_char(out, '[');
  for (uint32_t i = best; i < count && hits[i].to <= to; i++) {
    add_piece(plain, from, hits[i].from, false, out);
    add_piece(plain, hits[i].from, hits[i].to, true, out);
    from = hits[i].to;
  }
  add_piece(plain, from, to, false, out);
  lw_buf_add_char(out, ']');
}

/* --- printing --- */

static enum lw_code print_item(const struct search *search, uint32_t i, struct lw_buf *out,
                               struct lw_error *err)
{
  const struct lw_page_row *row = &search->rows[i];
  struct lw_arena *arena = search->reader->arena;
  struct lw_page page;
  struct lw_diags diags;
  struct lw_buf plain = {0};
  struct lw_buf snippet = {0};
  lw_str file = LW_STR("");
  enum lw_code rc = lw_page_row_file(search->reader->db, row, arena, &file, err);
  if (rc == LW_OK) {
    lw_diags_init(&diags, arena);
    lw_page_read(arena, row->page.slug, file, &page, &diags);
    lw_page_plain(page.body, &plain);
    lw_page_snippet(&search->query, lw_buf_str(&plain), &snippet);
    lw_buf_add_c(out, i != 0 ? ",{" : "{");
    lw_page_print_head(&row->page, out);
    if (search->fits[i]) {
      lw_member_bool(out, "fits", true);
    }
    lw_member_raw(out, "snippet", lw_buf_str(&snippet));
    lw_buf_add_char(out, '}');
    out->failed |= plain.failed || snippet.failed;
  }
  lw_buf_finish(&plain);
  lw_buf_finish(&snippet);
  return rc;
}

static enum lw_code print(const struct search *search, struct lw_buf *out, struct lw_error *err)
{
  uint32_t limit = search->asked->limit;
  enum lw_code rc = LW_OK;
  LW_BUF_LIT(out, "{\"items\":[");
  for (uint32_t i = 0; rc == LW_OK && i < search->count && i < limit; i++) {
    rc = print_item(search, i, out, err);
  }
  lw_buf_printf(out, "],\"matched\":\"%s\"", search->any ? "any" : "all");
  if (search->count > limit && search->passed + limit < LW_PAGES_FOUND_MAX) {
    lw_buf_printf(out, ",\"next\":\"%s%u\"", search->any ? "any." : "", search->passed + limit);
  }
  lw_buf_add_char(out, '}');
  return rc == LW_OK && search->reader->arena->failed
             ? lw_fail(err, LW_NO_MEMORY, "out of memory for a search")
             : rc;
}

enum lw_code lw_page_search(const struct lw_page_reader *reader, const struct lw_page_search *asked,
                            struct lw_buf *out, struct lw_error *err)
{
  struct search search = {.reader = reader, .asked = asked};
  search.rows = LW_NEW_ARRAY(reader->arena, struct lw_page_row, asked->limit + 1);
  search.fits = LW_NEW_ARRAY(reader->arena, bool, asked->limit + 1);
  if (search.rows == NULL || search.fits == NULL ||
      !lw_query_read(asked->q, asked->whole, reader->arena, &search.query)) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for a search");
  }
  lw_page_seen_teams(reader, &search.seen);
  enum lw_code rc = read_after(&search, err);
  rc = rc == LW_OK ? ask(&search, err) : rc;
  if (rc == LW_OK && search.count == 0 && search.query.count > 1 && asked->after.len == 0) {
    search.any = true;
    rc = ask(&search, err);
  }
  rc = rc == LW_OK ? print(&search, out, err) : rc;
  lw_buf_finish(&search.seen);
  return rc;
}
