/* Importing people: what each line would do, what is wrong with it and how to mend it, teams that
 * are made, columns that are left alone. Cases are files against one small company. */
#include "people/import.h"
#include "base/clock.h"
#include "people_test.h"

/* care > billing; lee leads care, ana works there, zoe has left. */
static void company(struct house *house)
{
  open_house(house);
  add_team(house, "care", "");
  add_team(house, "billing", "care");
  add_person(house, "lee", "care", "", LW_ROLE_ADMIN);
  const struct lw_certificate holds[] = {{LW_STR("refunds-1"), INT64_MAX}};
  struct lw_person_edit ana = {.fields = LW_PERSON_FIELDS & ~(uint32_t)LW_PERSON_ACTIVE,
                               .actor = {.id = LW_STR("ana"),
                                         .name = LW_STR("Ana"),
                                         .email = LW_STR("ana@example.com"),
                                         .team = LW_STR("care"),
                                         .tier = LW_STR("frontline"),
                                         .manager = LW_STR("lee"),
                                         .kind = LW_ACTOR_HUMAN,
                                         .holds = holds,
                                         .n_holds = 1}};
  assert_ok(house, lw_person_write(house->db, NULL, &ana, 1, &house->err));
  add_person(house, "zoe", "care", "", 0);
  run_sql(house, "UPDATE person SET left_at = 5 WHERE id = 'zoe'");
  load(house);
}

struct importing {
  struct house house;
  struct lw_import import;
  struct lw_diags diags;
  bool read;
  bool sound;
};

static const lw_str tiers[] = {LW_STR_INIT("frontline"), LW_STR_INIT("senior"),
                               LW_STR_INIT("lead")};

static void import_text(struct importing *importing, const char *text, const char *name, bool skip)
{
  *importing = (struct importing){.read = false};
  company(&importing->house);
  lw_diags_init(&importing->diags, &importing->house.keep);
  struct lw_import_options options = {.name = lw_str_c(name),
                                      .currency = lw_currency_find(LW_STR("USD")),
                                      .tiers = tiers,
                                      .n_tiers = 3,
                                      .skip_faulty = skip};
  importing->read = lw_import_read(&importing->import, &importing->house.keep, lw_str_c(text),
                                   &options, &importing->diags);
  importing->sound =
      importing->read && lw_import_compare(&importing->import, importing->house.staff);
}

static void done(struct importing *importing)
{
  close_house(&importing->house);
}

#define HEADER "id,name,email,team,tier,kind,holds,hired_at,manager\n"

static void each_line_has_its_report(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    const char *report; /* all of it */
  } cases[] = {
      {HEADER "ana,Ana,ana@example.com,care,frontline,human,refunds-1,,lee\n",
       "p.csv:2: ana: unchanged\n0 added, 0 changed, 1 unchanged, 0 with errors\n"},
      {HEADER "bo,Bo,bo@example.com,care,senior,ai,,2025-01-02,lee\n",
       "p.csv:2: bo: added\n1 added, 0 changed, 0 unchanged, 0 with errors\n"},
      {"tier,id\nsenior,ana\n", "p.csv:2: ana: changed: tier frontline -> senior\n"
                                "0 added, 1 changed, 0 unchanged, 0 with errors\n"},
      {"id,holds,manager\nana,refunds-1; refunds-2@2026-12-31,\n",
       "p.csv:2: ana: changed: holds refunds-1 -> refunds-1; refunds-2@2027-01-01T00:00:00Z, "
       "manager lee -> (nothing)\n0 added, 1 changed, 0 unchanged, 0 with errors\n"},
      {"id,phone\nana,+1 (555) 0100 x17\n",
       "p.csv:2: ana: changed: phone (nothing) -> +1 (555) 0100 x17\n"
       "0 added, 1 changed, 0 unchanged, 0 with errors\n"},
      {"id,team\nana,billing\n", "p.csv:2: ana: changed: team care -> billing\n"
                                 "0 added, 1 changed, 0 unchanged, 0 with errors\n"},
      {"id,team\nana,care/billing\n", "p.csv:2: ana: changed: team care -> billing\n"
                                      "0 added, 1 changed, 0 unchanged, 0 with errors\n"},
      {"id,team\nana,network\nlee,network/north\n",
       "p.csv: team network made\np.csv: team north made under network\n"
       "p.csv:2: ana: changed: team care -> network\n"
       "p.csv:3: lee: changed: team care -> north\n"
       "0 added, 2 changed, 0 unchanged, 0 with errors\n"},
      {"id,manager\nbo,new\nnew,lee\n", "p.csv:2: bo: added\np.csv:3: new: added\n"
                                        "2 added, 0 changed, 0 unchanged, 0 with errors\n"},
      {"id\n\nana\n,\n", NULL}, /* a row longer than the header */
      {"id\nana\n\n", "p.csv:2: ana: unchanged\n0 added, 0 changed, 1 unchanged, 0 with errors\n"},
      {"id\n", "0 added, 0 changed, 0 unchanged, 0 with errors\n"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct importing importing;
    struct lw_buf out = {0};
    import_text(&importing, cases[i].text, "p.csv", false);
    lw_import_print(&importing.import, false, &out);
    assert_int_equal(importing.sound, cases[i].report != NULL);
    if (cases[i].report != NULL) {
      assert_text(lw_buf_str(&out), cases[i].report);
    }
    lw_buf_finish(&out);
    done(&importing);
  }
}

