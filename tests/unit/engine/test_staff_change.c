/* People, teams, tokens and ways in as changes of a batch: what each needs, what it leaves in the
 * tables and in the journal (and what it must not leave there), who may. */
#include "base/crypto.h"
#include "data/json.h"
#include "engine/staff_change.h"
#include "fault/folder.h"
#include "fault/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const lw_usec START = INT64_C(1772445600000000); /* 2026-03-02T10:00:00Z */
static const lw_usec DAY = (lw_usec)24 * 3600 * 1000000;

struct office {
  struct lw_folder folder;
  char path[256];
  lw_usec now;
  struct lw_world world;
  struct lw_engine *engine;
  struct lw_hasher *hasher;
  struct lw_json_reader *reader;
  struct lw_arena arena;
  const struct lw_snapshot *snapshot; /* of the last look */
  struct lw_change change;            /* the last one */
  struct lw_error err;
};

static lw_usec office_now(void *user)
{
  return *(lw_usec *)user;
}

static int setup(void **state)
{
  struct office *office = calloc(1, sizeof *office);
  assert_non_null(office);
  assert_true(lw_crypto_start());
  lw_folder_make(&office->folder);
  char file[256];
  (void)lw_store_make(lw_folder_file(&office->folder, "people.db", file), office->path,
                      sizeof office->path);
  office->now = START;
  office->world = (struct lw_world){.now = office_now, .user = &office->now};
  office->hasher = lw_hasher_create();
  office->reader = lw_json_reader_create(NULL);
  lw_arena_init(&office->arena, NULL, 0);
  struct lw_engine_options options = {.url = office->path, .world = &office->world};
  if (lw_engine_open(&options, &office->engine, &office->err) != LW_OK) {
    fail_msg("%s", office->err.text);
  }
  *state = office;
  return 0;
}

static int teardown(void **state)
{
  struct office *office = *state;
  lw_buf_finish(&office->change.answer);
  lw_snapshot_unref(office->snapshot);
  lw_engine_close(office->engine);
  lw_json_reader_destroy(office->reader);
  lw_hasher_destroy(office->hasher);
  lw_arena_finish(&office->arena);
  lw_folder_remove(&office->folder);
  free(office);
  return 0;
}

typedef enum lw_code (*applying)(struct lw_batch *batch, struct lw_change *change,
                                 struct lw_error *err);

static enum lw_code run_as(struct office *office, applying apply, void *user, const char *actor,
                           const char *key)
{
  lw_buf_finish(&office->change.answer);
  office->change = (struct lw_change){.apply = apply,
                                      .user = user,
                                      .arena = &office->arena,
                                      .actor = lw_str_c(actor),
                                      .key = lw_str_c(key)};
  return lw_engine_run(office->engine, &office->change, &office->err);
}

static enum lw_code run(struct office *office, applying apply, void *user)
{
  return run_as(office, apply, user, "cli", NULL);
}

static const struct lw_staff *staff_of(struct office *office)
{
  lw_snapshot_unref(office->snapshot);
  office->snapshot = lw_engine_snapshot(office->engine);
  return office->snapshot->staff;
}

static const struct lw_person *the(struct office *office, const char *id)
{
  const struct lw_person *person = lw_staff_find(staff_of(office), lw_str_c(id));
  assert_non_null(person);
  return person;
}

static const struct lw_value *json(struct office *office, const char *text)
{
  const struct lw_value *value = NULL;
  if (lw_json_read(office->reader, &office->arena, lw_str_c(text), NULL, &value, &office->err) !=
      LW_OK) {
    fail_msg("%s: %s", text, office->err.text);
  }
  return value;
}

/* POST (id empty) or PATCH of a person. */
static enum lw_code person(struct office *office, const char *id, const char *body)
{
  struct lw_faults faults = {.arena = &office->arena};
  struct lw_person_change change;
  (void)staff_of(office);
  if (!lw_person_change_read(office->snapshot, json(office, body), lw_str_c(id), &office->arena,
                             &change, &faults)) {
    assert_true(faults.count != 0);
    return lw_fail(&office->err, LW_INVALID, "%.*s: %.*s", LW_FMT(faults.items[0].at),
                   LW_FMT(faults.items[0].message));
  }
  return run(office, lw_person_change_apply, &change);
}

