/* What is replayed comes out as it is decided one by one: worlds that once did not, brought down to
 * a few lines. tests/replay/run.py looks for more of them. */
#include "data/json.h"
#include "policy/decide.h"
#include "replay/run.h"
#include "replay/tape_request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>

enum { REQUESTS_MAX = 8, TEXT = 8192 };

#define HEAD                                                                                       \
  "leeway: 1\norganization: Shop\ncurrency: USD\ntime_zone: UTC\ntiers: [frontline, lead]\n"       \
  "facts:\n  counts: {type: \"map<string, int>\"}\n  at: {type: timestamp, optional: true}\n"      \
  "actions:\n  swap: {kind: item}\n"                                                               \
  "routes:\n  - {id: up, ask: [{who: {tier: lead}, within: 60s}]}\n"

struct world {
  const char *policy;
  const char *facts[REQUESTS_MAX]; /* of frontline's requests, one after the other */
  uint8_t verdicts[REQUESTS_MAX];  /* enum lw_replayed */
};

struct sides {
  struct lw_arena keep;
  struct lw_policy *policy;
  struct lw_rows *rows;
  struct lw_decider *decider;
  struct lw_json_reader *json;
  struct lw_tape *tape;
  struct lw_tape_reader reader;
};

static void open_sides(struct sides *sides, const char *policy)
{
  struct lw_diags diags;
  lw_arena_init(&sides->keep, NULL, 0);
  lw_diags_init(&diags, &sides->keep);
  sides->policy = lw_policy_load(lw_str_c(policy), NULL, NULL, &diags);
  if (sides->policy == NULL) {
    fail_msg("%.*s", LW_FMT(diags.items[0].message));
  }
  sides->rows = lw_rows_create(NULL);
  sides->decider = lw_decider_create(sides->policy, sides->rows, NULL, NULL);
  sides->json = lw_json_reader_create(NULL);
  sides->tape = lw_tape_create(LW_STR("USD"));
  lw_tape_reader_init(&sides->reader);
  assert_true(sides->decider != NULL && sides->json != NULL && sides->tape != NULL);
}

static void close_sides(struct sides *sides)
{
  lw_tape_reader_finish(&sides->reader);
  lw_tape_destroy(sides->tape);
  lw_json_reader_destroy(sides->json);
  lw_decider_destroy(sides->decider);
  lw_rows_destroy(sides->rows);
  lw_policy_destroy(sides->policy);
  lw_arena_finish(&sides->keep);
}

/* One by one; the request is on the tape, too. */
static uint8_t decide(struct sides *sides, const char *facts, int64_t seq)
{
  static const uint8_t verdicts[] = {[LW_GRANTED] = LW_REPLAYED_GRANTED,
                                     [LW_ASK] = LW_REPLAYED_ASK,
                                     [LW_REFUSED] = LW_REPLAYED_REFUSED,
                                     [LW_FAULTY] = LW_REPLAYED_FAULTY};
  char text[TEXT];
  struct lw_error err;
  struct lw_tape_row row;
  struct lw_request request;
  struct lw_outcome outcome;
  const struct lw_value *value = NULL;
  const struct lw_json_options options = {.raw_key = LW_STR_INIT("meta")};
  const struct lw_request_options nobody = {.people = NULL};
  struct lw_arena *arena = lw_decider_arena(sides->decider);
  struct lw_faults faults = {.arena = arena};
  int len = snprintf(text, sizeof text,
                     "{\"agent\": {\"id\": \"a\", \"tier\": \"frontline\"}, \"action\": \"swap\", "
                     "\"at\": \"2026-03-02T10:00:00Z\", \"facts\": {%s}}",
                     facts);
  assert_in_range(len, 1, TEXT - 1);
  lw_decider_reset(sides->decider);
  lw_str json = lw_str_from(text, (size_t)len);
  assert_int_equal(lw_json_read(sides->json, arena, json, &options, &value, &err), LW_OK);
  assert_int_equal(lw_tape_read_request(&sides->reader, value, NULL, 0, &row, &err), LW_OK);
  row.numbers[LW_TAPE_SEQ] = seq;
  assert_int_equal(lw_tape_add(sides->tape, &row, &err), LW_OK);
  assert_true(lw_request_read(sides->policy, value, &nobody, arena, &request, &faults));
  assert_int_equal(lw_decide(sides->decider, &request, &outcome, &err), LW_OK);
  return verdicts[outcome.verdict];
}

static void try(const struct world *world)
{
  struct sides sides;
  struct lw_run run;
  struct lw_error err;
  open_sides(&sides, world->policy);
  for (uint32_t i = 0; i < REQUESTS_MAX && world->facts[i] != NULL; i++) {
    uint8_t verdict = decide(&sides, world->facts[i], (int64_t)i + 1);
    if (verdict != world->verdicts[i]) {
      fail_msg("one by one %u, not %u, for {%s}:\n%s", verdict, world->verdicts[i], world->facts[i],
               world->policy);
    }
  }
  assert_int_equal(lw_run_all(sides.policy, sides.tape, NULL, NULL, &run, &err), LW_OK);
  for (uint64_t i = 0; i < run.n_rows; i++) {
    if (run.verdicts[i] != world->verdicts[i]) {
      fail_msg("replayed %u, not %u, for {%s}:\n%s", run.verdicts[i], world->verdicts[i],
               world->facts[i], world->policy);
    }
  }
  lw_run_finish(&run);
  close_sides(&sides);
}

/* Without people a lead counts as holding what the route leaves open: the error beside it is one
 * all the same, whichever stands first, in a let, or beneath an or. */
