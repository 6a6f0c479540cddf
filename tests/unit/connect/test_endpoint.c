/* What an administrator sets: what is taken, what is refused and how it is said, and that a secret
 * is shown once. */
#include "bench.h"

struct kind_row {
  const char *patterns;
  const char *kind;
  bool wants;
};

static void kinds(void **state)
{
  static const struct kind_row rows[] = {
      {"", "decision", true},
      {"*", "decision", true},
      {"decision", "decision", true},
      {"decision", "decision.reversed", false},
      {"decision.*", "decision.reversed", true},
      {"decision.*", "decision", false},
      {"hold.* approval.opened", "approval.opened", true},
      {"hold.* approval.opened", "approval.raised", false},
      {"hold.* approval.opened", "hold.lapsed", true},
  };
  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    if (lw_endpoint_wants(lw_str_c(rows[i].patterns), lw_str_c(rows[i].kind)) != rows[i].wants) {
      fail_msg("%s: %s", rows[i].patterns, rows[i].kind);
    }
  }
}

struct spec_row {
  const char *json;
  const char *text;
  const char *hint;
};

static void what_does_not_fit(void **state)
{
  static const struct spec_row rows[] = {
      {"[]", "a JSON object", ""},
      {"{}", "url: where to", ""},
      {"{\"url\":7}", "url: an address", ""},
      {"{\"url\":\"ftp://x.example/\"}", "url: the address is of kind ftp", "https"},
      {"{\"url\":\"https://10.0.0.1/\"}", "url: 10.0.0.1 lies inside", "allow private"},
      {"{\"url\":\"https://x.example/\",\"kinds\":\"*\"}", "kinds: a list", ""},
      {"{\"url\":\"https://x.example/\",\"kinds\":[\"decisions\"]}", "no kind \"decisions\"",
       "did you mean \"decision\"?"},
      {"{\"url\":\"https://x.example/\",\"kinds\":[\"zzz.*\"]}", "no kind", ""},
      {"{\"url\":\"https://x.example/\",\"kinds\":[\"decision hold\"]}", "no kind", ""},
      {"{\"url\":\"https://x.example/\",\"texts\":1}", "texts: true or false", ""},
      {"{\"url\":\"https://x.example/\",\"name\":\"a\\nb\"}", "name: one line", ""},
      {"{\"url\":\"https://x.example/\",\"active\":true}", "no member \"active\"", "url, name"},
      {"{\"url\":\"https://x.example/\",\"secret\":\"x\"}", "no member \"secret\"", ""},
  };
  (void)state;
  struct bench *bench = bench_start(false);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct lw_endpoint_call call = {.json = bench_read(bench, lw_str_c(rows[i].json))};
    lw_endpoint_call_begin(&call, &bench->rand);
    assert_int_equal(bench_run(bench, lw_endpoint_create_apply, &call), LW_INVALID);
    if (strstr(bench->err.text, rows[i].text) == NULL ||
        strstr(bench->err.hint, rows[i].hint) == NULL) {
      fail_msg("%s: %s; %s", rows[i].json, bench->err.text, bench->err.hint);
    }
  }
  assert_int_equal(lw_engine_seq(bench->engine), 0);
  bench_finish(bench);
}

static bool on_hidden(void *user, const struct lw_entry_view *entry)
{
  const char *secret = user;
  assert_true(lw_str_find(entry->body, lw_str_c(secret), 0) == SIZE_MAX);
  assert_true(lw_str_find(entry->body, LW_STR("/path"), 0) == SIZE_MAX); /* may be a password */
  return true;
}

/* Neither journal nor list says it. */
static void check_hidden(struct bench *bench, char *secret)
{
  struct lw_db *db = NULL;
  struct lw_buf out = {0};
  assert_int_equal(lw_engine_reader(bench->engine, &db, &bench->err), LW_OK);
  assert_int_equal(lw_journal_walk(db, 0, 0, on_hidden, secret, &bench->err), LW_OK);
  assert_int_equal(lw_endpoints_print(db, &out, &bench->err), LW_OK);
  assert_true(lw_str_find(lw_buf_str(&out), lw_str_c(secret), 0) == SIZE_MAX);
  lw_engine_reader_done(bench->engine, db);
  lw_buf_finish(&out);
}

