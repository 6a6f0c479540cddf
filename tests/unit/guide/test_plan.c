/* Plans as they are kept: versions, what stands in, and the last word on each step of a case. */
#include "base/crypto.h"
#include "data/json.h"
#include "engine/publish.h"
#include "engine/staff_change.h"
#include "fault/folder.h"
#include "guide/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const lw_usec START = INT64_C(1772445600000000); /* 2026-03-02T10:00:00Z */

struct shop {
  struct lw_folder folder;
  char path[256];
  lw_usec now;
  struct lw_world world;
  struct lw_engine *engine;
  struct lw_json_reader *json;
  struct lw_arena arena;
  const struct lw_snapshot *snapshot;
  struct lw_change change;
  struct lw_db *db;
  struct lw_buf out;
  struct lw_error err;
};

static lw_usec shop_now(void *user)
{
  return *(lw_usec *)user;
}

static enum lw_code run(struct shop *shop,
                        enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change,
                                              struct lw_error *err),
                        void *user)
{
  lw_buf_finish(&shop->change.answer);
  shop->change = (struct lw_change){
      .apply = apply, .user = user, .arena = &shop->arena, .actor = LW_STR("qua")};
  return lw_engine_run(shop->engine, &shop->change, &shop->err);
}

static const struct lw_person *look(struct shop *shop, const char *id)
{
  lw_snapshot_unref(shop->snapshot);
  shop->snapshot = lw_engine_snapshot(shop->engine);
  return lw_staff_find(shop->snapshot->staff, lw_str_c(id));
}

static void publish(struct shop *shop, const char *reasons)
{
  struct lw_publish words;
  lw_str source =
      lw_str_format(&shop->arena,
                    "leeway: 1\norganization: Shop\ncurrency: USD\ntime_zone: UTC\n"
                    "tiers: [frontline]\nreasons: %s\n"
                    "actions: {note: {kind: change}}\n"
                    "grants: [{id: g, who: {tier: frontline}, may: [note], why: Yes.}]\n",
                    reasons);
  (void)look(shop, "");
  lw_publish_init(&words, source, &shop->arena);
  if (lw_publish_prepare(&words, shop->snapshot->staff, &shop->err) != LW_OK ||
      run(shop, lw_publish_apply, &words) != LW_OK) {
    fail_msg("%s", shop->err.text);
  }
  lw_publish_finish(&words);
  (void)look(shop, "");
}

static void person(struct shop *shop, const char *id)
{
  struct lw_person_change words;
  struct lw_faults faults = {.arena = &shop->arena};
  const struct lw_value *value = NULL;
  (void)look(shop, id);
  assert_int_equal(lw_json_read(shop->json, &shop->arena, LW_STR("{}"), NULL, &value, &shop->err),
                   LW_OK);
  assert_true(
      lw_person_change_read(shop->snapshot, value, lw_str_c(id), &shop->arena, &words, &faults));
  words.create = true;
  assert_int_equal(run(shop, lw_person_change_apply, &words), LW_OK);
}

static int setup(void **state)
{
  struct shop *shop = calloc(1, sizeof *shop);
  assert_non_null(shop);
  assert_true(lw_crypto_start());
  lw_folder_make(&shop->folder);
  (void)snprintf(shop->path, sizeof shop->path, "%s/shop.db", shop->folder.path);
  shop->now = START;
  shop->world = (struct lw_world){.now = shop_now, .user = &shop->now};
  shop->json = lw_json_reader_create(NULL);
  lw_arena_init(&shop->arena, NULL, 0);
  const struct lw_engine_options options = {.url = shop->path,
                                            .world = &shop->world,
                                            .migrations = lw_guide_migrations,
                                            .n_migrations = lw_guide_migrations_count};
  if (lw_engine_open(&options, &shop->engine, &shop->err) != LW_OK) {
    fail_msg("%s", shop->err.text);
  }
  publish(shop, "{damage: {label: Damage}, delay: {}}");
  person(shop, "ana");
  person(shop, "bo");
  (void)look(shop, "");
  *state = shop;
  return 0;
}

static int teardown(void **state)
{
  struct shop *shop = *state;
  lw_buf_finish(&shop->change.answer);
  lw_buf_finish(&shop->out);
  lw_snapshot_unref(shop->snapshot);
  lw_engine_close(shop->engine);
  lw_json_reader_destroy(shop->json);
  lw_arena_finish(&shop->arena);
  lw_folder_remove(&shop->folder);
  free(shop);
  return 0;
}

