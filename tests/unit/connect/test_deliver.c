/* Deliveries from the entry to the end of their schedule, with the other side and the clock in
 * hand.
 */
#include "bench.h"

static const char hook[] = "{\"url\":\"https://example.org/hook\",\"kinds\":[\"setting.*\"]}";

static const lw_usec delays[] = {5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR,
                                 10 * HOUR,  14 * HOUR,  20 * HOUR,   24 * HOUR};

static void arrives_signed(void **state)
{
  (void)state;
  struct bench *bench = bench_start(false);
  struct lw_webhook_key key;
  bench_step(bench);
  bench_append(bench, LW_EVENT_SETTING_CHANGED, "{\"setting\":\"before\"}");
  lw_str id = bench_endpoint(bench, hook, &key);
  bench_append(bench, LW_EVENT_SETTING_CHANGED, "{\"setting\":\"x\",\"value\":1.50}");
  bench_append(bench, LW_EVENT_CASE_OPENED, "{}");
  bench_step(bench);
  assert_int_equal(bench->count, 1);
  const struct sent *sent = &bench->sent[0];
  assert_string_equal(sent->to, "https://example.org/hook");
  assert_string_equal(sent->body,
                      "{\"type\":\"setting.changed\",\"timestamp\":\"2026-03-01T10:00:00Z\","
                      "\"data\":{\"seq\":3,\"actor\":\"ana\",\"setting\":\"x\","
                      "\"value\":1.50}}");
  struct lw_webhook_headers headers = {lw_str_c(sent->id), lw_str_c(sent->timestamp),
                                       lw_str_c(sent->signature)};
  assert_int_equal(
      lw_webhook_verify(&headers, lw_str_c(sent->body), &key, 1, bench->now / SECOND, &bench->err),
      LW_OK);
  const struct lw_value *log = bench_log(bench, id, "delivered");
  assert_int_equal(log->count, 1);
  assert_true(lw_str_equal(bench_get(&log->items[0], "attempts"), LW_STR("1")));
  assert_true(lw_str_equal(bench_get(bench_endpoint_now(bench, id), "waiting"), LW_STR("0")));
  bench_finish(bench);
}

static void the_whole_schedule(void **state)
{
  (void)state;
  struct bench *bench = bench_start(false);
  lw_str id = bench_endpoint(bench, hook, NULL);
  bench->status = 500;
  bench_append(bench, LW_EVENT_SETTING_CHANGED, "{}");
  for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
    lw_usec next = bench_step(bench);
    assert_int_equal(bench->count, i + 1);
    lw_usec wait = next - bench->now;
    assert_true(wait >= delays[i] && wait <= delays[i] + delays[i] / 10);
    bench->now = next - 1;
    bench_step(bench);
    assert_int_equal(bench->count, i + 1);
    bench->now = next;
  }
  assert_int_equal(bench_failures(bench), 0);
  assert_int_equal(bench_step(bench), INT64_MAX);
  assert_int_equal(bench->count, 10);
  for (size_t i = 1; i < bench->count; i++) {
    assert_string_equal(bench->sent[i].id, bench->sent[0].id);
    assert_string_equal(bench->sent[i].body, bench->sent[0].body);
    assert_string_not_equal(bench->sent[i].timestamp, bench->sent[i - 1].timestamp);
    assert_string_not_equal(bench->sent[i].signature, bench->sent[i - 1].signature);
  }
  const struct lw_value *endpoint = bench_endpoint_now(bench, id);
  assert_false(lw_value_get(endpoint, LW_STR("active"))->boolean);
  assert_true(bench_get(endpoint, "why").len != 0);
  assert_true(bench_get(endpoint, "failing_since").len != 0);
  assert_int_equal(bench_log(bench, id, "failed")->count, 1);
  assert_int_equal(bench_failures(bench), 1);
  bench_finish(bench);
}

