/* Opening a round; answering, which leaves no trace of who said what; putting it off. */
#include "listen/pulse.h"

#include "data/json.h"
#include "desk/entry.h"
#include "data/member.h"
#include "engine/council.h"
#include "listen/pulse_entry.h"
#include "listen/pulse_who.h"

#define DAY_USEC (LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND)

static const lw_str repeat_names[LW_PULSE_REPEATS] = {LW_STR_INIT(""), LW_STR_INIT("month"),
                                                      LW_STR_INIT("quarter")};

lw_str lw_pulse_repeat_name(enum lw_pulse_repeat repeat)
{
  return repeat_names[repeat];
}

bool lw_pulse_repeat_read(lw_str name, enum lw_pulse_repeat *ret_repeat)
{
  for (int i = 0; i < LW_PULSE_REPEATS; i++) {
    if (lw_str_equal(name, repeat_names[i])) {
      *ret_repeat = (enum lw_pulse_repeat)i;
      return true;
    }
  }
  return false;
}

uint32_t lw_pulse_pick(const struct lw_rand *rand, uint32_t below)
{
  uint64_t number = 0;
  rand->fill(rand->user, &number, sizeof number);
  return (uint32_t)(((number >> 32) * (uint64_t)below) >> 32); /* off by less than 1 in 2^32 */
}

/* --- opening --- */

enum lw_code lw_pulse_begin(struct lw_batch *batch, struct lw_change *change,
                            const struct lw_pulse_round *round, struct lw_error *err)
{
  struct lw_buf body = {0};
  lw_buf_add_char(&body, '{');
  lw_member_text(&body, "round", round->id);
  lw_member_text(&body, "series", round->series);
  lw_member_int(&body, "number", round->number);
  lw_member_text(&body, "team", round->team);
  lw_member_text(&body, "title", round->title);
  lw_member_time(&body, "starts_at", round->starts_at);
  lw_member_time(&body, "ends_at", round->ends_at);
  lw_member_text(&body, "repeat", lw_pulse_repeat_name(round->repeat));
  lw_member_raw(&body, "questions", round->questions);
  lw_member_raw(&body, "words", round->words);
  enum lw_code rc = lw_pulse_round_insert(batch->db, round, err);
  if (rc == LW_OK) {
    lw_engine_wake(batch->engine, round->ends_at);
    return lw_desk_append(batch, change, LW_EVENT_PULSE_OPENED, &body, err);
  }
  lw_buf_finish(&body);
  return rc;
}

static lw_str text_of(struct lw_arena *arena, const struct lw_value *value)
{
  struct lw_buf out = {0};
  lw_json_add_value(&out, value);
  lw_str text = out.failed ? (lw_str){NULL, 0} : lw_str_copy(arena, lw_buf_str(&out));
  lw_buf_finish(&out);
  return text;
}

static enum lw_code take_questions(struct lw_batch *batch, const struct lw_pulse_opening *opening,
                                   struct lw_pulse_round *round, struct lw_error *err)
{
  struct lw_pulse_questions questions;
  const char *wrong = opening->questions != NULL
                          ? lw_pulse_questions_read(opening->questions, batch->scratch, &questions)
                          : NULL;
  if (wrong == NULL && opening->words != NULL) {
    wrong = lw_pulse_text_check(opening->words, batch->scratch, "words");
  }
  if (wrong != NULL) {
    return lw_fail(err, LW_INVALID, "%s", wrong);
  }
  round->questions = opening->questions != NULL ? text_of(batch->scratch, opening->questions)
                                                : lw_pulse_builtin_questions();
  round->words = opening->words != NULL ? text_of(batch->scratch, opening->words) : LW_STR("");
  return round->questions.ptr == NULL || round->words.ptr == NULL
             ? lw_fail(err, LW_NO_MEMORY, "out of memory for questions")
             : LW_OK;
}

