/* leeway token create | list | revoke: what machines show to a server. A token is printed once, and
 * kept nowhere but as its digest. */
#include "base/num.h"
#include "cli/cli.h"
#include "cli/store.h"
#include "engine/staff_change.h"

enum { LIST_MAX = 100000 };

/* Runs the change and says what went wrong; the answer is the caller's to finish. */
static int run(struct lw_engine *engine, struct lw_change *change)
{
  struct lw_error err = {0};
  enum lw_code rc = lw_engine_run(engine, change, &err);
  if (rc != LW_OK) {
    lw_say(&err);
    return lw_code_exit_status(rc);
  }
  return LW_EXIT_DONE;
}

static int write_out(struct lw_buf *out, int status)
{
  if (status == LW_EXIT_DONE && !lw_write_out(out)) {
    status = LW_EXIT_FAILED;
  }
  return status;
}

/* ---- create ---- */

static int create_in(struct lw_engine *engine, struct lw_token_change *token, bool json)
{
  struct lw_arena arena;
  struct lw_hasher *hasher = lw_hasher_create();
  lw_arena_init(&arena, NULL, 0);
  struct lw_change change = {
      .apply = lw_token_create_apply, .user = token, .arena = &arena, .actor = LW_STR("cli")};
  struct lw_buf out = {0};
  int status = LW_EXIT_FAILED;
  if (hasher == NULL) {
    lw_say_error("out of memory");
  } else {
    lw_token_change_begin(token, lw_rand_system(), hasher);
    status = run(engine, &change);
  }
  if (status == LW_EXIT_DONE && json) {
    lw_buf_add(&out, lw_buf_str(&change.answer));
    lw_token_answer_finish(token, &change, &out);
  } else if (status == LW_EXIT_DONE) {
    lw_buf_add(&out, lw_str_from(token->text, LW_TOKEN_TEXT_BYTES));
  }
  lw_buf_add_char(&out, '\n');
  status = write_out(&out, status);
  if (out.ptr != NULL) {
    lw_secret_wipe(out.ptr, out.len);
  }
  lw_secret_wipe(token->text, sizeof token->text);
  lw_buf_finish(&out);
  lw_buf_finish(&change.answer);
  lw_hasher_destroy(hasher);
  lw_arena_finish(&arena);
  return status;
}

static int read_days(const char *text, uint32_t *ret_days)
{
  uint64_t days = 0;
  if (text != NULL &&
      (!lw_uint_read(lw_str_c(text), &days) || days < 1 || days > LW_TOKEN_DAYS_MAX)) {
    return lw_usage_error("token create", "--days is a number from 1 to %d, not %s",
                          LW_TOKEN_DAYS_MAX, text);
  }
  *ret_days = (uint32_t)days;
  return LW_EXIT_DONE;
}

