/* What became of a case, in figures: the order of time, changes of hands, silences, nudges; a past
 * that is imported, in pieces and in any order. */
#include "desk/case_import.h"
#include "desk/case_store.h"
#include "world.h"

static void change(struct world *world, const char *id, const char *body)
{
  struct lw_caller caller = {
      .is_token = true, .scopes = (uint32_t)LW_TOKEN_FACTS, .actor = LW_STR("token:t")};
  struct lw_case_change ask = {.caller = &caller, .id = lw_str_c(id), .value = parse(world, body)};
  (void)world_run(world, id == NULL ? lw_case_open : lw_case_patch, &ask, "t");
  assert_int_equal(world->code, LW_OK);
}

static void nudge(struct world *world, const char *id)
{
  struct lw_case_nudging ask = {.id = lw_str_c(id)};
  (void)world_run(world, lw_case_nudge, &ask, "t");
  assert_int_equal(world->code, LW_OK);
}

#define MINUTE (60 * SECOND)

static void figures_run_along(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  change(&world, NULL, "{\"id\":\"c1\",\"department\":\"care\"}");
  expect(&world, LW_OK, "\"updates\":1,\"owners\":0,\"owner_changes\":0");
  world.now += 30 * MINUTE;
  change(&world, "c1", "{\"owner\":\"ana\"}");
  expect(&world, LW_OK,
         "\"minutes_without_owner\":30,\"longest_silence_minutes\":30,\"first_owner\"");
  world.now += 10 * MINUTE;
  change(&world, "c1", "{\"owner\":null}");
  change(&world, "c1", "{\"owner\":\"ana\"}");
  expect(&world, LW_OK, "\"owners\":1,\"owner_changes\":0,\"department_changes\":0");
  change(&world, "c1", "{\"owner\":\"bob\",\"department\":\"billing\"}");
  expect(&world, LW_OK, "\"owners\":2,\"owner_changes\":1,\"department_changes\":1");
  world.now += 5 * MINUTE;
  nudge(&world, "c1");
  expect(&world, LW_OK, "\"nudges_answered\":0");
  world.now += 2 * MINUTE;
  nudge(&world, "c1");
  world.now += 2 * MINUTE;
  change(&world, "c1", "{\"state\":\"waiting\",\"waiting_for\":\"customer\"}");
  expect(&world, LW_OK, "\"nudges_answered\":1,\"nudge_answer_seconds\":240");
  expect(&world, LW_OK, "\"state\":\"waiting\",\"waiting_for\":\"customer\"");
  world.now += 60 * MINUTE;
  change(&world, "c1", "{\"state\":\"resolved\"}");
  expect(&world, LW_OK, "\"longest_silence_minutes\":60");
  expect(&world, LW_OK, "\"first_resolved\"");
  assert_false(has(&world, "waiting_for"));
  assert_false(has(&world, "\"closed\":"));
  world.now += 600 * MINUTE; /* nobody waits any more */
  change(&world, "c1", "{\"state\":\"closed\"}");
  expect(&world, LW_OK, "\"longest_silence_minutes\":60");
  expect(&world, LW_OK, "\"reopenings\":0");
  change(&world, "c1", "{\"state\":\"open\"}");
  expect(&world, LW_OK, "\"reopened\":true");
  expect(&world, LW_OK, "\"reopenings\":1,\"minutes_without_owner\":30");
  world_close(&world);
}

/* What the row has is what the story gives. */
static void assert_folded(struct world *world, const char *id)
{
  struct lw_db *db = NULL;
  struct lw_case found;
  struct lw_case_figures figures;
  assert_int_equal(lw_engine_reader(world->engine, &db, &world->err), LW_OK);
  assert_int_equal(lw_case_get(db, lw_str_c(id), &world->arena, &found, &world->err), LW_OK);
  assert_int_equal(lw_case_figures_fold(db, found.id, &world->arena, &figures, &world->err), LW_OK);
  struct lw_buf row = {0};
  struct lw_buf story = {0};
  lw_case_figures_print(&found.figures, world->now, NULL, &row);
  lw_case_figures_print(&figures, world->now, NULL, &story);
  lw_buf_add_char(&row, '\0');
  lw_buf_add_char(&story, '\0');
  assert_string_equal(row.ptr, story.ptr);
  lw_buf_finish(&row);
  lw_buf_finish(&story);
  lw_engine_reader_done(world->engine, db);
}

static bool import(struct world *world, const char *csv, bool keep_owners, bool skip_faulty)
{
  struct lw_case_import import;
  struct lw_intake_options options = {
      .name = LW_STR("c.csv"), .keep_owners = keep_owners, .skip_faulty = skip_faulty};
  bool readable = lw_case_import_read(&import, &world->arena, lw_str_c(csv), &options);
  if (readable) {
    (void)world_run(world, lw_intake_apply, &import.intake, "t");
    assert_int_equal(world->code, LW_OK);
  }
  lw_buf_reset(&world->out);
  lw_intake_print(&import.intake, import.intake.applied, false, false, &world->out);
  return readable;
}

static void show_case(struct world *world, const char *id)
{
  struct lw_db *db = NULL;
  struct lw_case found;
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world->engine);
  assert_int_equal(lw_engine_reader(world->engine, &db, &world->err), LW_OK);
  struct lw_desk_reader reader = {
      .db = db, .snapshot = snapshot, .now = world->now, .arena = &world->arena};
  assert_int_equal(lw_case_get(db, lw_str_c(id), &world->arena, &found, &world->err), LW_OK);
  lw_buf_reset(&world->out);
  lw_case_print(&reader, &found, &world->out);
  lw_engine_reader_done(world->engine, db);
  lw_snapshot_unref(snapshot);
}

