/* The order of deciding: rails, required facts, grants, routes; budgets; never a bare no. */
#include "desk.h"

#define SMALL "grants:\n  - {id: small, may: [credit], up_to: 50.00}\n"

static void rails_decide_in_file_order_before_everything(void **state)
{
  (void)state;
#define RAILED                                                                                     \
  HEAD "facts: {flag: {type: bool, optional: true}, must: {type: int}, zone: {type: string, "      \
       "default: a}}\n"                                                                            \
       "tables: {fee: {a: 1, b: 2}}\ninstead: the general way\n"                                   \
       "grants:\n  - {id: g, may: [credit, refund], when: must > 0, up_to: 500.00}\n"              \
       "  - {id: lead, who: {tier: lead}, may: [credit, refund], up_to: 900.00}\n"                 \
       "rails:\n  - {id: soft, no: [credit], when: 'amount > money(\"100.00\")', ask: up}\n"       \
       "  - {id: hard, no: [credit], when: 'amount > money(\"50.00\")', why: because so, "         \
       "instead: do that}\n"                                                                       \
       "  - {id: flagged, no: [refund], when: flag}\n"                                             \
       "  - {id: cell, no: [plan], when: 'fee[zone] > 1'}\n"                                       \
       "routes:\n  - {id: up, ask: [{who: {tier: lead}}]}\n"
  static const struct row rows[] = {
      {RAILED,
       NULL,
       ANA CREDIT("100.01"),
       {ASK, "\"rail\":\"soft\"", "\"route\":\"up\"", "it is 100.01"},
       NULL},
      {NULL,
       NULL,
       ANA CREDIT("100.00"),
       {REFUSED, "\"rail\":\"hard\"", "\"why\":\"because so\"", "\"instead\":\"do that\""},
       NULL},
      /* a rail comes before the facts that grants want */
      {NULL, NULL, ANA CREDIT("50.00"), {"facts.must", "is missing", "credit"}, "verdict"},
      {NULL, NULL, ANA CREDIT("50.00") FACTS("\"must\":1"), {GRANTED, GRANT("g")}, NULL},
      /* one that can't be told lets no money through, and the fact is named */
      {NULL,
       NULL,
       ANA "\"action\":\"refund\",\"amount\":\"1.00\"" FACTS("\"must\":1"),
       {REFUSED, "\"rail\":\"flagged\"", "\"needs\":[\"flag\"]", "flag is not known"},
       NULL},
      {NULL,
       NULL,
       ANA "\"action\":\"refund\",\"amount\":\"1.00\"" FACTS("\"must\":1,\"flag\":true"),
       {REFUSED, "\"needs\":[]"},
       NULL},
      {NULL,
       NULL,
       ANA "\"action\":\"refund\",\"amount\":\"1.00\"" FACTS("\"must\":1,\"flag\":false"),
       {GRANTED},
       NULL},
      /* a change reads neither must nor flag */
      {NULL,
       NULL,
       ANA "\"action\":\"plan\"",
       {REFUSED, "no grant names it", "\"instead\":\"the general way\""},
       "rail"},
      {NULL,
       NULL,
       ANA "\"action\":\"plan\"" FACTS("\"zone\":\"b\""),
       {REFUSED, "\"rail\":\"cell\""},
       NULL},
      /* a missing cell: nothing passes a rail that failed */
      {NULL,
       NULL,
       ANA "\"action\":\"plan\"" FACTS("\"zone\":\"z\""),
       {REFUSED, "\"rail\":\"cell\"", "no such key"},
       NULL},
      /* rails hold for everybody */
      {NULL, NULL, LEO CREDIT("60.00"), {REFUSED, "\"rail\":\"hard\""}, NULL},
  };
  CHECK_ROWS(rows);
}

