/* What runs it: health, readiness, metrics, statistics, the journal, events, oneself, the contract.
 */
#include "base/money.h"
#include "http/api.h"
#include "http/council.h"
#include "http/openapi.h"
#include "people/person.h"
#include "policy/who.h"

#include <microhttpd.h>
#include <stdlib.h>

void lw_api_health(struct lw_call *call)
{
  LW_BUF_LIT(&call->out, "{\"status\":\"ok\",\"version\":\"" LW_VERSION "\"}");
  lw_call_reply(call, 200);
}

/* Whether a request would be decided at this moment. */
void lw_api_ready(struct lw_call *call)
{
  struct lw_engine_figures figures;
  lw_engine_get_figures(call->engine, &figures);
  if (figures.failing) {
    lw_call_fail(call, LW_IO, "the store fails: the last change could not be written");
  } else if (call->snapshot->policy == NULL) {
    lw_call_fail(call, LW_BUSY, "no policy is live yet; publish one (leeway policy publish)");
  } else if (figures.queue_max != 0 && figures.queue >= figures.queue_max) {
    lw_call_fail(call, LW_BUSY, "the writer's queue is full");
  } else if (atomic_load(&call->server->stopping)) {
    lw_call_fail(call, LW_BUSY, "the server is stopping");
  } else {
    lw_api_health(call);
  }
}

void lw_api_openapi(struct lw_call *call)
{
  lw_buf_add(&call->out, lw_openapi_text());
  lw_call_reply(call, 200);
}

/* --- metrics --- */

static void add_figure(struct lw_buf *out, const char *name, const char *kind, const char *help,
                       uint64_t value)
{
  lw_buf_printf(out, "# HELP leeway_%s %s\n# TYPE leeway_%s %s\nleeway_%s %llu\n", name, help, name,
                kind, name, (unsigned long long)value);
}

static void add_engine(struct lw_call *call, struct lw_buf *out)
{
  struct lw_engine_figures figures;
  lw_engine_get_figures(call->engine, &figures);
  LW_BUF_LIT(out, "# HELP leeway_decisions_total Requests decided.\n"
                  "# TYPE leeway_decisions_total counter\n");
  lw_buf_printf(out, "leeway_decisions_total{verdict=\"granted\"} %llu\n",
                (unsigned long long)figures.granted);
  lw_buf_printf(out, "leeway_decisions_total{verdict=\"ask\"} %llu\n",
                (unsigned long long)figures.asked);
  lw_buf_printf(out, "leeway_decisions_total{verdict=\"refused\"} %llu\n",
                (unsigned long long)figures.refused);
  add_figure(out, "shadow_requests_total", "counter",
             "Decisions that a policy in the shadow decided too.", figures.shadowed);
  add_figure(out, "shadow_differences_total", "counter", "Of those, where it said something else.",
             figures.shadow_differs);
  add_figure(out, "shadow_errors_total", "counter", "Of those, that it could not decide.",
             figures.shadow_errors);
  add_figure(out, "batches_total", "counter", "Transactions.", figures.batches);
  add_figure(out, "changes_total", "counter", "Changes, decisions included.", figures.changes);
  add_figure(out, "changes_failed_total", "counter", "Changes that the store failed.",
             figures.failed);
  add_figure(out, "changes_busy_total", "counter", "Changes that the queue could not take.",
             figures.busy);
  add_figure(out, "queue_length", "gauge", "Changes waiting for the writer.", figures.queue);
  add_figure(out, "queue_limit", "gauge", "The most that may wait.", figures.queue_max);
  add_figure(out, "batch_changes_max", "gauge", "The largest batch.", figures.batch_changes_max);
  add_figure(out, "wal_pages", "gauge", "The log's length at the last checkpoint.",
             figures.log_pages);
  add_figure(out, "store_failing", "gauge", "1: the last commit failed.", figures.failing);
  LW_BUF_LIT(out, "# HELP leeway_commit_seconds_total Time spent in commits.\n"
                  "# TYPE leeway_commit_seconds_total counter\n");
  lw_buf_printf(out, "leeway_commit_seconds_total %llu.%06llu\n",
                (unsigned long long)(figures.commit_usec_sum / 1000000),
                (unsigned long long)(figures.commit_usec_sum % 1000000));
}

