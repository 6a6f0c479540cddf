/* A small world for tests of the desk: a real engine on a file of its own, a clock that the test
 * holds, a policy with a route of two levels, and some people. Each call runs one change and leaves
 * its code, error and answer. */
#ifndef LW_TEST_DESK_WORLD_H
#define LW_TEST_DESK_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "fault/store.h"
#include "../ledger/all_drawn.h"
#include "base/crypto.h"
#include "desk/case.h"
#include "desk/feed.h"
#include "engine/publish.h"

#define POLICY_HEAD                                                                                \
  "leeway: 1\norganization: Example\ncurrency: USD\ninstead: Say by when.\n"                       \
  "tiers: [frontline, lead, manager]\n"                                                            \
  "facts:\n  customer.flag: {type: bool, default: false}\n  lines: {type: int, default: 1}\n"      \
  "actions: {credit: {kind: money}, refund: {kind: money}, plan: {kind: change}}\n"                \
  "budgets:\n  month: {per: agent, every: month, amount: {frontline: 200.00, lead: 2000.00, "      \
  "manager: 10000.00}}\n"
#define POLICY_GRANTS                                                                              \
  "grants:\n"                                                                                      \
  "  - {id: frontline, who: {tier: frontline}, may: [credit], up_to: 50.00, draws: [month]}\n"     \
  "  - {id: lead, who: {tier: lead}, may: [credit, refund], up_to: 300.00, draws: [month]}\n"      \
  "  - {id: manager, who: {tier: manager}, may: all, up_to: 2000.00, draws: [month]}\n"
#define POLICY_RAILS                                                                               \
  "rails:\n  - {id: flagged, no: [credit], when: customer.flag, why: Held., instead: Wait.}\n"
#define POLICY_ROUTE(otherwise)                                                                    \
  "routes:\n  - id: over\n    ask:\n"                                                              \
  "      - {who: {only_tier: lead, team: same}, within: 60s}\n"                                    \
  "      - {who: {tier: manager}, within: 120s}\n    otherwise: " otherwise "\n"
#define POLICY_FALLBACK POLICY_HEAD POLICY_GRANTS POLICY_RAILS POLICY_ROUTE("{grant_up_to: 80.00}")
#define POLICY_REFUSE   POLICY_HEAD POLICY_GRANTS POLICY_RAILS POLICY_ROUTE("refuse")

/* ana and bob ask; tom, tess lead care; lou leads billing; max and mia manage. */
#define PEOPLE                                                                                     \
  "INSERT INTO team (id, name, parent) VALUES ('care', 'Care', ''), ('billing', 'Billing', ''), "  \
  "('ops', 'Operations', '');"                                                                     \
  "INSERT INTO person (id, name, email, team, tier, kind, manager, roles, version) VALUES "        \
  "('ana', 'Ana Ro', '', 'care', 'frontline', 'human', 'tom', 0, 1),"                              \
  "('bob', 'Bob Li', '', 'care', 'frontline', 'human', 'tom', 0, 1),"                              \
  "('tom', 'Tom Ode', '', 'care', 'lead', 'human', 'max', 1, 1),"                                  \
  "('tess', 'Tess Ho', '', 'care', 'lead', 'human', 'max', 1, 1),"                                 \
  "('lou', 'Lou Fa', '', 'billing', 'lead', 'human', 'max', 1, 1),"                                \
  "('max', 'Max Be', '', 'ops', 'manager', 'human', '', 1, 1),"                                    \
  "('mia', 'Mia Zu', '', 'ops', 'manager', 'human', '', 1, 1);"

#define SECOND LW_USEC_PER_SECOND

/* Whose tables there are beside the engine's; tests of a folder above have theirs. */
#ifndef WORLD_MIGRATIONS
#define WORLD_MIGRATIONS lw_desk_migrations
#endif
#define WORLD_COUNT_OF(list) list##_count
#define WORLD_COUNT(list)    WORLD_COUNT_OF(list)