static void the_first_grant_that_covers_it_all_grants(void **state)
{
  (void)state;
#define THREE                                                                                      \
  HEAD "facts: {vip: {type: bool, optional: true}, days: {type: int, default: 5}}\n"               \
       "grants:\n  - {id: vips, may: [credit], when: vip, up_to: 100.00}\n"                        \
       "  - {id: small, may: [credit], up_to: 20.00, why: small things, then: [say so]}\n"         \
       "  - {id: computed, may: [credit], up_to: 'money(\"10.00\") * days'}\n"                     \
       "  - {id: seniors, who: {tier: senior}, may: all, up_to: 60.00, from: 2026-03-01, until: "  \
       "2026-03-03T00:00:00Z}\n"
  static const struct row rows[] = {
      {THREE,
       NULL,
       ANA CREDIT("20.00"),
       {GRANTED, GRANT("small"), "\"why\":\"small things\"", "\"then\":[\"say so\"]"},
       NULL},
      {NULL, NULL, ANA CREDIT("20.01"), {GRANTED, GRANT("computed")}, NULL},
      {NULL, NULL, ANA CREDIT("50.01"), {REFUSED, "\"needs\":[\"vip\"]", "vip is not known"}, NULL},
      {NULL, NULL, ANA CREDIT("1.00") FACTS("\"vip\":true"), {GRANTED, GRANT("vips")}, NULL},
      {NULL, NULL, ANA CREDIT("0.00"), {GRANTED, "\"amount\":\"0.00\""}, NULL},
      {NULL, NULL, SUE CREDIT("60.00"), {GRANTED, GRANT("seniors")}, NULL},
      {NULL, NULL, SUE "\"action\":\"plan\"", {GRANTED, GRANT("seniors")}, "\"amount\""},
      {NULL,
       NULL,
       SUE "\"at\":\"2026-02-28T23:59:59.999999Z\"," CREDIT("60.00"),
       {REFUSED, "holds from 1 March 2026"},
       NULL},
      {NULL, NULL, SUE "\"at\":\"2026-03-01T00:00:00Z\"," CREDIT("60.00"), {GRANTED}, NULL},
      {NULL, NULL, SUE "\"at\":\"2026-03-02T23:59:59.999999Z\"," CREDIT("60.00"), {GRANTED}, NULL},
      {NULL,
       NULL,
       SUE "\"at\":\"2026-03-03T00:00:00Z\"," CREDIT("60.00"),
       {REFUSED, "held until 3 March 2026"},
       NULL},
      /* an amount below nothing reaches nothing */
      {NULL,
       NULL,
       ANA CREDIT("20.01") FACTS("\"days\":-3"),
       {REFUSED, "up_to: 0.00, asked for 20.01"},
       NULL},
      /* overflow of an amount is an error, the grant does not match */
      {NULL,
       NULL,
       ANA CREDIT("20.01") FACTS("\"days\":9223372036854775807"),
       {REFUSED, "computed", "the amount is too large"},
       NULL},
  };
  CHECK_ROWS(rows);
}

static void budgets_limit_and_are_drawn_all_or_none(void **state)
{
  (void)state;
#define BUDGETS                                                                                    \
  HEAD "time_zone: UTC\nbudgets:\n  month: {per: agent, every: month, amount: {senior: 100.00, "   \
       "manager: 500.00}}\n"                                                                       \
       "  twice: {per: [agent, customer], over: 48h, times: 2}\n  seen: {per: customer}\n  team: " \
       "{per: team, amount: 150.00}\n"                                                             \
       "grants:\n  - {id: g, may: [credit], draws: [month, twice, seen, team]}\n"                  \
       "  - {id: first, may: [refund], when: 'used(\"seen\").times == 0 && "                       \
       "!has(used(\"seen\").last)', up_to: 5.00, draws: [seen]}\n"
#define AT(time) "\"at\":\"" time "\","
#define K(n)     ",\"customer\":\"k" n "\""
  static const struct row rows[] = {
      /* a tier below the first that is named has nothing; one between has what the nearest below
         has */
      {BUDGETS, NULL, ANA CREDIT("1.00") K("1"), {REFUSED, "month: 0.00 of 0.00 left"}, NULL},
      {NULL,
       NULL,
       LEO AT("2026-03-02T10:00:00Z") CREDIT("60.00") K("1"),
       {GRANTED, "\"month\":\"40.00\"", "\"team\":\"90.00\"", "\"left_times\":{\"twice\":1}"},
       "seen"},
      {NULL,
       NULL,
       LEO AT("2026-03-02T11:00:00Z") CREDIT("40.01") K("1"),
       {REFUSED, "month: 40.00 of 100.00 left until 1 April, asked for 40.01"},
       NULL},
      {NULL,
       NULL,
       LEO AT("2026-03-02T11:00:00Z") CREDIT("40.00") K("1"),
       {GRANTED, "\"month\":\"0.00\"", "\"twice\":0"},
       NULL},
      {NULL,
       NULL,
       LEO AT("2026-03-02T11:00:01Z") CREDIT("0.00") K("1"),
       {REFUSED, "twice: used 2 of 2 times"},
       NULL},
      {NULL, NULL, LEO AT("2026-03-02T11:00:01Z") CREDIT("0.00") K("2"), {GRANTED}, NULL},
      /* what was refused drew nothing: 50.00 are left to the team */
      {NULL,
       NULL,
       SUE AT("2026-03-02T12:00:00Z") CREDIT("50.01") K("1"),
       {REFUSED, "team: 50.00 of 150.00 left, asked for 50.01"},
       NULL},
      {NULL,
       NULL,
       SUE AT("2026-03-02T12:00:00Z") CREDIT("50.00") K("1"),
       {GRANTED, "\"month\":\"50.00\""},
       NULL},
      {NULL,
       NULL,
       SUE AT("2026-03-02T12:00:00Z") CREDIT("1.00"),
       {REFUSED, "twice: the request names no customer", "\"needs\":[\"customer\"]"},
       NULL},
      {NULL,
       NULL,
       "\"agent\":{\"id\":\"x\",\"tier\":\"senior\"}," CREDIT("1.00") K("1"),
       {REFUSED, "\"needs\":[\"agent.team\"]"},
       NULL},
      /* a counter, its last time and has() */
      {NULL,
       NULL,
       ANA AT("2026-03-02T12:00:00Z") "\"action\":\"refund\",\"amount\":\"5.00\"" K("9"),
       {GRANTED, GRANT("first")},
       NULL},
      {NULL,
       NULL,
       ANA AT("2026-03-02T12:00:00Z") "\"action\":\"refund\",\"amount\":\"5.00\"" K("9"),
       {REFUSED, "used(\\\"seen\\\").times == 0: it is 1"},
       NULL},
      {NULL,
       NULL,
       ANA "\"action\":\"refund\",\"amount\":\"5.00\"",
       {REFUSED, "\"needs\":[\"customer\"]"},
       NULL},
      /* the next month is a new one; time that goes back finds what was drawn */
      {NULL,
       NULL,
       SUE AT("2026-04-01T00:00:00Z") "\"customer\":\"k7\"," CREDIT("0.00"),
       {GRANTED, "\"month\":\"100.00\""},
       NULL},
      {NULL,
       NULL,
       SUE AT("2026-03-31T23:59:59Z") "\"customer\":\"k8\"," CREDIT("0.00"),
       {GRANTED, "\"month\":\"50.00\""},
       NULL},
  };
  CHECK_ROWS(rows);
}

