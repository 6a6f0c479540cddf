/* Lists: what is listed, page by page and for whom; statistics; keys; following, and starting over.
 */
#include "engine/lists_inside.h"
#include "engine_test.h"

#include <unistd.h>

#define LEARNING                                                                                   \
  "leeway: 1\norganization: Aurora\ncurrency: USD\ntiers: [frontline, senior, lead]\n"             \
  "actions: {credit: {kind: money}, course: {kind: money, for: agent}}\n"                          \
  "budgets: {year: {per: agent, every: year, amount: 600.00}}\n"                                   \
  "grants:\n  - {id: g, may: [credit], up_to: 20.00}\n"                                            \
  "  - {id: l, may: [course], up_to: 500.00, draws: [year]}\n"

struct listed_desk {
  struct desk desk;
  struct lw_lists *lists;
};

static void open_lists(struct listed_desk *own)
{
  must(lw_lists_open(own->desk.engine, &own->lists, &own->desk.err), &own->desk.err);
  must(lw_lists_follow(own->lists, &own->desk.err), &own->desk.err);
}

static void decide(struct desk *desk, const char *agent, const char *action, const char *amount,
                   const char *customer, const char *reason)
{
  lw_str json = lw_str_format(&desk->arena,
                              "{\"agent\":\"%s\",\"action\":\"%s\",\"amount\":\"%s\",\"customer\":"
                              "\"%s\",\"case\":\"c-%s\",\"reason\":\"%s\"}",
                              agent, action, amount, customer, customer, reason);
  desk->clock.now += MINUTE;
  assert_has(desk_decide(desk, json.ptr), "{\"id\":\"dec_");
}

/* 1 ana 10 k1, 2 ben 20 k2, 3 cai 30 k1, 4 ana 400 k3 (ask), 5 ana refund outage k2 (refused),
 * 6 leo 5 k1 */
static void open_desk(struct listed_desk *own)
{
  desk_open(&own->desk, POLICY);
  decide(&own->desk, "ana", "credit", "10.00", "k1", "outage");
  decide(&own->desk, "ben", "credit", "20.00", "k2", "goodwill");
  decide(&own->desk, "cai", "credit", "30.00", "k1", "goodwill");
  decide(&own->desk, "ana", "credit", "400.00", "k3", "goodwill");
  decide(&own->desk, "ana", "refund", "1.00", "k2", "outage");
  decide(&own->desk, "leo", "credit", "5.00", "k1", "goodwill");
  open_lists(own);
}

static void close_desk(struct listed_desk *own)
{
  lw_lists_close(own->lists);
  desk_close(&own->desk);
}

/* The amounts of a page, "5 30 10". */
static lw_str amounts(struct listed_desk *own, const struct lw_lists_filter *filter,
                      struct lw_lists_page *page)
{
  struct lw_buf text = {0};
  must(lw_lists_decisions(own->lists, filter, &own->desk.arena, page, &own->desk.err),
       &own->desk.err);
  for (uint32_t i = 0; i < page->count; i++) {
    lw_buf_printf(&text, "%s%lld", i == 0 ? "" : " ",
                  (long long)(page->items[i].amount_minor / 100));
  }
  lw_str copy = lw_str_copy(&own->desk.arena, lw_buf_str(&text));
  lw_buf_finish(&text);
  return copy;
}

/* Whatever the lists do not know of an agent. */
static bool is_short(const void *user, lw_str agent)
{
  assert_non_null(user);
  return lw_str_equal(agent, LW_STR("cai"));
}

