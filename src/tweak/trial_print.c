/* What came of a trial, as JSON. */
#include "base/bounds.h"
#include "base/id.h"
#include "data/json.h"
#include "data/member.h"
#include "ledger/journal.h"
#include "tweak/dry_print.h"
#include "tweak/trial.h"

#include <stdio.h>

struct printing {
  const struct lw_trial_result *result;
  struct lw_buf *out;
  struct lw_json_reader *reader;
  struct lw_arena scratch; /* until the next flip */
  uint16_t currency;
};

static void add_money(struct lw_buf *out, int64_t minor, uint16_t currency)
{
  lw_money_print((lw_money){minor, currency}, out);
}

void lw_trial_print_tally(struct lw_buf *out, const struct lw_tally *tally, uint16_t currency)
{
  uint64_t share = tally->requests != 0 ? tally->granted * 100 / tally->requests : 0;
  lw_buf_printf(out,
                "{\"requests\":%llu,\"granted\":%llu,\"asked\":%llu,\"refused\":%llu,"
                "\"unreadable\":%llu,\"answered\":%llu,\"cost\":\"",
                (unsigned long long)tally->requests, (unsigned long long)tally->granted,
                (unsigned long long)tally->asked, (unsigned long long)tally->refused,
                (unsigned long long)tally->faulty, (unsigned long long)tally->answered);
  add_money(out, tally->cost, currency);
  LW_BUF_LIT(out, "\",\"cost_answered\":\"");
  add_money(out, tally->cost_answered, currency);
  lw_buf_printf(out, "\",\"at_once\":\"%llu.%02llu\"}", (unsigned long long)(share / 100),
                (unsigned long long)(share % 100));
}

static lw_str text_at(const struct lw_tape *tape, enum lw_tape_column column, uint64_t row)
{
  return lw_tape_text(tape, column, lw_tape_code_at(tape, column, row));
}

/* --- sums --- */

static void add_sides(struct printing *printing, const struct lw_tally *before,
                      const struct lw_tally *after, uint64_t more, uint64_t less)
{
  struct lw_buf *out = printing->out;
  LW_BUF_LIT(out, ",\"before\":");
  lw_trial_print_tally(out, before, printing->currency);
  LW_BUF_LIT(out, ",\"after\":");
  lw_trial_print_tally(out, after, printing->currency);
  lw_buf_printf(out, ",\"more\":%llu,\"less\":%llu", (unsigned long long)more,
                (unsigned long long)less);
}

static void add_sums(struct printing *printing)
{
  const struct lw_trial_result *result = printing->result;
  const struct lw_report *report = &result->report;
  struct lw_buf *out = printing->out;
  lw_buf_printf(out, "{\"requests\":%llu,\"took_ms\":%lld",
                (unsigned long long)report->after.requests, (long long)(result->took / 1000));
  if (report->first_row != UINT64_MAX) {
    lw_member_time(out, "from", lw_tape_number(result->tape, LW_TAPE_AT, report->first_row));
    lw_member_time(out, "until", lw_tape_number(result->tape, LW_TAPE_AT, report->last_row));
  }
  lw_buf_printf(out, ",\"of_seq\":%llu", (unsigned long long)result->trial->past.seq);
  add_sides(printing, &report->before, &report->after, report->more, report->less);
  lw_buf_printf(out,
                ",\"avoided\":%llu,\"avoided_waiting_seconds\":%lld,\"newly_asked\":%llu,"
                "\"newly_asked_cost\":\"",
                (unsigned long long)report->avoided,
                (long long)(report->avoided_waiting / LW_USEC_PER_SECOND),
                (unsigned long long)report->newly_asked);
  add_money(out, report->newly_asked_cost, printing->currency);
  lw_buf_add_char(out, '"');
}

static bool shows_group(const struct printing *printing, enum lw_report_by by, lw_str name)
{
  const struct lw_council *council = printing->result->trial->council;
  return council == NULL || (by == LW_BY_TEAM   ? lw_council_shows_teams(council, &name, 1)
                             : by == LW_BY_TIER ? lw_council_shows_tier(council, name)
                                                : true);
}

