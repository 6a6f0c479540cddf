/* A draft beside the run that stands comes out as the whole run does, row for row, and only what
 * differs is decided again. The rows are drawn from a fixed generator; tests/replay/run.py has
 * policies and requests of every kind. */
#include "base/bounds.h"
#include "replay/delta.h"
#include "replay/tape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 3000, MANY_ROWS = 70000, TEXT = 4096 };

static const char form[] =
    "leeway: 1\norganization: Shop\ncurrency: USD\ntime_zone: Europe/Berlin\n"
    "tiers: [frontline, lead]\nreasons:\n  late: {label: Late}\n  broken: {label: Broken}\n"
    "facts:\n  days: {type: int, default: 0}\n"
    "actions:\n  credit: {kind: money, at_most: 90.00}\n"
    "budgets:\n  month: {per: agent, every: month, amount: {frontline: %s, lead: 900.00}}\n"
    "  year: {per: customer, over: 30d, amount: %s, times: 6}\n"
    "  both: {per: [agent, customer], every: week, times: 3}\n"
    "  issue: {per: case}\n"
    "grants:\n"
    "  - {id: small, who: {tier: frontline}, may: [credit], when: 'days >= %s', up_to: %s,"
    " draws: [month, year, issue, both], why: W.}\n"
    "  - {id: big, who: {tier: lead}, may: [credit], up_to: 80.00, draws: [month, year], why: W.}\n"
    "rails:\n"
    "  - {id: once, no: [credit], when: 'reason == \"late\" && used(\"issue\").times > %s',"
    " why: W., instead: I.}\n"
    "routes:\n  - id: up\n    ask:\n      - {who: {tier: lead, team: same}, within: 60s}\n%s";

struct draft {
  const char *month;
  const char *year;
  const char *days;
  const char *up_to;
  const char *once;
  const char *more;
};

static const struct draft live = {"120.00", "200.00", "10", "40.00", "1", ""};

struct shop {
  const struct lw_directory *people; /* NULL: whom rows and routes name */
  struct lw_policy *policy;
  struct lw_tape *tape;
  struct lw_run run;
  struct lw_delta *delta;
  uint64_t seed;
};

static uint32_t below(struct shop *shop, uint32_t most)
{
  shop->seed = shop->seed * UINT64_C(6364136223846793005) + 1442695040888963407;
  return (uint32_t)(shop->seed >> 33) % most;
}

static struct lw_policy *load_text(const char *text, int len)
{
  struct lw_arena arena;
  struct lw_diags diags;
  assert_in_range(len, 1, TEXT - 1);
  lw_arena_init(&arena, NULL, 0);
  lw_diags_init(&diags, &arena);
  struct lw_policy *policy = lw_policy_load(lw_str_from(text, (size_t)len), NULL, NULL, &diags);
  if (policy == NULL) {
    print_error("%.*s\n", LW_FMT(diags.items[0].message));
  }
  assert_non_null(policy);
  lw_arena_finish(&arena);
  return policy;
}

static struct lw_policy *load(const struct draft *draft)
{
  char text[TEXT];
  int len = snprintf(text, sizeof text, form, draft->month, draft->year, draft->days, draft->up_to,
                     draft->once, draft->more);
  return load_text(text, len);
}

/* The words of a row, which it borrows. */
struct words {
  char person[80];
  char customer[8];
  char cases[8];
  char amount[8];
  char days[8];
};

LW_PRINTF(3, 4) static lw_str words_of(char *place, size_t size, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  int len = vsnprintf(place, size, format, args);
  va_end(args);
  assert_in_range(len, 1, size - 1);
  return lw_str_from(place, (size_t)len);
}

