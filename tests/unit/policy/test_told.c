/* Whom another policy touches, and in which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "policy/told.h"

#define HEAD    "leeway: 1\ncurrency: USD\ntiers: [frontline, lead]\n"
#define ACTIONS "actions: {credit: {kind: money, label: Account credit}, voucher: {kind: money}}\n"
#define MONTH                                                                                      \
  "budgets: {month: {per: agent, every: month, amount: {frontline: 60.00, lead: 900.00}}}\n"
#define SMALL                                                                                      \
  "  - {id: small, who: {tier: frontline}, may: [credit], up_to: 50.00, draws: [month]}\n"
#define PAPER  "  - {id: paper, who: {tier: lead}, may: [voucher], up_to: 20.00, draws: [month]}\n"
#define BEFORE HEAD ACTIONS MONTH "grants:\n" SMALL PAPER

static const struct lw_override own[] = {{LW_STR_INIT("month"), 80000, -1}};
static const struct lw_actor ana = {.id = LW_STR_INIT("ana"), .tier = LW_STR_INIT("frontline")};
static const struct lw_actor ben = {.id = LW_STR_INIT("ben"), .tier = LW_STR_INIT("frontline")};
static const struct lw_actor lee = {.id = LW_STR_INIT("lee"), .tier = LW_STR_INIT("lead")};
static const struct lw_actor max = {
    .id = LW_STR_INIT("max"), .tier = LW_STR_INIT("frontline"), .overrides = own, .n_overrides = 1};
static const struct lw_actor *const actors[] = {&ana, &ben, &lee, &max};

struct row {
  const char *what;
  const char *after;
  const char *told; /* "people: action: rules; ..." of each group */
};

static const struct row rows[] = {
    {"the same", BEFORE, ""},
    {"words that nobody decides by", HEAD ACTIONS MONTH "why: So.\ngrants:\n" SMALL PAPER, ""},
    {"a limit is for all who have the grant",
     HEAD ACTIONS MONTH
     "grants:\n  - {id: small, who: {tier: frontline}, may: [credit], up_to: 40.00, draws: "
     "[month]}\n" PAPER,
     "ana ben: credit small<>; lee: credit small<>; max: credit small<>; "},
    {"one tier's month is for that tier, and not for whoever has one of their own",
     HEAD ACTIONS "budgets: {month: {per: agent, every: month, amount: {frontline: 70.00, lead: "
                  "900.00}}}\ngrants:\n" SMALL PAPER,
     "ana ben: credit month<>; "},
    {"a grant that is gone, with what it drew on", HEAD ACTIONS MONTH "grants:\n" SMALL,
     "lee: voucher paper< month<; "},
    {"five sentences, one of them about what is not said",
     HEAD ACTIONS
     "budgets: {month: {per: agent, every: month, amount: 60.00}, day: {per: agent, every: day, "
     "amount: 9.00}}\ngrants:\n  - {id: small, who: {tier: frontline}, may: [credit], up_to: "
     "50.00, draws: [month]}\n  - {id: more, who: {tier: frontline}, may: [credit], up_to: 60.00, "
     "draws: [day]}\n" PAPER "rails:\n  - {id: stop, no: [credit], why: No.}\n",
     "ana ben: credit more> day> stop>; lee: credit month<> more> day> stop>, voucher "
     "month<>; max: credit more> day> stop>; "},
    {"an action that is new, and a rail",
     HEAD
     "actions: {credit: {kind: money, label: Account credit}, voucher: {kind: money}, swap: {kind: "
     "item}}\n" MONTH "grants:\n" SMALL PAPER
     "  - {id: swaps, who: {only_tier: frontline}, may: [swap]}\nrails:\n  - {id: stop, no: "
     "[voucher], why: No.}\n",
     "ana ben: swap swaps>; lee: voucher stop>; max: swap swaps>; "},
};

static struct lw_policy *load(const char *text, struct lw_arena *arena)
{
  struct lw_diags diags;
  lw_diags_init(&diags, arena);
  struct lw_policy *policy = lw_policy_load(lw_str_c(text), NULL, NULL, &diags);
  if (policy == NULL) {
    fail_msg("%.*s", LW_FMT(diags.items[0].message));
  }
  return policy;
}

