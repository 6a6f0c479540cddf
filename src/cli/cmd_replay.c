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
#include "data/json.h"
#include "policy/edit.h"
#include "policy/explain.h"
#include "replay/report.h"
#include "tweak/dry_print.h"
#include "tweak/past.h"
#include "tweak/trial.h"

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

/* --- words --- */

static void add_money(struct lw_buf *out, int64_t minor, uint16_t currency)
{
  char text[24];
  size_t len = lw_money_write((lw_money){minor, currency}, text);
  lw_buf_add(out, lw_str_from(text, len));
}

/* "+12", "-3", "0": what it changes by. */
static lw_str change_text(int64_t change, char place[32])
{
  int len = snprintf(place, 32, "%s%lld", change > 0 ? "+" : "", (long long)change);
  return lw_str_from(place, len > 0 ? (size_t)len : 0);
}

static lw_str money_text(int64_t minor, uint16_t currency, bool sign, char place[32])
{
  size_t plus = sign && minor > 0 ? 1 : 0;
  place[0] = '+';
  size_t len = lw_money_write((lw_money){minor, currency}, place + plus);
  return lw_str_from(place, plus + len);
}

static void add_waiting(struct lw_buf *out, lw_usec usec)
{
  int64_t seconds = usec / LW_USEC_PER_SECOND;
  if (seconds >= 2 * 3600) {
    lw_buf_printf(out, "%lld h %lld min", (long long)(seconds / 3600),
                  (long long)(seconds % 3600 / 60));
  } else if (seconds >= 120) {
    lw_buf_printf(out, "%lld min", (long long)(seconds / 60));
  } else {
    lw_buf_printf(out, "%lld s", (long long)seconds);
  }
}

/* --- the report as text --- */

static void add_counts(struct lw_buf *out, const char *name, uint64_t before, uint64_t after)
{
  char change[32];
  lw_str by = change_text((int64_t)after - (int64_t)before, change);
  lw_buf_printf(out, "  %-26s %14llu %14llu %12.*s\n", name, (unsigned long long)before,
                (unsigned long long)after, LW_FMT(by));
}

static void add_costs(struct lw_buf *out, const char *name, int64_t before, int64_t after,
                      uint16_t currency)
{
  char texts[3][32];
  lw_str b = money_text(before, currency, false, texts[0]);
  lw_str a = money_text(after, currency, false, texts[1]);
  lw_str by = money_text(after - before, currency, true, texts[2]);
  lw_buf_printf(out, "  %-26s %14.*s %14.*s %12.*s\n", name, LW_FMT(b), LW_FMT(a), LW_FMT(by));
}

static void add_sums(const struct replay *replay, const struct lw_report *report)
{
  struct lw_buf *out = (struct lw_buf *)(uintptr_t)&replay->out;
  uint16_t currency = replay->draft.policy->currency;
  lw_buf_printf(out, "  %-26s %14s %14s %12s\n", "", replay->has_live ? "live" : "as it was",
                "draft", "change");
  add_counts(out, "granted at once", report->before.granted, report->after.granted);
  add_counts(out, "asked", report->before.asked, report->after.asked);
  add_counts(out, "  of these answered yes", report->before.answered, report->after.answered);
  add_counts(out, "refused", report->before.refused, report->after.refused);
  if (report->before.faulty + report->after.faulty != 0) {
    add_counts(out, "can't be read", report->before.faulty, report->after.faulty);
  }
  add_costs(out, "cost, granted at once", report->before.cost, report->after.cost, currency);
  add_costs(out, "cost, after asking", report->before.cost_answered, report->after.cost_answered,
            currency);
}

static void add_sentences(struct lw_buf *out, const struct lw_report *report, uint16_t currency)
{
  lw_buf_printf(out, "\n%llu come out better for whoever asks, %llu get less.\n",
                (unsigned long long)report->more, (unsigned long long)report->less);
  if (report->avoided != 0) {
    lw_buf_printf(out, "%llu asks would not have been needed; they waited ",
                  (unsigned long long)report->avoided);
    add_waiting(out, report->avoided_waiting);
    lw_buf_printf(out, " all together.\n");
  }
  if (report->newly_asked != 0) {
    lw_buf_printf(out, "%llu that were granted at once would be asked for (",
                  (unsigned long long)report->newly_asked);
    add_money(out, report->newly_asked_cost, currency);
    lw_buf_printf(out, "); nobody knows what the answer would have been.\n");
  }
}

