/* Questions in made-up companies: where nothing is the matter, next to nothing is asked; what is
 * planted is found, with its decisions. 60 agents of 6 teams, 90 days, about 20,000 requests of
 * 5,000 customers who differ in how often they come; agents have days off and holidays, cases take
 * one request or two, month's ends bring more for everybody. */
#include "track/question.h"

#include "policy/decide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>

enum { AGENTS = 60, TEAMS = 6, DAYS = 90, CUSTOMERS = 5000, WORLDS = 20, LIMIT = 5000 };
enum { PLANTED_SPLIT = 7, PLANTED_OFTEN = 8, PLANTED_FRIEND = 19, PLANTED_SAVER = 31 };

#define HOUR (INT64_C(3600) * LW_USEC_PER_SECOND)
#define DAY  (24 * HOUR)
/* 2026-01-01: months of 31, 28 and 31 days. */
#define START (20454 * DAY)

struct world {
  struct lw_tape *tape;
  uint64_t random;
  int64_t seq;
  int64_t cases;
  bool businesses;
  const char *grant; /* all are by it; NULL: by one of two */
  bool two_grants;   /* small amounts by one, larger ones by another; else all by one */
  double often[CUSTOMERS];
};

static uint32_t roll(struct world *world, uint32_t below)
{
  world->random = world->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(world->random >> 33) % below;
}

static void request(struct world *world, lw_usec at, uint32_t agent, uint32_t customer,
                    int64_t case_id, int64_t minor)
{
  struct lw_tape_row row;
  struct lw_error err;
  char person[96], name[32], case_text[32], amount[32];
  bool at_once = minor <= LIMIT;
  lw_tape_row_init(&row);
  (void)snprintf(person, sizeof person, "{\"id\":\"a%u\",\"team\":\"care/t%u\"}", agent,
                 agent % TEAMS);
  (void)snprintf(name, sizeof name, "c%u", customer);
  (void)snprintf(case_text, sizeof case_text, "k%lld", (long long)case_id);
  (void)snprintf(amount, sizeof amount, "%lld.%02lld", (long long)minor / 100,
                 (long long)minor % 100);
  row.numbers[LW_TAPE_SEQ] = ++world->seq;
  row.numbers[LW_TAPE_AT] = at;
  row.numbers[LW_TAPE_VERDICT] = at_once ? LW_GRANTED : LW_ASK;
  row.numbers[LW_TAPE_MINOR] = at_once ? minor : LW_TAPE_NONE;
  row.texts[LW_TAPE_PERSON] = lw_str_c(person);
  row.texts[LW_TAPE_CUSTOMER] = lw_str_c(name);
  row.texts[LW_TAPE_CASE] = lw_str_c(case_text);
  row.texts[LW_TAPE_AMOUNT] = lw_str_c(amount);
  row.texts[LW_TAPE_ACTION] = LW_STR("credit");
  row.texts[LW_TAPE_GRANT] = world->grant != NULL                      ? lw_str_c(world->grant)
                             : !world->two_grants || minor > LIMIT / 2 ? LW_STR("large")
                                                                       : LW_STR("small");
  assert_int_equal(lw_tape_add(world->tape, &row, &err), LW_OK);
}

static int64_t new_case(struct world *world)
{
  return ++world->cases;
}

/* Of consumers some come three times as often as others (a gamma distribution of shape 2); of
 * businesses a few come every day. */
static uint32_t any_customer(struct world *world)
{
  double share = (double)roll(world, 100000) / 100000.0;
  if (world->businesses) {
    return (uint32_t)(share * share * CUSTOMERS);
  }
  uint32_t customer = roll(world, CUSTOMERS);
  while ((double)roll(world, 1000) > world->often[customer] * 100) {
    customer = roll(world, CUSTOMERS);
  }
  return customer;
}

static void choose_often(struct world *world)
{
  for (int i = 0; i < CUSTOMERS; i++) {
    double both = (1.0 + roll(world, 1000)) * (1.0 + roll(world, 1000)) / 1002001.0;
    world->often[i] = -log(both) / 2;
  }
}

static bool works(uint32_t agent, int day)
{
  int weekday = (day + 3) % 7; /* the first of January 2026 was a Thursday */
  int holiday = (int)(agent * 7 % 80);
  return weekday != (int)(agent % 7) && weekday != (int)((agent + 3) % 7) &&
         (day < holiday || day >= holiday + 10);
}

