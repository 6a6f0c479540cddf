/* Any bytes as what somebody types into a search, and as a reference page's file.
 *
 * - What is typed becomes a query that FTS5 takes, whatever it was; and has no sign of a query's
 *   own language but those that were put there.
 * - Words that were folded are folded to themselves.
 * - A page that is read without an error, printed and read again is the same page.
 * - Links and the part that is shown come to an end, and what is shown is JSON.
 * - All memory comes back. */
#include "fuzz.h"

#include "base/utf8.h"
#include "data/json.h"
#include "guide/page_inside.h"

static struct lw_db *store;

static void open_store(void)
{
  struct lw_error err;
  const struct lw_db_options options = {.url = "file::memory:", .mode = LW_DB_DERIVED};
  FUZZ_CHECK(lw_db_open(&options, &store, &err) == LW_OK, "%s", err.text);
  FUZZ_CHECK(lw_db_exec(store,
                        "CREATE VIRTUAL TABLE page_words USING fts5(title, body, tokenize = "
                        "'ascii', prefix = '2 3 4'); INSERT INTO page_words (title, body) VALUES "
                        "('how a claim works', 'near and not or a b')",
                        &err) == LW_OK,
             "%s", err.text);
}

static void ask(lw_str match)
{
  struct lw_stmt *stmt = NULL;
  struct lw_error err;
  bool is_row = false;
  FUZZ_CHECK(lw_db_statement(store, "SELECT rowid FROM page_words WHERE page_words MATCH $1", &stmt,
                             &err) == LW_OK,
             "%s", err.text);
  lw_stmt_text(stmt, 1, match);
  FUZZ_CHECK(lw_stmt_step(stmt, &is_row, &err) == LW_OK, "%.*s: %s", LW_FMT(match), err.text);
  lw_stmt_reset(stmt);
}

/* Outside of quotes only what query.c puts there; within them letters and digits. */
static void look_at_ts(lw_str text)
{
  bool quoted = false;
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    quoted = c == '\'' ? !quoted : quoted;
    bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
    FUZZ_CHECK(c == '\'' || (quoted ? letter : strchr("()&|<->:* ", c) != NULL), "%.*s",
               LW_FMT(text));
  }
  FUZZ_CHECK(!quoted, "%.*s", LW_FMT(text));
}

static void type(lw_str text, struct lw_query *query, struct lw_arena *arena,
                 struct fuzz_memory *memory)
{
  struct lw_buf fts = {.allocator = &memory->allocator};
  struct lw_buf ts = {.allocator = &memory->allocator};
  FUZZ_CHECK(lw_query_read(text, false, arena, query), "out of memory");
  for (int any = 0; any < 2 && query->count != 0; any++) {
    lw_buf_reset(&fts);
    lw_buf_reset(&ts);
    lw_query_print_fts(query, any == 1, &fts);
    lw_query_print_ts(query, any == 1, &ts);
    ask(lw_buf_str(&fts));
    look_at_ts(lw_buf_str(&ts));
  }
  lw_buf_finish(&fts);
  lw_buf_finish(&ts);
}

static void fold(lw_str text, struct fuzz_memory *memory)
{
  struct lw_buf once = {.allocator = &memory->allocator};
  struct lw_buf twice = {.allocator = &memory->allocator};
  lw_words_add(text, &once);
  FUZZ_CHECK(lw_utf8_check(lw_buf_str(&once)) == once.len, "folded words are no UTF-8");
  lw_words_add(lw_buf_str(&once), &twice);
  FUZZ_CHECK(lw_str_equal(lw_buf_str(&once), lw_buf_str(&twice)), "%.*s became %.*s",
             LW_FMT(lw_buf_str(&once)), LW_FMT(lw_buf_str(&twice)));
  lw_buf_finish(&once);
  lw_buf_finish(&twice);
}

static void show(const struct lw_page *page, const struct lw_query *query, struct lw_arena *arena,
                 struct fuzz_memory *memory)
{
  struct lw_page_links links = {.body = page->body, .line = 1};
  struct lw_page_link link;
  struct lw_buf plain = {.allocator = &memory->allocator};
  struct lw_buf out = {.allocator = &memory->allocator};
  const struct lw_value *value = NULL;
  struct lw_error err;
  while (lw_page_links_next(&links, &link)) {
    FUZZ_CHECK(link.to.len != 0, "a link to nothing");
  }
  lw_page_plain(page->body, &plain);
  lw_page_snippet(query, lw_buf_str(&plain), &out);
  struct lw_json_reader *json = lw_json_reader_create(NULL);
  FUZZ_CHECK(lw_json_read(json, arena, lw_buf_str(&out), NULL, &value, &err) == LW_OK, "%.*s",
             LW_FMT(lw_buf_str(&out)));
  lw_json_reader_destroy(json);
  lw_buf_finish(&plain);
  lw_buf_finish(&out);
}

static void read_page(lw_str text, const struct lw_query *query, struct lw_arena *arena,
                      struct fuzz_memory *memory)
{
  struct lw_diags diags;
  struct lw_page page;
  struct lw_page again;
  struct lw_buf once = {.allocator = &memory->allocator};
  struct lw_buf twice = {.allocator = &memory->allocator};
  lw_diags_init(&diags, arena);
  lw_page_read(arena, LW_STR("page"), text, &page, &diags);
  if (diags.errors == 0) {
    lw_page_print_file(&page, &once);
    lw_page_read(arena, LW_STR("page"), lw_buf_str(&once), &again, &diags);
    FUZZ_CHECK(diags.errors == 0, "%.*s", LW_FMT(lw_buf_str(&once)));
    lw_page_print_file(&again, &twice);
    FUZZ_CHECK(lw_str_equal(lw_buf_str(&once), lw_buf_str(&twice)), "%.*s",
               LW_FMT(lw_buf_str(&once)));
    show(&page, query, arena, memory);
  }
  lw_buf_finish(&once);
  lw_buf_finish(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  lw_str text = {(const char *)data, size};
  struct fuzz_memory memory;
  struct lw_arena arena;
  struct lw_query query = {.count = 0};
  if (store == NULL) {
    open_store();
  }
  fuzz_memory_init(&memory);
  lw_arena_init(&arena, &memory.allocator, 0);
  if (lw_utf8_check(text) == size) {
    fold(text, &memory);
    type(lw_str_slice(text, 0, lw_utf8_offset(text, LW_QUERY_BYTES_MAX / 4)), &query, &arena,
         &memory);
  }
  read_page(text, &query, &arena, &memory);
  lw_arena_finish(&arena);
  FUZZ_CHECK(memory.out == 0, "%zu pieces of memory are still out", memory.out);
  return 0;
}
