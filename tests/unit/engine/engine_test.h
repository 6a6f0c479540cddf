/* What the engine's tests share: a folder of their own, a clock in hand, an engine on a file with a
 * few people and a policy, and requests told as JSON. */
#ifndef LW_TEST_ENGINE_H
#define LW_TEST_ENGINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "../ledger/all_drawn.h"
#include "base/bounds.h"
#include "base/crypto.h"
#include "engine/decision.h"
#include "engine/lists.h"
#include "engine/publish.h"
#include "fault/folder.h"
#include "fault/store.h"
#include "ledger/verify.h"
#include "people/person.h"

#define AT_START INT64_C(1772445600000000) /* 2026-03-02T10:00:00Z */
#define MINUTE   (60 * LW_USEC_PER_SECOND)

#define POLICY                                                                                     \
  "leeway: 1\norganization: Aurora\ncurrency: USD\ntiers: [frontline, senior, lead]\n"             \
  "reasons: {outage: {}, goodwill: {}}\n"                                                          \
  "facts:\n  gold: {type: bool, default: false}\n  seen: {type: bool, from: agent, default: "      \
  "false}\n"                                                                                       \
  "actions: {credit: {kind: money}, refund: {kind: money}, plan: {kind: change}}\n"                \
  "budgets:\n"                                                                                     \
  "  rep-day: {per: agent, every: day, amount: 100.00}\n"                                          \
  "  team-month: {per: team, every: month, amount: 1000.00}\n"                                     \
  "  all: {per: organization, amount: 5000.00, times: 50000}\n"                                    \
  "grants:\n"                                                                                      \
  "  - {id: small, who: {tier: frontline}, may: [credit], up_to: 50.00, draws: [rep-day, "         \
  "team-month, all]}\n"                                                                            \
  "  - {id: noted, who: {tier: frontline}, may: [credit], up_to: 60.00, draws: [rep-day, all], "   \
  "needs: [note]}\n"                                                                               \
  "  - {id: plans, who: {tier: frontline}, may: [plan], when: gold}\n"                             \
  "  - {id: big, who: {tier: lead}, may: [credit, refund], up_to: 500.00, draws: [all]}\n"         \
  "rails:\n"                                                                                       \
  "  - {id: no-outage, no: [refund], when: reason == \"outage\", why: no, instead: wait}\n"        \
  "routes:\n"                                                                                      \
  "  - {id: over, for: [credit, refund], ask: [{who: {tier: lead}, within: 60s}]}\n"

struct test_clock {
  _Atomic lw_usec now; /* the engine's threads ask */
};

struct desk {
  struct lw_folder folder;
  char file[256]; /* what belongs to the record lies beside it: lists, a key */
  char path[256]; /* of the record: the file, or the URL of a database */
  struct test_clock clock;
  struct lw_rand_seeded seeded;
  struct lw_rand rand;
  struct lw_world world;
  struct lw_engine *engine;
  struct lw_json_reader *reader;
  struct lw_arena arena;
  struct lw_error err;
};

static lw_usec desk_now(void *user)
{
  struct test_clock *clock = user;
  return atomic_load(&clock->now);
}

static inline void must(enum lw_code rc, const struct lw_error *err)
{
  if (rc != LW_OK) {
    fail_msg("%s: %s", lw_code_name(rc), err->text);
  }
}

static inline void desk_open_engine(struct desk *desk, bool threaded)
{
  const struct lw_engine_options options = {
      .url = desk->path, .state = desk->file, .world = &desk->world, .threaded = threaded};
  must(lw_engine_open(&options, &desk->engine, &desk->err), &desk->err);
}

static inline void desk_close_engine(struct desk *desk)
{
  lw_engine_close(desk->engine);
  desk->engine = NULL;
}

/* --- changes --- */

static inline enum lw_code desk_run(struct desk *desk, struct lw_change *change)
{
  change->arena = &desk->arena;
  if (change->actor.ptr == NULL) {
    change->actor = LW_STR("tester");
  }
  return lw_engine_run(desk->engine, change, &desk->err);
}

struct desk_person {
  const char *id, *team, *tier;
};