static void each_mistake_has_its_line_and_its_mend(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    uint32_t line, column;
    const char *message;
    const char *hint; /* or NULL */
  } cases[] = {
      {"id,tema\nana,care\n", 1, 4, "\"tema\" is not a column of people", "\"team\""},
      {"name\nAna\n", 1, 1, "no column \"id\"", NULL},
      {"id,email\nana,ana at example\n", 2, 1, "\"ana at example\" is no e-mail address", NULL},
      {"id,email\nana,@example.com\n", 2, 1, "is no e-mail address", NULL},
      {"id,phone\nana,call me\n", 2, 1, "\"call me\" is no telephone number", NULL},
      {"id,phone\nana,7\n", 2, 1, "is no telephone number", NULL},
      {"id,phone\nana,+1 555 0100 0100 0100 0100 0100 0100 0100 0100\n", 2, 1,
       "is no telephone number", NULL},
      {"id,tier\nana,sneior\n", 2, 1, "\"sneior\" is no tier of the policy", "\"senior\""},
      {"id,manager\nana,lea\n", 2, 5, "manager \"lea\" is no person's id", "\"lee\""},
      {"id,manager\nana,zoe\n", 2, 5, "manager \"zoe\" is no person's id", NULL},
      {"id,manager\nana,ana\n", 2, 5, "would be their own manager", NULL},
      {"id,manager\nlee,ana\n", 2, 5, "would be their own manager", NULL},
      {"id,kind\nana,robot\n", 2, 5, "no kind of person", NULL},
      {"id,hired_at\nana,2026-02-30\n", 2, 5, "neither a date", NULL},
      {"id,holds\nana,x until\n", 2, 5, "until when", NULL},
      {"id,name\nana,A\nana,B\n", 3, 1, "already the id of a person, on line 2", NULL},
      {"id,name\n,B\n", 2, 1, "a person without an id", NULL},
      {"id,team\nana,care//x\n", 2, 5, "no path of ids", NULL},
      {"id,team\nana,network/billing\n", 2, 5, "\"billing\" is not under \"network\"", NULL},
      {"id\nzoe\n", 2, 1, "\"zoe\" has left", NULL},
      {"id;name\nana;A\n", 1, 1, "separate columns with commas", NULL},
      {"id,name\nana,\"A\n", 0, 0, "quote", NULL},
      {"", 0, 0, "header", NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct importing importing;
    import_text(&importing, cases[i].text, "p.csv", false);
    assert_false(importing.sound);
    bool found = false;
    for (size_t d = 0; d < importing.diags.count; d++) {
      const struct lw_diag *diag = &importing.diags.items[d];
      bool hint =
          cases[i].hint == NULL || lw_str_find(diag->hint, lw_str_c(cases[i].hint), 0) != SIZE_MAX;
      found = found || (lw_str_find(diag->message, lw_str_c(cases[i].message), 0) != SIZE_MAX &&
                        (cases[i].line == 0 || diag->place.line == cases[i].line) &&
                        (cases[i].column == 0 || diag->place.column == cases[i].column) && hint);
    }
    if (!found) {
      struct lw_buf out = {0};
      lw_import_print(&importing.import, false, &out);
      lw_buf_add_char(&out, '\0');
      fail_msg("case %zu: %s", i, out.ptr);
    }
    done(&importing);
  }
}

static void lines_with_errors_can_be_left_out(void **state)
{
  (void)state;
  struct importing importing;
  /* bo's manager stands on a line with errors, and cy's is bo: all three fall. */
  import_text(&importing, "id,manager,tier\ncy,bo,\nbo,bad,\nbad,,nothing\nok,lee,senior\n",
              "p.csv", true);
  assert_true(importing.sound);
  assert_int_equal(importing.import.counts[LW_IMPORT_FAULTY], 3);
  assert_int_equal(importing.import.counts[LW_IMPORT_ADDED], 1);
  assert_int_equal(importing.import.lines[3].outcome, LW_IMPORT_ADDED);
  done(&importing);
  import_text(&importing, "id,nonsense\nok,1\n", "p.csv", true);
  assert_false(importing.sound); /* a column that nobody knows is about every line */
  done(&importing);
}

