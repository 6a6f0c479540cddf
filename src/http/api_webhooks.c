/* Webhooks: endpoints and what was sent to them. */
#include "connect/deliver.h"
#include "connect/endpoint.h"
#include "connect/store.h"
#include "http/api.h"
#include "http/told.h"

void lw_api_list_webhooks(struct lw_call *call)
{
  struct lw_api_page page;
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL && lw_api_read_page(call, &page)) { /* all on one page: there are few */
    enum lw_code code = lw_endpoints_print(db, &call->out, &err);
    lw_api_reply_read(call, code, &err);
  }
}

void lw_api_get_webhook(struct lw_call *call)
{
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    enum lw_code code = lw_endpoint_print(db, call->params[0], &call->out, &err);
    lw_api_reply_read(call, code, &err);
  }
}

static struct lw_endpoint_call *begin(struct lw_call *call)
{
  struct lw_endpoint_call *given = LW_API_NEW(call, struct lw_endpoint_call);
  if (given != NULL) {
    given->allow_inside =
        call->server->connect != NULL && lw_connect_allows_inside(call->server->connect);
    given->id = call->params[0];
    given->json = call->json;
    call->user = given;
  }
  return given;
}

static void add_secret(struct lw_call *call)
{
  lw_endpoint_answer_finish(call->user, &call->change, &call->out);
}

static void wipe_secret(struct lw_call *call)
{
  lw_endpoint_answer_finish(call->user, &call->change, NULL);
}

static void submit_with_secret(struct lw_call *call, enum lw_code (*apply)(struct lw_batch *batch,
                                                                           struct lw_change *change,
                                                                           struct lw_error *err))
{
  struct lw_endpoint_call *given = begin(call);
  if (given != NULL) {
    lw_endpoint_call_begin(given, lw_world_rand(lw_engine_world(call->engine)));
    call->then = add_secret;
    lw_exchange_of(call)->cleanup = wipe_secret;
    lw_call_submit(call, apply, given);
  }
}

static void submit_plain(struct lw_call *call,
                         enum lw_code (*apply)(struct lw_batch *batch, struct lw_change *change,
                                               struct lw_error *err))
{
  struct lw_endpoint_call *given = begin(call);
  if (given != NULL) {
    lw_call_submit(call, apply, given);
  }
}

void lw_api_add_webhook(struct lw_call *call)
{
  submit_with_secret(call, lw_endpoint_create_apply);
}

void lw_api_rotate_webhook(struct lw_call *call)
{
  submit_with_secret(call, lw_endpoint_rotate_apply);
}

void lw_api_change_webhook(struct lw_call *call)
{
  submit_plain(call, lw_endpoint_patch_apply);
}

void lw_api_remove_webhook(struct lw_call *call)
{
  call->then = lw_api_without_body;
  submit_plain(call, lw_endpoint_delete_apply);
}

/* A test stands in no journal entry that the deliveries would follow. */
static void wake_deliveries(struct lw_call *call)
{
  if (call->server->connect != NULL) {
    lw_connect_wake(call->server->connect);
  }
}

void lw_api_test_webhook(struct lw_call *call)
{
  call->then = wake_deliveries;
  submit_plain(call, lw_endpoint_test_apply);
}

void lw_api_list_deliveries(struct lw_call *call)
{
  struct lw_api_page page;
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL || !lw_api_read_page(call, &page)) {
    return;
  }
  struct lw_delivery_filter filter = {.endpoint = call->params[0],
                                      .state = lw_call_query(call, "state"),
                                      .after = page.after,
                                      .limit = page.limit};
  enum lw_code code = lw_deliveries_print(db, &filter, &call->out, &err);
  lw_api_reply_read(call, code, &err);
}

/* Alerts by mail, of everybody. */
void lw_api_list_mails(struct lw_call *call)
{
  struct lw_api_page page;
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL || !lw_api_read_page(call, &page)) {
    return;
  }
  struct lw_delivery_filter filter = {.endpoint = LW_STR("mail"),
                                      .state = lw_call_query(call, "state"),
                                      .after = page.after,
                                      .limit = page.limit};
  enum lw_code code = lw_deliveries_print(db, &filter, &call->out, &err);
  lw_api_reply_read(call, code, &err);
}

/* --- once more --- */

/* Whether that delivery is one of that webhook's. False: replied. */
static bool is_of_webhook(struct lw_call *call)
{
  struct lw_delivery_row row;
  struct lw_error err;
  enum lw_delivery_state state = LW_DELIVERY_WAITING;
  int attempts = 0;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL) {
    return false;
  }
  enum lw_code code =
      lw_delivery_get(db, call->params[1], &call->arena, &row, &state, &attempts, &err);
  if (code == LW_NOT_FOUND || (code == LW_OK && !lw_str_equal(row.endpoint, call->params[0]))) {
    lw_call_fail(call, LW_NOT_FOUND, "this webhook has no such delivery");
    return false;
  }
  return lw_api_is_well(call, code, &err);
}

void lw_api_resend_delivery(struct lw_call *call)
{
  static const char *const members[] = {NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  lw_str *id = LW_API_NEW(call, lw_str);
  if (id == NULL || !is_of_webhook(call)) {
    return;
  }
  lw_call_known(call->json, members, &faults);
  if (!lw_call_is_sound(call, &faults)) {
    return;
  }
  *id = call->params[1];
  call->then = wake_deliveries;
  lw_call_submit(call, lw_delivery_resend_apply, id);
}

void lw_api_resend_deliveries(struct lw_call *call)
{
  static const char *const members[] = {NULL};
  struct lw_faults faults = lw_call_new_faults(call);
  lw_call_known(call->json, members, &faults);
  if (!lw_call_is_sound(call, &faults)) {
    return;
  }
  call->then = wake_deliveries;
  lw_call_submit(call, lw_deliveries_resend_apply, &call->params[0]);
}

/* --- one of them --- */

void lw_api_get_delivery(struct lw_call *call)
{
  struct lw_error err;
  struct lw_db *db = lw_call_reader(call);
  if (db != NULL) {
    const struct lw_delivery_look look = {call->params[0], call->params[1], lw_call_json(call),
                                          &call->arena, lw_told_words(call->engine)};
    enum lw_code code = lw_delivery_look(db, &look, &call->out, &err);
    lw_api_reply_read(call, code, &err);
  }
}
