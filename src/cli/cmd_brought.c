/* leeway track brought: a period beside the one before it, and who stays. */
#include "base/num.h"
#include "cli/cli.h"
#include "cli/read_past.h"
#include "desk/repeat.h"
#include "track/brought.h"
#include "tweak/past.h"

#include <math.h>

enum form { WORDS, CSV, JSON };

struct options {
  const char *url;
  const char *team;
  const char *days;
  uint64_t n_days; /* what days says, or the usual */
  enum form form;
  bool quiet;
};

static const char *words_of(enum lw_brought_id id)
{
  static const char *const words[LW_BROUGHTS] = {"Resolved at the first contact",
                                                 "Came again",
                                                 "Hand-overs a case",
                                                 "Time to resolve",
                                                 "Time to authority",
                                                 "Rating, of its scale",
                                                 "  after a remedy",
                                                 "  without one",
                                                 "Customers kept",
                                                 "Given for each kept"};
  return words[id];
}

/* "1 d 4 h", "3 h 20 min", "41 s" */
static void add_seconds(double seconds, struct lw_buf *out)
{
  long long whole = llround(fabs(seconds));
  lw_buf_add_c(out, seconds < 0 ? "-" : "");
  if (whole >= 86400) {
    lw_buf_printf(out, "%lld d %lld h", whole / 86400, whole % 86400 / 3600);
  } else if (whole >= 3600) {
    lw_buf_printf(out, "%lld h %lld min", whole / 3600, whole % 3600 / 60);
  } else if (whole >= 60) {
    lw_buf_printf(out, "%lld min %lld s", whole / 60, whole % 60);
  } else {
    lw_buf_printf(out, "%lld s", whole);
  }
}

static void add_value(enum lw_brought_id id, double value, lw_str currency, struct lw_buf *out)
{
  switch (lw_brought_kind(id)[0]) {
  case 'n': lw_buf_printf(out, "%.2f", value); break;
  case 'm': lw_money_print((lw_money){llround(value), lw_currency_find(currency)}, out); break;
  default:
    if (lw_brought_kind(id)[1] == 'e') {
      add_seconds(value, out);
    } else {
      lw_buf_printf(out, "%.1f%%", value * 100);
    }
  }
}

/* A cell so many wide. */
static void add_cell(enum lw_brought_id id, bool known, double value, lw_str currency, int width,
                     struct lw_buf *out)
{
  struct lw_buf text = {0};
  if (known) {
    add_value(id, value, currency, &text);
  } else {
    LW_BUF_LIT(&text, "-");
  }
  lw_buf_printf(out, "  %*.*s", width, text.failed ? 0 : (int)text.len, text.ptr);
  lw_buf_finish(&text);
}

static void add_line(const struct lw_brought *brought, enum lw_brought_id id, struct lw_buf *out)
{
  const struct lw_brought_figure *now = &brought->figures[LW_BROUGHT_NOW][id];
  const struct lw_brought_figure *before = &brought->figures[LW_BROUGHT_BEFORE][id];
  const struct lw_brought_figure *change = &brought->changes[id];
  lw_buf_printf(out, "%-30s", words_of(id));
  add_cell(id, before->value.known, before->value.value, brought->currency, 13, out);
  add_cell(id, now->value.known, now->value.value, brought->currency, 13, out);
  add_cell(id, change->value.known, change->value.value, brought->currency, 13, out);
  add_cell(id, change->sure, change->value.low, brought->currency, 13, out);
  add_cell(id, change->sure, change->value.high, brought->currency, 13, out);
  lw_buf_printf(out, "  %lld\n", (long long)now->n);
}

static void add_group(const char *name, const struct lw_remain_group *group, struct lw_buf *out)
{
  lw_buf_printf(out, "%-20.*s %5u people, %u left",
                LW_FMT(group->tier.len != 0 ? group->tier : lw_str_c(name)), group->people,
                group->left);
  for (uint32_t i = 0; i < LW_REMAIN_YEARS; i++) {
    const struct lw_interval *after = &group->after[i];
    lw_buf_printf(out, "; after %u year%s ", lw_remain_years[i],
                  lw_remain_years[i] == 1 ? "" : "s");
    if (after->known) {
      lw_buf_printf(out, "%.0f%% (%.0f to %.0f)", after->value * 100, after->low * 100,
                    after->high * 100);
    } else {
      LW_BUF_LIT(out, "not known yet");
    }
  }
  lw_buf_add_char(out, '\n');
}

static void add_words(const struct lw_brought *brought, struct lw_buf *out)
{
  lw_buf_printf(out, "%-30s  %13s  %13s  %13s  %28s  %s\n", "", "before", "now", "change",
                "in 95 of 100 it lies within", "of");
  for (int i = 0; i < LW_BROUGHTS; i++) {
    add_line(brought, (enum lw_brought_id)i, out);
  }
  LW_BUF_LIT(out, "\nWho stays\n");
  add_group("all", &brought->remain.whole, out);
  for (uint32_t i = 0; i < brought->remain.n_groups; i++) {
    add_group("(no tier)", &brought->remain.groups[i], out);
  }
  if (brought->remain.differ.known) {
    lw_buf_printf(
        out, "Tiers as unlike as these would come of chance alone in %.2g of 100 (log-rank).\n",
        brought->remain.differ.p * 100);
  }
  LW_BUF_LIT(out,
             "This shows what moved together and no more: it is no proof that room makes people "
             "stay. Who stays is promoted, too.\n");
}

