/* Changes put together to variables, and a draft of several taken apart again. */
#include "policy/split.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define HEAD    "leeway: 1\norganization: Aurora\ncurrency: USD\ntiers: [frontline, lead]\n"
#define ACTIONS "actions: {credit: {kind: money}, refund: {kind: money}}\n"
#define BUDGETS                                                                                    \
  "budgets:\n  rep: {per: agent, amount: 10.00}  # a month\n  lead: {per: agent, amount: 99.00}\n"
#define GOODWILL                                                                                   \
  "  # Sorry.\n"                                                                                   \
  "  - id: goodwill\n"                                                                             \
  "    may: [credit]\n"                                                                            \
  "    up_to: 5.00   # cents count\n"                                                              \
  "    draws: [rep]\n"                                                                             \
  "    why: It helps.\n"
#define LEAD "  - {id: leads, who: {tier: lead}, may: [refund], up_to: 50.00, draws: [lead]}\n"

static const char base[] = HEAD ACTIONS BUDGETS "grants:\n" GOODWILL LEAD;

struct row {
  const char *name;
  const char *draft;
  const char *parts[4]; /* paths of each, ", " between; NULL: no more */
  const char *has[4];   /* a text that each has; or NULL */
  const char *refused;  /* what it says; NULL: it is split */
};

static const struct row rows[] = {
    {"two lines far apart",
     HEAD ACTIONS "budgets:\n  rep: {per: agent, amount: 12.00}  # a month\n  lead: {per: agent, "
                  "amount: 99.00}\ngrants:\n  # Sorry.\n  - id: goodwill\n    may: [credit]\n    "
                  "up_to: 6.00   # cents count\n    draws: [rep]\n    why: It helps.\n" LEAD,
     {"budgets.rep.amount", "grants.goodwill.up_to"},
     {"amount: 12.00}  # a month", "up_to: 6.00   # cents count"},
     NULL},
    {"two lines right below each other",
     HEAD ACTIONS "budgets:\n  rep: {per: agent, amount: 12.00}  # a month\n  lead: {per: agent, "
                  "amount: 98.00}\ngrants:\n" GOODWILL LEAD,
     {"budgets.rep.amount", "budgets.lead.amount"},
     {"amount: 12.00}", "amount: 98.00}"},
     NULL},
    {"two values of one line, exchanged one by one",
     HEAD ACTIONS BUDGETS
     "grants:\n" GOODWILL
     "  - {id: leads, who: {tier: lead}, may: [credit, refund], up_to: 60.00, draws: "
     "[lead]}\n",
     {"grants.leads.may", "grants.leads.up_to"},
     {"may: [credit, refund], up_to: 50.00", "may: [refund], up_to: 60.00"},
     NULL},
    {"a budget and the grant that draws on it are one, a limit is another",
     HEAD ACTIONS
     "budgets:\n  rep: {per: agent, amount: 11.00}  # a month\n  # New.\n  extra: "
     "{per: agent, amount: 1.00}\n  lead: {per: agent, amount: 99.00}\ngrants:\n" GOODWILL LEAD
     "  # Also new.\n  - id: more\n    may: [refund]\n    up_to: 1.00\n    draws: [extra]\n",
     {"budgets.rep.amount", "budgets.extra, grants.more"},
     {"amount: 11.00}  # a month", "  # Also new.\n  - id: more\n"},
     NULL},
    {"a new rule and one that is gone",
     HEAD ACTIONS BUDGETS "grants:\n  - {id: first, may: [refund], up_to: 1.00}\n" LEAD,
     {"grants.first", "grants.goodwill"},
     {"id: goodwill", "id: leads"},
     NULL},
    {"another order and a limit",
     HEAD ACTIONS "budgets:\n  rep: {per: agent, amount: 12.00}  # a month\n  lead: {per: agent, "
                  "amount: 99.00}\ngrants:\n" LEAD GOODWILL,
     {"budgets.rep.amount", "order of grants"},
     {NULL, LEAD GOODWILL},
     NULL},
    {"words of a rule go with it, others by themselves",
     "leeway: 1\norganization: Aurora Air\ncurrency: USD\ntiers: [frontline, lead]\n" ACTIONS
     "budgets:\n  rep: {per: agent, amount: 12.00}  # a month\n  lead: {per: agent, amount: "
     "99.00}\ngrants:\n  # Sorry.\n  - id: goodwill\n    may: [credit]\n    up_to: 6.00   # cents "
     "count\n    draws: [rep]\n    why: It helps a lot.\n" LEAD,
     {"budgets.rep.amount", "grants.goodwill.up_to, grants.goodwill.why", "organization"},
     {NULL, "why: It helps a lot.", "organization: Aurora Air"},
     NULL},
    {"one alone", HEAD ACTIONS BUDGETS "grants:\n" LEAD, {NULL}, {NULL}, "one variable alone"},
    {"a name that goes takes what used it along; what is left is one",
     HEAD "actions: {credit: {kind: money}}\n" BUDGETS "grants:\n" GOODWILL,
     {NULL},
     {NULL},
     "one variable alone"},
};

static struct lw_policy *load(const char *source, struct lw_arena *arena)
{
  struct lw_diags diags;
  lw_diags_init(&diags, arena);
  struct lw_policy *policy = lw_policy_load(lw_str_c(source), NULL, NULL, &diags);
  for (size_t i = 0; policy == NULL && i < diags.count; i++) {
    print_message("%u: %.*s\n", diags.items[i].place.line, LW_FMT(diags.items[i].message));
  }
  assert_non_null(policy);
  return policy;
}

