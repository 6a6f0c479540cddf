/* A past made by hand, and what its approvals teach: which value, to what, on which evidence; and
 * when nothing is. */
#include "tweak/suggest.h"

#include "policy/decide.h"
#include "policy/edit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#define DAY   (INT64_C(24) * 3600 * LW_USEC_PER_SECOND)
#define START (20000 * DAY)

static const char policy_text[] =
    "leeway: 1\n"
    "organization: Test\n"
    "currency: EUR\n"
    "time_zone: UTC\n"
    "tiers: [rep, lead, boss]\n"
    "actions: {credit: {kind: money}, fee: {kind: money}}\n"
    "reasons: {bill: {label: Bill}, gift: {label: Gift}, old: {label: Old}, odd: {label: Odd}}\n"
    "budgets:\n"
    "  month: {per: agent, every: month, amount: {rep: 500.00, lead: 9000.00, boss: 9000.00}}\n"
    "grants:\n"
    "  - id: bill\n"
    "    who: {tier: rep}\n"
    "    may: [credit]\n"
    "    when: reason == \"bill\"\n"
    "    up_to: 40.00 # what a call costs\n"
    "    draws: [month]\n"
    "  - id: gift\n"
    "    who: {tier: lead}\n"
    "    may: [credit]\n"
    "    when: reason == \"gift\"\n"
    "    up_to: 30.00\n"
    "  - id: lead\n"
    "    who: {tier: boss}\n"
    "    may: [credit, fee]\n"
    "rails:\n"
    "  - id: old-ones\n"
    "    no: [credit]\n"
    "    when: reason == \"old\" && agent.tier == \"rep\"\n"
    "    ask: upstairs\n"
    "  - id: none-for-odd\n"
    "    no: [fee]\n"
    "    when: reason == \"gift\"\n"
    "routes:\n"
    "  - id: upstairs\n"
    "    ask: [{who: {tier: boss}, within: 60s}]\n";

struct record {
  struct lw_tape *tape;
  struct lw_policy *policy;
  struct lw_arena arena;
  int64_t seq;
  int agents; /* a new one for each ask, unless it is held */
};

enum said { YES, LESS, OTHER, NO, NOBODY };

static void begin(struct record *record)
{
  struct lw_diags diags;
  *record = (struct record){.tape = lw_tape_create(LW_STR("EUR"))};
  lw_arena_init(&record->arena, NULL, 0);
  lw_diags_init(&diags, &record->arena);
  record->policy = lw_policy_load(lw_str_c(policy_text), NULL, NULL, &diags);
  assert_non_null(record->tape);
  assert_non_null(record->policy);
}

static void end(struct record *record)
{
  lw_policy_destroy(record->policy);
  lw_tape_destroy(record->tape);
  lw_arena_finish(&record->arena);
}

static int64_t add_row(struct record *record, struct lw_tape_row *row)
{
  struct lw_error err;
  row->numbers[LW_TAPE_SEQ] = ++record->seq;
  assert_int_equal(lw_tape_add(record->tape, row, &err), LW_OK);
  return record->seq;
}

static void fill(struct lw_tape_row *row, const char *person, const char *reason,
                 const char *amount, lw_usec at)
{
  lw_tape_row_init(row);
  row->numbers[LW_TAPE_AT] = at;
  row->numbers[LW_TAPE_VERDICT] = LW_ASK;
  row->texts[LW_TAPE_PERSON] = lw_str_c(person);
  row->texts[LW_TAPE_ACTION] = LW_STR("credit");
  row->texts[LW_TAPE_REASON] = lw_str_c(reason);
  row->texts[LW_TAPE_AMOUNT] = lw_str_c(amount);
}

