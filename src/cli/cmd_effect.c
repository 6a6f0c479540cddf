/* leeway policy effect: what a version of the policy did, words first; or what a trial would show.
 */
#include "base/money.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/read_past.h"
#include "tweak/effect.h"
#include "tweak/past.h"

#include <stdio.h>

enum { PLAN_TEAMS_MAX = 64 };

static const uint32_t plan_days[] = {14, 28, 56};
enum { PLANS = sizeof plan_days / sizeof plan_days[0] };

struct options {
  const char *version;
  const char *against;
  const char *plan;
  const char *currency;
  bool json;
  bool quiet;
};

/* --- words --- */

static const char *const labels[LW_MEASURES] = {"cost per case", "granted at once",
                                                "time to authority", "rating"};

static const char *says_words(enum lw_measure_id id, const struct lw_measure_effect *effect)
{
  switch (effect->says) {
  case LW_SAYS_NO_DATA: return id == LW_MEASURE_RATING ? "none there" : "not enough yet";
  case LW_SAYS_TOO_FEW: return "too few teams";
  case LW_SAYS_NOTHING: return "no difference to see";
  case LW_SAYS_BETTER: return "better";
  case LW_SAYS_WORSE: return "worse";
  }
  return "";
}

/* "8.10", "71.2 %", "38.4 s"; with its sign when it is a change. */
static lw_str figure_text(enum lw_measure_id id, double figure, uint16_t currency, bool sign,
                          struct lw_buf *text)
{
  static const double percent = 100.0;
  static const double usec_per_second = 1e6;
  static const double million = 1e6;
  lw_buf_reset(text);
  if (sign && figure > 0.0) {
    lw_buf_add_char(text, '+');
  }
  if (id == LW_MEASURE_SHARE) {
    lw_buf_printf(text, "%.1f %s", figure * percent, sign ? "points" : "%");
  } else if (id == LW_MEASURE_WAIT) {
    lw_buf_printf(text, "%.1f s", figure / usec_per_second);
  } else if (id == LW_MEASURE_RATING) {
    lw_buf_printf(text, "%.1f %s", figure / million * percent, sign ? "points" : "%");
  } else {
    /* As JSON has it, without its quotes. */
    lw_effect_print_figure(id, figure, currency, text);
    lw_str quoted = lw_buf_str(text);
    size_t plus = quoted.len != 0 && quoted.ptr[0] == '+' ? 1 : 0;
    memmove(text->ptr + plus, text->ptr + plus + 1, quoted.len - plus - 2);
    text->len -= 2;
  }
  return lw_buf_str(text);
}

static void add_figure(struct lw_buf *out, enum lw_measure_id id, double figure, bool known,
                       const struct lw_effect *effect)
{
  struct lw_buf text = {0};
  lw_str shown = known ? figure_text(id, figure, effect->currency, false, &text) : LW_STR("-");
  lw_buf_printf(out, " %12.*s", LW_FMT(shown));
  lw_buf_finish(&text);
}

static void add_change(struct lw_buf *out, enum lw_measure_id id, const struct lw_effect *effect)
{
  const struct lw_measure_effect *one = &effect->measured.effects[id];
  struct lw_buf texts[3] = {{0}, {0}, {0}};
  if (one->says >= LW_SAYS_NOTHING) {
    lw_str change = figure_text(id, one->change, effect->currency, true, &texts[0]);
    lw_str low = figure_text(id, one->low, effect->currency, true, &texts[1]);
    lw_str high = figure_text(id, one->high, effect->currency, true, &texts[2]);
    lw_buf_printf(out, "  %.*s (between %.*s and %.*s)", LW_FMT(change), LW_FMT(low), LW_FMT(high));
  }
  lw_buf_printf(out, "  %s\n", says_words(id, one));
  for (int i = 0; i < 3; i++) {
    lw_buf_finish(&texts[i]);
  }
}

static void add_day(struct lw_buf *out, lw_usec at)
{
  struct lw_civil day;
  lw_civil_from_seconds(at / LW_USEC_PER_SECOND, &day);
  lw_buf_printf(out, "%04d-%02d-%02d", (int)day.year, (int)day.month, (int)day.day);
}

static void add_teams(struct lw_buf *out, const struct lw_effect *effect, bool is_new,
                      const char *what)
{
  uint32_t count = 0;
  for (uint32_t t = 0; t < effect->n_teams; t++) {
    if ((effect->from[t] != LW_MEASURE_KEPT) == is_new) {
      lw_buf_printf(out, "%s%.*s", count++ == 0 ? "  " : ", ", LW_FMT(effect->teams[t]));
    }
  }
  if (count != 0) {
    lw_buf_printf(out, ": %s\n", what);
  }
}