static bool shows_person(const struct printing *printing, lw_str person)
{
  const struct lw_council *council = printing->result->trial->council;
  return council == NULL || lw_council_shows_person(council, person);
}

static void add_groups(struct printing *printing)
{
  static const char *const names[LW_BY_COUNT] = {"action", "reason", "team", "tier"};
  const struct lw_report *report = &printing->result->report;
  struct lw_buf *out = printing->out;
  for (int by = 0; by < LW_BY_COUNT; by++) {
    const char *between = "";
    lw_buf_printf(out, "%s\"%s\":[", by == 0 ? ",\"by\":{" : ",", names[by]);
    for (uint32_t i = 0; i < report->n_groups[by]; i++) {
      const struct lw_report_group *group = &report->groups[by][i];
      if (!shows_group(printing, (enum lw_report_by)by, group->name)) {
        continue;
      }
      lw_buf_printf(out, "%s{\"name\":", between);
      between = ",";
      lw_json_add_string(out, group->name);
      add_sides(printing, &group->before, &group->after, group->more, group->less);
      lw_buf_add_char(out, '}');
    }
    lw_buf_add_char(out, ']');
  }
  lw_buf_add_char(out, '}');
}

/* --- flips --- */

/* The id of a person of a row; empty when it can't be read. */
static lw_str person_at(struct printing *printing, uint64_t row)
{
  const struct lw_value *person = NULL;
  struct lw_error err;
  lw_str text = text_at(printing->result->tape, LW_TAPE_PERSON, row);
  const struct lw_value *id = text.len != 0 && lw_json_read(printing->reader, &printing->scratch,
                                                            text, NULL, &person, &err) == LW_OK
                                  ? lw_value_get(person, LW_STR("id"))
                                  : NULL;
  return id != NULL ? id->text : LW_STR("");
}

static void add_agent(struct printing *printing, uint64_t row)
{
  lw_str id = person_at(printing, row);
  const struct lw_staff *staff = printing->result->trial->staff;
  const struct lw_person *person = staff != NULL ? lw_staff_find(staff, id) : NULL;
  if (!shows_person(printing, id)) {
    return;
  }
  lw_member_text(printing->out, "agent", id);
  lw_member_text(printing->out, "name", person != NULL ? person->actor.name : LW_STR(""));
}

/* The decision's id stands in its entry alone. */
static enum lw_code add_decision(struct printing *printing, int64_t seq, struct lw_error *err)
{
  struct lw_db *db = printing->result->trial->db;
  const struct lw_value *body = NULL;
  struct lw_entry_view entry;
  if (db == NULL) {
    return LW_OK;
  }
  enum lw_code rc = lw_journal_read(db, (uint64_t)seq, &printing->scratch, &entry, err);
  if (rc == LW_OK) {
    rc = lw_json_read(printing->reader, &printing->scratch, entry.body, NULL, &body, err);
  }
  const struct lw_value *id = rc == LW_OK ? lw_value_get(body, LW_STR("id")) : NULL;
  lw_member_text(printing->out, "decision", id != NULL ? id->text : LW_STR(""));
  return rc;
}

static void add_action(struct printing *printing, uint64_t row)
{
  static const char *const kinds[] = {"money", "item", "change"};
  const struct lw_policy *policy = printing->result->trial->tried.policy;
  lw_str name = text_at(printing->result->tape, LW_TAPE_ACTION, row);
  const uint32_t *index = lw_table_find(&policy->action_index, name);
  lw_member_text(printing->out, "action", name);
  if (index != NULL) {
    lw_member_text(printing->out, "kind", lw_str_c(kinds[policy->actions[*index].kind]));
    lw_member_text(printing->out, "label", policy->actions[*index].label);
  }
}

static void add_amount(struct printing *printing, uint64_t row)
{
  struct lw_money money = {0};
  lw_str text = text_at(printing->result->tape, LW_TAPE_AMOUNT, row);
  if (lw_money_read(text, printing->currency, &money) == LW_MONEY_OK) {
    LW_BUF_LIT(printing->out, ",\"amount\":\"");
    add_money(printing->out, money.minor, printing->currency);
    lw_buf_add_char(printing->out, '"');
  }
}