static enum lw_code team(struct office *office, const char *id, const char *body, bool create)
{
  struct lw_faults faults = {.arena = &office->arena};
  struct lw_team_change change;
  if (!lw_team_change_read(json(office, body), lw_str_c(id), create, &change, &faults)) {
    return lw_fail(&office->err, LW_INVALID, "%.*s: %.*s", LW_FMT(faults.items[0].at),
                   LW_FMT(faults.items[0].message));
  }
  return run(office, lw_team_change_apply, &change);
}

static void must(struct office *office, enum lw_code rc)
{
  if (rc != LW_OK) {
    fail_msg("%s: %s; %s", lw_code_name(rc), office->err.text, office->err.hint);
  }
}

/* The whole journal as one text. */
static bool visit(void *user, const struct lw_entry_view *entry)
{
  lw_entry_print(entry, user);
  lw_buf_add_char(user, '\n');
  return true;
}

static lw_str journal_of(struct office *office)
{
  struct lw_buf out = {0};
  struct lw_db *db = NULL;
  must(office, lw_engine_reader(office->engine, &db, &office->err));
  must(office, lw_journal_walk(db, 0, 0, visit, &out, &office->err));
  lw_engine_reader_done(office->engine, db);
  lw_str copy = lw_str_copy(&office->arena, lw_buf_str(&out));
  lw_buf_finish(&out);
  return copy;
}

static bool says(lw_str text, const char *part)
{
  return lw_str_find(text, lw_str_c(part), 0) != SIZE_MAX;
}

static void a_person_comes_changes_and_leaves(void **state)
{
  struct office *office = *state;
  must(office, team(office, "", "{\"id\":\"care\"}", true));
  must(office, person(office, "", "{\"id\":\"lee\",\"roles\":[\"admin\"]}"));
  must(office, person(office, "",
                      "{\"id\":\"ana\",\"name\":\"Ana Silva\",\"email\":\"ana@example.com\","
                      "\"team\":\"care\",\"holds\":[\"refunds-1\",{\"name\":\"b\",\"until\":"
                      "\"2026-12-31\"}],\"manager\":\"lee\",\"hired_at\":\"2025-02-03\"}"));
  assert_int_equal(office->change.status, 201);
  assert_true(says(lw_buf_str(&office->change.answer), "\"name\":\"Ana Silva\""));
  const struct lw_person *ana = the(office, "ana");
  assert_int_equal(ana->version, 1);
  assert_int_equal(ana->actor.n_holds, 2);
  assert_true((the(office, "lee")->roles & LW_ROLE_LEAD) != 0);
  must(office, person(office, "ana", "{\"tier\":\"senior\"}"));
  assert_int_equal(office->change.status, 200);
  assert_int_equal(the(office, "ana")->version, 2);
  must(office, person(office, "ana", "{\"tier\":\"senior\",\"team\":\"care\"}")); /* as it is */
  assert_int_equal(the(office, "ana")->version, 2);
  assert_int_equal(office->change.seq, 0);
  must(office, person(office, "ana", "{\"active\":false}"));
  assert_false(the(office, "ana")->active);
  must(office, person(office, "ana", "{\"active\":true,\"team\":null}"));
  assert_true(the(office, "ana")->active);
  assert_int_equal(the(office, "ana")->team.len, 0);
  lw_str journal = journal_of(office);
  assert_true(says(journal, "person.added") && says(journal, "person.changed"));
  assert_true(says(journal, "person.removed") && says(journal, "\"tier\":\"senior\""));
  assert_false(says(journal, "Silva") || says(journal, "example.com")); /* outside the chain */
  assert_true(says(journal, "\"who\":{\"text\":\"txt_"));
}

