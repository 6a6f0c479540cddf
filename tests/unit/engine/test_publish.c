/* Versions of the policy: published, refused, taken back; the draft. */
#include "engine_test.h"

#include "policy/finding.h"

#define TINY(up_to)                                                                                \
  "leeway: 1\norganization: Aurora\ncurrency: USD\ntiers: [frontline]\n"                           \
  "actions: {credit: {kind: money}}\n"                                                             \
  "budgets: {mine: {per: agent, amount: 10.00}}\n"                                                 \
  "grants: [{id: tiny, may: [credit], up_to: " up_to ", draws: [mine]}]\n"
#define CREDIT(amount) "{\"agent\":\"ana\",\"action\":\"credit\",\"amount\":\"" amount "\"}"

static void the_next_request_is_decided_by_the_new_version(void **state)
{
  (void)state;
  struct desk desk;
  struct lw_change change = {0};
  desk_open(&desk, NULL);
  must(desk_publish(&desk, TINY("1.00"), false, &change), &desk.err);
  assert_int_equal(change.status, 201);
  assert_has(lw_buf_str(&change.answer), "{\"version\":1,\"live\":true");
  assert_has(lw_buf_str(&change.answer), "\"note\":\"because\",\"organization\":\"Aurora\"");
  assert_has(lw_buf_str(&change.answer), ",\"findings\":[");
  assert_has(desk_decide(&desk, CREDIT("2.00")), "refused");
  struct ask before;
  desk_ask(&desk, &before, CREDIT("2.00")); /* read by the old version, decided by the new one */
  must(desk_publish(&desk, TINY("2.00"), false, &change), &desk.err);
  must(lw_engine_run(desk.engine, &before.change, &desk.err), &desk.err);
  assert_has(lw_buf_str(&before.change.answer), "granted");
  assert_has(lw_buf_str(&before.change.answer), "\"policy\":2");
  assert_has(desk_decide(&desk, CREDIT("2.00")), "\"mine\":\"6.00\"");
  must(desk_publish(&desk, TINY("2.00"), false, &change), &desk.err); /* the same again */
  assert_int_equal(change.status, 200);
  assert_int_equal(desk_number(&desk, "SELECT count(*) FROM policy_version"), 2);
  desk_reopen(&desk, false);
  assert_has(desk_decide(&desk, CREDIT("2.00")), "\"mine\":\"4.00\"");
  ask_finish(&before);
  lw_buf_finish(&change.answer);
  desk_close(&desk);
}

static enum lw_code roll_back(struct desk *desk, uint64_t number)
{
  struct lw_publish_rollback rollback = {.number = number, .note = LW_STR("too much")};
  struct lw_change change = {.apply = lw_publish_rollback_apply, .user = &rollback};
  enum lw_code rc = desk_run(desk, &change);
  lw_buf_finish(&change.answer);
  return rc;
}

static void an_earlier_version_is_live_again(void **state)
{
  (void)state;
  struct desk desk;
  struct lw_db *db = NULL;
  struct lw_publish_version *versions = NULL;
  struct lw_publish_version version;
  uint32_t count = 0;
  desk_open(&desk, TINY("1.00"));
  assert_int_equal(roll_back(&desk, 0), LW_CONFLICT);
  desk_must_publish(&desk, TINY("2.00"));
  desk_must_publish(&desk, TINY("3.00"));
  assert_int_equal(roll_back(&desk, 3), LW_CONFLICT);
  assert_int_equal(roll_back(&desk, 9), LW_NOT_FOUND);
  must(roll_back(&desk, 1), &desk.err);
  assert_has(desk_decide(&desk, CREDIT("1.00")), "\"policy\":1");
  assert_has(desk_decide(&desk, CREDIT("2.00")), "refused");
  must(roll_back(&desk, 0), &desk.err); /* the one that was live before */
  assert_has(desk_decide(&desk, CREDIT("3.00")), "\"policy\":3");
  must(lw_engine_reader(desk.engine, &db, &desk.err), &desk.err);
  must(lw_publish_versions(db, 0, 2, &desk.arena, &versions, &count, &desk.err), &desk.err);
  assert_int_equal(count, 2);
  assert_int_equal(versions[0].number, 3);
  assert_true(versions[0].live);
  assert_false(versions[1].live);
  must(lw_publish_versions(db, 2, 2, &desk.arena, &versions, &count, &desk.err), &desk.err);
  assert_int_equal(count, 1);
  must(lw_publish_get(db, 2, &desk.arena, &version, &desk.err), &desk.err);
  assert_has(version.source, "up_to: 2.00");
  assert_int_equal(lw_publish_get(db, 4, &desk.arena, &version, &desk.err), LW_NOT_FOUND);
  lw_engine_reader_done(desk.engine, db);
  desk_verify(&desk);
  desk_close(&desk);
}

