/* Webhooks: endpoints and what was sent to them. */
#include "connect/deliver.h"
#include "connect/endpoint.h"
#include "http/api.h"

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
