/* What customers said, and what became of them: recorded by whoever says what the records say,
 * ratings read by whoever sees the agent's decisions. */
#include "desk/parting.h"
#include "desk/rating.h"
#include "http/api.h"

void lw_api_record_rating(struct lw_call *call)
{
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_rating_new *rating = LW_API_NEW(call, struct lw_rating_new);
  struct lw_rating_scale usual;
  struct lw_error err;
  struct lw_db *db = rating != NULL ? lw_call_reader(call) : NULL;
  if (db == NULL || !lw_api_is_well(call, lw_rating_scale_set(db, &usual, &err), &err)) {
    return;
  }
  if (lw_rating_read(call->json, &usual, rating, &faults)) {
    lw_call_submit(call, lw_rating_record, rating);
  } else {
    lw_call_faults(call, &faults);
  }
}

void lw_api_list_ratings(struct lw_call *call)
{
  struct lw_api_page page;
  struct lw_error err;
  if (!lw_api_read_page(call, &page)) {
    return;
  }
  struct lw_rating_query query = {.case_id = lw_call_query(call, "case"),
                                  .agent = lw_call_query(call, "agent"),
                                  .customer = lw_call_query(call, "customer"),
                                  .after = page.after,
                                  .limit = page.limit};
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    struct lw_desk_reader reader = lw_api_desk(call, db);
    enum lw_code code = lw_rating_list(&reader, &query, &call->out, &err);
    lw_api_reply_read(call, code, &err);
  }
}

void lw_api_record_outcome(struct lw_call *call)
{
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_parting_new *outcome = LW_API_NEW(call, struct lw_parting_new);
  if (outcome == NULL) {
    return;
  }
  if (lw_parting_read(call->json, call->params[0], outcome, &faults)) {
    lw_call_submit(call, lw_parting_record, outcome);
  } else {
    lw_call_faults(call, &faults);
  }
}
