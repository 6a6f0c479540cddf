/* Civil dates and RFC 3339. Proleptic Gregorian, no leap seconds. Pure.
 *
 * lw_usec is microseconds since 1970-01-01T00:00:00Z: years 1 to 9999. */
#ifndef LW_BASE_DATE_H
#define LW_BASE_DATE_H

#include "base/buf.h"

typedef int64_t lw_usec;

#define LW_USEC_PER_SECOND  INT64_C(1000000)
#define LW_SECONDS_PER_DAY  INT64_C(86400)
#define LW_TIME_SECONDS_MIN INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */
#define LW_TIME_SECONDS_MAX INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

struct lw_civil {
  int32_t year;  /* 1..9999 */
  int32_t month; /* 1..12 */
  int32_t day;   /* 1..31 */
  int32_t hour;  /* 0..23 */
  int32_t minute;
  int32_t second;
  int32_t weekday; /* 0 Sunday .. 6; read only */
  int32_t yearday; /* 0 .. 365; read only */
};

/* Days since 1970-01-01 (algorithm: Howard Hinnant, days_from_civil). Month may be outside 1..12
 * and is carried. */
int64_t lw_days_from_civil(int64_t year, int64_t month, int64_t day);
/* Splits seconds since 1970 as if UTC. */
void lw_civil_from_seconds(int64_t seconds, struct lw_civil *ret_civil);
int64_t lw_seconds_from_civil(const struct lw_civil *civil);
int lw_days_in_month(int64_t year, int month);

/* RFC 3339 date-time: "2026-03-01T10:00:00Z", ".5", "+05:30"; T and Z in capitals or small; up to 9
 * decimals (more are cut); leap second :60 refused. False when it is none or out of range. */
LW_NODISCARD bool lw_rfc3339_read(lw_str text, int64_t *ret_seconds, uint32_t *ret_nanos);
/* In UTC, decimals without trailing zeros ("…:00Z", "…:00.5Z"); 40 bytes are enough. Returns the
 * length. */
size_t lw_rfc3339_write(int64_t seconds, uint32_t nanos, char *place);
void lw_rfc3339_print(int64_t seconds, uint32_t nanos, struct lw_buf *out);
/* The same of microseconds since 1970, also before it. */
void lw_moment_print(lw_usec at, struct lw_buf *out);

/* Durations as CEL and policies write them: "90s", "1.5h", "2m30s", "-10ms", "60s", and (with
 * allow_days) "365d", "2w". Units ns us µs ms s m h (d w). False when it is none or over about
 * 10,000 years. */
LW_NODISCARD bool lw_duration_read(lw_str text, bool allow_days, int64_t *ret_seconds,
                                   int32_t *ret_nanos);

#endif