static void a_secret_is_shown_once(void **state)
{
  (void)state;
  struct bench *bench = bench_start(false);
  struct lw_endpoint_call call = {
      .json = bench_read(bench, LW_STR("{\"url\":\"https://x.example/path\",\"name\":\"ours\"}"))};
  struct lw_change change = {.status = 201};
  char secret[LW_WEBHOOK_SECRET_BYTES];
  lw_endpoint_call_begin(&call, &bench->rand);
  (void)lw_webhook_key_write(&call.key, secret);
  assert_int_equal(bench_run(bench, lw_endpoint_create_apply, &call), LW_OK);
  assert_true(lw_str_find(lw_buf_str(&bench->answer), lw_str_c(secret), 0) == SIZE_MAX);
  struct lw_buf answer = {0};
  lw_buf_add(&answer, lw_buf_str(&bench->answer));
  lw_endpoint_answer_finish(&call, &change, &answer);
  assert_true(
      lw_str_equal(bench_get(bench_read(bench, lw_buf_str(&answer)), "secret"), lw_str_c(secret)));
  assert_int_equal(call.key.count, 0); /* wiped */
  lw_buf_reset(&answer);
  lw_buf_add(&answer, lw_buf_str(&bench->answer));
  change.repeated = true;
  lw_endpoint_answer_finish(&call, &change, &answer);
  const struct lw_value *again = bench_read(bench, lw_buf_str(&answer));
  assert_null(lw_value_get(again, LW_STR("secret")));
  assert_true(lw_value_get(again, LW_STR("shown"))->boolean);
  lw_buf_finish(&answer);
  call.id = bench_get(again, "id");
  call.json = bench_read(bench, LW_STR("{\"texts\":true}"));
  assert_int_equal(bench_run(bench, lw_endpoint_patch_apply, &call), LW_OK);
  lw_endpoint_call_begin(&call, &bench->rand);
  assert_int_equal(bench_run(bench, lw_endpoint_rotate_apply, &call), LW_OK);
  check_hidden(bench, secret);
  bench_finish(bench);
}

static void both_keys_sign_for_a_day(void **state)
{
  (void)state;
  struct bench *bench = bench_start(false);
  struct lw_webhook_key old;
  struct lw_endpoint_call call = {
      .id = bench_endpoint(bench, "{\"url\":\"https://x.example/\",\"kinds\":[\"setting.*\"]}",
                           &old)};
  lw_endpoint_call_begin(&call, &bench->rand);
  assert_int_equal(bench_run(bench, lw_endpoint_rotate_apply, &call), LW_OK);
  bench_append(bench, LW_EVENT_SETTING_CHANGED, "{}");
  bench_step(bench);
  bench->now += LW_ENDPOINT_OLD_SECRET_USEC;
  bench_append(bench, LW_EVENT_SETTING_CHANGED, "{}");
  bench_step(bench);
  assert_int_equal(bench->count, 2);
  for (int i = 0; i < 2; i++) {
    const struct sent *sent = &bench->sent[i];
    struct lw_webhook_headers headers = {lw_str_c(sent->id), lw_str_c(sent->timestamp),
                                         lw_str_c(sent->signature)};
    lw_str body = lw_str_c(sent->body);
    int64_t now = sent->at / SECOND;
    assert_int_equal(lw_webhook_verify(&headers, body, &call.key, 1, now, &bench->err), LW_OK);
    assert_int_equal(lw_webhook_verify(&headers, body, &old, 1, now, &bench->err),
                     i == 0 ? LW_OK : LW_INVALID);
  }
  bench_finish(bench);
}

static void there_are_only_so_many(void **state)
{
  (void)state;
  struct bench *bench = bench_start(false);
  for (int i = 0; i < LW_ENDPOINTS_MAX; i++) {
    (void)bench_endpoint(bench, "{\"url\":\"https://x.example/\"}", NULL);
  }
  struct lw_endpoint_call call = {
      .json = bench_read(bench, LW_STR("{\"url\":\"https://x.example/\"}"))};
  lw_endpoint_call_begin(&call, &bench->rand);
  assert_int_equal(bench_run(bench, lw_endpoint_create_apply, &call), LW_LIMIT);
  bench_finish(bench);
}

static void what_is_not_there(void **state)
{
  static const bench_apply applies[] = {lw_endpoint_patch_apply, lw_endpoint_delete_apply,
                                        lw_endpoint_rotate_apply, lw_endpoint_test_apply};
  (void)state;
  struct bench *bench = bench_start(false);
  struct lw_endpoint_call call = {.id = LW_STR("whk_none"),
                                  .json = bench_read(bench, LW_STR("{}"))};
  lw_endpoint_call_begin(&call, &bench->rand);
  for (size_t i = 0; i < sizeof(applies) / sizeof(applies[0]); i++) {
    assert_int_equal(bench_run(bench, applies[i], &call), LW_NOT_FOUND);
  }
  bench_finish(bench);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(kinds),
      cmocka_unit_test(what_does_not_fit),
      cmocka_unit_test(a_secret_is_shown_once),
      cmocka_unit_test(both_keys_sign_for_a_day),
      cmocka_unit_test(there_are_only_so_many),
      cmocka_unit_test(what_is_not_there),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
