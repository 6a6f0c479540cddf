/* Whom a works council lets be shown to whom: single people, and groups of five and more. */
#include "../people/people_test.h"

#include "engine/council.h"

/* small: ted, who leads it, and two; large: lia, who leads it, and five more; robots of its own. */
static void company(struct house *house)
{
  char id[8];
  open_house(house);
  add_team(house, "small", "");
  add_team(house, "large", "");
  add_team(house, "part", "large");
  add_team(house, "robots", "");
  add_team(house, "empty", "");
  add_person(house, "ted", "small", "", LW_ROLE_LEAD);
  add_person(house, "sam", "small", "", 0);
  add_person(house, "sue", "small", "", 0);
  add_person(house, "lia", "large", "", LW_ROLE_LEAD);
  add_person(house, "qua", "", "", LW_ROLE_QUALITY);
  for (int i = 0; i < 5; i++) {
    (void)snprintf(id, sizeof id, "p%d", i);
    add_person(house, id, i < 2 ? "part" : "large", "", 0);
    (void)snprintf(id, sizeof id, "bot%d", i);
    add_person(house, id, "robots", "", 0);
  }
  run_sql(house, "UPDATE person SET kind = 'ai' WHERE team = 'robots'");
  load(house);
}

static struct lw_council of(const struct house *house, struct lw_caller *caller, const char *id)
{
  *caller =
      (struct lw_caller){.person = id != NULL ? the(house, id) : NULL, .is_token = id == NULL};
  return (struct lw_council){true, caller, house->staff};
}

static void single_people_are_for_themselves_and_their_lead(void **state)
{
  struct house house;
  struct lw_caller caller;
  (void)state;
  company(&house);
  struct lw_council council = of(&house, &caller, "qua");
  assert_false(lw_council_shows_person(&council, LW_STR("sam")));
  assert_true(lw_council_shows_person(&council, LW_STR("qua")));
  council = of(&house, &caller, "ted");
  assert_true(lw_council_shows_person(&council, LW_STR("sam")));
  assert_false(lw_council_shows_person(&council, LW_STR("lia")));
  council = of(&house, &caller, NULL); /* a machine */
  assert_false(lw_council_shows_person(&council, LW_STR("sam")));
  council.on = false;
  assert_true(lw_council_shows_person(&council, LW_STR("sam")));
  council = (struct lw_council){true, NULL, house.staff}; /* the command line */
  assert_true(lw_council_shows_person(&council, LW_STR("sam")));
  close_house(&house);
}

static void groups_are_five_people_or_those_whom_one_leads(void **state)
{
  static const struct {
    const char *who, *team;
    bool shown;
  } rows[] = {{"qua", "small", false},     {"qua", "large", true},
              {"qua", "", true},           {"qua", "large/part", false},
              {"qua", "robots", false},    {"qua", "empty", false},
              {"ted", "small", true},      {"ted", "large/part", false},
              {"lia", "large/part", true}, {"sam", "small", false}};
  struct house house;
  struct lw_caller caller;
  (void)state;
  company(&house);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const struct lw_council council = of(&house, &caller, rows[i].who);
    if (lw_council_shows_within(&council, lw_str_c(rows[i].team)) != rows[i].shown) {
      fail_msg("%s, %s", rows[i].who, rows[i].team);
    }
  }
  close_house(&house);
}

static void several_teams_count_together(void **state)
{
  const lw_str both[] = {LW_STR("small"), LW_STR("large")};
  struct house house;
  struct lw_caller caller;
  (void)state;
  company(&house);
  const struct lw_council council = of(&house, &caller, "qua");
  assert_false(lw_council_shows_teams(&council, both, 1));
  assert_true(lw_council_shows_teams(&council, both, 2));      /* three and four */
  assert_false(lw_council_shows_teams(&council, &both[1], 1)); /* four, without those of its part */
  assert_true(lw_council_shows_below(&council, &both[1], 1));
  assert_false(lw_council_shows_each(&council, LW_STR("large")));
  const struct lw_council lead = of(&house, &caller, "lia");
  assert_true(lw_council_shows_each(&lead, LW_STR("large")));
  assert_false(lw_council_shows_each(&lead, LW_STR("")));
  close_house(&house);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(single_people_are_for_themselves_and_their_lead),
      cmocka_unit_test(groups_are_five_people_or_those_whom_one_leads),
      cmocka_unit_test(several_teams_count_together),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