/* One in eight is about an earlier row: an answer, or a reversal. */
static void add_row(struct shop *shop, uint32_t i, int64_t at)
{
  struct lw_error err;
  struct lw_tape_row row;
  struct words words;
  uint32_t agent = below(shop, 120);
  uint32_t about = i > 20 ? below(shop, 8) : 7;
  const struct lw_tape_fact fact = {LW_STR("days"), words_of(words.days, 8, "%u", below(shop, 20))};
  lw_tape_row_init(&row);
  row.numbers[LW_TAPE_SEQ] = i + 1;
  row.numbers[LW_TAPE_AT] = at;
  row.numbers[LW_TAPE_KIND] = about == 0   ? LW_TAPE_ANSWERED
                              : about == 1 ? LW_TAPE_UNDONE
                                           : LW_TAPE_REQUEST;
  row.numbers[LW_TAPE_OF] = about < 2 ? (int64_t)(i - below(shop, 20)) : LW_TAPE_NONE;
  row.numbers[LW_TAPE_MINOR] = about == 0 ? (int64_t)below(shop, 6000) : LW_TAPE_NONE;
  row.texts[LW_TAPE_PERSON] =
      about == 0 || agent % 8 == 7
          ? words_of(words.person, 80, "{\"id\":\"l%u\",\"tier\":\"lead\",\"team\":\"t%u\"}",
                     agent % 20, agent % 20)
          : words_of(words.person, 80, "{\"id\":\"a%u\",\"tier\":\"frontline\",\"team\":\"t%u\"}",
                     agent, agent % 20);
  row.texts[LW_TAPE_ACTION] = LW_STR("credit");
  row.texts[LW_TAPE_CUSTOMER] = words_of(words.customer, 8, "k%u", below(shop, 900));
  row.texts[LW_TAPE_CASE] = words_of(words.cases, 8, "c%u", below(shop, 1500));
  row.texts[LW_TAPE_AMOUNT] = words_of(words.amount, 8, "%u.00", below(shop, 60));
  row.texts[LW_TAPE_REASON] = below(shop, 2) == 0 ? LW_STR("late") : LW_STR("broken");
  row.facts = &fact;
  row.n_facts = 1;
  assert_int_equal(lw_tape_add(shop->tape, &row, &err), LW_OK);
}

static struct shop *make_shop(uint32_t rows)
{
  struct lw_error err;
  struct shop *shop = calloc(1, sizeof *shop);
  int64_t at = INT64_C(1772359200000000);
  assert_non_null(shop);
  shop->seed = 7;
  shop->policy = load(&live);
  shop->tape = lw_tape_create(LW_STR("USD"));
  assert_non_null(shop->tape);
  for (uint32_t i = 0; i < rows; i++) {
    at += (int64_t)below(shop, 8000) * LW_USEC_PER_SECOND - 200 * LW_USEC_PER_SECOND;
    add_row(shop, i, at);
  }
  assert_int_equal(lw_run_all(shop->policy, shop->tape, NULL, NULL, &shop->run, &err), LW_OK);
  shop->delta = lw_delta_create(shop->policy, shop->tape, NULL, &shop->run, &err);
  assert_non_null(shop->delta);
  return shop;
}

static int open_shop(void **state)
{
  *state = make_shop(ROWS);
  return 0;
}

static int close_shop(void **state)
{
  struct shop *shop = *state;
  lw_delta_destroy(shop->delta);
  lw_run_finish(&shop->run);
  lw_tape_destroy(shop->tape);
  lw_policy_destroy(shop->policy);
  free(shop);
  return 0;
}

/* How many rows were decided again; UINT64_MAX: it was not made. Lets the policy go. */
static uint64_t try_policy(struct shop *shop, struct lw_policy *policy, uint64_t *ret_flips)
{
  struct lw_error err;
  struct lw_run whole;
  struct lw_run run;
  bool made = false;
  assert_int_equal(lw_delta_run(shop->delta, policy, NULL, &run, &made, &err), LW_OK);
  assert_int_equal(lw_run_all(policy, shop->tape, shop->people, NULL, &whole, &err), LW_OK);
  *ret_flips = 0;
  for (uint64_t i = 0; made && i < whole.n_rows; i++) {
    assert_int_equal(run.verdicts[i], whole.verdicts[i]);
    assert_int_equal(run.grants[i], whole.grants[i]);
    *ret_flips += run.verdicts[i] != shop->run.verdicts[i];
  }
  assert_int_equal(made ? run.n_dry : whole.n_dry, whole.n_dry);
  for (size_t i = 0; made && i < whole.n_dry; i++) {
    assert_int_equal(run.dry[i].row, whole.dry[i].row);
    assert_int_equal(run.dry[i].budget, whole.dry[i].budget);
  }
  uint64_t again = made ? run.slow_rows : UINT64_MAX;
  lw_run_finish(&run);
  lw_run_finish(&whole);
  lw_policy_destroy(policy);
  return again;
}

static uint64_t try(struct shop *shop, const struct draft *draft, uint64_t *ret_flips)
{
  return try_policy(shop, load(draft), ret_flips);
}

static void every_value_comes_out_as_the_whole_run(void **state)
{
  static const struct draft drafts[] = {
      {"121.00", "200.00", "10", "40.00", "1", ""}, {"60.00", "200.00", "10", "40.00", "1", ""},
      {"120.00", "150.00", "10", "40.00", "1", ""}, {"120.00", "260.00", "10", "40.00", "1", ""},
      {"120.00", "200.00", "11", "40.00", "1", ""}, {"120.00", "200.00", "9", "40.00", "1", ""},
      {"120.00", "200.00", "10", "41.00", "1", ""}, {"120.00", "200.00", "10", "38.00", "1", ""},
      {"120.00", "200.00", "10", "40.00", "2", ""}, {"130.00", "200.00", "12", "40.00", "1", ""},
  };
  struct shop *shop = *state;
  uint64_t flips_all = 0;
  for (size_t i = 0; i < sizeof drafts / sizeof drafts[0]; i++) {
    uint64_t flips = 0;
    uint64_t again = try(shop, &drafts[i], &flips);
    flips_all += flips;
    assert_true(again == UINT64_MAX || again >= flips);
  }
  assert_true(flips_all > 50);
}