/* "a change of 1.20 in cost per case, 6.1 points in granted at once" */
static bool add_least(struct lw_buf *out, const struct lw_measure_power *power, uint16_t currency)
{
  bool any = false;
  struct lw_buf text = {0};
  for (int id = 0; power->days_used != 0 && id < LW_MEASURES; id++) {
    if (power->least[id] < 0.0) {
      continue;
    }
    lw_str least = figure_text((enum lw_measure_id)id, power->least[id], currency, true, &text);
    lw_str bare = lw_str_from(least.ptr + (least.ptr[0] == '+'), least.len - (least.ptr[0] == '+'));
    lw_buf_printf(out, "%s%.*s in %s", any ? ", " : "a change of ", LW_FMT(bare), labels[id]);
    any = true;
  }
  lw_buf_finish(&text);
  return any;
}

static void add_looks(struct lw_buf *out, const struct lw_effect *effect)
{
  const struct lw_measured *measured = &effect->measured;
  lw_usec next = effect->start + measured->next_look_days * LW_USEC_PER_SECOND * LW_SECONDS_PER_DAY;
  if (measured->days_used != 0 && measured->days_before != 0) {
    lw_buf_printf(out, "Worked out after %u of %u days, with %u days before.", measured->days_used,
                  measured->days_since, measured->days_before);
  }
  if (effect->has_ended) {
    lw_buf_add_char(out, '\n');
    return;
  }
  if (measured->days_before == 0) {
    LW_BUF_LIT(out, "No week before it is on record: there is nothing to compare with.\n");
    return;
  }
  lw_buf_printf(out, "%sNext after %u days, on ", measured->days_used != 0 ? " " : "",
                measured->next_look_days);
  add_day(out, next);
  LW_BUF_LIT(out, "; looking before then is safe and changes nothing.\n");
  struct lw_buf least = {0};
  if (add_least(&least, &effect->next, effect->currency)) {
    lw_buf_printf(out, "In %u days you will see ", measured->next_look_days);
    lw_buf_add(out, lw_buf_str(&least));
    LW_BUF_LIT(out, " if there is one.\n");
  }
  lw_buf_finish(&least);
}

static void add_table(const struct lw_effect *effect, struct lw_buf *out)
{
  lw_buf_printf(out, "  %-18s %12s %12s %12s %12s  %s\n", "", "new: before", "after",
                "kept: before", "after", "effect");
  for (int id = 0; id < LW_MEASURES; id++) {
    const struct lw_measure_effect *one = &effect->measured.effects[id];
    enum lw_measure_id measure = (enum lw_measure_id)id;
    lw_buf_printf(out, "  %-18s", labels[id]);
    add_figure(out, measure, one->new_before, one->teams_new != 0, effect);
    add_figure(out, measure, one->new_after, one->teams_new != 0, effect);
    add_figure(out, measure, one->kept_before, one->teams_kept != 0, effect);
    add_figure(out, measure, one->kept_after, one->teams_kept != 0, effect);
    add_change(out, measure, effect);
  }
  lw_buf_add_char(out, '\n');
}

static void print_effect(const struct lw_effect *effect, struct lw_buf *out)
{
  const struct lw_measured *measured = &effect->measured;
  lw_str sentences[LW_EFFECT_SENTENCES_MAX];
  lw_buf_printf(out, "Version %llu: %s\n", (unsigned long long)effect->version,
                lw_measure_verdict_words(measured->verdict));
  if (!effect->has_begun) {
    LW_BUF_LIT(out, "It has decided nothing yet.\n");
    return;
  }
  LW_BUF_LIT(out, "Since ");
  add_day(out, effect->start);
  if (effect->kept_version != 0) {
    lw_buf_printf(out, ", against %s version %llu",
                  measured->has_kept ? "the teams that kept" : "the weeks before under",
                  (unsigned long long)effect->kept_version);
  }
  LW_BUF_LIT(out, ".\n\n");
  if (measured->days_used != 0 && measured->days_before != 0) {
    add_table(effect, out);
  }
  add_teams(out, effect, true, "the new version");
  add_teams(out, effect, false, "kept the old one");
  lw_buf_add_char(out, '\n');
  add_looks(out, effect);
  size_t count = lw_effect_sentences(effect, sentences);
  for (size_t i = 0; i < count; i++) {
    lw_buf_add(out, sentences[i]);
    lw_buf_add_char(out, '\n');
  }
}

/* --- a plan --- */

