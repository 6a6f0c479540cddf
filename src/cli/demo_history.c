/* The past, made by the engine itself: a manual clock goes from event to event. Requests come
 * minute by minute, as many as that minute of the week has customers; each is read, decided and
 * recorded as over HTTP. What follows from one (an approval's opening and answer, the confirmation
 * of a hold, a reversal, clocks of levels) waits in a heap ordered by time. Requests between two
 * such events go into one batch.
 *
 * Everything is drawn from one seeded stream, in the order of the events, so that the same options
 * make the same decisions (ids and salts excepted: those are the system's randomness). */
#include "base/bounds.h"
#include "cli/demo.h"
#include "cli/store.h"
#include "desk/approval.h"
#include "desk/case.h"
#include "engine/canary.h"
#include "engine/publish.h"
#include "engine/staff_change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  BATCH = 256,
  FOLLOWED_MAX =
      100000, /* events that follow: beyond, requests alone, so that millions stay quick */
  TEXT_BYTES = 64
};

enum follow { ASK, ANSWER, WITHDRAW, CONFIRM, REVERSE, CLOCK };

struct event {
  lw_usec at;
  uint64_t serial; /* ties in the order of making */
  enum follow what;
  char id[TEXT_BYTES];    /* of a decision, or of an approval */
  char agent[TEXT_BYTES]; /* who asked */
};

struct slot {
  struct lw_arena arena;
  struct lw_order order;
  struct lw_change change;
  const struct lw_demo_agent *agent;
  struct lw_buf text;
  lw_usec at;
};

struct history {
  const struct lw_demo_options *options;
  struct lw_engine *engine;
  struct lw_demo_company company;
  struct lw_rand_seeded rand;
  struct lw_json_reader *json;
  lw_usec clock; /* the world's */
  struct event *heap;
  size_t n_events;
  size_t capacity;
  uint64_t serial;
  uint64_t followed;
  uint64_t made;
  uint64_t customers;
  bool on_trial;
  struct lw_demo_records *records;
  struct slot slots[BATCH];
  struct lw_change *changes[BATCH];
  size_t n_slots;
  lw_usec shown;
  struct lw_demo_said said; /* afterwards */
};

static lw_usec history_now(void *user)
{
  return ((const struct history *)user)->clock;
}

/* --- the heap --- */

static bool before(const struct event *a, const struct event *b)
{
  return a->at != b->at ? a->at < b->at : a->serial < b->serial;
}

static bool push(struct history *history, struct event event)
{
  if (history->n_events == history->capacity) {
    size_t capacity = history->capacity != 0 ? history->capacity * 2 : 256;
    struct event *heap = realloc(history->heap, capacity * sizeof *heap);
    if (heap == NULL) {
      return false;
    }
    history->heap = heap;
    history->capacity = capacity;
  }
  event.serial = history->serial++;
  size_t at = history->n_events++;
  while (at != 0 && before(&event, &history->heap[(at - 1) / 2])) {
    history->heap[at] = history->heap[(at - 1) / 2];
    at = (at - 1) / 2;
  }
  history->heap[at] = event;
  return true;
}

static struct event pop(struct history *history)
{
  struct event first = history->heap[0];
  struct event last = history->heap[--history->n_events];
  size_t at = 0;
  for (;;) {
    size_t child = 2 * at + 1;
    if (child >= history->n_events) {
      break;
    }
    if (child + 1 < history->n_events && before(&history->heap[child + 1], &history->heap[child])) {
      child++;
    }
    if (!before(&history->heap[child], &last)) {
      break;
    }
    history->heap[at] = history->heap[child];
    at = child;
  }
  if (history->n_events != 0) {
    history->heap[at] = last;
  }
  return first;
}

/* --- one change --- */

static enum lw_code run(struct history *history, lw_demo_apply *apply, void *user, lw_str actor,
                        struct lw_buf *ret_answer, struct lw_error *err)
{
  return lw_demo_run(history->engine, apply, user, actor, ret_answer, err);
}

