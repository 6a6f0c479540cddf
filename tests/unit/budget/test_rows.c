/* Rows against a list of all draws: whatever is drawn, given back and asked in whatever order, rows
 * say what adding up the list says. And: a draw that fails, for want of memory or by a number too
 * large, has changed nothing. */
#include "budget/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { KINDS = LW_WINDOW_ROLLING + 1, SCOPES = 3 };
static const lw_usec HOUR = INT64_C(3600) * LW_USEC_PER_SECOND;
static const char *const scope_names[SCOPES] = {"", "ana", "ana\x1fk3"};

static lw_usec moment(const char *text)
{
  int64_t seconds = 0;
  uint32_t nanos = 0;
  assert_true(lw_rfc3339_read(lw_str_c(text), &seconds, &nanos));
  return seconds * LW_USEC_PER_SECOND + nanos / 1000;
}

static uint64_t next_random(uint64_t *state)
{
  uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

static uint64_t below(uint64_t *state, uint64_t limit)
{
  return next_random(state) % limit;
}

static struct lw_window window_of(int kind)
{
  return (struct lw_window){(enum lw_window_kind)kind, kind == LW_WINDOW_ROLLING ? 48 * HOUR : 0};
}

static struct lw_draw draw_of(int kind, int scope, int64_t amount, int64_t times)
{
  return (struct lw_draw){
      {(uint32_t)kind, lw_str_c(scope_names[scope])}, window_of(kind), amount, times};
}

/* ---- an allocator that counts and can fail ---- */

struct faults {
  long left; /* allocations that still work; negative: all */
  long live;
};

static void *faulty_alloc(void *user, size_t size_bytes)
{
  struct faults *faults = user;
  if (faults->left == 0) {
    return NULL;
  }
  faults->left -= faults->left > 0;
  void *memory = malloc(size_bytes);
  assert_non_null(memory);
  faults->live++;
  return memory;
}

static void faulty_release(void *user, void *memory)
{
  struct faults *faults = user;
  faults->live--;
  free(memory);
}

/* ---- the model: a list of all draws ---- */

struct model_draw {
  int kind;
  int scope;
  lw_usec at;
  int64_t amount; /* negative: given back */
  int64_t times;
  bool forgotten;
};

struct model {
  struct model_draw *draws;
  size_t count;
  size_t capacity;
  const struct lw_tz *zone;
  bool ever[KINDS][SCOPES];
  lw_usec last[KINDS][SCOPES];
};

/* Two moments are of one period if and only if their labels are equal: made from the date alone,
 * without asking where periods begin. */
static int64_t label_of(const struct lw_tz *zone, int kind, lw_usec at)
{
  int64_t seconds = at / LW_USEC_PER_SECOND;
  struct lw_civil civil;
  int64_t local = seconds + (zone != NULL ? lw_tz_offset(zone, seconds) : 0);
  lw_civil_from_seconds(local, &civil);
  switch (kind) {
  case LW_WINDOW_DAY: return (civil.year * 100 + civil.month) * 100 + civil.day;
  case LW_WINDOW_WEEK: return (local / 86400 + 3) / 7; /* 1970-01-01 was a Thursday */
  case LW_WINDOW_MONTH: return civil.year * 100 + civil.month;
  case LW_WINDOW_QUARTER: return civil.year * 10 + (civil.month + 2) / 3;
  case LW_WINDOW_YEAR: return civil.year;
  case LW_WINDOW_ROLLING: return at;
  default: return 0;
  }
}

static void model_add(struct model *model, struct model_draw draw)
{
  if (model->count == model->capacity) {
    model->capacity = model->capacity * 2 + 64;
    model->draws = realloc(model->draws, model->capacity * sizeof *model->draws);
    assert_non_null(model->draws);
  }
  model->draws[model->count++] = draw;
}

static lw_usec model_horizon(const struct model *model, int scope)
{
  return model->last[LW_WINDOW_ROLLING][scope] - 2 * 48 * HOUR;
}

static void model_draw(struct model *model, struct model_draw draw)
{
  if (!model->ever[draw.kind][draw.scope] || model->last[draw.kind][draw.scope] < draw.at) {
    model->last[draw.kind][draw.scope] = draw.at;
  }
  model->ever[draw.kind][draw.scope] = true;
  model_add(model, draw);
  for (size_t i = 0; draw.kind == LW_WINDOW_ROLLING && i < model->count; i++) {
    struct model_draw *old = &model->draws[i];
    if (old->kind == draw.kind && old->scope == draw.scope &&
        old->at < model_horizon(model, draw.scope)) {
      old->forgotten = true;
    }
  }
}

static struct lw_used model_used(const struct model *model, int kind, int scope, lw_usec at)
{
  struct lw_used used = {0, 0, model->ever[kind][scope], model->last[kind][scope]};
  int64_t label = label_of(model->zone, kind, at);
  for (size_t i = 0; i < model->count; i++) {
    const struct model_draw *draw = &model->draws[i];
    bool behind = kind == LW_WINDOW_ROLLING && at - 48 * HOUR < model_horizon(model, scope);
    if (draw->kind != kind || draw->scope != scope || (draw->forgotten && !behind)) {
      continue;
    }
    bool counts = kind == LW_WINDOW_ROLLING ? behind || draw->at > at - 48 * HOUR
                                            : label_of(model->zone, kind, draw->at) == label;
    used.amount_minor += counts ? draw->amount : 0;
    used.times += counts ? draw->times : 0;
  }
  return used;
}

/* What was drawn in the very period (rolling: at the very moment). */
static struct lw_used model_drawn_at(const struct model *model, int kind, int scope, lw_usec at)
{
  struct lw_used used = {0};
  for (size_t i = 0; i < model->count; i++) {
    const struct model_draw *draw = &model->draws[i];
    if (draw->kind == kind && draw->scope == scope && !draw->forgotten &&
        label_of(model->zone, kind, draw->at) == label_of(model->zone, kind, at)) {
      used.amount_minor += draw->amount;
      used.times += draw->times;
    }
  }
  return used;
}

static void assert_used(struct lw_rows *rows, const struct model *model, int kind, int scope,
                        lw_usec at)
{
  struct lw_window window = window_of(kind);
  struct lw_used got;
  struct lw_row_key key = {(uint32_t)kind, lw_str_c(scope_names[scope])};
  lw_rows_used(rows, key, &window, model->zone, at, &got);
  struct lw_used want = model_used(model, kind, scope, at);
  if (got.amount_minor != want.amount_minor || got.times != want.times || got.ever != want.ever ||
      (want.ever && got.last != want.last)) {
    fail_msg("kind %d scope %d at %lld after %zu: %lld/%lld, want %lld/%lld", kind, scope,
             (long long)at, model->count, (long long)got.amount_minor, (long long)got.times,
             (long long)want.amount_minor, (long long)want.times);
  }
}

/* Moments near which something turns over. */
static const char *const turns[] = {
    "2023-12-31T13:00:00Z", "2024-02-28T13:00:00Z", "2024-02-29T13:00:00Z", "2024-03-31T13:00:00Z",
    "2026-04-04T16:00:00Z", "2026-04-05T14:00:00Z", "2026-10-03T16:00:00Z", "2026-10-04T13:00:00Z",
    "2026-06-30T14:00:00Z", "2026-11-22T13:00:00Z", "2026-12-31T13:00:00Z"};

static lw_usec random_moment(uint64_t *seed, lw_usec near)
{
  switch (below(seed, 5)) {
  case 0: return near + (lw_usec)below(seed, (uint64_t)(4 * HOUR));
  case 1:
    return near +
           48 * HOUR * ((lw_usec)below(seed, 5) - 2); /* windows' borders to the microsecond */
  case 2: return near + 48 * HOUR * ((lw_usec)below(seed, 5) - 2) + (lw_usec)below(seed, 3) - 1;
  default: break;
  }
  lw_usec turn = moment(turns[below(seed, sizeof turns / sizeof turns[0])]);
  return turn + (lw_usec)below(seed, (uint64_t)(60 * HOUR)) - 30 * HOUR;
}

struct world {
  struct lw_rows *rows;
  struct model model;
  uint64_t seed;
  lw_usec near;
};

static void step_draw(struct world *world)
{
  struct lw_draw draws[4];
  struct model_draw copies[4];
  size_t count = 1 + below(&world->seed, 4);
  lw_usec at = random_moment(&world->seed, world->near);
  bool poisoned = below(&world->seed, 20) == 0;
  for (size_t i = 0; i < count; i++) {
    int kind = (int)below(&world->seed, KINDS);
    int scope = (int)below(&world->seed, SCOPES);
    int64_t amount = (int64_t)below(&world->seed, 10000);
    int64_t times = (int64_t)below(&world->seed, 3);
    draws[i] = draw_of(kind, scope, amount, times);
    copies[i] = (struct model_draw){kind, scope, at, amount, times, false};
  }
  if (poisoned) { /* twice the largest number into one row cannot be counted */
    draws[count - 1].amount_minor = INT64_MAX;
    draws[0] = draws[count - 1];
    draws[0].amount_minor = count == 1 ? -1 : 1;
  }
  enum lw_code want = !poisoned ? LW_OK : count == 1 ? LW_INVALID : LW_OVERFLOW;
  size_t before = lw_rows_count(world->rows);
  assert_int_equal(lw_rows_draw(world->rows, draws, count, world->model.zone, at, NULL), want);
  if (want != LW_OK) {
    assert_int_equal(lw_rows_count(world->rows), before);
    return;
  }
  for (size_t i = 0; i < count; i++) {
    model_draw(&world->model, copies[i]);
  }
  world->near = at;
}

static void step_give_back(struct world *world)
{
  if (world->model.count == 0) {
    return;
  }
  struct model_draw back = world->model.draws[below(&world->seed, world->model.count)];
  if (back.amount < 0 || back.times < 0) {
    return;
  }
  back.amount += below(&world->seed, 8) == 0;
  struct lw_used drawn = model_drawn_at(&world->model, back.kind, back.scope, back.at);
  bool lapsed =
      back.kind == LW_WINDOW_ROLLING && back.at < model_horizon(&world->model, back.scope);
  enum lw_code want = lapsed || (back.amount <= drawn.amount_minor && back.times <= drawn.times)
                          ? LW_OK
                          : LW_NOT_FOUND;
  struct lw_draw draw = draw_of(back.kind, back.scope, back.amount, back.times);
  assert_int_equal(lw_rows_give_back(world->rows, &draw, 1, world->model.zone, back.at, NULL),
                   want);
  if (want == LW_OK) {
    back.amount = lapsed ? 0 : -back.amount; /* what is forgotten is not given back */
    back.times = lapsed ? 0 : -back.times;
    back.forgotten = lapsed;
    model_add(&world->model, back);
  }
}

static void rows_agree_with_the_list_of_draws(void **state)
{
  (void)state;
  static const char *const zones[] = {"Australia/Sydney", NULL, "America/New_York", "Asia/Kolkata"};
  struct lw_tzdb *db = lw_tzdb_create(NULL, NULL);
  for (uint64_t run = 0; run < 24; run++) {
    struct faults faults = {-1, 0};
    struct lw_allocator allocator = {faulty_alloc, faulty_release, &faults};
    struct world world = {.rows = lw_rows_create(&allocator), .seed = run};
    world.near = moment("2026-04-04T13:00:00Z");
    if (zones[run % 4] != NULL) {
      assert_int_equal(lw_tzdb_find(db, lw_str_c(zones[run % 4]), &world.model.zone, NULL), LW_OK);
    }
    for (int step = 0; step < 400; step++) {
      if (below(&world.seed, 4) != 0) {
        step_draw(&world);
      } else {
        step_give_back(&world);
      }
      lw_usec at = random_moment(&world.seed, world.near);
      for (int kind = 0; kind < KINDS; kind++) {
        assert_used(world.rows, &world.model, kind, (int)below(&world.seed, SCOPES), at);
      }
    }
    lw_rows_destroy(world.rows);
    assert_int_equal(faults.live, 0);
    free(world.model.draws);
  }
  lw_tzdb_destroy(db);
}

/* ---- single rules ---- */

static struct lw_used used_of(struct lw_rows *rows, int kind, lw_usec at)
{
  struct lw_used used;
  struct lw_window window = window_of(kind);
  lw_rows_used(rows, (struct lw_row_key){(uint32_t)kind, LW_STR("ana")}, &window, NULL, at, &used);
  return used;
}

static enum lw_code draw_at(struct lw_rows *rows, int kind, int64_t amount, lw_usec at)
{
  struct lw_draw draw = draw_of(kind, 1, amount, 1);
  return lw_rows_draw(rows, &draw, 1, NULL, at, NULL);
}

static void rolling_draw_lapses_exactly_at_its_border(void **state)
{
  (void)state;
  struct lw_rows *rows = lw_rows_create(NULL);
  lw_usec at = moment("2026-03-01T10:00:00Z");
  assert_int_equal(draw_at(rows, LW_WINDOW_ROLLING, 100, at), LW_OK);
  assert_int_equal(used_of(rows, LW_WINDOW_ROLLING, at + 48 * HOUR - 1).amount_minor, 100);
  assert_int_equal(used_of(rows, LW_WINDOW_ROLLING, at + 48 * HOUR).amount_minor, 0);
  assert_true(used_of(rows, LW_WINDOW_ROLLING, at + 48 * HOUR).ever);
  assert_int_equal(used_of(rows, LW_WINDOW_ROLLING, at + 48 * HOUR).last, at);
  lw_rows_destroy(rows);
}

/* From the moment that it names no more is drawn than was asked for; a microsecond before there is
 * more. */
static void rolling_row_says_when_there_is_room_again(void **state)
{
  (void)state;
  struct lw_rows *rows = lw_rows_create(NULL);
  struct lw_window window = window_of(LW_WINDOW_ROLLING);
  struct lw_row_key key = {LW_WINDOW_ROLLING, LW_STR("ana")};
  lw_usec at = moment("2026-03-01T10:00:00Z");
  assert_int_equal(lw_rows_frees_at(rows, key, &window, at, 0, 0), at);
  assert_int_equal(draw_at(rows, LW_WINDOW_ROLLING, 60, at), LW_OK);
  assert_int_equal(draw_at(rows, LW_WINDOW_ROLLING, 30, at + HOUR), LW_OK);
  assert_int_equal(draw_at(rows, LW_WINDOW_ROLLING, 10, at + 2 * HOUR), LW_OK);
  static const struct {
    int64_t amount_most;
    int64_t times_most;
    int lapses; /* how many draws must have lapsed */
  } cases[] = {
      {100, 3, 0},       {99, 3, 1},        {40, 3, 1},
      {39, 3, 2},        {9, 3, 3},         {0, 0, 3},
      {INT64_MAX, 2, 1}, {INT64_MAX, 0, 3}, {INT64_MAX, INT64_MAX, 0},
      {40, 1, 2},
  };
  lw_usec now = at + 3 * HOUR;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    lw_usec frees =
        lw_rows_frees_at(rows, key, &window, now, cases[i].amount_most, cases[i].times_most);
    lw_usec expected = cases[i].lapses == 0 ? now : at + (cases[i].lapses - 1 + 48) * HOUR;
    assert_int_equal(frees, expected);
    struct lw_used then = used_of(rows, LW_WINDOW_ROLLING, frees);
    assert_true(then.amount_minor <= cases[i].amount_most && then.times <= cases[i].times_most);
    struct lw_used before = used_of(rows, LW_WINDOW_ROLLING, frees - 1);
    assert_true(cases[i].lapses == 0 || before.amount_minor > cases[i].amount_most ||
                before.times > cases[i].times_most);
  }
  assert_int_equal(lw_rows_frees_at(rows, key, &window, now, -1, 3), INT64_MAX);
  assert_int_equal(lw_rows_frees_at(rows, key, &window, now, 100, -1), INT64_MAX);
  lw_rows_destroy(rows);
}

