/* What a request may say, and what it is told when it doesn't fit: the field, and what was likely
 * meant. */
#include "desk.h"

#define TERMS                                                                                      \
  HEAD "channels: [phone, chat]\n"                                                                 \
       "facts:\n  customer.segment: {type: string, one_of: [standard, gold]}\n  customer.days: "   \
       "{type: int}\n"                                                                             \
       "  lines: {type: int, default: 1}\n  total: {type: money, optional: true}\n  due: {type: "  \
       "timestamp, optional: true}\n"                                                              \
       "  wait: {type: duration, optional: true}\n  tags: {type: list<string>, default: []}\n  "   \
       "items: {type: list<map>, default: []}\n"                                                   \
       "  prices: {type: 'map<string, money>', default: {}}\n  ratio: {type: double, default: "    \
       "0.5}\n  raw: {type: bytes, optional: true}\n"                                              \
       "grants:\n  - {id: g, may: [credit], when: 'customer.segment == \"gold\" && customer.days " \
       ">= 30', up_to: 50.00}\n"                                                                   \
       "  - {id: open, may: [plan]}\n"
#define PLAN ANA "\"action\":\"plan\""

static void facts_may_be_dotted_nested_or_both(void **state)
{
  (void)state;
  static const struct row rows[] = {
      {TERMS,
       NULL,
       ANA CREDIT("5.00") FACTS("\"customer\":{\"segment\":\"gold\",\"days\":30}"),
       {GRANTED},
       NULL},
      {NULL,
       NULL,
       ANA CREDIT("5.00") FACTS("\"customer.segment\":\"gold\",\"customer.days\":30"),
       {GRANTED},
       NULL},
      {NULL,
       NULL,
       ANA CREDIT("5.00") FACTS("\"customer\":{\"segment\":\"gold\"},\"customer.days\":30"),
       {GRANTED},
       NULL},
      {NULL,
       NULL,
       ANA CREDIT("5.00") FACTS("\"customer\":{\"segment\":\"gold\"}"),
       {"facts.customer.days", "is missing"},
       "segment"},
      {NULL,
       NULL,
       ANA CREDIT("5.00") FACTS("\"customer\":{\"segment\":null,\"days\":3}"),
       {"facts.customer.segment", "is missing"},
       NULL},
      {NULL, NULL, PLAN, {GRANTED}, NULL},
      {NULL, NULL, PLAN FACTS("\"customer\":{}"), {GRANTED}, NULL},
      {NULL, NULL, PLAN ",\"facts\":null", {GRANTED}, NULL},
      {NULL,
       NULL,
       PLAN FACTS("\"items\":[{\"a\":1,\"b\":[1.5,null,{}]}],\"prices\":{\"x\":\"1.50\"},\"raw\":"
                  "\"aGk=\""),
       {GRANTED},
       NULL},
  };
  CHECK_ROWS(rows);
}