static void quiet_day(struct world *world, int day)
{
  int busy = day == 29 || day == 30 || day == 57 || day == 58 || day == 88 || day == 89 ? 2 : 1;
  for (int i = 0; i < 5 * busy; i++) {
    for (uint32_t agent = 0; agent < AGENTS; agent++) {
      lw_usec at = START + day * DAY + 8 * HOUR + i * HOUR * 8 / (5 * busy) +
                   (lw_usec)roll(world, 60) * 60 * LW_USEC_PER_SECOND;
      uint32_t customer = any_customer(world);
      int64_t one = new_case(world);
      int64_t minor = 500 + roll(world, 90) * roll(world, 90);
      if (!works(agent, day) || roll(world, 5) == 0) {
        continue;
      }
      request(world, at, agent, customer, one, minor);
      if (roll(world, 8) == 0) {
        request(world, at + HOUR / 2, agent, customer, one, 500 + roll(world, 60) * 40);
      }
    }
  }
}

static void plant(struct world *world, int day)
{
  lw_usec at = START + day * DAY + 12 * HOUR;
  if (day == 40) {
    for (int i = 0; i < 3; i++) {
      request(world, at + i * HOUR, PLANTED_SPLIT, 900001, new_case(world), 4000);
    }
  }
  if (day % 9 == 4) {
    request(world, at, PLANTED_OFTEN, 900100 + (uint32_t)day, new_case(world), 4500);
    request(world, at + HOUR, PLANTED_OFTEN, 900100 + (uint32_t)day, new_case(world), 4500);
  }
  if (day % 10 == 2) {
    request(world, at, PLANTED_FRIEND, 900002, new_case(world), 2000);
  }
  if (day >= 56 && day <= 58) {
    for (int i = 0; i < 12; i++) {
      request(world, at + i * HOUR / 4, PLANTED_SAVER, any_customer(world), new_case(world), 3000);
    }
  }
  if (day % 3 == 0) {
    request(world, at, (uint32_t)(day * 7) % AGENTS, 900003, new_case(world), 1500);
  }
}

static void make(struct world *world, uint64_t seed, bool businesses, bool planted)
{
  *world = (struct world){.tape = lw_tape_create(LW_STR("EUR")),
                          .random = seed,
                          .businesses = businesses,
                          .two_grants = world->two_grants};
  assert_non_null(world->tape);
  choose_often(world);
  for (int day = 0; day < DAYS; day++) {
    quiet_day(world, day);
    if (planted) {
      plant(world, day);
    }
  }
}

/* "small" up to half of LIMIT, "large" up to all of it; "open" has no limit. */
static int64_t limit(void *user, lw_str agent, lw_str action, lw_str grant)
{
  (void)user;
  (void)agent;
  if (!lw_str_equal(action, LW_STR("credit")) || lw_str_equal(grant, LW_STR("open"))) {
    return -1;
  }
  return lw_str_equal(grant, LW_STR("small")) ? LIMIT / 2 : LIMIT;
}

static uint32_t find(const struct world *world, struct lw_arena *arena,
                     struct lw_question_found **ret_found)
{
  const struct lw_question_input input = {
      .tape = world->tape, .since = START, .until = START + DAYS * DAY, .limit = limit};
  struct lw_error err;
  uint32_t count = 0;
  assert_int_equal(lw_questions_find(&input, arena, ret_found, &count, &err), LW_OK);
  return count;
}

static void ask_quiet(bool businesses, bool two_grants, uint32_t asked[LW_QUESTION_KINDS])
{
  int64_t requests = 0;
  for (uint64_t seed = 1; seed <= WORLDS; seed++) {
    struct lw_question_found *found = NULL;
    struct lw_arena arena;
    struct world world = {.two_grants = two_grants};
    lw_arena_init(&arena, NULL, 0);
    make(&world, seed * 7919, businesses, false);
    uint32_t count = find(&world, &arena, &found);
    for (uint32_t i = 0; i < count; i++) {
      asked[found[i].kind]++;
    }
    requests += world.seq;
    lw_tape_destroy(world.tape);
    lw_arena_finish(&arena);
  }
  print_message("%d quiet companies of %d agents, %lld requests%s%s: split %u, together %u, lapse "
                "%u, everywhere %u\n",
                WORLDS, AGENTS, (long long)requests, businesses ? ", some customers every day" : "",
                two_grants ? ", two grants" : "", asked[LW_QUESTION_SPLIT],
                asked[LW_QUESTION_TOGETHER], asked[LW_QUESTION_LAPSE],
                asked[LW_QUESTION_EVERYWHERE]);
}

/* What is measured against chance may name one in twenty companies; a fifth leaves room for so few
 * companies. Three pieces within a day are asked about without that, and where a few customers
 * come every day the one with the most is asked about. */
