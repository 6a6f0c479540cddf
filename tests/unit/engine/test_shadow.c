/* A policy beside the live one: what it says is written down, and nothing comes of it. */
#include "engine_test.h"

#include "engine/canary.h"
#include "engine/draft.h"
#include "engine/lists_inside.h"
#include "engine/shadow.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define DAY (24 * 60 * MINUTE)
#define CREDIT(agent, amount)                                                                      \
  "{\"agent\":\"" agent "\",\"action\":\"credit\",\"amount\":\"" amount "\",\"case\":\"c-1\"}"

/* The policy of the tests with one text in place of another. */
static const char *with(struct desk *desk, const char *before, const char *after)
{
  lw_str policy = LW_STR(POLICY);
  size_t at = lw_str_find(policy, lw_str_c(before), 0);
  assert_true(at != SIZE_MAX);
  return lw_str_format(&desk->arena, "%.*s%s%.*s", (int)at, policy.ptr, after,
                       LW_FMT(lw_str_slice(policy, at + strlen(before), SIZE_MAX)))
      .ptr;
}

static const char *wide(struct desk *desk)
{
  return with(desk, "up_to: 50.00", "up_to: 80.00");
}

static const char *narrow(struct desk *desk)
{
  return with(desk, "up_to: 50.00", "up_to: 20.00");
}

struct run {
  const char *source;
  const char *draft;
  uint64_t tag;
  lw_usec days;
};

/* The answer, or the error's text. */
static lw_str start(struct desk *desk, const struct run *run, enum lw_code *ret_code)
{
  struct lw_shadow_start begun;
  lw_shadow_start_init(&begun, lw_str_c(run->source), &desk->arena);
  begun.until = run->days != 0 ? lw_engine_now(desk->engine) + run->days * DAY : 0;
  begun.title = LW_STR("A try");
  begun.publish.note = LW_STR("let us see");
  begun.publish.draft = lw_str_c(run->draft);
  begun.publish.draft_tag = run->tag;
  const struct lw_snapshot *snapshot = lw_engine_snapshot(desk->engine);
  struct lw_change change = {.apply = lw_shadow_start_apply, .user = &begun};
  enum lw_code rc = lw_shadow_start_prepare(&begun, snapshot, &desk->err);
  lw_snapshot_unref(snapshot);
  rc = rc == LW_OK ? desk_run(desk, &change) : rc;
  lw_str said = lw_str_copy(&desk->arena,
                            rc == LW_OK ? lw_buf_str(&change.answer) : lw_str_c(desk->err.text));
  lw_buf_finish(&change.answer);
  lw_shadow_start_finish(&begun);
  *ret_code = rc;
  return said;
}

static lw_str must_start(struct desk *desk, const char *source)
{
  enum lw_code rc;
  lw_str said = start(desk, &(struct run){.source = source}, &rc);
  must(rc, &desk->err);
  return said;
}

static enum lw_code stop(struct desk *desk)
{
  lw_str why = LW_STR("enough");
  struct lw_change change = {.apply = lw_shadow_stop_apply, .user = &why};
  enum lw_code rc = desk_run(desk, &change);
  lw_buf_finish(&change.answer);
  return rc;
}

/* The last entry of a kind, and how many there are. */
struct search {
  lw_str kind;
  struct lw_arena *arena;
  lw_str body;
  lw_str actor;
  unsigned count;
};

static bool search(void *user, const struct lw_entry_view *entry)
{
  struct search *found = user;
  if (lw_str_equal(entry->kind, found->kind)) {
    found->body = lw_str_copy(found->arena, entry->body);
    found->actor = lw_str_copy(found->arena, entry->actor);
    found->count++;
  }
  return true;
}

static struct search last(struct desk *desk, const char *kind)
{
  struct lw_db *db = NULL;
  struct search found = {.kind = lw_str_c(kind), .arena = &desk->arena};
  must(lw_engine_reader(desk->engine, &db, &desk->err), &desk->err);
  must(lw_journal_walk(db, 0, 0, search, &found, &desk->err), &desk->err);
  lw_engine_reader_done(desk->engine, db);
  return found;
}