static void what_does_not_fit_is_named(void **state)
{
  (void)state;
  static const struct row rows[] = {
      {TERMS,
       NULL,
       PLAN FACTS("\"custmer\":{\"segment\":\"gold\"}"),
       {"\"at\":\"facts.custmer\"", "did you mean \\\"customer\\\"?"},
       "verdict"},
      {NULL,
       NULL,
       PLAN FACTS("\"customer\":{\"segmnt\":\"gold\"}"),
       {"\"at\":\"facts.customer.segmnt\"", "did you mean \\\"customer.segment\\\"?"},
       NULL},
      {NULL, NULL, PLAN FACTS("\"customer\":7"), {"\"at\":\"facts.customer\""}, "verdict"},
      {NULL,
       NULL,
       PLAN FACTS("\"customer.segment\":\"platinum\""),
       {"must be one of \\\"standard\\\", \\\"gold\\\", not \\\"platinum\\\""},
       NULL},
      {NULL,
       NULL,
       PLAN FACTS("\"customer.days\":\"30\""),
       {"facts.customer.days", "must be a whole number, not \\\"30\\\""},
       NULL},
      {NULL, NULL, PLAN FACTS("\"customer.days\":1.5"), {"must be a whole number, not 1.5"}, NULL},
      {NULL,
       NULL,
       PLAN FACTS("\"customer.days\":9223372036854775808"),
       {"must be a whole number"},
       NULL},
      {NULL,
       NULL,
       PLAN FACTS("\"total\":80.00"),
       {"facts.total", "must be an amount as text, not 80.00; write it in quotes"},
       NULL},
      {NULL, NULL, PLAN FACTS("\"total\":\"80.001\""), {"no more decimals"}, NULL},
      {NULL, NULL, PLAN FACTS("\"due\":\"1 May\""), {"must be a time", "RFC 3339"}, NULL},
      {NULL, NULL, PLAN FACTS("\"wait\":\"soon\""), {"must be a length of time"}, NULL},
      {NULL,
       NULL,
       PLAN FACTS("\"tags\":[\"a\",2]"),
       {"facts.tags[1]", "must be a text, not 2"},
       NULL},
      {NULL, NULL, PLAN FACTS("\"prices\":{\"x\":{\"y\":1}}"), {"facts.prices.x"}, "verdict"},
      {NULL, NULL, PLAN FACTS("\"items\":{}"), {"must be a list"}, NULL},
      {NULL, NULL, PLAN ",\"facts\":[]", {"facts", "must be an object, not a list"}, NULL},
      {NULL,
       NULL,
       PLAN ",\"reson\":\"outage\"",
       {"\"at\":\"reson\"", "did you mean \\\"reason\\\"?"},
       NULL},
      {NULL,
       NULL,
       PLAN ",\"reason\":\"outge\"",
       {"\"at\":\"reason\"", "did you mean \\\"outage\\\"?"},
       NULL},
      {NULL,
       NULL,
       PLAN ",\"channel\":\"fax\"",
       {"\"at\":\"channel\"", "\\\"phone\\\" and \\\"chat\\\""},
       NULL},
      {NULL, NULL, PLAN ",\"channel\":\"chat\"", {GRANTED}, NULL},
      {NULL,
       NULL,
       PLAN ",\"case\":\"a\\u0001b\"",
       {"\"at\":\"case\"", "must not have control characters"},
       NULL},
      {NULL,
       NULL,
       PLAN ",\"case\":{\"id\":\"a\\u001fb\"}",
       {"\"at\":\"case.id\"", "control"},
       NULL},
      {NULL, NULL, PLAN ",\"customer\":\"a\\nb\"", {"\"at\":\"customer\"", "control"}, NULL},
      {NULL,
       NULL,
       PLAN ",\"case\":{\"id\":\"a\",\"opend\":\"x\"}",
       {"\"at\":\"case.opend\"", "did you mean \\\"opened\\\"?"},
       NULL},
      {NULL,
       NULL,
       PLAN ",\"case\":{\"reopened\":\"yes\"}",
       {"\"at\":\"case.reopened\"", "must be true or false"},
       NULL},
      {NULL, NULL, PLAN ",\"meta\":7", {"\"at\":\"meta\"", "must be an object"}, NULL},
      {NULL, NULL, PLAN ",\"at\":\"2026-02-30T00:00:00Z\"", {"\"at\":\"at\"", "RFC 3339"}, NULL},
      {NULL, NULL, PLAN ",\"at\":17", {"\"at\":\"at\"", "must be a text"}, NULL},
      {NULL, NULL, ANA "\"action\":\"credit\"", {"\"at\":\"amount\"", "is missing"}, NULL},
      {NULL,
       NULL,
       ANA "\"action\":\"credit\",\"amount\":80",
       {"must be an amount as text, not 80"},
       NULL},
      {NULL, NULL, ANA "\"action\":\"credit\",\"amount\":\"-0.01\"", {"must be 0 or more"}, NULL},
      {NULL,
       NULL,
       ANA "\"action\":\"credit\",\"amount\":\"92233720368547758.08\"",
       {"must be a smaller amount"},
       NULL},
      {NULL, NULL, ANA "\"action\":\"credit\",\"amount\":\"1e3\"", {"must be an amount"}, NULL},
      {NULL,
       NULL,
       ANA "\"action\":\"creditt\",\"amount\":\"1.00\"",
       {"did you mean \\\"credit\\\"?"},
       NULL},
      {NULL, NULL, ANA "\"amount\":\"1.00\"", {"\"at\":\"action\"", "is missing"}, NULL},
      {NULL, NULL, ANA "\"action\":null", {"\"at\":\"action\""}, "verdict"},
      {NULL, NULL, "\"action\":\"plan\"", {"\"at\":\"agent\"", "who asks?"}, NULL},
      {NULL, NULL, "\"agent\":\"\",\"action\":\"plan\"", {"\"at\":\"agent\"", "who asks?"}, NULL},
      {NULL,
       NULL,
       "\"agent\":{\"tier\":\"lead\"},\"action\":\"plan\"",
       {"\"at\":\"agent.id\"", "is missing"},
       NULL},
      {NULL,
       NULL,
       "\"agent\":{\"id\":\"x\",\"teir\":\"lead\"},\"action\":\"plan\"",
       {"\"at\":\"agent.teir\"", "did you mean \\\"tier\\\"?"},
       NULL},
      {NULL,
       NULL,
       "\"agent\":{\"id\":\"x\",\"tier\":\"boss\"},\"action\":\"plan\"",
       {"\"at\":\"agent.tier\"", "\\\"manager\\\""},
       NULL},
      {NULL,
       NULL,
       "\"agent\":{\"id\":\"x\",\"holds\":\"c\"},\"action\":\"plan\"",
       {"\"at\":\"agent.holds\""},
       "verdict"},
      {NULL,
       NULL,
       "\"agent\":{\"id\":\"x\",\"hired_at\":\"long ago\"},\"action\":\"plan\"",
       {"\"at\":\"agent.hired_at\""},
       "verdict"},
  };
  CHECK_ROWS(rows);
}