static void overrides_stand_in_place_of_a_budget_limit(void **state)
{
  (void)state;
  static const struct row rows[] = {
      {HEAD "budgets: {month: {per: agent, every: month, amount: 100.00, times: 1}}\ngrants:\n  - "
            "{id: g, may: [credit], draws: [month]}\n",
       "- {id: ana, tier: frontline, budgets: {month: {amount: 150.00, times: 3}}}\n- {id: bo, "
       "tier: frontline}\n",
       "\"agent\":\"ana\"," CREDIT("150.00"),
       {GRANTED, "\"month\":\"0.00\"", "\"month\":2"},
       NULL},
      {NULL,
       NULL,
       "\"agent\":\"bo\"," CREDIT("100.01"),
       {REFUSED, "month: 100.00 of 100.00 left"},
       NULL},
      {NULL,
       NULL,
       "\"agent\":\"cy\"," CREDIT("1.00"),
       {"there is no person \\\"cy\\\""},
       "verdict"},
  };
  CHECK_ROWS(rows);
}

static void a_note_is_asked_for_before_anything_is_drawn(void **state)
{
  (void)state;
#define NEEDY                                                                                      \
  HEAD "budgets: {once: {per: case, times: 1}}\n"                                                  \
       "grants:\n  - {id: g, may: [credit], up_to: 10.00, draws: [once], needs: [note, "           \
       "evidence]}\n"
  static const struct row rows[] = {
      {NEEDY,
       NULL,
       ANA "\"case\":\"c\"," CREDIT("10.00"),
       {REFUSED, "\"needs\":[\"note\",\"evidence\"]", "\"needs\":[\"note\",\"evidence\"]}]"},
       NULL},
      {NULL,
       NULL,
       ANA "\"case\":\"c\",\"note\":\"why\"," CREDIT("10.00"),
       {REFUSED, "\"needs\":[\"evidence\"]"},
       NULL},
      {NULL,
       NULL,
       ANA "\"case\":\"c\",\"note\":\"  \",\"evidence\":\"\"," CREDIT("10.00"),
       {REFUSED, "\"needs\":[\"note\",\"evidence\"]"},
       NULL},
      {NULL,
       NULL,
       ANA "\"case\":\"c\",\"note\":\"why\",\"evidence\":[\"https://x\"]," CREDIT("10.00"),
       {GRANTED, "\"once\":0"},
       NULL},
      {NULL,
       NULL,
       ANA "\"case\":\"c\",\"note\":\"why\",\"evidence\":\"https://x\"," CREDIT("10.00"),
       {REFUSED, "once: used 1 of 1 times"},
       NULL},
  };
  CHECK_ROWS(rows);
}

#define ROUTED                                                                                     \
  HEAD "budgets: {lead-day: {per: agent, every: day, amount: 300.00}}\nfacts: {ok: {type: bool, "  \
       "default: true}, known: {type: bool, optional: true}}\n"                                    \
       "grants:\n  - {id: small, may: [credit], up_to: 10.00}\n"                                   \
       "  - {id: leads, who: {tier: lead, holds: [refunds]}, may: [credit, refund], when: ok, "    \
       "up_to: 200.00, draws: [lead-day]}\n"                                                       \
       "  - {id: managers, who: {tier: manager}, may: [credit], when: known, up_to: 900.00}\n"     \
       "routes:\n  - {id: refunds, for: [refund], ask: [{who: {tier: manager, team: same}}]}\n"    \
       "  - {id: up, for: [credit], ask: [{who: {tier: lead, team: same}, within: 60s}, {who: "    \
       "{tier: manager}}], otherwise: {grant_up_to: 5.00}}\n"