static void clock_that_jumps_back_opens_no_room(void **state)
{
  (void)state;
  struct lw_rows *rows = lw_rows_create(NULL);
  lw_usec at = moment("2026-03-01T00:00:00Z");
  for (int64_t hour = 0; hour < 1000; hour++) {
    assert_int_equal(draw_at(rows, LW_WINDOW_ROLLING, 1, at + hour * HOUR), LW_OK);
  }
  lw_usec newest = at + 999 * HOUR;
  assert_int_equal(used_of(rows, LW_WINDOW_ROLLING, newest).amount_minor, 48);
  for (int64_t back = 0; back <= 48; back++) {
    assert_int_equal(used_of(rows, LW_WINDOW_ROLLING, newest - back * HOUR).amount_minor,
                     48 + back);
  }
  lw_rows_destroy(rows);
}

static void month_keeps_its_draws_when_another_began(void **state)
{
  (void)state;
  struct lw_rows *rows = lw_rows_create(NULL);
  assert_int_equal(draw_at(rows, LW_WINDOW_MONTH, 5, moment("2026-03-31T23:59:59Z")), LW_OK);
  assert_int_equal(draw_at(rows, LW_WINDOW_MONTH, 7, moment("2026-04-01T00:00:00Z")), LW_OK);
  assert_int_equal(draw_at(rows, LW_WINDOW_MONTH, 9, moment("2020-02-29T00:00:00Z")), LW_OK);
  assert_int_equal(draw_at(rows, LW_WINDOW_MONTH, 11, moment("2026-03-01T00:00:00Z")), LW_OK);
  assert_int_equal(used_of(rows, LW_WINDOW_MONTH, moment("2026-03-15T00:00:00Z")).amount_minor, 16);
  assert_int_equal(used_of(rows, LW_WINDOW_MONTH, moment("2026-04-30T00:00:00Z")).amount_minor, 7);
  assert_int_equal(used_of(rows, LW_WINDOW_MONTH, moment("2020-02-01T00:00:00Z")).times, 1);
  assert_int_equal(used_of(rows, LW_WINDOW_MONTH, moment("2025-03-15T00:00:00Z")).times, 0);
  assert_int_equal(used_of(rows, LW_WINDOW_MONTH, moment("2025-03-15T00:00:00Z")).last,
                   moment("2026-04-01T00:00:00Z"));
  lw_rows_destroy(rows);
}