static void what_does_not_load_is_refused_with_all_its_faults(void **state)
{
  (void)state;
  struct desk desk;
  struct lw_publish publish;
  struct lw_buf out = {0};
  desk_open(&desk, NULL);
  lw_publish_init(&publish, LW_STR("leeway: 1\nactons: {}\ngrants: [{id: x, may: [none]}]\n"),
                  &desk.arena);
  assert_int_equal(lw_publish_prepare(&publish, NULL, &desk.err), LW_INVALID);
  assert_true(publish.diags.errors >= 2);
  lw_findings_print(&publish.diags, &out);
  assert_has(lw_buf_str(&out), "{\"severity\":\"error\",\"code\":\"unknown-key\",\"line\":2");
  lw_publish_finish(&publish);
  lw_buf_finish(&out);
  desk_close(&desk);
}

static void whose_it_is_does_not_change_silently(void **state)
{
  (void)state;
  struct desk desk;
  struct lw_change change = {0};
  desk_open(&desk, TINY("1.00"));
#define OTHER(organization, currency)                                                              \
  "leeway: 1\norganization: " organization "\ncurrency: " currency                                 \
  "\ntiers: [frontline]\nactions: {credit: {kind: money}}\ngrants: [{id: t, may: [credit]}]\n"
  assert_int_equal(desk_publish(&desk, OTHER("Borealis", "USD"), false, &change), LW_CONFLICT);
  must(desk_publish(&desk, OTHER("Borealis", "USD"), true, &change), &desk.err);
  must(desk_publish(&desk, OTHER("Borealis", "JPY"), false, &change), &desk.err);
  assert_has(desk_decide(&desk, CREDIT("5")), "granted");
  assert_int_equal(desk_publish(&desk, OTHER("Borealis", "USD"), true, &change), LW_CONFLICT);
  assert_has(lw_str_c(desk.err.text), "another currency (JPY)");
  assert_has(desk_decide(&desk, CREDIT("5")), "granted"); /* nothing is half done */
  lw_buf_finish(&change.answer);
  desk_close(&desk);
}

static enum lw_code put_draft(struct desk *desk, const char *source, uint64_t tag,
                              uint64_t *ret_tag)
{
  struct lw_publish_draft_put put = {.source = lw_str_c(source), .has_tag = tag != 0, .tag = tag};
  struct lw_change change = {.apply = lw_publish_draft_apply, .user = &put};
  enum lw_code rc = desk_run(desk, &change);
  *ret_tag = rc == LW_OK ? put.ret_tag : *ret_tag;
  lw_buf_finish(&change.answer);
  return rc;
}

static void a_draft_is_changed_by_one_at_a_time(void **state)
{
  (void)state;
  struct desk desk;
  struct lw_db *db = NULL;
  struct lw_publish_draft draft;
  uint64_t tag = 0;
  desk_open(&desk, NULL);
  must(lw_engine_reader(desk.engine, &db, &desk.err), &desk.err);
  assert_int_equal(lw_publish_draft_get(db, &desk.arena, &draft, &desk.err), LW_NOT_FOUND);
  desk_must_publish(&desk, TINY("1.00"));
  must(lw_publish_draft_get(db, &desk.arena, &draft, &desk.err), &desk.err);
  assert_int_equal(draft.tag, 1);
  assert_has(draft.source, "up_to: 1.00");
  must(put_draft(&desk, "any text", 1, &tag), &desk.err);
  assert_int_equal(tag, 2);
  assert_int_equal(put_draft(&desk, "other", 1, &tag), LW_STALE);
  assert_int_equal(put_draft(&desk, "other", 0, &tag), LW_STALE);
  must(put_draft(&desk, "third", 2, &tag), &desk.err);
  must(lw_publish_draft_get(db, &desk.arena, &draft, &desk.err), &desk.err);
  assert_int_equal(draft.tag, 3);
  assert_true(lw_str_equal(draft.source, LW_STR("third")));
  lw_engine_reader_done(desk.engine, db);
  desk_close(&desk);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_next_request_is_decided_by_the_new_version),
      cmocka_unit_test(an_earlier_version_is_live_again),
      cmocka_unit_test(what_does_not_load_is_refused_with_all_its_faults),
      cmocka_unit_test(whose_it_is_does_not_change_silently),
      cmocka_unit_test(a_draft_is_changed_by_one_at_a_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
