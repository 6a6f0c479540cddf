/* Approvals where something else comes in between: many due at once, caps that hold for everybody,
 * policies that changed while it was open. */
#include "world.h"

/* A manager is on every route; whoever asks may say a long text. */
#define HEAD(at_most)                                                                              \
  "leeway: 1\norganization: Example\ncurrency: USD\ninstead: Say by when.\n"                       \
  "tiers: [frontline, lead, manager]\n"                                                            \
  "facts:\n  story: {type: string, from: agent, default: ''}\n"                                    \
  "  bill: {type: money, from: agent, optional: true}\n"                                           \
  "actions: {credit: {kind: money" at_most "}}\n"                                                  \
  "budgets:\n  month: {per: agent, every: month, amount: 2000.00}\n"
#define GRANTS                                                                                     \
  "grants:\n"                                                                                      \
  "  - {id: frontline, who: {tier: frontline}, may: [credit], up_to: 50.00, draws: [month]}\n"     \
  "  - {id: manager, who: {tier: manager}, may: all, up_to: 500.00, draws: [month]}\n"
#define ROUTE                                                                                      \
  "routes:\n  - {id: over, ask: [{who: {tier: manager}, within: 60s}], otherwise: {grant_up_to: "  \
  "80.00}}\n"
#define RAIL                                                                                       \
  "rails:\n  - {id: large, no: [credit], when: 'amount >= money(\"30.00\")', ask: over, why: "     \
  "Large.}\n"

static lw_str asks(struct world *world, const char *request)
{
  lw_id decision = decide(world, "ana", request);
  assert_true(has(world, "\"verdict\":\"ask\""));
  (void)ask(world, "ana", decision, "please");
  expect(world, LW_OK, "\"id\":\"apr_");
  return member(world, "id");
}

static void many_long_ones_may_be_due_at_once(void **state)
{
  enum { MANY = 300, STORY = 60000 };
  static char request[STORY + 200];
  static char story[STORY + 1];
  struct world world;
  (void)state;
  world_open(&world, HEAD("") GRANTS ROUTE);
  memset(story, 'x', STORY);
  (void)snprintf(request, sizeof request,
                 "{\"action\":\"credit\",\"amount\":\"120.00\",\"facts\":{\"story\":\"%s\"}}",
                 story);
  for (int i = 0; i < MANY; i++) {
    (void)asks(&world, request);
    lw_arena_reset(&world.arena);
  }
  world_restart(&world);
  world.now += 3600 * SECOND; /* it was off while their time ran out */
  while (due(&world) <= world.now) {
  }
  assert_int_equal(number(&world, "SELECT count(*) FROM approval WHERE state = 0"), 0);
  world_close(&world);
}

static void what_is_left_to_the_agent_stays_within_what_an_action_may_come_to(void **state)
{
  static const struct {
    const char *at_most;
    const char *bill;
    const char *granted; /* NULL: nothing */
  } rows[] = {
      {", at_most: 60.00", "", "\"granted\":{\"amount\":\"60.00\""},
      {", at_most: 90.00", "", "\"granted\":{\"amount\":\"80.00\""},
      {", at_most: bill", ",\"facts\":{\"bill\":\"35.00\"}", "\"granted\":{\"amount\":\"35.00\""},
      {", at_most: bill", ",\"facts\":{\"bill\":\"0.00\"}", NULL},
      {", at_most: bill", "", NULL}, /* it can't be told */
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct world world;
    char policy[4096];
    char request[200];
    (void)snprintf(policy, sizeof policy, "%s", HEAD("@") GRANTS RAIL ROUTE);
    char *at = strchr(policy, '@');
    assert_non_null(at);
    char tail[4096];
    (void)snprintf(tail, sizeof tail, "%s", at + 1);
    (void)snprintf(at, sizeof policy - (size_t)(at - policy), "%s%s", rows[i].at_most, tail);
    world_open(&world, policy);
    (void)snprintf(request, sizeof request, "{\"action\":\"credit\",\"amount\":\"120.00\"%s}",
                   rows[i].bill);
    lw_str id = asks(&world, request);
    world.now += 60 * SECOND;
    (void)due(&world);
    assert_true(show(&world, "ana", id, false));
    expect(&world, LW_OK, "\"state\":\"lapsed\"");
    int64_t granted =
        number(&world, "SELECT coalesce(sum(answer_minor), 0) FROM approval WHERE state = 4");
    int64_t wanted = rows[i].granted == NULL ? 0 : i == 0 ? 6000 : i == 1 ? 8000 : 3500;
    if (granted != wanted) {
      fail_msg("row %zu: %lld: %.*s", i, (long long)granted, LW_FMT(lw_buf_str(&world.out)));
    }
    world_close(&world);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(many_long_ones_may_be_due_at_once),
      cmocka_unit_test(what_is_left_to_the_agent_stays_within_what_an_action_may_come_to),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
