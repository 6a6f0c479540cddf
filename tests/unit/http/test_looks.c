/* What a page shows before its script has run. */
#include "http/looks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void assert_said(struct lw_buf *out, const char *expected)
{
  assert_false(out->failed);
  assert_true(lw_str_equal(lw_buf_str(out), lw_str_c(expected)));
  lw_buf_finish(out);
}

static void text_means_itself(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    const char *html;
  } rows[] = {
      {"", ""},
      {"Ana", "Ana"},
      {"<b>&\"x\"</b>", "&lt;b&gt;&amp;&quot;x&quot;&lt;/b&gt;"},
      {"&amp;", "&amp;amp;"},
      {"Zo\xC3\xAB >", "Zo\xC3\xAB &gt;"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct lw_buf out = {.ptr = NULL};
    lw_html_add(&out, lw_str_c(rows[i].text));
    assert_said(&out, rows[i].html);
  }
}

/* As web/test/unit/ui/parts.test.tsx has them, and more. */
static void initials_are_those_of_the_console(void **state)
{
  (void)state;
  static const struct {
    const char *name;
    const char *initials;
  } rows[] = {
      {"Ana Silva", "AS"},
      {"ana maria silva", "AS"},
      {"Cho Min-ji", "CJ"},
      {"Dana van der Whitfield", "DW"},
      {"\xC3\x89lan \xC3\x98rsted", "\xC3\x89\xC3\x98"},
      {"ana", "an"},
      {"x", "x"},
      {"desk-ai", "DA"},
      {"", "?"},
      {" - . ", "?"},
      {"(Ben) Ruiz", "(R"},
      {"7 dwarfs", "7D"},
      {"\xC3\x98yvind \xC3\x85s", "\xC3\x98\xC3\x85"},
      {"\xC3\x98yvind", "\xC3\x98y"},
      {"\xC3", "\xC3"},
      {"  Mia   Novak  ", "MN"},
      {"<b> &c", "&lt;&amp;"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct lw_buf out = {.ptr = NULL};
    lw_initials_add(&out, lw_str_c(rows[i].name));
    assert_said(&out, rows[i].initials);
  }
}

static const struct lw_look_piece PIECES[] = {
    {LW_LOOK_TEXT, {"<p>", 3}},  {LW_LOOK_IF_DESK, {"", 0}},  {LW_LOOK_TEXT, {"desk", 4}},
    {LW_LOOK_END, {"", 0}},      {LW_LOOK_IF_SETUP, {"", 0}}, {LW_LOOK_TEXT, {"setup", 5}},
    {LW_LOOK_END, {"", 0}},      {LW_LOOK_IF_TRAIN, {"", 0}}, {LW_LOOK_TEXT, {"train", 5}},
    {LW_LOOK_END, {"", 0}},      {LW_LOOK_NAME, {"", 0}},     {LW_LOOK_TEXT, {"|", 1}},
    {LW_LOOK_INITIALS, {"", 0}}, {LW_LOOK_PRESENCE, {"", 0}}, {LW_LOOK_TEXT, {"|", 1}},
    {LW_LOOK_IF_UNDER, {"", 0}}, {LW_LOOK_UNDER, {"", 0}},    {LW_LOOK_END, {"", 0}},
    {LW_LOOK_CASE, {"", 0}},     {LW_LOOK_TEXT, {"|", 1}},    {LW_LOOK_HELP, {"usual", 5}},
    {LW_LOOK_SYSTEM, {"", 0}},   {LW_LOOK_TEXT, {"|", 1}},    {LW_LOOK_DARK, {"", 0}},
    {LW_LOOK_LIGHT, {"", 0}},
};
static const struct lw_look LOOK = {
    {"test", 4}, {"en", 2}, PIECES, sizeof PIECES / sizeof PIECES[0]};

static void what_is_known_of_the_request_stands_in_it(void **state)
{
  (void)state;
  const struct {
    struct lw_looker looker;
    const char *html;
  } rows[] = {
      {{.name = LW_STR("Mia Novak"), .is_human = true, .is_here = true, .sees_desk = true},
       "<p>deskMia Novak|MN on||usual checked|"},
      {{.name = LW_STR("a<b"), .tier = LW_STR("lead"), .team = LW_STR("a&b"), .sees_setup = true},
       "<p>setupa&lt;b|a&lt; ai|lead, a&amp;b|usual checked|"},
      {{.name = LW_STR("ana"),
        .is_human = true,
        .team = LW_STR("care"),
        .sees_train = true,
        .theme = LW_STR("dark")},
       "<p>trainana|an|care|usual| checked"},
      {{.name = LW_STR("ana"),
        .is_human = true,
        .tier = LW_STR("lead"),
        .theme = LW_STR("light"),
        .case_id = LW_STR("4\"8"),
        .help = LW_STR("Ask <Lee>")},
       "<p>ana|an|lead4&quot;8|Ask &lt;Lee&gt;| checked"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct lw_buf out = {.ptr = NULL};
    lw_look_add(&out, &LOOK, &rows[i].looker);
    assert_said(&out, rows[i].html);
  }
}

/* Every look there is: in both languages, nothing left open, whatever is put in escaped. */
static void looks_are_whole(void **state)
{
  (void)state;
  struct lw_looker looker = {.name = LW_STR("<x>"),
                             .sees_desk = true,
                             .sees_setup = true,
                             .sees_train = true,
                             .tier = LW_STR("<x>"),
                             .case_id = LW_STR("<x>"),
                             .help = LW_STR("<x>")};
  for (size_t i = 0; i < lw_looks_count; i++) {
    bool open = false;
    for (size_t k = 0; k < lw_looks[i].count; k++) {
      enum lw_look_is is = lw_looks[i].pieces[k].is;
      assert_true(is != LW_LOOK_END || open);
      assert_true(is < LW_LOOK_IF_DESK || is == LW_LOOK_END || !open);
      open = is < LW_LOOK_IF_DESK ? open : is != LW_LOOK_END;
    }
    assert_false(open);
    struct lw_buf out = {.ptr = NULL};
    lw_look_add(&out, &lw_looks[i], &looker);
    assert_false(out.failed);
    assert_true(lw_str_find(lw_buf_str(&out), LW_STR("<x>"), 0) == SIZE_MAX);
    assert_true(lw_str_find(lw_buf_str(&out), LW_STR("\xEE\x80\x80"), 0) == SIZE_MAX); /* a mark */
    lw_buf_finish(&out);
    assert_ptr_equal(lw_look_find(lw_looks[i].name, lw_looks[i].language), &lw_looks[i]);
  }
  assert_null(lw_look_find(LW_STR("invitation"), LW_STR("en")));
  assert_true(lw_looks_count == 0 || lw_look_find(LW_STR("desk"), LW_STR("de")) != NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text_means_itself),
      cmocka_unit_test(initials_are_those_of_the_console),
      cmocka_unit_test(what_is_known_of_the_request_stands_in_it),
      cmocka_unit_test(looks_are_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