static void add_groups(struct lw_buf *out, const struct lw_report *report, uint16_t currency)
{
  static const char *const names[LW_BY_COUNT] = {"action", "reason", "team", "tier"};
  for (int by = 0; by < LW_BY_COUNT; by++) {
    lw_buf_printf(out, "\n  by %-23s %14s %14s %12s %8s %8s\n", names[by], "at once before",
                  "at once then", "cost", "more", "less");
    for (uint32_t i = 0; i < report->n_groups[by]; i++) {
      const struct lw_report_group *group = &report->groups[by][i];
      char text[32];
      lw_str cost = money_text(group->after.cost - group->before.cost, currency, true, text);
      lw_str name = group->name.len != 0 ? group->name : LW_STR("(none)");
      lw_buf_printf(out, "  %-26.*s %14llu %14llu %12.*s %8llu %8llu\n", LW_FMT(name),
                    (unsigned long long)group->before.granted,
                    (unsigned long long)group->after.granted, LW_FMT(cost),
                    (unsigned long long)group->more, (unsigned long long)group->less);
    }
  }
}

static lw_str person_id(const struct lw_tape *tape, uint64_t row, struct lw_arena *arena,
                        struct lw_json_reader *reader)
{
  const struct lw_value *person = NULL;
  struct lw_error err;
  lw_str text = lw_tape_text(tape, LW_TAPE_PERSON, lw_tape_code_at(tape, LW_TAPE_PERSON, row));
  const struct lw_value *id = lw_json_read(reader, arena, text, NULL, &person, &err) == LW_OK
                                  ? lw_value_get(person, LW_STR("id"))
                                  : NULL;
  return id != NULL ? id->text : LW_STR("");
}

static lw_str text_at(const struct lw_tape *tape, enum lw_tape_column column, uint64_t row)
{
  return lw_tape_text(tape, column, lw_tape_code_at(tape, column, row));
}

static void add_flips(const struct replay *replay, const struct lw_report *report)
{
  struct lw_buf *out = (struct lw_buf *)(uintptr_t)&replay->out;
  const struct lw_tape *tape = replay->past.tape;
  struct lw_json_reader *reader = lw_json_reader_create(NULL);
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, 0);
  if (report->n_flips_all != 0 && reader != NULL) {
    lw_buf_printf(out, "\nWhat would have been different (%llu of %llu):\n",
                  (unsigned long long)report->n_flips, (unsigned long long)report->n_flips_all);
  }
  for (size_t i = 0; reader != NULL && i < report->n_flips; i++) {
    const struct lw_flip *flip = &report->flips[i];
    lw_str which = text_at(tape, LW_TAPE_CASE, flip->row);
    which = which.len != 0 ? which : text_at(tape, LW_TAPE_ID, flip->row);
    lw_str who = person_id(tape, flip->row, &arena, reader);
    lw_buf_printf(out, "  %-26.*s %-16.*s %-14.*s %10.*s  %.*s -> %.*s\n", LW_FMT(which),
                  LW_FMT(who), LW_FMT(text_at(tape, LW_TAPE_ACTION, flip->row)),
                  LW_FMT(text_at(tape, LW_TAPE_AMOUNT, flip->row)),
                  LW_FMT(lw_replayed_word(flip->before)), LW_FMT(lw_replayed_word(flip->after)));
  }
  lw_json_reader_destroy(reader);
  lw_arena_finish(&arena);
}

static void add_limits_of_knowledge(struct lw_buf *out, const struct replay *replay)
{
  lw_str sentences[LW_UNKNOWN_MAX];
  bool people_known = replay->past.people != NULL;
  size_t count = lw_unknown_sentences(people_known, sentences);
  lw_buf_add_char(out, '\n');
  for (size_t i = 0; i < count; i++) {
    lw_buf_printf(out, "%.*s\n", LW_FMT(sentences[i]));
  }
  if (!people_known) {
    LW_BUF_LIT(out, "--people FILE says who works here.\n");
  }
}

/* --- as JSON and CSV --- */

