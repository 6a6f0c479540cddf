/* Words as they are looked for, what is typed as the query of either store, and that nothing typed
 * is ever more than words. */
#include "guide/page_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

struct row {
  const char *text;
  const char *folded;
};

static void check_folded(const char *text, const char *expected)
{
  struct lw_buf out = {0};
  lw_words_add(lw_str_c(text), &out);
  lw_buf_add_char(&out, '\0');
  if (strcmp(out.ptr, expected) != 0) {
    fail_msg("\"%s\" became \"%s\", not \"%s\"", text, out.ptr, expected);
  }
  lw_buf_finish(&out);
}

static void a_text_becomes_small_letters_without_marks(void **state)
{
  (void)state;
  static const struct row rows[] = {
      {"", ""},
      {"Rückgabe an die FALSCHE Straße", "ruckgabe an die falsche strasse"},
      {"Ru\xcc\x88"
       "ckgabe",
       "ruckgabe"}, /* the mark as a character of its own */
      {"Žluťoučký kůň", "zlutoucky kun"},
      {"ΑΘΗΝΑ Αθήνα", "αθηνα αθηνα"},
      {"ЁЛКА", "елка"},
      {"e-mail, 24/7", "e mail 24 7"},
      {"Ｆｕｌｌ １２", "full 12"},
      {"oﬃce", "office"},
      {"Ǽon Ǿre", "aeon ore"}, /* a mark on what becomes two letters */
      {"x² H₂O", "x2 h2o"},
      {"配送の", "配 送 の"},
      {"運送会社 DHL", "運 送 会 社 dhl"},
      {"배송 지연", "배송 지연"},
      {"📦 gone 👍🏽", "u1f4e6 gone u1f44d"},
      {"zero\xe2\x80\x8bwidth soft\xc2\xadhyphen", "zerowidth softhyphen"},
      {"„quoted“ – and…", "quoted and"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    check_folded(rows[i].text, rows[i].folded);
  }
}

static void a_word_that_never_ends_is_cut(void **state)
{
  (void)state;
  char text[1000];
  struct lw_words words = {.text = {text, sizeof text}};
  struct lw_word word;
  memset(text, 'a', sizeof text);
  assert_true(lw_words_next(&words, &word));
  assert_int_equal(word.text.len, LW_WORD_BYTES_MAX);
  assert_int_equal(word.to, sizeof text);
  assert_false(lw_words_next(&words, &word));
}

/* --- what is typed --- */

struct typed {
  const char *text;
  bool whole;
  const char *fts;
  const char *ts;
};

static void check_typed(const struct typed *row, struct lw_arena *arena)
{
  struct lw_query query;
  struct lw_buf fts = {0};
  struct lw_buf ts = {0};
  assert_true(lw_query_read(lw_str_c(row->text), row->whole, arena, &query));
  lw_query_print_fts(&query, false, &fts);
  lw_query_print_ts(&query, false, &ts);
  lw_buf_add_char(&fts, '\0');
  lw_buf_add_char(&ts, '\0');
  if (strcmp(fts.ptr, row->fts) != 0 || strcmp(ts.ptr, row->ts) != 0) {
    fail_msg("[%s]: [%s] and [%s]", row->text, fts.ptr, ts.ptr);
  }
  lw_buf_finish(&fts);
  lw_buf_finish(&ts);
}

static void what_is_typed_becomes_a_query_of_either_store(void **state)
{
  (void)state;
  static const struct typed rows[] = {
      {"", false, "", ""},
      {"carrier", true, "(\"carrier\")", "('carrier')"},
      {"carrier cl", false, "(\"carrier\") AND (\"cl\" *)", "('carrier') & ('cl':*)"},
      {"carrier c", false, "(\"carrier\") AND (\"c\")", "('carrier') & ('c')"},
      {"carrier cl ", false, "(\"carrier\") AND (\"cl\")", "('carrier') & ('cl')"},
      {"\"lost parcel\" x", true, "(\"lost\" + \"parcel\") AND (\"x\")",
       "('lost' <-> 'parcel') & ('x')"},
      {"\"lost par", false, "(\"lost\" + \"par\")", "('lost' <-> 'par')"},
      {"e-mail", false, "(\"e\" + \"mail\" *)", "('e' <-> 'mail':*)"},
      {"Rückgabe", true, "(\"ruckgabe\" OR \"rueckgabe\")", "('ruckgabe' | 'rueckgabe')"},
      {"Rueckgabe", true, "(\"rueckgabe\" OR \"ruckgabe\")", "('rueckgabe' | 'ruckgabe')"},
      {"blue queue", true, "(\"blue\") AND (\"queue\")", "('blue') & ('queue')"},
      {"運送", false, "(\"運\" + \"送\")", "('運' <-> '送')"},
      {"📦", false, "(\"u1f4e6\")", "('u1f4e6')"},
      /* Operators of FTS5 and of PostgreSQL are words, or nothing. */
      {"a AND NOT b", true, "(\"a\") AND (\"and\") AND (\"not\") AND (\"b\")",
       "('a') & ('and') & ('not') & ('b')"},
      {"NEAR(a b, 2)", true, "(\"near\" + \"a\") AND (\"b\") AND (\"2\")",
       "('near' <-> 'a') & ('b') & ('2')"},
      {"title : x*^", true, "(\"title\") AND (\"x\")", "('title') & ('x')"},
      {"a' | 'b:* & !c <-> \\", true, "(\"a\") AND (\"b\") AND (\"c\")", "('a') & ('b') & ('c')"},
      {"\"\" \" ''''", false, "", ""},
      {"***", false, "", ""},
      {"\"unclosed", true, "(\"unclosed\")", "('unclosed')"},
  };
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, 0);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    check_typed(&rows[i], &arena);
  }
  lw_arena_finish(&arena);
}