/* Who answered then, and after how long. */
static void add_answer(struct printing *printing, const struct lw_trial_flip *flip)
{
  const struct lw_tape *tape = printing->result->tape;
  if (!flip->answered) {
    return;
  }
  int64_t waited = lw_tape_number(tape, LW_TAPE_WAITED, flip->answer_row);
  if (lw_tape_number(tape, LW_TAPE_KIND, flip->answer_row) == LW_TAPE_ANSWERED) {
    lw_str id = person_at(printing, flip->answer_row);
    lw_member_text(printing->out, "answered_by", shows_person(printing, id) ? id : LW_STR(""));
  }
  if (waited != LW_TAPE_NONE) {
    lw_buf_printf(printing->out, ",\"waited_seconds\":%lld",
                  (long long)(waited / LW_USEC_PER_SECOND));
  }
}

static void add_because(struct printing *printing, const struct lw_trial_flip *flip)
{
  const struct lw_trial_result *result = printing->result;
  bool is_first = true;
  lw_buf_add_c(printing->out, ",\"because\":[");
  for (uint32_t i = 0; i < result->variables.count && i < LW_TRIAL_EACH_MAX; i++) {
    if ((flip->because >> i & 1) != 0) {
      lw_buf_add_c(printing->out, is_first ? "" : ",");
      lw_json_add_string(printing->out, result->variables.names[i]);
      is_first = false;
    }
  }
  lw_buf_add_char(printing->out, ']');
}

static enum lw_code add_flip(struct printing *printing, const struct lw_trial_flip *flip,
                             struct lw_error *err)
{
  const struct lw_tape *tape = printing->result->tape;
  struct lw_buf *out = printing->out;
  uint64_t row = flip->flip->row;
  lw_arena_reset(&printing->scratch);
  lw_buf_printf(out, "{\"entry\":%lld", (long long)flip->seq);
  lw_member_time(out, "at", lw_tape_number(tape, LW_TAPE_AT, row));
  enum lw_code rc = add_decision(printing, flip->seq, err);
  lw_member_text(out, "case", text_at(tape, LW_TAPE_CASE, row));
  add_agent(printing, row);
  add_action(printing, row);
  add_amount(printing, row);
  lw_member_text(out, "reason", text_at(tape, LW_TAPE_REASON, row));
  lw_member_text(out, "before", lw_replayed_word(flip->flip->before));
  lw_member_text(out, "after", lw_replayed_word(flip->flip->after));
  add_answer(printing, flip);
  if (printing->result->trial->each) {
    add_because(printing, flip);
  }
  lw_buf_add_char(out, '}');
  return rc;
}

static enum lw_code add_flips(struct printing *printing, struct lw_error *err)
{
  const struct lw_trial_result *result = printing->result;
  const struct lw_report *report = &result->report;
  struct lw_buf *out = printing->out;
  enum lw_code rc = LW_OK;
  LW_BUF_LIT(out, ",\"flips\":{\"items\":[");
  for (size_t i = 0; rc == LW_OK && i < report->n_flips; i++) {
    lw_buf_add_c(out, i != 0 ? "," : "");
    rc = add_flip(printing, &result->flips[i], err);
  }
  lw_buf_printf(out, "],\"total\":%llu", (unsigned long long)report->n_flips_all);
  if (report->has_more_flips && report->n_flips != 0) {
    lw_buf_printf(out, ",\"next\":\"%llu\"",
                  (unsigned long long)report->flips[report->n_flips - 1].row + 1);
  }
  lw_buf_add_char(out, '}');
  return rc;
}

/* --- changes, what is not known --- */