static void period_is_remembered_for_its_zone_only(void **state)
{
  (void)state;
  struct lw_rows *rows = lw_rows_create(NULL);
  struct lw_tzdb *db = lw_tzdb_create(NULL, NULL);
  const struct lw_tz *zones[3] = {NULL};
  assert_int_equal(lw_tzdb_find(db, LW_STR("Australia/Sydney"), &zones[1], NULL), LW_OK);
  assert_int_equal(lw_tzdb_find(db, LW_STR("America/New_York"), &zones[2], NULL), LW_OK);
  lw_usec at = moment("2026-03-01T12:00:00Z");
  struct lw_draw draw = draw_of(LW_WINDOW_DAY, 1, 10, 1);
  for (int i = 0; i < 3; i++) { /* the same moment: three days that begin at different times */
    assert_int_equal(lw_rows_draw(rows, &draw, 1, zones[i], at, NULL), LW_OK);
  }
  for (int i = 0; i < 3; i++) {
    struct lw_used used;
    lw_rows_used(rows, draw.key, &draw.window, zones[i], at, &used);
    assert_int_equal(used.amount_minor, 10);
  }
  lw_tzdb_destroy(db);
  lw_rows_destroy(rows);
}

static void sums_stop_at_the_largest_number(void **state)
{
  (void)state;
  for (int kind = 0; kind < KINDS; kind++) {
    struct lw_rows *rows = lw_rows_create(NULL);
    lw_usec at = moment("2026-03-01T10:00:00Z");
    assert_int_equal(draw_at(rows, kind, INT64_MAX - 1, at), LW_OK);
    assert_int_equal(draw_at(rows, kind, 2, at + 1), LW_OVERFLOW);
    assert_int_equal(used_of(rows, kind, at + 1).amount_minor, INT64_MAX - 1);
    assert_int_equal(used_of(rows, kind, at + 1).times, 1);
    assert_int_equal(used_of(rows, kind, at + 1).last, at);
    assert_int_equal(draw_at(rows, kind, 1, at + 1), LW_OK);
    assert_int_equal(used_of(rows, kind, at + 1).amount_minor, INT64_MAX);
    /* Running sums pass the largest number where no answer does. */
    enum lw_code want = kind == LW_WINDOW_FOR_GOOD ? LW_OVERFLOW : LW_OK;
    lw_usec later = moment("2028-03-01T10:00:00Z");
    assert_int_equal(draw_at(rows, kind, INT64_MAX, later), want);
    assert_int_equal(used_of(rows, kind, later).amount_minor, INT64_MAX);
    lw_rows_destroy(rows);
  }
}

