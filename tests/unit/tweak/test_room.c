/* Who has earned more room: the rule as a table, what is proposed on which evidence, what the
 * replay says of it, and how often luck alone is taken for a good record. */
#include "tweak/room.h"

#include "base/rand.h"
#include "policy/decide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#define DAY   (INT64_C(24) * 3600 * LW_USEC_PER_SECOND)
#define START (20000 * DAY)

/* --- the rule --- */

static struct lw_room_record good(void)
{
  return (struct lw_room_record){.decisions = 40,
                                 .asks = {.asks = 22, .unchanged = 22},
                                 .right = 6,
                                 .in_tier = 60 * DAY,
                                 .since_lowering = -1};
}

static void each_test_by_itself(void **state)
{
  static const struct {
    uint64_t decisions, asks, unchanged;
    int64_t right, too_little, too_much, days, since_lowering;
    bool lowered;
    uint32_t lacking;
    uint32_t missing; /* bits */
  } rows[] = {
      {40, 22, 22, 6, 0, 0, 60, -1, false, 0, 0},
      {39, 22, 22, 6, 0, 0, 60, -1, false, 0, 1U << LW_ROOM_OF_DECISIONS},
      {40, 19, 19, 6, 0, 0, 60, -1, false, 0, 1U << LW_ROOM_OF_ASKS}, /* too few */
      {40, 21, 21, 6, 0, 0, 60, -1, false, 0, 1U << LW_ROOM_OF_ASKS}, /* at least .845 */
      {40, 38, 37, 6, 0, 0, 60, -1, false, 0, 0},                     /* one other answer */
      {40, 38, 36, 6, 0, 0, 60, -1, false, 0, 1U << LW_ROOM_OF_ASKS}, /* two */
      {40, 22, 22, 5, 0, 0, 60, -1, false, 0, 1U << LW_ROOM_OF_REVIEWS},
      {40, 22, 22, 3, 3, 0, 60, -1, false, 0, 0}, /* too little is no reason against room */
      {40, 22, 22, 6, 0, 1, 60, -1, false, 0, 1U << LW_ROOM_OF_REVIEWS},
      {40, 22, 22, 11, 0, 1, 60, -1, false, 0, 0},
      {40, 22, 22, 0, 0, 20, 60, -1, false, 0, 1U << LW_ROOM_OF_REVIEWS},
      {40, 22, 22, 6, 0, 0, 59, -1, false, 0, 1U << LW_ROOM_OF_TIME},
      {40, 22, 22, 6, 0, 0, 60, -1, true, 0, 1U << LW_ROOM_OF_LOWERING},
      {40, 22, 22, 6, 0, 0, 60, 89, false, 0, 1U << LW_ROOM_OF_LOWERING},
      {40, 22, 22, 6, 0, 0, 60, 90, false, 0, 0},
      {40, 22, 22, 6, 0, 0, 60, -1, false, 1, 1U << LW_ROOM_OF_HOLDS},
      {0, 0, 0, 0, 0, 0, 0, -1, false, 0,
       1U << LW_ROOM_OF_DECISIONS | 1U << LW_ROOM_OF_ASKS | 1U << LW_ROOM_OF_REVIEWS |
           1U << LW_ROOM_OF_TIME},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const struct lw_room_record record = {
        .decisions = rows[i].decisions,
        .asks = {.asks = rows[i].asks, .unchanged = rows[i].unchanged},
        .right = rows[i].right,
        .too_little = rows[i].too_little,
        .too_much = rows[i].too_much,
        .in_tier = rows[i].days * DAY,
        .lowered = rows[i].lowered,
        .since_lowering = rows[i].since_lowering < 0 ? -1 : rows[i].since_lowering * DAY,
        .lacking = rows[i].lacking};
    if (lw_room_missing(&record) != rows[i].missing) {
      print_error("row %zu: %x, not %x\n", i, lw_room_missing(&record), rows[i].missing);
    }
    assert_int_equal(lw_room_missing(&record), rows[i].missing);
  }
}

