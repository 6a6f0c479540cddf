/* Windows: from when to when a budget's draws count together. Pure arithmetic on time. */
#ifndef LW_BUDGET_WINDOW_H
#define LW_BUDGET_WINDOW_H

#include "base/tz.h"

enum lw_window_kind {
  LW_WINDOW_FOR_GOOD, /* one window, for ever */
  LW_WINDOW_DAY,      /* calendar windows turn over at local midnight */
  LW_WINDOW_WEEK,     /* Monday */
  LW_WINDOW_MONTH,
  LW_WINDOW_QUARTER,
  LW_WINDOW_YEAR,
  LW_WINDOW_ROLLING /* the last over_usec */
};

struct lw_window {
  enum lw_window_kind kind;
  lw_usec over_usec; /* ROLLING: more than 0 */
};

/* start <= moment < end. ROLLING: start is at - over_usec (exclusive: a draw exactly that old has
 * lapsed), end unbounded. FOR_GOOD: both unbounded (INT64_MIN, INT64_MAX). */
struct lw_period {
  lw_usec start;
  lw_usec end;
};

/* The period that `at` falls in, by the calendar of `zone` (NULL is UTC). A day whose midnight does
 * not exist begins at its first moment. */
void lw_window_period(const struct lw_window *window, const struct lw_tz *zone, lw_usec at,
                      struct lw_period *ret_period);

/* The last period that was computed for each kind of calendar window: most questions are about
 * today's. Zones are told apart by name, which outlives them: the next policy's zone may stand
 * where the last one's stood. Starts zeroed; one thread's. */
enum { LW_ZONE_NAME_BYTES = 48 };

struct lw_period_cache {
  struct {
    bool valid;
    size_t zone_len;
    char zone[LW_ZONE_NAME_BYTES];
    struct lw_period period;
  } of[LW_WINDOW_YEAR + 1];
};

/* Where the period of a calendar window begins. */
lw_usec lw_period_start(struct lw_period_cache *cache, const struct lw_window *window,
                        const struct lw_tz *zone, lw_usec at);

/* "day" "week" ... or NULL for none and rolling. */
const char *lw_window_word(enum lw_window_kind kind);
/* Reads "day" ... "year"; false when it is none of them. */
LW_NODISCARD bool lw_window_read(lw_str word, enum lw_window_kind *ret_kind);

#endif