static void filters_and_views_hold_together(void **state)
{
  (void)state;
  struct listed_desk own;
  struct lw_lists_page page;
  open_desk(&own);
  static const lw_str ana[] = {LW_STR_INIT("ana")};
  static const lw_str care[] = {LW_STR_INIT("care")};
  const struct lw_lists_view all = {.all = true};
  const struct {
    struct lw_lists_filter filter;
    const char *amounts;
  } rows[] = {
      {{.view = all}, "5 1 400 30 20 10"},
      {{.view = all, .agent = LW_STR("ana")}, "1 400 10"},
      {{.view = all, .team = LW_STR("care")}, "5 1 400 20 10"},
      {{.view = all, .team = LW_STR("car")}, ""},
      {{.view = all, .customer = LW_STR("k1")}, "5 30 10"},
      {{.view = all, .case_id = LW_STR("c-k2")}, "1 20"},
      {{.view = all, .action = LW_STR("refund")}, "1"},
      {{.view = all, .reason = LW_STR("outage")}, "1 10"},
      {{.view = all, .customer = LW_STR("k1"), .agent = LW_STR("cai")}, "30"},
      {{.view = all, .customer = LW_STR("k1"), .agent = LW_STR("ben")}, ""},
      {{.view = all, .has_verdict = true, .verdict = LW_ASK}, "400"},
      {{.view = all, .has_verdict = true, .verdict = LW_REFUSED}, "1"},
      {{.view = all, .since = AT_START + 5 * MINUTE}, "5 1"},
      {{.view = all, .until = AT_START + 2 * MINUTE}, "10"},
      {{.view = all, .since = AT_START + 2 * MINUTE, .until = AT_START + 4 * MINUTE}, "30 20"},
      {{.view = all, .since = AT_START + (lw_usec)600 * MINUTE}, ""},
      {{.view = all, .until = AT_START - (lw_usec)600 * MINUTE}, ""},
      {{.view = {.agents = ana, .n_agents = 1}}, "1 400 10"},
      {{.view = {.agents = ana, .n_agents = 1}, .customer = LW_STR("k1")}, "10"},
      {{.view = {.agents = ana, .n_agents = 1}, .agent = LW_STR("ben")}, ""},
      {{.view = {.teams = care, .n_teams = 1}}, "5 1 400 20 10"},
      {{.view = {0}}, ""},
      {{.view = all, .how = LW_LISTS_BY_ASKING}, "400"},
      {{.view = all, .how = LW_LISTS_AT_ONCE, .agent = LW_STR("ana")}, "1 10"},
      {{.view = all, .takes_agent = is_short, .takes_user = &own}, "30"},
      {{.view = all, .what = LW_LISTS_REQUESTS}, "5 1 400 30 20 10"},
      {{.view = all, .what = LW_LISTS_REMEDIES}, "5 30 20 10"},
      {{.view = all, .what = LW_LISTS_REMEDIES, .until = AT_START + 3 * MINUTE}, "20 10"},
      {{.view = all, .what = LW_LISTS_WITHOUT}, "1 400"},
      {{.view = all, .what = LW_LISTS_ANSWERS}, ""},
      {{.view = all, .no_reason = true}, ""},
      {{.view = all, .skip = 2}, "400 30 20 10"},
      {{.view = all, .skip = 2, .limit = 2}, "400 30"},
      {{.view = all, .skip = 6}, ""},
      {{.view = all, .skip = 1, .agent = LW_STR("ana")}, "400 10"},
      {{.view = all, .skip = 1, .has_verdict = true}, "30 20 10"},
      {{.view = all, .skip = 3, .agent = LW_STR("ana")}, ""},
      {{.view = all, .skip = 1, .until = AT_START + 5 * MINUTE}, "30 20 10"},
      {{.view = all, .skip = 5, .until = AT_START + (lw_usec)600 * MINUTE}, "10"},
      {{.view = all, .skip = 1, .since = AT_START + 3 * MINUTE}, "1 400 30"},
      {{.view = all, .skip = 4, .since = AT_START + 3 * MINUTE}, ""},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    lw_str found = amounts(&own, &rows[i].filter, &page);
    if (!lw_str_equal(found, lw_str_c(rows[i].amounts))) {
      fail_msg("row %zu: \"%.*s\", not \"%s\"", i, LW_FMT(found), rows[i].amounts);
    }
  }
  close_desk(&own);
}