static void what_does_not_fit_is_named(void **state)
{
  struct office *office = *state;
  must(office, team(office, "", "{\"id\":\"care\"}", true));
  must(office, person(office, "", "{\"id\":\"lee\",\"roles\":[\"admin\"]}"));
  must(office, person(office, "", "{\"id\":\"ana\",\"manager\":\"lee\"}"));
  static const struct {
    const char *id;
    const char *body;
    enum lw_code code;
    const char *says;
  } cases[] = {
      {"", "{\"id\":\"ana\"}", LW_CONFLICT, "already"},
      {"", "{\"name\":\"x\"}", LW_INVALID, "needs an id"},
      {"", "{\"id\":\" \"}", LW_INVALID, "needs an id"},
      {"", "[]", LW_INVALID, "must be an object"},
      {"bo", "{\"tier\":\"x\"}", LW_NOT_FOUND, "no person"},
      {"ana", "{\"id\":\"bo\"}", LW_INVALID, "ids don't change"},
      {"ana", "{\"tema\":\"care\"}", LW_INVALID, "did you mean \"team\""},
      {"ana", "{\"team\":\"north\"}", LW_INVALID, "no team \"north\""},
      {"ana", "{\"manager\":\"nobody\"}", LW_INVALID, "nobody who is here"},
      {"ana", "{\"manager\":\"ana\"}", LW_INVALID, "their own manager"},
      {"lee", "{\"manager\":\"ana\"}", LW_INVALID, "their own manager"},
      {"ana", "{\"kind\":\"robot\"}", LW_INVALID, "no kind of person"},
      {"ana", "{\"roles\":[\"boss\"]}", LW_INVALID, "roles[0]"},
      {"ana", "{\"roles\":\"admin\"}", LW_INVALID, "a list of roles"},
      {"ana", "{\"holds\":[\"x@never\"]}", LW_INVALID, "holds[0]"},
      {"ana", "{\"holds\":[{\"nam\":\"x\"}]}", LW_INVALID, "holds[0]"},
      {"ana", "{\"hired_at\":\"2026-02-30\"}", LW_INVALID, "hired_at"},
      {"ana", "{\"budgets\":{\"m\":\"3.00\"}}", LW_INVALID, "budgets.m"},
      {"ana", "{\"budgets\":{\"m\":{\"times\":-1}}}", LW_INVALID, "budgets.m.times"},
      {"ana", "{\"email\":\"nowhere\"}", LW_INVALID, "no e-mail address"},
      {"ana", "{\"active\":\"no\"}", LW_INVALID, "true or false"},
      {"lee", "{\"active\":false}", LW_CONFLICT, "last administrator"},
      {"lee", "{\"roles\":[]}", LW_CONFLICT, "last administrator"},
  };
  lw_str before = journal_of(office);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    enum lw_code rc = person(office, cases[i].id, cases[i].body);
    if (rc != cases[i].code || strstr(office->err.text, cases[i].says) == NULL) {
      fail_msg("%s: %s: %s", cases[i].body, lw_code_name(rc), office->err.text);
    }
  }
  assert_true(lw_str_equal(before, journal_of(office))); /* nothing was half done */
}

static void a_stale_version_is_refused(void **state)
{
  struct office *office = *state;
  must(office, person(office, "", "{\"id\":\"ana\"}"));
  struct lw_person_change change = {
      .version = 1,
      .edit = {.fields = LW_PERSON_TIER, .actor = {.id = LW_STR("ana"), .tier = LW_STR("lead")}}};
  must(office, run(office, lw_person_change_apply, &change));
  change.edit.actor.tier = LW_STR("senior");
  assert_int_equal(run(office, lw_person_change_apply, &change), LW_STALE);
  change.version = 2;
  must(office, run(office, lw_person_change_apply, &change));
}

/* Whoever keeps people can't make themselves administrator, nor shut one out. */
static void administrators_are_made_by_administrators(void **state)
{
  struct office *office = *state;
  must(office, person(office, "", "{\"id\":\"root\",\"roles\":[\"admin\"]}"));
  must(office, person(office, "", "{\"id\":\"hr\",\"roles\":[\"people\"]}"));
  must(office, person(office, "", "{\"id\":\"ana\"}"));
  struct lw_caller hr = {.person = the(office, "hr"), .actor = LW_STR("hr")};
  struct lw_caller token = {.is_token = true, .scopes = LW_TOKEN_PEOPLE};
  struct lw_caller own = {.person = hr.person, .is_token = true, .scopes = LW_TOKEN_ADMIN};
  const struct lw_snapshot *kept = lw_snapshot_ref(office->snapshot);
  const struct lw_caller *callers[] = {&hr, &token, &own};
  static const struct {
    const char *id;
    uint32_t fields, roles;
    bool active, may;
  } cases[] = {{"hr", LW_PERSON_ROLES, LW_ROLE_PEOPLE | LW_ROLE_ADMIN, true, false},
               {"ana", LW_PERSON_ROLES, LW_ROLE_ADMIN, true, false},
               {"root", LW_PERSON_ROLES, LW_ROLE_ADMIN | LW_ROLE_LEAD, true, false},
               {"root", LW_PERSON_ACTIVE, 0, false, false},
               {"ana", LW_PERSON_ROLES, LW_ROLE_QUALITY, true, true}};
  for (size_t c = 0; c < 3; c++) {
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
      struct lw_person_change change = {.caller = callers[c],
                                        .edit = {.fields = cases[i].fields,
                                                 .actor = {.id = lw_str_c(cases[i].id)},
                                                 .roles = cases[i].roles,
                                                 .active = cases[i].active}};
      assert_int_equal(run(office, lw_person_change_apply, &change),
                       cases[i].may ? LW_OK : LW_FORBIDDEN);
    }
    struct lw_session_secret secret;
    struct lw_invite_change invite = {.caller = callers[c]};
    lw_invite_begin(lw_rand_system(), office->hasher, LW_STR("root"), office->now, &secret,
                    &invite.invite);
    assert_int_equal(run(office, lw_invite_apply, &invite), LW_FORBIDDEN);
  }
  lw_snapshot_unref(kept);
}