static void a_route_is_asked_when_somebody_on_it_could_grant(void **state)
{
  (void)state;
  static const char people[] = "- {id: ana, tier: frontline, team: care}\n"
                               "- {id: leo, tier: lead, team: care, holds: [refunds@2026-03-02]}\n"
                               "- {id: sub, tier: lead, team: care/night, holds: [refunds]}\n"
                               "- {id: lou, tier: lead, team: billing, holds: [refunds]}\n"
                               "- {id: zed, tier: frontline, team: billing}\n"
                               "- {id: max, tier: manager, team: care}\n";
  static const struct row rows[] = {
      /* without people, what a route names counts as there */
      {ROUTED,
       NULL,
       ANA CREDIT("200.00"),
       {ASK, "\"route\":\"up\"", "lead or above in team care", "\"within\":\"60s\""},
       NULL},
      {NULL, NULL, ANA CREDIT("300.01"), {REFUSED, "\"needs\":[]"}, "route"},
      {NULL, NULL, ANA CREDIT("300.01") FACTS("\"known\":true"), {ASK, "\"route\":\"up\""}, NULL},
      {NULL, NULL, ANA CREDIT("900.01") FACTS("\"known\":true"), {REFUSED}, "route"},
      {NULL, NULL, ANA CREDIT("200.00") FACTS("\"ok\":false"), {REFUSED}, "route"},
      {NULL,
       NULL,
       ANA "\"action\":\"refund\",\"amount\":\"5.00\"",
       {ASK, "\"route\":\"refunds\""},
       NULL},
      /* with people, somebody must be there */
      {ROUTED, people, "\"agent\":\"ana\"," CREDIT("200.00"), {ASK, "\"route\":\"up\""}, NULL},
      {NULL, NULL, "\"agent\":\"zed\"," CREDIT("200.00"), {ASK, "\"route\":\"up\""}, NULL},
      {NULL,
       NULL,
       "\"agent\":\"lou\"," CREDIT("200.01") FACTS("\"known\":false"),
       {REFUSED},
       "route"},
      {NULL, NULL, "\"agent\":\"ana\"," CREDIT("250.00") FACTS("\"known\":true"), {ASK}, NULL},
      {NULL,
       NULL,
       "\"agent\":\"max\"," CREDIT("901.00") FACTS("\"known\":true"),
       {REFUSED},
       "route"},
      {NULL,
       NULL,
       "\"agent\":\"ana\",\"action\":\"refund\",\"amount\":\"5.00\"",
       {REFUSED},
       "route"},
  };
  CHECK_ROWS(rows);
}

static void nobody_approves_their_own_request(void **state)
{
  (void)state;
#define OWN                                                                                        \
  HEAD "grants:\n  - {id: g, who: {person: leo}, may: [credit], when: 'agent.id == \"leo\" && "    \
       "reason == \"outage\"', up_to: 5.00}\n"                                                     \
       "  - {id: big, who: {person: leo}, may: [refund], up_to: 50.00, when: 'action == "          \
       "\"refund\"'}\n"                                                                            \
       "rails: []\nroutes:\n  - {id: up, ask: [{who: {person: leo}}]}\n"
  static const struct row rows[] = {
      {OWN, NULL, LEO "\"reason\":\"outage\"," CREDIT("5.01"), {REFUSED}, "route"},
      {NULL, NULL, ANA "\"reason\":\"outage\"," CREDIT("5.00"), {ASK, "\"route\":\"up\""}, NULL},
      {NULL, NULL, ANA "\"reason\":\"outage\"," CREDIT("5.01"), {REFUSED}, "route"},
      {OWN,
       "- {id: leo, tier: lead}\n- {id: ana, tier: frontline}\n",
       "\"agent\":\"leo\",\"reason\":\"outage\"," CREDIT("5.01"),
       {REFUSED},
       "route"},
      {NULL, NULL, "\"agent\":\"ana\",\"reason\":\"outage\"," CREDIT("5.00"), {ASK}, NULL},
  };
  CHECK_ROWS(rows);
}

static void an_approver_draws_on_their_own_budgets(void **state)
{
  (void)state;
#define OWN_BUDGET                                                                                 \
  HEAD "budgets: {day: {per: agent, every: day, amount: 100.00}}\n"                                \
       "grants:\n  - {id: leads, who: {tier: lead}, may: [credit], draws: [day]}\nroutes:\n  - "   \
       "{id: up, ask: [{who: {tier: lead}}]}\n"
  static const struct row rows[] = {
      {OWN_BUDGET,
       "- {id: leo, tier: lead}\n- {id: ana, tier: frontline}\n",
       "\"agent\":\"ana\"," CREDIT("100.00"),
       {ASK},
       NULL},
      {NULL, NULL, "\"agent\":\"leo\"," CREDIT("60.00"), {GRANTED, "\"day\":\"40.00\""}, NULL},
      {NULL, NULL, "\"agent\":\"ana\"," CREDIT("40.01"), {REFUSED}, "route"},
      {NULL, NULL, "\"agent\":\"ana\"," CREDIT("40.00"), {ASK}, NULL},
  };
  CHECK_ROWS(rows);
}

