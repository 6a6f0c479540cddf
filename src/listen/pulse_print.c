/* Rounds and what came of them, as the API tells it. Results are read from the entry that closed
 * the round: what is not in there is nowhere. */
#include "base/num.h"
#include "data/json.h"
#include "desk/entry.h"
#include "data/member.h"
#include "ledger/journal.h"
#include "listen/pulse_entry.h"
#include "listen/pulse_who.h"
#include "measure/interval.h"

#define MISSES 0.05 /* of 100 such intervals 5 miss */

/* What `pulse.closed` says of a round. */
struct results {
  struct lw_pulse_questions questions;
  const struct lw_value *body;
  const struct lw_value *groups;
};

static int64_t number_of(const struct lw_value *map, const char *key)
{
  const struct lw_value *value = lw_value_get(map, lw_str_c(key));
  int64_t number = 0;
  return value != NULL && value->kind == LW_VALUE_NUMBER && lw_int_read(value->text, &number)
             ? number
             : 0;
}

static enum lw_code read_results(const struct lw_pulse_reader *reader,
                                 const struct lw_pulse_round *round, struct results *ret,
                                 struct lw_error *err)
{
  const struct lw_value *questions = NULL;
  struct lw_entry_view entry;
  enum lw_code rc = lw_journal_read(reader->db, round->closed_seq, reader->arena, &entry, err);
  rc = rc == LW_OK ? lw_json_read(reader->json, reader->arena, entry.body, NULL, &ret->body, err)
                   : rc;
  rc = rc == LW_OK
           ? lw_json_read(reader->json, reader->arena, round->questions, NULL, &questions, err)
           : rc;
  if (rc != LW_OK) {
    return rc;
  }
  ret->groups = lw_value_get(ret->body, LW_STR("groups"));
  bool good = lw_str_equal(lw_value_text(ret->body, LW_STR("round")), round->id) &&
              ret->groups != NULL && ret->groups->kind == LW_VALUE_LIST &&
              lw_pulse_questions_read(questions, reader->arena, &ret->questions) == NULL;
  return good ? LW_OK
              : lw_fail(err, LW_INTERNAL, "entry %llu does not close this pulse survey",
                        (unsigned long long)round->closed_seq);
}

/* --- one question of one group --- */

static struct lw_interval_sums sums_of(const struct lw_value *group, uint32_t question,
                                       int64_t *ret_counts)
{
  const struct lw_value *counts = lw_value_get(group, LW_STR("counts"));
  const struct lw_value *row =
      counts != NULL && counts->kind == LW_VALUE_LIST && question < counts->count
          ? &counts->items[question]
          : NULL;
  struct lw_interval_sums sums = {.n = 0};
  for (uint32_t v = 0; v < LW_PULSE_SCALE; v++) {
    int64_t count = 0;
    bool is = row != NULL && row->kind == LW_VALUE_LIST && v < row->count &&
              lw_int_read(row->items[v].text, &count);
    ret_counts[v] = is ? count : 0;
    sums.n += ret_counts[v];
    sums.sum += ret_counts[v] * (v + 1);
    sums.squares += (lw_int128)ret_counts[v] * (v + 1) * (v + 1);
  }
  return sums;
}

static double within(double value, double low, double high)
{
  return value < low ? low : value > high ? high : value;
}

/* No mean is off the scale, however little is known; nor does one move by more than its length. */
static void add_interval(struct lw_buf *out, struct lw_interval interval, double low, double high)
{
  lw_buf_printf(out, "{\"value\":%.2f,\"low\":%.2f,\"high\":%.2f}", interval.value,
                within(interval.low, low, high), within(interval.high, low, high));
}