static void a_past_comes_in_in_any_order(void **state)
{
  static const char head[] = "case,at,mod,state,owner,group\n";
  static const char *const lines[] = {
      "i1,2026-01-05T10:00:00,0,New,,care\n",
      "i1,2026-01-05T10:30:00,1,Active,ana,care\n",
      "i1,2026-01-05T10:30:00,2,Awaiting User Info,ana,care\n",
      "i1,2026-01-06T10:30:00,3,Active,bob,billing\n",
      "i1,2026-01-06T11:00:00,4,Resolved,bob,billing\n",
      "i1,2026-01-07T11:00:00,5,Active,,billing\n",
      "i1,2026-01-07T11:10:00,6,Closed,ana,billing\n",
  };
  static const int orders[][7] = {
      {0, 1, 2, 3, 4, 5, 6}, {6, 5, 4, 3, 2, 1, 0}, {3, 6, 0, 5, 1, 4, 2}};
  for (size_t o = 0; o < 3; o++) {
    struct world world;
    (void)state;
    world_open(&world, POLICY_FALLBACK);
    for (size_t i = 0; i < 7; i++) {
      char csv[256];
      (void)snprintf(csv, sizeof csv, "%s%s", head, lines[orders[o][i]]);
      assert_true(import(&world, csv, false, false));
      expect(&world, LW_OK, i == 0 ? "1 added" : "1 changed");
      assert_true(import(&world, csv, false, false));
      expect(&world, LW_OK, "1 unchanged");
    }
    show_case(&world, "i1");
    expect(&world, LW_OK,
           "\"updates\":7,\"owners\":2,\"owner_changes\":2,\"department_changes\":1,"
           "\"reopenings\":1,\"minutes_without_owner\":40,\"longest_silence_minutes\":1440,"
           "\"first_owner\":\"2026-01-05T10:30:00Z\",\"first_resolved\":\"2026-01-06T11:00:00Z\"");
    expect(&world, LW_OK, "\"state\":\"closed\"");
    expect(&world, LW_OK, "\"owner\":\"ana\"");
    expect(&world, LW_OK, "\"closed\":\"2026-01-07T11:10:00Z\"");
    assert_folded(&world, "i1");
    world_close(&world);
  }
}

static void what_is_wrong_with_a_line_is_said(void **state)
{
  static const struct {
    const char *csv;
    const char *says;
  } rows[] = {
      {"case,at,owner\nx,2026-01-05T10:00:00Z,Lee Walker\n", "there is nobody"},
      {"case,at\nx,yesterday\n", "at: \"yesterday\" is no time"},
      {"case,at\n,2026-01-05T10:00:00Z\n", "case is empty"},
      {"case,at\nx,2027-01-05T10:00:00Z\n", "ahead of now"},
      {"case,at,state\nx,2026-01-05,Lost\n", "state: \"Lost\" is not known"},
      {"case,at,mod\nx,2026-01-05,1\nx,2026-01-05,1\n", "another line has this case"},
      {"case,at,mod\nx,2026-01-05,-1\n", "is no number"},
      {"case,at,escalated\nx,2026-01-05,maybe\n", "escalated is true or false"},
      {"case,state\nx,open\n", "no column \"at\""},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct world world;
    (void)state;
    world_open(&world, POLICY_FALLBACK);
    (void)import(&world, rows[i].csv, false, false);
    expect(&world, LW_OK, rows[i].says);
    expect(&world, LW_OK, "nothing was written");
    world_close(&world);
  }
}

static void lines_with_errors_are_left_out(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  assert_true(import(
      &world, "case,at,owner\ny,2026-01-05T10:00:00Z,who\nx,2026-01-05,ana\nz,2026-01-05,who\n",
      false, true));
  expect(&world, LW_OK, "1 added, 0 changed, 0 unchanged, 2 with errors\n");
  show_case(&world, "x");
  assert_true(import(&world, "case,at,owner\ny,2026-01-05T10:00:00Z,who\n", true, false));
  show_case(&world, "y");
  expect(&world, LW_OK, "\"owner\":\"who\"");
  assert_true(import(&world, "case,at,owner\ny,2026-01-05T10:00:00Z,ana\n", true, false));
  expect(&world, LW_OK, "something else is recorded");
  world_close(&world);
}

/* A past of a case that lives here stands before what happened here, and moves nothing of it. */
static void a_past_stands_before_the_present(void **state)
{
  struct world world;
  (void)state;
  world_open(&world, POLICY_FALLBACK);
  change(&world, NULL, "{\"id\":\"c1\",\"owner\":\"ana\",\"department\":\"care\"}");
  assert_true(
      import(&world, "case,at,state,owner\nc1,2026-01-05T10:00:00Z,closed,bob\n", false, false));
  expect(&world, LW_OK, "1 changed");
  show_case(&world, "c1");
  expect(&world, LW_OK, "\"state\":\"open\"");
  expect(&world, LW_OK, "\"owner\":\"ana\"");
  expect(
      &world, LW_OK,
      "\"updates\":2,\"owners\":2,\"owner_changes\":1,\"department_changes\":0,\"reopenings\":1");
  world.now += MINUTE;
  change(&world, "c1", "{\"state\":\"resolved\"}");
  assert_folded(&world, "c1");
  world_close(&world);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(figures_run_along),
      cmocka_unit_test(a_past_comes_in_in_any_order),
      cmocka_unit_test(what_is_wrong_with_a_line_is_said),
      cmocka_unit_test(lines_with_errors_are_left_out),
      cmocka_unit_test(a_past_stands_before_the_present),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