static void add_tally_json(struct lw_buf *out, const char *name, const struct lw_tally *tally,
                           uint16_t currency)
{
  lw_buf_printf(out,
                "\"%s\":{\"requests\":%llu,\"granted\":%llu,\"asked\":%llu,\"answered\":%llu,"
                "\"refused\":%llu,"
                "\"unreadable\":%llu,\"cost\":\"",
                name, (unsigned long long)tally->requests, (unsigned long long)tally->granted,
                (unsigned long long)tally->asked, (unsigned long long)tally->answered,
                (unsigned long long)tally->refused, (unsigned long long)tally->faulty);
  add_money(out, tally->cost, currency);
  LW_BUF_LIT(out, "\",\"cost_answered\":\"");
  add_money(out, tally->cost_answered, currency);
  LW_BUF_LIT(out, "\"}");
}

static void add_groups_json(struct lw_buf *out, const struct lw_report *report, uint16_t currency)
{
  static const char *const names[LW_BY_COUNT] = {"actions", "reasons", "teams", "tiers"};
  for (int by = 0; by < LW_BY_COUNT; by++) {
    lw_buf_printf(out, ",\"%s\":[", names[by]);
    for (uint32_t i = 0; i < report->n_groups[by]; i++) {
      const struct lw_report_group *group = &report->groups[by][i];
      lw_buf_add_c(out, i != 0 ? ",{\"name\":" : "{\"name\":");
      lw_json_add_string(out, group->name);
      lw_buf_add_char(out, ',');
      add_tally_json(out, "before", &group->before, currency);
      lw_buf_add_char(out, ',');
      add_tally_json(out, "after", &group->after, currency);
      lw_buf_printf(out, ",\"more\":%llu,\"less\":%llu}", (unsigned long long)group->more,
                    (unsigned long long)group->less);
    }
    lw_buf_add_char(out, ']');
  }
}

static void add_flip_json(struct lw_buf *out, const struct lw_tape *tape,
                          const struct lw_flip *flip, lw_str who)
{
  const struct {
    const char *name;
    lw_str text;
  } texts[] = {{"{\"agent\":", who},
               {",\"id\":", text_at(tape, LW_TAPE_ID, flip->row)},
               {",\"case\":", text_at(tape, LW_TAPE_CASE, flip->row)},
               {",\"action\":", text_at(tape, LW_TAPE_ACTION, flip->row)},
               {",\"amount\":", text_at(tape, LW_TAPE_AMOUNT, flip->row)},
               {",\"reason\":", text_at(tape, LW_TAPE_REASON, flip->row)},
               {",\"before\":", lw_replayed_word(flip->before)},
               {",\"after\":", lw_replayed_word(flip->after)}};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    if (texts[i].text.len != 0) {
      lw_buf_add_c(out, texts[i].name);
      lw_json_add_string(out, texts[i].text);
    }
  }
  lw_buf_printf(out, ",\"entry\":%lld,\"gets\":\"%s\"}",
                (long long)lw_tape_number(tape, LW_TAPE_SEQ, flip->row),
                lw_replayed_rank(flip->after) > lw_replayed_rank(flip->before)   ? "more"
                : lw_replayed_rank(flip->after) < lw_replayed_rank(flip->before) ? "less"
                                                                                 : "same");
}

static void add_report_json(struct replay *replay, const struct lw_report *report,
                            const struct lw_spread *spread, const struct lw_dry *dry)
{
  struct lw_buf *out = &replay->out;
  uint16_t currency = replay->draft.policy->currency;
  struct lw_json_reader *reader = lw_json_reader_create(NULL);
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, 0);
  lw_buf_add_char(out, '{');
  add_tally_json(out, "before", &report->before, currency);
  lw_buf_add_char(out, ',');
  add_tally_json(out, "after", &report->after, currency);
  lw_buf_printf(out,
                ",\"compared_with\":\"%s\",\"more\":%llu,\"less\":%llu,\"asks_avoided\":%llu,"
                "\"waiting_avoided_seconds\":%lld,"
                "\"newly_asked\":%llu",
                replay->has_live ? "policy" : "record", (unsigned long long)report->more,
                (unsigned long long)report->less, (unsigned long long)report->avoided,
                (long long)(report->avoided_waiting / LW_USEC_PER_SECOND),
                (unsigned long long)report->newly_asked);
  lw_spread_print(spread, currency, out);
  LW_BUF_LIT(out, ",\"dry\":");
  lw_dry_print(dry, replay->past.tape, NULL, NULL, SIZE_MAX, out);
  add_groups_json(out, report, currency);
  lw_buf_printf(out, ",\"different\":%llu,\"flips\":[", (unsigned long long)report->n_flips_all);
  for (size_t i = 0; reader != NULL && i < report->n_flips; i++) {
    lw_buf_add_c(out, i != 0 ? "," : "");
    add_flip_json(out, replay->past.tape, &report->flips[i],
                  person_id(replay->past.tape, report->flips[i].row, &arena, reader));
  }
  LW_BUF_LIT(out, "]}\n");
  lw_json_reader_destroy(reader);
  lw_arena_finish(&arena);
}

