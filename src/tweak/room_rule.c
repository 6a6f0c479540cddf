/* The rule by itself: numbers in, yes or no out. Each test is one that the person concerned can
 * see coming, and none of them compares people with each other. */
#include "measure/interval.h"
#include "tweak/room.h"

#define DAY_USEC (LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND)
static const double hundred = 100.0;
static const double chance = 0.05; /* of missing the truth: as LW_CONSENT_CONFIDENCE */

lw_str lw_room_test_name(enum lw_room_test test)
{
  static const lw_str names[] = {LW_STR_INIT("decisions"), LW_STR_INIT("asks"),
                                 LW_STR_INIT("reviews"),   LW_STR_INIT("time"),
                                 LW_STR_INIT("lowering"),  LW_STR_INIT("holds")};
  _Static_assert(sizeof names / sizeof names[0] == LW_ROOM_TESTS, "one a test");
  return (unsigned)test < LW_ROOM_TESTS ? names[test] : LW_STR("");
}

lw_str lw_room_kind_name(enum lw_room_kind kind)
{
  static const lw_str names[] = {LW_STR_INIT("tier"), LW_STR_INIT("amount"), LW_STR_INIT("times")};
  return (unsigned)kind < sizeof names / sizeof names[0] ? names[kind] : LW_STR("");
}

static bool are_reviews_good(const struct lw_room_record *record)
{
  int64_t good = record->right + record->too_little;
  int64_t all = good + record->too_much;
  return all >= LW_ROOM_REVIEWS_MIN &&
         lw_interval_wilson(good, all, chance).low * hundred >= (double)LW_ROOM_REVIEWS_SHARE;
}

bool lw_room_meets(const struct lw_room_record *record, enum lw_room_test test)
{
  switch (test) {
  case LW_ROOM_OF_DECISIONS: return record->decisions >= LW_ROOM_DECISIONS_MIN;
  case LW_ROOM_OF_ASKS: return lw_consent_is_steady(record->asks.unchanged, record->asks.asks);
  case LW_ROOM_OF_REVIEWS: return are_reviews_good(record);
  case LW_ROOM_OF_TIME: return record->in_tier >= LW_ROOM_TIER_DAYS * DAY_USEC;
  case LW_ROOM_OF_LOWERING:
    return !record->lowered &&
           (record->since_lowering < 0 || record->since_lowering >= LW_ROOM_QUIET_DAYS * DAY_USEC);
  case LW_ROOM_OF_HOLDS: return record->lacking == 0;
  case LW_ROOM_TESTS: break;
  }
  return false;
}

uint32_t lw_room_missing(const struct lw_room_record *record)
{
  uint32_t missing = 0;
  for (unsigned test = 0; test < LW_ROOM_TESTS; test++) {
    missing |= lw_room_meets(record, (enum lw_room_test)test) ? 0U : 1U << test;
  }
  return missing;
}
