/* Statistics: sums and times to authority, grouped as asked. The database groups and sorts; here
 * percentiles are read off the buckets of a group, which come one after the other. The question is
 * put together from fixed words; what comes from outside stands in parameters. */
#include "engine/lists_inside.h"

#include "base/check.h"

/* Teams that one question may stand for: an organization's, and some. */
enum { TEAMS_MAX = 2000, COUNTS_MAX = 20000 };

struct ask {
  const struct lw_lists_stats_filter *filter;
  struct lw_db *db;
  struct lw_arena *arena;
  bool some_teams; /* only `teams` */
  lw_str *teams;
  uint32_t n_teams;
};

/* --- which teams --- */

static bool may_see_team(const struct lw_lists_stats_filter *filter, lw_str team)
{
  bool may = filter->view.all;
  for (uint32_t i = 0; !may && i < filter->view.n_teams; i++) {
    may = filter->view.teams[i].len != 0 && lw_lists_in_team(team, filter->view.teams[i]);
  }
  return may && lw_lists_in_team(team, filter->team);
}

static enum lw_code find_teams(struct ask *ask, struct lw_error *err)
{
  struct lw_stmt *stmt = NULL;
  bool is_row = false;
  ask->some_teams = !ask->filter->view.all || ask->filter->team.len != 0;
  if (!ask->some_teams) {
    return LW_OK;
  }
  ask->teams = LW_NEW_ARRAY(ask->arena, lw_str, TEAMS_MAX);
  if (ask->teams == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  enum lw_code rc = lw_db_statement(ask->db, "SELECT DISTINCT team FROM total", &stmt, err);
  while (rc == LW_OK && ask->n_teams < TEAMS_MAX &&
         (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    lw_str team = lw_stmt_get_text(stmt, 0);
    if (may_see_team(ask->filter, team)) {
      ask->teams[ask->n_teams++] = lw_str_copy(ask->arena, team);
    }
  }
  if (stmt != NULL) {
    lw_stmt_reset(stmt);
  }
  return rc;
}

/* --- the question --- */

static void add_column(struct lw_buf *sql, bool grouped, const char *name, const char *nothing)
{
  lw_buf_add_c(sql, grouped ? name : nothing);
  LW_BUF_LIT(sql, ", ");
}

static void add_where(const struct ask *ask, struct lw_buf *sql)
{
  LW_BUF_LIT(sql, " WHERE day >= $1 AND day < $2 AND ($3 = '' OR route = $3)");
  if (ask->some_teams) {
    LW_BUF_LIT(sql, " AND team IN (NULL");
    for (uint32_t i = 0; i < ask->n_teams; i++) {
      lw_buf_printf(sql, ", $%u", 4 + i);
    }
    LW_BUF_LIT(sql, ")");
  }
}

static enum lw_code prepare(const struct ask *ask, struct lw_buf *sql, struct lw_stmt **ret_stmt,
                            struct lw_error *err)
{
  const struct lw_lists_stats_filter *filter = ask->filter;
  enum lw_code rc = sql->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory")
                                : lw_db_prepare(ask->db, lw_buf_str(sql), ret_stmt, err);
  lw_buf_finish(sql);
  if (rc != LW_OK) {
    return rc;
  }
  lw_stmt_int(*ret_stmt, 1, filter->since != 0 ? filter->since : INT64_MIN);
  lw_stmt_int(*ret_stmt, 2, filter->until != 0 ? filter->until : INT64_MAX);
  lw_stmt_text(*ret_stmt, 3, filter->route.ptr != NULL ? filter->route : LW_STR(""));
  for (uint32_t i = 0; i < ask->n_teams; i++) {
    lw_stmt_text(*ret_stmt, (int)(4 + i), ask->teams[i]);
  }
  return LW_OK;
}

/* --- times to authority --- */

struct histogram {
  uint32_t buckets[LW_LISTS_BUCKETS];
  uint64_t counts[LW_LISTS_BUCKETS];
  size_t n;
};

/* The bucket in which the share `percent` of all is reached. */
static lw_usec percentile(const struct histogram *histogram, uint64_t count, unsigned percent)
{
  uint64_t wanted = (count * percent + 99) / 100;
  uint64_t seen = 0;
  for (size_t i = 0; i < histogram->n; i++) {
    seen += histogram->counts[i];
    if (seen >= wanted) {
      return lw_lists_bucket_usec(histogram->buckets[i]);
    }
  }
  return 0;
}

static void finish_group(const struct histogram *histogram, struct lw_lists_time *time)
{
  time->p50 = percentile(histogram, time->count, 50);
  time->p95 = percentile(histogram, time->count, 95);
  time->p50 = time->p50 < time->max ? time->p50 : time->max;
  time->p95 = time->p95 < time->max ? time->p95 : time->max;
}

static struct lw_lists_time *find_group(struct ask *ask, struct lw_stmt *stmt,
                                        struct histogram *histogram, struct lw_lists_stats *stats,
                                        size_t *capacity)
{
  lw_usec day = lw_stmt_get_int(stmt, 0);
  lw_str team = lw_stmt_get_text(stmt, 1);
  lw_str route = lw_stmt_get_text(stmt, 2);
  struct lw_lists_time *last = stats->n_times != 0 ? &stats->times[stats->n_times - 1] : NULL;
  if (last != NULL && last->day == day && lw_str_equal(last->team, team) &&
      lw_str_equal(last->route, route)) {
    return last;
  }
  if (last != NULL) {
    finish_group(histogram, last);
  }
  histogram->n = 0;
  struct lw_lists_time *more =
      lw_arena_grow(ask->arena, stats->times, stats->n_times, capacity, stats->n_times + 1,
                    sizeof *more, _Alignof(struct lw_lists_time));
  if (more == NULL) {
    return NULL;
  }
  stats->times = more;
  more[stats->n_times] = (struct lw_lists_time){
      .day = day, .team = lw_str_copy(ask->arena, team), .route = lw_str_copy(ask->arena, route)};
  return &more[stats->n_times++];
}

static enum lw_code take_times(struct ask *ask, struct lw_stmt *stmt, struct lw_lists_stats *stats,
                               struct lw_error *err)
{
  struct histogram *histogram = LW_NEW(ask->arena, struct histogram);
  size_t capacity = 0;
  bool is_row = false;
  enum lw_code rc = LW_OK;
  while (histogram != NULL && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK && is_row) {
    struct lw_lists_time *time = find_group(ask, stmt, histogram, stats, &capacity);
    if (time == NULL || histogram->n == LW_LISTS_BUCKETS) {
      break;
    }
    uint64_t count = (uint64_t)lw_stmt_get_int(stmt, 4);
    histogram->buckets[histogram->n] = (uint32_t)lw_stmt_get_int(stmt, 3);
    histogram->counts[histogram->n++] = count;
    time->count += count;
    time->sum += lw_stmt_get_int(stmt, 5);
    lw_usec most = lw_stmt_get_int(stmt, 6);
    time->max = most > time->max ? most : time->max;
  }
  if (rc == LW_OK && stats->n_times != 0 && histogram != NULL) {
    finish_group(histogram, &stats->times[stats->n_times - 1]);
  }
  return rc == LW_OK && ask->arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
}

static enum lw_code ask_times(struct ask *ask, struct lw_lists_stats *stats, struct lw_error *err)
{
  const struct lw_lists_stats_filter *filter = ask->filter;
  struct lw_stmt *stmt = NULL;
  struct lw_buf sql = {0};
  LW_BUF_LIT(&sql, "SELECT ");
  add_column(&sql, filter->by_day, "day", "0");
  add_column(&sql, filter->by_team, "team", "''");
  add_column(&sql, filter->by_route, "route", "''");
  LW_BUF_LIT(&sql, "bucket, sum(count), sum(sum), max(most) FROM waited");
  add_where(ask, &sql);
  LW_BUF_LIT(&sql, " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4");
  enum lw_code rc = prepare(ask, &sql, &stmt, err);
  if (rc == LW_OK) {
    rc = take_times(ask, stmt, stats, err);
  }
  lw_stmt_destroy(stmt);
  return rc;
}

/* --- counts --- */

static enum lw_code take_counts(struct ask *ask, struct lw_stmt *stmt, struct lw_lists_stats *stats,
                                struct lw_error *err)
{
  size_t capacity = 0;
  bool is_row = false;
  enum lw_code rc = LW_OK;
  while (stats->n_counts < COUNTS_MAX && (rc = lw_stmt_step(stmt, &is_row, err)) == LW_OK &&
         is_row) {
    struct lw_lists_count *more =
        lw_arena_grow(ask->arena, stats->counts, stats->n_counts, &capacity, stats->n_counts + 1,
                      sizeof *more, _Alignof(struct lw_lists_count));
    if (more == NULL) {
      break;
    }
    stats->counts = more;
    more[stats->n_counts++] =
        (struct lw_lists_count){.day = lw_stmt_get_int(stmt, 0),
                                .team = lw_str_copy(ask->arena, lw_stmt_get_text(stmt, 1)),
                                .action = lw_str_copy(ask->arena, lw_stmt_get_text(stmt, 2)),
                                .reason = lw_str_copy(ask->arena, lw_stmt_get_text(stmt, 3)),
                                .agent = lw_str_copy(ask->arena, lw_stmt_get_text(stmt, 4)),
                                .decisions = (uint64_t)lw_stmt_get_int(stmt, 5),
                                .granted = (uint64_t)lw_stmt_get_int(stmt, 6),
                                .asked = (uint64_t)lw_stmt_get_int(stmt, 7),
                                .refused = (uint64_t)lw_stmt_get_int(stmt, 8),
                                .approved = (uint64_t)lw_stmt_get_int(stmt, 9),
                                .reversed = (uint64_t)lw_stmt_get_int(stmt, 10),
                                .granted_minor = lw_stmt_get_int(stmt, 11),
                                .returned_minor = lw_stmt_get_int(stmt, 12)};
  }
  return rc == LW_OK && ask->arena->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory") : rc;
}

static enum lw_code ask_counts(struct ask *ask, struct lw_lists_stats *stats, struct lw_error *err)
{
  const struct lw_lists_stats_filter *filter = ask->filter;
  struct lw_stmt *stmt = NULL;
  struct lw_buf sql = {0};
  LW_BUF_LIT(&sql, "SELECT ");
  add_column(&sql, filter->by_day, "day", "0");
  add_column(&sql, filter->by_team, "team", "''");
  add_column(&sql, filter->by_action, "action", "''");
  add_column(&sql, filter->by_reason, "reason", "''");
  add_column(&sql, filter->by_agent, "agent", "''");
  LW_BUF_LIT(&sql, "sum(decisions), sum(granted), sum(asked), sum(refused), sum(approved), "
                   "sum(reversed), sum(granted_minor), sum(returned_minor) "
                   "FROM (SELECT *, '' AS route FROM total)");
  struct ask without_route = *ask;
  struct lw_lists_stats_filter own = *filter;
  own.route = LW_STR(""); /* counts are not by route */
  without_route.filter = &own;
  add_where(&without_route, &sql);
  LW_BUF_LIT(&sql, " GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5");
  enum lw_code rc = prepare(&without_route, &sql, &stmt, err);
  if (rc == LW_OK) {
    rc = take_counts(ask, stmt, stats, err);
  }
  lw_stmt_destroy(stmt);
  return rc;
}

enum lw_code lw_lists_stats(struct lw_lists *lists, const struct lw_lists_stats_filter *filter,
                            struct lw_arena *arena, struct lw_lists_stats *ret_stats,
                            struct lw_error *err)
{
  struct lw_lists_stats stats = {0};
  struct ask ask = {.filter = filter, .arena = arena};
  int64_t through = 0;
  enum lw_code rc = lw_lists_reader(lists, &ask.db, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = lw_db_begin(ask.db, err);
  if (rc == LW_OK) {
    rc = lw_db_get_int(ask.db, "SELECT through FROM meta WHERE id = 1", &through, err);
  }
  if (rc == LW_OK) {
    rc = find_teams(&ask, err);
  }
  if (rc == LW_OK) {
    rc = ask_times(&ask, &stats, err);
  }
  if (rc == LW_OK) {
    rc = ask_counts(&ask, &stats, err);
  }
  lw_lists_reader_done(lists, ask.db);
  if (rc == LW_OK) {
    stats.through = (uint64_t)through;
    *ret_stats = stats;
  }
  return rc;
}

/* --- as the API shows it --- */

static void add_name(struct lw_buf *out, const char *key, lw_str text)
{
  if (text.len != 0) {
    lw_buf_printf(out, "\"%s\":", key);
    lw_json_add_string(out, text);
    lw_buf_add_char(out, ',');
  }
}

static void add_day(struct lw_buf *out, lw_usec day)
{
  if (day != 0) {
    LW_BUF_LIT(out, "\"day\":");
    lw_decision_add_moment(out, day);
    lw_buf_add_char(out, ',');
  }
}

static void add_money(struct lw_buf *out, const char *key, int64_t minor, uint16_t currency)
{
  if (currency != LW_CURRENCY_NONE) {
    lw_buf_printf(out, ",\"%s\":\"", key);
    lw_money_print((lw_money){minor, currency}, out);
    lw_buf_add_char(out, '"');
  }
}

static void add_time(const struct lw_lists_time *time, struct lw_buf *out)
{
  lw_buf_add_char(out, '{');
  add_day(out, time->day);
  add_name(out, "team", time->team);
  add_name(out, "route", time->route);
  lw_buf_printf(out, "\"count\":%llu,\"p50_ms\":%lld,\"p95_ms\":%lld,\"max_ms\":%lld}",
                (unsigned long long)time->count, (long long)(time->p50 / 1000),
                (long long)(time->p95 / 1000), (long long)(time->max / 1000));
}

static void add_count(const struct lw_lists_count *count, uint16_t currency, struct lw_buf *out)
{
  lw_buf_add_char(out, '{');
  add_day(out, count->day);
  add_name(out, "team", count->team);
  add_name(out, "action", count->action);
  add_name(out, "reason", count->reason);
  add_name(out, "agent", count->agent);
  lw_buf_printf(out, "\"decisions\":%llu,\"granted\":%llu,\"asked\":%llu,\"refused\":%llu,",
                (unsigned long long)count->decisions, (unsigned long long)count->granted,
                (unsigned long long)count->asked, (unsigned long long)count->refused);
  lw_buf_printf(out, "\"approved\":%llu,\"reversed\":%llu", (unsigned long long)count->approved,
                (unsigned long long)count->reversed);
  add_money(out, "granted_amount", count->granted_minor, currency);
  add_money(out, "returned_amount", count->returned_minor, currency);
  lw_buf_add_char(out, '}');
}

void lw_lists_print_stats(const struct lw_lists_stats *stats, uint16_t currency, struct lw_buf *out)
{
  LW_BUF_LIT(out, "{\"through\":");
  lw_buf_add_uint(out, stats->through);
  LW_BUF_LIT(out, ",\"time_to_authority\":[");
  for (uint32_t i = 0; i < stats->n_times; i++) {
    lw_buf_add_c(out, i == 0 ? "" : ",");
    add_time(&stats->times[i], out);
  }
  LW_BUF_LIT(out, "],\"counts\":[");
  for (uint32_t i = 0; i < stats->n_counts; i++) {
    lw_buf_add_c(out, i == 0 ? "" : ",");
    add_count(&stats->counts[i], currency, out);
  }
  LW_BUF_LIT(out, "]}");
}