static inline enum lw_code desk_add_people(struct lw_batch *batch, struct lw_change *change,
                                           struct lw_error *err)
{
  static const struct desk_person people[] = {{"ana", "care", "frontline"},
                                              {"ben", "care", "frontline"},
                                              {"cai", "sales", "frontline"},
                                              {"leo", "care", "lead"}};
  static const char *const teams[] = {"care", "sales"};
  (void)change;
  enum lw_code rc = LW_OK;
  for (size_t i = 0; rc == LW_OK && i < 2; i++) {
    const struct lw_team_edit edit = {
        .id = lw_str_c(teams[i]), .set_name = true, .name = lw_str_c(teams[i]), .set_parent = true};
    rc = lw_team_write(batch->db, NULL, &edit, err);
  }
  for (size_t i = 0; rc == LW_OK && i < sizeof people / sizeof people[0]; i++) {
    const struct lw_person_edit edit = {.fields = LW_PERSON_TEAM | LW_PERSON_TIER | LW_PERSON_KIND |
                                                  LW_PERSON_ACTIVE,
                                        .actor = {.id = lw_str_c(people[i].id),
                                                  .team = lw_str_c(people[i].team),
                                                  .tier = lw_str_c(people[i].tier),
                                                  .kind = LW_ACTOR_HUMAN},
                                        .active = true};
    rc = lw_person_write(batch->db, NULL, &edit, batch->now, err);
  }
  batch->people_changed = true;
  return rc;
}

static inline enum lw_code desk_publish(struct desk *desk, const char *source, bool renames,
                                        struct lw_change *change)
{
  struct lw_publish publish;
  lw_publish_init(&publish, lw_str_c(source), &desk->arena);
  publish.note = LW_STR("because");
  publish.renames = renames;
  enum lw_code rc = lw_publish_prepare(&publish, NULL, &desk->err);
  if (rc == LW_OK) {
    change->apply = lw_publish_apply;
    change->user = &publish;
    rc = desk_run(desk, change);
  }
  lw_publish_finish(&publish);
  return rc;
}

static inline void desk_must_publish(struct desk *desk, const char *source)
{
  struct lw_change change = {0};
  must(desk_publish(desk, source, false, &change), &desk->err);
  lw_buf_finish(&change.answer);
}

static inline void desk_open(struct desk *desk, const char *policy)
{
  *desk = (struct desk){.clock = {AT_START}};
  assert_true(lw_crypto_start());
  lw_folder_make(&desk->folder);
  (void)lw_store_make(lw_folder_file(&desk->folder, "leeway.db", desk->file), desk->path,
                      sizeof desk->path);
  lw_rand_seeded_init(&desk->seeded, 7);
  desk->rand = lw_rand_from_seeded(&desk->seeded);
  desk->world = (struct lw_world){.now = desk_now, .user = &desk->clock, .rand = &desk->rand};
  lw_arena_init(&desk->arena, NULL, 0);
  desk->reader = lw_json_reader_create(NULL);
  desk_open_engine(desk, false);
  struct lw_change change = {.apply = desk_add_people};
  must(desk_run(desk, &change), &desk->err);
  if (policy != NULL) {
    desk_must_publish(desk, policy);
  }
}

static inline void desk_reopen(struct desk *desk, bool threaded)
{
  desk_close_engine(desk);
  desk_open_engine(desk, threaded);
}

static inline void desk_close(struct desk *desk)
{
  desk_close_engine(desk);
  lw_json_reader_destroy(desk->reader);
  lw_arena_finish(&desk->arena);
  lw_folder_remove(&desk->folder);
}

/* --- decisions --- */

/* A request on its way, with all that belongs to it. */
struct ask {
  struct lw_order order;
  struct lw_change change;
  struct lw_arena arena;
};