static lw_str last_decision(struct desk *desk)
{
  return last(desk, "decision").body;
}

static bool runs(struct desk *desk)
{
  const struct lw_snapshot *snapshot = lw_engine_snapshot(desk->engine);
  bool is_there = snapshot->shadow != NULL;
  lw_snapshot_unref(snapshot);
  return is_there;
}

/* Decides; the answer says nothing of the shadow, the entry does. */
static lw_str ask(struct desk *desk, const char *json, const char *verdict, const char *said)
{
  lw_str answer = desk_decide(desk, json);
  lw_str wanted = lw_str_format(&desk->arena, "\"verdict\":\"%s\"", verdict);
  assert_has(answer, wanted.ptr);
  assert_false(has(answer, "shadow"));
  lw_str entry = last_decision(desk);
  if (said == NULL) {
    assert_false(has(entry, "\"shadow\""));
  } else {
    assert_has(entry, said);
  }
  return answer;
}

static void its_verdict_is_written_down_and_nothing_comes_of_it(void **state)
{
  (void)state;
  struct desk desk;
  struct lw_engine_figures figures;
  desk_open(&desk, POLICY);
  ask(&desk, CREDIT("ana", "10.00"), "granted", NULL);
  lw_str info = must_start(&desk, wide(&desk));
  assert_has(info, "{\"title\":\"A try\",\"tag\":\"");
  assert_has(info, "\"since\":\"2026-03-02T10:00:00Z\",\"who\":\"tester\",\"reason\":\"let us "
                   "see\",\"requests\":0,\"same\":0,");
  ask(&desk, CREDIT("ana", "70.00"), "ask", "\",\"verdict\":\"granted\"}");
  ask(&desk, CREDIT("ana", "10.00"), "granted", "\",\"verdict\":\"granted\"}");
  /* What was granted in the shadow alone was never drawn: rep-day has 80 left, not 10. */
  ask(&desk, CREDIT("ana", "45.00"), "granted", "\"verdict\":\"granted\"");
  assert_int_equal(desk_number(&desk, "SELECT sum(amount) FROM drawn WHERE scope = 'ana'"), 6500);
  assert_int_equal(desk_number(&desk, "SELECT count(*) FROM decision_state"), 0);
  /* It reads what is left under the live policy, before the request draws. */
  ask(&desk, CREDIT("ana", "36.00"), "ask", "\"verdict\":\"ask\"");
  ask(&desk, CREDIT("ana", "35.00"), "granted", "\"verdict\":\"granted\"");
  must(stop(&desk), &desk.err);
  ask(&desk, CREDIT("ben", "70.00"), "ask", NULL);
  assert_int_equal(stop(&desk), LW_NOT_FOUND);
  lw_engine_get_figures(desk.engine, &figures);
  assert_int_equal(figures.shadowed, 5);
  assert_int_equal(figures.shadow_differs, 1);
  assert_int_equal(figures.shadow_errors, 0);
  desk_verify(&desk);
  desk_close(&desk);
}

static void what_it_would_not_grant_says_how_much_it_would(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  (void)must_start(&desk, narrow(&desk));
  lw_str note = LW_STR(
      "{\"agent\":\"leo\",\"action\":\"refund\",\"amount\":\"10.00\",\"reason\":\"goodwill\"}");
  ask(&desk, note.ptr, "granted", "\"verdict\":\"granted\"}");
  (void)must_start(&desk, with(&desk,
                               "{id: noted, who: {tier: frontline}, may: [credit], up_to: "
                               "60.00",
                               "{id: noted, who: {tier: lead}, may: [credit], up_to: 60.00"));
  ask(&desk, CREDIT("ana", "50.00"), "granted", "\"verdict\":\"granted\"}");
  /* The small grant is narrower, and the other one is not for them any more. */
  const char *less = "  - {id: small, who: {tier: frontline}, may: [credit], up_to: 20.00, draws: "
                     "[rep-day, team-month, all]}\n"
                     "  - {id: noted, who: {tier: lead}";
  lw_str policy = lw_str_c(with(&desk,
                                "  - {id: small, who: {tier: frontline}, may: [credit], up_to: "
                                "50.00, draws: [rep-day, team-month, all]}\n"
                                "  - {id: noted, who: {tier: frontline}",
                                less));
  (void)must_start(&desk, policy.ptr);
  ask(&desk, CREDIT("ben", "50.00"), "granted", "\"verdict\":\"ask\",\"minor\":2000}");
  assert_int_equal(last(&desk, "policy.shadow_ended").count, 2);
  assert_has(last(&desk, "policy.shadow_ended").body, "\"how\":\"replaced\"");
  desk_close(&desk);
}

