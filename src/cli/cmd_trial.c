/* leeway policy trial start | list | extend | keep | end: a version of the policy for some teams
 * first, beside a running server too. */
#include "base/bounds.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/store.h"
#include "data/json.h"
#include "engine/canary.h"

enum { TRIALS_USUAL = 20, TRIALS_MAX = 1000, DAYS_USUAL = 14 };

static void print_teams(const struct lw_canary *trial, struct lw_buf *out)
{
  for (uint32_t i = 0; i < trial->n_teams; i++) {
    lw_buf_printf(out, "%s%.*s", i == 0 ? "" : ", ", LW_FMT(trial->teams[i]));
  }
}

static void print_trial(const struct lw_canary *trial, struct lw_buf *out)
{
  bool runs = trial->end == LW_CANARY_RUNS;
  lw_str how = lw_canary_end_name(trial->end);
  lw_buf_printf(out, "%c %.*s  version %llu beside %llu  ", runs ? '*' : ' ', LW_FMT(trial->id),
                (unsigned long long)trial->version, (unsigned long long)trial->base);
  lw_desk_add_moment(out, trial->at);
  LW_BUF_LIT(out, " to ");
  lw_desk_add_moment(out, runs ? trial->until : trial->ended_at);
  if (!runs) {
    lw_buf_printf(out, " (%.*s)", LW_FMT(how));
  }
  LW_BUF_LIT(out, "  ");
  print_teams(trial, out);
  if (trial->note.len != 0) {
    lw_buf_printf(out, ": %.*s", LW_FMT(trial->note));
  }
  lw_buf_add_char(out, '\n');
}

/* The answer of a change, or one line of words. */
/* --- start --- */

struct starting {
  const char *name; /* of the file */
  const char *teams;
  const char *share;
  const char *days;
  const char *until;
  const char *stop;
  const char *note;
  bool json;
  struct lw_canary_start start;
};

/* "0.5", ".5" or "50%": of 1, in millionths; 0: it is none. */
static uint32_t read_share(lw_str text)
{
  uint32_t ppm = 0;
  uint32_t unit = 100000;
  size_t at = lw_str_starts(text, LW_STR("0.")) ? 2 : 1;
  if (text.len <= at || text.len > at + 6 || text.ptr[at - 1] != '.') {
    return 0;
  }
  for (; at < text.len; at++, unit /= 10) {
    if (text.ptr[at] < '0' || text.ptr[at] > '9') {
      return 0;
    }
    ppm += (uint32_t)(text.ptr[at] - '0') * unit;
  }
  return ppm;
}

/* "care,sales" */
static bool read_teams(struct lw_desk *desk, const char *text, struct lw_canary_start *start)
{
  lw_str left = lw_str_c(text);
  lw_str *teams = LW_NEW_ARRAY(&desk->arena, lw_str, LW_CANARY_TEAMS_MAX);
  while (teams != NULL && left.len != 0 && start->n_teams < LW_CANARY_TEAMS_MAX) {
    size_t end = lw_str_find(left, LW_STR(","), 0);
    end = end == SIZE_MAX ? left.len : end;
    teams[start->n_teams++] = lw_str_trim(lw_str_slice(left, 0, end));
    left = end < left.len ? lw_str_slice(left, end + 1, SIZE_MAX) : LW_STR("");
  }
  start->teams = teams;
  return start->n_teams != 0 && left.len == 0;
}

/* Days from now, or a moment; neither: as usual. */
static bool read_until(const char *days_text, const char *until, lw_usec now, lw_usec *ret_until)
{
  int64_t seconds = 0;
  uint32_t nanos = 0;
  int64_t days = DAYS_USUAL;
  if (until != NULL) {
    bool fits = days_text == NULL && lw_rfc3339_read(lw_str_c(until), &seconds, &nanos);
    *ret_until = seconds * LW_USEC_PER_SECOND;
    return fits;
  }
  if (days_text != NULL &&
      (!lw_int_read(lw_str_c(days_text), &days) || days < 1 || days > LW_CANARY_DAYS_MAX)) {
    return false;
  }
  *ret_until = now + days * LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND;
  return true;
}