static void add_question(const struct results *now, uint32_t question, const struct lw_value *group,
                         const struct results *before, const struct lw_value *group_before,
                         struct lw_buf *out)
{
  int64_t counts[LW_PULSE_SCALE];
  int64_t then[LW_PULSE_SCALE];
  struct lw_interval_sums sums = sums_of(group, question, counts);
  uint32_t place = group_before != NULL
                       ? lw_pulse_questions_find(&before->questions, now->questions.ids[question])
                       : 0;
  lw_buf_add_char(out, '{');
  lw_member_text(out, "id", now->questions.ids[question]);
  lw_member_key(out, "counts");
  for (uint32_t v = 0; v < LW_PULSE_SCALE; v++) {
    lw_buf_add_c(out, v != 0 ? "," : "[");
    lw_buf_add_int(out, counts[v]);
  }
  lw_buf_add_char(out, ']');
  lw_member_key(out, "mean");
  add_interval(out, lw_interval_mean(sums.n, sums.sum, sums.squares, MISSES), 1, LW_PULSE_SCALE);
  if (group_before != NULL && place < before->questions.count) {
    struct lw_interval_sums last = sums_of(group_before, place, then);
    lw_member_key(out, "change");
    add_interval(out, lw_interval_between(&sums, &last, MISSES), 1 - LW_PULSE_SCALE,
                 LW_PULSE_SCALE - 1);
  }
  lw_buf_add_char(out, '}');
}

/* --- groups --- */

static const struct lw_value *group_of(const struct results *results, lw_str team)
{
  for (uint32_t i = 0; results->body != NULL && i < results->groups->count; i++) {
    if (lw_str_equal(lw_value_text(&results->groups->items[i], LW_STR("team")), team)) {
      return &results->groups->items[i];
    }
  }
  return NULL;
}

static enum lw_code add_words(const struct lw_pulse_reader *reader, const struct lw_value *group,
                              struct lw_buf *out, struct lw_error *err)
{
  const struct lw_value *words = lw_value_get(group, LW_STR("words"));
  enum lw_code rc = LW_OK;
  bool first = true;
  lw_member_key(out, "words");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; rc == LW_OK && words != NULL && i < words->count; i++) {
    lw_str text = {NULL, 0};
    rc = lw_text_get(reader->db, &words->items[i], reader->arena, &text, err);
    if (rc == LW_OK && text.ptr != NULL) {
      lw_buf_add_c(out, first ? "" : ",");
      lw_json_add_string(out, text);
      first = false;
    }
  }
  lw_buf_add_char(out, ']');
  return rc;
}

/* Texts are for whoever leads the group: who reads them may know how somebody writes. */
static enum lw_code add_group(const struct lw_pulse_reader *reader,
                              const struct lw_pulse_round *round, const struct results *now,
                              const struct results *before, const struct lw_value *group,
                              struct lw_buf *out, struct lw_error *err)
{
  const struct lw_staff *staff = reader->snapshot->staff;
  lw_str team = lw_value_text(group, LW_STR("team"));
  lw_str of = team.len != 0 ? team : round->team;
  const struct lw_team *found = of.len != 0 ? lw_staff_find_team(staff, of) : NULL;
  const struct lw_value *group_before = group_of(before, team);
  enum lw_code rc = LW_OK;
  lw_buf_add_char(out, '{');
  lw_member_text(out, "team", of);
  lw_member_text(out, "name", found != NULL && found->name.len != 0 ? found->name : of);
  lw_member_bool(out, "whole", team.len == 0);
  lw_member_int(out, "answers", number_of(group, "answers"));
  lw_member_key(out, "questions");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; i < now->questions.count; i++) {
    lw_buf_add_c(out, i != 0 ? "," : "");
    add_question(now, i, group, before, group_before, out);
  }
  lw_buf_add_char(out, ']');
  if (round->words.len != 0 && lw_pulse_sees_team(reader->caller, lw_pulse_path(staff, of))) {
    rc = add_words(reader, group, out, err);
  }
  lw_buf_add_char(out, '}');
  return rc;
}

static bool sees_group(const struct lw_pulse_reader *reader, const struct lw_value *group)
{
  lw_str team = lw_value_text(group, LW_STR("team"));
  return team.len == 0 ||
         lw_pulse_sees_team(reader->caller, lw_pulse_path(reader->snapshot->staff, team));
}

static enum lw_code add_groups(const struct lw_pulse_reader *reader,
                               const struct lw_pulse_round *round, const struct results *now,
                               const struct results *before, struct lw_buf *out,
                               struct lw_error *err)
{
  enum lw_code rc = LW_OK;
  bool first = true;
  lw_member_key(out, "groups");
  lw_buf_add_char(out, '[');
  for (uint32_t i = 0; rc == LW_OK && i < now->groups->count; i++) {
    if (sees_group(reader, &now->groups->items[i])) {
      lw_buf_add_c(out, first ? "" : ",");
      first = false;
      rc = add_group(reader, round, now, before, &now->groups->items[i], out, err);
    }
  }
  lw_buf_add_char(out, ']');
  return rc;
}

