/* Questions (desk/question.h, track/question.h): looked for on the replayers' threads, in the past
 * that the server keeps, when somebody asks for them and the last look is a day old; listed,
 * explained, closed. A look writes what it found and tells nobody how much that was: what is found
 * about somebody is first theirs. */
#include "desk/question.h"

#include "data/member.h"
#include "desk/review.h"
#include "http/api_sheet.h"
#include "http/desk_sheets.h"
#include "people/person.h"
#include "policy/authority.h"
#include "track/question.h"

#define DAY_USEC (LW_SECONDS_PER_DAY * LW_USEC_PER_SECOND)

/* --- what somebody gives by themselves --- */

/* lw_question_input.limit: by the policy and the people of now. */
static int64_t limit_of(void *user, lw_str agent, lw_str action, lw_str grant)
{
  const struct lw_call *call = user;
  const struct lw_person *person = lw_staff_find(call->snapshot->staff, agent);
  if (person == NULL || call->snapshot->policy == NULL) {
    return -1;
  }
  const struct lw_snapshot *view =
      lw_snapshot_for_team(call->snapshot, person->actor.team, call->received);
  return lw_authority_limit(view->policy, &person->actor, grant, action);
}

/* --- looking --- */

static struct lw_question_new describe(const struct lw_call *call,
                                       const struct lw_question_found *found)
{
  return (struct lw_question_new){.kind = lw_question_kind_name(found->kind),
                                  .agent = found->agent,
                                  .customer = found->customer,
                                  .subject = found->subject,
                                  .action = found->action,
                                  .window = found->window,
                                  .from = found->from,
                                  .until = found->until,
                                  .count = found->count,
                                  .of = found->of,
                                  .currency = lw_api_currency(call),
                                  .amount_minor = found->amount_minor,
                                  .limit_minor = found->limit_minor,
                                  .agents = found->agents,
                                  .teams = found->teams,
                                  .expected = found->expected,
                                  .q = found->q,
                                  .seqs = found->seqs,
                                  .n_seqs = found->n_seqs};
}

/* Writes them, and waits until they are. */
static enum lw_code raise(struct lw_call *call, const struct lw_question_found *found,
                          uint32_t count, struct lw_error *err)
{
  struct lw_question_new *items = LW_NEW_ARRAY(&call->arena, struct lw_question_new, count + 1);
  struct lw_question_raising raising = {.items = items};
  struct lw_change change = {.apply = lw_question_raise,
                             .user = &raising,
                             .arena = &call->arena,
                             .actor = LW_STR("leeway")};
  for (; items != NULL && raising.count < count; raising.count++) {
    items[raising.count] = describe(call, &found[raising.count]);
  }
  enum lw_code rc = items == NULL ? lw_fail(err, LW_NO_MEMORY, "out of memory; try again")
                    : count == 0  ? LW_OK
                                  : lw_engine_run(call->engine, &change, err);
  lw_buf_finish(&change.answer);
  return rc;
}

static enum lw_code look_at(struct lw_call *call, const struct lw_live_past_view *past,
                            struct lw_error *err)
{
  struct lw_question_found *found = NULL;
  uint32_t count = 0;
  const struct lw_question_input input = {.tape = past->tape,
                                          .policy = call->snapshot->policy,
                                          .since = call->received - LW_QUESTION_DAYS * DAY_USEC,
                                          .until = call->received,
                                          .limit = limit_of,
                                          .user = call};
  enum lw_code rc = lw_questions_find(&input, &call->arena, &found, &count, err);
  return rc == LW_OK ? raise(call, found, count, err) : rc;
}

static enum lw_code look(struct lw_call *call, struct lw_error *err)
{
  struct lw_live_past_view past;
  enum lw_code rc = lw_live_past_hold(call->server->past, lw_engine_seq(call->engine),
                                      LW_API_PAST_WAIT_MSEC, &past, err);
  if (rc == LW_OK) {
    rc = look_at(call, &past, err);
    lw_live_past_release(call->server->past);
  }
  if (rc == LW_OK) {
    atomic_store(&call->server->questions_at, call->received);
  }
  return rc;
}

void lw_questions_look_daily(struct lw_call *call)
{
  struct lw_error err;
  lw_usec last = atomic_load(&call->server->questions_at);
  if (call->received - last >= DAY_USEC && call->snapshot->policy != NULL) {
    (void)look(call, &err); /* next time, then */
  }
}

