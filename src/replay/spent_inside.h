/* What budgets' rows are made of. Inside the replay folder only: spent.c keeps them, lane.c reads
 * and draws those of calendar windows in place. */
#ifndef LW_REPLAY_SPENT_INSIDE_H
#define LW_REPLAY_SPENT_INSIDE_H

#include "replay/spent.h"

struct lw_spent_plain {
  int64_t amount;
  int64_t times;
  lw_usec last; /* INT64_MIN: never */
};

/* The newest period that was drawn from. Half a cache line, so that a row is one fetch; amount and
 * times beside each other, so that the lane takes them for one vector. */
struct lw_spent_calendar {
  lw_usec start; /* INT64_MIN: nothing drawn yet */
  lw_usec last;
  int64_t amount;
  int64_t times;
};

/* The period drawn from before that one: seldom asked for. */
struct lw_spent_older {
  lw_usec start; /* INT64_MIN: none */
  int64_t amount;
  int64_t times;
};

/* Half a cache line. */
struct lw_spent_rolling {
  int64_t amount;
  lw_usec last;
  int32_t times;
  uint32_t first; /* of draws + 1; 0: none */
  uint32_t newest;
  int32_t oldest; /* a span (lw_spent_span) that the first one's moment is not before: while no
                     window begins there the draws, far apart, need not be looked at */
};

/* A moment in steps of some minutes, rounded down. */
static inline int32_t lw_spent_span(lw_usec at)
{
  enum { SPAN_BITS = 28 };
  return (int32_t)(at >> SPAN_BITS);
}

struct lw_spent_drawn {
  lw_usec at;
  int64_t amount;
  int32_t times;
  uint32_t next; /* + 1 */
};

enum lw_spent_shape { LW_SPENT_PLAIN, LW_SPENT_CALENDAR, LW_SPENT_ROLLING, LW_SPENT_IN_ROWS };

struct lw_spent_sheet {
  enum lw_spent_shape shape;
  struct lw_window window;
  uint32_t count; /* and one row more, which is nobody's: nothing is ever drawn from it */
  union {
    struct lw_spent_plain *plain;
    struct lw_spent_calendar *calendar;
    struct lw_spent_rolling *rolling;
    void *any;
  } of;
  struct lw_spent_older *older; /* CALENDAR; NULL: moments never go back */
  struct lw_spent_drawn *draws; /* ROLLING */
  uint32_t n_draws;
  uint32_t draws_capacity;
  struct lw_period period; /* the last one that was computed */
};

struct lw_spent {
  struct lw_spent_sheet *sheets;
  uint32_t n_sheets;
  const struct lw_tz *zone;
  lw_usec backstep;
  lw_usec newest;
  struct lw_rows *rows; /* of IN_ROWS */
};

/* As lw_left, and enough of it: whether one more of `minor` fits. -1: no limit. */
static inline bool lw_spent_leaves(int64_t limit, int64_t limit_times, int64_t used, int64_t times,
                                   int64_t minor)
{
  int64_t left = 0;
  bool fits =
      limit < 0 || __builtin_sub_overflow(limit, used, &left) || minor <= (left > 0 ? left : 0);
  return fits && (limit_times < 0 || times < limit_times);
}

static inline bool lw_spent_add(int64_t *amount, int64_t *times, int64_t minor)
{
  return !__builtin_add_overflow(*amount, minor, amount) &&
         !__builtin_add_overflow(*times, 1, times);
}

static inline size_t lw_spent_row_bytes(enum lw_spent_shape shape)
{
  return shape == LW_SPENT_PLAIN      ? sizeof(struct lw_spent_plain)
         : shape == LW_SPENT_CALENDAR ? sizeof(struct lw_spent_calendar)
                                      : sizeof(struct lw_spent_rolling);
}

/* A calendar row begins another period, later than its own. The one before is kept while a moment
 * that goes back may still fall into it. */
static inline void lw_spent_turn(const struct lw_spent *spent, const struct lw_spent_sheet *sheet,
                                 uint32_t scope, lw_usec start, lw_usec at)
{
  struct lw_spent_calendar *row = &sheet->of.calendar[scope];
  if (sheet->older != NULL && row->start != INT64_MIN && at - spent->backstep < start) {
    sheet->older[scope] = (struct lw_spent_older){row->start, row->amount, row->times};
  }
  row->start = start;
  row->amount = 0;
  row->times = 0;
}

#endif
