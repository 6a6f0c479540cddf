/* What approvals teach (tweak/suggest.h): found by a replayer, kept for whoever asks next, made
 * into a draft, or put aside. Draft and dismissal are of what the list says, so they read the list.
 */
#include "base/bounds.h"
#include "engine/draft.h"
#include "engine/suggestion.h"
#include "http/api.h"
#include "http/council.h"
#include "policy/edit.h"
#include "tweak/suggest.h"

enum {
  SMALL_SEQ = 200000 /* a longer record is gone through for this once an hour */
};
#define HOUR_USEC (3600 * LW_USEC_PER_SECOND)

enum wish { WISH_LIST, WISH_DRAFT, WISH_DISMISS };

struct suggesting {
  enum wish wish;
  uint32_t blocks; /* since the last look */
  struct lw_dismissal *dismissed;
  uint32_t n_dismissed;
  struct lw_dismissal dismissal;
  struct lw_draft_put put;
  struct lw_draft_look look;
  struct lw_council council;
};

static void finish_suggesting(struct lw_call *call)
{
  struct suggesting *suggesting = call->user;
  lw_draft_look_finish(&suggesting->look);
}

/* --- finding --- */

static bool goes_on(void *user, uint64_t done, uint64_t rows)
{
  struct lw_call *call = user;
  struct suggesting *suggesting = call->user;
  (void)done;
  (void)rows;
  return lw_api_goes_on(call, &suggesting->blocks);
}

static bool is_put_aside(const struct suggesting *suggesting, const struct lw_suggestion *one)
{
  for (uint32_t i = 0; i < suggesting->n_dismissed; i++) {
    const struct lw_dismissal *dismissal = &suggesting->dismissed[i];
    if (lw_str_equal(dismissal->id, one->id)) {
      return lw_suggestion_since(one, dismissal->at) < dismissal->asks;
    }
  }
  return false;
}

/* Under a works council an answer that fewer people gave than make a group is not told: it would
 * say how each of them answers. */
static void print_list(const struct suggesting *suggesting, const struct lw_suggestions *found,
                       struct lw_buf *out)
{
  uint32_t printed = 0;
  uint32_t withheld = 0;
  LW_BUF_LIT(out, "{\"items\":[");
  for (uint32_t i = 0; i < found->count; i++) {
    bool few = suggesting->council.on && found->items[i].consent.who < LW_GROUP_MIN;
    bool shown = !is_put_aside(suggesting, &found->items[i]);
    withheld += shown && few;
    if (shown && !few) {
      lw_buf_add_c(out, printed++ == 0 ? "" : ",");
      lw_suggestion_print(&found->items[i], found->currency, out);
    }
  }
  LW_BUF_LIT(out, "],\"rule\":");
  lw_suggest_print_rule(LW_SUGGEST_DAYS, out);
  if (withheld != 0) {
    lw_buf_printf(out, ",\"withheld\":%u", withheld);
  }
  lw_buf_printf(out, ",\"asks\":%llu}", (unsigned long long)found->asks);
}

/* Who can be asked: as POST /v1/policy/replay sees it. */
static enum lw_code find(struct lw_call *call, const struct lw_live_past_view *past,
                         struct lw_buf *out, struct lw_error *err)
{
  const struct lw_snapshot *snapshot = call->snapshot;
  const struct lw_directory *people = &snapshot->staff->directory;
  const struct lw_suggest suggest = {.tape = past->tape,
                                     .policy = snapshot->policy,
                                     .source = snapshot->policy->source,
                                     .people = people->count != 0 ? people : NULL,
                                     .people_serial = snapshot->serial,
                                     .tape_serial = past->serial,
                                     .snapshot = snapshot,
                                     .cache = call->server->replays,
                                     .progress = goes_on,
                                     .user = call};
  struct lw_suggestions found = {.count = 0};
  enum lw_code rc = lw_suggest_find(&suggest, &found, err);
  if (rc == LW_OK) {
    print_list(call->user, &found, out);
  }
  lw_suggestions_finish(&found);
  return rc;
}