static void certificates_hold_until_their_very_microsecond(void **state)
{
  (void)state;
#define HELD                                                                                       \
  HEAD "grants:\n  - {id: g, who: {holds: [c1, c2]}, may: [credit], when: '\"c1\" in "             \
       "agent.holds', up_to: 5.00}\n"
#define HOLDER(until)                                                                              \
  "\"agent\":{\"id\":\"x\",\"holds\":[\"c2\",{\"name\":\"c1\",\"until\":\"" until "\"}]},"
  static const struct row rows[] = {
      {HELD, NULL, HOLDER("2026-03-02T10:00:00.000001Z") CREDIT("5.00"), {GRANTED}, NULL},
      {NULL,
       NULL,
       HOLDER("2026-03-02T10:00:00Z") CREDIT("5.00"),
       {REFUSED, "the certificate c1 is needed"},
       NULL},
      {NULL,
       NULL,
       "\"agent\":{\"id\":\"x\",\"holds\":[\"c1@2026-03-02\",\"c2\"]}," CREDIT("5.00"),
       {GRANTED},
       NULL},
      {NULL,
       NULL,
       "\"agent\":{\"id\":\"x\",\"holds\":[\"c1@2026-03-01\",\"c2\"]}," CREDIT("5.00"),
       {REFUSED},
       NULL},
      {NULL,
       NULL,
       "\"agent\":{\"id\":\"x\",\"holds\":[\"c1\"]}," CREDIT("5.00"),
       {REFUSED, "the certificate c2 is needed"},
       NULL},
  };
  CHECK_ROWS(rows);
}

/* What an agent reads when money is left "until": local days and months, whatever the clock does.
 */
static void months_turn_over_where_the_organization_is(void **state)
{
  (void)state;
#define ZONED(zone, every)                                                                         \
  HEAD "time_zone: " zone "\nbudgets: {b: {per: agent, every: " every                              \
       ", amount: 10.00}}\ngrants:\n  - {id: g, may: [credit], draws: [b]}\n"
#define LATE(time) ANA AT(time) CREDIT("10.01")
  static const struct row rows[] = {
      {ZONED("Australia/Sydney", "month"),
       NULL,
       LATE("2026-03-31T12:59:59Z"),
       {"left until 1 April,"},
       NULL},
      {NULL, NULL, LATE("2026-03-31T13:00:00Z"), {"left until 1 May,"}, NULL},
      {NULL, NULL, LATE("2026-12-31T12:59:59Z"), {"left until 1 January,"}, NULL},
      {NULL, NULL, LATE("2026-12-31T13:00:00Z"), {"left until 1 February,"}, NULL},
      {ZONED("America/New_York", "day"),
       NULL,
       LATE("2026-03-08T04:59:59Z"),
       {"left until 8 March,"},
       NULL},
      {NULL, NULL, LATE("2026-03-08T05:00:00Z"), {"left until 9 March,"}, NULL},
      {NULL, NULL, LATE("2026-03-09T03:59:59Z"), {"left until 9 March,"}, NULL},
      {NULL, NULL, LATE("2026-03-09T04:00:00Z"), {"left until 10 March,"}, NULL},
      {NULL, NULL, LATE("2026-11-02T04:59:59Z"), {"left until 2 November,"}, NULL},
      {NULL, NULL, LATE("2026-11-02T05:00:00Z"), {"left until 3 November,"}, NULL},
      {ZONED("Europe/Berlin", "quarter"),
       NULL,
       LATE("2026-02-28T23:30:00Z"),
       {"left until 1 April,"},
       NULL},
      {ZONED("UTC", "year"), NULL, LATE("2026-02-28T23:30:00Z"), {"left until 1 January,"}, NULL},
      {ZONED("UTC", "week"), NULL, LATE("2026-03-01T23:59:59Z"), {"left until 2 March,"}, NULL},
      {NULL, NULL, LATE("2026-03-02T00:00:00Z"), {"left until 9 March,"}, NULL},
      {ZONED("America/Sao_Paulo", "day"),
       NULL,
       LATE("2018-11-03T12:00:00Z"),
       {"left until 4 November,"},
       NULL},
  };
  CHECK_ROWS(rows);
}

/* No answer without a next step, whatever a small machine of chance puts together. */
static void never_a_bare_no(void **state)
{
  (void)state;
  static const char *const policies[] = {RAILED, THREE, BUDGETS, NEEDY,
                                         ROUTED, OWN,   HELD,    HEAD "grants: []\n"};
  static const char *const agents[] = {ANA,
                                       SUE,
                                       LEO,
                                       "\"agent\":\"x\",",
                                       HOLDER("2027-01-01T00:00:00Z"),
                                       "\"agent\":{\"id\":\"m\",\"tier\":\"manager\"},"};
  static const char *const actions[] = {
      CREDIT("0.00"),       CREDIT("10.00"),  CREDIT("50.01"),
      CREDIT("100.01"),     CREDIT("999.00"), "\"action\":\"refund\",\"amount\":\"5.00\"",
      "\"action\":\"plan\""};
  static const char *const rests[] = {"",
                                      K("1"),
                                      ",\"case\":\"c\"",
                                      ",\"note\":\"n\"",
                                      ",\"reason\":\"outage\"",
                                      FACTS("\"must\":1"),
                                      FACTS("\"vip\":false"),
                                      FACTS("\"zone\":\"q\""),
                                      FACTS("\"known\":true,\"ok\":false")};
  size_t asked = 0;
  for (size_t p = 0; p < sizeof policies / sizeof policies[0]; p++) {
    struct desk desk;
    desk_open(&desk, policies[p], NULL);
    uint64_t seed = 1;
    for (size_t i = 0; i < 2000; i++) {
      char request[1024];
      seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
      (void)snprintf(request, sizeof request, "%s%s%s", agents[(seed >> 33) % 6],
                     actions[(seed >> 40) % 7], rests[(seed >> 50) % 9]);
      lw_str answer = desk_ask(&desk, request);
      bool decided = has_part(answer, ASK) || has_part(answer, REFUSED);
      asked += decided;
      if (decided && has_part(answer, "\"can\":[]") && has_part(answer, "\"needs\":[]") &&
          !has_part(answer, "\"route\":") && !has_part(answer, "\"instead\":\"")) {
        fail_msg("a bare no: %.*s", LW_FMT(answer));
      }
      if (decided && has_part(answer, "\"because\":[]")) {
        fail_msg("no reason is given: %.*s", LW_FMT(answer));
      }
    }
    desk_close(&desk);
  }
  assert_true(asked > 2000);
}