static enum lw_code check_times(const struct lw_batch *batch, const struct lw_pulse_round *round,
                                struct lw_error *err)
{
  static const int days[LW_PULSE_REPEATS] = {LW_PULSE_DAYS_MAX, 28, 89};
  int most = days[round->repeat];
  if (round->ends_at <= round->starts_at || round->ends_at <= batch->now) {
    return lw_fail(err, LW_INVALID, "ends_at: it ends after it has begun, and after now");
  }
  if (round->ends_at - round->starts_at > most * DAY_USEC) {
    return lw_fail(err, LW_INVALID, "ends_at: it runs for %d days at most%s", most,
                   round->repeat != LW_PULSE_ONCE ? ", so that it is over before the next" : "");
  }
  return LW_OK;
}

static enum lw_code check_people(const struct lw_batch *batch,
                                 const struct lw_pulse_opening *opening, struct lw_error *err)
{
  const struct lw_staff *staff = batch->snapshot->staff;
  if (opening->team.len != 0 && lw_staff_find_team(staff, opening->team) == NULL) {
    return lw_fail(err, LW_INVALID, "team: there is no team \"%.*s\"", LW_FMT(opening->team));
  }
  if (!lw_pulse_may_open(staff, opening->caller, opening->team)) {
    (void)lw_fail(err, LW_FORBIDDEN, "these people are not yours to ask");
    lw_error_hint(err, "a lead asks their own team; quality and policy owners ask everybody");
    return LW_FORBIDDEN;
  }
  int64_t asked = lw_pulse_asked(staff, opening->team);
  if (asked < LW_GROUP_MIN) {
    (void)lw_fail(err, LW_INVALID, "team: a pulse asks %d people or more; these are %lld",
                  LW_GROUP_MIN, (long long)asked);
    lw_error_hint(err, "with fewer, everybody could tell who said what");
    return LW_INVALID;
  }
  return LW_OK;
}

enum lw_code lw_pulse_meets(struct lw_batch *batch, const struct lw_pulse_round *round, lw_str but,
                            lw_str *ret_other, struct lw_error *err)
{
  const struct lw_staff *staff = batch->snapshot->staff;
  lw_str path = lw_pulse_path(staff, round->team);
  struct lw_pulse_round *rounds = NULL;
  uint32_t count = 0;
  *ret_other = LW_STR("");
  enum lw_code rc = lw_pulse_rounds(batch->db, true, batch->scratch, &rounds, &count, err);
  for (uint32_t i = 0; rc == LW_OK && i < count; i++) {
    lw_str other = lw_pulse_path(staff, rounds[i].team);
    bool same_people = lw_pulse_within(path, other) || lw_pulse_within(other, path);
    if (same_people && rounds[i].starts_at < round->ends_at &&
        round->starts_at < rounds[i].ends_at && !lw_str_equal(rounds[i].id, but)) {
      *ret_other = rounds[i].id;
    }
  }
  return rc;
}

static enum lw_code check_others(struct lw_batch *batch, const struct lw_pulse_round *round,
                                 struct lw_error *err)
{
  lw_str other = LW_STR("");
  enum lw_code rc = lw_pulse_meets(batch, round, LW_STR(""), &other, err);
  if (rc == LW_OK && other.len != 0) {
    rc = lw_fail(err, LW_CONFLICT, "some of these people are asked in another pulse then: %.*s",
                 LW_FMT(other));
    lw_error_hint(err, "wait for its end, or close it first");
  }
  return rc;
}

