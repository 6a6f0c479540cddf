/* Accepting more room: it only ever gives, whatever it is handed; what it writes; and that nobody
 * does it for themselves. */
#include "engine/room.h"
#include "engine_test.h"

#include "engine/lowering.h"

static const char tiers[] = POLICY;

static const struct lw_person *look(struct desk *desk, const struct lw_snapshot **snapshot,
                                    const char *id)
{
  lw_snapshot_unref(*snapshot);
  *snapshot = lw_engine_snapshot(desk->engine);
  return lw_staff_find((*snapshot)->staff, lw_str_c(id));
}

/* What the person is to have, given to accepting by somebody who keeps people. */
static enum lw_code accept(struct desk *desk, const char *person, const char *to, const char *by)
{
  const struct lw_snapshot *snapshot = NULL;
  const struct lw_value *value = NULL;
  struct lw_faults faults = {.arena = &desk->arena};
  const struct lw_person *self = look(desk, &snapshot, by);
  struct lw_caller caller = {.person = self, .actor = self->actor.id};
  struct lw_room_act act = {.caller = &caller,
                            .id = LW_STR("rom_1"),
                            .person = lw_str_c(person),
                            .asks = 22,
                            .shown = LW_STR("{\"asks\":22}")};
  struct lw_change change = {.apply = lw_room_accept_apply, .user = &act, .actor = caller.actor};
  must(lw_json_read(desk->reader, &desk->arena, lw_str_c(to), NULL, &value, &desk->err),
       &desk->err);
  assert_true(
      lw_person_change_read(snapshot, value, lw_str_c(person), &desk->arena, &act.change, &faults));
  act.change.create = false;
  enum lw_code rc = desk_run(desk, &change);
  lw_buf_finish(&change.answer);
  lw_snapshot_unref(snapshot);
  return rc;
}

static enum lw_code patch(struct desk *desk, const char *person, const char *to)
{
  const struct lw_snapshot *snapshot = NULL;
  const struct lw_value *value = NULL;
  struct lw_faults faults = {.arena = &desk->arena};
  struct lw_person_change words;
  struct lw_change change = {.apply = lw_person_change_apply, .user = &words};
  (void)look(desk, &snapshot, person);
  must(lw_json_read(desk->reader, &desk->arena, lw_str_c(to), NULL, &value, &desk->err),
       &desk->err);
  assert_true(
      lw_person_change_read(snapshot, value, lw_str_c(person), &desk->arena, &words, &faults));
  words.create = false;
  enum lw_code rc = desk_run(desk, &change);
  lw_buf_finish(&change.answer);
  lw_snapshot_unref(snapshot);
  return rc;
}

static bool is_tier(struct desk *desk, const char *id, const char *tier)
{
  const struct lw_snapshot *snapshot = NULL;
  bool is = lw_str_equal(look(desk, &snapshot, id)->actor.tier, lw_str_c(tier));
  lw_snapshot_unref(snapshot);
  return is;
}

static int setup(void **state)
{
  struct desk *desk = calloc(1, sizeof *desk);
  assert_non_null(desk);
  desk_open(desk, tiers);
  must(patch(desk, "leo", "{\"roles\":[\"people\"]}"), &desk->err);
  *state = desk;
  return 0;
}

static int teardown(void **state)
{
  desk_verify(*state);
  desk_close(*state);
  free(*state);
  return 0;
}

static void it_gives_and_takes_nothing(void **state)
{
  static const struct {
    const char *was, *to; /* of ben */
    enum lw_code code;
  } rows[] = {
      {"{\"tier\":\"frontline\"}", "{\"tier\":\"lead\"}", LW_OK},
      {"{\"tier\":\"frontline\"}", "{\"tier\":\"frontline\"}", LW_CONFLICT}, /* nothing */
      {"{\"tier\":\"frontline\"}", "{\"tier\":null}", LW_CONFLICT},
      {"{}", "{\"budgets\":{\"rep-day\":\"150.00\"}}", LW_OK},
      {"{}", "{\"budgets\":{\"rep-day\":\"100.00\"}}", LW_CONFLICT}, /* as the policy has it */
      {"{}", "{\"budgets\":{\"rep-day\":\"99.99\"}}", LW_CONFLICT},
      {"{\"budgets\":{\"rep-day\":\"300.00\"}}", "{\"budgets\":{\"rep-day\":\"200.00\"}}",
       LW_CONFLICT},
      {"{\"budgets\":{\"rep-day\":\"300.00\"}}", "{\"tier\":\"lead\",\"budgets\":{}}",
       LW_CONFLICT}, /* gives and takes */
      {"{\"holds\":[\"x\"]}", "{\"tier\":\"lead\",\"holds\":[]}", LW_INVALID},
      {"{}", "{\"tier\":\"lead\",\"team\":\"sales\"}", LW_INVALID},
      {"{}", "{\"tier\":\"lead\",\"active\":false}", LW_INVALID},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    void *fresh = NULL;
    (void)setup(&fresh);
    struct desk *desk = fresh;
    must(patch(desk, "ben", rows[i].was), &desk->err);
    enum lw_code code = accept(desk, "ben", rows[i].to, "leo");
    if (code != rows[i].code) {
      print_error("row %zu: %s, not %s: %s\n", i, lw_code_name(code), lw_code_name(rows[i].code),
                  desk->err.text);
    }
    assert_int_equal(code, rows[i].code);
    assert_int_equal(desk_number(desk, "SELECT count(*) FROM room_word"), 0);
    (void)teardown(&fresh);
  }
}

static void not_for_oneself_nor_while_lowered(void **state)
{
  struct desk *desk = *state;
  const struct lw_snapshot *snapshot = NULL;
  const struct lw_value *to = NULL;
  must(patch(desk, "ben", "{\"tier\":\"frontline\",\"manager\":\"leo\",\"holds\":[\"x\"]}"),
       &desk->err);
  assert_int_equal(accept(desk, "leo", "{\"budgets\":{\"rep-day\":\"150.00\"}}", "leo"),
                   LW_FORBIDDEN);
  const struct lw_person *leo = look(desk, &snapshot, "leo");
  struct lw_caller caller = {.person = leo, .actor = leo->actor.id};
  must(lw_json_read(desk->reader, &desk->arena, LW_STR("{\"holds\":[]}"), NULL, &to, &desk->err),
       &desk->err);
  struct lw_lowering_ask ask = {.caller = &caller,
                                .person = LW_STR("ben"),
                                .to = to,
                                .ends_at = atomic_load(&desk->clock.now) +
                                           INT64_C(9) * 86400 * LW_USEC_PER_SECOND,
                                .reason = LW_STR("We agreed.")};
  struct lw_change change = {.apply = lw_lowering_ask, .user = &ask, .actor = LW_STR("leo")};
  must(desk_run(desk, &change), &desk->err);
  lw_buf_finish(&change.answer);
  lw_snapshot_unref(snapshot);
  assert_int_equal(accept(desk, "ben", "{\"tier\":\"lead\"}", "leo"), LW_CONFLICT);
  assert_true(is_tier(desk, "ben", "frontline"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(it_gives_and_takes_nothing, NULL, NULL),
      cmocka_unit_test_setup_teardown(not_for_oneself_nor_while_lowered, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
