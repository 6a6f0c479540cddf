/* leeway replay: the past under a draft, beside what the live policy makes of it.
 *
 * The past is read once (tweak/past.h), every policy is run over it (replay/run.h), and two runs
 * are compared (replay/report.h). --set makes one policy a value, --set twice one a pair. */
#include "base/bounds.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/read_past.h"
#include "cli/replay_dry.h"
#include "cli/replay_words.h"
#include "data/json.h"
#include "policy/edit.h"
#include "replay/report.h"
#include "tweak/past.h"

#include <stdio.h>
#include <stdlib.h>

enum { SETS_MAX = 2, VALUES_MAX = 64, FLIPS_SHOWN = 20, DRY_SHOWN = 10, BAR_CELLS = 40 };

struct sweep {
  lw_str path;
  lw_str values[VALUES_MAX];
  uint32_t count;
};

struct options {
  const char *policy;
  const char *before;
  const char *against;
  const char *people;
  const char *sets[SETS_MAX];
  const char *flips;
  bool json;
  bool csv;
  bool quiet;
  bool no_tape;
  bool dry;
};

struct replay {
  const struct options *options;
  struct lw_policy_file draft;
  struct lw_policy_file live;
  bool has_live;                    /* a policy to compare with; else what was decided then */
  const struct lw_policy *compared; /* of has_live */
  struct lw_past past;
  struct lw_progress progress;
  struct sweep sweeps[SETS_MAX];
  uint32_t n_sweeps;
  struct lw_buf out;
};

/* --- running --- */

static bool show_rows(void *user, uint64_t done, uint64_t rows)
{
  lw_progress_show(user, done, rows);
  return true;
}

static bool run_policy(struct replay *replay, const struct lw_policy *policy, struct lw_run *run)
{
  struct lw_error err = {0};
  const struct lw_run_options options = {.progress = show_rows, .user = &replay->progress};
  lw_progress_start(&replay->progress, "replaying", "rows", replay->options->quiet);
  enum lw_code rc = lw_run_all(policy, replay->past.tape, replay->past.people, &options, run, &err);
  lw_progress_end(&replay->progress);
  if (rc != LW_OK) {
    lw_say(&err);
  }
  return rc == LW_OK;
}

static bool compare(struct replay *replay, const struct lw_run *before, const struct lw_run *after,
                    size_t flips, struct lw_report *report)
{
  struct lw_error err = {0};
  if (lw_report_make(report, replay->past.tape, before, after, flips, &err) != LW_OK) {
    lw_say(&err);
    return false;
  }
  return true;
}

static bool find_spread(const struct replay *replay, const struct lw_run *before,
                        const struct lw_run *after, struct lw_spread *spread)
{
  struct lw_error err = {0};
  if (lw_spread_costs(replay->past.tape, before, after, NULL, spread, &err) != LW_OK) {
    lw_say(&err);
    return false;
  }
  return true;
}

static size_t flips_wanted(const struct options *options)
{
  uint64_t flips = FLIPS_SHOWN;
  if (options->flips != NULL && !lw_uint_read(lw_str_c(options->flips), &flips)) {
    flips = strcmp(options->flips, "all") == 0 ? UINT32_MAX : FLIPS_SHOWN;
  } else if (options->flips == NULL && (options->json || options->csv)) {
    flips = UINT32_MAX;
  }
  return (size_t)flips;
}

static bool find_dry(const struct replay *replay, const struct lw_run *before,
                     const struct lw_run *after, struct lw_dry *dry)
{
  struct lw_error err = {0};
  const struct lw_dry_run sides[] = {{replay->compared, before}, {replay->draft.policy, after}};
  if (lw_dry_find(dry, replay->past.tape, replay->past.people, &sides[0], &sides[1], NULL, &err) !=
      LW_OK) {
    lw_say(&err);
    return false;
  }
  return true;
}