static void teams_stay_a_tree(void **state)
{
  struct office *office = *state;
  must(office, team(office, "", "{\"id\":\"a\",\"name\":\"A\"}", true));
  must(office, team(office, "", "{\"id\":\"b\",\"parent\":\"a\"}", true));
  assert_true(says(lw_buf_str(&office->change.answer), "\"path\":\"a/b\""));
  must(office, team(office, "", "{\"id\":\"c\",\"parent\":\"b\"}", true));
  assert_int_equal(team(office, "", "{\"id\":\"a\"}", true), LW_CONFLICT);
  assert_int_equal(team(office, "", "{\"id\":\"x/y\"}", true), LW_INVALID);
  assert_int_equal(team(office, "", "{\"id\":\"x\",\"parent\":\"x\"}", true), LW_INVALID);
  assert_int_equal(team(office, "", "{\"id\":\"x\",\"parent\":\"no\"}", true), LW_INVALID);
  assert_int_equal(team(office, "a", "{\"parent\":\"c\"}", false), LW_INVALID);
  assert_int_equal(team(office, "a", "{\"parent\":\"a\"}", false), LW_INVALID);
  assert_int_equal(team(office, "no", "{\"name\":\"N\"}", false), LW_NOT_FOUND);
  char body[64];
  char id[16] = "c";
  enum lw_code rc = LW_OK;
  int depth = 2;
  for (; rc == LW_OK && depth < 100; depth++) { /* as deep as may be, and no deeper */
    (void)snprintf(body, sizeof body, "{\"id\":\"d%d\",\"parent\":\"%s\"}", depth, id);
    rc = team(office, "", body, true);
    (void)snprintf(id, sizeof id, "d%d", depth);
  }
  assert_int_equal(rc, LW_INVALID);
  const struct lw_staff *staff = staff_of(office);
  assert_int_equal(staff->n_teams, LW_TEAM_DEPTH_MAX);
  must(office, team(office, "", "{\"id\":\"top\"}", true));
  assert_int_equal(team(office, "a", "{\"parent\":\"top\"}", false), LW_INVALID); /* all too deep */
  struct lw_team_change removal = {.remove = true, .edit = {.id = LW_STR("b")}};
  assert_int_equal(run(office, lw_team_change_apply, &removal), LW_CONFLICT);
  removal.edit.id = LW_STR("top");
  must(office, person(office, "", "{\"id\":\"ana\",\"team\":\"top\"}"));
  assert_int_equal(run(office, lw_team_change_apply, &removal), LW_CONFLICT);
  must(office, person(office, "ana", "{\"team\":null}"));
  must(office, run(office, lw_team_change_apply, &removal));
  assert_null(lw_staff_find_team(staff_of(office), LW_STR("top")));
}

static enum lw_code presence(struct office *office, const char *id, const char *body)
{
  struct lw_faults faults = {.arena = &office->arena};
  struct lw_presence_edit edit;
  if (!lw_presence_change_read(json(office, body), lw_str_c(id), office->now, &edit, &faults)) {
    return LW_INVALID;
  }
  return run(office, lw_presence_change_apply, &edit);
}