/* More of what is good never closes what was open. */
static void a_better_record_never_closes_it(void **state)
{
  (void)state;
  for (unsigned step = 0; step < 40; step++) {
    struct lw_room_record record = good();
    record.decisions += step;
    record.asks.asks += step;
    record.asks.unchanged += step;
    record.right += step / 2;
    record.too_little += step / 2;
    record.in_tier += step * DAY;
    assert_int_equal(lw_room_missing(&record), 0);
  }
}

/* --- a record made by hand --- */

static const char policy_text[] =
    "leeway: 1\n"
    "organization: Test\n"
    "currency: EUR\n"
    "time_zone: UTC\n"
    "tiers: [rep, senior, lead]\n"
    "actions: {credit: {kind: money}}\n"
    "budgets:\n"
    "  month: {per: agent, over: 365d, amount: {rep: 3000.00, senior: 9000.00, lead: 9000.00}}\n"
    "  small: {per: agent, over: 365d, amount: 100.00}\n"
    "  house: {per: organization, over: 365d, amount: 1500.00}\n"
    "grants:\n"
    "  - id: reps\n"
    "    who: {tier: rep}\n"
    "    may: [credit]\n"
    "    when: amount >= money(\"5.00\")\n"
    "    up_to: 40.00\n"
    "    draws: [month]\n"
    "  - id: little\n"
    "    who: {tier: rep}\n"
    "    may: [credit]\n"
    "    when: amount < money(\"5.00\")\n"
    "    draws: [small]\n"
    "  - id: seniors\n"
    "    who: {tier: senior}\n"
    "    may: [credit]\n"
    "    when: amount >= money(\"5.00\")\n"
    "    up_to: 90.00\n"
    "    draws: [month, house]\n"
    "  - id: certified\n"
    "    who: {tier: senior, holds: HELD}\n"
    "    may: [credit]\n"
    "    when: amount >= money(\"5.00\")\n"
    "    up_to: 95.00\n"
    "  - id: leads\n"
    "    who: {tier: lead}\n"
    "    may: [credit]\n"
    "routes:\n"
    "  - id: upstairs\n"
    "    ask: [{who: {tier: lead}, within: 60s}]\n";

struct record {
  struct lw_tape *tape;
  struct lw_policy *policy;
  struct lw_arena arena;
  int64_t seq;
};