struct world {
  char dir[64];
  char path[256];
  lw_usec now;
  struct lw_world outside;
  struct lw_engine *engine;
  bool threaded;
  struct lw_arena arena;
  struct lw_json_reader *json;
  /* Of the last change. */
  enum lw_code code;
  struct lw_error err;
  struct lw_buf out;
  int status;
};

static inline lw_usec world_now(void *user)
{
  return __atomic_load_n((lw_usec *)user, __ATOMIC_RELAXED);
}

static inline void world_start(struct world *world)
{
  struct lw_error err = {0};
  struct lw_engine_options options = {.url = world->path,
                                      .world = &world->outside,
                                      .threaded = world->threaded,
                                      .migrations = WORLD_MIGRATIONS,
                                      .n_migrations = WORLD_COUNT(WORLD_MIGRATIONS)};
  if (lw_engine_open(&options, &world->engine, &err) != LW_OK) {
    fail_msg("engine: %s", err.text);
  }
}

/* Stops and starts again: what is not on disk is gone. */
static inline void world_restart(struct world *world)
{
  lw_engine_close(world->engine);
  world_start(world);
}

/* Runs one change; its answer goes to world->out. */
static inline enum lw_code world_run(struct world *world,
                                     enum lw_code (*apply)(struct lw_batch *, struct lw_change *,
                                                           struct lw_error *),
                                     void *user, const char *actor)
{
  struct lw_change change = {
      .apply = apply, .user = user, .arena = &world->arena, .actor = lw_str_c(actor)};
  world->err = (struct lw_error){0};
  world->code = lw_engine_run(world->engine, &change, &world->err);
  lw_buf_reset(&world->out);
  lw_buf_add(&world->out, lw_buf_str(&change.answer));
  lw_buf_add(&world->out, LW_STR(""));
  world->status = change.status;
  lw_buf_finish(&change.answer);
  return world->code;
}

static inline enum lw_code apply_sql(struct lw_batch *batch, struct lw_change *change,
                                     struct lw_error *err)
{
  batch->people_changed = true;
  return lw_db_exec(batch->db, change->user, err);
}

static inline void world_sql(struct world *world, const char *sql)
{
  char *text = (char *)(uintptr_t)sql;
  if (world_run(world, apply_sql, text, "test") != LW_OK) {
    fail_msg("%s: %s", sql, world->err.text);
  }
}

static inline void world_publish(struct world *world, const char *policy)
{
  struct lw_publish publish;
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world->engine);
  lw_publish_init(&publish, lw_str_c(policy), &world->arena);
  publish.quiet = true;
  if (lw_publish_prepare(&publish, snapshot->staff, &world->err) != LW_OK) {
    fail_msg("policy: %u: %s", world->err.line, world->err.text);
  }
  lw_snapshot_unref(snapshot);
  if (world_run(world, lw_publish_apply, &publish, "test") != LW_OK) {
    fail_msg("publish: %s", world->err.text);
  }
  lw_publish_finish(&publish);
}

static inline void world_open_as(struct world *world, const char *policy, bool threaded)
{
  *world = (struct world){.threaded = threaded};
  assert_true(lw_crypto_start());
  (void)snprintf(world->dir, sizeof world->dir, "/tmp/lw-desk-XXXXXX");
  assert_non_null(mkdtemp(world->dir));
  char file[96];
  (void)snprintf(file, sizeof file, "%s/leeway.db", world->dir);
  (void)lw_store_make(file, world->path, sizeof world->path);
  world->now = INT64_C(1772445600000000); /* 2026-03-02T10:00:00Z */
  world->outside = (struct lw_world){.now = world_now, .user = &world->now};
  lw_arena_init(&world->arena, NULL, 0);
  world->json = lw_json_reader_create(NULL);
  world_start(world);
  world_sql(world, PEOPLE);
  world_publish(world, policy);
}

static inline void world_open(struct world *world, const char *policy)
{
  world_open_as(world, policy, false);
}