static void a_unit_more_touches_few_rows(void **state)
{
  const struct draft draft = {"121.00", "200.00", "10", "40.00", "1", ""};
  uint64_t flips = 0;
  assert_in_range(try(*state, &draft, &flips), 1, ROWS / 50);
}

static void the_same_policy_decides_nothing_again(void **state)
{
  uint64_t flips = 0;
  assert_int_equal(try(*state, &live, &flips), 0);
  assert_int_equal(flips, 0);
}

static void another_structure_is_run_as_a_whole(void **state)
{
  const struct draft draft = {"120.00", "200.00", "10",
                              "40.00",  "1",      "      - {who: {tier: lead}, within: 90s}\n"};
  uint64_t flips = 0;
  assert_int_equal(try(*state, &draft, &flips), UINT64_MAX);
}

/* What is given up in the middle is not told as if it had come to the end. */
static void a_drag_that_becomes_much_is_not_half_a_run(void **state)
{
  static const struct draft drafts[] = {{"60.00", "200.00", "10", "40.00", "1", ""},
                                        {"120.00", "150.00", "10", "40.00", "1", ""},
                                        {"120.00", "260.00", "10", "40.00", "1", ""},
                                        {"120.00", "200.00", "5", "40.00", "1", ""}};
  void *shop = make_shop(MANY_ROWS);
  (void)state;
  for (size_t i = 0; i < sizeof drafts / sizeof drafts[0]; i++) {
    uint64_t flips = 0;
    uint64_t again = try(shop, &drafts[i], &flips);
    assert_true(again == UINT64_MAX || again >= flips);
  }
  (void)close_shop(&shop);
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
  const struct draft draft = {"120.00", "200.00", "10", "41.00", "1", ""};
  const struct lw_run_options options = {.progress = stop};
  struct shop *shop = *state;
  struct lw_error err;
  struct lw_run run;
  bool made = false;
  struct lw_policy *policy = load(&draft);
  assert_int_equal(lw_delta_run(shop->delta, policy, &options, &run, &made, &err), LW_BUSY);
  assert_false(made);
  lw_policy_destroy(policy);
}

/* --- who can be asked --- */

enum { DESK_TEAMS = 4, DESK_PEOPLE = 44, DESK_ROWS = 30000 };

static const char desk_form[] =
    "leeway: 1\norganization: Desk\ncurrency: USD\ntime_zone: Europe/Berlin\n"
    "tiers: [frontline, lead, manager]\nreasons:\n  late: {label: Late}\n"
    "actions:\n  credit: {kind: money, at_most: 300.00}\n"
    "budgets:\n  month: {per: agent, every: month,"
    " amount: {frontline: 3000.00, lead: %s, manager: 10.00}}\n"
    "  year: {per: customer, over: 30d, amount: 500.00, times: {frontline: 3, lead: 4}}\n"
    "grants:\n"
    "  - {id: small, who: {tier: frontline}, may: [credit], up_to: %s, draws: [month, year],"
    " why: W.}\n"
    "  - {id: big, who: {tier: lead}, may: [credit], up_to: %s, draws: [month, year], why: W.}\n"
    "routes:\n  - id: up\n    ask:\n      - {who: {tier: lead, team: same}, within: 60s}\n"
    "      - {who: {tier: manager}, within: 60s}\n";

static struct lw_policy *load_desk(const char *month, const char *small, const char *big)
{
  char text[TEXT];
  return load_text(text, snprintf(text, sizeof text, desk_form, month, small, big));
}

static uint32_t find_at_desk(const struct lw_directory *people, lw_str id)
{
  uint32_t at = 0;
  while (at < people->count && !lw_str_equal(people->actors[at].id, id)) {
    at++;
  }
  return at < people->count ? at : UINT32_MAX;
}