static void times_stop_at_the_largest_number(void **state)
{
  (void)state;
  struct lw_rows *rows = lw_rows_create(NULL);
  struct lw_draw draws[2] = {draw_of(LW_WINDOW_DAY, 0, 0, INT64_MAX),
                             draw_of(LW_WINDOW_DAY, 0, 0, 1)};
  assert_int_equal(lw_rows_draw(rows, draws, 2, NULL, 0, NULL), LW_OVERFLOW);
  assert_int_equal(lw_rows_count(rows), 0);
  assert_int_equal(lw_rows_draw(rows, draws, 1, NULL, 0, NULL), LW_OK);
  lw_rows_destroy(rows);
}

static void bad_draws_are_refused(void **state)
{
  (void)state;
  struct lw_rows *rows = lw_rows_create(NULL);
  struct lw_draw draws[4] = {draw_of(LW_WINDOW_DAY, 0, 1, 1), draw_of(LW_WINDOW_DAY, 1, -1, 1),
                             draw_of(LW_WINDOW_DAY, 1, 1, -1), draw_of(LW_WINDOW_ROLLING, 1, 1, 1)};
  draws[3].window.over_usec = 0;
  for (size_t i = 1; i < 4; i++) {
    struct lw_draw both[2] = {draws[0], draws[i]};
    struct lw_error err;
    assert_int_equal(lw_rows_draw(rows, both, 2, NULL, 0, &err), LW_INVALID);
    assert_int_equal(err.code, LW_INVALID);
    assert_int_equal(lw_rows_count(rows), 0);
  }
  assert_int_equal(lw_rows_draw(rows, NULL, 0, NULL, 0, NULL), LW_OK);
  lw_rows_destroy(rows);
}

static void give_back_is_all_or_none(void **state)
{
  (void)state;
  struct lw_rows *rows = lw_rows_create(NULL);
  lw_usec at = moment("2026-03-01T10:00:00Z");
  assert_int_equal(draw_at(rows, LW_WINDOW_MONTH, 10, at), LW_OK);
  assert_int_equal(draw_at(rows, LW_WINDOW_ROLLING, 10, at), LW_OK);
  struct lw_draw back[3] = {draw_of(LW_WINDOW_MONTH, 1, 6, 0), draw_of(LW_WINDOW_ROLLING, 1, 10, 1),
                            draw_of(LW_WINDOW_MONTH, 1, 5, 1)};
  assert_int_equal(lw_rows_give_back(rows, back, 3, NULL, at, NULL), LW_NOT_FOUND); /* 6 + 5 > 10 */
  assert_int_equal(used_of(rows, LW_WINDOW_ROLLING, at).amount_minor, 10);
  assert_int_equal(lw_rows_give_back(rows, back, 2, NULL, at + 1, NULL),
                   LW_NOT_FOUND); /* rolling: not then */
  assert_int_equal(used_of(rows, LW_WINDOW_MONTH, at).amount_minor, 10);
  assert_int_equal(lw_rows_give_back(rows, back, 2, NULL, at, NULL), LW_OK);
  assert_int_equal(used_of(rows, LW_WINDOW_MONTH, at).amount_minor, 4);
  assert_int_equal(used_of(rows, LW_WINDOW_MONTH, at).times, 1);
  assert_int_equal(used_of(rows, LW_WINDOW_ROLLING, at).times, 0);
  assert_int_equal(used_of(rows, LW_WINDOW_ROLLING, at).last, at);
  struct lw_draw nowhere = draw_of(LW_WINDOW_DAY, 1, 1, 0);
  assert_int_equal(lw_rows_give_back(rows, &nowhere, 1, NULL, at, NULL), LW_NOT_FOUND);
  lw_rows_destroy(rows);
}

static void what_is_forgotten_is_given_back_by_doing_nothing(void **state)
{
  (void)state;
  struct lw_rows *rows = lw_rows_create(NULL);
  lw_usec at = moment("2026-03-01T10:00:00Z");
  assert_int_equal(draw_at(rows, LW_WINDOW_ROLLING, 10, at), LW_OK);
  assert_int_equal(draw_at(rows, LW_WINDOW_ROLLING, 20, at + 96 * HOUR + 1), LW_OK);
  struct lw_draw back = draw_of(LW_WINDOW_ROLLING, 1, 10, 1);
  assert_int_equal(lw_rows_give_back(rows, &back, 1, NULL, at, NULL), LW_OK);
  assert_int_equal(used_of(rows, LW_WINDOW_ROLLING, at + 96 * HOUR).amount_minor, 20);
  assert_int_equal(draw_at(rows, LW_WINDOW_ROLLING, 30, at), LW_OK); /* comes two windows late */
  assert_int_equal(used_of(rows, LW_WINDOW_ROLLING, at + 96 * HOUR).amount_minor, 20);
  lw_rows_destroy(rows);
}

/* Behind what is kept no room opens, neither by what was forgotten nor by what comes too late to be
 * kept. */
static void no_order_of_requests_opens_room(void **state)
{
  (void)state;
  struct lw_rows *rows = lw_rows_create(NULL);
  lw_usec at = moment("2026-03-01T10:00:00Z");
  lw_usec newest = at + 1000 * HOUR;
  assert_int_equal(draw_at(rows, LW_WINDOW_ROLLING, 10, at), LW_OK);
  assert_int_equal(draw_at(rows, LW_WINDOW_ROLLING, 20, newest), LW_OK);
  assert_int_equal(used_of(rows, LW_WINDOW_ROLLING, at).amount_minor, 30);
  assert_int_equal(used_of(rows, LW_WINDOW_ROLLING, newest - 48 * HOUR - 1).amount_minor, 30);
  assert_int_equal(used_of(rows, LW_WINDOW_ROLLING, newest - 48 * HOUR).amount_minor, 20);
  for (int64_t i = 1; i <= 5; i++) {
    assert_int_equal(draw_at(rows, LW_WINDOW_ROLLING, 100, at + i), LW_OK);
    assert_int_equal(used_of(rows, LW_WINDOW_ROLLING, at + i).amount_minor, 30 + 100 * i);
    assert_int_equal(used_of(rows, LW_WINDOW_ROLLING, at + i).times, 2 + i);
    assert_int_equal(used_of(rows, LW_WINDOW_ROLLING, newest).amount_minor, 20);
  }
  lw_rows_destroy(rows);
}

static void kinds_of_window_do_not_mix(void **state)
{
  (void)state;
  struct lw_rows *rows = lw_rows_create(NULL);
  struct lw_draw draw = {{7, LW_STR("ana")}, {LW_WINDOW_DAY, 0}, 10, 1};
  assert_int_equal(lw_rows_draw(rows, &draw, 1, NULL, 0, NULL), LW_OK);
  struct lw_window month = {LW_WINDOW_MONTH, 0};
  struct lw_used used;
  lw_rows_used(rows, draw.key, &month, NULL, 0, &used);
  assert_int_equal(used.amount_minor, 0);
  assert_false(used.ever);
  lw_rows_destroy(rows);
}

struct total {
  int64_t amount;
  int64_t times;
  uint64_t mark; /* of everything visited, in whatever order */
};

