/* Three shapes of rows, by kind of window:
 *
 * - for good: a sum and a count;
 * - calendar: the sum of the newest period that was drawn from and of the one before it, each with
 * the period's start. A moment that goes back less than a period is long (backstep) falls into one
 * of the two, or into one between them that has nothing;
 * - rolling: the draws themselves, in order of time, linked through one array for the whole budget.
 *   Those that have left every window that can still be asked for are dropped from the front, and
 *   their sum with them.
 *
 * `last` (used("x").last) is kept by all. */
#include "replay/spent.h"

#include "base/check.h"

#include <stdlib.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 1 << 21, HUGE_FROM = 1 << 22 };
enum { DAY_HOURS_LEAST = 20 }; /* no calendar period is shorter, whatever the clock does */

struct plain {
  int64_t amount;
  int64_t times;
  lw_usec last; /* INT64_MIN: never */
};

struct calendar {
  lw_usec start; /* INT64_MIN: nothing drawn yet */
  int64_t amount;
  int64_t times;
  lw_usec last;
  lw_usec start_before; /* of the period drawn from before; INT64_MIN: none */
  int64_t amount_before;
  int64_t times_before;
};

struct rolling {
  int64_t amount;
  int64_t times;
  lw_usec last;
  uint32_t first; /* of draws + 1; 0: none */
  uint32_t newest;
};

struct drawn {
  lw_usec at;
  int64_t amount;
  int32_t times;
  uint32_t next; /* + 1 */
};

enum shape { PLAIN, CALENDAR, ROLLING, IN_ROWS };

struct sheet {
  enum shape shape;
  struct lw_window window;
  uint32_t count;
  union {
    struct plain *plain;
    struct calendar *calendar;
    struct rolling *rolling;
    void *any;
  } of;
  struct drawn *draws; /* ROLLING */
  uint32_t n_draws;
  uint32_t draws_capacity;
  struct lw_period period; /* the last one that was computed */
};

struct lw_spent {
  struct sheet *sheets;
  uint32_t n_sheets;
  const struct lw_tz *zone;
  lw_usec backstep;
  lw_usec newest;
  struct lw_rows *rows; /* of IN_ROWS */
};

static size_t row_bytes(enum shape shape)
{
  return shape == PLAIN      ? sizeof(struct plain)
         : shape == CALENDAR ? sizeof(struct calendar)
                             : sizeof(struct rolling);
}

static enum shape shape_of(const struct lw_window *window, lw_usec backstep)
{
  const lw_usec shortest = (lw_usec)DAY_HOURS_LEAST * 3600 * LW_USEC_PER_SECOND;
  if (window->kind == LW_WINDOW_FOR_GOOD) {
    return PLAIN;
  }
  if (window->kind == LW_WINDOW_ROLLING) {
    return backstep < window->over_usec ? ROLLING : IN_ROWS;
  }
  return backstep < shortest ? CALENDAR : IN_ROWS;
}

struct lw_spent *lw_spent_create(const struct lw_window *windows, uint32_t n_budgets,
                                 const struct lw_tz *zone, lw_usec backstep)
{
  struct lw_spent *spent = calloc(1, sizeof *spent);
  if (spent == NULL) {
    return NULL;
  }
  *spent = (struct lw_spent){
      .n_sheets = n_budgets, .zone = zone, .backstep = backstep, .newest = INT64_MIN};
  spent->sheets = calloc(n_budgets + 1, sizeof *spent->sheets);
  spent->rows = lw_rows_create(NULL);
  if (spent->sheets == NULL || spent->rows == NULL) {
    lw_spent_destroy(spent);
    return NULL;
  }
  for (uint32_t i = 0; i < n_budgets; i++) {
    spent->sheets[i].window = windows[i];
    spent->sheets[i].shape = shape_of(&windows[i], backstep);
  }
  return spent;
}

void lw_spent_destroy(struct lw_spent *spent)
{
  if (spent == NULL) {
    return;
  }
  for (uint32_t i = 0; spent->sheets != NULL && i < spent->n_sheets; i++) {
    free(spent->sheets[i].of.any);
    free(spent->sheets[i].draws);
  }
  free(spent->sheets);
  lw_rows_destroy(spent->rows);
  free(spent);
}

