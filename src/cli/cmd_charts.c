/* leeway track, leeway track charts, leeway track causes: what the server gives under /v1/track,
 * /v1/track/charts and /v1/causes, from the store alone. The JSON is made first; the sheet and the
 * words are made of it, so that all three have the same figures. */
#include "base/num.h"
#include "budget/window.h"
#include "cli/cli.h"
#include "cli/read_past.h"
#include "cli/track_words.h"
#include "data/json.h"
#include "http/cause_list.h"
#include "track/charts.h"
#include "track/keeper.h"
#include "track/page.h"
#include "track/sheets.h"
#include "tweak/past.h"

#define DAY_USEC (LW_USEC_PER_SECOND * LW_SECONDS_PER_DAY)

enum { DAYS_USUAL = 90, DAYS_OF_WEEKS = 182, DAYS_MAX = 731 };

struct options {
  const char *name;
  const char *url;
  const char *team;
  const char *agent;
  const char *cause; /* charts alone, like the next two */
  const char *of;
  const char *by;
  const char *days;
  enum lw_track_words_of what;
  bool csv;
  bool json;
  bool quiet;
};

struct work {
  const struct options *options;
  uint64_t days;
  struct lw_desk *desk;
  struct lw_db *db;
  const struct lw_snapshot *snapshot;
  const struct lw_tape *tape;
  struct lw_track_charting charting; /* but for charts: its scope and sums alone */
  lw_usec since;
  uint32_t window_days; /* through today */
};

/* --- figures --- */