/* --- words --- */

#define DAMAGE "---\ncause: damage\nneeds: [works-now]\n---\n## listen\nAsk what broke.\n"

static struct lw_plan_draft draft(struct shop *shop, const char *text)
{
  struct lw_plan_draft draft = {.text = lw_str_c(text)};
  struct lw_course_findings findings;
  const struct lw_course_file file = {LW_STR("page.md"), draft.text};
  assert_int_equal(lw_plan_read(&shop->arena, &file, &draft.plan, &findings, &shop->err), LW_OK);
  assert_int_equal(findings.count, 0);
  return draft;
}

static enum lw_code put(struct shop *shop, const char *text, int version)
{
  struct lw_plan_draft words = draft(shop, text);
  struct lw_plan_writing writing = {.drafts = &words,
                                    .count = 1,
                                    .has_version = version >= 0,
                                    .version = version >= 0 ? (uint64_t)version : 0};
  return run(shop, lw_plan_write, &writing);
}

static enum lw_code tick(struct shop *shop, const char *who, struct lw_plan_tick words)
{
  const struct lw_caller caller = {.person = look(shop, who), .actor = lw_str_c(who)};
  words.caller = &caller;
  words.case_id = LW_STR("c7");
  return run(shop, lw_plan_tick, &words);
}

static struct lw_plan_reader reading(struct shop *shop)
{
  assert_int_equal(lw_engine_reader(shop->engine, &shop->db, &shop->err), LW_OK);
  return (struct lw_plan_reader){.db = shop->db, .snapshot = shop->snapshot, .arena = &shop->arena};
}

static struct lw_plan_page page(struct shop *shop, const char *name)
{
  struct lw_plan_page page;
  struct lw_plan_reader reader = reading(shop);
  assert_int_equal(lw_plan_page_get(&reader, lw_str_c(name), &page, &shop->err), LW_OK);
  lw_engine_reader_done(shop->engine, shop->db);
  return page;
}

static bool holds(lw_str text, const char *part)
{
  bool found = lw_str_find(text, lw_str_c(part), 0) != SIZE_MAX;
  if (!found) {
    print_error("%.*s\nhas no %s\n", LW_FMT(text), part);
  }
  return found;
}

/* --- pages --- */

static void what_the_program_brings_is_sound_in_both_languages(void **state)
{
  (void)state;
  static const char *const languages[] = {"", "en", "de", "de-AT"};
  for (size_t i = 0; i < 4; i++) {
    struct lw_arena arena;
    struct lw_plan general;
    struct lw_plan needs;
    struct lw_course_findings findings;
    struct lw_error err;
    lw_arena_init(&arena, NULL, 0);
    lw_str language = lw_str_c(languages[i]);
    const struct lw_course_file pages[] = {
        {LW_STR("g"), lw_plan_built_in(LW_PLAN_GENERAL, language)},
        {LW_STR("n"), lw_plan_built_in(LW_PLAN_NEEDS, language)}};
    assert_int_equal(lw_plan_read(&arena, &pages[0], &general, &findings, &err), LW_OK);
    assert_int_equal(findings.count, 0);
    assert_int_equal(lw_plan_read(&arena, &pages[1], &needs, &findings, &err), LW_OK);
    assert_int_equal(findings.count, 0);
    for (int k = 0; k < LW_PLAN_STEPS; k++) {
      assert_true(general.parts[k].is_there && general.parts[k].n_questions > 0);
    }
    assert_int_equal(general.n_needs, needs.n_list);
    for (uint32_t k = 0; k < general.n_needs; k++) {
      assert_true(lw_plan_need_label(&needs, general.needs[k]).len != 0);
    }
    lw_arena_finish(&arena);
  }
}

