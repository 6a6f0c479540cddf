/* What counts as a change, as a variable, and what means the same; a row an edit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "policy/explain.h"

static const char base[] =
    "leeway: 1\n"
    "currency: USD\n"
    "why: Be quick.\n"
    "tiers: [low, high]\n"
    "reasons: {late: {label: Late}}\n"
    "facts: {days: {type: int}, flag: {type: string, label: the flag}}\n"
    "tables: {fee: {gold: 15.00, when: x}}\n"
    "let: {old: days > 365}\n"
    "actions: {credit: {kind: money}, refund: {kind: money, at_most: 50.00}}\n"
    "budgets: {m: {per: agent, over: 30d, amount: {low: 10.00, high: 20.00}}}\n"
    "grants:\n"
    "  - {id: a, may: [credit, refund], when: days >= 30, up_to: 5.00, draws: [m]}\n"
    "  - {id: b, who: {tier: high}, may: [credit], why: Because.}\n"
    "routes:\n"
    "  - {id: r, ask: [{who: {tier: high}, within: 60s}]}\n"
    "tests: []\n";

struct row {
  const char *from;
  const char *to;
  const char *expected; /* "path|before|after|v" or "w" a change, a line each */
};

static const struct row rows[] = {
    {"base", "base", ""},
    /* the same in other words */
    {"days >= 30", "(days   >=  30)", ""},
    {"5.00, draws: [m]", "5, draws: m", ""},
    {"30d", "720h", ""},
    {"60s", "1m", ""},
    {"credit: {kind: money}", "credit: {kind: money, for: customer}", ""},
    {"[credit, refund]", "[refund, credit]", ""},
    {"high: 20.00", "high: 20", ""},
    {"days: {type: int}", "days: {type: int, from: system, optional: false}", ""},
    {"why: Be quick.\n", "why: Be quick.\nother_facts: refuse\ntime_zone: UTC\n", ""},
    {"currency: USD\nwhy: Be quick.", "why: Be quick.\ncurrency: USD", ""},
    /* words */
    {"Be quick.", "Be kind.", "why|Be quick.|Be kind.|w\n"},
    {"{label: Late}", "{label: Delay}", "reasons.late.label|Late|Delay|w\n"},
    {"the flag", "a flag", "facts.flag.label|the flag|a flag|w\n"},
    {", why: Because.", "", "grants.b.why|Because.||w\n"},
    {"leeway: 1\n", "leeway: 1\norganization: Us\n", "organization||Us|w\n"},
    {"tests: []", "tests: [{action: credit, gives: {verdict: refused}}]", "tests||1 test|w\n"},
    /* variables */
    {"up_to: 5.00", "up_to: 6.00", "grants.a.up_to|5.00|6.00|v\n"},
    {"up_to: 5.00, ", "", "grants.a.up_to|5.00||v\n"},
    {"days >= 30", "days >= 31", "grants.a.when|days >= 30|days >= 31|v\n"},
    {"low: 10.00", "low: 11.00", "budgets.m.amount.low|10.00|11.00|v\n"},
    {"days > 365", "days > 366", "let.old|days > 365|days > 366|v\n"},
    {"gold: 15.00", "gold: 15", "tables.fee.gold|15.00|15|v\n"},
    {"when: x", "when: \"x \"", "tables.fee.when|x|\"x \"|v\n"},
    {"[low, high]", "[low, mid, high]", "tiers|[low, high]|[low, mid, high]|v\n"},
    {"60s", "61s", "routes.r.ask.1.within|60s|61s|v\n"},
    {"within: 60s}", "within: 60s}, {who: {person: mia}}",
     "routes.r.ask.2||{who: {person: mia}}|v\n"},
    {"late: {label: Late}", "late: {label: Late}, other: {}", "reasons.other||{}|v\n"},
    {"credit: {kind: money}", "credit: {kind: money, at_most: 9.00}",
     "actions.credit.at_most||9.00|v\n"},
    {"credit: {kind: money}", "credit: {kind: money, for: agent}", "actions.credit.for||agent|v\n"},
    {"  - {id: b, who: {tier: high}, may: [credit], why: Because.}\n", "",
     "grants.b|A high may give a credit.||v\n"},
    {"routes:\n", "rails: [{id: n, no: [refund]}]\nroutes:\n",
     "rails.n||Nobody may give a refund.|v\n"},
    {"{id: b,", "{id: c,",
     "grants.c||A high may give a credit.|v\ngrants.b|A high may give a credit.||v\n"},
    {"budgets: {m:", "budgets: {n: {per: case, times: 2}, m:",
     "budgets.n||Each case may get something at most 2 times in all.|v\n"},
};