/* --- deciding for the agent --- */

struct for_row {
  const char *request;  /* members, without the braces */
  const char *approver; /* an id; NULL: nobody answered */
  int64_t minor;        /* the answer's amount; -1: as asked */
  enum lw_code code;
  enum lw_verdict verdict;
  const char *grant; /* GRANTED: its id, or NULL for none */
  const char *scope; /* of the first draw, or NULL for no draws */
  const char *because;
};

static const struct lw_request *read_for(struct desk *desk, struct lw_json_reader *json,
                                         const char *members, struct lw_request *request)
{
  struct lw_faults faults = {.arena = &desk->arena};
  struct lw_error err = {0};
  const struct lw_value *value = NULL;
  lw_str text = lw_str_format(&desk->arena, "{%s}", members);
  struct lw_request_options options = {.people = desk->people, .now = INT64_C(1772445600000000)};
  assert_int_equal(lw_json_read(json, &desk->arena, text, NULL, &value, &err), LW_OK);
  assert_true(lw_request_read(desk->policy, value, &options, &desk->arena, request, &faults));
  return request;
}

static bool fits_for(const struct desk *desk, const struct for_row *row, enum lw_code code,
                     const struct lw_outcome *outcome)
{
  if (code != row->code || (code == LW_OK && outcome->verdict != row->verdict)) {
    return false;
  }
  if (code != LW_OK || outcome->verdict == LW_FAULTY) {
    return true;
  }
  if (outcome->verdict == LW_REFUSED) {
    bool said = false;
    for (uint32_t i = 0; i < outcome->n_because; i++) {
      said |= has_part(outcome->because[i].failed, row->because);
    }
    return said && outcome->instead.len != 0 && outcome->n_draws == 0;
  }
  bool same_grant = row->grant == NULL ? outcome->grant == UINT32_MAX
                                       : outcome->grant != UINT32_MAX &&
                                             lw_str_equal(desk->policy->grants[outcome->grant].id,
                                                          lw_str_c(row->grant));
  bool same_scope = row->scope == NULL
                        ? outcome->n_draws == 0
                        : outcome->n_draws != 0 &&
                              lw_str_equal(outcome->draws[0].key.scope, lw_str_c(row->scope));
  return same_grant && same_scope && outcome->route == UINT32_MAX;
}