static void gone_disables(void **state)
{
  (void)state;
  struct bench *bench = bench_start(false);
  lw_str id = bench_endpoint(bench, "{\"url\":\"https://example.org/hook\"}", NULL);
  bench->status = 410;
  bench_append(bench, LW_EVENT_SETTING_CHANGED, "{}");
  bench_step(bench);
  assert_int_equal(bench->count, 1);
  assert_int_equal(bench_failures(bench), 1);
  assert_false(lw_value_get(bench_endpoint_now(bench, id), LW_STR("active"))->boolean);
  bench_append(bench, LW_EVENT_SETTING_CHANGED, "{}");
  bench->now += 48 * HOUR;
  bench_step(bench);
  assert_int_equal(bench->count, 1);
  bench_finish(bench);
}

struct asked_row {
  lw_usec asked;
  lw_usec least;
  lw_usec most;
};

static void retry_after_is_honoured(void **state)
{
  static const struct asked_row rows[] = {
      {0, 5 * SECOND, 6 * SECOND},
      {1 * SECOND, 5 * SECOND, 6 * SECOND},
      {10 * MINUTE, 10 * MINUTE, 10 * MINUTE},
      {1000 * HOUR, 24 * HOUR, 24 * HOUR},
  };
  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct bench *bench = bench_start(false);
    (void)bench_endpoint(bench, hook, NULL);
    bench->status = 429;
    bench->retry_after = rows[i].asked;
    bench_append(bench, LW_EVENT_SETTING_CHANGED, "{}");
    lw_usec wait = bench_step(bench) - bench->now;
    assert_true(wait >= rows[i].least && wait <= rows[i].most);
    bench_finish(bench);
  }
}

static void redirects_are_failures(void **state)
{
  (void)state;
  struct bench *bench = bench_start(false);
  lw_str id = bench_endpoint(bench, hook, NULL);
  bench->status = 302;
  bench_append(bench, LW_EVENT_SETTING_CHANGED, "{}");
  bench_step(bench);
  assert_int_equal(bench_log(bench, id, "waiting")->count, 1);
  bench_finish(bench);
}

static void a_restart_repeats_what_was_not_acknowledged(void **state)
{
  (void)state;
  struct bench *bench = bench_start(false);
  lw_str id = bench_endpoint(bench, hook, NULL);
  bench_append(bench, LW_EVENT_SETTING_CHANGED, "{\"n\":1}");
  bench_step(bench);
  bench->status = 0; /* sent, but no answer comes before the end */
  bench_append(bench, LW_EVENT_SETTING_CHANGED, "{\"n\":2}");
  bench_step(bench);
  assert_int_equal(bench->count, 2);
  bench_stop(bench);
  bench->status = 200;
  bench->sent[1].answered = true; /* nobody waits for it any more */
  bench_open(bench);
  bench_step(bench);
  assert_int_equal(bench->count, 3);
  assert_string_equal(bench->sent[2].id, bench->sent[1].id);
  assert_string_equal(bench->sent[2].body, bench->sent[1].body);
  assert_int_equal(bench_log(bench, id, "delivered")->count, 2);
  bench_finish(bench);
}

static void what_happened_meanwhile_comes_after_a_restart(void **state)
{
  (void)state;
  struct bench *bench = bench_start(false);
  (void)bench_endpoint(bench, hook, NULL);
  bench_step(bench);
  for (int i = 0; i < 3; i++) {
    bench_append(bench, LW_EVENT_SETTING_CHANGED, "{}");
  }
  bench_stop(bench); /* they were never looked at */
  bench_open(bench);
  bench_step(bench);
  assert_int_equal(bench->count, 3);
  bench_finish(bench);
}

static void a_slow_one_holds_up_nobody(void **state)
{
  (void)state;
  struct bench *bench = bench_start(false);
  lw_str slow = bench_endpoint(bench, "{\"url\":\"https://slow.example.org/\"}", NULL);
  lw_str quick = bench_endpoint(bench, hook, NULL);
  for (int i = 0; i < 20; i++) {
    bench_append(bench, LW_EVENT_SETTING_CHANGED, "{}");
  }
  bench_step(bench);
  size_t to_slow = 0;
  for (size_t i = 0; i < bench->count; i++) {
    to_slow += strstr(bench->sent[i].to, "slow") != NULL;
  }
  assert_int_equal(to_slow, LW_DELIVERIES_AT_ONCE);
  assert_int_equal(bench->count - to_slow, 20);
  assert_int_equal(bench_log(bench, quick, "delivered")->count, 20);
  assert_true(lw_str_equal(bench_get(bench_endpoint_now(bench, slow), "waiting"), LW_STR("21")));
  struct lw_connect_figures figures;
  lw_connect_get_figures(bench->connect, &figures);
  assert_int_equal(figures.delivered, 20);
  assert_int_equal(figures.under_way, LW_DELIVERIES_AT_ONCE);
  bench_finish(bench);
}

