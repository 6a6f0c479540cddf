/* Pulse surveys (listen/pulse.h): opened, answered, put off, closed, shown. */
#include "listen/pulse.h"

#include "http/api.h"
#include "http/api_sheet.h"
#include "http/desk_sheets.h"

static struct lw_pulse_reader reader_of(struct lw_call *call, struct lw_db *db)
{
  return (struct lw_pulse_reader){.db = db,
                                  .snapshot = call->snapshot,
                                  .caller = &call->caller,
                                  .json = lw_call_json(call),
                                  .arena = &call->arena,
                                  .now = lw_engine_now(call->engine)};
}

/* --- reading --- */

void lw_api_pulse_questions(struct lw_call *call)
{
  LW_BUF_LIT(&call->out, "{\"questions\":");
  lw_buf_add(&call->out, lw_pulse_builtin_questions());
  LW_BUF_LIT(&call->out, ",\"words\":");
  lw_buf_add(&call->out, lw_pulse_builtin_words());
  lw_buf_add_char(&call->out, '}');
  lw_call_reply(call, 200);
}

void lw_api_list_pulses(struct lw_call *call)
{
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    const struct lw_pulse_reader reader = reader_of(call, db);
    lw_api_reply_read(call, lw_pulse_list(&reader, &call->out, &err), &err);
  }
}

void lw_api_my_pulses(struct lw_call *call)
{
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    const struct lw_pulse_reader reader = reader_of(call, db);
    lw_api_reply_read(call, lw_pulse_mine(&reader, &call->out, &err), &err);
  }
}

void lw_api_get_pulse(struct lw_call *call)
{
  struct lw_error err;
  struct lw_db *db = lw_api_read_format(call) ? lw_call_reader(call) : NULL;
  if (db != NULL) {
    const struct lw_pulse_reader reader = reader_of(call, db);
    enum lw_code code = lw_pulse_get(&reader, call->params[0], &call->out, &err);
    lw_api_reply_sheet(call, code, &err, &lw_pulse_sheet, "pulse.csv");
  }
}

/* --- opening and closing --- */

static void take_moment(struct lw_call *call, const char *key, lw_usec *ret_at,
                        struct lw_faults *faults)
{
  lw_str text = lw_call_text(call->json, key, faults);
  int64_t seconds = 0;
  uint32_t nanos = 0;
  if (text.len != 0 && lw_rfc3339_read(text, &seconds, &nanos)) {
    *ret_at = seconds * LW_USEC_PER_SECOND + nanos / 1000;
  } else if (text.len != 0) {
    lw_faults_add(faults, lw_str_c(key), "is a time like 2026-03-01T10:00:00Z");
  }
}

/* A member that is there and not null. */
static const struct lw_value *member(const struct lw_call *call, const char *key)
{
  const struct lw_value *value = lw_value_get(call->json, lw_str_c(key));
  return value != NULL && value->kind != LW_VALUE_NULL ? value : NULL;
}

void lw_api_open_pulse(struct lw_call *call)
{
  static const char *const members[] = {"title",     "team",    "questions", "words",
                                        "starts_at", "ends_at", "repeat",    NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_pulse_opening *opening = LW_API_NEW(call, struct lw_pulse_opening);
  if (opening == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  *opening = (struct lw_pulse_opening){.caller = &call->caller,
                                       .title = lw_call_text(call->json, "title", &faults),
                                       .team = lw_call_text(call->json, "team", &faults),
                                       .questions = member(call, "questions"),
                                       .words = member(call, "words")};
  take_moment(call, "starts_at", &opening->starts_at, &faults);
  take_moment(call, "ends_at", &opening->ends_at, &faults);
  if (!lw_pulse_repeat_read(lw_call_text(call->json, "repeat", &faults), &opening->repeat)) {
    lw_faults_add(&faults, LW_STR("repeat"), "is month or quarter, or not there");
  }
  if (opening->title.len > LW_PULSE_TITLE_BYTES_MAX) {
    lw_faults_add(&faults, LW_STR("title"), "is longer than %d bytes", LW_PULSE_TITLE_BYTES_MAX);
  }
  lw_call_submit_sound(call, &faults, lw_pulse_open, opening);
}

void lw_api_close_pulse(struct lw_call *call)
{
  static const char *const members[] = {"last", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_pulse_closing *closing = LW_API_NEW(call, struct lw_pulse_closing);
  if (closing == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  *closing = (struct lw_pulse_closing){.caller = &call->caller,
                                       .round = call->params[0],
                                       .last = lw_call_flag(call->json, "last", false, &faults)};
  lw_call_submit_sound(call, &faults, lw_pulse_close, closing);
}

/* --- being asked --- */

void lw_api_answer_pulse(struct lw_call *call)
{
  static const char *const members[] = {"answers", "words", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_pulse_answer *answer = LW_API_NEW(call, struct lw_pulse_answer);
  if (answer == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  *answer = (struct lw_pulse_answer){.caller = &call->caller,
                                     .round = call->params[0],
                                     .answers = member(call, "answers"),
                                     .words = lw_call_text(call->json, "words", &faults)};
  if (answer->words.len > LW_PULSE_WORDS_BYTES_MAX) {
    lw_faults_add(&faults, LW_STR("words"), "is longer than %d bytes", LW_PULSE_WORDS_BYTES_MAX);
  }
  if (lw_call_is_sound(call, &faults)) {
    lw_call_submit_unkept(call, lw_pulse_take, answer);
  }
}

void lw_api_put_off_pulse(struct lw_call *call)
{
  struct lw_pulse_later *later = LW_API_NEW(call, struct lw_pulse_later);
  if (later != NULL) {
    *later = (struct lw_pulse_later){.caller = &call->caller, .round = call->params[0]};
    lw_call_submit(call, lw_pulse_put_off, later);
  }
}