static void pages_follow_one_another(void **state)
{
  (void)state;
  struct listed_desk own;
  struct lw_lists_page page;
  open_desk(&own);
  struct lw_lists_filter filter = {.view = {.all = true}, .limit = 2};
  static const char *const pages[] = {"5 1", "400 30", "20 10"};
  for (size_t i = 0; i < 3; i++) {
    lw_str found = amounts(&own, &filter, &page);
    assert_true(lw_str_equal(found, lw_str_c(pages[i])));
    assert_int_equal(page.more, i < 2);
    filter.after = page.next;
  }
  assert_int_equal(page.next, 0);
  filter = (struct lw_lists_filter){
      .view = {.all = true}, .customer = LW_STR("k1"), .limit = 1, .after = 0};
  (void)amounts(&own, &filter, &page);
  filter.after = page.next;
  assert_true(lw_str_equal(amounts(&own, &filter, &page), LW_STR("30")));
  close_desk(&own);
}

static void all_that_fit_are_counted_wherever_a_page_begins(void **state)
{
  (void)state;
  struct listed_desk own;
  struct lw_lists_page page;
  open_desk(&own);
  const struct lw_lists_view all = {.all = true};
  const struct {
    struct lw_lists_filter filter;
    uint64_t count;
  } rows[] = {
      {{.view = all}, 6},
      {{.view = all, .limit = 1, .skip = 3}, 6},
      {{.view = all, .limit = 1, .after = 4}, 6},
      {{.view = all, .agent = LW_STR("ana"), .limit = 1}, 3},
      {{.view = all, .has_verdict = true, .limit = 1, .skip = 2}, 4},
      {{.view = all, .customer = LW_STR("nobody")}, 0},
      {{.view = all, .since = AT_START + 5 * MINUTE}, 2},
      {{.view = all, .since = AT_START + (lw_usec)600 * MINUTE}, 0},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct lw_lists_filter filter = rows[i].filter;
    filter.count = true;
    (void)amounts(&own, &filter, &page);
    if (page.fitting != rows[i].count || !page.fitting_all) {
      fail_msg("row %zu: %llu", i, (unsigned long long)page.fitting);
    }
  }
  close_desk(&own);
}

static void today_is_told_hour_by_hour(void **state)
{
  (void)state;
  struct listed_desk own;
  struct lw_lists_today today;
  struct lw_buf out = {0};
  open_desk(&own); /* from 10:01 to 10:06 */
  own.desk.clock.now += 60 * MINUTE;
  decide(&own.desk, "ana", "credit", "7.00", "k9", "goodwill");
  must(lw_lists_follow(own.lists, &own.desk.err), &own.desk.err);
  struct lw_lists_today_filter filter = {.view = {.all = true}, .now = own.desk.clock.now};
  must(lw_lists_today(own.lists, &filter, &own.desk.arena, &today, &own.desk.err), &own.desk.err);
  lw_lists_print_today(&today, NULL, lw_currency_find(LW_STR("USD")), &out);
  assert_has(lw_buf_str(&out),
             "{\"day\":\"2026-03-02\",\"decisions\":7,\"at_once\":5,\"asked\":1,\"refused\":1,"
             "\"given\":\"72.00\",\"returned\":\"0.00\",\"streak\":3,\"waits\":{\"count\":0,");
  assert_has(lw_buf_str(&out), "\"hours\":[{\"hour\":10,\"at_once\":4,\"asked\":1},{\"hour\":11,"
                               "\"at_once\":1,\"asked\":0}]");
  /* Tomorrow nothing was decided yet, but the streak goes on. */
  filter.now += (lw_usec)1440 * MINUTE;
  must(lw_lists_today(own.lists, &filter, &own.desk.arena, &today, &own.desk.err), &own.desk.err);
  assert_int_equal(today.decisions, 0);
  assert_int_equal(today.streak, 3);
  static const lw_str sales[] = {LW_STR_INIT("sales")};
  filter = (struct lw_lists_today_filter){.view = {.teams = sales, .n_teams = 1},
                                          .now = own.desk.clock.now};
  must(lw_lists_today(own.lists, &filter, &own.desk.arena, &today, &own.desk.err), &own.desk.err);
  assert_int_equal(today.decisions, 1);
  assert_int_equal(today.given_minor, 3000);
  lw_buf_finish(&out);
  close_desk(&own);
}

/* Two days of two hours each; the clock goes back for a minute between requests, so that neither
 * hours nor minutes lie in the order of the journal. */