/* What the list depends on; of a long record a list may be an hour old. */
static lw_hash question_of(struct lw_call *call)
{
  const struct suggesting *suggesting = call->user;
  struct lw_hasher *hasher = lw_exchange_of(call)->work->hasher;
  uint64_t seq = lw_engine_seq(call->engine);
  const uint64_t numbers[] = {
      seq < SMALL_SEQ ? seq : (uint64_t)(lw_engine_now(call->engine) / HOUR_USEC) + SMALL_SEQ,
      call->snapshot->serial, call->snapshot->policy_version, suggesting->n_dismissed,
      suggesting->council.on};
  lw_hasher_start(hasher);
  lw_hasher_add(hasher, LW_STR("suggestions"));
  lw_hasher_add(hasher, lw_str_from((const char *)numbers, sizeof numbers));
  for (uint32_t i = 0; i < suggesting->n_dismissed; i++) {
    const lw_usec at = suggesting->dismissed[i].at;
    lw_hasher_add(hasher, suggesting->dismissed[i].id);
    lw_hasher_add(hasher, lw_str_from((const char *)&at, sizeof at));
  }
  return lw_hasher_end(hasher);
}

/* Appends the list. */
static enum lw_code list(struct lw_call *call, struct lw_buf *out, struct lw_error *err)
{
  const lw_hash question = question_of(call);
  struct lw_live_past_view past;
  if (lw_replay_cache_find(call->server->replays, &question, out)) {
    return LW_OK;
  }
  enum lw_code rc = lw_live_past_hold(call->server->past, lw_engine_seq(call->engine),
                                      LW_API_PAST_WAIT_MSEC, &past, err);
  if (rc != LW_OK) {
    return rc;
  }
  rc = find(call, &past, out, err);
  lw_live_past_release(call->server->past);
  if (rc == LW_OK && !out->failed) {
    lw_replay_cache_keep(call->server->replays, &question, lw_buf_str(out));
  }
  return rc;
}

/* --- one of them --- */

static const struct lw_value *find_item(const struct lw_value *list, lw_str id)
{
  const struct lw_value *items = lw_value_get(list, LW_STR("items"));
  for (uint32_t i = 0; items != NULL && i < items->count; i++) {
    if (lw_str_equal(lw_value_get(&items->items[i], LW_STR("id"))->text, id)) {
      return &items->items[i];
    }
  }
  return NULL;
}

static void dismiss(struct lw_call *call, const struct lw_value *item)
{
  struct suggesting *suggesting = call->user;
  suggesting->dismissal.id = call->params[0];
  suggesting->dismissal.asks = lw_api_number_of(lw_value_get(item, LW_STR("asks")));
  call->then = lw_api_without_body;
  lw_call_submit(call, lw_dismissal_apply, &suggesting->dismissal);
}

/* The live version with that one value; its title says the change, its reason the evidence. */
static enum lw_code write_draft(struct lw_call *call, struct lw_db *db, lw_str path, lw_str value,
                                struct lw_error *err)
{
  struct suggesting *suggesting = call->user;
  struct lw_buf text = {0};
  enum lw_code rc = lw_policy_edit(call->snapshot->policy->source, path, value, &text, err);
  suggesting->put.source = lw_str_copy(&call->arena, lw_buf_str(&text));
  suggesting->put.from = call->snapshot->policy_version;
  lw_buf_finish(&text);
  if (rc == LW_OK && call->arena.failed) {
    rc = lw_fail(err, LW_NO_MEMORY, "out of memory; try again");
  }
  if (rc == LW_OK) {
    rc = lw_draft_look(&suggesting->look, db, call->snapshot, suggesting->put.source,
                       suggesting->put.from, &call->arena, err);
  }
  suggesting->put.title = suggesting->look.words;
  suggesting->put.look = &suggesting->look;
  return rc;
}