static void begin(struct record *record)
{
  struct lw_diags diags;
  *record = (struct record){.tape = lw_tape_create(LW_STR("EUR"))};
  lw_arena_init(&record->arena, NULL, 0);
  lw_diags_init(&diags, &record->arena);
  record->policy = lw_policy_load(lw_str_c(policy_text), NULL, NULL, &diags);
  for (size_t i = 0; record->policy == NULL && i < diags.count; i++) {
    print_error("%.*s\n", LW_FMT(diags.items[i].message));
  }
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

static void fill(struct lw_tape_row *row, const char *person, int64_t minor, lw_usec at)
{
  static char amount[32];
  (void)snprintf(amount, sizeof amount, "%lld.%02lld", (long long)(minor / 100),
                 (long long)(minor % 100));
  lw_tape_row_init(row);
  row->numbers[LW_TAPE_AT] = at;
  row->numbers[LW_TAPE_VERDICT] = LW_ASK;
  row->texts[LW_TAPE_PERSON] = lw_str_c(person);
  row->texts[LW_TAPE_ACTION] = LW_STR("credit");
  row->texts[LW_TAPE_AMOUNT] = lw_str_c(amount);
}

enum said { YES, LESS, NO };

static int64_t marks; /* of what is asked next */

static void ask(struct record *record, const char *person, int64_t minor, lw_usec at,
                enum said said)
{
  struct lw_tape_row row;
  fill(&row, person, minor, at);
  row.numbers[LW_TAPE_MARKS] = marks;
  int64_t asked = add_row(record, &row);
  fill(&row, "{\"id\":\"lea\",\"tier\":\"lead\"}", minor, at + LW_USEC_PER_SECOND);
  row.numbers[LW_TAPE_KIND] = said == NO ? LW_TAPE_CLOSED : LW_TAPE_ANSWERED;
  row.numbers[LW_TAPE_VERDICT] = said == NO ? LW_REFUSED : LW_GRANTED;
  row.numbers[LW_TAPE_OF] = asked;
  row.numbers[LW_TAPE_MINOR] = said == LESS ? minor / 2 : minor;
  row.numbers[LW_TAPE_WAITED] = 60 * LW_USEC_PER_SECOND;
  (void)add_row(record, &row);
}

static void give(struct record *record, const char *person, int64_t minor, lw_usec at)
{
  struct lw_tape_row row;
  fill(&row, person, minor, at);
  row.numbers[LW_TAPE_VERDICT] = LW_GRANTED;
  row.numbers[LW_TAPE_MINOR] = minor;
  (void)add_row(record, &row);
}

#define REP "{\"id\":\"ana\",\"tier\":\"rep\"}"

/* Days 0 to 79: a decision a day, and 30 asks over `minor` among them. */
static void work(struct record *record, const char *person, int64_t minor, int no)
{
  for (int day = 0; day < 80; day++) {
    lw_usec at = START + day * DAY;
    give(record, person, 1000, at);
    if (day < 30) {
      ask(record, person, minor, at + LW_USEC_PER_SECOND, day < no ? NO : YES);
    }
  }
}

static const struct lw_actor ana = {.id = LW_STR_INIT("ana"), .tier = LW_STR_INIT("rep")};

static void find(const struct record *record, const struct lw_room_person *person, bool near,
                 struct lw_room_list *found)
{
  struct lw_error err;
  const struct lw_room room = {.tape = record->tape,
                               .live = {.policy = record->policy},
                               .persons = person,
                               .n_persons = 1,
                               .near = near};
  assert_int_equal(lw_room_find(&room, found, &err), LW_OK);
}

static bool says(lw_str words, const char *part)
{
  bool there = lw_str_find(words, lw_str_c(part), 0) != SIZE_MAX;
  if (!there) {
    print_error("%.*s: no \"%s\"\n", LW_FMT(words), part);
  }
  return there;
}

static const struct lw_certificate held[] = {{LW_STR_INIT("HELD"), INT64_MAX}};

static struct lw_actor certified(void)
{
  struct lw_actor actor = ana;
  actor.holds = held;
  actor.n_holds = 1;
  return actor;
}

static void the_next_tier_with_its_replay(void **state)
{
  struct record record;
  struct lw_room_list found;
  const struct lw_actor actor = certified();
  const struct lw_room_person person = {.actor = &actor, .right = 7, .too_little = 1};
  (void)state;
  begin(&record);
  work(&record, REP, 6000, 0);
  find(&record, &person, false, &found);
  assert_int_equal(found.count, 1);
  const struct lw_room_proposal *one = &found.items[0];
  assert_int_equal(one->kind, LW_ROOM_TIER);
  assert_true(lw_str_equal(one->before, LW_STR("rep")) &&
              lw_str_equal(one->after, LW_STR("senior")));
  assert_int_equal(one->record.decisions, 110);
  assert_int_equal(one->record.asks.asks, 30);
  /* 25 of 60.00 are what the house has; the other five meet it empty. */
  assert_int_equal(one->consent.asks, 25);
  assert_int_equal(one->n_dry, 1);
  assert_true(lw_str_equal(one->dry[0].budget, LW_STR("house")));
  assert_int_equal(one->dry[0].requests, 5);
  assert_true(says(one->effect, "Would have run dry: house (5 requests)."));
  assert_int_equal(one->replay.avoided, one->consent.asks);
  assert_int_equal(one->replay.avoided_waiting,
                   (int64_t)one->consent.asks * 60 * LW_USEC_PER_SECOND);
  assert_int_equal(one->replay.less, 0);
  assert_int_equal(one->n_seqs, one->consent.asks);
  assert_int_equal(lw_room_since(one, START - 1), one->consent.asks);
  assert_int_equal(lw_room_since(one, found.until), 0);
  assert_true(says(one->words, "8 reviews: 7 right, 1 too little, 0 too much"));
  assert_true(says(one->effect, "With the tier senior"));
  lw_room_list_finish(&found);
  end(&record);
}

static void what_is_missing_is_told_to_whom_it_is_near(void **state)
{
  static const struct {
    int64_t right, too_much;
    int no; /* asks that were declined */
    bool holds;
    bool lowered;
    const char *words; /* NULL: neither a proposal nor near */
  } rows[] = {
      {3, 0, 0, true, false, "6 reviews: it is 3."},
      {6, 6, 0, true, false,
       "right or too little, at least 60 in 100 even with bad luck: it is 6 "
       "of 12."},
      {6, 0, 9, true, false, "it is 21 of 30"},
      {6, 0, 0, false, false, "Certificates that the next tier works with: HELD."},
      {6, 0, 0, true, true, "90 days after the end of a lowering."},
      {0, 0, 9, false, false, NULL}, /* three */
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct record record;
    struct lw_room_list found;
    struct lw_buf text = {0};
    const struct lw_actor actor = rows[i].holds ? certified() : ana;
    const struct lw_room_person person = {.actor = &actor,
                                          .right = rows[i].right,
                                          .too_much = rows[i].too_much,
                                          .lowered = rows[i].lowered};
    begin(&record);
    work(&record, REP, 6000, rows[i].no);
    find(&record, &person, false, &found);
    assert_int_equal(found.count, 0); /* others are shown nothing */
    lw_room_list_finish(&found);
    find(&record, &person, true, &found);
    assert_int_equal(found.count, rows[i].words != NULL);
    if (rows[i].words != NULL) {
      assert_int_equal(found.items[0].id.len, 0);
      lw_room_print_missing(&found.items[0], &text);
      assert_true(says(lw_buf_str(&text), rows[i].words));
    }
    lw_buf_finish(&text);
    lw_room_list_finish(&found);
    end(&record);
  }
}

static void a_larger_limit_where_the_tier_does_no_more(void **state)
{
  struct record record;
  struct lw_room_list found;
  const struct lw_actor actor = certified();
  const struct lw_room_person person = {.actor = &actor, .right = 8};
  (void)state;
  begin(&record);
  for (int day = 0; day < 80; day++) {
    lw_usec at = START + day * DAY;
    give(&record, REP, 1000, at);
    for (int i = 0; day < 25 && i < 1; i++) {
      give(&record, REP, 400, at); /* 25 of 4.00: the budget's 100.00 */
    }
    if (day >= 40 && day < 64) {
      ask(&record, REP, 200, at + LW_USEC_PER_SECOND, YES); /* 48.00 more */
    }
  }
  find(&record, &person, false, &found);
  assert_int_equal(found.count, 1);
  const struct lw_room_proposal *one = &found.items[0];
  assert_int_equal(one->kind, LW_ROOM_AMOUNT);
  assert_true(lw_str_equal(one->budget, LW_STR("small")));
  assert_true(lw_str_equal(one->before, LW_STR("100.00")));
  assert_true(lw_str_equal(one->after, LW_STR("150.00"))); /* 125.00 would cover half of them */
  assert_int_equal(one->consent.asks, 24);
  assert_int_equal(one->replay.avoided, 24);
  assert_int_equal(one->replay.cost, 0);
  assert_true(says(one->effect, "With 150.00 EUR in the budget small, 24 asks"));
  lw_room_list_finish(&found);
  end(&record);
}

/* Thirty courses that a lead agreed to are no thirty remedies. */
static void what_people_take_for_themselves_is_no_record(void **state)
{
  struct record record;
  struct lw_room_list found;
  const struct lw_actor actor = certified();
  const struct lw_room_person person = {.actor = &actor, .right = 8};
  (void)state;
  begin(&record);
  marks = LW_TAPE_OWN;
  work(&record, REP, 6000, 0);
  marks = 0;
  find(&record, &person, true, &found);
  for (uint32_t i = 0; i < found.count; i++) {
    assert_int_not_equal(found.items[i].missing, 0);
    assert_int_equal(found.items[i].record.asks.asks, 0);
  }
  lw_room_list_finish(&found);
  end(&record);
}

static void time_counts_from_the_first_decision_in_the_tier(void **state)
{
  struct record record;
  struct lw_room_list found;
  struct lw_actor actor = certified();
  const struct lw_room_person person = {.actor = &actor, .right = 8};
  (void)state;
  begin(&record);
  for (int day = 0; day < 40; day++) {
    give(&record, "{\"id\":\"ana\"}", 1000, START + day * DAY);
  }
  work(&record, REP, 6000, 0); /* the same days: in order of the record, all are after */
  find(&record, &person, false, &found);
  assert_int_equal(found.count, 1);
  assert_in_range(found.items[0].record.in_tier / DAY, 78, 80);
  lw_room_list_finish(&found);
  actor.tier = LW_STR("senior"); /* since just now */
  find(&record, &person, true, &found);
  assert_int_equal(found.count, 1);
  assert_int_equal(found.items[0].record.in_tier, 0);
  assert_int_equal(found.items[0].missing, 1U << LW_ROOM_OF_TIME);
  lw_room_list_finish(&found);
  end(&record);
}

static void nothing_on_record_is_no_fault(void **state)
{
  struct record record;
  struct lw_room_list found;
  const struct lw_room_person person = {.actor = &ana};
  (void)state;
  begin(&record);
  find(&record, &person, true, &found);
  assert_int_equal(found.count, 0);
  lw_room_list_finish(&found);
  end(&record);
}

/* The lift is what the same record would be had the person had it from the beginning: decided row
 * by row alike, budgets and all. Others are there, too. */
static void lifted_is_as_if_they_had_it(void **state)
{
  static const char with_limit[] = "{\"id\":\"ana\",\"tier\":\"rep\",\"budgets\":{\"small\":"
                                   "{\"minor\":15000,\"times\":-1}}}";
  static const char *const as[] = {REP, "{\"id\":\"ana\",\"tier\":\"senior\"}", with_limit};
  const struct lw_lift lifts[] = {
      {.person = LW_STR("ana"), .tier = LW_STR("senior")},
      {.person = LW_STR("ana"),
       .limit = {.budget = LW_STR("small"), .amount_minor = 15000, .times = -1}}};
  (void)state;
  for (size_t l = 0; l < 2; l++) {
    struct record had[2];
    struct lw_run runs[2];
    struct lw_error err;
    uint64_t differ = 0;
    for (size_t r = 0; r < 2; r++) {
      begin(&had[r]);
      work(&had[r], r == 0 ? REP : as[l + 1], 6000, 5);
      work(&had[r], "{\"id\":\"ben\",\"tier\":\"rep\"}", 6000, 0);
      for (int i = 0; i < 40; i++) {
        give(&had[r], r == 0 ? REP : as[l + 1], 450, START + (81 + i) * DAY);
      }
      const struct lw_run_options options = {.lift = r == 0 ? &lifts[l] : NULL};
      assert_int_equal(lw_run_all(had[r].policy, had[r].tape, NULL, &options, &runs[r], &err),
                       LW_OK);
    }
    assert_int_equal(runs[0].n_rows, runs[1].n_rows);
    assert_memory_equal(runs[0].verdicts, runs[1].verdicts, runs[0].n_rows);
    assert_memory_equal(runs[0].grants, runs[1].grants, runs[0].n_rows * sizeof *runs[0].grants);
    lw_run_finish(&runs[1]);
    assert_int_equal(lw_run_all(had[0].policy, had[0].tape, NULL, NULL, &runs[1], &err), LW_OK);
    for (uint64_t i = 0; i < runs[0].n_rows; i++) {
      differ += runs[0].verdicts[i] != runs[1].verdicts[i];
    }
    assert_true(differ >= 10); /* and it does something */
    for (size_t r = 0; r < 2; r++) {
      lw_run_finish(&runs[r]);
      end(&had[r]);
    }
  }
}

/* --- luck --- */

/* Somebody whose every ask is worth a yes as asked, and every review a good word, so many times in
 * 100: an ask each weekday or so, a review every two weeks, looked at every day for a year over the
 * last 90 days. Whether a proposal ever stands; and whether from asks alone. */
static bool is_ever_proposed(struct lw_rand_seeded *rand, unsigned share)
{
  enum { DAYS = 365, WINDOW = 90, ASKS_A_DAY_OF_100 = 70, REVIEW_DAYS = 10 };
  uint8_t asked[DAYS];
  uint8_t yes[DAYS];
  uint8_t reviewed[DAYS];
  uint8_t right[DAYS];
  struct lw_room_record record = good();
  record.asks = (struct lw_consent){.asks = 0};
  record.right = 0;
  bool ever = false;
  for (int day = 0; day < DAYS; day++) {
    asked[day] = lw_rand_seeded_below(rand, 100) < ASKS_A_DAY_OF_100;
    yes[day] = asked[day] != 0 && lw_rand_seeded_below(rand, 100) < share;
    reviewed[day] = day % REVIEW_DAYS == 0;
    right[day] = reviewed[day] != 0 && lw_rand_seeded_below(rand, 100) < share;
    record.asks.asks += asked[day];
    record.asks.unchanged += yes[day];
    record.right += right[day];
    record.too_much += reviewed[day] - right[day];
    if (day >= WINDOW) {
      int old = day - WINDOW;
      record.asks.asks -= asked[old];
      record.asks.unchanged -= yes[old];
      record.right -= right[old];
      record.too_much -= reviewed[old] - right[old];
    }
    ever = ever || lw_room_missing(&record) == 0;
  }
  return ever;
}

static void luck_is_not_taken_for_a_record(void **state)
{
  static const struct {
    unsigned share;
    unsigned most; /* of 1000 people within a year */
    unsigned least;
  } rows[] = {{50, 0, 0},   {70, 0, 0},      {80, 40, 0},    {85, 200, 0},
              {90, 700, 0}, {95, 1000, 500}, {98, 1000, 900}};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct lw_rand_seeded rand;
    unsigned count = 0;
    lw_rand_seeded_init(&rand, 20261123);
    for (int person = 0; person < 1000; person++) {
      count += is_ever_proposed(&rand, rows[i].share);
    }
    print_message("right %u times in 100: %u of 1000 people are proposed within a year\n",
                  rows[i].share, count);
    assert_in_range(count, rows[i].least, rows[i].most);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_test_by_itself),
      cmocka_unit_test(a_better_record_never_closes_it),
      cmocka_unit_test(the_next_tier_with_its_replay),
      cmocka_unit_test(what_is_missing_is_told_to_whom_it_is_near),
      cmocka_unit_test(a_larger_limit_where_the_tier_does_no_more),
      cmocka_unit_test(what_people_take_for_themselves_is_no_record),
      cmocka_unit_test(time_counts_from_the_first_decision_in_the_tier),
      cmocka_unit_test(nothing_on_record_is_no_fault),
      cmocka_unit_test(lifted_is_as_if_they_had_it),
      cmocka_unit_test(luck_is_not_taken_for_a_record),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