static void a_jump_passes_over_what_was_decided_in_time(void **state)
{
  (void)state;
  struct listed_desk own;
  struct lw_lists_page page;
  desk_open(&own.desk, POLICY);
  static const int minutes[] = {1, 3, 2, 58, 61, 59, 62, 1441, 1499, 1501, 1498, 1502};
  enum { COUNT = sizeof minutes / sizeof minutes[0] };
  for (int i = 0; i < COUNT; i++) {
    own.desk.clock.now = AT_START + (minutes[i] - 1) * MINUTE;
    decide(&own.desk, i % 2 == 0 ? "ana" : "ben", "credit", "1.00", "k1", "goodwill");
  }
  open_lists(&own);
  for (int since = 0; since < COUNT; since++) {
    for (int until = 0; until < COUNT; until++) {
      struct lw_lists_filter filter = {.view = {.all = true},
                                       .since = AT_START + minutes[since] * MINUTE,
                                       .until = AT_START + minutes[until] * MINUTE,
                                       .count = true};
      (void)amounts(&own, &filter, &page);
      uint32_t all = page.count;
      uint64_t seqs[COUNT];
      assert_int_equal(page.fitting, all);
      for (uint32_t i = 0; i < all; i++) {
        seqs[i] = page.items[i].seq;
      }
      for (filter.skip = 1; filter.skip <= all + 1; filter.skip++) {
        (void)amounts(&own, &filter, &page);
        assert_int_equal(page.fitting, all);
        assert_int_equal(page.count, filter.skip < all ? all - filter.skip : 0);
        for (uint32_t i = 0; i < page.count; i++) {
          assert_int_equal(page.items[i].seq, seqs[filter.skip + i]);
        }
      }
    }
  }
  close_desk(&own);
}

static enum lw_code reverse(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  return lw_decision_reverse(batch, change, *(const lw_id *)change->user, LW_STR(""), err);
}

static void what_became_of_a_decision_shows(void **state)
{
  (void)state;
  struct listed_desk own;
  struct lw_lists_page page;
  struct lw_buf out = {0};
  open_desk(&own);
  const struct lw_lists_filter filter = {
      .view = {.all = true}, .customer = LW_STR("k1"), .limit = 1};
  (void)amounts(&own, &filter, &page);
  struct lw_change change = {.apply = reverse, .user = &page.items[0].id};
  must(desk_run(&own.desk, &change), &own.desk.err);
  lw_buf_finish(&change.answer);
  must(lw_lists_follow(own.lists, &own.desk.err), &own.desk.err);
  (void)amounts(&own, &filter, &page);
  lw_lists_print(&page.items[0], lw_currency_find(LW_STR("USD")), &out);
  assert_has(lw_buf_str(&out), "\"agent\":\"leo\",\"team\":\"care\",\"tier\":\"lead\"");
  assert_has(lw_buf_str(&out), "\"verdict\":\"granted\",\"state\":\"reversed\"");
  assert_int_equal(page.through, lw_engine_seq(own.desk.engine));
  lw_buf_finish(&out);
  close_desk(&own);
}