static void a_disabled_one_goes_on(void **state)
{
  (void)state;
  struct bench *bench = bench_start(false);
  lw_str id = bench_endpoint(bench, hook, NULL);
  struct lw_endpoint_call call = {.id = id,
                                  .json = bench_read(bench, LW_STR("{\"active\":false}"))};
  bench->status = 500;
  bench_append(bench, LW_EVENT_SETTING_CHANGED, "{\"n\":1}");
  bench_step(bench);
  assert_int_equal(bench_run(bench, lw_endpoint_patch_apply, &call), LW_OK);
  bench->now += HOUR;
  bench_append(bench, LW_EVENT_SETTING_CHANGED, "{\"n\":2}");
  bench_step(bench);
  assert_int_equal(bench->count, 1);
  bench->status = 200;
  call.json = bench_read(bench, LW_STR("{\"active\":true}"));
  assert_int_equal(bench_run(bench, lw_endpoint_patch_apply, &call), LW_OK);
  bench_append(bench, LW_EVENT_SETTING_CHANGED, "{\"n\":3}");
  bench_step(bench);
  assert_int_equal(bench->count, 3); /* 1 again, 3; nobody wanted 2 */
  assert_string_equal(bench->sent[1].id, bench->sent[0].id);
  assert_non_null(strstr(bench->sent[2].body, "\"n\":3"));
  bench_finish(bench);
}

static void removed_ones_leave_nothing(void **state)
{
  (void)state;
  struct bench *bench = bench_start(false);
  lw_str id = bench_endpoint(bench, hook, NULL);
  bench->status = 500;
  bench_append(bench, LW_EVENT_SETTING_CHANGED, "{}");
  bench_step(bench);
  struct lw_endpoint_call call = {.id = id};
  assert_int_equal(bench_run(bench, lw_endpoint_delete_apply, &call), LW_OK);
  bench->now += 2 * HOUR;
  bench_step(bench);
  assert_int_equal(bench->count, 1);
  assert_int_equal(bench_log(bench, LW_STR(""), "")->count, 0);
  assert_int_equal(bench_run(bench, lw_endpoint_delete_apply, &call), LW_NOT_FOUND);
  bench_finish(bench);
}

static void old_ones_are_forgotten(void **state)
{
  (void)state;
  struct bench *bench = bench_start(false);
  (void)bench_endpoint(bench, hook, NULL);
  bench_append(bench, LW_EVENT_SETTING_CHANGED, "{}");
  bench_step(bench);
  assert_int_equal(bench_log(bench, LW_STR(""), "delivered")->count, 1);
  bench->now += LW_DELIVERED_KEPT_USEC + HOUR;
  bench_step(bench);
  assert_int_equal(bench_log(bench, LW_STR(""), "")->count, 0);
  bench_finish(bench);
}

static void once_more(void **state)
{
  (void)state;
  struct bench *bench = bench_start(false);
  lw_str endpoint = bench_endpoint(bench, hook, NULL);
  bench->status = 410;
  bench_append(bench, LW_EVENT_SETTING_CHANGED, "{}");
  bench_step(bench);
  lw_str id = lw_str_c(bench->sent[0].id);
  struct lw_endpoint_call call = {.id = endpoint,
                                  .json = bench_read(bench, LW_STR("{\"active\":true}"))};
  bench->status = 200;
  assert_int_equal(bench_run(bench, lw_endpoint_patch_apply, &call), LW_OK);
  assert_int_equal(bench_run(bench, lw_delivery_resend_apply, &id), LW_OK);
  assert_int_equal(bench_run(bench, lw_delivery_resend_apply, &id), LW_CONFLICT);
  bench_step(bench);
  assert_int_equal(bench->count, 2);
  assert_string_equal(bench->sent[1].id, bench->sent[0].id);
  assert_int_equal(bench_run(bench, lw_delivery_resend_apply, &id), LW_CONFLICT);
  assert_true(lw_str_equal(bench_get(bench_endpoint_now(bench, endpoint), "waiting"), LW_STR("0")));
  bench_finish(bench);
}

