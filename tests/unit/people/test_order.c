/* People as somebody looks for them: letters folded, words found anywhere, names in order. */
#include "people/order.h"
#include "people_test.h"

static void letters_lose_capitals_and_accents(void **state)
{
  static const struct {
    const char *text;
    const char *folded;
  } rows[] = {
      {"", ""},
      {"Ana SILVA", "ana silva"},
      {"Jörg Weiß", "jorg weiss"},
      {"JÜRGEN GROẞ", "jurgen gro\xe1\xba\x9e"}, /* beyond what is folded: it stays */
      {"Łukasz Żółć", "lukasz zolc"},
      {"Ærø Œuvre Þór", "aero oeuvre thor"},
      {"Ğıİ", "gii"},
      {"3×4÷2", "3×4÷2"},
      {"李 明", "李 明"},
      {"Ελένη", "Ελένη"},
      {"cut \xc3", "cut \xc3"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char place[64];
    lw_str folded = lw_str_from(place, lw_fold_write(lw_str_c(rows[i].text), place));
    if (!lw_str_equal(folded, lw_str_c(rows[i].folded))) {
      fail_msg("%s is %.*s", rows[i].text, LW_FMT(folded));
    }
    assert_true(folded.len <= strlen(rows[i].text));
  }
}

static void each_word_stands_somewhere(void **state)
{
  static const struct {
    const char *words;
    bool found;
  } rows[] = {
      {"", true},           {"  ", true},     {"jorg", true},       {"weiss jo", true},
      {"p-17", true},       {"@work", true},  {"care/bill", true},  {"jorg bill 17", true},
      {"jorg nora", false}, {"jorgp", false}, {"weissp-17", false}, {"weiss\np", true},
      {"x", true},          {"zzz", false},
  };
  char place[LW_PERSON_WORDS_BYTES];
  struct lw_person person = {.actor = {.id = LW_STR("p-17"),
                                       .name = LW_STR("Jörg Weiß"),
                                       .email = LW_STR("JW@work.example"),
                                       .team = LW_STR("care/billing")}};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (lw_person_has_words(&person, lw_str_c(rows[i].words), place) != rows[i].found) {
      fail_msg("\"%s\"", rows[i].words);
    }
  }
}

/* A team path longer than any: what is beyond the room for words is not looked at, nothing else. */
static void long_texts_end_where_the_room_does(void **state)
{
  static char path[20000];
  char place[LW_PERSON_WORDS_BYTES];
  memset(path, 'a', sizeof path);
  struct lw_person person = {
      .actor = {.id = LW_STR("id"), .name = LW_STR("Zoe"), .team = lw_str_from(path, sizeof path)}};
  (void)state;
  assert_true(lw_person_has_words(&person, LW_STR("zoe id aaaa"), place));
  assert_false(lw_person_has_words(&person, LW_STR("b"), place));
}

static void names_come_in_order_and_stay_so(void **state)
{
  static const char *const wanted[] = {"e", "f", "b", "zed", "a", "c", "d"};
  struct house house;
  struct lw_arena scratch;
  (void)state;
  open_house(&house);
  run_sql(&house, "INSERT INTO person (id, name, email, team, tier, kind, manager, roles, version)"
                  " VALUES ('a', 'Zoë', '', '', '', 'human', '', 0, 1),"
                  " ('b', 'ana longer name than eight', '', '', '', 'human', '', 0, 1),"
                  " ('c', 'Zoe', '', '', '', 'human', '', 0, 1),"
                  " ('d', 'zoe z', '', '', '', 'human', '', 0, 1),"
                  " ('e', 'Ana longer name', '', '', '', 'human', '', 0, 1),"
                  " ('f', 'Ana Longer Name Than', '', '', '', 'human', '', 0, 1),"
                  " ('zed', '', '', '', '', 'human', '', 0, 1);"
                  "UPDATE person SET left_at = 9 WHERE id = 'b'");
  load(&house);
  lw_arena_init(&scratch, NULL, 0);
  const uint32_t *first = lw_staff_by_name(house.staff, &scratch);
  assert_non_null(first);
  for (uint32_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
    assert_text(house.staff->persons[first[i]].actor.id, wanted[i]);
    assert_true(i == 0 || lw_person_compare_names(&house.staff->persons[first[i - 1]],
                                                  &house.staff->persons[first[i]]) < 0);
  }
  /* The second asks nothing of the scratch arena. */
  struct lw_arena none;
  lw_arena_init(&none, NULL, 1);
  const uint32_t *second = lw_staff_by_name(house.staff, &none);
  assert_non_null(second);
  assert_memory_equal(first, second, sizeof wanted / sizeof wanted[0] * sizeof *first);
  assert_false(none.failed);
  lw_arena_finish(&none);
  lw_arena_finish(&scratch);
  close_house(&house);
}

static void nobody_is_sorted_without_memory(void **state)
{
  struct house house;
  struct lw_arena none;
  (void)state;
  open_house(&house);
  add_person(&house, "ana", "", "", 0);
  load(&house);
  lw_arena_init(&none, NULL, 1);
  assert_null(lw_staff_by_name(house.staff, &none));
  lw_arena_finish(&none);
  close_house(&house);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(letters_lose_capitals_and_accents),
      cmocka_unit_test(each_word_stands_somewhere),
      cmocka_unit_test(long_texts_end_where_the_room_does),
      cmocka_unit_test(names_come_in_order_and_stay_so),
      cmocka_unit_test(nobody_is_sorted_without_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
