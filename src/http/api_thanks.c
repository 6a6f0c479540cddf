/* Thanks (desk/thanks.h): given, shown, put on the story wall by whoever was thanked. */
#include "desk/thanks.h"

#include "http/api.h"

void lw_api_thank(struct lw_call *call)
{
  static const char *const members[] = {"to",       "words", "customer", "case",
                                        "decision", "wall",  NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_thanking *thanking = LW_API_NEW(call, struct lw_thanking);
  if (thanking == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  *thanking = (struct lw_thanking){.caller = &call->caller,
                                   .to = lw_call_text(call->json, "to", &faults),
                                   .words = lw_call_text(call->json, "words", &faults),
                                   .case_id = lw_call_text(call->json, "case", &faults),
                                   .decision = lw_call_text(call->json, "decision", &faults)};
  thanking->customer = lw_call_flag(call->json, "customer", false, &faults);
  thanking->wall = lw_call_flag(call->json, "wall", false, &faults);
  if (thanking->to.len == 0) {
    lw_faults_add(&faults, LW_STR("to"), "is missing");
  }
  if (lw_str_trim(thanking->words).len == 0) {
    lw_faults_add(&faults, LW_STR("words"), "is missing");
  } else if (thanking->words.len > LW_THANKS_WORDS_BYTES_MAX) {
    lw_faults_add(&faults, LW_STR("words"), "is longer than %d bytes", LW_THANKS_WORDS_BYTES_MAX);
  }
  lw_call_submit_sound(call, &faults, lw_thanks_give, thanking);
}

void lw_api_put_thanks_on_wall(struct lw_call *call)
{
  static const char *const members[] = {"on", NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_thanks_walling *walling = LW_API_NEW(call, struct lw_thanks_walling);
  if (walling == NULL) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  *walling = (struct lw_thanks_walling){.caller = &call->caller, .id = call->params[0]};
  walling->on = lw_call_flag(call->json, "on", false, &faults);
  if (lw_value_get(call->json, LW_STR("on")) == NULL) {
    lw_faults_add(&faults, LW_STR("on"), "is missing");
  }
  lw_call_submit_sound(call, &faults, lw_thanks_wall, walling);
}

void lw_api_list_thanks(struct lw_call *call)
{
  struct lw_thanks_query query = {.person = lw_call_query(call, "person")};
  struct lw_api_page page;
  struct lw_error err;
  if (!lw_api_read_page(call, &page) || !lw_api_read_flag(call, "wall", &query.wall) ||
      (query.person.ptr != NULL && !query.wall &&
       !lw_call_may(call, LW_ACCESS_SEE_THANKS, query.person))) {
    return;
  }
  query.after = page.after;
  query.limit = page.limit;
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    struct lw_desk_reader reader = lw_api_desk(call, db);
    enum lw_code code = lw_thanks_list(&reader, &query, &call->out, &err);
    lw_api_reply_read(call, code, &err);
  }
}

void lw_api_thanks_due(struct lw_call *call)
{
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    struct lw_desk_reader reader = lw_api_desk(call, db);
    enum lw_code code = lw_thanks_due(&reader, &call->out, &err);
    lw_api_reply_read(call, code, &err);
  }
}