static void make_draft(struct lw_call *call, struct lw_db *db, const struct lw_value *item)
{
  struct suggesting *suggesting = call->user;
  const struct lw_value *after = lw_value_get(item, LW_STR("after"));
  struct lw_error err;
  if (after == NULL) {
    lw_call_fail(call, LW_CONFLICT, "this is a hint: there is no draft of it");
    return;
  }
  lw_str path = lw_value_get(item, LW_STR("path"))->text;
  suggesting->put.reason = lw_value_get(item, LW_STR("words"))->text;
  if (lw_api_is_well(call, write_draft(call, db, path, after->text, &err), &err)) {
    lw_call_submit(call, lw_draft_apply, &suggesting->put);
  }
}

static void work_one(struct lw_call *call, struct lw_db *db, lw_str list)
{
  const struct suggesting *suggesting = call->user;
  const struct lw_value *document = NULL;
  struct lw_error err;
  struct lw_json_reader *reader = lw_json_reader_create(NULL);
  enum lw_code rc = reader != NULL ? lw_json_read(reader, &call->arena, list, NULL, &document, &err)
                                   : lw_fail(&err, LW_NO_MEMORY, "out of memory; try again");
  lw_json_reader_destroy(reader);
  const struct lw_value *item = rc == LW_OK ? find_item(document, call->params[0]) : NULL;
  if (rc == LW_OK && item == NULL) {
    rc = lw_fail(&err, LW_NOT_FOUND, "there is no such suggestion now");
    lw_error_hint(&err, "ask for the list again: answers or the policy may have changed it");
  }
  if (!lw_api_is_well(call, rc, &err)) {
    return;
  }
  if (suggesting->wish == WISH_DISMISS) {
    dismiss(call, item);
  } else {
    make_draft(call, db, item);
  }
}

/* --- the calls --- */

static void work_suggest(struct lw_call *call)
{
  struct suggesting *suggesting = call->user;
  struct lw_buf text = {0};
  struct lw_error err;
  if (!lw_call_is_awaited(call)) {
    return;
  }
  if (call->snapshot->policy == NULL) {
    lw_call_fail(call, LW_NOT_FOUND, "no policy was published yet");
    return;
  }
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL || !lw_api_council(call, &suggesting->council) ||
      !lw_api_is_well(call,
                      lw_dismissal_list(db, &call->arena, &suggesting->dismissed,
                                        &suggesting->n_dismissed, &err),
                      &err) ||
      !lw_api_is_well(call, list(call, &text, &err), &err)) {
    lw_buf_finish(&text);
    return;
  }
  lw_str found = lw_str_copy(&call->arena, lw_buf_str(&text));
  lw_buf_finish(&text);
  if (call->arena.failed) {
    lw_call_fail(call, LW_NO_MEMORY, "out of memory; try again");
  } else if (suggesting->wish == WISH_LIST) {
    lw_buf_add(&call->out, found);
    lw_call_reply(call, 200);
  } else {
    work_one(call, db, found);
  }
}

static void begin(struct lw_call *call, enum wish wish)
{
  static const char *const members[] = {"reason", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct suggesting *suggesting = LW_API_NEW(call, struct suggesting);
  if (suggesting == NULL) {
    return;
  }
  call->user = suggesting;
  lw_exchange_of(call)->cleanup = finish_suggesting;
  suggesting->wish = wish;
  if (wish == WISH_DISMISS && call->json != NULL) {
    lw_call_known(call->json, members, &faults);
    suggesting->dismissal.reason = lw_call_text(call->json, "reason", &faults);
    if (suggesting->dismissal.reason.len > LW_DISMISSAL_REASON_BYTES_MAX) {
      lw_faults_add(&faults, LW_STR("reason"), "takes at most %d bytes",
                    LW_DISMISSAL_REASON_BYTES_MAX);
    }
  }
  if (lw_call_is_sound(call, &faults)) {
    lw_worker_run_on(call->server->replayer, call, work_suggest);
  }
}

void lw_api_list_suggestions(struct lw_call *call)
{
  begin(call, WISH_LIST);
}

void lw_api_draft_suggestion(struct lw_call *call)
{
  begin(call, WISH_DRAFT);
}

void lw_api_dismiss_suggestion(struct lw_call *call)
{
  begin(call, WISH_DISMISS);
}