static void add_request(struct record *record, int agent, const char *reason, int64_t minor,
                        lw_usec at, enum said said, const char *who)
{
  struct lw_tape_row row;
  char person[64];
  char amount[32];
  char by[32];
  (void)snprintf(person, sizeof person, "{\"id\":\"a%d\",\"tier\":\"rep\"}", agent);
  (void)snprintf(amount, sizeof amount, "%lld.%02lld", (long long)(minor / 100),
                 (long long)(minor % 100));
  (void)snprintf(by, sizeof by, "{\"id\":\"%s\"}", who);
  fill(&row, person, reason, amount, at);
  int64_t asked = add_row(record, &row);
  fill(&row, said == NOBODY ? person : by, reason, amount, at + LW_USEC_PER_SECOND);
  row.numbers[LW_TAPE_KIND] = said == NO ? LW_TAPE_CLOSED : LW_TAPE_ANSWERED;
  row.numbers[LW_TAPE_VERDICT] = said == NO ? LW_REFUSED : LW_GRANTED;
  row.numbers[LW_TAPE_OF] = asked;
  row.numbers[LW_TAPE_MINOR] = said == LESS ? minor / 2 : minor;
  row.numbers[LW_TAPE_WAITED] = 41 * LW_USEC_PER_SECOND;
  if (said == OTHER) {
    row.texts[LW_TAPE_ACTION] = LW_STR("fee");
  }
  (void)add_row(record, &row);
}

/* Each by an agent of their own; two people answer in turn. */
static void ask(struct record *record, int times, const char *reason, int64_t minor, enum said said)
{
  for (int i = 0; i < times; i++) {
    add_request(record, record->agents++, reason, minor, START + record->seq * LW_USEC_PER_SECOND,
                said, i % 2 == 0 ? "lea" : "leo");
  }
}

static void find(const struct record *record, struct lw_suggestions *found)
{
  struct lw_error err;
  const struct lw_suggest suggest = {
      .tape = record->tape, .policy = record->policy, .source = record->policy->source};
  assert_int_equal(lw_suggest_find(&suggest, found, &err), LW_OK);
}

static void assert_text(lw_str found, const char *expected)
{
  if (!lw_str_equal(found, lw_str_c(expected))) {
    print_error("%.*s, not %s\n", LW_FMT(found), expected);
  }
  assert_true(lw_str_equal(found, lw_str_c(expected)));
}

static bool says(lw_str words, const char *part)
{
  return lw_str_find(words, lw_str_c(part), 0) != SIZE_MAX;
}

static void a_limit_is_raised(void **state)
{
  struct record record;
  struct lw_suggestions found;
  struct lw_buf changed = {0};
  struct lw_error err;
  (void)state;
  begin(&record);
  ask(&record, 37, "bill", 4800, YES);
  ask(&record, 1, "bill", 4700, NO);
  find(&record, &found);
  assert_int_equal(found.count, 1);
  assert_int_equal(found.asks, 38);
  assert_true(found.tried_all);
  const struct lw_suggestion *one = &found.items[0];
  assert_int_equal(one->kind, LW_SUGGEST_RAISE);
  assert_text(one->path, "grants.bill.up_to");
  assert_text(one->before, "40.00");
  assert_text(one->after, "48.00");
  assert_text(one->words,
              "You said yes, as asked, to 37 of the last 38 requests that only the limit of the "
              "grant bill (40.00) kept from being granted at once, in the middle after 41 s. Raise "
              "it to 48.00?");
  assert_int_equal(one->consent.asks, 38);
  assert_int_equal(one->consent.unchanged, 37);
  assert_int_equal(one->consent.no, 1);
  assert_int_equal(one->consent.who, 2);
  assert_true(one->has_replay);
  assert_int_equal(one->replay.avoided, 38);
  assert_int_equal(one->replay.avoided_waiting, 38 * 41 * LW_USEC_PER_SECOND);
  assert_int_equal(one->replay.more, 38);
  assert_int_equal(one->replay.less, 0);
  assert_int_equal(one->replay.cost, 37 * 4800 + 4700);
  assert_int_equal(lw_suggestion_since(one, START - 1), 38);
  assert_int_equal(lw_suggestion_since(one, found.until), 0);
  /* The document keeps its comment. */
  assert_int_equal(lw_policy_edit(record.policy->source, one->path, one->after, &changed, &err),
                   LW_OK);
  assert_true(says(lw_buf_str(&changed), "up_to: 48.00 # what a call costs"));
  lw_buf_finish(&changed);
  lw_suggestions_finish(&found);
  end(&record);
}