/* The last round of its series, where one was closed with anything to show. */
static enum lw_code read_before(const struct lw_pulse_reader *reader,
                                const struct lw_pulse_round *round,
                                struct lw_pulse_round *ret_round, struct results *ret,
                                struct lw_error *err)
{
  bool found = false;
  enum lw_code rc = lw_pulse_round_before(reader->db, round, reader->arena, &found, ret_round, err);
  return rc == LW_OK && found && ret_round->closed_at != 0
             ? read_results(reader, ret_round, ret, err)
             : rc;
}

static enum lw_code add_results(const struct lw_pulse_reader *reader,
                                const struct lw_pulse_round *round, struct lw_buf *out,
                                struct lw_error *err)
{
  struct results now = {.body = NULL};
  struct results before = {.body = NULL};
  struct lw_pulse_round last;
  enum lw_code rc = read_results(reader, round, &now, err);
  rc = rc == LW_OK ? read_before(reader, round, &last, &before, err) : rc;
  if (rc != LW_OK) {
    return rc;
  }
  lw_member_key(out, "results");
  lw_buf_add_char(out, '{');
  lw_member_int(out, "asked", number_of(now.body, "asked"));
  lw_member_int(out, "answered", number_of(now.body, "answered"));
  lw_member_int(out, "hidden", number_of(now.body, "hidden"));
  lw_member_text(out, "next", lw_value_text(now.body, LW_STR("next")));
  if (before.body != NULL) {
    lw_member_text(out, "before", last.id);
    lw_member_time(out, "before_closed_at", last.closed_at);
  }
  rc = add_groups(reader, round, &now, &before, out, err);
  lw_buf_add_char(out, '}');
  return rc;
}

/* --- rounds --- */

static lw_str state_of(const struct lw_pulse_round *round, lw_usec now)
{
  return round->closed_at != 0 || now >= round->ends_at ? LW_STR("closed")
         : now < round->starts_at                       ? LW_STR("planned")
                                                        : LW_STR("running");
}

void lw_pulse_print_round(const struct lw_pulse_reader *reader, const struct lw_pulse_round *round,
                          int64_t answered, struct lw_buf *out)
{
  const struct lw_staff *staff = reader->snapshot->staff;
  const struct lw_team *team = round->team.len != 0 ? lw_staff_find_team(staff, round->team) : NULL;
  lw_str state = state_of(round, reader->now);
  lw_buf_add_char(out, '{');
  lw_member_text(out, "id", round->id);
  lw_member_text(out, "series", round->series);
  lw_member_int(out, "number", round->number);
  lw_member_text(out, "title", round->title);
  lw_member_text(out, "team", round->team);
  lw_member_text(out, "team_name", team != NULL && team->name.len != 0 ? team->name : round->team);
  lw_member_text(out, "state", state);
  lw_member_time(out, "starts_at", round->starts_at);
  lw_member_time(out, "ends_at", round->ends_at);
  lw_member_text(out, "repeat", lw_pulse_repeat_name(round->repeat));
  if (round->closed_at != 0) {
    lw_member_time(out, "closed_at", round->closed_at);
  } else {
    lw_member_int(out, "asked", lw_pulse_asked(staff, round->team));
    lw_member_int(out, "answered", answered);
  }
  lw_member_text(out, "by", round->who);
  lw_member_text(out, "by_name", lw_desk_name(staff, round->who));
  lw_member_bool(out, "mine",
                 round->closed_at == 0 && lw_pulse_may_open(staff, reader->caller, round->team));
  lw_member_raw(out, "questions", round->questions);
  lw_member_raw(out, "words", round->words);
}

/* How many have answered in all is told while it runs; of no part of them. */
static enum lw_code print_round(const struct lw_pulse_reader *reader,
                                const struct lw_pulse_round *round, struct lw_buf *out,
                                struct lw_error *err)
{
  int64_t answered = 0;
  bool has = false;
  enum lw_code rc = round->closed_at == 0
                        ? lw_pulse_answered(reader->db, round->id, LW_STR(""), &answered, &has, err)
                        : LW_OK;
  lw_pulse_print_round(reader, round, answered, out);
  return rc;
}