static void away_until_a_moment_with_a_deputy(void **state)
{
  struct office *office = *state;
  must(office, person(office, "", "{\"id\":\"ana\"}"));
  must(office, person(office, "", "{\"id\":\"ben\"}"));
  must(office, presence(office, "ana",
                        "{\"state\":\"away\",\"until\":\"2026-03-03T08:00:00Z\",\"deputy\":"
                        "\"ben\"}"));
  const struct lw_person *ana = the(office, "ana");
  assert_false(lw_person_is_here(ana, START));
  assert_true(lw_person_is_here(ana, ana->away_until));
  assert_true(lw_str_equal(ana->deputy, LW_STR("ben")));
  must(office, presence(office, "ana", "{\"state\":\"here\"}"));
  assert_true(lw_person_is_here(the(office, "ana"), START));
  static const char *const bad[] = {"{}",
                                    "{\"state\":\"gone\"}",
                                    "{\"state\":\"away\",\"until\":\"2026-03-01T08:00:00Z\"}",
                                    "{\"state\":\"away\",\"deputy\":\"ana\"}",
                                    "{\"state\":\"away\",\"deputy\":\"nobody\"}",
                                    "{\"state\":\"away\",\"dep\":\"ben\"}"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_int_equal(presence(office, "ana", bad[i]), LW_INVALID);
  }
  assert_int_equal(presence(office, "nobody", "{\"state\":\"here\"}"), LW_NOT_FOUND);
}

static void tokens_are_made_found_used_and_ended(void **state)
{
  struct office *office = *state;
  struct lw_faults faults = {.arena = &office->arena};
  struct lw_token_change words;
  must(office, person(office, "", "{\"id\":\"bot\",\"kind\":\"ai\"}"));
  assert_true(lw_token_change_read(
      json(office, "{\"name\":\"desk\",\"scopes\":[\"decide\",\"facts\"],\"person\":\"bot\"}"),
      &words, &faults));
  lw_token_change_begin(&words, lw_rand_system(), office->hasher);
  must(office, run_as(office, lw_token_create_apply, &words, "cli", "key-1"));
  struct lw_buf answer = {0};
  lw_buf_add(&answer, lw_buf_str(&office->change.answer));
  lw_str secret = lw_str_from(words.text, LW_TOKEN_TEXT_BYTES);
  assert_true(lw_str_find(lw_buf_str(&answer), secret, 0) == SIZE_MAX);
  lw_token_answer_finish(&words, &office->change, &answer);
  assert_true(lw_str_find(lw_buf_str(&answer), secret, 0) != SIZE_MAX);
  (void)json(office, lw_str_copy(&office->arena, lw_buf_str(&answer)).ptr);
  lw_buf_finish(&answer);
  assert_true(lw_str_find(journal_of(office), secret, 0) == SIZE_MAX);

  /* A retry makes another secret, which is not the token: it says so instead. */
  struct lw_token_change again = words;
  lw_token_change_begin(&again, lw_rand_system(), office->hasher);
  must(office, run_as(office, lw_token_create_apply, &again, "cli", "key-1"));
  assert_true(office->change.repeated);
  lw_token_answer_finish(&again, &office->change, &office->change.answer);
  assert_true(says(lw_buf_str(&office->change.answer), "\"shown_once\":true"));
  assert_int_equal(staff_of(office)->n_tokens, 1);

  lw_hash digest;
  assert_true(lw_token_digest(office->hasher, secret, &digest));
  const struct lw_token *token = lw_token_find(staff_of(office), &digest, START);
  assert_non_null(token);
  assert_int_equal(token->ends_at, START + LW_TOKEN_DAYS * DAY);
  assert_null(lw_token_find(office->snapshot->staff, &digest, START + LW_TOKEN_DAYS * DAY));
  lw_str id = lw_str_copy(&office->arena, token->id);
  lw_id made;
  assert_true(lw_id_read(LW_STR("tok"), id, &made)); /* "tok_01...", as the contract has it */
  must(office, run(office, lw_token_revoke_apply, &id));
  assert_null(lw_token_find(staff_of(office), &digest, START));
  must(office, run(office, lw_token_revoke_apply, &id)); /* done is done */
  assert_int_equal(office->change.seq, 0);
  lw_str other = LW_STR("tok_nothing");
  assert_int_equal(run(office, lw_token_revoke_apply, &other), LW_NOT_FOUND);
}