static void add_report_csv(struct replay *replay, const struct lw_report *report)
{
  const struct lw_tape *tape = replay->past.tape;
  struct lw_buf *out = &replay->out;
  struct lw_json_reader *reader = lw_json_reader_create(NULL);
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, 0);
  LW_BUF_LIT(out, "entry,id,case,agent,action,amount,reason,before,after\n");
  for (size_t i = 0; reader != NULL && i < report->n_flips; i++) {
    const struct lw_flip *flip = &report->flips[i];
    lw_buf_printf(out, "%lld,", (long long)lw_tape_number(tape, LW_TAPE_SEQ, flip->row));
    lw_add_csv_field(out, text_at(tape, LW_TAPE_ID, flip->row), ",");
    lw_add_csv_field(out, text_at(tape, LW_TAPE_CASE, flip->row), ",");
    lw_add_csv_field(out, person_id(tape, flip->row, &arena, reader), ",");
    lw_add_csv_field(out, text_at(tape, LW_TAPE_ACTION, flip->row), ",");
    lw_add_csv_field(out, text_at(tape, LW_TAPE_AMOUNT, flip->row), ",");
    lw_add_csv_field(out, text_at(tape, LW_TAPE_REASON, flip->row), ",");
    lw_add_csv_field(out, lw_replayed_word(flip->before), ",");
    lw_add_csv_field(out, lw_replayed_word(flip->after), "\n");
  }
  lw_json_reader_destroy(reader);
  lw_arena_finish(&arena);
}

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

static void add_spread(struct lw_buf *out, const struct lw_spread *spread, uint16_t currency)
{
  char texts[2][32];
  if (spread->known && spread->low != spread->high) {
    lw_buf_printf(
        out,
        "Had the %u %s fallen otherwise, the cost of what is granted at once would likely "
        "have\nchanged by %.*s to %.*s (nine times in ten).\n",
        spread->periods, spread->weeks ? "weeks" : "days",
        LW_FMT(money_text(spread->low, currency, true, texts[0])),
        LW_FMT(money_text(spread->high, currency, true, texts[1])));
  }
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
  struct lw_buf *out = &replay->out;
  uint16_t currency = replay->draft.policy->currency;
  if (replay->options->json) {
    add_report_json(replay, report, spread, dry);
  } else if (replay->options->csv && replay->options->dry) {
    lw_replay_dry_csv(dry, replay->past.tape, out);
  } else if (replay->options->csv) {
    add_report_csv(replay, report);
  } else {
    lw_buf_printf(out, "%llu requests replayed under %s\n\n",
                  (unsigned long long)report->after.requests, replay->draft.name);
    add_sums(replay, report);
    add_sentences(out, report, currency);
    add_spread(out, spread, currency);
    lw_replay_dry_text(dry, replay->past.tape, replay->options->dry ? SIZE_MAX : DRY_SHOWN, out);
    add_groups(out, report, currency);
    add_flips(replay, report);
    add_limits_of_knowledge(out, replay);
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
  add_tally_json(out, "after", &report->after, replay->draft.policy->currency);
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
  add_money(out, report->after.cost, replay->draft.policy->currency);
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
  lw_str cost = money_text(report->after.cost, currency, false, texts[0]);
  lw_str change = money_text(report->after.cost - report->before.cost, currency, true, texts[1]);
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
  lw_str change = money_text(report->after.cost - report->before.cost,
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
