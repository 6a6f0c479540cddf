/* The staff as it is loaded: who is in the directory, whose team path is what, who leads whom; and
 * tables that do not fit together, which must neither hang nor be trusted. */
#include "people/token.h"
#include "people_test.h"

static void active_people_are_the_directory_in_the_same_order(void **state)
{
  (void)state;
  struct house house;
  open_house(&house);
  add_person(&house, "cid", "", "", 0);
  add_person(&house, "ana", "", "", 0);
  add_person(&house, "bea", "", "", 0);
  run_sql(&house, "UPDATE person SET left_at = 9 WHERE id = 'ana'");
  load(&house);
  const struct lw_directory *directory = &house.staff->directory;
  assert_int_equal(house.staff->n_persons, 3);
  assert_int_equal(directory->count, 2);
  for (uint32_t i = 0; i < directory->count; i++) {
    assert_true(lw_str_equal(directory->actors[i].id, house.staff->persons[i].actor.id));
    assert_int_equal(directory->find(directory, directory->actors[i].id), i);
  }
  assert_int_equal(directory->find(directory, LW_STR("ana")), UINT32_MAX);
  assert_int_equal(directory->find(directory, LW_STR("nobody")), UINT32_MAX);
  assert_int_equal(directory->find(directory, LW_STR("")), UINT32_MAX);
  assert_false(the(&house, "ana")->active);
  close_house(&house);
}

static void teams_have_paths_parents_first(void **state)
{
  (void)state;
  struct house house;
  open_house(&house);
  add_team(&house, "a-deep", "m-mid"); /* by name before their parents */
  add_team(&house, "m-mid", "z-top");
  add_team(&house, "z-top", "");
  add_team(&house, "lost", "no-such-team");
  add_person(&house, "ana", "a-deep", "", 0);
  add_person(&house, "ben", "never-made", "", 0);
  load(&house);
  assert_text(lw_staff_find_team(house.staff, LW_STR("a-deep"))->path, "z-top/m-mid/a-deep");
  assert_text(lw_staff_find_team(house.staff, LW_STR("lost"))->path, "lost");
  assert_text(the(&house, "ana")->actor.team, "z-top/m-mid/a-deep");
  assert_text(the(&house, "ana")->team, "a-deep");
  assert_text(the(&house, "ben")->actor.team, "never-made");
  for (uint32_t i = 0; i < house.staff->n_teams; i++) {
    const struct lw_team *above = lw_staff_find_team(house.staff, house.staff->teams[i].parent);
    assert_true(above == NULL || above < &house.staff->teams[i]);
  }
  close_house(&house);
}

static void circles_do_not_hang(void **state)
{
  (void)state;
  struct house house;
  open_house(&house);
  add_team(&house, "a", "b");
  add_team(&house, "b", "a");
  add_team(&house, "own", "own");
  add_team(&house, "under", "a");
  add_person(&house, "ana", "under", "ben", 0);
  add_person(&house, "ben", "a", "ana", 0);
  add_person(&house, "cid", "own", "cid", 0);
  add_person(&house, "dan", "", "", 0);
  load(&house);
  assert_text(lw_staff_find_team(house.staff, LW_STR("a"))->path, "a");
  assert_text(lw_staff_find_team(house.staff, LW_STR("under"))->path, "under");
  assert_false(lw_staff_leads(house.staff, the(&house, "dan"), the(&house, "ana")));
  assert_true(lw_staff_leads(house.staff, the(&house, "ben"), the(&house, "ana")));
  assert_false(lw_staff_leads(house.staff, the(&house, "cid"), the(&house, "cid")));
  close_house(&house);
}

