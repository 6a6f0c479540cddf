/* Pages in a store of either kind: versions, what is found and in which order, and an index that
 * says what the pages say after each change and after being made anew. */
#include "fault/folder.h"
#include "fault/store.h"

#include "base/crypto.h"
#include "guide/plan.h"
#include "guide/page.h"

struct shelf {
  struct lw_folder folder;
  struct lw_engine *engine;
  struct lw_arena arena;
  struct lw_change change;
  struct lw_error err;
};

static int setup(void **state)
{
  struct shelf *shelf = calloc(1, sizeof *shelf);
  char file[256];
  char url[512];
  assert_non_null(shelf);
  assert_true(lw_crypto_start());
  lw_folder_make(&shelf->folder);
  const struct lw_engine_options options = {
      .url = lw_store_make(lw_folder_file(&shelf->folder, "shelf.db", file), url, sizeof url),
      .state = lw_folder_file(&shelf->folder, "shelf.db", file),
      .migrations = lw_guide_migrations,
      .n_migrations = lw_guide_migrations_count};
  if (lw_engine_open(&options, &shelf->engine, &shelf->err) != LW_OK) {
    fail_msg("%s", shelf->err.text);
  }
  lw_arena_init(&shelf->arena, NULL, 0);
  *state = shelf;
  return 0;
}

static int teardown(void **state)
{
  struct shelf *shelf = *state;
  lw_buf_finish(&shelf->change.answer);
  lw_engine_close(shelf->engine);
  lw_arena_finish(&shelf->arena);
  lw_folder_remove(&shelf->folder);
  free(shelf);
  return 0;
}

static enum lw_code run(struct shelf *shelf,
                        enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change,
                                              struct lw_error *err),
                        void *user)
{
  lw_buf_finish(&shelf->change.answer);
  shelf->change = (struct lw_change){
      .apply = apply, .user = user, .arena = &shelf->arena, .actor = LW_STR("qua")};
  return lw_engine_run(shelf->engine, &shelf->change, &shelf->err);
}

/* The status. */
static int put(struct shelf *shelf, const char *slug, const char *file)
{
  struct lw_page_save save = {.has_tag = false};
  struct lw_diags diags;
  lw_diags_init(&diags, &shelf->arena);
  lw_page_read(&shelf->arena, lw_str_c(slug), lw_str_c(file), &save.page, &diags);
  assert_int_equal(diags.errors, 0);
  if (run(shelf, lw_page_put, &save) != LW_OK) {
    fail_msg("%s", shelf->err.text);
  }
  return shelf->change.status;
}

/* What is found, as "slug slug any next=N". */
static const char *find(struct shelf *shelf, struct lw_page_search search)
{
  static char place[2000];
  struct lw_db *db = NULL;
  struct lw_buf out = {0};
  struct lw_buf slugs = {0};
  search.limit = search.limit != 0 ? search.limit : 20;
  assert_int_equal(lw_engine_reader(shelf->engine, &db, &shelf->err), LW_OK);
  const struct lw_page_reader reader = {.db = db, .arena = &shelf->arena};
  if (lw_page_search(&reader, &search, &out, &shelf->err) != LW_OK) {
    fail_msg("%.*s: %s", LW_FMT(search.q), shelf->err.text);
  }
  lw_engine_reader_done(shelf->engine, db);
  lw_str text = lw_buf_str(&out);
  lw_str key = LW_STR("{\"slug\":\"");
  for (size_t at = lw_str_find(text, key, 0); at != SIZE_MAX; at = lw_str_find(text, key, at + 1)) {
    size_t end = lw_str_find(text, LW_STR("\""), at + key.len);
    lw_buf_printf(&slugs, "%.*s ", LW_FMT(lw_str_slice(text, at + key.len, end - at - key.len)));
  }
  size_t behind = lw_str_find(text, LW_STR("],\"matched\":"), 0);
  lw_buf_add(&slugs, lw_str_slice(text, behind + 12, text.len - behind - 13));
  (void)snprintf(place, sizeof place, "%.*s", LW_FMT(lw_buf_str(&slugs)));
  lw_buf_finish(&out);
  lw_buf_finish(&slugs);
  return place;
}

