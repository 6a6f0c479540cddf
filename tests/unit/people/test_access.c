/* Rights, every row of access.def from both sides: what each role reaches and what it does not,
 * each token scope, and tokens that stand for somebody. The rows come from the table itself, so
 * that a new right is tested as soon as it stands there; what reach means is told here anew, by who
 * is covered in a small company. */
#include "people/access.h"
#include "people_test.h"

/* The company: care (ana, lee the lead), care/billing (ben, managed by mia), network (noa). mia, of
 * network, manages ben. zoe has left; she was an administrator. */
static void company(struct house *house, uint32_t role)
{
  open_house(house);
  add_team(house, "care", "");
  add_team(house, "billing", "care");
  add_team(house, "network", "");
  add_person(house, "lee", "care", "", role);
  add_person(house, "ana", "care", "", 0);
  add_person(house, "ben", "billing", "mia", 0);
  add_person(house, "mia", "network", "", 0);
  add_person(house, "noa", "network", "", 0);
  add_person(house, "zoe", "care", "", LW_ROLE_ADMIN);
  run_sql(house, "UPDATE person SET left_at = 5 WHERE id = 'zoe'");
  load(house);
}

enum reach { NONE, OWN, TEAM, ALL };
enum { AGENT, LEAD, POLICY, PEOPLE, QUALITY, AUDITOR, ADMIN, COLUMNS };

struct row {
  const char *name;
  enum reach reach[COLUMNS];
  uint32_t scope;
};