static void add_server(struct lw_call *call, struct lw_buf *out)
{
  struct lw_server *server = call->server;
  uint64_t seq = lw_engine_seq(call->engine);
  uint64_t through = server->lists != NULL ? lw_lists_through(server->lists) : seq;
  add_figure(out, "journal_entries", "gauge", "Number of the journal's last entry.", seq);
  add_figure(out, "lists_lag_entries", "gauge", "Entries that lists have not followed yet.",
             seq > through ? seq - through : 0);
  struct lw_live_past_figures past;
  lw_live_past_get_figures(server->past, &past);
  add_figure(out, "past_bytes", "gauge",
             "Memory of the past that drafts are tried on; 0: not read.", past.bytes);
  add_figure(out, "past_rows", "gauge", "Its rows: requests, answers, what was taken back.",
             past.rows);
  add_figure(out, "replays_kept_bytes", "gauge", "Memory of what was replayed last.",
             lw_replay_cache_bytes(server->replays));
  add_figure(out, "track_sums_bytes", "gauge", "Memory of the sums behind the Track page.",
             lw_track_keeper_bytes(server->track));
  add_figure(out, "replays_waiting", "gauge", "Replays that wait for another to end.",
             lw_worker_waiting(server->replayer));
  add_figure(out, "connections", "gauge", "Open connections.", lw_links_count(server->links));
  add_figure(out, "event_streams", "gauge", "Open event streams.",
             lw_streams_count(server->streams));
  add_figure(out, "events_total", "counter", "Events sent.", atomic_load(&server->metrics.events));
  add_figure(out, "event_streams_dropped_total", "counter", "Streams that did not keep up.",
             atomic_load(&server->metrics.dropped));
  add_figure(out, "body_bytes", "gauge", "Memory of request bodies.",
             atomic_load(&server->body_bytes));
  LW_BUF_LIT(out, "# HELP leeway_immediate_authority_seconds From the request to its answer, of "
                  "decisions that were granted at once.\n"
                  "# TYPE leeway_immediate_authority_seconds histogram\n");
  lw_histogram_print(&server->metrics.authority, "leeway_immediate_authority_seconds", "", out);
}

static void add_label(struct lw_buf *out, const char *name, lw_str value)
{
  lw_buf_printf(out, "%s=\"", name);
  for (size_t i = 0; i < value.len; i++) { /* \, " and line breaks are escaped */
    char c = value.ptr[i];
    if (c == '\\' || c == '"') {
      lw_buf_add_char(out, '\\');
    }
    lw_buf_add(out, c == '\n' ? LW_STR("\\n") : lw_str_from(&c, 1));
  }
  LW_BUF_LIT(out, "\"");
}

static void add_quantile(struct lw_buf *out, const struct lw_lists_time *time, const char *quantile,
                         lw_usec usec)
{
  LW_BUF_LIT(out, "leeway_time_to_authority_seconds{");
  add_label(out, "route", time->route);
  LW_BUF_LIT(out, ",");
  add_label(out, "team", time->team);
  lw_buf_printf(out, ",quantile=\"%s\"} %lld.%06lld\n", quantile,
                (long long)(usec / LW_USEC_PER_SECOND), (long long)(usec % LW_USEC_PER_SECOND));
}

/* Whoever scrapes is nobody: teams of few people are left out under a works council. False: the
 * store can't be read, and the other figures are told all the same. */
static bool reads_council(struct lw_call *call, struct lw_council *ret_council)
{
  static const struct lw_caller nobody = {.person = NULL};
  struct lw_db *db = NULL;
  struct lw_error err;
  *ret_council = (struct lw_council){.caller = &nobody, .staff = call->snapshot->staff};
  if (lw_engine_reader(call->engine, &db, &err) != LW_OK) {
    return false;
  }
  enum lw_code rc = lw_works_council(db, &ret_council->on, &err);
  lw_engine_reader_done(call->engine, db);
  return rc == LW_OK;
}

