/* Courses on a clock held in hand: versions that never change, attempts that lose nothing, what
 * passing gives, and the end of a certificate, which is told once. */
#include "base/crypto.h"
#include "data/json.h"
#include "engine/staff_change.h"
#include "fault/folder.h"
#include "train/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const lw_usec START = INT64_C(1772445600000000); /* 2026-03-02T10:00:00Z */
static const lw_usec SECOND = INT64_C(1000000);
static const lw_usec DAY = INT64_C(24) * 3600 * 1000000;

struct school {
  struct lw_folder folder;
  char path[256];
  lw_usec now;
  struct lw_world world;
  struct lw_engine *engine;
  struct lw_json_reader *reader;
  struct lw_arena arena;
  const struct lw_snapshot *snapshot;
  struct lw_change change;
  struct lw_error err;
};

static lw_usec school_now(void *user)
{
  return *(lw_usec *)user;
}

static enum lw_code run(struct school *school,
                        enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change,
                                              struct lw_error *err),
                        void *user, const char *actor)
{
  lw_buf_finish(&school->change.answer);
  school->change = (struct lw_change){
      .apply = apply, .user = user, .arena = &school->arena, .actor = lw_str_c(actor)};
  return lw_engine_run(school->engine, &school->change, &school->err);
}

static const struct lw_person *look(struct school *school, const char *id)
{
  lw_snapshot_unref(school->snapshot);
  school->snapshot = lw_engine_snapshot(school->engine);
  return lw_staff_find(school->snapshot->staff, lw_str_c(id));
}

static const struct lw_value *json(struct school *school, lw_str text)
{
  const struct lw_value *value = NULL;
  assert_int_equal(lw_json_read(school->reader, &school->arena, lw_str_copy(&school->arena, text),
                                NULL, &value, &school->err),
                   LW_OK);
  return value;
}

static void person(struct school *school, const char *id, bool create, const char *body)
{
  struct lw_person_change words;
  struct lw_faults faults = {.arena = &school->arena};
  (void)look(school, id);
  assert_true(lw_person_change_read(school->snapshot, json(school, lw_str_c(body)), lw_str_c(id),
                                    &school->arena, &words, &faults));
  words.create = create;
  assert_int_equal(run(school, lw_person_change_apply, &words, "cli"), LW_OK);
}

static void open_engine(struct school *school)
{
  const struct lw_engine_options options = {.url = school->path,
                                            .world = &school->world,
                                            .migrations = lw_train_migrations,
                                            .n_migrations = lw_train_migrations_count};
  if (lw_engine_open(&options, &school->engine, &school->err) != LW_OK) {
    fail_msg("%s", school->err.text);
  }
  lw_engine_add_due(school->engine, &lw_expiries_due);
}

static int setup(void **state)
{
  struct school *school = calloc(1, sizeof *school);
  assert_non_null(school);
  assert_true(lw_crypto_start());
  lw_folder_make(&school->folder);
  (void)snprintf(school->path, sizeof school->path, "%s/school.db", school->folder.path);
  school->now = START;
  school->world = (struct lw_world){.now = school_now, .user = &school->now};
  school->reader = lw_json_reader_create(NULL);
  lw_arena_init(&school->arena, NULL, 0);
  open_engine(school);
  person(school, "lee", true, "{\"roles\":[\"lead\"]}");
  person(school, "ana", true, "{\"manager\":\"lee\"}");
  *state = school;
  return 0;
}

static int teardown(void **state)
{
  struct school *school = *state;
  lw_buf_finish(&school->change.answer);
  lw_snapshot_unref(school->snapshot);
  lw_engine_close(school->engine);
  lw_json_reader_destroy(school->reader);
  lw_arena_finish(&school->arena);
  lw_folder_remove(&school->folder);
  free(school);
  return 0;
}

/* --- words --- */

#define HEAD                                                                                       \
  "course: refunds\ntitle: Refunds\ncertificate: refunds-1\npass: 50\nvalid_days: 60\ntries: 2\n"  \
  "order: [basics.gift]\n"