static void quiet_companies(void **state)
{
  (void)state;
  for (int i = 0; i < 4; i++) {
    int businesses = i / 2;
    static const uint32_t splits[] = {2, 3, 5, 6}; /* in a company */
    uint32_t asked[LW_QUESTION_KINDS] = {0};
    ask_quiet(businesses != 0, i % 2 != 0, asked);
    assert_true(asked[LW_QUESTION_TOGETHER] <= WORLDS / 5);
    assert_true(asked[LW_QUESTION_LAPSE] <= WORLDS / 5);
    assert_true(asked[LW_QUESTION_EVERYWHERE] <= (businesses != 0 ? WORLDS : WORLDS / 5));
    assert_true(asked[LW_QUESTION_SPLIT] <= splits[i] * WORLDS);
  }
}

static const struct lw_question_found *of(const struct lw_question_found *found, uint32_t count,
                                          enum lw_question_kind kind, const char *agent,
                                          const char *customer)
{
  for (uint32_t i = 0; i < count; i++) {
    if (found[i].kind == kind && (agent == NULL || lw_str_equal(found[i].agent, lw_str_c(agent))) &&
        (customer == NULL || lw_str_equal(found[i].customer, lw_str_c(customer)))) {
      return &found[i];
    }
  }
  return NULL;
}

static void planted(void **state)
{
  struct lw_question_found *found = NULL;
  struct lw_arena arena;
  struct world world = {.two_grants = false};
  (void)state;
  lw_arena_init(&arena, NULL, 0);
  make(&world, 42, false, true);
  uint32_t count = find(&world, &arena, &found);
  const struct lw_question_found *split = of(found, count, LW_QUESTION_SPLIT, "a7", "c900001");
  assert_non_null(split);
  assert_int_equal(split->count, 3);
  assert_int_equal(split->n_seqs, 3);
  assert_int_equal(split->amount_minor, 12000);
  assert_int_equal(split->limit_minor, LIMIT);
  const struct lw_question_found *often = of(found, count, LW_QUESTION_SPLIT, "a8", NULL);
  assert_non_null(often);
  assert_true(often->of >= 9 && often->q <= 0.05);
  const struct lw_question_found *friend = of(found, count, LW_QUESTION_TOGETHER, "a19", "c900002");
  assert_non_null(friend);
  assert_int_equal(friend->count, 9);
  assert_int_equal(friend->of, 9);
  assert_true(friend->expected < 2.0);
  const struct lw_question_found *saver = of(found, count, LW_QUESTION_LAPSE, "a31", NULL);
  assert_non_null(saver);
  assert_string_equal(saver->window.ptr, "month");
  assert_true(saver->count >= 36 && saver->expected < 20.0);
  const struct lw_question_found *claims =
      of(found, count, LW_QUESTION_EVERYWHERE, NULL, "c900003");
  assert_non_null(claims);
  assert_int_equal(claims->count, 30);
  assert_true(claims->agents >= 15 && claims->teams >= 1);
  assert_true(count <= 7);
  lw_tape_destroy(world.tape);
  lw_arena_finish(&arena);
}

/* Pieces by grants: the one that decided says what they stay below, of several the widest. */
static void deciding_grant(void **state)
{
  static const struct {
    const char *grants[3];
    int64_t minor; /* each */
    int64_t limit; /* asked about with it; 0: not asked */
  } rows[] = {
      {{"small", "small", "small"}, LIMIT / 5, LIMIT / 2},
      {{"small", "small", "small"}, LIMIT / 6, 0}, /* together no more than it gives */
      {{"large", "large", "large"}, LIMIT / 5, 0},
      {{"large", "large", "large"}, LIMIT / 2, LIMIT},
      {{"small", "large", "small"}, LIMIT / 5, 0},
      {{"small", "small", "large"}, LIMIT / 2, LIMIT},
      {{"small", "open", "small"}, LIMIT / 2, 0},      /* nobody knows what it gives */
      {{"small", "small", "small"}, LIMIT / 2 + 1, 0}, /* it gave more than it does now */
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct world world = {.tape = lw_tape_create(LW_STR("EUR")), .random = 1};
    struct lw_question_found *found = NULL;
    struct lw_arena arena;
    lw_arena_init(&arena, NULL, 0);
    for (int k = 0; k < 3; k++) {
      world.grant = rows[i].grants[k];
      request(&world, START + k * HOUR, 1, 1, k, rows[i].minor);
    }
    assert_int_equal(find(&world, &arena, &found), rows[i].limit != 0);
    assert_true(rows[i].limit == 0 || found[0].limit_minor == rows[i].limit);
    lw_tape_destroy(world.tape);
    lw_arena_finish(&arena);
  }
}