static void add_change(struct printing *printing, const struct lw_policy_change *change,
                       uint32_t variable)
{
  const struct lw_trial_variable *each = &printing->result->each[variable];
  struct lw_buf *out = printing->out;
  struct lw_buf words = {0};
  LW_BUF_LIT(out, "{\"variable\":");
  lw_json_add_string(out, printing->result->variables.names[variable]);
  lw_member_text(out, "path", change->path);
  lw_member_text(out, "before", change->before);
  lw_member_text(out, "after", change->after);
  lw_variable_say(change, &words);
  lw_member_text(out, "words", lw_buf_str(&words));
  lw_buf_finish(&words);
  if (each->tried) {
    lw_buf_printf(out, ",\"more\":%llu,\"less\":%llu,\"cost\":\"", (unsigned long long)each->more,
                  (unsigned long long)each->less);
    add_money(out, each->cost, printing->currency);
    lw_buf_add_char(out, '"');
  }
  lw_buf_add_char(out, '}');
}

/* Words that belong to no variable change nothing here. */
static void add_changes(struct printing *printing)
{
  const struct lw_variables *variables = &printing->result->variables;
  bool is_first = true;
  LW_BUF_LIT(printing->out, ",\"changes\":[");
  for (size_t i = 0; i < variables->changes.count; i++) {
    if (variables->of[i] != LW_NO_VARIABLE) {
      lw_buf_add_c(printing->out, is_first ? "" : ",");
      add_change(printing, &variables->changes.items[i], variables->of[i]);
      is_first = false;
    }
  }
  lw_buf_add_char(printing->out, ']');
}

size_t lw_unknown_sentences(bool people_known, lw_str ret_sentences[LW_UNKNOWN_MAX])
{
  size_t count = 0;
  ret_sentences[count++] =
      LW_STR("A replay can't know how people would have behaved under other rules.");
  ret_sentences[count++] = LW_STR("Who was refused once may not have asked again, and who has more "
                                  "room may give more.");
  ret_sentences[count++] = LW_STR("Answers of approvers count as they were given.");
  if (!people_known) {
    ret_sentences[count++] = LW_STR("Nobody's names are known here: every route counts as staffed "
                                    "by whom it names.");
  }
  return count;
}

static void add_unknown(struct printing *printing)
{
  const struct lw_report *report = &printing->result->report;
  struct lw_buf *out = printing->out;
  lw_str sentences[LW_UNKNOWN_MAX];
  size_t count = lw_unknown_sentences(printing->result->trial->people != NULL, sentences);
  LW_BUF_LIT(out, ",\"unknown\":[");
  for (size_t i = 0; i < count; i++) {
    lw_buf_add_c(out, i != 0 ? "," : "");
    lw_json_add_string(out, sentences[i]);
  }
  if (report->newly_asked != 0) {
    lw_buf_printf(out,
                  ",\"%llu that were granted at once would be asked for; nobody knows what the "
                  "answer would have been.\"",
                  (unsigned long long)report->newly_asked);
  }
  LW_BUF_LIT(out, "]}");
}

static void add_dry(struct printing *printing)
{
  const struct lw_trial_result *result = printing->result;
  LW_BUF_LIT(printing->out, ",\"dry\":");
  lw_dry_print(&result->dry, result->tape, result->trial->staff, result->trial->council,
               LW_TRIAL_DRY_MAX, printing->out);
}

enum lw_code lw_trial_print(const struct lw_trial_result *result, struct lw_buf *out,
                            struct lw_error *err)
{
  struct printing printing = {
      .result = result, .out = out, .currency = result->trial->tried.policy->currency};
  printing.reader = lw_json_reader_create(NULL);
  if (printing.reader == NULL) {
    return lw_fail(err, LW_NO_MEMORY, "out of memory");
  }
  lw_arena_init(&printing.scratch, NULL, 0);
  add_sums(&printing);
  add_groups(&printing);
  enum lw_code rc = add_flips(&printing, err);
  add_dry(&printing);
  if (result->trial->spread) {
    lw_spread_print(&result->spread, printing.currency, out);
  }
  if (result->trial->each) {
    add_changes(&printing);
  }
  if (result->trial->n_sets != 0) {
    LW_BUF_LIT(out, ",\"curve\":[");
    lw_buf_add(out, lw_buf_str(&result->curve));
    lw_buf_add_char(out, ']');
  }
  add_unknown(&printing);
  lw_arena_finish(&printing.scratch);
  lw_json_reader_destroy(printing.reader);
  return rc;
}