static void too_little_or_wavering_teaches_nothing(void **state)
{
  static const struct {
    int yes, less, other, no, nobody;
  } rows[] = {
      {19, 0, 0, 0, 0},  /* too few */
      {30, 0, 0, 8, 0},  /* too many refused */
      {30, 8, 0, 0, 0},  /* yes, but to less */
      {30, 0, 8, 0, 0},  /* yes, in another way */
      {19, 0, 0, 0, 50}, /* nobody answered the rest: no consent */
      {0, 0, 0, 0, 0},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct record record;
    struct lw_suggestions found;
    begin(&record);
    ask(&record, rows[i].yes, "bill", 4800, YES);
    ask(&record, rows[i].less, "bill", 4800, LESS);
    ask(&record, rows[i].other, "bill", 4800, OTHER);
    ask(&record, rows[i].no, "bill", 4800, NO);
    ask(&record, rows[i].nobody, "bill", 4800, NOBODY);
    find(&record, &found);
    assert_int_equal(found.count, 0);
    lw_suggestions_finish(&found);
    end(&record);
  }
}

static void one_person_s_answers_are_said_to_be(void **state)
{
  struct record record;
  struct lw_suggestions found;
  (void)state;
  begin(&record);
  for (int i = 0; i < 30; i++) {
    add_request(&record, i, "bill", 4500, START + i * LW_USEC_PER_SECOND, YES, "lea");
  }
  find(&record, &found);
  assert_int_equal(found.count, 1);
  assert_int_equal(found.items[0].consent.who, 1);
  assert_true(says(found.items[0].words, "All answers are one person's."));
  lw_suggestions_finish(&found);
  end(&record);
}

static void what_is_long_ago_or_granted_by_now_does_not_count(void **state)
{
  struct record record;
  struct lw_suggestions found;
  (void)state;
  begin(&record);
  ask(&record, 40, "bill", 4800, YES);
  ask(&record, 40, "bill", 3900, YES); /* the live policy grants these: it was another one then */
  add_request(&record, 999, "bill", 4800, START + 91 * DAY, YES, "lea");
  find(&record, &found);
  assert_int_equal(found.asks, 1);
  assert_int_equal(found.count, 0);
  lw_suggestions_finish(&found);
  end(&record);
}

static void a_grant_is_opened_as_far_as_people_went(void **state)
{
  static const int64_t greatest[] = {3000, 2500};
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    struct record record;
    struct lw_suggestions found;
    begin(&record);
    ask(&record, 30, "gift", 2000, YES);
    ask(&record, 1, "gift", greatest[i], YES);
    find(&record, &found);
    assert_int_equal(found.count, 1);
    const struct lw_suggestion *one = &found.items[0];
    assert_text(one->path, "grants.gift.who.tier");
    if (i == 0) {
      assert_int_equal(one->kind, LW_SUGGEST_OPEN);
      assert_text(one->before, "lead");
      assert_text(one->after, "rep");
      assert_true(says(one->words, "Open it to rep?"));
    } else { /* it would give up to 30.00, and nobody ever did */
      assert_int_equal(one->kind, LW_SUGGEST_HINT);
      assert_int_equal(one->after.len, 0);
      assert_true(says(one->words, "write one of their own?"));
    }
    lw_suggestions_finish(&found);
    end(&record);
  }
}

static void a_budget_is_raised_step_by_step(void **state)
{
  struct record record;
  struct lw_suggestions found;
  struct lw_tape_row row;
  (void)state;
  begin(&record);
  for (int agent = 0; agent < 30; agent++) {
    char person[64];
    lw_usec at = START + agent * LW_USEC_PER_SECOND;
    (void)snprintf(person, sizeof person, "{\"id\":\"a%d\",\"tier\":\"rep\"}", agent);
    for (int i = 0; i < 14; i++) { /* 490.00 of 500.00 */
      fill(&row, person, "bill", "35.00", at);
      row.numbers[LW_TAPE_VERDICT] = LW_GRANTED;
      (void)add_row(&record, &row);
    }
    add_request(&record, agent, "bill", 3500, at, YES, agent % 2 == 0 ? "lea" : "leo");
  }
  find(&record, &found);
  assert_int_equal(found.count, 1);
  const struct lw_suggestion *one = &found.items[0];
  assert_int_equal(one->kind, LW_SUGGEST_RAISE);
  assert_text(one->path, "budgets.month.amount.rep");
  assert_text(one->after, "550.00");
  assert_int_equal(one->replay.avoided, 30);
  assert_true(says(one->words, "the budget month of the tier rep (500.00)"));
  lw_suggestions_finish(&found);
  end(&record);
}

