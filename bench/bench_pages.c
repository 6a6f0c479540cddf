/* bench_pages URL PAGES [FOLDER]: finding reference pages among many
 *
 * Fills an empty database with so many made-up pages of some 3 kB (words by Zipf's law out of
 * 20,000, always the same), as a writer saves them, and writes them to FOLDER as files, too. Then
 * each search 40 times: as the API answers it (twenty pages with the parts that are shown), and
 * beside it the same words by `LIKE '%...%'` over the texts, which ranks and shows nothing. One
 * JSON object a line. URL is a file or postgres://... */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/num.h"
#include "base/rand.h"
#include "guide/plan.h"
#include "guide/page.h"

#include <stdio.h>
#include <stdlib.h>

enum { WORDS = 20000, ROUNDS = 40, BODY_BYTES = 3000 };

static void need(enum lw_code rc, const struct lw_error *err)
{
  if (rc != LW_OK) {
    (void)fprintf(stderr, "bench_pages: %s\n", err->text);
    exit(1);
  }
}

/* By Zipf's law, near enough: the log of the rank is even. Shifts and products alone. */
static uint32_t next_word(struct lw_rand_seeded *rand)
{
  uint64_t bits = lw_rand_seeded_next(rand);
  uint32_t step = (uint32_t)(bits % 15); /* 2^0 ... 2^14 */
  uint32_t rank = (1U << step) + (uint32_t)((bits >> 8) % (1U << step));
  return rank < WORDS ? rank : WORDS - 1;
}

/* "w17k" to read aloud: letters by the number, so that beginnings are shared. */
static void add_word(struct lw_buf *out, uint32_t rank)
{
  static const char *const parts[] = {"ba", "ce", "di", "fo", "gu", "ha", "le", "mi",
                                      "no", "pu", "ra", "se", "ti", "vo", "zu", "ka"};
  for (uint32_t left = rank + 16; left != 0; left /= 16) {
    lw_buf_add_c(out, parts[left % 16]);
  }
}

static void make_file(struct lw_rand_seeded *rand, uint32_t n, struct lw_buf *out)
{
  lw_buf_reset(out);
  LW_BUF_LIT(out, "---\ntitle: ");
  for (int i = 0; i < 4; i++) {
    add_word(out, next_word(rand));
    lw_buf_add_char(out, ' ');
  }
  lw_buf_printf(out, "\nreasons: [cause-%u]\n---\n\n", n % 20);
  for (uint32_t i = 0; out->len < BODY_BYTES; i++) {
    add_word(out, next_word(rand));
    lw_buf_add_c(out, i % 60 == 59 ? ".\n\n## " : i % 12 == 11 ? ". " : " ");
  }
}

static void write_file(const char *folder, uint32_t n, const struct lw_buf *text)
{
  char name[512];
  (void)snprintf(name, sizeof name, "%s/p%u.md", folder, n);
  FILE *out = fopen(name, "wb");
  if (out == NULL || fwrite(text->ptr, 1, text->len, out) != text->len || fclose(out) != 0) {
    (void)fprintf(stderr, "bench_pages: %s can't be written\n", name);
    exit(1);
  }
}

static void fill(struct lw_engine *engine, uint32_t pages, const char *folder)
{
  struct lw_rand_seeded rand;
  struct lw_error err;
  struct lw_buf text = {0};
  lw_rand_seeded_init(&rand, 1);
  lw_usec begin = lw_clock_monotonic();
  for (uint32_t n = 0; n < pages; n++) {
    struct lw_arena arena;
    struct lw_diags diags;
    struct lw_page_save save = {.has_tag = false};
    char slug[32];
    lw_arena_init(&arena, NULL, 0);
    lw_diags_init(&diags, &arena);
    make_file(&rand, n, &text);
    (void)snprintf(slug, sizeof slug, "p%u", n);
    lw_page_read(&arena, lw_str_c(slug), lw_buf_str(&text), &save.page, &diags);
    struct lw_change change = {
        .apply = lw_page_put, .user = &save, .arena = &arena, .actor = LW_STR("cli")};
    need(lw_engine_run(engine, &change, &err), &err);
    lw_buf_finish(&change.answer);
    if (folder != NULL) {
      write_file(folder, n, &text);
    }
    lw_arena_finish(&arena);
  }
  printf("{\"side\":\"save\",\"pages\":%u,\"usec_a_page\":%.0f}\n", pages,
         (double)(lw_clock_monotonic() - begin) / pages);
  lw_buf_finish(&text);
}

static int by_time(const void *left, const void *right)
{
  lw_usec a = *(const lw_usec *)left;
  lw_usec b = *(const lw_usec *)right;
  return (a > b) - (a < b);
}

static void tell(const char *side, const char *what, lw_usec *times, uint64_t found)
{
  qsort(times, ROUNDS, sizeof times[0], by_time);
  printf("{\"side\":\"%s\",\"search\":\"%s\",\"median_usec\":%lld,\"most_usec\":%lld,"
         "\"found\":%llu}\n",
         side, what, (long long)times[ROUNDS / 2], (long long)times[ROUNDS - 1],
         (unsigned long long)found);
  (void)fflush(stdout);
}