enum lw_code lw_pulse_open(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_pulse_opening *opening = change->user;
  lw_str id = lw_id_text(batch->scratch, LW_STR("pls"), lw_id_make(batch->rand, batch->now));
  struct lw_pulse_round round = {.id = id,
                                 .series = id,
                                 .number = 1,
                                 .team = opening->team,
                                 .title = opening->title,
                                 .who = change->actor,
                                 .starts_at = opening->starts_at,
                                 .ends_at = opening->ends_at,
                                 .repeat = opening->repeat};
  round.starts_at = round.starts_at != 0 ? round.starts_at : batch->now;
  round.ends_at = round.ends_at != 0 ? round.ends_at : round.starts_at + LW_PULSE_DAYS * DAY_USEC;
  enum lw_code rc = check_people(batch, opening, err);
  rc = rc == LW_OK ? take_questions(batch, opening, &round, err) : rc;
  rc = rc == LW_OK ? check_times(batch, &round, err) : rc;
  rc = rc == LW_OK ? check_others(batch, &round, err) : rc;
  rc = rc == LW_OK ? lw_pulse_begin(batch, change, &round, err) : rc;
  return rc == LW_OK ? lw_pulse_answer_round(batch, change, opening->caller, &round, 201, err) : rc;
}

/* --- answering --- */

/* The round, when it runs and asks whoever calls. */
static enum lw_code find_running(struct lw_batch *batch, const struct lw_caller *caller, lw_str id,
                                 struct lw_pulse_round *ret_round,
                                 const struct lw_person **ret_person, struct lw_error *err)
{
  const struct lw_staff *staff = batch->snapshot->staff;
  const struct lw_person *person = lw_pulse_person(staff, caller);
  if (person == NULL) {
    return lw_fail(err, LW_FORBIDDEN, "people are asked, not programs");
  }
  enum lw_code rc = lw_pulse_round_get(batch->db, id, batch->scratch, ret_round, err);
  if (rc != LW_OK) {
    return rc;
  }
  if (!lw_pulse_asks(staff, ret_round->team, person)) {
    return lw_fail(err, LW_NOT_FOUND, "there is no pulse survey of this id that asks you");
  }
  if (ret_round->closed_at != 0 || batch->now >= ret_round->ends_at) {
    return lw_fail(err, LW_CONFLICT, "this pulse survey is over");
  }
  if (batch->now < ret_round->starts_at) {
    return lw_fail(err, LW_CONFLICT, "this pulse survey has not begun");
  }
  *ret_person = person;
  return LW_OK;
}

/* The text at a place by chance among those that are there. A list of one item more, each order as
 * likely as any other. */
static enum lw_code add_text(struct lw_batch *batch, struct lw_pulse_tally *tally, lw_str text,
                             struct lw_error *err)
{
  const struct lw_value *list = NULL;
  struct lw_buf out = {0};
  lw_str before = tally->texts.len != 0 ? tally->texts : LW_STR("[]");
  enum lw_code rc = lw_json_read(batch->reader, batch->scratch, before, NULL, &list, err);
  if (rc == LW_OK && list->count >= LW_PULSE_TEXTS_MAX) {
    rc = lw_fail(err, LW_LIMIT, "words: no more texts fit; answer without one");
  }
  if (rc != LW_OK) {
    return rc;
  }
  uint32_t at = lw_pulse_pick(batch->rand, list->count + 1);
  lw_buf_add_char(&out, '[');
  for (uint32_t i = 0; i <= list->count; i++) {
    lw_buf_add_c(&out, i != 0 ? "," : "");
    lw_json_add_string(&out, i == at ? text : list->items[i < at ? i : i - 1].text);
  }
  lw_buf_add_char(&out, ']');
  tally->texts = lw_str_copy(batch->scratch, lw_buf_str(&out));
  rc = out.failed || tally->texts.ptr == NULL
           ? lw_fail(err, LW_NO_MEMORY, "out of memory for a pulse survey")
           : LW_OK;
  lw_buf_finish(&out);
  return rc;
}

static enum lw_code count_answer(struct lw_batch *batch, const struct lw_pulse_round *round,
                                 lw_str team, const int *values, lw_str words, struct lw_error *err)
{
  struct lw_pulse_tally none = {.team = team};
  struct lw_pulse_tally *tally = NULL;
  uint32_t count = 0;
  enum lw_code rc =
      lw_pulse_tallies(batch->db, round->id, &team, batch->scratch, &tally, &count, err);
  if (rc != LW_OK) {
    return rc;
  }
  tally = count != 0 ? tally : &none;
  tally->answers++;
  for (size_t i = 0; i < LW_PULSE_QUESTIONS_MAX; i++) {
    if (values[i] != 0) {
      tally->counts[i * LW_PULSE_SCALE + (size_t)values[i] - 1]++;
    }
  }
  rc = words.len != 0 ? add_text(batch, tally, words, err) : LW_OK;
  return rc == LW_OK ? lw_pulse_tally_put(batch->db, round->id, tally, err) : rc;
}