static void statistics_add_up(void **state)
{
  (void)state;
  struct listed_desk own;
  struct lw_lists_stats stats;
  struct lw_buf out = {0};
  open_desk(&own);
  const struct lw_lists_stats_filter by_team = {
      .view = {.all = true}, .by_team = true, .by_route = true, .by_day = true};
  must(lw_lists_stats(own.lists, &by_team, &own.desk.arena, &stats, &own.desk.err), &own.desk.err);
  assert_int_equal(stats.n_counts, 2);
  assert_int_equal(stats.counts[0].decisions, 5);
  assert_int_equal(stats.counts[0].granted, 3);
  assert_int_equal(stats.counts[0].asked, 1);
  assert_int_equal(stats.counts[0].refused, 1);
  assert_int_equal(stats.counts[0].granted_minor, 3500);
  assert_int_equal(stats.counts[1].granted_minor, 3000);
  assert_int_equal(stats.n_times, 2);
  assert_true(lw_str_equal(stats.times[0].route, LW_STR("-")));
  assert_int_equal(stats.times[0].count, 3);
  lw_lists_print_stats(&stats, lw_currency_find(LW_STR("USD")), &out);
  assert_has(lw_buf_str(&out), "\"team\":\"care\",\"decisions\":5,\"granted\":3,\"asked\":1");
  static const lw_str sales[] = {LW_STR_INIT("sales")};
  const struct lw_lists_stats_filter some = {.view = {.teams = sales, .n_teams = 1},
                                             .by_action = true};
  must(lw_lists_stats(own.lists, &some, &own.desk.arena, &stats, &own.desk.err), &own.desk.err);
  assert_int_equal(stats.n_counts, 1);
  assert_int_equal(stats.counts[0].decisions, 1);
  const struct lw_lists_stats_filter later = {.view = {.all = true},
                                              .since = AT_START + (lw_usec)1440 * MINUTE};
  must(lw_lists_stats(own.lists, &later, &own.desk.arena, &stats, &own.desk.err), &own.desk.err);
  assert_int_equal(stats.n_counts, 0);
  assert_int_equal(stats.n_times, 0);
  lw_buf_finish(&out);
  close_desk(&own);
}

/* A course stands in the list of decisions, and in nothing that counts what customers were given.
 */
static void what_is_for_the_agent_is_listed_and_not_counted(void **state)
{
  (void)state;
  struct listed_desk own;
  struct lw_lists_stats stats;
  struct lw_lists_today today;
  struct lw_lists_page page;
  desk_open(&own.desk, LEARNING);
  (void)desk_decide(&own.desk, "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"10.00\"}");
  own.desk.clock.now += MINUTE;
  lw_str answer =
      desk_decide(&own.desk, "{\"agent\":\"ana\",\"action\":\"course\",\"amount\":\"360.00\"}");
  assert_has(answer, "\"left\":{\"year\":\"240.00\"}");
  (void)desk_decide(&own.desk, "{\"agent\":\"ana\",\"action\":\"course\",\"amount\":\"40.00\"}");
  open_lists(&own);
  const struct lw_lists_filter all = {.view = {.all = true}};
  assert_true(lw_str_equal(amounts(&own, &all, &page), LW_STR("40 360 10")));
  assert_true(page.items[0].own);
  assert_false(page.items[2].own);
  for (enum lw_lists_what what = LW_LISTS_REQUESTS; what <= LW_LISTS_WITHOUT; what++) {
    const struct lw_lists_filter counted = {.view = {.all = true}, .what = what};
    bool one = what == LW_LISTS_REQUESTS || what == LW_LISTS_REMEDIES;
    assert_true(lw_str_equal(amounts(&own, &counted, &page), one ? LW_STR("10") : LW_STR("")));
  }
  const struct lw_lists_stats_filter by_team = {.view = {.all = true}, .by_team = true};
  must(lw_lists_stats(own.lists, &by_team, &own.desk.arena, &stats, &own.desk.err), &own.desk.err);
  assert_int_equal(stats.counts[0].decisions, 1);
  assert_int_equal(stats.counts[0].granted_minor, 1000);
  struct lw_lists_today_filter filter = {.view = {.all = true}, .now = own.desk.clock.now};
  must(lw_lists_today(own.lists, &filter, &own.desk.arena, &today, &own.desk.err), &own.desk.err);
  assert_int_equal(today.decisions, 1);
  assert_int_equal(today.given_minor, 1000);
  desk_verify(&own.desk);
  close_desk(&own);
}

/* It belongs to no customer, so none can be named. */
static void what_is_for_the_agent_names_no_customer(void **state)
{
  (void)state;
  struct desk desk;
  struct ask ask;
  static const char *const rest[] = {"\"case\":\"c1\"", "\"customer\":\"k1\"",
                                     "\"case\":{\"id\":\"c1\"}"};
  desk_open(&desk, LEARNING);
  const struct lw_order_options options = {.now = lw_engine_now(desk.engine)};
  for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++) {
    lw_str json = lw_str_format(
        &desk.arena, "{\"agent\":\"ana\",\"action\":\"course\",\"amount\":\"1.00\",%s}%c", rest[i],
        0);
    assert_false(ask_read(&desk, &ask, json.ptr, &options));
    assert_has(lw_str_c(desk.err.text), "goes to the agent themselves");
  }
  desk_close(&desk);
}

