/* Reads of changes (engine/reads.h): one's own, acknowledging, and who has read a version. */
#include "desk/review.h"
#include "engine/publish.h"
#include "engine/reads.h"
#include "http/api.h"

static bool is_somebody(struct lw_call *call)
{
  if (call->caller.person == NULL) {
    lw_call_fail(call, LW_FORBIDDEN, "this token stands for nobody, who has nothing to read");
  }
  return call->caller.person != NULL;
}

void lw_api_my_reads(struct lw_call *call)
{
  struct lw_error err;
  struct lw_db *db = is_somebody(call) ? lw_call_reader(call) : NULL;
  if (db != NULL) {
    const struct lw_actor *me = &call->caller.person->actor;
    const struct lw_snapshot *view = lw_snapshot_for_team(call->snapshot, me->team, call->received);
    const struct lw_reads_reader reader = {db, lw_call_json(call), &call->arena};
    lw_api_reply_read(call, lw_reads_print(&reader, me->id, view->policy, &call->out, &err), &err);
  }
}

void lw_api_acknowledge_read(struct lw_call *call)
{
  static const char *const members[] = {NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_reads_ack *ack = is_somebody(call) ? LW_API_NEW(call, struct lw_reads_ack) : NULL;
  if (ack == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  if (!lw_call_is_sound(call, &faults)) {
    return;
  }
  *ack = (struct lw_reads_ack){.person = call->caller.person->actor.id, .read = call->params[0]};
  lw_call_submit(call, lw_reads_acknowledge, ack);
}

/* Whom to list, and from where; false: replied. */
static bool read_list(struct lw_call *call, struct lw_reads_list *list)
{
  struct lw_api_page page;
  lw_str state = lw_call_query(call, "state");
  if (!lw_api_read_page(call, &page)) {
    return false;
  }
  bool open = lw_str_equal(state, LW_STR("open"));
  if (state.ptr != NULL && !open && !lw_str_equal(state, LW_STR("read"))) {
    lw_api_refuse_parameter(call, "state", "open or read");
    return false;
  }
  list->state = state.ptr == NULL ? LW_READS_ALL : open ? LW_READS_OPEN : LW_READS_DONE;
  list->after = page.after;
  list->limit = page.limit;
  return true;
}

void lw_api_version_reads(struct lw_call *call)
{
  struct lw_error err;
  uint64_t number = lw_api_number_in(call->params[0]);
  struct lw_publish_version version;
  struct lw_reads_list list = {
      .snapshot = call->snapshot, .caller = &call->caller, .arena = &call->arena};
  if (number == 0) {
    lw_call_fail(call, LW_NOT_FOUND, "there is no such version; versions count from 1");
    return;
  }
  list.db = read_list(call, &list) ? lw_call_reader(call) : NULL;
  if (list.db == NULL) {
    return;
  }
  enum lw_code code = lw_publish_get(list.db, number, &call->arena, &version, &err);
  code = code == LW_OK ? lw_works_council(list.db, &list.works_council, &err) : code;
  code = code == LW_OK ? lw_reads_list(&list, number, &call->out, &err) : code;
  lw_api_reply_read(call, code, &err);
}