enum lw_code lw_pulse_answer_round(struct lw_batch *batch, struct lw_change *change,
                                   const struct lw_caller *caller,
                                   const struct lw_pulse_round *round, int status,
                                   struct lw_error *err)
{
  const struct lw_pulse_reader reader = {.db = batch->db,
                                         .snapshot = batch->snapshot,
                                         .caller = caller,
                                         .json = batch->reader,
                                         .arena = batch->scratch,
                                         .now = batch->now};
  enum lw_code rc = print_round(&reader, round, &change->answer, err);
  lw_buf_add_char(&change->answer, '}');
  lw_change_status(change, status);
  return rc;
}

enum lw_code lw_pulse_list(const struct lw_pulse_reader *reader, struct lw_buf *out,
                           struct lw_error *err)
{
  struct lw_pulse_round *rounds = NULL;
  uint32_t count = 0;
  bool first = true;
  enum lw_code rc = lw_pulse_rounds(reader->db, false, reader->arena, &rounds, &count, err);
  LW_BUF_LIT(out, "{\"items\":[");
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    if (lw_pulse_sees_round(reader->snapshot->staff, reader->caller, &rounds[i])) {
      lw_buf_add_c(out, first ? "" : ",");
      first = false;
      rc = print_round(reader, &rounds[i], out, err);
      lw_buf_add_char(out, '}');
    }
  }
  LW_BUF_LIT(out, "]}");
  return rc == LW_OK && out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a list") : rc;
}

enum lw_code lw_pulse_get(const struct lw_pulse_reader *reader, lw_str id, struct lw_buf *out,
                          struct lw_error *err)
{
  struct lw_pulse_round round;
  enum lw_code rc = lw_pulse_round_get(reader->db, id, reader->arena, &round, err);
  if (rc == LW_OK && !lw_pulse_sees_round(reader->snapshot->staff, reader->caller, &round)) {
    rc = lw_fail(err, LW_NOT_FOUND, "there is no pulse survey of this id");
  }
  rc = rc == LW_OK ? print_round(reader, &round, out, err) : rc;
  rc = rc == LW_OK && round.closed_at != 0 ? add_results(reader, &round, out, err) : rc;
  lw_buf_add_char(out, '}');
  return rc == LW_OK && out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for results") : rc;
}

/* --- one's own --- */

static enum lw_code add_mine(const struct lw_pulse_reader *reader, const struct lw_person *person,
                             const struct lw_pulse_round *round, struct lw_buf *out,
                             struct lw_error *err)
{
  int64_t count = 0;
  bool has = false;
  lw_usec until = 0;
  enum lw_code rc = lw_pulse_answered(reader->db, round->id, person->actor.id, &count, &has, err);
  rc = rc == LW_OK ? lw_pulse_later_get(reader->db, round->id, person->actor.id, &until, err) : rc;
  lw_buf_add_char(out, '{');
  lw_member_text(out, "id", round->id);
  lw_member_text(out, "title", round->title);
  lw_member_time(out, "ends_at", round->ends_at);
  lw_member_bool(out, "answered", has);
  if (until > reader->now) {
    lw_member_time(out, "later_until", until);
  }
  lw_member_raw(out, "questions", round->questions);
  lw_member_raw(out, "words", round->words);
  lw_buf_add_char(out, '}');
  return rc;
}

enum lw_code lw_pulse_mine(const struct lw_pulse_reader *reader, struct lw_buf *out,
                           struct lw_error *err)
{
  const struct lw_staff *staff = reader->snapshot->staff;
  const struct lw_person *person = lw_pulse_person(staff, reader->caller);
  struct lw_pulse_round *rounds = NULL;
  uint32_t count = 0;
  bool first = true;
  enum lw_code rc = lw_pulse_rounds(reader->db, true, reader->arena, &rounds, &count, err);
  LW_BUF_LIT(out, "{\"items\":[");
  for (uint32_t i = 0; rc == LW_OK && person != NULL && i < count; i++) {
    bool runs = rounds[i].starts_at <= reader->now && reader->now < rounds[i].ends_at;
    if (runs && lw_pulse_asks(staff, rounds[i].team, person)) {
      lw_buf_add_c(out, first ? "" : ",");
      first = false;
      rc = add_mine(reader, person, &rounds[i], out, err);
    }
  }
  LW_BUF_LIT(out, "]}");
  return rc == LW_OK && out->failed ? lw_fail(err, LW_NO_MEMORY, "out of memory for a list") : rc;
}
