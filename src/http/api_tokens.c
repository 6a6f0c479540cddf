/* Tokens: listed, made, ended. The token itself is made here, before the change, and shown once. */
#include "engine/staff_change.h"
#include "http/api.h"

void lw_api_list_tokens(struct lw_call *call)
{
  struct lw_api_page page;
  struct lw_error err;
  const struct lw_token *tokens = NULL;
  uint32_t count = 0;
  struct lw_db *db = lw_call_reader(call);
  if (db == NULL || !lw_api_read_page(call, &page)) {
    return;
  }
  enum lw_code code =
      lw_token_list(db, page.after, page.limit + 1, &call->arena, &tokens, &count, &err);
  if (!lw_api_is_well(call, code, &err)) {
    return;
  }
  uint32_t shown = count < page.limit ? count : page.limit;
  LW_BUF_LIT(&call->out, "{\"items\":[");
  for (uint32_t i = 0; i < shown; i++) {
    lw_buf_add(&call->out, i == 0 ? LW_STR("") : LW_STR(","));
    lw_token_print(&tokens[i], call->received, &call->out);
  }
  LW_BUF_LIT(&call->out, "]");
  if (shown < count) {
    LW_BUF_LIT(&call->out, ",\"next\":");
    lw_json_add_string(&call->out, tokens[shown - 1].id);
  }
  LW_BUF_LIT(&call->out, "}");
  lw_call_reply(call, 200);
}

static void add_token(struct lw_call *call)
{
  struct lw_token_change *token = call->user;
  lw_token_answer_finish(token, &call->change, &call->out);
}

static void wipe_token(struct lw_call *call)
{
  struct lw_token_change *token = call->user;
  lw_secret_wipe(token->text, sizeof token->text);
}

void lw_api_make_token(struct lw_call *call)
{
  struct lw_faults faults = lw_call_new_faults(call);
  struct lw_token_change *token = LW_API_NEW(call, struct lw_token_change);
  if (token == NULL) {
    return;
  }
  if (!lw_token_change_read(call->json, token, &faults)) {
    lw_call_faults(call, &faults);
    return;
  }
  const struct lw_rand *rand = lw_world_rand(lw_engine_world(call->engine));
  lw_token_change_begin(token, rand, lw_exchange_of(call)->work->hasher);
  call->user = token;
  call->then = add_token;
  lw_exchange_of(call)->cleanup = wipe_token;
  lw_call_submit(call, lw_token_create_apply, token);
}

void lw_api_end_token(struct lw_call *call)
{
  lw_call_submit(call, lw_token_revoke_apply, &call->params[0]);
}