/* The paths of what differs, ", " between. */
static lw_str paths(const struct lw_policy *a, lw_str source, struct lw_arena *arena)
{
  struct lw_changes changes;
  struct lw_diags diags;
  lw_str said = LW_STR("");
  lw_diags_init(&diags, arena);
  struct lw_policy *policy = lw_policy_load(source, NULL, NULL, &diags);
  assert_non_null(policy);
  assert_true(lw_policy_diff(a, policy, arena, &changes));
  for (size_t i = 0; i < changes.count; i++) {
    said = lw_str_format(arena, "%.*s%s%.*s", LW_FMT(said), i != 0 ? ", " : "",
                         LW_FMT(changes.items[i].path));
  }
  lw_policy_destroy(policy);
  return said;
}

static void compare(const struct row *row, uint32_t at, const struct lw_policy *a,
                    const struct lw_split_part *part, struct lw_arena *arena)
{
  lw_str said = paths(a, part->source, arena);
  const char *has = row->has[at];
  if (row->parts[at] == NULL || !lw_str_equal(said, lw_str_c(row->parts[at])) ||
      (has != NULL && lw_str_find(part->source, lw_str_c(has), 0) == SIZE_MAX)) {
    fail_msg("%s: part %u changes %.*s:\n%.*s", row->name, at, LW_FMT(said), LW_FMT(part->source));
  }
}

static void a_draft_is_taken_apart(void **state)
{
  (void)state;
  for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
    struct lw_arena arena;
    struct lw_variables variables;
    struct lw_split_part *parts = NULL;
    struct lw_error err;
    uint32_t count = 0;
    lw_arena_init(&arena, NULL, 0);
    struct lw_policy *a = load(base, &arena);
    struct lw_policy *b = load(rows[r].draft, &arena);
    assert_true(lw_variables_find(a, b, &arena, &variables));
    enum lw_code rc = lw_policy_split(a, b, &variables, &arena, &parts, &count, &err);
    if (rows[r].refused != NULL) {
      assert_int_equal(rc, LW_CONFLICT);
      assert_true(lw_str_find(lw_str_c(err.text), lw_str_c(rows[r].refused), 0) != SIZE_MAX);
      count = 0;
    } else if (rc != LW_OK) {
      fail_msg("%s: %s", rows[r].name, err.text);
    }
    for (uint32_t i = 0; i < count; i++) {
      compare(&rows[r], i, a, &parts[i], &arena);
    }
    assert_true(count == 4 || rows[r].parts[count] == NULL);
    lw_policy_destroy(a);
    lw_policy_destroy(b);
    lw_arena_finish(&arena);
  }
}

/* All pieces of memory that run out one after the other: refused, never half. */
static void without_memory_nothing_is_given(void **state)
{
  (void)state;
  struct lw_arena arena;
  struct lw_variables variables;
  struct lw_split_part *parts = NULL;
  struct lw_error err;
  uint32_t count = 0;
  lw_arena_init(&arena, NULL, 0);
  struct lw_policy *a = load(base, &arena);
  struct lw_policy *b = load(rows[0].draft, &arena);
  assert_true(lw_variables_find(a, b, &arena, &variables));
  struct lw_arena small;
  lw_arena_init(&small, NULL, 0);
  small.failed = true;
  assert_int_equal(lw_policy_split(a, b, &variables, &small, &parts, &count, &err), LW_NO_MEMORY);
  assert_false(lw_variables_find(a, b, &small, &variables));
  lw_arena_finish(&small);
  lw_policy_destroy(a);
  lw_policy_destroy(b);
  lw_arena_finish(&arena);
}

struct sentence {
  struct lw_policy_change change;
  const char *said;
};

static void a_change_is_said_in_a_sentence(void **state)
{
  (void)state;
#define CHANGE(path, before, after)                                                                \
  {                                                                                                \
    LW_STR(path), LW_STR(before), LW_STR(after), true                                              \
  }
  const struct sentence sentences[] = {
      {CHANGE("grants.goodwill.up_to", "5.00", "6.00"),
       "The grant goodwill: up to 6.00 instead of 5.00."},
      {CHANGE("grants.goodwill.up_to", "", "6.00"), "The grant goodwill: now up to 6.00."},
      {CHANGE("rails.r.at_most", "5.00", ""), "The rail r: no longer at most 5.00."},
      {CHANGE("routes.over.ask.2.within", "5m", "10m"),
       "The route over: ask 2 within 10m instead of 5m."},
      {CHANGE("grants.more", "", "Everybody may refund."),
       "A new grant, more: Everybody may refund."},
      {CHANGE("budgets.rep", "10.00 a month", ""), "The budget rep is gone: 10.00 a month."},
      {CHANGE("let.near", "a < 1", "a < 2"), "The value near: is a < 2 instead of a < 1."},
      {CHANGE("order of grants", "a, b", "b, a"),
       "The grants stand in another order: b, a instead of a, b."},
      {CHANGE("tiers", "[a]", "[a, b]"), "The policy: tiers [a, b] instead of [a]."},
      {CHANGE("time_zone", "", "Europe/Oslo"), "The policy: now time zone Europe/Oslo."},
  };
  for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
    struct lw_buf out = {0};
    lw_variable_say(&sentences[i].change, &out);
    lw_buf_add_char(&out, '\0');
    assert_string_equal(out.ptr, sentences[i].said);
    lw_buf_finish(&out);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_draft_is_taken_apart),
      cmocka_unit_test(without_memory_nothing_is_given),
      cmocka_unit_test(a_change_is_said_in_a_sentence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