static void print_report(struct replay *replay, const struct lw_report *report,
                         const struct lw_spread *spread, const struct lw_dry *dry)
{
  const struct options *options = replay->options;
  const struct lw_replay_shown shown = {.report = report,
                                        .spread = spread,
                                        .dry = dry,
                                        .tape = replay->past.tape,
                                        .draft = replay->draft.name,
                                        .currency = replay->draft.policy->currency,
                                        .has_live = replay->has_live,
                                        .people_known = replay->past.people != NULL};
  if (options->json) {
    lw_replay_json(&shown, &replay->out);
  } else if (options->csv && options->dry) {
    lw_replay_dry_csv(dry, replay->past.tape, &replay->out);
  } else if (options->csv) {
    lw_replay_csv(&shown, &replay->out);
  } else {
    lw_replay_text(&shown, options->dry ? SIZE_MAX : DRY_SHOWN, &replay->out);
  }
}

static int replay_draft(struct replay *replay, const struct lw_run *before)
{
  struct lw_run after = {.n_rows = 0};
  struct lw_report report = {.tape = NULL};
  int status = LW_EXIT_FAILED;
  size_t flips = flips_wanted(replay->options);
  uint64_t rows = lw_tape_rows(replay->past.tape);
  struct lw_spread spread;
  struct lw_dry dry = {.count = 0};
  if (run_policy(replay, replay->draft.policy, &after) &&
      compare(replay, before, &after, flips < rows ? flips : (size_t)rows, &report) &&
      find_spread(replay, before, &after, &spread) && find_dry(replay, before, &after, &dry)) {
    print_report(replay, &report, &spread, &dry);
    status = lw_write_out(&replay->out) ? LW_EXIT_DONE : LW_EXIT_FAILED;
  }
  lw_dry_finish(&dry);
  lw_report_finish(&report);
  lw_run_finish(&after);
  return status;
}

/* --- sweeps --- */

/* PATH=V1,V2,...: commas inside brackets and quotes belong to a value. */
static bool read_sweep(const char *text, struct sweep *sweep)
{
  const char *equals = strchr(text, '=');
  unsigned depth = 0;
  char quote = '\0';
  if (equals == NULL || equals == text || equals[1] == '\0') {
    return false;
  }
  sweep->path = lw_str_from(text, (size_t)(equals - text));
  const char *start = equals + 1;
  for (const char *at = start;; at++) {
    bool ends = *at == '\0' || (*at == ',' && depth == 0 && quote == '\0');
    if (ends && sweep->count == VALUES_MAX) {
      return false;
    }
    if (ends) {
      sweep->values[sweep->count++] = lw_str_trim(lw_str_from(start, (size_t)(at - start)));
      start = at + 1;
    }
    if (*at == '\0') {
      return true;
    }
    quote = quote != '\0' ? (*at == quote ? '\0' : quote) : *at == '"' || *at == '\'' ? *at : '\0';
    depth += quote == '\0' && (*at == '[' || *at == '{' || *at == '(');
    depth -= quote == '\0' && depth > 0 && (*at == ']' || *at == '}' || *at == ')');
  }
}

/* The draft with these values in their places; NULL after saying why not. */
static struct lw_policy *policy_with(struct replay *replay, const lw_str *values)
{
  struct lw_buf texts[SETS_MAX] = {{0}, {0}};
  struct lw_error err = {0};
  struct lw_arena arena;
  struct lw_diags diags;
  struct lw_policy *policy = NULL;
  lw_str source = replay->draft.source;
  lw_arena_init(&arena, NULL, 0);
  lw_diags_init(&diags, &arena);
  enum lw_code rc = LW_OK;
  for (uint32_t i = 0; rc == LW_OK && i < replay->n_sweeps; i++) {
    rc = lw_policy_edit(source, replay->sweeps[i].path, values[i], &texts[i], &err);
    source = lw_buf_str(&texts[i]);
  }
  if (rc == LW_OK) {
    policy = lw_policy_load(source, NULL, NULL, &diags);
  }
  if (rc != LW_OK) {
    lw_say(&err);
  } else if (policy == NULL) {
    lw_say_error("%.*s=%.*s: %.*s", LW_FMT(replay->sweeps[0].path), LW_FMT(values[0]),
                 LW_FMT(diags.count != 0 ? diags.items[0].message : LW_STR("it is no policy")));
  }
  for (uint32_t i = 0; i < SETS_MAX; i++) {
    lw_buf_finish(&texts[i]);
  }
  lw_arena_finish(&arena);
  return policy;
}