static void print_plan(const struct lw_measure_power *power, uint32_t days, uint16_t currency,
                       bool json, struct lw_buf *out)
{
  if (json) {
    lw_buf_printf(out, "{\"days\":%u,\"teams_new\":%u,\"teams_kept\":%u,\"least\":", days,
                  power->teams_new, power->teams_kept);
    lw_effect_print_least(power, currency, out);
    LW_BUF_LIT(out, "}\n");
    return;
  }
  struct lw_buf least = {0};
  bool any = add_least(&least, power, currency);
  lw_buf_printf(out, "In %u days, %u team%s against %u: ", days, power->teams_new,
                power->teams_new == 1 ? "" : "s", power->teams_kept);
  if (any) {
    LW_BUF_LIT(out, "you will see ");
    lw_buf_add(out, lw_buf_str(&least));
    LW_BUF_LIT(out, " if there is one.\n");
  } else {
    LW_BUF_LIT(out, "nothing can be seen; it takes four teams, each with twenty cases a block of "
                    "weeks, and three weeks of past.\n");
  }
  lw_buf_finish(&least);
}

static uint32_t split(const char *text, lw_str teams[PLAN_TEAMS_MAX])
{
  uint32_t count = 0;
  while (count < PLAN_TEAMS_MAX) {
    size_t len = strcspn(text, ",");
    teams[count++] = lw_str_from(text, len);
    if (text[len] == '\0') {
      break;
    }
    text += len + 1;
  }
  return count;
}

static int run_plan(const struct options *options, const struct lw_past *past, struct lw_buf *out)
{
  lw_str teams[PLAN_TEAMS_MAX];
  const struct lw_tape *tape = past->tape;
  const struct lw_effect_past record = {tape, &past->ratings};
  struct lw_effect_plan plan = {.teams = teams, .n_teams = split(options->plan, teams)};
  for (int i = 0; i < PLANS; i++) {
    struct lw_measure_power power;
    struct lw_error err;
    plan.days = plan_days[i];
    if (lw_effect_power(&record, &plan, &power, &err) != LW_OK) {
      lw_say(&err);
      return LW_EXIT_FAILED;
    }
    print_plan(&power, plan.days, lw_currency_find(lw_tape_currency(tape)), options->json, out);
  }
  return LW_EXIT_DONE;
}

/* --- the whole --- */

static int run_effect(const struct options *options, uint64_t version, const struct lw_past *past,
                      struct lw_buf *out)
{
  struct lw_effect effect;
  struct lw_error err;
  version = version != 0              ? version
            : past->live_version != 0 ? past->live_version
                                      : lw_effect_last_version(past->tape);
  const struct lw_effect_past record = {past->tape, &past->ratings};
  enum lw_code rc = lw_effect_measure(&effect, &record, version, &err);
  if (rc != LW_OK) {
    lw_say(&err);
  } else if (options->json) {
    lw_effect_print(&effect, out);
    lw_buf_add_char(out, '\n');
  } else {
    print_effect(&effect, out);
  }
  lw_effect_finish(&effect);
  return rc == LW_OK ? LW_EXIT_DONE : LW_EXIT_FAILED;
}

static int run(const struct options *options, uint64_t version)
{
  struct lw_past past;
  struct lw_buf out = {0};
  struct lw_error err;
  const struct lw_past_options past_options = {.currency = lw_str_c(options->currency),
                                               .ratings = true};
  int status = LW_EXIT_FAILED;
  enum lw_code rc = lw_read_past(&past, options->against, &past_options, options->quiet, &err);
  if (rc != LW_OK) {
    lw_say(&err);
  } else if (!past.has_verdicts) {
    lw_say_error("%s does not say what was decided: a database or `leeway export journal` does",
                 options->against);
  } else {
    status = options->plan != NULL ? run_plan(options, &past, &out)
                                   : run_effect(options, version, &past, &out);
  }
  if (out.len != 0 && !lw_write_out(&out)) {
    status = LW_EXIT_FAILED;
  }
  lw_buf_finish(&out);
  lw_past_finish(&past);
  return status;
}

int lw_cmd_policy_effect(int argc, char **argv)
{
  struct options options = {.against = "leeway.db", .currency = "USD"};
  uint64_t version = 0;
  const struct lw_option_spec specs[] = {
      {"version", &options.version, NULL}, {"against", &options.against, NULL},
      {"plan", &options.plan, NULL},       {"currency", &options.currency, NULL},
      {"json", NULL, &options.json},       {"quiet", NULL, &options.quiet}};
  char **operands = NULL;
  int count = 0;
  int status = lw_take_options("policy effect", argc, argv, specs, sizeof specs / sizeof specs[0],
                               &operands, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 0) {
    return lw_usage_error("policy effect", "\"%s\" is one word too many", operands[0]);
  }
  if (options.version != NULL && options.plan != NULL) {
    return lw_usage_error("policy effect", "--version or --plan, not both");
  }
  if (lw_currency_find(lw_str_c(options.currency)) == LW_CURRENCY_NONE) {
    return lw_usage_error("policy effect", "\"%s\" is no currency", options.currency);
  }
  if (options.version != NULL &&
      (!lw_uint_read(lw_str_c(options.version), &version) || version == 0)) {
    return lw_usage_error("policy effect", "--version is the number of a version, not \"%s\"",
                          options.version);
  }
  return run(&options, version);
}