#define QUESTIONS "// [id:a]\nA? {=yes#Right. ~no}\n\n// [id:b]\nB? {T}\n"

/* The status; the answer is in the change. */
static int publish(struct school *school, const char *questions)
{
  struct lw_course_file files[] = {{LW_STR("basics.gift"), lw_str_c(questions)},
                                   {LW_STR("course.yaml"), LW_STR(HEAD)}};
  struct lw_course_findings findings = {0};
  struct lw_course_publish publish = {.files = files, .n_files = 2};
  assert_int_equal(
      lw_course_read(&school->arena, files, 2, &publish.course, &findings, &school->err), LW_OK);
  assert_int_equal(findings.errors, 0);
  assert_int_equal(run(school, lw_course_publish, &publish, "qua"), LW_OK);
  return school->change.status;
}

static lw_str member(struct school *school, const char *key)
{
  const struct lw_value *value = json(school, lw_buf_str(&school->change.answer));
  const struct lw_value *found = lw_value_get(value, lw_str_c(key));
  return found != NULL ? found->text : LW_STR("");
}

#define assert_member(school, key, text)                                                           \
  do {                                                                                             \
    lw_str member_ = member(school, key);                                                          \
    if (!lw_str_equal(member_, LW_STR(text))) {                                                    \
      fail_msg("%s is %.*s, not %s", key, LW_FMT(member_), text);                                  \
    }                                                                                              \
  } while (0)

static enum lw_code act(struct school *school, struct lw_attempt_act words,
                        enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change,
                                              struct lw_error *err))
{
  const struct lw_person *ana = look(school, "ana");
  struct lw_caller caller = {.person = ana, .actor = ana->actor.id};
  words.caller = &caller;
  return run(school, apply, &words, "ana");
}

/* The attempt's id. */
static lw_str start(struct school *school)
{
  assert_int_equal(
      act(school, (struct lw_attempt_act){.course = LW_STR("refunds")}, lw_attempt_start), LW_OK);
  return member(school, "id");
}

static enum lw_code answer(struct school *school, lw_str attempt, const char *question,
                           const char *words)
{
  return act(school,
             (struct lw_attempt_act){.attempt = attempt,
                                     .question = lw_str_c(question),
                                     .answer = json(school, lw_str_c(words))},
             lw_attempt_answer);
}

static enum lw_code finish(struct school *school, lw_str attempt)
{
  return act(school, (struct lw_attempt_act){.attempt = attempt}, lw_attempt_finish);
}

static void vouch(struct school *school, const char *certificate, lw_usec until)
{
  const struct lw_person *lee = look(school, "lee");
  struct lw_caller caller = {.person = lee, .actor = lee->actor.id};
  struct lw_vouch words = {.caller = &caller,
                           .person = LW_STR("ana"),
                           .certificate = lw_str_c(certificate),
                           .until = until,
                           .reason = LW_STR("She knows it.")};
  if (run(school, lw_certificate_vouch, &words, "lee") != LW_OK) {
    fail_msg("%s", school->err.text);
  }
}

/* When it ends; 0: ana does not hold it. */
static lw_usec held(struct school *school, const char *certificate)
{
  const struct lw_person *ana = look(school, "ana");
  for (uint32_t i = 0; i < ana->actor.n_holds; i++) {
    if (lw_str_equal(ana->actor.holds[i].name, lw_str_c(certificate))) {
      return ana->actor.holds[i].until;
    }
  }
  return 0;
}

static int64_t number(struct school *school, const char *sql)
{
  struct lw_db *db = NULL;
  int64_t found = -1;
  assert_int_equal(lw_engine_reader(school->engine, &db, &school->err), LW_OK);
  assert_int_equal(lw_db_get_int(db, sql, &found, &school->err), LW_OK);
  lw_engine_reader_done(school->engine, db);
  return found;
}

/* How many entries were written by what is due now. */
static uint64_t told(struct school *school)
{
  uint64_t before = lw_engine_seq(school->engine);
  if (lw_engine_run_due(school->engine, &school->err) != LW_OK) {
    fail_msg("%s", school->err.text);
  }
  return lw_engine_seq(school->engine) - before;
}