static inline void world_close(struct world *world)
{
  static const char *const ends[] = {"",           "-wal",       "-shm",  "-lists",
                                     "-lists-wal", "-lists-shm", ".lock", "-lock"};
  lw_engine_close(world->engine);
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    char name[288];
    (void)snprintf(name, sizeof name, "%s%s", world->path, ends[i]);
    (void)unlink(name);
  }
  (void)rmdir(world->dir);
  lw_json_reader_destroy(world->json);
  lw_buf_finish(&world->out);
  lw_arena_finish(&world->arena);
}

/* --- who --- */

static inline struct lw_caller caller_of(const struct lw_snapshot *snapshot, const char *person)
{
  const struct lw_person *found = lw_staff_find(snapshot->staff, lw_str_c(person));
  assert_non_null(found);
  return (struct lw_caller){.person = found, .actor = found->actor.id};
}

/* --- what --- */

static inline bool has(const struct world *world, const char *part)
{
  return lw_str_find(lw_buf_str(&world->out), lw_str_c(part), 0) != SIZE_MAX;
}

static inline void expect(const struct world *world, enum lw_code code, const char *part)
{
  if (world->code != code) {
    fail_msg("code %s, not %s: %s", lw_code_name(world->code), lw_code_name(code), world->err.text);
  }
  lw_str text = code == LW_OK ? lw_buf_str(&world->out) : lw_str_c(world->err.text);
  if (lw_str_find(text, lw_str_c(part), 0) == SIZE_MAX) {
    fail_msg("no %s in %.*s", part, LW_FMT(text));
  }
}

static inline const struct lw_value *parse(struct world *world, const char *json)
{
  const struct lw_value *value = NULL;
  struct lw_error err = {0};
  lw_str text = lw_str_copy(&world->arena, lw_str_c(json));
  assert_int_equal(lw_json_read(world->json, &world->arena, text, NULL, &value, &err), LW_OK);
  return value;
}

/* A text member of the last answer. */
static inline lw_str member(struct world *world, const char *key)
{
  const struct lw_value *value = NULL;
  struct lw_error err = {0};
  lw_str text = lw_str_copy(&world->arena, lw_buf_str(&world->out));
  assert_int_equal(lw_json_read(world->json, &world->arena, text, NULL, &value, &err), LW_OK);
  value = lw_value_get(value, lw_str_c(key));
  return value != NULL ? value->text : LW_STR("");
}

/* Asks for a decision; gives its id. */
static inline lw_id decide(struct world *world, const char *agent, const char *request)
{
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world->engine);
  struct lw_caller caller = caller_of(snapshot, agent);
  struct lw_order_options options = {.caller = &caller, .now = world_now(&world->now)};
  struct lw_faults faults = {.arena = &world->arena};
  struct lw_order order = {0};
  lw_id id = {{0}};
  if (!lw_order_read(snapshot, parse(world, request), &options, &world->arena, &order, &faults)) {
    fail_msg("%s: %.*s %.*s", request, LW_FMT(faults.items[0].at), LW_FMT(faults.items[0].message));
  }
  if (world_run(world, lw_order_apply, &order, agent) != LW_OK) {
    fail_msg("decide: %s", world->err.text);
  }
  assert_true(lw_id_read(LW_STR("dec"), member(world, "id"), &id));
  lw_order_finish(&order);
  lw_snapshot_unref(snapshot);
  return id;
}

static inline enum lw_code ask(struct world *world, const char *by, lw_id decision,
                               const char *note)
{
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world->engine);
  struct lw_caller caller = caller_of(snapshot, by);
  struct lw_approval_ask asked = {.caller = &caller, .decision = decision, .note = lw_str_c(note)};
  (void)world_run(world, lw_approval_open, &asked, by);
  lw_snapshot_unref(snapshot);
  return world->code;
}

/* ana asks for a credit of that amount; gives the approval's id. */
static inline lw_str ana_asks(struct world *world, const char *amount)
{
  char request[200];
  (void)snprintf(request, sizeof request,
                 "{\"action\":\"credit\",\"amount\":\"%s\",\"customer\":\"k1\",\"case\":\"c1\"}",
                 amount);
  lw_id decision = decide(world, "ana", request);
  (void)ask(world, "ana", decision, "please");
  expect(world, LW_OK, "\"id\":\"apr_");
  return member(world, "id");
}

