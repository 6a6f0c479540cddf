/* What could be done, asked before anything is: options with their effect, whom one could ask, and
 * the same through the eyes of somebody who answers. */
#include "engine_test.h"

#define ROOM                                                                                       \
  "leeway: 1\norganization: Aurora\ncurrency: USD\ntiers: [frontline, senior, lead]\n"             \
  "instead: Say what you can do.\n"                                                                \
  "reasons: {outage: {}, goodwill: {}}\n"                                                          \
  "facts:\n  lines: {type: int, default: 2}\n  gold: {type: bool, optional: true}\n"               \
  "actions:\n  credit: {kind: money, label: Account credit, at_most: 400.00}\n"                    \
  "  refund: {kind: money}\n  plan_change: {kind: change}\n  swap: {kind: item}\n"                 \
  "budgets:\n"                                                                                     \
  "  rep-day: {per: agent, every: day, amount: 100.00, label: Your day}\n"                         \
  "  year: {per: [agent, customer], over: 365d, amount: 70.00, times: 4}\n"                        \
  "  all: {per: organization, amount: 5000.00, times: 50000}\n"                                    \
  "grants:\n"                                                                                      \
  "  - {id: small, who: {tier: frontline}, may: [credit], up_to: 50.00, draws: [rep-day, year, "   \
  "all], why: Settle it., then: [Say when it arrives]}\n"                                          \
  "  - {id: lines, who: {tier: frontline}, may: [refund], up_to: 'money(\"10.00\") * lines', "     \
  "draws: [rep-day]}\n"                                                                            \
  "  - {id: gold-plans, who: {tier: frontline}, may: [plan_change], when: gold}\n"                 \
  "  - {id: swaps, who: {tier: lead}, may: [swap]}\n"                                              \
  "  - {id: big, who: {tier: lead}, may: [credit, refund], up_to: 500.00, draws: [rep-day, all], " \
  "when: 'amount != money(\"77.00\")'}\n"                                                          \
  "rails:\n"                                                                                       \
  "  - {id: no-outage, no: [refund], when: reason == \"outage\", why: no, instead: wait}\n"        \
  "routes:\n"                                                                                      \
  "  - {id: over, for: [credit, refund, swap], ask: [{who: {tier: lead}, within: 60s}], "          \
  "otherwise: {grant_up_to: 5.00}}\n"

/* desk, in the place of which leo comes first wherever he could say yes. */
struct told {
  const struct lw_staff *staff;
  unsigned asked;
};

static enum lw_code first(void *user, const struct lw_order *order, struct lw_decider *decider,
                          uint32_t route, const struct lw_person **ret_person, uint32_t *ret_level,
                          struct lw_error *err)
{
  struct told *told = user;
  const struct lw_person *leo = lw_staff_find(told->staff, LW_STR("leo"));
  struct lw_request request = order->request;
  struct lw_outcome outcome;
  told->asked++;
  *ret_level = 1;
  lw_decider_reset(decider);
  assert_true(lw_level_fits(decider, &request, route, 0, &leo->actor));
  enum lw_code rc = lw_decide_for(decider, &request, &leo->actor, &outcome, err);
  *ret_person = rc == LW_OK && outcome.verdict == LW_GRANTED ? leo : NULL;
  return rc;
}

static void print(void *user, const struct lw_person *person, struct lw_buf *out)
{
  (void)user;
  LW_BUF_LIT(out, "{\"person\":");
  lw_json_add_string(out, person->actor.id);
  lw_buf_add_char(out, '}');
}

static lw_str options_of(struct desk *desk, const char *json, bool with_people)
{
  struct ask ask;
  struct lw_db *db = NULL;
  struct lw_buf out = {0};
  const struct lw_order_options options = {.now = lw_engine_now(desk->engine),
                                           .options_only = true};
  if (!ask_read(desk, &ask, json, &options)) {
    fail_msg("%s: %s", json, desk->err.text);
  }
  struct told told = {.staff = ask.order.snapshot->staff};
  const struct lw_preview_asking asking = {first, print, &told};
  must(lw_engine_reader(desk->engine, &db, &desk->err), &desk->err);
  must(lw_order_options_answer(db, lw_engine_drawn(desk->engine), &ask.order,
                               with_people ? &asking : NULL, &out, &desk->err),
       &desk->err);
  lw_engine_reader_done(desk->engine, db);
  lw_str answer = lw_str_copy(&desk->arena, lw_buf_str(&out));
  lw_buf_finish(&out);
  ask_finish(&ask);
  return answer;
}