static void a_rail_that_always_gets_a_yes_is_a_hint(void **state)
{
  struct record record;
  struct lw_suggestions found;
  (void)state;
  begin(&record);
  ask(&record, 30, "old", 1000, YES);
  find(&record, &found);
  /* Without the rail no grant would cover them: it is not what stands in the way alone. */
  assert_int_equal(found.count, 0);
  lw_suggestions_finish(&found);
  lw_policy_destroy(record.policy);
  struct lw_buf text = {0};
  struct lw_error err;
  struct lw_diags diags;
  lw_diags_init(&diags, &record.arena);
  assert_int_equal(lw_policy_edit(lw_str_c(policy_text), LW_STR("grants.bill.when"),
                                  LW_STR("reason in [\"bill\", \"old\"]"), &text, &err),
                   LW_OK);
  record.policy = lw_policy_load(lw_buf_str(&text), NULL, NULL, &diags);
  lw_buf_finish(&text);
  assert_non_null(record.policy);
  find(&record, &found);
  assert_int_equal(found.count, 1);
  assert_int_equal(found.items[0].kind, LW_SUGGEST_HINT);
  assert_text(found.items[0].path, "rails.old-ones.when");
  assert_true(says(found.items[0].words, "the rail old-ones alone sends to somebody"));
  assert_false(found.items[0].has_replay);
  lw_suggestions_finish(&found);
  end(&record);
}

static void what_is_mostly_refused_is_a_hint(void **state)
{
  struct record record;
  struct lw_suggestions found;
  struct lw_buf out = {0};
  (void)state;
  begin(&record);
  ask(&record, 37, "odd", 9900, NO);
  ask(&record, 1, "odd", 9900, YES);
  find(&record, &found);
  assert_int_equal(found.count, 1);
  const struct lw_suggestion *one = &found.items[0];
  assert_int_equal(one->kind, LW_SUGGEST_HINT);
  assert_true(one->refused);
  assert_text(one->action, "credit");
  assert_text(one->reason, "odd");
  assert_true(
      says(one->words, "You said no to 37 of the last 38 requests for credit with the reason odd"));
  lw_suggestion_print(one, found.currency, &out);
  assert_true(says(lw_buf_str(&out), "\"at_least\":\"0.865\""));
  lw_buf_finish(&out);
  lw_suggestions_finish(&found);
  end(&record);
}

static bool stop(void *user, uint64_t done, uint64_t rows)
{
  (void)user;
  (void)done;
  (void)rows;
  return false;
}

static void it_stops_when_nobody_waits(void **state)
{
  struct record record;
  struct lw_suggestions found;
  struct lw_error err;
  (void)state;
  begin(&record);
  ask(&record, 30, "bill", 4800, YES);
  const struct lw_suggest suggest = {.tape = record.tape,
                                     .policy = record.policy,
                                     .source = record.policy->source,
                                     .progress = stop};
  assert_int_equal(lw_suggest_find(&suggest, &found, &err), LW_BUSY);
  lw_suggestions_finish(&found);
  end(&record);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_limit_is_raised),
      cmocka_unit_test(too_little_or_wavering_teaches_nothing),
      cmocka_unit_test(one_person_s_answers_are_said_to_be),
      cmocka_unit_test(what_is_long_ago_or_granted_by_now_does_not_count),
      cmocka_unit_test(a_grant_is_opened_as_far_as_people_went),
      cmocka_unit_test(a_budget_is_raised_step_by_step),
      cmocka_unit_test(a_rail_that_always_gets_a_yes_is_a_hint),
      cmocka_unit_test(what_is_mostly_refused_is_a_hint),
      cmocka_unit_test(it_stops_when_nobody_waits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
