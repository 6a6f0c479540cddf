/* What somebody may do by themselves, and what would open more, a row a person. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "policy/authority.h"

static const char source[] =
    "leeway: 1\ncurrency: USD\ntiers: [frontline, senior, lead]\n"
    "facts: {lines: {type: int, default: 1}}\n"
    "actions: {credit: {kind: money}, voucher: {kind: money, at_most: 75.00}, move: {kind: "
    "change}}\n"
    "budgets: {month: {per: agent, every: month, amount: {frontline: 60.00, lead: 900.00}}}\n"
    "grants:\n"
    "  - {id: small, who: {tier: frontline}, may: [credit], up_to: 100.00, draws: [month]}\n"
    "  - {id: paper, who: {tier: frontline}, may: [voucher], up_to: 'money(\"25.00\") * lines'}\n"
    "  - {id: schooled, who: {tier: frontline, holds: [judgement]}, may: [move]}\n"
    "  - {id: large, who: {tier: lead}, may: [credit], up_to: 500.00, draws: [month]}\n"
    "rails:\n"
    "  - {id: stop, no: [credit], when: lines > 9, why: Too many., instead: Call.}\n"
    "  - {id: still, no: [move], when: lines > 9, why: No.}\n";

struct row {
  struct lw_actor actor;
  const char *has[4];
  const char *has_not;
};

static const struct lw_certificate judged[] = {
    {LW_STR_INIT("judgement"), INT64_C(1800000000000000)}};
static const struct lw_override own[] = {{LW_STR_INIT("month"), 80000, -1}};

static const struct row rows[] = {
    {{.id = LW_STR_INIT("ana"), .tier = LW_STR_INIT("frontline")},
     {"{\"action\":\"credit\",\"label\":\"Credit\",\"kind\":\"money\",\"amount\":\"60.00\"}",
      "\"action\":\"voucher\",\"label\":\"Voucher\",\"kind\":\"money\",\"amount\":\"75.00\","
      "\"text\":",
      "\"next\":[{\"grant\":\"schooled\"", "\"needs\":{\"tier\":\"lead\"}"},
     "\"still\""},
    {{.id = LW_STR_INIT("ben"), .tier = LW_STR_INIT("frontline"), .holds = judged, .n_holds = 1},
     {"{\"action\":\"move\",\"label\":\"Move\",\"kind\":\"change\",\"any\":true}",
      "\"until\":\"2027-01-15T08:00:00Z\"", "\"id\":\"still\"", NULL},
     "\"grant\":\"schooled\""},
    {{.id = LW_STR_INIT("lee"), .tier = LW_STR_INIT("lead"), .overrides = own, .n_overrides = 1},
     {"\"kind\":\"money\",\"amount\":\"500.00\"}", "\"id\":\"small\"", "\"id\":\"large\"", NULL},
     "\"grant\":\"large\""},
    {{.id = LW_STR_INIT("new")},
     {"\"grants\":[]", "\"most\":[]", "\"rails\":[]", "\"needs\":{\"tier\":\"frontline\"}"},
     "\"tier\":\"\""},
};

static void each_person_is_told_their_own(void **state)
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
  for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
    lw_buf_reset(&out);
    lw_authority_json(policy, 3, &rows[r].actor, INT64_C(1772445600000000), &arena, &out);
    assert_false(out.failed);
    for (size_t i = 0; i < 4 && rows[r].has[i] != NULL; i++) {
      if (lw_str_find(lw_buf_str(&out), lw_str_c(rows[r].has[i]), 0) == SIZE_MAX) {
        fail_msg("row %zu: no %s in %.*s", r, rows[r].has[i], (int)out.len, out.ptr);
      }
    }
    if (lw_str_find(lw_buf_str(&out), lw_str_c(rows[r].has_not), 0) != SIZE_MAX) {
      fail_msg("row %zu: %s in %.*s", r, rows[r].has_not, (int)out.len, out.ptr);
    }
  }
  lw_buf_finish(&out);
  lw_policy_destroy(policy);
  lw_arena_finish(&arena);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(each_person_is_told_their_own)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