static void an_option_says_what_it_draws_from_and_what_limits_it(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, ROOM);
  uint64_t before = lw_engine_seq(desk.engine);
  lw_str said = options_of(
      &desk, "{\"agent\":\"ana\",\"customer\":\"k\",\"reason\":\"goodwill\",\"detail\":true}",
      false);
  assert_has(said, "{\"options\":[{\"action\":\"credit\",\"up_to\":\"50.00\",\"grant\":\"small\","
                   "\"limit\":\"up_to\",\"label\":\"Account credit\",\"kind\":\"money\",\"why\":"
                   "\"Settle it.\",\"then\":[\"Say when it arrives\"],\"effect\":[{\"budget\":"
                   "\"rep-day\",\"label\":\"Your day\",\"scope\":{\"agent\":\"ana\"},\"left\":"
                   "\"100.00\",\"amount\":\"100.00\",\"until\":\"2026-03-03T00:00:00Z\",\"window\":"
                   "\"day\"}");
  assert_has(said, "{\"budget\":\"year\",\"label\":\"Year\",\"scope\":{\"agent\":\"ana\","
                   "\"customer\":\"k\"},\"left\":\"70.00\",\"amount\":\"70.00\",\"times_left\":4,"
                   "\"window\":\"rolling\",\"over\":\"365d\"}");
  assert_has(said, "\"limits\":[{\"of\":\"up_to\",\"amount\":\"50.00\"},{\"of\":\"budget\","
                   "\"amount\":\"70.00\",\"budget\":\"year\",\"left\":\"70.00\",\"amount_of\":"
                   "\"70.00\"},{\"of\":\"budget\",\"amount\":\"100.00\",\"budget\":\"rep-day\"");
  assert_has(said, "{\"of\":\"at_most\",\"amount\":\"400.00\"}");
  assert_has(said, "\"limits\":[{\"of\":\"up_to\",\"amount\":\"20.00\",\"text\":\"");
  assert_has(said, "\"needs\":[\"gold\"]");
  assert_int_equal(lw_engine_seq(desk.engine), before);
  /* What was shown is what is drawn, and the next look says so. */
  assert_has(desk_decide(&desk, "{\"agent\":\"ana\",\"customer\":\"k\",\"action\":\"credit\","
                                "\"amount\":\"40.00\"}"),
             "\"left\":{\"rep-day\":\"60.00\",\"year\":\"30.00\",\"all\":\"4960.00\"}");
  said = options_of(
      &desk, "{\"agent\":\"ana\",\"customer\":\"k\",\"action\":\"credit\",\"detail\":true}", false);
  assert_has(said, "\"up_to\":\"30.00\",\"grant\":\"small\",\"limit\":\"year\"");
  assert_has(said, "\"left\":\"30.00\",\"amount\":\"70.00\",\"times_left\":3,\"until\":\"2027-03-");
  assert_has(said, "\"limits\":[{\"of\":\"budget\",\"amount\":\"30.00\",\"budget\":\"year\"");
  assert_false(has(said, "\"action\":\"refund\""));
  /* Without `detail` as ever. */
  said = options_of(&desk, "{\"agent\":\"ana\",\"customer\":\"k\",\"detail\":false}", false);
  assert_has(said, "{\"options\":[{\"action\":\"credit\",\"up_to\":\"30.00\",\"grant\":\"small\","
                   "\"limit\":\"year\"}],\"policy\":1}");
  desk_close(&desk);
}