static inline enum lw_code answer(struct world *world, const char *by, lw_str approval,
                                  bool approve, const char *amount, const char *action,
                                  const char *note)
{
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world->engine);
  struct lw_caller caller = caller_of(snapshot, by);
  struct lw_approval_answer answered = {.caller = &caller,
                                        .approval = approval,
                                        .approve = approve,
                                        .amount = lw_str_c(amount),
                                        .action = lw_str_c(action),
                                        .note = lw_str_c(note)};
  (void)world_run(world, lw_approval_answer, &answered, by);
  lw_snapshot_unref(snapshot);
  return world->code;
}

static inline enum lw_code touch(struct world *world, const char *by, lw_str approval, bool nudge)
{
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world->engine);
  struct lw_caller caller = caller_of(snapshot, by);
  struct lw_approval_touch touched = {.caller = &caller, .approval = approval};
  (void)world_run(world, nudge ? lw_approval_nudge : lw_approval_withdraw, &touched, by);
  lw_snapshot_unref(snapshot);
  return world->code;
}

/* Any change of an approval by somebody who touches it. */
static inline enum lw_code touch_by(struct world *world, const char *by, lw_str approval,
                                    enum lw_code (*apply)(struct lw_batch *, struct lw_change *,
                                                          struct lw_error *))
{
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world->engine);
  struct lw_caller caller = caller_of(snapshot, by);
  struct lw_approval_touch touched = {.caller = &caller, .approval = approval};
  (void)world_run(world, apply, &touched, by);
  lw_snapshot_unref(snapshot);
  return world->code;
}

static inline enum lw_code apply_due(struct lw_batch *batch, struct lw_change *change,
                                     struct lw_error *err)
{
  return lw_approvals_due.apply(batch, change, change->user, err);
}

/* What the clock does now; gives when it wants to be called again. */
static inline lw_usec due(struct world *world)
{
  lw_usec next = 0;
  if (world_run(world, apply_due, &next, "leeway") != LW_OK) {
    fail_msg("due: %s", world->err.text);
  }
  return next;
}

/* The approval as `by` sees it; false: not for them. */
static inline bool show(struct world *world, const char *by, lw_str approval, bool story)
{
  struct lw_db *db = NULL;
  struct lw_approval found = {0};
  const struct lw_snapshot *snapshot = lw_engine_snapshot(world->engine);
  struct lw_caller caller = caller_of(snapshot, by);
  assert_int_equal(lw_engine_reader(world->engine, &db, &world->err), LW_OK);
  struct lw_desk_reader reader = {.db = db,
                                  .snapshot = snapshot,
                                  .caller = &caller,
                                  .now = world_now(&world->now),
                                  .arena = &world->arena,
                                  .drawn = lw_engine_drawn(world->engine)};
  assert_int_equal(lw_approval_get(db, approval, &world->arena, &found, &world->err), LW_OK);
  lw_buf_reset(&world->out);
  world->code = lw_approval_print(&reader, &found, story, &world->out, &world->err);
  if (world->code != LW_OK) {
    fail_msg("print: %s", world->err.text);
  }
  bool visible = lw_approval_visible(&reader, &found);
  lw_engine_reader_done(world->engine, db);
  lw_snapshot_unref(snapshot);
  return visible;
}

static inline int64_t number(struct world *world, const char *sql)
{
  struct lw_db *db = NULL;
  int64_t value = -1;
  assert_int_equal(lw_engine_reader(world->engine, &db, &world->err), LW_OK);
  all_drawn(db);
  if (lw_db_get_int(db, sql, &value, &world->err) != LW_OK) {
    fail_msg("%s: %s", sql, world->err.text);
  }
  all_drawn_done(db);
  lw_engine_reader_done(world->engine, db);
  return value;
}

#endif