static bool run_values(struct replay *replay, const struct lw_run *before, const lw_str *values,
                       struct lw_report *report)
{
  struct lw_run after = {.n_rows = 0};
  struct lw_policy *policy = policy_with(replay, values);
  bool done = policy != NULL && run_policy(replay, policy, &after) &&
              compare(replay, before, &after, 0, report);
  lw_run_finish(&after);
  lw_policy_destroy(policy);
  return done;
}

static void add_point_json(struct replay *replay, const lw_str *values,
                           const struct lw_report *report, bool first)
{
  struct lw_buf *out = &replay->out;
  lw_buf_add_c(out, first ? "{\"set\":{" : ",{\"set\":{");
  for (uint32_t i = 0; i < replay->n_sweeps; i++) {
    lw_buf_add_c(out, i != 0 ? "," : "");
    lw_json_add_string(out, replay->sweeps[i].path);
    lw_buf_add_char(out, ':');
    lw_json_add_string(out, values[i]);
  }
  LW_BUF_LIT(out, "},");
  lw_replay_tally_json(out, "after", &report->after, replay->draft.policy->currency);
  lw_buf_printf(out, ",\"more\":%llu,\"less\":%llu}", (unsigned long long)report->more,
                (unsigned long long)report->less);
}

static void add_point_csv(struct replay *replay, const lw_str *values,
                          const struct lw_report *report)
{
  struct lw_buf *out = &replay->out;
  for (uint32_t i = 0; i < replay->n_sweeps; i++) {
    lw_add_csv_field(out, values[i], ",");
  }
  lw_buf_printf(out, "%llu,%llu,%llu,", (unsigned long long)report->after.granted,
                (unsigned long long)report->after.asked, (unsigned long long)report->after.refused);
  lw_money_print((lw_money){report->after.cost, replay->draft.policy->currency}, out);
  lw_buf_printf(out, ",%llu,%llu\n", (unsigned long long)report->more,
                (unsigned long long)report->less);
}

/* One line with a bar: how many of the requests are granted at once. */
static void add_point_text(struct replay *replay, const lw_str *values,
                           const struct lw_report *report)
{
  struct lw_buf *out = &replay->out;
  char texts[2][32];
  uint16_t currency = replay->draft.policy->currency;
  uint64_t requests = report->after.requests != 0 ? report->after.requests : 1;
  uint64_t cells = report->after.granted * BAR_CELLS / requests;
  lw_str cost = lw_replay_money(report->after.cost, currency, false, texts[0]);
  lw_str change =
      lw_replay_money(report->after.cost - report->before.cost, currency, true, texts[1]);
  lw_buf_printf(out, "  %-14.*s %10llu %8llu %8llu %14.*s %12.*s %7llu %7llu  ", LW_FMT(values[0]),
                (unsigned long long)report->after.granted, (unsigned long long)report->after.asked,
                (unsigned long long)report->after.refused, LW_FMT(cost), LW_FMT(change),
                (unsigned long long)report->more, (unsigned long long)report->less);
  for (uint64_t i = 0; i < cells; i++) {
    lw_buf_add_char(out, '#');
  }
  lw_buf_add_char(out, '\n');
}

