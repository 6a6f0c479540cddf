/* Lowering on a clock held in hand: in force until its end, given back by itself, lapsed when
 * nobody confirms; and one's own slip, which is taken back within minutes and never below what was.
 */
#include "base/crypto.h"
#include "data/json.h"
#include "engine/lowering.h"
#include "engine/staff_change.h"
#include "fault/folder.h"
#include "fault/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const lw_usec START = INT64_C(1772445600000000); /* 2026-03-02T10:00:00Z */
static const lw_usec MINUTE = INT64_C(60) * 1000000;
static const lw_usec DAY = INT64_C(24) * 3600 * 1000000;

struct office {
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

static lw_usec office_now(void *user)
{
  return *(lw_usec *)user;
}

static enum lw_code run(struct office *office,
                        enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change,
                                              struct lw_error *err),
                        void *user, const char *actor)
{
  lw_buf_finish(&office->change.answer);
  office->change = (struct lw_change){
      .apply = apply, .user = user, .arena = &office->arena, .actor = lw_str_c(actor)};
  return lw_engine_run(office->engine, &office->change, &office->err);
}

static const struct lw_person *look(struct office *office, const char *id)
{
  lw_snapshot_unref(office->snapshot);
  office->snapshot = lw_engine_snapshot(office->engine);
  return lw_staff_find(office->snapshot->staff, lw_str_c(id));
}

static const struct lw_value *json(struct office *office, const char *text)
{
  const struct lw_value *value = NULL;
  assert_int_equal(
      lw_json_read(office->reader, &office->arena, lw_str_c(text), NULL, &value, &office->err),
      LW_OK);
  return value;
}

/* Adds somebody, or changes them, as the command line does. */
static enum lw_code change(struct office *office, const char *id, bool create, const char *body,
                           const char *actor)
{
  struct lw_person_change words;
  struct lw_faults faults = {.arena = &office->arena};
  (void)look(office, id);
  assert_true(lw_person_change_read(office->snapshot, json(office, body), lw_str_c(id),
                                    &office->arena, &words, &faults));
  words.create = create;
  return run(office, lw_person_change_apply, &words, actor);
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
  office->reader = lw_json_reader_create(NULL);
  lw_arena_init(&office->arena, NULL, 0);
  struct lw_engine_options options = {.url = office->path, .world = &office->world};
  if (lw_engine_open(&options, &office->engine, &office->err) != LW_OK) {
    fail_msg("%s", office->err.text);
  }
  lw_engine_add_due(office->engine, &lw_lowerings_due);
  assert_int_equal(change(office, "lee", true, "{\"roles\":[\"lead\"]}", "cli"), LW_OK);
  assert_int_equal(change(office, "mia", true, "{\"roles\":[\"people\"]}", "cli"), LW_OK);
  assert_int_equal(change(office, "ana", true,
                          "{\"manager\":\"lee\",\"holds\":[\"refunds\",\"billing@2026-03-20\"]}",
                          "cli"),
                   LW_OK);
  office->now += DAY; /* no slip any more */
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
  lw_arena_finish(&office->arena);
  lw_folder_remove(&office->folder);
  free(office);
  return 0;
}

/* The id of the answer. */
static lw_str answered(struct office *office)
{
  lw_str text = lw_str_copy(&office->arena, lw_buf_str(&office->change.answer));
  const struct lw_value *value = NULL;
  assert_int_equal(lw_json_read(office->reader, &office->arena, text, NULL, &value, &office->err),
                   LW_OK);
  return lw_value_get(value, LW_STR("id"))->text;
}

static lw_str ask(struct office *office, const char *to, lw_usec ends_at)
{
  const struct lw_person *lee = look(office, "lee");
  struct lw_caller caller = {.person = lee, .actor = lee->actor.id};
  struct lw_lowering_ask words = {.caller = &caller,
                                  .person = LW_STR("ana"),
                                  .to = json(office, to),
                                  .ends_at = ends_at,
                                  .reason = LW_STR("We agreed on it.")};
  if (run(office, lw_lowering_ask, &words, "lee") != LW_OK) {
    fail_msg("%s", office->err.text);
  }
  return answered(office);
}

static enum lw_code confirm(struct office *office, lw_str id, const char *who)
{
  const struct lw_person *person = look(office, who);
  struct lw_caller caller = {.person = person, .actor = person->actor.id};
  struct lw_lowering_act words = {.caller = &caller, .lowering = id};
  return run(office, lw_lowering_confirm, &words, who);
}

static void run_due(struct office *office)
{
  if (lw_engine_run_due(office->engine, &office->err) != LW_OK) {
    fail_msg("%s", office->err.text);
  }
}

static bool holds(struct office *office, const char *certificate)
{
  const struct lw_actor *actor = &look(office, "ana")->actor;
  for (uint32_t i = 0; i < actor->n_holds; i++) {
    if (lw_str_equal(actor->holds[i].name, lw_str_c(certificate))) {
      return true;
    }
  }
  return false;
}