static void whoever_answers_decides_by_their_own_grants_and_budgets(void **state)
{
  (void)state;
#define FOR                                                                                        \
  HEAD                                                                                             \
      "facts: {ok: {type: bool, default: true}, must: {type: int, optional: true}, "               \
      "size: {type: int}}\n"                                                                       \
      "budgets: {mine: {per: agent, every: month, amount: 500.00}, k: {per: customer, amount: "    \
      "600.00}}\n"                                                                                 \
      "grants:\n  - {id: own, who: {tier: frontline}, may: [credit], up_to: 50.00, draws: "        \
      "[mine]}\n"                                                                                  \
      "  - {id: lead, who: {tier: lead}, may: [credit], when: ok, up_to: 300.00, draws: [mine, "   \
      "k], needs: [note]}\n"                                                                       \
      "  - {id: sized, who: {tier: lead}, may: [refund], when: size > 1, up_to: 70.00}\n"          \
      "rails:\n  - {id: ask, no: [credit], when: 'amount > money(\"40.00\")', ask: up}\n"          \
      "  - {id: hard, no: [credit], when: 'amount > money(\"250.00\")', why: no, instead: else}\n" \
      "  - {id: bots, no: [credit], when: 'agent.kind == \"ai\" && amount > money(\"100.00\")'}\n" \
      "routes:\n  - {id: up, ask: [{who: {tier: lead}, within: 60s}], otherwise: {grant_up_to: "   \
      "80.00}}\n"
  static const char people[] = "- {id: ana, tier: frontline, team: care}\n"
                               "- {id: bot, tier: frontline, team: care, kind: ai}\n"
                               "- {id: joe, tier: frontline, team: care}\n"
                               "- {id: leo, tier: lead, team: care}\n"
                               "- {id: robo, tier: lead, team: care, kind: ai}\n";
#define BY(id) "\"agent\":\"" id "\",\"customer\":\"k1\",\"note\":\"n\","
  static const struct for_row rows[] = {
      {BY("ana") CREDIT("200.00"), "leo", -1, LW_OK, LW_GRANTED, "lead", "leo", NULL},
      {BY("ana") CREDIT("200.00"), "leo", 25000, LW_OK, LW_GRANTED, "lead", "leo", NULL},
      /* the answer's amount counts, not what the request was read with */
      {BY("ana") CREDIT("200.00"), "leo", 25001, LW_OK, LW_REFUSED, NULL, NULL, "it is 250.01"},
      {BY("ana") CREDIT("251.00"), "leo", 4000, LW_OK, LW_GRANTED, "own", "leo", NULL},
      {BY("ana") CREDIT("251.00"), "leo", -1, LW_OK, LW_REFUSED, NULL, NULL, "it is 251.00"},
      {BY("ana") CREDIT("200.00"), "joe", -1, LW_OK, LW_REFUSED, NULL, NULL, "up_to: 50.00"},
      {BY("ana") CREDIT("200.00"), "ana", -1, LW_FORBIDDEN, LW_REFUSED, NULL, NULL, NULL},
      {BY("leo") CREDIT("200.00"), "leo", -1, LW_FORBIDDEN, LW_REFUSED, NULL, NULL, NULL},
      /* a hard rail about the agent holds whoever answers; one about who answers, too */
      {BY("bot") CREDIT("200.00"), "leo", -1, LW_OK, LW_REFUSED, NULL, NULL, "agent.kind"},
      {BY("bot") CREDIT("100.00"), "leo", -1, LW_OK, LW_GRANTED, "lead", "leo", NULL},
      {BY("ana") CREDIT("200.00"), "robo", -1, LW_OK, LW_REFUSED, NULL, NULL, "agent.kind"},
      {BY("ana") CREDIT("200.00") FACTS("\"ok\":false"), "leo", -1, LW_OK, LW_REFUSED, NULL, NULL,
       "ok"},
      {"\"agent\":\"ana\",\"customer\":\"k1\"," CREDIT("200.00"), "leo", -1, LW_OK, LW_REFUSED,
       NULL, NULL, "needs: a note"},
      {"\"agent\":\"ana\",\"note\":\"n\"," CREDIT("200.00"), "leo", -1, LW_OK, LW_REFUSED, NULL,
       NULL, "customer"},
      {BY("ana") "\"action\":\"refund\",\"amount\":\"60.00\"", "leo", -1, LW_OK, LW_FAULTY, NULL,
       NULL, NULL},
      {BY("ana") "\"action\":\"refund\",\"amount\":\"60.00\"" FACTS("\"size\":2"), "leo", -1, LW_OK,
       LW_GRANTED, "sized", NULL, NULL},
      {BY("ana") "\"action\":\"plan\"", "leo", -1, LW_OK, LW_REFUSED, NULL, NULL,
       "no grant names it"},
      /* nobody answered: the agent's own grant where it covers, else without one; hard rails hold
       */
      {BY("ana") CREDIT("45.00"), NULL, -1, LW_OK, LW_GRANTED, "own", "ana", NULL},
      {BY("ana") CREDIT("80.00"), NULL, -1, LW_OK, LW_GRANTED, NULL, NULL, NULL},
      {BY("ana") CREDIT("300.00"), NULL, -1, LW_OK, LW_REFUSED, NULL, NULL, "it is 300.00"},
      {BY("ana") CREDIT("300.00"), NULL, 8000, LW_OK, LW_GRANTED, NULL, NULL, NULL},
  };
  struct desk desk;
  struct lw_json_reader *json = lw_json_reader_create(NULL);
  struct lw_rows *drawn = lw_rows_create(NULL);
  desk_open(&desk, FOR, people);
  struct lw_decider *decider = lw_decider_create(desk.policy, drawn, desk.people, NULL);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const struct for_row *row = &rows[i];
    struct lw_request request = {0};
    struct lw_outcome outcome = {0};
    struct lw_error err = {0};
    lw_decider_reset(decider);
    (void)read_for(&desk, json, row->request, &request);
    request.amount_minor = row->minor >= 0 ? row->minor : request.amount_minor;
    uint32_t by =
        row->approver != NULL ? desk.people->find(desk.people, lw_str_c(row->approver)) : 0;
    enum lw_code code =
        row->approver != NULL
            ? lw_decide_for(decider, &request, &desk.people->actors[by], &outcome, &err)
            : lw_decide_fallback(decider, &request, &outcome, &err);
    if (!fits_for(&desk, row, code, &outcome)) {
      lw_str said = outcome.n_because != 0 ? outcome.because[0].failed : LW_STR("");
      fail_msg("row %zu: code %d verdict %d: %.*s", i, (int)code, (int)outcome.verdict,
               LW_FMT(said));
    }
  }
  lw_decider_destroy(decider);
  lw_rows_destroy(drawn);
  lw_json_reader_destroy(json);
  desk_close(&desk);
}