static int usage(struct lw_desk *desk, struct starting *starting)
{
  struct lw_canary_start *start = &starting->start;
  if ((starting->teams != NULL) == (starting->share != NULL)) {
    return lw_usage_error("policy trial", "for whom? --teams A,B or --share 0.5");
  }
  if (starting->teams != NULL && !read_teams(desk, starting->teams, start)) {
    return lw_usage_error("policy trial", "--teams takes teams' ids with commas between them");
  }
  if (starting->share != NULL) {
    start->share =
        lw_str_format(&desk->arena, "%s%s", starting->share[0] == '.' ? "0" : "", starting->share);
    start->share_ppm = read_share(start->share);
  }
  if (starting->share != NULL && start->share_ppm == 0) {
    return lw_usage_error("policy trial", "--share takes a part of 1, like 0.5");
  }
  if (!read_until(starting->days, starting->until, lw_engine_now(desk->engine), &start->until)) {
    return lw_usage_error("policy trial",
                          "--days takes 1 to %d, or --until a moment as 2026-03-02T10:00:00Z",
                          LW_CANARY_DAYS_MAX);
  }
  start->has_stop = starting->stop != NULL;
  start->stop = lw_str_c(starting->stop);
  return LW_EXIT_DONE;
}

static int start_trial(struct lw_desk *desk, struct starting *starting)
{
  struct lw_error err;
  lw_str source = {NULL, 0};
  struct lw_canary_start *start = &starting->start;
  if (lw_read_file(&desk->arena, starting->name, LW_POLICY_TEXT_BYTES_MAX, &source, &err) !=
      LW_OK) {
    lw_say(&err);
    return LW_EXIT_FAILED;
  }
  lw_canary_start_init(start, source, &desk->arena);
  start->publish.note = lw_str_c(starting->note);
  int status = usage(desk, starting);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  const struct lw_snapshot *snapshot = lw_engine_snapshot(desk->engine);
  enum lw_code rc = lw_canary_start_prepare(start, snapshot, &err);
  lw_snapshot_unref(snapshot);
  for (size_t i = 0; !starting->json && i < start->publish.diags.count; i++) {
    lw_diag_print(&start->publish.diags.items[i], lw_str_c(starting->name), source, &desk->out);
  }
  struct lw_change change = {.apply = lw_canary_start_apply, .user = start};
  status =
      rc == LW_OK ? lw_desk_run(desk, &change, starting->json, "it runs; ") : lw_desk_fail(&err);
  lw_canary_start_finish(start);
  return status;
}

/* --- list --- */

static int list_trials(struct lw_desk *desk, uint32_t limit, bool json)
{
  struct lw_canary *trials = NULL;
  struct lw_db *db = NULL;
  struct lw_error err;
  uint32_t count = 0;
  const struct lw_snapshot *snapshot = lw_engine_snapshot(desk->engine);
  uint16_t currency = snapshot->policy != NULL ? snapshot->policy->currency : LW_CURRENCY_NONE;
  lw_snapshot_unref(snapshot);
  enum lw_code rc = lw_engine_reader(desk->engine, &db, &err);
  if (rc == LW_OK) {
    rc = lw_canary_list(db, 0, limit, &desk->arena, &trials, &count, &err);
    lw_engine_reader_done(desk->engine, db);
  }
  if (rc != LW_OK) {
    return lw_desk_fail(&err);
  }
  lw_buf_add(&desk->out, json ? LW_STR("{\"trials\":[") : LW_STR(""));
  for (uint32_t i = 0; i < count; i++) {
    if (json) {
      lw_buf_add_c(&desk->out, i == 0 ? "" : ",");
      lw_canary_print(&trials[i], currency, &desk->out);
    } else {
      print_trial(&trials[i], &desk->out);
    }
  }
  lw_buf_add(&desk->out, json         ? LW_STR("]}\n")
                         : count == 0 ? LW_STR("no version was on trial yet\n")
                                      : LW_STR(""));
  return LW_EXIT_DONE;
}

static int cmd_start(int argc, char **argv)
{
  struct starting starting = {0};
  struct lw_desk desk;
  const char *url = LW_STORE_URL;
  const struct lw_option_spec specs[] = {{"db", &url, NULL},
                                         {"teams", &starting.teams, NULL},
                                         {"share", &starting.share, NULL},
                                         {"days", &starting.days, NULL},
                                         {"until", &starting.until, NULL},
                                         {"stop-cost-a-day", &starting.stop, NULL},
                                         {"note", &starting.note, NULL},
                                         {"json", NULL, &starting.json}};
  char **files = NULL;
  int count = 0;
  int status = lw_take_options("policy trial", argc, argv, specs, 8, &files, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 1) {
    return lw_usage_error("policy trial", count == 0 ? "which policy?" : "one policy at a time");
  }
  starting.name = files[0];
  status = lw_desk_open(&desk, url, false) ? start_trial(&desk, &starting) : LW_EXIT_FAILED;
  if (status == LW_EXIT_DONE && !starting.json) {
    status = list_trials(&desk, 1, false);
  }
  return lw_desk_close(&desk, status);
}