/* Three entries: one is given up, one waits for its next attempt, one comes later. */
static void all_that_did_not_arrive(void **state)
{
  (void)state;
  struct bench *bench = bench_start(false);
  lw_str endpoint = bench_endpoint(bench, hook, NULL);
  struct lw_endpoint_call on = {.id = endpoint,
                                .json = bench_read(bench, LW_STR("{\"active\":true}"))};
  bench->status = 410;
  bench_append(bench, LW_EVENT_SETTING_CHANGED, "{\"key\":\"one\"}");
  bench_step(bench);
  assert_int_equal(bench_run(bench, lw_deliveries_resend_apply, &endpoint), LW_CONFLICT);
  assert_int_equal(bench_run(bench, lw_endpoint_patch_apply, &on), LW_OK);
  bench->status = 500;
  bench_append(bench, LW_EVENT_SETTING_CHANGED, "{\"key\":\"two\"}");
  bench_step(bench);
  size_t before = bench->count;
  bench_step(bench);
  assert_int_equal(bench->count, before); /* it waits for its time */
  bench->status = 200;
  assert_int_equal(bench_run(bench, lw_deliveries_resend_apply, &endpoint), LW_OK);
  assert_true(lw_str_equal(lw_buf_str(&bench->answer), LW_STR("{\"again\":2}")));
  bench_step(bench);
  assert_int_equal(bench->count, before + 2);
  assert_int_equal(bench_log(bench, endpoint, "delivered")->count, 2);
  assert_true(lw_str_equal(bench_get(bench_endpoint_now(bench, endpoint), "waiting"), LW_STR("0")));
  assert_int_equal(bench_run(bench, lw_deliveries_resend_apply, &endpoint), LW_OK);
  assert_true(lw_str_equal(lw_buf_str(&bench->answer), LW_STR("{\"again\":0}")));
  lw_str nobody = LW_STR("whk_nobody");
  assert_int_equal(bench_run(bench, lw_deliveries_resend_apply, &nobody), LW_NOT_FOUND);
  bench_finish(bench);
}

/* What a policy that does not hold said, and its text, leave the house in no webhook. */
static void the_shadow_stays_at_home(void **state)
{
  (void)state;
  struct bench *bench = bench_start(false);
  (void)bench_endpoint(bench, "{\"url\":\"https://example.org/hook\"}", NULL);
  bench_append(bench, LW_EVENT_DECISION,
               "{\"id\":\"dec_1\",\"shadow\":{\"tag\":\"ab\"},\"policy\":1}");
  bench_append(bench, LW_EVENT_POLICY_SHADOW_STARTED, "{\"tag\":\"ab\",\"source\":\"leeway: 1\"}");
  bench_step(bench);
  assert_int_equal(bench->count, 2);
  for (size_t i = 0; i < 2; i++) {
    const char *body = bench->sent[i].body;
    bool decision = strstr(body, "dec_1") != NULL;
    assert_true(strstr(body, decision ? "\"policy\":1" : "\"tag\":\"ab\"") != NULL);
    assert_true(strstr(body, decision ? "shadow" : "leeway: 1") == NULL);
  }
  bench_finish(bench);
}

