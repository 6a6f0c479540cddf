/* Signing in: passwords, throttling, sessions and invitations to the microsecond, forged requests.
 * The clock is in the test's hand. */
#include "people/signin.h"
#include "people/throttle.h"
#include "people_test.h"

#include <pthread.h>

static const lw_usec SECOND = LW_USEC_PER_SECOND;
static const lw_usec HOUR = (lw_usec)3600 * 1000000;
static const lw_usec START = (lw_usec)1700000000 * 1000000;

struct clock {
  lw_usec now;
};

static lw_usec clock_now(void *user)
{
  return ((struct clock *)user)->now;
}

static const char PASSWORD[] = "correct horse battery";

/* ana has a password, set at START; ben has none. */
static void make_people(struct house *house)
{
  char hash[LW_PASSWORD_TEXT_BYTES];
  open_house(house);
  struct lw_person_edit ana = {.fields = LW_PERSON_EMAIL,
                               .actor = {.id = LW_STR("ana"), .email = LW_STR("Ana@Example.com")}};
  assert_ok(house, lw_person_write(house->db, NULL, &ana, 1, &house->err));
  add_person(house, "ben", "", "", 0);
  assert_ok(house, lw_password_hash(lw_str_c(PASSWORD), hash, &house->err));
  assert_ok(house,
            lw_credential_write(house->db, LW_STR("ana"), lw_str_c(hash), START, &house->err));
  load(house);
}

static void password_rule(void **state)
{
  (void)state;
  char longest[LW_PASSWORD_BYTES_MAX + 2];
  memset(longest, 'x', sizeof longest);
  const struct {
    lw_str password;
    const char *says; /* NULL: good */
  } cases[] = {
      {LW_STR("twelve chars"), NULL},
      {LW_STR("eleven char"), "has 11 characters"},
      {LW_STR(""), "has 0 characters"},
      {LW_STR("éééééééééééé"), NULL}, /* 12 characters, 24 bytes */
      {LW_STR("ééééééééééé"), "has 11 characters"},
      {LW_STR("aaaaaaaaaaaa"), NULL}, /* no rule of composition */
      {lw_str_from(longest, LW_PASSWORD_BYTES_MAX), NULL},
      {lw_str_from(longest, LW_PASSWORD_BYTES_MAX + 1), "at most 256"},
      {LW_STR("twelve chars\xFF"), "not UTF-8"},
      {LW_STR("ana.nguyen.01"), "own id, name"},
      {LW_STR("ANA NGUYEN THI"), "own id, name"},
      {LW_STR("ana@example.com"), "own id, name"},
      {LW_STR(" Ana@Example.com "), "own id, name"},
      {LW_STR("ana@example.com2"), NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct lw_error err = {0};
    enum lw_code rc = lw_password_check(cases[i].password, LW_STR("ana.nguyen.01"),
                                        LW_STR("Ana Nguyen Thi"), LW_STR("ana@example.com"), &err);
    assert_int_equal(rc, cases[i].says == NULL ? LW_OK : LW_INVALID);
    if (cases[i].says != NULL && strstr(err.text, cases[i].says) == NULL) {
      fail_msg("%zu: %s", i, err.text);
    }
  }
}

struct attempt {
  struct house house;
  struct clock clock;
  struct lw_world world;
  struct lw_signin *signin;
  const struct lw_person *person;
  lw_usec set_at;
  uint32_t wait;
};

static void begin(struct attempt *attempt)
{
  *attempt = (struct attempt){.clock = {START}};
  make_people(&attempt->house);
  attempt->world = (struct lw_world){.now = clock_now, .user = &attempt->clock};
  attempt->signin = lw_signin_create(&attempt->world);
  assert_non_null(attempt->signin);
}

static void end(struct attempt *attempt)
{
  lw_signin_destroy(attempt->signin);
  close_house(&attempt->house);
}

static enum lw_code try_from(struct attempt *attempt, const char *who, const char *password,
                             const char *source)
{
  struct lw_signin_try words = {lw_str_c(who), lw_str_c(password), lw_str_c(source)};
  attempt->person = NULL;
  attempt->wait = 777;
  return lw_signin_check(attempt->signin, attempt->house.db, attempt->house.staff, &words,
                         &attempt->person, &attempt->set_at, &attempt->wait, &attempt->house.err);
}

static void right_password_by_id_or_address(void **state)
{
  (void)state;
  struct attempt attempt;
  begin(&attempt);
  static const struct {
    const char *who;
    const char *password;
    enum lw_code code;
  } cases[] = {{"ana", PASSWORD, LW_OK},
               {"ana@example.COM", PASSWORD, LW_OK},
               {"ana", "correct horse batterx", LW_UNKNOWN_CALLER},
               {"ben", PASSWORD, LW_UNKNOWN_CALLER},
               {"nobody", PASSWORD, LW_UNKNOWN_CALLER},
               {"", PASSWORD, LW_UNKNOWN_CALLER},
               {"ana", "", LW_UNKNOWN_CALLER}};
  char said[LW_ERROR_TEXT_BYTES] = "";
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    enum lw_code rc = try_from(&attempt, cases[i].who, cases[i].password, "10.0.0.1");
    assert_int_equal(rc, cases[i].code);
    assert_int_equal(attempt.person != NULL, rc == LW_OK);
    if (rc == LW_OK) {
      assert_text(attempt.person->actor.id, "ana");
      assert_int_equal(attempt.set_at, START);
    } else if (said[0] == '\0') {
      memcpy(said, attempt.house.err.text, sizeof said);
    } else {
      assert_string_equal(said, attempt.house.err.text); /* the same, whatever was wrong */
    }
  }
  run_sql(&attempt.house, "UPDATE person SET left_at = 5 WHERE id = 'ana'");
  load(&attempt.house);
  assert_int_equal(try_from(&attempt, "ana", PASSWORD, "10.0.0.1"), LW_UNKNOWN_CALLER);
  end(&attempt);
}