/* The headline figure, over today and yesterday (UTC), by route and team. */
static void add_authority(struct lw_call *call, struct lw_buf *out)
{
  struct lw_lists_stats stats;
  lw_usec day = LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND;
  struct lw_lists_stats_filter filter = {.view = {.all = true},
                                         .since = (call->received / day - 1) * day,
                                         .by_team = true,
                                         .by_route = true};
  struct lw_council council;
  if (call->server->lists == NULL || !reads_council(call, &council) ||
      lw_lists_stats(call->server->lists, &filter, &call->arena, &stats, NULL) != LW_OK) {
    return;
  }
  LW_BUF_LIT(out,
             "# HELP leeway_time_to_authority_seconds From the request to the answer that lets "
             "the agent act, today and yesterday.\n"
             "# TYPE leeway_time_to_authority_seconds summary\n");
  for (uint32_t i = 0; i < stats.n_times; i++) {
    if (!lw_council_shows_teams(&council, &stats.times[i].team, 1)) {
      continue;
    }
    add_quantile(out, &stats.times[i], "0.5", stats.times[i].p50);
    add_quantile(out, &stats.times[i], "0.95", stats.times[i].p95);
  }
}

/* Prometheus scrapes from the same machine without a token; from elsewhere with one. */
void lw_api_metrics(struct lw_call *call)
{
  bool local = lw_authn_is_local(call);
  bool shows = lw_call_header(call, "authorization").ptr != NULL;
  if ((!local || shows) &&
      (!lw_authn_find(call) || !lw_call_may(call, LW_ACCESS_SEE_STATS, lw_str_from("", 0)))) {
    return;
  }
  add_engine(call, &call->out);
  add_server(call, &call->out);
  add_authority(call, &call->out);
  lw_metrics_print(&call->server->metrics, &call->out);
  lw_call_reply_as(call, 200, "text/plain; version=0.0.4; charset=utf-8");
}

/* --- statistics --- */

static bool read_grouping(struct lw_call *call, struct lw_lists_stats_filter *filter)
{
  struct {
    const char *name;
    bool *flag;
  } words[] = {{"team", &filter->by_team},     {"route", &filter->by_route},
               {"day", &filter->by_day},       {"action", &filter->by_action},
               {"reason", &filter->by_reason}, {"agent", &filter->by_agent}};
  lw_str rest = lw_call_query(call, "by");
  while (rest.len != 0) {
    size_t comma = lw_str_find(rest, LW_STR(","), 0);
    lw_str word = lw_str_slice(rest, 0, comma);
    bool known = false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
      if (lw_str_equal(word, lw_str_c(words[i].name))) {
        known = *words[i].flag = true;
      }
    }
    if (!known) {
      lw_api_refuse_parameter(call, "by", "team, route, day, action, reason or agent, with commas");
      return false;
    }
    rest = comma != SIZE_MAX ? lw_str_slice(rest, comma + 1, SIZE_MAX) : lw_str_from("", 0);
  }
  return true;
}

/* Statistics are by team: a lead sees their team's. */
static bool read_stats_view(struct lw_call *call, struct lw_lists_stats_filter *filter)
{
  enum lw_view view = lw_access_view(&call->caller, LW_ACCESS_SEE_STATS);
  const struct lw_person *self = call->caller.person;
  filter->view.all = view == LW_VIEW_ALL;
  if (view == LW_VIEW_TEAM && self != NULL) {
    filter->view.teams = &self->actor.team;
    filter->view.n_teams = 1;
  } else if (view != LW_VIEW_ALL) {
    lw_call_forbidden(call, LW_ACCESS_SEE_STATS);
    return false;
  }
  if (filter->by_agent && view != LW_VIEW_ALL && view != LW_VIEW_TEAM) {
    lw_call_forbidden(call, LW_ACCESS_SEE_STATS);
    return false;
  }
  return true;
}

/* Whose sums these are: a team's (a path), or everybody's. */
static lw_str group_of(const struct lw_lists_stats_filter *filter)
{
  bool of_team = filter->team.len == 0 && filter->view.n_teams != 0;
  return of_team ? filter->view.teams[0] : filter->team;
}