/* The id in an answer of ours, cut to fit; false when there is none. */
static bool id_of(lw_str answer, char *place)
{
  lw_str id = lw_demo_id(answer);
  size_t len = id.len < TEXT_BYTES ? id.len : TEXT_BYTES - 1;
  memcpy(place, id.ptr, len);
  place[len] = '\0';
  return len != 0;
}

/* --- what follows --- */

static uint64_t below(struct history *history, uint64_t limit)
{
  return lw_rand_seeded_below(&history->rand, limit);
}

static lw_usec seconds(uint64_t count)
{
  return (lw_usec)count * LW_USEC_PER_SECOND;
}

static bool follow(struct history *history, lw_usec at, enum follow what, const char *id,
                   lw_str agent)
{
  struct event event = {.at = at, .what = what};
  (void)snprintf(event.id, sizeof event.id, "%s", id);
  (void)snprintf(event.agent, sizeof event.agent, "%.*s", LW_FMT(agent));
  history->followed++;
  return push(history, event);
}

/* Of those who were asked: nine in ten answer, most within a minute; of grants one in a hundred is
 * taken back. */
static bool plan(struct history *history, const struct slot *slot)
{
  char id[TEXT_BYTES];
  lw_str answer = lw_buf_str(&slot->change.answer);
  if (slot->change.code != LW_OK || !id_of(answer, id)) {
    return true;
  }
  bool granted = lw_str_find(answer, LW_STR("\"verdict\":\"granted\""), 0) != SIZE_MAX;
  bool asks = lw_str_find(answer, LW_STR("\"verdict\":\"ask\""), 0) != SIZE_MAX;
  uint64_t chance = below(history, 100);
  bool held = slot->order.hold_usec != 0;
  if (history->followed >= FOLLOWED_MAX) {
    return true;
  }
  if (asks && chance < 85) {
    return follow(history, slot->at + seconds(4 + below(history, 25)), ASK, id, slot->agent->id);
  }
  if (granted && held && chance < 95) {
    return follow(history, slot->at + seconds(10 + below(history, 60)), CONFIRM, id,
                  slot->agent->id);
  }
  if (granted && !held && chance < 1) {
    return follow(history, slot->at + seconds(600 + below(history, 7200)), REVERSE, id,
                  slot->agent->id);
  }
  return true;
}

static struct lw_caller caller_of(const struct lw_snapshot *snapshot, const char *id)
{
  struct lw_caller caller = {.person = lw_staff_find(snapshot->staff, lw_str_c(id))};
  caller.actor = lw_str_c(id);
  return caller;
}