static void a_level_names_people_for_the_agent(void **state)
{
  (void)state;
#define LEVELS                                                                                     \
  HEAD                                                                                             \
      "grants: [{id: g, may: [credit], up_to: 1.00}]\n"                                            \
      "routes:\n  - {id: a, ask: [{who: {person: zoe}}]}\n"                                        \
      "  - {id: b, ask: [{who: {tier: lead, team: same}, within: 60s}, {who: {tier: manager}}]}\n"
  static const char people[] = "- {id: ana, tier: frontline, team: care}\n"
                               "- {id: leo, tier: lead, team: care/night}\n"
                               "- {id: lou, tier: lead, team: billing}\n"
                               "- {id: max, tier: manager, team: ops}\n"
                               "- {id: zoe, team: ops}\n";
  static const struct {
    uint32_t route, level;
    const char *person;
    bool fits;
  } rows[] = {
      {0, 0, "zoe", true},  {0, 0, "max", false}, {1, 0, "leo", true},
      {1, 0, "lou", false}, {1, 0, "max", false}, {1, 0, "ana", false},
      {1, 1, "max", true},  {1, 1, "leo", false}, {1, 1, "zoe", false},
  };
  struct desk desk;
  struct lw_request request = {0};
  struct lw_json_reader *json = lw_json_reader_create(NULL);
  struct lw_rows *drawn = lw_rows_create(NULL);
  desk_open(&desk, LEVELS, people);
  struct lw_decider *decider = lw_decider_create(desk.policy, drawn, desk.people, NULL);
  (void)read_for(&desk, json, "\"agent\":\"ana\"," CREDIT("9.00"), &request);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const struct lw_actor *who =
        &desk.people->actors[desk.people->find(desk.people, lw_str_c(rows[i].person))];
    if (lw_level_fits(decider, &request, rows[i].route, rows[i].level, who) != rows[i].fits) {
      fail_msg("row %zu: %s", i, rows[i].person);
    }
  }
  lw_decider_destroy(decider);
  lw_rows_destroy(drawn);
  lw_json_reader_destroy(json);
  desk_close(&desk);
}

static void budgets_keep_their_rows_under_numbers_of_their_own(void **state)
{
  (void)state;
  struct desk desk;
  struct lw_request request = {0};
  struct lw_outcome outcome = {0};
  struct lw_error err = {0};
  struct lw_json_reader *json = lw_json_reader_create(NULL);
  struct lw_rows *drawn = lw_rows_create(NULL);
  desk_open(&desk,
            HEAD "budgets: {a: {per: agent, amount: 9.00}, b: {per: agent, amount: 5.00}}\n"
                 "grants: [{id: g, may: [credit], draws: [a, b]}]\n",
            NULL);
  for (uint32_t i = 0; i < 2; i++) {
    assert_int_equal(desk.policy->budgets[i].number, i);
  }
  lw_policy_number_budget(desk.policy, 0, 1);
  lw_policy_number_budget(desk.policy, 1, 70000);
  struct lw_decider *decider = lw_decider_create(desk.policy, drawn, NULL, NULL);
  (void)read_for(&desk, json, ANA CREDIT("4.00"), &request);
  assert_int_equal(lw_decide(decider, &request, &outcome, &err), LW_OK);
  assert_int_equal(outcome.verdict, LW_GRANTED);
  assert_int_equal(outcome.draws[0].key.budget, 1);
  assert_int_equal(outcome.draws[1].key.budget, 70000);
  assert_int_equal(outcome.left[0].budget, 0); /* words and names go by the policy's index */
  assert_int_equal(outcome.left[1].budget, 1);
  assert_int_equal(
      lw_rows_draw(drawn, outcome.draws, outcome.n_draws, desk.policy->zone, request.at, &err),
      LW_OK);
  lw_decider_reset(decider);
  assert_int_equal(lw_decide(decider, &request, &outcome, &err), LW_OK);
  assert_int_equal(outcome.verdict, LW_REFUSED);
  assert_true(has_part(outcome.because[0].failed, "b: 1.00 of 5.00 left"));
  lw_decider_destroy(decider);
  lw_rows_destroy(drawn);
  lw_json_reader_destroy(json);
  desk_close(&desk);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rails_decide_in_file_order_before_everything),
      cmocka_unit_test(the_first_grant_that_covers_it_all_grants),
      cmocka_unit_test(budgets_limit_and_are_drawn_all_or_none),
      cmocka_unit_test(overrides_stand_in_place_of_a_budget_limit),
      cmocka_unit_test(a_note_is_asked_for_before_anything_is_drawn),
      cmocka_unit_test(a_route_is_asked_when_somebody_on_it_could_grant),
      cmocka_unit_test(nobody_approves_their_own_request),
      cmocka_unit_test(an_approver_draws_on_their_own_budgets),
      cmocka_unit_test(certificates_hold_until_their_very_microsecond),
      cmocka_unit_test(months_turn_over_where_the_organization_is),
      cmocka_unit_test(never_a_bare_no),
      cmocka_unit_test(whoever_answers_decides_by_their_own_grants_and_budgets),
      cmocka_unit_test(a_level_names_people_for_the_agent),
      cmocka_unit_test(budgets_keep_their_rows_under_numbers_of_their_own),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