static void ends_by_itself(void **state)
{
  struct office *office = *state;
  lw_str id = ask(office, "{\"holds\":[]}", office->now + 10 * DAY);
  assert_true(holds(office, "refunds"));
  assert_int_equal(confirm(office, id, "lee"), LW_FORBIDDEN);
  assert_int_equal(confirm(office, id, "ana"), LW_FORBIDDEN);
  assert_int_equal(confirm(office, id, "mia"), LW_OK);
  assert_false(holds(office, "refunds"));
  office->now += 10 * DAY - MINUTE;
  run_due(office);
  assert_false(holds(office, "refunds"));
  office->now += MINUTE;
  run_due(office);
  assert_true(holds(office, "refunds"));
  assert_true(holds(office, "billing"));
  assert_int_equal(confirm(office, id, "mia"), LW_CONFLICT);
}

static void ends_after_a_stop(void **state)
{
  struct office *office = *state;
  lw_str id = ask(office, "{\"holds\":[\"refunds\"]}", office->now + 2 * DAY);
  assert_int_equal(confirm(office, id, "mia"), LW_OK);
  assert_false(holds(office, "billing"));
  lw_snapshot_unref(office->snapshot);
  office->snapshot = NULL;
  lw_engine_close(office->engine);
  office->now += 40 * DAY; /* the certificate's own end has come meanwhile */
  struct lw_engine_options options = {.url = office->path, .world = &office->world};
  assert_int_equal(lw_engine_open(&options, &office->engine, &office->err), LW_OK);
  lw_engine_add_due(office->engine, &lw_lowerings_due);
  run_due(office);
  const struct lw_person *ana = look(office, "ana");
  assert_int_equal(ana->actor.n_holds, 2); /* as it was, its end included */
  assert_true(holds(office, "billing"));
}

static void lapses_when_nobody_confirms(void **state)
{
  struct office *office = *state;
  lw_str id = ask(office, "{\"holds\":[]}", office->now + 60 * DAY);
  office->now += LW_LOWERING_WAIT_USEC - MINUTE;
  run_due(office);
  struct lw_caller caller = {.person = look(office, "lee")};
  struct lw_lowering_ask again = {.caller = &caller,
                                  .person = LW_STR("ana"),
                                  .to = json(office, "{\"holds\":[]}"),
                                  .ends_at = office->now + DAY,
                                  .reason = LW_STR("Again.")};
  assert_int_equal(run(office, lw_lowering_ask, &again, "lee"), LW_CONFLICT);
  office->now += 2 * MINUTE;
  run_due(office);
  assert_int_equal(confirm(office, id, "mia"), LW_CONFLICT);
  assert_true(holds(office, "refunds"));
}

static void is_the_only_way(void **state)
{
  struct office *office = *state;
  static const struct {
    const char *body;
    enum lw_code code;
  } rows[] = {
      {"{\"holds\":[]}", LW_CONFLICT},
      {"{\"holds\":[\"refunds\"]}", LW_CONFLICT},
      {"{\"holds\":[\"refunds\",\"billing@2026-03-19\"]}", LW_CONFLICT},
      {"{\"holds\":[\"refunds@2030-01-01\",\"billing@2026-03-20\"]}", LW_CONFLICT},
      {"{\"holds\":[\"refunds\",\"billing@2026-03-21\"]}", LW_OK},
      {"{\"holds\":[\"refunds\",\"billing@2026-03-21\",\"more\"]}", LW_OK},
      {"{\"name\":\"Ana\"}", LW_OK},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    assert_int_equal(change(office, "ana", false, rows[i].body, "mia"), rows[i].code);
  }
}

static void takes_back_a_slip(void **state)
{
  struct office *office = *state;
  static const char given[] = "{\"holds\":[\"refunds\",\"billing@2026-03-20\",\"keys\"]}";
  static const char back[] = "{\"holds\":[\"refunds\",\"billing@2026-03-20\"]}";
  assert_int_equal(change(office, "ana", false, given, "mia"), LW_OK);
  assert_int_equal(change(office, "ana", false, back, "lee"), LW_CONFLICT);
  assert_int_equal(change(office, "ana", false, "{\"holds\":[\"refunds\"]}", "mia"), LW_CONFLICT);
  assert_int_equal(change(office, "ana", false, back, "mia"), LW_OK);
  assert_int_equal(change(office, "ana", false, given, "mia"), LW_OK);
  office->now += LW_SLIP_USEC;
  assert_int_equal(change(office, "ana", false, back, "mia"), LW_CONFLICT);
}

static void begins_anew_after_leaving(void **state)
{
  struct office *office = *state;
  assert_int_equal(change(office, "ana", false, "{\"active\":false}", "mia"), LW_OK);
  assert_int_equal(change(office, "ana", false, "{\"holds\":[]}", "mia"), LW_CONFLICT);
  office->now += LW_LEFT_USEC + DAY;
  assert_int_equal(change(office, "ana", false, "{\"holds\":[],\"active\":true}", "mia"), LW_OK);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(ends_by_itself, setup, teardown),
      cmocka_unit_test_setup_teardown(ends_after_a_stop, setup, teardown),
      cmocka_unit_test_setup_teardown(lapses_when_nobody_confirms, setup, teardown),
      cmocka_unit_test_setup_teardown(is_the_only_way, setup, teardown),
      cmocka_unit_test_setup_teardown(takes_back_a_slip, setup, teardown),
      cmocka_unit_test_setup_teardown(begins_anew_after_leaving, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