static void what_it_can_not_decide_is_counted_and_disturbs_nobody(void **state)
{
  (void)state;
  struct desk desk;
  struct lw_engine_figures figures;
  desk_open(&desk, POLICY);
  /* Another action than is asked for. */
  (void)must_start(&desk,
                   "leeway: 1\norganization: Aurora\ncurrency: USD\ntiers: [frontline, lead]\n"
                   "actions: {voucher: {kind: money}}\n"
                   "grants:\n  - {id: v, who: {tier: frontline}, may: [voucher], up_to: 5.00}\n");
  ask(&desk, CREDIT("ana", "10.00"), "granted", "\"error\":\"action\"}");
  /* A fact that it wants and nobody gives. */
  lw_str wants = lw_str_c(with(&desk, "facts:\n", "facts:\n  depth: {type: int}\n"));
  size_t at = lw_str_find(wants, LW_STR("may: [plan], when: gold"), 0);
  wants = lw_str_format(&desk.arena, "%.*smay: [plan], when: \"depth > 3\"%.*s", (int)at, wants.ptr,
                        LW_FMT(lw_str_slice(wants, at + 23, SIZE_MAX)));
  (void)must_start(&desk, wants.ptr);
  lw_str plan = LW_STR("{\"agent\":\"ana\",\"action\":\"plan\",\"facts\":{\"gold\":true}}");
  ask(&desk, plan.ptr, "granted", "\"error\":\"facts.depth\"}");
  /* A condition that can't be worked out. */
  (void)must_start(&desk, with(&desk, "may: [plan], when: gold}",
                               "may: [plan], when: \"1 / (gold ? 0 : 1) > 0\"}"));
  ask(&desk, plan.ptr, "granted", "\"error\":\"condition\"}");
  ask(&desk, "{\"agent\":\"ana\",\"action\":\"plan\"}", "refused", "\"verdict\":\"granted\"}");
  lw_engine_get_figures(desk.engine, &figures);
  assert_int_equal(figures.shadow_errors, 3);
  desk_verify(&desk);
  desk_close(&desk);
}

static void a_budget_of_its_own_is_never_drawn_and_one_counted_otherwise_is_refused(void **state)
{
  (void)state;
  struct desk desk;
  enum lw_code rc;
  desk_open(&desk, POLICY);
  lw_str refused =
      start(&desk, &(struct run){.source = with(&desk, "every: day", "every: week")}, &rc);
  assert_int_equal(rc, LW_CONFLICT);
  assert_has(refused, "rep-day");
  refused = start(&desk, &(struct run){.source = with(&desk, "USD", "EUR")}, &rc);
  assert_int_equal(rc, LW_CONFLICT);
  lw_str own = lw_str_c(with(&desk, "  rep-day: {per: agent, every: day",
                             "  rep-week: {per: agent, every: week, amount: 90.00}\n  rep-day: "
                             "{per: agent, every: day"));
  size_t at = lw_str_find(own, LW_STR("draws: [rep-day, team-month"), 0);
  own = lw_str_format(&desk.arena, "%.*sdraws: [rep-day, rep-week, team-month%.*s", (int)at,
                      own.ptr, LW_FMT(lw_str_slice(own, at + 27, SIZE_MAX)));
  assert_has(must_start(&desk, own.ptr), "\"undrawn\":[\"rep-week\"]");
  for (int i = 0; i < 2; i++) { /* 100 a day: 90 a week would be used up after two */
    ask(&desk, CREDIT("ana", "50.00"), "granted", "\"verdict\":\"granted\"");
  }
  assert_int_equal(desk_number(&desk, "SELECT count(*) FROM budget WHERE name = 'rep-week'"), 0);
  /* A version that counts it otherwise ends it; any other leaves it. */
  desk_must_publish(&desk, wide(&desk));
  assert_true(runs(&desk));
  ask(&desk, CREDIT("ben", "70.00"), "granted", "\"verdict\":\"ask\"");
  desk_must_publish(&desk, with(&desk, "  rep-day: {per: agent, every: day",
                                "  rep-week: {per: agent, every: month, amount: 90.00}\n  rep-day: "
                                "{per: agent, every: day"));
  assert_false(runs(&desk));
  assert_has(last(&desk, "policy.shadow_ended").body, "\"how\":\"unfit\"");
  assert_has(last(&desk, "policy.shadow_ended").actor, "leeway");
  desk_verify(&desk);
  desk_close(&desk);
}