/* What was taken back is no piece; without a limit there is nothing to stay below. */
static void taken_back(void **state)
{
  struct world world = {.tape = lw_tape_create(LW_STR("EUR")), .random = 1};
  struct lw_question_found *found = NULL;
  struct lw_arena arena;
  struct lw_tape_row row;
  struct lw_error err;
  (void)state;
  lw_arena_init(&arena, NULL, 0);
  for (int i = 0; i < 3; i++) {
    request(&world, START + i * HOUR, 1, 1, i, 2000);
  }
  assert_int_equal(find(&world, &arena, &found), 1);
  const struct lw_question_input unlimited = {
      .tape = world.tape, .since = START, .until = START + DAYS * DAY};
  uint32_t count = 9;
  assert_int_equal(lw_questions_find(&unlimited, &arena, &found, &count, &err), LW_OK);
  assert_int_equal(count, 0);
  lw_tape_row_init(&row);
  row.numbers[LW_TAPE_SEQ] = ++world.seq;
  row.numbers[LW_TAPE_AT] = START + 5 * HOUR;
  row.numbers[LW_TAPE_KIND] = LW_TAPE_UNDONE;
  row.numbers[LW_TAPE_OF] = 2;
  assert_int_equal(lw_tape_add(world.tape, &row, &err), LW_OK);
  assert_int_equal(find(&world, &arena, &found), 0);
  lw_tape_destroy(world.tape);
  lw_arena_finish(&arena);
}

static void unused(void **state)
{
  struct world world = {.tape = lw_tape_create(LW_STR("EUR")), .random = 1};
  struct lw_question_unused left;
  struct lw_tape_row row;
  struct lw_error err;
  (void)state;
  for (int i = 0; i < 4; i++) {
    request(&world, START + i * HOUR, 1, (uint32_t)i, i, LIMIT + 100);
    lw_tape_row_init(&row);
    row.numbers[LW_TAPE_OF] = world.seq;
    row.numbers[LW_TAPE_SEQ] = ++world.seq;
    row.numbers[LW_TAPE_AT] = START + i * HOUR + HOUR / 2;
    row.numbers[LW_TAPE_KIND] = LW_TAPE_ANSWERED;
    row.numbers[LW_TAPE_MINOR] = i == 3 ? 100 : LIMIT + 100;
    row.texts[LW_TAPE_PERSON] = LW_STR("{\"id\":\"lead\",\"team\":\"care\"}");
    assert_int_equal(lw_tape_add(world.tape, &row, &err), LW_OK);
  }
  request(&world, START + 9 * HOUR, 2, 5, 9, 100);
  lw_tape_row_init(&row); /* for themselves: no part of what they give */
  row.numbers[LW_TAPE_SEQ] = ++world.seq;
  row.numbers[LW_TAPE_AT] = START + 10 * HOUR;
  row.numbers[LW_TAPE_VERDICT] = LW_GRANTED;
  row.numbers[LW_TAPE_MINOR] = 100;
  row.numbers[LW_TAPE_MARKS] = LW_TAPE_OWN;
  row.texts[LW_TAPE_PERSON] = LW_STR("{\"id\":\"a2\",\"team\":\"care\"}");
  row.texts[LW_TAPE_ACTION] = LW_STR("course");
  assert_int_equal(lw_tape_add(world.tape, &row, &err), LW_OK);
  const struct lw_question_input input = {
      .tape = world.tape, .since = START, .until = START + DAYS * DAY};
  assert_int_equal(lw_question_unused_find(&input, LW_STR("a1"), &left, &err), LW_OK);
  assert_int_equal(left.at_once, 0);
  assert_int_equal(left.asked, 4);
  assert_int_equal(left.unchanged, 3);
  assert_int_equal(left.unchanged_minor, 3 * (LIMIT + 100));
  assert_int_equal(left.n_seqs, 3);
  assert_int_equal(lw_question_unused_find(&input, LW_STR("a2"), &left, &err), LW_OK);
  assert_int_equal(left.at_once, 1);
  assert_int_equal(left.asked, 0);
  lw_tape_destroy(world.tape);
}

static void empty(void **state)
{
  struct world world = {.tape = lw_tape_create(LW_STR("EUR"))};
  struct lw_question_found *found = NULL;
  struct lw_arena arena;
  (void)state;
  lw_arena_init(&arena, NULL, 0);
  assert_int_equal(find(&world, &arena, &found), 0);
  lw_tape_destroy(world.tape);
  lw_arena_finish(&arena);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(quiet_companies), cmocka_unit_test(planted),
      cmocka_unit_test(deciding_grant),  cmocka_unit_test(taken_back),
      cmocka_unit_test(unused),          cmocka_unit_test(empty)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