static void a_query_has_an_end(void **state)
{
  (void)state;
  struct lw_arena arena;
  struct lw_query query;
  struct lw_buf text = {0};
  lw_arena_init(&arena, NULL, 0);
  for (int i = 0; i < 400; i++) {
    lw_buf_add_c(&text, "w ");
  }
  assert_true(lw_query_read(lw_buf_str(&text), false, &arena, &query));
  assert_int_equal(query.count, LW_QUERY_TERMS_MAX);
  text.ptr[0] = '"';
  assert_true(lw_query_read(lw_buf_str(&text), false, &arena, &query));
  assert_int_equal(query.count, 1);
  assert_int_equal(query.terms[0].n_words, LW_QUERY_PHRASE_MAX);
  lw_buf_finish(&text);
  lw_arena_finish(&arena);
}

/* --- a page's words, and what is shown of them --- */

static void marks_of_markdown_are_no_words(void **state)
{
  (void)state;
  static const struct row rows[] = {
      {"## A *head*\n\n- one\n- `two`\n> said", "A head one two said"},
      {"see [the terms](https://x.example/a?b) and [[lost-parcel|that page]] or [[other]].",
       "see the terms and that page or other."},
      {"| a | b |\n|---|---|", "a b "},
      {"![A parcel](x.png) [half", "A parcel half"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct lw_buf out = {0};
    lw_page_plain(lw_str_c(rows[i].text), &out);
    lw_buf_add_char(&out, '\0');
    assert_string_equal(out.ptr, rows[i].folded);
    lw_buf_finish(&out);
  }
}

static void a_snippet_marks_what_was_looked_for(void **state)
{
  (void)state;
  struct lw_arena arena;
  struct lw_query query;
  struct lw_buf plain = {0};
  struct lw_buf out = {0};
  lw_arena_init(&arena, NULL, 0);
  assert_true(lw_query_read(LW_STR("ruckgabe etik"), false, &arena, &query));
  for (int i = 0; i < 50; i++) {
    lw_buf_add_c(&plain, "Füllwörter vorneweg ");
  }
  lw_buf_add_c(&plain, "Zur Rückgabe klebt man das Etikett \"auf\" 📦.");
  lw_page_snippet(&query, lw_buf_str(&plain), &out);
  lw_buf_add_char(&out, '\0');
  assert_non_null(strstr(out.ptr, "{\"text\":\"Rückgabe\",\"marked\":true},{\"text\":\" klebt man "
                                  "das \"},{\"text\":\"Etikett\",\"marked\":true}"));
  assert_non_null(strstr(out.ptr, "\\\"auf\\\" 📦.\"}]"));
  lw_buf_reset(&out);
  lw_page_snippet(&query, LW_STR(""), &out);
  assert_true(lw_str_equal(lw_buf_str(&out), LW_STR("[]")));
  lw_buf_finish(&out);
  lw_buf_finish(&plain);
  lw_arena_finish(&arena);
}

/* --- links --- */

static void links_to_pages_are_found_outside_of_code(void **state)
{
  (void)state;
  struct lw_page_links links = {.body = LW_STR("[[one]] and [two](./two.md#part \"said\")\n"
                                               "`[[no]]` [[three|words]] [out](https://x/y.md)\n"
                                               "```\n[[no]]\n```\n[four](/train/pages/four) [[]] "
                                               "[[open\n[mail](mailto:a.md)"),
                                .line = 1};
  static const struct {
    const char *to;
    uint32_t line;
  } expected[] = {{"one", 1}, {"two", 1}, {"three", 2}, {"four", 6}};
  struct lw_page_link link;
  size_t count = 0;
  while (lw_page_links_next(&links, &link)) {
    assert_in_range(count, 0, 3);
    assert_true(lw_str_equal(link.to, lw_str_c(expected[count].to)));
    assert_int_equal(link.line, expected[count].line);
    count++;
  }
  assert_int_equal(count, 4);
}

/* --- files --- */

static void a_file_is_a_page_and_the_page_the_same_file(void **state)
{
  (void)state;
  static const char file[] = "---\ntitle: \"How a claim: works\"\nreasons: [\"lost\", \"late\"]\n"
                             "language: \"de\"\n---\n\n# Head\n\nWörter.\n";
  struct lw_arena arena;
  struct lw_diags diags;
  struct lw_page page;
  struct lw_buf out = {0};
  lw_arena_init(&arena, NULL, 0);
  lw_diags_init(&diags, &arena);
  lw_page_read(&arena, LW_STR("claim"), lw_str_c(file), &page, &diags);
  assert_int_equal(diags.count, 0);
  assert_int_equal(page.n_reasons, 2);
  assert_int_equal(page.line, 7);
  lw_page_print_file(&page, &out);
  assert_true(lw_str_equal(lw_buf_str(&out), lw_str_c(file)));
  lw_buf_finish(&out);
  lw_arena_finish(&arena);
}

static void what_is_wrong_with_a_file_is_said_at_its_line(void **state)
{
  (void)state;
  static const struct {
    const char *slug;
    const char *text;
    const char *code;
    uint32_t line;
  } rows[] = {
      {"a", "", "bad-title", 1},
      {"a", "no heading", "bad-title", 1},
      {"a", "# A\n", "", 0},
      {"a", "---\ntitle: A\n---\n", "empty-page", 4},
      {"a", "---\ntitle: A\nteam: x\n---\nb", "unknown-key", 3},
      {"a", "---\ntitle: [A]\n---\nb", "bad-value", 2},
      {"a", "---\ntitle: A\nreasons: {a: b}\n---\nb", "bad-value", 3},
      {"a", "---\ntitle: A\nreasons: [b, b]\n---\nb", "bad-reasons", 1},
      {"a", "---\ntitle: A\nlanguage: de_DE\n---\nb", "bad-language", 1},
      {"a", "---\ntitle: A\nlanguage: de-DE\nreasons: one\n---\nb", "", 0},
      {"A", "# A\n\nb", "bad-name", 1},
      {"a", "# A\n\nb\x01", "bad-sign", 1},
      {"a", "# A\n\nb\xff", "not-utf8", 1},
      {"a", "---\n: :\n  - ]\n---\nb", "syntax", 0},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct lw_arena arena;
    struct lw_diags diags;
    struct lw_page page;
    lw_arena_init(&arena, NULL, 0);
    lw_diags_init(&diags, &arena);
    lw_page_read(&arena, lw_str_c(rows[i].slug), lw_str_c(rows[i].text), &page, &diags);
    const char *code = diags.count != 0 ? diags.items[0].code : "";
    if (strcmp(code, rows[i].code) != 0 ||
        (rows[i].line != 0 && diags.items[0].place.line != rows[i].line)) {
      fail_msg("row %zu: \"%s\", line %u", i, code,
               diags.count != 0 ? diags.items[0].place.line : 0);
    }
    lw_arena_finish(&arena);
  }
  assert_true(lw_str_equal(lw_page_slug_of(LW_STR("lost-parcel.md")), LW_STR("lost-parcel")));
  assert_int_equal(lw_page_slug_of(LW_STR("README.md")).len, 0);
  assert_int_equal(lw_page_slug_of(LW_STR("x.txt")).len, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_text_becomes_small_letters_without_marks),
      cmocka_unit_test(a_word_that_never_ends_is_cut),
      cmocka_unit_test(what_is_typed_becomes_a_query_of_either_store),
      cmocka_unit_test(a_query_has_an_end),
      cmocka_unit_test(marks_of_markdown_are_no_words),
      cmocka_unit_test(a_snippet_marks_what_was_looked_for),
      cmocka_unit_test(links_to_pages_are_found_outside_of_code),
      cmocka_unit_test(a_file_is_a_page_and_the_page_the_same_file),
      cmocka_unit_test(what_is_wrong_with_a_file_is_said_at_its_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