static void a_fact_may_be_called_reason(void **state)
{
  (void)state;
  static const struct row rows[] = {
      {"leeway: 1\ncurrency: USD\ntiers: [a]\nfacts: {reason: {type: string, one_of: [x, "
       "y]}}\nactions: {credit: {kind: money}}\n"
       "grants:\n  - {id: g, may: [credit], when: reason == \"x\", up_to: 5.00}\n",
       NULL,
       "\"agent\":\"a\"," CREDIT("1.00") FACTS("\"reason\":\"x\""),
       {GRANTED},
       NULL},
      {NULL, NULL, "\"agent\":\"a\"," CREDIT("1.00") ",\"reason\":\"x\"", {GRANTED}, NULL},
      {NULL,
       NULL,
       "\"agent\":\"a\",\"reason\":\"y\"," CREDIT("1.00") FACTS("\"reason\":\"x\""),
       {GRANTED},
       NULL},
      {NULL,
       NULL,
       "\"agent\":\"a\"," CREDIT("1.00") FACTS("\"reason\":\"y\""),
       {REFUSED, "it is \\\"y\\\""},
       NULL},
  };
  CHECK_ROWS(rows);
}

static void other_facts_are_ignored_when_the_policy_says_so(void **state)
{
  (void)state;
  static const struct row rows[] = {
      {HEAD "other_facts: ignore\nfacts: {a.b: {type: int, default: 1}}\ngrants: [{id: g, may: "
            "[plan]}]\n",
       NULL,
       PLAN FACTS("\"x\":1,\"a\":{\"c\":2},\"y\":{\"z\":[]}"),
       {GRANTED},
       NULL},
      {NULL, NULL, PLAN FACTS("\"a\":{\"b\":\"text\"}"), {"facts.a.b"}, "verdict"},
  };
  CHECK_ROWS(rows);
}

static void the_case_and_the_agent_are_in_scope(void **state)
{
  (void)state;
#define SCOPE(when) HEAD "grants:\n  - id: g\n    may: [plan]\n    when: " when "\n"
  static const struct row rows[] = {
      {SCOPE("case.age > duration(\"1h\") && case.idle == duration(\"90s\") && case.reopened && "
             "!case.escalated && case.id == \"c\""),
       NULL,
       PLAN ",\"at\":\"2026-03-02T10:00:00Z\",\"case\":{\"id\":\"c\",\"opened\":\"2026-03-02T08:59:"
            "59.999Z\",\"last_update\":\"2026-03-02T09:58:30Z\","
            "\"reopened\":true,\"escalated\":false}",
       {GRANTED},
       NULL},
      {NULL, NULL, PLAN ",\"case\":\"c\"", {REFUSED, "case.age", "needs"}, NULL},
      /* a clock that is behind makes no negative age */
      {SCOPE("case.age == duration(\"0s\")"),
       NULL,
       PLAN ",\"case\":{\"opened\":\"2030-01-01T00:00:00Z\"}",
       {GRANTED},
       NULL},
      {SCOPE("agent.tenure_days == 1 && agent.kind == \"ai\" && agent.tier == \"lead\" && "
             "agent.team == \"t/u\""),
       NULL,
       "\"agent\":{\"id\":\"x\",\"kind\":\"ai\",\"tier\":\"lead\",\"team\":\"t/"
       "u\",\"hired_at\":\"2026-03-01T10:00:00Z\"},\"action\":\"plan\"",
       {GRANTED},
       NULL},
      {NULL, NULL, PLAN, {REFUSED, "agent.tenure_days is not known"}, NULL},
      {SCOPE("channel == \"phone\" && reason == \"outage\" && action == \"plan\" && customer.id == "
             "\"k\""),
       NULL,
       PLAN ",\"channel\":\"phone\",\"reason\":\"outage\",\"customer\":\"k\"",
       {GRANTED},
       NULL},
      {SCOPE("now == timestamp(\"1969-12-31T23:59:59.5Z\")"),
       NULL,
       PLAN ",\"at\":\"1969-12-31T23:59:59.5Z\"",
       {GRANTED},
       NULL},
      {SCOPE("now == timestamp(\"2026-03-02T10:00:00Z\")"), NULL, PLAN, {GRANTED}, NULL},
      {SCOPE("amount > money(\"0.00\")"),
       NULL,
       PLAN,
       {REFUSED, "amount is not known", "\"needs\":[\"amount\"]"},
       NULL},
  };
  CHECK_ROWS(rows);
}