static void add_visit(void *user, struct lw_row_key key, lw_usec period_start, int64_t amount_minor,
                      int64_t times)
{
  struct total *total = user;
  uint64_t seed = lw_str_hash(key.scope, key.budget) ^ (uint64_t)period_start;
  seed = next_random(&seed) ^ (uint64_t)amount_minor;
  seed = next_random(&seed) ^ (uint64_t)times;
  total->amount += amount_minor;
  total->times += times;
  total->mark += next_random(&seed);
}

static struct total total_of(const struct lw_rows *rows)
{
  struct total total = {0};
  lw_rows_each(rows, add_visit, &total);
  return total;
}

static void many_rows_keep_apart(void **state)
{
  (void)state;
  enum { ROWS = 20000 };
  struct faults faults = {-1, 0};
  struct lw_allocator allocator = {faulty_alloc, faulty_release, &faults};
  struct lw_rows *rows = lw_rows_create(&allocator);
  struct lw_window window = {LW_WINDOW_MONTH, 0};
  for (uint32_t i = 0; i < ROWS; i++) {
    char name[32];
    int len = snprintf(name, sizeof name, "k%u", i / 4);
    struct lw_draw draw = {{i % 4, lw_str_from(name, (size_t)len)}, window, i, 1};
    assert_int_equal(lw_rows_draw(rows, &draw, 1, NULL, 0, NULL), LW_OK);
  }
  assert_int_equal(lw_rows_count(rows), ROWS);
  assert_int_equal(total_of(rows).amount, (int64_t)ROWS * (ROWS - 1) / 2);
  for (uint32_t i = 0; i < ROWS; i++) {
    char name[32];
    int len = snprintf(name, sizeof name, "k%u", i / 4);
    struct lw_used used;
    lw_rows_used(rows, (struct lw_row_key){i % 4, lw_str_from(name, (size_t)len)}, &window, NULL, 0,
                 &used);
    assert_int_equal(used.amount_minor, i);
  }
  struct lw_rows *old = lw_rows_take_out(rows);
  assert_non_null(old);
  assert_int_equal(lw_rows_count(old), ROWS);
  assert_int_equal(lw_rows_count(rows), 0);
  assert_int_equal(lw_rows_bytes(rows), 0);
  assert_int_equal(total_of(rows).times, 0);
  assert_int_equal(used_of(rows, LW_WINDOW_MONTH, 0).ever, false);
  struct lw_draw again = {{0, LW_STR("k0")}, window, 7, 1}; /* both live on by themselves */
  assert_int_equal(lw_rows_draw(rows, &again, 1, NULL, 0, NULL), LW_OK);
  lw_rows_destroy(old);
  assert_int_equal(total_of(rows).amount, 7);
  lw_rows_clear(rows);
  assert_int_equal(lw_rows_count(rows), 0);
  lw_rows_destroy(rows);
  assert_int_equal(faults.live, 0);
}

static void one_rolling_row_of_many_draws(void **state)
{
  (void)state;
  enum { DRAWS = 300000 };
  struct lw_rows *rows = lw_rows_create(NULL);
  struct lw_draw draw = draw_of(LW_WINDOW_ROLLING, 1, 3, 1);
  draw.window.over_usec = DRAWS / 3;
  for (lw_usec at = 1; at <= DRAWS; at++) {
    assert_int_equal(lw_rows_draw(rows, &draw, 1, NULL, at, NULL), LW_OK);
    if (at % 1000 == 0) {
      struct lw_used used;
      lw_rows_used(rows, draw.key, &draw.window, NULL, at, &used);
      assert_int_equal(used.times, at < DRAWS / 3 ? at : DRAWS / 3);
      assert_int_equal(used.amount_minor, 3 * used.times);
    }
  }
  assert_int_equal(total_of(rows).times,
                   2 * (DRAWS / 3) + 1); /* two windows and the border itself are kept */
  lw_rows_destroy(rows);
}

/* ---- memory runs out ---- */

static void creating_fails_cleanly(void **state)
{
  (void)state;
  for (long n = 0; n < 2; n++) {
    struct faults faults = {n, 0};
    struct lw_allocator allocator = {faulty_alloc, faulty_release, &faults};
    assert_null(lw_rows_create(&allocator));
    assert_int_equal(faults.live, 0);
  }
}

static void fill(struct lw_rows *rows, lw_usec at)
{
  for (int i = 0; i < 9;
       i++) { /* rows whose lists are full at different counts, a table nearly full */
    for (int kind = 0; kind <= i % KINDS; kind++) {
      struct lw_draw draw = draw_of(kind, i % SCOPES, 10 + i, 1);
      assert_int_equal(lw_rows_draw(rows, &draw, 1, NULL, at + i * 24 * HOUR, NULL), LW_OK);
    }
  }
}

static void nth_allocation_fails_and_nothing_has_changed(void **state)
{
  (void)state;
  lw_usec at = moment("2026-03-01T10:00:00Z");
  char names[24][16];
  struct lw_draw draws[24 + KINDS];
  for (int i = 0; i < 24;
       i++) { /* enough new rows that the table must grow; old rows with new entries */
    (void)snprintf(names[i], sizeof names[i], "n%d", i);
    draws[i] = draw_of(i % KINDS, 0, 100 + i, 1);
    draws[i].key.scope = lw_str_c(names[i]);
  }
  for (int kind = 0; kind < KINDS; kind++) {
    draws[24 + kind] = draw_of(kind, 1, 1000 + kind, 1);
  }
  bool done = false;
  long failures = 0;
  for (long n = 0; !done; n++) {
    struct faults faults = {-1, 0};
    struct lw_allocator allocator = {faulty_alloc, faulty_release, &faults};
    struct lw_rows *rows = lw_rows_create(&allocator);
    fill(rows, at);
    struct total before = total_of(rows);
    size_t count = lw_rows_count(rows);
    lw_usec then = at + 3000 * HOUR;
    faults.left = n;
    struct lw_error err;
    enum lw_code rc = lw_rows_draw(rows, draws, 24 + KINDS, NULL, then, &err);
    done = rc == LW_OK;
    if (!done) {
      failures++;
      assert_int_equal(rc, LW_NO_MEMORY);
      struct total after = total_of(rows);
      assert_memory_equal(&before, &after, sizeof before);
      assert_int_equal(lw_rows_count(rows), count);
      assert_int_equal(used_of(rows, LW_WINDOW_DAY, then).last < then, 1);
      faults.left = -1;
      assert_int_equal(lw_rows_draw(rows, draws, 24 + KINDS, NULL, then, NULL), LW_OK);
    }
    for (size_t i = 0; i < 24 + KINDS; i++) {
      struct lw_used used;
      lw_rows_used(rows, draws[i].key, &draws[i].window, NULL, then, &used);
      assert_true(used.amount_minor >= draws[i].amount_minor);
      assert_int_equal(used.last, then);
    }
    lw_rows_destroy(rows);
    assert_int_equal(faults.live, 0);
  }
  assert_true(failures > 25); /* the table, each new row, some lists */
}