static void buckets_are_within_five_percent(void **state)
{
  (void)state;
  for (lw_usec usec = 0; usec < INT64_C(1) << 50; usec = usec * 3 / 2 + 1) {
    uint32_t bucket = lw_lists_bucket(usec);
    lw_usec middle = lw_lists_bucket_usec(bucket);
    lw_usec off = middle > usec ? middle - usec : usec - middle;
    assert_true(bucket < LW_LISTS_BUCKETS);
    assert_true(off <= usec / 20);
    assert_int_equal(lw_lists_bucket(middle), bucket);
  }
  assert_int_equal(lw_lists_bucket(-5), 0);
  assert_true(lw_lists_bucket(INT64_MAX) < LW_LISTS_BUCKETS);
}

static void lists_go_on_where_they_were_and_start_over_when_they_must(void **state)
{
  (void)state;
  struct listed_desk own;
  struct lw_lists_page page;
  const struct lw_lists_filter filter = {.view = {.all = true}};
  char path[300];
  open_desk(&own);
  uint64_t through = lw_lists_through(own.lists);
  lw_lists_close(own.lists);
  must(lw_lists_open(own.desk.engine, &own.lists, &own.desk.err), &own.desk.err);
  assert_int_equal(lw_lists_through(own.lists), through); /* as it was */
  lw_lists_close(own.lists);
  (void)snprintf(path, sizeof path, "%s-lists", own.desk.file);
  FILE *file = fopen(path, "w"); /* damaged */
  assert_non_null(file);
  (void)fputs("this is no database, and never was one; nothing to see here", file);
  (void)fclose(file);
  must(lw_lists_open(own.desk.engine, &own.lists, &own.desk.err), &own.desk.err);
  assert_int_equal(lw_lists_through(own.lists), 0);
  must(lw_lists_follow(own.lists, &own.desk.err), &own.desk.err);
  assert_true(lw_str_equal(amounts(&own, &filter, &page), LW_STR("5 1 400 30 20 10")));
  lw_lists_close(own.lists);
  assert_int_equal(unlink(path), 0); /* missing */
  open_lists(&own);
  assert_true(lw_str_equal(amounts(&own, &filter, &page), LW_STR("5 1 400 30 20 10")));
  close_desk(&own);
}

static void a_reader_who_wrote_sees_it(void **state)
{
  (void)state;
  struct listed_desk own;
  struct lw_lists_page page;
  const struct lw_lists_filter filter = {.view = {.all = true}, .limit = 1};
  open_desk(&own);
  lw_lists_close(own.lists);
  desk_reopen(&own.desk, true);
  must(lw_lists_open(own.desk.engine, &own.lists, &own.desk.err), &own.desk.err);
  for (int i = 1; i <= 20; i++) {
    char amount[16];
    (void)snprintf(amount, sizeof amount, "%d.00", i);
    decide(&own.desk, "leo", "refund", amount, "k9", "goodwill");
    uint64_t seq = lw_engine_seq(own.desk.engine);
    assert_int_equal(lw_lists_wait(own.lists, seq, 10000), seq);
    (void)amounts(&own, &filter, &page);
    assert_int_equal(page.items[0].amount_minor, i * 100);
  }
  close_desk(&own);
}

static void keys_are_found_by_their_digest(void **state)
{
  (void)state;
  struct listed_desk own;
  struct lw_change change = {.key = LW_STR("old")};
  uint64_t seq = 0;
  desk_open(&own.desk, POLICY);
  lw_str json = LW_STR("{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"1.00\"}");
  (void)desk_decide_with(&own.desk, json.ptr, "old", 1);
  uint64_t wanted = lw_engine_seq(own.desk.engine);
  (void)desk_decide_with(&own.desk, json.ptr, "new", 1);
  open_lists(&own);
  lw_idem_digest(&change);
  must(lw_lists_key(own.lists, change.key_digest, AT_START - MINUTE, &seq, &own.desk.err),
       &own.desk.err);
  assert_int_equal(seq, wanted);
  change.key = LW_STR("none");
  lw_idem_digest(&change);
  must(lw_lists_key(own.lists, change.key_digest, AT_START - MINUTE, &seq, &own.desk.err),
       &own.desk.err);
  assert_int_equal(seq, 0);
  close_desk(&own);
}

