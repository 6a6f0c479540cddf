/* Similar cases: which ones count, what they got, how they ended. */
#include "engine/similar.h"
#include "engine_test.h"

#define DAY ((lw_usec)1440 * MINUTE)

struct similar_desk {
  struct desk desk;
  struct lw_lists *lists;
};

static lw_id decide(struct similar_desk *own, const char *agent, const char *amount,
                    const char *customer, const char *reason)
{
  static unsigned number; /* cases are all different */
  struct desk *desk = &own->desk;
  desk->clock.now += MINUTE;
  lw_str json =
      lw_str_format(&desk->arena,
                    "{\"agent\":\"%s\",\"action\":\"credit\",\"amount\":\"%s\",\"customer\":\"%s\","
                    "\"case\":\"case-%u\",\"reason\":\"%s\"}",
                    agent, amount, customer, number++, reason);
  lw_str answer = desk_decide(desk, json.ptr);
  assert_has(answer, "\"verdict\":\"granted\"");
  return id_of(answer);
}

static enum lw_code reverse(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  return lw_decision_reverse(batch, change, *(const lw_id *)change->user, LW_STR(""), err);
}

static void take_back(struct similar_desk *own, lw_id id)
{
  struct lw_change change = {.apply = reverse, .user = &id};
  must(desk_run(&own->desk, &change), &own->desk.err);
  lw_buf_finish(&change.answer);
}

static struct lw_similar find(struct similar_desk *own, struct lw_similar_asked asked)
{
  struct lw_similar similar;
  asked.now = asked.now != 0 ? asked.now : own->desk.clock.now;
  must(lw_lists_follow(own->lists, &own->desk.err), &own->desk.err);
  must(lw_similar_find(own->lists, &asked, &own->desk.arena, &similar, &own->desk.err),
       &own->desk.err);
  return similar;
}

/* 1.00 to 9.00, each to a customer of its own, by ana and ben in turn. */
static void open_desk(struct similar_desk *own)
{
  desk_open(&own->desk, POLICY);
  must(lw_lists_open(own->desk.engine, &own->lists, &own->desk.err), &own->desk.err);
  for (int i = 1; i <= 9; i++) {
    char amount[16];
    char customer[16];
    (void)snprintf(amount, sizeof amount, "%d.00", i);
    (void)snprintf(customer, sizeof customer, "k%d", i);
    (void)decide(own, i % 2 == 0 ? "ana" : "ben", amount, customer, "goodwill");
  }
}

static void close_desk(struct similar_desk *own)
{
  lw_lists_close(own->lists);
  desk_close(&own->desk);
}

static const struct lw_similar_asked goodwill = {.action = LW_STR_INIT("credit"),
                                                 .reason = LW_STR_INIT("goodwill")};

static void amounts_and_quartiles_are_those_of_the_same_matter(void **state)
{
  (void)state;
  struct similar_desk own;
  open_desk(&own);
  (void)decide(&own, "ana", "40.00", "k20", "outage");
  struct lw_similar_asked asked = goodwill;
  asked.has_amount = true;
  asked.amount_minor = 800;
  struct lw_similar similar = find(&own, asked);
  assert_int_equal(similar.count, 9);
  assert_false(similar.of_asked); /* nobody had to be asked about any */
  assert_int_equal(similar.at_once, 9);
  assert_int_equal(similar.n_amounts, 9);
  assert_int_equal(similar.amounts[0], 100);
  assert_int_equal(similar.amounts[8], 900);
  assert_int_equal(similar.p25, 300);
  assert_int_equal(similar.median, 500);
  assert_int_equal(similar.p75, 700);
  assert_int_equal(similar.n_near, 2);
  assert_int_equal(similar.near[0].count, 3); /* 4, 5, 6 */
  assert_int_equal(similar.near[1].amount_minor, 800);
  assert_int_equal(similar.near[1].count, 3); /* 7, 8, 9 */
  assert_int_equal(similar.ended.stood, 9);
  struct lw_buf out = {0};
  lw_similar_print(&similar, lw_currency_find(LW_STR("USD")), &out);
  assert_has(lw_buf_str(&out), "{\"count\":9,\"of\":\"all\",\"since\":\"");
  assert_has(lw_buf_str(&out), "\"at_once\":1.000,\"ended\":{\"stood\":9,\"less\":0,\"reversed\":0,"
                               "\"came_back\":0},\"amounts\":[\"1.00\",");
  assert_has(lw_buf_str(&out), "\"median\":\"5.00\"");
  assert_false(has(lw_buf_str(&out), "ana"));
  lw_buf_finish(&out);
  /* Whatever the reason: the outage is there too. */
  const struct lw_similar_asked any = {.action = LW_STR("credit")};
  assert_int_equal(find(&own, any).count, 10);
  close_desk(&own);
}