static void it_outlives_a_restart_and_ends_at_its_time(void **state)
{
  (void)state;
  struct desk desk;
  enum lw_code rc;
  struct ask before;
  desk_open(&desk, POLICY);
  (void)start(&desk, &(struct run){.source = wide(&desk), .days = -1}, &rc);
  assert_int_equal(rc, LW_INVALID);
  (void)start(&desk, &(struct run){.source = wide(&desk), .days = 2}, &rc);
  must(rc, &desk.err);
  desk_reopen(&desk, false);
  ask(&desk, CREDIT("ana", "70.00"), "ask", "\"verdict\":\"granted\"}");
  desk_ask(&desk, &before, CREDIT("ana", "70.00"));
  atomic_fetch_add(&desk.clock.now, 2 * DAY);
  must(lw_engine_run(desk.engine, &before.change, &desk.err), &desk.err);
  ask_finish(&before);
  assert_false(has(last_decision(&desk), "\"shadow\"")); /* over, though nobody has said so yet */
  must(lw_engine_run_due(desk.engine, &desk.err), &desk.err);
  assert_false(runs(&desk));
  assert_has(last(&desk, "policy.shadow_ended").body, "\"how\":\"time\"");
  assert_int_equal(desk_number(&desk, "SELECT count(*) FROM policy_shadow"), 0);
  desk_verify(&desk);
  desk_close(&desk);
}

/* What was read before it began, or was replaced, is read again. */
static void the_next_request_has_what_runs_then(void **state)
{
  (void)state;
  struct desk desk;
  struct ask early;
  struct ask late;
  desk_open(&desk, POLICY);
  desk_ask(&desk, &early, CREDIT("ana", "70.00"));
  (void)must_start(&desk, wide(&desk));
  must(lw_engine_run(desk.engine, &early.change, &desk.err), &desk.err);
  assert_has(last_decision(&desk), "\"verdict\":\"granted\"}");
  desk_ask(&desk, &late, CREDIT("ana", "70.00"));
  must(stop(&desk), &desk.err);
  must(lw_engine_run(desk.engine, &late.change, &desk.err), &desk.err);
  assert_false(has(last_decision(&desk), "\"shadow\""));
  ask_finish(&early);
  ask_finish(&late);
  desk_close(&desk);
}

static struct lw_draft make_draft(struct desk *desk, const char *source)
{
  struct lw_draft_put put = {.source = lw_str_c(source), .title = LW_STR("Wide"), .from = 1};
  struct lw_change change = {.apply = lw_draft_apply, .user = &put};
  must(desk_run(desk, &change), &desk->err);
  lw_buf_finish(&change.answer);
  return put.ret_draft;
}

