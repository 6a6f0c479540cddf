/* The same figures that leads see about somebody, for the one whom they are about: what was given
 * beside what was to be expected, reviews, questions; and the room that was left unused, which
 * nobody else is shown and which is kept nowhere. */
#include "desk/question.h"
#include "desk/review.h"
#include "http/api_room.h"
#include "http/api_track.h"
#include "policy/authority.h"
#include "track/page.h"
#include "track/question.h"

enum {
  UNCHANGED_MIN = 3 /* asks that came back as they were: fewer say nothing */
};

struct mine {
  uint64_t days;
  lw_usec since;
};

/* --- room --- */

/* The most that they may give at once for anything; -1: nothing, or without an end. */
static int64_t most_of(struct lw_call *call, const struct lw_person *person)
{
  const struct lw_snapshot *view =
      lw_snapshot_for_team(call->snapshot, person->actor.team, call->received);
  struct lw_json_reader *json = lw_json_reader_create(NULL);
  const struct lw_value *kept = NULL;
  struct lw_buf text = {0};
  struct lw_error err;
  struct lw_money money;
  int64_t most = -1;
  lw_authority_kept_json(view->policy, &person->actor, call->received, &call->arena, &text);
  bool read = json != NULL && !text.failed &&
              lw_json_read(json, &call->arena, lw_buf_str(&text), NULL, &kept, &err) == LW_OK;
  const struct lw_value *list = read ? lw_value_get(kept, LW_STR("most")) : NULL;
  for (uint32_t i = 0; list != NULL && i < list->count; i++) {
    const struct lw_value *amount = lw_value_get(&list->items[i], LW_STR("amount"));
    if (amount != NULL &&
        lw_money_read(amount->text, lw_api_currency(call), &money) == LW_MONEY_OK &&
        money.minor > most) {
      most = money.minor;
    }
  }
  lw_json_reader_destroy(json);
  lw_buf_finish(&text);
  return most;
}

static void add_money(struct lw_buf *out, const char *key, int64_t minor, uint16_t currency)
{
  lw_buf_printf(out, "\"%s\":\"", key);
  lw_money_print((lw_money){minor, currency}, out);
  LW_BUF_LIT(out, "\",");
}

/* Only of people: an AI agent has nothing to be encouraged to. */
static enum lw_code add_unused(struct lw_call *call, const struct lw_tape *tape,
                               struct lw_error *err)
{
  const struct mine *mine = call->user;
  const struct lw_person *me = call->caller.person;
  const struct lw_question_input input = {
      .tape = tape, .since = mine->since, .until = call->received};
  struct lw_question_unused unused;
  enum lw_code rc = lw_question_unused_find(&input, me->actor.id, &unused, err);
  int64_t most = rc == LW_OK && unused.at_once == 0 && unused.unchanged >= UNCHANGED_MIN
                     ? most_of(call, me)
                     : -1;
  if (most > 0) {
    LW_BUF_LIT(&call->out, ",\"unused\":{");
    add_money(&call->out, "room", most, lw_api_currency(call));
    add_money(&call->out, "amount", unused.unchanged_minor, lw_api_currency(call));
    lw_buf_printf(&call->out, "\"asked\":%lld,\"unchanged\":%lld}", (long long)unused.asked,
                  (long long)unused.unchanged);
  }
  return rc;
}

/* --- figures --- */

static enum lw_code add_track(struct lw_call *call, struct lw_db *db,
                              const struct lw_live_past_view *past, struct lw_error *err)
{
  const struct mine *mine = call->user;
  const struct lw_track_window window = {.tape = past->tape,
                                         .serial = past->serial,
                                         .since = mine->since,
                                         .n_days = (uint32_t)mine->days,
                                         .store = {.db = db, .staff = call->snapshot->staff}};
  struct lw_track_page page = {.scope = {.agent = call->caller.person->actor.id},
                               .staff = call->snapshot->staff,
                               .policy = call->snapshot->policy,
                               .individuals = true};
  enum lw_code rc = lw_track_keeper_hold(call->server->track, &window, &page.sums, err);
  if (rc == LW_OK) {
    LW_BUF_LIT(&call->out, "{\"track\":");
    rc = lw_track_page_print(&page, &call->arena, &call->out, err);
    lw_track_keeper_release(call->server->track);
  }
  return rc == LW_OK ? add_unused(call, past->tape, err) : rc;
}

static enum lw_code add_said(struct lw_call *call, struct lw_db *db, struct lw_error *err)
{
  const struct mine *mine = call->user;
  lw_str me = call->caller.person->actor.id;
  struct lw_review_tally tally;
  int64_t open = 0;
  int64_t closed = 0;
  enum lw_code rc = lw_review_tally_get(db, me, mine->since, &tally, err);
  rc = rc == LW_OK ? lw_question_count(db, me, mine->since, &open, &closed, err) : rc;
  if (rc == LW_OK) {
    lw_buf_printf(&call->out,
                  ",\"reviews\":{\"sent\":%lld,\"too_little\":%lld,\"right\":%lld,"
                  "\"too_much\":%lld},\"questions\":{\"open\":%lld,\"closed\":%lld}}",
                  (long long)tally.sent, (long long)tally.too_little, (long long)tally.right,
                  (long long)tally.too_much, (long long)open, (long long)closed);
  }
  return rc;
}

static enum lw_code print(struct lw_call *call, struct lw_db *db,
                          const struct lw_live_past_view *past, struct lw_error *err)
{
  enum lw_code rc = add_track(call, db, past, err);
  rc = rc == LW_OK ? lw_api_room_add_own(call, db, past, err) : rc;
  return rc == LW_OK ? add_said(call, db, err) : rc;
}

static void work(struct lw_call *call)
{
  struct lw_error err = {0};
  enum lw_code rc = LW_OK;
  if (!lw_exchange_is_left(lw_exchange_of(call))) {
    lw_questions_look_daily(call);
  }
  if (lw_api_use_past(call, print, &rc, &err)) {
    lw_api_reply_read(call, rc, &err);
  }
}

void lw_api_my_track(struct lw_call *call)
{
  struct mine *mine = LW_API_NEW(call, struct mine);
  if (mine == NULL ||
      !lw_api_read_number(call, "days", 1, LW_TRACK_DAYS_MAX, LW_TRACK_DAYS_USUAL, &mine->days)) {
    return;
  }
  if (call->caller.person == NULL || call->caller.is_token) {
    lw_call_fail(call, LW_FORBIDDEN, "these figures are for the person whom they are about");
    return;
  }
  if (call->snapshot->policy == NULL) {
    lw_call_fail(call, LW_NOT_FOUND, "no policy was published yet");
    return;
  }
  mine->since = lw_api_track_since(call, mine->days);
  call->user = mine;
  lw_worker_run_on(call->server->replayer, call, work);
}