/* What nobody's password is compared with must cost what a real one costs. */
static void unknown_accounts_cost_the_same(void **state)
{
  (void)state;
  char hash[LW_PASSWORD_TEXT_BYTES];
  struct lw_error err;
  assert_true(lw_crypto_start());
  assert_int_equal(lw_password_hash(lw_str_c(PASSWORD), hash, &err), LW_OK);
  static const char parameters[] = "$argon2id$v=19$m=65536,t=2,p=1$";
  assert_memory_equal(hash, parameters, sizeof parameters - 1);
  assert_int_equal(strlen(hash), strlen("$argon2id$v=19$m=65536,t=2,p=1$bm9ib2R5J3Mgc2FsdCEhIQ$"
                                        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
}

/* Also an account that does not exist; the right password is not looked at meanwhile. */
static void guessing_is_slowed_down(void **state)
{
  (void)state;
  static const char *const accounts[] = {"ana", "no-such-account"};
  struct attempt attempt;
  begin(&attempt);
  for (int a = 0; a < 2; a++) {
    for (int i = 0; i <= LW_THROTTLE_ACCOUNT_FREE; i++) {
      assert_int_equal(try_from(&attempt, accounts[a], "wrong wrong wrong", "10.0.0.1"),
                       LW_UNKNOWN_CALLER);
    }
    assert_int_equal(try_from(&attempt, accounts[a], PASSWORD, "10.9.9.9"), LW_TOO_MANY);
    assert_int_equal(attempt.wait, 1);
    attempt.clock.now += SECOND;
    assert_int_equal(try_from(&attempt, accounts[a], PASSWORD, "10.9.9.9"),
                     a == 0 ? LW_OK : LW_UNKNOWN_CALLER);
  }
  assert_int_equal(try_from(&attempt, "ana", "wrong wrong wrong", "10.9.9.9"), LW_UNKNOWN_CALLER);
  assert_int_equal(try_from(&attempt, "ana", PASSWORD, "10.9.9.9"), LW_OK); /* it began anew */
  end(&attempt);
}

struct hasher_thread {
  struct lw_signin *signin;
  enum lw_code code;
};

static void *hash_one(void *user)
{
  struct hasher_thread *thread = user;
  char text[LW_PASSWORD_TEXT_BYTES];
  struct lw_error err;
  thread->code = lw_signin_hash(thread->signin, lw_str_c(PASSWORD), text, &err);
  return NULL;
}

static void two_are_computed_at_once_and_no_more(void **state)
{
  (void)state;
  enum { THREADS = 8 };
  assert_true(lw_crypto_start());
  struct lw_signin *signin = lw_signin_create(NULL);
  assert_non_null(signin);
  struct hasher_thread threads[THREADS];
  pthread_t ids[THREADS];
  for (int i = 0; i < THREADS; i++) {
    threads[i] = (struct hasher_thread){signin, LW_INTERNAL};
    assert_int_equal(pthread_create(&ids[i], NULL, hash_one, &threads[i]), 0);
  }
  int done = 0;
  for (int i = 0; i < THREADS; i++) {
    assert_int_equal(pthread_join(ids[i], NULL), 0);
    assert_true(threads[i].code == LW_OK || threads[i].code == LW_TOO_MANY);
    done += threads[i].code == LW_OK ? 1 : 0;
  }
  assert_true(done >= 1 && done <= THREADS);
  assert_ok(&(struct house){0}, hash_one(&threads[0]) == NULL ? threads[0].code : LW_INTERNAL);
  lw_signin_destroy(signin);
}

static void sessions_end_when_unused_and_after_a_week(void **state)
{
  (void)state;
  struct house house;
  make_people(&house);
  struct lw_session_secret secret;
  struct lw_session session;
  lw_session_begin(lw_rand_system(), house.hasher, LW_STR("ana"), LW_STR("Firefox"), START, &secret,
                   &session);
  assert_ok(&house, lw_session_insert(house.db, &session, &house.err));
  lw_str cookie = lw_str_from(secret.text, sizeof secret.text);
  const struct {
    lw_usec seen, now;
    enum lw_code code;
  } cases[] = {
      {0, 0, LW_OK},
      {0, LW_SESSION_IDLE_USEC - 1, LW_OK},
      {0, LW_SESSION_IDLE_USEC, LW_EXPIRED},
      {6 * 24 * HOUR + 23 * HOUR, LW_SESSION_MOST_USEC - 1, LW_OK},
      {6 * 24 * HOUR + 23 * HOUR, LW_SESSION_MOST_USEC, LW_EXPIRED},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct lw_session found;
    assert_ok(&house,
              lw_session_touch(house.db, &session.digest, START + cases[i].seen, &house.err));
    assert_int_equal(lw_session_find(house.db, house.hasher, cookie, START + cases[i].now,
                                     &house.keep, &found, &house.err),
                     cases[i].code);
  }
  struct lw_session found;
  assert_ok(&house, lw_session_touch(house.db, &session.digest, START, &house.err));
  assert_ok(&house,
            lw_session_find(house.db, house.hasher, cookie, LW_SESSION_MOST_USEC + START - 1,
                            &house.keep, &found, &house.err));
  assert_text(found.person, "ana"); /* being seen never goes back */
  assert_text(found.agent, "Firefox");
  assert_false(lw_session_is_due(&found, found.seen_at + LW_SESSION_NOTED_USEC - 1));
  assert_true(lw_session_is_due(&found, found.seen_at + LW_SESSION_NOTED_USEC));
  assert_true(lw_session_caller(house.staff, &found).person == the(&house, "ana"));
  assert_ok(&house, lw_session_sweep(house.db, START, &house.err));
  assert_ok(&house, lw_session_find(house.db, house.hasher, cookie, START, &house.keep, &found,
                                    &house.err));
  assert_ok(&house, lw_session_sweep(house.db, START + LW_SESSION_MOST_USEC, &house.err));
  assert_int_equal(
      lw_session_find(house.db, house.hasher, cookie, START, &house.keep, &found, &house.err),
      LW_UNKNOWN_CALLER);
  close_house(&house);
}

static void a_cookie_that_is_none_is_nobody(void **state)
{
  (void)state;
  struct house house;
  make_people(&house);
  struct lw_session_secret secret;
  struct lw_session session;
  struct lw_session found;
  char agent[300];
  memset(agent, 'a', sizeof agent);
  memcpy(agent + LW_SESSION_AGENT_BYTES_MAX - 1, "é", 2); /* cut in its middle */
  lw_session_begin(lw_rand_system(), house.hasher, LW_STR("ana"), lw_str_from(agent, sizeof agent),
                   START, &secret, &session);
  assert_int_equal(session.agent.len, LW_SESSION_AGENT_BYTES_MAX - 1);
  assert_ok(&house, lw_session_insert(house.db, &session, &house.err));
  secret.text[7] ^= 1;
  const lw_str cookies[] = {lw_str_from(secret.text, sizeof secret.text), LW_STR(""),
                            lw_str_from(secret.text, 10),
                            lw_str_from((const char *)session.digest.bytes, 32)};
  for (size_t i = 0; i < sizeof cookies / sizeof cookies[0]; i++) {
    assert_int_equal(
        lw_session_find(house.db, house.hasher, cookies[i], START, &house.keep, &found, &house.err),
        LW_UNKNOWN_CALLER);
  }
  secret.text[7] ^= 1;
  assert_ok(&house, lw_session_remove(house.db, &session.digest, &house.err));
  assert_int_equal(lw_session_find(house.db, house.hasher,
                                   lw_str_from(secret.text, sizeof secret.text), START, &house.keep,
                                   &found, &house.err),
                   LW_UNKNOWN_CALLER);
  close_house(&house);
}

static void csrf_is_bound_to_the_session(void **state)
{
  (void)state;
  char a[LW_SECRET_TEXT_BYTES];
  char b[LW_SECRET_TEXT_BYTES];
  lw_str cookie = LW_STR("0123456789012345678901234567890123456789012");
  lw_str other = LW_STR("0123456789012345678901234567890123456789013");
  assert_true(lw_crypto_start());
  lw_session_csrf(cookie, a);
  lw_session_csrf(other, b);
  assert_memory_not_equal(a, b, sizeof a);
  assert_true(lw_session_csrf_fits(cookie, lw_str_from(a, sizeof a)));
  assert_false(lw_session_csrf_fits(cookie, lw_str_from(b, sizeof b)));
  assert_false(lw_session_csrf_fits(cookie, LW_STR("")));
  assert_false(lw_session_csrf_fits(cookie, cookie));
  assert_false(lw_session_csrf_fits(LW_STR(""), lw_str_from(a, sizeof a)));
}

static void requests_of_other_pages_are_told(void **state)
{
  (void)state;
  static const struct {
    const char *site, *origin, *own;
    bool fits;
  } cases[] = {
      {"same-origin", "https://a.example", "https://a.example", true},
      {"same-origin", "", "https://a.example", true},
      {"none", "", "https://a.example", true},
      {"same-site", "https://b.example", "https://a.example", false},
      {"cross-site", "https://a.example", "https://a.example", false},
      {"nonsense", "https://a.example", "https://a.example", false},
      {"", "https://a.example", "https://a.example", true},
      {"", "https://A.Example", "https://a.example", true},
      {"", "https://a.example:8443", "https://a.example", false},
      {"", "http://a.example", "https://a.example", false},
      {"", "https://a.example.evil.example", "https://a.example", false},
      {"", "null", "https://a.example", false},
      {"", "", "https://a.example", true},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_int_equal(lw_session_origin_fits(lw_str_c(cases[i].site), lw_str_c(cases[i].origin),
                                            lw_str_c(cases[i].own)),
                     cases[i].fits);
  }
}

static void invitations_hold_their_time_and_once(void **state)
{
  (void)state;
  struct house house;
  make_people(&house);
  static const struct {
    const char *person;
    lw_usec holds;
  } cases[] = {{"", (lw_usec)3600 * 1000000}, {"ben", (lw_usec)72 * 3600 * 1000000}};
  for (size_t i = 0; i < 2; i++) {
    struct lw_session_secret secret;
    struct lw_invite invite;
    struct lw_invite found;
    lw_invite_begin(lw_rand_system(), house.hasher, lw_str_c(cases[i].person), START, &secret,
                    &invite);
    assert_ok(&house, lw_invite_insert(house.db, &invite, &house.err));
    lw_str link = lw_str_from(secret.text, sizeof secret.text);
    assert_ok(&house, lw_invite_find(house.db, house.hasher, link, START + cases[i].holds - 1,
                                     &house.keep, &found, &house.err));
    assert_text(found.person, cases[i].person);
    assert_int_equal(lw_invite_find(house.db, house.hasher, link, START + cases[i].holds,
                                    &house.keep, &found, &house.err),
                     LW_EXPIRED);
    assert_int_equal(lw_invite_find(house.db, house.hasher, LW_STR("nonsense"), START, &house.keep,
                                    &found, &house.err),
                     LW_NOT_FOUND);
    assert_ok(&house, lw_invite_use(house.db, &invite.digest, START + 1, &house.err));
    assert_int_equal(
        lw_invite_find(house.db, house.hasher, link, START + 2, &house.keep, &found, &house.err),
        LW_EXPIRED);
    assert_non_null(strstr(house.err.text, "used already"));
  }
  close_house(&house);
}

static void an_administrator_is_one_who_can_sign_in(void **state)
{
  (void)state;
  struct house house;
  bool has = true;
  make_people(&house);
  assert_ok(&house, lw_signin_has_administrator(house.db, house.staff, &has, &house.err));
  assert_false(has);
  run_sql(&house, "UPDATE person SET roles = 32 WHERE id = 'ben'");
  load(&house);
  assert_ok(&house, lw_signin_has_administrator(house.db, house.staff, &has, &house.err));
  assert_false(has); /* ben has no password */
  run_sql(&house, "UPDATE person SET roles = 32 WHERE id = 'ana'");
  load(&house);
  assert_ok(&house, lw_signin_has_administrator(house.db, house.staff, &has, &house.err));
  assert_true(has);
  close_house(&house);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(password_rule),
      cmocka_unit_test(right_password_by_id_or_address),
      cmocka_unit_test(unknown_accounts_cost_the_same),
      cmocka_unit_test(guessing_is_slowed_down),
      cmocka_unit_test(two_are_computed_at_once_and_no_more),
      cmocka_unit_test(sessions_end_when_unused_and_after_a_week),
      cmocka_unit_test(a_cookie_that_is_none_is_nobody),
      cmocka_unit_test(csrf_is_bound_to_the_session),
      cmocka_unit_test(requests_of_other_pages_are_told),
      cmocka_unit_test(invitations_hold_their_time_and_once),
      cmocka_unit_test(an_administrator_is_one_who_can_sign_in),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