static void tokens_that_do_not_fit(void **state)
{
  struct office *office = *state;
  static const char *const bad[] = {
      "{}",
      "{\"scopes\":[]}",
      "{\"scopes\":[\"all\"]}",
      "{\"scopes\":\"decide\"}",
      "{\"scopes\":[\"decide,facts\"]}",
      "{\"scopes\":[\"decide\"],\"days\":0}",
      "{\"scopes\":[\"decide\"],\"days\":1828}",
      "{\"scopes\":[\"decide\"],\"days\":\"9\"}",
      "{\"scopes\":[\"decide\"],\"scope\":1}",
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    struct lw_faults faults = {.arena = &office->arena};
    struct lw_token_change words;
    assert_false(lw_token_change_read(json(office, bad[i]), &words, &faults));
    assert_true(faults.count != 0);
  }
  struct lw_token_change words = {.scopes = LW_TOKEN_DECIDE, .person = LW_STR("nobody")};
  lw_token_change_begin(&words, lw_rand_system(), office->hasher);
  assert_int_equal(run(office, lw_token_create_apply, &words), LW_INVALID);
}

/* ---- ways in ---- */

static struct lw_invite_change invite_for(struct office *office, const char *id)
{
  struct lw_session_secret secret;
  struct lw_invite_change words = {.caller = NULL};
  lw_invite_begin(lw_rand_system(), office->hasher, lw_str_c(id), office->now, &secret,
                  &words.invite);
  return words;
}

static struct lw_password_change password_by(struct office *office,
                                             const struct lw_invite_change *invite, const char *id)
{
  struct lw_session_secret secret;
  struct lw_password_change words = {.by_invite = true,
                                     .invite = invite->invite.digest,
                                     .person = lw_str_c(id),
                                     .name = LW_STR("First Person"),
                                     .email = LW_STR("first@example.com"),
                                     .hash = LW_STR("$argon2id$...")};
  lw_session_begin(lw_rand_system(), office->hasher, lw_str_c(id), LW_STR("test"), office->now,
                   &secret, &words.session);
  return words;
}

static int64_t count(struct office *office, const char *sql)
{
  struct lw_db *db = NULL;
  int64_t number = -1;
  must(office, lw_engine_reader(office->engine, &db, &office->err));
  must(office, lw_db_get_int(db, sql, &number, &office->err));
  lw_engine_reader_done(office->engine, db);
  return number;
}

static void the_first_administrator_comes_by_a_link_once(void **state)
{
  struct office *office = *state;
  struct lw_invite_change old = invite_for(office, "");
  struct lw_invite_change invite = invite_for(office, "");
  must(office, run(office, lw_invite_apply, &old));
  must(office, run(office, lw_invite_apply, &invite)); /* `serve` was started again */
  struct lw_password_change words = password_by(office, &old, "root");
  assert_int_equal(run(office, lw_password_change_apply, &words), LW_NOT_FOUND);
  words = password_by(office, &invite, "root");
  office->now += LW_INVITE_FIRST_USEC;
  assert_int_equal(run(office, lw_password_change_apply, &words), LW_EXPIRED);
  office->now -= 1;
  must(office, run(office, lw_password_change_apply, &words));
  assert_int_equal(office->change.status, 201);
  assert_int_equal(the(office, "root")->roles, LW_ROLE_ADMIN);
  assert_int_equal(count(office, "SELECT count(*) FROM session"), 1);
  assert_int_equal(run(office, lw_password_change_apply, &words), LW_EXPIRED); /* used */
  struct lw_invite_change second = invite_for(office, "");
  assert_int_equal(run(office, lw_invite_apply, &second), LW_CONFLICT);
  lw_str journal = journal_of(office);
  assert_true(says(journal, "signin.set") && !says(journal, "First Person"));
}