static void empty_rows(struct sheet *sheet, uint32_t first)
{
  for (uint32_t i = first; i < sheet->count; i++) {
    switch (sheet->shape) {
    case PLAIN: sheet->of.plain[i] = (struct plain){.last = INT64_MIN}; break;
    case CALENDAR:
      sheet->of.calendar[i] =
          (struct calendar){.start = INT64_MIN, .last = INT64_MIN, .start_before = INT64_MIN};
      break;
    case ROLLING: sheet->of.rolling[i] = (struct rolling){.last = INT64_MIN}; break;
    case IN_ROWS: break;
    }
  }
}

void lw_spent_clear(struct lw_spent *spent)
{
  for (uint32_t i = 0; i < spent->n_sheets; i++) {
    empty_rows(&spent->sheets[i], 0);
    spent->sheets[i].n_draws = 0;
  }
  lw_rows_clear(spent->rows);
  spent->newest = INT64_MIN;
}

/* Large sheets are asked for here and there: in large pages the way to them is short. */
static void *grow_rows(struct sheet *sheet, size_t bytes, size_t bytes_before)
{
  if (bytes < HUGE_FROM) {
    return realloc(sheet->of.any, bytes);
  }
  size_t whole = (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
  void *rows = aligned_alloc(HUGE_PAGE, whole);
  if (rows != NULL) {
    (void)madvise(rows, whole, MADV_HUGEPAGE); /* where it can't be had, nothing is lost */
    if (bytes_before != 0) {
      memcpy(rows, sheet->of.any, bytes_before);
    }
    free(sheet->of.any);
  }
  return rows;
}

bool lw_spent_reserve(struct lw_spent *spent, uint32_t budget, uint32_t count)
{
  struct sheet *sheet = &spent->sheets[budget];
  if (sheet->shape == IN_ROWS || count <= sheet->count) {
    return true;
  }
  size_t size = row_bytes(sheet->shape);
  void *rows = grow_rows(sheet, count * size, sheet->count * size);
  if (rows == NULL) {
    return false;
  }
  uint32_t before = sheet->count;
  sheet->of.any = rows;
  sheet->count = count;
  empty_rows(sheet, before);
  return true;
}

/* --- rows after all --- */

/* The scope's number as its text: four letters of 7 bits and a half, none of them the separator. */
static struct lw_row_key key_of(uint32_t budget, uint32_t scope, char place[10])
{
  size_t len = 0;
  do {
    place[len++] = (char)('a' + (scope & 15));
    scope >>= 4;
  } while (scope != 0);
  return (struct lw_row_key){budget, lw_str_from(place, len)};
}

/* --- asking --- */

static lw_usec start_of(struct lw_spent *spent, struct sheet *sheet, lw_usec at)
{
  if (at < sheet->period.start || at >= sheet->period.end) {
    lw_window_period(&sheet->window, spent->zone, at, &sheet->period);
  }
  return sheet->period.start;
}

static void calendar_used(const struct calendar *row, lw_usec start, struct lw_used *used)
{
  if (start == row->start) {
    used->amount_minor = row->amount;
    used->times = row->times;
  } else if (start == row->start_before) {
    used->amount_minor = row->amount_before;
    used->times = row->times_before;
  }
}

/* Of the draws that are kept, those that have left this moment's window do not count. */
static void rolling_used(const struct sheet *sheet, const struct rolling *row, lw_usec at,
                         struct lw_used *used)
{
  used->amount_minor = row->amount;
  used->times = row->times;
  for (uint32_t i = row->first; i != 0 && sheet->draws[i - 1].at <= at - sheet->window.over_usec;
       i = sheet->draws[i - 1].next) {
    used->amount_minor -= sheet->draws[i - 1].amount;
    used->times -= sheet->draws[i - 1].times;
  }
}

/* Drops what no moment that can still come looks at. */
static void drop_old(const struct lw_spent *spent, struct sheet *sheet, struct rolling *row)
{
  lw_usec horizon = spent->newest - spent->backstep - sheet->window.over_usec;
  while (row->first != 0 && sheet->draws[row->first - 1].at <= horizon) {
    const struct drawn *old = &sheet->draws[row->first - 1];
    row->amount -= old->amount;
    row->times -= old->times;
    row->first = old->next;
    row->newest = row->first != 0 ? row->newest : 0;
  }
}

static void note_time(struct lw_spent *spent, lw_usec at)
{
  spent->newest = at > spent->newest ? at : spent->newest;
}

void lw_spent_used(struct lw_spent *spent, uint32_t budget, uint32_t scope, lw_usec at,
                   struct lw_used *ret_used)
{
  struct sheet *sheet = &spent->sheets[budget];
  char text[10];
  lw_usec last = INT64_MIN;
  *ret_used = (struct lw_used){.amount_minor = 0};
  note_time(spent, at);
  switch (sheet->shape) {
  case PLAIN:
    ret_used->amount_minor = sheet->of.plain[scope].amount;
    ret_used->times = sheet->of.plain[scope].times;
    last = sheet->of.plain[scope].last;
    break;
  case CALENDAR:
    calendar_used(&sheet->of.calendar[scope], start_of(spent, sheet, at), ret_used);
    last = sheet->of.calendar[scope].last;
    break;
  case ROLLING:
    drop_old(spent, sheet, &sheet->of.rolling[scope]);
    rolling_used(sheet, &sheet->of.rolling[scope], at, ret_used);
    last = sheet->of.rolling[scope].last;
    break;
  case IN_ROWS:
    lw_rows_used(spent->rows, key_of(budget, scope, text), &sheet->window, spent->zone, at,
                 ret_used);
    return;
  }
  ret_used->ever = last != INT64_MIN;
  ret_used->last = ret_used->ever ? last : 0;
}

static bool leaves(int64_t limit, int64_t limit_times, int64_t used, int64_t times, int64_t minor)
{
  return (limit_times < 0 || lw_left(limit_times, times) != 0) &&
         (limit < 0 || minor <= lw_left(limit, used));
}

bool lw_spent_covers(struct lw_spent *spent, const struct lw_spent_parts *parts,
                     const int64_t *limits, const int64_t *limit_times, bool has_amount)
{
  int64_t minor = has_amount ? parts->minor : 0;
  for (uint32_t i = 0; i < parts->count; i++) {
    uint32_t budget = parts->budgets[i];
    uint32_t scope = parts->scopes[i];
    struct sheet *sheet = &spent->sheets[budget];
    struct lw_used used = {.amount_minor = 0};
    bool known = scope != LW_SPENT_NOBODY;
    if (known && sheet->shape == CALENDAR) { /* the most frequent one */
      const struct calendar *row = &sheet->of.calendar[scope];
      lw_usec start = start_of(spent, sheet, parts->at);
      if (start == row->start) {
        if (!leaves(limits[budget], limit_times[budget], row->amount, row->times, minor)) {
          return false;
        }
        continue;
      }
      calendar_used(row, start, &used);
    } else if (known) {
      lw_spent_used(spent, budget, scope, parts->at, &used);
    }
    if (!leaves(limits[budget], limit_times[budget], used.amount_minor, used.times, minor)) {
      return false;
    }
  }
  note_time(spent, parts->at);
  return true;
}

/* --- drawing --- */

static bool add(int64_t *amount, int64_t *times, int64_t minor)
{
  return !__builtin_add_overflow(*amount, minor, amount) &&
         !__builtin_add_overflow(*times, 1, times);
}

static bool calendar_draw(struct calendar *row, lw_usec start, int64_t minor)
{
  if (start > row->start) {
    if (row->start != INT64_MIN) {
      row->start_before = row->start;
      row->amount_before = row->amount;
      row->times_before = row->times;
    }
    row->start = start;
    row->amount = 0;
    row->times = 0;
  }
  if (start == row->start) {
    return add(&row->amount, &row->times, minor);
  }
  if (start > row->start_before) { /* late, and the first of its period */
    row->start_before = start;
    row->amount_before = 0;
    row->times_before = 0;
  }
  return start != row->start_before || add(&row->amount_before, &row->times_before, minor);
}

static bool rolling_draw(struct sheet *sheet, struct rolling *row, lw_usec at, int64_t minor)
{
  if (sheet->n_draws == sheet->draws_capacity) {
    uint32_t capacity = sheet->draws_capacity < 1024 ? 1024 : sheet->draws_capacity * 2;
    struct drawn *draws = realloc(sheet->draws, (size_t)capacity * sizeof *draws);
    if (draws == NULL || sheet->n_draws > UINT32_MAX / 2) {
      sheet->draws = draws != NULL ? draws : sheet->draws;
      return false;
    }
    sheet->draws = draws;
    sheet->draws_capacity = capacity;
  }
  uint32_t own = ++sheet->n_draws;
  uint32_t before = row->newest; /* nearly always the newest is before it */
  if (before != 0 && sheet->draws[before - 1].at > at) {
    before = 0;
    for (uint32_t i = row->first; sheet->draws[i - 1].at <= at; i = sheet->draws[i - 1].next) {
      before = i;
    }
  }
  uint32_t *link = before != 0 ? &sheet->draws[before - 1].next : &row->first;
  sheet->draws[own - 1] = (struct drawn){at, minor, 1, *link};
  *link = own;
  row->newest = sheet->draws[own - 1].next == 0 ? own : row->newest;
  return add(&row->amount, &row->times, minor);
}

static bool rows_draw(struct lw_spent *spent, uint32_t budget, uint32_t scope, lw_usec at,
                      int64_t minor)
{
  char text[10];
  struct lw_error err;
  const struct lw_draw draw = {key_of(budget, scope, text), spent->sheets[budget].window, minor, 1};
  return lw_rows_draw(spent->rows, &draw, 1, spent->zone, at, &err) == LW_OK;
}

bool lw_spent_draw(struct lw_spent *spent, uint32_t budget, uint32_t scope, lw_usec at,
                   int64_t minor)
{
  struct sheet *sheet = &spent->sheets[budget];
  lw_usec *last = NULL;
  bool drawn = false;
  note_time(spent, at);
  switch (sheet->shape) {
  case PLAIN:
    last = &sheet->of.plain[scope].last;
    drawn = add(&sheet->of.plain[scope].amount, &sheet->of.plain[scope].times, minor);
    break;
  case CALENDAR:
    last = &sheet->of.calendar[scope].last;
    drawn = calendar_draw(&sheet->of.calendar[scope], start_of(spent, sheet, at), minor);
    break;
  case ROLLING:
    last = &sheet->of.rolling[scope].last;
    drawn = rolling_draw(sheet, &sheet->of.rolling[scope], at, minor);
    break;
  case IN_ROWS: return rows_draw(spent, budget, scope, at, minor);
  }
  *last = at > *last ? at : *last;
  return drawn;
}

bool lw_spent_draw_parts(struct lw_spent *spent, const struct lw_spent_parts *parts)
{
  bool drawn = true;
  for (uint32_t i = 0; i < parts->count; i++) {
    drawn &= parts->scopes[i] == LW_SPENT_NOBODY ||
             lw_spent_draw(spent, parts->budgets[i], parts->scopes[i], parts->at, parts->minor);
  }
  return drawn;
}

static void rolling_give_back(struct sheet *sheet, struct rolling *row, lw_usec drawn_at,
                              int64_t minor, int64_t times)
{
  uint32_t i = row->first;
  while (i != 0 && sheet->draws[i - 1].at != drawn_at) {
    i = sheet->draws[i - 1].next;
  }
  if (i != 0) { /* else it was dropped: it counts no more anyway */
    sheet->draws[i - 1].amount -= minor;
    sheet->draws[i - 1].times -= (int32_t)times;
    row->amount -= minor;
    row->times -= times;
  }
}

void lw_spent_give_back(struct lw_spent *spent, uint32_t budget, uint32_t scope, lw_usec drawn_at,
                        int64_t minor, int64_t times)
{
  struct sheet *sheet = &spent->sheets[budget];
  char text[10];
  struct lw_error err;
  if (sheet->shape == PLAIN) {
    sheet->of.plain[scope].amount -= minor;
    sheet->of.plain[scope].times -= times;
  } else if (sheet->shape == CALENDAR) {
    struct calendar *row = &sheet->of.calendar[scope];
    lw_usec start = start_of(spent, sheet, drawn_at);
    bool newest = start == row->start;
    bool before = start == row->start_before;
    row->amount -= newest ? minor : 0;
    row->times -= newest ? times : 0;
    row->amount_before -= before ? minor : 0;
    row->times_before -= before ? times : 0;
  } else if (sheet->shape == ROLLING) {
    rolling_give_back(sheet, &sheet->of.rolling[scope], drawn_at, minor, times);
  } else {
    const struct lw_draw draw = {key_of(budget, scope, text), sheet->window, minor, times};
    bool known = lw_rows_give_back(spent->rows, &draw, 1, spent->zone, drawn_at, &err) == LW_OK;
    (void)known; /* what rows have forgotten counts no more */
  }
}

void lw_spent_prefetch(const struct lw_spent *spent, uint32_t budget, uint32_t scope)
{
  const struct sheet *sheet = &spent->sheets[budget];
  if (sheet->shape != IN_ROWS) {
    __builtin_prefetch((const char *)sheet->of.any + scope * row_bytes(sheet->shape));
  }
}