static void its_draft_published_or_deleted_ends_it(void **state)
{
  (void)state;
  struct desk desk;
  enum lw_code rc;
  desk_open(&desk, POLICY);
  struct lw_draft draft = make_draft(&desk, wide(&desk));
  struct run run = {.source = wide(&desk), .draft = draft.id.ptr, .tag = draft.tag + 1};
  lw_str id = lw_str_format(&desk.arena, "%.*s", LW_FMT(draft.id));
  run.draft = id.ptr;
  (void)start(&desk, &run, &rc);
  assert_int_equal(rc, LW_STALE);
  run.tag = draft.tag;
  assert_has(start(&desk, &run, &rc), "\"draft\":\"drf_");
  must(rc, &desk.err);
  struct lw_draft_removal removal = {.id = id, .has_tag = true, .tag = draft.tag};
  struct lw_change change = {.apply = lw_draft_remove_apply, .user = &removal};
  must(desk_run(&desk, &change), &desk.err);
  lw_buf_finish(&change.answer);
  assert_false(runs(&desk));
  assert_has(last(&desk, "policy.shadow_ended").body, "\"how\":\"deleted\"");
  draft = make_draft(&desk, wide(&desk));
  id = lw_str_format(&desk.arena, "%.*s", LW_FMT(draft.id));
  run = (struct run){.source = wide(&desk), .draft = id.ptr, .tag = draft.tag};
  (void)start(&desk, &run, &rc);
  must(rc, &desk.err);
  desk_must_publish(&desk, narrow(&desk)); /* another version: it goes on beside it */
  assert_true(runs(&desk));
  struct lw_publish publish;
  lw_publish_init(&publish, lw_str_c(wide(&desk)), &desk.arena);
  publish.draft = id;
  publish.draft_tag = draft.tag;
  publish.against = 2;
  must(lw_publish_prepare(&publish, NULL, &desk.err), &desk.err);
  change = (struct lw_change){.apply = lw_publish_apply, .user = &publish};
  must(desk_run(&desk, &change), &desk.err);
  lw_buf_finish(&change.answer);
  lw_publish_finish(&publish);
  assert_false(runs(&desk));
  assert_has(last(&desk, "policy.shadow_ended").body, "\"how\":\"published\"");
  desk_verify(&desk);
  desk_close(&desk);
}

/* Compared with whichever version decided. */
static void a_trial_beside_it_goes_on(void **state)
{
  (void)state;
  struct desk desk;
  lw_str team = LW_STR("care");
  struct lw_canary_start begun;
  desk_open(&desk, POLICY);
  (void)must_start(&desk, wide(&desk));
  lw_canary_start_init(&begun, lw_str_c(with(&desk, "up_to: 50.00", "up_to: 75.00")), &desk.arena);
  begun.teams = &team;
  begun.n_teams = 1;
  begun.until = lw_engine_now(desk.engine) + 7 * DAY;
  const struct lw_snapshot *snapshot = lw_engine_snapshot(desk.engine);
  must(lw_canary_start_prepare(&begun, snapshot, &desk.err), &desk.err);
  lw_snapshot_unref(snapshot);
  struct lw_change change = {.apply = lw_canary_start_apply, .user = &begun};
  must(desk_run(&desk, &change), &desk.err);
  lw_buf_finish(&change.answer);
  lw_canary_start_finish(&begun);
  assert_has(ask(&desk, CREDIT("ana", "70.00"), "granted", "\"verdict\":\"granted\"}"),
             "\"policy\":2");
  assert_has(ask(&desk, CREDIT("cai", "70.00"), "ask", "\"verdict\":\"granted\"}"), "\"policy\":1");
  desk_reopen(&desk, false);
  ask(&desk, CREDIT("ben", "78.00"), "ask", "\"verdict\":\"granted\"}");
  desk_verify(&desk);
  desk_close(&desk);
}

/* --- counts --- */

static lw_str counts_of(struct desk *desk, struct lw_lists *lists, uint64_t after, uint32_t limit)
{
  struct lw_shadow shadow;
  struct lw_shadow_counts counts;
  struct lw_db *db = NULL;
  struct lw_buf out = {0};
  const struct lw_snapshot *snapshot = lw_engine_snapshot(desk->engine);
  must(lw_engine_reader(desk->engine, &db, &desk->err), &desk->err);
  must(lw_shadow_get(db, &desk->arena, &shadow, &desk->err), &desk->err);
  must(lists != NULL
           ? lw_lists_shadow(lists, shadow.seq, after, limit, &desk->arena, &counts, &desk->err)
           : lw_shadow_count(db, shadow.seq, limit, &desk->arena, &counts, &desk->err),
       &desk->err);
  lw_engine_reader_done(desk->engine, db);
  const struct lw_council everybody = {.staff = snapshot->staff};
  lw_shadow_counts_print(&counts, snapshot->policy->currency, &everybody, &out);
  lw_snapshot_unref(snapshot);
  lw_str text = lw_str_copy(&desk->arena, lw_buf_str(&out));
  lw_buf_finish(&out);
  return text;
}