static const struct row rows[] = {
#define LW_ACCESS(id, words, agent, lead, policy, people, quality, auditor, admin, scope)          \
  {#id, {agent, lead, policy, people, quality, auditor, admin}, LW_TOKEN_##scope},
#include "people/access.def"
#undef LW_ACCESS
};
static const struct {
  uint32_t role;
  int column;
} roles[] = {{0, AGENT},
             {LW_ROLE_LEAD, LEAD},
             {LW_ROLE_POLICY, POLICY},
             {LW_ROLE_PEOPLE, PEOPLE},
             {LW_ROLE_QUALITY, QUALITY},
             {LW_ROLE_AUDITOR, AUDITOR},
             {LW_ROLE_ADMIN, ADMIN}};
enum { ROLES = sizeof roles / sizeof roles[0] };

/* Whom lee covers with that reach: themselves, ana and ben (their team and the one under it), but
 * neither noa nor nobody in particular. */
static const struct {
  const char *person;
  enum reach least;
} covered[] = {{"lee", OWN}, {"ana", TEAM}, {"ben", TEAM},  {"noa", ALL},
               {"zoe", ALL}, {"", ALL},     {"nobody", ALL}};
enum { COVERED = sizeof covered / sizeof covered[0] };

static void check(const struct house *house, const struct lw_caller *caller, unsigned right,
                  enum reach wanted, const char *who)
{
  enum lw_access access = (enum lw_access)right;
  if ((int)lw_access_view(caller, access) != (int)wanted) {
    fail_msg("%s: %s reaches %d, not %d", rows[right].name, who,
             (int)lw_access_view(caller, access), (int)wanted);
  }
  for (int i = 0; i < COVERED; i++) {
    bool may = lw_access_covers(caller, access, house->staff, lw_str_c(covered[i].person));
    bool wants = wanted >= covered[i].least;
    if (covered[i].least == ALL) {
      wants = wanted == ALL;
    }
    /* a team's reach includes whoever left while their row stands in the team */
    if (strcmp(covered[i].person, "zoe") == 0 && wanted == TEAM) {
      wants = true;
    }
    if (may != wants) {
      fail_msg("%s: %s %s about \"%s\"", rows[right].name, who, may ? "may" : "may not",
               covered[i].person);
    }
  }
}

static void each_role_reaches_what_its_column_says(void **state)
{
  (void)state;
  for (int r = 0; r < ROLES; r++) {
    struct house house;
    company(&house, roles[r].role);
    struct lw_caller caller = {.person = the(&house, "lee")};
    for (unsigned right = 0; right < LW_ACCESSES; right++) {
      enum reach agent = rows[right].reach[AGENT];
      enum reach own = rows[right].reach[roles[r].column];
      enum reach wanted = own > agent ? own : agent;
      if (wanted == TEAM && roles[r].role != LW_ROLE_LEAD) {
        fail_msg("%s: only leads have a team", rows[right].name);
      }
      check(&house, &caller, right, wanted, "a person");
    }
    close_house(&house);
  }
}

static void every_pair_of_roles_has_the_wider_reach(void **state)
{
  (void)state;
  for (int a = 1; a < ROLES; a++) {
    for (int b = 1; b < ROLES; b++) {
      struct house house;
      company(&house, roles[a].role | roles[b].role);
      struct lw_caller caller = {.person = the(&house, "lee")};
      for (unsigned right = 0; right < LW_ACCESSES; right++) {
        const enum reach *reach = rows[right].reach;
        enum reach wanted = reach[AGENT];
        wanted = reach[roles[a].column] > wanted ? reach[roles[a].column] : wanted;
        wanted = reach[roles[b].column] > wanted ? reach[roles[b].column] : wanted;
        assert_int_equal(lw_access_view(&caller, (enum lw_access)right), (int)wanted);
      }
      close_house(&house);
    }
  }
}

/* Every set of scopes, for a token of nobody and for one that stands for an administrator. */
static void tokens_have_what_their_scopes_give_and_no_more(void **state)
{
  (void)state;
  struct house house;
  company(&house, LW_ROLE_ADMIN | LW_ROLE_LEAD);
  for (uint32_t scopes = 0; scopes < 64; scopes++) {
    struct lw_caller nobody = {.is_token = true, .scopes = scopes};
    struct lw_caller lee = {.person = the(&house, "lee"), .is_token = true, .scopes = scopes};
    for (unsigned right = 0; right < LW_ACCESSES; right++) {
      bool has = rows[right].scope != 0 && (scopes & rows[right].scope) != 0;
      check(&house, &nobody, right, has ? ALL : NONE, "a token");
      check(&house, &lee, right, has ? OWN : NONE, "a token that stands for lee");
    }
  }
  close_house(&house);
}

static void nobody_and_who_left_may_nothing(void **state)
{
  (void)state;
  struct house house;
  company(&house, 0);
  struct lw_caller callers[] = {{.person = NULL},
                                {.person = the(&house, "zoe")},
                                {.person = the(&house, "zoe"), .is_token = true, .scopes = 63}};
  for (int i = 0; i < 3; i++) {
    for (unsigned right = 0; right < LW_ACCESSES; right++) {
      check(&house, &callers[i], right, NONE, "nobody");
    }
  }
  close_house(&house);
}

static void a_manager_leads_whoever_names_them(void **state)
{
  (void)state;
  struct house house;
  company(&house, 0);
  struct lw_caller mia = {.person = the(&house, "mia")};
  assert_true(lw_access_covers(&mia, LW_ACCESS_SEE_DECISIONS, house.staff, LW_STR("ben")));
  assert_false(lw_access_covers(&mia, LW_ACCESS_SEE_DECISIONS, house.staff, LW_STR("ana")));
  assert_false(lw_access_covers(&mia, LW_ACCESS_DECIDE, house.staff, LW_STR("ben")));
  struct lw_caller ben = {.person = the(&house, "ben")};
  assert_false(lw_access_covers(&ben, LW_ACCESS_SEE_DECISIONS, house.staff, LW_STR("mia")));
  close_house(&house);
}

static void every_right_has_words_of_its_own(void **state)
{
  (void)state;
  for (unsigned a = 0; a < LW_ACCESSES; a++) {
    assert_true(lw_access_words((enum lw_access)a).len > 3);
    for (unsigned b = 0; b < a; b++) {
      assert_false(
          lw_str_equal(lw_access_words((enum lw_access)a), lw_access_words((enum lw_access)b)));
    }
  }
}

static void scopes_are_read_and_printed(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    int scopes; /* -1: refused */
    const char *says;
  } cases[] = {
      {"decide", 1, NULL},
      {"decide,facts,read,policy,people,admin", 63, NULL},
      {" decide , facts ", 3, NULL},
      {"decide,decide", 1, NULL},
      {"", -1, "needs a scope"},
      {"decide,", 1, NULL},
      {",decide", -1, "is no scope"},
      {"decides", -1, "\"decides\" is no scope"},
      {"Decide", -1, "\"Decide\" is no scope"},
      {"decide facts", -1, "is no scope"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct lw_error err = {0};
    uint32_t scopes = 77;
    enum lw_code rc = lw_token_scopes_read(lw_str_c(cases[i].text), &scopes, &err);
    assert_int_equal(rc, cases[i].scopes < 0 ? LW_INVALID : LW_OK);
    assert_int_equal((int)scopes, cases[i].scopes < 0 ? 77 : cases[i].scopes);
    if (cases[i].says != NULL) {
      assert_non_null(strstr(err.text, cases[i].says));
      assert_true(err.hint[0] != '\0');
    }
  }
  struct lw_buf out = {0};
  lw_token_scopes_print(63, &out);
  assert_text(lw_buf_str(&out), "decide,facts,read,policy,people,admin");
  lw_buf_finish(&out);
  assert_text(lw_token_scope_name(LW_TOKEN_FACTS), "facts");
  assert_text(lw_token_scope_name(LW_TOKEN_NO_SCOPE), "");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_role_reaches_what_its_column_says),
      cmocka_unit_test(every_pair_of_roles_has_the_wider_reach),
      cmocka_unit_test(tokens_have_what_their_scopes_give_and_no_more),
      cmocka_unit_test(nobody_and_who_left_may_nothing),
      cmocka_unit_test(a_manager_leads_whoever_names_them),
      cmocka_unit_test(every_right_has_words_of_its_own),
      cmocka_unit_test(scopes_are_read_and_printed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