/* Of the JSON, as asked for. */
static enum lw_code print(const struct options *options, lw_str json, struct lw_desk *desk,
                          struct lw_error *err)
{
  static const struct lw_sheet *const sheets[] = {&lw_track_sheet, &lw_chart_sheet,
                                                  &lw_causes_sheet};
  const struct lw_value *value = NULL;
  if (options->json) {
    lw_buf_add(&desk->out, json);
    lw_buf_add_char(&desk->out, '\n');
    return LW_OK;
  }
  struct lw_json_reader *reader = lw_json_reader_create(NULL);
  if (reader == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  enum lw_code rc = lw_json_read(reader, &desk->arena, json, NULL, &value, err);
  if (rc == LW_OK && options->csv) {
    lw_sheet_print(sheets[options->what], value, &desk->out);
  } else if (rc == LW_OK) {
    lw_track_words(options->what, value, &desk->out);
  }
  lw_json_reader_destroy(reader);
  return rc;
}

static enum lw_code list_causes(struct work *work, struct lw_buf *out, struct lw_error *err)
{
  struct lw_track_overview overview;
  struct lw_cause *causes = NULL;
  struct lw_cause_listing listing = {.overview = &overview, .snapshot = work->snapshot};
  struct lw_arena *arena = &work->desk->arena;
  enum lw_code rc = lw_cause_all(work->db, arena, &causes, &listing.n_causes, err);
  rc = rc == LW_OK ? lw_track_overview_make(work->charting.sums, &work->charting.scope, arena,
                                            &overview, err)
                   : rc;
  if (rc == LW_OK) {
    listing.causes = causes;
    LW_BUF_LIT(out, "{\"items\":[");
    (void)lw_cause_list_print(&listing, work->tape, out);
    LW_BUF_LIT(out, "]}");
  }
  return rc;
}

static enum lw_code make_chart(struct work *work, struct lw_buf *out, struct lw_error *err)
{
  const struct lw_track_charting *charting = &work->charting;
  const struct lw_cause_place place = {.of = lw_str_c(lw_track_figure_name(charting->of)),
                                       .by = charting->weekly ? LW_STR("week") : LW_STR("day"),
                                       .team = charting->scope.team,
                                       .agent = charting->scope.agent,
                                       .cause = charting->cause};
  struct lw_arena *arena = &work->desk->arena;
  struct lw_cause_note *said = NULL;
  struct lw_track_chart chart;
  uint32_t count = 0;
  enum lw_code rc = lw_cause_notes(work->db, &place, arena, &said, &count, err);
  rc = rc == LW_OK ? lw_track_chart_make(charting, arena, &chart, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  struct lw_track_note *notes = LW_NEW_ARRAY(arena, struct lw_track_note, (size_t)count + 1);
  if (notes == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  for (uint32_t i = 0; i < count; i++) {
    notes[i] = (struct lw_track_note){said[i].at, said[i].text, said[i].who, said[i].noted_at};
  }
  lw_track_chart_print(charting, &chart, notes, count, out);
  return LW_OK;
}

static enum lw_code make_page(struct work *work, struct lw_buf *out, struct lw_error *err)
{
  const struct lw_track_page page = {.sums = work->charting.sums,
                                     .scope = work->charting.scope,
                                     .staff = work->snapshot->staff,
                                     .policy = work->snapshot->policy,
                                     .individuals = true};
  return lw_track_page_print(&page, &work->desk->arena, out, err);
}

static enum lw_code make_what(struct work *work, struct lw_buf *out, struct lw_error *err)
{
  switch (work->options->what) {
  case LW_TRACK_WORDS_OF_CHARTS: return make_chart(work, out, err);
  case LW_TRACK_WORDS_OF_CAUSES: return list_causes(work, out, err);
  case LW_TRACK_WORDS_OF_PAGE: break;
  }
  return make_page(work, out, err);
}

static enum lw_code make(struct work *work, struct lw_error *err)
{
  struct lw_buf json = {0};
  struct lw_track_keeper *keeper = lw_track_keeper_create();
  bool of_cases = work->options->what != LW_TRACK_WORDS_OF_CHARTS;
  const struct lw_track_window window = {
      .tape = work->tape,
      .since = work->since,
      .n_days = work->window_days,
      .store = {.db = of_cases ? work->db : NULL, .staff = work->snapshot->staff, .cases = true}};
  if (keeper == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  enum lw_code rc = lw_track_keeper_hold(keeper, &window, &work->charting.sums, err);
  if (rc == LW_OK) {
    rc = make_what(work, &json, err);
    lw_track_keeper_release(keeper);
  }
  if (rc == LW_OK && json.failed) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  rc = rc == LW_OK ? print(work->options, lw_buf_str(&json), work->desk, err) : rc;
  lw_buf_finish(&json);
  lw_track_keeper_destroy(keeper);
  return rc;
}

/* --- what is asked for --- */

/* From so many days ago, of a chart by week from that week's Monday; a chart leaves out today. */
static void set_span(struct work *work)
{
  const uint64_t days = work->days;
  static const struct lw_window of_a_day = {.kind = LW_WINDOW_DAY};
  static const struct lw_window of_a_week = {.kind = LW_WINDOW_WEEK};
  const struct lw_policy *policy = work->snapshot->policy;
  const struct lw_tz *zone = policy != NULL ? policy->zone : NULL;
  struct lw_period today;
  struct lw_period week;
  lw_window_period(&of_a_day, zone, lw_engine_now(work->desk->engine), &today);
  uint64_t before = work->charting.weekly ? days : days - 1;
  work->since = today.start - (lw_usec)before * DAY_USEC;
  if (work->charting.weekly) {
    lw_window_period(&of_a_week, zone, work->since, &week);
    work->since = week.start;
  }
  work->charting.n_days = (uint32_t)((today.start - work->since + DAY_USEC / 2) / DAY_USEC);
  work->window_days = work->charting.n_days + 1;
}

/* user: struct work. */
static enum lw_code measure(void *user, struct lw_desk *desk, const struct lw_tape *tape,
                            struct lw_error *err)
{
  struct work *work = user;
  const struct options *options = work->options;
  work->desk = desk;
  work->tape = tape;
  work->snapshot = lw_engine_snapshot(desk->engine);
  const struct lw_team *team = lw_staff_find_team(work->snapshot->staff, lw_str_c(options->team));
  work->charting.scope.team = team != NULL ? team->path : lw_str_c(options->team);
  work->charting.scope.agent = lw_str_c(options->agent);
  set_span(work);
  enum lw_code rc = lw_engine_reader(desk->engine, &work->db, err);
  if (rc == LW_OK) {
    rc = make(work, err);
    lw_engine_reader_done(desk->engine, work->db);
  }
  lw_snapshot_unref(work->snapshot);
  return rc;
}

/* What goes together; NULL: all of it. */
static const char *read_what(const struct options *options, struct lw_track_charting *charting)
{
  lw_str by = lw_str_c(options->by);
  bool one = options->agent != NULL && options->what == LW_TRACK_WORDS_OF_CHARTS;
  charting->cause = lw_str_c(options->cause);
  charting->has_cause = options->cause != NULL;
  charting->weekly = options->by != NULL ? lw_str_equal(by, LW_STR("week")) : one;
  if (options->of != NULL && !lw_track_figure_read(lw_str_c(options->of), &charting->of)) {
    return "--of is amount, each, given, asked, at_once, decisions or waiting";
  }
  if (options->by != NULL && !charting->weekly && !lw_str_equal(by, LW_STR("day"))) {
    return "--by is day or week";
  }
  if (one && (!charting->weekly || options->cause != NULL || options->team != NULL)) {
    return "one agent's chart is by week, without --team and --cause";
  }
  return options->csv && options->json ? "--csv or --json, not both" : NULL;
}

static int start(const struct options *options, int count)
{
  struct work work = {.options = options};
  const char *wrong = count != 0 ? "it takes no words" : read_what(options, &work.charting);
  work.days = work.charting.weekly ? DAYS_OF_WEEKS : DAYS_USUAL;
  if (wrong == NULL && options->days != NULL &&
      (!lw_uint_read(lw_str_c(options->days), &work.days) || work.days == 0 ||
       work.days > DAYS_MAX)) {
    wrong = "--days is a number from 1 to 731";
  }
  return wrong != NULL ? lw_usage_error(options->name, "%s", wrong)
                       : lw_use_past(options->url, options->quiet, measure, &work);
}

int lw_cmd_track_charts(int argc, char **argv)
{
  struct options o = {
      .name = "track charts", .url = LW_STORE_URL, .what = LW_TRACK_WORDS_OF_CHARTS};
  char **rest = NULL;
  int count = 0;
  const struct lw_option_spec specs[] = {{"db", &o.url, NULL},      {"team", &o.team, NULL},
                                         {"agent", &o.agent, NULL}, {"cause", &o.cause, NULL},
                                         {"of", &o.of, NULL},       {"by", &o.by, NULL},
                                         {"days", &o.days, NULL},   {"csv", NULL, &o.csv},
                                         {"json", NULL, &o.json},   {"quiet", NULL, &o.quiet}};
  int status =
      lw_take_options(o.name, argc, argv, specs, sizeof specs / sizeof specs[0], &rest, &count);
  return status == LW_EXIT_DONE ? start(&o, count) : status;
}

int lw_cmd_track_causes(int argc, char **argv)
{
  struct options o = {
      .name = "track causes", .url = LW_STORE_URL, .what = LW_TRACK_WORDS_OF_CAUSES};
  char **rest = NULL;
  int count = 0;
  const struct lw_option_spec specs[] = {{"db", &o.url, NULL},    {"team", &o.team, NULL},
                                         {"days", &o.days, NULL}, {"csv", NULL, &o.csv},
                                         {"json", NULL, &o.json}, {"quiet", NULL, &o.quiet}};
  int status =
      lw_take_options(o.name, argc, argv, specs, sizeof specs / sizeof specs[0], &rest, &count);
  return status == LW_EXIT_DONE ? start(&o, count) : status;
}

int lw_cmd_track(int argc, char **argv)
{
  struct options o = {.name = "track", .url = LW_STORE_URL, .what = LW_TRACK_WORDS_OF_PAGE};
  char **rest = NULL;
  int count = 0;
  const struct lw_option_spec specs[] = {{"db", &o.url, NULL},      {"team", &o.team, NULL},
                                         {"agent", &o.agent, NULL}, {"days", &o.days, NULL},
                                         {"csv", NULL, &o.csv},     {"json", NULL, &o.json},
                                         {"quiet", NULL, &o.quiet}};
  int status =
      lw_take_options(o.name, argc, argv, specs, sizeof specs / sizeof specs[0], &rest, &count);
  return status == LW_EXIT_DONE ? start(&o, count) : status;
}