/* --- versions --- */

static void the_same_files_are_the_same_version_and_others_the_next(void **state)
{
  struct school *school = *state;
  assert_int_equal(publish(school, QUESTIONS), 201);
  assert_member(school, "version", "1");
  uint64_t seq = lw_engine_seq(school->engine);
  assert_int_equal(publish(school, QUESTIONS), 200);
  assert_member(school, "version", "1");
  assert_int_equal(lw_engine_seq(school->engine), seq);
  assert_int_equal(publish(school, QUESTIONS "\nC? {}\n"), 201);
  assert_member(school, "version", "2");
  assert_int_equal(publish(school, QUESTIONS), 201); /* back again: a version of its own */
  assert_member(school, "version", "3");
}

static void an_attempt_stays_at_the_version_that_it_was_begun_at(void **state)
{
  struct school *school = *state;
  (void)publish(school, QUESTIONS);
  lw_str attempt = start(school);
  (void)publish(school, "// [id:z]\nZ? {T}\n");
  assert_int_equal(answer(school, attempt, "a", "{\"choice\":1}"), LW_OK);
  assert_int_equal(answer(school, attempt, "z", "{\"truth\":true}"), LW_NOT_FOUND);
  assert_true(lw_str_equal(start(school), attempt)); /* the open one, not the newest version */
  assert_member(school, "version", "1");
  assert_member(school, "answered", "1");
  assert_int_equal(finish(school, attempt), LW_OK);
  (void)start(school);
  assert_member(school, "version", "2");
}

/* --- attempts --- */

static void a_graded_question_is_answered_once_and_the_same_answer_is_no_other(void **state)
{
  struct school *school = *state;
  (void)publish(school, QUESTIONS);
  lw_str attempt = start(school);
  assert_int_equal(answer(school, attempt, "a", "{\"choice\":2}"), LW_OK);
  uint64_t seq = lw_engine_seq(school->engine);
  assert_int_equal(answer(school, attempt, "a", "{\"choice\":2}"), LW_OK);
  assert_int_equal(lw_engine_seq(school->engine), seq);
  assert_int_equal(answer(school, attempt, "a", "{\"choice\":1}"), LW_CONFLICT);
  assert_int_equal(answer(school, attempt, "a", "{\"text\":\"yes\"}"), LW_INVALID);
  assert_int_equal(answer(school, attempt, "none", "{\"choice\":1}"), LW_NOT_FOUND);
  (void)start(school);
  assert_member(school, "answered", "1");
  assert_member(school, "right", "0");
}

static void passing_gives_the_certificate_from_then_on_and_forgets_what_was_said(void **state)
{
  struct school *school = *state;
  (void)publish(school, QUESTIONS);
  lw_str attempt = start(school);
  assert_int_equal(answer(school, attempt, "a", "{\"choice\":1}"), LW_OK);
  assert_int_equal(number(school, "SELECT count(*) FROM attempt_answer WHERE response <> ''"), 1);
  school->now += DAY;
  assert_int_equal(finish(school, attempt), LW_OK);
  assert_member(school, "state", "passed"); /* one of two is half, and half is enough */
  assert_member(school, "percent", "50");
  assert_int_equal(held(school, "refunds-1"), school->now + 60 * DAY);
  assert_int_equal(number(school, "SELECT count(*) FROM attempt_answer WHERE response <> ''"), 0);
  assert_int_equal(finish(school, attempt), LW_CONFLICT);
  assert_int_equal(answer(school, attempt, "b", "{\"truth\":true}"), LW_CONFLICT);
}