/* What is looked at is what was sent, byte for byte. */
static void one_looked_at(void **state)
{
  (void)state;
  struct bench *bench = bench_start(false);
  lw_str endpoint = bench_endpoint(bench, hook, NULL);
  struct lw_db *db = NULL;
  struct lw_buf out = {0};
  const struct lw_value *shown = NULL;
  bench_append(bench, LW_EVENT_SETTING_CHANGED, "{\"key\":\"one\"}");
  bench_step(bench);
  struct lw_delivery_look look = {endpoint, lw_str_c(bench->sent[0].id), bench->reader,
                                  &bench->arena};
  assert_int_equal(lw_engine_reader(bench->engine, &db, &bench->err), LW_OK);
  assert_int_equal(lw_delivery_look(db, &look, &out, &bench->err), LW_OK);
  shown = bench_read(bench, lw_buf_str(&out));
  assert_true(lw_str_equal(bench_get(shown, "payload"), lw_str_c(bench->sent[0].body)));
  assert_true(lw_str_equal(bench_get(shown, "state"), LW_STR("delivered")));
  look.endpoint = LW_STR("mail");
  assert_int_equal(lw_delivery_look(db, &look, &out, &bench->err), LW_NOT_FOUND);
  look.id = LW_STR("dlv_nothing");
  assert_int_equal(lw_delivery_look(db, &look, &out, &bench->err), LW_NOT_FOUND);
  lw_engine_reader_done(bench->engine, db);
  lw_buf_finish(&out);
  bench_finish(bench);
}

static void the_test_button(void **state)
{
  (void)state;
  struct bench *bench = bench_start(false);
  lw_str id = bench_endpoint(bench, hook, NULL);
  struct lw_endpoint_call call = {.id = id,
                                  .json = bench_read(bench, LW_STR("{\"active\":false}"))};
  assert_int_equal(bench_run(bench, lw_endpoint_patch_apply, &call), LW_OK);
  assert_int_equal(bench_run(bench, lw_endpoint_test_apply, &call), LW_OK);
  bench->status = 410;
  bench_step(bench);
  assert_int_equal(bench->count, 1);
  assert_non_null(strstr(bench->sent[0].body, "{\"type\":\"webhook.test\","));
  bench->now += 48 * HOUR;
  bench_step(bench);
  assert_int_equal(bench->count, 1); /* once */
  const struct lw_value *log = bench_log(bench, id, "failed");
  assert_int_equal(log->count, 1);
  assert_null(lw_value_get(&log->items[0], LW_STR("seq")));
  assert_int_equal(bench_failures(bench), 0);
  assert_int_equal(bench_get(bench_endpoint_now(bench, id), "why").len, 0);
  bench_finish(bench);
}

static void texts_stay_away_unless_wanted(void **state)
{
  static const char body[] =
      "{\"decision\":\"dec_1\",\"note\":{\"text\":\"txt_1\",\"sha256\":\"00\"},"
      "\"said\":[{\"text\":\"txt_1\",\"sha256\":\"00\"}],\"facts\":{\"x\":1},"
      "\"request\":{\"amount\":\"1.00\",\"meta\":{\"secret\":1},\"name\":\"Ana\"}}";
  (void)state;
  struct bench *bench = bench_start(false);
  (void)bench_endpoint(bench, "{\"url\":\"https://a.example/\",\"kinds\":[\"decision\"]}", NULL);
  (void)bench_endpoint(
      bench, "{\"url\":\"https://b.example/\",\"kinds\":[\"decision\"],\"texts\":true}", NULL);
  bench_append(bench, LW_EVENT_DECISION, body);
  bench_step(bench);
  assert_int_equal(bench->count, 2);
  bool first = strcmp(bench->sent[0].to, "https://a.example/") == 0;
  const char *without = bench->sent[first ? 0 : 1].body;
  const char *with = bench->sent[first ? 1 : 0].body;
  assert_non_null(strstr(
      without, "\"decision\":\"dec_1\",\"said\":[null],\"request\":{\"amount\":\"1.00\"}}}"));
  assert_non_null(strstr(with, "\"facts\":{\"x\":1}"));
  assert_non_null(strstr(with, "\"name\":\"Ana\""));
  assert_null(strstr(with, "txt_1"));
  bench_finish(bench);
}