static void meta_comes_back_as_it_was_written(void **state)
{
  (void)state;
#define META                                                                                       \
  "{ \"b\":1.0,\"a\" : 1e5, \"n\":12345678901234567890, \"u\":\"\\u00e9\\/\", \"nil\":null, "      \
  "\"d\":{\"z\":[1,  2]} }"
  static const struct row rows[] = {
      {HEAD "grants: [{id: g, may: [plan]}]\n",
       NULL,
       "\"meta\":" META "," PLAN,
       {"\"meta\":" META "}"},
       NULL},
      {NULL, NULL, "\"meta\":" META ",\"action\":\"none\"", {"error", "\"meta\":" META "}"}, NULL},
      {NULL, NULL, PLAN ",\"meta\":{}", {"\"meta\":{}}"}, NULL},
      {NULL, NULL, PLAN, {GRANTED}, "meta"},
  };
  CHECK_ROWS(rows);
}

/* --- what a server says --- */

static const struct lw_actor known_agent = {
    .id = LW_STR_INIT("ana"), .team = LW_STR_INIT("care"), .tier = LW_STR_INIT("frontline")};

#define SERVER                                                                                     \
  HEAD "facts:\n  vip: {type: bool, optional: true}\n  customer.days: {type: int, default: 1}\n"   \
       "  photo: {type: bool, from: agent, default: false}\n"                                      \
       "grants:\n  - {id: vips, may: [plan], when: vip}\n"                                         \
       "  - {id: old, may: [plan], when: 'customer.days > 30'}\n"                                  \
       "  - {id: again, may: [plan], when: case.reopened}\n"                                       \
       "  - {id: photos, may: [plan], when: photo}\n"                                              \
       "  - {id: mine, may: [plan], when: 'agent.id == \"ana\" && customer.id == \"k1\"'}\n"

struct said {
  const char *request; /* without braces */
  bool agent;          /* known from who asks */
  bool strict;         /* no_time, no_system_facts, no_case_claims */
  const char *stored_case;
  const char *stored_facts;
  const char *has;
  const char *has_not;
};

static const struct lw_value *read_value(struct desk *desk, struct lw_json_reader *reader,
                                         const char *json)
{
  const struct lw_value *value = NULL;
  struct lw_error err;
  lw_str text = json != NULL ? lw_str_copy(&desk->arena, lw_str_c(json)) : LW_STR("");
  if (json != NULL && lw_json_read(reader, &desk->arena, text, NULL, &value, &err) != LW_OK) {
    fail_msg("%s: %s", json, err.text);
  }
  return value;
}

static void check_said(struct desk *desk, struct lw_json_reader *reader, const struct said *row,
                       size_t number)
{
  lw_str json = lw_str_format(&desk->arena, "{%s}", row->request);
  const struct lw_request_options options = {
      .now = INT64_C(1772445600000000),
      .agent = row->agent ? &known_agent : NULL,
      .no_time = row->strict,
      .no_system_facts = row->strict,
      .no_case_claims = row->strict,
      .stored_case = read_value(desk, reader, row->stored_case),
      .stored_facts = read_value(desk, reader, row->stored_facts)};
  lw_buf_reset(&desk->out);
  (void)lw_session_decide_value(desk->session, read_value(desk, reader, json.ptr), &options, 0,
                                &desk->out);
  lw_str answer = lw_buf_str(&desk->out);
  if (!has_part(answer, row->has) || (row->has_not != NULL && has_part(answer, row->has_not))) {
    fail_msg("row %zu: no %s in %.*s", number, row->has, LW_FMT(answer));
  }
}