static struct lw_lists *open_lists(struct desk *desk)
{
  struct lw_lists *lists = NULL;
  must(lw_lists_open(desk->engine, &lists, &desk->err), &desk->err);
  must(lw_lists_follow(lists, &desk->err), &desk->err);
  return lists;
}

static void what_it_said_is_counted_in_the_lists_and_in_the_journal_alike(void **state)
{
  (void)state;
  struct desk desk;
  desk_open(&desk, POLICY);
  (void)must_start(&desk, narrow(&desk));
  (void)desk_decide(&desk, CREDIT("ana", "10.00")); /* of a shadow that was replaced */
  (void)must_start(&desk, with(&desk, "may: [plan], when: gold}",
                               "may: [plan], when: \"1 / (gold ? 0 : 1) > 0\"}"));
  (void)desk_decide(&desk, "{\"agent\":\"ana\",\"action\":\"plan\",\"facts\":{\"gold\":true}}");
  (void)desk_decide(&desk, "{\"agent\":\"ana\",\"action\":\"plan\"}");
  (void)desk_decide(&desk, CREDIT("ana", "10.00"));
  struct lw_lists *lists = open_lists(&desk);
  lw_str counts = counts_of(&desk, lists, 0, 10);
  assert_has(counts, ",\"requests\":3,\"same\":1,\"more\":1,\"less\":0,\"errors\":1,"
                     "\"cost_more\":\"0.00\",\"cost_less\":\"0.00\",\"by_action\":["
                     "{\"name\":\"credit\",\"requests\":1,\"more\":0,\"less\":0,\"errors\":0},"
                     "{\"name\":\"plan\",\"requests\":2,\"more\":1,\"less\":0,\"errors\":1}]");
  assert_has(counts, "\"action\":\"plan\",\"before\":\"refused\",\"shadow\":\"granted\"}");
  assert_has(counts, "\"before\":\"granted\",\"shadow\":\"error\",\"error\":\"condition\"}");
  assert_true(lw_str_equal(counts, counts_of(&desk, NULL, 0, 10)));
  /* In steps, and by pages. */
  (void)must_start(&desk, wide(&desk));
  for (int i = 0; i < 5; i++) {
    (void)desk_decide(&desk, CREDIT("ana", "70.00"));
    must(lw_lists_follow(lists, &desk.err), &desk.err);
  }
  counts = counts_of(&desk, lists, 0, 2);
  assert_has(counts, ",\"requests\":5,\"same\":0,\"more\":5,\"less\":0,\"errors\":0,"
                     "\"cost_more\":\"350.00\",\"cost_less\":\"0.00\"");
  assert_has(counts, "\"case\":\"c-1\",\"action\":\"credit\",\"amount\":\"70.00\"");
  size_t at = lw_str_find(counts, LW_STR("\"next\":\""), 0);
  assert_true(at != SIZE_MAX);
  lw_str last_page = counts_of(&desk, lists, (uint64_t)strtoull(counts.ptr + at + 8, NULL, 10), 3);
  assert_false(has(last_page, "\"next\""));
  assert_true(lw_str_equal(counts_of(&desk, lists, 0, 9), counts_of(&desk, NULL, 0, 9)));
  /* Thrown away and made anew. */
  counts = counts_of(&desk, lists, 0, 9);
  lw_lists_close(lists);
  assert_int_equal(unlink(lw_str_format(&desk.arena, "%s-lists", desk.file).ptr), 0);
  desk_reopen(&desk, false);
  lists = open_lists(&desk);
  assert_true(lw_str_equal(counts, counts_of(&desk, lists, 0, 9)));
  lw_lists_close(lists);
  desk_verify(&desk);
  desk_close(&desk);
}

