/* Today at one look: what was decided since midnight in the organization's zone, hour by hour, how
 * long people waited for an answer, and how many decisions the team has made by itself since it
 * last had to ask. One walk from the newest row back. */
#include "engine/lists_inside.h"

#include "base/check.h"
#include "budget/window.h"

#include <stdlib.h>

static const char sql_answered[] =
    "SELECT at, team, waited, lapsed FROM answered ORDER BY seq DESC";

enum { LOOKED_MAX = 100000 };

struct walk {
  const struct lw_lists_today_filter *filter;
  struct lw_lists_today *today;
  lw_usec end;
  uint32_t looked;
  bool asked_before; /* the streak has ended */
};

static uint32_t hour_of(const struct lw_tz *zone, lw_usec at)
{
  int64_t seconds = at / LW_USEC_PER_SECOND;
  int64_t local = seconds + (zone != NULL ? lw_tz_offset(zone, seconds) : 0);
  int64_t of_day = local % LW_SECONDS_PER_DAY;
  return (uint32_t)((of_day < 0 ? of_day + LW_SECONDS_PER_DAY : of_day) / 3600);
}

static void count_money(const struct lw_listed *listed, struct lw_lists_today *today)
{
  bool stands = listed->state == LW_DECISION_FINAL || listed->state == LW_DECISION_HELD;
  if (listed->verdict != LW_GRANTED || !listed->has_amount) {
    return;
  }
  int64_t *sum = stands ? &today->given_minor : &today->returned_minor;
  if (__builtin_add_overflow(*sum, listed->amount_minor, sum)) {
    *sum = INT64_MAX; /* figures to look at, not money */
  }
}

static bool take(void *user, const struct lw_listed *listed)
{
  struct walk *walk = user;
  struct lw_lists_today *today = walk->today;
  bool of_approval = listed->asked && listed->verdict == LW_GRANTED;
  bool asks = listed->verdict == LW_ASK;
  if (listed->own) { /* no customer got it */
    return ++walk->looked < LOOKED_MAX;
  }
  bool is_today = listed->at >= today->begins && listed->at < walk->end;
  walk->asked_before |= asks;
  today->streak += !walk->asked_before && !of_approval;
  if (is_today) {
    count_money(listed, today);
  }
  if (is_today && !of_approval) {
    struct lw_lists_hour *hour = &today->hours[hour_of(walk->filter->zone, listed->at)];
    today->decisions++;
    today->asked += asks;
    today->refused += listed->verdict == LW_REFUSED;
    today->at_once += listed->verdict == LW_GRANTED;
    hour->asked += asks;
    hour->at_once += listed->verdict == LW_GRANTED;
  }
  return ++walk->looked < LOOKED_MAX && (listed->at >= today->begins || !walk->asked_before);
}

/* --- waiting for an answer --- */

static bool may_see(const struct lw_lists_today_filter *filter, lw_str team)
{
  bool may = filter->view.all;
  for (uint32_t i = 0; !may && i < filter->view.n_teams; i++) {
    may = filter->view.teams[i].len != 0 && lw_lists_in_team(team, filter->view.teams[i]);
  }
  return may && lw_lists_in_team(team, filter->team);
}

static int compare_waits(const void *a, const void *b)
{
  lw_usec one = *(const lw_usec *)a;
  lw_usec two = *(const lw_usec *)b;
  return (one > two) - (one < two);
}

struct waits {
  lw_usec *items;
  size_t count;
  size_t capacity;
};

static bool add_wait(struct waits *waits, struct lw_arena *arena, lw_usec waited)
{
  lw_usec *more = lw_arena_grow(arena, waits->items, waits->count, &waits->capacity,
                                waits->count + 1, sizeof *more, _Alignof(lw_usec));
  if (more == NULL) {
    return false;
  }
  waits->items = more;
  more[waits->count++] = waited;
  return true;
}