static void a_server_says_who_asks_and_what_is_known(void **state)
{
  (void)state;
#define PLANS "\"action\":\"plan\""
  static const struct said rows[] = {
      {PLANS ",\"customer\":\"k1\"", true, true, NULL, NULL, GRANT("mine"), NULL},
      {"\"agent\":\"ana\"," PLANS ",\"customer\":\"k1\"", true, true, NULL, NULL, GRANT("mine"),
       NULL},
      {"\"agent\":\"ben\"," PLANS, true, true, NULL, NULL, "is \\\"ben\\\", but \\\"ana\\\" asks",
       NULL},
      {"\"agent\":{\"id\":\"ana\",\"tier\":\"lead\"}," PLANS, true, true, NULL, NULL,
       "can't be described here", NULL},
      {"\"agent\":null," PLANS, true, true, NULL, NULL, "\"verdict\":\"refused\"", NULL},
      {PLANS, false, true, NULL, NULL, "agent: is missing", NULL},
      {PLANS ",\"at\":\"2026-01-01T00:00:00Z\"", true, true, NULL, NULL, "at: can't be said", NULL},
      {PLANS ",\"facts\":{\"vip\":true}", true, true, NULL, NULL,
       "{\"at\":\"facts.vip\",\"message\":\"is what the records say", NULL},
      {PLANS ",\"facts\":{\"customer\":{\"days\":99}}", true, true, NULL, NULL,
       "{\"at\":\"facts.customer.days\"", NULL},
      {PLANS ",\"facts\":{\"vip\":true}", true, false, NULL, NULL, GRANT("vips"), NULL},
      {PLANS ",\"facts\":{\"photo\":true}", true, true, NULL, NULL, GRANT("photos"), NULL},
      {PLANS, true, true, NULL, "{\"vip\":true}", GRANT("vips"), NULL},
      {PLANS, true, true, NULL, "{\"customer\":{\"days\":31}}", GRANT("old"), NULL},
      {PLANS ",\"facts\":{\"vip\":true}", true, false, NULL, "{\"vip\":false}",
       "\"verdict\":\"refused\"", NULL}, /* the record wins */
      {PLANS ",\"facts\":{\"vip\":true}", true, false, NULL, "{\"vip\":null}", GRANT("vips"), NULL},
      {PLANS, true, true, NULL, "{\"unheard_of\":1,\"customer\":{\"shoe\":2}}",
       "\"verdict\":\"refused\"", "error"},
      {PLANS, true, true, NULL, "{\"vip\":3}", "(of the record) ", NULL},
      {PLANS ",\"case\":{\"id\":\"c\",\"reopened\":true}", true, true, NULL, NULL,
       "case.reopened: is what the records say", NULL},
      {PLANS ",\"case\":{\"id\":\"c\",\"reopened\":true}", true, false, NULL, NULL, GRANT("again"),
       NULL},
      {PLANS ",\"case\":{\"id\":\"c\"}", true, true, "{\"id\":\"c\",\"reopened\":true}", NULL,
       GRANT("again"), NULL},
      {PLANS ",\"case\":{\"id\":\"c\",\"reopened\":true}", true, false,
       "{\"id\":\"c\",\"reopened\":false,\"owner\":\"x\"}", NULL, "\"verdict\":\"refused\"",
       "error"},
      {PLANS ",\"case\":\"c\"", true, true, "{\"id\":\"c\",\"customer\":\"k1\"}", NULL,
       GRANT("mine"), NULL},
      {PLANS ",\"case\":\"c\",\"customer\":\"k2\"", true, true,
       "{\"id\":\"c\",\"customer\":\"k1\"}", NULL, "but the case is one of \\\"k1\\\"", NULL},
  };
  struct desk desk;
  struct lw_json_reader *reader = lw_json_reader_create(NULL);
  desk_open(&desk, SERVER, NULL);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    check_said(&desk, reader, &rows[i], i);
  }
  desk_close(&desk);
  lw_json_reader_destroy(reader);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(facts_may_be_dotted_nested_or_both),
      cmocka_unit_test(what_does_not_fit_is_named),
      cmocka_unit_test(a_fact_may_be_called_reason),
      cmocka_unit_test(other_facts_are_ignored_when_the_policy_says_so),
      cmocka_unit_test(the_case_and_the_agent_are_in_scope),
      cmocka_unit_test(meta_comes_back_as_it_was_written),
      cmocka_unit_test(a_server_says_who_asks_and_what_is_known),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