static const char *words(struct shelf *shelf, const char *q)
{
  return find(shelf, (struct lw_page_search){.q = lw_str_c(q)});
}

static void fill(struct shelf *shelf)
{
  assert_int_equal(put(shelf, "claim",
                       "---\ntitle: How a carrier claim works\nreasons: [lost]\n---\nAsk the "
                       "carrier within 7 days. Rückgabe geht auch.\n"),
                   201);
  assert_int_equal(put(shelf, "addresses",
                       "---\ntitle: Return addresses\nlanguage: en\n---\nA claim goes elsewhere; "
                       "see [[claim]]. Rueckgabe. 📦 配送センター\n"),
                   201);
  assert_int_equal(put(shelf, "hotline",
                       "---\ntitle: Hotline\nreasons: [late, lost]\nlanguage: de\n---\nCarrier "
                       "numbers. Claim, claim, claim: nothing else helps.\n"),
                   201);
}

static void saving_makes_versions_and_the_same_again_none(void **state)
{
  struct shelf *shelf = *state;
  static const char first[] = "# Claims\n\nFirst words.";
  static const char second[] = "# Claims\n\nSecond words.";
  assert_int_equal(put(shelf, "claim", first), 201);
  uint64_t seq = shelf->change.seq;
  assert_int_equal(put(shelf, "claim", first), 200);
  assert_int_equal(shelf->change.seq, 0);
  assert_int_equal(put(shelf, "claim", second), 200);
  assert_true(shelf->change.seq > seq);
  assert_string_equal(words(shelf, "first"), "\"all\"");
  assert_string_equal(words(shelf, "second"), "claim \"all\"");
  struct lw_page_save save = {.page = {.slug = LW_STR("claim")}, .has_tag = true, .tag = 1};
  assert_int_equal(run(shelf, lw_page_remove, &save), LW_STALE);
  save.tag = 2;
  assert_int_equal(run(shelf, lw_page_remove, &save), LW_OK);
  assert_string_equal(words(shelf, "second"), "\"all\"");
  assert_int_equal(run(shelf, lw_page_remove, &save), LW_NOT_FOUND);
  assert_int_equal(put(shelf, "claim", first), 201);
}

static void what_fits_the_cause_is_first_then_titles(void **state)
{
  struct shelf *shelf = *state;
  fill(shelf);
  assert_string_equal(words(shelf, "claim carrier"), "claim hotline \"all\"");
  assert_string_equal(words(shelf, "claim"), "claim hotline addresses \"all\"");
  assert_string_equal(
      find(shelf, (struct lw_page_search){.q = LW_STR("claim"), .reason = LW_STR("late")}),
      "hotline claim addresses \"all\"");
  assert_string_equal(find(shelf, (struct lw_page_search){.reason = LW_STR("late")}),
                      "hotline addresses claim \"all\"");
  assert_string_equal(
      find(shelf, (struct lw_page_search){.q = LW_STR("claim"), .language = LW_STR("de")}),
      "claim hotline \"all\"");
}

static void words_are_found_however_they_are_spelt(void **state)
{
  struct shelf *shelf = *state;
  fill(shelf);
  assert_string_equal(words(shelf, "RÜCKGABE"), "claim addresses \"all\"");
  assert_string_equal(words(shelf, "rueckgabe"), "claim addresses \"all\"");
  assert_string_equal(words(shelf, "ruckg"), "claim \"all\"");
  assert_string_equal(words(shelf, "📦"), "addresses \"all\"");
  assert_string_equal(words(shelf, "センター"), "addresses \"all\"");
  assert_string_equal(words(shelf, "センタ配"), "\"all\"");
  assert_string_equal(words(shelf, "\"claim goes\""), "addresses \"all\"");
  assert_string_equal(words(shelf, "\"goes claim\""), "\"all\"");
  assert_string_equal(words(shelf, "carr"), "claim hotline \"all\"");
  assert_string_equal(words(shelf, "carr "), "\"all\"");
  assert_string_equal(find(shelf, (struct lw_page_search){.q = LW_STR("carr"), .whole = true}),
                      "\"all\"");
}