static void begin_sweep(struct replay *replay)
{
  struct lw_buf *out = &replay->out;
  const struct sweep *sweeps = replay->sweeps;
  if (replay->options->json) {
    LW_BUF_LIT(out, "{\"points\":[");
  } else if (replay->options->csv) {
    for (uint32_t i = 0; i < replay->n_sweeps; i++) {
      lw_add_csv_field(out, sweeps[i].path, ",");
    }
    LW_BUF_LIT(out, "granted,asked,refused,cost,more,less\n");
  } else if (replay->n_sweeps == 1) {
    lw_buf_printf(out, "%.*s\n  %-14s %10s %8s %8s %14s %12s %7s %7s  share granted at once\n",
                  LW_FMT(sweeps[0].path), "value", "at once", "asked", "refused", "cost", "change",
                  "more", "less");
  } else {
    lw_buf_printf(out,
                  "granted at once, and what it costs more\n  down: %.*s, across: %.*s\n  %-14s",
                  LW_FMT(sweeps[0].path), LW_FMT(sweeps[1].path), "");
    for (uint32_t i = 0; i < sweeps[1].count; i++) {
      lw_buf_printf(out, " %24.*s", LW_FMT(sweeps[1].values[i]));
    }
    lw_buf_add_char(out, '\n');
  }
}

static void add_cell(struct replay *replay, const struct lw_report *report)
{
  char text[32];
  lw_str change = lw_replay_money(report->after.cost - report->before.cost,
                                  replay->draft.policy->currency, true, text);
  lw_buf_printf(&replay->out, " %10llu %13.*s", (unsigned long long)report->after.granted,
                LW_FMT(change));
}

static void add_point(struct replay *replay, const lw_str *values, const struct lw_report *report,
                      uint32_t row, uint32_t column)
{
  if (replay->options->json) {
    add_point_json(replay, values, report, row + column == 0);
  } else if (replay->options->csv) {
    add_point_csv(replay, values, report);
  } else if (replay->n_sweeps == 1) {
    add_point_text(replay, values, report);
  } else {
    if (column == 0) {
      lw_buf_printf(&replay->out, "  %-14.*s", LW_FMT(values[0]));
    }
    add_cell(replay, report);
    lw_buf_add_c(&replay->out, column + 1 == replay->sweeps[1].count ? "\n" : "");
  }
}

static int replay_sweep(struct replay *replay, const struct lw_run *before)
{
  uint32_t across = replay->n_sweeps == 2 ? replay->sweeps[1].count : 1;
  begin_sweep(replay);
  for (uint32_t row = 0; row < replay->sweeps[0].count; row++) {
    for (uint32_t column = 0; column < across; column++) {
      const lw_str values[SETS_MAX] = {replay->sweeps[0].values[row],
                                       replay->sweeps[1].values[column]};
      struct lw_report report = {.tape = NULL};
      bool done = run_values(replay, before, values, &report);
      if (done) {
        add_point(replay, values, &report, row, column);
      }
      lw_report_finish(&report);
      if (!done) {
        return LW_EXIT_FAILED;
      }
    }
  }
  if (replay->options->json) {
    LW_BUF_LIT(&replay->out, "]}\n");
  }
  return lw_write_out(&replay->out) ? LW_EXIT_DONE : LW_EXIT_FAILED;
}

/* --- the whole --- */

static bool open_past(struct replay *replay, const struct lw_directory *people)
{
  struct lw_error err = {0};
  const struct lw_past_options options = {.people = people,
                                          .currency =
                                              lw_currency_code(replay->draft.policy->currency),
                                          .no_file = replay->options->no_tape};
  enum lw_code rc =
      lw_read_past(&replay->past, replay->options->against, &options, replay->options->quiet, &err);
  if (rc != LW_OK) {
    lw_say(&err);
  }
  return rc == LW_OK;
}

/* What the draft is compared with: a policy that was named, the live one, or the record itself. */
static bool find_live(struct replay *replay, struct lw_policy **ret_live)
{
  const char *before = replay->options->before;
  struct lw_arena arena;
  struct lw_diags diags;
  *ret_live = NULL;
  if (before != NULL && strcmp(before, "record") == 0) {
    if (!replay->past.has_verdicts) {
      lw_say_error("%s does not say what was decided; give --before POLICY",
                   replay->options->against);
    }
    return replay->past.has_verdicts;
  }
  if (before != NULL) {
    replay->has_live = lw_policy_file_need(&replay->live, before);
    return replay->has_live;
  }
  if (replay->past.live.len == 0) {
    if (!replay->past.has_verdicts) {
      lw_say_error("%s does not say what was decided, so there is nothing to compare with; give "
                   "--before POLICY",
                   replay->options->against);
    }
    return replay->past.has_verdicts;
  }
  lw_arena_init(&arena, NULL, 0);
  lw_diags_init(&diags, &arena);
  *ret_live = lw_policy_load(replay->past.live, NULL, NULL, &diags);
  replay->has_live = *ret_live != NULL;
  if (!replay->has_live) {
    lw_say_error("the live policy does not load any more; give --before POLICY or --before record");
  }
  lw_arena_finish(&arena);
  return replay->has_live;
}