static enum lw_code ask(struct history *history, const struct lw_snapshot *snapshot,
                        const struct event *event, struct lw_error *err)
{
  static const char *const notes[] = {"Third call about the same bill.",
                                      "They have been with us for years and are about to leave.",
                                      "The shop promised it.", "Two weeks without service.", ""};
  char approval[TEXT_BYTES];
  struct lw_buf answer = {0};
  struct lw_caller caller = caller_of(snapshot, event->agent);
  struct lw_approval_ask question = {.caller = &caller, .note = lw_str_c(notes[below(history, 5)])};
  if (!lw_id_read(LW_STR("dec"), lw_str_c(event->id), &question.decision)) {
    return LW_OK;
  }
  enum lw_code rc = run(history, lw_approval_open, &question, caller.actor, &answer, err);
  uint64_t chance = below(history, 100);
  uint64_t wait = 5 + below(history, 30) + (below(history, 5) == 0 ? below(history, 90) : 0);
  if (rc == LW_OK && id_of(lw_buf_str(&answer), approval)) {
    enum follow next = chance < 90 ? ANSWER : chance < 94 ? WITHDRAW : CLOCK;
    bool kept = follow(history, history->clock + seconds(wait), next, approval, caller.actor);
    for (unsigned level = 1; kept && level <= 6;
         level++) { /* its clocks: levels, then `otherwise` */
      kept = follow(history, history->clock + seconds(61 * level), CLOCK, approval, caller.actor);
    }
    rc = kept ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  lw_buf_finish(&answer);
  return rc;
}

/* A bill that is wrong by a little more than agents may put right: nobody says no to that. */
static bool is_small_error(const struct lw_approval *approval)
{
  enum { SMALL_MINOR = 15000 };
  return lw_str_equal(approval->reason, LW_STR("billing-error")) && approval->has_amount &&
         approval->amount_minor <= SMALL_MINOR;
}

/* Whoever was asked first answers: yes four times in five, at times with less. */
static enum lw_code answer(struct history *history, const struct lw_snapshot *snapshot,
                           const struct event *event, struct lw_error *err)
{
  struct lw_arena arena;
  struct lw_approval approval;
  struct lw_db *db = NULL;
  lw_arena_init(&arena, NULL, LW_REQUEST_BYTES_MAX);
  enum lw_code rc = lw_engine_reader(history->engine, &db, err);
  rc = rc == LW_OK ? lw_approval_get(db, lw_str_c(event->id), &arena, &approval, err) : rc;
  if (rc == LW_OK && approval.state == LW_APPROVAL_OPEN && approval.n_asked != 0) {
    char person[TEXT_BYTES];
    char amount[32];
    uint64_t chance = below(history, 100);
    bool is_small = is_small_error(&approval);
    uint64_t yes_below = is_small ? 97 : 82;
    const struct lw_asked *asked = &approval.asked[below(history, approval.n_asked)];
    (void)snprintf(person, sizeof person, "%.*s", LW_FMT(asked->person));
    struct lw_caller caller = caller_of(snapshot, person);
    struct lw_approval_answer yes = {
        .caller = &caller, .approval = lw_str_c(event->id), .approve = chance < yes_below};
    yes.note =
        yes.approve ? LW_STR("") : LW_STR("Offer a plan that fits; say what we mend and by when.");
    if (!is_small && chance < 12 && approval.has_amount && approval.amount_minor > 2000) {
      int64_t less = approval.amount_minor / 2 / 100 * 100;
      yes.amount = lw_str_from(
          amount, (size_t)snprintf(amount, sizeof amount, "%lld.00", (long long)(less / 100)));
    }
    rc = run(history, lw_approval_answer, &yes, caller.actor, NULL, err);
  }
  lw_engine_reader_done(history->engine, db);
  lw_arena_finish(&arena);
  return rc;
}

struct finish {
  lw_id id;
  bool reverse;
};

static enum lw_code apply_finish(struct lw_batch *batch, struct lw_change *change,
                                 struct lw_error *err)
{
  const struct finish *finish = change->user;
  return finish->reverse
             ? lw_decision_reverse(batch, change, finish->id, LW_STR("It was given twice."), err)
             : lw_decision_confirm(batch, change, finish->id, -1, err);
}

static enum lw_code act(struct history *history, const struct event *event, struct lw_error *err)
{
  const struct lw_snapshot *snapshot = lw_engine_snapshot(history->engine);
  enum lw_code rc = LW_OK;
  struct finish finish = {.reverse = event->what == REVERSE};
  struct lw_caller caller = caller_of(snapshot, event->agent);
  struct lw_approval_touch touch = {.caller = &caller, .approval = lw_str_c(event->id)};
  switch (event->what) {
  case ASK: rc = ask(history, snapshot, event, err); break;
  case ANSWER: rc = answer(history, snapshot, event, err); break;
  case WITHDRAW: rc = run(history, lw_approval_withdraw, &touch, caller.actor, NULL, err); break;
  case CLOCK: rc = lw_engine_run_due(history->engine, err); break;
  case CONFIRM:
  case REVERSE:
    if (lw_id_read(LW_STR("dec"), lw_str_c(event->id), &finish.id)) {
      rc = run(history, apply_finish, &finish, caller.actor, NULL, err);
    }
    break;
  }
  lw_snapshot_unref(snapshot);
  bool store_failed = rc == LW_IO || rc == LW_NO_MEMORY || rc == LW_INTERNAL;
  return store_failed ? rc : LW_OK; /* a refused answer is part of life */
}

/* --- requests --- */

static enum lw_code say_after(struct history *history, struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  for (size_t i = 0; rc == LW_OK && i < history->n_slots; i++) {
    const struct slot *slot = &history->slots[i];
    const struct lw_demo_given given = {.agent = slot->agent->id,
                                        .answer = lw_buf_str(&slot->change.answer),
                                        .at = slot->at,
                                        .before_end = history->options->until - slot->at};
    if (slot->change.code == LW_OK &&
        lw_str_find(given.answer, LW_STR("\"verdict\":\"granted\""), 0) != SIZE_MAX) {
      rc = lw_demo_say_after(history->engine, &history->said, &given, err);
    }
  }
  return rc;
}

static enum lw_code flush(struct history *history, struct lw_error *err)
{
  if (history->n_slots == 0) {
    return LW_OK;
  }
  enum lw_code rc = lw_engine_submit_all(history->engine, history->changes, history->n_slots, err);
  rc = rc == LW_OK ? say_after(history, err) : rc;
  for (size_t i = 0; i < history->n_slots; i++) {
    struct slot *slot = &history->slots[i];
    if (rc == LW_OK && slot->change.code == LW_OK) {
      bool given = lw_str_find(lw_buf_str(&slot->change.answer), LW_STR("\"verdict\":\"granted\""),
                               0) != SIZE_MAX;
      lw_demo_records_take(history->records, &history->company, lw_buf_str(&slot->text),
                           slot->agent->id, slot->at, given);
    }
    if (rc == LW_OK && !plan(history, slot)) {
      rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
    }
    lw_order_finish(&slot->order);
    lw_buf_finish(&slot->change.answer);
    lw_arena_reset(&slot->arena);
    lw_buf_reset(&slot->text);
  }
  history->made += history->n_slots;
  history->n_slots = 0;
  return rc;
}

static enum lw_code add_request(struct history *history, const struct lw_snapshot *snapshot,
                                lw_usec at, struct lw_error *err)
{
  static const struct lw_json_options json_options = {.raw_key = LW_STR_INIT("meta")};
  struct slot *slot = &history->slots[history->n_slots];
  struct lw_order_options options = {.now = at};
  struct lw_faults faults = {.arena = &slot->arena};
  const struct lw_value *value = NULL;
  lw_demo_request_add(&history->rand, &history->company, history->customers, at, &slot->text,
                      &slot->agent);
  if (slot->text.failed) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  enum lw_code rc = lw_json_read(history->json, &slot->arena, lw_buf_str(&slot->text),
                                 &json_options, &value, err);
  if (rc != LW_OK) {
    return rc;
  }
  if (!lw_order_read(snapshot, value, &options, &slot->arena, &slot->order, &faults)) {
    return lw_fail(err, LW_INTERNAL, "a made-up request does not fit the policy: %.*s: %.*s",
                   LW_FMT(faults.items[0].at), LW_FMT(faults.items[0].message));
  }
  slot->at = at;
  slot->change = (struct lw_change){.apply = lw_order_apply,
                                    .user = &slot->order,
                                    .arena = &slot->arena,
                                    .actor = slot->agent->id,
                                    .bare = true,
                                    .keeps_own_key = true};
  history->changes[history->n_slots] = &slot->change;
  history->n_slots++;
  history->clock = at;
  return history->n_slots == BATCH ? flush(history, err) : LW_OK;
}

/* Everything that comes before `at`. */
static enum lw_code act_until(struct history *history, lw_usec at, struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  while (rc == LW_OK && history->n_events != 0 && history->heap[0].at <= at) {
    rc = flush(history, err); /* may add earlier ones */
    if (rc == LW_OK && history->heap[0].at <= at) {
      struct event event = pop(history);
      history->clock = event.at > history->clock ? event.at : history->clock;
      rc = act(history, &event, err);
    }
  }
  return rc;
}

/* What follows a request comes seconds after it at the earliest: until then it must have been
 * decided. */
static enum lw_code flush_before(struct history *history, lw_usec at, struct lw_error *err)
{
  bool may_follow = history->followed < FOLLOWED_MAX;
  bool late = history->n_slots != 0 && at - history->slots[0].at > seconds(3);
  enum lw_code rc = may_follow && late ? flush(history, err) : LW_OK;
  return rc == LW_OK && may_follow && late ? act_until(history, at, err) : rc;
}

/* How busy a minute is, in parts of 1,000: nobody calls at night, Mondays are the worst. */
static uint64_t weight_of(lw_usec at)
{
  static const uint16_t of_hour[24] = {20,  10,  8,   8,   10,  20,  80,  300, 700, 950, 1000, 960,
                                       850, 880, 900, 860, 800, 720, 600, 480, 350, 220, 120,  50};
  static const uint16_t of_day[7] = {350, 1000, 900, 860, 850, 800, 450};
  struct lw_civil civil;
  lw_civil_from_seconds(at / LW_USEC_PER_SECOND - 8 * 3600, &civil);
  return (uint64_t)of_hour[civil.hour] * of_day[civil.weekday] / 1000 + 1;
}

static void show(struct history *history, bool last)
{
  lw_usec now = lw_clock_monotonic();
  if (history->options->progress && (last || now - history->shown > 200000)) {
    history->shown = now;
    (void)fprintf(stderr, "\rmaking a past: %llu of %llu decisions%s",
                  (unsigned long long)history->made,
                  (unsigned long long)history->options->decisions, last ? "\n" : "");
  }
}

/* Half of the teams get another version, and still have it when the past ends. */
static enum lw_code start_trial(struct history *history, lw_usec at, struct lw_error *err)
{
  static const lw_str teams[] = {LW_STR_INIT("care-north"), LW_STR_INIT("care-south")};
  enum { DAYS_LEFT = 14 };
  struct lw_arena arena;
  struct lw_canary_start start;
  enum lw_code rc = act_until(history, at, err);
  rc = rc == LW_OK ? flush(history, err) : rc;
  history->clock = at > history->clock ? at : history->clock;
  lw_arena_init(&arena, NULL, 0);
  lw_canary_start_init(&start, history->options->trial, &arena);
  start.publish.note = LW_STR("Tried by half of the teams first.");
  start.teams = teams;
  start.n_teams = sizeof teams / sizeof teams[0];
  start.until = history->options->until + DAYS_LEFT * seconds(LW_SECONDS_PER_DAY);
  const struct lw_snapshot *snapshot = lw_engine_snapshot(history->engine);
  rc = rc == LW_OK ? lw_canary_start_prepare(&start, snapshot, err) : rc;
  lw_snapshot_unref(snapshot);
  rc = rc == LW_OK ? run(history, lw_canary_start_apply, &start, LW_STR("pat"), NULL, err) : rc;
  lw_canary_start_finish(&start);
  lw_arena_finish(&arena);
  return rc;
}

/* The trial begins: what is read from then on is read by the new picture. */
static enum lw_code change_course(struct history *history, lw_usec at,
                                  const struct lw_snapshot **snapshot, struct lw_error *err)
{
  lw_usec half = (lw_usec)history->options->days * seconds(LW_SECONDS_PER_DAY) / 2;
  if (history->options->trial.len == 0 || history->on_trial ||
      at < history->options->until - half) {
    return LW_OK;
  }
  history->on_trial = true;
  enum lw_code rc = start_trial(history, at, err);
  lw_snapshot_unref(*snapshot);
  *snapshot = lw_engine_snapshot(history->engine);
  return rc;
}

static enum lw_code live(struct history *history, struct lw_error *err)
{
  const lw_usec minute = seconds(60);
  const struct lw_snapshot *snapshot = lw_engine_snapshot(history->engine);
  lw_usec from =
      history->options->until - (lw_usec)history->options->days * seconds(LW_SECONDS_PER_DAY);
  uint64_t whole = 0;
  uint64_t due = 0; /* weights so far */
  uint64_t added = 0;
  enum lw_code rc = LW_OK;
  for (lw_usec at = from; at + minute <= history->options->until; at += minute) {
    whole += weight_of(at);
  }
  for (lw_usec at = from; rc == LW_OK && at + minute <= history->options->until; at += minute) {
    due += weight_of(at);
    rc = change_course(history, at, &snapshot, err);
    uint64_t upto =
        (uint64_t)((lw_uint128)history->options->decisions * due / (whole != 0 ? whole : 1));
    uint64_t count = upto - added;
    for (uint64_t i = 0; rc == LW_OK && i < count; i++, added++) {
      lw_usec moment = at + (lw_usec)((uint64_t)minute * i / count);
      rc = act_until(history, moment, err);
      rc = rc == LW_OK ? flush_before(history, moment, err) : rc;
      rc = rc == LW_OK ? add_request(history, snapshot, moment, err) : rc;
    }
    show(history, false);
  }
  lw_snapshot_unref(snapshot);
  rc = rc == LW_OK ? flush(history, err) : rc;
  rc = rc == LW_OK ? act_until(history, history->options->until, err) : rc;
  show(history, true);
  return rc;
}

/* --- the beginning --- */

static enum lw_code publish(struct history *history, struct lw_error *err)
{
  struct lw_arena arena;
  struct lw_publish publish;
  lw_arena_init(&arena, NULL, 0);
  lw_publish_init(&publish, lw_demo_policy(), &arena);
  publish.note = LW_STR("The first edition.");
  enum lw_code rc = lw_publish_prepare(&publish, NULL, err);
  rc = rc == LW_OK ? run(history, lw_publish_apply, &publish, LW_STR("pat"), NULL, err) : rc;
  lw_publish_finish(&publish);
  lw_arena_finish(&arena);
  return rc;
}

static enum lw_code import(struct history *history, struct lw_error *err)
{
  struct lw_arena arena;
  struct lw_import import;
  struct lw_diags diags;
  lw_arena_init(&arena, NULL, 0);
  lw_diags_init(&diags, &arena);
  const struct lw_snapshot *snapshot = lw_engine_snapshot(history->engine);
  const struct lw_policy *policy = snapshot->policy;
  struct lw_import_options options = {.name = LW_STR("demo.csv"),
                                      .currency = policy->currency,
                                      .zone = policy->zone,
                                      .tiers = policy->tiers,
                                      .n_tiers = policy->n_tiers};
  enum lw_code rc = LW_OK;
  if (!lw_import_read(&import, &arena, lw_buf_str(&history->company.csv), &options, &diags)) {
    rc = lw_fail(err, LW_INTERNAL, "the made-up people can't be read: %.*s",
                 LW_FMT(diags.count != 0 ? diags.items[0].message : LW_STR("?")));
  }
  rc = rc == LW_OK ? run(history, lw_people_import_apply, &import, LW_STR("ada"), NULL, err) : rc;
  lw_snapshot_unref(snapshot);
  lw_arena_finish(&arena);
  return rc;
}

static enum lw_code give_roles(struct history *history, struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  for (size_t i = 0; rc == LW_OK && i < lw_demo_roles_count; i++) {
    uint32_t role = lw_role_find(lw_str_c(lw_demo_roles[i].roles));
    struct lw_person_change change = {.edit = {.fields = LW_PERSON_ROLES, .roles = role}};
    change.edit.actor.id = lw_str_c(lw_demo_roles[i].id);
    rc =
        role != 0 ? run(history, lw_person_change_apply, &change, LW_STR("ada"), NULL, err) : LW_OK;
  }
  return rc;
}

static enum lw_code open_engine(struct history *history, const char *url,
                                const struct lw_world *world, struct lw_error *err)
{
  struct lw_engine_options options = {
      .url = url, .world = world, .unsynced = true, .exclusive = true};
  enum lw_code rc = lw_store_open(&options, &history->engine, err);
  if (rc != LW_OK) {
    return rc;
  }
  const struct lw_snapshot *snapshot = lw_engine_snapshot(history->engine);
  bool empty = snapshot->policy == NULL && snapshot->staff->n_persons == 0 &&
               lw_engine_seq(history->engine) <= 1;
  lw_snapshot_unref(snapshot);
  if (!empty) {
    rc = lw_fail(err, LW_CONFLICT,
                 "%s has something in it already; a demonstration needs a new database", url);
    lw_error_hint(err, "give --db another name");
    return rc;
  }
  lw_engine_add_due(history->engine, &lw_holds_due);
  lw_engine_add_due(history->engine, &lw_approvals_due);
  return LW_OK;
}

static enum lw_code plans(struct history *history, struct lw_error *err)
{
  uint32_t count = 0;
  const struct lw_demo_ticked *ticked = lw_demo_records_ticked(history->records, &count);
  enum lw_code rc = lw_demo_plans(history->engine, ticked, count, err);
  rc = rc == LW_OK ? lw_demo_pages(history->engine, err) : rc;
  rc = rc == LW_OK ? lw_demo_courses(history->engine, err) : rc;
  rc = rc == LW_OK ? lw_demo_pulse(history->engine, history->options->seed, err) : rc;
  return rc == LW_OK ? lw_demo_growing(history->engine, err) : rc;
}

static void finish(struct history *history)
{
  lw_engine_close(history->engine);
  for (size_t i = 0; i < BATCH; i++) {
    lw_arena_finish(&history->slots[i].arena);
    lw_buf_finish(&history->slots[i].text);
  }
  lw_demo_records_destroy(history->records);
  lw_demo_company_finish(&history->company);
  lw_json_reader_destroy(history->json);
  free(history->heap);
  free(history);
}

enum lw_code lw_demo_fill(const char *url, const struct lw_demo_options *options,
                          struct lw_error *err)
{
  struct lw_arena arena;
  struct history *history = calloc(1, sizeof *history);
  if (history == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  lw_arena_init(&arena, NULL, 0);
  for (size_t i = 0; i < BATCH; i++) {
    lw_arena_init(&history->slots[i].arena, NULL, LW_REQUEST_BYTES_MAX);
  }
  history->options = options;
  history->clock =
      options->until - (lw_usec)options->days * seconds(LW_SECONDS_PER_DAY) - seconds(3600);
  history->customers = options->decisions / 3 > 500 ? options->decisions / 3 : 500;
  history->json = lw_json_reader_create(NULL);
  lw_rand_seeded_init(&history->rand, options->seed);
  struct lw_world world = {.now = history_now, .user = history};
  enum lw_code rc = LW_OK;
  history->records = lw_demo_records_create(options);
  if (history->json == NULL || history->records == NULL ||
      !lw_demo_company_make(&arena, &history->rand, options, &history->company)) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  rc = rc == LW_OK ? open_engine(history, url, &world, err) : rc;
  rc = rc == LW_OK ? publish(history, err) : rc;
  rc = rc == LW_OK ? import(history, err) : rc;
  rc = rc == LW_OK ? give_roles(history, err) : rc;
  rc = rc == LW_OK ? live(history, err) : rc;
  rc = rc == LW_OK ? lw_demo_records_bring(history->records, history->engine, err) : rc;
  rc = rc == LW_OK ? plans(history, err) : rc;
  finish(history);
  lw_arena_finish(&arena);
  return rc;
}