int lw_cmd_token_create(int argc, char **argv)
{
  static const char name[] = "token create";
  const char *scopes = NULL;
  const char *label = NULL;
  const char *person = NULL;
  const char *days = NULL;
  const char *url = LW_STORE_URL;
  bool json = false;
  const struct lw_option_spec specs[] = {{"scope", &scopes, NULL},  {"name", &label, NULL},
                                         {"person", &person, NULL}, {"days", &days, NULL},
                                         {"db", &url, NULL},        {"json", NULL, &json}};
  char **words = NULL;
  int count = 0;
  int status = lw_take_options(name, argc, argv, specs, 6, &words, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  struct lw_token_change token = {.name = lw_str_c(label), .person = lw_str_c(person)};
  struct lw_error err = {0};
  if (count != 0 || scopes == NULL) {
    return lw_usage_error(name, count != 0 ? "it takes no words but options"
                                           : "--scope says what the token may do");
  }
  if (lw_token_scopes_read(lw_str_c(scopes), &token.scopes, &err) != LW_OK) {
    return lw_usage_error(name, "%s; %s", err.text, err.hint);
  }
  status = read_days(days, &token.days);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  struct lw_engine *engine = lw_store_need(url, true);
  status = engine != NULL ? create_in(engine, &token, json) : LW_EXIT_FAILED;
  lw_engine_close(engine);
  return status;
}

/* ---- list ---- */

static void add_day(lw_usec at, struct lw_buf *out)
{
  enum { DAY_BYTES = 10, TIME_BYTES_MAX = 40 };
  char text[TIME_BYTES_MAX];
  size_t len = lw_rfc3339_write(at / LW_USEC_PER_SECOND, 0, text);
  lw_buf_printf(out, "%-12.*s", at != 0 && len >= DAY_BYTES ? DAY_BYTES : 1, at != 0 ? text : "-");
}

static void add_row(const struct lw_token *token, lw_usec now, struct lw_buf *out)
{
  struct lw_buf scopes = {0};
  lw_token_scopes_print(token->scopes, &scopes);
  lw_buf_printf(out, "%-31.*s%-9.*s", LW_FMT(token->id), LW_FMT(lw_token_state(token, now)));
  add_day(token->ends_at, out);
  add_day(token->last_used_at, out);
  lw_buf_printf(out, "%-20.*s%-14.*s%.*s\n", LW_FMT(lw_buf_str(&scopes)), LW_FMT(token->person),
                LW_FMT(token->name));
  out->failed = out->failed || scopes.failed;
  lw_buf_finish(&scopes);
}

static void print_list(const struct lw_token *tokens, uint32_t count, lw_usec now, bool json,
                       struct lw_buf *out)
{
  if (json) {
    LW_BUF_LIT(out, "{\"items\":[");
  } else {
    lw_buf_printf(out, "%-31s%-9s%-12s%-12s%-20s%-14s%s\n", "id", "state", "ends", "last used",
                  "scopes", "stands for", "name");
  }
  for (uint32_t i = 0; i < count; i++) {
    if (!json) {
      add_row(&tokens[i], now, out);
      continue;
    }
    lw_buf_add(out, i == 0 ? LW_STR("") : LW_STR(","));
    lw_token_print(&tokens[i], now, out);
  }
  lw_buf_add(out, json ? LW_STR("]}\n") : LW_STR(""));
}

static int list_of(struct lw_engine *engine, bool json)
{
  struct lw_error err = {0};
  struct lw_db *db = NULL;
  struct lw_arena arena;
  struct lw_buf out = {0};
  const struct lw_token *tokens = NULL;
  uint32_t count = 0;
  lw_arena_init(&arena, NULL, 0);
  enum lw_code rc = lw_engine_reader(engine, &db, &err);
  if (rc == LW_OK) {
    rc = lw_token_list(db, LW_STR(""), LIST_MAX, &arena, &tokens, &count, &err);
    lw_engine_reader_done(engine, db);
  }
  int status = lw_code_exit_status(rc);
  if (rc != LW_OK) {
    lw_say(&err);
  } else {
    print_list(tokens, count, lw_engine_now(engine), json, &out);
    status = write_out(&out, LW_EXIT_DONE);
  }
  lw_buf_finish(&out);
  lw_arena_finish(&arena);
  return status;
}

int lw_cmd_token_list(int argc, char **argv)
{
  static const char name[] = "token list";
  const char *url = LW_STORE_URL;
  bool json = false;
  const struct lw_option_spec specs[] = {{"db", &url, NULL}, {"json", NULL, &json}};
  char **words = NULL;
  int count = 0;
  int status = lw_take_options(name, argc, argv, specs, 2, &words, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 0) {
    return lw_usage_error(name, "it takes no words but options");
  }
  struct lw_engine *engine = lw_store_need(url, false);
  status = engine != NULL ? list_of(engine, json) : LW_EXIT_FAILED;
  lw_engine_close(engine);
  return status;
}

/* ---- revoke ---- */

int lw_cmd_token_revoke(int argc, char **argv)
{
  static const char name[] = "token revoke";
  const char *url = LW_STORE_URL;
  bool json = false;
  const struct lw_option_spec specs[] = {{"db", &url, NULL}, {"json", NULL, &json}};
  char **words = NULL;
  int count = 0;
  int status = lw_take_options(name, argc, argv, specs, 2, &words, &count);
  if (status != LW_EXIT_DONE) {
    return status;
  }
  if (count != 1) {
    return lw_usage_error(name, "one token is revoked by its id, not %d", count);
  }
  struct lw_engine *engine = lw_store_need(url, false);
  if (engine == NULL) {
    return LW_EXIT_FAILED;
  }
  struct lw_arena arena;
  lw_str id = lw_str_c(words[0]);
  lw_arena_init(&arena, NULL, 0);
  struct lw_change change = {
      .apply = lw_token_revoke_apply, .user = &id, .arena = &arena, .actor = LW_STR("cli")};
  status = run(engine, &change);
  if (status == LW_EXIT_DONE && json) {
    lw_buf_add_char(&change.answer, '\n');
    status = write_out(&change.answer, status);
  }
  lw_buf_finish(&change.answer);
  lw_arena_finish(&arena);
  lw_engine_close(engine);
  return status;
}