static void a_key_that_memory_has_forgotten_is_found_in_the_lists(void **state)
{
  (void)state;
  struct listed_desk own;
  const char *json = "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"1.00\"}";
  desk_open(&own.desk, POLICY);
  lw_str first = desk_decide_with(&own.desk, json, "old", 1);
  open_lists(&own);
  struct lw_idem *idem = &own.desk.engine->idem;
  lw_idem_finish(idem);
  assert_false(lw_str_equal(first, desk_decide_with(&own.desk, json, "old", 1)));
  lw_idem_finish(idem);
  atomic_store(&idem->complete_at, AT_START + 1); /* what is older is asked for */
  atomic_store(&idem->complete_seq, lw_lists_through(own.lists) + 1);
  assert_true(lw_str_equal(first, desk_decide_with(&own.desk, json, "old", 1)));
  assert_has(desk_decide_with(&own.desk, json, "old", 2), "INVALID");
  close_desk(&own);
}

static void keys_that_memory_lacks_at_a_start_are_read_from_the_lists(void **state)
{
  (void)state;
  struct listed_desk own;
  const char *json = "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"1.00\"}";
  desk_open(&own.desk, POLICY);
  (void)desk_decide_with(&own.desk, json, "old", 1);
  uint64_t old = lw_engine_seq(own.desk.engine);
  (void)desk_decide_with(&own.desk, json, "new", 1);
  open_lists(&own);
  struct lw_sieves *sieves = &own.desk.engine->idem.sieves;
  struct lw_change change = {.key = LW_STR("old"), .keeps_own_key = true};
  lw_idem_digest(&change);
  uint64_t print = lw_idem_print(change.key_digest);
  lw_sieves_miss(sieves, 1, old + 1, own.desk.clock.now);
  uint64_t last = lw_engine_seq(own.desk.engine);
  lw_sieves_sift(own.desk.engine);
  assert_true(sieves->whole);
  assert_int_equal(sieves->count, 1);
  assert_true(lw_sieves_may_hold(sieves, print));
  change.key = LW_STR("new"); /* behind what was missing: memory has it */
  lw_idem_digest(&change);
  assert_false(lw_sieves_may_hold(sieves, lw_idem_print(change.key_digest)));
  (void)desk_decide_with(&own.desk, json, "newest", 1);
  lw_sieves_miss(sieves, last + 1, last + 2, own.desk.clock.now); /* the lists are not there yet */
  lw_sieves_sift(own.desk.engine);
  change.key = LW_STR("newest");
  lw_idem_digest(&change);
  assert_true(sieves->whole);
  assert_true(lw_sieves_may_hold(sieves, lw_idem_print(change.key_digest)));
  close_desk(&own);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(filters_and_views_hold_together),
      cmocka_unit_test(pages_follow_one_another),
      cmocka_unit_test(all_that_fit_are_counted_wherever_a_page_begins),
      cmocka_unit_test(a_jump_passes_over_what_was_decided_in_time),
      cmocka_unit_test(today_is_told_hour_by_hour),
      cmocka_unit_test(what_became_of_a_decision_shows),
      cmocka_unit_test(statistics_add_up),
      cmocka_unit_test(what_is_for_the_agent_is_listed_and_not_counted),
      cmocka_unit_test(what_is_for_the_agent_names_no_customer),
      cmocka_unit_test(buckets_are_within_five_percent),
      cmocka_unit_test(lists_go_on_where_they_were_and_start_over_when_they_must),
      cmocka_unit_test(a_reader_who_wrote_sees_it),
      cmocka_unit_test(keys_are_found_by_their_digest),
      cmocka_unit_test(a_key_that_memory_has_forgotten_is_found_in_the_lists),
      cmocka_unit_test(keys_that_memory_lacks_at_a_start_are_read_from_the_lists),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