static int run_replay(struct replay *replay)
{
  const struct lw_directory *people = NULL;
  struct lw_policy *live = NULL;
  struct lw_run before = {.n_rows = 0};
  int status = LW_EXIT_FAILED;
  if (!lw_policy_and_people_need(&replay->draft, replay->options->policy, replay->options->people,
                                 &people) ||
      !open_past(replay, people) || !find_live(replay, &live)) {
    goto done;
  }
  replay->compared = live != NULL ? live : replay->live.policy;
  if (replay->has_live && !run_policy(replay, replay->compared, &before)) {
    goto done;
  }
  const struct lw_run *known = replay->has_live ? &before : NULL;
  status = replay->n_sweeps != 0 ? replay_sweep(replay, known) : replay_draft(replay, known);
done:
  lw_run_finish(&before);
  lw_policy_destroy(live);
  lw_past_finish(&replay->past);
  lw_policy_file_finish(&replay->live);
  lw_policy_file_finish(&replay->draft);
  lw_buf_finish(&replay->out);
  return status;
}

/* --set may be given twice: taken out before the other options. */
static int take_sets(int argc, char **argv, struct options *options, struct replay *replay)
{
  int kept = 0;
  for (int i = 0; i < argc; i++) {
    bool joined = strncmp(argv[i], "--set=", 6) == 0;
    if (!joined && (strcmp(argv[i], "--set") != 0 || i + 1 == argc)) {
      argv[kept++] = argv[i];
      continue;
    }
    const char *text = joined ? argv[i] + 6 : argv[++i];
    if (replay->n_sweeps == SETS_MAX) {
      (void)lw_usage_error("replay",
                           "two variables at a time: --set once draws a curve, twice a grid");
      return -1;
    }
    options->sets[replay->n_sweeps] = text;
    if (!read_sweep(text, &replay->sweeps[replay->n_sweeps++])) {
      (void)lw_usage_error("replay", "--set wants PATH=VALUE,VALUE..., at most %d, not \"%s\"",
                           VALUES_MAX, text);
      return -1;
    }
  }
  return kept;
}

int lw_cmd_replay(int argc, char **argv)
{
  struct options options = {.against = "leeway.db"};
  struct replay replay = {.options = &options};
  const struct lw_option_spec specs[] = {
      {"policy", &options.policy, NULL},   {"before", &options.before, NULL},
      {"against", &options.against, NULL}, {"people", &options.people, NULL},
      {"flips", &options.flips, NULL},     {"json", NULL, &options.json},
      {"csv", NULL, &options.csv},         {"quiet", NULL, &options.quiet},
      {"no-tape", NULL, &options.no_tape}, {"dry", NULL, &options.dry}};
  char **operands = NULL;
  int count = 0;
  argc = take_sets(argc, argv, &options, &replay);
  if (argc < 0) {
    return LW_EXIT_USAGE;
  }
  int status = lw_take_options("replay", argc, argv, specs, sizeof specs / sizeof specs[0],
                               &operands, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 0) {
    return lw_usage_error("replay", "\"%s\" is one word too many", operands[0]);
  }
  if (options.policy == NULL) {
    return lw_usage_error("replay", "which draft? give --policy FILE");
  }
  if (options.json && options.csv) {
    return lw_usage_error("replay", "--json or --csv, not both");
  }
  return run_replay(&replay);
}