static void few_cases_tell_nothing_but_how_few(void **state)
{
  (void)state;
  struct similar_desk own;
  struct lw_buf out = {0};
  open_desk(&own);
  (void)decide(&own, "ana", "40.00", "k20", "outage");
  const struct lw_similar_asked outage = {.action = LW_STR("credit"), .reason = LW_STR("outage")};
  struct lw_similar similar = find(&own, outage);
  assert_int_equal(similar.count, 1);
  lw_similar_print(&similar, lw_currency_find(LW_STR("USD")), &out);
  assert_false(has(lw_buf_str(&out), "40.00"));
  assert_false(has(lw_buf_str(&out), "ended"));
  lw_buf_finish(&out);
  const struct lw_similar_asked none = {.action = LW_STR("plan"), .reason = LW_STR("outage")};
  assert_int_equal(find(&own, none).count, 0);
  close_desk(&own);
}

static void how_they_ended_is_told(void **state)
{
  (void)state;
  struct similar_desk own;
  open_desk(&own);
  take_back(&own, decide(&own, "ana", "10.00", "k10", "goodwill"));
  lw_id last = decide(&own, "ben", "11.00", "k1", "goodwill"); /* k1 comes back */
  own.desk.clock.now += 31 * DAY;
  (void)decide(&own, "ana", "12.00", "k2", "goodwill"); /* too late to count as a return */
  struct lw_similar similar = find(&own, goodwill);
  assert_int_equal(similar.count, 12);
  assert_int_equal(similar.ended.reversed, 1);
  assert_int_equal(similar.ended.came_back, 1);
  assert_int_equal(similar.ended.less, 0);
  assert_int_equal(similar.ended.stood, 11); /* k1 among them */
  /* What is in hand does not count: neither a decision nor a case. */
  char id[40];
  struct lw_similar_asked asked = goodwill;
  (void)lw_id_write(LW_STR("dec"), last, id);
  asked.exclude = lw_str_from(id, 30);
  similar = find(&own, asked);
  assert_int_equal(similar.count, 11);
  assert_int_equal(similar.ended.came_back, 0);
  /* After 90 days those of a year count where there are few; after a year none. */
  asked = goodwill;
  asked.now = own.desk.clock.now + 100 * DAY;
  similar = find(&own, asked);
  assert_int_equal(similar.count, 12);
  assert_true(similar.since == asked.now - 365 * DAY);
  asked.now = own.desk.clock.now + 400 * DAY;
  assert_int_equal(find(&own, asked).count, 0);
  close_desk(&own);
}

static void what_is_unusual_of_a_customer_shows(void **state)
{
  (void)state;
  struct similar_desk own;
  open_desk(&own);
  struct lw_similar_asked asked = goodwill;
  asked.customer = LW_STR("k1");
  assert_int_equal(find(&own, asked).unusual, 0);
  lw_id second = decide(&own, "ana", "1.00", "k1", "outage");
  assert_int_equal(find(&own, asked).unusual, LW_SIMILAR_THIRD);
  (void)decide(&own, "leo", "1.00", "k1", "outage");
  assert_int_equal(find(&own, asked).unusual, LW_SIMILAR_THIRD | LW_SIMILAR_MANY_AGENTS);
  take_back(&own, second);
  assert_int_equal(find(&own, asked).unusual,
                   LW_SIMILAR_THIRD | LW_SIMILAR_MANY_AGENTS | LW_SIMILAR_REVERSED_BEFORE);
  own.desk.clock.now += 91 * DAY;
  assert_int_equal(find(&own, asked).unusual, LW_SIMILAR_REVERSED_BEFORE);
  own.desk.clock.now += 300 * DAY;
  assert_int_equal(find(&own, asked).unusual, 0);
  close_desk(&own);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(amounts_and_quartiles_are_those_of_the_same_matter),
      cmocka_unit_test(few_cases_tell_nothing_but_how_few),
      cmocka_unit_test(how_they_ended_is_told),
      cmocka_unit_test(what_is_unusual_of_a_customer_shows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