static void what_others_could_give_is_asked_for_just_beyond_ones_own(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, ROOM);
  lw_str said = options_of(
      &desk, "{\"agent\":\"ana\",\"customer\":\"k\",\"reason\":\"goodwill\",\"detail\":true}",
      true);
  /* leo's day has 100 left, whatever his grant says */
  assert_has(said,
             "\"asks\":[{\"action\":\"credit\",\"label\":\"Account credit\",\"kind\":\"money\","
             "\"route\":\"over\",\"levels\":[{\"who\":\"lead\",\"within\":\"60s\"}],"
             "\"otherwise\":{\"grant_up_to\":\"5.00\"},\"up_to\":\"100.00\",\"first\":"
             "{\"person\":\"leo\"}}");
  assert_has(said, "{\"action\":\"refund\",\"label\":\"Refund\"");
  assert_has(said, "{\"action\":\"swap\",\"label\":\"Swap\",\"kind\":\"item\",\"route\":\"over\"");
  assert_false(has(said,
                   "{\"action\":\"plan_change\",\"label\":\"Plan change\",\"kind\":\"change\","
                   "\"route\""));
  /* A rail that nobody crosses leaves nothing to ask for. */
  said = options_of(
      &desk, "{\"agent\":\"ana\",\"action\":\"refund\",\"reason\":\"outage\",\"detail\":true}",
      true);
  assert_has(said,
             "{\"options\":[],\"asks\":[],\"instead\":\"Say what you can do.\",\"policy\":1}");
  /* Whoever asks does not answer: leo is the only lead. */
  said = options_of(
      &desk, "{\"agent\":\"leo\",\"customer\":\"k\",\"action\":\"credit\",\"detail\":true}", true);
  assert_has(said, "\"asks\":[]");
  desk_close(&desk);
}

static lw_str preview_of(struct desk *desk, const char *json, const char *approver,
                         enum lw_preview_which which)
{
  struct ask ask;
  struct lw_db *db = NULL;
  struct lw_buf out = {0};
  desk_ask(desk, &ask, json);
  const struct lw_person *person =
      approver != NULL ? lw_staff_find(ask.order.snapshot->staff, lw_str_c(approver)) : NULL;
  const struct lw_preview_options options = {
      .approver = person != NULL ? &person->actor : NULL, .now = AT_START, .which = which};
  must(lw_engine_reader(desk->engine, &db, &desk->err), &desk->err);
  enum lw_code rc = lw_order_preview_add(db, lw_engine_drawn(desk->engine), &ask.order, &options,
                                         &out, &desk->err);
  lw_engine_reader_done(desk->engine, db);
  lw_str said = rc == LW_OK ? lw_str_copy(&desk->arena, lw_buf_str(&out))
                            : lw_str_format(&desk->arena, "%s", lw_code_name(rc));
  lw_buf_finish(&out);
  ask_finish(&ask);
  return said;
}

#define ASKED                                                                                      \
  "{\"agent\":\"ana\",\"customer\":\"k\",\"action\":\"credit\",\"amount\":\"90.00\","              \
  "\"reason\":\"goodwill\"}"

static void an_approver_sees_their_own_room_for_the_agents_case(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, ROOM);
  lw_str mine = preview_of(&desk, ASKED, "leo", LW_PREVIEW_ASKED);
  assert_has(mine, "[{\"action\":\"credit\",\"up_to\":\"100.00\",\"grant\":\"big\",\"limit\":"
                   "\"rep-day\"");
  assert_has(mine, "\"scope\":{\"agent\":\"leo\"},\"left\":\"100.00\"");
  assert_has(preview_of(&desk, ASKED, "leo", LW_PREVIEW_OTHERS), "[{\"action\":\"refund\"");
  assert_has(preview_of(&desk, ASKED, NULL, LW_PREVIEW_ALL),
             "[{\"action\":\"credit\",\"up_to\":\"50.00\",\"grant\":\"small\"");
  assert_has(preview_of(&desk, ASKED, "ana", LW_PREVIEW_ALL), "FORBIDDEN");
  /* A rail that holds for everybody holds against the one who answers. */
  assert_has(preview_of(&desk,
                        "{\"agent\":\"ana\",\"action\":\"refund\",\"amount\":\"90.00\",\"reason\":"
                        "\"outage\"}",
                        "leo", LW_PREVIEW_ASKED),
             "[]");
  desk_close(&desk);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_option_says_what_it_draws_from_and_what_limits_it),
      cmocka_unit_test(what_others_could_give_is_asked_for_just_beyond_ones_own),
      cmocka_unit_test(an_approver_sees_their_own_room_for_the_agents_case),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