static void left_is_never_below_nothing(void **state)
{
  (void)state;
  static const struct {
    int64_t limit, used, left;
  } cases[] = {{100, 30, 70},      {100, 100, 0},
               {100, 101, 0},      {0, 0, 0},
               {-1, 5, INT64_MAX}, {INT64_MAX, 0, INT64_MAX},
               {0, INT64_MAX, 0},  {INT64_MAX, INT64_MAX, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_int_equal(lw_left(cases[i].limit, cases[i].used), cases[i].left);
  }
}

/* ---- rows from a source ---- */

struct kept {
  uint32_t budget;
  int scope;
  enum lw_window_kind kind;
  lw_usec key;
  lw_usec last;
  int64_t amount;
  int64_t times;
};

/* What stands behind a cache: every entry that was ever drawn. */
struct store {
  struct kept *entries;
  size_t count;
  size_t capacity;
  size_t asked;
  size_t fails_at; /* the question with that number is not answered; 0: all are */
  bool backwards;  /* gives the newest first, then the others */
};

static struct kept *store_find(struct store *store, const struct lw_draw *draw, lw_usec key)
{
  for (size_t i = 0; i < store->count; i++) {
    struct kept *kept = &store->entries[i];
    if (kept->budget == draw->key.budget && kept->kind == draw->window.kind && kept->key == key &&
        lw_str_equal(draw->key.scope, lw_str_c(scope_names[kept->scope]))) {
      return kept;
    }
  }
  return NULL;
}

static void store_draw(struct store *store, const struct lw_draw *draw, const struct lw_tz *zone,
                       int scope, lw_usec at, int sign)
{
  lw_usec key = lw_draw_key(&draw->window, zone, at);
  struct kept *kept = store_find(store, draw, key);
  if (kept == NULL && sign < 0) { /* nothing is given back of nothing */
    assert_true(draw->amount_minor == 0 && draw->times == 0);
    return;
  }
  if (kept == NULL) {
    if (store->count == store->capacity) {
      store->capacity = store->capacity * 2 + 64;
      store->entries = realloc(store->entries, store->capacity * sizeof *store->entries);
      assert_non_null(store->entries);
    }
    kept = &store->entries[store->count++];
    *kept = (struct kept){draw->key.budget, scope, draw->window.kind, key, INT64_MIN, 0, 0};
  }
  kept->amount += sign * draw->amount_minor;
  kept->times += sign * draw->times;
  kept->last = sign > 0 && kept->last < at ? at : kept->last;
}

static int by_key(const void *a, const void *b)
{
  const struct kept *one = a;
  const struct kept *other = b;
  return (one->key > other->key) - (one->key < other->key);
}

static bool put_kept(struct lw_rows *rows, struct lw_row_key key, const struct lw_window *window,
                     const struct kept *kept)
{
  return lw_rows_put(rows, key, window, kept->key, kept->amount, kept->times, kept->last);
}

static bool load_kept(void *user, struct lw_rows *rows, struct lw_row_key key,
                      const struct lw_window *window)
{
  struct store *store = user;
  struct kept found[4096];
  size_t count = 0;
  for (size_t i = 0; i < store->count; i++) {
    const struct kept *kept = &store->entries[i];
    if (kept->budget == key.budget && kept->kind == window->kind &&
        lw_str_equal(key.scope, lw_str_c(scope_names[kept->scope]))) {
      assert_true(count < sizeof found / sizeof found[0]);
      found[count++] = *kept;
    }
  }
  if (count != 0) {
    qsort(found, count, sizeof found[0], by_key);
  }
  bool fails = ++store->asked == store->fails_at;
  size_t first = store->backwards && count != 0 ? count - 1 : 0;
  bool done = true;
  for (size_t i = 0; done && i < count; i++) {
    done = put_kept(rows, key, window, &found[(first + i) % count]);
    if (fails && i == 0) {
      return false; /* in the middle of a row */
    }
  }
  return done && !fails;
}

static void assert_same_used(struct lw_rows *cached, struct lw_rows *plain,
                             const struct lw_tz *zone, lw_usec at)
{
  for (int kind = 0; kind < KINDS; kind++) {
    for (int scope = 0; scope < SCOPES; scope++) {
      struct lw_draw draw = draw_of(kind, scope, 0, 0);
      struct lw_used want;
      struct lw_used got;
      lw_rows_used(plain, draw.key, &draw.window, zone, at, &want);
      lw_rows_used(cached, draw.key, &draw.window, zone, at, &got);
      assert_int_equal(got.amount_minor, want.amount_minor);
      assert_int_equal(got.times, want.times);
      assert_int_equal(got.ever, want.ever);
      assert_int_equal(got.last, want.last);
      if (kind == LW_WINDOW_ROLLING) {
        assert_int_equal(lw_rows_frees_at(cached, draw.key, &draw.window, at, 5000, 2),
                         lw_rows_frees_at(plain, draw.key, &draw.window, at, 5000, 2));
      }
    }
  }
}

/* One step on both: a draw (perhaps refused), or a give-back of what was drawn. */
static void step_both(struct lw_rows *cached, struct lw_rows *plain, struct store *store,
                      const struct lw_tz *zone, uint64_t *seed, lw_usec at)
{
  struct lw_draw draws[3];
  int scopes[3];
  size_t count = 1 + below(seed, 3);
  for (size_t i = 0; i < count; i++) {
    scopes[i] = (int)below(seed, SCOPES);
    draws[i] = draw_of((int)below(seed, KINDS), scopes[i], (int64_t)below(seed, 10000),
                       (int64_t)below(seed, 3));
  }
  if (below(seed, 10) == 0) {
    draws[count - 1].amount_minor = -1;
  }
  enum lw_code want = lw_rows_draw(plain, draws, count, zone, at, NULL);
  assert_int_equal(lw_rows_draw(cached, draws, count, zone, at, NULL), want);
  for (size_t i = 0; want == LW_OK && i < count; i++) {
    store_draw(store, &draws[i], zone, scopes[i], at, 1);
  }
  if (below(seed, 3) == 0) {
    struct lw_draw back = draws[0];
    back.amount_minor = back.amount_minor / 2;
    want = lw_rows_give_back(plain, &back, 1, zone, at, NULL);
    assert_int_equal(lw_rows_give_back(cached, &back, 1, zone, at, NULL), want);
    bool is_forgotten = false; /* what rows have forgotten they don't take back */
    struct lw_used before;
    lw_rows_used(plain, back.key, &back.window, zone, at, &before);
    if (back.window.kind == LW_WINDOW_ROLLING && before.ever) {
      is_forgotten = at < before.last - 2 * 48 * HOUR;
    }
    if (want == LW_OK && !is_forgotten) {
      store_draw(store, &back, zone, scopes[0], at, -1);
    }
  }
}

static void rows_from_a_source_agree_with_rows_never_cleared(void **state)
{
  (void)state;
  struct lw_tzdb *db = lw_tzdb_create(NULL, NULL);
  for (uint64_t run = 0; run < 16; run++) {
    struct faults faults = {-1, 0};
    struct lw_allocator allocator = {faulty_alloc, faulty_release, &faults};
    struct store store = {.backwards = run % 2 == 1};
    struct lw_rows_source source = {load_kept, &store};
    struct lw_rows *cached = lw_rows_create(&allocator);
    struct lw_rows *plain = lw_rows_create(NULL);
    const struct lw_tz *zone = NULL;
    uint64_t seed = run;
    lw_usec near = moment("2026-04-04T13:00:00Z");
    if (run % 3 == 0) {
      assert_int_equal(lw_tzdb_find(db, LW_STR("Australia/Sydney"), &zone, NULL), LW_OK);
    }
    lw_rows_set_source(cached, &source);
    for (int step = 0; step < 400; step++) {
      lw_usec at = random_moment(&seed, near);
      step_both(cached, plain, &store, zone, &seed, at);
      near = at;
      if (below(&seed, 4) == 0) {
        lw_rows_clear(cached);
        assert_int_equal(lw_rows_bytes(cached), 0);
        size_t asked = store.asked;
        assert_same_used(cached, plain, zone, random_moment(&seed, near));
        assert_int_equal(store.asked, asked + (size_t)KINDS * SCOPES); /* each row once */
        assert_same_used(cached, plain, zone, random_moment(&seed, near));
        assert_int_equal(store.asked, asked + (size_t)KINDS * SCOPES);
        assert_int_equal(lw_rows_count(cached), KINDS * SCOPES);
        assert_true(lw_rows_bytes(cached) > 0);
      }
      assert_false(lw_rows_failed(cached));
    }
    lw_rows_destroy(cached);
    assert_int_equal(faults.live, 0);
    lw_rows_destroy(plain);
    free(store.entries);
  }
  lw_tzdb_destroy(db);
}

static void fill_store(struct store *store, lw_usec at)
{
  for (int kind = 0; kind < KINDS; kind++) {
    for (int scope = 0; scope < SCOPES; scope++) {
      struct lw_draw draw = draw_of(kind, scope, 100, 1);
      for (int hour = 0; hour < 5; hour++) {
        store_draw(store, &draw, NULL, scope, at + hour * HOUR, 1);
      }
    }
  }
}

/* Whatever question fails: everything counts as used, nothing was drawn, and once the rows are
 * cleared and the source answers again all is as it was. */
static void source_that_fails_opens_no_room(void **state)
{
  (void)state;
  lw_usec at = moment("2026-03-10T10:00:00Z");
  for (size_t nth = 1; nth <= (size_t)KINDS * SCOPES; nth++) {
    struct store store = {.fails_at = nth};
    struct lw_rows_source source = {load_kept, &store};
    struct lw_rows *rows = lw_rows_create(NULL);
    struct lw_draw draws[KINDS * SCOPES];
    fill_store(&store, at);
    lw_rows_set_source(rows, &source);
    for (int i = 0; i < KINDS * SCOPES; i++) {
      draws[i] = draw_of(i / SCOPES, i % SCOPES, 1, 1);
    }
    struct lw_error err = {0};
    assert_int_equal(lw_rows_draw(rows, draws, KINDS * SCOPES, NULL, at, &err), LW_IO);
    assert_true(lw_rows_failed(rows));
    assert_int_equal(lw_rows_count(rows), nth - 1); /* half a row is none */
    lw_rows_clear(rows);
    assert_false(lw_rows_failed(rows));
    store.asked = nth - 1;
    struct lw_used used;
    struct lw_window month = window_of(LW_WINDOW_MONTH);
    struct lw_row_key key = {LW_WINDOW_MONTH, LW_STR("ana")};
    lw_rows_used(rows, key, &month, NULL, at, &used);
    assert_int_equal(used.amount_minor, INT64_MAX);
    assert_int_equal(used.times, INT64_MAX);
    store.asked = nth - 1;
    struct lw_window rolling = window_of(LW_WINDOW_ROLLING);
    struct lw_row_key other = {LW_WINDOW_ROLLING, LW_STR("ana")};
    assert_int_equal(lw_rows_frees_at(rows, other, &rolling, at, 1000, 10), INT64_MAX);
    store.asked = nth - 1;
    assert_int_equal(lw_rows_give_back(rows, draws, 1, NULL, at, &err), LW_IO);
    lw_rows_clear(rows);
    assert_int_equal(lw_rows_draw(rows, draws, KINDS * SCOPES, NULL, at, &err), LW_OK);
    lw_rows_used(rows, key, &month, NULL, at, &used);
    assert_int_equal(used.amount_minor, 501);
    lw_rows_destroy(rows);
    free(store.entries);
  }
}

static void nth_allocation_fails_while_rows_are_fetched(void **state)
{
  (void)state;
  lw_usec at = moment("2026-03-10T10:00:00Z");
  struct store store = {0};
  struct lw_draw draws[KINDS * SCOPES];
  fill_store(&store, at);
  for (int i = 0; i < KINDS * SCOPES; i++) {
    draws[i] = draw_of(i / SCOPES, i % SCOPES, 1, 1);
  }
  bool done = false;
  for (long nth = 0; !done; nth++) {
    struct faults faults = {-1, 0};
    struct lw_allocator allocator = {faulty_alloc, faulty_release, &faults};
    struct lw_rows_source source = {load_kept, &store};
    struct lw_rows *rows = lw_rows_create(&allocator);
    lw_rows_set_source(rows, &source);
    faults.left = nth;
    enum lw_code rc = lw_rows_draw(rows, draws, KINDS * SCOPES, NULL, at, NULL);
    done = rc == LW_OK;
    assert_true(done || rc == LW_NO_MEMORY);
    faults.left = -1;
    if (!done) {
      lw_rows_clear(rows);
      assert_int_equal(lw_rows_draw(rows, draws, KINDS * SCOPES, NULL, at, NULL), LW_OK);
    }
    struct lw_used used;
    for (int i = 0; i < KINDS * SCOPES; i++) {
      lw_rows_used(rows, draws[i].key, &draws[i].window, NULL, at + 4 * HOUR, &used);
      assert_int_equal(used.amount_minor, 501);
      assert_int_equal(used.times, 6);
    }
    lw_rows_destroy(rows);
    assert_int_equal(faults.live, 0);
    assert_true(nth < 1000);
  }
  free(store.entries);
}

static void rows_that_cant_be_are_not_put(void **state)
{
  (void)state;
  static const struct {
    int kind;
    int64_t amount;
    int64_t times;
    bool sound;
  } cases[] = {
      {LW_WINDOW_MONTH, 0, 0, true},           {LW_WINDOW_MONTH, -1, 0, false},
      {LW_WINDOW_MONTH, 0, -1, false},         {LW_WINDOW_MONTH, INT64_MAX, INT64_MAX, true},
      {LW_WINDOW_ROLLING, INT64_MAX, 0, true}, {LW_WINDOW_FOR_GOOD, INT64_MIN, 0, false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct lw_rows *rows = lw_rows_create(NULL);
    struct lw_window window = window_of(cases[i].kind);
    struct lw_row_key key = {1, LW_STR("ana")};
    assert_int_equal(lw_rows_put(rows, key, &window, 1000, cases[i].amount, cases[i].times, 1000),
                     cases[i].sound);
    assert_int_equal(lw_rows_failed(rows), !cases[i].sound);
    bool again = lw_rows_put(rows, key, &window, cases[i].kind == LW_WINDOW_ROLLING ? 1001 : 1000,
                             1, 1, 1001);
    assert_int_equal(again, cases[i].amount != INT64_MAX);
    lw_rows_destroy(rows);
  }
}

static void key_of_a_draw_is_the_start_of_its_period(void **state)
{
  (void)state;
  static const struct {
    int kind;
    const char *at;
    const char *key;
  } cases[] = {
      {LW_WINDOW_DAY, "2026-03-11T13:00:00Z", "2026-03-11T00:00:00Z"},
      {LW_WINDOW_WEEK, "2026-03-11T13:00:00Z", "2026-03-09T00:00:00Z"},
      {LW_WINDOW_MONTH, "2026-03-11T13:00:00Z", "2026-03-01T00:00:00Z"},
      {LW_WINDOW_QUARTER, "2026-03-11T13:00:00Z", "2026-01-01T00:00:00Z"},
      {LW_WINDOW_YEAR, "2026-03-11T13:00:00Z", "2026-01-01T00:00:00Z"},
      {LW_WINDOW_ROLLING, "2026-03-11T13:00:00Z", "2026-03-11T13:00:00Z"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct lw_window window = window_of(cases[i].kind);
    assert_int_equal(lw_draw_key(&window, NULL, moment(cases[i].at)), moment(cases[i].key));
  }
  struct lw_window good = window_of(LW_WINDOW_FOR_GOOD);
  assert_int_equal(lw_draw_key(&good, NULL, moment("2026-03-11T13:00:00Z")), INT64_MIN);
}

/* ---- what others drew ---- */

static void same_used(struct lw_rows *mine, struct lw_rows *theirs, int kind, lw_usec at)
{
  struct lw_window window = window_of(kind);
  struct lw_row_key key = {(uint32_t)kind, LW_STR("ana")};
  struct lw_used a;
  struct lw_used b;
  lw_rows_used(mine, key, &window, NULL, at, &a);
  lw_rows_used(theirs, key, &window, NULL, at, &b);
  assert_int_equal(a.amount_minor, b.amount_minor);
  assert_int_equal(a.times, b.times);
  assert_int_equal(a.ever, b.ever);
  assert_int_equal(a.last, b.last);
}

/* One set of rows draws and gives back; the other, which has the row in memory, is told. */
static void what_others_drew_is_taken_over(void **state)
{
  (void)state;
  uint64_t seed = 7;
  const lw_usec base = moment("2026-03-11T13:00:00Z");
  for (int kind = 0; kind < LW_WINDOW_ROLLING; kind++) {
    struct lw_window window = window_of(kind);
    struct lw_rows *theirs = lw_rows_create(NULL);
    struct lw_rows *mine = lw_rows_create(NULL);
    struct lw_draw draw = draw_of(kind, 1, 500, 1);
    assert_int_equal(lw_rows_draw(theirs, &draw, 1, NULL, base, NULL), LW_OK);
    assert_int_equal(lw_rows_draw(mine, &draw, 1, NULL, base, NULL), LW_OK);
    for (int i = 0; i < 300; i++) {
      lw_usec at = base + (lw_usec)below(&seed, 2000) * HOUR - 1000 * HOUR;
      lw_usec entry = lw_draw_key(&window, NULL, at);
      draw.amount_minor = (int64_t)below(&seed, 100);
      bool back = below(&seed, 3) == 0;
      enum lw_code rc = back ? lw_rows_give_back(theirs, &draw, 1, NULL, at, NULL)
                             : lw_rows_draw(theirs, &draw, 1, NULL, at, NULL);
      int64_t sign = rc != LW_OK ? 0 : back ? -1 : 1;
      lw_rows_take_over(mine, draw.key, window.kind, entry, sign * draw.amount_minor, sign,
                        sign == 1 ? at : INT64_MIN);
      same_used(mine, theirs, kind, at);
      same_used(mine, theirs, kind, base);
    }
    lw_rows_destroy(theirs);
    lw_rows_destroy(mine);
  }
}

static void what_cant_be_taken_over_is_forgotten(void **state)
{
  (void)state;
  static const struct {
    int kind;
    int64_t amount;
    int64_t times;
  } cases[] = {{LW_WINDOW_ROLLING, 1, 1},
               {LW_WINDOW_DAY, -501, 0},
               {LW_WINDOW_DAY, 0, -2},
               {LW_WINDOW_DAY, INT64_MAX, 0},
               {LW_WINDOW_FOR_GOOD, 0, INT64_MAX}};
  const lw_usec at = moment("2026-03-11T13:00:00Z");
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct lw_rows *rows = lw_rows_create(NULL);
    struct lw_draw draw = draw_of(cases[i].kind, 1, 500, 1);
    lw_usec entry = lw_draw_key(&draw.window, NULL, at);
    lw_rows_take_over(rows, draw.key, draw.window.kind, entry, 1, 1, at);
    assert_false(lw_rows_have(rows, draw.key, draw.window.kind)); /* it was not there: nor is it */
    assert_int_equal(lw_rows_draw(rows, &draw, 1, NULL, at, NULL), LW_OK);
    lw_rows_take_over(rows, draw.key, draw.window.kind, entry, cases[i].amount, cases[i].times, at);
    assert_false(lw_rows_have(rows, draw.key, draw.window.kind));
    assert_int_equal(lw_rows_count(rows), 0);
    lw_rows_destroy(rows);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_agree_with_the_list_of_draws),
      cmocka_unit_test(rolling_draw_lapses_exactly_at_its_border),
      cmocka_unit_test(rolling_row_says_when_there_is_room_again),
      cmocka_unit_test(clock_that_jumps_back_opens_no_room),
      cmocka_unit_test(month_keeps_its_draws_when_another_began),
      cmocka_unit_test(period_is_remembered_for_its_zone_only),
      cmocka_unit_test(sums_stop_at_the_largest_number),
      cmocka_unit_test(times_stop_at_the_largest_number),
      cmocka_unit_test(bad_draws_are_refused),
      cmocka_unit_test(give_back_is_all_or_none),
      cmocka_unit_test(what_is_forgotten_is_given_back_by_doing_nothing),
      cmocka_unit_test(no_order_of_requests_opens_room),
      cmocka_unit_test(kinds_of_window_do_not_mix),
      cmocka_unit_test(many_rows_keep_apart),
      cmocka_unit_test(one_rolling_row_of_many_draws),
      cmocka_unit_test(creating_fails_cleanly),
      cmocka_unit_test(nth_allocation_fails_and_nothing_has_changed),
      cmocka_unit_test(left_is_never_below_nothing),
      cmocka_unit_test(rows_from_a_source_agree_with_rows_never_cleared),
      cmocka_unit_test(source_that_fails_opens_no_room),
      cmocka_unit_test(nth_allocation_fails_while_rows_are_fetched),
      cmocka_unit_test(rows_that_cant_be_are_not_put),
      cmocka_unit_test(key_of_a_draw_is_the_start_of_its_period),
      cmocka_unit_test(what_others_drew_is_taken_over),
      cmocka_unit_test(what_cant_be_taken_over_is_forgotten),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