static enum lw_code read_waits(struct lw_db *db, const struct walk *walk, struct lw_arena *arena,
                               struct waits *waits, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  enum lw_code rc = lw_db_statement(db, sql_answered, &stmt, err);
  if (rc != LW_OK) {
    return rc;
  }
  while ((rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row &&
         lw_stmt_get_int(stmt, 0) >= walk->today->begins) {
    if (lw_stmt_get_int(stmt, 0) >= walk->end ||
        !may_see(walk->filter, lw_stmt_get_text(stmt, 1))) {
      continue;
    }
    if (lw_stmt_get_int(stmt, 3) != 0) {
      walk->today->lapsed++;
    } else if (!add_wait(waits, arena, lw_stmt_get_int(stmt, 2))) {
      rc = lw_fail(err, LW_NO_MEMORY, "out of memory for today's figures");
      break;
    }
  }
  lw_stmt_reset(stmt);
  return rc;
}

static enum lw_code find_waits(struct lw_lists *lists, const struct walk *walk,
                               struct lw_arena *arena, struct lw_error *err)
{
  struct lw_db *db = NULL;
  struct waits waits = {0};
  struct lw_lists_today *today = walk->today;
  enum lw_code rc = lw_lists_reader(lists, &db, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = read_waits(db, walk, arena, &waits, err);
  lw_lists_reader_done(lists, db);
  if (rc == LW_OK && waits.count != 0) {
    qsort(waits.items, waits.count, sizeof *waits.items, compare_waits);
    today->waits = waits.count;
    today->wait_p50 = waits.items[(waits.count - 1) * 50 / 100];
    today->wait_p95 = waits.items[(waits.count - 1) * 95 / 100];
  }
  return rc;
}

enum lw_code lw_lists_today(struct lw_lists *lists, const struct lw_lists_today_filter *filter,
                            struct lw_arena *arena, struct lw_lists_today *ret_today,
                            struct lw_error *err)
{
  static const struct lw_window of_a_day = {.kind = LW_WINDOW_DAY};
  const struct lw_lists_filter rows = {.view = filter->view, .team = filter->team};
  struct lw_period day;
  struct lw_lists_today today = {.decisions = 0};
  lw_window_period(&of_a_day, filter->zone, filter->now, &day);
  today.begins = day.start;
  struct walk walk = {.filter = filter, .today = &today, .end = day.end};
  enum lw_code rc = lw_lists_each(lists, &rows, take, &walk, &today.through, err);
  if (rc == LW_OK) {
    rc = find_waits(lists, &walk, arena, err);
  }
  if (rc == LW_OK) {
    *ret_today = today;
  }
  return rc;
}

/* --- as the API shows it --- */

static void add_day(const struct lw_lists_today *today, const struct lw_tz *zone,
                    struct lw_buf *out)
{
  int64_t seconds = today->begins / LW_USEC_PER_SECOND;
  struct lw_civil civil;
  lw_civil_from_seconds(seconds + (zone != NULL ? lw_tz_offset(zone, seconds) : 0), &civil);
  lw_buf_printf(out, "{\"day\":\"%04lld-%02d-%02d\"", (long long)civil.year, (int)civil.month,
                (int)civil.day);
}

static void add_sum(const char *key, int64_t minor, uint16_t currency, struct lw_buf *out)
{
  if (currency != LW_CURRENCY_NONE) {
    lw_buf_printf(out, ",\"%s\":\"", key);
    lw_money_print((lw_money){minor, currency}, out);
    lw_buf_add_char(out, '"');
  }
}

void lw_lists_print_today(const struct lw_lists_today *today, const struct lw_tz *zone,
                          uint16_t currency, struct lw_buf *out)
{
  const char *between = "";
  add_day(today, zone, out);
  lw_buf_printf(out, ",\"decisions\":%llu,\"at_once\":%llu,\"asked\":%llu,\"refused\":%llu",
                (unsigned long long)today->decisions, (unsigned long long)today->at_once,
                (unsigned long long)today->asked, (unsigned long long)today->refused);
  add_sum("given", today->given_minor, currency, out);
  add_sum("returned", today->returned_minor, currency, out);
  lw_buf_printf(out, ",\"streak\":%llu,\"waits\":{\"count\":%llu,\"p50_ms\":%lld,\"p95_ms\":%lld,",
                (unsigned long long)today->streak, (unsigned long long)today->waits,
                (long long)(today->wait_p50 / 1000), (long long)(today->wait_p95 / 1000));
  lw_buf_printf(out, "\"lapsed\":%llu},\"hours\":[", (unsigned long long)today->lapsed);
  for (uint32_t i = 0; i < 24; i++) {
    if (today->hours[i].at_once != 0 || today->hours[i].asked != 0) {
      lw_buf_printf(out, "%s{\"hour\":%u,\"at_once\":%u,\"asked\":%u}", between, i,
                    today->hours[i].at_once, today->hours[i].asked);
      between = ",";
    }
  }
  lw_buf_printf(out, "],\"through\":%llu}", (unsigned long long)today->through);
}