/* Rows of single people, and of teams of few, that are not for the caller are taken away. */
static void keep_shown(const struct lw_council *council, const struct lw_lists_stats_filter *filter,
                       struct lw_lists_stats *stats)
{
  uint32_t times = 0;
  uint32_t counts = 0;
  for (uint32_t i = 0; i < stats->n_times; i++) {
    if (!filter->by_team || lw_council_shows_teams(council, &stats->times[i].team, 1)) {
      stats->times[times++] = stats->times[i];
    }
  }
  for (uint32_t i = 0; i < stats->n_counts; i++) {
    const struct lw_lists_count *row = &stats->counts[i];
    if (filter->by_agent ? lw_council_shows_person(council, row->agent)
                         : !filter->by_team || lw_council_shows_teams(council, &row->team, 1)) {
      stats->counts[counts++] = *row;
    }
  }
  stats->n_times = times;
  stats->n_counts = counts;
}

void lw_api_stats(struct lw_call *call)
{
  struct lw_council council;
  struct lw_lists_stats_filter filter = {.since = 0};
  struct lw_lists_stats stats;
  struct lw_error err;
  if (!read_grouping(call, &filter) || !read_stats_view(call, &filter) ||
      !lw_api_read_time(call, "since", &filter.since) ||
      !lw_api_read_time(call, "until", &filter.until) || !lw_api_wait_for_lists(call)) {
    return;
  }
  filter.team = lw_api_team_path(call, lw_call_query(call, "team"));
  if (!lw_api_council(call, &council) || !lw_api_shows_group(call, group_of(&filter))) {
    return;
  }
  filter.route = lw_call_query(call, "route");
  enum lw_code code = lw_lists_stats(call->server->lists, &filter, &call->arena, &stats, &err);
  if (lw_api_is_well(call, code, &err)) {
    keep_shown(&council, &filter, &stats);
    lw_lists_print_stats(&stats, lw_api_currency(call), &call->out);
    lw_call_reply(call, 200);
  }
}

/* --- events --- */

void lw_api_events(struct lw_call *call)
{
  struct lw_exchange *exchange = lw_exchange_of(call);
  uint64_t seq = lw_engine_seq(call->engine);
  uint64_t after = seq;
  lw_str last = exchange->headers[LW_HEADER_LAST_EVENT_ID];
  if (last.ptr != NULL && last.len != 0) {
    after = 0;
    for (size_t i = 0; i < last.len; i++) {
      if (last.ptr[i] < '0' || last.ptr[i] > '9' || i == 13) {
        lw_api_refuse_parameter(call, "Last-Event-ID", "the id of an event, a number");
        return;
      }
      after = after * 10 + (uint64_t)(last.ptr[i] - '0');
    }
  } else if (!lw_api_read_number(call, "after", 0, UINT64_C(0xFFFFFFFFFF), seq, &after)) {
    return;
  }
  if (exchange->by_cookie) {
    lw_api_add_csrf(call);
  }
  lw_streams_open(call, after < seq ? after : seq);
}

/* --- the journal as JSON lines --- */

enum { EXPORT_STEP = 200 };

struct export
{
  struct lw_engine *engine;
  uint64_t after;
  uint64_t left;  /* entries */
  uint64_t until; /* the journal's end when it was asked for */
  struct lw_buf pending;
  size_t sent;
};

static bool export_entry(void *user, const struct lw_entry_view *entry)
{
  struct export *export = user;
  if (entry->seq > export->until) {
    return false;
  }
  lw_entry_print(entry, &export->pending);
  lw_buf_add_char(&export->pending, '\n');
  export->after = entry->seq;
  export->left--;
  return export->left != 0 && export->pending.len < (1U << 18);
}

/* A step on an HTTP thread each time the library wants more: other requests come in between. */
static bool export_more(struct export *export)
{
  struct lw_db *db = NULL;
  lw_buf_reset(&export->pending);
  export->sent = 0;
  if (export->left == 0 || export->after >= export->until ||
      lw_engine_reader(export->engine, &db, NULL) != LW_OK) {
    return false;
  }
  enum lw_code code = lw_journal_walk(db, export->after, EXPORT_STEP, export_entry, export, NULL);
  lw_engine_reader_done(export->engine, db);
  return code == LW_OK && !export->pending.failed && export->pending.len != 0;
}

static ssize_t read_export(void *user, uint64_t position, char *place, size_t most)
{
  struct export *export = user;
  (void)position;
  if (export->sent == export->pending.len && !export_more(export)) {
    bool whole = export->left == 0 || export->after >= export->until;
    return whole ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
  }
  size_t part = export->pending.len - export->sent;
  part = part < most ? part : most;
  memcpy(place, export->pending.ptr + export->sent, part);
  export->sent += part;
  return (ssize_t)part;
}

