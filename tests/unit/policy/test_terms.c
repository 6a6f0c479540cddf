/* The terms of a policy as JSON, a row a part of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "policy/terms.h"

static const char source[] =
    "leeway: 1\n"
    "organization: Fjord \"quoted\"\n"
    "currency: BHD\n"
    "tiers: [frontline, lead]\n"
    "channels: [chat]\n"
    "reasons: {late: {label: Late, owner: post}, other_thing: {}}\n"
    "facts:\n"
    "  days: {type: int, default: 3}\n"
    "  total: {type: money, default: 1.5}\n"
    "  grade: {type: string, from: agent, one_of: [a, b], label: Grade of it}\n"
    "  when: {type: timestamp, optional: true}\n"
    "  flags: {type: list<string>, default: [x]}\n"
    "actions: {credit: {kind: money, at_most: total}, swap: {kind: item}, move: {kind: change}, "
    "talk: {kind: money, for: agent}}\n"
    "budgets:\n"
    "  b: {per: case}\n"
    "  w: {per: [agent, customer], every: week, times: 3}\n"
    "  r: {per: customer, over: 365d, amount: 9.000, label: A year}\n"
    "grants:\n"
    "  - {id: one, who: {team: [care, sales], holds: [first]}, may: [swap], when: days > 2}\n"
    "  - {id: two, who: {team: care, holds: [first, second]}, may: [credit, move], up_to: 5.000}\n"
    "rails:\n"
    "  - {id: stop, no: move, when: grade == \"b\", why: No., instead: Ask.}\n"
    "routes:\n"
    "  - {id: all, ask: [{who: {tier: lead, team: same}, within: 60s}, {who: {team: board}}]}\n"
    "  - {id: some, for: credit, ask: [{who: {tier: lead}}], otherwise: {grant_up_to: 2.500}}\n";

static const char *const parts[] = {
    "{\"version\":7,\"organization\":\"Fjord \\\"quoted\\\"\",\"currency\":\"BHD\",\"time_zone\":"
    "\"UTC\",\"tiers\":[\"frontline\",\"lead\"],\"channels\":[\"chat\"],",
    "{\"name\":\"credit\",\"label\":\"Credit\",\"kind\":\"money\"}",
    "{\"name\":\"talk\",\"label\":\"Talk\",\"kind\":\"money\",\"for\":\"agent\"}",
    "{\"name\":\"swap\",\"label\":\"Swap\",\"kind\":\"item\"}",
    "{\"name\":\"move\",\"label\":\"Move\",\"kind\":\"change\"}",
    "{\"name\":\"late\",\"label\":\"Late\",\"owner\":\"post\"}",
    "{\"name\":\"other_thing\",\"label\":\"Other thing\"}",
    "\"type\":\"int\",\"from\":\"system\",\"optional\":true,\"default\":3,\"read_by\":[\"swap\"]}",
    "\"type\":\"money\",\"from\":\"system\",\"optional\":true,\"default\":\"1.500\",\"read_by\":["
    "\"credit\"]}",
    "\"label\":\"Grade of it\",\"type\":\"string\",\"from\":\"agent\",\"optional\":false,"
    "\"one_of\":[\"a\",\"b\"],\"read_by\":[\"move\"]}",
    "\"type\":\"timestamp\",\"from\":\"system\",\"optional\":true,\"read_by\":[]}",
    "\"default\":[\"x\"]",
    "{\"name\":\"b\",\"label\":\"B\",\"per\":[\"case\"],\"window\":\"for-good\"}",
    "\"per\":[\"agent\",\"customer\"],\"window\":\"week\"}",
    "\"label\":\"A year\",\"per\":[\"customer\"],\"window\":\"rolling\",\"over\":\"365d\"}",
    "{\"id\":\"all\",\"for\":[\"credit\",\"swap\",\"move\",\"talk\"],\"levels\":[{\"who\":\"lead "
    "in team of "
    "the agent\",\"within\":\"60s\"},{\"who\":\"anybody in team board\"}],\"otherwise\":"
    "\"refuse\"}",
    "{\"id\":\"some\",\"for\":[\"credit\"],\"levels\":[{\"who\":\"lead\"}],\"otherwise\":{"
    "\"grant_up_to\":\"2.500\"}}",
    "\"teams\":[\"care\",\"sales\",\"board\"],\"certificates\":[\"first\",\"second\"]}",
};

static void terms_hold_every_name_once(void **state)
{
  struct lw_arena arena;
  struct lw_diags diags;
  struct lw_buf out = {0};
  (void)state;
  lw_arena_init(&arena, NULL, 0);
  lw_diags_init(&diags, &arena);
  struct lw_policy *policy = lw_policy_load(lw_str_c(source), NULL, NULL, &diags);
  for (size_t i = 0; policy == NULL && i < diags.count; i++) {
    print_error("%u: %.*s\n", diags.items[i].place.line, LW_FMT(diags.items[i].message));
  }
  assert_non_null(policy);
  lw_terms_json(policy, 7, &arena, &out);
  assert_false(out.failed);
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    if (lw_str_find(lw_buf_str(&out), lw_str_c(parts[i]), 0) == SIZE_MAX) {
      fail_msg("not there: %s\nin: %.*s", parts[i], (int)out.len, out.ptr);
    }
  }
  lw_buf_finish(&out);
  lw_policy_destroy(policy);
  lw_arena_finish(&arena);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(terms_hold_every_name_once)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