static void versions_count_on_and_none_is_written_over(void **state)
{
  struct shop *shop = *state;
  assert_int_equal(put(shop, DAMAGE, 1), LW_STALE);
  assert_int_equal(put(shop, DAMAGE, 0), LW_OK);
  assert_int_equal(shop->change.status, 201);
  uint64_t seq = shop->change.seq;
  assert_int_equal(put(shop, DAMAGE, 1), LW_OK);
  assert_int_equal(shop->change.seq, 0); /* the same text is no entry */
  assert_int_equal(put(shop, DAMAGE "More.\n", 0), LW_STALE);
  assert_int_equal(put(shop, DAMAGE "More.\n", -1), LW_OK);
  assert_int_equal(shop->change.status, 200);
  assert_true(shop->change.seq > seq);
  assert_int_equal(page(shop, "cause:damage").version, 2);
  struct lw_plan_removal removal = {
      .name = LW_STR("cause:damage"), .has_version = true, .version = 1};
  assert_int_equal(run(shop, lw_plan_remove, &removal), LW_STALE);
  removal.version = 2;
  assert_int_equal(run(shop, lw_plan_remove, &removal), LW_OK);
  assert_int_equal(run(shop, lw_plan_remove, &removal), LW_NOT_FOUND);
  assert_int_equal(page(shop, "cause:damage").version, 0);
  assert_int_equal(put(shop, DAMAGE, 0), LW_OK);
  assert_int_equal(page(shop, "cause:damage").version, 4);
}

static void causes_and_needs_have_to_be_known(void **state)
{
  struct shop *shop = *state;
  assert_int_equal(put(shop, "---\ncause: rain\n---\n## listen\nA.\n", -1), LW_INVALID);
  assert_int_equal(put(shop, "---\ncause: delay\nneeds: [gold]\n---\n## listen\nA.\n", -1),
                   LW_INVALID);
  /* A folder brings its needs with it, whatever the order of its files. */
  struct lw_plan_draft folder[] = {
      draft(shop, "---\ncause: delay\nneeds: [gold]\n---\n## listen\nA.\n"),
      draft(shop, "---\nplan: needs\n---\n- gold: To have gold\n")};
  struct lw_plan_writing writing = {.drafts = folder, .count = 2};
  assert_int_equal(run(shop, lw_plan_write, &writing), LW_OK);
  assert_true(holds(lw_buf_str(&shop->change.answer), "\"plan\":\"needs\",\"version\":1"));
  /* All of a folder or nothing. */
  struct lw_plan_draft broken[] = {draft(shop, DAMAGE),
                                   draft(shop, "---\ncause: rain\n---\n## listen\nA.\n")};
  writing = (struct lw_plan_writing){.drafts = broken, .count = 2};
  assert_int_equal(run(shop, lw_plan_write, &writing), LW_INVALID);
  assert_int_equal(page(shop, "cause:damage").version, 0);
}

static void steps_that_a_cause_leaves_out_come_from_the_general_plan(void **state)
{
  struct shop *shop = *state;
  struct lw_plan_page own;
  assert_int_equal(put(shop, DAMAGE, -1), LW_OK);
  assert_int_equal(put(shop, "---\nplan: general\n---\n## prevent\nOurs.\n", -1), LW_OK);
  struct lw_plan_reader reader = reading(shop);
  assert_int_equal(lw_plan_page_get(&reader, LW_STR("cause:damage"), &own, &shop->err), LW_OK);
  assert_int_equal(lw_plan_page_print(&reader, &own, &shop->out, &shop->err), LW_OK);
  lw_engine_reader_done(shop->engine, shop->db);
  lw_str text = lw_buf_str(&shop->out);
  assert_true(holds(text, "\"label\":\"Damage\""));
  assert_true(holds(text, "{\"step\":\"listen\",\"text\":\"Ask what broke.\",\"questions\":[],"
                          "\"from\":\"cause\"}"));
  assert_true(holds(text, "{\"step\":\"prevent\",\"text\":\"Ours.\",\"questions\":[],"
                          "\"from\":\"general\"}"));
  assert_true(holds(text, "\"needs\":[{\"id\":\"works-now\""));
  assert_true(holds(text, "\"step\":\"choose\",\"text\":\"Look at what you can do now."));
  assert_true(holds(text, "\"from\":\"built_in\"}"));
}

