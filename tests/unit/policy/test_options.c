/* Options: for each action the best that the agent can do now. */
#include "desk.h"

static void the_best_of_each_action_is_shown(void **state)
{
  (void)state;
#define CAN(what) "\"can\":[" what "]"
#define WIDE                                                                                       \
  HEAD "budgets: {day: {per: agent, every: day, amount: 40.00}, none: {per: agent, times: 0}}\n"   \
       "grants:\n  - {id: a, may: [credit], up_to: 10.00}\n  - {id: b, may: [credit], up_to: "     \
       "30.00, needs: [note]}\n"                                                                   \
       "  - {id: c, may: [refund], draws: [day]}\n  - {id: d, may: [credit], up_to: 30.00}\n  - "  \
       "{id: e, may: [credit], draws: [none]}\n"                                                   \
       "  - {id: f, may: [plan]}\n"
  static const struct row rows[] = {
      {WIDE,
       NULL,
       ANA CREDIT("31.00"),
       {CAN("{\"action\":\"credit\",\"up_to\":\"30.00\",\"grant\":\"d\",\"limit\":\"up_to\"},"
            "{\"action\":\"refund\",\"up_to\":\"40.00\",\"grant\":\"c\",\"limit\":\"day\"},{"
            "\"action\":\"plan\",\"grant\":\"f\"}")},
       NULL},
      {NULL, NULL, ANA "\"action\":\"refund\",\"amount\":\"40.00\"", {GRANTED}, NULL},
      /* nothing is left: no option of nothing */
      {NULL,
       NULL,
       ANA "\"action\":\"refund\",\"amount\":\"0.01\"",
       {CAN("{\"action\":\"credit\",\"up_to\":\"30.00\",\"grant\":\"d\",\"limit\":\"up_to\"},{"
            "\"action\":\"plan\",\"grant\":\"f\"}")},
       NULL},
      /* a change is one without an amount, however small the limit: the one that needs nothing */
      {HEAD "grants:\n  - {id: a, may: [plan], needs: [note]}\n"
            "  - {id: b, may: [plan], up_to: 1.00}\n  - {id: c, may: [credit], up_to: 2.00}\n",
       NULL,
       ANA CREDIT("3.00"),
       {CAN("{\"action\":\"credit\",\"up_to\":\"2.00\",\"grant\":\"c\",\"limit\":\"up_to\"},"
            "{\"action\":\"plan\",\"grant\":\"b\"}")},
       NULL},
  };
  CHECK_ROWS(rows);
}

/* A course is no remedy: neither is offered in place of the other. */
static void what_is_for_the_agent_is_not_offered_for_a_customer(void **state)
{
  (void)state;
#define LEARNING                                                                                   \
  "leeway: 1\ncurrency: USD\ntiers: [frontline, lead]\n"                                           \
  "actions: {credit: {kind: money}, course: {kind: money, for: agent}, book: {kind: money, for: "  \
  "agent}, talk: {kind: money, for: customer}}\n"                                                  \
  "budgets: {year: {per: agent, every: year, amount: 600.00}}\n"                                   \
  "grants:\n  - {id: g, may: [credit, talk], up_to: 20.00}\n"                                      \
  "  - {id: l, may: [course, book], up_to: 500.00, draws: [year]}\n"
  static const struct row rows[] = {
      {LEARNING,
       NULL,
       ANA CREDIT("21.00"),
       {CAN("{\"action\":\"credit\",\"up_to\":\"20.00\",\"grant\":\"g\",\"limit\":\"up_to\"},"
            "{\"action\":\"talk\",\"up_to\":\"20.00\",\"grant\":\"g\",\"limit\":\"up_to\"}")},
       NULL},
      {NULL,
       NULL,
       ANA "\"action\":\"course\",\"amount\":\"360.00\"",
       {GRANTED, "\"left\":{\"year\":\"240.00\"}"},
       NULL},
      {NULL,
       NULL,
       ANA "\"action\":\"course\",\"amount\":\"360.00\"",
       {CAN("{\"action\":\"course\",\"up_to\":\"240.00\",\"grant\":\"l\",\"limit\":\"year\"},"
            "{\"action\":\"book\",\"up_to\":\"240.00\",\"grant\":\"l\",\"limit\":\"year\"}")},
       NULL},
  };
  CHECK_ROWS(rows);
}