static void tries_run_out_per_version_and_begin_anew_when_it_was_passed(void **state)
{
  struct school *school = *state;
  (void)publish(school, QUESTIONS);
  for (int i = 0; i < 2; i++) {
    school->now += SECOND;
    assert_int_equal(finish(school, start(school)), LW_OK);
    assert_member(school, "state", "failed");
  }
  const struct lw_attempt_act again = {.course = LW_STR("refunds")};
  assert_int_equal(act(school, again, lw_attempt_start), LW_CONFLICT);
  assert_int_equal(held(school, "refunds-1"), 0);
  (void)publish(school, QUESTIONS "\nC? {}\n");
  school->now += SECOND;
  lw_str attempt = start(school);
  assert_int_equal(answer(school, attempt, "a", "{\"choice\":1}"), LW_OK);
  assert_int_equal(finish(school, attempt), LW_OK);
  assert_member(school, "state", "passed");
  school->now += SECOND;
  (void)start(school);
}

/* --- getting on --- */

static struct lw_progress progress(struct school *school)
{
  const struct lw_person *ana = look(school, "ana");
  const struct lw_caller caller = {.person = ana, .actor = ana->actor.id};
  struct lw_progress found;
  struct lw_train_reader reader = {.snapshot = school->snapshot,
                                   .caller = &caller,
                                   .json = school->reader,
                                   .arena = &school->arena,
                                   .now = school->now};
  assert_int_equal(lw_engine_reader(school->engine, &reader.db, &school->err), LW_OK);
  assert_int_equal(lw_progress_get(&reader, LW_STR("refunds"), LW_STR("ana"), &found, &school->err),
                   LW_OK);
  assert_int_equal(lw_progress_get(&reader, LW_STR("refunds"), LW_STR("lee"), &found, &school->err),
                   LW_FORBIDDEN);
  lw_engine_reader_done(school->engine, reader.db);
  return found;
}

static void
the_last_time_stands_beside_the_first_and_passing_counts_from_the_first_time(void **state)
{
  struct school *school = *state;
  (void)publish(school, QUESTIONS);
  assert_int_equal(progress(school).now.at, 0);
  lw_usec passed_at = 0;
  for (int right = 0; right <= 2; right++) {
    school->now += SECOND;
    lw_str attempt = start(school);
    assert_int_equal(progress(school).now.at, right == 0 ? 0 : school->now - SECOND);
    assert_int_equal(answer(school, attempt, "a", right > 0 ? "{\"choice\":1}" : "{\"choice\":2}"),
                     LW_OK);
    assert_int_equal(
        answer(school, attempt, "b", right > 1 ? "{\"truth\":true}" : "{\"truth\":false}"), LW_OK);
    assert_int_equal(finish(school, attempt), LW_OK);
    passed_at = right == 1 ? school->now : passed_at;
    assert_int_equal(progress(school).was.at, right > 0 ? START + SECOND : 0);
  }
  struct lw_progress found = progress(school);
  assert_int_equal(found.now.right, 2);
  assert_int_equal(found.now.of, 2);
  assert_int_equal(found.was.right, 0);
  assert_int_equal(found.now.amounts, 0);
  assert_int_equal(found.passed_at, passed_at);
}

/* --- certificates --- */

static void what_is_held_for_longer_stays(void **state)
{
  struct school *school = *state;
  (void)publish(school, QUESTIONS);
  vouch(school, "refunds-1", school->now + 200 * DAY);
  lw_str attempt = start(school);
  assert_int_equal(answer(school, attempt, "a", "{\"choice\":1}"), LW_OK);
  assert_int_equal(finish(school, attempt), LW_OK);
  assert_int_equal(held(school, "refunds-1"), START + 200 * DAY);
  vouch(school, "refunds-1", INT64_MAX);
  assert_int_equal(held(school, "refunds-1"), INT64_MAX);
}

/* --- their end --- */

static void an_end_is_told_thirty_days_before_and_once(void **state)
{
  struct school *school = *state;
  vouch(school, "refunds-1", START + 31 * DAY);
  vouch(school, "for-good", INT64_MAX);
  assert_int_equal(told(school), 0);
  school->now = START + DAY - 1;
  assert_int_equal(told(school), 0);
  school->now = START + DAY;
  assert_int_equal(told(school), 1);
  assert_int_equal(told(school), 0);
  school->now += 2 * DAY;
  assert_int_equal(told(school), 0);
}