static void who_leads_whom(void **state)
{
  (void)state;
  struct house house;
  open_house(&house);
  add_team(&house, "care", "");
  add_team(&house, "billing", "care");
  add_team(&house, "careful", "");
  add_person(&house, "lead", "care", "", LW_ROLE_LEAD);
  add_person(&house, "sub", "billing", "", LW_ROLE_LEAD);
  add_person(&house, "agent", "care", "", 0);
  add_person(&house, "other", "careful", "", 0);
  add_person(&house, "boss", "", "", 0);
  add_person(&house, "mid", "", "boss", 0);
  add_person(&house, "low", "careful", "mid", 0);
  add_person(&house, "gone", "care", "", LW_ROLE_LEAD);
  run_sql(&house, "UPDATE person SET left_at = 9 WHERE id = 'gone'");
  load(&house);
  static const struct {
    const char *lead;
    const char *person;
    bool leads;
  } cases[] = {
      {"lead", "agent", true},  {"lead", "sub", true},   {"sub", "lead", false},
      {"sub", "agent", false},  {"lead", "lead", false}, {"lead", "other", false},
      {"agent", "lead", false}, {"mid", "low", true},    {"boss", "low", true},
      {"boss", "mid", true},    {"low", "boss", false},  {"boss", "agent", false},
      {"gone", "agent", false}, {"lead", "gone", true},  {"boss", "other", false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    if (lw_staff_leads(house.staff, the(&house, cases[i].lead), the(&house, cases[i].person)) !=
        cases[i].leads) {
      fail_msg("%s %s %s", cases[i].lead, cases[i].leads ? "does not lead" : "leads",
               cases[i].person);
    }
  }
  assert_int_equal(the(&house, "boss")->roles, LW_ROLE_LEAD);
  assert_int_equal(the(&house, "boss")->roles_given, 0);
  assert_int_equal(the(&house, "low")->roles, 0);
  close_house(&house);
}

static void everything_written_is_read_again(void **state)
{
  (void)state;
  struct house house;
  open_house(&house);
  const struct lw_certificate holds[] = {{LW_STR("b-2"), INT64_MAX}, {LW_STR("a-1"), 1000}};
  const struct lw_override limits[] = {{LW_STR("month"), 30000, -1}, {LW_STR("guest"), -1, 2}};
  struct lw_person_edit edit = {.fields = LW_PERSON_FIELDS,
                                .actor = {.id = LW_STR("ana"),
                                          .name = LW_STR("Ana Nguyễn"),
                                          .email = LW_STR("ana@example.com"),
                                          .team = LW_STR("care"),
                                          .tier = LW_STR("senior"),
                                          .manager = LW_STR("tom"),
                                          .kind = LW_ACTOR_AI,
                                          .has_hired_at = true,
                                          .hired_at = -1,
                                          .holds = holds,
                                          .n_holds = 2,
                                          .overrides = limits,
                                          .n_overrides = 2},
                                .roles = LW_ROLE_POLICY | LW_ROLE_QUALITY,
                                .active = true};
  assert_ok(&house, lw_person_write(house.db, NULL, &edit, 1, &house.err));
  struct lw_presence_edit away = {LW_STR("ana"), true, 5000, LW_STR("tom")};
  assert_ok(&house, lw_presence_write(house.db, &away, &house.err));
  load(&house);
  const struct lw_person *ana = the(&house, "ana");
  assert_int_equal(lw_person_differs(ana, &edit), 0);
  assert_int_equal(ana->version, 1);
  assert_int_equal(ana->actor.n_holds, 2);
  assert_text(ana->actor.holds[0].name, "a-1");
  assert_int_equal(ana->actor.holds[0].until, 1000);
  assert_int_equal(ana->actor.holds[1].until, INT64_MAX);
  assert_int_equal(ana->actor.n_overrides, 2);
  assert_false(lw_person_is_here(ana, 4999));
  assert_true(lw_person_is_here(ana, 5000)); /* at the very microsecond */
  struct lw_buf out = {0};
  lw_person_print(ana, lw_currency_find(LW_STR("USD")), 4999, &out);
  assert_text(
      lw_buf_str(&out),
      "{\"id\":\"ana\",\"name\":\"Ana Nguyễn\",\"email\":\"ana@example.com\",\"team\":\"care\","
      "\"team_path\":\"care\",\"tier\":\"senior\",\"kind\":\"ai\",\"manager\":\"tom\","
      "\"hired_at\":\"1969-12-31T23:59:59.999999Z\",\"holds\":[{\"name\":\"a-1\",\"until\":"
      "\"1970-01-01T00:00:00.001Z\"},{\"name\":\"b-2\"}],\"budgets\":{\"guest\":{\"times\":2},"
      "\"month\":{\"amount\":\"300.00\"}},\"roles\":[\"policy\",\"quality\"],\"active\":true,"
      "\"presence\":{\"state\":\"away\",\"until\":\"1970-01-01T00:00:00.005Z\",\"deputy\":"
      "\"tom\"},\"version\":1}");
  lw_buf_finish(&out);
  close_house(&house);
}

static void a_change_writes_its_fields_alone(void **state)
{
  (void)state;
  struct house house;
  open_house(&house);
  add_person(&house, "tom", "care", "", LW_ROLE_PEOPLE);
  add_person(&house, "ana", "care", "tom", 0);
  load(&house);
  struct lw_person_edit edit = {.fields = LW_PERSON_TIER,
                                .actor = {.id = LW_STR("tom"), .tier = LW_STR("lead")}};
  assert_int_equal(lw_person_differs(the(&house, "tom"), &edit), LW_PERSON_TIER);
  assert_ok(&house, lw_person_write(house.db, the(&house, "tom"), &edit, 7, &house.err));
  load(&house);
  const struct lw_person *tom = the(&house, "tom");
  assert_text(tom->actor.tier, "lead");
  assert_text(tom->team, "care");
  assert_int_equal(tom->version, 2);
  assert_int_equal(tom->roles_given, LW_ROLE_PEOPLE); /* a manager's lead is not written down */
  assert_int_equal(tom->roles, LW_ROLE_PEOPLE | LW_ROLE_LEAD);
  bool found = false;
  assert_ok(&house, lw_person_erase(house.db, LW_STR("tom"), &found, &house.err));
  assert_true(found);
  assert_ok(&house, lw_person_erase(house.db, LW_STR("nobody"), &found, &house.err));
  assert_false(found);
  close_house(&house);
}

static void certificates_compare_as_sets(void **state)
{
  (void)state;
  const struct lw_certificate a[] = {{LW_STR("x"), 1}, {LW_STR("y"), 2}};
  const struct lw_certificate b[] = {{LW_STR("y"), 2}, {LW_STR("x"), 1}};
  const struct lw_certificate c[] = {{LW_STR("x"), 9}, {LW_STR("y"), 2}, {LW_STR("x"), 1}};
  const struct lw_certificate d[] = {{LW_STR("x"), 1}};
  const struct {
    const struct lw_certificate *holds;
    uint32_t count;
    bool same;
  } cases[] = {{a, 2, true}, {b, 2, true}, {c, 3, true}, {d, 1, false}, {NULL, 0, false}};
  struct lw_person person = {.actor = {.holds = a, .n_holds = 2}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct lw_person_edit edit = {.fields = LW_PERSON_HOLDS,
                                  .actor = {.holds = cases[i].holds, .n_holds = cases[i].count}};
    assert_int_equal(lw_person_differs(&person, &edit), cases[i].same ? 0 : LW_PERSON_HOLDS);
  }
}

static void ids_have_a_form(void **state)
{
  (void)state;
  char longest[LW_PERSON_ID_BYTES_MAX + 2];
  memset(longest, 'a', sizeof longest);
  longest[LW_PERSON_ID_BYTES_MAX] = '\0';
  char too_long[LW_PERSON_ID_BYTES_MAX + 2];
  memset(too_long, 'a', sizeof too_long);
  too_long[LW_PERSON_ID_BYTES_MAX + 1] = '\0';
  const struct {
    const char *id;
    bool person, team;
  } cases[] = {{"ana", true, true},     {"", false, false},      {"a b", true, true},
               {" ana", false, false},  {"ana ", false, false},  {"a\nb", false, false},
               {"a\x7F", false, false}, {"care/x", true, false}, {"\xFF", false, false},
               {"Ана", true, true},     {longest, true, true},   {too_long, false, false}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct lw_error err;
    assert_int_equal(lw_person_check_id(lw_str_c(cases[i].id), "a person", false, &err) == LW_OK,
                     cases[i].person);
    assert_int_equal(lw_person_check_id(lw_str_c(cases[i].id), "a team", true, &err) == LW_OK,
                     cases[i].team);
  }
}

/* Every allocation of a load fails once, from the first to the last: it says so, and nothing else
 * happens. */
struct failing {
  size_t left;
};

static void *failing_alloc(void *user, size_t size_bytes)
{
  struct failing *failing = user;
  return failing->left != 0 && failing->left-- != 0 ? malloc(size_bytes) : NULL;
}

static void failing_release(void *user, void *memory)
{
  (void)user;
  free(memory);
}

static void memory_that_runs_out_is_said(void **state)
{
  (void)state;
  struct house house;
  open_house(&house);
  add_team(&house, "care", "");
  for (int i = 0; i < 2000; i++) {
    char id[32];
    (void)snprintf(id, sizeof id, "person-%d", i);
    add_person(&house, id, "care", i > 0 ? "person-0" : "", 0);
  }
  size_t allowed = 0;
  for (bool done = false; !done; allowed++) {
    assert_true(allowed < 1000);
    struct failing failing = {allowed};
    struct lw_allocator allocator = {failing_alloc, failing_release, &failing};
    struct lw_arena keep;
    lw_arena_init(&keep, &allocator, 0);
    const struct lw_staff *staff = NULL;
    enum lw_code rc = lw_staff_load(house.db, &keep, &staff, &house.err);
    assert_true(rc == LW_OK || rc == LW_NO_MEMORY);
    assert_int_equal(staff != NULL, rc == LW_OK);
    done = rc == LW_OK;
    lw_arena_finish(&keep);
  }
  assert_true(allowed > 3);
  close_house(&house);
}

static void settings_are_kept(void **state)
{
  (void)state;
  struct house house;
  open_house(&house);
  lw_str value = LW_STR("x");
  assert_ok(&house, lw_setting_get(house.db, LW_STR("a"), &house.keep, &value, &house.err));
  assert_null(value.ptr);
  assert_ok(&house, lw_setting_put(house.db, LW_STR("a"), LW_STR("1"), &house.err));
  assert_ok(&house, lw_setting_put(house.db, LW_STR("a"), LW_STR("2"), &house.err));
  assert_ok(&house, lw_setting_get(house.db, LW_STR("a"), &house.keep, &value, &house.err));
  assert_text(value, "2");
  close_house(&house);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(active_people_are_the_directory_in_the_same_order),
      cmocka_unit_test(teams_have_paths_parents_first),
      cmocka_unit_test(circles_do_not_hang),
      cmocka_unit_test(who_leads_whom),
      cmocka_unit_test(everything_written_is_read_again),
      cmocka_unit_test(a_change_writes_its_fields_alone),
      cmocka_unit_test(certificates_compare_as_sets),
      cmocka_unit_test(ids_have_a_form),
      cmocka_unit_test(memory_that_runs_out_is_said),
      cmocka_unit_test(settings_are_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
