/* Weeks as people name them (ISO 8601): "2026-W47", from Monday to Monday by the organization's
 * clock. The year of a week is that of its Thursday. Pure. */
#ifndef LW_LISTEN_WEEK_H
#define LW_LISTEN_WEEK_H

#include "base/tz.h"

enum { LW_WEEK_NAME_BYTES = 8 };

struct lw_week {
  int32_t year;
  int32_t number;                /* 1..53 */
  int64_t monday;                /* days since 1970, by the zone's calendar */
  lw_usec start;                 /* its Monday's first moment */
  lw_usec end;                   /* the next Monday's: not in it any more */
  char name[LW_WEEK_NAME_BYTES]; /* without a terminator */
};

/* The week that `at` falls in, by the zone's clock (NULL: UTC). */
void lw_week_of(const struct lw_tz *zone, lw_usec at, struct lw_week *ret_week);
/* "2026-W47". False: it is none (only some years have a week 53). */
LW_NODISCARD bool lw_week_read(const struct lw_tz *zone, lw_str text, struct lw_week *ret_week);
/* So many weeks later; earlier: below 0. */
void lw_week_move(const struct lw_tz *zone, const struct lw_week *week, int32_t by,
                  struct lw_week *ret_week);
/* Appends `"first_day":"2026-11-16","last_day":"2026-11-22"`. */
void lw_week_print_days(const struct lw_week *week, struct lw_buf *out);
static inline lw_str lw_week_name(const struct lw_week *week)
{
  return lw_str_from(week->name, LW_WEEK_NAME_BYTES);
}

#endif