static void comparing_again_begins_anew(void **state)
{
  (void)state;
  struct importing importing;
  import_text(&importing, "id,tier,manager,team\nana,senior,nobody,x\nbo,wrong,lee,y\n", "p.csv",
              false);
  size_t errors = importing.diags.errors;
  assert_int_equal(errors, 2);
  for (int i = 0; i < 3; i++) {
    assert_false(lw_import_compare(&importing.import, importing.house.staff));
    assert_int_equal(importing.diags.errors, errors);
    assert_int_equal(importing.diags.count, errors);
  }
  run_sql(&importing.house, "INSERT INTO person (id, name, email, team, tier, kind, manager, "
                            "hired_at, left_at, roles, version) VALUES"
                            " ('nobody', '', '', '', '', 'human', '', NULL, NULL, 0, 1)");
  load(&importing.house);
  assert_false(lw_import_compare(&importing.import, importing.house.staff));
  assert_int_equal(importing.diags.errors, 1);
  done(&importing);
}

static void yaml_brings_teams_and_own_limits(void **state)
{
  (void)state;
  struct importing importing;
  import_text(&importing,
              "people:\n"
              "  - {id: ana, budgets: {rep-month: 300.00, guest: {times: 2}}}\n"
              "  - {id: bo, team: north}\n"
              "teams:\n"
              "  north: {parent: network}\n"
              "  network: {}\n"
              "  billing: {parent: network}\n",
              "p.yaml", false);
  struct lw_buf out = {0};
  assert_true(importing.sound);
  lw_import_print(&importing.import, true, &out);
  assert_text(lw_buf_str(&out),
              "p.yaml: team network made\np.yaml: team north made under network\n"
              "p.yaml: team billing moved under network\n"
              "p.yaml:2: ana: changed: budgets (nothing) -> rep-month 300.00; guest 2 times\n"
              "p.yaml:3: bo: added\n"
              "1 added, 1 changed, 0 unchanged, 0 with errors; nothing was written (dry run)\n");
  lw_buf_finish(&out);
  done(&importing);
  import_text(&importing, "people: []\nteams: {care: {parent: billing}}\n", "p.yaml", false);
  assert_false(importing.sound); /* billing stands under care */
  done(&importing);
}

static void report_as_json(void **state)
{
  (void)state;
  struct importing importing;
  struct lw_buf out = {0};
  import_text(&importing, "id,tier,team\nana,senior,new\nbo,wrong,\n", "p.csv", false);
  lw_import_print_json(&importing.import, false, &out);
  assert_text(
      lw_buf_str(&out),
      "{\"file\":\"p.csv\",\"applied\":false,\"added\":0,\"changed\":1,\"unchanged\":0,"
      "\"faulty\":1,\"teams\":[\"new\"],\"lines\":[{\"line\":2,\"outcome\":\"changed\","
      "\"person\":\"ana\",\"changes\":[{\"field\":\"team\",\"from\":\"care\",\"to\":\"new\"},"
      "{\"field\":\"tier\",\"from\":\"frontline\",\"to\":\"senior\"}]},"
      "{\"line\":3,\"outcome\":\"faulty\",\"person\":\"bo\"}],\"errors\":[{\"line\":3,"
      "\"column\":1,\"code\":\"bad-value\",\"message\":\"\\\"wrong\\\" is no tier of the policy\","
      "\"hint\":\"\"}]}");
  lw_buf_finish(&out);
  done(&importing);
}

/* A long file of nothing but mistakes, and one whose managers stand over each other as deep as can
 * be: neither takes more than its share. */
static void hostile_files_end_soon(void **state)
{
  (void)state;
  enum { LINES = 5000 };
  for (int kind = 0; kind < 3; kind++) {
    struct importing importing;
    struct lw_buf text = {0};
    lw_buf_add(&text, LW_STR("id,manager,tier\n"));
    for (int i = 0; i < LINES; i++) {
      lw_buf_printf(&text, "p%d,%s%d,%s\n", i, kind == 0 ? "nobody" : "p",
                    kind == 1 ? i + 1 : (i + 1) % LINES, kind == 0 ? "wrong" : "");
    }
    lw_buf_add_char(&text, '\0');
    lw_usec begin = lw_clock_monotonic();
    import_text(&importing, text.ptr, "p.csv", true);
    assert_true(lw_clock_monotonic() - begin < 20 * LW_USEC_PER_SECOND);
    assert_true(importing.import.counts[LW_IMPORT_FAULTY] > LINES / 2);
    done(&importing);
    lw_buf_finish(&text);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_line_has_its_report),
      cmocka_unit_test(each_mistake_has_its_line_and_its_mend),
      cmocka_unit_test(lines_with_errors_can_be_left_out),
      cmocka_unit_test(comparing_again_begins_anew),
      cmocka_unit_test(yaml_brings_teams_and_own_limits),
      cmocka_unit_test(report_as_json),
      cmocka_unit_test(hostile_files_end_soon),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