static void bodies_stay_small(void **state)
{
  (void)state;
  struct bench *bench = bench_start(false);
  struct lw_buf body = {0};
  (void)bench_endpoint(bench, hook, NULL);
  LW_BUF_LIT(&body, "{\"id\":\"x\",\"large\":\"");
  for (int i = 0; i < 30000; i++) {
    lw_buf_add_char(&body, 'a');
  }
  LW_BUF_LIT(&body, "\"}");
  lw_buf_add_char(&body, '\0');
  bench_append(bench, LW_EVENT_SETTING_CHANGED, body.ptr);
  lw_buf_reset(&body);
  LW_BUF_LIT(&body, "{\"m\":1");
  for (int i = 0; i < 3000; i++) {
    lw_buf_printf(&body, ",\"member_%d\":\"some text that adds up\"", i);
  }
  LW_BUF_LIT(&body, "}");
  lw_buf_add_char(&body, '\0');
  bench_append(bench, LW_EVENT_SETTING_CHANGED, body.ptr);
  bench_step(bench);
  assert_int_equal(bench->count, 2);
  for (size_t i = 0; i < 2; i++) {
    assert_true(bench->sent[i].len <= LW_WEBHOOK_BODY_BYTES_MAX);
    const struct lw_value *value =
        bench_read(bench, lw_str_from(bench->sent[i].body, bench->sent[i].len));
    assert_non_null(lw_value_get(lw_value_get(value, LW_STR("data")), LW_STR("left_out")));
  }
  lw_buf_finish(&body);
  bench_finish(bench);
}

/* --- mails --- */

static const char opened[] = "{\"approval\":\"apr_1\",\"agent\":\"ana\",\"action\":\"credit\","
                             "\"amount\":\"80.00\",\"currency\":\"USD\",\"case\":\"c7\","
                             "\"to\":[\"tom\",\"nomail\",\"unknown\",\"tom\"]}";
static const char nudged[] = "{\"approval\":\"apr_1\",\"agent\":\"ana\",\"to\":[\"tom\"]}";

static void add_people(struct bench *bench)
{
  static char sql[] =
      "INSERT INTO person (id, name, email, team, tier, kind, manager, roles, version) VALUES"
      " ('tom', 'Tom \xc3\x96"
      "de', 'tom@example.com', '', 'lead', 'human', '', 0, 1),"
      " ('nomail', 'Nora', '', '', 'lead', 'human', '', 0, 1)";
  bench_sql(bench, sql);
}

static void whoever_is_asked_gets_one_mail(void **state)
{
  (void)state;
  struct bench *bench = bench_start(true);
  add_people(bench);
  bench_step(bench);
  bench_append(bench, LW_EVENT_APPROVAL_OPENED, opened);
  bench_step(bench);
  assert_int_equal(bench->count, 1);
  assert_string_equal(bench->sent[0].to, "tom@example.com");
  assert_non_null(strstr(bench->sent[0].body, "Subject: ana asks for credit, 80.00 USD\r\n"));
  assert_non_null(
      strstr(bench->sent[0].body, "https://leeway.example.org/desk/approvals/apr_1\r\n"));
  bench_append(bench, LW_EVENT_APPROVAL_NUDGED, nudged);
  bench_append(bench, LW_EVENT_APPROVAL_NUDGED, nudged);
  bench_append(bench, LW_EVENT_APPROVAL_APPROVED, nudged);
  bench_step(bench);
  assert_int_equal(bench->count, 2);
  assert_non_null(strstr(bench->sent[1].body, "Subject: Reminder: "));
  const struct lw_value *log = bench_log(bench, LW_STR("mail"), "delivered");
  assert_int_equal(log->count, 2);
  assert_true(lw_str_equal(bench_get(&log->items[0], "person"), LW_STR("tom")));
  bench_finish(bench);
}

static void mails_have_a_short_schedule(void **state)
{
  static const lw_usec waits[] = {MINUTE, 5 * MINUTE, 15 * MINUTE};
  (void)state;
  struct bench *bench = bench_start(true);
  add_people(bench);
  bench_step(bench);
  bench->status = -1;
  bench_append(bench, LW_EVENT_APPROVAL_OPENED, opened);
  for (size_t i = 0; i < 3; i++) {
    lw_usec next = bench_step(bench);
    assert_true(next - bench->now >= waits[i] && next - bench->now <= waits[i] + waits[i] / 10);
    bench->now = next;
  }
  bench_step(bench);
  assert_int_equal(bench->count, 4);
  assert_int_equal(bench_log(bench, LW_STR("mail"), "failed")->count, 1);
  assert_int_equal(bench_failures(bench), 1);
  bench_finish(bench);
}