static bool has(lw_str text, size_t from, size_t to, const char *what)
{
  size_t at = lw_str_find(text, lw_str_c(what), from);
  return at != SIZE_MAX && at < to;
}

/* Rules with < for an old sentence, > for a new one. */
static void add_rules(lw_str words, struct lw_buf *out)
{
  size_t at = lw_str_find(words, LW_STR("{\"rule\":\""), 0);
  while (at != SIZE_MAX) {
    size_t next = lw_str_find(words, LW_STR("{\"rule\":\""), at + 1);
    size_t end = next != SIZE_MAX ? next : words.len;
    size_t from = at + 9;
    size_t quote = lw_str_find(words, LW_STR("\""), from);
    lw_buf_add_char(out, ' ');
    lw_buf_add(out, lw_str_slice(words, from, quote - from));
    lw_buf_add_c(out, has(words, at, end, "\"before\"") ? "<" : "");
    lw_buf_add_c(out, has(words, at, end, "\"after\"") ? ">" : "");
    at = next;
  }
}

static void say(const struct lw_told_group *groups, uint32_t count, struct lw_buf *out)
{
  for (uint32_t g = 0; g < count; g++) {
    for (uint32_t i = 0; i < groups[g].n_people; i++) {
      lw_buf_add_c(out, i == 0 ? "" : " ");
      lw_buf_add(out, actors[groups[g].people[i]]->id);
    }
    for (uint32_t i = 0; i < groups[g].n_reads; i++) {
      lw_buf_add_c(out, i == 0 ? ": " : ", ");
      lw_buf_add(out, groups[g].reads[i].action);
      add_rules(groups[g].reads[i].words, out);
    }
    LW_BUF_LIT(out, "; ");
  }
}

static void each_is_told_what_touches_them(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct lw_arena arena;
    struct lw_buf out = {0};
    struct lw_told_group *groups = NULL;
    uint32_t count = 0;
    lw_arena_init(&arena, NULL, 0);
    struct lw_policy *before = load(BEFORE, &arena);
    struct lw_policy *after = load(rows[i].after, &arena);
    const struct lw_told_change change = {before, after, actors, 4, 0};
    assert_true(lw_told_find(&change, &arena, &groups, &count));
    say(groups, count, &out);
    if (!lw_str_equal(lw_buf_str(&out), lw_str_c(rows[i].told))) {
      fail_msg("%s: %.*s", rows[i].what, LW_FMT(lw_buf_str(&out)));
    }
    lw_buf_finish(&out);
    lw_policy_destroy(before);
    lw_policy_destroy(after);
    lw_arena_finish(&arena);
  }
}

static void going_back_has_the_sums_the_other_way_round(void **state)
{
  struct lw_arena arena;
  struct lw_told_group *there = NULL;
  struct lw_told_group *back = NULL;
  uint32_t count = 0;
  (void)state;
  lw_arena_init(&arena, NULL, 0);
  struct lw_policy *before = load(BEFORE, &arena);
  struct lw_policy *after = load(rows[2].after, &arena);
  const struct lw_told_change first = {before, after, actors, 1, 0};
  const struct lw_told_change second = {after, before, actors, 1, 0};
  assert_true(lw_told_find(&first, &arena, &there, &count));
  assert_int_equal(count, 1);
  assert_true(lw_told_find(&second, &arena, &back, &count));
  assert_int_equal(count, 1);
  assert_memory_equal(there[0].reads[0].before, back[0].reads[0].after, LW_TOLD_SUM_BYTES);
  assert_memory_equal(there[0].reads[0].after, back[0].reads[0].before, LW_TOLD_SUM_BYTES);
  assert_memory_not_equal(there[0].reads[0].after, there[0].reads[0].before, LW_TOLD_SUM_BYTES);
  lw_policy_destroy(before);
  lw_policy_destroy(after);
  lw_arena_finish(&arena);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_is_told_what_touches_them),
      cmocka_unit_test(going_back_has_the_sums_the_other_way_round),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