static uint64_t count_items(lw_str answer)
{
  uint64_t count = 0;
  for (size_t at = 0; (at = lw_str_find(answer, LW_STR("\"slug\""), at)) != SIZE_MAX; at++) {
    count++;
  }
  return count;
}

static void search(struct lw_db *db, const char *what, lw_str q)
{
  lw_usec times[ROUNDS];
  struct lw_error err;
  struct lw_buf out = {0};
  for (int i = 0; i < ROUNDS; i++) {
    struct lw_arena arena;
    lw_arena_init(&arena, NULL, 0);
    lw_buf_reset(&out);
    lw_usec begin = lw_clock_monotonic();
    const struct lw_page_reader reader = {.db = db, .arena = &arena};
    const struct lw_page_search asked = {.q = q, .reason = LW_STR("cause-7"), .limit = 20};
    need(lw_page_search(&reader, &asked, &out, &err), &err);
    times[i] = lw_clock_monotonic() - begin;
    lw_arena_finish(&arena);
  }
  tell("search", what, times, count_items(lw_buf_str(&out)));
  lw_buf_finish(&out);
}

/* Of a query of plain words: each somewhere in the text. */
static void like(struct lw_db *db, const char *what, lw_str first, lw_str second)
{
  static const char sql[] = "SELECT count(*) FROM text WHERE kind = 'page' AND body LIKE $1 AND "
                            "body LIKE $2";
  lw_usec times[ROUNDS];
  struct lw_error err;
  struct lw_arena arena;
  int64_t found = 0;
  lw_arena_init(&arena, NULL, 0);
  lw_str one = lw_str_format(&arena, "%%%.*s%%", LW_FMT(first));
  lw_str two = lw_str_format(&arena, "%%%.*s%%", LW_FMT(second));
  for (int i = 0; i < ROUNDS; i++) {
    struct lw_stmt *stmt = NULL;
    bool is_row = false;
    lw_usec begin = lw_clock_monotonic();
    need(lw_db_statement(db, sql, &stmt, &err), &err);
    lw_stmt_text(stmt, 1, one);
    lw_stmt_text(stmt, 2, two);
    need(lw_stmt_step(stmt, &is_row, &err), &err);
    found = lw_stmt_get_int(stmt, 0);
    lw_stmt_reset(stmt);
    times[i] = lw_clock_monotonic() - begin;
  }
  tell("like", what, times, (uint64_t)found);
  lw_arena_finish(&arena);
}

static void search_all(struct lw_db *db)
{
  static const struct {
    const char *what;
    uint32_t first;
    uint32_t second; /* 0: none */
  } rows[] = {{"a rare word", 12000, 0},
              {"a word of every fourth page", 300, 0},
              {"a word of nearly all", 2, 0},
              {"two words", 300, 40}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct lw_buf q = {0};
    add_word(&q, rows[i].first);
    size_t end = q.len;
    if (rows[i].second != 0) {
      lw_buf_add_char(&q, ' ');
      add_word(&q, rows[i].second);
    }
    lw_str all = lw_buf_str(&q);
    search(db, rows[i].what, all);
    like(db, rows[i].what, lw_str_slice(all, 0, end),
         rows[i].second != 0 ? lw_str_slice(all, end + 1, all.len - end - 1) : LW_STR(""));
    printf("{\"words\":\"%.*s\"}\n", LW_FMT(all));
    lw_buf_finish(&q);
  }
  search(db, "a beginning of three letters", LW_STR("bac"));
  search(db, "a phrase", LW_STR("\"dice cece\""));
  search(db, "nothing: what fits, the newest", LW_STR(""));
}

int main(int argc, char **argv)
{
  uint64_t pages = 0;
  struct lw_error err;
  struct lw_engine *engine = NULL;
  struct lw_db *db = NULL;
  if (argc < 3 || !lw_uint_read(lw_str_c(argv[2]), &pages) || pages == 0 || pages > LW_PAGES_MAX) {
    (void)fprintf(stderr, "usage: bench_pages URL PAGES [FOLDER]\n");
    return 2;
  }
  const struct lw_engine_options options = {.url = argv[1],
                                            .state = "/tmp/bench-pages",
                                            .unsynced = true,
                                            .migrations = lw_guide_migrations,
                                            .n_migrations = lw_guide_migrations_count};
  if (!lw_crypto_start()) {
    return 1;
  }
  need(lw_engine_open(&options, &engine, &err), &err);
  fill(engine, (uint32_t)pages, argc > 3 ? argv[3] : NULL);
  need(lw_engine_reader(engine, &db, &err), &err);
  search_all(db);
  lw_engine_reader_done(engine, db);
  lw_engine_close(engine);
  return 0;
}