/* The first of each team leads it; l0 answers for whoever asked before. */
static const struct lw_directory *people_of_desk(void)
{
  static struct lw_actor actors[DESK_PEOPLE];
  static char names[DESK_PEOPLE][2][8];
  static struct lw_directory people = {
      .actors = actors, .count = DESK_PEOPLE, .find = find_at_desk};
  for (uint32_t i = 0; i < DESK_PEOPLE; i++) {
    actors[i] = (struct lw_actor){
        .id = words_of(names[i][0], 8, "p%u", i),
        .team = words_of(names[i][1], 8, "t%u", i % DESK_TEAMS),
        .tier = i < DESK_TEAMS        ? LW_STR("lead")
                : i < DESK_TEAMS + 2U ? LW_STR("manager")
                                      : LW_STR("frontline"),
    };
  }
  return &people;
}

static void add_at_desk(struct shop *shop, uint32_t i, int64_t at)
{
  struct lw_error err;
  struct lw_tape_row row;
  struct words words;
  bool answers = i > 0 && below(shop, 4) == 0;
  uint32_t person = answers ? below(shop, DESK_TEAMS) : 6 + below(shop, DESK_PEOPLE - 6);
  lw_tape_row_init(&row);
  row.numbers[LW_TAPE_SEQ] = i + 1;
  row.numbers[LW_TAPE_AT] = at;
  row.numbers[LW_TAPE_KIND] = answers ? LW_TAPE_ANSWERED : LW_TAPE_REQUEST;
  row.numbers[LW_TAPE_OF] = answers ? (int64_t)i : LW_TAPE_NONE;
  row.numbers[LW_TAPE_MINOR] = answers ? (int64_t)below(shop, 9000) : LW_TAPE_NONE;
  row.texts[LW_TAPE_PERSON] = words_of(words.person, 80, "{\"id\":\"p%u\"}", person);
  row.texts[LW_TAPE_ACTION] = LW_STR("credit");
  row.texts[LW_TAPE_CUSTOMER] = words_of(words.customer, 8, "k%u", below(shop, 6000));
  row.texts[LW_TAPE_AMOUNT] = words_of(words.amount, 8, "%u.00", below(shop, 120));
  row.texts[LW_TAPE_REASON] = LW_STR("late");
  assert_int_equal(lw_tape_add(shop->tape, &row, &err), LW_OK);
}

/* What is left to those who are asked decides their teams' requests; most come out as they did,
 * and are not decided again. */
static void what_is_left_to_others_decides_asks(void **state)
{
  static const char *const drafts[][3] = {
      {"2000.00", "51.00", "110.00"}, {"2000.00", "45.00", "110.00"},
      {"2000.00", "70.00", "110.00"}, {"2000.00", "50.00", "100.00"},
      {"2000.00", "50.00", "119.00"}, {"1800.00", "50.00", "110.00"},
      {"2200.00", "52.00", "105.00"}, {"2000.00", "0.00", "110.00"},
      {"2000.00", "200.00", "110.00"}};
  struct shop shop = {.seed = 3, .people = people_of_desk()};
  struct lw_error err;
  uint64_t flips_all = 0;
  uint64_t fewest = UINT64_MAX;
  (void)state;
  shop.policy = load_desk("2000.00", "50.00", "110.00");
  shop.tape = lw_tape_create(LW_STR("USD"));
  for (uint32_t i = 0; i < DESK_ROWS; i++) {
    add_at_desk(&shop, i, INT64_C(1772359200000000) + i * INT64_C(300) * LW_USEC_PER_SECOND);
  }
  assert_int_equal(lw_run_all(shop.policy, shop.tape, shop.people, NULL, &shop.run, &err), LW_OK);
  shop.delta = lw_delta_create(shop.policy, shop.tape, shop.people, &shop.run, &err);
  assert_non_null(shop.delta);
  for (size_t i = 0; i < sizeof drafts / sizeof drafts[0]; i++) {
    uint64_t flips = 0;
    uint64_t again = try_policy(&shop, load_desk(drafts[i][0], drafts[i][1], drafts[i][2]), &flips);
    fewest = again < fewest ? again : fewest;
    flips_all += flips;
  }
  assert_in_range(flips_all, 2000, 100000);
  assert_in_range(fewest, 1, DESK_ROWS / 20);
  lw_delta_destroy(shop.delta);
  lw_run_finish(&shop.run);
  lw_tape_destroy(shop.tape);
  lw_policy_destroy(shop.policy);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_value_comes_out_as_the_whole_run),
      cmocka_unit_test(a_unit_more_touches_few_rows),
      cmocka_unit_test(the_same_policy_decides_nothing_again),
      cmocka_unit_test(another_structure_is_run_as_a_whole),
      cmocka_unit_test(a_drag_that_becomes_much_is_not_half_a_run),
      cmocka_unit_test(it_stops_when_nobody_waits),
      cmocka_unit_test(what_is_left_to_others_decides_asks),
  };
  return cmocka_run_group_tests(tests, open_shop, close_shop);
}