static void add_csv_cell(enum lw_brought_id id, bool known, double value, lw_str currency,
                         struct lw_buf *out)
{
  struct lw_buf text = {0};
  lw_buf_add_char(out, ',');
  if (known) {
    lw_brought_print_value(id, value, currency, &text);
  }
  for (size_t i = 0; !text.failed && i < text.len; i++) {
    if (text.ptr[i] != '"') {
      lw_buf_add_char(out, text.ptr[i]);
    }
  }
  lw_buf_finish(&text);
}

static void add_csv(const struct lw_brought *brought, struct lw_buf *out)
{
  LW_BUF_LIT(out, "figure,kind,before,now,change,change_low,change_high,n_before,n\n");
  for (int i = 0; i < LW_BROUGHTS; i++) {
    enum lw_brought_id id = (enum lw_brought_id)i;
    const struct lw_brought_figure *now = &brought->figures[LW_BROUGHT_NOW][i];
    const struct lw_brought_figure *before = &brought->figures[LW_BROUGHT_BEFORE][i];
    const struct lw_brought_figure *change = &brought->changes[i];
    lw_buf_printf(out, "%s,%s", lw_brought_name(id), lw_brought_kind(id));
    add_csv_cell(id, before->value.known, before->value.value, brought->currency, out);
    add_csv_cell(id, now->value.known, now->value.value, brought->currency, out);
    add_csv_cell(id, change->value.known, change->value.value, brought->currency, out);
    add_csv_cell(id, change->sure, change->value.low, brought->currency, out);
    add_csv_cell(id, change->sure, change->value.high, brought->currency, out);
    lw_buf_printf(out, ",%lld,%lld\n", (long long)before->n, (long long)now->n);
  }
}

static void print(const struct options *options, const struct lw_brought *brought,
                  struct lw_buf *out)
{
  switch (options->form) {
  case WORDS: add_words(brought, out); break;
  case CSV: add_csv(brought, out); break;
  case JSON:
    lw_brought_print(brought, out);
    lw_buf_add_char(out, '\n');
    break;
  }
}

/* user: struct options. */
static enum lw_code measure(void *user, struct lw_desk *desk, const struct lw_tape *tape,
                            struct lw_error *err)
{
  const struct options *options = user;
  struct lw_brought brought;
  struct lw_db *db = NULL;
  const struct lw_snapshot *snapshot = lw_engine_snapshot(desk->engine);
  const struct lw_team *team = lw_staff_find_team(snapshot->staff, lw_str_c(options->team));
  struct lw_brought_input input = {.staff = snapshot->staff,
                                   .policy = snapshot->policy,
                                   .tape = tape,
                                   .until = lw_engine_now(desk->engine),
                                   .individuals = true};
  input.scope.team = team != NULL ? team->path : lw_str_c(options->team);
  input.since = input.until - (lw_usec)options->n_days * LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND;
  enum lw_code rc = lw_engine_reader(desk->engine, &db, err);
  if (rc == LW_OK) {
    input.db = db;
    rc = lw_repeat_days_set(db, &input.repeat_days, err);
    rc = rc == LW_OK ? lw_brought_make(&input, &desk->arena, &brought, err) : rc;
    lw_engine_reader_done(desk->engine, db);
  }
  if (rc == LW_OK) {
    print(options, &brought, &desk->out);
  }
  lw_snapshot_unref(snapshot);
  return rc;
}

int lw_cmd_track_brought(int argc, char **argv)
{
  static const char name[] = "track brought";
  enum { DAYS_USUAL = 90, DAYS_MAX = 731 };
  struct options options = {.url = LW_STORE_URL, .n_days = DAYS_USUAL};
  bool csv = false;
  bool json = false;
  char **rest = NULL;
  int count = 0;
  const struct lw_option_spec specs[] = {
      {"db", &options.url, NULL}, {"team", &options.team, NULL}, {"days", &options.days, NULL},
      {"csv", NULL, &csv},        {"json", NULL, &json},         {"quiet", NULL, &options.quiet}};
  int status =
      lw_take_options(name, argc, argv, specs, sizeof specs / sizeof specs[0], &rest, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 0 || (csv && json)) {
    return lw_usage_error(name, count != 0 ? "it takes no words" : "--csv or --json, not both");
  }
  if (options.days != NULL && (!lw_uint_read(lw_str_c(options.days), &options.n_days) ||
                               options.n_days == 0 || options.n_days > DAYS_MAX)) {
    return lw_usage_error(name, "--days is a number from 1 to %d, not \"%s\"", DAYS_MAX,
                          options.days);
  }
  options.form = csv ? CSV : json ? JSON : WORDS;
  return lw_use_past(options.url, options.quiet, measure, &options);
}