static inline bool ask_read(struct desk *desk, struct ask *ask, const char *json,
                            const struct lw_order_options *options)
{
  static const struct lw_json_options raw = {.raw_key = LW_STR_INIT("meta")};
  const struct lw_value *value = NULL;
  *ask = (struct ask){0};
  lw_arena_init(&ask->arena, NULL, 0);
  lw_str text = lw_str_copy(&ask->arena, lw_str_c(json));
  must(lw_json_read(desk->reader, &ask->arena, text, &raw, &value, &desk->err), &desk->err);
  const struct lw_snapshot *snapshot = lw_engine_snapshot(desk->engine);
  struct lw_faults faults = {.arena = &ask->arena};
  bool read = lw_order_read(snapshot, value, options, &ask->arena, &ask->order, &faults);
  lw_snapshot_unref(snapshot);
  if (!read) {
    (void)lw_fail(&desk->err, LW_INVALID, "%.*s: %.*s", LW_FMT(faults.items[0].at),
                  LW_FMT(faults.items[0].message));
    lw_arena_finish(&ask->arena);
    return false;
  }
  ask->change = (struct lw_change){.apply = lw_order_apply,
                                   .user = &ask->order,
                                   .arena = &ask->arena,
                                   .actor = ask->order.request.agent.id,
                                   .bare = true,
                                   .keeps_own_key = true};
  return true;
}

static inline void ask_key(struct ask *ask, const char *key, unsigned char digest)
{
  ask->change.key = lw_str_c(key);
  memset(ask->change.digest.bytes, digest, sizeof ask->change.digest.bytes);
}

static inline void ask_finish(struct ask *ask)
{
  lw_order_finish(&ask->order);
  lw_buf_finish(&ask->change.answer);
  lw_arena_finish(&ask->arena);
}

static inline void desk_ask(struct desk *desk, struct ask *ask, const char *json)
{
  const struct lw_order_options options = {.now = lw_engine_now(desk->engine)};
  if (!ask_read(desk, ask, json, &options)) {
    fail_msg("%s: %s", json, desk->err.text);
  }
}

/* Decides; the answer lives in the desk's arena. */
static inline lw_str desk_decide_with(struct desk *desk, const char *json, const char *key,
                                      unsigned char digest)
{
  struct ask ask;
  desk_ask(desk, &ask, json);
  if (key != NULL) {
    ask_key(&ask, key, digest);
  }
  enum lw_code rc = lw_engine_run(desk->engine, &ask.change, &desk->err);
  lw_str answer = rc == LW_OK
                      ? lw_str_copy(&desk->arena, lw_buf_str(&ask.change.answer))
                      : lw_str_format(&desk->arena, "%s: %s", lw_code_name(rc), desk->err.text);
  ask_finish(&ask);
  return answer;
}

static inline lw_str desk_decide(struct desk *desk, const char *json)
{
  return desk_decide_with(desk, json, NULL, 0);
}

static inline bool has(lw_str text, const char *part)
{
  return lw_str_find(text, lw_str_c(part), 0) != SIZE_MAX;
}

#define assert_has(text, part)                                                                     \
  do {                                                                                             \
    lw_str text_ = (text);                                                                         \
    if (!has(text_, part)) {                                                                       \
      fail_msg("no %s in %.*s", part, LW_FMT(text_));                                              \
    }                                                                                              \
  } while (0)

static inline lw_id id_of(lw_str answer)
{
  lw_id id;
  assert_true(answer.len > 37);
  assert_true(lw_id_read(LW_STR("dec"), lw_str_slice(answer, 7, 30), &id));
  return id;
}

/* The journal and the budgets agree. */
static inline void desk_verify(struct desk *desk)
{
  struct lw_db *db = NULL;
  struct lw_verify_report report;
  const struct lw_verify_options options = {0};
  must(lw_engine_reader(desk->engine, &db, &desk->err), &desk->err);
  must(lw_verify(db, &options, &report, &desk->err), &desk->err);
  assert_string_equal(report.fault, "");
  lw_engine_reader_done(desk->engine, db);
}

/* A sum over the record, such as what a budget has. */
static inline int64_t desk_number(struct desk *desk, const char *sql)
{
  struct lw_db *db = NULL;
  int64_t number = -1;
  must(lw_engine_reader(desk->engine, &db, &desk->err), &desk->err);
  all_drawn(db);
  must(lw_db_get_int(db, sql, &number, &desk->err), &desk->err);
  all_drawn_done(db);
  lw_engine_reader_done(desk->engine, db);
  return number;
}

#endif