static void a_refused_receiver_is_not_tried_again(void **state)
{
  (void)state;
  struct bench *bench = bench_start(true);
  add_people(bench);
  bench_step(bench);
  bench->status = 550;
  bench_append(bench, LW_EVENT_APPROVAL_OPENED, opened);
  bench_step(bench);
  assert_int_equal(bench_log(bench, LW_STR("mail"), "failed")->count, 1);
  bench_finish(bench);
}

static void old_asks_are_no_news(void **state)
{
  (void)state;
  struct bench *bench = bench_start(true);
  add_people(bench);
  bench_step(bench);
  bench_append(bench, LW_EVENT_APPROVAL_OPENED, opened);
  bench_stop(bench);
  bench->now += 2 * HOUR;
  bench_open(bench);
  bench_step(bench);
  assert_int_equal(bench->count, 0);
  bench_finish(bench);
}

/* --- the thread --- */

static void on_a_thread_of_its_own(void **state)
{
  (void)state;
  struct bench *bench = bench_start_as(false, true);
  assert_int_equal(lw_connect_start(bench->connect, &bench->err), LW_OK);
  (void)bench_endpoint(bench, "{\"url\":\"https://example.org/\"}", NULL);
  for (int i = 0; i < 50; i++) {
    bench_append(bench, LW_EVENT_SETTING_CHANGED, "{}");
  }
  struct lw_connect_figures figures = {0};
  for (int i = 0; i < 1000 && figures.delivered < 50; i++) {
    struct timespec wait = {0, 10 * 1000 * 1000};
    (void)nanosleep(&wait, NULL);
    lw_connect_get_figures(bench->connect, &figures);
  }
  assert_int_equal(figures.delivered, 50);
  bench_finish(bench);
}

static void settings_that_do_not_fit(void **state)
{
  static const struct lw_connect_options rows[] = {
      {.smtp_url = "http://mail.example.org", .mail_from = "a@b.c", .public_url = "https://x"},
      {.smtp_url = "smtp://user:pw@mail.example.org",
       .mail_from = "a@b.c",
       .public_url = "https://x"},
      {.smtp_url = "smtp://mail.example.org", .public_url = "https://x"},
      {.smtp_url = "smtp://mail.example.org", .mail_from = "a b@c", .public_url = "https://x"},
      {.smtp_url = "smtp://mail.example.org", .mail_from = "a@b.c"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct lw_connect *connect = NULL;
    struct lw_error err = {0};
    assert_int_equal(lw_connect_open(&rows[i], &connect, &err), LW_INVALID);
    assert_null(connect);
    assert_null(strstr(err.text, "pw"));
  }
  lw_connect_stop(NULL);
  lw_connect_close(NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(arrives_signed),
      cmocka_unit_test(the_whole_schedule),
      cmocka_unit_test(gone_disables),
      cmocka_unit_test(retry_after_is_honoured),
      cmocka_unit_test(redirects_are_failures),
      cmocka_unit_test(a_restart_repeats_what_was_not_acknowledged),
      cmocka_unit_test(what_happened_meanwhile_comes_after_a_restart),
      cmocka_unit_test(a_slow_one_holds_up_nobody),
      cmocka_unit_test(a_disabled_one_goes_on),
      cmocka_unit_test(removed_ones_leave_nothing),
      cmocka_unit_test(old_ones_are_forgotten),
      cmocka_unit_test(once_more),
      cmocka_unit_test(all_that_did_not_arrive),
      cmocka_unit_test(the_shadow_stays_at_home),
      cmocka_unit_test(one_looked_at),
      cmocka_unit_test(the_test_button),
      cmocka_unit_test(texts_stay_away_unless_wanted),
      cmocka_unit_test(bodies_stay_small),
      cmocka_unit_test(whoever_is_asked_gets_one_mail),
      cmocka_unit_test(mails_have_a_short_schedule),
      cmocka_unit_test(a_refused_receiver_is_not_tried_again),
      cmocka_unit_test(old_asks_are_no_news),
      cmocka_unit_test(on_a_thread_of_its_own),
      cmocka_unit_test(settings_that_do_not_fit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