static void when_no_page_has_all_of_it_any_will_do(void **state)
{
  struct shelf *shelf = *state;
  fill(shelf);
  assert_string_equal(words(shelf, "hotline weekend"), "hotline \"any\"");
  assert_string_equal(
      find(shelf, (struct lw_page_search){.q = LW_STR("claim weekend"), .limit = 2}),
      "claim hotline \"any\",\"next\":\"any.2\"");
  assert_string_equal(find(shelf, (struct lw_page_search){.q = LW_STR("claim weekend"),
                                                          .limit = 2,
                                                          .after = LW_STR("any.2")}),
                      "addresses \"any\"");
  assert_string_equal(find(shelf, (struct lw_page_search){.limit = 2}),
                      "hotline addresses \"all\",\"next\":\"2\"");
}

/* What is typed is never a mistake of a query's own language. */
static void nothing_that_is_typed_is_an_error(void **state)
{
  struct shelf *shelf = *state;
  char every[256] = {0};
  static const char *const rows[] = {"\"",          "'",         "''",
                                     "* ^ :",       "NEAR(a b)", "a AND",
                                     "NOT",         "title:x",   "{title}:x",
                                     "a + b",       "-a",        "a:* & | !",
                                     "<->",         "\\",        "\"a\" * b",
                                     "a\"b",        "(((",       "claim^2",
                                     "%_",          "$1",        ";--",
                                     "\x01\x02",    "a\tb",      "\u00ad",
                                     "\u200b",      "1e5 -3.5",  "http://x.y/z?a=b",
                                     "a@b.example", "/usr/bin",  "x-y_z",
                                     "0x1f",        "v1.2.3",    "\u0e01\u0e32"};
  fill(shelf);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    (void)words(shelf, rows[i]);
  }
  for (int c = 1; c < 128; c++) {
    every[c - 1] = (char)c;
  }
  (void)words(shelf, every);
  struct lw_buf lengthy = {0};
  for (int i = 0; i < 40; i++) {
    lw_buf_printf(&lengthy, "wort%d\"", i);
  }
  (void)find(shelf, (struct lw_page_search){.q = lw_buf_str(&lengthy)});
  lw_buf_finish(&lengthy);
}

/* Words that a store's own parser would take apart: numbers, addresses, names of files. */
static void odd_words_of_a_page_are_found(void **state)
{
  struct shelf *shelf = *state;
  static const char *const rows[] = {"1e5",
                                     "3.5",
                                     "x-y_z",
                                     "help@shop.example",
                                     "shop.example/a?b",
                                     "AB12cd",
                                     "0815",
                                     "24/7",
                                     "Ёлка",
                                     "ΑΘΗΝΑ",
                                     "v1.2.3",
                                     "ﬁle"};
  assert_int_equal(put(shelf, "odd",
                       "# Odd\n\n1e5 3.5 x-y_z help@shop.example shop.example/a?b ab12CD 0815 "
                       "24/7 елка Αθήνα v1.2.3 file"),
                   201);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (strcmp(words(shelf, rows[i]), "odd \"all\"") != 0) {
      fail_msg("%s: %s", rows[i], words(shelf, rows[i]));
    }
  }
}

static enum lw_code index_anew(struct lw_batch *batch, struct lw_change *change,
                               struct lw_error *err)
{
  return lw_pages_index(batch->db, batch->scratch, change->user, err);
}

static void an_index_made_anew_says_the_same(void **state)
{
  struct shelf *shelf = *state;
  int64_t count = 0;
  fill(shelf);
  assert_int_equal(run(shelf, index_anew, &count), LW_OK);
  assert_int_equal(count, 3);
  assert_string_equal(words(shelf, "claim"), "claim hotline addresses \"all\"");
  assert_string_equal(words(shelf, "センター"), "addresses \"all\"");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(saving_makes_versions_and_the_same_again_none, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(what_fits_the_cause_is_first_then_titles, setup, teardown),
      cmocka_unit_test_setup_teardown(words_are_found_however_they_are_spelt, setup, teardown),
      cmocka_unit_test_setup_teardown(when_no_page_has_all_of_it_any_will_do, setup, teardown),
      cmocka_unit_test_setup_teardown(nothing_that_is_typed_is_an_error, setup, teardown),
      cmocka_unit_test_setup_teardown(odd_words_of_a_page_are_found, setup, teardown),
      cmocka_unit_test_setup_teardown(an_index_made_anew_says_the_same, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