static enum lw_code read_answers(struct lw_batch *batch, const struct lw_pulse_answer *answer,
                                 const struct lw_pulse_round *round, int *ret_values,
                                 struct lw_error *err)
{
  const struct lw_value *list = NULL;
  struct lw_pulse_questions questions;
  enum lw_code rc = lw_json_read(batch->reader, batch->scratch, round->questions, NULL, &list, err);
  if (rc != LW_OK) {
    return rc;
  }
  const char *wrong = lw_pulse_questions_read(list, batch->scratch, &questions);
  if (wrong == NULL) {
    wrong = lw_pulse_answers_read(answer->answers, &questions, batch->scratch, ret_values);
  }
  if (wrong == NULL && answer->words.len != 0 && round->words.len == 0) {
    wrong = "words: this pulse survey asks for none";
  }
  return wrong == NULL ? LW_OK : lw_fail(err, LW_INVALID, "%s", wrong);
}

/* Both sides of the one transaction; nothing else is written, and no entry. */
static enum lw_code put_answer(struct lw_batch *batch, const struct lw_pulse_answer *answer,
                               const struct lw_pulse_round *round, const struct lw_person *person,
                               struct lw_error *err)
{
  int values[LW_PULSE_QUESTIONS_MAX] = {0};
  enum lw_code rc = read_answers(batch, answer, round, values, err);
  rc = rc == LW_OK ? lw_db_overwrite(batch->db, err) : rc;
  rc = rc == LW_OK ? lw_pulse_answered_put(batch->db, round->id, person->actor.id, err) : rc;
  return rc == LW_OK
             ? count_answer(batch, round, person->team, values, lw_str_trim(answer->words), err)
             : rc;
}

enum lw_code lw_pulse_take(struct lw_batch *batch, struct lw_change *change, struct lw_error *err)
{
  const struct lw_pulse_answer *answer = change->user;
  const struct lw_person *person = NULL;
  struct lw_pulse_round round;
  int64_t count = 0;
  bool has = false;
  enum lw_code rc = find_running(batch, answer->caller, answer->round, &round, &person, err);
  rc = rc == LW_OK ? lw_pulse_answered(batch->db, round.id, person->actor.id, &count, &has, err)
                   : rc;
  rc = rc == LW_OK && !has ? put_answer(batch, answer, &round, person, err) : rc;
  if (rc == LW_OK) {
    lw_buf_add_char(&change->answer, '{');
    lw_member_text(&change->answer, "round", round.id);
    lw_member_bool(&change->answer, "answered", true);
    lw_buf_add_char(&change->answer, '}');
    lw_change_status(change, has ? 200 : 201);
  }
  return rc;
}

enum lw_code lw_pulse_put_off(struct lw_batch *batch, struct lw_change *change,
                              struct lw_error *err)
{
  const struct lw_pulse_later *later = change->user;
  const struct lw_person *person = NULL;
  struct lw_pulse_round round;
  lw_usec until = batch->now + LW_PULSE_LATER_DAYS * DAY_USEC;
  enum lw_code rc = find_running(batch, later->caller, later->round, &round, &person, err);
  rc = rc == LW_OK ? lw_pulse_later_put(batch->db, round.id, person->actor.id, until, err) : rc;
  if (rc == LW_OK) {
    lw_buf_add_char(&change->answer, '{');
    lw_member_text(&change->answer, "round", round.id);
    lw_member_time(&change->answer, "until", until);
    lw_buf_add_char(&change->answer, '}');
    lw_change_status(change, 200);
  }
  return rc;
}