static void plans_of_causes_that_are_gone_are_still_listed(void **state)
{
  struct shop *shop = *state;
  assert_int_equal(put(shop, DAMAGE, -1), LW_OK);
  publish(shop, "{delay: {}}");
  struct lw_plan_reader reader = reading(shop);
  assert_int_equal(lw_plan_list_print(&reader, &shop->out, &shop->err), LW_OK);
  lw_engine_reader_done(shop->engine, shop->db);
  lw_str text = lw_buf_str(&shop->out);
  assert_true(holds(text, "\"items\":[{\"plan\":\"cause:delay\",\"cause\":\"delay\",\"label\":"
                          "\"delay\",\"version\":0,\"steps\":0,\"built_in\":false},{\"plan\":"
                          "\"cause:damage\""));
  assert_true(holds(text, "\"gone\":true,\"version\":1,\"steps\":1"));
}

/* --- a case --- */

static lw_str told(struct shop *shop, const char *cause)
{
  struct lw_plan_reader reader = reading(shop);
  lw_buf_reset(&shop->out);
  assert_int_equal(
      lw_plan_case_print(&reader, LW_STR("c7"), lw_str_c(cause), &shop->out, &shop->err), LW_OK);
  lw_engine_reader_done(shop->engine, shop->db);
  return lw_buf_str(&shop->out);
}

static void the_last_word_on_each_step_counts(void **state)
{
  struct shop *shop = *state;
  const struct lw_plan_tick listen = {.has_step = true, .step = LW_PLAN_LISTEN, .done = true};
  assert_int_equal(tick(shop, "ana", listen), LW_OK);
  assert_true(shop->change.seq != 0);
  assert_int_equal(tick(shop, "bo", listen), LW_OK);
  assert_int_equal(shop->change.seq, 0); /* it was ticked: who was first stays */
  assert_true(holds(told(shop, ""), "\"done\":1,\"of\":6,\"ticked\":[{\"step\":\"listen\",\"by\":"
                                    "\"ana\",\"at\":\"2026-03-02T10:00:00Z\"}]"));
  const struct lw_plan_tick un = {.has_step = true, .step = LW_PLAN_LISTEN};
  shop->now += 1000000;
  assert_int_equal(tick(shop, "bo", un), LW_OK);
  assert_true(holds(told(shop, ""), "\"done\":0,\"of\":6,\"ticked\":[],\"found\":{}"));
}

static void what_was_found_chooses_the_plan(void **state)
{
  struct shop *shop = *state;
  const struct lw_plan_tick found = {
      .has_cause = true, .cause = LW_STR("damage"), .has_need = true, .need = LW_STR("in-time")};
  const struct lw_plan_tick wrong = {.has_need = true, .need = LW_STR("gold")};
  assert_true(holds(told(shop, "delay"), "\"because\":\"asked\",\"plan\":{\"cause\":\"delay\""));
  assert_int_equal(tick(shop, "ana", found), LW_OK);
  assert_int_equal(tick(shop, "ana", wrong), LW_INVALID);
  assert_true(holds(told(shop, "delay"), "\"because\":\"found\",\"plan\":{\"cause\":\"damage\""));
  assert_true(
      holds(told(shop, ""), "\"need\":{\"id\":\"in-time\",\"label\":\"To have it in time\""));
  publish(shop, "{delay: {}}");
  assert_true(holds(told(shop, "delay"), "\"because\":\"asked\""));
  assert_true(holds(told(shop, ""), "\"cause\":{\"id\":\"damage\",\"label\":\"damage\""));
}

static void a_machine_without_a_person_ticks_nothing(void **state)
{
  struct shop *shop = *state;
  const struct lw_caller machine = {.is_token = true, .actor = LW_STR("token:t")};
  struct lw_plan_tick words = {
      .caller = &machine, .case_id = LW_STR("c7"), .has_step = true, .done = true};
  assert_int_equal(run(shop, lw_plan_tick, &words), LW_FORBIDDEN);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_the_program_brings_is_sound_in_both_languages),
      cmocka_unit_test_setup_teardown(versions_count_on_and_none_is_written_over, setup, teardown),
      cmocka_unit_test_setup_teardown(causes_and_needs_have_to_be_known, setup, teardown),
      cmocka_unit_test_setup_teardown(steps_that_a_cause_leaves_out_come_from_the_general_plan,
                                      setup, teardown),
      cmocka_unit_test_setup_teardown(plans_of_causes_that_are_gone_are_still_listed, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(the_last_word_on_each_step_counts, setup, teardown),
      cmocka_unit_test_setup_teardown(what_was_found_chooses_the_plan, setup, teardown),
      cmocka_unit_test_setup_teardown(a_machine_without_a_person_ticks_nothing, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