static void free_export(void *user)
{
  struct export *export = user;
  lw_buf_finish(&export->pending);
  free(export);
}

void lw_api_journal(struct lw_call *call)
{
  uint64_t after = 0;
  uint64_t limit = 0;
  uint64_t most = UINT64_C(0xFFFFFFFFFF);
  if (!lw_api_read_number(call, "after", 0, most, 0, &after) ||
      !lw_api_read_number(call, "limit", 1, most, most, &limit)) {
    return;
  }
  struct export *export = calloc(1, sizeof *export);
  if (export == NULL) {
    lw_call_fail(call, LW_NO_MEMORY, "out of memory; try again");
    return;
  }
  *export = (struct export){
      .engine = call->engine, .after = after, .left = limit, .until = lw_engine_seq(call->engine)};
  lw_exchange_of(call)->stream =
      MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 32768, read_export, export, free_export);
  if (lw_exchange_of(call)->stream == NULL) {
    free_export(export);
    lw_call_fail(call, LW_NO_MEMORY, "out of memory; try again");
    return;
  }
  lw_call_reply_as(call, 200, "application/x-ndjson");
}

/* --- oneself --- */

static void add_rights(struct lw_call *call)
{
  static const char *const names[LW_ACCESSES] = {
#define LW_ACCESS(id, words, agent, lead, policy, people, quality, auditor, admin, scope) #id,
#include "people/access.def"
#undef LW_ACCESS
  };
  static const char *const views[] = {"none", "own", "team", "all"};
  LW_BUF_LIT(&call->out, ",\"rights\":{");
  for (int i = 0; i < LW_ACCESSES; i++) {
    enum lw_view view = lw_access_view(&call->caller, (enum lw_access)i);
    lw_buf_printf(&call->out, "%s\"%s\":\"%s\"", i == 0 ? "" : ",", names[i], views[view]);
  }
  LW_BUF_LIT(&call->out, "}");
}

static void add_organization(struct lw_call *call)
{
  const struct lw_policy *policy = call->snapshot->policy;
  if (policy == NULL) {
    return;
  }
  LW_BUF_LIT(&call->out, ",\"organization\":");
  lw_json_add_string(&call->out, policy->organization);
  LW_BUF_LIT(&call->out, ",\"currency\":");
  lw_json_add_string(&call->out, lw_currency_code(policy->currency));
  if (policy->zone != NULL) {
    LW_BUF_LIT(&call->out, ",\"time_zone\":");
    lw_json_add_string(&call->out, lw_tz_name(policy->zone));
  }
  lw_buf_printf(&call->out, ",\"policy\":%llu", (unsigned long long)call->snapshot->policy_version);
}

void lw_api_add_csrf(struct lw_call *call)
{
  char text[LW_SECRET_TEXT_BYTES];
  lw_session_csrf(lw_exchange_of(call)->cookie, text);
  lw_call_add_header(call, "X-CSRF-Token", lw_str_from(text, sizeof text));
}

void lw_api_add_me(struct lw_call *call)
{
  struct lw_exchange *exchange = lw_exchange_of(call);
  LW_BUF_LIT(&call->out, "{\"actor\":");
  lw_json_add_string(&call->out, call->caller.actor);
  if (call->caller.person != NULL) {
    LW_BUF_LIT(&call->out, ",\"person\":");
    lw_person_print(call->caller.person, lw_api_currency(call), call->received, &call->out);
  }
  const struct lw_token *token =
      call->caller.is_token ? lw_token_find(call->snapshot->staff, &exchange->token, call->received)
                            : NULL;
  if (token != NULL) {
    LW_BUF_LIT(&call->out, ",\"token\":");
    lw_token_print(token, call->received, &call->out);
  }
  add_rights(call);
  add_organization(call);
  LW_BUF_LIT(&call->out, "}");
}

void lw_api_me(struct lw_call *call)
{
  lw_api_add_me(call);
  if (lw_exchange_of(call)->by_cookie) {
    lw_api_add_csrf(call);
  }
  lw_call_reply(call, 200);
}