static void work_look(struct lw_call *call)
{
  struct lw_error err;
  enum lw_code rc = look(call, &err);
  LW_BUF_LIT(&call->out, "{\"looked\":");
  lw_member_print_time(&call->out, call->received);
  lw_buf_add_char(&call->out, '}');
  lw_api_reply_read(call, rc, &err);
}

void lw_api_look_for_questions(struct lw_call *call)
{
  static const char *const members[] = {NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  lw_call_known(call->json, members, &faults);
  if (faults.count != 0) {
    lw_call_faults(call, &faults);
  } else if (call->snapshot->policy == NULL) {
    lw_call_fail(call, LW_NOT_FOUND, "no policy was published yet");
  } else {
    lw_worker_run_on(call->server->replayer, call, work_look);
  }
}

/* --- reading --- */

static void work_list(struct lw_call *call)
{
  const struct lw_question_query *query = call->user;
  struct lw_error err;
  lw_questions_look_daily(call);
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    struct lw_desk_reader reader = lw_api_desk(call, db);
    enum lw_code code = lw_question_list(&reader, query, &call->out, &err);
    lw_api_reply_sheet(call, code, &err, &lw_questions_sheet, "questions");
  }
}

void lw_api_list_questions(struct lw_call *call)
{
  struct lw_question_query *query = LW_API_NEW(call, struct lw_question_query);
  struct lw_api_page page;
  lw_str state = lw_call_query(call, "state");
  if (query == NULL || !lw_api_read_page(call, &page) || !lw_api_read_format(call)) {
    return;
  }
  *query = (struct lw_question_query){.has_state = state.ptr != NULL,
                                      .open = lw_str_equal(state, LW_STR("open")),
                                      .agent = lw_call_query(call, "agent"),
                                      .after = page.after,
                                      .limit = page.limit};
  query->team = lw_api_team_path(call, lw_call_query(call, "team"));
  if (query->has_state && !query->open && !lw_str_equal(state, LW_STR("closed"))) {
    lw_api_refuse_parameter(call, "state", "open or closed");
    return;
  }
  call->user = query;
  lw_worker_run_on(call->server->replayer, call, work_list);
}

void lw_api_get_question(struct lw_call *call)
{
  struct lw_question question;
  struct lw_error err;
  bool works_council = false;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL) {
    return;
  }
  struct lw_desk_reader reader = lw_api_desk(call, db);
  enum lw_code code = lw_works_council(db, &works_council, &err);
  code = code == LW_OK ? lw_question_get(db, call->params[0], &call->arena, &question, &err) : code;
  if (code == LW_NOT_FOUND ||
      (code == LW_OK && !lw_question_visible(&reader, &question, works_council))) {
    lw_call_fail(call, LW_NOT_FOUND, "there is no question of this id that you may see");
    return;
  }
  code =
      code == LW_OK ? lw_question_print(&reader, &question, works_council, &call->out, &err) : code;
  if (code == LW_OK) {
    lw_api_add_tag(call, question.version);
  }
  lw_api_reply_read(call, code, &err);
}

/* --- answering --- */

static void act(struct lw_call *call,
                enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change,
                                      struct lw_error *err))
{
  static const char *const members[] = {"text", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_question_act *act = LW_API_NEW(call, struct lw_question_act);
  if (act == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  *act = (struct lw_question_act){.caller = &call->caller,
                                  .question = call->params[0],
                                  .text = lw_call_text(call->json, "text", &faults)};
  if (lw_str_trim(act->text).len == 0) {
    lw_faults_add(&faults, LW_STR("text"), "is missing");
  } else if (act->text.len > LW_QUESTION_WORDS_BYTES_MAX) {
    lw_faults_add(&faults, LW_STR("text"), "is longer than %d bytes", LW_QUESTION_WORDS_BYTES_MAX);
  }
  call->then = lw_api_tag_from_version;
  lw_call_submit_sound(call, &faults, apply, act);
}

void lw_api_explain_question(struct lw_call *call)
{
  act(call, lw_question_explain);
}

void lw_api_close_question(struct lw_call *call)
{
  act(call, lw_question_close);
}