static struct lw_policy *load(const char *text)
{
  struct lw_arena arena;
  struct lw_diags diags;
  lw_arena_init(&arena, NULL, 0);
  lw_diags_init(&diags, &arena);
  struct lw_policy *policy = lw_policy_load(lw_str_c(text), NULL, NULL, &diags);
  for (size_t i = 0; i < diags.count && policy == NULL; i++) {
    print_error("%u: %.*s\n", diags.items[i].place.line, LW_FMT(diags.items[i].message));
  }
  lw_arena_finish(&arena);
  if (policy == NULL) {
    fail_msg("%s", text);
  }
  return policy;
}

/* The base with one text replaced. */
static struct lw_policy *load_edited(const struct row *row)
{
  const char *at = strstr(base, row->from);
  if (at == NULL) {
    assert_string_equal(row->from, "base");
    return load(base);
  }
  char text[4096];
  (void)snprintf(text, sizeof text, "%.*s%s%s", (int)(at - base), base, row->to,
                 at + strlen(row->from));
  return load(text);
}

static void print_changes(const struct lw_changes *changes, struct lw_buf *out)
{
  for (size_t i = 0; i < changes->count; i++) {
    const struct lw_policy_change *change = &changes->items[i];
    lw_buf_printf(out, "%.*s|%.*s|%.*s|%c\n", LW_FMT(change->path), LW_FMT(change->before),
                  LW_FMT(change->after), change->variable ? 'v' : 'w');
  }
  lw_buf_add_char(out, '\0');
}

static void an_edit_is_what_it_means(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct lw_policy *a = load(base);
    struct lw_policy *b = load_edited(&rows[i]);
    struct lw_arena keep;
    struct lw_changes changes;
    struct lw_buf out = {0};
    lw_arena_init(&keep, NULL, 0);
    assert_true(lw_policy_diff(a, b, &keep, &changes));
    print_changes(&changes, &out);
    if (strcmp(out.ptr, rows[i].expected) != 0) {
      fail_msg("%s -> %s\n  expected: %s\n  came: %s", rows[i].from, rows[i].to, rows[i].expected,
               out.ptr);
    }
    lw_buf_finish(&out);
    lw_arena_finish(&keep);
    lw_policy_destroy(a);
    lw_policy_destroy(b);
  }
}

static void order_is_one_variable(void **state)
{
  (void)state;
  static const char first[] = "leeway: 1\ntiers: [t]\nactions: {x: {kind: change}}\ngrants:\n"
                              "  - {id: a, may: [x]}\n  - {id: b, may: [x]}\n  - {id: c, may: "
                              "[x]}\n  - {id: d, may: [x]}\n";
  static const char second[] = "leeway: 1\ntiers: [t]\nactions: {x: {kind: change}}\ngrants:\n"
                               "  - {id: a, may: [x]}\n  - {id: c, may: [x]}\n  - {id: b, may: "
                               "[x]}\n  - {id: d, may: [x]}\n";
  struct lw_policy *a = load(first);
  struct lw_policy *b = load(second);
  struct lw_arena keep;
  struct lw_changes changes;
  struct lw_buf out = {0};
  lw_arena_init(&keep, NULL, 0);
  assert_true(lw_policy_diff(a, b, &keep, &changes));
  lw_changes_print(&changes, &out);
  lw_buf_add_char(&out, '\0');
  assert_string_equal(out.ptr, "order of grants  b, c -> c, b\n\n1 variable changed\n");
  lw_buf_reset(&out);
  lw_changes_json(&changes, &out);
  lw_buf_add_char(&out, '\0');
  assert_string_equal(out.ptr,
                      "{\"changes\":[{\"path\":\"order of grants\",\"before\":\"b, c\",\"after\":"
                      "\"c, b\",\"variable\":true}],\"variables\":1}");
  lw_buf_finish(&out);
  lw_arena_finish(&keep);
  lw_policy_destroy(a);
  lw_policy_destroy(b);
}

static void no_memory_is_told(void **state)
{
  (void)state;
  struct lw_policy *a = load(base);
  struct lw_policy *b = load_edited(&(struct row){"up_to: 5.00", "up_to: 6.00", ""});
  struct lw_arena keep;
  struct lw_changes changes;
  lw_arena_init(&keep, NULL, 16);
  assert_false(lw_policy_diff(a, b, &keep, &changes));
  lw_arena_finish(&keep);
  lw_policy_destroy(a);
  lw_policy_destroy(b);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_edit_is_what_it_means),
      cmocka_unit_test(order_is_one_variable),
      cmocka_unit_test(no_memory_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