static void a_restart_tells_nothing_again_and_makes_up_for_what_it_missed(void **state)
{
  struct school *school = *state;
  vouch(school, "refunds-1", START + 10 * DAY);
  assert_int_equal(told(school), 1);
  vouch(school, "billing-1", START + 40 * DAY);
  assert_int_equal(told(school), 0);
  lw_snapshot_unref(school->snapshot);
  school->snapshot = NULL;
  lw_engine_close(school->engine);
  school->now += 15 * DAY; /* the one is over, the other was due five days ago */
  open_engine(school);
  assert_int_equal(told(school), 1);
  assert_int_equal(told(school), 0);
  assert_int_equal(number(school, "SELECT count(*) FROM certificate_told"), 1);
}

static void another_end_is_told_of_again(void **state)
{
  struct school *school = *state;
  vouch(school, "refunds-1", START + 10 * DAY);
  assert_int_equal(told(school), 1);
  vouch(school, "refunds-1", START + 20 * DAY);
  assert_int_equal(told(school), 1);
  vouch(school, "refunds-1", START + 90 * DAY);
  assert_int_equal(told(school), 0);
  school->now = START + 60 * DAY;
  assert_int_equal(told(school), 1);
}

static void who_left_and_what_is_over_is_not_told(void **state)
{
  struct school *school = *state;
  person(school, "ben", true,
         "{\"manager\":\"lee\",\"holds\":[\"old@2026-03-01\",\"new@2026-03-20\"]}");
  person(school, "ben", false, "{\"active\":false}");
  assert_int_equal(told(school), 0);
}

static int looked; /* how often the due of people was run */

static enum lw_code count_look(struct lw_batch *batch, struct lw_change *change, lw_usec *ret_next,
                               struct lw_error *err)
{
  (void)batch;
  (void)change;
  (void)err;
  *ret_next = INT64_MAX;
  looked++;
  return LW_OK;
}

/* Every hold and every ask wakes what is due; going over all people each time would be most of the
 * writer's work. */
static void holds_and_asks_do_not_have_people_gone_over_and_changes_of_people_do(void **state)
{
  static const struct lw_due due = {.name = "looks", .apply = count_look, .of_people = true};
  struct school *school = *state;
  lw_engine_add_due(school->engine, &due);
  (void)told(school);
  looked = 0;
  lw_engine_wake(school->engine, INT64_MIN);
  (void)told(school);
  assert_int_equal(looked, 0);
  vouch(school, "refunds-1", START + 90 * DAY);
  (void)told(school);
  assert_int_equal(looked, 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_same_files_are_the_same_version_and_others_the_next,
                                      setup, teardown),
      cmocka_unit_test_setup_teardown(an_attempt_stays_at_the_version_that_it_was_begun_at, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(
          a_graded_question_is_answered_once_and_the_same_answer_is_no_other, setup, teardown),
      cmocka_unit_test_setup_teardown(
          passing_gives_the_certificate_from_then_on_and_forgets_what_was_said, setup, teardown),
      cmocka_unit_test_setup_teardown(tries_run_out_per_version_and_begin_anew_when_it_was_passed,
                                      setup, teardown),
      cmocka_unit_test_setup_teardown(
          the_last_time_stands_beside_the_first_and_passing_counts_from_the_first_time, setup,
          teardown),
      cmocka_unit_test_setup_teardown(what_is_held_for_longer_stays, setup, teardown),
      cmocka_unit_test_setup_teardown(an_end_is_told_thirty_days_before_and_once, setup, teardown),
      cmocka_unit_test_setup_teardown(a_restart_tells_nothing_again_and_makes_up_for_what_it_missed,
                                      setup, teardown),
      cmocka_unit_test_setup_teardown(another_end_is_told_of_again, setup, teardown),
      cmocka_unit_test_setup_teardown(who_left_and_what_is_over_is_not_told, setup, teardown),
      cmocka_unit_test_setup_teardown(
          holds_and_asks_do_not_have_people_gone_over_and_changes_of_people_do, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
