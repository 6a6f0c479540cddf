/* A replay's report for a terminal, as JSON, and its requests that come out otherwise as CSV. */
#include "cli/replay_words.h"

#include "cli/replay_dry.h"
#include "data/json.h"
#include "policy/explain.h"
#include "tweak/dry_print.h"
#include "tweak/trial.h"

#include <stdio.h>

/* --- words --- */

/* "+12", "-3", "0": what it changes by. */
static lw_str change_text(int64_t change, char place[32])
{
  int len = snprintf(place, 32, "%s%lld", change > 0 ? "+" : "", (long long)change);
  return lw_str_from(place, len > 0 ? (size_t)len : 0);
}

lw_str lw_replay_money(int64_t minor, uint16_t currency, bool sign, char place[32])
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
  lw_str b = lw_replay_money(before, currency, false, texts[0]);
  lw_str a = lw_replay_money(after, currency, false, texts[1]);
  lw_str by = lw_replay_money(after - before, currency, true, texts[2]);
  lw_buf_printf(out, "  %-26s %14.*s %14.*s %12.*s\n", name, LW_FMT(b), LW_FMT(a), LW_FMT(by));
}

static void add_sums(const struct lw_replay_shown *shown, struct lw_buf *out)
{
  const struct lw_report *report = shown->report;
  uint16_t currency = shown->currency;
  lw_buf_printf(out, "  %-26s %14s %14s %12s\n", "", shown->has_live ? "live" : "as it was",
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
    lw_money_print((lw_money){report->newly_asked_cost, currency}, out);
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
      lw_str cost = lw_replay_money(group->after.cost - group->before.cost, currency, true, text);
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

static void add_flips(const struct lw_replay_shown *shown, struct lw_buf *out)
{
  const struct lw_report *report = shown->report;
  const struct lw_tape *tape = shown->tape;
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

static void add_limits_of_knowledge(bool people_known, struct lw_buf *out)
{
  lw_str sentences[LW_UNKNOWN_MAX];
  size_t count = lw_unknown_sentences(people_known, sentences);
  lw_buf_add_char(out, '\n');
  for (size_t i = 0; i < count; i++) {
    lw_buf_printf(out, "%.*s\n", LW_FMT(sentences[i]));
  }
  if (!people_known) {
    LW_BUF_LIT(out, "--people FILE says who works here.\n");
  }
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
        LW_FMT(lw_replay_money(spread->low, currency, true, texts[0])),
        LW_FMT(lw_replay_money(spread->high, currency, true, texts[1])));
  }
}

void lw_replay_text(const struct lw_replay_shown *shown, size_t dry_most, struct lw_buf *out)
{
  lw_buf_printf(out, "%llu requests replayed under %s\n\n",
                (unsigned long long)shown->report->after.requests, shown->draft);
  add_sums(shown, out);
  add_sentences(out, shown->report, shown->currency);
  add_spread(out, shown->spread, shown->currency);
  lw_replay_dry_text(shown->dry, shown->tape, dry_most, out);
  add_groups(out, shown->report, shown->currency);
  add_flips(shown, out);
  add_limits_of_knowledge(shown->people_known, out);
}

/* --- as JSON and CSV --- */

void lw_replay_tally_json(struct lw_buf *out, const char *name, const struct lw_tally *tally,
                          uint16_t currency)
{
  lw_buf_printf(out,
                "\"%s\":{\"requests\":%llu,\"granted\":%llu,\"asked\":%llu,\"answered\":%llu,"
                "\"refused\":%llu,"
                "\"unreadable\":%llu,\"cost\":\"",
                name, (unsigned long long)tally->requests, (unsigned long long)tally->granted,
                (unsigned long long)tally->asked, (unsigned long long)tally->answered,
                (unsigned long long)tally->refused, (unsigned long long)tally->faulty);
  lw_money_print((lw_money){tally->cost, currency}, out);
  LW_BUF_LIT(out, "\",\"cost_answered\":\"");
  lw_money_print((lw_money){tally->cost_answered, currency}, out);
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
      lw_replay_tally_json(out, "before", &group->before, currency);
      lw_buf_add_char(out, ',');
      lw_replay_tally_json(out, "after", &group->after, currency);
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

void lw_replay_json(const struct lw_replay_shown *shown, struct lw_buf *out)
{
  const struct lw_report *report = shown->report;
  uint16_t currency = shown->currency;
  struct lw_json_reader *reader = lw_json_reader_create(NULL);
  struct lw_arena arena;
  lw_arena_init(&arena, NULL, 0);
  lw_buf_add_char(out, '{');
  lw_replay_tally_json(out, "before", &report->before, currency);
  lw_buf_add_char(out, ',');
  lw_replay_tally_json(out, "after", &report->after, currency);
  lw_buf_printf(out,
                ",\"compared_with\":\"%s\",\"more\":%llu,\"less\":%llu,\"asks_avoided\":%llu,"
                "\"waiting_avoided_seconds\":%lld,"
                "\"newly_asked\":%llu",
                shown->has_live ? "policy" : "record", (unsigned long long)report->more,
                (unsigned long long)report->less, (unsigned long long)report->avoided,
                (long long)(report->avoided_waiting / LW_USEC_PER_SECOND),
                (unsigned long long)report->newly_asked);
  lw_spread_print(shown->spread, currency, out);
  LW_BUF_LIT(out, ",\"dry\":");
  lw_dry_print(shown->dry, shown->tape, NULL, NULL, SIZE_MAX, out);
  add_groups_json(out, report, currency);
  lw_buf_printf(out, ",\"different\":%llu,\"flips\":[", (unsigned long long)report->n_flips_all);
  for (size_t i = 0; reader != NULL && i < report->n_flips; i++) {
    lw_buf_add_c(out, i != 0 ? "," : "");
    add_flip_json(out, shown->tape, &report->flips[i],
                  person_id(shown->tape, report->flips[i].row, &arena, reader));
  }
  LW_BUF_LIT(out, "]}\n");
  lw_json_reader_destroy(reader);
  lw_arena_finish(&arena);
}

void lw_replay_csv(const struct lw_replay_shown *shown, struct lw_buf *out)
{
  const struct lw_report *report = shown->report;
  const struct lw_tape *tape = shown->tape;
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
