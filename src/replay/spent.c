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
#include "replay/spent_inside.h"

#include "base/check.h"

#include <stdlib.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 1 << 21, HUGE_FROM = 1 << 22, CACHE_LINE = 64 };
enum { DAY_HOURS_LEAST = 20 }; /* no calendar period is shorter, whatever the clock does */

static enum lw_spent_shape shape_of(const struct lw_window *window, lw_usec backstep)
{
  const lw_usec shortest = (lw_usec)DAY_HOURS_LEAST * 3600 * LW_USEC_PER_SECOND;
  if (window->kind == LW_WINDOW_FOR_GOOD) {
    return LW_SPENT_PLAIN;
  }
  if (window->kind == LW_WINDOW_ROLLING) {
    return backstep < window->over_usec ? LW_SPENT_ROLLING : LW_SPENT_IN_ROWS;
  }
  return backstep < shortest ? LW_SPENT_CALENDAR : LW_SPENT_IN_ROWS;
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
    free(spent->sheets[i].older);
    free(spent->sheets[i].draws);
  }
  free(spent->sheets);
  lw_rows_destroy(spent->rows);
  free(spent);
}

static void empty_rows(struct lw_spent_sheet *sheet, uint32_t first)
{
  for (uint32_t i = first; sheet->of.any != NULL && i <= sheet->count; i++) {
    switch (sheet->shape) {
    case LW_SPENT_PLAIN: sheet->of.plain[i] = (struct lw_spent_plain){.last = INT64_MIN}; break;
    case LW_SPENT_CALENDAR:
      sheet->of.calendar[i] = (struct lw_spent_calendar){.start = INT64_MIN, .last = INT64_MIN};
      if (sheet->older != NULL) {
        sheet->older[i] = (struct lw_spent_older){.start = INT64_MIN};
      }
      break;
    case LW_SPENT_ROLLING:
      sheet->of.rolling[i] = (struct lw_spent_rolling){.last = INT64_MIN, .oldest = INT32_MAX};
      break;
    case LW_SPENT_IN_ROWS: break;
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

/* Room for more rows; what is there stays. No row of 32 bytes lies in two cache lines. Large sheets
 * are asked for here and there: in large pages the way to them is short. */
static bool grow_rows(void **rows, size_t bytes, size_t bytes_before)
{
  bool is_large = bytes >= HUGE_FROM;
  size_t unit = is_large ? HUGE_PAGE : CACHE_LINE;
  size_t whole = (bytes + unit - 1) / unit * unit;
  void *more = aligned_alloc(unit, whole);
  if (more == NULL) {
    return false;
  }
  if (is_large) {
    (void)madvise(more, whole, MADV_HUGEPAGE); /* where it can't be had, nothing is lost */
  }
  if (bytes_before != 0) {
    memcpy(more, *rows, bytes_before);
  }
  free(*rows);
  *rows = more;
  return true;
}

bool lw_spent_reserve(struct lw_spent *spent, uint32_t budget, uint32_t count)
{
  struct lw_spent_sheet *sheet = &spent->sheets[budget];
  if (sheet->shape == LW_SPENT_IN_ROWS || count <= sheet->count) {
    return true;
  }
  size_t size = lw_spent_row_bytes(sheet->shape);
  size_t whole = (size_t)count + 1; /* nobody's, too */
  uint32_t before = sheet->count;
  const size_t older = sizeof *sheet->older;
  void *more = sheet->older;
  if (sheet->shape == LW_SPENT_CALENDAR && spent->backstep > 0) {
    if (!grow_rows(&more, whole * older, before * older)) {
      return false;
    }
    sheet->older = more;
  }
  more = sheet->of.any;
  if (!grow_rows(&more, whole * size, before * size)) {
    return false;
  }
  sheet->of.any = more;
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

static lw_usec start_of(struct lw_spent *spent, struct lw_spent_sheet *sheet, lw_usec at)
{
  if (at < sheet->period.start || at >= sheet->period.end) {
    lw_window_period(&sheet->window, spent->zone, at, &sheet->period);
  }
  return sheet->period.start;
}

static void calendar_used(const struct lw_spent_sheet *sheet, uint32_t scope, lw_usec start,
                          struct lw_used *used)
{
  const struct lw_spent_calendar *row = &sheet->of.calendar[scope];
  if (start == row->start) {
    used->amount_minor = row->amount;
    used->times = row->times;
  } else if (start < row->start && sheet->older != NULL && start == sheet->older[scope].start) {
    used->amount_minor = sheet->older[scope].amount;
    used->times = sheet->older[scope].times;
  }
}

/* Of the draws that are kept, those that have left this moment's window do not count. */
static void rolling_used(const struct lw_spent_sheet *sheet, const struct lw_spent_rolling *row,
                         lw_usec at, struct lw_used *used)
{
  used->amount_minor = row->amount;
  used->times = row->times;
  if (lw_spent_span(at - sheet->window.over_usec) < row->oldest) {
    return;
  }
  for (uint32_t i = row->first; i != 0 && sheet->draws[i - 1].at <= at - sheet->window.over_usec;
       i = sheet->draws[i - 1].next) {
    used->amount_minor -= sheet->draws[i - 1].amount;
    used->times -= sheet->draws[i - 1].times;
  }
}

static void note_oldest(const struct lw_spent_sheet *sheet, struct lw_spent_rolling *row)
{
  row->oldest = row->first != 0 ? lw_spent_span(sheet->draws[row->first - 1].at) : INT32_MAX;
}

/* Drops what no moment that can still come looks at. */
static void drop_old(const struct lw_spent *spent, struct lw_spent_sheet *sheet,
                     struct lw_spent_rolling *row)
{
  lw_usec horizon = spent->newest - spent->backstep - sheet->window.over_usec;
  if (lw_spent_span(horizon) < row->oldest) {
    return;
  }
  while (row->first != 0 && sheet->draws[row->first - 1].at <= horizon) {
    const struct lw_spent_drawn *old = &sheet->draws[row->first - 1];
    row->amount -= old->amount;
    row->times -= old->times;
    row->first = old->next;
    row->newest = row->first != 0 ? row->newest : 0;
  }
  note_oldest(sheet, row);
}

static void note_time(struct lw_spent *spent, lw_usec at)
{
  spent->newest = at > spent->newest ? at : spent->newest;
}

void lw_spent_used(struct lw_spent *spent, uint32_t budget, uint32_t scope, lw_usec at,
                   struct lw_used *ret_used)
{
  struct lw_spent_sheet *sheet = &spent->sheets[budget];
  char text[10];
  lw_usec last = INT64_MIN;
  *ret_used = (struct lw_used){.amount_minor = 0};
  note_time(spent, at);
  switch (sheet->shape) {
  case LW_SPENT_PLAIN:
    ret_used->amount_minor = sheet->of.plain[scope].amount;
    ret_used->times = sheet->of.plain[scope].times;
    last = sheet->of.plain[scope].last;
    break;
  case LW_SPENT_CALENDAR:
    calendar_used(sheet, scope, start_of(spent, sheet, at), ret_used);
    last = sheet->of.calendar[scope].last;
    break;
  case LW_SPENT_ROLLING:
    drop_old(spent, sheet, &sheet->of.rolling[scope]);
    rolling_used(sheet, &sheet->of.rolling[scope], at, ret_used);
    last = sheet->of.rolling[scope].last;
    break;
  case LW_SPENT_IN_ROWS:
    lw_rows_used(spent->rows, key_of(budget, scope, text), &sheet->window, spent->zone, at,
                 ret_used);
    return;
  }
  ret_used->ever = last != INT64_MIN;
  ret_used->last = ret_used->ever ? last : 0;
}

bool lw_spent_covers(struct lw_spent *spent, const struct lw_spent_parts *parts,
                     const int64_t *limits, const int64_t *limit_times, bool has_amount)
{
  int64_t minor = has_amount ? parts->minor : 0;
  for (uint32_t i = 0; i < parts->count; i++) {
    uint32_t budget = parts->budgets[i];
    uint32_t scope = parts->scopes[i];
    struct lw_spent_sheet *sheet = &spent->sheets[budget];
    struct lw_used used = {.amount_minor = 0};
    bool known = scope != LW_SPENT_NOBODY;
    if (known && sheet->shape == LW_SPENT_CALENDAR) { /* the most frequent one */
      const struct lw_spent_calendar *row = &sheet->of.calendar[scope];
      lw_usec start = start_of(spent, sheet, parts->at);
      if (start == row->start) {
        if (!lw_spent_leaves(limits[budget], limit_times[budget], row->amount, row->times, minor)) {
          return false;
        }
        continue;
      }
      calendar_used(sheet, scope, start, &used);
    } else if (known) {
      lw_spent_used(spent, budget, scope, parts->at, &used);
    }
    if (!lw_spent_leaves(limits[budget], limit_times[budget], used.amount_minor, used.times,
                         minor)) {
      return false;
    }
  }
  note_time(spent, parts->at);
  return true;
}

/* --- drawing --- */

static bool calendar_draw(const struct lw_spent *spent, struct lw_spent_sheet *sheet,
                          uint32_t scope, lw_usec start, lw_usec at, int64_t minor)
{
  struct lw_spent_calendar *row = &sheet->of.calendar[scope];
  if (start > row->start) {
    lw_spent_turn(spent, sheet, scope, start, at);
  }
  if (start == row->start) {
    return lw_spent_add(&row->amount, &row->times, minor);
  }
  struct lw_spent_older *older = sheet->older != NULL ? &sheet->older[scope] : NULL;
  if (older != NULL && start > older->start) { /* late, and the first of its period */
    *older = (struct lw_spent_older){.start = start};
  }
  return older == NULL || start != older->start ||
         lw_spent_add(&older->amount, &older->times, minor);
}

static bool rolling_draw(struct lw_spent_sheet *sheet, struct lw_spent_rolling *row, lw_usec at,
                         int64_t minor)
{
  if (sheet->n_draws == sheet->draws_capacity) {
    uint32_t capacity = sheet->draws_capacity < 1024 ? 1024 : sheet->draws_capacity * 2;
    struct lw_spent_drawn *draws = realloc(sheet->draws, (size_t)capacity * sizeof *draws);
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
  sheet->draws[own - 1] = (struct lw_spent_drawn){at, minor, 1, *link};
  *link = own;
  row->newest = sheet->draws[own - 1].next == 0 ? own : row->newest;
  if (row->first == own) {
    note_oldest(sheet, row);
  }
  row->times++;
  return !__builtin_add_overflow(row->amount, minor, &row->amount);
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
  struct lw_spent_sheet *sheet = &spent->sheets[budget];
  lw_usec *last = NULL;
  bool drawn = false;
  note_time(spent, at);
  switch (sheet->shape) {
  case LW_SPENT_PLAIN:
    last = &sheet->of.plain[scope].last;
    drawn = lw_spent_add(&sheet->of.plain[scope].amount, &sheet->of.plain[scope].times, minor);
    break;
  case LW_SPENT_CALENDAR:
    last = &sheet->of.calendar[scope].last;
    drawn = calendar_draw(spent, sheet, scope, start_of(spent, sheet, at), at, minor);
    break;
  case LW_SPENT_ROLLING:
    last = &sheet->of.rolling[scope].last;
    drawn = rolling_draw(sheet, &sheet->of.rolling[scope], at, minor);
    break;
  case LW_SPENT_IN_ROWS: return rows_draw(spent, budget, scope, at, minor);
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

static void calendar_give_back(struct lw_spent_sheet *sheet, uint32_t scope, lw_usec start,
                               int64_t minor, int64_t times)
{
  struct lw_spent_calendar *row = &sheet->of.calendar[scope];
  if (start == row->start) {
    row->amount -= minor;
    row->times -= times;
  } else if (sheet->older != NULL && start == sheet->older[scope].start) {
    sheet->older[scope].amount -= minor;
    sheet->older[scope].times -= times;
  }
}

static void rolling_give_back(struct lw_spent_sheet *sheet, struct lw_spent_rolling *row,
                              lw_usec drawn_at, int64_t minor, int64_t times)
{
  uint32_t i = row->first;
  while (i != 0 && sheet->draws[i - 1].at != drawn_at) {
    i = sheet->draws[i - 1].next;
  }
  if (i != 0) { /* else it was dropped: it counts no more anyway */
    sheet->draws[i - 1].amount -= minor;
    sheet->draws[i - 1].times -= (int32_t)times;
    row->amount -= minor;
    row->times -= (int32_t)times;
  }
}

void lw_spent_give_back(struct lw_spent *spent, uint32_t budget, uint32_t scope, lw_usec drawn_at,
                        int64_t minor, int64_t times)
{
  struct lw_spent_sheet *sheet = &spent->sheets[budget];
  char text[10];
  struct lw_error err;
  if (sheet->shape == LW_SPENT_PLAIN) {
    sheet->of.plain[scope].amount -= minor;
    sheet->of.plain[scope].times -= times;
  } else if (sheet->shape == LW_SPENT_CALENDAR) {
    calendar_give_back(sheet, scope, start_of(spent, sheet, drawn_at), minor, times);
  } else if (sheet->shape == LW_SPENT_ROLLING) {
    rolling_give_back(sheet, &sheet->of.rolling[scope], drawn_at, minor, times);
  } else {
    const struct lw_draw draw = {key_of(budget, scope, text), sheet->window, minor, times};
    bool known = lw_rows_give_back(spent->rows, &draw, 1, spent->zone, drawn_at, &err) == LW_OK;
    (void)known; /* what rows have forgotten counts no more */
  }
}

/* --- comparing --- */

bool lw_spent_is_by_number(const struct lw_spent *spent)
{
  bool is = true;
  for (uint32_t i = 0; i < spent->n_sheets; i++) {
    is &= spent->sheets[i].shape != LW_SPENT_IN_ROWS;
  }
  return is;
}

/* What a period had that is asked for no more counts like nothing. */
static bool same_period(lw_usec start_a, int64_t amount_a, int64_t times_a, lw_usec start_b,
                        int64_t amount_b, int64_t times_b, lw_usec from)
{
  bool gone_a = start_a < from;
  bool gone_b = start_b < from;
  return (gone_a && gone_b) || (start_a == start_b && amount_a == amount_b && times_a == times_b);
}

static bool same_calendar(const struct lw_spent_sheet *a, const struct lw_spent_sheet *b,
                          uint32_t scope, lw_usec from)
{
  const struct lw_spent_calendar *one = &a->of.calendar[scope];
  const struct lw_spent_calendar *two = &b->of.calendar[scope];
  bool same =
      same_period(one->start, one->amount, one->times, two->start, two->amount, two->times, from);
  if (same && a->older != NULL && b->older != NULL) {
    const struct lw_spent_older *older = &a->older[scope];
    const struct lw_spent_older *other = &b->older[scope];
    same = same_period(older->start, older->amount, older->times, other->start, other->amount,
                       other->times, from);
  }
  return same;
}

/* Long ones are not gone through to the end. */
static bool same_rolling(const struct lw_spent_sheet *a, const struct lw_spent_sheet *b,
                         uint32_t scope)
{
  enum { LOOKED_AT = 64 };
  const struct lw_spent_rolling *one = &a->of.rolling[scope];
  const struct lw_spent_rolling *two = &b->of.rolling[scope];
  bool same = one->amount == two->amount && one->times == two->times;
  uint32_t i = one->first;
  uint32_t k = two->first;
  for (uint32_t n = 0; same && (i != 0 || k != 0); n++) {
    same = i != 0 && k != 0 && n < LOOKED_AT && a->draws[i - 1].at == b->draws[k - 1].at &&
           a->draws[i - 1].amount == b->draws[k - 1].amount &&
           a->draws[i - 1].times == b->draws[k - 1].times;
    i = i != 0 ? a->draws[i - 1].next : 0;
    k = k != 0 ? b->draws[k - 1].next : 0;
  }
  return same;
}

bool lw_spent_same(struct lw_spent *a, struct lw_spent *b, uint32_t budget, uint32_t scope,
                   lw_usec at, bool last)
{
  struct lw_spent_sheet *one = &a->sheets[budget];
  struct lw_spent_sheet *two = &b->sheets[budget];
  note_time(a, at);
  note_time(b, at);
  switch (one->shape) {
  case LW_SPENT_PLAIN:
    return one->of.plain[scope].amount == two->of.plain[scope].amount &&
           one->of.plain[scope].times == two->of.plain[scope].times &&
           (!last || one->of.plain[scope].last == two->of.plain[scope].last);
  case LW_SPENT_CALENDAR:
    return (!last || one->of.calendar[scope].last == two->of.calendar[scope].last) &&
           same_calendar(one, two, scope, start_of(a, one, at - a->backstep));
  case LW_SPENT_ROLLING:
    drop_old(a, one, &one->of.rolling[scope]);
    drop_old(b, two, &two->of.rolling[scope]);
    return (!last || one->of.rolling[scope].last == two->of.rolling[scope].last) &&
           same_rolling(one, two, scope);
  case LW_SPENT_IN_ROWS: break;
  }
  return false;
}
