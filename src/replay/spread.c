/* Two thousand draws: the ends of the range then move by little more than a fiftieth of its width.
 * Their generator is splitmix64, written out here: this layer has no randomness of its own. */
#include "replay/spread.h"

#include <stdlib.h>

enum {
  DRAWS = 2000,
  LOW_AT = DRAWS / 20,
  HIGH_AT = DRAWS - 1 - DRAWS / 20,
  DAYS_OF_WEEK = 7,
  BLOCK = 2048
};
enum { DAYS_MAX = 366 * 200 };

static const int64_t day_usec = INT64_C(86400) * LW_USEC_PER_SECOND;

static uint64_t next(uint64_t *state)
{
  *state += UINT64_C(0x9E3779B97F4A7C15);
  uint64_t mixed = *state;
  mixed = (mixed ^ mixed >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94D049BB133111EB);
  return mixed ^ mixed >> 31;
}

static int by_size(const void *a, const void *b)
{
  const int64_t *one = a;
  const int64_t *two = b;
  return (*one > *two) - (*one < *two);
}

/* False: more than can be counted. */
static bool draw_once(const int64_t *changes, uint32_t count, uint64_t *state, int64_t *ret_sum)
{
  int64_t sum = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t which = (uint32_t)((next(state) >> 32) * count >> 32);
    if (__builtin_add_overflow(sum, changes[which], &sum)) {
      return false;
    }
  }
  *ret_sum = sum;
  return true;
}

static bool sum_of(const int64_t *changes, uint32_t count, int64_t *ret_sum)
{
  int64_t sum = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (__builtin_add_overflow(sum, changes[i], &sum)) {
      return false;
    }
  }
  *ret_sum = sum;
  return true;
}

enum lw_code lw_spread_of(const int64_t *changes, uint32_t count, struct lw_spread *ret_spread,
                          struct lw_error *err)
{
  uint64_t state = 1;
  struct lw_spread spread = {.periods = count};
  int64_t *sums = malloc(DRAWS * sizeof *sums);
  if (sums == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for the report");
  }
  bool counted = sum_of(changes, count, &spread.change);
  for (uint32_t i = 0; counted && i < DRAWS; i++) {
    counted = draw_once(changes, count, &state, &sums[i]);
  }
  spread.known = counted && count >= LW_SPREAD_PERIODS_LEAST;
  if (spread.known) {
    qsort(sums, DRAWS, sizeof *sums, by_size);
    spread.low = sums[LOW_AT];
    spread.high = sums[HIGH_AT];
  }
  free(sums);
  *ret_spread = spread;
  return LW_OK;
}

/* --- by day --- */

/* Read a block at a time: single numbers of a tape are dear. */
struct reading {
  const struct lw_tape *tape;
  const struct lw_run *before; /* NULL: as it was decided then */
  const struct lw_run *after;
  const struct lw_report_options *told;
  int64_t at[BLOCK];
  int64_t kind[BLOCK];
  int64_t verdict[BLOCK];
};

static uint32_t read_block(struct reading *reading, uint64_t first)
{
  uint64_t left = reading->after->n_rows - first;
  uint32_t count = left < BLOCK ? (uint32_t)left : BLOCK;
  lw_tape_read_numbers(reading->tape, LW_TAPE_AT, first, count, reading->at);
  lw_tape_read_numbers(reading->tape, LW_TAPE_KIND, first, count, reading->kind);
  if (reading->before == NULL) {
    lw_tape_read_numbers(reading->tape, LW_TAPE_VERDICT, first, count, reading->verdict);
  }
  return count;
}

static bool is_told(const struct reading *reading, uint32_t i)
{
  const struct lw_report_options *told = reading->told;
  return reading->kind[i] == LW_TAPE_REQUEST &&
         (told == NULL || !told->has_window ||
          (reading->at[i] >= told->since && reading->at[i] < told->until));
}

/* The span of the requests; false: there are none. */
static bool find_days(struct reading *reading, int64_t *ret_first, int64_t *ret_days)
{
  int64_t first = INT64_MAX;
  int64_t last = INT64_MIN;
  for (uint64_t row = 0; row < reading->after->n_rows; row += BLOCK) {
    uint32_t count = read_block(reading, row);
    for (uint32_t i = 0; i < count; i++) {
      if (is_told(reading, i)) {
        first = reading->at[i] < first ? reading->at[i] : first;
        last = reading->at[i] > last ? reading->at[i] : last;
      }
    }
  }
  *ret_first = first;
  *ret_days = first <= last ? (last - first) / day_usec + 1 : 0;
  return *ret_days > 0 && *ret_days <= DAYS_MAX;
}

static int64_t minor_at(const struct reading *reading, uint64_t row)
{
  int64_t minor = lw_tape_amount(reading->tape, row);
  return minor != LW_TAPE_NONE ? minor : 0;
}

static void add_up(struct reading *reading, int64_t first, int64_t *days)
{
  for (uint64_t row = 0; row < reading->after->n_rows; row += BLOCK) {
    uint32_t count = read_block(reading, row);
    for (uint32_t i = 0; i < count; i++) {
      bool then = reading->before != NULL
                      ? reading->before->verdicts[row + i] == LW_REPLAYED_GRANTED
                      : reading->verdict[i] == LW_GRANTED;
      int rise = (reading->after->verdicts[row + i] == LW_REPLAYED_GRANTED) - then;
      if (rise != 0 && is_told(reading, i)) {
        days[(reading->at[i] - first) / day_usec] += rise * minor_at(reading, row + i);
      }
    }
  }
}

/* In place; what is over at the end belongs to the last week. */
static uint32_t by_weeks(int64_t *days, uint32_t count)
{
  uint32_t weeks = count / DAYS_OF_WEEK;
  for (uint32_t day = 0; day < count; day++) {
    uint32_t week = day / DAYS_OF_WEEK < weeks ? day / DAYS_OF_WEEK : weeks - 1;
    int64_t change = days[day];
    days[day] = 0;
    days[week] += change;
  }
  return weeks;
}

enum lw_code lw_spread_costs(const struct lw_tape *tape, const struct lw_run *before,
                             const struct lw_run *after, const struct lw_report_options *told,
                             struct lw_spread *ret_spread, struct lw_error *err)
{
  int64_t first = 0;
  int64_t n_days = 0;
  int64_t *days = NULL;
  enum lw_code rc = LW_OK;
  struct reading *reading = malloc(sizeof *reading);
  *ret_spread = (struct lw_spread){.known = false};
  if (reading == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory for the report");
  }
  reading->tape = tape;
  reading->before = before;
  reading->after = after;
  reading->told = told;
  if (find_days(reading, &first, &n_days)) {
    days = calloc((size_t)n_days, sizeof *days);
    rc = days != NULL ? LW_OK : lw_fail(err, LW_NO_MEMORY, "out of memory for the report");
  }
  if (rc == LW_OK && days != NULL) {
    uint32_t count = (uint32_t)n_days;
    bool weeks = count / DAYS_OF_WEEK >= LW_SPREAD_PERIODS_LEAST;
    add_up(reading, first, days);
    count = weeks ? by_weeks(days, count) : count;
    rc = lw_spread_of(days, count, ret_spread, err);
    ret_spread->weeks = weeks;
  }
  free(days);
  free(reading);
  return rc;
}