static int cmd_list(int argc, char **argv)
{
  struct lw_desk desk;
  const char *url = LW_STORE_URL;
  const char *limit_text = NULL;
  bool json = false;
  int64_t limit = TRIALS_USUAL;
  const struct lw_option_spec specs[] = {
      {"db", &url, NULL}, {"limit", &limit_text, NULL}, {"json", NULL, &json}};
  char **operands = NULL;
  int count = 0;
  int status = lw_take_options("policy trial", argc, argv, specs, 3, &operands, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 0) {
    return lw_usage_error("policy trial", "nothing is expected, not \"%s\"", operands[0]);
  }
  if (limit_text != NULL &&
      (!lw_int_read(lw_str_c(limit_text), &limit) || limit < 1 || limit > TRIALS_MAX)) {
    return lw_usage_error("policy trial", "--limit is a number from 1 to %d", TRIALS_MAX);
  }
  status =
      lw_desk_open(&desk, url, false) ? list_trials(&desk, (uint32_t)limit, json) : LW_EXIT_FAILED;
  return lw_desk_close(&desk, status);
}

/* --- extend --- */

static int extend_trial(struct lw_desk *desk, const char *days, const char *until, bool json,
                        struct lw_canary_extend *extend)
{
  if (!read_until(days, until, lw_engine_now(desk->engine), &extend->until)) {
    return lw_usage_error("policy trial",
                          "--days takes 1 to %d from now, or --until a moment as "
                          "2026-03-02T10:00:00Z",
                          LW_CANARY_DAYS_MAX);
  }
  struct lw_change change = {.apply = lw_canary_extend_apply, .user = extend};
  return lw_desk_run(desk, &change, json, "it runs for longer\n");
}

static int cmd_extend(int argc, char **argv)
{
  struct lw_desk desk;
  struct lw_canary_extend extend = {.until = 0};
  const char *url = LW_STORE_URL;
  const char *days = NULL;
  const char *until = NULL;
  bool json = false;
  const struct lw_option_spec specs[] = {
      {"db", &url, NULL}, {"days", &days, NULL}, {"until", &until, NULL}, {"json", NULL, &json}};
  char **operands = NULL;
  int count = 0;
  int status = lw_take_options("policy trial", argc, argv, specs, 4, &operands, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 1 || (days == NULL && until == NULL)) {
    return lw_usage_error("policy trial", count != 1 ? "one trial (leeway policy trial list)"
                                                     : "how long? --days or --until");
  }
  extend.id = lw_str_c(operands[0]);
  status = lw_desk_open(&desk, url, false) ? extend_trial(&desk, days, until, json, &extend)
                                           : LW_EXIT_FAILED;
  return lw_desk_close(&desk, status);
}

/* --- keep, end --- */

static int finish_trial(int argc, char **argv, bool keeps)
{
  struct lw_desk desk;
  struct lw_canary_finish finish = {.keeps = keeps};
  const char *url = LW_STORE_URL;
  const char *note = NULL;
  bool json = false;
  const struct lw_option_spec specs[] = {{"db", &url, NULL},
                                         {"note", &note, NULL},
                                         {"json", NULL, &json},
                                         {"end-trials", NULL, &finish.ends_trials}};
  char **operands = NULL;
  int count = 0;
  int status = lw_take_options("policy trial", argc, argv, specs, keeps ? 4 : 3, &operands, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 1) {
    return lw_usage_error("policy trial", count == 0 ? "which trial? (leeway policy trial list)"
                                                     : "one trial at a time");
  }
  finish.id = lw_str_c(operands[0]);
  finish.note = lw_str_c(note);
  struct lw_change change = {.apply = lw_canary_end_apply, .user = &finish};
  status = lw_desk_open(&desk, url, false)
               ? lw_desk_run(&desk, &change, json,
                             keeps ? "its version is live for everybody\n"
                                   : "its teams have the live version again\n")
               : LW_EXIT_FAILED;
  return lw_desk_close(&desk, status);
}

static int cmd_keep(int argc, char **argv)
{
  return finish_trial(argc, argv, true);
}

static int cmd_end(int argc, char **argv)
{
  return finish_trial(argc, argv, false);
}

int lw_cmd_policy_trial(int argc, char **argv)
{
  static const struct lw_act acts[] = {{"start", cmd_start},
                                       {"list", cmd_list},
                                       {"extend", cmd_extend},
                                       {"keep", cmd_keep},
                                       {"end", cmd_end}};
  return lw_choose_act("policy trial", "start, list, extend, keep or end?", acts,
                       sizeof acts / sizeof acts[0], argc, argv);
}