/* The reason is a kept text of whoever gave it. */
static void erasing_takes_the_reason_and_leaves_the_rest(void **state)
{
  (void)state;
  struct desk desk;
  struct lw_shadow shadow;
  struct lw_db *db = NULL;
  desk_open(&desk, POLICY);
  (void)must_start(&desk, wide(&desk));
  assert_false(has(last(&desk, "policy.shadow_started").body, "let us see"));
  assert_has(last(&desk, "policy.shadow_started").body, "\"reason\":{\"text\":\"txt_");
  int64_t erased = 0;
  struct lw_db_options options = {.url = desk.path, .mode = LW_DB_WRITE};
  must(lw_db_open(&options, &db, &desk.err), &desk.err);
  must(lw_text_erase(db, LW_STR("tester"), &erased, &desk.err), &desk.err);
  assert_int_equal(erased, 2); /* the note of the version, too */
  must(lw_shadow_get(db, &desk.arena, &shadow, &desk.err), &desk.err);
  assert_int_equal(shadow.reason.len, 0);
  lw_db_close(db);
  ask(&desk, CREDIT("ana", "70.00"), "ask", "\"verdict\":\"granted\"}");
  desk_close(&desk);
}

/* --- several threads --- */

struct asking {
  struct lw_engine *engine;
  const char *agent;
};

static void *ask_many(void *user)
{
  struct asking *asking = user;
  struct lw_json_reader *reader = lw_json_reader_create(NULL);
  for (int i = 0; i < 60; i++) {
    struct desk own = {.engine = asking->engine, .reader = reader};
    struct ask one;
    char json[120];
    (void)snprintf(json, sizeof json,
                   "{\"agent\":\"%s\",\"action\":\"credit\",\"amount\":\"1.00\"}", asking->agent);
    desk_ask(&own, &one, json);
    must(lw_engine_run(own.engine, &one.change, &own.err), &own.err);
    ask_finish(&one);
  }
  lw_json_reader_destroy(reader);
  return NULL;
}

static void it_comes_and_goes_while_others_ask(void **state)
{
  (void)state;
  struct desk desk;
  struct lw_engine_figures figures;
  pthread_t threads[3];
  static const char *const agents[] = {"ana", "ben", "cai"};
  struct asking asking[3];
  desk_open(&desk, POLICY);
  desk_reopen(&desk, true);
  for (int i = 0; i < 3; i++) {
    asking[i] = (struct asking){desk.engine, agents[i]};
    assert_int_equal(pthread_create(&threads[i], NULL, ask_many, &asking[i]), 0);
  }
  for (int i = 0; i < 10; i++) {
    (void)must_start(&desk, i % 2 == 0 ? wide(&desk) : narrow(&desk));
    if (i % 3 == 0) {
      must(stop(&desk), &desk.err);
    }
  }
  for (int i = 0; i < 3; i++) {
    assert_int_equal(pthread_join(threads[i], NULL), 0);
  }
  lw_engine_get_figures(desk.engine, &figures);
  assert_int_equal(figures.decisions, 180);
  assert_int_equal(figures.shadow_errors, 0);
  desk_verify(&desk);
  desk_close(&desk);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(its_verdict_is_written_down_and_nothing_comes_of_it),
      cmocka_unit_test(what_it_would_not_grant_says_how_much_it_would),
      cmocka_unit_test(what_it_can_not_decide_is_counted_and_disturbs_nobody),
      cmocka_unit_test(a_budget_of_its_own_is_never_drawn_and_one_counted_otherwise_is_refused),
      cmocka_unit_test(it_outlives_a_restart_and_ends_at_its_time),
      cmocka_unit_test(the_next_request_has_what_runs_then),
      cmocka_unit_test(its_draft_published_or_deleted_ends_it),
      cmocka_unit_test(a_trial_beside_it_goes_on),
      cmocka_unit_test(what_it_said_is_counted_in_the_lists_and_in_the_journal_alike),
      cmocka_unit_test(erasing_takes_the_reason_and_leaves_the_rest),
      cmocka_unit_test(it_comes_and_goes_while_others_ask),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