static void conditions_on_the_amount_are_tried_at_their_marks(void **state)
{
  (void)state;
#define ONE(when, up_to)                                                                           \
  HEAD "grants:\n  - {id: g, may: [credit], when: '" when "', up_to: " up_to "}\n"
#define RAIL(when)                                                                                 \
  HEAD "grants:\n  - {id: g, may: [credit], up_to: 100.00}\nrails:\n  - {id: r, no: [credit], "    \
       "when: '" when "'}\n"
#define BEST(amount, limit)                                                                        \
  CAN("{\"action\":\"credit\",\"up_to\":\"" amount "\",\"grant\":\"g\",\"limit\":\"" limit "\"}")
  static const struct row rows[] = {
      {ONE("amount < money(\"20.00\")", "50.00"),
       NULL,
       ANA CREDIT("60.00"),
       {BEST("19.99", "when")},
       NULL},
      {ONE("amount <= money(\"20.00\")", "50.00"),
       NULL,
       ANA CREDIT("60.00"),
       {BEST("20.00", "when")},
       NULL},
      {ONE("amount == money(\"20.00\")", "50.00"),
       NULL,
       ANA CREDIT("60.00"),
       {BEST("20.00", "when")},
       NULL},
      {ONE("!(amount > money(\"20.00\"))", "50.00"),
       NULL,
       ANA CREDIT("60.00"),
       {BEST("20.00", "when")},
       NULL},
      {ONE("money(\"20.00\") >= amount", "50.00"),
       NULL,
       ANA CREDIT("60.00"),
       {BEST("20.00", "when")},
       NULL},
      {ONE("amount > money(\"20.00\")", "50.00"),
       NULL,
       ANA CREDIT("60.00"),
       {BEST("50.00", "up_to")},
       NULL},
      {ONE("amount > money(\"20.00\")", "10.00"), NULL, ANA CREDIT("60.00"), {CAN("")}, NULL},
      {ONE("amount < money(\"0.01\")", "50.00"), NULL, ANA CREDIT("60.00"), {CAN("")}, NULL},
      {RAIL("amount > money(\"30.00\")"), NULL, ANA CREDIT("60.00"), {BEST("30.00", "when")}, NULL},
      {RAIL("amount >= money(\"30.00\")"),
       NULL,
       ANA CREDIT("60.00"),
       {BEST("29.99", "when")},
       NULL},
      {RAIL("amount < money(\"30.00\")"),
       NULL,
       ANA CREDIT("20.00"),
       {BEST("100.00", "up_to")},
       NULL},
      {HEAD "let: {small: amount <= money(\"7.00\")}\ngrants:\n  - {id: g, may: [credit], when: "
            "small, up_to: 50.00}\n",
       NULL,
       ANA CREDIT("60.00"),
       {BEST("7.00", "when")},
       NULL},
      /* an at_most for everybody */
      {"leeway: 1\ncurrency: USD\ntiers: [frontline]\nfacts: {total: {type: money}}\nactions: "
       "{credit: {kind: money, at_most: total}}\n"
       "grants:\n  - {id: g, may: [credit], up_to: 50.00}\n",
       NULL,
       "\"agent\":\"x\"," CREDIT("40.00") FACTS("\"total\":\"30.00\""),
       {BEST("30.00", "at_most"), "at_most: 30.00, asked for 40.00"},
       NULL},
      {NULL, NULL, "\"agent\":\"x\"," CREDIT("40.00"), {"facts.total", "is missing"}, "verdict"},
      {NULL,
       NULL,
       "\"agent\":\"x\"," CREDIT("60.00") FACTS("\"total\":\"70.00\""),
       {BEST("50.00", "up_to")},
       NULL},
  };
  CHECK_ROWS(rows);
}

static void a_soft_rail_leaves_what_is_below_it(void **state)
{
  (void)state;
  static const struct row rows[] = {
      {HEAD "grants:\n  - {id: g, may: [credit], up_to: 80.00}\n  - {id: p, may: [plan]}\n"
            "rails:\n  - {id: r, no: [credit], when: 'amount > money(\"50.00\")', ask: up}\n"
            "routes:\n  - {id: up, ask: [{who: {tier: lead}}]}\n",
       NULL,
       ANA CREDIT("60.00"),
       {ASK, CAN("{\"action\":\"credit\",\"up_to\":\"50.00\",\"grant\":\"g\",\"limit\":\"when\"},{"
                 "\"action\":\"plan\",\"grant\":\"p\"}")},
       NULL},
      {HEAD "facts: {bad: {type: bool}}\ngrants:\n  - {id: g, may: all, up_to: 80.00}\nrails:\n  - "
            "{id: r, no: [credit, refund], when: bad}\n",
       NULL,
       ANA CREDIT("60.00") FACTS("\"bad\":true"),
       {REFUSED, CAN("{\"action\":\"plan\",\"grant\":\"g\"}")},
       NULL},
      {NULL,
       NULL,
       ANA CREDIT("60.00"),
       {REFUSED, "\"needs\":[\"bad\"]", CAN("{\"action\":\"plan\",\"grant\":\"g\"}")},
       NULL},
  };
  CHECK_ROWS(rows);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_best_of_each_action_is_shown),
      cmocka_unit_test(what_is_for_the_agent_is_not_offered_for_a_customer),
      cmocka_unit_test(conditions_on_the_amount_are_tried_at_their_marks),
      cmocka_unit_test(a_soft_rail_leaves_what_is_below_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