static void a_new_password_ends_every_session(void **state)
{
  struct office *office = *state;
  must(office, person(office, "", "{\"id\":\"ana\"}"));
  must(office, person(office, "", "{\"id\":\"bot\",\"kind\":\"ai\"}"));
  struct lw_invite_change bot = invite_for(office, "bot");
  assert_int_equal(run(office, lw_invite_apply, &bot), LW_INVALID);
  struct lw_invite_change nobody = invite_for(office, "nobody");
  assert_int_equal(run(office, lw_invite_apply, &nobody), LW_NOT_FOUND);
  struct lw_invite_change invite = invite_for(office, "ana");
  must(office, run(office, lw_invite_apply, &invite));
  struct lw_password_change words = password_by(office, &invite, "ana");
  must(office, run(office, lw_password_change_apply, &words));
  lw_usec set_at = count(office, "SELECT set_at FROM credential WHERE person = 'ana'");

  struct lw_session_secret secret;
  struct lw_session_change session = {.set_at = set_at};
  lw_session_begin(lw_rand_system(), office->hasher, LW_STR("ana"), LW_STR("x"), office->now,
                   &secret, &session.session);
  session.has_previous = true;
  session.previous = words.session.digest;
  must(office, run(office, lw_session_open_apply, &session));
  assert_int_equal(count(office, "SELECT count(*) FROM session"), 1); /* the old one was rotated */

  struct lw_password_change change = password_by(office, &invite, "ana");
  change.by_invite = false;
  change.set_at = set_at - 1; /* another password was checked than the one that counts */
  assert_int_equal(run(office, lw_password_change_apply, &change), LW_UNKNOWN_CALLER);
  change.set_at = set_at;
  must(office, run(office, lw_password_change_apply, &change)); /* in the same microsecond */
  assert_int_equal(count(office, "SELECT count(*) FROM session"), 1);
  assert_int_equal(run(office, lw_session_open_apply, &session), LW_UNKNOWN_CALLER);
  lw_hash digest = change.session.digest;
  must(office, run(office, lw_session_touch_apply, &digest));
  must(office, run(office, lw_session_close_apply, &digest));
  must(office, run(office, lw_session_close_apply, &digest));
  assert_int_equal(count(office, "SELECT count(*) FROM session"), 0);
  must(office, person(office, "ana", "{\"active\":false}"));
  assert_int_equal(count(office, "SELECT count(*) FROM credential"), 0);
}

/* ---- importing ---- */

static struct lw_import import_text(struct office *office, const char *text, struct lw_diags *diags)
{
  struct lw_import import;
  struct lw_import_options options = {.name = LW_STR("p.csv"), .currency = LW_CURRENCY_NONE};
  lw_diags_init(diags, &office->arena);
  assert_true(lw_import_read(&import, &office->arena, lw_str_c(text), &options, diags));
  must(office, run(office, lw_people_import_apply, &import));
  return import;
}

static void a_file_is_imported_whole_or_not_at_all(void **state)
{
  struct office *office = *state;
  struct lw_diags diags;
  static const char good[] = "id,name,email,team,tier,kind,holds,hired_at,manager\n"
                             "ana,Ana Silva,ana@example.com,care/billing,frontline,human,b-1,,lee\n"
                             "lee,Lee,,care,lead,human,,,\n";
  struct lw_import import =
      import_text(office, "id,team,manager\nana,care,nobody\nlee,care,\n", &diags);
  assert_false(import.applied);
  assert_int_equal(office->change.status, 200);
  assert_true(says(lw_buf_str(&office->change.answer), "\"applied\":false"));
  assert_int_equal(staff_of(office)->n_persons, 0);
  assert_int_equal(staff_of(office)->n_teams, 0);
  import = import_text(office, good, &diags);
  assert_true(import.applied);
  assert_true(lw_str_equal(the(office, "ana")->actor.team, LW_STR("care/billing")));
  assert_true((the(office, "lee")->roles & LW_ROLE_LEAD) != 0);
  uint64_t seq = lw_engine_seq(office->engine);
  import = import_text(office, good, &diags);
  assert_int_equal(import.counts[LW_IMPORT_UNCHANGED], 2);
  assert_int_equal(lw_engine_seq(office->engine), seq); /* nothing changed, nothing is said */
  assert_false(says(journal_of(office), "Silva"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_person_comes_changes_and_leaves, setup, teardown),
      cmocka_unit_test_setup_teardown(what_does_not_fit_is_named, setup, teardown),
      cmocka_unit_test_setup_teardown(a_stale_version_is_refused, setup, teardown),
      cmocka_unit_test_setup_teardown(administrators_are_made_by_administrators, setup, teardown),
      cmocka_unit_test_setup_teardown(teams_stay_a_tree, setup, teardown),
      cmocka_unit_test_setup_teardown(away_until_a_moment_with_a_deputy, setup, teardown),
      cmocka_unit_test_setup_teardown(tokens_are_made_found_used_and_ended, setup, teardown),
      cmocka_unit_test_setup_teardown(tokens_that_do_not_fit, setup, teardown),
      cmocka_unit_test_setup_teardown(the_first_administrator_comes_by_a_link_once, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(a_new_password_ends_every_session, setup, teardown),
      cmocka_unit_test_setup_teardown(a_file_is_imported_whole_or_not_at_all, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