static void an_error_beside_what_is_open_of_a_person_is_nobodys_to_grant(void **state)
{
  static const struct world worlds[] = {
      {HEAD "grants:\n  - {id: g, who: {tier: lead}, may: [swap],\n"
            "     when: '\"billing\" in agent.holds && counts.a > 3'}\n",
       {"\"counts\": {\"b\": 9}", "\"counts\": {\"a\": 9}", "\"counts\": {\"a\": 1}"},
       {LW_REPLAYED_REFUSED, LW_REPLAYED_ASK, LW_REPLAYED_REFUSED}},
      {HEAD "let:\n  many: 'counts.a > 3 && agent.tenure_days > 90'\n"
            "grants:\n  - {id: g, who: {tier: lead}, may: [swap],\n"
            "     when: 'many && \"billing\" in agent.holds'}\n",
       {"\"counts\": {\"b\": 9}", "\"counts\": {\"a\": 9}"},
       {LW_REPLAYED_REFUSED, LW_REPLAYED_ASK}},
      {HEAD "grants:\n  - {id: g, who: {tier: lead}, may: [swap],\n"
            "     when: '\"billing\" in agent.holds || counts.a > 3'}\n",
       {"\"counts\": {\"b\": 9}", "\"counts\": {\"a\": 1}"},
       {LW_REPLAYED_ASK, LW_REPLAYED_ASK}},
      {HEAD "grants:\n  - {id: g, who: {tier: lead}, may: [swap],\n"
            "     when: '!(\"billing\" in agent.holds && counts.a > 3)'}\n",
       {"\"counts\": {\"b\": 9}", "\"counts\": {\"a\": 1}"},
       {LW_REPLAYED_ASK, LW_REPLAYED_ASK}},
      {HEAD "grants:\n  - {id: g, who: {tier: lead}, may: [swap],\n"
            "     when: '\"billing\" in agent.holds && now > at && counts.a > 3'}\n",
       {"\"counts\": {\"a\": 9}", "\"counts\": {\"a\": 9}, \"at\": \"2026-01-02T10:00:00Z\"",
        "\"counts\": {\"b\": 9}, \"at\": \"2026-01-02T10:00:00Z\""},
       {LW_REPLAYED_REFUSED, LW_REPLAYED_ASK, LW_REPLAYED_REFUSED}},
  };
  (void)state;
  for (size_t i = 0; i < sizeof worlds / sizeof worlds[0]; i++) {
    try(&worlds[i]);
  }
}

/* However many parts it has: 90 of them. */
static void so_it_is_in_a_long_condition(void **state)
{
  char policy[TEXT];
  struct world world = {policy,
                        {"\"counts\": {\"b\": 9}", "\"counts\": {\"a\": 120}"},
                        {LW_REPLAYED_REFUSED, LW_REPLAYED_ASK}};
  int len = snprintf(policy, sizeof policy, "%s",
                     HEAD "grants:\n  - id: g\n    who: {tier: lead}\n    may: [swap]\n"
                          "    when: '");
  (void)state;
  for (int i = 0; i < 90; i++) {
    len += snprintf(policy + len, sizeof policy - (size_t)len,
                    i % 2 == 0 ? "%sagent.tenure_days > %d" : "%scounts.a > %d",
                    i != 0 ? " && " : "", i);
  }
  len += snprintf(policy + len, sizeof policy - (size_t)len, "'\n");
  assert_in_range(len, 1, TEXT - 1);
  try(&world);
}

/* Of some hundred rows of one month those after the first few dozen are planned, who asks by the
 * same steps as who is granted: the thirty of the budget go to those who were. */
static void who_asks_draws_nothing(void **state)
{
  enum { ROWS = 300, TIMES = 30 };
  static const char policy[] =
      "leeway: 1\norganization: Shop\ncurrency: USD\ntime_zone: UTC\ntiers: [frontline, lead]\n"
      "facts:\n  n: {type: int}\nactions:\n  swap: {kind: change}\n"
      "budgets:\n  all: {per: organization, every: month, times: 30}\n"
      "grants:\n  - {id: g, who: {tier: frontline}, may: [swap], when: n > 3, draws: [all]}\n"
      "  - {id: h, who: {tier: lead}, may: [swap], when: n > 0, draws: [all]}\n"
      "routes:\n  - {id: up, ask: [{who: {tier: lead}, within: 60s}]}\n";
  static const char *const facts[] = {"\"n\": 9", "\"n\": 1", "\"n\": 2", "\"n\": 0"};
  uint32_t granted = 0;
  struct sides sides;
  struct lw_run run;
  struct lw_error err;
  (void)state;
  open_sides(&sides, policy);
  for (uint32_t i = 0; i < ROWS; i++) {
    (void)decide(&sides, facts[i % 8 == 0 ? 0 : 1 + i % 3], (int64_t)i + 1);
  }
  assert_int_equal(lw_run_all(sides.policy, sides.tape, NULL, NULL, &run, &err), LW_OK);
  for (uint32_t i = 0; i < ROWS; i++) {
    uint8_t open = i % 8 == 0 ? LW_REPLAYED_GRANTED : LW_REPLAYED_ASK;
    bool none = granted == TIMES || (i % 8 != 0 && i % 3 == 2);
    assert_int_equal(run.verdicts[i], none ? LW_REPLAYED_REFUSED : open);
    granted += run.verdicts[i] == LW_REPLAYED_GRANTED;
  }
  assert_int_equal(granted, TIMES);
  lw_run_finish(&run);
  close_sides(&sides);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_error_beside_what_is_open_of_a_person_is_nobodys_to_grant),
      cmocka_unit_test(so_it_is_in_a_long_condition),
      cmocka_unit_test(who_asks_draws_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
