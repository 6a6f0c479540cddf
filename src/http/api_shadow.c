/* The shadow (engine/shadow.h): begun, looked at, ended. Who may change the policy alone: it tells
 * of everybody's requests, by a policy that does not hold. The text is read on the worker's thread,
 * as for publishing. */
#include "base/num.h"
#include "engine/draft.h"
#include "engine/shadow.h"
#include "http/api.h"
#include "http/council.h"
#include "http/exchange.h"
#include "http/worker.h"

/* --- looking --- */

void lw_api_get_shadow(struct lw_call *call)
{
  struct lw_api_page page;
  struct lw_shadow shadow;
  struct lw_shadow_counts counts;
  struct lw_council council;
  struct lw_error err;
  uint64_t after = 0;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL || !lw_api_council(call, &council) || !lw_api_read_page(call, &page) ||
      !lw_api_read_number(call, "after", 1, INT64_MAX / 2, 0, &after) ||
      !lw_api_is_well(call, lw_shadow_get(db, &call->arena, &shadow, &err), &err) ||
      !lw_api_wait_for_lists(call)) {
    return;
  }
  enum lw_code code = lw_lists_shadow(call->server->lists, shadow.seq, after, page.limit,
                                      &call->arena, &counts, &err);
  if (lw_api_is_well(call, code, &err)) {
    lw_shadow_print(&shadow, call->snapshot, true, &call->out);
    lw_shadow_counts_print(&counts, lw_api_currency(call), &council, &call->out);
    LW_BUF_LIT(&call->out, "}");
    lw_call_reply(call, 200);
  }
}

/* --- starting --- */

struct starting {
  struct lw_shadow_start start;
  lw_str source;
  lw_str draft;
  uint64_t version;
  lw_usec until;
  lw_str reason;
};

static void finish_starting(struct lw_call *call)
{
  struct starting *starting = call->user;
  lw_shadow_start_finish(&starting->start);
}

/* The text, and whose it is. False: replied. */
static bool find_source(struct lw_call *call, struct starting *starting, struct lw_draft *ret_draft)
{
  struct lw_publish_version version;
  struct lw_error err;
  *ret_draft = (struct lw_draft){0};
  struct lw_db *db = starting->source.ptr == NULL ? lw_call_reader(call) : NULL;
  if (starting->source.ptr != NULL || db == NULL) {
    return starting->source.ptr != NULL;
  }
  enum lw_code rc = LW_OK;
  if (starting->version != 0) {
    rc = lw_publish_get(db, starting->version, &call->arena, &version, &err);
    starting->source = rc == LW_OK ? version.source : LW_STR("");
  } else {
    rc = lw_draft_get(db, starting->draft, &call->arena, ret_draft, &err);
    starting->source = rc == LW_OK ? ret_draft->source : LW_STR("");
  }
  return lw_api_is_well(call, rc, &err);
}

static void work_start(struct lw_call *call)
{
  struct starting *starting = call->user;
  struct lw_shadow_start *start = &starting->start;
  struct lw_draft draft;
  struct lw_error err;
  if (!find_source(call, starting, &draft)) {
    return;
  }
  lw_shadow_start_init(start, starting->source, &call->arena);
  start->until = starting->until;
  start->version = starting->version;
  start->title = draft.title.len != 0 ? draft.title : draft.words;
  start->publish.note = starting->reason;
  start->publish.draft = draft.id;
  start->publish.draft_tag = draft.tag;
  lw_exchange_of(call)->cleanup = finish_starting;
  if (lw_shadow_start_prepare(start, call->snapshot, &err) != LW_OK) {
    lw_api_fail_findings(call, &start->publish, &err);
  } else {
    lw_call_submit(call, lw_shadow_start_apply, start);
  }
}

static void read_until(struct lw_call *call, struct starting *starting, struct lw_faults *faults)
{
  int64_t seconds = 0;
  uint32_t nanos = 0;
  lw_str text = lw_call_text(call->json, "until", faults);
  if (text.ptr == NULL) {
    return;
  }
  if (lw_rfc3339_read(text, &seconds, &nanos)) {
    starting->until = seconds * LW_USEC_PER_SECOND + nanos / 1000;
  } else {
    lw_faults_add(faults, LW_STR("until"), "takes a moment, as 2026-03-02T10:00:00Z");
  }
}

static void read_text(struct lw_call *call, struct starting *starting, struct lw_faults *faults)
{
  const struct lw_value *version = lw_value_get(call->json, LW_STR("version"));
  starting->source = lw_call_text(call->json, "source", faults);
  starting->draft = lw_call_text(call->json, "draft", faults);
  if (version != NULL && version->kind != LW_VALUE_NULL) {
    if (version->kind != LW_VALUE_NUMBER || !lw_uint_read(version->text, &starting->version) ||
        starting->version == 0) {
      lw_faults_add(faults, LW_STR("version"), "takes a version's number, from 1");
      starting->version = 1;
    }
  }
  if ((starting->source.ptr != NULL) + (starting->draft.len != 0) + (starting->version != 0) != 1) {
    lw_faults_add(faults, LW_STR(""), "one of draft, source and version says which policy runs");
  }
}

void lw_api_start_shadow(struct lw_call *call)
{
  static const char *const members[] = {"draft", "source", "version", "until", "reason", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct starting *starting = LW_API_NEW(call, struct starting);
  if (starting == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  read_text(call, starting, &faults);
  read_until(call, starting, &faults);
  starting->reason = lw_call_text(call->json, "reason", &faults);
  if (!lw_call_is_sound(call, &faults)) {
    return;
  }
  call->user = starting;
  lw_worker_run(call, work_start);
}

/* --- ending --- */

void lw_api_stop_shadow(struct lw_call *call)
{
  lw_str *why = LW_API_NEW(call, lw_str);
  if (why != NULL) {
    *why = LW_STR("");
    call->then = lw_api_without_body;
    lw_call_submit(call, lw_shadow_stop_apply, why);
  }
}
